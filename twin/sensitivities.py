"""Derivatives of what thermocouples see: by the tangent where it holds, else by differences along the same steps."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.case import Case
from ..solver.replay import Marks, replay
from ..solver.tangent import Moved, differentiable, tangent
from .forward import Follow, Forward, Trace

Array = NDArray[float64]

SLIGHT = 1e-6  # of a standard deviation before: how far tables and laws are moved to see how they change
STEP = 0.05  # the same for a whole march, where round-off and tables of 2 K count


def sensitivities(
    forward: Forward, case: Case, beside: Callable[[float], list[Case]], trace: Trace, workers: int = 1
) -> tuple[Trace, str]:
    """Derivatives (k, m, P) of the trace of a case, and how they were made: "tangent" or "differences".

    beside   how far -> cases with one parameter each moved that far
    workers  processes for the differences
    """
    problem = forward.problem(case)
    moved = [Moved(forward.problem(each), problem, SLIGHT) for each in beside(SLIGHT)]
    if differentiable(problem, moved):
        slopes = tangent(problem, moved, trace.marks)[1]
        return replace(trace, values=slopes), "tangent"
    ends = [*beside(STEP), *beside(-STEP)]
    seen = np.array(list(_marches(forward, ends, trace.marks, workers)))
    above, below = seen[: len(moved)], seen[len(moved) :]
    return replace(trace, values=np.moveaxis((above - below) / (2.0 * STEP), 0, -1)), "differences"


def again(forward: Forward, case: Case, marks: Marks) -> Array:
    """(k, m) K at the places of the thermocouples, along given steps."""
    sink = Follow()
    replay(forward.problem(case), marks, sink)
    return np.array(sink.values).T


def _marches(forward: Forward, cases: Sequence[Case], marks: Marks, workers: int) -> Any:
    if workers <= 1:
        return (again(forward, case, marks) for case in cases)
    share = max(1, (os.cpu_count() or 1) // workers)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _take_share, (context.Value("i", 0), share)) as pool:
        return list(pool.map(again, [forward] * len(cases), cases, [marks] * len(cases)))


def _take_share(taken: Any, share: int) -> None:
    """Leave each process its own processors, so that processes times threads are no more than there are."""
    if not hasattr(os, "sched_setaffinity"):
        return
    with taken.get_lock():
        first, taken.value = taken.value, taken.value + share
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[(first + i) % len(processors)] for i in range(share)})
