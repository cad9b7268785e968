"""Heat of several bodies: states by enthalpy, contact against plain loops, energy, mirrors, threads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaltwin.solver.bodies import assemble, nested
from metaltwin.solver.boundary import Law
from metaltwin.solver.heat import REACH, neighbours
from metaltwin.solver.pour import Pour
from metaltwin.solver.shape import Box, Cylinder
from metaltwin.solver.tables import STATES, States
from metaltwin.validation.poured import SHUT, alloy, joined, plain, pure
from metaltwin.validation.pouring import MUSH, SAND, Metal

ZERO = 273.15
METAL = pure(Metal(160.0, 85.0, 2.6e6, 2.75e6, 1.02e9, 600.0))
EUTECTIC = alloy((160.0, 85.0), (2.6e6, 2.75e6), 1.02e9, 560.0, 610.0, lambda T: 0.6 * (610.0 - T) / 50.0)


@pytest.mark.parametrize("table", [METAL, MUSH, EUTECTIC, SAND], ids=["pure", "mush", "eutectic", "sand"])
def test_states_keep_the_table(table):
    """T, fs and conductivity integral at any H; solidus and liquidus lie on knots, a plateau is flat to the bit."""
    states = States.of(table, 250.0, 1100.0)
    H = np.random.default_rng(1).uniform(float(table.enthalpy(260.0)), float(table.enthalpy(1090.0)), 20000)
    span = (H.max() - H.min()) / STATES
    steepest = np.diff(table.T).max() / np.diff(table.H)[np.diff(table.T).argmax()]
    np.testing.assert_allclose(states.at(H), table.temperature(H), atol=2.0 * steepest * span)
    np.testing.assert_allclose(states.fraction(H), table.solid_fraction(H), atol=2.0 / STATES * 10.0)
    if table is METAL:
        inside = np.linspace(float(table.enthalpy(600.0 + ZERO - 1e-9)), float(table.enthalpy(600.0 + ZERO)), 99)[2:-2]
        assert (states.at(inside) == 600.0 + ZERO).all()
        low, high = float(table.H[table.fs >= 1.0][-1]), float(table.H[table.fs <= 0.0][0])
        np.testing.assert_allclose(states.fraction(inside), (high - inside) / (high - low), rtol=1e-9)
        assert states.fraction(np.array([low, high])).tolist() == pytest.approx([1.0, 0.0], abs=1e-9)


def test_states_go_on_beyond_their_axis_as_the_kernel_does():
    """A wall far colder than every start: what is read from H equals what the march computed with."""
    bodies = nested(("metal",), "slab", (0.0, 0.01), (0.001,))
    pour = Pour(bodies, (METAL,), (), (650.0 + ZERO,), threads=1)
    H, walls = pour.begin()
    laws = [(Law(surface_temperature=20.0 + ZERO),)]
    for _ in range(200):
        moved = pour.advance(H, walls, laws, 1.0, since=0.0, poured=0.0)
        H, walls = moved.enthalpy, moved.wall
    assert moved.temperature.max() < 60.0 + ZERO
    np.testing.assert_allclose(pour.states[0].at(H[0]), moved.temperature, rtol=0, atol=1e-9)
    assert (pour.states[0].fraction(H[0]) == 1.0).all()


CONDUCTIVITY = (120.0, 40.0, 0.7)
LEVEL = alloy((120.0, 120.0), (2.6e6, 2.75e6), 1.02e9, 555.0, 615.0)


def casting(threads=1, edge=3e-3, h=700.0):
    """A cylinder of a mush with a chill beneath, in sand; 3d, cut cells, conductivities that do not vary."""
    cast = Cylinder(0.014, 0.0, 0.024, (0.0, 0.0, 0.018))
    chill = Box((0.012, 0.012, 0.009), (0.0, 0.0, 0.0135))
    block = Box((0.06, 0.06, 0.054), (0.0, 0.0, 0.027))
    bodies = assemble({"casting": cast, "chill": chill}, ("sand", block), "3d", edge)
    tables = (LEVEL, plain(40.0, 3.5e6), SAND)
    return Pour(bodies, tables, (joined(h),) * len(bodies.joints), (690.0 + ZERO, 298.15, 298.15), threads)


AIR = [(Law(h=20.0, temperature=298.15),) * 3] * 3


def rough(pour, seed=5):
    """Enthalpies that no symmetry makes simple."""
    rng = np.random.default_rng(seed)
    H, walls = pour.begin()
    return [h * rng.uniform(0.6, 1.0, h.size) for h in H], walls


def twin(pour, H, flux, h):
    """dH/dt of every body by plain sums: faces, given flux on free patches, contact in series.   W/m3"""
    T = [states.at(one) for states, one in zip(pour.states, H, strict=True)]
    power = [np.zeros(one.size) for one in H]
    for body, cells in enumerate(pour.bodies.cells):
        size, near = np.array(cells.lattice.spacing), neighbours(cells, np.arange(cells.index.size))
        G = np.tile(np.repeat(size.prod() / size**2, 2), (cells.index.size, 1))
        G[cells.rim] = cells.rim_conductance
        power[body] += CONDUCTIVITY[body] * (G * (T[body][near] - T[body][:, None])).sum(1)
        free = pour.bodies.touching[body] < 0
        np.add.at(power[body], cells.patch_cell[free], flux * cells.patch_area[free])
    for joint in pour.bodies.joints:
        a, b = (pour.bodies.cells[body] for body in (joint.one, joint.other))
        ka, kb = (CONDUCTIVITY[body] for body in (joint.one, joint.other))
        near = REACH * (min(a.lattice.spacing) / ka + min(b.lattice.spacing) / kb)
        for mine, theirs in zip(joint.mine, joint.theirs, strict=True):
            c, e = a.patch_cell[mine], b.patch_cell[theirs]
            series = a.patch_distance[mine] / ka + 1.0 / h + b.patch_distance[theirs] / kb
            q = a.patch_area[mine] * (T[joint.other][e] - T[joint.one][c]) / max(series, 0.55 / h, near)
            power[joint.one][c] += q
            power[joint.other][e] -= q
    return [one / volume for one, volume in zip(power, pour.volume, strict=True)]


@pytest.mark.parametrize("h", [50.0, 700.0, 1e6])
def test_the_rate_of_touching_bodies_agrees_with_plain_sums(h):
    """What a step of a microsecond does."""
    pour, dt = casting(h=h), 1e-6
    H, walls = rough(pour)
    moved = pour.advance(H, walls, [(Law(flux=-3e4),) * 3] * 3, dt, since=0.0, poured=0.0)
    assert moved.dt == dt
    for before, after, rate in zip(H, moved.enthalpy, twin(pour, H, -3e4, h), strict=True):
        np.testing.assert_allclose((after - before) / dt, rate, rtol=1e-3, atol=1e-4 * np.abs(rate).max())


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), dt=st.floats(1e-3, 30.0))
def test_energy_of_any_step(seed, dt):
    """The heat of all bodies changes by what crossed the outer walls, to round-off, however long the step."""
    pour = POUR
    H, walls = rough(pour, seed)
    moved = pour.advance(H, walls, AIR, dt, since=0.0, poured=0.0)
    pairs = zip(pour.volume, H, moved.enthalpy, strict=True)
    changes = [volume @ (after - before) for volume, before, after in pairs]
    assert abs(sum(changes) - sum(moved.heat.values())) < 1e-12 * max(abs(change) for change in changes)


POUR = casting()


def test_the_number_of_threads_changes_no_bit():
    ends = []
    for threads in (1, 2, 3):
        pour = casting(threads)
        H, walls = rough(pour)
        for step in range(3):
            moved = pour.advance(H, walls, AIR, 1.0, since=0.0, poured=float(step))
            H, walls = moved.enthalpy, moved.wall
        ends.append(np.concatenate([*H, *walls]))
    assert ends[0].tobytes() == ends[1].tobytes() == ends[2].tobytes()


def test_a_mirrored_casting_has_mirrored_temperatures():
    """A part that no plane cuts alike, and its mirror image about x = 0."""
    found = []
    for sign in (1.0, -1.0):
        cast = Cylinder(0.011, 0.0, 0.018, (sign * 0.002, 0.001, 0.012))
        chill = Box((0.01, 0.012, 0.009), (sign * 0.005, 0.0, 0.0075))
        block = Box((0.048, 0.048, 0.042), (0.0, 0.0, 0.021))
        shapes = {"casting": cast, "chill": chill}
        bodies = assemble(shapes, ("sand", block), "3d", 2e-3)
        tables = (METAL, plain(40.0, 3.5e6), SAND)
        pour = Pour(bodies, tables, (joined(700.0),) * 3, (690.0 + ZERO, 298.15, 298.15), 1)
        H, walls = pour.begin()
        for _ in range(20):
            moved = pour.advance(H, walls, AIR, 1.0, since=0.0, poured=0.0)
            H, walls = moved.enthalpy, moved.wall
        cells = bodies.cells[0]
        order = np.lexsort((np.round(cells.centres() * (sign, 1.0, 1.0) / 1e-4)).T)
        found.append(moved.temperature[order])
    np.testing.assert_allclose(
        found[0], found[1], rtol=0, atol=6.7e-7
    )  # 1e-9 of the span: a plateau magnifies round-off


def test_a_casting_that_is_shaken_out_is_alone():
    """Without the bodies around it, its joints are walls of their zones."""
    pour = casting()
    H, walls = rough(pour)
    moved = pour.advance(H[:1], walls[:1], AIR[:1], 0.5, since=0.0, poured=0.0)
    assert len(moved.enthalpy) == 1
    came = sum(moved.heat.values())
    assert pour.volume[0] @ (moved.enthalpy[0] - H[0]) == pytest.approx(came, rel=1e-12)
    cells = pour.bodies.cells[0]
    steady = -20.0 * cells.patch_area.sum() * (float(moved.temperature.mean()) - 298.15) * 0.5
    assert came == pytest.approx(steady, rel=0.05)


def test_a_contact_of_time_is_asked_for_the_time_since_the_pour():
    bodies = nested(("metal", "sand"), "slab", (0.0, 0.01, 0.03), (0.001, 0.001))
    asked = []

    def late(one, other, time):
        asked.append(time)
        return np.full_like(one, 500.0)

    pour = Pour(bodies, (MUSH, SAND), (late,), (690.0 + ZERO, 298.15), 1)
    H, walls = pour.begin()
    pour.advance(H, walls, [(SHUT,), (SHUT,)], 2.0, since=1.0, poured=40.0)
    assert min(asked) == 40.0 and max(asked) == 42.0
