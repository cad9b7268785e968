"""The steps of a heat treatment, as a metallurgist names them."""

import dataclasses
from math import inf
from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator, WithJsonSchema
from pydantic.dataclasses import dataclass

from ..materials import library
from ..materials.carbon import TRANSFER
from ..materials.curve import TimeCurve, Varying
from ..materials.medium import Medium
from ..materials.quantity import Amount, Duration, Fraction, Quantity, Speed, Temperature
from ..materials.refusal import STRICT, CaseError, argument_names, exactly_one, nearest, one_of, plain
from .part import Part

ZONES = ("bottom", "side", "top")
DIRECTIONS = ("-z", "+z", "-y", "+y", "-x", "+x")
MOST_CARBON = 0.02
"""Mass fraction: beyond it a potential is a slip of the unit ("0.9" for "0.9 %")."""
FURNACE_EMISSIVITY = 0.8
"""Oxidised steel in a large enclosure, where the alloy states none [M]."""

HeatTransferCoefficient = Annotated[Any, Quantity("W/m^2/K", nonnegative=True)]
Rate = Annotated[Any, Quantity("K/s", positive=True)]
Zones = dict[str, Medium]


@plain
@dataclass(frozen=True, config=STRICT)
class Ramp:
    """A furnace temperature that moves at a constant rate and then stays.

    start, to   temperatures; in a file and as a mapping `start` is written `from`
    rate, time  exactly one: "200 K/h", or how long the ramp takes

        Ramp("20 degC", "850 degC", rate="200 K/h")
    """

    start: Temperature
    to: Temperature
    rate: Rate | None = None
    time: Duration | None = None

    def __post_init__(self) -> None:
        exactly_one(self, "rate", "time")
        if self.start == self.to:
            raise CaseError(f"the ramp goes from {self.start} to {self.to}; write the temperature alone", "to")

    def curve(self) -> TimeCurve:
        """Temperature against time since the start of the step."""
        seconds: Any = self.time if self.rate is None else abs(self.to - self.start) / self.rate
        knots = TimeCurve(["0 s", f"{float(seconds)!r} s"], [self.start, self.to])
        return knots.check(Quantity("K"))

    def words(self) -> dict[str, Any]:
        """As it stands in a case file."""
        given = {"from": self.start, "to": self.to, "rate": self.rate, "time": self.time}
        return {name: value.text for name, value in given.items() if value is not None}


def _furnace_temperature(given: object) -> object:
    if isinstance(given, TimeCurve):
        return given.check(Quantity("K"))
    if isinstance(given, dict) and "times" in given:
        return TimeCurve.read(given).check(Quantity("K"))
    if isinstance(given, dict):
        return Ramp(**{"start" if key == "from" else key: value for key, value in given.items()})
    return given if isinstance(given, Ramp) else Quantity("K").validate(given)


def _medium(given: object) -> object:
    if isinstance(given, Medium):
        return given
    if isinstance(given, str):
        library.medium(given)
        return given
    if isinstance(given, dict):
        known = (*argument_names(Medium), *ZONES)
        for key in given:
            if key not in known:
                raise CaseError(f"is no argument of a medium and no zone{nearest(str(key), known)}", key)
        return Medium(**given)
    raise CaseError(f"{given!r} is no medium; give a name such as 'fast oil', or a Medium")


def _media(given: object) -> object:
    if not isinstance(given, dict) or not set(given) & set(ZONES):
        return _medium(given)
    for key in given:
        one_of(key, ZONES, "zone")
    for zone in ZONES:
        if zone not in given:
            raise CaseError(f"zone {zone!r} has no medium; name one for each of {', '.join(ZONES)}")
    ready = {}
    for zone in ZONES:
        try:
            ready[zone] = _medium(given[zone])
        except CaseError as error:
            raise error.under(zone) from None
    return ready


def _schema(text: str) -> WithJsonSchema:
    return WithJsonSchema({"type": ["string", "object"], "description": text})


FurnaceTemperature = Annotated[
    Any,
    PlainValidator(_furnace_temperature),
    _schema("a temperature, {from, to, rate | time}, or {times: [...], values: [...]}"),
]
OneMedium = Annotated[Any, PlainValidator(_medium), _schema("a medium of the library, or {name, h, temperature}")]
Media = Annotated[Any, PlainValidator(_media), _schema("a medium, or {bottom, side, top} with a medium each")]
FURNACE_H = Amount(20.0, "20 W/m^2/K")


