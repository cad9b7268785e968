"""A casting from the pour on: heat of all bodies, what each cell remembers of its freezing, probes and snapshots."""

from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.freezing import passed
from ..materials.matter import FreezingTable
from .bodies import Bodies
from .clock import Clock
from .field import Sampler, distance_outside
from .geometry import Cells
from .heat import neighbours
from .pace import Pace
from .pour import Conductance, Pour
from .problem import Around, Leg, Sink, Trial
from .state import State
from .stress import Increment

Array = NDArray[float64]

RIGID = 0.7  # solid fraction where feeding through the mush ends
FRACTIONS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, RIGID, 0.8, 0.9)
"""Solid fractions that every cell remembers passing."""
SHARES = tuple(f"{100.0 * fraction:.0f}" for fraction in FRACTIONS)
LEVELS = ("liquidus", *SHARES, "niyama", "solidus")
STEEP = slice(1, -1)  # of LEVELS, where gradient and cooling rate are kept
NIYAMA = 0.1  # of the freezing range above the solidus, where the criterion of Niyama is taken


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
    store_mould  whether the temperatures of the other bodies go into the result
    melt       (n,) K, where the casting does not start uniform
    lost       J that the melt gave away while it filled the mould, for the books
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
    store_mould: bool = False
    melt: Array | None = None
    lost: float = 0.0

    @property
    def cells(self) -> Cells:
        """The casting."""
        return self.bodies.cells[0]


