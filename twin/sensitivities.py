"""Derivatives of what thermocouples see: by the tangent where it holds, else by differences along the same steps."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.case import Case
from ..solver.tangent import Moved, differentiable, tangent
from .executor import Executor, executor
from .forward import Forward, Trace

Array = NDArray[float64]

SLIGHT = 1e-6  # of a standard deviation before: how far tables and laws are moved to see how they change
STEP = 0.05  # the same for a whole march, where round-off and tables of 2 K count


def sensitivities(
    forward: Forward, case: Case, beside: Callable[[float], list[Case]], trace: Trace, workers: int | Executor = 1
) -> tuple[Trace, str]:
    """Derivatives (k, m, P) of the trace of a case, and how they were made: "tangent" or "differences".

    beside   how far -> cases with one parameter each moved that far
    workers  processes for the differences, or an Executor
    """
    problem = forward.problem(case)
    moved = [Moved(forward.problem(each), problem, SLIGHT) for each in beside(SLIGHT)]
    if differentiable(problem, moved):
        slopes = tangent(problem, moved, trace.marks)[1]
        return replace(trace, values=slopes), "tangent"
    ends = [*beside(STEP), *beside(-STEP)]
    seen = np.array(executor(workers).map(_again, [(forward, each, trace) for each in ends]))
    above, below = seen[: len(moved)], seen[len(moved) :]
    return replace(trace, values=np.moveaxis((above - below) / (2.0 * STEP), 0, -1)), "differences"


def _again(task: tuple[Forward, Case, Trace]) -> Array:
    forward, case, trace = task
    return forward.along(forward.problem(case), trace).values
