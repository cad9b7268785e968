"""A traverse through the part, as a hardness tester walks it; it and the thermocouples as CSV."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.meaning import FROZEN, PHASES, meaning
from ..cases.reading import Probe
from ..cases.result import Result
from ..cases.summary import shown
from ..materials.hardness_scale import hrc_from_hv
from ..materials.quantity import parse
from ..materials.refusal import CaseError
from ..solver.field import distance_outside
from ..solver.geometry import Cells

Array = NDArray[float64]
Place = tuple[str, str, str]
MOST = 100_000  # indentations on a line

STRESSES = {
    "cylinder": ("stress_axial", "stress_hoop", "stress_radial"),
    "sphere": ("stress_hoop", "stress_radial"),
    None: ("stress_xx", "stress_yy", "stress_zz"),
}


@dataclass(frozen=True, eq=False)
class Traverse:
    """Fields along a straight line from the skin inwards.

    depth   (k,) m from the start;  points (k, 3) m
    fields  name -> (k,) in SI
    """

    depth: Array
    points: Array
    fields: dict[str, Array]


def traverse(
    result: Result,
    start: Place | None = None,
    end: Place | None = None,
    spacing: str | None = None,
    first: str | None = None,
    time: str | float | None = None,
) -> Traverse:
    """Fields from `start` on the skin to `end` inside; else from the skin at mid-length to the middle.

    spacing  between two indentations, "0.5 mm" (ISO 6507: at least 3 diagonals, 0.2 mm for HV1 at 500 HV);
             without it a smooth curve of 200 points
    first    depth of the first indentation, `spacing` without it

    Raises CaseError for points outside the part and a spacing that leaves no point.
    """
    a, b = _ends(result)
    a = a if start is None else _place(start, "start")
    b = b if end is None else _place(end, "end")
    length = float(np.linalg.norm(b - a))
    if length == 0.0:
        raise CaseError("start and end are the same place; give a line")
    if spacing is None:
        depth = np.linspace(0.0, length, 201)
    else:
        step = parse(spacing, "m", "spacing")
        begin = step if first is None else parse(first, "m", "first")
        if not 0.0 < step < length:
            raise CaseError(f"spacing '{spacing}' does not fit a line of {1e3 * length:.3g} mm; take a smaller one")
        if length / step > MOST:
            raise CaseError(f"spacing '{spacing}' makes {length / step:.2g} points; take a larger one")
        if not 0.0 <= begin <= length:
            raise CaseError(f"first '{first}' lies beyond a line of {1e3 * length:.3g} mm; take a smaller one")
        depth = np.arange(begin, length * (1 + 1e-9), step)
    points = a + (depth / length)[:, None] * (b - a)
    return Traverse(depth, points, {name: result.sample(name, points, time) for name in _columns(result, time)})


def write_csv(result: Result, line: Traverse, save: str | os.PathLike[str]) -> Path:
    """Write a traverse with a header that carries the units; hardness in HV and, from 20, in HRC."""
    path = Path(save)
    head = ["depth [mm]", "x [mm]", "y [mm]", "z [mm]"]
    columns = [1e3 * line.depth, *(1e3 * line.points.T)]
    for name, values in line.fields.items():
        unit = meaning(name).shown
        head.append(f"{name} [{unit}]" if unit else name)
        columns.append(shown(name, values))
        if name == "hardness":
            head.append("hardness [HRC]")
            columns.append([hrc_from_hv(value) for value in values])
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(head)
        for row in zip(*columns, strict=True):
            rows.writerow("" if value is None else f"{value:.6g}" for value in row)
    return path


def write_history(result: Result, save: str | os.PathLike[str], probes: tuple[str, ...] | None = None) -> Path:
    """Write time and the temperature of each thermocouple, as `Measurements.read_csv` reads a record.

    A field is empty where the body that the thermocouple sat in is gone. Raises CaseError without thermocouples.
    """
    chosen = thermocouples(result, probes)
    columns = np.stack([chosen[0].time, *(probe.temperature - 273.15 for probe in chosen)], 1)
    path = Path(save)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["time [s]", *(f"{probe.name} [degC]" for probe in chosen)])
        for row in columns.tolist():
            rows.writerow("" if np.isnan(value) else f"{value:.9g}" for value in row)
    return path


def thermocouples(result: Result, probes: tuple[str, ...] | None) -> list[Probe]:
    """The probes of a run by name, all where none is named. Raises CaseError for none and for an unknown one."""
    found = [result.probe(name) for name in (probes or result.probes)]
    if not found:
        raise CaseError("the case has no thermocouples; add sensors=[Thermocouple('core', at=(...))]")
    return found


def _columns(result: Result, time: str | float | None) -> list[str]:
    """What a traverse shows; at a time only what changes in time."""
    stresses = [name for name in STRESSES[result.axis] if "stress" in result.fields]
    before = [f"as_quenched_{name}" for name in stresses if "as_quenched_stress" in result.fields]
    if "solid_fraction" in result.fields:
        return [
            "temperature",
            *(name for name in FROZEN if name in result.fields and (time is None or not result.still(name))),
        ]
    if time is not None:
        return ["temperature", *(name for name in PHASES if name in result.fields), *stresses]
    steady = ["hardness", "carbon", *PHASES, "retained_austenite"]
    return [*(name for name in steady if name in result.fields), *stresses, *before] or ["temperature"]


def _place(place: Place, where: str) -> Array:
    return np.array([parse(value, "m", where) for value in place])


def _ends(result: Result) -> tuple[Array, Array]:
    """From the skin at mid-length, on the side of +x, to the middle, (3,) m each."""
    lattice = result.cells.lattice
    if lattice.metric == "3d":
        return _across(result.cells)
    x, y, z = result.centre
    places = result.cells.centres()
    if lattice.metric == "rz":
        z = 0.5 * (places[:, 2].min() + places[:, 2].max())
    level = np.abs(places[:, 2] - z) if lattice.metric == "rz" else np.zeros(len(places))
    row = np.flatnonzero(level < level.min() + 1e-9)
    inner, outer = (_edge(result.cells, int(row[place]), side) for place, side in ((0, -1.0), (-1, 1.0)))
    return np.array([x + outer, y, z]), np.array([x + inner, y, z])


def _edge(cells: Cells, cell: int, side: float) -> float:
    """Where the wall of a cell faces inwards (-1) or outwards (1), m from the axis; without a wall its face."""
    wall = (cells.patch_cell == cell) & (side * cells.patch_normal[:, 0] > 0.3)
    if wall.any():
        return float(np.average(cells.feet()[wall, 0], weights=cells.patch_area[wall]))
    return float(cells.centres()[cell, 0] + 0.5 * side * cells.lattice.spacing[0])


def _across(cells: Cells) -> tuple[Array, Array]:
    """From the skin along x to the middle of the box, or to the cell next to it."""
    lattice, places = cells.lattice, cells.centres()
    dx, size = lattice.spacing[0], np.array(lattice.shape) * np.array(lattice.spacing)
    middle = np.array(lattice.origin) + 0.5 * size
    whole = np.flatnonzero(cells.fraction >= cells.fraction.max())  # the centre of a cut cell may lie outside
    near = places[whole[np.argmin(np.linalg.norm(places[whole] - middle, axis=1))]]
    if distance_outside(cells, middle[None])[0] > 0.0:
        middle = near
    row = np.flatnonzero(np.linalg.norm((places - near)[:, 1:], axis=1) < 1e-6 * dx)
    row = row[places[row, 0] >= near[0]]
    joined = np.cumprod(np.diff(places[row, 0], prepend=near[0]) < 1.5 * dx) > 0
    last = row[joined][-1]
    wall = (cells.patch_cell == last) & (cells.patch_normal[:, 0] > 0.3)
    reach = np.min(cells.patch_distance[wall] / cells.patch_normal[wall, 0], initial=0.5 * dx)
    return np.array([places[last, 0] + reach - 1e-6 * dx, middle[1], middle[2]]), middle
