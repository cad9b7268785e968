"""From words to what the solver takes, and the page that check() prints."""

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.cases.estimate import Body, biot, estimate, follow
from metaltwin.cases.problem import entry_times, law
from metaltwin.cases.schedule import Stretch

STEEL = {"conductivity": "40 W/m/K", "density": "8000 kg/m^3", "heat_capacity": "500 J/kg/K"}
OIL = mt.Medium("oil", h="400 W/m^2/K", temperature="60 degC")


def case(**changes):
    words = {
        "name": "bar",
        "part": mt.Part.cylinder(diameter="40 mm", length="80 mm"),
        "alloy": mt.Material("steel", **STEEL),
        "grid": mt.Grid("4 mm"),
        "steps": [mt.Soak("850 degC", "10 min"), mt.Transfer("8 s"), mt.Quench(OIL, until="80 degC")],
        "sensors": [mt.Thermocouple("core", at=("0 mm", "0 mm", "40 mm"))],
    }
    return mt.HeatTreatment(**(words | changes))


def test_the_problem_is_the_case_in_si():
    problem = case(record="0.5 s", snapshots="60 s", tolerance="0.2 K").problem()
    assert problem.start == pytest.approx(1123.15)
    assert problem.phases == {problem.matter.phases[0].name: 1.0}
    assert [leg.name for leg in problem.legs] == ["soak", "transfer", "quench"]
    assert (problem.legs[1].duration, problem.legs[2].until) == (8.0, pytest.approx(353.15))
    assert not problem.legs[2].rising
    assert all(len(leg.laws) == len(problem.cells.zones) for leg in problem.legs)
    assert problem.probes == pytest.approx(np.array([[0.0, 0.0, 0.04]]))
    assert (problem.record, problem.snapshots, problem.tolerance) == (0.5, 60.0, pytest.approx(0.2))
    assert (problem.hardness, problem.stress) == (False, False)
    assert case(snapshots=7).problem().snapshots == 7


def test_without_start_or_soak_a_part_is_at_20_degc():
    heated = case(steps=[mt.Heat("860 degC", until="845 degC")]).problem()
    assert heated.start == pytest.approx(293.15)
    assert heated.legs[0].rising
    assert case(start="300 degC", steps=[mt.Cool(duration="1 min")]).problem().start == pytest.approx(573.15)


def test_a_steel_starts_austenitised_or_annealed():
    steel = mt.alloy("42CrMo4")
    soaked = case(alloy=steel).problem()
    assert soaked.phases == {"austenite": 1.0}
    assert soaked.hardness
    cold = case(alloy=steel, steps=[mt.Heat("860 degC", until="845 degC")]).problem()
    assert sum(cold.phases.values()) == pytest.approx(1.0)
    assert "austenite" not in {name for name, z in cold.phases.items() if z > 0.0}
    off = case(alloy=steel, hardness=False, stress=False).problem()
    assert (off.hardness, off.stress) == (False, False)


def test_laws_keep_the_curves_of_their_medium():
    curve = mt.Curve(["100 degC", "500 degC"], ["1 kW/m^2/K", "3 kW/m^2/K"])
    oil = law(mt.Medium("oil", h=curve, temperature="60 degC", emissivity=0.5))
    T = np.array([573.15])
    convection = 2000.0 * (333.15 - 573.15)
    radiation = 0.5 * 5.670374419e-8 * (333.15**4 - 573.15**4)
    assert oil.table(T, 0.0) == pytest.approx(convection + radiation)
    ramp = law(
        case(steps=[mt.Heat(mt.Ramp("20 degC", "820 degC", time="1 h"), duration="1 h")]).steps[0].surroundings(0.0)
    )
    assert ramp.table(np.array([693.15]), 1800.0) == pytest.approx(0.0, abs=1e-9)
    assert not ramp.steady
    assert law(mt.Medium("felt", h="0 W/m^2/K")).table(T, 0.0) == pytest.approx(0.0)
    assert law(mt.Medium("jet", flux="-1 MW/m^2")).table(T, 0.0) == pytest.approx(-1e6)


def test_a_part_that_goes_in_slowly_gets_wet_from_below():
    quench = mt.Quench(OIL, until="80 degC", immersion="100 mm/s", direction="-z")
    problem = case(steps=[mt.Soak("850 degC", "10 min"), mt.Transfer("8 s"), quench]).problem()
    transfer, wet = problem.legs[1:]
    cells = problem.cells
    bottom, top = (cells.patch_zone == cells.zones.index(name) for name in ("bottom", "top"))
    assert wet.entry[bottom] == pytest.approx(0.0, abs=1e-9)
    assert wet.entry[top] == pytest.approx(0.8)
    assert wet.dry == transfer.laws
    upwards = entry_times(cells, "+z", 0.1)
    assert upwards[top] == pytest.approx(0.0, abs=1e-9)
    straight = case(steps=[mt.Soak("850 degC", "10 min"), quench]).problem().legs[1]
    assert straight.dry[0].emissivity > 0.0


