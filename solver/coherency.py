"""Where a freezing metal begins to carry load, and what is left of its stiffness before."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy import bool_, float64
from numpy.typing import NDArray

from ..kernels.plasticity import (
    BULK,
    COMPRESSION,
    FREE,
    HARD_PARENT,
    HARD_PRODUCT,
    NEVER,
    SHEAR,
    SHEAR_BEFORE,
    TRIP,
    YIELD,
)
from ..materials.matter import FreezingTable
from .state import State

Array = NDArray[float64]
Soft = NDArray[bool_]

SOLID = 0.9  # solid fraction from which stress is carried, between zero strength (0.8) and zero ductility (0.98) [M]
POINTS = {"elastic", "mean", "deviator", "parent", "product", "plastic_strain"}
FLOOR = 1e-3  # share of its stiffness at that temperature that mush and melt keep, so that their nodes are held


@dataclass(frozen=True)
class Coherency:
    """Below an enthalpy, J/m3, a cell carries load; its temperature, K, is where thermal strain begins to count."""

    enthalpy: float
    temperature: float

    @classmethod
    def of(cls, table: FreezingTable) -> Self:
        """At the solid fraction SOLID of a table, also inside a plateau."""
        H = float(np.interp(-SOLID, -table.fs, table.H))
        return cls(H, float(table.temperature(np.array(H))))

    def soft(self, state: State) -> Soft:
        """(n,) cells that carry nothing."""
        return np.asarray(state.enthalpy > self.enthalpy)

    def strained(self, state: State) -> State:
        """The state as stress sees it: above coherency nothing shrinks."""
        return replace(state, temperature=np.minimum(state.temperature, self.temperature))


def strained(mechanics: dict[str, Any], n: int) -> Soft:
    """(n,) cells whose points remember a strain: those that carried load in the last increment."""
    found = np.zeros(n, bool)
    for name in POINTS & mechanics.keys():
        found |= mechanics[name].reshape(n, -1).any(1)
    return found


def stiffness(soft: Soft, melting: Soft | None, share: float) -> Array:
    """(n,) share of the stiffness that cells keep: `share` those that are melting, FLOOR others that are soft."""
    left = np.where(soft, FLOOR, 1.0)
    left[melting] = max(share, FLOOR)
    return left


def soften(rows: Array, creeps: Array, soft: Soft, left: Array) -> None:
    """Take strength and load from cells in rows (n, ROW) and creeps (n, 2, c) of kernels.plasticity.point, in place.

    left (n,) share of the stiffness that they keep
    """
    for column in (SHEAR_BEFORE, SHEAR, BULK, YIELD, COMPRESSION, HARD_PARENT, HARD_PRODUCT):
        rows[soft, column] *= left[soft]
    rows[soft, FREE] = rows[soft, TRIP] = creeps[soft] = 0.0
    rows[left <= FLOOR, YIELD] = NEVER
    rows[left <= FLOOR, COMPRESSION] *= NEVER  # stays 0 where tension and compression yield alike


def forget(mechanics: dict[str, Any], soft: Soft) -> None:
    """Cells that are soft remember no strain of their points: what they freeze to begins unstressed."""
    for name in POINTS & mechanics.keys():
        mechanics[name].reshape(soft.size, -1)[soft] = 0.0
    if "stress" in mechanics:
        mechanics["stress"].reshape(6, -1)[:, soft] = 0.0
