"""The word Carburise: what it computes, what it refuses, what a file says of it."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.materials.carbon import alloy_factor
from metaltwin.validation.direct import arrays, follow

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


def test_the_case_is_in_compression_and_the_core_holds_it():
    result = hardened()
    volume, axial = result.cells.volume, result.field("stress_axial").values
    depth = 3e-3 - result.cells.centres()[:, 0]
    assert (axial[depth < 0.5e-3] < -200e6).all() and (axial[depth > 1.5e-3] > 0.0).all()
    assert depth[axial.argmin()] > 0.1e-3  # below the skin, where less austenite is retained
    # the axial force of a free bar is what Newton leaves of it, 1e-10 of its load
    assert abs(axial @ volume) < 1e-8 * float(np.abs(axial) @ volume)


def test_the_middle_of_a_pin_in_rz_has_the_stress_of_an_endless_one():
    """Two diameters long; a bar of 6 x 11 mm, 8 h, comes within 13 MPa of 560."""
    endless = pin(diameter="3 mm", spacing="0.077 mm").run(progress=False)
    part, grid = mt.Part.cylinder(diameter="3 mm", length="6 mm"), mt.Grid("0.077 mm", "rz")
    short = pin(diameter="3 mm").replace(part=part, grid=grid, stress=True).run(progress=False)
    radius, height = short.cells.centres()[:, 0], short.cells.centres()[:, 2]
    middle = height == height[np.argmin(np.abs(height - 0.5 * (height.min() + height.max())))]
    for name in ("stress_axial", "stress_hoop"):
        row = np.interp(endless.cells.centres()[:, 0], radius[middle], short.field(name).values[middle])
        assert np.abs(row - endless.field(name).values).max() < 25e6


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
        (lambda: pin(mt.Carburise("780 degC", "40 h", **GAS)), "below Ac3"),
        (lambda: pin(stress=True, spacing="0.5 mm"), r"cells that resolve it; .* take 0\.0\d+ mm or less"),
        (
            lambda: mt.HeatTreatment(
                "box",
                mt.Part.box("8 mm", "8 mm", "8 mm"),
                "20MnCr5",
                mt.Grid("0.5 mm"),
                [mt.Carburise("930 degC", "4 h", **GAS)],
                stress=True,
            ),
            r"cells that resolve it; .* take 0\.0\d+ mm or less",
        ),
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


@pytest.mark.parametrize("spacing", ["0.5 mm", "1 mm"])
def test_layers_below_the_skin_carry_the_case_on_coarse_cells(spacing):
    """Asked: uptake within 2 %, case depth within 0.05 mm of the fine grid; both come ten times nearer."""
    fine, coarse = hardened(), pin(spacing=spacing).run(progress=False)
    assert coarse.carbon_uptake == pytest.approx(fine.carbon_uptake, rel=5e-3)
    assert coarse.case_depth() == pytest.approx(fine.case_depth(), abs=0.02e-3)
    one, other = fine.case_profile(), coarse.case_profile()
    assert np.interp(1e-4, other.depth, other.hardness) == pytest.approx(
        np.interp(1e-4, one.depth, one.hardness), abs=5.0
    )
    assert other.retained_austenite[0] == pytest.approx(one.retained_austenite[0], abs=0.01)
    held = 7850.0 * float((coarse.carbon.values - 0.002) @ coarse.cells.volume) / float(coarse.cells.patch_area.sum())
    assert held == pytest.approx(coarse.carbon_uptake, rel=0.03)  # a case of 0.8 mm in cells of 1 mm: its mean
    assert coarse.retained_austenite.max < fine.retained_austenite.max
    said = " ".join(str(pin(spacing=spacing).check()).split())
    assert "layers below the skin, from 0.039 mm to a depth of 1.9 mm" in said
    assert "stress: not computed, for the stress of a case needs cells that resolve it" in said


def test_check_counts_the_layers_of_a_large_part():
    """Cells of 2 mm on a block: 16 layers below each patch, 280 bytes each."""
    block = pin(spacing="2 mm").replace(part=mt.Part.box("40 mm", "30 mm", "20 mm"), stress=False)
    patches = block.problem().cells.patch_area.size
    without = block.replace(steps=[mt.Soak("930 degC", "4 h"), block.steps[1]]).check()
    assert block.check().memory - without.memory == pytest.approx(16 * 280.0 * patches, rel=0.1)


def test_a_resumed_run_of_layers_ends_as_one_that_was_not_stopped():
    problem = pin(spacing="0.5 mm").problem()
    whole = follow(problem)
    again = follow(problem, since=follow(problem, stop_after=40))
    for name, values in arrays(whole.state).items():
        assert (arrays(again.state)[name] == values).all(), name


def test_a_file_keeps_the_layers(tmp_path):
    whole = pin(spacing="0.5 mm").run(progress=False)
    file = whole.save(tmp_path / "whole.vtkhdf")
    again = mt.read(file)
    assert again.case_depth() == whole.case_depth()
    assert (again.layers["hardness"] == whole.layers["hardness"]).all()


def test_check_warns_of_carbides_and_of_the_factor():
    rich = str(pin(mt.Carburise("930 degC", "4 h", potential="1.6 %")).check())
    assert "above saturation, about 1.37 %" in rich and "[M] alloy factor 1.12" in rich
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


def test_the_case_of_a_ball_is_stressed_in_3d_as_in_1d():
    """An eighth of cut cells against exact shells, both eight cells in the case; a quench from carburising."""

    def ball(**grid):
        steps = [
            mt.Carburise("930 degC", "4.2 h", potential="0.9 %"),
            mt.Quench("fast oil", bath="60 degC", until="80 degC"),
        ]
        part, spacing = mt.Part.sphere("2.4 mm"), mt.Grid("0.1 mm", **grid)
        case = mt.HeatTreatment("ball", part, "20NiCrMo2", spacing, steps, stress=True, hardness=False)
        return case.run(progress=False)

    depth = np.array([0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0]) * 1e-3
    radius, flat = 1.2e-3 - depth, ball()
    radial, hoop = flat.sample("stress", np.outer(radius, [1.0, 0.0, 0.0]))[:2]
    assert hoop[0] < -80e6 and hoop[-1] > 200e6
    solid, seen = ball(metric="3d", symmetry=("x", "y", "z")), []
    for way in np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.6, 0.8, 0.0], [0.36, 0.48, 0.8]]):
        xx, yy, zz, xy, yz, zx = solid.sample("stress", np.outer(radius, way))
        x, y, z = way
        along = x * x * xx + y * y * yy + z * z * zz + 2.0 * (x * y * xy + y * z * yz + z * x * zx)
        seen.append(along)
        # the skin of 3d is extrapolated from sound cells: 4 MPa there, 5 below
        assert along == pytest.approx(radial, abs=8e6)
        assert 0.5 * (xx + yy + zz - along) == pytest.approx(hoop, abs=8e6)
    assert seen[1] == pytest.approx(seen[0], abs=1e5) and seen[2] == pytest.approx(seen[0], abs=1e5)


@pytest.mark.parametrize(
    "grade, least, most", [("16MnCr5", 1.05, 1.15), ("18CrNiMo7-6", 1.05, 1.15), ("15NiCr13", 0.9, 1.0)]
)
def test_chromium_draws_carbon_in_and_nickel_pushes_it_out(grade, least, most):
    """The factors that shops use; nickel raises the activity of carbon, whatever else is in the steel."""
    one = mt.alloy(grade).composition
    assert least < alloy_factor(one) < most
    assert alloy_factor(replace(one, Ni=one.Ni + 1.0)) < alloy_factor(one) < alloy_factor(replace(one, Cr=one.Cr + 1.0))
