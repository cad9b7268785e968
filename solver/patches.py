"""From cut cells to what the solvers read: conductances between cells, and wall patches."""

from dataclasses import replace
from math import pi

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from . import plane
from .cutcells import CUT, EMPTY, FULL, Pieces
from .lattice import Lattice

Array = NDArray[float64]
Index = NDArray[int64]

SLIVER = 1e-6  # of a cell: smaller pieces are left out
LOOSE = 0.02  # of a cell: pieces up to here that touch no other cell are left out
STEP = 0.05  # of the face of a full cell: a smaller jump between its two sides is no wall of its own
TRUST = 0.05  # a surface or volume that rays miss by more is not scaled
FOLDED = 0.5  # wall vector over wall area: below, two walls face each other inside one cell


def neighbours(lattice: Lattice, cell: Index) -> Index:
    """(m, 6) box numbers behind faces -x +x -y +y -z +z, -1 outside the box."""
    nx, ny, _ = lattice.shape
    place = lattice.places(cell)
    found = np.full((cell.size, 6), -1, int64)
    for axis, (n, stride) in enumerate(zip(lattice.shape, (1, nx, nx * ny), strict=True)):
        found[:, 2 * axis] = np.where(place[axis] > 0, cell - stride, -1)
        found[:, 2 * axis + 1] = np.where(place[axis] < n - 1, cell + stride, -1)
    return found


def sizes(lattice: Lattice, cell: Index) -> Array:
    """(3, m) edges of cells, m."""
    return np.stack([lattice.widths(axis)[place] for axis, place in enumerate(lattice.places(cell))])


def gaps(lattice: Lattice, cell: Index) -> Array:
    """(m, 6) distance of the centres behind faces -x +x -y +y -z +z, m; at the end of the lattice any."""
    found = np.empty((cell.size, 6))
    for axis, place in enumerate(lattice.places(cell)):
        width = np.pad(lattice.widths(axis), 1, mode="edge")
        between = 0.5 * (width[:-1] + width[1:])
        found[:, 2 * axis], found[:, 2 * axis + 1] = between[place], between[place + 1]
    return found


def even(lattice: Lattice, axis: int) -> NDArray[np.bool_]:
    """(n,) which cells along an axis are as wide as the finest, and so are those beside them."""
    fine = np.pad(lattice.widths(axis) == lattice.spacing[axis], 1, constant_values=True)
    return np.asarray(fine[:-2] & fine[1:-1] & fine[2:])


def full_volume(lattice: Lattice, cell: Index) -> Array:
    """(m,) volume of whole cells with their images, m3."""
    dx, dy, dz = sizes(lattice, cell)
    if lattice.metric in ("rz", "cylinder", "sphere"):
        r = lattice.edges(0)[lattice.places(cell)[0]]
        if lattice.metric == "sphere":
            return np.asarray(4.0 / 3.0 * pi * ((r + dx) ** 3 - r**3))
        return np.asarray(pi * dx * (2.0 * r + dx) * dz * lattice.images)
    return np.asarray(dx * dy * dz * lattice.images)


def face_area(lattice: Lattice, cell: Index) -> Array:
    """(m, 6) area of whole faces with their images, m2; 0 across an axis that is not resolved."""
    dx, dy, dz = sizes(lattice, cell)
    if lattice.metric == "rz":
        r = lattice.edges(0)[lattice.places(cell)[0]]
        ring, zero = pi * dx * (2.0 * r + dx), np.zeros(cell.size)
        area = [2 * pi * r * dz, 2 * pi * (r + dx) * dz, zero, zero, ring, ring]
    else:
        area = [dy * dz, dy * dz, dz * dx, dz * dx, dx * dy, dx * dy]
    return np.stack(area, 1) * lattice.images


def edge_length(lattice: Lattice, cell: Index) -> Array:
    """(m, 3) what an open share of 1 across each axis stands for: m2, in rz m; with the images."""
    dx, dy, dz = sizes(lattice, cell)
    length = [dz, np.zeros(cell.size), dx] if lattice.metric == "rz" else [dy * dz, dz * dx, dx * dy]
    return np.stack(length, 1) * lattice.images


