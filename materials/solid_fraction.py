"""Solid fraction of a binary alloy with straight liquidus and constant partition coefficient."""

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

Array = NDArray[float64]


def lever(T: ArrayLike, solvent: float, liquidus: float, partition: float) -> Array:
    """Solid fraction with equilibrium in solid and liquid; T, solvent and liquidus in one scale.

    fs = (TL - T) / ((1 - k)(TM - T)), not held at 1. Range: k < 1, T from the lever solidus to TL.
    Source: mass balance, M.C. Flemings, Solidification Processing, 1974.

    >>> round(float(lever(600.0, 660.0, 613.9, 0.13)), 4)
    0.2663
    """
    x = np.asarray(T, float64)
    return np.asarray((liquidus - x) / ((1.0 - partition) * (solvent - x)))


def lever_solidus(solvent: float, liquidus: float, partition: float) -> float:
    """Temperature at which `lever` reaches 1: TM - (TM - TL)/k.

    >>> round(lever_solidus(660.0, 645.0, 0.17), 2)
    571.76
    """
    return solvent - (solvent - liquidus) / partition


def scheil(T: ArrayLike, solvent: float, liquidus: float, partition: float) -> Array:
    """Solid fraction without diffusion in the solid; T, solvent and liquidus in one scale.

    fs = 1 - ((TM - T)/(TM - TL))^(1/(k - 1)). Range: k < 1, T <= TL, down to the eutectic, where the rest
    freezes. Source: E. Scheil, Z. Metallkd. 34 (1942) 70. Al-7Si leaves 0.5088 for the eutectic:

    >>> round(1.0 - float(scheil(577.0, 660.0, 660.0 - 83.0 * 7.0 / 12.6, 0.13)), 4)
    0.5088
    """
    ratio = (solvent - np.asarray(T, float64)) / (solvent - liquidus)
    return np.asarray(1.0 - ratio ** (1.0 / (partition - 1.0)))
