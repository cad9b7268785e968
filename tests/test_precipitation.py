"""Aluminium: quench factor and ageing, along curves and as fields of a part."""

from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

import metaltwin as mt
from metaltwin.cases import running
from metaltwin.kernels.precipitation import integral
from metaltwin.materials.precipitation import Precipitation
from metaltwin.materials.quench_factor import aged_strength, critical_time, nose, strength_share
from metaltwin.solver.tables import Axis

ALLOYS = ("7075", "7050", "7010", "6061", "2024")


def ramp(rate, first=450.0, last=150.0):
    return mt.TimeCurve(["0 s", f"{(first - last) / rate} s"], [f"{first} degC", f"{last - 1e-6} degC"])


@pytest.mark.parametrize(
    ("alloy", "celsius", "seconds"),
    [("7010", 339, 0.357), ("7050", 311, 0.764), ("7075", 338, 0.156), ("2024", 376, 0.886), ("6061", 338, 0.305)],
)
def test_the_noses_are_those_of_the_table(alloy, celsius, seconds):
    T, time = nose(*mt.alloy(alloy).precipitation.c_curve)
    assert pytest.approx(celsius, abs=0.6) == T - 273.15
    assert time == pytest.approx(seconds, abs=6e-4)


@pytest.mark.parametrize(
    ("alloy", "rate", "share"),
    [("7075", 100, 0.974), ("7075", 50, 0.949), ("7075", 20, 0.877), ("7075", 10, 0.768), ("7075", 5, 0.590),
     ("7050", 10, 0.948), ("7050", 2, 0.765), ("6061", 10, 0.859), ("6061", 2, 0.467), ("2024", 10, 0.951)],
)  # fmt: skip
def test_constant_rates_leave_the_published_share(alloy, rate, share):
    assert mt.quench_factor(alloy, ramp(rate)).share == pytest.approx(share, abs=6e-4)


def test_the_kernel_integrates_as_a_quadrature_does():
    constants = mt.alloy("7075").precipitation.c_curve
    axis = Axis()
    rates = 1.0 / critical_time(axis.knots, *constants)
    got = integral(rates, axis.low, 1.0 / axis.step, 740.0, 430.0, 31.0)
    exact, _ = quad(lambda t: float(1.0 / critical_time(740.0 - 10.0 * t, *constants)), 0.0, 31.0, limit=200)
    assert got == pytest.approx(exact, rel=5e-4)


@pytest.mark.parametrize(
    ("k2", "k3", "k4", "k5"),
    [("3.2e-16 s", "1100 J/mol", "840 K", "150 kJ/mol"), ("1.72e-11 s", "45 J/mol", "750 K", "32 kJ/mol")],
    ids=["misprint", "calories"],
)
def test_a_corrupt_c_curve_is_refused_by_its_nose(k2, k3, k4, k5):
    with pytest.raises(mt.CaseError, match="put the nose at .* misprint"):
        Precipitation("T6", k2=k2, k3=k3, k4=k4, k5=k5, dissolves="470 degC")


def test_cast_alloys_have_no_constants_that_nobody_read():
    assert mt.alloy("A356").precipitation is None
    with pytest.raises(mt.CaseError, match="no C-curve; known: AA2024, AA6061, AA7010, AA7050, AA7075"):
        mt.quench_factor("A356", ramp(10))


def test_after_an_ideal_quench_ageing_reaches_what_the_card_says_at_its_peak():
    progress = np.geomspace(1e-3, 1e3, 2001)
    for name in ("7075", "6061"):
        strengths = mt.alloy(name).precipitation.law().strengths
        assert aged_strength(0.0, 1.0, *strengths) == pytest.approx(strengths[1])
        assert aged_strength(1.0, 1.0, *strengths) == pytest.approx(strengths[2])
        flow = aged_strength(progress, 1.0, *strengths)
        assert strengths[2] <= flow.max() < 1.03 * strengths[2]
    solved = mt.alloy("7075").precipitation.law().strengths
    assert progress[aged_strength(progress, 1.0, *solved).argmax()] == pytest.approx(1.0, rel=0.01)


