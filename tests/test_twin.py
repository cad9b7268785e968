"""Records, readiness, unknowns, derivatives, and whole calibrations against records whose truth is known."""

import dataclasses

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import metaltwin as mt
from metaltwin.__main__ import app
from metaltwin.kernels.lag import lagged
from metaltwin.solver.tangent import Moved, differentiable, tangent
from metaltwin.twin.executor import Executor
from metaltwin.twin.forward import Forward, inwards
from metaltwin.twin.model import Model
from metaltwin.twin.noise import Noise, tied
from metaltwin.twin.refined import finer
from metaltwin.twin.search import HALVES, TENTHS, Search, circling
from metaltwin.twin.sensitivities import sensitivities
from metaltwin.twin.starts import best_start
from metaltwin.twin.unknowns import Bound, look_up
from metaltwin.validation import bench

H = "steps.quench.medium.h"
STEEL = mt.Material("austenite", "20 W/m/K", "7800 kg/m^3", "550 J/kg/K")


def truth(kelvin):
    """h of a smooth oil, W/m2/K."""
    return 400.0 + 2500.0 * np.exp(-(((kelvin - 830.0) / 110.0) ** 2))


def oil(h="1000 W/m^2/K"):
    return mt.Medium("oil", h=h, temperature="40 degC")


def case(medium=None, **changes):
    words = {
        "name": "bar",
        "part": mt.Part.cylinder("30 mm", None),
        "alloy": STEEL,
        "grid": mt.Grid("1 mm"),
        "start": "850 degC",
        "steps": [mt.Transfer("5 s"), mt.Quench(medium or oil(), duration="120 s")],
        "sensors": [
            mt.Thermocouple("skin", ("13.5 mm", "0 mm", "0 mm")),
            mt.Thermocouple("core", ("0 mm", "0 mm", "0 mm")),
        ],
    }
    return mt.HeatTreatment(**words | changes)


def real(**changes):
    """The case with the oil as it is."""
    kelvin = np.arange(300.0, 1130.0, 5.0)
    curve = mt.Curve([f"{k} K" for k in kelvin], [f"{v} W/m^2/K" for v in truth(kelvin)])
    return case(oil(curve), **changes)


def record(of=None, noise=1.0, seed=1, late=0.0, **sensors):
    """What thermocouples read in a case, made on a finer grid; late: the record begins that long before it, s."""
    of = of or real()
    ready = tuple(sensors.get(s.name, mt.Sensor(s.name, s.at, noise=f"{noise} K")) for s in of.sensors)
    time = np.arange(0.0, 120.0, 0.25)
    forward = Forward(finer(of), tuple(mt.Sensor(s.name, s.at) for s in of.sensors), 120.0)
    exact = forward.trace(forward.problem(finer(of), 4.0)).at(time)[: len(ready)]
    read = exact + noise * np.random.default_rng(seed).standard_normal(exact.shape)
    names = [sensor.name for sensor in ready]
    return mt.Measurements(time + late, dict(zip(names, read, strict=True)), dict(zip(names, ready, strict=True)))


def written(folder, text, name="run.csv"):
    path = folder / name
    path.write_text(text, "utf-8")
    return path


# records


@pytest.mark.parametrize(
    "text",
    [
        "time [s],T1 [degC],T2 [degC]\n0,850,840.5\n0.5,,830.5\n",
        "time [s];T1 [degC];T2 [degC]\n0;850;840,5\n0,5;;830,5\n",
        "# made by a logger\ntime (ms)\tT1 (K)\tT2 (degF)\n0\t1123.15\t1544.9\n500\tNaN\t1526.9\n",
        "time[s] T1[degC] T2[degC]\n0 850 840.5\n0.5 - 830.5\n",
    ],
)
def test_a_record_is_read_whatever_its_delimiter_and_units(tmp_path, text):
    run = mt.Measurements.read_csv(written(tmp_path, text))
    np.testing.assert_allclose(run.time, [0.0, 0.5])
    np.testing.assert_allclose(run.values["T2"], [1113.65, 1103.65])
    assert run.values["T1"][0] == pytest.approx(1123.15) and np.isnan(run.values["T1"][1])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-200.0, 1500.0), min_size=1, max_size=20), st.sampled_from([",", ";", "\t"]))
def test_what_is_written_is_read(tmp_path_factory, values, sign):
    rows = "\n".join(f"{i}{sign}{value!r}" for i, value in enumerate(values))
    path = written(tmp_path_factory.mktemp("run"), f"time [s]{sign}T [degC]\n{rows}\n")
    np.testing.assert_allclose(mt.Measurements.read_csv(path).values["T"] - 273.15, values, atol=1e-9)


def test_a_logger_under_windows_writes_its_degrees_in_its_own_way(tmp_path):
    path = tmp_path / "run.csv"
    path.write_bytes("time [s];T1 [\u00b0C]\n0,0;850,5\n".encode("cp1252"))
    assert mt.Measurements.read_csv(path).values["T1"][0] == pytest.approx(1123.65)
    path.write_bytes(b"\x81\x8d\xff\x00")
    with pytest.raises(mt.CaseError, match="no text in UTF-8 or Windows-1252"):
        mt.Measurements.read_csv(path)


def test_a_record_is_saved_to_the_last_bit(tmp_path):
    run = record()
    run.values["skin"][3] = np.nan
    back = mt.Measurements.read_csv(run.save(tmp_path / "run.h5"))
    assert back.time.tobytes() == run.time.tobytes()
    assert all(back.values[name].tobytes() == run.values[name].tobytes() for name in ("skin", "core"))
    with pytest.raises(mt.CaseError, match="no ending of a record '.xls'"):
        run.save(tmp_path / "run.xls")


