"""Hardenability of a steel from its composition: the ideal diameter."""

import numpy as np

from .composition import Composition
from .correlation import Limits, correlation
from .refusal import CaseError

A255_DIAMETER: Limits = {
    "C": (0.0, 0.9),
    "Mn": (0.0, 1.95),
    "Si": (0.0, 2.0),
    "Ni": (0.0, 3.5),
    "Cr": (0.0, 2.5),
    "Mo": (0.0, 0.55),
    "B": (0.0, 0.0005),
}
# mm, against the distance of 50 % martensite in an end-quench bar in mm (ASTM A255-10)
HALF_AT = (*range(1, 17), 18, 20, 22, 25, 28, 30, 33, 36, 40, 45, 50)
DIAMETERS = (
    8.4, 15.7, 22.9, 29.7, 36.3, 42.9, 48.2, 54.2, 59.5, 64.2, 68.6, 72.1, 76.4, 80.1, 84.0, 87.6,
    94.2, 100.5, 106.5, 114.9, 122.4, 127.1, 133.5, 139.1, 146.4, 154.1, 161.8,
)  # fmt: skip


def _carbon(share: float) -> float:
    if share <= 0.39:
        return 0.54 * share
    if share <= 0.55:
        return 0.171 + 0.001 * share + 0.265 * share**2
    if share <= 0.65:
        return 0.115 + 0.268 * share - 0.038 * share**2
    if share <= 0.75:
        return 0.143 + 0.2 * share
    return 0.062 + 0.409 * share - 0.135 * share**2


@correlation("ideal_diameter", "m", "ASTM A255-10, grain size 7", "V", A255_DIAMETER)
def ideal_diameter_a255(c: Composition) -> float:
    """Ideal diameter DI [m] at ASTM grain size 7: half martensite in the centre after an ideal quench.

    Product of the factors of ASTM A255-10 (in inches): carbon in five pieces; Mn 3.3333 Mn + 1 up to 1.2,
    else 5.10 Mn - 1.12; 1 + 0.7 Si; 1 + 0.363 Ni up to 2.0, else 0.3211 + 1.4501 Ni - 0.6119 Ni2
    + 0.1253 Ni3; 1 + 2.16 Cr; 1 + 3.0 Mo; 1 + 0.365 Cu; 1 + 1.73 V; 1 + 2.5 Zr.

    No boron. Enter the residual elements too: without them 5140 and 1045 come out far too small.

    >>> c = Composition(C=0.22, Mn=0.80, Si=0.18, Ni=0.10, Cr=0.43, Mo=0.25, Cu=0.10, V=0.05)
    >>> round(ideal_diameter_a255(c) / 0.0254, 4)
    1.9321
    """
    manganese = 3.3333 * c.Mn + 1.0 if c.Mn <= 1.2 else 5.10 * c.Mn - 1.12
    cubic = 0.3211 + 1.4501 * c.Ni - 0.6119 * c.Ni**2 + 0.1253 * c.Ni**3
    nickel = 1.0 + 0.363 * c.Ni if c.Ni <= 2.0 else cubic
    strong = (1.0 + 2.16 * c.Cr) * (1.0 + 3.0 * c.Mo) * (1.0 + 1.73 * c.V)
    weak = (1.0 + 0.7 * c.Si) * (1.0 + 0.365 * c.Cu) * (1.0 + 2.5 * c.Zr)
    return _carbon(c.C) * manganese * nickel * strong * weak * 0.0254


def ideal_diameter_jominy(distance: float) -> float:
    """Ideal diameter [m] from the distance [m] of 50 % martensite from the quenched end, 1 to 50 mm.

    Linear in the table of ASTM A255-10. Raises CaseError outside it.

    >>> round(1e3 * ideal_diameter_jominy(0.0105), 2)
    66.4
    """
    at = 1e3 * distance
    if not HALF_AT[0] <= at <= HALF_AT[-1]:
        raise CaseError(f"{at:g} mm is outside the table of ASTM A255, 1 to 50 mm", "distance")
    return 1e-3 * float(np.interp(at, HALF_AT, DIAMETERS))
