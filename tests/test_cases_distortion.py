"""Distortion read from known movements: rigid, growth, bow, ovality, dishing; and the deformed surface."""

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.cases import stl
from metaltwin.cases.problem import lattice_cells
from metaltwin.cases.result import Result
from metaltwin.cases.store import About, Log
from metaltwin.cases.tensor import frame
from metaltwin.materials.refusal import CaseError
from metaltwin.solver.bestfit import rigid
from metaltwin.views.deformed import divided

UM = 1e-6
STEEL = mt.Material(
    "steel", "40 W/m/K", "7800 kg/m^3", "500 J/kg/K",
    young="200 GPa", poisson=0.3, expansion="12e-6 1/K", yield_stress="1 GPa", hardening="0 Pa",
)  # fmt: skip


def case(part, spacing="2 mm", metric="auto", start="20 degC"):
    return mt.HeatTreatment(
        "made", part, STEEL, mt.Grid(spacing, metric), [mt.Quench("fast oil", duration="60 s")], start=start
    )


def result(given, move, temperature=293.15, stress=None):
    """A result of a case whose material points (k, 3) m have moved by move(points) (k, 3) m, in x, y, z."""
    cells = lattice_cells(given)
    shape, metric = given.part.shape, cells.lattice.metric
    axis = "cylinder" if given.part.kind in ("cylinder", "ring", "revolve") else None
    places = cells.centres() if metric == "3d" else cells.centres() * [1.0, 0.0, 1.0] + cells.lattice.middle
    moved = move(places)
    if metric != "3d":
        kind = "cylinder" if metric == "rz" else metric
        if kind != "slab":
            moved = np.einsum("kij,kj->ki", frame(places - np.array(shape.middle), kind), moved)
    log = Log(cells, About({}, {}, axis, shape.middle, name="made"), "a case")
    fields = {
        "temperature": np.full(len(places), temperature),
        "stress": np.zeros((6, len(places))) if stress is None else stress,
        "displacement": np.ascontiguousarray(moved.T),
    }
    log.snapshot(60.0, "quench", fields, np.full(cells.patch_cell.size, temperature))
    log.end({})
    return Result(log.archive(), given)


def grown(strain, middle=(0.0, 0.0, 0.0)):
    return lambda p: strain * (p - middle)


def test_a_rigid_motion_is_found_and_undone():
    rng = np.random.default_rng(1)
    places, weight = rng.normal(size=(50, 3)), rng.uniform(1.0, 2.0, 50)
    c, s = np.cos(0.3), np.sin(0.3)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]]) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    moved = places @ turn.T + [1.0, 2.0, 3.0]
    assert np.allclose(rigid(places, moved, weight).undone(moved), places, atol=1e-13)


def test_a_part_that_only_moves_has_no_distortion():
    def carried(p):
        return np.stack([1e-4 - 1e-4 * p[:, 1], 2e-4 + 1e-4 * p[:, 0], 3e-4 + 0 * p[:, 0]], 1)

    read = result(case(mt.Part.box("40 mm", "30 mm", "20 mm")), carried).distortion()
    assert abs(read.max) < 1e-3 * UM + 1e-8 and abs(read.min) < 1e-8
    assert read.growth == pytest.approx({"x": 0.0, "y": 0.0, "z": 0.0}, abs=1e-8)


def test_growth_and_deviation_of_a_box_that_swells():
    read = result(case(mt.Part.box("40 mm", "30 mm", "20 mm")), grown(1e-3)).distortion()
    assert read.growth == pytest.approx({"x": 40 * UM, "y": 30 * UM, "z": 20 * UM}, rel=1e-6)
    assert read.max == pytest.approx(20 * UM, rel=1e-6) and read.min == pytest.approx(10 * UM, rel=1e-6)
    assert all(abs(value) < 1e-9 for value in read.flatness.values()) and len(read.flatness) == 6


def test_an_infinite_part_has_no_surface_to_write(tmp_path):
    with pytest.raises(CaseError, match="infinite"):
        result(case(mt.Part.cylinder("20 mm")), grown(0)).deformed(tmp_path / "part.stl")


@pytest.mark.parametrize("metric", ["rz", "3d"])
def test_growth_of_a_ring(metric):
    read = result(case(mt.Part.ring("60 mm", "30 mm", "20 mm"), metric=metric), grown(1e-3)).distortion()
    assert read.growth["diameter"] == pytest.approx(60 * UM, rel=2e-3)
    assert read.growth["bore"] == pytest.approx(30 * UM, rel=5e-3)
    assert read.growth["z"] == pytest.approx(20 * UM, rel=1e-6)
    assert read.rounds["diameter"].roundness < 0.3 * UM


