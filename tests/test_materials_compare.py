"""Every correlation gives a number wherever its range says so, and all of one quantity stand side by side."""

import inspect
import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import metaltwin as mt
from metaltwin.materials.card import MARKS
from metaltwin.materials.compare import DISTANCES, TITLES
from metaltwin.materials.composition import Composition
from metaltwin.materials.correlation import CONDITIONS, CORRELATIONS, LOW_ALLOY, words
from metaltwin.materials.hardness_scale import SCALES, hv_from_hbw, hv_from_hrb, hv_from_hrc, in_scale, said

ELEMENTS = {entry.name for entry in fields(Composition)}
USUAL = {
    "temperature": (1100.0, 1200.0),
    "time": (600.0, 7200.0),
    "cooling_rate": (0.01, 400.0),
    "distance": (0.0015, 0.05),
    "grain_size": (4.0, 11.0),
    "hardness": (130.0, 650.0),
}


@st.composite
def inside(draw, own):
    """A composition and conditions within the limits of a correlation."""
    spans = {key: span for key, span in own.limits.items() if key in ELEMENTS}
    shares = {element: draw(st.floats(*span)) for element, span in spans.items()}
    for total, (low, high) in own.limits.items():
        if "+" in total:
            parts = total.split("+")
            amount = sum(shares.get(element, 0.0) for element in parts)
            if amount > high:
                shares |= {element: shares.get(element, 0.0) * 0.999 * high / amount for element in parts}
            elif amount < low:
                shares[parts[0]] = shares.get(parts[0], 0.0) + low
    conditions = {name: draw(st.floats(*own.limits.get(name, USUAL[name]))) for name in own.conditions}
    return Composition(**shares), conditions


@pytest.mark.parametrize("name", CORRELATIONS)
def test_no_nan_within_the_range(name):
    own = CORRELATIONS[name]

    @given(inside(own))
    def finite(drawn):
        c, conditions = drawn
        value = own.value(c, conditions)
        assert math.isfinite(value)
        if own.unit in ("m", "1/K", "K/s", "Pa"):
            assert value > 0.0 or own.quantity == "ideal_diameter"  # 0 without carbon
        derived = {key for key in own.limits if key in CORRELATIONS}
        if not derived:
            assert own.outside(c, conditions) == ()

    finite()


@pytest.mark.parametrize("name", CORRELATIONS)
def test_each_broken_limit_is_named(name):
    own = CORRELATIONS[name]
    for key, (_, high) in own.limits.items():
        if key in ELEMENTS and high < 30.0:
            found = own.outside(Composition(**{key: 1.5 * high}), {})
            assert any(sentence.startswith(f"{key} ") and "above" in sentence for sentence in found)
        elif key in CONDITIONS:
            found = own.outside(Composition(), {key: 1.5 * high})
            assert any(sentence.startswith(key.replace("_", " ")) for sentence in found)
    assert own.range


def test_every_correlation_belongs_to_a_quantity_and_says_where_it_comes_from():
    assert {own.quantity for own in CORRELATIONS.values()} == set(TITLES)
    for own in CORRELATIONS.values():
        assert own.mark in MARKS and own.mark not in ("U", "assumed")
        assert own.source and own.limits
        asked = [name for name, one in inspect.signature(own.function).parameters.items() if one.default is one.empty]
        assert set(asked) <= {"c", *CONDITIONS}


@pytest.mark.parametrize("quantity", TITLES)
def test_every_quantity_can_be_compared(quantity):
    asked = {name for own in CORRELATIONS.values() if own.quantity == quantity for name in own.conditions}
    said = {"temperature": "560 degC", "time": "2 h", "cooling_rate": "10 K/s", "grain_size": 7, "hardness": "300 HV"}
    found = mt.compare(quantity, "42CrMo4", **{name: value for name, value in said.items() if name in asked})
    assert len(found.values) == len(found.rows)
    page = str(found)
    for row in found.rows:
        assert row.correlation.name in page and row.correlation.source in page


def test_martensite_starts_of_4140():
    found = mt.compare("Ms", mt.alloy("4140"))
    assert found.unit == "K" and len(found.values) == 14
    assert found.values["ms_andrews"] == pytest.approx(273.15 + 328, abs=1)
    inside = [row.values[0] for row in found.rows if not row.outside]
    assert len(inside) == 12 and found.spread == pytest.approx(max(inside) - min(inside))
    assert "NO: C 0.4 below 0.93" in str(found)
    assert "12 in range of 14 formulas" in str(found)


def test_dissolved_carbon_counts_for_martensite_and_the_analysis_for_the_furnace():
    ms, acm = mt.compare("ms", "100Cr6"), mt.compare("acm", "100Cr6")
    assert ms.values["ms_van_bohemen"] - 273.15 == pytest.approx(258, abs=1)  # 0.65 % C in solution
    assert ms.values["ms_furlan"] - 273.15 == pytest.approx(235.2, abs=0.5)  # 0.98 % C of the analysis
    assert acm.values["acm_lee"] == mt.alloy("100Cr6").acm


