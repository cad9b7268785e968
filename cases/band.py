"""A band for the residual stress: transformation plasticity is known within a factor, and moves it most."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials import stress as mechanics
from ..materials.alloy import Alloy
from ..materials.refusal import CaseError
from .meaning import AXIAL, COMPONENTS

if TYPE_CHECKING:
    from .result import Result

Array = NDArray[float64]

WORD = "stress_band"
FACTOR = 1.5  # what measured K of one steel differ by, either way


@dataclass(frozen=True)
class Range:
    """Stress in Pa: `value` of the run, `least` and `most` of it and its two companions."""

    least: float
    value: float
    most: float

    @property
    def sign_known(self) -> bool:
        """Whether all of them pull, or all of them press."""
        return self.least > 0.0 or self.most < 0.0

    def __str__(self) -> str:
        low, value, high = (x / 1e6 for x in (self.least, self.value, self.most))
        return f"{value:+.0f} MPa ({low:+.0f} to {high:+.0f})"


@dataclass(frozen=True, eq=False)
class StressBand:
    """A run and its companions with the transformation plasticity K of all phases divided and multiplied.

    runs    results with K / factor, K, K x factor
    factor  1.5 where nothing else was asked
    """

    runs: "tuple[Result, Result, Result]"
    factor: float

    def at(self, x: str, y: str, z: str, component: str) -> Range:
        """The band at a place: of "axial", "hoop", "radial", "xx" and so on, "von_mises" or "max_principal"."""
        places = [run.at(x, y, z).residual_stress for run in self.runs]
        if component not in (*AXIAL, *COMPONENTS, "von_mises", "max_principal"):
            raise CaseError(f"no stress {component!r}; ask for axial, hoop, xx, von_mises ...", "component", word=WORD)
        return _range([getattr(place, component) for place in places])

    def field(self, name: str) -> tuple[Array, Array]:
        """Least and most (n,) Pa of a stress of every cell, "stress_axial"."""
        values = np.array([run.field(name).values for run in self.runs])
        return values.min(0), values.max(0)

    @property
    def skin(self) -> dict[str, Range]:
        """Mean over the area of the skin of hoop and axial stress, or of xx, yy, zz where there is no axis."""
        cells = self.runs[1].cells
        names: dict[str | None, tuple[str, ...]] = {"cylinder": ("hoop", "axial"), "sphere": ("hoop",)}
        found = {}
        for name in names.get(self.runs[1].axis, COMPONENTS[:3]):
            outer = [run.field(f"stress_{name}").values[cells.patch_cell] for run in self.runs]
            found[name] = _range([float(np.average(values, weights=cells.patch_area)) for values in outer])
        return found

    def __str__(self) -> str:
        head = f"{self.runs[1].name}: stress of the outermost cells, K / {self.factor:g} to K x {self.factor:g}"
        rows = [
            f"{name:6} {band}{'' if band.sign_known else ': its sign is not known'}" for name, band in self.skin.items()
        ]
        return "\n".join([head, *rows])


def stress_band(result: "Result", factor: float, progress: bool) -> StressBand:
    """See `Result.stress_band`. Raises CaseError."""
    case: Any = result.case
    if "stress" not in result.fields or not result.ended:
        raise CaseError("this run has no residual stress; run it to its end with stress=True", word=WORD)
    if result.is_machined:
        raise CaseError("this part was machined; take the band of the treated one", word=WORD)
    if not isinstance(case.alloy, Alloy) or not case.alloy.matter().transforms:
        raise CaseError(f"'{case.alloy.name}' does not transform: no transformation plasticity to vary", word=WORD)
    if not factor > 1.0:
        raise CaseError(f"factor {factor!r} must be above 1; 1.5 is usual", "factor", word=WORD)
    K = {**mechanics.TRIP, **case.alloy.trip}
    less, more = (
        case.replace(alloy=case.alloy.replace(trip={phase: f"{value * share!r} 1/Pa" for phase, value in K.items()}))
        for share in (1.0 / factor, factor)
    )
    return StressBand((less.run(progress=progress), result, more.run(progress=progress)), factor)


def _range(values: list[float]) -> Range:
    return Range(min(values), values[1], max(values))
