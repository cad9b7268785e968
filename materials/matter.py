"""What the solver must know of a piece of matter: phases, transformations, mechanics, all in SI.

Every property of temperature is a plain function of kelvin arrays (a Curve, or any vectorised callable).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy import float64
from numpy.typing import NDArray

Array = NDArray[float64]
Property = Callable[[Array], Array]

PHASES = ("austenite", "ferrite", "pearlite", "bainite", "martensite")


@dataclass(frozen=True)
class Mechanics:
    """Stress properties of one phase.

    young, yield_stress, hardening  Pa against K (hardening is d stress / d plastic strain)
    poisson                         - against K
    strain                          free linear strain against K: thermal and transformation, one reference
                                    for all phases (0 for the parent at its stress-free temperature)
    trip                            transformation plasticity K of forming this phase, 1/Pa
    tensile                         strength, Pa against K, that the risk of cracks is judged by
    yield_compression               Pa against K, where yield_stress is that in tension alone: see kernels.cutoff
    creep                           (A [Pa^-n s^-1], n, Q [J/mol]) of Norton's rate A exp(-Q/RT) s^n, or None
    """

    young: Property
    poisson: Property
    strain: Property
    yield_stress: Property | None = None
    hardening: Property | None = None
    trip: float = 0.0
    creep: tuple[float, float, float] | None = None
    tensile: Property | None = None
    yield_compression: Property | None = None


@dataclass(frozen=True)
class Stage:
    """A stage of the tempering of martensite, which has gone 1 - exp(-10^((P - middle) / width)) of its way.

    P = T (17 + log10 t_h) is the parameter of Hollomon and Jaffe that hardness goes by, K.

    middle, width  K
    mechanics      of martensite behind the stage; trip: of going through it
    """

    middle: float
    width: float
    mechanics: Mechanics


@dataclass(frozen=True)
class Phase:
    """conductivity W/m/K, enthalpy J/kg against K (one datum for all phases of the matter)."""

    name: str
    conductivity: Property
    enthalpy: Property
    mechanics: Mechanics | None = None


@dataclass(frozen=True)
class Product:
    """A diffusional product of austenite with the isokinetic law X = shape(s), ds/dt = rate(T).

    phase     its name
    rate      1/s against K; 0 outside low..high
    low, high K, where it forms
    shape     "li98", or ("jmak", n) for X = 1 - exp(-s^n)
    limit     largest fraction of the cell it may reach against K (equilibrium), or None for all austenite
    bent      how much it hinders itself: the rate at a fraction X is exp(-bent X2) of the shape's own
    """

    phase: str
    rate: Property
    low: float
    high: float
    shape: tuple[str, float] = ("li98", 0.0)
    limit: Property | None = None
    bent: float = 0.0


@dataclass(frozen=True)
class Kinetics:
    """How austenite decomposes and forms.

    products          the diffusional ones, in the order of their temperature
    martensite_start  K
    alpha             Koistinen-Marburger, 1/K, the one that belongs to martensite_start
    ac1, ac3          K, on heating; None: no austenitisation
    tau               s, time constants of Leblond-Devaux at ac1 and ac3
    from_retained     what retained austenite becomes where it is warmed up again
    enrichment        whether the carbon that ferrite leaves behind counts in martensite: its start, and its hardness
    """

    products: tuple[Product, ...] = ()
    martensite_start: float = 0.0
    alpha: float = 0.011
    ac1: float | None = None
    ac3: float | None = None
    tau: tuple[float, float] = (1.0, 1.0)
    from_retained: tuple[Product, ...] = ()
    enrichment: bool = False


@dataclass(frozen=True)
class HardnessLaw:
    """Hardness of each phase from coefficients already reduced from the composition; Vr in K/h at 700 degC.

    law        phase -> (a, b, least, most): HV = clip(a + b log10 Vr, least, most)
    isothermal (T [K], HV) of bainite by its mean transformation temperature, for held or interrupted cooling
    temper     (c0, c1, c2, c3): HRC of the martensite share against m = T (17 + log10 t_h)/1000 - 14
    fine       (T0, T1 [K], HV) least hardness of pearlite formed below T0, none above T1, or None
    """

    law: dict[str, tuple[float, float, float, float]]
    temper: tuple[float, float, float, float] | None = None
    isothermal: tuple[Array, Array] | None = None
    fine: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class PrecipitationLaw:
    """How an aluminium alloy loses hardening while it is quenched and gains it by ageing.

    dissolved  K, at and above all solute is in solution
    loss       1/s against K: rate of the quench factor, 1 / C_T
    ageing     1/s against K: rate of P*, 1 at peak strength; None: not known
    strengths  Pa: (weakest, quenched, strongest) of `aged_strength`, where `ageing` is known
    """

    dissolved: float
    loss: Property
    ageing: Property | None = None
    strengths: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Carbon:
    """How a steel takes up carbon and what the carbon does there; contents are mass fractions, not per cent.

    content      of the austenite as delivered
    diffusivity  m2/s in austenite, against arrays of K and of content
    affinity     carbon of this steel over that of iron in the same gas: its alloy factor
    kinetics     of austenite with a content
    hardness     the law of the phases that come from it
    mechanics    the stress properties of all phases with a content, in the order of the matter; None: not known
    """

    content: float
    diffusivity: Callable[[Array, Array], Array]
    affinity: float
    kinetics: Callable[[float], Kinetics]
    hardness: Callable[[float], HardnessLaw]
    mechanics: Callable[[float], tuple[Mechanics, ...]] | None = None


@dataclass(frozen=True)
class Matter:
    """One kind of matter as the solver sees it. `phases[0]` is the parent (austenite) where it transforms.

    density      kg/m3, one reference for all phases
    mixture      "linear", or "leblond" for the yield stress of austenite with martensite
    saturation   f of transformation plasticity: "desalos" z(2-z), "leblond" z(1-ln z), "tanaka" z,
                 "abrassart" z(3-2 sqrt z)
    memory       share of the strain hardening that a new phase inherits (theta, 0: none)
    kinematic    share of the strain hardening that moves the yield surface, the rest widens it
    stages       of the tempering of martensite, in their order
    precipitation  of an aluminium alloy that hardens by it
    carbon       what carburising needs to know, or None where there are no data
    remarks      what a reader must know: marks of the numbers, ranges
    """

    name: str
    density: float
    phases: tuple[Phase, ...]
    emissivity: float | None = None
    kinetics: Kinetics | None = None
    hardness: HardnessLaw | None = None
    mixture: str = "linear"
    saturation: str = "desalos"
    memory: float = 0.0
    kinematic: float = 0.0
    stages: tuple[Stage, ...] = ()
    stress_free: float | None = None
    precipitation: PrecipitationLaw | None = None
    carbon: Carbon | None = None
    remarks: tuple[str, ...] = field(default_factory=tuple)

    @property
    def transforms(self) -> bool:
        return self.kinetics is not None

    @property
    def has_mechanics(self) -> bool:
        return all(phase.mechanics is not None for phase in self.phases)


def constant(value: float) -> Property:
    """A property that does not depend on temperature."""
    return lambda T: np.full_like(np.asarray(T, float64), value)


@dataclass(frozen=True)
class Fire:
    """What burns in a body around a casting: an exothermic sleeve.

    heat      J/m3, all that it sets free
    ignition  K, from where a cell burns, once
    duration  s, of a cell, at a constant rate
    """

    heat: float
    ignition: float
    duration: float


@dataclass(frozen=True)
class FreezingTable:
    """A body with one enthalpy for each state: casting, mould, chill. All (n,), on the same knots.

    H      J/m3  strictly rising, 0 at 20 degC, with the one reference density of the body
    T      K     never falling; where it stays, metal freezes at that temperature
    fs     -     solid fraction, 1 where it never melts
    k      W/m/K conductivity, of the fs-weighted mixture
    theta  W/m   conductivity integral from the first knot, never falling

    Linear between knots in H. Solidus, liquidus and both ends of every plateau are knots.
    """

    H: Array
    T: Array
    fs: Array
    k: Array
    theta: Array

    def temperature(self, H: Array) -> Array:
        """T [K] of H [J/m3]."""
        return np.asarray(np.interp(H, self.H, self.T), float64)

    def solid_fraction(self, H: Array) -> Array:
        """Solid fraction of H [J/m3]; also inside a plateau, where T cannot tell it."""
        return np.asarray(np.interp(H, self.H, self.fs), float64)

    def enthalpy(self, T: Array) -> Array:
        """H [J/m3] of T [K]; at a plateau that of its liquid end."""
        return np.asarray(np.interp(T, self.T, self.H), float64)
