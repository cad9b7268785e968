"""Conduction in the part: enthalpy in time by a stabilised explicit method of second order.

Runge-Kutta-Legendre RKL2 of C. D. Meyer, D. S. Balsara, T. D. Aslam, J. Comput. Phys. 257 (2014) 594-626:
with s stages a step may be (s^2 + s - 2)/4 times the explicit limit 2/radius, so its cost grows as the root
of its length. The recurrence runs on the increments D_j = Y_j - Y_0, where the coefficients need not sum to
one to the last bit; the heat through the wall follows the same recurrence: the ledger closes to round-off.

Error of a step: dt^3 y'''/15, the size of the usual estimate 0.8 (Y_0 - Y_s) + 0.4 dt (F_0 + F_s) (B. P. Sommeijer,
L. F. Shampine, J. G. Verwer, J. Comput. Appl. Math. 88 (1998) 315-326), but as a third difference of the stages, each
of which is of second order at its own time, and averaged with the neighbours: a roughness from cell to cell, which
latent heat and boiling leave behind and conduction wipes out, would count in the rates as often as the step is longer
than the cell's own time. Over the heat capacity, times the share of the cell that the part fills, largest over the
cells: the tolerance is the largest error in kelvin that one step may add to a full cell and its neighbours.
Unweighted, slivers, which follow each release of latent heat at once, would hold back the whole part.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil, inf, sqrt

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from ..kernels.enthalpy import enthalpy as enthalpy_of
from ..kernels.heat import Plan
from ..materials.matter import Matter
from .boundary import Law
from .geometry import Cells
from .state import State
from .tables import Axis, Tables
from .threads import ALONE

Array = NDArray[float64]
Index = NDArray[int64]

STIFFEST = 2.0  # times a full cell: how stiff a cut cell may be, see `lift`
SAFETY = 1.1  # on the Gershgorin radius, which moves during a step
REACH = 0.1  # of a spacing: least conduction path from a cell to a wall that is held stiffly
MOST_STAGES = 1001


@dataclass(frozen=True)
class Advance:
    """A trial step; nothing of the state it started from is changed.

    dt           s, the step taken: as asked, or what MOST_STAGES can do
    enthalpy     (n,)  J/m3
    temperature  (n,)  K, with the phases of the start and the latent heat that was expected
    wall         (p,)  K
    error        K, largest local error of any cell; inf where the step went wrong
    heat         J into the part through each zone, and of the volumetric `source` where there is one
    stages       evaluations of the rate
    """

    dt: float
    enthalpy: Array
    temperature: Array
    wall: Array
    error: float
    heat: dict[str, float]
    stages: int


class Heat:
    """The heat column of one part.

    cells, matter
    tolerance  K, kept for the step controller
    axis       of all tables; the result lies in `tables`
    source     W/m3, a number or a function of time (s, as the laws take it)
    stiffest   how many times stiffer than a full cell a cut cell may be
    threads    None: as many as the process may use; results do not depend on it

    """

    def __init__(
        self,
        cells: Cells,
        matter: Matter,
        tolerance: float = 0.1,
        *,
        axis: Axis = Axis(),  # noqa: B008 (frozen)
        source: float | Callable[[float], float] = 0.0,
        stiffest: float = STIFFEST,
        threads: int | None = None,
    ) -> None:
        self.cells, self.matter, self.tolerance, self.source = cells, matter, tolerance, source
        self.tables = Tables.of(matter, axis)
        volume = lift(cells, stiffest)
        run, rim, conductance = _rows(cells, volume)
        lattice = cells.lattice
        resolved = [d for d, n in zip(lattice.spacing, lattice.shape, strict=True) if n > 1]
        if threads is None:
            threads = 1 if cells.index.size < ALONE else _processors()
        self.plan = Plan(
            count=cells.index.size,
            spacing=tuple(d if n > 1 else inf for d, n in zip(lattice.spacing, lattice.shape, strict=True)),
            run=run,
            rim=rim,
            rim_neighbour=_neighbours(cells, rim),
            rim_conductance=conductance,
            rim_volume=volume[rim],
            rim_share=cells.fraction[rim],
            patch_cell=cells.patch_cell,
            patch_area=cells.patch_area,
            patch_distance=cells.patch_distance,
            patch_zone=cells.patch_zone,
            zones=len(cells.zones),
            reach=REACH * min(resolved, default=lattice.spacing[0]),
            enthalpy=self.tables.enthalpy,
            conductivity=self.tables.conductivity,
            low=axis.low,
            step=axis.step,
            threads=threads,
        )
        self._rim, self._lift = rim, (volume - cells.volume)[rim]
        self._total = float(volume.sum())
        self._zone = np.ascontiguousarray(cells.patch_zone[self.plan.order])
        self._steady: dict[int, tuple[Law, Array]] = {}
        self._stacked: tuple[tuple[Law, ...], Array] = ((), np.empty((0, axis.count)))

    @property
    def volume(self) -> Array:
        """(n,) m3 that hold the heat of each cell: the part's share of it, lifted in small cut cells."""
        volume = self.cells.volume.copy()
        volume[self._rim] += self._lift
        return volume

    def initial(self, T0: float, phases: Mapping[str, float] | None = None) -> State:
        """The part at a uniform temperature.   T0 K; phases: fraction by name, None: all of the first phase

        Raises ValueError for an unknown phase and fractions that do not sum to 1.
        """
        n, names = self.cells.index.size, self.tables.phases
        share = {names[0]: 1.0} if phases is None else dict(phases)
        if unknown := set(share) - set(names):
            wrong = sorted(unknown)[0]
            raise ValueError(f"{self.matter.name} has no phase {wrong!r}; it has {', '.join(names)}")
        z = np.array([[share.get(name, 0.0)] for name in names])
        if abs(z.sum() - 1.0) > 1e-12 or (z < 0.0).any():
            raise ValueError(f"phase fractions must be positive and sum to 1, got {share}")
        axis = self.tables.axis
        H = enthalpy_of(float(T0), z, 0, self.tables.enthalpy, axis.low, axis.step)
        T, wall = np.full(n, float(T0)), np.full(self.cells.patch_cell.size, float(T0))
        return State(0.0, np.full(n, H), np.repeat(z[1:], n, axis=1), T, wall)

    def energy(self, enthalpy: Array) -> float:
        """Heat content of the part, J.   enthalpy (n,) J/m3"""
        return float(self.cells.volume @ enthalpy + self._lift @ enthalpy[self._rim])

    def explicit_limit(self, state: State, laws: tuple[Law, ...] = (), *, since: float = 0.0) -> float:
        """Longest stable step of the plain explicit method, s; conduction alone without laws."""
        table = self._laws(laws or (Law(flux=0.0),) * len(self.cells.zones), state.time - since)
        self.plan.begin(state.enthalpy, state.products, state.temperature, state.wall)
        self.plan.look(None, table, self._zone, np.empty(len(self.cells.zones)))
        radius = self.plan.survey(None)[0]
        self.plan.rest()
        return 2.0 / (SAFETY * radius) if radius > 0.0 else float("inf")

    def advance(
        self,
        state: State,
        laws: tuple[Law, ...],
        dt: float,
        *,
        since: float = 0.0,
        dry: tuple[Law, ...] = (),
        entry: Array | None = None,
    ) -> Advance:
        """Try one step with frozen phases; the arrays of `state` are read, never written.

        laws   one per zone of the cells
        dt     s
        since  s, time at which the leg began: laws and entry count from there
        dry    laws of the zones before a patch enters
        entry  (p,) s, when each patch meets `laws`; None: at once

        The rate of release in the memory "latent" of the state warms the cells during the step, so that its
        temperatures are those that the phases will make; it is none of the heat that the step brings.
        Where dt would need more than MOST_STAGES stages the step is shortened; the answer tells its length.
        """
        plan, start = self.plan, state.time - since
        power, power_s = np.empty(len(self.cells.zones)), np.empty(len(self.cells.zones))

        def look(D: Array | None, time: float, out: Array) -> float:
            table = self._laws((*laws, *dry), time)
            plan.source[0] = source = float(self.source(time) if callable(self.source) else self.source)
            plan.look(D, table, self._met(time, entry, bool(dry)), out)
            return source

        latent = state.memory.get("latent")
        plan.begin(state.enthalpy, state.products, state.temperature, state.wall, latent)
        source = look(None, start, power)
        plan.rate(plan.F0)
        wall = plan.wall.copy()
        stages, radius = 0, plan.survey(None)[0]
        while True:
            dt = min(dt, 2.0 * _reach(MOST_STAGES) / (SAFETY * max(radius, 1e-300)))
            s = min(_stages(dt * radius * SAFETY), MOST_STAGES)
            plan.T[:], plan.wall[:] = state.temperature, wall
            mu1, recurrence = _coefficients(s)
            noted = _third_difference(s)
            np.multiply(plan.F0, mu1 * dt, out=plan.D1)
            plan.D2[:] = 0.0
            first = np.append(power, source * self._total)
            heat0, heat1 = np.zeros(first.size), first * (mu1 * dt)
            for j, (mu, nu, a, b, c) in enumerate(recurrence, start=2):
                rate = look(plan.D1, start + c * dt, power_s)
                plan.stage(mu, nu, a * dt, b * dt)
                if j in noted and j < s:
                    plan.note(noted[j], first=j == min(noted))
                flow = np.append(power_s, rate * self._total)
                heat0, heat1 = heat1, mu * heat1 + nu * heat0 + (a * dt) * flow + (b * dt) * first
            look(plan.D1, start + dt, power_s)
            after, error = plan.survey(noted[s])
            stages += s
            if after * dt <= 2.0 * _reach(s) or not after > radius:
                break
            radius = after
        if not np.isfinite(error):
            error = float("inf")
        book = dict(zip(self.cells.zones, heat1[:-1].tolist(), strict=True))
        if self.source:
            book["source"] = float(heat1[-1])
        enthalpy, temperature = np.add(state.enthalpy, plan.D1, out=plan.D1), plan.T
        if latent is not None:
            enthalpy -= np.multiply(latent, dt, out=plan.D2, dtype=float64)
        plan.rest()
        return Advance(dt, enthalpy, temperature, plan.wall_temperature(), error, book, stages)

    def _laws(self, laws: tuple[Law, ...], time: float) -> Array:
        """(laws, m + 1) W/m2 at the knots of the axis, then the steepest fall of each, W/m2/K."""
        if _are(laws, self._stacked[0]):
            return self._stacked[1]
        rows = []
        for law in laws:
            known = self._steady.get(id(law))
            if known is None or known[0] is not law:
                flux = law.table(self.tables.axis.knots, time)
                known = (law, np.append(flux, max(0.0, -np.diff(flux).min()) / self.tables.axis.step))
                if law.steady:
                    self._steady[id(law)] = known
            rows.append(known[1])
        table = np.array(rows)
        if all(law.steady for law in laws):
            self._stacked = (laws, table)
        return table

    def _met(self, time: float, entry: Array | None, dry: bool) -> Index:
        """(p,) number of the law that each patch meets now; the dry ones follow the zones'."""
        if entry is None or not dry:
            return self._zone
        return self._zone + len(self.cells.zones) * (entry[self.plan.order] > time)


