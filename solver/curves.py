"""Points whose temperature is given: the transformations, records and hardness of many cooling curves at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.matter import Matter
from .hardness import vickers
from .kinetics import Transformation
from .recorder import Recorder, past
from .state import State, products
from .tables import Tables
from .threads import threads_for

Array = NDArray[float64]
Level = tuple[str, float]

CHUNK = 16384  # curves followed together: a batch of them takes 3 MB


@dataclass(frozen=True)
class Traces:
    """n points at the end of the temperatures they were given.

    phases       (P, n)  volume fractions, in the order of the matter
    hardness     (n,)    HV; NaN where the matter has no hardness law, or a phase asks for a rate not passed
    past         name -> (n,), what `recorder.past` knows: cooling_rate_700 K/s, t8_5 s and more
    reached      level -> (time (n,) s, temperature (n,) K) where it was first reached; NaN where never
    history      (m, P, n) fractions at every time; m is 0 where they were not asked for
    tempering    (m, n) K, parameter of the tempering of martensite at every time, 0: none; as `history`
    """

    phases: Array
    hardness: Array
    past: dict[str, Array]
    reached: dict[Level, tuple[Array, Array]]
    history: Array
    tempering: Array


class Curves:
    """The transformations of one matter at given temperatures: its laws are made once, for any number of curves."""

    def __init__(self, matter: Matter) -> None:
        one = matter.phases[0].enthalpy
        self.matter = replace(matter, phases=tuple(replace(phase, enthalpy=one) for phase in matter.phases))
        self.names = [phase.name for phase in matter.phases]
        self.tables = Tables.of(self.matter)

    def follow(
        self,
        times: Array,
        temperatures: Array,
        start: Sequence[float] | None = None,
        levels: Sequence[Level] = (),
        history: bool = False,
    ) -> Traces:
        """Lead n points along their temperatures, linear between the times.

        times         (m,)    s, rising
        temperatures  (m, n)  K
        start         (P,)    fractions at the first time; None: all austenite
        levels        (phase, fraction) of the cell to look out for: a product that rises to it, austenite
                      that falls to it

        Raises ValueError where the times do not rise or do not belong to the temperatures.
        """
        if times.size != temperatures.shape[0] or not (np.diff(times) > 0.0).all():
            raise ValueError(f"{times.size} times for temperatures {temperatures.shape}: one each, and rising")
        n = temperatures.shape[1]
        with threads_for(n):
            parts = [
                self._chunk(times, temperatures[:, first : first + CHUNK], start, levels, history)
                for first in range(0, n, CHUNK)
            ]
        return parts[0] if len(parts) == 1 else _joined(parts)

    def _chunk(
        self, times: Array, temperatures: Array, start: Sequence[float] | None, levels: Sequence[Level], history: bool
    ) -> Traces:
        n, count = temperatures.shape[1], len(self.names)
        phases = np.zeros((count, n))
        phases[:] = np.eye(count)[0][:, None] if start is None else np.asarray(start, float64)[:, None]
        transformation, recorder = Transformation(self.matter, self.tables, n), Recorder(self.matter)
        still = np.zeros(n)  # all phases have one enthalpy, which then says nothing
        state = State(float(times[0]), still, products(phases), np.ascontiguousarray(temperatures[0]), np.zeros(0))
        transformation.begin(state)
        recorder.begin(state)
        reached = {level: (np.full(n, np.nan), np.full(n, np.nan)) for level in levels}
        kept, parameters = ([state.phases], [state.memory["tempering"]]) if history else ([], [])
        for time, given in zip(times[1:], temperatures[1:], strict=True):
            after = np.array(given)
            moved = transformation.advance(state, still, state.temperature, after, float(time) - state.time)
            before, memory = state, {**state.memory, "latent": moved.latent}
            state = State(float(time), still, moved.products, after, state.wall, memory)
            transformation.accept(before, state)
            recorder.follow(before, state)
            for level in levels:
                self._look(level, before, state, *reached[level])
            if history:
                kept.append(state.phases)
                parameters.append(np.array(state.memory["tempering"]))
        hard = vickers(state, self.matter) if self.matter.hardness is not None else np.full(n, np.nan)
        followed = np.array(kept).reshape(-1, count, n), np.array(parameters).reshape(-1, n)
        return Traces(state.phases, hard, past(state), reached, *followed)

    def _look(self, level: Level, before: State, after: State, time: Array, temperature: Array) -> None:
        """Note where a level was passed in a step, linear between its ends."""
        row, share = self.names.index(level[0]), level[1]
        old, new = (one.parent if row == 0 else one.products[row - 1] for one in (before, after))
        passed = np.isnan(time) & ((new <= share) if row == 0 else (new >= share))
        if passed.any():
            part = np.clip((share - old[passed]) / (new - old)[passed], 0.0, 1.0)
            time[passed] = before.time + part * (after.time - before.time)
            lead = after.temperature - before.temperature
            temperature[passed] = before.temperature[passed] + part * lead[passed]


def _joined(parts: list[Traces]) -> Traces:
    """The points of several chunks, one after another."""
    first = parts[0]

    def levels(level: Level, k: int) -> Array:
        return np.concatenate([part.reached[level][k] for part in parts])

    return Traces(
        np.concatenate([part.phases for part in parts], axis=1),
        np.concatenate([part.hardness for part in parts]),
        {name: np.concatenate([part.past[name] for part in parts]) for name in first.past},
        {level: (levels(level, 0), levels(level, 1)) for level in first.reached},
        np.concatenate([part.history for part in parts], axis=2),
        np.concatenate([part.tempering for part in parts], axis=1),
    )
