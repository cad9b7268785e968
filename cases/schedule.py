"""Whether a case makes sense before it is computed: data for what is asked, steps in an order that works."""

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from ..materials.curve import TimeCurve
from ..materials.matter import Matter
from ..materials.medium import Medium
from ..materials.refusal import CaseError
from .grid import check_spacing, metric_of
from .step import Cool, Heat, Quench, Soak, Temper, opened, step_names

if TYPE_CHECKING:
    from .treatment import HeatTreatment

Range = tuple[float, float]
ROOM = 293.15
"""K, where a part starts that is not said to start elsewhere."""
AT_TEMPERATURE = 5.0
"""K below the furnace, where the hold of a temper begins to count."""
COLD = 298.15
"""K, the end of the cooling after a temper."""


def celsius(kelvin: float) -> str:
    """A temperature as messages show it."""
    return f"{kelvin - 273.15:.0f} degC"


@dataclass(frozen=True)
class Stretch:
    """One leg of the schedule in the user's media; a temper is three: its .heat, .hold and .cool.

    step      it came from
    media     a Medium, or one for each zone
    duration  s, or None where `until` (K) ends it: hottest below, coldest above where `rising`
    """

    name: str
    kind: str
    step: Any
    media: Medium | dict[str, Medium]
    duration: float | None = None
    until: float | None = None
    rising: bool = False

    def medium(self, zone: str) -> Medium:
        """What surrounds a zone."""
        return self.media if isinstance(self.media, Medium) else self.media[zone]

    def each(self) -> tuple[Medium, ...]:
        """All media of the leg."""
        return (self.media,) if isinstance(self.media, Medium) else tuple(self.media.values())


def stretches(case: "HeatTreatment", emissivity: float | None) -> tuple[Stretch, ...]:
    """The schedule leg by leg; `emissivity` of the matter shines in furnaces."""
    ready: list[Stretch] = []
    for name, step, rising in zip(step_names(case.steps), case.steps, directions(case), strict=True):
        media = step.surroundings(emissivity)
        if isinstance(step, Temper):
            hot = float(step.temperature) - AT_TEMPERATURE
            ready += [
                Stretch(f"{name}.heat", "temper", step, media, until=hot, rising=True),
                Stretch(f"{name}.hold", "temper", step, media, duration=float(step.duration)),
            ]
            if step.cool is not None:
                ready.append(Stretch(f"{name}.cool", "cool", step, opened(step.cool), until=COLD))
            continue
        until = getattr(step, "until", None)
        ready.append(
            Stretch(
                name,
                step.kind,
                step,
                media,
                duration=None if until is not None else float(step.duration),
                until=None if until is None else float(until),
                rising=rising,
            )
        )
    return tuple(ready)


@dataclass(frozen=True)
class Needed:
    """Least temperature before a quench, K; its name; `whole`: where all carbide dissolves, or None."""

    temperature: float
    name: str
    whole: float | None = None


def austenitising(alloy: Any, matter: Matter) -> Needed | None:
    """What a quench needs before it: Ac3, for hypereutectoid steel Ac1; None where nothing transforms."""
    kinetics = matter.kinetics
    if kinetics is None or kinetics.ac1 is None or kinetics.ac3 is None:
        return None
    acm = getattr(alloy, "acm", None)
    if acm is not None:
        return Needed(kinetics.ac1, "Ac1", float(acm))
    return Needed(kinetics.ac3, "Ac3")


def check_words(case: "HeatTreatment") -> None:
    """Refuse what words alone show to be wrong. Raises CaseError."""
    matter = case.alloy.matter()
    _data(case, matter)
    shape = case.part.shape
    try:
        metric = metric_of(shape, case.grid)
    except CaseError as error:
        raise error.under("grid", "metric") from None
    try:
        check_spacing(shape, case.grid)
    except CaseError as error:
        raise error.under("grid", "spacing") from None
    _places(case, metric)
    need = austenitising(case.alloy, matter)
    _order(case, need)
    directions(case)


def wants_hardness(case: "HeatTreatment", matter: Matter) -> bool:
    """Whether hardness is computed: asked for, or not refused and there are data."""
    return case.hardness is not False and matter.transforms and matter.hardness is not None


def wants_stress(case: "HeatTreatment", matter: Matter) -> bool:
    """Whether stress is computed: asked for, or not refused and there are data."""
    return case.stress is not False and matter.has_mechanics


def _data(case: "HeatTreatment", matter: Matter) -> None:
    limited = case.limits or {}
    if (case.hardness or "hardness" in limited) and not wants_hardness(case, matter):
        where = ("hardness",) if case.hardness is not None else ("limits", "hardness")
        if case.hardness is False:
            raise CaseError("is off, but a limit stands on it; drop the limit or switch it on", *where)
        lacks = "no kinetics" if not matter.transforms else "no hardness law"
        raise CaseError(
            f"'{matter.name}' has {lacks}; name an alloy of the library, or leave hardness out", *where
        )
    if case.stress and not matter.has_mechanics:
        lacking = [phase.name for phase in matter.phases if phase.mechanics is None]
        raise CaseError(
            f"'{matter.name}' has no mechanics ({', '.join(lacking)}); give young, poisson and expansion, "
            "or leave stress out",
            "stress",
        )


