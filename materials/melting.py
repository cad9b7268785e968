"""Liquidus and solidus of steel and iron from the composition."""

from .composition import Composition
from .critical import ZERO


def liquidus_steel(c: Composition) -> float:
    """Liquidus [K] of low-alloy steel.

    1536.6 - 88 C - 8 Si - 5 Mn - 30 P - 25 S - 4 Ni - 1.5 Cr - 2 Mo - 5 Cu [degC]. Source: foundry handbooks [M].

    >>> round(liquidus_steel(Composition(C=0.25, Si=0.45, Mn=0.7)) - ZERO)
    1508
    """
    alloying = 8.0 * c.Si + 5.0 * c.Mn + 30.0 * c.P + 25.0 * c.S + 4.0 * c.Ni + 1.5 * c.Cr + 2.0 * c.Mo + 5.0 * c.Cu
    return 1536.6 - 88.0 * c.C - alloying + ZERO


def solidus_steel(c: Composition) -> float:
    """Solidus [K] of low-alloy steel.

    1535 - 415.3 C - 12.3 Si - 6.8 Mn - 124.5 P - 183.9 S - 4.3 Ni - 1.4 Cr - 4.1 Al [degC]. Source: foundry
    handbooks [M].

    >>> round(solidus_steel(Composition(C=0.25, Si=0.45, Mn=0.7)) - ZERO)
    1421
    """
    alloying = 12.3 * c.Si + 6.8 * c.Mn + 124.5 * c.P + 183.9 * c.S + 4.3 * c.Ni + 1.4 * c.Cr + 4.1 * c.Al
    return 1535.0 - 415.3 * c.C - alloying + ZERO


def liquidus_iron(c: Composition) -> float:
    """Liquidus [K] of hypoeutectic cast iron: 1669 - 124 (C + Si/4 + P/2) [degC]. Source: thermal analysis [M].

    >>> round(liquidus_iron(Composition(C=3.32, Si=2.0, P=0.05)) - ZERO)
    1192
    """
    return 1669.0 - 124.0 * (c.C + c.Si / 4.0 + c.P / 2.0) + ZERO
