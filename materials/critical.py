"""Critical temperatures of steel from its composition (wt %), all returned in K.

Formulas are printed in degC as published; composition symbols are wt %.
"""

from math import exp, sqrt

from .composition import Composition

ZERO = 273.15


def fahrenheit(value: float) -> float:
    """Kelvin from degF."""
    return (value - 32.0) / 1.8 + ZERO


def ae1_andrews(c: Composition) -> float:
    """Ae1 [K], lower equilibrium temperature.

    Ae1 = 723 - 10.7 Mn - 16.9 Ni + 29.1 Si + 16.9 Cr + 6.38 W + 290 As [degC]. Range: C <= 0.6, Mn <= 4.9,
    Cr, Ni <= 5, Mo <= 5. Source: K.W. Andrews, J. Iron Steel Inst. 203 (1965) 721.

    >>> round(ae1_andrews(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    737
    """
    return 723.0 - 10.7 * c.Mn - 16.9 * c.Ni + 29.1 * c.Si + 16.9 * c.Cr + 6.38 * c.W + 290.0 * c.As + ZERO


def ae3_andrews(c: Composition) -> float:
    """Ae3 [K], upper equilibrium temperature, without the Mn, Cr, Cu, P, Al bracket of the paper.

    Ae3 = 910 - 203 sqrt(C) - 15.2 Ni + 44.7 Si + 104 V + 31.5 Mo + 13.1 W [degC]. Range: Mn <= 0.9 (above,
    the missing bracket shows; take `ae3_grange`). Source: K.W. Andrews, J. Iron Steel Inst. 203 (1965) 721.

    >>> round(ae3_andrews(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    799
    """
    alloying = -15.2 * c.Ni + 44.7 * c.Si + 104.0 * c.V + 31.5 * c.Mo + 13.1 * c.W
    return 910.0 - 203.0 * sqrt(c.C) + alloying + ZERO


def ae1_grange(c: Composition) -> float:
    """Ae1 [K].

    Ae1 = 1333 - 25 Mn + 40 Si + 42 Cr - 26 Ni [degF]. Source: R.A. Grange, Metal Progress 79 (1961) 73.

    >>> round(ae1_grange(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    738
    """
    return fahrenheit(1333.0 - 25.0 * c.Mn + 40.0 * c.Si + 42.0 * c.Cr - 26.0 * c.Ni)


def ae3_grange(c: Composition) -> float:
    """Ae3 [K].

    Ae3 = 1570 - 323 C - 25 Mn + 80 Si - 3 Cr - 32 Ni [degF]. Source: R.A. Grange, Metal Progress 79
    (1961) 73.

    >>> round(ae3_grange(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    780
    """
    return fahrenheit(1570.0 - 323.0 * c.C - 25.0 * c.Mn + 80.0 * c.Si - 3.0 * c.Cr - 32.0 * c.Ni)


def ac1_trzaska(c: Composition) -> float:
    """Ac1 [K], start of austenite formation on heating.

    Ac1 = 742 - 29 C - 14 Mn + 13 Si + 16 Cr - 17 Ni - 16 Mo + 45 V + 36 Cu [degC]. Range: C 0.06 to 0.68,
    Mn <= 2, Cr <= 2.3, Ni <= 3.9. Source: J. Trzaska, Arch. Metall. Mater. 61 (2016) 981.

    >>> round(ac1_trzaska(Composition(C=0.45, Mn=0.75, Si=0.20)) - ZERO)
    721
    """
    iron = -14.0 * c.Mn + 13.0 * c.Si + 16.0 * c.Cr - 17.0 * c.Ni - 16.0 * c.Mo + 45.0 * c.V + 36.0 * c.Cu
    return 742.0 - 29.0 * c.C + iron + ZERO


def ac3_trzaska(c: Composition) -> float:
    """Ac3 [K], end of austenite formation on heating.

    Ac3 = 925 - 219 sqrt(C) - 7 Mn + 39 Si - 16 Ni + 13 Mo + 97 V [degC]. Range as `ac1_trzaska`.
    Source: J. Trzaska, Arch. Metall. Mater. 61 (2016) 981.

    >>> round(ac3_trzaska(Composition(C=0.45, Mn=0.75, Si=0.20)) - ZERO)
    781
    """
    iron = -7.0 * c.Mn + 39.0 * c.Si - 16.0 * c.Ni + 13.0 * c.Mo + 97.0 * c.V
    return 925.0 - 219.0 * sqrt(c.C) + iron + ZERO


