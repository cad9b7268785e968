"""Bodies that are their own mirror image: how well they are, and the whole again from the computed half."""

from dataclasses import dataclass, replace
from math import pi

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from .geometry import Cells, runs_of, zones_of
from .shape import Shape

Array = NDArray[float64]
Index = NDArray[int64]

RAYS = 96  # along each edge of the box
BINS = 96  # along each half of a ray


@dataclass(frozen=True)
class Halves:
    """Volumes below and above a plane, and of what has no image in it, m3."""

    below: float
    above: float
    astray: float


def halves(shape: Shape, axis: int, plane: float, metric: str) -> Halves:
    """How a body lies to both sides of a plane across an axis, by rays along it.

    plane   m, coordinate on that axis
    metric  "3d", or "rz" of a body about its own axis z
    """
    if metric == "rz":
        r, width = _middles(0.0, shape.upper[0] - shape.middle[0])
        u, v, weight = shape.middle[0] + r, np.array([shape.middle[1]]), 2.0 * pi * r * width
    else:
        (u, across), (v, up) = (_middles(shape.lower[k % 3], shape.upper[k % 3]) for k in (axis + 1, axis + 2))
        weight = np.full(u.size * v.size, across * up)
    found = shape.crossings(axis, u, v)
    keep = found.tilt != 0.0
    ray = np.repeat(np.arange(weight.size), np.diff(found.start))[keep][::2]
    ends = found.position[keep].reshape(-1, 2) - plane
    half = max(abs(shape.lower[axis] - plane), abs(shape.upper[axis] - plane))
    inside = np.diff(np.clip(half * np.linspace(-1.0, 1.0, 2 * BINS + 1), ends[:, :1], ends[:, 1:]), axis=1)
    length = np.zeros((weight.size, 2 * BINS))
    np.add.at(length, ray, inside)
    below, above = length[:, BINS - 1 :: -1], length[:, BINS:]
    volumes = (weight @ part.sum(1) for part in (below, above, np.abs(above - below)))
    return Halves(*map(float, volumes))


def _middles(low: float, high: float) -> tuple[Array, float]:
    """Places of RAYS rays between two, and how far apart they are, m."""
    width = (high - low) / RAYS
    return np.asarray(low + width * (np.arange(RAYS) + 0.5)), width


@dataclass(frozen=True)
class Whole:
    """A part and its images.

    cells  of the whole;   cell (N,), patch (P,)  the computed ones whose values they have
    turned (3, N) bool, the axes across which each cell is an image
    """

    cells: Cells
    cell: Index
    patch: Index
    turned: NDArray[np.bool_]

    def directed(self, values: Array) -> Array:
        """A vector (3, N) x y z or a tensor (6, N) xx yy zz xy yz zx of the whole from that of the computed part."""
        made = np.ascontiguousarray(values[:, self.cell])
        for k in range(3):
            back = self.turned[k] if len(values) == 3 else self.turned[k] ^ self.turned[(k + 1) % 3]
            made[len(values) - 3 + k, back] *= -1.0
        return made


def whole(cells: Cells) -> Whole:
    """The whole of a part; itself where nothing is mirrored."""
    n = cells.index.size
    made = Whole(cells, np.arange(n), np.arange(cells.patch_cell.size), np.zeros((3, n), bool))
    for axis in cells.lattice.mirrored:
        made = _unfolded(made, axis)
    return made


def _unfolded(half: Whole, axis: int) -> Whole:
    cells, lattice = half.cells, half.cells.lattice
    place = list(lattice.places(cells.index))
    n = lattice.shape[axis]
    shape, origin, graded = list(lattice.shape), list(lattice.origin), list(lattice.graded)
    shape[axis], origin[axis] = 2 * n, 2.0 * origin[axis] - float(lattice.edges(axis)[-1])
    graded[axis] = graded[axis][::-1] + graded[axis]
    (nx, ny, nz), (x, y, z), (gx, gy, gz) = shape, origin, graded
    left = tuple(other for other in lattice.mirrored if other != axis)

    def boxes(along: Index) -> Index:
        i, j, k = (along if other == axis else place[other] for other in range(3))
        return np.asarray(i + nx * (j + ny * k))

    index = np.concatenate([boxes(n - 1 - place[axis]), boxes(n + place[axis])])
    order = np.argsort(index)
    number = np.argsort(order)  # where each of (images, originals) has gone
    cell = np.tile(np.arange(cells.index.size), 2)[order]
    patch_cell = np.concatenate([number[cells.patch_cell], number[cells.index.size + cells.patch_cell]])
    patch_order = np.argsort(patch_cell, kind="stable")
    patch = np.tile(np.arange(cells.patch_cell.size), 2)[patch_order]
    normal = cells.patch_normal[patch]
    normal[patch_order < cells.patch_cell.size, axis] *= -1.0
    conductance = np.concatenate([cells.rim_conductance, cells.rim_conductance]) / 2.0
    swapped = [face ^ 1 if face // 2 == axis else face for face in range(6)]
    conductance[: cells.rim.size] = conductance[: cells.rim.size, swapped]
    rim = np.concatenate([number[cells.rim], number[cells.index.size + cells.rim]])
    ascending = np.argsort(rim)
    made = replace(
        cells,
        lattice=replace(lattice, shape=(nx, ny, nz), origin=(x, y, z), graded=(gx, gy, gz), mirrored=left),
        index=index[order],
        volume=cells.volume[cell] / 2.0,
        run=runs_of(index[order], rim[ascending]),
        rim=rim[ascending],
        rim_conductance=conductance[ascending],
        patch_cell=patch_cell[patch_order],
        patch_area=cells.patch_area[patch] / 2.0,
        patch_normal=normal,
        patch_distance=cells.patch_distance[patch],
        patch_zone=zones_of(normal),
    )
    turned = half.turned[:, cell]
    turned[axis] ^= order < cells.index.size
    return Whole(made, half.cell[cell], half.patch[patch], turned)
