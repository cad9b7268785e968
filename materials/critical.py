"""Critical temperatures of steel on heating, at equilibrium, and of bainite, from its composition (wt %), in K.

Formulas are printed in degC as published; composition symbols are wt %.
"""

from math import exp, sqrt

from .composition import Composition
from .correlation import LOW_ALLOY, correlation

ZERO = 273.15
ANDREWS = {**LOW_ALLOY, "Mn": (0.0, 4.9), "Mo": (0.0, 5.4)}
LI = {
    "C": (0.08, 0.6),
    "Mn": (0.0, 2.0),
    "Si": (0.0, 1.0),
    "Cr": (0.0, 3.0),
    "Ni": (0.0, 4.0),
    "Mo": (0.0, 1.0),
    "V": (0.0, 0.2),
    "Nb": (0.0, 0.05),
    "B": (0.0, 0.0005),
    "W": (0.0, 0.1),
    "Mn+Ni+Cr+Mo": (0.0, 5.0),
}
"""Where the rates have data; of V, Nb, B and W, which they leave out, what does no harm."""
TRZASKA = {"C": (0.06, 0.68), "Mn": (0.0, 2.0), "Cr": (0.0, 2.3), "Ni": (0.0, 3.9)}
HYPEREUTECTOID = {"C": (0.8, 1.07)}


def fahrenheit(value: float) -> float:
    """Kelvin from degF."""
    return (value - 32.0) / 1.8 + ZERO


@correlation("ae1", "K", "Andrews 1965", "V", ANDREWS, analysis=True)
def ae1_andrews(c: Composition) -> float:
    """Ae1 [K], lower equilibrium temperature.

    Ae1 = 723 - 10.7 Mn - 16.9 Ni + 29.1 Si + 16.9 Cr + 6.38 W + 290 As [degC].
    Source: K.W. Andrews, J. Iron Steel Inst. 203 (1965) 721.

    >>> round(ae1_andrews(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    737
    """
    return 723.0 - 10.7 * c.Mn - 16.9 * c.Ni + 29.1 * c.Si + 16.9 * c.Cr + 6.38 * c.W + 290.0 * c.As + ZERO


@correlation("ae3", "K", "Andrews 1965", "V", {**ANDREWS, "Mn": (0.0, 0.9)}, analysis=True)
def ae3_andrews(c: Composition) -> float:
    """Ae3 [K], upper equilibrium temperature, without the Mn, Cr, Cu, P, Al bracket of the paper.

    Ae3 = 910 - 203 sqrt(C) - 15.2 Ni + 44.7 Si + 104 V + 31.5 Mo + 13.1 W [degC]. Above 0.9 % Mn
    the missing bracket shows; take `ae3_grange`. Source: K.W. Andrews, J. Iron Steel Inst. 203 (1965) 721.

    >>> round(ae3_andrews(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    799
    """
    alloying = -15.2 * c.Ni + 44.7 * c.Si + 104.0 * c.V + 31.5 * c.Mo + 13.1 * c.W
    return 910.0 - 203.0 * sqrt(c.C) + alloying + ZERO


@correlation(
    "ae3", "K", "Andrews 1965, with bracket", "M", {**ANDREWS, "P": (0.001, 0.1), "Al": (0.001, 0.1)}, analysis=True
)
def ae3_andrews_whole(c: Composition) -> float:
    """Ae3 [K] with the whole bracket of the paper; P and Al must be known, or it is 20 to 35 K low.

    Ae3 = `ae3_andrews` - (30 Mn + 11 Cr + 20 Cu - 700 P - 400 Al - 120 As - 400 Ti) [degC]. Source: K.W. Andrews,
    J. Iron Steel Inst. 203 (1965) 721.

    >>> round(ae3_andrews_whole(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20, P=0.02, Al=0.03)) - ZERO)
    789
    """
    raising = 700.0 * c.P + 400.0 * c.Al + 120.0 * c.As + 400.0 * c.Ti
    return ae3_andrews(c) - 30.0 * c.Mn - 11.0 * c.Cr - 20.0 * c.Cu + raising


@correlation("ae1", "K", "Grange 1961", "V", LOW_ALLOY, analysis=True)
def ae1_grange(c: Composition) -> float:
    """Ae1 [K].

    Ae1 = 1333 - 25 Mn + 40 Si + 42 Cr - 26 Ni [degF]. Source: R.A. Grange, Metal Progress 79 (1961) 73.

    >>> round(ae1_grange(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    738
    """
    return fahrenheit(1333.0 - 25.0 * c.Mn + 40.0 * c.Si + 42.0 * c.Cr - 26.0 * c.Ni)


