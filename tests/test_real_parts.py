"""Real parts from the folder METALTWIN_DATA run as quench cases."""

import os
from pathlib import Path

import numpy as np
import pytest

import metaltwin as mt

FOLDER = os.environ.get("METALTWIN_DATA")


def part(name):
    if not FOLDER:
        pytest.skip("METALTWIN_DATA names no folder with parts/")
    return mt.Part.from_stl(Path(FOLDER) / "parts" / f"{name}.stl", "mm")


def quenched(name, spacing, alloy, stress):
    return mt.HeatTreatment(
        name=name,
        part=part(name),
        alloy=mt.alloy(alloy),
        grid=mt.Grid(spacing),
        start="850 degC",
        steps=[mt.Quench("fast oil", bath="60 degC", until="100 degC")],
        stress=stress,
    ).run(progress=False)


@pytest.mark.parametrize(
    ("name", "spacing", "alloy"), [("bearing_block", "12 mm", "34CrNiMo6"), ("steering_column_mount", "3 mm", "41Cr4")]
)
def test_a_part_from_stl_is_quenched(name, spacing, alloy):
    result = quenched(name, spacing, alloy, stress=False)
    temperature = result.temperature.values - 273.15
    assert 60.0 <= temperature.min() and temperature.max() <= 100.01
    hardness = result.hardness.values
    assert np.isfinite(hardness).all() and 450.0 < hardness.min() and hardness.max() < 660.0
    came = sum(result.ledger[0]["heat"].values())
    assert abs(result.ledger[0]["unbalanced"]) < 1e-12 * abs(came)


def test_a_part_from_stl_is_quenched_with_stress():
    result = quenched("bearing_block", "16 mm", "42CrMo4", stress=True)
    stress = result.field("stress").values
    assert np.isfinite(stress).all() and 200e6 < abs(stress).max() < 2e9
    assert result.ledger[-1]["stress_unconverged"] == 0
    growth = result.field("displacement").values
    assert 1e-4 < abs(growth).max() < 5e-3


def test_a_case_on_a_part_of_any_form_has_one_depth():
    """Layers below the skin of an STL part on cells of 10 mm; profiles end half way through the wall they are in.

    A plate of 40 mm on cells of 0.1 mm has 0.62 mm.
    """
    steps = [mt.Carburise("930 degC", "4 h", potential="0.9 %"), mt.Quench("fast oil", bath="60 degC", until="80 degC")]
    case = mt.HeatTreatment("block", part("bearing_block"), "20MnCr5", mt.Grid("10 mm"), steps, stress=False)
    result = case.run(progress=False)
    feet, middle = result.cells.feet(), np.array(result.cells.lattice.middle)
    for patch in np.linspace(0, len(feet) - 1, 5).astype(int):
        at = tuple(f"{1e3 * x} mm" for x in middle + feet[patch])
        assert result.case_profile(at).depth[-1] < 0.03
        assert result.case_depth("550 HV", at=at) == pytest.approx(0.62e-3, abs=0.1e-3)
