"""Austenite that forms on heating between Ac1 and Ac3, after Leblond and Devaux."""

from math import exp, log


def austenite_equilibrium(temperature: float, ac1: float, ac3: float) -> float:
    """Fraction of austenite [-] at a temperature [K] held for long: linear from Ac1 to Ac3 [K].

    >>> round(austenite_equilibrium(1058.15, 997.15, 1119.15), 6)
    0.5
    """
    return min(max((temperature - ac1) / (ac3 - ac1), 0.0), 1.0)


def austenite_leblond(
    fraction: float, temperature: float, rate: float, duration: float, ac1: float, ac3: float, tau: float
) -> float:
    """Fraction of austenite after `duration` [s] of heating at a constant rate [K/s] from `temperature` [K].

    dz/dt = (z_eq - z) / tau, tau [s]; exact while the temperature stays between Ac1 and Ac3 [K]:
    z = z_eq(end) - l + (z0 - z_eq(begin) + l) exp(-dt / tau), l = tau rate / (Ac3 - Ac1). Source: J.B. Leblond,
    J. Devaux, Acta Metall. 32 (1984) 137.

    >>> round(austenite_leblond(0.0, 997.15, 1.0, 122.0, 997.15, 1119.15, 0.34), 4)
    0.9972
    """
    lag = tau * rate / (ac3 - ac1)
    begin, end = ((T - ac1) / (ac3 - ac1) for T in (temperature, temperature + rate * duration))
    return end - lag + (fraction - begin + lag) * exp(-duration / tau)


def rise_leblond(rate: float, span: float, tau: float, left: float = 0.01) -> float:
    """K above Ac3 at which `left` of the ferrite remains in heating at a constant rate [K/s].

    At Ac3 the remainder is l (1 - exp(-1 / l)), l = tau rate / span, span = Ac3 - Ac1 [K]; beyond, it falls as
    exp(-t / tau). 0 where it is less than `left` already. Source as `austenite_leblond`.

    >>> round(rise_leblond(10.0, 80.0, 1.0), 1)
    25.3
    """
    lag = tau * rate / span
    remains = lag * (1.0 - exp(-1.0 / lag))
    return max(rate * tau * log(remains / left), 0.0)
