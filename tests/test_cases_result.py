"""A result reads the same from memory and file: places, times, components, probes, limits."""

import numpy as np
import pytest

from metaltwin.cases.casefile import load
from metaltwin.cases.reading import Hardness, Stress
from metaltwin.cases.reopen import read
from metaltwin.cases.result import Result
from metaltwin.cases.store import About, Log
from metaltwin.cases.tensor import along, frame, matrix, max_principal, von_mises
from metaltwin.cases.timeline import evenly, stencil
from metaltwin.materials.refusal import CaseError
from metaltwin.solver.geometry import build
from metaltwin.solver.shape import Box, Cylinder, Plate, Sphere

LEGS = (("soak", 0.0, 10.0), ("quench", 10.0, 20.0), ("temper", 20.0, 40.0))
SHAPES = {
    "rz": (Cylinder(0.02, 0.0, 0.04, (0.0, 0.0, 0.01)), "rz", 1e-3, "cylinder"),
    "3d": (Cylinder(0.02, 0.0, 0.02), "3d", 2e-3, "cylinder"),
    "cylinder": (Cylinder(0.02), "cylinder", 1e-3, "cylinder"),
    "sphere": (Sphere(0.02), "sphere", 1e-3, "sphere"),
    "ball": (Sphere(0.02, (0.1, 0.0, 0.0)), "3d", 2.5e-3, "sphere"),
    "slab": (Plate(0.04), "slab", 1e-3, None),
    "box": (Box((0.04, 0.03, 0.02)), "3d", 2.5e-3, None),
}
PLACE = np.array([0.0113, 0.0051, 0.0])


def squared(r, x):
    """r2 where there is an axis or a centre, else x2: quadratic, and even across a mid-plane."""
    return r**2 if r is not None else x**2


def reach(places, axis):
    if axis is None:
        return None
    return np.linalg.norm(places if axis == "sphere" else places[:, :2], axis=1)


def made(name, file=None, limits=None):
    """Quadratic fields q: temperature 300 + t + 1e5 q K; stress radial q, hoop 2q, axial 3q in 1e12 Pa."""
    shape, metric, spacing, axis = SHAPES[name]
    cells = build(shape, metric, spacing)
    about = About({"core": (0.0, 0.0, 0.0)}, limits or {}, axis, shape.middle, name="made")
    log = Log(cells, about, "a case", {"metaltwin": "0"}, file)
    places, feet = cells.centres(), cells.feet()
    if metric == "3d":
        places, feet = places - shape.middle, feet - shape.middle
    flat = metric in ("rz", "cylinder", "sphere")
    away = places[:, 0] if flat else reach(places, axis)
    q, wall = squared(away, places[:, 0]), squared(feet[:, 0] if flat else reach(feet, axis), feet[:, 0])
    stress = np.zeros((6, q.size))
    stress[:3] = 1e12 * q * np.array([[1.0], [2.0], [3.0]])
    if axis is not None and not flat:
        turn = frame(places, axis)
        local = np.einsum("kai,ka,kaj->kij", turn, stress[:3].T, turn)
        stress = local[:, (0, 1, 2, 0, 1, 2), (0, 1, 2, 1, 2, 0)].T
    for leg, start, end in LEGS:
        for time in np.linspace(start, end, 6)[0 if start == 0 else 1 :]:
            fields = {
                "temperature": 300.0 + time + 1e5 * q,
                "austenite": np.full(q.size, 0.01 * time),
                "martensite": np.full(q.size, 1.0 - 0.01 * time),
                "stress": stress * min(time, 20.0) / 20.0,
                "displacement": 1e-3 * places.T,
            }
            log.snapshot(time, leg, fields, 300.0 + time + 1e5 * wall)
            log.probe(np.array([time]), np.array([[300.0 + time]]), {"martensite": np.array([[0.5]])})
    row = {"step": "quench", "to": 40.0, "heat": {"side": -2e3}, "unbalanced": 1e-9, "largest_step_error": 0.25}
    log.ledger(row)
    log.end({"hardness": 300.0 + 5e5 * q, "retained_austenite": fields["austenite"]})
    return Result(log.archive(), load)


@pytest.fixture(scope="module")
def results():
    return {name: made(name) for name in SHAPES}