def test_the_bow_and_the_ovality_of_a_shaft():
    bow, oval = 50 * UM, 10 * UM

    def bent(p):
        r, angle = np.hypot(p[:, 0], p[:, 1]), np.arctan2(p[:, 1], p[:, 0])
        out = oval * (r / 0.01) ** 2 * np.cos(2 * angle)
        lift = bow * (1 - ((p[:, 2] - 0.05) / 0.05) ** 2)
        return np.stack([lift + out * np.cos(angle), out * np.sin(angle), 0 * r], 1)

    given = case(mt.Part.cylinder("20 mm", "100 mm"), "1 mm", "3d")
    shaft = result(given, bent).distortion().rounds["diameter"]
    assert shaft.roundness == pytest.approx(2 * oval, rel=0.03)
    assert shaft.bow == pytest.approx(bow * (1 - (0.5 / 50.0) ** 2), rel=0.02)
    assert shaft.runout == pytest.approx(2 * bow, rel=0.03)  # at bow + oval, and opposite bow - oval
    seat = result(given, bent).distortion().cylinder("20 mm")
    assert seat.roundness == pytest.approx(shaft.roundness, rel=1e-6)


def test_the_flatness_of_a_dished_plate():
    read = result(
        case(mt.Part.box("60 mm", "60 mm", "6 mm"), "1 mm"),
        lambda p: np.stack([0 * p[:, 0], 0 * p[:, 0], 1e-4 * (p[:, 0] / 0.03) ** 2], 1),
    ).distortion()
    assert read.flatness["+z"] == pytest.approx(1e-4, rel=0.05)
    assert read.flatness["+x"] < 2 * UM


BLANK = [(9, 0), (14, 0), (14, 5), (22, 5), (22, 1), (30, 1), (30, 17), (22, 17), (22, 11), (14, 11), (14, 22), (9, 22)]


@pytest.mark.parametrize("metric", ["rz", "3d"])
def test_the_gauges_of_a_gear_blank_tell_rim_web_hub_and_bore_apart(metric):
    """The rim has moved up and the bore opened towards its lower end, evenly with radius and height."""
    taper, dish = 40 * UM, 60 * UM

    def moved(p):
        r = np.hypot(p[:, 0], p[:, 1])
        out = taper * (0.011 - p[:, 2]) / 0.022 / 2.0
        return np.stack([out * p[:, 0] / r, out * p[:, 1] / r, dish * (r - 0.022) / 0.008], 1)

    given = case(mt.Part.revolve(BLANK, unit="mm"), "1 mm", metric)
    read = result(given, moved).distortion()
    bore, rim = read.rounds["bore"], read.rounds["diameter"]
    assert bore.taper == pytest.approx(-taper * 21.0 / 22.0, rel=0.02)  # between sections half a cell from each end
    assert rim.taper == pytest.approx(-taper * 15.0 / 22.0, rel=0.02)
    assert bore.diameter == pytest.approx(0.0, abs=UM) and rim.roundness < 0.5 * UM
    above, below = read.face("+z", at="17 mm"), read.face("-z", at="5 mm")  # of the rim, of the web
    width = {"rz": 7.0, "3d": 8.0}[metric]  # from ring to ring of cells; cut cells reach the edges
    assert above.dish == pytest.approx(dish * width / 8.0, rel=0.03)
    assert below.dish == pytest.approx(-dish * width / 8.0, rel=0.03)
    hub = read.face("+z")
    assert above.moved - hub.moved == pytest.approx(dish * (26.2 - 11.7) / 8.0, rel=0.02)
    assert dish * 4.0 / 8.0 < 1.001 * hub.flatness < dish * 6.0 / 8.0  # half a cell short or beyond at each edge
    with pytest.raises(CaseError, match=r"no flat face looks toward \+z at z = '14 mm'"):
        read.face("+z", at="14 mm")
    with pytest.raises(CaseError, match="no direction 'up'"):
        read.face("up")


@pytest.mark.parametrize("metric", ["rz", "3d"])
def test_a_symmetric_movement_reads_alike_on_both_ends(metric):
    def dished(p):
        out = 1e-4 * np.hypot(p[:, 0], p[:, 1]) ** 4 / 0.02**4 * np.exp(-np.abs(np.abs(p[:, 2] - 0.02) - 0.02) / 0.004)
        return np.stack([0 * out, 0 * out, np.sign(p[:, 2] - 0.02) * out], 1)

    read = result(case(mt.Part.cylinder("40 mm", "40 mm"), metric=metric), dished).distortion()
    assert read.flatness["-z"] == pytest.approx(read.flatness["+z"], rel=1e-9)


