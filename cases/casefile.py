"""Cases as YAML files: the same words, and messages that name file, line, key, value and mend."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from ..materials.library import ENDINGS
from ..materials.refusal import CaseError, one_of
from .casetext import FORMAT, KINDS, OUTPUT
from .treatment import HeatTreatment

STUMBLES = {
    "'\\t'": "a tab stands where only blanks can; put blanks in its place",
    "mapping values are not allowed": "a colon too many; quote a text with ': ' in it, or move the line left or right",
    "end of stream": "a quote or bracket is never closed",
    "another document": "a second case begins with ---; put it into its own file",
    "expected ',' or": "a comma or a closing bracket is missing",
    "expected <block end>": "the line stands too far left or right; begin it below its neighbours",
}
"""What the reader of YAML says, and what it means."""


def load(source: str | os.PathLike[str] | Mapping[str, Any]) -> HeatTreatment:
    """The case in a YAML file, in a YAML text (of several lines), or in a mapping of the same words.

        case = load("shaft.yaml")

    Raises CaseError with file, line, key, value and mend; FileNotFoundError where there is no such file.
    """
    if isinstance(source, Mapping):
        return _case(source, "case", Path.cwd())
    if isinstance(source, str) and "\n" in source:
        return _case(_document(source, "case"), "case", Path.cwd())
    path = Path(source)
    try:
        content = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise CaseError(f"'{path}' is no text in UTF-8; a case is a YAML file such as examples/shaft.yaml") from None
    return _case(_document(content, path.name), path.name, path.resolve().parent)


def mapping(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What stands in a YAML file of another kind. Raises CaseError with file and line, FileNotFoundError."""
    path = Path(path)
    found: dict[str, Any] = _bare(_document(path.read_text("utf-8"), path.name))
    return found


@contextmanager
def placed(path: str | os.PathLike[str]) -> Iterator[None]:
    """Gives complaints about a case that was loaded from a file the file's name and line."""
    try:
        yield
    except CaseError as error:
        if error.place or not error.where or error.word:
            raise
        path = Path(path)
        line = _line(_document(path.read_text("utf-8"), path.name), error.where)
        raise error.under(place=f"{path.name}:{line}" if line else path.name) from None


def schema() -> dict[str, Any]:
    """JSON schema of a case file, for editors."""
    from .step import STEPS

    whole = TypeAdapter(HeatTreatment).json_schema()
    known = whole["properties"]
    names = ["part", "alloy", "grid", "start", "stress", "hardness", "limits", "tolerance"]
    steps = [
        {
            "type": "object",
            "properties": {kind: TypeAdapter(word).json_schema()},
            "required": [kind],
            "additionalProperties": False,
        }
        for kind, word in STEPS.items()
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "metaltwin case",
        "type": "object",
        "properties": {
            "metaltwin": {"const": FORMAT},
            "name": known["name"],
            "kind": {"enum": list(KINDS)},
            **{name: known[name] for name in names},
            "steps": {"type": "array", "items": {"anyOf": steps}},
            "sensors": known["sensors"],
            "output": {
                "type": "object",
                "properties": {name: known[name] for name in OUTPUT},
                "additionalProperties": False,
            },
        },
        "required": ["metaltwin", "name", "part", "alloy", "grid", "steps"],
        "additionalProperties": False,
        "$defs": whole.get("$defs", {}),
    }


def _document(content: str, file: str) -> CommentedMap:
    try:
        document = YAML(typ="rt").load(content)
    except MarkedYAMLError as error:
        raise _unreadable(error, file) from None
    except ReaderError as error:
        line = content.count("\n", 0, error.position) + 1
        what = f"this is not YAML: a character that no text holds, code {error.character}; remove it"
        raise CaseError(what, place=f"{file}:{line}") from None
    except YAMLError as error:
        raise CaseError(f"this is not YAML: {str(error).splitlines()[0]}", place=file) from None
    except RecursionError:
        raise CaseError("this is no case: it is nested too deep", place=file) from None
    if not isinstance(document, CommentedMap):
        raise CaseError("this is no case; begin with 'metaltwin: 1' and 'name: ...'", place=f"{file}:1")
    return document


