"""Whether a case makes sense before it is computed: data for what is asked, steps in an order that works."""

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from ..materials.carbon import depth_estimate
from ..materials.curve import TimeCurve
from ..materials.material import Material
from ..materials.matter import Carbon, Matter
from ..materials.medium import Medium
from ..materials.quench_factor import OVER
from ..materials.refusal import CaseError
from ..solver.layers import THINNEST
from ..solver.tables import TREATED
from .case import Case
from .grid import axis_of, check_spacing, metric_of
from .limits import TENSORS
from .meaning import AXIAL, FROZEN, PHASES
from .step import (
    Age,
    Carburise,
    Cool,
    Heat,
    Hold,
    Machine,
    Quench,
    Soak,
    Solution,
    Temper,
    opened,
    step_names,
    thermal,
)
from .symmetry import check_mirrored

Range = tuple[float, float]
ROOM = 293.15
"""K, where a part starts that is not said to start elsewhere."""
AT_TEMPERATURE = 5.0
"""K below the furnace, where the hold of a temper begins to count."""
CELLS_IN_CASE = 8
"""Fewest cells in the case depth that carry it alone: with 8 its carbon is within 2 %, with 2 it is 15 % low."""
CASES_DEEP = 3.0
"""Case depths that layers below the skin reach: there 0.05 % of the rise at the skin is left."""
LAYERS_IN_CASE = 16
"""First layers in the case depth, where the case is a thin one."""
STRESSED = ("von_mises", "max_principal", "max_principal_transient", "plastic_strain", "crack_index")
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


def stretches(case: Case, emissivity: float | None) -> tuple[Stretch, ...]:
    """The schedule leg by leg; `emissivity` of the matter shines in furnaces."""
    return stretched(thermal(case.steps), emissivity, directions(case))


