"""Melt certificates: the composition of a heat on the card of its grade."""

from pathlib import Path

import pytest

import metaltwin as mt
from metaltwin.materials.refusal import CaseError

YAML = """\
heat: 4711
grade: 42CrMo4
composition: {C: 0.41, Si: 0.24, Mn: 1.05, P: 0.012, S: 0.021, Cr: 1.04, Mo: 0.19, Ni: 0.14, Cu: 0.18, Al: 0.024}
grain_size: 9
end_quench: {1.5 mm: 57 HRC, 0.25 in: 56 HRC}
"""
COLUMNS = """\
heat,4711
grade,42CrMo4
C,0.41
Si,0.24
Mn,1.05
P,0.012
S,0.021
Cr,1.04
Mo,0.19
Ni,0.14
Cu,0.18
Al,0.024
V,
grain_size,9
1.5 mm,57 HRC
0.25 in,56 HRC
"""
ROWS = "\n".join(";".join(line.split(",")[i] for line in COLUMNS.splitlines()) for i in (0, 1))


def written(tmp_path: Path, text: str, name: str) -> Path:
    (tmp_path / name).write_text(text, "utf-8-sig" if name.endswith("csv") else "utf-8")
    return tmp_path / name


@pytest.mark.parametrize(("text", "name"), [(YAML, "a.yaml"), (COLUMNS, "b.csv"), (ROWS, "c.csv")])
def test_a_heat_on_the_card_of_its_grade(tmp_path: Path, text: str, name: str) -> None:
    heat = mt.certificate(written(tmp_path, text, name))
    assert heat.name == "42CrMo4 heat 4711"
    assert (heat.composition.C, heat.composition.Al, heat.composition.V, heat.grain_size) == (0.41, 0.024, 0.0, 9.0)
    assert heat.conductivity == mt.alloy("42CrMo4").conductivity
    assert {float(place): round(value) for place, value in heat.end_quench.items()} == {0.0015: 633, 0.00635: 613}
    assert heat.outside() == ["ranges of the grade: Mn 1.05 wt % is outside 0.6 to 0.9"]
    for words in ("certificate of heat 4711", "42CrMo4: Mn 1.05 wt % is outside 0.6 to 0.9", "57 HRC"):
        assert words in heat.card()
    assert mt.alloy(**heat.words()) == heat


def test_the_ranges_are_those_of_the_name_on_the_certificate(tmp_path: Path) -> None:
    heat = mt.certificate(written(tmp_path, YAML.replace("grade: 42CrMo4", "grade: 4140"), "a.yaml"))
    assert heat.outside() == ["ranges of the grade: Mn 1.05 wt % is outside 0.75 to 1"]


def test_diagrams_take_a_certificate_by_its_file(tmp_path: Path) -> None:
    path = str(written(tmp_path, COLUMNS, "heat.csv"))
    assert mt.ttt(path).alloy.name == "42CrMo4 heat 4711"
    assert str(mt.compare("ms", path)) == str(mt.compare("ms", mt.certificate(path)))


def test_a_case_takes_a_certificate_and_warns(tmp_path: Path) -> None:
    written(tmp_path, COLUMNS, "heat.csv")
    (tmp_path / "bar.yaml").write_text(
        "metaltwin: 1\nname: bar\npart: {shape: cylinder, diameter: 20 mm}\n"
        "alloy: {certificate: heat.csv, rates: {bainite: 2}}\ngrid: {spacing: 2 mm}\nsteps:\n"
        "  - soak: {temperature: 850 degC, duration: 5 min}\n  - quench: {medium: fast oil, until: 100 degC}\n",
        "utf-8",
    )
    case = mt.load(tmp_path / "bar.yaml")
    assert case.alloy.rates == {"bainite": 2.0}
    assert "ranges of the grade: Mn 1.05 wt % is outside 0.6 to 0.9" in case.check().warnings
    case.save(tmp_path / "saved.yaml")
    (tmp_path / "heat.csv").unlink()
    assert mt.load(tmp_path / "saved.yaml").alloy == case.alloy


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (YAML.replace("Cr: 1.04", "cr: 1.04"), "a.yaml", r"a.yaml: composition.cr: no element 'cr'; nearest: Cr"),
        (YAML.replace("42CrMo4", "42CrMo"), "a.yaml", "a.yaml: grade: no alloy '42CrMo'; nearest: 42CrMo4"),
        (YAML.replace("Cr: 1.04", "Cr: 104"), "a.yaml", "composition.Cr: 104 wt % is no mass fraction"),
        (
            YAML.replace("C: 0.41", "Ni: 60, Cr: 60").replace("Ni: 0.14, ", "").replace("Cr: 1.04, ", ""),
            "a.yaml",
            "sum to",
        ),
        (YAML.replace("heat: 4711\n", ""), "a.yaml", "heat: is missing"),
        (YAML.replace("grain_size", "grain"), "a.yaml", "nearest: grain_size"),
        (YAML.replace("57 HRC", "57"), "a.yaml", "has no unit, needs a hardness"),
        (YAML.replace("1.5 mm", "1.5"), "a.yaml", "'1.5' has no unit"),
        ("- 1\n", "a.yaml", "this is no certificate"),
        (COLUMNS.replace("C,0.41", "Fe,97"), "b.csv", "iron is the rest"),
        (COLUMNS.replace("C,0.41", "C,<0.41"), "b.csv", "b.csv: C: '<0.41' is no number; write the number alone"),
        (COLUMNS.replace("C,0.41", 'C,"0,41"'), "b.csv", "'0,41' is no number; write a decimal point"),
        (COLUMNS + "C,0.42\n", "b.csv", "C: stands twice"),
        (COLUMNS + "B,30\n", "b.csv", "B: 30 wt % is no trace; 10 ppm are 0.001 wt %"),
        (ROWS + "\nA;B\n", "c.csv", "a certificate holds one heat"),
        (COLUMNS.replace("grade,42CrMo4", "grade"), "b.csv", "has 1 columns"),
    ],
)
def test_a_certificate_that_does_not_pass(tmp_path: Path, text: str, name: str, said: str) -> None:
    with pytest.raises(CaseError, match=said):
        mt.certificate(written(tmp_path, text, name))


def test_a_certificate_with_decimal_commas_is_the_same_heat(tmp_path: Path) -> None:
    point = mt.certificate(written(tmp_path, COLUMNS, "a.csv"))
    comma = mt.certificate(written(tmp_path, COLUMNS.replace(",", ";").replace(".", ","), "b.csv"))
    assert comma.composition == point.composition and comma.end_quench == point.end_quench


def test_units_of_an_american_shop() -> None:
    """degF, inch, ksi: 1550 degF is 843.3 degC, 1 in 25.4 mm, 30 ksi 206.8 MPa."""
    part = mt.Part.cylinder("1 in")
    assert part.shape.radius == pytest.approx(0.0127)
    assert mt.Soak("1550 degF", "30 min").temperature == pytest.approx(843.333 + 273.15)
    solid = mt.Material(
        "die", "14 W/m/K", "0.29 lb/in^3", "0.11 BTU/lb/delta_degF", young="30e3 ksi", poisson=0.3,
        expansion="6.5e-6 1/delta_degF", yield_stress=mt.Curve("68 1000 degF", "40 25 ksi"),
    )  # fmt: skip
    assert float(solid.young) == pytest.approx(206.84e9, rel=1e-4)
    assert solid.yield_stress(811.0) == pytest.approx(172.4e6, rel=1e-3)
    assert float(solid.density) == pytest.approx(8027.0, abs=1.0)
    assert float(solid.expansion) == pytest.approx(11.7e-6, rel=1e-3)
