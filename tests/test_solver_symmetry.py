"""Planes of symmetry: what is symmetric, the whole again from its half, fields read at images."""

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.materials.library import alloy
from metaltwin.solver.carbon import Atmosphere, Diffusion
from metaltwin.solver.field import Sampler, distance_outside
from metaltwin.solver.geometry import build
from metaltwin.solver.net import net_of
from metaltwin.solver.shape import Box, Cylinder, Sphere
from metaltwin.solver.symmetry import halves, whole
from metaltwin.validation.pouring import bar

BODIES = {
    "box": (Box((0.04, 0.024, 0.016), (0.01, 0.0, -0.03)), (0, 1, 2)),
    "ball": (Sphere(0.012, (0.1, 0.2, 0.3)), (1,)),
    "disc": (Cylinder(0.016, 0.004, 0.02, (0.0, 0.02, 0.0)), (0, 2)),
}


@pytest.mark.parametrize("name", BODIES)
def test_the_whole_again_from_its_half(name):
    shape, symmetry = BODIES[name]
    every, half = build(shape, "3d", 2e-3), build(shape, "3d", 2e-3, symmetry=symmetry)
    made = whole(half)
    assert half.index.size == every.index.size / 2 ** len(symmetry)
    assert half.volume.sum() == pytest.approx(shape.volume) and half.patch_area.sum() == pytest.approx(shape.area)
    cells = made.cells
    assert cells.lattice.shape == every.lattice.shape and cells.lattice.mirrored == ()
    assert cells.lattice.origin == pytest.approx(every.lattice.origin)
    assert np.array_equal(cells.index, every.index) and np.isin(every.rim, cells.rim).all()
    same = np.searchsorted(cells.rim, every.rim)
    assert cells.rim_conductance[same] == pytest.approx(every.rim_conductance, abs=1e-9 * 2e-3)
    assert cells.volume == pytest.approx(every.volume, rel=1e-9)
    assert np.array_equal(cells.patch_cell, every.patch_cell)
    feet = lambda one: np.sort(np.round(one.feet(), 9).view("f8,f8,f8"), axis=0)  # noqa: E731
    assert np.array_equal(feet(cells), feet(every))
    assert sorted(cells.patch_area) == pytest.approx(sorted(every.patch_area), rel=1e-6)
    assert np.bincount(cells.patch_zone, cells.patch_area) == pytest.approx(
        np.bincount(every.patch_zone, every.patch_area), rel=1e-6
    )
    origin = np.array(half.lattice.origin)
    for axis in range(3):
        fold = np.abs if axis in symmetry else np.asarray
        assert fold(cells.centres() - origin)[:, axis] == pytest.approx((half.centres()[made.cell] - origin)[:, axis])


def test_half_a_part_in_rz():
    every, half = (build(Cylinder(0.02, 0.0, 0.04), "rz", 2e-3, symmetry=axes) for axes in ((), (2,)))
    made = whole(half).cells
    assert np.array_equal(made.index, every.index) and made.volume == pytest.approx(every.volume)
    assert half.volume.sum() == pytest.approx(every.volume.sum())
    with pytest.raises(ValueError, match="only z"):
        build(Cylinder(0.02, 0.0, 0.04), "rz", 2e-3, symmetry=(0,))


def test_a_plane_of_symmetry_is_no_wall_and_reads_its_image():
    half = build(Cylinder(0.02, 0.0, 0.04), "3d", 2e-3, symmetry=(0, 1))
    assert (half.patch_normal[:, :2] > -1e-12).all()
    points = np.array([[0.0, 0.0, 0.02], [-0.007, 0.003, 0.01], [0.007, -0.003, 0.01], [-0.013, -0.014, 0.02]])
    assert distance_outside(half, points) == pytest.approx(0.0)
    field = lambda p: 5.0 + 3e3 * p[:, 0] ** 2 - 2e3 * p[:, 1] ** 2 + 10.0 * p[:, 2]  # noqa: E731
    read = Sampler(half, points).read(field(half.centres()), field(half.feet()))
    assert read == pytest.approx(field(points), abs=1e-9)
    with pytest.raises(ValueError, match="outside"):
        Sampler(half, np.array([[-0.03, 0.0, 0.02]]))


