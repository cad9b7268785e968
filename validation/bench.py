"""Speed and memory on this machine against what the project promises; compiled code is in its cache."""

import math
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ..cases.diagram import cct
from ..cases.grid import Grid
from ..cases.part import Part
from ..cases.sensor import Thermocouple
from ..cases.step import Quench, Soak, Temper, Transfer
from ..cases.treatment import HeatTreatment
from ..kernels.heat import conduct_constant, conduct_nonlinear
from ..materials.library import alloy, medium
from ..materials.material import Material
from ..materials.refusal import one_of
from ..solver.curves import Curves
from ..solver.tables import Tables
from ..twin.coverage import synthetic
from ..twin.measurements import Measurements
from ..twin.model import Model
from ..twin.search import Search
from ..twin.sensors import Sensor
from ..twin.unknowns import Unknown
from . import bench_casting, bench_metallurgy, bench_peers, bench_stage, bench_stress
from .apart import apart
from .figure import Figure
from .flange import flange
from .heat import peaked
from .machine import cores, machine, peak_memory, share_of_triad, triad_bandwidth

FUSED = 6  # steps of the box kernel in one pass
BYTES = 16.0  # read one float64, write one: the least that a step of a cell can move
Progress = Callable[[str], None]


def bench(full: bool = False, only: str | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Measure; `full` adds what takes minutes, `only` takes one id. Says each id before it begins.

    {"machine": {..., "triad_GBps"}, "results": [{"id", "value", "unit", "target", "passed", "conditions"}]}
    Raises ValueError for an unknown id, with the nearest.
    """
    if only is not None:
        one_of(only, (*QUICK, *HEAVY), "figure")
    chosen = (only,) if only else (*QUICK, *HEAVY) if full else tuple(QUICK)
    triad = triad_bandwidth()
    figures = []
    for id in chosen:
        if progress is not None:
            progress(id)
        figures.append({**QUICK, **HEAVY}[id](id, triad))
    about = {**machine(), "triad_GBps": round(triad / 1e9, 2)}
    return {"machine": about, "results": [figure.as_dict() for figure in figures]}


def table(measured: dict[str, Any]) -> str:
    """What a run of `bench` says, one line a figure."""
    about = measured["machine"]
    lines = [f"{about['processor']}, {about['cores']} cores, triad {about['triad_GBps']:.1f} GB/s, warm cache"]
    for row in measured["results"]:
        target = "" if row["target"] is None else f" (target {row['target']:g}, {'met' if row['passed'] else 'MISSED'})"
        value = "not measured" if row["value"] is None else f"{row['value']:.3g} {row['unit']}"
        lines.append(f"{row['id']:<26} {value}{target}; {row['conditions']}")
    return "\n".join(lines)


# conduction


def _seconds(step: Callable[[], object], least: float = 3.0) -> float:
    """s, the best of repeats that last `least` seconds together."""
    step()
    best, spent = math.inf, 0.0
    while spent < least:
        begin = time.perf_counter()
        step()
        took = time.perf_counter() - begin
        best, spent = min(best, took), spent + took
    return best


def _conduction(id: str, triad: float) -> Figure:
    """A step of the full box as the share of what the memory could do."""
    _, kind, edge = id.split("-")
    n, threads, steps = int(edge), cores(), FUSED if kind == "constant" else 1
    start = np.linspace(0.0, 1.0, n**3).reshape(n, n, n)
    if kind != "nonlinear":
        fields = [300.0 + start, np.empty_like(start)]

        def step() -> float:
            conduct_constant(fields[0], 0.1, 0.1, 0.1, fields[1], threads, steps)
            fields.reverse()
            return BYTES * n**3 * steps
    else:
        tables = Tables.of(peaked().matter())
        H, k, T = tables.enthalpy[0], tables.conductivity[0], tables.axis.knots
        theta = np.append(0.0, np.cumsum(0.5 * (k[1:] + k[:-1]) * np.diff(T)))
        knots = np.linspace(H[0], H[-1], 1025)
        value = np.interp(knots, H, theta)
        pairs = np.ascontiguousarray(np.stack([value[:-1], np.diff(value)], axis=1))
        low, width = float(knots[0]), float(knots[1] - knots[0])
        fields = [np.interp(300.0 + 900.0 * start, T, H), np.empty_like(start)]
        x = 0.1 * float(np.min(np.diff(knots) / np.diff(value)))

        def step() -> float:
            conduct_nonlinear(fields[0], pairs, low, width, x, x, x, fields[1], threads)
            fields.reverse()
            return BYTES * n**3

    share, rate = share_of_triad(step)
    words = {
        "constant": f"constant properties, {FUSED} steps a pass over the memory",
        "once": "constant properties, one step a pass",
        "nonlinear": "heat capacity and conductivity vary",
    }[kind]
    target = {"constant-256": 75.0, "nonlinear-256": 30.0}.get(f"{kind}-{edge}")
    conditions = f"{rate / BYTES / 1e6:.0f} Mcells/s, {n}^3 float64, {words}, {threads} threads, in turn with the triad"
    return Figure(id, 100.0 * share, "% of triad / 16 B a cell", target, conditions, most=False)


# whole cases, each in a process of its own


def shaft() -> HeatTreatment:
    """The case of examples/shaft.yaml."""
    return HeatTreatment(
        name="42CrMo4 shaft, oil quenched and tempered",
        part=Part.cylinder(diameter="40 mm", length="160 mm"),
        alloy=alloy("42CrMo4", grain_size=8),
        grid=Grid("1 mm"),
        steps=[
            Soak("850 degC", "45 min"),
            Transfer("8 s"),
            Quench("fast oil", bath="60 degC", until="80 degC", direction="-z", immersion="100 mm/s"),
            Temper("560 degC", "2 h"),
        ],
        sensors=[
            Thermocouple("core", at=("0 mm", "0 mm", "80 mm")),
            Thermocouple("skin", at=("19.5 mm", "0 mm", "80 mm")),
        ],
        limits={"hardness": ("28 HRC", "38 HRC")},
        snapshots=40,
    )


def _measure(kind: str, cells: int, duration: str, stress: bool) -> tuple[float, float, int]:
    """Run a case after a small one of its kind; s, bytes that the process grew by at its peak, part cells."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        case = shaft() if kind == "shaft" else flange(folder, cells, duration, stress)
        small = (
            shaft().replace(**{"grid.spacing": "8 mm"}) if kind == "shaft" else flange(folder, 3000, "0.5 s", stress)
        )
        small.run(folder / "small.vtkhdf", progress=False)
        before = peak_memory()
        begin = time.perf_counter()
        result = case.run(folder / "large.vtkhdf", progress=False)
        took = time.perf_counter() - begin
        return took, peak_memory() - before, int(result.cells.index.size)


def _time_shaft(id: str, triad: float) -> Figure:
    took, _, cells = apart(_measure, "shaft", 0, "", True)
    conditions = f"40 x 160 mm, rz, 1 mm, {cells} cells: soak, air, oil, temper; phases, hardness, stress; to a file"
    return Figure(id, took, "s", 20.0, conditions)


def _time_heat(id: str, triad: float) -> Figure:
    took, _, cells = apart(_measure, "flange", 1_000_000, "600 s", False)
    return Figure(id, took, "s", 180.0, f"STL of 190 mm, {cells} cells, oil 600 s; phases, hardness; to a file")


def _time_stress(id: str, triad: float) -> Figure:
    took, _, cells = apart(_measure, "flange", 100_000, "600 s", True)
    return Figure(id, took, "s", 600.0, f"STL of 190 mm, {cells} cells, oil 600 s; phases, hardness, stress; to a file")


def _bytes(id: str, triad: float) -> Figure:
    stress = id == "bytes-stress"
    cells = 120_000 if stress else 500_000
    _, grown, cells = apart(_measure, "flange", cells, "2 s", stress)
    what = "phases, hardness, stress" if stress else "phases, hardness"
    conditions = f"growth of the process to its peak, geometry and file included; STL, {cells} cells, oil 2 s; {what}"
    return Figure(id, grown / cells, "bytes a part cell", 1100.0 if stress else 250.0, conditions)


# points at given temperatures


def _curves(id: str, triad: float) -> Figure:
    """A million cooling curves of 200 steps, in batches; rates even in their logarithm, 0.05 to 200 K/s."""
    points, batches, size = Curves(alloy("42CrMo4").matter()), 10, 100_000
    times = np.append(0.0, np.geomspace(0.1, 2e4, 200))
    rates = np.exp(np.random.default_rng(1).uniform(np.log(0.05), np.log(200.0), size))
    path = np.maximum(1123.15 - times[:, None] * rates, 298.15)
    points.follow(times, path[:, :1000])
    begin = time.perf_counter()
    for _ in range(batches):
        points.follow(times, path)
    took = time.perf_counter() - begin
    return Figure(id, took, "s", 60.0, f"10^6 curves of 200 steps, F, P, B, M and hardness, {cores()} threads")


def _cct(id: str, triad: float) -> Figure:
    """A CCT diagram after a first one."""
    cct("42CrMo4")
    begin = time.perf_counter()
    diagram = cct("42CrMo4")
    took = time.perf_counter() - begin
    return Figure(id, took, "s", 0.5, f"CCT diagram of 42CrMo4, {diagram.rates.size} curves, after warm-up")


# calibration


def _probe(count: int, **within: str) -> Model:
    """An ISO 9950 probe in oil, 20 Hz: records of a library oil, its h unknown at `count` knots."""
    places = {"skin": "5.25 mm", "centre": "0 mm"}
    sensors = {name: Sensor(name, (x, "0 mm", "0 mm"), noise="1 K", **within) for name, x in places.items()}
    case = HeatTreatment(
        name="probe",
        part=Part.cylinder("12.5 mm", None),
        alloy=Material("alloy 600", "20 W/m/K", "8470 kg/m^3", "520 J/kg/K"),
        grid=Grid("0.25 mm"),
        start="850 degC",
        steps=[Quench(medium("fast oil", bath="40 degC"), duration="60 s")],
    )
    time = np.arange(0.0, 60.0, 0.05)
    empty = Measurements(time, {name: np.zeros(time.size) for name in places}, sensors, {}, 0.1)
    knots = [f"{kelvin} K" for kelvin in np.linspace(313.15, 1123.15, count)]
    curve = Unknown.curve("steps.quench.medium.h", knots=knots)
    model = Model(case, (empty,), (curve,))
    wave = np.concatenate([0.3 * np.sin(np.arange(count)), np.zeros(len(model.nuisance))])
    runs = synthetic(model, wave, [np.ones(reading.time.size) for reading in model.readings], 1)
    return Model(case, runs, (curve, *(LOOSE if within else ())))


LOOSE = (Unknown.factor("alloy.conductivity", prior=0.03), Unknown.factor("alloy.density", prior=0.02))


def _forward(id: str, triad: float) -> Figure:
    model = _probe(24)
    problem = model.forward.problem(model.case)
    took = _seconds(lambda: model.forward.trace(problem))
    if id == "forward-1d":
        return Figure(id, 1e3 * took, "ms", None, "ISO probe, 25 cells, 60 s of oil seen by two thermocouples")
    x = np.zeros(len(model.labels))
    slopes = _seconds(lambda: model.slopes(x, model.first))
    return Figure(id, slopes / took, "forward runs", 3.0, "by 24 knots of h; making the 24 changed cases is in it")


def _calibrate(id: str, triad: float) -> Figure:
    model = _probe(20, depth_within="0.1 mm")
    Search(model).found()
    begin = time.perf_counter()
    fit = Search(model).found()
    took = time.perf_counter() - begin
    return Figure(id, took, "s", 5.0, f"{len(model.labels)} parameters, 20 of them knots of h; {fit.steps} steps")


Meter = Callable[[str, float], Figure]
QUICK: dict[str, Meter] = {
    "conduction-constant-256": _conduction,
    "conduction-once-256": _conduction,
    "conduction-nonlinear-256": _conduction,
    "conduction-constant-128": _conduction,
    "conduction-nonlinear-128": _conduction,
    **bench_stage.METERS,
    "shaft-rz": _time_shaft,
    "bytes-heat": _bytes,
    "bytes-stress": _bytes,
    **bench_casting.METERS,
    "curves-1M": _curves,
    "cct": _cct,
    "forward-1d": _forward,
    "jacobian-24": _forward,
    "calibrate-20": _calibrate,
    **bench_stress.QUICK,
}
HEAVY: dict[str, Meter] = {
    "stl-1M-heat": _time_heat,
    "stl-100k-stress": _time_stress,
    **bench_peers.METERS,
    **bench_stress.HEAVY,
    **bench_metallurgy.METERS,
    **bench_casting.HEAVY,
    **bench_stage.HEAVY,
}
"""Minutes each: only with `full`, or asked for by name."""
