"""The words a metallurgist writes, and how wrong ones are refused."""

import dataclasses
import re

import pytest

import metaltwin as mt
from metaltwin.cases.schedule import stretches
from metaltwin.cases.step import step_names


def shaft(**changes):
    words = {
        "name": "shaft",
        "part": mt.Part.cylinder(diameter="40 mm", length="160 mm"),
        "alloy": mt.alloy("42CrMo4", grain_size=8),
        "grid": mt.Grid("4 mm"),
        "steps": [
            mt.Soak("850 degC", "45 min"),
            mt.Transfer("8 s"),
            mt.Quench("fast oil", bath="60 degC", until="80 degC"),
            mt.Temper("560 degC", "2 h"),
        ],
        "sensors": [mt.Thermocouple("core", at=("0 mm", "0 mm", "80 mm"))],
    }
    return mt.HeatTreatment(**(words | changes))


PROBE = {"conductivity": "20 W/m/K", "density": "8000 kg/m^3", "heat_capacity": "500 J/kg/K"}
BATH = mt.Medium("bath", h="500 W/m^2/K", temperature="60 degC")


def refused(action, *parts):
    """The action raises CaseError, in one line that holds all parts."""
    with pytest.raises(mt.CaseError) as caught:
        action()
    message = str(caught.value)
    assert "\n" not in message
    for part in parts:
        assert part in message, message


