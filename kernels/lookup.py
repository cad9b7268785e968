"""Uniform tables, inlined by the numba kernels beside this file."""

from numba import njit


@njit(cache=True)
def interval(low, spacing, knots, x):
    """Number of the table interval that holds x, the nearest one outside.   low, spacing, knots, x ()"""
    place = (x - low) / spacing
    if not place > 0.0:
        return 0
    return int(min(place, knots - 2))


@njit(cache=True)
def value(table, low, spacing, x):
    """Linear value of a uniform table at x; flat outside.   table (m,), low (), spacing (), x ()"""
    place = (x - low) / spacing
    if place <= 0.0:
        return table[0]
    if place >= table.size - 1:
        return table[-1]
    i = int(place)
    return table[i] + (place - i) * (table[i + 1] - table[i])
