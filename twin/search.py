"""The search of a whole-record calibration: the most probable parameters, and how sure they are.

Gauss-Newton with Levenberg's damping on the logarithm of the posterior. A reading that stands out from its neighbours
counts less, after Student's t; what cells and steps err by stands in the noise. Smoothness of each curve, which of its
derivatives is held small and how strongly, is the one that makes the record most probable (evidence of the linearised
model). What a nearly free fit still misses by, and over how many samples that hangs together, makes the record count
for less: judged once, for a smoother fit misses more.
"""

from itertools import product
from pathlib import Path

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.refusal import CaseError
from .forward import Trace
from .model import Model
from .noise import Noise, rms
from .pages import kept, write
from .posterior import TENTHS, Posterior, SensorFit
from .refined import LEFT, WHOLE, change

Array = NDArray[float64]

HALVES = np.arange(TENTHS.size) % 5 == 0  # of a decade: tried at first; of the rest, those beside the best
GAIN = 1e-6  # of evidence: less is round-off
SMOOTH = 1e3  # strength of smoothness at the first step; a tenth of it at each that follows
MOST = 40  # steps
SETTLED = 0.03  # of the posterior's own width: a step that no longer matters
NEAR = 1.0  # of that width: a step so short is judged along the steps of the march before it
LEAST, PATIENCE = 0.02, 3  # while the noise is judged by the misfit: share of it that so many steps must bring
SILENT = 1e-3  # K, or scatters of an inspection: an unknown that moves no reading by more has no influence


