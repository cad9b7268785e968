"""One increment of a material point that yields earlier in tension than in compression: grey iron.

Von Mises with the yield stress in compression, cut off by the largest principal stress at that in tension (Rankine);
flow along the normal of what is reached, so that tension opens the graphite without contraction across:

    s1 <= tension + hard r,    q <= compression + hard r,    dr = sum_k gamma_k + mu

in principal stresses s1 >= s2 >= s3, with gamma_k of the planes s_k = tension and mu of the cylinder. H.E. Hjelm, J.
Eng. Mater. Technol. 116 (1994) 148, finds von Mises where a sheet is pressed both ways. The end of an increment is the
nearest point of the convex region in the norm of the elastic energy: one of seven places, each in closed form but that
of one plane with the cylinder, a scalar equation. Several surfaces at once: J.C. Simo, T.J.R. Hughes, Computational
Inelasticity, 1998, ch. 5.
"""

import numpy as np
from numba import njit

from .plasticity import BULK, COMPRESSION, FREE, HARD_PARENT, SHEAR, YIELD

SWEEPS = 12  # of Jacobi's rotations at most
ITERATIONS = 100  # of the bracketed search
ADMITTED = 1e-12  # of the yield stress, by which a place may miss its conditions
ROOT2 = np.sqrt(2.0)


@njit(cache=True)
def principal(a, vectors):
    """Principal values (3,), falling, of a symmetric a (3, 3), which becomes diagonal; vectors (3, 3) [written].

    The columns are the axes. Jacobi's rotations: exact axes where the shear is 0.
    """
    vectors[:] = 0.0
    for i in range(3):
        vectors[i, i] = 1.0
    for _ in range(SWEEPS):
        for i, j in ((0, 1), (1, 2), (0, 2)):
            if abs(a[i, j]) <= 1e-17 * (abs(a[0, 0]) + abs(a[1, 1]) + abs(a[2, 2])):
                continue
            half = 0.5 * (a[j, j] - a[i, i]) / a[i, j]
            t = (1.0 if half >= 0.0 else -1.0) / (abs(half) + np.sqrt(half * half + 1.0))
            c = 1.0 / np.sqrt(t * t + 1.0)
            s = t * c
            for k in range(3):
                x, y = a[k, i], a[k, j]
                a[k, i], a[k, j] = c * x - s * y, s * x + c * y
            for k in range(3):
                x, y = a[i, k], a[j, k]
                a[i, k], a[j, k] = c * x - s * y, s * x + c * y
                x, y = vectors[k, i], vectors[k, j]
                vectors[k, i], vectors[k, j] = c * x - s * y, s * x + c * y
    for i, j in ((0, 1), (1, 2), (0, 1)):
        if a[i, i] < a[j, j]:
            a[i, i], a[j, j] = a[j, j], a[i, i]
            for k in range(3):
                vectors[k, i], vectors[k, j] = vectors[k, j], vectors[k, i]
    return a[0, 0], a[1, 1], a[2, 2]


@njit(cache=True)
def _equivalent(d):
    return np.sqrt(1.5 * (d[0] ** 2 + d[1] ** 2 + d[2] ** 2))


@njit(cache=True)
def _above(gamma, p, d, tension, compression, shear, bulk, hard):
    """(how far s1 is above its limit, mu) where the first plane gives way by gamma and q is at its limit."""
    e = (d[0] - 4.0 / 3.0 * shear * gamma, d[1] + 2.0 / 3.0 * shear * gamma, d[2] + 2.0 / 3.0 * shear * gamma)
    q = _equivalent(e)
    mu = (q - compression - hard * gamma) / (3.0 * shear + hard)
    kept = 1.0 - 3.0 * shear * mu / q if q > 0.0 else 0.0
    return p - bulk * gamma + kept * e[0] - tension - hard * (gamma + mu), mu


