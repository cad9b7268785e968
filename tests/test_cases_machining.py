"""A treated part machined: exact relaxation through the public words, what stays, what is refused."""

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.cases.problem import lattice_cells
from metaltwin.cases.result import Result
from metaltwin.cases.store import About, Log
from metaltwin.materials.refusal import CaseError
from metaltwin.views.export import traverse

S, YOUNG, POISSON = 100e6, 200e9, 0.3


STEEL = mt.Material(
    "steel", "40 W/m/K", "7800 kg/m^3", "500 J/kg/K",
    young="200 GPa", poisson=0.3, expansion="12e-6 1/K", yield_stress="1 GPa", hardening="0 Pa",
)  # fmt: skip


def case(part, spacing="2 mm"):
    steps = [mt.Quench("fast oil", duration="60 s")]
    return mt.HeatTreatment("made", part, STEEL, mt.Grid(spacing), steps, start="20 degC")


def result(given, stress=None):
    """A result of a case whose n cells carry a stress (6, n) Pa, and have not moved."""
    cells, shape = lattice_cells(given), given.part.shape
    n, axis = cells.index.size, "cylinder" if given.part.kind == "cylinder" else None
    log = Log(cells, About({}, {}, axis, shape.middle, name="made"), "a case")
    stress = np.zeros((6, n)) if stress is None else stress
    fields = {"temperature": np.full(n, 293.15), "stress": stress, "displacement": np.zeros((3, n))}
    log.snapshot(60.0, "quench", fields, np.full(cells.patch_cell.size, 293.15))
    log.end({})
    return Result(log.archive(), given)


def stressed(given, radius):
    """A long cylinder with sigma_r = S (1 - r2/R2) and what belongs to it."""
    r = lattice_cells(given).centres()[:, 0]
    ratio = (r / radius) ** 2
    stress = np.zeros((6, r.size))
    stress[:3] = S * (1 - ratio), S * (1 - 3 * ratio), 2 * S * (1 - 2 * ratio)
    return result(given, stress=stress)


@pytest.fixture(scope="module")
def long():
    return stressed(case(mt.Part.cylinder("40 mm"), "0.5 mm"), 0.02)


def test_boring_leaves_the_stress_of_sachs(long):
    bored = long.machined(remove=mt.Part.cylinder("16.6 mm"))
    a, R, r = 0.0083, 0.02, 0.013
    C, D = S * (a / R) ** 2, S * a**2
    here = bored.at("13 mm", "0 mm", "0 mm").residual_stress
    assert here.radial == pytest.approx(S * (1 - (r / R) ** 2) + C - D / r**2, abs=0.005 * S)
    assert here.hoop == pytest.approx(S * (1 - 3 * (r / R) ** 2) + C + D / r**2, abs=0.005 * S)
    assert here.axial == pytest.approx(2 * S * (1 - 2 * (r / R) ** 2) + 2 * C, abs=0.005 * S)
    skin = bored.at("8.3 mm", "0 mm", "0 mm").residual_stress
    assert skin.radial == pytest.approx(0.0, abs=0.02 * S)
    grown = R * (2 * C - POISSON * 2 * C) / YOUNG  # hoop 2C and axial 2C, no radial stress at the skin
    assert bored.distortion("machining_displacement").growth["diameter"] == pytest.approx(2 * grown, rel=5e-3)
    assert bored.steps[-1] == "machine" and bored.ended


def test_two_cuts_are_as_good_as_one(long):
    once = long.machined(remove=mt.Part.cylinder("16 mm"))
    twice = long.machined(remove=mt.Part.cylinder("8 mm")).machined(remove=mt.Part.cylinder("16 mm"))
    assert twice.field("stress_hoop").values == pytest.approx(once.field("stress_hoop").values, abs=2e-3 * S)
    assert twice.field("displacement").values == pytest.approx(once.field("displacement").values, abs=1e-8)


def test_a_machined_part_goes_through_a_file(long, tmp_path):
    bored = long.machined(remove=mt.Part.cylinder("16 mm"))
    bored.save(tmp_path / "bored.vtkhdf")
    again = mt.read(tmp_path / "bored.vtkhdf")
    assert again.field("stress_hoop").max == pytest.approx(bored.field("stress_hoop").max)
    assert again.is_machined and not long.is_machined
    ends = traverse(bored)
    assert ends.depth[-1] == pytest.approx(0.012) and np.isfinite(ends.fields["stress_hoop"]).all()
    assert again.cells.volume.sum() == pytest.approx(np.pi * (0.02**2 - 0.008**2))


def test_a_ring_in_rz_and_a_pocket_in_3d():
    ring = case(mt.Part.cylinder("40 mm", "30 mm"), "2 mm")
    left = stressed(ring, 0.02).machined(remove=mt.Part.cylinder("20 mm", "40 mm").moved(z="-5 mm"))
    assert left.cells.volume.sum() == pytest.approx(np.pi * (0.02**2 - 0.01**2) * 0.03, rel=1e-6)
    box = case(mt.Part.box("20 mm", "20 mm", "10 mm"), "2 mm")
    pocket = mt.Part.box("10 mm", "10 mm", "5 mm").moved(z="3 mm")
    cut = result(box).machined(remove=pocket)
    assert cut.cells.volume.sum() == pytest.approx(20e-3 * 20e-3 * 10e-3 - 10e-3 * 10e-3 * 4.5e-3, rel=1e-6)


