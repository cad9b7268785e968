"""A parameter study as a YAML file beside its case."""

import os
from pathlib import Path
from typing import Any

from ..cases.casefile import load, mapping
from ..materials.refusal import CaseError, one_of
from .design import Choice
from .observable import Observable
from .plan import KINDS, unknown
from .study import Study

WORDS = ("case", "unknowns", "design", "members", "seed", "results", "slurm")
WHOLE = ("members", "seed")


def read_study(path: str | os.PathLike[str]) -> tuple[Study, dict[str, Any]]:
    """The study in a YAML file, and what it says of Slurm.

        case: shaft.yaml                  # from the folder of this file
        unknowns:
          - value: {name: steps.quench.bath, bounds: [40 degC, 80 degC]}
          - choice: {name: steps.quench.medium, of: [fast oil, slow oil]}
        design: latin hypercube
        members: 64
        results:
          core: {field: hardness, at: [0 mm, 0 mm, 80 mm]}
        slurm: {time: 00:30:00, cpus-per-task: 4}

    Raises CaseError for what it does not know, with file and key.
    """
    words, path = mapping(path), Path(path)
    try:
        for word in words:
            one_of(word, WORDS, "entry of a study")
        if not isinstance(words.get("case"), str):
            raise CaseError("no case; write case: shaft.yaml", "case")
        for word in WHOLE:
            if word in words and (isinstance(words[word], bool) or not isinstance(words[word], int)):
                raise CaseError(f"{words[word]!r} is no whole number", word)
        slurm = _mapping(words, "slurm")
        given = {name: words[name] for name in ("design", *WHOLE) if name in words}
        unknowns = [unknown(entry, KINDS | {"choice": Choice}) for entry in words.get("unknowns") or ()]
        results = {name: _observable(name, entry) for name, entry in _mapping(words, "results").items()}
    except CaseError as error:
        raise error.under(place=path.name) from None
    case = load(path.parent / words["case"])
    try:
        return Study(case, unknowns, results=results, **given), slurm
    except CaseError as error:
        raise error.under(place=path.name) from None


def _mapping(words: dict[str, Any], name: str) -> dict[str, Any]:
    given = words.get(name) or {}
    if not isinstance(given, dict):
        raise CaseError(f"{given!r} is no mapping; write name: {{...}}", name)
    return given


def _observable(name: str, entry: Any) -> Observable:
    if not isinstance(entry, dict):
        raise CaseError(f"{entry!r} says nothing of a result; write {{field: hardness, of: max}}", "results", name)
    try:
        return Observable(**entry)
    except CaseError as error:
        raise CaseError(error.sentence, "results", name, *error.where) from None
