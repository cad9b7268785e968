"""Whether a record can calibrate a case; it fails closed, with the reasons."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.case import Case
from ..materials.refusal import CaseError
from .forward import Forward, Trace, depth

if TYPE_CHECKING:
    from .measurements import Measurements

Array = NDArray[float64]

FEWEST = 10  # samples within the case
LEAST = 0.2  # of the way from start to bath that some thermocouple must have gone
DONE = 0.9  # of that way, where a record counts as complete
IMPLAUSIBLE = 60.0  # K between the first reading and the start of the case
COARSE = 20.0  # K between two samples: a surface crosses its peak within five of them
CLOCK = 1.0  # s between two event marks and the schedule
APART = 5.0  # K of difference between two thermocouples that says which is deeper
DEEPER = 1.5  # times as deep as another: only then is it known which stays hotter
STUCK = 8  # samples at one extreme value: a range that ended
FAR = 100.0  # K from all others at the start
JUMP = 150.0  # K from one sample to the next, and back up
STILL = 2.0  # K over many samples
ONSET = (0.01, 0.05)  # of the way from start to bath: a fall that begins late passes both at nearly one time
PAUSE = 5.0  # times the usual interval between two samples: a gap
FIRST, OFFSET = 5, 8.0  # samples, and K from the others over them: more than class 2 of IEC 60584-1 allows at 850 degC


@dataclass(frozen=True)
class Readiness:
    """What was found.

    reasons  why it cannot calibrate; empty where it can
    remarks  what will make the answer worse
    visited  K, lowest and highest temperature of the surface while something was recorded
    """

    reasons: tuple[str, ...]
    remarks: tuple[str, ...]
    visited: tuple[float, float]

    @property
    def ready(self) -> bool:
        """Whether nothing stands against it."""
        return not self.reasons

    def require(self) -> None:
        """Raise CaseError with all the reasons where there are any."""
        if self.reasons:
            raise CaseError("; ".join(self.reasons), "measurements")

    def __str__(self) -> str:
        low, high = (kelvin - 273.15 for kelvin in self.visited)
        head = "ready to calibrate" if self.ready else "NOT ready to calibrate"
        lines = [f"{head}; read from {high:.0f} down to {low:.0f} degC"]
        return "\n".join([*lines, *(f"  stop: {why}" for why in self.reasons), *(f"  note: {r}" for r in self.remarks)])


def readiness(run: "Measurements", case: Case) -> Readiness:
    """Look at a record before anything is fitted to it. Raises CaseError for a thermocouple outside the part."""
    forward = Forward(case, run.of(case), end=float(run.time[-1] - run.time[0]) + 1e6)
    trace = forward.trace(forward.problem(case))
    time = run.time + run.shift(trace.begins)
    inside = (time >= 0.0) & (time <= trace.times[-1])
    seen = {name: values[inside] for name, values in run.values.items()}
    if inside.sum() < FEWEST:
        few = f"{int(inside.sum())} samples lie within the case, 0 to {trace.times[-1]:.0f} s; at least {FEWEST} must"
        return Readiness((f"{few}: look at the events and the durations of the steps",), (), (np.nan, np.nan))
    computed = trace.at(time[inside])[: len(seen)]
    start, bath = float(trace.values[0, 0]), float(trace.values.min())
    reasons = [
        *_beginning(seen, start, time),
        *_range(seen, start, bath),
        *_detached(seen),
        *_swapped(seen, computed, depth(forward.cells, forward.places[: len(seen)])),
    ]
    remarks = [
        *_clock(run, trace),
        *_late(seen, computed, time[inside], start - bath),
        *_truncated(seen, start, bath),
        *_rate(seen, time[inside]),
        *_gaps(seen, time[inside] - time[0] + run.time[0]),
        *_saturated(seen),
        *_offset(seen, computed),
    ]
    flat = np.concatenate([values[np.isfinite(values)] for values in seen.values()])
    return Readiness(tuple(reasons), tuple(remarks), (float(flat.min()), float(flat.max())))


def _celsius(kelvin: float) -> str:
    return f"{kelvin - 273.15:.0f} degC"


def _beginning(seen: dict[str, Array], start: float, time: Array) -> Iterator[str]:
    if time[0] > 1.0:
        yield f"the record begins {time[0]:.1f} s into the case: it must begin with it, before the part cools"
    for name, values in seen.items():
        first = float(values[np.isfinite(values)][0]) if np.isfinite(values).any() else np.nan
        if abs(first - start) > IMPLAUSIBLE:
            given = f"{name} begins at {_celsius(first)}, the case at {_celsius(start)}"
            fahrenheit = (first - 273.15 - 32.0) / 1.8 + 273.15
            hint = "; is the column in degF?" if abs(fahrenheit - start) < IMPLAUSIBLE else ""
            yield f"{given}{hint or '; mend the start of the case or the event marks'}"


def _range(seen: dict[str, Array], start: float, bath: float) -> Iterator[str]:
    gone = max(_moved(values) for values in seen.values())
    if gone < LEAST * abs(start - bath):
        yield (
            f"no thermocouple moves by more than {gone:.0f} K of the {abs(start - bath):.0f} K that the case goes: "
            "the record is too short to tell"
        )


def _detached(seen: dict[str, Array]) -> Iterator[str]:
    first = {name: float(values[np.isfinite(values)][0]) for name, values in seen.items() if np.isfinite(values).any()}
    for name, values in seen.items():
        if not np.isfinite(values).any():
            yield f"{name} has no reading"
            continue
        steps = np.diff(values[np.isfinite(values)])
        others = [value for other, value in first.items() if other != name]
        if others and min(abs(first[name] - value) for value in others) > FAR and len(others) > 1:
            yield f"{name} begins at {_celsius(first[name])}, far from all others: is it detached?"
        elif steps.size and steps.max() > JUMP and steps.min() < -JUMP:
            yield f"{name} jumps by {steps.max():.0f} K and back from sample to sample: a broken or loose thermocouple"
        elif len(others) and np.ptp(values[np.isfinite(values)]) < STILL < 50.0 < _most(seen, name):
            yield f"{name} stands still while others move: detached, or not connected"
        elif steps.size and _came_loose(values[np.isfinite(values)], steps):
            jump = float(np.abs(steps).max())
            yield f"{name} jumps by {jump:.0f} K from sample to sample and stands still from there: detached"


def _came_loose(readings: Array, steps: Array) -> bool:
    at = int(np.abs(steps).argmax())
    after = readings[at + 1 :]
    return bool(abs(steps[at]) > JUMP and after.size >= STUCK and np.ptp(after) < STILL)


def _moved(values: Array) -> float:
    """K from the lowest to the highest reading; 0 without one."""
    there = values[np.isfinite(values)]
    return float(np.ptp(there)) if there.size else 0.0


def _most(seen: dict[str, Array], but: str) -> float:
    return max(_moved(values) for name, values in seen.items() if name != but)


def _swapped(seen: dict[str, Array], computed: Array, deep: Array) -> Iterator[str]:
    """Which of two reads hotter does not depend on the surroundings, where one is much deeper than the other."""
    names = list(seen)
    for i, first in enumerate(names):
        for j, second in enumerate(names[:i]):
            expected, found = computed[i] - computed[j], seen[first] - seen[second]
            when = np.abs(expected) > 0.5 * np.abs(expected).max()
            alike = max(deep[i], deep[j]) < DEEPER * min(deep[i], deep[j])
            if alike or np.abs(expected).max() < APART or not np.isfinite(found[when]).any():
                continue
            apart = float(np.nanmean(found[when] * np.sign(expected[when])))
            if apart < -APART:
                yield f"{second} and {first} read as if they had changed places; swap them, or mend the places"


def _clock(run: "Measurements", trace: Trace) -> Iterator[str]:
    marks = [(step, when, trace.begins[step]) for step, when in run.events.items() if step in trace.begins]
    for step, when, begins in marks[1:]:
        off = (when - marks[0][1]) - (begins - marks[0][2])
        if abs(off) > CLOCK:
            yield f"{step} was marked {off:+.1f} s from where the case has it after {marks[0][0]}: clock or duration"


def _truncated(seen: dict[str, Array], start: float, bath: float) -> Iterator[str]:
    lowest = min(float(values[np.isfinite(values)].min(initial=np.inf)) for values in seen.values())
    if (start - lowest) < DONE * (start - bath):
        yield f"the record ends at {_celsius(lowest)}: nothing below that can be known from it"


def _late(seen: dict[str, Array], computed: Array, time: Array, way: float) -> Iterator[str]:
    """A record that stands at the start, and then falls as from an immersion of its own, lacks an event mark."""
    least = CLOCK + 2.0 * float(np.median(np.diff(time)))
    for (name, values), row in zip(seen.items(), computed, strict=True):
        first = float(np.max(values[np.isfinite(values)][:FIRST], initial=-np.inf))
        if way <= 0.0 or abs(first - row[0]) > ONSET[1] * way:
            continue
        begins, falls = (float(time[values >= first - share * way].max(initial=0.0)) for share in ONSET)
        soon, later = (float(time[row >= row[0] - share * way].max(initial=0.0)) for share in ONSET)
        if begins > later + least and begins * 2.0 * later > falls * (later + soon):
            still = f"{name} stands still for {begins:.1f} s while the case cools"
            yield f"{still}: mark the beginning of its steps in the events"
            return


def _rate(seen: dict[str, Array], time: Array) -> Iterator[str]:
    usual = float(np.median(np.diff(time)))
    for name, values in seen.items():
        steps = np.abs(np.diff(values))[np.diff(time) < PAUSE * usual]
        if np.isfinite(steps).any() and np.nanmax(steps) > COARSE:
            faster = usual * COARSE / float(np.nanmax(steps))
            yield f"{name} moves {np.nanmax(steps):.0f} K between two samples; sample every {faster:.2g} s or oftener"


def _gaps(seen: dict[str, Array], time: Array) -> Iterator[str]:
    """`time` s, as the record counts."""
    wide = np.diff(time)
    for at in np.flatnonzero(wide > PAUSE * np.median(wide)):
        across = max((abs(float(values[at + 1] - values[at])) for values in seen.values()), default=0.0)
        if across > COARSE:
            yield f"nothing was recorded from {time[at]:.4g} to {time[at + 1]:.4g} s, while {across:.0f} K passed"
    for name, values in seen.items():
        there = np.flatnonzero(np.isfinite(values))
        lost = values.size - there.size
        if lost:
            across = float(np.abs(np.diff(values[there])).max()) if there.size > 1 else 0.0
            yield f"{name} has {lost} samples without a reading, up to {across:.0f} K at once"


def _saturated(seen: dict[str, Array]) -> Iterator[str]:
    for name, values in seen.items():
        finite = values[np.isfinite(values)]
        for extreme, word in ((finite.max(), "highest"), (finite.min(), "lowest")) if finite.size else ():
            if (finite == extreme).sum() >= STUCK and np.ptp(finite) > 50.0:
                yield f"{name} shows its {word} value, {_celsius(float(extreme))}, again and again: end of its range?"


def _offset(seen: dict[str, Array], computed: Array) -> Iterator[str]:
    """In a part that begins at one temperature all thermocouples begin alike."""
    begin = {name: (values - row)[:FIRST] for (name, values), row in zip(seen.items(), computed, strict=True)}
    high = {name: float(np.median(rest[np.isfinite(rest)])) for name, rest in begin.items() if np.isfinite(rest).any()}
    for name, value in high.items():
        others = [each for other, each in high.items() if other != name]
        if others and OFFSET < abs(value - float(np.median(others))) <= FAR:
            side = "above" if value > float(np.median(others)) else "below"
            yield f"{name} begins {abs(value - float(np.median(others))):.0f} K {side} the others: declare its offset"
