"""Stress of castings: from coherency on, none in mush and melt, into the quench, against exact shells and bars."""

from dataclasses import replace

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.materials.matter import Matter, Mechanics, Phase, constant
from metaltwin.solver.coherency import SOLID, Coherency
from metaltwin.solver.geometry import build, shell
from metaltwin.solver.mechanics import mechanics_for
from metaltwin.solver.restraint import Restraint
from metaltwin.solver.shape import Box, Cylinder
from metaltwin.solver.state import State
from metaltwin.solver.symmetry import whole
from metaltwin.solver.tables import Axis
from metaltwin.validation.analytic_casting_stress import three_bars
from metaltwin.validation.cast_stress import freezing_shell, frozen_shell, stress_frame
from metaltwin.validation.direct import arrays, follow

ZERO = 273.15
STEEL = mt.alloy("WCB", composition={"C": 0.3, "Si": 0.4, "Mn": 0.8, "Cr": 1.0, "Mo": 0.25})


def block(**changes):
    """A block of A356 in sand, shaken out hot and quenched, 3d."""
    words = {
        "name": "block",
        "part": mt.Part.box("50 mm", "30 mm", "30 mm"),
        "alloy": "A356",
        "pour": "700 degC",
        "mould": mt.mould("dry silica sand", wall="24 mm"),
        "grid": mt.Grid("5 mm"),
        "shake_out": "520 degC",
        "then": [mt.Quench("agitated water 20", until="30 degC")],
        "stress": True,
        "snapshots": 25,
    }
    return mt.Casting(**(words | changes))


@pytest.mark.parametrize("claim", [*freezing_shell(), *stress_frame()], ids=lambda claim: claim.quantity)
def test_exact_solutions(claim):
    assert claim.passed, claim


def test_the_error_of_a_freezing_shell_falls_with_the_square_of_the_cells():
    errors = [np.sqrt(np.mean((got - exact) ** 2)) for n in (60, 120) for got, exact in frozen_shell(n, (20.0,))]
    assert errors[0] > 2.8 * errors[1]


def test_elastic_bars_end_without_stress():
    """What has not yielded has no residual stress, however its parts cooled."""
    T = [20.0 + 980.0 * np.exp(-np.linspace(0.0, 120.0, 2001) / tau) for tau in (3.0, 1.0)]
    never = three_bars((9, 2), T, lambda T: 1e11 + 0.0 * T, lambda T: 1e30 + 0.0 * T, 12e-6)
    assert np.abs(never).max() < 1.0


SHAPES = {
    "slab": lambda: shell("slab", 0.0, 0.02, 0.005),
    "cylinder": lambda: shell("cylinder", 0.0, 0.02, 0.005),
    "sphere": lambda: shell("sphere", 0.0, 0.02, 0.005),
    "rz": lambda: build(Cylinder(0.02, 0.0, 0.03), "rz", 0.005),
    "3d": lambda: build(Box((0.02, 0.02, 0.02)), "3d", 0.005),
}


@pytest.mark.parametrize("metric", SHAPES)
def test_what_melts_forgets_and_what_freezes_begins_unstressed(metric):
    """Uneven cooling stresses; melted whole and frozen at one temperature nothing is left, also after even cooling."""
    cells = SHAPES[metric]()
    n = cells.index.size
    solid = Mechanics(constant(7e10), constant(0.33), lambda T: 2e-5 * (np.asarray(T) - 900.0), constant(2e7))
    matter = Matter("solid", 1.0, (Phase("solid", constant(1.0), lambda T: np.asarray(T), solid),))
    body, none = mechanics_for(cells, matter, Axis()), np.empty(0)
    state = State(0.0, none, np.empty((0, n)), np.full(n, 850.0), none)
    body.start(state)

    def goes(T, soft):
        state.temperature, state.time = T, state.time + 1.0
        assert body.advance(state, state.time, soft).converged
        return np.abs(body.stress(state)).max()

    firm = np.zeros(n, bool)
    away = np.sqrt(((cells.centres() - cells.centres()[0]) ** 2).sum(1))
    uneven, half = (away / away.max()) ** 2, np.arange(n) < n // 2
    assert goes(850.0 - 10.0 * uneven, firm) > 1e6
    goes(850.0 - 10.0 * uneven, half)
    assert (body.stress(state)[:, half] == 0.0).all() and np.abs(body.stress(state)[:, ~half]).max() > 1e5
    goes(850.0 - 250.0 * uneven, firm)
    assert state.mechanics["plastic_strain"].max() > 1e-4
    assert goes(np.full(n, 850.0), ~firm) == 0.0 and (state.mechanics["plastic_strain"] == 0.0).all()
    assert goes(np.full(n, 850.0), firm) < 1e-3
    assert goes(np.full(n, 400.0), firm) < 1e3  # of a yield stress of 20 MPa: what the balance leaves


