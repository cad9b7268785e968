"""Readings extrapolated over grids, against exact solutions and made-up errors."""

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.__main__ import app
from metaltwin.cases.converged import observed, table
from metaltwin.materials.refusal import CaseError
from metaltwin.validation import analytic
from metaltwin.validation.steel_c import DIFFUSIVITY, SPAN, steel_c

GRIDS = ("5 mm", "2.5 mm", "1.25 mm")


def case(part=None, **more):
    bath = mt.Medium("bath", h="1200 W/m^2/K", temperature="20 degC")
    return mt.HeatTreatment(
        "slab",
        part or mt.Part.plate("50 mm"),
        steel_c(),
        mt.Grid("5 mm"),
        [mt.Quench(bath, duration="60 s")],
        start="850 degC",
        tolerance="0.002 K",
        **more,
    )


def places(result):
    return [result.at(x, "0 mm", "0 mm").temperature - 273.15 for x in ("0 mm", "12.5 mm", "25 mm")]


def test_a_slab_converges_by_the_second_order_to_its_series():
    """A01: the extrapolated value is an order of magnitude nearer than the finest grid, whose error is told."""
    found = mt.converged(case(), GRIDS, places)
    exact = 20.0 + SPAN * analytic.slab((0.0, 0.5, 1.0), DIFFUSIVITY * 60.0 / 0.025**2, 1.0)
    finest = np.abs(found.readings[-1] - exact)
    assert found.order == pytest.approx(2.0, abs=0.15)  # within the orders of G01 at ten cells and more
    assert np.abs(found.value - exact).max() < 0.1 * finest.max()
    np.testing.assert_allclose(found.error, finest, rtol=0.2)
    np.testing.assert_allclose(found.sizes, [5e-3, 2.5e-3, 1.25e-3])


def test_a_plain_number_and_two_grids_do():
    found = mt.converged(case(), GRIDS[:2], lambda result: result.field("temperature").mean)
    assert found.order is None and found.value.shape == () and found.readings.shape == (2,)
    assert "off by" in str(found) and "order" not in str(found)
    exact = 293.15 + SPAN * analytic.slab_mean(DIFFUSIVITY * 60.0 / 0.025**2, 1.0)
    assert abs(found.value - exact) < 0.2 * abs(found.readings[-1] - exact)


def test_the_tolerance_is_that_of_the_finest_grid():
    """The coarser grid gets eight times as much, so that its steps are twice as long."""
    seen = []
    mt.converged(case(), GRIDS[:2], lambda result: seen.append(float(result.case.tolerance)) or 0.0)
    assert seen == pytest.approx([0.016, 0.002])


def test_a_spacing_that_does_not_divide_the_part_is_taken_as_the_grid_has_it():
    """50 mm by 3.5 and 2 mm is 8 and 13 cells over the half thickness."""
    found = mt.converged(case(), ("3.5 mm", "2 mm"), places)
    np.testing.assert_allclose(found.sizes, [0.025 / 8, 0.025 / 13])


@pytest.mark.parametrize("order", [0.3, 1.0, 2.0, 4.0])
def test_the_order_that_made_the_errors_is_found(order):
    """Also where spacings are in no constant ratio."""
    sizes = np.array([0.4, 0.25, 0.1])
    values = 3.0 + np.multiply.outer(sizes**order, [1.0, -2.0])
    assert observed(sizes, values) == pytest.approx(order, abs=1e-6)


def test_what_does_not_fall_has_no_order():
    assert np.isnan(observed(np.array([0.4, 0.2, 0.1]), np.array([1.0, 1.0, 1.0])))
    assert np.isnan(observed(np.array([0.4, 0.2, 0.1]), np.array([1.0, 1.1, 1.3])))


@pytest.mark.parametrize(
    ("spacings", "reading", "said"),
    [
        (("5 mm",), places, "two spacings at least"),
        ("5 mm", places, "two spacings at least"),
        (("2.5 mm", "5 mm"), places, "do not fall"),
        (("5 m", "x"), places, "'x'"),
        (("7 mm", "6.5 mm"), places, "same grid"),
        (("5 mm", "2.5 mm"), lambda result: result.field("temperature").values, "at places, not at cells"),
        (("5 mm", "2.5 mm"), lambda result: "warm", "must give numbers"),
        (("5 mm", "2.5 mm"), lambda result: float("nan"), "finite"),
    ],
)
def test_wrong_input_is_one_sentence(spacings, reading, said):
    with pytest.raises(CaseError, match=said):
        mt.converged(case(), spacings, reading)


def test_the_table_tells_thermocouples_and_means_with_their_orders():
    core = mt.Thermocouple("core", at=("0 mm", "0 mm", "0 mm"))
    lines = table(case(sensors=[core]), GRIDS).splitlines()
    assert lines[0].split()[:3] == ["5", "mm", "2.5"] and lines[0].endswith("order")
    assert [line.split(",")[0] for line in lines[1:]] == ["core", "mean temperature"]
    *grids, value, error, order = map(float, lines[1].split("degC")[1].split())
    assert abs(order - 2.0) < 0.15 and error == pytest.approx(abs(grids[-1] - value), abs=0.02)


def test_the_command_prints_the_table(tmp_path, capsys):
    case().save(tmp_path / "slab.yaml")
    words = ["converge", str(tmp_path / "slab.yaml"), "--spacing", "5 mm", "--spacing", "2.5 mm"]
    with pytest.raises(SystemExit) as ended:
        app(words, prog_name="metaltwin")
    assert ended.value.code == 0 and "mean temperature, end of quench" in capsys.readouterr().out
