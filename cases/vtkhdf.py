"""VTKHDF ImageData with time steps, as every VTK from 9.3 reads it; `file` is an h5py file of the store.

    /VTKHDF                      attrs Version [2,0], Type, WholeExtent, Origin, Spacing, Direction
    /VTKHDF/CellData/<name>      (steps, nz, ny, nx[, k]); static fields have one step and offsets of zero
    /VTKHDF/Steps                attr NSteps; Values (steps,); CellDataOffsets/<name> (steps,)

Cells outside the part hold NaN and are hidden by vtkGhostType 32.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..solver.lattice import Lattice

Array = NDArray[Any]

HIDDEN = 32
CHUNK = 1 << 16  # values; a chunk without part cells is never written
STEPS_TOGETHER = 256
PACKED: dict[str, Any] = {"compression": "gzip", "compression_opts": 1, "shuffle": True}


class Blocks:
    """How the n part cells of a lattice fall into the chunks of a dense (nz, ny, nx) array.

    chunk  (steps, z, y, x) of a chunk
    parts  (slices of the dense array, shape of the chunk there, places in it, part cells) each
    """

    def __init__(self, lattice: Lattice, index: NDArray[np.int64]) -> None:
        nx, ny, nz = lattice.shape
        self.shape = (nz, ny, nx)
        size = [nz, ny, nx]
        while np.prod(size) > CHUNK:
            widest = int(np.argmax(size))
            size[widest] = -(-size[widest] // 2)
        self.chunk = (int(np.clip(CHUNK // 4 // np.prod(size), 1, STEPS_TOGETHER)), *size)
        place = np.unravel_index(index, self.shape)
        owner = np.ravel_multi_index(
            tuple(at // step for at, step in zip(place, size, strict=True)),
            tuple(-(-full // step) for full, step in zip(self.shape, size, strict=True)),
        )
        order = np.argsort(owner, kind="stable")
        starts = np.flatnonzero(np.diff(owner[order], prepend=-1))
        self.parts = [self._part(place, group, size) for group in np.split(order, starts[1:])]

    def _part(
        self, place: tuple[Array, ...], group: Array, size: list[int]
    ) -> tuple[tuple[slice, ...], tuple[int, ...], Array, Array]:
        low = [int(at[group[0]]) // step * step for at, step in zip(place, size, strict=True)]
        high = [min(a + step, full) for a, step, full in zip(low, size, self.shape, strict=True)]
        shape = tuple(b - a for a, b in zip(low, high, strict=True))
        inside = np.ravel_multi_index(tuple(at[group] - a for at, a in zip(place, low, strict=True)), shape)
        slices = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        return slices, shape, inside.astype(np.int32), group.astype(np.int32)


def begin(file: Any, lattice: Lattice, index: NDArray[np.int64], blocks: Blocks) -> None:
    """Write the empty frame: the grid, hidden cells, no steps yet."""
    root = file.create_group("VTKHDF")
    root.attrs["Version"] = np.array([2, 0], np.int64)
    root.attrs.create("Type", b"ImageData", dtype="S9")
    extent = np.zeros(6, np.int64)
    extent[1::2] = lattice.shape
    root.attrs["WholeExtent"] = extent
    root.attrs["Origin"] = np.array(seen_origin(lattice), float64)
    root.attrs["Spacing"] = np.array(seen_spacing(lattice), float64)
    root.attrs["Direction"] = np.eye(3).ravel()
    for name in ("CellData", "PointData", "FieldData", "Steps"):
        root.create_group(name)
    steps = root["Steps"]
    steps.attrs["NSteps"] = np.int64(0)
    steps.create_dataset("Values", (0,), float64, maxshape=(None,), chunks=(1024,))
    for name in ("CellDataOffsets", "PointDataOffsets", "FieldDataOffsets"):
        steps.create_group(name)
    hidden = np.full(np.prod(blocks.shape), HIDDEN, np.uint8)
    hidden[index] = 0
    cell = root["CellData"].create_dataset(
        "vtkGhostType", data=hidden.reshape(1, *blocks.shape), chunks=(1, *blocks.chunk[1:]), **PACKED
    )
    cell.attrs["static"] = True
    _offsets(root, "vtkGhostType")


def seen_spacing(lattice: Lattice) -> tuple[float, float, float]:
    """Spacing of the picture, m: an axis of one cell is as thick as the first one's cells."""
    dx, dy, dz = lattice.spacing
    return dx, dy if lattice.metric == "3d" else dx, dz if lattice.metric in ("rz", "3d") else dx


