"""The result file: whole at any moment, repaired from its checkpoint, read by VTK."""

import io
import os
import resource
import signal
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaltwin.cases import pending, resultfile
from metaltwin.cases.store import About, Archive, Log, checkpoint_path, resume
from metaltwin.materials.refusal import CaseError
from metaltwin.solver.geometry import Cells
from metaltwin.solver.lattice import Lattice
from metaltwin.solver.state import State

CASE = "metaltwin: 1\nname: synthetic\n"
ABOUT = About({"core": (0.0, 0.0, 0.02), "skin": (0.0195, 0.0, 0.02)}, {"hardness": (500.0, None)}, name="synthetic")


def rz_cells(nr=20, nz=40, dx=1e-3):
    """A solid cylinder of whole cells."""
    lattice = Lattice("rz", (nr, 1, nz), (dx, 1.0, dx), (0.0, 0.0, 0.0))
    index = np.arange(nr * nz)
    r = (index % nr + 0.5) * dx
    patch = np.concatenate([index[index % nr == nr - 1], index[:nr], index[-nr:]])
    normal = np.repeat(np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 0, 1.0]]), (nz, nr, nr), axis=0)
    zone = np.repeat([1, 0, 2], (nz, nr, nr))
    size, none = patch.size, np.empty((0, 3), np.int64)
    half = np.full(size, dx / 2)
    return Cells(
        lattice, index, 2 * np.pi * r * dx * dx, none, index, np.ones((index.size, 6)),
        patch, np.ones(size), normal, half, zone, ("bottom", "side", "top"),
    )  # fmt: skip


def box_cells(lattice, inside):
    """Whole cells of a 3d lattice with one wall patch."""
    n, none, zero = inside.size, np.empty((0, 3), np.int64), np.zeros(1, np.int64)
    return Cells(
        lattice, inside, np.full(n, 1e-9), none, np.arange(n), np.ones((n, 6)),
        zero, np.ones(1), np.array([[1.0, 0, 0]]), np.full(1, 5e-4), zero, ("bottom", "side", "top"),
    )  # fmt: skip


def feed(log, first, last, temper=20):
    """Made-up snapshots and samples, one a second, the same for the same second."""
    n = log.cells.index.size
    for second in range(first, last):
        draw = np.random.default_rng(second)
        log.snapshot(
            float(second),
            "quench" if second < temper else "temper",
            {
                "temperature": 300.0 + draw.random(n) * 900.0,
                "austenite": draw.random(n),
                "stress": draw.normal(size=(6, n)) * 1e8,
                "displacement": draw.normal(size=(3, n)) * 1e-5,
            },
            300.0 + draw.random(log.cells.patch_cell.size),
        )
        times = np.array([second, second + 0.5])
        log.probe(times, np.stack([times, 2 * times]), {"austenite": draw.random((2, 2))})


def temperature(second, n):
    """What `feed` has put in."""
    return 300.0 + np.random.default_rng(second).random(n) * 900.0


def state_of(n):
    draw = np.random.default_rng(7)
    return State(
        12.5, draw.normal(size=n), draw.random((4, n)), draw.random(n), draw.random(3),
        {"lowest": draw.random(n), "held": draw.random(n) > 0.5}, {"plastic": draw.random((6, n))},
    )  # fmt: skip


def everything(path):
    """All datasets of a file, by name."""
    found = {}
    with h5py.File(path, "r") as file:
        file.visititems(lambda name, node: found.update({name: node[()]}) if isinstance(node, h5py.Dataset) else None)
    return found


