"""The heat of a casting and of what surrounds it: mould, chills, cores, sleeves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.heat import Plan
from ..kernels.space import space
from ..materials.matter import FreezingTable, Matter
from . import rkl
from .bodies import Bodies, Joint
from .boundary import Law
from .boundary import Tables as LawTables
from .burning import NOTHING, Release
from .geometry import Cells
from .heat import lift, met, planned, processors
from .state import State
from .tables import Axis, States, Tables
from .threads import ALONE

Array = NDArray[float64]
Index = NDArray[np.int64]
Conductance = Callable[[Array, Array, float], Array]
"""(T of the first body's surface, T of the other's, s since the pour) -> W/m2/K between them."""

AXIS = Axis(100.0, 2.0, 1201)
COLDEST = 200.0  # K, where the states of a body begin
FINEST = 1.0  # K, knots of a casting that transforms: what its melt freezes at one temperature is smeared over one
BEYOND = 150.0  # K, how far past the hottest start they reach


@dataclass(frozen=True)
class Moved:
    """A trial step of all bodies, or of the casting alone.

    dt           s, the step taken
    enthalpy     J/m3 of each body
    around       J/m3 of all but the casting, one after the other: those of `enthalpy` lie in it
    temperature  (n,) K of the casting
    wall         (p,) K of each body
    error        K
    heat         J into the bodies through each zone of the surroundings
    stages       evaluations of the rate
    rate         (n,) W/m3, of the enthalpy of the casting when the step began
    """

    dt: float
    enthalpy: list[Array]
    around: Array
    temperature: Array
    wall: list[Array]
    error: float
    heat: dict[str, float]
    stages: int
    rate: Array


class Pour:
    """The heat of several bodies that touch; the first is the casting.

    tables    of each body
    contacts  of each joint
    start     K, of each body
    matter    of a casting whose phases are followed: austenite and melt are its first phase, on the datum of its table
    burns     whether a body gets hotter than every start, as an exothermic sleeve does
    """

    def __init__(
        self,
        bodies: Bodies,
        tables: tuple[FreezingTable, ...],
        contacts: tuple[Conductance, ...],
        start: tuple[float, ...],
        threads: int | None = None,
        matter: Matter | None = None,
        burns: bool = False,
    ) -> None:
        self.bodies, self.contacts = bodies, contacts
        self.start = start
        high = AXIS.high if burns else min(max(start) + BEYOND, AXIS.high)
        self.states = [States.of(table, COLDEST, high) for table in tables]
        self.enthalpy = [float(table.enthalpy(np.array(T))) for table, T in zip(tables, start, strict=True)]
        self.tables = [_one_phase(table) for table in tables]
        if matter is not None:
            self.tables[0] = mixture = Tables.of(matter, aligned(tables[0], high))
            self.enthalpy[0] = float(np.interp(start[0], mixture.axis.knots, mixture.enthalpy[0]))
        self.volume = [lift(cells) for cells in bodies.cells]
        if threads is None:
            threads = 1 if sum(cells.index.size for cells in bodies.cells) < ALONE else processors()
        joints = len(bodies.joints)
        self.plans = [
            _plan(cells, volume, table, states, touching, joints, threads)
            for cells, volume, table, states, touching in zip(
                bodies.cells, self.volume, self.tables, self.states, bodies.touching, strict=True
            )
        ]
        self._laws = [LawTables(table.axis.knots) for table in self.tables]
        self._zone = [
            np.ascontiguousarray(cells.patch_zone[plan.order])
            for cells, plan in zip(bodies.cells, self.plans, strict=True)
        ]
        self._outside = [
            np.where(touching[plan.order] >= 0, -1, zone)
            for touching, plan, zone in zip(bodies.touching, self.plans, self._zone, strict=True)
        ]
        self._faces = [(self.plans[j.one].back[j.mine], self.plans[j.other].back[j.theirs]) for j in bodies.joints]

    def begin(self) -> tuple[list[Array], list[Array]]:
        """Enthalpy (n,) J/m3 and wall temperature (p,) K of each body, uniform."""
        H = [np.full(cells.index.size, value) for cells, value in zip(self.bodies.cells, self.enthalpy, strict=True)]
        walls = [np.full(cells.patch_cell.size, T) for cells, T in zip(self.bodies.cells, self.start, strict=True)]
        return H, walls

    def content(self, enthalpy: list[Array]) -> float:
        """Heat content of the bodies given, J."""
        return float(sum(volume @ H for volume, H in zip(self.volume, enthalpy, strict=False)))

    def explicit_limit(
        self,
        enthalpy: list[Array],
        walls: list[Array],
        laws: list[tuple[Law, ...]],
        since: float,
        casting: State | None = None,
    ) -> float:
        """Longest stable step of the plain explicit method, s, in whatever state full cells may come to."""
        plans, look, _ = self._begun(enthalpy, walls, laws, since, since, casting)
        look(False, 0.0)
        radius = max(plan.survey(None)[0] for plan in plans)
        for plan in plans:
            plan.rest()
        return rkl.explicit(max(radius, *(_radius(*pair) for pair in zip(self.bodies.cells, self.states, strict=True))))

    def advance(
        self,
        enthalpy: list[Array],
        walls: list[Array],
        laws: list[tuple[Law, ...]],
        dt: float,
        *,
        since: float,
        poured: float,
        casting: State | None = None,
        entry: Array | None = None,
        release: Release = NOTHING,
    ) -> Moved:
        """Try one step; what is given stays as it is.

        enthalpy, walls  of each body; of the casting alone where the others are gone
        laws             of the zones of each body
        dt               s
        since, poured    s since the leg began and since the pour: laws count from the one, contacts from the other
        casting          whose phases are followed: they stay, and the latent heat of its memory warms it, see Heat
        entry            (p,) s of the leg when each patch of the casting meets its law; before, those after the zones'
        release          (n,) W/m3 set free in bodies around the casting, by their number
        """
        plans, look, again = self._begun(enthalpy, walls, laws, since, poured, casting, entry, release)
        step = rkl.step(plans, look, again, dt)
        book: dict[str, float] = {}
        at = 0
        for name, cells, plan in zip(self.bodies.names, self.bodies.cells, plans, strict=False):
            for number, zone in enumerate(cells.zones):
                book[f"{name} {zone}"] = float(step.heat[at + number])
            if len(plans) == 1:  # walls that others touched before the shake-out
                for number, joint in enumerate(self.bodies.joints, len(cells.zones)):
                    if joint.one == 0:
                        book[f"{name} {self.bodies.names[joint.other]}"] = float(step.heat[at + number])
            at += plan.zone_count
        for number, freed in release.items():
            book[f"{self.bodies.names[number]} burnt"] = float(self.volume[number] @ freed.astype(float64)) * step.dt
        around = space(sum(plan.n for plan in plans[1:]), again=True)
        after = [np.add(enthalpy[0], plans[0].D1, out=plans[0].D1)]
        for plan, end in zip(plans[1:], np.cumsum([plan.n for plan in plans[1:]]).tolist(), strict=True):
            after.append(around[end - plan.n : end])
            plan.enthalpy(after[-1])
        if casting is not None and "latent" in casting.memory:
            latent: Any = casting.memory["latent"]
            after[0] -= np.multiply(latent, step.dt, out=plans[0].D2, dtype=float64)
        temperature, rate, wall = plans[0].T, plans[0].F0, [plan.wall_temperature() for plan in plans]
        for plan in plans:
            plan.rest()
        return Moved(step.dt, after, around, temperature, wall, step.error, book, step.stages, rate)

    def _begun(
        self,
        enthalpy: list[Array],
        walls: list[Array],
        laws: list[tuple[Law, ...]],
        since: float,
        poured: float,
        casting: State | None,
        entry: Array | None = None,
        release: Release = NOTHING,
    ) -> tuple[list[Plan], Callable[[bool, float], Array], Callable[[], None]]:
        """Plans at the start of a step, and what `rkl.step` asks for."""
        plans = self.plans[: len(enthalpy)]
        alone = len(plans) == 1
        patches = self._zone[:1] if alone else self._outside
        wets = None if entry is None or not alone else entry[plans[0].order]
        zones = len(self.bodies.cells[0].zones)
        flows = [np.empty(plan.zone_count) for plan in plans]

        for number, (plan, H, wall) in enumerate(zip(plans, enthalpy, walls, strict=True)):
            if plan.phases > 1 and casting is not None:
                latent: Any = casting.memory.get("latent")
                plan.begin(H, casting.products, casting.temperature, wall, latent)
            else:
                T = None if number else np.empty(H.size)  # enthalpy tells it; of a mould nobody asks
                plan.begin(H, np.empty((0, H.size)), T, wall, release.get(number))

        def again() -> None:
            for plan, wall in zip(plans, walls, strict=True):
                plan.wall[:] = wall[plan.order]
            if casting is not None:
                plans[0].T[:] = casting.temperature

        def look(started: bool, time: float) -> Array:
            for number, plan in enumerate(plans):
                table = self._laws[number].of(laws[number], since + time)
                now = patches[number] if number else met(patches[0], zones, since + time, wets)
                plan.look(started, table, now)
            if not alone:
                for joint, (mine, theirs), contact in zip(self.bodies.joints, self._faces, self.contacts, strict=True):
                    self._touch(joint, mine, theirs, contact, poured + time)
            for plan, flow in zip(plans, flows, strict=True):
                plan.sum(flow)
            return np.concatenate(flows)

        return plans, look, again

    def _touch(self, joint: Joint, mine: Index, theirs: Index, contact: Conductance, time: float) -> None:
        one, other = self.plans[joint.one], self.plans[joint.other]
        h = np.ascontiguousarray(contact(one.wall[mine], other.wall[theirs], time), float64)
        one.touch(other, mine, theirs, h)


def aligned(table: FreezingTable, high: float) -> Axis:
    """Knots FINEST apart or a little less, solidus and liquidus among them, to `high`, K."""
    solidus, liquidus = (float(table.T[at]) for at in (np.flatnonzero(table.fs >= 1.0)[-1], np.argmax(table.fs <= 0.0)))
    step = (liquidus - solidus) / max(1, int(np.ceil((liquidus - solidus) / FINEST))) or FINEST
    low = solidus - step * int((solidus - AXIS.low) / step)
    return Axis(low, step, int(np.ceil((high - low) / step)) + 1)


def _one_phase(table: FreezingTable) -> Tables:
    """A body that is told by its enthalpy, for walls; of a plateau its solid end."""
    knots = AXIS.knots
    first = np.flatnonzero(np.diff(table.T, prepend=-np.inf) > 0.0)
    conductivity = np.interp(knots, table.T[first], table.k[first])[None]
    return Tables(AXIS, ("state",), np.interp(knots, table.T[first], table.H[first])[None], conductivity)


def _plan(
    cells: Cells, volume: Array, tables: Tables, states: States, touching: Index, joints: int, threads: int
) -> Plan:
    """The plan of one body; heat through joint j is counted in a zone of its own."""
    zones = len(cells.zones)
    zone = np.where(touching >= 0, zones + touching, cells.patch_zone)
    told = states.plan if len(tables.phases) == 1 else None
    return planned(cells, volume, tables, threads, told, zone, zones + joints)


def _radius(cells: Cells, states: States) -> float:
    """Gershgorin radius of full cells in their best conducting state, 1/s; metal that just freezes has none."""
    lattice = cells.lattice
    around = sum(lattice.spacing[axis] ** -2 for axis in lattice.resolved)
    return 4.0 * float(around) * float(np.diff(states.theta).max()) / states.rise
