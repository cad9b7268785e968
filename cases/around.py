"""What lies around a casting in a result file: cells and temperatures of mould, chills, cores and sleeves.

/around/<name>   /cells as of the casting; temperature (steps, n), wall (steps, p) K, until the shake-out
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..solver.geometry import Cells
from .cellsfile import read_cells, write_cells
from .vtkhdf import PACKED

if TYPE_CHECKING:
    from ..solver.problem import Around

Array = NDArray[float64]
GROUP = "around"
CHUNK = 1 << 16  # values


def begin(file: Any, bodies: dict[str, Cells]) -> None:
    """Write the cells of each body, no steps yet."""
    for number, (name, cells) in enumerate(bodies.items()):
        group = file.create_group(f"{GROUP}/{name}")
        group.attrs["number"] = number
        write_cells(group.create_group("cells"), cells)
        for what, width in (("temperature", cells.index.size), ("wall", cells.patch_cell.size)):
            chunk = (max(1, min(16, CHUNK // max(width, 1))), max(1, min(width, CHUNK)))
            group.create_dataset(what, (0, width), np.float32, maxshape=(None, width), chunks=chunk, **PACKED)


def append(file: Any, steps: "list[Around]") -> None:
    """Add steps; one without bodies, after the shake-out, adds nothing."""
    there = [step for step in steps if step]
    if not there:
        return
    for number, group in enumerate(file[GROUP][name] for name in names(file)):
        for what, column in (("temperature", 0), ("wall", 1)):
            data, first = group[what], group[what].shape[0]
            data.resize(first + len(there), axis=0)
            data[first:] = np.stack([step[number][column] for step in there])


def names(file: Any) -> list[str]:
    """The bodies in a file, in the order of the run; none where they were not stored."""
    return sorted(file[GROUP], key=lambda name: int(file[GROUP][name].attrs["number"])) if GROUP in file else []


def cut(file: Any, steps: int) -> None:
    """Drop the steps from number `steps` on."""
    for name in names(file):
        for what in ("temperature", "wall"):
            data = file[GROUP][name][what]
            data.resize(min(steps, data.shape[0]), axis=0)


def cells(file: Any, name: str) -> Cells:
    """The cells of a body."""
    return read_cells(file[GROUP][name]["cells"])


def count(file: Any, name: str) -> int:
    """How many steps of a body are stored."""
    return int(file[GROUP][name]["temperature"].shape[0])


def take(file: Any, name: str, what: str, step: int) -> Array:
    """`temperature` (n,) or `wall` (p,) of a body at a step, K."""
    return np.asarray(file[GROUP][name][what][step], float64)
