"""Calibration against records whose truth is known, and against a measured quench."""

from collections.abc import Iterator

import numpy as np

from ..cases.grid import Grid
from ..cases.part import Part
from ..cases.step import Quench, Transfer
from ..cases.treatment import HeatTreatment
from ..materials.library import medium
from ..materials.material import Material
from ..materials.medium import Medium
from ..twin.calibrate import calibrate
from ..twin.forward import Forward
from ..twin.measurements import Measurements
from ..twin.model import Model
from ..twin.search import Search, finer
from ..twin.sensors import Sensor
from ..twin.unknowns import Unknown
from .measured import SOURCE, austenitic, record
from .path import ZERO
from .verdict import Verdict, check

H = "steps.quench.medium.h"
SEEDS = 8


@check("F02", "inverse")
def constant_h() -> Iterator[Verdict]:
    """Long cylinder, constant h from the centre, noise 0.5 K at 10 Hz; records from a grid half as wide."""
    steel = Material("steel", "40 W/m/K", "7800 kg/m^3", "600 J/kg/K")
    core = Sensor("core", ("0 mm", "0 mm", "0 mm"), noise="0.5 K")
    truth, start = 1500.0, 1000.0

    def case(h: float) -> HeatTreatment:
        oil = Medium("oil", h=f"{h} W/m^2/K", temperature="40 degC")
        return HeatTreatment(
            name="cylinder",
            part=Part.cylinder("40 mm", None),
            alloy=steel,
            grid=Grid("0.5 mm"),
            start="850 degC",
            steps=[Quench(oil, duration="60 s")],
        )

    real, time = finer(case(truth)), np.arange(0.0, 60.0, 0.1)
    forward = Forward(real, (core,), 60.0)
    exact = forward.trace(forward.problem(real, 4.0)).at(time)[0]
    found, stated = [], []
    for seed in range(SEEDS):
        read = exact + 0.5 * np.random.default_rng(seed).standard_normal(time.size)
        run = Measurements(time, {"core": read}, {"core": core})
        fit = Search(Model(case(start), (run,), (Unknown.factor(H, prior=1.0),))).found()
        found.append(start * fit.parameters[0].value)
        stated.append(start * fit.parameters[0].value * float(np.sqrt(fit.covariance[0, 0])))
    source = "self-consistent: no inverse crime"
    yield Verdict(
        "F02",
        "mean of h, 8 records",
        truth,
        float(np.mean(found)),
        0.01 * truth,
        "W/m2/K",
        "the catalogue's 1 %",
        source,
    )
    miss = float(np.sqrt(np.mean((np.array(found) - truth) ** 2)))
    reason = "a factor 1.5 of the scatter, the catalogue's, and that of 8 records"
    yield Verdict("F02", "stated over found error of h", 1.0, float(np.mean(stated)) / miss, 0.8, "-", reason, source)


@check("M-oil-50-calibrated", "inverse")
def oil_50() -> Iterator[Verdict]:
    """Cylinder 50 x 150 mm in oil, radial at mid-height: h(T) from T2 and T3, then what is left of them."""
    data = record("D50xH150_oil")
    places = {"T2": Sensor("T2", ("23.5 mm", "0 mm", "0 mm")), "T3": Sensor("T3", ("0 mm", "0 mm", "0 mm"))}
    values = {"T2": data[:, 2] + ZERO, "T3": data[:, 3] + ZERO}
    run = Measurements(data[:, 0], values, places, {"quench": 16.0})
    case = HeatTreatment(
        name="measured cylinder",
        part=Part.cylinder("50 mm", None),
        alloy=austenitic(),
        grid=Grid("1 mm"),
        start=f"{data[0, 3]} degC",
        steps=[Transfer("12 s"), Quench(medium("fast oil", bath="40 degC"), duration="600 s")],
    )
    fit = calibrate(case, run, [Unknown.curve(H)])
    reason = "6 K: the aim of the catalogue for D50; the wetting front and the ends are not in a radial case"
    for sensor in fit.sensors:
        quantity = f"rms of {sensor.name} after calibration"
        yield Verdict("M-oil-50-calibrated", quantity, 0.0, sensor.rms, 6.0, "K", reason, SOURCE)
