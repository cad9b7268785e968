"""One increment of a material point whose yield surface moves: linear kinematic or mixed hardening.

W. Prager's rule (J. Appl. Mech. 23 (1956) 493) with radial return on the stress less the back stress (Simo and
Hughes, Computational Inelasticity, 1998, ch. 3). The share `kinematic` of the hardening moves the surface, the rest
widens it:

    eta = s - X,   X = 2/3 kinematic (hard_parent a_parent + hard_product a_product),   da = 3/2 dp eta / |eta|
    |eta| <= yield + (1 - kinematic) (hard_parent r_parent + hard_product r_product)

Transformation plasticity and creep go along s, plasticity along eta; all else is that of kernels.plasticity.
"""

import numpy as np
from numba import njit

from .plasticity import HARD_PARENT, HARD_PRODUCT, SHEAR, YIELD, inherit, point, trial_strain, viscous

ITERATIONS = 100  # of the bracketed search for the creep that agrees with its stress


@njit(cache=True)
def _equivalent(s):
    """sqrt(3/2 s:s) of a deviator, xx yy zz xy yz zx."""
    return np.sqrt(1.5 * (s[0] ** 2 + s[1] ** 2 + s[2] ** 2 + 2.0 * (s[3] ** 2 + s[4] ** 2 + s[5] ** 2)))


@njit(cache=True)
def _apart(s, X, w):
    """s - w X, and its equivalent."""
    xi = (s[0] - w * X[0], s[1] - w * X[1], s[2] - w * X[2], s[3] - w * X[3], s[4] - w * X[4], s[5] - w * X[5])
    return xi, _equivalent(xi)


@njit(cache=True)
def _returned(s, X, w, limit, widens, moves, shear):
    """Stress at the end where viscous strain is (w - 1) / 2G of it: (xi, |xi|, dp, q).

    s trial stress, X back stress, 6-tuples [Pa]; widens, moves: hardening moduli [Pa]
    """
    xi, size = _apart(s, X, w)
    dp = max((size - w * limit) / (w * (widens + moves) + 3.0 * shear), 0.0)
    part = 3.0 * shear * dp / size if size > 0.0 else 0.0
    end = (
        s[0] - part * xi[0], s[1] - part * xi[1], s[2] - part * xi[2],
        s[3] - part * xi[3], s[4] - part * xi[4], s[5] - part * xi[5],
    )  # fmt: skip
    return xi, size, dp, _equivalent(end) / w


@njit(cache=True)
def moving(elastic, strain, parent, product, back, row, creep, exponent, theta, memory, factor, kinematic, moved):
    """As kernels.plasticity.point, with a back stress.

    back       (2, 6)  a of the parent and of the products, xx yy zz xy yz zx, as they were
    kinematic  ()      share of the hardening that moves the yield surface, above 0 to 1
    moved      (2, 6)  [written] a at the end

    Gives (elastic, parent, product, dp, a, b, n): n the direction of flow, 6-tuple not normalised, that stands in
    the tangent in place of the deviator of the elastic strain. The tangent is exact but for creep, and for Leblond's
    factor, in a point that yields at the same time.
    """
    shear = row[SHEAR]
    moved[:] = back
    for k in range(6):
        moved[0, k], moved[1, k] = inherit(moved[0, k], moved[1, k], row, memory)
    parent, product = inherit(parent, product, row, memory)
    one, two = row[HARD_PARENT], row[HARD_PRODUCT]
    widens, moves = (1.0 - kinematic) * (one + two), kinematic * (one + two)
    limit = max(row[YIELD] + (1.0 - kinematic) * (one * parent + two * product), 0.0)
    mean, d, theta = trial_strain(elastic, strain, row, creep, exponent, theta, limit, factor)
    double, third = 2.0 * shear, 2.0 / 3.0 * kinematic
    s = (double * d[0], double * d[1], double * d[2], double * d[3], double * d[4], double * d[5])
    X = (
        third * (one * moved[0, 0] + two * moved[1, 0]), third * (one * moved[0, 1] + two * moved[1, 1]),
        third * (one * moved[0, 2] + two * moved[1, 2]), third * (one * moved[0, 3] + two * moved[1, 3]),
        third * (one * moved[0, 4] + two * moved[1, 4]), third * (one * moved[0, 5] + two * moved[1, 5]),
    )  # fmt: skip
    w = _agreed(s, X, limit, widens, moves, row, creep, exponent, theta, factor)
    xi, size, dp, _ = _returned(s, X, w, limit, widens, moves, shear)
    a = b = 1.0 / w
    if dp > 0.0:
        a = (1.0 - 3.0 * shear * dp / size) / w
        b = (1.0 - 3.0 * shear / (w * (widens + moves) + 3.0 * shear)) / w
    flow = 1.5 * dp / size if size > 0.0 else 0.0
    for k in range(6):
        moved[0, k] += flow * xi[k]
        moved[1, k] += flow * xi[k]
    new = (
        (d[0] - flow * xi[0]) / w + mean, (d[1] - flow * xi[1]) / w + mean, (d[2] - flow * xi[2]) / w + mean,
        (d[3] - flow * xi[3]) / w, (d[4] - flow * xi[4]) / w, (d[5] - flow * xi[5]) / w,
    )  # fmt: skip
    return new, parent + dp, product + dp, dp, a, b, xi


@njit(cache=True)
def _agreed(s, X, limit, widens, moves, row, creep, exponent, theta, factor):
    """1 + 2 G v with v s the viscous strain at the stress that it leads to.

    With linear transformation plasticity alone v is known; else bracketed: more strain means less stress.
    """
    shear, scale = row[SHEAR], 3.0 * row[SHEAR] * theta
    done, _ = viscous(1.0, row, limit, False, creep[1], exponent[:0])
    if exponent.size == 0 and not factor:
        return 1.0 + scale * done
    low, high = 0.0, _returned(s, X, 1.0, limit, widens, moves, shear)[3]
    w = 1.0
    for _ in range(ITERATIONS):
        q = 0.5 * (low + high)
        if q == 0.0:
            break
        done, _ = viscous(q, row, limit, factor, creep[1], exponent)
        w = 1.0 + scale * done / q
        if _returned(s, X, w, limit, widens, moves, shear)[3] > q:
            low = q
        else:
            high = q
        if high - low <= 1e-13 * high:
            break
    return w


@njit(cache=True, forceinline=True)
def respond(elastic, strain, parent, product, back, row, creep, exponent, theta, memory, factor, kinematic, moved):
    """`moving`, or kernels.plasticity.point where nothing moves the yield surface and `back` stays unread."""
    if kinematic > 0.0:
        return moving(
            elastic, strain, parent, product, back, row, creep, exponent, theta, memory, factor, kinematic, moved
        )  # fmt: skip
    new, parent, product, dp, a, b = point(
        elastic, strain, parent, product, row, creep, exponent, theta, memory, factor
    )
    mean = (new[0] + new[1] + new[2]) / 3.0
    return new, parent, product, dp, a, b, (new[0] - mean, new[1] - mean, new[2] - mean, new[3], new[4], new[5])
