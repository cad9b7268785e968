"""Crack index: the tensile stress of every instant over the strength of the phases of that instant."""

from dataclasses import replace

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.materials.matter import constant
from metaltwin.solver.properties import Properties
from metaltwin.solver.tables import Axis


def quenched(tensile=None):
    """A slab of 42CrMo4 in oil; `tensile` Pa in place of every phase's own strength."""
    alloy = mt.alloy("42CrMo4")
    if tensile is not None:
        matter = alloy.matter()
        law = constant(tensile)
        matter = replace(
            matter,
            phases=tuple(replace(one, mechanics=replace(one.mechanics, tensile=law)) for one in matter.phases),
            stages=tuple(replace(one, mechanics=replace(one.mechanics, tensile=law)) for one in matter.stages),
        )
        alloy = mt.Alloy.from_matter(matter)
    case = mt.HeatTreatment(
        name="slab", part=mt.Part.plate("30 mm"), alloy=alloy, grid=mt.Grid("1 mm"), start="850 degC",
        steps=[mt.Quench("fast oil", bath="60 degC", until="70 degC")], hardness=False,
    )  # fmt: skip
    return case.run(progress=False)


def test_with_one_strength_it_is_the_largest_stress_over_it():
    result = quenched(800e6)
    peak = result.field("max_principal_transient").values
    assert peak.max() > 100e6
    assert result.field("crack_index").values == pytest.approx(peak / 800e6, rel=1e-12)


def test_it_is_judged_by_the_phases_there_and_then():
    """What is hard bears more than austenite: the index lies between the stress over either strength."""
    result = quenched()
    index, peak = (result.field(name).values for name in ("crack_index", "max_principal_transient"))
    strong = Properties(mt.alloy("42CrMo4").matter(), Axis()).tensile
    pulled = peak > 100e6
    assert (index[pulled] > peak[pulled] / strong.max()).all()
    assert (index[pulled] < peak[pulled] / strong[0].min()).all()
    assert "threaten" in result.field("crack_index").meaning


def test_strength_of_a_mixture(tmp_path):
    properties = Properties(mt.alloy("42CrMo4").matter(), Axis())
    T, z = np.array([300.0]), np.zeros((properties.table.shape[1] - 1, 1))
    place = int((300.0 - properties.low) / properties.step)
    z[3] = 0.6
    expected = 0.4 * properties.tensile[0, place] + 0.6 * properties.tensile[4, place]
    assert properties.strength(T, z)[0] == pytest.approx(expected)


def test_a_material_without_strength_has_no_index():
    probe = mt.Material(
        "steel", "40 W/m/K", "7800 kg/m^3", "500 J/kg/K", young="200 GPa", poisson=0.3, expansion="12e-6 1/K"
    )
    steps = [mt.Quench("fast oil", bath="60 degC", duration="5 s")]
    case = mt.HeatTreatment("probe", mt.Part.plate("10 mm"), probe, mt.Grid("1 mm"), steps, start="850 degC")
    assert "crack_index" not in case.run(progress=False).fields
