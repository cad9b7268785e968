"""Element loops of the 1d and rz stress solvers: unbalanced force, tangent band, new state of every point.

State of the points: elastic (n, g, c), parent and product (n, g) hardening variables; g points per cell. Where the
yield surface moves, back (n, g, 2, c): see backstress.moving; else back is empty.
Components: 1d radial, hoop, axial; rz radial, hoop, axial, radial-axial (tensor shear).
"""

import numpy as np
from numba import njit, prange

from .backstress import respond
from .cutoff import ROOT2, cut_off
from .plasticity import BULK, COMPRESSION, SHEAR

SLAB, CYLINDER, SPHERE = 0, 1, 2
FLOOR = 1e-7  # share of the elastic stiffness that a yielding point keeps in the tangent, not in its stress
BLOCK = 64  # ring elements that one thread takes at a time
SHORT = 0.1  # share of a step of Newton below which it is taken as it is


@njit(cache=True)
def line(
    kind, x, du, dlong, elastic, parent, product, back, rows, creeps, exponent, theta, memory, factor, kinematic,
    force, scale, band, edge, corner, elastic1, parent1, product1, back1, plastic, stress,
):  # fmt: skip
    """Quadratic elements with two Gauss points in slab, cylinder (generalised plane strain) and sphere.

    kind          ()         SLAB, CYLINDER or SPHERE
    x             (N,)       nodes, N = 2 n + 1: faces and centres, m
    du, dlong     (N,), ()   increments of the displacement [m] and of the strain common to all cells
    rows, creeps, exponent, theta, memory, factor     see plasticity.point; kinematic: backstress.moving
    force         (N + 1,)   [written] unbalanced force; last: of the common strain
    scale         (N + 1,)   [written] sum of |B| weight, which turns a stress into a force
    band          (3, N)     [written] tangent, lower band
    edge, corner  (N,), (1,) [written] tangent of the common strain
    elastic1, parent1, product1, back1  [written] new state
    plastic       (n,)       [written] mean plastic strain increment
    stress        (6, n)     [written] mean stress of each cell, Pa
    """
    force[:] = 0.0
    scale[:] = 0.0
    band[:] = 0.0
    edge[:] = 0.0
    corner[0] = 0.0
    stress[:] = 0.0
    B, DB = np.zeros((3, 4)), np.zeros((3, 4))
    D = np.zeros((3, 3))
    s = np.zeros(3)
    was, now, tangent = np.zeros((2, 6)), np.zeros((2, 6)), np.zeros((6, 6))
    for j in range(rows.shape[0]):
        row = rows[j]
        shear, bulk = row[SHEAR], row[BULK]
        first = 2 * j
        size = x[first + 2] - x[first]
        volume = 0.0
        plastic[j] = 0.0
        for g in range(2):
            xi = (2 * g - 1) / np.sqrt(3.0)
            r = x[first + 1] + 0.5 * size * xi
            shape = (0.5 * xi * (xi - 1.0), 1.0 - xi * xi, 0.5 * xi * (xi + 1.0))
            slope = ((2.0 * xi - 1.0) / size, -4.0 * xi / size, (2.0 * xi + 1.0) / size)
            weight = 0.5 * size
            if kind == CYLINDER:
                weight *= 2.0 * np.pi * r
            elif kind == SPHERE:
                weight *= 4.0 * np.pi * r * r
            for a in range(3):
                B[0, a] = slope[a]
                B[1, a] = 0.0 if kind == SLAB else shape[a] / r
                B[2, a] = shape[a] / r if kind == SPHERE else 0.0
            B[1, 3] = 1.0 if kind == SLAB else 0.0
            B[2, 3] = 0.0 if kind == SPHERE else 1.0
            s[:] = 0.0
            for a in range(3):
                for i in range(3):
                    s[i] += B[i, a] * du[first + a]
            for i in range(3):
                s[i] += B[i, 3] * dlong
            old = (elastic[j, g, 0], elastic[j, g, 1], elastic[j, g, 2], 0.0, 0.0, 0.0)
            step = (s[0], s[1], s[2], 0.0, 0.0, 0.0)
            if row[COMPRESSION] > 0.0:
                new, parent1[j, g], dp = cut_off(old, step, parent[j, g], row, FLOOR, tangent)
                product1[j, g] = product[j, g]
                D[:] = tangent[:3, :3]
            else:
                if kinematic > 0.0:
                    was[:, :3] = back[j, g]
                new, parent1[j, g], product1[j, g], dp, along, across, flow = respond(
                    old, step, parent[j, g], product[j, g], was, row, creeps[j], exponent, theta, memory, factor,
                    kinematic, now,
                )  # fmt: skip
                if kinematic > 0.0:
                    back1[j, g] = now[:, :3]
                norm = flow[0] * flow[0] + flow[1] * flow[1] + flow[2] * flow[2]
                norm = np.sqrt(norm) if norm > 0.0 else 1.0
                along, across = max(along, FLOOR), max(across, FLOOR)
                for i in range(3):
                    for k in range(3):
                        D[i, k] = bulk - 2.0 / 3.0 * shear * along
                        D[i, k] += 2.0 * shear * (across - along) * flow[i] * flow[k] / (norm * norm)
                    D[i, i] += 2.0 * shear * along
            mean = (new[0] + new[1] + new[2]) / 3.0
            for i in range(3):
                elastic1[j, g, i] = new[i]
                s[i] = 2.0 * shear * (new[i] - mean) + 3.0 * bulk * mean
                stress[i, j] += weight * s[i]
            plastic[j] += weight * dp
            volume += weight
            for a in range(4):
                for i in range(3):
                    DB[i, a] = D[i, 0] * B[0, a] + D[i, 1] * B[1, a] + D[i, 2] * B[2, a]
            for a in range(4):
                at = first + a if a < 3 else x.size
                for i in range(3):
                    force[at] += weight * B[i, a] * s[i]
                    scale[at] += weight * abs(B[i, a])
                for b in range(a + 1):
                    k_ab = B[0, a] * DB[0, b] + B[1, a] * DB[1, b] + B[2, a] * DB[2, b]
                    if a < 3:
                        band[a - b, first + b] += weight * k_ab
                    elif b < 3:
                        edge[first + b] += weight * k_ab
                    else:
                        corner[0] += weight * k_ab
        plastic[j] /= volume
        for i in range(3):
            stress[i, j] /= volume


