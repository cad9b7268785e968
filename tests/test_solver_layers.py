"""Layers below the skin: their sections follow the wall, end at edges, and take up what fine cells do."""

from functools import partial

import numpy as np
import pytest

from metaltwin.materials import library
from metaltwin.materials.carbon import diffusivity_lee
from metaltwin.materials.composition import Composition
from metaltwin.materials.matter import Carbon
from metaltwin.solver.carbon import Atmosphere, Diffusion
from metaltwin.solver.geometry import build, shell
from metaltwin.solver.layers import curvature, layers_below
from metaltwin.solver.net import net_of
from metaltwin.solver.shape import Box, Cylinder, Plate, Sphere
from metaltwin.solver.state import State
from metaltwin.solver.subgrid import Subgrid

DEEP = 2.4e-3
CASE = partial(diffusivity_lee, Composition(C=0.2))


def uptake(net, time=14400.0, law=CASE):
    """Mass fraction times m3 after 4 h at 930 degC, potential 1.0 %."""
    diffusion = Diffusion(net, Carbon(0.002, law, 1.0, None, None))
    content, entered = diffusion.advance(
        diffusion.begin(), np.full(net.volume.size, 1203.15), Atmosphere(0.010, 1.3e-7), 0.0, time
    )
    assert float(net.volume @ (content - 0.002)) == pytest.approx(entered, rel=1e-9)
    return entered


@pytest.mark.parametrize("spacing", [1e-3, 5e-4])
def test_a_sphere_of_cut_cells_takes_up_what_fine_shells_do(spacing):
    fine = uptake(net_of(shell("sphere", 0.0, 6e-3, 2.5e-5)))
    # 2 % is asked; the layers themselves, 0.04 mm and growing, err by 0.2 %
    assert uptake(layers_below(build(Sphere(6e-3), "3d", spacing), DEEP).net) == pytest.approx(fine, rel=5e-3)


@pytest.mark.parametrize(("spacing", "within"), [(1e-3, 0.02), (5e-4, 0.01)])
def test_edges_of_a_pin_take_up_what_fine_cells_do(spacing, within):
    """Nothing passes sideways between stacks: at the edges of a pin of 10 x 12 mm that costs 1 %."""
    pin = Cylinder(radius=5e-3, length=12e-3)
    fine = uptake(net_of(build(pin, "rz", 1e-4)))
    assert uptake(layers_below(build(pin, "rz", spacing), DEEP).net) == pytest.approx(fine, rel=within)


@pytest.mark.parametrize(("spacing", "off"), [(1e-3, 0.020), (5e-4, -0.004), (2.5e-4, -0.016)])
def test_edges_of_a_block_err_by_what_a_stack_mixes_and_what_it_keeps(spacing, off):
    """Exact: with one diffusivity the share that is still missing in a block is the product of three plates'.

    Stacks wider than the case mix the corner of an edge: too much enters. Narrow ones give nothing to each other:
    too little. Both have the right volume.
    """

    def law(T, content):
        return np.full(np.shape(content), 1.3e-11)

    plate = shell("slab", 0.0, 3e-3, 2.5e-5)
    left = 1.0 - uptake(net_of(plate), law=law) / (0.008 * float(plate.volume.sum()))
    exact = 216e-9 * 0.008 * (1.0 - left**3)
    got = uptake(layers_below(build(Box((6e-3, 6e-3, 6e-3)), "3d", spacing), DEEP).net, law=law)
    assert got / exact - 1.0 == pytest.approx(off, abs=4e-3)


def test_layers_of_a_box_fill_it_once():
    """Deeper than the middle of every wall: edges and corners are shared out without gap or overlap."""
    for spacing in (1e-3, 5e-4):
        cells = build(Box((6e-3, 6e-3, 6e-3)), "3d", spacing)
        # pyramids over a staircase of patches: what their tips lack is of second order
        assert layers_below(cells, 3.5e-3).net.volume.sum() == pytest.approx(216e-9, rel=0.01)


@pytest.mark.parametrize(("spacing", "within"), [(1e-3, 0.04), (5e-4, 0.005)])
def test_a_bush_of_two_cells_is_filled_to_the_middle_of_its_wall(spacing, within):
    """Feet of the bore lie beside those of the outer wall: balls that end on feet are 8 and 3 % too large."""
    bush = layers_below(build(Cylinder(radius=5e-3, inner=3e-3, length=6e-3), "3d", spacing), DEEP)
    assert bush.net.volume.sum() == pytest.approx(np.pi * 16e-6 * 6e-3, rel=within)


def test_a_thin_plate_and_a_tube_are_filled_from_both_sides():
    plate = layers_below(build(Plate(1.2e-3), "slab", 3e-4), DEEP)
    assert plate.net.volume.sum() == pytest.approx(0.6e-3) and plate.ends == pytest.approx([0.6e-3])
    tube = build(Cylinder(radius=8e-3, inner=4e-3), "cylinder", 1e-3)
    assert layers_below(tube, DEEP).net.volume.sum() == pytest.approx(tube.volume.sum(), rel=1e-6)


def test_curvature_of_walls_met_by_cut_cells():
    ball = build(Sphere(8e-3), "3d", 1e-3)
    assert curvature(ball, ball.feet()) == pytest.approx(np.full((ball.patch_cell.size, 2), 125.0), rel=0.25)
    assert np.median(curvature(ball, ball.feet())) == pytest.approx(125.0, rel=0.05)
    flat = build(Box((8e-3, 8e-3, 8e-3)), "3d", 1e-3)
    assert np.abs(curvature(flat, flat.feet())).max() < 1e-6
    bore = build(Cylinder(radius=8e-3, inner=4e-3), "cylinder", 1e-3)
    assert curvature(bore, bore.feet())[:, 1] == pytest.approx([-250.0, 125.0])


def test_temperature_below_the_skin_is_exact_where_it_is_straight_and_cells_get_the_mean():
    matter = library.alloy("20MnCr5").matter()
    cells = build(Box((10e-3, 8e-3, 8e-3)), "3d", 1e-3)
    grid = Subgrid(cells, matter, DEEP, 4e-5, (0.002, 0.009))
    slope = np.array([3e3, -2e3, 1e3])
    feet = cells.feet()
    state = State(0.0, None, np.zeros((4, cells.index.size)), 900.0 + cells.centres() @ slope, 900.0 + feet @ slope)
    layers = grid.layers
    place = feet[layers.patch] - layers.depth[:, None] * cells.patch_normal[layers.patch]
    assert grid.temperature(state) == pytest.approx(900.0 + place @ slope, abs=1e-9)
    ones = {"carbon": np.full(layers.patch.size, 0.009)}
    content = grid.cells_carbon(ones)
    assert content.max() == pytest.approx(0.009, rel=0.03) and content.min() == pytest.approx(0.002)
    assert grid.mean(np.full(layers.patch.size, 5.0), np.full(cells.index.size, 5.0)) == pytest.approx(5.0)
