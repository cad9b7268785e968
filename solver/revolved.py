"""An outline turned about an axis: a gear blank, a stepped shaft, a flange."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import pi

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.scan import Crossings
from .shape import Point, added, listed

Array = NDArray[float64]

HAIR = 1e-12  # m: two walls that a ray meets nearer to one another are a corner that it touches


@dataclass(frozen=True, eq=False)
class Revolved:
    """What a closed polygon sweeps about the axis z through `middle`.   outline (c, 2) corners (r, z), m, r >= 0

    Volume and area after Pappus: that of the polygon and of each edge times the way of its centroid.
    """

    outline: Array
    middle: Point = (0.0, 0.0, 0.0)
    metrics = ("rz", "3d")

    @cached_property
    def _ends(self) -> tuple[Array, Array, Array, Array]:
        """r and z where each edge begins, r and z where it ends, m."""
        after = np.roll(self.outline, -1, axis=0)
        return self.outline[:, 0], self.outline[:, 1], after[:, 0], after[:, 1]

    @cached_property
    def volume(self) -> float:
        r, z, r_end, z_end = self._ends
        return float(pi / 3.0 * abs(((r + r_end) * (r * z_end - r_end * z)).sum()))

    @cached_property
    def area(self) -> float:
        r, z, r_end, z_end = self._ends
        return float(pi * ((r + r_end) * np.hypot(r_end - r, z_end - z)).sum())

    @property
    def inner(self) -> float:
        """Least radius, m; 0 where the body reaches its axis."""
        return float(self.outline[:, 0].min())

    @property
    def lower(self) -> Point:
        widest = float(self.outline[:, 0].max())
        return added(self.middle, (-widest, -widest, float(self.outline[:, 1].min())))

    @property
    def upper(self) -> Point:
        widest = float(self.outline[:, 0].max())
        return added(self.middle, (widest, widest, float(self.outline[:, 1].max())))

    def moved(self, by: Point) -> "Revolved":
        return replace(self, middle=added(self.middle, by))

    def crossings(self, axis: int, u: Array, v: Array) -> Crossings:
        x, y, z = self.middle
        if axis == 2:
            radius = np.hypot(*np.broadcast_arrays(u[None, :] - x, v[:, None] - y))
            place, tilt = (one.reshape(v.size, u.size, -1) for one in self._met(radius.ravel(), 0))
            return listed(z + place, tilt, tilt != 0.0)
        across, up = (u - y, v - z) if axis == 0 else (v - x, u - z)
        radius, facing = self._met(up, 1)
        rows = (slice(None), None) if axis == 0 else (None, slice(None))
        across = across[None, :, None] if axis == 0 else across[:, None, None]
        half = np.sqrt(np.maximum(radius[rows] ** 2 - across**2, 0.0))
        tilt = facing[rows] * half / np.maximum(radius[rows], HAIR)
        place = np.concatenate([-half[:, :, ::-1], half], 2)
        return listed(self.middle[axis] + place, np.concatenate([-tilt[:, :, ::-1], tilt], 2), place != 0.0)

    def _met(self, places: Array, axis: int) -> tuple[Array, Array]:
        """Where lines at r (axis 0) or z (axis 1), (k,) m, cross the outline: (k, c) the other coordinate, rising, and
        the component of the outward normal along the line; 0 where there is no more.
        """
        begin, end = self._ends[axis], self._ends[axis + 2]
        other, other_end = self._ends[1 - axis], self._ends[3 - axis]
        order = np.argsort(places, kind="stable")
        first, last = np.searchsorted(places[order], [np.minimum(begin, end), np.maximum(begin, end)])
        edge = np.repeat(np.arange(begin.size), last - first)
        line = order[np.arange(edge.size) + (last - np.cumsum(last - first))[edge]]
        there = other[edge] + (places[line] - begin[edge]) / (end - begin)[edge] * (other_end - other)[edge]
        rising = np.lexsort((there, line))
        edge, line, there = edge[rising], line[rising], there[rising]
        corner = np.zeros(line.size, bool)
        corner[1:] = (np.diff(line) == 0) & (np.diff(there) < HAIR)
        kept = ~(corner | np.roll(corner, -1))
        edge, line, there = edge[kept], line[kept], there[kept]
        column = np.arange(line.size) - np.searchsorted(line, line)
        slope = np.abs(end - begin)[edge] / np.hypot(end - begin, other_end - other)[edge]
        found = np.zeros((2, places.size, int(column.max(initial=-1)) + 1))
        found[:, line, column] = there, np.where(column % 2, slope, -slope)
        return found[0], found[1]
