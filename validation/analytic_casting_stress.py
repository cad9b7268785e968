"""Exact stress of freezing and cooling castings; SI, temperatures in degC."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import erf

from .analytic_freezing import Front

Array = NDArray[float64]
POINTS = 20_001
LOWEST = 1e-4


@dataclass(frozen=True)
class Shell:
    """A shell that freezes on a held wall, free to shrink and held flat, elastic and perfectly plastic.

    J. H. Weiner, B. A. Boley, J. Mech. Phys. Solids 11 (1963) 145. All depends on x over the front X alone, so that
    the profile at an instant is the history of a point: from no stress at the front inwards, as X grows,
    d stress / d ln X = E/(1 - nu) (c - alpha dT/d ln X) within the yield stress, c such that no force is left.

    front  the freezing      stiffness  E/(1 - nu), Pa      expansion  1/K      flow  yield stress Pa against degC
    """

    front: Front
    stiffness: float
    expansion: float
    flow: Callable[[Array], Array]

    @cached_property
    def profile(self) -> tuple[Array, Array]:
        """x over X, and stress Pa, from the wall to the front."""
        eta = np.geomspace(LOWEST, 1.0, POINTS)
        c = brentq(lambda c: self._force(eta, c), -self._span, self._span, xtol=1e-15)
        return eta, self._stress(eta, c)

    @property
    def _span(self) -> float:
        return 10.0 * self.expansion * (self.front.metal.melting - self.front.cold)

    def _force(self, eta: Array, c: float) -> float:
        return float(np.trapezoid(self._stress(eta, c), eta))

    def _stress(self, eta: Array, c: float) -> Array:
        drop = self.front.metal.melting - self.front.cold
        constant = self.front.constant
        T = self.front.cold + drop * erf(constant * eta) / erf(constant)
        flow, grown = self.flow(T), -np.log(eta)
        steps = self.stiffness * (c * np.diff(grown) - self.expansion * np.diff(T))
        stress = np.zeros(eta.size)
        for i in range(eta.size - 2, -1, -1):
            stress[i] = min(max(stress[i + 1] - steps[i], -flow[i]), flow[i])
        return stress

    def stress(self, x: Array, time: float) -> Array:
        """Pa at x, m from the wall, NaN in the melt."""
        eta, known = self.profile
        return np.asarray(np.interp(x / float(self.front.position(time)), eta, known, right=np.nan))


def three_bars(
    areas: Sequence[float],
    temperatures: Sequence[Array],
    young: Callable[[Array], Array],
    flow: Callable[[Array], Array],
    expansion: float,
) -> Array:
    """Stress Pa of bars that stay equally long, no force in all, perfectly plastic, at the end of their cooling.

    areas  of each      temperatures  degC of each, through time, all equal at the start
    """
    share, T = np.asarray(areas) / sum(areas), np.array(temperatures)
    plastic, stress = np.zeros(share.size), np.zeros(share.size)
    for now in T.T:
        E, limit, slack = young(now), flow(now), expansion * (now - T[:, 0]) + plastic
        length = brentq(_force, -0.1, 0.1, (share, E, limit, slack), xtol=1e-15)
        stress = _clipped(length, E, limit, slack)
        plastic = length - stress / E - (slack - plastic)
    return stress


def _clipped(length: float, E: Array, limit: Array, slack: Array) -> Array:
    return np.clip(E * (length - slack), -limit, limit)


def _force(length: float, share: Array, E: Array, limit: Array, slack: Array) -> float:
    return float(share @ _clipped(length, E, limit, slack))