def test_a_record_may_be_hdf5(tmp_path):
    with h5py.File(tmp_path / "run.h5", "w") as file:
        file["time"], file["T1 [degC]"] = [0.0, 1.0], [850.0, 800.0]
        file["time"].attrs["unit"] = "s"
    run = mt.Measurements.read_csv(tmp_path / "run.h5")
    np.testing.assert_allclose(run.values["T1"], [1123.15, 1073.15])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time [s],T1\n0,850\n", r"column 'T1' has no unit; write 'T1 \[degC\]'"),
        ("time,T1 [degC]\n0,850\n", r"column 'time' has no unit; write 'time \[s\]'"),
        ("time [s],T1 [degC],T1 [degC]\n0,850,850\n", r"two columns are called 'T1 \[degC\]'"),
        ("time [s],T1 [mm]\n0,850\n", "needs K"),
        ("T1 [degC]\n850\n", "no column of time"),
        ("time [s],T1 [degC]\n1,850\n1,840\n", "time does not increase at sample 2"),
        ("time [s],T1 [degC]\n1,hot\n", "'hot' is no number"),
        ("time [s],T1 [degC]\n1,2,3\n", "3 cells under 2 names"),
        ("Logger 7\ntime [s],T1 [degC]\n1,2\n", "'#' before lines above the names"),
        ("\n", "holds no record"),
    ],
)
def test_a_bad_record_is_refused(tmp_path, text, said):
    with pytest.raises(mt.CaseError, match=said):
        mt.Measurements.read_csv(written(tmp_path, text))


def test_a_name_that_the_file_does_not_have_is_refused_with_the_nearest(tmp_path):
    path = written(tmp_path, "time [s],skin [degC]\n0,850\n")
    with pytest.raises(mt.CaseError, match="no column 'skim'; nearest: skin"):
        mt.Measurements.read_csv(path, places={"skim": ("0 mm", "0 mm", "0 mm")})


def test_tolerance_classes_grow_with_the_reading():
    sensor = mt.Sensor("T", ("0 mm", "0 mm", "0 mm"), tolerance="K class 1")
    np.testing.assert_allclose(sensor.error(np.array([373.15, 1273.15])), [0.75, 2.0])
    with pytest.raises(mt.CaseError, match="nearest: K class 1"):
        mt.Sensor("T", ("0 mm", "0 mm", "0 mm"), tolerance="K clas 1")
    with pytest.raises(mt.CaseError, match="give one"):
        mt.Sensor("T", ("0 mm", "0 mm", "0 mm"), tolerance="special", offset_within="1 K")


def test_noise_may_be_a_share_or_come_from_the_record():
    assert mt.Sensor("T", ("0 mm",) * 3, noise="1 %").scatter(np.array([1273.15]))[0] == pytest.approx(10.0)
    run = record(noise=2.0)
    bare = dataclasses.replace(run, sensors={})
    assert bare.noise("core")[0] == pytest.approx(2.0, rel=0.2)


# readiness


def looked(run, of=None):
    return run.readiness(of or case())


def test_a_good_record_is_ready():
    found = looked(record())
    assert found.ready and not found.reasons
    found.require()


def changed(run, name, make):
    return dataclasses.replace(run, values=run.values | {name: make(run.values[name].copy())})


def test_faults_are_found():
    run = record()
    skin, core = run.values["skin"], run.values["core"]
    swapped = dataclasses.replace(run, values={"skin": core, "core": skin})
    assert "changed places" in str(looked(swapped))
    fahrenheit = changed(run, "core", lambda k: (k - 273.15) * 1.8 + 32.0 + 273.15)
    assert "degF" in str(looked(fahrenheit))
    short = dataclasses.replace(run, time=run.time[:15], values={k: v[:15] for k, v in run.values.items()})
    assert "too short" in str(looked(short)) and not looked(short).ready
    late = dataclasses.replace(run, time=run.time[60:], values={k: v[60:] for k, v in run.values.items()})
    assert "begins 15.0 s into the case" in str(looked(late))
    dead = changed(run, "skin", lambda k: np.full_like(k, 1120.0))
    assert "stands still" in str(looked(dead))
    few = dataclasses.replace(run, time=run.time[:5], values={k: v[:5] for k, v in run.values.items()})
    with pytest.raises(mt.CaseError, match="5 samples lie within the case"):
        looked(few).require()


def test_what_makes_the_answer_worse_is_remarked():
    run = record()

    def holes(k):
        k[100:110] = np.nan
        return k

    assert "10 samples without a reading" in str(looked(changed(run, "skin", holes)))
    clipped = changed(run, "core", lambda k: np.minimum(k, 1100.0))
    assert "end of its range" in str(looked(clipped))
    cut = dataclasses.replace(run, time=run.time[:100], values={k: v[:100] for k, v in run.values.items()})
    assert "nothing below" in str(looked(cut)) and looked(cut).ready
    high = looked(changed(run, "core", lambda k: k + 15.0))
    assert "core begins 15 K above the others" in str(high) and high.ready
    gone = looked(changed(run, "core", lambda k: np.full_like(k, np.nan)))
    assert "core has no reading" in str(gone) and not gone.ready
    marked = dataclasses.replace(run, events={"transfer": 0.0, "quench": 8.0})
    assert "quench was marked +3.0 s" in str(looked(marked))


def test_a_record_that_waits_for_its_bath_and_one_with_a_gap_are_remarked():
    """Nobody marked when the quench began: h would come out as nothing while the part hung in the furnace."""
    run = record(case(real().steps[1].medium, steps=real().steps[1:]))
    waited = dataclasses.replace(
        run,
        time=np.concatenate([np.arange(0.0, 6.0, 0.25), run.time + 6.0]),
        values={name: np.concatenate([np.full(24, values[0]), values]) for name, values in run.values.items()},
    )
    bare = case(steps=case().steps[1:])
    assert "mark the beginning of its steps in the events" in str(looked(waited, bare)) and "mark the" not in str(
        looked(run, bare)
    )
    marked = dataclasses.replace(waited, events={"quench": 6.0})
    assert "mark the" not in str(looked(marked, bare))
    kept = (run.time < 8.0) | (run.time > 14.0)
    holed = dataclasses.replace(run, time=run.time[kept], values={name: v[kept] for name, v in run.values.items()})
    assert "nothing was recorded from 7.75 to 14.25 s" in str(looked(holed, bare))


def test_a_thermocouple_that_comes_loose_stops_a_calibration():
    def loose(values):
        values[run.time > 30.0] = 300.0
        return values

    run = record()
    assert "core jumps by" in "; ".join(looked(changed(run, "core", loose)).reasons)


def test_what_lies_equally_deep_may_cool_in_any_order():
    """Two thermocouples under the skin, of which the upper one meets the bath later."""
    rz = {"part": mt.Part.cylinder("30 mm", "60 mm"), "grid": mt.Grid("3 mm")}
    pair = [mt.Thermocouple("low", ("13 mm", "0 mm", "6 mm")), mt.Thermocouple("high", ("13 mm", "0 mm", "54 mm"))]
    late = real(**rz, sensors=pair).replace(**{"steps.quench.immersion": "10 mm/s"})
    assert looked(record(late), case(**rz, sensors=pair)).ready


