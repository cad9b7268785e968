"""Exothermic bodies: closed forms of what burning heats, the books, ignition, a restart, and a feeder in its sleeve."""

from dataclasses import replace

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.materials.matter import Fire
from metaltwin.solver.bodies import nested
from metaltwin.solver.boundary import Law
from metaltwin.solver.casting import CastingProblem, levels
from metaltwin.solver.problem import Leg
from metaltwin.validation.direct import Kept, arrays, follow
from metaltwin.validation.poured import SHUT, ZERO, held, joined, plain
from metaltwin.validation.pouring import MUSH

HEAT_CAPACITY = 6e5  # J/m3/K
FIRE = Fire(3e8, 550.0 + ZERO, 70.0)  # 500 K where nothing leaves


def sleeve(start=600.0, outside=SHUT, end=100.0, k=0.4, contact=1e-9, **changes) -> CastingProblem:
    """Metal of 10 mm that it hardly touches, 12 mm of what burns; starts in degC."""
    bodies = nested(("metal", "sleeve"), "slab", (0.0, 0.01, 0.022), (0.001, 0.0005))
    legs = (Leg("mould", "cast", (SHUT,), end, around=((outside,),)), Leg("out", "cool", (SHUT,), 10.0))
    problem = CastingProblem(
        bodies, (MUSH, plain(k, HEAT_CAPACITY)), (joined(contact),), (700.0 + ZERO, start + ZERO), levels(MUSH), legs,
        np.array([[0.016, 0.0, 0.0]]), 1.0, 2, 0.1, fires=(None, FIRE),
    )  # fmt: skip
    return replace(problem, **changes)


def probed(problem: CastingProblem) -> tuple[Kept, np.ndarray, np.ndarray]:
    """The march, s and degC that the probe in the sleeve saw."""
    kept = follow(problem)
    times, T = np.array(kept.seen).T
    return kept, times, T - ZERO


def test_what_nothing_leaves_rises_by_its_heat_over_its_heat_capacity():
    kept, times, T = probed(sleeve())
    times, T = times[times <= 100.0], T[times <= 100.0]
    # 1e-2 K: 3e-5 K leak through the joint, and a step that ends amid the last tenth of the burning is a chord
    burning = times <= 60.0
    assert T[burning] == pytest.approx(600.0 + 500.0 * times[burning] / 70.0, abs=1e-2)
    assert T[times >= 80.0] == pytest.approx(1100.0, abs=1e-2)
    row = kept.rows[0]
    assert row["heat"]["sleeve burnt"] == pytest.approx(FIRE.heat * 0.012, rel=2e-6)  # BURNT is all but 1e-6
    assert abs(row["unbalanced"]) < 1e-12 * row["stored"]
    assert "sleeve burnt" not in kept.rows[1]["heat"]  # it went with the mould


def test_below_its_ignition_nothing_burns():
    kept, times, T = probed(sleeve(start=549.9))
    assert kept.rows[0]["heat"]["sleeve burnt"] == 0.0
    assert T[times <= 100.0][-1] == pytest.approx(549.9, abs=1e-2)


def test_what_is_lit_burns_to_its_end_however_cold():
    kept, times, T = probed(sleeve(start=551.0, outside=held(25.0), k=40.0))
    assert T[(times > 5.0) & (times <= 100.0)].max() < 200.0
    assert kept.rows[0]["heat"]["sleeve burnt"] == pytest.approx(FIRE.heat * 0.012, rel=2e-6)


def test_a_burning_slab_on_a_held_wall_comes_to_its_parabola():
    """T - T_wall = q (L^2 - x^2) / 2k from the shut side, once burning has lasted some L^2/alpha = 2.2 s."""
    _, times, T = probed(sleeve(outside=held(600.0), end=50.0, k=40.0))
    q, x, L = FIRE.heat / FIRE.duration, 0.006, 0.012
    T = T[(times > 20.0) & (times <= 50.0)]
    # 0.1 K: tolerance of a step; from cell to wall the quadratic is short by q d^2/8k = 3e-3 K
    assert T == pytest.approx(600.0 + q * (L**2 - x**2) / (2.0 * 40.0), abs=0.1)


def test_burning_passes_from_cell_to_cell():
    """Cold but for the wall, which is held above the ignition: all burns at last, and the hot side first."""
    wet = sleeve(start=25.0, outside=held(900.0), end=30.0)
    kept = follow(replace(wet, legs=wet.legs[:1]))
    burnt = kept.state.memory["burnt"]
    assert burnt[-1] > 0.2 > burnt[0] and (np.diff(burnt) >= 0.0).all()
    long = sleeve(start=25.0, outside=held(900.0), end=600.0)
    whole = follow(replace(long, legs=long.legs[:1]))
    assert whole.state.memory["burnt"] == pytest.approx(np.ones(24), abs=1e-6)


def test_a_stopped_fire_goes_on_to_the_last_bit():
    wet = sleeve(start=25.0, outside=Law(h=500.0, temperature=900.0 + ZERO), contact=500.0)
    whole = follow(wet)
    stopped = follow(wet, stop_after=25)
    assert 0.0 < stopped.state.memory["burnt"].max() < 1.0
    resumed = follow(wet, since=stopped)
    for name, values in arrays(whole.state).items():
        assert np.array_equal(values, arrays(resumed.state)[name], equal_nan=True), name


def feeder(material, **changes):
    words = {
        "name": "feeder",
        "part": mt.Part.cylinder("60 mm"),
        "alloy": "WCB",
        "pour": "1580 degC",
        "mould": mt.mould("dry silica sand", wall="40 mm"),
        "sleeves": [mt.Sleeve(material, mt.Part.ring("84 mm", "60 mm"))],
        "grid": mt.Grid("3 mm"),
        "until": "1350 degC",
    }
    return mt.Casting(**(words | changes))


def test_a_feeder_freezes_later_in_a_sleeve_that_burns():
    """Than in the same matter that does not; all of it burns, and the books close."""
    material = mt.mould("exothermic sleeve")
    burns, spent = feeder(material), feeder(material.replace(burning=None, ignition=None, duration=None))
    page = str(burns.check())
    assert "burning of sleeve (2.85 MJ)" in page and "burning" not in str(spent.check()).split("warnings")[0]
    hot, cold = burns.run(), spent.run()
    assert hot.field("solidification_time").max > 1.2 * cold.field("solidification_time").max
    (row,) = hot.ledger
    mass = 600.0 * np.pi * (0.042**2 - 0.030**2)
    assert row["heat"]["sleeve burnt"] == pytest.approx(1.75e6 * mass, rel=2e-6)
    assert abs(row["unbalanced"]) < 1e-12 * row["heat"]["sleeve burnt"]
    assert "sleeve burnt" not in cold.ledger[0]["heat"]


def test_half_of_a_sleeve_burns_for_the_whole():
    """A mirrored feeder of 40 mm: the ledger of its half is that of the whole."""
    words = {"part": mt.Part.cylinder("60 mm", "40 mm"), "duration": "40 s", "until": None}
    words["sleeves"] = [mt.Sleeve("exothermic sleeve", mt.Part.ring("84 mm", "60 mm", "40 mm"))]
    grids = (mt.Grid("4 mm", symmetry=symmetry) for symmetry in ((), ("z",)))
    rows = [feeder("exothermic sleeve", **words, grid=grid).run().ledger[0] for grid in grids]
    one, other = (row["heat"]["sleeve burnt"] for row in rows)
    assert one > 1e4 and other == pytest.approx(one, rel=1e-6)