def test_words_are_given_by_position_and_kept_in_si():
    soak = mt.Soak("850 degC", "45 min")
    assert soak.temperature == pytest.approx(1123.15)
    assert soak.duration == 2700.0
    assert soak.duration.text == "45 min"
    with pytest.raises(dataclasses.FrozenInstanceError):
        soak.duration = "1 h"


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        (lambda: mt.Soak(850, "45 min"), ["Soak.temperature", "'850'", "no unit", "degC"]),
        (lambda: mt.Soak("850 mm", "45 min"), ["Soak.temperature", "850 mm", "[length]", "degC"]),
        (lambda: mt.Soak("850 degC", "-45 min"), ["Soak.duration", "-45 min", "above zero"]),
        (lambda: mt.Soak("nan degC", "45 min"), ["Soak.temperature", "nan degC", "finite"]),
        (lambda: mt.Soak("850 degC"), ["Soak.duration", "missing"]),
        (lambda: mt.Soak("850 degC", "1 h", "0.8", "20 W/m^2/K", 3), ["Soak", "3", "too many"]),
        (lambda: mt.Soak("850 degC", duraton="1 h"), ["Soak.duraton", "nearest: duration"]),
        (lambda: mt.Quench("fast oil", bath="60 degK", until="80 degC"), ["Quench.bath", "60 degK"]),
        (lambda: mt.Quench("fastoil", until="80 degC"), ["Quench.medium", "fastoil", "nearest: fast oil"]),
        (lambda: mt.Quench("fast oil"), ["Quench", "duration", "until", "exactly one"]),
        (
            lambda: mt.Quench("fast oil", duration="1 s", until="80 degC"),
            ["duration and until", "exactly one"],
        ),
        (lambda: mt.Quench(3, until="80 degC"), ["Quench.medium", "3", "fast oil"]),
        (
            lambda: mt.Quench({"botom": "fast oil"}, until="80 degC"),
            ["Quench.medium.botom", "nearest: bottom"],
        ),
        (
            lambda: mt.Quench({"bottom": "fast oil", "side": "fast oil"}, until="80 degC"),
            ["Quench.medium", "'top'", "no medium"],
        ),
        (
            lambda: mt.Quench("fast oil", until="80 degC", immersion="1 m/s", direction="down"),
            ["Quench.direction", "down", "-z"],
        ),
        (lambda: mt.Quench("fast oil", until="80 degC", direction="-z"), ["Quench.direction", "immersion"]),
        (
            lambda: mt.Quench(mt.Medium("jet", flux="-1 MW/m^2"), bath="20 degC", duration="1 s"),
            ["Quench.bath", "20 degC", "leave bath out"],
        ),
        (lambda: mt.Heat("850 degC", until="840 degC", h="-1 W/m^2/K"), ["Heat.h", "-1 W/m^2/K", "negative"]),
        (lambda: mt.Heat("850 degC", until="840 degC", emissivity=1.2), ["Heat.emissivity", "1.2"]),
        (
            lambda: mt.Heat({"from": "20 degC", "to": "850 degC"}, duration="1 h"),
            ["rate", "time", "exactly one"],
        ),
        (lambda: mt.Ramp("20 degC", "20 degC", time="1 h"), ["Ramp.to", "20 degC"]),
        (lambda: mt.Cool("still air"), ["Cool", "exactly one"]),
        (lambda: mt.Grid(1), ["Grid.spacing", "no unit", "mm"]),
        (lambda: mt.Grid("1 mm", metric="rzz"), ["Grid.metric", "rzz", "nearest: rz"]),
        (lambda: mt.Thermocouple("core", at=("0 mm", "0 mm", 80)), ["Thermocouple.at.2", "'80'", "no unit"]),
    ],
)
def test_a_wrong_word_is_refused_in_one_sentence(word, parts):
    refused(word, *parts)


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"alloy": "42CrMo"}, ["HeatTreatment.alloy", "42CrMo", "nearest: 42CrMo4"]),
        ({"alloy": 4}, ["HeatTreatment.alloy", "no alloy '4'"]),
        ({"part": "shaft"}, ["HeatTreatment.part", "shaft", "Part.cylinder"]),
        ({"steps": []}, ["HeatTreatment.steps", "at least one"]),
        ({"steps": [{"sok": {}}]}, ["HeatTreatment.steps.0", "sok", "nearest: soak"]),
        (
            {"steps": [{"soak": {"temperature": "850 degC"}}]},
            ["HeatTreatment.steps.soak.duration", "missing"],
        ),
        ({"steps": [4]}, ["HeatTreatment.steps.0", "4", "Soak"]),
        ({"name": ""}, ["HeatTreatment.name"]),
        ({"record": "0 s"}, ["HeatTreatment.record", "0 s", "above zero"]),
        ({"tolerance": "0.5 degC"}, ["HeatTreatment.tolerance", "0.5 degC", "0.5 K"]),
        (
            {"alloy": {"name": "42CrMo4", "composition": {"Crr": 1.0}}},
            ["alloy.composition", "Crr", "nearest: Cr"],
        ),
        ({"alloy": {"name": "42CrMo4", "grain_sise": 8}}, ["alloy", "grain_sise", "nearest: grain_size"]),
        ({"snapshots": 0}, ["HeatTreatment.snapshots", "0", "60 s"]),
        ({"snapshots": True}, ["HeatTreatment.snapshots", "True"]),
        ({"limits": {"hardnes": ("28 HRC", "34 HRC")}}, ["limits.hardnes", "nearest: hardness"]),
        ({"limits": {"hardness": ("34 HRC", "28 HRC")}}, ["limits.hardness", "34 HRC", "28 HRC"]),
        ({"limits": {"hardness": ("28 mm", "34 HRC")}}, ["limits.hardness", "28 mm"]),
        ({"limits": {"hardness": (None, None)}}, ["limits.hardness", "open"]),
        ({"limits": {"hardness": "28 HRC"}}, ["limits.hardness", "least, most"]),
        ({"limits": 4}, ["limits", "4"]),
        ({"hardness": False, "limits": {"hardness": (None, "34 HRC")}}, ["hardness", "off"]),
        ({"grid": mt.Grid("1 mm", metric="1d")}, ["HeatTreatment.grid.metric", "'1d'", "rz"]),
        ({"grid": mt.Grid("41 mm")}, ["HeatTreatment.grid.spacing", "'41 mm'", "40 mm", "20 mm or less"]),
        ({"grid": mt.Grid("1 nm")}, ["HeatTreatment.grid.spacing", "'1 nm'", "cells", "or more"]),
        (
            {"grid": mt.Grid("4 mm"), "part": mt.Part.ring("50 mm", "44 mm", "60 mm")},
            ["grid.spacing", "'4 mm'", "the wall of the part, 3 mm"],
        ),
        ({"sensors": [mt.Thermocouple("a", at=("0 mm",) * 3)] * 2}, ["sensors", "'a'", "rename"]),
        ({"sensors": {"a": "0 mm"}}, ["sensors.a", "0 mm", "at"]),
        ({"sensors": {"a": {"att": 3}}}, ["sensors.a.att", "nearest: at"]),
        ({"stat": "20 degC"}, ["HeatTreatment.stat", "nearest: start"]),
    ],
)
def test_a_wrong_case_is_refused_in_one_sentence(changes, parts):
    refused(lambda: shaft(**changes), *parts)


