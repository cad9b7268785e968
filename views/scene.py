"""Fields on the part, in three dimensions (PyVista)."""

import os
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.meaning import meaning
from ..cases.reading import Field
from ..cases.result import Result
from ..cases.summary import shown, words
from ..materials.hardness_scale import hrc_from_hv
from ..materials.quantity import parse
from ..materials.refusal import CaseError, one_of
from ..solver.field import distance_outside, onto
from .display import has_display, renderer
from .surface import Surface, surface

Array = NDArray[float64]

CUTS = ("x", "y", "z")
MAPS = {
    "temperature": "inferno",
    "hardness": "viridis",
    "plastic_strain": "magma",
    "displacement": "magma",
    "t8_5": "cividis",
    "cooling_rate_700": "cividis",
    "solid_fraction": "viridis",
    "solidification_time": "inferno",
    "local_solidification_time": "inferno",
    "rigid_time": "inferno",
}
WHOLE = {"solid_fraction": (0.0, 100.0, 6)}  # the same colours at every instant
SIGNED = "RdBu_r"
VERDICT = ("#3b6fb6", "#d9d9d9", "#c0392b")  # below, within, above
INK = "#222222"
ROOM = 0.25  # of a field's span, by which a thin wall may extrapolate it before the colours would suffer
MOST = 60_000  # points at which a field is read; beyond, the mean of the cells around a point
SIZE = (1200, 900)
ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def show(
    result: Result,
    field: str = "hardness",
    *,
    cut: str | None = None,
    below: str | None = None,
    above: str | None = None,
    time: str | float | None = None,
    unit: str | None = None,
    limits: bool = False,
    save: str | os.PathLike[str] | None = None,
) -> Path | None:
    """A picture of a field: in a window where there is a display, or as a PNG at `save`.

        result.show("hardness", cut="y")
        result.show("stress_axial", cut="y", save="axial.png")
        result.show("hardness", limits=True)            # where the drawing's limits are met

    cut     "x", "y" or "z": the half in front of the middle plane is taken away
    below, above  only the cells below, above a quantity, "300 MPa"
    time    "60 s" or seconds; the end without it
    unit    "HRC" shows hardness in Rockwell C

    Raises CaseError for an unknown field or cut, nothing left to show, and a machine that cannot draw.
    """
    if cut is not None:
        one_of(cut, CUTS, "cut")
    what = result.field(field, time)
    keep = _between(what, below, above)
    if save is None and not has_display():
        raise CaseError("no display here for a window; give save='picture.png'")
    label = _unit(field, unit)
    skin = surface(result.cells, keep, cut)
    title = f"{result.name}\n{words(field)}{_when(result, what, time)}"
    with renderer():
        plotter, mesh = _plotter(skin, save is not None)
        if limits:
            _verdict(plotter, mesh, _judged(result, field)[skin.cell], words(field))
        else:
            values = _seen(field, _painted(result, what, skin, time), label)
            _paint(plotter, mesh, values, field, label)
        plotter.add_text(title, position=(0.02, 0.92), viewport=True, font_size=12, color=INK)
        numbers = _numbers(what, _seen(field, _size(what.values), label), label)
        plotter.add_text(numbers, position=(0.02, 0.02), viewport=True, font_size=10, color=INK)
        _look(plotter, cut)
        if save is None:
            plotter.show()
            return None
        path = Path(save)
        plotter.screenshot(path)
        plotter.close()
        return path


def _unit(field: str, unit: str | None) -> str:
    """The unit to show a field in. Raises CaseError for one that it has not."""
    usual = meaning(field).shown
    if unit in (None, usual) or (field == "hardness" and unit == "HRC"):
        return unit or usual
    raise CaseError(f"{field} is shown in {usual}{' or HRC' if field == 'hardness' else ''}, not in {unit!r}")


def _size(values: Array) -> Array:
    """A scalar for every cell or point: of a vector its length."""
    if values.ndim == 1:
        return values
    if values.shape[0] == 3:
        return np.asarray(np.linalg.norm(values, axis=0))
    raise CaseError("a stress has six components; show stress_xx, stress_axial, von_mises or max_principal")


