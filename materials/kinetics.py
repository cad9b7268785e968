"""Transformation kinetics of austenite from the composition, after Li et al. 1998."""

from math import exp, sqrt

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .composition import Composition
from .critical import ZERO, ac1_trzaska, ac3_trzaska, ae1_andrews, ae1_grange, ae3_andrews, ae3_grange, bs_li
from .kirkaldy import bent_kirkaldy
from .matter import Kinetics, Product, Property

Array = NDArray[float64]
Q_OVER_R = 27500.0 / 1.987
GRAIN = {"ferrite": 0.41, "pearlite": 0.32, "bainite": 0.29}
ORDER = {"ferrite": 3.0, "pearlite": 3.0, "bainite": 2.0}
# Lamellar pearlite is not reported below; Li et al. stop it at Bs, where carbon steels go on forming it.
PEARLITE_END = 500.0 + ZERO
BRACKET = 0.9
FERRITE_CARBON = 0.02
GRANGE_SLOPE = 323.0 / 1.8
TAU = (1.0, 0.5)
GAS = 8.314
RETAINED = (2.5e-3, 300.0 + ZERO, 132e3)
"""Decay of retained austenite: 1/s at 300 degC [U], and its energy of activation, J/mol [M]."""


def ae1(c: Composition) -> float:
    """Ae1 [K] of the default chain: Andrews, above 0.9 % Mn Grange.

    >>> round(ae1(Composition(C=0.45, Mn=0.75, Si=0.25)) - ZERO)
    722
    """
    return ae1_andrews(c) if c.Mn <= BRACKET else ae1_grange(c)


def ae3(c: Composition) -> float:
    """Ae3 [K] of the default chain: Andrews, above 0.9 % Mn Grange; never below Ae1.

    >>> round(ae3(Composition(C=0.45, Mn=0.75, Si=0.25)) - ZERO)
    785
    """
    return max(ae3_andrews(c) if c.Mn <= BRACKET else ae3_grange(c), ae1(c))


def fc_li(c: Composition, phase: str) -> float:
    """Composition factor of the time for a phase to form, s K^n; symbols in wt %.

    ferrite   exp(1.00 + 6.31 C + 1.78 Mn + 0.31 Si + 1.12 Ni + 2.70 Cr + 4.06 Mo)
    pearlite  exp(-4.25 + 4.12 C + 4.36 Mn + 0.44 Si + 1.71 Ni + 3.33 Cr + 5.19 sqrt(Mo))
    bainite   exp(-10.23 + 10.18 C + 0.85 Mn + 0.55 Ni + 0.90 Cr + 0.36 Mo)

    Range: low alloy steel, C < 0.6. Source: M.V. Li, D.V. Niebuhr, L.L. Meekisho, D.G. Atteridge,
    Metall. Mater. Trans. B 29 (1998) 661, eqs 15, 19, 23.

    >>> round(fc_li(Composition(C=0.38, Mn=0.81, Si=0.28, Ni=0.11, Cr=0.98, Mo=0.22), "bainite"), 5)
    0.00955
    """
    if phase == "ferrite":
        return exp(1.0 + 6.31 * c.C + 1.78 * c.Mn + 0.31 * c.Si + 1.12 * c.Ni + 2.7 * c.Cr + 4.06 * c.Mo)
    if phase == "pearlite":
        alloying = 4.36 * c.Mn + 0.44 * c.Si + 1.71 * c.Ni + 3.33 * c.Cr + 5.19 * sqrt(c.Mo)
        return exp(-4.25 + 4.12 * c.C + alloying)
    return exp(-10.23 + 10.18 * c.C + 0.85 * c.Mn + 0.55 * c.Ni + 0.9 * c.Cr + 0.36 * c.Mo)


def rate_li(c: Composition, phase: str, grain_size: float, start: float, factor: float = 1.0) -> Property:
    """Rate [1/s] against K of the additive variable s, in X = S^-1(s) with S(X) of Li et al.

    ds/dt = factor 2^(a G) (start - T)^n exp(-27500 / (1.987 T)) / Fc, 0 above `start`; a = 0.41, 0.32, 0.29
    and n = 3, 3, 2 of ferrite, pearlite, bainite; G the ASTM grain size. S(X) = integral of
    dx / (x^(0.4 (1 - x)) (1 - x)^(0.4 x)). The activation energy is 27500 cal/mol (the paper prints kcal).

    Range and source as `fc_li`.

    >>> c = Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)
    >>> round(float(rate_li(c, "bainite", 8.0, bs_li(c))(np.array(450.0 + ZERO))), 4)
    0.0187
    """
    prefactor = factor * 2.0 ** (GRAIN[phase] * grain_size) / fc_li(c, phase)
    order = ORDER[phase]

    def rate(T: Array) -> Array:
        T = np.asarray(T, float64)
        undercooling = np.maximum(start - T, 0.0)
        return np.asarray(prefactor * undercooling**order * np.exp(-Q_OVER_R / np.maximum(T, 1.0)))

    return rate