@njit(cache=True)
def _one_plane(p, d, tension, compression, shear, bulk, hard):
    """(gamma, mu) where s1 and q are at their limits; p, d (3,) mean and deviator of the trial stress."""

    low, high = 0.0, max((p + d[0] - tension) / (bulk + 4.0 / 3.0 * shear + hard), 1e-12)
    below = _above(low, p, d, tension, compression, shear, bulk, hard)[0]
    if below <= 0.0:
        return 0.0, 0.0
    above = _above(high, p, d, tension, compression, shear, bulk, hard)[0]
    while above > 0.0:
        high *= 2.0
        above = _above(high, p, d, tension, compression, shear, bulk, hard)[0]
    side, gamma = 0, 0.0
    for _ in range(ITERATIONS):  # the false position of Illinois: an end that stays counts half
        gamma = (low * above - high * below) / (above - below) if above != below else 0.5 * (low + high)
        value = _above(gamma, p, d, tension, compression, shear, bulk, hard)[0]
        if abs(value) <= 1e-15 * (compression + tension) or high - low <= 1e-16 * high:
            break
        if value > 0.0:
            low, below = gamma, value
            above *= 0.5 if side == 1 else 1.0
            side = 1
        else:
            high, above = gamma, value
            below *= 0.5 if side == -1 else 1.0
            side = -1
    return gamma, _above(gamma, p, d, tension, compression, shear, bulk, hard)[1]


@njit(cache=True)
def _place(s, planes, curved, tension, compression, shear, bulk, hard, gamma, end):
    """End of the increment if just so many planes, and the cylinder if `curved`, are reached: (mu, missed).

    s trial stress (3,), gamma (3,) and end (3,) [written]; missed: by how much, Pa, a condition is not met
    """
    p = (s[0] + s[1] + s[2]) / 3.0
    d = (s[0] - p, s[1] - p, s[2] - p)
    lame, double = bulk - 2.0 / 3.0 * shear, 2.0 * shear
    gamma[:] = 0.0
    mu = 0.0
    if curved and planes == 0:
        mu = (_equivalent(d) - compression) / (3.0 * shear + hard)
    elif curved and planes == 1:
        gamma[0], mu = _one_plane(p, d, tension, compression, shear, bulk, hard)
    elif curved:  # s1 = s2 = tension, s3 = tension - compression
        share = 4.0 * shear / (3.0 * bulk)
        over = p - tension + compression / 3.0
        rise = (share * over - d[2] - 2.0 / 3.0 * compression) / (double + 2.0 / 3.0 * hard * (1.0 + share))
        both, apart = (over - 2.0 / 3.0 * hard * rise) / bulk, (d[0] - d[1]) / double
        gamma[0], gamma[1] = 0.5 * (both + apart), 0.5 * (both - apart)
        mu = rise - both
    elif planes > 0:
        total = 0.0
        for k in range(planes):
            total += s[k] - tension
        total /= double + planes * (lame + hard)
        for k in range(planes):
            gamma[k] = (s[k] - tension - (lame + hard) * total) / double
    total = gamma[0] + gamma[1] + gamma[2]
    e = (
        d[0] - double * (gamma[0] - total / 3.0), d[1] - double * (gamma[1] - total / 3.0),
        d[2] - double * (gamma[2] - total / 3.0),
    )  # fmt: skip
    q = _equivalent(e)
    kept = 1.0 - 3.0 * shear * mu / q if q > 0.0 else 1.0
    for k in range(3):
        end[k] = p - bulk * total + kept * e[k]
    rise = hard * (total + mu)
    missed = max(max(end[0], end[1], end[2]) - tension, kept * q - compression) - rise
    missed = max(missed, -double * min(gamma[0], gamma[1], gamma[2]), -3.0 * shear * mu, 0.0)
    return mu, missed


