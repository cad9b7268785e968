"""When the melt reaches each place of the mould, from a file."""

import csv
import os
import re
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from pydantic.dataclasses import dataclass
from scipy.spatial import cKDTree

from ..materials.quantity import parse
from ..materials.refusal import STRICT, CaseError, plain
from ..solver.field import onto
from ..solver.geometry import Cells

Array = NDArray[float64]
TITLE = "x [mm],y [mm],z [mm],time [s]"
COLUMNS = {"x": "m", "y": "m", "z": "m", "time": "s"}
HEAD = re.compile(r"\s*(\w+)\s*\[\s*([^\]]+?)\s*\]\s*")
NEAR = 4
"""Points that a cell is read from, weighted by the inverse square of their distance."""
UNEVEN = 0.05
"""Of the longest time: what a place and its image may differ by where a casting is mirrored."""


@plain
@dataclass(frozen=True, config=STRICT)
class FillMap:
    """Times at which the melt reaches places of the mould, as a filling program or a film of the stream gives them.

    file  CSV with the header "x [mm],y [mm],z [mm],time [s]", one place a line, in the axes of the part

        Casting(..., fill_time=FillMap("fill.csv"))

    Raises CaseError for a file without these columns, an empty one, what is no number, and a time below zero.
    """

    file: str

    @cached_property
    def rows(self) -> Array:
        """(k, 4) x, y, z in m and time in s."""
        path = Path(self.file)
        if not path.is_file():
            raise CaseError(f"no file '{self.file}'; export x, y, z and time from the filling program as CSV", "file")
        with path.open(encoding="utf-8-sig", newline="") as opened:
            lines = [line for line in csv.reader(opened) if line]
        units = self._units(lines[0] if lines else [])
        return np.array([self._row(number, line, units) for number, line in enumerate(lines[1:], 2)])

    def _units(self, head: list[str]) -> dict[str, tuple[int, float]]:
        """Column and size in SI of each of COLUMNS."""
        found = {match[1]: (number, match[2]) for number, name in enumerate(head) if (match := HEAD.fullmatch(name))}
        missing = [name for name in COLUMNS if name not in found]
        if missing:
            raise CaseError(f"'{self.file}' has no column {missing[0]}; head it '{TITLE}'", "file")
        sizes = {name: parse(f"1 {found[name][1]}", unit, f"column {name}") for name, unit in COLUMNS.items()}
        return {name: (found[name][0], size) for name, size in sizes.items()}

    def _row(self, number: int, line: list[str], units: dict[str, tuple[int, float]]) -> list[float]:
        try:
            row = [float(line[column]) * size for column, size in units.values()]
        except (ValueError, IndexError):
            raise CaseError(f"'{self.file}' line {number}: '{','.join(line)}' are no four numbers", "file") from None
        if not np.isfinite(row).all() or row[-1] < 0.0:
            raise CaseError(f"'{self.file}' line {number}: the time '{line[units['time'][0]]}' is below zero", "file")
        return row

    def arrival(self, cells: Cells) -> Array:
        """(n,) s, when the melt reaches each cell: of the NEAR nearest places, the nearer the more."""
        if not self.rows.size:
            raise CaseError(f"'{self.file}' holds no place; give one a line", "file")
        lattice, centres = cells.lattice, cells.centres()
        places = onto(replace(lattice, mirrored=()), self.rows[:, :3])
        own = self._read(places, centres)
        for axis in lattice.mirrored:
            image = centres.copy()
            image[:, axis] = 2.0 * lattice.origin[axis] - centres[:, axis]
            apart = float(np.abs(self._read(places, image) - own).max())
            if apart > UNEVEN * float(own.max()):
                raise CaseError(
                    f"'{self.file}' is not mirrored along {'xyz'[axis]}: {apart:.2g} s between a place and its image; "
                    f"leave '{'xyz'[axis]}' out of the symmetry of the grid",
                    "fill_time",
                )
        return own

    def away(self, cells: Cells) -> float:
        """m, from the cell farthest from any place to the place nearest to it."""
        places = onto(replace(cells.lattice, mirrored=()), self.rows[:, :3])
        return float(cKDTree(places).query(cells.centres())[0].max())

    def _read(self, places: Array, points: Array) -> Array:
        away, near = cKDTree(places).query(points, k=min(NEAR, len(places)))
        away, near = away.reshape(len(away), -1), near.reshape(len(near), -1)
        weight = 1.0 / np.maximum(away, 1e-9) ** 2
        return np.asarray((weight * self.rows[near, 3]).sum(1) / weight.sum(1))

    def words(self, folder: Path | None = None) -> dict[str, Any]:
        """As it stands in a file, the path relative to `folder`, absolute where it is None."""
        whole = os.path.abspath(self.file)
        return {"file": whole if folder is None else os.path.relpath(whole, folder)}
