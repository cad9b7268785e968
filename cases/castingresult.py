"""The result of a casting: criteria and properties derived on reading, hot spots, feeding zones; no new run."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials import feeding
from ..materials.refusal import CaseError
from ..solver.casting import RIGID
from .archive import Archive
from .case import AnyCase
from .castingfields import DERIVED, Frozen, told
from .feedingzones import Spot, Zone, branches, spots
from .result import Result
from .summary import Summary

Array = NDArray[float64]
QUENCHED = ("quench_factor", "strength_share")
LAST = ("solidification_time", "local_solidification_time", "rigid_time", "thermal_gradient", "cooling_rate")


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

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields, stored ones and those that can be derived of this alloy."""
        return (*super().fields, *self._derivable)

    @cached_property
    def _derivable(self) -> tuple[str, ...]:
        if not self.ended:
            return ()
        return tuple(name for name in DERIVED if self._derives(name) and not self._why_not(name))

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
        return Frozen(case.alloy, case.mould, said - lost, {name: self._stored(name) for name in LAST})

    def _stored(self, name: str) -> Array:
        return self._archive.values(name, self._archive.times.size - 1)

    def _over_time(self, name: str, weights: tuple[tuple[int, float], ...]) -> Array:
        if self._derives(name):
            return DERIVED[name](self._frozen)
        return super()._over_time(name, weights)

    def still(self, name: str) -> bool:
        """Whether a field stands for the whole run."""
        return self._derives(name) or super().still(name)

    def _comes_later(self, name: str) -> bool:
        return not self.ended and name in (*LAST, *DERIVED)

    def _source(self, name: str) -> str:
        if self.ended and self._derives(name) and (why := self._why_not(name)):
            raise CaseError(f"no {name} here: {why}")
        if name in QUENCHED and name not in super().fields:
            raise CaseError(f"no {name} here: the C-curve of a quench is not known of {self.case.alloy.name}")
        return super()._source(name)

    def meaning(self, name: str) -> str:
        """What a field is, with the law and the condition it stands for."""
        own = "" if name in super().fields else told(name, self.case.alloy)
        return own or super().meaning(name)

    # what a foundry asks

    def hot_spots(self, count: int = 3) -> tuple[Spot, ...]:
        """The places that freeze last, the latest first: (x, y, z) m, time s, volume m3 that was cut off there."""
        return spots(self.cells, self.field("solidification_time").values, count)

    def feeding_zones(self, solid_fraction: float = RIGID) -> tuple[Zone, ...]:
        """Zones below a solid fraction, from when each is cut off from the others to its end, the first first."""
        if not 0.0 < solid_fraction < 1.0:
            raise CaseError(
                f"{solid_fraction!r} is no solid fraction between 0 and 1; 0.7 is usual of steel and aluminium"
            )
        return branches(self.cells, self.passing_time(solid_fraction))

    def passing_time(self, solid_fraction: float) -> Array:
        """When each cell passed a solid fraction, (n,) s: recorded at 0.7, else between the stored instants."""
        if solid_fraction == RIGID:
            return self.field("rigid_time").values
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

    @property
    def modulus(self) -> float:
        """Geometric modulus: volume over surface of the casting, m."""
        return float(self.case.part.shape.volume / self.case.part.shape.area)

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
