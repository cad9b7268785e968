"""Modulus, solidification time, feeders, shrinkage and pattern allowance by the rules of the foundry."""

from math import pi, sqrt

from .freezing import Freezing
from .refusal import CaseError, one_of

FEEDER = 1.2
SLEEVES = {"none": 1.0, "insulating": 1.275, "exothermic": 1.4}
"""Factor on the geometric modulus of a feeder: middle of 1.2 to 1.35 and 1.3 to 1.5 [M]."""
EFFICIENCY = {"none": 0.17, "insulating": 0.35, "exothermic": 0.70}
"""Share of a feeder that feeds: sand 0.14 to 0.20, sleeve 0.30 to 0.40, exothermic mini feeder up to 0.70 [M]."""
SHRINKAGE = {"steel": (0.03, 0.04), "aluminium": (0.055, 0.066), "copper": (0.049, 0.049), "nickel": (0.04, 0.05)}
PATTERN = {
    "graphitic iron": (0.0055, 0.0100),
    "steel": (0.020, 0.020),
    "aluminium": (0.013, 0.016),
    "copper": (0.010, 0.010),
}


def heat_to_remove(freezing: Freezing, density: float, superheat: float, heat_capacity: float) -> float:
    """Heat of freezing and superheat [J/m3]: rho (L + c_l dT), dT in K.

    Source: N. Chvorinov, Giesserei 27 (1940) 177, with superheat.
    """
    return density * (float(freezing.latent_heat) + heat_capacity * superheat)


def chvorinov(heat: float, drop: float, effusivity: float) -> float:
    """Chvorinov's constant B [s/m2] of t = B M^2 against a thick mould.

    B = (pi/4) (heat/(drop b))^2; heat J/m3, drop from freezing to mould K, effusivity b = sqrt(k rho c) of the
    mould. Range: plane walls, sand or shell, NOT metal moulds (1.0 s for 6.8 s against copper). Source:
    Chvorinov 1940. Pure aluminium in silica, minutes per cm2:

    >>> round(chvorinov(2385.0 * 451e3, 635.0, sqrt(0.6 * 1600.0 * 1130.0)) / 60e4, 2)
    3.46
    """
    return pi / 4.0 * (heat / (drop * effusivity)) ** 2


def solidification_time(modulus: float, heat: float, drop: float, effusivity: float, curvature: float = 0.0) -> float:
    """Solidification time [s] in a thick mould, its walls plane or curved.

    2 b sqrt(t/pi) + curvature t = heat M/drop; modulus M m, curvature k/(2R) for a cylinder, k/R for a sphere
    [W/m2/K], k of the mould. Source: series of the half space and of the sphere, G.H. Geiger, D.R. Poirier,
    Transport Phenomena in Metallurgy, 1973. Plate of 10 mm modulus, 1e9 J/m3:

    >>> round(solidification_time(0.01, 1e9, 635.0, sqrt(0.6 * 1600.0 * 1050.0)), 4)
    193.2333
    """
    take, need = effusivity / sqrt(pi), heat * modulus / drop
    return (need / (take + sqrt(take**2 + curvature * need))) ** 2


def solidification_time_interface(modulus: float, heat: float, drop: float, h: float) -> float:
    """Solidification time [s] where the joint resists most: heat M/(h drop). Range: metal moulds, thin walls.

    >>> round(solidification_time_interface(0.005, 1.05e9, 575.0, 200.0), 2)
    45.65
    """
    return heat * modulus / (h * drop)


def modulus(volume: float, cooled_area: float) -> float:
    """Geometric modulus [m]: volume [m3] over the area [m2] that takes heat out. Source: Chvorinov 1940.

    >>> modulus(1e-3, 0.06)
    0.016666666666666666
    """
    return volume / cooled_area


def feeder_modulus(casting: float, sleeve: str = "none") -> float:
    """Geometric modulus [m] a feeder needs for a casting's modulus [m]: 1.2 M over the factor of its sleeve [M].

    >>> round(1e3 * feeder_modulus(0.010, "insulating"), 1)
    9.4
    """
    return FEEDER * casting / SLEEVES[one_of(sleeve, SLEEVES, "sleeve", "sleeve")]


def feeder_volume(casting: float, shrinkage: float, sleeve: str = "none") -> float:
    """Volume [m3] of a feeder that makes good the shrinkage [-] of casting [m3] and feeder: b V/(e - b).

    Efficiency e 0.17 in sand, 0.35 and 0.70 in sleeves [M]. Raises CaseError where the feeder cannot.

    >>> round(1e3 * feeder_volume(1e-3, 0.04), 3)
    0.308
    """
    efficiency = EFFICIENCY[one_of(sleeve, EFFICIENCY, "sleeve", "sleeve")]
    if shrinkage >= efficiency:
        raise CaseError(f"shrinkage {shrinkage:g} is not below the feeder's efficiency {efficiency:g}; use a sleeve")
    return shrinkage * casting / (efficiency - shrinkage)


def feeding_distance_plate(thickness: float, end: bool = True, chill: bool = False) -> float:
    """Distance [m] a feeder reaches in a steel plate: 2 T, 2.5 T more to a free end, 50 mm more with a chill.

    Range: low-alloy steel in sand, width 3 to 5 T and more; chill [M]. Source: H.F. Bishop, W.S. Pellini, AFS
    Trans. 58 (1950) 185, as told by Ou, Carlson and Beckermann.

    >>> feeding_distance_plate(0.02)
    0.09
    """
    return (4.5 if end else 2.0) * thickness + (0.050 if chill else 0.0)


def feeding_distance_bar(thickness: float) -> float:
    """Distance [m] a feeder reaches in a square steel bar with a free end: 30 sqrt(T in mm) mm [M].

    >>> round(1e3 * feeding_distance_bar(0.025))
    150
    """
    return 0.030 * sqrt(1e3 * thickness)


def volume_shrinkage(freezing: Freezing) -> tuple[float, float]:
    """Least and most shrinkage of freezing [-] of the liquid's volume: of its densities, else of its family [M].

    Raises CaseError for graphitic iron, from -4 to +2 % by mould and melt, and for a family without numbers.
    """
    if freezing.family == "graphitic iron":
        raise CaseError("graphitic iron shrinks by -4 to +2 %, as mould and melt decide; give it yourself")
    if freezing.solid_density is not None and freezing.liquid_density is not None:
        return freezing.shrinkage, freezing.shrinkage
    if freezing.family not in SHRINKAGE:
        raise CaseError(f"no shrinkage of {freezing.family} is known; give solid_density and liquid_density")
    return SHRINKAGE[freezing.family]


def pattern_allowance(freezing: Freezing) -> tuple[float, float]:
    """Patternmaker's allowance [-], least and most, by which the pattern is larger than the casting.

    Grey iron 0.55 to 1.0 %, steel 2.0, aluminium 1.3 to 1.6, copper 1.0: three published foundry tables, means
    of free contraction [V]. Raises CaseError for a family without numbers, with the way out.
    """
    if freezing.family not in PATTERN:
        raise CaseError(f"no pattern allowance of {freezing.family} is known; use pattern_allowance_expansion")
    return PATTERN[freezing.family]


def pattern_allowance_expansion(expansion: float, solidus: float, room: float = 293.15) -> float:
    """Patternmaker's allowance [-] of free contraction: mean expansion [1/K] times solidus less room [K].

    Range: a casting that nothing holds; cores and moulds leave less.

    >>> round(100.0 * pattern_allowance_expansion(14.5e-6, 1480.0 + 273.15), 2)
    2.12
    """
    return expansion * (solidus - room)