def test_a_mirrored_part_is_read_on_both_sides():
    """A zone beyond the plane of symmetry has no wall of its own, and deeper is inwards there too."""
    half = {"part": mt.Part.cylinder("30 mm", "60 mm"), "grid": mt.Grid("3 mm", symmetry=("z",))}
    pair = [mt.Thermocouple("low", ("9 mm", "0 mm", "3 mm")), mt.Thermocouple("high", ("9 mm", "0 mm", "57 mm"))]
    of = case(**half, sensors=pair)
    assert looked(record(real(**half, sensors=pair)), of).ready
    places = np.array([[0.009, 0.0, 0.003], [0.009, 0.0, 0.057]])
    low, high = inwards(Forward(of, (), 1.0).cells, places)
    np.testing.assert_allclose(low, [0.0, 0.0, 1.0], atol=1e-12)
    np.testing.assert_allclose(high, [0.0, 0.0, -1.0], atol=1e-12)


def test_a_thermocouple_outside_the_part_is_refused_with_its_distance():
    run = record()
    moved = dataclasses.replace(run, sensors=run.sensors | {"skin": mt.Sensor("skin", ("16 mm", "0 mm", "0 mm"))})
    with pytest.raises(mt.CaseError, match="skin.*1 mm outside the part"):
        looked(moved)


def die(contact):
    """A plate of aluminium that freezes in a die of 40 mm."""
    solid = mt.Material("alu", "200 W/m/K", "2500 kg/m^3", "1100 J/kg/K")
    freezing = mt.Freezing(
        law="pure", latent_heat="390 kJ/kg", liquidus="660 degC", family="aluminium",
        liquid_conductivity="95 W/m/K", liquid_heat_capacity="1100 J/kg/K",
    )  # fmt: skip
    at = {"C9": "9.5 mm", "M2": "12 mm", "M10": "20 mm"}
    return mt.Casting(
        name="plate",
        part=mt.Part.plate("20 mm"),
        alloy=mt.Alloy(name="alu", material=solid, freezing=freezing),
        pour="700 degC",
        mould=mt.Mould("die", "metal", "35 W/m/K", "7800 kg/m^3", "560 J/kg/K", wall="40 mm", temperature="200 degC"),
        contact=mt.Contact(h=contact),
        grid=mt.Grid("0.5 mm"),
        sensors=[mt.Thermocouple(name, (x, "0 mm", "0 mm")) for name, x in at.items()],
        duration="30 s",
    )


def test_the_conductance_of_a_casting_is_found_with_its_mould_as_the_part():
    """h falls from 4000 to 700 W/m2/K as a gap opens; the record is made by the casting itself."""
    time = np.arange(0.0, 30.0, 0.1)
    exact = 700.0 + 3300.0 * np.exp(-time / 6.0)
    opens = mt.TimeCurve([f"{t} s" for t in time], [f"{h} W/m^2/K" for h in exact])
    made = die(opens)
    result, rng = made.run(progress=False), np.random.default_rng(4)
    probes = {name: result.probe(name) for name in ("C9", "M2", "M10")}
    read = {name: np.interp(time, p.time, p.temperature) for name, p in probes.items()}
    cast = mt.TimeCurve([f"{t} s" for t in time], [f"{k} K" for k in read["C9"]])
    wall = mt.HeatTreatment(
        name="wall",
        part=mt.Part.plate("80 mm"),
        alloy=mt.Material("die", "35 W/m/K", "7800 kg/m^3", "560 J/kg/K"),
        grid=mt.Grid("1 mm"),
        start="200 degC",
        steps=[
            mt.Heat(
                medium=mt.Medium("casting", h=mt.TimeCurve("0 30 s", "1500 1500 W/m^2/K"), temperature=cast),
                duration="30 s",
            )
        ],
    )
    places = {"M2": ("38 mm", "0 mm", "0 mm"), "M10": ("30 mm", "0 mm", "0 mm")}
    values = {name: read[name] + 0.8 * rng.standard_normal(time.size) for name in places}
    run = mt.Measurements(time, values, {name: mt.Sensor(name, at) for name, at in places.items()})
    knots = [f"{t} s" for t in (0, 0.5, 1, 2, 3, 4, 6, 8, 11, 15, 20, 25, 30)]
    fit = mt.calibrate(wall, run, [mt.Unknown.curve("steps.heat.medium.h", knots=knots)])
    at, found, _, _ = fit.curve("steps.heat.medium.h")
    true = np.interp(at, time, exact)
    assert np.sqrt(np.mean((found - true) ** 2) / np.mean(true**2)) < 0.05
    with pytest.raises(mt.CaseError, match="not a casting; take the wall of its mould"):
        run.readiness(made)


# unknowns


def test_names_reach_into_the_case_and_wrong_ones_are_refused():
    assert float(look_up(case(), H)) == 1000.0
    assert float(look_up(case(), "alloy.conductivity")) == 20.0
    with pytest.raises(mt.CaseError, match="nearest: quench"):
        look_up(case(), "steps.quensh.medium.h")
    with pytest.raises(mt.CaseError, match="nearest: conductivity"):
        look_up(case(), "alloy.conductivty")


def test_a_curve_passes_through_its_knots_and_is_flat_outside():
    bound = Bound(mt.Unknown.curve(H, knots=["100 degC", "400 degC", "600 degC", "800 degC"]), case())
    x = np.array([0.1, 0.5, 1.0, -0.3])
    curve = bound.words(x)
    np.testing.assert_allclose(curve(bound.axis[1]), 1000.0 * np.exp(x))
    assert curve(200.0) == pytest.approx(1000.0 * np.exp(0.1))


