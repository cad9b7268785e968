"""How long a billet takes to be at temperature in a furnace:  python examples/furnace.py"""

import metaltwin as mt

case = mt.HeatTreatment(
    name="C45 billet, heated for hardening",
    part=mt.Part.box(x="120 mm", y="120 mm", z="300 mm"),
    alloy="C45",
    grid=mt.Grid("10 mm"),
    steps=[mt.Heat({"from": "20 degC", "to": "850 degC", "rate": "500 K/h"}, until="840 degC")],
    sensors=[mt.Thermocouple("core", at=("0 mm", "0 mm", "0 mm"))],
    stress=False,
    hardness=False,
    record="60 s",
)

if __name__ == "__main__":
    result = case.run()
    print(f"the coldest point is at 840 degC after {result.times[-1] / 3600:.2f} h")
    print(f"{100 * result.austenite.min:.1f} % austenite or more")
