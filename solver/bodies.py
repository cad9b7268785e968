"""Several bodies in one grid: each with its own cut cells, joined patch to patch where they touch.

A cell that two bodies share is a cell of both, each with its part of the volume. What lies between the named bodies
and the faces of a block is the mould: the block without them, cut by the same rays.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from . import geometry
from .difference import Difference
from .geometry import Cells
from .lattice import Lattice
from .layout import laid, widening
from .patches import neighbours
from .shape import Box, Cylinder, Shape

Array = NDArray[float64]
Index = NDArray[int64]

FACING = -0.7  # cosine between normals of two walls that face each other
ASIDE = 0.3  # component of the normal below which what lies that way is not behind the wall
SMALL = 1e-3  # of a patch: less in contact is none
TIE = 1e-6  # of a cell: a wall that goes through a centre is not to be this side or that by rounding
OVERLAP = 1e-3  # of the smaller body: less is what facets and rays disagree about


class Overlap(ValueError):
    """Two bodies fill the same place.   names (one, other), volume m3"""

    def __init__(self, names: tuple[str, str], volume: float) -> None:
        super().__init__(f"{names[0]} and {names[1]} overlap by {1e6 * volume:.3g} cm3")
        self.names, self.volume = names, volume


@dataclass(frozen=True)
class Joint:
    """Where two bodies touch: patch mine[q] of body `one` lies on patch theirs[q] of body `other`."""

    one: int
    other: int
    mine: Index
    theirs: Index


@dataclass(frozen=True)
class Bodies:
    """Bodies by name, the casting first and the mould last, with their joints.

    touching  for each body (p,): number of the joint that a patch belongs to, -1 where it meets the surroundings
    """

    names: tuple[str, ...]
    cells: tuple[Cells, ...]
    joints: tuple[Joint, ...]
    touching: tuple[Index, ...]


def assemble(
    shapes: dict[str, Shape],
    mould: tuple[str, Shape] | None,
    metric: str,
    spacing: float,
    rays: int = geometry.RAYS,
    coarsest: float | None = None,
    symmetry: tuple[int, ...] = (),
    before: float = 0.0,
    shell: float = 0.0,
) -> Bodies:
    """Cells and joints of named bodies that may touch, and of the mould that fills the rest of its block.

    shapes    the casting first; its bounding box fixes the lattice
    mould     name, and the box or cylinder that it fills around them; its faces are moved out to whole cells
    metric    "rz" or "3d"
    spacing   m
    coarsest  m, to which the cells of the mould grow away from the bodies; None: they do not
    symmetry  axes along which all this is mirrored in the middle of the casting: what lies above has cells
    before    m, see `join`
    shell     m, wall of a mould that ends there and not at whole cells; 0: it is a block

    Raises Overlap, and ValueError where a body is too thin for the spacing or a mould does not hold a body.
    """
    named = list(shapes.values())
    lattice = laid(named, mould[1] if mould else None, metric, spacing, coarsest, symmetry)
    names, cells = list(shapes), [geometry.on(lattice, shape, rays) for shape in named]
    _refuse_overlap(names, cells)
    if mould is not None:
        names.append(mould[0])
        block = mould[1] if shell else _block(lattice, mould[1])
        left = Difference(block, tuple(named), block.volume - sum(tool.volume for tool in named))
        cells.append(geometry.on(lattice, left, rays))
    joined = join(names, cells, filler=mould is not None, before=before, shell=shell)
    return replace(joined, cells=tuple(geometry.cropped(one) for one in joined.cells))


def nested(
    names: tuple[str, ...],
    metric: str,
    radii: tuple[float, ...],
    spacing: tuple[float, ...],
    coarsest: float | None = None,
    bodies: tuple[str, ...] | None = None,
) -> Bodies:
    """Shells one inside the other in 1d, named from the innermost out; `bodies` is their order, else the same.

    metric    "slab", "cylinder" or "sphere"
    radii     m: of the mid-plane, axis, centre or bore, then where each body ends
    spacing   m, of each body
    coarsest  m, to which the cells of the last grow outwards; None: they do not
    """
    ends = list(zip(radii[:-1], radii[1:], spacing, strict=True))
    cells = [geometry.shell(metric, inner, outer, edge) for inner, outer, edge in ends]
    if coarsest is not None:
        cells[-1] = geometry.shells(widening(metric, *ends[-1], coarsest))
    touching = [np.full(one.patch_cell.size, -1, int64) for one in cells]
    order = [names.index(name) for name in bodies or names]
    joints = []
    for i in range(len(cells) - 1):
        touching[i][-1] = touching[i + 1][0] = i
        inside, outside = (order.index(i), np.array([touching[i].size - 1])), (order.index(i + 1), np.array([0]))
        (one, mine), (other, theirs) = sorted((inside, outside), key=lambda side: side[0])
        joints.append(Joint(one, other, mine, theirs))
    return Bodies(
        tuple(names[i] for i in order), tuple(cells[i] for i in order), tuple(joints), tuple(touching[i] for i in order)
    )


def _block(lattice: Lattice, block: Shape) -> Box | Cylinder:
    """The block grown to whole cells, and with its images."""
    low = np.array([lattice.edges(axis)[0] for axis in range(3)])
    high = np.array([lattice.edges(axis)[-1] for axis in range(3)])
    for axis in lattice.mirrored:
        low[axis] -= high[axis] - low[axis]
    if isinstance(block, Cylinder) and lattice.metric == "rz":
        x, y, _ = block.middle
        return Cylinder(float(high[0]), 0.0, float(high[2] - low[2]), (x, y, float(low[2])))
    size, middle = high - low, 0.5 * (low + high)
    return Box(tuple(float(s) for s in size), tuple(float(m) for m in middle))  # type: ignore[arg-type]


def _refuse_overlap(names: list[str], cells: list[Cells]) -> None:
    for i, one in enumerate(cells):
        for j in range(i):
            other = cells[j]
            _, mine, theirs = np.intersect1d(one.index, other.index, assume_unique=True, return_indices=True)
            twice = np.maximum(0.0, one.fraction[mine] + other.fraction[theirs] - 1.0)
            full = one.volume[mine] / one.fraction[mine]
            volume = float((twice * full).sum())
            if volume > OVERLAP * min(one.volume.sum(), other.volume.sum()):
                raise Overlap((names[j], names[i]), volume)


class _Walls:
    """The patches of one body while joints are made: some are dropped, some added."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.area = cells.patch_area.copy()
        self.free = np.ones(cells.patch_cell.size, bool)
        self.keep = np.ones(cells.patch_cell.size, bool)
        self.added: list[tuple[Index, Array, Array, Array]] = []

    @property
    def count(self) -> int:
        return self.cells.patch_cell.size + sum(part[0].size for part in self.added)

    def add(self, cell: Index, area: Array, normal: Array, distance: Array) -> Index:
        """Numbers of the patches added."""
        first = self.count
        self.added.append((cell, area, normal, distance))
        return np.arange(first, first + cell.size)

    def take(self, patch: Index, area: Array) -> Index:
        """Numbers of patches that cover `area` (m2) of the given ones; what is left of these stays free."""
        left = self.area[patch] - area
        part = left > 1e-9 * self.area[patch]
        number = patch.copy()
        some, c = patch[part], self.cells
        number[part] = self.add(c.patch_cell[some], area[part], c.patch_normal[some], c.patch_distance[some])
        self.area[some] = left[part]
        self.free[patch[~part]] = False
        return number

    def cover(self, patch: Index, area: Array) -> None:
        """Take `area` (m2) off patches, which are dropped once nothing is left of them."""
        np.subtract.at(self.area, patch, area)
        self.keep[patch[self.area[patch] <= 1e-9 * self.cells.patch_area[patch]]] = False
        self.free &= self.keep

    def done(self) -> tuple[Cells, Index]:
        """Cells with their patches in order of cells, and the new number of every old one, -1 where dropped."""
        c = self.cells
        columns = [(c.patch_cell, self.area, c.patch_normal, c.patch_distance), *self.added]
        cell, area, normal, distance = (np.concatenate([part[k] for part in columns]) for k in range(4))
        keep = np.concatenate([self.keep, np.ones(cell.size - self.keep.size, bool)])
        order = np.flatnonzero(keep)[np.argsort(cell[keep], kind="stable")]
        number = np.full(cell.size, -1, int64)
        number[order] = np.arange(order.size)
        normal = normal[order]
        zone = geometry.zones_of(normal) if len(c.zones) > 1 else np.zeros(order.size, int64)
        return replace(c, patch_cell=cell[order], patch_area=area[order], patch_normal=normal,
                       patch_distance=distance[order], patch_zone=zone), number  # fmt: skip


