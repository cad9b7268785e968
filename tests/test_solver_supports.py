"""Held bodies: what supports give and take, in 3d and rz; what is refused."""

import copy

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.cases.casetext import text
from metaltwin.materials.matter import Matter, Mechanics, Phase, constant
from metaltwin.solver.geometry import build
from metaltwin.solver.mechanics import mechanics_for
from metaltwin.solver.shape import Cylinder
from metaltwin.solver.state import State
from metaltwin.solver.supports import Support, check, hold, loose
from metaltwin.solver.tables import Axis
from metaltwin.validation import supports as cases

MPA, COLD, YOUNG = 1e6, 300.0, 200e9
TABLE, TOP = Support(2, -1, (2,)), Support(2, 1, (2,))


def verdicts(entry):
    for verdict in entry():
        assert verdict.passed, f"{verdict.quantity}: {verdict.got:g} for {verdict.expected:g}"


def test_held_and_heated_bodies_in_closed_form():
    verdicts(cases.held_and_heated)


def test_a_beam_bends_as_timoshenko_says():
    assert cases.tip((40, 4, 4), 0.3) == pytest.approx(1.0, abs=0.05)


def test_long_cells_bend_as_cubes_and_a_linear_temperature_leaves_them_without_stress():
    verdicts(cases.cantilever)
    cells = cases.block((0.04, 0.02, 0.01), (10, 10, 20))
    body, n = mechanics_for(cells, cases.matter(expansion=1.2e-5), Axis()), cells.index.size
    state = State(0.0, np.zeros(n), np.zeros((0, n)), np.full(n, COLD), np.zeros(0))
    body.start(state)
    state.temperature = COLD + cells.centres() @ np.array([2e3, -5e3, 1e4])
    assert body.advance(state, 1.0).converged
    assert np.abs(body.stress(state)).max() < 1e-5 * YOUNG * 1.2e-5 * 100.0


def test_a_pressed_block_does_not_lock():
    verdicts(cases.punch)


def hot_steel(yield_stress=None) -> Matter:
    law = Mechanics(
        constant(YOUNG), constant(0.3), lambda T: 1.2e-5 * (np.asarray(T) - COLD),
        None if yield_stress is None else constant(yield_stress),
    )  # fmt: skip
    return Matter("solid", 7800.0, (Phase("solid", constant(1.0), constant(1.0), law),))


def cylinder(supports, yield_stress=None, metric="rz"):
    cells = build(Cylinder(0.01, length=0.02), metric, 2e-3)
    body, n = mechanics_for(cells, hot_steel(yield_stress), Axis(), supports), cells.index.size
    state = State(0.0, np.zeros(n), np.zeros((0, n)), np.full(n, COLD), np.zeros(0))
    body.start(state)
    body.enter(state, "quench")
    return body, state


@pytest.mark.parametrize("supports, exact", [
    ((TABLE, TOP), -240.0),
    ((TABLE, Support(2, 1, (2,), 1e13)), -240.0 / (1.0 + 1.0)),
    ((TABLE, Support(2, 1, (2,), None, True, 4e-6)), -240.0 + 200e3 * 4e-6 / 0.02),
    ((TABLE,), 0.0),
])  # fmt: skip
def test_a_bar_of_revolution_between_walls(supports, exact):
    """Length 20 mm, heated by 100 K; the spring is as stiff as the bar."""
    body, state = cylinder(supports)
    state.temperature[:] = COLD + 100.0
    assert body.advance(state, 1.0).converged
    assert body.stress(state)[2] / MPA == pytest.approx(np.full(state.temperature.size, exact), abs=1e-3)


def test_what_is_let_go_keeps_only_what_it_yielded():
    """A bar yields between its walls; free again it has no stress, and is shorter by its plastic strain."""
    walls = tuple(Support(2, side, (2,), legs=("quench",)) for side in (-1, 1))
    body, state = cylinder(walls, 150 * MPA)
    state.temperature[:] = COLD + 100.0
    assert body.advance(state, 1.0).converged
    assert body.stress(state)[2] / MPA == pytest.approx(-150.0, abs=1e-6)
    body.enter(state, "cool")
    state.temperature[:] = COLD
    assert body.advance(state, 2.0).converged
    assert np.abs(body.stress(state)).max() < 1e-6 * 150 * MPA
    places, moved = body.body_nodes().places[:, 2], state.mechanics["displacement"].reshape(-1, 2)[:, 1]
    shorter = np.polyfit(places, moved, 1)[0]
    assert shorter == pytest.approx(-(1.2e-3 - 150.0 / 200e3), rel=1e-6)


def test_a_spring_is_taken_hold_of_where_the_body_is():
    """Heated free, then a spring is put on: no force; cooled from there it pulls."""
    body, state = cylinder((TABLE, Support(2, 1, (2,), 1e13, legs=("cool",))))
    state.temperature[:] = COLD + 100.0
    body.advance(state, 1.0)
    body.enter(state, "cool")
    body.advance(state, 2.0)
    assert np.abs(body.stress(state)).max() < 1e3
    state.temperature[:] = COLD
    body.advance(state, 3.0)
    assert body.stress(state)[2] / MPA == pytest.approx(np.full(state.temperature.size, 120.0), abs=1e-3)


@pytest.mark.parametrize("metric", ["rz", "3d"])
def test_a_resumed_run_holds_on_as_before(metric):
    """A body made anew from the state has the same supports, dies that are touched included."""
    press = (TABLE, Support(2, 1, (2,), None, True, 4e-6))
    ends = []
    for resumed in (False, True):
        body, state = cylinder(press, metric=metric)
        state.temperature[:] = COLD + 60.0
        body.advance(state, 1.0)
        if resumed:
            body, state = mechanics_for(body.cells, hot_steel(), Axis(), press), copy.deepcopy(state)
            body.enter(state, "quench")
        state.temperature[:] = COLD + 90.0
        body.advance(state, 2.0)
        ends.append(body.stress(state))
    np.testing.assert_array_equal(ends[0], ends[1])


