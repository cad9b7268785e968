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

from ..materials.certificate import TABLES
from ..materials.library import ENDINGS
from ..materials.refusal import CaseError, one_of
from .casetext import BODIES, FORMAT, KINDS, LISTED, OUTPUT
from .casting import Casting, Chill, Core, Feeder, Sleeve
from .part import Part
from .treatment import HeatTreatment

AnyKind = HeatTreatment | Casting
WORDS: dict[str, type[Any]] = {word.KIND: word for word in (HeatTreatment, Casting)}
INSERTS: dict[str, type[Any]] = dict(zip(BODIES, (Chill, Core, Sleeve, Feeder), strict=True))
NO_CASE = "this is no case; begin with 'metaltwin: 1' and 'name: ...'"
EMPTY = "this says nothing; begin each line with a word and a colon"
STUMBLES = {
    "'\\t'": "a tab stands where only blanks can; put blanks in its place",
    "mapping values are not allowed": "a colon too many; quote a text with ': ' in it, or move the line left or right",
    "end of stream": "a quote or bracket is never closed",
    "another document": "a second case begins with ---; put it into its own file",
    "expected ',' or": "a comma or a closing bracket is missing",
    "expected <block end>": "the line stands too far left or right; begin it below its neighbours",
}
"""What the reader of YAML says, and what it means."""


def load(source: str | os.PathLike[str] | Mapping[str, Any]) -> AnyKind:
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
        mend = "a case is a YAML file such as examples/shaft.yaml"
        mend = f"read({path.name!r}) opens a result" if path.suffix == ".vtkhdf" else mend
        raise CaseError(f"'{path}' is no text in UTF-8; {mend}") from None
    return _case(_document(content, path.name), path.name, path.resolve().parent)


def mapping(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What stands in a YAML file of another kind. Raises CaseError with file and line, FileNotFoundError."""
    path = Path(path)
    found: dict[str, Any] = _bare(_document(path.read_text("utf-8"), path.name, EMPTY))
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


def schema(kind: str = KINDS[0]) -> dict[str, Any]:
    """JSON schema of a case file of one kind, for editors."""
    from .step import STEPS

    word = WORDS[one_of(kind, KINDS, "kind of case", "kind")]
    whole = TypeAdapter(word).json_schema()
    known = whole["properties"]
    steps = [
        {
            "type": "object",
            "properties": {kind: TypeAdapter(step).json_schema()},
            "required": [kind],
            "additionalProperties": False,
        }
        for kind, step in STEPS.items()
    ]
    for name in filter(known.__contains__, LISTED):
        known[name] = {"type": "array", "items": {"anyOf": steps}}
    for name in filter(known.__contains__, BODIES):
        known[name] = {"type": "array", "items": TypeAdapter(INSERTS[name]).json_schema()}
    output = {name: known.pop(name) for name in OUTPUT}
    head = {"metaltwin": {"const": FORMAT}, "name": known.pop("name"), "kind": {"const": word.KIND}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"metaltwin case: {kind}",
        "type": "object",
        "properties": head
        | known
        | {"output": {"type": "object", "properties": output, "additionalProperties": False}},
        "required": ["metaltwin", *(["kind"] if kind != KINDS[0] else []), *whole["required"]],
        "additionalProperties": False,
        "$defs": whole.get("$defs", {}),
    }


def _document(content: str, file: str, lacking: str = NO_CASE) -> CommentedMap:
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
        raise CaseError(lacking, place=f"{file}:1")
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


def _case(document: Mapping[str, Any], file: str, folder: Path) -> AnyKind:
    try:
        return _read(_bare(document), folder)
    except RecursionError:
        raise CaseError("this is no case: something in it holds itself", place=file) from None
    except CaseError as error:
        place = f"{file}:{line}" if (line := _line(document, error.where)) else file
        raise error.under(place=place) from None


def _read(words: dict[str, Any], folder: Path) -> AnyKind:
    version = words.pop("metaltwin", None)
    if version != FORMAT:
        wrong = "is missing" if version is None else f"{version!r} is a format this version cannot read"
        raise CaseError(f"{wrong}; write metaltwin: {FORMAT}", "metaltwin")
    kind = one_of(words.pop("kind", KINDS[0]), KINDS, "kind of case", "kind")
    output = words.pop("output", None) or {}
    if not isinstance(output, dict):
        raise CaseError(f"{output!r} is no mapping; write {{snapshots: 40}}", "output")
    for name in output:
        one_of(name, OUTPUT, "entry of output", "output", name)
    for name in OUTPUT:
        if name in words:
            raise CaseError(f"stands in the wrong place; write output: {{{name}: {words[name]}}}", name)
    if isinstance(words.get("part"), dict):
        words["part"] = _part_placed(words["part"], folder, "part")
    for name in BODIES:
        for number, entry in enumerate(words.get(name) or ()):
            if isinstance(entry, dict) and isinstance(entry.get("part"), dict):
                entry["part"] = _part_placed(entry["part"], folder, name, number, "part")
    if isinstance(words.get("fill_time"), dict) and isinstance(words["fill_time"].get("file"), str):
        words["fill_time"] = {**words["fill_time"], "file": str(folder / words["fill_time"]["file"])}
    if "mould" in words:
        words["mould"] = _alloy_placed(words["mould"], folder)
    if "alloy" in words:
        words["alloy"] = _alloy_placed(words["alloy"], folder)
    try:
        case: AnyKind = WORDS[kind](**words, **output)
        return case
    except CaseError as error:
        first = error.where[:1]
        raise error.under(*(("output",) if first and first[0] in OUTPUT else ())) from None


def _part_placed(given: dict[str, Any], folder: Path, *where: str | int) -> Part:
    """A part whose STL file counts from the folder of the case."""
    try:
        return Part.read(given, folder)
    except CaseError as error:
        raise error.under(*where) from None


def _alloy_placed(given: Any, folder: Path) -> Any:
    """The files of a card and of a certificate count from the folder of the case."""
    if isinstance(given, str) and given.endswith((*ENDINGS, *TABLES)):
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
    if not same and kind in (word.kind for word in INSERTS.values()):
        same = list(range(len(steps)))
    count = int(number) if number.isdigit() else 1
    return same[count - 1] if 1 <= count <= len(same) else -1
