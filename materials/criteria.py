"""Shrinkage porosity from gradient and cooling rate: Niyama, its dimensionless form, and the pore fraction."""

from math import inf, sqrt

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from .freezing import Freezing
from .refusal import CaseError

Array = NDArray[float64]
PRESSURE = 1.01e5
CARMAN = 180.0
SAMPLES = 2001
LIMITS = {"steel": (0.1, 0.775), "nickel": (1.0, 2.0)}
"""family -> Niyama [(K s)^0.5/mm] of macro shrinkage on a radiograph, and of micro shrinkage."""
FITS = {
    "WCB": ((28.2, "log", -1.654, 3.052), (inf, "power", 43.05, -1.254)),
    "A356": ((1.43, "log", -2.068, 3.160), (18.0, "power", 4.024, -0.9786), (inf, "power", 7.771, -1.206)),
    "AZ91D": ((41.0, "log", -1.671, 3.483), (45.2, "log", -10.81, 18.23), (inf, "power", 73.01, -1.415)),
}
"""alloy -> pieces up to Ny*: a log10 Ny* + b, or a Ny*^b, per cent"""


def refuse_graphite(freezing: Freezing) -> None:
    """Refuse a criterion of shrinkage for an iron whose graphite expands. Raises CaseError with the reason."""
    if freezing.family == "graphitic iron":
        raise CaseError(
            "Niyama says nothing of graphitic iron: its graphite expands while it freezes and feeds the casting;"
            " look at modulus, solidification time and feeding zones"
        )


def niyama_temperature(freezing: Freezing) -> float:
    """Temperature [K] at which gradient and rate are read: solidus + 0.1 (liquidus - solidus).

    Source: K.D. Carlson, C. Beckermann, Metall. Mater. Trans. A 40 (2009) 163. Raises CaseError for graphitic
    iron, and for a metal that freezes at one temperature, which has no such place.
    """
    refuse_graphite(freezing)
    if freezing.range <= 0.0:
        raise CaseError("a metal that freezes at one temperature has no mushy zone, so no Niyama criterion")
    return freezing.solidus + 0.1 * freezing.range


def niyama(gradient: ArrayLike, rate: ArrayLike) -> Array:
    """Niyama criterion [K^0.5 s^0.5/m] from gradient [K/m] and cooling rate [K/s] at `niyama_temperature`.

    Ny = G/sqrt(rate); 1000 of it are 1 (K s)^0.5/mm, 0.7746 of those are 1 K^0.5 min^0.5/cm. Range: steel and
    nickel alloys; for aluminium it ranks at best. Source: E. Niyama et al., AFS Int. Cast Met. J. 7 (1982) 52.

    >>> float(niyama(1000.0, 4.0))
    500.0
    """
    return np.asarray(np.asarray(gradient, float64) / np.sqrt(np.asarray(rate, float64)), float64)


def niyama_limits(freezing: Freezing) -> tuple[float, float]:
    """Niyama [K^0.5 s^0.5/m] below which macro and micro shrinkage are expected.

    Steel 100 (radiographs, thicker sections [M]) and 775 (Niyama 1982 [M]); nickel and CN7M 1000 [V], 2000 [M]:
    Carlson & Beckermann 2009. Raises CaseError for another family, with the way out.
    """
    refuse_graphite(freezing)
    if freezing.family not in LIMITS:
        raise CaseError(
            f"no Niyama limit is known of {freezing.family}; use dimensionless_niyama and pore_fraction, from the"
            " alloy's own solid fraction"
        )
    macro, micro = LIMITS[freezing.family]
    return 1e3 * macro, 1e3 * micro