def next_dt(dt: float, error: float, tolerance: float) -> float:
    """Step that would have made an error of the tolerance, with a margin; at most three times the last.

    dt s; error, tolerance K. The error of a step grows with its third power.
    """
    if not np.isfinite(error):
        return 0.2 * dt
    return dt * min(3.0, max(0.2, 0.8 * float(np.cbrt(tolerance / max(error, 1e-300)))))


def lift(cells: Cells, stiffest: float = STIFFEST) -> Array:
    """Volumes (n,) m3 that hold the heat: small cut cells lifted, the sum unchanged.

    A cell much smaller than its open faces and its wall would bind the explicit step. It borrows what makes
    it `stiffest` times as stiff as a full cell from its neighbours, by open area and by what they have above
    their own need, of which they lend at most half (a tenth of their volume always). No direction is
    preferred: a mirrored part has mirrored volumes.
    """
    volume = cells.volume
    resolved = np.array([d for d, n in zip(cells.lattice.spacing, cells.lattice.shape, strict=True) if n > 1])
    if not resolved.size:
        return volume
    wall = np.bincount(cells.patch_cell, cells.patch_area, minlength=volume.size)[cells.rim]
    need = np.zeros(volume.size)
    need[cells.rim] = cells.rim_conductance.sum(axis=1) + wall / (2.0 * resolved.min())
    need /= stiffest * 2.0 * (1.0 / resolved**2).sum()
    for _ in range(3):  # a sliver among slivers is served by those that were served before it
        small = np.flatnonzero(volume[cells.rim] < need[cells.rim] * (1.0 - 1e-9))
        if not small.size:
            break
        cell = cells.rim[small]
        spare = np.maximum(0.5 * (volume - need), 0.1 * volume)
        neighbour = _neighbours(cells, cell)  # 0 stands in where a face is closed
        weight = cells.rim_conductance[small] * spare[neighbour]
        weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
        asked = weight * (need - volume)[cell][:, None]
        demand = np.bincount(neighbour.ravel(), asked.ravel(), minlength=volume.size)
        lent = asked * np.minimum(1.0, spare / np.maximum(demand, 1e-300))[neighbour]
        volume = volume - np.bincount(neighbour.ravel(), lent.ravel(), minlength=volume.size)
        volume[cell] += lent.sum(axis=1)
    return volume


