"""Stress in three dimensions: trilinear B-bar hexahedra on the part cells, free of load.

One element per part cell; a cut cell has its volume fraction of stiffness and load. Newton's method with the
exact tangent of the point law, solved inexactly by conjugate gradients under multigrid.
"""

from collections.abc import Callable

import numpy as np
from numba import get_num_threads, set_num_threads
from numpy import float32, float64, int16, int32
from numpy.typing import NDArray

from ..kernels import solid as kernel
from ..kernels.plasticity import STRAIN
from ..kernels.space import space
from ..materials.matter import Matter
from .case_stress import UNIFORM
from .coherency import forget
from .geometry import Cells
from .multigrid import Mesh, Multigrid, conjugate_gradients, mesh, pieces
from .properties import Knots
from .restraint import Restraint
from .skin import skin
from .springs import Springs
from .state import State
from .stress import NEVER_BELOW_ZERO, REVISIONS, SUNK, Body, Load, too_far
from .supports import Grip, Nodes, Support, images, settled
from .threads import tidy

Array = NDArray[float64]
Apply = Callable[[Array, Array], None]

LEAST = 1e-2  # share of a full cell's stiffness that a sliver keeps, so that its nodes are held
TOLERANCE = 1e-6  # unbalanced force over the forces of single cells, norms over the body
STEPS = 12  # of Newton, before an increment is halved
SEARCH = 60  # conjugate gradient iterations in one step of Newton
LEAST_STEP = 0.1  # share of a step of Newton below which the line search gives up
FIRST = 0.05  # what the first of them leaves of the unbalanced force
FEW = 4096  # cells below which waking threads costs more than it saves


