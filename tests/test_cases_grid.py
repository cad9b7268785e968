"""The words of a grid: a mould that grows coarse, halves of parts with results of the whole, what is refused."""

from contextlib import contextmanager

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.cases import running
from metaltwin.solver.symmetry import whole

SOAK = mt.Soak("850 degC", "1 min")
QUENCH = mt.Quench("fast oil", bath="60 degC", duration="10 s")


def block(symmetry=(), **changes):
    """A block of 42CrMo4 in oil, 12 x 8 x 6 cells."""
    words = {
        "name": "block", "part": mt.Part.box("24 mm", "16 mm", "12 mm"), "alloy": "42CrMo4",
        "grid": mt.Grid("2 mm", symmetry=symmetry), "stress": False, "steps": [SOAK, QUENCH],
        "sensors": [mt.Thermocouple("low", at=("-7 mm", "3 mm", "-1 mm"))],
    }  # fmt: skip
    return mt.HeatTreatment(**{**words, **changes})


def casting(symmetry=(), coarsest=None, **changes):
    """A block of A356 on a chill in green sand."""
    chill = mt.Chill("grey iron", mt.Part.box("16 mm", "16 mm", "8 mm").moved(z="-12 mm"))
    words = {
        "name": "cast block", "part": mt.Part.box("40 mm", "24 mm", "16 mm"), "alloy": "A356", "pour": "720 degC",
        "mould": mt.mould("green sand", wall="40 mm"), "chills": [chill], "duration": "20 s", "tolerance": "1 K",
        "grid": mt.Grid("2 mm", symmetry=symmetry, coarsest=coarsest),
        "sensors": [mt.Thermocouple("metal", at=("-7 mm", "3 mm", "1 mm")),
                    mt.Thermocouple("sand", at=("-7 mm", "-30 mm", "1 mm"))],
    }  # fmt: skip
    return mt.Casting(**{**words, **changes})


def test_an_eighth_of_a_block_is_the_block():
    every, eighth = (case.run(progress=False) for case in (block(), block(("x", "y", "z"))))
    assert np.array_equal(eighth.cells.index, every.cells.index)
    assert np.count_nonzero(block("x").problem().cells.volume) == every.cells.index.size / 2
    for name in every.fields:
        expected = every.field(name).values
        np.testing.assert_allclose(eighth.field(name).values, expected, rtol=1e-9, atol=1e-9 * np.ptp(expected))
    np.testing.assert_allclose(eighth.probe("low").temperature, every.probe("low").temperature, rtol=1e-9)
    assert eighth.at("-7 mm", "3 mm", "-1 mm").hardness == pytest.approx(every.at("-7 mm", "3 mm", "-1 mm").hardness)
    for got, expected in zip(eighth.ledger, every.ledger, strict=True):
        assert got["stored"] == pytest.approx(expected["stored"], rel=1e-9, abs=1e-6)
        assert got["heat"] == pytest.approx(expected["heat"], rel=1e-9, abs=1e-6)
    assert "an eighth of all, mirrored along x and y and z" in str(block(("x", "y", "z")).check())


def test_half_a_cylinder_in_rz():
    words = {"part": mt.Part.cylinder("20 mm", "24 mm"), "sensors": [], "hardness": False}
    every, half = (block(axes, **words).run(progress=False) for axes in ((), "z"))
    np.testing.assert_allclose(half.temperature.values, every.temperature.values, rtol=1e-9)


def test_a_quarter_of_a_casting_in_a_graded_mould(tmp_path):
    every, quarter = casting(coarsest="8 mm"), casting(("x", "y"), "8 mm")
    a, b = every.run(progress=False), quarter.run(tmp_path / "quarter.vtkhdf", progress=False)
    assert np.array_equal(a.cells.index, b.cells.index)
    for name, scatter in (("temperature", 0.2), ("solid_fraction", 1e-3)):  # each has steps of its own
        assert np.abs(a.field(name).values - b.field(name).values).max() < scatter
    for probe in ("metal", "sand"):
        assert b.probe(probe).temperature[-1] == pytest.approx(a.probe(probe).temperature[-1], abs=0.1)
    assert b.ledger[-1]["stored"] == pytest.approx(a.ledger[-1]["stored"], rel=1e-3)
    assert "a quarter of all, mirrored along x and y" in str(b.summary())
    said = str(quarter.check())
    assert "growing to" in said and "a quarter of all" in said
    assert mt.read(tmp_path / "quarter.vtkhdf").case == quarter


