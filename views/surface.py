"""The visible surface of a part as quadrilaterals: true skin, cut plane; turned where the grid is radial."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..solver.geometry import Cells
from ..solver.line import nodes

Array = NDArray[float64]
Index = NDArray[np.int64]

AROUND = 96  # quadrilaterals in a full turn
NEIGHBOURS = ((-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1))
# corners of a face, by direction, as offsets of nodes; anticlockwise seen from outside
FACES = (
    ((0, 0, 0), (0, 0, 1), (0, 1, 1), (0, 1, 0)),
    ((1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 0, 1)),
    ((0, 0, 0), (1, 0, 0), (1, 0, 1), (0, 0, 1)),
    ((0, 1, 0), (0, 1, 1), (1, 1, 1), (1, 1, 0)),
    ((0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 0, 0)),
    ((0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)),
)


@dataclass(frozen=True, eq=False)
class Surface:
    """points (m, 3) m; quads (q, 4) point numbers; cell (q,) the part cell each shows."""

    points: Array
    quads: Index
    cell: Index

    def joined(self, other: "Surface") -> "Surface":
        """Both, side by side."""
        return Surface(
            np.concatenate([self.points, other.points]),
            np.concatenate([self.quads, other.quads + len(self.points)]),
            np.concatenate([self.cell, other.cell]),
        )


def surface(cells: Cells, keep: NDArray[np.bool_], cut: str | None, part: Cells | None = None) -> Surface:
    """The surface of the kept cells (n,), the half in front of a middle plane x, y or z of the part taken away.

    part  whose middle it is; None: of these cells
    """
    lattice = cells.lattice
    if lattice.metric == "3d":
        return solid(cells, keep & _behind(cells, cut, part or cells), _plane(part or cells, cut))
    if lattice.metric == "rz":
        whole = revolved(cells, keep & (_behind(cells, cut, part or cells) if cut == "z" else True), _turn(cut))
    else:
        radii = nodes(cells)[::2]
        whole = {"slab": plate, "cylinder": disc, "sphere": ball}[lattice.metric](radii, keep, cut)
    return Surface(whole.points + np.array(lattice.middle), whole.quads, whole.cell)


def solid(cells: Cells, keep: NDArray[np.bool_], plane: tuple[int, float] | None = None) -> Surface:
    """Outer faces of a 3d part, the corners of cut cells moved onto the wall.   plane  (axis, m) of a cut"""
    quads, owners = _bare(cells, _kept(cells, keep))
    used, local = np.unique(quads, return_inverse=True)
    return Surface(_onto_wall(cells, used, plane), local.reshape(-1, 4), owners)


def revolved(cells: Cells, keep: NDArray[np.bool_], turn: tuple[float, float]) -> Surface:
    """An rz part turned about z from one angle to another, rad; and its section."""
    kept = _kept(cells, keep)
    shape = np.array(cells.lattice.shape)
    section = _node(_places(cells)[kept][:, None, :] + np.array(FACES[2]), shape)
    used, local = np.unique(section, return_inverse=True)
    flat, section = _onto_wall(cells, used), local.reshape(-1, 4)
    quads, owners = _bare(cells, kept)
    front = quads // (shape[0] + 1) % 2 == 0  # of the two nodes in y, the ones in the half-plane
    around = front.sum(1) == 2
    edges = np.searchsorted(used, quads[around][front[around]].reshape(-1, 2))
    first_and_last = front[around, 0] & front[around, 3]  # the edge that faces outwards goes from last to first
    edges[first_and_last] = edges[first_and_last, ::-1]
    skin = _turned(flat, edges, owners[around], turn)
    if np.isclose(turn[1] - turn[0], 2 * np.pi):
        return skin
    return skin.joined(_caps(flat, section, kept, turn))


def plate(radii: Array, keep: NDArray[np.bool_], cut: str | None) -> Surface:
    """A piece of the plate, mirrored at its mid-plane, as high and deep as it is thick."""
    half, depth = radii[-1], radii[-1] if cut != "y" else 0.0
    sides = (1.0,) if cut == "x" else (-1.0, 1.0)
    owners = np.flatnonzero(keep)
    found = [_strip(sign * radii, owners, keep, half, depth) for sign in sides]
    return found[0] if len(found) == 1 else found[0].joined(found[1])


def disc(radii: Array, keep: NDArray[np.bool_], cut: str | None) -> Surface:
    """A slice of the infinite cylinder, half as high as it is wide."""
    line = np.stack([radii, 0 * radii, 0 * radii], 1)
    height = np.array([0.0, 0.0, radii[-1]])
    owners = np.flatnonzero(keep)
    turn = _turn(cut)
    both = np.concatenate([line, line + height])
    rings = np.stack([owners, owners + 1], 1)
    skin = _turned(both, np.concatenate([rings, rings + len(line)]), np.tile(owners, 2), turn)
    walls = [(i, i) for i in owners if i == 0 or not keep[i - 1]] if radii[0] > 0 or not keep[0] else []
    walls += [(i + 1, i) for i in owners if i + 1 == keep.size or not keep[i + 1]]
    sides = np.array([(node, node + len(line)) for node, _ in walls], np.int64).reshape(-1, 2)
    skin = skin.joined(_turned(both, sides, np.array([owner for _, owner in walls], np.int64), turn))
    if cut in ("x", "y"):
        quads = np.stack([owners, owners + 1, owners + 1 + len(line), owners + len(line)], 1)
        skin = skin.joined(_caps(both, quads, owners, turn))
    return skin


def ball(radii: Array, keep: NDArray[np.bool_], cut: str | None) -> Surface:
    """The sphere; with a cut its section."""
    tilt = np.linspace(0.0, np.pi, AROUND // 2 + 1)
    arcs = [np.stack([r * np.sin(tilt), 0 * tilt, r * np.cos(tilt)], 1) for r in radii]
    flat, size = np.concatenate(arcs), tilt.size
    owners = np.flatnonzero(keep)
    outer = [(i + 1, i) for i in owners if i + 1 == keep.size or not keep[i + 1]]
    outer += [(i, i) for i in owners if i > 0 and not keep[i - 1]]
    along = np.arange(size - 1)
    edges = np.concatenate([np.stack([a * size + along, a * size + along + 1], 1) for a, _ in outer])
    skin = _turned(flat, edges, np.repeat([owner for _, owner in outer], size - 1), _turn(cut))
    if cut is None:
        return skin
    quads = np.concatenate(
        [
            np.stack(
                [i * size + along, (i + 1) * size + along, (i + 1) * size + along + 1, i * size + along + 1],
                1,
            )
            for i in owners
        ]
    )
    return skin.joined(_caps(flat, quads, np.repeat(owners, size - 1), _turn(cut)))


def _turn(cut: str | None) -> tuple[float, float]:
    """Angles of what is left of a turned part: the half behind the plane."""
    return {"y": (0.0, np.pi), "x": (-np.pi / 2, np.pi / 2)}.get(cut or "", (0.0, 2 * np.pi))


def _behind(cells: Cells, cut: str | None, part: Cells) -> Any:
    """Cells that a cut leaves: beyond the lattice plane nearest the middle of the part (below it for z)."""
    if cut is None:
        return True
    axis, middle = _plane(part, cut) or (0, 0.0)
    place = cells.lattice.centres(axis)[_places(cells)[:, axis]]
    return place < middle if cut == "z" else place >= middle


def _plane(part: Cells, cut: str | None) -> tuple[int, float] | None:
    """Axis of a cut, and the lattice plane nearest the middle of the part, m."""
    if cut is None:
        return None
    axis = "xyz".index(cut)
    own = _places(part)[:, axis]
    return axis, float(part.lattice.edges(axis)[(own.min() + own.max() + 1) // 2])


def _kept(cells: Cells, keep: NDArray[np.bool_]) -> Index:
    """Kept cells less the slivers, whose neighbours' corners reach the wall in their stead."""
    if cells.lattice.metric not in ("3d", "rz"):
        return np.flatnonzero(keep)
    inside = np.zeros(cells.index.size, bool)  # a sliver without a wall lies before that of another body
    inside[cells.patch_cell] = True
    np.logical_and.at(inside, cells.patch_cell, cells.patch_distance > 0.0)
    return np.flatnonzero(keep & (inside | (cells.fraction >= 0.5)))


