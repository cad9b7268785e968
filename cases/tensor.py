"""Symmetric tensors in the order xx yy zz xy yz zx (shear as tensor components)."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

Array = NDArray[Any]


def von_mises(s: Array) -> Array:
    """sqrt(3/2 s':s').   s (..., 6, n) -> (..., n)"""
    xx, yy, zz, xy, yz, zx = (s[..., i, :] for i in range(6))
    normal = (xx - yy) ** 2 + (yy - zz) ** 2 + (zz - xx) ** 2
    return np.asarray(np.sqrt(0.5 * normal + 3.0 * (xy**2 + yz**2 + zx**2)))


def max_principal(s: Array) -> Array:
    """Largest eigenvalue.   s (..., 6, n) -> (..., n)

    Closed form: mean + 2 sqrt(J2/3) cos(acos(J3/2 (3/J2)^1.5) / 3), e.g. Smith, Comm. ACM 4 (1961) 168.
    """
    xx, yy, zz, xy, yz, zx = (np.asarray(s[..., i, :], float64) for i in range(6))
    mean = (xx + yy + zz) / 3.0
    a, b, c = xx - mean, yy - mean, zz - mean
    j2 = 0.5 * (a * a + b * b + c * c) + xy * xy + yz * yz + zx * zx
    j3 = a * (b * c - yz * yz) - xy * (xy * c - yz * zx) + zx * (xy * yz - b * zx)
    size = np.sqrt(j2 / 3.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = np.where(size > 0.0, j3 / (2.0 * size**3), 0.0)
    angle = np.arccos(np.clip(cosine, -1.0, 1.0)) / 3.0
    return np.asarray(mean + 2.0 * size * np.cos(angle), np.asarray(s).dtype)


def by_parts(invariant: Callable[[Array], Array], s: Array, cells: int = 1 << 14) -> Array:
    """An invariant of tensors, some cells at a time.   s (..., 6, n) -> (..., n)"""
    parts = [invariant(s[..., first : first + cells]) for first in range(0, s.shape[-1], cells)]
    return np.concatenate(parts, axis=-1)


def matrix(s: Array) -> Array:
    """(6, n) -> (n, 3, 3)"""
    xx, yy, zz, xy, yz, zx = s
    return np.moveaxis(np.array([[xx, xy, zx], [xy, yy, yz], [zx, yz, zz]]), -1, 0)


def along(s: Array, direction: Array) -> Array:
    """Normal stress n.s.n.   s (6, n), direction (n, 3) unit -> (n,)"""
    return np.asarray(np.einsum("ni,nij,nj->n", direction, matrix(s), direction))


def frame(points: Array, axis: str) -> Array:
    """Rows radial, hoop, axial at points about the origin, (n, 3, 3); a sphere has two tangents.

    points (n, 3); axis "cylinder" (about z) or "sphere". On the axis itself radial is x (z in a centre).
    """
    x, y, z = points.T
    flat = np.hypot(x, y)
    on = flat > 0.0
    cos, sin = np.where(on, x / np.where(on, flat, 1.0), 1.0), np.where(on, y / np.where(on, flat, 1.0), 0.0)
    zero, one = np.zeros_like(x), np.ones_like(x)
    hoop = np.stack([-sin, cos, zero], axis=-1)
    if axis == "cylinder":
        return np.stack([np.stack([cos, sin, zero], -1), hoop, np.stack([zero, zero, one], -1)], axis=1)
    r = np.hypot(flat, z)
    away = r > 0.0
    up, out = np.where(away, z / np.where(away, r, 1.0), 1.0), flat / np.where(away, r, 1.0)
    radial = np.stack([out * cos, out * sin, up], axis=-1)
    return np.stack([radial, hoop, np.cross(radial, hoop)], axis=1)
