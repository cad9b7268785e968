"""Chemical composition of a steel in wt %, and the ranges in which the correlations were fitted."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Self

from pydantic import model_validator
from pydantic.dataclasses import dataclass

from .refusal import STRICT, CaseError, one_of, plain

# Li et al. 1998 and Maynier et al. 1978: where both have data (wt %).
FITTED = {
    "C": (0.08, 0.6),
    "Mn": (0.0, 2.0),
    "Si": (0.0, 1.0),
    "Cr": (0.0, 3.0),
    "Ni": (0.0, 4.0),
    "Mo": (0.0, 1.0),
}
UNSEEN = {"V": 0.2, "Nb": 0.05, "B": 0.0005, "W": 0.1}
ALLOYED = 5.0
LONGEST_SYMBOL = 3


@plain
@dataclass(frozen=True, config=STRICT)
class Composition:
    """Mass fractions in per cent (wt %), the rest iron: `Composition(C=0.42, Mn=0.75)`.

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
    Sn: float = 0.0
    Zr: float = 0.0

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
        names = [entry.name for entry in fields(cls)]
        for element in given:
            if len(str(element)) > LONGEST_SYMBOL:
                raise CaseError(f"no element {element!r}; write its symbol: {', '.join(names)}", element)
        return cls(**{one_of(element, names, "element", element): share for element, share in given.items()})

    def items(self) -> list[tuple[str, float]]:
        """(element, wt %) of all known elements."""
        return [(entry.name, getattr(self, entry.name)) for entry in fields(self)]

    def words(self) -> dict[str, float]:
        """As it stands in a file: what is there."""
        return {element: share for element, share in self.items() if share}


def outside(composition: Composition, grain_size: float) -> list[str]:
    """Sentences on what lies outside the fits of the default chain; empty where nothing does."""
    found = [
        f"{element} {getattr(composition, element):g} wt % is outside {low:g} to {high:g} of the kinetics"
        for element, (low, high) in FITTED.items()
        if not low <= getattr(composition, element) <= high
    ]
    found += [
        f"{element} {getattr(composition, element):g} wt % has no term in the kinetics and hardness models"
        for element, most in UNSEEN.items()
        if getattr(composition, element) > most
    ]
    total = sum(getattr(composition, element) for element in ("Mn", "Ni", "Cr", "Mo"))
    if total > ALLOYED:
        found.append(f"Mn + Ni + Cr + Mo {total:g} wt % is above {ALLOYED:g}")
    if not 4.0 <= grain_size <= 11.0:
        found.append(f"grain size {grain_size:g} is outside ASTM 4 to 11")
    return found
