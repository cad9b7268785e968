"""Every example runs, on a coarse grid, and gets one number right."""

import os
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

import metaltwin as mt

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"


def example(name):
    """What an example defines."""
    return runpy.run_path(str(EXAMPLES / f"{name}.py"))


def coarse(case, spacing, **changes):
    return case.replace(**{"grid.spacing": spacing}, **changes)


def test_every_example_has_a_test_here():
    tests = Path(__file__).read_text("utf-8")
    for path in (*EXAMPLES.glob("*.py"), *EXAMPLES.glob("*.yaml")):
        assert f'"{path.stem}"' in tests or f'"{path.name}"' in tests, f"{path.name} is run by no test"


def test_shaft_core_is_tempered_martensite_of_28_to_38_hrc():
    result = coarse(example("shaft")["case"], "5 mm", stress=False).run()
    point = result.at("0 mm", "0 mm", "80 mm")
    assert point.phases["martensite"] > 0.9
    assert 28.0 < point.hardness.hrc < 38.0


def test_the_shaft_in_yaml_is_the_shaft_in_python():
    file, case = mt.load(EXAMPLES / "shaft.yaml"), example("shaft")["case"]
    assert (file.part, file.alloy, file.grid) == (case.part, case.alloy, case.grid)
    assert [step.kind for step in file.steps] == [step.kind for step in case.steps]
    assert file.check().cells == 20 * 160


def test_flange_stl_is_closed_and_becomes_the_part_of_its_case(tmp_path, monkeypatch):
    stl = tmp_path / "flange.stl"
    monkeypatch.setattr("sys.argv", ["flange.py", str(stl)])
    example("flange")
    text = (EXAMPLES / "flange.yaml").read_text("utf-8").replace("../demo/flange.stl", str(stl))
    case = coarse(mt.load(text), "6 mm")
    volume = case.problem().cells.volume.sum()
    assert volume == pytest.approx(case.part.shape.volume, rel=2e-3)


def test_ring_keeps_some_austenite():
    result = coarse(example("ring")["case"], "4 mm", stress=False).run()
    assert 0.06 < result.retained_austenite.mean < 0.14


def test_a_carburised_rim_is_in_compression_where_a_through_hardened_one_is_not():
    """Of the blank that hardens through, and of the rim of the carburised one, taken as a long ring."""
    module = example("gear_blank")
    through = coarse(module["through"], "0.5 mm").run(progress=False)
    face = through.at("20 mm", "0 mm", "4.5 mm")
    assert 50e6 < face.residual_stress.hoop < 300e6 and face.phases["martensite"] > 0.95
    assert through.at("17.5 mm", "0 mm", "4.5 mm").residual_stress.hoop < -50e6
    gauged = module["gauged"](through)
    assert 95.0 < gauged["rim"] < 112.0 and 10.0 < gauged["bore"] < 25.0
    assert -10.0 < gauged["taper"] < -3.0 and 2.0 < gauged["dishing"] < 8.0
    ring = module["carburised"].replace(part=mt.Part.ring(outer="40 mm", inner="30 mm")).run(progress=False)
    case = ring.at("20 mm", "0 mm", "0 mm")
    assert -700e6 < case.residual_stress.hoop < -300e6 and case.hardness > 650.0


def test_probe_cools_as_fast_as_a_fast_oil_makes_it():
    module = example("probe")
    rate, temperature = module["cooling_rate"](coarse(module["case"]("fast oil"), "1.25 mm").run())
    assert rate == pytest.approx(104.0, rel=0.1)  # ISO 9950 rate of the oil in the card
    assert 500.0 < temperature < 750.0


def test_martempering_leaves_less_stress():
    module = example("martemper")
    plain, martempered = (coarse(module[name], "1.5 mm").run() for name in ("plain", "martempered"))
    assert module["range_of_stress"](martempered) < 0.5 * module["range_of_stress"](plain)


def test_furnace_takes_longer_than_its_ramp_and_austenitises():
    result = coarse(example("furnace")["case"], "30 mm").run()
    assert result.times[-1] > 830.0 / 500.0 * 3600.0
    assert result.austenite.min > 0.99


def test_the_carburised_pin_of_yaml_has_its_case():
    case = mt.load(EXAMPLES / "carburised_pin.yaml")
    short = case.replace(steps=case.steps[:3], part=mt.Part.cylinder(diameter="8 mm"))
    assert 0.6e-3 < short.run(progress=False).case_depth() < 1.1e-3


