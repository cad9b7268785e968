"""The cooling rate that a probe of Inconel 600 sees in four media:  python examples/probe.py

The probe is that of ISO 9950: 12.5 mm x 60 mm, thermocouple in the middle, from 850 degC. A probe does not
transform, so there is neither hardness nor stress to compute.
"""

import numpy as np

import metaltwin as mt


def case(medium: str) -> mt.HeatTreatment:
    """The probe in a medium of the library."""
    return mt.HeatTreatment(
        name=f"probe in {medium}",
        part=mt.Part.cylinder(diameter="12.5 mm", length="60 mm"),
        alloy="Inconel 600",
        grid=mt.Grid("0.5 mm"),
        steps=[mt.Quench(medium, duration="40 s")],
        sensors=[mt.Thermocouple("centre", at=("0 mm", "0 mm", "30 mm"))],
        start="850 degC",
        stress=False,
        record="0.1 s",
    )


def cooling_rate(result: mt.Result) -> tuple[float, float]:
    """Largest cooling rate, K/s, and the temperature there, degC."""
    centre = result.probe("centre")
    rate = -np.gradient(centre.temperature, centre.time)
    return float(rate.max()), float(centre.temperature[rate.argmax()]) - 273.15


if __name__ == "__main__":
    for medium in ("still air", "slow oil", "fast oil", "still water 20"):
        rate, temperature = cooling_rate(case(medium).run())
        print(f"{medium:16s} {rate:6.1f} K/s at {temperature:.0f} degC")
