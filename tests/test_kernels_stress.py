"""Element loops: the tangent is the slope of the forces, moved bodies feel nothing, no locking."""

import numpy as np
import pytest

from metaltwin.kernels import plasticity
from metaltwin.kernels import stress as kernel

rng = np.random.default_rng(5)
NONE = np.zeros(0)
BACK = 1e-2  # plastic strain behind the back stress: as large as the yield stress


def deviators(*shape: int) -> np.ndarray:
    """Random `back` of points, without trace."""
    back = rng.normal(size=shape) * BACK
    back[..., :3] -= back[..., :3].mean(-1, keepdims=True)
    return back


ROW = np.array([76e9, 70e9, 160e9, 1e-4, 200e6, 1e9, 0.5e9, 3e-12, 0.2, 0.3, 0.0])


class Row:
    """The loop `line` on four cells with a state of their own."""

    def __init__(self, kind: int, kinematic: float = 0.0) -> None:
        self.kind, n = kind, 4
        self.kinematic, self.back = kinematic, deviators(n, 2, 2, 3)
        self.x = np.linspace(0.01, 0.03, 2 * n + 1)
        self.elastic = rng.normal(size=(n, 2, 3)) * 5e-4
        self.history = rng.uniform(0, 1e-3, (2, n, 2))
        self.rows = np.tile(ROW, (n, 1))
        self.size = self.x.size + 1

    def __call__(self, move: np.ndarray):
        n, N = 4, self.x.size
        force, scale, band, edge, corner = (
            np.empty(N + 1),
            np.empty(N + 1),
            np.empty((3, N)),
            np.empty(N),
            np.empty(1),
        )
        out = np.empty_like(self.elastic), np.empty((n, 2)), np.empty((n, 2)), np.empty_like(self.back)
        cells = np.empty(n), np.empty((6, n))
        kernel.line(
            self.kind, self.x, move[:-1].copy(), move[-1], self.elastic, *self.history, self.back,
            self.rows, np.zeros((n, 2, 0)), NONE, 0.5, 0.3, False, self.kinematic, force, scale, band, edge,
            corner, *out, *cells,
        )  # fmt: skip
        dense = np.zeros((N + 1, N + 1))
        for k in range(3):
            dense += np.diag(np.append(band[k, : N - k], 0.0), -k)
        dense[N, :N], dense[N, N] = edge, corner[0]
        return force, dense + np.tril(dense, -1).T, out[0], cells[0]