@njit(cache=True)
def overshot(uphill, downhill):
    """Share by which a step of Newton overshot the least energy on its way; 0: not by much.

    uphill, downhill  unbalanced force times the step, after it the one and before it the other, counted as they rise
    """
    return uphill / (uphill + downhill) if uphill > 0.5 * downhill else 0.0


@njit(cache=True)
def bordered(band, edge, corner, force, step):
    """Solve for N unknowns whose matrix has two diagonals below the main one, and one that all of them meet.

    band    (3, N)    lower band; what is left of it afterwards is of no use
    edge    (N,)      last row and column; corner (1,) where they meet
    force   (N + 1,)
    step    (N + 1,)  [written]
    Answers whether the band is positive definite; where not, step is of no use.
    """
    n = edge.size
    pulled = edge.copy()
    step[:] = force
    for j in range(n):
        if not band[0, j] > 0.0:
            return False
        for below in range(1, min(3, n - j)):
            share = band[below, j] / band[0, j]
            for k in range(below, min(3, n - j)):
                band[k - below, j + below] -= share * band[k, j]
            step[j + below] -= share * step[j]
            pulled[j + below] -= share * pulled[j]
    for j in range(n - 1, -1, -1):
        for below in range(1, min(3, n - j)):
            step[j] -= band[below, j] * step[j + below]
            pulled[j] -= band[below, j] * pulled[j + below]
        step[j] /= band[0, j]
        pulled[j] /= band[0, j]
    last = (step[n] - edge @ step[:n]) / (corner[0] - edge @ pulled)
    step[:n] -= last * pulled
    step[n] = last
    return True


