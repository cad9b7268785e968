"""Exact solutions that the catalogue compares with; SI.

x is counted from the middle or the axis, theta = (T - Tinf)/(Ti - Tinf).
"""

from collections.abc import Callable

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import erf, erfc, erfcx, j0, j1

Array = NDArray[float64]


def slab_roots(biot: float, terms: int = 60) -> Array:
    """Roots of z tan z = Bi (Carslaw & Jaeger 1959, 3.11)."""
    return np.array(
        [brentq(lambda z: z * np.sin(z) - biot * np.cos(z), n * np.pi, (n + 0.5) * np.pi) for n in range(terms)]
    )


def slab(x: ArrayLike, fourier: float, biot: float, terms: int = 60) -> Array:
    """theta of a slab with convection; x over half-thickness (Carslaw & Jaeger 1959, 3.11)."""
    z = slab_roots(biot, terms)
    weight = 4.0 * np.sin(z) / (2.0 * z + np.sin(2.0 * z)) * np.exp(-(z**2) * fourier)
    return np.cos(np.multiply.outer(np.asarray(x, float64), z)) @ weight


def slab_mean(fourier: float, biot: float, terms: int = 60) -> float:
    """Mean theta of the slab."""
    z = slab_roots(biot, terms)
    weight = 4.0 * np.sin(z) / (2.0 * z + np.sin(2.0 * z)) * np.exp(-(z**2) * fourier)
    return float(np.sum(weight * np.sin(z) / z))


def cylinder_roots(biot: float, terms: int = 60) -> Array:
    """Roots of z J1(z) = Bi J0(z) (Carslaw & Jaeger 1959, 7.7)."""

    def f(z: float) -> float:
        return float(z * j1(z) - biot * j0(z))

    grid = np.linspace(1e-9, (terms + 2) * np.pi, 40 * (terms + 2))
    values = grid * j1(grid) - biot * j0(grid)
    at = np.flatnonzero(values[:-1] * values[1:] < 0.0)[:terms]
    return np.array([brentq(f, grid[i], grid[i + 1], xtol=1e-14) for i in at])


def cylinder(r: ArrayLike, fourier: float, biot: float, terms: int = 60) -> Array:
    """theta of a long cylinder with convection; r over radius (Carslaw & Jaeger 1959, 7.7)."""
    z = cylinder_roots(biot, terms)
    weight = 2.0 * biot / ((z**2 + biot**2) * j0(z)) * np.exp(-(z**2) * fourier)
    return np.asarray(j0(np.multiply.outer(np.asarray(r, float64), z)) @ weight)


def cylinder_mean(fourier: float, biot: float, terms: int = 60) -> float:
    """Mean theta of the long cylinder."""
    z = cylinder_roots(biot, terms)
    return float(np.sum(4.0 * biot**2 / (z**2 * (z**2 + biot**2)) * np.exp(-(z**2) * fourier)))


def sphere_roots(biot: float, terms: int = 60) -> Array:
    """Roots of z cot z = 1 - Bi (Carslaw & Jaeger 1959, 9.4)."""

    def f(z: float) -> float:
        return float(z * np.cos(z) + (biot - 1.0) * np.sin(z))

    return np.array([brentq(f, n * np.pi + 1e-9, (n + 1) * np.pi - 1e-9) for n in range(terms)])


def sphere(r: ArrayLike, fourier: float, biot: float, terms: int = 60) -> Array:
    """theta of a sphere with convection; r over radius (Carslaw & Jaeger 1959, 9.4)."""
    z = sphere_roots(biot, terms)
    weight = 4.0 * (np.sin(z) - z * np.cos(z)) / (2.0 * z - np.sin(2.0 * z)) * np.exp(-(z**2) * fourier)
    return np.sinc(np.multiply.outer(np.asarray(r, float64), z) / np.pi) @ weight


def sphere_mean(fourier: float, biot: float, terms: int = 60) -> float:
    """Mean theta of the sphere."""
    z = sphere_roots(biot, terms)
    weight = 4.0 * (np.sin(z) - z * np.cos(z)) / (2.0 * z - np.sin(2.0 * z)) * np.exp(-(z**2) * fourier)
    return float(np.sum(weight * 3.0 * (np.sin(z) - z * np.cos(z)) / z**3))


def half_space_fixed(x: ArrayLike, t: float, a: float) -> Array:
    """theta under a surface held at Tinf; a m2/s (Carslaw & Jaeger 1959, 2.4)."""
    return np.asarray(erf(np.asarray(x) / (2.0 * np.sqrt(a * t))))