def seen_origin(lattice: Lattice) -> tuple[float, float, float]:
    """Corner of the picture, m: an axis of one cell lies about zero."""
    x, y, z = lattice.origin
    _, dy, dz = seen_spacing(lattice)
    return x, y if lattice.metric == "3d" else -0.5 * dy, z if lattice.metric in ("rz", "3d") else -0.5 * dz


def append(file: Any, blocks: Blocks, times: Array, fields: Iterable[tuple[str, Array, Any]]) -> list[str]:
    """Add T steps; the count of steps is raised last. Gives the names that are new.

    times (T,) s; fields: name, (T, n) or (T, k, n), stored as
    """
    root = file["VTKHDF"]
    steps = root["Steps"]
    new = []
    first, count = int(steps.attrs["NSteps"]), len(times)
    for name, values, dtype in fields:
        if name not in root["CellData"]:
            _create(root, blocks, name, dtype, values.shape[1:-1])
            new.append(name)
        cell = root["CellData"][name]
        cell.resize(first + count, axis=0)
        _fill(cell, blocks, slice(first, first + count), values)
    for name, offsets in steps["CellDataOffsets"].items():
        offsets.resize((first + count,))
        still = root["CellData"][name].attrs["static"]
        offsets[first:] = 0 if still else np.arange(first, first + count)
    steps["Values"].resize((first + count,))
    steps["Values"][first:] = times
    steps.attrs["NSteps"] = np.int64(first + count)
    return new


def put(file: Any, blocks: Blocks, name: str, values: Array, dtype: Any) -> None:
    """Write a field that does not change in time, (n,) or (k, n), as a dtype; an older one of the name is replaced."""
    root = file["VTKHDF"]
    if name in root["CellData"]:
        drop(file, name)
    _create(root, blocks, name, dtype, values.shape[:-1], static=True)
    _fill(root["CellData"][name], blocks, slice(0, 1), values[None])


def drop(file: Any, name: str) -> None:
    """Take a field out."""
    del file["VTKHDF/CellData"][name]
    del file["VTKHDF/Steps/CellDataOffsets"][name]


def cut(file: Any, steps: int) -> None:
    """Drop the steps from number `steps` on."""
    root = file["VTKHDF"]
    root["Steps"].attrs["NSteps"] = np.int64(steps)
    root["Steps/Values"].resize((steps,))
    for name, offsets in root["Steps/CellDataOffsets"].items():
        offsets.resize((steps,))
        if not root["CellData"][name].attrs["static"]:
            root["CellData"][name].resize(steps, axis=0)


def names(file: Any, static: bool) -> list[str]:
    """The fields that stand still, or those that change, in the order they came."""
    cells = file["VTKHDF/CellData"]
    return [name for name in cells if name != "vtkGhostType" and bool(cells[name].attrs["static"]) == static]


def take(file: Any, name: str, step: int, index: NDArray[np.int64]) -> Array:
    """Part cells of one step, (n,) or (k, n), float64."""
    cell = file["VTKHDF/CellData"][name]
    dense = cell[0 if cell.attrs["static"] else step]
    if dense.ndim == 3:
        return np.asarray(dense.reshape(-1)[index], float64)
    return np.ascontiguousarray(dense.reshape(-1, dense.shape[-1])[index].T, float64)


def _create(root: Any, blocks: Blocks, name: str, dtype: Any, kinds: tuple[int, ...], static: bool = False) -> None:
    steps = 1 if static else int(root["Steps"].attrs["NSteps"])
    chunk = (1 if static else blocks.chunk[0], *blocks.chunk[1:], *kinds)
    cell = root["CellData"].create_dataset(
        name,
        (steps, *blocks.shape, *kinds),
        dtype,
        maxshape=(None, *blocks.shape, *kinds),
        chunks=chunk,
        fillvalue=np.nan,
        **PACKED,
    )
    cell.attrs["static"] = static
    _offsets(root, name)


def _offsets(root: Any, name: str) -> None:
    steps = int(root["Steps"].attrs["NSteps"])
    still = root["CellData"][name].attrs["static"]
    data = np.zeros(steps, np.int64) if still else np.arange(steps)
    root["Steps/CellDataOffsets"].create_dataset(name, data=data, maxshape=(None,), chunks=(1024,))


def _fill(cell: Any, blocks: Blocks, steps: slice, values: Array) -> None:
    """values (T, n) or (T, k, n) into the chunks that hold part cells."""
    rows = values if values.ndim == 2 else np.moveaxis(values, 1, 2)
    for slices, shape, inside, group in blocks.parts:
        block = np.full((rows.shape[0], int(np.prod(shape)), *rows.shape[2:]), np.nan, cell.dtype)
        block[:, inside] = rows[:, group]
        cell[(steps, *slices)] = block.reshape(rows.shape[0], *shape, *rows.shape[2:])
