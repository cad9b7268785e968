"""How long the next step may be, when a leg is over, and the counts that a report shows."""

from dataclasses import asdict, dataclass, field
from math import inf, isfinite
from typing import Any

from .problem import Leg, Trial
from .rkl import next_dt
from .state import State
from .stress import Increment

LARGEST_CHANGE = 0.05  # of a phase fraction in one step
LARGEST_ERROR = 2.0  # tolerances: a step a little above is kept, the next is shorter
SMALLEST = 1e-4  # of the step that a leg begins with: below, something is wrong
ABSURD = 1e5  # K, either way: no step, however short, mends that
LANDING = 3  # a leg's last steps are made equal once so few are left


class Diverged(ArithmeticError):
    """No step, however short, leads on."""


@dataclass
class Clock:
    """Where the march stands in its schedule; everything a resumed run needs beside the state.

    leg      number of the leg under way
    entered  s, when it began
    dt       s, the step to try next; 0 between legs
    first    s, the step that the leg began with
    front    K: hottest cell (coldest where rising) now, when the leg began, and its rate in K/s
    error    K: largest and summed local error of the accepted steps
    heat     J through each zone in this leg, into the part
    content  J in the part when the leg began
    shown    time (s) and mean temperature (K) of the last snapshot
    """

    leg: int = 0
    entered: float = 0.0
    dt: float = 0.0
    first: float = 0.0
    front: tuple[float, float, float] = (0.0, 0.0, 0.0)
    steps: int = 0
    refused: int = 0
    stages: int = 0
    increments: int = 0
    unconverged: int = 0
    error: tuple[float, float] = (0.0, 0.0)
    heat: dict[str, float] = field(default_factory=dict)
    content: float = 0.0
    shown: tuple[float, float] = (-1.0, 0.0)

    def enter(self, leg: Leg, state: State, first: float, content: float) -> None:
        """Begin a leg: start small, for the surroundings have jumped.   first step s; content J"""
        self.entered, self.dt, self.first, self.heat, self.content = state.time, first, first, {}, content
        front = _front(leg, state)
        self.front = (front, front, 0.0)

    def leave(self) -> None:
        """The leg is over; the next begins anew."""
        self.leg += 1
        self.dt = 0.0

    def over(self, leg: Leg, state: State) -> bool:
        """Whether the leg has reached its duration or its temperature."""
        if leg.duration is not None:
            return state.time >= (self.entered + leg.duration) * (1.0 - 1e-13)
        assert leg.until is not None
        front = _front(leg, state)
        return front >= leg.until if leg.rising else front <= leg.until

    def step(self, leg: Leg, time: float, mark: float) -> float:
        """The step to try, s: the controller's, landing on the end of the leg and on the `mark`, s, before it."""
        if leg.duration is not None:
            left = self.entered + leg.duration - time
        else:
            assert leg.until is not None
            now, _, rate = self.front
            gap, approach = (leg.until - now, rate) if leg.rising else (now - leg.until, -rate)
            left = (gap + 0.01) / approach if approach > 0.0 else inf  # 0.01 K past, to cross the mark
        left = min(left, mark - time)
        if left > LANDING * self.dt:
            return self.dt
        return left if left <= self.dt else left / (2 if left <= 2.0 * self.dt else LANDING)

    def refuses(self, trial: Trial, tolerance: float) -> bool:
        """Whether the step must be repeated; then the next one to try is shorter. Raises Diverged."""
        hot = float(trial.state.temperature.max())
        real = isfinite(trial.error) and max(hot, -float(trial.state.temperature.min())) < ABSURD
        if real and trial.error <= LARGEST_ERROR * tolerance and trial.change <= LARGEST_CHANGE:
            return False
        if trial.dt <= SMALLEST * self.first:
            if real:
                return False
            raise Diverged(
                f"the temperature left every bound at {trial.state.time:.6g} s (hottest cell {hot:.6g} K, "
                f"step {trial.dt:.3g} s): look at the heat transfer coefficients and properties of this step"
            )
        self.refused += 1
        shorter = trial.dt * min(0.5, LARGEST_CHANGE / max(trial.change, 1e-9))
        self.dt = max(SMALLEST * self.first, min(next_dt(trial.dt, trial.error, tolerance), shorter))
        return True

    def accept(self, leg: Leg, trial: Trial, increment: Increment | None, longest: float, tolerance: float) -> None:
        """Count an accepted step and choose the next, `longest` s at most."""
        self.steps += 1
        self.stages += trial.stages
        if increment is not None:
            self.increments += 1
            self.unconverged += not increment.converged
        self.error = (max(self.error[0], trial.error), self.error[1] + trial.error)
        for zone, heat in trial.heat.items():
            self.heat[zone] = self.heat.get(zone, 0.0) + heat
        front = _front(leg, trial.state)
        self.front = (front, self.front[1], (front - self.front[0]) / trial.dt)
        self.dt = max(min(next_dt(trial.dt, trial.error, tolerance), longest), SMALLEST * self.first)

    def fraction(self, leg: Leg, time: float) -> float:
        """Share of the leg that is done, 0..1."""
        if leg.duration is not None:
            return (time - self.entered) / leg.duration
        assert leg.until is not None
        now, start, _ = self.front
        return (start - now) / (start - leg.until) if start != leg.until else 1.0

    def ledger(self, leg: Leg, state: State, content: float) -> dict[str, Any]:
        """The books of a leg in J: what came in, what is stored, what is left over; counts of the run so far."""
        stored, came = content - self.content, sum(self.heat.values())
        return {
            "step": leg.name,
            "from": self.entered,
            "to": state.time,
            "heat": dict(self.heat),
            "stored": stored,
            "unbalanced": stored - came,
            "largest_step_error": self.error[0],
            "summed_step_error": self.error[1],
            "steps": self.steps,
            "refused": self.refused,
            "stages": self.stages,
            "stress_increments": self.increments,
            "stress_unconverged": self.unconverged,
        }

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers, for a checkpoint."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Clock":
        """The clock that `as_dict` wrote."""
        tuples = {name: tuple(values[name]) for name in ("front", "error", "shown")}
        return cls(**{**values, **tuples})


def _front(leg: Leg, state: State) -> float:
    """The temperature that ends a leg: of the hottest cell, or of the coldest where it rises, K."""
    return float(state.temperature.min() if leg.rising else state.temperature.max())
