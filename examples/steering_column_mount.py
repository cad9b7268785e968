"""A mount of A356 in green sand, from an STL: what a chill under its hot spot does to it.

Its ribs are 2.5 mm thick: cells of 1 mm, an hour of processor each; with cells of 2 mm three minutes.
"""

import os
from pathlib import Path

import metaltwin as mt

folder = Path(os.environ.get("METALTWIN_DATA", "../shared/data"))
mount = mt.Part.from_stl(folder / "parts" / "steering_column_mount.stl", unit="mm")
chill = mt.Chill("grey iron", mt.Part.box("40 mm", "15 mm", "30 mm").moved(x="69 mm", y="-7.5 mm", z="20 mm"))

plain = mt.Casting(
    name="mount of A356 in green sand",
    part=mount,
    alloy=mt.alloy("A356"),
    pour="720 degC",
    mould=mt.mould("green sand", wall="30 mm", temperature="25 degC"),
    grid=mt.Grid("1 mm", coarsest="6 mm"),
    until="450 degC",
)
chilled = plain.replace(name="the same on an iron chill", chills=[chill])

if __name__ == "__main__":
    for case in (plain, chilled):
        print(case.check())
        result = case.run()
        print(result.summary())
        print(result.evaluate("thermal_gradient / cooling_rate**0.5"))
