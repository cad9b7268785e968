"""Fields of a run at any time and place: stored instants between, components along any axis, second order in space."""

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.quantity import parse
from ..materials.refusal import CaseError, nearest
from ..solver.casting import SHARES
from ..solver.field import Sampler
from ..solver.geometry import Cells
from .archive import Archive
from .case import AnyCase
from .meaning import AXIAL, COMPONENTS, FROZEN, PASSING, meaning
from .part import Part
from .reading import Field
from .tensor import along, frame, matrix
from .timeline import stencil

Array = NDArray[float64]
Position = tuple[float, float, float]
PARTS = {
    "stress": (*COMPONENTS, *AXIAL),
    "as_quenched_stress": (*COMPONENTS, *AXIAL),
    "displacement": ("x", "y", "z"),
    "machining_displacement": ("x", "y", "z"),
    **dict.fromkeys(PASSING, SHARES),
}
FRAMES = {"cylinder": "cylinder", "rz": "cylinder", "sphere": "sphere"}
SMOOTH = ("temperature", *PARTS)  # cubic in time; bounded fields are linear
PROPERTIES = ("hardness", "yield_strength", "tensile_strength")
BOUNDED = (*PROPERTIES, *FROZEN)
LAST = (
    *PROPERTIES,
    "quench_factor",
    "strength_share",
    "retained_austenite",
    "cooling_rate_700",
    "t8_5",
    "as_quenched_stress",
)