def test_how_the_halves_of_a_body_compare():
    even = halves(Cylinder(0.02, 0.01, 0.04), 0, 0.0, "3d")
    assert even.astray == pytest.approx(0.0, abs=1e-12) and even.above == pytest.approx(even.below)
    shifted = halves(Box((0.04, 0.02, 0.02)), 0, 0.002, "3d")
    assert (shifted.below, shifted.above) == pytest.approx((0.022 * 4e-4, 0.018 * 4e-4))
    assert shifted.astray == pytest.approx(0.004 * 4e-4)
    turned = halves(bar(0.05, 0.02, 0.001, 20.0), 0, 0.0, "3d")  # its halves are equal, not mirrored
    assert turned.below == pytest.approx(turned.above, rel=1e-3) and turned.astray > 0.1 * turned.above
    ring = halves(Cylinder(0.02, 0.01, 0.04), 2, 0.015, "rz")
    assert ring.below + ring.above == pytest.approx(Cylinder(0.02, 0.01, 0.04).volume, rel=1e-3)
    assert ring.above / ring.below == pytest.approx(25 / 15)


def test_carbon_enters_a_quarter_as_the_whole():
    carbon = alloy("18CrNiMo7-6").matter().carbon
    found = []
    for symmetry in ((), (0, 1)):
        cells = build(Box((8e-4, 8e-4, 8e-4)), "3d", 5e-5, symmetry=symmetry)
        diffusion, T = Diffusion(net_of(cells), carbon), np.full(cells.index.size, 1203.15)
        found.append(diffusion.advance(diffusion.begin(), T, Atmosphere(0.01, 1.5e-7), 0.0, 60.0))
    (content, entered), (quarter, same) = found
    assert same == pytest.approx(entered, rel=1e-9) and entered > 0.0
    assert quarter[whole(cells).cell] == pytest.approx(content, rel=1e-9)


BLOCK, DISC = mt.Part.box("30 mm", "25 mm", "20 mm"), mt.Part.cylinder("24 mm", "18 mm")


@pytest.mark.parametrize("part, metric, spacing, symmetry", [
    (BLOCK, "3d", "2.5 mm", ("x", "y", "z")), (BLOCK, "3d", "2.5 mm", ("y",)), (DISC, "3d", "3 mm", ("x", "y")),
    (DISC, "rz", "1.5 mm", ("z",)),
])  # fmt: skip
def test_stress_and_distortion_of_an_eighth_are_those_of_the_whole(part, metric, spacing, symmetry):
    """A quench that yields and transforms; 3d balances to 1e-6 in every increment, rz to round-off."""
    case = mt.HeatTreatment(
        name="half", part=part, alloy="42CrMo4", grid=mt.Grid(spacing, metric=metric), start="850 degC",
        steps=[mt.Quench("fast oil", bath="60 degC", duration="8 s")],
    )  # fmt: skip
    mirrored = case.replace(grid=mt.Grid(spacing, metric=metric, symmetry=symmetry))
    whole, half = case.run(progress=False), mirrored.run(progress=False)
    near = 1e-5 if metric == "3d" else 1e-9
    largest = np.abs(whole.stress.values).max()
    for name in ("stress", "max_principal_transient"):
        assert half.field(name).values == pytest.approx(whole.field(name).values, abs=near * largest), name
    for name in ("plastic_strain", *(["displacement"] if metric == "3d" else [])):
        expected = whole.field(name).values
        assert half.field(name).values == pytest.approx(expected, abs=near * np.abs(expected).max()), name
    ends = whole.distortion(), half.distortion()
    assert ends[1].deviation == pytest.approx(ends[0].deviation, abs=1e-10)
    for name, zone in ends[0].rounds.items():
        assert ends[1].rounds[name].roundness == pytest.approx(zone.roundness, abs=1e-10)


def test_an_image_is_not_held_and_a_half_may_be_machined():
    case = mt.HeatTreatment(
        name="half", part=DISC, alloy="42CrMo4", grid=mt.Grid("1.5 mm", symmetry=("z",)), start="850 degC",
        steps=[mt.Quench("fast oil", bath="60 degC", duration="2 s"), mt.Machine(mt.Part.cylinder("8 mm", "18 mm"))],
        supports=[mt.Support("-z", hold="z")],
    )  # fmt: skip
    with pytest.raises(mt.CaseError, match=r"supports.0.at: '-z' is computed as the image of '\+z'; hold that"):
        case.problem()
    bored = case.replace(supports=[mt.Support("+z", hold="z")]).run(progress=False)
    left = np.pi * 18e-3 * (12e-3**2 - 4e-3**2)
    assert bored.is_machined and bored.cells.volume.sum() == pytest.approx(left, rel=1e-3)
