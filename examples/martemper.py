"""Martempering against a plain quench, how much less stress:  python examples/martemper.py"""

import metaltwin as mt

plain = mt.HeatTreatment(
    name="100Cr6 bar, oil",
    part=mt.Part.cylinder(diameter="12 mm"),  # without length: infinitely long, computed along the radius
    alloy="100Cr6",
    grid=mt.Grid("0.5 mm"),
    steps=[mt.Soak("850 degC", "20 min"), mt.Quench("fast oil", until="60 degC")],
)
martempered = plain.replace(
    name="100Cr6 bar, salt bath",
    steps=[
        mt.Soak("850 degC", "20 min"),
        mt.Quench("salt bath", bath="220 degC", until="240 degC"),
        mt.Hold("220 degC", "4 min", medium="salt bath"),
        mt.Cool("still air", until="60 degC"),
    ],
)


def range_of_stress(result: mt.Result) -> float:
    """Between the largest and the smallest axial stress of the section, MPa."""
    stress = result.field("stress_axial")
    return (stress.max - stress.min) / 1e6


if __name__ == "__main__":
    for case in (plain, martempered):
        result = case.run()
        print(f"{case.name}: {result.hardness.mean:.0f} HV, axial stress over {range_of_stress(result):.0f} MPa")
