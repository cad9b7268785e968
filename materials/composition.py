"""Chemical composition in wt %, and the ranges of a grade."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Self

from pydantic import model_validator
from pydantic.dataclasses import dataclass

from .refusal import STRICT, CaseError, one_of, plain

FOREIGN = ("Mg", "Zn", "O", "H")
TRACES, MOST_TRACE = ("P", "S", "B", "N", "As", "Sb", "Pb", "Ca", "Sn", "Zr"), 0.5  # wt %
LONGEST_SYMBOL = 3
Ranges = dict[str, tuple[float, float]]


@plain
@dataclass(frozen=True, config=STRICT)
class Composition:
    """Mass fractions in per cent (wt %), the rest the base metal, iron of a steel: `Composition(C=0.42, Mn=0.75)`.

    Raises CaseError for an unknown element (the nearest is named), a negative value, a sum above 100.
    """

    C: float = 0.0
    Si: float = 0.0
    Mn: float = 0.0
    P: float = 0.0
    S: float = 0.0
    Cr: float = 0.0
    Mo: float = 0.0
    Ni: float = 0.0
    Cu: float = 0.0
    V: float = 0.0
    Nb: float = 0.0
    Ti: float = 0.0
    Al: float = 0.0
    B: float = 0.0
    N: float = 0.0
    W: float = 0.0
    Co: float = 0.0
    As: float = 0.0
    Sb: float = 0.0
    Pb: float = 0.0
    Ca: float = 0.0
    Sn: float = 0.0
    Zr: float = 0.0
    Mg: float = 0.0
    Zn: float = 0.0
    Fe: float = 0.0
    O: float = 0.0  # noqa: E741
    H: float = 0.0

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for element, share in self.items():
            if not 0.0 <= share <= 100.0:
                raise CaseError(f"{share:g} wt % is no mass fraction", element)
        total = sum(dict(self.items()).values())
        if total > 100.0:
            raise CaseError(f"the elements sum to {total:g} wt %, more than 100")
        return self

    @classmethod
    def read(cls, given: "Mapping[str, float] | Composition") -> "Composition":
        """From a mapping of element to wt %. Raises CaseError, naming the nearest element."""
        if isinstance(given, Composition):
            return given
        if not isinstance(given, Mapping):
            raise CaseError(f"{given!r} is no composition; write {{C: 0.42, Mn: 0.75}} in wt %")
        return cls(**{_symbol(element): share for element, share in given.items()})

    def check_steel(self) -> None:
        """Raise CaseError for what no model of steel knows: Mg, Zn, O, H, iron, which is the rest, and ppm."""
        if self.Fe:
            raise CaseError("iron is the rest; leave it out", "Fe")
        for element in FOREIGN:
            if getattr(self, element):
                raise CaseError("no model of steel knows it; leave it out", element)
        for element in TRACES:
            if getattr(self, element) > MOST_TRACE:
                raise CaseError(f"{getattr(self, element):g} wt % is no trace; 10 ppm are 0.001 wt %", element)

    def items(self) -> list[tuple[str, float]]:
        """(element, wt %) of all known elements."""
        return [(entry.name, getattr(self, entry.name)) for entry in fields(self)]

    def words(self) -> dict[str, float]:
        """As it stands in a file: what is there."""
        return {element: share for element, share in self.items() if share}


def _symbol(element: Any) -> str:
    names = [entry.name for entry in fields(Composition)]
    if len(str(element)) > LONGEST_SYMBOL:
        raise CaseError(f"no element {element!r}; write its symbol: {', '.join(names)}", element)
    return one_of(element, names, "element", element)


def read_ranges(given: object) -> Ranges:
    """Least and most wt % by element from {C: [0.38, 0.45]}. Raises CaseError."""
    if not isinstance(given, Mapping):
        raise CaseError(f"{given!r} is no table; write {{C: [0.38, 0.45], Mn: [0.60, 0.90]}} in wt %")
    found: Ranges = {}
    for element, limits in given.items():
        pair = [] if isinstance(limits, str) or not isinstance(limits, Iterable) else list(limits)
        numbers = [share for share in pair if isinstance(share, int | float) and not isinstance(share, bool)]
        if len(numbers) != 2 or len(pair) != 2 or not 0.0 <= numbers[0] <= numbers[1] <= 100.0:
            raise CaseError(f"{limits!r} is no range; write [least, most] in wt %", str(element))
        found[_symbol(element)] = (float(numbers[0]), float(numbers[1]))
    return found


def beyond(composition: Composition, ranges: Ranges) -> list[str]:
    """Elements outside their ranges: ["Mn 1.05 wt % is outside 0.6 to 0.9"].

    >>> beyond(Composition(C=0.40, Mn=1.05), {"C": (0.38, 0.45), "Mn": (0.6, 0.9)})
    ['Mn 1.05 wt % is outside 0.6 to 0.9']
    """
    shares = dict(composition.items())
    return [
        f"{element} {shares[element]:g} wt % is outside {low:g} to {high:g}"
        for element, (low, high) in ranges.items()
        if not low <= shares[element] <= high
    ]
