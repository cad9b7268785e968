"""The mould in the result: what is stored, read back, shown, handed to ParaView, and what survives an interruption."""

import os
import signal
from itertools import count

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.cases import running

WORDS = {
    "name": "disc",
    "part": mt.Part.cylinder("60 mm", "24 mm"),
    "alloy": "WCB",
    "pour": "1580 degC",
    "mould": mt.mould("dry silica sand", wall="30 mm"),
    "grid": mt.Grid("4 mm"),
    "shake_out": "1000 degC",
    "then": [mt.Cool("still air", until="800 degC")],
    "chills": [mt.Chill("copper", mt.Part.cylinder("24 mm", "12 mm").moved(z="-12 mm"))],
    "sensors": [
        mt.Thermocouple("sand", at=("0 mm", "0 mm", "32 mm")),
        mt.Thermocouple("copper", at=("0 mm", "0 mm", "-6 mm")),
    ],
    "store_mould": True,
}


@pytest.fixture(scope="module")
def disc():
    return mt.Casting(**WORDS).run()


def test_the_bodies_are_stored_until_the_shake_out(disc):
    assert list(disc.bodies) == ["chill", "mould"]
    for body in disc.bodies.values():
        assert body.times[-1] == pytest.approx(disc.shake_out_time) and body.times[-1] < disc.times[-1]
        assert body.fields == ("temperature",) and body.temperature.min > 297.0
    assert disc.bodies["chill"].probes == {} and disc.bodies["chill"].layers == {}
    assert disc.bodies["chill"].field("temperature", time=0.0).max == pytest.approx(298.15, abs=1e-3)


