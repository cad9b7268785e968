"""Rays against a slow twin, the door, and threads."""

import os
import subprocess
import sys

import numpy as np
import pytest

from metaltwin.kernels.scan import Bundle, crossings, gather, mark

CUBE = np.array([[x, y, z] for z in (0.0, 1.0) for y in (0.0, 1.0) for x in (0.0, 1.0)])
QUADS = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
FACETS = np.array([tri for a, b, c, d in QUADS for tri in ((a, b, c), (a, c, d))])


def normals(points, facets):
    a, b, c = (points[facets[:, corner]] for corner in range(3))
    across = np.cross(b - a, c - a)
    return np.ascontiguousarray(across / np.linalg.norm(across, axis=1, keepdims=True))


def skewed():
    """A cube sheared and bent out of every symmetry."""
    turn = np.array([[1.0, 0.31, 0.17], [-0.23, 0.9, 0.11], [0.07, -0.19, 1.1]])
    return np.ascontiguousarray(CUBE @ turn)


def slow(points, facets, axis, u, v):
    """Moeller and Trumbore for every ray and facet."""
    found = []
    direction = np.eye(3)[axis]
    for y in v:
        for x in u:
            origin = np.zeros(3)
            origin[(axis + 1) % 3], origin[(axis + 2) % 3], origin[axis] = x, y, -100.0
            hits = []
            for a, b, c in points[facets]:
                p = np.cross(direction, c - a)
                scale = p @ (b - a)
                if abs(scale) < 1e-14:
                    continue
                s = (p @ (origin - a)) / scale
                q = np.cross(origin - a, b - a)
                t = (q @ direction) / scale
                if s >= 0 and t >= 0 and s + t <= 1:
                    hits.append(q @ (c - a) / scale - 100.0)
            found.append(sorted(hits))
    return found


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_crossings_are_those_of_the_slow_twin(axis):
    points = skewed()
    u, v = np.linspace(-0.4, 1.5, 23), np.linspace(-0.31, 1.4, 19)
    got = crossings(points, FACETS, normals(points, FACETS), axis, u, v)
    for ray, hits in enumerate(slow(points, FACETS, axis, u, v)):
        here = got.position[got.start[ray] : got.start[ray + 1]]
        assert here == pytest.approx(hits, abs=1e-12)
        assert (np.sign(got.tilt[got.start[ray] : got.start[ray + 1]]) == np.tile([-1, 1], len(hits) // 2)).all()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_rays_through_edges_and_vertices_close(axis):
    places = np.linspace(-0.25, 1.25, 7)  # 0, 0.5 and 1 hit corners, diagonals and whole faces
    got = crossings(CUBE, FACETS, normals(CUBE, FACETS), axis, places, places)
    count = np.diff(got.start).reshape(7, 7)
    assert set(count.ravel()) <= {0, 2}
    assert (count[1:5, 1:5] == 2).all()  # half-open: 0 is inside, 1 outside
    assert count.sum() == 32


def test_overlapping_bodies_are_one():
    points = np.concatenate([CUBE, CUBE + 0.5])
    facets = np.concatenate([FACETS, FACETS + 8])
    got = crossings(points, facets, normals(points, facets), 2, np.array([0.75]), np.array([0.75]))
    assert got.position == pytest.approx([0.0, 0.5, 1.0, 1.5])
    assert (got.tilt == [-1.0, 0.0, 0.0, 1.0]).all()


def test_lengths_inside_a_cell_add_up():
    points = CUBE * 0.625
    found = crossings(points, FACETS, normals(points, FACETS), 0, *2 * [(np.arange(8) + 0.5) / 8])
    bundle = Bundle(0.0, 0.5, (2, 2, 2), (1, 2, 4), (4, 4))
    kind = np.zeros(8, np.uint8)
    mark(found, bundle, True, kind)
    assert (kind & 2).tolist() == [0, 2] * 4
    assert (kind[::2] == 1).all()
    inside, skin, facing, flat = np.zeros((4, 8, 2))
    number = np.where(kind > 1, np.arange(8), -1).astype(np.int32)
    gather(found, bundle, 0, number, inside, skin, facing, flat)
    assert inside[1, 0] == pytest.approx(0.25)
    assert skin[1, 0] == facing[1, 0] == pytest.approx(1.0)
    assert inside[3, 0] == pytest.approx(0.25 * 0.25)
    assert (inside[::2] == 0.0).all()
    number[:] = np.arange(8)
    gather(found, Bundle(0.0, 0.625, (1, 2, 2), (1, 2, 4), (4, 4)), 0, number, inside, skin, facing, flat)
    assert (flat[0] == 1.0).all() and (flat[2] == 0.25).all()


def test_the_door_refuses():
    u = np.array([0.1, 0.9])
    n = normals(CUBE, FACETS)
    with pytest.raises(ValueError, match="points must be float64"):
        crossings(CUBE.astype(np.float32), FACETS, n, 0, u, u)
    with pytest.raises(ValueError, match="points must be float64, C order"):
        crossings(np.asfortranarray(CUBE), FACETS, n, 0, u, u)
    with pytest.raises(ValueError, match="u must rise"):
        crossings(CUBE, FACETS, n, 0, u[::-1].copy(), u)
    with pytest.raises(ValueError, match="vertices outside"):
        crossings(CUBE, FACETS + 4, n, 0, u, u)
    with pytest.raises(ValueError, match="one a facet"):
        crossings(CUBE, FACETS, n[1:].copy(), 0, u, u)
    found = crossings(CUBE, FACETS, n, 0, u, u)
    with pytest.raises(ValueError, match="the bundle has 16 rays, the crossings 4"):
        mark(found, Bundle(0.0, 1.0, (1, 2, 2), (1, 1, 2), (2, 2)), False, np.zeros(4, np.uint8))


def test_threads_do_not_change_a_bit():
    code = (
        "import hashlib, numpy as np; from metaltwin.solver.geometry import build;"
        "from metaltwin.solver.shape import Sphere;"
        "c = build(Sphere(0.02), '3d', 0.003, (0.3, 0.4, 0.1));"
        "arrays = [a.tobytes() for a in vars(c).values() if isinstance(a, np.ndarray)];"
        "print(hashlib.sha256(b''.join(arrays)).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "OMP_NUM_THREADS": n},
            capture_output=True,
            check=True,
        ).stdout
        for n in ("1", "2", "3")
    }
    assert len(told) == 1
