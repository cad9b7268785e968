"""Draws from the posterior itself, where the normal law around its peak (Laplace) may not do."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.refusal import CaseError
from .search import Search

Array = NDArray[float64]

BURN, APART = 100, 10  # steps thrown away, steps between draws that are kept


@dataclass(frozen=True, eq=False)
class Importance:
    """How well the normal law stands for the posterior; it is the wider by what cells and steps err by.

    draws    (n, P) of the normal law;  weights (n,) of each, sum 1
    counts   how many draws these are worth; far below n: the law does not do, sample by emcee
    """

    draws: Array
    weights: Array

    @property
    def counts(self) -> float:
        """1 / sum of squared weights (Kish)."""
        return float(1.0 / np.sum(self.weights**2))

    def __str__(self) -> str:
        n = self.weights.size
        verdict = "the normal law does" if self.counts > n / 2 else "the normal law is off; sample by emcee"
        return f"{n} draws count as {self.counts:.0f}: {verdict}"


def importance(search: Search, x: Array, covariance: Array, draws: Array) -> Importance:
    """Weigh draws of the normal law by the posterior."""
    inverse = np.linalg.pinv(covariance)
    normal = np.array([-0.5 * float((d - x) @ inverse @ (d - x)) for d in draws])
    logs = np.array([search.density(d) for d in draws]) - normal
    weights = np.exp(logs - logs.max())
    return Importance(draws, weights / weights.sum())


def ensemble(search: Search, start: Array, n: int, seed: int) -> Array:
    """(n, P) draws by an ensemble of walkers (emcee) that begin at `start` (m, P), m >= 2 P + 2.

    Raises CaseError where emcee is not installed.
    """
    try:
        import emcee
    except ImportError:
        raise CaseError("method='emcee' needs emcee; pip install 'metaltwin[uq]'", "method") from None
    walkers, size = start.shape
    sampler: Any = emcee.EnsembleSampler(walkers, size, search.density)
    sampler.random_state = np.random.RandomState(seed).get_state()
    state = sampler.run_mcmc(start, BURN)
    sampler.reset()
    sampler.run_mcmc(state, APART * -(-n // walkers))
    kept: Array = sampler.get_chain(thin=APART, flat=True)
    return kept[:n]
