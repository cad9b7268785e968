"""Feeders, what they reach, and the pipe: against closed forms and ways counted by hand."""

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.cases.feedercheck import feeder_check, joined_until
from metaltwin.cases.pipe import pipe
from metaltwin.solver import geometry, layout
from metaltwin.solver.geometry import build, shell
from metaltwin.solver.shape import Box, Cylinder, Sphere
from metaltwin.solver.union import Union

PLATE = mt.Part.cylinder("80 mm", "20 mm")
TOP = mt.Part.cylinder("40 mm", "50 mm").moved(z="20 mm")


def fed(**changes):
    words = {
        "name": "fed plate",
        "part": PLATE,
        "alloy": "WCB",
        "pour": "1570 degC",
        "mould": mt.mould("dry silica sand", wall="40 mm"),
        "grid": mt.Grid("5 mm"),
        "until": "1300 degC",
        "feeders": [mt.Feeder(TOP, name="top")],
    }
    return mt.Casting(**(words | changes))


@pytest.fixture(scope="module")
def plate():
    return fed().run()


# the shape


@pytest.mark.parametrize(("metric", "error"), [("rz", 2e-4), ("3d", 2e-4)])
def test_two_spheres_in_one_have_their_volume_and_area(metric, error):
    """The lens that both share is two caps of height R - d/2. The tolerance is what rays miss at ten cells a radius."""
    R, d = 0.02, 0.025
    both = Union((Sphere(R), Sphere(R, (0.0, 0.0, d))))
    cells = geometry.on(layout.about(both, metric, 0.002), both)
    cap = R - d / 2
    volume = 2 * (4 / 3 * np.pi * R**3) - 2 * np.pi * cap**2 * (3 * R - cap) / 3
    area = 2 * (4 * np.pi * R**2 - 2 * np.pi * R * cap)
    assert cells.volume.sum() == pytest.approx(volume, rel=error)
    assert cells.patch_area.sum() == pytest.approx(area, rel=error)


@pytest.mark.parametrize("gap", [0.0, 1e-16, -1e-16])
@pytest.mark.parametrize(("spacing", "error"), [(5e-3, 1e-9), (4.7e-3, 1e-3)])
def test_a_body_that_stands_on_another_has_no_wall_between(gap, spacing, error):
    """On a plane of cells to round-off; across cells within what rays miss at the edges (a wall would add 5 %)."""
    both = Union((Box((0.04, 0.04, 0.02)), Box((0.02, 0.02, 0.03), (0.0, 0.0, 0.025 + gap))))
    cells = geometry.on(layout.about(both, "3d", spacing), both)
    assert cells.volume.sum() == pytest.approx(0.04**2 * 0.02 + 0.02**2 * 0.03, rel=error)
    assert cells.patch_area.sum() == pytest.approx(2 * 0.04**2 + 4 * 0.04 * 0.02 + 4 * 0.02 * 0.03, rel=error)


# the words


def test_a_feeder_is_cast_with_the_part_and_goes_into_a_file(tmp_path):
    case = fed(feeders=[mt.Feeder(TOP), mt.Feeder(TOP.moved(z="-10 mm"))])
    assert list(case.fed_by) == ["feeder", "feeder_2"]
    case.save(tmp_path / "fed.yaml")
    assert mt.load(tmp_path / "fed.yaml") == case
    volume = fed().problem().cells.volume.sum()
    assert volume == pytest.approx(np.pi / 4 * (0.08**2 * 0.02 + 0.04**2 * 0.05), rel=1e-9)


def test_what_no_feeder_can_be_is_refused(plate):
    with pytest.raises(mt.CaseError, match="two feeders have one name"):
        fed(feeders=[mt.Feeder(TOP, name="a"), mt.Feeder(TOP, name="a")])
    with pytest.raises(mt.CaseError, match="beside the axis"):
        fed(feeders=[mt.Feeder(TOP.moved(x="10 mm"))])
    with pytest.raises(mt.CaseError, match=r"feeders: 'top' is no list|Feeder\(part\)"):
        fed(feeders=["top"])
    with pytest.raises(mt.CaseError, match="no cell of the casting lies in it"):
        plate.feeder_check({"far": TOP.moved(z="300 mm")})
    with pytest.raises(mt.CaseError, match="has no feeders"):
        plate.feeder_check({})
    with pytest.raises(mt.CaseError, match="no shrinkage between"):
        plate.pipe(shrinkage="60 %")
    with pytest.raises(mt.CaseError, match="no axis of an rz casting"):
        plate.pipe(up="x")


# the check


def test_a_way_is_as_good_as_its_narrowest_place():
    """A row of cells: from the left end each is reached until the least time on the way."""
    cells = shell("slab", 0.0, 0.07, 0.01)
    time = np.array([9.0, 5.0, 7.0, 8.0, 2.0, 6.0, 3.0])
    source = np.arange(7) == 0
    assert joined_until(cells, time, source).tolist() == [9.0, 5.0, 5.0, 5.0, 2.0, 2.0, 2.0]


