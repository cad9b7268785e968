"""A table of solid fractions from a thermodynamic database of your own (extra `calphad`)."""

import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .curve import Curve
from .freezing import Freezing
from .quantity import parse
from .refusal import CaseError

Array = NDArray[float64]

ZERO_CELSIUS = 273.15
LIQUID = "LIQUID"
ABOVE = 1e-9
"""Solid fraction below which all counts as liquid."""
STOP = 1e-3
"""Share of liquid at which the calculation ends; what is left freezes there."""
JUMP = 5.0
"""Times the last slope: a rise of the solid fraction at its end that is steeper is a plateau."""


@dataclass(frozen=True, eq=False)
class SolidificationTable:
    """Solid fraction over temperature without diffusion in the solid. Prints as a table; `save` writes it for a card.

    temperatures  (k,) K, rising to the liquidus;   fractions  (k,) falling to 0; what the first leaves freezes there
    phases        names in the database of what has formed
    source        database and composition
    """

    temperatures: Array
    fractions: Array
    phases: tuple[str, ...]
    source: str

    def freezing(self, like: Freezing) -> Freezing:
        """The freezing data of a card with this table in place of its own law.

        own = alloy.replace(freezing=table.freezing(alloy.freezing))
        """
        said = [f"{kelvin!r} K" for kelvin in self.temperatures.tolist()]
        curve = Curve(said, self.fractions.tolist())
        bare = {"solvent": None, "partition": None, "eutectic": None}
        return like.replace(law="table", liquidus=said[-1], fractions=curve, **bare)

    def words(self) -> str:
        """What stands below `freezing:` of a card, YAML."""
        celsius = " ".join(f"{kelvin - ZERO_CELSIUS:.2f}" for kelvin in self.temperatures)
        values = ", ".join(f"{fraction:.4f}" for fraction in self.fractions)
        return (
            f"law: table\nliquidus: {self.temperatures[-1] - ZERO_CELSIUS:.2f} degC\nfractions:\n"
            f"  temperatures: {celsius} degC\n  values: [{values}]\n"
            f'notes:\n  liquidus: {{source: "{self.source}", mark: C}}\n'
            f'  fractions: {{source: "{self.source}", mark: C}}\n'
        )

    def save(self, file: str | os.PathLike[str]) -> Path:
        """Write `words` into a file."""
        path = Path(file)
        path.write_text(self.words(), "utf-8")
        return path

    def __str__(self) -> str:
        rows = [f"{kelvin - ZERO_CELSIUS:9.2f}  {fraction:.4f}" for kelvin, fraction in self._pairs()]
        rest = 100.0 * (1.0 - self.fractions[0])
        last = f"the last {rest:.1f} % freeze at {self.temperatures[0] - ZERO_CELSIUS:.2f} degC"
        return "\n".join([self.source, "     degC  solid fraction", *rows, last, "phases: " + ", ".join(self.phases)])

    def _pairs(self) -> list[tuple[float, float]]:
        return list(zip(self.temperatures.tolist()[::-1], self.fractions.tolist()[::-1], strict=True))


def solidification_table(
    database: str | os.PathLike[str],
    composition: Mapping[str, float],
    base: str,
    step: str = "1 K",
    start: str | None = None,
) -> SolidificationTable:
    """Scheil's solid fraction of an alloy from a thermodynamic database (TDB), computed by pycalphad and scheil.

        table = mt.solidification_table("mine.tdb", {"Si": 7.0, "Mg": 0.35}, base="Al")

    composition  wt % of what is not the base;   step  between two temperatures
    start        above the liquidus; without it it is sought from the melting points down

    Source: E. Scheil, Z. Metallkd. 34 (1942) 70; R. Otis, Z.-K. Liu, J. Open Res. Software 5 (2017) 1. Raises CaseError
    without the extra, for a database that lacks an element or a liquid, and where nothing freezes.
    """
    pycalphad, scheil = _packages()
    path = Path(database)
    if not path.is_file():
        raise CaseError(f"no database '{path}'; give a file that ends in .tdb", "database")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            known = pycalphad.Database(str(path))
        except Exception as error:
            raise CaseError(f"'{path.name}' is no thermodynamic database: {str(error).splitlines()[0]}") from None
        share = _mole_fractions(known, composition, base, path.name)
        if LIQUID not in known.phases:
            raise CaseError(f"'{path.name}' has no phase {LIQUID}; name its liquid so", "database")
        elements = [base.upper(), *share, "VA"]
        amounts = {pycalphad.variables.X(name): value for name, value in share.items()}
        phases = pycalphad.core.utils.filter_phases(known, pycalphad.core.utils.unpack_species(known, elements))
        begin = parse(start, "K", "start") if start else _start(pycalphad, known, elements, phases, amounts)
        done = scheil.simulate_scheil_solidification(
            known, elements, phases, amounts, begin, step_temperature=parse(step, "K", "step"), stop=STOP, verbose=False
        )
    T, fs = _reduced(np.array(done.temperatures), np.array(done.fraction_solid))
    formed = tuple(sorted(name for name, amount in done.cum_phase_amounts.items() if amount[-1] > 0.0))
    said = ", ".join(f"{name} {value:g}" for name, value in composition.items())
    return SolidificationTable(T, fs, formed, f"{base}, {said} wt %: Scheil with {path.name}")


