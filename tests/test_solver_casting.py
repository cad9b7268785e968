"""The columns of a casting: what its cells remember, probes in any body, shake-out, restart."""

from dataclasses import replace

import numpy as np
import pytest

from metaltwin.solver.bodies import assemble, nested
from metaltwin.solver.boundary import Law
from metaltwin.solver.casting import LEVELS, CastingColumns, CastingProblem, levels, owners
from metaltwin.solver.clock import Clock
from metaltwin.solver.march import march
from metaltwin.solver.problem import Leg
from metaltwin.solver.shape import Box, Cylinder
from metaltwin.validation.analytic_freezing import Front, Metal, lumped
from metaltwin.validation.direct import Kept, arrays, follow
from metaltwin.validation.poured import SHUT, alloy, bathed, held, joined, plain, poured, pure
from metaltwin.validation.pouring import MUSH, SAND

ZERO = 273.15
AIR = (Law(h=20.0, temperature=298.15),) * 3
PROBES = np.array([[0.0, 0.0, 0.03], [0.0, 0.0, 0.013], [0.025, 0.025, 0.05]])  # casting, chill, sand


def small(**changes):
    """A cylinder on a chill in sand, 40 s in the mould and 40 s in water spray."""
    cast = Cylinder(0.014, 0.0, 0.024, (0.0, 0.0, 0.018))
    chill = Box((0.012, 0.012, 0.009), (0.0, 0.0, 0.0135))
    bodies = assemble(
        {"casting": cast, "chill": chill}, ("sand", Box((0.06, 0.06, 0.054), (0.0, 0.0, 0.027))), "3d", 3e-3
    )
    tables = (MUSH, plain(40.0, 3.5e6), SAND)
    legs = (
        Leg("mould", "cool", AIR, 40.0, around=(AIR, AIR)),
        Leg("out", "cool", (Law(h=2000.0, temperature=298.15),) * 3, 40.0),
    )
    problem = CastingProblem(
        bodies, tables, (joined(700.0),) * len(bodies.joints), (690.0 + ZERO, 298.15, 298.15), levels(MUSH), legs,
        PROBES, 1.0, 4, 0.5,
    )  # fmt: skip
    return replace(problem, **changes)


def test_levels_of_a_linear_mush():
    """Liquidus, nine fractions, a tenth of the range above the solidus, solidus: by T, for fs is linear in it."""
    liquid, *shares, niyama, solid = (float(MUSH.temperature(np.array(H))) - ZERO for H in levels(MUSH))
    assert (liquid, solid) == pytest.approx((615.0, 555.0), abs=1e-6)
    assert (*shares, niyama) == pytest.approx((*range(609, 560, -6), 561.0), abs=0.01)
    pure_metal = pure(Metal(160.0, 85.0, 2.6e6, 2.75e6, 1.02e9, 600.0))
    liquid, *_, rigid, _, _, niyama, solid = levels(pure_metal)
    assert liquid - solid == pytest.approx(1.02e9, rel=1e-6)
    assert rigid == pytest.approx(solid + 0.3 * 1.02e9, rel=1e-6) and niyama == solid


def test_a_row_of_cells_is_dated_as_neumanns_front_passes():
    """The solidification time of each cell lies between those of its two faces, give or take a tenth of a cell."""
    front = Front(Metal(210.0, 95.0, 3.0e6, 2.576e6, 1.08e9, 660.0), 740.0, 580.0)
    run = poured(nested(("al",), "slab", (0.0, 0.1), (0.00025,)), [pure(front.metal)], [740.0], [(held(580.0),)], [4.0])
    dated = run.passed("solidus")[::-1]
    frozen = np.flatnonzero(np.isfinite(dated))
    far = (frozen + 1.1) * 0.00025
    near = (frozen - 0.1) * 0.00025
    assert frozen.size == int(float(front.position(4.0)) / 0.00025)
    assert (dated[frozen] <= [front.time(x) for x in far]).all()
    assert (dated[frozen][1:] >= [front.time(x) for x in near[1:]]).all()
    gradient = run.moments[-1].state.memory["gradient"][-1][::-1][frozen[20:]]
    assert np.isfinite(gradient).all() and (gradient > 0.0).all()


def test_a_lump_is_dated_by_its_closed_form():
    """Modulus 5 mm, h 200, a mush: liquidus, solidus and the rate at Niyama's temperature."""
    times = np.arange(1.0, 81.0)
    table = alloy((1e5, 1e5), (2.7e6, 2.7e6), 1.05e9, 560.0, 600.0)
    run = poured(nested(("lump",), "slab", (0.0, 0.005), (0.005,)), [table], [700.0], [(bathed(200.0, 25.0),)], times)
    melts, _, _ = lumped(0.005, 2.7e6, 1.05e9, 200.0, 25.0, 700.0, 600.0, 500.0)
    assert run.passed("liquidus")[0] == pytest.approx(melts, abs=5e-3)
    tau = 0.005 / 200.0 * (2.7e6 + 1.05e9 / 40.0)
    for level, T in (("70", 572.0), ("10", 596.0), ("niyama", 564.0), ("solidus", 560.0)):
        assert run.passed(level)[0] == pytest.approx(melts + tau * np.log(575.0 / (T - 25.0)), abs=2e-2)
    rates = run.moments[-1].state.memory["rate"][:, 0]
    for rate, T in zip(rates, (*range(596, 563, -4), 564), strict=True):
        assert rate == pytest.approx((T - 25.0) / tau, rel=2e-3)


