"""What moves and what is seen through: films, the slider, hot spots in a translucent casting."""

import sys

import numpy as np
import pytest
from PIL import Image

import metaltwin as mt
from metaltwin.cases.casefile import load
from metaltwin.cases.result import Result
from metaltwin.cases.store import About, Log
from metaltwin.solver.geometry import build
from metaltwin.solver.shape import Cylinder, Sphere
from metaltwin.views import film, scene
from metaltwin.views.lasttofreeze import _read
from metaltwin.views.stage import Stage

TIMES = (0.0, 10.0, 20.0, 30.0, 40.0, 50.0)


@pytest.fixture(scope="module")
def cooling():
    """A bar that cools by 100 K from 10 to 40 s and stands before and after."""
    cells = build(Cylinder(0.02, 0.0, 0.04), "rz", 5e-3)
    log = Log(cells, About({}, {}, "cylinder", (0.0, 0.0, 0.0), name="bar"), "a case")
    for time in TIMES:
        T = np.full(cells.index.size, 900.0 - 100.0 * np.clip((time - 10.0) / 30.0, 0.0, 1.0))
        log.snapshot(time, "quench", {"temperature": T}, np.full(cells.patch_cell.size, T[0]))
    log.end({"hardness": np.linspace(300.0, 500.0, cells.index.size)})
    return Result(log.archive(), load)


@pytest.fixture(scope="module")
def plate():
    return mt.Casting(
        name="plate", part=mt.Part.cylinder("60 mm", "24 mm"), alloy="WCB", pour="1580 degC",
        mould=mt.mould("dry silica sand", wall="30 mm"), grid=mt.Grid("4 mm"), until="1400 degC", snapshots=12,
    ).run()  # fmt: skip


def test_a_film_leaves_out_what_stands_still(cooling):
    assert film.instants(cooling, "temperature", cooling.times, 100).tolist() == [0.0, 20.0, 30.0, 40.0]
    assert film.instants(cooling, "temperature", cooling.times, 2).tolist() == [0.0, 40.0]


def test_a_gif_has_a_frame_for_each_instant_and_tells_its_time_below(cooling, tmp_path):
    path = cooling.animate("temperature", tmp_path / "bar.gif", cut="y", seconds=1.0)
    with Image.open(path) as moving:
        assert moving.n_frames == 4
        lasts, lines, middles = [], [], []
        for number in range(moving.n_frames):
            moving.seek(number)
            lasts.append(moving.info["duration"])
            pixels = np.asarray(moving.convert("RGB"), int)
            lines.append(float((pixels[-3].sum(1) < 300).mean()))
            middles.append(pixels[300, 300])
    assert lasts[:-1] == [250] * 3 and lasts[-1] == 1250
    assert lines == pytest.approx([0.0, 0.4, 0.6, 0.8], abs=0.01)
    assert all(np.abs(one - other).sum() > 30 for one, other in zip(middles, middles[1:], strict=False))


def test_an_mp4_can_be_read_back(cooling, tmp_path):
    reader = pytest.importorskip("imageio_ffmpeg", reason="the extra 'animation' is not installed")
    path = cooling.animate("temperature", tmp_path / "bar.mp4", seconds=1.0)
    count, seconds = reader.count_frames_and_secs(str(path))
    assert (count, seconds) == (8, pytest.approx(2.0, abs=0.01))  # the last stands a second more


def test_what_cannot_be_a_film_is_refused(cooling, tmp_path, monkeypatch):
    for field, file, how, why in [
        ("temperature", "bar.avi", {}, "ends in .gif or .mp4"),
        ("hardness", "bar.gif", {}, "stands for the whole run"),
        ("temperature", "bar.gif", {"cut": "w"}, "no cut 'w'"),
        ("temperature", "bar.gif", {"seconds": 0.0}, "give 0.1 to 60 seconds"),
        ("temperature", "bar.gif", {"mould": True, "cut": "y"}, "nothing is stored around"),
    ]:
        with pytest.raises(mt.CaseError, match=why):
            cooling.animate(field, tmp_path / file, **how)
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(mt.CaseError, match=r"metaltwin\[animation\]"):
        cooling.animate("temperature", tmp_path / "bar.mp4")
    assert list(tmp_path.iterdir()) == []


