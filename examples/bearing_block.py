"""A bearing block from an STL, in cast steel and in grey iron: where it freezes last and where liquid is cut off."""

import os
from pathlib import Path

import metaltwin as mt

folder = Path(os.environ.get("METALTWIN_DATA", "../shared/data"))
block = mt.Part.from_stl(folder / "parts" / "bearing_block.stl", unit="mm")


def cast(alloy: str, pour: str, until: str) -> mt.Casting:
    """The block in dry sand, without feeders."""
    return mt.Casting(
        name=f"bearing block, {alloy} in sand",
        part=block,
        alloy=alloy,
        pour=pour,
        mould=mt.mould("dry silica sand", wall="60 mm"),
        grid=mt.Grid("5 mm", coarsest="20 mm", symmetry=("x", "y")),
        until=until,
    )


steel = cast("WCB", "1570 degC", "1400 degC")
iron = cast("EN-GJL-250", "1350 degC", "1100 degC")

if __name__ == "__main__":
    for case in (steel, iron):
        result = case.run()
        print(result.summary())
        for zone in result.feeding_zones():
            print(zone)
        print(f"shrinks by {result.pattern_allowance} of its length, modulus {1e3 * result.modulus:.1f} mm")