def test_a_casting_from_the_pour_to_the_air():
    """One run: books, probes, fields, and what is left when the mould is gone."""
    problem = small()
    kept = Kept()
    state, clock = march(problem, kept, lambda clock, state: False)
    assert [row["step"] for row in kept.rows] == ["mould", "out"]
    stored = max(abs(row["stored"]) for row in kept.rows)
    assert all(abs(row["unbalanced"]) < 1e-12 * stored for row in kept.rows)
    assert {name for name in kept.rows[1]["heat"]} > {"casting chill", "casting sand"}
    assert state.memory["around"].size == state.memory["around_wall"].size == 0

    seen = np.array(kept.seen)
    inside = seen[:, 0] <= 40.0
    assert np.isfinite(seen[inside]).all()
    assert np.isfinite(seen[~inside, 1]).all() and np.isnan(seen[~inside, 2:]).all()
    assert (np.diff(seen[inside, 1]) < 0.05).all()  # the share of a step's tolerance that a mean of cells shows
    assert seen[inside, 2].max() > 500.0
    assert seen[inside, 3].max() < 310.0

    last = kept.last
    solid = last["solidification_time"]
    assert set(last) == {
        "temperature",
        "solid_fraction",
        "solidification_time", "local_solidification_time", "rigid_time", "thermal_gradient", "cooling_rate",
        "passing_time", "passing_gradient", "passing_rate",
    }  # fmt: skip
    fs = kept.fields[-1]["solid_fraction"]
    assert (np.isfinite(solid) == (fs >= 1.0)).all() and np.isfinite(solid).any()
    done = np.isfinite(solid)
    assert (last["local_solidification_time"][done] > 0.0).all()
    assert (last["rigid_time"][done] < solid[done]).all()
    assert (last["cooling_rate"][done] > 0.0).all() and (last["thermal_gradient"][done] > 0.0).all()
    bottom = problem.cells.centres()[:, 2] < 0.024
    assert np.nanmean(solid[bottom]) < np.nanmean(solid[~bottom])  # the chill draws the front


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_restart_ends_in_the_same_bits(share):
    problem = small()
    whole = follow(problem)
    resumed = follow(problem, since=follow(problem, stop_after=int(share * whole.clock["steps"])))
    ends = arrays(whole.state), arrays(resumed.state)
    assert all(a.tobytes() == ends[1][name].tobytes() for name, a in ends[0].items())
    assert whole.clock == resumed.clock


def test_probes_belong_to_the_body_that_holds_them():
    problem = small()
    assert owners(problem.bodies, PROBES).tolist() == [0, 1, 2]
    columns = CastingColumns(problem)
    kept = Kept()
    columns.sample(kept, columns.begin())
    assert kept.seen[0][1:] == pytest.approx((690.0 + ZERO, 298.15, 298.15), abs=1e-6)
    with pytest.raises(ValueError, match=r"\(0, 0, 90\) mm is .* outside .* and all else"):
        owners(problem.bodies, np.array([[0.0, 0.0, 0.09]]))


def test_no_probes_and_no_mould():
    """A casting alone from the start: the first leg is the shake-out already."""
    problem = small()
    alone = replace(
        problem,
        bodies=nested(("bar",), "cylinder", (0.0, 0.01), (1e-3,)),
        tables=(MUSH,),
        contacts=(),
        starts=(690.0 + ZERO,),
        legs=(Leg("air", "cool", (Law(h=200.0, temperature=298.15),), 60.0),),
        probes=np.empty((0, 3)),
    )
    kept = follow(alone)
    assert abs(kept.rows[0]["unbalanced"]) < 1e-12 * abs(kept.rows[0]["stored"])
    assert (kept.fields[-1]["temperature"] < 690.0 + ZERO).all()


def test_a_cell_that_starts_below_a_level_has_passed_it_at_once():
    problem = replace(small(), starts=(600.0 + ZERO, 298.15, 298.15))
    passed = CastingColumns(problem).begin().memory["passed"]
    assert (passed[LEVELS.index("liquidus")] == 0.0).all() and np.isnan(passed[LEVELS.index("solidus")]).all()


def test_insulated_bodies_reach_one_temperature():
    """Heat of both shared out: T = sum H / sum c."""
    bodies = nested(("hot", "cold"), "slab", (0.0, 0.01, 0.03), (0.001, 0.001))
    tables, laws = [plain(30.0, 4e6), plain(30.0, 1e6)], [(SHUT,), (SHUT,)]
    run = poured(bodies, tables, [600.0, 20.0], laws, [1e3, 2e3, 3e3, 4e3], [joined(1000.0)])
    expected = (0.01 * 4e6 * 600.0 + 0.02 * 1e6 * 20.0) / (0.01 * 4e6 + 0.02 * 1e6)
    for T in run.moments[-1].T:
        np.testing.assert_allclose(T, expected, atol=1e-3)
    assert isinstance(run.clock, Clock)
