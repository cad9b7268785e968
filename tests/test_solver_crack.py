"""Crack index: the tensile stress of every instant over the strength of the phases of that instant."""

from dataclasses import replace

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.kernels.crack import watch
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


def test_a_mixture_bears_the_mean_of_its_phases_and_warm_cells_are_left_alone():
    properties = Properties(mt.alloy("42CrMo4").matter(), Axis())
    T, z = np.array([300.0, 700.0]), np.zeros((properties.table.shape[1] - 1, 2))
    z[3] = 0.6
    stress = np.zeros((6, 2))
    stress[1] = 5e8
    peak, crack = np.full(2, -np.inf), np.zeros(2)
    watch(600.0, T, z, stress, properties.low, properties.step, properties.tensile, peak, crack)
    knots = properties.low + properties.step * np.arange(properties.tensile.shape[1])
    bears = 0.4 * np.interp(300.0, knots, properties.tensile[0]) + 0.6 * np.interp(300.0, knots, properties.tensile[4])
    assert peak[0] == pytest.approx(5e8) and crack[0] == pytest.approx(5e8 / bears)
    assert peak[1] == -np.inf and crack[1] == 0.0


def test_a_material_without_strength_has_no_index():
    probe = mt.Material(
        "steel", "40 W/m/K", "7800 kg/m^3", "500 J/kg/K", young="200 GPa", poisson=0.3, expansion="12e-6 1/K"
    )
    steps = [mt.Quench("fast oil", bath="60 degC", duration="5 s")]
    case = mt.HeatTreatment("probe", mt.Part.plate("10 mm"), probe, mt.Grid("1 mm"), steps, start="850 degC")
    assert "crack_index" not in case.run(progress=False).fields