@njit(cache=True)
def balance(
    kind, held, x, elastic, parent, product, back, rows, creeps, exponent, theta, memory, factor, kinematic, most,
    tolerance, du, elastic1, parent1, product1, back1, plastic, stress,
):  # fmt: skip
    """Newton's method on `line`: the displacements that leave no force, and the state that goes with them.

    held       ()    node that does not move, -1: none
    most       ()    iterations at most
    tolerance  ()    unbalanced force over that of 0.1 % elastic strain
    du         (N,)  [written] increment of the displacement, m
    others     see line()
    Gives (iterations, what is left of the unbalanced force: not finite where there is no way on, strain common to all
    cells). Where tension and compression yield apart a step is shortened until the energy falls.
    """
    n = x.size
    force, scale, step = np.zeros(n + 1), np.zeros(n + 1), np.zeros(n + 1)
    band, edge, corner = np.zeros((3, n)), np.zeros(n), np.zeros(1)
    unit = 1e-3 * rows[:, SHEAR].max()
    cut = rows[:, COMPRESSION].max() > 0.0
    long, residual, share, downhill = 0.0, np.inf, 1.0, np.inf
    du[:] = 0.0
    for iteration in range(1, most + 1):
        line(
            kind, x, du, long, elastic, parent, product, back, rows, creeps, exponent, theta, memory, factor, kinematic,
            force, scale, band, edge, corner, elastic1, parent1, product1, back1, plastic, stress,
        )  # fmt: skip
        if kind == SPHERE:
            corner[0] = 1.0
        if held >= 0:
            hold(held, force, band, edge)
        residual = unbalance(force, scale) / unit
        if residual <= tolerance or not np.isfinite(residual):
            return iteration, residual, long
        over = overshot(-(force @ step), downhill) if cut and share > SHORT else 0.0
        if over > 0.0:
            back_by, share = over * share, share * (1.0 - over)
        else:
            if not bordered(band, edge, corner, force, step):
                return iteration, np.inf, long
            back_by, share, downhill = -1.0, 1.0, float(force @ step)
        du += back_by * step[:-1]
        long += back_by * step[-1]
    return most, residual, long


@njit(cache=True)
def hold(node, force, band, edge):
    """Take one node out of the system of `bordered`."""
    force[node] = edge[node] = 0.0
    band[:, node] = 0.0
    band[0, node] = 1.0
    for below in range(1, 3):
        if node >= below:
            band[below, node - below] = 0.0


