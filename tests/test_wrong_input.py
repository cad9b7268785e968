"""What a user may do wrong: one message with place, value and mend, the right exit status, and nothing lost.

The list of the first issue, and where each item is tested; a name without a file is below.

unknown alloy, medium, step, key, element   test_a_wrong_file_is_one_line
bare number, dimension, degC in a compound  test_a_wrong_file_is_one_line
negative or NaN property, h, duration       test_a_wrong_file_is_one_line, test_wrong_words
temper before quench, soak below Ac3, Ac1   test_a_wrong_file_is_one_line
what stays undissolved                      test_check_warns
STL open, inverted, empty, no volume, unit  test_bad_surfaces, test_cases_part.py
spacing larger than the wall, one cell      test_a_wrong_file_is_one_line, test_check_warns
no kinetics where hardness is asked         test_a_wrong_file_is_one_line, test_limits_on_what_is_not_computed
disk full                                   test_a_full_disk_is_one_message, test_cases_store.py
read-only output                            test_output_that_cannot_be
Ctrl-C                                      test_roof.py, test_cases_running.py
kill -9                                     test_kill_9_and_resume_end_bit_identically, test_cases_store.py
stress: mechanics, supports, pieces, K      test_stress_that_cannot_be_is_refused_by_check
a result file cut short                     test_damaged_files, test_cases_store.py
"""

import os
import re
import resource
import shutil
import subprocess
import sys
from contextlib import contextmanager
from itertools import count

import numpy as np
import pytest
from typer.testing import CliRunner

import metaltwin as mt
from metaltwin.__main__ import app
from metaltwin.cases import resultfile, running

CASE = """\
metaltwin: 1
name: bar
part: {shape: cylinder, diameter: 20 mm}
alloy: 42CrMo4
grid: {spacing: 2 mm}
steps:
  - soak: {temperature: 850 degC, duration: 5 min}
  - quench: {medium: fast oil, until: 100 degC}
  - temper: {temperature: 560 degC, duration: 1 h}
sensors:
  core: {at: [0 mm, 0 mm, 0 mm]}
limits:
  hardness: [28 HRC, 40 HRC]
"""


def command(*words):
    """Exit status and stderr of a command."""
    done = CliRunner().invoke(app, [str(word) for word in words], prog_name="metaltwin")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stderr.removesuffix("\n")


def bar(**changes):
    words = {
        "name": "bar",
        "part": mt.Part.cylinder("20 mm"),
        "alloy": "42CrMo4",
        "grid": mt.Grid("2 mm"),
        "steps": [mt.Soak("850 degC", "5 min"), mt.Quench("fast oil", until="100 degC")],
    }
    return mt.HeatTreatment(**(words | changes))


def refused(action, *parts):
    with pytest.raises(mt.CaseError) as caught:
        action()
    message = str(caught.value)
    assert "\n" not in message
    for part in parts:
        assert part in message, message


