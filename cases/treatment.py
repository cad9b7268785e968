"""A heat treatment: part, alloy, grid and steps; what it will do, and doing it."""

from numbers import Integral
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema
from pydantic.dataclasses import dataclass

from ..materials import library
from ..materials.alloy import Alloy
from ..materials.certificate import certificate, named
from ..materials.material import Material
from ..materials.quantity import DIFFERENCE, Amount, Duration, Quantity, Temperature
from ..materials.refusal import STRICT, CaseError, one_of, plain
from . import support
from .grid import Grid
from .limits import Limits
from .part import Part
from .schedule import check_words
from .sensor import Thermocouple
from .step import STEPS, ZONES, opened, step_names
from .verbs import Verbs

if TYPE_CHECKING:
    from ..solver.problem import Problem
    from .check import Check


LARGEST_TOLERANCE = 20.0  # K


def _part(given: object) -> Part:
    if isinstance(given, Part):
        return given
    if isinstance(given, dict):
        return Part.read(given)
    raise CaseError(
        f"{given!r} is no part; write Part.cylinder(...), Part.from_stl(...) and so on, in a file "
        "{shape: cylinder, ...} or {stl: ..., unit: mm}"
    )


def _grid(given: object) -> Grid:
    if isinstance(given, Grid):
        return given
    if isinstance(given, dict):
        return Grid(**given)
    raise CaseError(f"{given!r} is no grid; write Grid('1 mm'), in a file {{spacing: 1 mm}}")


def _alloy(given: object) -> Alloy | Material:
    if isinstance(given, Alloy | Material):
        return given
    if isinstance(given, str | int | float) and not isinstance(given, bool):
        return named(str(given))
    if isinstance(given, dict) and "certificate" in given:
        changes = {key: value for key, value in given.items() if key != "certificate"}
        return certificate(given["certificate"]).replace(**changes)
    if isinstance(given, dict) and "name" in given and ("heat_capacity" not in given or library.knows(given)):
        return library.alloy(**given)
    if isinstance(given, dict) and "heat_capacity" in given:
        return Material(**given)
    raise CaseError(f"{given!r} is no alloy; give a name such as '42CrMo4', an alloy(...) or a Material")


def _step(given: object, kind: str) -> Any:
    if given is None:
        raise CaseError(f"nothing stands in it; write {kind}: {{...}}", kind)
    if not isinstance(given, dict):
        raise CaseError(f"{given!r} holds no arguments; write {kind}: {{...}}", kind)
    try:
        return STEPS[kind](**given)
    except CaseError as error:
        raise error.under(kind) from None


def _misplaced(entry: dict[Any, Any], number: int) -> None:
    """Say what the dashes or blanks of a file have done to a step."""
    kinds = [str(key) for key in entry if key in STEPS]
    if len(kinds) > 1:
        raise CaseError(f"{' and '.join(kinds)} stand in one step; begin each with its own '- '", number)
    if kinds:
        raise CaseError(
            f"the arguments stand beside {kinds[0]}, not in it; move them right or write {kinds[0]}: {{...}}",
            number,
        )


def _steps(given: object) -> tuple[Any, ...]:
    if not isinstance(given, list | tuple) or not given:
        raise CaseError("needs a list of at least one step, [Soak(...), Quench(...)], in a file '- soak: {...}'")
    ready: list[Any] = []
    for number, entry in enumerate(given, 1):
        if isinstance(entry, str):
            entry = {entry: None}
        if isinstance(entry, dict) and len(entry) > 1:
            _misplaced(entry, number - 1)
        if isinstance(entry, dict) and len(entry) == 1:
            ((kind, words),) = entry.items()
            one_of(kind, STEPS, "step", number - 1)
            name = step_names((*ready, STEPS[kind]))[-1]
            try:
                entry = _step(words, kind)
            except CaseError as error:
                raise CaseError(error.sentence, name, *error.where[1:]) from None
        if not isinstance(entry, tuple(STEPS.values())):
            known = ", ".join(word.__name__ for word in STEPS.values())
            raise CaseError(f"{entry!r} is no step; known: {known}", number - 1)
        ready.append(entry)
    return tuple(ready)


def _sensors(given: object) -> tuple[Thermocouple, ...]:
    if given is None:
        return ()
    if isinstance(given, dict):
        ready = []
        for name, words in given.items():
            if not isinstance(words, dict):
                raise CaseError(f"{words!r} says no place; write {name}: {{at: [x, y, z]}}", name)
            try:
                ready.append(Thermocouple(name, **words))
            except CaseError as error:
                raise error.under(name) from None
        return tuple(ready)
    if not isinstance(given, list | tuple) or not all(isinstance(entry, Thermocouple) for entry in given):
        raise CaseError("needs a list of Thermocouple(name, at=(x, y, z)), in a file core: {at: [x, y, z]}")
    names = [sensor.name for sensor in given]
    for name in names:
        if names.count(name) > 1:
            raise CaseError(f"two thermocouples are called {name!r}; rename one")
    return tuple(given)


