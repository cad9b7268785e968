"""The part on the grid: cells, open faces, wall patches."""

from dataclasses import dataclass, replace
from math import cos, pi, radians

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray
from scipy.ndimage import label

from .cutcells import CUT, EMPTY, FULL, Pieces, scan, scan_rz
from .difference import Difference
from .lattice import Lattice
from .layout import about, fitted
from .offset import Thickened
from .patches import SLIVER, Faces, border, even, full_volume, gaps, walls, with_area, with_volume, without_crumbs
from .shape import Cylinder, Mesh, Plate, Shape
from .union import Union

Array = NDArray[float64]
Index = NDArray[int64]

ZONES = ("bottom", "side", "top")
UPRIGHT = cos(radians(45.0))  # a wall whose normal is steeper is bottom or top
ROUND = 1e-12  # of a cell: a full one
MOST = 2**31 - 1  # cells of the box: they are numbered in 32 bits
RAYS = 16  # along the edge of a cell: wall temperatures at Bi 5, 20 cells across, are within 1.3 %; 8 rays: 6 %


@dataclass(frozen=True)
class Cells:
    """The n part cells of a lattice and the p wall patches that bound them.

    Volumes and areas are per m2 (slab), per m (cylinder) and whole (sphere, rz, 3d; full turn).

    index           (n,)    box number of each part cell, ascending
    volume          (n,)    m3, the part's share of the cell
    run             (q, 3)  (first part cell, its box number, length) of rows of open full cells; 3d only
    rim             (m,)    part cells in no run: cut, next to the wall, or of a curved metric
    rim_conductance (m, 6)  open area over centre distance of faces -x +x -y +y -z +z, m; 0 where closed
    patch_cell      (p,)    part cell that touches the wall
    patch_area      (p,)    m2
    patch_normal    (p, 3)  outward, unit (r, -, z in rz)
    patch_distance  (p,)    signed distance from the cell centre to the wall along the normal, m
    patch_zone      (p,)    number into `zones`
    zones           names, ("surface",) or ("bottom", "side", "top")
    """

    lattice: Lattice
    index: Index
    volume: Array
    run: Index
    rim: Index
    rim_conductance: Array
    patch_cell: Index
    patch_area: Array
    patch_normal: Array
    patch_distance: Array
    patch_zone: Index
    zones: tuple[str, ...]

    @property
    def fraction(self) -> Array:
        """(n,) volume over the volume of a full cell; made anew each time it is asked for."""
        part = self.volume / full_volume(self.lattice, self.index)
        return np.where(np.abs(part - 1.0) < ROUND, 1.0, part)

    def centres(self) -> Array:
        """(n, 3) cell centres in lattice axes, m; x is r where the metric is curved."""
        places = self.lattice.places(self.index)
        return np.stack([self.lattice.centres(axis)[place] for axis, place in enumerate(places)], 1)

    def feet(self) -> Array:
        """(p, 3) foot of every wall patch: the point of its plane next to the cell centre, m."""
        return self.centres()[self.patch_cell] + self.patch_normal * self.patch_distance[:, None]


def build(
    shape: Shape,
    metric: str,
    spacing: float,
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0),
    rays: int = RAYS,
    symmetry: tuple[int, ...] = (),
) -> Cells:
    """The cells of a shape on a lattice aligned with its bounding box.

    metric   one of lattice.METRICS, or "auto" for the natural one of the shape
    spacing  m, shortened along each axis to a whole number of cells
    offset   parts of a cell, 0 <= offset < 1, by which the lattice starts before the box (3d; in rz along z)
    rays     rays along the edge of a cell that measure cut cells in 3d
    symmetry axes in the middle of whose box the shape is mirrored: only what lies above has cells (3d; in rz z)

    Volumes add up to the shape's and patch areas to its surface wherever the rays miss less than a few
    percent. Raises ValueError for a metric the shape does not have, a spacing not above zero and an offset it
    cannot take.
    """
    metric = shape.metrics[0] if metric == "auto" else metric
    if metric not in shape.metrics:
        raise ValueError(
            f"a {type(shape).__name__.lower()} has no metric {metric!r}; it has {', '.join(shape.metrics)}"
        )
    if not 0.0 < spacing < np.inf:
        raise ValueError(f"spacing {spacing} m must be above zero")
    if any(not 0.0 <= part < 1.0 for part in offset):
        raise ValueError(f"offset {offset} must be parts of a cell, 0 <= offset < 1")
    if metric in ("slab", "cylinder", "sphere"):
        if symmetry:
            raise ValueError("a 1d lattice begins at its mid-plane, axis or centre: it has no other symmetry")
        return _line(shape, metric, spacing, offset)
    return on(about(shape, metric, spacing, offset, symmetry), shape, rays)


