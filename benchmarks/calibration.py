"""Accuracy of `calibrate` on synthetic records: python benchmarks/calibration.py [records] [workers] [kept] [page].

An ISO 9950 probe (alloy 600, 12.5 mm) in an oil whose h(T) is smooth and on no knot. Records are made on a grid a
quarter as wide with steps a quarter as long. Error: relative L2 of h over what the surface went through; the bands are
judged at 50 temperatures there. What was computed stands in the file `kept`, so that more records can be added, after a
kill too; the table goes between its marks in `page`, docs/calibration.md. Seconds a record.
"""

import functools
import json
import sys
from pathlib import Path

import numpy as np

import metaltwin as mt
from metaltwin.twin.forward import Forward
from metaltwin.twin.model import Model
from metaltwin.twin.refined import finer
from metaltwin.twin.search import Search

BEGIN, END = "<!-- accuracy -->", "<!-- end of accuracy -->"
KELVIN = np.arange(313.15, 1124.0, 2.0)
DEGREES = [20, *range(100, 1000, 100)]
CONDUCTIVITY = [14.9, 15.9, 17.3, 19.0, 20.5, 22.1, 23.9, 25.7, 27.5, 29.2]
CAPACITY = [444, 465, 486, 502, 519, 536, 578, 595, 611, 628]
DESIGNS = {  # place m from the axis, noise, s between samples, target median and p90 of the error, %
    "C1 oil, centre, 1 %, 20 Hz": ("oil", 0.0, "1 %", 0.05, (8, 12)),
    "C2 oil, centre, 1 K, 20 Hz": ("oil", 0.0, "1 K", 0.05, (4, 5)),
    "C3 oil, 1 mm deep, 1 %, 20 Hz": ("oil", 5.25e-3, "1 %", 0.05, (5, 6)),
    "C4 water, centre, 1 K, 20 Hz": ("water", 0.0, "1 K", 0.05, (10, 15)),
    "C4 water, 1 mm deep, 1 %, 20 Hz": ("water", 5.25e-3, "1 %", 0.05, (7, 10)),
    "C4 water, 1 mm deep, 1 %, 100 Hz": ("water", 5.25e-3, "1 %", 0.01, (5, 7)),
    "C5 oil, centre, 0.25 K, 20 Hz": ("oil", 0.0, "0.25 K", 0.05, (4, 5)),
}


def truth(kind, kelvin):
    """A smooth boiling curve, W/m2/K: film, peak and convection."""
    t = kelvin - 273.15
    peak, at, below, above = {"oil": (2700.0, 560.0, 95.0, 75.0), "water": (11500.0, 300.0, 130.0, 150.0)}[kind]
    width = np.where(t < at, below, above)
    return {"oil": 250.0, "water": 500.0}[kind] + 200.0 * t / 850.0 + peak * np.exp(-(((t - at) / width) ** 2))


def case(medium, place):
    degrees = [f"{t} degC" for t in DEGREES]
    alloy = mt.Material(
        "alloy 600",
        mt.Curve(degrees, [f"{k} W/m/K" for k in CONDUCTIVITY]),
        "8470 kg/m^3",
        mt.Curve(degrees, [f"{c} J/kg/K" for c in CAPACITY]),
    )
    return mt.HeatTreatment(
        name="probe",
        part=mt.Part.cylinder("12.5 mm", None),
        alloy=alloy,
        grid=mt.Grid("0.25 mm"),
        start="850 degC",
        steps=[mt.Quench(medium, duration="60 s" if "oil" in medium.name else "25 s")],
        sensors=[mt.Thermocouple("probe", (f"{place} m", "0 m", "0 m"))],
    )


@functools.cache
def record(name):
    """Times s and exact temperatures K of a design, and its thermocouple."""
    kind, place, noise, spacing, _ = DESIGNS[name]
    h = mt.Curve([f"{k} K" for k in KELVIN], [f"{v} W/m^2/K" for v in truth(kind, KELVIN)])
    real = finer(finer(case(mt.Medium(kind, h=h, temperature="40 degC"), place)))
    sensor = mt.Sensor("probe", (f"{place} m", "0 m", "0 m"), noise=noise)
    time = np.arange(0.0, float(real.steps[0].duration), spacing)
    forward = Forward(real, (sensor,), time[-1])
    return time, forward.trace(forward.problem(real, 64.0)).at(time)[0], sensor


def one(task):
    """Relative error of h, share of the bands that hold, error of the peak."""
    name, seed = task
    kind, place, *_ = DESIGNS[name]
    time, exact, sensor = record(name)
    read = exact + sensor.scatter(exact) * np.random.default_rng(seed).standard_normal(time.size)
    run = mt.Measurements(time, {"probe": read}, {"probe": sensor})
    guess = mt.Medium(kind, h={"oil": "1000 W/m^2/K", "water": "3000 W/m^2/K"}[kind], temperature="40 degC")
    knots = mt.Unknown.curve("steps.quench.medium.h")
    fit = Search(Model(case(guess, place), (run,), (knots,))).found()
    at, found, low, high = fit.curve("steps.quench.medium.h")
    real_h = truth(kind, at)
    places = np.linspace(0, at.size - 1, 50).astype(int)
    held = ((low <= real_h) & (real_h <= high))[places].mean()
    return [float(np.sqrt(np.mean((found - real_h) ** 2) / np.mean(real_h**2))), float(held),
            float(found.max() / real_h.max() - 1.0)]  # fmt: skip


def table(rows):
    """Markdown of what is there now.   rows {"design|seed": [error, held, peak]}"""
    lines = [
        "| design | records | error median / p90 % | target | 90 % band holds | peak |",
        "|---|---|---|---|---|---|",
    ]
    for name, design in DESIGNS.items():
        mine = np.array([row for key, row in rows.items() if key.startswith(f"{name}|")])
        if mine.size:
            error, held, peak = 100.0 * mine.T
            doubt = held.std() / np.sqrt(held.size)
            lines.append(
                f"| {name} | {held.size} | {np.median(error):.1f} / {np.quantile(error, 0.9):.1f} "
                f"| {design[4][0]} / {design[4][1]} | {held.mean():.0f} +- {doubt:.0f} % | {np.median(peak):+.1f} % |"
            )
    return "\n".join(lines)


def write(page, rows):
    """Put the table between its marks in a page of docs."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    page.write_text(f"{before}{BEGIN}\n{table(rows)}\n{END}{rest.partition(END)[2]}", "utf-8")


def main(count=10, workers=1, kept="calibration_rows.json", page=None):
    path = Path(kept)
    rows = json.loads(path.read_text("utf-8")) if path.exists() else {}
    tasks = [(name, seed) for seed in range(int(count)) for name in DESIGNS if f"{name}|{seed}" not in rows]
    for number, row in mt.Executor(int(workers)).each(one, tasks):
        if isinstance(row, Exception):
            raise row
        rows["{}|{}".format(*tasks[number])] = row
        path.write_text(json.dumps(rows), "utf-8")
    print(table(rows))
    if page is not None:
        write(Path(page), rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
