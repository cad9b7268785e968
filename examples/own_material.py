"""A material and a medium of your own, against the exact answer:  python examples/own_material.py

A copper ball of 10 mm in moving air is so well conducting (Biot number 0.0004) that it has one temperature,
which decays as exp(-h A t / (rho c V)).
"""

from math import exp

import metaltwin as mt

copper = mt.Material("copper", conductivity="390 W/m/K", density="8900 kg/m^3", heat_capacity="390 J/kg/K")
air = mt.Medium("moving air", h="100 W/m^2/K", temperature="20 degC")
case = mt.HeatTreatment(
    name="copper ball in moving air",
    part=mt.Part.sphere(diameter="10 mm"),
    alloy=copper,
    grid=mt.Grid("0.5 mm"),
    steps=[mt.Quench(air, duration="60 s")],
    start="300 degC",
    tolerance="0.02 K",
)
exact = 20.0 + 280.0 * exp(-100.0 * 60.0 * 6.0 / (8900.0 * 390.0 * 0.010))

if __name__ == "__main__":
    result = case.run()
    print(f"{result.temperature.mean - 273.15:.2f} degC, exact for one temperature {exact:.2f} degC")