def test_roughness_is_that_of_the_natural_spline():
    """Straight lines have none, and of their bends' change parabolas; else integrals of derivatives squared."""
    from scipy.interpolate import CubicSpline

    bound = Bound(mt.Unknown.curve(H, knots=["100 degC", "200 degC", "350 degC", "600 degC", "800 degC"]), case())
    knots, values = bound.axis[1], np.array([0.0, 1.0, 0.3, 2.0, 1.0])
    second, third = bound.roughness
    assert np.abs(second @ (2.0 + 0.1 * knots)).max() < 1e-9
    fine = np.linspace(knots[0], knots[-1], 200001)
    bend = CubicSpline(knots, values, bc_type="natural")(fine, 2)
    exact = np.trapezoid(bend**2, fine) * ((knots[-1] - knots[0]) / 16.0) ** 3
    assert values @ second @ values == pytest.approx(exact, rel=1e-6)
    far, wide = knots - 600.0, knots[-1] - knots[0]
    assert np.abs(third @ (2.0 + 0.1 * far + 1e-3 * far**2)).max() < 1e-6
    cube, measured = 1e-6 * far**3, (knots[3:] - knots[:-3]).sum() / 3.0
    assert cube @ third @ cube == pytest.approx((6e-6) ** 2 * measured * (wide / 16.0) ** 5, rel=1e-6)


@pytest.mark.parametrize("count", [3, 6, 24, 96])
@pytest.mark.parametrize("strength", [(0.1, 0.0), (1e6, 0.0), (0.0, 5.0), (0.0, 1e6)])
def test_a_curve_is_known_within_its_prior_at_any_number_of_knots_and_any_smoothness(count, strength):
    knots = [f"{t} degC" for t in np.linspace(100.0, 800.0, count)]
    unknowns = mt.Unknown.curve(H, knots=knots, prior=0.5), mt.Unknown.factor("alloy.conductivity")
    search = Search(Model(case(), (record(),), unknowns))
    variance = np.diag(np.linalg.inv(search.before(np.array([strength, (1.0, 0.0)]))))
    assert variance[:-1].mean() == pytest.approx(0.5**2, rel=1e-3) and variance[-1] == 1.0


def test_factors_and_values_stand_in_the_case():
    factor = Bound(mt.Unknown.factor("alloy.conductivity", prior=0.1), case())
    assert look_up(case().replace(**{"alloy.conductivity": factor.words(np.array([2.0]))}), "alloy.conductivity") == (
        pytest.approx(20.0 * np.exp(0.2))
    )
    value = Bound(mt.Unknown.value("steps.quench.medium.temperature", prior="5 K"), case())
    assert value.words(np.array([2.0])) == f"{323.15!r} K"
    with pytest.raises(mt.CaseError, match="do not hold"):
        _ = Bound(mt.Unknown.factor(H, bounds=(1.5, 2.0)), case()).limits


# derivatives

UNKNOWNS = (
    mt.Unknown.curve(H, knots=["50 degC", "300 degC", "500 degC", "700 degC", "850 degC"]),
    mt.Unknown.factor("alloy.conductivity", prior=0.05),
    mt.Unknown.factor("alloy.heat_capacity", prior=0.05),
    mt.Unknown.value("start", prior="5 K"),
    mt.Unknown.value("steps.quench.medium.temperature", prior="5 K"),
)
PARTS = {
    "1d": {},
    "rz": {"part": mt.Part.cylinder("30 mm", "40 mm"), "grid": mt.Grid("3 mm")},
}


@pytest.mark.parametrize("metric", PARTS)
def test_the_tangent_is_the_derivative(metric):
    """Against central differences of the same march with the same steps and stages: 1e-6 of the largest."""
    model = Model(case(**PARTS[metric]), (record(real(**PARTS[metric])),), UNKNOWNS)
    x = 0.1 * np.sin(1.0 + np.arange(float(model.size)))
    trace, forward = model.trace(x), model.forward
    here = forward.problem(model.case_at(x))
    by = 1e-6

    def at(y):
        return forward.problem(model.case_at(y))

    moved = [Moved(at(x + by * way), at(x - by * way), 2.0 * by) for way in np.eye(x.size)]
    assert differentiable(here, moved)
    seen, slopes, stages = tangent(here, moved, trace.marks)
    np.testing.assert_allclose(seen, trace.values, atol=1e-9)
    for i, pair in enumerate(moved):
        above, below = (tangent(side, [], trace.marks, stages)[0] for side in (pair.above, pair.below))
        assert np.abs((above - below) / pair.by - slopes[:, :, i]).max() < 1e-6 * np.abs(slopes).max()


def test_differences_along_the_same_steps_agree_with_the_tangent():
    model = Model(case(), (record(),), UNKNOWNS)
    x = np.zeros(model.size)
    exact, how = model.slopes(x, model.first)
    assert how == "tangent"
    from metaltwin.twin import sensitivities as module

    before = module.differentiable
    module.differentiable = lambda *_: False
    try:
        near, how = model.slopes(x, model.first)
    finally:
        module.differentiable = before
    assert how == "differences"
    for a, b in zip(exact, near, strict=True):
        assert np.abs(a - b).max() < 0.01 * np.abs(a).max()


def test_processes_give_what_one_gives():
    model = Model(case(), (record(),), UNKNOWNS[1:2])
    forward, trace = model.forward, model.first
    from metaltwin.twin.sensitivities import _again

    ends = [(forward, model.case_at(np.array([side])), trace) for side in (0.05, -0.05)]
    np.testing.assert_array_equal(Executor(1).map(_again, ends), Executor(2).map(_again, ends))
    np.testing.assert_allclose(model.along(np.zeros(1), trace).values, trace.values, atol=1e-9)


def test_hardly_a_step_of_a_search_is_refused():
    """Marches that choose their own steps are too rough for noise as low as this: two of three steps were refused."""

    class Counted(Model):
        marches = slopings = 0

        def trace(self, x):
            Counted.marches += 1
            return super().trace(x)

        def along(self, x, like):
            Counted.marches += 1
            return super().along(x, like)

        def slopes(self, x, trace):
            Counted.slopings += 1
            return super().slopes(x, trace)

    Search(Counted(case(), (record(noise=0.1),), UNKNOWNS[:1])).found()
    assert 3 < Counted.slopings and Counted.marches <= 1.5 * Counted.slopings + 1


