"""STL files: read, weld, and refuse what is no closed body."""

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from ..materials.refusal import CaseError
from ..solver.shape import Mesh

Array = NDArray[float64]
Facets = NDArray[int64]

RECORD = np.dtype([("normal", "<f4", 3), ("corner", "<f4", (3, 3)), ("note", "<u2")])
HEADER = 84
WELD = 1e-5  # of the part's size: open edges nearer than this are joined
LARGEST, SMALLEST = 20.0, 1e-4  # m, what a part may measure before the unit is doubted
USUAL = 5e-3, 5.0  # m, of the part that a better unit would give
UNITS = {"mm": 1e-3, "m": 1.0, "cm": 1e-2, "in": 0.0254, "um": 1e-6}
WILD = 100  # times more facets announced than there: the four bytes mean something else
FLAT = 1e-9  # volume over that of the bounding box


def read(path: Path, scale: float, unit: str) -> Mesh:
    """The body of a binary or ASCII STL file in metres, vertices welded; a file is read once.

    scale  m per unit of the file;  unit  its name, for messages

    Raises CaseError for a file that is missing, no STL, empty, open, not manifold, inverted, without volume,
    or of a size that makes the unit doubtful.
    """
    try:
        found = path.stat()
        if not path.is_file():
            raise CaseError(f"'{path}' is no file", "stl")
        return _read(path.resolve(), found.st_mtime_ns, found.st_size, scale, unit)
    except OSError as error:
        raise CaseError(f"cannot read '{path}': {error.strerror or error}", "stl") from None


@lru_cache(maxsize=8)
def _read(path: Path, changed: int, size: int, scale: float, unit: str) -> Mesh:
    corners = triangles(path.read_bytes(), path.name) * scale
    if not np.isfinite(corners).all():
        raise CaseError(f"'{path.name}' holds coordinates that are no numbers; export it again", "stl")
    largest = float(np.ptp(corners.reshape(-1, 3), axis=0).max())
    if not SMALLEST <= largest <= LARGEST:
        raise CaseError(
            f"the part would be {_length(largest)} long; is the unit {unit}?{_other(largest / scale)}", "unit"
        )
    return checked(*weld(corners), path.name)


def triangles(data: bytes, name: str) -> Array:
    """(f, 3, 3) corners of the facets of a binary or ASCII STL, in the file's unit."""
    ascii_file = data.lstrip()[:5].lower() == b"solid"
    if len(data) >= HEADER:
        count = int.from_bytes(data[HEADER - 4 : HEADER], "little")
        if count and len(data) == HEADER + RECORD.itemsize * count:
            return np.frombuffer(data, RECORD, count, HEADER)["corner"].astype(float64)
        if count and not ascii_file:
            raise CaseError(f"'{name}' {_misfit(count, len(data) - HEADER)}", "stl")
    if not ascii_file:
        raise CaseError(f"'{name}' is empty or no STL file", "stl")
    words = re.findall(rb"vertex\s+(\S+)\s+(\S+)\s+(\S+)", data, re.IGNORECASE)
    if not words:
        raise CaseError(f"'{name}' holds no facets", "stl")
    if len(words) % 3:
        raise CaseError(f"'{name}' is cut short: {len(words)} vertices are no whole number of facets", "stl")
    try:
        return np.array(words).astype(float64).reshape(-1, 3, 3)
    except ValueError:
        wrong = next(word.decode("latin-1") for vertex in words for word in vertex if not _is_number(word))
        point = ", which has a comma where a point belongs" if "," in wrong else ""
        raise CaseError(f"'{name}' has a vertex that is no number: {wrong!r}{point}; export it again", "stl") from None


def write(path: Path, points: Array, facets: Facets) -> None:
    """Write a surface as a binary STL in mm.   points (m, 3) m, facets (f, 3) vertex numbers"""
    records = np.zeros(len(facets), RECORD)
    corner = 1e3 * points[facets]
    across = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    size = np.linalg.norm(across, axis=1, keepdims=True)
    records["normal"] = across / np.where(size > 0.0, size, 1.0)
    records["corner"] = corner
    title = b"surface by metaltwin, mm".ljust(HEADER - 4)
    path.write_bytes(title + len(facets).to_bytes(4, "little") + records.tobytes())


def _misfit(count: int, size: int) -> str:
    """What a binary file that announces `count` facets and holds `size` bytes of them is."""
    held = size // RECORD.itemsize
    if count > WILD * max(held, 1):
        return f"is no STL file, or very little is left of one: {count} facets announced, {held} there"
    if size > count * RECORD.itemsize:
        return f"holds {size - count * RECORD.itemsize} bytes more than its {count} facets need; export it again"
    return f"is cut short: {count} facets announced, {held} there; copy it again"


def _is_number(word: bytes) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _other(largest: float) -> str:
    """The unit in which a part of that many units would have a usual size."""
    for unit, scale in UNITS.items():
        if USUAL[0] <= largest * scale <= USUAL[1]:
            return f" in {unit} it would be {_length(largest * scale)}"
    return ""


