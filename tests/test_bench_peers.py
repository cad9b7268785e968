"""The comparison with other codes: what is compared, and what it says where they are not installed."""

import math

import numpy as np
import pytest

from metaltwin.validation import bench, bench_peers
from metaltwin.validation.bench_peers import Run, centres, exact, least, ours, peer, plain, slab


def test_the_exact_cube_has_its_bath_and_its_symmetry():
    """Biot 2.5 and Fourier 0.2547; the middle is hottest, and two corners are alike."""
    middle, face, corner, other = exact(np.array([[0, 0, 0], [0.05, 0, 0], [0.05] * 3, [-0.05, 0.05, -0.05]]))
    assert 900.0 > middle > face > corner > 15.0 and corner == pytest.approx(other, abs=1e-9)


def test_the_plain_stencil_is_of_second_order():
    """At the same share of the limit its step falls as the square of the spacing, and so does its error."""
    errors = [plain(n, 0.4).error for n in (8, 16, 32)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.25)  # corners count more on 8 cells
    assert math.log2(errors[1] / errors[2]) == pytest.approx(2.0, abs=0.1)


def test_two_grids_beat_the_finer_one_by_far():
    one, two = ours(15, 0.1), ours(15, 0.1, 5)
    assert two.error < 0.25 * one.error and two.setting == "5^3 and 15^3, 0.1 K"
    assert 0.0 < two.march < two.whole


def test_the_slab_is_that_of_b02():
    """Within half the fall over a cell that freezes: 80 K over 11 mm, cells of 1 mm."""
    assert slab(100).error < 4.0


def test_the_cheapest_run_that_is_good_enough():
    runs = [Run("a", "", 1.0, 2.0, 1.0), Run("b", "", 0.1, 3.0, 1.0), Run("c", "", 0.01, 2.5, 1.0)]
    assert least(runs, 1.0).code == "a" and least(runs, 0.5).code == "c"
    with pytest.raises(ValueError, match="no run within"):
        least(runs, 1e-3)


def test_without_the_other_codes_the_figure_says_which_script_makes_them(monkeypatch, tmp_path):
    monkeypatch.setattr(bench_peers, "PYTHON", tmp_path / "python")
    for id in ("peers-cube", "stencil-devito"):
        (row,) = bench.bench(only=id)["results"]
        assert row["value"] is None and row["passed"] is None and "benchmarks/peers/install.sh" in row["conditions"]
        assert "install.sh" in bench.table(bench.bench(only=id))
    with pytest.raises(FileNotFoundError, match="install.sh"):
        peer("scikit-fem", (4, 20.0), (8, 5.0))


def test_cell_centres_count_x_first():
    np.testing.assert_allclose(centres(2)[:2], [[-0.025] * 3, [0.025, -0.025, -0.025]])
