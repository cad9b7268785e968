"""The probe of ISO 9950, alloy 600 and 12.5 mm, in baths whose boiling curve is known: records for calibrations."""

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.grid import Grid
from ..cases.part import Part
from ..cases.sensor import Thermocouple
from ..cases.step import Quench
from ..cases.treatment import HeatTreatment
from ..materials.curve import Curve
from ..materials.material import Material
from ..materials.medium import Medium
from ..twin.forward import Forward
from ..twin.measurements import Measurements
from ..twin.refined import finer
from ..twin.sensors import Sensor

Array = NDArray[float64]

KELVIN = np.arange(313.15, 1124.0, 2.0)
DEGREES = [20, *range(100, 1000, 100)]
CONDUCTIVITY = [14.9, 15.9, 17.3, 19.0, 20.5, 22.1, 23.9, 25.7, 27.5, 29.2]
CAPACITY = [444, 465, 486, 502, 519, 536, 578, 595, 611, 628]
BOILING = {  # W/m2/K at the peak and at 0 degC; degC: peak, widths below and above it
    "oil": (2700.0, 250.0, 560.0, 95.0, 75.0),
    "water": (11500.0, 500.0, 300.0, 130.0, 150.0),
}
GUESS = {"oil": "1000 W/m^2/K", "water": "3000 W/m^2/K"}
BATH = "40 degC"


def truth(kind: str, kelvin: Array) -> Array:
    """A smooth boiling curve, W/m2/K: film, peak and convection; on no knot."""
    t = kelvin - 273.15
    peak, least, at, below, above = BOILING[kind]
    width = np.where(t < at, below, above)
    return np.asarray(least + 200.0 * t / 850.0 + peak * np.exp(-(((t - at) / width) ** 2)))


def probe(h: str | Curve, place: float, duration: str) -> HeatTreatment:
    """The probe in a bath.   place m, of the thermocouple from the axis"""
    degrees = [f"{t} degC" for t in DEGREES]
    alloy = Material(
        "alloy 600",
        Curve(degrees, [f"{k} W/m/K" for k in CONDUCTIVITY]),
        "8470 kg/m^3",
        Curve(degrees, [f"{c} J/kg/K" for c in CAPACITY]),
    )
    return HeatTreatment(
        name="probe",
        part=Part.cylinder("12.5 mm", None),
        alloy=alloy,
        grid=Grid("0.25 mm"),
        start="850 degC",
        steps=[Quench(Medium("bath", h=h, temperature=BATH), duration=duration)],
        sensors=[Thermocouple("probe", (f"{place} m", "0 m", "0 m"))],
    )


def exact(kind: str, place: float, spacing: float, duration: str) -> tuple[Array, Array]:
    """Times s and temperatures K of a record without noise, from a grid a quarter as wide and steps as short."""
    h = Curve([f"{k} K" for k in KELVIN], [f"{v} W/m^2/K" for v in truth(kind, KELVIN)])
    real = finer(finer(probe(h, place, duration)))
    time = np.arange(0.0, float(real.steps[0].duration), spacing)
    forward = Forward(real, (_sensor(place, None),), float(time[-1]))
    return time, forward.trace(forward.problem(real, 64.0)).at(time)[0]


def noisy(time: Array, kelvin: Array, place: float, noise: str, seed: int) -> Measurements:
    """A record with the scatter of its thermocouple."""
    sensor = _sensor(place, noise)
    read = kelvin + sensor.scatter(kelvin) * np.random.default_rng(seed).standard_normal(time.size)
    return Measurements(time, {"probe": read}, {"probe": sensor})


def _sensor(place: float, noise: str | None) -> Sensor:
    return Sensor("probe", (f"{place} m", "0 m", "0 m"), noise=noise)


def missed(kind: str, at: Array, found: Array) -> float:
    """Relative L2 of a curve over temperatures K."""
    real = truth(kind, at)
    return float(np.sqrt(np.mean((found - real) ** 2) / np.mean(real**2)))
