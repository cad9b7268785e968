"""The same cells with plain 2 x 2 x 2 integration, as CalculiX's C3D8: for comparison only, it locks.

The point law, the multigrid and the conjugate gradients are those of the solver. A cell has the mean temperature of its
nodes, as in C3D8 of CalculiX 2.20.
"""

import numpy as np
from numba import njit, prange

from metaltwin.kernels.plasticity import BULK, FREE, HARD_PARENT, ROW, SHEAR, SHEAR_BEFORE, YIELD, point
from metaltwin.solver.multigrid import CORNERS, Multigrid, conjugate_gradients, mesh

NONE, STILL = np.zeros((2, 0)), np.zeros(0)
SMALL = 1e-7


def shapes(spacing):
    """Slopes (8 points, 8, 3) of the shape functions, 1/m."""
    signs = 2.0 * CORNERS - 1.0
    slope = np.empty((8, 8, 3))
    for g, place in enumerate(signs / np.sqrt(3.0)):
        parts = 0.5 * (1.0 + signs * place)
        for d in range(3):
            others = [k for k in range(3) if k != d]
            slope[g, :, d] = signs[:, d] / spacing[d] * parts[:, others].prod(1)
    return slope


@njit(parallel=True, cache=True)
def balance(corner, slope, weight, row, alpha, dT, du, elastic, hard, elastic1, hard1, push, stiff, stress):
    """Forces (n, 8, 3) of cells on their corners, tangents (n, 24, 24), new state, mean stress (6, n)."""
    first, second = np.array([0, 1, 2, 0, 1, 2]), np.array([0, 1, 2, 1, 2, 0])
    for j in prange(corner.shape[0]):
        push[j] = 0.0
        stiff[j] = 0.0
        stress[:, j] = 0.0
        prop = row.copy()
        B, DB = np.zeros((6, 24)), np.zeros((6, 24))
        D = np.zeros((6, 6))
        for g in range(8):
            e = np.zeros(6)
            heat = 0.0
            B[:] = 0.0
            for a in range(8):
                heat += 0.125 * dT[corner[j, a]]
                for k in range(6):
                    i, m = first[k], second[k]
                    if i == m:
                        B[k, 3 * a + i] = slope[g, a, i]
                    else:
                        B[k, 3 * a + i] = 0.5 * slope[g, a, m]
                        B[k, 3 * a + m] = 0.5 * slope[g, a, i]
                for k in range(6):
                    for i in range(3):
                        e[k] += B[k, 3 * a + i] * du[corner[j, a], i]
            prop[FREE] = alpha * heat
            old = (
                elastic[j, g, 0], elastic[j, g, 1], elastic[j, g, 2], elastic[j, g, 3], elastic[j, g, 4],
                elastic[j, g, 5],
            )  # fmt: skip
            new, r, _, _, a_, b_ = point(
                old, (e[0], e[1], e[2], e[3], e[4], e[5]), hard[j, g], 0.0, prop, NONE, STILL, 1.0, 0.0, False
            )
            hard1[j, g] = r
            mean, G, K = (new[0] + new[1] + new[2]) / 3.0, prop[SHEAR], prop[BULK]
            n, s, norm = np.zeros(6), np.zeros(6), 0.0
            for k in range(6):
                elastic1[j, g, k] = new[k]
                n[k] = new[k] - (mean if k < 3 else 0.0)
                norm += (1.0 if k < 3 else 2.0) * n[k] * n[k]
                s[k] = 2.0 * G * n[k] + (3.0 * K * mean if k < 3 else 0.0)
                stress[k, j] += 0.125 * s[k]
            a_, b_ = max(a_, SMALL), max(b_, SMALL)
            for k in range(6):
                for m in range(6):
                    D[k, m] = 2.0 * G * (b_ - a_) * n[k] * n[m] / norm * (1.0 if m < 3 else 2.0) if norm > 0 else 0.0
                    if k < 3 and m < 3:
                        D[k, m] += K - 2.0 / 3.0 * G * a_
                D[k, k] += 2.0 * G * a_
            for k in range(6):
                twice = 1.0 if k < 3 else 2.0
                for c in range(24):
                    push[j, c // 3, c % 3] += weight * twice * s[k] * B[k, c]
            DB[:] = D @ B
            for k in range(6):
                twice = weight * (1.0 if k < 3 else 2.0)
                for c in range(24):
                    for d in range(24):
                        stiff[j, c, d] += twice * B[k, c] * DB[k, d]


class FullIntegration:
    """A free elastic-plastic box of cells, quenched by temperatures of its nodes."""

    def __init__(self, n: int, size: float, hardening: float) -> None:
        self.spacing = (size / n,) * 3
        self.mesh = mesh((n, n, n), np.arange(n**3))
        self.corner = np.stack([self.mesh.corner(a) for a in range(8)], 1)
        self.slope = shapes(self.spacing)
        self.multigrid = Multigrid(self.mesh, self.spacing)
        E, nu, self.alpha = 200e9, 0.3, 1.2e-5
        self.row = np.zeros(ROW)
        self.row[[SHEAR_BEFORE, SHEAR]] = E / 2.0 / (1.0 + nu)
        self.row[[BULK, YIELD, HARD_PARENT]] = E / 3.0 / (1.0 - 2.0 * nu), 250e6, hardening
        cells = n**3
        self.elastic, self.hard = np.zeros((cells, 8, 6)), np.zeros((cells, 8))
        self.elastic1, self.hard1 = np.zeros((cells, 8, 6)), np.zeros((cells, 8))
        self.push, self.stiff = np.zeros((cells, 8, 3)), np.zeros((cells, 24, 24))
        self.stress = np.zeros((6, cells))
        moduli = np.zeros((self.mesh.order.cell.size // 16, 2, 16), np.float32)
        slot = self.mesh.slot
        moduli[slot // 16, 0, slot % 16], moduli[slot // 16, 1, slot % 16] = self.row[BULK], self.row[SHEAR]
        self.multigrid.refresh(moduli)

    def places(self):
        """(N, 3) m."""
        return self.mesh.node_places() * np.array(self.spacing)

    def force(self, dT, du):
        balance(
            self.corner, self.slope, float(np.prod(self.spacing)) / 8.0, self.row, self.alpha, dT, du,
            self.elastic, self.hard, self.elastic1, self.hard1, self.push, self.stiff, self.stress,
        )  # fmt: skip
        total = np.zeros(du.shape)
        np.add.at(total, self.corner, self.push)
        return total

    def step(self, dT) -> None:
        """One increment, to an unbalanced force of 1e-6 of that of the cells."""
        du = np.zeros((self.mesh.node.size, 3))

        def apply(x, y):
            part = np.einsum("ncd,nd->nc", self.stiff, x[self.corner].reshape(-1, 24))
            np.add.at(y, self.corner, part.reshape(-1, 8, 3))

        for _ in range(40):
            force = self.force(dT, du)
            if np.linalg.norm(force) <= 1e-6 * np.linalg.norm(self.push):
                break
            du -= conjugate_gradients(apply, self.multigrid, force, 1e-3, 200)[0]
        else:
            raise ArithmeticError("no balance")
        self.elastic, self.elastic1 = self.elastic1, self.elastic
        self.hard, self.hard1 = self.hard1, self.hard
