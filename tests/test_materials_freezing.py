"""How alloys freeze: laws, enthalpy tables with exact plateaus, cards, refusals."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from metaltwin.materials.card import MARKS
from metaltwin.materials.curve import Curve
from metaltwin.materials.freezing import Freezing
from metaltwin.materials.library import alloy, alloy_names
from metaltwin.materials.material import Material
from metaltwin.materials.refusal import CaseError

CASTING = [name for name in alloy_names() if alloy(name).freezing is not None]
SOLID = Material("solid", "180 W/m/K", "2700 kg/m^3", "1000 J/kg/K")
LIQUID = {"family": "aluminium", "liquid_conductivity": "90 W/m/K", "liquid_heat_capacity": "1100 J/kg/K"}
LATENT = 400e3 * 2700.0


def law(name: str, **rest: object) -> Freezing:
    return Freezing(name, "400 kJ/kg", rest.pop("liquidus", "613.9 degC"), **LIQUID, **rest)  # type: ignore[arg-type]


def binary(name: str, **rest: object) -> Freezing:
    return law(name, **{"solvent": "660 degC", "partition": 0.13, **rest})


def test_what_is_shipped() -> None:
    wanted = {"A356", "AlSi10Mg", "A319", "AA6061", "AA7075", "pure aluminium", "pure copper", "EN-GJL-250"}
    assert wanted <= set(CASTING)
    assert {"EN-GJS-400-15", "EN-GJS-500-7", "WCB", "304L", "316L", "IN718", "Ti-6Al-4V"} <= set(CASTING)


def test_pure_metal_freezes_on_an_exact_plateau() -> None:
    table = law("pure", liquidus="660.32 degC").table(SOLID)
    flat = np.flatnonzero(np.diff(table.T) == 0.0)
    assert flat.size == 1
    low, high = int(flat[0]), int(flat[0]) + 1
    assert table.T[low] == 660.32 + 273.15
    assert table.H[high] - table.H[low] == pytest.approx(LATENT, rel=1e-12)
    assert (table.fs[low], table.fs[high]) == (1.0, 0.0)
    assert (table.k[low], table.k[high]) == (180.0, 90.0)
    assert table.H[low] == pytest.approx(2.7e6 * (660.32 - 20.0), rel=1e-12)
    half = 0.5 * (table.H[low] + table.H[high])
    assert table.temperature(half) == 660.32 + 273.15 and table.solid_fraction(half) == 0.5


def test_scheil_leaves_its_eutectic() -> None:
    """Al-7Si: 0.5088 of the liquid freezes at 577 degC."""
    freezing = binary("scheil", liquidus=f"{660 - 83 * 7 / 12.6} degC", eutectic="577 degC")
    assert freezing.plateau == pytest.approx(0.5088, abs=5e-5)
    table = freezing.table(SOLID)
    at = np.flatnonzero(table.T == 850.15)
    assert at.size == 2
    assert np.diff(table.H[at])[0] == pytest.approx(freezing.plateau * LATENT, rel=1e-12)
    assert freezing.liquidus in table.T and 850.15 in table.T


def test_lever_ends_where_it_is_solid() -> None:
    freezing = binary("lever", liquidus="650 degC", partition=0.17)
    assert freezing.solidus == pytest.approx(660.0 - 10.0 / 0.17 + 273.15)
    assert freezing.plateau == pytest.approx(0.0, abs=1e-12)
    cut = freezing.replace(eutectic="620 degC")
    assert cut.solidus == 893.15
    assert cut.plateau == pytest.approx(1.0 - 30.0 / (0.83 * 40.0))


@example("lever", 0.6660316110456401, 613.515625, 24.0)  # solid by rounding, no plateau
@given(
    st.sampled_from(["pure", "lever", "scheil"]),
    st.floats(0.05, 0.9),
    st.floats(560.0, 655.0),
    st.floats(1.0, 60.0),
)
def test_any_law_gives_a_table_that_can_be_inverted(name: str, k: float, liquidus: float, below: float) -> None:
    eutectic = {} if name == "pure" else {"eutectic": f"{liquidus - below} degC"}
    rest = {} if name == "pure" else {"solvent": "660 degC", "partition": k}
    freezing = law(name, liquidus=f"{liquidus} degC", **rest, **eutectic)
    table = freezing.table(SOLID)
    assert np.all(np.diff(table.H) > 0.0)
    assert np.all(np.diff(table.T) >= 0.0) and np.all(np.diff(table.theta) >= 0.0)
    assert np.all(np.diff(table.fs) <= 1e-12) and table.fs[0] == 1.0 and table.fs[-1] == 0.0
    assert np.all(table.k > 0.0)
    T = np.linspace(300.0, 1400.0, 97)
    assert table.temperature(table.enthalpy(T)) == pytest.approx(T, abs=1e-6)
    low, high = freezing.solidus, float(freezing.liquidus)
    solid = float(np.interp(low - 1e-9, table.T, table.H))
    middle = low + (np.arange(4000) + 0.5) * (high - low) / 4000.0
    fs = freezing.solid_fraction(middle)
    sensible = float(np.mean(1000.0 * fs + 1100.0 * (1.0 - fs))) * (high - low)
    assert solid == pytest.approx(2.7e6 * (low - 293.15), rel=1e-9)
    assert float(table.enthalpy(np.array(high))) - solid == pytest.approx(2700.0 * sensible + LATENT, rel=1e-6)
    assert float(table.enthalpy(np.array(high + 100.0)) - table.enthalpy(np.array(high))) == pytest.approx(2.97e8)


@pytest.mark.parametrize("name", CASTING)
def test_every_casting_alloy_has_a_sound_table(name: str) -> None:
    card = alloy(name)
    assert card.freezing is not None and card.material is not None
    table = card.freezing.table(card.material)
    assert np.all(np.diff(table.H) > 0.0) and np.all(np.diff(table.T) >= 0.0)
    assert np.all(table.k > 0.0) and np.all(np.diff(table.fs) <= 0.0)
    for end in (card.freezing.solidus, float(card.freezing.liquidus)):
        assert np.abs(table.T - end).min() < 1e-9
    latent = _integrated(table, card.freezing, card.material)
    assert latent == pytest.approx(float(card.freezing.latent_heat), rel=2e-3)
    assert 100e3 < latent < 600e3


def _integrated(table, freezing: Freezing, solid: Material) -> float:
    """Enthalpy from solidus to liquidus less what the heat capacities take, J/kg."""
    low, high = freezing.solidus, float(freezing.liquidus)
    inside = (table.T >= low) & (table.T <= high)
    H = table.H[inside]
    T = np.linspace(low, high, 20001)
    fs = freezing.solid_fraction(T)
    at = T if isinstance(solid.heat_capacity, Curve) else None
    solid_c = solid.heat_capacity(T) if at is not None else np.full_like(T, float(solid.heat_capacity))
    liquid = freezing.liquid_heat_capacity
    liquid_c = liquid(T) if isinstance(liquid, Curve) else np.full_like(T, float(liquid))
    sensible = float(np.trapezoid(fs * solid_c + (1.0 - fs) * liquid_c, T))
    return float(H[-1] - H[0]) / float(solid.density) - sensible


@pytest.mark.parametrize("name", CASTING)
def test_every_number_of_freezing_is_marked(name: str) -> None:
    card = alloy(name)
    freezing = card.freezing
    assert freezing is not None and card.material is not None
    numbers = set(freezing.words()) - {"law", "family", "notes"}
    assert numbers == set(freezing.notes)
    assert {"conductivity", "heat_capacity", "density"} <= set(card.notes)
    for note in (*freezing.notes.values(), *card.notes.values()):
        assert note["mark"] in MARKS and note["source"]
    assert all(entry.name in card.card() for entry in freezing.entries())


def test_a356_against_its_source() -> None:
    """Enthalpy of the solid at 540 degC, and solid fraction by another thermodynamic database at 599.9 degC."""
    card = alloy("A356")
    table = card.freezing.table(card.material)
    H = table.enthalpy(np.array([25.0, 100.0, 300.0, 540.0]) + 273.15) / 2566.0
    assert (H[1:] - H[0]) / 1e3 == pytest.approx([68.4, 263.9, 521.2], abs=0.2)
    assert float(card.freezing.solid_fraction(599.9 + 273.15)) == pytest.approx(0.2681, abs=0.003)


def test_temperature_of_a_solid_fraction() -> None:
    freezing = alloy("A356").freezing
    for fraction, celsius in ((0.0115, 615.0), (0.2683, 600.0), (0.8655, 570.0), (0.9625, 557.28), (0.99, 557.28)):
        assert freezing.temperature(fraction) == pytest.approx(celsius + 273.15, abs=0.02)
    assert alloy("pure copper").freezing.temperature(0.9) == pytest.approx(1084.62 + 273.15)


def test_changed_freezing_survives_the_file() -> None:
    plain = alloy("A356")
    assert plain.words() == {"name": "A356"}
    changed = plain.replace(freezing=plain.freezing.replace(latent_heat="400 kJ/kg"))
    assert alloy(**changed.words()) == changed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"law": "scheil", "solvent": "660 degC", "partition": 0.13}, "eutectic: is missing"),
        ({"law": "sheil"}, "nearest: scheil"),
        ({"law": "pure", "family": "aluminum"}, "nearest: aluminium"),
        ({"law": "pure", "latent_heat": "40 kJ/kg"}, "outside 100 to 600 kJ/kg; say why"),
        ({"law": "pure", "latent_heat": "400"}, "has no unit"),
        ({"law": "lever", "solvent": "600 degC", "partition": 0.2}, "must be above the liquidus"),
        ({"law": "lever", "solvent": "660 degC", "partition": 1.0}, "no partition coefficient"),
        ({"law": "scheil", "solvent": "660 degC", "partition": 0.1, "eutectic": "620 degC"}, "below the liquidus"),
        ({"law": "table"}, "belongs to the law 'table'"),
        ({"law": "pure", "arm_spacing": "40 um"}, "belong together"),
    ],
)
def test_refusals(words: dict[str, object], said: str) -> None:
    given = {"latent_heat": "400 kJ/kg", "liquidus": "613.9 degC", **LIQUID, **words}
    with pytest.raises(CaseError, match=said):
        Freezing(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fractions", "said"),
    [
        ([1, 0.5, 0.6, 0], "must fall with temperature: 0.6 at '580 degC' follows 0.5 at '570 degC'"),
        ([1, 0.5, 0.5, 0], "must fall with temperature"),
        ([1, 0.6, 0.5, 0.1], "must end with 0 at the liquidus"),
        ([1.2, 0.6, 0.5, 0], "must not be above 1"),
    ],
)
def test_a_table_of_solid_fractions_must_fall(fractions: list[float], said: str) -> None:
    words = {"temperatures": "560 570 580 613.9 degC", "values": fractions}
    with pytest.raises(CaseError, match=said):
        law("table", fractions=words)


def test_latent_heat_is_not_counted_twice() -> None:
    card = alloy("A356")
    peak = Curve("25 540 570 577 600 degC", "900 1130 4000 20000 1150 J/kg/K")
    with pytest.raises(CaseError, match=r"material.heat_capacity: rises to 20000 J/kg/K at 577 degC.*already"):
        card.replace(material=card.material.replace(heat_capacity=peak))


def test_an_alloy_that_freezes_needs_its_solid() -> None:
    with pytest.raises(CaseError, match="freezes but has no material"):
        alloy("42CrMo4", freezing=law("pure"))


def test_an_unusual_latent_heat_says_why() -> None:
    told = law("pure").replace(latent_heat="40 kJ/kg", unusual="model substance")
    assert told.table(SOLID).H.size > 100
