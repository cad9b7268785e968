"""Parameter studies: a case computed for many values of its unknowns, resumable, with one table at the end."""

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.casetext import text
from ..cases.progress import Count
from ..cases.reopen import read, resume
from ..cases.resultfile import SUFFIX, alone, checkpoint_path
from ..materials.refusal import CaseError
from .design import Axes, Choice, points
from .executor import Executor, executor
from .observable import Observable
from .pages import write
from .studytable import StudyTable
from .unknowns import Unknown

Array = NDArray[float64]

DONE, FAILED = "done", "failed"
MISSING = {"status": "missing", "reason": "", "seconds": 0.0}


@dataclass(frozen=True, eq=False)
class Study:
    """A case for many values of its unknowns.

        study = Study(case, [Unknown.value("steps.quench.bath", bounds=("40 degC", "80 degC"))], members=32,
                      results={"core": Observable("hardness", at=("0 mm", "0 mm", "80 mm"))})
        table = study.run("bath", workers=2)
        print(table); table["core"]

    unknowns  Unknown.factor, .value, .curve (evenly within bounds, else after their prior), or Choice
    design    "grid", "latin hypercube", "sobol"; "saltelli" (indices of Sobol) and "morris" tell what matters
    members   how many; of a grid places on each axis; of saltelli n of n (d + 2), of morris n of n (d + 1)
    results   what the table shows of each member, by name

    Raises CaseError for an unknown that is wrong, before anything is computed.
    """

    case: Any
    unknowns: Sequence[Unknown | Choice]
    design: str = "latin hypercube"
    members: int = 32
    seed: int = 1
    results: Mapping[str, Observable] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.unknowns:
            raise CaseError("nothing is unknown; give a list of Unknown.factor, .value, .curve or Choice", "unknowns")
        for corner in (np.zeros(self.points.shape[1]), np.ones(self.points.shape[1])):
            self.case.replace(**self.axes.words(corner))
        for choice in (each for each in self.unknowns if isinstance(each, Choice)):
            for word in choice.of:
                self.case.replace(**{choice.name: word})

    @cached_property
    def axes(self) -> Axes:
        """The unknowns as axes of the unit cube."""
        return Axes(self.case, tuple(self.unknowns))

    @cached_property
    def points(self) -> Array:
        """(m, d) where each member lies in the unit cube."""
        return points(self.axes, self.design, self.members, self.seed)

    def __len__(self) -> int:
        return int(self.points.shape[0])

    def member(self, number: int) -> Any:
        """The case of a member, counted from 1."""
        if not 1 <= number <= len(self):
            raise CaseError(f"no member {number}; there are 1 to {len(self)}", "member")
        return self.case.replace(**self.axes.words(self.points[number - 1]))

    def run(
        self,
        folder: str | os.PathLike[str],
        workers: int | Executor = 1,
        retry: bool = False,
        progress: bool = True,
    ) -> StudyTable:
        """Compute every member that is not there yet, and collect the table, FOLDER/table.h5.

        A stopped or killed study goes on where it was when it is run again, members under way from their checkpoint.
        A member that fails is noted with its reason, and the others go on; `retry` tries those once more.

        Raises CaseError where the folder holds another study.
        """
        folder = self.begin(folder)
        due = self.missing(folder, retry)
        done = len(self) - len(due)
        with Count("members", len(self), progress) as bar:
            bar.at(done)
            for i, answer in executor(workers).each(_compute, [(self, folder, number) for number in due]):
                if isinstance(answer, BaseException):
                    if isinstance(answer, OSError):
                        raise answer
                    _note(folder, due[i], FAILED, str(answer) or type(answer).__name__, 0.0)
                done += 1
                bar.at(done)
        return self.collect(folder)

    def begin(self, folder: str | os.PathLike[str]) -> Path:
        """Make the folder, or see that it belongs to this study."""
        folder = Path(folder).absolute()
        folder.joinpath("members").mkdir(parents=True, exist_ok=True)
        own = {"case": text(self.case), "points": self.points.tolist(), "axes": list(self.axes.labels)}
        own["ends"] = [self.axes.shown(corner) for corner in self.points[:2]]
        page = folder / "study.json"
        if not page.exists():
            write(page, own)
        elif json.loads(page.read_text("utf-8")) != json.loads(json.dumps(own)):
            raise CaseError(f"'{folder}' holds another study; give another folder, or remove it", "folder")
        return folder

    def missing(self, folder: Path, retry: bool = False) -> list[int]:
        """Members that are not there yet; with `retry` those that failed too."""
        notes = [_read_note(folder, number) for number in range(1, len(self) + 1)]
        again = [note is not None and note["status"] == FAILED and retry for note in notes]
        for number in np.flatnonzero(again) + 1:
            _file(folder, int(number)).with_suffix(".json").unlink()
        return [i + 1 for i, note in enumerate(notes) if note is None or again[i]]

    def compute(self, folder: Path, numbers: Iterable[int]) -> None:
        """Compute some members here, those that are there already left out; for a task of a cluster."""
        for number in numbers:
            if _read_note(folder, number) is None:
                _compute((self, folder, number))

    def collect(self, folder: str | os.PathLike[str]) -> StudyTable:
        """The table of what is there now; writes FOLDER/table.h5."""
        folder = Path(folder).absolute()
        notes = [_read_note(folder, i + 1) or dict(MISSING) for i in range(len(self))]
        values = {name: np.full(len(self), np.nan) for name in self.results}
        for i, note in enumerate(notes):
            if note["status"] == DONE and self.results:
                note["reason"] = _observe(_file(folder, i + 1), self.results, values, i)
        table = StudyTable(
            name=self.case.name,
            design=self.design,
            members=self.members,
            points=self.points,
            unknowns=self._columns(),
            results=values,
            units={name: what.shown for name, what in self.results.items()},
            status=tuple(note["status"] for note in notes),
            reasons=tuple(note["reason"] for note in notes),
            seconds=np.array([note["seconds"] for note in notes]),
            files=tuple(f"members/{_file(folder, i + 1).name}" for i in range(len(self))),
        )
        table.save(folder / "table.h5")
        return table

    def _columns(self) -> dict[str, Any]:
        """Unknowns in SI by label: numbers (m,), or words."""
        rows = [self.axes.shown(u) for u in self.points]
        columns = zip(*rows, strict=True)
        return {
            label: list(column) if isinstance(column[0], str) else np.array(column, float64)
            for label, column in zip(self.axes.labels, columns, strict=True)
        }


