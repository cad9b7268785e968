"""Temperature of a mixture of phases from its enthalpy, inlined by the numba kernels beside this file."""

from numba import njit

from .lookup import interval


@njit(cache=True)
def at_knot(z, j, table, i):
    """Enthalpy of cell j at knot i of the table, J/m3.   z (P, n) -, table (P, m) J/m3"""
    total = 0.0
    for p in range(z.shape[0]):
        total += z[p, j] * table[p, i]
    return total


@njit(cache=True)
def enthalpy(T, z, j, table, low, step):
    """Enthalpy of cell j at temperature T, J/m3; the end lines go on outside the table.

    T      ()      K
    z      (P, n)  volume fractions, -
    j      ()      number of the cell
    table  (P, m)  enthalpy of each phase, J/m3, linear between knots
    low    ()      first knot, K
    step   ()      between knots, K
    """
    i = interval(low, step, table.shape[1], T)
    a, b = at_knot(z, j, table, i), at_knot(z, j, table, i + 1)
    return a + (b - a) * ((T - low) / step - i)


@njit(cache=True)
def temperature(H, z, j, table, low, step, guess):
    """T with sum_i z_i H_i(T) = H, K: the exact inverse of a mixture of lines between knots.

    Newton from knot interval to knot interval, by halves where it circles round a peak of the heat capacity.

    H      ()      J/m3
    z      (P, n)  volume fractions, -
    j      ()      number of the cell
    table  (P, m)  enthalpy of each phase, J/m3, strictly increasing
    low    ()      first knot, K
    step   ()      between knots, K
    guess  ()      any temperature, K; the last one is the best
    """
    knots = table.shape[1]
    i = interval(low, step, knots, guess)
    for _ in range(12):
        a, b = at_knot(z, j, table, i), at_knot(z, j, table, i + 1)
        place = i + (H - a) / (b - a)
        new = interval(0.0, 1.0, knots, place)
        if new == i:
            return low + step * place
        i = new
    below, above = 0, knots - 1
    while above - below > 1:
        middle = (below + above) // 2
        if at_knot(z, j, table, middle) <= H:
            below = middle
        else:
            above = middle
    a, b = at_knot(z, j, table, below), at_knot(z, j, table, below + 1)
    return low + step * (below + (H - a) / (b - a))
