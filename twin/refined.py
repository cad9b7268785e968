"""What cells and steps err by: the case once more on a grid half as wide with steps half as long (Richardson)."""

from typing import Any

from numpy import float64
from numpy.typing import NDArray

from ..solver.replay import Marks, by_leg
from .forward import Forward, Trace
from .model import Model

Array = NDArray[float64]

WHOLE, LEFT = 4.0 / 3.0, 1.0 / 3.0  # of the change by halving: error of second order, and what may be left of it


def finer(case: Any) -> Any:
    """The case on a grid half as wide."""
    return case.replace(**{"grid.spacing": f"{float(case.grid.spacing) / 2.0!r} m"})


def halved(marks: Marks) -> Marks:
    """Each step in two."""
    return [
        (leg, time)
        for leg, entered, ends in by_leg(marks)
        for before, end in zip([entered, *ends], ends, strict=False)
        for time in ((before + end) / 2.0, end)
    ]


def change(model: Model, x: Array, trace: Trace) -> list[Array]:
    """(w,) K of each thermocouple: what halving cells and steps changes of the trace for parameters x."""
    fine = finer(model.case_at(x))
    forward = Forward(fine, model.forward.sensors, model.forward.end)
    seen = model.seen(x, forward.along(forward.problem(fine), trace, halved(trace.marks)))
    return [a - b for a, b in zip(seen, model.seen(x, trace), strict=True)]