def on(lattice: Lattice, shape: Shape, rays: int = RAYS) -> Cells:
    """The cells of a shape on a given rz or 3d lattice that holds it. Raises ValueError where that is too large."""
    box = int(np.prod(lattice.shape, dtype=object))
    if box > MOST:
        edge = max(lattice.spacing)
        raise ValueError(f"spacing {edge:g} m makes a box of {box:,} cells, more than {MOST:,}; take a larger one")
    if lattice.metric == "rz":
        return _assembled(shape, lattice, scan_rz(shape, lattice))
    return _assembled(shape, lattice, scan(snapped(shape, lattice), lattice, rays))


def cropped(cells: Cells) -> Cells:
    """The cells on the least part of their lattice that holds them; a plane of symmetry and the axis stay."""
    lattice = cells.lattice
    places = lattice.places(cells.index)
    low = tuple(0 if axis in lattice.reflecting else int(place.min()) for axis, place in enumerate(places))
    high = tuple(int(place.max()) + 1 for place in places)
    i, j, k = (place - first for place, first in zip(places, low, strict=True))
    part = lattice.cropped(low, high)  # type: ignore[arg-type]
    index = i + part.shape[0] * (j + part.shape[1] * k)
    run = cells.run.copy()
    run[:, 1] = index[run[:, 0]]
    return replace(cells, lattice=part, index=index, run=run)


def snapped(shape: Shape, lattice: Lattice) -> Shape:
    """The shape with vertices of meshes that lie next to a lattice plane put onto it."""
    if isinstance(shape, Difference):
        tools = tuple(snapped(tool, lattice) for tool in shape.tools)
        return replace(shape, body=snapped(shape.body, lattice), tools=tools)
    if isinstance(shape, Union):
        return Union(tuple(snapped(body, lattice) for body in shape.bodies))
    if isinstance(shape, Thickened):
        return replace(shape, body=_snapped(shape.body, lattice))
    return _snapped(shape, lattice) if isinstance(shape, Mesh) else shape


def _snapped(shape: Mesh, lattice: Lattice) -> Mesh:
    return shape.snapped(tuple(lattice.edges(axis) for axis in range(3)), _grain(shape, lattice))


def remaining(cells: Cells, shape: Shape, tool: Shape, rays: int = RAYS) -> Cells:
    """The cells of a shape on the same lattice, less what lies in the tool; untouched cells stay as they are.

    rz: the tool must be round about the same axis. Raises ValueError where nothing is left.
    """
    lattice = cells.lattice
    left = snapped(Difference(shape, (tool,)), lattice)
    pieces = scan_rz(left, lattice) if lattice.metric == "rz" else scan(left, lattice, rays)
    kind = np.zeros_like(pieces.kind)
    kind[cells.index] = pieces.kind[cells.index]
    stays = kind[pieces.cell] == CUT
    rows = {name: getattr(pieces, name)[stays] for name in vars(pieces) if name != "kind"}
    left_over = without_crumbs(Pieces(kind=kind, **rows), lattice)
    if not left_over.kind.any():
        raise ValueError("nothing is left")
    rest = _joined(left_over, lattice, float("nan"))
    old = np.searchsorted(cells.index, rest.index)
    cut = scan_rz(tool, lattice) if lattice.metric == "rz" else scan(tool, lattice, rays)
    untouched = cut.kind[rest.index] == EMPTY
    fraction = np.where(untouched, cells.fraction[old], np.minimum(rest.fraction, cells.fraction[old]))
    return replace(rest, volume=full_volume(lattice, rest.index) * fraction)


