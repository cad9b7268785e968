"""Carbon in austenite: how fast it moves, how much of it a gas gives to a steel, and how much austenite can hold."""

from math import exp
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .composition import Composition
from .correlation import LOW_ALLOY, Limits, correlation
from .critical import ZERO

Array = NDArray[float64]
GAS = 8.314
CALORIES = 1.987
IRON, CARBON = 55.845, 12.011
AUSTENITE = (800.0 + ZERO, 1150.0 + ZERO)
PLAIN: Limits = {"C": (0.0, 1.4), "temperature": AUSTENITE}
ALLOYED: Limits = {**LOW_ALLOY, **PLAIN}
TRANSFER = 1.3e-7
"""m/s, carbon transfer coefficient of endothermic gas; 1e-7 to 3e-7, lean gas 5e-8 [M]."""

# Ends of the Acm line of iron and carbon: eutectoid, and where the eutectic begins [M].
EUTECTOID = (0.77, 727.0 + ZERO)
EUTECTIC = (2.11, 1148.0 + ZERO)


def mole_fraction(carbon: float) -> float:
    """Mole fraction of carbon in iron from wt %.

    >>> round(mole_fraction(0.8), 5)
    0.03614
    """
    moles = carbon / CARBON
    return moles / (moles + (100.0 - carbon) / IRON)


@correlation("carbon_diffusivity", "m^2/s", "Agren 1986", "M", PLAIN)
def carbon_diffusivity_agren(c: Composition, temperature: float) -> float:
    """Diffusion coefficient of carbon in austenite [m2/s], no influence of alloying; temperature [K].

    D = 4.53e-7 (1 + y (1 - y) 8339.9 / T) exp(-(1/T - 2.221e-4) (17767 - 26436 y)), y = x / (1 - x), x the mole
    fraction. Source: J. Agren, Scripta Metall. 20 (1986) 1507.

    >>> [f"{carbon_diffusivity_agren(Composition(C=share), 1198.15):.3g}" for share in (0.2, 0.8)]
    ['1.05e-11', '1.95e-11']
    """
    x = mole_fraction(c.C)
    y = x / (1.0 - x)
    crowding = 1.0 + y * (1.0 - y) * 8339.9 / temperature
    return 4.53e-7 * crowding * exp(-(1.0 / temperature - 2.221e-4) * (17767.0 - 26436.0 * y))


@correlation("carbon_diffusivity", "m^2/s", "Tibbetts 1980", "V", PLAIN)
def carbon_diffusivity_tibbetts(c: Composition, temperature: float) -> float:
    """Diffusion coefficient of carbon in austenite [m2/s], no influence of alloying; temperature [K].

    D = 0.47e-4 exp(-1.6 C) exp(-(37000 - 6600 C) / (1.987 T)). Source: G.G. Tibbetts, J. Appl. Phys. 51 (1980) 4813.

    >>> [f"{carbon_diffusivity_tibbetts(Composition(C=share), 1198.15):.3g}" for share in (0.2, 0.8)]
    ['1.06e-11', '2.14e-11']
    """
    return 0.47e-4 * exp(-1.6 * c.C - (37000.0 - 6600.0 * c.C) / (CALORIES * temperature))


@correlation("carbon_diffusivity", "m^2/s", "Slycke & Ericsson 1981", "V", PLAIN)
def carbon_diffusivity_slycke_ericsson(c: Composition, temperature: float) -> float:
    """Diffusion coefficient of carbon in austenite [m2/s], no influence of alloying; temperature [K].

    D = 4.84e-5 exp(-38 x) / (1 - 5 x) exp(-(155000 - 570000 x) / (8.314 T)), x the mole fraction. Source: J. Slycke,
    T. Ericsson, J. Heat Treating 2 (1981) 3.

    >>> [f"{carbon_diffusivity_slycke_ericsson(Composition(C=share), 1198.15):.3g}" for share in (0.2, 0.8)]
    ['1.06e-11', '2.07e-11']
    """
    x = mole_fraction(c.C)
    return 4.84e-5 * exp(-38.0 * x - (155000.0 - 570000.0 * x) / (GAS * temperature)) / (1.0 - 5.0 * x)


