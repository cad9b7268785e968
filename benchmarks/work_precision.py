"""Tolerance against error against work: the slabs of A01 (linear) and A22 (peak of heat capacity).

python benchmarks/work_precision.py

The error is that of time alone: against the same grid at a tolerance of 1 mK.
"""

import numpy as np

from metaltwin.cases.grid import Grid
from metaltwin.cases.part import Part
from metaltwin.cases.step import Quench
from metaltwin.cases.treatment import HeatTreatment
from metaltwin.materials.medium import Medium
from metaltwin.validation.direct import Kept, follow
from metaltwin.validation.heat import peaked
from metaltwin.validation.steel_c import steel_c


def run(alloy, h: str, bath: str, tolerance: str) -> Kept:
    """60 s of a slab of 50 mm on 50 cells."""
    medium = Medium("bath", h=h, temperature=bath)
    return follow(
        HeatTreatment(
            name="work and precision", part=Part.plate("50 mm"), alloy=alloy, grid=Grid("0.5 mm"),
            start="850 degC", steps=[Quench(medium, duration="60 s")], tolerance=tolerance, snapshots=2,
        ).problem()
    )  # fmt: skip


def main() -> None:
    """Print one line a tolerance."""
    print(f"{'case':<5}{'tolerance K':>12}{'steps':>7}{'stages':>8}{'error K':>9}{'summed estimate K':>19}")
    for name, alloy, h, bath in (
        ("A01", steel_c(), "1200 W/m^2/K", "20 degC"),
        ("A22", peaked(), "2000 W/m^2/K", "25 degC"),
    ):
        exact = run(alloy, h, bath, "0.001 K").state
        for tolerance in (5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02):
            kept = run(alloy, h, bath, f"{tolerance} K")
            error = float(np.abs(kept.state.temperature - exact.temperature).max())
            row = kept.rows[-1]
            print(
                f"{name:<5}{tolerance:>12g}{row['steps']:>7}{row['stages']:>8}{error:>9.3f}"
                f"{row['summed_step_error']:>19.3f}"
            )


if __name__ == "__main__":
    main()
