"""The columns of physics of one part, joined for one march: heat, then what happens in the metal."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .heat import Heat
from .metal import Metal
from .pace import Pace
from .physics import Physics
from .probes import Probes
from .problem import Leg, Problem, Sink, Trial
from .state import State

Array = NDArray[float64]


class Columns(Physics):
    """Heat and metal of one part."""

    def __init__(self, problem: Problem) -> None:
        cells, matter = problem.cells, problem.matter
        self.problem = problem
        self.heat = Heat(cells, matter, problem.tolerance)
        self.metal = Metal(problem, self.heat.tables)
        self.probes = Probes(cells, problem.probes, self.metal.names if matter.transforms else ())
        self.pace = _pace(problem)

    def begin(self) -> State:
        """The part before the first step: uniform and unstressed."""
        state = self.heat.initial(self.problem.start, self.problem.phases or None)
        self.metal.begin(state)
        return state

    def first_step(self, state: State, leg: Leg) -> float:
        """Where a leg begins the surroundings jump: the longest step of the plain explicit method, s."""
        return self.heat.explicit_limit(state, leg.dry or leg.laws, since=state.time)

    def attempt(self, state: State, leg: Leg, entered: float, dt: float) -> Trial:
        """One step of heat, then of phases; of `state` only what holds it may change."""
        self.metal.enter(state, leg)
        step = self.heat.advance(state, leg.laws, dt, since=entered, dry=leg.dry, entry=leg.entry)
        after = replace(
            state,
            time=state.time + step.dt,
            enthalpy=step.enthalpy,
            temperature=step.temperature,
            wall=step.wall,
        )
        change, horizon = 0.0, float("inf")
        if np.isfinite(step.error):
            after, change, horizon = self.metal.attempt(state, after, leg, entered, step.dt)
        return Trial(step.dt, after, step.heat, step.error, change, horizon, step.stages)

    def content(self, state: State, leg: Leg) -> float:
        """Heat content of the part, J."""
        return self.heat.energy(state.enthalpy)

    def sample(self, sink: Sink, state: State) -> None:
        """Feed the probes."""
        if self.probes.count:
            shares = {name: share[:, None] for name, share in self.probes.shares(state).items()}
            sink.probe(np.array([state.time]), self.probes.temperature(state.temperature, state.wall)[:, None], shares)

    def fields(self, state: State) -> dict[str, Array]:
        """Every field that exists while the march runs."""
        return {"temperature": state.temperature} | self.metal.fields(state)

    def final(self, state: State) -> dict[str, Array]:
        """Fields that have a meaning at the end only."""
        return self.metal.final(state)


def _pace(problem: Problem) -> Pace:
    """When snapshots are due in a schedule."""
    known = sum(leg.duration or 0.0 for leg in problem.legs)
    met = (leg.laws[0].ambient(0.0) for leg in problem.legs)
    surroundings = [problem.start, *(kelvin for kelvin in met if kelvin is not None)]
    through = sum(abs(after - before) for before, after in pairwise(surroundings))
    return Pace.of(problem.snapshots, problem.cells.index.size, known, through)
