"""Thermocouples as measuring instruments: where they sit, how well that is known, how they err."""

from typing import Annotated, Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass

from ..cases.sensor import place
from ..materials.quantity import DIFFERENCE, Coordinate, Difference, Duration, Length, Quantity
from ..materials.refusal import STRICT, CaseError, one_of, plain

Array = NDArray[float64]

TOLERANCES = {
    "K class 1": (1.5, 0.004),
    "K class 2": (2.5, 0.0075),
    "N class 1": (1.5, 0.004),
    "N class 2": (2.5, 0.0075),
    "special": (1.1, 0.004),
    "standard": (2.2, 0.0075),
}
"""Name -> (K, share of the reading in degC), whichever is larger. Classes: IEC 60584-1; "special" and "standard":
base metals in ASTM E230 and AMS 2750 [V: secondary sources]. New wire; used wire may drift further."""

FINEST = 0.05  # K, no reading is trusted further


def _noise(given: object) -> object:
    if given is None:
        return None
    share = isinstance(given, str) and given.rstrip().endswith("%")
    return Quantity("" if share else DIFFERENCE, positive=True).validate(given)


def _tolerance(given: object) -> object:
    return given if given is None else one_of(given, TOLERANCES, "tolerance class")


@plain
@dataclass(frozen=True, config=STRICT)
class Sensor:
    """A thermocouple with what is known of it; each `within` is one standard deviation.

    name           column of the record
    at             (x, y, z) in the part's own axes
    depth_within   of its place, along the way to the nearest wall; then the depth is an unknown
    lag            time constant of its first-order response; lag_within makes it an unknown
    offset_within  K, constant error; then it is an unknown
    noise          standard deviation of one reading, "1 K", or a share of the reading in degC, "1 %";
                   None: from the scatter of the record itself
    tolerance      "K class 1", "N class 2", "special", ...: its limit counts as two standard deviations

        Sensor("T2", at=("23.5 mm", "0 mm", "75 mm"), depth_within="0.2 mm", tolerance="K class 1")

    Raises CaseError for a value without unit, an unknown class, an offset given twice.
    """

    name: Annotated[str, Field(min_length=1)]
    at: Annotated[tuple[Coordinate, Coordinate, Coordinate], BeforeValidator(place)]
    depth_within: Length | None = None
    lag: Duration | None = None
    lag_within: Duration | None = None
    offset_within: Difference | None = None
    noise: Annotated[Any, BeforeValidator(_noise)] = None
    tolerance: Annotated[Any, BeforeValidator(_tolerance)] = None

    def __post_init__(self) -> None:
        if self.offset_within is not None and self.tolerance is not None:
            raise CaseError("offset_within and tolerance both say how far it may be off; give one")
        if self.lag_within is not None and self.lag is None:
            raise CaseError(f"'{self.lag_within}' is known of a lag that is not given; give lag", "lag_within")

    @property
    def point(self) -> tuple[float, float, float]:
        """Its place, m."""
        x, y, z = (float(value) for value in self.at)
        return x, y, z

    def scatter(self, kelvin: Array) -> Array:
        """Standard deviation of one reading, K, where `noise` says it; never below FINEST."""
        share = self.noise.text.rstrip().endswith("%")
        size = float(self.noise) * (np.abs(kelvin - 273.15) if share else np.ones_like(kelvin))
        return np.asarray(np.maximum(FINEST, size))

    def error(self, kelvin: Array) -> Array:
        """Standard deviation of its constant error at a reading, K; 0 where nothing is said of it."""
        if self.offset_within is not None:
            return np.full_like(kelvin, float(self.offset_within))
        if self.tolerance is None:
            return np.zeros_like(kelvin)
        least, share = TOLERANCES[self.tolerance]
        return np.asarray(0.5 * np.maximum(least, share * np.abs(kelvin - 273.15)))
