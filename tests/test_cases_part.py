"""Parts: exact places, words there and back, and STL files that are refused."""

import numpy as np
import pytest

from metaltwin.cases import stl
from metaltwin.cases.part import Part
from metaltwin.materials.refusal import CaseError
from metaltwin.solver.geometry import build

CORNERS = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], float)
QUADS = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
FACETS = np.array([tri for a, b, c, d in QUADS for tri in ((a, b, c), (a, c, d))])
CUBE = 30.0 * CORNERS[FACETS]


def write(path, triangles, text=False):
    """A binary or ASCII STL of (f, 3, 3) corners."""
    if text:
        lines = ["solid cube"]
        for facet in triangles:
            points = "".join(f"vertex {x!r} {y!r} {z!r}\n" for x, y, z in facet.tolist())
            lines.append(f"facet normal 0 0 0\nouter loop\n{points}endloop\nendfacet")
        path.write_text("\n".join([*lines, "endsolid cube\n"]))
        return path
    records = np.zeros(len(triangles), stl.RECORD)
    records["corner"] = triangles
    path.write_bytes(b"solid or not".ljust(80) + np.uint32(len(triangles)).tobytes() + records.tobytes())
    return path


def read(**words):
    return Part.read(words)


PARTS = [
    Part.plate("20 mm"),
    Part.cylinder("40 mm", "160 mm"),
    Part.cylinder(diameter="4 cm"),
    Part.sphere("1 in"),
    Part.ring("50 mm", "30 mm", "0.1 m"),
    Part.box("10 mm", "20 mm", "30 mm").moved(z="-10 mm", x="1 m"),
]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.kind)
def test_words_there_and_back(part):
    assert Part.read(part.words()) == part


def test_words_are_those_of_a_case_file():
    said = {"shape": "cylinder", "diameter": "40 mm", "length": "160 mm"}
    assert Part.cylinder(diameter="40 mm", length="160 mm").words() == said
    assert Part.read(said) == Part.cylinder("40 mm", "160 mm")
    assert Part.sphere("1 mm").moved(z="2 mm").words() == {
        "shape": "sphere",
        "diameter": "1 mm",
        "moved": {"z": "2 mm"},
    }


@pytest.mark.parametrize(
    "part, lower, upper",
    [
        (Part.plate("20 mm"), (-0.01, -np.inf, -np.inf), (0.01, np.inf, np.inf)),
        (Part.cylinder("40 mm", "160 mm"), (-0.02, -0.02, 0.0), (0.02, 0.02, 0.16)),
        (Part.ring("40 mm", "10 mm", "160 mm"), (-0.02, -0.02, 0.0), (0.02, 0.02, 0.16)),
        (Part.sphere("40 mm"), (-0.02,) * 3, (0.02,) * 3),
        (Part.box("10 mm", "20 mm", "30 mm"), (-0.005, -0.01, -0.015), (0.005, 0.01, 0.015)),
        (
            Part.box("10 mm", "20 mm", "30 mm").moved(z="15 mm").moved(z="1 mm"),
            (-0.005, -0.01, 1e-3),
            (0.005, 0.01, 0.031),
        ),
    ],
)
def test_parts_stand_where_the_words_say(part, lower, upper):
    assert part.shape.lower == pytest.approx(lower)
    assert part.shape.upper == pytest.approx(upper)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: Part.cylinder(diameter=40, length="1 m"), r"Part.diameter: '40' has no unit"),
        (lambda: Part.cylinder("40 mm", "160 degC"), r"Part.length: '160 degC' has dimension"),
        (lambda: Part.sphere("0 mm"), r"Part.diameter: '0 mm' must be above zero"),
        (lambda: Part.box("1 mm", "-2 mm", "3 mm"), r"Part.y: '-2 mm' must be above zero"),
        (lambda: Part.ring("30 mm", "30 mm"), r"inner: 30 mm is not smaller than outer, 30 mm"),
        (lambda: Part.plate("nan mm"), r"Part.thickness: 'nan mm' is not a finite number"),
        (lambda: Part.sphere("4 mm").moved(z=3), r"Part.moved.z: '3' has no unit"),
        (lambda: read(shape="cilinder", diameter="4 mm"), r"no shape 'cilinder'; nearest: cylinder"),
        (lambda: read(shape="cylinder", length="4 mm"), r"diameter: is missing; a cylinder takes"),
        (lambda: read(shape="sphere", diameter="4 mm", length="4 mm"), r"length: is no size of a sphere"),
        (lambda: read(shape="sphere", diametre="4 mm"), r"no entry of a part 'diametre'; nearest: diameter"),
        (lambda: read(diameter="4 mm"), r"shape: is missing"),
        (lambda: read(shape="sphere", diameter="4 mm", moved="up"), r"moved: 'up' is no shift"),
    ],
)
def test_wrong_words_are_refused(make, message):
    with pytest.raises(CaseError, match=message):
        make()


