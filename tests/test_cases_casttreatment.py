"""A casting goes straight into its heat treatment: phases from the melt on, any step after the shake-out."""

from dataclasses import replace

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.kernels.enthalpy import enthalpy
from metaltwin.solver.casting import CastingColumns
from metaltwin.solver.clock import Clock
from metaltwin.solver.columns import Columns
from metaltwin.solver.march import march
from metaltwin.solver.problem import Problem
from metaltwin.validation.direct import Kept, arrays, follow

ZERO = 273.15
STEEL = mt.alloy("WCB", composition={"C": 0.3, "Si": 0.4, "Mn": 0.8, "Cr": 1.0, "Mo": 0.25})


COOLED = mt.Cool("still air", until="80 degC")
TOOL = mt.Part.cylinder("10 mm", "10 mm")


def bar(**changes):
    """A bar of cast steel, 40 mm, shaken out as austenite, quenched and tempered."""
    words = {
        "name": "bar",
        "part": mt.Part.cylinder("40 mm", None),
        "alloy": STEEL,
        "pour": "1570 degC",
        "mould": mt.mould("dry silica sand", wall="30 mm"),
        "grid": mt.Grid("2 mm"),
        "shake_out": "950 degC",
        "then": [mt.Quench("agitated water 20", until="60 degC"), mt.Temper("600 degC", "1 h")],
        "sensors": [mt.Thermocouple("core", at=("0 mm", "0 mm", "0 mm"))],
        "snapshots": 30,
    }
    return mt.Casting(**(words | changes))


@pytest.fixture(scope="module")
def hardened():
    return bar().run()


def test_a_casting_is_quenched_and_tempered_in_one_case(hardened):
    assert hardened.steps[-1] == "temper.cool"
    assert hardened.martensite.max > 0.5 and hardened.bainite.max < 0.5
    assert 150.0 < hardened.hardness.min < hardened.hardness.max < 330.0
    untempered = bar(then=[mt.Quench("agitated water 20", until="60 degC")]).run()
    assert untempered.hardness.max > hardened.hardness.max + 100.0
    assert "phases by the composition" in str(hardened.summary())
    phases = hardened.probe("core").phases
    assert sum(share[-1] for share in phases.values()) == pytest.approx(1.0, abs=1e-12)


def test_no_heat_is_lost_from_the_melt_to_the_temper(hardened):
    """The ledger of every leg closes to round-off, latent heat of freezing and of the phases within."""
    for row in hardened.ledger:
        exchanged = sum(abs(heat) for heat in row["heat"].values())
        assert abs(row["unbalanced"]) < 1e-12 * max(exchanged, abs(row["stored"]))


def test_what_left_the_metal_is_the_enthalpy_between_melt_and_products(hardened):
    """From the pour to 25 degC: H of the melt less H of the phases, computed from the matter alone."""
    case, problem = hardened.case, hardened.case.problem()
    matter, T = problem.matter, hardened.temperature.values
    z = [hardened.field(phase.name).values for phase in matter.phases]
    end = matter.density * sum(share * phase.enthalpy(T) for share, phase in zip(z, matter.phases, strict=True))
    start = matter.density * float(matter.phases[0].enthalpy(np.array(float(case.pour))))
    columns = CastingColumns(problem)
    volume = columns.pour.volume[0]
    gave = volume @ (start - end)
    came = -sum(row["stored"] for row in hardened.ledger[1:])
    mould = volume @ np.full(volume.size, start) - columns.pour.content(columns.pour.begin()[0][:1])
    assert abs(mould) < 1e-5 * gave  # knots 1 K apart
    at_shake_out = hardened.field("temperature", time=hardened.shake_out_time).values
    left = matter.density * volume @ (matter.phases[0].enthalpy(at_shake_out) - end / matter.density)
    assert came == pytest.approx(left, rel=2e-4)  # temperatures between stored instants, knots 1 K apart


def test_freezing_is_that_of_the_exact_table():
    """The knots of the phases, 1 K apart, against the exact table of the same card, where nothing transforms."""
    case = bar(then=None, shake_out=None, until="1000 degC", sensors=[])
    problem = replace(case.problem(), tolerance=0.005)
    exact = replace(problem, hardness=False, matter=replace(problem.matter, kinetics=None))
    one, two = follow(problem), follow(exact)
    for name in ("solidification_time", "rigid_time"):
        np.testing.assert_allclose(one.last[name], two.last[name], rtol=5e-4)
    assert one.state.time == pytest.approx(two.state.time, rel=1e-4)


def test_the_latent_heat_of_pearlite_slows_the_mould_leg():
    """In the mould, not only after it: from 750 to 500 degC it takes as much longer as 90 kJ/kg cost."""
    case = bar(then=None, shake_out=None, until="500 degC")
    problem = case.problem()
    whole, without = follow(problem), follow(replace(problem, matter=frozen(problem.matter)))
    assert when(whole, 500.0) - when(whole, 750.0) > 1.3 * (when(without, 500.0) - when(without, 750.0))
    assert when(whole, 1000.0) == pytest.approx(when(without, 1000.0), rel=1e-3)


