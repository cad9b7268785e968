"""Cards of alloys and media: complete, marked, loadable, changeable."""

import numpy as np
import pytest

from metaltwin.materials.alloy import Alloy
from metaltwin.materials.card import MARKS
from metaltwin.materials.curve import Curve
from metaltwin.materials.library import alloy, alloy_aliases, alloy_names, medium, medium_names
from metaltwin.materials.matter import PHASES, Kinetics, Matter, Phase, constant
from metaltwin.materials.medium import Medium
from metaltwin.materials.refusal import CaseError

AXIS = 100.0 + 2.0 * np.arange(1001)
STEELS = ["100Cr6", "20NiCrMo2", "34CrNiMo6", "41Cr4", "42CrMo4", "C45"]


def test_what_is_shipped() -> None:
    assert {*STEELS, "304L", "Inconel 600"} <= set(alloy_names())
    aisi = {"4140", "1045", "4340", "5140", "8620", "52100", "1.7225"}
    assert aisi <= set(alloy_aliases())
    assert len(medium_names()) == 14


@pytest.mark.parametrize("name", [*STEELS, "4140", "4340", "304L", "Inconel 600"])
def test_matter_is_sound(name: str) -> None:
    matter = alloy(name).matter()
    assert matter.name == name
    assert matter.has_mechanics
    for phase in matter.phases:
        assert np.all(np.diff(phase.enthalpy(AXIS)) > 0.0)
        assert np.all(phase.conductivity(AXIS) > 0.0)
        assert phase.enthalpy(AXIS).shape == AXIS.shape
        assert phase.mechanics is not None
        assert np.all(np.isfinite(phase.mechanics.strain(AXIS)))
        assert np.all(phase.mechanics.young(AXIS) > 0.0)


@pytest.mark.parametrize("name", STEELS)
def test_steels_transform(name: str) -> None:
    matter = alloy(name).matter()
    assert tuple(phase.name for phase in matter.phases) == PHASES
    assert matter.kinetics is not None and matter.hardness is not None
    assert set(matter.hardness.law) == set(PHASES)
    austenite, *products = (phase.enthalpy(np.array(293.15)) for phase in matter.phases)
    assert all(product < austenite for product in products)


@pytest.mark.parametrize("name", [*STEELS, "304L", "Inconel 600"])
def test_every_number_has_source_and_mark(name: str) -> None:
    card = alloy(name)
    entries = card.entries()
    assert all(entry.mark in MARKS and entry.source for entry in entries)
    shown = card.card()
    assert all(entry.name in shown for entry in entries)
    assert any(remark.startswith("[M]") for remark in card.matter().remarks)
    assert not any(remark.startswith("[V]") for remark in card.matter().remarks)


def test_retained_austenite_of_100cr6_after_oil() -> None:
    """6 to 14 % after an oil quench to room temperature (published range); 0 to 1 % in 42CrMo4."""
    left = {}
    for name in ("100Cr6", "52100", "42CrMo4"):
        start, alpha = alloy(name).martensite_pair()
        left[name] = np.exp(-alpha * (start - 298.15))
    assert 0.06 < left["100Cr6"] < 0.14
    assert 0.06 < left["52100"] < 0.14
    assert left["42CrMo4"] < 0.01


def test_dissolved_carbon_counts_in_the_austenite() -> None:
    bearing = alloy("100Cr6")
    assert (bearing.austenite.C, bearing.composition.C) == (0.65, 0.98)
    assert bearing.acm is not None and 1080.0 < bearing.acm < 1140.0
    assert alloy("42CrMo4").acm is None
    assert alloy("100Cr6", dissolved={"C": 0.7}).matter().hardness != bearing.matter().hardness


def test_closed_enthalpy_cycle() -> None:
    """Annealed at 20 degC is the datum, so a cycle back to it closes; a quench leaves the stored energy."""
    phases = {phase.name: phase.enthalpy for phase in alloy("42CrMo4").matter().phases}
    room = np.array(293.15)
    start = alloy("42CrMo4").annealed
    assert all(phases[name](room) == 0.0 for name in start)
    before = sum(share * float(phases[name](room)) for name, share in start.items())
    stored = float(phases["martensite"](room)) - before
    assert stored == pytest.approx(float(phases["martensite"](np.array(600.0)) - phases["bainite"](np.array(600.0))))
    assert 20e3 < stored < 80e3


def test_changes() -> None:
    card = alloy("42CrMo4")
    fine = alloy("42CrMo4", grain_size=10)
    rate = [item.matter().kinetics.products[2].rate(np.array([700.0]))[0] for item in (card, fine)]
    assert rate[1] / rate[0] == pytest.approx(2.0 ** (0.29 * 2.0))
    assert card.replace(trip={"martensite": "8e-5 1/MPa"}).matter().phases[4].mechanics.trip == pytest.approx(8e-11)
    given = card.replace(martensite_start="300 degC", alpha="0.011 1/K").matter().kinetics
    assert (given.martensite_start, given.alpha) == (pytest.approx(573.15), 0.011)
    assert "grain_size" in "".join(card.matter().remarks)
    assert "grain_size" not in "".join(fine.matter().remarks)