def _tool(given: object) -> Part:
    if isinstance(given, dict):
        return Part.read(given)
    if not isinstance(given, Part):
        raise CaseError(f"{given!r} is no part; give Part.cylinder(...), in a file {{shape: cylinder, ...}}")
    return given


def opened(given: Any) -> Any:
    """The Medium behind a name of the library; anything else as it is."""
    return library.medium(given) if isinstance(given, str) else given


def at(medium: Medium, temperature: Any) -> Medium:
    """A medium at another temperature, or its own for None. Raises CaseError for one that has none."""
    if temperature is None:
        return medium
    if medium.temperature is None:
        raise CaseError(f"medium '{medium.name}' has no temperature that '{temperature}' could replace")
    return dataclasses.replace(medium, temperature=temperature)


def _furnace(step: Any, temperature: Any, emissivity: float | None) -> Medium:
    shine = step.emissivity
    if shine is None:
        shine = FURNACE_EMISSIVITY if emissivity is None else float(emissivity)
    if isinstance(temperature, Ramp):
        temperature = temperature.curve()
    return Medium("furnace", h=step.h, temperature=temperature, emissivity=shine)


@plain
@dataclass(frozen=True, config=STRICT)
class Soak:
    """Time at temperature. As the first step: starts uniform at it, austenitised; later: a hold in a furnace.

    temperature    of part and furnace; above Ac3 (hypereutectoid steel: above Ac1)
    duration       counted from the part at temperature
    emissivity, h  of the furnace: radiation (default: the alloy's) and convection

        Soak("850 degC", "45 min")
    """

    temperature: Temperature
    duration: Duration
    emissivity: Fraction | None = None
    h: HeatTransferCoefficient = FURNACE_H
    kind: ClassVar[str] = "soak"

    def surroundings(self, emissivity: float | None) -> Medium:
        """The furnace; `emissivity` is the alloy's."""
        return _furnace(self, self.temperature, emissivity)


@plain
@dataclass(frozen=True, config=STRICT)
class Heat:
    """Furnace heat-up by radiation and convection, or heating by a medium of its own: an inductor, a flame.

    temperature      of the furnace: a temperature, a Ramp (or {"from":, "to":, "rate":}), or a TimeCurve
    duration, until  exactly one; until: the coldest point of the part is above it
    emissivity, h    of the furnace: radiation (default: the alloy's) and convection
    medium           in place of a furnace: a Medium with a flux, or one of the library

        Heat("860 degC", until="845 degC")
        Heat({"from": "20 degC", "to": "860 degC", "rate": "300 K/h"}, duration="4 h")
        Heat(medium=Medium("inductor", flux="8e6 W/m^2"), duration="3 s")
    """

    temperature: FurnaceTemperature | None = None
    duration: Duration | None = None
    until: Temperature | None = None
    emissivity: Fraction | None = None
    h: HeatTransferCoefficient = FURNACE_H
    medium: OneMedium | None = None
    kind: ClassVar[str] = "heat"

    def __post_init__(self) -> None:
        exactly_one(self, "temperature", "medium")
        exactly_one(self, "duration", "until")

    @property
    def highest(self) -> float:
        """Highest temperature of the furnace, K; infinite where a medium heats."""
        if self.temperature is None:
            return inf
        if isinstance(self.temperature, Ramp):
            return float(max(self.temperature.start, self.temperature.to))
        if isinstance(self.temperature, TimeCurve):
            return float(self.temperature(self.temperature.knots).max())
        return float(self.temperature)

    def surroundings(self, emissivity: float | None) -> Medium:
        """The furnace, with the alloy's `emissivity`, or the medium."""
        if self.medium is not None:
            medium: Medium = opened(self.medium)
            return medium
        return _furnace(self, self.temperature, emissivity)


@plain
@dataclass(frozen=True, config=STRICT)
class Transfer:
    """The way from furnace to bath.

    duration     how long it takes
    medium       a name of the library, or a Medium
    temperature  of the medium, where it is not the medium's own

        Transfer("8 s")
    """

    duration: Duration
    medium: OneMedium = "still air"
    temperature: Temperature | None = None
    kind: ClassVar[str] = "transfer"

    def surroundings(self, emissivity: float | None) -> Medium:
        """What the part passes through."""
        return at(opened(self.medium), self.temperature)


