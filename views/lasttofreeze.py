"""Where a casting freezes last: hot spots and surfaces of equal time inside a translucent casting."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, map_coordinates

from ..cases.castingresult import CastingResult
from ..cases.result import Result
from ..materials.refusal import CaseError
from ..solver.field import onto
from ..solver.geometry import Cells
from .colours import span
from .display import renderer
from .stage import INK, Stage
from .surface import surface

Array = NDArray[float64]

LAST_TO_FREEZE = "last_to_freeze"
SHARES = (0.5, 0.7, 0.85, 0.95)  # of the time until the last place is solid, of each surface
SPOTS = 3
POINTS = 90  # along the longest edge of the box in which surfaces are sought
OPACITY = 0.3


def last_to_freeze(result: Result, cut: str | None, path: Path | None) -> Path | None:
    """The picture, in a window or as a PNG. Raises CaseError for a run that is no casting or has not frozen."""
    if not isinstance(result, CastingResult):
        raise CaseError("a heat treatment does not freeze; show a field")
    time = result.field("solidification_time").values
    spots, last = result.hot_spots(SPOTS), float(np.nanmax(time))
    time = np.where(np.isfinite(time), time, last)
    skin = surface(result.cells, np.ones(time.size, bool), cut)
    with renderer():
        stage = Stage(path is not None)
        stage.glass(skin)
        grid = _volume(result.cells, time, skin.points)
        shares = [share for share in SHARES if share * last > time.min()]  # others would be the skin in steps
        levels = [share * last for share in shares]
        inner = grid.contour(levels, scalars="time")
        ends = span("solidification_time", np.array([0.0, last]))
        stage.paint([inner], [np.asarray(inner.point_data["time"])], "solidification_time", "s", ends, OPACITY)
        _mark(stage, [spot.place for spot in spots], [f"{spot.time:.4g} s" for spot in spots], skin.points)
        stage.write("title", f"{result.name}\nlast to freeze")
        shown = ", ".join(f"{level:.3g}" for level in levels)
        stage.write("numbers", f"surfaces solid at {shown} s ({', '.join(f'{100 * share:.0f}' for share in shares)} %)")
        stage.look(cut)
        return stage.done(path)


def _mark(stage: Stage, places: list[tuple[float, float, float]], texts: list[str], points: Array) -> None:
    """A ball and its time at each hot spot."""
    import pyvista

    radius = 12.0 * float(np.ptp(points, axis=0).max())  # mm, of an edge in m: about a hundredth
    for place, text in zip(places, texts, strict=True):
        here = 1e3 * np.array(place)
        stage.plotter.add_mesh(pyvista.Sphere(radius=radius, center=here), color="#c0392b", lighting=False)
        stage.plotter.add_point_labels(
            here[None], [text], font_size=22, text_color=INK, shape=None, always_visible=True, show_points=False
        )


def _volume(cells: Cells, values: Array, points: Array) -> Any:
    """A box of points about the surface with the field at each, 0 outside the casting, mm."""
    import pyvista

    low, high = points.min(0), points.max(0)
    step = float((high - low).max()) / POINTS
    count = np.maximum(np.ceil((high - low) / step).astype(int) + 1, 2)
    grid = pyvista.ImageData(
        dimensions=tuple(count), spacing=tuple(1e3 * (high - low) / (count - 1)), origin=tuple(1e3 * low)
    )
    grid.point_data["time"] = _read(cells, values, 1e-3 * np.asarray(grid.points, float64))
    return grid


def _read(cells: Cells, values: Array, points: Array) -> Array:
    """A cell field at points (k, 3) m, straight between centres, as at the nearest cell up to the wall, 0 beyond."""
    lattice = cells.lattice
    dense = np.full(int(np.prod(lattice.shape)), np.nan)
    dense[cells.index] = values
    dense = dense.reshape(lattice.shape[::-1])
    outside = np.isnan(dense)
    nearest = distance_transform_edt(outside, return_distances=False, return_indices=True)
    places = onto(lattice, points)
    at = [
        np.interp(places[:, axis], lattice.centres(axis), np.arange(lattice.shape[axis], dtype=float64))
        for axis in (2, 1, 0)
    ]
    read = map_coordinates(dense[tuple(nearest)], at, order=1)
    filled = np.zeros(outside.size)
    filled[cells.index] = cells.fraction  # half of a cell that the wall halves: the surface ends at the wall
    inside = map_coordinates(filled.reshape(outside.shape), at, order=1)
    return np.asarray(np.where(inside > 0.5, read, 0.0))
