"""What each correlation computes, in which unit, from which source, and the range in which it holds: stated once.

The decorator stands above the function; `compare` and every check of a range read the same entry.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any, TypeVar

from .composition import Composition

Limits = Mapping[str, tuple[float, float]]
Function = TypeVar("Function", bound=Callable[..., float])

LOW_ALLOY: Limits = {"C": (0.0, 0.6), "Mn": (0.0, 2.0), "Cr": (0.0, 5.0), "Ni": (0.0, 5.0), "Mo": (0.0, 5.0)}
"""wt %, the range of a formula whose paper gives none, or whose own was not obtained [M]."""

CONDITIONS = {
    "temperature": "K",
    "time": "s",
    "cooling_rate": "K/s",
    "distance": "m",
    "grain_size": "",
    "hardness": "HV",
}
"""What a correlation may ask besides the composition, with its SI unit."""


@dataclass(frozen=True)
class Correlation:
    """One published formula.

    function  takes `c`, a Composition, and the CONDITIONS it names, SI; returns `unit`
    quantity  what it computes: "ms"
    unit      K, 1/K, K/s, m, Pa, HV or HRC
    source    author and year
    mark      V, C or M, a key of card.MARKS
    limits    least and most of an element or a sum of elements ("Mn+Ni", wt %), of a condition (SI), or of
              what another correlation gives (by name, SI)
    analysis  whether `c` is the whole analysis, not what is dissolved in the austenite
    """

    name: str
    function: Callable[..., float]
    quantity: str
    unit: str
    source: str
    mark: str
    limits: Limits
    analysis: bool = False

    @property
    def conditions(self) -> tuple[str, ...]:
        """The names it asks besides `c`."""
        return tuple(name for name in signature(self.function).parameters if name in CONDITIONS)

    def value(self, c: Composition, conditions: Mapping[str, float]) -> float:
        """What it gives, in `unit`; `conditions` may hold more than it asks."""
        asked = {name: conditions[name] for name in self.conditions}
        return self.function(c, **asked) if "c" in signature(self.function).parameters else self.function(**asked)

    def outside(self, c: Composition, conditions: Mapping[str, float]) -> tuple[str, ...]:
        """A sentence on each limit that is broken; limits on conditions that are not given are not looked at.

        >>> ms = Correlation("ms_mine", lambda c: 600.0 - 400.0 * c.C, "ms", "K", "mine", "C", {"C": (0.1, 0.55)})
        >>> ms.outside(Composition(C=0.98), {})
        ('C 0.98 above 0.55',)
        """
        found = []
        for key, (low, high) in self.limits.items():
            if key in CONDITIONS and key not in conditions:
                continue
            value, unit = _measure(key, c, conditions)
            if not low <= value <= high:
                side, end = ("below", low) if value < low else ("above", high)
                found.append(f"{_called(key)} {words(value, unit)} {side} {words(end, unit)}")
        return tuple(found)

    @property
    def range(self) -> str:
        """The limits in words: 'C 0.1 to 0.55, Mn <= 1.7'."""
        return ", ".join(
            f"{_called(key)} {f'{words(low, _unit(key))} to' if low else '<='} {words(high, _unit(key))}"
            for key, (low, high) in self.limits.items()
        )


CORRELATIONS: dict[str, Correlation] = {}
"""By the name of the function; filled by the decorator when the file of a correlation is imported."""


def correlation(
    quantity: str,
    unit: str,
    source: str,
    mark: str,
    limits: Limits,
    analysis: bool = False,
    name: str | None = None,
) -> Callable[[Function], Function]:
    """Enter a function in CORRELATIONS; the arguments are those of `Correlation`."""

    def enter(function: Function) -> Function:
        called = name or str(getattr(function, "__name__", ""))
        CORRELATIONS[called] = Correlation(called, function, quantity, unit, source, mark, limits, analysis)
        return function

    return enter


def words(value: float, unit: str) -> str:
    """A value in the units people read, degC and mm.

    >>> words(603.15, "K"), words(0.0495, "m"), words(7200.0, "s")
    ('330 degC', '49.5 mm', '2 h')
    """
    if unit == "K":
        return f"{value - 273.15:.0f} degC"
    if unit == "m":
        return f"{1e3 * value:.3g} mm" if value >= 1e-4 else f"{1e6 * value:.3g} um"
    if unit == "s":
        return f"{value / 3600.0:g} h" if value >= 3600.0 else f"{value:g} s"
    if unit == "Pa":
        return f"{1e-6 * value:.0f} MPa"
    if unit == "1/K":
        return f"{value:.4f} 1/K"
    number = f"{value:.0f}" if unit in ("HV", "HRC") else f"{value:.3g}"
    return f"{number} {unit}".rstrip()


def _measure(key: str, c: Composition, conditions: Mapping[str, float]) -> tuple[float, Any]:
    if key in CONDITIONS:
        return conditions[key], CONDITIONS[key]
    if key in CORRELATIONS:
        return CORRELATIONS[key].value(c, conditions), _unit(key)
    return sum(getattr(c, element) for element in key.split("+")), ""


def _unit(key: str) -> str:
    return CONDITIONS.get(key) or (CORRELATIONS[key].unit if key in CORRELATIONS else "")


def _called(key: str) -> str:
    return (CORRELATIONS[key].quantity if key in CORRELATIONS else key).replace("_", " ")
