"""The point law against closed forms and code_aster's public metallurgical cases."""

from dataclasses import dataclass

import numpy as np
import pytest

from metaltwin.kernels import plasticity as law
from metaltwin.materials.matter import Matter, Mechanics, Phase, constant
from metaltwin.solver.properties import Properties
from metaltwin.solver.state import products

MPA = 1e6
ZERO = 273.15
NONE = np.zeros((2, 0)), np.zeros(0)
PLAIN = np.array([76e9, 70e9, 160e9, 1e-4, 200e6, 1e9, 0.5e9, 0.0, 0.2, 0.3, 0.0])


@dataclass(frozen=True)
class Knots:
    low: float = 200.0
    step: float = 1.0
    count: int = 1200


def celsius(curve):
    return lambda T: curve(np.asarray(T) - ZERO)


def matter(*laws: Mechanics, names=("austenite", "bainite"), **more) -> Matter:
    flat = constant(1.0)
    pairs = zip(names, laws, strict=False)
    return Matter("test", 7800.0, tuple(Phase(name, flat, flat, one) for name, one in pairs), **more)


def stress(elastic, row) -> np.ndarray:
    s = 2.0 * row[law.SHEAR] * np.array(elastic)
    s[:3] += (row[law.BULK] - 2.0 / 3.0 * row[law.SHEAR]) * sum(elastic[:3])
    return s


def tangent(elastic, row, a, b) -> np.ndarray:
    """d stress / d strain (6, 6), a column per tensor component."""
    e = np.array(elastic)
    e[:3] -= e[:3].mean()
    norm = np.sqrt((e[:3] ** 2).sum() + 2 * (e[3:] ** 2).sum())
    n = e / norm if norm > 0 else e
    one = np.array([1.0, 1, 1, 0, 0, 0])
    columns = []
    for k in range(6):
        t = np.eye(6)[k]
        along = n @ (t * np.array([1, 1, 1, 2, 2, 2]))
        deviator = t - one * t[:3].sum() / 3.0
        flow = 2.0 * row[law.SHEAR] * (a * (deviator - n * along) + b * n * along)
        columns.append(row[law.BULK] * t[:3].sum() * one + flow)
    return np.array(columns).T


class Bar:
    """A bar along x, free to contract; its temperature, phases and axial strain or stress are given."""

    def __init__(self, kind: Matter, T: float, phases=(1.0,)):
        self.properties = Properties(kind, Knots())
        self.T, self.z = np.array([T]), np.array(phases, float)[:, None]
        self.elastic, self.parent, self.product, self.p, self.strain = (0.0,) * 6, 0.0, 0.0, 0.0, 0.0
        self.sigma = 0.0

    def step(self, T: float, phases=None, *, strain=None, sigma=None, dt=0.0, commit=True) -> float:
        """To a temperature, phases and either total axial strain or stress; gives the axial stress."""
        T1 = np.array([T])
        z1 = self.z if phases is None else np.array(phases, float)[:, None]
        rows, creeps = self.properties.rows(self.T, products(self.z), T1, products(z1), dt)
        kinds = self.properties
        d = np.zeros(6)
        if strain is not None:
            d[0] = strain - self.strain
        for _ in range(60):
            new, parent, product, dp, a, b = law.point(
                self.elastic, tuple(d), self.parent, self.product, rows[0], creeps[0], kinds.exponent, 0.5,
                kinds.memory, kinds.factor,
            )  # fmt: skip
            s = stress(new, rows[0])
            D = tangent(new, rows[0], max(a, 1e-9), max(b, 1e-9))
            unknown = [1, 2] if strain is not None else [0, 1, 2]
            error = s - np.array([0.0 if sigma is None else sigma, 0, 0, 0, 0, 0])
            if np.abs(error[unknown]).max() < 1e-3:
                break
            d[unknown] -= np.linalg.solve(D[np.ix_(unknown, unknown)], error[unknown])
        else:
            raise AssertionError(f"no equilibrium: {error}")
        if commit:
            self.T, self.z, self.elastic, self.parent, self.product = T1, z1, new, parent, product
            self.p += dp
            self.strain += d[0]
            self.sigma = s[0]
        return float(s[0])