def test_a_neck_cuts_a_boss_off_from_its_feeder():
    """A bar along z: feeder on top, a neck, a boss below that freezes later than the neck."""
    cells = build(Box((0.02, 0.02, 0.20)), "3d", 0.01)
    z = cells.centres()[:, 2]
    time = np.select([z > 0.05, z > 0.0, z > -0.05], [200.0, 100.0, 40.0], 90.0 + 100.0 * (-0.05 - z))
    feeder = mt.Part.box("20 mm", "20 mm", "50 mm").moved(z="75 mm")
    made = feeder_check(cells, time, {"top": feeder}, 0.7, 0.04)
    (spot,) = made.alone
    assert (spot.by, spot.until) == ("top", 40.0) and spot.end == pytest.approx(94.5)
    assert spot.volume == pytest.approx(0.02**2 * 0.05) and spot.shrinkage == pytest.approx(0.04 * spot.volume)
    assert spot.place[2] == pytest.approx(-0.095)
    (top,) = made.feeders
    assert top.volume == pytest.approx(0.02**2 * 0.05) and top.end == 200.0
    assert top.draws == pytest.approx(0.04 * 0.02**2 * 0.20)
    assert "NOT FED to the end" in str(made) and "cut off from top at 40 s" in str(made)


def test_a_plate_is_fed_by_its_feeder_and_the_pipe_opens_in_it(plate):
    check = plate.feeder_check()
    assert not check.alone and check.feeders[0].end == pytest.approx(plate.rigid_time.max)
    opened = plate.pipe()
    assert opened.lowest > 0.020 and opened.highest == pytest.approx(0.070)
    shrinkage = np.mean(plate.volume_shrinkage)
    whole = shrinkage / (1.0 - shrinkage) * plate.cells.volume.sum()
    assert opened.volume + opened.missing == pytest.approx(whole, rel=0.05)  # what flows out freezes elsewhere
    assert plate.shrinkage_cavity.values == pytest.approx(opened.empty)
    assert "every place is fed" in str(check) and "pipe about" in str(opened)


def test_iron_has_no_pipe_unless_its_shrinkage_is_given():
    words = {"alloy": "EN-GJL-250", "pour": "1300 degC", "until": "1100 degC"}
    result = fed(**words).run()
    assert "shrinkage_cavity" not in result.fields
    with pytest.raises(mt.CaseError, match="as mould and melt decide"):
        result.pipe()
    assert result.pipe(shrinkage="2 %").volume > 0.0
    assert np.isnan(result.feeder_check().feeders[0].draws)


@pytest.mark.parametrize(
    ("aside", "why"),
    [
        ({"z": "40 mm"}, "feeders.top.part: no metal joins it to the part, 20 mm away at this spacing; move it"),
        ({"z": "-70 mm"}, "20 mm away"),
    ],
)
@pytest.mark.parametrize("metric", ["rz", "3d"])
def test_a_feeder_that_no_metal_joins_is_refused(aside, why, metric):
    alone = mt.Feeder(mt.Part.cylinder("40 mm", "50 mm").moved(**aside), name="top")
    with pytest.raises(mt.CaseError, match=why):
        fed(feeders=[alone], grid=mt.Grid("5 mm", metric=metric)).check()


def test_a_feeder_on_a_feeder_is_joined_to_the_part():
    cup = mt.Feeder(mt.Part.cylinder("20 mm", "20 mm").moved(z="70 mm"), name="cup")
    assert fed(feeders=[mt.Feeder(TOP, name="top"), cup]).check().cells


@pytest.mark.parametrize("names", [("low", "cup"), ("cup", "low")])
def test_a_feeder_on_a_feeder_that_floats_floats_too(names):
    """In whichever order they are named; the distance is that of the metal they make together."""
    bodies = {"low": TOP.moved(z="20 mm"), "cup": mt.Part.cylinder("20 mm", "20 mm").moved(z="90 mm")}
    with pytest.raises(mt.CaseError, match=f"feeders.{names[0]}.part: no metal joins it to the part, 20 mm away"):
        fed(feeders=[mt.Feeder(bodies[name], name=name) for name in names]).check()


# the pipe


def fronts(cells, across, reach, steps):
    """Solid fraction while all walls at distance `reach` of the middle freeze inwards at one speed."""
    edge = cells.lattice.spacing[0]
    for share in np.linspace(0.0, 1.0, steps):
        front = reach * (1.0 - share)
        yield np.clip((np.abs(across) + edge / 2 - front) / edge, 0.0, 1.0)