def _packages() -> tuple[Any, Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pycalphad.core.utils
            import scheil
    except ImportError:
        raise CaseError("a table from a database needs an extra; pip install 'metaltwin[calphad]'") from None
    return pycalphad, scheil


def _mole_fractions(known: Any, composition: Mapping[str, float], base: str, name: str) -> dict[str, float]:
    """Mole fraction of each element but the base, by the molar masses of the database."""
    if not composition or not all(re.fullmatch("[A-Za-z]{1,2}", element) for element in composition):
        raise CaseError(f"{dict(composition)!r} is no composition; write {{'Si': 7.0}}, wt %", "composition")
    if not all(value > 0.0 for value in composition.values()) or sum(composition.values()) >= 100.0:
        raise CaseError(f"{dict(composition)!r} must be wt % above zero, less than 100 in all", "composition")
    percent = {base: 100.0 - sum(composition.values()), **composition}
    moles = {}
    for element, value in percent.items():
        if element.upper() not in known.refstates:
            held = ", ".join(sorted(entry for entry in known.elements if entry.isalpha() and entry != "VA"))
            raise CaseError(f"'{name}' has no {element}; it holds {held}", "composition", element)
        moles[element.upper()] = value / float(known.refstates[element.upper()]["mass"])
    whole = sum(moles.values())
    return {element: value / whole for element, value in moles.items() if element != base.upper()}


def _start(pycalphad: Any, known: Any, elements: list[str], phases: Any, amounts: Any) -> float:
    """A temperature at which all is liquid, K: the lowest in steps of 50 K above which only liquid is stable."""
    v = pycalphad.variables
    steps = np.arange(300.0, 4000.0, 50.0)
    found = pycalphad.equilibrium(known, elements, phases, {**amounts, v.T: steps, v.P: 101325.0, v.N: 1.0})
    stable = found.Phase.values.reshape(steps.size, -1)
    melted = np.array([set(row) - {""} == {LIQUID} for row in stable])
    if not melted[-1] or melted.all():
        raise CaseError("the alloy is not liquid at 4000 K, or never solid; give start", "start")
    return float(steps[np.flatnonzero(~melted)[-1] + 1])


def _reduced(T: Array, fs: Array) -> tuple[Array, Array]:
    """Rising temperatures and the fractions there: from where the rest freezes at once to the liquidus."""
    first = int(np.argmax(fs > ABOVE))
    if fs[-1] <= ABOVE or first == 0:
        raise CaseError("nothing freezes below the start; give another start")
    T, fs = T[first:], fs[first:]
    slope = (fs[1] - fs[0]) / (T[0] - T[1]) if T.size > 2 and fs[1] < 1.0 else np.inf
    top = T[0] + fs[0] / slope
    rows = [(top, 0.0)] if top > T[0] + 1e-6 else []
    for kelvin, fraction in zip(T.tolist(), fs.tolist(), strict=True):
        if not rows or (kelvin < rows[-1][0] - 1e-6 and fraction > rows[-1][1] + 1e-9):
            rows.append((kelvin, min(fraction, 1.0)))
    if len(rows) > 2 and rows[-1][1] > 1.0 - 1e-9:
        (hot, more), (before, fewer), (end, _) = rows[-3], rows[-2], rows[-1]
        going = (fewer - more) / (hot - before)
        straight = fewer + going * (before - end)
        if rows[-1][1] - fewer > JUMP * going * (before - end):
            rows[-1] = (end, straight)
    found = np.array(rows[::-1])
    return found[:, 0], found[:, 1]