def _unreadable(error: MarkedYAMLError, file: str) -> CaseError:
    """What the reader stumbled over, in words of a user, with the line."""
    problem = (error.problem or error.context or "not readable").strip()
    mark, begun = error.problem_mark or error.context_mark, error.context_mark
    if "end of stream" in problem and begun:
        mark = begun
    words = next((words for sign, words in STUMBLES.items() if sign in problem), f"{problem}; mend the line")
    key = re.search(r'duplicate key "([^"]*)"', problem)
    if key:
        words = f"{key[1]} stands here for the second time; leave one"
    elif begun and mark and 0 < begun.line != mark.line:
        words += f"; it began in line {begun.line + 1}"
    return CaseError(f"this is not YAML: {words}", place=f"{file}:{mark.line + 1}" if mark else file)


def _case(document: Mapping[str, Any], file: str, folder: Path) -> HeatTreatment:
    try:
        return _read(_bare(document), folder)
    except RecursionError:
        raise CaseError("this is no case: something in it holds itself", place=file) from None
    except CaseError as error:
        place = f"{file}:{line}" if (line := _line(document, error.where)) else file
        raise error.under(place=place) from None


def _read(words: dict[str, Any], folder: Path) -> HeatTreatment:
    from .part import Part

    version = words.pop("metaltwin", None)
    if version != FORMAT:
        wrong = "is missing" if version is None else f"{version!r} is a format this version cannot read"
        raise CaseError(f"{wrong}; write metaltwin: {FORMAT}", "metaltwin")
    one_of(words.pop("kind", KINDS[0]), KINDS, "kind of case", "kind")
    output = words.pop("output", None) or {}
    if not isinstance(output, dict):
        raise CaseError(f"{output!r} is no mapping; write {{snapshots: 40}}", "output")
    for name in output:
        one_of(name, OUTPUT, "entry of output", "output", name)
    for name in OUTPUT:
        if name in words:
            raise CaseError(f"stands in the wrong place; write output: {{{name}: {words[name]}}}", name)
    if isinstance(words.get("part"), dict):
        try:
            words["part"] = Part.read(words["part"], folder)
        except CaseError as error:
            raise error.under("part") from None
    if "alloy" in words:
        words["alloy"] = _alloy_placed(words["alloy"], folder)
    try:
        return HeatTreatment(**words, **output)
    except CaseError as error:
        first = error.where[:1]
        raise error.under(*(("output",) if first and first[0] in OUTPUT else ())) from None


def _alloy_placed(given: Any, folder: Path) -> Any:
    """The files of a card and of a certificate count from the folder of the case."""
    if isinstance(given, str) and given.endswith(ENDINGS):
        return str(folder / given)
    if isinstance(given, dict):
        files = [key for key in ("name", "certificate") if isinstance(given.get(key), str)]
        named = {key: str(folder / given[key]) for key in files if key == "certificate" or given[key].endswith(ENDINGS)}
        return {**given, **named}
    return given


def _bare(value: Any) -> Any:
    """Plain Python out of what the YAML reader gives."""
    if isinstance(value, Mapping):
        return {str(key): _bare(entry) for key, entry in value.items()}
    if isinstance(value, str) or not isinstance(value, Sequence):
        return float(value) if type(value).__name__ == "ScalarFloat" else value
    return [_bare(entry) for entry in value]


def _line(document: Any, where: Sequence[str | int]) -> int | None:
    """Line, counted from 1, of the deepest part of a dotted name that stands in the document."""
    line = None
    for key in where:
        if isinstance(document, CommentedMap) and key in document:
            line = document.lc.key(key)[0] + 1
            document = document[key]
        elif isinstance(document, CommentedSeq):
            index = key if isinstance(key, int) else _place(document, key)
            if not 0 <= index < len(document):
                return line
            line, document = document.lc.item(index)[0] + 1, document[index]
            if isinstance(document, CommentedMap) and len(document) == 1 and isinstance(key, str):
                (document,) = document.values()
        else:
            return line
    return line


def _place(steps: CommentedSeq, name: str) -> int:
    """Which entry of the list of steps has a dotted name, quench_2; -1 for none."""
    kind, _, number = name.partition("_")
    same = [i for i, entry in enumerate(steps) if entry == kind or (isinstance(entry, CommentedMap) and kind in entry)]
    count = int(number) if number.isdigit() else 1
    return same[count - 1] if 1 <= count <= len(same) else -1
