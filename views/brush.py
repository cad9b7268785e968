"""Values of fields at the points of a surface, for its colours."""

from functools import cached_property

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.reading import Field
from ..cases.result import Result
from ..materials.refusal import CaseError
from ..solver.field import distance_outside, onto
from .surface import Surface

Array = NDArray[float64]

ROOM = 0.25  # of a field's span, by which a thin wall may extrapolate it before the colours would suffer
MOST = 60_000  # points at which a field is read; beyond, the mean of the cells around a point


class Brush:
    """Reads the fields of a body at the points of its surface, (m,) each."""

    def __init__(self, body: Result, skin: Surface) -> None:
        self.body, self.skin = body, skin

    def values(self, field: Field, time: str | float | None) -> Array:
        """Read as `result.at` does where the points lie inside, else the mean of the cells around them."""
        owners, values = self.skin.quads.ravel(), np.repeat(size(field.values)[self.skin.cell], 4)
        known = np.isfinite(values)
        count = np.bincount(owners[known], minlength=len(self.skin.points))
        total = np.bincount(owners[known], values[known], minlength=len(self.skin.points))
        mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        by_cells = field.name == "deviation" or not field.name.isidentifier() or not known.all()
        if by_cells or self._places is None:
            return mean
        low, high = np.nanmin(values), np.nanmax(values)
        room = np.inf if field.name == "temperature" else ROOM * (high - low)
        inside, back = self._places
        read = np.full(len(inside), np.nan)
        read[inside >= 0] = size(self.body.sample(field.name, self.skin.points[inside[inside >= 0]], time))
        there = read[back]
        return np.clip(np.where(np.isfinite(there), there, mean), low - room, high + room)

    @cached_property
    def _places(self) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """A point for each place on the grid, -1 for one outside, and the place of every point; None for too many."""
        points, lattice = self.skin.points, self.body.cells.lattice
        places, back = np.unique(np.round(onto(lattice, points), 9), axis=0, return_inverse=True)
        if len(places) > MOST:
            return None
        first = np.empty(len(places), np.int64)
        first[back.ravel()] = np.arange(len(points))
        return np.where(distance_outside(self.body.cells, points[first]) == 0.0, first, -1), back.ravel()


def size(values: Array) -> Array:
    """A scalar for every cell or point: of a vector its length."""
    if values.ndim == 1:
        return values
    if values.shape[0] == 3:
        return np.asarray(np.linalg.norm(values, axis=0))
    raise CaseError(
        "a stress has six components; show stress_xx, stress_axial, von_mises or max_principal, of a casting "
        "passing_time_50"
    )
