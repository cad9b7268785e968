"""Kernel rows of the twin's catalogue: derivatives, their cost, and what cells and steps err by."""

import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.grid import Grid
from ..cases.part import Part
from ..cases.step import Quench
from ..cases.treatment import HeatTreatment
from ..materials.material import Material
from ..materials.medium import Medium
from ..solver.tangent import Moved, tangent
from ..twin.forward import Trace
from ..twin.measurements import Measurements
from ..twin.model import Model
from ..twin.noise import rms
from ..twin.refined import WHOLE, change
from ..twin.sensors import Sensor
from ..twin.unknowns import Unknown
from .analytic import cylinder
from .path import ZERO
from .probe import GUESS, exact, noisy, probe
from .verdict import Verdict, check

Array = NDArray[float64]

H = "steps.quench.medium.h"
RADIUS, CONDUCTIVITY, CAPACITY = 0.015, 20.0, 7800.0 * 550.0  # m, W/m/K, J/m3/K
FOUND, START, BATH = 1500.0, 850.0 + ZERO, 40.0 + ZERO  # W/m2/K, K, K
TIMES = np.arange(2.0, 60.0, 1.0)
BY = 1e-7  # parameters are moved by so much for central differences: fewer kinks of tables are crossed than by 1e-6
BROAD = 1e-5  # the same for laws alone, where only round-off counts
REPEATS = 5


def _bar(spacing: str = "0.5 mm") -> HeatTreatment:
    oil = Medium("oil", h=f"{FOUND} W/m^2/K", temperature="40 degC")
    return HeatTreatment(
        name="bar",
        part=Part.cylinder("30 mm", None),
        alloy=Material("steel", "20 W/m/K", "7800 kg/m^3", "550 J/kg/K"),
        grid=Grid(spacing),
        start="850 degC",
        steps=[Quench(oil, duration="60 s")],
    )


def _model(spacing: str = "0.5 mm") -> Model:
    core = Sensor("core", ("0 mm", "0 mm", "0 mm"), noise="1 K")
    run = Measurements(TIMES, {"core": np.full(TIMES.size, START)}, {"core": core})
    return Model(_bar(spacing), (run,), (Unknown.factor(H, prior=1.0),))


def _series(h: float) -> Array:
    """K on the axis at TIMES."""
    fourier = TIMES * CONDUCTIVITY / CAPACITY / RADIUS**2
    theta = [float(cylinder(0.0, one, h * RADIUS / CONDUCTIVITY)) for one in fourier]
    return BATH + (START - BATH) * np.array(theta)


def _calibration() -> tuple[Model, Array, Trace]:
    """The probe in oil with 24 knots, at parameters on no symmetry."""
    record = noisy(*exact("oil", 5.25e-3, 0.05, "20 s"), 5.25e-3, "1 K", 1)
    model = Model(probe(GUESS["oil"], 5.25e-3, "20 s"), (record,), (Unknown.curve(H),))
    x = 0.3 * np.sin(1.0 + np.arange(float(model.size)))
    return model, x, model.trace(x)


def _moved(model: Model, x: Array, way: Array, by: float = BY) -> Moved:
    def at(side: float) -> HeatTreatment:
        case: HeatTreatment = model.case_at(x + side * by * way)
        return case

    return Moved(model.forward.problem(at(1.0)), model.forward.problem(at(-1.0)), 2.0 * by)


@check("twin-K1", "inverse")
def tangent_is_the_derivative() -> Iterator[Verdict]:
    """Against central differences along the same steps and stages, and against the series of a cylinder."""
    model, x, trace = _calibration()
    moved = [_moved(model, x, way) for way in np.eye(x.size)]
    _, slopes, stages = tangent(model.forward.problem(model.case_at(x)), moved, trace.marks)
    off = []
    for i, pair in enumerate(moved):
        above, below = (tangent(side, [], trace.marks, stages)[0] for side in (pair.above, pair.below))
        off.append(np.abs((above - below) / pair.by - slopes[:, :, i]).max())
    quantity = "24 knots of h: tangent less central differences, of the largest derivative"
    got = float(max(off) / np.abs(slopes).max())
    yield Verdict("twin-K1", quantity, 0.0, got, 1e-6, "-", "the catalogue's", "central differences")
    bar = _model()
    here = np.zeros(1)
    ours = bar.slopes(here, bar.trace(here))[0][0][:, 0]
    closed = (_series(FOUND * np.exp(BY)) - _series(FOUND * np.exp(-BY))) / (2.0 * BY)
    got = float(np.abs(ours - closed).max() / np.abs(closed).max())
    reason = "three times the temperature's own tenth of a per cent on cells of 0.5 mm"
    source = "Carslaw & Jaeger 1959, 7.7, differenced"
    yield Verdict("twin-K1", "dT/d ln h on the axis of a cylinder", 0.0, got, 3e-3, "-", reason, source)


@check("twin-K2", "inverse")
def tangent_is_linear() -> Iterator[Verdict]:
    """There is no adjoint; what its dot product would show of the tangent: a move of all knots is the sum of moves."""
    model, x, trace = _calibration()
    way = np.random.default_rng(1).standard_normal(x.size)
    problem = model.forward.problem(model.case_at(x))
    each = tangent(problem, [_moved(model, x, one, BROAD) for one in np.eye(x.size)], trace.marks)[1]
    at_once = tangent(problem, [_moved(model, x, way, BROAD)], trace.marks)[1][:, :, 0]
    got = float(np.abs(each @ way - at_once).max() / np.abs(at_once).max())
    reason = "tables are differenced by 1e-7, which rounds at 1e-9"
    yield Verdict("twin-K2", "derivative along a direction less J times it", 0.0, got, 1e-8, "-", reason, "linearity")


@check("twin-K3", "inverse", full=True)
def cost_of_derivatives() -> Iterator[Verdict]:
    """Processor time of 24 derivatives over that of one march, the least of five each."""
    model, x, trace = _calibration()
    forward = min(_seconds(lambda: model.trace(x)) for _ in range(REPEATS))
    both = min(_seconds(lambda: model.slopes(x, trace)) for _ in range(REPEATS))
    reason = "the catalogue's 3"
    quantity = "24 derivatives, cases and tables made, in marches"
    yield Verdict("twin-K3", quantity, 0.0, both / forward, 3.0, "-", reason, "processor time")


def _seconds(run: Callable[[], object]) -> float:
    begun = time.process_time()
    run()
    return time.process_time() - begun


@check("twin-K4", "inverse")
def numerical_error_is_what_is_reported() -> Iterator[Verdict]:
    """A cylinder in 1 mm cells: order, reported over true error, and what is left once it is taken out."""
    closed, source = _series(FOUND), "Carslaw & Jaeger 1959, 7.7"
    here, model = np.zeros(1), _model("1 mm")
    trace = model.trace(here)
    seen, off = model.seen(here, trace)[0], change(model, here, trace)[0]
    true, halved = closed - seen, closed - seen - off
    order = float(np.log2(rms(true) / rms(halved)))
    yield Verdict("twin-K4", "order of the error", 2.0, order, 0.25, "-", "as other orders here", source)
    ratio = float(np.log2(rms(WHOLE * off) / rms(true)))
    yield Verdict("twin-K4", "reported over true error, octaves", 0.0, ratio, 1.0, "-", "the catalogue's 2", source)
    left = rms(true - WHOLE * off) / rms(true)
    reason = "the share of the change by halving that is kept as doubt"
    yield Verdict("twin-K4", "error left after it is taken out, share", 0.0, left, 1.0 / 3.0, "-", reason, source)
