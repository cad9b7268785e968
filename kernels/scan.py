"""The door to ``_scan.pyx``: rays through a closed surface, and what they leave in lattice cells.

Rays run along the depth axis `axis` from the places u (U,) of axis + 1 and v (V,) of axis + 2, cyclic, in
metres; ray number iu + U iv. The crossings of ray r are start[r] ... start[r + 1], rising; `tilt` is the
component of the outward unit normal along the ray: negative where the ray enters, 0 where it stays inside an
overlapping body.
"""

from dataclasses import dataclass

import numpy as np
from numpy import float64, int32, int64, uint8
from numpy.typing import NDArray

from ._scan import close_rays, cross, reach
from ._scan import gather as _gather
from ._scan import mark as _mark

Array = NDArray[float64]


@dataclass(frozen=True)
class Crossings:
    """start (rays + 1,) int64, position (c,) m, tilt (c,) outward normal along the ray."""

    start: NDArray[int64]
    position: Array
    tilt: Array


@dataclass(frozen=True)
class Bundle:
    """How a grid of rays lies on the lattice.

    origin, spacing  m, along the rays
    shape            cells along (depth, u, v)
    stride           of the box number along (depth, u, v)
    sub              rays a cell along (u, v)
    first            v cell of the first row of rays
    """

    origin: float
    spacing: float
    shape: tuple[int, int, int]
    stride: tuple[int, int, int]
    sub: tuple[int, int]
    first: int = 0

    def plain(self) -> tuple[NDArray[int64], NDArray[int64], NDArray[int64]]:
        return np.array(self.shape, int64), np.array(self.stride, int64), np.array(self.sub, int64)


def crossings(points: Array, facets: NDArray[int64], normals: Array, axis: int, u: Array, v: Array) -> Crossings:
    """Where rays along an axis cross a closed, outward-facing surface.

    points   (m, 3)  vertices, m
    facets   (f, 3)  vertex numbers, anticlockwise seen from outside
    normals  (f, 3)  outward unit normals
    u, v     (U,), (V,)  places of the rays, rising, m

    Raises ValueError for wrong shapes or types and for places that do not rise.
    """
    _look("points", points, float64, 2, 3)
    _look("facets", facets, int64, 2, 3)
    _look("normals", normals, float64, 2, 3)
    for name, places in (("u", u), ("v", v)):
        _look(name, places, float64, 1)
        if np.any(np.diff(places) < 0.0):
            raise ValueError(f"{name} must rise")
    if facets.size and not (0 <= facets.min() and facets.max() < len(points)):
        raise ValueError(f"facets name vertices outside 0..{len(points) - 1}")
    if len(normals) != len(facets):
        raise ValueError(f"normals must be one a facet: {len(facets)}; got {len(normals)}")
    met = np.empty((len(facets), 2), int32)
    reach(points, facets, axis, v, met)
    start = np.zeros(u.size * v.size + 1, int64)
    none = np.empty(0)
    cross(points, facets, normals, axis, u, v, met, 0, start[1:], none, none)
    np.cumsum(start, out=start)
    position, tilt = np.empty((2, start[-1]))
    cross(points, facets, normals, axis, u, v, met, 1, start[:-1].copy(), position, tilt)
    close_rays(start, position, tilt)
    return Crossings(start, position, tilt)


def mark(found: Crossings, bundle: Bundle, flood: bool, kind: NDArray[uint8]) -> None:
    """Mark what the rays meet.

    kind   (cells,)  bit 2 set in cells that hold a crossing; with `flood` bit 1 in cells inside  [written]
    """
    _fits(found, bundle)
    _look("kind", kind, uint8, 1)
    rays = (found.start, found.position, found.tilt, bundle.origin, bundle.spacing, *bundle.plain())
    _mark(*rays, bundle.first, flood, kind)


def gather(
    found: Crossings,
    bundle: Bundle,
    split: int,
    number: NDArray[int32],
    inside: Array,
    skin: Array,
    facing: Array,
    flat: Array,
) -> None:
    """Sum what the rays find in each cut cell.

    split   ()        0: mean over all rays of a cell into column 0; 1, 2: a column a ray along u, v
    number  (cells,)  row of a cut cell, or below 0
    inside  (s, 2)    mean length inside, in cells             [added to]
    skin    (s, 2)    crossings a ray, each times |n| along it [added to]
    facing  (s, 2)    crossings a ray, outward less inward     [added to]
    flat    (s, 2)    walls a ray on the lower and upper face across it, over all columns  [added to]
    """
    _fits(found, bundle)
    _look("number", number, int32, 1)
    for name, array in (("inside", inside), ("skin", skin), ("facing", facing), ("flat", flat)):
        _look(name, array, float64, 2, 2)
    if split not in (0, 1, 2) or (split and bundle.sub[split - 1] > 2):
        raise ValueError(f"split {split} needs at most two rays a cell there; got {bundle.sub}")
    rays = (found.start, found.position, found.tilt, bundle.origin, bundle.spacing, *bundle.plain())
    _gather(*rays, bundle.first, split, number, inside, skin, facing, flat)


def _look(name: str, array: NDArray[np.generic], dtype: type, ndim: int, columns: int | None = None) -> None:
    good = array.dtype == dtype and array.ndim == ndim and array.flags.c_contiguous
    if not good or (columns and array.shape[1] != columns):
        raise ValueError(
            f"{name} must be {dtype.__name__}, C order, {ndim}-d{f', {columns} columns' if columns else ''}; "
            f"got {array.dtype}, shape {array.shape}"
        )


def _fits(found: Crossings, bundle: Bundle) -> None:
    rays = bundle.shape[1] * bundle.sub[0] * bundle.shape[2] * bundle.sub[1]
    if found.start.size != rays + 1:
        raise ValueError(f"the bundle has {rays} rays, the crossings {found.start.size - 1}")
