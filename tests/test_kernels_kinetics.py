"""The kinetics kernel against quadrature, an ODE solver and root finding; threads; tempering."""

import numpy as np
import pytest
from numba import get_num_threads, set_num_threads
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq

from metaltwin.kernels.fractions import fractions
from metaltwin.kernels.hardness import temper
from metaltwin.kernels.kinetics import BLOCK, CALM, Laws, _fraction, _progress, ratchet, react
from metaltwin.solver.kinetics import li98
from metaltwin.solver.state import products

LOW, STEP, COUNT = 200.0, 2.0, 600
T = LOW + STEP * np.arange(COUNT)
DENSITY = 7800.0

# S(X) of Li et al. 1998, steel.md 2.1
S_TABLE = {
    0.0001: 0.0066, 0.001: 0.0264, 0.005: 0.0691, 0.01: 0.1043, 0.02: 0.1573, 0.05: 0.2689, 0.1: 0.4012,
    0.2: 0.5962, 0.3: 0.7529, 0.4: 0.8929, 0.5: 1.0259, 0.6: 1.1589, 0.7: 1.2988, 0.8: 1.4556, 0.9: 1.6506,
    0.95: 1.7829, 0.99: 1.9474, 0.999: 2.0254, 1.0: 2.0518,
}  # fmt: skip


def laws(rows=2, latent=0.0, **given):
    """Laws of `rows` phases with one heat capacity, austenite `latent` J/kg above the others."""
    table = np.array([DENSITY * 600.0 * T] + [DENSITY * (600.0 * T - latent)] * (rows - 1))
    share, knot, hint, first = li98()
    nothing = dict(
        low=LOW, step=STEP, per=1.0 / STEP, table=table, product=np.zeros(0, np.int64),
        rates=np.zeros((0, COUNT)), limits=np.ones((0, COUNT)), windows=np.zeros((0, 2)),
        exponents=np.zeros(0), share=share, knot=knot, hint=hint, first=first, start=-np.inf, alpha=0.011,
        ac1=np.inf, ac3=np.inf, tau1=1.0, tau3=1.0, martensite=-1, latent=latent / 600.0 if latent else -1.0,
        classes=np.empty((0, 4)), least=0.0, classed=0.0, row=0, part=0.0,
    )  # fmt: skip
    nothing["bents"] = np.zeros(len(given.get("exponents", ())))
    return Laws(**nothing | given)


def run(law, phases, before, after, dt, lowest=None):
    """One step of n cells: phases, temperature, lowest, largest, horizon."""
    n = before.size
    H = np.einsum("pn,pn->n", phases, [np.interp(after, T, row) for row in law.table])
    blocks = -(-n // BLOCK)
    old, latent, T_new = products(phases), np.empty(n, np.float32), after.copy()
    lowest = before.copy() if lowest is None else lowest
    new, largest, horizon = np.empty_like(old), np.empty(blocks), np.empty(blocks)
    react(
        law, np.empty(0),
        H, before, T_new, dt, old, lowest, np.zeros(n, np.float32), 0.02, new, latent, largest, horizon,
    )  # fmt: skip
    ratchet(T_new, old, new, lowest)
    return fractions(new), T_new, lowest, largest, horizon, H


def integrand(x):
    return x ** (-0.4 * (1.0 - x)) * (1.0 - x) ** (-0.4 * x)


@pytest.mark.parametrize("x", S_TABLE)
def test_li98_shape_has_the_published_integral(x):
    assert _progress(0.0, x, 1.0 - x, laws()) == pytest.approx(S_TABLE[x], abs=5.1e-5)


@pytest.mark.parametrize("x", [1e-12, 1e-9, 1e-6, 3e-4, 0.07, 0.4999, 0.61, 0.97])
def test_li98_shape_follows_quadrature_down_to_the_power_law(x):
    def smooth(u):  # x = u^(1/0.6) takes the singularity away
        y = u ** (1 / 0.6)
        return integrand(y) * y**0.4 / 0.6

    s = quad(smooth, 0.0, x**0.6, epsabs=0.0, epsrel=1e-11, limit=200)[0]
    assert _progress(0.0, x, 1.0 - x, laws()) == pytest.approx(s, rel=2e-6)
    if x < 1e-8:
        assert s == pytest.approx(x**0.6 / 0.6, rel=1e-6)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.5])