@pytest.mark.parametrize("metric", SHAPES)
@pytest.mark.parametrize("share", [0.25, 0.5, 0.8])
def test_a_yielding_body_that_melts_again_in_part_finds_its_balance(metric, share):
    """The core melts: what it carried goes over to the rest, which goes on from there.

    In the slab the two layers that are left both yielded in tension: they go back together, to the FLOOR of the melt.
    """
    cells = SHAPES[metric]()
    n = cells.index.size
    solid = Mechanics(constant(7e10), constant(0.33), lambda T: 2e-5 * (np.asarray(T) - 900.0), constant(2e7))
    matter = Matter("solid", 1.0, (Phase("solid", constant(1.0), lambda T: np.asarray(T), solid),))
    body, none = mechanics_for(cells, matter, Axis()), np.empty(0)
    away = np.sqrt(((cells.centres() - cells.centres()[0]) ** 2).sum(1))
    state = State(0.0, none, np.empty((0, n)), 850.0 - 250.0 * (away / away.max()) ** 2, none)
    hot, state.temperature = state.temperature, np.full(n, 850.0)
    body.start(state)
    state.temperature = hot
    firm, core = np.zeros(n, bool), np.arange(n) < share * n
    assert body.advance(state, 1.0, firm).converged
    molten = body.advance(state, 2.0, core)
    assert molten.converged and molten.residual < 1e-6
    assert (body.stress(state)[:, core] == 0.0).all()
    if metric == "slab" and share == 0.5:
        assert np.abs(body.stress(state)).max() < 0.002 * 2e7
    assert body.advance(state, 3.0, firm).converged


def test_a_melt_within_a_shell_takes_no_load():
    """A cold shell around mush: its force balance is that of the shell alone, to the floor of the stiffness."""
    cells = SHAPES["slab"]()
    solid = Mechanics(constant(7e10), constant(0.33), lambda T: 2e-5 * (np.asarray(T) - 900.0), constant(1e12))
    matter = Matter("solid", 1.0, (Phase("solid", constant(1.0), lambda T: np.asarray(T), solid),))
    body, none = mechanics_for(cells, matter, Axis()), np.empty(0)
    state = State(0.0, none, np.empty((0, 4)), np.full(4, 850.0), none)
    body.start(state)
    state.temperature, state.time = np.array([850.0, 850.0, 850.0, 700.0]), 1.0
    body.advance(state, 1.0, np.array([True, True, True, False]))
    assert np.abs(body.stress(state)).max() < 0.005 * 7e10 / 0.67 * 2e-5 * 150.0


def test_coherency_lies_within_a_plateau_of_a_eutectic():
    iron = mt.alloy("EN-GJL-250")
    table = iron.freezing_table()
    found = Coherency.of(table)
    assert found.temperature == pytest.approx(1150.0 + ZERO)
    assert float(table.solid_fraction(np.array(found.enthalpy))) == pytest.approx(SOLID)


@pytest.fixture(scope="module")
def quenched():
    return block().run()


def test_mush_carries_no_stress_and_a_free_casting_is_balanced(quenched):
    for t in quenched.times:
        mush = quenched.field("solid_fraction", time=float(t)).values < SOLID
        assert (quenched.field("von_mises", time=float(t)).values[mush] == 0.0).all()
    for part in ("xx", "yy", "zz", "xy", "yz", "zx"):
        field = quenched.field(f"stress_{part}")
        assert abs(field.mean) < 1e-3 * quenched.von_mises.max
    assert 30e6 < quenched.von_mises.max < 150e6 and quenched.stress_xx.max > 0.0 > quenched.stress_xx.min
    assert quenched.ledger[-1]["stress_unconverged"] == 0


def test_the_size_at_20_degc_is_that_of_the_mould_less_the_shrinkage(quenched):
    """Secant expansion from coherency to 20 degC, of a free body: near the patternmaker's allowance of 1.3 to 1.6 %."""
    alloy = quenched.case.alloy
    strain = alloy.matter().phases[0].mechanics.strain
    free = float(strain(np.array(Coherency.of(alloy.freezing_table()).temperature)) - strain(np.array(293.15)))
    growth = quenched.distortion().growth
    assert growth["x"] == pytest.approx(-0.050 * free, rel=0.03) and 0.012 < free < 0.016
    assert "stress from 90 % solid" in str(quenched.summary())


