"""Treatments of many steps: tempered twice, austempered, martempered, sub-zero, intercritical, heated by a flux."""

from math import exp

import numpy as np
import pytest

import metaltwin as mt

COLD_GAS = mt.Medium("cold nitrogen", h="60 W/m^2/K", temperature="-120 degC")
INDUCTOR = mt.Medium("inductor", flux="8e6 W/m^2")
HARDEN = (mt.Soak("850 degC", "20 min"), mt.Quench("fast oil", until="60 degC"))


def bar(*steps, alloy="42CrMo4", diameter="12 mm", spacing="1 mm", **words):
    return mt.HeatTreatment(
        name="bar",
        part=mt.Part.cylinder(diameter),
        alloy=alloy,
        grid=mt.Grid(spacing),
        steps=list(steps),
        stress=False,
        **words,
    )


def core(case):
    return case.run(progress=False).at("0 mm", "0 mm", "0 mm")


def test_two_tempers_are_worth_one_of_their_time():
    twice = core(bar(*HARDEN, mt.Temper("560 degC", "2 h"), mt.Temper("560 degC", "2 h"))).hardness
    whole = core(bar(*HARDEN, mt.Temper("560 degC", "4 h"))).hardness
    once = core(bar(*HARDEN, mt.Temper("560 degC", "2 h"))).hardness
    assert twice == pytest.approx(whole, abs=2.0)
    assert twice < once - 5.0


def test_a_hotter_second_temper_decides_and_a_colder_one_does_nothing():
    hot = core(bar(*HARDEN, mt.Temper("600 degC", "2 h"))).hardness
    assert core(bar(*HARDEN, mt.Temper("300 degC", "2 h"), mt.Temper("600 degC", "2 h"))).hardness == pytest.approx(
        hot, abs=2.0
    )
    assert core(bar(*HARDEN, mt.Temper("600 degC", "2 h"), mt.Temper("300 degC", "2 h"))).hardness == pytest.approx(
        hot, abs=2.0
    )


def austempered(hold):
    salt = mt.Quench("salt bath", bath="240 degC", until="250 degC")
    held = mt.Hold("240 degC", hold, medium="salt bath")
    return core(bar(HARDEN[0], salt, held, mt.Cool(until="40 degC"), alloy="100Cr6", diameter="8 mm"))


def test_bainitic_hardening_of_100cr6_takes_what_its_ttt_diagram_says():
    """At 240 degC bainite starts at 257 s, half is there at 889 s, all at 1549 s (Kaymak 2007)."""
    assert austempered("10 s").phases["bainite"] < 0.05
    assert 0.2 < austempered("12 min").phases["bainite"] < 0.8
    whole = austempered("60 min")
    assert whole.phases["bainite"] > 0.93
    assert whole.phases["martensite"] < 1e-3
    assert 560.0 < whole.hardness < 720.0


def test_the_ttt_lines_of_a_card_are_checked():
    steel = mt.alloy("100Cr6")
    with pytest.raises(mt.CaseError, match="two Curves"):
        steel.replace(bainite_start=None)
    with pytest.raises(mt.CaseError, match="later than bainite_start"):
        steel.replace(bainite_finish=steel.bainite_start)


def test_martempering_leaves_martensite_without_a_jump_of_temperature():
    salt = mt.Quench("salt bath", bath="200 degC", until="210 degC")
    point = core(bar(HARDEN[0], salt, mt.Hold("200 degC", "3 min", medium="salt bath"), mt.Cool(until="40 degC")))
    assert point.phases["martensite"] > 0.95


def test_an_interrupted_quench_hardens_the_skin_alone():
    case = bar(
        HARDEN[0],
        mt.Quench("agitated water 20", duration="5 s"),
        mt.Cool(until="40 degC"),
        diameter="40 mm",
        spacing="2 mm",
    )
    result = case.run(progress=False)
    skin, inner = result.at("19.5 mm", "0 mm", "0 mm"), result.at("0 mm", "0 mm", "0 mm")
    assert skin.phases["martensite"] > 0.8 > 0.2 > inner.phases["martensite"]
    assert skin.hardness < 600.0, "the heat of the core has tempered it"


def test_normalised_and_annealed_steel_is_soft():
    air = core(
        bar(mt.Soak("870 degC", "20 min"), mt.Cool(until="40 degC"), alloy="C45", diameter="20 mm", spacing="2 mm")
    )
    furnace = mt.TimeCurve(["0 h", "12 h"], ["850 degC", "400 degC"])
    slow = bar(HARDEN[0], mt.Heat(furnace, duration="12 h"), mt.Cool(until="40 degC"), alloy="C45")
    assert air.phases["ferrite"] + air.phases["pearlite"] > 0.99
    assert 180.0 < air.hardness < 220.0
    assert core(slow).hardness < air.hardness


