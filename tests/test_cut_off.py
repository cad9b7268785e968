"""Tension cut off below von Mises: the point law, its tangent in 1d, rz and 3d, bodies that agree, wrong words."""

import itertools

import numpy as np
import pytest
from cylinders import HOT, MPA, RADIUS, cooled

import metaltwin as mt
from metaltwin.kernels import plasticity as law
from metaltwin.kernels.cutoff import cut_off, principal
from metaltwin.materials.matter import Matter, Mechanics, Phase, constant
from metaltwin.solver import line, section
from metaltwin.solver.properties import Properties
from metaltwin.solver.stress import Load
from metaltwin.solver.tables import Axis
from metaltwin.validation.cut_off import bent, cast_iron, iron

G, BULK, TENSION, COMPRESSION = 44e9, 76e9, 200e6, 500e6
ROOT2 = np.sqrt(2.0)


@pytest.mark.parametrize("claim", [*cast_iron()], ids=lambda claim: claim.quantity)
def test_exact_solutions(claim):
    assert claim.passed, claim


def stress(elastic):
    e = np.array(elastic)
    return 2.0 * G * e + (BULK - 2.0 / 3.0 * G) * e[:3].sum() * (np.arange(6) < 3)


def mandel(six):
    return np.array([*six[:3], *(ROOT2 * np.array(six[3:]))])


def tensor(s):
    return np.array([[s[0], s[3], s[5]], [s[3], s[1], s[4]], [s[5], s[4], s[2]]])


def test_principal_values_and_axes():
    rng = np.random.default_rng(1)
    for scale in (1.0, 1e-9, 0.0):
        a, v = tensor([3.0, 3.0, -1.0, *(scale * rng.normal(size=3))]), np.empty((3, 3))
        values = np.array(principal(a.copy(), v))
        np.testing.assert_allclose(values, np.linalg.eigvalsh(a)[::-1], atol=1e-14)
        np.testing.assert_allclose(v * values @ v.T, a, atol=1e-14)
        np.testing.assert_allclose(v.T @ v, np.eye(3), atol=1e-14)


@pytest.mark.parametrize("hard", [0.0, 5e9])
def test_every_place_of_the_surface(hard):
    """The stress stays within both limits and is the nearest that does; the tangent is its slope, and symmetric."""
    rng, row, met = np.random.default_rng(2), np.zeros(law.ROW), set()
    row[[law.SHEAR, law.BULK, law.HARD_PARENT, law.YIELD, law.COMPRESSION]] = G, BULK, hard, TENSION, COMPRESSION
    for _ in range(400):
        old = tuple(rng.normal(size=6) * 1e-3)
        step = rng.normal(size=6) * rng.choice([1e-3, 5e-3]) + np.array([1, 1, 1, 0, 0, 0]) * rng.normal() * 3e-3
        before, D = 0.01 * rng.random() * (hard > 0.0), np.empty((6, 6))

        def after(change, old=old, step=step, before=before, D=D):
            return cut_off(old, tuple(step + change), before, row, 0.0, D)

        new, risen, _ = after(0.0)
        tangent, s = D.copy(), stress(new)
        w = np.linalg.eigvalsh(tensor(s))
        q = np.sqrt(1.5 * ((w - w.mean()) ** 2).sum())
        t, c = TENSION + hard * risen, COMPRESSION + hard * risen
        assert w[-1] <= t * (1 + 1e-9) and q <= c * (1 + 1e-9)
        met.add((int((w > t * (1 - 1e-9)).sum()), bool(q > c * (1 - 1e-9))))
        h = 1e-8
        slope = [(stress(after(h * e)[0]) - stress(after(-h * e)[0])) / (2 * h) for e in np.eye(6)]
        found = np.array([mandel(one) / (ROOT2 if k > 2 else 1.0) for k, one in enumerate(slope)]).T
        assert np.abs(found - tangent).max() < 1e-8 * 1e11
        assert np.abs(tangent - tangent.T).max() < 1e-12 * 1e11
        if hard == 0.0:  # nearest: no other admitted stress lies on the far side
            left = mandel(np.array(old) + step - np.array(new))
            for _ in range(3):
                other = rng.normal(size=(3, 3)) * 1e8
                other = 0.5 * (other + other.T)
                w = np.linalg.eigvalsh(other)
                other *= 0.999 / max(w[-1] / TENSION, np.sqrt(1.5 * ((w - w.mean()) ** 2).sum()) / COMPRESSION)
                six = mandel([*np.diag(other), other[0, 1], other[1, 2], other[2, 0]])
                assert left @ (six - mandel(s)) <= 1e-6 * MPA * 1e-3
    assert len(met) == 7  # elastic and the six places


def test_a_high_yield_in_tension_is_von_mises():
    """Pressed from all sides nothing but von Mises is met: radial return."""
    rng, row = np.random.default_rng(3), np.zeros(law.ROW)
    row[[law.SHEAR, law.SHEAR_BEFORE, law.BULK, law.HARD_PARENT]] = G, G, BULK, 1e9
    row[[law.YIELD, law.COMPRESSION]] = COMPRESSION, COMPRESSION
    none = np.zeros((2, 0)), np.zeros(0)
    for _ in range(50):
        step = tuple(rng.normal(size=6) * 2e-3 - np.array([1, 1, 1, 0, 0, 0]) * 2e-2)
        zero, D = (0.0,) * 6, np.empty((6, 6))
        new, risen, _ = cut_off(zero, step, 0.0, row, 0.0, D)
        same, p, *_ = law.point(zero, step, 0.0, 0.0, row, *none, 0.5, 0.0, False)
        np.testing.assert_allclose(new, same, rtol=1e-9, atol=1e-15)
        assert risen == pytest.approx(p, rel=1e-9, abs=1e-16)


