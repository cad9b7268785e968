"""Every shipped card passes the load checks and runs; cards of one's own are checked before they are believed."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import metaltwin as mt
from metaltwin.materials import cardfile, library
from metaltwin.materials.alloy import Alloy
from metaltwin.materials.composition import Composition
from metaltwin.materials.lowalloy import conductivity_room
from metaltwin.materials.matter import PHASES
from metaltwin.materials.refusal import CaseError

CARDS = sorted((Path(library.DATA) / "alloys").glob("*.yaml"))
NAMES = [path.stem.replace("_", " ") for path in CARDS]
KELVIN = np.linspace(253.15, 1473.15, 300)
CASTING = {
    "A319", "A356", "AA6061", "AA7075", "AlSi10Mg", "pure aluminium", "pure copper", "EN-GJL-250", "EN-GJS-400-15",
    "EN-GJS-500-7", "IN718", "Ti-6Al-4V", "WCB", "304L", "316L",
}  # fmt: skip
WROUGHT = {"AA2024", "AA7010", "AA7050"}
INERT = {"Inconel 600", "X40CrMoV5-1", *WROUGHT, *CASTING} - {"WCB"}
ALUMINIUM = 1250.0
"""J/kg/K just below its melting point; steel without its peak stays below 1100."""
ZERO = 273.15
# Ac1, Ac3, Ms in degC of technical sheets of steel makers (16MnCr5, 30CrNiMo8: Lucefin; 42CrMo4: a maker's sheet).
SHEETS = {"16MnCr5": (740, 840, 400), "30CrNiMo8": (720, 770, 310), "42CrMo4": (720, 780, 350)}
OWN = """\
name: own steel
aliases: [OS 1]
composition: {C: 0.41, Mn: 0.70, Cr: 1.0}
ranges: {C: [0.38, 0.45], Mn: [0.6, 0.9]}
conductivity: {temperatures: 20 400 800 degC, values: 43 38 27 W/m/K}
notes:
  composition: {source: our ladle, mark: V}
  ranges: {source: drawing, mark: V}
  conductivity: {source: laboratory, range: 20 to 800 degC, mark: V}
"""


@pytest.mark.parametrize("path", CARDS, ids=NAMES)
def test_each_card_passes_the_load_checks_and_runs(path: Path) -> None:
    card = cardfile.read(path)
    assert card.name in library.alloy_names()
    for name in ("", *card.variants):
        alloy = card.alloy(name)
        matter = alloy.matter()
        assert 1000.0 < matter.density < 9000.0
        for phase in matter.phases:
            assert np.all(phase.conductivity(KELVIN) > 5.0)
            capacity = np.diff(phase.enthalpy(KELVIN)) / np.diff(KELVIN)
            most = ALUMINIUM if alloy.freezing is not None and alloy.freezing.family == "aluminium" else 1100.0
            assert np.all((300.0 < capacity) & (capacity < most))
        assert (alloy.freezing is not None) == (card.name in CASTING)
        if path.stem.replace("_", " ") in INERT:
            assert not matter.transforms
            continue
        assert tuple(phase.name for phase in matter.phases) == PHASES
        kinetics = matter.kinetics
        assert kinetics is not None and kinetics.ac1 is not None and kinetics.ac3 is not None
        assert 200.0 < kinetics.martensite_start - ZERO < 510.0
        assert 680.0 < kinetics.ac1 - ZERO < kinetics.ac3 - ZERO < 890.0
        austenite, ferrite = (matter.phases[i].enthalpy(np.array(727.0 + ZERO)) for i in (0, 1))
        assert 70e3 < austenite - ferrite < 90e3
        for product in kinetics.products:
            assert np.all(np.isfinite(product.rate(KELVIN))) and product.rate(KELVIN).max() > 0.0


def test_there_are_fifty_with_names_of_four_standards() -> None:
    assert len(NAMES) >= 50 and INERT < set(NAMES)
    for name, card in {
        "16MnCr5": "16MnCr5", "1.7131": "16MnCr5", "5115": "16MnCr5", "SAE 5160": "55Cr3", "1.6587": "18CrNiMo7-6",
        "14NiCr14": "15NiCr13", "SCM435": "34CrMo4", "S45C": "C45", "SUP9": "55Cr3", "SUJ2": "100Cr6",
        "AISI 6150": "51CrV4", "4130": "25CrMo4", "H13": "X40CrMoV5-1", "1.5531": "30MnB5", "C60E": "C60",
    }.items():  # fmt: skip
        assert name in NAMES or library.alloy_aliases()[name] == card
        assert mt.alloy(name).name == name
    cards = [cardfile.read(path) for path in CARDS]
    names = [*NAMES, *(other for card in cards for other in (*card.aliases, *card.variants))]
    assert len(names) == len(set(names))


def test_a_variant_has_its_own_analysis_ranges_and_source() -> None:
    steel, kin = mt.alloy("42CrMo4"), mt.alloy("4142")
    assert steel.ranges["Mn"] == (0.6, 0.9) and kin.ranges["Mn"] == (0.75, 1.0)
    assert kin.composition.Mn == 0.88
    assert "AISI" in kin.notes["ranges"]["source"] and "EN" in steel.notes["ranges"]["source"]


SAND = """\
kind: sand
density: 1600 kg/m^3
conductivity: 0.6 W/m/K
heat_capacity: 1000 J/kg/K
notes:
  density: {source: our foundry, mark: V}
  conductivity: {source: our foundry, mark: V}
  heat_capacity: {source: our foundry, mark: U}
