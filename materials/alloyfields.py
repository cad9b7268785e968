"""How the arguments of an alloy are read from words, and written back."""

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from pydantic import BeforeValidator

from .card import MARKS
from .curve import Varying, function
from .material import Material
from .matter import PHASES
from .quantity import Amount, Quantity
from .refusal import CaseError, one_of

Notes = dict[str, dict[str, str]]
TRIED = np.linspace(273.15, 1473.15, 241)
PEAK = 1100.0
"""J/kg/K; bcc iron stays below without the latent heat of A1."""
SHIFT = re.compile(r"([+-]?\d+(?:\.\d+)?) ?HV")
NOTE = ("source", "mark", "range")
YOURS = {"source": "yours", "mark": "given"}


def by_phase(unit: str) -> BeforeValidator:
    """A non-negative quantity by phase."""
    rule = Quantity(unit, nonnegative=True)

    def read(given: object) -> dict[str, Amount]:
        if not isinstance(given, dict):
            raise CaseError(f"{given!r} is no table; write {{bainite: ..., martensite: ...}}")
        return {one_of(phase, PHASES[1:], "phase"): rule.validate(value) for phase, value in given.items()}

    return BeforeValidator(read)


def read_shift(given: object) -> dict[str, Amount]:
    """HV to add by phase: {"martensite": "30 HV", "bainite": "-12 HV"}."""
    if not isinstance(given, Mapping):
        raise CaseError(f"{given!r} is no table; write {{martensite: 30 HV, bainite: -12 HV}}")
    read = {}
    for phase, value in given.items():
        match = SHIFT.fullmatch(value.text if isinstance(value, Amount) else str(value).strip())
        if match is None:
            raise CaseError(f"{value!r} is no difference of hardness; write '-12 HV'", str(phase))
        read[one_of(phase, PHASES[1:], "phase")] = Amount(float(match[1]), match[0])
    return read


def without_peak(given: Any) -> Any:
    """A heat capacity of ferrite to martensite. Raises CaseError where the latent heat of A1 is in it."""
    capacity = function(given)(TRIED)
    top = int(np.argmax(capacity))
    if capacity[top] > PEAK:
        raise CaseError(
            f"{capacity[top]:.0f} J/kg/K at {TRIED[top] - 273.15:.0f} degC is the A1 peak, and latent heat is "
            "computed beside it: it would count twice; hold the curve flat from 700 degC"
        )
    return given


def read_material(given: object) -> object:
    """A Material from its words."""
    return Material(**given) if isinstance(given, dict) else given


def read_notes(given: object) -> Notes:
    """{field: {source, mark, range}}. Raises CaseError for a note without source or with an unknown mark."""
    if not isinstance(given, Mapping):
        raise CaseError(f"{given!r} is no table; write {{density: {{source: ..., mark: M}}}}")
    for name, note in given.items():
        if not isinstance(note, Mapping):
            raise CaseError(f"{note!r} is no note; write {{source: ..., range: ..., mark: M}}", str(name))
        for key in note:
            one_of(key, NOTE, "part of a note", str(name))
        if not str(note.get("source") or "").strip():
            raise CaseError("has no source; say where the number was read", str(name), "source")
        if note.get("mark") not in MARKS:
            marks = "; ".join(f"{mark}: {meaning}" for mark, meaning in MARKS.items())
            raise CaseError(f"{note.get('mark')!r} is no mark; {marks}", str(name), "mark")
    return {str(name): {key: str(value) for key, value in note.items()} for name, note in given.items()}


def words_of(value: Any) -> Any:
    """A value as it stands in a file."""
    if isinstance(value, Amount):
        return value.text
    if isinstance(value, dict):
        return {words_of(key): words_of(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [words_of(item) for item in value]
    if isinstance(value, Material):
        named = {entry.name: getattr(value, entry.name) for entry in fields(value)}
        return {name: words_of(item) for name, item in named.items() if item is not None}
    if hasattr(value, "words"):
        return value.words()
    return Varying.words(value) if callable(value) else value


def default_of(base: Any, entry: Any) -> Any:
    """What a field of a card has where nothing is said: that of the card it comes from, else the word's own."""
    if base is not None:
        return getattr(base, entry.name)
    return entry.default_factory() if callable(entry.default_factory) else entry.default


def shown(value: Any) -> str:
    """A value on a page: of a curve its first knot, of a table its entries."""
    words = value.words() if hasattr(value, "words") else value
    if isinstance(words, dict) and "values" in words:
        return f"{words['values'][0]} at {next(iter(words.values()))[0]}"
    if isinstance(words, dict):
        return ", ".join(f"{key} {shown(item)}" for key, item in words.items())
    if isinstance(words, tuple):
        return " to ".join(map(shown, words))
    return "" if words is None else f"{words:g}" if type(words) is float else str(words)
