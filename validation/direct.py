"""A march without a result file: every number in float64, and cells or matter that no case can name."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..solver.casting import CastingProblem
from ..solver.clock import Clock
from ..solver.march import Stopped, march
from ..solver.problem import Around, Problem
from ..solver.state import State

Array = NDArray[float64]


@dataclass
class Kept:
    """What a march gave.

    times, legs  of the snapshots
    fields       one dictionary a snapshot
    walls        (p,) K a snapshot
    seen         (s, K of each probe) as recorded
    ledger       a row a step of the schedule
    last         fields of the end
    state        at the end, or where it was stopped; clock likewise
    """

    times: list[float] = field(default_factory=list)
    legs: list[str] = field(default_factory=list)
    fields: list[dict[str, Array]] = field(default_factory=list)
    walls: list[Array] = field(default_factory=list)
    seen: list[tuple[float, ...]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    last: dict[str, Array] = field(default_factory=dict)
    state: State | None = None
    clock: dict[str, Any] = field(default_factory=dict)

    def snapshot(self, time: float, leg: str, fields: dict[str, Array], wall: Array, around: Around = ()) -> None:
        self.times.append(time)
        self.legs.append(leg)
        self.fields.append({name: np.array(values, float64) for name, values in fields.items()})
        self.walls.append(np.array(wall, float64))

    def probe(self, times: Array, temperature: Array, phases: dict[str, Array]) -> None:
        self.seen.extend((float(time), *T.tolist()) for time, T in zip(times, temperature.T, strict=True))

    def ledger(self, row: dict[str, Any]) -> None:
        self.rows.append(row)

    def checkpoint(self, state: State, extra: dict[str, Any]) -> None:
        self.state, self.clock = copied(state), dict(extra)

    def end(self, fields: dict[str, Array], layers: dict[str, Array]) -> None:
        self.last = {name: np.array(values, float64) for name, values in fields.items()}


def follow(problem: Problem | CastingProblem, stop_after: int | None = None, since: Kept | None = None) -> Kept:
    """March a problem to its end, or until a number of steps is done; `since` goes on from such a stop."""
    kept = Kept()
    steps = 0

    def watch(clock: Clock, state: State) -> bool:
        nonlocal steps
        steps += 1
        return steps == stop_after

    try:
        if since is None:
            kept.state, clock = march(problem, kept, watch)
        else:
            assert since.state is not None
            start = copied(since.state), Clock.from_dict(since.clock)
            kept.state, clock = march(problem, kept, watch, *start)
        kept.clock = clock.as_dict()
    except Stopped:
        pass
    return kept


def copied(state: State) -> State:
    """A state that shares no array with another."""
    return State(
        state.time,
        state.enthalpy.copy(),
        state.products.copy(),
        state.temperature.copy(),
        state.wall.copy(),
        {name: values.copy() for name, values in state.memory.items()},
        {name: values.copy() for name, values in state.mechanics.items()},
        {name: values.copy() for name, values in state.layers.items()},
    )


def arrays(state: State) -> dict[str, NDArray[Any]]:
    """Everything that a state holds, by name."""
    return {
        "enthalpy": state.enthalpy,
        "products": state.products,
        "temperature": state.temperature,
        "wall": state.wall,
        **state.memory,
        **state.mechanics,
        **{f"{name} of the layers": values for name, values in state.layers.items()},
    }
