"""The grid under a part."""

from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

METRICS = ("slab", "cylinder", "sphere", "rz", "3d")


@dataclass(frozen=True)
class Lattice:
    """A uniform structured grid of cells; cell (i, j, k) is number i + nx (j + ny k).

    metric   one of METRICS; slab, cylinder, sphere have shape (n, 1, 1), rz has (nr, 1, nz)
    shape    (nx, ny, nz) cells; x is r where the metric is curved
    spacing  (dx, dy, dz) m; 1 where an axis is not resolved
    origin   (x, y, z) m, lower corner; from the axis or mid-plane where x is a distance from it, -0.5 where
             an axis is not resolved, so that its one centre is 0
    middle   (x, y, z) m, a point of that axis, centre or mid-plane; (0, 0, 0) in 3d
    """

    metric: str
    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float]
    middle: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def centres(self, axis: int) -> NDArray[float64]:
        """Cell centres along one axis, m."""
        return np.asarray(self.origin[axis] + self.spacing[axis] * (np.arange(self.shape[axis]) + 0.5))
