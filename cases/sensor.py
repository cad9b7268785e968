"""Where temperature is read."""

from pydantic.dataclasses import dataclass

from ..materials.quantity import Coordinate
from ..materials.refusal import STRICT, plain


@plain
@dataclass(frozen=True, config=STRICT)
class Thermocouple:
    """A thermocouple in the part: a name, and (x, y, z) in the part's own axes.

        Thermocouple("core", at=("0 mm", "0 mm", "80 mm"))

    Raises CaseError for a coordinate without unit.
    """

    name: str
    at: tuple[Coordinate, Coordinate, Coordinate]