@correlation("ae3", "K", "Grange 1961", "V", LOW_ALLOY, analysis=True)
def ae3_grange(c: Composition) -> float:
    """Ae3 [K].

    Ae3 = 1570 - 323 C - 25 Mn + 80 Si - 3 Cr - 32 Ni [degF]. Source: R.A. Grange, Metal Progress 79
    (1961) 73.

    >>> round(ae3_grange(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    780
    """
    return fahrenheit(1570.0 - 323.0 * c.C - 25.0 * c.Mn + 80.0 * c.Si - 3.0 * c.Cr - 32.0 * c.Ni)


@correlation("ae1", "K", "Eldis 1978", "V", LOW_ALLOY, analysis=True)
def ae1_eldis(c: Composition) -> float:
    """Ae1 [K].

    Ae1 = 712 - 17.8 Mn - 19.1 Ni + 20.1 Si + 11.9 Cr + 9.8 Mo [degC]. Source: G.T. Eldis, Hardenability Concepts
    with Applications to Steel, AIME 1978, 126.

    >>> round(ae1_eldis(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    715
    """
    return 712.0 - 17.8 * c.Mn - 19.1 * c.Ni + 20.1 * c.Si + 11.9 * c.Cr + 9.8 * c.Mo + ZERO


@correlation("ac1", "K", "Trzaska 2016", "M", TRZASKA, analysis=True)
def ac1_trzaska(c: Composition) -> float:
    """Ac1 [K], start of austenite formation on heating.

    Ac1 = 742 - 29 C - 14 Mn + 13 Si + 16 Cr - 17 Ni - 16 Mo + 45 V + 36 Cu [degC].
    Source: J. Trzaska, Arch. Metall. Mater. 61 (2016) 981.

    >>> round(ac1_trzaska(Composition(C=0.45, Mn=0.75, Si=0.20)) - ZERO)
    721
    """
    iron = -14.0 * c.Mn + 13.0 * c.Si + 16.0 * c.Cr - 17.0 * c.Ni - 16.0 * c.Mo + 45.0 * c.V + 36.0 * c.Cu
    return 742.0 - 29.0 * c.C + iron + ZERO


@correlation("ac3", "K", "Trzaska 2016", "M", TRZASKA, analysis=True)
def ac3_trzaska(c: Composition) -> float:
    """Ac3 [K], end of austenite formation on heating.

    Ac3 = 925 - 219 sqrt(C) - 7 Mn + 39 Si - 16 Ni + 13 Mo + 97 V [degC].
    Source: J. Trzaska, Arch. Metall. Mater. 61 (2016) 981.

    >>> round(ac3_trzaska(Composition(C=0.45, Mn=0.75, Si=0.20)) - ZERO)
    781
    """
    iron = -7.0 * c.Mn + 39.0 * c.Si - 16.0 * c.Ni + 13.0 * c.Mo + 97.0 * c.V
    return 925.0 - 219.0 * sqrt(c.C) + iron + ZERO


@correlation("ac1", "K", "Kasatkin 1984", "M", LOW_ALLOY, analysis=True)
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


@correlation("ac3", "K", "Kasatkin 1984", "M", LOW_ALLOY, analysis=True)
def ac3_kasatkin(c: Composition) -> float:
    """Ac3 [K].

    Ac3 = 912 - 370 C - 27.4 Mn + 27.3 Si - 6.35 Cr - 32.7 Ni + 95.2 V + 190 Ti + 72.0 Al + 64.5 Nb + 5.57 W + 332 S
    + 276 P + 485 N - 900 B + 16.2 C Mn + 32.3 C Si + 15.4 C Cr + 48.0 C Ni + 4.32 Si Cr - 17.3 Si Mo - 18.6 Si Ni
    + 4.80 Mn Ni + 40.5 Mo V + 174 C2 + 2.46 Mn2 - 6.86 Si2 + 0.322 Cr2 + 9.90 Mo2 + 1.24 Ni2 - 60.2 V2 [degC].
    Source as `ac1_kasatkin`.

    >>> round(ac3_kasatkin(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    786
    """
    single = -370.0 * c.C - 27.4 * c.Mn + 27.3 * c.Si - 6.35 * c.Cr - 32.7 * c.Ni + 95.2 * c.V + 5.57 * c.W
    traces = 190.0 * c.Ti + 72.0 * c.Al + 64.5 * c.Nb + 332.0 * c.S + 276.0 * c.P + 485.0 * c.N - 900.0 * c.B
    carbon = c.C * (16.2 * c.Mn + 32.3 * c.Si + 15.4 * c.Cr + 48.0 * c.Ni)
    silicon = c.Si * (4.32 * c.Cr - 17.3 * c.Mo - 18.6 * c.Ni)
    pairs = 4.80 * c.Mn * c.Ni + 40.5 * c.Mo * c.V
    iron = 174.0 * c.C**2 + 2.46 * c.Mn**2 - 6.86 * c.Si**2 + 0.322 * c.Cr**2
    squares = iron + 9.90 * c.Mo**2 + 1.24 * c.Ni**2 - 60.2 * c.V**2
    return 912.0 + single + traces + carbon + silicon + pairs + squares + ZERO


