"""Cases as YAML: the same words both ways, and messages with file, line, key, value and mend."""

import json

import pytest

import metaltwin as mt
from metaltwin.cases import casefile, casetext

SHAFT = """\
metaltwin: 1                     # format version
name: 42CrMo4 shaft, oil quenched and tempered
kind: heat treatment
part: {shape: cylinder, diameter: 40 mm, length: 160 mm}      # or {stl: bracket.stl, unit: mm}
alloy: {name: 42CrMo4, grain_size: 8}
grid: {spacing: 1 mm}
steps:
  - soak: {temperature: 850 degC, duration: 45 min}
  - transfer: {duration: 8 s}
  - quench: {medium: fast oil, bath: 60 degC, until: 80 degC, direction: -z, immersion: 100 mm/s}
  - temper: {temperature: 560 degC, duration: 2 h}
sensors:
  core: {at: [0 mm, 0 mm, 80 mm]}
limits:
  hardness: [28 HRC, 34 HRC]
output: {snapshots: 40}
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "shaft.yaml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_the_example_of_the_handbook_is_the_case_in_python(write):
    case = mt.load(write(SHAFT))
    assert case == mt.HeatTreatment(
        name="42CrMo4 shaft, oil quenched and tempered",
        part=mt.Part.cylinder(diameter="40 mm", length="160 mm"),
        alloy=mt.alloy("42CrMo4", grain_size=8),
        grid=mt.Grid("1 mm"),
        steps=[
            mt.Soak("850 degC", "45 min"),
            mt.Transfer("8 s"),
            mt.Quench("fast oil", bath="60 degC", until="80 degC", direction="-z", immersion="100 mm/s"),
            mt.Temper("560 degC", "2 h"),
        ],
        sensors=[mt.Thermocouple("core", at=("0 mm", "0 mm", "80 mm"))],
        limits={"hardness": ("28 HRC", "34 HRC")},
        snapshots=40,
    )


def test_a_case_is_read_from_text_and_from_a_mapping():
    case = mt.load(SHAFT)
    words = {
        "metaltwin": 1,
        "name": case.name,
        "part": {"shape": "cylinder", "diameter": "40 mm", "length": "160 mm"},
        "alloy": "42CrMo4",
        "grid": {"spacing": "1 mm"},
        "steps": [{"soak": {"temperature": "850 degC", "duration": "1 h"}}],
    }
    assert mt.load(words).steps == (mt.Soak("850 degC", "1 h"),)
    with pytest.raises(mt.CaseError, match=r"^case: steps.soak.duration: '1' has no unit"):
        mt.load(words | {"steps": [{"soak": {"temperature": "850 degC", "duration": 1}}]})


def test_what_is_saved_is_what_was_written(write, tmp_path):
    case = mt.load(write(SHAFT))
    case.save(tmp_path / "again.yaml")
    text = (tmp_path / "again.yaml").read_text("utf-8")
    kept = [line.split("  #")[0].strip() for line in SHAFT.splitlines()]
    for line in kept[5:11] + kept[13:]:
        assert line.replace("direction: -z, immersion: 100 mm/s", "").strip("}, ")[:40] in text
    assert mt.load(tmp_path / "again.yaml") == case


FULL = """\
metaltwin: 1
name: all words
kind: heat treatment
part: {shape: cylinder, diameter: 40 mm, length: 160 mm}
alloy: {name: 42CrMo4, grain_size: 7}
grid: {spacing: 2 mm, metric: 3d}
steps:
  - heat: {temperature: {from: 20 degC, to: 860 degC, rate: 300 K/h}, duration: 4 h, emissivity: 0.7}
  - soak: {temperature: 860 degC, duration: 30 min, h: 30 W/m^2/K}
  - heat:
      temperature: {times: [0 s, 10 min], values: [860 degC, 880 degC]}
      until: 870 degC
  - transfer: {duration: 8 s, medium: still air, temperature: 30 degC}
  - quench:
      medium:
        bottom: fast oil
        side: {name: oil, h: {temperatures: [100 degC, 700 degC], values: [400 W/m^2/K, 2 kW/m^2/K]},
               temperature: 50 degC}
        top: still air
      duration: 5 min
  - hold: {temperature: 200 degC, duration: 10 min, medium: salt bath}
  - cool: {until: 40 degC}
  - temper: {temperature: 560 degC, duration: 2 h, cool: null}
  - cool: {medium: still air, duration: 2 h}