def join(names: list[str], cells: list[Cells], filler: bool, before: float = 0.0, shell: float = 0.0) -> Bodies:
    """Find where bodies on one lattice touch.

    filler  the last one fills what the others leave
    before  m, how far its cell may have the centre before the wall of the first body and still be the one that
            this wall heats: the signed way to the centre must leave most of the resistance of the contact
    shell   m, wall of a filler that does not end at the faces of the lattice
    """
    walls = [_Walls(one) for one in cells]
    joints = []
    last = len(cells) - 1
    for one in range(len(cells)):
        for other in range(one + 1, len(cells)):
            if filler and other == last:
                patch, area, cell = _beside(walls[one], walls[other], 0.0 if one else before)
            else:
                patch, area, cell = _opposite(walls[one], walls[other])
            if not patch.size:
                continue
            mine = walls[one].take(patch, area)
            c, o = cells[one], cells[other]
            normal, feet = c.patch_normal[patch], c.feet()[patch]
            distance = np.einsum("pi,pi->p", o.centres()[cell] - feet, normal)
            joints.append((one, other, mine, walls[other].add(cell, area, -normal, distance)))
    if filler:
        walls[last].keep &= _away(cells[last], cells[:-1], shell / 2.0) if shell else _on_faces(cells[last])
    ready = [wall.done() for wall in walls]
    found = tuple(Joint(i, j, ready[i][1][mine], ready[j][1][theirs]) for i, j, mine, theirs in joints)
    touching = [np.full(done.patch_cell.size, -1, int64) for done, _ in ready]
    for number, joint in enumerate(found):
        touching[joint.one][joint.mine] = number
        touching[joint.other][joint.theirs] = number
    return Bodies(tuple(names), tuple(done for done, _ in ready), found, tuple(touching))


