"""Pictures and tables: what they show, and what they refuse; whether they please, eyes must judge."""

import csv

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from metaltwin.cases.casefile import load
from metaltwin.cases.result import Result
from metaltwin.cases.store import About, Log
from metaltwin.materials.refusal import CaseError
from metaltwin.solver.bodies import assemble
from metaltwin.solver.geometry import build
from metaltwin.solver.shape import Box, Cylinder, Mesh, Plate, Sphere
from metaltwin.twin.measurements import Measurements
from metaltwin.views import colours, display, scene
from metaltwin.views.export import traverse
from metaltwin.views.report import report
from metaltwin.views.surface import Surface, surface

SHAPES = {
    "rz": (Cylinder(0.02, 0.005, 0.04, (0.01, 0.0, 0.1)), "rz", 2e-3, "cylinder"),
    "3d": (Cylinder(0.02, 0.0, 0.02), "3d", 2.5e-3, "cylinder"),
    "box": (Box((0.04, 0.03, 0.02)), "3d", 5e-3, None),
    "cylinder": (Cylinder(0.02), "cylinder", 2e-3, "cylinder"),
    "sphere": (Sphere(0.02), "sphere", 2e-3, "sphere"),
    "slab": (Plate(0.04), "slab", 2e-3, None),
}


def made(name):
    """A quench and a temper with made-up fields on a shape."""
    shape, metric, spacing, axis = SHAPES[name]
    cells = build(shape, metric, spacing)
    about = About({"core": (0, 0, 0), "skin": (0, 0, 0)}, {"hardness": (400.0, 500.0)}, axis, shape.middle, name="made")
    log = Log(cells, about, "a case")
    x = cells.centres()[:, 0]
    share = (x - x.min()) / (x.max() - x.min())
    for leg, times in (("soak", (0.0, 3600.0)), ("quench", (3601.0, 3700.0)), ("temper", (3800.0, 9000.0))):
        for time in times:
            martensite = 0.9 * share * (time > 3600.0)
            stress = np.zeros((6, x.size))
            stress[:3] = 1e8 * (1 - 2 * share) * (time > 3600.0)
            fields = {
                "temperature": np.full(x.size, 400.0),
                "austenite": 1 - martensite,
                "martensite": martensite,
            }
            fields |= {"stress": stress, "displacement": 1e-3 * cells.centres().T}
            log.snapshot(time, leg, fields, np.full(cells.patch_cell.size, 400.0))
            shares = {"austenite": np.full((2, 1), 0.4), "martensite": np.full((2, 1), 0.6)}
            log.probe(np.array([time]), np.full((2, 1), 400.0), shares)
    t8_5 = np.where(share > 0.5, 5.0, np.nan)
    log.end({"hardness": 350.0 + 200.0 * share, "t8_5": t8_5, "retained_austenite": fields["austenite"]})
    return Result(log.archive(), load)


@pytest.fixture(scope="module")
def results():
    return {name: made(name) for name in SHAPES}


def area_and_volume(skin):
    """Area and enclosed volume of a closed surface of quadrilaterals, by its triangles."""
    corners = skin.points[skin.quads]
    area = volume = 0.0
    for b, c in ((1, 2), (2, 3)):
        cross = np.cross(corners[:, b] - corners[:, 0], corners[:, c] - corners[:, 0])
        area += np.linalg.norm(cross, axis=1).sum() / 2
        volume += np.einsum("ij,ij->", corners[:, 0], cross) / 6
    return area, abs(volume)


@pytest.mark.parametrize(("name", "error"), [("rz", 3e-3), ("3d", 0.01), ("box", 1e-9)])
def test_the_skin_has_the_part_s_true_area_and_volume(name, error):
    shape, metric, spacing, _ = SHAPES[name]
    cells = build(shape, metric, spacing)
    area, volume = area_and_volume(surface(cells, np.ones(cells.index.size, bool), None))
    assert area == pytest.approx(shape.area, rel=error)
    if metric == "3d":  # the faces of a turned section need not all point outwards
        assert volume == pytest.approx(shape.volume, rel=error)


