"""What a reading may be off by: scatter, numerical error, what the case misses by, and how far that hangs together."""

from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.ndimage import median_filter

Array = NDArray[float64]

FREEDOM = 5.0  # of Student's t: a reading that stands out by four standard deviations counts a quarter
MEDIAN = 0.287  # variance of the median of five over that of one


@dataclass
class Noise:
    """What a reading may be off by, K.

    given      (w,) of each thermocouple: scatter of one reading
    numerical  (w,) of each, what cells and steps may err by
    beyond     what the case misses by besides, the same for all thermocouples
    tied       over how many samples the misfit hangs together, in the mean of all thermocouples
    trust      (w,) of each thermocouple: below 1 for a reading that stands out from its neighbours
    inspected  (k,) of each inspection, in its own unit
    """

    given: list[Array]
    numerical: list[Array]
    beyond: float
    tied: float
    trust: list[Array]
    inspected: Array

    @property
    def wide(self) -> list[Array]:
        """(w,) K of each thermocouple, of one reading."""
        pairs = zip(self.given, self.numerical, strict=True)
        return [np.asarray(np.sqrt(given**2 + numerical**2 + self.beyond**2)) for given, numerical in pairs]

    def judge(self, left: list[Array]) -> None:
        """Find `beyond` and `trust` by the misfit; the median of five neighbours passes over broken readings."""
        if not left:
            return
        calm = [median_filter(rest, 5, mode="nearest") for rest in left]
        known = [given**2 + numerical**2 for given, numerical in zip(self.given, self.numerical, strict=True)]
        square = [float(np.mean(rest**2 - MEDIAN * own)) for rest, own in zip(calm, known, strict=True)]
        self.beyond = float(np.sqrt(np.maximum(0.0, square).mean()))
        rough = [(rest - own) / wide for rest, own, wide in zip(left, calm, self.wide, strict=True)]
        self.trust = [np.minimum(1.0, (FREEDOM + 1.0) / (FREEDOM + share**2)) for share in rough]

    def tie(self, left: list[Array]) -> None:
        """Find `tied` by the misfit."""
        if not left:
            return
        self.tied = sum(rest.size for rest in left) / sum(rest.size / tied(rest) for rest in left)

    @property
    def weights(self) -> Array:
        """1/K2 of each reading, and of the inspections after them."""
        each = [trust / wide**2 / self.tied for trust, wide in zip(self.trust, self.wide, strict=True)]
        return np.concatenate([*each, self.inspected**-2])


def rms(rest: Array) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(rest**2)))


def tied(rest: Array) -> float:
    """Over how many samples residuals hang together: 1 + 2 sum of the autocorrelation, to where noise begins.

    >>> round(tied(np.ones(100)), 0) > 50
    True
    """
    n = rest.size
    whole = float(rest @ rest)
    if whole == 0.0 or n < 8:
        return 1.0
    total = 1.0
    for lag in range(1, n // 2):
        share = float(rest[lag:] @ rest[:-lag]) / whole
        if share < 2.0 / np.sqrt(n):
            break
        total += 2.0 * share
    return total
