"""Every example runs, on a coarse grid, and gets one number right."""

import re
import runpy
from pathlib import Path

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
    arguments = [entry.name for word in (mt.HeatTreatment, *STEPS.values()) for entry in fields(word)]
    for name in {*mt.__all__, *FIELDS, *arguments} - {"CaseError"}:
        assert re.search(rf"\b{name}\b", guide), f"docs/words.md does not explain {name}"


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
