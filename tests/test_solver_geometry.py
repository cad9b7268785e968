"""Cells of shapes: volumes, areas, closed walls, symmetry, and heat through cut cells."""

import os
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sparse
from scipy.optimize import brentq
from scipy.sparse.linalg import splu
from scipy.special import j0, j1

from metaltwin.cases.part import Part
from metaltwin.solver import plane
from metaltwin.solver.cutcells import scan, scan_rz
from metaltwin.solver.geometry import build
from metaltwin.solver.lattice import Lattice
from metaltwin.solver.revolved import Revolved
from metaltwin.solver.shape import Box, Cylinder, Mesh, Plate, Sphere
from metaltwin.solver.thinness import thin_walls

BODIES = [Sphere(0.02), Cylinder(0.02, length=0.04), Cylinder(0.02, 0.01, 0.04), Box((0.04, 0.03, 0.02))]
OFFSETS = [(0.0, 0.0, 0.0), (0.3, 0.45, 0.7)]


def closure(cells):
    """Largest component of the wall vector over the wall area."""
    return np.abs((cells.patch_area[:, None] * cells.patch_normal).sum(0)).max() / cells.patch_area.sum()


def conduction(cells):
    """(n, n) conductances between cells."""
    nx, ny, nz = cells.lattice.shape
    dx, dy, dz = cells.lattice.spacing
    full = np.zeros((cells.index.size, 6))
    for first, _, length in cells.run:
        full[first : first + length] = np.repeat([dy * dz / dx, dz * dx / dy, dx * dy / dz], 2)
    full[cells.rim] = cells.rim_conductance
    rows, columns, values = [], [], []
    for face, step in enumerate((-1, 1, -nx, nx, -nx * ny, nx * ny)):
        open_ = np.flatnonzero(full[:, face] > 0.0)
        behind = np.searchsorted(cells.index, cells.index[open_] + step)
        assert (cells.index[behind] == cells.index[open_] + step).all()
        rows.append(open_), columns.append(behind), values.append(full[open_, face])
    matrix = sparse.csr_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(cells.index.size,) * 2,
    )
    assert abs(matrix - matrix.T).max() < 1e-12 * matrix.max()
    return matrix


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{type(body).__name__}{getattr(body, 'inner', '')}")
def test_volume_and_area_are_the_shapes_own(body, offset):
    for n in (10, 20):
        cells = build(body, "3d", 0.04 / n, offset)
        assert cells.volume.sum() == pytest.approx(body.volume, rel=1e-12)
        assert cells.patch_area.sum() == pytest.approx(body.area, rel=1e-12)
        assert closure(cells) < (1e-3 if isinstance(body, Sphere) else 4e-3)  # edges inside cells are one patch
        assert (np.diff(cells.index) > 0).all() and (cells.fraction > 1e-7).all()
        assert cells.run[:, 2].sum() + cells.rim.size == cells.index.size
        assert np.linalg.norm(cells.patch_normal, axis=1) == pytest.approx(1.0)
        conduction(cells)


def test_rays_alone_miss_little():
    """Before anything is scaled: worst of three lattice offsets, in parts of the whole."""
    worst = {}
    for n in (10, 20):
        for name, body in (("sphere", Sphere(0.02)), ("cylinder", Cylinder(0.02, length=0.04))):
            for offset in np.random.default_rng(3).random((3, 3)):
                h = 0.04 / n
                low = np.array(body.lower) - offset * h
                lattice = Lattice("3d", (n + 1,) * 3, (h,) * 3, tuple(low))
                pieces = scan(body, lattice, 16)
                volume = ((pieces.kind == 1).sum() + pieces.volume.sum()) * h**3
                area = pieces.skin.sum() * h**2
                worst.setdefault((name, n), []).append((volume / body.volume - 1.0, area / body.area - 1.0))
    miss = {key: np.abs(values).max(0) for key, values in worst.items()}
    assert miss["sphere", 20].max() < 2e-5
    assert miss["cylinder", 20].max() < 2e-4


