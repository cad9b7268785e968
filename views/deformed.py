"""The surface of a part as heat treatment has left it, as STL."""

import os
from pathlib import Path

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ..cases import stl
from ..cases.distortion import movement
from ..cases.result import Result
from ..materials.refusal import CaseError
from ..solver.field import distance_outside
from ..solver.shape import Mesh
from .surface import surface

Array = NDArray[float64]
Facets = NDArray[int64]

LONG = 4.0  # cells: longer edges of facets are halved, for a straight edge cannot bend
HALVINGS = 12


def deformed(result: Result, file: str | os.PathLike[str], scale: float = 1.0) -> Path:
    """See `Result.deformed`. Raises CaseError for a run without stress and a name that does not end in .stl."""
    path = Path(file)
    if path.suffix.lower() != ".stl":
        raise CaseError(f"cannot write '{path}'; a name that ends in .stl can be")
    if "displacement" not in result.fields:
        raise CaseError("this run has no stress, so no displacement; run it with stress=True")
    if result.cells.lattice.metric in ("slab", "cylinder"):
        raise CaseError("an infinite part has no closed surface; give it a length")
    points, facets = _surface(result)
    stl.write(path, points + scale * _moved(result, points), facets)
    return path


def _surface(result: Result) -> tuple[Array, Facets]:
    body = result.nominal
    cells = result.cells
    if isinstance(body, Mesh) and not result.is_machined:
        return divided(body.points, body.facets, LONG * max(cells.lattice.spacing))
    skin = surface(cells, np.ones(cells.index.size, bool), None)
    corners = skin.points[np.concatenate([skin.quads[:, [0, 1, 2]], skin.quads[:, [0, 2, 3]]])]
    points, facets = stl.weld(np.round(corners, 9))
    return points, facets


def divided(points: Array, facets: Facets, longest: float) -> tuple[Array, Facets]:
    """A closed surface with every edge longer than `longest` (m) halved, in step on both sides of it."""
    for _ in range(HALVINGS):
        edges = np.sort(np.concatenate([facets[:, [0, 1]], facets[:, [1, 2]], facets[:, [2, 0]]]), axis=1)
        single, number = np.unique(edges, axis=0, return_inverse=True)
        long = np.linalg.norm(points[single[:, 0]] - points[single[:, 1]], axis=1) > longest
        if not long.any():
            break
        middle = np.where(long, len(points) + np.cumsum(long) - 1, -1)
        points = np.concatenate([points, points[single[long]].mean(1)])
        facets = _split(facets, middle[number.reshape(3, -1).T])
    return points, facets


def _split(facets: Facets, middle: Facets) -> Facets:
    """Facets (f, 3) cut at the middles (f, 3) of their edges 0-1, 1-2, 2-0; -1 where an edge stays whole."""
    count = (middle >= 0).sum(1)
    done = [facets[count == 0]]
    # turned so that the one edge that is cut, or the one that stays whole, comes first
    first = np.where(count == 1, (middle >= 0).argmax(1), (middle < 0).argmax(1))
    turn = (first[:, None] + np.arange(3)) % 3
    a, b, c = np.take_along_axis(facets, turn, 1).T
    ab, bc, ca = np.take_along_axis(middle, turn, 1).T
    pieces = {
        1: ((a, ab, c), (ab, b, c)),
        2: ((a, b, bc), (a, bc, ca), (ca, bc, c)),
        3: ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)),
    }
    for cut, parts in pieces.items():
        here = count == cut
        done += [np.stack([corner[here] for corner in part], 1) for part in parts]
    return np.concatenate(done)


def _moved(result: Result, points: Array) -> Array:
    """(k, 3) m, movement of points of the skin; where a sharp corner leaves the grid, that of the wall nearby."""
    inside = distance_outside(result.cells, points) == 0.0
    moved = np.empty_like(points)
    if inside.any():
        moved[inside] = movement(result, np.ascontiguousarray(points[inside]))
    if not inside.all():
        near = cKDTree(points[inside]).query(points[~inside])[1]
        moved[~inside] = moved[inside][near]
    return moved
