"""What diffusion reads of a body: volumes, the faces between them, and the wall."""

from dataclasses import dataclass

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from .geometry import Cells
from .heat import lift, neighbours

Array = NDArray[float64]
Index = NDArray[int64]


@dataclass(frozen=True)
class Net:
    """n volumes, f faces between two of them, p pieces of wall.

    volume         (n,)  m3
    one, other     (f,)  volumes on both sides of a face
    open           (f,)  open area over the distance of the centres, m
    wall           (p,)  volume behind a piece of wall
    area           (p,)  m2
    distance       (p,)  m, from the centre to the wall, negative where the centre lies outside
    """

    volume: Array
    one: Index
    other: Index
    open: Array
    wall: Index
    area: Array
    distance: Array


def net_of(cells: Cells) -> Net:
    """The cells of a part."""
    n, (dx, dy, dz) = cells.index.size, cells.lattice.spacing
    whole = np.array([dy * dz / dx, dx * dz / dy, dx * dy / dz]) * cells.lattice.images
    open_ = np.tile(whole, (n, 1))
    open_[cells.rim] = cells.rim_conductance[:, 1::2]
    beside = neighbours(cells, np.arange(n))[:, 1::2]
    here = np.repeat(np.arange(n)[:, None], 3, axis=1)
    joined = (beside != here) & (open_ > 0.0)
    faces = (here[joined], beside[joined], open_[joined])
    return Net(lift(cells), *faces, cells.patch_cell, cells.patch_area, cells.patch_distance)