def test_aligned_box_has_no_cut_cells():
    cells = build(Box((0.04, 0.03, 0.02)), "3d", 0.0031)
    assert (cells.fraction == 1.0).all()
    assert cells.index.size == np.prod(cells.lattice.shape) == 13 * 10 * 7
    assert cells.patch_distance == pytest.approx(np.abs(cells.patch_normal) @ cells.lattice.spacing / 2.0)
    assert closure(cells) < 1e-14
    assert (np.bincount(cells.patch_zone) == [130, 2 * 7 * 23, 130]).all()


@pytest.mark.parametrize("metric, power", [("slab", 1), ("cylinder", 2), ("sphere", 3)])
def test_shells_are_exact(metric, power):
    body = {"slab": Plate(0.04), "cylinder": Cylinder(0.02), "sphere": Sphere(0.02)}[metric]
    cells = build(body, metric, 0.0011)
    assert cells.lattice.shape == (19, 1, 1)
    assert cells.volume.sum() == pytest.approx(body.volume, rel=1e-14)
    assert cells.patch_area.sum() == pytest.approx(body.area, rel=1e-14)
    assert cells.rim_conductance[0, 0] == cells.rim_conductance[-1, 1] == 0.0
    assert cells.zones == ("surface",)


def test_a_hollow_cylinder_has_two_walls():
    cells = build(Cylinder(0.02, 0.01), "cylinder", 0.001)
    assert cells.patch_normal[:, 0].tolist() == [-1.0, 1.0]
    assert cells.patch_area == pytest.approx(2.0 * np.pi * np.array([0.01, 0.02]))
    assert cells.volume.sum() == pytest.approx(np.pi * 3e-4)


@pytest.mark.parametrize("body", BODIES[:3], ids=lambda body: f"{type(body).__name__}{getattr(body, 'inner', '')}")
def test_rz_is_whole(body):
    for offset in (0.0, 0.7):
        cells = build(body, "rz", 0.002, (0.0, 0.0, offset))
        assert cells.volume.sum() == pytest.approx(body.volume, rel=1e-12)
        assert cells.patch_area.sum() == pytest.approx(body.area, rel=1e-12)
        assert abs((cells.patch_area * cells.patch_normal[:, 2]).sum()) < 2e-3 * body.area
        assert cells.run.size == 0
        conduction(cells)
    if isinstance(body, Cylinder):
        cells = build(body, "rz", 0.002)
        assert (cells.fraction == 1.0).all()
        assert cells.patch_distance == pytest.approx(0.001)


def test_rz_sphere_before_scaling():
    lattice = Lattice("rz", (10, 1, 20), (0.002, 1.0, 0.002), (0.0, -0.5, -0.02))
    pieces = scan_rz(Sphere(0.02), lattice)
    r = np.arange(10) * 0.002
    ring = np.tile(np.pi * 0.002 * (2 * r + 0.002) * 0.002, 20)
    volume = ring[pieces.kind == 1].sum() + (ring[pieces.cell] * pieces.volume).sum()
    assert volume == pytest.approx(Sphere(0.02).volume, rel=5e-5)


def extruded(outline, height):
    """A closed mesh over a convex outline (k, 2)."""
    k = len(outline)
    low, high = (np.column_stack([outline, np.full(k, z)]) for z in height)
    points = np.concatenate([low, high])
    sides = [((i), (i + 1) % k, (i + 1) % k + k, i + k) for i in range(k)]
    facets = [tri for a, b, c, d in sides for tri in ((a, b, c), (a, c, d))]
    facets += [(0, i + 1, i) for i in range(1, k - 1)] + [(k, k + i, k + i + 1) for i in range(1, k - 1)]
    return Mesh(points, np.array(facets))


def merged(*meshes):
    """Closed meshes as one file holds them."""
    first = np.cumsum([0, *(len(mesh.points) for mesh in meshes)])
    facets = [mesh.facets + number for mesh, number in zip(meshes, first, strict=False)]
    return Mesh(np.concatenate([mesh.points for mesh in meshes]), np.concatenate(facets), len(meshes))


