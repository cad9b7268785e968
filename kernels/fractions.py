"""Volume fractions of all phases from what a state keeps: those of the products.

What the products lack of 1 is the parent phase.
"""

import numpy as np
from numba import njit

NONE = 1e-13  # less of the parent is round-off: there is none


@njit(cache=True)
def unpack(products, j, z, i):
    """Fractions of cell j, sum 1.   products (P - 1, n); z (P, k), column i [written]"""
    z[0, i], most = 1.0, 1
    for p in range(1, z.shape[0]):
        z[p, i] = products[p - 1, j]
        z[0, i] -= z[p, i]
        if z[p, i] > z[most, i]:
            most = p
    if z[0, i] < NONE and z.shape[0] > 1:
        z[most, i] += z[0, i]
        z[0, i] = 0.0


@njit(cache=True)
def fractions(products):
    """(P, n) fractions of all cells, sum 1.   products (P - 1, n)"""
    z = np.empty((products.shape[0] + 1, products.shape[1]))
    for j in range(products.shape[1]):
        unpack(products, j, z, j)
    return z


@njit(cache=True)
def parent(products):
    """(n,) fraction of the parent phase.   products (P - 1, n)"""
    share, z = np.empty(products.shape[1]), np.empty((products.shape[0] + 1, 1))
    for j in range(share.size):
        unpack(products, j, z, 0)
        share[j] = z[0, 0]
    return share