class Faces:
    """Both sides of the six faces of some part cells.

    cell   (m,)    box numbers
    own    (m, 6)  open share seen from the cell
    both   (m, 6)  open share into the neighbour: the less of the two sides
    area, shared   the same two as areas, m2
    """

    def __init__(self, pieces: Pieces, lattice: Lattice, cell: Index) -> None:
        self.cell = cell
        behind = neighbours(lattice, cell)
        number = np.full(cell.size, -1, int64)
        cut = pieces.kind[cell] == CUT
        number[cut] = np.searchsorted(pieces.cell, cell[cut])
        whole = face_area(lattice, cell)
        opposite = [1, 0, 3, 2, 5, 4]
        self.own = _seen(pieces, pieces.open, cell, number)
        self.area = _seen(pieces, pieces.area, cell, number) * whole
        other, other_area = np.zeros((2, cell.size, 6))
        for face in range(6):
            there = behind[:, face]
            known = np.flatnonzero(there >= 0)
            row = np.searchsorted(pieces.cell, there[known])
            row = np.where(pieces.kind[there[known]] == CUT, row, -1)
            other[known, face] = _seen(pieces, pieces.open, there[known], row)[:, opposite[face]]
            other_area[known, face] = _seen(pieces, pieces.area, there[known], row)[:, opposite[face]]
        if lattice.metric == "rz":
            self.own[:, 2:4] = 0.0
        for axis in lattice.reflecting:  # behind lies the image of the cell itself
            first = lattice.places(cell)[axis] == 0
            other[first, 2 * axis] = other_area[first, 2 * axis] = 1.0
        self.both = np.minimum(self.own, other)
        self.shared = np.minimum(self.area, other_area * whole)
        small = self.own - self.both < STEP
        small[cut] = pieces.flat[number[cut]] == 0.0
        self.own = np.where(small, self.both, self.own)
        self.area = np.where(small, self.shared, self.area)


def _seen(pieces: Pieces, of_cut: Array, cell: Index, number: Index) -> Array:
    """(m, 6) values of cells: those of cut ones by row, 1 of full ones, 0 of empty ones."""
    values = np.repeat((pieces.kind[cell] == FULL).astype(float64)[:, None], 6, 1)
    cut = number >= 0
    values[cut] = of_cut[number[cut]]
    return values


def border(pieces: Pieces, lattice: Lattice) -> Index:
    """Box numbers of part cells that are cut, touch a cell that is not full or lie unevenly; all of them outside 3d."""
    if lattice.metric != "3d":
        return np.flatnonzero(pieces.kind)
    full = (pieces.kind == FULL).reshape(lattice.shape[::-1])
    inner = np.zeros_like(full)
    inner[1:-1, 1:-1, 1:-1] = full[1:-1, 1:-1, 1:-1]
    for axis in range(3):
        for way in (slice(2, None), slice(None, -2)):
            window = [slice(1, -1)] * 3
            window[axis] = way
            inner[1:-1, 1:-1, 1:-1] &= full[tuple(window)]
    inner &= even(lattice, 2)[:, None, None] & even(lattice, 1)[:, None] & even(lattice, 0)
    return np.flatnonzero((pieces.kind != EMPTY) & ~inner.ravel())


def without_crumbs(pieces: Pieces, lattice: Lattice) -> Pieces:
    """Leave out slivers, and small pieces that no open face joins to the part."""
    for _ in range(3):
        faces = Faces(pieces, lattice, pieces.cell)
        alone = (faces.both.max(1, initial=0.0) <= 0.0) & (pieces.share < LOOSE)
        drop = alone | (pieces.share < SLIVER)
        if not drop.any():
            break
        kind = pieces.kind.copy()
        kind[pieces.cell[drop]] = EMPTY
        rows = {name: getattr(pieces, name)[~drop] for name in vars(pieces) if name != "kind"}
        pieces = Pieces(kind=kind, **rows)
    return pieces


def with_volume(pieces: Pieces, lattice: Lattice, volume: float) -> Pieces:
    """Shift the cut cells a little, the half-filled ones most, so that the sum is the true volume."""
    full = full_volume(lattice, np.flatnonzero(pieces.kind == FULL)).sum()
    whole = full_volume(lattice, pieces.cell)
    room = pieces.volume * (1.0 - pieces.volume)
    missing = volume - full - (whole * pieces.volume).sum()
    if room.sum() == 0.0 or not abs(missing) <= TRUST * volume:  # NaN too: the true volume is not known
        return pieces
    lift = np.clip(missing / (whole * room).sum(), -0.5, 0.5)
    share = pieces.share + lift * pieces.share * (1.0 - pieces.share)
    return replace(pieces, volume=pieces.volume + lift * room, share=share)