def test_a_thermocouple_outside_is_refused_with_its_distance():
    outside = [mt.Thermocouple("skin", at=("25 mm", "0 mm", "40 mm"))]
    with pytest.raises(mt.CaseError, match=r"sensors.skin.at: .*5(\.0+)? mm"):
        case(sensors=outside).check()


def test_check_prints_a_page():
    report = case().check()
    page = str(report)
    for part in (
        "bar",
        "rz",
        "spacing",
        "memory",
        "run time",
        "Biot",
        "quench",
        "austenite" if False else "temperature",
    ):
        assert part in page
    assert report.cells == case().problem().cells.index.size
    assert report.metric == "rz"
    assert report.limit < 4e-3**2 / (2 * 1e-5)
    assert 0.0 < report.seconds < 600.0
    assert 1e8 < report.memory < 1e9
    quench = report.legs[-1]
    assert quench.name == "quench"
    # V/A of the cylinder over the conductivity
    assert quench.biot == pytest.approx((400 * 0.008 / 40,) * 2, rel=0.02)


def test_check_names_curves_that_are_asked_outside_their_range():
    curve = mt.Curve(["100 degC", "700 degC"], ["400 W/m^2/K", "2500 W/m^2/K"])
    oil = mt.Medium("oil", h=curve, temperature="60 degC")
    conductivity = mt.Curve(["20 degC", "600 degC"], ["40 W/m/K", "30 W/m/K"])
    probe = mt.Material("probe", **(STEEL | {"conductivity": conductivity}))
    report = case(alloy=probe, steps=[mt.Soak("850 degC", "1 min"), mt.Quench(oil, until="80 degC")]).check()
    assert any("quench" in line and "'oil'" in line and "100 degC" in line for line in report.outside)
    assert any("conductivity" in line and "600 degC" in line for line in report.outside)
    assert "outside their range" in str(report)
    assert case().check().outside == ()


def test_check_says_what_stays_undissolved():
    bearing = mt.alloy("100Cr6")
    steps = [mt.Soak("820 degC", "30 min"), mt.Quench(OIL, until="80 degC")]
    warnings = case(alloy=bearing, steps=steps).check().warnings
    assert any("undissolved" in line and "Acm" in line for line in warnings)
    with pytest.raises(mt.CaseError, match="below Ac1"):
        case(alloy=bearing, steps=[mt.Soak("700 degC", "30 min"), mt.Quench(OIL, until="80 degC")])


def test_check_says_where_the_law_of_tempering_is_held_at_its_end():
    steps = [mt.Soak("900 degC", "1 h"), mt.Quench(OIL, until="80 degC"), mt.Temper("180 degC", "1 h")]
    warnings = case(alloy=mt.alloy("20NiCrMo2"), steps=steps).check().warnings
    assert any("C 0.2 wt % is outside 0.25 to 0.75; the tempering law" in line for line in warnings)


def body(problem):
    return Body.of(problem.cells, problem.matter, problem.phases)


def test_the_lumped_body_cools_as_newton_says():
    problem = case(alloy=mt.Material("copper", **(STEEL | {"conductivity": "1e6 W/m/K"}))).problem()
    lump = body(problem)
    assert lump.length == pytest.approx(0.008, rel=0.01)
    slow = mt.Medium("slow", h="100 W/m^2/K", temperature="20 degC")
    duration, end = follow(Stretch("quench", "quench", None, slow, until=393.15), lump, 1093.15)
    exact = 8000.0 * 500.0 * lump.length / 100.0 * np.log(800.0 / 100.0)
    assert duration == pytest.approx(exact, rel=0.02)
    assert end == pytest.approx(393.15, abs=3.0)


def test_the_lumped_body_warms_by_a_flux():
    problem = case().problem()
    lump = body(problem)
    flame = mt.Medium("flame", flux="100 kW/m^2")
    duration, end = follow(Stretch("heat", "heat", None, flame, duration=60.0), lump, 293.15)
    assert (duration, end) == (
        60.0,
        pytest.approx(293.15 + 60.0 * 1e5 / (8000.0 * 500.0 * lump.length), rel=1e-3),
    )
    assert biot(Stretch("heat", "heat", None, flame, duration=60.0), lump, 293.15, 400.0) is None


def test_a_leg_that_does_nothing_costs_little():
    problem = case().problem()
    felt = mt.Medium("felt", h="0 W/m^2/K")
    (leg,) = estimate((Stretch("hold", "hold", None, felt, duration=100.0),), body(problem), 400.0, 0.1, 0.5, 20.0)
    assert (leg.duration, leg.end) == (100.0, 400.0)
    assert leg.steps < 20


def test_walls_of_one_cell_are_named():
    sheet = mt.Part.box("60 mm", "40 mm", "5 mm")
    report = case(part=sheet, sensors=()).check()
    assert not any("walls" in line for line in report.warnings)
    coarse = case(part=sheet, sensors=(), grid=mt.Grid("5 mm")).check()
    assert any("walls fewer than two cells" in line and "5 mm" in line for line in coarse.warnings)
