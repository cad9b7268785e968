"""A yield surface that moves: uniaxial cycles in closed form, its tangent, what a transformation leaves of it."""

import numpy as np
import pytest

from metaltwin.kernels import backstress, plasticity
from metaltwin.materials.matter import Matter, Mechanics, Phase, constant
from metaltwin.validation.bar import Bar

YOUNG, YIELD, HARD = 200e9, 250e6, 5e9
NONE = np.zeros((2, 0)), np.zeros(0)
ROW = np.array([76e9, 70e9, 160e9, 1e-4, 200e6, 1e9, 0.5e9, 0.0, 0.2, 0.3, 0.0])


def matter(kinematic: float, *more: Mechanics, **words) -> Matter:
    law = Mechanics(constant(YOUNG), constant(0.3), constant(0.0), constant(YIELD), constant(HARD))
    flat = constant(1.0)
    names = ("austenite", "bainite")
    phases = tuple(Phase(name, flat, flat, one) for name, one in zip(names, (law, *more), strict=False))
    return Matter("bar", 7800.0, phases, kinematic=kinematic, **words)


def slow_cycle(path, kinematic):
    """Stress along a path of uniaxial strain, by the rule in one dimension and tiny steps."""
    sigma = p = back = strain = 0.0
    for goal in path:
        for e in np.linspace(strain, goal, 20001)[1:]:
            trial = sigma + YOUNG * (e - strain)
            excess = abs(trial - back) - (YIELD + (1.0 - kinematic) * HARD * p)
            dp = max(excess, 0.0) / (YOUNG + HARD)
            sign = np.sign(trial - back)
            sigma, p, back = trial - YOUNG * dp * sign, p + dp, back + kinematic * HARD * dp * sign
            strain = e
    return sigma, p


@pytest.mark.parametrize("kinematic", [0.0, 0.4, 1.0])
def test_uniaxial_cycle(kinematic):
    bar, path = Bar(matter(kinematic), 300.0), (4e-3, -3e-3, 5e-3, 1e-3)
    for goal in path:
        bar.pull(goal, 300.0)
    sigma, p = slow_cycle(path, kinematic)
    assert bar.sigma == pytest.approx(sigma, rel=1e-9)  # both rules are exact for straight paths
    assert bar.plastic == pytest.approx(p, rel=1e-9)


def test_bauschinger_effect():
    """Pulled to 2 % and unloaded: kinematic yields in compression at twice the yield stress below, isotropic later."""
    first = YIELD + HARD * (0.02 - YIELD / YOUNG) / (1.0 + HARD / YOUNG)
    for kinematic, reverse in ((0.0, -first), (1.0, first - 2.0 * YIELD), (0.5, -YIELD)):
        bar = Bar(matter(kinematic), 300.0)
        bar.pull(0.02, 300.0)
        assert bar.sigma == pytest.approx(first, rel=1e-9)
        before = bar.plastic
        bar.pull(0.02 - (first - reverse) / YOUNG * (1.0 - 1e-6), 300.0)
        assert bar.plastic == before
        bar.pull(bar.strain - 1e-5, 300.0)
        assert bar.plastic > before


def tangent(flow, row, a, b):
    n = np.array(flow) / np.sqrt((np.array(flow[:3]) ** 2).sum() + 2.0 * (np.array(flow[3:]) ** 2).sum())
    one, twice = np.array([1.0, 1, 1, 0, 0, 0]), np.array([1.0, 1, 1, 2, 2, 2])
    columns = []
    for t in np.eye(6):
        along, deviator = n @ (t * twice), t - one * t[:3].sum() / 3.0
        stress = 2.0 * row[plasticity.SHEAR] * (a * (deviator - n * along) + b * n * along)
        columns.append(row[plasticity.BULK] * t[:3].sum() * one + stress)
    return np.array(columns).T


def stress(elastic, row):
    s = 2.0 * row[plasticity.SHEAR] * np.array(elastic)
    s[:3] += (row[plasticity.BULK] - 2.0 / 3.0 * row[plasticity.SHEAR]) * sum(elastic[:3])
    return s


@pytest.mark.parametrize("trip", [0.0, 5e-12])
@pytest.mark.parametrize("theta", [0.5, 1.0])
@pytest.mark.parametrize("size", [1e-5, 3e-3])
def test_tangent_is_exact(size, theta, trip):
    rng, row = np.random.default_rng(4), ROW.copy()
    row[plasticity.TRIP] = trip
    for _ in range(5):
        elastic, strain = tuple(rng.normal(size=6) * 3e-4), rng.normal(size=6) * size
        back = rng.normal(size=(2, 6)) * 2e-2
        back[:, :3] -= back[:, :3].mean(1, keepdims=True)

        def at(d, start=elastic, back=back):
            return backstress.moving(
                start, tuple(d), 1e-3, 2e-3, back, row, *NONE, theta, 0.3, False, 0.6, np.zeros((2, 6))
            )

        new, _, _, _, a, b, flow = at(strain)
        steps = 1e-8 * np.eye(6)
        slope = [(stress(at(strain + k)[0], row) - stress(at(strain - k)[0], row)) / 2e-8 for k in steps]
        exact = tangent(flow, row, a, b)
        assert np.abs(np.array(slope).T - exact).max() < 1e-7 * np.abs(exact).max()


@pytest.mark.parametrize("factor, creeping", [(False, True), (True, False), (True, True)])
def test_without_a_back_stress_it_is_the_common_law(factor, creeping):
    """A share of 1e-12 moves nothing that shows; creep and Leblond's factor act together with yield."""
    rng, row = np.random.default_rng(5), ROW.copy()
    row[plasticity.TRIP] = 3e-12
    creep = np.array([[1e-43, 1e-12], [2e-43, 2e-12]]) * 0.5 if creeping else NONE[0]
    exponent = np.array([4.7, 1.0]) if creeping else NONE[1]
    for scale in (1e-5, 1e-3, 4e-3):
        elastic, strain = tuple(rng.normal(size=6) * 3e-4), tuple(rng.normal(size=6) * scale)
        given = row, creep, exponent, 0.5, 0.3, factor
        plain = plasticity.point(elastic, strain, 1e-3, 2e-3, *given)
        moved = backstress.moving(elastic, strain, 1e-3, 2e-3, np.zeros((2, 6)), *given, 1e-12, np.zeros((2, 6)))
        assert moved[0] == pytest.approx(plain[0], rel=1e-7, abs=1e-12)
        assert moved[3] == pytest.approx(plain[3], rel=1e-7, abs=1e-12)


def test_a_new_phase_forgets_the_back_stress():
    """Pulled to 2 %, then all becomes bainite: without memory it yields as new, with memory where austenite would."""
    same = Mechanics(constant(YOUNG), constant(0.3), constant(0.0), constant(YIELD), constant(HARD))
    for memory, gained in ((0.0, 0.0), (1.0, 1.0)):
        bar = Bar(matter(1.0, same, memory=memory), 300.0, (1.0, 0.0))
        bar.pull(0.02, 300.0)
        sigma, rest = bar.sigma, 0.02 - bar.sigma / YOUNG
        bar.pull(rest, 300.0)
        bar.pull(rest, 300.0, (0.0, 1.0))
        before, limit = bar.plastic, YIELD + gained * (sigma - YIELD)
        bar.pull(rest + (limit - 1e4) / YOUNG, 300.0)
        assert bar.plastic == before
        bar.pull(rest + (limit + 1e4) / YOUNG, 300.0)
        assert bar.plastic > before
