"""Parameter studies: where they are computed, how they are laid out, what is left of them, and what matters."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import metaltwin as mt
from metaltwin.__main__ import app
from metaltwin.twin.design import DESIGNS, Axes, points
from metaltwin.twin.slurm import script
from metaltwin.twin.studyfile import read_study
from metaltwin.twin.studytable import StudyTable

CENTRE = ("0 mm", "0 mm", "0 mm")
BATH = "steps.quench.bath"


def case(**changes):
    words = {
        "name": "bar",
        "part": mt.Part.cylinder("30 mm", None),
        "alloy": mt.Material("steel", "20 W/m/K", "7800 kg/m^3", "550 J/kg/K"),
        "grid": mt.Grid("3 mm"),
        "start": "850 degC",
        "steps": [mt.Quench("fast oil", bath="60 degC", duration="20 s")],
    }
    return mt.HeatTreatment(**words | changes)


def study(**changes):
    words = {
        "unknowns": [mt.Unknown.value(BATH, bounds=("40 degC", "80 degC"))],
        "members": 4,
        "results": {"core": mt.Observable("temperature", at=CENTRE), "hottest": mt.Observable("temperature", of="max")},
    }
    return mt.Study(changes.pop("case", case()), **words | changes)


# executor


def double(x):
    if x == 3:
        raise ArithmeticError("three is refused")
    return 2 * x


def die(x):
    if x == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return x


def share(x):
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1, os.environ["OMP_NUM_THREADS"]


@pytest.mark.parametrize(
    "here", [mt.Executor(), mt.Executor(2), mt.Executor(pool=lambda: ThreadPoolExecutor(2))], ids=["1", "2", "pool"]
)
def test_answers_come_with_their_number_and_failures_as_exceptions(here):
    found = dict(here.each(double, range(5)))
    assert {n: a for n, a in found.items() if n != 3} == {0: 0, 1: 2, 2: 4, 4: 8}
    assert isinstance(found[3], ArithmeticError)


def test_a_map_keeps_the_order_and_raises():
    assert mt.Executor().map(double, [1, 2]) == [2, 4]
    with pytest.raises(ArithmeticError, match="three"):
        mt.Executor().map(double, [1, 3])


def test_a_process_that_dies_takes_no_other_run_with_it():
    found = dict(mt.Executor(2).each(die, range(4)))
    assert {n: a for n, a in found.items() if n != 1} == {0: 0, 2: 2, 3: 3}
    assert "process died" in str(found[1])


def test_processes_times_threads_are_no_more_than_the_processors():
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    for own, threads in mt.Executor(2).map(share, range(2)):
        assert own == int(threads) == max(1, processors // 2)


# designs


UNKNOWNS = (
    mt.Unknown.value(BATH, bounds=("40 degC", "80 degC")),
    mt.Unknown.factor("alloy.conductivity", bounds=(0.5, 2.0)),
    mt.Choice("steps.quench.medium", ["fast oil", "slow oil", "still air"]),
)


def test_every_design_lies_within_its_bounds_and_reaches_the_case():
    axes = Axes(case(), UNKNOWNS)
    for design in DESIGNS:
        members = 3 if design == "grid" else 4
        places = points(axes, design, members, 1)
        size = {"grid": 27, "latin hypercube": 4, "sobol": 4, "saltelli": 20, "morris": 16}[design]
        assert places.shape == (size, 3) and places.min() >= 0.0 and places.max() <= 1.0
        shown = [axes.shown(u) for u in places]
        assert all(313.0 < row[0] < 353.2 and 0.499 < row[1] < 2.001 and row[2] in UNKNOWNS[2].of for row in shown)
        assert np.array_equal(places, points(axes, design, members, 1))
    even = np.sort(points(axes, "latin hypercube", 10, 1)[:, 0])
    assert (np.floor(10 * even) == np.arange(10)).all()


def test_without_bounds_a_design_follows_the_prior():
    axes = Axes(case(), (mt.Unknown.factor("alloy.conductivity", prior=0.1),))
    logs = np.log([axes.shown(u)[0] for u in points(axes, "sobol", 256, 1)])
    assert logs.mean() == pytest.approx(0.0, abs=0.01) and logs.std() == pytest.approx(0.1, rel=0.03)
    bath = float(axes.case.replace(**axes.words(np.array([0.5]))).alloy.conductivity)
    assert bath == pytest.approx(20.0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"members": 0}, "0 members tell nothing"),
        ({"design": "sobol", "members": 5}, "power of two; 5 is none, 4 is"),
        ({"design": "latin"}, "nearest: latin hypercube"),
        ({"unknowns": []}, "nothing is unknown"),
        ({"unknowns": [mt.Unknown.value("steps.quench.bth", bounds=("1 degC", "2 degC"))]}, "nearest: bath"),
        ({"unknowns": [mt.Unknown.value(BATH, bounds=("80 degC", "40 degC"))]}, "must be above the first"),
        ({"unknowns": [mt.Unknown.value(BATH, bounds=("-400 degC", "40 degC"))]}, "zero"),
        ({"unknowns": [mt.Choice("steps.quench.medium", ["fast oil", "oil of olives"])]}, "no medium 'oil of olives'"),
        ({"unknowns": [mt.Choice(BATH, ["40 degC"]), mt.Choice(BATH, ["50 degC"])]}, "stands twice"),
        ({"unknowns": [mt.Unknown.value(BATH, prior="5 K")], "design": "grid"}, "no bounds, which a grid needs"),
    ],
)
def test_a_wrong_study_is_refused_before_anything_is_computed(changes, said):
    with pytest.raises(mt.CaseError, match=said):
        study(**changes)


def test_wrong_observables_and_unknowns_are_refused():
    for words, said in (
        ({"field": "hardness"}, "needs a place"),
        ({"field": "hardness", "at": CENTRE, "of": "max"}, "give one"),
        ({"field": "hardness", "of": "maxi"}, "nearest: max"),
        ({"field": "temperature", "of": "max", "unit": "HRC"}, "HV and HRC are for hardness"),
        ({"field": "hardness", "at": ("0 mm", "0 mm")}, "is no place"),
    ):
        with pytest.raises(mt.CaseError, match=said):
            mt.Observable(**words)
    with pytest.raises(mt.CaseError, match="give prior or bounds"):
        mt.Unknown.value(BATH)
    with pytest.raises(mt.CaseError, match="is no factor"):
        mt.Unknown.factor("alloy.conductivity", bounds=("0.9", "1.1"))


# studies


def test_a_study_computes_each_member_once_and_its_table_is_read_back(tmp_path):
    this = study()
    table = this.run(tmp_path / "a", progress=False)
    for i in range(4):
        alone = this.member(i + 1).run(progress=False)
        assert table["core"][i] == pytest.approx(alone.at(*CENTRE).temperature, abs=1e-3)
        assert mt.read(tmp_path / "a" / table.files[i]).ended
    assert (np.diff(table["core"][np.argsort(table[BATH])]) > 0.0).all()
    stamps = [(tmp_path / "a" / file).stat().st_mtime_ns for file in table.files]
    again = this.run(tmp_path / "a", progress=False)
    assert [(tmp_path / "a" / file).stat().st_mtime_ns for file in again.files] == stamps
    back = mt.read_table(tmp_path / "a" / "table.h5")
    assert str(back) == str(table) and np.array_equal(back["hottest"], table["hottest"])
    assert len(back.csv(tmp_path / "a.csv").read_text("utf-8").splitlines()) == 5
    with pytest.raises(mt.CaseError, match="holds another study"):
        study(members=3).run(tmp_path / "a")
    with pytest.raises(mt.CaseError, match="latin hypercube tells no indices"):
        table.indices("core")


def test_a_member_that_fails_is_noted_with_its_reason(tmp_path):
    oil = mt.Medium("oil", h="1000 W/m^2/K", temperature="60 degC")
    bad = mt.Choice("steps.quench.medium", [oil, mt.Medium("fire", flux="-1e9 W/m^2")])
    of = case(steps=[mt.Quench(oil, duration="20 s")])
    this = study(case=of, unknowns=[bad], design="grid")
    table = this.run(tmp_path, progress=False)
    assert table.status == ("done", "failed") and np.isnan(table["core"][1])
    assert "below absolute zero" in table.failed[2]
    assert "member 2" in str(table)
    note = tmp_path / "members" / "00002.json"
    before = note.stat().st_mtime_ns
    this.run(tmp_path, progress=False)
    assert note.stat().st_mtime_ns == before
    this.run(tmp_path, retry=True, progress=False)
    assert note.stat().st_mtime_ns > before


def test_a_killed_study_goes_on_and_ends_the_same(tmp_path):
    (tmp_path / "bar.yaml").write_text(BAR, "utf-8")
    (tmp_path / "bath.yaml").write_text(STUDY, "utf-8")
    words = [sys.executable, "-m", "metaltwin", "study", "bath.yaml", "--workers", "2"]
    running = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.DEVNULL)
    notes = tmp_path / "bath.study" / "members"
    until = time.monotonic() + 120.0
    while time.monotonic() < until and not list(notes.glob("*.json")):
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    kept = len(list(notes.glob("*.json")))
    assert 0 < kept < 8
    time.sleep(1.0)  # its processes follow it
    assert subprocess.run(words, cwd=tmp_path, stdout=subprocess.DEVNULL).returncode == 0
    this, _ = read_study(tmp_path / "bath.yaml")
    whole = this.run(tmp_path / "whole", progress=False)
    np.testing.assert_array_equal(mt.read_table(tmp_path / "bath.study" / "table.h5")["core"], whole["core"])


def test_half_a_result_is_taken_up_or_computed_again(tmp_path):
    this = study(members=2)
    table = this.run(tmp_path, progress=False)
    file = tmp_path / table.files[0]
    file.with_suffix(".json").unlink()
    file.write_bytes(file.read_bytes()[:5000])
    again = this.run(tmp_path, progress=False)
    np.testing.assert_array_equal(again["core"], table["core"])


# what matters


def ishigami(x):
    """Function of Ishigami and Homma (1990), a = 7, b = 0.1; x in -pi to pi."""
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def table_of(design, members, function, lost=()):
    axes = Axes(case(), tuple(mt.Unknown.factor(f"alloy.{n}", bounds=(0.9, 1.1)) for n in NAMES))
    places = points(axes, design, members, 1)
    values = function(places)
    values[list(lost)] = np.nan
    m = len(places)
    zeros, words = np.zeros(m), ("",) * m
    return StudyTable("f", design, members, places, dict.fromkeys(NAMES, zeros), {"y": values}, {"y": "K"},
                      ("done",) * m, words, zeros, words)  # fmt: skip


NAMES = ("conductivity", "density", "heat_capacity")


def test_indices_of_sobol_are_those_of_ishigami():
    """Exact: 0.3139, 0.4424, 0 alone, 0.5576, 0.4424, 0.2437 in all (Saltelli et al. 2008)."""
    for lost in ((), (5, 700)):
        found = table_of("saltelli", 2048, lambda u: ishigami(np.pi * (2.0 * u - 1.0)), lost).indices("y")
        np.testing.assert_allclose(found["first"], [0.3139, 0.4424, 0.0], atol=0.03)
        np.testing.assert_allclose(found["total"], [0.5576, 0.4424, 0.2437], atol=0.03)
        band = found["total_band"]
        assert ((band[:, 0] < found["total"]) & (found["total"] < band[:, 1])).all()
    assert str(found).index("conductivity") < str(found).index("heat_capacity")


def test_effects_of_morris_are_exact_for_a_straight_line():
    found = table_of("morris", 6, lambda u: u @ np.array([3.0, -1.0, 0.0])).indices("y")
    np.testing.assert_allclose(found["mu_star"], [3.0, 1.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(found["sigma"], 0.0, atol=1e-9)


# command line

BAR = """\
metaltwin: 1
name: bar
part: {shape: cylinder, diameter: 30 mm}
alloy: {name: steel, conductivity: 20 W/m/K, density: 7800 kg/m^3, heat_capacity: 550 J/kg/K}
grid: {spacing: 0.25 mm}
start: 850 degC
steps:
  - quench: {medium: fast oil, bath: 60 degC, duration: 300 s}
