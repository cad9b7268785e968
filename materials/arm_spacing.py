"""Secondary dendrite arm spacing and grain size of castings, each law with the rate or time it was fitted to."""

from collections.abc import Mapping

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from .freezing import Freezing
from .refusal import CaseError, one_of

Array = NDArray[float64]
MICRO = 1e-6
BLEND = (0.10, 0.20)
RESTRICTION = {
    "Ti": 246.0, "Zr": 6.8, "Si": 5.9, "Cr": 3.5, "Ni": 3.3, "Mg": 3.0, "Fe": 2.9, "Cu": 2.8, "Mn": 0.1
}  # fmt: skip


def sdas(freezing: Freezing, rate: ArrayLike) -> Array:
    """Arm spacing [m] of an alloy by the law of its card from the mean rate [K/s] of its freezing range.

    lambda2 = (arm spacing at 1 K/s) rate^-(arm exponent). Raises CaseError where the card has no law.
    """
    if freezing.arm_spacing is None or freezing.arm_exponent is None:
        raise CaseError("no law of arm spacing is known of this alloy; give arm_spacing and arm_exponent")
    return np.asarray(float(freezing.arm_spacing) * np.asarray(rate, float64) ** -float(freezing.arm_exponent))


def sdas_won_thomas(rate: ArrayLike, carbon: float) -> Array:
    """Arm spacing [m] of carbon steel from the rate [K/s] and wt % C.

    (169.1 - 720.9 C) rate^-0.4935 to 0.15 % C, 143.9 rate^-0.3616 C^(0.5501 - 1.996 C) above [um]; the published
    jump at 0.15 (473 to 592 um at 0.01 K/s) is blended here over 0.10 to 0.20. Range: C to about 1, 0.01 to
    10 K/s. Source: Y.-M. Won, B.G. Thomas, Metall. Mater. Trans. A 32 (2001) 1755.

    >>> [round(1e6 * float(sdas_won_thomas(x, 0.2))) for x in (0.01, 0.1, 1.0)]
    [597, 260, 113]
    """
    x = np.asarray(rate, float64)
    weight = min(max((carbon - BLEND[0]) / (BLEND[1] - BLEND[0]), 0.0), 1.0)
    low = (169.1 - 720.9 * min(carbon, BLEND[1])) * x**-0.4935
    high = 143.9 * x**-0.3616 * max(carbon, BLEND[0]) ** (0.5501 - 1.996 * max(carbon, BLEND[0]))
    return np.asarray(MICRO * low ** (1.0 - weight) * high**weight)


def sdas_suzuki(rate: ArrayLike) -> Array:
    """Arm spacing [m] of carbon steel from the rate [K/s]: 710 (60 rate)^-0.39 um.

    Range: C 0.14 to 0.88. Source: A. Suzuki et al., J. Jpn Inst. Met. 32 (1968) 1301 [M].

    >>> [round(1e6 * float(sdas_suzuki(x))) for x in (0.01, 0.1, 1.0)]
    [867, 353, 144]
    """
    return np.asarray(MICRO * 710.0 * (60.0 * np.asarray(rate, float64)) ** -0.39)


def sdas_flemings(time: ArrayLike) -> Array:
    """Arm spacing [m] of Al-4.5Cu from the local solidification time [s]: 7.5 t^0.39 um.

    Source: T.F. Bower, H.D. Brody, M.C. Flemings, Trans. AIME 236 (1966) 624 [M].

    >>> round(1e6 * float(sdas_flemings(100.0)))
    45
    """
    return np.asarray(MICRO * 7.5 * np.asarray(time, float64) ** 0.39)


def sdas_a356(rate: ArrayLike) -> Array:
    """Arm spacing [m] of A356 from the rate of the primary range [K/s]: 39.4 rate^-0.317 um.

    Range: 0.1 to 10 K/s; equal within 3 % to 10.2 t_f^0.33 over 60 K. Source: handbook fits [M].

    >>> [round(1e6 * float(sdas_a356(x))) for x in (0.1, 1.0, 10.0)]
    [82, 39, 19]
    """
    return np.asarray(MICRO * 39.4 * np.asarray(rate, float64) ** -0.317)


def sdas_ronto_roosz(time: ArrayLike, copper: float, silicon: float) -> Array:
    """Arm spacing [m] of Al-Cu-Si from the local solidification time [s] and wt %.

    34.9 C_Cu^-0.333 C_Si^-0.145 t^0.208 um. Source: V. Ronto, A. Roosz, Int. J. Cast Met. Res. 13 (2001) 337.

    >>> round(1e6 * float(sdas_ronto_roosz(100.0, 3.5, 6.0)))
    46
    """
    return np.asarray(MICRO * 34.9 * copper**-0.333 * silicon**-0.145 * np.asarray(time, float64) ** 0.208)


def growth_restriction(composition: Mapping[str, float]) -> float:
    """Growth restriction factor Q [K] of an aluminium alloy: sum of m (k - 1) C0, C0 in wt %.

    m (k - 1): Ti 246, Zr 6.8, Si 5.9, Cr 3.5, Ni 3.3, Mg 3.0, Fe 2.9, Cu 2.8, Mn 0.1 K/wt% [M]. Raises CaseError
    for an element without its number.

    >>> round(growth_restriction({"Si": 7.0, "Mg": 0.35, "Ti": 0.1}), 2)
    66.95
    """
    return sum(RESTRICTION[one_of(element, RESTRICTION, "element", element)] * c for element, c in composition.items())


def grain_size(rate: ArrayLike, restriction: float, a: float, b: float) -> Array:
    """Grain size [m] of an inoculated aluminium casting: a + b/(Q sqrt(rate)).

    rate K/s, restriction Q in K; a [m] and b [m K^1.5/s^0.5] are fitted to the inoculant and its silicon, which
    poisons it above some 3 wt %: none ship with it. Source: M. Easton, D. StJohn, Metall. Mater. Trans. A 36 (2005)
    1911, form with the rate [M].

    >>> round(1e6 * float(grain_size(1.0, 50.0, 1e-4, 5e-3)))
    200
    """
    return np.asarray(a + b / (restriction * np.sqrt(np.asarray(rate, float64))))
