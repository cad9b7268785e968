"""Transformations of one cell: the catalogue's C cases through the production kernel, and the invariants."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaltwin.materials.composition import Composition
from metaltwin.materials.kinetics import decomposition
from metaltwin.materials.martensite import alpha_van_bohemen, ms_van_bohemen
from metaltwin.materials.matter import Kinetics, Matter, Phase, Product, constant
from metaltwin.solver.kinetics import TARGET, Transformation
from metaltwin.solver.state import State, products
from metaltwin.solver.tables import Tables

ZERO = 273.15
ALL = ("austenite", "ferrite", "pearlite", "bainite", "martensite")
DENSITY, CAPACITY = 7800.0, 600.0


def matter(kinetics, latent=0.0, names=ALL):
    """Phases of one constant heat capacity; austenite lies `latent` J/kg above the others."""

    def enthalpy(name):
        level = latent if name == "austenite" else 0.0
        return lambda T: CAPACITY * np.asarray(T) + level

    phases = tuple(Phase(name, constant(30.0), enthalpy(name)) for name in names)
    return Matter("test steel", DENSITY, phases, kinetics=kinetics)


class Cells:
    """n cells that are led along given temperatures (degC), as the march would."""

    def __init__(self, matter, celsius, **phases):
        self.tables = Tables.of(matter)
        self.names = [phase.name for phase in matter.phases]
        T = np.atleast_1d(np.asarray(celsius, float)) + ZERO
        z = np.zeros((len(self.names), T.size))
        for name, share in phases.items():
            z[self.names.index(name)] = share
        self.transformation = Transformation(matter, self.tables, T.size)
        self.state = State(0.0, self.enthalpy(z, T), products(z), T, np.empty(0))
        self.transformation.begin(self.state)

    def enthalpy(self, z, T):
        return sum(z[p] * np.interp(T, self.tables.axis.knots, row) for p, row in enumerate(self.tables.enthalpy))

    def step(self, celsius, dt):
        """To temperatures (degC) that would hold without transformation, in dt s."""
        after = np.atleast_1d(np.asarray(celsius, float)) + ZERO
        H = self.enthalpy(self.state.phases, after)
        before = self.state
        change = self.transformation.advance(before, H, before.temperature, after, dt)
        memory = {**before.memory, "latent": change.latent}
        self.state = State(before.time + dt, H, change.products, after, np.empty(0), memory)
        self.transformation.accept(before, self.state)
        return change

    def cool(self, to, rate, spacing=2.0):
        """Straight to a temperature (degC) at a rate (K/s)."""
        path = np.linspace(self.celsius, to, 1 + int(np.ceil(abs(self.celsius - to) / spacing)))
        for here, there in zip(path[:-1], path[1:], strict=True):
            self.step(there, abs(there - here) / rate)

    def __getitem__(self, name):
        return float(self.state.phases[self.names.index(name), 0])

    @property
    def celsius(self):
        return float(self.state.temperature[0] - ZERO)


def jmak(phase, n, half, centre, width, low, high):
    """Product of exponent n with t50 = half exp(((T - centre) / width)^2) s, T in degC."""

    def rate(T):
        t50 = half * np.exp(((np.asarray(T) - ZERO - centre) / width) ** 2)
        return np.log(2.0) ** (1.0 / n) / t50

    return Product(phase, rate, low + ZERO, high + ZERO, ("jmak", n))


def test_c01_koistinen_marburger():
    cells = Cells(matter(Kinetics(martensite_start=320.0 + ZERO, alpha=0.011)), 850.0, austenite=1.0)
    for celsius, share in (
        (330, 0.0), (300, 0.197481), (250, 0.536987), (200, 0.732865), (150, 0.845876), (100, 0.911078),
        (20, 0.963117), (-80, 0.987723),
    ):  # fmt: skip
        cells.step(celsius, 1.0)
        assert cells["martensite"] == pytest.approx(share, abs=6e-7)


def test_c02_isothermal_johnson_mehl():
    n, b = 2.4658185631, 1.8995354e-4
    product = Product("pearlite", constant(b ** (1.0 / n)), 400.0, 1000.0, ("jmak", n))
    cells = Cells(matter(Kinetics(products=(product,))), 600.0, austenite=1.0)
    for share in (0.054009, 0.264148, 0.565520):
        for _ in range(10):
            cells.step(600.0, 1.0)
        assert cells["pearlite"] == pytest.approx(share, abs=1e-6)


def incubation(rate, dt):
    """Where (degC) the sum of Scheil reaches 1 on cooling from 727 degC, or the sum at 300 degC."""
    product = Product(
        "pearlite",
        lambda T: 0.25 * np.exp(-(((np.asarray(T) - ZERO - 560.0) / 70.0) ** 2)),
        200.0 + ZERO,
        1000.0 + ZERO,
        ("jmak", 1.0),
    )
    cells, total = Cells(matter(Kinetics(products=(product,))), 727.0, austenite=1.0), 0.0
    while cells.celsius > 300.0:
        here = cells.celsius
        cells.step(here - rate * dt, dt)
        new = -np.log(cells["austenite"])
        if new >= 1.0:
            return here - rate * dt * (1.0 - total) / (new - total)
        total = new
    return total


def test_c03_scheil_incubation():
    assert incubation(1.0, 1.0) == pytest.approx(651.26086, abs=0.03)
    assert incubation(20.0, 0.05) == pytest.approx(541.57297, abs=0.03)
    assert incubation(100.0, 0.01) == pytest.approx(0.310064, abs=1e-5)


@pytest.mark.parametrize(
    ("rate", "shares"),
    [
        (2.0, {650: 0.001313, 600: 0.549040}),
        (10.0, {600: 0.014145, 550: 0.400976, 500: 0.878783, 400: 0.944840}),
        (50.0, {550: 0.009125, 500: 0.037044, 400: 0.050512}),
    ],
)
def test_c04_additive_johnson_mehl(rate, shares):
    product = jmak("pearlite", 2.5, 6.0, 550.0, 60.0, 200.0, 1000.0)
    cells = Cells(matter(Kinetics(products=(product,))), 727.0, austenite=1.0)
    for celsius, share in shares.items():
        cells.cool(celsius, rate)
        assert cells["pearlite"] == pytest.approx(share, abs=5e-4)


@pytest.mark.parametrize("dt", [0.5, 5.0])
def test_c05_austenitisation_by_exact_steps(dt):
    """MTLP100A of code_aster; with the hardness 200, 200, 300, 100 HV of its phases."""
    kinetics = Kinetics(ac1=724.0 + ZERO, ac3=846.0 + ZERO, tau=(0.034, 0.034))
    cells = Cells(matter(kinetics), 700.0, ferrite=0.7, bainite=0.3)
    for k in range(round(200.0 / dt)):
        cells.step(700.0 + (k + 1) * dt, dt)
        hardness = 200.0 * cells["ferrite"] + 300.0 * cells["bainite"] + 100.0 * cells["austenite"]
        if cells.state.time in (30.0, 140.0, 200.0):
            expected = {30.0: 223.6428, 140.0: 106.4297, 200.0: 100.0}[cells.state.time]
            assert hardness == pytest.approx(expected, rel=1e-6)
    assert cells["austenite"] == 1.0


def recalescence(dt, latent=80e3):
    """C07: (t, T) of the lumped body, and its pearlite at 200 s."""
    product = jmak("pearlite", 2.5, 30.0, 640.0, 35.0, 200.0, 720.0)
    cells = Cells(matter(Kinetics(products=(product,)), latent, ("austenite", "pearlite")), 850.0, austenite=1.0)
    path, at_200 = [], 0.0
    while cells.state.time < 400.0 - 0.5 * dt:
        cells.step(25.0 + (cells.celsius - 25.0) * np.exp(-0.004 * dt), dt)
        path.append((cells.state.time, cells.celsius))
        if abs(cells.state.time - 200.0) < 0.5 * dt:
            at_200 = cells["pearlite"]
    return np.array(path).T, at_200


def test_c07_recalescence():
    (t, T), pearlite = recalescence(0.1)
    dip = np.argmin(np.where((t > 60.0) & (t < 95.0), T, np.inf))
    peak = np.argmax(np.where((t > 90.0) & (t < 120.0), T, -np.inf))
    assert T[dip] == pytest.approx(646.684, abs=0.03)
    assert t[dip] == pytest.approx(77.78, abs=0.2)
    assert T[peak] == pytest.approx(658.733, abs=0.03)
    assert t[peak] == pytest.approx(101.44, abs=0.2)
    assert pearlite == pytest.approx(0.997261, abs=1e-4)
    assert np.interp([200.0, 400.0], t, T) == pytest.approx([483.219, 230.891], abs=0.05)


def test_c07_converges_with_the_step_and_without_latent_heat_is_newtonian():
    errors = []
    for dt in (2.0, 1.0):
        (t, T), _ = recalescence(dt)
        errors.append(abs(np.interp(200.0, t, T) - 483.225))
    assert errors[1] < 0.6 * errors[0] < 0.3
    (t, T), _ = recalescence(2.0, latent=0.0)
    assert np.interp(200.0, t, T) == pytest.approx(395.696, abs=1e-3)


@pytest.mark.parametrize("spacing", [2.0, 10.0])
@pytest.mark.parametrize(
    ("rate", "shares"),
    [
        (1.0, (0.98584, 0.01416, 0.0, 0.0)),
        (10.0, (0.01341, 0.68443, 0.29101, 0.01114)),
        (100.0, (0.00004, 0.01177, 0.95174, 0.03645)),
    ],
)
def test_c08_competition(rate, shares, spacing):
    kinetics = Kinetics(
        products=(
            jmak("pearlite", 2.5, 30.0, 640.0, 35.0, 320.0, 720.0),
            jmak("bainite", 2.0, 8.0, 470.0, 60.0, 320.0, 560.0),
        ),
        martensite_start=320.0 + ZERO,
        alpha=0.011,
    )
    cells = Cells(matter(kinetics), 850.0, austenite=1.0)
    cells.cool(20.0, rate, spacing)
    got = [cells[name] for name in ("pearlite", "bainite", "martensite", "austenite")]
    assert got == pytest.approx(shares, abs=6e-5)


def steel(latent=80e3, tau=(1.0, 0.5)):
    """A made-up steel in which everything happens within minutes."""
    return matter(
        Kinetics(
            products=(
                Product(
                    "ferrite",
                    lambda T: 4e-8 * np.maximum(1060.0 - T, 0.0) ** 3 * np.exp(-3000.0 / T),
                    800.0,
                    1060.0,
                    limit=lambda T: np.clip((1060.0 - T) / 60.0, 0.0, 1.0) * 0.4,
                ),
                Product(
                    "pearlite",
                    lambda T: 5e-7 * np.maximum(1000.0 - T, 0.0) ** 3 * np.exp(-3000.0 / T),
                    750.0,
                    1000.0,
                ),
                Product(
                    "bainite",
                    lambda T: 1e-4 * np.maximum(820.0 - T, 0.0) ** 2 * np.exp(-3000.0 / T),
                    600.0,
                    820.0,
                ),
            ),
            martensite_start=600.0,
            alpha=0.0177,
            ac1=1005.0,
            ac3=1065.0,
            tau=tau,
        ),
        latent,
    )


@settings(max_examples=60, deadline=None)
@given(
    path=st.lists(st.tuples(st.floats(-60.0, 900.0), st.floats(1e-3, 3e3), st.integers(1, 40)), min_size=1, max_size=6),
    shares=st.lists(st.floats(0.0, 1.0), min_size=5, max_size=5).filter(lambda z: sum(z) > 0.1),
    latent=st.sampled_from([0.0, 80e3]),
)
def test_g09_fractions_are_fractions_on_any_path(path, shares, latent):
    z = np.array(shares) / sum(shares)
    cells = Cells(steel(latent), 400.0, **dict(zip(ALL, z, strict=True)))
    for celsius, seconds, steps in path:
        for there in np.linspace(cells.celsius, celsius, steps + 1)[1:]:
            cells.step(there, seconds / steps)
            phases = cells.state.phases
            assert abs(phases.sum() - 1.0) <= 1e-15
            assert phases.min() >= 0.0
            assert phases.max() <= 1.0
            found = cells.enthalpy(phases, cells.state.temperature)
            assert found == pytest.approx(cells.state.enthalpy, rel=1e-9)


def test_g09_martensite_never_goes_back_and_waits_for_the_lowest_temperature():
    cells, last = Cells(steel(), 500.0, austenite=1.0), 0.0
    for there in (330, 320, 300, 280, 270, 260):
        cells.step(there - 10.0, 0.1)
        assert cells["martensite"] >= last
        last = cells["martensite"]
    assert last > 0.3
    for there in (cells.celsius + 20.0, cells.celsius + 40.0, cells.celsius + 1.0):
        cells.step(there, 0.1)
        assert cells["martensite"] == last
    cells.step(cells.celsius - 20.0, 0.1)
    assert cells["martensite"] > last


def test_latent_heat_of_martensite_does_not_saw_tooth():
    """Steps of 40 K through Ms keep falling, and end where steps of 0.5 K end: enthalpy decides."""
    ends, quick = [], matter(Kinetics(martensite_start=600.0, alpha=0.0177), 80e3)
    for drop in (40.0, 0.5):
        cells, before = Cells(quick, 360.0, austenite=1.0), 360.0
        for _ in range(round(280.0 / drop)):
            cells.step(cells.celsius - drop, 0.01)
            assert before - drop <= cells.celsius < before
            before = cells.celsius
        ends.append((cells.celsius, cells["martensite"]))
    assert ends[0] == pytest.approx(ends[1], rel=1e-6)


def test_g11_without_latent_heat_the_temperature_is_the_uncoupled_one():
    cells = Cells(steel(0.0), np.linspace(200.0, 860.0, 300), austenite=0.7, pearlite=0.3)
    for drop in (3.0, 7.0, -4.0):
        after = cells.state.temperature - drop
        H = cells.enthalpy(cells.state.phases, after)
        found = after.copy()
        change = cells.transformation.advance(cells.state, H, cells.state.temperature, found, 2.0)
        np.testing.assert_array_equal(found, after)
        assert change.largest > 0.01


def test_closed_cycle_returns_to_its_enthalpy():
    """20 -> 900 -> 20 degC, ferrite and pearlite again at the end: the same phases hold the same enthalpy."""
    cells = Cells(steel(), 20.0, ferrite=0.4, pearlite=0.6)
    start = cells.state.enthalpy.copy()
    while cells.celsius < 900.0 or cells["austenite"] < 1.0:
        cells.step(cells.celsius + 2.0, 4.0)
    assert cells["austenite"] == 1.0
    assert cells.state.memory["lowest"][0] > 600.0
    while cells.celsius > 20.0:
        cells.step(max(cells.celsius - 1.0, 20.0), 200.0)
    assert cells["austenite"] == 0.0
    assert cells["bainite"] < 1e-3
    assert cells.celsius == pytest.approx(20.0, abs=1e-9)
    assert cells.state.enthalpy == pytest.approx(start, rel=1e-12)


def test_a_limit_holds_ferrite_at_equilibrium():
    cells = Cells(steel(0.0), 1040.0 - ZERO, austenite=1.0)
    for celsius, share in ((1040.0 - ZERO, 0.4 / 3.0), (1012.0 - ZERO, 0.32)):
        for _ in range(500):
            cells.step(celsius, 1000.0)
        assert cells["ferrite"] == pytest.approx(share, rel=1e-12)
        assert cells["austenite"] == pytest.approx(1.0 - share, rel=1e-12)


@pytest.mark.parametrize("start", ["pearlite", "austenite"])
def test_between_ac1_and_ac3_both_directions_stop_at_equilibrium(start):
    """A quarter of the way up austenite grows to a quarter, and a product that would take all leaves it."""
    product = Product("pearlite", constant(0.005), 900.0, 1050.0)
    kinetics = Kinetics(products=(product,), ac1=1005.0, ac3=1065.0, tau=(20.0, 20.0))
    cells, seen = Cells(matter(kinetics), 1020.0 - ZERO, **{start: 1.0}), []
    for _ in range(1000):
        cells.step(1020.0 - ZERO, 1.0)
        seen.append(cells["austenite"])
    assert np.all(np.diff(seen) * (1.0 if start == "pearlite" else -1.0) >= -1e-15)
    assert seen[-1] == pytest.approx(0.25, rel=1e-12)


def test_new_austenite_hardens_afresh():
    cells = Cells(steel(), 400.0, austenite=1.0)
    for there in (200.0, 20.0, -100.0):
        cells.step(there, 0.01)
    assert cells["austenite"] < 0.02
    while cells.celsius < 820.0:
        cells.step(cells.celsius + 5.0, 5.0)
    assert cells["austenite"] > 0.99
    cells.step(100.0, 0.01)
    assert cells["martensite"] > 0.5


def test_austenite_with_a_tiny_time_constant_does_not_swing():
    """80 kJ/kg is worth 133 K, more than from Ac1 to Ac3: a fixed-point iteration would diverge."""
    cells = Cells(steel(tau=(0.01, 0.01)), 725.0, pearlite=1.0)
    last, before = 0.0, cells.celsius
    for _ in range(150):
        cells.step(cells.celsius + 2.0, 1.0)
        assert last <= cells["austenite"] < last + 0.05
        assert cells.celsius > before - 0.06
        last, before = cells["austenite"], cells.celsius
        if 0.01 < last < 0.99:
            equilibrium = (cells.celsius + ZERO - 1005.0) / 60.0
            assert last == pytest.approx(equilibrium, abs=2e-3)
    assert last == 1.0


def test_the_horizon_foresees_martensite_and_scales_with_the_change():
    cells = Cells(steel(), 345.0, austenite=1.0)
    horizon = cells.step(340.0, 0.01).horizon
    change = cells.step(340.0 - 500.0 * horizon, horizon)
    assert 0.3 * TARGET < change.largest <= 1.1 * TARGET
    assert change.horizon == pytest.approx(horizon * TARGET / change.largest)


def test_a_trial_leaves_the_state_alone_and_repeats_to_the_bit():
    cells = Cells(steel(), np.linspace(300.0, 700.0, 50), austenite=1.0)
    cells.step(cells.state.temperature - ZERO - 5.0, 3.0)
    held = [cells.state.products, cells.state.temperature, cells.state.memory["lowest"]]
    copies = [array.copy() for array in held]
    after = cells.state.temperature - 6.0
    H = cells.enthalpy(cells.state.phases, after)
    ends = after.copy(), after.copy()
    first, again = (cells.transformation.advance(cells.state, H, held[1], end, 2.0) for end in ends)
    np.testing.assert_array_equal(again.products, first.products)
    np.testing.assert_array_equal(*ends)
    for array, copy in zip(held, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_any_subset_of_phases():
    kinetics = Kinetics(martensite_start=500.0, alpha=0.02)
    cells = Cells(matter(kinetics, 80e3, ("austenite", "martensite")), 600.0, austenite=1.0)
    cells.cool(20.0, 100.0)
    assert cells["martensite"] > 0.95
    product = Product("pearlite", constant(0.01), 500.0, 900.0)
    cells = Cells(matter(Kinetics(products=(product,)), 80e3, ("austenite", "pearlite")), 600.0, austenite=1.0)
    for _ in range(250):
        cells.step(600.0, 1.0)
    assert cells["pearlite"] == 1.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"products": (Product("perlite", constant(1.0), 500.0, 900.0),)}, "forms perlite, but has only"),
        ({"products": (Product("pearlite", constant(1.0), 900.0, 500.0),)}, "nowhere"),
        ({"products": (Product("pearlite", constant(-1.0), 500.0, 900.0),)}, "negative"),
        ({"products": (Product("pearlite", constant(1.0), 500.0, 900.0, ("jmak", 0.0)),)}, "jmak with n > 0"),
        ({"ac1": 1000.0, "ac3": 990.0}, "must be above ac1"),
        ({"ac1": 1000.0, "ac3": 1050.0, "tau": (0.0, 1.0)}, "must be above 0"),
        ({"martensite_start": 600.0, "alpha": -0.01}, "alpha"),
    ],
)
def test_kinetics_that_cannot_be_meant_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Cells(matter(Kinetics(**change)), 600.0, austenite=1.0)


def test_critical_cooling_rate_of_4140_after_li():
    """1 % bainite at Ms on straight cooling of grain size 8: Li et al. 1998, table II, 24.8 K/s."""
    steel = Composition(C=0.38, Mn=0.81, Si=0.28, Ni=0.11, Cr=0.98, Mo=0.22)
    start = ms_van_bohemen(steel)
    kinetics = decomposition(steel, 8.0, start, alpha_van_bohemen(steel), {})
    rates, shares = (20.0, 25.0, 31.0), []
    for rate in rates:
        cells = Cells(matter(kinetics), 850.0, austenite=1.0)
        cells.cool(start - ZERO, rate)
        shares.append(cells["bainite"])
    critical = np.exp(np.interp(np.log(0.01), np.log(shares[::-1]), np.log(rates[::-1])))
    assert critical == pytest.approx(24.8, rel=0.05)