def _seen(field: str, values: Array, label: str) -> Array:
    """SI values in the unit shown; Rockwell C is NaN below 20."""
    if label != "HRC":
        return np.asarray(shown(field, values))
    rockwell = [hrc_from_hv(value) for value in values]
    return np.array([np.nan if value is None else value for value in rockwell])


def _painted(result: Result, field: Field, skin: Surface, time: str | float | None) -> Array:
    """A field at the points of the surface (m,), read there as `result.at` does where they lie inside."""
    owners, values = skin.quads.ravel(), np.repeat(_size(field.values)[skin.cell], 4)
    known = np.isfinite(values)
    count = np.bincount(owners[known], minlength=len(skin.points))
    total = np.bincount(owners[known], values[known], minlength=len(skin.points))
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    places, back = np.unique(np.round(onto(result.cells.lattice, skin.points), 9), axis=0, return_inverse=True)
    if field.name == "deviation" or len(places) > MOST or not known.all():
        return mean
    low, high = np.nanmin(values), np.nanmax(values)
    room = np.inf if field.name == "temperature" else ROOM * (high - low)
    first = np.empty(len(places), np.int64)
    first[back.ravel()] = np.arange(len(skin.points))
    inside = distance_outside(result.cells, skin.points[first]) == 0.0
    read = np.full(len(places), np.nan)
    read[inside] = _size(result.sample(field.name, skin.points[first[inside]], time))
    there = read[back.ravel()]
    return np.clip(np.where(np.isfinite(there), there, mean), low - room, high + room)


def _between(field: Field, below: str | None, above: str | None) -> NDArray[np.bool_]:
    """The cells to show."""
    values = field.values if field.values.ndim == 1 else np.linalg.norm(field.values, axis=0)
    keep = np.ones(values.shape, bool)
    if below is not None:
        keep &= values < parse(below, field.unit, "below")
    if above is not None:
        keep &= values > parse(above, field.unit, "above")
    if not keep.any():
        raise CaseError(f"no cell lies there: {field.name} goes from {field.min:.4g} to {field.max:.4g} {field.unit}")
    return keep


def _judged(result: Result, field: str) -> Array:
    """-1, 0, 1 for below, within and above the limits of the drawing."""
    if field not in result.limits:
        raise CaseError(f"the case has no limits of {field}; write limits: {{{field}: [least, most]}}")
    return result.limits[field].map.astype(float64)


def _when(result: Result, field: Field, time: str | float | None) -> str:
    if result.still(field.name):
        return ""
    last = " after machining" if result.is_machined else " at the end"
    return last if time is None else f" at {field.time:.10g} s"


def _numbers(field: Field, values: Array, label: str) -> str:
    known = np.isfinite(values)
    if not known.any():
        return "not reached anywhere"
    low, high = values[known].min(), values[known].max()
    mean = float(np.average(values[known], weights=field.volumes[known]))
    mean = 0.0 if abs(mean) < 1e-6 * max(abs(low), abs(high)) else mean  # round-off of a balanced stress
    return f"cells: least {low:.4g}, mean {mean:.4g}, most {high:.4g} {label}"


def _plotter(skin: Surface, hidden: bool) -> tuple[Any, Any]:
    """An empty stage, and the surface as a mesh in mm with its sharp edges drawn."""
    import pyvista

    faces = np.column_stack([np.full(len(skin.quads), 4), skin.quads]).ravel()
    mesh = pyvista.PolyData(1e3 * skin.points, faces)
    plotter = pyvista.Plotter(off_screen=hidden, window_size=SIZE)
    plotter.set_background("white")
    whole = mesh.clean(tolerance=1e-6)
    edges = whole.extract_feature_edges(feature_angle=40, manifold_edges=False, non_manifold_edges=False)
    if edges.n_cells:
        plotter.add_mesh(edges, color=INK, line_width=1.5, lighting=False)
    plotter.add_axes(color=INK)
    return plotter, mesh