def test_what_cannot_be_machined_is_refused(long):
    box = result(case(mt.Part.box("20 mm", "20 mm", "10 mm"), "2 mm"))
    with pytest.raises(CaseError, match="outside the part"):
        box.machined(remove=mt.Part.sphere("5 mm").moved(x="1 m"))
    with pytest.raises(CaseError, match="leaves 2 pieces of 1.6e\\+03, 1.6e\\+03 mm3"):
        box.machined(remove=mt.Part.box("4 mm", "40 mm", "40 mm"))
    with pytest.raises(CaseError, match="take out less"):
        box.machined(remove=mt.Part.box("1 m", "1 m", "1 m"))
    with pytest.raises(CaseError, match="infinite cylinder or ring about its axis"):
        long.machined(remove=mt.Part.cylinder("10 mm", "20 mm"))
    with pytest.raises(CaseError, match="two pieces"):
        long.machined(remove=mt.Part.ring("20 mm", "10 mm"))
    with pytest.raises(CaseError, match="stays flat"):
        result(case(mt.Part.plate("20 mm"))).machined(remove=mt.Part.plate("10 mm"))
    shaft = stressed(case(mt.Part.cylinder("40 mm", "30 mm"), "2 mm"), 0.02)
    with pytest.raises(CaseError, match="metric='3d'"):
        shaft.machined(remove=mt.Part.box("5 mm", "5 mm", "80 mm"))
    with pytest.raises(CaseError, match="is no Part"):
        shaft.machined(remove="10 mm")


def treated(*last, spacing="2 mm", **words):
    """A ring of the elastic-plastic steel, quenched, and what follows."""
    steps = [mt.Quench("fast oil", duration="30 s"), *last]
    ring = mt.Part.cylinder("40 mm", "20 mm")
    return mt.HeatTreatment("ring", ring, STEEL, mt.Grid(spacing), steps, start="850 degC", **words)


BORE = mt.Part.cylinder("16 mm", "40 mm").moved(z="-10 mm")
AIR = mt.Part.cylinder("50 mm", "40 mm").moved(z="50 mm")
HALVES = mt.Part.cylinder("50 mm", "4 mm").moved(z="8 mm")


def test_machining_as_the_last_step_is_what_machined_does(tmp_path):
    plain = treated().run(progress=False).machined(remove=BORE)
    step = treated(mt.Machine(remove=BORE)).run(tmp_path / "ring.vtkhdf", progress=False)
    assert step.is_machined
    for name in ("stress", "displacement", "machining_displacement"):
        np.testing.assert_array_equal(step.field(name).values, plain.field(name).values)
    assert step.distortion("machining_displacement").growth == plain.distortion("machining_displacement").growth
    treated_file, cut_file = mt.read(tmp_path / "ring.vtkhdf"), mt.read(tmp_path / "ring_machined.vtkhdf")
    assert not treated_file.is_machined and cut_file.is_machined
    assert cut_file.nominal.tools == step.nominal.tools == (BORE.shape,)


def test_machining_steps_stand_in_a_file(tmp_path):
    case = treated(mt.Machine(remove=BORE), mt.Machine(remove=mt.Part.cylinder("20 mm", "40 mm").moved(z="-10 mm")))
    case.save(tmp_path / "ring.yaml")
    again = mt.load(tmp_path / "ring.yaml")
    assert again == case
    assert [leg.name for leg in again.problem().legs] == ["quench"]


@pytest.mark.parametrize("build, said", [
    (lambda: treated(mt.Machine(remove=BORE), mt.Hold("200 degC", "1 min")), "put machining last"),
    (lambda: treated(mt.Machine(remove=BORE), stress=False), "without stress nothing relaxes"),
    (lambda: treated(mt.Machine(remove=AIR)).problem(), "nothing is taken"),
    (lambda: treated(mt.Machine(remove=HALVES)).problem(), "leaves 2 pieces"),
    (lambda: mt.Machine(remove="bore"), "is no part"),
])  # fmt: skip
def test_machining_that_cannot_be_is_refused_before_the_run(build, said):
    with pytest.raises(CaseError, match=said):
        build()


def test_a_turned_tool_cuts_as_the_ring_that_it_is():
    """In rz, where it must be round about the axis; with a chamfer it takes more."""
    made = result(case(mt.Part.cylinder("40 mm", "24 mm"), "1.3 mm"))
    ring = made.machined(remove=mt.Part.ring("50 mm", "30 mm", "8 mm"))
    turned = made.machined(remove=mt.Part.revolve([(15, 0), (25, 0), (25, 8), (15, 8)], unit="mm"))
    assert turned.cells.volume == pytest.approx(ring.cells.volume, rel=1e-12)
    chamfered = made.machined(remove=mt.Part.revolve([(12, 0), (25, 0), (25, 8), (15, 8)], unit="mm"))
    more = np.pi * 1e-9 * (8 * 15**2 - 8 / 3 * (15**2 + 15 * 12 + 12**2))  # a cylinder less a cone
    assert turned.cells.volume.sum() - chamfered.cells.volume.sum() == pytest.approx(more, rel=0.01)
    with pytest.raises(CaseError, match="not round about the axis"):
        made.machined(remove=mt.Part.revolve([(0, 0), (5, 0), (5, 8)], unit="mm").moved(x="3 mm"))


def test_a_revolved_part_is_machined():
    profile = [(0, 0), (20, 0), (20, 8), (12, 16), (0, 16)]
    made = result(case(mt.Part.revolve(profile, unit="mm"), "1 mm"))
    bored = made.machined(remove=mt.Part.cylinder("8 mm", "16 mm"))
    assert made.cells.volume.sum() - bored.cells.volume.sum() == pytest.approx(np.pi * 0.004**2 * 0.016, rel=1e-6)
