"""Calibration against what was measured on a finished part and on specimens of its steel."""

import re

import numpy as np
import pytest
from typer.testing import CliRunner

import metaltwin as mt
from metaltwin.__main__ import app
from metaltwin.twin.inspection import computed

H = "steps.quench.medium.h"
CENTRE = ("0 mm", "0 mm", "0 mm")
CORE = mt.Observable("hardness", at=CENTRE)
MARTENSITE = mt.Observable("martensite", at=CENTRE)


def case(h="900 W/m^2/K", rate=1.0):
    return mt.HeatTreatment(
        name="bar",
        part=mt.Part.cylinder("60 mm", None),
        alloy=mt.alloy("42CrMo4", rates={"bainite": rate}),
        grid=mt.Grid("5 mm"),
        steps=[mt.Soak("850 degC", "1 s"), mt.Quench(mt.Medium("oil", h=h, temperature="60 degC"), until="100 degC")],
        stress=False,
    )


def inspections(of, *asked):
    """What a case says of itself, as if measured."""
    plain = [mt.Inspection(what, "300 HV" if what.shown == "HV" else "50 %", within) for what, within in asked]
    return [
        mt.Inspection(each.what, f"{value!r} {each.what.shown}".strip(), each.within)
        for each, value in zip(plain, computed((of, plain)).tolist(), strict=True)
    ]


def test_h_is_found_from_the_hardness_of_the_quenched_part():
    """The core of a bar that does not harden through says how fast it was cooled."""
    given = inspections(case("1400 W/m^2/K"), (CORE, "5 HV"), (MARTENSITE, "3 %"))
    fit = mt.calibrate(case(), None, [mt.Unknown.factor(H, prior=0.5)], inspections=given)
    (band,) = fit.parameters
    assert band.value == pytest.approx(1400.0 / 900.0, rel=0.06) and band.low < 1400.0 / 900.0 < band.high
    assert band.shrink > 0.5 and "hardness at 0 mm, 0 mm, 0 mm: measured" in str(fit)
    assert fit.inspected[0] == pytest.approx(given[0].value, abs=5.0)


def test_kinetics_are_found_from_an_end_quench_and_a_dilatometer():
    asked = [(mt.EndQuenched("J12"), "8 HV")]
    asked.append((mt.Dilated("3 K/s", "480 degC", of="austenite"), "4 %"))
    given = inspections(case(rate=0.4), *asked)
    fit = mt.calibrate(case(), None, [mt.Unknown.factor("alloy.rates.bainite", prior=1.0)], inspections=given)
    (band,) = fit.parameters
    assert band.value == pytest.approx(0.4, rel=0.25) and band.low < 0.4 < band.high


def test_a_fit_to_inspections_is_saved_and_read(tmp_path):
    given = inspections(case("1200 W/m^2/K"), (CORE, "5 HV"))
    fit = mt.calibrate(case(), None, [mt.Unknown.factor(H, prior=0.5)], inspections=given)
    fit.save(tmp_path / "fit.json")
    back = mt.read_fit(tmp_path / "fit.json")
    assert str(back) == str(fit) and back.model.inspections == tuple(given)


def test_a_strain_is_that_of_the_dilatometer():
    what = mt.Dilated("3 K/s", "700 degC")
    (value,) = computed((case(), [mt.Inspection(what, "0.5 %", "0.01 %")]))
    seen = mt.Dilatometer(mt.alloy("42CrMo4", rates={"bainite": 1.0}), "3 K/s").run()
    assert value == pytest.approx(np.interp(973.15, seen.temperature[::-1], seen.strain[::-1]))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: mt.Inspection(CORE, "300 MPa", "5 HV"), "needs a hardness"),
        (lambda: mt.Inspection(CORE, "300 HV", "0 HV"), "must be above zero"),
        (lambda: mt.Inspection("hardness", "300 HV", "5 HV"), "nothing to inspect"),
        (lambda: mt.EndQuenched("J0"), "J0"),
        (lambda: mt.Dilated("5 K", "500 degC"), "needs K/s"),
        (lambda: mt.calibrate(case(), None, [mt.Unknown.factor(H)]), "nothing was measured"),
        (
            lambda: mt.calibrate(
                case(),
                None,
                [mt.Unknown.factor(H)],
                inspections=[mt.Inspection(mt.EndQuenched("J4"), "600 HV", "9 HV")],
            ),
            "no influence on any thermocouple and no inspection",
        ),
    ],
)
def test_a_wrong_inspection_is_refused(make, said):
    with pytest.raises(mt.CaseError, match=said):
        make()


