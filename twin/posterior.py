"""What a calibration has found: numbers with bands, curves, what the data cannot tell."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.refusal import one_of
from .model import Model
from .unknowns import Bound

Array = NDArray[float64]

BAND = 1.645  # standard deviations of a 90 % band
TOLD = 0.7  # of the width before: what keeps more was not told by the data
HEAD = "thermocouple      rms [K]  chi2/n  noise [K]  numerical [K]  readings  count as  NRMSE"
ALIKE = 1.02  # times the best misfit of several starts: as good a fit
CLOSE = 0.9  # of a correlation worth saying
TENTHS = 10.0 ** (np.arange(-10, 61) / 10.0)  # strengths of smoothness: no curve is rougher or straighter for more


@dataclass(frozen=True, eq=False)
class SensorFit:
    """One thermocouple after the fit.

    time, measured, computed  (w,) s of the record, K, K
    noise, numerical          K: of one reading, and what cells and steps err by
    counts_as                 how many independent readings it is worth, for misfits hang together
    span                      K, start minus bath
    """

    name: str
    time: Array
    measured: Array
    computed: Array
    noise: float
    numerical: float
    counts_as: float
    span: float

    @property
    def rms(self) -> float:
        """K, root mean square of what is left."""
        return float(np.sqrt(np.mean((self.measured - self.computed) ** 2)))

    @property
    def chi2(self) -> float:
        """Mean square of what is left over that of noise and numerical error; 1 where nothing else is wrong."""
        return self.rms**2 / (self.noise**2 + self.numerical**2)

    @property
    def nrmse(self) -> float:
        """rms over start minus bath; 5 % is the usual criterion."""
        return self.rms / self.span


@dataclass(frozen=True)
class Band:
    """A number with its 90 % band, in SI.

    told  whether the data say more of it than was known before
    seen  whether it lies where something was measured; elsewhere it is no result
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    shrink: float
    told: bool
    seen: bool

    def __str__(self) -> str:
        note = "" if self.told and self.seen else "; not seen" if not self.seen else "; the data do not tell it"
        zero = 273.15 if self.unit == "K" and "offset" not in self.name else 0.0
        numbers = f"{self.value - zero:.4g} ({self.low - zero:.4g} to {self.high - zero:.4g})"
        unit = {"K": "degC" if zero else "K", "": "times the case's"}.get(self.unit, self.unit)
        return f"{self.name:<44} {numbers} {unit}, {100 * self.shrink:.0f} % from data{note}"


