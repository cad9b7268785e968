"""Least squares of a few unknowns, each in units of what was known of it before."""

from collections.abc import Callable

import numpy as np
from numpy import float64
from numpy.typing import NDArray

Array = NDArray[float64]

LARGEST = 4.0  # no unknown goes further from what was known before
STEP, ROUNDS, LITTLE, ENOUGH = 0.1, 20, 0.1, 5e-3
DAMPING = 1e-3, 100.0  # least, so that one fold or two shorten a step that fails, and most


def least(residuals: Callable[[Array], Array], x: Array) -> tuple[Array, Array, Array]:
    """The x that makes the sum of squares least, from a first one: (x, Jacobian, residuals there).

    Levenberg and Marquardt, x within +-LARGEST. The Jacobian is taken by differences at the start, wherever a step
    fails or gains little and at the end; in between it follows Broyden's rule, for each call may be a whole run. It
    ends where a step along slopes just taken gains little.
    """
    here, damping, fresh = residuals(x), 1e-2, True
    jacobian = _slopes(residuals, x, here)
    for _ in range(ROUNDS):
        normal = jacobian.T @ jacobian
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), -jacobian.T @ here)
        there = np.clip(x + step, -LARGEST, LARGEST)
        move, now = there - x, residuals(there)
        gain = 1.0 - float(now @ now) / float(here @ here)
        moved = gain > 0.0
        if moved:
            jacobian = jacobian + np.outer(now - here - jacobian @ move, move) / float(move @ move)
            x, here, damping = there, now, max(damping / 5.0, DAMPING[0])
        if gain < LITTLE and not fresh:
            jacobian, fresh = _slopes(residuals, x, here), True
        elif gain >= ENOUGH:
            fresh = False
        elif moved or damping > DAMPING[1]:
            fresh = not moved
            break
        else:
            damping *= 20.0
    return x, jacobian if fresh else _slopes(residuals, x, here), here


def _slopes(residuals: Callable[[Array], Array], x: Array, here: Array) -> Array:
    """Jacobian by forward differences, towards the inside of the bounds."""
    columns = []
    for i in range(x.size):
        step = -STEP if x[i] > 0.0 else STEP
        columns.append((residuals(x + step * (np.arange(x.size) == i)) - here) / step)
    return np.stack(columns, axis=1)


def spread(jacobian: Array, final: Array, count: int) -> Array:
    """Standard deviations; where the fit misses by more than the scatter they grow with what it misses by."""
    data = final[:-count]
    excess = max(1.0, float(data @ data) / max(1, data.size - count))
    inner = jacobian[:-count]
    return np.sqrt(np.diag(np.linalg.inv(inner.T @ inner / excess + np.eye(count))))