def test_the_stress_of_a_quench_is_that_of_the_heat_treatment():
    """The mould leaves little: a bar quenched out of the mould ends as one quenched from a furnace."""
    quench = [mt.Quench("agitated water 20", until="25 degC")]
    words = {"name": "bar", "part": mt.Part.cylinder("40 mm", None), "alloy": STEEL, "grid": mt.Grid("2 mm")}
    sand = mt.mould("dry silica sand", wall="30 mm")
    cast = mt.Casting(**words, pour="1570 degC", mould=sand, shake_out="950 degC", then=quench, stress=True).run()
    treated = mt.HeatTreatment(**words, start="950 degC", steps=quench).run()
    for name in ("stress_axial", "stress_hoop"):
        before = treated.field(name).values
        assert np.abs(cast.field(name).values - before).max() < 0.01 * np.abs(before).max()
    assert np.abs(cast.hardness.values - treated.hardness.values).max() < 1.0


ELASTIC = Mechanics(constant(7e10), constant(0.3), lambda T: 2e-5 * (np.asarray(T) - 300.0))
PLAIN = Matter("solid", 1.0, (Phase("solid", constant(1.0), lambda T: np.asarray(T), ELASTIC),))


def heated(cells, per_area, by=100.0):
    """A body heated evenly within springs on all its walls, then let go: stress (6, n) of both, and the body."""
    n, none = cells.index.size, np.empty(0)
    held = Restraint.of(cells, np.ones(cells.patch_cell.size, bool), per_area)
    body = mechanics_for(cells, PLAIN, Axis(), restraint=held)
    state = State(0.0, none, np.empty((0, n)), np.full(n, 300.0), none)
    body.start(state)
    state.temperature, state.time = np.full(n, 300.0 + by), 1.0
    assert body.advance(state, 1.0, None, True).converged
    pressed = body.stress(state)
    assert body.advance(state, 2.0, None, False).converged
    return pressed, body.stress(state)


@pytest.mark.parametrize("per_area", [1e9, 1e12, 1e16])
def test_a_cube_heated_within_springs_is_pressed_as_by_hand(per_area):
    """p = alpha dT / (2 / (K L) + (1 - 2 nu) / E); stiff springs clamp it. Let go it is free."""
    pressed, free = heated(build(Box((0.04, 0.04, 0.04), (0.0, 0.01, 0.0)), "3d", 0.01), per_area)
    exact = -2e-5 * 100.0 / (2.0 / (per_area * 0.04) + 0.4 / 7e10)
    assert pressed[:3] == pytest.approx(np.full_like(pressed[:3], exact), rel=3e-4)
    assert np.abs(free).max() < 1e-5 * 350e6


@pytest.mark.parametrize("per_area", [1e9, 1e12, 1e16])
def test_a_cylinder_heated_within_springs_is_pressed_as_by_hand(per_area):
    """Radial and axial strain from u_r = -sigma_r / K on the side and u_z = -sigma_z / K on the ends."""
    R, H = 0.02, 0.06
    pressed, free = heated(build(Cylinder(R, 0.0, H, (0.0, 0.0, 0.01)), "rz", 0.004), per_area)
    matrix = [
        [0.7 / 7e10 + 1.0 / (per_area * R), -0.3 / 7e10],
        [-0.6 / 7e10, 1.0 / 7e10 + 2.0 / (per_area * H)],
    ]
    radial, axial = np.linalg.solve(matrix, [-2e-3, -2e-3])
    assert pressed[0].mean() == pytest.approx(radial, rel=1e-3) and pressed[2].mean() == pytest.approx(axial, rel=1e-3)
    assert np.abs(free).max() < 1.0


@pytest.mark.parametrize("metric", ["rz", "3d"])
def test_springs_never_pull(metric):
    pressed, _ = heated(SHAPES[metric](), 1e12, by=-100.0)
    assert np.abs(pressed).max() < 1e3


def test_a_ring_shrinks_onto_its_core_until_the_shake_out():
    """The core holds the bore: hoop tension all through the ring while it is there, and let go after it."""
    words = {
        "name": "ring", "part": mt.Part.ring("60 mm", "40 mm", "24 mm"), "alloy": "WCB", "pour": "1560 degC",
        "grid": mt.Grid("2.5 mm"), "stress": True, "mould": mt.mould("dry silica sand", wall="15 mm"),
        "shake_out": "950 degC", "snapshots": 10, "then": [mt.Cool("still air", until="900 degC")],
        "cores": [mt.Core("resin sand", mt.Part.cylinder("40 mm", "24 mm"))],
    }  # fmt: skip

    def hoop(case):
        result = case.run()
        assert result.ledger[-1]["stress_unconverged"] == 0
        ends = (result.shake_out_time, float(result.times[-1]))
        return [result.field("stress_hoop", time=t).mean for t in ends], result

    (before, free), _ = hoop(mt.Casting(**words))
    (held, after), result = hoop(mt.Casting(**words, restraint="1e10 Pa/m"))
    assert held > before + 4e6 and abs(after - free) < 0.05 * held
    assert "held back by 1e10 Pa/m until the shake-out" in str(result.summary())