def _snapshots(given: object) -> Amount | int | None:
    if given is None:
        return None
    if isinstance(given, str):
        return Quantity("s", positive=True).validate(given)
    if isinstance(given, Amount):
        return given
    if isinstance(given, Integral) and not isinstance(given, bool) and int(given) >= 1:
        return int(given)
    raise CaseError(f"{given!r}: give a count of at least 1, or the time between two, '60 s'")


def _tolerance(given: object) -> Amount:
    tolerance = Quantity(DIFFERENCE, positive=True).validate(given)
    if tolerance > LARGEST_TOLERANCE:
        raise CaseError(f"'{given}' is too much for the error of a step; give {LARGEST_TOLERANCE:g} K or less")
    return tolerance


def said(kinds: list[str], text: str) -> WithJsonSchema:
    """What the schema of a case file tells of an argument."""
    return WithJsonSchema({"type": kinds, "description": text})


OneAlloy = Annotated[
    Any, PlainValidator(_alloy), said(["string", "object"], "a name, a card, {name, ...}, {certificate, ...}")
]
OnePart = Annotated[Any, PlainValidator(_part), said(["object"], "{shape, ...} or {stl, unit}")]
OneGrid = Annotated[Grid, BeforeValidator(_grid)]
Steps = Annotated[Any, PlainValidator(_steps), said(["array"], "steps in order")]
Sensors = Annotated[Any, PlainValidator(_sensors), said(["object"], "name: {at: [x, y, z]}")]
Supports = Annotated[Any, PlainValidator(support.read), said(["array"], "[{at, hold, ...}]")]
Snapshots = Annotated[Any, PlainValidator(_snapshots), said(["integer", "string"], "a count, or the time between two")]
Tolerance = Annotated[Any, PlainValidator(_tolerance), said(["string"], "a temperature difference in K")]


@plain
@dataclass(frozen=True, config=STRICT)
class HeatTreatment(Verbs):
    """A heat treatment of one part.

    name       what it is called in results and file names
    part       Part.cylinder(...), Part.from_stl(...), ...
    alloy      alloy("42CrMo4"), a name, or a Material
    grid       Grid("1 mm")
    steps      [Soak(...), Transfer(...), Quench(...), Temper(...)]
    sensors    [Thermocouple(...)]
    start      uniform, unstressed start temperature; None: that of a first Soak, else 20 degC
    stress     None: where the alloy has mechanics; True: it must; False: off
    hardness   None: where the alloy has kinetics; True: it must; False: off
    supports   [Support("-z", hold="z")]: what holds the part, for its stress; free where there are none
    limits     {"hardness": ("50 HRC", "56 HRC")} from a drawing
    record     time between two samples of a thermocouple (a million are shown at most)
    snapshots  how many stored fields, or the time between two; None: as many as are cheap
    tolerance  local error of a time step

    Raises CaseError (a ValueError) before anything is computed: what is wrong with which value, and the mend.
    """

    name: Annotated[str, Field(min_length=1)]
    part: OnePart
    alloy: OneAlloy
    grid: OneGrid
    steps: Steps
    sensors: Sensors = ()
    start: Temperature | None = None
    stress: bool | None = None
    hardness: bool | None = None
    supports: Supports = ()
    limits: Limits | None = None
    record: Duration = Amount(1.0, "1 s")
    snapshots: Snapshots = None
    tolerance: Tolerance = Amount(0.25, "0.25 K")
    LISTS: ClassVar[dict[str, tuple[Any, str]]] = {"steps": (step_names, "step")}
    KIND: ClassVar[str] = "heat treatment"

    def __post_init__(self) -> None:
        check_words(self)

    def check(self) -> "Check":
        """What the run will be, before it is run: cells, memory, time, warnings. Prints as a page."""
        from .check import check

        return check(self)

    def problem(self) -> "Problem":
        """The case as the solver takes it, in SI."""
        from .problem import problem

        return problem(self)

    @staticmethod
    def _opened(name: str, value: Any) -> Any:
        return opened_medium(name, value)


def opened_medium(name: str, value: Any) -> Any:
    """What stands behind a medium's name in a step, so that `steps.quench.medium.h` reaches into it."""
    return opened(value) if name in ("medium", "cool", *ZONES) else value
