"""The cards that come with the project: alloys, media and moulds by name."""

import functools
from pathlib import Path
from typing import Any

from .alloy import Alloy
from .medium import Medium
from .mould import Mould
from .refusal import CaseError, nearest, one_of

DATA = Path(__file__).parent / "data"


@functools.cache
def _card(folder: str, name: str) -> dict[str, Any]:
    from ruamel.yaml import YAML

    path = DATA / folder / f"{name.replace(' ', '_')}.yaml"
    card: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    return card


def _names(folder: str) -> list[str]:
    return sorted(path.stem.replace("_", " ") for path in (DATA / folder).glob("*.yaml"))


def alloy_names() -> list[str]:
    """Names of all alloys; their other names are in `alloy_aliases`."""
    return _names("alloys")


def medium_names() -> list[str]:
    """Names of all media."""
    return _names("media")


@functools.cache
def _also() -> dict[str, tuple[str, str]]:
    """Other name -> (name of the card, analysis of that name or "")."""
    found: dict[str, tuple[str, str]] = {}
    for name in alloy_names():
        card = _card("alloys", name)
        found |= {str(other): (name, "") for other in card.get("aliases", ())}
        found |= {str(other): (name, str(other)) for other in card.get("variants", {})}
    return found


def alloy_aliases() -> dict[str, str]:
    """Other name -> name of the card."""
    return {other: name for other, (name, _) in _also().items()}


def alloy(name: str, **changes: Any) -> Alloy:
    """The alloy of that name, with what you change: `alloy("42CrMo4", grain_size=9)`.

    A composition is the whole analysis, not an addition. A steel without a card needs composition and
    conductivity. Raises CaseError for an unknown name (the nearest is named) and for a wrong value.
    """
    if isinstance(name, int | float) and not isinstance(name, bool):
        name = str(name)  # a file that says 4140 without quotes
    if name not in alloy_names() and name not in _also() and "composition" in changes:
        if "conductivity" not in changes:
            near = nearest(name, [*alloy_names(), *_also()])
            mend = near if near.startswith("; nearest") else ""
            raise CaseError(f"is missing; '{name}' has no card, so give it with composition{mend}", "conductivity")
        return Alloy(name, **changes)
    known = one_of(name, [*alloy_names(), *_also()], "alloy")
    base = _from_card(known)
    return base.replace(**changes, base=base) if changes else base.replace(base=base)


@functools.cache
def _from_card(name: str) -> Alloy:
    card_name, variant = _also().get(name, (name, ""))
    card = dict(_card("alloys", card_name))
    card.pop("aliases", None)
    variants = {str(key): value for key, value in card.pop("variants", {}).items()}
    words = {**card, **variants.get(variant, {}), "name": name}
    try:
        return Alloy(**words)
    except CaseError as error:
        raise error.under(f"card {card_name}") from None


def medium(name: str, bath: str | None = None, **changes: Any) -> Medium:
    """The medium of that name: `medium("fast oil", bath="60 degC")`; `bath` replaces its temperature.

    Raises CaseError for an unknown name (the nearest is named) and for a wrong value.
    """
    words = {**_card("media", one_of(name, medium_names(), "medium")), **changes}
    return Medium(**(words if bath is None else {**words, "temperature": bath}))


def mould_names() -> list[str]:
    """Names of all moulds, chills and sleeves."""
    return _names("moulds")


def mould(name: str, **changes: Any) -> Mould:
    """The mould of that name, with what you change: `mould("green sand", wall="60 mm", temperature="25 degC")`.

    Raises CaseError for an unknown name (the nearest is named) and for a wrong value.
    """
    known = one_of(name, mould_names(), "mould")
    try:
        return Mould(**{"name": known, **_card("moulds", known), **changes})
    except CaseError as error:
        raise error if changes else error.under(f"card {known}") from None