def _places(case: "HeatTreatment", metric: str) -> None:
    for name, step in zip(step_names(case.steps), case.steps, strict=True):
        if not isinstance(step, Quench):
            continue
        if metric in ("slab", "cylinder", "sphere") and isinstance(step.medium, dict):
            raise CaseError("a 1d part has one surface, no zones; give one medium", "steps", name, "medium")
        if step.immersion is not None and metric in ("slab", "cylinder", "sphere"):
            raise CaseError("a 1d part goes in at once; leave immersion out", "steps", name, "immersion")
        if metric == "rz" and step.direction not in (None, "-z", "+z"):
            raise CaseError(
                f"{step.direction!r} breaks the symmetry about z; give '-z' or '+z', or Grid(metric='3d')",
                "steps",
                name,
                "direction",
            )


def _order(case: "HeatTreatment", need: Needed | None) -> None:
    hardened = False
    heated: tuple[str, str, float] | None = None  # name, argument and target of the last Soak or Heat
    if case.start is not None:
        heated = ("", "start", float(case.start))
    for i, (name, step) in enumerate(zip(step_names(case.steps), case.steps, strict=True)):
        if isinstance(step, Temper) and not hardened:
            raise CaseError("stands before any quench; put a Quench or Cool before it", "steps", name)
        if isinstance(step, Soak):
            heated = (name, "temperature", float(step.temperature))
            if i == 0 and case.start is None and need is not None:
                _hot_enough(heated, need)
        if isinstance(step, Heat):
            argument = "temperature" if step.until is None else "until"
            heated = (name, argument, step.highest if step.until is None else float(step.until))
        if isinstance(step, Quench) and need is not None and not hardened:
            if heated is None:
                raise CaseError(
                    f"begins at {celsius(ROOM)}, where nothing hardens; put a Soak before it or give start",
                    "steps",
                    name,
                )
            _hot_enough(heated, need)
        hardened = hardened or isinstance(step, Quench | Cool)


def _hot_enough(heated: tuple[str, str, float], need: Needed) -> None:
    name, argument, temperature = heated
    if temperature < need.temperature:
        where = ("steps", name, argument) if name else (argument,)
        raise CaseError(
            f"{celsius(temperature)} is below {need.name} ({celsius(need.temperature)}): not all would "
            f"harden; heat to {celsius(need.temperature + 30.0)} or more",
            *where,
        )


def beginning(case: "HeatTreatment", matter: Matter) -> tuple[float, dict[str, float]]:
    """Start temperature, K, and phase fractions by name.

    Austenite where the part starts austenitised, otherwise the annealed structure of the alloy.
    """
    first = case.steps[0]
    soaked = case.start is None and isinstance(first, Soak)
    start = float(first.temperature) if soaked else float(case.start) if case.start is not None else ROOM
    need = austenitising(case.alloy, matter)
    parent = matter.phases[0].name
    if need is None or start >= need.temperature:
        return start, {parent: 1.0}
    return start, dict(case.alloy.annealed)


def ambient(medium: Medium) -> float | None:
    """The temperature that a part would take in the end, K; None for a flux."""
    law = medium.surface_temperature if medium.surface_temperature is not None else medium.temperature
    if law is None:
        return None
    return float(law(law.knots)[-1]) if isinstance(law, TimeCurve) else float(law)


def directions(case: "HeatTreatment") -> tuple[bool, ...]:
    """For each step whether its `until` is met from below, by the coldest point.

    Raises CaseError for an `until` that the surroundings never reach.
    """
    start, _ = beginning(case, case.alloy.matter())
    part, rising = (start, start), []
    for name, step in zip(step_names(case.steps), case.steps, strict=True):
        try:
            media = step.surroundings(None)
        except CaseError as error:
            raise error.under("steps", name, "temperature") from None
        ends = [
            (medium.name, ambient(medium))
            for medium in (media.values() if isinstance(media, dict) else (media,))
        ]
        until = getattr(step, "until", None)
        up = until is not None and _rises(part, until, [end for _, end in ends])
        if until is not None:
            _reachable(ends, until, up, str(until), "steps", name, "until")
        if isinstance(step, Temper) and step.cool is not None:
            tank = opened(step.cool)
            _reachable([(tank.name, ambient(tank))], COLD, False, "25 degC", "steps", name, "cool")
        rising.append(up)
        part = _after(part, step, [end for _, end in ends], up)
    return tuple(rising)


def _rises(part: Range, until: float, ends: list[float | None]) -> bool:
    """Where the part may be on either side of `until`, its surroundings decide."""
    low, high = part
    if low > until or high < until:
        return high < until
    return all(end is not None and end > until for end in ends)


def _after(part: Range, step: Any, ends: list[float | None], rising: bool) -> Range:
    """Between which temperatures, K, the part may be after a step."""
    if isinstance(step, Temper) and step.cool is not None:
        return ROOM, COLD
    known = [end for end in ends if end is not None]
    low, high = (min(part[0], *known), max(part[1], *known)) if len(known) == len(ends) else (0.0, inf)
    until = getattr(step, "until", None)
    if until is None:
        return low, high
    return (float(until), high) if rising else (low, float(until))


def _reachable(
    ends: list[tuple[str, float | None]], until: float, rising: bool, text: str, *where: str
) -> None:
    for medium, end in ends:
        if end is not None and ((end <= until) if rising else (end >= until)):
            side = "below" if rising else "above"
            raise CaseError(
                f"'{text}' is never reached in '{medium}' at {celsius(end)}; "
                f"give one {side} that, or a duration",
                *where,
            )