def test_own_material_follows_the_exact_answer():
    module = example("own_material")
    result = coarse(module["case"], "1 mm").run()
    assert result.temperature.mean - 273.15 == pytest.approx(module["exact"], abs=0.1)


def test_plate_on_a_chill_freezes_last_in_a_ring_about_it():
    result = coarse(mt.load(EXAMPLES / "casting_plate.yaml"), "5 mm").run()
    (spot,) = result.hot_spots()
    assert spot.place[0] > 0.04 and 90.0 < spot.time < 200.0
    assert result.limits["niyama"].passed and np.isnan(result.probe("sand").temperature[-1])


def test_the_thick_bar_of_the_stress_frame_ends_in_tension(tmp_path):
    module = example("stress_frame")
    module["frame"](tmp_path / "frame.stl")
    case = coarse(module["case"](tmp_path / "frame.stl"), "6 mm", **{"shake_out": "300 degC"})
    result = case.run()
    thick, thin = module["bars"](result)
    assert thick > 15.0 and 36.0 * thick == pytest.approx(-24.0 * thin, rel=0.03)  # areas of the bars, mm


def test_hot_water_leaves_less_stress_in_a_quenched_casting():
    module = example("quenched_casting")
    cold, hot = (coarse(module["case"](bath), "4 mm").run() for bath in ("20 degC", "60 degC"))
    assert 60e6 < hot.max_principal.max < cold.max_principal.max < 160e6


DATA = Path(os.environ.get("METALTWIN_DATA", ROOT.parent / "shared" / "data"))
needs_data = pytest.mark.skipif(not (DATA / "parts").is_dir(), reason=f"no folder '{DATA}/parts'; set METALTWIN_DATA")


@needs_data
def test_bearing_block_has_a_hot_spot_on_either_side_in_steel(monkeypatch):
    monkeypatch.setenv("METALTWIN_DATA", str(DATA))
    module = example("bearing_block")
    result = coarse(module["steel"], "12 mm", **{"mould.wall": "36 mm"}).run()
    first, second = result.hot_spots(2)
    assert first.place[0] == pytest.approx(-second.place[0], abs=0.013) and abs(first.place[0]) > 0.05
    assert module["iron"].alloy.freezing.family == "graphitic iron" and module["iron"].until < module["iron"].pour


@needs_data
def test_the_chill_of_the_mount_touches_it(monkeypatch):
    monkeypatch.setenv("METALTWIN_DATA", str(DATA))
    case = coarse(example("steering_column_mount")["chilled"], "3.9 mm")
    bodies = case.problem().bodies
    (joint,) = (joint for joint in bodies.joints if (joint.one, joint.other) == (0, 1))
    assert bodies.cells[0].patch_area[joint.mine].sum() == pytest.approx(40e-3 * 30e-3, rel=0.15)


