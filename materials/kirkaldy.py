"""Transformation times of Kirkaldy and Venugopalan 1983, the elder of the Li model, for comparison."""

from functools import cache

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .composition import Composition
from .refusal import CaseError

R = 1.987
ORDER = {"ferrite": 3.0, "pearlite": 3.0, "bainite": 2.0}


@cache
def completion(fraction: float, bent: float = 0.0) -> float:
    """I(X): integral of exp(bent x^2) / (x^(2 (1 - x) / 3) (1 - x)^(2 x / 3)) from 0 to a fraction X.

    >>> [round(completion(x), 3) for x in (0.001, 0.01, 0.1, 0.5, 0.9)]
    [0.3, 0.641, 1.326, 2.179, 3.033]
    """
    # x = X u^3 takes the root out of the lower end; midpoints keep off the upper one
    u = (np.arange(4000) + 0.5) / 4000
    x = fraction * u**3
    shape = x ** (-2.0 * (1.0 - x) / 3.0) * (1.0 - x) ** (-2.0 * x / 3.0)
    return float(np.mean(np.exp(bent * x**2) * shape * fraction * 3.0 * u**2))


def rate_kirkaldy(c: Composition, phase: str, grain_size: float, start: float, T: NDArray[float64]) -> NDArray[float64]:
    """I(X) per second [1/s] at T [K], 0 above `start` [K]: the time to a fraction is completion(X) / rate.

    ferrite   2^((G - 1) / 2) dT^3 exp(-23500 / RT) / (59.6 Mn + 1.45 Ni + 67.7 Cr + 244 Mo)
    pearlite  2^((G - 1) / 2) dT^3 D / (1.79 + 5.42 (Cr + Mo + 4 Mo Ni)),
              1 / D = exp(27500 / RT) + (0.01 Cr + 0.52 Mo) exp(37500 / RT)
    bainite   2^((G - 1) / 2) dT^2 exp(-27500 / RT) / ((2.34 + 10.1 C + 3.8 Cr + 19 Mo) 1e-4), with `bent_kirkaldy`

    R in cal/mol/K; dT = start - T with Ae3, Ae1, `bs_kirkaldy`. Underestimates the hardenability of alloyed steels; a
    steel without Mn, Ni, Cr and Mo has no ferrite time at all: CaseError. Source: J.S. Kirkaldy, D. Venugopalan,
    Phase Transformations in Ferrous Alloys, AIME 1983, 125.

    >>> c = Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)
    >>> rate = rate_kirkaldy(c, "bainite", 8.0, 816.0, np.array([723.15]))
    >>> round(float(completion(0.01, bent_kirkaldy(c)) / rate[0]), 2)
    1.86
    """
    T = np.asarray(T, float64)
    mobility = np.exp(-(23500.0 if phase == "ferrite" else 27500.0) / (R * T))
    if phase == "ferrite":
        slowness = 59.6 * c.Mn + 1.45 * c.Ni + 67.7 * c.Cr + 244.0 * c.Mo
        if slowness == 0.0:
            raise CaseError("ferrite has no time without Mn, Ni, Cr or Mo; give the residual elements", "composition")
    elif phase == "pearlite":
        slowness = 1.79 + 5.42 * (c.Cr + c.Mo + 4.0 * c.Mo * c.Ni)
        mobility = 1.0 / (1.0 / mobility + (0.01 * c.Cr + 0.52 * c.Mo) * np.exp(37500.0 / (R * T)))
    else:
        slowness = 1e-4 * (2.34 + 10.1 * c.C + 3.8 * c.Cr + 19.0 * c.Mo)
    undercooling = np.maximum(start - T, 0.0)
    return np.asarray(2.0 ** ((grain_size - 1.0) / 2.0) * undercooling ** ORDER[phase] * mobility / slowness)


def bent_kirkaldy(c: Composition) -> float:
    """Exponent of X2 that slows bainite: 1.9 C + 2.5 Mn + 0.9 Ni + 1.7 Cr + 4 Mo - 2.6, 0 where negative.

    >>> round(bent_kirkaldy(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)), 3)
    2.75
    """
    return max(1.9 * c.C + 2.5 * c.Mn + 0.9 * c.Ni + 1.7 * c.Cr + 4.0 * c.Mo - 2.6, 0.0)
