"""The end-quench (Jominy) curve of a steel from its composition."""

from functools import cache
from math import sqrt

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .composition import Composition
from .correlation import Limits, correlation
from .hardenability import ideal_diameter_a255
from .hardness import hrc_martensite_a255

SIXTEENTH = 0.0254 / 16.0
JUST: Limits = {
    "C": (0.08, 0.56),
    "Si": (0.0, 3.8),
    "Mn": (0.2, 1.88),
    "Ni": (0.0, 8.94),
    "Cr": (0.0, 1.97),
    "Mo": (0.0, 0.53),
    "distance": (1.5e-3, 40.0 * SIXTEENTH),
    "grain_size": (1.5, 11.0),
}
A255: Limits = {"C": (0.10, 0.69), "ideal_diameter_a255": (0.025, 0.178), "distance": (0.0, 0.050)}
# mm from the quenched end: coefficients of DI in mm, and the DI from which the bar hardens through there
DIVIDING = {
    3: (0.170547, 0.173925, -0.0109281, 3.13863e-4, -4.32086e-6, 2.31674e-8, 52.5),
    5: (3.03987, -0.0855161, 0.00138048, -9.98717e-6, 2.64963e-8, 5.46044e-12, 104.0),
    7: (4.32366, -0.134451, 0.00228151, -1.96250e-5, 8.35338e-8, -1.38456e-10, 129.0),
    9: (4.46324, -0.0992003, 0.00119387, -7.40686e-6, 2.26087e-8, -2.46815e-11, 137.5),
    11: (4.40915, -0.0792024, 6.74319e-4, -1.97223e-6, -3.21758e-9, 2.08025e-11, 146.0),
    13: (4.60261, -0.0820023, 7.18416e-4, -2.52800e-6, 2.30089e-10, 1.25368e-11, 151.5),
    15: (5.01595, -0.0957696, 9.56240e-4, -4.62213e-6, 8.92787e-9, -8.74859e-13, 160.0),
    20: (5.51133, -0.104310, 1.15299e-3, -7.51801e-6, 2.75126e-8, -4.3110e-11, 178.0),
    25: (6.15369, -0.127486, 1.57885e-3, -1.12233e-5, 4.21359e-8, -6.42460e-11, 178.0),
    30: (7.16001, -0.171328, 2.42820e-3, -1.91259e-5, 7.67320e-8, -1.21571e-10, 178.0),
    35: (8.46964, -0.229424, 3.54915e-3, -2.97166e-5, 1.24831e-7, -2.0543e-10, 178.0),
    40: (9.13657, -0.252296, 3.94419e-3, -3.33383e-5, 1.41462e-7, -2.35541e-10, 178.0),
    45: (8.84696, -0.223317, 3.25787e-3, -2.62930e-5, 1.08190e-7, -1.76244e-10, 178.0),
    50: (8.10202, -0.171039, 2.12643e-3, -1.52754e-5, 5.78179e-8, -8.79890e-11, 178.0),
}
# K/s at 704 degC against the distance in 1/16 in
COOLING = {
    1: 272.0, 2: 169.0, 3: 108.0, 4: 69.0, 5: 43.0, 6: 31.0, 7: 23.0, 8: 18.0, 9: 14.4, 10: 11.9, 11: 10.0, 12: 9.1,
    13: 7.8, 14: 6.9, 15: 6.1, 16: 5.6, 18: 4.6, 20: 3.9, 24: 2.8, 28: 2.2, 32: 1.9,
}  # fmt: skip


def dividing_factor_a255(diameter: float, distance: float) -> float:
    """Initial hardness over the hardness at a distance [m], for an ideal diameter [m].

    A polynomial of fifth degree in DI at 3, 5, ... 50 mm, linear between; 1 up to 1.5 mm and where the bar hardens
    through, never below. Source: ASTM A255-10, metric.

    >>> round(dividing_factor_a255(0.1, 0.020), 3)
    1.412
    """
    at, factors = _dividing(diameter)
    return float(np.interp(1e3 * distance, at, factors))


@cache
def _dividing(diameter: float) -> tuple[NDArray[float64], NDArray[float64]]:
    size = 1e3 * diameter
    factors = [
        1.0 if size >= through else max(1.0, float(np.polyval(polynomial[::-1], size)))
        for *polynomial, through in DIVIDING.values()
    ]
    return np.array([1.5, *DIVIDING], float64), np.array([1.0, *factors])


@correlation("jominy", "HRC", "ASTM A255-10", "V", A255)
def hrc_jominy_a255(c: Composition, distance: float) -> float:
    """Hardness [HRC] of an end-quench bar at a distance [m] from the quenched end.

    `hrc_martensite_a255` over `dividing_factor_a255` of `ideal_diameter_a255`. Below 20 HRC the number has no
    meaning. Enter the residual elements too.

    >>> c = Composition(C=0.40, Si=0.25, Mn=0.87, Cr=0.95, Mo=0.20, Ni=0.10, Cu=0.15)
    >>> [round(hrc_jominy_a255(c, x), 1) for x in (0.0015, 0.009, 0.020, 0.050)]
    [56.1, 55.5, 48.3, 38.3]
    """
    return hrc_martensite_a255(c) / dividing_factor_a255(ideal_diameter_a255(c), distance)


@correlation("jominy", "HRC", "Just 1969", "M", JUST)
def hrc_jominy_just(c: Composition, distance: float, grain_size: float) -> float:
    """Hardness [HRC] of an end-quench bar at a distance [m] from the quenched end; `grain_size` the ASTM number.

    HRC = 88 sqrt(C) - 0.0135 E2 sqrt(C) + 19 Cr + 6.3 Ni + 16 Mn + 35 Mo + 5 Si - 0.82 G - 20 sqrt(E) + 2.11 E - 2,
    E in 1/16 in, at most 20 + 60 sqrt(C). Source: E. Just, Metal Progress 96 (1969) 87; range [M].

    >>> c = Composition(C=0.40, Si=0.25, Mn=0.87, Cr=0.95, Mo=0.20, Ni=0.10)
    >>> [round(hrc_jominy_just(c, x, 8.0), 1) for x in (0.0015, 0.009, 0.020, 0.050)]
    [57.9, 52.0, 42.2, 33.7]
    """
    E = distance / SIXTEENTH
    alloying = 19.0 * c.Cr + 6.3 * c.Ni + 16.0 * c.Mn + 35.0 * c.Mo + 5.0 * c.Si
    bar = -20.0 * sqrt(E) + 2.11 * E - 2.0
    hardness = (88.0 - 0.0135 * E**2) * sqrt(c.C) + alloying - 0.82 * grain_size + bar
    return min(hardness, 20.0 + 60.0 * sqrt(c.C))


def cooling_rate_jominy(distance: float) -> float:
    """Cooling rate [K/s] at 704 degC in an end-quench bar at a distance [m], 1/16 to 2 in; held at the ends.

    Interpolated in log-log. Source: charts of ASTM A255 and SAE J406 [M].

    >>> round(cooling_rate_jominy(10.0 * SIXTEENTH), 1)
    11.9
    """
    at, rates = np.log(list(COOLING)), np.log(list(COOLING.values()))
    return float(np.exp(np.interp(np.log(max(distance, SIXTEENTH) / SIXTEENTH), at, rates)))