@pytest.mark.parametrize(("metric", "symmetry"), [("3d", (0, 1, 2)), ("3d", (1,)), ("rz", (2,))])
def test_a_mould_holds_a_part_of_a_ring_as_the_whole(metric, symmetry):
    """A ring shrinks onto its core at the temperatures of a given field, then is let go and cools.

    To 1e-4: forces balance to 1e-6 in every increment.
    """
    law = Mechanics(constant(7e10), constant(0.33), lambda T: 2e-5 * (np.asarray(T) - 900.0), constant(2e7))
    matter = Matter("solid", 1.0, (Phase("solid", constant(1.0), lambda T: np.asarray(T), law),))
    ends = []
    for mirrored in ((), symmetry):
        cells = build(Cylinder(0.03, 0.015, 0.02), metric, 2.5e-3, symmetry=mirrored)
        restraint = Restraint.of(cells, np.ones(cells.patch_cell.size, bool), 1e11)
        body, n, none = mechanics_for(cells, matter, Axis(), (), restraint), cells.index.size, np.empty(0)
        radius = cells.centres()[:, 0] if metric == "rz" else np.hypot(*cells.centres()[:, :2].T)
        state = State(0.0, none, np.empty((0, n)), np.full(n, 850.0), none)
        body.start(state)
        body.enter(state, "mould")
        for k, held in enumerate((True, True, False)):
            state.temperature = 850.0 - (k + 1.0) * (50.0 + 2e3 * radius)
            assert body.advance(state, k + 1.0, np.zeros(n, bool), held).converged
            if k == 1:
                pressed = body.fields(state)["stress"]
        fields = body.fields(state)
        images = whole(cells)
        ends.append([images.directed(each) for each in (pressed, fields["stress"])])
        ends[-1].append(images.directed(fields["displacement"]) if metric == "3d" else np.zeros(1))
    assert np.abs(ends[0][0]).max() > 3e6
    for one, half in zip(*ends, strict=True):
        assert half == pytest.approx(one, abs=1e-4 * np.abs(one).max())


def test_a_quarter_of_a_casting_ends_as_the_whole():
    """To 2e-3: the heat of both takes steps of its own through the plateau."""
    ends = []
    for symmetry in ((), ("x", "y")):
        part, grid = mt.Part.ring("60 mm", "30 mm", "20 mm"), mt.Grid("5 mm", metric="3d", symmetry=symmetry)
        result = block(part=part, grid=grid, restraint="1e10 Pa/m", snapshots=8).run(progress=False)
        assert result.ledger[-1]["stress_unconverged"] == 0
        ends.append([result.field(name).values for name in ("stress", "displacement")])
    for one, quarter in zip(*ends, strict=True):
        assert quarter == pytest.approx(one, abs=2e-3 * np.abs(one).max())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"restraint": "1e9 Pa/m", "stress": False}, "restraint: holds nothing back where no stress is computed"),
        ({"restraint": "1e9 Pa/m", "part": mt.Part.plate("20 mm")}, "restraint: springs are of rz and 3d"),
        ({"restraint": "1e9 Pa"}, "restraint"),
        ({"part": mt.Part.box("30 mm", "20 mm", "5 mm"), "grid": mt.Grid("5 mm")}, "one cell thick"),
    ],
)
def test_what_stress_of_a_casting_cannot_be(changes, why):
    with pytest.raises(mt.CaseError, match=why):
        block(**changes).problem()


@pytest.mark.parametrize("share", [0.2, 0.7])
def test_a_restart_ends_in_the_same_bits(share):
    part = mt.Part.cylinder("30 mm", "20 mm")
    problem = block(part=part, grid=mt.Grid("5 mm"), restraint="1e9 Pa/m").problem()
    assert problem.stress
    problem = replace(problem, tolerance=1.0)
    whole = follow(problem)
    resumed = follow(problem, since=follow(problem, stop_after=int(share * whole.clock["steps"])))
    ends = arrays(whole.state), arrays(resumed.state)
    assert all(a.tobytes() == ends[1][name].tobytes() for name, a in ends[0].items())
