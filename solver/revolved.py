"""An outline turned about an axis: a gear blank, a stepped shaft, a flange."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import pi

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from ..kernels.scan import Crossings
from .difference import turned
from .shape import Point, added, listed

Array = NDArray[float64]
Index = NDArray[int64]

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
            found = _rows(radius.size, *self._met(radius.ravel(), 0))
            place, tilt = (one.reshape(v.size, u.size, -1) for one in found)
            return listed(z + place, tilt, tilt != 0.0)
        across, up = (u - y, v - z) if axis == 0 else (v - x, u - z)
        radius, facing = _rows(up.size, *self._met(up, 1))
        rows = (slice(None), None) if axis == 0 else (None, slice(None))
        across = across[None, :, None] if axis == 0 else across[:, None, None]
        half = np.sqrt(np.maximum(radius[rows] ** 2 - across**2, 0.0))
        tilt = facing[rows] * half / np.maximum(radius[rows], HAIR)
        place = np.concatenate([-half[:, :, ::-1], half], 2)
        return listed(self.middle[axis] + place, np.concatenate([-tilt[:, :, ::-1], tilt], 2), place != 0.0)

    def _met(self, places: Array, axis: int) -> tuple[Index, Array, Array]:
        """Where lines at r (axis 0) or z (axis 1), m, cross the outline: (c,) number of the line, rising; the other
        coordinate, m, rising along each line; the component of the outward normal along it.
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
        leaves = (np.arange(line.size) - np.searchsorted(line, line)) % 2 == 1
        slope = np.abs(end - begin)[edge] / np.hypot(end - begin, other_end - other)[edge]
        return line, there, np.where(leaves, slope, -slope)


@dataclass(frozen=True, eq=False)
class Swollen(Revolved):
    """A revolved outline with all that lies within `by`, m, of it.

    What is nearest to a place lies in the half-plane of the axis through it. So the outline of the whole is the outline
    with all that lies within `by` of each of its edges: a rectangle with a round at both ends.
    """

    by: float = 0.0
    volume = area = float("nan")

    @property
    def inner(self) -> float:
        return max(super().inner - self.by, 0.0)

    @property
    def lower(self) -> Point:
        return added(super().lower, (-self.by,) * 3)

    @property
    def upper(self) -> Point:
        return added(super().upper, (self.by,) * 3)

    def _met(self, places: Array, axis: int) -> tuple[Index, Array, Array]:
        found = [super()._met(places, axis)]
        for begin, end in zip(self.outline, np.roll(self.outline, -1, axis=0), strict=True):
            line, (low, high), (down, up) = _about(begin, end, self.by, places, axis)
            if axis == 1:
                low = np.maximum(low, 0.0)  # what lies beyond the axis is the other half-plane
            found += [(line, low, -down), (line, high, up)]
        line, there, tilt = (np.concatenate(every) for every in zip(*found, strict=True))
        order = np.lexsort((there, line))
        line, there, tilt = line[order], there[order], tilt[order]
        whole = turned(line, there, tilt, np.cumsum(-np.sign(tilt)) > 0.0, places.size)
        return np.repeat(np.arange(places.size), np.diff(whole.start)), whole.position, whole.tilt


def _about(begin: Array, end: Array, by: float, places: Array, axis: int) -> tuple[Index, Array, Array]:
    """Where lines at r (axis 0) or z (axis 1), m, are within `by`, m, of an edge: (l,) number of the line, (2, l) least
    and largest of the other coordinate, m, and (2, l) the component of the normal along the line there.
    """
    line = np.flatnonzero((places > min(begin[axis], end[axis]) - by) & (places < max(begin[axis], end[axis]) + by))
    at, way = places[line], end - begin
    away = by / np.hypot(*way) * np.array([-way[1], way[0]])
    found = []  # of both rounds and both straight sides: where a line enters and leaves, slope there, whether it does
    for corner in (begin, end):
        half = np.sqrt(np.maximum(by**2 - (at - corner[axis]) ** 2, 0.0))
        found.append((corner[1 - axis] - half, corner[1 - axis] + half, half / by, half > 0.0))
    for side in (begin - away, begin + away):
        share = (at - side[axis]) / (way[axis] or np.inf)
        there = side[1 - axis] + share * way[1 - axis]
        on = (share >= 0.0) & (share <= 1.0) & (way[axis] != 0.0)
        found.append((there, there, np.full(at.size, abs(away[1 - axis]) / by), on))
    enters, leaves, slope, on = (np.stack(every) for every in zip(*found, strict=True))
    first, last, each = (
        np.where(on, enters, np.inf).argmin(0),
        np.where(on, leaves, -np.inf).argmax(0),
        np.arange(at.size),
    )
    met = on.any(0)
    ends = np.stack([enters[first, each], leaves[last, each]])
    return line[met], ends[:, met], np.stack([slope[first, each], slope[last, each]])[:, met]


def _rows(lines: int, line: Index, there: Array, tilt: Array) -> tuple[Array, Array]:
    """(lines, c) places and tilts of each line, one after the other; 0 where there is no more."""
    column = np.arange(line.size) - np.searchsorted(line, line)
    found = np.zeros((2, lines, int(column.max(initial=-1)) + 1))
    found[:, line, column] = there, tilt
    return found[0], found[1]
