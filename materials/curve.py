"""Curves the user writes: a property against temperature, a boundary value against time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from .quantity import Amount, Quantity, bounded, of_dimension, parse, plain, split
from .refusal import CaseError

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

Array = NDArray[float64]
Property = Callable[[Array], Array]
Words = str | float
List = str | Sequence[Words]
TRIED = np.array([293.15, 700.0, 1100.0])
"""K, where a user's function is tried before it is believed."""


def _words(given: List, name: str) -> tuple[Words, ...]:
    """One entry a knot. A text is numbers with one unit at its end: "20 100 200 degC"."""
    if not isinstance(given, Iterable):
        raise CaseError(f"{given!r} is no list of {name}")
    if not isinstance(given, str):
        return tuple(item.text if isinstance(item, Amount) else item for item in given)
    *numbers, last = given.replace(",", " ").split(maxsplit=len(_leading(given, name)) - 1)
    unit = split(last, name)[1]
    return (*(f"{number} {unit}".strip() for number in numbers), last)


def _leading(given: str, name: str) -> list[str]:
    words = given.replace(",", " ").split()
    numbers = 0
    while numbers < len(words) and of_dimension(words[numbers], ""):
        numbers += 1
    if numbers == 0:
        raise CaseError(f"{name}: '{given}' does not start with a number")
    return words[:numbers]


class _Polyline:
    """Linear through knots, flat outside; knots and ordinates are checked at the door."""

    axis: ClassVar[str]
    unit: ClassVar[str]
    values: tuple[Words, ...]
    knots: Array
    ordinates: Array

    def _enter(self, given: List, values: List) -> None:
        axis, words = _words(given, self.axis), _words(values, "values")
        if len(axis) != len(words) or len(axis) < 1:
            raise CaseError(f"a curve needs as many values as {self.axis}: {len(words)} for {len(axis)}")
        knots = np.array([parse(word, self.unit, self.axis) for word in axis])
        for left, right, i in zip(knots[:-1], knots[1:], range(1, knots.size), strict=True):
            if right <= left:
                raise CaseError(f"{self.axis} must rise: '{axis[i]}' follows '{axis[i - 1]}'")
        object.__setattr__(self, self.axis, axis)
        object.__setattr__(self, "values", words)
        object.__setattr__(self, "knots", knots)
        object.__setattr__(self, "ordinates", np.array([plain(word, "values") for word in words]))

    @property
    def low(self) -> float:
        """First knot, K or s."""
        return float(self.knots[0])

    @property
    def high(self) -> float:
        """Last knot, K or s."""
        return float(self.knots[-1])

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        from pydantic_core import core_schema

        words = core_schema.plain_serializer_function_ser_schema(lambda curve: curve.words())
        return core_schema.no_info_plain_validator_function(cls.read, serialization=words)

    @classmethod
    def read(cls, given: object) -> Self:
        """A curve from itself or from its words {temperatures | times: [...], values: [...]}."""
        if isinstance(given, cls):
            return given
        if isinstance(given, dict) and set(given) == {cls.axis, "values"}:
            return cls(given[cls.axis], given["values"])  # type: ignore[call-arg]
        raise CaseError(f"a {cls.__name__} is written {{{cls.axis}: [...], values: [...]}}, not {given!r}")

    def words(self) -> dict[str, list[Words]]:
        """As it stands in a case file."""
        return {self.axis: list(getattr(self, self.axis)), "values": list(self.values)}

    def check(self, rule: Quantity) -> Self:
        """The curve itself. Raises CaseError where a value has another dimension or sign than the rule."""
        for word in self.values:
            bounded(parse(word, rule.unit, "values"), word, rule.positive, rule.nonnegative, rule.most)
        return self

    def __call__(self, x: ArrayLike) -> Array:
        """Ordinates in SI at x (K or s), any shape."""
        return np.asarray(np.interp(np.asarray(x, float64), self.knots, self.ordinates), float64)


