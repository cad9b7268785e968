"""A cell field read at points: local least squares, exact for linear fields, skin and axis included."""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from .geometry import Cells
from .lattice import Lattice

Array = NDArray[float64]
Index = NDArray[int64]

WHOLE = 1.0 - 1e-9
AT_ONCE = 2048
NEAR_WALLS = {1: 2, 2: 8, 3: 24}  # wall patches read, by number of axes
CURVED, EXACT = (
    0.1,
    0.01,
)  # of a spacing: how far outside a point may lie, by round-off and by curvature of the wall
EDGE, SMOOTH = (
    0.5,
    0.8,
)  # the same where an edge lies inside one cell: there normals differ by more than this cosine
TIE = 1e-6  # cells: points nearer to a plane between cells lie in both
ATTEMPTS = (
    (2, 2, 8.0),
    (3, 2, 8.0),
    (2, 1, 4.0),
    (3, 1, 4.0),
    (5, 1, 4.0),
    (2, 0, 1.1),
    (5, 0, 1.1),
    (9, 0, 1.1),
)
"""Half width of the window in cells, degree, and largest sum of |weights|: the first that holds is taken."""


@dataclass(frozen=True)
class Sampler:
    """Reads fields on cells at k points.

    points  (k, 3)  x, y, z in the part's axes, m; 1d reads |x|, hypot(x, y) or |(x, y, z)|, rz hypot(x, y), z
    walls   use values on the wall patches too

    Quadratic where enough cells are near, else linear; mirrored at the axis or mid-plane.
    Raises ValueError for a point outside the part, with its distance.
    """

    cells: Cells
    points: Array
    walls: bool = True

    def __post_init__(self) -> None:
        points = np.atleast_2d(np.asarray(self.points, float64))
        object.__setattr__(self, "points", points)
        if points.shape[1] != 3 or not np.isfinite(points).all():
            raise ValueError(f"points must be (k, 3) numbers in metres; got shape {points.shape}")
        outside = distance_outside(self.cells, points)
        worst = int(outside.argmax()) if len(points) else 0
        if len(points) and outside[worst] > 0.0:
            where = ", ".join(f"{1e3 * value:.4g}" for value in points[worst])
            raise ValueError(f"({where}) mm is {_length(outside[worst])} outside the part")

    @cached_property
    def matrix(self) -> csr_array:
        """(k, n + p): acts on cell values followed by wall values."""
        cells = self.cells
        places = onto(cells.lattice, self.points)
        left = np.arange(len(places))
        blocks = []
        for half, degree, limit in ATTEMPTS:
            undone = []
            for some in np.array_split(left, max(1, -(-len(left) // _chunk(cells, half)))):
                column, weight = _weights(cells, places[some], half, degree, self.walls)
                good = (np.abs(weight).sum(1) <= limit) & (np.abs(weight.sum(1) - 1.0) < 1e-6)
                blocks.append((some[good], column[good], weight[good]))
                undone.append(some[~good])
            left = np.concatenate(undone)
            if not left.size:
                break
        if left.size:
            raise ValueError(f"no part cell near {self.points[left[0]]} m")
        row = np.concatenate([np.repeat(some, column.shape[1]) for some, column, _ in blocks])
        column = np.concatenate([column.ravel() for _, column, _ in blocks])
        weight = np.concatenate([weight.ravel() for _, _, weight in blocks])
        keep = weight != 0.0
        shape = (len(places), cells.index.size + cells.patch_cell.size)
        return csr_array((weight[keep], (row[keep], column[keep])), shape=shape)

    def read(self, values: Array, wall: Array | None = None) -> Array:
        """(k,) of (n,) values, or (c, k) of (c, n); wall (p,) or (c, p) where the skin is known."""
        cells = self.cells
        if wall is None:
            sampler = self._without_walls if self.walls else self
            return np.asarray((sampler.matrix[:, : cells.index.size] @ np.asarray(values).T).T)
        return np.asarray((self.matrix @ np.concatenate([values, wall], axis=-1).T).T)

    @cached_property
    def _without_walls(self) -> "Sampler":
        return replace(self, walls=False)


def onto(lattice: Lattice, points: Array) -> Array:
    """(k, 3) points in lattice axes, m: x is the distance from axis, centre or mid-plane if any.

    What lies below a plane of symmetry is read at its image.
    """
    x, y, z = (points - np.array(lattice.middle)).T
    zero = np.zeros(len(points))
    if lattice.metric == "slab":
        return np.stack([np.abs(x), zero, zero], 1)
    if lattice.metric == "cylinder":
        return np.stack([np.hypot(x, y), zero, zero], 1)
    if lattice.metric == "sphere":
        return np.stack([np.sqrt(x**2 + y**2 + z**2), zero, zero], 1)
    if lattice.metric == "rz":
        x, y = np.hypot(x, y), zero
    places = np.stack([x, y, z], 1)
    for axis in lattice.mirrored:
        places[:, axis] = lattice.origin[axis] + np.abs(places[:, axis] - lattice.origin[axis])
    return places


def _counted(lattice: Lattice, places: Array) -> Array:
    """(k, 3) places in cells from the lower corner."""
    return np.stack([lattice.counted(axis, places[:, axis]) for axis in range(3)], 1)


def _size(lattice: Lattice, counted: Array) -> Array:
    """(k, 3) m, edges of the cells at places in cells; of the last ones beyond the lattice."""
    last = np.array(lattice.shape) - 1
    cell = np.clip(np.floor(counted).astype(int64), 0, last)
    return np.stack([lattice.widths(axis)[cell[:, axis]] for axis in range(3)], 1)


def distance_outside(cells: Cells, points: Array) -> Array:
    """(k,) m, how far each point (k, 3) lies outside the part; 0 inside and as near as the wall is known."""
    lattice = cells.lattice
    places = onto(lattice, points)
    loose = CURVED if (cells.fraction < WHOLE).any() else EXACT
    number, known = numbers(cells, _own(cells, counted := _counted(lattice, places)))
    outside = np.zeros(len(places))
    left = np.flatnonzero(~known | (cells.fraction[np.where(known, number, 0)] < WHOLE))
    if not left.size:
        return outside
    feet, size = cells.feet(), _size(lattice, counted[left])
    k = min(8, len(feet))
    near = cKDTree(feet).query(places[left], k=k)[1].reshape(left.size, k)
    off = places[left, None] - feet[near]
    normal = cells.patch_normal[near]
    above = np.einsum("kpa,kpa->kp", off, normal)
    reach = (0.5 if loose == EXACT else 0.75) * size[:, None]
    beside = np.abs(off - above[:, :, None] * normal) - reach
    beside = np.linalg.norm(np.maximum(beside, 0.0), axis=2)
    own = known[left, None] & (cells.patch_cell[near] == number[left, None])
    best = np.where(own, -1.0, np.hypot(above, beside)).argmin(1)
    rows = np.arange(left.size)
    far = np.hypot(np.maximum(above[rows, best], 0.0), np.where(known[left], 0.0, beside[rows, best]))
    bent = known[left] & (np.einsum("kpa,ka->kp", normal, normal[rows, best]).min(1) < SMOOTH)
    outside[left] = np.where(far > np.where(bent, EDGE, loose) * _shortest(lattice), far, 0.0)
    return outside


def _shortest(lattice: Lattice) -> float:
    return float(min(lattice.spacing[axis] for axis in _axes(lattice)))


def _axes(lattice: Lattice) -> list[int]:
    """Axes along which a field may change."""
    return list(lattice.resolved) or [0]


def numbers(cells: Cells, place: Index) -> tuple[Index, NDArray[np.bool_]]:
    """Part cell at lattice places (..., 3), and whether there is one; unresolved axes do not count."""
    lattice = cells.lattice
    place = place.copy()
    inside = np.ones(place.shape[:-1], bool)
    for axis in range(3):
        if lattice.metric != "3d" and lattice.shape[axis] == 1 and axis:
            place[..., axis] = 0
        inside &= (place[..., axis] >= 0) & (place[..., axis] < lattice.shape[axis])
    nx, ny, _ = lattice.shape
    box = place[..., 0] + nx * (place[..., 1] + ny * place[..., 2])
    number = np.minimum(np.searchsorted(cells.index, box), cells.index.size - 1)
    return number, inside & (cells.index[number] == box)


def _chunk(cells: Cells, half: int) -> int:
    window = int((2 * half + 1) ** len(_axes(cells.lattice)))
    return max(1, AT_ONCE * 125 // window)


def _weights(cells: Cells, places: Array, half: int, degree: int, walls: bool) -> tuple[Index, Array]:
    """Columns (k, s) of [cells, walls] and their weights (k, s) in the fit around each place (k, 3)."""
    column, off, trust = _around(cells, places, half)
    if walls:
        more = _walls_around(cells, places, half)
        column, off, trust = (np.concatenate([a, b], 1) for a, b in zip((column, off, trust), more, strict=True))
    reach = 1.6 if half > 2 else 1.0
    trust = trust * np.exp(-((np.linalg.norm(off, axis=2) / reach) ** 2).clip(max=60.0))
    terms = [np.ones(off.shape[:2])]
    if degree > 0:
        terms += [off[:, :, a] for a in range(off.shape[2])]
    if degree > 1:
        terms += [off[:, :, a] * off[:, :, b] for a in range(off.shape[2]) for b in range(a, off.shape[2])]
    basis = np.stack(terms, 2)
    normal = np.einsum("ksi,ks,ksj->kij", basis, trust, basis, optimize=True)
    size = np.sqrt(np.maximum(np.einsum("kii->ki", normal), 1e-200))  # no cell near: no 0/0
    normal /= size[:, :, None] * size[:, None, :]
    normal += 1e-13 * np.eye(len(terms))
    first = np.zeros((len(places), len(terms), 1))
    first[:, 0, 0] = 1.0 / size[:, 0]
    answer = np.linalg.solve(normal, first)[:, :, 0] / size
    weight = trust * np.einsum("ksi,ki->ks", basis, answer)
    miss = np.abs(np.einsum("ks,ksi->ki", weight, basis) - np.eye(len(terms))[0]).max(1)
    weight[(miss > 1e-7) | ((trust > 0.0).sum(1) < len(terms))] = np.inf
    return column, weight


def _around(cells: Cells, places: Array, half: int) -> tuple[Index, Array, Array]:
    """Cells in a window: number (k, s), offset in cells (k, s, axes), trust (k, s), 0 for none."""
    lattice, axes = cells.lattice, _axes(cells.lattice)
    counted = _counted(lattice, places)
    size = _size(lattice, counted)
    window = np.zeros(((2 * half + 1) ** len(axes), 3), int64)
    window[:, axes] = list(product(range(-half, half + 1), repeat=len(axes)))
    at = _own(cells, counted)[:, None, :] + window[None, :, :]
    off = np.empty((*at.shape[:2], len(axes)))
    for column, axis in enumerate(axes):
        centres, reflects = lattice.centres(axis), axis in lattice.reflecting
        image = np.where(at[:, :, axis] < 0, -1 - at[:, :, axis], at[:, :, axis]) if reflects else at[:, :, axis]
        centre = centres[np.clip(image, 0, centres.size - 1)]
        if reflects:
            centre = np.where(at[:, :, axis] < 0, 2.0 * lattice.origin[axis] - centre, centre)
            at[:, :, axis] = image
        off[:, :, column] = (centre - places[:, None, axis]) / size[:, None, axis]
    number, known = numbers(cells, at)
    fraction = cells.fraction[number]
    return number, off, np.where(known, 0.05 + fraction, 0.0)


def _own(cells: Cells, counted: Array) -> Index:
    """(k, 3) lattice place of the cell that holds each point; of one between cells, that of the fullest.

    So a window on an upper face holds as many layers as one on the lower face across from it.
    """
    axes = _axes(cells.lattice)
    between = np.abs(counted - np.rint(counted)) < TIE
    upper = np.where(between, np.rint(counted), np.floor(counted)).astype(int64)
    unresolved = [axis for axis in range(3) if axis not in axes]
    upper[:, unresolved], between[:, unresolved] = 0, False
    own, most, fraction = upper, np.full(len(upper), -1.0), cells.fraction
    for lower in product((0, 1), repeat=len(axes)):
        step = np.zeros_like(upper)
        step[:, axes] = lower
        place = upper - step * between
        number, known = numbers(cells, place)
        full = np.where(known, fraction[number], 0.0)
        own = np.where((full > most)[:, None], place, own)
        most = np.maximum(full, most)
    return own


def _walls_around(cells: Cells, places: Array, half: int) -> tuple[Index, Array, Array]:
    """The same of the nearest wall patches; small patches count little."""
    lattice, axes = cells.lattice, _axes(cells.lattice)
    feet, counted = cells.feet(), _counted(lattice, places)
    k = min(NEAR_WALLS[len(axes)], len(feet))
    at_feet = _counted(lattice, feet)
    far, patch = cKDTree(at_feet[:, axes]).query(counted[:, axes], k=k, distance_upper_bound=half + 0.5)
    far, patch = far.reshape(-1, k), patch.reshape(-1, k)
    met = np.isfinite(far)
    patch = np.where(met, patch, 0)
    area = cells.patch_area / np.prod(_size(lattice, at_feet)[:, axes], axis=1) ** (1.0 - 1.0 / len(axes))
    trust = np.minimum(1.0, area[patch] / np.median(area))
    off = (feet[patch] - places[:, None, :]) / _size(lattice, counted)[:, None, :]
    return cells.index.size + patch, off[:, :, axes], np.where(met, trust, 0.0)


def _length(value: float) -> str:
    return f"{value:.3g} m" if value >= 1.0 else f"{1e3 * value:.3g} mm"
