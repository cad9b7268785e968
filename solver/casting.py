"""A casting from the pour on: heat of all bodies, what each cell remembers of its freezing, probes and snapshots."""

from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.freezing import passed
from ..materials.matter import Fire, FreezingTable, Matter
from .bodies import Bodies
from .burning import Fires
from .clock import Clock
from .coherency import Coherency
from .field import distance_outside
from .geometry import Cells
from .heat import neighbours
from .metal import Metal
from .pace import Pace
from .physics import Physics
from .pour import Conductance, Pour
from .probes import Probes
from .problem import Around, Leg, Sink, Trial
from .restraint import Restraint
from .state import State
from .supports import Support

Array = NDArray[float64]

RIGID = 0.7  # solid fraction where feeding through the mush ends
FRACTIONS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, RIGID, 0.8, 0.9)
"""Solid fractions that every cell remembers passing."""
SHARES = tuple(f"{100.0 * fraction:.0f}" for fraction in FRACTIONS)
LEVELS = ("liquidus", *SHARES, "niyama", "solidus")
STEEP = slice(1, -1)  # of LEVELS, where gradient and cooling rate are kept
NIYAMA = 0.1  # of the freezing range above the solidus, where the criterion of Niyama is taken
BARE = Matter("a table of enthalpy", 1.0, ())


@dataclass(frozen=True)
class CastingProblem:
    """Everything a casting's march needs, in SI; the first body is the casting.

    tables     of each body
    contacts   of each joint of the bodies
    starts     K, of each body
    levels     enthalpy J/m3 of LEVELS
    legs       their laws are those of the casting's zones, `around` those of the other bodies, one tuple each;
               the first with no `around` is the shake-out
    probes     (k, 3) m, in any body
    record, snapshots, tolerance  as in Problem
    matter     of the casting; where it transforms, on the datum of its table
    hardness, stress  as in Problem
    store_mould  whether the temperatures of the other bodies go into the result
    restraint  Pa/m, by which whatever touches the casting holds back a wall that moves into it
    melt       (n,) K, where the casting does not start uniform
    lost       J that the melt gave away while it filled the mould, for the books
    fires      of each body, None where nothing burns; empty where none does
    """

    bodies: Bodies
    tables: tuple[FreezingTable, ...]
    contacts: tuple[Conductance, ...]
    starts: tuple[float, ...]
    levels: Array
    legs: tuple[Leg, ...]
    probes: Array
    record: float
    snapshots: float | int | None
    tolerance: float
    matter: Matter = BARE
    hardness: bool = False
    stress: bool = False
    layers: tuple[float, float] | None = None
    supports: tuple[Support, ...] = ()
    store_mould: bool = False
    restraint: float = 0.0
    melt: Array | None = None
    lost: float = 0.0
    fires: tuple[Fire | None, ...] = ()

    @property
    def freezes_over_a_range(self) -> bool:
        """Whether liquidus and solidus differ; where not, the temperature stands still while a place freezes."""
        liquid, solid = self.tables[0].temperature(self.levels[[0, -1]])
        return bool(liquid > solid)

    @property
    def cells(self) -> Cells:
        """The casting."""
        return self.bodies.cells[0]


