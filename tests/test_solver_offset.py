"""Shell moulds: volume and area of what lies within a distance of a body, and a ball that freezes as in 1d."""

from math import pi

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.solver.bodies import assemble
from metaltwin.solver.offset import offset
from metaltwin.solver.shape import Box, Cylinder, Sphere
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


def test_no_shell_about_a_file_of_triangles(tmp_path):
    corners = np.array([[0, 0, 0], [30, 0, 0], [0, 30, 0], [0, 0, 30]], float)
    facets = [
        "facet normal 0 0 0 outer loop "
        + " ".join("vertex {} {} {}".format(*corners[k]) for k in facet)
        + " endloop endfacet"
        for facet in ((0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3))
    ]
    (tmp_path / "wedge.stl").write_text("solid wedge\n" + "\n".join(facets) + "\nendsolid wedge\n", "utf-8")
    with pytest.raises(mt.CaseError, match="no shell about an STL file, which the part is"):
        ball("3d", part=mt.Part.from_stl(tmp_path / "wedge.stl", "mm"))