@pytest.mark.parametrize(
    ("steps", "parts"),
    [
        ([mt.Soak("850 degC", "1 h"), mt.Temper("560 degC", "2 h")], ["steps.temper", "before any quench"]),
        ([mt.Soak("720 degC", "1 h"), mt.Quench(BATH, until="80 degC")], ["steps.soak.temperature", "Ac3"]),
        ([mt.Quench(BATH, until="80 degC")], ["steps.quench", "Soak"]),
        (
            [mt.Heat("860 degC", until="700 degC"), mt.Quench(BATH, until="80 degC")],
            ["steps.heat.until", "700 degC", "Ac3"],
        ),
        (
            [mt.Soak("850 degC", "1 h"), mt.Quench(BATH, until="50 degC")],
            ["steps.quench.until", "50 degC", "60"],
        ),
        ([mt.Heat("840 degC", until="850 degC")], ["steps.heat.until", "850 degC", "840"]),
        (
            [
                mt.Soak("850 degC", "1 h"),
                mt.Quench(BATH, until="80 degC"),
                mt.Temper("200 degC", "2 h", cool=mt.Medium("tank", h="50 W/m^2/K", temperature="40 degC")),
            ],
            ["steps.temper.cool", "25 degC", "40"],
        ),
        (
            [mt.Soak("850 degC", "1 h"), mt.Quench(BATH, until="80 degC", immersion="1 m/s", direction="-x")],
            ["steps.quench.direction", "-x", "symmetry"],
        ),
    ],
)
def test_steps_that_cannot_work_are_refused(steps, parts):
    refused(lambda: shaft(steps=steps), *parts)


def test_start_below_ac3_is_refused_before_a_quench():
    refused(lambda: shaft(start="750 degC", steps=[mt.Quench(BATH, until="80 degC")]), "start", "Ac3")


def test_hardness_without_kinetics_says_what_is_missing():
    probe = mt.Material("probe", **PROBE)
    steps = [mt.Soak("850 degC", "1 min"), mt.Quench(BATH, until="80 degC")]
    refused(lambda: shaft(alloy=probe, steps=steps, hardness=True), "hardness", "'probe'", "no kinetics")
    refused(
        lambda: shaft(alloy=probe, steps=steps, limits={"hardness": ("28 HRC", None)}),
        "limits.hardness",
        "no kinetics",
    )
    refused(lambda: shaft(alloy=probe, steps=steps, stress=True), "stress", "'probe'", "young")
    assert shaft(alloy=probe, steps=steps).check().computed == ("temperature",)


def test_zones_need_a_surface_with_zones():
    zones = {"bottom": "fast oil", "side": "fast oil", "top": "still air"}
    steps = [mt.Soak("850 degC", "1 h"), mt.Quench(zones, bath="40 degC", duration="60 s")]
    media = shaft(steps=steps).steps[1].surroundings(None)
    assert media["bottom"].temperature == pytest.approx(313.15)
    assert media["top"].temperature == mt.medium("still air").temperature
    refused(lambda: shaft(part=mt.Part.sphere("40 mm"), sensors=(), steps=steps), "quench.medium", "1d")


def test_a_bath_needs_a_medium_that_has_one():
    jet = mt.Medium("jet", flux="-1 MW/m^2")
    air = dict.fromkeys(("bottom", "side", "top"), "still air")
    refused(lambda: mt.Quench(air, bath="40 degC", duration="1 s"), "Quench.bath", "40 degC", "leave bath out")
    steps = [mt.Soak("850 degC", "1 h"), mt.Hold("300 degC", "1 s", medium=jet)]
    refused(lambda: shaft(steps=steps), "steps.hold.temperature", "'jet'", "300 degC")


def test_a_repeated_step_is_numbered():
    steps = [mt.Soak("850 degC", "1 h"), mt.Quench(BATH, until="80 degC")]
    assert step_names((*steps, *steps, *steps)) == (
        "soak",
        "quench",
        "soak_2",
        "quench_2",
        "soak_3",
        "quench_3",
    )


