"""Element sweeps of the 3-D stress operator against a slow twin without modes, slabs and lanes."""

import numpy as np
import pytest

from metaltwin.kernels import solid as kernel
from metaltwin.solver.multigrid import interpolation, mesh, reference

SPACING = (1e-3, 1.3e-3, 0.7e-3)
SHAPE = (5, 4, 6)


def part(shape=SHAPE, holes=0.3, seed=1):
    random = np.random.default_rng(seed)
    return mesh(shape, np.flatnonzero(random.random(np.prod(shape)) > holes)), random


def strain_matrices(spacing):
    """(8 points, 6, 24) B-bar strain of a box by Lagrange products in physical coordinates; tensor shear.

    What of the slope of u_i along j varies along i counts as if the cell were as wide along i as along j.
    """
    d = np.array(spacing)
    corners = np.array([[a & 1, a >> 1 & 1, a >> 2] for a in range(8)]) * d
    gauss = np.array([[a & 1, a >> 1 & 1, a >> 2] for a in range(8)]) * 2.0 - 1.0

    def slopes(x):
        out = np.empty((8, 3))
        for a, corner in enumerate(corners):
            line = np.where(corner > 0, x / d, 1.0 - x / d)
            sign = np.where(corner > 0, 1.0, -1.0) / d
            out[a] = [sign[k] * np.prod(np.delete(line, k)) for k in range(3)]
        return out

    middle = slopes(d / 2)
    out = np.zeros((8, 6, 24))
    for g, point in enumerate(gauss):
        slope = slopes(d / 2 * (1.0 + point / np.sqrt(3.0)))
        between = [slopes(d / 2 * (1.0 + point * (np.arange(3) != i) / np.sqrt(3.0))) for i in range(3)]
        for a in range(8):
            for k in range(3):
                out[g, k, 3 * a + k] = slope[a, k]
                for i, j in (((0, 1), (1, 2), (2, 0))[k], ((1, 0), (2, 1), (0, 2))[k]):
                    bent = (slope[a, j] - between[i][a, j]) * d[j] / d[i]
                    out[g, 3 + k, 3 * a + i] += 0.5 * (between[i][a, j] + bent)
        out[g, :3] += (middle.ravel() - out[g, :3].sum(0)) / 3.0
    return out


def freedoms(order):
    filled = order.cell >= 0
    nodes = np.stack([order.rows[filled][:, a >> 1] + (a & 1) for a in range(8)], 1)
    return filled, (3 * nodes[:, :, None] + np.arange(3)).reshape(-1, 24)


def test_the_elastic_sweep_is_the_slow_twin():
    part_mesh, random = part()
    order = part_mesh.order
    bulk, shear = 1.0 + random.random((2, order.cell.size)).astype(np.float32)
    moduli = np.ascontiguousarray(np.stack([bulk.reshape(-1, 16), shear.reshape(-1, 16)], 1))
    x = random.standard_normal((order.nodes, 3)).astype(np.float32)
    y = np.zeros_like(x)
    scale = np.array([*(0.25 / np.array(SPACING)), np.prod(SPACING)], np.float32)
    kernel.elastic(order, moduli, scale, x, y)

    B, weight = strain_matrices(SPACING), np.array([1, 1, 1, 2, 2, 2])
    slow = np.zeros(3 * order.nodes)
    filled, freedom = freedoms(order)
    for k, g, dofs in zip(bulk[filled], shear[filled], freedom, strict=True):
        for b in B:
            e = b @ x.ravel()[dofs]
            trace = e[:3].sum()
            stress = 2 * g * (e - trace / 3 * (np.arange(6) < 3)) + k * trace * (np.arange(6) < 3)
            slow[dofs] += np.prod(SPACING) / 8 * (b.T * weight) @ stress
    assert np.abs(y.ravel() - slow).max() < 2e-6 * np.abs(slow).max()


