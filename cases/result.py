"""The result of a run: read at a place, at a time, as fields, against limits; from memory or from a file."""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.quantity import parse
from ..materials.refusal import CaseError, nearest
from ..solver.difference import Difference
from ..solver.shape import Shape
from .archive import save as save_archive
from .expression import evaluate
from .meaning import MACHINE, meaning
from .part import Part
from .reading import Field, Limit, Point, Probe, Stress
from .sampled import Position, Sampled
from .step import tools
from .summary import Summary, summarise
from .timeline import evenly

if TYPE_CHECKING:
    from .band import StressBand
    from .case_depth import CaseProfile
    from .distortion import Distortion
    from .handover import HandOver
    from .profile import StressProfile

Array = NDArray[float64]


class Result(Sampled):
    """What a run has computed. Raises CaseError for a field, probe, place or time that it does not have.

    result.at("0 mm", "0 mm", "80 mm").hardness
    result.probe("core").temperature
    result.field("temperature", time="60 s").max
    result.hardness.mean
    """

    @property
    def time_error(self) -> float:
        """Largest error of a time step, K, as the steps estimate it; it decays as heat spreads."""
        rows = self._archive.ledger
        return float(rows[-1]["largest_step_error"]) if rows else float("nan")

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
        return self._deviation(time) if name == "deviation" else super().field(name, time)

    def _deviation(self, time: str | float | None) -> Field:
        from .distortion import near_skin

        if time is not None:
            raise CaseError("deviation is that of the finished part at 20 degC; ask for it without a time", "time")
        values, what = near_skin(self.cells, self.distortion()), meaning("deviation")
        return Field("deviation", values, what.unit, what.text, float(self.times[-1]), self.cells.volume)

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
