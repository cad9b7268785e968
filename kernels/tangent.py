"""Derivatives of the heat column with respect to parameters, beside the column itself; one phase."""

from numba import njit


@njit(cache=True)
def _place(T, low, step, knots):
    """Interval of a uniform axis and where in it, from 0 to 1 inside the axis."""
    x = (T - low) / step
    j = min(max(int(x), 0), knots - 2)
    return j, x - j


@njit(cache=True)
def follow(
    T, wall, H, tables, slopes, moves, low, step, start, column, weight, cell, gain, distance, law, laws, lawslopes,
    dT, dv, dwall, rate,
):  # fmt: skip
    """Derivatives of temperature, wall temperature and dH/dt, where those of the enthalpy are known.

    T          (n,)        K
    wall       (p,)        K
    H          (n, P)      J/m3 per parameter
    tables     (3, m)      J/m3, W/m/K, W/m: enthalpy, conductivity and its integral on the axis
    slopes     (Q, 3, m)   their derivatives
    moves      (Q,)        which parameters these are
    low, step  ()          the axis, K
    start      (n + 1,)    rows of the conduction operator: first entry of each
    column     (e,)        its columns
    weight     (e,)        its entries, 1/m2
    cell       (p,)        of each wall patch
    gain       (p,)        area of the patch over volume of its cell, 1/m
    distance   (p,)        from the cell centre to the wall, m
    law        (p,)        number of the law of each patch
    laws       (L, m + 1)  W/m2 at the knots
    lawslopes  (L, m, P)   their derivatives
    dT, dv     (n, P)      K and W/m      [written]
    dwall      (p, P)      K              [written]
    rate       (n, P)      W/m3           [written]
    """
    n, P = H.shape
    knots = tables.shape[1]
    for c in range(n):
        j, r = _place(T[c], low, step, knots)
        s = min(max(r, 0.0), 1.0)
        capacity = (tables[0, j + 1] - tables[0, j]) / step
        k = tables[1, j] + s * (tables[1, j + 1] - tables[1, j])
        for i in range(P):
            dT[c, i] = H[c, i] / capacity
        for q in range(moves.size):
            e = slopes[q, 0]
            dT[c, moves[q]] -= (e[j] + r * (e[j + 1] - e[j])) / capacity
        for i in range(P):
            dv[c, i] = k * dT[c, i]
        for q in range(moves.size):
            lam, theta = slopes[q, 1], slopes[q, 2]
            dv[c, moves[q]] += theta[j] + step * s * (lam[j] + 0.5 * s * (lam[j + 1] - lam[j]))
    for c in range(n):
        for i in range(P):
            rate[c, i] = 0.0
        for e in range(start[c], start[c + 1]):
            other, w = column[e], weight[e]
            for i in range(P):
                rate[c, i] += w * (dv[other, i] - dv[c, i])
    for p in range(cell.size):
        c = cell[p]
        apart = wall[p] - T[c]
        j, r = _place(0.5 * (wall[p] + T[c]), low, step, knots)
        s = min(max(r, 0.0), 1.0)
        steep = (tables[1, j + 1] - tables[1, j]) / step if r == s else 0.0
        k = tables[1, j] + s * (tables[1, j + 1] - tables[1, j])
        i0, x = _place(wall[p], low, step, knots)
        q1 = (laws[law[p], i0 + 1] - laws[law[p], i0]) / step
        bottom = k + 0.5 * steep * apart - q1 * distance[p]
        inner = k - 0.5 * steep * apart
        a, b = lawslopes[law[p], i0], lawslopes[law[p], i0 + 1]
        for i in range(P):
            dwall[p, i] = inner * dT[c, i] + distance[p] * (a[i] + x * (b[i] - a[i]))
        for q in range(moves.size):
            lam = slopes[q, 1]
            dwall[p, moves[q]] -= apart * (lam[j] + s * (lam[j + 1] - lam[j]))
        for i in range(P):
            dwall[p, i] /= bottom
            rate[c, i] += gain[p] * (q1 * dwall[p, i] + a[i] + x * (b[i] - a[i]))


@njit(cache=True)
def combine(mu, nu, a, b, rate, rate0, D1, D2):
    """D2 = mu D1 + nu D2 + a rate + b rate0, all (n, P); mu, nu -, a, b s; D2 [written]."""
    n, P = D1.shape
    for c in range(n):
        for i in range(P):
            D2[c, i] = mu * D1[c, i] + nu * D2[c, i] + a * rate[c, i] + b * rate0[c, i]
