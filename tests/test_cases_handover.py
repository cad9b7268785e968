"""The end of a run on a user's mesh: what is kept, what is written, what is refused."""

import re

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.cases.problem import lattice_cells
from metaltwin.cases.result import Result
from metaltwin.cases.store import About, Log
from metaltwin.materials.refusal import CaseError

meshio = pytest.importorskip("meshio")

S, YOUNG, POISSON = 100e6, 200e9, 0.3
STEEL = mt.Material(
    "steel", "40 W/m/K", "7800 kg/m^3", "500 J/kg/K",
    young="200 GPa", poisson=0.3, expansion="12e-6 1/K", yield_stress="1 GPa", hardening="0 Pa",
)  # fmt: skip


def result(part, stress, spacing="1 mm", metric="auto"):
    """A result whose cells carry stress(centres) (6, n) Pa and have not moved."""
    steps = [mt.Quench("fast oil", duration="60 s")]
    given = mt.HeatTreatment("made", part, STEEL, mt.Grid(spacing, metric), steps, start="20 degC")
    cells, shape = lattice_cells(given), part.shape
    n, axis = cells.index.size, "cylinder" if part.kind == "cylinder" else None
    log = Log(cells, About({}, {}, axis, shape.middle, name="made"), "a case")
    fields = {"temperature": np.full(n, 300.0), "stress": stress(cells.centres()), "displacement": np.zeros((3, n))}
    log.snapshot(60.0, "quench", fields, np.full(cells.patch_cell.size, 300.0))
    log.end({})
    return Result(log.archive(), given)


def bricks(size, count):
    """A mesh of hexahedra in mm on a box about the origin, size (3,) m."""
    axes = [1e3 * np.linspace(-edge / 2, edge / 2, n + 1) for edge, n in zip(size, count, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    number = np.arange(len(points)).reshape([n + 1 for n in count])
    i, j, k = (each.ravel() for each in np.meshgrid(*[np.arange(n) for n in count], indexing="ij"))
    corner = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)]
    cells = np.stack([number[i + a, j + b, k + c] for a, b, c in corner], 1)
    return points, cells


SIX = [(0, 1, 2, 6), (0, 2, 3, 6), (0, 3, 7, 6), (0, 7, 4, 6), (0, 4, 5, 6), (0, 5, 1, 6)]


def bent(places):
    """Bending through the thickness and a self-balanced shear: no volume mean."""
    z = places[:, 2] / 0.005
    stress = np.zeros((6, z.size))
    stress[0], stress[3] = S * (1 - 3 * z**2), S * z
    return stress


@pytest.fixture(scope="module")
def plate():
    return result(mt.Part.box("20 mm", "20 mm", "10 mm"), bent)


def test_the_mean_stress_and_the_stress_of_elements_survive(plate, tmp_path):
    points, hexes = bricks((0.02, 0.02, 0.01), (7, 6, 9))
    tets = np.concatenate([hexes[:, list(four)] for four in SIX])
    for kind, cells in (("hexahedron", hexes), ("tetra", tets)):
        told = plate.export(tmp_path / "part.vtu", meshio.Mesh(points, [(kind, cells)]))
        assert told.volume == pytest.approx((4e-6, 4e-6), rel=1e-9)
        assert told.moved < 0.015 and told.elements == len(cells) and told.outside == 0
        read = meshio.read(tmp_path / "part.vtu")
        stress = read.cell_data["stress"][0]
        assert stress.mean(0) == pytest.approx(told.mean[1] / 1e6, abs=1e-6)  # all elements are of one size
        z = read.points[read.cells[0].data][:, :, 2].mean(1) / 5.0
        spread = np.ptp(read.points[read.cells[0].data][:, :, 2], axis=1) / 5.0
        if kind == "hexahedron":  # the mean of 1 - 3 z2 over a layer
            assert stress[:, 0] == pytest.approx(100 * (1 - 3 * (z**2 + spread**2 / 12)), abs=1.5)
        assert stress[:, 3] == pytest.approx(100 * z, abs=1.0)
        strain = read.cell_data["eigenstrain"][0]
        assert strain[:, 0] == pytest.approx(-1e6 * stress[:, 0] / YOUNG, abs=1e-9)
        assert strain[:, 1] == pytest.approx(POISSON * 1e6 * stress[:, 0] / YOUNG, abs=1e-9)
        assert strain[:, 3] == pytest.approx(-1e6 * stress[:, 3] * (1 + POISSON) / YOUNG, abs=1e-9)
        assert read.point_data["temperature"] == pytest.approx(300.0)
    assert "taken out of every element" in str(told)


