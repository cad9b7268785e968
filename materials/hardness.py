"""Hardness of each phase from the composition, and reduced to the coefficients the solver carries."""

from collections.abc import Mapping
from dataclasses import replace
from math import log10, sqrt

import numpy as np

from .composition import Composition
from .correlation import Limits, correlation
from .critical import ZERO
from .hardness_scale import hrc_from_hv, hv_from_hrc
from .matter import HardnessLaw

AUSTENITE = 220.0
CARBON_CAP = 0.69
CARBON_FLOOR = 0.10
# Trap of Maynier's ferrite-pearlite: fine pearlite of 0.4 % C and more comes out 60 to 100 HV too soft.
FINE = (600.0 + ZERO, 650.0 + ZERO, 300.0)
FINE_CARBON = 0.40
FERRITE_PEARLITE = (90.0, 380.0)
# Bainite of 0.42 % C Cr-Mo steel held at T [degC]; handbook values from memory, +-30 HV.
HELD = ((250.0, 300.0, 350.0, 400.0, 450.0, 500.0, 550.0), (590.0, 520.0, 445.0, 385.0, 330.0, 290.0, 260.0))
HELD_CARBON = (0.42, 200.0)
FASTEST = 1e5 / 3600.0
MAYNIER: Limits = {
    "C": (0.1, 0.5),
    "Si": (0.0, 1.0),
    "Mn": (0.0, 2.0),
    "Ni": (0.0, 4.0),
    "Cr": (0.0, 3.0),
    "Mo": (0.0, 1.0),
    "V": (0.0, 0.2),
    "Cu": (0.0, 0.5),
    "Mn+Ni+Cr+Mo": (0.0, 5.0),
}
COOLED: Limits = {**MAYNIER, "cooling_rate": (0.01, 400.0)}
TEMPERED: Limits = {"C": (0.25, 0.75), "Cr": (0.0, 1.5), "Mo": (0.0, 0.35)}
A255: Limits = {"C": (CARBON_FLOOR, CARBON_CAP)}


@correlation("martensite_hardness", "HV", "Maynier et al. 1978", "V", COOLED)
def hv_martensite_maynier(c: Composition, cooling_rate: float) -> float:
    """Hardness of martensite [HV]; cooling_rate in K/s at 700 degC. 20 to 90 HV high for 4140 and 4340.

    HV = 127 + 949 C + 27 Si + 11 Mn + 8 Ni + 16 Cr + 21 log10 Vr, Vr in K/h. Source: P. Maynier, B. Jungmann,
    J. Dollet, Hardenability Concepts with Applications to Steel, AIME 1978, 518; range [M].

    >>> round(hv_martensite_maynier(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20), 28.0))
    643
    """
    alloying = 949.0 * c.C + 27.0 * c.Si + 11.0 * c.Mn + 8.0 * c.Ni + 16.0 * c.Cr
    return 127.0 + alloying + 21.0 * log10(3600.0 * cooling_rate)


def bainite_maynier(c: Composition) -> tuple[float, float]:
    """(a, b) of the hardness of bainite, HV = a + b log10 Vr, Vr in K/h at 700 degC.

    a = -323 + 185 C + 330 Si + 153 Mn + 65 Ni + 144 Cr + 191 Mo
    b = 89 + 53 C - 55 Si - 22 Mn - 10 Ni - 20 Cr - 33 Mo. Source as `hv_martensite_maynier`.

    >>> a, b = bainite_maynier(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20))
    >>> round(a + 4.0 * b)
    348
    """
    a = -323.0 + 185.0 * c.C + 330.0 * c.Si + 153.0 * c.Mn + 65.0 * c.Ni + 144.0 * c.Cr + 191.0 * c.Mo
    return a, 89.0 + 53.0 * c.C - 55.0 * c.Si - 22.0 * c.Mn - 10.0 * c.Ni - 20.0 * c.Cr - 33.0 * c.Mo


def ferrite_pearlite_maynier(c: Composition) -> tuple[float, float]:
    """(a, b) of the hardness of ferrite and pearlite together, HV = a + b log10 Vr, Vr in K/h at 700 degC.

    a = 42 + 223 C + 53 Si + 30 Mn + 12.6 Ni + 7 Cr + 19 Mo, b = 10 - 19 Si + 4 Ni + 8 Cr + 130 V.
    Source as `hv_martensite_maynier`.

    >>> a, b = ferrite_pearlite_maynier(Composition(C=0.45, Mn=0.75, Si=0.25))
    >>> round(a + 3.0 * b)
    194
    """
    a = 42.0 + 223.0 * c.C + 53.0 * c.Si + 30.0 * c.Mn + 12.6 * c.Ni + 7.0 * c.Cr + 19.0 * c.Mo
    return a, 10.0 - 19.0 * c.Si + 4.0 * c.Ni + 8.0 * c.Cr + 130.0 * c.V


