"""Carbon on the cells of a part: conserved, true at curved and cut walls, both ways through the skin."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaltwin.materials import library
from metaltwin.materials.carbon import diffusivity_lee
from metaltwin.materials.composition import Composition
from metaltwin.materials.curve import TimeCurve
from metaltwin.materials.matter import Carbon
from metaltwin.materials.quantity import Quantity
from metaltwin.solver.carbon import Atmosphere, Diffusion
from metaltwin.solver.geometry import build, shell
from metaltwin.solver.kinetics import Transformation
from metaltwin.solver.net import net_of
from metaltwin.solver.shape import Cylinder, Sphere
from metaltwin.solver.state import State
from metaltwin.solver.tables import Tables
from metaltwin.validation.carbon import profile, uptake_transfer

D = 1.5e-11
BETA = 1.3e-7


def constant(T, content):
    return np.full_like(content, D)


def crowded(T, content):
    """D that doubles in the case."""
    return 1e-11 * (1.0 + 150.0 * content)


def diffusion(cells, law=constant, core=0.002):
    return Diffusion(net_of(cells), Carbon(core, law, 1.0, None, None))


def run(cells, gas, time=3600.0, law=constant):
    carbon = diffusion(cells, law)
    content, entered = carbon.advance(carbon.begin(), np.full(cells.index.size, 1203.15), gas, 0.0, time)
    return carbon, content, entered


@settings(max_examples=20, deadline=None)
@given(potential=st.floats(0.0, 0.015), beta=st.floats(1e-8, 1e-5), time=st.floats(1.0, 3e4))
def test_what_enters_is_there_and_no_content_leaves_its_bounds(potential, beta, time):
    carbon, content, entered = run(shell("cylinder", 0.0, 4e-3, 1e-4), Atmosphere(potential, beta), time, crowded)
    gained = float((carbon.volume * (content - 0.002)).sum())
    assert gained == pytest.approx(entered, rel=1e-9, abs=1e-15 * carbon.volume.sum())
    low, high = min(potential, 0.002), max(potential, 0.002)
    assert low - 1e-12 <= content.min() and content.max() <= high + 1e-12


def test_a_sphere_of_cut_cells_takes_up_what_the_radial_solution_says():
    cells = build(Sphere(2e-3), "3d", 1e-4)
    carbon, content, entered = run(cells, Atmosphere(0.009, BETA))
    _, _, fine = run(shell("sphere", 0.0, 2e-3, 1e-5), Atmosphere(0.009, BETA))
    assert float((carbon.volume * (content - 0.002)).sum()) == pytest.approx(entered, rel=1e-10)
    assert entered == pytest.approx(fine, rel=0.01)


def test_a_pin_is_at_mid_length_what_a_long_one_is_and_richest_at_its_edge():
    cells = build(Cylinder(radius=2e-3, length=8e-3), "rz", 1e-4)
    _, content, _ = run(cells, Atmosphere(0.009, BETA))
    _, long, _ = run(shell("cylinder", 0.0, 2e-3, 1e-4), Atmosphere(0.009, BETA))
    # the steps in time differ by a factor of two between the metrics
    assert content.reshape(80, 20)[40] == pytest.approx(long, rel=4e-3)
    assert content.argmax() in (19, content.size - 1)


def test_coarse_cells_lose_as_much_carbon_as_was_computed_elsewhere():
    """930 degC, 4 h: 42 % on 1 mm cells, 15 % on 0.5 mm, 4 % on 0.25 mm."""

    def uptake(spacing):
        lee = partial(diffusivity_lee, Composition(C=0.16))
        return profile(lee, 0.0016, Atmosphere(0.010, BETA), 1203.15, 14400.0, spacing)[2]

    fine = uptake(2.5e-5)
    for spacing, lost, about in ((1e-3, 0.42, 0.05), (5e-4, 0.15, 0.02), (2.5e-4, 0.04, 0.01), (1e-4, 0.0, 0.01)):
        assert 1.0 - uptake(spacing) / fine == pytest.approx(lost, abs=about)


def test_uptake_is_second_order_in_the_spacing():
    exact = 0.008 * uptake_transfer(14400.0, D, BETA)
    errors = [abs(profile(constant, 0.002, Atmosphere(0.010, BETA), 1203.15, 14400.0, h)[2] / exact - 1.0)
              for h in (2e-4, 1e-4)]  # fmt: skip
    assert 1.6 < np.log2(errors[0] / errors[1]) < 2.6


def test_boost_and_diffuse_lets_the_surface_fall_while_the_case_deepens():
    curve = TimeCurve(["0 h", "1 h", "1.01 h", "3 h"], [0.011, 0.011, 0.007, 0.007]).check(Quantity(""))
    cells = shell("slab", 0.0, 4e-3, 5e-5)
    carbon = diffusion(cells)
    T = np.full(cells.index.size, 1203.15)
    boosted, _ = carbon.advance(carbon.begin(), T, Atmosphere(curve, BETA), 0.0, 3600.0)
    diffused, _ = carbon.advance(boosted, T, Atmosphere(curve, BETA), 3600.0, 7200.0)
    assert diffused[-1] < 0.0075 < boosted[-1]
    assert (diffused > 0.0035).sum() > (boosted > 0.0035).sum()


def test_a_closed_wall_and_a_cold_part_change_nothing():
    cells = shell("slab", 0.0, 2e-3, 1e-4)
    carbon = diffusion(cells)
    uneven = np.linspace(0.002, 0.009, cells.index.size)
    after, entered = carbon.advance(uneven, np.full(cells.index.size, 1203.15), None, 0.0, 7200.0)
    assert entered == 0.0 and after.sum() == pytest.approx(uneven.sum(), rel=1e-14)
    assert np.ptp(after) < np.ptp(uneven)
    cold = Diffusion(net_of(cells), Carbon(0.002, lambda T, c: constant(T, c) * 1e-12, 1.0, None, None))
    assert (cold.advance(uneven, np.full(cells.index.size, 400.0), None, 0.0, 7200.0)[0] == uneven).all()


@pytest.mark.parametrize("rate", [2.0, 20.0, 100.0])
def test_a_cell_between_two_classes_goes_nearly_the_way_of_its_own_laws(rate):
    """20MnCr5 of 0.2 to 0.9 % C, classes 0.044 % apart, cooled at a constant rate, K/s."""
    matter = library.alloy("20MnCr5").matter()
    one = matter.phases[0].enthalpy
    matter = replace(matter, phases=tuple(replace(phase, enthalpy=one) for phase in matter.phases))
    tables, contents = Tables.of(matter), np.array([0.0026, 0.0043, 0.0061, 0.0078])

    def cooled(transformation, carbon):
        n, memory = carbon.size, {"carbon": carbon} if transformation.laws.classes.size else {}
        state = State(0.0, np.zeros(n), np.zeros((4, n)), np.full(n, 1123.0), np.zeros(0), memory)
        transformation.begin(state)
        while state.temperature[0] > 300.0:
            after = state.temperature - 2.0
            moved = transformation.advance(state, state.enthalpy, state.temperature, after.copy(), 2.0 / rate)
            memory = {**state.memory, "latent": moved.latent}
            new = replace(state, products=moved.products, temperature=after, memory=memory)
            transformation.accept(state, new)
            state = new
        return state.phases

    local = cooled(Transformation(matter, tables, contents.size, (0.002, 0.009)), contents)
    assert local.sum(0) == pytest.approx(np.ones(contents.size), abs=1e-12)
    for k, content in enumerate(contents):
        own = replace(matter, kinetics=matter.carbon.kinetics(content))
        exact = cooled(Transformation(own, tables, 1), contents[k : k + 1])
        assert local[:, k] == pytest.approx(exact[:, 0], abs=0.01)
