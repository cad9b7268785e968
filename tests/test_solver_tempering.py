"""Tempering as the stress sees it: stages of martensite, their strain and plasticity, retained austenite."""

from dataclasses import replace

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.kernels import plasticity
from metaltwin.kernels.hardness import FRESH
from metaltwin.materials.composition import Composition
from metaltwin.materials.hardness import hv_martensite
from metaltwin.materials.hardness_scale import hv_from_hrc, yield_strength_pavlina
from metaltwin.materials.matter import Matter, Phase, constant
from metaltwin.materials.stress import free_strain, tempering
from metaltwin.materials.tempering import hrc_tempered_fit
from metaltwin.solver.curves import Curves
from metaltwin.solver.properties import Properties
from metaltwin.solver.tables import Axis
from metaltwin.validation.bar import Bar

ROOM = 293.15
STEEL = Composition(C=0.42, Si=0.25, Mn=0.75, Cr=1.0, Mo=0.2)


@pytest.fixture(scope="module")
def properties():
    return Properties(mt.alloy("42CrMo4").matter(), Axis())


def split(properties, parameter, martensite=0.9):
    z = np.zeros((4, np.size(parameter)))
    z[3] = martensite
    return properties.split(z, np.atleast_1d(parameter))


def test_stages_share_the_martensite(properties):
    P = np.array([0.0, FRESH, 6525.0, 7500.0, 9582.0, 14000.0])
    out = split(properties, P)[3:]
    assert out.sum(0) == pytest.approx(np.full(6, 0.9))
    assert out[0, :2] == pytest.approx(0.9)  # nothing was tempered
    stays = [np.exp(-(10.0 ** ((P[2:] - stage.middle) / stage.width))) for stage in tempering(STEEL)]
    for k in range(5):  # gone through those before it, and through none behind it
        exact = 0.9 * np.prod(stays[k:], axis=0) * (1.0 - stays[k - 1] if k else 1.0)
        assert out[k, 2:] == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize("steel", [STEEL, Composition(C=0.2, Mn=0.8, Cr=0.5, Ni=0.5), Composition(C=0.45, Mn=0.7)])
def test_tempered_martensite_yields_by_its_hardness(steel):
    """Against the yield strength of the hardness that 1167 published points give, 1 h at each temperature: 50 HV."""
    alloy = mt.alloy("42CrMo4", composition=vars(steel))
    made = Properties(alloy.matter(), Axis())
    place = int((ROOM - made.low) / made.step)
    for celsius in (150.0, 250.0, 350.0, 450.0, 550.0, 650.0):
        T = celsius + 273.15
        hv = min(float(hv_from_hrc(hrc_tempered_fit(steel, T, 3600.0))), hv_martensite(steel))
        shares = split(made, 17.0 * T, 1.0)[3:, 0]
        got = float(shares @ made.table[plasticity.FLOW][4:, place])
        assert got == pytest.approx(yield_strength_pavlina(hv), abs=50.0 * 2.876e6), celsius


def test_tempered_martensite_has_the_length_of_ferrite_and_cementite(properties):
    T, strain = np.array([ROOM]), properties.table[plasticity.STRAIN]
    place = int((ROOM - properties.low) / properties.step)
    ferrite = float(free_strain(mt.alloy("42CrMo4").composition, "ferrite")(T)[0])
    assert strain[6, place] == pytest.approx(ferrite, abs=2e-5)  # the knot next to 20 degC
    assert strain[4, place] > strain[5, place] > strain[6, place]


def test_volume_of_tempering_against_lattice_parameters():
    """Atomic volumes of martensite and of ferrite with cementite (ASM Handbook 4A; Fe3C 155.1 A3 a cell): 7 %."""
    c, T = Composition(C=0.4), np.array(ROOM)
    carbon = 0.4 / 12.011 / ((100.0 - 0.4) / 55.845)
    before = 11.789 + 0.370 * 0.4
    after = (1.0 - 3.0 * carbon) * 11.777 + 3.0 * carbon * 155.1 / 12.0
    got = 3.0 * float(free_strain(c, "ferrite")(T) - free_strain(c, "martensite")(T))
    assert got == pytest.approx(after / before - 1.0, rel=0.10)


@pytest.mark.parametrize("content", [0.4, 0.6, 0.8])
def test_volume_of_the_first_stage_against_lattice_parameters(content):
    """Martensite of 0.25 % C beside Fe2.4C (K.H. Jack, Acta Cryst. 3 (1950) 392: a 2.73, c 4.33 A): 10 %."""
    carbon, stays = (C / 12.011 / ((100.0 - C) / 55.845) for C in (content, 0.25))
    before, left = (11.789 + 0.370 * C for C in (content, 0.25))
    taken = 2.4 * (carbon - stays)
    after = (1.0 - taken) * left + taken * 3.0**0.5 / 2.0 * 2.73**2 * 4.33 / 2.0
    c, T = Composition(C=content), np.array(ROOM)
    got = 3.0 * float(tempering(c)[0].mechanics.strain(T) - free_strain(c, "martensite")(T))
    assert got == pytest.approx(after / before - 1.0, rel=0.10)