@correlation("bainite_hardness", "HV", "Maynier et al. 1978", "V", COOLED)
def hv_bainite_maynier(c: Composition, cooling_rate: float) -> float:
    """Hardness of bainite [HV] formed on cooling; cooling_rate in K/s at 700 degC, not for held bainite.

    HV = a + b log10 Vr with `bainite_maynier`.

    >>> round(hv_bainite_maynier(Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20), 1e4 / 3600.0))
    348
    """
    a, b = bainite_maynier(c)
    return a + b * log10(3600.0 * cooling_rate)


@correlation("ferrite_pearlite_hardness", "HV", "Maynier et al. 1978", "V", COOLED)
def hv_ferrite_pearlite_maynier(c: Composition, cooling_rate: float) -> float:
    """Hardness of ferrite with pearlite [HV]; cooling_rate in K/s at 700 degC. 60 to 100 HV soft for fine pearlite.

    HV = a + b log10 Vr with `ferrite_pearlite_maynier`.

    >>> round(hv_ferrite_pearlite_maynier(Composition(C=0.45, Mn=0.75, Si=0.25), 1e3 / 3600.0))
    194
    """
    a, b = ferrite_pearlite_maynier(c)
    return a + b * log10(3600.0 * cooling_rate)


@correlation("martensite_hardness", "HRC", "ASTM A255-10", "V", A255)
def hrc_martensite_a255(c: Composition) -> float:
    """Hardness of martensite as quenched [HRC].

    HRC = 35.395 + 6.990 C + 312.330 C2 - 821.744 C3 + 1015.479 C4 - 538.346 C5, outside its range held at
    the ends. Source: ASTM A255-10, initial hardness.

    >>> [round(hrc_martensite_a255(Composition(C=share)), 1) for share in (0.2, 0.3, 0.4, 0.5, 0.6)]
    [44.2, 50.3, 56.1, 60.9, 64.3]
    """
    carbon = min(max(c.C, CARBON_FLOOR), CARBON_CAP)
    return float(np.polyval([-538.346, 1015.479, -821.744, 312.330, 6.990, 35.395], carbon))


@correlation("half_martensite_hardness", "HRC", "ASTM A255-10", "V", A255)
def hrc_half_martensite_a255(c: Composition) -> float:
    """Hardness of 50 % martensite [HRC].

    HRC = 22.974 + 6.214 C + 356.364 C2 - 1091.488 C3 + 1464.880 C4 - 750.441 C5. Held at the ends and
    source as `hrc_martensite_a255`.

    >>> [round(hrc_half_martensite_a255(Composition(C=share)), 1) for share in (0.2, 0.4, 0.6)]
    [31.8, 42.4, 50.7]
    """
    carbon = min(max(c.C, CARBON_FLOOR), CARBON_CAP)
    return float(np.polyval([-750.441, 1464.880, -1091.488, 356.364, 6.214, 22.974], carbon))


@correlation("martensite_hardness", "HRC", "ASTM A255-10, metric", "V", {"C": (0.10, 0.6)})
def hrc_martensite_a255_metric(c: Composition) -> float:
    """Hardness of martensite as quenched [HRC], the polynomial of the metric edition; agrees within 0.3 HRC.

    HRC = 33.087 + 50.723 C + 33.662 C2 - 2.7048 C3 - 107.02 C4 + 43.523 C5. Source: ASTM A255-10.

    >>> round(hrc_martensite_a255_metric(Composition(C=0.40)), 1)
    56.3
    """
    return float(np.polyval([43.523, -107.02, -2.7048, 33.662, 50.723, 33.087], c.C))


@correlation("martensite_hardness", "HRC", "Just 1969", "M", {"C": (0.08, 0.6)})
def hrc_martensite_just(c: Composition) -> float:
    """Largest hardness as quenched [HRC].

    HRC = 20 + 60 sqrt(C). Source: E. Just, Metal Progress 96 (1969) 87.

    >>> round(hrc_martensite_just(Composition(C=0.40)), 1)
    57.9
    """
    return 20.0 + 60.0 * sqrt(c.C)


@correlation("martensite_hardness", "HV", "Yurioka 1987", "M", {"C": (0.0, 0.8)})
def hv_martensite_yurioka(c: Composition) -> float:
    """Hardness of martensite [HV].

    HV = 294 + 884 C (1 - 0.3 C2). Source: N. Yurioka, M. Okumura, T. Kasuya, H.J.U. Cotton, Metal Construction 19
    (1987) 217R.

    >>> round(hv_martensite_yurioka(Composition(C=0.40)))
    631
    """
    return 294.0 + 884.0 * c.C * (1.0 - 0.3 * c.C**2)


@correlation("half_martensite_hardness", "HRC", "Just 1969", "M", {"C": (0.08, 0.6)})
def hrc_half_martensite_just(c: Composition) -> float:
    """Hardness of 50 % martensite [HRC].

    HRC = 24 + 40 C. Source as `hrc_martensite_just`.

    >>> round(hrc_half_martensite_just(Composition(C=0.40)), 1)
    40.0
    """
    return 24.0 + 40.0 * c.C


