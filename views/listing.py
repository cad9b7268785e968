"""Pages of plain text for the terminal: what the library holds, one medium, what a result file holds."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from ..cases.castingresult import CastingResult
from ..cases.castingsummary import known_shrinkage
from ..cases.feedingzones import Zone
from ..cases.meaning import meaning
from ..cases.result import Result
from ..materials import cardfile, library
from ..materials.alloy import Alloy
from ..materials.alloyfields import shown
from ..materials.card import MARKS, columns, legend
from ..materials.curve import Curve, TimeCurve
from ..materials.medium import LAWS, Medium
from ..materials.refusal import CaseError


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(columns([head, *rows]))


def alloys(verbose: bool = False) -> str:
    """Every alloy with its other names, martensite start and composition in wt %.

    verbose  adds Ac1, Ac3 and the ranges of the grade, and tells from where how much of each card is
    """
    also: dict[str, list[str]] = {name: [] for name in library.alloy_names()}
    for other, name in library.alloy_aliases().items():
        also[name].append(other)
    rows = []
    for name, others in also.items():
        alloy = library.alloy(name)
        kinetics = alloy.matter().kinetics
        start = _celsius(kinetics.martensite_start) if kinetics is not None else "inert"
        row = [name, ", ".join(others), start]
        if verbose:
            row += [_celsius(kinetics.ac1), _celsius(kinetics.ac3)] if kinetics is not None else ["-", "-"]
            row.append(_marks(_notes(alloy)))
        row.append(shown(alloy.ranges if verbose and alloy.ranges else alloy.composition))
        rows.append(row)
    if not verbose:
        return _table(("alloy", "also", "martensite start", "composition [wt %]"), rows)
    head = ("alloy", "also", "martensite start", "Ac1", "Ac3", "marks", "ranges of the grade [wt %]")
    return "\n".join([_table(head, rows), legend()])


def card(path: str | os.PathLike[str]) -> str:
    """A card of your own, of an alloy or a mould, that has passed its load checks, number by number.

    Raises CaseError where it does not pass, OSError where there is no such file.
    """
    if cardfile.holds_mould(path):
        mould = library.mould(str(path))
        return f"{mould.card()}\npasses all checks; its own numbers: {_marks(mould.notes.values())}"
    own = library.own_card(path)
    made = own.alloy()
    names = ", ".join((*own.aliases, *own.variants))
    counted = f"passes all checks; its own numbers: {_marks(_notes(made))}" + (f"; also {names}" if names else "")
    return f"{made.card()}\n{counted}"


def _notes(alloy: Alloy) -> list[dict[str, str]]:
    freezing = alloy.freezing.notes if alloy.freezing is not None else {}
    return [*alloy.notes.values(), *freezing.values()]


def _marks(notes: Iterable[dict[str, str]]) -> str:
    """How many numbers of a card have which mark: "3 V, 2 M"."""
    counts = Counter(note["mark"] for note in notes)
    return ", ".join(f"{counts[mark]} {mark}" for mark in MARKS if counts[mark])


def _celsius(kelvin: float | None) -> str:
    return "-" if kelvin is None else f"{kelvin - 273.15:.0f} degC"


def media() -> str:
    """Every medium with its temperature, its strongest heat transfer coefficient, mark and source."""
    every = [library.medium(name) for name in library.medium_names()]
    rows = [(one.name, _text(one.temperature), _strongest(one), one.mark, one.source) for one in every]
    page = _table(("medium", "temperature", "h [W/m2/K]", "mark", "source"), rows)
    return "\n".join([page, legend()])


def medium(name: str) -> str:
    """One medium with its whole curve. Raises CaseError for an unknown name, with the nearest."""
    one = library.medium(name)
    law = next((law for law in LAWS if getattr(one, law) is not None), "")
    curve = getattr(one, law) if law else None
    lines = [one.name, f"  temperature  {_text(one.temperature)}"]
    if one.emissivity is not None:
        lines.append(f"  emissivity   {_text(one.emissivity)}")
    if isinstance(curve, Curve | TimeCurve):
        unit = "degC" if isinstance(curve, Curve) else "s"
        shift = 273.15 if isinstance(curve, Curve) else 0.0
        rows = zip(curve.knots, curve.ordinates, strict=True)
        lines += [f"  {x - shift:7.0f} {unit}  {y:9.4g}" for x, y in rows]
    elif law:
        lines.append(f"  {law}  {_text(curve)}")
    return "\n".join([*lines, f"  [{one.mark}] {one.source}"])


def moulds() -> str:
    """Every mould, chill and sleeve where it starts: kind, density, effusivity, worst mark."""
    every = [library.mould(name) for name in library.mould_names()]
    rows = [
        (one.name, one.kind, f"{one.density:g}", f"{one.effusivity:.0f}", one.worst)
        for one in sorted(every, key=lambda one: (one.kind, one.name))
    ]
    page = _table(("mould", "kind", "density [kg/m3]", "effusivity [W s^0.5/m2/K]", "worst mark"), rows)
    return "\n".join([page, legend()])


def contents(result: Result) -> str:
    """What a result file holds: steps, thermocouples, fields with unit and meaning, ledger, versions."""
    steps = [(name, f"{end:.6g} s") for name, end in _ends(result)]
    places = {name: " ".join(f"{1e3 * x:g}" for x in probe.at) for name, probe in result.probes.items()}
    probes = [(name, f"{places[name]} mm", str(probe.time.size)) for name, probe in result.probes.items()]
    fields = [(name, meaning(name).shown or "-", result.meaning(name)) for name in result.fields]
    pages = [
        result.name,
        f"{result.cells.index.size} cells, {result.cells.lattice.metric}; {result.times.size} instants"
        + ("" if result.ended else "; NOT FINISHED"),
        _table(("step", "ends at"), steps),
        _table(("thermocouple", "at x y z", "samples"), probes) if probes else "",
        _table(("field", "unit", "meaning"), fields),
        _ledger(result.ledger),
        "computed by " + ", ".join(f"{name} {version}" for name, version in result.versions.items()),
    ]
    return "\n\n".join(page for page in pages if page)


def feeding(result: Result, solid_fraction: float, shrinkage: str | None, up: str) -> str:
    """How a casting was fed: zones, feeders, pipe, what is known of its shrinkage. Raises CaseError for another run."""
    if not isinstance(result, CastingResult):
        raise CaseError("a heat treatment is not fed; give the result of a casting")
    zones = result.feeding_zones(solid_fraction)
    rows = [_zone(number, zone) for number, zone in enumerate(zones)]
    head = ("zone", "cut off from", "at [s]", "through at [s]", "volume [cm3]", "ends at x y z [mm]")
    pages = [result.name, f"liquid below {100.0 * solid_fraction:g} % solid that hangs together", _table(head, rows)]
    case: Any = result.case
    if case.fed_by:
        pages.append(str(result.feeder_check(solid_fraction=solid_fraction, shrinkage=shrinkage)))
    try:
        pages.append(str(result.pipe(shrinkage, solid_fraction, up)))
    except CaseError as error:
        if shrinkage is not None:
            raise
        pages.append(f"no pipe: {error}")
    return "\n\n".join([*pages, "\n".join(known_shrinkage(result))])


def _zone(number: int, zone: Zone) -> tuple[str, ...]:
    place = " ".join(f"{1e3 * value:.4g}" for value in zone.place)
    times = (f"{zone.begin:.4g}", f"{zone.end:.4g}", f"{1e6 * zone.volume:.4g}")
    return (str(number), "-" if zone.parent is None else str(zone.parent), *times, place)


def _ends(result: Result) -> list[tuple[str, float]]:
    """Each step with its last stored instant, s."""
    told = list(zip(result.steps, result.times.tolist(), strict=True))
    return [*(here for here, after in pairwise(told) if here[0] != after[0]), told[-1]]


def _ledger(rows: list[dict[str, Any]]) -> str:
    """A column for each step of the schedule: the rows are too wide for a terminal."""
    if not rows:
        return ""
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = [(name, *(_number(row.get(name, "")) for row in rows)) for name in names[1:]]
    return _table(("energy ledger", *(str(row[names[0]]) for row in rows)), table)


def _number(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {entry:.5g}" for name, entry in value.items())
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _strongest(one: Medium) -> str:
    """Largest heat transfer coefficient of a medium; radiation is told where it is there."""
    if one.h is None:
        return "radiation" if one.emissivity is not None else "-"
    most = f"{one.h.ordinates.max():.0f}" if isinstance(one.h, Curve | TimeCurve) else f"{float(one.h):.4g}"
    return f"{most} + radiation" if one.emissivity is not None else most


def _text(value: Any) -> str:
    if value is None:
        return "-"
    return str(getattr(value, "text", value))
