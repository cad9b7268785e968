"""The result file and its checkpoint: the only place that opens HDF5.

/VTKHDF   fields in time for PyVista and ParaView (vtkhdf.py)
/case     the case as YAML text; /versions what computed it; /meaning unit and meaning of each field
/about    JSON: probes, limits, axis, whether the run has ended
/cells    the part on the grid; /wall surface temperatures (steps, p); /legs leg number of each step
/probes   time (s,), temperature (s, k), phases/<name> (s, k)
/ledger   JSON: one row per leg;  /final fields at the end in float64, part cells only
"""

import errno
import io
import json
import os
import shutil
import time as clock
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

import h5py
import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.refusal import CaseError
from ..solver.geometry import Cells
from ..solver.lattice import Lattice
from ..solver.state import State
from . import pending, vtkhdf
from .meaning import meaning
from .tensor import by_parts, max_principal, von_mises

Array = NDArray[float64]

SUFFIX = ".vtkhdf"
LARGEST_WAIT = 4 << 20  # bytes of snapshots kept back before they are packed; a larger one goes in at once
LONGEST_WAIT = 5.0  # s
PRECISE = 200_000  # cells, up to which the end is kept in float64 as well
PACKING = 0.5  # of the raw bytes, pessimistic


@dataclass(frozen=True)
class About:
    """What a result must know beside its fields.

    probes  name -> (x, y, z) m
    limits  field -> (least, most) in SI, None where open
    axis    "cylinder" or "sphere" where radial and hoop exist, about `centre` (x, y, z) m; None elsewhere
    legs    names of the steps, in order
    ended   whether the schedule was finished
    name    of the case
    record  s between the samples that a probe shows; 0: the steps of the run as they are
    """

    probes: dict[str, tuple[float, float, float]]
    limits: dict[str, tuple[float | None, float | None]]
    axis: str | None = None
    centre: tuple[float, float, float] = (0.0, 0.0, 0.0)
    legs: tuple[str, ...] = ()
    ended: bool = False
    name: str = ""
    record: float = 0.0


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
    ) -> None:
        self.cells, self.about, self.case, self.versions = cells, about, case, dict(versions or {})
        self.path = None if file is None else Path(file)
        self._set_up()
        image = io.BytesIO()
        with h5py.File(image, "w", libver=("earliest", "v110")) as frame:
            self._begin(frame)
        if self.path is None:
            self._image = image
        else:
            check_writable(self.path)
            pending.forget(self.path)
            checkpoint_path(self.path).unlink(missing_ok=True)
            try:
                pending.replace(self.path, image.getbuffer())
            except OSError as error:
                raise _disk_trouble(error, self.path) from None

    def _set_up(self) -> None:
        self._blocks = vtkhdf.Blocks(self.cells.lattice, self.cells.index)
        self._exact = self.cells.lattice.metric in ("slab", "cylinder", "sphere")
        self._steps: list[tuple[float, str, dict[str, Array], Array]] = []
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
        _write_cells(file.create_group("cells"), self.cells)
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

    def snapshot(self, time: float, leg: str, fields: dict[str, Array], wall: Array) -> None:
        """Keep the fields of one instant.   time s; fields (n,), (3, n) or (6, n) each; wall (p,) K"""
        size = 4 * sum(values.size for values in fields.values())
        kept = (
            fields
            if size > LARGEST_WAIT
            else {name: np.array(values, self._kind_of(name)) for name, values in fields.items()}
        )
        self._steps.append((time, leg, kept, np.array(wall, self._kind)))
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
        self._rows.append(_plain(row))

    def end(self, fields: dict[str, Array]) -> None:
        """Keep every field of the end, such as hardness that exists only there.   fields (n,), (3, n) or (6, n) each"""
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
        _save_checkpoint(checkpoint_path(result), state, extra, counts, self.case, self.versions)

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

    def archive(self) -> "Archive":
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
            raise _disk_trouble(error, self.path) from None

    @contextmanager
    def _read(self) -> Iterator[Any]:
        with _opened(self._image if self.path is None else self.path) as file:
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
        vtkhdf.append(file, self._blocks, np.array([step[0] for step in self._steps]), self._stacked())
        for name in vtkhdf.names(file, static=False):
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
    checkpoint = checkpoint_path(result)
    state, extra, counts, case = _load_checkpoint(checkpoint) if checkpoint.is_file() else (None, {}, {}, "")
    archive = Archive(result)
    if archive.about.ended:
        raise CaseError(f"'{result}' is a finished run; there is nothing to resume")
    if state is None:
        raise CaseError(f"no checkpoint '{checkpoint}'; run the case again")
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