def test_a_mesh_of_half_the_part_is_not_shifted(plate, tmp_path):
    points, hexes = bricks((0.02, 0.02, 0.005), (4, 4, 4))
    points = points + [0.0, 0.0, 2.5]
    told = plate.export(tmp_path / "half.vtu", meshio.Mesh(points, [("hexahedron", hexes)]))
    assert not told.shift.any() and "not the whole part" in str(told)
    assert told.mean[0, 3] == pytest.approx(S / 2, rel=0.01)


def test_what_calculix_and_abaqus_read(plate, tmp_path):
    points, hexes = bricks((0.02, 0.02, 0.01), (2, 2, 2))
    mesh = meshio.Mesh(points, [("hexahedron", hexes)])
    plate.export(tmp_path / "part.inp", mesh)
    text = (tmp_path / "part.inp").read_text()
    back = meshio.read(tmp_path / "part.inp")
    assert np.allclose(back.points, points) and np.array_equal(back.cells[0].data, hexes)
    rows = re.search(r"TYPE=STRESS\n(.*)", text, re.S)[1].strip().splitlines()
    assert len(rows) == 8 * len(hexes)
    element, point, xx, *_, xy, zx, yz = map(float, rows[0].split(","))
    assert (element, point) == (1, 1)
    assert xx == pytest.approx(100 * (1 - 3 * (0.5**2 + 1 / 12)), abs=1.5)
    assert xy == pytest.approx(-50.0, abs=0.5) and zx == pytest.approx(0.0, abs=0.1) == yz
    plate.export(tmp_path / "abaqus.inp", mesh, code="abaqus")
    rows = re.search(r"TYPE=STRESS\n(.*)", (tmp_path / "abaqus.inp").read_text(), re.S)[1].strip().splitlines()
    assert len(rows) == len(hexes) and len(rows[0].split(",")) == 7


def test_metres_give_pascals(plate, tmp_path):
    points, hexes = bricks((0.02, 0.02, 0.01), (2, 2, 2))
    plate.export(tmp_path / "part.vtu", meshio.Mesh(points / 1e3, [("hexahedron", hexes)]), unit="m")
    assert np.abs(meshio.read(tmp_path / "part.vtu").cell_data["stress"][0]).max() > 1e7


def test_a_turned_part_goes_onto_a_mesh_in_space(tmp_path):
    R = 0.01

    def bar(places):
        ratio = (places[:, 0] / R) ** 2
        stress = np.zeros((6, ratio.size))
        stress[:3] = S * (1 - ratio), S * (1 - 3 * ratio), 2 * S * (1 - 2 * ratio)
        return stress

    points, hexes = bricks((2 * R, 2 * R, 0.02), (16, 16, 6))
    points = points + [0.0, 0.0, 10.0]
    square = np.abs(points[:, :2]).max(1)  # the square taken to a disc
    radius = np.hypot(points[:, 0], points[:, 1])
    points[:, :2] *= np.where(radius > 0.0, square / np.maximum(radius, 1e-9), 1.0)[:, None]
    cut = result(mt.Part.cylinder("20 mm", "20 mm"), bar, "0.5 mm")
    told = cut.export(tmp_path / "bar.vtu", meshio.Mesh(points, [("hexahedron", hexes)]))
    assert told.moved < 0.02  # the polygon of the mesh lacks 1 % of the section, at the skin
    read = meshio.read(tmp_path / "bar.vtu")
    middle = read.points[read.cells[0].data].mean(1)
    r2 = ((middle[:, :2] / 10.0) ** 2).sum(1)
    assert read.cell_data["stress"][0][:, 2] == pytest.approx(200 * (1 - 2 * r2), abs=8.0)


def test_what_cannot_be_handed_over_is_refused(plate, tmp_path):
    points, hexes = bricks((0.02, 0.02, 0.01), (2, 2, 2))
    mesh = meshio.Mesh(points, [("hexahedron", hexes)])
    with pytest.raises(CaseError, match="mm out of the part.*is its unit right"):
        plate.export(tmp_path / "part.vtu", meshio.Mesh(1e3 * points, [("hexahedron", hexes)]))
    with pytest.raises(CaseError, match="no solid elements"):
        plate.export(tmp_path / "part.vtu", meshio.Mesh(points, [("triangle", hexes[:, :3])]))
    with pytest.raises(CaseError, match="no unit 'inch'"):
        plate.export(tmp_path / "part.vtu", mesh, unit="inch")
    with pytest.raises(CaseError, match="no code 'ansys'"):
        plate.export(tmp_path / "part.vtu", mesh, code="ansys")
    with pytest.raises(CaseError, match="cannot write"):
        plate.export(tmp_path / "part.part", mesh)
    (tmp_path / "part.msh").write_text("nothing")
    with pytest.raises(CaseError, match="cannot read"):
        plate.export(tmp_path / "part.vtu", tmp_path / "part.msh")