def test_points_of_a_round_skin_lie_on_the_circle():
    shape, metric, spacing, _ = SHAPES["3d"]
    cells = build(shape, metric, spacing)
    points = surface(cells, np.ones(cells.index.size, bool), None).points
    radius = np.hypot(points[:, 0], points[:, 1])
    side = (points[:, 2] > 1e-6) & (points[:, 2] < 0.02 - 1e-6)
    np.testing.assert_allclose(radius[side], 0.02, rtol=0.01)
    assert points[:, 2].min() == pytest.approx(0.0, abs=1e-9) and points[:, 2].max() == pytest.approx(0.02)


@pytest.mark.parametrize("cut", ["x", "y", "z"])
def test_a_casting_and_its_mould_lie_side_by_side_on_a_cut(cut):
    """A turned bar in sand: its section is that of the file, and both sections fill the block. Slivers overlap else."""
    pv = pytest.importorskip("pyvista")
    turned = pv.Cube(x_length=0.05, y_length=0.03, z_length=0.04).triangulate().clean().rotate_x(30).rotate_z(20)
    bar = Mesh(np.asarray(turned.points, float), turned.faces.reshape(-1, 4)[:, 1:].astype(np.int64), 1)
    bodies = assemble({"bar": bar}, ("sand", Box((0.1, 0.1, 0.1))), "3d", 3e-3)
    axis, areas = "xyz".index(cut), []
    for cells in bodies.cells:
        skin = surface(cells, np.ones(cells.index.size, bool), cut, bodies.cells[0])
        front = skin.points[:, axis].max() if cut == "z" else skin.points[:, axis].min()
        flat = np.isclose(skin.points[skin.quads][..., axis], front, atol=1e-9).all(1)
        areas.append(area_and_volume(Surface(skin.points, skin.quads[flat], skin.cell[flat]))[0])
    origin = np.where(np.arange(3) == axis, front, 0.0)
    section = turned.slice(normal=cut, origin=origin).points[:, np.arange(3) != axis]
    assert areas[0] == pytest.approx(ConvexHull(section).volume, rel=0.02)
    lattice = bodies.cells[1].lattice
    size = np.delete(np.array(lattice.spacing) * lattice.shape, axis)
    assert sum(areas) == pytest.approx(size.prod(), rel=2e-3)


def test_a_cut_takes_half_away_and_a_threshold_the_rest():
    shape, metric, spacing, _ = SHAPES["box"]
    cells = build(shape, metric, spacing)
    whole = np.ones(cells.index.size, bool)
    for cut, axis in (("x", 0), ("y", 1)):
        assert surface(cells, whole, cut).points[:, axis].min() == pytest.approx(0.0, abs=spacing)
    assert surface(cells, whole, "z").points[:, 2].max() == pytest.approx(0.0, abs=1e-9)
    inner = surface(cells, cells.centres()[:, 0] > 0.0, None)
    assert inner.points[:, 0].min() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("name", SHAPES)
def test_every_metric_gives_a_picture(results, name, tmp_path):
    from PIL import Image

    path = results[name].show("hardness", cut="y", save=tmp_path / f"{name}.png")
    pixels = np.asarray(Image.open(path).convert("RGB"), float)
    coloured = np.ptp(pixels, axis=2) > 60
    assert pixels.shape == (900, 1200, 3)
    assert 0.03 < coloured.mean() < 0.6


def test_pictures_of_tensors_limits_rockwell_and_times(results, tmp_path):
    result = results["rz"]
    for number, (field, how) in enumerate(
        [
            ("stress_axial", {"cut": "x"}),
            ("hardness", {"limits": True, "cut": "z"}),
            ("hardness", {"unit": "HRC", "above": "450 HV"}),
            ("temperature", {"time": "3650 s"}),
            ("t8_5", {}),
            ("displacement", {}),
        ]
    ):
        assert result.show(field, save=tmp_path / f"{number}.png", **how).stat().st_size > 5_000


def test_what_cannot_be_shown_is_refused(results, tmp_path):
    result, save = results["rz"], tmp_path / "none.png"
    for how, message in [
        ({"field": "hardnes"}, "nearest: hardness"),
        ({"cut": "w"}, "no cut 'w'"),
        ({"above": "900 HV"}, "no cell lies there: hardness goes from"),
        ({"field": "stress"}, "six components"),
        ({"field": "temperature", "unit": "HRC"}, "shown in degC"),
        ({"field": "temperature", "limits": True}, "no limits of temperature"),
    ]:
        with pytest.raises(CaseError, match=message):
            result.show(**how, save=save)
    assert not save.exists()


