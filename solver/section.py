"""Stress in a body of revolution: bilinear rings with B-bar and a direct banded solution."""

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray
from scipy.linalg.lapack import dpbsv
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..kernels import stress as kernel
from ..materials.matter import Matter
from .geometry import Cells
from .properties import Knots
from .restraint import LOOSE, Restraint
from .skin import FULL, skin
from .state import State
from .stress import ITERATIONS, NEVER_BELOW_ZERO, REVISIONS, SUNK, TOLERANCE, Banded, Load, too_far
from .supports import Grip, Nodes, Support, images

Array = NDArray[float64]
Index = NDArray[int64]


class Section(Banded):
    """Ring elements on the cells of an rz lattice; cut cells count by their volume fraction.

    Where no support does it, the axial rigid motion is held at one node of every separate piece.
    Adds to state.mechanics: elastic (n 4 4: points, then rr tt zz rz), parent and product (n 4) hardening
    variables, displacement (2 N) m of the nodes, numbered along the shorter direction.
    """

    def __init__(
        self, cells: Cells, matter: Matter, axis: Knots, supports: tuple[Support, ...] = (),
        restraint: Restraint | None = None,
    ) -> None:  # fmt: skip
        super().__init__(cells, matter, axis, supports, None if restraint is None else restraint.in_section())
        lattice = cells.lattice
        columns, self.column = np.unique(cells.index % lattice.shape[0], return_inverse=True)
        inner = lattice.origin[0] + lattice.spacing[0] * columns
        width = np.full(inner.size, lattice.spacing[0])
        self.shapes, self.weights = kernel.section_shapes(inner, width, lattice.spacing[2])
        self.corner, self.node_count, self.on_axis = corners(cells)
        self._number(held=restraint is not None)
        self.fraction = cells.fraction
        self.spread = skin(cells) if self.fraction.min() < FULL else None

    def _number(self, held: bool) -> None:
        """Number the unknowns; `held` where supports resist the axial motion."""
        self.number, self.unknowns = unknowns(self.corner, self.node_count, self.on_axis, held)
        alive = self.number >= 0
        high = np.where(alive, self.number, -1).max(1)
        self.bandwidth = int((high - np.where(alive, self.number, self.unknowns).min(1)).max())
        self.own = np.full(2 * self.node_count, -1)
        places = 2 * self.corner[:, :, None] + np.arange(2)
        self.own[places.reshape(-1, 8)] = self.number

    def body_nodes(self) -> Nodes:
        lattice, places = self.cells.lattice, np.zeros((self.node_count, 3))
        nr = lattice.shape[0]
        i, k = self.cells.index % nr, self.cells.index // nr
        for a in range(4):
            places[self.corner[:, a], 0] = lattice.origin[0] + lattice.spacing[0] * (i + a % 2)
            places[self.corner[:, a], 2] = lattice.origin[2] + lattice.spacing[2] * (k + a // 2)
        return Nodes(
            places, (0, -1, 1), self.corner, self.cells.fraction, lattice.spacing, images(places, lattice)
        )  # fmt: skip

    def enter(self, state: State, leg: str) -> None:
        before = self.held_by
        super().enter(state, leg)
        if self.held_by is not None and self.held_by is not before:
            self._number(bool(self.held_by.resists()[:, 1].any()))

    def blank(self) -> dict[str, Array]:
        n = self.cells.index.size
        return {
            "elastic": np.zeros(16 * n),
            "parent": np.zeros(4 * n),
            "product": np.zeros(4 * n),
            **self.moving(4 * n, 4, float64),
            "displacement": np.zeros(2 * self.node_count),
        }

    def shear(self, mechanics: dict[str, Array]) -> Array:
        largest: Array = kernel.shear(mechanics["elastic"].reshape(-1, 4, 4))
        return largest

    def centres(self, mechanics: dict[str, Array]) -> Array:
        u = mechanics["displacement"].reshape(-1, 2)[self.corner].mean(1)
        return np.stack([u[:, 0], np.zeros(u.shape[0]), u[:, 1]])

    def fields(self, state: State) -> dict[str, Array]:
        raw = super().fields(state)
        if self.spread is not None:
            for name in [name for name in raw if name != "displacement"]:
                self.spread.extend(raw[name])
            for name in NEVER_BELOW_ZERO & raw.keys():
                raw[name] = np.maximum(raw[name], 0.0)
        return raw

    def solve(
        self, mechanics: dict[str, Array], rows: Array, creeps: Array, load: Load
    ) -> tuple[dict[str, Array], int, float, bool]:
        grip, iterations = self.grip(mechanics), 0
        for _ in range(REVISIONS):
            new, used, residual, ok = self._newton(mechanics, rows, creeps, load, grip)
            iterations += used
            if grip is None or not ok:
                break
            increment = (new["displacement"] - mechanics["displacement"]).reshape(-1, 2)
            if not grip.revise(increment, SUNK * min(self.cells.lattice.spacing), 0.0):
                new["touched"] = mechanics["touched"].copy()
                self.keep(new, grip)
                break
        return new, iterations, residual, ok

    def _newton(
        self, mechanics: dict[str, Array], rows: Array, creeps: Array, load: Load, grip: Grip | None
    ) -> tuple[dict[str, Array], int, float, bool]:
        n, size = self.cells.index.size, self.unknowns
        elastic = mechanics["elastic"].reshape(n, 4, 4)
        parent, product = mechanics["parent"].reshape(n, 4), mechanics["product"].reshape(n, 4)
        back = self.back(mechanics, 4, 4)
        elastic1, parent1, product1, back1 = (np.empty_like(old) for old in (elastic, parent, product, back))
        push, weigh, stiffness = np.empty((n, 8)), np.empty((n, 8)), np.empty((n, 8, 8))
        force, scale, band = np.empty(size), np.empty(size), np.empty((self.bandwidth + 1, size), order="F")
        plastic, stress = np.empty(n), np.empty((6, n))
        du = np.zeros(size)
        p = self.properties
        unit = 1e-3 * float(rows[:, 1].max())
        known = self.own >= 0
        given = np.zeros(0, np.int64)
        if grip is not None:
            fixed = grip.fixed.ravel() & known
            given = self.own[fixed]
            du[given] = grip.aim.ravel()[fixed]
        iterations, step, share, downhill = 0, np.zeros(size), 1.0, np.inf
        while iterations < ITERATIONS:
            iterations += 1
            kernel.section(
                self.column, self.number, self.fraction, self.shapes, self.weights, du, elastic, parent,
                product, back, rows, creeps, p.exponent, load.theta, p.memory, p.factor, p.kinematic, push, weigh,
                stiffness, elastic1, parent1, product1, back1, plastic, stress,
            )  # fmt: skip
            if load.held:
                self._push(mechanics, du, load, push, stiffness)
            kernel.assemble(self.number, push, weigh, stiffness, force, scale, band)
            if grip is not None:
                both, moved = np.zeros((2, 2 * self.node_count))
                both[known], moved[known] = force[self.own[known]], du[self.own[known]]
                grip.unbalanced(moved.reshape(-1, 2), both.reshape(-1, 2))
                force[self.own[known]] = both[known]
                band[0, self.own[known]] += grip.held.spring.ravel()[known]
                take_out(band, given)
            if self.restraint is not None and not (grip is not None and grip.held.resists()[:, 1].any()):
                self._keep(load.held, du, force, band)
            residual = kernel.unbalance(force, scale) / unit
            if residual <= TOLERANCE or not np.isfinite(residual):
                break
            over = too_far(force, step, downhill) if p.cut_off and share > kernel.SHORT else 0.0
            if over > 0.0:
                du += over * share * step
                share *= 1.0 - over
                continue
            _, step, failed = dpbsv(band, force, lower=1, overwrite_ab=1)
            if failed:
                residual = np.inf
                break
            downhill, share = float(force @ step), 1.0
            du -= step
        moved = mechanics["displacement"] + self._spread(du)
        new = {
            "elastic": elastic1.ravel(),
            "parent": parent1.ravel(),
            "product": product1.ravel(),
            **({"back": back1.ravel()} if back.size else {}),
            "displacement": moved,
            "stress": stress.ravel(),
            "plastic_strain": mechanics["plastic_strain"] + plastic,
        }
        return new, iterations, residual, residual <= TOLERANCE

    def _spread(self, du: Array) -> Array:
        """(2 N,) displacement of all nodes from the unknowns."""
        moved = np.zeros(2 * self.node_count)
        moved[self.own >= 0] = du[self.own[self.own >= 0]]
        return moved

    def outwards(self, mechanics: dict[str, Array]) -> Array:
        assert self.restraint is not None
        return self.restraint.outwards(self._at_walls(mechanics["displacement"]))

    def _at_walls(self, moved: Array) -> Array:
        """(p, 8) displacement (2 N,) at the corners of the cells of the restraint."""
        assert self.restraint is not None
        return moved.reshape(-1, 2)[self.corner[self.restraint.cell]].reshape(-1, 8)

    def _push(self, mechanics: dict[str, Array], du: Array, load: Load, push: Array, stiffness: Array) -> None:
        """Add the springs of the restraint to the forces (n, 8) and tangents (n, 8, 8) of their elements."""
        assert self.restraint is not None
        pull, cell = self.restraint.pull, self.restraint.cell
        moved = self._at_walls(mechanics["displacement"] + self._spread(du))
        force, now = self.restraint.pushed(moved, mechanics["seat"], load.soft)
        np.add.at(push, cell, force[:, None] * pull)
        np.add.at(stiffness, cell, now[:, None, None] * pull[:, :, None] * pull[:, None, :])

    def _keep(self, held: bool, du: Array, force: Array, band: Array) -> None:
        """Keep the axial rigid motion: no more than LOOSE of the restraint while that acts, else firmly."""
        assert self.restraint is not None
        firm = LOOSE * float(self.restraint.stiffness.sum()) if held else float(band[0].max())
        loose = int(self.number[0, 1])
        force[loose] += firm * du[loose]
        band[0, loose] += firm


def corners(cells: Cells) -> tuple[Index, int, NDArray[np.bool_]]:
    """Nodes of the part cells: (n, 4) at (0, 0) (1, 0) (0, 1) (1, 1) in (r, z); count; which lie on the axis.

    Numbered along the shorter direction of the lattice, which keeps the band of the tangent narrow.
    """
    nr, _, nz = cells.lattice.shape
    i, k = cells.index % nr, cells.index // nr
    right, up = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])
    column, level = i[:, None] + right, k[:, None] + up
    place = column + (nr + 1) * level if nr <= nz else level + (nz + 1) * column
    used, corner = np.unique(place, return_inverse=True)
    corner = corner.reshape(place.shape).astype(int64)
    on_axis = np.zeros(used.size, bool)
    radius = cells.lattice.origin[0] + cells.lattice.spacing[0] * column
    on_axis[corner[np.abs(radius) < 1e-9 * cells.lattice.spacing[0]]] = True
    return corner, used.size, on_axis


def take_out(band: Array, rows: Index) -> None:
    """Give displacements their value in a tangent: unit rows and columns; band (b + 1, N) lower form."""
    band[:, rows] = 0.0
    for below in range(1, band.shape[0]):
        band[below, rows[rows >= below] - below] = 0.0
    band[0, rows] = 1.0


def unknowns(corner: Index, count: int, on_axis: NDArray[np.bool_], held: bool = False) -> tuple[Index, int]:
    """Number of the unknown of every corner displacement (n, 8), -1 where held, and how many there are.

    held  whether supports or a restraint resist the axial motion
    """
    free = np.ones((count, 2), bool)
    free[on_axis, 0] = False
    ends = np.broadcast_to(corner[:, :1], corner.shape)
    links = coo_array((np.ones(corner.size), (ends.ravel(), corner.ravel())), shape=(count, count))
    pieces, label = connected_components(links, directed=False)
    for piece in range(0 if held else pieces):
        free[int(np.argmax(label == piece)), 1] = False
    own = np.where(free, np.cumsum(free).reshape(free.shape) - 1, -1)
    return own[corner].reshape(-1, 8).astype(int64), int(free.sum())
