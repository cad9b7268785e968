"""One steel, many treatments: what each leaves in a 12 mm bar of 42CrMo4:  python examples/treatments.py"""

import metaltwin as mt

HARDEN = [mt.Soak("850 degC", "20 min"), mt.Quench("fast oil", until="60 degC")]
INDUCTOR = mt.Medium("inductor", flux="6e6 W/m^2")
COLD_GAS = mt.Medium("cold nitrogen", h="60 W/m^2/K", temperature="-120 degC")
FURNACE = mt.TimeCurve(["0 h", "12 h"], ["850 degC", "400 degC"])

TREATMENTS = {
    "as quenched": HARDEN,
    "double temper": [*HARDEN, mt.Temper("560 degC", "2 h"), mt.Temper("560 degC", "2 h")],
    "austemper": [
        mt.Soak("850 degC", "20 min"),
        mt.Quench("salt bath", bath="350 degC", until="360 degC"),
        mt.Hold("350 degC", "1 h", medium="salt bath"),
        mt.Cool(until="40 degC"),
    ],
    "martemper": [
        mt.Soak("850 degC", "20 min"),
        mt.Quench("salt bath", bath="200 degC", until="210 degC"),
        mt.Hold("200 degC", "3 min", medium="salt bath"),
        mt.Cool(until="40 degC"),
    ],
    "interrupted quench": [
        mt.Soak("850 degC", "20 min"),
        mt.Quench("agitated water 20", duration="1 s"),
        mt.Quench("fast oil", until="60 degC"),
    ],
    "sub-zero": [*HARDEN, mt.Cool(COLD_GAS, until="-80 degC"), mt.Temper("180 degC", "2 h")],
    "normalise": [mt.Soak("870 degC", "20 min"), mt.Cool("still air", until="40 degC")],
    "anneal": [mt.Soak("850 degC", "20 min"), mt.Heat(FURNACE, duration="12 h"), mt.Cool(until="40 degC")],
    "intercritical": [
        mt.Heat("770 degC", until="765 degC"),
        mt.Soak("770 degC", "30 min"),
        mt.Quench("fast oil", until="60 degC"),
    ],
    "induction": [
        *HARDEN,
        mt.Temper("600 degC", "2 h"),
        mt.Heat(medium=INDUCTOR, duration="1.5 s"),
        mt.Quench("agitated water 20", until="40 degC"),
        mt.Temper("180 degC", "1 h"),
    ],
}


def treated(name: str) -> mt.HeatTreatment:
    """One of them as a case."""
    return mt.HeatTreatment(
        name=name,
        part=mt.Part.cylinder(diameter="12 mm"),
        alloy="42CrMo4",
        grid=mt.Grid("0.5 mm"),
        steps=TREATMENTS[name],
        stress=False,
    )


if __name__ == "__main__":
    print(f"{'':20} {'skin':>5} {'core':>5}  HV, and the phases of the core")
    for name in TREATMENTS:
        result = treated(name).run(progress=False)
        skin, core = (result.at(x, "0 mm", "0 mm") for x in ("5.9 mm", "0 mm"))
        phases = ", ".join(f"{phase} {share:.2f}" for phase, share in core.phases.items() if share > 0.005)
        print(f"{name:20} {skin.hardness:5.0f} {core.hardness:5.0f}  {phases}")
