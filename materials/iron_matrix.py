"""Matrix of cast iron as cast: ferrite and pearlite by composition and by the rate through the eutectoid."""

from math import exp, log, pi, sqrt

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from .composition import Composition
from .critical import ZERO
from .refusal import CaseError

Array = NDArray[float64]
EUTECTOID = 740.0 + ZERO
REFERENCE = 0.12
"""K/s at 740 degC in the 25 mm sand castings that the ferrite law is for, by `eutectoid_rate` [C]."""


def pearlite_factor(c: Composition) -> float:
    """Px of ductile iron: what composition does for pearlite.

    Px = 3.00 Mn - 2.65 (Si - 2.0) + 7.75 Cu + 90.0 Sn + 357 Pb + 20.1 As + 9.60 Cr + 71.7 Sb, wt %; without Bi.
    Range: sand castings of about 25 mm, shaken out cold. Source: T. Thielemann, Giessereitechnik 16 (1970) 16 [M].

    >>> round(pearlite_factor(Composition(C=3.6, Si=2.6, Mn=0.3, Cu=0.5)), 3)
    3.185
    """
    traces = 90.0 * c.Sn + 357.0 * c.Pb + 20.1 * c.As + 71.7 * c.Sb
    return 3.0 * c.Mn - 2.65 * (c.Si - 2.0) + 7.75 * c.Cu + 9.6 * c.Cr + traces


def ferrite_thielemann(c: Composition) -> float:
    """Share of ferrite [-] in the matrix of ductile iron: 9.61 exp(-Px), 1 at most. Range and source as Px.

    >>> round(ferrite_thielemann(Composition(C=3.6, Si=2.6, Mn=0.3, Cu=0.5)), 2)
    0.4
    """
    return min(9.61 * exp(-pearlite_factor(c)), 1.0)


def pearlite_ductile(c: Composition, rate: ArrayLike, power: float = 1.0) -> Array:
    """Share of pearlite [-] in the matrix of ductile iron against the rate through the eutectoid [K/s].

    Px of Thielemann, moved by the rate: Px + power ln(rate / 0.12), so that ferrite goes with 1 / rate, as the time
    that carbon has to reach the nodules. Raises CaseError for a rate that is not above zero. [U]: fit the power.

    >>> [round(float(pearlite_ductile(Composition(C=3.6, Si=2.6, Mn=0.3, Cu=0.5), rate)), 2) for rate in (0.04, 0.12)]
    [0.0, 0.6]
    """
    speed = np.asarray(rate, float64)
    if not (speed > 0.0).all():
        raise CaseError(f"{float(speed.min()):g} K/s is no cooling rate; above zero", "rate")
    moved = pearlite_factor(c) + power * np.log(speed / REFERENCE)
    return np.asarray(1.0 - np.minimum(9.61 * np.exp(-moved), 1.0))


def is_pearlitic(c: Composition) -> bool:
    """Whether grey iron has the manganese that keeps its matrix pearlitic: 1.7 S + 0.3 %. Foundry rule [M].

    >>> is_pearlitic(Composition(C=3.32, Si=2.0, Mn=0.72, P=0.05, S=0.08))
    True
    """
    return c.Mn >= 1.7 * c.S + 0.3


def pearlite_grey(hardness: ArrayLike, pearlitic: float, ferritic: float = 120.0) -> Array:
    """Share of pearlite [-] of grey iron from its Brinell hardness: straight between its own two ends.

    pearlitic  of the same iron in a 30 mm bar, `cast_iron.hardness_grey`;   ferritic  annealed, 110 to 130 [U]

    >>> round(float(pearlite_grey(186.0, 216.0)), 2)
    0.69
    """
    return np.clip((np.asarray(hardness, float64) - ferritic) / (pearlitic - ferritic), 0.0, 1.0)


def eutectoid_rate(
    modulus: ArrayLike, solidified: ArrayLike, solidus: float, mould: float, effusivity: float, capacity: float
) -> Array:
    """Cooling rate [K/s] at 740 degC of a body in a thick sand mould, from when it was solid.

    modulus, solidified  m and s;   solidus, mould  K;   effusivity  of the sand, J/m2/K/s^0.5
    capacity             of the solid metal, J/m3/K

    The mould takes e (T - T0) / sqrt(pi t) from each m2: sqrt(t) = sqrt(ts) + sqrt(pi) c M ln((Ts - T0) / (T - T0))
    / (2 e). One temperature in the metal, no latent heat of the eutectoid.

    >>> round(float(eutectoid_rate(0.0125, 600.0, 1423.15, 293.15, 1000.0, 5.3e6)), 3)
    0.12
    """
    M, ts = np.asarray(modulus, float64), np.asarray(solidified, float64)
    fall = sqrt(pi) * capacity * log((solidus - mould) / (EUTECTOID - mould)) / (2.0 * effusivity)
    time = np.sqrt(ts) + fall * M
    return np.asarray(effusivity * (EUTECTOID - mould) / (sqrt(pi) * time * capacity * M))