def test_replace_reaches_inside_and_checks_again():
    case = shaft()
    colder = case.replace(**{"steps.quench.bath": "40 degC", "grid.spacing": "2 mm", "name": "colder"})
    assert colder.steps[2].bath.text == "40 degC"
    assert colder.grid.spacing.text == "2 mm"
    assert (case.name, colder.name) == ("shaft", "colder")
    assert case.steps[2].bath.text == "60 degC"
    assert case.replace(name="shaft") == case != colder


def test_replace_opens_a_medium_of_the_library():
    curve = mt.Curve(["100 degC", "700 degC"], ["400 W/m^2/K", "2500 W/m^2/K"])
    case = shaft().replace(**{"steps.quench.medium.h": curve})
    medium = case.steps[2].medium
    assert medium.name == "fast oil"
    assert medium.h([673.15])[0] == pytest.approx(1450.0)
    assert case.replace(**{"alloy.grain_size": 7}).alloy.grain_size == 7


def test_replace_refuses_what_is_not_there():
    case = shaft()
    refused(lambda: case.replace(**{"steps.quensh.bath": "40 degC"}), "steps", "quensh", "nearest: quench")
    refused(lambda: case.replace(**{"steps.quench.bat": "40 degC"}), "steps.quench", "bat", "nearest: bath")
    refused(lambda: case.replace(**{"steps.quench.bath": "40"}), "steps.quench.bath", "'40'", "no unit")
    refused(lambda: case.replace(**{"steps.soak.temperature": "600 degC"}), "soak.temperature", "Ac3")
    refused(lambda: case.replace(nam="x"), "nam", "nearest: name")
    refused(lambda: case.replace(**{"steps.quench.bath.text": "x"}), "bath", "text")


def test_a_ramp_is_a_curve_of_time():
    heat = mt.Heat({"from": "20 degC", "to": "860 degC", "rate": "420 K/h"}, duration="4 h")
    assert heat.temperature == mt.Ramp("20 degC", "860 degC", rate="420 K/h")
    assert heat.temperature.curve()([0.0, 3600.0, 7200.0, 9999.0]) == pytest.approx([293.15, 713.15, 1133.15, 1133.15])
    assert heat.highest == pytest.approx(1133.15)
    assert heat.surroundings(0.7).emissivity == 0.7
    falling = mt.Ramp("860 degC", "20 degC", time="2 h").curve()
    assert falling(3600.0) == pytest.approx(713.15)


def test_a_temper_is_heated_held_and_cooled():
    legs = stretches(shaft(), 0.8)
    names = ["soak", "transfer", "quench", "temper.heat", "temper.hold", "temper.cool"]
    assert [leg.name for leg in legs] == names
    heat, hold, cool = legs[3:]
    assert (heat.until, heat.rising) == (pytest.approx(828.15), True)
    assert hold.duration == 7200.0
    assert (cool.until, cool.rising) == (pytest.approx(298.15), False)
    left = shaft().replace(**{"steps.temper.cool": None})
    assert [leg.name for leg in stretches(left, 0.8)][-1] == "temper.hold"


def test_until_rises_where_the_part_is_colder():
    steps = [mt.Heat("860 degC", until="845 degC"), mt.Soak("860 degC", "1 h"), mt.Cool(until="25 degC")]
    heat, soak, cool = stretches(shaft(steps=steps), 0.8)
    assert (heat.rising, cool.rising, soak.duration) == (True, False, 3600.0)


def test_after_a_timed_step_the_surroundings_say_which_way_until_is_met():
    steps = [mt.Soak("850 degC", "1 h"), mt.Quench(BATH, duration="10 s"), mt.Cool(until="80 degC")]
    assert [leg.rising for leg in stretches(shaft(steps=steps), 0.8)] == [False, False, False]
    hot = mt.Medium("salt", h="500 W/m^2/K", temperature="320 degC")
    back = [mt.Soak("850 degC", "1 h"), mt.Quench(BATH, duration="10 s"), mt.Quench(hot, until="300 degC")]
    assert stretches(shaft(steps=back), 0.8)[-1].rising
    too_hot = [mt.Soak("850 degC", "1 h"), mt.Quench(hot, until="300 degC")]
    refused(lambda: shaft(steps=too_hot), "steps.quench.until", "300 degC", "'salt' at 320 degC", "above")


def test_the_message_is_a_value_error_for_everyone_else():
    assert issubclass(mt.CaseError, ValueError)
    with pytest.raises(ValueError, match=re.escape("Grid.spacing: '1' has no unit")):
        mt.Grid("1")
