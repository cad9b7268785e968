"""The band of the residual stress over transformation plasticity."""

import pytest

import metaltwin as mt
from metaltwin.materials.refusal import CaseError


def case(alloy="42CrMo4", **more):
    return mt.HeatTreatment(
        "plate",
        mt.Part.plate("20 mm"),
        alloy,
        mt.Grid("2.5 mm"),
        [mt.Quench(mt.Medium("spray", h="4000 W/m^2/K", temperature="20 degC"), duration="60 s")],
        start="850 degC",
        tolerance="5 K",
        **more,
    )


@pytest.fixture(scope="module")
def band():
    return case().run(progress=False).stress_band(progress=False)


def test_more_transformation_plasticity_presses_the_skin_more(band):
    """As in the slab E11: with K from small to large the stress of the skin falls."""
    skin = [run.at("10 mm", "0 mm", "0 mm").residual_stress.yy for run in band.runs]
    assert skin[0] > skin[1] + 5e6 and skin[1] > skin[2] + 5e6
    here = band.at("10 mm", "0 mm", "0 mm", "yy")
    assert (here.least, here.value, here.most) == (skin[2], skin[1], skin[0])
    least, most = band.field("stress_yy")
    assert (least <= most).all() and most[-1] - least[-1] > 1e7
    assert "K / 1.5 to K x 1.5" in str(band)


def test_the_companions_differ_in_that_alone(band):
    less, run, more = (each.case.alloy.matter() for each in band.runs)
    for a, b, c in zip(less.phases, run.phases, more.phases, strict=True):
        assert b.mechanics.trip == pytest.approx(1.5 * a.mechanics.trip) == pytest.approx(c.mechanics.trip / 1.5)


def test_what_has_no_band_is_refused(band):
    with pytest.raises(CaseError, match="must be above 1"):
        band.runs[1].stress_band(1.0)
    with pytest.raises(CaseError, match="no stress 'shear'"):
        band.at("10 mm", "0 mm", "0 mm", "shear")
    steel = mt.Material(
        "steel", "40 W/m/K", "7800 kg/m^3", "500 J/kg/K",
        young="200 GPa", poisson=0.3, expansion="12e-6 1/K", yield_stress="1 GPa", hardening="0 Pa",
    )  # fmt: skip
    with pytest.raises(CaseError, match="does not transform"):
        case(steel).run(progress=False).stress_band()
    with pytest.raises(CaseError, match="no residual stress"):
        case(stress=False).run(progress=False).stress_band()
