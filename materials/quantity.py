"""Human units stop here: text such as "40 mm" becomes a float in SI, temperatures in kelvin."""

import functools
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from .hardness_scale import hv_from_hbw, hv_from_hrb, hv_from_hrc
from .refusal import CaseError

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
SPLIT = re.compile(rf"\s*({NUMBER}|[+-]?(?:nan|inf(?:inity)?))\s*(.*?)\s*", re.IGNORECASE)
HARDNESS: dict[str, Callable[[float], float]] = {
    "HV": float,
    "HRC": hv_from_hrc,
    "HRB": hv_from_hrb,
    "HBW": hv_from_hbw,
}
ROCKWELL = {"HRC": (20.0, 70.0), "HRB": (60.0, 101.0)}
EXAMPLES = {
    "m": "'40 mm'",
    "K": "'850 degC' or '1123 K'",
    "s": "'45 min' or '8 s'",
    "m/s": "'10 mm/s'",
    "W/m^2/K": "'500 W/m^2/K'",
    "HV": "'300 HV' or '32 HRC'",
}
DIFFERENCE = "delta_degC"
SYMBOLS = {"C": "coulomb", "F": "farad"}  # what people write for degC and degF
LONGEST = 100
TOWER = re.compile(r"\d{4}|(\*\*|\^)[-+(\d\s)]*(\*\*|\^)")  # powers of powers would run for ever


class Amount(float):
    """A float in SI that remembers the words it came from: `Amount.text` goes back into a case file."""

    text: str

    def __new__(cls, value: float, text: str) -> "Amount":
        amount = super().__new__(cls, value)
        amount.text = text
        return amount

    def __reduce__(self) -> tuple[type["Amount"], tuple[float, str]]:
        return Amount, (float(self), self.text)

    def __repr__(self) -> str:
        return f"'{self.text}'"

    def __str__(self) -> str:
        return self.text


@functools.cache
def _units() -> Any:
    import pint

    return pint.UnitRegistry(cache_folder=None)


def _lead(where: str) -> str:
    return f"{where}: " if where else ""


def _needs(unit: str) -> str:
    if not unit:
        return "a plain number"
    if unit == DIFFERENCE:
        return "a temperature difference, for example '0.5 K'"
    return f"{unit}, for example {EXAMPLES[unit]}" if unit in EXAMPLES else unit


@functools.cache
def _scale(unit: str) -> tuple[float, float, Any]:
    """(factor, offset, dimension) of a unit: SI = factor * (number + offset). Raises CaseError."""
    if re.search(r"(deg_?|°)K\b", unit):
        raise CaseError(f"'{unit}' is no unit: write K or degC")
    units = _units()
    if TOWER.search(unit):
        raise CaseError(f"'{unit}' is no unit")
    try:
        parsed = units.parse_units(f"1{unit}" if unit.startswith("/") else unit)
    except Exception as error:  # pint raises a dozen kinds, down to TypeError, for text that is no unit
        raise CaseError(f"'{unit}' is no unit") from error
    factor = units.Quantity(1.0, parsed)
    if parsed in (units.degC, units.degF):
        zero, one = (units.Quantity(number, parsed).to("K").magnitude for number in (0.0, 1.0))
        return one - zero, zero / (one - zero), parsed.dimensionality
    if re.search(r"deg_?[CF]\b|°[CF]\b|celsius|fahrenheit", unit, re.IGNORECASE) and "delta" not in unit:
        write = "delta_degF" if re.search(r"deg_?F\b|°F\b|fahrenheit", unit, re.IGNORECASE) else "K"
        raise CaseError(f"'{unit}' has a temperature scale inside a compound unit; write {write}")
    return float(factor.to_base_units().magnitude), 0.0, parsed.dimensionality


def split(text: str, where: str = "") -> tuple[float, str]:
    """Number and unit of a text. Raises CaseError where there is no finite number in front."""
    if len(text) > LONGEST:
        raise CaseError(f"{_lead(where)}'{text[:LONGEST]}...' is too long for a quantity")
    match = SPLIT.fullmatch(text)
    if match is not None and re.match(r",\d", match[2]):
        raise CaseError(f"{_lead(where)}'{text}' has a comma in its number; write a decimal point")
    if match is None:
        raise CaseError(f"{_lead(where)}'{text}' does not start with a number")
    number = float(match[1])
    if not math.isfinite(number):
        raise CaseError(f"{_lead(where)}'{text}' is not a finite number")
    return number, match[2]


def _hardness(number: float, unit: str, text: str, where: str) -> float:
    if unit not in HARDNESS:
        given = f"unit '{unit}'" if unit else "no unit"
        raise CaseError(f"{_lead(where)}'{text}' has {given}, needs a hardness: HV, HRC, HRB or HBW")
    low, high = ROCKWELL.get(unit, (0.0, math.inf))
    if not low <= number <= high:
        raise CaseError(f"{_lead(where)}'{text}' is outside {unit} {low:g} to {high:g}; write HV")
    return HARDNESS[unit](number)