class Ring:
    """The loop `section` on two by two cells, one cut."""

    def __init__(self, inner: float = 0.01, kinematic: float = 0.0) -> None:
        self.kinematic, self.back = kinematic, deviators(4, 4, 2, 4)
        i, k = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])
        right, up = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])
        node = i[:, None] + right + 3 * (k[:, None] + up)
        self.number = (2 * node[:, :, None] + np.arange(2)).reshape(4, 8)
        self.column, self.fraction = i, np.array([1.0, 1.0, 0.4, 1.0])
        self.shapes, self.weights = kernel.section_shapes(inner + 0.002 * np.arange(2), np.full(2, 0.002), 0.003)
        self.elastic = rng.normal(size=(4, 4, 4)) * 5e-4
        self.history = rng.uniform(0, 1e-3, (2, 4, 4))
        self.rows = np.tile(ROW, (4, 1))
        self.r = inner + 0.002 * (np.arange(9) % 3)
        self.z = 0.003 * (np.arange(9) // 3)
        self.size = 18

    def __call__(self, move: np.ndarray):
        width = int((self.number.max(1) - self.number.min(1)).max())
        force, scale, band = np.empty(18), np.empty(18), np.empty((width + 1, 18), order="F")
        out = np.empty_like(self.elastic), np.empty((4, 4)), np.empty((4, 4)), np.empty_like(self.back)
        cells = np.empty(4), np.empty((6, 4))
        elements = np.empty((4, 8)), np.empty((4, 8)), np.empty((4, 8, 8))
        kernel.section(
            self.column, self.number, self.fraction, self.shapes, self.weights, move.copy(), self.elastic,
            *self.history, self.back, self.rows, np.zeros((4, 2, 0)), NONE, 0.5, 0.3, False, self.kinematic,
            *elements, *out, *cells,
        )  # fmt: skip
        kernel.assemble(self.number, *elements, force, scale, band)
        dense = sum(np.diag(band[k, : 18 - k], -k) for k in range(width + 1))
        return force, dense + np.tril(dense, -1).T, out[0], cells[0]


@pytest.mark.parametrize("case", [kernel.SLAB, kernel.CYLINDER, kernel.SPHERE, "rz"])
@pytest.mark.parametrize("strain", [1e-6, 3e-3])
@pytest.mark.parametrize(("kinematic", "compression"), [(0.0, 0.0), (0.6, 0.0), (0.0, 500e6)])
def test_tangent_is_the_slope_of_the_forces(case, strain, kinematic, compression):
    loop = Ring(kinematic=kinematic) if case == "rz" else Row(case, kinematic)
    if compression:
        loop.rows[:, plasticity.TRIP], loop.rows[:, plasticity.COMPRESSION] = 0.0, compression
    move = rng.normal(size=loop.size) * strain * 1e-3
    step = 1e-11
    slope = [(loop(move + step * e)[0] - loop(move - step * e)[0]) / (2 * step) for e in np.eye(loop.size)]
    _, tangent, _, plastic = loop(move)
    assert plastic.max() > 0.0 or strain < 1e-3
    assert np.abs(np.array(slope).T - tangent).max() < 1e-5 * np.abs(tangent).max()


def test_bordered_solves_what_a_dense_matrix_says():
    n = 9
    dense = 3.0 * np.eye(n + 1)
    for k in range(3):
        dense[:n, :n] += np.diag(rng.normal(size=n - k), -k)
    dense[:n, :n] = dense[:n, :n] @ np.diag(1.0 + np.arange(n)) @ dense[:n, :n].T  # wide as before
    dense[n, :n] = dense[:n, n] = rng.normal(size=n)
    dense[n, n] = 100.0
    band = np.array([np.append(np.diag(dense[:n, :n], -k), np.zeros(k)) for k in range(3)])
    force, step = rng.normal(size=n + 1), np.empty(n + 1)
    assert kernel.bordered(band.copy(), dense[n, :n].copy(), np.array([100.0]), force, step)
    assert dense @ step == pytest.approx(force, rel=1e-8, abs=1e-8)
    band[0, 4] = -1e3
    assert not kernel.bordered(band, dense[n, :n].copy(), np.array([100.0]), force, step)


def test_a_ring_moved_along_its_axis_feels_nothing():
    ring = Ring()
    ring.rows[:, plasticity.FREE] = 0.0
    ring.rows[:, plasticity.TRIP] = 0.0
    ring.rows[:, plasticity.YIELD] = plasticity.NEVER
    up = np.tile([0.0, 1.0], 9)
    _, tangent, elastic, _ = ring(0.01 * up)
    assert elastic == pytest.approx(ring.elastic, abs=1e-15)
    assert np.abs(tangent @ up).max() < 1e-10 * np.abs(tangent).max()


def test_shapes_hold_every_linear_displacement():
    """u_r = a r, u_z = b z + c: uniform strain in every point, and the weights are the volume."""
    ring = Ring(inner=0.0)
    move = np.stack([3e-3 * ring.r, -2e-3 * ring.z + 0.5], 1).ravel()
    for j in range(4):
        strain = ring.shapes[ring.column[j]] @ move[ring.number[j]]
        assert strain == pytest.approx(np.tile([3e-3, 3e-3, -2e-3, 0.0], (4, 1)), abs=1e-13)
    volume = np.pi * np.array([0.002**2, 0.004**2 - 0.002**2]) * 0.003
    assert ring.weights.sum(1) == pytest.approx(volume)


def test_dilatation_is_one_number_per_element():
    ring = Ring()
    change = ring.shapes[:, :, :3].sum(2)
    assert change == pytest.approx(np.broadcast_to(change.mean(1, keepdims=True), change.shape), abs=1e-9)
