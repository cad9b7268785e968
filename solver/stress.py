"""Stress: what a mixture of phases gives each cell, and the increments that every stress solver shares."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from ..kernels import plasticity
from ..kernels.fractions import fractions
from ..kernels.space import space
from ..materials.matter import Matter, Property
from .coherency import Soft, forget, soften
from .geometry import Cells
from .restraint import Restraint
from .state import State

Array = NDArray[float64]

GAS_CONSTANT = 8.31446261815324  # J/mol/K
AT_ONCE = 1 << 14  # cells looked at together, so that what is made for them stays small
RELAXATION = 0.1  # share of a point's stress that one sub-increment may lose by creep
SHORTEST = 1.0 / 256.0  # of an increment; where creep is faster still, its rate at the end alone counts
ITERATIONS = 25  # of Newton, before an increment is halved
SMALLEST = 1.0 / 64.0  # part of an increment that is taken even if it does not converge
TOLERANCE = 1e-10  # unbalanced force over the force of 0.1 % elastic strain


class Knots(Protocol):
    """The uniform temperatures of all tables, K: low, low + step, ..., count of them."""

    @property
    def low(self) -> float: ...
    @property
    def step(self) -> float: ...
    @property
    def count(self) -> int: ...


@dataclass(frozen=True)
class Increment:
    """How one load increment went.

    iterations  Newton iterations of all its parts together
    residual    largest unbalanced nodal force over the force of 0.1 % elastic strain
    converged   False: the state is the best that was found
    """

    iterations: int
    residual: float
    converged: bool


@dataclass(frozen=True)
class Load:
    """What a body goes through in one increment.

    T0, T1  (n,) K, and z0, z1 (P - 1, n) fractions of the products, before and after
    dt      s
    theta   weight of the end in transformation plasticity and creep, see kernels.plasticity.point
    soft    (n,) cells that are mush or melt at the end and carry nothing, or None where nothing freezes
    held    whether the restraint of the body acts
    """

    T0: Array
    z0: Array
    T1: Array
    z1: Array
    dt: float
    theta: float
    soft: Soft | None = None
    held: bool = False


class Properties:
    """The mechanics of a matter as tables on one temperature axis; c phases creep.

    table     (5, P, m)  Young's modulus, Poisson's ratio, free strain, yield stress, hardening
    trip      (P,)       1/Pa
    creep     (c, m)     log of A exp(-Q/RT)
    creeping  (c,)       their phases
    exponent  (c,)       their n
    """

    def __init__(self, matter: Matter, axis: Knots) -> None:
        lacking = [phase.name for phase in matter.phases if phase.mechanics is None]
        if lacking:
            raise ValueError(f"{matter.name} has no mechanics for {', '.join(lacking)}: run without stress")
        laws = [phase.mechanics for phase in matter.phases if phase.mechanics is not None]
        T: Array = axis.low + axis.step * np.arange(axis.count, dtype=float64)

        def rows(curves: list[Property | None], missing: float) -> Array:
            read = [np.full(T.size, missing) if curve is None else curve(T) for curve in curves]
            return np.array([np.broadcast_to(np.asarray(values, float64), T.shape) for values in read])

        self.low, self.step = float(axis.low), float(axis.step)
        self.table = np.stack(
            [
                rows([law.young for law in laws], 0.0),
                rows([law.poisson for law in laws], 0.0),
                rows([law.strain for law in laws], 0.0),
                rows([law.yield_stress for law in laws], plasticity.NEVER),
                rows([law.hardening for law in laws], 0.0),
            ]
        )
        self.trip = np.array([law.trip for law in laws])
        creep = [(i, *law.creep) for i, law in enumerate(laws) if law.creep is not None and law.creep[0] > 0.0]
        self.creeping = np.array([i for i, *_ in creep], int64)
        self.exponent = np.array([n for _, _, n, _ in creep], float64)
        self.creep = np.array([np.log(a) - Q / (GAS_CONSTANT * T) for _, a, _, Q in creep]).reshape(-1, T.size)
        self.law = plasticity.LAWS.index(matter.saturation)
        self.factor = matter.saturation == "leblond"
        names = [phase.name for phase in matter.phases]
        mixed = matter.mixture == "leblond" and "martensite" in names
        self.martensite = names.index("martensite") if mixed else -1
        self.memory = float(matter.memory)

    def rows(self, T0: Array, z0: Array, T1: Array, z1: Array, dt: float) -> tuple[Array, Array]:
        """Rows (n, ROW) and creep (n, 2, c) of kernels.plasticity.point.

        T0, T1 (n,) K and z0, z1 (P - 1, n) before and after; dt in s.
        """
        T0, z0, T1, z1 = (np.ascontiguousarray(a) for a in (T0, z0, T1, z1))  # one compiled layout
        rows = np.empty((T0.size, plasticity.ROW))
        creeps = np.empty((T0.size, 2, self.exponent.size))
        plasticity.mixture(
            self.low, self.step, T0, fractions(z0), T1, fractions(z1), self.table, self.trip, self.creep,
            self.creeping, float(dt), self.law, self.martensite, rows, creeps,
        )  # fmt: skip
        return rows, creeps

    def change(self, T0: Array, z0: Array, T1: Array, z1: Array) -> float:
        """Largest |thermal| + |transformation| free strain of any cell between two instants."""
        strain = self.table[plasticity.STRAIN]
        return float(plasticity.free_change(self.low, self.step, T0, z0, T1, z1, strain))


class Body(ABC):
    """A free body that takes load increments; each metric says how one increment is solved.

    It keeps in state.mechanics, all float64:
        last_temperature (n,) K, last_products (P - 1, n), last_time (1,) s at the last increment
        plastic_strain (n,)                     cell means
        peak (n,) Pa                            largest principal stress since below martensite start
    and what `blank` adds: elastic strain and hardening of the integration points, displacement of the nodes.
    """

    def __init__(self, cells: Cells, matter: Matter, axis: Knots, restraint: Restraint | None = None) -> None:
        self.cells, self.restraint = cells, restraint
        self.properties = Properties(matter, axis)
        self.weight = cells.volume
        self.watch = matter.kinetics.martensite_start if matter.kinetics else np.inf

    @abstractmethod
    def blank(self) -> dict[str, Array]:
        """Arrays of an unstressed body that belong to this metric alone."""

    @abstractmethod
    def shear(self, mechanics: dict[str, Array]) -> Array:
        """(n,) largest sqrt(3/2 e':e') of the elastic strain in each cell: the stress over 2 G."""

    @abstractmethod
    def attempt(self, mechanics: dict[str, Array], load: Load, last: bool) -> tuple[int, float, bool]:
        """Take one load, in place, if it balances or if this is the `last` try.

        Gives the iterations, the residual and whether it balanced.
        """

    @abstractmethod
    def raw_stress(self, mechanics: dict[str, Array], T: Array, z: Array) -> Array:
        """(6, n) mean stress of each cell as solved, Pa; T (n,) K and z (P - 1, n) at the last increment."""

    def outwards(self, mechanics: dict[str, Array]) -> Array:
        """(p,) m, how far out the walls of the restraint are."""
        raise NotImplementedError("this metric has no restraint")

    @abstractmethod
    def centres(self, mechanics: dict[str, Array]) -> Array:
        """(3, n) displacement at the cell centres, m."""

    def start(self, state: State) -> None:
        """Take the state as stress free; adds arrays to state.mechanics."""
        n = state.temperature.size
        state.mechanics.update(
            last_temperature=state.temperature.copy(),
            last_products=state.products.copy(),
            last_time=np.array([state.time]),
            plastic_strain=np.zeros(n),
            peak=np.full(n, -np.inf),
            **self.blank(),
        )
        if self.restraint is not None:
            state.mechanics["seat"] = np.zeros(self.restraint.cell.size)

    def pending(self, state: State) -> float:
        """Largest change of free strain of any cell since the last increment."""
        last = state.mechanics
        return self.properties.change(
            last["last_temperature"], last["last_products"], state.temperature, state.products
        )

    def advance(self, state: State, time: float, soft: Soft | None = None, held: bool = False) -> Increment:
        """One load increment from the last one to the state at `time` (s), in parts where needed.

        soft  (n,) cells that carry nothing;  held  whether the restraint acts

        Parts: halved until Newton converges, short enough that creep takes RELAXATION of a stress at most.
        """
        mechanics = state.mechanics
        T0, z0 = mechanics["last_temperature"], mechanics["last_products"]
        T1, z1 = state.temperature, state.products
        elapsed = time - float(mechanics["last_time"][0])
        done, size, iterations, residual, converged = 0.0, 1.0, 0, 0.0, True
        if soft is not None and soft.all():
            forget(mechanics, soft)
            done = 1.0
        Ta, za = T0, z0
        while done < 1.0:
            share = min(size, 1.0 - done)
            theta = 0.5
            if self.properties.exponent.size and elapsed > 0.0:
                relaxed = self._relaxed(mechanics, Ta, za, T1, z1, elapsed)
                theta = 0.5 if relaxed > SHORTEST else 1.0
                share = min(share, relaxed)
            end = done + share if done + share < 1.0 - 1e-9 else 1.0
            Tb, zb = (T1, z1) if end == 1.0 else (between(T0, T1, end), between(z0, z1, end))
            load = Load(Ta, za, Tb, zb, (end - done) * elapsed, theta, soft, held)
            used, error, ok = self.attempt(mechanics, load, last=share <= SMALLEST)
            iterations += used
            if not ok and share > SMALLEST:
                size = share / 2.0
                continue
            if not np.isfinite(error):
                raise ArithmeticError(
                    f"stress found no equilibrium at {time - (1.0 - done) * elapsed:.4g} s: has the material "
                    "a positive modulus and a yield stress above 0 at every temperature met?"
                )
            self._watch(mechanics, Tb, zb)
            Ta, za, done = Tb, zb, end
            residual, converged = max(residual, error), converged and ok
            size = min(2.0 * size, 1.0)
        if self.restraint is not None and soft is not None:
            walls = soft[self.restraint.cell]
            mechanics["seat"][walls] = self.outwards(mechanics)[walls]
        mechanics["last_temperature"][:] = T1
        mechanics["last_products"][:] = z1
        mechanics["last_time"][0] = time
        return Increment(iterations, residual, converged)

    def _relaxed(
        self, mechanics: dict[str, Array], T0: Array, z0: Array, T1: Array, z1: Array, elapsed: float
    ) -> float:
        """Share of the elapsed time, at least SHORTEST, in which creep takes RELAXATION of a stress."""
        most, strain = 0.0, self.shear(mechanics)
        for first in range(0, strain.size, AT_ONCE):
            part = slice(first, first + AT_ONCE)
            rows, creeps = self.properties.rows(T0[part], z0[:, part], T1[part], z1[:, part], elapsed)
            shear = np.maximum(rows[:, plasticity.SHEAR], rows[:, plasticity.SHEAR_BEFORE])
            q = 2.0 * shear * strain[part]
            loss = np.zeros(q.size)
            for k, n in enumerate(self.properties.exponent):
                loss += 3.0 * shear * creeps[:, :, k].max(1) * q ** (n - 1.0)
            most = max(most, float(loss.max()))
        return max(RELAXATION / max(most, RELAXATION), SHORTEST)

    def _watch(self, mechanics: dict[str, Array], T: Array, z: Array) -> None:
        """Follow the largest principal stress of the cells below martensite start."""
        if not (self.watch > T).any():
            return
        stress, peak = self.raw_stress(mechanics, T, z), mechanics["peak"]
        for first in range(0, T.size, AT_ONCE):
            part = slice(first, first + AT_ONCE)
            below = first + np.flatnonzero(self.watch > T[part])
            peak[below] = np.maximum(peak[below], largest_principal(stress[:, below]))

    def stress(self, state: State) -> Array:
        """(6, n) mean stress of each cell as solved, Pa, cut cells too: not for the eye."""
        mechanics = state.mechanics
        return self.raw_stress(mechanics, mechanics["last_temperature"], mechanics["last_products"])

    def mean_stress(self, state: State) -> Array:
        """(6,) volume mean of the raw stress, Pa: 0 in a free body (of radial plus hoop where curved)."""
        mean: Array = np.einsum("kj,j->k", self.stress(state), self.weight) / self.weight.sum()
        return mean

    def fields(self, state: State) -> dict[str, Array]:
        """Cell fields: stress (6, n) Pa, plastic_strain, displacement (3, n) m, max_principal_transient Pa.

        Stress in order xx yy zz xy yz zx; slab, cylinder, sphere and rz: x radial, y hoop, z axial. Cut cells
        show what full cells extrapolate to, never the raw value of their fraction-weighted element. The
        transient maximum is 0 where the cell was never below martensite start.
        """
        mechanics = state.mechanics
        peak, displacement = mechanics["peak"], self.centres(mechanics)
        return {
            "stress": self.stress(state),
            "plastic_strain": mechanics["plastic_strain"].copy(),
            "displacement": displacement,
            "max_principal_transient": np.where(np.isfinite(peak), peak, 0.0),
        }


def between(first: Array, last: Array, share: float) -> Array:
    """first + share (last - first), arrays alike."""
    mixed = np.subtract(last, first, out=space(*first.shape))
    mixed *= share
    mixed += first
    return mixed


class Banded(Body):
    """A body whose increments a direct banded solution balances; adds stress (6 n) Pa, the cell means."""

    @abstractmethod
    def solve(
        self, mechanics: dict[str, Array], rows: Array, creeps: Array, load: Load
    ) -> tuple[dict[str, Array], int, float, bool]:
        """One increment from `mechanics`: the arrays that change, iterations, residual, converged or not."""

    def start(self, state: State) -> None:
        super().start(state)
        state.mechanics["stress"] = np.zeros(6 * state.temperature.size)

    def attempt(self, mechanics: dict[str, Array], load: Load, last: bool) -> tuple[int, float, bool]:
        rows, creeps = self.properties.rows(load.T0, load.z0, load.T1, load.z1, load.dt)
        if load.soft is not None:
            soften(rows, creeps, load.soft)
        new, used, error, ok = self.solve(mechanics, rows, creeps, load)
        if load.soft is not None:
            forget(new, load.soft)
        if ok or last:
            mechanics.update(new)
        return used, error, ok

    def raw_stress(self, mechanics: dict[str, Array], T: Array, z: Array) -> Array:
        return mechanics["stress"].reshape(6, -1).copy()


def largest_principal(stress: Array) -> Array:
    """Largest principal stress; stress (6, n) in order xx yy zz xy yz zx.

    By the invariants (O. K. Smith, Comm. ACM 4 (1961) 168).
    """
    mean = stress[:3].mean(0)
    x, y, z = stress[:3] - mean
    xy, yz, zx = stress[3:]
    half = (x * x + y * y + z * z) / 2.0 + xy * xy + yz * yz + zx * zx
    radius = np.sqrt(half / 3.0)
    det = x * (y * z - yz * yz) - xy * (xy * z - yz * zx) + zx * (xy * yz - y * zx)
    cube = np.where(radius > 0.0, radius, 1.0) ** 3
    angle = np.arccos(np.clip(det / (2.0 * cube), -1.0, 1.0)) / 3.0
    largest: Array = mean + 2.0 * radius * np.cos(angle)
    return largest
