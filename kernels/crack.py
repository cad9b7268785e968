"""The largest tension of a cell since it fell below martensite start, and the most of it over what its phases bear."""

import numpy as np
from numba import njit

from .fractions import unpack
from .plasticity import _lookup


@njit(cache=True)
def largest_principal(xx, yy, zz, xy, yz, zx):
    """Largest principal stress, by the invariants (O. K. Smith, Comm. ACM 4 (1961) 168)."""
    mean = (xx + yy + zz) / 3.0
    x, y, z = xx - mean, yy - mean, zz - mean
    half = (x * x + y * y + z * z) / 2.0 + xy * xy + yz * yz + zx * zx
    radius = np.sqrt(half / 3.0)
    if radius == 0.0:
        return mean
    det = x * (y * z - yz * yz) - xy * (xy * z - yz * zx) + zx * (xy * yz - y * zx)
    return mean + 2.0 * radius * np.cos(np.arccos(min(max(det / (2.0 * radius**3), -1.0), 1.0)) / 3.0)


@njit(cache=True)
def watch(start, T, products, stress, low, step, tensile, peak, crack):
    """Follow the cells below martensite start.

    start      ()         martensite start, K; infinite where nothing transforms
    T          (n,)       K
    products   (P - 1, n) fractions of all phases but the first
    stress     (6, n)     xx yy zz xy yz zx, Pa
    low, step  ()         K, knots of the table
    tensile    (P, m)     tensile strength of each phase, Pa
    peak       (n,)       [written] largest principal stress so far, Pa
    crack      (n,)       [written] largest of it over the strength of the phases then; empty: not asked for
    """
    z = np.empty((tensile.shape[0], 1))
    for j in range(T.size):
        if T[j] >= start:
            continue
        pull = largest_principal(stress[0, j], stress[1, j], stress[2, j], stress[3, j], stress[4, j], stress[5, j])
        peak[j] = max(peak[j], pull)
        if crack.size:
            unpack(products, j, z, 0)
            strength = 0.0
            for i in range(z.shape[0]):
                strength += z[i, 0] * _lookup(tensile[i], (T[j] - low) / step)
            crack[j] = max(crack[j], pull / strength)