"""


def test_a_mould_of_ones_own(tmp_path: Path) -> None:
    path = own(tmp_path, SAND, "our_sand.yaml")
    ours = library.mould(str(path), wall="60 mm")
    assert (ours.name, float(ours.wall), ours.worst) == ("our sand", pytest.approx(0.06), "U")
    wetter = library.mould("green sand", moisture=0.05)
    assert wetter.notes["moisture"]["mark"] == "given" and wetter.notes["density"]["mark"] == "U"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("kind: sand", "kind: gypsum"), "no kind of mould 'gypsum'"),
        (("0.6 W/m/K", "0.6"), "conductivity.*has no unit"),
        (("  density: {source: our foundry, mark: V}\n", ""), "notes.density: has no note"),
        (("mark: U", "mark: X"), "notes.heat_capacity.mark: 'X' is no mark"),
        (("kind: sand", "kind: sand\nwal: 1 mm"), "wal: no entry of a mould's card"),
    ],
)
def test_a_mould_that_does_not_pass(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    with pytest.raises(CaseError, match=said) as refused:
        library.mould(str(own(tmp_path, SAND.replace(*change), "our_sand.yaml")))
    assert "our_sand.yaml" in str(refused.value)


def test_what_a_card_says_of_freezing_has_notes_too(tmp_path: Path) -> None:
    text = (library.DATA / "alloys/A356.yaml").read_text("utf-8").replace("name: A356", "name: own steel")
    text = text.replace('[AlSi7Mg0.3, EN AC-42100, "356"]', "[]")
    assert cardfile.read(own(tmp_path, text)).alloy().freezing is not None
    without = re.sub(r"    viscosity: {.*\n", "", text)
    with pytest.raises(CaseError, match=r"own_steel.yaml: freezing.notes.viscosity: has no note"):
        cardfile.read(own(tmp_path, without))


def test_elements_of_other_metals_are_refused_in_a_steel() -> None:
    assert mt.alloy("AA7075").composition.Zn == 5.6
    with pytest.raises(CaseError, match=r"composition.Mg: no model of steel knows it; leave it out"):
        mt.alloy("42CrMo4", composition={"C": 0.42, "Mg": 0.04})
    off = mt.alloy("A356", composition={"Si": 7.0, "Mg": 0.5, "Fe": 0.12}).outside()
    assert off == ["ranges of the grade: Mg 0.5 wt % is outside 0.25 to 0.45"]


@pytest.mark.parametrize("name", SHEETS)
def test_critical_temperatures_of_makers_sheets(name: str) -> None:
    kinetics = mt.alloy(name).matter().kinetics
    ac1, ac3, start = SHEETS[name]  # 15 K and 20 K are the scatter of the formulas, 5 and 10 K the sheets' rounding
    assert kinetics.ac1 - ZERO == pytest.approx(ac1, abs=20.0)
    assert kinetics.ac3 - ZERO == pytest.approx(ac3, abs=20.0)
    assert kinetics.martensite_start - ZERO == pytest.approx(start, abs=30.0)


def test_conductivity_of_makers_sheets() -> None:
    """W/m/K at 20 to 100 degC: 16MnCr5 41, 20MnCr5 42, 100CrMo7-3 41, 61SiCr7 37.3."""
    for name, published in {"16MnCr5": 41.0, "20MnCr5": 42.0, "100CrMo7-3": 41.0, "61SiCr7": 37.3}.items():
        assert conductivity_room(mt.alloy(name).composition) == pytest.approx(published, rel=0.08)


@pytest.mark.parametrize("name", ["C60", "18CrNiMo7-6", "51CrV4", "30MnB5", "36NiCrMo16", "61SiCr7", "316L"])
def test_a_quench_through_the_face(name: str) -> None:
    case = mt.HeatTreatment(
        "bar",
        mt.Part.cylinder("20 mm"),
        mt.alloy(name),
        mt.Grid("1 mm"),
        [mt.Soak("870 degC", "30 min"), mt.Quench("fast oil", until="60 degC")],
        stress=False,
    )
    result = case.run(progress=False)
    centre = result.at("0 mm", "0 mm", "0 mm")
    assert 300.0 < centre.temperature < 335.0
    if name in INERT:
        return
    assert sum(centre.phases.values()) == pytest.approx(1.0, abs=1e-9)
    assert 150.0 < centre.hardness < 850.0
    assert name not in ("36NiCrMo16", "51CrV4") or centre.phases["martensite"] > 0.9


def own(tmp_path: Path, text: str = OWN, name: str = "own_steel.yaml") -> Path:
    (tmp_path / name).write_text(text, "utf-8")
    return tmp_path / name


def test_a_card_of_ones_own_by_path_and_by_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = own(tmp_path)
    by_path = mt.alloy(str(path), grain_size=9)
    assert (by_path.name, by_path.grain_size, by_path.composition.Cr) == ("own steel", 9.0, 1.0)
    with pytest.raises(CaseError, match="no alloy 'own steel'"):
        mt.alloy("own steel")
    monkeypatch.setenv("METALTWIN_MATERIALS", str(tmp_path))
    assert mt.alloy("own steel", grain_size=9) == by_path
    assert mt.alloy("OS 1").composition == by_path.composition
    assert "own steel" in library.alloy_names() and library.alloy_aliases()["OS 1"] == "own steel"
    monkeypatch.setenv("METALTWIN_MATERIALS", str(tmp_path / "nowhere"))
    with pytest.raises(CaseError, match="METALTWIN_MATERIALS: '.*nowhere' is no folder"):
        mt.alloy("42CrMo")


def test_a_case_with_ones_own_card_holds_it_whole(tmp_path: Path) -> None:
    own(tmp_path)
    (tmp_path / "bar.yaml").write_text(
        "metaltwin: 1\nname: bar\npart: {shape: cylinder, diameter: 20 mm}\nalloy: own_steel.yaml\n"
        "grid: {spacing: 2 mm}\nsteps:\n  - soak: {temperature: 850 degC, duration: 5 min}\n",
        "utf-8",
    )
    case = mt.load(tmp_path / "bar.yaml")
    case.save(tmp_path / "saved.yaml")
    (tmp_path / "own_steel.yaml").unlink()
    again = mt.load(tmp_path / "saved.yaml")
    assert again.alloy == case.alloy and "our ladle" in again.alloy.card()


def test_curves_of_a_card_reach_the_phases(tmp_path: Path) -> None:
    cp = "heat_capacity: {temperatures: 68 1292 degF, values: 440 850 J/kg/K}\n"
    text = OWN.replace("notes:\n", cp + "notes:\n  heat_capacity: {source: laboratory, mark: V}\n")
    phases = {phase.name: phase for phase in mt.alloy(str(own(tmp_path, text))).matter().phases}
    T = np.array([20.0, 210.0, 400.0, 800.0]) + ZERO
    assert phases["ferrite"].conductivity(T) == pytest.approx([43.0, 40.5, 38.0, 27.0])
    assert phases["martensite"].conductivity(T[[0, 3]]) == pytest.approx([0.78 * 43.0, 27.0])
    mean = (440.0 + 645.0) / 2.0
    assert float(phases["pearlite"].enthalpy(np.array(360.0 + ZERO))) == pytest.approx(340.0 * mean)
    at = np.array(727.0 + ZERO)
    assert phases["austenite"].enthalpy(at) - phases["ferrite"].enthalpy(at) == pytest.approx(82e3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("mark: V}\n  ranges", "}\n  ranges"), r"notes\.composition.mark: None is no mark"),
        (("source: laboratory, ", ""), r"notes\.conductivity.source: has no source"),
        (("  conductivity: {source: laboratory, range: 20 to 800 degC, mark: V}\n", ""), "notes.conductivity: has no"),
        (("43 38 27 W/m/K", "43 38 27"), "conductivity.*has no unit"),
        (("W/m/K", "W/m^2/K"), "conductivity.*has dimension"),
        (("Mn: 0.70", "Mn: 1.20"), "Mn 1.2 wt % is outside 0.6 to 0.9 of the card's own ranges"),
        (("Mn: 0.70", "mn: 0.70"), "no element 'mn'; nearest: Mn"),
        (("Cr: 1.0", "Cr: 99.0"), "sum to 100.11 wt %, more than 100"),
        (("C: [0.38, 0.45]", "C: [0.45]"), r"ranges.C: \[0.45\] is no range"),
        (("name: own steel", "name: steel"), "call the file steel.yaml"),
        (("[OS 1]", "[4140]"), "aliases: 4140 is no text; put it in quotes"),
        (("[OS 1]", "['4140']"), "'4140' is the name of a card that comes along, 42CrMo4"),
        (("notes:", "conductivty: 40 W/m/K\nnotes:"), "conductivty: no entry of a card.*nearest: conductivity"),
        (("  ranges: {source: drawing", "  rages: {source: drawing"), "notes.ranges: has no note"),
        (("composition: {C", "composition: {{C"), "is not YAML"),
    ],
)
def test_a_card_that_does_not_pass(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    assert change[0] in OWN
    with pytest.raises(CaseError, match=said) as refused:
        mt.alloy(str(own(tmp_path, OWN.replace(*change, 1))))
    assert "own_steel.yaml" in str(refused.value)


def test_a_steel_from_composition_says_what_it_assumed() -> None:
    steel = Alloy.from_composition("my heat", C=0.41, Si=0.25, Mn=0.7, Cr=1.0, Mo=0.2)
    like = mt.alloy("42CrMo4")
    pairs = zip(steel.matter().phases, like.matter().phases, strict=True)
    assert all(a.conductivity(KELVIN) == pytest.approx(b.conductivity(KELVIN), rel=0.06) for a, b in pairs)
    told = " ".join(steel.assumed)
    assert all(name in told for name in ("conductivity", "density", "emissivity", "grain_size", "as 0: Ni"))
    fine = Alloy.from_composition("fine", grain_size=8, C=0.4, Si=0.2, Mn=0.7, Cr=1.0, Mo=0.2, Ni=0.1)
    assert "grain_size" not in " ".join(fine.assumed) and "composition" not in " ".join(fine.assumed)
    assert "all carbon taken as dissolved" in " ".join(Alloy.from_composition("high", C=0.95).assumed)
    assert mt.alloy(**steel.words()) == steel


@settings(deadline=None)
@given(
    st.builds(
        Composition,
        C=st.floats(0.05, 1.2),
        Si=st.floats(0.0, 2.0),
        Mn=st.floats(0.0, 2.0),
        Cr=st.floats(0.0, 3.0),
        Mo=st.floats(0.0, 1.0),
        Ni=st.floats(0.0, 2.0),
        V=st.floats(0.0, 0.3),
    )
)
def test_any_low_alloy_composition_makes_a_steel_that_can_be_filed(c: Composition) -> None:
    steel = Alloy.from_composition("any", **c.words())
    for phase in steel.matter().phases:
        assert np.all(phase.conductivity(KELVIN) > 0.0) and np.all(np.diff(phase.enthalpy(KELVIN)) > 0.0)
    assert mt.alloy(**steel.words()) == steel


@pytest.mark.parametrize(
    ("elements", "said"),
    [
        ({"C": 0.4, "cr": 1.0}, "no element 'cr'; nearest: Cr"),
        ({"C": 0.4, "Fe": 98.0}, "iron is the rest"),
        ({"C": 0.02, "Cr": 18.0, "Ni": 9.0}, "no low-alloy steel"),
        ({"C": 3.4, "Si": 2.0}, "cast iron"),
    ],
)
def test_what_no_low_alloy_steel_is(elements: dict[str, float], said: str) -> None:
    with pytest.raises(CaseError, match=said):
        Alloy.from_composition("mine", **elements)


def test_a_heat_capacity_with_the_a1_peak_is_refused() -> None:
    """EN 1993-1-2 with its peak: 5000 J/kg/K at 735 degC; without it, flat from 700 degC, it passes."""
    peak = {"temperatures": "20 400 600 735 900 degC", "values": "440 606 760 5000 650 J/kg/K"}
    with pytest.raises(CaseError, match=r"heat_capacity: 5000 J/kg/K at 735 degC is the A1 peak.*count twice"):
        mt.alloy("C45", heat_capacity=peak)
    flat = mt.alloy("C45", heat_capacity={"temperatures": "20 400 700 degC", "values": "440 606 900 J/kg/K"})
    assert "900" not in flat.card() or "yours" in flat.card()


def test_martensite_start_and_alpha_of_two_sources_only_on_ones_word() -> None:
    with pytest.raises(CaseError, match="belong together, from one source.*mixed: true"):
        mt.alloy("42CrMo4", martensite_start="300 degC")
    own_start = mt.alloy("42CrMo4", martensite_start="300 degC", mixed=True)
    assert own_start.martensite_pair() == (573.15, mt.alloy("42CrMo4").martensite_pair()[1])
    assert "mixed with van Bohemen" in " ".join(own_start.assumed)


def test_what_replace_changes_is_noted_as_yours() -> None:
    changed = mt.alloy("42CrMo4").replace(grain_size=9, conductivity="40 W/m/K")
    assert changed.notes["grain_size"] == changed.notes["conductivity"] == {"source": "yours", "mark": "given"}
    assert changed.notes["density"]["source"] == "EN 1993-1-2"


def test_each_model_that_is_left_is_one_warning() -> None:
    spring = mt.alloy("61SiCr7").outside()
    assert [line.split(":")[0] for line in spring] == [
        "transformation rates (Li 1998)",
        "hardness of bainite, ferrite and pearlite (Maynier 1978)",
    ]
    assert "C 0.61 above 0.6, Si 1.8 above 1" in spring[0]
    assert mt.alloy("42CrMo4").outside() == []
    off = mt.alloy("42CrMo4", composition=Composition(C=0.41, Si=0.25, Mn=1.05, Cr=1.0, Mo=0.2))
    assert off.outside() == ["ranges of the grade: Mn 1.05 wt % is outside 0.6 to 0.9"]
    assert "outside  ranges of the grade: Mn 1.05" in off.card()