sensors:
  core: {at: [0 mm, 0 mm, 80 mm]}
  skin: {at: [19 mm, 0 mm, 80 mm]}
limits:
  hardness: [28 HRC, 340 HV]
  retained_austenite: [null, 10 %]
stress: false
tolerance: 1 K
output: {snapshots: 60 s, record: 0.5 s}
"""


def test_every_word_comes_back_from_the_file(write, tmp_path):
    case = mt.load(write(FULL))
    case.save(tmp_path / "again.yaml")
    again = mt.load(tmp_path / "again.yaml")
    assert again == case
    assert casetext.text(again) == casetext.text(case)
    assert again.steps[-2].cool is None
    assert again.limits["retained_austenite"] == (None, 0.1)
    assert again.steps[4].medium["side"].h([673.15])[0] == pytest.approx(1200.0)


@pytest.mark.parametrize(
    ("old", "new", "line", "parts"),
    [
        ("bath: 60 degC", "bath: 60 degK", 10, ["steps.quench.bath", "'60 degK'", "degC"]),
        ("bath: 60 degC", "bat: 60 degC", 10, ["steps.quench.bat", "nearest: bath"]),
        ("fast oil", "fast oli", 10, ["steps.quench.medium", "fast oli", "nearest: fast oil"]),
        ("duration: 8 s", "duration: 8", 9, ["steps.transfer.duration", "'8'", "no unit"]),
        ("duration: 8 s", "duration: 8 m", 9, ["steps.transfer.duration", "'8 m'", "[length]"]),
        ("- transfer:", "- transfr:", 9, ["transfr", "nearest: transfer"]),
        ("temperature: 850 degC", "temperature: 700 degC", 8, ["steps.soak.temperature", "Ac3"]),
        ("{name: 42CrMo4,", "{name: 42CrMo,", 5, ["alloy", "42CrMo", "nearest: 42CrMo4"]),
        ("{spacing: 1 mm}", "{spacing: -1 mm}", 6, ["grid.spacing", "-1 mm", "above zero"]),
        ("{spacing: 1 mm}", "{spacing: .nan mm}", 6, ["grid.spacing"]),
        ("80 mm]}", "80]}", 13, ["sensors.core.at.2", "'80'", "no unit"]),
        ("hardness:", "hardnes:", 15, ["limits.hardnes", "nearest: hardness"]),
        ("28 HRC", "28", 15, ["limits.hardness", "'28'"]),
        ("snapshots: 40", "snapshot: 40", 16, ["output.snapshot", "nearest: snapshots"]),
        ("snapshots: 40", "snapshots: -40", 16, ["output.snapshots", "-40"]),
        ("heat treatment", "forging", 3, ["kind", "forging", "heat treatment"]),
        ("metaltwin: 1 ", "metaltwin: 9 ", 1, ["metaltwin", "9", "metaltwin: 1"]),
        ("grid:", "gird:", 6, ["gird", "nearest: grid"]),
        ("output: {snapshots: 40}", "snapshots: 40", 16, ["snapshots", "output: {snapshots: 40}"]),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(write, old, new, line, parts):
    assert old in SHAFT
    with pytest.raises(mt.CaseError) as caught:
        mt.load(write(SHAFT.replace(old, new, 1)))
    message = str(caught.value)
    assert message.startswith(f"shaft.yaml:{line}: "), message
    assert "\n" not in message
    for part in parts:
        assert part in message, message


def test_lines_are_right_among_repeats_and_blocks(write):
    text = FULL.replace("until: 870 degC", "until: 890 degC")
    with pytest.raises(mt.CaseError, match=r"^shaft.yaml:12: steps.heat_2.until: '890 degC' is never reached"):
        mt.load(write(text))
    with pytest.raises(mt.CaseError, match=r"^shaft.yaml:17: steps.quench.medium.side.h: .*no unit"):
        mt.load(write(FULL.replace("values: [400 W/m^2/K", "values: [400")))


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("name: a\nname: b\n", "shaft.yaml:2: this is not YAML"),
        ("name: [a\nb: c\n", "shaft.yaml:2: this is not YAML"),
        ("- a\n- b\n", "shaft.yaml:1: this is no case"),
        ("", "shaft.yaml:1: this is no case"),
        ("name: x\n", "shaft.yaml: metaltwin: is missing; write metaltwin: 1"),
        ("metaltwin: 1\nname: x\n", "shaft.yaml: part: is missing"),
        ("metaltwin: 1\nname: x\noutput: 4\n", "shaft.yaml:3: output: 4 is no mapping"),
    ],
)
def test_a_file_that_is_no_case_says_so(write, text, start):
    with pytest.raises(mt.CaseError) as caught:
        mt.load(write(text))
    assert str(caught.value).startswith(start), str(caught.value)


def test_a_function_cannot_be_saved(tmp_path):
    probe = mt.Material("probe", lambda T: 15.0 + 0.01 * T, "8000 kg/m^3", "500 J/kg/K")
    case = mt.load(SHAFT).replace(limits=None, alloy=probe)
    with pytest.raises(mt.CaseError, match=r"alloy.conductivity: .*function.*Curve"):
        case.save(tmp_path / "probe.yaml")
    assert not (tmp_path / "probe.yaml").exists()


def test_a_material_and_a_changed_medium_go_through_a_file(tmp_path):
    conductivity = mt.Curve(["20 degC", "800 degC"], ["15 W/m/K", "27 W/m/K"])
    probe = mt.Material("probe", conductivity, "8000 kg/m^3", "500 J/kg/K", emissivity=0.4)
    case = mt.load(SHAFT).replace(limits=None, alloy=probe)
    case = case.replace(**{"steps.quench.medium.h": "900 W/m^2/K"})
    case.save(tmp_path / "probe.yaml")
    again = mt.load(tmp_path / "probe.yaml")
    assert again == case
    assert again.alloy.conductivity([683.15])[0] == pytest.approx(21.0)


def test_the_schema_knows_every_word():
    schema = casefile.schema()
    json.dumps(schema)
    assert schema["properties"]["metaltwin"] == {"const": 1}
    steps = [next(iter(entry["properties"])) for entry in schema["properties"]["steps"]["items"]["anyOf"]]
    words = ["soak", "heat", "carburise", "transfer", "quench", "cool", "hold", "temper", "solution", "age", "machine"]
    assert steps == words
    quench = schema["properties"]["steps"]["items"]["anyOf"][4]["properties"]["quench"]
    assert set(quench["properties"]) >= {"medium", "bath", "duration", "until", "immersion", "direction"}
    assert set(schema["required"]) <= set(schema["properties"])


TETRAHEDRON = """\
solid t
facet normal 0 0 -1
outer loop
vertex 0 0 0
vertex 0 40 0
vertex 40 0 0
endloop
endfacet
facet normal 0 -1 0
outer loop
vertex 0 0 0
vertex 40 0 0
vertex 0 0 40
endloop
endfacet
facet normal -1 0 0
outer loop
vertex 0 0 0
vertex 0 0 40
vertex 0 40 0
endloop
endfacet
facet normal 1 1 1
outer loop
vertex 40 0 0
vertex 0 40 0
vertex 0 0 40
endloop
endfacet
endsolid t
"""


def test_an_stl_file_is_looked_for_beside_the_case(tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "cases").mkdir()
    (tmp_path / "parts" / "wedge.stl").write_text(TETRAHEDRON, "utf-8")
    text = SHAFT.replace("{shape: cylinder, diameter: 40 mm, length: 160 mm}", "{stl: ../parts/wedge.stl, unit: mm}")
    text = text.replace("[0 mm, 0 mm, 80 mm]", "[8 mm, 8 mm, 8 mm]").replace("spacing: 1 mm", "spacing: 4 mm")
    (tmp_path / "cases" / "wedge.yaml").write_text(text, "utf-8")
    case = mt.load(tmp_path / "cases" / "wedge.yaml")
    assert case.part.shape.volume == pytest.approx(0.04**3 / 6.0)
    case.save(tmp_path / "again.yaml")
    assert "stl: parts/wedge.stl" in (tmp_path / "again.yaml").read_text("utf-8")
    assert mt.load(tmp_path / "again.yaml") == case
    assert mt.load(casetext.text(case)) == case
    (tmp_path / "cases" / "lost.yaml").write_text(text.replace("wedge.stl", "lost.stl"), "utf-8")
    with pytest.raises(mt.CaseError, match=r"^lost.yaml:4: part.*lost.stl"):
        mt.load(tmp_path / "cases" / "lost.yaml")
