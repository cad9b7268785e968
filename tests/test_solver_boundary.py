"""Laws of the surroundings as tables of the heat flux."""

import numpy as np
import pytest

from metaltwin.materials.curve import TimeCurve
from metaltwin.solver.boundary import STEFAN_BOLTZMANN, Law

T = np.array([300.0, 800.0, 1300.0])


def test_convection_with_a_constant_and_with_a_curve_of_the_surface_temperature():
    assert Law(h=500.0, temperature=300.0).table(T, 0.0) == pytest.approx([0.0, -250e3, -500e3])
    boiling = Law(h=lambda Ts: 2.0 * Ts, temperature=350.0)
    assert boiling.table(T, 0.0) == pytest.approx(2.0 * T * (350.0 - T))


def test_radiation_uses_the_codata_constant_and_its_own_temperature():
    law = Law(h=10.0, temperature=300.0, emissivity=0.8, radiation_temperature=500.0)
    expected = 10.0 * (300.0 - T) + 0.8 * 5.670374419e-8 * (500.0**4 - T**4)
    assert law.table(T, 0.0) == pytest.approx(expected)
    assert Law(temperature=300.0, emissivity=1.0).table(T, 0.0)[2] == pytest.approx(
        STEFAN_BOLTZMANN * (300.0**4 - 1300.0**4)
    )


def test_flux_is_positive_into_the_part():
    assert Law(flux=1e6).table(T, 0.0).tolist() == [1e6] * 3
    assert Law(flux=lambda Ts: 5.0 * Ts).table(T, 0.0).tolist() == (5.0 * T).tolist()


def test_a_prescribed_surface_temperature_is_stiff():
    q = Law(surface_temperature=800.0).table(T, 0.0)
    assert q[1] == 0.0 and q[0] == pytest.approx(5e11)


def test_what_varies_in_time_is_asked_at_that_time():
    ramp = TimeCurve("0 100 s", "300 400 K")
    assert Law(h=1.0, temperature=ramp).table(T, 50.0) == pytest.approx(350.0 - T)
    assert Law(h=1.0, temperature=lambda t: 300.0 + t).table(T, 7.0) == pytest.approx(307.0 - T)
    assert Law(surface_temperature=ramp).table(np.array([400.0]), 100.0)[0] == 0.0
    assert Law(h=TimeCurve("0 10 s", "0 100 W/m^2/K"), temperature=0.0).table(T, 5.0) == pytest.approx(-50.0 * T)
    assert Law(flux=TimeCurve("0 10 s", "0 100 W/m^2")).table(T, 20.0) == pytest.approx([100.0] * 3)


def test_steady_means_that_the_table_never_changes():
    ramp = TimeCurve("0 100 s", "300 400 K")
    assert Law(h=lambda Ts: Ts, temperature=300.0).steady
    assert Law(flux=lambda Ts: Ts).steady
    assert not Law(h=1.0, temperature=ramp).steady
    assert not Law(h=TimeCurve("0 1 s", "0 1 W/m^2/K"), temperature=300.0).steady
    assert not Law(flux=TimeCurve("0 1 s", "0 1 W/m^2")).steady
    assert not Law(emissivity=0.5, radiation_temperature=lambda t: 300.0).steady
    assert not Law(surface_temperature=ramp).steady


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({}, "needs h, flux"),
        ({"h": 1.0, "flux": 1.0, "temperature": 300.0}, "got h and flux"),
        ({"h": 1.0}, "needs the temperature"),
        ({"emissivity": 0.5}, "needs a temperature"),
        ({"flux": 1.0, "emissivity": 1.5}, r"outside 0\.\.1"),
    ],
)
def test_a_law_that_makes_no_sense_is_refused(words, message):
    with pytest.raises(ValueError, match=message):
        Law(**words)
