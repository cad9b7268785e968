"""What cells passed while they froze: against a travelling profile that is known, and a slow twin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaltwin.kernels.freezing import passed

SPACING = np.array([0.002, np.inf, np.inf])


def row(n):
    """Neighbours of cells in a row along x."""
    cells = np.arange(n)
    neighbour = np.full((cells.size, 6), -1)
    neighbour[1:, 0], neighbour[:-1, 1] = cells[:-1], cells[1:]
    return neighbour


def empty(levels, n):
    return np.full((levels, n), np.nan), np.full((1, n), np.nan), np.full((1, n), np.nan)


def test_a_travelling_front_is_dated_and_measured():
    """T = 700 + G (x - v t) passes 600 degC at t = (x + 100/G)/v, everywhere with gradient G and rate G v."""
    n, G, v, c, dt = 30, 5000.0, 0.004, 2.5e6, 0.37
    x = (np.arange(n) + 0.5) * SPACING[0]
    times, gradient, rate = empty(2, n)
    for step in range(120):
        t = step * dt
        T0, T1 = (700.0 + G * (x - v * at) for at in (t, t + dt))
        levels, fall = c * np.array([650.0, 600.0]), np.full(n, -c * G * v)
        passed(c * T0, c * T1, fall, T0, T1, t, dt, levels, 1, row(n), SPACING, times, gradient, rate)
    np.testing.assert_allclose(times[0], (x + 50.0 / G) / v, rtol=1e-12)
    np.testing.assert_allclose(times[1], (x + 100.0 / G) / v, rtol=1e-12)
    np.testing.assert_allclose(gradient, G, rtol=1e-9)
    np.testing.assert_allclose(rate, G * v, rtol=1e-9)


def test_a_cell_that_remelts_forgets_its_date_and_gets_the_later_one():
    times, gradient, rate = empty(1, 1)
    path = [10.0, 4.0, 8.0, 3.0]
    for step, (before, after) in enumerate(zip(path[:-1], path[1:], strict=True)):
        H0, H1 = np.array([before]), np.array([after])
        passed(H0, H1, H1 - H0, H0, H1, float(step), 1.0, np.array([5.0]), 0, row(1), SPACING, times, gradient, rate)
        assert np.isnan(times[0, 0]) == (after >= 5.0)
    assert times[0, 0] == 2.0 + 3.0 / 5.0
    assert rate[0, 0] == 5.0 and gradient[0, 0] == 0.0


def test_the_gradient_has_three_components():
    """3 x 3 x 3 cells of T = a . x: the one in the middle sees |a|, one at a corner too, from one side."""
    spacing, a = np.array([0.001, 0.002, 0.004]), np.array([3000.0, -2000.0, 500.0])
    place = np.stack(np.meshgrid(*[np.arange(3)] * 3, indexing="ij"), -1).reshape(-1, 3)[:, ::-1]
    number = place @ np.array([1, 3, 9])
    order = np.argsort(number)
    place = place[order]
    neighbour = np.full((27, 6), -1)
    for axis, shift in enumerate((1, 3, 9)):
        low, high = place[:, axis] > 0, place[:, axis] < 2
        neighbour[low, 2 * axis] = np.flatnonzero(low) - shift
        neighbour[high, 2 * axis + 1] = np.flatnonzero(high) + shift
    T = 900.0 + (place * spacing) @ a
    times, gradient, rate = empty(1, 27)
    level, even = np.array([900.0]), np.full(27, -500.0)
    passed(T + 500.0, T - 500.0, even, T, T, 0.0, 2.0, level, 0, neighbour, spacing, times, gradient, rate)
    np.testing.assert_allclose(gradient, np.linalg.norm(a), rtol=1e-12)


def test_the_gradient_beside_a_plane_of_symmetry():
    """T = a x^2 from a plane at x = 0: the first cell sees its image, and 2 a x exactly."""
    T = 900.0 + 4e6 * (0.001 * (np.arange(5) + 0.5)) ** 2
    neighbour = row(5)
    neighbour[0, 0] = 0
    times, gradient, rate = empty(1, 5)
    level, even = np.array([900.0]), np.full(5, -500.0)
    passed(T + 500.0, T - 500.0, even, T, T, 0.0, 2.0, level, 0, neighbour, SPACING, times, gradient, rate)
    x = SPACING[0] * (np.arange(5) + 0.5)
    np.testing.assert_allclose(gradient[0, :4], 2.0 * 4e6 * (0.001 / SPACING[0]) ** 2 * x[:4], rtol=1e-9)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_dates_agree_with_plain_loops(seed):
    rng = np.random.default_rng(seed)
    n, levels = 12, np.array([7.0, 5.0, 4.0])
    path = rng.uniform(0.0, 10.0, (6, n))
    times, gradient, rate = empty(3, n)
    for step, (H0, H1) in enumerate(zip(path[:-1], path[1:], strict=True)):
        passed(H0, H1, H1 - H0, H0, H1, float(step), 1.0, levels, 2, row(n), SPACING, times, gradient, rate)
    for cell in range(n):
        for q, level in enumerate(levels):
            expected = np.nan
            for step in range(5):
                a, b = path[step : step + 2, cell]
                if a >= level > b:
                    expected = step + (a - level) / (a - b)
                elif a < level <= b:
                    expected = np.nan
            np.testing.assert_allclose(times[q, cell], expected, rtol=1e-12)


@settings(max_examples=100, deadline=None)
@given(st.floats(0.0, 10.0), st.floats(1e-6, 10.0), st.floats(-100.0, 100.0))
def test_a_parabola_crosses_once_within_the_step(above, below, slope):
    """Whatever its slope at the start, the date lies in the step, and the parabola is at the level there."""
    times, gradient, rate = empty(1, 1)
    H0, H1, F0 = np.array([5.0 + above]), np.array([5.0 - below]), np.array([slope])
    passed(H0, H1, F0, H0, H1, 0.0, 1.0, np.array([5.0]), 0, row(1), SPACING, times, gradient, rate)
    w = times[0, 0]
    assert 0.0 <= w <= 1.0
    assert abs(above + slope * w + (-below - above - slope) * w * w) < 1e-9 * max(1.0, abs(slope))


def test_dates_err_by_the_third_power_of_the_step():
    """H falls as exp(-t); chords err by the second power, 20 times as much at the middle of these steps."""
    errors, chords, steps = [], [], (0.4, 0.2, 0.1, 0.05)
    for dt in steps:
        level, H0, H1 = np.exp(-0.43 * dt), np.array([1.0]), np.exp([-dt])
        times, gradient, rate = empty(1, 1)
        passed(H0, H1, -H0, H0, H1, 0.0, dt, np.array([level]), 0, row(1), SPACING, times, gradient, rate)
        errors.append(abs(times[0, 0] - 0.43 * dt))
        chords.append(abs(dt * (1.0 - level) / (1.0 - H1[0]) - 0.43 * dt))
    order = np.log2(errors[-2] / errors[-1])
    assert order == pytest.approx(3.0, abs=0.1) and np.log2(chords[-2] / chords[-1]) == pytest.approx(2.0, abs=0.1)
    assert errors[0] < 0.1 * chords[0]
