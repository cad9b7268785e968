"""Stress in 3d: exact solutions and invariants of a free body (E02, E06, E09, E15, G05, G06, G10)."""

import copy
import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import j0, j1

from metaltwin.materials.matter import Kinetics, Matter, Mechanics, Phase, constant
from metaltwin.solver.geometry import Cells, build
from metaltwin.solver.lattice import Lattice
from metaltwin.solver.mechanics import mechanics_for
from metaltwin.solver.multigrid import Multigrid, conjugate_gradients, mesh
from metaltwin.solver.shape import Cylinder, Sphere
from metaltwin.solver.skin import FULL, SLIVER, skin
from metaltwin.solver.solid import Solid
from metaltwin.solver.state import State, products
from metaltwin.solver.stress import Load

YOUNG, POISSON, ALPHA = 200e9, 0.3, 1.2e-5
MPA = 1e6


@dataclass(frozen=True)
class Knots:
    low: float = 200.0
    step: float = 1.0
    count: int = 1200


def matter(young=YOUNG, poisson=POISSON, alpha=ALPHA, yield_stress=None, hardening=None) -> Matter:
    law = Mechanics(
        constant(young),
        constant(poisson),
        lambda T: alpha * (np.asarray(T) - 1000.0),
        None if yield_stress is None else constant(yield_stress),
        None if hardening is None else constant(hardening),
    )
    return Matter("test", 7800.0, (Phase("solid", constant(30.0), constant(1.0), law),))


def transforming() -> Matter:
    """E11: austenite and martensite with transformation plasticity."""
    austenite = Mechanics(
        constant(YOUNG),
        constant(0.3),
        lambda T: 2.2e-5 * (T - 1123.15),
        lambda T: (220.0 - 0.2 * (T - 273.15)) * MPA,
    )
    martensite = Mechanics(
        constant(YOUNG),
        constant(0.3),
        lambda T: 1.5e-3 + 1.2e-5 * (T - 1123.15),
        lambda T: (1500.0 - 0.5 * (T - 273.15)) * MPA,
        trip=5e-11,
    )
    flat = constant(1.0)
    phases = Phase("austenite", flat, flat, austenite), Phase("martensite", flat, flat, martensite)
    return Matter("steel", 7800.0, phases, kinetics=Kinetics(martensite_start=593.15))


def box(shape, spacing=(1e-3, 1.2e-3, 0.8e-3), fraction=None) -> Cells:
    n = int(np.prod(shape))
    fraction = np.ones(n) if fraction is None else fraction
    empty = np.zeros(0, np.int64)
    return Cells(
        Lattice("3d", shape, spacing, (0.0, 0.0, 0.0)), np.arange(n), fraction * np.prod(spacing),
        np.zeros((0, 3), np.int64), np.arange(n), np.ones((n, 6)), empty, np.zeros(0), np.zeros((0, 3)),
        np.zeros(0), empty, ("bottom", "side", "top"),
    )  # fmt: skip


