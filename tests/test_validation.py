"""The cheap part of the catalogue, a verdict an assertion; and the catalogue's own machinery."""

import json
import math
from functools import cache

import pytest

from metaltwin.cases.casefile import load
from metaltwin.validation import bench
from metaltwin.validation.apart import apart
from metaltwin.validation.run import AREAS, Report, entries, outcome, run, share
from metaltwin.validation.verdict import CATALOGUE, Entry, Skipped, Verdict, farthest

SLOW = {
    "G05",
    "G06",
    "G04-casting",
    "G06-casting",
    "E10-cylinder-3d",
    "B06",
    "G04-turned",
}  # `metaltwin validate` runs them
SLOW_NAMES = {"residual_solid", "residual_section", "symmetry", "order_of_cut_cells"}
CHEAP = [entry for entry in entries() if entry.id not in SLOW and entry.run.__name__ not in SLOW_NAMES]


@cache
def made(place: int):
    return outcome(CHEAP[place])


@pytest.mark.parametrize("place", range(len(CHEAP)), ids=[f"{entry.id}-{entry.run.__name__}" for entry in CHEAP])
def test_catalogue(place):
    found = made(place)
    if found.skipped:
        pytest.skip(found.skipped)
    assert found.verdicts, "a check gives at least one verdict"
    for verdict in found.verdicts:
        assert verdict.passed, (
            f"{verdict.id}, {verdict.quantity}: {verdict.got} for {verdict.expected} +- {verdict.tolerance}"
        )


def number(got: float, expected: float = 1.0, tolerance: float = 0.1) -> Verdict:
    return Verdict("X01", "a number", expected, got, tolerance, "K", "for the test", "nobody")


def test_a_wrong_number_fails():
    assert number(1.05).passed
    assert not number(1.11).passed
    assert not number(0.89).passed
    assert share(number(1.2)) == pytest.approx(2.0)


@pytest.mark.parametrize("got", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_fails(got):
    assert not number(got).passed
    assert share(number(got)) == math.inf


def test_nan_expected_or_tolerated_fails():
    assert not number(1.0, expected=math.nan).passed
    assert not number(1.0, tolerance=math.nan).passed


def test_farthest_shows_a_nan():
    import numpy as np

    assert farthest(np.array([1.0, 3.0, 2.5]), 2.0) in (1.0, 3.0)
    assert math.isnan(farthest(np.array([1.0, np.nan]), 1.0))


def entry(check, area="heat") -> Entry:
    return Entry("X01", area, check)


def test_a_check_that_breaks_counts_as_failed():
    def check():
        yield number(1.0)
        raise ZeroDivisionError("by zero")

    found = outcome(entry(check))
    assert [verdict.passed for verdict in found.verdicts] == [True, False]
    assert "ZeroDivisionError: by zero" in found.verdicts[1].reason


def test_absent_data_are_skipped_with_the_reason(monkeypatch):
    def check():
        raise Skipped("no data here")
        yield

    found = outcome(entry(check))
    assert found.skipped == "no data here" and not found.verdicts
    monkeypatch.delenv("METALTWIN_DATA", raising=False)
    report = run("measured")
    assert report.skipped and "METALTWIN_DATA" in report.skipped[0][1]
    assert report.passed


def test_a_report_can_be_written_down():
    def check():
        """What it does | and how."""
        yield number(1.0)
        yield number(math.nan)

    report = Report((outcome(entry(check)),), full=False)
    assert not report.passed and len(report.failed) == 1
    rows = json.loads(report.as_json())
    assert rows[0]["passed"] is True and rows[0]["got"] == 1.0 and rows[0]["area"] == "heat"
    assert rows[1]["passed"] is False and rows[1]["got"] is None
    for key in ("id", "quantity", "expected", "got", "tolerance", "unit", "passed", "source"):
        assert key in rows[0]
    assert "FAILED  X01" in report.table() and "1 of 2 verdicts passed" in report.table()
    page = report.markdown()
    assert "| X01 | a number | 1 | 1 | 0.1 | K | yes | for the test | nobody |" in page
    assert "**no**" in page and "numba" in page


def test_progress_names_each_check_and_the_end():
    seen = []
    run("hardness", progress=lambda done, of, name: seen.append((done, of, name)))
    assert seen == [(0, 1, "D05 ideal diameter"), (1, 1, "")]


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="kinetics"):
        run("kinetcs")
    with pytest.raises(ValueError, match="shaft-rz"):
        bench.bench(only="shaft-r")


def test_every_check_has_an_area_and_a_text():
    entries(full=True)
    for one in CATALOGUE:
        assert one.area in AREAS
        assert one.run.__doc__, f"{one.id} does not say what it does"


def test_what_the_first_release_must_show_is_there():
    have = {one.id for one in CATALOGUE}
    need = "A01 A02 A04 A05 A07 A08 A13 A16 A20 A22 A24 C01 C02 C03 C04 C05 C07 C08 D05 E01 E02 E03 E06 E08 E09 "
    need += "E11 E13 E15 E-clamped G01-space G01-cut G02 G02-cycle G03 G04 G05 G06 G07 G09 G12 RA-100Cr6 M-oil-50 "
    need += "A15-graded A17-graded G01-graded G04-mirrored G04-turned "
    need += "A09 A10 A12 A14 A15 A17 A18 B01 B02 B04 B06 B07 B08 B10 B11 S1 S2 "
    need += "G01-casting G02-casting G03-casting G04-casting G05-casting G06-casting G07-casting G08-casting"
    assert set(need.split()) <= have


def test_a_figure_of_the_bench():
    found = bench.bench(only="conduction-constant-128")
    assert found["machine"]["triad_GBps"] > 0.5
    (row,) = found["results"]
    assert row["id"] == "conduction-constant-128" and row["value"] > 1.0 and row["passed"] is None
    assert "warm cache" in bench.table(found) and "conduction-constant-128" in bench.table(found)
    assert bench.Figure("x", 10.0, "s", 20.0, "").passed and not bench.Figure("x", 30.0, "s", 20.0, "").passed
    assert not bench.Figure("x", 10.0, "%", 55.0, "", most=False).passed


def test_the_bench_runs_the_example(examples="examples/shaft.yaml"):
    from pathlib import Path

    assert load(Path(__file__).parents[1] / examples) == bench.shaft()


def test_a_call_in_a_process_of_its_own():
    assert apart(share, number(1.2)) == pytest.approx(2.0)
    with pytest.raises(RuntimeError, match="AttributeError"):
        apart(share, None)
