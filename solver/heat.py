"""Conduction in the part: enthalpy in time by the Runge-Kutta-Legendre method, see `rkl`."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from ..kernels.enthalpy import enthalpy as enthalpy_of
from ..kernels.heat import Plan
from ..materials.matter import Matter
from . import rkl
from .boundary import Law
from .boundary import Tables as LawTables
from .geometry import Cells
from .patches import face_area, gaps
from .patches import neighbours as beside_box
from .state import State
from .tables import Axis, Tables
from .threads import ALONE

Array = NDArray[float64]
Index = NDArray[int64]

STIFFEST = 2.0  # times a full cell: how stiff a cut cell may be, see `lift`
REACH = 0.1  # of a spacing: least conduction path from a cell to a wall that is held stiffly


@dataclass(frozen=True)
class Advance:
    """A trial step; nothing of the state it started from is changed.

    dt           s, the step taken: as asked, or what rkl.MOST_STAGES can do
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
        if threads is None:
            threads = 1 if cells.index.size < ALONE else processors()
        self.plan = planned(cells, volume, self.tables, threads)
        self._lifted = np.flatnonzero(volume != cells.volume)
        self._lift = (volume - cells.volume)[self._lifted]
        self._total = float(volume.sum())
        self._zone = np.ascontiguousarray(cells.patch_zone[self.plan.order])
        self._laws = LawTables(axis.knots)

    @property
    def volume(self) -> Array:
        """(n,) m3 that hold the heat of each cell: the part's share of it, lifted in small cut cells."""
        volume = self.cells.volume.copy()
        volume[self._lifted] += self._lift
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
        return float(self.cells.volume @ enthalpy + self._lift @ enthalpy[self._lifted])

    def explicit_limit(self, state: State, laws: tuple[Law, ...] = (), *, since: float = 0.0) -> float:
        """Longest stable step of the plain explicit method, s; conduction alone without laws."""
        table = self._laws.of(laws or (Law(flux=0.0),) * len(self.cells.zones), state.time - since)
        self.plan.begin(state.enthalpy, state.products, state.temperature, state.wall)
        self.plan.look(False, table, self._zone)
        radius = self.plan.survey(None)[0]
        self.plan.rest()
        return rkl.explicit(radius)

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
        Where dt would need more than rkl.MOST_STAGES stages the step is shortened; the answer tells its length.
        """
        plan, start = self.plan, state.time - since
        latent: Any = state.memory.get("latent")
        zones = len(self.cells.zones)

        def again() -> None:
            plan.T[:], plan.wall[:] = state.temperature, state.wall[plan.order]

        def look(started: bool, time: float) -> Array:
            flow = np.empty(zones + 1)
            table = self._laws.of((*laws, *dry), start + time)
            plan.source[0] = source = float(self.source(start + time) if callable(self.source) else self.source)
            plan.look(started, table, self._met(start + time, entry, bool(dry)))
            plan.sum(flow[:zones])
            flow[zones] = source * self._total
            return flow

        plan.begin(state.enthalpy, state.products, state.temperature, state.wall, latent)
        step = rkl.step((plan,), look, again, dt)
        book = dict(zip(self.cells.zones, step.heat[:zones].tolist(), strict=True))
        if self.source:
            book["source"] = float(step.heat[zones])
        enthalpy, temperature = np.add(state.enthalpy, plan.D1, out=plan.D1), plan.T
        if latent is not None:
            enthalpy -= np.multiply(latent, step.dt, out=plan.D2, dtype=float64)
        plan.rest()
        return Advance(step.dt, enthalpy, temperature, plan.wall_temperature(), step.error, book, step.stages)

    def _met(self, time: float, entry: Array | None, dry: bool) -> Index:
        wets = None if entry is None or not dry else entry[self.plan.order]
        return met(self._zone, len(self.cells.zones), time, wets)


def met(zone: Index, zones: int, time: float, entry: Array | None) -> Index:
    """(p,) number of the law that each patch meets now; the dry ones, before `entry` (p,) s, follow the zones'."""
    return zone if entry is None else zone + zones * (entry > time)