@given(st.floats(0.0, 500.0), st.floats(0.0, 100.0))
def test_strength_is_never_below_the_weakest_nor_better_for_a_slower_quench(factor, progress):
    weakest, quenched, strongest = mt.alloy("6061").precipitation.law().strengths
    slow, fast = (
        float(aged_strength(progress, strength_share(f), weakest, quenched, strongest)) for f in (factor, 0.0)
    )
    assert weakest * (1.0 - 1e-12) <= slow <= fast * (1.0 + 1e-12)


def test_solute_enters_precipitation_strength_by_its_root():
    # where nothing is solved in the matrix: 7075 is as strong unaged as after the slowest quench
    weakest, quenched, strongest = mt.alloy("7075").precipitation.law().strengths
    half = aged_strength(1.0, 0.5, weakest, quenched, strongest)
    assert half == pytest.approx(weakest + 0.5 * (strongest - weakest))


def plate(**changes):
    words = {
        "name": "plate",
        "part": mt.Part.plate("40 mm"),
        "alloy": "7075",
        "grid": mt.Grid("2.5 mm"),
        "steps": [
            mt.Solution("475 degC", "1 h"),
            mt.Transfer("5 s"),
            mt.Quench("agitated water 60", until="65 degC"),
            mt.Age("121 degC", "24 h"),
        ],
        "sensors": [mt.Thermocouple("core", at=("0 mm", "0 mm", "0 mm"))],
        "record": "0.05 s",
    }
    return mt.HeatTreatment(**{**words, **changes})


@pytest.fixture(scope="module")
def quenched():
    case = plate()
    return case.replace(steps=case.steps[:3]).run(progress=False)


@pytest.fixture(scope="module")
def aged():
    return plate(record="10 s").run(progress=False)


def test_the_field_is_the_quench_factor_of_the_local_path(quenched):
    along = mt.quench_factor("7075", quenched.probe("core"))
    assert quenched.at("0 mm", "0 mm", "0 mm")["quench_factor"] == pytest.approx(along.factor, rel=0.01)
    factor = quenched.field("quench_factor").values
    assert factor[np.argmax(quenched.cells.centres()[:, 0])] < factor[0]


def test_ageing_leaves_the_quench_factor_and_brings_the_strength(quenched, aged):
    assert aged.quench_factor.values == pytest.approx(quenched.quench_factor.values, rel=0.01)
    assert quenched.yield_strength.max == pytest.approx(145e6, rel=0.05)  # below 150 degC a little ageing
    share = aged.strength_share
    expected = aged_strength(1.0, share.values, *mt.alloy("7075").precipitation.law().strengths)
    assert aged.yield_strength.values == pytest.approx(expected, rel=0.005)  # heating and cooling age a little more
    assert aged.hardness.values == pytest.approx(0.33e-6 * aged.yield_strength.values + 16.0)
    assert "quench factor" in str(aged.summary())


def test_overageing_softens(aged):
    over = (
        plate(grid=mt.Grid("5 mm"), record="10 s").replace(**{"steps.age.temperature": "175 degC"}).run(progress=False)
    )
    assert over.yield_strength.max < 0.9 * aged.yield_strength.max


def test_a_second_solution_treatment_begins_anew():
    case = plate(grid=mt.Grid("5 mm"))
    slow = [mt.Solution("475 degC", "1 h"), mt.Cool("still air", until="60 degC")]
    again = [mt.Heat("478 degC", until="474 degC"), *case.steps]
    twice = case.replace(steps=[*slow, *again]).run(progress=False)
    once = case.run(progress=False)
    assert twice.quench_factor.max == pytest.approx(once.quench_factor.max, rel=0.02)


def test_without_solution_treatment_nothing_is_known():
    case = plate(steps=[mt.Heat("121 degC", duration="1 h"), mt.Cool(until="30 degC")])
    assert case.check().warnings == ("strength: nothing reaches 465 degC and dissolves, so it is not known",)
    result = case.run(progress=False)
    assert np.isnan(result.quench_factor.values).all()
    assert np.isnan(result.yield_strength.values).all()


def test_alloys_without_ageing_give_the_quench_factor_alone():
    case = plate(alloy="7050", steps=[mt.Solution("477 degC", "1 h"), mt.Quench("still air", until="60 degC")])
    result = case.run(progress=False)
    assert 0.0 < result.strength_share.max < 0.9
    assert "yield_strength" not in result.fields
    with pytest.raises(mt.CaseError, match="the ageing of '7050' is not known"):
        case.replace(hardness=True)


