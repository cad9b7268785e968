"""A bearing ring of 100Cr6 in oil, with the drawing's limits of hardness:  python examples/ring.py

Carbide stays undissolved at 850 degC: the card says how much carbon the austenite holds, `check` repeats it.
"""

import metaltwin as mt

case = mt.HeatTreatment(
    name="100Cr6 ring",
    part=mt.Part.ring(outer="90 mm", inner="74 mm", length="24 mm"),
    alloy="100Cr6",
    grid=mt.Grid("1 mm"),
    steps=[mt.Soak("850 degC", "20 min"), mt.Quench("fast oil", until="60 degC")],
    limits={"hardness": ("60 HRC", "66 HRC")},
)

if __name__ == "__main__":
    result = case.run()
    print(f"{100 * result.retained_austenite.mean:.1f} % retained austenite")
    print(result.limits["hardness"])
    growth = max(abs(result.field("displacement_x").max), abs(result.field("displacement_x").min))
    print(f"largest radial displacement {1e3 * growth:.3f} mm")
