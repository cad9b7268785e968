"""Reading a field at points: straight lines stay straight, quadratics bend, outside is refused."""

import numpy as np
import pytest

from metaltwin.solver.field import Sampler, distance_outside, onto
from metaltwin.solver.geometry import build
from metaltwin.solver.shape import Box, Cylinder, Plate, Sphere

CASES = {
    "sphere 3d": (Sphere(0.02), "3d", (0.3, 0.45, 0.7)),
    "cylinder 3d": (Cylinder(0.02, length=0.04, middle=(0.0, 0.0, -0.02)), "3d", (0.3, 0.45, 0.7)),
    "box 3d": (Box((0.04, 0.03, 0.02)), "3d", (0.0, 0.0, 0.0)),
    "cylinder rz": (Cylinder(0.02, length=0.04, middle=(0.0, 0.0, -0.02)), "rz", (0.0, 0.0, 0.0)),
    "ring rz": (Cylinder(0.02, 0.01, 0.04, middle=(0.0, 0.0, -0.02)), "rz", (0.0, 0.0, 0.0)),
    "sphere rz": (Sphere(0.02), "rz", (0.0, 0.0, 0.0)),
    "sphere 1d": (Sphere(0.02), "sphere", (0.0, 0.0, 0.0)),
    "cylinder 1d": (Cylinder(0.02), "cylinder", (0.0, 0.0, 0.0)),
    "plate 1d": (Plate(0.04), "slab", (0.0, 0.0, 0.0)),
}


def within(body, points):
    """Exact membership."""
    x, y, z = points.T
    if isinstance(body, Plate):
        return np.abs(x) < body.thickness / 2
    if isinstance(body, Box):
        return (np.abs(points) < np.array(body.size) / 2).all(1)
    if isinstance(body, Sphere):
        return x**2 + y**2 + z**2 < body.radius**2
    level = True if body.length is None else (z > body.middle[2]) & (z < body.middle[2] + body.length)
    return (np.hypot(x, y) < body.radius) & (np.hypot(x, y) > body.inner) & level


@pytest.fixture(params=CASES)
def body_cells_points(request):
    body, metric, offset = CASES[request.param]
    points = np.random.default_rng(5).uniform(-0.0205, 0.0205, (3000, 3))
    return body, build(body, metric, 0.002, offset), points


def linear(metric, at):
    if metric == "3d":
        return 1.0 + at @ np.array([30.0, -20.0, 10.0])
    return 1.0 + (10.0 * at[:, 2] if metric == "rz" else 0.0 * at[:, 0])


def bent(metric, at):
    return linear(metric, at) ** 2 + (50.0 * at[:, 0]) ** 2


def test_straight_lines_stay_straight(body_cells_points):
    body, cells, points = body_cells_points
    here = points[within(body, points)][:300]
    metric = cells.lattice.metric
    truth = linear(metric, onto(cells.lattice, here))
    values, wall = linear(metric, cells.centres()), linear(metric, cells.feet())
    assert Sampler(cells, here).read(values) == pytest.approx(truth, abs=1e-9)
    assert Sampler(cells, here).read(values, wall) == pytest.approx(truth, abs=1e-9)


def test_quadratics_are_exact_with_walls_and_in_rings_of_cells(body_cells_points):
    body, cells, points = body_cells_points
    here = points[within(body, points)][:300]
    metric = cells.lattice.metric
    truth = bent(metric, onto(cells.lattice, here))
    values, wall = bent(metric, cells.centres()), bent(metric, cells.feet())
    assert Sampler(cells, here).read(values, wall) == pytest.approx(truth, abs=1e-9)
    assert Sampler(cells, here).read(values) == pytest.approx(truth, abs=1e-9)


def test_no_point_inside_is_refused_and_far_ones_are(body_cells_points):
    body, cells, points = body_cells_points
    inside = within(body, points)
    outside = distance_outside(cells, points)
    assert (outside[inside] == 0.0).all()
    grown = np.abs(points) + 0.0
    far = points * (0.0235 / grown.max(1))[:, None]
    if isinstance(body, Plate):
        far = points * (0.0235 / grown[:, 0])[:, None]
    if body.metrics[0] == "cylinder":
        far = points * (0.0235 / np.hypot(points[:, 0], points[:, 1]))[:, None]
    assert (distance_outside(cells, far[~within(body, far)]) > 0.0).all()


def test_the_message_names_the_distance():
    for metric in ("sphere", "rz", "3d"):
        cells = build(Sphere(0.02), metric, 0.002)
        with pytest.raises(ValueError, match=r"\(32.3, 0, 0\) mm is 12\.[23] mm outside the part"):
            Sampler(cells, np.array([[0.0323, 0.0, 0.0]]))
    with pytest.raises(ValueError, match=r"points must be \(k, 3\) numbers"):
        Sampler(cells, np.array([[np.nan, 0.0, 0.0]]))


def test_the_walls_themselves_are_inside():
    cells = build(Cylinder(0.02, length=0.04), "rz", 0.002)
    at = np.array([[0.02, 0.0, 0.0], [0.0, 0.0, 0.04], [0.0, -0.02, 0.02]])
    assert Sampler(cells, at).read(cells.centres()[:, 2], cells.feet()[:, 2]) == pytest.approx([0.0, 0.04, 0.02])
    with pytest.raises(ValueError, match="0.1 mm outside"):
        Sampler(cells, at + [[0.0, 0.0, -0.0001], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])


def test_opposite_walls_are_read_alike():
    """Of a field that is its own image, whichever cell round-off says a point between cells lies in."""
    for name in ("cylinder rz", "cylinder 3d", "plate 1d"):
        body, metric, _ = CASES[name]
        cells = build(body, metric, 0.003)
        across = 0 if metric == "slab" else 2
        at = cells.centres()[:, across]
        values = np.exp(np.abs(at) / 0.002) + at**2
        feet = cells.feet()[np.abs(cells.patch_normal[:, across]) == 1.0]
        image = feet.copy()
        image[:, across] *= -1.0
        got, other = (Sampler(cells, here, walls=False).read(values) for here in (feet, image))
        assert got == pytest.approx(other, rel=1e-9)


def test_moved_parts_are_read_where_they_stand():
    cells = build(Cylinder(0.02, length=0.04).moved((0.1, -0.2, 0.3)), "rz", 0.002)
    got = Sampler(cells, np.array([[0.11, -0.2, 0.31]])).read(cells.centres()[:, 0] ** 2)
    assert got == pytest.approx([1e-4], rel=1e-9)


def test_blocks_of_fields_and_few_cells():
    cells = build(Box((0.04, 0.03, 0.001)), "3d", 0.001)
    fields = np.stack([cells.centres()[:, 0], np.ones(cells.index.size)])
    got = Sampler(cells, np.array([[0.0123, 0.004, 0.0]])).read(fields)
    assert got == pytest.approx(np.array([[0.0123], [1.0]]))
    one = build(Sphere(0.02), "3d", 0.05)
    assert Sampler(one, np.zeros((1, 3))).read(np.array([7.0])) == pytest.approx([7.0])