class CastingColumns:
    """Heat and freezing of one problem; what changes lies in State and Clock alone."""

    def __init__(self, problem: CastingProblem) -> None:
        self.problem = problem
        self.pour = Pour(problem.bodies, problem.tables, problem.contacts, problem.starts)
        cells = problem.cells
        lattice = cells.lattice
        self._neighbour = neighbours(cells, np.arange(cells.index.size))
        self._spacing = np.array([d if n > 1 else inf for d, n in zip(lattice.spacing, lattice.shape, strict=True)])
        self._ends = np.cumsum([one.index.size for one in problem.bodies.cells[1:]])[:-1]
        self._wall_ends = np.cumsum([one.patch_cell.size for one in problem.bodies.cells[1:]])[:-1]
        self.owner = owners(problem.bodies, problem.probes)
        self._samplers = [
            Sampler(one, problem.probes[self.owner == number]) if (self.owner == number).any() else None
            for number, one in enumerate(problem.bodies.cells)
        ]
        known = sum(leg.duration or 0.0 for leg in problem.legs)
        fall = max(problem.starts) - min(problem.starts)
        self.pace = Pace.of(problem.snapshots, cells.index.size, known, fall)
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
        state = State(0.0, H[0], np.empty((0, n)), T, walls[0])
        state.memory["around"] = np.concatenate(H[1:]) if len(H) > 1 else np.empty(0)
        state.memory["around_wall"] = np.concatenate(walls[1:]) if len(H) > 1 else np.empty(0)
        passed = np.full((len(LEVELS), n), np.nan)
        passed[H[0] < self.problem.levels[:, None]] = 0.0
        state.memory["passed"] = passed
        steep = (len(LEVELS[STEEP]), n)
        state.memory["gradient"] = np.full(steep, np.nan, np.float32)
        state.memory["rate"] = np.full(steep, np.nan, np.float32)
        return state

    def first_step(self, state: State, leg: Leg) -> float:
        """Where a leg begins the surroundings jump: the longest step of the plain explicit method, s."""
        H, walls = self._split(state, leg)
        return self.pour.explicit_limit(H, walls, [leg.laws, *leg.around], state.time)

    def attempt(self, state: State, leg: Leg, entered: float, dt: float) -> Trial:
        """One step of heat; `state` stays as it is."""
        H, walls = self._split(state, leg)
        laws = [leg.laws, *leg.around]
        step = self.pour.advance(H, walls, laws, dt, since=state.time - entered, poured=state.time)
        gone = not leg.around
        memory = {
            **state.memory,
            "around": np.empty(0) if gone else np.concatenate(step.enthalpy[1:]),
            "around_wall": np.empty(0) if gone else np.concatenate(step.wall[1:]),
        }
        after = replace(
            state,
            time=state.time + step.dt,
            enthalpy=step.enthalpy[0],
            temperature=step.temperature,
            wall=step.wall[0],
            memory=memory,
        )
        return Trial(step.dt, after, step.heat, step.error, 0.0, inf, step.stages)

    def accept(self, state: State, trial: Trial) -> float:
        """Note what the cells passed in an accepted step; the longest next step that this can follow, s: any."""
        after = trial.state
        passed(
            state.enthalpy, after.enthalpy, state.temperature, after.temperature, state.time, trial.dt,
            self.problem.levels, STEEP.start, self._neighbour, self._spacing,
            after.memory["passed"], after.memory["gradient"], after.memory["rate"],
        )  # fmt: skip
        return inf

    def strain(self, state: State, last: bool) -> Increment | None:
        """A casting carries no stress yet."""
        return None

    def content(self, state: State, leg: Leg) -> float:
        """Heat content of all bodies that are still there, J."""
        return self.pour.content(self._split(state, leg)[0])

    def sample(self, sink: Sink, state: State) -> None:
        """Feed the probes; those in a mould that is gone see nothing."""
        if not len(self.problem.probes):
            return
        temperature = np.full(len(self.problem.probes), np.nan)
        walls = np.split(state.memory["around_wall"], self._wall_ends)
        bodies = [state.enthalpy, *(np.split(state.memory["around"], self._ends) if walls[0].size else [])]
        for number, (H, sampler) in enumerate(zip(bodies, self._samplers, strict=False)):
            if sampler is not None:
                T = state.temperature if number == 0 else self.pour.states[number].at(H)
                wall = state.wall if number == 0 else walls[number - 1]
                temperature[self.owner == number] = sampler.matrix @ np.append(T, wall)
        sink.probe(np.array([state.time]), temperature[:, None], {})

    def follow(self, sink: Sink, state: State, clock: Clock, leg: str) -> None:
        """Feed the probes, and store the fields where enough has changed since they were last stored."""
        self.sample(sink, state)
        if self.pace.due(state, clock, self._level(state)):
            self.show(sink, state, clock, leg)

    def show(self, sink: Sink, state: State, clock: Clock, leg: str) -> None:
        """Store the fields of this instant."""
        sink.snapshot(state.time, leg, self.fields(state), state.wall, self._around(state))
        clock.shown = (state.time, self._level(state))

    def _level(self, state: State) -> float:
        """Heat of the casting in K of its whole fall: a temperature would stand still while it freezes."""
        return float(state.enthalpy.mean()) * self._kelvin

    def _around(self, state: State) -> Around:
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
        return {"temperature": state.temperature, "solid_fraction": self.pour.states[0].fraction(state.enthalpy)}

    def close(self, sink: Sink, state: State, clock: Clock, leg: Leg) -> None:
        """End a leg: its fields and its row of the ledger."""
        if clock.shown[0] != state.time:
            self.show(sink, state, clock, leg.name)
        row = clock.ledger(leg, state, self.content(state, leg))
        sink.ledger(row | ({"lost_in_filling": self.problem.lost} if clock.leg == 0 else {}))

    def final(self, state: State) -> dict[str, Array]:
        """What the cells remember of their freezing."""
        passed, (*gradients, gradient), (*rates, rate) = (state.memory[name] for name in ("passed", "gradient", "rate"))
        solidus, shares = passed[-1], passed[STEEP][:-1]
        return {
            "solidification_time": solidus,
            "local_solidification_time": solidus - passed[0],
            "rigid_time": shares[FRACTIONS.index(RIGID)],
            "thermal_gradient": gradient,
            "cooling_rate": rate,
            "passing_time": shares,
            "passing_gradient": np.array(gradients),
            "passing_rate": np.array(rates),
        }

    def _split(self, state: State, leg: Leg) -> tuple[list[Array], list[Array]]:
        """Enthalpy and wall temperature of the bodies that are there in a leg."""
        if not leg.around:
            return [state.enthalpy], [state.wall]
        H = np.split(state.memory["around"], self._ends)
        walls = np.split(state.memory["around_wall"], self._wall_ends)
        return [state.enthalpy, *H], [state.wall, *walls]


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
