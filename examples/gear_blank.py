"""Rim of a gear blank in oil, carburised 20NiCrMo2 beside 42CrMo4:  python examples/gear_blank.py

The rim is taken as a long ring, away from hub, web and end faces, on cells fine enough for the stress of a case.
"""

import metaltwin as mt

RIM = mt.Part.ring(outer="60 mm", inner="40 mm")
OIL = mt.Quench("fast oil", bath="60 degC", until="80 degC")
DEPTHS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)  # mm below the outer face

carburised = mt.HeatTreatment(
    name="20NiCrMo2 rim, carburised",
    part=RIM,
    alloy="20NiCrMo2",
    grid=mt.Grid("0.08 mm"),
    steps=[mt.Carburise("930 degC", "4 h", potential="0.85 %"), mt.Soak("840 degC", "20 min"), OIL],
)
through = mt.HeatTreatment(
    name="42CrMo4 rim", part=RIM, alloy="42CrMo4", grid=mt.Grid("0.2 mm"), steps=[mt.Soak("850 degC", "20 min"), OIL]
)

if __name__ == "__main__":
    for case in (carburised, through):
        result = case.run()
        print(f"{case.name}: depth, hardness, martensite, hoop and axial stress")
        for depth in DEPTHS:
            point = result.at(f"{30.0 - depth} mm", "0 mm", "0 mm")
            stress = point.residual_stress
            print(
                f"{depth:5.2f} mm {point.hardness:5.0f} HV {100 * point.phases['martensite']:4.0f} %"
                f" {stress.hoop / 1e6:+6.0f} {stress.axial / 1e6:+6.0f} MPa"
            )
