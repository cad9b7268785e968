"""The cells of a body in a group of a result file."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from ..solver.geometry import Cells
from ..solver.lattice import Lattice
from . import vtkhdf


def write_cells(group: Any, cells: Cells) -> None:
    """Lattice as attributes, every array as a dataset."""
    group.attrs.update(
        {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(cells.lattice).items()}
    )
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
    )
    arrays = {entry.name: group[entry.name][:] for entry in fields(Cells) if entry.name in group}
    return Cells(lattice=lattice, zones=tuple(str(zone) for zone in attrs["zones"]), **arrays)


def _three(values: Sequence[Any], kind: Any) -> Any:
    return tuple(kind(value) for value in values)
