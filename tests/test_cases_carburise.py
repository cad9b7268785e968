"""The word Carburise: what it computes, what it refuses, what a file says of it."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

import metaltwin as mt

ROOT = Path(__file__).parents[1]
GAS = {"potential": "0.9 %", "alloy_factor": 1.0}


def pin(*steps, diameter="6 mm", spacing="0.05 mm", alloy="20MnCr5", **given):
    steps = steps or (
        mt.Carburise("930 degC", "4 h", **GAS),
        mt.Quench("fast oil", bath="60 degC", until="80 degC"),
    )
    return mt.HeatTreatment("pin", mt.Part.cylinder(diameter=diameter), alloy, mt.Grid(spacing), list(steps), **given)


@cache
def hardened():
    return pin().run(progress=False)


def test_a_case_is_hard_holds_austenite_and_has_a_soft_core():
    result = hardened()
    skin, core = result.at("2.95 mm", "0 mm", "0 mm"), result.at("0 mm", "0 mm", "0 mm")
    assert 650.0 < skin.hardness < 800.0 and 380.0 < core.hardness < 480.0
    assert 0.08 < skin.retained_austenite < 0.25 and core.retained_austenite < 0.01
    assert 0.0065 < result.carbon.max < 0.009
    assert "stress" not in result.fields


def test_phases_sum_to_one_where_laws_differ_from_cell_to_cell():
    result = hardened()
    total = sum(result.field(name).values for name in ("austenite", "ferrite", "pearlite", "bainite", "martensite"))
    assert np.abs(total - 1.0).max() < 1e-6  # float32 in the archive
    assert (np.diff(result.martensite.values[-10:]) < 0.0).all()  # less of it towards the skin, as Ms falls


def test_case_depth_lies_where_the_carbon_is_035_percent_and_deepens_with_a_lower_limit():
    result = hardened()
    depth = result.case_depth()
    carbon = 100.0 * float(result.sample("carbon", np.array([[3e-3 - depth, 0.0, 0.0]]))[0])
    assert 0.33 <= carbon <= 0.40  # steel.md: CHD 550 HV lies there
    assert result.case_depth("500 HV") > depth > result.case_depth("600 HV")
    assert result.case_depth("900 HV") is None
    with pytest.raises(mt.CaseError, match="hardened through"):
        result.case_depth("300 HV")


def test_uptake_is_what_the_cells_hold_over_the_skin():
    result = hardened()
    more = float((result.carbon.values - 0.0020) @ result.cells.volume) * 7850.0
    assert result.carbon_uptake == pytest.approx(more / float(result.cells.patch_area.sum()), rel=1e-6)


def test_a_lean_gas_decarburises_and_the_skin_is_soft():
    bare = mt.Carburise("930 degC", "4 h", potential="0.05 %")
    result = pin(bare, mt.Quench("fast oil", bath="60 degC", until="80 degC"), alloy="42CrMo4").run(progress=False)
    assert result.carbon_uptake < 0.0
    assert result.at("2.98 mm", "0 mm", "0 mm").hardness < result.at("0 mm", "0 mm", "0 mm").hardness - 100.0


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: pin(alloy="316L"), "no data on carbon"),
        (lambda: pin(spacing="0.5 mm"), r"does not resolve a case of about 0\.\d+ mm.*take 0\.0\d+ mm or less"),
        (lambda: pin(mt.Carburise("780 degC", "40 h", **GAS)), "below Ac3"),
        (lambda: pin(stress=True), "strain of local carbon is not modelled"),
        (lambda: mt.Carburise("930 degC", "4 h", potential="0.9"), "potential: 90% carbon.*write it as '0.9 %'"),
        (
            lambda: mt.Carburise("930 degC", "4 h", potential=lambda t: 0.009 + 0.0 * t),
            "give a quantity or a TimeCurve",
        ),
        (lambda: mt.Carburise("930 degC", "4 h", potential="0.9 %", beta="1 W"), "m/s"),
    ],
)
def test_refusals_say_what_mends_them(made, said):
    with pytest.raises(mt.CaseError, match=said):
        made()


def test_check_warns_of_carbides_and_of_the_factor():
    rich = str(pin(mt.Carburise("930 degC", "4 h", potential="1.6 %")).check())
    assert "above saturation, about 1.37 %" in rich and "[U] alloy factor 1.17" in rich
    assert "carbides" not in str(pin().check())


def test_a_homogeneous_gas_changes_nothing():
    """At the potential of its own carbon a part goes the way of a soaked one."""
    quench = mt.Quench("fast oil", bath="60 degC", until="80 degC")
    even = mt.Carburise("930 degC", "4 h", potential="0.2 %", alloy_factor=1.0)
    one = pin(even, quench, stress=False).run(progress=False)
    other = pin(mt.Soak("930 degC", "4 h"), quench, stress=False).run(progress=False)
    assert one.hardness.values == pytest.approx(other.hardness.values, abs=0.5)
    assert np.ptp(one.carbon.values) < 1e-9


def test_the_example_comes_back_from_its_file(tmp_path):
    case = mt.load(ROOT / "examples" / "carburised_pin.yaml")
    case.save(tmp_path / "again.yaml")
    assert mt.load(tmp_path / "again.yaml") == case