@pytest.mark.parametrize("away", [0.6, 1.2, 1.8])
def test_bodies_that_overlap_have_the_skin_of_what_they_fill(away):
    """Two discs of radius 1 side by side: the facets within the other bound nothing."""
    turn = 2.0 * np.pi * np.arange(120) / 120
    round_ = np.stack([np.cos(turn), np.sin(turn)], 1) * 1e-2
    cells = build(merged(*(extruded(round_ + [x * 1e-2, 0.0], (0.0, 7e-3)) for x in (0.0, away))), "3d", 1e-3)
    half = np.arccos(away / 2.0)  # of the arc within the other disc
    section = (2.0 * np.pi - (2.0 * half - np.sin(2.0 * half))) * 1e-4
    outline = (4.0 * np.pi - 4.0 * half) * 1e-2
    assert cells.volume.sum() == pytest.approx(section * 7e-3, rel=3e-3)
    assert cells.patch_area.sum() == pytest.approx(2.0 * section + outline * 7e-3, rel=5e-3)


WEDGE = extruded(np.array([[0.0, 0.0], [31.0, 3.3], [27.1, 19.7], [4.7, 24.3]]) * 1e-3, (1.3e-3, 17.9e-3))


def measured(cells):
    """What a rotation must keep: sorted volumes and patches."""
    patches = np.column_stack([cells.patch_area, cells.patch_distance, np.sort(np.abs(cells.patch_normal), axis=1)])
    return np.sort(cells.volume), patches[np.lexsort(np.round(patches / patches.max(0), 9).T)]


@pytest.mark.parametrize(
    "turn",
    [
        ((0, -1, 0), (1, 0, 0), (0, 0, 1)),
        ((0, 0, 1), (1, 0, 0), (0, 1, 0)),
        ((-1, 0, 0), (0, 1, 0), (0, 0, 1)),
    ],
    ids=["quarter", "cycle", "mirror"],
)
def test_turned_and_mirrored_bodies_have_the_same_cells(turn):
    turn = np.array(turn, float)
    facets = WEDGE.facets if np.linalg.det(turn) > 0 else WEDGE.facets[:, ::-1].copy()
    turned = Mesh(np.ascontiguousarray(WEDGE.points @ turn.T), facets)
    assert turned.volume == pytest.approx(WEDGE.volume)
    (volume, patches), (volume2, patches2) = (measured(build(body, "3d", 2e-3)) for body in (WEDGE, turned))
    assert volume2 == pytest.approx(volume, abs=1e-12 * 8e-9)
    assert patches2 == pytest.approx(patches, abs=1e-12)


def test_faces_of_a_float32_file_lie_on_the_lattice():
    box = Box((0.1, 0.06, 0.04), (0.137, -0.083, 0.219))
    corners = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)])
    points = np.float32(np.array(box.lower) * 1e3 + corners * np.array(box.size) * 1e3).astype(float) / 1e3
    quads = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    mesh = Mesh(points, np.array([tri for a, b, c, d in quads for tri in ((a, b, c), (a, c, d))]))
    cells = build(mesh, "3d", 0.002)
    assert cells.index.size == 50 * 30 * 20
    assert (cells.fraction == 1.0).all()


