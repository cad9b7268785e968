"""The one loop over time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from numpy import float64
from numpy.typing import NDArray

from ..materials.matter import Matter
from .boundary import Law
from .clock import Clock
from .columns import Columns
from .geometry import Cells
from .state import State

Array = NDArray[float64]
Watch = Callable[[Clock, State], bool]


@dataclass(frozen=True)
class Leg:
    """One step of a schedule as the solver sees it.

    name      dotted name of the step: soak, quench, quench_2
    kind      soak, heat, transfer, quench, cool, hold or temper
    laws      one per zone of the cells
    duration  s, or None where `until` ends the leg
    until     K: ends when the hottest cell is below (the coldest above, where rising)
    entry     (p,) s after the start of the leg when each patch meets `laws`, before that `dry`; None: at once
    """

    name: str
    kind: str
    laws: tuple[Law, ...]
    duration: float | None = None
    until: float | None = None
    rising: bool = False
    entry: Array | None = None
    dry: tuple[Law, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Everything a march needs, in SI.

    start      K, uniform and unstressed
    phases     fraction of each phase at the start, by name
    probes     (k, 3) m, where temperature and phases are followed step by step
    record     s between the samples that a probe shows
    snapshots  s between stored fields, or a count over the whole schedule, or None for as many as are cheap
    tolerance  K, local error of a time step
    """

    cells: Cells
    matter: Matter
    legs: tuple[Leg, ...]
    start: float
    phases: dict[str, float]
    probes: Array
    record: float
    snapshots: float | int | None
    tolerance: float
    hardness: bool
    stress: bool


class Sink(Protocol):
    """What keeps the results of a march."""

    def snapshot(self, time: float, leg: str, fields: dict[str, Array], wall: Array) -> None: ...
    def probe(self, times: Array, temperature: Array, phases: dict[str, Array]) -> None: ...
    def ledger(self, row: dict[str, Any]) -> None: ...
    def checkpoint(self, state: State, extra: dict[str, Any]) -> None: ...
    def end(self, fields: dict[str, Array]) -> None: ...


class Stopped(Exception):
    """The march was asked to stop; its checkpoint is written."""


def march(
    problem: Problem, sink: Sink, watch: Watch, state: State | None = None, clock: Clock | None = None
) -> tuple[State, Clock]:
    """Run the schedule from the start, or go on from a checkpoint's state and clock.

    `watch` is called after every accepted step and answers whether to stop; then Stopped is raised.
    """
    columns = Columns(problem)
    legs = problem.legs
    if state is None or clock is None:
        state, clock = columns.begin(), Clock()
        columns.show(sink, state, clock, legs[0].name)
    while clock.leg < len(legs):
        leg = legs[clock.leg]
        if clock.dt == 0.0:
            clock.enter(leg, state, columns.first_step(state, leg), columns.content(state))
        while not clock.over(leg, state):
            trial = columns.attempt(state, leg, clock.entered, clock.step(leg, state.time))
            if clock.refuses(trial, problem.tolerance):
                continue
            last = clock.over(leg, trial.state)
            state, increments, longest = columns.accept(state, trial, last)
            clock.accept(leg, trial, increments, longest, problem.tolerance)
            columns.follow(sink, state, clock, leg.name)
            if watch(clock, state):
                sink.checkpoint(state, clock.as_dict())
                raise Stopped(leg.name)
        columns.close(sink, state, clock, leg)
        clock.leave()
    sink.end(columns.final(state))
    return state, clock
