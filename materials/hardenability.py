"""Hardenability of a steel from its composition: the ideal diameter."""

from .composition import Composition


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


def ideal_diameter_a255(c: Composition) -> float:
    """Ideal diameter DI [m] at ASTM grain size 7: half martensite in the centre after an ideal quench.

    Product of the factors of ASTM A255-10 (in inches): carbon in five pieces; Mn 3.3333 Mn + 1 up to 1.2,
    else 5.10 Mn - 1.12; 1 + 0.7 Si; 1 + 0.363 Ni up to 2.0, else 0.3211 + 1.4501 Ni - 0.6119 Ni2
    + 0.1253 Ni3; 1 + 2.16 Cr; 1 + 3.0 Mo; 1 + 0.365 Cu; 1 + 1.73 V; 1 + 2.5 Zr.

    Range: C <= 0.9, Mn <= 1.95, Si <= 2, Ni <= 3.5, Cr <= 2.5, Mo <= 0.55, no boron; DI 25 to 178 mm.

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
