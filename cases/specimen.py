"""What every diagram and test of a steel begins with: the steel itself, and what its numbers rest on."""

import os
from typing import Any

from ..materials.alloy import Alloy
from ..materials.certificate import named
from ..materials.refusal import CaseError
from ..solver.curves import Curves

COLD = 298.15  # K, end of every cooling curve


class Drawn:
    """Something that can be plotted."""

    def plot(self, save: str | os.PathLike[str] | None = None) -> Any:
        """Draw it; in a window where there is a display, into a file at `save` (.png, .pdf, .svg) anywhere.

        Returns the matplotlib figure.
        """
        from ..views.diagrams import plot

        return plot(self, save)


def steel(given: object) -> Alloy:
    """The steel that a name or an alloy stands for. Raises CaseError where it does not transform."""
    if isinstance(given, str):
        given = named(given)
    if not isinstance(given, Alloy):
        raise CaseError(f"{given!r} is no alloy; give a name such as '42CrMo4', or an alloy(...)", "alloy")
    if given.composition is None or not given.matter().transforms:
        raise CaseError(f"alloy '{given.name}' does not transform: it has no such diagram or test", "alloy")
    return given


def curves(alloy: Alloy) -> Curves:
    """The steel at given temperatures."""
    return Curves(alloy.matter())


def products(alloy: Alloy) -> tuple[str, ...]:
    """Diffusional products of the steel, in the order of their temperature."""
    kinetics = alloy.matter().kinetics
    return () if kinetics is None else tuple(product.phase for product in kinetics.products)


def model(alloy: Alloy) -> str:
    """The laws behind a diagram, and whether they were tuned, one line."""
    note = alloy.notes.get("rates")
    tuned = f"rates {note['source']}" if note else "rates as given" if alloy.rates else "rates not tuned"
    source = next(entry.source for entry in alloy.entries() if entry.name == "martensite start")
    bainite = "bainite by its measured diagram, " if alloy.bainite_start is not None else ""
    return f"Li et al. 1998, {bainite}{tuned}; Ms {source}; hardness ASTM A255-10, Maynier 1978; G {alloy.grain_size:g}"


def outside(alloy: Alloy) -> list[str]:
    """One line for each of those laws whose range the steel leaves, to stand below `model`."""
    return [f"outside the range of {law}" for law in alloy.outside()]
