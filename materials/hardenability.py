"""Hardenability of a steel from its composition: the ideal diameter DI.

DI is the diameter of a bar that has half martensite in its centre after an ideal quench.
"""

from collections.abc import Mapping

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
# in inches: quartics in carbon by grain size number, and quartics in the other elements
KRAMER = {
    1: (-0.188611, 4.8987, -6.8771, 5.0865, -1.9059),
    2: (-0.366127, 6.5379, -13.5778, 15.8441, -7.9772),
    3: (-0.307373, 5.5989, -10.3031, 10.2478, -4.4277),
    4: (-0.134639, 3.5978, -3.2962, -0.592356, 1.6279),
    5: (-0.113209, 3.3554, -3.4707, 0.679147, 0.532272),
    6: (-0.113954, 3.2156, -3.4503, 0.763284, 0.574765),
    7: (-0.171847, 3.7314, -5.63, 3.7949, -0.792434),
    8: (-0.06048, 2.4155, -1.3564, -2.0922, 2.0619),
    9: (-0.106628, 2.7541, -2.9446, 0.465998, 0.663433),
    10: (-0.176748, 3.2604, -5.0266, 3.7768, -1.1883),
    11: (-0.183642, 3.2656, -5.505, 4.6888, -1.649),
    12: (-0.204003, 3.5017, -7.1764, 8.0071, -3.7225),
}
KRAMER_FACTORS = {
    "Si": (1.0, 0.3217, 0.1923, -0.2012, 0.0756),
    "Ni": (1.0133, 1.4653, -1.4291, 0.8223, -0.1864),
    "Mo": (1.0, 4.25, 0.0, 0.0, 0.0),
    "Cr": (1.0, 1.7143, 0.0, 0.0, 0.0),
}
KRAMER_MANGANESE = ((0.9966, 0.3523, -0.3028, 1.0292, -0.311), (-0.34, 2.06, 0.0, 0.0, 0.0))
DE_RETANA = {
    4: (0.182349, 1.0414, 3.1112, -5.985, 1.946),
    5: (0.164738, 0.895628, 3.7141, -7.748, 3.6138),
    6: (0.166598, 0.668428, 4.1743, -8.0499, 3.3046),
    7: (0.218179, -0.413563, 9.7829, -20.728, 13.3733),
    8: (0.16598, 0.275626, 5.4886, -11.4778, 6.6447),
    9: (0.152581, 0.214674, 5.546, -11.8819, 7.4022),
    10: (0.172625, -0.302906, 7.9817, -17.1705, 11.3668),
}
DE_RETANA_FACTORS = {
    "Mn": (1.0027, 0.518049, 2.5731, -2.0617, 0.641706),
    "Si": (0.993901, 0.221664, -0.70392, 0.776997, -0.202372),
    "Ni": (0.994214, 0.360923, -0.020137, -0.023915, 0.013196),
    "Mo": (1.0024, 1.3045, 0.519731, 0.664567, -0.483256),
    "Cr": (1.0244, -0.06548, 3.1166, -3.3498, 1.3771),
}
KRAMER_DIAMETER: Limits = {
    "C": (0.25, 0.6),
    "Mn": (0.0, 2.0),
    "Si": (0.0, 2.0),
    "Ni": (0.0, 2.0),
    "Cr": (0.0, 2.0),
    "Mo": (0.0, 0.55),
    "B": (0.0, 0.0005),
    "grain_size": (1.0, 12.0),
}
DE_RETANA_DIAMETER: Limits = {
    "C": (0.1, 0.25),
    "Mn": (0.0, 1.5),
    "Si": (0.0, 1.0),
    "Ni": (0.0, 1.0),
    "Cr": (0.0, 1.0),
    "Mo": (0.0, 0.6),
    "B": (0.0, 0.0005),
    "grain_size": (4.0, 10.0),
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
    """DI [m] at ASTM grain size 7.

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


def _quartic(coefficients: tuple[float, ...], share: float) -> float:
    return sum(factor * share**power for power, factor in enumerate(coefficients))


def _base(quartics: Mapping[int, tuple[float, ...]], carbon: float, grain_size: float) -> float:
    """DI [in] of iron with carbon, linear between grain size numbers."""
    return float(np.interp(grain_size, list(quartics), [_quartic(own, carbon) for own in quartics.values()]))


@correlation("ideal_diameter", "m", "Kramer et al. 1946", "V", KRAMER_DIAMETER)
def ideal_diameter_kramer(c: Composition, grain_size: float) -> float:
    """DI [m] of steel above 0.25 % C at an ASTM grain size.

    DI = D0(C, G) f(Mn) f(Si) f(Ni) f(Cr) f(Mo) [in], quartics KRAMER, KRAMER_FACTORS and KRAMER_MANGANESE to 1.5 % Mn
    and above. Source: I.R. Kramer, S. Siegel, J.G. Brooks, Trans. AIME 167 (1946) 670, charts as quartics; range [M].

    >>> c = Composition(C=0.40, Si=0.25, Mn=0.87, Cr=0.95, Mo=0.20, Ni=0.10)
    >>> round(ideal_diameter_kramer(c, 7.0) / 0.0254, 2)
    6.14
    """
    diameter = _base(KRAMER, c.C, grain_size) * _quartic(KRAMER_MANGANESE[c.Mn > 1.5], c.Mn)
    for element, factors in KRAMER_FACTORS.items():
        diameter *= _quartic(factors, getattr(c, element))
    return 0.0254 * diameter


@correlation("ideal_diameter", "m", "de Retana & Doane 1971", "V", DE_RETANA_DIAMETER)
def ideal_diameter_de_retana(c: Composition, grain_size: float) -> float:
    """DI [m] of carburising steel, the core, at an ASTM grain size.

    DI = D0(C, G) f(Mn) f(Si) f(Ni) f(Cr) f(Mo) [in], quartics DE_RETANA and DE_RETANA_FACTORS; above 1 % Ni the paper
    takes molybdenum with nickel, which is not here. Source: A.F. de Retana, D.V. Doane, Metal Progress 100 (1971) 65,
    charts as quartics; range [M].

    >>> c = Composition(C=0.20, Mn=0.80, Si=0.25, Ni=0.55, Cr=0.50, Mo=0.20)
    >>> round(ideal_diameter_de_retana(c, 7.0) / 0.0254, 2)
    1.94
    """
    diameter = _base(DE_RETANA, c.C, grain_size)
    for element, factors in DE_RETANA_FACTORS.items():
        diameter *= _quartic(factors, getattr(c, element))
    return 0.0254 * diameter


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
