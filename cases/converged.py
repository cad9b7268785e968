"""A reading on grids of falling spacing: the value that it tends to, and what the finest grid is off by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from ..materials.quantity import Quantity
from ..materials.refusal import CaseError
from .case import AnyCase
from .result import Result
from .treatment import LARGEST_TOLERANCE

Array = NDArray[float64]

WORD = "converged"
ORDER = 2.0  # of the scheme, in space and in time
TIME = 3.0  # a step's local error falls with its third power: so do tolerances, that steps follow spacings
HIGHEST = 8.0  # an observed order above is chance
ZERO = 273.15


@dataclass(frozen=True, eq=False)
class Converged:
    """A reading, extrapolated to spacing zero from the two finest grids (Richardson 1911; Roache 1998, 5).

    value     ()      or of the shape of the reading: what it tends to, by the second order of the scheme
    error     ()      likewise: what the finest grid is off by, |finest - value|; that of `value` is smaller
    order     -       observed on the three finest grids; near 2 the extrapolation holds; None with two grids, NaN
                      where differences do not fall
    sizes     (k,)    m, spacings that the grids have, falling
    readings  (k, *)  of each grid
    """

    value: Any
    error: Any
    order: float | None
    sizes: Array
    readings: Array

    def __str__(self) -> str:
        seen = "" if self.order is None else f", observed order {self.order:.2f}"
        if self.readings.ndim == 1:
            return f"{self.value:.6g}, the finest grid is off by {self.error:.2g}{seen}"
        return f"{self.readings[0].size} readings, the finest grid is off by {np.max(self.error):.2g} at most{seen}"


def converged(case: AnyCase, spacings: Sequence[str], reading: Callable[[Result], ArrayLike]) -> Converged:
    """Run a case on several grids and extrapolate a reading of its result to spacing zero.

    case      a HeatTreatment or a Casting; its tolerance holds on the finest grid, coarser ones get a larger one,
              by the third power of the spacing, so that errors in time fall as those in space do
    spacings  two at least, falling; each half of the one before or less pays best. A third shows the order
    reading   what is looked for: a number, or an array of the same shape on each grid

        converged(case, ("4 mm", "2 mm", "1 mm"), lambda result: result.at("0 mm", "0 mm", "80 mm").temperature)

    Smooth readings converge; a largest value, or a point that the grids place in different cells, need not: look
    at the order. Raises CaseError for fewer than two spacings, for such that do not fall or give the same grid,
    and for readings whose shape changes or that are no numbers.
    """
    lengths = _falling(spacings)
    finest, tolerance = lengths[-1], float(case.tolerance)
    sizes: list[float] = []
    readings: list[Array] = []
    for length, said in zip(lengths, spacings, strict=True):
        kelvin = min(tolerance * (length / finest) ** TIME, max(tolerance, LARGEST_TOLERANCE))
        result = case.replace(**{"grid.spacing": said, "tolerance": f"{kelvin!r} K"}).run(progress=False)
        sizes.append(_size(result))
        readings.append(_numbers(reading(result), said, readings))
    size, values = np.array(sizes), np.array(readings)
    if not (np.diff(size) < 0.0).all():
        raise CaseError(
            f"two of {', '.join(spacings)} give the same grid; take them further apart", "spacings", word=WORD
        )
    value = values[-1] + (values[-1] - values[-2]) / ((size[-2] / size[-1]) ** ORDER - 1.0)
    order = observed(size[-3:], values[-3:]) if len(size) > 2 else None
    error = np.abs(values[-1] - value)
    return Converged(value[()], error[()], order, size, values)


def observed(sizes: Array, values: Array) -> float:
    """Order p of values (3, *) = exact + C size^p, by the mean squares of their differences; NaN where there is none.

    >>> round(observed(np.array([0.4, 0.2, 0.1]), np.array([1.16, 1.04, 1.01])), 9)
    2.0
    """
    coarse, fine = (float(np.sqrt(np.mean((values[i] - values[i + 1]) ** 2))) for i in (0, 1))
    if not fine > 0.0 or not coarse > 0.0:
        return float("nan")
    h = sizes / sizes[-1]

    def excess(p: float) -> float:
        return float((h[0] ** p - h[1] ** p) / (h[1] ** p - 1.0) - coarse / fine)

    low = 1e-6
    return float(brentq(excess, low, HIGHEST)) if excess(low) < 0.0 < excess(HIGHEST) else float("nan")


def _falling(spacings: Sequence[str]) -> list[float]:
    if isinstance(spacings, str) or len(spacings) < 2:
        raise CaseError(f"{spacings!r}: give two spacings at least, ('4 mm', '2 mm')", "spacings", word=WORD)
    lengths = [float(Quantity("m", positive=True).validate(said)) for said in spacings]
    if not (np.diff(lengths) < 0.0).all():
        raise CaseError(f"{', '.join(spacings)} do not fall; begin with the coarsest", "spacings", word=WORD)
    return lengths


def _size(result: Result) -> float:
    """The spacing of a grid, m: mean over the axes that it resolves, of the logarithm."""
    lattice = result.cells.lattice
    resolved = [edge for edge, count in zip(lattice.spacing, lattice.shape, strict=True) if count > 1]
    return float(np.exp(np.mean(np.log(resolved or lattice.spacing[:1]))))


def _numbers(read: ArrayLike, said: str, before: list[Array]) -> Array:
    try:
        values = np.array(read, float64)
    except (TypeError, ValueError):
        raise CaseError(f"gave {read!r} at '{said}'; it must give numbers", "reading", word=WORD) from None
    if not np.isfinite(values).all():
        raise CaseError(f"gave {read!r} at '{said}'; it must give finite numbers", "reading", word=WORD)
    if before and values.shape != before[0].shape:
        raise CaseError(
            f"gave shape {values.shape} at '{said}', {before[0].shape} before; read at places, not at cells",
            "reading",
            word=WORD,
        )
    return values


def told(result: Result) -> dict[str, tuple[float, str]]:
    """What `table` follows, (number, unit): thermocouples and mean temperature, K, as each step ends; mean hardness."""
    found: dict[str, tuple[float, str]] = {}
    for row in result.ledger:
        for name, probe in result.probes.items():
            found[f"{name}, end of {row['step']}"] = float(np.interp(row["to"], probe.time, probe.temperature)), "K"
        found[f"mean temperature, end of {row['step']}"] = result.field("temperature", row["to"]).mean, "K"
    if "hardness" in result.fields:
        found["mean hardness"] = result.hardness.mean, "HV"
    return found


def table(case: AnyCase, spacings: Sequence[str]) -> str:
    """Thermocouples and means of a case on several grids, a line each: what they tend to and what the finest is off by.

    Raises CaseError as `converged`.
    """
    names: dict[str, str] = {}

    def reading(result: Result) -> list[float]:
        numbers = told(result)
        names.update({name: unit for name, (_, unit) in numbers.items()})
        return [number for number, _ in numbers.values()]

    found = converged(case, spacings, reading)
    lines = [f"{'':<40}" + "".join(f"{said:>11}" for said in spacings) + f"{'tends to':>11}{'off by':>9}{'order':>7}"]
    for i, (name, unit) in enumerate(names.items()):
        zero = ZERO if unit == "K" else 0.0
        shown = [*(found.readings[:, i] - zero), found.value[i] - zero]
        order = "-" if found.order is None else f"{observed(found.sizes[-3:], found.readings[-3:, i]):.2f}"
        said = f"{name}, {'degC' if unit == 'K' else unit}"
        lines.append(
            f"{said:<40}" + "".join(f"{number:>11.2f}" for number in shown) + f"{found.error[i]:>9.2g}{order:>7}"
        )
    return "\n".join(lines)
