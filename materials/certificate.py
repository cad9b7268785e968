"""A melt certificate: the composition of one heat on the card of its grade."""

import csv
import os
from pathlib import Path
from typing import Any

from .alloy import Alloy
from .cardfile import mapping
from .composition import Composition, beyond
from .end_quench import STATION, read_end_quench
from .library import alloy
from .refusal import CaseError, one_of

KEYS = ("heat", "grade", "composition", "end_quench", "grain_size")
CERTIFICATE = "certificate; write heat, grade and composition"
TABLES = (".csv", ".txt")
TEXTS = ("heat", "grade")


def certificate(path: str | os.PathLike[str]) -> Alloy:
    """The alloy of a melt certificate: its grade's card with the composition of the heat.

    YAML: {heat: 4711, grade: 42CrMo4, composition: {C: 0.41, Mn: 0.78, ...}, grain_size: 9,
    end_quench: {1.5 mm: 57 HRC, ...}}, the last two where known. CSV: the same, a line "C,0.41" each, end-quench
    points as "1.5 mm,57 HRC" or "J1,57 HRC"; or a head with one line of values. Elements outside the grade's ranges
    are named by `.outside()`, on the card and by the check of a case.

        alloy = certificate("heat_4711.csv")

    Raises CaseError for an unknown grade or element (the nearest is named), a value that is no number, a sum above
    100 %, a grade that has no composition of its own to replace; OSError where there is no such file.
    """
    path = Path(path)
    try:
        words = _table(path) if path.suffix.lower() in TABLES else mapping(path, CERTIFICATE)
        return _on_its_grade(words)
    except UnicodeDecodeError:
        raise CaseError("this is no text in UTF-8; a certificate is YAML or CSV", place=path.name) from None
    except CaseError as error:
        raise error if error.place else error.under(place=path.name) from None


def named(name: str) -> Alloy:
    """The alloy of a name or of a card, or the heat of a certificate, "heat_4711.csv". Raises as those do."""
    return certificate(name) if name.lower().endswith(TABLES) else alloy(name)


def _on_its_grade(words: dict[str, Any]) -> Alloy:
    for key in words:
        one_of(key, KEYS, "entry", str(key))
    for key in ("heat", "grade", "composition"):
        if words.get(key) in (None, "", {}):
            raise CaseError("is missing; a certificate holds heat, grade and composition", key)
    heat, grade = str(words["heat"]), str(words["grade"])
    try:
        card = alloy(grade)
    except CaseError as error:
        raise error.under("grade") from None
    if card.composition is None:
        raise CaseError(f"'{grade}' has no composition to replace; name a steel", "grade")
    try:
        composition = Composition.read(words["composition"])
    except CaseError as error:
        raise CaseError(error.sentence, "composition", *error.where) from None
    left = "; ".join(beyond(composition, card.ranges))
    source = f"certificate of heat {heat}"
    read = {"composition": {"source": source, "mark": "given", **({"range": f"{grade}: {left}"} if left else {})}}
    changes: dict[str, Any] = {"composition": composition}
    if "grain_size" in words:
        changes["grain_size"] = words["grain_size"]
        read["grain_size"] = {"source": source, "mark": "given"}
    if words.get("end_quench"):
        changes["end_quench"] = read_end_quench(words["end_quench"])
        read["end_quench"] = {"source": source, "mark": "given"}
    return card.replace(name=f"{grade} heat {heat}", base=None, notes=card.notes | read, **changes)


def _table(path: Path) -> dict[str, Any]:
    """Entries of a CSV, two columns or a head and one line; with semicolons numbers may have decimal commas."""
    text = path.read_text("utf-8-sig")
    comma = ";" in text
    separator = ";" if comma else ","
    rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines(), delimiter=separator)]
    rows = [row for row in rows if any(row)]
    if rows and len(rows[0]) != 2:
        if len(rows) != 2 or len(rows[0]) != len(rows[1]):
            raise CaseError("a certificate holds one heat: two columns, or a head and one line of as many values")
        rows = [list(pair) for pair in zip(*rows, strict=True)]
    words: dict[str, Any] = {"composition": {}, "end_quench": {}}
    for row in rows:
        if len(row) != 2:
            raise CaseError(f"'{separator.join(row)}' has {len(row)} columns; write a name and its value")
        if any(row[0] in entries for entries in (words, words["composition"], words["end_quench"])):
            raise CaseError("stands twice; a certificate holds one heat", row[0])
        _enter(words, *((cell.replace(",", ".") for cell in row) if comma and row[0] not in TEXTS else row))
    return words


def _enter(words: dict[str, Any], name: str, value: str) -> None:
    if name in TEXTS:
        words[name] = value
    elif name == "grain_size":
        words[name] = _number(value, name)
    elif name[:1].isdigit() or STATION.fullmatch(name):
        words["end_quench"][name] = value
    elif value:
        words["composition"][name] = _number(value, name)


def _number(value: str, name: str) -> float:
    try:
        return float(value)
    except ValueError:
        mend = "write a decimal point" if "," in value else "write the number alone, in wt %"
        raise CaseError(f"'{value}' is no number; {mend}", name) from None