def test_shape_and_its_inverse_agree_to_round_off(exponent):
    law = laws()
    for x in np.concatenate([10.0 ** np.arange(-18.0, -0.5), np.linspace(0.01, 0.99, 40)]):
        there, rest = _fraction(exponent, _progress(exponent, x, 1.0 - x, law), law)
        assert there == pytest.approx(x, rel=1e-12)
        assert rest == pytest.approx(1.0 - x, rel=1e-12)
        there, rest = _fraction(exponent, _progress(exponent, 1.0 - x, x, law), law)
        assert rest == pytest.approx(x, rel=1e-9)
    if exponent == 0.0:
        assert _fraction(0.0, 2.06, law) == (1.0, 0.0)


def test_two_products_compete_as_the_differential_equation_says():
    """Two li98 products on a cooling path against dX_i = (X_i + g) f(xi_i) r_i dt by an ODE solver."""
    rates = np.array([0.05 * np.exp(-(((T - 900.0) / 60.0) ** 2)), 0.08 * np.exp(-(((T - 800.0) / 70.0) ** 2))])
    law = laws(
        3, product=np.array([1, 2]), rates=rates, limits=np.ones((2, COUNT)),
        windows=np.array([[760.0, 960.0], [700.0, 900.0]]), exponents=np.zeros(2),
    )  # fmt: skip
    speed = 4.0

    def slope(t, x):
        where = 960.0 - speed * t
        g = max(1.0 - x.sum(), 0.0)
        out = np.zeros(2)
        for i, (low, high) in enumerate(law.windows):
            if low <= where <= high:
                xi = x[i] / (x[i] + g)
                f = (1.0 / integrand(xi)) if 0.0 < xi < 1.0 else 0.0
                out[i] = (x[i] + g) * f * np.interp(where, T, rates[i])
        return out

    # the first second by the power law, for at X = 0 the ODE has more than one solution
    first = np.trapezoid(rates[0][(T >= 956.0) & (T <= 960.0)], dx=STEP) / speed
    exact, time = np.array([(0.6 * first) ** (1 / 0.6), 1e-16]), 1.0
    for stop in (15.0, 50.0, 65.0):  # the windows open and close
        exact = solve_ivp(slope, (time, stop), exact, "LSODA", rtol=1e-9, atol=1e-14, max_step=0.2).y[:, -1]
        exact, time = np.maximum(exact, 1e-16), stop
    z, place = np.array([[1.0], [0.0], [0.0]]), np.array([960.0])
    for _ in range(130):
        z, place, *_ = run(law, z, place, place - 0.5 * speed, 0.5)
    assert z[1:, 0] == pytest.approx(exact, abs=5e-4)
    assert 0.05 < exact.min()


@pytest.mark.parametrize(("step", "error"), [(0.5, 2e-3), (0.1, 2e-4)])
def test_a_product_that_hinders_itself_takes_the_published_time(step, error):
    """At one temperature t(X) = integral of exp(b x^2) / f(x) / rate; the fraction halfway makes it second order."""
    rate, bent = 0.05, 2.75
    law = laws(
        product=np.array([1]), rates=np.full((1, COUNT), rate), limits=np.ones((1, COUNT)),
        windows=np.array([[600.0, 900.0]]), exponents=np.zeros(1), bents=np.array([bent]),
    )  # fmt: skip
    z, place, time = np.array([[1.0], [0.0]]), np.array([700.0]), 0.0
    for mark in (0.01, 0.5, 0.9):
        exact = quad(lambda u: np.exp(bent * u**5) * integrand(u**2.5) * 2.5 * u**1.5, 0.0, mark**0.4)[0] / rate
        while time < exact:
            dt = min(step, exact - time)
            z, place, *_ = run(law, z, place, place.copy(), dt)
            time += dt
        assert z[1, 0] == pytest.approx(mark, abs=error)


