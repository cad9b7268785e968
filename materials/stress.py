"""Mechanics of the phases of steel: free strain from densities, elasticity, yield, hardening, creep."""

from dataclasses import replace

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .composition import Composition
from .critical import ZERO
from .hardness import bainite_maynier, ferrite_pearlite_maynier, hv_martensite, tempering_held
from .hardness_scale import hv_from_hrc, tensile_strength_pavlina, yield_strength_pavlina
from .matter import Mechanics, Property, Stage

Array = NDArray[float64]
STRESS_FREE = 850.0 + ZERO
SOLUBLE = 0.02
CEMENTITE_CARBON = 6.67
# log10 of 3600 K/h: hardness of bainite, ferrite and pearlite at 1 K/s gives their yield strength at 20 degC.
LOG_RATE = 3.5563
TRIP = {"ferrite": 1e-10, "pearlite": 1e-10, "bainite": 8e-11, "martensite": 6e-11}
# Own fit, 480 to 600 degC, to 400 MPa that relax in 42CrMo4 by exp(-(a t)^0.122), a = 1.22e21/min exp(-3.29 eV / kT)
# [M]: V. Schulze, O. Voehringer, E. Macherauch, Proc. ICSP-5 (1993) 264.
CREEP = (6.1e-28, 5.0, 294.0e3)
# Middle and width of each stage of tempering, K: reactions of 111 and 203 kJ/mol, fastest at 160 and 360 degC
# when heated by 20 K/min [M].
STAGES = ((6525.0, 433.0), (9582.0, 633.0))
# Middle and width of what follows without strain: cementite coarsens, dislocations recover. Chosen, with the hardness
# behind each stage, so that their mixture follows the hardness of tempered martensite to 50 HV.
RECOVERY = ((10500.0, 1300.0), (14400.0, 1300.0))
PARAMETERS = np.linspace(5400.0, 18000.0, 127)  # K, 10 s at 100 degC to 32 h at 700 degC
KNOTS = np.array([0.0, 300.0, 600.0, 900.0]) + ZERO
YOUNG = {"austenite": (200e9, 175e9, 150e9, 124e9), "bcc": (210e9, 193e9, 165e9, 120e9)}
POISSON = {"austenite": (0.29, 0.31, 0.33, 0.345), "bcc": (0.28, 0.30, 0.31, 0.33)}
AUSTENITE_TENSILE = 2.7
AUSTENITE_YIELD = (220e6, 130e6, 35e6, 35e6)
TANGENT = {"soft": (1e9, 16e9, 10e9, 0.5e9), "martensite": (1e9, 1e9, 1e9, 1e9)}
FALL = {
    "ferrite": ((0.0, 300.0, 600.0, 900.0), (1.0, 0.511, 0.311, 0.067)),
    "pearlite": ((0.0, 300.0, 600.0, 900.0), (1.0, 0.511, 0.311, 0.067)),
    "bainite": ((0.0, 300.0, 600.0, 900.0), (1.0, 0.73, 0.25, 0.053)),
    "martensite": ((0.0, 300.0, 500.0, 600.0, 700.0, 900.0), (1.0, 0.886, 0.78, 0.47, 0.23, 0.06)),
}


def density_austenite(c: Composition, T: Array) -> Array:
    """Density [kg/m3] of austenite at T [K].

    rho = 8099.79 - 0.5060 T + (-118.26 + 0.00739 T) C - 68.24 Si - 6.01 Mn, T in degC. Range: low alloy
    steel, 20 to 1400 degC. Source: J. Miettinen, Metall. Mater. Trans. B 28 (1997) 281.

    >>> round(float(density_austenite(Composition(C=0.4), np.array(20.0 + ZERO))), 1)
    8042.4
    """
    t = np.asarray(T, float64) - ZERO
    return np.asarray(8099.79 - 0.5060 * t + (-118.26 + 0.00739 * t) * c.C - 68.24 * c.Si - 6.01 * c.Mn)


def density_ferrite(c: Composition, carbon: float, T: Array) -> Array:
    """Density [kg/m3] of bcc iron with `carbon` wt % in solution at T [K]; all of it dissolved: martensite.

    rho = 7875.96 - 0.297 T - 5.62e-5 T2 + (-206.35 + 0.00778 T + 1.472e-6 T2) carbon - 36.86 Si - 7.24 Mn,
    T in degC. Range and source as `density_austenite`.

    >>> round(float(density_ferrite(Composition(C=0.4), 0.4, np.array(20.0 + ZERO))), 1)
    7787.5
    """
    t = np.asarray(T, float64) - ZERO
    dissolved = (-206.35 + 0.00778 * t + 1.472e-6 * t**2) * carbon
    return np.asarray(7875.96 - 0.297 * t - 5.62e-5 * t**2 + dissolved - 36.86 * c.Si - 7.24 * c.Mn)


