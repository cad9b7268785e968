"""Bodies over time as ParaView opens them on any grid: one .pvd, and a .vtr for each body and instant."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.result import Result
from ..cases.vtkhdf import HIDDEN, seen_origin, seen_spacing
from ..materials.refusal import CaseError
from ..solver.geometry import Cells

Array = NDArray[float64]


def paraview(result: Result, file: str | os.PathLike[str]) -> Path:
    """Write every stored instant of a result, with mould, chills and cores where they are stored.

        result.paraview("plate.pvd")      # and the folder plate beside it

    The part is number 0 of the field `body`, the others follow; cells outside a body are hidden. Temperatures in K,
    lengths in m. Raises CaseError for a name that does not end in .pvd.
    """
    path = Path(file)
    if path.suffix.lower() != ".pvd":
        raise CaseError(f"cannot write '{path}'; a name that ends in .pvd can be")
    folder = path.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, (name, body) in enumerate({"part": result, **result.bodies}.items()):
        grid = _grid(body.cells, number)
        for step, time in enumerate(body.times.tolist()):
            moving = (field for field in body.fields if not body.still(field))
            fields = {field: body.field(field, time).values for field in moving}
            if body is result and step == result.times.size - 1:
                fields |= {field: body.field(field).values for field in body.fields if body.still(field)}
            piece = folder / f"{name}_{step:05d}.vtr"
            _written(grid, body.cells, fields).save(piece)
            rows.append(f'<DataSet timestep="{time:.10g}" part="{number}" file="{folder.name}/{piece.name}"/>')
    inside = "\n".join(rows)
    path.write_text(f'<VTKFile type="Collection" version="0.1">\n<Collection>\n{inside}\n</Collection>\n</VTKFile>\n')
    return path


def _grid(cells: Cells, number: int) -> Any:
    """The grid of a body with what does not move: its number, its share of each cell, what is hidden."""
    import pyvista

    lattice = cells.lattice
    corner, step = seen_origin(lattice), seen_spacing(lattice)
    edges = [
        corner[axis] + step[axis] * (lattice.edges(axis) - lattice.origin[axis]) / lattice.spacing[axis]
        for axis in range(3)
    ]
    grid = pyvista.RectilinearGrid(*edges)
    hidden = np.full(int(np.prod(lattice.shape)), HIDDEN, np.uint8)
    hidden[cells.index] = 0
    grid.cell_data["vtkGhostType"] = hidden
    grid.cell_data["body"] = np.full(hidden.size, number, np.uint8)
    return _written(grid, cells, {"volume_fraction": cells.fraction})


def _written(grid: Any, cells: Cells, fields: dict[str, Array]) -> Any:
    """A copy of the grid with fields (n,) or (k, n); NaN outside the body."""
    made = grid.copy(deep=False)
    for name, values in fields.items():
        dense = np.full((grid.n_cells, *values.shape[:-1]), np.nan, np.float32)
        dense[cells.index] = values.T
        made.cell_data[name] = dense
    return made
