"""The grid under a part."""

from dataclasses import dataclass, replace

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

Array = NDArray[float64]
Index = NDArray[int64]

METRICS = ("slab", "cylinder", "sphere", "rz", "3d")


@dataclass(frozen=True)
class Lattice:
    """A structured grid of cells; cell (i, j, k) is number i + nx (j + ny k).

    metric    one of METRICS; slab, cylinder, sphere have shape (n, 1, 1), rz has (nr, 1, nz)
    shape     (nx, ny, nz) cells; x is r where the metric is curved
    spacing   (dx, dy, dz) m, of the finest cells; 1 where an axis is not resolved
    origin    (x, y, z) m, lower corner; from the axis or mid-plane where x is a distance from it, -0.5 where
              an axis is not resolved, so that its one centre is 0
    middle    (x, y, z) m, a point of that axis, centre or mid-plane; (0, 0, 0) in 3d
    graded    m, widths of all cells along an axis; () where they are all `spacing` wide
    mirrored  axes whose lower end is a plane of symmetry: volumes and areas count the images too
    """

    metric: str
    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float]
    middle: tuple[float, float, float] = (0.0, 0.0, 0.0)
    graded: tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]] = ((), (), ())
    mirrored: tuple[int, ...] = ()

    @property
    def images(self) -> float:
        """How many times the body is what the lattice holds of it: 1, 2, 4 or 8."""
        return 2.0 ** len(self.mirrored)

    @property
    def reflecting(self) -> tuple[int, ...]:
        """Axes whose lower end is the axis, centre or mid-plane, or a plane of symmetry."""
        curved = self.metric != "3d" and self.origin[0] == 0.0
        return (*((0,) if curved else ()), *self.mirrored)

    @property
    def resolved(self) -> tuple[int, ...]:
        """Axes with more than one cell, images counted."""
        return tuple(axis for axis in range(3) if self.shape[axis] > 1 or axis in self.mirrored)

    def places(self, cell: Index) -> tuple[Index, Index, Index]:
        """(i, j, k) of cells by number."""
        nx, ny, _ = self.shape
        return cell % nx, cell // nx % ny, cell // (nx * ny)

    def widths(self, axis: int) -> Array:
        """(n,) m, of the cells along one axis."""
        return np.array(self.graded[axis] or np.full(self.shape[axis], self.spacing[axis]), float64)

    def edges(self, axis: int) -> Array:
        """(n + 1,) m, where the cells along one axis begin and end."""
        if self.graded[axis]:
            return self.origin[axis] + np.concatenate([[0.0], np.cumsum(self.graded[axis])])
        return np.asarray(self.origin[axis] + self.spacing[axis] * np.arange(self.shape[axis] + 1))

    def centres(self, axis: int) -> Array:
        """(n,) cell centres along one axis, m."""
        if self.graded[axis]:
            edges = self.edges(axis)
            return np.asarray(0.5 * (edges[:-1] + edges[1:]))
        return np.asarray(self.origin[axis] + self.spacing[axis] * (np.arange(self.shape[axis]) + 0.5))

    def counted(self, axis: int, x: Array) -> Array:
        """Cells from the lower corner to places along an axis, m; what lies outside counts on."""
        if not self.graded[axis]:
            return np.asarray((x - self.origin[axis]) / self.spacing[axis])
        edges = self.edges(axis)
        cell = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, self.shape[axis] - 1)
        return np.asarray(cell + (x - edges[cell]) / self.widths(axis)[cell])

    def along(self, axis: int, count: Array) -> Array:
        """Places along an axis, m, by cells from the lower corner: the inverse of `counted`."""
        if not self.graded[axis]:
            return np.asarray(self.origin[axis] + self.spacing[axis] * count)
        cell = np.clip(np.floor(count).astype(int64), 0, self.shape[axis] - 1)
        return np.asarray(self.edges(axis)[cell] + self.widths(axis)[cell] * (count - cell))

    def cropped(self, low: tuple[int, int, int], high: tuple[int, int, int]) -> "Lattice":
        """The cells low <= (i, j, k) < high; an axis left with equal cells is uniform."""
        shape, origin, graded = list(self.shape), list(self.origin), list(self.graded)
        for axis in range(3):
            shape[axis] = high[axis] - low[axis]
            origin[axis] = float(self.edges(axis)[low[axis]]) if low[axis] else self.origin[axis]
            rest = self.graded[axis][low[axis] : high[axis]]
            graded[axis] = rest if any(width != self.spacing[axis] for width in rest) else ()
        (nx, ny, nz), (x, y, z), (gx, gy, gz) = shape, origin, graded
        return replace(self, shape=(nx, ny, nz), origin=(x, y, z), graded=(gx, gy, gz))