def _places(cells: Cells) -> Index:
    """(n, 3) column, row and layer of the part cells."""
    nx, ny, _ = cells.lattice.shape
    return np.stack([cells.index % nx, cells.index // nx % ny, cells.index // (nx * ny)], 1)


def _node(place: Index, shape: Index) -> Index:
    """Number of the node at (..., 3) places."""
    return np.asarray(place[..., 0] + (shape[0] + 1) * (place[..., 1] + (shape[1] + 1) * place[..., 2]))


def _bare(cells: Cells, kept: Index) -> tuple[Index, Index]:
    """Faces of kept cells without a kept neighbour: node numbers (q, 4) and part cells (q,)."""
    shape, place = np.array(cells.lattice.shape), _places(cells)
    dense = np.zeros(shape + 2, bool)
    dense[tuple((place[kept] + 1).T)] = True
    quads, owners = [], []
    for step, corners in zip(NEIGHBOURS, FACES, strict=True):
        bare = kept[~dense[tuple((place[kept] + 1 + np.array(step)).T)]]
        quads.append(_node(place[bare][:, None, :] + np.array(corners), shape))
        owners.append(bare)
    return np.concatenate(quads), np.concatenate(owners)


def _onto_wall(cells: Cells, nodes: Index, plane: tuple[int, float] | None = None) -> Array:
    """Positions (m, 3) of nodes; those of the skin moved by the least that puts them on the walls around.

    plane  (axis, m) that its nodes do not leave
    """
    place = _places(cells)
    lattice = cells.lattice
    shape, spacing = np.array(lattice.shape), np.array(lattice.spacing)
    ijk = np.stack([nodes % (shape[0] + 1), nodes // (shape[0] + 1) % (shape[1] + 1)], 1)
    ijk = np.column_stack([ijk, nodes // ((shape[0] + 1) * (shape[1] + 1))])
    points = np.stack([lattice.edges(axis)[ijk[:, axis]] for axis in range(3)], 1)
    seen = np.array([1.0, 0.0 if lattice.metric == "rz" else 1.0, 1.0])
    free = np.tile(seen, (nodes.size, 1))
    if plane is not None:
        free[np.isclose(points[:, plane[0]], plane[1], rtol=0.0, atol=1e-6 * spacing[plane[0]]), plane[0]] = 0.0
    local = np.full(np.prod(shape + 1), -1, np.int64)
    skin = np.intersect1d(nodes, _bare(cells, _kept(cells, np.ones(cells.index.size, bool)))[0])
    local[skin] = np.searchsorted(nodes, skin)
    A = np.tile(1e-3 * np.eye(3), (nodes.size, 1, 1))
    b = np.zeros((nodes.size, 3))
    normal, feet = cells.patch_normal * seen, cells.feet() * seen
    size = spacing[[0, 2]].max()
    weight = cells.patch_area / np.maximum(cells.patch_area.max(), 1e-300)
    for corner in np.ndindex(2, 2, 2):
        at = local[_node(place[cells.patch_cell] + np.array(corner), shape)]
        reach = np.einsum("ij,ij->i", normal, points[at] * seen - feet)
        near = (at >= 0) & (np.abs(reach) < 0.9 * size)
        pull = np.sqrt(weight[near])
        way = normal[near] * free[at[near]]
        np.add.at(A, at[near], pull[:, None, None] * way[:, :, None] * way[:, None, :])
        np.add.at(b, at[near], -(pull * reach[near])[:, None] * way)
    move = np.linalg.solve(A, b[..., None])[..., 0]
    return np.asarray(points + np.clip(move, -0.9 * size, 0.9 * size), float64)


def _rotated(points: Array, angle: float) -> Array:
    return np.stack([points[:, 0] * np.cos(angle), points[:, 0] * np.sin(angle), points[:, 2]], 1)


def _turned(points: Array, edges: Index, owners: Index, turn: tuple[float, float]) -> Surface:
    """Edges (e, 2) of the half-plane y = 0 swept about z."""
    steps = max(2, round(AROUND * (turn[1] - turn[0]) / (2 * np.pi)))
    used, local = np.unique(edges, return_inverse=True)
    local = local.reshape(-1, 2)
    rings = np.concatenate([_rotated(points[used], a) for a in np.linspace(*turn, steps + 1)])
    sweep = [
        np.stack([local[:, 0], local[:, 1], local[:, 1] + used.size, local[:, 0] + used.size], 1) + k * used.size
        for k in range(steps)
    ]
    return Surface(rings, np.concatenate(sweep), np.tile(owners, steps))


def _caps(flat: Array, quads: Index, cell: Index, turn: tuple[float, float]) -> Surface:
    """The two halves of a section through the axis, facing the same way."""
    first = _compact(_rotated(flat, turn[0]), quads, cell)
    return first.joined(_compact(_rotated(flat, turn[1]), quads[:, ::-1], cell))


def _compact(points: Array, quads: Index, cell: Index) -> Surface:
    used, local = np.unique(quads, return_inverse=True)
    return Surface(points[used], local.reshape(-1, 4), cell)


def _strip(lines: Array, owners: Index, keep: NDArray[np.bool_], half: float, depth: float) -> Surface:
    """Outer faces of slabs between lines, from -half to depth in y and to half in z."""
    corners = [(y, z) for y in (-half, depth) for z in (-half, half)]
    points = np.array([(x, y, z) for x in lines for y, z in corners])
    quads, cells = [], []
    for i in owners:
        near, far = 4 * i, 4 * (i + 1)
        faces = [(near, far, far + 1, near + 1), (near + 2, far + 2, far + 3, near + 3)]
        faces += [(near, far, far + 2, near + 2), (near + 1, far + 1, far + 3, near + 3)]
        if i + 1 == keep.size or not keep[i + 1]:
            faces.append((far, far + 2, far + 3, far + 1))
        if i > 0 and not keep[i - 1]:
            faces.append((near, near + 2, near + 3, near + 1))
        quads += faces
        cells += [i] * len(faces)
    outward = np.array(quads)
    return Surface(points, outward if lines[-1] > 0.0 else outward[:, ::-1], np.array(cells))