def shortened(cells: Cells, low: float, high: float) -> Cells:
    """A 1d part turned or bored to what lies between two places, m from its axis, mid-plane or centre."""
    lattice = cells.lattice
    step, kind = lattice.spacing[0], lattice.metric
    edges = lattice.edges(0)
    inside = np.clip(edges, low, high)
    index = np.flatnonzero(np.diff(inside) > SLIVER * step)
    if index.size == 0:
        raise ValueError("nothing is left")
    low_edges, high_edges = inside[index], inside[index + 1]
    power, factor = {"slab": (1, 1.0), "cylinder": (2, pi), "sphere": (3, 4.0 / 3.0 * pi)}[kind]
    volume = factor * (high_edges**power - low_edges**power)
    conductance = np.zeros((index.size, 6))
    conductance[1:, 0] = conductance[:-1, 1] = _line_area(kind, low_edges[1:]) / step
    ends = [(0, -1.0, low_edges[0])] if low_edges[0] > 0.0 else []
    ends.append((index.size - 1, 1.0, high_edges[-1]))
    centre = lattice.centres(0)[index]
    normal = np.zeros((len(ends), 3))
    normal[:, 0] = [side for _, side, _ in ends]
    return Cells(
        lattice=lattice,
        index=index,
        volume=volume,
        run=np.empty((0, 3), int64),
        rim=np.arange(index.size),
        rim_conductance=conductance,
        patch_cell=np.array([cell for cell, _, _ in ends], int64),
        patch_area=_line_area(kind, np.array([place for _, _, place in ends])),
        patch_normal=normal,
        patch_distance=np.array([side * (place - centre[cell]) for cell, side, place in ends]),
        patch_zone=np.zeros(len(ends), int64),
        zones=cells.zones,
    )


def _line_area(kind: str, places: Array) -> Array:
    """Area of the shell at places of a 1d lattice: m2, of a cylinder per m."""
    return {"slab": np.ones_like(places), "cylinder": 2.0 * pi * places, "sphere": 4.0 * pi * places**2}[kind]


def _grain(shape: Mesh, lattice: Lattice) -> float:
    """How far from flat, m, float32 may leave a wall: four units in its last place."""
    size = max(abs(value) for value in (*shape.lower, *shape.upper))
    return max(1e-6 * min(lattice.spacing), 4.0 * size * float(np.finfo(np.float32).eps))


def _line(shape: Shape, metric: str, spacing: float, offset: tuple[float, float, float]) -> Cells:
    """Slab, cylinder or sphere between its inner and its outer wall."""
    if any(offset):
        raise ValueError(f"offset {offset}: a 1d lattice is tied to its walls")
    inner = shape.inner if isinstance(shape, Cylinder) else 0.0
    outer = shape.thickness / 2.0 if isinstance(shape, Plate) else shape.radius  # type: ignore[attr-defined]
    return shell(metric, inner, outer, spacing, shape.middle)


def shell(
    metric: str, inner: float, outer: float, spacing: float, middle: tuple[float, float, float] = (0.0, 0.0, 0.0)
) -> Cells:
    """A slab, cylinder or sphere from one distance of its mid-plane, axis or centre to another, m; exact in 1d."""
    n, step = fitted(outer - inner, spacing)
    return shells(Lattice(metric, (n, 1, 1), (step, 1.0, 1.0), (inner, -0.5, -0.5), middle))


def shells(lattice: Lattice) -> Cells:
    """All cells of a 1d lattice."""
    metric, n, edges = lattice.metric, lattice.shape[0], lattice.edges(0)
    inner, index = lattice.origin[0], np.arange(n)
    area = _line_area(metric, edges)
    power = {"slab": 1, "cylinder": 2, "sphere": 3}[metric]
    volume = np.diff(edges**power) * {"slab": 1.0, "cylinder": pi, "sphere": 4.0 / 3.0 * pi}[metric]
    conductance = np.zeros((n, 6))
    conductance[1:, 0] = conductance[:-1, 1] = area[1:-1] / gaps(lattice, index)[1:, 0]
    sides = [-1.0, 1.0] if inner > 0.0 else [1.0]
    normal = np.zeros((len(sides), 3))
    normal[:, 0] = sides
    ends = np.array([0, n - 1] if inner > 0.0 else [n - 1], int64)
    return Cells(
        lattice=lattice,
        index=index,
        volume=volume,
        run=np.empty((0, 3), int64),
        rim=index,
        rim_conductance=conductance,
        patch_cell=ends,
        patch_area=area[[0, -1]] if inner > 0.0 else area[-1:],
        patch_normal=normal,
        patch_distance=lattice.widths(0)[ends] / 2.0,
        patch_zone=np.zeros(len(sides), int64),
        zones=("surface",),
    )


