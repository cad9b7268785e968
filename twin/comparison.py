"""A fit against thermocouples that it has not seen, in the terms of ASME V&V 20.

Error E = computed - measured; its validation uncertainty u_val holds the numerical error, what calibration left open
(u_input) and the measuring itself (u_D). |E| above 2 u_val says that the model is wrong, not only uncertain.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.quantity import parse
from .measurements import Measurements
from .model import Model, Reading
from .posterior import Posterior

Array = NDArray[float64]

CRITERION = 0.05  # of start minus bath: the usual bar for a temperature history


class Passing(NamedTuple):
    """When a thermocouple first falls below a temperature, s of the record; NaN where it does not.

    within  s, u_val over the rate at which the computed one falls: one standard deviation
    """

    measured: float
    computed: float
    within: float

    def __str__(self) -> str:
        return f"passes at {self.computed:.2f} +- {self.within:.2f} s, measured {self.measured:.2f} s"


@dataclass(frozen=True, eq=False)
class Comparison:
    """One thermocouple.

    time, measured, computed, uncertainty  (w,): s of the record, K, K, and u_val in K, one standard deviation
    span                                   K, start minus bath
    """

    name: str
    time: Array
    measured: Array
    computed: Array
    uncertainty: Array
    span: float

    @property
    def rms(self) -> float:
        """K, root mean square of E."""
        return float(np.sqrt(np.mean((self.computed - self.measured) ** 2)))

    @property
    def error(self) -> float:
        """K, mean of E."""
        return float(np.mean(self.computed - self.measured))

    @property
    def u_val(self) -> float:
        """K, root mean square of u_val."""
        return float(np.sqrt(np.mean(self.uncertainty**2)))

    @property
    def nrmse(self) -> float:
        """rms of E over start minus bath."""
        return self.rms / self.span

    @property
    def passed(self) -> bool:
        """Whether nrmse meets the 5 % criterion."""
        return self.nrmse <= CRITERION

    @property
    def within(self) -> float:
        """Share of readings with |E| <= 2 u_val."""
        return float(np.mean(np.abs(self.computed - self.measured) <= 2.0 * self.uncertainty))

    def passing(self, temperature: str) -> Passing:
        """When it first falls below a temperature, measured and computed, and how sure that is."""
        kelvin = parse(temperature, "K", "passing")
        measured, computed = (_crosses(self.time, values, kelvin) for values in (self.measured, self.computed))
        rate = np.interp(computed, self.time, np.gradient(self.computed, self.time))
        return Passing(measured, computed, float(abs(np.interp(computed, self.time, self.uncertainty) / rate)))

    def __str__(self) -> str:
        return (
            f"{self.name:<16} rms {self.rms:.2f} K, mean {self.error:+.2f} K, u_val {self.u_val:.2f} K; "
            f"{100 * self.within:.0f} % within 2 u_val; NRMSE {100 * self.nrmse:.2f} %"
        )


def compare(fit: Posterior, runs: tuple[Measurements, ...]) -> tuple[Comparison, ...]:
    """Every thermocouple of the runs, with what the fit says of it. Raises CaseError as readiness does.

    The clock of a record of which the fit has seen other thermocouples is the one that it found.
    """
    model = Model(fit.model.case, runs, fit.model.unknowns, fit.model.workers)
    here, there = _found(fit.model, model)
    x, covariance = np.zeros(len(model.labels)), np.eye(len(model.labels))
    x[here], covariance[np.ix_(here, here)] = fit.x[there], fit.covariance[np.ix_(there, there)]
    trace = model.trace(x)
    seen, slopes = model.seen(x, trace), model.slopes(x, trace)[0]
    numerical = float(np.sqrt(np.mean([sensor.numerical**2 for sensor in fit.sensors])))
    span = float(np.ptp(trace.values))
    return tuple(
        Comparison(reading.name, reading.time, reading.kelvin, shown, _uncertain(reading, slope, covariance, numerical),
                   span)
        for reading, shown, slope in zip(model.readings, seen, slopes, strict=True)
    )  # fmt: skip


def _found(fitted: Model, model: Model) -> tuple[list[int], list[int]]:
    """Which parameters of a model the fit has found, and where: those of the case, and the clocks of its records."""
    here, there = list(range(model.size)), list(range(fitted.size))
    for i, entry in enumerate(model.nuisance, model.size):
        for j, known in enumerate(fitted.nuisance, fitted.size):
            if entry.kind == known.kind == "clock" and model.runs[entry.of].timed_as(fitted.runs[known.of]):
                here.append(i)
                there.append(j)
    return here, there


def _uncertain(reading: Reading, slopes: Array, covariance: Array, numerical: float) -> Array:
    """(w,) K: numerical error, parameters and noise together; the sensor's own errors are among the parameters."""
    given = np.einsum("wp,pq,wq->w", slopes, covariance, slopes)
    return np.asarray(np.sqrt(numerical**2 + given + reading.noise**2))


def _crosses(time: Array, kelvin: Array, level: float) -> float:
    below = np.flatnonzero(kelvin < level)
    if not below.size or below[0] == 0:
        return float("nan")
    i = int(below[0])
    share = (kelvin[i - 1] - level) / (kelvin[i - 1] - kelvin[i])
    return float(time[i - 1] + share * (time[i] - time[i - 1]))
