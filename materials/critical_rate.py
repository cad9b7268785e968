"""Critical cooling rates: the slowest that still gives martensite, bainite, and the like."""

from collections.abc import Callable
from functools import partial
from math import log10

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .composition import Composition
from .correlation import Limits, correlation
from .critical import LI, ZERO, bs_kirkaldy, bs_li
from .hardness import MAYNIER
from .kinetics import PEARLITE_END, ae1, ae3, rate_li
from .kirkaldy import bent_kirkaldy, completion, rate_kirkaldy
from .martensite import ms_kung_rayment

Array = NDArray[float64]
GAS = 8.314
AUSTENITISING = 460e3
"""J/mol, by which time at temperature stands for temperature [M]."""

BEGUN = 0.01
COMPLETION_LI = 0.1043
"""S(0.01) of Li et al."""
ALLOYED: Limits = {**LI, "Mn+Ni+Cr+Mo": (0.2, 5.0), "grain_size": (4.0, 11.0)}
# quantity -> k0 and the factors of C, Mn, Ni, Cr, Mo and Pa
CRITICAL = {
    "critical_rate_martensite": (9.81, 4.62, 1.05, 0.54, 0.50, 0.66, 0.00183),
    "critical_rate_martensite_90": (8.76, 4.04, 0.96, 0.49, 0.58, 0.97, 0.0010),
    "critical_rate_martensite_50": (8.50, 4.12, 0.86, 0.57, 0.41, 0.94, 0.0012),
    "critical_rate_bainite": (10.17, 3.80, 1.07, 0.70, 0.57, 1.58, 0.0032),
    "critical_rate_bainite_90": (10.55, 3.65, 1.08, 0.77, 0.61, 1.49, 0.0040),
    "critical_rate_bainite_50": (8.74, 2.23, 0.86, 0.56, 0.59, 1.60, 0.0032),
    "critical_rate_ferrite_pearlite_90": (7.51, 1.38, 0.35, 0.93, 0.11, 2.31, 0.0033),
}


def austenitising_parameter(temperature: float, time: float) -> float:
    """Pa [K]: the temperature that does in one hour what `temperature` [K] does in `time` [s].

    1 / Pa = 1 / T - 2.303 R / Q log10 t_h, Q = 460 kJ/mol. Source: P. Maynier, B. Jungmann, J. Dollet, Hardenability
    Concepts with Applications to Steel, AIME 1978, 518 [M].

    >>> round(austenitising_parameter(1123.15, 1800.0) - ZERO)
    834
    """
    return 1.0 / (1.0 / temperature - 2.303 * GAS / AUSTENITISING * log10(time / 3600.0))


def critical_rate_maynier(c: Composition, temperature: float, time: float, quantity: str) -> float:
    """Critical cooling rate [K/s] at 700 degC after austenitising at `temperature` [K] for `time` [s].

    log10 V = k0 - (kC C + kMn Mn + kNi Ni + kCr Cr + kMo Mo + kPa Pa), V in K/h and Pa in degC (in K the rates come
    out three times too slow); coefficients in CRITICAL. At these rates martensite is all, 90 or 50 % with bainite as
    the rest; bainite all, 90 or 50 % with ferrite and pearlite as the rest; or ferrite with pearlite 90 % and bainite
    the rest. Source as `austenitising_parameter`; range [M].

    >>> c = Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20)
    >>> [round(critical_rate_maynier(c, 1123.15, 3600.0, name), 2) for name in list(CRITICAL)[:3]]
    [21.36, 14.37, 8.91]
    """
    k0, carbon, manganese, nickel, chromium, molybdenum, soak = CRITICAL[quantity]
    alloying = manganese * c.Mn + nickel * c.Ni + chromium * c.Cr + molybdenum * c.Mo
    warmth = soak * (austenitising_parameter(temperature, time) - ZERO)
    return float(10.0 ** (k0 - carbon * c.C - alloying - warmth) / 3600.0)


def _windows(c: Composition, bainite: float) -> dict[str, tuple[float, float]]:
    """Where each product forms, K: (lowest, start)."""
    return {
        "ferrite": (bainite, ae3(c)),
        "pearlite": (min(PEARLITE_END, bainite), ae1(c)),
        "bainite": (ms_kung_rayment(c), bainite),
    }


def _sum(window: tuple[float, float], rate: Callable[[Array], Array]) -> float:
    """Integral of a rate [1/s] over its window of temperature: K/s; 0 where there is none."""
    low, high = window
    T = np.linspace(low, max(low, high), 2001)
    return float(np.trapezoid(rate(T), T))