def half_space_flux(x: ArrayLike, t: float, a: float, k: float, q: float) -> Array:
    """Fall of temperature, K, under a constant flux q W/m2 out (Carslaw & Jaeger 1959, 2.9)."""
    x = np.asarray(x, float64)
    reach = 2.0 * np.sqrt(a * t)
    return np.asarray(q / k * (reach / np.sqrt(np.pi) * np.exp(-((x / reach) ** 2)) - x * erfc(x / reach)))


def half_space_convection(x: ArrayLike, t: float, a: float, k: float, h: float) -> Array:
    """theta under convection h W/m2/K (Carslaw & Jaeger 1959, 2.7)."""
    x = np.asarray(x, float64)
    reach = np.sqrt(a * t)
    u, w = x / (2.0 * reach), h * reach / k
    return np.asarray(1.0 - erfc(u) + np.exp(-(u**2)) * erfcx(u + w))


def radiating_sphere(times: Array, start: float, ambient: float, rate: float) -> Array:
    """T(t), K, of a lump with dT/dt = -rate (T^4 - Ta^4); the closed form inverted (Siegel & Howell)."""

    def elapsed(T: float) -> float:
        def f(u: float) -> float:
            return float(0.25 * np.log((u + ambient) / (u - ambient)) + 0.5 * np.arctan(u / ambient))

        return (f(T) - f(start)) / (rate * ambient**3)

    def cooled(T: float, t: float) -> float:
        return elapsed(T) - t

    coldest = ambient * (1.0 + 1e-12)
    return np.array([start if t == 0.0 else brentq(cooled, coldest, start, args=(t,)) for t in times])


def slab_fixed(x: ArrayLike, fourier: float, terms: int = 200) -> Array:
    """theta of a slab whose surfaces are held at Tinf; x over half-thickness (Carslaw & Jaeger 1959, 3.4)."""
    z = (np.arange(terms) + 0.5) * np.pi
    weight = 2.0 * (-1.0) ** np.arange(terms) / z * np.exp(-(z**2) * fourier)
    return np.asarray(np.cos(np.multiply.outer(np.asarray(x, float64), z)) @ weight)


def slab_stress(x: ArrayLike, fourier: float, biot: float) -> Array:
    """In-plane stress of an elastic slab over E a dT / (1 - nu) (Boley & Weiner 1960, 9.8)."""
    return np.asarray(slab_mean(fourier, biot) - slab(x, fourier, biot))


def cylinder_stress(r: ArrayLike, fourier: float, biot: float, terms: int = 60) -> tuple[Array, Array, Array]:
    """Radial, hoop, axial stress of a long cylinder over E a dT / (1 - nu) (Boley & Weiner 1960, 9.10)."""
    r = np.asarray(r, float64)
    z = cylinder_roots(biot, terms)
    weight = 2.0 * biot / ((z**2 + biot**2) * j0(z)) * np.exp(-(z**2) * fourier)
    product = np.multiply.outer(r, z)
    # J1(u)/u is the mean of J0 r dr over the disc of radius r, halved; 1/2 on the axis
    inner = np.where(product > 1e-9, j1(product) / np.maximum(product, 1e-9), 0.5) @ weight
    whole = float((j1(z) / z) @ weight)
    theta = cylinder(r, fourier, biot, terms)
    return whole - inner, whole + inner - theta, 2.0 * whole - theta


def inclusion(ratio: float, strain: float, young: float, poisson: float) -> tuple[float, float, float]:
    """Stress of a sphere with a concentric inclusion of free strain.

    Gives it inside, hoop just outside, hoop at the surface; ratio a/b (Timoshenko & Goodier 1970, art. 151).
    """
    unit = young * strain / (3.0 * (1.0 - poisson))
    share = ratio**3
    return -2.0 * unit * (1.0 - share), unit * (1.0 + 2.0 * share), 3.0 * unit * share


def norton(hours: ArrayLike, start: float, young: float, a: float, n: float) -> Array:
    """Stress of a bar held at constant strain under d(strain)/dt = a s^n.   MPa; a in MPa^-n/h"""
    return np.asarray((start ** (1.0 - n) + (n - 1.0) * young * a * np.asarray(hours, float64)) ** (1.0 / (1.0 - n)))


def additive(rate: Callable[[float], float], high: float, low: float, cooling: float) -> float:
    """Integral of rate(T) dt from `high` to `low` at a constant cooling rate (Scheil 1935)."""
    middle = np.linspace(high, low, 9)
    parts = [quad(rate, b, a, epsabs=1e-13, epsrel=1e-11)[0] for a, b in zip(middle[:-1], middle[1:], strict=True)]
    return float(sum(parts) / cooling)
