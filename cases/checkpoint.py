"""The checkpoint of a run: every array of its state and all counts, bit by bit."""

import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..materials.refusal import CaseError
from ..solver.state import State
from .resultfile import disk_trouble, opened


def write(
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
            file["counts"] = json.dumps(plain(counts))
            _write_tree(file.create_group("state"), {f.name: getattr(state, f.name) for f in fields(state)})
            _write_tree(file.create_group("extra"), extra)
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise disk_trouble(error, path) from None


def read(path: Path) -> tuple[State, dict[str, Any], dict[str, Any], str]:
    """State, `extra`, counts and case text. Raises CaseError where it is cut short."""
    try:
        with opened(path) as file:
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
            group.attrs[name] = json.dumps(plain(value))


def _read_tree(group: Any) -> dict[str, Any]:
    values: dict[str, Any] = {name: json.loads(value) for name, value in group.attrs.items()}
    for name, entry in group.items():
        values[name] = _read_tree(entry) if isinstance(entry, h5py.Group) else entry[()]
    return values


def plain(value: Any) -> Any:
    """Numpy numbers and arrays as JSON holds them."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(entry) for entry in value]
    return value.item() if isinstance(value, np.generic) else value