def test_steel_that_transforms_is_differenced():
    of = mt.HeatTreatment(
        name="steel",
        part=mt.Part.cylinder("30 mm", None),
        alloy=mt.alloy("42CrMo4"),
        grid=mt.Grid("3 mm"),
        steps=[mt.Soak("850 degC", "10 s"), mt.Quench(oil(), duration="60 s")],
        sensors=[mt.Thermocouple("core", ("0 mm", "0 mm", "0 mm"))],
    )
    forward = Forward(of, (mt.Sensor("core", ("0 mm", "0 mm", "0 mm")),), 70.0)
    trace = forward.trace(forward.problem(of))
    more = mt.Unknown.factor(H, prior=1.0)

    def beside(by):
        return [of.replace(**{H: Bound(more, of).words(np.array([by]))})]

    slopes, how = sensitivities(forward, of, beside, trace)
    assert how == "differences" and slopes.values.shape == (2, trace.times.size, 1)
    assert slopes.values.min() < -50.0


def test_inwards_is_the_way_from_the_wall():
    forward = Forward(case(**PARTS["rz"]), (), 1.0)
    points = np.array([[0.0, 0.014, 0.02], [0.0, 0.0, 0.001], [-0.014, 0.0, 0.02]])
    np.testing.assert_allclose(
        inwards(forward.cells, points), [[0.0, -1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]], atol=1e-9
    )


def test_lag_follows_a_ramp_late_by_itself():
    """Exact: y = t - tau (1 - exp(-t/tau)) behind y = t."""
    time = np.cumsum(np.r_[0.0, np.tile([0.1, 0.3], 20)])
    out = np.empty((time.size, 1))
    lagged(time, time[:, None].copy(), 0.7, out)
    np.testing.assert_allclose(out[:, 0], time - 0.7 * (1.0 - np.exp(-time / 0.7)), atol=1e-12)


def test_what_hangs_together_counts_less():
    random = np.random.default_rng(0).standard_normal(4000)
    assert tied(random) == pytest.approx(1.0, abs=0.3)
    assert tied(np.repeat(random[:400], 10)) == pytest.approx(10.0, rel=0.4)


# calibration


@pytest.fixture(scope="module")
def fit():
    return mt.calibrate(case(), record(), [mt.Unknown.curve(H)])


def test_a_known_curve_comes_back_within_its_band(fit):
    at, found, low, high = fit.curve(H)
    error = np.sqrt(np.mean((found - truth(at)) ** 2) / np.mean(truth(at) ** 2))
    assert error < 0.04
    assert ((low <= truth(at)) & (truth(at) <= high)).mean() > 0.6
    for sensor in fit.sensors:
        assert sensor.rms == pytest.approx(1.0, abs=0.15)
    assert fit.derivatives == "tangent"


def test_what_was_not_visited_is_marked_and_not_drawn():
    whole = record()
    short = dataclasses.replace(whole, time=whole.time[:120], values={k: v[:120] for k, v in whole.values.items()})
    found = mt.calibrate(case(), short, [mt.Unknown.curve(H)])
    bands = found.parameters
    assert not bands[0].seen and "outside what the surface went through" in " ".join(found.cannot_tell)
    low, _ = found.visited(found.model.bounds[0])
    at, middle, *_ = found.curve(H, np.array([low - 50.0, low + 50.0]))
    assert np.isnan(middle[0]) and np.isfinite(middle[1])


def test_a_constant_h_is_found_within_one_per_cent():
    """F02: centre, 0.5 K of noise; the record is made on a grid half as wide."""
    of = case(oil("1500 W/m^2/K"))
    found = mt.calibrate(case(), record(of, noise=0.5).only("core"), [mt.Unknown.factor(H, prior=1.0)])
    (band,) = found.parameters
    assert band.value == pytest.approx(1.5, rel=0.01)
    assert band.low < 1.5 < band.high


def test_a_flux_of_either_sign_is_found():
    """A curve that is not in its logarithm; a flux into the part, then out of it."""
    name, knots = "steps.quench.medium.flux", [f"{t} s" for t in range(0, 125, 5)]
    real_flux = mt.TimeCurve(["0 s", "40 s", "60 s", "120 s"], [f"{q} W/m^2" for q in (2e4, 2e4, -8e4, -8e4)])
    of = case(mt.Medium("oil", flux=real_flux), start="300 degC")
    begun = case(mt.Medium("oil", flux="-1e4 W/m^2"), start="300 degC")
    found = mt.calibrate(begun, record(of), [mt.Unknown.curve(name, knots=knots, prior="1e5 W/m^2")])
    at, middle, low, high = found.curve(name, np.linspace(2.0, 108.0, 60))
    exact = np.interp(at, [40.0, 60.0], [2e4, -8e4])
    assert np.sqrt(np.mean((middle - exact) ** 2)) < 2e3
    assert ((low < exact) & (exact < high)).mean() > 0.6  # 68 to 82 % over eight records: no smooth curve has corners
    with pytest.raises(mt.CaseError, match="not above zero everywhere; write prior="):
        mt.calibrate(begun, record(of), [mt.Unknown.curve(name, knots=knots)])


def test_beck_finds_h_and_a_medium_to_begin_with():
    run = record(noise=0.5).only("skin")
    flux = mt.beck(real(), run, future=4, every=2)
    bath, at = "40 degC", np.arange(550.0, 1000.0, 30.0)
    error = flux.coefficient(bath, at) - truth(at)
    assert np.sqrt(np.nanmean(error**2) / np.mean(truth(at) ** 2)) < 0.12  # the peak is cut by 1 s of future
    assert flux.medium(bath).h(800.0) == pytest.approx(truth(800.0), rel=0.15)
    with pytest.raises(mt.CaseError, match="1 future samples of 4 an interval"):
        mt.beck(real(), run, future=1, every=4)


def test_places_are_the_best_of_all_pairs():
    """Against every pair, one by one; and the wrong ones are refused."""
    among = {f"r{r}": (f"{r} mm", "0 mm", "0 mm") for r in (0, 4, 8, 11, 13, 14.5)}
    unknowns = [mt.Unknown.factor(H, prior=0.3), mt.Unknown.factor("alloy.conductivity", prior=0.2)]
    best = mt.place_sensors(real(), 2, unknowns, among=among)
    pairs = [{a: among[a], b: among[b]} for a in among for b in among if a < b]
    told = [mt.place_sensors(real(), 2, unknowns, among=pair).tells for pair in pairs]
    assert best.tells == pytest.approx(max(told)) and max(told) > min(told) + 0.5
    assert "keeps" in str(best) and best.sensors(depth_within="0.2 mm")
    with pytest.raises(mt.CaseError, match="7 thermocouples among 6 places"):
        mt.place_sensors(real(), 7, unknowns, among=among)
    open_ = mt.place_sensors(real(), 2, unknowns)
    assert all(abs(x) < 14.0e-3 for x, *_ in open_.places.values())


