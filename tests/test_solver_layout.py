"""Graded lattices: what fills a length, where a place lies, moulds that grow coarse, linear fields that stay linear."""

from math import pi

import numpy as np
import pytest

from metaltwin.solver.bodies import assemble, nested
from metaltwin.solver.field import Sampler
from metaltwin.solver.geometry import build, cropped, on, shells
from metaltwin.solver.heat import neighbours
from metaltwin.solver.lattice import Lattice
from metaltwin.solver.layout import BESIDE, GROWTH, growing, laid
from metaltwin.solver.shape import Box, Cylinder, Sphere
from metaltwin.validation.graded import slab, uneven
from metaltwin.validation.poured import SHUT, bathed, held, joined, plain, poured
from metaltwin.validation.pouring import bar

MM = 1e-3


@pytest.mark.parametrize("length", [0.5e-3, 1.1e-3, 7.7e-3, 60e-3])
@pytest.mark.parametrize("coarsest", [1e-3, 4e-3, 1.0])
def test_growing_cells_fill_a_length(length, coarsest):
    widths = np.array(growing(length, MM, coarsest))
    assert widths.sum() == pytest.approx(max(length, widths.size * MM), rel=1e-9)
    assert (widths >= MM * (1 - 1e-9)).all() and widths.max() <= coarsest * (1 + 1e-9)
    assert (widths[1:] / widths[:-1] <= GROWTH * (1 + 1e-9)).all() and (np.diff(widths) >= -1e-12).all()
    assert growing(0.0, MM, coarsest) == ()


def test_places_in_cells_and_back():
    lattice = Lattice("3d", (3, 2, 2), (MM, MM, MM), (0.01, 0.0, 0.0), graded=((MM, 2 * MM, 4 * MM), (), ()))
    assert lattice.edges(0) == pytest.approx([0.01, 0.011, 0.013, 0.017])
    assert lattice.centres(0) == pytest.approx([0.0105, 0.012, 0.015])
    x = np.array([0.009, 0.01, 0.0105, 0.012, 0.013, 0.016, 0.019])
    counted = [-1.0, 0.0, 0.5, 1.5, 2.0, 2.75, 3.5]
    assert lattice.counted(0, x) == pytest.approx(counted, abs=1e-12)
    assert lattice.along(0, np.array(counted)) == pytest.approx(x)
    middle = lattice.cropped((1, 0, 0), (3, 2, 1))
    assert middle.edges(0) == pytest.approx([0.011, 0.013, 0.017]) and middle.shape == (2, 2, 1)
    assert lattice.cropped((0, 0, 0), (1, 2, 2)).graded == ((), (), ())


@pytest.fixture(scope="module")
def ball():
    """A ball with a chill beside it in a block of sand whose cells grow from 2 to 9 mm."""
    shapes = {"ball": Sphere(0.02), "chill": Box((0.01, 0.02, 0.02), (0.025, 0.0, 0.0))}
    block = Box((0.2, 0.16, 0.16), (0.005, 0.0, 0.0))
    return assemble(shapes, ("sand", block), "3d", 2e-3, coarsest=9e-3), block


def test_a_graded_mould_fills_its_block(ball):
    bodies, block = ball
    lattice = bodies.cells[-1].lattice
    assert [lattice.edges(axis)[[0, -1]] for axis in range(3)] == [
        pytest.approx([low, high]) for low, high in zip(block.lower, block.upper, strict=True)
    ]
    volumes = [cells.volume.sum() for cells in bodies.cells]
    assert sum(volumes) == pytest.approx(block.volume, rel=1e-9)
    outside = bodies.cells[-1].patch_area[bodies.touching[-1] < 0].sum()
    assert outside == pytest.approx(block.area, rel=1e-9)
    uniform = assemble({"ball": Sphere(0.02)}, ("sand", block), "3d", 2e-3)
    assert bodies.cells[-1].index.size < 0.25 * uniform.cells[-1].index.size
    for axis in range(3):
        widths = lattice.widths(axis)
        fine = np.flatnonzero(widths == lattice.spacing[axis])
        assert fine.size >= 20 + 2 * BESIDE and (np.diff(fine) == 1).all()


def test_bodies_keep_the_least_even_box_that_holds_them(ball):
    bodies, _ = ball
    for cells in bodies.cells[:-1]:
        assert cells.lattice.graded == ((), (), ())
    cells = bodies.cells[0]
    alone = build(Sphere(0.02), "3d", 2e-3)
    assert cells.lattice.shape == alone.lattice.shape and np.array_equal(cells.index, alone.index)
    assert cells.centres() == pytest.approx(alone.centres()) and cells.volume == pytest.approx(alone.volume)
    run = cells.run
    assert np.array_equal(cells.index[run[:, 0]], run[:, 1])
    here = np.arange(cells.index.size)
    assert np.array_equal(neighbours(cells, here), neighbours(alone, here))
    assert cropped(cells).lattice == cells.lattice


