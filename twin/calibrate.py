"""Calibration of a case against records, as one call."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..materials.refusal import CaseError
from .executor import Executor
from .fit import Fit
from .inspection import Inspection
from .measurements import Measurements
from .model import Model, runs_of
from .pages import kept
from .search import Search
from .starts import best_start
from .unknowns import Unknown


def calibrate(
    case: Any,
    run: Measurements | Sequence[Measurements] | None,
    unknowns: Sequence[Unknown],
    *,
    inspections: Sequence[Inspection] = (),
    starts: int = 1,
    file: str | Path | None = None,
    workers: int | Executor = 1,
) -> Fit:
    """Fit a case to what thermocouples have read, and to what was measured on the finished part.

        fit = calibrate(case, run, [Unknown.curve("steps.quench.medium.h")])
        print(fit); fit.case.save("calibrated.yaml")

    run       a record or several of the same case; None where there are inspections alone
    unknowns  Unknown.curve, .factor, .value; depth, lag, offset and clock of the sensors come with the record
    inspections  hardness, phases, dimensions, end quench, dilatometer: see Inspection
    starts    the search begins with the case and with so many less one draws of what was known before: where a fit
              depends on where it begins, the best of all
    file      JSON where every step is kept; a calibration that was stopped goes on from it
    workers   processes or an Executor, where derivatives need many runs (3d, steels that transform), or for the starts

    Raises CaseError where a record is not ready, an unknown has no influence on any thermocouple, or a start
    lies outside its bounds.
    """
    if not unknowns:
        raise CaseError("nothing is unknown; give a list of Unknown.curve, .factor, .value", "unknowns")
    model = Model(case, runs_of(run), tuple(unknowns), workers, tuple(inspections))
    if not model.runs and not model.inspections:
        raise CaseError("nothing was measured; give Measurements or inspections", "measurements")
    model.bounds  # noqa: B018 (refuses)
    for one in model.runs:
        one.readiness(case).require()
    if starts == 1 or kept(None if file is None else Path(file), model.labels) is not None:
        return Fit.of(Search(model, file).found())
    start, misfits = best_start(model, starts)
    return Fit.of(replace(Search(model, file, start).found(), starts=misfits))
