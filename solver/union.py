"""Several bodies as one: a casting with its feeders."""

from dataclasses import dataclass

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from ..kernels.scan import Crossings
from .difference import HAIR, turned, walls
from .shape import Point, Shape

Array = NDArray[float64]


@dataclass(frozen=True, eq=False)
class Union:
    """What lies in any of the bodies, which may overlap or touch; axis and middle are those of the first."""

    bodies: tuple[Shape, ...]
    volume = area = float("nan")

    @property
    def metrics(self) -> tuple[str, ...]:
        return tuple(one for one in self.bodies[0].metrics if all(one in body.metrics for body in self.bodies))

    @property
    def lower(self) -> Point:
        x, y, z = np.min([body.lower for body in self.bodies], axis=0)
        return float(x), float(y), float(z)

    @property
    def upper(self) -> Point:
        x, y, z = np.max([body.upper for body in self.bodies], axis=0)
        return float(x), float(y), float(z)

    @property
    def middle(self) -> Point:
        return self.bodies[0].middle

    def moved(self, by: Point) -> "Union":
        return Union(tuple(body.moved(by) for body in self.bodies))

    def crossings(self, axis: int, u: Array, v: Array) -> Crossings:
        """Walls of each body outside the others."""
        ray, position, tilt, _ = walls(self.bodies, axis, u, v)
        inside = np.cumsum(-np.sign(tilt)) > 0.0
        return _closed(turned(ray, position, tilt, inside, len(u) * len(v)))


def _closed(found: Crossings) -> Crossings:
    """Leave out gaps of no length: where one body lies on another."""
    ray = np.repeat(np.arange(found.start.size - 1), np.diff(found.start))
    leave, entry = np.arange(1, ray.size - 1, 2), np.arange(2, ray.size, 2)
    gap = (ray[leave] == ray[entry]) & (found.position[entry] - found.position[leave] <= HAIR)
    kept = np.ones(ray.size, bool)
    kept[leave[gap]] = kept[entry[gap]] = False
    start = np.zeros_like(found.start)
    np.cumsum(np.bincount(ray[kept], minlength=start.size - 1), out=start[1:])
    return Crossings(start.astype(int64), found.position[kept], found.tilt[kept])
