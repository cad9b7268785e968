"""The cells of a body in a group of a result file."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import numpy as np

from ..solver.geometry import Cells
from ..solver.lattice import Lattice
from . import vtkhdf


def write_cells(group: Any, cells: Cells) -> None:
    """Lattice as attributes, every array as a dataset."""
    lattice = cells.lattice
    group.attrs.update({name: list(getattr(lattice, name)) for name in ("shape", "spacing", "origin", "middle")})
    group.attrs["metric"] = lattice.metric
    for axis, widths in zip("xyz", lattice.graded, strict=True):
        if widths:
            group[f"graded_{axis}"] = np.array(widths)
    for entry in fields(cells):
        value = getattr(cells, entry.name)
        if isinstance(value, np.ndarray):
            packed = vtkhdf.PACKED if value.size else {}
            group.create_dataset(entry.name, data=value, **packed)
    group.attrs["zones"] = list(cells.zones)


def read_cells(group: Any) -> Cells:
    """What `write_cells` wrote."""
    attrs = group.attrs
    lattice = Lattice(
        str(attrs["metric"]),
        _three(attrs["shape"], int),
        _three(attrs["spacing"], float),
        _three(attrs["origin"], float),
        _three(attrs["middle"], float),
        _three((group[f"graded_{axis}"][:] if f"graded_{axis}" in group else () for axis in "xyz"), _widths),
    )
    arrays = {entry.name: group[entry.name][:] for entry in fields(Cells) if entry.name in group}
    return Cells(lattice=lattice, zones=tuple(str(zone) for zone in attrs["zones"]), **arrays)


def _three(values: Iterable[Any], kind: Any) -> Any:
    return tuple(kind(value) for value in values)


def _widths(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(map(float, values))