@pytest.mark.parametrize(
    ("old", "new", "line", "parts"),
    [
        ("alloy: 42CrMo4", "alloy: 42CrMo", 4, ["alloy", "'42CrMo'", "nearest: 42CrMo4"]),
        ("alloy: 42CrMo4", "alloy: steel, soft", 4, ["no alloy 'steel, soft'; none of", "known ones is near"]),
        ("alloy: 42CrMo4", "alloy: {name: 42CrMo4, composition: {C: 0.4, Crr: 1}}", 4, ["Crr", "nearest: Cr"]),
        ("alloy: 42CrMo4", "alloy: {name: 42CrMo4, composition: {carbon: 0.4}}", 4, ["carbon", "write its symbol: C"]),
        ("alloy: 42CrMo4", "alloy: {name: 42CrMo4, composition: {C: -0.4}}", 4, ["composition.C", "-0.4 wt %"]),
        ("alloy: 42CrMo4", "alloy: {name: 42CrMo4, composition: {C: 3.5}}", 4, ["C 3.5 wt % is cast iron"]),
        ("alloy: 42CrMo4", "alloy: {name: 42CrMo4, conductivity: 42 W/m/degC}", 4, ["W/m/degC", "write K"]),
        ("fast oil", "{name: x, h: 150 BTU/hr/ft^2/degF, temperature: 90 degF}", 8, ["medium.h", "write delta_degF"]),
        ("alloy: 42CrMo4", "alloy: {name: 42CrMo4, density: 7.85 kg/m^3}", 4, ["density", "7.85 kg/m^3", "1000"]),
        ("alloy: 42CrMo4", "alloy: {name: 42CrMo, composition: {C: 0.4}}", 4, ["conductivity", "nearest: 42CrMo4"]),
        ("alloy: 42CrMo4", "alloy: {name: mine, composition: {C: 0.4, cr: 1}}", 4, ["no element 'cr'", "nearest: Cr"]),
        ("alloy: 42CrMo4", "alloy: {name: mine, composition: {C: 0.4, Ni: 60}}", 4, ["alloy.composition", "low-alloy"]),
        ("alloy: 42CrMo4", "alloy: 304L", 13, ["limits.hardness", "'304L' has no kinetics", "drop the limit"]),
        ("fast oil", "fast oli", 8, ["steps.quench.medium", "'fast oli'", "nearest: fast oil"]),
        ("fast oil", "{name: x, h: -5 W/m^2/K, temperature: 20 degC}", 8, ["medium.h", "-5 W/m^2/K", "negative"]),
        ("fast oil", "{name: x, h: nan W/m^2/K, temperature: 20 degC}", 8, ["medium.h", "nan", "finite"]),
        ("fast oil", "{name: x, h: 5 W/m^2/K, flux: 9 W/m^2}", 8, ["h and flux; give one of"]),
        ("fast oil", "{bottom: fast oil, side: still air}", 8, ["zone 'top' has no medium"]),
        ("fast oil", "{bottom: fast oil, side: fast oil, lid: still air}", 8, ["no zone 'lid'"]),
        ("- quench", "- quensh", 8, ["no step 'quensh'; nearest: quench"]),
        ("  - quench", "    quench", 7, ["soak and quench stand in one step"]),
        ("quench: {medium: fast oil, until: 100 degC}", "quench:\n    medium: oil", 8, ["beside quench, not in it"]),
        ("quench: {medium: fast oil, until: 100 degC}", "quench:", 8, ["steps.quench", "nothing stands in it"]),
        ("until: 100 degC", "untill: 100 degC", 8, ["untill", "nearest: until"]),
        ("until: 100 degC", "until: 100 degC, duration: 5 s", 8, ["duration and until are both given"]),
        ("until: 100 degC", "until: 40 degC", 8, ["'40 degC' is never reached in 'fast oil' at 40 degC"]),
        ("until: 100 degC", "until: 900 degC", 8, ["the part comes at 850 degC at most; give one between"]),
        ("duration: 5 min", "duration: 5", 7, ["steps.soak.duration", "'5' has no unit"]),
        ("duration: 5 min", "duration: 5 mm", 7, ["'5 mm' has dimension [length]"]),
        ("duration: 5 min", "duration: -5 min", 7, ["'-5 min' must be above zero"]),
        ("duration: 5 min", "duration: .nan", 7, ["'nan' is not a finite number"]),
        ("duration: 5 min", "duration: '4,5 min'", 7, ["'4,5 min'", "write a decimal point"]),
        ("850 degC", "850 C", 7, ["'850 C' is in coulombs; write 850 degC"]),
        ("850 degC", "750 degC", 7, ["steps.soak.temperature", "750 degC is below Ac3", "heat to"]),
        ("850 degC", "1600 degC", 7, ["1600 degC is above 1327 degC", "melts"]),
        ("850 degC", "-300 degC", 7, ["'-300 degC' is below absolute zero"]),
        (
            "soak: {temperature: 850 degC",
            "soak: {temperature: 850,5 degC",
            7,
            ["a comma begins a new argument: write a dec"],
        ),
        (
            "{medium: fast oil",
            "{medium: fast oil, bath: 500 degF",
            8,
            ["steps.quench.bath: 'fast oil' at 260", "fire above"],
        ),
        (
            "{medium: fast oil",
            "{medium: brine, bath: 110 degC",
            8,
            ["quench.bath: 'brine' at 110 degC: such a bath boils"],
        ),
        ("  - soak", "  - temper: {temperature: 500 degC, duration: 1 h}\n  - soak", 7, ["stands before any quench"]),
        ("42CrMo4\ngrid", "100Cr6\ngrid", 7, ["below Ac1"]),
        ("{spacing: 2 mm}", "2 mm", 5, ["grid", "'2 mm' is no grid", "{spacing: 1 mm}"]),
        ("{spacing: 2 mm}", "{spacing:2 mm}", 5, ["a blank is missing after the colon"]),
        ("{spacing: 2 mm}", "{spacing: 2 mm, metrc: 1d}", 5, ["grid.metrc", "nearest: metric"]),
        ("{spacing: 2 mm}", "{spacing: 0 mm}", 5, ["'0 mm' must be above zero"]),
        (
            "{spacing: 2 mm}",
            "{spacing: 25 mm}",
            5,
            ["'25 mm' is larger than the wall of the part, 20 mm", "take 10 mm"],
        ),
        ("{spacing: 2 mm}", "{spacing: 1e-9 mm}", 5, ["2e+10 cells"[1:], "or more"]),
        ("diameter: 20 mm", "radius: 20 mm", 3, ["part.radius", "diameter"]),
        ("diameter: 20 mm", "diameter: 20 km", 3, ["'20 km' is no size of a part", "unit"]),
        ("{shape: cylinder, diameter: 20 mm}", "{stl: none.stl, unit: mm}", 3, ["part.stl", "none.stl"]),
        ("[0 mm, 0 mm, 0 mm]", "[30 mm, 0 mm, 0 mm]", 11, ["sensors.core.at", "20 mm outside the part; move it"]),
        ("[0 mm, 0 mm, 0 mm]", "[0 mm, 0 mm]", 11, ["is no place; give x, y and z"]),
        ("hardness: [28 HRC, 40 HRC]", "hardness: [28 MPa, 40 MPa]", 13, ["limits.hardness", "needs a hardness"]),
        ("hardness: [28 HRC, 40 HRC]", "martensite: [90, null]", 13, ["'90' is more than the whole", "'90 %'"]),
        ("limits:", "output: {snapshots: 0}\nlimits:", 12, ["output.snapshots", "at least 1"]),
        ("limits:", "tolerance: 0 K\nlimits:", 12, ["tolerance", "'0 K' must be above zero"]),
        ("limits:", "tolerance: 1 degC\nlimits:", 12, ["'1 degC' is a temperature", "'0.5 K'"]),
        ("limits:", "stress: perhaps\nlimits:", 12, ["'perhaps' is neither true nor false"]),
        ("name: bar", "name: 5", 2, ["5 is no text; put it in quotes"]),
        ("  - quench", "\t- quench", 8, ["a tab stands where only blanks can"]),
        (
            "grid: {spacing: 2 mm}",
            "grid: {spacing: 2 mm}\ngrid: {spacing: 1 mm}",
            6,
            ["grid stands here for the second"],
        ),
        ("name: bar", "name: bar: long", 2, ["a colon too many"]),
        ("name: bar", "name: 'bar", 2, ["never closed"]),
        ("name: bar", "name: b\0ar", 2, ["a character that no text holds, code 0"]),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path, old, new, line, parts):
    text = CASE.replace("850 degC", "700 degC") if "100Cr6" in new else CASE
    assert old in text
    (tmp_path / "bar.yaml").write_text(text.replace(old, new, 1), "utf-8")
    status, message = command("check", tmp_path / "bar.yaml")
    assert status == 2
    assert "\n" not in message
    assert message.startswith(f"metaltwin: bar.yaml:{line}: "), message
    for part in parts:
        assert part in message, message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "this is no case"),
        (b"hello", "this is no case"),
        (CASE.encode("utf-16"), "is no text in UTF-8"),
        (bytes(range(256)), "is no text in UTF-8"),
        (b"a: " + b"[" * 1100, "nested too deep"),
        (CASE.encode() + b"---\n" + CASE.encode(), "a second case"),
        (None, "is a directory"),
    ],
)
def test_a_file_that_is_no_case(tmp_path, content, said):
    path = tmp_path / "bar.yaml"
    path.mkdir() if content is None else path.write_bytes(content)
    status, message = command("run", path, "-o", tmp_path / "out")
    assert status == 2 and said in message and "\n" not in message
    assert not (tmp_path / "out").exists()