@correlation("carbon_diffusivity", "m^2/s", "Lee, Matlock & Van Tyne 2011", "V", ALLOYED)
def carbon_diffusivity_lee(c: Composition, temperature: float) -> float:
    """Diffusion coefficient of carbon in austenite [m2/s] with alloying elements; temperature [K].

    D = (0.146 - 0.036 C (1 - 1.075 Cr) + k1) exp(-(144300 - 15000 C + 370 C2 + 1000 k2) / (8.314 T)) [cm2/s],
    k1 = -0.0315 Mn + 0.0509 Si - 0.0085 Ni + 0.3031 Mo - 0.0520 Al,
    k2 = -4.3663 Mn + 4.0507 Si - 1.2407 Ni + 7.7260 Cr + 12.1266 Mo - 6.7886 Al. Source: S.J. Lee, D.K. Matlock,
    C.J. Van Tyne, ISIJ Int. 51 (2011) 1903.

    >>> [f"{carbon_diffusivity_lee(Composition(C=share), 1198.15):.3g}" for share in (0.2, 0.8)]
    ['9.58e-12', '1.95e-11']
    """
    return float(diffusivity_lee(c, np.array(temperature), np.array(0.01 * c.C)))


def diffusivity_lee(c: Composition, temperature: Array, content: Array) -> Array:
    """`carbon_diffusivity_lee` where the carbon is not that of the steel but `content`, a mass fraction; any shape."""
    carbon = 100.0 * np.asarray(content, float64)
    k1 = -0.0315 * c.Mn + 0.0509 * c.Si - 0.0085 * c.Ni + 0.3031 * c.Mo - 0.0520 * c.Al
    k2 = -4.3663 * c.Mn + 4.0507 * c.Si - 1.2407 * c.Ni + 7.7260 * c.Cr + 12.1266 * c.Mo - 6.7886 * c.Al
    prefactor = 1e-4 * (0.146 + k1 - 0.036 * carbon * (1.0 - 1.075 * c.Cr))
    energy: Any = 1e3 * (144.3 + k2 - 15.0 * carbon + 0.37 * carbon**2)
    return np.asarray(prefactor * np.exp(-energy / (GAS * np.asarray(temperature, float64))))


def alloy_factor(c: Composition) -> float:
    """Carbon of a steel over that of iron in the same gas, at the same activity.

    log10 f = 0.013 Mn + 0.040 Cr + 0.013 Mo - 0.055 Si - 0.014 Ni: chromium draws carbon in, silicon and nickel push it
    out. Source: S. Gunnarson, Harterei-Tech. Mitt. 22 (1967) 293, as handbooks of carburising print it [M]. A series
    of a published code with -0.03365 Ni^2 in 1/f is not followed: it would let nickel draw carbon in, 15NiCr13 1.5.

    >>> round(alloy_factor(Composition(C=0.17, Si=0.25, Mn=1.15, Cr=0.95)), 3)
    1.094
    >>> round(alloy_factor(Composition(C=0.17, Si=0.25, Mn=0.55, Cr=0.75, Ni=3.25)), 3)
    0.95
    """
    return float(10.0 ** (0.013 * c.Mn + 0.040 * c.Cr + 0.013 * c.Mo - 0.055 * c.Si - 0.014 * c.Ni))


def saturation(temperature: float) -> float:
    """Carbon [wt %] that austenite of iron and carbon holds beside cementite; temperature [K]; +-0.1 % [M].

    ln C is straight in 1/T between the ends of the Acm line, 0.77 % at 727 degC and 2.11 % at 1148 degC. Range: 727
    to 1148 degC. Source: the iron-carbon diagram, from memory.

    >>> [round(saturation(kelvin), 2) for kelvin in (1000.15, 1203.15, 1421.15)]
    [0.77, 1.37, 2.11]
    """
    (low, cold), (high, hot) = EUTECTOID, EUTECTIC
    slope = np.log(high / low) / (1.0 / cold - 1.0 / hot)
    return float(low * np.exp(slope * (1.0 / cold - 1.0 / temperature)))


def depth_estimate(diffusion_length: float) -> float:
    """Depth [m] at which a quarter of the rise at the surface is left, about 0.35 % C; diffusion length sqrt(Dt) [m].

    x = 2 erfcinv(1/4) sqrt(Dt) = 1.627 sqrt(Dt) under a fixed surface carbon; a slow transfer makes it less.

    >>> round(1e3 * depth_estimate((1.5e-11 * 4 * 3600.0) ** 0.5), 2)
    0.76
    """
    return 1.6268 * diffusion_length