class CastingColumns(Physics):
    """Heat of all bodies, freezing and metal of the casting."""

    def __init__(self, problem: CastingProblem) -> None:
        self.problem, bodies = problem, problem.bodies
        followed = problem.matter if problem.matter.transforms else None
        burns = any(problem.fires)
        self.pour = Pour(bodies, problem.tables, problem.contacts, problem.starts, matter=followed, burns=burns)
        self.fires = Fires(problem.fires, self.pour.states, bodies)
        held = None
        if problem.restraint > 0.0:
            held = Restraint.of(problem.cells, bodies.touching[0] >= 0, problem.restraint)
        self.metal = Metal(problem, self.pour.tables[0], Coherency.of(problem.tables[0]), held)
        lattice = problem.cells.lattice
        self._neighbour = _beside(problem.cells)
        self._spacing = np.where(np.isin(range(3), lattice.resolved), lattice.spacing, inf)
        self._ends = np.cumsum([one.index.size for one in bodies.cells[1:]])[:-1]
        self._wall_ends = np.cumsum([one.patch_cell.size for one in bodies.cells[1:]])[:-1]
        self.owner = owners(bodies, problem.probes)
        self._names = self.metal.names if followed else ()
        self._probes = [
            Probes(one, problem.probes[self.owner == number], () if number else self._names)
            for number, one in enumerate(bodies.cells)
        ]
        known = sum(leg.duration or 0.0 for leg in problem.legs)
        fall = max(problem.starts) - min(problem.starts)
        self.pace = Pace.of(problem.snapshots, problem.cells.index.size, known, fall)
        hot, cold = (float(problem.tables[0].enthalpy(np.array(T))) for T in (max(problem.starts), min(problem.starts)))
        self._kelvin = fall / (hot - cold) if hot > cold else 0.0

    def begin(self) -> State:
        """All bodies at their start."""
        H, walls = self.pour.begin()
        n = H[0].size
        T = np.full(n, self.problem.starts[0])
        if self.problem.melt is not None:
            T = np.array(self.problem.melt, float64)
            H[0], walls[0] = self.problem.tables[0].enthalpy(T), T[self.problem.cells.patch_cell]
        products = np.zeros((max(len(self.metal.names) - 1, 0), n))
        state = State(0.0, H[0], products, T, walls[0])
        state.memory["around"] = np.concatenate(H[1:]) if len(H) > 1 else np.empty(0)
        state.memory["around_wall"] = np.concatenate(walls[1:]) if len(H) > 1 else np.empty(0)
        state.memory["burnt"] = self.fires.begin()
        passed = np.full((len(LEVELS), n), np.nan)
        passed[H[0] < self.problem.levels[:, None]] = 0.0
        state.memory["passed"] = passed
        steep = (len(LEVELS[STEEP]), n)
        state.memory["gradient"] = np.full(steep, np.nan, np.float32)
        state.memory["rate"] = np.full(steep, np.nan, np.float32)
        self.metal.begin(state)
        return state

    def first_step(self, state: State, leg: Leg) -> float:
        """Where a leg begins the surroundings jump: the longest step of the plain explicit method, s."""
        H, walls = self._split(state, leg)
        return self.pour.explicit_limit(H, walls, [leg.dry or leg.laws, *leg.around], state.time, state)

    def attempt(self, state: State, leg: Leg, entered: float, dt: float) -> Trial:
        """One step of heat, then of phases; of `state` only what holds it may change."""
        self.metal.enter(state, leg)
        H, walls = self._split(state, leg)
        laws, since = [(*leg.laws, *leg.dry), *leg.around], state.time - entered
        burnt: Any = state.memory["burnt"]
        release = self.fires.release(H, burnt, dt)
        step = self.pour.advance(
            H, walls, laws, dt, since=since, poured=state.time, casting=state, entry=leg.entry, release=release
        )
        gone = not leg.around
        memory = {
            **state.memory,
            "around": step.around,
            "around_wall": np.empty(0) if gone else np.concatenate(step.wall[1:]),
            "burnt": self.fires.after(burnt, release, step.dt),
        }
        after = replace(
            state,
            time=state.time + step.dt,
            enthalpy=step.enthalpy[0],
            temperature=step.temperature,
            wall=step.wall[0],
            memory=memory,
        )
        change, horizon = 0.0, inf
        if isfinite(step.error):
            after, change, horizon = self.metal.attempt(state, after, leg, entered, step.dt)
        return Trial(step.dt, after, step.heat, step.error, change, horizon, step.stages, step.rate)

    def accept(self, state: State, trial: Trial) -> float:
        """Note what the cells passed in an accepted step; the longest next step that all can follow, s."""
        after = trial.state
        passed(
            state.enthalpy, after.enthalpy, trial.rate, state.temperature, after.temperature, state.time, trial.dt,
            self.problem.levels, STEEP.start, self._neighbour, self._spacing,
            after.memory["passed"], after.memory["gradient"], after.memory["rate"],
        )  # fmt: skip
        around = np.split(after.memory["around"], self._ends) if after.memory["around"].size else []
        burnt: Any = after.memory["burnt"]
        return min(super().accept(state, trial), self.fires.longest([after.enthalpy, *around], burnt))

    def content(self, state: State, leg: Leg) -> float:
        """Heat content of all bodies that are still there, J."""
        return self.pour.content(self._split(state, leg)[0])

    def sample(self, sink: Sink, state: State) -> None:
        """Feed the probes; those in a mould that is gone see nothing, and phases are those of the casting."""
        count = len(self.problem.probes)
        if not count:
            return
        temperature = np.full(count, np.nan)
        walls = np.split(state.memory["around_wall"], self._wall_ends)
        bodies = [state.enthalpy, *(np.split(state.memory["around"], self._ends) if walls[0].size else [])]
        for number, (H, probes) in enumerate(zip(bodies, self._probes, strict=False)):
            if probes.count:
                T = state.temperature if number == 0 else self.pour.states[number].at(H)
                wall = state.wall if number == 0 else walls[number - 1]
                temperature[self.owner == number] = probes.temperature(T, wall)
        shares = {name: np.full((count, 1), np.nan) for name in self._names}
        for name, share in self._probes[0].shares(state).items():
            shares[name][self.owner == 0, 0] = share
        sink.probe(np.array([state.time]), temperature[:, None], shares)

    def level(self, state: State) -> float:
        """Heat of the casting in K of its whole fall: a temperature would stand still while it freezes."""
        return float(state.enthalpy.mean()) * self._kelvin

    def around(self, state: State) -> Around:
        """Temperatures of the other bodies, where they are stored and still there."""
        if not self.problem.store_mould or not state.memory["around_wall"].size:
            return ()
        H = np.split(state.memory["around"], self._ends)
        walls = np.split(state.memory["around_wall"], self._wall_ends)
        return tuple(
            (np.asarray(states.at(one)), wall) for states, one, wall in zip(self.pour.states[1:], H, walls, strict=True)
        )

    def fields(self, state: State) -> dict[str, Array]:
        """Every field that exists while the march runs."""
        frozen = self.pour.states[0].fraction(state.enthalpy)
        return {"temperature": state.temperature, "solid_fraction": frozen} | self.metal.fields(state)

    def booked(self, clock: Clock) -> dict[str, float]:
        """The heat that the melt gave away before it came to rest."""
        return {"lost_in_filling": self.problem.lost} if clock.leg == 0 else {}

    def final(self, state: State) -> dict[str, Array]:
        """What the cells remember of their freezing, and what the metal has at the end only."""
        passed, (*gradients, gradient), (*rates, rate) = (state.memory[name] for name in ("passed", "gradient", "rate"))
        solidus, shares = passed[-1], passed[STEEP][:-1]
        ranged = {"local_solidification_time": solidus - passed[0], "cooling_rate": rate}
        return {
            "solidification_time": solidus,
            "rigid_time": shares[FRACTIONS.index(RIGID)],
            "thermal_gradient": gradient,
            **(ranged if self.problem.freezes_over_a_range else {}),
            "passing_time": shares,
            "passing_gradient": np.array(gradients),
            "passing_rate": np.array(rates),
        } | self.metal.final(state)

    def _split(self, state: State, leg: Leg) -> tuple[list[Array], list[Array]]:
        """Enthalpy and wall temperature of the bodies that are there in a leg."""
        if not leg.around:
            return [state.enthalpy], [state.wall]
        H = np.split(state.memory["around"], self._ends)
        walls = np.split(state.memory["around_wall"], self._wall_ends)
        return [state.enthalpy, *H], [state.wall, *walls]