def test_an_alloy_survives_the_file() -> None:
    plain = alloy("42CrMo4")
    assert plain.words() == {"name": "42CrMo4"}
    changed = plain.replace(
        grain_size=9, rates={"bainite": 2}, composition={"C": 0.44, "Mn": 0.8}, stress_free="860 degC"
    )
    assert alloy(**changed.words()) == changed
    own = Alloy("mine", composition={"C": 0.3, "Mn": 1.2}, conductivity="46 W/m/K")
    assert alloy(**own.words()) == own
    assert alloy("304L").words() == {"name": "304L"}


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("42CrMo", {}, "no alloy '42CrMo'; nearest: 42CrMo4"),
        ("42CrMo4", {"composition": {"cr": 1.0}}, "no element 'cr'; nearest: Cr"),
        ("42CrMo4", {"grain": 8}, "nearest: grain_size"),
        ("42CrMo4", {"grain_size": 30}, "no ASTM grain size"),
        ("42CrMo4", {"rates": {"bainit": 2}}, "no phase 'bainit'; nearest: bainite"),
        ("42CrMo4", {"trip": {"bainite": 1e-10}}, "has no unit"),
        ("42CrMo4", {"alpha": "0.011 1/K"}, "belong together"),
        ("42CrMo4", {"martensite": "Bohemen"}, "nearest: van Bohemen"),
        ("304L", {"conductivity": "15 W/m/K"}, "has a material"),
    ],
)
def test_refusals(name: str, changes: dict[str, object], said: str) -> None:
    with pytest.raises(CaseError, match=said):
        alloy(name, **changes)


def test_an_alloy_needs_its_numbers() -> None:
    with pytest.raises(CaseError, match="no conductivity"):
        Alloy("mine", composition={"C": 0.3})


def test_ready_matter() -> None:
    phases = tuple(Phase(name, constant(30.0), lambda T: 600.0 * T) for name in ("austenite", "martensite"))
    matter = Matter("two", 7800.0, phases, kinetics=Kinetics(martensite_start=593.15, alpha=0.011))
    two = Alloy.from_matter(matter)
    assert two.matter() is matter
    assert two.annealed == {"austenite": 1.0}
    with pytest.raises(CaseError, match="cannot stand in a file"):
        two.words()


@pytest.mark.parametrize("name", ["still water 20", "fast oil", "still air", "salt bath", "nitrogen 6 bar"])
def test_media(name: str) -> None:
    bath = medium(name)
    assert isinstance(bath, Medium)
    assert bath.name == name and bath.source and bath.mark in MARKS
    assert medium(name, bath="55 degC").temperature == pytest.approx(328.15)


def test_unknown_medium() -> None:
    with pytest.raises(CaseError, match="no medium 'fastoil'; nearest: fast oil"):
        medium("fastoil")


def peak_rate(name: str) -> tuple[float, float]:
    """Fastest cooling (K/s) of the centre of the ISO 9950 probe, and where (degC); explicit, 25 rings."""
    probe, bath = alloy("Inconel 600").matter().phases[0], medium(name)
    radius, n, density = 6.25e-3, 25, 8470.0
    faces = np.linspace(0.0, radius, n + 1)
    volume, spacing = 0.5 * np.diff(faces**2), radius / n
    sample = np.linspace(250.0, 1200.0, 951)
    level = probe.enthalpy(sample)
    T, dt, rates = np.full(n, 1123.15), 2e-3, []
    H = np.interp(T, sample, level)
    h = bath.h if isinstance(bath.h, Curve) else constant(float(bath.h))
    for _ in range(40000):
        k = probe.conductivity(T)
        joint = 2.0 * k[1:] * k[:-1] / (k[1:] + k[:-1])
        inside = faces[1:-1] * joint * np.diff(T) / spacing
        wall = T[-1]
        for _ in range(3):
            law = float(h(wall))
            wall = (k[-1] * T[-1] / (0.5 * spacing) + law * bath.temperature) / (k[-1] / (0.5 * spacing) + law)
        outer = radius * float(h(wall)) * (bath.temperature - wall)
        H = H + dt * (np.append(inside, outer) - np.insert(inside, 0, 0.0)) / (volume * density)
        new = np.interp(H, level, sample)
        rates.append((float(T[0] - new[0]) / dt, float(T[0]) - 273.15))
        T = new
        if T[0] < 650.0:
            return max(rates)
    raise AssertionError(f"{name} does not cool the probe")


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("still water 20", 180.0, 230.0), ("fast oil", 93.0, 115.0), ("slow oil", 40.0, 60.0)],
)
def test_iso_9950_cooling_rates(name: str, low: float, high: float) -> None:
    """Typical peaks, K/s: water at 20 degC 200 (this curve 195), fast oil 95 to 105, slow oil 45 to 60."""
    rate, _ = peak_rate(name)
    assert low < rate < high
