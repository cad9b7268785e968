"""The integrator: its error estimate, and its order across latent heat."""

import numpy as np
import pytest
from numpy.polynomial import legendre

from metaltwin.materials.matter import Kinetics, Matter, Phase, Product, constant
from metaltwin.solver.boundary import Law
from metaltwin.solver.columns import Columns
from metaltwin.solver.geometry import build
from metaltwin.solver.problem import Leg, Problem
from metaltwin.solver.rkl import _third_difference
from metaltwin.solver.shape import Plate
from metaltwin.solver.threads import threads_for

ZERO = 273.15


def stage(j, s, z):
    """Y_j / Y_0 of y' = lambda y, z = dt lambda, of a step with s stages."""
    b = (j**2 + j - 2.0) / (2.0 * j * (j + 1.0))
    return 1.0 - b + b * legendre.legval(1.0 + 4.0 * z / (s**2 + s - 2.0), [0.0] * j + [1.0])


@pytest.mark.parametrize("s", [5, 7, 9, 25, 101])
def test_the_noted_stages_make_the_third_derivative(s):
    weights = _third_difference(s)
    assert max(weights) == s
    for z, close in ((-0.02, 0.02), (-0.005, 0.01)):
        estimate = sum(weight * (stage(j, s, z) - 1.0) for j, weight in weights.items())
        assert estimate == pytest.approx(z**3 / 15.0, rel=close, abs=1e-12 * s**2)


@pytest.mark.parametrize("s", [7, 15, 51])
def test_a_roughness_that_the_step_wipes_out_counts_a_few_times_at_most(s):
    """By the rates at both ends of the step it would count 0.4 |z| times, up to 530 with 51 stages."""
    weights = _third_difference(s)
    for z in -np.linspace(0.0, (s**2 + s - 2.0) / 2.0, 101):
        assert abs(sum(weight * (stage(j, s, z) - 1.0) for j, weight in weights.items())) < 6.0


def lump(steps, latent=80e3, end=80.0):
    """Temperature of a lump at `end` s that heats itself up, after so many equal steps (C07 of the catalogue)."""

    def rate(T):
        return np.exp(-(((T - ZERO - 640.0) / 35.0) ** 2)) / 30.0

    phases = (
        Phase("austenite", constant(1e5), lambda T: 600.0 * (np.asarray(T) - ZERO)),
        Phase("pearlite", constant(1e5), lambda T: 600.0 * (np.asarray(T) - ZERO) - latent),
    )
    kinetics = Kinetics((Product("pearlite", rate, 200.0 + ZERO, 720.0 + ZERO, ("jmak", 2.5)),))
    cells = build(Plate(2e-3), "slab", 1e-3)
    law = Law(h=0.004 * 7800.0 * 600.0 * 1e-3, temperature=25.0 + ZERO)
    leg = Leg("cool", "cool", (law,), duration=end)
    matter = Matter("lump", 7800.0, phases, kinetics=kinetics)
    columns = Columns(
        Problem(cells, matter, (leg,), 850.0 + ZERO, {}, np.empty((0, 3)), 0.0, 2, 1.0, hardness=False, stress=False)
    )
    state = columns.begin()
    with threads_for(2):
        for _ in range(steps):
            trial = columns.attempt(state, leg, 0.0, end / steps)
            columns.accept(state, trial)
            state = trial.state
    return state.temperature[0]


def test_recalescence_is_of_second_order_in_time():
    fine = lump(2400)
    coarse, half = (abs(lump(steps) - fine) for steps in (200, 400))
    assert coarse < 0.05
    assert np.log2(coarse / half) > 1.7