def weld(corners: Array) -> tuple[Array, Facets]:
    """Vertices (m, 3) and facets (f, 3) of loose triangles: equal corners are one, then ends of open edges
    that nearly meet; facets that lose a corner go.
    """
    points, number = _distinct(corners.reshape(-1, 3) + 0.0)
    facets = _without_needles(number.reshape(-1, 3))
    loose = np.unique(open_edges(facets))
    if loose.size:
        near = cKDTree(points[loose]).query_pairs(WELD * np.ptp(points, axis=0).max(), output_type="ndarray")
        same = np.arange(len(points))
        if len(near):
            graph = coo_array((np.ones(len(near)), near.T), shape=(loose.size, loose.size))
            group = connected_components(graph, directed=False)[1]
            first = np.full(group.max() + 1, len(points))
            np.minimum.at(first, group, loose)
            same[loose] = first[group]
        facets = _without_needles(same[facets])
    return points, np.ascontiguousarray(facets, int64)


def _distinct(rows: Array) -> tuple[Array, Facets]:
    """np.unique(rows, axis=0, return_inverse=True), several times faster."""
    order = np.lexsort(rows.T[::-1])
    ordered = rows[order]
    new = np.ones(len(rows), bool)
    new[1:] = (ordered[1:] != ordered[:-1]).any(1)
    number = np.empty(len(rows), int64)
    number[order] = np.cumsum(new) - 1
    return ordered[new], number


def _without_needles(facets: Facets) -> Facets:
    a, b, c = facets.T
    return np.asarray(facets[(a != b) & (b != c) & (c != a)])


def _edges(facets: Facets) -> Facets:
    """(3 f, 2) directed edges."""
    return np.concatenate([facets[:, [0, 1]], facets[:, [1, 2]], facets[:, [2, 0]]])


def _undirected(directed: Facets) -> tuple[Facets, Facets, Facets]:
    """(e, 2) edges without direction, (3 f,) which one each directed edge is, (e,) facets that share it."""
    size = int(directed.max(initial=0)) + 1
    low, high = directed.min(1), directed.max(1)
    key, number, count = np.unique(low * size + high, return_inverse=True, return_counts=True)
    return np.stack([key // size, key % size], 1), number, count


def open_edges(facets: Facets) -> Facets:
    """(k, 2) undirected edges that belong to one facet alone."""
    edges, _, count = _undirected(_edges(facets))
    return np.asarray(edges[count == 1])


def checked(points: Array, facets: Facets, name: str) -> Mesh:
    """The mesh, where it bounds bodies. Raises CaseError that says what is wrong and where."""
    if not len(facets):
        raise CaseError(f"'{name}' holds no facets with an area", "stl")
    extent = np.ptp(points, axis=0)
    if extent.min() <= FLAT * extent.max():
        raise CaseError(f"'{name}' is flat: it encloses no volume", "stl")
    directed = _edges(facets)
    edges, number, count = _undirected(directed)
    if (count == 1).any():
        where = _place(points[edges[count == 1][0]].mean(0))
        raise CaseError(f"'{name}' is open: {_some(count == 1, 'edge')}, one near {where}; close it in CAD", "stl")
    if (count > 2).any():
        where, most = _place(points[edges[count > 2][0]].mean(0)), count.max()
        what = f"{_some(count > 2, 'edge')} shared by up to {most} facets"
        raise CaseError(f"'{name}' is not manifold: {what}, one near {where}; mend it in CAD", "stl")
    ways = np.bincount(number, np.sign(directed[:, 1] - directed[:, 0]), len(edges))
    if ways.any():
        where = _place(points[edges[ways != 0][0]].mean(0))
        count_them = _some(ways != 0, "edge")
        raise CaseError(
            f"'{name}' has facets that disagree on which side is out: {count_them}, one near {where}; "
            "unify the normals",
            "stl",
        )
    mesh = Mesh(points, facets, _bodies(points, facets))
    if abs(mesh.volume) <= FLAT * np.prod(np.ptp(points, axis=0)):
        raise CaseError(f"'{name}' encloses no volume", "stl")
    if mesh.volume < 0.0:
        raise CaseError(f"'{name}' is inverted: its facets point inwards; flip the normals", "stl")
    return mesh


def _bodies(points: Array, facets: Facets) -> int:
    """Bodies a closed surface bounds: its pieces that enclose volume from outside."""
    a, b = facets[:, [0, 1]].ravel(), facets[:, [1, 2]].ravel()
    graph = coo_array((np.ones(a.size), (a, b)), shape=(len(points),) * 2)
    piece = connected_components(graph, directed=False)[1][facets[:, 0]]
    corner = points - points.mean(0)
    six = np.einsum("ij,ij->i", corner[facets[:, 0]], np.cross(corner[facets[:, 1]], corner[facets[:, 2]]))
    return int((np.bincount(piece, six) > 0.0).sum())


def _some(which: NDArray[np.bool_], what: str) -> str:
    return f"{which.sum()} {what}{'s' if which.sum() > 1 else ''}"


def _place(point: Array) -> str:
    return f"({', '.join(f'{1e3 * value:.4g}' for value in point)}) mm"


def _length(value: float) -> str:
    return f"{value:.3g} m" if value >= 1.0 else f"{1e3 * value:.3g} mm" if value >= 1e-3 else f"{1e6 * value:.3g} um"
