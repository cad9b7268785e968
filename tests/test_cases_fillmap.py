"""A map of fill times: the file, what it makes of the melt, and the books."""

from pathlib import Path

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.cases.castingproblem import filling_loss, melt, poured
from metaltwin.cases.fillmap import FillMap

HEAD = "x [mm],y [mm],z [mm],time [s]\n"


@pytest.fixture
def bar(tmp_path):
    """A bar along x, filled from its left end in 2 s."""
    file = tmp_path / "fill.csv"
    rows = "".join(
        f"{x},{y},{z},{(x + 100) / 100}\n" for x in range(-100, 101, 10) for y in (-10, 10) for z in (-10, 10)
    )
    file.write_text(HEAD + rows, "utf-8")
    return mt.Casting(
        name="bar", part=mt.Part.box("200 mm", "20 mm", "20 mm"), alloy="A356", pour="720 degC",
        mould=mt.mould("green sand", wall="20 mm"), grid=mt.Grid("5 mm"), until="600 degC",
        fill_time=FillMap(str(file)),
    )  # fmt: skip


def test_each_place_loses_what_its_own_time_costs(bar):
    cells = bar.problem().cells
    x, T = cells.centres()[:, 0], melt(bar, cells)
    arrival = bar.fill_time.arrival(cells)
    assert arrival == pytest.approx((x + 0.1) / 0.1, abs=0.06)  # places stand 10 mm apart: 0.1 s, weighted
    lost = min(filling_loss(bar, cells, 2.0), 1e9)
    far, near = T[x > 0.095].mean(), T[x < -0.095].mean()
    assert near > far and far == pytest.approx(720.0 + 273.15 - lost, rel=2e-3)
    for cell in (0, 40, 79):
        own = float(bar.pour) - filling_loss(bar, cells, float(arrival[cell]))
        assert T[cell] == pytest.approx(own, abs=0.3)  # between the 101 times of the table
    assert poured(bar, cells).lost == pytest.approx(float(bar.pour) - np.average(T, weights=cells.volume))


def test_a_mirrored_casting_takes_a_map_that_is_mirrored_too(bar):
    """Filled along x: the halves in y and z fill alike, those in x do not."""
    half = bar.replace(grid=mt.Grid("5 mm", symmetry=("y", "z")))
    file = Path(bar.fill_time.file)
    places = ((x, y, z) for x in range(-100, 101, 10) for y in (-9, 9) for z in (-12, 12))  # none as near as another
    file.write_text(HEAD + "".join(f"{x},{y},{z},{(x + 100) / 100}\n" for x, y, z in places), "utf-8")
    own = {tuple(place): T for place, T in zip(bar.problem().cells.centres().round(6), bar.problem().melt, strict=True)}
    made = half.problem()
    there = [own[tuple(place)] for place in made.cells.centres().round(6)]
    assert made.melt == pytest.approx(there, abs=1e-6)
    with pytest.raises(mt.CaseError, match=r"fill_time: .* not mirrored along x: 1.9 s .*leave 'x' out"):
        bar.replace(grid=mt.Grid("5 mm", symmetry=("x",))).problem()


def test_the_books_tell_what_the_filling_took(bar):
    result = bar.replace(until="650 degC").run()
    row, cells = result.ledger[0], result.cells
    table = bar.alloy.freezing.table(bar.alloy.material)
    whole = cells.volume.sum() * float(table.enthalpy(np.array(float(bar.pour))))
    rest = cells.volume @ np.array([table.enthalpy(np.array(T)) for T in result.field("temperature", time=0.0).values])
    assert row["lost_in_filling"] == pytest.approx(whole - rest, rel=1e-4)
    assert row["lost_in_filling"] > 0.0 and abs(row["unbalanced"]) < 1e-9 * abs(row["stored"])
    assert np.ptp(result.field("temperature", time=0.0).values) > 20.0
    assert "lost while the mould filled" in str(result.summary())


def test_the_last_place_freezes_away_from_the_far_end(bar):
    """The same bar without a map is symmetric; with it, the hot end freezes later."""
    for fill, where in ((bar.fill_time, -1.0), (None, 0.0)):
        result = bar.replace(fill_time=fill, until="550 degC", grid=mt.Grid("10 mm")).run()
        x, time = result.cells.centres()[:, 0], result.solidification_time.values
        ends = time[x > 0.08].mean() - time[x < -0.08].mean()
        assert (ends < -0.5) if where else (abs(ends) < 0.1)


def test_a_map_goes_into_a_file_beside_the_case(bar, tmp_path):
    bar.save(tmp_path / "bar.yaml")
    assert "fill_time: {file: fill.csv}" in (tmp_path / "bar.yaml").read_text()
    again = mt.load(tmp_path / "bar.yaml")
    assert np.array_equal(again.fill_time.rows, bar.fill_time.rows)


def test_a_map_on_the_axis_serves_an_rz_casting(tmp_path):
    file = tmp_path / "fill.csv"
    file.write_text(HEAD + "0,0,0,0\n30,0,0,1\n0,30,40,3\n", "utf-8")
    case = mt.Casting(
        name="disc", part=mt.Part.cylinder("60 mm", "40 mm"), alloy="WCB", pour="1580 degC",
        mould=mt.mould("dry silica sand", wall="20 mm"), grid=mt.Grid("5 mm"), until="1400 degC",
        fill_time={"file": str(file)},
    )  # fmt: skip
    cells = case.problem().cells
    arrival = case.fill_time.arrival(cells)
    place = cells.centres()
    rim = np.hypot(place[:, 0] - 0.03, place[:, 2] - 0.04).argmin()
    assert arrival[rim] == pytest.approx(3.0, abs=0.1) and 0.0 <= arrival.min() < 0.2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x,y,z,time\n0,0,0,1\n", "has no column x; head it 'x \\[mm\\]"),
        ("x [mm],y [mm],z [mm]\n0,0,0\n", "has no column time"),
        ("x [mm],y [mm],z [mm],time [K]\n0,0,0,1\n", "column time"),
        (HEAD, "holds no place"),
        (HEAD + "0,0,0\n", "line 2: '0,0,0' are no four numbers"),
        (HEAD + "0,0,0,0\n0,0,a,1\n", "line 3"),
        (HEAD + "0,0,0,-1\n", "line 2: the time '-1' is below zero"),
        (None, "no file"),
    ],
)
def test_a_file_that_is_no_map_is_refused_before_any_computing(bar, tmp_path, text, why):
    file = tmp_path / "other.csv"
    if text is not None:
        file.write_text(text, "utf-8")
    with pytest.raises(mt.CaseError, match=why):
        bar.replace(fill_time=FillMap(str(file))).problem()


def test_a_map_in_another_unit_is_doubted(bar, tmp_path):
    file = tmp_path / "other.csv"
    places = "-100,0,0,0\n0,0,0,1\n100,0,0,2\n"
    for unit, doubted in (("mm", False), ("m", True)):
        file.write_text(HEAD.replace("mm", unit) + places, "utf-8")
        found = bar.replace(fill_time=FillMap(str(file))).check().warnings
        assert any("its unit and its axes those of the part" in warning for warning in found) == doubted