def _beside(cells: Cells) -> NDArray[np.int64]:
    """(n, 6) cells behind the faces: -1 at a wall, the cell itself at an axis and a plane of symmetry."""
    every = np.arange(cells.index.size)
    found = neighbours(cells, every)
    none = found == every[:, None]
    for axis in cells.lattice.reflecting:
        none[cells.lattice.places(cells.index)[axis] == 0, 2 * axis] = False
    return np.where(none, -1, found)


def levels(table: FreezingTable) -> Array:
    """Enthalpy J/m3 of LEVELS: all liquid, each of FRACTIONS, the temperature of Niyama, all solid."""
    liquid = float(table.H[np.argmax(table.fs <= 0.0)])
    solid = float(table.H[np.flatnonzero(table.fs >= 1.0)[-1]])
    low, high = (float(table.temperature(np.array(H))) for H in (solid, liquid))
    between = np.interp(-np.array(FRACTIONS), -table.fs, table.H)
    niyama = float(table.enthalpy(np.array(low + NIYAMA * (high - low)))) if high > low else solid
    return np.array([liquid, *between, niyama, solid])


def owners(bodies: Bodies, points: Array) -> NDArray[np.int64]:
    """(k,) body that holds each point (k, 3). Raises ValueError for a point in none, with its distance."""
    away = np.array([distance_outside(cells, points) for cells in bodies.cells]).reshape(len(bodies.cells), len(points))
    best = away.argmin(axis=0)
    for point, number, distance in zip(points, best, away.min(axis=0), strict=True):
        if distance > 0.0:
            where = ", ".join(f"{1e3 * value:.4g}" for value in point)
            raise ValueError(f"({where}) mm is {1e3 * distance:.3g} mm outside {bodies.names[number]} and all else")
    return np.asarray(best, np.int64)
