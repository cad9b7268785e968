"""Enthalpy in time by a stabilised explicit method of second order, for one body or several that touch.

Runge-Kutta-Legendre RKL2 of C. D. Meyer, D. S. Balsara, T. D. Aslam, J. Comput. Phys. 257 (2014) 594-626:
with s stages a step may be (s^2 + s - 2)/4 times the explicit limit 2/radius, so its cost grows as the root
of its length. The recurrence runs on the increments D_j = Y_j - Y_0, where the coefficients need not sum to
one to the last bit; heat through the walls follows the same recurrence: the ledger closes to round-off.

Error of a step: dt^3 y'''/15, the size of the usual estimate 0.8 (Y_0 - Y_s) + 0.4 dt (F_0 + F_s) (B. P. Sommeijer,
L. F. Shampine, J. G. Verwer, J. Comput. Appl. Math. 88 (1998) 315-326), but as a third difference of the stages, each
of which is of second order at its own time, and averaged with the neighbours, the more often the further conduction
reaches in the step. A roughness from cell to cell, which latent heat and boiling leave behind and conduction wipes
out, would count in the rates as often as the step is longer than the cell's own time. Over the heat capacity, times
the share of the cell that the part fills, largest over the cells: the tolerance is the largest error in kelvin that
one step may add to a full cell and its neighbours. Unweighted, slivers, which follow each release of latent heat at
once, would hold back the whole part.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, inf, isfinite, sqrt

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.heat import Plan

Array = NDArray[float64]

SAFETY = 1.1  # on the Gershgorin radius, which moves during a step
MOST_STAGES = 1001
MOST_SWEEPS = 4


@dataclass(frozen=True)
class Step:
    """dt s, as asked or what MOST_STAGES can do; heat J, each flow of `look` over the step; error K, the largest local
    one of any cell, inf where the step went wrong; stages, evaluations of the rate.
    """

    dt: float
    heat: Array
    error: float
    stages: int


def step(plans: Sequence[Plan], look: Callable[[bool, float], Array], again: Callable[[], None], dt: float) -> Step:
    """Move plans that have begun on by dt, s, at most; the increments of enthalpy lie in their D1.

    look   (started, s since the start of the step): looks at all plans at D1, or where not started at their state;
           answers heat flows [W] that are to be summed up
    again  gives all plans the guesses of temperature that they began with, for a step that is done once more
    """
    first = look(False, 0.0)
    stages, radius = 0, _radius(plans)
    for plan in plans:
        plan.rate(plan.F0)
    while True:
        dt = min(dt, 2.0 * _reach(MOST_STAGES) / (SAFETY * max(radius, 1e-300)))
        s = min(_stages(dt * radius * SAFETY), MOST_STAGES)
        mu1, recurrence = _coefficients(s)
        noted = _third_difference(s)
        for plan in plans:
            plan.start(mu1 * dt)
        heat0, heat1 = np.zeros(first.size), first * (mu1 * dt)
        for j, (mu, nu, a, b, c) in enumerate(recurrence, start=2):
            flow = look(True, c * dt)
            note, early = (noted.get(j, 0.0) if j < s else 0.0), j == min(noted)
            for plan in plans:
                plan.stage(mu, nu, a * dt, b * dt, note, first=early)
            heat0, heat1 = heat1, mu * heat1 + nu * heat0 + (a * dt) * flow + (b * dt) * first
        look(True, dt)
        sweeps = min((s - 1) // 2, MOST_SWEEPS)
        after = error = 0.0
        for plan in plans:
            one, worst = plan.survey(noted[s], sweeps, floor=error)
            after, error = max(after, one), max(error, worst if isfinite(worst) else inf)
        stages += s
        if after * dt <= 2.0 * _reach(s) or not after > radius:
            return Step(dt, heat1, error, stages)
        radius = after
        again()


def explicit(radius: float) -> float:
    """Longest stable step of the plain explicit method, s."""
    return 2.0 / (SAFETY * radius) if radius > 0.0 else inf


def next_dt(dt: float, error: float, tolerance: float) -> float:
    """Step that would have made an error of the tolerance, with a margin; at most three times the last.

    dt s; error, tolerance K. The error of a step grows with its third power.
    """
    if not np.isfinite(error):
        return 0.2 * dt
    return dt * min(3.0, max(0.2, 0.8 * float(np.cbrt(tolerance / max(error, 1e-300)))))


def _radius(plans: Sequence[Plan]) -> float:
    return max(plan.survey(None)[0] for plan in plans)


def _reach(stages: int) -> float:
    """Stable step over the explicit one."""
    return (stages**2 + stages - 2) / 4.0


def _stages(dt_radius: float) -> int:
    """Least odd number of stages, 5 or more, that is stable for dt times the radius."""
    s = max(5, ceil(0.5 * (sqrt(9.0 + 8.0 * dt_radius) - 1.0)))
    return s + 1 - s % 2


@cache
def _coefficients(s: int) -> tuple[float, list[tuple[float, float, float, float, float]]]:
    """First weight and (mu, nu, weight of F_{j-1}, of F_0, time c_{j-1}) of stages 2..s, in units of dt."""
    w = 4.0 / (s**2 + s - 2)

    def b(j: int) -> float:
        return 1.0 / 3.0 if j < 2 else (j**2 + j - 2) / (2.0 * j * (j + 1))

    c0, c1 = 0.0, w / 3.0
    rows = []
    for j in range(2, s + 1):
        mu, nu = (2 * j - 1) / j * b(j) / b(j - 1), -(j - 1) / j * b(j) / b(j - 2)
        a = mu * w
        g = -(1.0 - b(j - 1)) * a
        rows.append((mu, nu, a, g, c1))
        c0, c1 = c1, mu * c1 + nu * c0 + a + g
    return w / 3.0, rows


@cache
def _third_difference(s: int) -> dict[int, float]:
    """Weight of Y_j - Y_0 by number j of three stages: together dt^3 y'''/15 to leading order.

    The stages are exact to second order at their times (j^2 + j - 2) / (s^2 + s - 2); of the third power of
    z = dt lambda each has its own share, that of (1 - b_j) + b_j P_j(1 + w z), P_j the polynomial of Legendre.
    """
    stages = (round(0.55 * s), round(0.8 * s), s)
    time = np.array([(j**2 + j - 2.0) / (s**2 + s - 2.0) for j in stages])
    weight = 1.0 / np.array([t * np.prod([t - other for other in time if other != t]) for t in time])
    w = 4.0 / (s**2 + s - 2)
    cubes = [(j**2 + j - 2) / (2.0 * j * (j + 1)) * w**3 * np.prod(np.arange(j - 2.0, j + 4.0)) / 288.0 for j in stages]
    weight /= 15.0 * float(weight @ cubes)
    return dict(zip(stages, weight.tolist(), strict=True))