def test_a_result_taken_for_a_case_is_sent_to_read(tmp_path):
    path = tmp_path / "bar.vtkhdf"
    path.write_bytes(b"\x89HDF\r\n")
    with pytest.raises(mt.CaseError, match=r"no text in UTF-8; read\('bar.vtkhdf'\) opens a result"):
        mt.load(path)


def test_numbers_that_yaml_makes_of_words_are_understood(tmp_path):
    (tmp_path / "bar.yaml").write_text(CASE.replace("alloy: 42CrMo4", "alloy: 4140"), "utf-8")
    assert command("check", tmp_path / "bar.yaml")[0] == 0
    assert bar(snapshots=np.int64(5)).snapshots == 5


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (lambda: mt.Grid(1), ["Grid.spacing", "'1' has no unit"]),
        (lambda: mt.Grid(np.float64(0.001)), ["Grid.spacing", "'0.001' has no unit"]),
        (lambda: mt.Grid(None), ["Grid.spacing", "None"]),
        (lambda: mt.Grid("1 " + "m*" * 5000 + "m"), ["too long for a quantity"]),
        (lambda: mt.Soak("850 degC", float("nan")), ["Soak.duration", "finite"]),
        (lambda: mt.Soak("850 degC", durration="5 min"), ["Soak.durration", "nearest: duration"]),
        (lambda: mt.alloy("42CrMo"), ["nearest: 42CrMo4"]),
        (lambda: mt.alloy("42CrMo", composition={"C": 0.4}), ["conductivity", "nearest: 42CrMo4"]),
        (lambda: mt.alloy("42CrMo4", conductivity="-42 W/m/K"), ["must be above zero"]),
        (lambda: mt.alloy("42CrMo4", martensite_start="900 degC", alpha="0.011 1/K"), ["above Ac1"]),
        (lambda: mt.medium("mercury"), ["no medium 'mercury'; known:"]),
        (lambda: mt.Curve(["100 degC", "50 degC"], ["5 W/m/K", "6 W/m/K"]), ["must rise: '50 degC' follows"]),
        (lambda: mt.Curve(None, None), ["None is no list of temperatures"]),
        (lambda: mt.Medium("m", lambda T: 500.0, temperature="20 degC"), ["Medium.h", "one for each"]),
        (lambda: mt.Medium("m", lambda T: 0.0 * T - 5.0, temperature="20 degC"), ["Medium.h", "negative"]),
        (lambda: mt.Medium("m", lambda T: T / 0.0 * 0.0, temperature="20 degC"), ["Medium.h"]),
        (lambda: mt.Material("m", lambda T: 1 / 0, "1 kg/m^3", "1 J/kg/K"), ["conductivity", "ZeroDivisionError"]),
        (
            lambda: mt.Material("m", "1 W/m/K", "1 kg/m^3", "1 J/kg/K", young="2 GPa", poisson=0.3, expansion="12 1/K"),
            ["expansion", "'12 1/K' must not be above 0.001"],
        ),
        (lambda: mt.Material("m", "1 W/m/K", "1 kg/m^3", "1 J/kg/K", young="2 GPa"), ["no poisson, expansion"]),
        (lambda: mt.Thermocouple("", at=("0 mm", "0 mm", "0 mm")), ["Thermocouple.name", "empty"]),
        (lambda: mt.Thermocouple("a", at=(0, 0, 0)), ["at.0", "'0' has no unit"]),
        (lambda: mt.Part.from_stl(None), ["Part.from_stl.stl", "None is no path"]),
        (lambda: mt.Part.from_stl("a.stl"), ["Part.from_stl.unit", "does not say its unit", "unit='mm'"]),
        (lambda: bar(alloy="304L", hardness=True), ["hardness", "'304L' has no kinetics"]),
        (
            lambda: bar(alloy="A356", start="600 degC"),
            ["start: 600 degC melts 'A356'; stay below its solidus, 557 degC"],
        ),
        (
            lambda: bar(alloy="A356", steps=[mt.Solution("700 degC", "1 h")]),
            ["steps.solution.temperature: 700 degC melts 'A356'"],
        ),
        (
            lambda: bar(alloy="A356", steps=[mt.Heat(medium=mt.Medium("coil", flux="1e5 W/m^2"), until="560 degC")]),
            ["steps.heat.until: 560 degC melts 'A356'"],
        ),
        (lambda: mt.Medium("m", 5.0, temperature=mt.TimeCurve("0 9 s", "20 90 degC"), highest="80 degC"), ["Medium.h"]),
        (
            lambda: mt.Medium("m", "5 W/m^2/K", temperature=mt.TimeCurve("0 9 s", "20 90 degC"), highest="80 degC"),
            ["'m' at 90 degC: such a bath boils or takes fire above '80 degC'"],
        ),
        (lambda: bar(tolerance="100 K"), ["tolerance", "20 K or less"]),
        (lambda: bar(part=mt.Part.box("1 m", "1 m", "1 m"), grid=mt.Grid("0.4 mm")), ["1.6e+10 cells", "or more"]),
        (
            lambda: bar(part=mt.Part.box("1 m", "1 m", "1 m"), grid=mt.Grid("0.8 mm")).check(),
            ["this machine has", "GB"],
        ),
        (lambda: bar().replace(gird="1 mm"), ["nearest: grid"]),
    ],
)
def test_wrong_words(make, parts):
    refused(make, *parts)


