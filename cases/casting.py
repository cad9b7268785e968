"""A casting: part, alloy, pour, mould and what is set into it; what it will do, and doing it."""

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema
from pydantic.dataclasses import dataclass

from ..materials import library
from ..materials.interface import Contact
from ..materials.mould import Mould
from ..materials.quantity import Amount, Duration, Quantity, Temperature
from ..materials.refusal import STRICT, CaseError, exactly_one, plain
from ..solver.shape import Shape
from ..solver.union import Union
from .castingwords import check_casting
from .fillmap import FillMap
from .limits import Limits
from .step import Cool, step_names
from .treatment import OneAlloy, OneGrid, OnePart, Sensors, Snapshots, Steps, Tolerance, opened_medium, said
from .verbs import Verbs

if TYPE_CHECKING:
    from ..solver.casting import CastingProblem
    from .castingcheck import CastingCheck


def _mould(given: object) -> Mould:
    if isinstance(given, Mould):
        return given
    if isinstance(given, str):
        return library.mould(given)
    if isinstance(given, dict) and "kind" in given:
        return Mould(**given)
    if isinstance(given, dict) and "name" in given:
        return library.mould(**given)
    what = "this body has no material" if given is None else f"{given!r} is no material of a mould or chill"
    raise CaseError(f"{what}; give a name such as 'green sand' or 'grey iron', in a file {{name: ..., wall: 60 mm}}")


def _contact(given: object) -> Contact | None:
    if given is None or isinstance(given, Contact):
        return given
    if isinstance(given, dict):
        return Contact(**given)
    raise CaseError(f"{given!r} is no contact; write Contact(h='500 W/m^2/K'), in a file {{h: 500 W/m^2/K}}")


def _shake_out(given: object) -> Amount | None:
    if given is None:
        return None
    for unit in ("s", "K"):
        try:
            return Quantity(unit, positive=unit == "s").validate(given)
        except CaseError as error:
            wrong = error
    raise CaseError(f"{wrong}; or a time since the pour, '20 min'")


def _fill_time(given: object) -> Any:
    if given is None or isinstance(given, FillMap):
        return given
    return FillMap(**given) if isinstance(given, dict) else Quantity("s", positive=True).validate(given)


FillTime = Annotated[Any, PlainValidator(_fill_time), said(["string", "object"], "a time, or {file: a map of times}")]
OneMould = Annotated[Any, PlainValidator(_mould), said(["string", "object"], "a name, {name, wall, ...}, or a card")]
OneContact = Annotated[Contact | None, BeforeValidator(_contact)]
ShakeOut = Annotated[Any, PlainValidator(_shake_out), said(["string"], "a temperature, or a time since the pour")]


@plain
@dataclass(frozen=True, config=STRICT)
class Chill:
    """A chill that touches the casting and draws heat out of it.

    material  a name of the library (`metaltwin list moulds`), or a Mould; with its temperature at the pour
    part      where it lies, in the axes of the casting
    contact   with the casting; None: the library's

        Chill("grey iron", Part.box("30 mm", "30 mm", "20 mm").moved(z="-10 mm"))

    Raises CaseError for no material, an unknown one (the nearest is named), and no part.
    """

    material: OneMould
    part: OnePart
    contact: OneContact = None
    kind: ClassVar[str] = "chill"
    encloses: ClassVar[str] = "mould"


@plain
@dataclass(frozen=True, config=STRICT)
class Core(Chill):
    """A core: the casting shrinks ONTO it, so no gap opens. Arguments of a Chill.

    Core("resin sand", Part.cylinder("20 mm", "80 mm"))
    """

    kind: ClassVar[str] = "core"
    encloses: ClassVar[str] = "casting"


@plain
@dataclass(frozen=True, config=STRICT)
class Sleeve(Chill):
    """A sleeve about a feeder: it insulates, and burns where its material does. Arguments of a Chill.

    Sleeve("exothermic sleeve", Part.ring("100 mm", "80 mm", "90 mm"))
    """

    kind: ClassVar[str] = "sleeve"


@plain
@dataclass(frozen=True, config=STRICT)
class Feeder:
    """A feeder: metal of the same pour on the part, or a place within its drawing that is one.

    part  where it lies, in the axes of the casting; it may overlap the part
    name  what the feeder check calls it; without one feeder, feeder_2

        Feeder(Part.cylinder("60 mm", "90 mm").moved(z="25 mm"), name="top")

    Raises CaseError for no part.
    """

    part: OnePart
    name: str = ""
    kind: ClassVar[str] = "feeder"


def _list_of(word: type[Any]) -> PlainValidator:
    def read(given: object) -> tuple[Any, ...]:
        if given is None:
            return ()
        if not isinstance(given, list | tuple):
            raise CaseError(
                f"needs a list, [{_call(word)}], in a file '- {{{', '.join(f'{name}: ...' for name in _needs(word))}}}'"
            )
        ready: list[Any] = []
        for entry in given:
            if isinstance(entry, dict):
                try:
                    entry = word(**entry)
                except CaseError as error:
                    raise error.under(step_names((*ready, word))[-1]) from None
            if type(entry) is not word:
                said = f"a {entry.kind}" if isinstance(entry, Chill | Feeder) else repr(entry)
                raise CaseError(f"{said} is no {word.kind}; write {_call(word)}")
            ready.append(entry)
        return tuple(ready)

    return PlainValidator(read)


def _said(word: type[Any]) -> WithJsonSchema:
    return said(["array"], f"{{{', '.join(_needs(word))}, ...}} of each {word.kind}")


