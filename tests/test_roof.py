"""The command line: what it says, what it writes, and the exit status of what goes wrong."""

import csv
import json
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from metaltwin.__main__ import app

HEAVY = {"numpy", "numba", "pint", "scipy", "h5py", "pyvista", "matplotlib"}
CASE = """\
metaltwin: 1
name: bar of 42CrMo4
part: {shape: cylinder, diameter: 20 mm}
alloy: 42CrMo4
grid: {spacing: 2 mm}
steps:
  - soak: {temperature: 850 degC, duration: 5 min}
  - quench: {medium: fast oil, until: 100 degC}
sensors:
  core: {at: [0 mm, 0 mm, 0 mm]}
limits:
  hardness: [50 HRC, 60 HRC]
"""


def metaltwin(*words):
    """Exit status, stdout and stderr of a command."""
    done = CliRunner().invoke(app, [str(word) for word in words], prog_name="metaltwin")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a case and its result."""
    folder = tmp_path_factory.mktemp("roof")
    (folder / "bar.yaml").write_text(CASE, "utf-8")
    status, out, err = metaltwin("run", folder / "bar.yaml", "-o", folder / "out")
    assert status == 0, err
    (folder / "summary.txt").write_text(out + err, "utf-8")
    return folder


@pytest.fixture(scope="module")
def result(folder):
    return folder / "out" / "bar.vtkhdf"


def test_distortion_and_a_stress_profile_from_the_command_line(result, tmp_path):
    status, out, _ = metaltwin("distortion", result)
    assert status == 0 and "growth of diameter" in out
    at = ("--at", "10 mm", "0 mm", "0 mm", "--direction", "axial", "--depth", "5 mm")
    status, out, _ = metaltwin("profile", result, *at, "--save", tmp_path / "axial.csv")
    assert status == 0 and "after removal of layers" in out
    assert (tmp_path / "axial.csv").read_text().startswith("depth [mm],axial stress [MPa]")
    status, _, _ = metaltwin("profile", result, *at, "--gauge", "2 mm", "--thickness", "0.02 mm",
                             "--save", tmp_path / "axial.png")  # fmt: skip
    assert status == 0 and (tmp_path / "axial.png").stat().st_size > 10_000
    status, _, err = metaltwin("profile", result, *at[:-1], "30 mm")
    assert status == 2 and "the part ends" in err
    status, _, err = metaltwin("distortion", result, "--surface", tmp_path / "bar.stl")
    assert status == 2 and "infinite" in err


@pytest.mark.parametrize(
    "words", [["--help"], ["run", "--help"], ["show", "--help"], ["compare", "--help"], ["validate", "--help"]]
)
def test_help_loads_little(words):
    """Three tenths of a second go to typer and rich; numbers and pictures are left alone."""
    code = f"import sys; sys.argv = ['metaltwin', *{words}]\nfrom metaltwin.__main__ import main\n"
    code += "try: main()\nexcept SystemExit: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stderr.split()
    assert done.stdout.startswith("Usage: metaltwin")
    assert not HEAVY & set(loaded)
    assert sum(name.startswith("metaltwin.") for name in loaded) <= 2


def test_the_version_is_that_of_the_package():
    import metaltwin as mt

    assert metaltwin("--version") == (0, f"metaltwin {mt.__version__}\n", "")


def test_run_writes_a_result_and_prints_a_summary(folder, result):
    said = (folder / "summary.txt").read_text("utf-8")
    assert result.is_file()
    for words in ("hardness", "HRC", "martensite", "axial stress", "displacement", "limit hardness", "cells"):
        assert words in said
    assert "computed in" in said and str(result) in said
    assert said.count("outside its range") == said.count("above 800 degC") == 1


def test_check_prints_the_page(folder):
    status, out, err = metaltwin("check", folder / "bar.yaml")
    assert (status, err) == (0, "")
    assert "cells" in out and "Biot number" in out and "[U]" in out


def test_show_takes_a_component_and_writes_a_picture(folder, result):
    picture = folder / "pictures" / "axial.png"
    status, out, err = metaltwin("show", result, "stress.axial", "--save", picture)
    if "no display" in err:
        pytest.skip(err)
    assert (status, out) == (0, f"{picture}\n")
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_plot_draws_history_and_section_and_writes_a_traverse(folder, result):
    for words in (["history", "--probe", "core"], ["section", "--against", "radius"]):
        picture = folder / f"{words[0]}.png"
        assert metaltwin("plot", result, *words, "--save", picture)[0] == 0
        assert picture.stat().st_size > 10_000
    table = folder / "traverse.csv"
    line = ("--spacing", "1 mm", "--start", "9.5 mm", "0 mm", "0 mm", "--end", "0 mm", "0 mm", "0 mm")
    assert metaltwin("plot", result, "section", *line, "--save", table)[0] == 0
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    assert [float(row["depth [mm]"]) for row in rows] == pytest.approx(list(range(1, 10)))
    assert all(450.0 < float(row["hardness [HV]"]) < 650.0 for row in rows)
    curves = folder / "curves.csv"
    assert metaltwin("plot", result, "history", "--save", curves)[0] == 0
    assert curves.read_text("utf-8").startswith("time [s],core [degC]")


def test_info_tells_what_is_inside_and_prints_the_case(folder, result):
    from metaltwin.cases.casefile import load

    status, out, _ = metaltwin("info", result)
    assert status == 0
    for words in ("quench", "core", "hardness", "Vickers hardness", "stress_increments", "numpy"):
        assert words in out
    status, out, _ = metaltwin("info", result, "--case")
    assert status == 0 and load(out) == load(folder / "bar.yaml")


def test_list_shows_the_library_and_its_cards():
    status, out, _ = metaltwin("list", "alloys")
    assert status == 0 and "42CrMo4" in out and "4140" in out and "325 degC" in out
    status, out, _ = metaltwin("list", "alloys", "4140")
    assert status == 0 and "martensite start" in out and "van Bohemen 2012" in out
    status, out, _ = metaltwin("list", "alloys", "--verbose")
    assert status == 0 and "C 0.38 to 0.45" in out and "SCM435" in out and "789 degC" in out and "2 V, 3 M" in out
    status, out, _ = metaltwin("list", "media")
    assert status == 0 and "fast oil" in out and "3470" in out
    status, out, _ = metaltwin("list", "media", "fast oil")
    assert status == 0 and "500 degC" in out and "Isorapid" in out
    status, out, _ = metaltwin("list", "moulds")
    assert status == 0 and "green sand" in out and "effusivity" in out
    status, out, _ = metaltwin("list", "moulds", "green sand")
    assert status == 0 and "moisture" in out and "marks" in out


def test_material_check_prints_a_card_of_ones_own_that_passes(tmp_path):
    file = tmp_path / "ours.yaml"
    note = "{source: our laboratory, mark: V}"
    words = "name: ours\ncomposition: {C: 0.6, Mn: 0.8, Si: 1.5}\nconductivity: 40 W/m/K\n"
    file.write_text(f"{words}notes: {{composition: {note}, conductivity: {note}}}\n", "utf-8")
    status, out, err = metaltwin("material", "check", file)
    assert (status, err) == (0, "") and "our laboratory" in out and "passes all checks; its own numbers: 2 V" in out
    assert "outside  transformation rates (Li 1998): Si 1.5 above 1" in out
    file.write_text(f"{words}notes: {{composition: {note}}}\n", "utf-8")
    status, out, err = metaltwin("material", "check", file)
    assert (status, out) == (2, "") and "ours.yaml: notes.conductivity: has no note" in err


WRONG = [
    (["run", "nowhere.yaml"], "nowhere.yaml"),
    (["run", "."], "is a directory"),
    (["run", "{result}"], "is no text"),
    (["run", "{wrong}"], "wrong.yaml:8: steps.quench.medium: no medium 'fast oill'; nearest: fast oil"),
    (["run"], "CASE"),
    (["run", "{case}", "--resume", "{result}"], "CASE"),
    (["run", "--resume", "{result}"], "finished run"),
    (["run", "{case}", "-o", "{case}"], "bar.yaml"),
    (["check", "{wrong}"], "nearest: fast oil"),
    (["show", "{result}", "hardnes", "--save", "a.png"], "no field 'hardnes'; nearest: hardness"),
    (["show", "{result}", "hardness", "--cut", "w", "--save", "a.png"], "'w'"),
    (["show", "{result}", "hardness", "--below", "300", "--save", "a.png"], "below"),
    (["show", "{result}", "hardness", "--save", "a.doc"], ".png"),
    (["show", "nowhere.vtkhdf", "hardness", "--save", "a.png"], "nowhere.vtkhdf"),
    (["show", "{cut}", "hardness", "--save", "a.png"], "cut short"),
    (["plot", "{result}", "histry", "--save", "a.png"], "nearest: history"),
    (["plot", "{result}", "history", "--spacing", "1 mm", "--save", "a.png"], "--spacing"),
    (["plot", "{result}", "history", "--probe", "skin", "--save", "a.png"], "skin"),
    (["info", "{case}"], "no HDF5 file"),
    (["info", "."], "'.'"),
    (["list", "alloys", "42CrMo"], "nearest: 42CrMo4"),
    (["list", "media", "fast"], "nearest: fast oil"),
    (["list", "moulds", "gren sand"], "nearest: green sand"),
    (["list", "media", "--verbose"], "--verbose"),
    (["material", "check", "nowhere.yaml"], "nowhere.yaml"),
    (["material", "check", "{case}"], "bar.yaml: metaltwin: no entry of a card"),
    (["list", "steels"], "steels"),
    (["validate", "--area", "heet"], "nearest: heat"),
    (["validate", "--area", "hardness", "--json", "."], "is a directory"),
    (["bench", "--only", "shaft-zr"], "nearest: shaft-rz"),
    (["bake"], "bake"),
]


@pytest.mark.parametrize(
    "words, said",
    [
        (("ttt", "C45"), "TTT diagram of C45"),
        (("cct", "C45", "--slowest", "0.1 K/s"), "CCT diagram of C45"),
        (("temper", "4140", "--duration", "2 h"), "Tempering of 4140"),
        (("jominy", "4140", "--measured", "J4=55 HRC", "--measured", "30 mm = 42 HRC"), "End quench of 4140"),
    ],
)
def test_diagrams_print_a_table_and_draw_a_picture(tmp_path, words, said):
    status, out, err = metaltwin(*words, "--save", tmp_path / "picture.png")
    assert status == 0, err
    assert said in out
    assert (tmp_path / "picture.png").stat().st_size > 10_000
    status, _, err = metaltwin(*words, "--save", tmp_path / "picture.txt")
    assert status == 2 and "cannot write" in err


def test_a_measured_point_without_hardness_is_refused():
    status, _, err = metaltwin("jominy", "4140", "--measured", "J4")
    assert status == 2 and "write 'J4=52 HRC'" in err


def test_compare_prints_every_formula():
    status, out, _ = metaltwin("compare", "ms", "42CrMo4", "--grain-size", "9")
    assert status == 0 and "ms_van_bohemen" in out and "in range of" in out
    status, out, _ = metaltwin("compare", "jominy", "4140", "--distance", "5 mm", "--distance", "20 mm")
    assert status == 0 and "20 mm" in out and "hrc_jominy_just" in out
    status, out, err = metaltwin("compare", "tempered hardness", "42CrMo4", "--temperature", "560 degC")
    assert (status, out) == (2, "") and "needs time='2 h'" in err


@pytest.mark.parametrize(("words", "said"), WRONG, ids=lambda entry: "-" if isinstance(entry, str) else " ".join(entry))
def test_wrong_input_is_one_message_and_status_2(folder, result, monkeypatch, words, said):
    monkeypatch.chdir(folder)
    places = {
        "result": result,
        "case": folder / "bar.yaml",
        "wrong": folder / "wrong.yaml",
        "cut": folder / "cut.vtkhdf",
    }
    places["wrong"].write_text(CASE.replace("fast oil", "fast oill"), "utf-8")
    places["cut"].write_bytes(result.read_bytes()[:-5000])
    status, out, err = metaltwin(*(word.format(**places) for word in words))
    assert (status, out) == (2, "")
    assert said in err and "Traceback" not in err
    assert len(err.splitlines()) <= 4  # typer shows the usage above its own


def test_validate_writes_its_verdicts_as_json_and_as_a_page(folder):
    numbers, page = folder / "made" / "v.json", folder / "made" / "v.md"
    words = ("--area", "hardness", "--json", numbers, "--markdown", page)
    status, out, err = metaltwin("validate", *words)
    assert (status, err) == (0, "") and "verdicts passed, 0 failed" in out
    (verdict,) = [row for row in json.loads(numbers.read_text("utf-8")) if row["id"] == "D05"]
    assert verdict["passed"] and {"quantity", "expected", "got", "tolerance", "unit", "source"} <= set(verdict)
    assert page.read_text("utf-8").startswith("# Validation")


def test_a_verdict_that_fails_is_exit_status_1(monkeypatch):
    from metaltwin.validation import run
    from metaltwin.validation.verdict import Entry, Verdict

    def wrong():
        """Two is three."""
        yield Verdict("Z99", "two", 3.0, 2.0, 0.5, "-", "none", "none")

    monkeypatch.setattr(run, "CATALOGUE", [Entry("Z99", "heat", wrong)])
    status, out, _ = metaltwin("validate")
    assert status == 1 and "FAILED  Z99" in out


def test_a_window_needs_a_display(result, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for words in (["show", result, "hardness"], ["plot", result]):
        status, _, err = metaltwin(*words)
        assert status == 2 and "--save" in err


def test_a_full_disk_and_a_diverged_run_are_failures_not_wrong_input():
    from metaltwin.__main__ import _answer
    from metaltwin.solver.clock import Diverged

    assert _answer(OSError(28, "No space left on device")) == (1, "no space left on device")
    assert _answer(Diverged("no step leads on at 3 s")) == (1, "no step leads on at 3 s")
    assert _answer(ZeroDivisionError("a fault of ours"))[0] == 0


def test_ctrl_c_ends_with_130_and_the_command_that_goes_on(folder):
    long = folder / "long.yaml"
    long.write_text(CASE.replace("spacing: 2 mm", "spacing: 1 mm"), "utf-8")
    command = [sys.executable, "-m", "metaltwin", "run", str(long), "-o", str(folder)]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    result = folder / "long.vtkhdf"
    until = time.monotonic() + 60.0
    while not result.exists() and running.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60.0)
    assert running.returncode == 130
    assert f"metaltwin run --resume '{result}'" in err and "Traceback" not in err
    assert result.with_name("long.vtkhdf.checkpoint").exists()
    status, out, err = metaltwin("run", "--resume", result)
    assert status == 0 and "martensite" in out, err