@pytest.mark.parametrize("size", [1e-5, 2e-3])
@pytest.mark.parametrize("theta", [0.5, 1.0])
@pytest.mark.parametrize("trip, factor, creeping", [(0, 0, 0), (5e-12, 0, 0), (5e-12, 1, 0), (4e-12, 1, 1)])
def test_tangent_is_exact(size, theta, trip, factor, creeping):
    rng = np.random.default_rng(1)
    row = PLAIN.copy()
    row[law.TRIP] = trip
    creep = np.array([[1e-43, 1e-12], [2e-43, 2e-12]]) * 0.5 if creeping else NONE[0]
    exponent = np.array([4.7, 1.0]) if creeping else NONE[1]
    for _ in range(5):
        elastic, strain = tuple(rng.normal(size=6) * 3e-4), rng.normal(size=6) * size

        def at(d, start=elastic):
            return law.point(start, tuple(d), 1e-3, 2e-3, row, creep, exponent, theta, 0.3, bool(factor))

        new, *_, a, b = at(strain)
        h = 1e-8 * np.eye(6)
        slope = [(stress(at(strain + k)[0], row) - stress(at(strain - k)[0], row)) / 2e-8 for k in h]
        exact = tangent(new, row, a, b)
        assert np.abs(np.array(slope).T - exact).max() < 1e-8 * np.abs(exact).max()


def test_yielding_ends_on_the_yield_surface_and_keeps_the_volume():
    rng = np.random.default_rng(2)
    for _ in range(20):
        strain = rng.normal(size=6) * 3e-3
        new, parent, product, dp, _, _ = law.point((0.0,) * 6, tuple(strain), 0.0, 0.0, PLAIN, *NONE, 0.5, 0, False)
        s = stress(new, PLAIN)
        s[:3] -= s[:3].mean()
        q = np.sqrt(1.5 * ((s[:3] ** 2).sum() + 2 * (s[3:] ** 2).sum()))
        assert dp > 0 and parent == product == dp
        assert q == pytest.approx(200e6 + 1.5e9 * dp, rel=1e-12)
        assert sum(new[:3]) == pytest.approx(strain[:3].sum() - 3e-4, rel=1e-12)


def test_clamped_heated_point_feels_the_thermal_strain():
    new, _, _, dp, _, _ = law.point((0.0,) * 6, (0.0,) * 6, 0.0, 0.0, PLAIN, *NONE, 0.5, 0, False)
    assert dp == 0
    assert stress(new, PLAIN) == pytest.approx([-3 * 160e9 * 1e-4] * 3 + [0] * 3)


def test_stress_follows_the_modulus_at_constant_elastic_strain():
    kind = matter(Mechanics(celsius(lambda c: 200e9 - 1e8 * c), constant(0.3), constant(0.0)))
    bar = Bar(kind, ZERO + 20.0)
    bar.step(ZERO + 20.0, strain=1e-3)
    assert bar.sigma == pytest.approx(198e6)
    assert bar.step(ZERO + 520.0, strain=1e-3) == pytest.approx(148e6)


def test_constrained_bar_with_yield_that_falls():
    """E01, code_aster HSNV100A: -133.332, -100, -75 MPa; p 3.0e-4 and 5.25e-4."""
    slope = 200e9 * 50e9 / 150e9
    kind = matter(
        Mechanics(
            constant(200e9), constant(0.3), celsius(lambda c: 1e-5 * c),
            celsius(lambda c: (400 - 4 * c) * MPA), constant(slope),
        )
    )  # fmt: skip
    bar = Bar(kind, ZERO)
    for T in np.linspace(0, 66.666, 7)[1:]:
        bar.step(ZERO + T, strain=0.0)
    assert bar.sigma / MPA == pytest.approx(-133.332, rel=1e-6)
    bar.step(ZERO + 80, strain=0.0)
    assert bar.sigma / MPA == pytest.approx(-100, rel=1e-6)
    assert bar.p == pytest.approx(3e-4, rel=1e-6)
    bar.step(ZERO + 90, strain=0.0)
    assert bar.sigma / MPA == pytest.approx(-75, rel=1e-6)
    assert bar.p == pytest.approx(5.25e-4, rel=1e-6)


def test_satoh_with_transformation_and_full_recovery():
    """E02, code_aster HSNV104A: 408, 944, 1210.24 MPa at 60, 112, 176 s; p 3.96e-3 at 60 s."""
    hard = constant(200e9 * 2e9 / 198e9)
    common = constant(200e9), constant(0.3)
    kind = matter(
        Mechanics(*common, celsius(lambda c: 2e-5 * (c - 900)), constant(400e6), hard),
        Mechanics(*common, celsius(lambda c: 2e-5 * (c - 900) + 2.52e-3), constant(1200e6), hard),
    )
    bar = Bar(kind, ZERO + 900, (1, 0))
    found = {}
    for t in range(1, 177):
        T = 900 - 5 * t
        z = np.clip((600 - T) / 255, 0, 1)
        found[t] = bar.step(ZERO + T, (1 - z, z), strain=0.0) / MPA, bar.p
    assert found[60][0] == pytest.approx(408, rel=1e-4)
    assert found[60][1] == pytest.approx(3.96e-3, rel=1e-4)
    assert found[112][0] == pytest.approx(944, rel=1e-4)
    assert found[176][0] == pytest.approx(1210.24, rel=1e-4)