def _neighbours(cells: Cells, cell: Index) -> Index:
    """(k, 6) part cells behind the faces -x +x -y +y -z +z of part cells (k,); 0 where there is none."""
    nx, ny, nz = cells.lattice.shape
    at = cells.index[cell]
    place = np.stack([at % nx, at // nx % ny, at // (nx * ny)], axis=1)
    found = np.zeros((cell.size, 6), int64)
    for face in range(6):
        axis, side = face // 2, 2 * (face % 2) - 1
        inside = (place[:, axis] + side >= 0) & (place[:, axis] + side < (nx, ny, nz)[axis])
        beside = np.where(inside, at + side * (1, nx, nx * ny)[axis], -1)
        i = np.minimum(np.searchsorted(cells.index, beside), cells.index.size - 1)
        found[:, face] = np.where(inside & (cells.index[i] == beside), i, 0)
    return found


def _rows(cells: Cells, volume: Array) -> tuple[Index, Index, Array]:
    """Runs as the plan takes them, rim and its conductances; the run cells that lend volume are moved to the rim."""
    runs = cells.run
    inside = np.repeat(np.arange(len(runs)), runs[:, 2])
    before = np.cumsum(runs[:, 2]) - runs[:, 2]
    cell = np.arange(len(inside)) - before[inside] + runs[inside, 0]
    lends = volume[cell] != cells.volume[cell]
    if not lends.any():
        order = np.argsort(cells.rim)
        return _beside(cells, runs[:, 0], runs[:, 2]), cells.rim[order], cells.rim_conductance[order]
    kept, row = cell[~lends], inside[~lends]
    begins = np.flatnonzero((np.diff(kept, prepend=-9) != 1) | (np.diff(row, prepend=-9) != 0))
    length = np.diff(np.append(begins, kept.size))
    dx, dy, dz = cells.lattice.spacing
    open_faces = np.repeat([dy * dz / dx, dx * dz / dy, dx * dy / dz], 2)
    rim = np.concatenate([cells.rim, cell[lends]])
    conductance = np.concatenate([cells.rim_conductance, np.tile(open_faces, (int(lends.sum()), 1))])
    order = np.argsort(rim)
    return _beside(cells, kept[begins], length), rim[order], conductance[order]


def _beside(cells: Cells, first: Index, length: Index) -> Index:
    """(q, 6) rows of cells by first cell and length, with the first cells of the rows -y +y -z +z."""
    return np.concatenate([np.stack([first, length], axis=1), _neighbours(cells, first)[:, 2:]], axis=1)


def _are(some: tuple[object, ...], others: tuple[object, ...]) -> bool:
    """Whether two tuples hold the very same objects."""
    return len(some) == len(others) and all(a is b for a, b in zip(some, others, strict=True))


def _reach(stages: int) -> float:
    """Stable step over the explicit one."""
    return (stages**2 + stages - 2) / 4.0


def _stages(dt_radius: float) -> int:
    """Least odd number of stages, 5 or more, that is stable for dt times the radius."""
    s = max(5, ceil(0.5 * (sqrt(9.0 + 8.0 * dt_radius) - 1.0)))
    return s + 1 - s % 2


@cache
def _coefficients(s: int) -> tuple[float, list[tuple[float, float, float, float, float]]]:
    """First weight and (mu, nu, weight of F_{j-1}, of F_0, time c_{j-1}) of stages 2..s, in units of dt."""
    w = 4.0 / (s**2 + s - 2)

    def b(j: int) -> float:
        return 1.0 / 3.0 if j < 2 else (j**2 + j - 2) / (2.0 * j * (j + 1))

    c0, c1 = 0.0, w / 3.0
    rows = []
    for j in range(2, s + 1):
        mu, nu = (2 * j - 1) / j * b(j) / b(j - 1), -(j - 1) / j * b(j) / b(j - 2)
        a = mu * w
        g = -(1.0 - b(j - 1)) * a
        rows.append((mu, nu, a, g, c1))
        c0, c1 = c1, mu * c1 + nu * c0 + a + g
    return w / 3.0, rows


@cache
def _third_difference(s: int) -> dict[int, float]:
    """Weight of Y_j - Y_0 by number j of three stages: together dt^3 y'''/15 to leading order.

    The stages are exact to second order at their times (j^2 + j - 2) / (s^2 + s - 2); of the third power of
    z = dt lambda each has its own share, that of (1 - b_j) + b_j P_j(1 + w z), P_j the polynomial of Legendre.
    """
    stages = (round(0.55 * s), round(0.8 * s), s)
    time = np.array([(j**2 + j - 2.0) / (s**2 + s - 2.0) for j in stages])
    weight = 1.0 / np.array([t * np.prod([t - other for other in time if other != t]) for t in time])
    w = 4.0 / (s**2 + s - 2)
    cubes = [(j**2 + j - 2) / (2.0 * j * (j + 1)) * w**3 * np.prod(np.arange(j - 2.0, j + 4.0)) / 288.0 for j in stages]
    weight /= 15.0 * float(weight @ cubes)
    return dict(zip(stages, weight.tolist(), strict=True))


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
