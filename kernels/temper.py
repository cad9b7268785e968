"""Martensite in the stages of its tempering, as phases of their own: the stress solver's view of a state."""

import numpy as np
from numba import njit, prange

from .hardness import FRESH


@njit(cache=True, parallel=True)
def stages(products, parameter, martensite, middle, width, out):
    """Split the martensite of every cell by its tempering parameter.

    products       (P - 1, n)      volume fractions of all phases but the first
    parameter      (n,)            T (17 + log10 t_h) of the martensite, K; at most FRESH: not tempered
    martensite     ()              its row in products
    middle, width  (s,)            K; the stage has gone 1 - exp(-10^((parameter - middle) / width)) of its way
    out            (P - 1 + s, n)  [written] products, the martensite without what has reached a stage, the stages
    """
    rows, count = products.shape[0], middle.size
    for j in prange(parameter.size):
        for p in range(rows):
            out[p, j] = products[p, j]
        left = products[martensite, j]
        for k in range(count - 1, -1, -1):
            gone = 0.0
            if left > 0.0 and parameter[j] > FRESH:
                power = min((parameter[j] - middle[k]) / width[k], 2.0)
                gone = left * -np.expm1(-(10.0**power))
            out[rows + k, j] = gone
            left -= gone
        out[martensite, j] = left
