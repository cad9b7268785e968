"""Residual stress over the depth below a point of the skin, as diffraction reads it."""

import csv
import os
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ..materials.layer_removal import cylinder_readings, plate_readings
from ..materials.quantity import parse
from ..materials.refusal import CaseError, one_of
from ..solver.field import distance_outside, onto
from .meaning import AXIAL
from .specimen import Drawn
from .tensor import along, frame

if TYPE_CHECKING:
    from .result import Result

Array = NDArray[float64]

AXES = ("x", "y", "z")
STEPS = 40  # depths below the skin
ACROSS = 5  # points along each edge of the gauge volume
NEAR = 1.0  # cells that the point may lie off the skin
WORD = "stress_profile"
FRAMES = {"sphere": "sphere"}  # of a radial grid, where not about an axis


@dataclass(frozen=True, eq=False)
class StressProfile(Drawn):
    """Normal stress along one direction below a point of the skin; k depths, SI.

    at         (3,) m, the point on the skin;  normal (3,) inwards
    direction  what was asked: "axial", "x", ...
    gauge      edges of the gauge volume: across the depth (two), m, and along it, m
    depth      (k,) m, of the centre of that part of the gauge volume that is filled
    filled     (k,) share of the gauge volume inside the part
    stress     (k,) Pa, mean over it
    reading    (k,) Pa, what X-rays read there once the layers above are turned off the bar or ring, or etched
               off this face of the plate: the rest has sprung back. None for other parts and directions
    """

    name: str
    at: Array
    normal: Array
    direction: str
    gauge: tuple[float, float]
    depth: Array
    filled: Array
    stress: Array
    reading: Array | None

    def csv(self, file: str | os.PathLike[str]) -> Path:
        """Write the numbers: depth, stress, share of the gauge volume, reading."""
        head = ["depth [mm]", f"{self.direction} stress [MPa]", "gauge volume filled [%]"]
        columns = [1e3 * self.depth, 1e-6 * self.stress, 100.0 * self.filled]
        if self.reading is not None:
            head.append("reading after removal of layers [MPa]")
            columns.append(1e-6 * self.reading)
        path = Path(file)
        with path.open("w", newline="", encoding="utf-8") as opened:
            rows = csv.writer(opened)
            rows.writerow(head)
            rows.writerows([f"{value:.6g}" for value in row] for row in zip(*columns, strict=True))
        return path

    def __str__(self) -> str:
        x, y, z = 1e3 * self.at
        lines = [
            f"{self.name}: {self.direction} stress below ({x:.4g}, {y:.4g}, {z:.4g}) mm, gauge volume "
            f"{1e3 * self.gauge[0]:.3g} x {1e3 * self.gauge[0]:.3g} x {1e3 * self.gauge[1]:.3g} mm",
            "depth [mm]  stress [MPa]" + ("  after removal of layers [MPa]" if self.reading is not None else ""),
        ]
        for k in range(0, self.depth.size, 4):
            last = f"{self.reading[k] / 1e6:14.1f}" if self.reading is not None else ""
            lines.append(f"{1e3 * self.depth[k]:10.3f}  {self.stress[k] / 1e6:12.1f}{last}")
        return "\n".join(lines)


def stress_profile(
    result: "Result", at: tuple[str, str, str], direction: str, depth: str, gauge: str | tuple[str, str] = "1 mm"
) -> StressProfile:
    """See `Result.stress_profile`. Raises CaseError."""
    if "stress" not in result.fields:
        raise CaseError("this run has no stress; run it with stress=True", word=WORD)
    _known(result, direction)
    spot, thick = _gauge(gauge)
    place = np.array([_length(value, "at", least=None) for value in at])
    start, inward = _on_skin(result, place)
    wanted = np.linspace(0.0, _length(depth, "depth"), STEPS + 1)
    points = start + wanted[:, None] * inward
    _inside(result, points[1:], wanted[1:])
    offsets = _volume(inward, spot, thick)
    cloud = (points[:, None] + offsets).reshape(-1, 3)
    inside = distance_outside(result.cells, cloud).reshape(len(points), -1) == 0.0
    inside[~inside.any(1), np.abs(offsets).sum(1).argmin()] = True  # round-off at the skin itself
    kept = cloud[inside.ravel()]
    values = np.zeros(inside.shape)
    values[inside] = _component(result, kept, direction)
    count = inside.sum(1)
    real = np.where(inside, (cloud - start).reshape(*inside.shape, 3) @ inward, 0.0).sum(1) / count
    stress = values.sum(1) / count
    reading = _reading(result, start, inward, direction, wanted)
    return StressProfile(
        result.name, start, inward, direction, (spot, thick), np.maximum(real, 0.0), inside.mean(1), stress, reading
    )