@pytest.mark.parametrize("name", SHAPES)
def test_fields_are_read_second_order_at_any_place(results, name):
    result = results[name]
    axis, middle = SHAPES[name][3], np.array(SHAPES[name][0].middle)
    q = float(squared(None if axis is None else reach(PLACE[None], axis)[0], PLACE[0]))
    lift = np.array([0.0, 0.0, 0.01]) if name == "rz" else 0.0
    point = result.at_position(tuple(PLACE + middle + lift))
    assert point.temperature == pytest.approx(340.0 + 1e5 * q, rel=1e-6)
    assert point.hardness == pytest.approx(300.0 + 5e5 * q, rel=1e-6)
    assert point.phases == pytest.approx({"austenite": 0.4, "martensite": 0.6})
    assert point.retained_austenite == pytest.approx(0.4)
    stress = point.residual_stress
    if axis is None:
        assert (stress.xx, stress.yy, stress.zz) == pytest.approx((1e12 * q, 2e12 * q, 3e12 * q), rel=1e-5)
    elif axis == "cylinder":
        got = (stress.radial, stress.hoop, stress.axial)
        assert got == pytest.approx((1e12 * q, 2e12 * q, 3e12 * q), rel=0.02 if name == "3d" else 1e-5)
        assert stress.tensor.trace() == pytest.approx(6e12 * q, rel=1e-5)
    else:
        assert stress.hoop == pytest.approx(2.5e12 * q, rel=0.03)
    along_x = (1.0, 0.0 if name == "slab" else 1.0, 0.0)
    np.testing.assert_allclose(point.displacement[:2], 1e-3 * (PLACE * along_x)[:2], atol=1e-9)


def test_skin_and_axis_are_inside_and_beyond_is_refused_with_the_distance(results):
    result = results["rz"]
    assert result.at("20 mm", "0 mm", "30 mm").temperature == pytest.approx(340.0 + 1e5 * 4e-4, rel=1e-6)
    assert result.at("0 mm", "0 mm", "10 mm").temperature == pytest.approx(340.0, rel=1e-6)
    with pytest.raises(CaseError, match="3 mm outside the part"):
        result.at("23 mm", "0 mm", "30 mm")
    with pytest.raises(ValueError, match="has no unit"):
        result.at("23", "0 mm", "30 mm")


def test_time_is_interpolated_inside_a_leg_and_refused_outside_the_run(results):
    result = results["rz"]
    for time in (3.3, 10.7, 15.0, 39.0):
        assert result.field("temperature", f"{time} s").min == pytest.approx(300.0 + time + 1e5 * 2.5e-7, rel=1e-6)
        assert result.field("martensite", time).mean == pytest.approx(1.0 - 0.01 * time, rel=1e-6)
    assert result.at("0 mm", "0 mm", "20 mm", time="0.2 min").temperature == pytest.approx(312.0, rel=1e-6)
    with pytest.raises(CaseError, match="time 41 s is outside the run, 0 to 40 s"):
        result.field("temperature", 41.0)
    with pytest.raises(CaseError, match="hardness stands for the whole run"):
        result.field("hardness", 3.0)


def test_stencil_is_cubic_in_the_root_of_time_and_keeps_to_its_leg():
    times = np.array([0.0, 1.0, 2.5, 4.0, 5.0, 6.0, 8.0])
    legs = np.array([0, 0, 0, 0, 1, 1, 1])
    for instant in (0.3, 3.1, 4.4, 7.9):
        chosen = stencil(times, legs, instant, 4)
        start = 0.0 if instant < 4.0 else 4.0
        cubed = sum(weight * (times[step] - start) ** 1.5 for step, weight in chosen)
        assert cubed == pytest.approx((instant - start) ** 1.5)
        line = stencil(times, legs, instant, 2)
        assert sum(weight * times[step] for step, weight in line) == pytest.approx(instant)
        if instant > 4.0:
            assert {step for step, _ in chosen} == {3, 4, 5, 6}
        else:
            assert max(step for step, _ in chosen) <= 3
    assert stencil(times, legs, 4.0, 4) == ((3, 1.0),)


def test_components_by_name(results):
    assert results["rz"].field("stress_axial").max == pytest.approx(3e12 * 0.0195**2, rel=1e-6)
    assert results["3d"].field("stress_radial").min == pytest.approx(2 * 1e12 * 1e-6, rel=0.2)
    assert results["3d"].field("displacement").max <= 1e-3 * np.hypot(0.0205, 0.02)
    with pytest.raises(CaseError, match="a sphere has no axis"):
        results["ball"].field("stress_axial")
    with pytest.raises(CaseError, match="no axis, so no hoop stress"):
        results["box"].field("stress_hoop")
    with pytest.raises(CaseError, match="six components"):
        _ = results["box"].field("stress").max
    with pytest.raises(CaseError, match="a sphere has no axis"):
        _ = results["sphere"].at("1 mm", "0 mm", "0 mm").residual_stress.axial
    with pytest.raises(CaseError, match="no hoop stress; ask for xx"):
        _ = results["slab"].at("1 mm", "0 mm", "0 mm").residual_stress.hoop


def test_unknown_names_are_refused_with_the_nearest(results):
    with pytest.raises(CaseError, match="no field 'hardnes'; nearest: hardness"):
        results["rz"].field("hardnes")
    with pytest.raises(AttributeError, match="nearest: hardness"):
        _ = results["rz"].hardnes
    with pytest.raises(CaseError, match="no probe 'cor'; nearest: core"):
        results["rz"].probe("cor")


def test_the_quenched_stress_stands_beside_that_after_a_temper(results):
    assert results["rz"].at("19 mm", "0 mm", "30 mm").as_quenched_stress.axial > 0.0


