"""The door to ``_thicken.pyx``: rays through all that lies within a distance of a body of triangles."""

import numpy as np
from numpy import float64, int32, int64
from numpy.typing import NDArray

from ._thicken import within
from .scan import Crossings

Array = NDArray[float64]

APART = 1e-6  # of the distance: pieces of a ray nearer to one another are one
ROOM = 8  # pieces a ray, doubled until they are enough


def thickened(
    solid: Crossings,
    points: Array,
    corners: NDArray[int64],
    edges: NDArray[int64],
    turns: Array,
    facets: NDArray[int64],
    normals: Array,
    axis: int,
    u: Array,
    v: Array,
    by: float,
) -> Crossings:
    """Where rays cross the outside of all within `by`, m, of a body.

    solid    what the rays cross of the body itself; rays, axis, u and v as in `scan.crossings`
    points   (m, 3)       vertices, m
    corners  (b,)         numbers of the vertices that get a ball
    edges    (e, 2)       vertex numbers of the edges that get a wedge
    turns    (e, 2, 3)    unit normals of their facets, first of the one that runs along the edge forwards
    facets   (f, 3)       vertex numbers of the facets that get a slab, none without an area
    normals  (f, 3)       their outward unit normals

    Raises ValueError for wrong shapes or types and a distance not above zero.
    """
    for name, array, dtype, columns in (
        ("points", points, float64, 3), ("corners", corners, int64, None), ("edges", edges, int64, 2),
        ("turns", turns.reshape(-1, 6), float64, 6), ("facets", facets, int64, 3), ("normals", normals, float64, 3),
        ("u", u, float64, None), ("v", v, float64, None),
    ):  # fmt: skip
        fits = array.shape[1:] == ((columns,) if columns else ())
        if array.dtype != dtype or not fits or not array.flags.c_contiguous:
            raise ValueError(f"{name} must be {dtype.__name__}, C order; got {array.dtype}, shape {array.shape}")
    for name, numbers in (("corners", corners), ("edges", edges), ("facets", facets)):
        if numbers.size and not (0 <= numbers.min() and numbers.max() < len(points)):
            raise ValueError(f"{name} name vertices outside 0..{len(points) - 1}")
    if len(normals) != len(facets) or len(turns) != len(edges):
        raise ValueError(
            f"normals must be one a facet, turns one an edge: {len(facets)}, {len(edges)}; got {len(normals)}, "
            f"{len(turns)}"
        )
    if not 0.0 < by < np.inf:
        raise ValueError(f"a distance of {by} m must be above zero")
    kept = solid.tilt != 0.0
    ray = np.repeat(np.arange(u.size * v.size), np.diff(solid.start))[kept]
    many = np.bincount(ray, minlength=u.size * v.size) // 2
    begin = np.stack([solid.position[kept].reshape(-1, 2), np.abs(solid.tilt[kept]).reshape(-1, 2)], 1).reshape(-1, 4)
    place = np.arange(len(begin)) - np.repeat(np.cumsum(many) - many, many)
    room = max(ROOM, int(many.max(initial=0)))
    while True:
        piece, count = np.empty((many.size, room, 4)), many.astype(int32)
        piece[ray[::2], place] = begin
        if within(points, corners, edges, turns, facets, normals, axis, u, v, by, APART * by, piece, count):
            break
        room *= 2
    held = np.arange(room) < count[:, None]
    start = np.zeros(many.size + 1, int64)
    np.cumsum(2 * count, out=start[1:])
    tilt = piece[held][:, 2:] * np.array([-1.0, 1.0])
    return Crossings(start, np.ascontiguousarray(piece[held][:, :2]).ravel(), np.ascontiguousarray(tilt).ravel())
