"""The part, in a metallurgist's words."""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pydantic.dataclasses import dataclass

from ..materials.quantity import Amount, Coordinate, Length, amount, parse
from ..materials.refusal import STRICT, CaseError, one_of, plain
from ..solver.geometry import Cells
from ..solver.revolved import Revolved
from ..solver.shape import Box, Cylinder, Plate, Shape, Sphere
from ..solver.thinness import LEAST, thin_walls
from . import stl as stl_file
from .outline import Outline

UNIT = "unit='mm' (or cm, m, in)"
NEEDS = {
    "plate": ("thickness",),
    "cylinder": ("diameter",),
    "sphere": ("diameter",),
    "ring": ("outer", "inner"),
    "box": ("x", "y", "z"),
    "revolve": ("profile", "unit"),
    "stl": ("stl", "unit"),
}
ALLOWS = {"cylinder": ("length",), "ring": ("length",)}
AXES = ("x", "y", "z")
NAMED = 3  # thin walls named in a warning
SLIVER = 0.5  # cells: a thinner wall may be an edge that runs out, and says nothing of a spacing that would do
SHARED = 0.01  # of the volume, beyond which bodies overlap
SIZES = (1e-6, 100.0)  # m, what a part may measure before its unit is doubted


@plain
@dataclass(frozen=True, config=STRICT)
class Part:
    """A body: one of `plate`, `cylinder`, `sphere`, `ring`, `box`, `revolve`, `from_stl`; `moved` shifts it.

        Part.cylinder(diameter="40 mm", length="160 mm")
        Part.from_stl("bracket.stl", unit="mm").moved(z="-10 mm")

    In a case file {shape: cylinder, diameter: 40 mm, length: 160 mm}, {stl: bracket.stl, unit: mm} or {shape: revolve,
    profile: [[10, 0], [30, 0], [30, 8], [10, 20]], unit: mm}, with moved: {z: -10 mm} where it applies.

    Raises CaseError for a length without unit, not above zero, missing or of another shape, for a ring whose bore is
    as wide as the ring, and for an outline that bounds no body (`revolve`). The STL file is read by `from_stl`, else
    by `shape`.
    """

    kind: str
    diameter: Length | None = None
    length: Length | None = None
    thickness: Length | None = None
    outer: Length | None = None
    inner: Length | None = None
    x: Length | None = None
    y: Length | None = None
    z: Length | None = None
    profile: Outline | None = None
    stl: str | None = None
    unit: str | None = None
    shift: tuple[Coordinate, Coordinate, Coordinate] | None = None

    def __post_init__(self) -> None:
        one_of(self.kind, NEEDS, "shape", "shape")
        needs, allows = NEEDS[self.kind], ALLOWS.get(self.kind, ())
        given = [name for name in self._sizes() if getattr(self, name) is not None]
        for name in needs:
            if name not in given:
                raise CaseError(f"is missing; a {self.kind} takes {', '.join(needs + allows)}", name)
        for name in given:
            if name not in needs + allows:
                raise CaseError(f"is no size of a {self.kind}; it takes {', '.join(needs + allows)}", name)
        outer, inner = self.outer, self.inner
        if outer is not None and inner is not None and inner >= outer:
            raise CaseError(f"{self.inner} is not smaller than outer, {self.outer}", "inner")
        for name in given:
            size = getattr(self, name)
            if isinstance(size, Amount) and not SIZES[0] <= size <= SIZES[1]:
                raise CaseError(f"'{size}' is no size of a part, 1 um to 100 m; is the unit right?", name)
        if self.unit is not None:
            self._scale()
        if self.profile is not None:
            size = self._scale() * float(np.max(self.profile))
            if not SIZES[0] <= size <= SIZES[1]:
                raise CaseError(f"the part would be {size:.3g} m large; is the unit {self.unit}?", "unit")

    @staticmethod
    def _sizes() -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for names in (*NEEDS.values(), *ALLOWS.values()) for name in names))

    @classmethod
    def plate(cls, thickness: str) -> "Part":
        """An infinite plate: normal x, mid-plane x = 0."""
        return cls("plate", thickness=thickness)

    @classmethod
    def cylinder(cls, diameter: str, length: str | None = None) -> "Part":
        """A cylinder about z, lower end z = 0; without length infinitely long."""
        return cls("cylinder", diameter=diameter, length=length)

    @classmethod
    def sphere(cls, diameter: str) -> "Part":
        """A sphere, centre at the origin."""
        return cls("sphere", diameter=diameter)

    @classmethod
    def ring(cls, outer: str, inner: str, length: str | None = None) -> "Part":
        """A ring about z between two diameters, lower end z = 0; without length infinitely long."""
        return cls("ring", outer=outer, inner=inner, length=length)

    @classmethod
    def box(cls, x: str, y: str, z: str) -> "Part":
        """A box with edges x, y, z, centre at the origin."""
        return cls("box", x=x, y=y, z=z)

    @classmethod
    def revolve(cls, profile: Sequence[Sequence[float]], unit: str | None = None) -> "Part":
        """What an outline of corners (r, z), given once around, sweeps about the axis z; `unit` is that of its numbers.

            Part.revolve([(10, 0), (30, 0), (30, 8), (18, 20), (10, 20)], unit="mm")

        Edges on the axis, r = 0, bound nothing. Raises CaseError where no unit is given or the size makes it doubtful,
        and for fewer than three corners, r below zero, and an outline that crosses, touches or turns back on itself.
        """
        if unit is None:
            raise CaseError(f"the profile does not say its unit of length; write {UNIT}", "unit", word="Part.revolve")
        return cls("revolve", profile=profile, unit=unit)

    @classmethod
    def from_stl(cls, path: str | os.PathLike[str], unit: str | None = None) -> "Part":
        """A closed STL surface in its own axes; `unit` is that of its coordinates.

        Raises CaseError where no unit is given, and for a file that is missing, cut short, empty, open (with the
        place), not manifold, inverted, or of a size that makes the unit doubtful.
        """
        if not isinstance(path, str | os.PathLike):
            raise CaseError(f"{path!r} is no path of a file", "stl", word="Part.from_stl")
        if unit is None:
            raise CaseError(f"'{path}' does not say its unit of length; write {UNIT}", "unit", word="Part.from_stl")
        part = cls("stl", stl=os.path.abspath(path), unit=unit)
        try:
            part._solid()
        except CaseError as error:
            raise error.under(word="Part.from_stl") from None
        return part

    def moved(self, x: str = "0 mm", y: str = "0 mm", z: str = "0 mm") -> "Part":
        """The part shifted along the axes; shifts add up."""
        before = self.shift or (0.0, 0.0, 0.0)

        def total(axis: int, step: str) -> Amount:
            try:
                shift = amount(step, "m")
            except ValueError as error:
                raise CaseError(str(error), AXES[axis], word="Part.moved") from None
            return amount(f"{float(before[axis] + shift)!r} m", "m") if before[axis] else shift

        return dataclasses.replace(self, shift=(total(0, x), total(1, y), total(2, z)))

    @classmethod
    def read(cls, words: Mapping[str, Any], folder: Path | None = None) -> "Part":
        """A part from its words in a case file; an STL path counts from `folder`. Raises CaseError."""
        given = dict(words)
        shift = given.pop("moved", None)
        if "stl" in given:
            if given.pop("shape", "stl") != "stl":
                raise CaseError("stands beside an STL file; give one of shape and stl", "shape")
            kind = "stl"
            if "unit" not in given:
                raise CaseError("an STL file does not say its unit of length; write unit: mm (or cm, m, in)", "unit")
            if folder is not None and isinstance(given["stl"], str):
                given["stl"] = os.path.abspath(folder / given["stl"])
        elif "shape" not in given:
            raise CaseError(f"is missing; one of {', '.join(sorted(set(NEEDS) - {'stl'}))}, or give stl", "shape")
        else:
            kind = given.pop("shape")
        for name in given:
            one_of(name, cls._sizes(), "entry of a part", name)
        try:
            part = cls(kind, **given)
        except CaseError as error:
            raise error.under() from None
        if shift is None:
            return part
        if not isinstance(shift, Mapping) or set(shift) - set(AXES):
            raise CaseError(f"{shift!r} is no shift; write {{z: 10 mm}}", "moved")
        try:
            return part.moved(**shift)
        except CaseError as error:
            raise error.under("moved") from None

    def words(self, folder: Path | None = None) -> dict[str, Any]:
        """What a case file holds; an STL path is written as seen from `folder`."""
        said: dict[str, Any] = {} if self.kind == "stl" else {"shape": self.kind}
        for name in self._sizes():
            value = getattr(self, name)
            if isinstance(value, tuple):
                said[name] = [list(corner) for corner in value]
            elif value is not None:
                said[name] = value if name in ("stl", "unit") else value.text
        if self.stl is not None and folder is not None:
            said["stl"] = Path(os.path.relpath(self.stl, folder)).as_posix()
        if self.shift is not None and any(self.shift):
            said["moved"] = {axis: step.text for axis, step in zip(AXES, self.shift, strict=True) if step}
        return said

    @cached_property
    def shape(self) -> Shape:
        """The body in SI. Raises CaseError where an STL file is no closed body."""
        try:
            return self._solid()
        except CaseError as error:
            raise error.under("part") from None

    def thin_walls(self, cells: Cells, least: float = LEAST, words: str = "two") -> list[str]:
        """What to tell about walls fewer than `least` cells thick and about several bodies, a sentence each."""
        said = []
        if (bodies := getattr(self.shape, "bodies", 1)) > 1:
            said.append(f"part: '{self.stl}' holds {bodies} separate bodies")
            if cells.volume.sum() < (1.0 - SHARED) * self.shape.volume:
                said[-1] += " that overlap; what they share is one"
        walls = thin_walls(cells, least)
        if walls:
            named = list(dict.fromkeys(map(str, walls)))
            places = "; ".join(named[:NAMED])
            more = f" and {len(named) - NAMED} more places" if len(named) > NAMED else ""
            broad = [wall.thickness for wall in walls if wall.cells > SLIVER]
            said.append(
                f"grid.spacing: walls fewer than {words} cells thick: {places}{more}; take "
                f"{1e3 * min(broad or [walls[-1].thickness]) / least:.2g} mm or less"
            )
        return said

    def _scale(self) -> float:
        try:
            return parse(f"1 {self.unit}", "m")
        except ValueError:
            raise CaseError(f"'{self.unit}' is no unit of length; give mm, cm, m or in", "unit") from None

    def _solid(self) -> Shape:
        if self.kind == "stl":
            body: Shape = stl_file.read(Path(str(self.stl)), self._scale(), str(self.unit))
        elif self.kind == "revolve":
            body = Revolved(self._scale() * np.array(self.profile, float))
        else:
            body = self._primitive()
        if self.shift is None:
            return body
        x, y, z = map(float, self.shift)
        return body.moved((x, y, z))

    def _primitive(self) -> Shape:
        size = {name: float(getattr(self, name)) for name in self._sizes() if getattr(self, name) is not None}
        length = size.get("length")
        if self.kind == "plate":
            return Plate(size["thickness"])
        if self.kind == "sphere":
            return Sphere(size["diameter"] / 2.0)
        if self.kind == "cylinder":
            return Cylinder(size["diameter"] / 2.0, length=length)
        if self.kind == "ring":
            return Cylinder(size["outer"] / 2.0, size["inner"] / 2.0, length)
        return Box((size["x"], size["y"], size["z"]))