def test_grain_size_is_that_of_the_alloy_unless_given():
    coarse = mt.compare("ms", mt.alloy("42CrMo4", grain_size=4)).values["ms_lee_park"]
    fine = mt.compare("ms", "42CrMo4", grain_size=9).values["ms_lee_park"]
    assert coarse == mt.compare("ms", "42CrMo4", grain_size=4).values["ms_lee_park"]
    assert coarse - fine == pytest.approx(11.64 * math.log(10.0) * 5.0 / 6.6439, rel=1e-9)


def test_end_quench_curves():
    whole = mt.compare("jominy", "4140")
    assert all(len(curve) == len(DISTANCES) for curve in whole.values.values())
    for curve in whole.values.values():
        assert np.all(np.diff(curve) <= 1e-9)
    two = mt.compare("jominy", "4140", distance=["5 mm", "20 mm"])
    assert two.at == (0.005, 0.020) and len(two.spread) == 2
    one = mt.compare("jominy", "4140", distance="5 mm")
    assert one.values["hrc_jominy_a255"] == two.values["hrc_jominy_a255"][:1]
    soft = mt.compare("jominy", "C45")
    assert "below 20 HRC from 20 mm" in str(soft) and "HRB" in str(soft)


def test_what_a_formula_lacks_is_said():
    found = mt.compare("martensite_hardness", "42CrMo4")
    assert "hv_martensite_maynier" not in found.values
    assert "needs cooling_rate='10 K/s'" in str(found)
    plain = mt.Alloy("iron", composition={"C": 0.3}, conductivity="50 W/m/K")
    iron = mt.compare("critical rate martensite", plain)
    assert "ferrite has no time" in str(iron) and "critical_rate_martensite_li" in iron.values


@pytest.mark.parametrize(
    ("words_", "conditions", "message"),
    [
        (("mss", "42CrMo4"), {}, "no quantity 'mss'; nearest: ms"),
        (("ms", "42CrMo"), {}, "no alloy '42CrMo'; nearest: 42CrMo4"),
        (("ms", "Inconel 600"), {}, "is no steel that transforms"),
        (("ac1", "42CrMo4"), {"time": "2 h"}, "time: ac1 follows from the composition alone"),
        (("ms", "42CrMo4"), {"time": "2 h"}, "no condition of ms 'time'"),
        (("tempered hardness", "42CrMo4"), {}, "needs temperature='560 degC'; needs time='2 h'"),
        (("tempered hardness", "42CrMo4"), {"tme": "2 h"}, "nearest: time"),
        (("tempered hardness", "42CrMo4"), {"temperature": 560, "time": "2 h"}, "temperature: '560' has no unit"),
        (("tempered hardness", "42CrMo4"), {"temperature": "560 degC", "time": "0 s"}, "must be above zero"),
        (("jominy", "42CrMo4"), {"distance": []}, "distance: is empty"),
        (("ms", {"C": 0.4}), {}, "alloy: {'C': 0.4} is no alloy"),
        (("jominy", "42CrMo4"), {"distance": ["3 s"]}, "distance: '3 s' has dimension"),
    ],
)
def test_wrong_questions_are_refused(words_, conditions, message):
    with pytest.raises(mt.CaseError) as refused:
        mt.compare(*words_, **conditions)
    assert message in str(refused.value)


@pytest.mark.parametrize("shift", [1e-6, 1.0])
def test_every_limit_of_low_alloy_steel_is_inclusive(shift):
    own = CORRELATIONS["ms_payson_savage"]
    for element, (_, high) in LOW_ALLOY.items():
        assert own.outside(Composition(**{element: high}), {}) == ()
        assert len(own.outside(Composition(**{element: high + shift}), {})) == 1


@given(st.floats(20.0, 60.0), st.floats(56.0, 99.0), st.floats(99.0, 650.0))
def test_the_scales_go_both_ways(hrc, hrb, hbw):
    for scale, value, to_hv in (("HRC", hrc, hv_from_hrc), ("HRB", hrb, hv_from_hrb), ("HBW", hbw, hv_from_hbw)):
        assert in_scale(to_hv(value), scale) == pytest.approx(value, rel=1e-9)


def test_a_scale_ends_where_its_table_ends():
    with pytest.raises(mt.CaseError, match=r"200 HV is outside HRC.*take 200 HV \(93.1 HRB, below 20 HRC\)"):
        in_scale(200.0, "HRC")
    with pytest.raises(mt.CaseError, match=r"400 HV is outside HRB.*take 40.9 HRC"):
        in_scale(400.0, "HRB")
    with pytest.raises(mt.CaseError, match="no hardness scale 'HRc'; nearest: HRC"):
        in_scale(400.0, "HRc")
    assert [scale for scale, read in SCALES.items() if read(80.0) is None] == ["HRC", "HBW", "HRB"]
    assert said(80.0) == "80 HV (below 20 HRC)"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2.1e-5, "m", "21 um"),
        (9e8, "Pa", "900 MPa"),
        (0.0177, "1/K", "0.0177 1/K"),
        (25.7, "K/s", "25.7 K/s"),
        (30.0, "s", "30 s"),
    ],
)
def test_numbers_in_words(value, unit, text):
    assert words(value, unit) == text