def test_martensite_and_its_latent_heat_meet_the_enthalpy():
    law = laws(latent=82e3, start=600.0, alpha=0.0177, martensite=1)
    before, after = np.array([620.0]), np.array([520.0])
    z, found, lowest, largest, _, H = run(law, np.array([[1.0], [0.0]]), before, after, 1.0)

    def excess(t):
        left = np.exp(-0.0177 * (600.0 - t))
        return left * np.interp(t, T, law.table[0]) + (1.0 - left) * np.interp(t, T, law.table[1]) - H[0]

    exact = brentq(excess, 500.0, 600.0, xtol=1e-10)
    assert found[0] == lowest[0] == pytest.approx(exact, abs=1e-7)
    assert exact - 520.0 > 50.0  # so the latent heat does matter here
    assert z[1, 0] == pytest.approx(1.0 - np.exp(-0.0177 * (600.0 - exact)), abs=1e-10)
    assert largest[0] == CALM * z[1, 0]


def test_threads_and_neighbours_change_no_bit():
    rng = np.random.default_rng(3)
    n = 5 * BLOCK + 77
    rates = np.array([0.05 * np.exp(-(((T - 900.0) / 60.0) ** 2)), 0.08 * np.exp(-(((T - 750.0) / 70.0) ** 2))])
    law = laws(
        4, 80e3, product=np.array([1, 2]), rates=rates, limits=np.ones((2, COUNT)),
        windows=np.array([[760.0, 960.0], [600.0, 900.0]]), exponents=np.array([0.0, 2.0]), start=600.0,
        martensite=3, ac1=1000.0, ac3=1060.0,
    )  # fmt: skip
    z = rng.dirichlet(np.ones(4), n).T.copy()
    before = rng.uniform(300.0, 1100.0, n)
    after = before + rng.uniform(-12.0, 12.0, n)
    threads = get_num_threads()
    try:
        results = []
        for count in (1, threads):
            set_num_threads(count)
            results.append(run(law, z, before, after, 0.7))
        backwards = run(law, z[:, ::-1].copy(), before[::-1].copy(), after[::-1].copy(), 0.7)
    finally:
        set_num_threads(threads)
    for one, many in zip(*results, strict=True):
        np.testing.assert_array_equal(one, many)
    for one, mirror in zip(results[0][:3], backwards[:3], strict=True):
        np.testing.assert_array_equal(one, mirror[..., ::-1])
    weight = np.array([[1.0], [1.0], [CALM]])
    assert results[0][3].max() >= (weight * np.abs(results[0][0] - z)[1:]).max()


def test_tempering_in_one_hold_or_many_steps_is_the_same():
    hold = (540.0 + 273.15) * (17.0 + np.log10(2.0))
    assert temper(0.0, 813.15, 813.15, 7200.0) == pytest.approx(hold, rel=1e-14)
    parameter = 0.0
    for dt in np.full(7200, 1.0):
        parameter = temper(parameter, 813.15, 813.15, dt)
    assert parameter == pytest.approx(hold, rel=1e-12)
    assert temper(hold, 813.15, 298.15, 600.0) == pytest.approx(hold, rel=1e-3)
    assert temper(0.0, 300.0, 360.0, 1e6) == 0.0


def test_tempering_on_a_ramp_follows_the_rate_equation():
    """P = T (C + log t) read as a rate: dP/dt = T / (t ln 10), t the equivalent time; by an ODE solver."""

    def slope(t, P):
        where = 600.0 + 0.05 * t
        return where / (np.log(10.0) * 10.0 ** (P / where - 17.0) * 3600.0)

    first = temper(0.0, 600.0, 600.0, 1.0)
    exact = solve_ivp(slope, (0.0, 4000.0), [first], "LSODA", rtol=1e-10, atol=1e-8).y[0, -1]
    parameter = first
    for k in range(400):
        parameter = temper(parameter, 600.0 + 0.5 * k, 600.5 + 0.5 * k, 10.0)
    assert parameter == pytest.approx(exact, rel=2e-5)
    coarse = temper(first, 600.0, 800.0, 4000.0)
    assert coarse == pytest.approx(exact, rel=3e-4)