def test_without_display_a_window_is_refused(results, monkeypatch):
    monkeypatch.setattr(scene, "has_display", lambda: False)
    with pytest.raises(CaseError, match="no display here for a window; give save="):
        results["box"].show("hardness")


def test_a_machine_that_cannot_draw_names_the_package(monkeypatch):
    monkeypatch.setattr(display, "has_display", lambda: False)
    monkeypatch.setattr(display.sys, "platform", "linux")
    monkeypatch.delenv(display.WINDOW, raising=False)
    monkeypatch.setattr(display, "find_library", lambda name: None)
    with pytest.raises(CaseError, match="libegl1 and libgl1-mesa-dri"), display.renderer():
        pass


def test_bars_end_on_round_numbers():
    assert colours.span("hardness", np.array([423.0, 598.0])) == (400.0, 600.0, 6)
    assert colours.span("stress_axial", np.array([-180.0, 90.0])) == (-200.0, 200.0, 5)
    low, high, _ = colours.span("temperature", np.array([20.0, 20.0]))
    assert low < 20.0 < high


def test_curves_say_what_they_show(results, tmp_path):
    figure = results["rz"].plot("history", save=tmp_path / "history.png")
    labels = [axis.get_ylabel() for axis in figure.axes]
    assert "temperature [degC]" in labels and "volume fraction [%]" in labels
    assert figure.axes[-1].get_xlabel() == "time in the quench [s]"
    figure = results["rz"].plot("section", save=tmp_path / "section.svg", against="radius")
    assert {axis.get_ylabel() for axis in figure.axes} == {
        "hardness [HV]",
        "volume fraction [%]",
        "stress [MPa]",
    }
    assert (tmp_path / "section.svg").stat().st_size > 1_000
    with pytest.raises(CaseError, match="no kind of plot 'sections'; nearest: section"):
        results["rz"].plot("sections")
    with pytest.raises(CaseError, match="no axis, so no radius"):
        results["box"].plot("section", against="radius", save=tmp_path / "none.png")


@pytest.mark.parametrize("name", SHAPES)
def test_a_traverse_walks_from_the_skin_inwards(results, name):
    line = traverse(results[name])
    hardness = line.fields["hardness"]
    assert line.depth[0] == 0.0 and hardness[0] == pytest.approx(550.0, abs=30.0)
    assert hardness[-1] < 0.86 * hardness[0]


def test_thermocouples_as_csv_are_read_as_a_record(results, tmp_path):
    result = results["rz"]
    path = result.plot("history", save=tmp_path / "curves.csv")
    record = Measurements.read_csv(path)
    assert set(record.values) == set(result.probes)
    for name, values in record.values.items():
        probe = result.probe(name)
        assert record.time == pytest.approx(probe.time, rel=1e-8)
        assert values == pytest.approx(probe.temperature, abs=1e-5)


def test_a_traverse_as_csv_carries_units(results, tmp_path):
    path = results["rz"].plot("section", spacing="0.5 mm", first="0.2 mm", save=tmp_path / "walk.csv")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["depth [mm]"]) for row in rows[:3]] == pytest.approx([0.2, 0.7, 1.2])
    assert float(rows[0]["hardness [HV]"]) > float(rows[-1]["hardness [HV]"])
    assert {
        "hardness [HRC]",
        "martensite [%]",
        "stress_axial [MPa]",
        "as_quenched_stress_hoop [MPa]",
    } <= rows[0].keys()
    with pytest.raises(CaseError, match="does not fit a line of 15 mm"):
        traverse(results["rz"], spacing="80 mm")


def test_the_report_is_the_summary_as_a_table(results):
    from rich.console import Console

    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(report(results["rz"]))
    text = console.export_text()
    console.file.close()
    for words in (
        "made",
        "hardness",
        "axial stress",
        "MPa",
        "limit hardness 400 to 500 HV: FAILED",
        "error of a time step",
    ):
        assert words in text