class Solid(Body):
    """Free body of part cells in three dimensions.

    Adds to state.mechanics, see kernels.solid.balance: mean (n,) and deviator (n 8 5, or 6) of the elastic strain,
    parent and product (n 8) hardening variables; displacement (3 N) m of the nodes. What belongs to points is
    float32: the error, 1e-7 of a stress, is taken up by the next balance.
    """

    def __init__(
        self, cells: Cells, matter: Matter, axis: Knots, supports: tuple[Support, ...] = (),
        restraint: Restraint | None = None,
    ) -> None:  # fmt: skip
        super().__init__(cells, matter, axis, supports, restraint)
        lattice = cells.lattice
        self.mesh: Mesh = mesh(lattice.shape, cells.index)
        self.weight = self._stiff = np.clip(cells.fraction, LEAST, 1.0)
        self.spacing = lattice.spacing
        self.multigrid = Multigrid(self.mesh, lattice.spacing)
        self.scale = np.array([*(0.25 / np.array(lattice.spacing)), np.prod(lattice.spacing)])
        self.number, self.box = numbers(cells)
        self.moduli = np.zeros((self.mesh.order.cell.size // 16, 2, 16), float32)
        self.piece = pieces(self.mesh).astype(int32)
        self.skin = skin(cells)
        self.springs = None
        if restraint is not None:
            self.springs = Springs(restraint, self.mesh, lattice.spacing, lattice.mirrored)

    def blank(self) -> dict[str, Array]:
        n = self.cells.index.size
        return {
            "mean": np.zeros(n),
            "deviator": np.zeros((48 if self.properties.cut_off else 40) * n, float32),
            "parent": np.zeros(8 * n, float32),
            "product": np.zeros(8 * n, float32),
            **self.moving(8 * n, 5, float32),
            "displacement": np.zeros(3 * self.mesh.node.size),
        }

    def shear(self, mechanics: dict[str, Array]) -> Array:
        e = mechanics["deviator"].reshape(self.cells.index.size, 8, -1)
        largest = np.zeros(e.shape[0])
        for g in range(8):
            xx, yy, xy, yz, zx = e[:, g, :5].T
            square = 1.5 * (xx**2 + yy**2 + (xx + yy) ** 2 + 2.0 * (xy**2 + yz**2 + zx**2))
            np.maximum(largest, square, out=largest)
        return np.sqrt(largest)

    def attempt(self, mechanics: dict[str, Array], load: Load, last: bool) -> tuple[int, float, bool]:
        order, free = self.mesh.order, self.free_strain(load)
        if self.case is not None:
            self.case.stretch(free, mechanics["carbon"], load.T0, load.z0, load.T1, load.z1)
        self._stiff = self.weight
        if load.soft is not None and load.left is not None:
            free[load.soft] = 0.0
            self._stiff = self.weight * load.left
        slots, nodes = order.cell.size, self.mesh.node.size
        increment, force = space(nodes, 3), space(nodes, 3)
        moduli, cut_off = self.moduli, self.properties.cut_off
        points = space(0 if cut_off else slots // 8, 8, 6, 2).view(int16)
        whole = space(slots // 8 if cut_off else 0, 8, 21, 4).view(float32)

        grip, springs = self.grip(mechanics), self.springs if load.held else None

        def stiffness(x: Array, y: Array) -> None:
            if cut_off:
                kernel.whole_tangent(order, whole, self.scale, x, y)
            else:
                kernel.tangent(order, moduli, points, self.scale, x, y)
            if grip is not None:
                y += grip.held.spring * x
                y[grip.fixed] = 0.0
            if springs is not None:
                springs.add(x, y)

        def unbalanced() -> tuple[float, float]:
            norm, size = self.forces(mechanics, load, free, increment, force, moduli, points, whole)
            if grip is None or norm == np.inf:
                return norm, size
            grip.unbalanced(increment, force)
            return float(np.linalg.norm(force)), size

        iterations = 0
        for _ in range(REVISIONS if grip is not None and grip.held.node.size else 1):
            if grip is not None:
                increment[grip.fixed] = grip.aim[grip.fixed]
            used, norm, size = self._newton(grip, springs, stiffness, unbalanced, increment, force, moduli)
            iterations += used
            if not norm <= TOLERANCE * size < np.inf or grip is None:
                break
            if not grip.revise(increment, SUNK * min(self.spacing), TOLERANCE * size):
                break
        converged = norm <= TOLERANCE * size < np.inf
        if last and norm == np.inf:
            raise ArithmeticError(self._where(load, free))
        if converged or last:
            self.forces(mechanics, load, free, increment, force, moduli, points, whole, keep=True)
            mechanics["displacement"] += increment.ravel()
            if load.gone is not None:
                forget(mechanics, load.gone)
            self.keep(mechanics, grip)
        return iterations, norm / size if size else 0.0, converged

    def _newton(
        self, grip: Grip | None, springs: Springs | None, stiffness: Apply,
        unbalanced: Callable[[], tuple[float, float]], increment: Array, force: Array, moduli: NDArray[float32],
    ) -> tuple[int, float, float]:  # fmt: skip
        """Bring `increment` into balance: steps, norms of the unbalanced forces and of those of single cells."""
        norm, size = unbalanced()
        size = max(size, norm)
        iterations, before = 0, norm
        while TOLERANCE * size < norm < np.inf and iterations < STEPS:
            if iterations == 0:
                self.multigrid.refresh(moduli, grip)
                tidy(self.cells.index.size)
            goal = min(FIRST, 0.5 * (norm / before) ** 1.5) if iterations else FIRST
            goal = max(goal, 1e-3, 0.3 * TOLERANCE * size / norm)
            np.negative(force, out=force)
            pull = force.copy() if self.properties.cut_off else None
            step, _, _ = conjugate_gradients(stiffness, self.multigrid, force, goal, SEARCH)
            if springs is not None:
                springs.place(step)
            before, iterations, share = norm, iterations + 1, 1.0
            increment += step
            norm, now = unbalanced()
            downhill = 0.0 if pull is None else float(np.vdot(pull, step))
            while share > LEAST_STEP:
                over = 0.5 * float(norm > before) if pull is None else too_far(force, -step, downhill)
                if over == 0.0:
                    break
                increment -= over * share * step
                share *= 1.0 - over
                norm, now = unbalanced()
            size = max(size, now) if norm < np.inf else size
            del step  # before there is the next
        return iterations, norm, size

    def body_nodes(self) -> Nodes:
        mesh, lattice = self.mesh, self.cells.lattice
        places = mesh.node_places() * np.array(lattice.spacing) + lattice.origin
        corners = np.stack([mesh.corner(a) for a in range(8)], 1)
        return Nodes(places, (0, 1, 2), corners, self.cells.fraction, lattice.spacing, images(places, lattice))

    def outwards(self, mechanics: dict[str, Array]) -> Array:
        assert self.springs is not None
        return self.springs.outwards(mechanics["displacement"])

    def free_strain(self, load: Load) -> Array:
        """(n,) change of the free strain of each cell."""
        p, free = self.properties, np.empty(load.T0.size)
        kernel.free_strain(p.low, p.step, load.T0, load.z0, load.T1, load.z1, p.table[STRAIN], free)
        return free

    def forces(
        self, mechanics: dict[str, Array], load: Load, free: Array, increment: Array, force: Array,
        moduli: NDArray[float32], points: NDArray[int16], whole: NDArray[float32], keep: bool = False,
    ) -> tuple[float, float]:  # fmt: skip
        """Norm of the unbalanced forces and of the forces of single cells, N; fills force, moduli, points or whole.

        `keep` brings mechanics to the end of the increment instead of filling points.
        """
        order, p, n = self.mesh.order, self.properties, self.cells.index.size
        watch = np.zeros(order.first.size)
        case, carbon = UNIFORM, np.zeros(0)
        if self.case is not None:
            case, carbon = self.case.tables, mechanics["carbon"]
        threads = get_num_threads()
        set_num_threads(threads if n > FEW else 1)
        kernel.balance(
            order.rows, order.first, order.count, order.cell, self.scale, self._stiff, self.number,
            self.box, free, increment, p.low, p.step, load.T0, load.z0, load.T1, load.z1,
            p.table, p.trip, p.creep, p.creeping, p.exponent, float(load.dt), p.law, p.martensite,
            p.formed, carbon, *case, load.theta, p.memory, p.factor, p.kinematic, mechanics["mean"],
            mechanics["deviator"].reshape(n, 8, -1), mechanics["parent"].reshape(n, 8),
            mechanics["product"].reshape(n, 8), self.back(mechanics, 8, 5), keep,
            force, moduli, points, whole, mechanics["plastic_strain"], watch,
        )  # fmt: skip
        set_num_threads(threads)
        if load.held and self.springs is not None:
            moved = mechanics["displacement"] + increment.ravel()
            self.springs.push(moved, mechanics["seat"], load.soft, force)
        cells, flat = float(np.sqrt(watch.sum())), force.ravel()
        if not np.isfinite(cells):
            return np.inf, np.inf
        return float(np.sqrt(kernel.dot(flat, flat, np.empty(flat.size // 512 + 8)))), cells

    def _where(self, load: Load, free: Array) -> str:
        bad = ~np.isfinite(free)
        cell = int(np.flatnonzero(bad)[0]) if bad.any() else int(np.abs(free).argmax())
        x, y, z = (self.mesh.places()[cell] + 0.5) * self.cells.lattice.spacing + self.cells.lattice.origin
        return (
            f"the stress is not a number; look at cell {cell} at ({x:.4g}, {y:.4g}, {z:.4g}) m, which goes "
            f"from {load.T0[cell]:.6g} to {load.T1[cell]:.6g} K with a free strain of {free[cell]:.3g}: is a "
            "property not a number there, or the increment far too large?"
        )

    def raw_stress(self, mechanics: dict[str, Array], T: Array, z: Array) -> Array:
        p, n = self.properties, self.cells.index.size
        stress = np.empty((6, n))
        deviator = mechanics["deviator"].reshape(n, 8, -1)
        kernel.cell_stress(p.low, p.step, T, z, p.table, mechanics["mean"], deviator, stress)
        return stress

    def centres(self, mechanics: dict[str, Array]) -> Array:
        lattice, moved = self.cells.lattice, mechanics["displacement"].reshape(-1, 3)
        if self.held_by is not None and self.held_by.resists().any():
            left = settled(self.held_by, self.body_nodes(), moved).T
        else:
            left = unturned(self.mesh, lattice.spacing, self.piece, moved)
        mean = np.zeros((3, self.cells.index.size))
        for a in range(8):
            corner = self.mesh.corner(a)
            for k in range(3):
                mean[k] += 0.125 * left[k][corner]
        return mean

    def fields(self, state: State) -> dict[str, Array]:
        """As Body.fields; the displacement has no rigid motion."""
        fields = super().fields(state)
        for name in [name for name in fields if name != "displacement"]:
            self.skin.extend(fields[name])
        for name in NEVER_BELOW_ZERO & fields.keys():
            np.maximum(fields[name], 0.0, out=fields[name])
        return fields


def numbers(cells: Cells) -> tuple[NDArray[int32], NDArray[np.int64]]:
    """Number of the cell in each box of the lattice (nz, ny, nx), -1 where none, and the box (n,) of each cell.

    Before a plane of symmetry stands one more layer of boxes, which hold the images of those behind it.
    """
    lattice, n = cells.lattice, cells.index.size
    number = np.full(lattice.shape[::-1], -1, int32)
    number.reshape(-1)[cells.index] = np.arange(n)
    if not lattice.mirrored:
        return number, cells.index
    first = [int(axis in lattice.mirrored) for axis in range(3)]
    number = np.pad(number, [(before, 0) for before in first[::-1]], mode="edge")
    i, j, k = (place + before for place, before in zip(lattice.places(cells.index), first, strict=True))
    return number, i + number.shape[2] * (j + number.shape[1] * k)


def unturned(mesh: Mesh, spacing: tuple[float, float, float], piece: NDArray[int32], moved: Array) -> Array:
    """Displacement (3, N) without the rigid motion that fits it best, piece by piece.

    piece (N,) number of the connected piece of each node;  moved (N, 3)
    """
    left = np.empty((3, mesh.node.size))
    for number in range(int(piece.max()) + 1):
        mine = np.flatnonzero(piece == number)
        arm = mesh.node_places(mine) * np.array(spacing)
        arm -= arm.mean(0)
        part = moved[mine]
        part -= part.mean(0)
        inertia = (arm**2).sum() * np.eye(3) - np.einsum("ni,nj->ij", arm, arm)
        tensor = np.einsum("ni,nj->ij", arm, part)
        moment = np.array([tensor[1, 2] - tensor[2, 1], tensor[2, 0] - tensor[0, 2], tensor[0, 1] - tensor[1, 0]])
        turn = np.linalg.pinv(inertia, hermitian=True) @ moment
        for k in range(3):
            i, j = (k + 1) % 3, (k + 2) % 3
            left[k, mine] = part[:, k] - (turn[i] * arm[:, j] - turn[j] * arm[:, i])
    return left
