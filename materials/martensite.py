"""Martensite: its start, its course below that, and which Koistinen-Marburger constant goes with which start.

The carbon is that in the austenite, in solution, unless a formula says otherwise.
"""

from math import exp, log

from .composition import Composition
from .correlation import LOW_ALLOY, correlation
from .critical import ANDREWS, TRZASKA, ZERO, fahrenheit
from .grain import grain_diameter

STEVEN_HAYNES = {
    "C": (0.1, 0.55),
    "Mn": (0.2, 1.7),
    "Si": (0.0, 1.0),
    "Cr": (0.0, 3.5),
    "Ni": (0.0, 5.0),
    "Mo": (0.0, 1.0),
}
VAN_BOHEMEN = {**LOW_ALLOY, "C": (0.1, 1.9)}
CAPDEVILA = {
    "C": (0.0, 1.6),
    "Mn": (0.0, 3.7),
    "Si": (0.0, 3.4),
    "Cr": (0.0, 17.9),
    "Ni": (0.0, 27.2),
    "Mo": (0.0, 5.1),
}
HIGH_CARBON = {**LOW_ALLOY, "C": (0.6, 1.9)}
BEARING = {"C": (0.93, 1.05), "Cr": (1.35, 1.6), "Mn": (0.0, 0.45)}


@correlation("ms", "K", "Andrews 1965, linear", "V", ANDREWS)
def ms_andrews(c: Composition) -> float:
    """Ms [K], linear.

    Ms = 539 - 423 C - 30.4 Mn - 17.7 Ni - 12.1 Cr - 7.5 Mo [degC]. Source: K.W. Andrews, J. Iron Steel Inst. 203
    (1965) 721.

    >>> round(ms_andrews(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    330
    """
    return 539.0 - 423.0 * c.C - 30.4 * c.Mn - 17.7 * c.Ni - 12.1 * c.Cr - 7.5 * c.Mo + ZERO


@correlation("ms", "K", "Andrews 1965, products", "V", ANDREWS)
def ms_andrews_product(c: Composition) -> float:
    """Ms [K], with products; the sign of 15 Cr is plus (some codes have it wrong).

    Ms = 512 - 453 C - 16.9 Ni + 15 Cr - 9.5 Mo + 217 C2 - 71.5 C Mn - 67.6 C Cr [degC]. Source as `ms_andrews`.

    >>> round(ms_andrews_product(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    327
    """
    products = 217.0 * c.C**2 - 71.5 * c.C * c.Mn - 67.6 * c.C * c.Cr
    return 512.0 - 453.0 * c.C - 16.9 * c.Ni + 15.0 * c.Cr - 9.5 * c.Mo + products + ZERO


@correlation("ms", "K", "Steven & Haynes 1956", "V", STEVEN_HAYNES)
def ms_steven_haynes(c: Composition) -> float:
    """Ms [K]; far too low above its carbon range (161 degC for 1080), where the paper has a chart.

    Ms = 561 - 474 C - 33 Mn - 17 Cr - 17 Ni - 21 Mo [degC]. Source: W. Steven, A.G. Haynes, J. Iron Steel Inst. 183
    (1956) 349; range [M].

    >>> round(ms_steven_haynes(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    322
    """
    return 561.0 - 474.0 * c.C - 33.0 * c.Mn - 17.0 * c.Cr - 17.0 * c.Ni - 21.0 * c.Mo + ZERO


@correlation("ms", "K", "Kung & Rayment 1982", "V", ANDREWS)
def ms_kung_rayment(c: Composition) -> float:
    """Ms [K]: Andrews' linear formula with cobalt and silicon.

    Ms = Andrews + 10 Co - 7.5 Si [degC]. Source: C.Y. Kung, J.J. Rayment, Metall. Trans. A 13 (1982) 328.

    >>> round(ms_kung_rayment(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    328
    """
    return ms_andrews(c) + 10.0 * c.Co - 7.5 * c.Si


@correlation("ms", "K", "Payson & Savage 1944", "V", LOW_ALLOY)
def ms_payson_savage(c: Composition) -> float:
    """Ms [K].

    Ms = 930 - 570 C - 60 Mn - 20 Si - 50 Cr - 20 Mo - 30 Ni [degF]. Source: P. Payson, C.H. Savage, Trans. ASM 33
    (1944) 261.

    >>> round(ms_payson_savage(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    312
    """
    return fahrenheit(930.0 - 570.0 * c.C - 60.0 * c.Mn - 20.0 * c.Si - 50.0 * c.Cr - 20.0 * c.Mo - 30.0 * c.Ni)


