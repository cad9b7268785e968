"""A fit and what can be done with it: predictions, comparison, self-test, pictures, files."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.refusal import one_of
from .comparison import Comparison, compare
from .coverage import Coverage, check
from .executor import Executor, executor
from .measurements import Measurements
from .model import runs_of
from .posterior import Posterior, draws
from .sampling import Importance, ensemble, importance
from .saved import read, save
from .search import Search

Array = NDArray[float64]


@dataclass(frozen=True, eq=False)
class Prediction:
    """A quantity with what calibration leaves open of it.   value of the fit; draws (n,)"""

    value: float
    draws: Array

    @property
    def band(self) -> tuple[float, float]:
        """5 and 95 % of the draws."""
        low, high = np.quantile(self.draws, (0.05, 0.95))
        return float(low), float(high)

    def __str__(self) -> str:
        return f"{self.value:.4g} ({self.band[0]:.4g} to {self.band[1]:.4g} for 90 %, {self.draws.size} draws)"


@dataclass(frozen=True, eq=False)
class Fit(Posterior):
    """The most probable case with its uncertainty; prints as one page. Made by `calibrate` or `read_fit`."""

    @classmethod
    def of(cls, found: Posterior) -> Self:
        """What a search has found, with these verbs."""
        return cls(**{each.name: getattr(found, each.name) for each in fields(found)})

    def sample(self, n: int, seed: int = 1, method: str = "laplace") -> Array:
        """(n, P) draws of the parameters.

        method  "laplace": from the normal law around the most probable ones, at once; "emcee": from the posterior
                itself by an ensemble of walkers, thousands of runs of the case (needs the extra `uq`)
        """
        if one_of(method, ("laplace", "emcee"), "method", "method") == "laplace":
            return draws(self, n, seed)
        walkers = draws(self, 2 * self.x.size + 2, seed)
        return ensemble(self._search, walkers, n, seed)

    def importance(self, n: int = 100, seed: int = 1) -> Importance:
        """Whether the normal law does: draws of it, weighed by the posterior; n runs of the case."""
        return importance(self._search, self.x, self.covariance, draws(self, n, seed))

    @cached_property
    def _search(self) -> Search:
        search = Search(self.model)
        search.settle(self)
        return search

    def predict(
        self, quantity: Callable[[Any], float], n: int = 32, seed: int = 1, workers: int | Executor = 1
    ) -> Prediction:
        """A quantity of the result with its band: the case is run for n draws of what was found.

            fit.predict(Observable("hardness", at=("0 mm", "0 mm", "75 mm")), workers=4)
            fit.predict(lambda result: result.at("0 mm", "0 mm", "75 mm").residual_stress.axial)

        quantity  an Observable or a function of the result; with workers one that can be sent (no lambda)
        """
        cases = [self.case, *(self.model.case_at(x) for x in self.sample(n, seed))]
        found = executor(workers).map(_observed, [(quantity, case) for case in cases])
        return Prediction(found[0], np.array(found[1:]))

    def compare(self, run: Measurements | Sequence[Measurements]) -> tuple[Comparison, ...]:
        """Thermocouples that the fit has not seen: what it says of them, after ASME V&V 20."""
        return compare(self, runs_of(run))

    def check(self, coverage: int = 20, seed: int = 1, workers: int | Executor = 1) -> Coverage:
        """Synthetic self-test of this very design: records are made from the fit and fitted again."""
        return check(self, coverage, seed, workers)

    def plot(self, kind: str = "residuals", save: str | os.PathLike[str] | None = None, **how: Any) -> Any:
        """Curves: "residuals", "parity" or "curve"; see `views.calibration.plot`."""
        from ..views.calibration import plot

        return plot(self, kind, save, **how)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write as JSON, whole or not at all; `read_fit` reads it. Raises CaseError where the case cannot be saved."""
        return save(self, Path(path))


def _observed(task: tuple[Callable[[Any], float], Any]) -> float:
    quantity, case = task
    return float(quantity(case.run(progress=False)))


def read_fit(path: str | os.PathLike[str]) -> Fit:
    """The fit that `Fit.save` wrote. Raises CaseError for another file, FileNotFoundError."""
    return Fit.of(read(Path(path)))
