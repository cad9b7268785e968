"""Quench factor analysis of aluminium: how long until hardening is lost at a temperature, and what is left."""

from math import exp, log

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

Array = NDArray[float64]
GAS = 8.314
K1 = log(0.995)
"""The critical time is the one that precipitates half a per cent."""
NOSE_TIME = (0.05, 50.0)
NOSE_TEMPERATURE = (553.15, 703.15)
OVER = 423.15
"""K: below, the quench is over, and what comes later is ageing."""
BELOW = 1.0  # K under k4, where the critical time is infinite


def critical_time(T: ArrayLike, k2: float, k3: float, k4: float, k5: float) -> Array:
    """Critical time [s] at T [K]; k2 in s, k3 and k5 in J/mol, k4 in K. Infinite from k4 on.

    C_T = -k1 k2 exp[k3 k4^2 / (R T (k4 - T)^2)] exp[k5 / (R T)], k1 = ln 0.995.

    Range: 150 degC to k4. Source: J.W. Evancho, J.T. Staley, Metall. Trans. 5 (1974) 43. Published tables mix J and
    cal: R is 8.314 J/mol/K here.

    >>> round(float(critical_time(311.0 + 273.15, 2.2e-19, 5190.0, 850.0, 180e3)), 3)
    0.764
    """
    T = np.asarray(T, float64)
    inside = np.minimum(T, k4 - BELOW)
    power = k3 * k4**2 / (GAS * inside * (k4 - inside) ** 2) + k5 / (GAS * inside)
    return np.asarray(np.where(T < k4 - BELOW, -K1 * k2 * np.exp(np.minimum(power, 500.0)), np.inf))


def nose(k2: float, k3: float, k4: float, k5: float) -> tuple[float, float]:
    """Temperature [K] at which the critical time is least, and that time [s].

    >>> T, time = nose(4.1e-13, 1050.0, 780.0, 140e3)
    >>> round(T - 273.15), round(time, 3)
    (338, 0.156)
    """
    T = np.arange(0.5 * k4, k4 - BELOW, 0.1)
    times = critical_time(T, k2, k3, k4, k5)
    least = int(np.argmin(times))
    return float(T[least]), float(times[least])


def strength_share(factor: ArrayLike) -> Array:
    """Share of the hardening that a quench factor leaves: exp(k1 tau), k1 = ln 0.995. Source as `critical_time`.

    strength = least + (most - least) share, `least` what the slowest quench leaves.

    >>> round(float(strength_share(10.0)), 3)
    0.951
    """
    return np.asarray(np.exp(K1 * np.asarray(factor, float64)))


def peak_time(T: ArrayLike, time: float, temperature: float, activation: float) -> Array:
    """Time to peak strength [s] at T [K] from that at another temperature; activation energy in J/mol.

    t_p = P_p T exp(Q / (R T)), so that P* = int dt / t_p is 1 at the peak on any path. Source: H.R. Shercliff,
    M.F. Ashby, Acta Metall. Mater. 38 (1990) 1789 [M].

    >>> round(float(peak_time(473.15, 10.0, 443.15, 130e3)), 2)
    1.14
    """
    T = np.asarray(T, float64)
    return np.asarray(
        time * T / temperature * np.exp(np.minimum(activation / GAS * (1.0 / T - 1.0 / temperature), 500.0))
    )


RISE = 2.9183
"""1/K1 of Shercliff and Ashby: u / (e^u - 1) = 1/6 puts the peak of precipitation hardening at P* = 1 [C]."""


def aged_strength(progress: ArrayLike, share: ArrayLike, weakest: float, quenched: float, strongest: float) -> Array:
    """Yield strength [Pa] after ageing by P* = `progress` from a quench that left the `share` of the hardening.

    weakest    Pa, nothing in solution and nothing that hardens
    quenched   Pa, after the fastest quench, not aged
    strongest  Pa, aged to its peak, P* = 1, after the fastest quench

    sigma = weakest + ss + ppt, ss = (quenched - weakest) (X e^(-u P*))^(2/3), ppt = 2 S P*^(1/6) / (1 + P*^(1/2)),
    S^2 = S_max^2 X (1 - e^(-u P*)). The solute left, X = share^2, enters precipitation strength by its root. S_max
    follows from `strongest`. The solvus factors of S and ss are left out: there is no heat of solution to go by, so
    ageing near the solvus comes out too strong. Source as `peak_time`; share after Evancho and Staley.

    >>> [round(float(aged_strength(p, 1.0, 69e6, 145e6, 276e6)) / 1e6) for p in (0.0, 0.1, 1.0, 30.0)]
    [145, 237, 276, 179]
    """
    p, x = np.asarray(progress, float64), np.asarray(share, float64) ** 2
    solved = quenched - weakest
    most = (strongest - weakest - solved * exp(-2.0 * RISE / 3.0)) / (1.0 - exp(-RISE)) ** 0.5
    root = np.sqrt(x * -np.expm1(-RISE * p))
    precipitates = 2.0 * most * root * p ** (1.0 / 6.0) / (1.0 + np.sqrt(p))
    return np.asarray(weakest + solved * (x * np.exp(-RISE * p)) ** (2.0 / 3.0) + precipitates)


def hardness_myhr(yield_strength: ArrayLike) -> Array:
    """Vickers hardness from yield strength [Pa]: HV = 0.33 sigma [MPa] + 16.

    Range: Al-Mg-Si; other aluminium alloys [U]. Source: O.R. Myhr, O. Grong, Acta Metall. Mater. 39
    (1991) 2693 [M].

    >>> round(float(hardness_myhr(276e6)))
    107
    """
    return np.asarray(0.33e-6 * np.asarray(yield_strength, float64) + 16.0)
