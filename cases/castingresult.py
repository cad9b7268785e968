"""The result of a casting: criteria and properties derived on reading, hot spots, feeding zones; no new run."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials import feeding
from ..materials.quantity import parse
from ..materials.refusal import CaseError, one_of
from ..solver.casting import FRACTIONS, RIGID, SHARES
from .archive import Archive
from .bodyresult import body_results
from .case import AnyCase
from .castingfields import AT_ONCE, DERIVED, SHARP, Frozen, told
from .feedercheck import FeederCheck, feeder_check
from .feedingzones import Spot, Zone, branches, spots
from .meaning import NIYAMA, PASSING, SOLID
from .part import Part
from .pipe import Pipe, pipe
from .result import Result
from .summary import Summary

Array = NDArray[float64]
QUENCHED = ("quench_factor", "strength_share")
KEPT = ("solidification_time", "local_solidification_time", "rigid_time", "thermal_gradient", "cooling_rate")
OF_A_RANGE = {"cooling_rate": AT_ONCE, "local_solidification_time": SHARP}
"""What a metal that freezes at one temperature has not, and why."""
LAST = (*KEPT, *PASSING, "shrinkage_cavity")
AT_FRACTION = {"thermal_gradient": "passing_gradient", "cooling_rate": "passing_rate"}
"""What `at_solid_fraction` reads elsewhere, and where it is kept."""
MOST_SHRINKAGE = 0.2
INSTANTS = 100  # at least, between which the pipe sinks
UPRIGHT = {"x": (0, 1.0), "-x": (0, -1.0), "y": (1, 1.0), "-y": (1, -1.0), "z": (2, 1.0), "-z": (2, -1.0)}


def result_of(archive: Archive, case: AnyCase | Callable[[str], AnyCase]) -> Result:
    """The result of a casting where it froze, else of a heat treatment."""
    return (CastingResult if "solid_fraction" in archive.moving else Result)(archive, case)


class CastingResult(Result):
    """What a casting has computed; fields of DERIVED follow from the stored ones as they are asked for.

    result.solidification_time.max
    result.hot_spots(3)
    result.feeding_zones()
    result.niyama.min
    """

    def __init__(
        self,
        archive: Archive,
        case: AnyCase | Callable[[str], AnyCase],
        removed: tuple[Part, ...] = (),
        share: str | None = None,
    ) -> None:
        super().__init__(archive, case, removed)
        self._share = share

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields, stored ones and those that can be derived of this alloy."""
        return (*super().fields, *self._derivable)

    @cached_property
    def _stands(self) -> bool:
        """Whether a pipe can be told: the casting has a height, and its shrinkage is known."""
        try:
            return self.cells.lattice.metric in ("rz", "3d") and self._shrinkage(None) > 0.0
        except CaseError:
            return False

    @cached_property
    def _derivable(self) -> tuple[str, ...]:
        if not self.ended:
            return ()
        names = tuple(name for name in DERIVED if self._derives(name) and not self._why_not(name))
        return (*names, "shrinkage_cavity") if self._stands else names

    def _derives(self, name: str) -> bool:
        """Whether a field is derived on reading: a law of castings that the run has not computed itself."""
        return name in DERIVED and name not in super().fields

    def _why_not(self, name: str) -> str:
        """Why a field cannot be derived of this alloy; "" where it can."""
        try:
            DERIVED[name](self._frozen)
        except CaseError as error:
            return error.sentence
        return ""

    @cached_property
    def _frozen(self) -> Frozen:
        said, lost = self._archive.about.poured
        case: Any = self.case
        kept = {name: self._stored(name) for name in KEPT if name in super(CastingResult, self).fields}
        return Frozen(case.alloy, case.mould, said - lost, kept)

    def _stored(self, name: str) -> Array:
        return self._archive.values(name, self._archive.times.size - 1)

    def _over_time(self, name: str, weights: tuple[tuple[int, float], ...]) -> Array:
        if self._derives(name):
            return DERIVED[name](self._read_there if name == "isotherm_velocity" else self._frozen)
        if name == "shrinkage_cavity":
            return self.pipe().empty
        if name in AT_FRACTION and self._share is not None:
            return self._read_there.fields[name]
        return super()._over_time(name, weights)

    def at_solid_fraction(self, solid_fraction: float) -> "CastingResult":
        """The same run, its `thermal_gradient`, `cooling_rate` and `isotherm_velocity` read at this solid fraction.

            result.at_solid_fraction(0.5).show("isotherm_velocity")

        One of 0.1, 0.2 ... 0.9, where every cell kept them; criteria stay where they are defined. Raises CaseError for
        another, and where the alloy freezes at one temperature: there is no rate there.
        """
        plateau = self.case.alloy.freezing.plateau
        usable = [f"{fraction:g}" for fraction in FRACTIONS if fraction < 1.0 - plateau]
        _check_fraction(solid_fraction)
        if f"{solid_fraction:g}" not in usable:
            rest = (
                f"; the last {100.0 * plateau:.0f} % freeze at one temperature" if len(usable) < len(FRACTIONS) else ""
            )
            kept = f"kept at {', '.join(usable)}" if usable else "none was kept"
            raise CaseError(f"no gradient or rate at {solid_fraction:g} solid: {kept}{rest}")
        return CastingResult(self._archive, self._read_case, self.removed, f"{100.0 * solid_fraction:.0f}")

    @cached_property
    def _read_there(self) -> Frozen:
        """What the laws ask, gradient and rate at the solid fraction of this reading."""
        if self._share is None:
            return self._frozen
        row = SHARES.index(self._share)
        moved = {name: self._stored(source)[row] for name, source in AT_FRACTION.items()}
        return replace(self._frozen, fields={**self._frozen.fields, **moved})

    def still(self, name: str) -> bool:
        """Whether a field stands for the whole run."""
        return self._derives(name) or name == "shrinkage_cavity" or super().still(name)

    def _comes_later(self, name: str) -> bool:
        return not self.ended and name in (*LAST, *DERIVED)

    def _source(self, name: str) -> str:
        if self.ended and self._derives(name) and (why := self._why_not(name)):
            raise CaseError(f"no {name} here: {why}")
        if self.ended and name in OF_A_RANGE and self.case.alloy.freezing.range <= 0.0:
            raise CaseError(f"no {name} here: {self.case.alloy.name} {OF_A_RANGE[name]}")
        if name in QUENCHED and name not in super().fields:
            raise CaseError(f"no {name} here: the C-curve of a quench is not known of {self.case.alloy.name}")
        return super()._source(name)

    def meaning(self, name: str) -> str:
        """What a field is, with the law and the condition it stands for."""
        own = "" if name in super().fields else told(name, self.case.alloy)
        text = own or super().meaning(name)
        there = self._share is not None and name in (*AT_FRACTION, "isotherm_velocity")
        if self.case.alloy.freezing.range <= 0.0:
            return text.replace(NIYAMA, SOLID)
        return text.replace(NIYAMA, f"at {self._share} % solid") if there else text

    @cached_property
    def bodies(self) -> dict[str, Result]:
        """Mould, chills, cores and sleeves by name, where `store_mould` kept them: their temperature as results.

        result.bodies["mould"].at("0 mm", "0 mm", "40 mm", time="60 s").temperature
        result.bodies["chill"].temperature.max
        """
        return body_results(self._archive, self._read_case)

    # what a foundry asks

    def hot_spots(self, count: int = 3) -> tuple[Spot, ...]:
        """The places that freeze last, the latest first: (x, y, z) m, time s, volume m3 that was cut off there.

        Raises CaseError for a count below 1.
        """
        if count < 1:
            raise CaseError(f"{count!r} is no count of hot spots; give 1 or more")
        return spots(self.cells, self.field("solidification_time").values, count)

    def feeding_zones(self, solid_fraction: float = RIGID) -> tuple[Zone, ...]:
        """Zones below a solid fraction, from when each is cut off from the others to its end, the first first."""
        return branches(self.cells, self.passing_time(solid_fraction))

    def passing_time(self, solid_fraction: float) -> Array:
        """When each cell passed a solid fraction, (n,) s: kept at 0.1, 0.2 ... 0.9, else between stored instants."""
        _check_fraction(solid_fraction)
        if f"{solid_fraction:g}" in map("{:g}".format, FRACTIONS):
            return self.field(f"passing_time_{100.0 * solid_fraction:.0f}").values
        times, passed = self.times, np.full(self.cells.index.size, np.nan)
        before = self._archive.values("solid_fraction", 0)
        passed[before >= solid_fraction] = times[0]
        for step in range(1, times.size):
            after = self._archive.values("solid_fraction", step)
            crosses = (before < solid_fraction) & (after >= solid_fraction)
            share = (solid_fraction - before[crosses]) / (after[crosses] - before[crosses])
            passed[crosses] = times[step - 1] + share * (times[step] - times[step - 1])
            passed[after < solid_fraction] = np.nan
            before = after
        return passed

    def feeder_check(
        self, feeders: dict[str, Part] | None = None, solid_fraction: float = RIGID, shrinkage: str | None = None
    ) -> FeederCheck:
        """Which feeder feeds which place and until when, and what no feeder reaches to the end; prints as a page.

            print(result.feeder_check())                                          # the feeders of the case
            print(result.feeder_check({"boss": Part.cylinder("60 mm", "90 mm").moved(z="25 mm")}))

        feeders    name -> Part: places of the casting, here without a new run
        shrinkage  of the liquid's volume, "4 %"; without it that of the alloy, of which none is known for iron

        Raises CaseError for no feeders, and for one in which no metal lies.
        """
        _check_fraction(solid_fraction)
        case: Any = self.case
        named = case.fed_by if feeders is None else feeders
        if not named:
            raise CaseError("the case has no feeders; give {'top': Part.cylinder(...)}", "feeders")
        try:
            lost = self._shrinkage(shrinkage)
        except CaseError:
            if shrinkage is not None:
                raise
            lost = float("nan")
        return feeder_check(self.cells, self.passing_time(solid_fraction), named, solid_fraction, lost)

    def pipe(self, shrinkage: str | None = None, solid_fraction: float = RIGID, up: str = "z") -> Pipe:
        """An estimate of the pipe: where it opens, how deep, how large; `shrinkage_cavity` is its field.

        shrinkage       of the liquid's volume, "4 %"; without it the middle of what is known of the alloy
        solid_fraction  up to which liquid follows;   up  "x", "y", "z" or "-z": against gravity

        Raises CaseError for a shrinkage that is not known (graphitic iron), and for a 1d casting.
        """
        _check_fraction(solid_fraction)
        if self.cells.lattice.metric not in ("rz", "3d"):
            raise CaseError("a 1d casting has no height, so no pipe; give the part its full size")
        axis, sense = UPRIGHT[one_of(up, UPRIGHT, "direction", "up")]
        if axis < 2 and self.cells.lattice.metric == "rz":
            raise CaseError(f"up '{up}' is no axis of an rz casting; take z, or Grid(metric='3d')", "up")
        freezes = self.field("solidification_time").values
        last = min(float(np.nanmax(freezes, initial=0.0)) or self.times[-1], self.times[-1])
        instants = np.union1d(self.times[self.times <= last], np.linspace(self.times[0], last, INSTANTS))
        solid = (self.field("solid_fraction", time).values for time in instants.tolist())
        return pipe(self.cells, solid, self._shrinkage(shrinkage), solid_fraction, axis, sense)

    def _shrinkage(self, given: str | None) -> float:
        """Share of the liquid's volume. Raises CaseError where none is given or known."""
        lost = float(np.mean(self.volume_shrinkage)) if given is None else parse(given, "", "shrinkage")
        if not 0.0 <= lost < MOST_SHRINKAGE:
            raise CaseError(f"'{given}' is no shrinkage between 0 and 20 %; write '4 %'", "shrinkage")
        return lost

    @property
    def modulus(self) -> float:
        """Geometric modulus: volume over surface of the casting, m."""
        shape = self.case.part.shape
        if getattr(shape, "bodies", 1) > 1:  # of an STL file: facets may lie within another body
            return float(self.cells.volume.sum() / self.cells.patch_area.sum())
        return float(shape.volume / shape.area)

    @property
    def pattern_allowance(self) -> tuple[float, float]:
        """Patternmaker's allowance, least and most. Raises CaseError where none is known."""
        return feeding.pattern_allowance(self.case.alloy.freezing)

    @property
    def volume_shrinkage(self) -> tuple[float, float]:
        """Volume lost on freezing, share of the liquid's, least and most. Raises CaseError."""
        return feeding.volume_shrinkage(self.case.alloy.freezing)

    @property
    def shake_out_time(self) -> float | None:
        """When the mould was taken off, s since the pour; None where it stayed."""
        rows = self.ledger
        return float(rows[0]["to"]) if len(self._archive.about.legs) > 1 and rows else None

    def summary(self) -> Summary:
        """The table a foundry reads first; prints as text."""
        from .castingsummary import summarise

        return summarise(self)

    @property
    def levels(self) -> dict[str, float]:
        """Liquidus and solidus, K, which a plot of thermocouples marks."""
        freezing = self.case.alloy.freezing
        return {"liquidus": float(freezing.liquidus), "solidus": freezing.solidus}


def _check_fraction(given: float) -> None:
    if not isinstance(given, int | float) or not 0.0 < given < 1.0:
        raise CaseError(f"{given!r} is no solid fraction between 0 and 1; 0.7 is usual of steel and aluminium")
