"""Stress in three dimensions: trilinear B-bar hexahedra on the part cells, free of load.

One element per part cell; a cut cell has its volume fraction of stiffness and load. Newton's method with the exact
tangent of the point law, solved inexactly by conjugate gradients under multigrid.
"""

from dataclasses import dataclass

import numpy as np
from numpy import float32, float64, int16, int64
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..kernels import solid as kernel
from ..kernels.plasticity import STRAIN
from ..materials.matter import Matter
from .geometry import Cells
from .multigrid import Mesh, Multigrid, conjugate_gradients, mesh, pieces
from .state import State
from .stress import Body, Increment, Knots

Array = NDArray[float64]

LEAST = 1e-2  # share of a full cell's stiffness that a sliver keeps, so that its nodes are held
FULL = 0.999  # part share from which a cell's stress counts as that of the bulk
TOLERANCE = 1e-6  # unbalanced force over the forces of single cells, root mean squares
STEPS = 12  # of Newton, before an increment is halved
SEARCH = 60  # conjugate gradient iterations in one of them
FITTED = 24  # full cells that the value of a cut cell is extrapolated from


@dataclass(frozen=True)
class Load:
    """What happens in one increment: T0, T1 (n,) K and z0, z1 (P, n) before and after, dt s, free strain (n,)."""

    T0: Array
    z0: Array
    T1: Array
    z1: Array
    dt: float
    free: Array


