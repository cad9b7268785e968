"""Stress by local carbon: the closed balance of an elastic plate, and the tables against the densities."""

from dataclasses import replace

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.kernels import plasticity
from metaltwin.materials import library
from metaltwin.materials.matter import constant
from metaltwin.materials.stress import density_austenite, density_ferrite, tempering
from metaltwin.solver.case_stress import CaseStress
from metaltwin.validation.direct import follow

YOUNG, POISSON = 200e9, 0.3


def test_martensite_of_the_case_is_longer_by_its_carbon():
    """From austenite at 800 degC to martensite at 20 degC, by the densities themselves."""
    alloy = library.alloy("20NiCrMo2")
    matter, content = alloy.matter(), 0.0075
    case = CaseStress(matter, 200.0, 1.0, 1200, (0.002, 0.009))
    none = np.zeros((4 + len(matter.stages), 1))

    def added(form):
        rows, there = np.zeros((1, plasticity.ROW)), none.copy()
        there[form] = 1.0
        case.add(rows, np.array([content]), np.array([1073.15]), none, np.array([293.15]), there)
        return rows[0, plasticity.FREE]

    def gained(carbon):
        c = replace(alloy.composition, C=carbon)
        hot = density_austenite(c, np.array(1073.15))
        return (float(hot / density_ferrite(c, carbon, np.array(293.15)))) ** (1.0 / 3.0)

    core = 100.0 * matter.carbon.content
    # the strain is counted from austenite at 850 degC, not 800: a factor of 1.004; between classes 2e-7
    assert added(3) == pytest.approx(gained(0.75) - gained(core), rel=5e-3)
    # by hand: 0.55 % C times (206 / 7790 - 112 / 7690) / 3 per %
    assert added(3) == pytest.approx(2.15e-3, rel=0.05)
    # tempered it gives back what carbon in solution takes more room than as cementite: of 0.4 %C at
    # 20 degC a length of 1.05 to 1.08 % against 0.75 %, by the densities that E11 goes by
    assert added(3) - added(5) == pytest.approx(0.55 * (1.065e-2 - 0.75e-2) / 0.4, rel=0.06)
    assert added(3) > added(4) > added(5)


def test_plasticity_of_tempering_goes_by_the_carbon_of_the_place():
    """Half of the martensite through the first stage, at 180 degC; the core of 0.2 % C has none there."""
    alloy = library.alloy("20NiCrMo2")
    matter = alloy.matter()
    case = CaseStress(matter, 200.0, 1.0, 1200, (0.002, 0.009))
    before, after = np.zeros((2, 4 + len(matter.stages), 1))
    before[3], after[3], after[4] = 1.0, 0.5, 0.5
    assert matter.stages[0].mechanics.trip == 0.0
    for content in (0.002, 0.005, 0.008):
        rows = np.zeros((1, plasticity.ROW))
        hot = np.array([453.15])
        case.add(rows, np.array([content]), hot, before, hot, after)
        exact = tempering(replace(alloy.composition, C=100.0 * content))[0].mechanics.trip
        assert rows[0, plasticity.TRIP] == pytest.approx(0.5 * exact, rel=0.02, abs=1e-16)


def elastic(matter):
    """The same matter with one stiffness, that never yields: stress follows from the free strain in closed form."""

    def stiff(laws):
        return tuple(
            replace(
                law, young=constant(YOUNG), poisson=constant(POISSON), yield_stress=None, hardening=None, trip=0.0,
                creep=None,
            )
            for law in laws
        )  # fmt: skip

    usual = stiff(phase.mechanics for phase in matter.phases)
    phases = tuple(replace(phase, mechanics=law) for phase, law in zip(matter.phases, usual, strict=True))
    carbon = replace(matter.carbon, mechanics=lambda content: stiff(matter.carbon.mechanics(content)[: len(phases)]))
    return replace(matter, phases=phases, carbon=carbon, stages=())


def test_an_elastic_plate_holds_the_closed_balance():
    """sigma = E / (1 - nu) (mean of the free strain - free strain), and the force sums to nothing."""
    case = mt.HeatTreatment(
        "plate", mt.Part.plate("3 mm"), "20NiCrMo2", mt.Grid("0.04 mm"),
        [
            mt.Carburise("930 degC", "1 h", potential="0.9 %", alloy_factor=1.0),
            mt.Quench("fast oil", bath="60 degC", until="80 degC"),
        ],
        stress=True,
    )  # fmt: skip
    problem = case.problem()
    matter = elastic(problem.matter)
    done = follow(replace(problem, matter=matter))
    state, content = done.state, done.last["carbon"]
    T, hot = state.temperature, np.full(state.temperature.size, 1203.15)
    free = np.zeros(T.size)
    for j, share in enumerate(content):
        laws = matter.carbon.mechanics(float(share))
        end = sum(z * law.strain(T[j : j + 1])[0] for z, law in zip(state.phases[:, j], laws, strict=True))
        free[j] = end - laws[0].strain(hot[j : j + 1])[0]
    volume = problem.cells.volume
    mean = float(free @ volume) / float(volume.sum())
    exact = YOUNG / (1.0 - POISSON) * (mean - free)
    stress = done.last["stress"]
    # strain between two of 17 classes of carbon is straight to 1e-6 of itself; the solver balances to 1e-10
    assert stress[1] == pytest.approx(exact, abs=2e-3 * np.abs(exact).max())
    assert stress[2] == pytest.approx(stress[1], rel=1e-9)
    assert abs(stress[1] @ volume) < 1e-8 * np.abs(stress[1]) @ volume
    assert stress[1][-10] < 0.0 < stress[1][0]