def _known(result: "Result", direction: str) -> None:
    kinds: dict[str | None, tuple[str, ...]] = {"cylinder": AXIAL, "sphere": AXIAL[:2]}
    one_of(direction, (*AXES, *kinds.get(result.axis, ())), "direction", "direction")


def _gauge(gauge: str | tuple[str, str]) -> tuple[float, float]:
    if isinstance(gauge, str):
        edge = _length(gauge, "gauge")
        return edge, edge
    if not isinstance(gauge, tuple | list) or len(gauge) != 2:
        raise CaseError(f"{gauge!r}: give the edge of a cube, '1 mm', or (spot, thickness)", "gauge", word=WORD)
    return _length(gauge[0], "gauge"), _length(gauge[1], "gauge")


def _length(text: str, where: str, least: float | None = 0.0) -> float:
    try:
        value = parse(text, "m")
    except ValueError as error:
        raise CaseError(str(error), where, word=WORD) from None
    if least is not None and value <= least:
        raise CaseError(f"'{text}' is not above zero", where, word=WORD)
    return value


def _on_skin(result: "Result", place: Array) -> tuple[Array, Array]:
    """The nearest point of the skin, and the way in from there, (3,) each."""
    cells = result.cells
    lattice = cells.lattice
    spacing = max(size for size, n in zip(lattice.spacing, lattice.shape, strict=True) if n > 1)
    local = onto(lattice, place[None])[0]
    feet = cells.feet()
    near = np.atleast_1d(cKDTree(feet).query(local, k=min(4, len(feet)))[1])
    off = np.einsum("pi,pi->p", local - feet[near], cells.patch_normal[near])
    best = int(np.abs(off).argmin())
    if abs(off[best]) > NEAR * spacing or np.linalg.norm(local - feet[near[0]]) > 3.0 * spacing:
        deep = "outside the part" if off[best] > 0.0 else "below the skin"
        raise CaseError(f"lies {1e3 * abs(off[best]):.3g} mm {deep}; give a point on the skin", "at", word=WORD)
    outward = cells.patch_normal[near[best]]
    if lattice.metric != "3d":
        turn = frame((place - np.array(lattice.middle))[None], FRAMES.get(lattice.metric, "cylinder"))[0]
        side = np.array([1.0 if place[0] >= lattice.middle[0] else -1.0, 0.0, 0.0])
        outward = outward[0] * side if lattice.metric == "slab" else outward @ turn
    return place - off[best] * outward, -outward


def _inside(result: "Result", points: Array, depth: Array) -> None:
    outside = np.flatnonzero(distance_outside(result.cells, points) > 0.0)
    if outside.size:
        raise CaseError(
            f"the part ends {1e3 * depth[outside[0]]:.4g} mm below that point; take less", "depth", word=WORD
        )


def _volume(inward: Array, spot: float, thick: float) -> Array:
    """Points (s, 3) m that fill the gauge volume about its centre."""
    side = np.cross(inward, np.eye(3)[np.abs(inward).argmin()])
    side /= np.linalg.norm(side)
    frame_of = np.stack([inward, side, np.cross(inward, side)])
    places = (np.arange(ACROSS) + 0.5) / ACROSS - 0.5
    return np.asarray(np.array(list(product(places, repeat=3))) * np.array([thick, spot, spot]) @ frame_of)


def _component(result: "Result", points: Array, direction: str) -> Array:
    if direction in AXES:
        return np.asarray(result.sample(f"stress_{2 * direction}", points))
    return np.asarray(along(result.sample("stress", points), _ways(result, points, direction)))


def _ways(result: "Result", points: Array, direction: str) -> Array:
    return np.asarray(frame(points - np.array(result.centre), result.axis or "cylinder")[:, AXIAL.index(direction)])


def _reading(result: "Result", start: Array, inward: Array, direction: str, depth: Array) -> Array | None:
    """What X-rays read along the line itself as layers come off; None where no exact correction is known."""
    points = start + depth[:, None] * inward
    points[0] += 1e-9 * inward
    away = start - np.array(result.centre)
    radius = float(np.hypot(*away[:2]))
    kind = result.case.part.kind if not result.is_machined else ""
    shape: Any = result.nominal
    turned = result.axis == "cylinder" and kind in ("cylinder", "ring") and abs(inward[2]) < 0.1
    if turned and direction in ("axial", "hoop") and inward[:2] @ away[:2] < 0.0 and depth[-1] < radius - shape.inner:
        axial, hoop = (_component(result, points, name) for name in ("axial", "hoop"))
        return cylinder_readings(depth, axial, hoop, radius, shape.inner)[direction == "hoop"]
    axis = int(np.abs(inward).argmax())
    if kind in ("plate", "box") and abs(inward[axis]) > 0.999 and direction in AXES and direction != AXES[axis]:
        thickness = shape.upper[axis] - shape.lower[axis]
        if depth[-1] < thickness:
            return plate_readings(depth, _component(result, points, direction), thickness)
    return None
