"""Part G of the catalogue. Orders, conservation, symmetry, restart, threads, bounds, input."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numba
import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.grid import Grid
from ..cases.part import Part
from ..cases.step import Quench
from ..cases.treatment import HeatTreatment
from ..materials.library import alloy
from ..materials.material import Material
from ..materials.medium import Medium
from ..materials.quantity import amount
from ..materials.refusal import CaseError
from ..solver.boundary import Law
from ..solver.geometry import Cells, build
from ..solver.heat import Heat
from ..solver.problem import Leg, Problem
from ..solver.shape import Cylinder, Plate, Shape, Sphere
from ..solver.state import State
from . import analytic
from .apart import apart
from .balance import block, shaft
from .direct import Kept, arrays, follow
from .flange import facets, write_stl
from .heat import peaked
from .machine import cores
from .orders import from_three, observed, pairwise
from .steel_c import DIFFUSIVITY, SPAN, ZERO, steel_c
from .verdict import Skipped, Verdict, check

Array = NDArray[float64]

TWO = "2.0 +- 0.1: second order in space"
AT_LEAST = "1.8 or more; above 2.8 the study would be out of its range"
HOT = 850.0 + ZERO
OFFSETS = tuple((x / 8.0, (5 * x % 8) / 8.0, 0.0) for x in range(8))  # of a cell, spread evenly in both directions


def cooled(cells: Cells, h: float, time: float, material: Material | None = None, tolerance: float = 1e-4) -> State:
    """The state after a quench from 850 into 20 degC, ends of the part insulated."""
    bath, closed = Law(h=h, temperature=20.0 + ZERO), Law(flux=0.0)
    laws = (bath,) if len(cells.zones) == 1 else (closed, bath, closed)
    matter = (material or steel_c()).matter()
    leg = Leg("quench", "quench", laws, duration=time)
    nowhere = np.empty((0, 3))
    problem = Problem(cells, matter, (leg,), HOT, {}, nowhere, 1.0, 2, tolerance, hardness=False, stress=False)
    state = follow(problem).state
    assert state is not None
    return state


@check("G01-space", "numerics")
def order_in_space() -> Iterator[Verdict]:
    """Slab, cylinder, sphere against their series, the slab of A22 against itself; 10, 20, 40 cells."""
    R, time, sizes = 0.025, 20.0, (10, 20, 40)
    one = partial(Verdict, expected=2.0, tolerance=0.1, unit="-", reason=TWO, source="Carslaw & Jaeger 1959")
    cases: dict[str, tuple[Shape, float, Callable[[Array], Array]]] = {
        "slab": (Plate(2 * R), 1.0, lambda x: analytic.slab(x, DIFFUSIVITY * time / R**2, 1.0)),
        "cylinder": (Cylinder(R), 5.0, lambda x: analytic.cylinder(x, DIFFUSIVITY * time / R**2, 5.0)),
        "sphere": (Sphere(R), 1.0, lambda x: analytic.sphere(x, DIFFUSIVITY * time / R**2, 1.0)),
    }
    for metric, (shape, biot, exact) in cases.items():
        errors = []
        for n in sizes:
            cells = build(shape, metric, R / n)
            T = cooled(cells, biot * 30.0 / R, time).temperature
            found = (T - 20.0 - ZERO) / SPAN - exact(cells.lattice.centres(0) / R)
            errors.append(float(np.sqrt(np.average(found**2, weights=cells.volume))))
        yield one("G01-space", f"order in space, {metric}", got=observed(1.0 / np.array(sizes), errors))
    means = [
        float(np.average(cooled(cells, 2000.0, time, peaked()).enthalpy, weights=cells.volume))
        for cells in (build(Plate(2 * R), "slab", R / n) for n in sizes)
    ]
    got = from_three(1.0 / np.array(sizes), means)
    yield one(
        "G01-space",
        "order in space, slab with a peak of heat capacity, mean enthalpy",
        got=got,
        source="Roache 1998",
    )


@check("G01-cut", "numerics")
def order_of_cut_cells() -> Iterator[Verdict]:
    """The cylinder of A02 in 3d with cut cells: rms over eight positions of the grid; Bi 5, 10 s."""
    R, time = 0.025, 10.0
    sizes, errors = (10, 20, 40), []
    for across in sizes:
        edge, squares = 2 * R / across, []
        for offset in OFFSETS:
            cells = build(Cylinder(R, length=2 * edge), "3d", edge, offset)
            T = cooled(cells, 6000.0, time, tolerance=0.05).temperature
            radius = np.hypot(*cells.centres()[:, :2].T) / R
            found = (T - 20.0 - ZERO) / SPAN - analytic.cylinder(radius, DIFFUSIVITY * time / R**2, 5.0)
            squares.append(np.average(found**2, weights=cells.volume))
        errors.append(float(np.sqrt(np.mean(squares))))
    source = "Carslaw & Jaeger 1959, 7.7"
    got = observed(1.0 / np.array(sizes), errors)
    yield Verdict("G01-cut", "order over 10, 20, 40 cells across", 2.3, got, 0.5, "-", AT_LEAST, source)
    for coarse, order in zip(sizes, pairwise(1.0 / np.array(sizes), errors), strict=False):
        quantity = f"order from {coarse} to {2 * coarse} cells across"
        yield Verdict("G01-cut", quantity, 2.3, float(order), 0.5, "-", AT_LEAST, source)
    reason = "0.5 % of the span (aim 0.2 %)"
    yield Verdict("G01-cut", "rms error at 20 cells across", 0.0, SPAN * errors[1], 4.15, "K", reason, source)


def _kirchhoff(n: int) -> tuple[Heat, State, Callable[[float], Array]]:
    """An insulated slab with k = 20 (1 + 1e-3 T), rho c = k / 5e-6: its conductivity integral is known.

    Gives the solver, the state at the start, and the exact enthalpy (n,) at a time.   T in K
    """
    L, a = 0.02, 5e-6

    def conductivity(T: Array) -> Array:
        return np.asarray(20.0 * (1.0 + 1e-3 * np.asarray(T)))

    matter = Material(
        "kirchhoff",
        conductivity=conductivity,
        density="1 kg/m^3",
        heat_capacity=lambda T: conductivity(T) / a,
    ).matter()
    cells = build(Plate(2 * L), "slab", L / n)
    heat = Heat(cells, matter)
    x = cells.lattice.centres(0) / L
    # the mean of the cosine over a cell, for enthalpies of finite volumes are means
    shape = np.cos(np.pi * x) * np.sinc(0.5 / n)
    middle, swing = (20.0 * (T + 5e-4 * T**2) for T in (900.0, 250.0))
    datum = 20.0 * (293.15 + 5e-4 * 293.15**2)

    def exact(time: float) -> Array:
        return np.asarray((middle - datum + swing * shape * np.exp(-((np.pi / L) ** 2) * a * time)) / a)

    state = heat.initial(900.0)
    state.enthalpy = exact(0.0)
    state.temperature = np.interp(state.enthalpy, heat.tables.enthalpy[0], heat.tables.axis.knots)
    return heat, state, exact


def _march_evenly(heat: Heat, state: State, time: float, steps: int) -> Array:
    """Enthalpy after equal steps with insulated walls."""
    laws = (Law(flux=0.0),)
    for _ in range(steps):
        step = heat.advance(state, laws, time / steps)
        if abs(step.dt * steps / time - 1.0) > 1e-12:
            raise ArithmeticError(f"a step of {time / steps:g} s was shortened to {step.dt:g} s")
        state = replace(
            state,
            time=state.time + step.dt,
            enthalpy=step.enthalpy.copy(),
            temperature=step.temperature,
            wall=step.wall,
        )
    return state.enthalpy


@check("G01-nonlinear", "numerics")
def order_of_a_nonlinear_problem() -> Iterator[Verdict]:
    """Conductivity and heat capacity vary, the conductivity integral is known: order in space and in time."""
    time, capacity = 8.0, 20.0 * 1.9 / 5e-6
    sizes = (10, 20, 40)
    errors = []
    for n in sizes:
        heat, state, exact = _kirchhoff(n)
        found = _march_evenly(heat, state, time, 400) - exact(time)
        errors.append(float(np.sqrt(np.mean(found**2))) / capacity)
    one = partial(Verdict, expected=2.0, unit="-", source="Kirchhoff's transformation, closed form")
    got = observed(1.0 / np.array(sizes), errors)
    yield one("G01-nonlinear", "order in space", got=got, tolerance=0.1, reason=TWO)
    heat, state, _ = _kirchhoff(20)
    fine = _march_evenly(heat, state, time, 1280)
    counts, errors = (40, 80, 160), []  # three stages each: the error of a step depends on their number
    for steps in counts:
        heat, state, _ = _kirchhoff(20)
        errors.append(float(np.abs(_march_evenly(heat, state, time, steps) - fine).max()) / capacity)
    got = observed(1.0 / np.array(counts), errors)
    reason = "2.0 +- 0.2 where nothing jumps"
    yield one("G01-nonlinear", "order in time", got=got, tolerance=0.2, reason=reason)


@check("G03", "numerics")
def shared_faces() -> Iterator[Verdict]:
    """What leaves a cell enters its neighbour: two cells to the last bit, a cut ball to round-off."""
    source = "conservation"
    heat = Heat(build(Plate(0.02), "slab", 0.005), steel_c().matter())
    state = heat.initial(HOT)
    state.enthalpy = state.enthalpy * np.array([1.0, 0.4])
    state.temperature = np.interp(state.enthalpy, heat.tables.enthalpy[0], heat.tables.axis.knots)
    plan = heat.plan
    table = np.append(Law(flux=0.0).table(heat.tables.axis.knots, 0.0), 0.0)[None]
    plan.begin(state.enthalpy, state.products, state.temperature, state.wall)
    plan.look(False, table, np.zeros(1, np.int64))
    plan.rate(plan.F0)
    got = float(plan.F0[0] + plan.F0[1]) / float(abs(plan.F0[0]))
    yield Verdict(
        "G03",
        "rates of two insulated cells, sum over one",
        0.0,
        got,
        0.0,
        "-",
        "one value for both sides",
        source,
    )
    cells = build(Sphere(0.01), "3d", 0.001)
    heat = Heat(cells, steel_c().matter())
    state = heat.initial(600.0)
    state.enthalpy = state.enthalpy * (1.0 + 0.5 * np.cos(3e2 * cells.centres()).prod(1))
    state.temperature = np.interp(state.enthalpy, heat.tables.enthalpy[0], heat.tables.axis.knots)
    step = heat.advance(state, (Law(flux=0.0),) * 3, 0.5)
    moved = heat.volume * (step.enthalpy - state.enthalpy)
    got = float(moved.sum() / np.abs(moved).sum())
    yield Verdict(
        "G03",
        "insulated ball: heat lost over heat moved",
        0.0,
        got,
        1e-13,
        "-",
        "round-off of the sum",
        source,
    )


def _bar(x: str, y: str, z: str, media: Medium | dict[str, Medium], spacing: str = "2 mm") -> HeatTreatment:
    return HeatTreatment(
        name="symmetry",
        part=Part.box(x, y, z),
        alloy=alloy("42CrMo4"),
        grid=Grid(spacing),
        start="850 degC",
        steps=[Quench(media, duration="20 s")],
        snapshots=4,
    )


@check("G04", "numerics")
def symmetry() -> Iterator[Verdict]:
    """A mirrored or turned body has mirrored or turned fields: heat and phases to 1e-12."""
    one = partial(Verdict, expected=0.0, unit="-", source="symmetry")
    close = partial(one, tolerance=1e-12, reason="1e-12")
    loose = partial(one, tolerance=1e-4, reason="1e-4: forces balance to 1e-6 in every increment")
    oil = Medium("oil", h="1500 W/m^2/K", temperature="60 degC")
    air = Medium("air", h="80 W/m^2/K", temperature="20 degC")
    up = follow(_bar("12 mm", "8 mm", "16 mm", {"bottom": oil, "side": air, "top": air}).problem())
    down = follow(_bar("12 mm", "8 mm", "16 mm", {"bottom": air, "side": air, "top": oil}).problem())
    a, b = (_boxed(run, (8, 4, 6)) for run in (up, down))
    yield close(
        "G04",
        "mirrored along z: temperature over 830 K",
        got=_apart(a["temperature"], b["temperature"][::-1], SPAN),
    )
    yield close("G04", "mirrored along z: martensite", got=_apart(a["martensite"], b["martensite"][::-1], 1.0))
    yield loose("G04", "mirrored along z: stress zz over 250 MPa", got=_apart(a["zz"], b["zz"][::-1], 250e6))
    long = follow(_bar("16 mm", "12 mm", "8 mm", oil).problem())
    turned = follow(_bar("12 mm", "8 mm", "16 mm", oil).problem())
    a, b = _boxed(long, (4, 6, 8)), _boxed(turned, (8, 4, 6))
    axes = (2, 0, 1)  # (z, y, x) of the long one is (y, x, z) of the turned one
    yield close(
        "G04",
        "axes exchanged: temperature over 830 K",
        got=_apart(a["temperature"].transpose(axes), b["temperature"], SPAN),
    )
    yield close("G04", "axes exchanged: bainite", got=_apart(a["bainite"].transpose(axes), b["bainite"], 1.0))
    yield loose(
        "G10",
        "turned by exchange of axes: stress over 250 MPa",
        got=_apart(a["xx"].transpose(axes), b["zz"], 250e6),
    )
    far = _bar("16 mm", "12 mm", "8 mm", oil)
    far = far.replace(part=far.part.moved(x="1 m", y="-2 m", z="0.5 m"))
    moved = _boxed(follow(far.problem()), (4, 6, 8))
    yield loose("G10", "moved by metres: stress xx over 250 MPa", got=_apart(a["xx"], moved["xx"], 250e6))
    with TemporaryDirectory() as folder:
        runs = []
        for sign in (1.0, -1.0):
            triangles = facets(sectors=60, lobes=5, scale=0.5) * np.array([sign, 1.0, 1.0])
            path = Path(folder) / f"flange{sign:g}.stl"
            write_stl(path, triangles if sign > 0.0 else triangles[:, ::-1])
            case = HeatTreatment(
                name="flange", part=Part.from_stl(path, "mm"), alloy=steel_c(), grid=Grid("2 mm"),
                start="850 degC", steps=[Quench(oil, duration="10 s")], snapshots=2,
            )  # fmt: skip
            problem = case.problem()
            shape = problem.cells.lattice.shape[::-1]
            full = np.full(int(np.prod(shape)), np.nan)
            full[problem.cells.index] = follow(problem).fields[-1]["temperature"]
            runs.append(full.reshape(shape))
        apart = np.abs(runs[0] - runs[1][:, :, ::-1])
        alike = float((np.isnan(runs[0]) != np.isnan(runs[1][:, :, ::-1])).sum())
    yield one("G04", "mirrored STL: cells that only one has", got=alike, tolerance=0.0, reason="the same cells")
    reason = "1e-9: coordinates of an STL are single precision, facets are summed in another order"
    yield one(
        "G04",
        "mirrored STL: temperature over 830 K",
        got=float(np.nanmax(apart)) / SPAN,
        tolerance=1e-9,
        reason=reason,
    )


def _boxed(run: Kept, shape: tuple[int, int, int]) -> dict[str, Array]:
    """Fields of the end of a full box in (z, y, x)."""
    last = run.fields[-1]
    given = {name: values for name, values in last.items() if values.ndim == 1}
    given |= dict(zip(("xx", "yy", "zz"), last["stress"][:3], strict=True))
    return {name: values.reshape(shape) for name, values in given.items()}


def _apart(a: Array, b: Array, unit: float) -> float:
    return float(np.abs(a - b).max()) / unit


@check("G05", "numerics")
def restart() -> Iterator[Verdict]:
    """A run stopped in the middle and resumed from its checkpoint ends in the same bits."""
    for name, case in (("shaft rz", _short(shaft())), ("block 3d", block())):
        problem = case.problem()
        whole = follow(problem)
        half = int(whole.clock["steps"]) // 2
        resumed = follow(problem, since=follow(problem, stop_after=half))
        assert whole.state is not None and resumed.state is not None
        ends = arrays(whole.state), arrays(resumed.state)
        differ = sum(int((a.view(np.uint8) != ends[1][key].view(np.uint8)).sum()) for key, a in ends[0].items())
        quantity = f"{name}: bytes of the last state that differ after a restart at step {half}"
        yield Verdict("G05", quantity, 0.0, float(differ), 0.0, "-", "bit-identical", "same operations on same numbers")


def _short(case: HeatTreatment) -> HeatTreatment:
    """The shaft on a coarser grid."""
    return case.replace(**{"grid.spacing": "2 mm"})


def limited(threads: int | None) -> None:
    """Keep this process to so many processors (None: all that it may use)."""
    if threads is not None:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:threads]))
        numba.set_num_threads(threads)


def _on(threads: int | None) -> tuple[dict[str, NDArray[np.generic]], ...]:
    """What a ball of 30 000 cells and a block with stress come to, on so many processors (None: all)."""
    limited(threads)
    ball = HeatTreatment(
        name="ball", part=Part.sphere("40 mm"), alloy=alloy("42CrMo4"), grid=Grid("1.03 mm"),
        start="850 degC", steps=[Quench("fast oil", duration="6 s")], snapshots=2, stress=False,
    )  # fmt: skip
    found = []
    for case in (ball, block()):
        state = follow(case.problem()).state
        assert state is not None
        found.append(arrays(state))
    return tuple(found)


@check("G06", "numerics")
def threads() -> Iterator[Verdict]:
    """One processor, in a process of its own, against all: the same numbers."""
    if cores() < 2:
        raise Skipped("this process may use one processor only")
    alone = apart(_on, 1)
    names = ("ball of 30 000 cells, heat and phases", "block with stress")
    for name, a, b in zip(names, alone, _on(None), strict=True):
        worst = 0.0
        for key, one in a.items():
            x, y = np.asarray(one, float64), np.asarray(b[key], float64)
            unit = np.nanmax(np.abs(y[np.isfinite(y)]), initial=0.0)
            if not np.array_equal(x, y, equal_nan=True):
                worst = max(worst, float(np.nanmax(np.abs(x - y)) / unit))
        quantity = f"{name}: largest difference of any field over its largest value"
        yield Verdict("G06", quantity, 0.0, worst, 1e-13, "-", "bit-identical, or 1e-13", "catalogue G06")


@check("G07", "numerics")
def bounds() -> Iterator[Verdict]:
    """No temperature beyond the start and the bath by more than the stated tolerance of a step, 0.5 K."""
    one = partial(
        Verdict,
        expected=0.0,
        tolerance=0.5,
        unit="K",
        reason="the tolerance of a step",
        source="maximum principle",
    )
    held = Medium("held", surface_temperature="20 degC")
    jump = HeatTreatment(
        name="shock", part=Part.plate("50 mm"), alloy=steel_c(), grid=Grid("0.5 mm"), start="850 degC",
        steps=[Quench(held, duration="60 s")],
    )  # fmt: skip
    hard = Medium("hard", h="20000 W/m^2/K", temperature="20 degC")
    ball = jump.replace(part=Part.sphere("40 mm"), steps=[Quench(hard, duration="20 s")])
    ball = ball.replace(grid=Grid("2 mm", "3d"))
    for name, case in (("slab, surface held", jump), ("sphere 3d, h 20 000", ball)):
        run = follow(case.problem())
        high = max(float(fields["temperature"].max()) for fields in run.fields) - HOT
        low = 20.0 + ZERO - min(float(fields["temperature"].min()) for fields in run.fields)
        yield one("G07", f"{name}: above the start", got=max(high, 0.0))
        yield one("G07", f"{name}: below the bath", got=max(low, 0.0))
        # a wall temperature is extrapolated over a cell, where at first the profile is no line yet
        settled = float(case.grid.spacing) ** 2 / (4.0 * DIFFUSIVITY)
        walls = np.concatenate([wall for t, wall in zip(run.times, run.walls, strict=True) if t > settled])
        beyond = max(float(walls.max()) - HOT, 20.0 + ZERO - float(walls.min()), 0.0)
        yield one(
            "G07",
            f"{name}: walls beyond either, after {settled:.2g} s (spacing squared over 4 a)",
            got=beyond,
        )


@check("G12", "numerics")
def guards() -> Iterator[Verdict]:
    """Units survive the way in and out, wrong numbers are refused, and odd but possible parts run."""
    one = partial(Verdict, "G12", unit="-", source="catalogue G12")
    worst = 0.0
    for text, unit, value in (
        ("850 degC", "K", 1123.15), ("1500 degF", "K", 1088.7055555555555), ("40 mm", "m", 0.04),
        ("1.5 in", "m", 0.0381),
        ("45 min", "s", 2700.0), ("3500 W/m^2/K", "W/m^2/K", 3500.0), ("0.6 cal/g/K", "J/kg/K", 2510.4),
        ("250 MPa", "Pa", 250e6), ("36 ksi", "Pa", 248211263.0), ("1.2e-5 1/K", "1/K", 1.2e-5),
    ):  # fmt: skip
        given = amount(text, unit)
        again = amount(given.text, unit)
        worst = max(worst, abs(float(given) / value - 1.0), abs(float(again) - float(given)))
    yield one(
        "units in and out, largest relative difference",
        0.0,
        worst,
        tolerance=1e-8,
        reason="ksi is given to 9 digits",
    )
    wrong: dict[str, Callable[[], object]] = {
        "negative h": lambda: Medium("m", h="-5 W/m^2/K", temperature="20 degC"),
        "h not a number": lambda: Medium("m", h="nan W/m^2/K", temperature="20 degC"),
        "negative conductivity": lambda: Material("m", "-1 W/m/K", "7800 kg/m^3", "600 J/kg/K"),
        "infinite density": lambda: Material("m", "30 W/m/K", "inf kg/m^3", "600 J/kg/K"),
        "bare number": lambda: Grid(1.0),
        "other dimension": lambda: Grid("1 s"),
        "zero spacing": lambda: Grid("0 mm"),
        "negative duration": lambda: Quench("fast oil", duration="-3 s"),
        "duration not a number": lambda: Quench("fast oil", duration="nan s"),
    }
    refused = float(sum(_refused(make) for make in wrong.values()))
    yield one("wrong numbers refused", float(len(wrong)), refused, tolerance=0.0, reason="each of them")
    still = Medium("insulation", h="0 W/m^2/K", temperature="20 degC")
    shut = HeatTreatment(
        name="shut", part=Part.box("8 mm", "8 mm", "8 mm"), alloy=steel_c(), grid=Grid("2 mm"),
        start="850 degC", steps=[Quench(still, duration="1 h")], snapshots=2,
    )  # fmt: skip
    far = float(np.abs(follow(shut.problem()).fields[-1]["temperature"] - HOT).max())
    yield one(
        "h = 0 for an hour: change of temperature over 830 K",
        0.0,
        far / SPAN,
        tolerance=1e-12,
        reason="insulated",
    )
    bath = Medium("bath", h="500 W/m^2/K", temperature="20 degC")
    thin = shut.replace(part=Part.box("20 mm", "20 mm", "2 mm"), steps=[Quench(bath, duration="5 s")])
    got = float(follow(thin.problem()).fields[-1]["temperature"].max()) - ZERO
    wide = float(analytic.slab(0.0, DIFFUSIVITY * 5.0 / 0.01**2, 500.0 * 0.01 / 30.0))
    exact = 20.0 + SPAN * wide**2 * analytic.slab_mean(DIFFUSIVITY * 5.0 / 0.001**2, 500.0 * 0.001 / 30.0)
    quantity = "wall one cell thick, T in the middle after 5 s"
    yield Verdict("G12", quantity, exact, got, 8.3, "degC", "1 % of the span", "product of Carslaw & Jaeger 1959, 3.11")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "two.stl"
        triangles = facets(sectors=24, scale=0.3)
        write_stl(path, np.concatenate([triangles, triangles + np.array([0.0, 0.0, 60.0])]))
        two = shut.replace(part=Part.from_stl(path, "mm"), steps=[Quench(bath, duration="5 s")])
        problem = two.problem()
        T = follow(problem).fields[-1]["temperature"]
    low = problem.cells.centres()[:, 2] < 0.03
    weights = problem.cells.volume
    means = [float(np.average(T[which], weights=weights[which])) for which in (low, ~low)]
    reason = "1 K: the two lie differently on the grid"
    yield Verdict(
        "G12",
        "two bodies that do not touch: difference of their means",
        0.0,
        means[0] - means[1],
        1.0,
        "K",
        reason,
        "they are equal",
    )


def _refused(make: Callable[[], object]) -> bool:
    try:
        make()
    except (CaseError, ValueError):
        return True
    return False