def test_a_graded_mould_changes_little_and_saves_much():
    even, graded = casting(chills=[]), casting(coarsest="8 mm", chills=[])
    a, b = even.run(progress=False), graded.run(progress=False)
    bodies = [sum(case.check().bodies.values()) for case in (even, graded)]
    assert bodies[1] < 0.5 * bodies[0]
    assert np.array_equal(a.cells.index, b.cells.index)
    assert a.solid_fraction.mean == pytest.approx(b.solid_fraction.mean, abs=2e-3)
    assert b.probe("sand").temperature[-1] == pytest.approx(a.probe("sand").temperature[-1], abs=1.0)


def test_half_a_run_that_is_stopped_goes_on(tmp_path, monkeypatch):
    case = casting("x")
    expected = case.run(progress=False)
    asked = iter(range(1000))

    @contextmanager
    def at_the_tenth_step():
        yield lambda: next(asked) == 10

    monkeypatch.setattr(running, "asked_to_stop", at_the_tenth_step)
    with pytest.raises(running.Interrupted) as stopped:
        case.run(tmp_path / "half.vtkhdf", progress=False)
    result = mt.resume(stopped.value.file, progress=False)
    np.testing.assert_array_equal(result.temperature.values, expected.temperature.values)
    assert whole(case.problem().cells).cells.index.size == result.cells.index.size


def test_words_go_to_a_file_and_back(tmp_path):
    case = casting(("y", "x"), "8 mm")
    assert case.grid.symmetry == ("x", "y")
    case.save(tmp_path / "c.yaml")
    assert "grid: {spacing: 2 mm, coarsest: 8 mm, symmetry: [x, y]}" in (tmp_path / "c.yaml").read_text()
    assert mt.load(tmp_path / "c.yaml") == case
    assert mt.Grid("1 mm", symmetry="z").symmetry == ("z",)


STILL = dict.fromkeys(("bottom", "side"), "still air")


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (lambda: mt.Grid("1 mm", symmetry=("w",)), ("symmetry", "('w',)", "symmetry=('x', 'y')")),
        (lambda: mt.Grid("1 mm", symmetry=3), ("symmetry", "3 names no axes")),
        (lambda: mt.Grid("1 mm", coarsest="0.5 mm"), ("coarsest", "'0.5 mm'", "'1 mm'")),
        (lambda: block(grid=mt.Grid("2 mm", coarsest="4 mm")), ("grid.coarsest", "mould")),
        (lambda: block("z", steps=[SOAK, mt.Quench({**STILL, "top": "fast oil"}, duration="1 s")]),
         ("steps.quench", "bottom and top differ")),
        (lambda: block("z", steps=[SOAK, mt.Quench("fast oil", duration="1 s", immersion="9 mm/s")]),
         ("steps.quench", "along z")),
        (lambda: block("x", part=mt.Part.cylinder("20 mm", "20 mm")).check(), ("grid.symmetry", "only 'z'")),
        (lambda: block("x", part=mt.Part.plate("20 mm"), sensors=[]).check(), ("grid.symmetry", "slab", "leave")),
        (lambda: casting("z").check(), ("grid.symmetry", "chill is not symmetric along z", "2.048 cm3", "leave 'z'")),
        (lambda: casting("z", chills=[], shake_out="1 min", duration=None,
                         then=[mt.Quench({**STILL, "top": "fast oil"}, duration="1 s")]),
         ("then.quench", "bottom and top differ")),
    ],
)  # fmt: skip
def test_what_a_grid_cannot_be_is_refused(make, parts):
    with pytest.raises(mt.CaseError) as caught:
        make()
    for part in parts:
        assert part in str(caught.value), str(caught.value)