@njit(cache=True)
def cut_off(elastic, strain, risen, row, floor, tangent):
    """One increment of one point.

    elastic  6-tuple  elastic strain at the start, xx yy zz xy yz zx (tensor shear)
    strain   6-tuple  total strain increment (tensor shear)
    risen    ()       hardening variable r at the start
    row      (ROW,)   see plasticity.point: moduli, free strain, yield stress in tension, hardening, yield stress in
                      compression; of one phase that neither transforms nor creeps
    floor    ()       share of the elastic stiffness that a yielding point keeps in the tangent, not in its stress
    tangent  (6, 6)   [written] d stress / d strain, exact but for the floor, Pa; shears in it are sqrt 2 times tensor
                      shear, so that it is symmetric

    Gives (elastic, risen, dr) at the end.
    """
    shear, bulk, hard = row[SHEAR], row[BULK], row[HARD_PARENT]
    tension, compression = row[YIELD] + hard * risen, row[COMPRESSION] + hard * risen
    a, v = np.empty((3, 3)), np.empty((3, 3))
    for k in range(3):
        a[k, k] = elastic[k] + strain[k] - row[FREE]
    a[0, 1] = a[1, 0] = elastic[3] + strain[3]
    a[1, 2] = a[2, 1] = elastic[4] + strain[4]
    a[0, 2] = a[2, 0] = elastic[5] + strain[5]
    e = principal(a, v)
    lame, double = bulk - 2.0 / 3.0 * shear, 2.0 * shear
    part = lame * (e[0] + e[1] + e[2])
    s = (double * e[0] + part, double * e[1] + part, double * e[2] + part)
    gamma, end = np.empty(3), np.empty(3)
    best, planes, curved = np.inf, 0, False
    for place in range(7):
        _, missed = _place(s, place // 2, place % 2 == 1, tension, compression, shear, bulk, hard, gamma, end)
        if missed < best:
            best, planes, curved = missed, place // 2, place % 2 == 1
        if missed <= ADMITTED * tension:
            break
    mu, _ = _place(s, planes, curved, tension, compression, shear, bulk, hard, gamma, end)
    rise = gamma[0] + gamma[1] + gamma[2] + mu
    _slopes(s, end, v, planes, curved, mu, shear, bulk, hard, floor, tangent)
    total = end[0] + end[1] + end[2]
    new = np.zeros(6)
    for k in range(3):
        own = (end[k] - lame / (3.0 * bulk) * total) / double
        x, y, z = v[0, k], v[1, k], v[2, k]
        new[0] += own * x * x
        new[1] += own * y * y
        new[2] += own * z * z
        new[3] += own * x * y
        new[4] += own * y * z
        new[5] += own * z * x
    return (new[0], new[1], new[2], new[3], new[4], new[5]), risen + rise, rise


@njit(cache=True)
def _slopes(s, end, v, planes, curved, mu, shear, bulk, hard, floor, tangent):
    """The tangent: of the principal values by the surfaces that are reached, of their axes by how far they turn."""
    double = 2.0 * shear
    mean = (end[0] + end[1] + end[2]) / 3.0
    n = (end[0] - mean, end[1] - mean, end[2] - mean)
    q = _equivalent(n)
    a = q / (q + 3.0 * shear * mu) if mu > 0.0 else 1.0
    D = np.zeros((4, 4))  # of the principal stresses, and of the hardening
    for i in range(3):
        for k in range(3):
            D[i, k] = bulk - double / 3.0 * a
            if curved:
                D[i, k] += double * (1.0 - a) * 1.5 * n[i] * n[k] / (q * q)
        D[i, i] += double * a
    D[3, 3] = hard
    normal, image = np.zeros(4), np.zeros(4)
    for surface in range(planes + int(curved)):  # what is reached is taken out, one after the other
        normal[:] = 0.0
        normal[3] = -1.0
        if surface < planes:
            normal[surface] = 1.0
        else:
            for k in range(3):
                normal[k] = 1.5 * n[k] / q
        for i in range(4):
            image[i] = 0.0
            for k in range(4):
                image[i] += D[i, k] * normal[k]
        stiff = 0.0
        for i in range(4):
            stiff += normal[i] * image[i]
        for i in range(4):
            for k in range(4):
                D[i, k] -= image[i] * image[k] / stiff
    dyad = np.empty((3, 6))
    for k in range(3):
        x, y, z = v[0, k], v[1, k], v[2, k]
        dyad[k, 0], dyad[k, 1], dyad[k, 2] = x * x, y * y, z * z
        dyad[k, 3], dyad[k, 4], dyad[k, 5] = ROOT2 * x * y, ROOT2 * y * z, ROOT2 * z * x
    for i in range(3):
        for k in range(3):
            D[i, k] *= 1.0 - floor
            D[i, k] += floor * (bulk - double / 3.0)
        D[i, i] += floor * double
    for i in range(6):
        for k in range(6):
            tangent[i, k] = 0.0
            for x in range(3):
                for y in range(3):
                    tangent[i, k] += D[x, y] * dyad[x, i] * dyad[y, k]
    slide = np.empty(6)
    for i, k in ((0, 1), (1, 2), (0, 2)):
        gap = s[i] - s[k]
        turn = double * (end[i] - end[k]) / gap if gap > 1e-9 * (abs(s[0]) + abs(s[2])) else 0.5 * (
            D[i, i] + D[k, k] - D[i, k] - D[k, i]
        )  # fmt: skip
        turn = max(turn, floor * double)
        for x in range(3):
            slide[x] = ROOT2 * v[x, i] * v[x, k]
            slide[3 + x] = v[x, i] * v[(x + 1) % 3, k] + v[(x + 1) % 3, i] * v[x, k]
        for x in range(6):
            for y in range(6):
                tangent[x, y] += turn * slide[x] * slide[y]
