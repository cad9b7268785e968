"""A number of a result, said in words: what a study collects, a prediction tells and an inspection measures."""

from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator
from pydantic.dataclasses import dataclass

from ..cases.meaning import meaning
from ..cases.sensor import place
from ..materials.hardness_scale import hrc_from_hv
from ..materials.quantity import Coordinate, Duration
from ..materials.refusal import STRICT, CaseError, one_of, plain

OVER = ("max", "min", "mean")
GROWTH = "growth"


@plain
@dataclass(frozen=True, config=STRICT)
class Observable:
    """One number of a result, in SI (hardness in HV, or HRC where `unit` says so).

    field  hardness, martensite, stress_axial, temperature, ..., an expression of fields ("tensile_strength /
           yield_strength"), or growth: a dimension against the drawing
    at     (x, y, z): at a place; else over the part
    of     over the part: max, min, mean; of growth: its dimension, diameter
    time   an instant; None: the end
    unit   HV or HRC, of hardness; all else in SI

        Observable("hardness", at=("0 mm", "0 mm", "80 mm"), unit="HRC")
        Observable("max_principal", of="max");  Observable("growth", of="diameter")

    Called with a result it reads it. Raises CaseError for words that do not fit together, and for what the result
    does not have.
    """

    field: str
    at: Annotated[tuple[Coordinate, Coordinate, Coordinate] | None, BeforeValidator(lambda x: x and place(x))] = None
    of: str | None = None
    time: Duration | None = None
    unit: str | None = None

    def __post_init__(self) -> None:
        if (self.at is None) == (self.of is None):
            raise CaseError(f"'{self.field}' needs a place, at=(x, y, z), or of={' | '.join(OVER)}; give one", "of")
        if self.of is not None and self.field != GROWTH:
            one_of(self.of, OVER, "way to sum up a field", "of")
        if self.at is not None and self.field == GROWTH:
            raise CaseError("growth is that of a dimension; write of=diameter in place of a point", "at")
        if self.unit is not None and (self.field != "hardness" or self.unit not in ("HV", "HRC")):
            raise CaseError(f"'{self.unit}' says nothing of '{self.field}'; HV and HRC are for hardness", "unit")

    @property
    def shown(self) -> str:
        """Unit of what it reads."""
        return "m" if self.field == GROWTH else self.unit or meaning(self.field).unit

    def __call__(self, result: Any) -> float:
        """The number in a result; NaN for a hardness below 20 HRC that is asked in HRC."""
        value = self._read(result)
        if self.unit != "HRC":
            return value
        hrc = hrc_from_hv(value)
        return float("nan") if hrc is None else float(hrc)

    def _read(self, result: Any) -> float:
        time = None if self.time is None else float(self.time)
        if self.field == GROWTH:
            growth = result.distortion().growth
            return float(growth[one_of(self.of, growth, "dimension", "of")])
        if self.at is not None:
            here = np.array([[float(x) for x in self.at]])
            return float(result.sample(self.field, here, time)[0])
        return float(getattr(result.evaluate(self.field, time), str(self.of)))