@dataclass(frozen=True, eq=False)
class Posterior:
    """The most probable parameters with their uncertainty; prints as one page.

    x, covariance  (P,) and (P, P), parameters in standard deviations before (curves: logarithms)
    before         (P,) their standard deviations before
    walls          K, what the surface went through by (step, zone)
    inspected      (k,) what the case says of each inspection
    beyond         K, what the case misses by besides noise and numerical error
    strength       (B, 2) of the smoothness of each unknown: of its second or of its third derivative, the other is 0
    evidence       its logarithm
    derivatives    "tangent" or "differences"
    starts         misfit of each nearly free fit, where there were several; inf for one that failed
    """

    model: Model = field(repr=False)
    x: Array
    covariance: Array = field(repr=False)
    before: Array = field(repr=False)
    sensors: tuple[SensorFit, ...]
    walls: dict[tuple[str, str], tuple[float, float]] = field(repr=False)
    inspected: Array = field(repr=False)
    beyond: float
    strength: Array
    evidence: float
    derivatives: str
    steps: int
    starts: tuple[float, ...] = ()

    @cached_property
    def case(self) -> Any:
        """The case with what was found in it."""
        return self.model.case_at(self.x)

    @property
    def parameters(self) -> tuple[Band, ...]:
        """Everything that was found, with bands."""
        ready = []
        for bound, place in zip(self.model.bounds, self.model.places, strict=True):
            ready += self._bands(bound, place)
        wide = np.sqrt(np.diag(self.covariance))
        for i, entry in enumerate(self.model.nuisance, self.model.size):
            value, half = entry.within * self.x[i], BAND * entry.within * wide[i]
            shrink = 1.0 - wide[i] / self.before[i]
            told = wide[i] < TOLD * self.before[i]
            ready.append(
                Band(entry.label, value, value - half, value + half, entry.unit, float(shrink), bool(told), True)
            )
        return tuple(ready)

    def _bands(self, bound: Bound, place: slice) -> list[Band]:
        x, wide = self.x[place], np.sqrt(np.diag(self.covariance)[place])
        middle, low, high = (bound.shown(x + side * wide).tolist() for side in (0.0, -BAND, BAND))
        seen, before = self._seen(bound), self.before[place]
        return [
            Band(
                name=bound.labels[i],
                value=middle[i],
                low=low[i],
                high=high[i],
                unit=bound.unit,
                shrink=float(1.0 - wide[i] / before[i]),
                told=bool(wide[i] < TOLD * before[i]),
                seen=bool(seen[i]),
            )
            for i in range(bound.size)
        ]

    def visited(self, bound: Bound) -> tuple[float, float]:
        """Of a curve over temperature in a step: K between which the surface was there; else everything."""
        first, *rest = bound.unknown.name.split(".")
        if first != "steps" or bound.unknown.kind != "curve" or bound.axis[0] != "temperatures":
            return -np.inf, np.inf
        ranges = [
            reach
            for (leg, zone), reach in self.walls.items()
            if leg.split(".")[0] == rest[0] and (zone in rest or not set(rest) & {z for _, z in self.walls})
        ]
        return min(low for low, _ in ranges), max(high for _, high in ranges)

    def _seen(self, bound: Bound) -> NDArray[np.bool_]:
        if bound.unknown.kind != "curve":
            return np.ones(1, bool)
        low, high = self.visited(bound)
        knots = bound.axis[1]
        return np.asarray((knots >= low) & (knots <= high))

    @property
    def cannot_tell(self) -> tuple[str, ...]:
        """What the data leave open: not visited, not told, or told only together."""
        said = [f"{band.name}: outside what the surface went through" for band in self.parameters if not band.seen]
        said += [f"{band.name}: as wide as before" for band in self.parameters if band.seen and not band.told]
        wide = np.sqrt(np.diag(self.covariance))
        shared = self.covariance / np.outer(wide, wide)
        owner = np.concatenate([np.full(b.size, i) for i, b in enumerate(self.model.bounds)] + [
            np.arange(len(self.model.nuisance)) + len(self.model.bounds)
        ])  # fmt: skip
        labels = self.model.labels
        for i, j in zip(*np.nonzero(np.triu(np.abs(shared), 1) > CLOSE), strict=True):
            if owner[i] != owner[j]:
                said.append(f"{labels[i]} and {labels[j]} only together (correlation {shared[i, j]:+.2f})")
        return tuple(said)

    @property
    def at_bounds(self) -> tuple[str, ...]:
        """What ended as far from what was known before as it may go: that, or the case, is wrong there."""
        low, high = self.model.limits
        ended = (self.x <= low) | (self.x >= high)
        said = "as far as it may go; what was said of it before is wrong, or the case is"
        return tuple(f"{label}: {said}" for label, far in zip(self.model.labels, ended, strict=True) if far)

    def _smoothness(self) -> str:
        said = []
        for bound, (second, third) in zip(self.model.bounds, self.strength.tolist(), strict=True):
            if bound.unknown.kind == "curve":
                words = {TENTHS[0]: "free", TENTHS[-1]: "a parabola" if third else "straight"}
                own = f"{second + third:.3g} of the {'third' if third else 'second'} derivative"
                said.append(words.get(second + third, own))
        return f"smoothness {', '.join(said)} by evidence, " if said else ""

    def curve(self, name: str, at: Array | None = None) -> tuple[Array, Array, Array, Array]:
        """A curve that was found: K (or s), value, lower and upper end of its 90 % band; NaN where not visited."""
        names = [bound.unknown.name for bound in self.model.bounds if bound.unknown.kind == "curve"]
        one_of(name, names, "fitted curve")
        number = [bound.unknown.name for bound in self.model.bounds].index(name)
        bound, place = self.model.bounds[number], self.model.places[number]
        low, high = self.visited(bound)
        knots = bound.axis[1]
        x = np.linspace(max(low, knots[0]), min(high, knots[-1]), 200) if at is None else np.asarray(at, float64)
        middle = bound.curve(self.x[place], x)
        moved = np.array([bound.curve(self.x[place] + 1e-4 * way, x) for way in np.eye(bound.size)])
        slopes = (np.log(moved / middle) if bound.positive else moved - middle) / 1e-4
        wide = BAND * np.sqrt(np.einsum("pa,pq,qa->a", slopes, self.covariance[place, place], slopes))
        hidden = (x < low - 1e-9) | (x > high + 1e-9)
        ends = [middle * np.exp(side * wide) if bound.positive else middle + side * wide for side in (0.0, -1.0, 1.0)]
        ends = [np.where(hidden, np.nan, end) for end in ends]
        return x, ends[0], ends[1], ends[2]

    def __str__(self) -> str:
        lines = [f"Calibration of {self.model.case.name}", HEAD]
        for s in self.sensors:
            lines.append(
                f"{s.name:<16} {s.rms:8.2f} {s.chi2:7.2f} {s.noise:10.2f} {s.numerical:14.3f} {s.time.size:9d} "
                f"{s.counts_as:9.1f} {100 * s.nrmse:5.2f} %"
            )
        lines += [
            f"{each.label}: measured {each.measured} within {each.within}, computed {value:.5g} {each.what.shown}"
            for each, value in zip(self.model.inspections, self.inspected, strict=True)
        ]
        lines.append(f"besides noise and numerical error the case misses by {self.beyond:.2f} K; the bands hold that")
        lines.append("90 % bands")
        lines += [f"  {band}" for band in self.parameters]
        lines.append("What the data cannot tell")
        lines += [f"  {what}" for what in self.cannot_tell] or ["  nothing of what was asked"]
        if self.at_bounds:
            lines += ["What ended at its bounds", *(f"  {what}" for what in self.at_bounds)]
        lines.append(
            f"{self._smoothness()}ln {self.evidence:.1f}; {self.steps} steps, derivatives by {self.derivatives}; "
            "noise as given or from the scatter of the record, readings that stand out count less"
        )
        if self.starts:
            best = min(self.starts)
            alike = sum(each <= ALIKE * best for each in self.starts)
            lines.append(
                f"{len(self.starts)} starts: {alike} fit as well as the best, misfit {best:.3g}; the others "
                f"{', '.join(f'{each:.3g}' for each in sorted(self.starts) if each > ALIKE * best) or 'none'}"
            )
        return "\n".join(lines)


def draws(found: Posterior, n: int, seed: int) -> Array:
    """(n, P) draws of the parameters from the normal law around the most probable ones (Laplace)."""
    random = np.random.default_rng(seed)
    return np.asarray(random.multivariate_normal(found.x, found.covariance, size=n, method="eigh"))
