"""From a result file back to its case: reading it, and going on with an interrupted run."""

import os
from pathlib import Path

import numpy as np

from ..materials.refusal import CaseError
from ..solver.casting import CastingProblem
from ..solver.clock import Clock
from ..solver.problem import Problem
from ..solver.symmetry import whole
from . import resultfile, running, store
from .archive import Archive
from .casefile import load
from .castingresult import result_of
from .result import Result


def read(path: str | os.PathLike[str]) -> Result:
    """The result in a .vtkhdf file. Raises CaseError where it is missing, cut short or no result."""
    return result_of(Archive(Path(path)), load)


def resume(file: str | os.PathLike[str], progress: bool = True) -> Result:
    """Go on with an interrupted run to a bit-identical end. Raises CaseError where files are not whole."""
    with running.asked_to_stop() as asked, resultfile.alone(resultfile.result_path(file)):
        log, state, extra = store.resume(file)
        if log.case.startswith(running.NO_FILE):
            raise CaseError(f"'{log.path}' came from a case with a Python function; run that case again")
        case = load(log.case)
        problem: Problem | CastingProblem = case.problem()
        if not all(_same(problem, log, name) for name in ("index", "volume")):
            raise CaseError(
                f"'{log.path}': '{case.part.stl}' has changed since the run began; put it back or run again"
            )
        return running.follow(case, problem, log, state, Clock.from_dict(extra), asked, progress)


def _same(problem: Problem | CastingProblem, log: store.Log, name: str) -> bool:
    return np.array_equal(getattr(whole(problem.cells).cells, name), getattr(log.cells, name))