def stretched(steps: tuple[Any, ...], emissivity: float | None, ways: tuple[bool, ...]) -> tuple[Stretch, ...]:
    """Steps leg by leg; `ways` says for each whether its `until` is met from below."""
    ready: list[Stretch] = []
    for name, step, rising in zip(step_names(steps), steps, ways, strict=True):
        media = step.surroundings(emissivity)
        if isinstance(step, Temper):
            hot = float(step.temperature) - AT_TEMPERATURE
            ready += [
                Stretch(f"{name}.heat", step.kind, step, media, until=hot, rising=True),
                Stretch(f"{name}.hold", step.kind, step, media, duration=float(step.duration)),
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
    """What a quench needs before it, K, and its name.

    temperature  where all is austenite        least  where austenite begins to form
    whole        where all carbide dissolves, or None
    """

    temperature: float
    name: str
    least: float
    whole: float | None = None


def austenitising(alloy: Any, matter: Matter) -> Needed | None:
    """What a quench needs before it: Ac3, for hypereutectoid steel Ac1; None where nothing transforms."""
    kinetics = matter.kinetics
    if kinetics is None or kinetics.ac1 is None or kinetics.ac3 is None:
        return None
    acm = getattr(alloy, "acm", None)
    if acm is not None:
        return Needed(kinetics.ac1, "Ac1", kinetics.ac1, float(acm))
    return Needed(kinetics.ac3, "Ac3", kinetics.ac1)


def check_words(case: Case) -> None:
    """Refuse what words alone show to be wrong. Raises CaseError."""
    matter = case.alloy.matter()
    check_data(case, matter)
    _limits(case, matter)
    shape = case.part.shape
    try:
        metric = metric_of(shape, case.grid)
    except CaseError as error:
        raise error.under("grid", "metric") from None
    try:
        check_spacing(shape, case.grid)
    except CaseError as error:
        raise error.under("grid", "spacing") from None
    check_steps(case, matter, metric)
    directions(case)
    _grid(case, matter)


def _grid(case: Case, matter: Matter) -> None:
    if case.grid.coarsest is not None:
        raise CaseError("only the cells of a mould grow, and here is none; leave it out", "grid", "coarsest")
    if case.grid.symmetry and layers(case, matter) is not None:
        raise CaseError("a case on coarse cells is followed on whole parts only; leave it out", "grid", "symmetry")
    check_mirrored(case.steps, case.grid, "steps")


def check_steps(case: Case, matter: Matter, metric: str, cast: bool = False) -> None:
    """Refuse steps that this metal or this metric cannot take, or not in this order. Raises CaseError.

    cast  whether the part comes out of its mould: then it has cooled before, and from austenite
    """
    _precipitation(case, matter)
    _molten(case)
    _machined_last(case, matter)
    _places(case, metric)
    _order(case, austenitising(case.alloy, matter), cast)


def wants_hardness(case: Case, matter: Matter) -> bool:
    """Whether hardness is computed: asked for, or not refused and there are data."""
    steel = matter.transforms and matter.hardness is not None
    ages = matter.precipitation is not None and matter.precipitation.ageing is not None
    return case.hardness is not False and (steel or ages)


def wants_stress(case: Case, matter: Matter) -> bool:
    """Whether stress is computed: asked for, or not refused and there are data."""
    return case.stress is not False and matter.has_mechanics and not no_case_stress(case, matter)


def carburises(case: Case) -> bool:
    """Whether a step of the schedule moves carbon."""
    return any(isinstance(step, Carburise) for step in case.steps)


def check_data(case: Case, matter: Matter) -> None:
    """Refuse what is asked for and has no data. Raises CaseError."""
    if case.hardness and not wants_hardness(case, matter):
        mend = "take a steel that transforms or an aluminium that ages, or leave hardness out"
        raise CaseError(f"{_no_hardness(matter)}; {mend}", "hardness")
    if case.stress and not matter.has_mechanics:
        lacking = [phase.name for phase in matter.phases if phase.mechanics is None]
        raise CaseError(
            f"'{matter.name}' has no mechanics ({', '.join(lacking)}); give young, poisson and expansion, "
            "or leave stress out",
            "stress",
        )
    if case.stress and (why := no_case_stress(case, matter)):
        raise CaseError(why, "stress")


def no_case_stress(case: Case, matter: Matter) -> str:
    """Why the stress of a carburised part cannot be computed; "" where it can, or there is no case."""
    if matter.carbon is None or not carburises(case):
        return ""
    if layers(case, matter) is None:
        return ""
    fine = 995.0 * case_depth_expected(case, matter.carbon) / CELLS_IN_CASE  # mm, rounded down
    return f"the stress of a case needs cells that resolve it; leave stress out, or take {fine:.3g} mm or less"


def _no_hardness(matter: Matter) -> str:
    if matter.precipitation is not None:
        return f"the ageing of '{matter.name}' is not known"
    return f"'{matter.name}' has {'no hardness law' if matter.transforms else 'no kinetics'}"


def _limits(case: Case, matter: Matter) -> None:
    for field in case.limits or {}:
        if why := uncomputed(case, matter, field):
            raise CaseError(why, "limits", field)


def uncomputed(case: Case, matter: Matter, field: str) -> str:
    """Why a field will not be there to stand a limit on; "" where it will."""
    stem, _, part = field.rpartition("_")
    if field in FROZEN:
        return "nothing freezes in a heat treatment; drop the limit"
    if field in ("quench_factor", "strength_share") and matter.precipitation is None:
        return f"'{matter.name}' does not harden by precipitation; drop the limit"
    if field == "tensile_strength" and matter.precipitation is not None:
        return "of aluminium only the yield strength is known; write yield_strength"
    if field in ("hardness", "yield_strength", "tensile_strength") and not wants_hardness(case, matter):
        what = "hardness is off" if case.hardness is False else f"{_no_hardness(matter)}, so no hardness"
        return f"{what}; drop the limit"
    if field in (*PHASES, "retained_austenite", "cooling_rate_700", "t8_5") and not matter.transforms:
        return f"'{matter.name}' has no kinetics: its phases do not change; drop the limit"
    if field == "carbon" and not carburises(case):
        return "no step moves carbon; drop the limit, or carburise"
    if (field in STRESSED or stem in TENSORS) and not wants_stress(case, matter):
        what = "stress is off" if case.stress is False else f"'{matter.name}' has no mechanics, so no stress"
        return f"{what}; drop the limit"
    if stem == "as_quenched_stress" and not any(step.kind == Temper.kind for step in case.steps):
        return f"without a temper there is no as-quenched stress beside the stress; write stress_{part}"
    axes = {"cylinder": AXIAL, "sphere": AXIAL[:2]}.get(axis_of(case.part.shape) or "", ())
    if part in AXIAL and part not in axes:
        return f"this part has no {part} direction; write max_principal, or {stem}_xx and so on"
    return ""


def _begins_to_melt(alloy: Any) -> float | None:
    """K, of the solid metal; of a wrought alloy that of its card, above where the last melt of its casting froze."""
    if alloy.precipitation is not None and alloy.precipitation.melts is not None:
        return float(alloy.precipitation.melts)
    return None if alloy.freezing is None else float(alloy.freezing.solidus)


def _molten(case: Case) -> None:
    """Refuse what no solid metal of the library lives through, and what begins to melt this one."""
    if isinstance(case.alloy, Material):
        return
    solidus = _begins_to_melt(case.alloy)
    named: list[tuple[tuple[str, ...], Any]] = [(("start",), case.start)] if case.start is not None else []
    for name, step in zip(step_names(case.steps), case.steps, strict=True):
        if isinstance(step, Heat) and step.until is not None:  # a furnace may be hotter than the part becomes
            named.append((("steps", name, "until"), step.until))
        elif isinstance(step, Heat) and step.highest < inf:
            named.append((("steps", name, "temperature"), step.highest))
        elif isinstance(step, Soak | Hold | Temper | Carburise):
            named.append((("steps", name, "temperature"), step.temperature))
    for where, temperature in named:
        if float(temperature) > TREATED[1]:
            raise CaseError(
                f"{celsius(temperature)} is above {celsius(TREATED[1])}, where data end and metal melts", *where
            )
        if solidus is not None and float(temperature) >= solidus:
            raise CaseError(
                f"{celsius(float(temperature))} melts '{case.alloy.name}'; stay below its solidus, {celsius(solidus)}",
                *where,
            )


def _precipitation(case: Case, matter: Matter) -> None:
    """Refuse steps of aluminium for what does not harden by precipitation, and temperatures that do not dissolve."""
    card, freezing = getattr(case.alloy, "precipitation", None), getattr(case.alloy, "freezing", None)
    for name, step in zip(step_names(case.steps), case.steps, strict=True):
        if not isinstance(step, Solution | Age):
            continue
        if matter.precipitation is None and freezing is not None and freezing.family == "aluminium":
            continue  # its heat is followed, its hardening is not known
        if matter.precipitation is None:
            steel = "soak" if isinstance(step, Solution) else "temper"
            raise CaseError(f"'{matter.name}' does not harden by precipitation; write {steel}", "steps", name)
        if not isinstance(step, Solution) or card is None:
            continue
        if step.temperature < card.dissolves:
            raise CaseError(
                f"'{step.temperature}' leaves solute undissolved; take {card.dissolves} or more",
                "steps", name, "temperature",
            )  # fmt: skip
        if card.melts is not None and step.temperature >= card.melts:
            raise CaseError(
                f"'{step.temperature}' melts the last eutectic; stay below {card.melts}", "steps", name, "temperature"
            )


def _machined_last(case: Case, matter: Matter) -> None:
    names, count = step_names(case.steps), len(thermal(case.steps))
    for name, step in zip(names[:count], case.steps, strict=False):
        if isinstance(step, Machine):
            raise CaseError("stands before a step that heats or cools; put machining last", "steps", name)
    if count == 0:
        raise CaseError("nothing is treated; put a Soak or Quench before", "steps", names[0])
    if count < len(names) and not wants_stress(case, matter):
        raise CaseError("without stress nothing relaxes; give stress=True, or leave it out", "steps", names[-1])


def _places(case: Case, metric: str) -> None:
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


def _order(case: Case, need: Needed | None, cast: bool) -> None:
    hardened = cast
    heated: tuple[str, str, float] | None = None  # name, argument and target of the last Soak or Heat
    if case.start is not None:
        heated = ("", "start", float(case.start))
    for i, (name, step) in enumerate(zip(step_names(case.steps), case.steps, strict=True)):
        if isinstance(step, Temper) and not hardened:
            raise CaseError("stands before any quench; put a Quench or Cool before it", "steps", name)
        if isinstance(step, Age):
            _quenched_out(case.steps[i - 1], step_names(case.steps)[i - 1])
        if isinstance(step, Carburise):
            heated = (name, "temperature", float(step.temperature))
            _carburisable(case, name, need)
            assert need is not None  # or it was refused
            _hot_enough(heated, need.temperature, need)
        if isinstance(step, Soak):
            heated = (name, "temperature", float(step.temperature))
            if i == 0 and case.start is None and need is not None:
                _hot_enough(heated, need.temperature, need)
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
            _hot_enough(heated, need.least if heated[0] else need.temperature, need)
        hardened = hardened or isinstance(step, Quench | Cool)


def _carburisable(case: Case, name: str, need: Needed | None) -> None:
    """Refuse what no diffusion data reach. Raises CaseError."""
    matter = case.alloy.matter()
    if matter.carbon is None or need is None:
        raise CaseError(
            f"'{matter.name}' has no data on carbon in its austenite; take a low-alloy steel, or leave the step out",
            "steps",
            name,
        )


def layers(case: Case, matter: Matter) -> tuple[float, float] | None:
    """Depth and first thickness, m, of the layers below the skin that carry the case; None where the cells do."""
    if matter.carbon is None or not carburises(case):
        return None
    depth = case_depth_expected(case, matter.carbon)
    if float(case.grid.spacing) <= depth / CELLS_IN_CASE * (1.0 + 1e-9):
        return None
    return CASES_DEEP * depth, min(THINNEST, depth / LAYERS_IN_CASE)


def case_depth_expected(case: Case, carbon: Carbon) -> float:
    """Depth, m, to which all carburising steps together bring carbon, roughly; see `depth_estimate`."""
    square = 0.0
    for step in case.steps:
        if isinstance(step, Carburise):
            mean = np.array(0.5 * (carbon.content + step.factor(carbon.affinity) * step.richest))
            square += float(carbon.diffusivity(np.array(float(step.temperature)), mean)) * float(step.duration)
    return depth_estimate(square**0.5)


def _quenched_out(step: Any, name: str) -> None:
    """Refuse ageing of a part that was not cooled to where the quench factor ends."""
    until = getattr(step, "until", None)
    if isinstance(step, Quench | Cool) and until is not None and until > OVER:
        raise CaseError(
            f"'{until}' is above {celsius(OVER)}, where a quench ends and ageing begins; cool further",
            "steps", name, "until",
        )  # fmt: skip


def _hot_enough(heated: tuple[str, str, float], least: float, need: Needed) -> None:
    """Refuse a quench from below `least`, K: what was heated from the annealed structure may be intercritical."""
    name, argument, temperature = heated
    if temperature < least:
        where = ("steps", name, argument) if name else (argument,)
        raise CaseError(
            f"{celsius(temperature)} is below {need.name} ({celsius(need.temperature)}): not all would "
            f"harden; heat to {celsius(need.temperature + 30.0)} or more",
            *where,
        )


def beginning(case: Case, matter: Matter) -> tuple[float, dict[str, float]]:
    """Start temperature, K, and phase fractions by name.

    Austenite where the part starts austenitised, otherwise the annealed structure of the alloy.
    """
    first = case.steps[0]
    soaked = case.start is None and isinstance(first, Soak | Carburise)
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


def directions(case: Case) -> tuple[bool, ...]:
    """For each step whether its `until` is met from below, by the coldest point.

    Raises CaseError for an `until` that the surroundings never reach.
    """
    start, _ = beginning(case, case.alloy.matter())
    return ways(thermal(case.steps), (start, start), "steps")


def ways(steps: tuple[Any, ...], part: Range, place: str) -> tuple[bool, ...]:
    """`directions` of steps that a part begins between two temperatures, K; `place` is their name in the case."""
    rising = []
    for name, step in zip(step_names(steps), steps, strict=True):
        try:
            media = step.surroundings(None)
        except CaseError as error:
            raise error.under(place, name, "bath" if isinstance(step, Quench) else "temperature") from None
        ends = [(medium.name, ambient(medium)) for medium in (media.values() if isinstance(media, dict) else (media,))]
        until = getattr(step, "until", None)
        up = until is not None and _rises(part, until, [end for _, end in ends])
        if until is not None:
            _reachable(ends, until, part, up, place, name, "until")
            if all(medium.insulates for medium in (media.values() if isinstance(media, dict) else (media,))):
                raise CaseError(f"'{until}' is never reached where no heat passes; give a duration", place, name)
        if isinstance(step, Temper) and step.cool is not None:
            tank, cold = opened(step.cool), ambient(opened(step.cool))
            if cold is not None and cold >= COLD:
                raise CaseError(
                    f"a temper ends at 25 degC, never reached in '{tank.name}' at {celsius(cold)}; take a colder "
                    "one, or cool=None and a Cool of your own",
                    place,
                    name,
                    "cool",
                )
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


def _reachable(ends: list[tuple[str, float | None]], until: Any, part: Range, rising: bool, *where: str) -> None:
    for medium, end in ends:
        if end is None or ((end > until) if rising else (end < until)):
            continue
        given = f"'{until}' is never reached in '{medium}' at {celsius(end)}"
        if rising and end < part[0]:
            raise CaseError(f"{given}: the part comes at {celsius(part[1])} at most; give one between", *where)
        side = "below" if rising else "above"
        raise CaseError(f"{given}; give one {side} that, or a duration", *where)
