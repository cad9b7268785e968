"""The columns of physics, joined for one march: heat, then phases at constant enthalpy, then stress."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.fractions import fractions
from .carbon import Diffusion
from .clock import Clock
from .field import Sampler
from .hardness import hardness
from .heat import Heat
from .kinetics import Transformation
from .mechanics import mechanics_for
from .pace import Pace
from .precipitation import Precipitation
from .problem import Leg, Problem, Sink, Trial
from .recorder import Recorder
from .state import State
from .stress import Increment
from .threads import tidy

Array = NDArray[float64]

STRAIN_STEP = {"3d": 6e-4, "rz": 6e-4}  # free strain of one stress increment
FINE_STEP = 5e-5  # the same in 1d, where increments are cheap


class Columns:
    """Heat, kinetics, recorder and stress of one problem; what changes lies in State and Clock alone."""

    def __init__(self, problem: Problem) -> None:
        cells, matter = problem.cells, problem.matter
        self.problem = problem
        self.names = tuple(phase.name for phase in matter.phases)
        self.heat = Heat(cells, matter, problem.tolerance)
        contents = carbon_span(problem)
        self.carbon = Diffusion(cells, matter.carbon) if contents is not None and matter.carbon is not None else None
        self.kinetics = (
            Transformation(matter, self.heat.tables, cells.index.size, contents) if matter.transforms else None
        )
        self.recorder = Recorder(matter) if matter.transforms else None
        hardens = matter.precipitation is not None
        self.precipitation = Precipitation(matter, self.heat.tables.axis) if hardens else None
        self.stress = mechanics_for(cells, matter, self.heat.tables.axis, problem.supports) if problem.stress else None
        self.strain_step = STRAIN_STEP.get(cells.lattice.metric, FINE_STEP)
        self.probes = Sampler(cells, problem.probes) if len(problem.probes) else None
        inside = Sampler(cells, problem.probes, walls=False).matrix if len(problem.probes) else None
        self.near = np.empty(0, np.int64) if inside is None else np.unique(inside.indices)
        self.weights = None if inside is None else inside[:, self.near]
        self.pace = _pace(problem)

    def begin(self) -> State:
        """The part before the first step: uniform and unstressed."""
        state = self.heat.initial(self.problem.start, self.problem.phases or None)
        if self.carbon is not None:
            state.memory["carbon"] = self.carbon.begin()
        if self.kinetics is not None and self.recorder is not None:
            self.kinetics.begin(state)
            self.recorder.begin(state)
        if self.precipitation is not None:
            self.precipitation.begin(state)
        if self.stress is not None:
            self.stress.start(state)
        return state

    def first_step(self, state: State, leg: Leg) -> float:
        """Where a leg begins the surroundings jump: the longest step of the plain explicit method, s."""
        return self.heat.explicit_limit(state, leg.dry or leg.laws, since=state.time)

    def attempt(self, state: State, leg: Leg, entered: float, dt: float) -> Trial:
        """One step of heat, then of phases; of `state` only what holds it may change."""
        if self.stress is not None:
            self.stress.enter(state, leg.name)
        step = self.heat.advance(state, leg.laws, dt, since=entered, dry=leg.dry, entry=leg.entry)
        after = replace(
            state,
            time=state.time + step.dt,
            enthalpy=step.enthalpy,
            temperature=step.temperature,
            wall=step.wall,
        )
        change, horizon = 0.0, float("inf")
        if self.kinetics is not None and np.isfinite(step.error):
            moved = self.kinetics.advance(state, step.enthalpy, state.temperature, step.temperature, step.dt)
            after = replace(after, products=moved.products, memory={**state.memory, "latent": moved.latent})
            change, horizon = moved.largest, moved.horizon
        if self.carbon is not None and np.isfinite(step.error):
            carbon, _ = self.carbon.advance(
                np.asarray(state.memory["carbon"], float64), after.temperature, leg.gas, state.time - entered, step.dt
            )
            after = replace(after, memory={**after.memory, "carbon": carbon})
        return Trial(step.dt, after, step.heat, step.error, change, horizon, step.stages)

    def accept(self, state: State, trial: Trial) -> float:
        """Bring the records over an accepted step; the longest next step that phases and stress can follow, s."""
        after, longest = trial.state, trial.horizon
        if self.kinetics is not None and self.recorder is not None:
            self.kinetics.accept(state, after)
            self.recorder.follow(state, after)
        if self.precipitation is not None:
            self.precipitation.follow(state, after)
        if self.stress is not None:
            gained = max(self.stress.pending(after) - self.stress.pending(state), 1e-3 * self.strain_step)
            longest = min(longest, trial.dt * self.strain_step / gained)
        return longest

    def strain(self, state: State, last: bool) -> Increment | None:
        """The stress increment of an accepted state, where one is due or it is the `last` of a leg."""
        if self.stress is None or not (last or self.stress.pending(state) >= 0.5 * self.strain_step):
            return None
        increment = self.stress.advance(state, state.time)
        tidy(self.problem.cells.index.size)
        return increment

    def content(self, state: State, leg: Leg) -> float:
        """Heat content of the part, J."""
        return self.heat.energy(state.enthalpy)

    def sample(self, sink: Sink, state: State) -> None:
        """Feed the probes."""
        if self.probes is None or self.weights is None:
            return
        temperature = self.probes.matrix @ np.append(state.temperature, state.wall)
        shares = {}
        if self.kinetics is not None:
            read = np.clip(self.weights @ fractions(state.products[:, self.near]).T, 0.0, 1.0)
            read /= read.sum(1, keepdims=True)  # the quadratic may overshoot where phases end sharply
            shares = {name: read[:, i, None] for i, name in enumerate(self.names)}
        sink.probe(np.array([state.time]), temperature[:, None], shares)

    def follow(self, sink: Sink, state: State, clock: Clock, leg: str) -> None:
        """Feed the probes, and store the fields where enough has changed since they were last stored."""
        self.sample(sink, state)
        if self.pace.due(state, clock):
            self.show(sink, state, clock, leg)

    def show(self, sink: Sink, state: State, clock: Clock, leg: str) -> None:
        """Store the fields of this instant."""
        sink.snapshot(state.time, leg, self.fields(state), state.wall)
        clock.shown = (state.time, float(state.temperature.mean()))
        tidy(self.problem.cells.index.size)

    def fields(self, state: State) -> dict[str, Array]:
        """Every field that exists while the march runs."""
        fields = {"temperature": state.temperature}
        if self.kinetics is not None:
            fields |= {self.names[0]: state.parent} | dict(zip(self.names[1:], state.products, strict=True))
        if self.carbon is not None:
            fields["carbon"] = np.asarray(state.memory["carbon"], float64)
        if self.stress is not None:
            fields |= self.stress.fields(state)
        return fields

    def close(self, sink: Sink, state: State, clock: Clock, leg: Leg) -> None:
        """End a leg: its fields and its row of the ledger."""
        if clock.shown[0] != state.time:
            self.show(sink, state, clock, leg.name)
        sink.ledger(clock.ledger(leg, state, self.content(state, leg)))

    def final(self, state: State) -> dict[str, Array]:
        """Fields that have a meaning at the end only."""
        fields: dict[str, Array] = {}
        if self.recorder is not None:
            fields |= self.recorder.fields(state)
            fields["retained_austenite"] = state.parent
        if self.precipitation is not None:
            fields |= self.precipitation.fields(state, self.problem.hardness)
        elif self.problem.hardness:
            fields |= hardness(state, self.problem.matter, carbon_span(self.problem))
        return fields


def carbon_span(problem: Problem) -> tuple[float, float] | None:
    """Least and most carbon of a schedule, mass fractions; None where no leg moves any."""
    gases = [leg.gas for leg in problem.legs if leg.gas is not None]
    if not gases or problem.matter.carbon is None:
        return None
    met = [problem.matter.carbon.content, *(content for gas in gases for content in gas.span)]
    return min(met), max(met)


def _pace(problem: Problem) -> Pace:
    """When snapshots are due in a schedule."""
    known = sum(leg.duration or 0.0 for leg in problem.legs)
    met = (leg.laws[0].ambient(0.0) for leg in problem.legs)
    surroundings = [problem.start, *(kelvin for kelvin in met if kelvin is not None)]
    through = sum(abs(after - before) for before, after in pairwise(surroundings))
    return Pace.of(problem.snapshots, problem.cells.index.size, known, through)
