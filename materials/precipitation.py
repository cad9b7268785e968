"""Precipitation hardening of an aluminium alloy as its card gives it: the C-curve of its quench, its ageing."""

from dataclasses import field, fields, replace
from typing import Annotated, Any, Self

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from pydantic import BeforeValidator, model_validator
from pydantic.dataclasses import dataclass

from .alloyfields import Notes, read_notes, shown, words_of
from .card import Entry
from .matter import PrecipitationLaw
from .quantity import Duration, Quantity, Temperature
from .quench_factor import NOSE_TEMPERATURE, NOSE_TIME, critical_time, nose, peak_time
from .refusal import STRICT, CaseError, plain

Array = NDArray[float64]
Energy = Annotated[Any, Quantity("J/mol", positive=True)]
Strength = Annotated[Any, Quantity("Pa", positive=True)]
TRIPLE = ("weakest", "quenched", "strongest")
AGEING = ("peak_time", "peak_temperature", "activation", *TRIPLE)


@plain
@dataclass(frozen=True, config=STRICT)
class Precipitation:
    """How an aluminium alloy hardens: what a quench costs (Evancho and Staley), what ageing brings (Shercliff, Ashby).

    temper       that the constants were measured in, "T6"
    k2, k3, k4, k5   s, J/mol, K, J/mol of the C-curve; k1 is ln 0.995, R 8.314 J/mol/K
    dissolves    least temperature of a solution treatment: all is in solution from there on
    melts        where the last eutectic melts, and no solution treatment may go; None: not known
    weakest, quenched, strongest   yield strength after the slowest quench, after the fastest and not aged, and
                 aged to its peak after the fastest
    peak_time, peak_temperature, activation   time to that peak at a temperature, and J/mol to go by elsewhere;
                 all six of ageing or none
    notes        {field: {source, range, mark}} of the card

    Raises CaseError for a C-curve whose nose is not of a metal (a table that mixes J and cal, a misprint), for
    strengths out of order and for ageing that is given in part.
    """

    temper: str
    k2: Duration
    k3: Energy
    k4: Temperature
    k5: Energy
    dissolves: Temperature
    melts: Temperature | None = None
    weakest: Strength | None = None
    quenched: Strength | None = None
    strongest: Strength | None = None
    peak_time: Duration | None = None
    peak_temperature: Temperature | None = None
    activation: Energy | None = None
    notes: Annotated[Notes, BeforeValidator(read_notes)] = field(default_factory=dict, repr=False)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        self._nose()
        if self.melts is not None and not self.dissolves < self.melts:
            raise CaseError(f"'{self.dissolves}' must be below melts, '{self.melts}'", "dissolves")
        missing = [name for name in AGEING if getattr(self, name) is None]
        if missing and len(missing) < len(AGEING):
            raise CaseError(f"is missing; ageing takes {', '.join(AGEING)}, or none of them", missing[0])
        weakest, quenched, strongest = (float(getattr(self, name) or 0.0) for name in TRIPLE)
        if not missing and not weakest <= quenched < strongest:
            raise CaseError(
                f"weakest '{self.weakest}', quenched '{self.quenched}' and strongest '{self.strongest}' must rise",
                "quenched",
            )
        return self

    def _nose(self) -> None:
        T, time = nose(*self.c_curve)
        (low, high), (short, long) = NOSE_TEMPERATURE, NOSE_TIME
        if not (low <= T <= high and short <= time <= long):
            raise CaseError(
                f"these constants put the nose at {T - 273.15:.0f} degC and {time:.2g} s, outside "
                f"{low - 273.15:.0f} to {high - 273.15:.0f} degC and {short:g} to {long:g} s; "
                "look for a misprint, or for k3 and k5 in cal",
                "k2",
            )

    @classmethod
    def read(cls, given: object) -> "Precipitation | None":
        """From itself, from the words of a card, or None."""
        if given is None or isinstance(given, Precipitation):
            return given
        if isinstance(given, dict):
            return cls(**given)
        raise CaseError(f"{given!r} says nothing of precipitation; write {{temper: ..., k2: ..., ...}}")

    def replace(self, **changes: Any) -> "Precipitation":
        """Changed constants, validated again."""
        return replace(self, **changes)

    @property
    def c_curve(self) -> tuple[float, float, float, float]:
        """k2 s, k3 J/mol, k4 K, k5 J/mol."""
        return float(self.k2), float(self.k3), float(self.k4), float(self.k5)

    @property
    def ages(self) -> bool:
        """Whether ageing is known."""
        return self.peak_time is not None

    def law(self) -> PrecipitationLaw:
        """What the solver takes."""
        constants = self.c_curve

        def loss(T: Array) -> Array:
            return np.asarray(1.0 / critical_time(T, *constants))

        if not self.ages:
            return PrecipitationLaw(float(self.dissolves), loss)
        peak = (float(self.peak_time), float(self.peak_temperature), float(self.activation))  # type: ignore[arg-type]

        def ageing(T: Array) -> Array:
            return np.asarray(1.0 / peak_time(T, *peak))

        weakest, quenched, strongest = (float(getattr(self, name)) for name in TRIPLE)
        return PrecipitationLaw(float(self.dissolves), loss, ageing, (weakest, quenched, strongest))

    def entries(self) -> list[Entry]:
        """Every number with value, source, range and mark."""
        return [
            Entry(name, shown(getattr(self, name)), note["source"], note.get("range", ""), note["mark"])
            for name, note in self.notes.items()
        ]

    def words(self) -> dict[str, Any]:
        """As it stands in a file: what is given."""
        named = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return {name: words_of(value) for name, value in named.items() if value not in (None, "", {})}
