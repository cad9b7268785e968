"""The cooled cube by what anyone would write first: one explicit stencil, a few lines of numba, one thread."""

from math import ceil

import numba
import numpy as np
from numpy import float64
from numpy.typing import NDArray

Array = NDArray[float64]


@numba.njit(fastmath=True, cache=True)  # type: ignore[untyped-decorator]
def _march(T: Array, other: Array, steps: int, inside: float, wall: float, far: float) -> Array:
    n = T.shape[0]
    for _ in range(steps):
        for i in range(n):
            for j in range(n):
                for k in range(n):
                    c = T[i, j, k]
                    gain = (T[i - 1, j, k] - c) * inside if i > 0 else (far - c) * wall
                    gain += (T[i + 1, j, k] - c) * inside if i < n - 1 else (far - c) * wall
                    gain += (T[i, j - 1, k] - c) * inside if j > 0 else (far - c) * wall
                    gain += (T[i, j + 1, k] - c) * inside if j < n - 1 else (far - c) * wall
                    gain += (T[i, j, k - 1] - c) * inside if k > 0 else (far - c) * wall
                    gain += (T[i, j, k + 1] - c) * inside if k < n - 1 else (far - c) * wall
                    other[i, j, k] = c + gain
        T, other = other, T
    return T


def cooled_cube(
    n: int, edge: float, conductivity: float, capacity: float, h: float, start: float, bath: float, end: float,
    share: float,
) -> Array:  # fmt: skip
    """Temperature (n, n, n) at the end, degC.

    edge m, conductivity W/m/K, capacity J/m3/K, h W/m2/K, start and bath degC, end s; share of the longest stable
    step of the inside that is taken
    """
    spacing = edge / n
    steps = ceil(end / (share * capacity * spacing**2 / (6.0 * conductivity)))
    inside = conductivity / capacity * end / steps / spacing**2
    wall = end / steps / (capacity * spacing) / (spacing / (2.0 * conductivity) + 1.0 / h)
    T = np.full((n, n, n), start)
    return np.asarray(_march(T, np.empty_like(T), steps, inside, wall, bath))
