"""Several bodies on one lattice: true areas of contact, exact volumes, what may not overlap."""

from math import pi

import numpy as np
import pytest

from metaltwin.solver.bodies import Overlap, assemble, nested
from metaltwin.solver.shape import Box, Cylinder, Sphere
from metaltwin.validation.pouring import bar

MM = 1e-3


def box(size, middle):
    return Box(tuple(MM * value for value in size), tuple(MM * value for value in middle))


def contact(bodies, one, other):
    """Area of a joint on either side, m2."""
    for joint in bodies.joints:
        if {bodies.names[joint.one], bodies.names[joint.other]} == {one, other}:
            areas = [
                float(bodies.cells[number].patch_area[patches].sum())
                for number, patches in ((joint.one, joint.mine), (joint.other, joint.theirs))
            ]
            assert areas[0] == pytest.approx(areas[1], rel=1e-12)
            return areas[0]
    return 0.0


def volume(bodies, name):
    return float(bodies.cells[bodies.names.index(name)].volume.sum())


BLOCK = box((80, 80, 60), (0, 0, 30))


@pytest.mark.parametrize("edge", [1.5e-3, 2e-3, 3.1e-3])
def test_a_cylinder_in_sand_touches_it_all_round(edge):
    cast = Cylinder(20 * MM, 0.0, 30 * MM, (0.0, 0.0, 15 * MM))
    bodies = assemble({"casting": cast}, ("sand", BLOCK), "3d", edge)
    assert contact(bodies, "casting", "sand") == pytest.approx(cast.area, rel=1e-3)
    lattice = bodies.cells[-1].lattice
    block = float(np.prod(np.array(lattice.spacing) * lattice.shape))
    assert volume(bodies, "casting") == pytest.approx(cast.volume, rel=1e-12)
    assert volume(bodies, "casting") + volume(bodies, "sand") == pytest.approx(block, rel=1e-12)
    outside = bodies.cells[1].patch_area[bodies.touching[1] < 0].sum()
    size = np.array(lattice.spacing) * lattice.shape
    assert outside == pytest.approx(2.0 * (size[0] * size[1] + size[1] * size[2] + size[2] * size[0]), rel=1e-12)


def test_a_square_chill_under_a_cylinder():
    """30 x 30 mm of a face that is 1257 mm2 touch the chill, the rest the sand."""
    cast = Cylinder(20 * MM, 0.0, 30 * MM, (0.0, 0.0, 20 * MM))
    chill = box((30, 30, 10), (0, 0, 15))
    block = box((80, 80, 70), (0, 0, 35))
    for edge in (1.25e-3, 2e-3):
        bodies = assemble({"casting": cast, "chill": chill}, ("sand", block), "3d", edge)
        assert contact(bodies, "casting", "chill") == pytest.approx(9e-4, rel=1e-2)
        assert contact(bodies, "casting", "sand") == pytest.approx(cast.area - 9e-4, rel=1e-2)
        assert contact(bodies, "chill", "sand") == pytest.approx(chill.area - 9e-4, rel=2e-2)


@pytest.mark.parametrize("turned", [0.0, 20.0, 45.0, 71.0])
def test_a_turned_bar_that_is_flush_with_the_block_touches_the_sand_at_its_sides_only(turned):
    edge = MM
    bodies = assemble({"bar": bar(0.05, 0.02, edge, turned)}, ("sand", box((90, 90, 1), (0, 0, 0.5))), "3d", edge)
    assert contact(bodies, "bar", "sand") == pytest.approx(0.14 * edge, rel=1e-3)
    free = bodies.cells[0].patch_area[bodies.touching[0] < 0].sum()
    assert free == pytest.approx(2 * 0.05 * 0.02, rel=1e-3)


def test_a_riser_open_to_the_air():
    """Its top lies on the face of the block: that face meets the air, not the sand in the same cells."""
    riser = Cylinder(15 * MM, 0.0, 40 * MM, (0.0, 0.0, 20 * MM))
    bodies = assemble({"riser": riser}, ("sand", BLOCK), "3d", 2e-3)
    cells, free = bodies.cells[0], bodies.touching[0] < 0
    assert cells.patch_area[free].sum() == pytest.approx(pi * riser.radius**2, rel=1e-3)
    assert (cells.patch_normal[free][:, 2] == 1.0).all()


def test_rings_about_an_axis():
    """A ring between a core and a mould in rz."""
    ring = Cylinder(30 * MM, 20 * MM, 40 * MM, (0.0, 0.0, 10 * MM))
    core = Cylinder(20 * MM, 0.0, 40 * MM, (0.0, 0.0, 10 * MM))
    block = Cylinder(50 * MM, 0.0, 60 * MM)
    bodies = assemble({"ring": ring, "core": core}, ("sand", block), "rz", 2.5e-3)
    assert contact(bodies, "ring", "core") == pytest.approx(2 * pi * 0.02 * 0.04, rel=1e-9)
    assert contact(bodies, "ring", "sand") == pytest.approx(ring.area - 2 * pi * 0.02 * 0.04, rel=1e-9)
    assert contact(bodies, "core", "sand") == pytest.approx(2 * pi * 0.02**2, rel=1e-9)
    total = sum(volume(bodies, name) for name in bodies.names)
    assert total == pytest.approx(pi * 0.05**2 * 0.06, rel=1e-9)