def _file(folder: Path, number: int) -> Path:
    return folder / "members" / f"{number:05d}{SUFFIX}"


def _note(folder: Path, number: int, status: str, reason: str, seconds: float) -> None:
    write(_file(folder, number).with_suffix(".json"), {"status": status, "reason": reason, "seconds": seconds})


def _read_note(folder: Path, number: int) -> dict[str, Any] | None:
    path = _file(folder, number).with_suffix(".json")
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def _compute(task: tuple[Study, Path, int]) -> None:
    """One member with its result file and its note; what went wrong is noted too, unless the disk did."""
    study, folder, number = task
    began = time.perf_counter()
    try:
        _result(study.member(number), _file(folder, number))
        status, reason = DONE, ""
    except OSError:
        raise
    except Exception as error:
        status, reason = FAILED, str(error) or type(error).__name__
    _note(folder, number, status, reason, time.perf_counter() - began)


def _result(case: Any, file: Path) -> None:
    """Compute a case, or go on with what a killed process has left of it."""
    if file.exists():
        with alone(file):
            pass
        try:
            if checkpoint_path(file).exists():
                resume(file, progress=False)
            if read(file).ended:
                return
        except CaseError:
            file.unlink()
            checkpoint_path(file).unlink(missing_ok=True)
    case.run(file, progress=False)


def _observe(file: Path, wanted: Mapping[str, Observable], values: dict[str, Array], i: int) -> str:
    """Read what is wanted of a member into `values`; the reason where something cannot be read."""
    try:
        result = read(file)
        for name, what in wanted.items():
            values[name][i] = what(result)
    except CaseError as error:
        return str(error)
    return ""
