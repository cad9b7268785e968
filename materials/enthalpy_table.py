"""Enthalpy tables with exact plateaus, from heat capacity, conductivity and solid fraction."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .material import DATUM
from .matter import FreezingTable, Property

Array = NDArray[float64]
LOWEST = 100.0
STEP = 5.0
MUSHY = 200
NEAREST = 1e-3
ROUNDING = 1e-9
POINTS, WEIGHTS = np.polynomial.legendre.leggauss(4)


def _grid(given: Sequence[Array], ends: tuple[float, float], top: float) -> Array:
    """Knots [K] to `top`: those given, both ends, and steps between, none nearer than 1 mK to a given one."""
    low, high = ends
    exact = np.unique(np.concatenate([*given, [low, high, DATUM]]))
    exact = exact[np.diff(exact, prepend=-np.inf) > NEAREST]
    exact[np.abs(exact - low) <= NEAREST], exact[np.abs(exact - high) <= NEAREST] = low, high
    steps = [np.arange(LOWEST, top + STEP, STEP), np.linspace(low, high, MUSHY + 1)]
    fill = np.unique(np.concatenate(steps))
    i = np.clip(np.searchsorted(exact, fill), 1, exact.size - 1)
    alone = np.minimum(np.abs(fill - exact[i - 1]), np.abs(fill - exact[i])) > NEAREST
    fill = fill[alone]
    fill = fill[np.diff(fill, prepend=-np.inf) > NEAREST]
    return np.union1d(exact[(exact >= LOWEST) & (exact <= top)], fill)


def tabulate(
    conductivity: tuple[Property, Property],
    heat_capacity: tuple[Property, Property],
    knots: Sequence[Array],
    density: float,
    ends: tuple[float, float],
    fraction: Callable[[Array], Array],
    latent: float,
    top: float,
) -> FreezingTable:
    """H(T) = density (int c dT + latent (1 - fs)) and its companions, H = 0 at 20 degC.

    conductivity, heat_capacity  (solid, liquid), W/m/K and J/kg/K, weighted by fs in between
    knots      (..,) K, where a property bends       density  kg/m3
    ends       (solidus, liquidus), K                 latent   J/kg          top  K, end of the table
    fraction   fs against K; where it is below 1 at the solidus, the rest freezes there
    """

    def mixed(pair: tuple[Property, Property], x: Array, fs: Array) -> Array:
        return fs * pair[0](x) + (1.0 - fs) * pair[1](x)

    T = _grid(knots, ends, top)
    half = 0.5 * np.diff(T)
    inside = (T[:-1] + half)[:, None] + half[:, None] * POINTS
    share = fraction(inside)
    sensible = np.concatenate([[0.0], np.cumsum(half * (mixed(heat_capacity, inside, share) @ WEIGHTS))])
    theta = np.concatenate([[0.0], np.cumsum(half * (mixed(conductivity, inside, share) @ WEIGHTS))])
    fs = fraction(T)
    rows = np.arange(T.size)
    at = int(np.searchsorted(T, ends[0]))
    if fs[at] < 1.0 - ROUNDING:  # the knot at the solidus twice: all solid, then with the liquid that freezes there
        rows = np.insert(rows, at, at)
        fs = np.insert(fs, at, 1.0)
    fs[at] = 1.0
    T, sensible, theta = T[rows], sensible[rows], theta[rows]
    H = density * (sensible + latent * (1.0 - fs))
    return FreezingTable(H - np.interp(DATUM, T, H), T, fs, mixed(conductivity, T, fs), theta)
