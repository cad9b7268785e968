"""JSON files that appear as a whole or not at all, and what a stopped calibration goes on from."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.refusal import CaseError

Array = NDArray[float64]


def write(path: Path | None, page: dict[str, Any]) -> None:
    """A JSON file; nothing where there is no path."""
    if path is None:
        return
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(page, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def kept(path: Path | None, labels: tuple[str, ...]) -> Array | None:
    """Where a calibration was stopped, or None. Raises CaseError for a file of another one."""
    if path is None or not path.exists():
        return None
    page = json.loads(path.read_text("utf-8"))
    if tuple(page.get("labels", ())) != labels:
        raise CaseError(f"'{path}' belongs to a calibration with other unknowns; give another file", "file")
    return np.array(page["x"], float64)
