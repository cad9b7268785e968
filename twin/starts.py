"""A calibration begun in several places: nearly free fits from draws of what was known before; the best goes on."""

from dataclasses import replace

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.refusal import CaseError
from .executor import executor
from .model import Model
from .search import Search

Array = NDArray[float64]

SMOOTH = 10.0  # strength of smoothness of the draws of a curve: they bend over 100 K or so


def best_start(model: Model, count: int, seed: int = 1) -> tuple[Array, tuple[float, ...]]:
    """(P,) where the best of `count` nearly free fits ended, and the misfits of all, K; infinite for one that failed.

    The first begins with the case as it stands, the others with draws of what was known before. Raises what the first
    one raised where all failed.
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise CaseError(f"{count!r} is no number of starts; write 8", "starts")
    search = Search(model)
    wide = np.linalg.inv(search.before(SMOOTH * search.strength))
    places = np.random.default_rng(seed).multivariate_normal(np.zeros(len(wide)), wide, size=count)
    places[0] = 0.0
    places = np.clip(places, search.low, search.high)
    ends = dict(executor(model.workers).each(_rough, [(replace(model, workers=1), place) for place in places]))
    failed = [end for _, end in sorted(ends.items()) if isinstance(end, Exception)]
    if len(failed) == count:
        raise failed[0]
    misfits = [np.inf if isinstance(ends[i], Exception) else ends[i][0] for i in range(count)]
    return ends[int(np.argmin(misfits))][1], tuple(misfits)


def _rough(task: tuple[Model, Array]) -> tuple[float, Array]:
    model, place = task
    search = Search(model)
    x, trace = search.roughly(place)
    return search.misfit(x, trace), x