def _on_faces(cells: Cells) -> NDArray[np.bool_]:
    """Which patches lie on the faces of the lattice."""
    lattice, along = cells.lattice, np.abs(cells.patch_normal).argmax(1)
    rows = np.arange(along.size)
    feet = cells.feet()[rows, along]
    low = np.array([lattice.edges(axis)[0] for axis in range(3)])[along]
    high = np.array([lattice.edges(axis)[-1] for axis in range(3)])[along]
    flat = np.abs(cells.patch_normal[rows, along]) > 1.0 - 1e-9
    near = 1e-6 * np.array(lattice.spacing)[along]
    return np.asarray(flat & ((np.abs(feet - low) < near) | (np.abs(feet - high) < near)))


def _away(cells: Cells, others: list[Cells], least: float) -> NDArray[np.bool_]:
    """Which patches are `least` m and more from the walls of all others."""
    return np.asarray(cKDTree(np.concatenate([one.feet() for one in others])).query(cells.feet())[0] >= least)


def _places(walls: _Walls) -> tuple[Index, list[Index]]:
    """Free patches, and box numbers where the other body may be: the same cell, then those behind the wall."""
    c = walls.cells
    patch = np.flatnonzero(walls.free)
    box, normal = c.index[c.patch_cell[patch]], c.patch_normal[patch]
    behind, rows = neighbours(c.lattice, box), np.arange(patch.size)
    steepest = np.argsort(-np.abs(normal), axis=1, kind="stable")
    places = [box]
    for axis in steepest.T:
        component = normal[rows, axis]
        places.append(np.where(np.abs(component) > ASIDE, behind[rows, 2 * axis + (component > 0.0)], -1))
    return patch, places


def _number(cells: Cells, box: Index) -> Index:
    """Cell by box number, -1 where the body has none."""
    i = np.minimum(np.searchsorted(cells.index, box), cells.index.size - 1)
    return np.where((box >= 0) & (cells.index[i] == box), i, -1)


def _beside(one: _Walls, other: _Walls, before: float) -> tuple[Index, Array, Index]:
    """Patches that touch the filler, their area, and its cell behind each: one with its centre beyond the wall.

    A cell of which little is left has it before the wall; where it is passed by, what it holds warms up late.
    """
    patch, places = _places(one)
    cell, spare = np.full(patch.size, -1, int64), np.full(patch.size, -1, int64)
    centres, feet, normal = other.cells.centres(), one.cells.feet()[patch], one.cells.patch_normal[patch]
    tie = TIE * min(other.cells.lattice.spacing)
    for place in places:
        found = _number(other.cells, place)
        beyond = np.einsum("pi,pi->p", centres[found] - feet, normal) >= -max(before, tie)
        cell = np.where((cell < 0) & (found >= 0) & beyond, found, cell)
        spare = np.where(spare < 0, found, spare)
    cell = np.where(cell < 0, spare, cell)
    met = (cell >= 0) & ~_on_faces(one.cells)[patch]  # nothing lies behind the faces of the block
    return patch[met], one.area[patch[met]], cell[met]


def _opposite(one: _Walls, other: _Walls) -> tuple[Index, Array, Index]:
    """Patches that face a wall of the other body, the area of both, and the cell of that wall; it is covered."""
    patch, places = _places(one)
    normal, walls = one.cells.patch_normal[patch], other.cells
    order = np.argsort(walls.patch_cell, kind="stable")
    ranked = walls.patch_cell[order]
    cell, area = np.full(patch.size, -1, int64), np.zeros(patch.size)
    for place in places[:2]:
        left = np.flatnonzero(cell < 0)
        number = _number(walls, place[left])
        low = np.searchsorted(ranked, number)
        count = np.where(number >= 0, np.searchsorted(ranked, number, side="right") - low, 0)
        row = np.repeat(np.arange(left.size), count)
        at = order[np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)]
        faces = np.einsum("pi,pi->p", walls.patch_normal[at], normal[left][row]) < FACING
        row, at = row[faces], at[faces]
        room = np.bincount(row, other.area[at], left.size)
        shared = np.minimum(room, one.area[patch[left]])
        shared[shared < SMALL * one.area[patch[left]]] = 0.0
        other.cover(at, other.area[at] * (shared / np.maximum(room, 1e-300))[row])
        met = shared > 0.0
        cell[left[met]], area[left[met]] = number[met], shared[met]
    met = cell >= 0
    return patch[met], area[met], cell[met]