def density_cementite(T: Array) -> Array:
    """Density [kg/m3] of cementite at T [K].

    rho = 7686.45 - 0.0663 T - 3.12e-4 T2, T in degC. Source: J. Miettinen, Metall. Mater. Trans. B 28
    (1997) 281.

    >>> round(float(density_cementite(np.array(20.0 + ZERO))))
    7685
    """
    t = np.asarray(T, float64) - ZERO
    return np.asarray(7686.45 - 0.0663 * t - 3.12e-4 * t**2)


def density_ferrite_cementite(c: Composition, T: Array) -> Array:
    """Density [kg/m3] of ferrite (0.02 % C) with the rest of the carbon in cementite, at T [K].

    The lever rule on specific volumes: ferrite-pearlite and bainite alike.

    >>> round(float(density_ferrite_cementite(Composition(C=0.4), np.array(20.0 + ZERO))), 1)
    7855.3
    """
    soluble = min(SOLUBLE, c.C)
    share = (c.C - soluble) / (CEMENTITE_CARBON - soluble)
    return np.asarray(1.0 / ((1.0 - share) / density_ferrite(c, soluble, T) + share / density_cementite(T)))


def free_strain(c: Composition, phase: str, stress_free: float = STRESS_FREE) -> Property:
    """Free linear strain of a phase against K from the densities, 0 for austenite at `stress_free` (K).

    >>> c, room = Composition(C=0.4), np.array(20.0 + ZERO)
    >>> martensite = free_strain(c, "martensite")(room) - free_strain(c, "austenite")(room)
    >>> round(100.0 * float(martensite), 2)
    1.06
    """
    reference = float(density_austenite(c, np.array(stress_free)))
    density: dict[str, Property] = {
        "austenite": lambda T: density_austenite(c, T),
        "martensite": lambda T: density_ferrite(c, c.C, T),
    }
    of: Property = density.get(phase, lambda T: density_ferrite_cementite(c, T))
    return lambda T: np.asarray(np.power(reference / of(T), 1.0 / 3.0) - 1.0)


def _line(values: tuple[float, ...], knots: Array = KNOTS) -> Property:
    ordinates = np.array(values)
    return lambda T: np.asarray(np.interp(np.asarray(T, float64), knots, ordinates))


def yield_strength(c: Composition, phase: str) -> Property:
    """Yield strength [Pa] of a phase against K.

    Austenite 220, 130, 35, 35 MPa at 0, 300, 600, 900 degC. The others at 20 degC by Pavlina & Van Tyne from
    their hardness (Maynier at 1 K/s, martensite A255), falling with temperature as the C60 set of Denis and
    Gur does, martensite above 500 degC as EN 1993-1-2 does.

    >>> round(float(yield_strength(Composition(C=0.42), "martensite")(np.array(ZERO))) / 1e6)
    1735
    """
    if phase == "austenite":
        return _line(AUSTENITE_YIELD)
    return _falling(phase, yield_strength_pavlina(_hardness(c, phase)))


def tensile_strength(c: Composition, phase: str) -> Property:
    """Tensile strength [Pa] of a phase against K: by Pavlina & Van Tyne from its hardness, falling as `yield_strength`.

    Austenite: 2.7 of its yield strength [U], as annealed austenitic steel has.

    >>> round(float(tensile_strength(Composition(C=0.42), "martensite")(np.array(ZERO))) / 1e6)
    2271
    """
    if phase == "austenite":
        return _line(tuple(AUSTENITE_TENSILE * value for value in AUSTENITE_YIELD))
    return _falling(phase, tensile_strength_pavlina(_hardness(c, phase)))


def _hardness(c: Composition, phase: str) -> float:
    if phase == "martensite":
        return hv_martensite(c)
    a, b = bainite_maynier(c) if phase == "bainite" else ferrite_pearlite_maynier(c)
    return min(max(a + b * LOG_RATE, 130.0), hv_martensite(c))


def _falling(phase: str, room: float) -> Property:
    temperatures, shares = FALL[phase]
    return _line(tuple(room * share for share in shares), np.array(temperatures) + ZERO)


def hardening(phase: str) -> Property:
    """d stress / d plastic strain [Pa] against K, E Et / (E - Et) of the tangent moduli of the C60 set.

    >>> round(float(hardening("martensite")(np.array(ZERO))) / 1e6)
    1005
    """
    young = np.array(YOUNG["austenite" if phase == "austenite" else "bcc"])
    tangent = np.array(TANGENT["martensite" if phase == "martensite" else "soft"])
    return _line(tuple(young * tangent / (young - tangent)))