def test_memory_and_file_hold_the_same(tmp_path):
    cells = rz_cells()
    path = tmp_path / "run.vtkhdf"
    for file in (None, path):
        log = Log(cells, ABOUT, CASE, {"metaltwin": "0.1"}, file)
        feed(log, 0, 25)
        log.ledger({"leg": "quench", "heat": np.float64(1.0)})
        log.end({"hardness": np.linspace(400, 700, cells.index.size)})
        if file is None:
            log.save(tmp_path / "copy.vtkhdf")
    one, other = everything(path), everything(tmp_path / "copy.vtkhdf")
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_what_went_in_comes_out(tmp_path):
    cells = rz_cells()
    log = Log(cells, ABOUT, CASE, {"metaltwin": "0.1"}, tmp_path / "run.vtkhdf")
    feed(log, 0, 25)
    hardness = np.linspace(400, 700, cells.index.size)
    log.end({"hardness": hardness, "temperature": temperature(24, cells.index.size)})
    archive = Archive(tmp_path / "run.vtkhdf")
    n = cells.index.size
    assert archive.case == CASE and archive.about.name == "synthetic" and archive.about.ended
    assert archive.times.tolist() == list(range(25))
    np.testing.assert_allclose(archive.values("temperature", 3), temperature(3, n), rtol=1e-7)
    np.testing.assert_array_equal(archive.values("hardness", 0), hardness)
    np.testing.assert_array_equal(archive.values("temperature", 24), temperature(24, n))
    before = np.random.default_rng(19)
    before.random(2 * n)
    stress = before.normal(size=(6, n)) * 1e8
    np.testing.assert_allclose(archive.values("as_quenched_stress", 24), stress, rtol=1e-6)
    instants, readings, _ = archive.probes()
    assert instants.size == 50 and readings.shape == (2, 50)
    for field in ("volume", "patch_normal", "rim_conductance", "run"):
        np.testing.assert_array_equal(getattr(archive.cells, field), getattr(cells, field))
    assert archive.cells.lattice == cells.lattice and archive.cells.zones == cells.zones


def test_vtk_reads_every_step_and_hides_what_is_outside(tmp_path):
    pyvista = pytest.importorskip("pyvista")
    lattice = Lattice("3d", (5, 4, 3), (1e-3,) * 3, (0.0, 0.0, 0.0))
    inside = np.flatnonzero(np.arange(60) % 5 < 3)
    n = inside.size
    cells = box_cells(lattice, inside)
    log = Log(cells, About({}, {}), CASE, {}, tmp_path / "run.vtkhdf")
    for second in range(6):
        log.snapshot(float(second), "quench", {"temperature": np.arange(n) + 100.0 * second}, np.array([300.0]))
    log.end({"hardness": np.arange(n) + 0.5})
    reader = pyvista.get_reader(tmp_path / "run.vtkhdf")
    reader.reader.UpdateInformation()
    assert reader.reader.GetNumberOfSteps() == 6
    for step in (0, 5):
        reader.reader.SetStep(step)
        mesh = reader.read()
        assert mesh.dimensions == (6, 5, 4)
        np.testing.assert_array_equal(mesh["temperature"][inside], np.arange(n) + 100.0 * step)
        np.testing.assert_array_equal(mesh["hardness"][inside], np.arange(n) + 0.5)
        assert mesh.threshold([-1e9, 1e9], scalars="temperature").n_cells == n