@pytest.mark.parametrize(
    ("changes", "field", "parts"),
    [
        ({"alloy": "304L"}, "hardness", ["'304L' has no kinetics, so no hardness"]),
        ({"alloy": "304L"}, "martensite", ["'304L' has no kinetics"]),
        ({"stress": False}, "von_mises", ["stress is off"]),
        ({"hardness": False}, "tensile_strength", ["hardness is off"]),
        ({}, "as_quenched_stress_axial", ["without a temper", "write stress_axial"]),
        ({"part": mt.Part.plate("20 mm")}, "stress_axial", ["no axial direction", "stress_xx"]),
        ({"part": mt.Part.sphere("20 mm")}, "stress_axial", ["no axial direction"]),
    ],
)
def test_limits_on_what_is_not_computed(changes, field, parts):
    least = {"hardness": "300 HV", "martensite": "50 %"}.get(field, "10 MPa")
    refused(lambda: bar(**changes, limits={field: (least, None)}), f"limits.{field}", *parts)


def test_a_wrought_alloy_is_dissolved_above_where_the_last_melt_of_its_casting_froze():
    assert bar(alloy="6061", steps=[mt.Solution("530 degC", "1 h")]).check()
    assert bar(alloy="A356", steps=[mt.Heat("600 degC", until="520 degC")]).check()  # hotter than the part becomes
    refused(lambda: bar(alloy="6061", start="600 degC"), "start: 600 degC melts '6061'; stay below its solidus, 582")


