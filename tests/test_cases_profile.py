"""Stress below the skin: gauge volume, directions, removal of layers against exact elastic cases."""

import csv

import numpy as np
import pytest
from hypothesis import given as draws
from hypothesis import settings
from hypothesis import strategies as some

import metaltwin as mt
from metaltwin.cases.problem import lattice_cells
from metaltwin.cases.result import Result
from metaltwin.cases.store import About, Log
from metaltwin.materials.layer_removal import (
    cylinder_moore_evans,
    cylinder_readings,
    plate_moore_evans,
    plate_readings,
)
from metaltwin.materials.refusal import CaseError

S, R = 100e6, 0.02
STEEL = mt.Material(
    "steel", "40 W/m/K", "7800 kg/m^3", "500 J/kg/K",
    young="200 GPa", poisson=0.3, expansion="12e-6 1/K", yield_stress="1 GPa", hardening="0 Pa",
)  # fmt: skip


def result(part, stress, spacing="1 mm", metric="auto"):
    """A result whose cells carry stress(centres) (6, n) Pa, in the axes that its metric stores."""
    steps = [mt.Quench("fast oil", duration="60 s")]
    given = mt.HeatTreatment("made", part, STEEL, mt.Grid(spacing, metric), steps, start="20 degC")
    cells, shape = lattice_cells(given), part.shape
    n, axis = cells.index.size, "cylinder" if part.kind in ("cylinder", "ring") else None
    log = Log(cells, About({}, {}, axis, shape.middle, name="made"), "a case")
    fields = {"temperature": np.full(n, 293.15), "stress": stress(cells.centres()), "displacement": np.zeros((3, n))}
    log.snapshot(60.0, "quench", fields, np.full(cells.patch_cell.size, 293.15))
    log.end({})
    return Result(log.archive(), given)


def of_a_bar(places):
    """rr, tt, zz of a long cylinder of radius R whose eigenstrain goes with r2."""
    ratio = (places[:, 0] / R) ** 2
    stress = np.zeros((6, ratio.size))
    stress[:3] = S * (1 - ratio), S * (1 - 3 * ratio), 2 * S * (1 - 2 * ratio)
    return stress


@pytest.fixture(scope="module")
def bar():
    return result(mt.Part.cylinder("40 mm", "80 mm"), of_a_bar)


def test_a_thin_gauge_reads_the_stress_itself(bar):
    read = bar.stress_profile(("0 mm", "20 mm", "40 mm"), "axial", "10 mm", gauge=("0.1 mm", "0.01 mm"))
    r = R - read.depth
    assert read.stress == pytest.approx(2 * S * (1 - 2 * (r / R) ** 2), abs=0.005 * S)
    assert read.normal == pytest.approx([0.0, -1.0, 0.0]) and read.at == pytest.approx([0.0, 0.02, 0.04])
    hoop = bar.stress_profile(("0 mm", "20 mm", "40 mm"), "hoop", "10 mm", gauge=("0.1 mm", "0.01 mm"))
    across = bar.stress_profile(("0 mm", "20 mm", "40 mm"), "x", "10 mm", gauge=("0.1 mm", "0.01 mm"))
    assert across.stress == pytest.approx(hoop.stress, abs=0.005 * S)


def test_a_coarse_gauge_averages_and_fills_by_halves_at_the_skin():
    linear = result(mt.Part.box("20 mm", "20 mm", "20 mm"), lambda p: S * np.eye(6)[0][:, None] * p[:, 2] / 0.01)
    read = linear.stress_profile(("0 mm", "0 mm", "10 mm"), "x", "8 mm", gauge="4 mm")
    assert read.filled[0] == pytest.approx(0.6, abs=0.11) and read.filled[-1] == 1.0
    assert read.depth[0] == pytest.approx(1e-3, abs=0.3e-3)
    assert read.stress == pytest.approx(S * (1 - read.depth / 0.01), abs=1e-3 * S)


def test_layers_turned_off_a_bar_read_what_its_exact_relaxation_says(bar):
    """Turned to b, the exact shift is -2 S (1 - b2/R2) along the axis, -S (1 - b2/R2) around it."""
    for direction, share in (("axial", 2.0), ("hoop", 1.0)):
        read = bar.stress_profile(("20 mm", "0 mm", "40 mm"), direction, "8 mm", gauge=("0.1 mm", "0.01 mm"))
        turned = 1 - ((R - np.linspace(0, 8e-3, read.depth.size)) / R) ** 2
        assert read.reading == pytest.approx(read.stress - share * S * turned, abs=0.01 * S)