def test_large_lattices_fall_into_blocks_and_empty_ones_are_not_written(tmp_path):
    shape = (96, 80, 64)
    lattice = Lattice("3d", shape, (1e-3,) * 3, (0.0, 0.0, 0.0))
    number = np.arange(np.prod(shape))
    inside = number[(number % 96 < 40) & (number // (96 * 80) > 20)]
    n = inside.size
    cells = box_cells(lattice, inside)
    log = Log(cells, About({}, {}), CASE, {}, tmp_path / "run.vtkhdf")
    values = np.random.default_rng(1).random((3, n))
    log.snapshot(0.0, "quench", {"temperature": values[0], "displacement": values}, np.array([300.0]))
    archive = log.archive()
    np.testing.assert_allclose(archive.values("displacement", 0), values, rtol=1e-6)
    with h5py.File(tmp_path / "run.vtkhdf") as file:
        cell = file["VTKHDF/CellData/temperature"]
        written, whole = (
            cell.id.get_num_chunks(),
            np.prod([-(-a // b) for a, b in zip(cell.shape, cell.chunks, strict=True)]),
        )
        assert written < 0.6 * whole


def test_resume_repairs_the_file_and_ends_the_same(tmp_path):
    cells = rz_cells()
    whole = Log(cells, ABOUT, CASE, {}, tmp_path / "whole.vtkhdf")
    feed(whole, 0, 30)
    whole.end({})
    log = Log(cells, ABOUT, CASE, {}, tmp_path / "broken.vtkhdf")
    feed(log, 0, 12)
    log.ledger({"leg": "quench"})
    before, extra = (
        state_of(cells.index.size),
        {"dt": 0.1 + 0.2, "heat": {"side": 1.5}, "last": np.arange(3.0), "leg": 0},
    )
    log.checkpoint(before, extra)
    feed(log, 12, 26)
    log.ledger({"leg": "temper"})
    log.flush()
    again, state, back = resume(tmp_path / "broken.vtkhdf.checkpoint")
    for field in ("time", "enthalpy", "phases", "temperature", "wall"):
        np.testing.assert_array_equal(getattr(state, field), getattr(before, field))
    for field in ("memory", "mechanics"):
        kept = getattr(state, field)
        for name, values in getattr(before, field).items():
            np.testing.assert_array_equal(kept[name], values)
            assert kept[name].dtype == values.dtype
    assert back["dt"] == extra["dt"] and back["heat"] == extra["heat"] and back["last"].tolist() == [0, 1, 2]
    assert Archive(tmp_path / "broken.vtkhdf").ledger == [{"leg": "quench"}]
    feed(again, 12, 30)
    again.end({})
    one, other = everything(tmp_path / "whole.vtkhdf"), everything(tmp_path / "broken.vtkhdf")
    assert one.keys() == other.keys()
    for name in one.keys() - {"ledger"}:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    with pytest.raises(CaseError, match="finished run"):
        resume(tmp_path / "broken.vtkhdf")


def test_ctrl_c_in_memory_becomes_a_file_that_can_be_resumed(tmp_path):
    cells = rz_cells()
    log = Log(cells, ABOUT, CASE)
    feed(log, 0, 5)
    log.checkpoint(state_of(cells.index.size), {"dt": 1.0})
    log.save(tmp_path / "run.vtkhdf")
    _, state, extra = resume(tmp_path / "run.vtkhdf")
    assert state.time == 12.5 and extra == {"dt": 1.0}


WORKER = """
import sys; sys.path.insert(0, {tests!r})
from pathlib import Path
from metaltwin.cases import store
from test_cases_store import ABOUT, CASE, feed, rz_cells
store.LONGEST_WAIT = 0.0
log = store.Log(rz_cells(), ABOUT, CASE, {{}}, {path!r})
feed(log, 0, 1)
print("begun", flush=True)
feed(log, 1, 100000)
"""


def test_kill_9_leaves_a_readable_file(tmp_path):
    path = tmp_path / "run.vtkhdf"
    for wait in (0.15, 0.22):
        code = WORKER.format(tests=os.path.dirname(__file__), path=str(path))
        worker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        assert worker.stdout is not None and worker.stdout.readline() == b"begun\n"
        time.sleep(wait)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
        archive = Archive(path)
        assert archive.times.size > 0
        last = archive.times.size - 1
        draw = np.random.default_rng(last)
        np.testing.assert_allclose(archive.values("temperature", last), 300 + draw.random(800) * 900, rtol=1e-6)


def test_cut_between_journal_and_file_is_finished_on_reading(tmp_path, monkeypatch):
    path = tmp_path / "run.vtkhdf"
    log = Log(rz_cells(), ABOUT, CASE, {}, path)
    feed(log, 0, 5)
    log.flush()
    feed(log, 5, 9)
    with monkeypatch.context() as patch:
        patch.setattr(pending, "_apply", lambda disk, pages: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            log.flush()
    assert (tmp_path / "run.vtkhdf.journal").exists()
    assert Archive(path).times.size == 9
    assert not (tmp_path / "run.vtkhdf.journal").exists()


def test_a_full_disk_is_one_message_and_keeps_the_last_good_state(tmp_path):
    path = tmp_path / "run.vtkhdf"
    log = Log(rz_cells(), ABOUT, CASE, {}, path)
    feed(log, 0, 5)
    log.checkpoint(state_of(800), {"dt": 1.0})
    before = path.stat().st_size
    feed(log, 5, 25)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (before + 20_000, limits[1]))
    try:
        with pytest.raises(OSError, match="disk is full.*stays readable"):
            log.flush()
        with pytest.raises(OSError, match="disk is full"):
            log.checkpoint(state_of(800), {"dt": 2.0})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.stat().st_size == before
    assert Archive(path).times.size == 5
    log.flush()
    assert Archive(path).times.size == 25
    assert resume(path)[2] == {"dt": 1.0}


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder that not even root may write to")
def test_a_read_only_folder_is_refused_before_computing():
    with pytest.raises(CaseError, match="cannot write '/sys/run.vtkhdf'.*choose another folder"):
        Log(rz_cells(), ABOUT, CASE, {}, "/sys/run.vtkhdf")


def test_a_missing_folder_and_too_little_room_are_refused(tmp_path):
    with pytest.raises(CaseError, match="no folder.*make it"):
        Log(rz_cells(), ABOUT, CASE, {}, tmp_path / "not" / "run.vtkhdf")
    with pytest.raises(CaseError, match="MB free; store fewer snapshots"):
        resultfile.check_writable(tmp_path / "run.vtkhdf", expected=1e18)
    log = Log(rz_cells(), ABOUT, CASE)
    with pytest.raises(CaseError, match="must end in .vtkhdf"):
        log.save(tmp_path / "run.h5")


def test_a_file_cut_short_is_said_so(tmp_path):
    path = tmp_path / "run.vtkhdf"
    log = Log(rz_cells(), ABOUT, CASE, {}, path)
    feed(log, 0, 25)
    log.checkpoint(state_of(800), {})
    whole = path.read_bytes()
    for part in (0, 100, len(whole) // 2, len(whole) - 7):
        path.write_bytes(whole[:part])
        with pytest.raises(CaseError, match="cut short"):
            Archive(path)
    path.write_text("no result at all")
    with pytest.raises(CaseError, match="no HDF5 file"):
        Archive(path)
    with h5py.File(path, "w"):
        pass
    with pytest.raises(CaseError, match="no result of metaltwin"):
        Archive(path)
    with pytest.raises(CaseError, match="no file"):
        Archive(tmp_path / "none.vtkhdf")
    checkpoint = checkpoint_path(path)
    checkpoint.write_bytes(checkpoint.read_bytes()[:5000])
    with pytest.raises(CaseError, match="cut short or no checkpoint"):
        resume(path)


OPERATIONS = st.one_of(
    st.tuples(st.just("write"), st.integers(0, 20_000), st.binary(min_size=1, max_size=9_000)),
    st.tuples(st.just("read"), st.integers(0, 20_000), st.integers(0, 12_000)),
    st.tuples(st.just("truncate"), st.integers(0, 20_000), st.none()),
)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=10_000), st.lists(OPERATIONS, max_size=12))
def test_a_pending_file_reads_and_commits_like_a_plain_one(tmp_path_factory, start, operations):
    path = tmp_path_factory.mktemp("pending") / "file"
    path.write_bytes(start)
    plain = io.BytesIO(start)
    with pending.Pending(path) as file:
        for kind, place, what in operations:
            file.seek(place)
            plain.seek(place)
            if kind == "write":
                file.write(what)
                plain.write(what)
            elif kind == "read":
                assert file.read(what) == plain.read(what)
            else:
                file.truncate(place)
                plain.truncate(place)
                size = plain.seek(0, os.SEEK_END)
                plain.write(bytes(place - size if place > size else 0))
        assert path.read_bytes() == start
        file.commit()
    assert path.read_bytes() == plain.getvalue()