def brittle(hard: float = 2e9) -> Matter:
    mechanics = Mechanics(
        constant(110e9), constant(0.26), lambda T: 1.2e-5 * (np.asarray(T) - HOT), constant(150 * MPA), constant(hard),
        yield_compression=constant(400 * MPA),
    )  # fmt: skip
    flat = constant(1.0)
    return Matter("iron", 7200.0, (Phase("solid", flat, flat, mechanics),))


@pytest.mark.parametrize("metric", ["cylinder", "rz"])
def test_newton_ends_at_once_where_the_faces_are_known(monkeypatch, metric):
    """The law is nearly piecewise linear: with the exact tangent the last step falls by ten powers of ten."""
    _, body, state, r = cooled(metric, brittle(), 6)
    mechanics, none = state.mechanics, np.zeros((0, state.temperature.size))
    T1 = state.temperature - 60.0 * (1.0 - (r / RADIUS) ** 2)
    load = Load(mechanics["last_temperature"], none, T1, none, 1.0, 0.5)
    rows, creeps = body.properties.rows(load.T0, load.z0, load.T1, load.z1, load.dt)
    module, residuals = {"cylinder": line, "rz": section}[metric], []
    monkeypatch.setattr(module, "TOLERANCE", 1e-13)
    for count in range(1, 25):
        monkeypatch.setattr(module, "ITERATIONS", count)
        residuals.append(body.solve(mechanics, rows, creeps, load)[2])
    assert residuals[-1] < 1e-13
    assert min(after / one for one, after in itertools.pairwise(residuals)) < 1e-10


@pytest.mark.parametrize("hard", [0.0, 2e9])
def test_rz_and_3d_agree_with_the_long_cylinder(hard):
    """Axial and hoop stress of the core, half way up."""
    found = {}
    for metric in ("cylinder", "rz", "3d")[: 3 if hard else 2]:
        cells, body, state, r = cooled(metric, brittle(hard), 12)
        s, z = body.fields(state)["stress"] / MPA, cells.centres()[:, 2]
        core = r < 0.3 * RADIUS
        if metric != "cylinder":
            core &= np.abs(z - 3.0 * RADIUS) < 0.2 * RADIUS
        found[metric] = float(s[2, core].mean()), float(s[:2, core].mean())
        if metric == "3d":  # free: every mean stress of the body is none
            assert np.abs(body.mean_stress(state)).max() < 1e-5 * MPA
    axial = abs(found["cylinder"][0])
    assert axial > 15.0
    assert found["rz"] == pytest.approx(found["cylinder"], abs=0.02 * axial)
    if hard:  # 16 cells across; 0.09 of it where tension and compression yield alike
        assert found["3d"] == pytest.approx(found["cylinder"], abs=0.15 * axial)


@pytest.mark.parametrize("metric", ["cylinder", "rz"])
def test_long_increments_find_their_balance(metric):
    """Whole steps of Newton jump from one face of the surface to another; the line search ends that."""
    _, body, state, r = cooled(metric, brittle(), 6)
    state.temperature[:] = HOT - 500.0 + 100.0 * (r / RADIUS) ** 2
    found = body.advance(state, 7.0)
    assert found.converged and found.iterations < 25


def test_the_error_of_a_bent_plate_falls_with_the_square_of_the_cells():
    spans = np.linspace(350.0, 1100.0, 16)  # where yield ends within its cell decides, so a mean over many
    errors = [np.mean([np.sqrt(np.mean(np.subtract(*bent(n, s)) ** 2)) for s in spans]) for n in (12, 48)]
    assert errors[0] > 10.0 * errors[1]


def test_grey_iron_holds_more_in_compression():
    """The card: the frame of the example yields in compression at 325 MPa."""
    properties = Properties(mt.alloy("EN-GJL-250").matter(), Axis())
    assert properties.cut_off and not Properties(mt.alloy("42CrMo4").matter(), Axis()).cut_off
    row = properties.rows(*(2 * (np.array([293.15]), np.zeros((0, 1)))), 0.0)[0][0]
    assert row[law.COMPRESSION] == pytest.approx(325e6, rel=1e-3) and row[law.YIELD] == pytest.approx(200e6, rel=1e-3)


WORDS = {
    "name": "iron", "conductivity": "40 W/m/K", "density": "7200 kg/m^3", "heat_capacity": "500 J/kg/K",
    "young": "110 GPa", "poisson": 0.26, "expansion": "12e-6 1/K",
}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"yield_compression": "500 MPa"}, "no yield_stress"),
        ({"yield_stress": "200 MPa", "yield_compression": "150 MPa"}, "150 MPa, in tension at 200 MPa"),
        ({"yield_stress": "200 MPa", "yield_compression": "500 MPa", "kinematic": 0.5}, "kinematic"),
        ({"yield_stress": "200 MPa", "yield_compression": "500 K"}, "yield_compression"),
    ],
)
def test_wrong_words_are_refused(words, message):
    with pytest.raises(mt.CaseError, match=message):
        mt.Material(**WORDS, **words)


def test_a_law_that_cannot_be_mixed_is_refused():
    one = iron().phases[0]
    with pytest.raises(ValueError, match="one phase"):
        Properties(Matter("two", 7200.0, (one, Phase("other", constant(1.0), constant(1.0), one.mechanics))), Axis())