@pytest.mark.parametrize("text", [False, True], ids=["binary", "ascii"])
def test_stl_is_read_with_its_axes(tmp_path, text):
    path = write(tmp_path / "cube.stl", CUBE + [5.0, -7.0, 11.0], text)
    part = Part.from_stl(path, unit="mm")
    assert part.shape.volume == pytest.approx(27e-6)
    assert part.shape.area == pytest.approx(54e-4)
    assert part.shape.lower == pytest.approx((5e-3, -7e-3, 11e-3))
    assert part.shape.bodies == 1
    assert part.moved(x="-5 mm").shape.lower == pytest.approx((0.0, -7e-3, 11e-3))
    assert Part.from_stl(path, unit="cm").shape.volume == pytest.approx(27e-3)
    cells = build(part.shape, "3d", 3e-3)
    assert cells.index.size == 1000
    assert part.thin_walls(cells) == []


def test_stl_paths_count_from_the_case_file(tmp_path):
    write(tmp_path / "cube.stl", CUBE)
    part = Part.read({"stl": "cube.stl", "unit": "mm"}, tmp_path)
    with pytest.raises(CaseError, match="does not say its unit"):
        Part.read({"stl": "cube.stl"}, tmp_path)
    assert part.shape.volume == pytest.approx(27e-6)
    assert part.words(tmp_path) == {"stl": "cube.stl", "unit": "mm"}
    assert part.words(tmp_path / "cases") == {"stl": "../cube.stl", "unit": "mm"}


def test_nearly_equal_corners_are_welded(tmp_path):
    shaken = CUBE.copy()
    shaken[3] += 1e-5
    assert Part.from_stl(write(tmp_path / "cube.stl", shaken), "mm").shape.volume == pytest.approx(27e-6, rel=1e-5)


def test_needles_are_dropped(tmp_path):
    needle = np.array([[[0.0, 0.0, 0.0], [30.0, 0.0, 0.0], [0.0, 0.0, 0.0]]])
    path = write(tmp_path / "cube.stl", np.concatenate([CUBE, needle]))
    assert len(Part.from_stl(path, "mm").shape.facets) == 12


def test_bodies_are_counted_and_told(tmp_path):
    path = write(tmp_path / "two.stl", np.concatenate([CUBE, CUBE + 100.0]))
    part = Part.from_stl(path, "mm")
    assert part.shape.bodies == 2
    assert "2 separate bodies" in part.thin_walls(build(part.shape, "3d", 5e-3))[0]
    hollow = np.concatenate([CUBE, CUBE[:, ::-1] / 2 + 7.5])
    assert Part.from_stl(write(tmp_path / "hollow.stl", hollow), "mm").shape.bodies == 1


def test_thin_walls_are_told(tmp_path):
    part = Part.from_stl(write(tmp_path / "sheet.stl", CUBE * [1.0, 1.0, 0.05]), "mm")
    (said,) = part.thin_walls(build(part.shape, "3d", 1.5e-3))
    assert "walls fewer than two cells thick: 1.5 mm (1 cell) at" in said


@pytest.mark.parametrize(
    "triangles, message",
    [
        (CUBE[1:], r"'part.stl' is open: 3 edges, one near \(.*\) mm; close it in CAD"),
        (CUBE[:, ::-1], r"is inverted: its facets point inwards; flip the normals"),
        (np.concatenate([CUBE[:1, ::-1], CUBE[1:]]), r"disagree on which side is out: 3 edges"),
        (
            np.concatenate([CUBE, CUBE * [1, 1, -1] * [1, -1, 1]]),
            r"not manifold: .* shared by up to 4 facets",
        ),
        (np.concatenate([CUBE[:1], CUBE[:1, ::-1]]), r"encloses no volume"),
        (CUBE[:0], r"'part.stl' is empty or no STL file|holds no facets"),
        (CUBE * 1e3, r"unit: the part would be 30 m long; is the unit mm\?"),
        (CUBE * 1e-3, r"unit: the part would be 30 um long; is the unit mm\?"),
        (CUBE * np.nan, r"coordinates that are no numbers"),
    ],
    ids=["open", "inverted", "mixed", "manifold", "flat", "empty", "large", "small", "nan"],
)
def test_bad_surfaces_are_refused(tmp_path, triangles, message):
    path = write(tmp_path / "part.stl", triangles)
    with pytest.raises(CaseError, match=message) as caught:
        Part.from_stl(path, "mm")
    assert str(caught.value).startswith("Part.from_stl.")


def test_bad_files_are_refused(tmp_path):
    with pytest.raises(CaseError, match="cannot read '.*none.stl': No such file"):
        Part.from_stl(tmp_path / "none.stl", "mm")
    with pytest.raises(CaseError, match="is no file"):
        Part.from_stl(tmp_path, "mm")
    path = write(tmp_path / "cut.stl", CUBE)
    path.write_bytes(b"binary" + path.read_bytes()[6:-70])
    with pytest.raises(CaseError, match="is cut short: 12 facets announced, 10 there"):
        Part.from_stl(path, "mm")
    path.write_text("hello")
    with pytest.raises(CaseError, match="is empty or no STL file"):
        Part.from_stl(path, "mm")
    path.write_text("solid a\nvertex 1 2 x\nvertex 1 2 3\nvertex 1 2 4\n")
    with pytest.raises(CaseError, match="a vertex that is no number"):
        Part.from_stl(path, "mm")
    path.write_text("solid a\nvertex 1 2 3\nvertex 1 2 4\n")
    with pytest.raises(CaseError, match="2 vertices are no whole number of facets"):
        Part.from_stl(path, "mm")
    with pytest.raises(CaseError, match="unit: 'pound'|Part.unit: '1 pound' has dimension"):
        Part.from_stl(write(path, CUBE), unit="pound")