@correlation("ms", "K", "Rowland & Lyle 1946", "V", LOW_ALLOY)
def ms_rowland_lyle(c: Composition) -> float:
    """Ms [K].

    Ms = 930 - 600 C - 60 Mn - 20 Si - 50 Cr - 20 Mo - 30 Ni [degF]. Source: E.S. Rowland, S.R. Lyle, Trans. ASM 37
    (1946) 27.

    >>> round(ms_rowland_lyle(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    305
    """
    return fahrenheit(930.0 - 600.0 * c.C - 60.0 * c.Mn - 20.0 * c.Si - 50.0 * c.Cr - 20.0 * c.Mo - 30.0 * c.Ni)


@correlation("ms", "K", "Grange & Stewart 1946", "V", LOW_ALLOY)
def ms_grange(c: Composition) -> float:
    """Ms [K].

    Ms = 1000 - 650 C - 70 Mn - 70 Cr - 50 Mo - 35 Ni [degF]. Source: R.A. Grange, H.M. Stewart, Trans. AIME 167
    (1946) 467.

    >>> round(ms_grange(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    317
    """
    return fahrenheit(1000.0 - 650.0 * c.C - 70.0 * c.Mn - 70.0 * c.Cr - 50.0 * c.Mo - 35.0 * c.Ni)


@correlation("ms", "K", "Nehrenberg 1946", "V", LOW_ALLOY)
def ms_nehrenberg(c: Composition) -> float:
    """Ms [K].

    Ms = 930 - 540 C - 60 Mn - 20 Si - 40 Cr - 20 Mo - 30 Ni [degF]. Source: A.E. Nehrenberg, discussion of Grange and
    Stewart, Trans. AIME 167 (1946) 494.

    >>> round(ms_nehrenberg(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    324
    """
    return fahrenheit(930.0 - 540.0 * c.C - 60.0 * c.Mn - 20.0 * c.Si - 40.0 * c.Cr - 20.0 * c.Mo - 30.0 * c.Ni)


@correlation("ms", "K", "Capdevila et al. 2002", "V", CAPDEVILA)
def ms_capdevila(c: Composition) -> float:
    """Ms [K].

    Ms = 764.2 - 302.6 C - 30.6 Mn - 14.5 Si - 8.9 Cr + 2.4 Mo - 16.6 Ni + 8.58 Co [K]. Source: C. Capdevila,
    F.G. Caballero, C. Garcia de Andres, ISIJ Int. 42 (2002) 894; range that of their data [M].

    >>> round(ms_capdevila(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    332
    """
    iron = 30.6 * c.Mn + 14.5 * c.Si + 8.9 * c.Cr - 2.4 * c.Mo + 16.6 * c.Ni - 8.58 * c.Co
    return 764.2 - 302.6 * c.C - iron


@correlation("ms", "K", "van Bohemen 2012", "V", VAN_BOHEMEN)
def ms_van_bohemen(c: Composition) -> float:
    """Ms [K]; its alpha is `alpha_van_bohemen`.

    Ms = 565 - (31 Mn + 13 Si + 10 Cr + 18 Ni + 12 Mo) - 600 (1 - exp(-0.96 C)) [degC]. Source: S.M.C. van Bohemen,
    Mater. Sci. Technol. 28 (2012) 487.

    >>> round(ms_van_bohemen(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    332
    """
    alloying = 31.0 * c.Mn + 13.0 * c.Si + 10.0 * c.Cr + 18.0 * c.Ni + 12.0 * c.Mo
    return 565.0 - alloying - 600.0 * (1.0 - exp(-0.96 * c.C)) + ZERO


@correlation("ms", "K", "Lee & Park 2013", "V", {**LOW_ALLOY, "grain_size": (0.0, 12.0)})
def ms_lee_park(c: Composition, grain_size: float) -> float:
    """Ms [K] with the size D of the austenite grains, mean lineal intercept in um of the ASTM number `grain_size`.

    Ms = 475.9 - 335.1 C - 34.5 Mn - 1.3 Si - 13.1 Cr - 10.7 Mo - 15.5 Ni - 9.6 Cu + 11.64 ln D [degC]. Source:
    S.J. Lee, K.S. Park, Metall. Mater. Trans. A 44 (2013) 3423.

    >>> round(ms_lee_park(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20), 8.0) - ZERO)
    332
    """
    iron = 34.5 * c.Mn + 1.3 * c.Si + 13.1 * c.Cr + 10.7 * c.Mo + 15.5 * c.Ni + 9.6 * c.Cu
    return 475.9 - 335.1 * c.C - iron + 11.64 * log(1e6 * grain_diameter(grain_size)) + ZERO


@correlation("ms", "K", "Trzaska 2016", "V", TRZASKA)
def ms_trzaska(c: Composition) -> float:
    """Ms [K].

    Ms = 541 - 401 C - 36 Mn - 10.5 Si - 14 Cr - 18 Ni - 17 Mo [degC]. Source: J. Trzaska, Arch. Metall. Mater. 61
    (2016) 981.

    >>> round(ms_trzaska(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)) - ZERO)
    330
    """
    return 541.0 - 401.0 * c.C - 36.0 * c.Mn - 10.5 * c.Si - 14.0 * c.Cr - 18.0 * c.Ni - 17.0 * c.Mo + ZERO


