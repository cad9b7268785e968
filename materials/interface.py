"""Heat across the joint of a casting and what it touches: conductance by a law, or by the gap that opens."""

from dataclasses import dataclass as plain_dataclass
from typing import Annotated, Any, Self

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray
from pydantic import BeforeValidator, model_validator
from pydantic.dataclasses import dataclass

from .critical import ZERO
from .curve import Curve, TimeCurve, Varying, function
from .freezing import Freezing
from .quantity import Amount, Fraction, Length, Quantity, Temperature
from .refusal import STRICT, CaseError, exactly_one, one_of, plain

Array = NDArray[float64]
STEFAN_BOLTZMANN = 5.670374419e-8
AIR = ((298.15, 473.15, 673.15, 873.15, 1073.15, 1273.15), (0.026, 0.039, 0.052, 0.062, 0.072, 0.081))
ENCLOSING = ("casting", "mould")
Conductance = Annotated[Any, Quantity("W/m^2/K", positive=True)]
Varied = Annotated[Any, Varying("W/m^2/K", positive=True, time=True)]
Expansion = Annotated[Any, Quantity("1/K", nonnegative=True, most=1e-3)]


def conductivity_air(T: ArrayLike) -> Array:
    """Thermal conductivity [W/m/K] of air at 1 bar against K, linear between handbook values [M], flat outside.

    Range: 25 to 1000 degC.

    >>> round(float(conductivity_air(673.15)), 3)
    0.052
    """
    return np.asarray(np.interp(np.asarray(T, float64), *AIR), float64)


def conductance_radiation(T1: ArrayLike, T2: ArrayLike, e1: float, e2: float) -> Array:
    """Conductance [W/m2/K] of radiation between close parallel faces at T1, T2 [K].

    h = s (T1^2 + T2^2)(T1 + T2)/(1/e1 + 1/e2 - 1). Source: R. Siegel, J.R. Howell, Thermal Radiation Heat
    Transfer.

    >>> round(float(conductance_radiation(1273.15, 773.15, 0.8, 0.8)), 1)
    171.6
    """
    a, b = np.asarray(T1, float64), np.asarray(T2, float64)
    return np.asarray(STEFAN_BOLTZMANN * (a**2 + b**2) * (a + b) / (1.0 / e1 + 1.0 / e2 - 1.0))


def temperature_contact(effusivity: tuple[float, float], start: tuple[float, float]) -> float:
    """Temperature where two half spaces meet that are pressed together at once, in the unit of `start`.

    T = (b1 T1 + b2 T2)/(b1 + b2), b = sqrt(k rho c) [W s^0.5/m2/K]. Range: constant properties, no latent
    heat. Source: H.S. Carslaw, J.C. Jaeger, Conduction of Heat in Solids, 2.15.

    >>> round(temperature_contact((12798.437, 1003.992), (1450.0, 25.0)), 4)
    1346.3452
    """
    (b1, b2), (T1, T2) = effusivity, start
    return (b1 * T1 + b2 * T2) / (b1 + b2)


@plain
@dataclass(frozen=True, config=STRICT)
class Gap:
    """Air gap of a casting that shrinks away from its mould, per half-length; it never opens onto a core.

    contact     W/m2/K while they touch, coating included
    length      m, half the dimension of the casting across the joint
    casting_expansion, mould_expansion   1/K; 0 for sand, whose cavity does not grow
    shell       K, below which the casting carries itself (solid fraction 0.9 to 0.95)
    mould_start K, of the mould when its cavity had the casting's size
    emissivity  0 to 1, of (casting, mould) as two values
    """

    contact: Conductance
    length: Length
    casting_expansion: Expansion
    shell: Temperature
    mould_start: Temperature = Amount(298.15, "25 degC")
    mould_expansion: Expansion = Amount(0.0, "0 1/K")
    casting_emissivity: Fraction = Amount(0.8, "0.8")
    mould_emissivity: Fraction = Amount(0.8, "0.8")

    def width(self, T_casting: ArrayLike, T_mould: ArrayLike) -> Array:
        """Width [m] of the gap at both surface temperatures [K]: shrinkage of one, growth of the other."""
        shrunk = self.casting_expansion * np.maximum(float(self.shell) - np.asarray(T_casting, float64), 0.0)
        grown = self.mould_expansion * (np.asarray(T_mould, float64) - float(self.mould_start))
        solid = np.asarray(T_casting, float64) < float(self.shell)
        return np.asarray(np.where(solid, np.maximum(self.length * (shrunk + grown), 0.0), 0.0), float64)

    def conductance(self, T_casting: ArrayLike, T_mould: ArrayLike) -> Array:
        """Conductance [W/m2/K]: the contact in series with gas and radiation side by side across the gap."""
        hot, cold = np.asarray(T_casting, float64), np.asarray(T_mould, float64)
        width = self.width(hot, cold)
        air = conductivity_air(0.5 * (hot + cold))
        beside = conductance_radiation(hot, cold, self.casting_emissivity, self.mould_emissivity)
        return np.asarray(1.0 / (1.0 / self.contact + width / (air + width * beside)))


