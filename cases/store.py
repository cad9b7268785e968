"""Writes a result file and its checkpoint.

/VTKHDF   fields in time for PyVista and ParaView (vtkhdf.py)
/case     the case as YAML text; /versions what computed it; /meaning unit and meaning of each field
/about    JSON: probes, limits, axis, whether the run has ended
/cells    the part on the grid; /wall surface temperatures (steps, p); /legs leg number of each step
/probes   time (s,), temperature (s, k), phases/<name> (s, k)
/ledger   JSON: one row per leg;  /final fields at the end in float64, part cells only
/layers   place, carbon, phases and hardness of the layers below the skin at the end, (N,) each, SI; where there are any
/around   mould, chills and cores of a casting that stores them (around.py)
"""

import io
import json
import os
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.refusal import CaseError
from ..solver.geometry import Cells
from ..solver.problem import Around
from ..solver.state import State
from . import around as bodies_around
from . import checkpoint, pending, vtkhdf
from .archive import About, Archive, save
from .cellsfile import write_cells
from .checkpoint import plain
from .meaning import meaning
from .resultfile import check_writable, checkpoint_path, disk_trouble, opened, result_path
from .tensor import by_parts, max_principal, von_mises

Array = NDArray[float64]

LARGEST_WAIT = 4 << 20  # bytes of snapshots kept back before they are packed; a larger one goes in at once
LONGEST_WAIT = 5.0  # s
PRECISE = 200_000  # cells, up to which the end is kept in float64 as well


