"""What a case will be, before it is run: one page."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..materials.alloy import Alloy
from ..materials.carbon import saturation
from ..materials.composition import beyond
from ..materials.curve import Curve
from ..materials.hardness import TEMPERED
from ..materials.matter import Matter
from ..materials.tempering import FITTED
from ..solver.geometry import Cells
from ..solver.layers import whole_stack
from .case import Case
from .estimate import CUT_CELLS, LONGEST, Body, LegEstimate, estimate, memory, seconds
from .problem import held, part_cells
from .schedule import (
    Stretch,
    ambient,
    austenitising,
    beginning,
    carburises,
    celsius,
    layers,
    no_case_stress,
    stretches,
    wants_hardness,
    wants_stress,
)
from .step import Carburise, Cool, Heat, Quench, Soak, Temper, Transfer, step_names
from .symmetry import mirrored

ACM_SCATTER = 30.0  # K, of the regression for Acm
WARMED = 5.0  # K, that a part may gain on its way out of a furnace


@dataclass(frozen=True)
class Check:
    """The report of `case.check()`; prints as one page.

    name       of the case
    metric     slab, cylinder, sphere, rz or 3d
    shape      (nx, ny, nz) cells of the box, `cells` of them in the part
    spacing    (dx, dy, dz) m as adjusted to the part; `asked` m as written; 1 where an axis is not resolved
    symmetry   axes along which it is mirrored, one half is computed of each
    memory     bytes, predicted peak
    seconds    predicted run time, good within a factor 2
    limit      s, the step that a plain explicit scheme could take
    computed   what is computed: temperature, phases, hardness, stress
    start      the state in which the part starts
    legs       each step, roughly: duration, Biot number, expected steps
    warnings   what to think about before running
    outside    curves that will be asked outside their range
    marks      values of the card and the media that nobody has read in a published source
    """

    name: str
    metric: str
    shape: tuple[int, int, int]
    cells: int
    spacing: tuple[float, float, float]
    asked: float
    symmetry: tuple[str, ...]
    memory: float
    seconds: float
    limit: float
    computed: tuple[str, ...]
    start: str
    legs: tuple[LegEstimate, ...]
    warnings: tuple[str, ...]
    outside: tuple[str, ...]
    marks: tuple[str, ...]

    @property
    def steps(self) -> int:
        """Expected time steps."""
        return sum(leg.steps for leg in self.legs)

    def __str__(self) -> str:
        box = " x ".join(str(count) for count in self.shape)
        resolved = [edge for edge, count in zip(self.spacing, self.shape, strict=True) if count > 1]
        edges = " x ".join(f"{1e3 * edge:.4g}" for edge in resolved or self.spacing[:1])
        mean = max(1, round(sum(leg.stages for leg in self.legs) / max(self.steps, 1)))
        lines = [
            self.name,
            f"  grid      {self.metric}, {self.cells:,} cells of the part in a box of {box}{mirrored(self.symmetry)}; "
            f"spacing {edges} mm (asked {1e3 * self.asked:.4g} mm)",
            f"  computes  {', '.join(self.computed)}; starts as {self.start}",
            f"  memory    {self.memory / 1e9:.2f} GB",
            f"  run time  about {duration(self.seconds)}",
            f"  steps     about {self.steps}, of {mean} stages on average; plain explicit steps end at "
            f"{self.limit:.2g} s at this spacing",
            f"  {'step':13s} {'lasts about':>13s} {'from':>9s} {'to':>9s} {'Biot number':>18s} {'steps':>7s}",
        ]
        lines += [_row(leg) for leg in self.legs]
        for title, entries in (
            ("warnings", self.warnings),
            ("asked outside their range (flat there)", self.outside),
            ("values marked [M] from memory, [U] uncertain", self.marks),
        ):
            lines += [f"  {title}:", *(f"    {entry}" for entry in entries)] if entries else []
        return "\n".join(lines)


def duration(time: float) -> str:
    """A time for people.

    >>> duration(7260.0)
    '2 h 1 min'
    """
    if time < 120.0:
        return f"{time:.3g} s"
    minutes = round(time / 60.0)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def _row(leg: LegEstimate) -> str:
    numbers = "-" if leg.biot is None else f"{leg.biot[0]:.3g} to {leg.biot[1]:.3g}"
    before, end = f"{leg.before - 273.15:.0f} degC", f"{leg.end - 273.15:.0f} degC"
    return f"  {leg.name:13s} {duration(leg.duration):>13s} {before:>9s} {end:>9s} {numbers:>18s} {leg.steps:>7d}"


def check(case: Case) -> Check:
    """The report. Raises CaseError for what only the grid shows: a spacing above a wall, a probe outside, no hold."""
    matter = case.alloy.matter()
    cells = part_cells(case, matter)
    start, phases = beginning(case, matter)
    body = Body.of(cells, matter, phases)
    schedule = stretches(case, matter.emissivity)
    held(case, cells, matter, tuple(stretch.name for stretch in schedule))
    limit = explicit_limit(cells, body, start)
    stress, count, metric = wants_stress(case, matter), cells.index.size, cells.lattice.metric
    across = count ** (1.0 / len(cells.lattice.resolved))
    legs = estimate(schedule, body, start, limit, float(case.tolerance), across)
    family = metric if metric in ("rz", "3d") else "1d"
    reach, thin = _reach(schedule, legs), _thin_layers(case, matter, cells)
    return Check(
        name=case.name,
        metric=metric,
        shape=cells.lattice.shape,
        cells=count,
        spacing=cells.lattice.spacing,
        asked=float(case.grid.spacing),
        symmetry=case.grid.symmetry,
        memory=memory(count, int(np.prod(cells.lattice.shape)), stress, metric, thin),
        seconds=seconds(legs, count, family, matter.transforms, stress, thin),
        limit=limit,
        computed=computed(case, matter),
        start=", ".join(_share(name, z) for name, z in phases.items() if z > 0.0) + f" at {celsius(start)}",
        legs=legs,
        warnings=(
            *_warnings(case, matter),
            *odd(getattr(case.alloy, "material", None) or case.alloy),
            *_heating(schedule, legs),
            *_endless(legs),
            *case.part.thin_walls(cells),
        ),
        outside=(*_media_outside(schedule, legs), *_matter_outside(case.alloy, *reach)),
        marks=_marks(schedule, matter),
    )


def _thin_layers(case: Case, matter: Matter, cells: Cells) -> int:
    """Layers below the skin at most: whole stacks below all patches."""
    below = layers(case, matter)
    return 0 if below is None else cells.patch_area.size * (whole_stack(*below).size - 1)


def explicit_limit(cells: Cells, body: Body, hot: float) -> float:
    """s, the largest step of a plain explicit scheme; cut cells, lifted, allow a share of it."""
    resolved = [edge for edge, count in zip(cells.lattice.spacing, cells.lattice.shape, strict=True) if count > 1]
    inverse = sum(edge**-2 for edge in resolved) or cells.lattice.spacing[0] ** -2
    whole = 0.5 / (body.diffusivity(293.15, max(hot, 1100.0)) * inverse)
    return whole * (CUT_CELLS if cells.fraction.min() < 0.999 else 1.0)


def _share(name: str, z: float) -> str:
    return name if z > 0.999 else f"{100.0 * z:.0f} % {name}"


def computed(case: Case, matter: Matter) -> tuple[str, ...]:
    """What a run will compute."""
    return (
        "temperature",
        *(("phases",) if matter.transforms else ()),
        *(("quench factor",) if matter.precipitation is not None else ()),
        *(("hardness",) if wants_hardness(case, matter) else ()),
        *(("stress",) if wants_stress(case, matter) else ()),
    )


def _reach(schedule: tuple[Stretch, ...], legs: tuple[LegEstimate, ...]) -> tuple[float, float]:
    """Coldest and hottest that the part may become, K."""
    ends = [T for leg in legs for T in (leg.before, leg.end)]
    return min(ends), max(ends)


def _media_outside(schedule: tuple[Stretch, ...], legs: tuple[LegEstimate, ...]) -> list[str]:
    found = []
    for stretch, leg in zip(schedule, legs, strict=True):
        for medium in dict.fromkeys(medium.name for medium in stretch.each()):
            found += _one_medium(stretch, leg, next(entry for entry in stretch.each() if entry.name == medium))
    return found


def _one_medium(stretch: Stretch, leg: LegEstimate, medium: Any) -> list[str]:
    curve = medium.h if medium.h is not None else medium.flux
    end = ambient(medium)
    if not isinstance(curve, Curve):
        return []
    low, high = min(leg.before, leg.end), max(leg.before, leg.end)
    if end is not None:
        low, high = min(low, end), max(high, end)
    return sides(f"{stretch.name}: h of '{medium.name}'", curve, low, high)


def sides(what: str, curve: Curve, low: float, high: float) -> list[str]:
    """What to tell where a curve is asked beyond its ends, K."""
    sides = []
    if low < curve.low - 0.5:
        sides.append(f"below {celsius(curve.low)} (down to {celsius(low)})")
    if high > curve.high + 0.5:
        sides.append(f"above {celsius(curve.high)} (up to {celsius(high)})")
    return [f"{what} {' and '.join(sides)}"] if sides else []


def _matter_outside(alloy: Any, low: float, high: float) -> list[str]:
    named = [(entry.name, getattr(alloy, entry.name)) for entry in dataclasses.fields(alloy)]
    return [
        line for name, curve in named if isinstance(curve, Curve) for line in sides(f"alloy: {name}", curve, low, high)
    ]


def _marks(schedule: tuple[Stretch, ...], matter: Matter) -> tuple[str, ...]:
    media = {medium.name: medium for stretch in schedule for medium in stretch.each() if medium.mark in ("M", "U")}
    return (
        *(f"[{medium.mark}] medium '{name}': {medium.source}" for name, medium in media.items()),
        *matter.remarks,
    )


def _warnings(case: Case, matter: Matter) -> list[str]:
    if matter.precipitation is not None and _hottest(case) < matter.precipitation.dissolved:
        return [
            f"strength: nothing reaches {celsius(matter.precipitation.dissolved)} and dissolves, so it is not known"
        ]
    if not matter.transforms:
        return []
    found = [*_saturated(case, matter), *_carbide(case, matter), *_intercritical(case, matter)]
    found += [*_too_hot(case, matter), *_too_cold(case, matter), *_untold(case, matter)]
    if isinstance(case.alloy, Alloy):
        found += case.alloy.outside()
        found += _held(case, matter)
    return found


USUAL = {"density": (1500.0, 23000.0), "heat_capacity": (100.0, 10000.0), "conductivity": (1.0, 500.0)}
"""Of solid and molten metals, SI; what lies beyond is a slip of the unit more often than matter."""


def odd(matter: Any) -> list[str]:
    """Properties that no metal has: kJ taken for J, g/cm3 for kg/m3."""
    found = []
    for name, (least, most) in USUAL.items():
        given = getattr(matter, name, None)
        values = given.ordinates if isinstance(given, Curve) else given if isinstance(given, float) else least
        low, high = float(np.min(values)), float(np.max(values))
        if low < least or high > most:
            found.append(
                f"alloy: {name} {low if low < least else high:.4g} is that of no metal, {least:g} to {most:g} in SI; "
                "is the unit right?"
            )
    return found


def _heating(schedule: tuple[Stretch, ...], legs: tuple[LegEstimate, ...]) -> list[str]:
    """Ways out of a furnace that heat the part."""
    return [
        f"{leg.name}: '{stretch.each()[0].name}' heats the part, which comes at {celsius(leg.before)}"
        for stretch, leg in zip(schedule, legs, strict=True)
        if stretch.kind in (Quench.kind, Transfer.kind, Cool.kind) and leg.end > leg.before + WARMED
    ]


def _held(case: Case, matter: Matter) -> list[str]:
    """Elements beyond the law of tempering, which then takes the end of its range; carbon of a case is told apart."""
    limits = {element: ends for element, ends in TEMPERED.items() if element != "C" or not carburises(case)}
    left = "; ".join(beyond(case.alloy.austenite, limits)) if isinstance(case.alloy, Alloy) else ""
    if not left or not wants_hardness(case, matter) or not any(isinstance(step, Temper) for step in case.steps):
        return []
    return [f"temper: [U] {left}; the tempering law was not fitted there and takes the end of its range"]


def _endless(legs: tuple[LegEstimate, ...]) -> list[str]:
    """Legs that a part of one temperature does not end, or leaves colder than anything."""
    found = [
        f"{leg.name}: its until is not reached within {duration(LONGEST)} (part at {celsius(leg.end)}); give a duration"
        for leg in legs
        if leg.endless
    ]
    found += [
        f"{leg.name}: the part would fall below absolute zero; less flux, or a shorter duration"
        for leg in legs
        if leg.end <= 0.0
    ]
    return found


def _carbide(case: Case, matter: Matter) -> list[str]:
    """What becomes of the carbide of a hypereutectoid steel at the temperatures of its schedule."""
    need = austenitising(case.alloy, matter)
    if need is None or need.whole is None:
        return []
    named = [(name, step.temperature) for name, step in _named(case) if isinstance(step, Soak)]
    named += [(name, step.until) for name, step in _named(case) if isinstance(step, Heat) and step.until]
    named += [("start", case.start)] if case.start is not None else []
    whole, solved = case.alloy.composition.C, case.alloy.austenite.C
    found = []
    for name, temperature in named:
        if temperature < need.temperature:
            continue
        what = f"{name}: Acm is about {celsius(need.whole)}; "
        if solved < whole:
            what += f"{solved:g} of {whole:g} wt % C is taken as dissolved, the rest stays undissolved as carbide"
            if temperature > need.whole + ACM_SCATTER:
                what += f", but at {celsius(temperature)} all may dissolve; give dissolved: {{C: {whole:g}}}"
        elif temperature < need.whole - ACM_SCATTER:
            what += (
                f"below it carbide stays undissolved, but all of {whole:g} wt % C is taken as dissolved; give dissolved"
            )
        else:
            what += f"all of {whole:g} wt % C is taken as dissolved"
        found.append(what)
    return found


def _intercritical(case: Case, matter: Matter) -> list[str]:
    """Soaks and heatings that leave ferrite, and how much of the part becomes austenite by Leblond and Devaux."""
    need = austenitising(case.alloy, matter)
    if need is None or need.least >= need.temperature:
        return []
    named = [(name, step.temperature) for name, step in _named(case) if type(step) is Soak]
    named += [(name, step.until) for name, step in _named(case) if isinstance(step, Heat) and step.until]
    return [
        f"{name}: {celsius(T)} lies between Ac1 and Ac3 ({celsius(need.least)}, {celsius(need.temperature)}): "
        f"{100.0 * (T - need.least) / (need.temperature - need.least):.0f} % become austenite at most, ferrite stays"
        for name, T in named
        if need.least < T < need.temperature
    ]


def _saturated(case: Case, matter: Matter) -> list[str]:
    """Gases richer than austenite can hold, and what the numbers of carburising rest on."""
    found: list[str] = []
    for name, step in _named(case):
        if not isinstance(step, Carburise):
            continue
        most = saturation(float(step.temperature))
        if 100.0 * step.richest > most:
            found.append(
                f"{name}: the potential {100.0 * step.richest:.3g} % is above saturation, about {most:.3g} % at "
                f"{celsius(step.temperature)}: carbides would form, which are not modelled"
            )
        if step.alloy_factor is None and matter.carbon is not None:
            found.append(
                f"{name}: [M] alloy factor {matter.carbon.affinity:.3g} from the composition; give alloy_factor "
                "where a foil or a sample of this steel says better"
            )
    if carburises(case):
        found.append("carburised case: kinetics are asked beyond 0.6 wt % C, tempering is that of 0.25 to 0.75 wt % C")
    below = layers(case, matter)
    if below is not None:
        found.append(
            f"the case is computed in layers below the skin, from {1e3 * below[1]:.2g} mm to a depth of "
            f"{1e3 * below[0]:.2g} mm, for '{case.grid.spacing}' does not resolve it"
        )
    if case.stress is None and matter.has_mechanics and (why := no_case_stress(case, matter)):
        found.append(f"stress: not computed, for {why}")
    return found


def _too_hot(case: Case, matter: Matter) -> list[str]:
    """Tempers in which austenite forms again."""
    ac1 = matter.kinetics.ac1 if matter.kinetics is not None else None
    return [
        f"{name}: {celsius(step.temperature)} is above Ac1 ({celsius(ac1)}), where austenite forms again"
        for name, step in _named(case)
        if isinstance(step, Temper) and ac1 is not None and step.temperature > ac1
    ]


def _untold(case: Case, matter: Matter) -> list[str]:
    """Tempers longer or hotter than the tempering law was fitted to."""
    if matter.hardness is None or matter.hardness.temper is None:
        return []
    (coldest, hottest), (_, longest) = FITTED["temperature"], FITTED["time"]
    return [
        f"{name}: {celsius(step.temperature)} for {duration(float(step.duration))} is beyond the tempering law, "
        f"{celsius(coldest)} to {celsius(hottest)} and up to {duration(longest)}; hardness takes the bound"
        for name, step in _named(case)
        if isinstance(step, Temper) and not (coldest <= step.temperature <= hottest and float(step.duration) <= longest)
    ]


def _too_cold(case: Case, matter: Matter) -> list[str]:
    """Schedules in which nothing becomes austenite, so that hardness has no law to follow."""
    ac1 = matter.kinetics.ac1 if matter.kinetics is not None else None
    if ac1 is None or not wants_hardness(case, matter) or _hottest(case) >= ac1:
        return []
    return [f"hardness: nothing reaches Ac1 ({celsius(ac1)}), so it stays that of the annealed start"]


def _hottest(case: Case) -> float:
    """Highest temperature of start, furnaces and baths, K; 0 where none is named."""
    hottest = [] if case.start is None else [float(case.start)]
    for step in case.steps:
        given = step.highest if isinstance(step, Heat) else getattr(step, "temperature", None)
        hottest += [] if given is None else [float(given)]
    return max(hottest, default=0.0)


def _named(case: Case) -> list[tuple[str, Any]]:
    return list(zip(step_names(case.steps), case.steps, strict=True))
