"""What a calibration may change: one number, a factor, or a curve, under its dotted name in the case."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from ..cases.schedule import ambient, beginning
from ..cases.step import ZONES, opened
from ..materials.curve import Curve, TimeCurve
from ..materials.quantity import DIFFERENCE, Amount, of_dimension, parse, split
from ..materials.refusal import CaseError, argument_names, one_of

Array = NDArray[float64]

KNOTS = 24  # of a curve whose knots are left open
FINE = 4  # pieces between two knots in the case: a piece is straight, the curve is not
FARTHEST = 6.0  # standard deviations before, that no parameter leaves
LOOSE = 1.0  # of log h: a curve known within a factor e before
UNITS = ("K", "m", "s", "m/s", "W/m^2/K", "W/m^2", "W/m/K", "J/kg/K", "kg/m^3")
SCALE = 16.0  # parts of the range of a curve that its roughness is measured over: 50 K of 800 K


@dataclass(frozen=True)
class Unknown:
    """One thing that is to be found, and what is known of it before.

        Unknown.factor("alloy.conductivity", prior=0.03)                 within 3 %
        Unknown.value("steps.quench.bath", prior="3 K")                  within 3 K of what the case says
        Unknown.curve("steps.quench.medium.h", knots=["100 degC", ...])  logarithm of h, smooth

    prior   one standard deviation: a share, a quantity, of a curve in its logarithm
    knots   of a curve, temperatures, or times since the step began; None: evenly over what the part goes through
    bounds  (least, most) of a factor or a value
    """

    name: str
    kind: str
    prior: Any
    knots: tuple[str, ...] | None = None
    bounds: tuple[Any, Any] | None = None

    @classmethod
    def factor(cls, name: str, prior: float = 0.05, bounds: tuple[float, float] | None = None) -> "Unknown":
        """A factor on a property, a number or a whole curve; 1 before, within the share `prior`."""
        if not isinstance(prior, int | float) or not 0.0 < prior <= 3.0:
            raise CaseError(f"{prior!r} is no share; write prior=0.05 for 5 %", name, "prior")
        for end in _pair(bounds, name):
            if isinstance(end, bool) or not isinstance(end, int | float) or not end > 0.0:
                raise CaseError(f"{end!r} is no factor; write bounds=(0.8, 1.2)", name, "bounds")
        return cls(name, "factor", float(prior), None, bounds)

    @classmethod
    def value(cls, name: str, prior: str | None = None, bounds: tuple[str, str] | None = None) -> "Unknown":
        """A number of the case: what it says before, within `prior`; without one it is as sure as its bounds."""
        if prior is None and not _pair(bounds, name):
            raise CaseError("says neither how sure it is nor what bounds it; give prior or bounds", name, "prior")
        return cls(name, "value", prior, None, bounds)

    @classmethod
    def curve(cls, name: str, knots: Sequence[str] | None = None, prior: float | str = LOOSE) -> "Unknown":
        """A curve over temperature or time; its smoothness is found with it.

        prior  of a positive curve one standard deviation of its logarithm; of one of either sign, such as a flux, a
               quantity: "1e6 W/m^2"
        """
        width = prior if isinstance(prior, str) else float(prior)
        return cls(name, "curve", width, None if knots is None else tuple(knots))


def _pair(bounds: Any, name: str) -> tuple[Any, ...]:
    """Two bounds, or none. Raises CaseError for anything else."""
    if bounds is None:
        return ()
    if isinstance(bounds, str) or len(bounds) != 2:
        raise CaseError(f"{bounds!r} are no bounds; give the least and the most", name, "bounds")
    return tuple(bounds)


def look_up(case: Any, name: str) -> Any:
    """What stands under a dotted name. Raises CaseError with the nearest right one."""
    first, *rest = name.split(".")
    value: Any = case
    if first in case.LISTS and rest:
        (naming, what), entries = case.LISTS[first], getattr(case, first)
        names = naming(entries)
        value = entries[names.index(one_of(rest[0], names, what, first))]
        rest = rest[1:]
    else:
        rest = [first, *rest]
    for key in rest:
        if isinstance(value, dict):
            value = value[one_of(key, value, "entry", name)]
        elif hasattr(value, "__dataclass_fields__"):
            value = getattr(value, one_of(key, argument_names(value), "argument", name))
        else:
            raise CaseError(f"{value!r} has no {key!r} inside; name the value itself", name)
        if key in ("medium", "cool", *ZONES):
            value = opened(value)
    return value


@dataclass(frozen=True)
class Scaled:
    """A property times a number, as a function of kelvin."""

    given: Callable[[Array], Array]
    by: float

    def __call__(self, x: Array) -> Array:
        return np.asarray(self.by * np.asarray(self.given(x)))


def scaled(value: Any, by: float, name: str) -> Any:
    """A quantity, a curve or a function times a number. Raises CaseError for what has no factor."""
    if isinstance(value, Amount):
        return _text(value.text, by)
    if isinstance(value, Curve | TimeCurve):
        return type(value)(getattr(value, value.axis), [_text(str(word), by) for word in value.values])
    if callable(value):
        return Scaled(value, by)
    raise CaseError(f"{value!r} is no number and no curve that a factor could change", name)


def _text(word: str, by: float) -> str:
    number, unit = split(word)
    return f"{number * by!r} {unit}".strip()


@dataclass(frozen=True, eq=False)
class Bound:
    """An unknown in its case; its parameters x (n,) are 0 before, in standard deviations (of a curve: logarithms)."""

    unknown: Unknown
    case: Any

    @cached_property
    def before(self) -> Any:
        """What the case says now."""
        value = look_up(self.case, self.unknown.name)
        if value is None:
            raise CaseError("has no value in the case; give one to begin with", self.unknown.name)
        return value

    @cached_property
    def axis(self) -> tuple[str, Array]:
        """Of a curve: "temperatures" in K or "times" in s, and its knots."""
        given, name = self.unknown.knots, self.unknown.name
        if given is None and isinstance(self.before, TimeCurve):
            return "times", self.before.knots
        if given is None:
            low, high = sorted((self._surroundings(), beginning(self.case, self.case.alloy.matter())[0]))
            return "temperatures", np.linspace(low, high, KNOTS)
        seconds = split(given[0], name)[1] in ("s", "ms", "min", "h")
        kind, unit = ("times", "s") if seconds else ("temperatures", "K")
        knots = np.array([parse(word, unit, f"{name}: knots") for word in given])
        if knots.size < 3 or (np.diff(knots) <= 0.0).any():
            raise CaseError("the knots of a curve must rise, three or more", name, "knots")
        return kind, knots

    def _surroundings(self) -> float:
        step = look_up(self.case, ".".join(self.unknown.name.split(".")[:2]))
        media = step.surroundings(None)
        ends = [ambient(each) for each in (media.values() if isinstance(media, dict) else (media,))]
        known = [end for end in ends if end is not None]
        if not known:
            raise CaseError("nothing says how cold it gets; give knots", self.unknown.name, "knots")
        return min(known)

    @cached_property
    def reference(self) -> Array:
        """Of a curve: its values at the knots before, in their logarithm or in units of the prior."""
        kind, knots = self.axis
        value = self.before
        if isinstance(value, Amount):
            ordinates = np.full(knots.size, float(value))
        elif callable(value) and isinstance(value, TimeCurve) == (kind == "times"):
            ordinates = np.asarray(value(knots))
        else:
            raise CaseError(f"stands as {type(value).__name__}; a curve over {kind} cannot replace it",
                            self.unknown.name)  # fmt: skip
        if not self.positive:
            return np.asarray(ordinates / self._prior)
        if (ordinates <= 0.0).any():
            mend = f"write prior='... {self.unit}' for one of either sign"
            raise CaseError(f"is not above zero everywhere; {mend}", self.unknown.name)
        return np.asarray(np.log(ordinates))

    @property
    def positive(self) -> bool:
        """Whether this is a curve in its logarithm."""
        return self.unknown.kind == "curve" and not isinstance(self.unknown.prior, str)

    @cached_property
    def size(self) -> int:
        """How many parameters."""
        return self.axis[1].size if self.unknown.kind == "curve" else 1

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """A name for each parameter."""
        if self.unknown.kind != "curve":
            return (self.unknown.name,)
        kind, knots = self.axis
        shown = [f"{k:g} s" for k in knots] if kind == "times" else [f"{k - 273.15:.0f} degC" for k in knots]
        return tuple(f"{self.unknown.name} at {each}" for each in shown)

    @cached_property
    def roughness(self) -> Array:
        """(2, n, n) of a curve: integrals of the squares of its second and of its third derivative.

        The second is that of the natural spline through the knots; it leaves straight lines alone. The third is that of
        divided differences, for the ends of that spline have no bend; it leaves parabolas alone.
        """
        if self.unknown.kind != "curve":
            return np.zeros((2, 1, 1))
        knots = self.axis[1]
        wide = (knots[-1] - knots[0]) / SCALE
        third = np.eye(knots.size)
        for order in (1, 2, 3):
            third = order * np.diff(third, axis=0) / (knots[order:] - knots[:-order])[:, None]
        apart = (knots[3:] - knots[:-3]) / 3.0
        step = np.diff(knots)
        inner = range(1, knots.size - 1)
        Q, R = np.zeros((knots.size, knots.size - 2)), np.zeros((knots.size - 2,) * 2)
        for j in inner:
            Q[j - 1 : j + 2, j - 1] = 1.0 / step[j - 1], -1.0 / step[j - 1] - 1.0 / step[j], 1.0 / step[j]
            R[j - 1, j - 1] = (step[j - 1] + step[j]) / 3.0
            if j + 1 < knots.size - 1:
                R[j - 1, j] = R[j, j - 1] = step[j] / 6.0
        return np.array([Q @ np.linalg.solve(R, Q.T) * wide**3, (third.T * apart) @ third * wide**5])

    @cached_property
    def _modes(self) -> Array:
        """(2, n) eigenvalues of the roughness; those of straight lines and of parabolas are 0."""
        values = np.linalg.eigvalsh(self.roughness)
        for free, each in zip((2, 3), values, strict=True):
            each[:free] = 0.0
        return np.asarray(values)

    def hold(self, strength: Array) -> float:
        """Inverse variance that holds each parameter to what was known before, beside a smoothness of strength (2,).

        Of a curve: with it the mean variance of its knots is that of the prior, however many and however smooth.
        """
        if self.unknown.kind != "curve":
            return 1.0
        stiff, width = strength @ self._modes, self.unknown.prior if self.positive else 1.0
        wanted, moved = self.size * width**2, np.inf
        found = np.count_nonzero(stiff == 0.0) / wanted
        while moved > 1e-9 * found:  # Newton's method from below, where it cannot overshoot
            moved = (np.sum(1.0 / (found + stiff)) - wanted) / np.sum((found + stiff) ** -2.0)
            found += moved
        return float(found)

    @cached_property
    def offset(self) -> Array:
        """(n,) what the roughness acts on before anything is changed."""
        return self.reference if self.unknown.kind == "curve" else np.zeros(1)

    def shown(self, x: Array) -> Array:
        """Parameters as numbers in SI: factor, value, ordinates of the curve at its knots."""
        if self.unknown.kind == "curve":
            return self._ordinates(self.reference + x)
        if self.unknown.kind == "factor":
            return np.asarray(np.exp(self.unknown.prior * x))
        return np.asarray(float(self.before) + self._prior * x)

    def curve(self, x: Array, at: Array) -> Array:
        """Ordinates of the curve at K or s `at`; flat outside its knots."""
        knots = self.axis[1]
        spline = CubicSpline(knots, self.reference + x, bc_type="natural")
        return self._ordinates(spline(np.clip(at, knots[0], knots[-1])))

    def _ordinates(self, y: Array) -> Array:
        return np.asarray(np.exp(y) if self.positive else self._prior * y)

    def words(self, x: Array) -> Any:
        """What goes into the case."""
        name = self.unknown.name
        if self.unknown.kind == "factor":
            return scaled(self.before, exp(self.unknown.prior * float(x[0])), name)
        if self.unknown.kind == "value":
            return f"{float(self.shown(x)[0])!r} {self.unit}".strip()
        kind, knots = self.axis
        fine = np.concatenate([np.linspace(a, b, FINE + 1)[:-1] for a, b in zip(knots, knots[1:], strict=False)])
        fine = np.append(fine, knots[-1])
        values = [f"{value!r} {self.unit}" for value in self.curve(x, fine).tolist()]
        if kind == "times":
            return TimeCurve([f"{at!r} s" for at in fine.tolist()], values)
        return Curve([f"{at!r} K" for at in fine.tolist()], values)

    @cached_property
    def unit(self) -> str:
        """SI unit of what is shown."""
        if self.unknown.kind == "factor":
            return ""
        word = self.before.text if isinstance(self.before, Amount) else str(self.before.values[0])
        return next((unit for unit in UNITS if of_dimension(word, unit)), "")

    @cached_property
    def _prior(self) -> float:
        if self.unknown.kind != "curve" and not isinstance(self.before, Amount):
            raise CaseError(f"{self.before!r} is no number; take a factor or a curve", self.unknown.name)
        if self.unknown.prior is None:  # even between the bounds
            low, high = (parse(end, self.unit, f"{self.unknown.name}: bounds") for end in self.unknown.bounds or ())
            return float(abs(high - low) / np.sqrt(12.0))
        unit = DIFFERENCE if self.unit == "K" else self.unit
        width = parse(self.unknown.prior, unit, f"{self.unknown.name}: prior")
        if width <= 0.0:
            raise CaseError(f"'{self.unknown.prior}' must be above zero", self.unknown.name, "prior")
        return width

    @property
    def ends(self) -> tuple[float, float]:
        """The one parameter at either bound. Raises CaseError where the upper is not above the lower."""
        name, given = f"{self.unknown.name}: bounds", self.unknown.bounds or ()
        if self.unknown.kind == "factor":
            low, high = (np.log(float(end)) / self.unknown.prior for end in given)
        else:
            low, high = ((parse(end, self.unit, name) - float(self.before)) / self._prior for end in given)
        if not low < high:
            raise CaseError(f"{self.unknown.bounds}: the second must be above the first", name)
        return float(low), float(high)

    @cached_property
    def limits(self) -> tuple[float, float]:
        """Least and most of the one parameter. Raises CaseError where the start lies outside."""
        if self.unknown.bounds is None or self.unknown.kind == "curve":
            return -FARTHEST, FARTHEST
        ends = self.ends
        if not ends[0] < 0.0 < ends[1]:
            name = f"{self.unknown.name}: bounds"
            raise CaseError(f"{self.unknown.bounds} do not hold what the case says; move them or the case", name)
        return ends