FILE = """\
metaltwin: 1
name: bar
part: {shape: cylinder, diameter: 60 mm}
alloy: {name: 42CrMo4, rates: {bainite: 1.0}}
grid: {spacing: 10 mm}
steps:
  - soak: {temperature: 850 degC, duration: 1 s}
  - quench: {medium: {name: oil, h: 900 W/m^2/K, temperature: 60 degC}, until: 100 degC}
"""
PLAN = """\
unknowns:
  - factor: {name: alloy.rates.bainite, prior: 1.0}
inspections:
  - {dilatometer: {rate: 3 K/s, at: 400 degC, of: bainite}, measured: 30 %, within: 4 %}
starts: 2
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "bar.yaml").write_text(FILE, "utf-8")
    (tmp_path / "bar.calibrate.yaml").write_text(PLAN, "utf-8")
    return tmp_path


def test_the_command_calibrates_to_inspections_alone(folder):
    done = CliRunner().invoke(app, ["calibrate", str(folder / "bar.yaml")], prog_name="metaltwin")
    assert done.exit_code == 0, done.stderr
    assert "bainite at 400 degC, 3 K/s: measured 30 %" in done.stdout and "2 starts: 2 fit as well" in done.stdout
    fit = mt.read_fit(folder / "bar.fit.json")
    assert fit.inspected[0] == pytest.approx(0.30, abs=0.03) and len(fit.starts) == 2
    assert float(fit.case.alloy.rates["bainite"]) == pytest.approx(fit.parameters[0].value, rel=1e-6)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{end_quench: J9, measured: 45 HRC}", "no inspection; write"),
        ("{end_quensh: J9, measured: 45 HRC, within: 9 HV}", "nearest: end_quench"),
        ("{end_quench: J0, measured: 45 HRC, within: 9 HV}", "inspections.end_quench: "),
        ("{end_quench: J9, measured: 45 MPa, within: 9 HV}", "needs a hardness"),
        ("{dilatometer: {rate: 5 K/s}, measured: 30 %, within: 5 %}", "inspections.dilatometer: .*'at'"),
        ("{observable: {field: hardness}, measured: 300 HV, within: 5 HV}", "needs a place"),
    ],
)
def test_a_wrong_inspection_in_a_plan_is_one_message_and_status_2(folder, entry, said):
    (folder / "bar.calibrate.yaml").write_text(f"unknowns: [factor: {{name: start}}]\ninspections:\n  - {entry}\n")
    done = CliRunner().invoke(app, ["calibrate", str(folder / "bar.yaml")], prog_name="metaltwin")
    assert done.exit_code == 2 and re.search(said, done.stderr.replace("\n", " ")), done.stderr


@pytest.mark.parametrize(("starts", "said"), [("0", "no number of starts"), ("many", "no number of starts")])
def test_a_wrong_number_of_starts_is_refused(folder, starts, said):
    (folder / "bar.calibrate.yaml").write_text(PLAN.replace("starts: 2", f"starts: {starts}"))
    done = CliRunner().invoke(app, ["calibrate", str(folder / "bar.yaml")], prog_name="metaltwin")
    assert done.exit_code == 2 and said in done.stderr
