"""Between the instants that a run has stored: where the surroundings jump, the skin goes with the root of time."""

from itertools import pairwise

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

Array = NDArray[float64]

MOST = 1e6  # samples that a probe shows, however short the time between them


def evenly(times: Array, values: dict[str, Array], record: float, ends: list[float]) -> tuple[Array, dict[str, Array]]:
    """Samples (k, s) at steps `times` brought to every `record` s and the last, monotone between the steps.

    Leg by leg, against the root of the time since it began (ends: where the legs end, s). NaN in a leg that a probe
    does not see to its end.
    """
    if times.size < 2 or record <= 0.0:
        return times, values
    record = max(record, (times[-1] - times[0]) / MOST)
    even = np.append(np.arange(times[0], times[-1] * (1.0 - 1e-12), record), times[-1])
    read = {name: np.full((rows.shape[0], even.size), np.nan) for name, rows in values.items()}
    marks = [times[0], *(end for end in ends if end < times[-1]), times[-1]]
    for start, end in pairwise(marks):
        own, wanted = (times >= start) & (times <= end), (even >= start) & (even <= end)
        for name, rows in values.items():
            if own.sum() > 1 and wanted.any():
                seen = np.flatnonzero(np.isfinite(rows[:, own]).all(1))
                curve = PchipInterpolator(np.sqrt(times[own] - start), rows[np.ix_(seen, own)], axis=1)
                read[name][np.ix_(seen, wanted)] = curve(np.sqrt(even[wanted] - start))
    return even, read


def stencil(times: Array, legs: NDArray[np.int32], instant: float, points: int) -> tuple[tuple[int, float], ...]:
    """Stored steps and their Lagrange weights for an instant, from `points` steps of its leg.

    Two are joined by a straight line; more by a polynomial of the root of the time since the leg began.
    """
    right = min(int(np.searchsorted(times, instant)), times.size - 1)
    if times[right] == instant or right == 0:
        return ((right, 1.0),)
    same = np.flatnonzero(legs == legs[right])
    if same[0] > 0 and times[same[0] - 1] < times[same[0]]:
        same = np.concatenate([[same[0] - 1], same])
    place = int(np.searchsorted(same, right))
    first = int(np.clip(place - points // 2, 0, max(0, same.size - points)))
    chosen = same[first : first + points]
    bend = 1.0 if points == 2 else 0.5
    root, here = (times[chosen] - times[same[0]]) ** bend, (instant - times[same[0]]) ** bend
    others = [np.delete(root, k) for k in range(chosen.size)]
    return tuple(
        (int(step), float(np.prod((here - other) / (own - other))))
        for step, own, other in zip(chosen, root, others, strict=True)
    )