def critical_rate_li(c: Composition, phase: str, grain_size: float) -> float:
    """Constant cooling rate [K/s] that gives just 1 % of ferrite, pearlite or bainite; `grain_size` the ASTM number.

    Integral of `rate_li` over the temperatures at which the phase forms, over S(0.01) = 0.1043, by additivity. Bainite
    agrees with the paper within 5 %, ferrite comes out 1.5 to 2.4 times lower than its tables. Source as `fc_li`.

    >>> c = Composition(C=0.38, Mn=0.81, Si=0.28, Ni=0.11, Cr=0.98, Mo=0.22, Cu=0.11)
    >>> round(critical_rate_li(c, "bainite", 8.0), 1)
    25.7
    """
    window = _windows(c, bs_li(c))[phase]
    return _sum(window, rate_li(c, phase, grain_size, window[1])) / COMPLETION_LI


def critical_rate_kirkaldy(c: Composition, phase: str, grain_size: float) -> float:
    """Constant cooling rate [K/s] that gives just 1 % of a phase, by the times of Kirkaldy and Venugopalan.

    Integral of `rate_kirkaldy` over the temperatures at which the phase forms, over I(0.01), by additivity.

    >>> c = Composition(C=0.38, Mn=0.81, Si=0.28, Ni=0.11, Cr=0.98, Mo=0.22, Cu=0.11)
    >>> round(critical_rate_kirkaldy(c, "bainite", 8.0), 1)
    60.7
    """
    window = _windows(c, bs_kirkaldy(c))[phase]
    bent = bent_kirkaldy(c) if phase == "bainite" else 0.0
    return _sum(window, lambda T: rate_kirkaldy(c, phase, grain_size, window[1], T)) / completion(BEGUN, bent)


@correlation("critical_rate_martensite", "K/s", "Li et al. 1998, 1 % of others", "V", ALLOYED)
def critical_rate_martensite_li(c: Composition, grain_size: float) -> float:
    """Slowest constant cooling rate [K/s] with less than 1 % of ferrite, of pearlite and of bainite.

    >>> c = Composition(C=0.38, Mn=0.81, Si=0.28, Ni=0.11, Cr=0.98, Mo=0.22, Cu=0.11)
    >>> round(critical_rate_martensite_li(c, 8.0), 1)
    25.7
    """
    return max(critical_rate_li(c, phase, grain_size) for phase in ("ferrite", "pearlite", "bainite"))


@correlation("critical_rate_bainite", "K/s", "Li et al. 1998, 1 % of others", "V", ALLOYED)
def critical_rate_bainite_li(c: Composition, grain_size: float) -> float:
    """Slowest constant cooling rate [K/s] with less than 1 % of ferrite and of pearlite.

    >>> c = Composition(C=0.38, Mn=0.81, Si=0.28, Ni=0.11, Cr=0.98, Mo=0.22, Cu=0.11)
    >>> round(critical_rate_bainite_li(c, 8.0), 2)
    3.16
    """
    return max(critical_rate_li(c, phase, grain_size) for phase in ("ferrite", "pearlite"))


@correlation("critical_rate_martensite", "K/s", "Kirkaldy & Venugopalan 1983, 1 % of others", "V", ALLOYED)
def critical_rate_martensite_kirkaldy(c: Composition, grain_size: float) -> float:
    """Slowest constant cooling rate [K/s] with less than 1 % of ferrite, of pearlite and of bainite.

    >>> c = Composition(C=0.38, Mn=0.81, Si=0.28, Ni=0.11, Cr=0.98, Mo=0.22, Cu=0.11)
    >>> round(critical_rate_martensite_kirkaldy(c, 8.0))
    179
    """
    return max(critical_rate_kirkaldy(c, phase, grain_size) for phase in ("ferrite", "pearlite", "bainite"))


@correlation("critical_rate_bainite", "K/s", "Kirkaldy & Venugopalan 1983, 1 % of others", "V", ALLOYED)
def critical_rate_bainite_kirkaldy(c: Composition, grain_size: float) -> float:
    """Slowest constant cooling rate [K/s] with less than 1 % of ferrite and of pearlite.

    >>> c = Composition(C=0.38, Mn=0.81, Si=0.28, Ni=0.11, Cr=0.98, Mo=0.22, Cu=0.11)
    >>> round(critical_rate_bainite_kirkaldy(c, 8.0))
    179
    """
    return max(critical_rate_kirkaldy(c, phase, grain_size) for phase in ("ferrite", "pearlite"))


for _quantity in CRITICAL:
    correlation(_quantity, "K/s", "Maynier et al. 1978", "V", MAYNIER, name=f"{_quantity}_maynier")(
        partial(critical_rate_maynier, quantity=_quantity)
    )
