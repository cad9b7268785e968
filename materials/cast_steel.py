"""Steel that was cast: austenite and the melt above it as one parent phase, on the datum of its products.

Below Ae3 the austenite is that of wrought steel, also undercooled; from Ae3 up heat capacity, conductivity and
freezing are those of the card, whose numbers below hold for ferrite and pearlite.
"""

from dataclasses import replace

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .composition import Composition
from .critical import ZERO
from .freezing import Freezing
from .lowalloy import HIGHEST, alloying
from .matter import FreezingTable, Mechanics, Property

Array = NDArray[float64]
WROUGHT = "models of wrought steel; cast austenite is coarser, say alloy(..., grain_size=2) before a normalising"

HOT = 900.0 + ZERO
AT_SOLIDUS = (10e9, 1e6)
MECHANICS = f"to {AT_SOLIDUS[0] / 1e9:g} GPa and {AT_SOLIDUS[1] / 1e6:g} MPa"


def transforms(freezing: Freezing | None, c: Composition | None) -> bool:
    """Whether the models of low-alloy steel know the solid of a casting alloy.

    >>> transforms(None, Composition(C=0.25))
    False
    """
    return freezing is not None and freezing.family == "steel" and c is not None and 0.0 < alloying(c) <= HIGHEST


def rebased(table: FreezingTable, density: float, austenite: Property, joint: float) -> FreezingTable:
    """The table with the enthalpy of austenite at the `joint`, K, from where on it holds.

    austenite  J/kg against K, on the datum of its products; density kg/m3
    """
    level = density * float(austenite(np.array(joint))) - float(table.enthalpy(np.array(joint)))
    return replace(table, H=table.H + level)


def enthalpy(table: FreezingTable, density: float, austenite: Property, joint: float) -> Property:
    """Enthalpy [J/kg] of austenite and its melt against K: `austenite` below the joint, a `rebased` table above."""

    def read(T: Array) -> Array:
        return np.asarray(np.where(np.asarray(T) < joint, austenite(T), table.enthalpy(T) / density), float64)

    return read


def conductivity(table: FreezingTable, austenite: Property, joint: float) -> Property:
    """Thermal conductivity [W/m/K] of austenite and its melt against K, joined as `enthalpy`."""
    liquid_side = np.flatnonzero(np.diff(table.T, append=np.inf) > 0.0)
    knots, values = table.T[liquid_side], table.k[liquid_side]
    return lambda T: np.asarray(np.where(np.asarray(T) < joint, austenite(T), np.interp(T, knots, values)), float64)


def mechanics(wrought: Mechanics, solidus: float) -> Mechanics:
    """Mechanics of austenite that was cast: from 900 degC up modulus and yield strength fall to AT_SOLIDUS, Pa.

    Straight lines; the data of wrought steel end at 900 degC. Mark U.
    """

    def falls(law: Property, end: float) -> Property:
        hot = float(law(np.array(HOT)))

        def read(T: Array) -> Array:
            above = np.interp(T, [HOT, solidus], [hot, end])
            return np.asarray(np.where(np.asarray(T) < HOT, law(T), above), float64)

        return read

    young, flow = falls(wrought.young, AT_SOLIDUS[0]), wrought.yield_stress
    return replace(wrought, young=young, yield_stress=None if flow is None else falls(flow, AT_SOLIDUS[1]))
