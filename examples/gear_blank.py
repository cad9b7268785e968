"""A gear blank in oil, 42CrMo4 beside carburised 20NiCrMo2: stress in rim, web and hub, bore taper, dishing.

python examples/gear_blank.py      two minutes of processor, nearly all of it for the cells that a case needs
"""

import metaltwin as mt

HUB = [(9, 5.5), (9, 11), (6, 11), (6, 0), (9, 0), (9, 2.5)]  # r, z in mm, once around: from the web up and back to it
RIM = [(15, 2.5), (15, 0.5), (20, 0.5), (20, 8.5), (15, 8.5), (15, 5.5)]
BLANK = mt.Part.revolve([*HUB, *RIM], unit="mm")
OIL = mt.Quench("fast oil", bath="60 degC", until="80 degC")
PLACES = {  # r and z, mm
    "rim, outer face": (20, 4.5),
    "rim, 0.5 mm below": (19.5, 4.5),
    "rim, core": (17.5, 4.5),
    "web, upper face": (12, 5.5),
    "web, middle": (12, 4),
    "bore": (6, 5.5),
}

through = mt.HeatTreatment(
    name="42CrMo4 blank",
    part=BLANK,
    alloy="42CrMo4",
    grid=mt.Grid("0.25 mm"),
    steps=[mt.Soak("850 degC", "20 min"), OIL],
)
carburised = mt.HeatTreatment(
    name="20NiCrMo2 blank, carburised",
    part=BLANK,
    alloy="20NiCrMo2",
    grid=mt.Grid("0.125 mm"),
    steps=[mt.Carburise("930 degC", "8 h", potential="0.875 %"), mt.Soak("840 degC", "20 min"), OIL],
)


def gauged(result):
    """um: growth of rim and bore, taper of the bore, and how far the middle of the rim sinks below that of the hub."""
    read = result.distortion()
    rim, bore = read.rounds["diameter"], read.rounds["bore"]
    sunk = read.face("-z", "0.5 mm").moved - read.face("+z", "8.5 mm").moved
    raised = read.face("+z").moved - read.face("-z").moved
    found = {"rim": rim.diameter, "bore": bore.diameter, "taper": bore.taper, "dishing": 0.5 * (sunk + raised)}
    return {name: 1e6 * value for name, value in found.items()}


if __name__ == "__main__":
    for case in (through, carburised):
        result = case.run()
        print(f"{case.name}: hardness, martensite, radial, hoop and axial stress")
        for name, (r, z) in PLACES.items():
            point = result.at(f"{r} mm", "0 mm", f"{z} mm")
            stress = point.residual_stress
            print(
                f"{name:17} {point.hardness:5.0f} HV {100 * point.phases['martensite']:4.0f} %"
                f" {stress.radial / 1e6:+6.0f} {stress.hoop / 1e6:+6.0f} {stress.axial / 1e6:+6.0f} MPa"
            )
        print(", ".join(f"{name} {value:+.0f} um" for name, value in gauged(result).items()))
