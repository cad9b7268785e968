"""Every formula for one quantity of a steel, side by side, so that the spread between them is seen."""

from collections.abc import Mapping
from dataclasses import dataclass

from . import (  # noqa: F401 (their correlations enter the list)
    critical_rate,
    grain,
    hardenability,
    hardness,
    jominy,
    martensite_fraction,
    tempering,
)
from .alloy import Alloy
from .card import MARKS
from .composition import Composition
from .correlation import CONDITIONS, CORRELATIONS, Correlation, words
from .hardness_scale import hv_from_hrc, said
from .library import alloy as named
from .quantity import Quantity
from .refusal import CaseError, one_of

TITLES = {
    "ac1": "Ac1",
    "ac3": "Ac3",
    "ae1": "Ae1",
    "ae3": "Ae3",
    "acm": "Acm",
    "bs": "bainite start",
    "ms": "martensite start",
    "m10": "10 % martensite",
    "m50": "50 % martensite",
    "m90": "90 % martensite",
    "mf": "martensite finish (99 %)",
    "alpha": "Koistinen-Marburger alpha",
    "retained_austenite": "retained austenite at 20 degC",
    "grain_diameter": "austenite grain diameter",
    "martensite_hardness": "hardness of martensite",
    "half_martensite_hardness": "hardness at 50 % martensite",
    "bainite_hardness": "hardness of bainite",
    "ferrite_pearlite_hardness": "hardness of ferrite and pearlite",
    "tempered_hardness": "hardness of tempered martensite",
    "jominy": "end-quench curve",
    "ideal_diameter": "ideal critical diameter",
    "critical_rate_martensite": "critical cooling rate of martensite",
    "critical_rate_martensite_90": "critical cooling rate of 90 % martensite",
    "critical_rate_martensite_50": "critical cooling rate of 50 % martensite",
    "critical_rate_bainite": "critical cooling rate of bainite",
    "critical_rate_bainite_90": "critical cooling rate of 90 % bainite",
    "critical_rate_bainite_50": "critical cooling rate of 50 % bainite",
    "critical_rate_ferrite_pearlite_90": "critical cooling rate of 90 % ferrite and pearlite",
    "yield_strength": "yield strength from hardness",
    "tensile_strength": "tensile strength from hardness",
}
"""The quantities that can be compared."""

DISTANCES = tuple(f"{x:g} mm" for x in (1.5, 3, 5, 7, 9, 11, 13, 15, 20, 25, 30, 35, 40, 45, 50))
SHOWN = {
    "temperature": "560 degC",
    "time": "2 h",
    "cooling_rate": "10 K/s",
    "distance": "9 mm",
    "grain_size": "8",
    "hardness": "300 HV",
}


@dataclass(frozen=True)
class Row:
    """What one formula gives.

    values   SI, hardness in HV; one, or one a distance; empty where it cannot be computed
    outside  what lies outside its range, or why it gives nothing
    """

    correlation: Correlation
    values: tuple[float, ...]
    outside: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """All formulas for a quantity of an alloy; prints as a table.

    rows  a Row a formula        at  distances [m] of an end-quench curve, else empty
    """

    quantity: str
    alloy: str
    unit: str
    rows: tuple[Row, ...]
    at: tuple[float, ...] = ()

    @property
    def values(self) -> dict[str, float | tuple[float, ...]]:
        """Name of the formula -> value, SI, hardness in HV; a tuple, one a distance, of an end-quench curve."""
        return {row.correlation.name: row.values if self.at else row.values[0] for row in self.rows if row.values}

    @property
    def spread(self) -> float | tuple[float, ...]:
        """Largest less smallest value of the formulas in their range (of all, where none is), `unit`."""
        found = tuple(max(column) - min(column) for column in zip(*self._trusted(), strict=True))
        return found if self.at else found[0]

    def _trusted(self) -> list[tuple[float, ...]]:
        inside = [row.values for row in self.rows if row.values and not row.outside]
        return inside or [row.values for row in self.rows if row.values]

    def __str__(self) -> str:
        head = [*(words(x, "m") for x in self.at)] if self.at else ["value"]
        table = [("formula", *head, "mark", "source", "in its range")]
        for row in self.rows:
            cells = [_cell(value, self.unit) for value in row.values] or ["-"] * len(head)
            own = row.correlation
            inside = "; ".join(row.outside) if row.outside else f"yes: {own.range}"
            table.append((own.name, *cells, own.mark, own.source, f"NO: {inside}" if row.outside else inside))
        widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in table]
        title = f"{TITLES[self.quantity]} of {self.alloy}"
        marks = "; ".join(f"{mark}: {MARKS[mark]}" for mark in sorted({row.correlation.mark for row in self.rows}))
        return "\n".join([title, *(line.rstrip() for line in lines), self._summary(), f"marks  {marks}"])

    def _summary(self) -> str:
        trusted = self._trusted()
        inside = sum(1 for row in self.rows if row.values and not row.outside)
        count = f"{inside} in range of {len(self.rows)} formulas"
        if self.at:
            widest = max(max(column) - min(column) for column in zip(*trusted, strict=True))
            return f"{count}, at most {widest:.0f} HV apart"
        low, high = min(trusted)[0], max(trusted)[0]
        return f"{count}, {words(low, self.unit)} to {words(high, self.unit)}"


