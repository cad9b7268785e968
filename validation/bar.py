"""A bar of one material point: free to contract, its temperature, phases and axial strain or stress given."""

from collections.abc import Sequence

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels import plasticity as law
from ..kernels.backstress import respond
from ..kernels.cutoff import cut_off
from ..materials.matter import Matter
from ..solver.properties import Properties
from ..solver.state import products
from ..solver.tables import Axis

Array = NDArray[float64]

ITERATIONS = 60
BALANCED = 1e-3  # Pa, sideways stress of the solved bar


class Bar:
    """Along x; starts unstressed at T [K] with phase fractions.

    sigma    Pa, axial stress            strain  axial, total
    plastic  equivalent plastic strain
    """

    def __init__(self, matter: Matter, T: float, phases: Sequence[float] = (1.0,)) -> None:
        self.properties = Properties(matter, Axis(200.0, 1.0, 1200))
        self.T, self.z = np.array([T]), products(np.array(phases, float64)[:, None])
        self.elastic: tuple[float, ...] = (0.0,) * 6
        self.back = np.zeros((2, 6))
        self.parent = self.product = self.plastic = self.strain = self.sigma = 0.0

    def pull(self, strain: float, T: float, phases: Sequence[float] | None = None, dt: float = 0.0) -> float:
        """Go to a total axial strain; gives the axial stress, Pa."""
        return self._go(T, phases, dt, strain=strain)

    def load(self, sigma: float, T: float, phases: Sequence[float] | None = None, dt: float = 0.0) -> float:
        """Go to an axial stress, Pa; gives the total axial strain."""
        self._go(T, phases, dt, sigma=sigma)
        return self.strain

    def would(self, strain: float, T: float) -> float:
        """Axial stress that `pull` would give, Pa; nothing changes."""
        return self._go(T, None, 0.0, strain=strain, keep=False)

    def _go(
        self,
        T: float,
        phases: Sequence[float] | None,
        dt: float,
        strain: float | None = None,
        sigma: float = 0.0,
        keep: bool = True,
    ) -> float:
        T1 = np.array([T])
        z1 = self.z if phases is None else products(np.array(phases, float64)[:, None])
        rows, creeps = self.properties.rows(self.T, self.z, T1, z1, dt)
        row, kinds = rows[0], self.properties
        d, moved, whole = np.zeros(6), np.zeros((2, 6)), np.zeros((6, 6))
        unknown = np.array([0, 1, 2]) if strain is None else np.array([1, 2])
        if strain is not None:
            d[0] = strain - self.strain
        target = np.array([sigma, 0.0, 0.0])
        for _ in range(ITERATIONS):
            if kinds.cut_off:
                elastic, parent, dp = cut_off(self.elastic, tuple(d), self.parent, row, 1e-9, whole)
                product, D = self.product, whole[:3, :3]
            else:
                elastic, parent, product, dp, a, b, flow = respond(
                    self.elastic, tuple(d), self.parent, self.product, self.back, row, creeps[0], kinds.exponent, 0.5,
                    kinds.memory, kinds.factor, kinds.kinematic, moved,
                )  # fmt: skip
                D = _tangent(np.array(flow), row, max(a, 1e-9), max(b, 1e-9))
            stress = _stress(np.array(elastic), row)
            error = stress - target
            if np.abs(error[unknown]).max() < BALANCED:
                break
            d[unknown] -= np.linalg.solve(D[np.ix_(unknown, unknown)], error[unknown])
        else:
            raise ArithmeticError(f"the bar finds no equilibrium at {T:g} K: {error[unknown]} Pa are left")
        if keep:
            self.T, self.z, self.elastic, self.parent, self.product = T1, z1, elastic, parent, product
            self.back = moved
            self.plastic += dp
            self.strain += float(d[0])
            self.sigma = float(stress[0])
        return float(stress[0])


def _stress(elastic: Array, row: Array) -> Array:
    """Normal stresses (3,), Pa."""
    G, bulk = row[law.SHEAR], row[law.BULK]
    return np.asarray(2.0 * G * elastic[:3] + (bulk - 2.0 / 3.0 * G) * elastic[:3].sum())


def _tangent(flow: Array, row: Array, a: float, b: float) -> Array:
    """d stress / d strain of the normal components (3, 3), as kernels.plasticity.point says; flow (6,) deviator."""
    norm = np.sqrt((flow[:3] ** 2).sum() + 2.0 * (flow[3:] ** 2).sum())
    n = flow[:3] / norm if norm > 0.0 else np.zeros(3)
    along = np.outer(n, n)
    return np.asarray(row[law.BULK] + 2.0 * row[law.SHEAR] * (a * (np.eye(3) - 1.0 / 3.0 - along) + b * along))
