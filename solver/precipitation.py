"""Quench factor and ageing of an aluminium alloy, and the strength they leave."""

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels import precipitation as rows
from ..kernels.precipitation import follow
from ..materials.matter import Matter
from ..materials.quench_factor import OVER, aged_strength, hardness_myhr, strength_share
from .state import State
from .tables import Axis

Array = NDArray[float64]


class Precipitation:
    """Follows the accepted steps; begins anew in a cell wherever its solute is dissolved."""

    def __init__(self, matter: Matter, axis: Axis) -> None:
        law = matter.precipitation
        if law is None:
            raise ValueError(f"{matter.name} does not harden by precipitation")
        self.law, self.axis = law, axis
        self.loss = np.ascontiguousarray(law.loss(axis.knots))
        self.ageing = np.zeros(axis.count) if law.ageing is None else np.ascontiguousarray(law.ageing(axis.knots))

    def begin(self, state: State) -> None:
        """Add "precipitation" (2, n) to the state's memory: quench factor and P*, NaN where not known."""
        records = np.full((rows.ROWS, state.temperature.size), np.nan)
        records[rows.FACTOR, state.temperature >= self.law.dissolved] = 0.0
        state.memory["precipitation"] = records

    def follow(self, before: State, after: State) -> None:
        """Take in one accepted step; the records in the memory of `after` are updated in place."""
        follow(
            before.temperature,
            after.temperature,
            after.time - before.time,
            self.law.dissolved,
            OVER,
            self.axis.low,
            1.0 / self.axis.step,
            self.loss,
            self.ageing,
            after.memory["precipitation"],
        )

    def fields(self, state: State, strength: bool) -> dict[str, Array]:
        """quench_factor, strength_share; with `strength` also yield_strength Pa and hardness HV; (n,) each."""
        factor, progress = state.memory["precipitation"].astype(float64)
        share = strength_share(factor)
        fields = {"quench_factor": factor, "strength_share": share}
        if strength:
            flow = aged_strength(np.nan_to_num(progress), share, *self.law.strengths)
            fields |= {"yield_strength": flow, "hardness": hardness_myhr(flow)}
        return fields


def along(matter: Matter, times: Array, temperatures: Array) -> Array:
    """Quench factors (k,) of cooling curves, linear between times (m,) s with temperatures (m, k) K.

    All begin with everything in solution.
    """
    column = Precipitation(matter, Axis())
    empty = np.zeros(0)
    count = temperatures.shape[1]
    start = np.ascontiguousarray(temperatures[0])
    state = State(float(times[0]), empty, np.empty((0, count)), start, empty)
    column.begin(state)
    state.memory["precipitation"][rows.FACTOR] = 0.0
    for time, given in zip(times[1:], temperatures[1:], strict=True):
        after = State(float(time), empty, state.products, np.ascontiguousarray(given), empty, state.memory)
        column.follow(state, after)
        state = after
    return np.asarray(state.memory["precipitation"][rows.FACTOR], float64)