def centres(cells: Cells):
    shape = np.array(cells.lattice.shape)
    place = np.stack([cells.index % shape[0], cells.index // shape[0] % shape[1], cells.index // shape[:2].prod()], 1)
    return (place + 0.5) * cells.lattice.spacing + cells.lattice.origin


def at(cells: Cells, T, phases=1) -> State:
    n = cells.index.size
    z = np.zeros((phases - 1, n))
    return State(0.0, np.zeros(n), z, np.full(n, float(T)), np.zeros(0))


def started(cells: Cells, of: Matter, T=1000.0):
    solid, state = Solid(cells, of, Knots()), at(cells, T, len(of.phases))
    solid.start(state)
    return solid, state


def held(solid: Solid, state: State, T, move, z=None, keep=True):
    """Forces (N, 3) of the nodes where the displacement increment `move` is imposed as the body goes to T."""
    mechanics, n = state.mechanics, state.temperature.size
    before = mechanics["last_temperature"]
    z0 = mechanics["last_products"]
    z1 = z0 if z is None else products(z)
    T1 = np.full(n, float(T))
    load = Load(before.copy(), z0.copy(), T1, z1, 1.0, 0.5)
    slots = solid.mesh.order.cell.size
    force, moduli = np.empty_like(move), np.zeros((slots // 16, 2, 16), np.float32)
    points, free = np.zeros((slots // 8, 8, 6, 8), np.int16), solid.free_strain(load)
    none = np.zeros((0, 8, 21, 8), np.float32)
    solid.forces(mechanics, load, free, move, force, moduli, points, none, keep)
    if keep:
        mechanics["last_temperature"][:], mechanics["last_products"][:] = T1, z1
    return force


def nodes(solid: Solid):
    return solid.mesh.node_places() * np.array(solid.cells.lattice.spacing)


def test_a_clamped_cube_heated_uniformly():
    solid, state = started(box((3, 3, 3)), matter())
    held(solid, state, 1100.0, np.zeros((64, 3)))
    expected = -YOUNG * ALPHA * 100.0 / (1.0 - 2.0 * POISSON)
    np.testing.assert_allclose(solid.stress(state)[:3], expected, rtol=1e-9)
    np.testing.assert_allclose(solid.stress(state)[3:], 0.0, atol=1e-6)


@pytest.mark.parametrize("poisson", [0.3, 0.4999])
def test_patch_a_linear_displacement_is_exact(poisson):
    solid, state = started(box((5, 4, 3)), matter(poisson=poisson))
    slope = 1e-4 * np.array([[1.0, 2.0, -1.0], [0.5, -2.0, 0.3], [0.7, 0.1, 0.4]])
    force = held(solid, state, 1000.0, nodes(solid) @ slope.T)
    strain = (slope + slope.T) / 2.0
    shear = YOUNG / (2.0 * (1.0 + poisson))
    stress = 2.0 * shear * strain + np.eye(3) * np.trace(strain) * 2.0 * shear * poisson / (1.0 - 2.0 * poisson)
    expected = stress[[0, 1, 2, 0, 1, 2], [0, 1, 2, 1, 2, 0]]
    scale = np.abs(expected).max()
    np.testing.assert_allclose(solid.stress(state), np.tile(expected[:, None], 60), atol=2e-7 * scale)
    place = solid.mesh.node_places()
    inside = ((place > 0) & (place < solid.cells.lattice.shape)).all(1)
    assert np.abs(force[inside]).max() < 1e-9 * np.abs(force).max()


def test_a_rigid_motion_leaves_no_force_and_no_displacement():
    solid, state = started(box((4, 3, 5)), matter(yield_stress=250 * MPA))
    x = nodes(solid)
    move = np.cross([1e-4, -2e-4, 3e-4], x) + [1e-5, 2e-5, -3e-5]
    force = held(solid, state, 1000.0, move)
    stretch = held(solid, state, 1000.0, x * [1e-4, 0.0, 0.0], keep=False)
    assert np.abs(force).max() < 1e-9 * np.abs(stretch).max()
    state.mechanics["displacement"] += move.ravel()
    assert np.abs(solid.fields(state)["displacement"]).max() < 1e-12


def test_uniform_and_linear_temperatures_leave_a_free_body_without_stress():
    solid, state = started(box((9, 8, 7)), matter(yield_stress=250 * MPA))
    state.temperature[:] = 900.0
    assert solid.pending(state) == pytest.approx(1.2e-3)
    assert solid.advance(state, 1.0).converged
    assert np.abs(solid.stress(state)).max() < 1e3
    state.temperature[:] = 850.0 + centres(solid.cells) @ [9e3, -4e3, 7e3]
    assert solid.advance(state, 2.0).converged
    assert np.abs(solid.stress(state)).max() < 1e3
    assert state.mechanics["plastic_strain"].max() == 0.0


def test_a_linear_temperature_leaves_cut_cells_without_stress_too():
    solid, state = started(build(Sphere(0.01), "3d", 2e-3), matter())
    state.temperature[:] = 900.0 + centres(solid.cells) @ [9e3, -4e3, 7e3]
    assert solid.advance(state, 1.0).converged
    assert np.abs(solid.fields(state)["stress"]).max() < 2e3


def satoh() -> Matter:
    hot = 900.0 + 273.15

    def law(offset, limit, trip=0.0):
        return Mechanics(
            constant(YOUNG),
            constant(0.3),
            lambda T: offset + 2e-5 * (np.asarray(T) - hot),
            constant(limit * MPA),
            constant(2000.0 * MPA * 200.0 / 198.0),
            trip,
        )

    flat = constant(1.0)
    phases = (
        Phase("austenite", flat, flat, law(0.0, 400.0)),
        Phase("bainite", flat, flat, law(2.52e-3, 1200.0)),
    )
    return Matter("satoh", 7800.0, phases)


def test_one_element_is_the_satoh_bar():
    """E02 (code_aster HSNV104A): blocked along z, free across; MPa at 60, 112 and 176 s."""
    solid = Solid(box((1, 1, 1), (1e-3, 1e-3, 1e-3)), satoh(), Knots())
    state = at(solid.cells, 1173.15, 2)
    solid.start(state)
    x, read = nodes(solid), {}
    for second in range(1, 177):
        T = 1173.15 - 5.0 * second
        bainite = np.clip((873.15 - T) / 255.0, 0.0, 1.0)
        z = np.array([[1.0 - bainite], [bainite]])

        def across(e, T=T, z=z):
            return held(solid, state, T, e * x * [1.0, 1.0, 0.0], z, keep=False)[x[:, 0] > 0, 0].sum()

        e = brentq(across, -5e-3, 5e-3, xtol=1e-14)
        held(solid, state, T, e * x * [1.0, 1.0, 0.0], z)
        read[second] = solid.stress(state)[2, 0] / MPA
    assert [read[60], read[112], read[176]] == pytest.approx([408.0, 944.0, 1210.24], rel=1e-3)


def test_sphere_with_a_misfit_core():
    """E09: eigenstrain 0.004 in r < b / 2; inside hydrostatic -666.667 MPa, hoop at b 142.857; voxels 5 %."""
    size, n = 0.01, 20
    outer, core = build(Sphere(size), "3d", 2 * size / n), build(Sphere(size / 2), "3d", size / (n // 2))
    of = matter(alpha=4e-5)
    solid, state = started(outer, of)
    x = centres(outer)
    inner = {tuple(np.rint(p / (size / n))): f for p, f in zip(centres(core), core.fraction, strict=True)}
    share = np.array([inner.get(tuple(np.rint(p / (size / n))), 0.0) for p in x])
    assert share.sum() == pytest.approx(core.fraction.sum())
    state.temperature[:] = 1000.0 + 100.0 * share
    assert solid.advance(state, 1.0).converged
    stress, r = solid.fields(state)["stress"] / MPA, np.sqrt((x**2).sum(1))
    inside = r < 0.3 * size
    np.testing.assert_allclose(stress[:3, inside].mean(1), -666.667, rtol=0.02)
    assert np.abs(stress[:3, inside] + 666.667).max() < 0.05 * 666.667
    radial = np.einsum("nk,kn->n", x**2, stress[:3])
    radial += 2.0 * (x[:, 0] * x[:, 1] * stress[3] + x[:, 1] * x[:, 2] * stress[4] + x[:, 2] * x[:, 0] * stress[5])
    hoop = (stress[:3].sum(0) - radial / r**2) / 2.0
    exact = 666.667 / 7.0 * (0.5 * (size / r) ** 3 + 1.0)
    between, skin_cells = (r > 0.6 * size) & (r < 0.9 * size), outer.fraction < FULL
    assert np.sqrt(np.mean((hoop - exact)[between] ** 2)) < 0.05 * 476.190
    assert np.mean(hoop[skin_cells] / exact[skin_cells]) == pytest.approx(1.0, abs=0.05)


def test_cylinder_with_a_thermal_gradient():
    """E06: A02 cylinder at 5 s, r/R = .5: -317.605, -199.226, -516.832 MPa; centre -358.194 and -716.388."""
    radius, n = 0.025, 16
    cells = build(Cylinder(radius, 0.0, 0.2), "3d", 2 * radius / n)
    f = lambda z: z * j1(z) - 5.0 * j0(z)  # noqa: E731
    x = np.linspace(1e-6, 120.0, 2000)
    roots = np.array([brentq(f, a, b) for a, b in zip(x[:-1], x[1:], strict=True) if f(a) * f(b) < 0])
    factor = 2.0 * j1(roots) / (roots * (j0(roots) ** 2 + j1(roots) ** 2))
    factor *= np.exp(-(roots**2) * 6.410256e-6 * 5.0 / radius**2)
    place = centres(cells)
    r = np.hypot(place[:, 0], place[:, 1])
    solid, state = started(cells, matter())
    state.temperature[:] = 170.0 + 830.0 * (factor[:, None] * j0(roots[:, None] * r / radius)).sum(0)
    assert solid.advance(state, 5.0).converged
    assert np.abs(solid.mean_stress(state)).max() < 1e-6 * 1100 * MPA
    stress = solid.fields(state)["stress"] / MPA
    c, s = place[:, 0] / r, place[:, 1] / r
    radial = stress[0] * c**2 + stress[1] * s**2 + 2.0 * stress[3] * c * s
    hoop = stress[0] * s**2 + stress[1] * c**2 - 2.0 * stress[3] * c * s
    middle = np.abs(place[:, 2] - 0.1) < 0.004

    def read(values, where):
        near = middle & (np.abs(r - where) < 0.003)
        fit = np.stack([np.ones(near.sum()), r[near] - where, (r[near] - where) ** 2], 1)
        return np.linalg.lstsq(fit, values[near], rcond=None)[0][0]

    got = [read(values, radius / 2) for values in (radial, hoop, stress[2])]
    np.testing.assert_allclose(got, [-317.605, -199.226, -516.832], atol=0.01 * 716.388)
    near_axis = middle & (r < 0.003)
    np.testing.assert_allclose(stress[:3, near_axis].mean(1), [-358.194, -358.194, -716.388], atol=0.015 * 716.388)


def quenched(n=10, steps=6, of=None, resume=False):
    """A cube that goes from 1123 K to 293 K, the skin first, with martensite forming below 593 K."""
    cells = box((n, n, n), (1e-3, 1e-3, 1e-3))
    solid, state = started(cells, of or transforming(), 1123.15)
    skin_first = np.abs(centres(cells) / (n * 5e-4) - 1.0).max(1)
    for step in range(1, steps + 1):
        share = np.clip(1.6 * step / steps - 0.6 * (1.0 - skin_first), 0.0, 1.0)
        state.temperature[:] = 1123.15 - 830.0 * share
        state.products[0] = 1.0 - np.exp(-0.011 * np.maximum(593.15 - state.temperature, 0.0))
        increment = solid.advance(state, float(step))
        assert increment.converged
        if resume and step == steps // 2:
            solid, state = Solid(cells, of or transforming(), Knots()), copy.deepcopy(state)
    return solid, state


def test_invariants_of_a_transforming_body():
    """E15: mean stress zero, volume change the integral of the free strain, TRIP and plasticity or not."""
    solid, state = quenched()
    assert np.abs(solid.mean_stress(state)).max() < 1e-6 * 1000 * MPA
    free = state.phases[0] * 2.2e-5 + state.phases[1] * 1.2e-5
    free = free * (state.temperature - 1123.15) + 1.5e-3 * state.phases[1]
    move, corner = state.mechanics["displacement"].reshape(-1, 3), solid.mesh.corner
    dilatation = sum(
        (move[corner(a)] * (2.0 * np.array([a & 1, a >> 1 & 1, a >> 2]) - 1.0)).sum(1) for a in range(8)
    ) / 4e-3  # fmt: skip
    assert dilatation.mean() == pytest.approx(3.0 * free.mean(), rel=1e-5)
    fields = solid.fields(state)
    assert fields["plastic_strain"].max() > 1e-3
    assert fields["max_principal_transient"].max() > 100 * MPA
    assert set(fields) == {"stress", "plastic_strain", "displacement", "max_principal_transient"}
    turned = fields["stress"].reshape(6, 10, 10, 10)  # the load is the same along x, y and z
    np.testing.assert_allclose(turned[0], turned[2].transpose(2, 1, 0), atol=2e-5 * 1000 * MPA)


def test_resumed_is_the_same_to_the_last_bit():
    whole, parts = quenched(6)[1].mechanics, quenched(6, resume=True)[1].mechanics
    assert whole.keys() == parts.keys()
    for name, values in whole.items():
        np.testing.assert_array_equal(values, parts[name], err_msg=name)


def test_threads_do_not_change_a_bit():
    code = "import test_solver_solid as t; print(t.digest())"
    here = os.path.dirname(__file__)

    def run(threads):
        env = os.environ | {"OMP_NUM_THREADS": threads, "NUMBA_NUM_THREADS": threads, "PYTHONPATH": here}
        return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout

    assert run("1") == run("2")


def digest() -> str:
    state = quenched(18, 2)[1]
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in state.mechanics.values())).hexdigest()


def test_what_is_not_a_number_is_named():
    solid, state = started(box((3, 3, 3)), matter())
    state.temperature[13] = np.nan
    with pytest.raises(ArithmeticError, match="cell 13"):
        solid.advance(state, 1.0)


def walls(kind):
    inside = np.zeros((24, 24, 24), bool)
    if kind == "cube":
        inside[:] = True
    elif kind == "plate":
        inside[:, :, :2] = True
    else:  # a frame of bars three cells thick
        edge = np.zeros(24, int)
        edge[:3] = edge[-3:] = 1
        inside = edge[:, None, None] + edge[:, None] + edge >= 2
    return np.flatnonzero(inside.transpose(2, 1, 0))


@pytest.mark.parametrize(("kind", "most"), [("cube", 12), ("plate", 45), ("frame", 60)])
def test_multigrid_solves_compact_and_thin_bodies(kind, most):
    body = mesh((24, 24, 24), walls(kind))
    grid = Multigrid(body, (1e-3, 1e-3, 1e-3))
    assert "cells" in repr(grid)
    moduli = np.ones((body.order.cell.size // 16, 2, 16), np.float32)
    grid.refresh(moduli)
    random = np.random.default_rng(5)
    one, other = random.standard_normal((2, body.node.size, 3)).astype(np.float32)
    answers = []
    for right in (one, other):
        grid.right[:] = right
        answers.append(grid.cycle().copy())
    assert np.vdot(other, answers[0]) == pytest.approx(np.vdot(one, answers[1]), rel=1e-4)
    assert np.vdot(one, answers[0]) > 0.0

    def apply(x, y):
        image = np.zeros(x.shape, np.float32)
        grid.levels[0].apply(x.astype(np.float32), image)
        y += image

    right = np.zeros((body.node.size, 3))
    apply(random.standard_normal(right.shape), right)
    _, iterations, left = conjugate_gradients(apply, grid, right.copy(), 1e-6, 100)
    assert left <= 1e-6
    assert iterations <= most


def test_skin_extrapolates_and_never_shows_a_cut_cell():
    cells = build(Sphere(0.01), "3d", 1e-3)
    matrix = skin(cells)
    x, cut = centres(cells), cells.fraction < FULL
    straight = 3.0 + 200.0 * x[:, 0] - 100.0 * x[:, 2]
    bent = straight + 2e4 * x[:, 0] * x[:, 1] - 1e4 * (x**2).sum(1)
    assert cut.sum() > 100
    for exact, tolerance in ((straight, 0.005 * np.ptp(straight)), (bent, 0.02 * np.ptp(bent))):
        shown = np.where(cut, 1e6, exact)
        matrix.extend(shown)
        np.testing.assert_allclose(shown[~cut], exact[~cut], rtol=1e-12)
        assert np.abs(shown - exact)[cut].max() < tolerance


def test_what_the_wall_errs_by_does_not_reach_the_skin():
    """Full cells beside cut ones are 2 % low, as they are whatever the spacing: what is deeper says how it was."""
    cells = build(Sphere(0.01), "3d", 1e-3)
    x = centres(cells)
    exact = 2.0 + 1e4 * (x**2).sum(1)
    shown = np.where(np.sqrt((x**2).sum(1)) > 0.0092, 0.98 * exact, exact)
    skin(cells).extend(shown)
    assert np.sqrt(np.mean((shown / exact - 1.0)[cells.fraction < FULL] ** 2)) < 0.01


def test_beyond_a_sharp_bend_cells_keep_what_they_have():
    """A field that stands at its limit one cell deep, as stress does where a skin yields, is not carried past it."""
    cells = build(Sphere(0.01), "3d", 1e-3)
    field = np.clip(400.0 * (np.sqrt((centres(cells) ** 2).sum(1)) - 0.008) * 1e3, -1000.0, 200.0)
    shown, sliver = field.copy(), cells.fraction < SLIVER
    skin(cells).extend(shown)
    np.testing.assert_array_equal(shown[~sliver], field[~sliver])
    np.testing.assert_allclose(shown, field, rtol=0.01)


def test_a_sliver_holds_little_more_than_the_full_cells_beside_it():
    """Where hardly any of a cell is left, its own stress may be anything, and nothing smooth says what it is."""
    cells = build(Sphere(0.01), "3d", 1e-3)
    sliver = cells.fraction < SLIVER
    field = np.where(sliver, 1e9, np.random.default_rng(3).uniform(-100.0, 100.0, cells.index.size))
    skin(cells).extend(field)
    assert sliver.any() and np.abs(field).max() < 1.25 * 100.0


def test_the_metric_chooses_the_solver():
    assert isinstance(mechanics_for(box((2, 2, 2)), matter(), Knots()), Solid)