def test_a_part_that_stays_below_ac1_is_as_hard_as_its_annealed_start():
    steps = [mt.Heat("600 degC", duration="10 min"), mt.Cool(duration="10 min")]
    never = bar(steps=steps, limits={"hardness": ("50 HRC", None)}, stress=False)
    assert any("nothing reaches Ac1" in warning for warning in never.check().warnings)
    result = never.run(progress=False)
    assert not result.limits["hardness"].passed and result.limits["hardness"].within == 0.0
    assert 150.0 < result.hardness.min <= result.hardness.max < 220.0


def test_check_warns():
    def warnings(**changes):
        return " | ".join(bar(**changes).check().warnings)

    soak, oil = mt.Soak("850 degC", "5 min"), mt.Quench("fast oil", until="100 degC")
    assert "0.65 of 0.98 wt % C is taken as dissolved, the rest stays undissolved" in warnings(alloy="100Cr6")
    hot = [mt.Soak("1050 degC", "5 min"), oil]
    assert "all may dissolve; give dissolved: {C: 0.98}" in warnings(alloy="100Cr6", steps=hot)
    assert "above Ac1" in warnings(steps=[soak, oil, mt.Temper("800 degC", "1 h")])
    torch = mt.Quench(mt.Medium("torch", flux="1e5 W/m^2"), until="100 degC")
    assert "quench: its until is not reached" in warnings(steps=[soak, torch])
    drain = mt.Quench(mt.Medium("drain", flux="-1e6 W/m^2"), duration="1 h")
    assert "below absolute zero" in warnings(steps=[soak, drain])
    salt = mt.Quench(mt.Medium("salt", h="500 W/m^2/K", temperature="900 degC"), duration="1 min")
    assert "quench: 'salt' heats the part, which comes at 850 degC" in warnings(steps=[soak, salt])
    assert "heats" not in warnings()
    box = mt.Part.box("40 mm", "40 mm", "2 mm")
    assert "2 mm (1 cell) at" in warnings(part=box, grid=mt.Grid("2 mm"), stress=False)


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("density", "7.8 kg/m^3", "density 7.8 is that of no metal, 1500 to 23000 in SI; is the unit right?"),
        ("heat_capacity", "0.6 J/kg/K", "heat_capacity 0.6 is that of no metal"),
        ("conductivity", mt.Curve("20 800 degC", "50 26 mW/m/K"), "conductivity 0.026 is that of no metal"),
        ("conductivity", lambda T: 30.0 + 0.0 * T, ""),
    ],
)
def test_check_doubts_what_no_metal_has(name, given, said):
    words = {"conductivity": "30 W/m/K", "density": "7800 kg/m^3", "heat_capacity": "600 J/kg/K", name: given}
    steps = [mt.Quench("fast oil", until="100 degC")]
    found = bar(alloy=mt.Material("mine", **words), start="850 degC", steps=steps).check().warnings
    assert any(said in warning for warning in found) if said else not found


CORNERS = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], float)
SQUARES = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
CUBE = 30.0 * CORNERS[[corner for a, b, c, d in SQUARES for corner in (a, b, c, a, c, d)]].reshape(-1, 3, 3)


def stl(facets):
    """ASCII STL."""
    lines = ["solid cube"]
    for facet in facets:
        lines += ["facet normal 0 0 0", "outer loop", *(f"vertex {x:g} {y:g} {z:g}" for x, y, z in facet)]
        lines += ["endloop", "endfacet"]
    return "\n".join([*lines, "endsolid cube\n"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (stl(CUBE[1:]), "is open: 3 edges, one near (0, 15, 0) mm; close it in CAD"),
        (stl(CUBE[:, ::-1]), "is inverted"),
        (stl(np.concatenate([CUBE[:6], CUBE[6:, ::-1]])), "disagree on which side is out"),
        (stl(CUBE * [1, 1, 0]), "is flat: it encloses no volume"),
        ("", "is empty or no STL file"),
        ("solid x\nendsolid x\n", "holds no facets"),
        (stl(CUBE * 1333.4), "the part would be 40 m long; is the unit mm? in um it would be 40 mm"),
        (stl(CUBE * 1.3334e-3), "the part would be 40 um long; is the unit mm? in m it would be 40 mm"),
        (stl(CUBE).replace("vertex 30 0 0", "vertex 30,0 0 0"), "'30,0', which has a comma"),
        (stl(CUBE).replace("vertex 30 0 0", "vertex thirty 0 0"), "a vertex that is no number: 'thirty'"),
        ("<html><body>Not found</body></html>" * 9, "is no STL file"),
    ],
)
def test_bad_surfaces(tmp_path, content, said):
    (tmp_path / "cube.stl").write_text(content, "utf-8")
    text = CASE.replace("{shape: cylinder, diameter: 20 mm}", "{stl: cube.stl, unit: mm}")
    (tmp_path / "cube.yaml").write_text(text, "utf-8")
    status, message = command("check", tmp_path / "cube.yaml")
    assert status == 2 and message.startswith("metaltwin: cube.yaml:3: part.")
    assert said in message and "\n" not in message


