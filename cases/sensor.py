"""Where temperature is read."""

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass

from ..materials.quantity import Coordinate
from ..materials.refusal import STRICT, CaseError, plain


def place(given: object) -> object:
    """Three coordinates as they came. Raises CaseError for anything else."""
    if not isinstance(given, list | tuple) or len(given) != 3:
        raise CaseError(f"{given!r} is no place; give x, y and z, ('0 mm', '0 mm', '80 mm')")
    return given


@plain
@dataclass(frozen=True, config=STRICT)
class Thermocouple:
    """A thermocouple in the part: a name, and (x, y, z) in the part's own axes.

        Thermocouple("core", at=("0 mm", "0 mm", "80 mm"))

    Raises CaseError for a coordinate without unit.
    """

    name: Annotated[str, Field(min_length=1)]
    at: Annotated[tuple[Coordinate, Coordinate, Coordinate], BeforeValidator(place)]

    @property
    def position(self) -> tuple[float, float, float]:
        """Its place, m."""
        x, y, z = self.at
        return float(x), float(y), float(z)