def _assembled(shape: Shape, lattice: Lattice, pieces: Pieces) -> Cells:
    whole = not isinstance(shape, Mesh) or shape.bodies == 1  # facets of several bodies may lie within another
    volume, area = (shape.volume, shape.area) if whole else (np.nan, np.nan)
    return _joined(with_volume(without_crumbs(pieces, lattice), lattice, volume), lattice, area)


def _joined(pieces: Pieces, lattice: Lattice, true_area: float) -> Cells:
    index = np.flatnonzero(pieces.kind)
    if index.size == 0:
        raise ValueError(f"no cell of {max(lattice.spacing):g} m finds the part; its walls are far thinner")
    faces = Faces(pieces, lattice, border(pieces, lattice))
    cell, area, normal, distance, flat = walls(pieces, lattice, faces)
    area = with_area(area, flat, true_area) if np.isfinite(true_area) else area
    walled = np.zeros(faces.cell.size, bool)
    walled[np.searchsorted(faces.cell, cell)] = True
    plain = (pieces.kind[faces.cell] == FULL) & (faces.both == 1.0).all(1) & ~walled & (lattice.metric == "3d")
    for axis, place in enumerate(lattice.places(faces.cell)):
        plain &= even(lattice, axis)[place]
        if axis == 0:  # of a row the kernel reads the cell before, not an image
            plain &= place > 0
    rim = faces.cell[~plain]
    conductance = faces.shared[~plain] / gaps(lattice, rim)
    fraction = np.ones(index.size)
    fraction[np.searchsorted(index, pieces.cell)] = pieces.volume
    position = np.searchsorted(index, rim)
    return Cells(
        lattice=lattice,
        index=index,
        volume=full_volume(lattice, index) * fraction,
        run=runs_of(index, position),
        rim=position,
        rim_conductance=conductance,
        patch_cell=np.searchsorted(index, cell),
        patch_area=area,
        patch_normal=normal,
        patch_distance=distance,
        patch_zone=zones_of(normal),
        zones=ZONES,
    )


def zones_of(normal: Array) -> Index:
    """(p,) numbers into ZONES by the outward normals (p, 3)."""
    return np.where(normal[:, 2] > UPRIGHT, 2, np.where(normal[:, 2] < -UPRIGHT, 0, 1))


def runs_of(index: Index, rim: Index) -> Index:
    """(q, 3) rows of consecutive cells that are not in the rim: first part cell, its box number, length."""
    inside = np.ones(index.size, bool)
    inside[rim] = False
    first = inside.copy()
    first[1:] &= ~(inside[:-1] & (np.diff(index) == 1))
    begin = np.flatnonzero(first)
    last = inside.copy()
    last[:-1] &= ~(inside[1:] & (np.diff(index) == 1))
    return np.stack([begin, index[begin], np.flatnonzero(last) + 1 - begin], 1)


def one_cell_thick(cells: Cells) -> NDArray[np.int64]:
    """Cells without a neighbour on either side along an axis that the lattice resolves."""
    shape = cells.lattice.shape
    there = np.zeros(shape[::-1], bool)
    there.reshape(-1)[cells.index] = True
    alone = np.zeros_like(there)
    for axis in range(3):
        if cells.lattice.metric == "rz" and axis == 1:
            continue
        padded = np.pad(there, [(1, 1) if 2 - axis == k else (0, 0) for k in range(3)])
        before = np.take(padded, range(shape[axis]), 2 - axis)
        if axis in cells.lattice.mirrored:  # behind the plane of symmetry lies the image
            np.moveaxis(before, 2 - axis, 0)[0] = np.moveaxis(there, 2 - axis, 0)[0]
        after = np.take(padded, range(2, shape[axis] + 2), 2 - axis)
        alone |= there & ~before & ~after
    return np.flatnonzero(alone.reshape(-1)[cells.index])


def piece_volumes(cells: Cells) -> Array:
    """m3 of the pieces of a body that share no node, largest first."""
    there = np.zeros(cells.lattice.shape[::-1], np.int32)
    there.reshape(-1)[cells.index] = 1
    label(there, np.ones((3, 3, 3)), output=there)
    found = np.bincount(there.reshape(-1)[cells.index] - 1, cells.volume)
    return np.asarray(np.sort(found)[::-1], np.float64)
