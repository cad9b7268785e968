"""The result of a run: read at a place, at a time, as fields, against limits; from memory or from a file."""

import os
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.quantity import parse
from ..materials.refusal import CaseError, nearest
from ..solver.casting import SHARES
from ..solver.difference import Difference
from ..solver.field import Sampler
from ..solver.geometry import Cells
from ..solver.shape import Shape
from .archive import Archive
from .archive import save as save_archive
from .case import AnyCase
from .expression import evaluate
from .meaning import AXIAL, COMPONENTS, FROZEN, MACHINE, PASSING, meaning
from .part import Part
from .reading import Field, Limit, Point, Probe, Stress
from .step import tools
from .summary import Summary, summarise
from .tensor import along, frame, matrix
from .timeline import evenly, stencil

if TYPE_CHECKING:
    from .band import StressBand
    from .case_depth import CaseProfile
    from .distortion import Distortion
    from .handover import HandOver
    from .profile import StressProfile

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


class Result:
    """What a run has computed. Raises CaseError for a field, probe, place or time that it does not have.

    result.at("0 mm", "0 mm", "80 mm").hardness
    result.probe("core").temperature
    result.field("temperature", time="60 s").max
    result.hardness.mean
    """

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
    def time_error(self) -> float:
        """Largest error of a time step, K, as the steps estimate it; it decays as heat spreads."""
        rows = self._archive.ledger
        return float(rows[-1]["largest_step_error"]) if rows else float("nan")

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

    def evaluate(self, expression: str, time: str | float | None = None) -> Field:
        """A field made of others, `result.evaluate("thermal_gradient / cooling_rate**0.5")`, its unit carried along.

        Numbers, fields, + - * / **, brackets and sqrt, exp, log, log10, abs, minimum, maximum; of a casting G is its
        thermal_gradient, R its isotherm_velocity. Raises CaseError for anything else, an unknown field, and units
        that do not fit.
        """
        used: dict[str, Field] = {}

        def read(name: str) -> tuple[Array, str]:
            used[name] = self.field(name, None if self.still(self._source(name)) else time)
            return used[name].values, used[name].unit

        values, unit = evaluate(expression, read)
        if not used:
            raise CaseError(f"'{expression}' names no field; known: {', '.join(self.fields)}")
        instant = max(field.time for field in used.values())
        return Field(expression, values, unit, f"computed as {expression}", instant, self.cells.volume)

    def field(self, name: str, time: str | float | None = None) -> Field:
        """A field at the end, or at a time ("60 s" or seconds)."""
        if name == "deviation":
            return self._deviation(time)
        instant, weights = self._instants(name, time)
        values = self._over_time(self._source(name), weights)
        what = meaning(name)
        values = self._part(name, values, self._from_centre)
        return Field(name, values, what.unit, self.meaning(name), instant, self.cells.volume)

    def _deviation(self, time: str | float | None) -> Field:
        from .distortion import near_skin

        if time is not None:
            raise CaseError("deviation is that of the finished part at 20 degC; ask for it without a time", "time")
        values, what = near_skin(self.cells, self.distortion()), meaning("deviation")
        return Field("deviation", values, what.unit, what.text, float(self.times[-1]), self.cells.volume)

    def __getattr__(self, name: str) -> Field:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self.field(name)
        except CaseError as error:
            raise AttributeError(str(error)) from None

    def at(self, x: str, y: str, z: str, time: str | float | None = None) -> Point:
        """What is known at a place, second order in space, skin included; at the end or at a time."""
        return self.at_position(_place((x, y, z)), time)

    def at_position(self, position: Position, time: str | float | None = None) -> Point:
        """`at` for a place in metres."""
        here = np.array([position], float64)
        self._operators(here.tobytes(), "walls")
        instant, _ = self._instants("temperature", time)
        return Point(
            position,
            instant,
            lambda name: float(self.sample(name, here, time)[0]),
            lambda name: self._stress(name, position, time),
            lambda name: self.sample(name, here, time)[:, 0],
            self.fields if time is None else tuple(self._archive.moving),
        )

    @property
    def probes(self) -> dict[str, Probe]:
        """All thermocouples by name."""
        time, values = self._samples
        read = {name: {what: row[k] for what, row in values.items()} for k, name in enumerate(self._places)}
        return {
            name: Probe(name, place, time, read[name].pop("temperature"), read[name])
            for name, place in self._places.items()
        }

    def probe(self, name: str) -> Probe:
        """The thermocouple of that name."""
        if name not in self.probes:
            raise CaseError(f"no probe {name!r}{nearest(name, self.probes or ['(the case has no sensors)'])}")
        return self.probes[name]

    @property
    def limits(self) -> dict[str, Limit]:
        """The limits of the drawing, judged over the cells; of an interrupted run those that can be."""
        limits = self._archive.about.limits
        return self.judge({name: pair for name, pair in limits.items() if not self._comes_later(name)})

    def judge(self, limits: Mapping[str, tuple[Any, Any]]) -> dict[str, Limit]:
        """Fields against limits given as quantities, {"hardness": ("50 HRC", "56 HRC")}, or as SI numbers."""
        return {name: Limit(self.field(name), *(_side(name, side) for side in pair)) for name, pair in limits.items()}

    def distortion(self, field: str = "displacement") -> "Distortion":
        """The skin against the drawing at 20 degC, rigid motion removed; prints as a page.

            print(result.distortion())
            result.distortion().max, .growth["diameter"], .rounds["diameter"].runout, .flatness["+z"]

        field  "displacement", or "machining_displacement" of a machined part: what the cut alone did
        """
        from .distortion import distortion

        return distortion(self, field)

    def deformed(self, file: str | os.PathLike[str], scale: float = 1.0) -> Path:
        """Write the surface as it lies at 20 degC as a binary STL in mm, its movement times `scale`.

        The facets of the part's own STL, divided where they are long; of other parts the skin of the grid.
        """
        from ..views.deformed import deformed

        return deformed(self, file, scale)

    def stress_profile(
        self, at: tuple[str, str, str], direction: str, depth: str, gauge: str | tuple[str, str] = "1 mm"
    ) -> "StressProfile":
        """Normal stress below a point of the skin, averaged over a gauge volume, as diffraction reads it.

            result.stress_profile(("20 mm", "0 mm", "80 mm"), "axial", depth="5 mm", gauge=("2 mm", "0.02 mm"))

        direction  "axial", "hoop", "radial" where there is an axis, or "x", "y", "z"
        depth      how deep along the normal
        gauge      edge of a cube (neutrons), or (spot, thickness) of what X-rays see of a layer

        Prints as a table, `.plot(save=)` draws, `.csv(file)` writes. Raises CaseError for a point that is not
        on the skin, a depth beyond the part, an unknown direction.
        """
        from .profile import stress_profile

        return stress_profile(self, at, direction, depth, gauge)

    def stress_band(self, factor: float = 1.5, progress: bool = True) -> "StressBand":
        """The residual stress with transformation plasticity K divided and multiplied by a factor: two more runs.

            band = result.stress_band()
            print(band)                                             # the skin, and whether its sign is known
            band.at("20 mm", "0 mm", "80 mm", "axial").least

        Raises CaseError for an alloy that does not transform.
        """
        from .band import stress_band

        return stress_band(self, factor, progress)

    def export(self, file: str | os.PathLike[str], mesh: Any, unit: str = "mm", code: str = "calculix") -> "HandOver":
        """Hand the end of the run over to another code, on a mesh of your own (needs the extra `export`).

            print(result.export("part.inp", mesh="part.msh", unit="mm"))
            result.export("part.vtu", mesh="part.msh")

        file  .inp: nodes, elements and *INITIAL CONDITIONS with stress and temperature; any other ending that
              meshio writes: displacement, temperature, phases and hardness at nodes, stress and eigenstrain of
              elements
        mesh  path of a file that meshio reads, or a meshio.Mesh, in the axes of the part
        unit  length of its coordinates, mm or m; the stress is in MPa with mm, in Pa with m
        code  whose .inp: "calculix", or "abaqus" with the phases as field variables

        The answer tells whether the volume mean of the stress was kept. Raises CaseError for a mesh that lies
        outside the part, has no solid elements or cannot be read.
        """
        from .handover import export

        return export(self, file, mesh, unit, code)

    def machined(self, remove: Part) -> "Result":
        """The part after machining: `remove` taken out, the stress there relaxed elastically.

            bored = result.machined(remove=Part.cylinder("12 mm", "160 mm"))
            bored.distortion("machining_displacement")

        Its stress is that after the cut, `displacement` the total since the start, `machining_displacement`
        what the cut added; cells that the tool did not touch keep all else. In rz and 1d the tool is round
        about the axis of the part.

        Raises CaseError for a run without stress, a tool that misses the part, takes it all or parts it.
        """
        from .machining import machined

        archive, _ = machined(self, remove)
        return Result(archive, self._read_case, removed=(*self.removed, remove))

    @property
    def layers(self) -> dict[str, Array]:
        """The layers below the skin that carry a case finer than the cells, (N,) each in SI, patch after patch.

        "patch" above each and its "depth", "volume", "carbon", phases, "retained_austenite", "hardness"; empty where
        the cells resolve the case.
        """
        return {} if self.is_machined else self._archive.layers

    @property
    def is_machined(self) -> bool:
        """Whether this is what `machined` left, also once it went through a file."""
        return self.steps[-1] == MACHINE

    @property
    def nominal(self) -> Shape:
        """The body that the cells were made of: the part less what was machined away."""
        shape: Shape = self.case.part.shape
        cuts = self.removed or tuple(tools(getattr(self.case, "steps", ())).values()) if self.is_machined else ()
        for tool in cuts:
            shape = Difference(shape, (tool.shape,))
        return shape

    def case_depth(self, limit: str = "550 HV", at: tuple[str, str, str] | None = None) -> float | None:
        """Case hardening depth CHD after ISO 18203, m, at the wall nearest to `at` (1d: the wall); None: no case."""
        from .case_depth import case_depth

        return case_depth(self, limit, None if at is None else _place(at))

    def case_profile(self, at: tuple[str, str, str] | None = None) -> "CaseProfile":
        """Carbon, phases and hardness against depth below the wall nearest to `at` (1d: the wall); prints as a table.

        profile = result.case_profile(("8 mm", "0 mm", "20 mm"))
        profile.depth, profile.carbon, profile.hardness, profile.phases["martensite"]
        """
        from .case_depth import case_profile

        return case_profile(self, None if at is None else _place(at))

    @property
    def carbon_uptake(self) -> float:
        """Carbon taken up over the surface, mean, kg/m2."""
        from .case_depth import carbon_uptake

        return carbon_uptake(self)

    def summary(self) -> Summary:
        """The table a metallurgist reads first; prints as text."""
        return summarise(self)

    def save(self, file: str | os.PathLike[str]) -> Path:
        """Write to a .vtkhdf file, which opens in PyVista and ParaView."""
        return save_archive(self._archive, file)

    def show(self, field: str = "hardness", **how: Any) -> Any:
        """A picture of a field on the part; see `views.scene.show`."""
        from ..views.scene import show

        return show(self, field, **how)

    def plot(self, kind: str = "history", **how: Any) -> Any:
        """Curves: "history" of the probes, "section" along a line, "limits"; see `views.plots.plot`."""
        from ..views.plots import plot

        return plot(self, kind, **how)

    def animate(self, field: str, save: str | os.PathLike[str], **how: Any) -> Path:
        """A film of a field, .gif or .mp4; see `views.film.animate`."""
        from ..views.film import animate

        return animate(self, field, save, **how)

    def paraview(self, file: str | os.PathLike[str]) -> Path:
        """Every stored instant as a .pvd for ParaView, the mould included where stored; see `views.paraview`."""
        from ..views.paraview import paraview

        return paraview(self, file)

    @property
    def bodies(self) -> "dict[str, Result]":
        """What lies around a casting and was stored with it, by name; empty of a heat treatment."""
        return {}

    @property
    def levels(self) -> dict[str, float]:
        """Temperatures, K, that a plot of thermocouples marks, by name."""
        return {}

    def __repr__(self) -> str:
        end = "" if self.ended else ", not finished"
        span = f"{self.times.size} instants to {self.times[-1]:g} s"
        return f"Result({self.name!r}: {self.cells.index.size} cells, {span}{end})"

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

    def meaning(self, name: str) -> str:
        """What a field is."""
        return meaning(name).text

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

    def _stress(self, name: str, position: Position, time: str | float | None) -> Stress:
        six = self.sample(name, np.array([position]), time)[:, 0]
        x, y, z = (float(there - here) for there, here in zip(position, self.centre, strict=True))
        xx, yy, zz, xy, yz, zx = map(float, six)
        return Stress(xx, yy, zz, xy, yz, zx, self.axis, (x, y, z))

    @cached_property
    def _samples(self) -> tuple[Array, dict[str, Array]]:
        """Times (s,) `record` apart, and what all probes read there (k, s); between steps as `evenly` says."""
        times, temperature, phases = self._archive.probes()
        ends = [float(row["to"]) for row in self.ledger]
        return evenly(times, {"temperature": temperature, **phases}, self._archive.about.record, ends)

    @property
    def _places(self) -> dict[str, Position]:
        return self._archive.about.probes


def _side(name: str, side: Any) -> float | None:
    return parse(side, meaning(name).unit, name) if isinstance(side, str) else None if side is None else float(side)


def _place(said: tuple[str, str, str]) -> tuple[float, float, float]:
    """m; a wrong length is refused by the name of its coordinate."""
    x, y, z = (parse(value, "m", f"at {axis}") for axis, value in zip("xyz", said, strict=True))
    return x, y, z