def test_balls_that_overlap_are_refused_with_the_volume_they_share():
    """Two spheres of radius R, their centres d apart, share a lens of pi (2R - d)^2 (d^2 + 4 d R)/(12 d)."""
    R, d = 10 * MM, 15 * MM
    lens = pi * (2 * R - d) ** 2 * (d**2 + 4 * d * R) / (12 * d)
    with pytest.raises(Overlap, match="left and right overlap by") as refused:
        assemble({"left": Sphere(R), "right": Sphere(R, (d, 0.0, 0.0))}, None, "3d", 0.5 * MM)
    assert refused.value.names == ("left", "right")
    # a cell counts as shared where both fill it by more than one: what cut cells hide is lost
    assert refused.value.volume == pytest.approx(lens, rel=0.15)


def test_bodies_that_only_touch_do_not_overlap():
    bodies = assemble({"a": box((20, 20, 20), (0, 0, 10)), "b": box((20, 20, 20), (20, 0, 10))}, None, "3d", 2e-3)
    assert contact(bodies, "a", "b") == pytest.approx(4e-4, rel=1e-12)


def test_a_patch_that_is_covered_in_part_is_split():
    """What touches and what stays free add up to the wall there was; both keep the cell's normal and distance."""
    edge = 2e-3
    low, high = box((20, 20, 10), (0, 0, 5)), box((11, 11, 10), (0, 0, 15))
    bodies = assemble({"low": low, "high": high}, None, "3d", edge)
    cells, touching = bodies.cells[0], bodies.touching[0]
    assert contact(bodies, "low", "high") == pytest.approx(1.21e-4, rel=1e-6)
    assert cells.patch_area.sum() == pytest.approx(low.area, rel=1e-12)
    assert (np.diff(cells.patch_cell) >= 0).all()
    top = cells.patch_normal[:, 2] > 0.5
    both = np.intersect1d(cells.patch_cell[top & (touching >= 0)], cells.patch_cell[top & (touching < 0)])
    assert both.size == 4 * 5  # the cells along the edge of the smaller one, its corners among them
    assert (cells.patch_distance[top] == edge / 2).all()


@pytest.mark.parametrize(
    ("metric", "power", "factor"), [("slab", 1, 1.0), ("cylinder", 2, pi), ("sphere", 3, 4 / 3 * pi)]
)
def test_nested_shells(metric, power, factor):
    bodies = nested(("in", "out"), metric, (0.0, 0.02, 0.05), (1e-3, 2e-3))
    assert [cells.index.size for cells in bodies.cells] == [20, 15]
    assert volume(bodies, "in") == pytest.approx(factor * 0.02**power, rel=1e-12)
    assert volume(bodies, "out") == pytest.approx(factor * (0.05**power - 0.02**power), rel=1e-12)
    assert contact(bodies, "in", "out") == pytest.approx(power * factor * 0.02 ** (power - 1), rel=1e-12)
    assert (bodies.touching[1] == [0, -1]).all()


def test_every_number_is_found_again_in_touching():
    cast = Cylinder(20 * MM, 0.0, 30 * MM, (0.0, 0.0, 15 * MM))
    bodies = assemble({"casting": cast, "chill": box((30, 30, 15), (0, 0, 7.5))}, ("sand", BLOCK), "3d", 2e-3)
    for number, joint in enumerate(bodies.joints):
        assert joint.mine.size == joint.theirs.size
        for body, patches in ((joint.one, joint.mine), (joint.other, joint.theirs)):
            assert (bodies.touching[body][patches] == number).all()
            assert np.unique(patches).size == patches.size
        mine, theirs = bodies.cells[joint.one], bodies.cells[joint.other]
        normals = np.einsum("pi,pi->p", mine.patch_normal[joint.mine], theirs.patch_normal[joint.theirs])
        assert (normals < -0.99).all()
        np.testing.assert_allclose(mine.patch_area[joint.mine], theirs.patch_area[joint.theirs], rtol=1e-9)


@pytest.mark.parametrize("z", [0.0, 124.0, 123.456, -31.7])
def test_a_wall_through_the_centres_of_cells_heats_the_same_cells_wherever_it_lies(z):
    """Sides of the chill at y = +-10 mm halve cells of 4 mm: rounding is not to say which side heats what."""
    shapes = {"plate": box((60, 40, 20), (0, 0, z)), "chill": box((20, 20, 12), (0, 0, z - 16))}
    bodies = assemble(shapes, ("mould", box((100, 80, 72), (0, 0, z - 6))), "3d", 4e-3)
    joint = next(joint for joint in bodies.joints if (joint.one, joint.other) == (1, 2))
    chill, mould = bodies.cells[1], bodies.cells[2]
    ways = mould.patch_distance[joint.theirs][np.abs(chill.patch_normal[joint.mine, 1]) > 0.9]
    assert np.abs(ways).max() < 1e-9