def test_field_knows_its_mean_over_the_volume(results):
    field = results["rz"].hardness
    assert field.mean == pytest.approx(300.0 + 5e5 * 0.5 * 4e-4, rel=2e-3)
    assert field.unit == "HV" and "hardness" in field.meaning and np.asarray(field).shape == field.values.shape


def test_probes_ledger_and_error(results):
    probe = results["rz"].probe("core")
    assert probe.time[-1] == 40.0 and probe.temperature[-1] == 340.0 and probe.phases["martensite"].size == 16
    assert results["rz"].time_error == 0.25 and results["rz"].ledger[0]["step"] == "quench"


def test_probes_are_read_at_even_times_and_follow_a_jump():
    steps = np.array([0.0, 10.0, 10.02, 10.1, 10.5, 12.0, 15.0, 20.0])
    fallen = 800.0 - 100.0 * np.sqrt(np.maximum(steps - 10.0, 0.0))
    times, read = evenly(steps, {"temperature": fallen[None]}, 0.5, [10.0, 20.0])
    assert times == pytest.approx(np.arange(0.0, 20.1, 0.5))
    exact = 800.0 - 100.0 * np.sqrt(np.maximum(times - 10.0, 0.0))
    assert read["temperature"][0] == pytest.approx(exact, abs=1e-9)


def test_hardness_never_leaves_the_range_of_the_cells(tmp_path):
    result = made("rz")
    edge = 0.5 * (1 + np.sign(result.cells.centres()[:, 0] - 0.015))
    result._archive.values = lambda name, step: 300.0 + 300.0 * edge
    for x in np.linspace(0.0, 20.0, 41):
        assert 300.0 <= result.at(f"{x} mm", "0 mm", "20 mm").hardness <= 600.0


def test_limits_give_a_map_and_a_line_in_the_summary(tmp_path):
    result = made("rz", limits={"hardness": (400.0, None)})
    limit = result.limits["hardness"]
    assert not limit.passed and limit.within == pytest.approx(0.5, abs=0.06)
    assert set(np.unique(limit.map)) == {-1, 0}
    text = str(result.summary())
    assert "limit hardness at least 400 HV: FAILED" in text and "axial stress" in text and "MPa" in text
    assert "energy ledger closes to 5.0e-13 of the heat exchanged" in text
    assert result.judge({"hardness": ("20 HRC", "70 HRC")})["hardness"].passed
    assert "out of balance" not in text
    result._archive.ledger[0]["stress_unconverged"] = 3
    assert "3 stress increments ended out of balance" in str(result.summary())


def test_a_file_reads_like_memory(tmp_path, results):
    kept = made("3d", tmp_path / "run.vtkhdf")
    other, memory = read(tmp_path / "run.vtkhdf"), results["3d"]
    assert other.fields == memory.fields == kept.fields and other.name == "made"
    for name in other.fields:
        np.testing.assert_array_equal(other.field(name).values, memory.field(name).values)
    for time in (None, "13 s"):
        here, there = (r.at("12 mm", "3 mm", "7 mm", time=time) for r in (other, memory))
        assert (here.temperature, here.residual_stress) == (there.temperature, there.residual_stress)
    assert memory.save(tmp_path / "copy.vtkhdf").stat().st_size > 0


def test_hardness_knows_rockwell_where_it_is_defined():
    assert Hardness(392.0).hrc == pytest.approx(40.2, abs=0.1)
    assert Hardness(200.0).hrc is None


def test_invariants_against_eigenvalues():
    six = np.random.default_rng(3).normal(size=(6, 200))
    six[:, 0] = 0.0
    six[:, 1] = (2.0, 2.0, 2.0, 0, 0, 0)
    six[:, 2] = (1.0, 1.0, -5.0, 0, 0, 0)
    values = np.linalg.eigvalsh(matrix(six))
    np.testing.assert_allclose(max_principal(six), values[:, 2], atol=1e-7)
    low, middle, high = values.T
    expected = np.sqrt(0.5 * ((low - middle) ** 2 + (middle - high) ** 2 + (high - low) ** 2))
    np.testing.assert_allclose(von_mises(six), expected, atol=1e-12)
    directions = frame(np.random.default_rng(4).normal(size=(200, 3)), "sphere")
    np.testing.assert_allclose(
        np.einsum("kai,kbi->kab", directions, directions), np.tile(np.eye(3), (200, 1, 1)), atol=1e-12
    )
    total = sum(along(six, directions[:, k]) for k in range(3))
    np.testing.assert_allclose(total, six[:3].sum(0), atol=1e-12)


def test_stress_of_a_point_on_a_rotated_radius():
    stress = Stress(1.0, 3.0, 5.0, 0.0, 0.0, 0.0, "cylinder", (0.0, 0.01, 0.02))
    assert (stress.radial, stress.hoop, stress.axial) == pytest.approx((3.0, 1.0, 5.0))
    assert stress.max_principal == pytest.approx(5.0)
