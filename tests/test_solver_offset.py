"""Shell moulds: volume and area of what lies within a distance of a body, and a ball that freezes as in 1d."""

from math import pi

import numpy as np
import pytest
from scipy.spatial import ConvexHull, cKDTree

import metaltwin as mt
from metaltwin.solver.bodies import assemble
from metaltwin.solver.geometry import build
from metaltwin.solver.offset import offset
from metaltwin.solver.revolved import Revolved
from metaltwin.solver.shape import Box, Cylinder, Mesh, Sphere
from metaltwin.solver.union import Union

T = 0.008


def steiner(volume, area, curvature):
    """Volume and area within T of a convex body, of the integral of its mean curvature."""
    return volume + area * T + curvature * T**2 + 4.0 / 3.0 * pi * T**3, area + 2.0 * curvature * T + 4.0 * pi * T**2


def pappus(r, b, length):
    """Volume and area of a ring with rounds on its edges, turned about the axis."""
    width, half = r - b, pi * T**2 / 2.0
    centroid, arc = 4.0 * T / (3.0 * pi), 2.0 * T / pi
    flat = pi * (r + b) * width * (length + 2.0 * T) + 2.0 * pi * length * T * (r + b)
    volume = flat + 2.0 * pi * half * (r + centroid + b - centroid)
    sides = 2.0 * pi * (r + b) * width + 2.0 * pi * length * (r + b)
    return volume, sides + 2.0 * pi * pi * T * (r + arc + b - arc)


CYLINDER, BOX, RING = Cylinder(0.02, 0.0, 0.03), Box((0.03, 0.02, 0.04)), Cylinder(0.03, 0.015, 0.03)
EXACT = {
    "ball": (Sphere(0.02), (4.0 / 3.0 * pi * 0.028**3, 4.0 * pi * 0.028**2)),
    "cylinder": (CYLINDER, steiner(CYLINDER.volume, CYLINDER.area, pi * 0.03 + pi**2 * 0.02)),
    "box": (BOX, steiner(BOX.volume, BOX.area, pi * 0.09)),
    "ring": (RING, pappus(0.03, 0.015, 0.03)),
}


@pytest.mark.parametrize(
    ("name", "metric"),
    [(name, metric) for name in EXACT for metric in ("rz", "3d") if (name, metric) != ("box", "rz")],
)
def test_a_shell_has_its_volume_and_its_outer_wall(name, metric):
    """Steiner's formula of convex bodies, Pappus' of a ring. Rays give volumes to 1e-5; areas of 2 mm cells to 2e-3."""
    shape, (volume, area) = EXACT[name]
    made = assemble({"casting": shape}, ("mould", Union((offset(shape, T),))), metric, 2e-3, shell=T)
    cast, mould = made.cells
    free = made.touching[1] < 0
    assert cast.volume.sum() + mould.volume.sum() == pytest.approx(volume, rel=1e-5)
    assert mould.patch_area[free].sum() == pytest.approx(area, rel=2e-3)
    assert mould.patch_area[~free].sum() == pytest.approx(shape.area, rel=1e-9)


def ball(metric, **changes):
    words = {
        "name": "ball",
        "part": mt.Part.sphere("40 mm"),
        "alloy": "A356",
        "pour": "720 degC",
        "mould": mt.mould("investment shell", wall="8 mm", shell=True, temperature="400 degC"),
        "grid": mt.Grid("1 mm", metric=metric),
        "until": "480 degC",
    }
    return mt.Casting(**(words | changes))


def test_a_ball_in_its_shell_freezes_as_in_1d():
    """The mould of 1d is a shell; a block of the same wall is colder."""
    solid = mt.mould("investment shell", wall="8 mm", temperature="400 degC")
    line, round_, block = (case.run() for case in (ball("1d"), ball("rz"), ball("rz", mould=solid)))
    whole = line.field("solidification_time").max
    # 0.5 %: two grids of 1 mm, each of second order
    assert round_.field("solidification_time").max == pytest.approx(whole, rel=5e-3)
    assert abs(block.field("solidification_time").max - whole) > 0.03 * whole
    (row,) = round_.ledger
    assert abs(row["unbalanced"]) < 1e-12 * abs(row["stored"])


