"""Properties of A356-T6 castings from arm spacing and magnesium. Porosity and iron scatter them most."""

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from .refusal import CaseError

Array = NDArray[float64]
MAGNESIUM = (0.30, 0.40)
YIELD = (200.0, 245.0)
ELONGATION = ((20.0, 40.0, 70.0), (13.5, 7.0, 3.5))


def strength_a356(arm_spacing: ArrayLike) -> Array:
    """Tensile strength [Pa] of A356-T6 from arm spacing [m]: 403 - 2.18 lambda2 [MPa, um], held at 230 to 370.

    Range: 15 to 70 um, sound and modified. Source: through the ends 370 and 250 MPa of S. Nayak, S. Sundarraj,
    Metall. Mater. Trans. B 2009 [C].

    >>> [round(float(x) / 1e6) for x in strength_a356([15e-6, 40e-6, 70e-6])]
    [370, 316, 250]
    """
    return np.asarray(1e6 * np.clip(403.0 - 2.18e6 * np.asarray(arm_spacing, float64), 230.0, 370.0))


def yield_a356(magnesium: float) -> float:
    """Yield strength [Pa] of A356-T6 aged to its peak at 155 to 170 degC: 200 to 245 MPa over 0.30 to 0.40 % Mg.

    Nearly independent of arm spacing. Source: handbook values [M]. Raises CaseError outside 0.30 to 0.40 % Mg.

    >>> round(yield_a356(0.35) / 1e6, 1)
    222.5
    """
    if not MAGNESIUM[0] <= magnesium <= MAGNESIUM[1]:
        raise CaseError(f"{magnesium:g} % Mg is outside 0.30 to 0.40, where the yield strength is known", "magnesium")
    return float(1e6 * np.interp(magnesium, MAGNESIUM, YIELD))


def elongation_a356(arm_spacing: ArrayLike, modified: bool = True) -> Array:
    """Elongation [-] of A356-T6 from arm spacing [m]: 13.5, 7, 3.5 % at 20, 40, 70 um, half if not modified [U].

    Straight in between, flat outside; middles of 12 to 15, 6 to 8, 3 to 4.

    >>> round(100.0 * float(elongation_a356(40e-6)), 1)
    7.0
    """
    percent = np.interp(1e6 * np.asarray(arm_spacing, float64), *ELONGATION)
    return np.asarray(0.01 * percent * (1.0 if modified else 0.5), float64)


def quality_index(strength: ArrayLike, elongation: ArrayLike) -> Array:
    """Quality index [Pa] of Al-Si-Mg castings: Rm + 150 log10 A [MPa, %].

    Source: M. Drouzy, S. Jacob, M. Richard, AFS Int. Cast Met. J. 5 (1980) 43.

    >>> round(float(quality_index(280e6, 0.07)) / 1e6)
    407
    """
    return np.asarray(np.asarray(strength, float64) + 150e6 * np.log10(100.0 * np.asarray(elongation, float64)))


def yield_drouzy(strength: ArrayLike, elongation: ArrayLike) -> Array:
    """Probable yield strength [Pa] of Al-Si-Mg castings: Rm - 60 log10 A - 13 [MPa, %]. Source: Drouzy 1980 [M].

    >>> round(float(yield_drouzy(280e6, 0.07)) / 1e6)
    216
    """
    return np.asarray(np.asarray(strength, float64) - 60e6 * np.log10(100.0 * np.asarray(elongation, float64)) - 13e6)


def hardness_cahoon(yield_strength: ArrayLike, hardening: float = 0.09) -> Array:
    """Vickers hardness from yield strength [Pa]: yield = 3.27 HV 0.1^n [MPa], n 0.08 to 0.10 for A356-T6.

    Source: J.R. Cahoon, W.H. Broughton, A.R. Kutzak, Metall. Trans. 2 (1971) 1979 [M].

    >>> round(float(hardness_cahoon(222.5e6)))
    84
    """
    return np.asarray(1e-6 * np.asarray(yield_strength, float64) / (3.27 * 0.1**hardening))
