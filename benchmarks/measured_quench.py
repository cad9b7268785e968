"""Calibrate the measured oil quench of a 50 mm cylinder: python benchmarks/measured_quench.py [folder for pictures].

Needs METALTWIN_DATA. From T1, T2, T4 it predicts T3 (core), from T1, T3, T4 it says when T2 passes 500 degC, of 25 mm
too, and the curves of 50 mm are tried on 25 mm. Numbers and pictures of docs/calibration.md come from here.
"""

import os
import sys
from pathlib import Path

import metaltwin as mt
from metaltwin.materials.library import medium

DATA = Path(os.environ.get("METALTWIN_DATA", ".")) / "quench_cylinders"
DEGREES = [20, *range(100, 1000, 100)]
START = "850.7 degC"
IMMERSION = "27 mm/s"  # T1, T2 and T4 begin to fall one after the other
LEAVING = {50: "19 mm/s", 25: "22 mm/s"}  # so they do on the way out of the furnace, each at half of its rate in air
ZONES = ("bottom", "side", "top")


def steel():
    """The austenitic steel of the cylinders, from its makers' polynomials."""
    k = [f"{14.712 + 0.0159 * t - 2e-6 * t**2:.4f} W/m/K" for t in DEGREES]
    c = [f"{436.57 + 0.642 * t - 1e-3 * t**2 + 6e-7 * t**3:.3f} J/kg/K" for t in DEGREES]
    at = [f"{t} degC" for t in DEGREES]
    return mt.Material("austenitic steel", mt.Curve(at, k), "7800 kg/m^3", mt.Curve(at, c))


def case(diameter, length, transfer, duration, media=None):
    """The cylinder in a furnace, which it leaves lower end first, `transfer` before that end meets the oil."""
    oil = medium("fast oil", bath="40 degC")
    furnace = mt.Medium("furnace", h="20 W/m^2/K", temperature=START, emissivity=0.8)
    return mt.HeatTreatment(
        name=f"cylinder {diameter} x {length} mm in oil",
        part=mt.Part.cylinder(f"{diameter} mm", f"{length} mm"),
        alloy=steel(),
        grid=mt.Grid("2.5 mm" if diameter == 50 else "1.25 mm"),
        start=START,
        steps=[
            mt.Cool(furnace, duration="0.5 s"),
            mt.Quench("still air", duration=transfer, immersion=LEAVING[diameter]),
            mt.Quench(media or dict.fromkeys(ZONES, oil), duration=duration, immersion=IMMERSION),
        ],
    )


def record(diameter, length, immersed):
    skin = f"{diameter / 2 - 1.5} mm"
    places = {"T1": (skin, "4.5 mm"), "T2": (skin, f"{length / 2} mm"), "T3": ("0 mm", f"{length / 2} mm")}
    places["T4"] = (skin, f"{length - 4.5} mm")
    sensors = {
        name: mt.Sensor(name, (x, "0 mm", z), depth_within="0.2 mm" if name != "T3" else None)
        for name, (x, z) in places.items()
    }
    path = DATA / f"D{diameter}xH{length}_oil.csv"
    return mt.Measurements.read_csv(path, sensors, events={"quench_2": immersed}, clock_within="0.25 s")


def left_out(of, run, unknowns):
    """What the core and the skin show in the middle, each from the other three."""
    (core,) = mt.calibrate(of, run.only("T1", "T2", "T4"), unknowns).compare(run.only("T3"))
    (skin,) = mt.calibrate(of, run.only("T1", "T3", "T4"), unknowns).compare(run.only("T2"))
    print(f"\n{of.name}\nfrom T1, T2, T4: {core}\nfrom T1, T3, T4: {skin}; 500 degC: {skin.passing('500 degC')}")


def main(folder=None):
    unknowns = [mt.Unknown.curve(f"steps.quench_2.medium.{zone}.h") for zone in ZONES]
    large, run = case(50, 150, "11.7 s", "300 s"), record(50, 150, "14.5 s")
    print(run.readiness(large))
    fit = mt.calibrate(large, run, unknowns)
    print(fit)
    if folder:
        for kind in ("residuals", "curve", "parity"):
            fit.plot(kind, save=Path(folder) / f"calibration_{kind}.png")
    left_out(large, run, unknowns)
    thin, cooled = case(25, 100, "11 s", "200 s"), record(25, 100, "16.8 s")
    left_out(thin, cooled, unknowns)
    small = case(25, 100, "11 s", "200 s", fit.case.steps[2].medium)
    found = mt.calibrate(small, cooled, [mt.Unknown.value("start", prior="0.5 K")])
    print("\ncurves of 50 mm on 25 mm:")
    for sensor in found.sensors:
        print(f"{sensor.name}: rms {sensor.rms:.1f} K, NRMSE {100 * sensor.nrmse:.1f} %")


if __name__ == "__main__":
    main(*sys.argv[1:])