def test_depth_and_clock_are_found_where_they_are_declared():
    skin = mt.Sensor("skin", ("13.7 mm", "0 mm", "0 mm"), depth_within="0.3 mm", noise="0.5 K")
    run = record(noise=0.5, skin=skin)  # it sits at 13.5 mm
    marked = dataclasses.replace(run, time=run.time + 7.0, events={"quench": 12.3}, clock_within=0.5)
    found = mt.calibrate(real(), marked, [mt.Unknown.factor(H, prior=0.2)])
    bands = {band.name: band for band in found.parameters}
    assert bands["skin depth"].low < 0.2e-3 < bands["skin depth"].high
    assert bands["clock of run 1"].value == pytest.approx(0.3, abs=0.05)


def test_a_spike_moves_nothing():
    def spike(k):
        k[[50, 150]] += 120.0
        return k

    factor = [mt.Unknown.factor(H, prior=1.0)]
    of = case(oil("1500 W/m^2/K"))
    good, bad = (mt.calibrate(case(), run, factor) for run in (record(of), changed(record(of), "core", spike)))
    assert bad.parameters[0].value == pytest.approx(good.parameters[0].value, rel=0.01)


def test_two_runs_say_more_than_one():
    of = case(oil("1500 W/m^2/K"))
    first, second = record(of, noise=20.0), record(of, noise=20.0, seed=2)
    one, both = (mt.calibrate(case(), runs, [mt.Unknown.factor(H, prior=1.0)]) for runs in (first, [first, second]))
    assert [sensor.name for sensor in both.sensors] == ["skin", "core", "skin, run 2", "core, run 2"]
    assert both.covariance[0, 0] < 0.75 * one.covariance[0, 0]


def test_a_curve_may_run_over_time():
    knots = ["0 s", "10 s", "30 s", "60 s", "120 s"]
    found = mt.calibrate(case(), record(case(oil("1500 W/m^2/K"))), [mt.Unknown.curve(H, knots=knots)])
    at, middle, *_ = found.curve(H)
    early = at < 60.0  # later the bar has the temperature of the bath
    np.testing.assert_allclose(middle[early], 1500.0, rtol=0.05)
    assert found.derivatives == "tangent"


def test_two_unknowns_that_only_their_product_shows_are_said_to_be_one():
    same = [mt.Unknown.factor("alloy.density", prior=0.05), mt.Unknown.factor("alloy.heat_capacity", prior=0.05)]
    found = mt.calibrate(real(), record(), same)
    assert any("only together" in said for said in found.cannot_tell)


def test_an_unknown_without_influence_is_named():
    later = real(steps=[*real().steps, mt.Cool("still air", duration="60 s")])
    with pytest.raises(mt.CaseError, match=r"steps.cool.medium.h: has no influence on any thermocouple"):
        mt.calibrate(later, record(), [mt.Unknown.factor("steps.cool.medium.h")])


def test_a_record_that_is_not_ready_calibrates_nothing():
    run = record()
    short = dataclasses.replace(run, time=run.time[:15], values={k: v[:15] for k, v in run.values.items()})
    with pytest.raises(mt.CaseError, match="too short"):
        mt.calibrate(case(), short, [mt.Unknown.curve(H)])


def test_a_fit_is_saved_and_read(fit, tmp_path):
    fit.save(tmp_path / "fit.json")
    back = mt.read_fit(tmp_path / "fit.json")
    assert str(back) == str(fit) and back.case == fit.case
    assert H in str(fit) and "What the data cannot tell" in str(fit)
    with pytest.raises(mt.CaseError, match="no saved fit"):
        mt.read_fit(written(tmp_path, "{}", "other.json"))


def test_of_several_starts_the_best_goes_on(tmp_path):
    """All end at the same h; how well each fits is told and kept."""
    model = Model(case(oil("1500 W/m^2/K")), (record(case(oil("2500 W/m^2/K"))),), (mt.Unknown.factor(H, prior=0.5),))
    x, misfits = best_start(model, 3)
    assert 1500.0 * np.exp(0.5 * x[0]) == pytest.approx(2500.0, rel=0.01)
    assert len(misfits) == 3 and max(misfits) < 1.02 * min(misfits)
    fit = mt.calibrate(model.case, model.runs, model.unknowns, starts=2)
    assert fit.parameters[0].value == pytest.approx(2500.0 / 1500.0, rel=0.01)
    assert "2 starts: 2 fit as well" in str(fit)
    fit.save(tmp_path / "fit.json")
    assert mt.read_fit(tmp_path / "fit.json").starts == fit.starts


def test_where_all_starts_fail_the_first_says_why():
    flat = record(case())
    model = Model(case(), (flat,), (mt.Unknown.value("steps.quench.duration", prior="1 s"),))
    with pytest.raises(mt.CaseError, match="no influence"):
        best_start(model, 2)


def test_a_stopped_calibration_goes_on(fit, tmp_path):
    from metaltwin.twin.pages import write

    file = tmp_path / "search.json"
    write(file, {"labels": list(fit.model.labels), "x": fit.x.tolist()})
    again = mt.calibrate(case(), record(), [mt.Unknown.curve(H)], file=file)
    np.testing.assert_allclose(again.x, fit.x, atol=0.3)
    with pytest.raises(mt.CaseError, match="other unknowns"):
        mt.calibrate(case(), record(), [mt.Unknown.factor(H)], file=file)


def test_draws_follow_the_covariance_and_predictions_have_bands(fit):
    drawn = fit.sample(4000)
    np.testing.assert_allclose(drawn.std(axis=0), np.sqrt(np.diag(fit.covariance)), rtol=0.1)
    told = fit.predict(lambda result: result.at("0 mm", "0 mm", "0 mm", "30 s").temperature, n=6)
    assert told.band[0] < told.value + 1.0 and told.band[1] > told.value - 1.0 and np.ptp(told.draws) < 20.0


