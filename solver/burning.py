"""Exothermic bodies around a casting: a cell that has come to its ignition burns once, at a constant rate."""

from collections.abc import Mapping, Sequence
from math import inf
from types import MappingProxyType

import numpy as np
from numpy import float32, float64
from numpy.typing import NDArray

from ..materials.matter import Fire
from .bodies import Bodies
from .tables import States

Array = NDArray[float64]
Release = Mapping[int, NDArray[float32]]
"""W/m3 (n,) by number of the body."""
NOTHING: Release = MappingProxyType({})

MOST = 0.1  # of a cell, that burns in a step: so late may the next cell be lit
BURNT = 1.0 - 1e-6  # a share that counts as all: the rate is rounded to 6e-8 of it


class Fires:
    """The bodies that burn among those of a casting.

    fires   of each body, None where nothing burns
    states  of each body

    `burnt` is the share (n,) that has burnt of every cell of these bodies, one after the other.
    """

    def __init__(self, fires: Sequence[Fire | None], states: Sequence[States], bodies: Bodies) -> None:
        self._fires = {number: fire for number, fire in enumerate(fires) if fire is not None}
        self._states = states
        self._ends = np.cumsum([bodies.cells[number].index.size for number in self._fires], dtype=np.int64)

    def begin(self) -> Array:
        """Nothing has burnt."""
        return np.zeros(int(self._ends[-1]) if self._fires else 0)

    def release(self, enthalpy: list[Array], burnt: Array, dt: float) -> Release:
        """The rate in a step of dt s at most: that of the duration, or less where little is left.

        enthalpy  (n,) J/m3 of each body that is still there
        """
        return {
            number: np.where(lit, fire.heat * np.minimum(1.0 / fire.duration, (1.0 - share) / dt), 0.0).astype(float32)
            for number, fire, share, lit in self._lit(enthalpy, burnt)
        }

    def after(self, burnt: Array, release: Release, dt: float) -> Array:
        """What has burnt after a step of dt s; nothing is left to tell of bodies that are gone."""
        shares = zip(self._fires.items(), np.split(burnt, self._ends[:-1]), strict=False)
        new = [
            share + release[number].astype(float64) * (dt / fire.heat)
            for (number, fire), share in shares
            if number in release
        ]
        return np.concatenate(new) if new else np.empty(0)

    def longest(self, enthalpy: list[Array], burnt: Array) -> float:
        """The longest next step that the fires allow, s."""
        return min((MOST * fire.duration for _, fire, _, lit in self._lit(enthalpy, burnt) if lit.any()), default=inf)

    def _lit(self, enthalpy: list[Array], burnt: Array) -> list[tuple[int, Fire, Array, NDArray[np.bool_]]]:
        """Number, fire, burnt share and which cells burn, of each body that is still there."""
        shares = zip(self._fires.items(), np.split(burnt, self._ends[:-1]), strict=False)
        found = []
        for (number, fire), share in shares:
            if number < len(enthalpy):
                hot = self._states[number].at(enthalpy[number]) >= fire.ignition
                found.append((number, fire, share, (hot | (share > 0.0)) & (share < BURNT)))
        return found