def test_greenwood_johnson():
    """E03, code_aster HSNV101B: TRIP strain .036; eps_p 3.2653e-3, .04, .0770714; eps .0728414, .0891890."""
    common = constant(200e9), constant(0.3)
    kind = matter(
        Mechanics(
            *common, celsius(lambda c: 23.5e-6 * (c - 900)), celsius(lambda c: (0.5 * c - 50) * MPA),
            celsius(lambda c: (5750 - 5 * c) * MPA),
        ),
        Mechanics(
            *common, celsius(lambda c: 15e-6 * (c - 900) + 2.52e-3), celsius(lambda c: (0.5 * c + 80) * MPA),
            celsius(lambda c: (4450 - 5 * c) * MPA), trip=1e-10,
        ),
        memory=1.0,
    )  # fmt: skip
    bar = Bar(kind, ZERO + 900, (1, 0))
    found = {}
    for t in range(1, 177):
        z = np.clip((t - 60) / 52, 0, 1)
        bar.step(ZERO + 900 - 5 * t, (1 - z, z), sigma=min(6 * t, 360) * MPA)
        free = (1 - z) * 23.5e-6 * -5 * t + z * (15e-6 * -5 * t + 2.52e-3)
        inelastic = bar.strain - free - bar.sigma / 200e9
        found[t] = inelastic - bar.p, inelastic, bar.strain
    assert found[48][1] == pytest.approx(3.2653e-3, rel=1e-4)
    assert found[60][1] == pytest.approx(0.04, rel=1e-6)
    assert found[73][0] == pytest.approx(0.01575, rel=1e-6)
    assert found[86][0] == pytest.approx(0.027, rel=1e-6)
    assert found[112][0] == pytest.approx(0.036, rel=1e-6)
    assert found[114][1] == pytest.approx(0.0770714, rel=1e-5)
    assert found[114][2] == pytest.approx(0.0728414, rel=1e-5)
    assert found[176][2] == pytest.approx(0.0891890, rel=1e-5)


def test_two_tied_bars_keep_a_residual_stress():
    """E08: areas .3 and .7, cooled by 830 K one after the other: -250 / +107.142857 MPa."""
    kind = matter(
        Mechanics(constant(200e9), constant(0.3), celsius(lambda c: 1.2e-5 * c), constant(250e6)),
        names=("a",),
    )
    bars = Bar(kind, ZERO + 850), Bar(kind, ZERO + 850)
    strain = 0.0
    for T in [(850 - 41.5 * k, 850) for k in range(1, 21)] + [(20, 850 - 41.5 * k) for k in range(1, 21)]:

        def pull(e, T=T, commit=False):
            parts = [bar.step(ZERO + c, strain=e, commit=commit) for bar, c in zip(bars, T, strict=True)]
            return 0.3 * parts[0] + 0.7 * parts[1]

        low, high = strain - 4e-3, strain + 4e-3
        for _ in range(50):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if pull(middle) < 0 else (low, middle)
        strain = 0.5 * (low + high)
        pull(strain, commit=True)
    assert bars[0].sigma / MPA == pytest.approx(-250, rel=1e-6)
    assert bars[1].sigma / MPA == pytest.approx(107.142857, rel=1e-6)
    assert strain == pytest.approx(-9.4242857e-3, rel=1e-6)


def test_norton_relaxation():
    """E13: 170 GPa, 1e-13 MPa^-5 h^-1, n 5, from 300 MPa at constant strain."""
    kind = matter(
        Mechanics(constant(170e9), constant(0.3), constant(0.0), creep=(1e-43 / 3600, 5.0, 0.0)), names=("a",)
    )
    bar = Bar(kind, 600.0)
    bar.step(600.0, strain=300 / 170e3)
    hours = np.concatenate([[0.0], np.geomspace(1e-5, 100, 400)])
    exact = (300.0**-4 + 4 * 170e3 * 1e-13 * hours) ** -0.25
    found = [bar.sigma / MPA]
    for dt in np.diff(hours):
        found.append(bar.step(600.0, strain=300 / 170e3, dt=dt * 3600) / MPA)
    assert np.interp([0.1, 1, 100], hours, exact) == pytest.approx([109.627, 61.898, 19.583], rel=1e-3)
    assert found == pytest.approx(exact, rel=1e-4)


