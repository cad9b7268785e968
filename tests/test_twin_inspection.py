"""Calibration against what was measured on a finished part and on specimens of its steel."""

import numpy as np
import pytest

import metaltwin as mt
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
