"""Moulds and contacts: cards, moisture, defaults of pairs, the air gap and who encloses whom."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaltwin.materials.card import MARKS
from metaltwin.materials.interface import Contact, Gap, conductance_radiation, conductivity_air, default_contact
from metaltwin.materials.library import alloy, mould, mould_names
from metaltwin.materials.mould import PROPERTIES
from metaltwin.materials.refusal import CaseError

SHIPPED = {
    "green sand", "dry silica sand", "resin sand", "chromite sand", "investment shell", "plaster", "graphite",
    "grey iron", "steel", "copper", "H13", "insulating sleeve", "exothermic sleeve",
}  # fmt: skip
GAP = Gap("1000 W/m^2/K", "100 mm", "13e-6 1/K", "1480 degC")


def test_what_is_shipped() -> None:
    assert set(mould_names()) >= SHIPPED


@pytest.mark.parametrize("name", mould_names())
def test_every_mould_is_sound_and_marked(name: str) -> None:
    one = mould(name)
    table = one.table()
    assert np.all(np.diff(table.H) > 0.0) and np.all(np.diff(table.T) >= 0.0)
    assert np.all(table.k > 0.0) and np.all(table.fs == 1.0)
    assert float(table.enthalpy(np.array(293.15))) == pytest.approx(0.0, abs=1e-6)
    assert {*PROPERTIES, "density"} <= set(one.notes)
    assert all(note["mark"] in MARKS and note["source"] for note in one.notes.values())
    assert one.worst in one.card()


def test_silica_takes_heat_as_its_source_says() -> None:
    """Diffusivity 6.5e-7 m2/s cold and 4e-7 hot."""
    sand = mould("dry silica sand")
    diffusivity = sand.conductivity(np.array([298.0, 1273.0])) / (
        1520.0 * sand.heat_capacity(np.array([298.0, 1273.0]))
    )
    assert diffusivity == pytest.approx([6.5e-7, 4.0e-7], rel=0.03)


def test_moisture_boils_on_a_plateau() -> None:
    wet, dry = mould("green sand").table(), mould("green sand", moisture=0.0).table()
    flat = np.flatnonzero(np.diff(wet.T) == 0.0)
    assert flat.size == 1 and wet.T[flat[0]] == 373.15
    assert wet.H[flat[0] + 1] - wet.H[flat[0]] == pytest.approx(0.035 * 2.257e6 * 1600.0)
    assert not np.any(np.diff(dry.T) == 0.0)


def test_wall_and_start() -> None:
    one = mould("green sand", wall="60 mm", temperature="40 degC")
    assert (float(one.wall), float(one.temperature)) == (pytest.approx(0.06), pytest.approx(313.15))
    assert mould("copper").temperature == pytest.approx(298.15)


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("gren sand", {}, "no mould 'gren sand'; nearest: green sand"),
        ("green sand", {"wall": "60"}, "Mould.wall: '60' has no unit"),
        ("green sand", {"wals": "60 mm"}, "nearest: wall"),
        ("H13", {"temperature": "900 degC"}, "outside the conductivity of mould 'H13', known from 20 to 605 degC"),
        ("exothermic sleeve", {"ignition": None}, "give burning, ignition and duration"),
        ("plaster", {"kind": "gypsum"}, "no kind of mould"),
        ("plaster", {"conductivity": "-1 W/m/K"}, "must be above zero"),
    ],
)
def test_refusals(name: str, changes: dict[str, object], said: str) -> None:
    with pytest.raises(CaseError, match=said):
        mould(name, **changes)


def test_a_mould_says_what_is_asked_beyond_its_curves() -> None:
    told = mould("dry silica sand").outside(1350.0 + 273.15)
    assert len(told) == 1 and "conductivity" in told[0] and "24 to 1000 degC, asked to 1350 degC" in told[0]
    assert mould("dry silica sand").outside(900.0) == []


def test_contact_by_constant_temperature_and_time() -> None:
    T = np.array([500.0, 900.0, 1300.0])
    assert Contact(h="500 W/m^2/K").conductance(T, T) == pytest.approx([500.0] * 3)
    falls = Contact(h={"temperatures": "450 650 degC", "values": "400 800 W/m^2/K"})
    assert falls.conductance(T, T) == pytest.approx([400.0, 400.0 + 2.0 * (900.0 - 723.15), 800.0])
    timed = Contact(h={"times": "0 60 s", "values": "2000 500 W/m^2/K"})
    assert timed.conductance(T, T, 30.0) == pytest.approx([1250.0] * 3)


def test_defaults_are_those_of_their_sources() -> None:
    steel = default_contact(alloy("WCB").freezing, "sand")
    assert steel.conductance(np.array([900.0, 1200.0, 1600.0]) + 273.15, None) == pytest.approx([104.0, 380.0, 940.0])
    assert steel.mark == "V"
    iron = default_contact(alloy("EN-GJL-250").freezing, "sand")
    assert iron.conductance(np.array([1100.0, 1171.0, 1200.0]) + 273.15, None) == pytest.approx([275.0, 512.5, 750.0])
    core = default_contact(alloy("EN-GJL-250").freezing, "sand", "casting")
    assert core.conductance(np.array([400.0]), None) == pytest.approx([750.0])
    assert default_contact(alloy("WCB").freezing, "sleeve").mark == "assumed"
    with pytest.raises(CaseError, match="no default contact of titanium with a graphite mould"):
        default_contact(alloy("Ti-6Al-4V").freezing, "graphite")


def test_steel_gap_opens_as_published() -> None:
    """A half-length of 100 mm of steel opens 1.5 to 2 mm; radiation then carries most."""
    hot, cold = np.array([293.15]), np.array([293.15])
    assert 1.5e-3 < float(GAP.width(hot, cold)[0]) < 2.0e-3
    hot, cold = np.array([1273.15]), np.array([773.15])
    radiation = float(conductance_radiation(hot, cold, 0.8, 0.8)[0])
    total = float(GAP.conductance(hot, cold)[0])
    assert 0.5 < radiation / total < 1.0


def test_a_core_is_shrunk_onto() -> None:
    T = np.array([500.0, 1000.0, 1700.0])
    around, onto = Contact(gap=GAP), Contact(gap=GAP, encloses="casting")
    assert onto.conductance(T, T - 100.0) == pytest.approx([1000.0] * 3)
    opened = around.conductance(T, T - 100.0)
    assert opened[0] < 200.0 and opened[1] < 300.0 and opened[2] < 700.0
    assert around.conductance(np.array([1800.0]), np.array([600.0])) == pytest.approx([1000.0])


def test_a_heated_die_grows_away() -> None:
    die = Gap("5000 W/m^2/K", "50 mm", "23e-6 1/K", "570 degC", mould_start="200 degC", mould_expansion="12e-6 1/K")
    still, heated = die.width(np.array([700.0]), np.array([473.15])), die.width(np.array([700.0]), np.array([573.15]))
    assert heated - still == pytest.approx([50e-3 * 12e-6 * 100.0])


@given(st.floats(300.0, 2000.0), st.floats(300.0, 2000.0))
def test_a_gap_never_helps(hot: float, cold: float) -> None:
    h = float(GAP.conductance(np.array(hot), np.array(cold)))
    assert 0.0 < h <= 1000.0
    if float(GAP.width(np.array(hot), np.array(cold))) > 0.0:
        width = float(GAP.width(np.array(hot), np.array(cold)))
        air = float(conductivity_air(0.5 * (hot + cold)))
        across = air / width + float(conductance_radiation(hot, cold, 0.8, 0.8))
        assert 1.0 / h == pytest.approx(1e-3 + 1.0 / across)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({}, "neither h nor gap is given"),
        ({"h": "5 W/m^2/K", "gap": GAP}, "both given"),
        ({"h": "-5 W/m^2/K"}, "must be above zero"),
        ({"h": "5 W/m^2/K", "encloses": "core"}, "known: casting, mould"),
        ({"h": "5 W/m/K"}, "has dimension"),
    ],
)
def test_contact_refusals(words: dict[str, object], said: str) -> None:
    with pytest.raises(CaseError, match=said):
        Contact(**words)  # type: ignore[arg-type]
