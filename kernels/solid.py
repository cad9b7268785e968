"""The door to ``_solid.pyx``, and the balance of forces by the point law: trilinear box cells with B-bar.

Cells stand in slabs along one axis, the even ones first: slots first[s] ... first[s] + count[s], first a
multiple of 16, free slots repeat a cell. rows (slots, 4) int32 name the lower node along x of the rows
(y, z) = (0, 0) (1, 0) (0, 1) (1, 1); the other node of a row is the next number. scale (4,): 1/(4 dx),
1/(4 dy), 1/(4 dz) [1/m], volume [m3]. Fields of the nodes have shape (N, 3).
B-bar: T. J. R. Hughes, Int. J. Numer. Meth. Engng 15 (1980) 1413.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy import float32, float64, int16, int32, int64
from numpy.typing import NDArray

from . import _solid
from .backstress import respond
from .carbon_strain import add_carbon
from .cutoff import cut_off
from .fractions import unpack
from .plasticity import BULK, POISSON, ROW, SHEAR, YOUNG, _lookup, _strain, mixture

Single = NDArray[float32]
Double = NDArray[float64]

SLABS = 64  # at most
EDGE = 32767.0  # one, as the tangent is stored
LIMIT = 0.9999  # share of a - b in a that the tangent shows: a point that flows freely stays a little stiff
GAUSS = 1.0 / np.sqrt(3.0)


@dataclass(frozen=True)
class Batches:
    """Cells in slabs, as the module says.

    rows   (slots, 4) int32
    first  (slabs,) int32, count (slabs,) int32
    cell   (slots,) int32   number of the cell in each slot; free slots: -1
    nodes  how many nodes there are
    """

    rows: NDArray[int32]
    first: NDArray[int32]
    count: NDArray[int32]
    cell: NDArray[int32]
    nodes: int

    def __post_init__(self) -> None:
        slots = self.cell.size
        _check("rows", self.rows, int32, (slots, 4))
        _check("first", self.first, int32, (self.count.size,))
        _check("count", self.count, int32, (self.first.size,))
        _check("cell", self.cell, int32, (slots,))
        if slots and (self.rows.min() < 0 or self.rows.max() + 1 >= self.nodes):
            raise ValueError(f"rows name nodes up to {self.rows.max() + 1}, but there are {self.nodes}")


def batches(layer: NDArray[int64], rows: NDArray[int32], nodes: int) -> Batches:
    """Put cells into slabs.   layer (n,) place along an axis;  rows (n, 4) int32 first nodes of each cell"""
    layers = int(np.ptp(layer)) + 1
    slabs = min(SLABS, layers)
    slab = (layer - layer.min()) * slabs // layers
    turn = slab // 2 + (slab & 1) * ((slabs + 1) // 2)
    count = np.bincount(turn, minlength=slabs)
    first = np.concatenate([[0], np.cumsum(-(-count // 16) * 16)])
    start = np.concatenate([[0], np.cumsum(count)])
    order = np.argsort(turn, kind="stable")
    cell = np.full(first[-1], -1, int32)
    cell[np.arange(order.size) + (first - start)[turn[order]]] = order
    before = np.maximum.accumulate(np.where(cell >= 0, np.arange(cell.size), 0))
    return Batches(rows[cell[before]], first[:-1].astype(int32), count.astype(int32), cell, nodes)


def elastic(order: Batches, moduli: Single, scale: Single, x: Single, y: Single) -> None:
    """y += K x.   moduli (slots/16, 2, 16) float32: bulk and shear modulus times weight of the cell, Pa"""
    _check("moduli", moduli, float32, (order.cell.size // 16, 2, 16))
    _pair(order, scale, x, y, float32)
    _solid.elastic(order.rows, order.first, order.count, moduli, scale, x, y)


def nested(order: Batches, moduli: Single, scale: Single, x: Single, y: Single) -> None:
    """y += sum P_c^T K_c P_c x over the children of each cell.

    moduli  (slots/16, 8, 2, 16) float32: bulk and shear modulus times weight of child (x, y, z), Pa
    scale   of a CHILD cell
    """
    _check("moduli", moduli, float32, (order.cell.size // 16, 8, 2, 16))
    _pair(order, scale, x, y, float32)
    _solid.nested(order.rows, order.first, order.count, moduli, scale, x, y)


def dense(order: Batches, matrix: Single, x: Single, y: Single) -> None:
    """y += K x.   matrix (slots, 24, 24) float32 symmetric, degrees of freedom (node, component), N/m"""
    _check("matrix", matrix, float32, (order.cell.size, 24, 24))
    _pair(order, np.empty(4, float32), x, y, float32)
    _solid.dense(order.rows, order.first, order.count, matrix, x, y)


def tangent(order: Batches, moduli: Single, points: NDArray[int16], scale: Double, x: Double, y: Double) -> None:
    """y += K x with the tangent of the point law, as `balance` writes it.

    moduli  (slots/16, 2, 16) float32   bulk and shear modulus times weight, Pa
    points  (slots/8, 8, 6, 8) int16    batch, point, (a, then sqrt(a - b) n of xx yy xy yz zx) / 32767, cell
    """
    _check("moduli", moduli, float32, (order.cell.size // 16, 2, 16))
    _check("points", points, int16, (order.cell.size // 8, 8, 6, 8))
    _pair(order, scale, x, y, float64)
    _solid.tangent(order.rows, order.first, order.count, moduli, points, scale, x, y)


def whole_tangent(order: Batches, points: Single, scale: Double, x: Double, y: Double) -> None:
    """y += K x with a full tangent of each point, as `balance` writes it where tension is cut off.

    points  (slots/8, 8, 21, 8) float32   batch, point, lower triangle of `cutoff.cut_off` times weight [Pa], cell
    """
    _check("points", points, float32, (order.cell.size // 8, 8, 21, 8))
    _pair(order, scale, x, y, float64)
    _solid.whole_tangent(order.rows, order.first, order.count, points, scale, x, y)


def _check(name: str, array: np.ndarray, kind: type, shape: tuple[int, ...]) -> None:
    if array.dtype != kind or array.shape != shape or not array.flags.c_contiguous:
        raise ValueError(
            f"{name} is {array.dtype} {array.shape}{'' if array.flags.c_contiguous else ', not in C order'}; "
            f"the solid kernel needs {np.dtype(kind)} {shape} in C order"
        )


def _pair(order: Batches, scale: np.ndarray, x: np.ndarray, y: np.ndarray, kind: type) -> None:
    _check("scale", scale, kind, (4,))
    _check("x", x, kind, (order.nodes, 3))
    _check("y", y, kind, (order.nodes, 3))
    if np.may_share_memory(x, y):
        raise ValueError("x and y overlap: the product is added to y while x is read")


smooth = _solid.smooth
subtract = _solid.subtract
restrict = _solid.restrict
prolong = _solid.prolong
mix = _solid.mix
power = _solid.power
factorise = _solid.factorise
substitute = _solid.substitute
dot = _solid.dot
descend = _solid.descend
project = _solid.project
turn = _solid.turn


@njit(cache=True)
def _modes(u, k, c):
    """Coefficients, times 8, of xi, eta, zeta, xi eta, eta zeta, zeta xi, xi eta zeta; u (8, 3), c (7,)."""
    for i in range(7):
        c[i] = 0.0
    for a in range(8):
        x, y, z = 2 * (a & 1) - 1, 2 * (a >> 1 & 1) - 1, 2 * (a >> 2) - 1
        v = u[a, k]
        c[0] += x * v
        c[1] += y * v
        c[2] += z * v
        c[3] += x * y * v
        c[4] += y * z * v
        c[5] += z * x * v
        c[6] += x * y * z * v


@njit(cache=True)
def free_strain(low, step, T0, z0, T1, z1, strain, free):
    """Change of the free strain of every cell: free (n,) [written]; the others as in plasticity.free_change."""
    a, b = np.empty((strain.shape[0], 1)), np.empty((strain.shape[0], 1))
    for j in range(T0.size):
        unpack(z0, j, a, 0)
        unpack(z1, j, b, 0)
        p0, p1 = (T0[j] - low) / step, (T1[j] - low) / step
        free[j] = 0.0
        for i in range(strain.shape[0]):
            if a[i, 0] > 0.0:
                free[j] -= a[i, 0] * _strain(strain[i], p0)
            if b[i, 0] > 0.0:
                free[j] += b[i, 0] * _strain(strain[i], p1)


@njit(cache=True)
def _slope(free, number, x, y, z, dx, dy, dz):
    """Half the change of the free strain from one face of a cell to the other, along one axis."""
    own = free[number[z, y, x]]
    total, sides = 0.0, 0
    if min(x - dx, y - dy, z - dz) >= 0:
        other = number[z - dz, y - dy, x - dx]
        if other >= 0:
            total += own - free[other]
            sides += 1
    if x + dx < number.shape[2] and y + dy < number.shape[1] and z + dz < number.shape[0]:
        other = number[z + dz, y + dy, x + dx]
        if other >= 0:
            total += free[other] - own
            sides += 1
    return 0.5 * total / sides if sides else 0.0


@njit(cache=True)
def _unfold(five, six):
    """A deviator xx yy xy yz zx as xx yy zz xy yz zx."""
    six[0], six[1], six[2] = five[0], five[1], -float64(five[0]) - five[1]
    six[3], six[4], six[5] = five[2], five[3], five[4]


@njit(cache=True)
def _fold(six, five):
    """The way back."""
    five[0], five[1], five[2], five[3], five[4] = six[0], six[1], six[3], six[4], six[5]


@njit(parallel=True, cache=True)
def balance(
    rows, first, count, cell, scale, weight, number, index, free, du, low, step, T0, z0, T1, z1, table,
    trip, creep, creeping, exponent, dt, law, martensite, formed, carbon, least, classed, case_strain, case_flow,
    case_trip, theta, memory, factor, kinematic, mean, deviator, parent, product, back, keep, force, moduli, points,
    whole, plastic, watch,
):  # fmt: skip
    """Forces of the nodes after one increment, and either the tangent or the new state.

    rows, first, count, cell, scale      see the module
    weight      (n,)      part share of each cell, with its floor
    number      (nz, ny, nx) int32: cell in each box of the lattice, -1 where none
    index       (n,)      box number of each cell
    free        (n,)      see free_strain
    du          (N, 3)    displacement increment, m
    z0, z1      (P - 1, n) fractions of all phases but the first, before and after
    low .. formed         the others see plasticity.mixture; theta, memory, factor see plasticity.point; kinematic
                backstress.moving
    carbon      (n,)      mass fraction, or empty where no cell has other than that of the steel; it and what follows
                up to case_trip see carbon_strain.add_carbon
    mean        (n,)      mean normal elastic strain, by B-bar the same at all points [written where keep]
    deviator    (n, 8, 5) float32 its deviator xx yy xy yz zx at the points; (n, 8, 6) where tension is cut off: and
                what the point has more than the mean [written where keep]
    parent, product (n, 8) float32 hardening variables  [written where keep]
    back        (n, 8, 2, 5) float32 deviators as above, see backstress.moving; empty where kinematic is 0
                [written where keep]
    keep        ()        whether the increment is taken
    force       (N, 3)    [written] N
    moduli      (slots/16, 2, 16) float32  [written] bulk and shear times weight, Pa
    points      (slots/8, 8, 6, 8) int16   [written where not keep] tangent
    whole       (slots/8, 8, 21, 8) float32 [written where not keep] tangent where tension is cut off, else empty
    plastic     (n,)      [added to where keep] mean plastic strain
    watch       (slabs,)  [written] sum of squared forces of single cells

    The order of all sums is that of the slabs. Trilinear displacements cannot follow a free strain e that
    varies along x: they lack u_x = e' (x^2 - y^2 - z^2) / 2. Its strains are added as known incompatible
    modes, so that a linear temperature leaves a free body without stress, as it must. The shear that comes with
    bending and should not counts as in a cube, see _solid.h.
    """
    force[:] = 0.0
    slabs = first.size
    even = (slabs + 1) // 2
    for half in range(2):
        turns = even + half * (slabs - 2 * even)
        for turn in prange(turns):
            slab = half * even + turn
            sum_squared = 0.0
            u, c = np.empty((8, 3)), np.empty((3, 7))
            grad, pull = np.empty((3, 3, 4)), np.empty((3, 3, 4))
            was, now, slopes = np.zeros((2, 6)), np.zeros((2, 6)), np.zeros((6, 6))
            own = np.zeros(8)
            for task in range((count[slab] + 63) // 64):
                begin = first[slab] + 64 * task
                m = min(64, count[slab] - 64 * task)
                Ta, Tb = np.empty(m), np.empty(m)
                za, zb = np.empty((z0.shape[0] + 1, m)), np.empty((z0.shape[0] + 1, m))
                for s in range(m):
                    j = cell[begin + s]
                    Ta[s], Tb[s] = T0[j], T1[j]
                    unpack(z0, j, za, s)
                    unpack(z1, j, zb, s)
                props, creeps = np.empty((m, ROW)), np.empty((m, 2, exponent.size))
                mixture(
                    low, step, Ta, za, Tb, zb, table, trip, creep, creeping, dt, law, martensite, formed, props,
                    creeps,
                )  # fmt: skip
                if carbon.size:
                    own = np.empty(m)
                    for s in range(m):
                        own[s] = carbon[cell[begin + s]]
                    add_carbon(low, step, Ta, za, Tb, zb, own, least, classed, case_strain, case_flow, case_trip, props)
                for s in range(m):
                    slot = begin + s
                    j = cell[slot]
                    prop = props[s]
                    shear, bulk, share = prop[SHEAR], prop[BULK], weight[j]
                    for r in range(4):
                        for i in range(2):
                            for k in range(3):
                                u[2 * r + i, k] = du[rows[slot, r] + i, k]
                    for k in range(3):
                        _modes(u, k, c[k])
                    for d in range(3):
                        q = (d + 2) % 3
                        for k in range(3):
                            to_p, to_q = (scale[d], scale[k]) if k == q else (scale[k], scale[d])
                            one, by_p = scale[d] * c[k, d], to_p * GAUSS * c[k, 3 + d]
                            by_q, both = to_q * GAUSS * c[k, 3 + q], scale[k] / 3.0 * c[k, 6]
                            grad[k, d, 0] = one - by_p - by_q + both
                            grad[k, d, 1] = one + by_p - by_q - both
                            grad[k, d, 2] = one - by_p + by_q - both
                            grad[k, d, 3] = one + by_p + by_q + both
                    box = index[j]
                    bx, by = box % number.shape[2], box // number.shape[2] % number.shape[1]
                    bz = box // (number.shape[2] * number.shape[1])
                    bend0 = GAUSS * _slope(free, number, bx, by, bz, 1, 0, 0)
                    bend1 = GAUSS * _slope(free, number, bx, by, bz, 0, 1, 0)
                    bend2 = GAUSS * _slope(free, number, bx, by, bz, 0, 0, 1)
                    pull[:] = 0.0
                    third = (scale[0] * c[0, 0] + scale[1] * c[1, 1] + scale[2] * c[2, 2]) / 3.0
                    old_mean = new_mean = mean[j]
                    flow = total_mean = 0.0
                    sub, lane = slot // 8, slot % 8
                    for g in range(8):
                        x, y, z = g & 1, g >> 1 & 1, g >> 2
                        i0, i1, i2 = y + 2 * z, z + 2 * x, x + 2 * y
                        e0 = grad[0, 0, i0] + (2 * x - 1) * bend0
                        e1 = grad[1, 1, i1] + (2 * y - 1) * bend1
                        e2 = grad[2, 2, i2] + (2 * z - 1) * bend2
                        fill = third - (e0 + e1 + e2) / 3.0
                        d0, d1 = float64(deviator[j, g, 0]), float64(deviator[j, g, 1])
                        if whole.size > 0:
                            old_mean = mean[j] + float64(deviator[j, g, 5])
                        old = (
                            old_mean + d0, old_mean + d1, old_mean - d0 - d1,
                            float64(deviator[j, g, 2]), float64(deviator[j, g, 3]),
                            float64(deviator[j, g, 4]),
                        )  # fmt: skip
                        strain = (
                            e0 + fill, e1 + fill, e2 + fill,
                            0.5 * (grad[0, 1, i1] + grad[1, 0, i0] - (2 * y - 1) * bend0 - (2 * x - 1) * bend1),
                            0.5 * (grad[1, 2, i2] + grad[2, 1, i1] - (2 * z - 1) * bend1 - (2 * y - 1) * bend2),
                            0.5 * (grad[2, 0, i0] + grad[0, 2, i2] - (2 * x - 1) * bend2 - (2 * z - 1) * bend0),
                        )  # fmt: skip
                        r0, r1 = float64(parent[j, g]), float64(product[j, g])
                        if whole.size > 0:
                            new, r0, dp = cut_off(old, strain, r0, prop, 1.0 - LIMIT, slopes)
                            along = across = 0.0
                            n = new
                        else:
                            if kinematic > 0.0:
                                for a in range(2):
                                    _unfold(back[j, g, a], was[a])
                            new, r0, r1, dp, along, across, n = respond(
                                old, strain, r0, r1, was, prop, creeps[s], exponent, theta, memory, factor, kinematic,
                                now,
                            )  # fmt: skip
                        new_mean = (new[0] + new[1] + new[2]) / 3.0
                        own[g] = new_mean
                        total_mean += 0.125 * new_mean
                        if keep:
                            deviator[j, g, 0], deviator[j, g, 1] = new[0] - new_mean, new[1] - new_mean
                            deviator[j, g, 2], deviator[j, g, 3], deviator[j, g, 4] = new[3], new[4], new[5]
                            parent[j, g], product[j, g] = r0, r1
                            if kinematic > 0.0:
                                for a in range(2):
                                    _fold(now[a], back[j, g, a])
                            flow += dp
                        elif whole.size > 0:
                            place = 0
                            for i in range(6):
                                for k in range(i + 1):
                                    whole[sub, g, place, lane] = share * slopes[i, k]
                                    place += 1
                        else:
                            n0, n1, n2, n3, n4, n5 = n
                            norm = n0 * n0 + n1 * n1 + n2 * n2 + 2.0 * (n3 * n3 + n4 * n4 + n5 * n5)
                            part = min(max(along - across, 0.0), LIMIT * along)
                            part = EDGE * np.sqrt(part / norm) if norm > 0.0 else 0.0
                            points[sub, g, 0, lane] = int16(round(EDGE * min(along, 1.0)))
                            points[sub, g, 1, lane] = int16(round(part * n0))
                            points[sub, g, 2, lane] = int16(round(part * n1))
                            points[sub, g, 3, lane] = int16(round(part * n3))
                            points[sub, g, 4, lane] = int16(round(part * n4))
                            points[sub, g, 5, lane] = int16(round(part * n5))
                        n0, n1, n2 = new[0] - new_mean, new[1] - new_mean, 2.0 * new_mean - new[0] - new[1]
                        n0, n1, n2, n3, n4, n5 = (
                            2.0 * shear * n0, 2.0 * shear * n1, 2.0 * shear * n2,
                            2.0 * shear * new[3], 2.0 * shear * new[4], 2.0 * shear * new[5],
                        )  # fmt: skip
                        pull[0, 0, i0] += n0
                        pull[1, 1, i1] += n1
                        pull[2, 2, i2] += n2
                        pull[0, 1, i1] += n3
                        pull[1, 0, i0] += n3
                        pull[1, 2, i2] += n4
                        pull[2, 1, i1] += n4
                        pull[2, 0, i0] += n5
                        pull[0, 2, i2] += n5
                    if whole.size > 0:
                        new_mean = total_mean
                    pressure = 3.0 * bulk * new_mean
                    moduli[slot // 16, 0, slot % 16] = share * bulk
                    moduli[slot // 16, 1, slot % 16] = share * shear
                    if keep:
                        mean[j] = new_mean
                        plastic[j] += 0.125 * flow
                        for g in range(8 if whole.size > 0 else 0):
                            deviator[j, g, 5] = own[g] - new_mean
                    c[:] = 0.0
                    for d in range(3):
                        q = (d + 2) % 3
                        by = share * scale[3] * 0.125
                        for k in range(3):
                            f = pull[k, d]
                            to_p, to_q = (scale[d], scale[k]) if k == q else (scale[k], scale[d])
                            lower, upper, lower_p, upper_p = (
                                f[0] + f[1],
                                f[2] + f[3],
                                f[1] - f[0],
                                f[3] - f[2],
                            )
                            c[k, d] += by * scale[d] * (lower + upper)
                            c[k, 3 + d] += by * to_p * GAUSS * (lower_p + upper_p)
                            c[k, 3 + q] += by * to_q * GAUSS * (upper - lower)
                            c[k, 6] += by * scale[k] / 3.0 * (upper_p - lower_p)
                        c[d, d] += 8.0 * by * scale[d] * pressure
                    for a in range(8):
                        x, y, z = 2 * (a & 1) - 1, 2 * (a >> 1 & 1) - 1, 2 * (a >> 2) - 1
                        node = rows[slot, a >> 1] + (a & 1)
                        for k in range(3):
                            value = x * c[k, 0] + y * c[k, 1] + z * c[k, 2] + x * y * c[k, 3] + y * z * c[k, 4]
                            value += z * x * c[k, 5] + x * y * z * c[k, 6]
                            force[node, k] += value
                            sum_squared += value * value
            watch[slab] = sum_squared


@njit(cache=True)
def cell_stress(low, step, T, z, table, mean, deviator, stress):
    """Mean stress of each cell: stress (6, n) Pa xx yy zz xy yz zx [written]; the others see balance."""
    share = np.empty((table.shape[1], 1))
    for j in range(T.size):
        unpack(z, j, share, 0)
        place = (T[j] - low) / step
        young = poisson = 0.0
        for i in range(table.shape[1]):
            if share[i, 0] > 0.0:
                young += share[i, 0] * _lookup(table[YOUNG, i], place)
                poisson += share[i, 0] * _lookup(table[POISSON, i], place)
        shear = young / (2.0 * (1.0 + poisson))
        pressure = young / (1.0 - 2.0 * poisson) * mean[j]
        total = np.zeros(5)
        for g in range(8):
            for k in range(5):
                total[k] += 0.25 * shear * float64(deviator[j, g, k])
        stress[0, j], stress[1, j] = pressure + total[0], pressure + total[1]
        stress[2, j] = pressure - total[0] - total[1]
        stress[3, j], stress[4, j], stress[5, j] = total[2], total[3], total[4]