def test_the_normal_law_and_the_walkers_agree():
    of = case(oil("1500 W/m^2/K"), grid=mt.Grid("3 mm"))
    found = mt.calibrate(case(grid=mt.Grid("3 mm")), record(of), [mt.Unknown.factor(H, prior=1.0)])
    weighed = found.importance(100)
    assert 50.0 < weighed.counts <= 100.0 and "normal law does" in str(weighed)
    mean = float(weighed.weights @ weighed.draws[:, 0])
    wide = float(np.sqrt(weighed.weights @ (weighed.draws[:, 0] - mean) ** 2))
    walked = found.sample(80, method="emcee")
    assert walked.mean() == pytest.approx(mean, abs=0.4 * wide)  # each is known to a tenth of its width
    assert walked.std() == pytest.approx(wide, rel=0.3)
    with pytest.raises(mt.CaseError, match="nearest: emcee"):
        found.sample(2, method="emce")


def test_a_run_it_has_not_seen_is_compared(fit):
    for one in fit.compare(record(seed=2)):
        assert one.passed and one.rms < 1.5 and one.within > 0.9
        passing = one.passing("500 degC")
        assert passing.measured == pytest.approx(passing.computed, abs=0.3) and 0.0 < passing.within < 0.2
        assert str(passing).startswith(f"passes at {passing.computed:.2f} +- {passing.within:.2f} s, measured")
        assert np.isnan(one.passing("20 degC")).all()


def test_what_ended_at_its_bounds_is_said(fit):
    assert fit.at_bounds == () and "bounds" not in str(fit) and "straight" not in str(fit)
    straight = np.array([[TENTHS[-1], 0.0]])
    ended = dataclasses.replace(fit, x=np.append(fit.x[:-1], fit.model.limits[1][-1]), strength=straight)
    (said,) = ended.at_bounds
    assert said.startswith(f"{fit.model.labels[-1]}: as far as it may go")
    assert f"What ended at its bounds\n  {said}\nsmoothness straight by evidence" in str(ended)
    words = {TENTHS[-1]: "a parabola", TENTHS[0]: "free", 5.0: "5 of the third derivative"}
    for strength, word in words.items():
        assert f"smoothness {word} by evidence" in str(dataclasses.replace(fit, strength=np.array([[0.0, strength]])))


def test_the_depth_of_a_thermocouple_it_has_not_seen_is_in_its_band(fit):
    """0.3 mm of doubt widen u_val by what is read 0.3 mm deeper, and the crossing by as much as that comes later."""
    doubt = mt.Sensor("skin", ("13.5 mm", "0 mm", "0 mm"), depth_within="0.3 mm", noise="1 K")
    places = (mt.Thermocouple("skin", ("13.2 mm", "0 mm", "0 mm")), mt.Thermocouple("core", ("0 mm", "0 mm", "0 mm")))
    deeper = record(real(sensors=places))
    (sure,) = fit.compare(record().only("skin"))
    (unsure,) = fit.compare(dataclasses.replace(deeper, sensors=record(skin=doubt).sensors).only("skin"))
    warmer = deeper.values["skin"] - record().values["skin"]
    added = np.sqrt(unsure.uncertainty**2 - sure.uncertainty**2)
    assert warmer.max() > 10.0
    assert np.linalg.norm(added - warmer) < 0.05 * np.linalg.norm(warmer)
    passing = unsure.passing("500 degC")
    assert passing.measured - passing.computed == pytest.approx(passing.within, rel=0.2)


def test_each_curve_has_a_smoothness_of_its_own():
    """h of the bath has a peak, that of air has none: no strength that they could share is as probable."""
    unknowns = mt.Unknown.curve(H), mt.Unknown.curve("steps.transfer.medium.h")
    slow, slowly = ([mt.Transfer("60 s"), of.steps[1]] for of in (case(), real()))
    search = Search(Model(case(steps=slow), (record(real(steps=slowly)),), unknowns))
    x, trace = search.roughly(np.zeros(48))
    left, slopes = search._left(x, trace), np.concatenate(search.model.slopes(x, trace)[0])
    strength, evidence = search._strength(x, left, slopes, 0.0, held=False)
    weight, rest = search.noise.weights, np.concatenate(left) + slopes @ x
    known = (slopes.T * weight) @ slopes, (slopes.T * weight) @ rest, float(weight @ rest**2)
    alone = [np.array(each) for value in TENTHS for each in ([value, 0.0], [0.0, value])]
    shared = max(search._evidence(np.array([each, each]), *known) for each in alone)
    assert strength[0].max() < strength[1].max() and evidence > shared
    assert evidence == pytest.approx(search._evidence(strength, *known))
    beside = [np.array(pair) for each in alone for pair in ([each, strength[1]], [strength[0], each])]
    assert evidence > max(search._evidence(each, *known) for each in beside) - 1e-5
    assert not np.isin(strength.max(axis=1), TENTHS[HALVES]).all()  # evidence is narrower than half a decade


@pytest.mark.parametrize(
    ("logarithm", "derivative"),
    [
        (lambda t: 1.0 - ((t - 500.0) / 150.0) ** 2, 1),  # a peak: nothing but its third derivative is small
        (lambda t: np.interp(t, [100.0, 300.0, 500.0, 800.0], [0.0, 0.0, 2.0, -1.0]), 0),  # kinks
        (np.zeros_like, 0),
    ],
)
def test_evidence_tells_which_derivative_of_a_curve_is_smooth(logarithm, derivative):
    """Its logarithm is read at every knot within 3 %: a peak is a parabola, kinks are better lines than parabolas."""
    search = Search(Model(case(), (record(),), (mt.Unknown.curve(H),)))
    search.noise = Noise([np.full(24, 0.03)], [np.zeros(24)], 0.0, 1.0, [np.ones(24)], np.zeros(0))
    read = logarithm(search.model.bounds[0].axis[1] - 273.15)
    for seed in range(5):
        left = read + 0.03 * np.random.default_rng(seed).standard_normal(24)
        ((*strength,),), _ = search._strength(np.zeros(24), [left, np.zeros(0)], np.eye(24), 0.0, held=False)
        assert strength[derivative] > 0.0 and strength[1 - derivative] == 0.0