@correlation("acm", "K", "Lee & Lee 2007", "V", HYPEREUTECTOID, analysis=True)
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


@correlation("bs", "K", "Li et al. 1998 (kinetic)", "V", LI)
def bs_li(c: Composition) -> float:
    """Bs [K], kinetic bainite start that belongs to the rates of Li et al.; not a measured start.

    Bs = 637 - 58 C - 35 Mn - 15 Ni - 34 Cr - 41 Mo [degC]. Source: M.V. Li, D.V. Niebuhr,
    L.L. Meekisho, D.G. Atteridge, Metall. Mater. Trans. B 29 (1998) 661, eq. 24.

    >>> round(bs_li(Composition(C=0.20)) - ZERO)
    625
    """
    return 637.0 - 58.0 * c.C - 35.0 * c.Mn - 15.0 * c.Ni - 34.0 * c.Cr - 41.0 * c.Mo + ZERO


@correlation("bs", "K", "Steven & Haynes 1956", "M", {**LOW_ALLOY, "C": (0.1, 0.55)})
def bs_steven_haynes(c: Composition) -> float:
    """Bs [K].

    Bs = 830 - 270 C - 90 Mn - 37 Ni - 70 Cr - 83 Mo [degC]. Source: W. Steven, A.G. Haynes,
    J. Iron Steel Inst. 183 (1956) 349.

    >>> round(bs_steven_haynes(Composition(C=0.40, Mn=0.87, Cr=0.95, Mo=0.20)) - ZERO)
    561
    """
    return 830.0 - 270.0 * c.C - 90.0 * c.Mn - 37.0 * c.Ni - 70.0 * c.Cr - 83.0 * c.Mo + ZERO


@correlation("bs", "K", "Kirkaldy & Venugopalan 1983 (kinetic)", "V", LI)
def bs_kirkaldy(c: Composition) -> float:
    """Bs [K], kinetic bainite start that belongs to the times of Kirkaldy and Venugopalan.

    Bs = 656 - 58 C - 35 Mn - 75 Si - 15 Ni - 34 Cr - 41 Mo [degC]. Source: J.S. Kirkaldy, D. Venugopalan, Phase
    Transformations in Ferrous Alloys, AIME 1983, 125.

    >>> round(bs_kirkaldy(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    543
    """
    return 656.0 - 58.0 * c.C - 35.0 * c.Mn - 75.0 * c.Si - 15.0 * c.Ni - 34.0 * c.Cr - 41.0 * c.Mo + ZERO


@correlation("bs", "K", "Trzaska 2016", "M", TRZASKA)
def bs_trzaska(c: Composition) -> float:
    """Bs [K].

    Bs = 771 - 231 C - 69 Mn - 23 Si - 58 Cr - 31 Ni - 55 Mo - 41 V [degC]. Source as `ac1_trzaska`.

    >>> round(bs_trzaska(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    547
    """
    iron = 69.0 * c.Mn + 23.0 * c.Si + 58.0 * c.Cr + 31.0 * c.Ni + 55.0 * c.Mo + 41.0 * c.V
    return 771.0 - 231.0 * c.C - iron + ZERO


@correlation("bs", "K", "van Bohemen 2012", "V", LOW_ALLOY)
def bs_van_bohemen(c: Composition) -> float:
    """Bs [K].

    Bs = 839 - (86 Mn + 23 Si + 67 Cr + 33 Ni + 75 Mo) - 270 (1 - exp(-1.33 C)) [degC].
    Source: S.M.C. van Bohemen, Mater. Sci. Technol. 28 (2012) 487, doi 10.1179/1743284711Y.0000000097.

    >>> round(bs_van_bohemen(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    568
    """
    alloying = 86.0 * c.Mn + 23.0 * c.Si + 67.0 * c.Cr + 33.0 * c.Ni + 75.0 * c.Mo
    return 839.0 - alloying - 270.0 * (1.0 - exp(-1.33 * c.C)) + ZERO
