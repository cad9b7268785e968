"""Geometric multigrid for the stress of a body of box cells: a preconditioner for conjugate gradients.

Each level doubles the cell in every direction; displacement is interpolated trilinearly and the coarse
stiffness is the Galerkin product P^T K P, so that a thin wall bends on coarse levels as on the fine one. The
fine level and the first coarse one are applied from two moduli a cell, the others from element matrices.
Smoother: Chebyshev polynomials of D^-1 K with the 3 x 3 blocks of the nodes as D (M. Adams, M. Brezina,
J. Hu, R. Tuminaro, J. Comput. Phys. 188 (2003) 593). A cycle runs in single precision; what it preconditions
does not.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy import float32, float64, int32, int64, uint8
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from ..kernels import solid as kernel
from ..kernels.space import space
from .supports import Grip

Array = NDArray[float64]
Single = NDArray[float32]
Index = NDArray[int64]

COARSEST = 64  # cells that are solved directly
SWEEPS = 2  # degree of the Chebyshev polynomial before and after
SPREAD = 6.0  # ratio of the eigenvalues that the smoother takes on
CHUNK = 16384  # nodes whose blocks are inverted at once
PAIRS = ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (2, 0))  # entries kept of a 3 x 3 block
POWERS = 12  # steps towards the largest eigenvalue
STIFF = 100.0  # of a cell, for a displacement that is given
EVERY = slice(None)
CORNERS = np.array([[a & 1, a >> 1 & 1, a >> 2] for a in range(8)])


@dataclass(frozen=True)
class Mesh:
    """Box cells and their nodes on one lattice.

    shape  (nx, ny, nz) cells of the lattice
    index  (n,)   box number of each cell, ascending
    node   (N,)   int32, box number of each node, ascending, on (nx + 1, ny + 1, nz + 1)
    order  the cells in slabs along the longest axis, with their nodes
    slot   (n,)   place of each cell in `order`
    """

    shape: tuple[int, int, int]
    index: Index
    node: NDArray[int32]
    order: kernel.Batches
    slot: NDArray[int32]

    def corner(self, a: int) -> Index:
        """(n,) node at corner a of each cell, x fastest."""
        lower: Index = self.order.rows[self.slot, a >> 1].astype(int64)
        return lower + (a & 1)

    def places(self) -> Index:
        """(n, 3) lattice place of each cell."""
        return _places(self.index, self.shape)

    def node_places(self, which: Index | slice = EVERY) -> Index:
        """(N, 3) lattice place of each node, or of some."""
        nx, ny, nz = self.shape
        return _places(self.node[which].astype(int64), (nx + 1, ny + 1, nz + 1))


def _places(index: Index, shape: tuple[int, int, int]) -> Index:
    row, layer = shape[0], shape[0] * shape[1]
    return np.stack([index % row, index // row % shape[1], index // layer], 1).astype(int64)


def mesh(shape: tuple[int, int, int], index: Index) -> Mesh:
    """Nodes and slabs of the cells `index` (n,) of a lattice of `shape` cells."""
    nx, ny, nz = shape
    place = _places(index, shape)
    lower = place[:, 0] + (nx + 1) * (place[:, 1] + (ny + 1) * place[:, 2])
    steps = np.array([0, nx + 1, (nx + 1) * (ny + 1), (nx + 1) * (ny + 2)])
    first = lower[:, None] + steps
    used = np.zeros((nx + 1) * (ny + 1) * (nz + 1), bool)
    used[first] = True
    used[first + 1] = True
    node = np.flatnonzero(used).astype(int32)
    number = np.cumsum(used, dtype=int32) - 1
    rows = number[first]
    longest = 2 - int(np.argmax(np.ptp(place, axis=0)[::-1]))  # of equals the slowest in memory
    order = kernel.batches(place[:, longest], rows, node.size)
    slot = np.empty(index.size, int32)
    filled = order.cell >= 0
    slot[order.cell[filled]] = np.flatnonzero(filled)
    return Mesh(shape, index, node, order, slot)


def reference(spacing: tuple[float, float, float]) -> Array:
    """(2, 24, 24) m: B-bar stiffness of a box cell for a bulk modulus of 1 and for a shear modulus of 1.

    Degrees of freedom (node, component); spacing (dx, dy, dz) m; 2 x 2 x 2 points.
    """
    signs = 2.0 * CORNERS - 1.0
    volume = float(np.prod(spacing))
    centre = signs / (4.0 * np.array(spacing))
    bulk = volume * np.outer(centre.ravel(), centre.ravel())
    shear = np.zeros((24, 24))
    weight = np.array([2.0, 2.0, 2.0, 4.0, 4.0, 4.0])
    for point in signs / np.sqrt(3.0):
        by = 1.0 + signs * point
        strain = np.zeros((6, 8, 3))
        for d in range(3):
            p, q = (d + 1) % 3, (d + 2) % 3
            strain[d, :, d] = centre[:, d] * by[:, p] * by[:, q]
            for row, k, along, other in ((3 + d, d, p, q), (3 + q, d, q, p)):  # of u_k, as in a cube with its axis k
                cube = 1.0 + signs[:, k] * point[k] * spacing[along] / spacing[k]
                strain[row, :, k] = 0.5 * centre[:, along] * by[:, other] * cube
        strain[:3] -= strain[:3].sum(0) / 3.0
        flat = strain.reshape(6, 24)
        shear += volume / 8.0 * (flat.T * weight) @ flat
    return np.stack([bulk, shear])


def interpolation() -> Array:
    """(8, 24, 24): displacement of the corners of child c from those of its parent."""
    parts = np.empty((8, 24, 24))
    for c in range(8):
        xi = (CORNERS[c] + CORNERS) / 2.0
        shapes = np.prod(np.where(CORNERS[None], xi[:, None], 1.0 - xi[:, None]), 2)
        parts[c] = np.kron(shapes, np.eye(3))
    return parts


def nothing(x: Single, y: Single) -> None:
    """No stiffness."""


@dataclass
class Level:
    """One level of the hierarchy: its mesh, its stiffness and its work space; fields of nodes are (N, 3).

    parent, child   (n,) cell of the next level that holds each cell, and which eighth of it
    begin, node, place   nodes owned by each slot of the NEXT level, and where in it: 0..2 on each axis
    apply           y += K x
    resist          (N, 3) N/m, what supports add to the stiffness; empty: nothing
    inverse         (N, 6) inverse of the blocks of D: xx yy zz xy yz zx
    largest         of the eigenvalues of D^-1 K
    """

    mesh: Mesh
    apply: Callable[[Single, Single], None] = nothing
    resist: Single = field(default_factory=lambda: np.empty((0, 3), float32))
    inverse: Single = field(default_factory=lambda: np.empty((0, 6), float32))
    largest: float = 0.0
    parent: NDArray[int32] = field(default_factory=lambda: np.empty(0, int32))
    child: NDArray[uint8] = field(default_factory=lambda: np.empty(0, uint8))
    begin: NDArray[int32] = field(default_factory=lambda: np.empty(0, int32))
    node: NDArray[int32] = field(default_factory=lambda: np.empty(0, int32))
    place: NDArray[uint8] = field(default_factory=lambda: np.empty(0, uint8))

    def __post_init__(self) -> None:
        self.residual, self.step, self.image, self.x = (np.zeros((self.mesh.node.size, 3), float32) for _ in range(4))

    def coarsen(self) -> "Level":
        """The level of cells twice as large that hold these."""
        mine = self.mesh
        place = mine.places()
        shape = tuple((size + 1) // 2 for size in mine.shape)
        box = (place >> 1) @ np.array([1, shape[0], shape[0] * shape[1]])
        index, parent = np.unique(box, return_inverse=True)
        self.parent = parent.astype(int32)
        self.child = ((place & 1) @ np.array([1, 2, 4])).astype(uint8)
        coarse = mesh((shape[0], shape[1], shape[2]), index)
        owner = np.empty(mine.node.size, int64)
        for a in range(8):
            owner[mine.corner(a)] = self.parent
        offset = mine.node_places() - 2 * coarse.places()[owner]
        slot = coarse.slot[owner]
        self.node = np.argsort(slot, kind="stable").astype(int32)
        self.place = (offset @ np.array([1, 3, 9]))[self.node].astype(uint8)
        counts = np.bincount(slot, minlength=coarse.order.cell.size)
        self.begin = np.concatenate([[0], np.cumsum(counts)]).astype(int32)
        return Level(coarse)

    def use(self, apply: Callable[[Single, Single], None]) -> None:
        """Take the stiffness of the body, y += K x; that of the supports is added."""

        def held(x: Single, y: Single) -> None:
            apply(x, y)
            y += self.resist * x

        self.apply = held if self.resist.size else apply

    def set_blocks(self, block: Callable[[int, int], NDArray[np.floating]]) -> None:
        """Take D, then estimate `largest`.

        block(a, k)  (n,) entry k (xx yy zz xy yz zx) of the stiffness of corner a of each cell with itself
        """
        size = self.mesh.node.size
        if not self.inverse.size:
            self.inverse = np.empty((size, 6), float32)
        for k in range(6):
            total = np.zeros(size)
            for a in range(8):
                total += np.bincount(self.mesh.corner(a), block(a, k), minlength=size)
            if k < 3 and self.resist.size:
                total += self.resist[:, k]
            self.inverse[:, k] = total
        for start in range(0, size, CHUNK):
            part = slice(start, start + CHUNK)
            self.inverse[part] = _inverse(*self.inverse[part].T.astype(float64)).T
        number = np.arange(size)
        for axis in range(3):
            self.step[:, axis] = np.sin((12.9898 + axis) * number + 78.233 * np.sin(number))
        for _ in range(POWERS):
            self.apply(self.step, self.image)
            self.largest = kernel.power(self.inverse, self.image, self.step)

    def smooth(self, fresh: bool) -> None:
        """Chebyshev: residual, step and x move on; `fresh` where x is 0 and the residual the right side."""
        high = 1.1 * self.largest
        low = high / SPREAD
        middle, half = (high + low) / 2.0, (high - low) / 2.0
        if fresh:
            self.x[:] = 0.0
        work = self.inverse, self.image, self.residual, self.step, self.x
        kernel.smooth(*work, 0.0, 1.0 / middle)
        sigma = middle / half
        rho = 1.0 / sigma
        for _ in range(SWEEPS - 1):
            self.apply(self.step, self.image)
            before, rho = rho, 1.0 / (2.0 * sigma - rho)
            kernel.smooth(*work, rho * before, 2.0 * rho / half)


class Multigrid:
    """Levels from the part's cells down to a few; `refresh` with new moduli, then `cycle`."""

    def __init__(self, fine: Mesh, spacing: tuple[float, float, float]) -> None:
        self.levels = [Level(fine)]
        while self.levels[-1].mesh.index.size > COARSEST or len(self.levels) < 3:
            self.levels.append(self.levels[-1].coarsen())
        self.scale = np.array([*(0.25 / np.array(spacing)), np.prod(spacing)], float32)
        self.spacing = spacing
        unit = reference(spacing)
        part = interpolation()
        self.part = part
        once = np.stack([p.T @ unit @ p for p in part])
        twice = np.stack([p.T @ once @ p for p in part])
        self.unit_blocks = _blocks(unit)
        self.once_blocks = _blocks(once.reshape(16, 24, 24))
        self.twice = np.ascontiguousarray(twice.reshape(128, 576))
        self.pieces = _rigid(self.levels[-1].mesh)
        self.factor = np.empty((0, 0))
        self.fixed: NDArray[np.bool_] | None = None

    def __repr__(self) -> str:
        sizes = [(level.mesh.index.size, level.mesh.node.size) for level in self.levels]
        return "\n".join(["Multigrid", *(f"{cells:9d} cells {nodes:9d} nodes" for cells, nodes in sizes)])

    def refresh(self, moduli: Single, grip: Grip | None = None) -> None:
        """Take the moduli (slots/16, 2, 16), float32 bulk and shear times weight, Pa, and what holds the body.

        The moduli are kept. A given displacement counts as a stiff spring, and comes out of a cycle as 0.
        """
        for level in self.levels:  # let go of the last matrices before there are new ones
            level.apply = nothing
        self.fixed = None if grip is None else grip.fixed
        stiff = STIFF * float(moduli.max()) * max(self.spacing)
        held = None if grip is None else (grip.held.spring + stiff * grip.fixed).astype(float32)
        for level, coarse in zip(self.levels, [*self.levels[1:], None], strict=True):
            level.resist = np.empty((0, 3), float32) if held is None else held
            if held is not None and coarse is not None:
                order, below = coarse.mesh.order, np.empty((coarse.mesh.node.size, 3), float32)
                kernel.restrict(order.rows, order.first, order.count, level.begin, level.node, level.place, held, below)
                held = below
        first, second, third = self.levels[:3]
        first.use(lambda x, y: kernel.elastic(first.mesh.order, moduli, self.scale, x, y))
        bulk, shear = (moduli[first.mesh.slot // 16, m, first.mesh.slot % 16] for m in range(2))
        units = self.unit_blocks
        first.set_blocks(lambda a, k: bulk * units[0, a, k] + shear * units[1, a, k])

        eighths = np.zeros((second.mesh.order.cell.size // 16, 8, 2, 16), float32)
        slot = second.mesh.slot[first.parent]
        eighths[slot // 16, first.child, 0, slot % 16] = bulk
        eighths[slot // 16, first.child, 1, slot % 16] = shear
        second.use(lambda x, y: kernel.nested(second.mesh.order, eighths, self.scale, x, y))
        shares = np.zeros((second.mesh.index.size, 16))
        shares[first.parent, 2 * first.child] = bulk
        shares[first.parent, 2 * first.child + 1] = shear
        second.set_blocks(lambda a, k: np.einsum("nm,m->n", shares, self.once_blocks[:, a, k]))

        deep = np.zeros((third.mesh.order.cell.size, 8, 16))
        deep[third.mesh.slot[second.parent], second.child] = shares
        matrix = np.empty((deep.shape[0], 24, 24), float32)
        kernel.mix(deep.reshape(-1, 128), self.twice, matrix.reshape(-1, 576))
        del deep
        self._take(third, matrix)
        for level, coarse in zip(self.levels[2:-1], self.levels[3:], strict=True):
            total = np.zeros((coarse.mesh.order.cell.size, 24, 24))
            for c in range(8):
                mine = level.child == c
                children = matrix[level.mesh.slot[mine]].astype(float64)
                total[coarse.mesh.slot[level.parent[mine]]] += self.part[c].T @ children @ self.part[c]
            matrix = total.astype(float32)
            self._take(coarse, matrix)
        self._factorise(matrix[self.levels[-1].mesh.slot])

    def _take(self, level: Level, matrix: Single) -> None:
        """Give a level the matrices of its slots."""
        level.use(lambda x, y: kernel.dense(level.mesh.order, matrix, x, y))
        slot, pairs = level.mesh.slot, PAIRS
        level.set_blocks(lambda a, k: matrix[slot, 3 * a + pairs[k][0], 3 * a + pairs[k][1]])

    def _factorise(self, matrices: Single) -> None:
        corners = np.stack([self.levels[-1].mesh.corner(a) for a in range(8)], 1)
        freedom = (3 * corners[:, :, None] + np.arange(3)).reshape(-1, 24)
        size = 3 * self.levels[-1].mesh.node.size
        full = np.zeros((size, size))
        np.add.at(full, (freedom[:, :, None], freedom[:, None, :]), matrices)
        full = 0.5 * (full + full.T)
        height, resist = float(np.diag(full).mean()), self.levels[-1].resist.ravel()
        full[np.diag_indices(size)] += resist if resist.size else 0.0
        for mode in self._free(resist):
            full += height * np.outer(mode, mode)
        full[np.diag_indices(size)] *= 1.0 + 1e-6
        if not kernel.factorise(full):
            raise ArithmeticError("no stiffness: Young's modulus must be positive, Poisson's ratio below 0.5")
        self.factor = full

    def _free(self, resist: Single) -> Array:
        """(f, 3 N) rigid motions of the pieces that no support resists."""
        modes = np.array(self.pieces)
        if not resist.size:
            return modes
        energy = (modes * resist) @ modes.T
        values, vectors = np.linalg.eigh(energy)
        return np.asarray(vectors[:, values <= 1e-8 * max(float(values.max()), 1e-300)].T @ modes)

    @property
    def right(self) -> Single:
        """(N, 3) where the right side of `cycle` is put."""
        return self.levels[0].residual

    def cycle(self) -> Single:
        """K^-1 right, roughly: one symmetric V-cycle; right is lost. Gives (N, 3), valid until the next."""
        for level, coarse in zip(self.levels[:-1], self.levels[1:], strict=True):
            level.smooth(fresh=True)
            level.apply(level.step, level.image)
            kernel.subtract(level.image, level.residual)
            mesh = coarse.mesh
            kernel.restrict(
                mesh.order.rows, mesh.order.first, mesh.order.count, level.begin, level.node, level.place,
                level.residual, coarse.residual,
            )  # fmt: skip
        last = self.levels[-1]
        solution = last.residual.ravel().astype(float64)
        kernel.substitute(self.factor, solution)
        last.x[:] = solution.reshape(-1, 3)
        for level, coarse in zip(self.levels[-2::-1], self.levels[:0:-1], strict=True):
            rows = coarse.mesh.order.rows
            kernel.prolong(rows, level.begin, level.node, level.place, coarse.x, level.step, level.x)
            level.apply(level.step, level.image)
            level.smooth(fresh=False)
        if self.fixed is not None:
            self.levels[0].x[self.fixed] = 0.0
        return self.levels[0].x


def _blocks(matrices: Array) -> Array:
    """(n, 8, 6) diagonal 3 x 3 blocks of the corners of (n, 24, 24)."""
    four = matrices.reshape(-1, 8, 3, 8, 3)
    blocks = [np.stack([four[:, a, i, a, j] for i, j in PAIRS], 1) for a in range(8)]
    stacked: Array = np.stack(blocks, 1)
    return stacked


def _inverse(xx: Array, yy: Array, zz: Array, xy: Array, yz: Array, zx: Array) -> Array:
    """(6, N) inverse of symmetric 3 x 3 blocks."""
    first = np.array([yy * zz - yz * yz, zz * xx - zx * zx, xx * yy - xy * xy])
    others = np.array([yz * zx - xy * zz, xy * zx - yz * xx, xy * yz - zx * yy])
    whole: Array = np.concatenate([first, others]) / (xx * first[0] + xy * others[0] + zx * others[2])
    return whole


def pieces(mesh: Mesh) -> Index:
    """(N,) number of the connected piece of each node."""
    size = mesh.node.size
    first = mesh.corner(0).astype(int32)
    graph = csr_array((size, size), dtype=bool)
    for a in range(1, 8):
        ends = first, mesh.corner(a).astype(int32)
        graph = graph + coo_array((np.ones(first.size, bool), ends), shape=(size, size)).tocsr()
    found: Index = connected_components(graph, directed=False)[1].astype(int64)
    return found


def _rigid(mesh: Mesh) -> list[Array]:
    """Orthonormal rigid motions of every piece, (3 N,) each."""
    piece, place = pieces(mesh), mesh.node_places().astype(float64)
    modes: list[Array] = []
    for number in range(int(piece.max()) + 1):
        inside = (piece == number)[:, None]
        centred = np.where(inside, place - place[piece == number].mean(0), 0.0)
        found: list[Array] = []
        for axis in range(3):
            found.append(np.where(inside, np.eye(3)[axis], 0.0).ravel())
            found.append(np.cross(np.eye(3)[axis], centred).ravel())
        for mode in found:
            for other in modes[-6:]:
                mode = mode - (mode @ other) * other
            norm = float(np.sqrt((mode * mode).sum()))
            if norm > 1e-9:
                modes.append(mode / norm)
    return modes


def conjugate_gradients(
    apply: Callable[[Array, Array], None], multigrid: Multigrid, right: Array, goal: float, limit: int
) -> tuple[Array, int, float]:
    """Solve K x = right to |right - K x| <= goal |right|; the right side is consumed.

    apply  y += K x, symmetric, (N, 3). The preconditioner is symmetric only to single precision, which
    Polak-Ribiere's beta forgives. A direction of no positive curvature ends the search.
    Gives x (N, 3), iterations, |right - K x| / |right|.
    """
    shape, residual, single = right.shape, right.ravel(), multigrid.right.ravel()
    x, p, q = space(residual.size), space(residual.size), space(residual.size)
    part = np.empty(residual.size // 512 + 8)
    start = norm = float(np.sqrt(kernel.descend(0.0, p, q, x, residual, single, part)))
    before, alpha, iteration = 1.0, 0.0, 0
    while norm > goal * start and iteration < limit:
        z = multigrid.cycle().ravel()
        zr, zq = kernel.project(z, residual, q, part)
        kernel.turn(z, -alpha * zq / before, p)
        q[:] = 0.0
        apply(p.reshape(shape), q.reshape(shape))
        curvature = kernel.dot(p, q, part)
        if not (curvature > 0.0 and zr > 0.0):
            break
        before, alpha = zr, zr / curvature
        norm = float(np.sqrt(kernel.descend(alpha, p, q, x, residual, single, part)))
        iteration += 1
    return x.reshape(shape), iteration, norm / start if start else 0.0
