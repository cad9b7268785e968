"""Alloys, media and moulds by name: the cards that come with the project, and your own."""

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import cardfile
from .alloy import Alloy
from .cardfile import Card
from .composition import Composition
from .medium import Medium
from .mould import Mould
from .refusal import CaseError, nearest, one_of

DATA = Path(__file__).parent / "data"
FOLDERS = "METALTWIN_MATERIALS"
ENDINGS = (".yaml", ".yml")


def _named(folder: Path) -> dict[str, Path]:
    return {path.stem.replace("_", " "): path for path in sorted(folder.iterdir()) if path.suffix in ENDINGS}


def _own() -> dict[str, Path]:
    """Name -> file of the cards in the folders that METALTWIN_MATERIALS names."""
    found: dict[str, Path] = {}
    for folder in filter(None, os.environ.get(FOLDERS, "").split(os.pathsep)):
        if not Path(folder).is_dir():
            raise CaseError(f"'{folder}' is no folder; name folders of cards, parted by '{os.pathsep}'", FOLDERS)
        found |= _named(Path(folder))
    return found


def _shipped(folder: str) -> dict[str, Path]:
    return _named(DATA / folder)


@functools.cache
def _shipped_card(name: str) -> Card:
    return cardfile.unread(_shipped("alloys")[name])


@functools.cache
def _shipped_alloy(card: str, name: str) -> Alloy:
    return _shipped_card(card).alloy(name)


def alloy_names() -> list[str]:
    """Names of all alloys, yours included; their other names are in `alloy_aliases`."""
    return sorted({**_shipped("alloys"), **_own()})


def medium_names() -> list[str]:
    """Names of all media."""
    return list(_shipped("media"))


@functools.cache
def _shipped_aliases() -> dict[str, str]:
    return {other: name for name in _shipped("alloys") for other in _others(_shipped_card(name))}


def _others(card: Card) -> tuple[str, ...]:
    return (*card.aliases, *card.variants)


def alloy_aliases() -> dict[str, str]:
    """Other name -> name of the card."""
    own = {other: name for name, path in _own().items() for other in _others(own_card(path))}
    return {**own, **_shipped_aliases()}


def own_card(path: str | os.PathLike[str]) -> Card:
    """Your card in a file, all load checks passed. Raises CaseError, also for a name that is taken; OSError."""
    card = cardfile.read(path)
    inside = Path(path).resolve().parent == DATA / "alloys"
    for name in (card.name, *_others(card)):
        taken = _shipped_aliases().get(name, name if name in _shipped("alloys") else "")
        if taken and not inside:
            raise CaseError(f"'{name}' is the name of a card that comes along, {taken}; take another", place=str(path))
    return card


def alloy(name: str, **changes: Any) -> Alloy:
    """The alloy of that name, with what you change: `alloy("42CrMo4", grain_size=9)`.

    The name is that of a card, or one of its other names, or the path of a card of your own, "cards/mine.yaml".
    Cards in the folders that the environment variable METALTWIN_MATERIALS names are found by name. A composition
    is the whole analysis, not an addition; with it a name without a card is `Alloy.from_composition`, with notes
    it is taken as it stands. Raises CaseError for an unknown name (the nearest is named), a card that does not pass
    its checks, a wrong value.
    """
    if isinstance(name, int | float) and not isinstance(name, bool):
        name = str(name)  # a file that says 4140 without quotes
    if "notes" in changes:
        return Alloy(name, **changes)
    found = _found(name)
    if found is not None:
        return found.replace(**changes)
    known = [*alloy_names(), *alloy_aliases()]
    if "material" not in changes:
        if "composition" not in changes:
            one_of(name, known, "alloy")
        if "conductivity" not in changes:
            near = nearest(name, known)
            if near.startswith("; nearest"):
                raise CaseError(f"is missing; '{name}' has no card, so give it with composition{near}", "conductivity")
            return _analysed(name, changes)
    return Alloy(name, **changes)


def knows(words: Mapping[str, Any]) -> bool:
    """Whether the words of an alloy in a file are of a steel or a card, not of a bare material."""
    return "composition" in words or _found(str(words.get("name"))) is not None


def _analysed(name: str, changes: dict[str, Any]) -> Alloy:
    """A low-alloy steel without a card: what its analysis does not say is assumed, and named so."""
    try:
        elements = Composition.read(changes["composition"])
        made = Alloy.from_composition(name, **elements.words())
    except CaseError as error:
        raise error if error.where[:1] == ("composition",) else error.under("composition") from None
    return made.replace(**{key: value for key, value in changes.items() if key != "composition"})


def _found(name: str) -> Alloy | None:
    """The alloy of a card; one that comes along is its own base, so that a file needs only its name."""
    if isinstance(name, str | os.PathLike) and str(name).endswith(ENDINGS):
        return own_card(name).alloy()
    shipped, own = _shipped("alloys"), _own()
    card = name if name in shipped or name in own else alloy_aliases().get(name)
    if card in shipped:
        made = _shipped_alloy(card, "" if card == name else name)
        return made.replace(base=made)
    return None if card is None else own_card(own[card]).alloy("" if card == name else name)


@functools.cache
def _medium_words(name: str) -> dict[str, Any]:
    from ruamel.yaml import YAML

    words: dict[str, Any] = YAML(typ="safe", pure=True).load(_shipped("media")[name].read_text("utf-8"))
    return words


def medium(name: str, bath: str | None = None, **changes: Any) -> Medium:
    """The medium of that name: `medium("fast oil", bath="60 degC")`; `bath` replaces its temperature.

    Raises CaseError for an unknown name (the nearest is named) and for a wrong value.
    """
    words = {**_medium_words(one_of(name, medium_names(), "medium")), **changes}
    return Medium(**(words if bath is None else {**words, "temperature": bath}))


def mould_names() -> list[str]:
    """Names of all moulds, chills and sleeves."""
    return list(_shipped("moulds"))


@functools.cache
def _shipped_mould(name: str) -> Mould:
    return cardfile.mould(_shipped("moulds")[name])


def mould(name: str, **changes: Any) -> Mould:
    """The mould of that name, with what you change: `mould("green sand", wall="60 mm", temperature="25 degC")`.

    The name may be the path of a card of your own, "cards/our_sand.yaml". Raises CaseError for an unknown name (the
    nearest is named), a card that does not pass its checks, and a wrong value.
    """
    if str(name).endswith(ENDINGS):
        return cardfile.mould(name).replace(**changes)
    made = _shipped_mould(one_of(name, mould_names(), "mould"))
    return made.replace(base=made, **changes)
