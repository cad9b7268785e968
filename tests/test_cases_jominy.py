"""The end-quenched bar: what it says of itself, and what a measured curve beside it does."""

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.cases.jominy import austenitising
from metaltwin.materials.composition import Composition
from metaltwin.materials.end_quench import distance, profile
from metaltwin.materials.hband import BANDS, band_of
from metaltwin.solver.curves import Curves

MEASURED = {"J1": "57 HRC", "6 mm": "590 HV", "J16": "47 HRC", "J32": "37 HRC"}


@pytest.fixture(scope="module")
def bar():
    return mt.Jominy("4140", measured=MEASURED, spacing="3 mm").run()


def test_hardness_falls_from_martensite_to_bainite(bar):
    assert bar.phases["martensite"][0] > 0.97
    assert bar.phases["bainite"][-1] > 0.5
    assert (np.diff(bar.hardness) < 1.0).all()
    assert bar.at("J1") == pytest.approx(614.0, abs=5.0)  # A255 martensite of 0.40 % C


def test_given_temperatures_give_the_hardness_of_the_bar(bar):
    """The cooling curves of the bar through the driver of the diagrams: the kernels are the same.

    Within two cells of the jet a temperature between two cells is that of neither, and tempers otherwise.
    """
    seen = Curves(bar.alloy.matter()).follow(bar.times, bar.temperatures)
    beyond = bar.distance > 6e-3
    assert np.abs(seen.hardness - bar.hardness)[beyond].max() < 2.0
    assert seen.past["t8_5"][beyond] == pytest.approx(bar.t8_5[beyond], rel=0.02)


def test_a_bar_without_latent_heat_cools_faster_and_is_harder(bar):
    bare = mt.Jominy("4140", spacing="3 mm", latent_heat=False).run()
    assert (bare.hardness > bar.hardness - 1.0).all()
    assert bare.at("J20") > bar.at("J20") + 20.0
    assert "no latent heat" in bare.model and "no latent heat" not in bar.model
    assert bare.cooling_rate_700 == pytest.approx(bar.cooling_rate_700, rel=0.1)


def test_the_equivalent_distance_goes_there_and_back(bar):
    t8_5 = np.exp(np.interp([4e-3, 20e-3, 50e-3], bar.distance, np.log(bar.t8_5)))
    assert bar.equivalent_distance(t8_5) == pytest.approx([4e-3, 20e-3, 50e-3], rel=1e-2)
    assert np.isnan(bar.equivalent_distance(1e5)) and np.isnan(bar.equivalent_distance(1e-3))


def test_a_place_of_a_part_finds_its_distance(bar):
    case = mt.QuenchedBars("4140", "fast oil", ["40 mm"], bath="60 degC").case(
        mt.QuenchedBars("4140", "fast oil", ["40 mm"]).diameters[0]
    )
    result = case.run(progress=False)
    core, skin = (bar.equivalent_distance(result.at(x, "0 mm", "0 mm")) for x in ("0 mm", "19 mm"))
    assert 3e-3 < skin < core < 30e-3


def test_measured_points_are_read_and_judged(bar):
    x, hv = bar.measured
    assert 1e3 * x == pytest.approx([1.5875, 6.0, 25.4, 50.8])
    assert hv[1] == 590.0
    assert bar.rmse == pytest.approx(np.sqrt(np.mean((bar.at(x) - hv) ** 2)))
    assert f"{bar.rmse:.0f} HV" in str(bar)


def test_prediction_and_band_stand_beside_it(bar):
    x, hrc = bar.a255
    assert x.max() <= 0.05 and hrc[0] == pytest.approx(56.1, abs=0.1)
    assert bar.band is BANDS["4140H"] is band_of("SAE 4140")
    assert band_of("my steel") is None


def test_the_a255_austenitising_temperatures():
    assert austenitising(Composition(C=0.20, Ni=0.55)) == 925.0
    assert austenitising(Composition(C=0.30)) == 870.0
    assert austenitising(Composition(C=0.10, Ni=3.25)) == 845.0


def test_bands_are_sound():
    for band in BANDS.values():
        (x, most), (lower, least) = band.hrc("most"), band.hrc("least")
        assert (np.diff(x) > 0.0).all() and x.size == most.size >= least.size
        assert (np.diff(most) <= 0.0).all() and (np.diff(least) <= 0.0).all()
        assert (least < most[: least.size]).all() and lower.size == least.size


@pytest.mark.parametrize(
    "given, said",
    [
        ("4", "write 'J4' for sixteenths of an inch, or '4 mm'"),
        ("J80", "is not on the bar"),
        ("0 mm", "is not on the bar"),
        ("40 s", "has dimension"),
    ],
)
def test_what_is_no_distance_is_refused(given, said):
    with pytest.raises(mt.CaseError, match="(?s).*") as refused:
        distance(given)
    assert said in str(refused.value)


def test_what_is_no_curve_is_refused():
    for given in ({}, [("J1", "57 HRC")]):
        with pytest.raises(mt.CaseError, match="no measured curve"):
            profile(given)
    with pytest.raises(mt.CaseError, match=r"Jominy\.measured\.J4: '52' has no unit"):
        mt.Jominy("4140", measured={"J4": "52"})
    with pytest.raises(mt.CaseError, match="does not transform"):
        mt.Jominy("304L")
