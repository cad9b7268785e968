"""Fits find what the data were made with, say what the data cannot tell, and never hide that they are fits."""

from dataclasses import replace

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.cases.casefile import load
from metaltwin.cases.diagram import cooled
from metaltwin.cases.fit import fit_kinetics
from metaltwin.materials.library import alloy
from metaltwin.materials.matter import PHASES

STEEL = mt.alloy("42CrMo4")
TRUE = {"ferrite": 1.6, "pearlite": 0.6, "bainite": 2.0}
MADE = STEEL.replace(rates=TRUE)
RATES = {"0.1 K/s": 0.1, "0.5 K/s": 0.5, "2 K/s": 2.0, "8 K/s": 8.0}


def diagram_of(made, phases=("ferrite", "pearlite", "bainite", "martensite")):
    """What a laboratory would report of a steel: starts (1 %) and hardness at a few rates."""
    levels = tuple((phase, 0.01) for phase in phases)
    seen = cooled(made, np.array(list(RATES.values())), levels)
    report = {}
    for i, text in enumerate(RATES):
        plain = [phase for phase in phases if seen.phases[PHASES.index(phase), i] > 0.05]
        report[text] = {phase: f"{float(seen.reached[phase, 0.01][1][i])!r} K" for phase in plain}
        report[text]["hardness"] = f"{float(seen.hardness[i])!r} HV"
    return report


def by_name(fit):
    return {parameter.name: parameter for parameter in fit.parameters}


def test_a_cct_diagram_gives_back_its_rates():
    fit = fit_kinetics(STEEL, data="made diagram", cct=diagram_of(MADE))
    found = by_name(fit)
    for phase, value in TRUE.items():
        parameter = found[f"{phase} rate"]
        assert parameter.value == pytest.approx(value, rel=0.15)
        assert parameter.low < value < parameter.high
        assert parameter.told
    for kind, (before, _) in fit.before.items():
        assert fit.after[kind][0] < 0.25 * before


def test_martensite_start_is_fitted_where_it_is_asked():
    start, alpha = STEEL.martensite_pair()
    made = replace(STEEL, martensite_start=f"{start + 20.0!r} K", alpha=f"{0.9 * alpha!r} 1/K")
    fit = fit_kinetics(STEEL, data="made diagram", cct=diagram_of(made), martensite=True)
    found = by_name(fit)["martensite start"]
    assert start + 10.0 < found.value < start + 21.0  # drawn a little towards what was known before
    assert found.low < start + 20.0 < found.high
    assert "degC" in str(by_name(fit)["martensite start"])
    assert fit.alloy.martensite_pair()[0] == found.value
    assert "fitted to made diagram" in fit.alloy.card()


def test_a_dilatometer_that_sees_bainite_says_nothing_of_ferrite():
    level = ("austenite", 0.5)
    T = cooled(MADE, np.array([3.0]), (level,)).reached[level][1][0]
    fit = fit_kinetics(STEEL, data="one curve", dilatometer={"3 K/s": {"50 %": f"{float(T)!r} K"}})
    assert not by_name(fit)["ferrite rate"].told
    assert by_name(fit)["bainite rate"].told
    assert by_name(fit)["bainite rate"].value > 1.2
    assert "the data do not tell it" in str(fit)


@pytest.fixture(scope="module")
def jominy():
    """A fit to an end quench of a steel whose bainite forms at half the rate."""
    made = mt.Jominy(STEEL.replace(rates={"bainite": 0.5}), spacing="3 mm").run()
    points = {f"J{j}": f"{made.at(f'J{j}'):.1f} HV" for j in (1, 4, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32)}
    return fit_kinetics(STEEL, data="heat 4711", jominy=mt.Jominy(STEEL, measured=points, spacing="3 mm"))


def test_an_end_quench_gives_back_its_rate(jominy):
    assert by_name(jominy)["bainite rate"].value == pytest.approx(0.5, rel=0.1)
    assert jominy.after["jominy"][0] < 5.0 < jominy.before["jominy"][0]
    assert jominy.bars[1].rmse == jominy.after["jominy"][0]


def test_the_card_never_hides_that_it_was_fitted(jominy):
    assert jominy.alloy.name == "42CrMo4, fitted to heat 4711"
    card = jominy.alloy.card()
    assert "fitted to heat 4711 (rms jominy" in card
    assert "rates fitted to heat 4711" in mt.ttt(jominy.alloy).model
    assert "rates fitted to heat 4711" in jominy.bars[1].model and "not tuned" in jominy.bars[0].model
    assert "fitted to heat 4711 (90 % bands)" in str(jominy)


def test_the_card_comes_back_from_a_case_file(jominy):
    case = mt.HeatTreatment("bar", mt.Part.cylinder("20 mm"), jominy.alloy, mt.Grid("2 mm"), [mt.Transfer("1 s")])
    from metaltwin.cases.casetext import text

    again = load(text(case)).alloy
    assert again.name == jominy.alloy.name
    assert dict(again.rates) == pytest.approx(dict(jominy.alloy.rates))
    assert "fitted to heat 4711" in again.card()
    assert alloy("42CrMo4").rates == {}


@pytest.mark.parametrize(
    "given, said",
    [
        ({}, "nothing to fit to"),
        ({"data": " "}, "is no name; say where the data come from"),
        ({"cct": {"5": {"bainite": "500 degC"}}}, "'5' has no unit"),
        ({"cct": {"5 K/s": {"banite": "500 degC"}}}, "no measured point 'banite'; nearest: bainite"),
        ({"cct": {"5 K/s": {"bainite": "500"}}}, "cct.5 K/s.bainite: '500' has no unit"),
        ({"dilatometer": {"5 K/s": {"50": "500 degC"}}}, "write '50 %'"),
        ({"dilatometer": {"5 K/s": {"120 %": "500 degC"}}}, "no share"),
        ({"cct": {"5 K/s": {"bainite": "500 degC"}, "5.0 K/s": {"bainite": "500 degC"}}}, "stands once"),
        ({"jominy": mt.Jominy(STEEL)}, "the bar has no measured curve"),
    ],
)
def test_what_cannot_be_fitted_is_refused(given, said):
    with pytest.raises(mt.CaseError) as refused:
        fit_kinetics(STEEL, **{"data": "x", **given})
    assert said in str(refused.value)


def test_a_fit_told_to_may_find_what_is_missing_in_the_hardness_of_phases():
    harder = {"martensite": "30 HV", "bainite": "-25 HV"}
    made = mt.Jominy(STEEL.replace(rates={"bainite": 0.6}, hardness_shift=harder), spacing="3 mm").run()
    points = {f"J{j}": f"{made.at(f'J{j}'):.1f} HV" for j in (1, 2, 4, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 48)}
    fit = fit_kinetics(STEEL, data="heat 4712", jominy=mt.Jominy(STEEL, measured=points, spacing="3 mm"), hardness=True)
    # 15 points of 15 HV scatter; few stations are all bainite, so what was known before holds its shift back
    assert by_name(fit)["martensite hardness"].value == pytest.approx(30.0, abs=5.0)
    assert -25.0 < by_name(fit)["bainite hardness"].value < -5.0
    assert not by_name(fit)["ferrite hardness"].told
    assert fit.after["jominy"][0] < 0.5 * fit.before["jominy"][0]
    assert "HV more than the model's" in str(fit) and "fitted to heat 4712" in fit.alloy.card()
    assert fit.alloy.words()["hardness_shift"]["martensite"].endswith("HV")