def test_a_quench_of_the_casting_is_a_quench_of_its_temperature_field():
    """Hardness and phases as of a heat treatment that starts from the temperatures of the shake-out."""
    case = bar(then=[mt.Quench("agitated water 20", until="60 degC")])
    problem = case.problem()
    mould = follow(replace(problem, legs=problem.legs[:1]))
    assert (mould.state.products == 0.0).all()
    part = Problem(
        problem.cells, problem.matter, problem.legs[1:], ZERO + 950.0, {"austenite": 1.0}, np.empty((0, 3)), 1.0, 4,
        problem.tolerance, True, False,
    )  # fmt: skip
    columns = Columns(part)
    state, axis = columns.begin(), columns.heat.tables.axis
    state.temperature = mould.state.temperature.copy()
    alone = np.ones((1, 1))
    state.enthalpy = np.array(
        [enthalpy(T, alone, 0, columns.heat.tables.enthalpy[:1], axis.low, axis.step) for T in state.temperature]
    )
    state.wall = mould.state.wall.copy()
    kept = Kept()
    state, _ = march(part, kept, never, state, Clock())
    whole = follow(problem)
    np.testing.assert_allclose(kept.last["hardness"], whole.last["hardness"], atol=0.5)
    for name in ("martensite", "bainite", "ferrite"):
        row = [phase.name for phase in problem.matter.phases].index(name) - 1
        np.testing.assert_allclose(state.products[row], whole.state.products[row], atol=2e-3)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_restart_ends_in_the_same_bits(share):
    problem = bar(then=[mt.Quench("agitated water 20", until="60 degC")], grid=mt.Grid("4 mm")).problem()
    whole = follow(problem)
    resumed = follow(problem, since=follow(problem, stop_after=int(share * whole.clock["steps"])))
    ends = arrays(whole.state), arrays(resumed.state)
    assert all(a.tobytes() == ends[1][name].tobytes() for name, a in ends[0].items())
    assert all(np.array_equal(whole.last[name], resumed.last[name], equal_nan=True) for name in whole.last)


def test_aluminium_is_solution_treated_quenched_and_aged_after_the_mould():
    case = bar(
        alloy="AA6061", pour="700 degC", shake_out="300 degC", part=mt.Part.plate("12 mm"), limits=None,
        then=[
            mt.Solution("530 degC", "1 h"),
            mt.Quench("agitated water 20", until="40 degC"),
            mt.Age("177 degC", "8 h"),
        ],
    )  # fmt: skip
    result = case.run()
    assert result.strength_share.min > 0.9 and result.yield_strength.min > 200e6
    assert "by ageing" in result.meaning("yield_strength")


def test_a_sand_cast_a356_keeps_its_strength_by_arms_and_says_why_it_has_no_quench_factor():
    case = bar(
        alloy="A356", pour="700 degC", shake_out="300 degC", part=mt.Part.plate("12 mm"),
        then=[mt.Solution("540 degC", "30 min"), mt.Quench("agitated water 60", until="80 degC")],
    )  # fmt: skip
    result = case.run()
    assert "T6, by arm spacing" in result.meaning("tensile_strength") and result.tensile_strength.min > 200e6
    with pytest.raises(mt.CaseError, match="no quench_factor here: the C-curve of a quench is not known of A356"):
        result.field("quench_factor")


def test_immersion_and_file(tmp_path):
    quench = mt.Quench("fast oil", bath="60 degC", until="300 degC", immersion="50 mm/s", direction="-z")
    case = bar(part=mt.Part.cylinder("40 mm", "60 mm"), grid=mt.Grid("5 mm"), then=[quench], sensors=[])
    case.save(tmp_path / "bar.yaml")
    assert mt.load(tmp_path / "bar.yaml") == case
    leg = case.problem().legs[1]
    assert leg.entry.max() == pytest.approx(60.0 / 50.0, rel=0.1) and leg.dry
    result = case.run()
    low, high = ((0.019, 0.0, z) for z in (0.002, 0.058))
    soon = result.shake_out_time + 1.2
    T = result.sample("temperature", np.array([low, high]), time=soon)
    assert T[0] < T[1] - 20.0


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"then": [mt.Age("170 degC", "1 h")]}, "then.age: 'WCB' does not harden by precipitation"),
        (
            {"then": [mt.Cool("still air", until="80 degC"), mt.Machine(TOOL)]},
            "then.machine: a casting is machined after",
        ),
        (
            {"then": [mt.Carburise("930 degC", "30 min", potential="0.8 %")]},
            "then.carburise: cells of .* are too coarse",
        ),
        ({"then": [mt.Soak("1500 degC", "1 h")]}, r"then.soak.temperature: 1500 degC is above"),
        ({"then": [mt.Quench(dict.fromkeys(("bottom", "side", "top"), "fast oil"), until="80 degC")]}, "no zones"),
        ({"limits": {"niyama": ("1 (K s)^0.5/mm", None), "strength_share": ("90 %", None)}}, "limits.strength_share"),
        ({"alloy": "316L", "limits": {"martensite": (None, "5 %")}, "pour": "1500 degC"}, "has no kinetics"),
        (
            {"stress": True, "then": [COOLED], "alloy": "A319", "pour": "700 degC", "shake_out": "300 degC"},
            "stress: 'A319' has no",
        ),
        (
            {"alloy": "A319", "pour": "700 degC", "shake_out": "300 degC"},
            "then.temper.temperature: 600 degC melts 'A319'",
        ),
    ],
)
def test_wrong_input(changes, why):
    with pytest.raises(mt.CaseError, match=why):
        bar(**changes)


def never(clock, state):
    return False


def frozen(matter):
    """The same matter whose austenite never decomposes."""
    slow = tuple(replace(product, rate=lambda T: 0.0 * T) for product in matter.kinetics.products)
    return replace(matter, kinetics=replace(matter.kinetics, products=slow, martensite_start=100.0))


def when(run, T):
    """s at which the probe first fell below T, degC."""
    time, seen = np.array(run.seen).T
    return time[np.argmax(seen < T + ZERO)]