def parse(text: object, unit: str, where: str = "") -> float:
    """SI value of a quantity with its unit; kelvin for temperatures, HV for hardness (unit "HV").

    >>> parse("850 degC", "K")
    1123.15
    >>> parse("40 mm", "m")
    0.04

    Raises CaseError, one sentence that begins with `where`: for a bare number where a unit belongs, a wrong
    dimension, an unknown unit, degC or degF inside a compound unit, NaN and infinity.
    """
    if isinstance(text, Amount):
        text = text.text
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise CaseError(f"{_lead(where)}{text!r} is not a quantity; write {_needs(unit)}")
    number, given = split(str(text), where)
    if unit == "HV":
        return _hardness(number, given, str(text), where)
    if unit and not given:
        raise CaseError(f"{_lead(where)}'{text}' has no unit; write {_needs(unit)}")
    if given in HARDNESS:
        raise CaseError(f"{_lead(where)}'{text}' is a hardness, needs {_needs(unit)}")
    try:
        factor, offset, dimension = _scale(given)
    except ValueError as error:
        raise CaseError(f"{_lead(where)}{error} in '{text}'; needs {_needs(unit)}") from None
    if dimension != _scale(unit)[2]:
        if given in SYMBOLS and unit == "K":
            raise CaseError(f"{_lead(where)}'{text}' is in {SYMBOLS[given]}s; write {number:g} deg{given}")
        raise CaseError(f"{_lead(where)}'{text}' has dimension {dimension}, needs {_needs(unit)}")
    if offset and unit == DIFFERENCE:
        raise CaseError(f"{_lead(where)}'{text}' is a temperature, needs {_needs(unit)}")
    value = factor * (number + offset)
    if unit == "K" and value < 0.0:
        raise CaseError(f"{_lead(where)}'{text}' is below absolute zero")
    return value


def plain(text: object, where: str = "") -> float:
    """SI value of a quantity of any dimension. Raises CaseError where it is none."""
    number, given = split(str(text), where)
    factor, offset, _ = _scale(given)
    return factor * (number + offset)


def amount(text: object, unit: str, where: str = "") -> Amount:
    """`parse`, with the words kept."""
    words = text.text if isinstance(text, Amount) else str(text)
    return Amount(parse(text, unit, where), words)


def measured(values: Any, unit: str) -> Any:
    """Numbers with a unit, with which can be reckoned; a scale of hardness counts as a plain number."""
    return _units().Quantity(values, "" if unit in HARDNESS else unit)


def in_si(reckoned: Any) -> tuple[Any, str]:
    """Numbers in SI and their unit, of what came out of `measured`. Raises CaseError where units do not fit."""
    quantity = _units().Quantity(reckoned) if not hasattr(reckoned, "to_base_units") else reckoned
    base = quantity.to_base_units()
    return base.magnitude, f"{base.units:~C}"


def misfit() -> type[Exception]:
    """What reckoning with units that do not fit raises."""
    import pint

    error: type[Exception] = pint.errors.PintError
    return error


def of_dimension(text: object, unit: str) -> bool:
    """Whether a text is a quantity of the dimension of `unit`."""
    try:
        parse(text, unit)
    except ValueError:
        return False
    return True


def bounded(value: float, text: object, positive: bool, nonnegative: bool, most: float | None) -> None:
    """Raise CaseError where a value lies outside what its property allows."""
    if positive and value <= 0.0:
        raise CaseError(f"'{text}' must be above zero")
    if nonnegative and value < 0.0:
        raise CaseError(f"'{text}' must not be negative")
    if most is not None and value > most:
        raise CaseError(f"'{text}' must not be above {most:g}")


@dataclass(frozen=True)
class Quantity:
    """Pydantic metadata: `Annotated[Any, Quantity("W/m/K", positive=True)]` turns text into an Amount.

    unit "" is a plain number (bare numbers allowed), "K" a temperature, "HV" a hardness in any scale.
    """

    unit: str
    positive: bool = False
    nonnegative: bool = False
    most: float | None = None

    def validate(self, value: object) -> Amount:
        """The Amount of what the user wrote. Raises CaseError with a full sentence."""
        result = amount(value, self.unit)
        bounded(result, value, self.positive, self.nonnegative, self.most)
        return result

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        from pydantic_core import core_schema

        words = core_schema.plain_serializer_function_ser_schema(lambda value: value.text)
        return core_schema.no_info_plain_validator_function(self.validate, serialization=words)

    def __get_pydantic_json_schema__(self, schema: "CoreSchema", handler: "GetJsonSchemaHandler") -> dict[str, Any]:
        kind: dict[str, Any] = {"type": "string"} if self.unit else {"type": ["number", "string"]}
        return kind | {"description": f"a quantity in {self.unit}" if self.unit else "a number"}


Length = Annotated[Any, Quantity("m", positive=True)]
Coordinate = Annotated[Any, Quantity("m")]
Temperature = Annotated[Any, Quantity("K")]
Difference = Annotated[Any, Quantity(DIFFERENCE, positive=True)]
Duration = Annotated[Any, Quantity("s", positive=True)]
Speed = Annotated[Any, Quantity("m/s", positive=True)]
Density = Annotated[Any, Quantity("kg/m^3", positive=True)]
Hardness = Annotated[Any, Quantity("HV", positive=True)]
Fraction = Annotated[Any, Quantity("", nonnegative=True, most=1.0)]
Number = Annotated[Any, Quantity("")]