class Search:
    """One calibration under way.   start: parameters to begin with; None: those of the case, or kept in `file`"""

    def __init__(self, model: Model, file: str | Path | None = None, start: Array | None = None) -> None:
        self.model, self.file, self.start = model, None if file is None else Path(file), start
        given = [reading.noise for reading in model.readings]
        self.measured = np.array([each.value for each in model.inspections])
        scatter = np.array([each.scatter for each in model.inspections])
        none, whole = [np.zeros_like(noise) for noise in given], [np.ones_like(noise) for noise in given]
        self.noise = Noise(given, none, 0.0, 1.0, whole, scatter)
        self.offset = np.concatenate([*(bound.offset for bound in model.bounds), np.zeros(len(model.nuisance))])
        self.low, self.high = model.limits
        self.correction = [np.zeros_like(noise) for noise in given]
        self.strength = np.tile([1.0, 0.0], (len(model.bounds), 1))
        self.how, self.steps, self.evidence = "", 0, np.nan

    @property
    def _count(self) -> int:
        return self.model.size + len(self.model.nuisance)

    def found(self) -> Posterior:
        """Search while the noise is judged by the misfit, nearly free; then search again for that noise."""
        x = kept(self.file, self.model.labels) if self.start is None else self.start
        x = np.zeros(self._count) if x is None else x
        x, trace = self.roughly(x)
        left = self._left(x, trace)[:-1]
        self._correct(x, trace)
        self.noise.judge(left)
        self.noise.tie(left)
        x, trace, _ = self._climb(x, trace, rough=False)
        self._correct(x, trace)
        return self._fit(*self._climb(x, trace, rough=False))

    def roughly(self, x: Array) -> tuple[Array, Trace]:
        """A nearly free fit from parameters x on, and what the thermocouples see then."""
        x, trace, _ = self._climb(x, self.model.trace(x), rough=True)
        return x, trace

    def misfit(self, x: Array, trace: Trace) -> float:
        """Root mean square of what is left: K of thermocouples; without any, scatters of the inspections."""
        return self._misfit(self._left(x, trace))

    def _misfit(self, left: list[Array]) -> float:
        return rms(np.concatenate(left[:-1] or [left[-1] / self.noise.inspected]))

    def _correct(self, x: Array, trace: Trace) -> None:
        """Take what cells and steps err by out of what is compared; where a bath arrives they err by most."""
        off = change(self.model, x, trace) if self.model.readings else []
        self.correction = [WHOLE * each for each in off]
        self.noise.numerical = [LEFT * np.maximum(np.abs(each), rms(each)) for each in off]

    def _climb(self, x: Array, trace: Trace, rough: bool) -> tuple[Array, Trace, Array]:
        """The most probable parameters for the noise as it is judged now; `rough`: as it shrinks with the misfit."""
        damping, moved, misfits, held = 1e-3, np.inf, [], False
        strengths: list[Array] = []
        for number in range(MOST):
            left, (slopes, self.how) = self._left(x, trace), self.model.slopes(x, trace)
            misfits.append(self._misfit(left))
            if rough:
                self.noise.judge(left[:-1])
            inspected = self.model.inspected_slopes(x)
            jacobian = np.concatenate([*slopes, inspected])
            if rough and number == 0:
                self._influence([*slopes, inspected / self.noise.inspected[:, None]])
            least = SMOOTH / 10.0**number if rough else 0.0
            self.strength, self.evidence = self._strength(x, left, jacobian, least, held)
            strengths.append(self.strength)
            held = held or circling(strengths)
            weight = self.noise.weights
            normal = (jacobian.T * weight) @ jacobian + self.before(self.strength)
            slope = (jacobian.T * weight) @ np.concatenate(left) - self._pull(x)
            now = self._loss(x, left)
            while True:
                step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), slope)
                there = np.clip(x + step, self.low, self.high)
                moved = float((there - x) @ normal @ (there - x))
                try:
                    near = moved < NEAR**2 * x.size
                    after = self.model.along(there, trace) if near else self.model.trace(there)
                    gained = now - self._loss(there, self._left(there, after))
                except ArithmeticError:  # a march that diverges is a step too far
                    gained = -np.inf
                if gained > 0.0 or moved < SETTLED**2 * x.size:
                    break
                damping *= 10.0
            if gained > 0.0:
                x, trace, damping = there, after, damping / 10.0
                self.steps += 1
                write(self.file, {"labels": list(self.model.labels), "x": x.tolist()})
            stuck = number >= 2 * PATIENCE and misfits[-1] > (1.0 - LEAST) * misfits[-1 - PATIENCE]
            if moved < SETTLED**2 * x.size or (rough and stuck):
                break
        return x, trace, jacobian

    def _influence(self, slopes: list[Array]) -> None:
        """Refuse an unknown that no thermocouple and no inspection feels."""
        most = np.max([np.abs(part).max(axis=0, initial=0.0) for part in slopes], axis=0)
        for bound, place in zip(self.model.bounds, self.model.places, strict=True):
            if most[place].max() < SILENT:
                beside = " and no inspection" if self.model.inspections else ""
                raise CaseError(f"has no influence on any thermocouple{beside}; leave it out", bound.unknown.name)

    def _left(self, x: Array, trace: Trace) -> list[Array]:
        """Measured less computed: K of each thermocouple, then the inspections."""
        each = zip(self.model.readings, self.model.seen(x, trace), self.correction, strict=True)
        readings = [reading.kelvin - shown - added for reading, shown, added in each]
        return [*readings, self.measured - self.model.inspected(x)]

    def _loss(self, x: Array, left: list[Array]) -> float:
        """Twice the negative logarithm of the posterior."""
        whole = self.offset + x
        before = float(self._hold(self.strength) @ x**2 + whole @ self._stiff(self.strength) @ whole)
        return float(self.noise.weights @ np.concatenate(left) ** 2) + before

    def density(self, x: Array) -> float:
        """Logarithm of the posterior at x, for the noise and the smoothness that were found, but for a constant."""
        if ((x < self.low) | (x > self.high)).any():
            return -np.inf
        try:
            return -0.5 * self._loss(x, self._left(x, self.model.trace(x)))
        except ArithmeticError:
            return -np.inf

    def settle(self, found: Posterior) -> None:
        """Take up noise and smoothness of a search that has ended, so that its density can be asked for."""
        self.strength, self.noise.beyond = found.strength, found.beyond
        trace = self.model.trace(found.x)
        if self.model.readings:
            self._correct(found.x, trace)
            self.noise.judge(self._left(found.x, trace)[:-1])
            self.noise.beyond, self.noise.tied = found.beyond, _tied(found)

    def _pull(self, x: Array) -> Array:
        return np.asarray(self._hold(self.strength) * x + self._stiff(self.strength) @ (self.offset + x))

    def _hold(self, strength: Array) -> Array:
        """(P,) inverse variances that hold the parameters to what was known before, beside a smoothness (B, 2)."""
        each = [np.full(b.size, b.hold(own)) for b, own in zip(self.model.bounds, strength, strict=True)]
        return np.concatenate([*each, np.ones(len(self.model.nuisance))])

    def _stiff(self, strength: Array) -> Array:
        """(P, P) roughness of all curves, each times its strength (B, 2)."""
        stiff = np.zeros((self._count,) * 2)
        for bound, place, own in zip(self.model.bounds, self.model.places, strength, strict=True):
            stiff[place, place] = np.tensordot(own, bound.roughness, 1)
        return stiff

    def before(self, strength: Array) -> Array:
        """(P, P) inverse covariance before the record, for the smoothness (B, 2) of each unknown."""
        return np.asarray(np.diag(self._hold(strength)) + self._stiff(strength))

    def _strength(self, x: Array, left: list[Array], jacobian: Array, least: float, held: bool) -> tuple[Array, float]:
        """Smoothness of each curve that makes the record most probable, in the model made straight at x; its evidence.

        Either the second or the third derivative of a curve is held small. The best that all curves share, then curve
        by curve until none gains; the present one where it is held.
        """
        weight, rest = self.noise.weights, np.concatenate(left) + jacobian @ x
        fisher, seen = (jacobian.T * weight) @ jacobian, (jacobian.T * weight) @ rest
        square = float(weight @ rest**2)
        curves = [i for i, bound in enumerate(self.model.bounds) if bound.unknown.kind == "curve"]
        if held or not curves:
            return self.strength, self._evidence(self.strength, fisher, seen, square)
        best, most = self.strength, -np.inf
        groups = [curves, *([i] for i in curves)] if len(curves) > 1 else [curves]
        gained = True
        while gained:
            gained = False
            for group in groups:
                near = np.abs(np.log10(TENTHS / best[group[0]].max())) < 0.45
                for order, value in product(range(2), TENTHS[(HALVES | near) & (TENTHS >= least)]):
                    tried = best.copy()
                    tried[group] = np.where(np.arange(2) == order, value, 0.0)
                    found = self._evidence(tried, fisher, seen, square)
                    if found > most + GAIN:
                        best, most, gained = tried, found, True
            groups = groups[-len(curves) :]
        return best, most

    def _evidence(self, strength: Array, fisher: Array, seen: Array, square: float) -> float:
        prior = self.before(strength)
        pull = -self._stiff(strength) @ self.offset
        alone = np.linalg.solve(prior, pull)
        both = np.linalg.solve(fisher + prior, seen + pull)
        least = square - float((seen + pull) @ both) + float(pull @ alone)
        return 0.5 * (np.linalg.slogdet(prior)[1] - np.linalg.slogdet(fisher + prior)[1] - least)  # type: ignore[no-any-return]

    def _fit(self, x: Array, trace: Trace, jacobian: Array) -> Posterior:
        used = self.correction
        self._correct(x, trace)
        model, left = self.model, self._left(x, trace)
        prior = self.before(self.strength)
        weight = self.noise.weights
        covariance: Array = np.asarray(np.linalg.inv((jacobian.T * weight) @ jacobian + prior), float64)
        off = [LEFT / WHOLE * now + abs(now - then) for now, then in zip(self.correction, used, strict=True)]
        moved = covariance @ ((jacobian.T * weight) @ np.concatenate([*off, np.zeros(len(self.measured))]))
        covariance += np.outer(moved, moved)  # cells and steps err the same way in every reading
        span = float(np.ptp(trace.values)) if model.readings else np.inf
        sensors = []
        for i, (reading, rest) in enumerate(zip(model.readings, left[:-1], strict=True)):
            sensors.append(
                SensorFit(
                    name=reading.name,
                    time=reading.time,
                    measured=reading.kelvin,
                    computed=reading.kelvin - rest,
                    noise=float(np.sqrt(np.mean(self.noise.given[i] ** 2))),
                    numerical=rms(off[i]),
                    counts_as=float(rest.size / self.noise.tied),
                    span=span,
                )
            )
        return Posterior(
            model=model,
            x=x,
            covariance=covariance,
            before=np.sqrt(np.diag(np.linalg.inv(prior))),
            sensors=tuple(sensors),
            walls=trace.walls,
            inspected=self.measured - left[-1],
            beyond=self.noise.beyond,
            strength=self.strength,
            evidence=self.evidence,
            derivatives=self.how,
            steps=self.steps,
        )


def _tied(found: Posterior) -> float:
    """Over how many samples misfits were judged to hang together."""
    return found.sensors[0].time.size / found.sensors[0].counts_as


def circling(strengths: list[Array]) -> bool:
    """Whether the last smoothness is one that was left before: of two, each wanted where the other leads, it stays."""
    *before, one, last = [np.zeros(0), *strengths]
    return not np.array_equal(one, last) and any(np.array_equal(each, last) for each in before)