def test_sub_zero_treatment_follows_koistinen_marburger():
    steel = mt.alloy("100Cr6")
    start, alpha = steel.martensite_pair()
    room, cold = core(bar(*HARDEN, alloy=steel)), core(bar(*HARDEN, mt.Cool(COLD_GAS, until="-80 degC"), alloy=steel))
    # between 60 degC, where the oil quench ends, and -80 degC in the middle of the bar
    reached = start - np.log(room.retained_austenite / (1.0 - diffusional(room))) / -alpha
    assert reached == pytest.approx(333.15, abs=5.0)
    assert cold.retained_austenite < 0.45 * room.retained_austenite
    assert cold.retained_austenite == pytest.approx(room.retained_austenite * exp(-alpha * 140.0), rel=0.06)


def diffusional(point):
    return sum(point.phases[name] for name in ("ferrite", "pearlite", "bainite"))


def test_intercritical_soak_leaves_what_leblond_and_devaux_leave():
    case = bar(
        mt.Heat("780 degC", until="775 degC"), mt.Soak("780 degC", "30 min"),
        mt.Quench("agitated water 20", until="40 degC"),
        alloy="C22", diameter="6 mm", spacing="0.5 mm",
    )  # fmt: skip
    kinetics = mt.alloy("C22").matter().kinetics
    share = (780.0 + 273.15 - kinetics.ac1) / (kinetics.ac3 - kinetics.ac1)
    assert any(f"{100.0 * share:.0f} % become austenite" in line for line in case.check().warnings)
    result = case.run(progress=False)
    soaked = max(time for time, step in zip(result.times, result.steps, strict=True) if step == "soak")
    before, after = (result.at("0 mm", "0 mm", "0 mm", time=time).phases for time in (soaked, None))
    assert before["austenite"] == pytest.approx(share, abs=0.01)
    assert before["ferrite"] + before["pearlite"] == pytest.approx(1.0 - share, abs=0.01)
    assert after["ferrite"] >= before["ferrite"] and after["pearlite"] >= before["pearlite"]
    assert after["martensite"] > 0.1
    whole = core(bar(mt.Soak("900 degC", "10 min"), case.steps[2], alloy="C22", diameter="6 mm", spacing="0.5 mm"))
    assert result.at("0 mm", "0 mm", "0 mm").hardness < whole.hardness - 50.0


def test_a_soak_barely_above_ac1_has_a_hardness():
    """It never is at 750 degC: its cooling rate is taken where it passes 700 degC."""
    steps = [
        mt.Heat("748 degC", until="742 degC"),
        mt.Soak("748 degC", "20 min"),
        mt.Quench("fast oil", until="60 degC"),
    ]
    result = bar(*steps, alloy="C22", diameter="6 mm", spacing="0.5 mm").run(progress=False)
    assert np.isfinite(result.hardness.values).all()
    assert 1.0 < result.cooling_rate_700.min < result.cooling_rate_700.max < 1000.0


@pytest.mark.parametrize(
    "steps", [[mt.Soak("770 degC", "1 h"), HARDEN[1]], [mt.Heat("700 degC", duration="1 h"), HARDEN[1]]]
)
def test_a_quench_that_was_meant_to_harden_all_is_refused_still(steps):
    with pytest.raises(mt.CaseError, match="not all would harden"):
        bar(*steps)


def test_a_flux_hardens_the_skin_of_a_tempered_bar_and_leaves_its_core():
    tempered = (*HARDEN, mt.Temper("600 degC", "2 h"))
    shower = mt.Quench("agitated water 20", until="40 degC")
    case = bar(*tempered, mt.Heat(medium=INDUCTOR, duration="3 s"), shower, diameter="40 mm")
    result = case.run(progress=False)
    before = core(bar(*tempered, diameter="40 mm"))
    assert result.at("0 mm", "0 mm", "0 mm").hardness == pytest.approx(before.hardness, abs=2.0)
    depths = np.linspace(0.5, 10.0, 39)
    points = np.stack([20e-3 - 1e-3 * depths, np.zeros(39), np.zeros(39)], axis=1)
    hardness = result.sample("hardness", points)
    assert hardness[0] > 570.0
    case_depth = depths[np.argmax(hardness < 450.0)]
    assert 1.5 < case_depth < 4.5


def test_heat_takes_a_furnace_or_a_medium():
    with pytest.raises(mt.CaseError, match="both given; give exactly one"):
        mt.Heat("860 degC", duration="3 s", medium=INDUCTOR)
    with pytest.raises(mt.CaseError, match="neither temperature nor medium"):
        mt.Heat(duration="3 s")


def test_a_point_of_the_past_prints_without_what_only_the_end_knows():
    result = bar(*HARDEN, spacing="2 mm").run(progress=False)
    assert "HV" not in repr(result.at("0 mm", "0 mm", "0 mm", time=0.0))
    assert "HV" in repr(result.at("0 mm", "0 mm", "0 mm"))