BLANK = [(9, 0), (14, 0), (14, 5), (22, 5), (22, 1), (30, 1), (30, 17), (22, 17), (22, 11), (14, 11), (14, 22), (9, 22)]


def test_a_revolved_outline_has_the_volume_and_area_of_pappus():
    """Rim, web and hub as three rings; a cone; a torus of square section that stands on its corner."""
    rings = [(9.0, 14.0, 22.0), (14.0, 22.0, 6.0), (22.0, 30.0, 16.0)]
    blank = Part.revolve(BLANK, unit="mm").shape
    assert blank.volume == pytest.approx(1e-9 * sum(np.pi * (b**2 - a**2) * h for a, b, h in rings), rel=1e-14)
    cone = Part.revolve([(0, 0), (3, 0), (0, 4)], unit="cm").shape
    assert cone.volume == pytest.approx(1e-6 * np.pi * 3.0**2 * 4.0 / 3.0, rel=1e-14)
    assert cone.area == pytest.approx(1e-4 * np.pi * 3.0 * (3.0 + 5.0), rel=1e-14)
    torus = Part.revolve([(9, 0), (10, -1), (11, 0), (10, 1)], unit="mm").shape
    assert torus.volume == pytest.approx(1e-9 * 2.0 * np.pi * 10.0 * 2.0, rel=1e-14)
    assert torus.area == pytest.approx(1e-6 * 2.0 * np.pi * 10.0 * 4.0 * np.sqrt(2.0), rel=1e-14)
    assert Part.revolve(BLANK[::-1], unit="mm").shape.volume == pytest.approx(blank.volume, rel=1e-14)
    assert Part.revolve([*BLANK, BLANK[0]], unit="mm") == Part.revolve(BLANK, unit="mm")


def test_a_revolved_outline_goes_into_a_case_file_and_back():
    part = Part.revolve(BLANK, unit="mm").moved(z="5 mm")
    said = part.words()
    assert said["shape"] == "revolve" and said["profile"][1] == [14, 0] and said["unit"] == "mm"
    assert Part.read(said) == part and hash(part) == hash(Part.read(said))
    assert part.shape.lower == pytest.approx((-0.03, -0.03, 0.005))
    assert part.shape.upper == pytest.approx((0.03, 0.03, 0.027))


@pytest.mark.parametrize(
    "corners, message",
    [
        ([(1, 0), (2, 0)], r"profile: has 2 corners; an outline takes three or more"),
        ([(-1, 0), (2, 0), (2, 3)], r"profile.0: \(-1, 0\) lies beyond the axis; r is the distance from it"),
        ([(1, 0), (2, 0), (2, "3 mm")], r"profile.2: \(2, '3 mm'\) is no corner \(r, z\) of two plain numbers"),
        ([(1, 0), (2, 0, 5), (2, 3)], r"profile.1: \(2, 0, 5\) is no corner"),
        ([(1, 0), (2, float("nan")), (2, 3)], r"profile.1: \(2, nan\) is not finite"),
        ([(1, 0), (2, 3), (2, 0), (1, 3)], r"edge from \(1, 0\) meets the one from \(2, 0\); .* nor touches itself"),
        ([(1, 0), (3, 0), (3, 2), (2, 0), (1, 2)], r"edge from \(1, 0\) meets the one from \(3, 2\)"),
        ([(1, 0), (3, 0), (2, 0), (2, 2)], r"the outline turns back on itself at \(3, 0\)"),
        ([(1, 0), (3, 0), (5, 0)], r"the outline turns back on itself"),
        ([(1, 0), (3, 0), (3, 0), (2, 2)], r"profile.1: corner \(3, 0\) comes twice in a row; leave one out"),
        ("outline.csv", r"profile: 'outline.csv' is no list of corners"),
        ([(1e6, 0), (2e6, 0), (2e6, 3)], r"unit: the part would be 2e\+03 m large; is the unit mm\?"),
    ],
    ids=["two", "negative", "unit", "three", "nan", "crossed", "touching", "back", "flat", "twice", "file", "large"],
)
def test_outlines_that_bound_no_body_are_refused(corners, message):
    with pytest.raises(CaseError, match=message):
        Part.revolve(corners, unit="mm")


def test_an_outline_says_its_unit():
    with pytest.raises(CaseError, match="Part.revolve.unit: the profile does not say its unit of length"):
        Part.revolve(BLANK)
    with pytest.raises(CaseError, match="unit: is missing; a revolve takes profile, unit"):
        read(shape="revolve", profile=[[1, 0], [2, 0], [2, 2]])
    with pytest.raises(CaseError, match="'K' has dimension|'K' is no unit of length"):
        Part.revolve(BLANK, unit="K")
