"""Shapes in SI: what the lattice must know of a body."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import pi
from typing import Protocol

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from ..kernels.scan import Crossings, crossings

Array = NDArray[float64]
Point = tuple[float, float, float]


class Shape(Protocol):
    """A closed body; the first of `metrics` is its natural one.

    volume, area  m3 and m2 of the whole body; per metre for an infinite cylinder, per m2 of half a plate
    lower, upper  corners of the bounding box, m
    middle        a point of its axis, mid-plane or centre, m
    """

    @property
    def metrics(self) -> tuple[str, ...]: ...
    @property
    def volume(self) -> float: ...
    @property
    def area(self) -> float: ...
    @property
    def lower(self) -> Point: ...
    @property
    def upper(self) -> Point: ...
    @property
    def middle(self) -> Point: ...

    def moved(self, by: Point) -> "Shape":
        """The body shifted by (x, y, z), m."""

    def crossings(self, axis: int, u: Array, v: Array) -> Crossings:
        """Where rays along an axis from places u of axis + 1, v of axis + 2 (cyclic, m) cross the surface."""


def added(a: Point, b: Point) -> Point:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def listed(position: Array, tilt: Array, met: NDArray[np.bool_]) -> Crossings:
    """Crossings from (V, U, k) candidates in order along the ray, of which those in `met` exist."""
    start = np.zeros(met.shape[0] * met.shape[1] + 1, int64)
    np.cumsum(met.sum(2).ravel(), out=start[1:])
    return Crossings(start, position[met], tilt[met])


def pair(entry: Array, leave: Array, tilt: Array | float) -> Crossings:
    """Crossings of a convex body from (V, U) entry, exit and |n| along the ray; none where exit <= entry."""
    entry, leave, tilt = np.broadcast_arrays(entry, leave, tilt)
    met = np.repeat((leave > entry)[:, :, None], 2, 2)
    return listed(np.stack([entry, leave], 2), np.stack([-tilt, tilt], 2), met)


@dataclass(frozen=True)
class Plate:
    """An infinite plate with its normal along x. thickness m, middle m."""

    thickness: float
    middle: Point = (0.0, 0.0, 0.0)
    metrics = ("slab",)
    area = 1.0

    @property
    def volume(self) -> float:
        return self.thickness / 2.0

    @property
    def lower(self) -> Point:
        return self.middle[0] - self.thickness / 2.0, -np.inf, -np.inf

    @property
    def upper(self) -> Point:
        return self.middle[0] + self.thickness / 2.0, np.inf, np.inf

    def moved(self, by: Point) -> "Plate":
        return replace(self, middle=added(self.middle, by))

    def crossings(self, axis: int, u: Array, v: Array) -> Crossings:
        raise ValueError("a plate is infinite: it has no box; use metric 1d")


@dataclass(frozen=True)
class Sphere:
    """radius m, middle m."""

    radius: float
    middle: Point = (0.0, 0.0, 0.0)
    metrics = ("sphere", "rz", "3d")

    @property
    def volume(self) -> float:
        return 4.0 / 3.0 * pi * self.radius**3

    @property
    def area(self) -> float:
        return 4.0 * pi * self.radius**2

    @property
    def lower(self) -> Point:
        return added(self.middle, (-self.radius,) * 3)

    @property
    def upper(self) -> Point:
        return added(self.middle, (self.radius,) * 3)

    def moved(self, by: Point) -> "Sphere":
        return replace(self, middle=added(self.middle, by))

    def crossings(self, axis: int, u: Array, v: Array) -> Crossings:
        at = self.middle
        off = (u[None, :] - at[(axis + 1) % 3]) ** 2 + (v[:, None] - at[(axis + 2) % 3]) ** 2
        half = np.sqrt(np.maximum(self.radius**2 - off, 0.0))
        return pair(at[axis] - half, at[axis] + half, half / self.radius)


@dataclass(frozen=True)
class Cylinder:
    """A cylinder or ring about z, from `middle` up. radius, inner (0: solid), length (None: infinite), m."""

    radius: float
    inner: float = 0.0
    length: float | None = None
    middle: Point = (0.0, 0.0, 0.0)

    @property
    def metrics(self) -> tuple[str, ...]:
        return ("cylinder",) if self.length is None else ("rz", "3d")

    @property
    def section(self) -> float:
        return pi * (self.radius**2 - self.inner**2)

    @property
    def volume(self) -> float:
        return self.section * (1.0 if self.length is None else self.length)

    @property
    def area(self) -> float:
        around = 2.0 * pi * (self.radius + self.inner)
        return around if self.length is None else around * self.length + 2.0 * self.section

    @property
    def lower(self) -> Point:
        return added(self.middle, (-self.radius, -self.radius, 0.0 if self.length else -np.inf))

    @property
    def upper(self) -> Point:
        return added(self.middle, (self.radius, self.radius, self.length if self.length else np.inf))

    def moved(self, by: Point) -> "Cylinder":
        return replace(self, middle=added(self.middle, by))

    def crossings(self, axis: int, u: Array, v: Array) -> Crossings:
        if self.length is None:
            raise ValueError("an infinite cylinder has no box; give it a length, or use metric 1d")
        x, y, z = self.middle
        if axis == 2:
            off = (u[None, :] - x) ** 2 + (v[:, None] - y) ** 2
            met = (off < self.radius**2) & (off >= self.inner**2)
            return pair(np.where(met, z, 1.0), np.where(met, z + self.length, 0.0), 1.0)
        across, up = (u[None, :], v[:, None]) if axis == 0 else (v[:, None], u[None, :])
        across, up = np.broadcast_arrays(across - (y, x)[axis], up - z)
        level = (up >= 0.0) & (up < self.length)
        outer = np.sqrt(np.maximum(self.radius**2 - across**2, 0.0))
        inner = np.sqrt(np.maximum(self.inner**2 - across**2, 0.0))
        hollow, solid = level & (inner > 0.0), level & (outer > 0.0)
        bore = inner / (self.inner or 1.0)
        at = self.middle[axis]
        return listed(
            np.stack([at - outer, at - inner, at + inner, at + outer], 2),
            np.stack([-outer / self.radius, bore, -bore, outer / self.radius], 2),
            np.stack([solid, hollow, hollow, solid], 2),
        )


@dataclass(frozen=True)
class Box:
    """size (x, y, z) m, centred at `middle`."""

    size: Point
    middle: Point = (0.0, 0.0, 0.0)
    metrics = ("3d",)

    @property
    def volume(self) -> float:
        return self.size[0] * self.size[1] * self.size[2]

    @property
    def area(self) -> float:
        x, y, z = self.size
        return 2.0 * (x * y + y * z + z * x)

    @property
    def lower(self) -> Point:
        x, y, z = self.size
        return added(self.middle, (-x / 2.0, -y / 2.0, -z / 2.0))

    @property
    def upper(self) -> Point:
        x, y, z = self.size
        return added(self.middle, (x / 2.0, y / 2.0, z / 2.0))

    def moved(self, by: Point) -> "Box":
        return replace(self, middle=added(self.middle, by))

    def crossings(self, axis: int, u: Array, v: Array) -> Crossings:
        U, V = (axis + 1) % 3, (axis + 2) % 3
        in_u = (u >= self.lower[U]) & (u < self.upper[U])
        in_v = (v >= self.lower[V]) & (v < self.upper[V])
        met = in_v[:, None] & in_u[None, :]
        return pair(np.where(met, self.lower[axis], 1.0), np.where(met, self.upper[axis], 0.0), 1.0)


@dataclass(frozen=True, eq=False)
class Mesh:
    """A closed surface of triangles, outward facing.

    points  (m, 3) m
    facets  (f, 3) vertex numbers, anticlockwise seen from outside
    bodies  how many separate bodies it bounds
    """

    points: Array
    facets: NDArray[int64]
    bodies: int = 1
    metrics = ("3d",)

    @cached_property
    def _across(self) -> Array:
        a, b, c = (self.points[self.facets[:, corner]] for corner in range(3))
        return np.cross(b - a, c - a)

    @cached_property
    def normals(self) -> Array:
        """(f, 3) outward unit normals, 0 where a facet has no area."""
        size = np.linalg.norm(self._across, axis=1, keepdims=True)
        return np.ascontiguousarray(self._across / np.where(size > 0.0, size, 1.0))

    @cached_property
    def volume(self) -> float:
        """m3, negative where facets point inwards."""
        corner = self.points[self.facets[:, 0]] - self.points[0]
        return float(np.einsum("ij,ij->", corner, self._across) / 6.0)

    @cached_property
    def area(self) -> float:
        """m2"""
        return float(np.linalg.norm(self._across, axis=1).sum() / 2.0)

    @cached_property
    def lower(self) -> Point:
        x, y, z = self.points.min(0)
        return float(x), float(y), float(z)

    @cached_property
    def upper(self) -> Point:
        x, y, z = self.points.max(0)
        return float(x), float(y), float(z)

    @property
    def middle(self) -> Point:
        return 0.0, 0.0, 0.0

    def moved(self, by: Point) -> "Mesh":
        return Mesh(self.points + np.array(by), self.facets, self.bodies)

    def snapped(self, planes: tuple[Array, ...], near: float) -> "Mesh":
        """Vertices within `near` of lattice planes x, y, z put onto them, m: float32 files bend flat faces."""
        points = self.points.copy()
        for axis, plane in enumerate(planes):
            next_one = np.clip(np.searchsorted(plane, points[:, axis]), 1, plane.size - 1)
            for close in (plane[next_one - 1], plane[next_one]):
                on = np.abs(points[:, axis] - close) < near
                points[on, axis] = close[on]
        return Mesh(points, self.facets, self.bodies)

    @cached_property
    def _reach(self) -> tuple[Array, Array]:
        """(3, f) least and largest coordinate of the facets along each axis."""
        corners = self.points.T[:, self.facets]
        return corners.min(2), corners.max(2)

    def crossings(self, axis: int, u: Array, v: Array) -> Crossings:
        low, high = self._reach
        V = (axis + 2) % 3
        met = np.flatnonzero((high[V] >= v[0]) & (low[V] <= v[-1]))
        return crossings(self.points, self.facets[met], self.normals[met], axis, u, v)