def test_a_feeder_has_its_shell_too():
    made = (
        ball("rz", feeders=[mt.Feeder(mt.Part.cylinder("20 mm", "40 mm"))], grid=mt.Grid("2 mm", metric="rz"))
        .problem()
        .bodies
    )
    mould = made.cells[-1]
    top = mould.feet()[made.touching[-1] < 0]
    assert top[:, 2].max() == pytest.approx(0.048, abs=1e-4)
    assert np.hypot(top[:, 0], top[:, 1])[top[:, 2] > 0.035].max() == pytest.approx(0.018, abs=1e-3)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"grid": mt.Grid("5 mm", metric="rz")}, "less than 2 cells"),
        ({"grid": mt.Grid("1 mm", metric="rz", coarsest="3 mm")}, "do not grow"),
    ],
)
def test_a_shell_that_cannot_be_is_refused(changes, said):
    with pytest.raises(mt.CaseError, match=said):
        ball("rz", **changes)


def test_a_shell_goes_into_a_file_and_comes_back(tmp_path):
    ball("rz").save(tmp_path / "ball.yaml")
    assert "shell: true" in (tmp_path / "ball.yaml").read_text("utf-8")
    assert mt.load(tmp_path / "ball.yaml") == ball("rz")


def hull(points):
    """The convex hull as a surface of triangles."""
    found = ConvexHull(points)
    facets = found.simplices.astype(np.int64)
    a, b, c = (points[facets[:, corner]] for corner in range(3))
    inward = np.einsum("fi,fi->f", np.cross(b - a, c - a), a - points.mean(0)) < 0.0
    facets[inward] = facets[inward][:, ::-1]
    used, number = np.unique(facets, return_inverse=True)
    return Mesh(np.ascontiguousarray(points[used]), number.reshape(-1, 3).astype(np.int64))


def bent(mesh):
    """Integral of the mean curvature of a convex body of triangles: half of length times angle over its edges."""
    total = 0.0
    normals, sides = mesh.normals, {}
    for facet, corners in enumerate(mesh.facets):
        for side in range(3):
            sides.setdefault(tuple(sorted((corners[side], corners[(side + 1) % 3]))), []).append(facet)
    for (a, b), (one, other) in sides.items():
        sine = np.linalg.norm(np.cross(normals[one], normals[other]))
        angle = np.arctan2(sine, normals[one] @ normals[other])
        total += 0.5 * angle * np.linalg.norm(mesh.points[a] - mesh.points[b])
    return total


CORNERS = np.array([[x, y, z] for x in (-0.015, 0.015) for y in (-0.01, 0.01) for z in (-0.02, 0.02)])
AROUND = np.linspace(0.0, 2.0 * pi, 49)[:-1]
CONVEX = {
    "box": CORNERS,
    "box, turned": CORNERS @ np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0],
    "cylinder": np.array([[0.02 * np.cos(a), 0.02 * np.sin(a), z] for a in AROUND for z in (0.0, 0.03)]),
    "pebble": np.random.default_rng(2).normal(size=(60, 3)) * (0.01, 0.007, 0.005),
}


@pytest.mark.parametrize("name", CONVEX)
def test_a_shell_about_triangles_has_the_volume_and_area_of_steiner(name):
    """Exact along rays: what is left is their spacing. Areas of walls that lie on cells of 4 mm to 2e-3."""
    mesh = hull(CONVEX[name])
    volume, area = steiner(mesh.volume, mesh.area, bent(mesh))
    cells = build(offset(mesh, T), "3d", 4e-3)
    assert cells.volume.sum() == pytest.approx(volume, rel=3e-5)
    assert cells.patch_area.sum() == pytest.approx(area, rel=2e-3)


def test_volume_about_triangles_is_of_second_order():
    mesh = hull(CONVEX["pebble"])
    volume, _ = steiner(mesh.volume, mesh.area, bent(mesh))
    errors = [build(offset(mesh, T), "3d", h).volume.sum() / volume - 1.0 for h in (6e-3, 3e-3, 1.5e-3)]
    assert np.log2(np.abs(errors[:-1]) / np.abs(errors[1:])) == pytest.approx([2.0, 2.0], abs=0.4)


def test_triangles_of_a_box_have_the_shell_of_the_box():
    """Ray by ray, edges and corners as well."""
    u, v = np.linspace(-0.03, 0.03, 61) + 1e-5, np.linspace(-0.031, 0.029, 53)
    for axis in range(3):
        got, told = (offset(one, T).crossings(axis, u, v) for one in (hull(CORNERS), Box((0.03, 0.02, 0.04))))
        assert np.array_equal(got.start, told.start)
        assert got.position == pytest.approx(told.position, abs=1e-9)