def test_the_clock_that_was_found_judges_the_thermocouple_left_out():
    """A mark 0.6 s off moves the core by 6 K: known of the record that was fitted, not of another."""
    read = dataclasses.replace(record(), events={"quench": 4.4}, clock_within=0.5)
    found = mt.calibrate(case(), read.only("skin"), [mt.Unknown.curve(H)])
    (core,) = found.compare(read.only("core"))
    (alien,) = found.compare(dataclasses.replace(read, time=read.time.copy()).only("core"))
    assert core.rms < 1.5 and core.within > 0.9
    assert alien.rms > 2.0 * core.rms and alien.u_val > 2.0 * core.u_val
    named = dataclasses.replace(read, source="run.csv")
    assert named.timed_as(dataclasses.replace(named, time=read.time.copy()))
    assert not named.timed_as(dataclasses.replace(named, events={"quench": 5.0}))


def test_bands_hold_on_their_own_design(fit):
    """Four records: the share of bands that hold is 0.9 within what four can tell."""
    told = fit.check(coverage=4)
    assert 0.7 < told.share <= 1.0 and "synthetic records" in str(told)


def test_pictures_are_drawn(fit, tmp_path):
    for kind in ("residuals", "parity", "curve"):
        fit.plot(kind, save=tmp_path / f"{kind}.png")
        assert (tmp_path / f"{kind}.png").stat().st_size > 10_000
    with pytest.raises(mt.CaseError, match="nearest: residuals"):
        fit.plot("residual")


# command line

FILE = """\
metaltwin: 1
name: bar
part: {shape: cylinder, diameter: 30 mm}
alloy: {name: austenite, conductivity: 20 W/m/K, density: 7800 kg/m^3, heat_capacity: 550 J/kg/K}
grid: {spacing: 1.5 mm}
start: 850 degC
steps:
  - transfer: {duration: 5 s}
  - quench: {medium: {name: oil, h: 1000 W/m^2/K, temperature: 40 degC}, duration: 120 s}
sensors:
  core: {at: [0 mm, 0 mm, 0 mm]}
"""
PLAN = """\
unknowns:
  - factor: {name: steps.quench.medium.h, prior: 1.0}
sensors:
  core: {at: [0 mm, 0 mm, 0 mm], noise: 1 K}
events: {quench: 5 s}
"""


def command(*words):
    done = CliRunner().invoke(app, [str(word) for word in words], prog_name="metaltwin")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path):
    """A case, what is unknown in it, and a record of an oil that takes half as much again."""
    run = record(case(oil("1500 W/m^2/K"))).only("core")
    rows = "\n".join(f"{t};{k - 273.15:.3f}" for t, k in zip(run.time, run.values["core"], strict=True))
    written(tmp_path, f"time [s];core [degC]\n{rows}\n")
    written(tmp_path, FILE, "bar.yaml")
    written(tmp_path, PLAN, "bar.calibrate.yaml")
    return tmp_path


def test_the_command_calibrates_and_writes_the_case(folder):
    status, out, err = command("readiness", folder / "bar.yaml", folder / "run.csv")
    assert status == 0 and "ready to calibrate" in out, err
    words = ("-o", folder / "fit.json", "--save", folder / "left.png")
    status, out, err = command("calibrate", folder / "bar.yaml", folder / "run.csv", *words)
    assert status == 0 and "90 % bands" in out, err
    found = mt.load(folder / "fit.yaml")
    assert float(found.steps[1].medium.h) == pytest.approx(1500.0, rel=0.01)
    assert mt.read_fit(folder / "fit.json").case == found
    assert (folder / "left.png").exists()


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ("unknown: []\n", "bar.calibrate.yaml: no entry of a calibration 'unknown'; nearest: unknowns"),
        ("unknowns:\n  - curv: {name: a}\n", "nearest: curve"),
        ("unknowns:\n  - factor: {prior: 0.1}\n", "has no name"),
        ("unknowns:\n  - factor: {name: steps.quench.medium.hh}\n", "nearest: h"),
        ("unknowns:\n  - factor: {name: start}\nevents: {qench: 5 s}\n", "nearest: quench"),
        ("unknowns:\n  - value: {name: start, prior: 5}\n", "has no unit"),
        ("", "bar.calibrate.yaml:1: this says nothing"),
        ("unknowns: {h: 1}\n", "bar.calibrate.yaml: unknowns: {'h': 1} is no list"),
        ("sensors: [core]\n", "sensors: ['core'] names nothing; write {T2: {at: "),
        ("sensors: {core: [0 mm, 0 mm, 0 mm]}\n", "sensors.core: ['0 mm', '0 mm', '0 mm'] is no place"),
        ("sensors: {core: {at: [0 mm, 0 mm, 0 mm], nois: 1 K}}\n", "sensors.core.nois: is no argument; nearest: noise"),
        ("events: 5 s\n", "events: '5 s' names nothing; write {quench: 16 s}"),
    ],
)
def test_a_wrong_plan_is_one_message_and_status_2(folder, plan, said):
    written(folder, plan, "bar.calibrate.yaml")
    status, out, err = command("calibrate", folder / "bar.yaml", folder / "run.csv")
    assert (status, out) == (2, "") and said in err and "Traceback" not in err


def test_a_reading_that_halving_changes_much_counts_little(monkeypatch):
    """Where a bath arrives the cells err by 60 K for a sample, and not of second order: a third of it is doubt."""
    search = Search(Model(case(), (record(),), (mt.Unknown.curve(H),)))
    by = np.where(np.arange(480) == 40, 60.0, 0.3)
    monkeypatch.setattr("metaltwin.twin.search.change", lambda model, x, trace: [by, 0.0 * by])
    search._correct(np.zeros(24), None)
    np.testing.assert_allclose(search.correction[0], 4.0 / 3.0 * by)
    doubt = search.noise.numerical[0]
    assert doubt[40] == 20.0 and np.ptp(np.delete(doubt, 40)) == 0.0 and doubt[0] == np.sqrt(np.mean(by**2)) / 3.0
    assert search.noise.weights[40] < 0.02 * search.noise.weights[0] and (search.noise.numerical[1] == 0.0).all()


def test_a_smoothness_that_was_left_before_is_held():
    ten, three, one = (np.array([value]) for value in (10.0, 3.0, 1.0))
    assert not any(map(circling, ([ten], [ten, ten], [ten, three], [ten, ten, three, three], [ten, three, one])))
    assert circling([ten, three, ten]) and circling([one, ten, three, three, ten])


def test_a_search_whose_smoothness_would_circle_ends():
    """Of this probe 10 leads where 3.2 is wanted, and back: fourteen steps in vain before it was held."""
    assert Search(bench._probe(20, depth_within="0.1 mm")).found().steps < 20
