"""Heat kernels against slow twins, and the door."""

import numpy as np
import pytest

from metaltwin.kernels import heat
from metaltwin.kernels.enthalpy import enthalpy, temperature
from metaltwin.kernels.fractions import fractions
from metaltwin.kernels.heat import Plan, conduct_constant, conduct_nonlinear, triad
from metaltwin.kernels.lookup import interval
from metaltwin.solver.state import products

LOW, STEP, KNOTS = 200.0, 2.0, 701
AXIS = LOW + STEP * np.arange(KNOTS)


def tables(phases):
    """Enthalpy and conductivity of a made-up steel; the first phase has a sharp peak of its heat capacity."""
    peak = 3.0e9 * np.exp(-(((AXIS - 1000.0) / 20.0) ** 2))
    H = [np.cumsum(2.0 * (3.6e6 + 800.0 * p * AXIS + (p == 0) * peak / 40.0)) - 1e8 * p for p in range(phases)]
    k = [50.0 - 8.0 * p - (0.02 - 0.008 * p) * (AXIS - 273.0) for p in range(phases)]
    return np.array(H), np.array(k)


def brick(shape, phases, spacing=(1e-3, 1.5e-3, 2e-3), law=0.0, threads=1, changes=None):
    """A box with walls all round: runs inside, rim outside."""
    nx, ny, nz = shape
    n = nx * ny * nz
    place = np.stack([np.arange(n) % nx, np.arange(n) // nx % ny, np.arange(n) // (nx * ny)], axis=1)
    area = np.prod(spacing) / np.array(spacing)
    G = np.zeros((n, 6))
    wall = []
    for face in range(6):
        axis, side = face // 2, face % 2
        closed = place[:, axis] == (shape[axis] - 1 if side else 0)
        G[~closed, face] = area[axis] / spacing[axis]
        wall += [(cell, area[axis], spacing[axis] / 2, axis) for cell in np.flatnonzero(closed)]
    inside = (G > 0).all(axis=1)
    beside = np.array([-1, 1, -nx, nx, -nx * ny, nx * ny])
    firsts = [1 + nx * (j + ny * k) for k in range(1, nz - 1) for j in range(1, ny - 1)]
    rows = [(first, nx - 2, *(first + beside[2:])) for first in firsts]
    cell, patch_area, distance, zone = (np.array(column) for column in zip(*wall, strict=True))
    H, k = tables(phases)
    arrays = dict(
        count=n, spacing=spacing, run=np.array(rows, np.int64).reshape(-1, 6),
        rim=np.flatnonzero(~inside), rim_neighbour=np.clip(np.flatnonzero(~inside)[:, None] + beside, 0, n - 1),
        rim_conductance=G[~inside],
        rim_volume=np.full((~inside).sum(), np.prod(spacing)), rim_share=np.ones((~inside).sum()),
        patch_cell=cell, patch_area=patch_area, patch_distance=distance, patch_zone=zone, zones=3, reach=1e-4,
        enthalpy=H, conductivity=k, low=LOW, step=STEP, threads=threads,
    )  # fmt: skip
    arrays.update(changes or {})
    return Plan(**arrays), G, wall


def mixture(phases, n, rng):
    z = rng.random((phases, n)) * (rng.random((phases, n)) > 0.3)
    z[0] += 0.01
    z = fractions(products(z / z.sum(axis=0)))
    T = rng.uniform(300.0, 1400.0, n)
    H = sum(z[p] * np.interp(T, AXIS, tables(phases)[0][p]) for p in range(phases))
    return z, T, H


def twin_rate(shape, spacing, T, z, G, wall, law, phases):
    """dH/dt [W/m3] and wall heat [W] by plain loops."""
    _, k_table = tables(phases)
    nx, ny, _ = shape
    k = sum(z[p] * np.interp(T, AXIS, k_table[p]) for p in range(phases))
    theta = np.append(0.0, np.cumsum(0.5 * STEP * (k_table[0, 1:] + k_table[0, :-1])))
    j = ((T - LOW) // STEP).astype(int)
    single = theta[j] + (T - AXIS[j]) * 0.5 * (k_table[0][j] + k)
    rate, heat = np.zeros(T.size), []
    for cell in range(T.size):
        for face, shift in enumerate((-1, 1, -nx, nx, -nx * ny, nx * ny)):
            if G[cell, face]:
                other = cell + shift
                series = 2.0 * k[cell] * k[other] / (k[cell] + k[other]) * (T[other] - T[cell])
                rate[cell] += G[cell, face] * (single[other] - single[cell] if phases == 1 else series)
    for cell, area, distance, _ in wall:

        def gap(Ts, cell=cell, distance=distance):
            middle = 0.5 * (Ts + T[cell])
            at = sum(z[p, cell] * np.interp(middle, AXIS, k_table[p]) for p in range(phases))
            return at * (Ts - T[cell]) - distance * np.interp(Ts, AXIS, law)

        low, high = LOW, AXIS[-1]
        for _ in range(80):
            low, high = (0.5 * (low + high), high) if gap(0.5 * (low + high)) < 0 else (low, 0.5 * (low + high))
        heat.append(area * np.interp(low, AXIS, law))
        rate[cell] += heat[-1]
    return rate / np.prod(spacing), np.array(heat)


def steep(*laws):
    """Laws as the plan takes them: the fluxes at the knots, then the steepest fall of each."""
    rows = np.array(laws)
    return np.column_stack([rows, np.maximum(0.0, -np.diff(rows, axis=1).min(1) / STEP)])


@pytest.mark.parametrize("phases", [1, 3])
def test_the_rate_agrees_with_plain_loops(phases):
    rng, shape, spacing = np.random.default_rng(phases), (7, 6, 5), (1e-3, 1.5e-3, 2e-3)
    plan, G, wall = brick(shape, phases)
    z, T, H = mixture(phases, 210, rng)
    law = 2000.0 * (300.0 - AXIS) * (1.0 + np.exp(-(((AXIS - 600.0) / 100.0) ** 2)))
    power, out = np.empty(3), np.empty(210)
    plan.begin(H, products(z), np.full(210, 500.0), np.full(len(wall), 500.0))
    plan.look(False, steep(law), np.zeros(len(wall), np.int64))
    plan.sum(power)
    plan.rate(out)
    plan.survey(None)
    expected, heat = twin_rate(shape, spacing, T, z, G, wall, law, phases)
    np.testing.assert_allclose(plan.T, T, rtol=0, atol=1e-9)
    np.testing.assert_allclose(out, expected, rtol=1e-9, atol=1e-9 * abs(expected).max())
    by_zone = np.bincount([w[3] for w in wall], heat, minlength=3)
    np.testing.assert_allclose(power, by_zone, rtol=1e-9)
    assert abs(out.sum() * np.prod(spacing) - power.sum()) < 1e-12 * abs(power).sum()


def test_the_stage_is_the_recurrence():
    rng = np.random.default_rng(2)
    plan, _, wall = brick((7, 6, 5), 3)
    z, T, H = mixture(3, 210, rng)
    law = steep(1000.0 * (300.0 - AXIS))
    plan.source[0] = 3e6
    plan.begin(H, products(z), T, np.full(len(wall), 500.0))
    for array in (plan.F0, plan.D1, plan.D2):
        array[:] = rng.standard_normal(210) * 1e6
    plan.look(True, law, np.zeros(len(wall), np.int64))
    rate = np.empty(210)
    plan.rate(rate)
    expected = 0.7 * plan.D1 - 0.2 * plan.D2 + 0.3 * rate - 0.1 * plan.F0
    plan.E[:] = 5.0
    plan.stage(0.7, -0.2, 0.3, -0.1, note=2.0, first=False)
    np.testing.assert_allclose(plan.D1, expected, rtol=1e-12, atol=1e-6)
    np.testing.assert_allclose(plan.E, 5.0 + 2.0 * expected, rtol=1e-6)


@pytest.mark.parametrize("phases", [1, 3])
def test_a_start_that_fills_no_array_is_that_of_the_recurrence(phases):
    """Three stages from D1 = weight F0, D2 = 0 against the same with arrays that hold just that."""
    rng, found = np.random.default_rng(4), []
    z, T, H = mixture(phases, 210, rng)
    F0 = rng.standard_normal(210) * 1e6
    for told in (True, False):
        plan, _, wall = brick((7, 6, 5), phases)
        plan.begin(H, products(z), T.copy(), np.full(len(wall), 500.0))
        plan.F0[:] = F0
        if told:
            plan.start(0.3)
            plan.D1[:] = plan.D2[:] = np.nan
        else:
            plan.D1[:], plan.D2[:] = 0.3 * F0, 0.0
        for coefficients in ((0.7, -0.2, 1e-3, -0.1), (1.4, -0.6, 2e-3, 0.2), (1.5, -0.7, 1e-3, 0.1)):
            plan.look(True, steep(1000.0 * (300.0 - AXIS)), np.zeros(len(wall), np.int64))
            plan.stage(*coefficients)
        found.append(plan.D1.copy())
    np.testing.assert_allclose(*found, rtol=1e-10, atol=1e-6)


@pytest.mark.parametrize("phases", [1, 4])
def test_any_number_of_threads_and_of_planes_gives_the_same_bits(phases, monkeypatch):
    shape, results, n = (37, 21, 19), [], 37 * 21 * 19
    z, T, H = mixture(phases, n, np.random.default_rng(3))
    for threads, size in ((1, n), (2, 1), (5, 1), (2, 3000)):
        monkeypatch.setattr(heat, "TILE", size)
        planes = {"planes": np.arange(20) * 37 * 21} if size < n else {}
        plan, _, wall = brick(shape, phases, threads=threads, changes=planes)
        power = np.empty(3)
        plan.begin(H, products(z), T + 30.0, np.full(len(wall), 500.0))
        plan.look(False, steep(3000.0 * (300.0 - AXIS)), np.zeros(len(wall), np.int64))
        plan.rate(plan.F0)
        plan.start(1e-3)
        plan.look(True, steep(3000.0 * (300.0 - AXIS)), np.zeros(len(wall), np.int64))
        plan.sum(power)
        plan.stage(0.9, -0.2, 1e-3, -2e-4, note=0.3)
        results.append((plan.F0.tobytes(), plan.D1.tobytes(), power.tobytes(), plan.wall.tobytes(), plan.survey(-0.2)))
    assert all(result == results[0] for result in results)


def test_planes_that_do_not_hold_the_neighbours_are_refused(monkeypatch):
    monkeypatch.setattr(heat, "TILE", 1)
    with pytest.raises(ValueError, match="not in its plane"):
        brick((7, 6, 5), 1, changes={"planes": np.arange(31) * 7})
    with pytest.raises(ValueError, match="must ascend from 0"):
        brick((7, 6, 5), 1, changes={"planes": np.arange(5) * 42})


def test_an_error_below_what_another_body_has_is_not_averaged():
    plan, _, wall = brick((9, 8, 7), 1)
    n, spike = 504, np.zeros(504)
    spike[4 + 9 * (4 + 8 * 3)] = 1e6
    H = np.full(n, np.interp(800.0, AXIS, tables(1)[0][0]))
    plan.begin(H, np.empty((0, n)), np.full(n, 800.0), np.full(len(wall), 800.0))

    def error(floor):
        plan.look(True, steep(0.0 * AXIS), np.zeros(len(wall), np.int64))
        plan.E[:] = spike
        return plan.survey(1.0, 2, floor)[1]

    raw = error(1e9)
    assert error(0.9 * raw) == error(0.0) < 0.5 * raw


def test_straight_lines_stay_straight_and_uniform_stays_uniform():
    plan, _, wall = brick((9, 7, 5), 1, changes={"conductivity": np.full((1, KNOTS), 30.0)})
    H_table, _ = tables(1)
    x = np.arange(315) % 9
    for T in (400.0 + 60.0 * x, np.full(315, 777.7)):
        out = np.empty(315)
        plan.begin(np.interp(T, AXIS, H_table[0]), np.empty((0, 315)), T.copy(), np.full(len(wall), 500.0))
        plan.look(False, np.zeros((1, KNOTS + 1)), np.zeros(len(wall), np.int64))
        plan.rate(out)
        inner = (x > 0) & (x < 8) | (np.ptp(T) == 0)
        assert abs(out[inner]).max() < 1e-6 * 30.0 * 60.0 / 1e-3**2


def test_gershgorin_bounds_the_true_spectral_radius():
    plan, _, wall = brick((6, 5, 4), 1, changes={"conductivity": np.full((1, KNOTS), 30.0)})
    T, H_table = np.full(120, 555.0), tables(1)[0]
    H = np.interp(T, AXIS, H_table[0])
    law = steep(20000.0 * (300.0 - AXIS))
    columns = []
    for sign in (1.0, -1.0):
        for cell in range(120):
            D = np.zeros(120)
            D[cell] = sign * 1e4
            plan.begin(H, np.empty((0, 120)), T.copy(), np.full(len(wall), 500.0))
            plan.D1[:] = D
            plan.look(True, law, np.zeros(len(wall), np.int64))
            out = np.empty(120)
            plan.rate(out)
            columns.append(out)
    jacobian = (np.array(columns[:120]) - np.array(columns[120:])).T / 2e4
    true = abs(np.linalg.eigvals(jacobian)).max()
    radius, _ = plan.survey(None)
    assert true < radius < 1.6 * true


def one_patch(distance, law, Ti):
    """Wall temperature and flux of one cell with one patch; k = 30."""
    plan = Plan(
        count=1, spacing=(np.inf,) * 3, run=np.zeros((0, 6), np.int64),
        rim=np.arange(1), rim_neighbour=np.zeros((1, 6), np.int64), rim_conductance=np.zeros((1, 6)),
        rim_volume=np.ones(1), rim_share=np.ones(1), patch_cell=np.zeros(1, np.int64),
        patch_area=np.ones(1), patch_distance=np.array([distance]), patch_zone=np.zeros(1, np.int64), zones=1,
        reach=1e-4, enthalpy=tables(1)[0], conductivity=np.full((1, KNOTS), 30.0), low=LOW, step=STEP,
        threads=1,
    )  # fmt: skip
    power = np.empty(1)
    plan.begin(np.interp([Ti], AXIS, tables(1)[0][0]), np.empty((0, 1)), np.array([Ti]), np.array([Ti]))
    plan.look(False, steep(law), np.zeros(1, np.int64))
    plan.sum(power)
    return plan.wall[0], power[0]


def test_the_hold_is_one_for_the_whole_law_so_that_the_flux_never_jumps():
    """A boiling curve, whose slope changes from piece to piece, under a wall inside the cell centre."""
    law = -1e6 * np.exp(-(((AXIS - 700.0) / 80.0) ** 2)) - 300.0 * (AXIS - 300.0)
    T = np.linspace(500.0, 1100.0, 2001)
    q = np.array([one_patch(-1.5e-3, law, Ti)[1] for Ti in T])
    steepest = -np.diff(law).min() / STEP
    assert 1.5e-3 > 0.45 * 30.0 / steepest  # the hold binds
    assert abs(np.diff(q)).max() < 3.0 * steepest * (T[1] - T[0])


def test_the_wall_distance_may_be_negative_and_is_held():
    h, T, far = 1000.0, 900.0, 300.0
    law = h * (far - AXIS)
    for distance, resistance in (
        (5e-4, 5e-4 / 30 + 1 / h),
        (-5e-4, -5e-4 / 30 + 1 / h),
        (-0.1, 0.55 / h),  # held: 0.1/30 is more than 0.45/h
    ):
        Ts, q = one_patch(distance, law, T)
        assert q == pytest.approx((far - T) / resistance, rel=1e-12)
        assert Ts == pytest.approx(far - q / h, rel=1e-12)


def test_a_prescribed_surface_temperature_loses_no_digits():
    Ts, q = one_patch(5e-4, 1e9 * (333.3 - AXIS), 900.0)
    assert q == pytest.approx((333.3 - 900.0) / (5e-4 / 30 + 1e-9), rel=1e-11)
    assert Ts == pytest.approx(333.3, abs=0.1)
    _, q = one_patch(0.0, 1e9 * (333.3 - AXIS), 900.0)  # on the wall: held at 0.1 mm of matter
    assert q == pytest.approx((333.3 - 900.0) / (1e-4 / 30), rel=1e-6)


def test_a_boiling_curve_too_steep_for_the_cell_still_has_a_wall_temperature():
    law = -2e6 * np.exp(-(((AXIS - 500.0) / 30.0) ** 2)) - 10.0 * (AXIS - 300.0)
    for Ti in np.linspace(310.0, 1400.0, 40):
        Ts, q = one_patch(5e-3, law, Ti)
        assert 30.0 * (Ts - Ti) == pytest.approx(5e-3 * q, rel=1e-9)
        assert q == pytest.approx(np.interp(Ts, AXIS, law), rel=1e-9)


def test_the_mixture_inverse_is_exact_from_any_guess():
    rng = np.random.default_rng(4)
    z, T, _ = mixture(4, 300, rng)
    H_table = tables(4)[0]
    for cell in range(300):
        H = enthalpy(T[cell], z, cell, H_table, LOW, STEP)
        expected = sum(z[p, cell] * np.interp(T[cell], AXIS, H_table[p]) for p in range(4))
        found = temperature(H, z, cell, H_table, LOW, STEP, rng.uniform(0, 3000))
        assert H == pytest.approx(expected, rel=1e-14)
        assert found == pytest.approx(T[cell], abs=1e-9)
    beyond = enthalpy(1800.0, z, 0, H_table, LOW, STEP)
    assert temperature(beyond, z, 0, H_table, LOW, STEP, 300.0) == pytest.approx(1800.0, abs=1e-9)


def test_an_interval_is_always_inside_the_table():
    assert [interval(0.0, 1.0, 5, x) for x in (-1.0, 0.5, 3.5, 9.0, np.nan)] == [0, 0, 3, 3, 0]


def twin_box(v, base, x, y, z):
    p = np.pad(v, 1, mode="edge")
    c = p[1:-1, 1:-1, 1:-1]
    return (
        base
        + x * (p[1:-1, 1:-1, 2:] + p[1:-1, 1:-1, :-2] - 2 * c)
        + y * (p[1:-1, 2:, 1:-1] + p[1:-1, :-2, 1:-1] - 2 * c)
        + z * (p[2:, 1:-1, 1:-1] + p[:-2, 1:-1, 1:-1] - 2 * c)
    )


@pytest.mark.parametrize("shape", [(5, 70, 9), (33, 3, 2), (1, 1, 1), (2, 130, 17), (40, 35, 5)])
def test_the_box_steps_agree_with_numpy(shape):
    rng = np.random.default_rng(5)
    T = rng.uniform(300.0, 1200.0, shape)
    out = np.empty(shape)
    for threads in (1, 2):
        expected = T
        for steps in (1, 2, 3):
            expected = twin_box(expected, expected, 0.11, 0.07, 0.05)
            conduct_constant(T, 0.11, 0.07, 0.05, out, threads, steps)
            np.testing.assert_allclose(out, expected, rtol=1e-13)
        H, knots = T * 4e6, np.linspace(1e9, 5e9, 101)
        theta = 3e4 * (knots / 4e9) ** 1.3
        pairs = np.stack([theta[:-1], np.diff(theta)], axis=1)
        conduct_nonlinear(H, pairs, knots[0], knots[1] - knots[0], 900.0, 700.0, 500.0, out, threads)
        expected = twin_box(np.interp(H, knots, theta), H, 900.0, 700.0, 500.0)
        np.testing.assert_allclose(out, expected, rtol=1e-12)


def test_triad_is_a_triad():
    a, b, c = np.zeros(1001), np.arange(1001.0), np.ones(1001)
    triad(a, b, c, 3.0, 2)
    np.testing.assert_array_equal(a, b + 3.0)


def test_the_door_refuses_what_the_loops_would_misread():
    T, out = np.zeros((4, 5, 6)), np.zeros((4, 5, 6))
    for bad in (np.zeros((4, 5, 12))[:, :, ::2], T.astype(np.float32), np.zeros((6, 5, 4)), [[[0.0]]]):
        with pytest.raises(ValueError, match="out must be"):
            conduct_constant(T, 0.1, 0.1, 0.1, bad)
    with pytest.raises(ValueError, match="share memory"):
        conduct_constant(T, 0.1, 0.1, 0.1, T)
    with pytest.raises(ValueError, match="at least one step"):
        conduct_constant(T, 0.1, 0.1, 0.1, out, steps=0)
    with pytest.raises(ValueError, match="share memory"):
        conduct_nonlinear(T, np.zeros((3, 2)), 0.0, 1.0, 0.1, 0.1, 0.1, T)
    with pytest.raises(ValueError, match="share memory"):
        triad(out.ravel()[:10], out.ravel()[5:15], np.zeros(10), 1.0)
    for changes, message in (
        ({"rim": np.arange(5, dtype=np.int32)}, "rim must be int64"),
        ({"rim": np.arange(5)}, "rim_neighbour must be"),
        ({"patch_zone": np.full(214, 7)}, "patch_zone must lie"),
        ({"rim_neighbour": np.full((150, 6), 210)}, "neighbours must be cells"),
        ({"run": np.zeros((0, 6), np.int64)}, "one run or in the rim"),
        ({"enthalpy": tables(1)[0][:, ::2]}, "must be"),
    ):
        with pytest.raises(ValueError, match=message):
            brick((7, 6, 5), 1, changes=changes)


def test_the_plan_checks_what_a_step_hands_in():
    plan, _, wall = brick((7, 6, 5), 2)
    z, T, H = mixture(2, 210, np.random.default_rng(6))
    guess = np.full(len(wall), 500.0)
    with pytest.raises(ValueError, match="products must be"):
        plan.begin(H, z, T, guess)
    with pytest.raises(ValueError, match="H0 must be in C order"):
        plan.begin(np.zeros(420)[::2], products(z), T, guess)
    plan.begin(H, products(z), T, guess)
    laws = np.zeros((2, KNOTS + 1))
    with pytest.raises(ValueError, match="patch_law must lie in -1..1"):
        plan.look(False, laws, np.full(len(wall), 2))
    with pytest.raises(ValueError, match="laws must be"):
        plan.look(False, np.zeros((2, 5)), np.zeros(len(wall), np.int64))


@pytest.mark.parametrize("off", [0.5, 30.0])
def test_products_with_the_same_properties_count_as_one(off):
    """Few cells change their knots from a near guess, most of them from a far one: both paths find the temperature."""
    n, rng = 210, np.random.default_rng(5)
    H_table, k_table = tables(4)
    H_table[3], k_table[3] = H_table[1], k_table[1]
    plan, _, wall = brick((7, 6, 5), 4, changes={"enthalpy": H_table, "conductivity": k_table})
    z, T, _ = mixture(4, n, rng)
    H = sum(z[p] * np.interp(T, AXIS, H_table[p]) for p in range(4))
    guess = T + rng.uniform(-off, off, n)
    plan.begin(H, products(z), guess, np.full(len(wall), 500.0))
    plan.look(False, steep(1000.0 * (300.0 - AXIS)), np.zeros(len(wall), np.int64))
    assert plan.survey(None)[0] > 0.0
    np.testing.assert_allclose(plan.T, T, rtol=0, atol=1e-9)


def test_more_kinds_of_products_than_the_loops_take_are_refused():
    with pytest.raises(ValueError, match="at most 8 products"):
        brick((4, 4, 4), 10)


@pytest.mark.parametrize("phases", [1, 4])
def test_errors_are_averaged_with_their_neighbours(phases):
    """Of a chessboard nothing but the last of seven digits, a uniform error stays what it is averaged or not."""
    nx, ny, nz = shape = (9, 8, 7)
    n, rng = nx * ny * nz, np.random.default_rng(7)
    plan, _, wall = brick(shape, phases)
    z, T, _ = mixture(phases, n, rng)
    T[:], z[:] = 800.0, z[:, :1]
    H = sum(z[p] * np.interp(T, AXIS, tables(phases)[0][p]) for p in range(phases))
    place = np.arange(n)
    chess = 1.0 - 2.0 * ((place % nx + place // nx % ny + place // (nx * ny)) % 2)

    def error(pattern, sweeps):
        plan.begin(H, products(z), T.copy(), np.full(len(wall), 800.0))
        plan.look(True, steep(0.0 * AXIS), np.zeros(len(wall), np.int64))
        plan.D1[:], plan.E[:] = 0.0, 1e6 * pattern
        return plan.survey(1.0, sweeps)[1]

    raw = error(chess, 0)
    assert raw > 0.05 and raw == pytest.approx(error(np.ones(n), 0))
    assert error(chess, 1) < np.finfo(np.float32).eps * raw
    assert error(np.ones(n), 3) == pytest.approx(raw, rel=float(np.finfo(np.float32).eps))
    spike = np.zeros(n)
    spike[nx // 2 + nx * (ny // 2 + ny * (nz // 2))] = 1.0
    assert error(spike, 1) == pytest.approx(0.5 * raw, rel=0.01)