def dimensionless_niyama(
    gradient: ArrayLike, rate: ArrayLike, arm_spacing: ArrayLike, freezing: Freezing, pressure: float = PRESSURE
) -> Array:
    """Ny* = (lambda2 sqrt(dP)/sqrt(mu beta dT)) G/sqrt(rate), without dimension.

    gradient K/m, rate K/s, arm_spacing m; mu, beta = (rho_s - rho_l)/rho_l and dT of the alloy; pressure Pa,
    the drop at which pores open (1.01e5: shrinkage pores at zero pressure [M], hydrogen is not modelled).
    Source: Carlson & Beckermann 2009. Raises CaseError without viscosity or densities, and for graphitic iron.
    """
    niyama_temperature(freezing)
    if freezing.viscosity is None:
        raise CaseError("no dimensionless Niyama without the viscosity of the liquid; give it", "viscosity")
    contraction = freezing.shrinkage / (1.0 - freezing.shrinkage)
    scale = sqrt(pressure / (float(freezing.viscosity) * contraction * freezing.range))
    return np.asarray(np.asarray(arm_spacing, float64) * scale * niyama(gradient, rate))


def feeding_integral(freezing: Freezing) -> tuple[Array, Array]:
    """(liquid fraction g falling from 1, I(g)) of the alloy's own solid fraction; Ny* = sqrt(I(g_cr)).

    I = int_g^1 180 (1 - g)2/g2 (d theta/d g) d g, theta = (T - Ts)/(Tl - Ts); exact for g linear between
    samples. A plateau adds nothing: its mush has no length. Source: Carlson & Beckermann 2009 with the
    Kozeny-Carman permeability lambda2^2 g^3/(180 (1 - g)^2).
    """
    niyama_temperature(freezing)
    T = np.linspace(freezing.liquidus, freezing.solidus, SAMPLES)
    if freezing.law == "table":
        T = np.union1d(T, freezing.fractions.knots)[::-1]
    g = 1.0 - freezing.solid_fraction(T)
    keep = g > 0.0
    T, g = T[keep], g[keep]
    upper, lower = _primitive(g[:-1]), _primitive(g[1:])
    fall = np.diff(T) / (freezing.range * np.diff(g))
    return g, np.concatenate([[0.0], np.cumsum(CARMAN * fall * (upper - lower))])


def _primitive(g: Array) -> Array:
    """Of (1 - g)2/g2."""
    return g - 2.0 * np.log(g) - 1.0 / g


def pore_fraction(ny: ArrayLike, freezing: Freezing) -> Array:
    """Volume fraction of shrinkage pores [-] from the dimensionless Niyama: beta' g_cr, beta' at most.

    g_cr is where sqrt(I) of the alloy's own solid fraction reaches Ny*; below the last liquid, or where only a
    plateau is left, no pores. Range: no hydrogen. Source: Carlson & Beckermann 2009, without their fits.
    """
    g, total = feeding_integral(freezing)
    reached = np.sqrt(total)
    critical = np.interp(np.asarray(ny, float64), reached, g, right=0.0)
    return np.asarray(freezing.shrinkage * critical)


def pore_fraction_carlson(ny: ArrayLike, alloy: str) -> Array:
    """Volume fraction of shrinkage pores [-] by the published fits for WCB, A356 and AZ91D.

    Straight in log10 Ny*, then powers of Ny* (per cent). Source: Carlson & Beckermann 2009, coefficients as in
    an open casting code; A356 there has another solid fraction than the card. Raises CaseError for others.

    >>> [round(100.0 * float(pore_fraction_carlson(x, "WCB")), 2) for x in (1.0, 10.0, 60.0)]
    [3.05, 1.4, 0.25]
    """
    if alloy not in FITS:
        raise CaseError(f"no fit of pores for {alloy!r}; known: {', '.join(FITS)}; pore_fraction needs none")
    x = np.maximum(np.asarray(ny, float64), 1e-6)
    got = np.zeros_like(x)
    for most, law, a, b in reversed(FITS[alloy]):
        got = np.where(x <= most, a * np.log10(x) + b if law == "log" else a * x**b, got)
    return np.asarray(got / 100.0, float64)