def test_a_step_inside_the_lattice_is_a_wall_of_its_own():
    """A step that covers half of a layer of faces: whole cells keep half a face open."""
    outline = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 1.0], [2.5, 1.0], [2.5, 2.0], [0.0, 2.0]]) * 1e-3
    k = 6
    points = np.concatenate([np.column_stack([outline, np.full(k, z)]) for z in (0.0, 2e-3)])
    sides = [(i, (i + 1) % k, (i + 1) % k + k, i + k) for i in range(k)]
    caps = [(0, 1, 2), (0, 2, 3), (0, 3, 4), (0, 4, 5)]
    facets = [tri for a, b, c, d in sides for tri in ((a, b, c), (a, c, d))]
    facets += [(c, b, a) for a, b, c in caps] + [(a + k, b + k, c + k) for a, b, c in caps]
    cells = build(Mesh(points, np.array(facets)), "3d", 1e-3)
    assert np.sort(cells.fraction)[:3] == pytest.approx([0.5, 0.5, 1.0])
    ledge = (cells.patch_normal[:, 1] > 0.9) & (cells.centres()[cells.patch_cell, 1] < 1e-3)
    assert np.sort(cells.patch_area[ledge]) == pytest.approx(np.array([0.5, 0.5, 1.0, 1.0]) * 1e-6)
    assert cells.patch_distance[ledge] == pytest.approx(0.5e-3)
    step = cells.patch_normal[:, 0] > 0.9
    assert np.sort(cells.patch_distance[step])[:2] == pytest.approx([0.0, 0.0], abs=1e-12)


def test_the_plane_leaves_what_it_should():
    rng = np.random.default_rng(7)
    normal = rng.normal(size=(40, 3))
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    fraction = rng.random(40)
    spacing = (1.0, 2.0, 0.5)
    d = plane.distance(normal, fraction, spacing)
    dots = rng.random((200_000, 3)) - 0.5
    behind = [(dots * spacing @ n <= there).mean() for n, there in zip(normal, d, strict=True)]
    assert behind == pytest.approx(fraction, abs=5e-3)
    axis = plane.distance(np.array([[0.0, 1.0, 0.0]]), np.array([0.25]), spacing)
    assert axis == pytest.approx([-0.5], abs=1e-7)


def cooled(cells, biot, fourier, ends, steps=100):
    """Mean excess temperature of a unit body, and of its side wall (Crank-Nicolson, damped start)."""
    matrix = conduction(cells)
    h = np.where(ends | (cells.patch_zone == 1), biot, 0.0)
    d = np.maximum(cells.patch_distance, -0.45 / biot)
    out = cells.patch_area * h / (1.0 + h * d)
    loss = matrix.sum(1) + np.bincount(cells.patch_cell, out, cells.index.size)
    operator = sparse.diags_array(loss) - matrix
    mass, dt = sparse.diags_array(cells.volume), fourier / steps
    T = np.ones(cells.index.size)
    damped = splu((mass + 0.25 * dt * operator).tocsc())
    for _ in range(8):
        T = damped.solve(cells.volume * T)
    level = splu((mass + 0.5 * dt * operator).tocsc())
    for _ in range(steps - 2):
        T = level.solve(cells.volume * T - 0.5 * dt * (operator @ T))
    wall = T[cells.patch_cell] / (1.0 + h * d)
    side = h > 0.0
    return (cells.volume @ T) / cells.volume.sum(), np.average(wall[side], weights=cells.patch_area[side])


def roots(f, count, width):
    edges = np.linspace(1e-9, width, 20_001)
    values = f(edges)
    found = np.flatnonzero(values[1:] * values[:-1] < 0.0)[:count]
    return np.array([brentq(f, edges[i], edges[i + 1]) for i in found])


def exact_cylinder(biot, fourier):
    """Carslaw and Jaeger, Conduction of Heat in Solids, 7.7: mean and surface of a unit cylinder."""
    m = roots(lambda x: x * j1(x) - biot * j0(x), 30, 100.0)
    share = 2.0 / m * j1(m) / (j0(m) ** 2 + j1(m) ** 2) * np.exp(-m * m * fourier)
    return (share * 2.0 * j1(m) / m).sum(), (share * j0(m)).sum()


def exact_sphere(biot, fourier):
    """Carslaw and Jaeger 9.4: mean and surface of a unit sphere."""
    m = roots(lambda x: np.sin(x) * (1.0 - biot) - x * np.cos(x), 30, 100.0)
    share = 4.0 * (np.sin(m) - m * np.cos(m)) / (2.0 * m - np.sin(2.0 * m)) * np.exp(-m * m * fourier)
    return (share * 3.0 * (np.sin(m) - m * np.cos(m)) / m**3).sum(), (share * np.sin(m) / m).sum()