@plain
@dataclass(frozen=True, config=STRICT)
class Quench:
    """A quench into a liquid, gas or salt.

    medium           a name of the library, a Medium, or {"bottom": ..., "side": ..., "top": ...}
    bath             temperature, where it is not the medium's own (zones that radiate keep theirs)
    duration, until  exactly one; until: the hottest point of the part is below it
    immersion        speed at which the part goes in, "100 mm/s"; None: at once
    direction        in which the part moves while it goes in, "-z"

        Quench("fast oil", bath="60 degC", until="80 degC")
    """

    medium: Media
    bath: Temperature | None = None
    duration: Duration | None = None
    until: Temperature | None = None
    immersion: Speed | None = None
    direction: Any = None
    kind: ClassVar[str] = "quench"

    def __post_init__(self) -> None:
        exactly_one(self, "duration", "until")
        if self.direction is not None:
            one_of(self.direction, DIRECTIONS, "direction", "direction")
            if self.immersion is None:
                raise CaseError("says where the part moves, but not how fast; give immersion too", "direction")
        if self.bath is not None and not any(map(self._wet, self.zones().values())):
            raise CaseError(f"'{self.bath}': no medium here has a bath; leave bath out", "bath")

    def zones(self) -> Zones:
        """The media as written; one that covers the whole part stands under "all"."""
        media = self.medium if isinstance(self.medium, dict) else {"all": self.medium}
        return {zone: opened(given) for zone, given in media.items()}

    def surroundings(self, emissivity: float | None) -> Medium | Zones:
        """The medium, or one for each zone, at the temperature of the bath."""
        media = self.zones()
        ready = {zone: at(medium, self.bath) if self._wet(medium) else medium for zone, medium in media.items()}
        return ready if isinstance(self.medium, dict) else ready["all"]

    def _wet(self, medium: Medium) -> bool:
        """Whether the bath's temperature is that of a medium: in zones only of one that does not radiate."""
        return medium.temperature is not None and (not isinstance(self.medium, dict) or medium.emissivity is None)


@plain
@dataclass(frozen=True, config=STRICT)
class Cool:
    """Cooling outside a bath: still or forced air, nitrogen.

    medium           a name of the library, or a Medium
    duration, until  exactly one; until: the hottest point of the part is below it
    temperature      of the medium, where it is not the medium's own

        Cool("still air", until="25 degC")
    """

    medium: OneMedium = "still air"
    duration: Duration | None = None
    until: Temperature | None = None
    temperature: Temperature | None = None
    kind: ClassVar[str] = "cool"

    def __post_init__(self) -> None:
        exactly_one(self, "duration", "until")

    def surroundings(self, emissivity: float | None) -> Medium:
        """What the part cools in."""
        return at(opened(self.medium), self.temperature)


@plain
@dataclass(frozen=True, config=STRICT)
class Hold:
    """Time in a furnace or a bath of constant temperature: equalising, martempering, austempering.

    temperature    of the furnace or bath
    duration       counted from the start of the step
    medium         None: a furnace; otherwise a name of the library or a Medium, "salt bath"
    emissivity, h  of the furnace

        Hold("320 degC", "1 h", medium="salt bath")
    """

    temperature: Temperature
    duration: Duration
    medium: OneMedium | None = None
    emissivity: Fraction | None = None
    h: HeatTransferCoefficient = FURNACE_H
    kind: ClassVar[str] = "hold"

    def surroundings(self, emissivity: float | None) -> Medium:
        """The furnace or bath; `emissivity` is the alloy's."""
        if self.medium is None:
            return _furnace(self, self.temperature, emissivity)
        return at(opened(self.medium), self.temperature)


@plain
@dataclass(frozen=True, config=STRICT)
class Temper:
    """Heats the part in a furnace at the temperature, holds it there, and cools it to 25 degC.

    temperature    of the furnace
    duration       of the hold, counted from the coldest point within 5 K of the temperature
    cool           a name of the library or a Medium; None: the step ends with the hold
    emissivity, h  of the furnace

        Temper("560 degC", "2 h")
    """

    temperature: Temperature
    duration: Duration
    cool: OneMedium | None = "still air"
    emissivity: Fraction | None = None
    h: HeatTransferCoefficient = FURNACE_H
    kind: ClassVar[str] = "temper"

    def surroundings(self, emissivity: float | None) -> Medium:
        """The furnace; `emissivity` is the alloy's."""
        return _furnace(self, self.temperature, emissivity)