"""
STUDY = """\
case: bar.yaml
unknowns:
  - value: {name: steps.quench.bath, bounds: [40 degC, 80 degC]}
design: grid
members: 8
results:
  core: {field: temperature, at: [0 mm, 0 mm, 0 mm]}
slurm: {time: "00:10:00", each: 3, at_once: 2, setup: [module load python]}
"""


def command(*words):
    done = CliRunner().invoke(app, [str(word) for word in words], prog_name="metaltwin")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "bar.yaml").write_text(BAR.replace("0.25 mm", "3 mm"), "utf-8")
    (tmp_path / "bath.yaml").write_text(STUDY, "utf-8")
    return tmp_path


def test_the_command_computes_collects_and_tells(folder):
    status, out, err = command("study", folder / "bath.yaml", "--members", "2-3")
    assert (status, out) == (0, ""), err
    status, out, _ = command("study", folder / "bath.yaml", "--collect")
    assert status == 0 and "2 of 8 members done" in out
    status, out, _ = command("study", folder / "bath.yaml", "--csv", folder / "bath.csv")
    assert status == 0 and "8 of 8 members done" in out and (folder / "bath.csv").exists()
    assert command("study", folder / "bath.yaml", "--members", "9")[0] == 2
    assert "write 3 or 3-7" in command("study", folder / "bath.yaml", "--members", "all")[2]


def test_the_array_of_slurm_asks_for_what_is_missing(folder):
    this, options = read_study(folder / "bath.yaml")
    text = script(this, folder / "bath.yaml", Path("/there"), options, [4, 5, 8])
    assert "#SBATCH --array=2-3%2" in text and "#SBATCH --time=00:10:00" in text and "module load python" in text
    assert "last=$(( SLURM_ARRAY_TASK_ID * 3 ))" in text and "last < 8 ? last : 8" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("case: bar.yaml\n", ""), "bath.yaml: case: no case; write case: shaft.yaml"),
        (("design: grid", "desing: grid"), "bath.yaml: no entry of a study 'desing'; nearest: design"),
        (("members: 8", "members: many"), "bath.yaml: members: 'many' is no whole number"),
        (("value:", "valu:"), "nearest: value"),
        (("field: temperature", "feld: temperature"), "bath.yaml: results.core.feld: is no argument; nearest: field"),
        (("bar.yaml", "bra.yaml"), "bra.yaml"),
    ],
)
def test_a_wrong_file_is_one_message_and_status_2(folder, change, said):
    (folder / "bath.yaml").write_text(STUDY.replace(*change), "utf-8")
    status, out, err = command("study", folder / "bath.yaml")
    assert (status, out) == (2, "") and said in err and "Traceback" not in err, err