class Log:
    """Takes what a march produces, into memory or into a file that can be read at any moment.

    Snapshots wait until LARGEST_WAIT bytes or LONGEST_WAIT seconds have come together, then go in as a whole.
    Without a file everything is kept packed in memory; `save` turns it into a file later.
    """

    def __init__(
        self,
        cells: Cells,
        about: About,
        case: str = "",
        versions: dict[str, str] | None = None,
        file: str | os.PathLike[str] | None = None,
        around: dict[str, Cells] | None = None,
    ) -> None:
        """`around`: the bodies around a casting that are stored too."""
        self.cells, self.about, self.case, self.versions = cells, about, case, dict(versions or {})
        self.path = None if file is None else Path(file)
        self._set_up()
        image = io.BytesIO()
        with h5py.File(image, "w", libver=("earliest", "v110")) as frame:
            self._begin(frame)
            bodies_around.begin(frame, around or {})
        if self.path is None:
            self._image = image
        else:
            check_writable(self.path)
            pending.forget(self.path)
            checkpoint_path(self.path).unlink(missing_ok=True)
            try:
                pending.replace(self.path, image.getbuffer())
            except OSError as error:
                raise disk_trouble(error, self.path) from None

    def _set_up(self) -> None:
        self._blocks = vtkhdf.Blocks(self.cells.lattice, self.cells.index)
        self._exact = self.cells.lattice.metric in ("slab", "cylinder", "sphere")
        self._steps: list[tuple[float, str, dict[str, Array], Array, Around]] = []
        self._samples: list[tuple[Array, Array, dict[str, Array]]] = []
        self._rows: list[dict[str, Any]] = []
        self._waiting, self._since = 0, float("-inf")  # the first instant goes in at once
        self._kept: tuple[State, dict[str, Any]] | None = None

    def _begin(self, file: Any) -> None:
        vtkhdf.begin(file, self.cells.lattice, self.cells.index, self._blocks)
        vtkhdf.put(file, self._blocks, "volume_fraction", self.cells.fraction, np.float32)
        file["case"] = self.case
        file.create_group("versions").attrs.update(self.versions)
        file.create_group("meaning")
        file.create_group("final")
        write_cells(file.create_group("cells"), self.cells)
        wall = (0, self.cells.patch_cell.size)
        file.create_dataset("wall", wall, self._kind, maxshape=(None, None), **self._packed(wall[1]))
        file.create_dataset("legs", (0,), np.int32, maxshape=(None,), chunks=(1024,))
        probes = file.create_group("probes")
        probes.attrs["unit"] = "s, K, volume fraction; column = probe in the order of `about`"
        for name, shape in (("time", ()), ("temperature", (len(self.about.probes),))):
            _extendable(probes, name, shape)
        probes.create_group("phases")
        self._write_text(file)

    @property
    def _kind(self) -> type[np.floating[Any]]:
        return float64 if self._exact else np.float32

    def _kind_of(self, name: str) -> type[np.floating[Any]]:
        return self._kind if name == "temperature" else np.float32

    def _packed(self, width: int) -> dict[str, Any]:
        rows = int(np.clip(8192 // max(width, 1), 1, vtkhdf.STEPS_TOGETHER))
        return {"chunks": (rows, max(width, 1)), **vtkhdf.PACKED}

    def _write_text(self, file: Any) -> None:
        for name, value in (("about", asdict(self.about)), ("ledger", self._rows)):
            if name in file:
                del file[name]
            file[name] = json.dumps(value)

    # what a march calls

    def snapshot(self, time: float, leg: str, fields: dict[str, Array], wall: Array, around: Around = ()) -> None:
        """Keep the fields of one instant.

        time s; fields (n,), (3, n) or (6, n) each; wall (p,) K; around, (n,) and (p,) K of each body about a casting
        """
        size = 4 * (sum(values.size for values in fields.values()) + sum(T.size for T, _ in around))
        kept = (
            fields
            if size > LARGEST_WAIT
            else {name: np.array(values, self._kind_of(name)) for name, values in fields.items()}
        )
        others = tuple((np.array(T, self._kind), np.array(walls, self._kind)) for T, walls in around)
        self._steps.append((time, leg, kept, np.array(wall, self._kind), others))
        self._waiting += size
        if self._waiting > LARGEST_WAIT:
            self.flush()
        self._flush_if_late()

    def probe(self, times: Array, temperature: Array, phases: dict[str, Array]) -> None:
        """Keep samples of the probes.   times (s,) s; temperature (k, s) K; phases name -> (k, s)"""
        block = {name: np.array(values, float64) for name, values in phases.items()}
        self._samples.append((np.array(times, float64), np.array(temperature, float64), block))
        self._flush_if_late()

    def _flush_if_late(self) -> None:
        begun = self._steps or self._since > 0.0
        if self.path is not None and begun and clock.monotonic() - self._since > LONGEST_WAIT:
            self.flush()

    def ledger(self, row: dict[str, Any]) -> None:
        """Keep one row of the energy ledger, of a leg or of the whole."""
        self._rows.append(plain(row))

    def end(self, fields: dict[str, Array], layers: dict[str, Array] | None = None) -> None:
        """Keep every field of the end, such as hardness that exists only there.

        fields  (n,), (3, n) or (6, n) each;   layers  (N,) each, of the layers below the skin
        """
        self.flush()
        self.about = replace(self.about, ended=True)
        with self._open() as file:
            last = dict(fields)
            quenched = self._as_quenched(file)
            if quenched is not None:
                last.setdefault("as_quenched_stress", quenched)
            moving = set(vtkhdf.names(file, static=False))
            for name, values in last.items():
                if name not in moving:
                    vtkhdf.put(file, self._blocks, name, values, np.float32)
                    _write_meaning(file, name)
                if self.cells.index.size <= PRECISE:
                    file["final"].create_dataset(name, data=values, dtype=float64, **vtkhdf.PACKED)
            for name, values in (layers or {}).items():
                file[f"layers/{name}"] = values
            self._write_text(file)
        if self.path is not None:
            checkpoint_path(self.path).unlink(missing_ok=True)

    def checkpoint(self, state: State, extra: dict[str, Any]) -> None:
        """Write the state and all counts to the checkpoint; without a file keep hold of it for `save`."""
        if self.path is None:
            self._kept = (state, extra)
            return
        self.flush()
        self._write_checkpoint(self.path, state, extra)

    def _write_checkpoint(self, result: Path, state: State, extra: dict[str, Any]) -> None:
        with self._read() as file:
            steps, samples = int(file["VTKHDF/Steps"].attrs["NSteps"]), file["probes/time"].shape[0]
        counts = {"steps": steps, "samples": samples, "rows": self._rows}
        checkpoint.write(checkpoint_path(result), state, extra, counts, self.case, self.versions)

    # what the house calls

    def flush(self) -> None:
        """Bring what waits into the file. Raises OSError where the disk is full; the file stays whole."""
        if not self._steps and not self._samples:
            return
        with self._open() as file:
            self._append_samples(file)
            self._append_steps(file)
            self._write_text(file)
        self._steps, self._samples, self._waiting, self._since = [], [], 0, clock.monotonic()

    def save(self, file: str | os.PathLike[str]) -> Path:
        """Put the results of a run in memory into a file, with its checkpoint where there is one."""
        self.flush()
        path = save(self.archive(), file)
        if self.path is None:
            if self._kept is not None:
                self._write_checkpoint(path, *self._kept)
            self.path = path
        return path

    def archive(self) -> Archive:
        """Everything kept so far, for reading."""
        self.flush()
        return Archive(self._image if self.path is None else self.path)

    @contextmanager
    def _open(self) -> Iterator[Any]:
        """The file for writing: all that is done inside happens, or nothing of it."""
        if self.path is None:
            with h5py.File(self._image, "r+") as file:
                yield file
            return
        try:
            with pending.Pending(self.path) as whole:
                with h5py.File(whole, "r+", libver=("earliest", "v110")) as file:
                    yield file
                whole.commit()
        except OSError as error:
            raise disk_trouble(error, self.path) from None

    @contextmanager
    def _read(self) -> Iterator[Any]:
        with opened(self._image if self.path is None else self.path) as file:
            yield file

    def _append_samples(self, file: Any) -> None:
        if not self._samples:
            return
        times, temperature, _ = zip(*self._samples, strict=True)
        probes = file["probes"]
        _extend(probes["time"], np.concatenate(times))
        _extend(probes["temperature"], np.concatenate(temperature, axis=1).T)
        for name in self._samples[0][2]:
            if name not in probes["phases"]:
                _extendable(probes["phases"], name, (len(self.about.probes),))
            _extend(probes["phases"][name], np.concatenate([s[2][name] for s in self._samples], axis=1).T)

    def _append_steps(self, file: Any) -> None:
        if not self._steps:
            return
        for leg in dict.fromkeys(step[1] for step in self._steps):
            if leg not in self.about.legs:
                self.about = replace(self.about, legs=(*self.about.legs, leg))
        numbers = np.array([self.about.legs.index(step[1]) for step in self._steps])
        _extend(file["wall"], np.stack([step[3] for step in self._steps]))
        _extend(file["legs"], numbers)
        bodies_around.append(file, [step[4] for step in self._steps])
        times = np.array([step[0] for step in self._steps])
        for name in vtkhdf.append(file, self._blocks, times, self._stacked()):
            _write_meaning(file, name)

    def _stacked(self) -> Iterator[tuple[str, Array, type[np.floating[Any]]]]:
        """Each field over the steps that wait, (T, n) or (T, k, n), and how it is stored; one at a time."""
        for name in self._steps[0][2]:
            steps = [step[2][name] for step in self._steps]
            values = np.stack(steps) if len(steps) > 1 else steps[0][None]
            yield name, values, self._kind_of(name)
            if name == "stress":
                yield "von_mises", by_parts(von_mises, values), np.float32
                yield "max_principal", by_parts(max_principal, values), np.float32

    def _as_quenched(self, file: Any) -> Array | None:
        """Stress at the end of the last leg before the first temper."""
        tempers = [number for number, leg in enumerate(self.about.legs) if leg.startswith("temper")]
        if not tempers or "stress" not in vtkhdf.names(file, static=False):
            return None
        before = np.flatnonzero(file["legs"][:] < tempers[0])
        return vtkhdf.take(file, "stress", int(before[-1]), self.cells.index) if before.size else None


def resume(path: str | os.PathLike[str]) -> tuple[Log, State, dict[str, Any]]:
    """Log, state and `extra` of an interrupted run; what the file holds beyond its checkpoint is dropped.

    path  of the result file or of its checkpoint
    Raises CaseError where one of the two is missing or cut short, or where the run had ended.
    """
    result = result_path(path)
    kept = checkpoint_path(result)
    state, extra, counts, case = checkpoint.read(kept) if kept.is_file() else (None, {}, {}, "")
    archive = Archive(result)
    if archive.about.ended:
        raise CaseError(f"'{result}' is a finished run; there is nothing to resume")
    if state is None:
        raise CaseError(f"no checkpoint '{kept}'; run the case again")
    if archive.case != case:
        raise CaseError(f"'{result}' and its checkpoint belong to different cases; run the case again")
    log = Log.__new__(Log)
    log.cells, log.about, log.case, log.versions = archive.cells, archive.about, case, archive.versions
    log.path = result
    log._set_up()
    log._rows = counts["rows"]
    with log._open() as file:
        _cut(file, counts)
        log._write_text(file)
    return log, state, extra


def _extendable(group: Any, name: str, shape: tuple[int, ...]) -> None:
    group.create_dataset(
        name,
        (0, *shape),
        float64,
        maxshape=(None,) * (1 + len(shape)),
        chunks=(256, *(max(1, k) for k in shape)),
    )


def _extend(dataset: Any, rows: NDArray[Any]) -> None:
    first = dataset.shape[0]
    dataset.resize(first + rows.shape[0], axis=0)
    dataset[first:] = rows


def _write_meaning(file: Any, name: str) -> None:
    what = meaning(name)
    file["meaning"].attrs[name] = [what.unit, what.text]
    file["VTKHDF/CellData"][name].attrs["unit"] = what.unit


def _cut(file: Any, counts: dict[str, Any]) -> None:
    """Drop steps and samples that came after a checkpoint."""
    vtkhdf.cut(file, counts["steps"])
    bodies_around.cut(file, counts["steps"])
    for name in ("wall", "legs"):
        file[name].resize(counts["steps"], axis=0)
    for dataset in (file["probes/time"], file["probes/temperature"], *file["probes/phases"].values()):
        dataset.resize(counts["samples"], axis=0)
