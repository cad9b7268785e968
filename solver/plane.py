"""A plane through a cell that leaves a given part of it behind."""

import numpy as np
from numpy import float64
from numpy.typing import NDArray

Array = NDArray[float64]

BISECTIONS = 48


def distance(normal: Array, fraction: Array, edges: Array) -> Array:
    """Signed distance of a plane from the cell centre along its outward normal.

    normal    (p, 3)  unit
    fraction  (p,)    part of the cell behind the plane; held in 0..1
    edges     (p, 3)  of the cell, m

    Returns (p,) m, negative where less than half lies behind. Exact up to bisection (1e-14 of a cell).
    Source: R. Scardovelli, S. Zaleski, J. Comput. Phys. 164 (2000) 228, the forward relation.
    """
    reach = np.abs(normal) * edges
    whole = reach.sum(1)
    m = np.sort(np.maximum(reach / whole[:, None], 1e-9), axis=1)
    m /= m.sum(1, keepdims=True)
    wanted = np.clip(fraction, 0.0, 1.0)
    less = np.minimum(wanted, 1.0 - wanted)
    low, high = np.zeros_like(wanted), np.full_like(wanted, 0.5)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        below = _behind(middle, *m.T) < less
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    height = 0.5 * (low + high)
    return np.asarray(np.where(wanted < 0.5, height - 0.5, 0.5 - height) * whole)


def _behind(a: Array, m1: Array, m2: Array, m3: Array) -> Array:
    """Volume of m.x <= a in the unit cube, m1 <= m2 <= m3 of sum 1, a <= 1/2."""
    m12 = m1 + m2
    six = 6.0 * m1 * m2 * m3
    corner = a**3 / six
    wedge = a * (a - m1) / (2.0 * m2 * m3) + m1**2 / (6.0 * m2 * m3)
    bent = (a**2 * (3.0 * m12 - a) + m1**2 * (m1 - 3.0 * a) + m2**2 * (m2 - 3.0 * a)) / six
    steep = (2.0 * a - m12) / (2.0 * m3)
    full = (a**2 * (3.0 - 2.0 * a) + m1**2 * (m1 - 3.0 * a) + m2**2 * (m2 - 3.0 * a) + m3**2 * (m3 - 3.0 * a)) / six
    return np.select([a < m1, a < m2, a < np.minimum(m12, m3), m3 <= m12], [corner, wedge, bent, full], steep)