def planned(
    cells: Cells,
    volume: Array,
    tables: Tables,
    threads: int,
    states: tuple[float, float, Array, Array] | None = None,
    patch_zone: Index | None = None,
    zones: int | None = None,
) -> Plan:
    """The plan of one body.   volume (n,) m3, see `lift`; states, patch_zone, zones as Plan takes them"""
    run, rim, conductance = _rows(cells, volume)
    lattice = cells.lattice
    dx, dy, dz = (d if axis in lattice.resolved else inf for axis, d in enumerate(lattice.spacing))
    resolved = [lattice.spacing[axis] for axis in lattice.resolved]
    return Plan(
        count=cells.index.size,
        spacing=(dx, dy, dz),
        run=run,
        rim=rim,
        rim_neighbour=neighbours(cells, rim),
        rim_conductance=conductance,
        rim_volume=volume[rim],
        rim_share=cells.fraction[rim],
        patch_cell=cells.patch_cell,
        patch_area=cells.patch_area,
        patch_distance=cells.patch_distance,
        patch_zone=cells.patch_zone if patch_zone is None else patch_zone,
        zones=len(cells.zones) if zones is None else zones,
        reach=REACH * min(resolved, default=lattice.spacing[0]),
        enthalpy=tables.enthalpy,
        conductivity=tables.conductivity,
        low=tables.axis.low,
        step=tables.axis.step,
        threads=threads,
        states=states,
        planes=np.searchsorted(cells.index, lattice.shape[0] * lattice.shape[1] * np.arange(lattice.shape[2] + 1)),
    )


def lift(cells: Cells, stiffest: float = STIFFEST) -> Array:
    """Volumes (n,) m3 that hold the heat: small cut cells lifted, the sum unchanged.

    A cell much smaller than its open faces and its wall would bind the explicit step. It borrows what makes
    it `stiffest` times as stiff as a full cell from its neighbours, by open area and by what they have above
    their own need, of which they lend at most half (a tenth of their volume always). No direction is
    preferred: a mirrored part has mirrored volumes.
    """
    volume = cells.volume
    resolved = np.array([cells.lattice.spacing[axis] for axis in cells.lattice.resolved])
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
        neighbour = neighbours(cells, cell)
        weight = cells.rim_conductance[small] * spare[neighbour]
        weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
        asked = weight * (need - volume)[cell][:, None]
        demand = np.bincount(neighbour.ravel(), asked.ravel(), minlength=volume.size)
        lent = asked * np.minimum(1.0, spare / np.maximum(demand, 1e-300))[neighbour]
        volume = volume - np.bincount(neighbour.ravel(), lent.ravel(), minlength=volume.size)
        volume[cell] += lent.sum(axis=1)
    return volume


def neighbours(cells: Cells, cell: Index) -> Index:
    """(k, 6) part cells behind the faces -x +x -y +y -z +z of part cells (k,), the cell itself where there is none."""
    found = np.repeat(cell[:, None], 6, axis=1)
    for face, beside in enumerate(beside_box(cells.lattice, cells.index[cell]).T):
        i = np.minimum(np.searchsorted(cells.index, beside), cells.index.size - 1)
        found[:, face] = np.where((beside >= 0) & (cells.index[i] == beside), i, cell)
    return found


def _rows(cells: Cells, volume: Array) -> tuple[Index, Index, Array]:
    """Runs as the plan takes them, rim and its conductances; run cells that lend volume
    or that another body touches are moved to the rim."""
    runs = cells.run
    inside = np.repeat(np.arange(len(runs)), runs[:, 2])
    before = np.cumsum(runs[:, 2]) - runs[:, 2]
    cell = np.arange(len(inside)) - before[inside] + runs[inside, 0]
    walled = np.zeros(volume.size, bool)
    walled[cells.patch_cell] = True
    lends = walled[cell] | (volume[cell] != cells.volume[cell])
    if not lends.any():
        order = np.argsort(cells.rim)
        return _beside(cells, runs[:, 0], runs[:, 2]), cells.rim[order], cells.rim_conductance[order]
    kept, row = cell[~lends], inside[~lends]
    begins = np.flatnonzero((np.diff(kept, prepend=-9) != 1) | (np.diff(row, prepend=-9) != 0))
    length = np.diff(np.append(begins, kept.size))
    lenders = cells.index[cell[lends]]
    open_faces = face_area(cells.lattice, lenders) / gaps(cells.lattice, lenders)
    rim = np.concatenate([cells.rim, cell[lends]])
    conductance = np.concatenate([cells.rim_conductance, open_faces])
    order = np.argsort(rim)
    return _beside(cells, kept[begins], length), rim[order], conductance[order]


def _beside(cells: Cells, first: Index, length: Index) -> Index:
    """(q, 6) rows of cells by first cell and length, with the first cells of the rows -y +y -z +z."""
    return np.concatenate([np.stack([first, length], axis=1), neighbours(cells, first)[:, 2:]], axis=1)


def processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