def _gap(given: object) -> object:
    return Gap(**given) if isinstance(given, dict) else given


@plain
@dataclass(frozen=True, config=STRICT)
class Contact:
    """What passes between a casting and its mould, chill or core, by exactly one of two laws.

    h          conductance, W/m2/K: a quantity, a Curve over the casting's surface temperature, or a TimeCurve
               from the end of the pour
    gap        Gap, the model of the opening air gap
    encloses   "mould": the casting shrinks away from it; "casting": it shrinks ONTO it (a core), no gap opens
    source, mark   of the card

        Contact(h="500 W/m^2/K")

    Raises CaseError for none or both laws, an h not above zero, an unknown `encloses`.
    """

    h: Varied | None = None
    gap: Annotated[Gap | None, BeforeValidator(_gap)] = None
    encloses: str = "mould"
    source: str = ""
    mark: str = "given"

    @model_validator(mode="after")
    def _one_law(self) -> Self:
        exactly_one(self, "h", "gap")
        one_of(self.encloses, ENCLOSING, "part that encloses the other", "encloses")
        return self

    def conductance(self, T_casting: ArrayLike, T_mould: ArrayLike, time: float = 0.0) -> Array:
        """Conductance [W/m2/K] at surface temperatures [K] of one shape, `time` s after the pour."""
        hot = np.asarray(T_casting, float64)
        if self.gap is not None:
            touching = self.encloses == "casting"
            return np.full_like(hot, self.gap.contact) if touching else self.gap.conductance(hot, T_mould)
        if isinstance(self.h, TimeCurve):
            return np.full_like(hot, float(self.h(time)))
        return np.asarray(function(self.h)(hot), float64)


@plain_dataclass(frozen=True)
class Pair:
    """Default conductance [W/m2/K] of a family of metals with a kind of mould.

    levels  above the liquidus and below the solidus of the alloy, straight in between
    knots   in place of levels: (degC, h) over the casting's surface temperature
    """

    levels: tuple[float, float]
    source: str
    mark: str
    knots: tuple[tuple[float, float], ...] = ()


STEEL = ((1000.0, 104.0), (1200.0, 380.0), (1600.0, 940.0))
ANY = "any"
PAIRS = {
    ("steel", "sand"): Pair((940.0, 104.0), "open casting database", "V", STEEL),
    ("nickel", "sand"): Pair((940.0, 104.0), "that of steel in sand", "assumed", STEEL),
    ("aluminium", "sand"): Pair((800.0, 400.0), "open casting database", "V", ((450.0, 400.0), (650.0, 800.0))),
    ("graphitic iron", "sand"): Pair((750.0, 275.0), "middle of 500 to 1000 and 200 to 350", "U"),
    ("aluminium", "metal"): Pair((2000.0, 400.0), "coated permanent mould, middle of 1000 to 3000 and 200 to 600", "U"),
    (ANY, "metal"): Pair((5000.0, 5000.0), "textbook value of metal moulds, no gap", "V"),
    (ANY, "shell"): Pair((650.0, 125.0), "middle of 300 to 1000 and 50 to 200", "U"),
    (ANY, "plaster"): Pair((450.0, 450.0), "middle of 300 to 600", "U"),
}


def default_contact(freezing: Freezing, kind: str, encloses: str = "mould") -> Contact:
    """The library's contact of a casting alloy with a kind of mould, with its mark; replace it by your own.

    A core (encloses "casting") keeps the level of the liquid, for the casting shrinks onto it; so does a metal
    that freezes at one temperature. Raises CaseError where nothing is known.
    """
    bed = "sand" if kind == "sleeve" else kind
    pair = PAIRS.get((freezing.family, bed)) or PAIRS.get((ANY, bed))
    if pair is None:
        raise CaseError(
            f"no default contact of {freezing.family} with a {kind} mould; give Contact(h='500 W/m^2/K'), "
            "in a file {h: 500 W/m^2/K}",
            "contact",
        )
    source, mark = (pair.source, pair.mark) if bed == kind else (f"as sand: {pair.source}", "assumed")
    high, low = pair.levels
    ends = ((freezing.solidus - ZERO, low), (freezing.liquidus - ZERO, high))
    knots = pair.knots or ends
    if encloses == "casting" or high == low or knots[-1][0] - knots[0][0] < 1e-6:
        return Contact(h=f"{high:g} W/m^2/K", encloses=encloses, source=source, mark=mark)
    curve = Curve([f"{T:.10g} degC" for T, _ in knots], [f"{h:g} W/m^2/K" for _, h in knots])
    return Contact(h=curve, encloses=encloses, source=source, mark=mark)