class Archive:
    """Reads a result file, or its image in memory. Raises CaseError where it is none or is cut short."""

    def __init__(self, source: Path | io.BytesIO) -> None:
        self.source = source
        if isinstance(source, Path):
            _check_readable(source)
        with self._open() as file:
            try:
                self.case: str = file["case"][()].decode()
                self.versions = {key: str(value) for key, value in file["versions"].attrs.items()}
                self.about = _read_about(json.loads(file["about"][()]))
                self.ledger: list[dict[str, Any]] = json.loads(file["ledger"][()])
                self.times: Array = file["VTKHDF/Steps/Values"][: file["VTKHDF/Steps"].attrs["NSteps"]]
                self.legs: NDArray[np.int32] = file["legs"][: self.times.size]
                self.moving = vtkhdf.names(file, static=False)
                self.still = vtkhdf.names(file, static=True)
                self.final = list(file["final"])
                self._index: NDArray[np.int64] = file["cells/index"][:]
            except KeyError as error:
                raise CaseError(f"'{source}' is no result of metaltwin: {error.args[0]}") from None
        self.values = lru_cache(24)(self._values)

    @contextmanager
    def _open(self) -> Iterator[Any]:
        """The file for reading. Raises CaseError where what is read from it is damaged."""
        try:
            with _opened(self.source) as file:
                yield file
        except CaseError:
            raise
        except (OSError, KeyError, ValueError, TypeError, RuntimeError, AttributeError) as error:
            raise CaseError(f"'{self.source}' is damaged: {str(error).splitlines()[0]}; run the case again") from None

    @cached_property
    def cells(self) -> Cells:
        """The part on its grid."""
        with self._open() as file:
            return _read_cells(file["cells"])

    def wall(self, step: int) -> Array:
        """Surface temperatures of a stored step, (p,) K."""
        with self._open() as file:
            return np.asarray(file["wall"][step], float64)

    def probes(self) -> tuple[Array, Array, dict[str, Array]]:
        """Times (s,) s, temperature (k, s) K and phases name -> (k, s)."""
        with self._open() as file:
            probes = file["probes"]
            phases = {name: values[:].T for name, values in probes["phases"].items()}
            return probes["time"][:], probes["temperature"][:].T, phases

    def _values(self, name: str, step: int) -> Array:
        """A field at a stored step, (n,) or (k, n); at the last from the float64 copy where there is one."""
        with self._open() as file:
            if name in self.final and (name in self.still or step == self.times.size - 1):
                return np.asarray(file["final"][name][:], float64)
            return vtkhdf.take(file, name, step, self._index)


def _read_about(words: dict[str, Any]) -> About:
    """About, as JSON keeps it: tuples come back as lists."""
    for name in ("probes", "limits"):
        words[name] = {key: tuple(value) for key, value in words[name].items()}
    plain: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in words.items()}
    return About(**plain)


def save(archive: Archive, file: str | os.PathLike[str]) -> Path:
    """Write a copy of a result to a file that ends in .vtkhdf. Raises CaseError where that cannot be."""
    path = Path(file)
    check_writable(path)
    data = archive.source.read_bytes() if isinstance(archive.source, Path) else archive.source.getbuffer()
    pending.forget(path)
    try:
        pending.replace(path, data)
    except OSError as error:
        raise _disk_trouble(error, path) from None
    return path


@contextmanager
def alone(path: Path | None) -> Iterator[None]:
    """Holds a result file while a run writes it; a killed run lets go. Raises CaseError where another holds it."""
    if path is None or fcntl is None or not path.is_file():
        yield
        return
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CaseError(f"another run is writing '{path}'; wait for it or choose another name") from None
        except OSError:
            pass  # a file system without locks
        yield


def result_path(path: str | os.PathLike[str]) -> Path:
    """The result file, named itself or by its checkpoint."""
    return Path(str(path).removesuffix(".checkpoint"))


def check_writable(path: Path, expected: float = 0.0) -> None:
    """Refuse before computing: a folder missing or read-only, a disk with less room than expected bytes."""
    folder = path.absolute().parent
    if path.suffix != SUFFIX and not path.is_dir():
        raise CaseError(f"'{path}' must end in {SUFFIX}, so that PyVista and ParaView know it")
    if not folder.is_dir():
        raise CaseError(f"no folder '{folder}' for the result '{path.name}'; make it or choose another")
    if path.is_dir():
        raise CaseError(f"'{path}' is a folder; name a file that ends in {SUFFIX}")
    trial = folder / f".{path.name}.{os.getpid()}"
    try:
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise CaseError(f"cannot write '{path}': {error.strerror}; choose another folder") from None
    if path.exists() and not os.access(path, os.W_OK):
        raise CaseError(f"'{path}' exists and is read-only; choose another name")
    free = shutil.disk_usage(folder).free
    if expected > free:
        raise CaseError(
            f"'{path}' needs about {expected / 1e6:.0f} MB, the disk has {free / 1e6:.0f} MB free; "
            "store fewer snapshots or choose another disk"
        )


