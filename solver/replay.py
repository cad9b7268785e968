"""A march once more along the steps of an earlier one: what differs then differs for its parameters alone."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from .columns import Columns
from .problem import Problem, Sink
from .state import State
from .threads import threads_for

Marks = Sequence[tuple[int, float]]
"""(number of the leg, s at the end of the step) of every accepted step."""


def replay(problem: Problem, marks: Marks, sink: Sink) -> State:
    """Feed the probes of `sink` with a march whose steps are given; the state at its end."""
    with threads_for(problem.cells.index.size):
        columns = Columns(problem)
        state = columns.begin()
        columns.sample(sink, state)
        for number, entered, ends in by_leg(marks):
            for end in ends:
                trial = columns.attempt(state, problem.legs[number], entered, end - state.time)
                columns.accept(state, trial)
                state = trial.state
                columns.strain(state, last=False)
                columns.sample(sink, state)
        return state


def by_leg(marks: Marks) -> Iterator[tuple[int, float, list[float]]]:
    """(number of the leg, s when it began, s at the end of each of its steps)."""
    entered = 0.0
    for number, group in groupby(marks, key=lambda mark: mark[0]):
        ends = [end for _, end in group]
        yield number, entered, ends
        entered = ends[-1]