def test_cylinder_cools_second_order_over_eight_offsets():
    """Bi 5 in 3d: mean and surface excess are 0.9 and 1.1 % off at 10 cells, 0.25 and 0.25 % at 20."""
    exact = np.array(exact_cylinder(5.0, 0.15))
    worst = []
    for n in (10, 20):
        body = Cylinder(1.0, length=4.0 / n)
        offsets = np.random.default_rng(1).random((8, 2))
        got = [cooled(build(body, "3d", 2.0 / n, (*o, 0.0)), 5.0, 0.15, False) for o in offsets]
        worst.append(np.abs(np.array(got) / exact - 1.0).max(0))
    assert (worst[1] < 3e-3).all()
    assert (np.log2(worst[0] / worst[1]) > 1.8).all()


def test_sphere_cools_at_low_biot():
    """Bi 0.05 in 3d at 10 cells across: the area decides."""
    exact = exact_sphere(0.05, 4.0)
    for offset in ((0.0, 0.0, 0.0), (0.3, 0.45, 0.7)):
        got = cooled(build(Sphere(1.0), "3d", 0.2, offset), 0.05, 4.0, True)
        assert got == pytest.approx(exact, rel=5e-4)


def test_sphere_cools_in_rz():
    exact = exact_sphere(2.0, 0.3)
    got = cooled(build(Sphere(1.0), "rz", 0.1), 2.0, 0.3, True)
    assert got == pytest.approx(exact, rel=4e-3)


def test_thin_walls_are_named():
    assert thin_walls(build(Box((0.04, 0.03, 0.02)), "3d", 0.005)) == []
    assert thin_walls(build(Sphere(0.02), "3d", 0.002, (0.3, 0.4, 0.5))) == []
    (wall,) = thin_walls(build(Box((0.04, 0.03, 0.001)), "3d", 0.001))
    assert (wall.axis, wall.thickness, wall.cells) == (2, pytest.approx(1e-3), pytest.approx(1.0))
    (wall,) = thin_walls(build(Box((0.04, 0.03, 0.001)), "3d", 0.001, (0.0, 0.0, 0.5)))
    assert wall.thickness == pytest.approx(1e-3)
    assert "1 mm (1 cell) at" in str(wall)
    assert [wall.axis for wall in thin_walls(build(Cylinder(0.02, 0.0185, 0.04), "rz", 0.001))] == []
    assert [wall.axis for wall in thin_walls(build(Cylinder(0.02, 0.0195, 0.04), "rz", 0.001))] == [0]
    assert thin_walls(build(Plate(0.001), "slab", 0.001)) == []


def test_two_walls_in_one_cell_are_two_patches():
    cells = build(Box((0.01, 0.01, 0.0004)), "3d", 0.001, (0.0, 0.0, 0.0))
    assert cells.lattice.shape[2] == 1
    plates = [Box((0.01, 0.01, size), (0.0, 0.0, z)) for size, z in ((0.002, 0.0), (0.0004, 0.0023))]
    both = _joined(*plates)
    cells = build(both, "3d", 0.001)
    (wall,) = thin_walls(cells)
    assert wall.thickness == pytest.approx(0.0004, rel=1e-3)


def _joined(*boxes):
    quads = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    corners = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)])
    points = [np.array(box.lower) + corners * np.array(box.size) for box in boxes]
    facets = [(a + 8 * i, b + 8 * i, c + 8 * i) for i in range(len(boxes)) for p, q, r, s in quads
              for a, b, c in ((p, q, r), (p, r, s))]  # fmt: skip
    return Mesh(np.concatenate(points), np.array(facets), len(boxes))


