"""What a calibration compares: readings, and what the case says of them for given parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.step import step_names
from ..kernels.lag import lagged
from ..materials.refusal import CaseError
from .executor import Executor, executor
from .forward import DEEPER, Forward, Trace
from .inspection import Inspection, computed
from .measurements import Measurements
from .sensitivities import sensitivities
from .sensors import Sensor
from .unknowns import Bound, Unknown

Array = NDArray[float64]

APART = 0.2  # of a standard deviation before: a run finds hardness to some 0.1 HV, and must see more
REFINED = 4  # pieces between two samples where a lag is followed
FARTHEST = 4.0  # standard deviations, that depth, lag, offset and clock may go: a reading is made straight along them
SHORT = 1e-2  # s, and share of a lag, for their own derivatives


@dataclass(frozen=True, eq=False)
class Reading:
    """One thermocouple of one run, where it was read within the case.

    row     of its place in the trace
    time    (w,) s of the record;  kelvin, noise (w,) K
    """

    run: int
    row: int
    sensor: Sensor
    time: Array
    kelvin: Array
    noise: Array

    @property
    def name(self) -> str:
        return self.sensor.name if self.run == 0 else f"{self.sensor.name}, run {self.run + 1}"


@dataclass(frozen=True)
class Nuisance:
    """What is not known of the measuring: "depth" m, "lag" s or "offset" of a reading, "clock" s of a run."""

    kind: str
    of: int
    label: str
    within: float
    unit: str


@dataclass(frozen=True, eq=False)
class Model:
    """Case, runs and unknowns, ready to be compared; parameters x (P,) are 0 for the case as it stands."""

    case: Any
    runs: tuple[Measurements, ...]
    unknowns: tuple[Unknown, ...]
    workers: int | Executor = 1
    inspections: tuple[Inspection, ...] = ()

    @cached_property
    def bounds(self) -> tuple[Bound, ...]:
        """The unknowns in their case. Raises CaseError for a name or a start that is wrong."""
        names = [unknown.name for unknown in self.unknowns]
        for name in names:
            if names.count(name) > 1:
                raise CaseError("stands twice among the unknowns; leave one", name)
        ready = tuple(Bound(unknown, self.case) for unknown in self.unknowns)
        for bound in ready:
            bound.words(np.zeros(bound.size)), bound.limits
        return ready

    @cached_property
    def size(self) -> int:
        """How many parameters the case has; those of the measuring follow."""
        return sum(bound.size for bound in self.bounds)

    @cached_property
    def places(self) -> tuple[slice, ...]:
        """Where the parameters of each unknown stand."""
        ends = np.cumsum([0, *(bound.size for bound in self.bounds)]).tolist()
        return tuple(slice(a, b) for a, b in zip(ends[:-1], ends[1:], strict=True))

    @cached_property
    def forward(self) -> Forward:
        """The case as all thermocouples of all runs see it."""
        sensors = tuple(sensor for run in self.runs for sensor in run.of(self.case))
        return Forward(self.case, sensors, max((self._last(run) for run in self.runs), default=np.inf))

    def _last(self, run: Measurements) -> float:
        """s of the case after which a run says nothing; infinite where a step before ends at a temperature."""
        if not run.events:
            return float(run.time[-1])
        step, when = next(iter(run.events.items()))
        before = self.case.steps[: step_names(self.case.steps).index(step)]
        lengths = [getattr(each, "duration", None) for each in before]
        return float(run.time[-1]) - when + sum(np.inf if length is None else float(length) for length in lengths)

    @cached_property
    def first(self) -> Trace:
        """The case as it stands."""
        return self.forward.trace(self.forward.problem(self.case))

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """What was read within the case."""
        ready, row = [], 0
        for number, run in enumerate(self.runs):
            time = run.time + run.shift(self.first.begins)
            slack = 0.0 if run.clock_within is None else 3.0 * run.clock_within
            inside = (time >= 0.0) & (time <= self.first.times[-1] - slack)
            for sensor in run.of(self.case):
                there = inside & np.isfinite(run.values[sensor.name])
                kelvin, noise = run.values[sensor.name][there], run.noise(sensor.name)[there]
                ready.append(Reading(number, row, sensor, run.time[there], kelvin, noise))
                row += 1
        return tuple(ready)

    @cached_property
    def nuisance(self) -> tuple[Nuisance, ...]:
        """What the sensors and the clocks leave open."""
        ready = []
        for i, reading in enumerate(self.readings):
            sensor = reading.sensor
            if sensor.depth_within is not None:
                ready.append(Nuisance("depth", i, f"{reading.name} depth", float(sensor.depth_within), "m"))
            if sensor.lag_within is not None:
                ready.append(Nuisance("lag", i, f"{reading.name} lag", float(sensor.lag_within), "s"))
            if sensor.offset_within is not None or sensor.tolerance is not None:
                worst = float(sensor.error(reading.kelvin).max(initial=0.0))
                ready.append(Nuisance("offset", i, f"{reading.name} offset", worst, "K"))
        for number, run in enumerate(self.runs):
            if run.clock_within is not None:
                ready.append(Nuisance("clock", number, f"clock of run {number + 1}", run.clock_within, "s"))
        return tuple(ready)

    @cached_property
    def limits(self) -> tuple[Array, Array]:
        """(P,) least and most of each parameter."""
        ends = [bound.limits for bound in self.bounds for _ in range(bound.size)]
        low, high = zip(*ends, *[(-FARTHEST, FARTHEST)] * len(self.nuisance), strict=True)
        return np.array(low), np.array(high)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """A name for each parameter."""
        return (*(label for b in self.bounds for label in b.labels), *(n.label for n in self.nuisance))

    def case_at(self, x: Array) -> Any:
        """The case for parameters x; those of the measuring do not change it."""
        words = {b.unknown.name: b.words(x[place]) for b, place in zip(self.bounds, self.places, strict=True)}
        return self.case.replace(**words)

    def trace(self, x: Array) -> Trace:
        """What the thermocouples see for parameters x."""
        return self.forward.trace(self.forward.problem(self.case_at(x)))

    def along(self, x: Array, like: Trace) -> Trace:
        """The same along the steps of a trace for parameters near x, from which it differs smoothly."""
        return self.forward.along(self.forward.problem(self.case_at(x)), like)

    def seen(self, x: Array, trace: Trace) -> list[Array]:
        """What each reading should show, K."""
        return [self._read(i, x, trace)[:, 0] for i in range(len(self.readings))]

    def slopes(self, x: Array, trace: Trace) -> tuple[list[Array], str]:
        """Derivatives (w, P) of what each reading should show, and how they were made."""
        if not self.readings:
            return [], "differences"
        case = self.case_at(x)

        def beside(by: float) -> list[Any]:
            return [
                case.replace(**{bound.unknown.name: bound.words(x[place] + by * way)})
                for bound, place in zip(self.bounds, self.places, strict=True)
                for way in np.eye(bound.size)
            ]

        moved, how = sensitivities(self.forward, case, beside, trace, self.workers)
        found = []
        for i in range(len(self.readings)):
            whole = np.zeros((self.readings[i].time.size, x.size))
            whole[:, : self.size] = self._read(i, x, moved, offset=False)
            for number, entry in enumerate(self.nuisance, self.size):
                if entry.of == (self.readings[i].run if entry.kind == "clock" else i):
                    whole[:, number] = self._own(i, entry, number, x, trace)
            found.append(whole)
        return found, how

    def inspected(self, x: Array) -> Array:
        """(k,) what the case says of each inspection."""
        return computed((self.case_at(x), self.inspections)) if self.inspections else np.empty(0)

    def inspected_slopes(self, x: Array) -> Array:
        """(k, P) derivatives of what the case says of each inspection, by central differences of whole runs."""
        found = np.zeros((len(self.inspections), x.size))
        if self.inspections:
            ways = [way for i in range(self.size) for way in (np.eye(x.size)[i], -np.eye(x.size)[i])]
            tasks = [(self.case_at(x + APART * way), self.inspections) for way in ways]
            ends = np.array(executor(self.workers).map(computed, tasks))
            found[:, : self.size] = (ends[::2] - ends[1::2]).T / (2.0 * APART)
        return found

    def _own(self, i: int, entry: Nuisance, number: int, x: Array, trace: Trace) -> Array:
        """Derivative by one parameter of the measuring, in which nothing is far from a straight line."""
        way = np.zeros_like(x)
        way[number] = SHORT
        ends = [self._read(i, x + side * way, trace)[:, 0] for side in (1.0, -1.0)]
        return np.asarray((ends[0] - ends[1]) / (2.0 * SHORT))

    def _value(self, kind: str, of: int, x: Array) -> float:
        """What the measuring adds: 0, or its parameter in units of SI (of an offset: in standard deviations)."""
        for number, entry in enumerate(self.nuisance, self.size):
            if (entry.kind, entry.of) == (kind, of):
                return float(x[number] * (1.0 if kind == "offset" else entry.within))
        return 0.0

    def _read(self, i: int, x: Array, trace: Trace, offset: bool = True) -> Array:
        """(w, 1) or (w, P): one thermocouple at its times, with depth, lag and offset."""
        reading, half = self.readings[i], len(self.forward.sensors)
        run = self.runs[reading.run]
        time = reading.time + run.shift(trace.begins) + self._value("clock", reading.run, x)
        time = np.clip(time, 0.0, trace.times[-1])
        lag = (float(reading.sensor.lag) if reading.sensor.lag else 0.0) + self._value("lag", i, x)
        own = _refined(time) if lag > 0.0 else time
        pair = trace.pair(reading.row, reading.row + half, own)
        shown = pair[0] + self._value("depth", i, x) * (pair[1] - pair[0]) / DEEPER
        if lag > 0.0:
            late = np.empty_like(shown)
            lagged(own, np.ascontiguousarray(shown), lag, late)
            shown = late[::REFINED]
        if offset:
            shown = shown + (self._value("offset", i, x) * reading.sensor.error(reading.kelvin))[:, None]
        return np.asarray(shown)


def _refined(time: Array) -> Array:
    parts = np.linspace(time[:-1], time[1:], REFINED, endpoint=False).T.ravel()
    return np.append(parts, time[-1])


def runs_of(given: Measurements | Sequence[Measurements] | None) -> tuple[Measurements, ...]:
    """One run, several or none (None) as a tuple. Raises CaseError for anything else."""
    if given is None:
        return ()
    runs = (given,) if isinstance(given, Measurements) else tuple(given)
    if not runs or not all(isinstance(run, Measurements) for run in runs):
        raise CaseError("needs Measurements, one or a list of them", "measurements")
    return runs