def ac1_kasatkin(c: Composition) -> float:
    """Ac1 [K]; sigma about 11 K, 20 K high for 2 % Ni.

    Ac1 = 723 - 7.08 Mn + 37.7 Si + 18.1 Cr + 44.2 Mo + 8.95 Ni + 50.1 V + 21.7 Al + 3.18 W + 297 S - 830 N
    - 11.5 C Si - 14.0 Mn Si - 3.10 Si Cr - 57.9 C Mo - 15.5 Mn Mo - 5.28 C Ni - 6.0 Mn Ni + 6.77 Si Ni
    - 0.80 Cr Ni - 27.4 C V + 30.8 Mo V - 0.84 Cr2 - 3.46 Mo2 - 0.46 Ni2 - 28 V2 [degC].
    Source: O.G. Kasatkin, B.B. Vinokur, V.L. Pilyushenko, Met. Sci. Heat Treat. 26 (1984) 27.

    >>> round(ac1_kasatkin(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    739
    """
    single = -7.08 * c.Mn + 37.7 * c.Si + 18.1 * c.Cr + 44.2 * c.Mo + 8.95 * c.Ni + 50.1 * c.V
    traces = 21.7 * c.Al + 3.18 * c.W + 297.0 * c.S - 830.0 * c.N
    silicon = -11.5 * c.C * c.Si - 14.0 * c.Mn * c.Si - 3.10 * c.Si * c.Cr + 6.77 * c.Si * c.Ni
    pairs = -57.9 * c.C * c.Mo - 15.5 * c.Mn * c.Mo - 5.28 * c.C * c.Ni - 6.0 * c.Mn * c.Ni - 0.80 * c.Cr * c.Ni
    squares = -0.84 * c.Cr**2 - 3.46 * c.Mo**2 - 0.46 * c.Ni**2 - 28.0 * c.V**2
    return 723.0 + single + traces + silicon + pairs - 27.4 * c.C * c.V + 30.8 * c.Mo * c.V + squares + ZERO


def acm_lee(c: Composition) -> float:
    """Acm [K], above which cementite dissolves in hypereutectoid steel.

    The parabola turns at 1.07 wt % C; beyond, that carbon is used.

    Acm = 224.4 + 992.4 C - 465.1 C2 + 46.7 Cr + 19.0 C Cr - 6.1 Cr2 + 7.6 Mn + 10.0 Mo - 6.8 Cr Mo - 6.9 Ni
    + 3.7 C Ni - 2.7 Cr Ni + 0.8 Ni2 + 16.7 Si [degC]. Source: S.J. Lee, Y.K. Lee, ISIJ Int. 47 (2007) 769.

    >>> round(acm_lee(Composition(C=1.0, Mn=0.35, Si=0.25, Cr=1.5)) - ZERO)
    843
    """
    known = min(c.C, 1.07)
    carbon = 992.4 * known - 465.1 * known**2 + 19.0 * known * c.Cr + 3.7 * known * c.Ni
    chromium = 46.7 * c.Cr - 6.1 * c.Cr**2 - 6.8 * c.Cr * c.Mo - 2.7 * c.Cr * c.Ni
    return 224.4 + carbon + chromium + 7.6 * c.Mn + 10.0 * c.Mo - 6.9 * c.Ni + 0.8 * c.Ni**2 + 16.7 * c.Si + ZERO


def bs_li(c: Composition) -> float:
    """Bs [K], kinetic bainite start that belongs to the rates of Li et al.; not a measured start.

    Bs = 637 - 58 C - 35 Mn - 15 Ni - 34 Cr - 41 Mo [degC]. Range: C < 0.6, low alloy steel. Source: M.V. Li,
    D.V. Niebuhr, L.L. Meekisho, D.G. Atteridge, Metall. Mater. Trans. B 29 (1998) 661, eq. 24.

    >>> round(bs_li(Composition(C=0.20)) - ZERO)
    625
    """
    return 637.0 - 58.0 * c.C - 35.0 * c.Mn - 15.0 * c.Ni - 34.0 * c.Cr - 41.0 * c.Mo + ZERO


def bs_steven_haynes(c: Composition) -> float:
    """Bs [K].

    Bs = 830 - 270 C - 90 Mn - 37 Ni - 70 Cr - 83 Mo [degC]. Range: C 0.1 to 0.55. Source: W. Steven,
    A.G. Haynes, J. Iron Steel Inst. 183 (1956) 349.

    >>> round(bs_steven_haynes(Composition(C=0.40, Mn=0.87, Cr=0.95, Mo=0.20)) - ZERO)
    561
    """
    return 830.0 - 270.0 * c.C - 90.0 * c.Mn - 37.0 * c.Ni - 70.0 * c.Cr - 83.0 * c.Mo + ZERO


def bs_van_bohemen(c: Composition) -> float:
    """Bs [K].

    Bs = 839 - (86 Mn + 23 Si + 67 Cr + 33 Ni + 75 Mo) - 270 (1 - exp(-1.33 C)) [degC].
    Source: S.M.C. van Bohemen, Mater. Sci. Technol. 28 (2012) 487, doi 10.1179/1743284711Y.0000000097.

    >>> round(bs_van_bohemen(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    568
    """
    alloying = 86.0 * c.Mn + 23.0 * c.Si + 67.0 * c.Cr + 33.0 * c.Ni + 75.0 * c.Mo
    return 839.0 - alloying - 270.0 * (1.0 - exp(-1.33 * c.C)) + ZERO
