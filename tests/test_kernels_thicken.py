"""Rays through what lies within a distance of triangles: against a slow twin, the door, and threads."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from metaltwin.kernels.scan import Crossings
from metaltwin.kernels.thicken import thickened

BY = 0.3
POINTS = np.array([[0.0, 0.0, 0.0], [1.0, 0.2, 0.1], [0.3, 0.9, 0.4]])
FACETS, BALLS = np.array([[0, 1, 2]]), np.arange(3)
U, V = np.linspace(-0.5, 1.5, 41), np.linspace(-0.5, 1.5, 37)
NONE = Crossings(np.zeros(U.size * V.size + 1, np.int64), np.empty(0), np.empty(0))


def arrays():
    """The triangle from both sides, a wedge of half a turn about each of its edges."""
    across = np.cross(POINTS[1] - POINTS[0], POINTS[2] - POINTS[0])
    up = across / np.linalg.norm(across)
    edges, facets = np.array([[0, 1], [1, 2], [2, 0]]), np.array([[0, 1, 2], [0, 2, 1]])
    turns = np.stack([np.stack([up, -up])] * 3)
    return BALLS, edges, turns, facets, np.stack([up, -up])


def away(points):
    """Distance from the triangle, by a fine net of its points."""
    s, t = np.meshgrid(*[np.linspace(0.0, 1.0, 101)] * 2)
    kept = s + t <= 1.0 + 1e-9
    a, b, c = POINTS
    net = a + s[kept][:, None] * (b - a) + t[kept][:, None] * (c - a)
    return cKDTree(net).query(points)[0]


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_rays_end_at_the_distance(axis):
    found = thickened(NONE, POINTS, *arrays(), axis, U, V, BY)
    ray = np.repeat(np.arange(U.size * V.size), np.diff(found.start))
    walls = np.empty((ray.size, 3))
    walls[:, axis], walls[:, (axis + 1) % 3], walls[:, (axis + 2) % 3] = (
        found.position,
        U[ray % U.size],
        V[ray // U.size],
    )
    assert set(np.diff(found.start)) == {0, 2}  # what is convex is met in one piece
    assert away(walls) == pytest.approx(BY, abs=2e-3)
    assert (np.sign(found.tilt) == np.tile([-1, 1], ray.size // 2)).all()
    missed = np.flatnonzero(np.diff(found.start) == 0)
    depth = np.linspace(-0.6, 1.6, 45)
    beside = np.empty((missed.size, depth.size, 3))
    beside[..., axis], beside[..., (axis + 1) % 3] = depth, U[missed % U.size, None]
    beside[..., (axis + 2) % 3] = V[missed // U.size, None]
    assert away(beside.reshape(-1, 3)).min() > BY - 1e-9


def test_tilts_are_the_slope_of_the_outside():
    found = thickened(NONE, POINTS, *arrays(), 2, U, V, BY)
    top = np.full(U.size * V.size, np.nan)
    met = np.flatnonzero(np.diff(found.start))
    top[met] = found.position[found.start[met] + 1]
    rise_v, rise_u = np.gradient(top.reshape(V.size, U.size), V, U)
    slope = 1.0 / np.sqrt(1.0 + rise_u**2 + rise_v**2)
    tilt = np.full(U.size * V.size, np.nan)
    tilt[met] = found.tilt[found.start[met] + 1]
    near = np.abs(slope - tilt.reshape(slope.shape))
    assert np.nanmedian(near) < 5e-3


def test_the_body_itself_is_kept_and_what_touches_is_one():
    start = np.zeros(U.size * V.size + 1, np.int64)
    start[5:] = 2
    far = Crossings(start, np.array([5.0, 6.0]), np.array([-0.5, 0.7]))
    found = thickened(far, POINTS, *arrays(), 2, U, V, BY)
    last = slice(found.start[4], found.start[5])
    assert found.position[last][-2:] == pytest.approx([5.0, 6.0])
    assert found.tilt[last][-2:] == pytest.approx([-0.5, 0.7])


def test_rays_of_many_pieces_find_room():
    """A ladder of forty points, apart."""
    points = np.stack([np.zeros(40), np.zeros(40), np.arange(40.0)], 1)
    none = np.empty((0, 2), np.int64), np.empty((0, 2, 3)), np.empty((0, 3), np.int64), np.empty((0, 3))
    empty = Crossings(np.zeros(2, np.int64), np.empty(0), np.empty(0))
    found = thickened(empty, points, np.arange(40), *none, 2, np.zeros(1), np.zeros(1), BY)
    assert found.position == pytest.approx((np.arange(40.0)[:, None] + (-BY, BY)).ravel())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda a: (a[0].astype(np.int32), *a[1:]), "corners must be int64"),
        (lambda a: (a[0] + 3, *a[1:]), "corners name vertices outside"),
        (lambda a: (*a[:4], a[4][:1]), "one a facet"),
        (lambda a: (*a[:2], a[2][:1], *a[3:]), "one an edge"),
    ],
)
def test_the_door_refuses(change, said):
    with pytest.raises(ValueError, match=said):
        thickened(NONE, POINTS, *change(arrays()), 2, U, V, BY)


def test_no_distance_is_refused():
    with pytest.raises(ValueError, match="above zero"):
        thickened(NONE, POINTS, *arrays(), 2, U, V, 0.0)
