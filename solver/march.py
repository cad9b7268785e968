"""The one loop over time."""

from collections.abc import Callable

from ..kernels.space import drop
from .casting import CastingColumns, CastingProblem
from .clock import Clock
from .columns import Columns
from .problem import Problem, Sink
from .state import State
from .threads import threads_for, tidy

Watch = Callable[[Clock, State], bool]


class Stopped(Exception):
    """The march was asked to stop; its checkpoint is written."""


def march(
    problem: Problem | CastingProblem, sink: Sink, watch: Watch, state: State | None = None, clock: Clock | None = None
) -> tuple[State, Clock]:
    """Run the schedule from the start, or go on from a checkpoint's state and clock.

    `watch` is called after every accepted step and answers whether to stop; then Stopped is raised.
    """
    with threads_for(problem.cells.index.size):
        return _march(problem, sink, watch, state, clock)


def _march(
    problem: Problem | CastingProblem, sink: Sink, watch: Watch, state: State | None, clock: Clock | None
) -> tuple[State, Clock]:
    columns = CastingColumns(problem) if isinstance(problem, CastingProblem) else Columns(problem)
    tidy(problem.cells.index.size)
    legs = problem.legs
    if state is None or clock is None:
        state, clock = columns.begin(), Clock()
        columns.sample(sink, state)
        columns.show(sink, state, clock, legs[0].name)
    while clock.leg < len(legs):
        leg = legs[clock.leg]
        if clock.dt == 0.0:
            clock.enter(leg, state, columns.first_step(state, leg), columns.content(state, leg))
        while not clock.over(leg, state):
            trial = columns.attempt(state, leg, clock.entered, clock.step(leg, state.time, columns.pace.mark(clock)))
            if clock.refuses(trial, problem.tolerance):
                del trial  # its arrays would stay beside those of the next
                continue
            longest = columns.accept(state, trial)
            state = trial.state  # the one before is let go
            increment = columns.strain(state, last=clock.over(leg, state))
            clock.accept(leg, trial, increment, longest, problem.tolerance)
            columns.follow(sink, state, clock, leg.name)
            if watch(clock, state):
                sink.checkpoint(state, clock.as_dict())
                raise Stopped(leg.name)
        columns.close(sink, state, clock, leg)
        clock.leave()
    drop()
    last, layers = columns.fields(state) | columns.final(state), columns.layers(state)
    del columns
    sink.end(last, layers)
    return state, clock
