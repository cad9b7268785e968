"""Every formula for one quantity of a steel, side by side, so that the spread between them is seen."""

from collections.abc import Mapping
from dataclasses import dataclass

from . import (  # noqa: F401 (their correlations enter the list)
    carbon,
    critical_rate,
    grain,
    hardenability,
    hardness,
    jominy,
    martensite_fraction,
    tempering,
)
from .alloy import Alloy
from .card import MARKS, columns
from .certificate import named
from .composition import Composition
from .correlation import CONDITIONS, CORRELATIONS, Correlation, words
from .hardness_scale import hv_from_hrc, said
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
    "law_start": "start of the law of Koistinen and Marburger",
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
    "carbon_diffusivity": "diffusion coefficient of carbon in austenite",
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
        marks = "; ".join(f"{mark}: {MARKS[mark]}" for mark in sorted({row.correlation.mark for row in self.rows}))
        table = [("formula", *([] if self.at else ["value"]), "mark", "source", "in its range")]
        for row in self.rows:
            own = row.correlation
            cells = [] if self.at else [_cell(row.values[0], self.unit) if row.values else "-"]
            why = "; ".join(row.outside)
            inside = (f"NO: {why}" if row.values else why) if why else f"yes: {own.range}"
            table.append((own.name, *cells, own.mark, own.source, inside))
        pages = [f"{TITLES[self.quantity]} of {self.alloy}", *self._curves(), *columns(table), self._summary()]
        return "\n".join([*pages, f"marks  {marks}"])

    def _curves(self) -> list[str]:
        """A line a distance, a column a formula; nothing where there are no distances."""
        if not self.at:
            return []
        rows = [row for row in self.rows if row.values]
        head = ("distance", *(row.correlation.name for row in rows))
        lines = [
            (words(x, "m"), *(_cell(row.values[place], self.unit) for row in rows)) for place, x in enumerate(self.at)
        ]
        return [*columns([head, *lines]), ""]

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
    if not isinstance(alloy, Alloy | str | int):
        raise CaseError(f"{alloy!r} is no alloy; write its name, '42CrMo4'", "alloy")
    steel = alloy if isinstance(alloy, Alloy) else named(str(alloy))
    if steel.composition is None or steel.inert:
        raise CaseError(
            f"'{steel.name}' is no steel that transforms; the formulas take the composition of one", "alloy"
        )
    formulas = [own for own in CORRELATIONS.values() if own.quantity == name]
    given, at = _conditions(name, formulas, conditions)
    given.setdefault("grain_size", steel.grain_size)
    analysis = Composition.read(steel.composition)
    rows = tuple(_row(own, analysis if own.analysis else steel.austenite, given, at) for own in formulas)
    if not any(row.values for row in rows):
        raise CaseError(f"{TITLES[name]} of '{steel.name}': {'; '.join(dict.fromkeys(rows[0].outside))}")
    unit = "HV" if formulas[0].unit == "HRC" else formulas[0].unit
    return Comparison(name, steel.name, unit, rows, at)


def _conditions(
    quantity: str, formulas: list[Correlation], told: Mapping[str, object]
) -> tuple[dict[str, float], tuple[float, ...]]:
    """Conditions in SI, and the distances apart from them."""
    asked = sorted({name for own in formulas for name in own.conditions})
    for name in told:
        if not asked:
            raise CaseError(f"{quantity} follows from the composition alone; leave it out", name)
        one_of(name, asked, f"condition of {quantity}", name)
    given = {name: _read(name, value) for name, value in told.items() if name != "distance"}
    if "distance" not in asked:
        return given, ()
    places = told.get("distance", DISTANCES)
    each = places if isinstance(places, list | tuple) else (places,)
    if not each:
        raise CaseError("is empty; give at least one distance", "distance")
    return given, tuple(_read("distance", place) for place in each)


def _read(name: str, value: object) -> float:
    try:
        return float(Quantity(CONDITIONS[name], positive=True).validate(value))
    except CaseError as error:
        raise error.under(name) from None


def _row(own: Correlation, c: Composition, given: Mapping[str, float], at: tuple[float, ...]) -> Row:
    every = [{**given, "distance": x} for x in at] or [dict(given)]
    missing = [name for name in own.conditions if name not in every[0]]
    if missing:
        return Row(own, (), tuple(f"needs {name}='{SHOWN[name]}'" for name in missing))
    try:
        raw = [own.value(c, conditions) for conditions in every]
    except CaseError as error:
        return Row(own, (), (str(error),))
    outside = dict.fromkeys(sentence for conditions in every for sentence in own.outside(c, conditions))
    soft = [words(place, "m") for x, place in zip(raw, at or [0.0], strict=True) if own.unit == "HRC" and x < 20.0]
    if soft:
        outside[f"below 20 HRC from {soft[0]}" if at else "below 20 HRC"] = None
    return Row(own, tuple(hv_from_hrc(x) if own.unit == "HRC" else x for x in raw), tuple(outside))


def _cell(value: float, unit: str) -> str:
    return said(value) if unit == "HV" else words(value, unit)
