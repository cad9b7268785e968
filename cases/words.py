"""Words to and from plain mappings, and a word changed deep inside."""

import dataclasses
from collections.abc import Callable
from typing import Any

from ..materials.quantity import Amount
from ..materials.refusal import CaseError, one_of


def spoken(value: Any) -> Any:
    """A word as plain mappings, sequences and texts, defaults left out: what a case file holds.

    Raises CaseError for a callable, which no file can hold.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Amount):
        return value.text
    if isinstance(value, float):
        return value
    if isinstance(value, list | tuple):
        return [spoken(entry) for entry in value]
    if isinstance(value, dict):
        return {key: spoken(entry) for key, entry in value.items()}
    if hasattr(value, "words"):
        return value.words()
    if dataclasses.is_dataclass(value):
        return fields_spoken(value)
    name = getattr(value, "__name__", repr(value))
    raise CaseError(f"{name} is a function and cannot stand in a file; give a quantity or a Curve")


def fields_spoken(word: Any) -> dict[str, Any]:
    """The arguments of a word that differ from their defaults."""
    spoken_fields = {}
    for entry in dataclasses.fields(word):
        value = getattr(word, entry.name)
        if not entry.init or (entry.default is not dataclasses.MISSING and value == entry.default):
            continue
        try:
            spoken_fields[entry.name] = spoken(value)
        except CaseError as error:
            raise error.under(entry.name) from None
    return spoken_fields


def replaced(value: Any, path: list[str], new: Any, opened: Callable[[str, Any], Any]) -> Any:
    """`value` with the thing at the end of `path` put in place; every word on the way is checked again.

    opened  (name, value) -> the value to walk into, where a name of the library stands for it
    Raises CaseError for a step of the path that does not exist, with the nearest right one.
    """
    if not path:
        return new
    key, *rest = path
    if isinstance(value, dict):
        one_of(key, value, "entry")
        return {**value, key: replaced(opened(key, value[key]) if rest else None, rest, new, opened)}
    if not dataclasses.is_dataclass(value):
        raise CaseError(f"{value!r} has no {key!r} inside; name the value itself")
    one_of(key, [entry.name for entry in dataclasses.fields(value) if entry.init], "argument")
    inner = getattr(value, key)
    try:
        entry = replaced(opened(key, inner) if rest else None, rest, new, opened)
    except CaseError as error:
        raise error.under(key) from None
    return dataclasses.replace(value, **{key: entry})  # type: ignore[type-var]
