"""A card of an alloy or a mould as a file: read, and checked before it is believed."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .alloy import Alloy
from .alloyfields import Notes, read_notes
from .composition import Composition, beyond, read_ranges
from .mould import Mould
from .refusal import CaseError, argument_names, one_of

NAMES = ("name", "aliases", "variants", "notes")
CARD = "card; begin with 'name: ...' and 'composition: {C: ...}'"
MOULD = "card of a mould; write kind, conductivity, density and heat_capacity"
UNNOTED = (*NAMES, "material", "freezing", "precipitation", "temper", "mixed", "law", "family", "unusual", "kind")
ENTRIES = (*argument_names(Alloy), *NAMES)
HOT = np.linspace(273.15, 1473.15, 241)


@dataclass(frozen=True)
class Card:
    """A checked file: `words` of its alloy, `aliases`, and `variants`, the analyses that other names stand for."""

    path: Path
    words: dict[str, Any]
    aliases: tuple[str, ...]
    variants: dict[str, dict[str, Any]]

    @property
    def name(self) -> str:
        """The name that finds it."""
        return str(self.words["name"])

    def alloy(self, name: str = "") -> Alloy:
        """The alloy under this name, its own where not given. Raises CaseError with the place."""
        variant = self.variants.get(name, {})
        notes = {**self.words["notes"], **variant.get("notes", {})}
        try:
            made = Alloy(**{**self.words, **variant, "notes": notes, "name": name or self.name})
            _sound(made)
        except CaseError as error:
            raise error.under(place=self.path.name) from None
        return made


def read(path: str | os.PathLike[str]) -> Card:
    """The card in a file, all load checks passed.

    Raises CaseError with file, key, value and mend for text that is no YAML, a key that is no argument of Alloy, a
    wrong or missing unit, a number without note, a note without source or mark, a composition outside the card's
    own ranges; OSError where there is no such file.
    """
    path = Path(path)
    try:
        card = _card(path, mapping(path, CARD))
        for name in ("", *card.variants):
            card.alloy(name)
    except CaseError as error:
        raise error if error.place else error.under(place=path.name) from None
    return card


def unread(path: Path) -> Card:
    """The card in a file that comes with the project: its tests have made the load checks."""
    return _card(path, mapping(path, CARD))


def holds_mould(path: str | os.PathLike[str]) -> bool:
    """Whether a card is one of a mould, by its kind. Raises CaseError for text that is no YAML; OSError."""
    return "kind" in mapping(Path(path), CARD)


def mould(path: str | os.PathLike[str]) -> Mould:
    """The mould in a file, all load checks passed; its name is that of the file.

    Raises CaseError with file, key, value and mend for text that is no YAML, a key that is no argument of Mould, a
    wrong or missing unit, a number without note, a note without source or mark; OSError where there is no such file.
    """
    path = Path(path)
    try:
        words = mapping(path, MOULD)
        for key in words:
            one_of(key, argument_names(Mould), "entry of a mould's card", str(key))
        _noted(words, _notes(words))
        made = Mould(**{"name": path.stem.replace("_", " "), **words})
        made.table()
    except CaseError as error:
        raise error if error.place else error.under(place=path.name) from None
    return made


def mapping(path: Path, what: str) -> dict[str, Any]:
    """The words of a YAML file that holds `what`. Raises CaseError, with the line where it is no YAML."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        words = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    except UnicodeDecodeError:
        raise CaseError(f"this is no text in UTF-8, and no {what}") from None
    except MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise CaseError(f"this is not YAML: {error.problem}", place=f"{path.name}{line}") from None
    except YAMLError as error:
        raise CaseError(f"this is not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(words, dict):
        raise CaseError(f"this is no {what}")
    return words


def _card(path: Path, words: dict[str, Any]) -> Card:
    if "name" not in words:
        raise CaseError(f"is missing; this is no {CARD}", "name")
    for key in words:
        one_of(key, ENTRIES, "entry of a card", str(key))
    _text(words["name"], "name")
    for key in ("aliases", "variants"):
        for other in words.get(key, ()):
            _text(other, key)
    if path.stem.replace("_", " ") != words["name"]:
        file = f"{words['name'].replace(' ', '_')}.yaml"
        raise CaseError(f"'{words['name']}' is not the name of the file; call the file {file}", "name")
    said = {key: value for key, value in words.items() if key not in NAMES}
    notes = _notes(words)
    _noted({**said, **(said.get("material") or {})}, notes)
    for name in ("freezing", "precipitation"):
        if isinstance(block := said.get(name), Mapping):
            with _under(name):
                _noted(block, _notes(block))
    _within(said)
    variants = {name: dict(changes) for name, changes in words.get("variants", {}).items()}
    for name, changes in variants.items():
        with _under("variants", name):
            _within({**said, **changes})
    return Card(path, {**said, "name": words["name"], "notes": notes}, tuple(words.get("aliases", ())), variants)


@contextmanager
def _under(*where: str) -> Iterator[None]:
    try:
        yield
    except CaseError as error:
        raise error.under(*where) from None


def _text(name: object, key: str) -> None:
    if not isinstance(name, str):
        raise CaseError(f"{name!r} is no text; put it in quotes", key)


def _notes(words: Mapping[str, Any]) -> Notes:
    with _under("notes"):
        return read_notes(words.get("notes", {}))


def _noted(said: Mapping[str, Any], notes: Notes) -> None:
    """Refuse a number without note, and a note without number."""
    numbers = [name for name in said if name not in UNNOTED]
    for name in numbers:
        if name not in notes:
            raise CaseError(f"has no note; add {name}: {{source: ..., mark: ...}}", "notes", name)
    for name in notes:
        one_of(name, numbers, "number to note", "notes")


def _within(said: Mapping[str, Any]) -> None:
    """Refuse a composition outside the card's own ranges."""
    with _under("ranges"):
        ranges = read_ranges(said.get("ranges", {}))
    left = beyond(Composition.read(said.get("composition", {})), ranges)
    if left:
        raise CaseError(f"{', '.join(left)} of the card's own ranges", "composition")


def _sound(made: Alloy) -> None:
    """Refuse what no metal is: conductivity not above zero, enthalpy that does not rise, Ms above Ac1."""
    matter = made.matter()
    for phase in matter.phases:
        if not np.all(phase.conductivity(HOT) > 0.0):
            raise CaseError(f"the conductivity of {phase.name} is not above zero from 0 to 1200 degC", "conductivity")
        if not np.all(np.diff(phase.enthalpy(HOT)) > 0.0):
            raise CaseError(f"the enthalpy of {phase.name} does not rise from 0 to 1200 degC", "heat_capacity")
    if made.freezing is not None and made.material is not None:
        made.freezing.table(made.material)
    kinetics = matter.kinetics
    if kinetics is not None and kinetics.ac1 is not None and kinetics.martensite_start >= kinetics.ac1:
        raise CaseError("martensite start is above Ac1, where austenite is stable", "composition")
