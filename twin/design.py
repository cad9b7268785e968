"""Designs of parameter studies: where in the range of its unknowns each member of a study lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import qmc

from ..materials.refusal import CaseError, one_of
from .unknowns import Bound, Unknown

Array = NDArray[float64]

EDGE = 1e-3  # probability at either end that a normal law is cut at
LEVELS = 4  # of Morris' grid


@dataclass(frozen=True)
class Choice:
    """One of several words: Choice("steps.quench.medium", ["fast oil", "still water"])."""

    name: str
    of: tuple[Any, ...]

    def __init__(self, name: str, of: Sequence[Any]) -> None:
        if isinstance(of, str) or len(of) < 1:
            raise CaseError(f"{of!r} is no list of words to choose from", name, "of")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "of", tuple(of))


@dataclass(frozen=True, eq=False)
class Axes:
    """Unknowns of a case as axes of the unit cube; a curve has one for each of its knots.

    An unknown with bounds is spread evenly between them (a factor in its logarithm); one without after its prior,
    the normal law cut at 1 in 1000; a choice has a share of its axis for each of its words.
    """

    case: Any
    unknowns: tuple[Unknown | Choice, ...]

    @property
    def bounds(self) -> tuple[Bound | Choice, ...]:
        """The unknowns in their case. Raises CaseError for a name that is wrong or stands twice."""
        names = [unknown.name for unknown in self.unknowns]
        for name in names:
            if names.count(name) > 1:
                raise CaseError("stands twice among the unknowns; leave one", name)
        return tuple(each if isinstance(each, Choice) else Bound(each, self.case) for each in self.unknowns)

    @property
    def labels(self) -> tuple[str, ...]:
        """A name for each axis."""
        return tuple(label for b in self.bounds for label in ((b.name,) if isinstance(b, Choice) else b.labels))

    def words(self, u: Array) -> dict[str, Any]:
        """What goes into the case at a point u (d,) of the cube, by dotted name."""
        ready, first = {}, 0
        for bound in self.bounds:
            if isinstance(bound, Choice):
                ready[bound.name] = bound.of[min(int(u[first] * len(bound.of)), len(bound.of) - 1)]
                first += 1
            else:
                own = u[first : first + bound.size]
                ready[bound.unknown.name] = bound.words(_parameters(bound, own))
                first += bound.size
        return ready

    def shown(self, u: Array) -> list[float | str]:
        """The same as numbers in SI and words, one for each axis."""
        ready: list[float | str] = []
        first = 0
        for bound in self.bounds:
            if isinstance(bound, Choice):
                ready.append(str(self.words(u)[bound.name]))
                first += 1
            else:
                ready += bound.shown(_parameters(bound, u[first : first + bound.size])).tolist()
                first += bound.size
        return ready

    def levels(self, count: int) -> list[Array]:
        """Of a grid: places on each axis, `count` of them or one for each word of a choice."""
        even = np.linspace(0.0, 1.0, count) if count > 1 else np.array([0.5])
        ready = []
        for bound in self.bounds:
            if isinstance(bound, Choice):
                ready.append((np.arange(len(bound.of)) + 0.5) / len(bound.of))
            elif bound.unknown.bounds is None:
                raise CaseError("has no bounds, which a grid needs", bound.unknown.name, "bounds")
            else:
                ready += [even] * bound.size
        return ready


def _parameters(bound: Bound, u: Array) -> Array:
    """Parameters of an unknown at places (n,) on its axes."""
    if bound.unknown.bounds is not None:
        low, high = bound.ends
        return np.asarray(low + u * (high - low))
    scale = bound.unknown.prior if bound.positive else 1.0
    return np.asarray(scale * ndtri(np.clip(u, EDGE, 1.0 - EDGE)))


def _latin(axes: Axes, members: int, seed: int) -> Array:
    return np.asarray(qmc.LatinHypercube(len(axes.labels), seed=seed).random(members))


def _sobol(axes: Axes, members: int, seed: int) -> Array:
    return np.asarray(qmc.Sobol(len(axes.labels), seed=seed).random(_power_of_two(members)))


def _grid(axes: Axes, members: int, seed: int) -> Array:
    return np.array(list(product(*axes.levels(members))))


def _saltelli(axes: Axes, members: int, seed: int) -> Array:
    """(n (d + 2), d): A, B, and A with one column of B after the other (Saltelli 2010)."""
    d = len(axes.labels)
    both = qmc.Sobol(2 * d, seed=seed).random(_power_of_two(members))
    a, b = both[:, :d], both[:, d:]
    return np.concatenate([a, b, *(np.where(np.arange(d) == i, b, a) for i in range(d))])


def _morris(axes: Axes, members: int, seed: int) -> Array:
    return np.asarray(salib("sample.morris").sample(problem(axes.labels), members, num_levels=LEVELS, seed=seed))


def _power_of_two(members: int) -> int:
    if members < 2 or members & (members - 1):
        near = 2 ** max(1, round(np.log2(max(members, 2))))
        raise CaseError(f"Sobol's points are even in a power of two; {members} is none, {near} is", "members")
    return members


DESIGNS: dict[str, Callable[[Axes, int, int], Array]] = {
    "grid": _grid,
    "latin hypercube": _latin,
    "sobol": _sobol,
    "saltelli": _saltelli,
    "morris": _morris,
}


def points(axes: Axes, design: str, members: int, seed: int) -> Array:
    """(m, d) places in the unit cube.

    members  of a grid: places on each axis; of a Latin hypercube and of Sobol's points: how many; of saltelli (indices
             of Sobol) n of n (d + 2); of morris n of n (d + 1)
    """
    if members < 1:
        raise CaseError(f"{members} members tell nothing; ask for some", "members")
    return DESIGNS[one_of(design, DESIGNS, "design", "design")](axes, members, seed)


def problem(labels: Sequence[str]) -> dict[str, Any]:
    """The unit cube in the words of SALib."""
    return {"num_vars": len(labels), "names": list(labels), "bounds": [[0.0, 1.0]] * len(labels)}


def salib(module: str) -> Any:
    """A module of SALib. Raises CaseError where it is not installed."""
    from importlib import import_module

    try:
        return import_module(f"SALib.{module}")
    except ImportError:
        raise CaseError("morris needs SALib; pip install 'metaltwin[uq]'", "design") from None