def dent(lift):
    """A cube of 20 mm with a pyramid on its top, or in it."""
    mesh = hull(0.01 * np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]))
    top = (mesh.normals[:, 2] < 0.5).nonzero()[0]
    ring = [int(np.flatnonzero((mesh.points == np.array([x, y, 0.01])).all(1))[0])
            for x, y in ((-0.01, -0.01), (0.01, -0.01), (0.01, 0.01), (-0.01, 0.01))]  # fmt: skip
    tip = len(mesh.points)
    facets = [*mesh.facets[top], *((ring[k], ring[(k + 1) % 4], tip) for k in range(4))]
    return Mesh(np.concatenate([mesh.points, [[0.0, 0.0, 0.01 + lift]]]), np.array(facets, np.int64))


def swept(outline):
    """Volume and area within T of a convex outline (r, z) m, anticlockwise, turned about the axis: Pappus' theorem for
    the outline, a rectangle on each edge and a sector at each corner, one on the axis being cut off by it.
    """
    after = np.roll(outline, -1, axis=0)
    volume, area = Revolved(outline).volume, 0.0
    way = after - outline
    length, normal = np.hypot(*way.T), np.stack([way[:, 1], -way[:, 0]], 1) / np.hypot(*way.T)[:, None]
    on_axis = (outline[:, 0] == 0.0) & (after[:, 0] == 0.0)
    for k in np.flatnonzero(~on_axis):
        middle = (outline[k] + after[k])[0] / 2.0
        volume += 2.0 * pi * length[k] * T * (middle + T / 2.0 * normal[k, 0])
        area += 2.0 * pi * length[k] * (middle + T * normal[k, 0])
    for k in range(len(outline)):
        begin = -pi / 2.0 if on_axis[k - 1] else np.arctan2(*normal[k - 1][::-1])
        end = pi / 2.0 if on_axis[k] else np.arctan2(*normal[k][::-1])
        if (turn := (end - begin + 1e-9) % (2.0 * pi)) > 1e-6:
            lever = (np.sin(begin + turn) - np.sin(begin)) / turn  # mean of the cosine
            volume += 2.0 * pi * (turn * T**2 / 2.0) * (outline[k, 0] + 2.0 / 3.0 * T * lever)
            area += 2.0 * pi * turn * T * (outline[k, 0] + T * lever)
    return volume, area


TURNED = {
    "cone": np.array([(0.0, 0.0), (0.03, 0.0), (0.0, 0.04)]),
    "barrel": np.array([(0.0, 0.0), (0.01, 0.0), (0.02, 0.015), (0.015, 0.03), (0.0, 0.03)]),
    "tyre": np.array([(0.02, 0.0), (0.035, -0.005), (0.03, 0.02), (0.022, 0.012)]),
    "wheel": np.array([(0, 0), (12, 0), (12, 8), (24, 8), (24, 0), (36, 0), (36, 24), (24, 24), (24, 18), (12, 16),
                       (12, 30), (0, 30)]) * 1e-3,
}  # fmt: skip


@pytest.mark.parametrize(("metric", "spacing"), [("rz", 2e-3), ("3d", 4e-3)])
@pytest.mark.parametrize("name", ["cone", "barrel", "tyre"])
def test_a_shell_about_a_revolve_has_the_volume_and_area_of_pappus(name, metric, spacing):
    volume, area = swept(TURNED[name])
    cells = build(offset(Revolved(TURNED[name]), T), metric, spacing)
    assert cells.volume.sum() == pytest.approx(volume, rel=3e-5)
    assert cells.patch_area.sum() == pytest.approx(area, rel=2e-3)


