"""Hardness of martensite after tempering, and the parameters that trade temperature for time."""

from math import log10

import numpy as np

from .composition import Composition
from .correlation import Limits, correlation
from .critical import ZERO
from .hardness import MAYNIER, TEMPERED, hrc_martensite_a255, tempering_factors
from .hardness_scale import hv_from_hrc

GAS = 8.314
TEMPERING = 418e3
"""J/mol, by which time at temperature stands for temperature [M]."""

FITTED: Limits = {**TEMPERED, "temperature": (100.0 + ZERO, 700.0 + ZERO), "time": (10.0, 32.0 * 3600.0)}
MAYNIER_TEMPER: Limits = {**MAYNIER, "temperature": (450.0 + ZERO, 710.0 + ZERO)}


def hollomon_jaffe(temperature: float, time: float, constant: float = 20.0) -> float:
    """Parameter of Hollomon and Jaffe [K]; temperature [K], time [s].

    P = T (constant + log10 t_h). Constant 20, or 21.3 - 5.8 C. Source: J.H. Hollomon, L.D. Jaffe, Trans. AIME 162
    (1945) 223.

    >>> round(hollomon_jaffe(833.15, 7200.0))
    16914
    """
    return temperature * (constant + log10(time / 3600.0))


def temperature_hollomon_jaffe(parameter: float, time: float, constant: float = 20.0) -> float:
    """Temperature [K] that gives a parameter [K] in `time` [s], the inverse of `hollomon_jaffe`.

    >>> round(temperature_hollomon_jaffe(16914.4, 3600.0) - ZERO, 1)
    572.6
    """
    return parameter / (constant + log10(time / 3600.0))


def tempering_parameter(temperature: float, time: float) -> float:
    """Pc [K]: the temperature that does in one hour what `temperature` [K] does in `time` [s].

    1 / Pc = 1 / T - 2.303 R / Q log10 t_h, Q = 418 kJ/mol. Source: P. Maynier, B. Jungmann, J. Dollet, Hardenability
    Concepts with Applications to Steel, AIME 1978, 518 [M].

    >>> round(tempering_parameter(833.15, 7200.0) - ZERO, 1)
    569.7
    """
    return 1.0 / (1.0 / temperature - 2.303 * GAS / TEMPERING * log10(time / 3600.0))


@correlation("tempered_hardness", "HRC", "own fit, 1167 points, rms 2.2 HRC", "C", FITTED)
def hrc_tempered_fit(c: Composition, temperature: float, time: float) -> float:
    """Hardness [HRC] of martensite after `time` [s] at `temperature` [K], never above as quenched.

    The polynomial of `tempering_factors` in m = T (17 + log10 t_h) / 1000 - 14.

    >>> c = Composition(C=0.41, Mn=0.88, Si=0.23, Cr=1.02, Mo=0.22)
    >>> [round(hrc_tempered_fit(c, T + ZERO, 3600.0)) for T in (205, 315, 425, 540, 650)]
    [54, 51, 46, 39, 31]
    """
    m = hollomon_jaffe(temperature, time, 17.0) / 1000.0 - 14.0
    return min(float(np.polyval(tempering_factors(c)[::-1], m)), hrc_martensite_a255(c))


@correlation("tempered_hardness", "HV", "Maynier et al. 1978", "M", MAYNIER_TEMPER)
def hv_tempered_maynier(c: Composition, temperature: float, time: float) -> float:
    """Hardness [HV] of martensite after `time` [s] at `temperature` [K]; only from 450 degC, never above as quenched.

    HV = -74 - 434 C - 368 Si - 25 Mn + 37 Ni - 335 Mo - 2235 V + 1000 / Pc (260 + 616 C + 321 Si - 21 Mn - 35 Ni
    - 11 Cr + 352 Mo + 2345 V), Pc in K. Bias +5 and rms 43 HV on 364 points. Source as `tempering_parameter`.

    >>> c = Composition(C=0.41, Mn=0.88, Si=0.23, Cr=1.02, Mo=0.22)
    >>> round(hv_tempered_maynier(c, 540.0 + ZERO, 3600.0))
    348
    """
    steady = -74.0 - 434.0 * c.C - 368.0 * c.Si - 25.0 * c.Mn + 37.0 * c.Ni - 335.0 * c.Mo - 2235.0 * c.V
    warm = 260.0 + 616.0 * c.C + 321.0 * c.Si - 21.0 * c.Mn - 35.0 * c.Ni - 11.0 * c.Cr + 352.0 * c.Mo + 2345.0 * c.V
    tempered = steady + 1000.0 / tempering_parameter(temperature, time) * warm
    return min(tempered, hv_from_hrc(hrc_martensite_a255(c)))
