"""Moulds, chills, cores and sleeves: what a casting freezes against."""

from collections.abc import Callable
from dataclasses import field, fields, replace
from typing import Annotated, Any, Self

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from pydantic import BeforeValidator, model_validator
from pydantic.dataclasses import dataclass

from .alloyfields import YOURS, Notes, default_of, read_notes, shown, words_of
from .card import MARKS, Entry, text
from .critical import ZERO
from .curve import Curve, function
from .enthalpy_table import tabulate
from .material import Conductivity, HeatCapacity
from .matter import Fire, FreezingTable
from .quantity import Amount, Density, Duration, Fraction, Length, Quantity, Temperature
from .refusal import STRICT, CaseError, one_of, plain

Array = NDArray[float64]
KINDS = ("graphite", "metal", "plaster", "sand", "shell", "sleeve")
PROPERTIES = ("conductivity", "heat_capacity")
BOILING = 373.15
STEAM = 2.257e6
HOTTEST = 2500.0
COLDER = 30.0
Burning = Annotated[Any, Quantity("J/kg", positive=True)]


@plain
@dataclass(frozen=True, config=STRICT)
class Mould:
    """Matter of a mould, chill, core or sleeve, with its wall and the temperature it starts at.

    kind           what the default contact goes by: sand, metal, shell, plaster, graphite, sleeve
    conductivity   W/m/K                density  kg/m3, packed         heat_capacity  J/kg/K
    wall           m, thickness around the casting; None where the part of the mould is drawn
    shell          whether it ends that far from the casting everywhere; else it is a block
    temperature    K at the start, 25 degC where not given
    emissivity     0 to 1, of the outer face
    moisture       kg water in a kg of sand; boils at 100 degC and takes 2257 kJ/kg
    burning, ignition, duration   J/kg, K, s of an exothermic sleeve, only together: a cell above its ignition burns
                   once, for that long
    notes          {field: {source, range, mark}} of the card

        mould("green sand", wall="60 mm", temperature="25 degC")

    Raises CaseError for values of the wrong sign or dimension, an unknown kind, and a start outside its curves.
    """

    name: str
    kind: str
    conductivity: Conductivity
    density: Density
    heat_capacity: HeatCapacity
    wall: Length | None = None
    shell: bool = False
    temperature: Temperature = Amount(298.15, "25 degC")
    emissivity: Fraction | None = None
    moisture: Fraction | None = None
    burning: Burning | None = None
    ignition: Temperature | None = None
    duration: Duration | None = None
    notes: Annotated[Notes, BeforeValidator(read_notes)] = field(default_factory=dict, repr=False)
    base: Any = field(default=None, repr=False, compare=False)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        one_of(self.kind, KINDS, "kind of mould", "kind")
        fire = [name for name in ("burning", "ignition", "duration") if getattr(self, name) is not None]
        if len(fire) in (1, 2):
            raise CaseError(f"mould '{self.name}' has {' and '.join(fire)}; give burning, ignition and duration")
        for name, curve in self._curves():
            if not curve.low - COLDER <= self.temperature <= curve.high:
                raise CaseError(
                    f"'{self.temperature}' is outside the {name} of mould '{self.name}', known from"
                    f" {_span(curve.low, curve.high)}; start it there, or give the {name}",
                    "temperature",
                )
        return self

    def replace(self, **changes: Any) -> "Mould":
        """A changed mould, validated again; what you change is noted as yours."""
        changed = replace(self, **changes)
        yours = {name: YOURS for name in self.notes if getattr(self, name) != getattr(changed, name)}
        return changed if "notes" in changes or not yours else replace(changed, notes=self.notes | yours)

    @property
    def effusivity(self) -> float:
        """sqrt(k rho c) where it starts, W s^0.5/m2/K: how fast it takes heat from a casting."""
        at = np.array(float(self.temperature))
        k, c = (float(function(getattr(self, name))(at)) for name in PROPERTIES)
        return float(np.sqrt(k * float(self.density) * c))

    def outside(self, hottest: float) -> list[str]:
        """Sentences on what the run to `hottest` [K] asks of curves beyond their ends, where they stay flat."""
        return [
            f"the {name} of mould '{self.name}' is known from {_span(curve.low, curve.high)}, asked to"
            f" {hottest - ZERO:.0f} degC, and stays flat beyond"
            for name, curve in self._curves()
            if hottest > curve.high
        ]

    def _curves(self) -> list[tuple[str, Curve]]:
        return [(name, value) for name in PROPERTIES if isinstance(value := getattr(self, name), Curve)]

    def table(self) -> FreezingTable:
        """What the solver takes, from 100 to 2500 K, the boiling of moisture an exact plateau at 100 degC."""
        pair: tuple[Callable[[Array], Array], ...] = tuple(function(getattr(self, name)) for name in PROPERTIES)
        wet = 0.0 if self.moisture is None else float(self.moisture)
        knots = [curve.knots for _, curve in self._curves()]
        made = tabulate(
            (pair[0], pair[0]),
            (pair[1], pair[1]),
            knots,
            float(self.density),
            (BOILING, BOILING),
            lambda T: np.where(np.asarray(T) < BOILING, 1.0, 0.0 if wet else 1.0),
            wet * STEAM,
            HOTTEST,
        )
        return FreezingTable(made.H, made.T, np.ones_like(made.fs), made.k, made.theta)

    @property
    def fire(self) -> Fire | None:
        """What burns in it, for the solver; None where nothing does."""
        if self.burning is None or self.ignition is None or self.duration is None:
            return None
        return Fire(float(self.burning) * float(self.density), float(self.ignition), float(self.duration))

    def words(self) -> dict[str, Any]:
        """As it stands in a case file: the name of its card and what differs from it. Raises CaseError."""
        unsaid = ("name", "base", *(("notes",) if self.base is not None else ()))
        said: dict[str, Any] = {"name": self.name}
        for entry in fields(self):
            value, usual = getattr(self, entry.name), default_of(self.base, entry)
            if entry.name not in unsaid and value != usual:
                said[entry.name] = words_of(value)
        return said

    def entries(self) -> list[Entry]:
        """Every number of the card with value, source, range and mark."""
        return [
            Entry(name, shown(getattr(self, name)), note["source"], note.get("range", ""), note["mark"])
            for name, note in self.notes.items()
        ]

    @property
    def worst(self) -> str:
        """The least trusted mark of its numbers."""
        order = list(MARKS)
        return max((note["mark"] for note in self.notes.values()), key=order.index, default="given")

    def card(self) -> str:
        """All numbers as a page: value, unit, source, range, mark."""
        return text(self.name, self.entries())


def _span(low: float, high: float) -> str:
    return f"{low - ZERO:.0f} to {high - ZERO:.0f} degC"