def _needs(word: type[Any]) -> list[str]:
    return [entry.name for entry in fields(word) if entry.default is MISSING]


def _call(word: type[Any]) -> str:
    return f"{word.__name__}({', '.join(_needs(word))})"


@plain
@dataclass(frozen=True, config=STRICT)
class Casting(Verbs):
    """A casting from the pour on: it freezes and cools in its mould, and after the shake-out alone.

    name, part, alloy, grid   as of a HeatTreatment; the alloy is one that has freezing data
    pour             temperature of the metal in the ladle
    mould            mould("green sand", wall="60 mm"): fills the box about the part and the chills, grown by its
                     wall; outside it is still air
    until, duration  how it ends: hottest point of the casting below, or a time since the pour (or the shake-out)
    chills, cores, sleeves   [Chill(...)], [Core(...)], [Sleeve(...)]
    feeders          [Feeder(part)]: cast with the part, for the feeder check
    contact          with the mould, Contact(...); None: the library's for this alloy and kind of mould
    fill_time        of the mould: what the melt loses meanwhile is subtracted from `pour`, "4 s"; or FillMap(file):
                     what it loses until it reaches each place; None: nothing is
    shake_out        hottest point of the casting, or a time since the pour; then everything around it is gone
    then             steps after the shake-out, [Cool("still air", until="80 degC")], or any of a heat treatment:
                     [Quench(...), Temper(...)]; a low-alloy steel brings the phases that it has by then
    store_mould      whether temperatures of mould, chills and cores go into the result with each snapshot
    stress           whether stress is computed, from where the metal becomes coherent
    restraint        pressure by which mould, cores and chills hold back a wall that moves into them, over how far it
                     moves, "5e8 Pa/m"; None: they hold nothing back. It ends with the shake-out
    sensors, limits, record, snapshots, tolerance   as of a HeatTreatment; a sensor may sit in any body

    Raises CaseError (a ValueError) before anything is computed: what is wrong with which value, and the mend.
    """

    name: Annotated[str, Field(min_length=1)]
    part: OnePart
    alloy: OneAlloy
    pour: Temperature
    mould: OneMould
    grid: OneGrid
    until: Temperature | None = None
    duration: Duration | None = None
    chills: Annotated[Any, _list_of(Chill), _said(Chill)] = ()
    cores: Annotated[Any, _list_of(Core), _said(Core)] = ()
    sleeves: Annotated[Any, _list_of(Sleeve), _said(Sleeve)] = ()
    feeders: Annotated[Any, _list_of(Feeder), _said(Feeder)] = ()
    contact: OneContact = None
    fill_time: FillTime = None
    shake_out: ShakeOut = None
    then: Steps | None = None
    stress: bool = False
    restraint: Annotated[Any, Quantity("Pa/m", positive=True)] | None = None
    sensors: Sensors = ()
    limits: Limits | None = None
    record: Duration = Amount(1.0, "1 s")
    snapshots: Snapshots = None
    tolerance: Tolerance = Amount(0.25, "0.25 K")
    store_mould: bool = False
    LISTS: ClassVar[dict[str, tuple[Any, str]]] = {
        "then": (step_names, "step"),
        "chills": (step_names, "chill"),
        "cores": (step_names, "core"),
        "sleeves": (step_names, "sleeve"),
        "feeders": (step_names, "feeder"),
    }
    KIND: ClassVar[str] = "casting"
    start: ClassVar[None] = None
    hardness: ClassVar[None] = None
    supports: ClassVar[tuple[()]] = ()

    def __post_init__(self) -> None:
        if self.then:
            for name in ("until", "duration"):
                if getattr(self, name) is not None:
                    raise CaseError("stands beside steps after the shake-out; the last of them ends the run", name)
            if self.shake_out is None:
                raise CaseError("stands without a shake-out; give shake_out, '700 degC' or '20 min'", "then")
        elif self.shake_out is not None and self.until is None and self.duration is None:
            raise CaseError(
                "how it ends after the shake-out is missing; give until, duration or steps, "
                "then=[Cool('still air', until='80 degC')]",
                "until",
            )
        else:
            exactly_one(self, "until", "duration")
        check_casting(self)

    @property
    def inserts(self) -> dict[str, Any]:
        """Chills, cores and sleeves by name: chill, chill_2, core."""
        every = (*self.chills, *self.cores, *self.sleeves)
        return dict(zip(step_names(every), every, strict=True))

    @property
    def fed_by(self) -> dict[str, OnePart]:
        """The part of each feeder by its name: its own, or feeder, feeder_2."""
        names = zip(self.feeders, step_names(self.feeders), strict=True)
        return {feeder.name or number: feeder.part for feeder, number in names}

    @property
    def shape(self) -> Shape:
        """What is cast: the part with its feeders."""
        part: Shape = self.part.shape
        return Union((part, *(feeder.part.shape for feeder in self.feeders))) if self.feeders else part

    @property
    def steps(self) -> tuple[Any, ...]:
        """The steps after the shake-out; where none are given, still air to the end."""
        if self.shake_out is None or self.then:
            return tuple(self.then or ())
        return (Cool("still air", until=self.until, duration=self.duration),)

    @staticmethod
    def _opened(name: str, value: Any) -> Any:
        return opened_medium(name, value)

    def check(self) -> "CastingCheck":
        """What the run will be, before it is run: cells, memory, time, warnings. Prints as a page."""
        from .castingcheck import check

        return check(self)

    def problem(self) -> "CastingProblem":
        """The case as the solver takes it, in SI."""
        from .castingproblem import problem

        return problem(self)
