"""Martensite start from the composition (wt %), and which Koistinen-Marburger constant goes with it."""

from math import exp

from .composition import Composition
from .critical import ZERO


def ms_andrews(c: Composition) -> float:
    """Ms [K], linear.

    Ms = 539 - 423 C - 30.4 Mn - 17.7 Ni - 12.1 Cr - 7.5 Mo [degC]. Range: C <= 0.6, Mn <= 4.9, Cr, Ni <= 5,
    Mo <= 5.4. Source: K.W. Andrews, J. Iron Steel Inst. 203 (1965) 721.

    >>> round(ms_andrews(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    330
    """
    return 539.0 - 423.0 * c.C - 30.4 * c.Mn - 17.7 * c.Ni - 12.1 * c.Cr - 7.5 * c.Mo + ZERO


def ms_andrews_product(c: Composition) -> float:
    """Ms [K], with products; the sign of 15 Cr is plus (some codes have it wrong).

    Ms = 512 - 453 C - 16.9 Ni + 15 Cr - 9.5 Mo + 217 C2 - 71.5 C Mn - 67.6 C Cr [degC]. Range as
    `ms_andrews`. Source: K.W. Andrews, J. Iron Steel Inst. 203 (1965) 721.

    >>> round(ms_andrews_product(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    327
    """
    products = 217.0 * c.C**2 - 71.5 * c.C * c.Mn - 67.6 * c.C * c.Cr
    return 512.0 - 453.0 * c.C - 16.9 * c.Ni + 15.0 * c.Cr - 9.5 * c.Mo + products + ZERO


def ms_kung_rayment(c: Composition) -> float:
    """Ms [K]: Andrews' linear formula with cobalt and silicon.

    Ms = Andrews + 10 Co - 7.5 Si [degC]. Source: C.Y. Kung, J.J. Rayment, Metall. Trans. A 13 (1982) 328.

    >>> round(ms_kung_rayment(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    328
    """
    return ms_andrews(c) + 10.0 * c.Co - 7.5 * c.Si


def ms_van_bohemen(c: Composition) -> float:
    """Ms [K]; its alpha is `alpha_van_bohemen`.

    Ms = 565 - (31 Mn + 13 Si + 10 Cr + 18 Ni + 12 Mo) - 600 (1 - exp(-0.96 C)) [degC]. Range: C up to 1.9 in
    solution. Source: S.M.C. van Bohemen, Mater. Sci. Technol. 28 (2012) 487.

    >>> round(ms_van_bohemen(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    332
    """
    alloying = 31.0 * c.Mn + 13.0 * c.Si + 10.0 * c.Cr + 18.0 * c.Ni + 12.0 * c.Mo
    return 565.0 - alloying - 600.0 * (1.0 - exp(-0.96 * c.C)) + ZERO


def alpha_van_bohemen(c: Composition) -> float:
    """Koistinen-Marburger constant [1/K] that belongs to `ms_van_bohemen`.

    1000 alpha = 27.2 - (0.14 Mn + 0.21 Si + 0.11 Cr + 0.08 Ni + 0.05 Mo) - 19.8 (1 - exp(-1.56 C)).
    Range and source as `ms_van_bohemen`.

    >>> round(alpha_van_bohemen(Composition(C=0.40)), 4)
    0.018
    """
    alloying = 0.14 * c.Mn + 0.21 * c.Si + 0.11 * c.Cr + 0.08 * c.Ni + 0.05 * c.Mo
    return (27.2 - alloying - 19.8 * (1.0 - exp(-1.56 * c.C))) * 1e-3


def ms_furlan(c: Composition) -> float:
    """Ms [K] of 100Cr6; its alpha is `alpha_furlan`. The carbon is that of the analysis, not the dissolved.

    Ms = 526.29 - 297.02 C [degC]. Source: T. Furlan et al. 2025, model of 100Cr6 with carbon partitioning.

    >>> round(ms_furlan(Composition(C=0.98)) - ZERO, 1)
    235.2
    """
    return 526.29 - 297.02 * c.C + ZERO


def alpha_furlan(c: Composition) -> float:
    """Koistinen-Marburger constant [1/K] of 100Cr6 that belongs to `ms_furlan`.

    alpha = 7.14e-3 + 0.0198 exp(-1.56 C). Source as `ms_furlan`.

    >>> round(alpha_furlan(Composition(C=0.98)), 5)
    0.01143
    """
    return 7.14e-3 + 0.0198 * exp(-1.56 * c.C)