@pytest.mark.parametrize("inner", [10.3e-3, 10.6e-3])
@pytest.mark.parametrize("coarsest", [None, 5e-3])
def test_the_mould_fills_the_bore_of_a_ring_to_the_axis(inner, coarsest):
    """The bore is no whole number of cells; nothing of it lies beyond the axis, none is left open."""
    ring, block = Cylinder(0.02, inner, 0.02, (0.0, 0.0, 0.01)), Cylinder(0.04, 0.0, 0.04)
    bodies = assemble({"ring": ring}, ("sand", block), "rz", 1e-3, coarsest=coarsest)
    sand = bodies.cells[1]
    top = sand.lattice.edges(2)[-1]
    assert sand.lattice.edges(0)[0] == 0.0
    block_volume = pi * sand.lattice.edges(0)[-1] ** 2 * (top - sand.lattice.edges(2)[0])
    assert sand.volume.sum() + bodies.cells[0].volume.sum() == pytest.approx(block_volume, rel=1e-9)
    free = bodies.touching[1] < 0
    sideways = free & (np.abs(sand.patch_normal[:, 0]) > 0.5)
    assert sand.feet()[sideways][:, 0] == pytest.approx(sand.lattice.edges(0)[-1])  # the axis is no wall


def test_probes_read_quadratic_fields_on_uneven_cells():
    widths = uneven(0.05, 16)
    lattice = Lattice("3d", (16, 16, 16), (min(widths),) * 3, (0.0, 0.0, 0.0), graded=(widths,) * 3)
    cells = on(lattice, Box((0.05, 0.05, 0.05), (0.025, 0.025, 0.025)))
    field = lambda p: 3.0 + 40.0 * p[:, 0] - 2e3 * p[:, 1] ** 2 + 5e3 * p[:, 0] * p[:, 2]  # noqa: E731
    points = np.random.default_rng(1).uniform(0.001, 0.049, (40, 3))
    read = Sampler(cells, points).read(field(cells.centres()), field(cells.feet()))
    assert read == pytest.approx(field(points), abs=1e-9)
    with pytest.raises(ValueError, match="1 mm outside"):
        Sampler(cells, np.array([[0.051, 0.02, 0.02]]))


def test_a_steady_flow_through_uneven_cells_is_a_straight_line():
    lattice = Lattice("3d", (2, 2, 12), (MM, MM, min(uneven(0.03, 12))), (0.0, 0.0, 0.0),
                      graded=((), (), uneven(0.03, 12)))  # fmt: skip
    cells = on(lattice, Box((0.002, 0.002, 0.03), (0.001, 0.001, 0.015)))
    from metaltwin.validation.poured import alone

    laws = [(held(100.0), SHUT, bathed(500.0, 20.0))]
    run = poured(alone("bar", cells), [plain(30.0, 1e5)], [50.0], laws, [200.0, 400.0, 600.0], tolerance=0.01)
    T = run.moments[-1].T[0]
    flux = 80.0 / (0.03 / 30.0 + 1.0 / 500.0)
    assert pytest.approx(100.0 - flux / 30.0 * cells.centres()[:, 2], abs=1e-3) == T


def test_shells_that_grow():
    bodies = nested(("in", "out"), "cylinder", (0.0, 0.02, 0.08), (1e-3, 1e-3), 6e-3)
    out = bodies.cells[1]
    assert out.index.size < 25 and out.lattice.edges(0)[[0, -1]] == pytest.approx([0.02, 0.08])
    assert out.volume.sum() == pytest.approx(pi * (0.08**2 - 0.02**2))
    gap = np.diff(out.lattice.centres(0))
    assert out.rim_conductance[:-1, 1] == pytest.approx(2 * pi * out.lattice.edges(0)[1:-1] / gap)
    assert shells(slab(0.0, 0.02, 10)).patch_distance == pytest.approx(uneven(0.02, 10)[-1] / 2)


def test_a_wall_heats_its_own_cell_where_the_contact_allows_it():
    """At 45 degrees a quarter of a cell is sand: it is heated itself, not passed by, if its centre may lie before."""
    block = Box((0.06, 0.06, MM), (0.0, 0.0, 0.5 * MM))
    found = {}
    for before in (0.0, 0.5e-3):
        bodies = assemble({"bar": bar(0.03, 0.02, MM, 45.0)}, ("sand", block), "3d", MM, before=before)
        theirs = bodies.joints[0].theirs
        found[before] = bodies.cells[1].patch_distance[theirs].min()
    assert found[0.0] >= 0.0 and -0.5e-3 <= found[0.5e-3] < -0.1e-3


def test_a_bar_loses_the_same_heat_however_it_lies():
    """Against the straight bar on cells a third as wide."""
    lost = []
    for edge, angle, before in ((MM / 3, 0.0, 0.0), (MM, 45.0, 0.0), (MM, 45.0, 0.5e-3)):
        block = Box((0.06, 0.06, edge), (0.0, 0.0, 0.5 * edge))
        bodies = assemble({"bar": bar(0.03, 0.02, edge, angle)}, ("sand", block), "3d", edge, before=before)
        tables, laws = [plain(30.0, 5e6), plain(0.7, 1.5e6)], [(SHUT,) * 3] * 2
        T = poured(bodies, tables, [700.0, 25.0], laws, [30.0], [joined(500.0)]).moments[0].T[0]
        lost.append(700.0 - float(bodies.cells[0].volume @ T / bodies.cells[0].volume.sum()))
    passed_by, own = (abs(one / lost[0] - 1.0) for one in lost[1:])
    assert own < 0.003 and passed_by > 2.0 * own


def test_a_lattice_is_laid_before_any_cell():
    shapes = [Box((0.02, 0.02, 0.02))]
    block = Box((1.0, 1.0, 1.0))
    assert np.prod(laid(shapes, block, "3d", 1e-4, 5e-3).shape) < 0.01 * np.prod(laid(shapes, block, "3d", 1e-4).shape)