def test_what_happened_before_the_start_and_after_the_end_counts():
    """A part that starts at 820 degC on a grid of the drawing's size has grown 0.96 % to there."""
    part = mt.Part.cylinder("20 mm", "40 mm")
    hot = result(case(part, start="820 degC"), lambda p: -12e-6 * 720 * p, temperature=373.15).distortion()
    assert hot.growth["z"] == pytest.approx(0.0, abs=1e-9)
    assert hot.growth["diameter"] == pytest.approx(0.0, abs=1e-9)


def test_one_dimension_has_a_diameter_or_a_thickness():
    assert result(case(mt.Part.cylinder("20 mm")), grown(0)).distortion().growth["diameter"] == pytest.approx(
        0.0, abs=1e-15
    )
    slab = result(case(mt.Part.plate("20 mm")), lambda p: 1e-3 * p * [1, 0, 0]).distortion()
    assert slab.growth["x"] == pytest.approx(20 * UM, rel=1e-6)
    ball = result(case(mt.Part.sphere("20 mm")), lambda p: 1e-3 * p).distortion()
    assert ball.max == pytest.approx(10 * UM, rel=1e-6) and ball.min == pytest.approx(10 * UM, rel=1e-6)


def test_deviation_is_a_field_of_the_skin():
    read = result(case(mt.Part.box("40 mm", "30 mm", "20 mm")), grown(1e-3)).field("deviation")
    assert read.max == pytest.approx(20 * UM, rel=1e-6) and read.unit == "m"
    assert np.isnan(read.values).any() and np.isfinite(read.values).any()


def test_the_deviation_is_drawn(tmp_path):
    """Also of a part so small that no cell lies deeper than the skin."""
    for part, spacing in ((mt.Part.box("40 mm", "30 mm", "20 mm"), "2 mm"), (mt.Part.sphere("8 mm"), "2 mm")):
        result(case(part, spacing, "3d"), grown(1e-3)).show("deviation", save=tmp_path / "deviation.png")
        assert (tmp_path / "deviation.png").stat().st_size > 10_000


def test_a_deformed_cylinder_is_a_closed_surface_of_its_volume(tmp_path):
    """Grown a hundredfold: volume by (1 + 0.1)^3."""
    ring, ball = mt.Part.ring("40 mm", "20 mm", "20 mm"), mt.Part.sphere("40 mm")
    for metric, part in (("rz", ring), ("3d", ring), ("1d", ball)):
        grows = result(case(part, "1 mm", metric), grown(1e-3))
        path = grows.deformed(tmp_path / f"{metric}.stl", scale=100.0)
        body, nominal = stl.read(path, 1e-3, "mm"), grows.case.part.shape.volume
        assert body.volume == pytest.approx(nominal * 1.1**3, rel=0.01)


def test_the_deformed_surface_of_an_stl_part_keeps_its_facets(tmp_path):
    corner = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], float) * 0.02
    quads = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    facets = np.array([tri for a, b, c, d in quads for tri in ((a, b, c), (a, c, d))])
    stl.write(tmp_path / "cube.stl", corner, facets)
    part = mt.Part.from_stl(tmp_path / "cube.stl", "mm")
    grows = result(case(part, "1 mm"), lambda p: 1e-3 * (p - 0.01))
    body = stl.read(grows.deformed(tmp_path / "grown.stl", scale=10.0), 1e-3, "mm")
    assert body.volume == pytest.approx((0.02 * 1.01) ** 3, rel=1e-3)
    assert len(body.facets) > 12


def test_long_edges_are_halved_in_step():
    points, facets = (
        np.array([[0, 0, 0], [3.0, 0, 0], [0, 1, 0], [0, 0, 1.0]]),
        np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]),
    )
    finer, split = divided(points, facets, 1.1)
    body = stl.checked(finer, split, "tetrahedron")
    assert body.volume == pytest.approx(0.5) and len(split) > 4
    edges = np.linalg.norm(finer[split] - finer[split[:, [1, 2, 0]]], axis=2)
    assert edges.max() <= 1.1 + 1e-12


def test_wrong_asks_are_refused(tmp_path):
    read = result(case(mt.Part.cylinder("20 mm", "40 mm")), grown(0))
    with pytest.raises(CaseError, match="was not machined"):
        read.distortion("machining_displacement")
    with pytest.raises(CaseError, match="no displacement 'hardness'"):
        read.distortion("hardness")
    with pytest.raises(CaseError, match="no skin on a cylinder of '7 mm'"):
        read.distortion().cylinder("7 mm")
    with pytest.raises(CaseError, match="ends in .stl"):
        read.deformed(tmp_path / "part.obj")
