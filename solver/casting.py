"""A casting from the pour on: heat of all bodies, what each cell remembers of its freezing, probes and snapshots."""

from dataclasses import dataclass, replace
from math import inf, isfinite

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.freezing import passed
from ..materials.matter import FreezingTable, Matter
from .bodies import Bodies
from .coherency import Coherency
from .field import distance_outside
from .geometry import Cells
from .heat import neighbours
from .metal import Metal
from .pace import Pace
from .physics import Physics
from .pour import Conductance, Pour
from .probes import Probes
from .problem import Leg, Sink, Trial
from .restraint import Restraint
from .state import State

Array = NDArray[float64]

RIGID = 0.7  # solid fraction where feeding through the mush ends
LEVELS = ("liquidus", "rigid", "niyama", "solidus")
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
    restraint  Pa/m, by which whatever touches the casting holds back a wall that moves into it
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
    restraint: float = 0.0

    @property
    def cells(self) -> Cells:
        """The casting."""
        return self.bodies.cells[0]


class CastingColumns(Physics):
    """Heat of all bodies, freezing and metal of the casting."""

    def __init__(self, problem: CastingProblem) -> None:
        self.problem, bodies = problem, problem.bodies
        followed = problem.matter if problem.matter.transforms else None
        self.pour = Pour(bodies, problem.tables, problem.contacts, problem.starts, matter=followed)
        held = None
        if problem.restraint > 0.0:
            held = Restraint.of(problem.cells, bodies.touching[0] >= 0, problem.restraint)
        self.metal = Metal(problem, self.pour.tables[0], Coherency.of(problem.tables[0]), held)
        lattice = problem.cells.lattice
        self._neighbour = neighbours(problem.cells, np.arange(problem.cells.index.size))
        self._spacing = np.array([d if n > 1 else inf for d, n in zip(lattice.spacing, lattice.shape, strict=True)])
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

    def begin(self) -> State:
        """All bodies at their start."""
        H, walls = self.pour.begin()
        n, T = H[0].size, self.problem.starts[0]
        products = np.zeros((max(len(self.metal.names) - 1, 0), n))
        state = State(0.0, H[0], products, np.full(n, T), walls[0])
        state.memory["around"] = np.concatenate(H[1:]) if len(H) > 1 else np.empty(0)
        state.memory["around_wall"] = np.concatenate(walls[1:]) if len(H) > 1 else np.empty(0)
        passed = np.full((len(LEVELS), n), np.nan)
        passed[H[0][0] < self.problem.levels] = 0.0
        state.memory["passed"] = passed
        state.memory["gradient"], state.memory["rate"] = np.full(n, np.nan), np.full(n, np.nan)
        self.metal.begin(state)
        return state

    def first_step(self, state: State, leg: Leg) -> float:
        """Where a leg begins the surroundings jump: the longest step of the plain explicit method, s."""
        H, walls = self._split(state, leg)
        return self.pour.explicit_limit(H, walls, [leg.dry or leg.laws, *leg.around], state.time, state)

    def attempt(self, state: State, leg: Leg, entered: float, dt: float) -> Trial:
        """One step of heat, then of phases; `state` stays as it is."""
        H, walls = self._split(state, leg)
        laws, since = [(*leg.laws, *leg.dry), *leg.around], state.time - entered
        step = self.pour.advance(H, walls, laws, dt, since=since, poured=state.time, casting=state, entry=leg.entry)
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
        change, horizon = 0.0, inf
        if isfinite(step.error):
            after, change, horizon = self.metal.attempt(state, after, leg, entered, step.dt)
        return Trial(step.dt, after, step.heat, step.error, change, horizon, step.stages, step.rate)

    def accept(self, state: State, trial: Trial) -> float:
        """Note what the cells passed in an accepted step; the longest next step that all can follow, s."""
        after = trial.state
        passed(
            state.enthalpy, after.enthalpy, trial.rate, state.temperature, after.temperature, state.time, trial.dt,
            self.problem.levels, LEVELS.index("niyama"), self._neighbour, self._spacing,
            after.memory["passed"], after.memory["gradient"], after.memory["rate"],
        )  # fmt: skip
        return super().accept(state, trial)

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

    def fields(self, state: State) -> dict[str, Array]:
        """Every field that exists while the march runs."""
        frozen = self.pour.states[0].fraction(state.enthalpy)
        return {"temperature": state.temperature, "solid_fraction": frozen} | self.metal.fields(state)

    def final(self, state: State) -> dict[str, Array]:
        """What the cells remember of their freezing, and what the metal has at the end only."""
        passed = dict(zip(LEVELS, state.memory["passed"], strict=True))
        return {
            "solidification_time": passed["solidus"],
            "local_solidification_time": passed["solidus"] - passed["liquidus"],
            "rigid_time": passed["rigid"],
            "thermal_gradient": state.memory["gradient"],
            "cooling_rate": state.memory["rate"],
        } | self.metal.final(state)

    def _split(self, state: State, leg: Leg) -> tuple[list[Array], list[Array]]:
        """Enthalpy and wall temperature of the bodies that are there in a leg."""
        if not leg.around:
            return [state.enthalpy], [state.wall]
        H = np.split(state.memory["around"], self._ends)
        walls = np.split(state.memory["around_wall"], self._wall_ends)
        return [state.enthalpy, *H], [state.wall, *walls]


def levels(table: FreezingTable) -> Array:
    """Enthalpy J/m3 of LEVELS: all liquid, no longer fed, the temperature of Niyama, all solid."""
    liquid = float(table.H[np.argmax(table.fs <= 0.0)])
    solid = float(table.H[np.flatnonzero(table.fs >= 1.0)[-1]])
    low, high = (float(table.temperature(np.array(H))) for H in (solid, liquid))
    rigid = float(np.interp(-RIGID, -table.fs, table.H))
    niyama = float(table.enthalpy(np.array(low + NIYAMA * (high - low)))) if high > low else solid
    return np.array([liquid, rigid, niyama, solid])


def owners(bodies: Bodies, points: Array) -> NDArray[np.int64]:
    """(k,) body that holds each point (k, 3). Raises ValueError for a point in none, with its distance."""
    away = np.array([distance_outside(cells, points) for cells in bodies.cells]).reshape(len(bodies.cells), len(points))
    best = away.argmin(axis=0)
    for point, number, distance in zip(points, best, away.min(axis=0), strict=True):
        if distance > 0.0:
            where = ", ".join(f"{1e3 * value:.4g}" for value in point)
            raise ValueError(f"({where}) mm is {1e3 * distance:.3g} mm outside {bodies.names[number]} and all else")
    return np.asarray(best, np.int64)