class Solid(Body):
    """Adds to state.mechanics, flat: elastic (n 41) strain of the points (kernels.solid.STATE), parent and product
    (n 8) float32 hardening variables, displacement (3 N) m of the nodes."""

    def __init__(self, cells: Cells, matter: Matter, axis: Knots) -> None:
        super().__init__(cells, matter, axis)
        lattice = cells.lattice
        self.mesh: Mesh = mesh(lattice.shape, cells.index)
        self.weight = np.clip(cells.fraction, LEAST, 1.0)
        self.multigrid = Multigrid(self.mesh, lattice.spacing)
        self.scale = np.array([*(0.25 / np.array(lattice.spacing)), np.prod(lattice.spacing)])
        self.piece = pieces(self.mesh)
        self.number = np.full(lattice.shape[::-1], -1, np.int32)
        self.number.reshape(-1)[cells.index] = np.arange(cells.index.size)
        self.spread: csr_array | None = None

    def blank(self) -> dict[str, NDArray[np.generic]]:  # type: ignore[override]
        n = self.cells.index.size
        return {
            "elastic": np.zeros(kernel.STATE * n),
            "parent": np.zeros(8 * n, float32),
            "product": np.zeros(8 * n, float32),
            "displacement": np.zeros(3 * self.mesh.node.size),
        }

    def shear(self, mechanics: dict[str, Array]) -> Array:
        e = mechanics["elastic"].reshape(-1, kernel.STATE)
        largest = np.zeros(e.shape[0])
        for g in range(8):
            xx, yy, xy, yz, zx = e[:, 1 + 5 * g : 6 + 5 * g].T
            square = 1.5 * (xx**2 + yy**2 + (xx + yy) ** 2 + 2.0 * (xy**2 + yz**2 + zx**2))
            np.maximum(largest, square, out=largest)
        return np.sqrt(largest)

    def solve(
        self, mechanics: dict[str, Array], rows: Array, creeps: Array, theta: float
    ) -> tuple[dict[str, Array], int, float, bool]:
        raise NotImplementedError

    def advance(self, state: State, time: float) -> Increment:
        """One load increment from the last one to the state at `time` (s), in parts where needed.

        Parts: halved until Newton converges, short enough that creep takes a tenth of a stress at most. Raises
        ArithmeticError, naming the cell, where forces are no longer numbers.
        """
        mechanics = state.mechanics
        T0, z0 = mechanics["last_temperature"], mechanics["last_phases"].reshape(state.phases.shape)
        T1, z1 = state.temperature, state.phases
        elapsed = time - float(mechanics["last_time"][0])
        done, size, iterations, residual, converged = 0.0, 1.0, 0, 0.0, True
        Ta, za = T0, z0
        while done < 1.0:
            share = min(size, 1.0 - done)
            if self.properties.exponent.size and elapsed > 0.0:
                share = min(share, self._relaxed(mechanics, Ta, za, T1, z1, elapsed))
            end = done + share if done + share < 1.0 - 1e-9 else 1.0
            Tb, zb = (T1, z1) if end == 1.0 else (T0 + end * (T1 - T0), z0 + end * (z1 - z0))
            load = self._load(Ta, za, Tb, zb, (end - done) * elapsed)
            increment, used, error, ok = self._balance(mechanics, load)
            iterations += used
            if not ok and share > 1.0 / 64.0:
                size = share / 2.0
                continue
            self._take(mechanics, load, increment)
            self._watch(mechanics, Tb)
            Ta, za, done = Tb, zb, end
            residual, converged = max(residual, error), converged and ok
            size = min(2.0 * size, 1.0)
        mechanics["last_temperature"] = T1.copy()
        mechanics["last_phases"] = z1.ravel().copy()
        mechanics["last_time"] = np.array([float(time)])
        return Increment(iterations, residual, converged)

    def _load(self, T0: Array, z0: Array, T1: Array, z1: Array, dt: float) -> Load:
        p, free = self.properties, np.empty(T0.size)
        kernel.free_strain(p.low, p.step, T0, z0, T1, z1, p.table[STRAIN], free)
        return Load(T0, z0, T1, z1, dt, free)

    def _balance(self, mechanics: dict[str, Array], load: Load) -> tuple[Array, int, float, bool]:
        """Displacement increment (N, 3) that balances a load: with iterations, residual, and whether it converged."""
        order = self.mesh.order
        slots, nodes = order.cell.size, self.mesh.node.size
        increment, force = np.zeros((nodes, 3)), np.empty((nodes, 3))
        moduli = np.zeros((slots // 16, 2, 16), float32)
        points = np.zeros((slots // 8, 8, 6, 8), int16)

        def stiffness(x: Array, y: Array) -> None:
            kernel.tangent(order, moduli, points, self.scale, x, y)

        norm, size = self._forces(mechanics, load, increment, force, moduli, points, False)
        size = max(size, norm)
        iterations, before = 0, norm
        fresh = False
        while norm > TOLERANCE * size and iterations < STEPS:
            if not fresh:
                flat = moduli.transpose(1, 0, 2).reshape(2, -1)
                self.multigrid.refresh(flat[:, self.mesh.slot].astype(float64))
                fresh = True
            goal = min(0.1, max(0.5 * (norm / before) ** 1.5 if iterations else 0.05, 1e-3, 0.3 * TOLERANCE * size / norm))
            np.negative(force, out=force)
            step, searched, left = conjugate_gradients(stiffness, self.multigrid.cycle, force, goal, SEARCH)
            before, iterations = norm, iterations + 1
            share = 1.0
            while True:
                increment += share * step
                norm, now = self._forces(mechanics, load, increment, force, moduli, points, False)
                if norm < before or share < 0.1:
                    break
                increment -= share * step
                share *= 0.5
            size = max(size, now)
            self.trace.append((iterations, searched, left, share, norm / size))
        return increment, iterations, norm / size if size else 0.0, norm <= TOLERANCE * size

    trace: list = []

    def _take(self, mechanics: dict[str, Array], load: Load, increment: Array) -> None:
        """Bring the state to the end of a balanced increment, in place."""
        slots = self.mesh.order.cell.size
        force = np.empty_like(increment)
        moduli, points = np.empty((slots // 16, 2, 16), float32), np.empty((0, 8, 6, 8), int16)
        self._forces(mechanics, load, increment, force, moduli, points, True)
        mechanics["displacement"] += increment.ravel()

    def _forces(
        self, mechanics: dict[str, Array], load: Load, increment: Array, force: Array,
        moduli: NDArray[float32], points: NDArray[int16], keep: bool,
    ) -> tuple[float, float]:  # fmt: skip
        """Norm of the unbalanced forces and of the forces of single cells, N; fills force, moduli and points."""
        order, p, n = self.mesh.order, self.properties, self.cells.index.size
        watch = np.zeros((int((-(-order.count // 64)).sum()), 4))
        kernel.balance(
            order.rows, order.first, order.count, order.cell, self.scale, self.weight,
            self.number, self.cells.index, load.free, increment, p.low, p.step,
            load.T0, load.z0, load.T1, load.z1, p.table, p.trip, p.creep, p.creeping, p.exponent, float(load.dt), p.law,
            p.martensite, 0.5, p.memory, p.factor, mechanics["elastic"].reshape(n, -1),
            mechanics["parent"].reshape(n, 8), mechanics["product"].reshape(n, 8), keep, force, moduli, points,
            mechanics["plastic_strain"], mechanics["stress"].reshape(6, n), watch,
        )  # fmt: skip
        cells = float(np.sqrt(watch[:, 0].sum()))
        if not np.isfinite(cells):
            raise ArithmeticError(self._where(load))
        flat = force.ravel()
        return float(np.sqrt(kernel.dot(flat, flat, np.empty(flat.size // 512 + 8)))), cells

    def _where(self, load: Load) -> str:
        bad = ~np.isfinite(load.T1) | ~np.isfinite(load.z1).all(0)
        cell = int(np.flatnonzero(bad)[0]) if bad.any() else int(np.abs(load.T1 - load.T0).argmax())
        x, y, z = (self.mesh.places()[cell] + 0.5) * self.cells.lattice.spacing + self.cells.lattice.origin
        return (
            f"the stress diverged; look at cell {cell} at ({x:.4g}, {y:.4g}, {z:.4g}) m, which went from "
            f"{load.T0[cell]:.6g} to {load.T1[cell]:.6g} K: is a property not a number there?"
        )

    def centres(self, mechanics: dict[str, Array]) -> Array:
        moved = self.free(mechanics["displacement"].reshape(-1, 3))
        return moved[self.mesh.corners()].mean(1).T.copy()

    def free(self, displacement: Array) -> Array:
        """The same (N, 3) displacement without the rigid motion that fits it best, piece by piece."""
        place = self.mesh.node_places() * np.array(self.cells.lattice.spacing)
        moved = displacement.copy()
        for number in range(int(self.piece.max()) + 1):
            mine = self.piece == number
            arm = place[mine] - place[mine].mean(0)
            moved[mine] -= moved[mine].mean(0)
            inertia = (arm**2).sum() * np.eye(3) - arm.T @ arm
            turn = np.linalg.pinv(inertia, hermitian=True) @ np.cross(arm, moved[mine]).sum(0)
            moved[mine] -= np.cross(turn, arm)
        return moved

    def mean_stress(self, state: State) -> Array:
        """(6,) volume mean of the raw stress, Pa: zero in a free body but for the solver's tolerance."""
        mean: Array = state.mechanics["stress"].reshape(6, -1) @ self.weight / self.weight.sum()
        return mean

    def fields(self, state: State) -> dict[str, Array]:
        """As Body.fields; cut cells show what full cells extrapolate to along the normal, never their raw value."""
        raw = super().fields(state)
        if self.spread is None:
            self.spread = skin(self.cells)
        for name in ("stress", "plastic_strain", "max_principal_transient"):
            raw[name] = np.ascontiguousarray((self.spread @ raw[name].T).T)
        raw["plastic_strain"] = np.maximum(raw["plastic_strain"], 0.0)
        return raw


def skin(cells: Cells) -> csr_array:
    """(n, n) matrix that leaves full cells alone and extrapolates them to the centres of the cut ones.

    A quadratic through the nearest full cells below the wall, by weighted least squares; where walls are too thin for
    it the missing terms fade out, and where no full cell is near, the fullest cells near by stand in.
    """
    lattice, n = cells.lattice, cells.index.size
    cut = np.flatnonzero(cells.fraction < FULL)
    own = np.flatnonzero(cells.fraction >= FULL)
    shape = np.array(lattice.shape)
    number = np.full(int(np.prod(shape)), -1, np.int32)
    number[cells.index] = np.arange(n)
    stride = np.array([1, shape[0], shape[0] * shape[1]])
    place = np.stack([cells.index // s % m for s, m in zip(stride, shape, strict=True)], 1)
    normal = np.zeros((n, 3))
    for k in range(3):
        normal[:, k] = np.bincount(cells.patch_cell, cells.patch_area * cells.patch_normal[:, k], minlength=n)
    normal /= np.maximum(np.sqrt((normal**2).sum(1, keepdims=True)), 1e-300)
    near = np.stack(np.meshgrid(*3 * [np.arange(-3, 4)], indexing="ij"), -1).reshape(-1, 3)
    near = near[np.argsort((near**2).sum(1), kind="stable")]
    near = near[(near**2).sum(1) <= 11]
    rows, columns, values = [own], [own], [np.ones(own.size)]
    for part in np.array_split(cut, max(1, cut.size // 1000)):
        if part.size == 0:
            continue
        below = place[part] - 1.5 * normal[part]
        spot = np.rint(below).astype(int64)[:, None] + near
        inside = ((spot >= 0) & (spot < shape)).all(2)
        who = np.where(inside, number[np.where(inside[..., None], spot, 0) @ stride], -1)
        share = np.where(who >= 0, cells.fraction[who], 0.0)
        distance = ((spot - below[:, None]) ** 2).sum(2)
        rank = np.where(share >= FULL, distance, 1e3 + distance - 100.0 * share)
        rank[who < 0] = np.inf
        best = np.argsort(rank, axis=1, kind="stable")[:, :FITTED]
        who, spot, rank = (np.take_along_axis(a, best, 1) for a in (who, np.arange(near.shape[0])[None] + 0 * who, rank))
        offset = np.rint(below).astype(int64)[:, None] + near[spot] - place[part][:, None]
        full = rank < 1e3
        lone = full.sum(1) == 0
        usable = np.where(lone[:, None], np.isfinite(rank) & (rank <= rank[:, :1] + 20.0), full)
        weight = np.where(usable, np.exp(-((offset + 1.5 * normal[part][:, None]) ** 2).sum(2) / 4.0), 0.0)
        a = offset.astype(float64)
        x, y, z = a[..., 0], a[..., 1], a[..., 2]
        basis = np.stack([np.ones_like(x), x, y, z, x * x, y * y, z * z, x * y, y * z, z * x], 2)
        system = np.einsum("cik,ci,cil->ckl", basis, weight, basis)
        ridge = np.array([0.0, *[1e-3] * 3, *[1e-3] * 6]) * weight.sum(1)[:, None]
        ridge[lone] *= 1e6
        system[:, np.arange(10), np.arange(10)] += ridge + 1e-12
        first = np.zeros((part.size, 10, 1))
        first[:, 0] = 1.0
        answer = np.linalg.solve(system, first)[..., 0]
        fitted = np.einsum("ck,cik,ci->ci", answer, basis, weight)
        fitted /= fitted.sum(1, keepdims=True)
        taken = usable & (fitted != 0.0)
        rows.append(np.repeat(part, taken.sum(1)))
        columns.append(who[taken])
        values.append(fitted[taken])
    data = np.concatenate(values).astype(float32), (np.concatenate(rows), np.concatenate(columns))
    return csr_array(data, shape=(n, n))
