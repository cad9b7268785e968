"""A result file on disk: its names, who may write it, and what is wrong where it cannot be written or read."""

import errno
import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from ..materials.refusal import CaseError
from . import pending

if sys.platform != "win32":
    import fcntl

SUFFIX = ".vtkhdf"
PACKING = 0.5  # of the raw bytes, pessimistic


@contextmanager
def alone(path: Path | None) -> Iterator[None]:
    """Holds a result file while a run writes it; a killed run lets go. Raises CaseError where another holds it."""
    if path is None or sys.platform == "win32" or not path.is_file():
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


def expected_bytes(cells: int, components: float, snapshots: int, state_bytes: float) -> float:
    """Room a run needs: snapshots of `components` numbers and two checkpoints of `state_bytes` a cell."""
    return cells * (4.0 * PACKING * components * snapshots + 2.0 * state_bytes)


def checkpoint_path(result: Path) -> Path:
    """Where the checkpoint of a result file lies."""
    return result.with_name(f"{result.name}.checkpoint")


@contextmanager
def opened(source: Path | io.BytesIO) -> Iterator[Any]:
    where = {} if isinstance(source, io.BytesIO) else {"locking": False}
    with h5py.File(source, "r", **where) as file:
        yield file


def check_readable(path: Path) -> None:
    """Refuse what is missing, no HDF5, or cut short; finish a commit that was cut off."""
    if not path.is_file():
        raise CaseError(f"no file '{path}'")
    try:
        pending.repair(path)
        with opened(path):
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


def disk_trouble(error: OSError, path: Path) -> OSError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    why = "the disk is full" if full else (error.strerror or str(error))
    return OSError(
        error.errno,
        f"cannot write '{path}': {why}; what it held stays readable. Make room and resume the run",
    )
