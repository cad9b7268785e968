"""Austenite grains: their ASTM number, and how they grow in the furnace."""

from math import exp, log10

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.special import lambertw

from .composition import Composition
from .correlation import LOW_ALLOY, correlation

GAS = 8.314
GROWTH = 0.211
SOAK = {"temperature": (1073.0, 1523.0), "time": (60.0, 86400.0)}
VESSEL = {"C": (0.13, 0.22), "Mn": (1.1, 1.7), "Ni": (0.4, 0.9), "Mo": (0.35, 0.6), "Cr": (0.0, 0.3)}


def grain_diameter(number: float) -> float:
    """Mean lineal intercept [m] of an ASTM grain size number G.

    G = -3.2877 - 6.6439 log10 D, D in mm. Source: ASTM E112.

    >>> round(1e6 * grain_diameter(7.0), 1)
    28.3
    """
    return float(1e-3 * 10.0 ** (-(number + 3.2877) / 6.6439))


def grain_number(diameter: float) -> float:
    """ASTM grain size number of a mean lineal intercept [m], the inverse of `grain_diameter`.

    >>> round(grain_number(28.3e-6), 2)
    7.0
    """
    return -3.2877 - 6.6439 * log10(1e3 * diameter)


def _growth_lee(c: Composition, T: NDArray[float64]) -> NDArray[float64]:
    """D / t^0.211 [m/s^0.211] of Lee and Lee at T [K]."""
    energy = 89098.0 + 3581.0 * c.C + 1211.0 * c.Ni + 1443.0 * c.Cr + 4031.0 * c.Mo
    return np.asarray(76671e-6 * np.exp(-energy / (GAS * T)), float64)


@correlation("grain_diameter", "m", "Lee & Lee 2008", "V", {**LOW_ALLOY, **SOAK})
def grain_diameter_lee(c: Composition, temperature: float, time: float) -> float:
    """Diameter [m] of austenite grains after `time` [s] at `temperature` [K], grown from nothing.

    D = 76671 exp(-Q / RT) t^0.211 [um], Q = 89098 + 3581 C + 1211 Ni + 1443 Cr + 4031 Mo [J/mol]. Source: S.J. Lee,
    Y.K. Lee, Mater. Des. 29 (2008) 1840; range of soaking [M].

    >>> c = Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)
    >>> round(1e6 * grain_diameter_lee(c, 1123.15, 3600.0), 1)
    21.1
    """
    return float(_growth_lee(c, np.array(temperature)) * time**GROWTH)


def grain_diameter_path(c: Composition, times: NDArray[float64], temperatures: NDArray[float64]) -> float:
    """Diameter [m] after a path of temperature [K] over time [s], linear between its points; law of Lee and Lee.

    The law is additive in D^(1/0.211), so that a soak in two halves gives the same as in one.

    >>> c = Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)
    >>> round(1e6 * grain_diameter_path(c, np.array([0.0, 1800.0, 3600.0]), np.full(3, 1123.15)), 1)
    21.1
    """
    fine = np.unique(np.concatenate([times, np.linspace(times[0], times[-1], 2001)]))
    rate = _growth_lee(c, np.interp(fine, times, temperatures)) ** (1.0 / GROWTH)
    return float(np.trapezoid(rate, fine) ** GROWTH)


@correlation("grain_diameter", "m", "code_aster (16MND5)", "V", {**VESSEL, **SOAK})
def grain_diameter_16mnd5(temperature: float, time: float) -> float:
    """Diameter [m] of the austenite grains of 16MND5 after `time` [s] at `temperature` [K], grown from nothing.

    dD/dt = (1/D - 1/D_end) / L, L = 0.117 exp(37500 / T) [s/m2], D_end = 3.31 exp(-12860 / T) [m]; so
    t = L D_end (-D - D_end ln(1 - D / D_end)). Source: test of code_aster for the size of austenite grains.

    >>> round(1e6 * grain_diameter_16mnd5(1173.15, 900.0), 1)
    13.1
    """
    slowness, end = 0.117 * exp(37500.0 / temperature), 3.31 * exp(-12860.0 / temperature)
    # with u = 1 - D / D_end the law reads u exp(-u) = exp(-1 - t / (L D_end^2))
    left = -lambertw(-exp(-1.0 - time / (slowness * end**2))).real
    return float(end * (1.0 - left))