def walls(pieces: Pieces, lattice: Lattice, faces: Faces) -> tuple[Index, Array, Array, Array, NDArray[np.bool_]]:
    """Box number, area, outward normal, distance of every wall patch, and whether it lies on a cell face."""
    flat = [_flat(lattice, faces, face) for face in range(6)]
    parts = [*flat, *_cut(pieces, lattice, faces)]
    cell, area, normal, distance = (np.concatenate([part[field] for part in parts]) for field in range(4))
    on_face = np.arange(cell.size) < sum(part[0].size for part in flat)
    order = np.argsort(cell, kind="stable")
    return cell[order], area[order], normal[order], distance[order], on_face[order]


def _flat(lattice: Lattice, faces: Faces, face: int) -> tuple[Index, Array, Array, Array]:
    """Walls that lie on a cell face."""
    row = np.flatnonzero((faces.own[:, face] > faces.both[:, face]) & (faces.area[:, face] > 0.0))
    normal = np.zeros((row.size, 3))
    normal[:, face // 2] = 2.0 * (face % 2) - 1.0
    area = faces.area[row, face] - faces.shared[row, face]
    return faces.cell[row], area, normal, sizes(lattice, faces.cell[row])[face // 2] / 2.0


def _cut(pieces: Pieces, lattice: Lattice, faces: Faces) -> list[tuple[Index, Array, Array, Array]]:
    """Walls through cells: their vector closes the open faces, their area is the true one."""
    length, size_of = edge_length(lattice, faces.cell), sizes(lattice, faces.cell).T
    number = np.full(faces.cell.size, -1, int64)
    cut = np.flatnonzero(pieces.kind[faces.cell] == CUT)
    number[cut] = np.searchsorted(pieces.cell, faces.cell[cut])
    vector = (faces.own[:, 0::2] - faces.own[:, 1::2]) * length
    size = np.linalg.norm(vector, axis=1)
    truth, shadow, turn, share = (
        np.zeros(size.size),
        np.zeros(size.size),
        np.ones(size.size),
        np.ones(size.size),
    )
    truth[cut] = (pieces.skin[number[cut]] * length[cut]).sum(1)
    shadow[cut] = np.linalg.norm(pieces.facing[number[cut]] * length[cut], axis=1)
    share[cut] = pieces.share[number[cut]]
    if lattice.metric == "rz":
        turn = 2.0 * pi * lattice.centres(0)[lattice.places(faces.cell)[0]]
        arm = pieces.arm[number[cut]]
        turn[cut] = np.where(arm > 0.0, 2.0 * pi * arm, turn[cut])
    folded = truth > np.maximum(shadow, size) / FOLDED
    plain = np.flatnonzero((size > 1e-4 * length.max(1)) & ~folded)
    bulge = np.maximum(truth[plain], shadow[plain]) / np.where(shadow[plain] > 0.0, shadow[plain], 1.0)
    bulge = np.where(shadow[plain] > 0.0, bulge, 1.0)
    normal = vector[plain] / size[plain, None]
    distance = plane.distance(normal, share[plain], size_of[plain])
    found = [(faces.cell[plain], size[plain] * bulge * turn[plain], normal, distance)]
    two = np.flatnonzero(folded)
    across = (pieces.skin[number[two]] * length[two]).argmax(1)
    half = share[two] * size_of[two, across] / 2.0
    for side in (-1.0, 1.0):
        normal = np.zeros((two.size, 3))
        normal[np.arange(two.size), across] = side
        found.append((faces.cell[two], truth[two] / 2.0 * turn[two], normal, half))
    return found


def with_area(area: Array, flat: NDArray[np.bool_], true: float) -> Array:
    """Scale the patches of cut walls so that the sum is the true area of the surface."""
    curved = area[~flat].sum()
    if curved == 0.0:
        return area
    scale = (true - area[flat].sum()) / curved
    if abs(scale - 1.0) > 4.0 * TRUST:
        return area
    return np.where(flat, area, area * scale)
