"""Strength and hardness of cast iron from composition and wall, and how it freezes: grey, white or ductile."""

from math import log

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from .composition import Composition
from .critical import ZERO
from .refusal import CaseError, one_of

Array = NDArray[float64]
KSI = 6.894757
WALLS = {
    "EN-GJL-200": ((5.0, 10.0, 20.0, 40.0, 80.0, 150.0), (205.0, 180.0, 155.0, 130.0, 115.0)),
    "EN-GJL-250": ((5.0, 10.0, 20.0, 40.0, 80.0, 150.0), (250.0, 225.0, 195.0, 170.0, 155.0)),
    "EN-GJL-300": ((10.0, 20.0, 40.0, 80.0, 150.0), (270.0, 240.0, 210.0, 195.0)),
}
"""grade -> (limits of the wall classes [mm], expected tensile strength in the casting [MPa])"""
CHILL = {True: (5.0, 10.0), False: (1.0, 2.0)}
DUCTILE = (150.0, 1.0, 260.0)
SPHEROIDAL = {
    "EN-GJS-400-15": (157.5, 400.0, 250.0),
    "EN-GJS-450-10": (185.0, 450.0, 310.0),
    "EN-GJS-500-7": (200.0, 500.0, 320.0),
    "EN-GJS-600-3": (230.0, 600.0, 370.0),
    "EN-GJS-700-2": (265.0, 700.0, 420.0),
    "EN-GJS-800-2": (290.0, 800.0, 480.0),
}
"""grade -> (middle of its Brinell hardness, least tensile strength and 0.2 % proof stress [MPa]); EN 1563 [V]"""


def carbon_equivalent(c: Composition) -> float:
    """Carbon equivalent [wt %]: C + Si/3 + P/3; 4.26 is eutectic. Source: foundry handbooks [M].

    >>> round(carbon_equivalent(Composition(C=3.3, Si=2.1)), 2)
    4.0
    """
    return c.C + c.Si / 3.0 + c.P / 3.0


def saturation(c: Composition) -> float:
    """Degree of saturation [-]: C/(4.26 - 0.31 Si - 0.33 P). Source: foundry handbooks [M].

    >>> round(saturation(Composition(C=3.3, Si=2.1)), 3)
    0.914
    """
    return c.C / (4.26 - 0.31 * c.Si - 0.33 * c.P)


def strength_grey(saturation: float) -> float:
    """Tensile strength [Pa] of grey iron in a 30 mm bar: 1000 - 800 Sc [MPa].

    Range: Sc 0.7 to 1.05, unalloyed. Source: foundry handbooks [M].

    >>> round(strength_grey(0.914) / 1e6)
    269
    """
    return 1e6 * (1000.0 - 800.0 * saturation)


def hardness_grey(saturation: float) -> float:
    """Brinell hardness of grey iron in a 30 mm bar: 530 - 344 Sc. Range as `strength_grey`; source [M].

    >>> round(hardness_grey(0.914))
    216
    """
    return 530.0 - 344.0 * saturation


def hardness_grey_strength(strength: ArrayLike, relative: float = 1.0) -> Array:
    """Brinell hardness of grey iron from its tensile strength [Pa]: RH (100 + 0.44 Rm), Rm in MPa.

    Relative hardness RH 0.8 to 1.2 by the foundry, to be fitted. Source: EN 1561 annex [M].

    >>> round(float(hardness_grey_strength(269e6)))
    218
    """
    return np.asarray(relative * (100.0 + 0.44e-6 * np.asarray(strength, float64)))


def strength_bates(c: Composition, diameter: float) -> float:
    """Tensile strength [Pa] of grey iron in a bar of that diameter [m].

    162.37 + 16.61/D - 21.78 C - 61.29 Si - 10.59 (Mn - 1.7 S) + 13.8 Cr + 2.05 Ni + 30.66 Cu + 39.75 Mo
    + 14.16 Si2 - 26.25 Cu2 - 23.83 Mo2 [ksi], D in inches. Range: 13 to 100 mm, C 3.0 to 3.6. Source: C.E. Bates,
    AFS Trans. 92 (1984) 923 [M].

    >>> round(strength_bates(Composition(C=3.3, Si=2.1), 1.2 * 0.0254) / 1e6)
    263
    """
    linear = 21.78 * c.C + 61.29 * c.Si + 10.59 * (c.Mn - 1.7 * c.S)
    alloying = 13.8 * c.Cr + 2.05 * c.Ni + 30.66 * c.Cu + 39.75 * c.Mo
    squares = 14.16 * c.Si**2 - 26.25 * c.Cu**2 - 23.83 * c.Mo**2
    return 1e6 * KSI * (162.37 + 16.61 * 0.0254 / diameter - linear + alloying + squares)