@pytest.mark.parametrize("count", [10, 20])
def test_the_pipe_of_a_slab_that_freezes_from_its_sides(count):
    """w dh = -b h dw: the level falls as h = H (w/a)^b, b = shrinkage/(1 - shrinkage); what is missing fills none.

    Per cell of the section 1/(2 count) of the width; the level is read to a cell of the height.
    """
    a, H, lost = 0.02, 0.08, 0.2
    cells = build(Box((2 * a, 0.004, H), (0.0, 0.0, H / 2)), "3d", a / count)
    x = cells.centres()[:, 0]
    made = pipe(cells, fronts(cells, x, a, 400), lost, 1.0 - 1e-9, 2, 1.0)
    b = lost / (1.0 - lost)
    assert made.volume == pytest.approx(b / (1.0 + b) * cells.volume.sum(), rel=0.02)
    for place in np.unique(np.abs(x))[2:]:
        column = np.abs(np.abs(x) - place) < 1e-9
        level = H * (1.0 - made.empty[column].mean())
        assert level == pytest.approx(H * (place / a) ** b, abs=1.5 * a / count)
    assert made.missing < 4e-3 * made.volume  # what is left for the last of the 400 instants


def test_the_pipe_of_a_cylinder_is_twice_as_steep():
    """r dh = -2 b h dr: h = H (r/R)^(2 b)."""
    R, H, lost = 0.02, 0.08, 0.1
    cells = build(Cylinder(R, 0.0, H), "rz", R / 40)
    r = cells.centres()[:, 0]
    made = pipe(cells, fronts(cells, r, R, 400), lost, 1.0 - 1e-9, 2, 1.0)
    b = lost / (1.0 - lost)
    for place in np.unique(r)[4:]:
        level = H * (1.0 - made.empty[r == place].mean())
        assert level == pytest.approx(H * (place / R) ** (2 * b), abs=0.02 * H)


def test_the_pipe_hangs_from_the_top_whichever_way_that_is():
    cells = build(Box((0.02, 0.02, 0.06)), "3d", 0.004)
    z = cells.centres()[:, 2]
    for up in (1.0, -1.0):
        made = pipe(cells, ([np.zeros(z.size), *np.linspace(np.zeros(z.size), 1.0, 9)]), 0.1, 0.7, 2, up)
        assert (up * (z * made.empty).sum()) > 0.0
        assert made.highest == pytest.approx(up * 0.030)  # the top of the block
        assert abs(made.highest - made.lowest) == pytest.approx(made.volume / 4e-4, abs=0.004)
        assert made.missing == pytest.approx(0.3 / 0.9 * 0.1 * cells.volume.sum(), rel=0.1)


# at a chosen solid fraction


def test_gradient_and_rate_are_read_at_a_chosen_solid_fraction(plate):
    there = plate.at_solid_fraction(0.5)
    gradient, rate = there.thermal_gradient.values, there.cooling_rate.values
    assert np.array_equal(gradient, plate.field("passing_gradient_50").values)
    assert there.isotherm_velocity.values == pytest.approx(rate / gradient)
    assert not np.allclose(gradient, plate.thermal_gradient.values)
    assert "at 50 % solid" in there.meaning("isotherm_velocity") and "10 % of the" in plate.meaning("isotherm_velocity")
    assert np.array_equal(there.niyama.values, plate.niyama.values)
    assert np.array_equal(plate.at_solid_fraction(0.7).passing_time(0.7), plate.rigid_time.values)


def test_the_gradient_at_a_fraction_is_that_of_the_dates(plate):
    """|grad T| = rate |grad t| wherever T follows from the fraction: dates of neighbours against what was kept."""
    dates = plate.field("passing_time_50").values
    there, cells = plate.at_solid_fraction(0.5), plate.cells
    from metaltwin.solver.heat import neighbours

    beside = neighbours(cells, np.arange(dates.size))
    inside = (beside != np.arange(dates.size)[:, None])[:, [0, 1, 4, 5]].all(1)
    slope = np.hypot(*((dates[beside[:, k + 1]] - dates[beside[:, k]]) / 0.010 for k in (0, 4)))
    ratio = (there.cooling_rate.values * slope / there.thermal_gradient.values)[inside]
    assert np.median(ratio) == pytest.approx(1.0, abs=0.15)  # two cells of 5 mm across a gradient that bends


def test_a_fraction_that_was_not_kept_or_lies_on_the_eutectic_is_refused(plate):
    with pytest.raises(mt.CaseError, match="kept at 0.1, 0.2"):
        plate.at_solid_fraction(0.55)
    iron = mt.alloy("EN-GJL-250").freezing
    assert iron.plateau > 0.1


def test_the_command_tells_how_a_casting_was_fed(plate, tmp_path, capsys):
    from metaltwin.views.listing import feeding

    page = feeding(plate, 0.5, "6 %", "z")
    assert (
        "liquid below 50 % solid" in page and "top: " in page and "pipe about" in page and "pattern 2 % larger" in page
    )
    with pytest.raises(mt.CaseError, match="no shrinkage between"):
        feeding(plate, 0.5, "-1 %", "z")
