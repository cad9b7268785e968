"""How a metal freezes: solid fraction over temperature, latent heat, and the enthalpy table the solver inverts."""

from dataclasses import field, fields, replace
from typing import Annotated, Any, Self

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray
from pydantic import BeforeValidator, model_validator
from pydantic.dataclasses import dataclass

from .alloyfields import Notes, read_notes, shown, words_of
from .card import Entry
from .curve import Curve, Property, function
from .enthalpy_table import tabulate
from .material import Conductivity, HeatCapacity, Material
from .matter import FreezingTable
from .quantity import Amount, Density, Fraction, Length, Number, Quantity, Temperature
from .refusal import STRICT, CaseError, one_of, plain
from .solid_fraction import lever, lever_solidus, scheil

Array = NDArray[float64]
LAWS = {"pure": (), "lever": ("solvent", "partition"), "scheil": ("solvent", "partition", "eutectic"), "table": ()}
FAMILIES = ("aluminium", "copper", "graphitic iron", "nickel", "steel", "titanium")
LATENT = (100e3, 600e3)
BESIDE = 50.0
ABOVE = 600.0
TWICE = 0.1
LatentHeat = Annotated[Any, Quantity("J/kg", positive=True)]
Viscosity = Annotated[Any, Quantity("Pa*s", positive=True)]


def _curve(given: object) -> Curve | None:
    return None if given is None else Curve.read(given).check(Quantity("", nonnegative=True, most=1.0))