@njit(cache=True)
def section_shapes(inner, size, height):
    """Strain of a bilinear ring element by its 8 displacements, with the dilatation averaged (B-bar).

    inner, size  (m,)  inner radius and width of each column of elements, m
    height       ()    m
    Gives B (m, 4 points, 4 components, 8) and the weights (m, 4), full turn, m3. T. J. R. Hughes, Int. J.
    Numer. Meth. Engng 15 (1980) 1413. Corners (0, 0) (1, 0) (0, 1) (1, 1) in (r, z), each with u_r u_z.
    """
    m = inner.size
    B = np.zeros((m, 4, 4, 8))
    weights = np.zeros((m, 4))
    for c in range(m):
        volume = np.zeros(8)
        for g in range(4):
            p, q = 0.5 + (g % 2 - 0.5) / np.sqrt(3.0), 0.5 + (g // 2 - 0.5) / np.sqrt(3.0)
            r = inner[c] + p * size[c]
            weights[c, g] = 0.25 * size[c] * height * 2.0 * np.pi * r
            for a in range(4):
                i, k = a % 2, a // 2
                along = p if i == 1 else 1.0 - p
                up = q if k == 1 else 1.0 - q
                radial = (2 * i - 1) / size[c] * up
                axial = (2 * k - 1) / height * along
                B[c, g, 0, 2 * a] = radial
                B[c, g, 1, 2 * a] = along * up / r
                B[c, g, 2, 2 * a + 1] = axial
                B[c, g, 3, 2 * a] = 0.5 * axial
                B[c, g, 3, 2 * a + 1] = 0.5 * radial
            volume += weights[c, g] * (B[c, g, 0] + B[c, g, 1] + B[c, g, 2])
        volume /= weights[c].sum()
        for g in range(4):
            change = (volume - B[c, g, 0] - B[c, g, 1] - B[c, g, 2]) / 3.0
            for i in range(3):
                B[c, g, i] += change
    return B, weights


@njit(cache=True)
def _add_stiffness(b, tangent, weight, stiffness):
    """Add b^T tangent b of a ring to its lower triangle; b (4, 8), tangent as cutoff.cut_off gives it."""
    place = (0, 1, 2, 5)
    for a in range(8):
        for d in range(a + 1):
            for i in range(4):
                left = b[i, a] * (ROOT2 if i == 3 else 1.0) * weight
                for k in range(4):
                    right = b[k, d] * (ROOT2 if k == 3 else 1.0)
                    stiffness[a, d] += left * tangent[place[i], place[k]] * right


@njit(cache=True, parallel=True)
def section(
    column, number, fraction, B, weights, du, elastic, parent, product, back, rows, creeps, exponent, theta, memory,
    factor, kinematic, push, weigh, stiffness, elastic1, parent1, product1, back1, plastic, stress,
):  # fmt: skip
    """B-bar ring elements on the cells of an rz lattice, cut cells weighted by their volume fraction.

    column        (n,)       place of each cell in B and weights
    number        (n, 8)     unknown of each corner displacement, -1 where it is held
    fraction      (n,)       part share of the cell
    B, weights    see section_shapes
    du            (N,)       displacement increment, m
    push, weigh   (n, 8)     [written] force of each element on its corners; sum of |B| weight
    stiffness     (n, 8, 8)  [written] tangent of each element, lower triangle
    others        as in line(); four points, four components, stress (6, n)
    """
    stress[:] = 0.0
    cells = rows.shape[0]
    for block in prange((cells + BLOCK - 1) // BLOCK):
        e, flow, trace = np.zeros(4), np.zeros(8), np.zeros(8)
        was, now, tangent = np.zeros((2, 6)), np.zeros((2, 6)), np.zeros((6, 6))
        for j in range(block * BLOCK, min(cells, (block + 1) * BLOCK)):
            row = rows[j]
            shear, bulk = row[SHEAR], row[BULK]
            c = column[j]
            plastic[j] = 0.0
            stiffness[j] = 0.0
            push[j] = 0.0
            weigh[j] = 0.0
            total = 0.0
            for g in range(4):
                b = B[c, g]
                weight = weights[c, g] * fraction[j]
                e[:] = 0.0
                for a in range(8):
                    if number[j, a] >= 0:
                        for i in range(4):
                            e[i] += b[i, a] * du[number[j, a]]
                old = (elastic[j, g, 0], elastic[j, g, 1], elastic[j, g, 2], 0.0, 0.0, elastic[j, g, 3])
                step = (e[0], e[1], e[2], 0.0, 0.0, e[3])
                if row[COMPRESSION] > 0.0:
                    new, parent1[j, g], dp = cut_off(old, step, parent[j, g], row, FLOOR, tangent)
                    product1[j, g] = product[j, g]
                    n0 = n1 = n2 = n3 = along = across = 0.0
                    _add_stiffness(b, tangent, weight, stiffness[j])
                else:
                    if kinematic > 0.0:
                        for a in range(2):
                            was[a, :3] = back[j, g, a, :3]
                            was[a, 5] = back[j, g, a, 3]
                    new, parent1[j, g], product1[j, g], dp, along, across, n = respond(
                        old, step, parent[j, g], product[j, g], was, row, creeps[j], exponent, theta, memory, factor,
                        kinematic, now,
                    )  # fmt: skip
                    if kinematic > 0.0:
                        for a in range(2):
                            back1[j, g, a, :3] = now[a, :3]
                            back1[j, g, a, 3] = now[a, 5]
                    n0, n1, n2, n3 = n[0], n[1], n[2], n[5]
                mean = (new[0] + new[1] + new[2]) / 3.0
                twice, pressure = 2.0 * shear, (3.0 * bulk - 2.0 * shear) * mean
                s0, s1, s2 = twice * new[0] + pressure, twice * new[1] + pressure, twice * new[2] + pressure
                s3 = twice * new[5]
                for i in range(3):
                    elastic1[j, g, i] = new[i]
                elastic1[j, g, 3] = new[5]
                stress[0, j] += weight * s0
                stress[1, j] += weight * s1
                stress[2, j] += weight * s2
                stress[5, j] += weight * s3
                total += weight
                plastic[j] += weight * dp
                along, across = max(along, FLOOR), max(across, FLOOR)
                norm = n0 * n0 + n1 * n1 + n2 * n2 + 2.0 * n3 * n3
                pull = 2.0 * shear * (across - along) / norm * weight if norm > 0.0 else 0.0
                stiff = 2.0 * shear * along * weight
                press = (bulk - 2.0 / 3.0 * shear * along) * weight
                for a in range(8):
                    trace[a] = b[0, a] + b[1, a] + b[2, a]
                    flow[a] = n0 * b[0, a] + n1 * b[1, a] + n2 * b[2, a] + 2.0 * n3 * b[3, a]
                    push[j, a] += weight * (s0 * b[0, a] + s1 * b[1, a] + s2 * b[2, a] + 2.0 * s3 * b[3, a])
                    weigh[j, a] += weight * (abs(b[0, a]) + abs(b[1, a]) + abs(b[2, a]) + abs(b[3, a]))
                for a in range(8 if row[COMPRESSION] == 0.0 else 0):
                    t0, t1, t2, t3 = stiff * b[0, a], stiff * b[1, a], stiff * b[2, a], 2.0 * stiff * b[3, a]
                    tr, fl = press * trace[a], pull * flow[a]
                    for d in range(a + 1):
                        stiffness[j, a, d] += t0 * b[0, d] + t1 * b[1, d] + t2 * b[2, d] + t3 * b[3, d]
                        stiffness[j, a, d] += tr * trace[d] + fl * flow[d]
            plastic[j] /= total
            for i in range(6):
                stress[i, j] /= total


@njit(cache=True)
def assemble(number, push, weigh, stiffness, force, scale, band):
    """Elements to unknowns, in the order of the cells.

    number, push, weigh, stiffness  see section()
    force, scale  (N,)        [written] unbalanced force; sum of |B| weight
    band          (b + 1, N)  [written] tangent, lower band
    """
    force[:] = 0.0
    scale[:] = 0.0
    band[:] = 0.0
    for j in range(number.shape[0]):
        for a in range(8):
            row_a = number[j, a]
            if row_a < 0:
                continue
            force[row_a] += push[j, a]
            scale[row_a] += weigh[j, a]
            for d in range(a + 1):
                row_d = number[j, d]
                if row_d >= 0:
                    high, lowest = max(row_a, row_d), min(row_a, row_d)
                    band[high - lowest, lowest] += stiffness[j, a, d]


@njit(cache=True)
def unbalance(force, scale):
    """Largest unbalanced force over the largest scale; not finite where a force is not.   (N,) both"""
    most = largest = 0.0
    for i in range(force.size):
        if not np.isfinite(force[i]):
            return np.inf
        most = max(most, abs(force[i]))
        largest = max(largest, scale[i])
    return most / largest


@njit(cache=True)
def shear(elastic):
    """(n,) largest sqrt(3/2 e':e') of the points of each cell.   elastic (n, g, c), components as above"""
    n, g, c = elastic.shape
    largest = np.zeros(n)
    for j in range(n):
        for k in range(g):
            e = elastic[j, k]
            mean = (e[0] + e[1] + e[2]) / 3.0
            square = (e[0] - mean) ** 2 + (e[1] - mean) ** 2 + (e[2] - mean) ** 2
            if c == 4:
                square += 2.0 * e[3] ** 2
            largest[j] = max(largest[j], 1.5 * square)
    return np.sqrt(largest)