def expected_bytes(cells: int, components: int, snapshots: int, state_bytes: float) -> float:
    """Room a run needs: snapshots of `components` numbers and two checkpoints of `state_bytes` a cell."""
    return cells * (4.0 * PACKING * components * snapshots + 2.0 * state_bytes)


def checkpoint_path(result: Path) -> Path:
    """Where the checkpoint of a result file lies."""
    return result.with_name(f"{result.name}.checkpoint")


@contextmanager
def _opened(source: Path | io.BytesIO) -> Iterator[Any]:
    where = {} if isinstance(source, io.BytesIO) else {"locking": False}
    with h5py.File(source, "r", **where) as file:
        yield file


def _check_readable(path: Path) -> None:
    """Refuse what is missing, no HDF5, or cut short; finish a commit that was cut off."""
    if not path.is_file():
        raise CaseError(f"no file '{path}'")
    try:
        pending.repair(path)
        with _opened(path):
            pass
    except OSError as error:
        size = path.stat().st_size
        if "truncated" in str(error) or size == 0:
            why = f"is cut short ({size} bytes are left); copy it again or run the case again"
        elif isinstance(error, PermissionError):
            why = f"cannot be read: {error.strerror}"
        else:
            why = f"is no HDF5 file; a result ends in {SUFFIX}"
        raise CaseError(f"'{path}' {why}") from None


def _disk_trouble(error: OSError, path: Path) -> OSError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    why = "the disk is full" if full else (error.strerror or str(error))
    return OSError(
        error.errno,
        f"cannot write '{path}': {why}; what it held stays readable. Make room and resume the run",
    )


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
    for name in ("wall", "legs"):
        file[name].resize(counts["steps"], axis=0)
    for dataset in (file["probes/time"], file["probes/temperature"], *file["probes/phases"].values()):
        dataset.resize(counts["samples"], axis=0)


def _plain(value: Any) -> Any:
    """Numpy numbers and arrays as JSON holds them."""
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(entry) for entry in value]
    return value.item() if isinstance(value, np.generic) else value


def _write_cells(group: Any, cells: Cells) -> None:
    group.attrs.update(
        {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(cells.lattice).items()}
    )
    for entry in fields(cells):
        value = getattr(cells, entry.name)
        if isinstance(value, np.ndarray):
            packed = vtkhdf.PACKED if value.size else {}
            group.create_dataset(entry.name, data=value, **packed)
    group.attrs["zones"] = list(cells.zones)


def _read_cells(group: Any) -> Cells:
    attrs = group.attrs
    lattice = Lattice(
        str(attrs["metric"]),
        _three(attrs["shape"], int),
        _three(attrs["spacing"], float),
        _three(attrs["origin"], float),
        _three(attrs["middle"], float),
    )
    arrays = {entry.name: group[entry.name][:] for entry in fields(Cells) if entry.name in group}
    return Cells(lattice=lattice, zones=tuple(str(zone) for zone in attrs["zones"]), **arrays)


def _three(values: Sequence[Any], kind: Any) -> Any:
    return tuple(kind(value) for value in values)


def _save_checkpoint(
    path: Path,
    state: State,
    extra: dict[str, Any],
    counts: dict[str, Any],
    case: str,
    versions: dict[str, str],
) -> None:
    """Every array of the state, bit by bit; a new name first, so that the last good one is never lost."""
    part = path.with_name(f"{path.name}.part")
    try:
        with h5py.File(part, "w") as file:
            file["case"] = case
            file.create_group("versions").attrs.update(versions)
            file["counts"] = json.dumps(_plain(counts))
            _write_tree(file.create_group("state"), {f.name: getattr(state, f.name) for f in fields(state)})
            _write_tree(file.create_group("extra"), extra)
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _disk_trouble(error, path) from None


def _load_checkpoint(path: Path) -> tuple[State, dict[str, Any], dict[str, Any], str]:
    """State, `extra`, counts and case text. Raises CaseError where it is cut short."""
    try:
        with _opened(path) as file:
            state = State(**_read_tree(file["state"]))
            return state, _read_tree(file["extra"]), json.loads(file["counts"][()]), file["case"][()].decode()
    except (OSError, KeyError, TypeError, ValueError, RuntimeError):
        raise CaseError(f"'{path}' is cut short or no checkpoint; run the case again") from None


def _write_tree(group: Any, values: dict[str, Any]) -> None:
    """Arrays as datasets, mappings as groups, the rest as JSON (floats come back bit by bit)."""
    for name, value in values.items():
        if isinstance(value, np.ndarray):
            group.create_dataset(name, data=value)
        elif isinstance(value, dict):
            _write_tree(group.create_group(name), value)
        else:
            group.attrs[name] = json.dumps(_plain(value))


def _read_tree(group: Any) -> dict[str, Any]:
    values: dict[str, Any] = {name: json.loads(value) for name, value in group.attrs.items()}
    for name, entry in group.items():
        values[name] = _read_tree(entry) if isinstance(entry, h5py.Group) else entry[()]
    return values