def mechanics(c: Composition, phase: str, stress_free: float = STRESS_FREE, trip: float | None = None) -> Mechanics:
    """Everything the stress solver needs of one phase; trip (1/Pa) in place of the default of `TRIP`."""
    kind = "austenite" if phase == "austenite" else "bcc"
    return Mechanics(
        young=_line(YOUNG[kind]),
        poisson=_line(POISSON[kind]),
        strain=free_strain(c, phase, stress_free),
        yield_stress=yield_strength(c, phase),
        hardening=hardening(phase),
        trip=TRIP.get(phase, 0.0) if trip is None else trip,
        creep=None if phase == "austenite" else CREEP,
        tensile=tensile_strength(c, phase),
    )


def tempering(c: Composition, stress_free: float = STRESS_FREE) -> tuple[Stage, ...]:
    """The stages in which martensite tempers: transition carbides take its tetragonality, then cementite forms.

    Behind the last stage martensite has the length of ferrite with cementite; how far it has come behind the first
    says `first_stage`. The parameter of Hollomon and Jaffe stands for time: the temperatures of M. Jung, S.-J. Lee,
    Y.-K. Lee, Metall. Mater. Trans. A 40 (2009) 551, 70 to 240 and 200 to 450 degC [V], at the rates of heating that
    they tell. Plasticity of each stage after G.W. Greenwood, R.H. Johnson, Proc. R. Soc. A 283 (1965) 403: K = 5/6 dV/V
    of the stage over the yield stress of martensite, untried [U]. Two more stages change no length: behind every stage
    yield and tensile strength are those of the hardness there, see `tempered_hardness`.

    >>> stages = tempering(Composition(C=0.42))
    >>> [f"{stage.mechanics.trip:.1e}" for stage in stages]
    ['1.0e-12', '4.2e-12', '0.0e+00', '0.0e+00']
    """
    fresh = mechanics(c, "martensite", stress_free)
    old, new = free_strain(c, "martensite", stress_free), free_strain(c, "ferrite", stress_free)
    made: list[Stage] = []
    passed, levels = 0.0, tempered_hardness(c)
    shares = (first_stage(c.C), 1.0, 1.0, 1.0)
    for (middle, width), share, level in zip((*STAGES, *RECOVERY), shares, levels, strict=True):
        hot = np.array(width)
        volume = 3.0 * (share - passed) * float(abs(new(hot) - old(hot)))
        strain = _part_way(old, new, share)
        trip = 5.0 / 6.0 * volume / float(yield_strength(c, "martensite")(hot))
        limits = (_falling("martensite", law(level)) for law in (yield_strength_pavlina, tensile_strength_pavlina))
        yields, breaks = limits
        made.append(Stage(middle, width, replace(fresh, strain=strain, trip=trip, yield_stress=yields, tensile=breaks)))
        passed = share
    return tuple(made)


def first_stage(carbon: float) -> float:
    """Share of the shrinkage of tempering that lies behind the first stage, `carbon` in wt %.

    0.88 (C - 0.25) of the whole 1.68 C per cent of volume, none below 0.25 % C: the carbon that stays in the
    martensite beside the transition carbide, and at defects, moves in the second stage alone. B.S. Lement, Distortion
    in Tool Steels, 1959 [M]. Jung et al., see `tempering`, find 0.16 % C at defects before any carbide forms [V].

    >>> [round(first_stage(carbon), 3) for carbon in (0.2, 0.42, 0.8)]
    [0.0, 0.212, 0.36]
    """
    return 0.88 / 1.68 * (1.0 - 0.25 / max(carbon, 0.25))


def tempered_hardness(c: Composition) -> tuple[float, ...]:
    """Hardness [HV] behind each stage of tempering, by least squares to that of `hrc_tempered_fit`, never rising.

    What lies beyond the range of that law counts as its end does.

    >>> [round(hv) for hv in tempered_hardness(Composition(C=0.42, Si=0.25, Mn=0.75, Cr=1.0, Mo=0.2))]
    [590, 559, 445, 276]
    """
    fresh = hv_martensite(c)
    stages = (*STAGES, *RECOVERY)
    hrc = np.asarray(np.polynomial.polynomial.polyval(PARAMETERS / 1000.0 - 14.0, tempering_held(c)), float64)
    exact = np.minimum(hv_from_hrc(hrc), fresh)
    left, shares = np.ones(PARAMETERS.size), []
    for middle, width in stages[::-1]:
        gone = -left * np.expm1(-(10.0 ** np.minimum((PARAMETERS - middle) / width, 2.0)))
        shares.append(gone)
        left = left - gone
    found = np.linalg.lstsq(np.array(shares[::-1]).T, exact - left * fresh, rcond=None)[0]
    return tuple(float(hv) for hv in np.minimum.accumulate(np.minimum(found, fresh)))


def _part_way(first: Property, last: Property, share: float) -> Property:
    return lambda T: np.asarray((1.0 - share) * first(T) + share * last(T))
