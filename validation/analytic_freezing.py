"""Exact solutions with freezing, contact and radiation that the catalogue compares with; SI, heat per volume.

Freezing runs from a wall at x = 0 into x > 0. Fronts go with the root of time: x = 2 lambda sqrt(a_s t).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import exp, isinf, log, pi, sqrt
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq
from scipy.special import erf, erfc, erfcx

from .analytic import slab_roots

Array = NDArray[float64]
Function = Callable[[float], float]


@dataclass(frozen=True)
class Metal:
    """A pure metal: k W/m/K and c J/m3/K of solid and liquid, latent J/m3, melting K (or degC throughout)."""

    k_solid: float
    k_liquid: float
    c_solid: float
    c_liquid: float
    latent: float
    melting: float

    @property
    def a_solid(self) -> float:
        """m2/s"""
        return self.k_solid / self.c_solid

    @property
    def a_liquid(self) -> float:
        """m2/s"""
        return self.k_liquid / self.c_liquid


@dataclass(frozen=True)
class Front:
    """Neumann's two-phase Stefan problem against a cold half space, or a wall held (Carslaw & Jaeger 1959, 11.2).

    metal, start   the metal and the temperature of its liquid
    cold           temperature of wall or mould
    effusivity     sqrt(k c) of a mould in perfect contact (Schwarz 1931); infinite: the wall is held at `cold`
    """

    metal: Metal
    start: float
    cold: float
    effusivity: float = float("inf")

    @property
    def ratio(self) -> float:
        """Effusivity of the solid over that of the mould; 0 for a wall that is held."""
        return 0.0 if isinf(self.effusivity) else sqrt(self.metal.k_solid * self.metal.c_solid) / self.effusivity

    @property
    def constant(self) -> float:
        """lambda"""
        m, drop = self.metal, self.metal.melting - self.cold
        slow = sqrt(m.a_solid / m.a_liquid)
        hot = m.k_liquid / m.k_solid * slow * (self.start - m.melting) / drop

        def f(x: float) -> float:
            liquid = hot / (erfcx(x * slow))  # exp(-(x slow)^2)/erfc(x slow)
            return float(exp(-(x**2)) / (self.ratio + erf(x)) - liquid - sqrt(pi) * x * m.latent / (m.c_solid * drop))

        return float(brentq(f, 1e-9, 5.0, xtol=1e-15))

    @property
    def contact(self) -> float:
        """Temperature where metal and mould meet, constant in time."""
        m = self.metal
        return self.cold + (m.melting - self.cold) * self.ratio / (self.ratio + float(erf(self.constant)))

    def position(self, t: ArrayLike) -> Array:
        """Depth of the front, m."""
        return np.asarray(2.0 * self.constant * np.sqrt(self.metal.a_solid * np.asarray(t, float64)))

    def time(self, depth: float) -> float:
        """When the front is that deep, s."""
        return (depth / (2.0 * self.constant)) ** 2 / self.metal.a_solid

    def temperature(self, x: ArrayLike, t: float) -> Array:
        """At depth x >= 0."""
        m, x = self.metal, np.asarray(x, float64)
        solid = self.contact + (m.melting - self.contact) * erf(x / (2.0 * sqrt(m.a_solid * t))) / erf(self.constant)
        beyond = erfc(self.constant * sqrt(m.a_solid / m.a_liquid))
        liquid = self.start - (self.start - m.melting) * erfc(x / (2.0 * sqrt(m.a_liquid * t))) / beyond
        return np.asarray(np.where(x < self.position(t), solid, liquid))


def garcia(depth: float, metal: Metal, cold: float, h: float) -> float:
    """Time, s, until a metal at its melting point is frozen to a depth against a wall of conductance h.

    t = S2/(4 phi2 a) + L S/(h dT) (Garcia, Clyne, Prates 1979): 3 to 8 % low at a Stefan number near 2.
    """
    number = metal.c_solid * (metal.melting - cold) / metal.latent
    phi = float(brentq(lambda p: sqrt(pi) * p * exp(p**2) * erf(p) - number, 1e-9, 5.0))
    return depth**2 / (4.0 * phi**2 * metal.a_solid) + metal.latent * depth / (h * (metal.melting - cold))


@dataclass(frozen=True)
class Mush:
    """An alloy that freezes over a range, from a wall held cold: T depends on x/sqrt(t) only.

    k, c       W/m/K, J/m3/K of (solid, liquid), weighted by the solid fraction in between
    latent     J/m3        solidus, liquidus     fs, slope   solid fraction and its dfs/dT in between
    wall, start  temperatures. What fs leaves at the solidus freezes there.
    """

    k: tuple[float, float]
    c: tuple[float, float]
    latent: float
    solidus: float
    liquidus: float
    fs: Function
    slope: Function
    wall: float
    start: float

    def _mix(self, pair: tuple[float, float], T: float) -> float:
        share = self.fs(T)
        return share * pair[0] + (1.0 - share) * pair[1]

    def _through(self, eta: float) -> Any:
        """(eta, flux k dT/d eta) over T from solidus to liquidus, the solidus lying at eta."""
        a = self.k[0] / self.c[0]
        z = eta / (2.0 * sqrt(a))
        solid = self.k[0] * (self.solidus - self.wall) * exp(-(z**2)) / (sqrt(pi * a) * float(erf(z)))
        flux = solid - 0.5 * self.latent * (1.0 - self.fs(self.solidus)) * eta

        def f(T: float, y: Array) -> list[float]:
            rise = self._mix(self.c, T) - self.latent * self.slope(T)
            return [self._mix(self.k, T) / max(y[1], 1e-6 * solid), -0.5 * y[0] * rise]

        span = (self.solidus, self.liquidus)
        return solve_ivp(f, span, [eta, flux], "DOP853", rtol=1e-11, atol=1e-14, dense_output=True)

    @cached_property
    def fronts(self) -> tuple[float, float, float]:
        """x/sqrt(t) of solidus and liquidus, m/s^0.5, and q sqrt(t) at the wall, W s^0.5/m2."""
        a = self.k[1] / self.c[1]

        def missed(eta: float) -> float:
            way, flux = self._through(eta).y[:, -1]
            into = self.k[1] * (self.start - self.liquidus) / (sqrt(pi * a) * float(erfcx(way / (2.0 * sqrt(a)))))
            return float(flux - into)

        low = 1e-3 * sqrt(a)
        eta = float(brentq(missed, low, 4.0 * sqrt(self.k[0] / self.c[0]), xtol=1e-16))
        cold = self.k[0] / self.c[0]
        wall = self.k[0] * (self.solidus - self.wall) / (sqrt(pi * cold) * float(erf(eta / (2.0 * sqrt(cold)))))
        return eta, float(self._through(eta).y[0, -1]), wall

    def temperature(self, x: float, t: float) -> float:
        """At depth x and time t."""
        eta, (solid, liquid, _) = x / sqrt(t), self.fronts
        if eta <= solid:
            reach = 2.0 * sqrt(self.k[0] / self.c[0])
            return self.wall + (self.solidus - self.wall) * float(erf(eta / reach) / erf(solid / reach))
        if eta >= liquid:
            reach = 2.0 * sqrt(self.k[1] / self.c[1])
            return self.start - (self.start - self.liquidus) * float(erfc(eta / reach) / erfc(liquid / reach))
        way = self._through(solid).sol
        return float(brentq(lambda T: way(T)[0] - eta, self.solidus, self.liquidus, xtol=1e-12))


def corner(x: ArrayLike) -> Array:
    """Front y* over x* in a freezing corner, L/(c dT) 0.25, superheat 0.3 (Rathjen & Jiji 1971, their fit)."""
    constant, m, c = 0.70766, 5.02, 0.159
    return np.asarray((constant**m + c / (np.asarray(x, float64) ** m - constant**m)) ** (1.0 / m))


def lumped(
    modulus: float, c: float, latent: float, h: float, cold: float, start: float, melting: float, end: float
) -> tuple[float, float, float]:
    """Times, s, when a lump of V/A `modulus` reaches melting, is solid, and has cooled to `end`."""
    tau = c * modulus / h
    reached = tau * log((start - cold) / (melting - cold))
    solid = reached + latent * modulus / (h * (melting - cold))
    return reached, solid, solid + tau * log((melting - cold) / (end - cold))


def contact(
    t: ArrayLike, h: float, first: tuple[float, float], second: tuple[float, float]
) -> tuple[Array, Array, Array]:
    """Flux W/m2 and both surface temperatures of two half spaces (effusivity, start) joined by h W/m2/K."""
    (b1, T1), (b2, T2) = first, second
    root = h * (1.0 / b1 + 1.0 / b2) * np.sqrt(np.asarray(t, float64))
    flux = h * (T1 - T2) * erfcx(root)
    passed = (T1 - T2) / (1.0 / b1 + 1.0 / b2) * (1.0 - erfcx(root))
    return flux, T1 - passed / b1, T2 + passed / b2


def radiating_wall(L: float, k: float, hot: float, ambient: float, emissivity: float, sigma: float) -> float:
    """Temperature, K, of the radiating face of a wall held hot on the other."""
    return float(brentq(lambda T: k * (hot - T) / L - emissivity * sigma * (T**4 - ambient**4), ambient, hot))


def hollow_cylinder(
    inner: float, outer: float, k: float, emissivity: float, sigma: float, source: float, h: float, cold: float
) -> tuple[float, float]:
    """Inner and outer surface temperature, K: radiation from a source inside, convection outside; radii m."""

    def missed(T: float) -> float:
        power = inner * emissivity * sigma * (source**4 - T**4)
        return float(power / (outer * h) + power * log(outer / inner) / k + cold - T)

    T = float(brentq(missed, cold, source))
    return T, cold + inner * emissivity * sigma * (source**4 - T**4) / (outer * h)


def layers(hot: float, cold: float, *resistances: float) -> tuple[float, list[float]]:
    """Flux W/m2 through resistances m2K/W in series, and the temperature after each."""
    flux = (hot - cold) / sum(resistances)
    return flux, list(hot - flux * np.cumsum(resistances))


def column(x: float, y: float, top: float = 20.0, terms: int = 120) -> float:
    """T in a square column of half-width 1 (x = 0 the middle), height 2, top held, all else 0 (ISO 10211 case 1)."""
    z = (np.arange(terms) + 0.5) * pi
    weight = 2.0 * (-1.0) ** np.arange(terms) / z * np.cos(z * x)
    return float(
        top * np.sum(weight * np.exp(-z * (2.0 - y)) * (1.0 - np.exp(-2.0 * z * y)) / (1.0 - np.exp(-4.0 * z)))
    )


def cooled_plate(
    x: float, y: float, width: float, height: float, k: float, h: float, hot: float, terms: int = 200
) -> float:
    """T of a plate held `hot` below, insulated at x = 0, h to 0 at x = width and on top (NAFEMS T4)."""
    z = slab_roots(h * width / k, terms)
    mu = z / width
    weight = 4.0 * np.sin(z) / (2.0 * z + np.sin(2.0 * z)) * np.cos(mu * x)
    r = (k * mu - h) / (k * mu + h)
    shape = np.exp(-mu * y) * (1.0 + r * np.exp(-2.0 * mu * (height - y))) / (1.0 + r * np.exp(-2.0 * mu * height))
    return float(hot * np.sum(weight * shape))


def mean_conductivity(k: Function, cold: float, hot: float) -> float:
    """Mean of k(T) between two temperatures: what carries the flux through a slab."""
    return float(quad(k, cold, hot)[0] / (hot - cold))