def wall_equivalent(modulus: ArrayLike) -> Array:
    """Wall [m] of the plate with that modulus [m], cooled from both sides: 2 M.

    >>> float(wall_equivalent(0.010))
    0.02
    """
    return np.asarray(2.0 * np.asarray(modulus, float64))


def strength_grey_wall(grade: str, wall: ArrayLike) -> Array:
    """Tensile strength [Pa] expected in a casting of EN-GJL-200, 250 or 300 with that wall [m].

    Straight over the logarithm of the wall between the middles of EN 1561's classes, flat outside. Range: 5 to
    150 mm (300: from 10). Source: EN 1561 table of expected strength [V]. Raises CaseError for another grade.

    >>> round(float(strength_grey_wall("EN-GJL-250", 0.0283)) / 1e6)
    195
    """
    limits, strengths = WALLS[one_of(grade, WALLS, "grade with a wall table", "grade")]
    middle = [0.5 * (log(a) + log(b)) for a, b in zip(limits[:-1], limits[1:], strict=True)]
    return np.asarray(1e6 * np.interp(np.log(1e3 * np.asarray(wall, float64)), middle, strengths), float64)


def hardness_grey_wall(grade: str, wall: ArrayLike, relative: float = 1.0) -> Array:
    """Brinell hardness expected in a casting of that grade and wall [m], by its strength. No fitted number.

    >>> round(float(hardness_grey_wall("EN-GJL-250", 0.0283)))
    186
    """
    return hardness_grey_strength(strength_grey_wall(grade, wall), relative)


def eutectics(c: Composition) -> tuple[float, float]:
    """Eutectic temperatures [K] of graphite and carbide, for screening.

    Graphite 1154 + 5.25 Si - 15 P, carbide 1148 - 13.5 Si - 37 P [degC], middles of 4 to 6.5 and 12 to 15 [U].

    >>> grey, white = eutectics(Composition(C=3.4, Si=2.0))
    >>> round(grey - white, 1)
    43.5
    """
    return 1154.0 + 5.25 * c.Si - 15.0 * c.P + ZERO, 1148.0 - 13.5 * c.Si - 37.0 * c.P + ZERO


def chills(rate: ArrayLike, inoculated: bool) -> NDArray[np.bool_]:
    """Where carbide (white iron) is likely: cooling rate [K/s] at the eutectic above the middle of 5 to 10, or of
    1 to 2 without inoculation. Range: carbon equivalent about 4.3; fit it by a chill wedge [U].

    >>> [bool(white) for white in chills([3.0, 9.0], True)]
    [False, True]
    """
    return np.asarray(np.asarray(rate, float64) > 0.5 * sum(CHILL[inoculated]))


def nodules(rate: ArrayLike, first: float = 150.0, power: float = 0.6) -> Array:
    """Nodules of ductile iron [1/mm2] from the rate [K/s] of its freezing: 150 rate^0.6 [U].

    Eutectic iron stands still while it freezes: the rate is that at which the heat of superheat and fusion leaves it,
    in kelvin of melt. Range: inoculated; 100 to 200 in a 25 mm section; power 0.5 to 0.7.

    >>> float(nodules(1.0))
    150.0
    """
    return np.asarray(first * np.asarray(rate, float64) ** power)


def hardness_ductile(pearlite: ArrayLike) -> Array:
    """Brinell hardness of ductile iron from its share of pearlite [-]: 150 + 100 p, 260 at most [U].

    Range: ferrite 140 to 160, fully pearlitic 250 to 270. Raises CaseError for a share outside 0 to 1.

    >>> float(hardness_ductile(0.5))
    200.0
    """
    share = np.asarray(pearlite, float64)
    if np.any((share < 0.0) | (share > 1.0)):
        raise CaseError(f"{share!r} is no share of pearlite from 0 to 1", "pearlite")
    soft, slope, most = DUCTILE
    return np.minimum(soft + 100.0 * slope * share, most)


def strength_ductile(hardness: ArrayLike) -> Array:
    """Tensile strength [Pa] that a grade of ductile iron with that Brinell hardness has at least.

    Straight between the middles of the hardness of EN 1563's grades, flat outside 157 to 290. Source: EN 1563:1997,
    separately cast samples, and its ranges of hardness [V]. Fully nodular, sound iron.

    >>> round(float(strength_ductile(215.0)) / 1e6)
    550
    """
    return 1e6 * _by_hardness(hardness, 1)


def yield_ductile(hardness: ArrayLike) -> Array:
    """0.2 % proof stress [Pa], as `strength_ductile`.

    >>> round(float(yield_ductile(215.0)) / 1e6)
    345
    """
    return 1e6 * _by_hardness(hardness, 2)


def _by_hardness(hardness: ArrayLike, row: int) -> Array:
    table = np.array(list(SPHEROIDAL.values())).T
    return np.asarray(np.interp(np.asarray(hardness, float64), table[0], table[row]), float64)
