"""Curves, media and materials of one phase."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from metaltwin.materials.curve import Curve, TimeCurve
from metaltwin.materials.material import Material, quadrature
from metaltwin.materials.medium import Medium
from metaltwin.materials.refusal import CaseError

STEEL = ("steel", "50 W/m/K", "7800 kg/m^3", "600 J/kg/K")


def test_linear_inside_flat_outside() -> None:
    curve = Curve(["20 degC", "120 degC"], ["50 W/m/K", "40 W/m/K"])
    assert curve(np.array([0.0, 293.15, 343.15, 393.15, 2000.0])) == pytest.approx([50, 50, 45, 40, 40])
    assert (curve.low, curve.high) == (293.15, 393.15)


def test_one_text_with_one_unit() -> None:
    assert Curve("20 120 degC", "50, 40 W/m/K") == Curve(["20 degC", "120 degC"], ["50 W/m/K", "40 W/m/K"])


@pytest.mark.parametrize(
    ("temperatures", "values", "said"),
    [
        ("20 10 degC", "1 2 W/m/K", "must rise: '10 degC' follows '20 degC'"),
        ("20 20 degC", "1 2 W/m/K", "must rise"),
        ("20 30 degC", "1 W/m/K", "as many values"),
        ("20 30 mm", "1 2 W/m/K", "needs K"),
        ("20 30 degC", "one two", "does not start with a number"),
    ],
)
def test_bad_curves(temperatures: str, values: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Curve(temperatures, values)


@given(st.lists(st.floats(1.0, 1e3), min_size=2, max_size=6), st.floats(200.0, 1500.0))
def test_integral_is_exact(values: list[float], end: float) -> None:
    knots = [f"{300 + 150 * i} K" for i in range(len(values))]
    curve = Curve(knots, [f"{value} J/kg/K" for value in values])
    fine = np.union1d(np.linspace(250.0, end, 20001), np.clip(curve.knots, min(250.0, end), max(250.0, end)))
    slow = np.trapezoid(curve(fine), fine) * np.sign(end - 250.0)
    assert float(curve.integral(end, 250.0)) == pytest.approx(slow, rel=1e-6, abs=1e-6)


def test_material_refuses_the_wrong_dimension_inside_a_curve() -> None:
    with pytest.raises(CaseError, match=r"Material.conductivity: values: '5 J/kg/K' has dimension"):
        Material("steel", Curve("20 30 degC", "5 6 J/kg/K"), "7800 kg/m^3", "600 J/kg/K")
    with pytest.raises(CaseError, match="'-5 W/m/K' must be above zero"):
        Material("steel", Curve("20 30 degC", "-5 6 W/m/K"), "7800 kg/m^3", "600 J/kg/K")


def test_enthalpy_of_quantity_curve_and_callable_agree() -> None:
    T = np.linspace(200.0, 1500.0, 77)
    curve = Curve("0 1000 degC", "400 900 J/kg/K")
    ready = Material(*STEEL[:3], curve).matter().phases[0].enthalpy(T)
    asked = Material(*STEEL[:3], lambda t: curve(t)).matter().phases[0].enthalpy(T)
    assert asked == pytest.approx(ready, abs=2.0)
    flat = Material(*STEEL).matter().phases[0].enthalpy(T)
    assert flat == pytest.approx(600.0 * (T - 293.15), abs=1e-9)


def test_quadrature_of_a_polynomial_is_exact() -> None:
    T = np.array([[300.0, 500.0], [293.15, 100.0]])
    assert quadrature(lambda t: 3.0 * t**2, T) == pytest.approx(T**3 - 293.15**3, rel=1e-12, abs=1e-4)


def test_expansion_is_secant_from_stress_free() -> None:
    steel = Material(
        *STEEL,
        young="200 GPa",
        poisson=0.3,
        expansion="12e-6 1/K",
        stress_free="850 degC",
        yield_stress="200 MPa",
    )
    mechanics = steel.matter().phases[0].mechanics
    assert mechanics is not None
    assert float(mechanics.strain(np.array(293.15))) == pytest.approx(12e-6 * (20.0 - 850.0))
    assert mechanics.hardening is None
    assert float(mechanics.young(np.array(300.0))) == 200e9


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"young": "200 GPa", "poisson": 0.3}, "has young, poisson but no expansion"),
        ({"kinetics": 1}, "use an Alloy"),
        (
            {"young": "2 GPa", "poisson": 0.3, "expansion": "1e-5 1/K", "hardening": "1 GPa"},
            "no yield_stress",
        ),
        ({"poisson": 0.5, "young": "2 GPa", "expansion": "1e-5 1/K"}, "must not be above 0.4999"),
        ({"emissivity": 1.1}, "must not be above 1"),
        ({"emisivity": 0.1}, "nearest: emissivity"),
    ],
)
def test_material_refusals(given: dict[str, object], said: str) -> None:
    with pytest.raises(CaseError, match=said):
        Material(*STEEL, **given)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "has no law; give one of h, flux, surface_temperature"),
        ({"h": "5 W/m^2/K", "flux": "1 W/m^2", "temperature": "20 degC"}, "has h and flux"),
        ({"h": "5 W/m^2/K"}, "has h but no temperature"),
        ({"h": "-5 W/m^2/K", "temperature": "20 degC"}, "must not be negative"),
        ({"h": "5 W/m/K", "temperature": "20 degC"}, r"needs W/m\^2/K"),
        ({"emissivity": 1.5, "temperature": "20 degC"}, "must not be above 1"),
        ({"surface_temperature": Curve("0 1 degC", "0 1 degC")}, "write a TimeCurve"),
    ],
)
def test_medium_refusals(given: dict[str, object], said: str) -> None:
    with pytest.raises(CaseError, match=said):
        Medium("oil", **given)


def test_medium_laws() -> None:
    assert Medium("wool", h="0 W/m^2/K").insulates
    assert Medium("jet", flux="-1e6 W/m^2").flux == -1e6
    furnace = Medium("furnace", h="20 W/m^2/K", temperature=TimeCurve("0 60 s", "20 850 degC"), emissivity=0.8)
    assert float(furnace.temperature(30.0)) == pytest.approx(708.15)


def test_a_medium_survives_the_file() -> None:
    words = TypeAdapter(Medium)
    oil = Medium("oil", h=Curve("20 400 degC", "500 2000 W/m^2/K"), temperature="60 degC")
    assert words.validate_python(words.dump_python(oil)) == oil


def test_a_function_cannot_be_saved() -> None:
    odd = Medium("odd", h=lambda T: 0.0 * T + 5.0, temperature="20 degC")
    with pytest.raises(ValueError, match="cannot be saved to a file; write a Curve"):
        TypeAdapter(Medium).dump_python(odd)
