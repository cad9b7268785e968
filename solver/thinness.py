"""Walls that too few cells resolve."""

from dataclasses import dataclass

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from .geometry import Cells

LEAST = 2.0  # cells that a bending wall needs (and a cell that is not both its skins)
FACING = 0.8  # cosine: patches steeper than this count as the two skins of a wall across an axis
PARALLEL = 0.9  # cosine between the two skins of a wall; less is a wedge, which ends thin whatever the spacing
BROAD = 3  # columns of cells that a wall in space covers each way; fewer are the end of a rounding
SLACK = 1e-3  # cells


@dataclass(frozen=True)
class ThinWall:
    """place (x, y, z) m in lattice axes; thickness m, and in cells; axis 0, 1, 2 across the wall."""

    place: tuple[float, float, float]
    thickness: float
    cells: float
    axis: int

    def __str__(self) -> str:
        where = ", ".join(f"{round(1e3 * value, 6) + 0.0:.4g}" for value in self.place)  # no -0, no round-off
        cells = f"{self.cells:.2g} cell{'' if round(self.cells, 1) == 1.0 else 's'}"
        return f"{1e3 * self.thickness:.3g} mm ({cells}) at ({where}) mm"


def thin_walls(cells: Cells, least: float = LEAST) -> list[ThinWall]:
    """Walls fewer than `least` cells thick across an axis, the thinnest first; of each connected place its median."""
    axes = {"3d": (0, 1, 2), "rz": (0, 2)}.get(cells.lattice.metric, (0,))
    return sorted((wall for axis in axes for wall in _across(cells, axis, least)), key=lambda wall: wall.cells)


def _across(cells: Cells, axis: int, least: float) -> list[ThinWall]:
    lattice = cells.lattice
    nx, ny, _ = lattice.shape
    box = cells.index[cells.patch_cell]
    place = np.stack([box % nx, box // nx % ny, box // (nx * ny)], 1)
    steep = np.flatnonzero(np.abs(cells.patch_normal[:, axis]) > FACING)
    if lattice.metric == "slab":
        return _half_plate(cells, least)
    place, vector = place[steep], cells.patch_normal[steep]
    normal = vector[:, axis]
    level = place[:, axis] + 0.5 + cells.patch_distance[steep] / normal / lattice.spacing[axis]
    column = np.delete(place, axis, 1) @ np.array([1, 1 << 32], int64)
    order = np.lexsort((level, column))
    place, vector, normal = place[order], vector[order], normal[order]
    level, column = level[order], column[order]
    thickness = np.diff(level)
    facing = (normal[:-1] < 0.0) & (normal[1:] > 0.0) & ((vector[:-1] * vector[1:]).sum(1) < -PARALLEL)
    pair = np.flatnonzero((np.diff(column) == 0) & facing & (thickness < least - SLACK))
    walls = []
    across = np.delete(place[pair], axis, 1)
    for group in _groups(across, level[pair]):
        if lattice.metric == "3d" and (np.ptp(across[group], axis=0) < BROAD - 1).any():
            continue
        at = pair[group[np.argsort(thickness[pair[group]])[group.size // 2]]]
        middle = [lattice.centres(other)[place[at, other]] for other in range(3)]
        middle[axis] = lattice.origin[axis] + lattice.spacing[axis] * (level[at] + level[at + 1]) / 2.0
        cells_thick = float(thickness[at])
        x, y, z = map(float, middle)
        walls.append(ThinWall((x, y, z), cells_thick * lattice.spacing[axis], cells_thick, axis))
    return walls


def _half_plate(cells: Cells, least: float) -> list[ThinWall]:
    thick = 2.0 * cells.lattice.shape[0]
    if thick >= least:
        return []
    return [ThinWall((0.0, 0.0, 0.0), thick * cells.lattice.spacing[0], thick, 0)]


def _groups(across: NDArray[int64], level: NDArray[float64]) -> list[NDArray[int64]]:
    """Numbers of neighbouring places: columns next to each other at nearly one level."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    if len(level) == 0:
        return []
    near = cKDTree(np.column_stack([across, level])).query_pairs(1.8, output_type="ndarray")
    graph = coo_array((np.ones(len(near)), near.T), shape=(len(level),) * 2)
    group = connected_components(graph, directed=False)[1]
    order = np.argsort(group, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