def test_transformation_plasticity_is_second_order():
    """A clamped bar relaxes to s exp(-E K f(z)) when a phase forms without strain of its own."""
    common = constant(200e9), constant(0.3), constant(0.0)
    kind = matter(Mechanics(*common), Mechanics(*common, trip=1e-11))
    exact = 100.0 * np.exp(-2.0)
    errors = []
    for n in (8, 16, 32):
        bar = Bar(kind, 700.0, (1, 0))
        bar.step(700.0, strain=5e-4)
        for z in np.linspace(0, 1, n + 1)[1:]:
            bar.step(700.0, (1 - z, z), strain=5e-4)
        errors.append(abs(bar.sigma / MPA - exact))
    assert errors[-1] < 2e-3 * exact
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.1)
    assert np.log2(errors[1] / errors[2]) == pytest.approx(2.0, abs=0.1)


def test_saturation_laws():
    for i, name in enumerate(law.LAWS):
        assert law.saturation(i, 1.0) == pytest.approx(1.0)
        if name != "leblond":
            assert law.saturation(i, 0.0) == 0.0
    assert law.saturation(1, 0.25) == pytest.approx(0.4375)
    assert law.saturation(3, 0.25) == pytest.approx(0.5)
    assert law.saturation(2, 0.02) == law.saturation(2, 0.0)  # nothing below 0.03
    assert law.saturation(2, 0.5) == pytest.approx(0.5 * (1 - np.log(0.5)))


def test_leblond_factor_above_one_half_of_yield():
    """Under constant stress 3/4 of yield the strain is 1 + 3.5/4 times what it is without the factor."""
    common = constant(200e9), constant(0.3), constant(0.0), constant(400e6)
    strains = {}
    for name in ("leblond", "tanaka"):
        bar = Bar(matter(Mechanics(*common), Mechanics(*common, trip=1e-10), saturation=name), 700.0, (1, 0))
        for sigma in (100 * MPA, 300 * MPA):
            bar.z, bar.strain, bar.elastic = (
                np.array([[0.7], [0.3]]),
                0.0,
                (sigma / 200e9, *(-0.3 * sigma / 200e9,) * 2, 0, 0, 0),
            )
            for z in np.linspace(0.3, 0.8, 21)[1:]:
                bar.step(700.0, (1 - z, z), sigma=sigma)
            strains[name, sigma] = bar.strain / (1e-10 * sigma)
    gain = 0.8 * (1 - np.log(0.8)) - 0.3 * (1 - np.log(0.3))
    assert strains["leblond", 100 * MPA] == pytest.approx(gain, rel=1e-9)
    assert strains["leblond", 300 * MPA] == pytest.approx(gain * (1 + 3.5 / 4), rel=1e-9)
    assert strains["tanaka", 300 * MPA] == pytest.approx(0.5, rel=1e-9)


def test_hardening_is_inherited():
    def inherited(before, after, memory):
        row = PLAIN.copy()
        row[[law.DONE_BEFORE, law.DONE]] = before, after
        return law.inherit(0.01, 0.002, row, memory)

    assert inherited(0.2, 0.5, 0.0) == pytest.approx((0.01, 0.0008))
    assert inherited(0.2, 0.5, 1.0) == pytest.approx((0.01, 0.0068))
    assert inherited(0.5, 0.2, 0.0) == pytest.approx((0.00625, 0.002))
    assert inherited(0.0, 0.0, 0.0) == (0.01, 0.002)


def mixture_slowly(kind: Matter, T: float, z) -> dict[str, float]:
    """The mixture rule in plain words, one cell."""
    T = np.array([T])

    def mean(name):
        return sum(share * getattr(p.mechanics, name)(T)[0] for share, p in zip(z, kind.phases, strict=True))

    young, poisson = mean("young"), mean("poisson")
    return {
        "shear": young / 2 / (1 + poisson), "bulk": young / 3 / (1 - 2 * poisson), "free": mean("strain"),
        "yield": mean("yield_stress"), "hard": mean("hardening"),
    }  # fmt: skip