def hv_martensite(c: Composition) -> float:
    """Hardness of martensite [HV] of the default chain: A255 from 0.10 % C, Maynier (Vr 1e5 K/h) below.

    >>> round(hv_martensite(Composition(C=0.40)))
    614
    """
    if c.C < CARBON_FLOOR:
        return hv_martensite_maynier(c, FASTEST)
    return hv_from_hrc(hrc_martensite_a255(c))


def tempering_factors(c: Composition) -> tuple[float, float, float, float]:
    """(c0, c1, c2, c3) of HRC = c0 + c1 m + c2 m2 + c3 m3 of tempered martensite, TEMPERED or not.

    m = T (17 + log10 t_h) / 1000 - 14, T in K, and HRC = 10.4790 - 4.4686 m - 0.2292 m2 - 0.0017 m3
    + C (50.0984 - 2.9873 m) + C2 (-28.9887 + 1.5554 m) + 2.3082 Mn + Si (4.4936 + 0.2617 m) + 0.2166 Ni
    + Cr (5.3294 + 0.7958 m) + Mo (15.3202 + 2.3535 m) + V (18.5995 + 2.9057 m).

    Range: TEMPERED, 100 to 700 degC, 10 s to 32 h; rms 2.2 HRC on 1167 points of Grange & Baughman 1956,
    Hollomon & Jaffe 1945 and Penha 2010 (own regression).

    >>> temper = tempering_factors(Composition(C=0.41, Mn=0.88, Si=0.23, Cr=1.02, Mo=0.22))
    >>> m = (540.0 + 273.15) * 17.0 / 1000.0 - 14.0
    >>> round(sum(factor * m**i for i, factor in enumerate(temper)))
    39
    """
    c0 = 10.4790 + 50.0984 * c.C - 28.9887 * c.C**2 + 2.3082 * c.Mn + 4.4936 * c.Si + 0.2166 * c.Ni
    c1 = -4.4686 - 2.9873 * c.C + 1.5554 * c.C**2 + 0.2617 * c.Si + 0.7958 * c.Cr + 2.3535 * c.Mo
    return (
        c0 + 5.3294 * c.Cr + 15.3202 * c.Mo + 18.5995 * c.V,
        c1 + 2.9057 * c.V,
        -0.2292,
        -0.0017,
    )


def tempering(c: Composition) -> tuple[float, float, float, float] | None:
    """`tempering_factors`, or None where the composition is outside TEMPERED."""
    within = all(low <= getattr(c, element) <= high for element, (low, high) in TEMPERED.items())
    return tempering_factors(c) if within else None


def tempering_held(c: Composition) -> tuple[float, float, float, float]:
    """`tempering_factors` with carbon, chromium and molybdenum held at the ends of TEMPERED [U].

    A core and a case at 180 degC, and 30CrNiMo8 with its 2 % Cr at 560 degC, would have no law of tempering otherwise.
    """
    held = {name: min(max(getattr(c, name), low), high) for name, (low, high) in TEMPERED.items()}
    return tempering_factors(replace(c, **held))


def hardness_law(c: Composition) -> HardnessLaw:
    """The default chain: martensite by A255, the rest by Maynier between bounds, retained austenite 220 HV.

    Bainite is never above martensite nor below ferrite-pearlite of the slowest cooling.
    """
    martensite = hv_martensite(c)
    soft = (*ferrite_pearlite_maynier(c), *FERRITE_PEARLITE)
    temperatures, values = np.array(HELD[0]) + ZERO, np.array(HELD[1])
    held = np.minimum(values + HELD_CARBON[1] * (c.C - HELD_CARBON[0]), martensite)
    return HardnessLaw(
        law={
            "austenite": (AUSTENITE, 0.0, AUSTENITE, AUSTENITE),
            "ferrite": soft,
            "pearlite": soft,
            "bainite": (*bainite_maynier(c), max(soft[0], FERRITE_PEARLITE[0]), martensite),
            "martensite": (martensite, 0.0, martensite, martensite),
        },
        temper=tempering_held(c),
        isothermal=(temperatures, held),
        fine=FINE if c.C >= FINE_CARBON else None,
    )


def shifted(law: HardnessLaw, shift: Mapping[str, float]) -> HardnessLaw:
    """A law whose phases are harder by `shift` HV as quenched or as cooled.

    Tempered martensite keeps the same difference in HRC, which is the fewer HV the softer it is.
    """
    if not shift:
        return law
    martensite = law.law["martensite"][0]
    before, after = (hrc_from_hv(hv) or 20.0 for hv in (martensite, martensite + float(shift.get("martensite", 0.0))))
    temper = None if law.temper is None else (law.temper[0] + after - before, *law.temper[1:])
    each = {name: float(shift.get(name, 0.0)) for name in law.law}
    moved = {
        name: (a + each[name], b, least + each[name], most + each[name])
        for name, (a, b, least, most) in law.law.items()
    }
    held = None if law.isothermal is None else (law.isothermal[0], law.isothermal[1] + each["bainite"])
    fine = None if law.fine is None else (*law.fine[:2], law.fine[2] + each["pearlite"])
    return replace(law, law=moved, temper=temper, isothermal=held, fine=fine)
