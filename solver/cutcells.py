"""What rays through a shape say about the lattice cells that its wall cuts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import pi

import numpy as np
from numpy import float64, int32, int64, uint8
from numpy.typing import NDArray

from ..kernels.scan import Bundle, Crossings, gather, mark
from .lattice import Lattice
from .shape import Shape

Array = NDArray[float64]

EMPTY, FULL, CUT = 0, 1, 2
HAIR = 1e-8  # cells: rays this far inside a face see the wall from their own side
TINY = 1e-9
RAYS_AT_ONCE = 100_000  # few enough to stay in cache
RAYS_RZ = 32


@dataclass(frozen=True)
class Pieces:
    """Cells of the box and the s cut ones among them.

    kind    (box,)   EMPTY, FULL or CUT
    cell    (s,)     box numbers of the cut cells, ascending
    share   (s,)     part of the cell inside; in rz part of its section
    volume  (s,)     part of the cell's volume inside; differs from `share` in rz
    open    (s, 6)   open part of faces -x +x -y +y -z +z seen from inside; in rz of the edge's length
    area    (s, 6)   open part of the face's area
    skin    (s, 3)   wall area in units of the lattice faces, |n|^2-wise per axis: the sum is the true area
    facing  (s, 3)   wall area vector
    flat    (s, 6)   part of each face on which the wall itself lies
    arm     (s,)     mean radius of the wall, m; rz only
    """

    kind: NDArray[uint8]
    cell: NDArray[int64]
    share: Array
    volume: Array
    open: Array
    area: Array
    skin: Array
    facing: Array
    flat: Array
    arm: Array


def _inner(lattice: Lattice, axis: int, sub: int) -> Array:
    """`sub` evenly spaced places in every cell along an axis, m."""
    return lattice.along(axis, (np.arange(lattice.shape[axis] * sub) + 0.5) / sub)


def _sides(lattice: Lattice, axis: int) -> Array:
    """Two places a cell along an axis, just inside its faces, m."""
    places = np.arange(lattice.shape[axis])[:, None] + np.array([HAIR, 1.0 - HAIR])
    return lattice.along(axis, places.ravel())


def _bundles(shape: Shape, lattice: Lattice, rays: int, axis: int, split: int) -> Iterator[tuple[Bundle, Crossings]]:
    """Rays along an axis, a few planes of cells at a time."""
    n, stride = lattice.shape, (1, lattice.shape[0], lattice.shape[0] * lattice.shape[1])
    along, U, V = axis, (axis + 1) % 3, (axis + 2) % 3
    u = _sides(lattice, U) if split == 1 else _inner(lattice, U, rays)
    v = _sides(lattice, V) if split == 2 else _inner(lattice, V, rays)
    sub = (u.size // n[U], v.size // n[V])
    planes = max(1, RAYS_AT_ONCE // (u.size * sub[1]))
    for first in range(0, n[V], planes):
        last = min(first + planes, n[V])
        bundle = Bundle(0.0, 1.0, (n[along], n[U], last - first), (stride[along], stride[U], stride[V]), sub, first)
        found = shape.crossings(axis, u, v[first * sub[1] : last * sub[1]])
        yield bundle, replace(found, position=lattice.counted(along, found.position))


def _mean(values: list[Array], weights: list[Array]) -> Array:
    """Mean by the squares of the weights: lengths along the normal are the exact ones."""
    squares = np.stack(weights) ** 2 + 1e-12
    return np.asarray((squares * np.stack(values)).sum(0) / squares.sum(0))


def scan(shape: Shape, lattice: Lattice, rays: int) -> Pieces:
    """Cut cells of a box lattice from rays x rays rays a face and axis."""
    kind = np.zeros(np.prod(lattice.shape), uint8)
    for axis in range(3):
        for bundle, found in _bundles(shape, lattice, rays, axis, 0):
            mark(found, bundle, axis == 0, kind)
    kind[kind > CUT] = CUT
    cell = np.flatnonzero(kind == CUT)
    number = np.full(kind.size, -1, int32)
    number[cell] = np.arange(cell.size)
    sums = {}
    for axis in range(3):
        for split in range(3):
            inside, skin, facing, flat = np.zeros((4, cell.size, 2))
            for bundle, found in _bundles(shape, lattice, rays, axis, split):
                gather(found, bundle, split, number, inside, skin, facing, flat)
            sums[axis, split] = inside, skin, facing, flat
    share = _mean([sums[axis, 0][0][:, 0] for axis in range(3)], [sums[axis, 0][1][:, 0] for axis in range(3)])
    faces = []
    for axis in range(3):
        by = sums[(axis + 1) % 3, 2], sums[(axis + 2) % 3, 1]
        faces.append(_mean([found[0] for found in by], [found[1] for found in by]))
    opened = _whole(np.concatenate(faces, axis=1))
    share = _whole(share)
    skin = np.stack([sums[axis, 0][1][:, 0] for axis in range(3)], 1)
    facing = np.stack([sums[axis, 0][2][:, 0] for axis in range(3)], 1)
    flat = np.concatenate([sums[axis, 0][3] for axis in range(3)], axis=1)
    return _sorted(kind, cell, share, share, opened, opened, skin, facing, flat, np.zeros(cell.size))


def _whole(part: Array) -> Array:
    """0 and 1 where round-off is all that is missing."""
    return np.asarray(np.where(part < TINY, 0.0, np.where(part > 1.0 - TINY, 1.0, part)))


def _sorted(kind: NDArray[uint8], cell: NDArray[int64], share: Array, volume: Array, *rest: Array) -> Pieces:
    """Cells that came out whole or void leave the list."""
    opened = rest[0]
    kind[cell[share == 0.0]] = EMPTY
    kind[cell[(share == 1.0) & (opened == 1.0).all(1)]] = FULL
    stays = kind[cell] == CUT
    return Pieces(kind, cell[stays], share[stays], volume[stays], *(array[stays] for array in rest))


def scan_rz(shape: Shape, lattice: Lattice, rays: int = RAYS_RZ) -> Pieces:
    """Cut cells of an r-z lattice from rays along r and z in the half-plane y = 0 of the axis."""
    nr, _, nz = lattice.shape
    x, y, _ = lattice.middle
    dr, dz = lattice.widths(0), lattice.widths(2)
    here = np.array([y])

    def along_r(z: Array) -> tuple[Array, ...]:
        return _cover(shape.crossings(0, here, z), x, 0.0, lattice, 0)

    def along_z(r: Array) -> tuple[Array, ...]:
        return _cover(shape.crossings(2, x + r, here), 0.0, -np.inf, lattice, 2)

    ring = pi * np.diff(lattice.edges(0) ** 2)
    z_in, r_in = _inner(lattice, 2, rays), _inner(lattice, 0, rays)
    long_r, round_r, skin_r, face_r, arm_r, low_r, high_r = along_r(z_in)
    long_z, _, skin_z, face_z, _, low_z, high_z = along_z(r_in)

    def by_cell(values: Array) -> Array:  # (nz * rays, nr) -> (nz, nr)
        return np.asarray(values.reshape(-1, rays, values.shape[1]).mean(1))

    arm_z = skin_z * r_in[:, None]
    weigh = r_in * np.repeat(dr, rays) / rays * 2.0 * pi
    share = [by_cell(long_r) / dr, (by_cell(long_z) / dz).T]
    turned = (long_z * weigh[:, None]).reshape(nr, rays, nz).sum(1).T / dz[:, None] / ring
    volume = [by_cell(round_r) / ring, turned]
    skins = [by_cell(skin_r), by_cell(skin_z).T]
    across = dz[:, None]
    arm = (by_cell(arm_r) * across + by_cell(arm_z).T * dr) / np.maximum(skins[0] * across + skins[1] * dr, 1e-300)
    ends, around = along_r(_sides(lattice, 2))[:2]
    sides = along_z(_sides(lattice, 0))[0] / dz
    shut = np.zeros((nz, nr))
    opened = np.stack([sides[0::2].T, sides[1::2].T, shut, shut, ends[0::2] / dr, ends[1::2] / dr], 2)
    area = np.stack([sides[0::2].T, sides[1::2].T, shut, shut, around[0::2] / ring, around[1::2] / ring], 2)
    shares = _whole(_mean(share, skins))
    kind = np.where((shares == 1.0) & (_whole(opened)[:, :, [0, 1, 4, 5]] == 1.0).all(2), FULL, CUT)
    kind = np.where(shares == 0.0, EMPTY, kind).astype(uint8).ravel()
    cell = np.flatnonzero(kind == CUT)
    zero = np.zeros((nz, nr))
    facing = np.stack([by_cell(face_r), zero, by_cell(face_z).T], 2)
    flat = np.stack([by_cell(low_r), by_cell(high_r), zero, zero, by_cell(low_z).T, by_cell(high_z).T], 2)
    return Pieces(
        kind,
        cell,
        shares.ravel()[cell],
        _whole(_mean(volume, skins)).ravel()[cell],
        _whole(opened).reshape(-1, 6)[cell],
        _whole(area).reshape(-1, 6)[cell],
        np.stack([skins[0], zero, skins[1]], 2).reshape(-1, 3)[cell],
        facing.reshape(-1, 3)[cell],
        flat.reshape(-1, 6)[cell],
        arm.ravel()[cell],
    )


def _cover(found: Crossings, shift: float, least: float, lattice: Lattice, axis: int) -> tuple[Array, ...]:
    """Seven (rays, n) arrays along an axis: length inside, that turned about the axis, of the crossings |n|, sign of n,
    |n| times place, and walls on the lower and upper edge. Places are less `shift`; what lies below `least`
    is cut off.
    """
    keep = found.tilt != 0.0
    rays = found.start.size - 1
    ray = np.repeat(np.arange(rays), np.diff(found.start))[keep][::2]
    ends = np.maximum(found.position[keep].reshape(-1, 2) - shift, least)
    tilts = found.tilt[keep].reshape(-1, 2)
    edges = lattice.edges(axis)
    flat, turned, skin, facing, arm, low, high = np.zeros((7, rays, edges.size - 1))
    places = lattice.counted(axis, ends)
    places = np.where(np.abs(places - np.rint(places)) < TINY, np.rint(places), places)
    held = lattice.along(axis, places)
    inside = np.clip(edges[None, :], held[:, :1], held[:, 1:])
    np.add.at(flat, ray, np.diff(inside, axis=1))
    np.add.at(turned, ray, pi * np.diff(inside**2, axis=1))
    for side, on_edge in enumerate((low, high)):
        column = np.floor(places[:, side]).astype(int64)
        met = (places[:, side] != column) & (column >= 0) & (column < edges.size - 1)
        at, tilt = (ray[met], column[met]), tilts[met, side]
        np.add.at(skin, at, np.abs(tilt))
        np.add.at(facing, at, np.sign(tilt))
        np.add.at(arm, at, np.abs(tilt) * held[met, side])
        column -= side
        met = (places[:, side] == column + side) & (column >= 0) & (column < edges.size - 1)
        np.add.at(on_edge, (ray[met], column[met]), 1.0)
    return flat, turned, skin, facing, arm, low, high
