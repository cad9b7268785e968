"""Points at given temperatures against closed forms and against the kinetics of a single cell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import metaltwin as mt
from metaltwin.materials.matter import Kinetics, Product, constant
from metaltwin.solver import curves
from metaltwin.solver.curves import Curves
from metaltwin.validation.path import ZERO, Path, inert_heat

STEEL = mt.alloy("42CrMo4")
POINTS = Curves(STEEL.matter())


def linear(rates, top=850.0 + ZERO, steps=400):
    """Times and temperatures of constant cooling to 25 degC."""
    rates = np.asarray(rates, float)
    times = np.concatenate([[0.0], np.geomspace(1.0 / rates.max(), 900.0 / rates.min(), steps)])
    return times, np.maximum(top - times[:, None] * rates, 298.15)


def test_avrami_is_exact_at_constant_temperature():
    rate, n = 0.05, 2.5
    kinetics = Kinetics((Product("pearlite", constant(rate), 700.0, 1000.0, ("jmak", n)),))
    times = np.array([0.0, 3.0, 10.0, 25.0, 60.0])
    seen = Curves(inert_heat(kinetics)).follow(times, np.full((5, 2), 850.0), history=True)
    exact = 1.0 - np.exp(-((rate * times) ** n))
    assert seen.history[:, 2, 0] == pytest.approx(exact, abs=1e-12)


def test_martensite_is_koistinen_marburger_and_its_start_is_found():
    start, alpha = STEEL.martensite_pair()
    times, path = linear([300.0], steps=3000)
    seen = POINTS.follow(times, path, levels=(("martensite", 0.01),))
    assert seen.phases[4, 0] == pytest.approx(1.0 - np.exp(-alpha * (start - 298.15)), abs=2e-3)
    assert seen.reached["martensite", 0.01][1][0] == pytest.approx(start + np.log(0.99) / alpha, abs=0.3)


@settings(max_examples=10, deadline=None)
@given(rate=st.floats(0.1, 80.0), top=st.floats(800.0, 950.0))
def test_a_point_is_the_cell_of_the_kinetics_and_of_the_records(rate, top):
    """The same steps through Transformation and Recorder one by one."""
    matter = STEEL.matter()
    times, path = linear([rate], top + ZERO, 150)
    cell = Path(matter.kinetics, top, hardness=matter.hardness)
    for time, before, after in zip(np.diff(times), path[:-1, 0], path[1:, 0], strict=True):
        cell.step(after - ZERO, time)
        assert before >= after
    seen = POINTS.follow(times, path)
    # the enthalpies differ, the temperatures are the same: so must the fractions be
    assert seen.phases[:, 0] == pytest.approx(cell.state.phases[:, 0], abs=1e-9)
    assert seen.hardness[0] == pytest.approx(cell.hardness, abs=1e-6)


def test_chunks_give_what_one_gives(monkeypatch):
    times, path = linear(np.geomspace(0.1, 100.0, 23), steps=100)
    levels = (("bainite", 0.01), ("austenite", 0.5))
    whole = POINTS.follow(times, path, levels=levels, history=True)
    monkeypatch.setattr(curves, "CHUNK", 5)
    parts = POINTS.follow(times, path, levels=levels, history=True)
    for one, other in (
        (whole.phases, parts.phases),
        (whole.hardness, parts.hardness),
        (whole.history, parts.history),
        (whole.past["t8_5"], parts.past["t8_5"]),
        (whole.reached[levels[0]][1], parts.reached[levels[0]][1]),
        (whole.reached[levels[1]][0], parts.reached[levels[1]][0]),
    ):
        assert np.array_equal(one, other, equal_nan=True)


def test_t8_5_and_the_rate_at_700_are_those_of_the_path():
    rates = np.array([0.5, 5.0, 50.0])
    seen = POINTS.follow(*linear(rates))
    assert seen.past["t8_5"] == pytest.approx(300.0 / rates, rel=1e-3)
    assert seen.past["cooling_rate_700"] == pytest.approx(rates, rel=1e-3)


def test_what_is_no_path_is_refused():
    with pytest.raises(ValueError, match="rising"):
        POINTS.follow(np.array([0.0, 1.0, 1.0]), np.full((3, 1), 900.0))
    with pytest.raises(ValueError, match="3 times"):
        POINTS.follow(np.array([0.0, 1.0, 2.0]), np.full((4, 1), 900.0))
