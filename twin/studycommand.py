"""What the command `metaltwin study` does."""

import re
from collections.abc import Iterator
from pathlib import Path

from ..materials.refusal import CaseError
from .slurm import submit
from .study import Study
from .studyfile import read_study
from .studytable import StudyTable

SOME = re.compile(r"(\d+)(?:-(\d+))?")


def told(
    file: Path,
    output: Path | None,
    workers: int,
    retry: bool,
    slurm: bool,
    members: str | None,
    collect: bool,
    csv: Path | None,
) -> Iterator[str]:
    """Do it, and say what was done, line by line."""
    study, options = read_study(file)
    folder = study.begin(output or file.with_suffix(".study"))
    if slurm:
        due = study.missing(folder, retry)
        yield submit(study, file.absolute(), folder, options, due) if due else "every member is there"
        return
    if members is not None:
        study.compute(folder, _some(members, study))
        return
    table = study.collect(folder) if collect else study.run(folder, workers, retry)
    yield str(table)
    yield from _what_matters(table)
    yield f"table in {folder / 'table.h5'}"
    if csv is not None:
        yield str(table.csv(csv))


def _some(members: str, study: Study) -> range:
    match = SOME.fullmatch(members.strip())
    if match is None:
        raise CaseError(f"'{members}' names no members; write 3 or 3-7", "members")
    first, last = int(match[1]), int(match[2] or match[1])
    study.member(first), study.member(last)
    return range(first, last + 1)


def _what_matters(table: StudyTable) -> Iterator[str]:
    if table.design in ("saltelli", "morris") and "missing" not in table.status:
        for name in table.results:
            yield str(table.indices(name))