@plain
@dataclass(frozen=True, config=STRICT)
class Solution(Soak):
    """Solution treatment of an aluminium alloy. As the first step: starts uniform at it, all in solution.

    temperature    of part and furnace, between what the alloy's card says dissolves and melts
    duration       counted from the part at temperature
    emissivity, h  of the furnace: radiation (default: the alloy's) and convection

        Solution("475 degC", "1 h")
    """

    kind: ClassVar[str] = "solution"


@plain
@dataclass(frozen=True, config=STRICT)
class Age(Temper):
    """Artificial ageing of an aluminium alloy: heats the part, holds it, and cools it to 25 degC.

    temperature    of the furnace
    duration       of the hold, counted from the coldest point within 5 K of the temperature
    cool           a name of the library or a Medium; None: the step ends with the hold
    emissivity, h  of the furnace

        Age("121 degC", "24 h")
    """

    kind: ClassVar[str] = "age"


@plain
@dataclass(frozen=True, config=STRICT)
class Carburise:
    """Time in a gas that gives carbon, or takes it where its potential is below the carbon of the steel.

    As the first step it starts uniform at its temperature, austenitised, as a Soak does.

    temperature    of part and furnace; above Ac3
    duration       counted from the start of the step
    potential      carbon potential of the gas, that of pure iron: "0.9 %", or a TimeCurve (boost and diffuse)
    beta           carbon transfer coefficient; endothermic gas 1.3e-7 m/s [M]
    alloy_factor   carbon of the steel over that of iron in the same gas; None: from its composition [M]
    emissivity, h  of the furnace

        Carburise("930 degC", "4 h", potential="0.9 %")
    """

    temperature: Temperature
    duration: Duration
    potential: Annotated[Any, Varying("", nonnegative=True, time=True, temperature=False)]
    beta: Annotated[Any, Quantity("m/s", positive=True)] = Amount(TRANSFER, f"{TRANSFER:g} m/s")
    alloy_factor: Annotated[Any, Quantity("", positive=True)] | None = None
    emissivity: Fraction | None = None
    h: HeatTransferCoefficient = FURNACE_H
    kind: ClassVar[str] = "carburise"

    def __post_init__(self) -> None:
        if not isinstance(self.potential, Amount | TimeCurve):
            raise CaseError("a function does not tell its highest value; give a quantity or a TimeCurve", "potential")
        if self.richest > MOST_CARBON:
            raise CaseError(f"{self.richest:.0%} carbon is no potential for steel; write it as '0.9 %'", "potential")

    def factor(self, affinity: float) -> float:
        """The alloy factor given, or that of the steel's composition."""
        return affinity if self.alloy_factor is None else float(self.alloy_factor)

    @property
    def richest(self) -> float:
        """Highest carbon potential, mass fraction."""
        given = self.potential
        return float(given(given.knots).max() if isinstance(given, TimeCurve) else given)

    def surroundings(self, emissivity: float | None) -> Medium:
        """The furnace; `emissivity` is the alloy's."""
        return _furnace(self, self.temperature, emissivity)


@plain
@dataclass(frozen=True, config=STRICT)
class Machine:
    """Final machining: takes material out, and the rest relaxes. Stands behind all other steps.

    remove  a Part: all that it covers is taken out

        Machine(remove=Part.cylinder("12 mm", "160 mm"))
    """

    remove: Annotated[Any, PlainValidator(_tool), WithJsonSchema({"type": "object", "description": "a part"})]
    kind: ClassVar[str] = "machine"


WORDS = (Soak, Heat, Carburise, Transfer, Quench, Cool, Hold, Temper, Solution, Age, Machine)
Step = Soak | Heat | Carburise | Transfer | Quench | Cool | Hold | Temper | Solution | Age | Machine
STEPS: dict[str, type[Any]] = {word.kind: word for word in WORDS}


def thermal(steps: tuple[Any, ...]) -> tuple[Any, ...]:
    """The steps that take time: all but machining."""
    return tuple(step for step in steps if not isinstance(step, Machine))


def tools(steps: tuple[Any, ...]) -> dict[str, Part]:
    """What machining takes out, by the name of its step."""
    names = step_names(steps)
    return {name: step.remove for name, step in zip(names, steps, strict=True) if isinstance(step, Machine)}


def step_names(steps: tuple[Any, ...]) -> tuple[str, ...]:
    """Dotted names of a schedule: soak, quench, quench_2."""
    seen: dict[str, int] = {}
    names = []
    for step in steps:
        seen[step.kind] = seen.get(step.kind, 0) + 1
        names.append(step.kind if seen[step.kind] == 1 else f"{step.kind}_{seen[step.kind]}")
    return tuple(names)
