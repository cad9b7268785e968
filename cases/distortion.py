"""Distortion: how far the skin of a treated part lies from its drawing once it is laid onto it."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ..materials.quantity import parse
from ..materials.refusal import CaseError, one_of
from ..solver.bestfit import rigid
from ..solver.geometry import Cells
from .case import Case
from .gauges import Flat, Round, flat_face, round_zone
from .schedule import ROOM, beginning

if TYPE_CHECKING:
    from .result import Result

Array = NDArray[float64]

AXES = ("x", "y", "z")
MOVEMENTS = ("displacement", "machining_displacement")
AROUND = 24  # points on each ring of a part of revolution
CRUMB = 0.02  # of the median area: smaller patches of cut cells do not count
SQUARE = 0.999  # cosine from which a patch faces an axis
UPRIGHT = 0.95  # cosine from which a patch faces away from the axis of a cylinder
FACE = 0.3  # of the side of the bounding box: a face at least so large is judged for flatness
DEEP = 2.0  # cells below the skin that are shown with its deviation


@dataclass(frozen=True, eq=False)
class Distortion:
    """The skin against the drawing, rigid motion removed by least squares over its area. All m, at 20 degC.

    places     (p, 3) points of the drawing's skin; normal (p, 3) outward; area (p,) m2
    moved      (p, 3) how far each has moved
    deviation  (p,) the part of that along the normal, outwards positive
    spacing    of the grid; bound at which faces are told apart
    axis       whether the part is round about z through `centre`
    """

    name: str
    places: Array
    normal: Array
    area: Array
    moved: Array
    spacing: float
    centre: tuple[float, float, float]
    axis: bool

    @cached_property
    def deviation(self) -> Array:
        return np.asarray(np.einsum("ki,ki->k", self.moved, self.normal))

    @property
    def max(self) -> float:
        """Farthest outside the drawing."""
        return float(self.deviation.max())

    @property
    def min(self) -> float:
        """Farthest inside the drawing, negative."""
        return float(self.deviation.min())

    @property
    def rms(self) -> float:
        """Root mean square over the area."""
        return float(np.sqrt(np.average(self.deviation**2, weights=self.area)))

    @cached_property
    def growth(self) -> dict[str, float]:
        """Growth between opposite faces along x, y, z where there are two, and of `diameter` and `bore`."""
        found = {}
        for axis, name in enumerate(AXES):
            faces = [self._face(axis, side) for side in (-1.0, 1.0)]
            if all(face.size for face in faces):
                low, high = (np.average(self.moved[face, axis], weights=self.area[face]) for face in faces)
                found[name] = float(high - low)
        found |= {name: zone.diameter for name, zone in self.rounds.items()}
        return found

    @cached_property
    def rounds(self) -> dict[str, Round]:
        """`diameter` and `bore` of a part that is round about z: its widest and its narrowest cylinder."""
        if not self.axis:
            return {}
        away, radius = self._about(2, np.array(self.centre))
        facing = np.einsum("ki,ki->k", away, self.normal)
        found, near = {}, 0.6 * self.spacing
        for name, side in (("diameter", 1.0), ("bore", -1.0)):
            wall = side * facing > UPRIGHT
            zone = wall & (side * radius > (side * radius[wall]).max(initial=-np.inf) - near)
            if zone.sum() > 4:
                found[name] = self._round(zone, 2, np.array(self.centre))
        return found

    @cached_property
    def flatness(self) -> dict[str, float]:
        """Largest less smallest height over the best plane, of every flat face across an axis, "-z" and so on."""
        found, box = {}, np.ptp(self.places, axis=0)
        for axis, name in enumerate(AXES):
            others = [k for k in range(3) if k != axis]
            for side in (-1.0, 1.0):
                face = self._face(axis, side)
                if face.size > 4 and self.area[face].sum() > FACE * box[others].prod():
                    found[f"{'-+'[side > 0.0]}{name}"] = self._flat(face, axis, side).flatness
        return found

    def cylinder(
        self, diameter: str, axis: str = "z", through: tuple[str, str, str] = ("0 mm", "0 mm", "0 mm")
    ) -> Round:
        """A cylindrical zone of any part: a bearing seat, a bore. `axis` x, y or z passes `through` a point.

        Raises CaseError where no skin faces such a cylinder.
        """
        along = AXES.index(one_of(axis, AXES, "axis", "axis"))
        centre = np.array([parse(value, "m", "through") for value in through])
        size = parse(diameter, "m", "diameter")
        away, radius = self._about(along, centre)
        facing = np.abs(np.einsum("ki,ki->k", away, self.normal)) > UPRIGHT
        zone = facing & (np.abs(radius - size / 2.0) < 0.6 * self.spacing)
        if zone.sum() < 12:
            raise CaseError(f"no skin on a cylinder of '{diameter}' about {axis}; look at the drawing", "diameter")
        return self._round(zone, along, centre)

    def face(self, toward: str, at: str | None = None) -> Flat:
        """A flat face of any part across an axis: an end face, a web. It looks `toward` "+z", "-x" and so on.

        at  its place along the axis, "16 mm"; None: the outermost

            web = result.distortion().face("+z", at="16 mm")
            web.moved, web.flatness, web.dish

        Raises CaseError where no skin lies in such a plane.
        """
        one_of(toward, [side + name for side in "-+" for name in AXES], "direction", "toward")
        axis, side = AXES.index(toward[1]), 1.0 if toward[0] == "+" else -1.0
        face = self._face(axis, side, None if at is None else parse(at, "m", "at"))
        if face.size <= 4:
            where = "" if at is None else f" at {toward[1]} = '{at}'"
            raise CaseError(f"no flat face looks toward {toward}{where}; look at the drawing", "at")
        return self._flat(face, axis, side)

    def __str__(self) -> str:
        lines = [
            f"{self.name}: distortion, best fit, at 20 degC",
            f"deviation      {1e6 * self.min:+9.1f} to {1e6 * self.max:+.1f} um, rms {1e6 * self.rms:.1f} um",
        ]
        lines += [f"growth of {name:8} {1e6 * value:+9.1f} um" for name, value in self.growth.items()]
        for name, zone in self.rounds.items():
            off = ", ".join(f"{word} {1e6 * getattr(zone, word):.1f}" for word in ("roundness", "runout", "bow"))
            sections = f"growth by section {1e6 * zone.least:+.1f} to {1e6 * zone.most:+.1f} um"
            lines.append(f"{name}: {off}, taper {1e6 * zone.taper:+.1f} um; {sections}")
        lines += [f"flatness of {name} {1e6 * value:7.1f} um" for name, value in self.flatness.items()]
        return "\n".join(lines)

    def _face(self, axis: int, side: float, at: float | None = None) -> NDArray[np.int64]:
        """Patches of the face across an axis at a place, m; of the outermost one where it is None."""
        facing = side * self.normal[:, axis] > SQUARE
        height = self.places[:, axis]
        if at is None:
            at = side * float((side * height).max())
        return np.flatnonzero(facing & (np.abs(height - at) < 0.6 * self.spacing))

    def _about(self, axis: int, centre: Array) -> tuple[Array, Array]:
        """Unit vectors (p, 3) away from an axis, and the distance (p,) from it."""
        away = self.places - centre
        away[:, axis] = 0.0
        radius = np.linalg.norm(away, axis=1)
        return away / np.maximum(radius, 1e-12)[:, None], radius

    def _round(self, zone: NDArray[np.bool_], axis: int, centre: Array) -> Round:
        away, _ = self._about(axis, centre)
        u, v = (k for k in range(3) if k != axis)
        angle, out = np.arctan2(away[:, v], away[:, u]), np.einsum("ki,ki->k", away, self.moved)
        height = self.places[:, axis]
        return round_zone(angle[zone], out[zone], height[zone], self.area[zone], self.spacing)

    def _flat(self, face: NDArray[np.int64], axis: int, side: float) -> Flat:
        others = [k for k in range(3) if k != axis]
        return flat_face(self.places[face][:, others], side * self.moved[face, axis], self.area[face])


def distortion(result: "Result", field: str = "displacement") -> Distortion:
    """The distortion of a result by one of its displacements. Raises CaseError for a run without stress."""
    one_of(field, MOVEMENTS, "displacement", "field")
    if field not in result.fields:
        what = "was not machined" if "displacement" in result.fields else "has no stress, so no displacement"
        raise CaseError(f"this part {what}", "field", word="distortion")
    places, normal, area = skin(result.cells)
    turns, middle = _turns(result.cells.lattice.metric), np.array(result.cells.lattice.middle)
    moved = _around(turns, movement(result, places, field))
    places, normal = _around(turns, places - middle) + middle, _around(turns, normal)
    area = np.tile(area / len(turns), len(turns))
    fit = rigid(places, places + moved, area)
    left = fit.undone(places + moved) - places
    axis = result.axis == "cylinder"
    return Distortion(result.name, places, normal, area, left, max(_edges(result.cells)), result.centre, axis)


def movement(result: "Result", places: Array, field: str = "displacement") -> Array:
    """(k, 3) m, from the drawing to the part at 20 degC, at places (k, 3) m of the skin or inside.

    The grid has the drawing's size at the start of the run. Where that is hot, the part has grown to there
    from the drawing, in its annealed structure at 20 degC; and it still shrinks to 20 degC from its end. A casting
    fills its mould, which has the size of the drawing.
    """
    moved = result.sample(field, places).T
    if field == "displacement":
        middle = np.average(result.cells.centres(), axis=0, weights=result.cells.volume)
        centre = np.array(result.centre) if result.cells.lattice.metric != "3d" else middle
        moved = moved + unseen_strain(result) * (places - centre)
    return np.asarray(moved)


def unseen_strain(result: "Result") -> float:
    """Free strain from the drawing to the start of the run, and from its end to 20 degC; uniform."""
    case = cast(Case, result.case)
    matter = case.alloy.matter()
    start = ROOM
    shares: dict[str, float] = {}
    annealed: dict[str, float] = {}
    if case.KIND != "casting":  # which begins as its mould is drawn
        start, shares = beginning(case, matter)
        annealed = dict(case.alloy.annealed) if matter.transforms else shares
    total = 0.0
    for phase in matter.phases:
        if phase.mechanics is None:
            continue
        T = result.field("temperature").values
        z = result.field(phase.name).values if matter.transforms else np.ones(T.size)
        cold, hot, now = (phase.mechanics.strain(np.atleast_1d(at)) for at in (ROOM, start, T))
        total += shares.get(phase.name, 0.0) * float(hot[0]) - annealed.get(phase.name, 0.0) * float(cold[0])
        total += float(np.average(z * (cold[0] - now), weights=result.cells.volume))
    return total


def skin(cells: Cells) -> tuple[Array, Array, Array]:
    """Points (p, 3) m, outward normals (p, 3) and areas (p,) m2 of the skin; of a radial grid on the side of +x."""
    keep = _counted(cells)
    seen = {"3d": (1.0, 1.0, 1.0), "rz": (1.0, 0.0, 1.0)}.get(cells.lattice.metric, (1.0, 0.0, 0.0))
    feet = cells.feet()[keep] * np.array(seen)
    places = feet if cells.lattice.metric == "3d" else feet + np.array(cells.lattice.middle)
    return places, cells.patch_normal[keep], cells.patch_area[keep]


def _counted(cells: Cells) -> NDArray[np.int64]:
    return np.flatnonzero(cells.patch_area > CRUMB * np.median(cells.patch_area))


def _around(turns: Array, vectors: Array) -> Array:
    """(t k, 3): (k, 3) vectors under each of the turns."""
    return np.asarray(np.einsum("tij,kj->tki", turns, vectors).reshape(-1, 3))


def _turns(metric: str) -> Array:
    """(t, 3, 3) turns that take the half-plane, the ray or the side of a radial grid all around."""
    if metric == "3d":
        return np.eye(3)[None]
    if metric == "slab":
        return np.array([np.eye(3), np.diag([-1.0, -1.0, 1.0])])
    angle = 2.0 * np.pi * np.arange(AROUND) / AROUND
    cos, sin, zero, one = np.cos(angle), np.sin(angle), np.zeros(AROUND), np.ones(AROUND)
    about_z = np.moveaxis(np.array([[cos, -sin, zero], [sin, cos, zero], [zero, zero, one]]), -1, 0)
    if metric != "sphere":
        return about_z
    lift = np.moveaxis(np.array([[cos, zero, -sin], [zero, one, zero], [sin, zero, cos]]), -1, 0)
    return np.asarray(np.einsum("aij,bjk->abik", about_z, lift[1:AROUND:3]).reshape(-1, 3, 3))


def near_skin(cells: Cells, measured: Distortion) -> Array:
    """(n,) deviation of the nearest point of the skin, NaN in cells deeper than DEEP."""
    feet = cells.feet()[_counted(cells)]
    away, patch = cKDTree(feet).query(cells.centres(), distance_upper_bound=DEEP * max(_edges(cells)))
    known = np.isfinite(away)
    values = np.full(cells.index.size, np.nan)
    values[known] = measured.deviation[patch[known]]
    return values


def _edges(cells: Cells) -> list[float]:
    return [size for size, n in zip(cells.lattice.spacing, cells.lattice.shape, strict=True) if n > 1]