def test_surfaces_that_are_told_of(tmp_path):
    (tmp_path / "junk.stl").write_text(stl(CUBE).replace("endloop", "# made by hand\nendloop"), "utf-8")
    assert mt.Part.from_stl(tmp_path / "junk.stl", "mm").shape.volume == pytest.approx(27e-6)
    (tmp_path / "two.stl").write_text(stl(np.concatenate([CUBE, CUBE + 15.0])), "utf-8")
    two = bar(part=mt.Part.from_stl(tmp_path / "two.stl", "mm"), grid=mt.Grid("5 mm"), stress=False)
    assert "2 separate bodies that overlap" in " ".join(two.check().warnings)


def test_output_that_cannot_be(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    (tmp_path / "bar.yaml").write_text(CASE, "utf-8")
    (tmp_path / "taken" / "bar.vtkhdf").mkdir(parents=True)
    for folder, said in (("file", "file exists"), ("file/out", "not a directory"), ("taken", "is a folder")):
        status, message = command("run", tmp_path / "bar.yaml", "-o", tmp_path / folder)
        assert status == 2 and said in message
    refused(lambda: bar().run(tmp_path / "bar.txt"), "must end in .vtkhdf")
    refused(lambda: bar().run(tmp_path / "none" / "bar.vtkhdf"), "no folder", "make it or choose another")
    refused(lambda: bar().run("/proc/bar.vtkhdf"), "cannot write '/proc/bar.vtkhdf'", "choose another folder")


def test_a_run_that_leads_nowhere_stops_and_keeps_what_it_has(tmp_path):
    drain = mt.Quench(mt.Medium("drain", flux="-1e6 W/m^2"), duration="1 h")
    steel = mt.Material("steel", "40 W/m/K", "7800 kg/m^3", "600 J/kg/K")
    cooled = bar(alloy=steel, steps=[drain], start="850 degC")
    with pytest.raises(ArithmeticError, match=r"quench: at .* below absolute zero.*what was computed is in '"):
        cooled.run(tmp_path / "bar.vtkhdf", progress=False)
    kept = mt.read(tmp_path / "bar.vtkhdf")
    assert not kept.ended and kept.times[-1] > 1.0
    slow = mt.Quench(mt.Medium("felt", "1e-4 W/m^2/K", temperature="20 degC"), until="100 degC")
    with pytest.raises(ArithmeticError, match=r"quench: after 30 days the part is at 8\d\d degC, not at 100 degC"):
        bar(alloy=steel, steps=[slow], start="850 degC").run(progress=False)
    shut = mt.Quench(mt.Medium("shut", "0 W/m^2/K"), until="100 degC")
    refused(lambda: bar(steps=[mt.Soak("850 degC", "1 min"), shut]), "never reached where no heat passes")


@contextmanager
def stopped_at(step):
    steps = count()
    yield lambda: next(steps) == step


@pytest.fixture(scope="module")
def halfway(tmp_path_factory):
    """A run of a small STL part that was interrupted."""
    folder = tmp_path_factory.mktemp("halfway")
    (folder / "cube.stl").write_text(stl(CUBE), "utf-8")
    words = {"grid": mt.Grid("10 mm"), "stress": False, "limits": {"hardness": ("300 HV", None)}}
    cube = bar(part=mt.Part.from_stl(folder / "cube.stl", "mm"), **words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "asked_to_stop", lambda: stopped_at(30))
        with pytest.raises(KeyboardInterrupt):
            cube.run(folder / "run.vtkhdf", progress=False)
    return folder


def test_an_interrupted_result_says_what_is_not_there_yet(halfway):
    result = mt.read(halfway / "run.vtkhdf")
    assert result.limits == {} and "NOT FINISHED" in str(result.summary())
    refused(lambda: result.field("hardness"), "comes only at the end", "resume it")


def copied(folder, to):
    shutil.copytree(folder, to)
    return to / "run.vtkhdf", to / "run.vtkhdf.checkpoint"


def test_damaged_files(tmp_path, halfway):
    path, checkpoint = copied(halfway, tmp_path / "copy")
    whole, state = path.read_bytes(), checkpoint.read_bytes()
    for size in (0, 9, 2000, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        for words in (
            ["info", path],
            ["run", "--resume", path],
            ["show", path, "hardness", "--save", tmp_path / "a.png"],
        ):
            status, message = command(*words)
            assert status == 2 and ("cut short" in message or size == 9) and "\n" not in message
    spoilt = bytearray(whole)
    heap = whole.index(b"HEAP")
    spoilt[heap : heap + 200] = bytes(200)
    path.write_bytes(spoilt)
    status, message = command("info", path)
    assert status == 2 and ("is damaged" in message or "is no result" in message or "no HDF5" in message)
    path.write_bytes(whole)
    for size in (0, 9, 2000, len(state) - 1):
        checkpoint.write_bytes(state[:size])
        refused(lambda: mt.resume(path, progress=False), "is cut short or no checkpoint; run the case again")
    checkpoint.unlink()
    refused(lambda: mt.resume(path, progress=False), "no checkpoint", "run the case again")
    assert not mt.read(path).ended


def test_resume_is_refused_where_it_would_mix_two_runs(tmp_path, halfway):
    path, _ = copied(halfway, tmp_path / "copy")
    with resultfile.alone(path):
        refused(lambda: mt.resume(path, progress=False), "another run is writing", "wait for it")
        refused(lambda: bar().run(path, progress=False), "another run is writing")
    (halfway / "cube.stl").write_text(stl(CUBE * [1.0, 1.0, 2.0]), "utf-8")
    refused(lambda: mt.resume(path, progress=False), "cube.stl' has changed since the run began")
    (halfway / "cube.stl").write_text(stl(CUBE), "utf-8")
    assert mt.resume(path, progress=False).ended
    assert not path.with_name("run.vtkhdf.checkpoint").exists()
    refused(lambda: mt.resume(path, progress=False), "is a finished run; there is nothing to resume")


def test_ctrl_c_overwrites_no_earlier_result(tmp_path, monkeypatch):
    (tmp_path / "bar.vtkhdf").write_text("an earlier result", "utf-8")
    monkeypatch.setattr(running.tempfile, "gettempdir", lambda: str(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(running, "asked_to_stop", lambda: stopped_at(5))
        for folder, name in ((tmp_path, "bar_2.vtkhdf"), ("/proc", f"{tmp_path}/bar_3.vtkhdf")):
            patch.chdir(folder)
            with pytest.raises(KeyboardInterrupt, match=f"is in '{name}', metaltwin run --resume"):
                bar(stress=False).run(progress=False)
    assert (tmp_path / "bar.vtkhdf").read_text("utf-8") == "an earlier result"
    assert mt.resume(tmp_path / "bar_3.vtkhdf", progress=False).ended


KILLED = """\
import os, signal, sys
from contextlib import contextmanager
import metaltwin as mt
from metaltwin.cases import running

running.CHECKPOINT_EVERY, steps = (0.0, 0.2), iter(range(10**6))

@contextmanager
def killed():
    yield lambda: next(steps) == int(sys.argv[3]) and os.kill(os.getpid(), signal.SIGKILL)

running.asked_to_stop = killed
mt.load(sys.argv[1]).run(sys.argv[2], progress=False) if sys.argv[4] == "run" else mt.resume(sys.argv[2], False)
"""


def same(left, right):
    """Whether two results hold the same, bit by bit."""
    for name in left.fields:
        for step in {0, left.times.size // 2, left.times.size - 1}:
            ours, theirs = left._archive.values(name, step), right._archive.values(name, step)
            if ours.tobytes() != theirs.tobytes():
                return False
    left_probe, right_probe = left.probe("core"), right.probe("core")
    return (
        left.times.tobytes() == right.times.tobytes()
        and left.ledger == right.ledger
        and left_probe.temperature.tobytes() == right_probe.temperature.tobytes()
        and all(left_probe.phases[name].tobytes() == z.tobytes() for name, z in right_probe.phases.items())
    )


@pytest.mark.parametrize(
    ("part", "spacing"),
    [
        ("{shape: cylinder, diameter: 20 mm, length: 20 mm, moved: {z: -10 mm}}", "5 mm"),
        ("{shape: box, x: 20 mm, y: 20 mm, z: 20 mm}", "10 mm"),
    ],
    ids=["rz", "3d"],
)
def test_kill_9_and_resume_end_bit_identically(tmp_path, part, spacing):
    case = tmp_path / "bar.yaml"
    text = CASE.replace("{shape: cylinder, diameter: 20 mm}", part).replace("spacing: 2 mm", f"spacing: {spacing}")
    case.write_text(text, "utf-8")
    whole = mt.load(case).run(tmp_path / "whole.vtkhdf", progress=False)
    assert {"stress", "hardness", "martensite", "as_quenched_stress"} <= set(whole.fields)
    path, steps = tmp_path / "bar.vtkhdf", whole.ledger[-1]["steps"]
    for after, how in ((steps // 3, "run"), (steps // 3, "resume")):
        words = [sys.executable, "-c", KILLED, case, path, str(after), how]
        assert subprocess.run(words, capture_output=True).returncode == -9
        assert not mt.read(path).ended
    assert same(mt.resume(path, progress=False), whole)
    assert same(mt.read(path), mt.read(tmp_path / "whole.vtkhdf"))


def test_a_full_disk_is_one_message(tmp_path):
    case, path = tmp_path / "bar.yaml", tmp_path / "out" / "bar.vtkhdf"
    case.write_text(CASE.replace("diameter: 20 mm}", "diameter: 20 mm, length: 40 mm}"), "utf-8")
    whole = mt.load(case).run(tmp_path / "whole.vtkhdf", progress=False)
    room = int(0.6 * (tmp_path / "whole.vtkhdf").stat().st_size)

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    words = [sys.executable, "-c", "import metaltwin.cases.running as r; r.CHECKPOINT_EVERY = (0.0, 0.5)\n"]
    words[-1] += "from metaltwin.__main__ import main; main()"
    done = subprocess.run(
        [*words, "run", case, "-o", path.parent],
        capture_output=True,
        text=True,
        preexec_fn=little_room,
        env=os.environ | {"OMP_WAIT_POLICY": "PASSIVE"},
    )
    message = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "the disk is full; what it held stays readable" in message and str(path) in message
    assert not mt.read(path).ended
    assert same(mt.resume(path, progress=False), whole)


STRESSED = "name: m, conductivity: 40 W/m/K, density: 7800 kg/m^3, heat_capacity: 500 J/kg/K, {0}"
ELASTIC = "young: 200 GPa, poisson: '0.3', expansion: 12e-6 1/K, yield_stress: 250 MPa"
FLAT, LID = "supports:\n  - {at: -z, hold: z}\n", "supports:\n  - {at: +z, hold: z, pushes: true}\n"


@pytest.mark.parametrize(("change", "said"), [
    (("alloy: 42CrMo4", "alloy: {name: m, conductivity: 40 W/m/K, density: 7800 kg/m^3, heat_capacity: 500 J/kg/K}"),
     "stress: 'm' has no mechanics"),
    (("250 MPa", "0 MPa"), "yield_stress: '0 MPa' must be above zero"),
    (("250 MPa", "-250 MPa"), "yield_stress: '-250 MPa' must be above zero"),
    (("'0.3'", "'0.5'"), "poisson: '0.5' must not be above 0.4999"),
    (("12e-6 1/K", "{temperatures: 20 900 degC, values: 12e-6 15e-6 1/K}"), "is secant from a temperature"),
    (("alloy: 42CrMo4", "alloy: {name: 42CrMo4, trip: {martensite: 6e-5 1/Pa}}"), "is no K of steel, .*; its unit"),
    ((FLAT, FLAT + "  - {at: -z, hold: xyz}\n"), "over-constrained: in quench two supports hold z of the same flat"),
    ((FLAT, LID), "under-constrained: in quench a die pushes, and nothing holds the part along z"),
    (("spacing: 2.5 mm", "spacing: 2.5 mm, symmetry: [z]"), "'-z' is computed as the image of"),
    (("z: 20 mm", "z: 2.5 mm"), "one cell thick, and such a wall cannot bend"),
    (("2 s}", "2 s}\n  - machine: {remove: {shape: box, x: 30 mm, y: 5 mm, z: 30 mm}}"), "leaves 2 pieces"),
    (("2 s}", "2 s}\n  - machine: {remove: {shape: box, x: 30 mm, y: 30 mm, z: 30 mm}}"), "nothing is left"),
])  # fmt: skip
def test_stress_that_cannot_be_is_refused_by_check(tmp_path, change, said):
    words = f"""metaltwin: 1
name: wrong
part: {{shape: box, x: 20 mm, y: 20 mm, z: 20 mm}}
alloy: {"42CrMo4" if "42CrMo4" in change[0] else "{" + STRESSED.format(ELASTIC) + "}"}
grid: {{spacing: 2.5 mm}}
steps:
  - quench: {{medium: fast oil, bath: 60 degC, duration: 2 s}}
start: 850 degC
stress: true
{FLAT}"""
    assert change[0] in words
    file = tmp_path / "wrong.yaml"
    file.write_text(words.replace(*change))
    answer = CliRunner().invoke(app, ["check", str(file)])
    assert answer.exit_code == 2 and re.search(said, answer.output.replace("\n", " ")), answer.output