@correlation("ms", "K", "Ingber & Kunert 2022", "V", HIGH_CARBON)
def ms_ingber(c: Composition) -> float:
    """Ms [K] of high-carbon steel.

    Ms = 530.2 - 290.3 C - 35.5 Mn - 6.8 Si - 17.2 Ni - 20.8 Cr - 10.4 Mo + 7.1 Al + 4.8 Co - 75 (1 - exp(-0.96 C))
    [degC]. Source: J. Ingber, M. Kunert, Steel Res. Int. 93 (2022) 2100576.

    >>> round(ms_ingber(Composition(C=1.5, Mn=0.5, Si=0.8)) - ZERO)
    14
    """
    iron = 35.5 * c.Mn + 6.8 * c.Si + 17.2 * c.Ni + 20.8 * c.Cr + 10.4 * c.Mo - 7.1 * c.Al - 4.8 * c.Co
    return 530.2 - 290.3 * c.C - iron - 75.0 * (1.0 - exp(-0.96 * c.C)) + ZERO


@correlation("ms", "K", "Furlan et al. 2025 (100Cr6)", "V", BEARING, analysis=True)
def ms_furlan(c: Composition) -> float:
    """Ms [K] of 100Cr6; its alpha is `alpha_furlan`. The carbon is that of the analysis, not the dissolved.

    Ms = 526.29 - 297.02 C [degC]. Source: T. Furlan et al. 2025, model of 100Cr6 with carbon partitioning.

    >>> round(ms_furlan(Composition(C=0.98)) - ZERO, 1)
    235.2
    """
    return 526.29 - 297.02 * c.C + ZERO


@correlation("alpha", "1/K", "van Bohemen 2012", "V", VAN_BOHEMEN)
def alpha_van_bohemen(c: Composition) -> float:
    """Koistinen-Marburger constant [1/K] that belongs to `ms_van_bohemen`.

    1000 alpha = 27.2 - (0.14 Mn + 0.21 Si + 0.11 Cr + 0.08 Ni + 0.05 Mo) - 19.8 (1 - exp(-1.56 C)).
    Source as `ms_van_bohemen`.

    >>> round(alpha_van_bohemen(Composition(C=0.40)), 4)
    0.018
    """
    alloying = 0.14 * c.Mn + 0.21 * c.Si + 0.11 * c.Cr + 0.08 * c.Ni + 0.05 * c.Mo
    return (27.2 - alloying - 19.8 * (1.0 - exp(-1.56 * c.C))) * 1e-3


@correlation("alpha", "1/K", "van Bohemen & Sietsma 2009", "V", LOW_ALLOY)
def alpha_van_bohemen_sietsma(c: Composition) -> float:
    """Koistinen-Marburger constant [1/K] that belongs to `start_van_bohemen_sietsma`, to no Ms.

    alpha = 0.0224 - 0.0107 C - 0.0007 Mn - 0.00005 Ni - 0.00012 Cr - 0.0001 Mo. Source: S.M.C. van Bohemen,
    J. Sietsma, Metall. Mater. Trans. A 40 (2009) 1059.

    >>> round(alpha_van_bohemen_sietsma(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)), 4)
    0.0174
    """
    return 0.0224 - 0.0107 * c.C - 7e-4 * c.Mn - 5e-5 * c.Ni - 1.2e-4 * c.Cr - 1e-4 * c.Mo


@correlation("alpha", "1/K", "Koistinen & Marburger 1959", "M", {"C": (0.37, 1.1)})
def alpha_koistinen_marburger(c: Composition) -> float:
    """Koistinen-Marburger constant [1/K] of the original paper, whatever the composition; too sluggish to 0.4 % C.

    alpha = 0.011. Source: D.P. Koistinen, R.E. Marburger, Acta Metall. 7 (1959) 59.

    >>> alpha_koistinen_marburger(Composition(C=0.40))
    0.011
    """
    return 0.011


@correlation("alpha", "1/K", "Furlan et al. 2025 (100Cr6)", "V", BEARING, analysis=True)
def alpha_furlan(c: Composition) -> float:
    """Koistinen-Marburger constant [1/K] of 100Cr6 that belongs to `ms_furlan`.

    alpha = 7.14e-3 + 0.0198 exp(-1.56 C). Source as `ms_furlan`.

    >>> round(alpha_furlan(Composition(C=0.98)), 5)
    0.01143
    """
    return 7.14e-3 + 0.0198 * exp(-1.56 * c.C)