def test_refusals():
    with pytest.raises(ValueError, match="box has no metric 'rz'; it has 3d"):
        build(Box((0.1, 0.1, 0.1)), "rz", 0.01)
    with pytest.raises(ValueError, match="spacing 0.0 m must be above zero"):
        build(Sphere(0.1), "3d", 0.0)
    with pytest.raises(ValueError, match="makes a box of 8,000,000,000 cells"):
        build(Sphere(0.1), "3d", 1e-4)
    with pytest.raises(ValueError, match="offset"):
        build(Sphere(0.1), "3d", 0.01, (1.0, 0.0, 0.0))
    with pytest.raises(ValueError, match="in rz the lattice is tied to the axis"):
        build(Sphere(0.1), "rz", 0.01, (0.5, 0.0, 0.0))
    with pytest.raises(ValueError, match="1d lattice is tied"):
        build(Sphere(0.1), "sphere", 0.01, (0.5, 0.0, 0.0))


@pytest.mark.parametrize(
    "name, spacing, volume", [("bearing_block", 5e-3, 4.7395e-3), ("steering_column_mount", 2e-3, 1.61527e-4)]
)
def test_stl_parts_against_pyvista(name, spacing, volume):
    folder = os.environ.get("METALTWIN_DATA")
    if folder is None:
        pytest.skip("METALTWIN_DATA names no folder with parts/")
    import pyvista as pv

    path = Path(folder) / "parts" / f"{name}.stl"
    body = Part.from_stl(path, "mm").shape
    assert body.volume == pytest.approx(volume, rel=2e-5)
    cells = build(body, "3d", spacing)
    lattice = cells.lattice
    raw = scan(body, lattice, 16)
    filled = ((raw.kind == 1).sum() + raw.volume.sum()) * np.prod(lattice.spacing)
    assert filled == pytest.approx(volume, rel=1e-3)
    grid = pv.ImageData(
        dimensions=np.array(lattice.shape) + 1, spacing=lattice.spacing, origin=np.array(lattice.origin)
    )
    centres = np.asarray(grid.cell_centers().points)
    surface = pv.read(path).scale(1e-3)
    whole = np.flatnonzero(np.bincount(cells.index[cells.fraction > 0.999], minlength=grid.n_cells))
    picked = np.random.default_rng(0).choice(grid.n_cells, 3000, replace=False)
    inside = pv.PolyData(centres[picked]).select_interior_points(surface)["selected_points"].astype(bool)
    part = np.zeros(grid.n_cells)
    part[cells.index] = cells.fraction
    told = dict(zip(picked, inside, strict=True))
    wrong = [cell for cell, seen in told.items() if (part[cell] > 0.9 and not seen) or (part[cell] < 0.1 and seen)]
    assert whole.size > 0.3 * cells.index.size
    assert len(wrong) <= 3, wrong


def test_pairs_of_metrics_agree():
    """The same sphere in three metrics: volume and area."""
    bodies = [build(Sphere(0.02), metric, 0.002) for metric in ("sphere", "rz", "3d")]
    for one, other in combinations(bodies, 2):
        assert one.volume.sum() == pytest.approx(other.volume.sum(), rel=1e-12)
        assert one.patch_area.sum() == pytest.approx(other.patch_area.sum(), rel=1e-12)


OBLIQUE = np.array([(5, 0), (20, 3), (25, 14), (17, 30), (10, 30), (12, 12), (6, 12)]) * 1e-3
BLIND = np.array([(0, 0), (20, 0), (20, 30), (10, 30), (10, 12), (0, 12)]) * 1e-3


@pytest.mark.parametrize("metric, spacing", [("rz", 1.3e-3), ("3d", 3e-3)])
def test_a_revolved_rectangle_is_a_ring(metric, spacing):
    ring = build(Cylinder(0.02, 0.01, 0.04), metric, spacing, (0.0, 0.0, 0.3))
    turned = build(Revolved(np.array([(0.01, 0), (0.02, 0), (0.02, 0.04), (0.01, 0.04)])), metric, spacing, (0, 0, 0.3))
    assert (turned.index == ring.index).all()
    for name in ("volume", "rim_conductance", "patch_area", "patch_normal", "patch_distance"):
        assert np.abs(getattr(turned, name) - getattr(ring, name)).max() < 1e-12 * np.abs(getattr(ring, name)).max()


