"""How wrong input is refused: one sentence with place, value, what is wrong with it, and the mend."""

import dataclasses
import difflib
import functools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pydantic import ConfigDict, ValidationError

T = TypeVar("T")
MANY = 60  # names that a sentence can hold
STRICT = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class CaseError(ValueError):
    """Wrong input: where, what is wrong with which value, and the mend.

    sentence  what is wrong and the mend
    where     keys down to the value, ("steps", "quench", "bath"), or ("bath",) inside a word
    word      the word that refuses, "Quench"; "" where `where` starts at the case
    place     "shaft.yaml:11", where the case came from a file
    """

    def __init__(self, sentence: str, *where: str | int, word: str = "", place: str = "") -> None:
        self.sentence, self.where, self.word, self.place = sentence, where, word, place
        super().__init__(sentence, *where)

    def __str__(self) -> str:
        path = ".".join(map(str, (self.word, *self.where) if self.word else self.where))
        return ": ".join(part for part in (self.place, path, self.sentence) if part)

    def under(self, *where: str | int, word: str = "", place: str = "") -> "CaseError":
        """The same complaint seen from further up."""
        return CaseError(self.sentence, *where, *self.where, word=word, place=place)


def nearest(name: str, known: Iterable[str]) -> str:
    """'; nearest: bath', or '; known: a, b, c' where nothing is near.

    >>> nearest("bat", ["bath", "until"])
    '; nearest: bath'
    >>> nearest("oil", map(str, range(300)))
    '; none of 300 known ones is near'
    """
    known = sorted(map(str, known))
    folded = {entry.casefold(): entry for entry in known}
    near = difflib.get_close_matches(str(name).casefold(), folded, n=1, cutoff=0.5)
    if near:
        return f"; nearest: {folded[near[0]]}"
    return f"; known: {', '.join(known)}" if len(known) <= MANY else f"; none of {len(known)} known ones is near"


def one_of(value: object, known: Iterable[str], what: str, *where: str | int) -> str:
    """`value`, where it is one of the known names. Raises CaseError with the nearest right one."""
    known = tuple(known)
    if isinstance(value, str) and value in known:
        return value
    near = nearest(value, known) if isinstance(value, str) else f"; known: {', '.join(sorted(known))}"
    raise CaseError(f"no {what} {value!r}{near}", *where)


def argument_names(word: Any) -> list[str]:
    """What a word may be given."""
    return [entry.name for entry in dataclasses.fields(word) if entry.init]


UNKNOWN = ("unexpected_keyword_argument", "extra_forbidden")
PLAINER = {
    "string_type": "is no text; put it in quotes",
    "string_too_short": "is empty; write something",
    "bool_type": "is neither true nor false",
    "bool_parsing": "is neither true nor false",
    "float_type": "is no number",
    "float_parsing": "is no plain number; write the number alone",
}
"""Complaints of pydantic in words of the house."""


def _slip(key: str, given: object) -> str:
    """What of the form of a file made a key that is none: a blank that is missing, a comma in a number."""
    if ":" in key:
        return "; a blank is missing after the colon"
    return "; a comma begins a new argument: write a decimal point" if given is None and key[:1].isdigit() else ""


def complaint(error: ValidationError, word: Any) -> CaseError:
    """The complaint of pydantic that says most, in the house's form."""
    names = argument_names(word)
    found = min(error.errors(include_url=False), key=lambda entry: entry["type"] not in UNKNOWN)
    kind, given, name = found["type"], found["input"], word.__name__
    where = [names[key] if isinstance(key, int) and key < len(names) else key for key in found["loc"][:1]]
    where += [key for key in found["loc"][1:] if kind in UNKNOWN or isinstance(key, int) or key.isidentifier()]
    cause = found.get("ctx", {}).get("error")
    if isinstance(cause, CaseError):
        return cause.under(*where, word=name)
    if kind in UNKNOWN:
        return CaseError(
            f"is no argument{_slip(str(where[-1]), given) or nearest(str(where[-1]), names)}", *where, word=name
        )
    if kind == "unexpected_positional_argument":
        return CaseError(f"{given!r} is one argument too many; it takes {', '.join(names)}", word=name)
    if kind.startswith("missing"):
        return CaseError(f"is missing; {name} takes {', '.join(names)}", *where, word=name)
    if isinstance(cause, ValueError):
        return CaseError(str(cause), *where, word=name)
    if kind in PLAINER and given is None:
        return CaseError("nothing stands here; give a value", *where, word=name)
    if kind in PLAINER:
        return CaseError(f"{given!r} {PLAINER[kind]}", *where, word=name)
    return CaseError(f"{given!r}: {found['msg'][0].lower()}{found['msg'][1:]}", *where, word=name)


def plain(word: type[T]) -> type[T]:
    """Class decorator above a pydantic dataclass: its refusals become CaseError."""
    build: Callable[..., None] = word.__init__

    @functools.wraps(build)
    def __init__(self: T, *values: Any, **named: Any) -> None:
        try:
            build(self, *values, **named)
        except ValidationError as error:
            raise complaint(error, word) from None

    word.__init__ = __init__  # type: ignore[method-assign, assignment]
    return word


def exactly_one(word: Any, *names: str) -> None:
    """Refuse a word that is given none or more than one of the named arguments."""
    given = [name for name in names if getattr(word, name) is not None]
    if len(given) != 1:
        what = f"{' and '.join(given)} are both given" if given else f"neither {' nor '.join(names)} is given"
        raise CaseError(f"{what}; give exactly one")
