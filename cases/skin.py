"""Stress in cut cells is never shown raw: it is extrapolated along the normal from full cells."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ..solver.field import Sampler, distance_outside
from ..solver.geometry import Cells

FULL = 1.0 - 1e-9


class Skin:
    """Puts values extrapolated from full cells into the cut ones."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        full = cells.fraction >= FULL
        self.cut = np.flatnonzero(~full) if full.any() else np.empty(0, np.int64)

    @cached_property
    def _operator(self) -> Any:
        return Sampler(self.cells, _inside(self.cells, self.cut), full=True).matrix[
            :, : self.cells.index.size
        ]

    def smooth(self, values: NDArray[Any]) -> NDArray[Any]:
        """A copy of (..., n) with the cut cells replaced."""
        smooth = np.array(values)
        if self.cut.size:
            flat = smooth.reshape(-1, smooth.shape[-1])
            flat[:, self.cut] = (self._operator @ flat.T.astype(float)).T
        return smooth


def _inside(cells: Cells, cut: NDArray[np.int64]) -> NDArray[Any]:
    """Centres of the cut cells, moved just inside the wall where they lie outside.   -> (m, 3) m

    In a corner too narrow for that the nearest full cell speaks for the cut one.
    """
    middle = np.array(cells.lattice.middle)
    places = cells.centres()
    out = cells.patch_distance < 0.0
    push = cells.patch_distance[out, None] * 1.001 * cells.patch_normal[out]
    full = places[cells.fraction >= FULL]
    np.add.at(places, cells.patch_cell[out], push)
    places = places[cut]
    lost = distance_outside(cells, places + middle) > 0.0
    if lost.any():
        places[lost] = full[cKDTree(full).query(places[lost])[1]]
    return np.asarray(places + middle)