def _paint(plotter: Any, mesh: Any, values: Array, field: str, label: str) -> None:
    """Colours by point, and the bar with its title above."""
    mesh.point_data[field] = values
    low, high, labels = _range(field, values)
    bar = {
        "title": " ", "vertical": True, "position_x": 0.84, "position_y": 0.15, "width": 0.1, "height": 0.62,
        "label_font_size": 20, "n_labels": labels, "color": INK, "fmt": _digits(low, high),
    }  # fmt: skip
    plotter.add_mesh(
        mesh, scalars=field, cmap=_colours(field, values), clim=(low, high), lighting=False,
        nan_color="#bbbbbb", scalar_bar_args=bar,
    )  # fmt: skip
    head = "\n".join(textwrap.wrap(words(field), 16)) + (f"\n[{label}]" if label else "")
    plotter.add_text(head, position=(0.84, 0.79), viewport=True, font_size=11, color=INK)
    if label == "HRC" and np.isnan(values).any():
        plotter.add_text("grey: below 20 HRC", position=(0.8, 0.1), viewport=True, font_size=9, color=INK)


def _verdict(plotter: Any, mesh: Any, judged: Array, what: str) -> None:
    """Three colours: below, within and above the limits."""
    mesh.cell_data["verdict"] = judged
    bar = {
        "title": " ", "vertical": True, "position_x": 0.82, "position_y": 0.35, "width": 0.08, "height": 0.32,
        "n_labels": 0,
    }  # fmt: skip
    plotter.add_mesh(mesh, scalars="verdict", cmap=list(VERDICT), clim=(-1.5, 1.5), lighting=False, scalar_bar_args=bar)
    for number, text in enumerate(("below", "within", "above")):
        place = (0.88, 0.385 + 0.105 * number)
        plotter.add_text(text, position=place, viewport=True, font_size=11, color=INK)
    plotter.add_text(f"{what}\nand its limits", position=(0.82, 0.7), viewport=True, font_size=11, color=INK)


def _colours(field: str, values: Array) -> str:
    signed = (meaning(field).unit == "Pa" or field == "deviation") and np.nanmin(values) < 0.0
    return SIGNED if signed else MAPS.get(field, "magma" if meaning(field).unit == "Pa" else "cividis")


def _range(field: str, values: Array) -> tuple[float, float, int]:
    """Ends of the colour bar and how many labels make round numbers; about zero where the sign matters."""
    if field in WHOLE:
        return WHOLE[field]
    if not np.isfinite(values).any():
        return 0.0, 1.0, 2
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if _colours(field, values) == SIGNED:
        half = _round(max(abs(low), abs(high)) / 2.0)
        return -2.0 * half, 2.0 * half, 5
    if high - low < 1e-6 * max(abs(high), 1e-12):
        low, high = low - 0.5, high + 0.5
    step = _round((high - low) / 5.0)
    first = np.floor(low / step + 1e-6) * step
    count = int(np.ceil((high - first) / step - 1e-6))
    return float(first), float(first + count * step), count + 1


def _round(value: float) -> float:
    """The next round number above."""
    ten = 10.0 ** np.floor(np.log10(value))
    return float(ten * next(size for size in ROUND if size * ten >= value * 0.999))


def _digits(low: float, high: float) -> str:
    span = high - low
    return "%.0f" if span >= 10 else "%.1f" if span >= 2 else f"%.{1 - int(np.floor(np.log10(span)))}f"


def _look(plotter: Any, cut: str | None) -> None:
    """From the side that a cut has opened, z up."""
    direction = {
        None: (1.0, -1.6, 0.7),
        "x": (-1.8, -0.7, 0.6),
        "y": (0.55, -1.9, 0.6),
        "z": (1.0, -1.3, 1.4),
    }[cut]
    plotter.view_vector(direction, viewup=(0, 0, 1))
    plotter.enable_parallel_projection()
    plotter.reset_camera()
    plotter.camera.zoom(0.9)
    plotter.camera.SetWindowCenter(0.13, 0.0)