def ferrite_limit(c: Composition) -> Property:
    """Largest fraction of proeutectoid ferrite against K, by the lever rule on the Ae3 line.

    X = (Cg - C) / (Cg - 0.02) with Cg = C + (Ae3 - T) / 179.4, Grange's slope of Ae3 against carbon in K/%;
    below Ae1 the fraction of Ae1 stands, since austenite of eutectoid carbon turns to pearlite.

    >>> c = Composition(C=0.45, Mn=0.75, Si=0.25)
    >>> round(float(ferrite_limit(c)(np.array(600.0 + ZERO))), 2)
    0.45
    """
    upper, lower = ae3(c), ae1(c)

    def limit(T: Array) -> Array:
        T = np.clip(np.asarray(T, float64), lower, upper)
        austenite = c.C + (upper - T) / GRANGE_SLOPE
        return np.asarray(np.clip((austenite - c.C) / (austenite - FERRITE_CARBON), 0.0, 1.0))

    return limit


def decomposition(c: Composition, grain_size: float, start: float, alpha: float, factor: dict[str, float]) -> Kinetics:
    """Kinetics of the default chain: ferrite, pearlite, bainite, martensite, austenitisation.

    start, alpha  martensite start (K) and Koistinen-Marburger constant (1/K) of one source
    factor        multipliers of the rates by phase, 1 where not given

    Ferrite forms from Ae3 to Bs, pearlite from Ae1 to 500 degC (see PEARLITE_END), bainite from Bs to Ms, the
    more slowly the more of it there is (`bent_kirkaldy`, which Li et al. left out; see docs/theory/kinetics.md).
    Ac1 and Ac3 are Trzaska's; the time constants of Leblond and Devaux, 1 s and 0.5 s, are assumed.
    """
    upper, lower, bainite = ae3(c), ae1(c), bs_li(c)
    spans = {
        "ferrite": (upper, bainite, upper),
        "pearlite": (lower, min(PEARLITE_END, bainite), lower),
        "bainite": (bainite, start, bainite),
    }
    products = tuple(
        Product(
            phase,
            rate_li(c, phase, grain_size, top, factor.get(phase, 1.0)),
            low,
            high,
            limit=ferrite_limit(c) if phase == "ferrite" else None,
            bent=bent_kirkaldy(c) if phase == "bainite" else 0.0,
        )
        for phase, (top, low, high) in spans.items()
        if high > low
    )
    ac1 = ac1_trzaska(c)
    return Kinetics(products, start, alpha, ac1, max(ac3_trzaska(c), ac1 + 5.0), TAU, (decay(start),))


def decay_rate(T: Array) -> Array:
    """Rate [1/s] at which retained austenite decays to bainite on tempering, T [K].

    k = k300 exp(Q/R (1/573.15 - 1/T)), first order, 2.5e-3/s at 300 degC: most of it gone in 2 h at 250 degC,
    a per cent at 180 degC, as low-alloy steels show [U]. Q = 132 kJ/mol after P. Cheng et al., Metall. Trans. A 19
    (1988) 2415 [M].

    >>> [round(float(1.0 - np.exp(-7200.0 * decay_rate(np.array(t + ZERO)))), 2) for t in (180.0, 250.0, 300.0)]
    [0.01, 0.72, 1.0]
    """
    at_300, hot, energy = RETAINED
    return np.asarray(at_300 * np.exp(energy / GAS * (1.0 / hot - 1.0 / np.asarray(T, float64))))


def decay(start: float) -> Product:
    """What retained austenite becomes below martensite start (K): bainite, in proportion to what is left.

    Above martensite start the law of bainite acts alone.
    """
    return Product("bainite", decay_rate, ZERO, max(start, ZERO + 1.0), ("jmak", 1.0))


def annealed(c: Composition) -> dict[str, float]:
    """Fractions of the slowly cooled structure: ferrite by the lever rule at Ae1, the rest pearlite.

    >>> {phase: round(share, 2) for phase, share in annealed(Composition(C=0.45, Mn=0.75, Si=0.25)).items()}
    {'ferrite': 0.45, 'pearlite': 0.55}
    """
    ferrite = float(ferrite_limit(c)(np.array(ZERO)))
    return {"ferrite": ferrite, "pearlite": 1.0 - ferrite}