def test_rigid_motions_that_are_left_are_named():
    body, _ = cylinder((), metric="3d")
    nodes = body.body_nodes()
    assert loose(hold([TABLE], nodes), nodes) == ["along x", "along y", "about z"]
    assert loose(hold([Support(2, -1)], nodes), nodes) == []
    assert loose(hold([], nodes), nodes) == ["along x", "along y", "along z", "about x", "about y", "about z"]


@pytest.mark.parametrize("supports, said", [
    ((Support(2, 1, (2,), None, True),), "under-constrained: in quench a die pushes, .* along z"),
    ((TABLE, Support(2, -1)), "over-constrained: in quench two supports hold z of the same flat"),
    ((Support(2, -1, legs=("press",)),), "no step is called 'press'"),
])  # fmt: skip
def test_supports_that_hold_too_much_or_too_little_are_refused(supports, said):
    body, _ = cylinder((), metric="3d")
    with pytest.raises(ValueError, match=said):
        check(supports, body.body_nodes(), ("quench",))


def treatment(**more):
    words = {
        "name": "plate", "part": mt.Part.box("20 mm", "20 mm", "4 mm"), "alloy": "42CrMo4", "grid": mt.Grid("2 mm"),
        "start": "850 degC", "steps": [mt.Quench("fast oil", bath="60 degC", duration="2 s")],
    }  # fmt: skip
    return mt.HeatTreatment(**{**words, **more})


def test_a_press_quench_in_words_and_as_a_file():
    case = treatment(
        supports=[mt.Support("-z", hold="z"), mt.Support("+z", hold="z", pushes=True, gap="0.01 mm", steps=["quench"])]
    )

    again = mt.load(text(case))
    assert again.supports == case.supports
    result = case.run(progress=False)
    assert result.ended and np.isfinite(result.field("stress").values).all()


@pytest.mark.parametrize("words, said", [
    ({"supports": [mt.Support("+z", hold="z", pushes=True)]}, "supports: under-constrained"),
    ({"supports": [mt.Support("-z")], "stress": False}, "hold a part whose stress is not computed"),
    ({"supports": [mt.Support("-z")], "part": mt.Part.plate("20 mm")}, "1d has no flat"),
    ({"supports": [mt.Support("-z", steps=("press",))]}, "no step is called 'press'"),
    ({"grid": mt.Grid("4 mm")}, "one cell thick, and such a wall cannot bend"),
])  # fmt: skip
def test_what_a_case_refuses_before_it_runs(words, said):
    with pytest.raises(mt.CaseError, match=said):
        treatment(**words).problem()


@pytest.mark.parametrize("words, said", [
    ({"at": "-w"}, "direction"),
    ({"at": "-z", "hold": "q"}, "names no axes"),
    ({"at": "-z", "pushes": True}, "pushes along z alone"),
    ({"at": "-z", "gap": "1 mm"}, "only a die that pushes has a gap"),
    ({"at": "-z", "stiffness": "1e9 Pa"}, "Pa/m"),
])  # fmt: skip
def test_words_of_a_support_that_are_refused(words, said):
    with pytest.raises(mt.CaseError, match=said):
        mt.Support(**words)


def test_a_part_that_falls_to_pieces_on_its_cells_has_no_stress(tmp_path):
    """Two boxes in one STL, a cell apart."""
    from metaltwin.validation.flange import write_stl

    corners = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], float)
    sides = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    box = np.array([corners[[a, b, c]] for q in sides for a, b, c in ((q[0], q[1], q[2]), (q[0], q[2], q[3]))])
    both = np.concatenate([10.0 * box, 10.0 * box + [16.0, 0.0, 0.0]])
    write_stl(tmp_path / "two.stl", both)
    part = mt.Part.from_stl(tmp_path / "two.stl", "mm")
    with pytest.raises(mt.CaseError, match="makes 2 pieces of the part, the second of 1e.03 mm3"):
        treatment(part=part).problem()
    assert treatment(part=part, stress=False).problem().cells.index.size > 0


@pytest.mark.parametrize("words, said", [
    ({"yield_stress": "0 MPa"}, "above zero"),
    ({"yield_stress": "-200 MPa"}, "above zero"),
    ({"poisson": 0.5}, "0.4999"),
    ({"kinematic": 1.5}, "kinematic"),
    ({"expansion": mt.Curve(["20 degC", "800 degC"], ["11e-6 1/K", "14e-6 1/K"])}, "give stress_free"),
])  # fmt: skip
def test_mechanics_of_a_material_that_are_refused(words, said):
    given = {"young": "200 GPa", "poisson": 0.3, "expansion": "12e-6 1/K", "yield_stress": "250 MPa", **words}
    with pytest.raises(mt.CaseError, match=said):
        mt.Material("steel", "40 W/m/K", "7800 kg/m^3", "500 J/kg/K", **given)


@pytest.mark.parametrize("words, said", [
    ({"trip": {"martensite": "1e-4 1/Pa"}}, "is no K of steel, 1e-06 to 0.001 1/MPa; its unit?"),
    ({"trip_law": "greenwood"}, "law of transformation plasticity"),
    ({"memory": 2.0}, "memory"),
])  # fmt: skip
def test_mechanics_of_an_alloy_that_are_refused(words, said):
    with pytest.raises(mt.CaseError, match=said):
        mt.alloy("42CrMo4", **words)