@pytest.mark.parametrize(("body", "name", "place"), [("mould", "sand", "32 mm"), ("chill", "copper", "-6 mm")])
def test_a_body_reads_as_its_thermocouple_does(disc, body, name, place):
    """Snapshots stand at steps, where the thermocouple read too; float32 keeps 1e-4 K."""
    times, read, _ = disc._archive.probes()
    stored, row = disc.bodies[body], list(disc.probes).index(name)
    for time in stored.times[[10, stored.times.size // 2, -1]]:
        (step,) = np.flatnonzero(times == time)[-1:]
        assert stored.at("0 mm", "0 mm", place, time=float(time)).temperature == pytest.approx(
            read[row, step], abs=1e-3
        )


def test_the_heat_in_the_bodies_is_what_left_the_casting(disc):
    """Sand and chill take what the ledger says of their joints, less what the outer faces give to the air."""
    row = disc.ledger[0]
    taken = 0.0
    for name, body in disc.bodies.items():
        case = disc.case
        mould = case.mould if name == "mould" else case.chills[0].material
        table = mould.table()
        rise = [float(table.enthalpy(np.array(T))) for T in body.temperature.values]
        taken += float(body.cells.volume @ (np.array(rise) - float(table.enthalpy(np.array(298.15)))))
    start, end = disc.case.pour, disc.field("temperature", time=disc.shake_out_time).values
    melt = disc.case.alloy.freezing.table(disc.case.alloy.material)
    given = float(
        disc.cells.volume
        @ (float(melt.enthalpy(np.array(float(start)))) - np.array([melt.enthalpy(np.array(T)) for T in end]))
    )
    lost = given - taken
    assert row["stored"] == pytest.approx(-lost, rel=2e-3)  # float32 of temperatures, against all heat given


def test_nothing_is_stored_unasked_and_the_file_keeps_what_is(tmp_path, disc):
    read = mt.read(disc.save(tmp_path / "disc.vtkhdf"))
    assert list(read.bodies) == ["chill", "mould"]
    assert np.array_equal(read.bodies["mould"].temperature.values, disc.bodies["mould"].temperature.values)
    bare = mt.Casting(**{**WORDS, "store_mould": False, "grid": mt.Grid("8 mm"), "chills": [], "sensors": []}).run()
    assert bare.bodies == {}
    with pytest.raises(mt.CaseError, match="store_mould=True"):
        bare.show("temperature", mould=True, cut="y", save=tmp_path / "none.png")


def test_a_stopped_run_goes_on_with_the_same_mould(tmp_path, monkeypatch, disc):
    turns = count()

    def step(problem, sink, watch, state=None, clock=None):
        def stopping(clock, state):
            if next(turns) == 60:
                os.kill(os.getpid(), signal.SIGINT)
            return watch(clock, state)

        return march(problem, sink, stopping, state, clock)

    march = running.march
    monkeypatch.setattr(running, "march", step)
    file = tmp_path / "disc.vtkhdf"
    with pytest.raises(running.Interrupted):
        mt.Casting(**WORDS).run(file)
    monkeypatch.setattr(running, "march", march)
    assert 0 < mt.read(file).bodies["mould"].times.size < disc.bodies["mould"].times.size
    whole = mt.resume(file)
    for name, body in whole.bodies.items():
        assert np.array_equal(body.times, disc.bodies[name].times)
        assert np.array_equal(body.temperature.values, disc.bodies[name].temperature.values)


def test_the_mould_is_drawn_about_the_casting(disc, tmp_path):
    from PIL import Image

    with_mould = disc.show("temperature", mould=True, cut="y", save=tmp_path / "mould.png")
    alone = disc.show("temperature", cut="y", time=float(disc.bodies["mould"].times[-1]), save=tmp_path / "alone.png")
    drawn = [(np.asarray(Image.open(path).convert("RGB"), int).sum(2) < 700).mean() for path in (with_mould, alone)]
    assert min(drawn) > 0.03
    for how, why in [
        ({"cut": None}, "the mould hides the casting"),
        ({"field": "solid_fraction"}, "a mould has no solid_fraction"),
    ]:
        with pytest.raises(mt.CaseError, match=why):
            disc.show(**{"field": "temperature", "mould": True, "cut": "y", "save": tmp_path / "no.png"} | how)
    film = disc.animate("temperature", tmp_path / "mould.gif", mould=True, cut="y", seconds=0.3)
    assert film.stat().st_size > 10_000


@pytest.mark.parametrize("changes", [{}, {"part": mt.Part.box("40 mm", "30 mm", "20 mm"), "chills": [], "sensors": []}])
def test_paraview_s_reader_finds_every_body_at_every_instant(changes, tmp_path):
    import pyvista

    result = mt.Casting(**{**WORDS, "grid": mt.Grid("8 mm"), "snapshots": 4, **changes}).run()
    reader = pyvista.get_reader(result.paraview(tmp_path / "disc.pvd"))
    assert reader.time_values == pytest.approx(result.times.tolist())
    for time in (result.times[1], result.times[-1]):
        reader.set_active_time_value(reader.time_values[int(np.argmin(np.abs(result.times - time)))])
        blocks = [block for block in reader.read() if block is not None]
        there = ["part", *(name for name, body in result.bodies.items() if body.times[-1] >= time)]
        assert len(blocks) == len(there)
        for number, (name, block) in enumerate(zip(there, blocks, strict=True)):
            body = result if name == "part" else result.bodies[name]
            shown = block.cell_data["vtkGhostType"] == 0
            assert shown.sum() == body.cells.index.size and set(block.cell_data["body"]) == {number}
            values = body.field("temperature", float(time)).values
            np.testing.assert_allclose(block.cell_data["temperature"][shown], values, rtol=1e-6)
            centres = block.cell_centers().points  # of the cells shown
            np.testing.assert_allclose(centres[:, [0, 2]], body.cells.centres()[:, [0, 2]], atol=1e-6)
    with pytest.raises(mt.CaseError, match="ends in .pvd"):
        result.paraview(tmp_path / "disc.vtk")


def test_a_graded_and_mirrored_mould_is_drawn_where_it_lies(tmp_path):
    """Its cells grow outwards, and each body has a lattice of its own: the cut goes through the middle of the part."""
    from metaltwin.views.surface import surface

    block = {
        "part": mt.Part.box("40 mm", "30 mm", "20 mm"),
        "chills": [mt.Chill("copper", mt.Part.box("10 mm", "10 mm", "10 mm").moved(z="-15 mm"))],
        "grid": mt.Grid("2.5 mm", coarsest="10 mm", symmetry=("x",)),
        "shake_out": None,
        "then": None,
        "until": "1450 degC",
        "sensors": [],
    }
    result = mt.Casting(**(WORDS | block)).run(tmp_path / "block.vtkhdf")
    for name, reach in {"mould": 45.0, "chill": 5.0}.items():
        cells = result.bodies[name].cells
        skin = 1e3 * surface(cells, np.ones(cells.index.size, bool), "y", result.cells).points
        assert skin[:, 1].min() == pytest.approx(0.0, abs=1e-9) and skin[:, 1].max() == pytest.approx(reach, abs=1e-6)
    assert result.show("temperature", mould=True, cut="y", save=tmp_path / "block.png").stat().st_size > 10_000