@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize("name", TURNED)
def test_rays_about_a_revolve_end_at_its_distance(name, axis):
    """At the walls that a ray meets the outline is `T` away, inside less, outside more; grooves of the wheel too."""
    outline, middle = TURNED[name], (0.003, -0.002, 0.001)
    u, v = np.linspace(-0.051, 0.0507, 68), np.linspace(-0.0493, 0.0521, 71)
    found = offset(Revolved(outline, middle), T).crossings(axis, u, v)

    def distance(along, ray):
        at = np.empty((ray.size, 3))
        at[:, axis], at[:, (axis + 1) % 3], at[:, (axis + 2) % 3] = along, u[ray % u.size], v[ray // u.size]
        r, z = np.hypot(*(at - middle).T[:2]), (at - middle)[:, 2]
        ways = []
        for begin, end in zip(outline, np.roll(outline, -1, 0), strict=True):
            share = np.clip(((r - begin[0]) * (end - begin)[0] + (z - begin[1]) * (end - begin)[1])
                            / ((end - begin) ** 2).sum(), 0.0, 1.0)  # fmt: skip
            ways.append(np.hypot(r - begin[0] - share * (end - begin)[0], z - begin[1] - share * (end - begin)[1]))
        return np.min(ways, 0)

    ray = np.repeat(np.arange(u.size * v.size), np.diff(found.start))
    assert ray.size > 400 and (np.sign(found.tilt) == np.where(np.arange(ray.size) % 2, 1.0, -1.0)).all()
    assert distance(found.position, ray) == pytest.approx(T, abs=1e-12)
    outside = np.flatnonzero((np.diff(ray) == 0) & (np.arange(ray.size - 1) % 2 == 1))
    gap = (found.position[outside] + found.position[outside + 1]) / 2.0
    assert (distance(gap, ray[outside]) > T).all()
    empty = np.flatnonzero(np.diff(found.start) == 0)
    assert (distance(np.full(empty.size, 0.5 * middle[axis] + 0.01), empty) > T).all()


def test_a_revolve_freezes_in_its_shell_as_the_cylinder_does(tmp_path):
    part = mt.Part.revolve([(0, 0), (15, 0), (15, 30), (0, 30)], unit="mm")
    mould = mt.mould("investment shell", wall="8 mm", shell=True, temperature="400 degC")
    drawn = ball("rz", part=mt.Part.cylinder("30 mm", "30 mm"), mould=mould, grid=mt.Grid("2 mm", metric="rz"))
    turned = drawn.replace(part=part)
    turned.save(tmp_path / "turned.yaml")
    assert mt.load(tmp_path / "turned.yaml") == turned
    one, other = (case.run().field("solidification_time").max for case in (drawn, turned))
    assert one == pytest.approx(other, rel=1e-9)


@pytest.mark.parametrize("lift", [0.006, -0.006])
def test_rays_end_at_the_distance_of_what_is_next(lift):
    """Walls that a ray meets lie `T` from the nearest of many points of the surface; between them it is nearer."""
    mesh, a = dent(lift), np.linspace(0.0, 1.0, 81)
    s, t = (one[one + two <= 1.0 + 1e-9] for one, two in [np.meshgrid(a, a), np.meshgrid(a, a)[::-1]])
    p, q, r = (mesh.points[mesh.facets[:, corner]] for corner in range(3))
    tree = cKDTree((p[:, None] + s[:, None] * (q - p)[:, None] + t[:, None] * (r - p)[:, None]).reshape(-1, 3))
    u = v = np.linspace(-0.0173, 0.0171, 23)
    found = offset(mesh, T).crossings(2, u, v)
    ray = np.repeat(np.arange(u.size * v.size), np.diff(found.start))
    walls = np.stack([u[ray % u.size], v[ray // u.size], found.position], 1)
    assert tree.query(walls)[0] == pytest.approx(T, abs=1e-5)


def stl(mesh, path):
    facets = [
        "facet normal 0 0 0 outer loop "
        + " ".join("vertex {} {} {}".format(*(1e3 * mesh.points[k])) for k in facet)
        + " endloop endfacet"
        for facet in mesh.facets
    ]
    path.write_text("solid part\n" + "\n".join(facets) + "\nendsolid part\n", "utf-8")
    return mt.Part.from_stl(path, "mm")


def test_a_file_of_triangles_freezes_in_its_shell_as_the_primitive(tmp_path):
    part = stl(hull(CORNERS), tmp_path / "box.stl")
    drawn = ball("3d", part=mt.Part.box("30 mm", "20 mm", "40 mm"), grid=mt.Grid("2.5 mm"))
    read = drawn.replace(part=part)
    one, other = (case.problem().bodies for case in (drawn, read))
    for mine, theirs in zip(one.cells, other.cells, strict=True):
        assert mine.volume.sum() == pytest.approx(theirs.volume.sum(), rel=1e-6)
        assert mine.patch_area.sum() == pytest.approx(theirs.patch_area.sum(), rel=1e-6)
    free = other.touching[1] < 0
    assert other.cells[1].patch_area[~free].sum() == pytest.approx(Box((0.03, 0.02, 0.04)).area, rel=1e-6)
    read.save(tmp_path / "box.yaml")
    assert mt.load(tmp_path / "box.yaml") == read
    times = [case.run().field("solidification_time").max for case in (drawn, read)]
    assert times[0] == pytest.approx(times[1], rel=1e-5)
