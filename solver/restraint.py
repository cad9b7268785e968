"""A mould or core that holds back the walls that move into it, as springs on these walls."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from .coherency import Soft
from .geometry import Cells

Array = NDArray[float64]
Index = NDArray[int64]
LOOSE = 1e-6  # of all springs: what keeps a body in place on which none of them pushes


@dataclass(frozen=True)
class Restraint:
    """Springs on walls; they push where a wall has moved outwards since it froze, and never pull.

    The melt fills its mould, so that a wall begins to be held where it is when its cell begins to carry load.

    cell       (p,)     of each wall
    pull       (p, 24)  normal displacement of a wall from those of its cell's corners, x fastest, (corner, component)
    stiffness  (p,)     N/m, spring per area times area
    """

    cell: Index
    pull: Array
    stiffness: Array

    @classmethod
    def of(cls, cells: Cells, touching: NDArray[np.bool_], per_area: float) -> Self:
        """On the wall patches (p,) that are `touching` something; per_area Pa/m."""
        patch = np.flatnonzero(touching)
        cell, normal = cells.patch_cell[patch], cells.patch_normal[patch]
        size, resolved = np.array(cells.lattice.spacing), np.array(cells.lattice.shape) > 1
        place = np.where(resolved, 0.5 + normal * cells.patch_distance[patch, None] / size, 0.5)
        if cells.lattice.metric == "rz":  # a ring has its area farther out than its middle
            place[:, 0] += (1.0 - normal[:, 0] ** 2) * size[0] / (12.0 * cells.centres()[cell, 0])
        place = np.clip(place, 0.0, 1.0)  # of the foot in its cell
        corners = np.array([[a & 1, a >> 1 & 1, a >> 2] for a in range(8)], float64)
        share = np.prod(np.where(corners[None] > 0.5, place[:, None], 1.0 - place[:, None]), axis=2)
        pull = (share[:, :, None] * normal[:, None, :]).reshape(patch.size, 24)
        return cls(cell.astype(int64), pull, per_area * cells.patch_area[patch] / cells.lattice.images)

    def outwards(self, moved: Array) -> Array:
        """(p,) m, how far each wall is out.   moved (p, d) m of the corners as `pull`"""
        return np.asarray(np.einsum("pi,pi->p", self.pull, moved))

    def pushed(self, moved: Array, seat: Array, soft: Soft | None) -> tuple[Array, Array]:
        """Force of each spring, N, and its stiffness now, N/m, (p,) each.

        moved (p, d) m; seat (p,) m, how far out each wall began; soft (n,) cells whose walls the melt still fills
        """
        out = self.outwards(moved) - seat
        acts = out > 0.0 if soft is None else (out > 0.0) & ~soft[self.cell]
        now = np.where(acts, self.stiffness, 0.0)
        return now * out, now

    def in_section(self) -> "Restraint":
        """The same for cells of an rz lattice, whose corners are (0, 0) (1, 0) (0, 1) (1, 1) in (r, z)."""
        both = self.pull.reshape(-1, 2, 2, 2, 3)  # z, y, x, component
        flat = both.sum(axis=2)[:, :, :, [0, 2]]
        return Restraint(self.cell, flat.reshape(-1, 8), self.stiffness)
