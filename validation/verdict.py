"""One checked number: what was expected, what came out, and why that is near enough."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray


@dataclass(frozen=True)
class Verdict:
    """A number of the twin against one that nobody here wrote.

    id         begins with the catalogue's (A20-sphere-3d)
    quantity   what is compared, with where and when
    tolerance  largest |got - expected| that passes, in `unit`
    reason     why the tolerance is what it is
    source     where the expected number comes from
    """

    id: str
    quantity: str
    expected: float
    got: float
    tolerance: float
    unit: str
    reason: str
    source: str

    @property
    def passed(self) -> bool:
        """NaN never passes."""
        return bool(abs(self.got - self.expected) <= self.tolerance)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, `passed` included, as `validate --json` writes them."""
        return {
            **asdict(self),
            "expected": float(self.expected),
            "got": float(self.got),
            "passed": self.passed,
        }


class Skipped(Exception):
    """A check that cannot run here; its text says what is missing and how to bring it."""


Check = Callable[[], Iterator[Verdict]]


@dataclass(frozen=True)
class Entry:
    """A check of the catalogue: its id, its area (heat, kinetics, ...), whether only `--full` runs it."""

    id: str
    area: str
    run: Check
    full: bool = False


CATALOGUE: list[Entry] = []


def check(id: str, area: str, full: bool = False) -> Callable[[Check], Check]:
    """Enter a generator of Verdicts in the catalogue."""

    def enter(run: Check) -> Check:
        CATALOGUE.append(Entry(id, area, run, full))
        return run

    return enter


def farthest(values: NDArray[float64], expected: float) -> float:
    """The value that is farthest from what is expected; NaN where one is."""
    far = np.abs(values - expected)
    return float(values[far.argmax()]) if np.isfinite(far).all() else float("nan")
