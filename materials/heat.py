"""Conductivity and enthalpy of the phases of steel, on one datum, so that latent heat is their difference."""

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .composition import Composition
from .critical import ZERO
from .matter import Property

Array = NDArray[float64]
DATUM = 20.0
EUTECTOID = 727.0
LATENT = 82.0e3
LATENT_MANGANESE = 75.0e3
LATENT_MARTENSITE = 82.0e3
BCC = (425.0, 0.773, -1.69e-3, 2.22e-6)
BCC_END = 700.0
AUSTENITE = (448.67, 0.3007, -2.49e-4, 1.42e-7)
CONVERGED = (800.0, 27.3)
MARTENSITE_SHARE = 0.78


def _area(cubic: tuple[float, ...], T: Array) -> Array:
    """Integral from 0 degC of a polynomial in degC."""
    return sum((factor * T ** (i + 1) / (i + 1) for i, factor in enumerate(cubic)), np.zeros_like(T))


def heat_capacity_bcc(T: Array) -> Array:
    """Heat capacity [J/kg/K] of ferrite, pearlite, bainite and martensite against K, without the A1 peak.

    c = 425 + 0.773 T - 1.69e-3 T2 + 2.22e-6 T3, T in degC up to 700, the value of 700 degC above.
    Source: EN 1993-1-2, 3.4.1.2; the hold above 700 degC leaves the latent heat to the enthalpies.

    >>> round(float(heat_capacity_bcc(np.array(20.0 + ZERO))))
    440
    """
    low = np.minimum(np.asarray(T, float64) - ZERO, BCC_END)
    return np.asarray(np.polyval(BCC[::-1], low))


def heat_capacity_austenite(T: Array) -> Array:
    """Heat capacity [J/kg/K] of austenite against K, also undercooled.

    c = 448.67 + 0.3007 T - 2.49e-4 T2 + 1.42e-7 T3, T in degC. Source: T. Furlan et al. 2025 (100Cr6).

    >>> round(float(heat_capacity_austenite(np.array(727.0 + ZERO))))
    590
    """
    return np.asarray(np.polyval(AUSTENITE[::-1], np.asarray(T, float64) - ZERO))


def enthalpy_bcc(T: Array) -> Array:
    """Enthalpy [J/kg] of ferrite, pearlite and bainite against K, 0 at 20 degC.

    >>> float(enthalpy_bcc(np.array(20.0 + ZERO)))
    0.0
    """
    celsius = np.asarray(T, float64) - ZERO
    low = np.minimum(celsius, BCC_END)
    above = (celsius - low) * np.polyval(BCC[::-1], BCC_END)
    return np.asarray(_area(BCC, low) - _area(BCC, np.array(DATUM)) + above)


def enthalpy_product(stored: float, bcc: Property = enthalpy_bcc) -> Property:
    """Enthalpy [J/kg] of a bcc phase against K that keeps `stored` (J/kg) over ferrite and cementite, `bcc`."""
    return lambda T: np.asarray(bcc(T) + stored)


def latent_heat(c: Composition) -> float:
    """Enthalpy of austenite over pearlite at 727 degC [J/kg]: 82e3, with Mn >= 1.5 or Mo >= 0.4 75e3.

    Measured within 5 % on 0.8 % C steel, 75 with 1.85 % Mn or 0.5 % Mo: F.C. Hagel, G.M. Pound, R.F. Mehl,
    Acta Metall. 4 (1956) 37.

    >>> latent_heat(Composition(C=0.8))
    82000.0
    """
    return LATENT_MANGANESE if c.Mn >= 1.5 or c.Mo >= 0.4 else LATENT


def enthalpy_austenite(c: Composition, bcc: Property = enthalpy_bcc) -> Property:
    """Enthalpy [J/kg] of austenite against K, on the datum of `bcc`, the enthalpy of ferrite and cementite.

    H = H_bcc(727 degC) + latent heat + integral of its heat capacity from 727 degC.

    >>> H = enthalpy_austenite(Composition(C=0.8))(np.array([600.0 + ZERO, 300.0 + ZERO]))
    >>> [round(float(value) / 1e3) for value in H - enthalpy_bcc(np.array([600.0 + ZERO, 300.0 + ZERO]))]
    [115, 144]
    """
    eutectoid = np.array(EUTECTOID)
    level = float(bcc(eutectoid + ZERO) - _area(AUSTENITE, eutectoid)) + latent_heat(c)
    return lambda T: np.asarray(level + _area(AUSTENITE, np.asarray(T, float64) - ZERO))


def stored_energy_martensite(c: Composition, start: float, bcc: Property = enthalpy_bcc) -> float:
    """Energy [J/kg] that martensite keeps over ferrite and cementite, enthalpy `bcc`; start is Ms in K.

    What is left of the enthalpy of austenite at Ms after the 640 MJ/m3 (82 kJ/kg) that martensite sets free.
    Source of the latter: S. Denis et al.; T. Furlan et al. 2025.

    >>> round(stored_energy_martensite(Composition(C=0.42), 330.0 + ZERO) / 1e3)
    61
    """
    at = np.array(start)
    return float(enthalpy_austenite(c, bcc)(at) - bcc(at)) - LATENT_MARTENSITE


def conductivity_austenite(T: Array) -> Array:
    """Thermal conductivity [W/m/K] of austenite against K.

    k = 16.8 + 0.0119 T, T in degC. Source: T. Furlan et al. 2025 (100Cr6).

    >>> round(float(conductivity_austenite(np.array(850.0 + ZERO))), 1)
    26.9
    """
    return np.asarray(16.8 + 0.0119 * (np.asarray(T, float64) - ZERO))


def conductivity_bcc(room: float) -> Property:
    """Thermal conductivity [W/m/K] of a bcc phase against K, from its value at 20 degC.

    A straight line from `room` at 20 degC to 27.3 at 800 degC, flat above: the shape of EN 1993-1-2, 3.4.1.3.

    >>> round(float(conductivity_bcc(53.33)(np.array(400.0 + ZERO))), 1)
    40.6
    """
    end, level = CONVERGED
    slope = (level - room) / (end - DATUM)
    return lambda T: np.asarray(room + slope * (np.minimum(np.asarray(T, float64) - ZERO, end) - DATUM), float64)


def conductivity_martensite(annealed: Property) -> Property:
    """Thermal conductivity [W/m/K] of martensite against K: 0.78 of annealed at 20 degC, all of it from 800 degC.

    k = k_annealed(T) - 0.22 k_annealed(20) (800 - T) / 780, T in degC. Source: tables, from memory.

    >>> round(float(conductivity_martensite(conductivity_bcc(42.0))(np.array(20.0 + ZERO))), 1)
    32.8
    """
    lost = (1.0 - MARTENSITE_SHARE) * float(annealed(np.array(DATUM + ZERO)))
    end = CONVERGED[0]

    def conductivity(T: Array) -> Array:
        left = (end - np.minimum(np.asarray(T, float64) - ZERO, end)) / (end - DATUM)
        return np.asarray(annealed(T) - lost * left)

    return conductivity
