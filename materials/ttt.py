"""From the start and finish of an isothermal (TTT) diagram to a law, and from the diagram to continuous cooling."""

from math import expm1, log, log1p

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .matter import Product
from .refusal import CaseError

Array = NDArray[float64]


def jmak(start: float, finish: float, first: float = 0.01, last: float = 0.99) -> tuple[float, float]:
    """(b [s^-n], n) of X = 1 - exp(-b t^n) through the fraction `first` at `start` [s] and `last` at `finish` [s].

    n = ln(ln(1 - last) / ln(1 - first)) / ln(finish / start), b = -ln(1 - first) / start^n. Source: M. Avrami,
    J. Chem. Phys. 7 (1939) 1103; 8 (1940) 212; 9 (1941) 177. Raises CaseError where finish is not after start.

    >>> b, n = jmak(5.0, 60.0)
    >>> round(n, 6), round(b, 8)
    (2.465819, 0.00018995)
    """
    if not 0.0 < start < finish:
        raise CaseError(f"a finish at {finish:g} s is not after a start at {start:g} s")
    if not 0.0 < first < last < 1.0:
        raise CaseError(f"fractions {first:g} and {last:g} do not rise between 0 and 1")
    n = log(log(1.0 - last) / log(1.0 - first)) / log(finish / start)
    return -log(1.0 - first) / start**n, n


def jmak_step(fraction: float, b: float, n: float, duration: float) -> float:
    """Fraction after `duration` [s] more, by the time that would have led to `fraction` under the same law.

    t* = (-ln(1 - X) / b)^(1/n), X' = 1 - exp(-b (t* + dt)^n). Two halves of a step give what the whole does.

    >>> b, n = jmak(5.0, 60.0)
    >>> round(jmak_step(0.01, b, n, 55.0), 6)
    0.99
    """
    if fraction >= 1.0:
        return 1.0
    passed = (-log1p(-fraction) / b) ** (1.0 / n)
    return -expm1(-b * (passed + duration) ** n)


def product_ttt(phase: str, temperatures: Array, starts: Array, finishes: Array, low: float, factor: float) -> Product:
    """A product of austenite from the 1 % and 99 % lines [s] of its TTT diagram at rising temperatures [K].

    X = 1 - exp(-s^n), ds/dt = factor (ln 2)^(1/n) / t50(T): n is the mean of `jmak` over the temperatures, so that
    the law is additive; t50 is its own at each, straight in its logarithm between, and on to `low` [K] below. Nothing
    forms above the last temperature.

    >>> T, starts, finishes = np.array([513.15, 633.15]), np.array([257.0, 10.2]), np.array([1549.0, 110.0])
    >>> bainite = product_ttt("bainite", T, starts, finishes, 508.0, 1.0)
    >>> round(bainite.shape[1], 2), round(float(1.0 / bainite.rate(np.array(513.15))))
    (2.99, 1005)
    """
    laws = [jmak(float(start), float(finish)) for start, finish in zip(starts, finishes, strict=True)]
    n = float(np.mean([own for _, own in laws]))
    halves = np.log([(log(2.0) / b) ** (1.0 / own) for b, own in laws])

    def rate(T: Array) -> Array:
        x = np.asarray(T, float64)
        slope = (halves[1] - halves[0]) / (temperatures[1] - temperatures[0])
        half = np.interp(x, temperatures, halves) + slope * np.minimum(x - temperatures[0], 0.0)
        return np.asarray(factor * log(2.0) ** (1.0 / n) * np.exp(-half))

    return Product(phase, rate, low, float(temperatures[-1]), ("jmak", n))


def scheil_start(temperatures: Array, starts: Array, rate: float) -> float:
    """Temperature [K] at which transformation starts in cooling at a constant rate [K/s]; NaN where it never does.

    The sum of dt / t_s(T) reaches 1. `starts` [s] over falling `temperatures` [K]; the path begins at the first of
    them, and t_s is taken linear in its logarithm between. Source: E. Scheil, Arch. Eisenhuttenwes. 8 (1935) 565.

    >>> T = np.linspace(1000.0, 700.0, 4)
    >>> round(scheil_start(T, np.full(4, 10.0), 5.0), 1)
    950.0
    """
    T = np.linspace(temperatures[0], temperatures[-1], 20001)
    inverse = np.exp(-np.interp(-T, -np.asarray(temperatures), np.log(starts)))
    share = np.concatenate([[0.0], np.cumsum(0.5 * (inverse[1:] + inverse[:-1]) * -np.diff(T))]) / rate
    return float(np.interp(1.0, share, T)) if share[-1] >= 1.0 else float("nan")


def grange_kiefer_start(temperatures: Array, starts: Array, rate: float) -> float:
    """Temperature [K] at which transformation starts in cooling at a constant rate [K/s]; NaN where it never does.

    The path crosses the isothermal start at Tx; it transforms at Ta, where the time from Tx to Ta is the isothermal
    start time at (Tx + Ta) / 2. Arguments as `scheil_start`. Source: R.A. Grange, J.M. Kiefer, Trans. ASM 29 (1941)
    85 [M].

    >>> T = np.linspace(1000.0, 700.0, 4)
    >>> round(grange_kiefer_start(T, np.full(4, 10.0), 5.0), 1)
    900.0
    """
    T = np.linspace(temperatures[0], temperatures[-1], 20001)
    start = np.exp(np.interp(-T, -np.asarray(temperatures), np.log(starts)))
    crossed = np.flatnonzero((T[0] - T) / rate >= start)
    if not crossed.size:
        return float("nan")
    crossing = float(T[crossed[0]])
    after = T[crossed[0] :]
    halfway = np.interp(-0.5 * (crossing + after), -T, start)
    reached = np.flatnonzero((crossing - after) / rate >= halfway)
    return float(after[reached[0]]) if reached.size else float("nan")