def test_the_slider_moves_the_picture(cooling, monkeypatch):
    """The window as it opens, its slider pulled by hand to another snapshot."""
    seen = {}

    def done(stage, save):
        callback, picture = seen["moved"], seen["picture"]
        read = lambda: picture.meshes[0].point_data["temperature"].mean()  # noqa: E731
        seen["end"] = read()
        callback(0.0)
        seen["begin"], seen["title"] = read(), stage.plotter.actors["title"].input
        stage.plotter.close()

    def slider(stage, moved, last):
        seen["moved"], seen["last"] = moved, last
        return add(stage, moved, last)

    def put(picture, *args, **how):
        seen["picture"] = picture
        return draw(picture, *args, **how)

    add, draw, begin = Stage.slider, scene.Picture.put, Stage.__init__
    monkeypatch.setattr(scene, "has_display", lambda: True)
    monkeypatch.setattr(Stage, "__init__", lambda stage, hidden: begin(stage, True))
    monkeypatch.setattr(Stage, "slider", slider)
    monkeypatch.setattr(Stage, "done", done)
    monkeypatch.setattr(scene.Picture, "put", put)
    cooling.show("temperature", cut="y")
    assert seen["last"] == 5
    assert seen["begin"] == pytest.approx(900.0 - 273.15) and seen["end"] == pytest.approx(800.0 - 273.15)
    assert "at 0 s" in seen["title"]
    with pytest.raises(KeyError, match="moved"):  # what stands still has no slider
        seen.pop("moved")
        cooling.show("hardness")


def test_colours_stand_while_the_picture_moves(cooling):
    picture = scene.Picture(cooling, "temperature", "y", None)
    low, high, _ = scene.span("temperature", picture._extremes(cooling.times))
    assert low <= 526.0 and high >= 627.0


def test_a_field_of_cells_is_read_between_them_and_is_nothing_outside():
    cells = build(Cylinder(0.02, 0.0, 0.04), "rz", 2e-3)
    z = cells.centres()[:, 2]
    points = np.array([[0.0, 0.0, 0.02], [0.01, 0.005, 0.011], [0.0, 0.0, 0.0], [0.05, 0.0, 0.02]])
    assert _read(cells, 100.0 + z, points)[:2] == pytest.approx([100.02, 100.011])
    assert _read(cells, 100.0 + z, points)[2] == pytest.approx(100.001)
    grown = build(Cylinder(0.02, 0.0, 0.04), "3d", 2e-3)
    assert _read(grown, np.ones(grown.index.size), np.array([[0.019, 0.019, 0.02], [0.0, 0.0, 0.02]])).tolist() == [
        0,
        1,
    ]


def test_surfaces_of_one_time_end_at_the_wall():
    """A ball of 20 mm on cells of 3 mm: nothing is read half a cell outside it, all two thirds inside."""
    ball = build(Sphere(0.02), "3d", 3e-3)
    way = np.random.default_rng(4).normal(size=(200, 3))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    beyond = 0.0215 * way[np.abs(way).max(1) < 0.0185 / 0.0215]  # between the centres of the outermost cells
    assert len(beyond) > 100 and not _read(ball, np.ones(ball.index.size), beyond).any()
    assert _read(ball, np.ones(ball.index.size), 0.018 * way).all()


def test_the_last_to_freeze_is_marked_in_the_casting(plate, cooling, tmp_path):
    path = plate.show("last_to_freeze", save=tmp_path / "last.png")
    pixels = np.asarray(Image.open(path).convert("RGB"), int)
    red = (pixels[..., 0] > 120) & (pixels[..., 1] < 110) & (pixels[..., 2] < 100)
    assert 20 < red[200:700, 200:900].sum()
    with pytest.raises(mt.CaseError, match="does not freeze"):
        cooling.show("last_to_freeze", save=tmp_path / "none.png")


def test_a_threshold_stands_inside_the_translucent_part(plate, tmp_path):
    """Below the median of Niyama: the body in colours, and the whole casting in grey glass around it."""
    median = float(np.median(plate.niyama.values))
    path = plate.show("niyama", below=f"{median / 1e3:.6g} (K s)^0.5/mm", save=tmp_path / "niyama.png")
    pixels = np.asarray(Image.open(path).convert("RGB"), int)
    grey = (np.ptp(pixels, axis=2) < 8) & (pixels.mean(2) > 190) & (pixels.mean(2) < 240)
    assert 0.02 < grey.mean() < 0.5


def test_an_expression_is_shown_with_its_unit(plate, tmp_path):
    assert plate.show("thermal_gradient / cooling_rate**0.5", cut="y", save=tmp_path / "by_hand.png").is_file()
    with pytest.raises(mt.CaseError, match="nearest: niyama"):
        plate.show("nyama * 2", save=tmp_path / "none.png")