def test_martensite_of_little_carbon_has_no_first_stage():
    c, T = Composition(C=0.2), np.array(ROOM)
    first, second = (stage.mechanics for stage in tempering(c)[:2])
    assert float(first.strain(T)) == float(free_strain(c, "martensite")(T)) and first.trip == 0.0
    assert second.trip == pytest.approx(sum(stage.mechanics.trip for stage in tempering(c)))


def test_a_clamped_bar_relaxes_by_the_plasticity_of_tempering():
    """Without strain of its own the stress of a blocked bar falls by exp(-E K) in each stage."""
    stages = tempering(STEEL)
    plain = replace(
        stages[0].mechanics, young=constant(200e9), poisson=constant(0.3), strain=constant(0.0), creep=None, trip=0.0
    )
    flat = constant(1.0)
    kept = tuple(replace(stage, mechanics=replace(plain, trip=stage.mechanics.trip)) for stage in stages)
    phases = tuple(Phase(name, flat, flat, plain) for name in ("austenite", "martensite"))
    errors = []
    for n in (4, 8):
        bar = Bar(Matter("bar", 7800.0, phases, stages=kept), 300.0, (0.0, 1.0, 0.0, 0.0))
        bar.pull(1e-3, 300.0)
        sigma = bar.sigma
        for x in np.linspace(0.0, 1.0, n + 1)[1:]:
            bar.pull(1e-3, 300.0, (0.0, 1.0 - x, x, 0.0))
        for x in np.linspace(0.0, 1.0, n + 1)[1:]:
            bar.pull(1e-3, 300.0, (0.0, 0.0, 1.0 - x, x))
        exact = sigma * np.exp(-200e9 * sum(stage.mechanics.trip for stage in stages))
        errors.append(abs(bar.sigma / exact - 1.0))
    assert errors[1] < 1e-3
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.1)


def test_retained_austenite_decays_when_it_is_warmed_again():
    """First order at the hold; nothing while it cools, however slowly below martensite start."""
    matter = mt.alloy("100Cr6").matter()
    times = np.array([0.0, 40.0, 400.0, 460.0, *np.linspace(560.0, 7760.0, 25)])
    kelvin = np.interp(times, [0.0, 40.0, 400.0, 460.0, 560.0], np.array([850.0, 210.0, 25.0, 25.0, 190.0]) + 273.15)
    fine = np.unique(np.concatenate([times, np.linspace(0.0, 560.0, 600)]))
    path = np.interp(fine, times, kelvin)[:, None]
    seen = Curves(matter).follow(fine, path, history=True)
    without = replace(matter, kinetics=replace(matter.kinetics, from_retained=()))
    never = Curves(without).follow(fine, path, history=True)
    left = seen.history[:, 0, 0]
    cold, hot, end = np.searchsorted(fine, [400.0, 560.0, 7760.0])
    assert left[cold] > 0.01
    np.testing.assert_array_equal(seen.history[: cold + 1], never.history[: cold + 1])
    rate = matter.kinetics.from_retained[0].rate(np.array(463.15))
    assert left[end] / left[hot] == pytest.approx(np.exp(-float(rate) * 7200.0), rel=1e-3)


def test_a_tempered_ball_has_the_volume_of_its_phases():
    """E15: whatever plasticity does, the volume is that of the free strain; the martensite's now is ferrite's."""
    steps = [
        mt.Soak("850 degC", "10 min"),
        mt.Quench("fast oil", bath="60 degC", until="70 degC"),
        mt.Temper("400 degC", "1 h"),
    ]
    ball = mt.HeatTreatment(
        name="ball", part=mt.Part.sphere("10 mm"), alloy=mt.alloy("42CrMo4"), grid=mt.Grid("0.5 mm"), steps=steps
    )
    result = ball.run(progress=False)
    c, strain = mt.alloy("42CrMo4").austenite, 0.0
    for name in ("austenite", "ferrite", "pearlite", "bainite", "martensite"):
        alike = "ferrite" if name == "martensite" else name
        strain += float(result.evaluate(name).mean) * float(free_strain(c, alike)(np.array(298.15)))
    moved = float(result.at("5 mm", "0 mm", "0 mm").displacement[0]) / 5e-3
    assert result.martensite.mean > 0.95
    assert moved == pytest.approx(strain, abs=1e-5)  # tables of 2 K, 0.1 K between core and skin
