"""A shaft of 42CrMo4, oil quenched and tempered:  python examples/shaft.py"""

import metaltwin as mt

case = mt.HeatTreatment(
    name="42CrMo4 shaft, oil quenched and tempered",
    part=mt.Part.cylinder(diameter="40 mm", length="160 mm"),
    alloy=mt.alloy("42CrMo4", grain_size=8),
    grid=mt.Grid(spacing="1 mm"),
    steps=[
        mt.Soak("850 degC", "45 min"),
        mt.Transfer("8 s"),
        mt.Quench("fast oil", bath="60 degC", until="80 degC"),
        mt.Temper("560 degC", "2 h"),
    ],
    sensors=[mt.Thermocouple("core", at=("0 mm", "0 mm", "80 mm"))],
)

if __name__ == "__main__":
    print(case.check())
    result = case.run("shaft.vtkhdf")
    point = result.at("0 mm", "0 mm", "80 mm")
    print(f"core: {point.hardness:.0f} HV, {point.hardness.hrc} HRC, {point.phases}")
    print(f"axial stress there: {point.residual_stress.axial / 1e6:.0f} MPa")
    result.plot("section", save="shaft.png")
