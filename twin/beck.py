"""Sequential function specification (Beck, Blackwell and St. Clair, Inverse Heat Conduction, 1985, chapter 4).

In each interval the flux is taken as constant over some future time; least squares over the readings there give it, it
is kept for the interval, and the march goes on. Needs no curve to begin with, and knows nothing of h; how far it looks
ahead is its only regularisation, and is left to the user.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from ..materials.curve import Curve
from ..materials.medium import Medium
from ..materials.quantity import parse
from ..materials.refusal import CaseError
from ..solver.boundary import Law
from ..solver.clock import Clock
from ..solver.march import march
from ..solver.problem import Leg, Problem
from ..solver.state import State
from .forward import Follow
from .measurements import Measurements
from .model import Model
from .plan import first_quench

Array = NDArray[float64]
Here = tuple[State, NDArray[float64]]  # an instant, and what the thermocouples read then

MOVED = 5.0  # K, by which the flux is moved to see what it does
WEAKEST = 1.0  # W/m2/K: h of a curve is at least this


@dataclass(frozen=True, eq=False)
class Flux:
    """What Beck's method finds.

    time  (w,) s of the case, at the end of each interval;  flux (w,) W/m2 into the part over it;  wall (w,) K, mean
    """

    time: Array
    flux: Array
    wall: Array

    def coefficient(self, temperature: str, knots: Array) -> Array:
        """W/m2/K at surface temperatures `knots`, K: fluxes near each over how much hotter the wall is; NaN where none.

        temperature  of the surroundings, "60 degC"
        """
        around = parse(temperature, "K", "temperature")
        middles = 0.5 * (knots[1:] + knots[:-1])
        of = np.digitize(self.wall, middles)
        flux, hotter = (np.bincount(of, each, knots.size) for each in (-self.flux, self.wall - around))
        return np.where(hotter > 0.0, flux / np.where(hotter > 0.0, hotter, 1.0), np.nan)

    def medium(self, temperature: str, knots: int = 24, name: str = "after Beck") -> Medium:
        """A medium with h over the surface temperature, to begin a calibration with."""
        at = np.linspace(self.wall.min(), self.wall.max(), knots)
        h = self.coefficient(temperature, at)
        known = np.isfinite(h)
        values = np.maximum(WEAKEST, np.interp(at, at[known], h[known]))
        words = [f"{value!r} W/m^2/K" for value in values.tolist()]
        return Medium(name, h=Curve([f"{k!r} K" for k in at.tolist()], words), temperature=temperature)


def beck(case: Any, run: Measurements, future: int = 10, every: int = 1) -> Flux:
    """The heat flux through the whole surface from a record, interval by interval, from the first quench on.

        flux = beck(case, run, future=10)
        case = case.replace(**{"steps.quench.medium": flux.medium("60 degC")})

    future  samples ahead over which the flux counts as constant: too few and noise is amplified, too many and peaks are
            cut
    every   samples of an interval

    Raises CaseError for a future shorter than an interval or longer than the record.
    """
    model = Model(case, (run,), ())
    time, read, weight = _within(model, run)
    if not 1 <= every <= future < time.size - every:
        raise CaseError(f"{future} future samples of {every} an interval, in a record of {time.size}", "future")
    problem = model.forward.problem(case)
    here: Here | None = None
    nudge = _nudge(problem, time[1 : 1 + future], len(read))
    flux, ends, fluxes, walls = 0.0, [], [], []
    for m in range(0, time.size - future, every):
        now = slice(m + 1, m + 1 + future)
        seen = _follow(problem, here, time[now], flux, len(read))[0]
        moved = _follow(problem, here, time[now], flux - nudge, len(read))[0]
        slope, left = (seen - moved) / nudge * weight[:, now], (read[:, now] - seen) * weight[:, now]
        flux += float((slope * left).sum() / (slope**2).sum())
        _, here = _follow(problem, here, time[m + every : m + every + 1], flux, len(read))
        ends.append(float(time[m + every]))
        fluxes.append(flux)
        walls.append(float(here[0].wall @ problem.cells.patch_area / problem.cells.patch_area.sum()))
    quenched = np.array(ends) > model.first.begins[first_quench(case)]
    return Flux(*(np.array(each)[quenched] for each in (ends, fluxes, walls)))


def _nudge(problem: Problem, times: Array, count: int) -> float:
    """W/m2 that moves the thermocouples by MOVED over the first future."""
    nudge = 1.0
    for _ in range(3):
        ends = [_follow(problem, None, times, side * nudge, count)[0] for side in (0.5, -0.5)]
        nudge *= min(1e3, MOVED / max(1e-12, float(np.abs(ends[0] - ends[1]).max())))
    return nudge


def _within(model: Model, run: Measurements) -> tuple[Array, Array, Array]:
    """Samples within the case: s of the case (w,), K and 0 or 1/K of each thermocouple (k, w)."""
    first = model.first
    time = run.time + run.shift(first.begins)
    inside = (time >= 0.0) & (time <= first.times[-1])
    read = np.array([run.values[name][inside] for name in run.values])
    noise = np.array([run.noise(name)[inside] for name in run.values])
    there = np.isfinite(read)
    return time[inside], np.where(there, read, 0.0), np.where(there, 1.0 / noise, 0.0)


def _follow(problem: Problem, here: Here | None, wanted: Array, flux: float, count: int) -> tuple[Array, Here]:
    """Thermocouples (k, w) K at the times wanted, under one flux from an instant on; and where that leads."""
    start = 0.0 if here is None else here[0].time
    leg = Leg("flux", "quench", (Law(flux=flux),) * len(problem.cells.zones), duration=float(wanted[-1] - start))
    sink, only = Follow(), replace(problem, legs=(leg,))
    state, clock = (None, None) if here is None else (replace(here[0], memory=dict(here[0].memory)), Clock())
    end, _ = march(only, sink, lambda *_: False, state, clock)
    times, values = np.array(sink.times), np.array(sink.values)[:, :count]
    if here is not None:  # a march that goes on does not show where it began
        times, values = np.append(start, times), np.concatenate([here[1][None], values])
    return CubicSpline(times, values, bc_type="natural")(wanted).T, (end, values[-1])