def compare(quantity: str, alloy: Alloy | str, **conditions: object) -> Comparison:
    """Every formula for a quantity of a steel, with its range, source and mark.

    quantity    one of TITLES: "ms", "tempered hardness", ...
    alloy       an Alloy, or the name of one
    conditions  what the formulas ask besides the composition: temperature, time, cooling_rate (at 700 degC),
                distance (one or a list), grain_size (that of the alloy where not given), hardness

        print(compare("ms", "42CrMo4"))
        compare("tempered hardness", "42CrMo4", temperature="560 degC", time="2 h").values
        compare("jominy", "4140", distance=["5 mm", "20 mm"]).spread

    Raises CaseError for an unknown quantity, alloy or condition (the nearest is named), for an alloy that is no steel,
    and where no formula has all it asks.
    """
    name = one_of(str(quantity).strip().lower().replace(" ", "_").replace("-", "_"), TITLES, "quantity")
    steel = named(alloy) if not isinstance(alloy, Alloy) else alloy
    if steel.composition is None or steel.material is not None:
        raise CaseError(f"'{steel.name}' is no steel that transforms; the formulas take the composition of one", "alloy")
    formulas = [own for own in CORRELATIONS.values() if own.quantity == name]
    given, at = _conditions(name, formulas, conditions)
    given.setdefault("grain_size", steel.grain_size)
    rows = tuple(_row(own, steel, given, at) for own in formulas)
    if not any(row.values for row in rows):
        raise CaseError(f"{TITLES[name]} of '{steel.name}': {'; '.join(dict.fromkeys(rows[0].outside))}")
    unit = "HV" if formulas[0].unit == "HRC" else formulas[0].unit
    return Comparison(name, steel.name, unit, rows, at)


def _conditions(
    quantity: str, formulas: list[Correlation], said: Mapping[str, object]
) -> tuple[dict[str, float], tuple[float, ...]]:
    """Conditions in SI, and the distances apart from them."""
    asked = sorted({name for own in formulas for name in own.conditions})
    read = {name: Quantity(unit, positive=True).validate for name, unit in CONDITIONS.items()}
    given: dict[str, float] = {}
    for name in said:
        if not asked:
            raise CaseError(f"{quantity} follows from the composition alone; leave it out", name)
        one_of(name, asked, f"condition of {quantity}", name)
    if "distance" in asked:
        places = said.get("distance", DISTANCES)
        each = tuple(places) if isinstance(places, list | tuple) else (places,)
        if not each:
            raise CaseError("is empty; give at least one distance", "distance")
    try:
        for name in (name for name in said if name != "distance"):
            given[name] = float(read[name](said[name]))
        at = tuple(float(read["distance"](place)) for place in each) if "distance" in asked else ()
    except CaseError as error:
        raise error.under(name if name != "distance" else "distance") from None
    return given, at


def _row(own: Correlation, steel: Alloy, given: Mapping[str, float], at: tuple[float, ...]) -> Row:
    c = Composition.read(steel.composition) if own.analysis else steel.austenite
    every = [{**given, "distance": x} for x in at] or [dict(given)]
    missing = [name for name in own.conditions if name not in every[0]]
    if missing:
        return Row(own, (), tuple(f"needs {name}='{SHOWN[name]}'" for name in missing))
    try:
        raw = [own.value(c, conditions) for conditions in every]
    except CaseError as error:
        return Row(own, (), (str(error),))
    outside = dict.fromkeys(sentence for conditions in every for sentence in own.outside(c, conditions))
    if own.unit == "HRC" and min(raw) < 20.0:
        outside["below 20 HRC"] = None
    return Row(own, tuple(hv_from_hrc(x) if own.unit == "HRC" else x for x in raw), tuple(outside))


def _cell(value: float, unit: str) -> str:
    return said(value) if unit == "HV" else words(value, unit)