@pytest.mark.parametrize("outline", [OBLIQUE, BLIND], ids=["oblique", "blind hole"])
def test_a_revolved_outline_before_scaling(outline):
    """Volume and area that rays find in rz and 3d, and whether the walls close."""
    body, n, h = Revolved(outline), 32, 0.03 / 32
    rz = Lattice("rz", (n, 1, n + 1), (h, 1.0, h), (0.0, -0.5, -0.37 * h))
    pieces, ring = scan_rz(body, rz), np.pi * h * np.diff(rz.edges(0) ** 2)
    volume = ((pieces.kind.reshape(n + 1, n) == 1) * ring).sum() + (pieces.volume * ring[pieces.cell % n]).sum()
    assert volume == pytest.approx(body.volume, rel=2e-5)
    area = 2.0 * np.pi * h * (pieces.arm * pieces.skin[:, [0, 2]].sum(1)).sum()
    assert area == pytest.approx(body.area, rel=1e-3)
    low = np.array(body.lower) - [5e-4, 8e-4, 3e-4]
    space = Lattice("3d", (36, 36, 22), (1.5e-3,) * 3, tuple(low))
    pieces = scan(body, space, 16)
    assert ((pieces.kind == 1).sum() + pieces.volume.sum()) * 1.5e-3**3 == pytest.approx(body.volume, rel=2e-4)
    assert pieces.skin.sum() * 1.5e-3**2 == pytest.approx(body.area, rel=2e-3)
    assert np.abs(pieces.facing.sum(0)).max() < 2e-3 * np.abs(pieces.facing).sum()


def test_a_ray_that_touches_corners_passes_them_by():
    """At the heights of the points of a saw, outside and inside."""
    saw = Revolved(np.array([(1.0, 0.0), (3.0, 1.0), (2.0, 2.0), (3.0, 3.0), (1.0, 4.0)]))
    found = saw.crossings(0, np.array([0.0]), np.array([1.0, 2.0, 3.0]))
    assert np.diff(found.start).tolist() == [4, 4, 4]
    assert found.position.tolist() == pytest.approx([-3, -1, 1, 3, -2, -1, 1, 2, -3, -1, 1, 3])
    along = saw.crossings(2, np.array([1.0, 2.0, 3.0]), np.array([0.0]))
    assert np.diff(along.start).tolist() == [2, 2, 0]
    assert (np.sign(along.tilt) == [-1, 1] * 2).all()


def test_cooling_of_an_oblique_body_is_second_order_in_rz_and_the_same_in_3d():
    """Slowest rate of cooling at Biot number 1: three spacings in rz, one in 3d."""
    body, h_wall, k = Revolved(OBLIQUE), 1.0 / 0.01, 1.0

    def rate(cells):
        matrix = conduction(cells) * k
        d = np.maximum(cells.patch_distance / k, -0.45 / h_wall)
        wall = np.bincount(cells.patch_cell, cells.patch_area / (d + 1.0 / h_wall), cells.index.size)
        whole = sparse.diags_array(np.asarray(matrix.sum(1)).ravel() + wall) - matrix
        lu = splu(sparse.csc_array(whole))
        mode = np.ones(cells.index.size)
        for _ in range(60):
            mode = lu.solve(cells.volume * mode)
            mode /= np.linalg.norm(mode)
        return 1.0 / (lu.solve(cells.volume * mode) @ mode)

    coarse, middle, fine, best = (rate(build(body, "rz", s, (0.0, 0.0, 0.3))) for s in (2e-3, 1e-3, 5e-4, 1.25e-4))
    assert abs(coarse / best - 1.0) < 4e-3 and abs(fine / best - 1.0) < 2.5e-4
    assert abs(middle / best - 1.0) < 0.4 * abs(coarse / best - 1.0)
    assert rate(build(body, "3d", 1.5e-3, (0.3, 0.45, 0.7))) == pytest.approx(best, rel=2e-3)