@plain
@dataclass(frozen=True, config=STRICT)
class Freezing:
    """How an alloy goes from liquid to solid; its Material holds the solid, this the liquid.

    law          "pure" (one temperature: metal or eutectic), "lever", "scheil", "table"
    latent_heat  J/kg between liquidus and solidus; the heat capacities hold none of it
    liquidus     K, or the melting point
    family       what the criteria and contacts go by: aluminium, steel, nickel, graphitic iron, ...
    liquid_conductivity, liquid_heat_capacity   W/m/K, J/kg/K
    solvent, partition, eutectic   K, -, K of a binary: melting point of the solvent, k < 1, what is left
                 freezes at the eutectic (scheil needs it, lever may have it)
    fractions    Curve of the solid fraction, 0 at the liquidus; what its first row leaves freezes there
    solid_density, liquid_density  kg/m3 at solidus and liquidus, for shrinkage only
    viscosity    Pa s of the liquid        arm_spacing, arm_exponent   secondary arms at 1 K/s, m, falling
                 with cooling rate to this power
    grain_least, grain_slope   m, of an inoculated aluminium: grain = least + slope/(Q sqrt(rate)), Q in K, K/s
    unusual      why the latent heat lies outside 100 to 600 kJ/kg, if it does
    notes        {field: {source, range, mark}} of the card

    In between, properties are weighted by the solid fraction: H = rho (int c dT + L (1 - fs)).
    Raises CaseError for a law without its numbers, a solid fraction that does not fall, an order of
    temperatures that cannot be, a latent heat outside 100 to 600 kJ/kg.
    """

    law: str
    latent_heat: LatentHeat
    liquidus: Temperature
    family: str
    liquid_conductivity: Conductivity
    liquid_heat_capacity: HeatCapacity
    solvent: Temperature | None = None
    partition: Fraction | None = None
    eutectic: Temperature | None = None
    fractions: Annotated[Any, BeforeValidator(_curve)] = None
    solid_density: Density | None = None
    liquid_density: Density | None = None
    viscosity: Viscosity | None = None
    arm_spacing: Length | None = None
    arm_exponent: Number | None = None
    grain_least: Length | None = None
    grain_slope: Length | None = None
    unusual: str = ""
    notes: Annotated[Notes, BeforeValidator(read_notes)] = field(default_factory=dict, repr=False)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        one_of(self.law, LAWS, "law of freezing", "law")
        one_of(self.family, FAMILIES, "family of metals", "family")
        for name in LAWS[self.law]:
            if getattr(self, name) is None:
                raise CaseError(f"is missing; the law '{self.law}' takes {', '.join(LAWS[self.law])}", name)
        if not self.unusual and not LATENT[0] <= self.latent_heat <= LATENT[1]:
            raise CaseError(f"'{self.latent_heat}' is outside 100 to 600 kJ/kg; say why in unusual", "latent_heat")
        if (self.arm_spacing is None) != (self.arm_exponent is None):
            raise CaseError("arm_spacing and arm_exponent belong together; give both or neither")
        if (self.grain_least is None) != (self.grain_slope is None):
            raise CaseError("grain_least and grain_slope belong together; give both or neither")
        if (self.fractions is not None) != (self.law == "table"):
            raise CaseError("a table of solid fractions belongs to the law 'table'", "fractions")
        if self.law == "table":
            self._falls()
        elif self.law != "pure":
            self._binary()
        return self

    def _falls(self) -> None:
        T, fs = self.fractions.knots, self.fractions.ordinates
        for i in range(1, T.size):
            if fs[i] >= fs[i - 1]:
                raise CaseError(
                    f"the solid fraction must fall with temperature: {fs[i]:g} at '{self.fractions.temperatures[i]}'"
                    f" follows {fs[i - 1]:g} at '{self.fractions.temperatures[i - 1]}'",
                    "fractions",
                )
        if fs[-1] != 0.0 or abs(T[-1] - self.liquidus) > 1e-6:
            raise CaseError(f"must end with 0 at the liquidus '{self.liquidus}', not {fs[-1]:g}", "fractions")

    def _binary(self) -> None:
        solvent, liquidus, partition = self._line()
        if not 0.0 < partition < 1.0:
            raise CaseError(f"'{self.partition}' is no partition coefficient between 0 and 1", "partition")
        if not liquidus < solvent:
            raise CaseError(f"'{self.solvent}' must be above the liquidus '{self.liquidus}'", "solvent")
        if self.eutectic is not None and not self.eutectic < liquidus:
            raise CaseError(f"'{self.eutectic}' must be below the liquidus '{self.liquidus}'", "eutectic")
        if self.solidus <= 0.0:
            raise CaseError(f"'{self.partition}' puts the solidus below absolute zero; give the eutectic", "partition")

    @classmethod
    def read(cls, given: object) -> "Freezing | None":
        """From itself, from the words of a card, or None."""
        if given is None or isinstance(given, Freezing):
            return given
        if isinstance(given, dict):
            return cls(**given)
        raise CaseError(f"{given!r} says nothing of freezing; write {{law: ..., latent_heat: ..., ...}}")

    def replace(self, **changes: Any) -> "Freezing":
        """A changed law, validated again."""
        return replace(self, **changes)

    @property
    def solidus(self) -> float:
        """K, below which all is solid."""
        if self.law == "pure":
            return float(self.liquidus)
        if self.law == "table":
            return float(self.fractions.low)
        eutectic = float(self.eutectic or 0.0)
        return eutectic if self.law == "scheil" else max(lever_solidus(*self._line()), eutectic)

    @property
    def range(self) -> float:
        """Liquidus less solidus, K."""
        return float(self.liquidus) - self.solidus

    @property
    def plateau(self) -> float:
        """Share that freezes at the solidus itself: 1 of a pure metal, the eutectic, else 0."""
        return 1.0 - float(self.solid_fraction(self.solidus))

    @property
    def shrinkage(self) -> float:
        """Volume lost on freezing over the volume of the liquid, 1 - rho_l/rho_s. Raises CaseError."""
        if self.solid_density is None or self.liquid_density is None:
            raise CaseError("no shrinkage without solid_density and liquid_density; give both", "liquid_density")
        return 1.0 - float(self.liquid_density) / float(self.solid_density)

    def solid_fraction(self, T: ArrayLike) -> Array:
        """Solid fraction at T [K], any shape; at a plateau that of its liquid end."""
        x = np.asarray(T, float64)
        return np.asarray(np.where(x < self.solidus, 1.0, np.where(x >= self.liquidus, 0.0, self._between(x))))

    def _between(self, x: Array) -> Array:
        if self.law == "pure":
            return np.zeros_like(x)
        if self.law == "table":
            return np.asarray(self.fractions(x))
        law = lever if self.law == "lever" else scheil
        inside = np.clip(x, self.solidus, float(self.liquidus))
        return np.clip(law(inside, *self._line()), 0.0, 1.0)

    def _line(self) -> tuple[float, float, float]:
        """Melting point of the solvent, liquidus, partition coefficient of a binary."""
        return float(self.solvent or 0.0), float(self.liquidus), float(self.partition or 0.0)

    def temperature(self, fraction: float) -> float:
        """Highest temperature [K] at which that fraction is solid: coherency, the shell of a gap, feeding."""
        T = np.linspace(float(self.liquidus), self.solidus, 2001)
        return float(np.interp(fraction, self.solid_fraction(T), T, right=self.solidus))

    def table(self, solid: Material) -> FreezingTable:
        """What the solver takes, from 100 K to 600 K above the liquidus."""
        inside = self.fractions.knots if self.law == "table" else np.array([])
        return tabulate(
            (function(solid.conductivity), function(self.liquid_conductivity)),
            (function(solid.heat_capacity), function(self.liquid_heat_capacity)),
            [*self._knots(solid), inside],
            float(solid.density),
            (self.solidus, float(self.liquidus)),
            self.solid_fraction,
            float(self.latent_heat),
            float(self.liquidus) + ABOVE,
        )

    def _knots(self, solid: Material) -> list[Array]:
        given = (solid.conductivity, solid.heat_capacity, self.liquid_conductivity, self.liquid_heat_capacity)
        return [entry.knots for entry in given if isinstance(entry, Curve)]

    def check(self, solid: Material) -> None:
        """Refuse a heat capacity that holds the latent heat once more. Raises CaseError."""
        solid_place, liquid_place = ("material", "heat_capacity"), ("freezing", "liquid_heat_capacity")
        for place, given in ((solid_place, solid.heat_capacity), (liquid_place, self.liquid_heat_capacity)):
            T = np.union1d(np.linspace(self.solidus - BESIDE, float(self.liquidus) + BESIDE, 401), self._all(given))
            T = T[(T >= self.solidus - BESIDE) & (T <= float(self.liquidus) + BESIDE)]
            c = function(given)(T)
            hump = np.maximum(c - max(c[0], c[-1]), 0.0)
            twice = float(np.sum(0.5 * (hump[1:] + hump[:-1]) * np.diff(T)))
            if twice > TWICE * self.latent_heat:
                raise CaseError(
                    f"rises to {c.max():.0f} J/kg/K at {T[c.argmax()] - 273.15:.0f} degC; those {twice / 1e3:.0f} kJ/kg"
                    f" are in latent_heat '{self.latent_heat}' already; give it without the peak",
                    *place,
                )

    @staticmethod
    def _all(given: Amount | Curve | Property) -> Array:
        return given.knots if isinstance(given, Curve) else np.array([])

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