def test_mixture_against_its_slow_twin():
    rng = np.random.default_rng(3)

    def one(trip):
        a, b, c = rng.uniform(1, 2, 3)
        return Mechanics(
            lambda T: a * 1e11 - 2e7 * T, lambda T: 0.2 * b + 1e-5 * T, lambda T: c * 1e-5 * (T - 300),
            lambda T: a * 1e8 + b * 1e4 * T, lambda T: c * 1e9 - 1e5 * T, trip,
        )  # fmt: skip

    kind = matter(one(0.0), one(1e-10), one(5e-11), names=("austenite", "bainite", "martensite"))
    properties = Properties(kind, Knots())
    T0, T1 = rng.uniform(300, 1100, (2, 7))
    z0 = rng.dirichlet([1, 1, 1], 7).T
    z1 = z0 + np.array([[-0.5], [0.3], [0.2]]) * z0[0]
    rows, _ = properties.rows(T0, products(z0), T1, products(z1), 0.0)
    for j in range(7):
        old, new = mixture_slowly(kind, T0[j], z0[:, j]), mixture_slowly(kind, T1[j], z1[:, j])
        trip = 2 * (z0[0, j] + z1[0, j]) / 2 * (1e-10 * 0.3 + 5e-11 * 0.2) * z0[0, j]  # f' = 2 (1 - Z), midpoint
        got = rows[j]
        assert got[law.SHEAR_BEFORE] == pytest.approx(old["shear"])
        assert got[law.SHEAR] == pytest.approx(new["shear"])
        assert got[law.BULK] == pytest.approx(new["bulk"])
        assert got[law.FREE] == pytest.approx(new["free"] - old["free"])
        assert got[law.YIELD] == pytest.approx(new["yield"])
        assert got[law.HARD_PARENT] + got[law.HARD_PRODUCT] == pytest.approx(new["hard"])
        assert got[law.TRIP] == pytest.approx(trip)
        assert got[[law.DONE_BEFORE, law.DONE]] == pytest.approx([1 - z0[0, j], 1 - z1[0, j]])
    assert properties.change(T0, products(z0), T0, products(z0)) == 0.0
    assert properties.change(T0, products(z0), T1, products(z0)) == pytest.approx(
        max(
            abs(mixture_slowly(kind, a, z)["free"] - mixture_slowly(kind, b, z)["free"])
            for a, b, z in zip(T1, T0, z0.T, strict=True)
        )
    )


def test_leblond_yield_of_austenite_and_martensite():
    """f(z): .125 .044, .5 .391, .75 .668; other phases stay linear."""
    common = constant(200e9), constant(0.3), constant(0.0)
    laws = [Mechanics(*common, constant(s * MPA)) for s in (100.0, 500.0, 1100.0)]
    kind = matter(*laws, names=("austenite", "ferrite", "martensite"), mixture="leblond")
    properties = Properties(kind, Knots())
    for z, expected in {
        (1.0, 0.0, 0.0): 100.0, (0.875, 0.0, 0.125): 144.0, (0.5, 0.0, 0.5): 491.0, (0.0, 0.0, 1.0): 1100.0,
        (0.1, 0.6, 0.3): 300.0 + 0.4 * 768.0, (0.0, 1.0, 0.0): 500.0,
    }.items():  # fmt: skip
        z = products(np.array(z)[:, None])
        rows, _ = properties.rows(np.array([400.0]), z, np.array([400.0]), z, 0.0)
        assert rows[0, law.YIELD] / MPA == pytest.approx(expected)


def test_matter_without_mechanics_is_refused():
    with pytest.raises(ValueError, match="no mechanics for austenite"):
        Properties(Matter("bare", 7800.0, (Phase("austenite", constant(1.0), constant(1.0)),)), Knots())


def test_what_creep_takes_of_a_stress_by_hand():
    """3 G A q^(n - 1) dt, the rates of all laws together, of the stiffer and faster end; the worst cell counts."""
    rng = np.random.default_rng(2)
    young = lambda T: 2.5e11 - 1e8 * np.asarray(T)  # noqa: E731
    laws = [
        Mechanics(young, constant(0.3), constant(0.0), creep=creep) for creep in ((1e-13, 1.0, 0.0), (1e-26, 2.5, 3e4))
    ]
    properties = Properties(matter(*laws), Knots())
    T, z = rng.uniform(300.0, 900.0, (2, 7)), rng.uniform(0.0, 1.0, (2, 1, 7))
    strain = rng.uniform(0.0, 2e-3, 7)
    rows, creeps = properties.rows(T[0], z[0], T[1], z[1], 30.0)
    shear = rows[:, [law.SHEAR_BEFORE, law.SHEAR]].max(1)
    q = 2.0 * shear * strain
    expected = max(3.0 * shear * (creeps.max(1) * q[:, None] ** (np.array([1.0, 2.5]) - 1.0)).sum(1))
    assert properties.relaxed(T[0], z[0], T[1], z[1], 30.0, strain) == pytest.approx(expected, rel=1e-12)
    assert expected > 0.0