class Sampled:
    """What an archive holds. Raises CaseError for a field, place or time that it does not have."""

    def __init__(
        self, archive: Archive, case: AnyCase | Callable[[str], AnyCase], removed: tuple[Part, ...] = ()
    ) -> None:
        """`case` is the case itself, or what reads it from its text; `removed` was machined away."""
        if archive.times.size == 0:
            raise CaseError(f"'{archive.source}' holds no instant; resume its run or run it again")
        self._archive = archive
        self._read_case = case
        self.removed = removed
        self._operators = lru_cache(256)(self._operator)
        self._last_operators = lru_cache(2)(self._operator)  # of many places, as a film asks again and again

    @cached_property
    def case(self) -> AnyCase:
        """The case that was run."""
        return self._read_case(f"{self._archive.case}\n") if callable(self._read_case) else self._read_case

    @property
    def name(self) -> str:
        """The name of the case."""
        return self._archive.about.name

    @property
    def versions(self) -> dict[str, str]:
        """What computed it."""
        return dict(self._archive.versions)

    @property
    def cells(self) -> Cells:
        """The part on its grid."""
        return self._archive.cells

    @property
    def times(self) -> Array:
        """Instants of the stored fields, s from the start of the first step."""
        return self._archive.times.copy()

    @property
    def steps(self) -> tuple[str, ...]:
        """Name of the step of the schedule at each of `times`."""
        return tuple(self._archive.about.legs[number] for number in self._archive.legs)

    @property
    def ended(self) -> bool:
        """Whether the schedule was finished."""
        return self._archive.about.ended

    @property
    def ledger(self) -> list[dict[str, Any]]:
        """Energy ledger: a row per step of the schedule."""
        return [dict(row) for row in self._archive.ledger]

    @property
    def axis(self) -> str | None:
        """ "cylinder" or "sphere" where radial and hoop exist, None elsewhere."""
        return self._archive.about.axis or self._frame

    @property
    def centre(self) -> Position:
        """A point of the axis, or the centre of the sphere, m."""
        return self._archive.about.centre

    @property
    def _frame(self) -> str | None:
        """What the stored x, y, z mean: radial, hoop, axial of this shape; None: axes of the part."""
        return FRAMES.get(self.cells.lattice.metric)

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields; components of a tensor are stress_xx, stress_axial and so on."""
        return (*self._archive.moving, *self._archive.still)

    def still(self, name: str) -> bool:
        """Whether a field stands for the whole run."""
        return name in self._archive.still

    def field(self, name: str, time: str | float | None = None) -> Field:
        """A field at the end, or at a time ("60 s" or seconds)."""
        instant, weights = self._instants(name, time)
        values = self._over_time(self._source(name), weights)
        what = meaning(name)
        values = self._part(name, values, self._from_centre)
        return Field(name, values, what.unit, self.meaning(name), instant, self.cells.volume)

    def __getattr__(self, name: str) -> Field:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self.field(name)
        except CaseError as error:
            raise AttributeError(str(error)) from None

    def meaning(self, name: str) -> str:
        """What a field is."""
        return meaning(name).text

    # time

    def _instants(self, name: str, time: str | float | None) -> tuple[float, tuple[tuple[int, float], ...]]:
        """The instant, s, and the stored steps with their weights that make it."""
        times = self._archive.times
        if time is None:
            return float(times[-1]), ((times.size - 1, 1.0),)
        if self.still(self._source(name)):
            raise CaseError(f"{name} stands for the whole run; ask for it without a time")
        instant = parse(time, "s", "time") if isinstance(time, str) else float(time)
        slack = 1e-9 * max(1.0, abs(times[-1]))
        if not times[0] - slack <= instant <= times[-1] + slack:
            raise CaseError(f"time {instant:g} s is outside the run, {times[0]:g} to {times[-1]:g} s")
        return instant, stencil(times, self._archive.legs, instant, 4 if self._source(name) in SMOOTH else 2)

    def _over_time(self, name: str, weights: tuple[tuple[int, float], ...]) -> Array:
        return np.asarray(sum(weight * self._archive.values(name, step) for step, weight in weights))

    # fields and their components

    def _comes_later(self, name: str) -> bool:
        return not self.ended and name.startswith(LAST)

    def _source(self, name: str) -> str:
        """The stored field that a name comes from. Raises CaseError where there is none."""
        if name in self.fields:
            return name
        stem, _, part = name.rpartition("_")
        if stem in self.fields and part in PARTS.get(stem, ()):
            return stem
        parts = [f"{stem}_{part}" for stem in PARTS if stem in self.fields for part in PARTS[stem]]
        if self._comes_later(name):
            raise CaseError(f"{name} comes only at the end, and this run was interrupted; resume it")
        raise CaseError(f"this run has no field {name!r}{nearest(name, [*self.fields, *parts])}")

    def _part(self, name: str, values: Array, away: Array) -> Array:
        """The component that a name asks for.   values (m, k); away (k, 3) m from the centre"""
        part = name.rpartition("_")[2]
        if self._source(name) == name:
            return values
        if part in ("x", "y", "z"):
            return np.asarray(values["xyz".index(part)])
        if part in SHARES:
            return np.asarray(values[SHARES.index(part)])
        if part in COMPONENTS:
            return np.asarray(values[COMPONENTS.index(part)])
        if self.axis is None:
            raise CaseError(f"the part has no axis, so no {part} stress; ask for stress_xx or max_principal")
        if self.axis == "sphere" and part == "axial":
            raise CaseError("a sphere has no axis; ask for stress_radial or stress_hoop")
        directions = frame(away, self.axis)
        if self.axis == "sphere" and part == "hoop":
            return 0.5 * (along(values, directions[:, 1]) + along(values, directions[:, 2]))
        return along(values, directions[:, AXIAL.index(part)])

    @cached_property
    def _from_centre(self) -> Array:
        """Cell centres seen from the centre of the part, (n, 3) m; at y = 0 where r is a coordinate."""
        places = self.cells.centres()
        if self._frame is None:
            return np.asarray(places - np.array(self.centre))
        if self.cells.lattice.metric == "rz":
            places[:, 2] -= self.centre[2]
        return places

    # places

    def sample(self, name: str, points: Array, time: str | float | None = None) -> Array:
        """A field at places (k, 3) m, second order: (k,), or (3, k) and (6, k) along the axes of the part."""
        points = np.ascontiguousarray(points, float64)
        _, weights = self._instants(name, time)
        source = self._source(name)
        values = self._over_time(source, weights)
        if source == "temperature":
            wall = np.asarray(sum(weight * self._archive.wall(step) for step, weight in weights))
            values = np.concatenate([values, wall])
        kind = "walls" if source == "temperature" else "cells"
        few = points.shape[0] <= 1000
        operator = (self._operators if few else self._last_operators)(points.tobytes(), kind)
        sampled = np.asarray(operator @ values.T).T
        if (meaning(source).unit, meaning(source).shown) == ("", "%") and sampled.ndim == 1:
            sampled = np.clip(sampled, 0.0, 1.0)  # fractions; the quadratic may overshoot at the skin
        if source in BOUNDED:  # they end sharply: no place has more than all cells around it
            read = values[operator.indices]
            least, most = (f.reduceat(read, operator.indptr[:-1]) for f in (np.minimum, np.maximum))
            sampled = np.clip(sampled, least, most)
        return self._part(name, self._turned(sampled, points), points - np.array(self.centre))

    def _turned(self, values: Array, points: Array) -> Array:
        """Vectors (3, k) and tensors (6, k) from radial, hoop, axial to x, y, z."""
        if values.ndim == 2 and values.shape[0] == len(SHARES):
            return values
        if self.cells.lattice.metric == "slab" and values.ndim == 2 and values.shape[0] == 3:
            return values * np.where(points[:, 0] < self.centre[0], -1.0, 1.0)
        if self._frame is None or values.ndim == 1:
            return values
        turn = frame(points - np.array(self.centre), self._frame)
        if values.shape[0] == 3:
            return np.asarray(np.einsum("kji,jk->ik", turn, values))
        whole = np.einsum("kai,kab,kbj->ijk", turn, matrix(values), turn)
        return np.asarray(whole[(0, 1, 2, 0, 1, 2), (0, 1, 2, 1, 2, 0)])

    def _operator(self, points: bytes, kind: str) -> Any:
        """Weights at places: of cells and "walls" (k, n + p), or of "cells" alone (k, n)."""
        here = np.frombuffer(points).reshape(-1, 3)
        try:
            sampler = Sampler(self.cells, here, walls=kind == "walls")
        except ValueError as error:
            raise CaseError(f"{error}; ask inside") from None
        return sampler.matrix if kind == "walls" else sampler.matrix[:, : self.cells.index.size]