@dataclass(frozen=True)
class Curve(_Polyline):
    """A property against temperature: `Curve(["20 degC", "800 degC"], ["50 W/m/K", "26 W/m/K"])`.

    Linear between knots, flat outside. A list with one unit may be one text: "20 400 800 degC".
    Raises CaseError where knots do not rise, lists differ in length, or a value is not a quantity.
    """

    temperatures: List
    values: List  # type: ignore[assignment]
    knots: Array = field(init=False, repr=False, compare=False)
    ordinates: Array = field(init=False, repr=False, compare=False)
    axis: ClassVar[str] = "temperatures"
    unit: ClassVar[str] = "K"

    def __post_init__(self) -> None:
        self._enter(self.temperatures, self.values)

    def integral(self, T: ArrayLike, datum: float) -> Array:
        """Exact integral of the curve from `datum` (K) to T (K)."""
        x = np.asarray(T, float64)
        return self._from_first(x) - self._from_first(np.array(datum))

    def _from_first(self, x: Array) -> Array:
        y = self.ordinates
        area = np.concatenate([[0.0], np.cumsum(0.5 * (y[1:] + y[:-1]) * np.diff(self.knots))])
        i = np.clip(np.searchsorted(self.knots, x, side="right") - 1, 0, self.knots.size - 1)
        return np.asarray(area[i] + 0.5 * (y[i] + self(x)) * (x - self.knots[i]), float64)


@dataclass(frozen=True)
class TimeCurve(_Polyline):
    """A boundary value against time since the start of its step: `TimeCurve("0 60 s", "20 850 degC")`."""

    times: List
    values: List  # type: ignore[assignment]
    knots: Array = field(init=False, repr=False, compare=False)
    ordinates: Array = field(init=False, repr=False, compare=False)
    axis: ClassVar[str] = "times"
    unit: ClassVar[str] = "s"

    def __post_init__(self) -> None:
        self._enter(self.times, self.values)


@dataclass(frozen=True)
class Varying:
    """Pydantic metadata of a property: a quantity, a Curve, a callable, or (where `time`) a TimeCurve.

    A callable takes kelvin; where `temperature` is False, seconds.
    """

    unit: str
    positive: bool = False
    nonnegative: bool = False
    most: float | None = None
    time: bool = False
    temperature: bool = True

    def validate(self, value: object) -> "Amount | Curve | TimeCurve | Callable[[Array], Array]":
        """Amount, Curve or TimeCurve in SI, or the callable as it came. Raises CaseError."""
        rule = Quantity(self.unit, self.positive, self.nonnegative, self.most)
        if isinstance(value, dict):
            value = (TimeCurve if "times" in value else Curve).read(value)
        if isinstance(value, TimeCurve) and not self.time:
            raise CaseError("a TimeCurve stands where the value varies with temperature; write a Curve")
        if isinstance(value, Curve) and not self.temperature:
            raise CaseError("a Curve over temperature stands where the value varies with time; write a TimeCurve")
        if isinstance(value, Curve | TimeCurve):
            return value.check(rule)
        if callable(value):
            return self._tried(value, rule)
        return rule.validate(value)

    def _tried(self, given: Property, rule: Quantity) -> Property:
        """A function, once it has answered for three temperatures (or times). Raises CaseError."""
        trial, what = (TRIED, "K") if self.temperature else (TRIED - TRIED[0], "s")
        try:
            got = np.asarray(given(trial.copy()), float64)
        except Exception as error:  # whatever a user's function raises
            raise CaseError(f"the function fails for an array in {what}: {error!r}") from None
        if got.shape != trial.shape:
            raise CaseError(f"the function gives {got!r} for three values in {what}; it must give one for each")
        for x, y in zip(trial, got, strict=True):
            if not np.isfinite(y):
                raise CaseError(f"the function gives {y:g} at {x:g} {what}, which is no finite number")
            bounded(float(y), f"{y:g} at {x:g} {what}", rule.positive, rule.nonnegative, rule.most)
        return given

    @staticmethod
    def words(value: object) -> object:
        """What a case file holds. Raises CaseError for a callable, which no file can hold."""
        if isinstance(value, Curve | TimeCurve):
            return value.words()
        if isinstance(value, Amount):
            return value.text
        raise CaseError(f"{value!r} is a Python function and cannot be saved to a file; write a Curve")

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        from pydantic_core import core_schema

        words = core_schema.plain_serializer_function_ser_schema(self.words)
        return core_schema.no_info_plain_validator_function(self.validate, serialization=words)

    def __get_pydantic_json_schema__(self, schema: "CoreSchema", handler: "GetJsonSchemaHandler") -> dict[str, Any]:
        return {"description": f"a quantity in {self.unit or 'plain numbers'}, or a curve"}


def function(value: Any) -> Property:
    """A property of temperature as the solver takes it: kelvin array in, SI array of the same shape out."""
    if isinstance(value, Amount):
        constant = float(value)
        return lambda T: np.full_like(np.asarray(T, float64), constant)
    given: Property = value
    return given
