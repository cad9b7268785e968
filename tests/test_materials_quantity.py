"""Quantities: what is understood, what is refused and how."""

import pickle
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from metaltwin.materials.hardness_scale import hrc_from_hv, hv_from_hrc
from metaltwin.materials.quantity import Amount, Quantity, Temperature, amount, parse


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("850 degC", "K", 1123.15),
        ("850 °C", "K", 1123.15),
        ("212 degF", "K", 373.15),
        ("40 mm", "m", 0.04),
        ("40mm", "m", 0.04),
        ("1 inch", "m", 0.0254),
        ("50 ksi", "Pa", 344.737864e6),
        ("45 min", "s", 2700.0),
        ("12e-6/K", "1/K", 12e-6),
        ("12e-6 1/K", "1/K", 12e-6),
        ("6e-5 1/MPa", "1/Pa", 6e-11),
        ("500 W m^-2 K^-1", "W/m^2/K", 500.0),
        ("500 W/m²/K", "W/m^2/K", 500.0),
        ("0.5 kW/m^2/K", "W/m^2/K", 500.0),
        ("30 %", "", 0.3),
        (0.3, "", 0.3),
        ("32 HRC", "HV", hv_from_hrc(32.0)),
        ("300 HV", "HV", 300.0),
    ],
)
def test_understood(text: object, unit: str, value: float) -> None:
    assert parse(text, unit) == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        (25, "W/m^2/K", "has no unit; write W/m^2/K"),
        ("25", "m", "has no unit; write m, for example '40 mm'"),
        ("25 W/m/K", "W/m^2/K", "needs W/m^2/K"),
        ("25 W/m/degC", "W/m/K", "write K"),
        ("nan m", "m", "not a finite number"),
        (float("inf"), "", "not a finite number"),
        ("1e999 m", "m", "not a finite number"),
        ("850 C", "K", "write 850 degC"),
        ("5 foo", "m", "'foo' is no unit"),
        ("-5 K", "K", "below absolute zero"),
        ("300", "HV", "needs a hardness"),
        ("10 HRC", "HV", "outside HRC 20 to 70"),
        ("5 HV", "m", "is a hardness"),
        ("5 degC", "delta_degC", "temperature difference"),
        (True, "", "is not a quantity"),
        ("mm", "m", "does not start with a number"),
        ("1; import os", "m", "is no unit"),
        ("1 m**9**9**9", "m", "is no unit"),
        ("1 m^(99^99)", "m", "is no unit"),
    ],
)
def test_refused(text: object, unit: str, said: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse(text, unit, "quench.h")
    assert said in str(refusal.value)
    assert str(refusal.value).startswith("quench.h: ")


def test_words_are_kept() -> None:
    bath = amount("60 degC", "K")
    assert bath == pytest.approx(333.15)
    assert (bath.text, str(bath)) == ("60 degC", "60 degC")
    assert pickle.loads(pickle.dumps(bath)).text == "60 degC"
    with pytest.raises(ValueError, match="needs m"):
        amount(bath, "m")


def test_pydantic_fields() -> None:
    field = TypeAdapter[Any](Annotated[Any, Quantity("W/m/K", positive=True)])
    value = field.validate_python("50 W/m/K")
    assert isinstance(value, Amount)
    assert field.dump_python(value) == "50 W/m/K"
    assert field.json_schema()["type"] == "string"
    with pytest.raises(ValidationError, match="must be above zero"):
        field.validate_python("-50 W/m/K")
    assert TypeAdapter[Any](Temperature).validate_python("20 degC") == pytest.approx(293.15)


@given(st.floats(-1e6, 1e6, allow_nan=False))
def test_any_number_survives(number: float) -> None:
    assert parse(f"{number!r} m", "m") == number


@given(st.text(max_size=20))
def test_any_text_gives_a_number_or_a_sentence(text: str) -> None:
    try:
        parse(text, "m")
    except ValueError:
        pass


@pytest.mark.parametrize(("hrc", "hv"), [(20, 238), (30, 302), (40, 392), (50, 513), (60, 697)])
def test_hardness_scale_of_astm_e140(hrc: float, hv: float) -> None:
    assert hv_from_hrc(hrc) == pytest.approx(hv, abs=2.5)
    assert hrc_from_hv(hv) == pytest.approx(hrc, abs=0.4)


def test_rockwell_ends_at_20() -> None:
    assert hrc_from_hv(230.0) is None
