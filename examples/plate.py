"""An aluminium plate, how much strength the quench costs its core:  python examples/plate.py"""

import metaltwin as mt

case = mt.HeatTreatment(
    name="7075 plate, T6",
    part=mt.Part.plate("80 mm"),
    alloy="7075",
    grid=mt.Grid("2 mm"),
    steps=[
        mt.Solution("475 degC", "2 h"),
        mt.Transfer("10 s"),
        mt.Quench("agitated water 60", until="65 degC"),
        mt.Age("121 degC", "24 h"),
    ],
    limits={"yield_strength": ("460 MPa", None)},
)

if __name__ == "__main__":
    result = case.run()
    print(result.summary())
    core, skin = (result.at(x, "0 mm", "0 mm")["yield_strength"] / 1e6 for x in ("0 mm", "40 mm"))
    print(f"yield strength {skin:.0f} MPa at the skin, {core:.0f} MPa in the core")
