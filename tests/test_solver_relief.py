"""Material taken out of a stressed body: the cells that are left, and the exact relaxation of tubes and beams."""

import numpy as np
import pytest

from metaltwin.materials.matter import Matter, Mechanics, Phase, constant
from metaltwin.solver.geometry import build, remaining, shortened
from metaltwin.solver.relief import relieve
from metaltwin.solver.shape import Box, Cylinder, Sphere

YOUNG, POISSON, S = 200e9, 0.3, 100e6
STEEL = Matter(
    "steel",
    7800.0,
    (
        Phase(
            "solid",
            constant(1.0),
            constant(1.0),
            Mechanics(constant(YOUNG), constant(POISSON), constant(0.0), constant(1e6), constant(0.0)),
        ),
    ),
)


def relieved(cells, rest, stress):
    n = cells.index.size
    return relieve(cells, rest, STEEL, stress, np.full(n, 293.15), np.ones((1, n)))


def cylinder_stress(r, R):
    """Residual stress of a long solid cylinder whose eigenstrain goes with r2 (rr, tt, zz), Pa."""
    ratio = (r / R) ** 2
    stress = np.zeros((6, r.size))
    stress[:3] = S * (1 - ratio), S * (1 - 3 * ratio), 2 * S * (1 - 2 * ratio)
    return stress


def bored(r, a, R):
    """Exact change of that stress (rr, tt, zz) and of the radius, once it is bored to a."""
    C, D = S * (a / R) ** 2, S * a**2
    change = np.array([C - D / r**2, C + D / r**2, 2 * S * (a / R) ** 2 + 0 * r])
    return change, r * (change[1] - POISSON * (change[0] + change[2])) / YOUNG


def turned(r, b, R):
    """The same, once it is turned down to b: a solid cylinder under uniform traction."""
    C = -S * (1 - (b / R) ** 2)
    long = 2 * S * (1 - (b / R) ** 2)  # the skin carried compression along the axis, of this mean in the core
    change = np.array([C + 0 * r, C + 0 * r, -long + 0 * r])
    return change, r * (C - POISSON * (C - long)) / YOUNG


def test_boring_a_long_cylinder_relaxes_as_sachs_says():
    R, a = 0.02, 0.0083  # not on a face of the grid
    cells = build(Cylinder(R), "cylinder", 0.25e-3)
    rest = shortened(cells, a, R)
    found = relieved(cells, rest, cylinder_stress(cells.centres()[:, 0], R))
    r = rest.centres()[:, 0][1:]
    change, moved = bored(r, a, R)
    assert np.abs(found.stress[:3, 1:] - change).max() < 2e-3 * S
    assert found.displacement[0, 1:] == pytest.approx(moved, rel=2e-3)
    assert found.imbalance < 1e-3 * S


def test_turning_a_long_cylinder_down_shifts_the_core_uniformly():
    R, b = 0.02, 0.015
    cells = build(Cylinder(R), "cylinder", 0.25e-3)
    rest = shortened(cells, 0.0, b)
    found = relieved(cells, rest, cylinder_stress(cells.centres()[:, 0], R))
    change, moved = turned(rest.centres()[:, 0], b, R)
    assert np.abs(found.stress[:3] - change).max() < 3e-3 * S
    assert found.displacement[0] == pytest.approx(moved, rel=5e-3)


def test_boring_a_finite_cylinder_agrees_with_the_long_one_at_mid_length():
    R, a, L = 0.01, 0.0043, 0.08
    shape = Cylinder(R, length=L)
    cells = build(shape, "rz", 0.5e-3)
    rest = remaining(cells, shape, Cylinder(a, length=L))
    found = relieved(cells, rest, cylinder_stress(cells.centres()[:, 0], R))
    places = rest.centres()
    middle = (np.abs(places[:, 2] - L / 2) < 2e-3) & (rest.fraction > 0.999)
    change, _ = bored(places[middle, 0], a, R)
    assert np.abs(found.stress[:3, middle] - change).max() < 0.02 * S


def test_a_layer_taken_off_a_beam_bends_the_rest_as_exact_beam_theory_says():
    H, L, W, h = 8e-3, 64e-3, 6e-3, 1e-3
    shape = Box((L, W, H))
    cells = build(shape, "3d", h)
    x, _, z = cells.centres().T
    stress = np.zeros((6, x.size))
    stress[0] = S * (1 - 3 * ((2 * z / H) ** 2 + (h / H) ** 2 / 3))  # the mean of 1 - 3 (2z/H)2 over a cell
    rest = remaining(cells, shape, Box((2 * L, 2 * W, H), (0.0, 0.0, H / 2)))
    found = relieved(cells, rest, stress)
    x, y, z = rest.centres().T
    # the lower half carries no force, but about its middle z = -H/4 the moment of those means
    layers, first = np.unique(np.round(z, 9), return_index=True)
    held = stress[0, np.searchsorted(cells.index, rest.index)][first]
    assert abs(held.sum()) < 1e-9 * S
    moment = W * h * (held * (layers + H / 4)).sum()
    curvature = -moment / (YOUNG * W * (H / 2) ** 3 / 12)
    span = np.abs(x) < L / 4
    exact = -moment * (z + H / 4) / (W * (H / 2) ** 3 / 12)
    assert np.abs(found.stress[0] - exact)[span].max() < 0.015 * np.abs(exact).max()
    level = span & (np.abs(z + H / 4) < 1e-3) & (np.abs(y) < 1.1e-3)
    fit = np.polyfit(x[level], found.displacement[2, level], 2)
    assert -2 * fit[0] == pytest.approx(curvature, rel=0.015)


def test_taking_out_nothing_changes_nothing():
    shape = Box((0.01, 0.01, 0.01))
    cells = build(shape, "3d", 1e-3)
    rest = remaining(cells, shape, Box((0.01, 0.01, 0.01), (0.1, 0.0, 0.0)))
    assert np.array_equal(rest.index, cells.index) and np.array_equal(rest.fraction, cells.fraction)
    stress = np.zeros((6, cells.index.size))
    stress[0] = S * np.sin(7e2 * cells.centres()[:, 2])
    found = relieved(cells, rest, stress)
    assert np.abs(found.stress).max() < 1e-4 * S


@pytest.mark.parametrize("metric", ["3d", "rz"])
def test_what_is_left_has_the_volume_of_body_less_tool(metric):
    shape, tool = Cylinder(0.01, length=0.02), Cylinder(0.0042, length=0.05, middle=(0.0, 0.0, 0.0113))
    cells = build(shape, metric, 1e-3)
    rest = remaining(cells, shape, tool)
    hole = np.pi * 0.0042**2 * (0.02 - 0.0113)
    assert rest.volume.sum() == pytest.approx(shape.volume - hole, rel=2e-3)
    wall = rest.patch_area.sum()
    assert wall == pytest.approx(shape.area + 2 * np.pi * 0.0042 * (0.02 - 0.0113), rel=0.03)


def test_a_hole_through_the_middle_leaves_two_walls_on_one_ray():
    shape, tool = Box((0.02, 0.02, 0.02)), Sphere(0.006)
    rest = remaining(build(shape, "3d", 1e-3), shape, tool)
    assert rest.volume.sum() == pytest.approx(shape.volume - tool.volume, rel=2e-3)