def test_layers_taken_off_a_plate_read_what_bending_says():
    H = 10e-3
    plate = result(
        mt.Part.box("30 mm", "30 mm", "10 mm"), lambda p: S * np.eye(6)[0][:, None] * (1 - 3 * (2 * p[:, 2] / H) ** 2)
    )
    read = plate.stress_profile(("0 mm", "0 mm", "5 mm"), "x", "4 mm", gauge=("0.1 mm", "0.01 mm"))
    z = H - np.linspace(0, 4e-3, read.depth.size)  # what is left, from below
    exact = []
    for top in z:
        height = np.linspace(0, top, 20001)
        held = S * (1 - 3 * (2 * (height - H / 2) / H) ** 2)
        force, moment = np.trapezoid(held, height), np.trapezoid(held * (height - top / 2), height)
        exact.append(held[-1] - force / top - 6 * moment / top**2)
    assert read.reading == pytest.approx(exact, abs=0.01 * S)


@settings(max_examples=25, deadline=None)
@draws(some.lists(some.floats(-1.0, 1.0), min_size=4, max_size=4), some.floats(0.0, 0.6))
def test_the_correction_undoes_the_removal(shape, bore):
    depth = np.linspace(0.0, 3e-3, 3001)
    stress = 1e8 * np.polyval(shape, depth / 3e-3)
    assert plate_moore_evans(depth, plate_readings(depth, stress, 10e-3), 10e-3) == pytest.approx(stress, abs=1e3)
    axial, hoop, _ = cylinder_moore_evans(
        depth, *cylinder_readings(depth, stress, 2 * stress, 10e-3, bore * 10e-3), 10e-3, bore * 10e-3
    )
    assert axial == pytest.approx(stress, abs=2e3) and hoop == pytest.approx(2 * stress, abs=4e3)


def test_a_profile_is_written_and_drawn(bar, tmp_path):
    read = bar.stress_profile(("20 mm", "0 mm", "40 mm"), "axial", "5 mm")
    with read.csv(tmp_path / "axial.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows[0][:2] == ["depth [mm]", "axial stress [MPa]"] and len(rows) == read.depth.size + 1
    read.plot(save=tmp_path / "axial.png")
    assert (tmp_path / "axial.png").stat().st_size > 10_000
    assert "gauge volume 1 x 1 x 1 mm" in str(read)


def test_one_dimension_and_a_turned_point():
    slab = result(mt.Part.plate("20 mm"), lambda p: S * np.eye(6)[1][:, None] * p[:, 0] / 0.01)
    read = slab.stress_profile(("-10 mm", "0 mm", "0 mm"), "y", "5 mm", gauge=("0.1 mm", "0.01 mm"))
    assert read.stress == pytest.approx(S * (1 - read.depth / 0.01), abs=0.01 * S)


def test_wrong_asks_are_refused(bar):
    skin = ("20 mm", "0 mm", "40 mm")
    for words, match in (
        ((("10 mm", "0 mm", "40 mm"), "axial", "5 mm"), "mm below the skin; give a point on the skin"),
        ((("30 mm", "0 mm", "40 mm"), "axial", "5 mm"), "mm outside the part; give a point on the skin"),
        ((skin, "axle", "5 mm"), "no direction 'axle'; nearest: axial"),
        ((skin, "axial", "50 mm"), "the part ends"),
        ((skin, "axial", "0 mm"), "is not above zero"),
        ((skin, "axial", "5 mm", "1 K"), "gauge"),
        ((skin, "axial", "5 mm", 3.0), "edge of a cube"),
    ):
        with pytest.raises(CaseError, match=match):
            bar.stress_profile(*words)
    with pytest.raises(CaseError, match="leaves nothing"):
        plate_moore_evans(np.array([0.0, 0.02]), np.zeros(2), 0.02)
    with pytest.raises(CaseError, match="must rise"):
        plate_moore_evans(np.array([0.0, 0.0]), np.zeros(2), 0.02)
    with pytest.raises(CaseError, match="one reading"):
        plate_moore_evans(np.array([0.0, 0.01]), np.zeros(3), 0.02)