@pytest.mark.parametrize(
    ("change", "where", "mend"),
    [
        ({"steps.solution.temperature": "440 degC"}, "steps.solution.temperature", "undissolved; take 465 degC"),
        ({"steps.solution.temperature": "500 degC"}, "steps.solution.temperature", "stay below 485 degC"),
        ({"alloy": "42CrMo4"}, "steps.solution", "write soak"),
        ({"steps.quench.until": "200 degC"}, "steps.quench.until", "cool further"),
        ({"limits": {"tensile_strength": ("400 MPa", None)}}, "limits.tensile_strength", "write yield_strength"),
    ],
)
def test_what_cannot_be_is_refused(change, where, mend):
    with pytest.raises(mt.CaseError) as refusal:
        plate().replace(**change)
    assert where in str(refusal.value)
    assert mend in str(refusal.value)


def test_a_case_of_aluminium_goes_through_a_file(tmp_path):
    plate().save(tmp_path / "plate.yaml")
    again = mt.load(tmp_path / "plate.yaml")
    assert [step.kind for step in again.steps] == ["solution", "transfer", "quench", "age"]
    assert again.check().computed == ("temperature", "quench factor", "hardness")


def test_a_resumed_run_remembers_its_quench(tmp_path, monkeypatch):
    case = plate(grid=mt.Grid("5 mm"), record="10 s")
    whole, file, asked = case.run(progress=False), tmp_path / "plate.vtkhdf", iter(range(100000))

    @contextmanager
    def in_the_quench():
        yield lambda: next(asked) == 60

    with monkeypatch.context() as patch:
        patch.setattr(running, "asked_to_stop", in_the_quench)
        with pytest.raises(KeyboardInterrupt, match="--resume"):
            case.run(file, progress=False)
    assert mt.read(file).times[-1] > 3600.0
    again = mt.resume(file, progress=False)
    assert np.array_equal(again.quench_factor.values, whole.quench_factor.values)
    assert np.array_equal(again.yield_strength.values, whole.yield_strength.values)


def two(at, first, then):
    """From 470 degC at one rate and from `at` at another, K/s."""
    time = (470.0 - at) / first
    return mt.TimeCurve(["0 s", f"{time} s", f"{time + (at - 100.0) / then} s"], ["470 degC", f"{at} degC", "100 degC"])


def test_fitted_constants_are_those_the_quenches_were_made_with():
    curves = [ramp(rate, 470.0, 100.0) for rate in (3, 10, 30)]
    curves += [two(380, 5, 100), two(300, 100, 5), two(340, 100, 3)]
    values = [f"{145.0 + 358.0 * mt.quench_factor('7075', curve).share} MPa" for curve in curves]
    fit = mt.fit_qfa(curves, values, "503 MPa", "145 MPa", solvus="780 K", activation="140 kJ/mol")
    assert fit.precipitation.c_curve == pytest.approx((4.1e-13, 1050.0, 780.0, 140e3), rel=0.02)
    assert fit.k2_factor > 1.2, "a scatter of 2 % of the strength leaves k2 uncertain"
    assert "rms" in str(fit)
    fitted = mt.alloy("7075").replace(precipitation=fit.precipitation.replace(dissolves="465 degC"))
    assert mt.quench_factor(fitted, ramp(10)).share == pytest.approx(0.768, abs=0.003)


def test_quenches_of_one_shape_do_not_tell_two_constants():
    with pytest.raises(mt.CaseError, match="k2 or k3 but not both"):
        mt.fit_qfa([ramp(r) for r in (1, 3, 10)], ["200 MPa", "300 MPa", "400 MPa"], "503 MPa", "145 MPa", "780 K")


@pytest.mark.parametrize(
    ("curve", "mend"),
    [
        (mt.TimeCurve("0 10 s", "450 300 degC"), "come down to 150 degC"),
        (mt.TimeCurve("0 10 s", "200 20 degC"), "nowhere hotter than 200 degC"),
        ([1, 2], "is no cooling curve"),
    ],
)
def test_a_curve_that_is_none_is_refused(curve, mend):
    with pytest.raises(mt.CaseError, match=mend):
        mt.quench_factor("7075", curve)