def blocks(language):
    """Code blocks of README."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)


def test_the_case_of_readme_is_accepted_in_python_and_in_yaml(tmp_path, monkeypatch):
    (python,), (yaml,) = blocks("python"), blocks("yaml")
    names = {}
    exec(python.partition("result = ")[0], names)  # the case and its check; the run is that of the shaft
    assert names["case"].check().cells == mt.load(yaml).check().cells == 20 * 160
    assert compile(python, "README.md", "exec")


def test_the_guide_explains_every_word_field_and_argument():
    from dataclasses import fields

    from metaltwin.cases.meaning import FIELDS
    from metaltwin.cases.step import STEPS

    guide = (ROOT / "docs" / "words.md").read_text("utf-8")
    arguments = [entry.name for word in (mt.HeatTreatment, mt.Casting, *STEPS.values()) for entry in fields(word)]
    for name in {*mt.__all__, *FIELDS, *arguments} - {"CaseError"}:
        assert re.search(rf"\b{name}\b", guide), f"docs/words.md does not explain {name}"


def test_the_casting_page_runs_and_its_pictures_are_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "casting.md").read_text("utf-8")
    python, *rest = re.findall(r"```python\n(.*?)```", page, re.S)
    names = {}
    exec(python, names)
    names["result"] = coarse(names["case"], "5 mm").run()
    for block in rest:
        exec(block, names)
    assert (tmp_path / "niyama.png").is_file()
    whole, shell, turned = re.findall(r"```yaml\n(.*?)```", page, re.S)
    assert mt.load(whole).chills == names["case"].chills
    mould = mt.load(re.sub(r"(?m)^mould:.*$", re.search(r"(?m)^mould:.*$", shell)[0], whole)).mould
    assert mould.shell and mould.wall == pytest.approx(0.012)
    wheel = whole
    for line in turned.splitlines():
        wheel = re.sub(rf"(?m)^{line.partition(':')[0]}:.*$", line, wheel)
    assert mt.load(wheel).part.kind == "revolve" and mt.load(wheel).mould.shell
    for picture in re.findall(r"\((pictures/\S+)\)", page):
        assert (ROOT / "docs" / picture).stat().st_size > 20_000


def test_readme_names_commands_that_exist():
    from metaltwin.__main__ import app

    known = {command.name or command.callback.__name__ for command in app.registered_commands}
    known |= {group.name for group in app.registered_groups}
    said = re.findall(r"^(?:\.venv/bin/)?metaltwin (\w+)", "\n".join(blocks("sh")), re.M)
    assert said and set(said) <= known


def test_the_quick_blocks_of_the_diagrams_page_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "diagrams.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.S)
    names = {}
    for block in blocks:
        if not re.search("Jominy|bar\\.|fit_kinetics|QuenchedBars", block):
            exec(block, names)
        assert compile(block, "diagrams.md", "exec")
    assert {path.stem for path in tmp_path.glob("*.png")} == {"ttt", "cct", "dilatometer", "tempering"}
    assert 430.0 < names["temperature"] - 273.15 < 490.0
    for picture in re.findall(r"\((pictures/\S+)\)", page):
        assert (ROOT / "docs" / picture).stat().st_size > 20_000


def test_the_blocks_of_the_page_on_stress_are_python_and_its_pictures_are_there():
    page = (ROOT / "docs" / "stress.md").read_text("utf-8")
    names = {}
    first, *others = re.findall(r"```python\n(.*?)```", page, re.S)
    exec(first.partition("result = ")[0], names)
    assert names["case"].part.words()["length"] == "120 mm"
    for block in others:
        calls = re.findall(r"result\.(\w+)\(", block)
        if not calls:
            exec(block, names)
        assert compile(block, "stress.md", "exec")
        assert all(hasattr(mt.Result, call) for call in calls)
    for picture in re.findall(r"\((pictures/\S+)\)", page):
        assert (ROOT / "docs" / picture).stat().st_size > 20_000


def test_plate_of_7075_is_weaker_in_the_core():
    result = coarse(example("plate")["case"], "4 mm").run()
    core, skin = (result.at(x, "0 mm", "0 mm")["yield_strength"] for x in ("0 mm", "40 mm"))
    assert 400e6 < core < skin < 503e6


def test_treatments_leave_what_their_names_say():
    module = example("treatments")
    wanted = {
        "austemper": ("bainite", 0.95),
        "martemper": ("martensite", 0.95),
        "anneal": ("pearlite", 0.5),
        "normalise": ("bainite", 0.8),
    }
    for name, (phase, least) in wanted.items():
        core = coarse(module["treated"](name), "1 mm").run(progress=False).at("0 mm", "0 mm", "0 mm")
        assert core.phases[phase] > least, name


@pytest.mark.parametrize("page", ["carburising", "certificate"])
def test_the_blocks_of_the_metallurgy_pages_are_python_and_their_pictures_are_there(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / f"{page}.md").read_text("utf-8")
    for block in re.findall(r"```python\n(.*?)```", text, re.S):
        calls = re.findall(r"(?:result|coarse)\.(\w+)", block)
        assert compile(block, f"{page}.md", "exec")
        assert all(hasattr(mt.Result, call) or call in ("hardness",) for call in calls)
    certificates = re.findall(r"```\n(heat,.*?)```", text, re.S)
    for words in certificates:
        Path("heat_4711.csv").write_text(words, "utf-8")
        heat = mt.certificate("heat_4711.csv")
        assert heat.outside() == [] and len(heat.end_quench) == 8
    for picture in re.findall(r"\((pictures/\S+)\)", text):
        assert (ROOT / "docs" / picture).stat().st_size > 20_000


def test_the_treatments_of_the_carburising_page_are_words():
    text = (ROOT / "docs" / "carburising.md").read_text("utf-8")
    calls = re.findall(r"`((?:Quench|Cool|Heat|Hold|Temper|Soak)\(.*?\))`", text.replace("Quench(...)", ""))
    assert len(calls) >= 12
    for call in calls:
        words = {name: getattr(mt, name) for name in ("Quench", "Cool", "Heat", "Hold", "Temper", "Soak", "Medium")}
        assert eval(call, words)
