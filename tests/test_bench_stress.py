"""The comparison with CalculiX and the figures of the stress solver."""

import json
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from metaltwin.validation import bench, bench_stress, machine

FOLDER = Path(__file__).parents[1] / "benchmarks" / "peers" / "stress"
needs_ccx = pytest.mark.skipif(shutil.which("ccx") is None, reason="CalculiX is not installed")


@pytest.fixture
def scripts(monkeypatch):
    """The scripts beside CalculiX can be imported, and are forgotten again."""
    monkeypatch.syspath_prepend(str(FOLDER))
    names = [path.stem for path in FOLDER.glob("*.py")]
    yield
    for name in names:
        sys.modules.pop(name, None)


def test_nodes_of_an_element_lie_where_calculix_expects_them(scripts):
    import calculix

    for kind, offsets in (("C3D8", calculix.CORNERS), ("C3D20R", [*calculix.CORNERS, *calculix.MIDDLES])):
        places, element = calculix.mesh(3, 0.3, kind)
        first = places[element] - places[element[:, :1]]
        assert first == pytest.approx(np.broadcast_to(np.array(offsets) * 0.05, first.shape), abs=1e-12)
        assert len(places) == {"C3D8": 64, "C3D20R": 64 + 144}[kind]
    places, element = calculix.disc(3, 0.3)
    corners = [[0, 0], [2, 0], [2, 2], [0, 2], [1, 0], [2, 1], [1, 2], [0, 1]]
    first = (places[element] - places[element[:, :1]])[:, :, :2]
    assert first == pytest.approx(np.broadcast_to(np.array(corners) * 0.05, first.shape), abs=1e-12)
    assert len(places) == len(np.unique(element)) == 18


@needs_ccx
def test_a_quenched_bar_is_that_of_calculix(scripts, tmp_path):
    """10 elements, 20 increments: within 2 % of the yield stress everywhere, 0.5 % with 50 and 400."""
    import bar

    theirs, _ = bar.calculix(10, 20, 0.0, tmp_path)
    mine, _ = bar.ours(10, 20, 0.0)
    assert np.abs(mine - theirs).max() < 0.02 * bar.YIELD


@needs_ccx
def test_calculix_is_stopped_once_it_has_had_its_seconds(scripts, capsys):
    import compare

    compare.ratio(8, most=1.0)
    said = json.loads(capsys.readouterr().out)
    assert said["done"] < said["increments"] and said["calculix"] > 0.5 * said["metaltwin"]
    assert said["iterations"] >= 2 * said["done"]


def test_the_page_of_the_peers_tells_what_was_measured(scripts):
    import section

    page = (FOLDER.parents[2] / "docs" / "peers.md").read_text("utf-8")
    assert section.section() in page


def test_without_calculix_the_ratio_says_which_script_brings_it(monkeypatch):
    monkeypatch.setattr(bench_stress.shutil, "which", lambda name: None)
    for id in ("calculix-24", "calculix-48"):
        figure = bench.HEAVY[id](id, 1e10)
        assert figure.value is None and figure.passed is None and "install.sh" in figure.conditions


def test_iterations_do_not_grow_with_the_cells():
    few, many = bench_stress.iterations(10_000), bench_stress.iterations(100_000)
    assert few < 15 and abs(many - few) <= 0.2 * few


def test_the_operator_is_told_against_the_memory(monkeypatch):
    """Bytes over the bandwidth, 10 GB/s here: the share and the time a cell are one number."""
    monkeypatch.setattr(machine, "_triad", lambda elements: lambda: 1e10)
    figure = bench.QUICK["stress-operator"]("stress-operator", 1e10)
    rate, ns = (float(re.search(rf"([\d.]+) {unit}", figure.conditions)[1]) for unit in ("GFLOP/s", "ns a cell"))
    assert figure.value == pytest.approx(100.0 * 192.0 / ns / 10.0, rel=0.02)
    assert rate == pytest.approx(970.0 / ns, rel=0.02) and "192 bytes a cell" in figure.conditions
