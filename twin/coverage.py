"""Whether the bands of a fit hold what they promise, on this very design."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.refusal import CaseError
from .executor import Executor, executor
from .forward import Forward
from .inspection import Inspection
from .measurements import Measurements
from .model import Model
from .posterior import Posterior, draws
from .refined import finer
from .search import Search

Array = NDArray[float64]


@dataclass(frozen=True, eq=False)
class Coverage:
    """What became of synthetic records.

    held    (n, P) whether the band of each parameter held its truth
    off     (n, P) K, - and so on: distance from the truth in standard deviations of the fit
    seen    (P,) whether the parameter lies where something was measured
    labels  of the parameters
    """

    held: NDArray[np.bool_]
    off: Array
    seen: NDArray[np.bool_]
    labels: tuple[str, ...]

    @property
    def share(self) -> float:
        """Of all 90 % bands that were seen, how many held the truth."""
        return float(self.held[:, self.seen].mean())

    @property
    def doubt(self) -> float:
        """Standard error of `share`; the bands of one record hang together, so records are what counts."""
        each = self.held[:, self.seen].mean(axis=1)
        return float(each.std(ddof=1) / np.sqrt(each.size)) if each.size > 1 else 1.0

    def __str__(self) -> str:
        lines = [f"{self.held.shape[0]} synthetic records: the 90 % bands held {100 * self.share:.0f} +- "
                 f"{100 * self.doubt:.0f} % of the truths"]  # fmt: skip
        worst = np.argsort(np.where(self.seen, self.held.mean(axis=0), 2.0))[:3]
        lines += [
            f"  least: {self.labels[i]}, {100 * self.held[:, i].mean():.0f} %, mean {self.off[:, i].mean():+.2f} "
            "standard deviations" for i in worst
        ]  # fmt: skip
        return "\n".join(lines)


def check(fit: Posterior, count: int, seed: int, workers: int | Executor = 1) -> Coverage:
    """Draw truths from the fit, make records on a grid half as wide with new noise, and fit them again."""
    if count < 2:
        raise CaseError(f"{count} records tell nothing; take 20 or more", "coverage")
    model = Model(fit.model.case, fit.model.runs, fit.model.unknowns, inspections=fit.model.inspections)
    noise = [np.hypot(reading.noise, fit.beyond) for reading in fit.model.readings]
    seen = np.array([band.seen for band in fit.parameters])
    tasks = [(model, truth, fit.x, noise, seed + i) for i, truth in enumerate(draws(fit, count, seed))]
    off = np.array(executor(workers).map(_one, tasks))
    return Coverage(np.abs(off) <= 1.645, off, seen, fit.model.labels)


def _one(task: tuple[Model, Array, Array, list[Array], int]) -> Array:
    """(P,) how far one fit is from its truth, in its own standard deviations."""
    model, truth, start, noise, seed = task
    runs = synthetic(model, truth, noise, seed)
    inspections = reinspected(model, truth, seed)
    again = Search(Model(model.case, runs, model.unknowns, inspections=inspections), None, start).found()
    return np.asarray((again.x - truth) / np.sqrt(np.diag(again.covariance)))


def reinspected(model: Model, truth: Array, seed: int) -> tuple[Inspection, ...]:
    """Inspections like those of a model, as they would be for parameters `truth`, with new scatter."""
    random = np.random.default_rng((seed, 1))
    ready = []
    for one, value in zip(model.inspections, model.inspected(truth), strict=True):
        unit = "HV" if one.what.shown == "HRC" else one.what.shown
        ready.append(replace(one, measured=f"{float(value + one.scatter * random.standard_normal())!r} {unit}".strip()))
    return tuple(ready)


def synthetic(model: Model, truth: Array, noise: list[Array], seed: int) -> tuple[Measurements, ...]:
    """Runs like those of a model, as they would be for parameters `truth`; made on a grid half as wide."""
    random = np.random.default_rng(seed)
    case = model.case_at(truth)
    forward = Forward(finer(case), model.forward.sensors, model.forward.end)
    shown = model.seen(truth, forward.trace(forward.problem(finer(case), 4.0)))
    runs: list[Any] = []
    for number, run in enumerate(model.runs):
        own = [i for i, reading in enumerate(model.readings) if reading.run == number]
        values = {}
        for i in own:
            reading = model.readings[i]
            whole = np.full(run.time.size, np.nan)
            whole[np.isin(run.time, reading.time)] = shown[i] + noise[i] * random.standard_normal(reading.time.size)
            values[reading.sensor.name] = whole
        sensors = {reading.sensor.name: replace(reading.sensor) for reading in (model.readings[i] for i in own)}
        runs.append(replace(run, values=values, sensors=sensors))
    return tuple(runs)