def test_the_tangent_sweep_is_the_slow_twin_and_symmetric():
    part_mesh, random = part()
    order = part_mesh.order
    slots = order.cell.size
    moduli = (1.0 + random.random((slots // 16, 2, 16))).astype(np.float32)
    points = random.integers(-9000, 9000, (slots // 8, 8, 6, 8)).astype(np.int16)
    points[:, :, 0] = random.integers(20000, 32767, points[:, :, 0].shape)
    x, other = random.standard_normal((2, order.nodes, 3))
    scale = np.array([*(0.25 / np.array(SPACING)), np.prod(SPACING)])
    y, image = np.zeros_like(x), np.zeros_like(x)
    kernel.tangent(order, moduli, points, scale, x, y)
    kernel.tangent(order, moduli, points, scale, other, image)
    assert np.vdot(other, y) == pytest.approx(np.vdot(x, image), rel=1e-12)

    B, weight = strain_matrices(SPACING), np.array([1, 1, 1, 2, 2, 2])
    slow = np.zeros(3 * order.nodes)
    filled, freedom = freedoms(order)
    for slot, dofs in zip(np.flatnonzero(filled), freedom, strict=True):
        k, g = (float(moduli[slot // 16, m, slot % 16]) for m in range(2))
        for b, stored in zip(B, points[slot // 8, :, :, slot % 8] / 32767.0, strict=True):
            n = np.array([stored[1], stored[2], -stored[1] - stored[2], *stored[3:]])
            e = b @ x.ravel()[dofs]
            trace = e[:3].sum()
            deviator = e - trace / 3 * (np.arange(6) < 3)
            stress = 2 * g * (stored[0] * deviator - (n * weight @ deviator) * n) + k * trace * (np.arange(6) < 3)
            slow[dofs] += np.prod(SPACING) / 8 * (b.T * weight) @ stress
    np.testing.assert_allclose(y.ravel(), slow, rtol=0, atol=1e-12 * np.abs(slow).max())


def test_the_whole_tangent_sweep_is_the_slow_twin():
    part_mesh, random = part()
    order = part_mesh.order
    points = random.standard_normal((order.cell.size // 8, 8, 21, 8)).astype(np.float32)
    x = random.standard_normal((order.nodes, 3))
    scale, y = np.array([*(0.25 / np.array(SPACING)), np.prod(SPACING)]), np.zeros_like(x)
    kernel.whole_tangent(order, points, scale, x, y)

    B, weight, lower = strain_matrices(SPACING), np.array([1, 1, 1, *(3 * [2.0**0.5])]), np.tril_indices(6)
    slow = np.zeros(3 * order.nodes)
    filled, freedom = freedoms(order)
    for slot, dofs in zip(np.flatnonzero(filled), freedom, strict=True):
        for b, stored in zip(B, points[slot // 8, :, :, slot % 8], strict=True):
            D = np.zeros((6, 6))
            D[lower] = stored
            D += np.tril(D, -1).T
            b = b * weight[:, None]
            slow[dofs] += np.prod(SPACING) / 8 * b.T @ (D @ (b @ x.ravel()[dofs]))
    np.testing.assert_allclose(y.ravel(), slow, rtol=0, atol=1e-12 * np.abs(slow).max())


def test_coarse_sweeps_are_galerkin_products():
    part_mesh, random = part((2, 2, 2), 0.0)
    fine = part_mesh.order
    moduli = (1.0 + random.random((2, 8))).astype(np.float32)
    own = np.zeros((fine.cell.size // 16, 2, 16), np.float32)
    own[part_mesh.slot // 16, :, part_mesh.slot % 16] = moduli.T
    scale = np.array([*(0.25 / np.array(SPACING)), np.prod(SPACING)], np.float32)
    coarse = mesh((1, 1, 1), np.array([0]))
    shares = np.zeros((1, 8, 2, 16), np.float32)
    shares[0, :, :, 0] = moduli.T
    x = random.standard_normal((8, 3)).astype(np.float32)

    P = np.zeros((27, 8))
    for i, place in enumerate(part_mesh.node_places()):
        for a in range(8):
            bits = np.array([a & 1, a >> 1 & 1, a >> 2])
            P[i, a] = np.prod(np.where(bits, place / 2, 1 - place / 2))
    up = (P @ x).astype(np.float32)
    image = np.zeros_like(up)
    kernel.elastic(fine, own, scale, up, image)
    expected = P.T @ image

    y = np.zeros((8, 3), np.float32)
    kernel.nested(coarse.order, shares, scale, x, y)
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-6 * np.abs(expected).max())

    unit, parts = reference(SPACING), interpolation()
    whole = sum(parts[c].T @ (moduli[0, c] * unit[0] + moduli[1, c] * unit[1]) @ parts[c] for c in range(8))
    matrix = np.zeros((coarse.order.cell.size, 24, 24), np.float32)
    matrix[0] = whole
    y[:] = 0.0
    kernel.dense(coarse.order, matrix, x, y)
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-6 * np.abs(expected).max())


def test_factorise_and_substitute_solve():
    random = np.random.default_rng(3)
    root = random.standard_normal((30, 30))
    matrix, x = root @ root.T + np.eye(30), random.standard_normal(30)
    right = matrix @ x
    assert kernel.factorise(matrix)
    kernel.substitute(matrix, right)
    np.testing.assert_allclose(right, x, rtol=1e-9)
    assert not kernel.factorise(-np.eye(3))


def test_vector_sweeps():
    random = np.random.default_rng(4)
    p, q, x, r = random.standard_normal((4, 10_007))
    z, single, part_sums = r.astype(np.float32), np.empty(10_007, np.float32), np.empty(64)
    assert kernel.dot(p, q, part_sums) == pytest.approx(p @ q, rel=1e-12)
    assert kernel.project(z, p, q, part_sums) == pytest.approx((z @ p, z @ q), rel=1e-5)
    moved, left = x + 0.3 * p, r - 0.3 * q
    assert kernel.descend(0.3, p, q, x, r, single, part_sums) == pytest.approx(left @ left, rel=1e-12)
    np.testing.assert_allclose(x, moved)
    np.testing.assert_allclose(r, left)
    np.testing.assert_allclose(single, left.astype(np.float32))
    turned = z + 0.7 * p
    kernel.turn(z, 0.7, p)
    np.testing.assert_allclose(p, turned)


@pytest.mark.parametrize("fault", ["strided", "double", "overlapping", "short"])
def test_the_door_refuses(fault):
    order = part()[0].order
    moduli = np.ones((order.cell.size // 16, 2, 16), np.float32)
    scale = np.ones(4, np.float32)
    x, y = np.zeros((2, order.nodes, 3), np.float32)
    if fault == "strided":
        x = np.zeros((order.nodes, 6), np.float32)[:, ::2]
    elif fault == "double":
        x = x.astype(float)
    elif fault == "overlapping":
        x = y
    else:
        x = x[:-1]
    with pytest.raises(ValueError, match="overlap" if fault == "overlapping" else "x is"):
        kernel.elastic(order, moduli, scale, x, y)


def test_batches_refuse_nodes_that_are_not_there():
    order = part()[0].order
    with pytest.raises(ValueError, match="nodes up to"):
        kernel.Batches(order.rows, order.first, order.count, order.cell, order.nodes - 1)
