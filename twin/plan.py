"""What to calibrate, as a file beside the case: thermocouples, event marks, inspections and unknowns."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..cases.casefile import AnyKind, load, mapping
from ..cases.step import step_names
from ..materials.refusal import CaseError, one_of
from .inspection import Dilated, EndQuenched, Inspection
from .measurements import Measurements
from .observable import Observable
from .sensors import Sensor
from .unknowns import Unknown

WORDS = ("unknowns", "sensors", "events", "clock_within", "inspections", "starts")
KINDS: dict[str, Callable[..., Any]] = {"curve": Unknown.curve, "factor": Unknown.factor, "value": Unknown.value}
INSPECTED: dict[str, Callable[..., Any]] = {
    "observable": Observable,
    "end_quench": EndQuenched,
    "dilatometer": Dilated,
}


@dataclass(frozen=True)
class Plan:
    """Unknowns, thermocouples by name or None for those of the case, when steps began, how well that is known;

    what was measured on the finished part or on specimens, and from how many places the search begins.
    """

    unknowns: tuple[Unknown, ...]
    sensors: dict[str, Sensor] | None = None
    events: dict[str, str] | None = None
    clock_within: str | None = None
    inspections: tuple[Inspection, ...] = ()
    starts: int = 1

    def read(self, path: str | os.PathLike[str]) -> Measurements:
        """A record as the plan describes it."""
        return Measurements.read_csv(path, self.sensors, self.events, self.clock_within)


def read_plan(path: str | os.PathLike[str] | None, case: Any) -> Plan:
    """The plan in a YAML file; without one, h of the first quench of the case is unknown.

        unknowns:
          - curve: {name: steps.quench.medium.h}
          - factor: {name: alloy.conductivity, prior: 0.03}
        sensors:
          T2: {at: [23.5 mm, 0 mm, 75 mm], depth_within: 0.2 mm}
        events: {quench: 16 s}
        inspections:
          - {observable: {field: hardness, at: [0 mm, 0 mm, 75 mm]}, measured: 31 HRC, within: 10 HV}
          - {end_quench: J9, measured: 45 HRC, within: 15 HV}
          - {dilatometer: {rate: 5 K/s, at: 540 degC, of: bainite}, measured: 30 %, within: 5 %}
        starts: 8

    Raises CaseError for what it does not know, with file and key.
    """
    if path is None:
        return Plan((Unknown.curve(f"steps.{first_quench(case)}.medium.h"),))
    words, place = mapping(path), Path(path).name
    try:
        for word in words:
            one_of(word, WORDS, "entry of a calibration")
        return Plan(
            tuple(unknown(entry, KINDS) for entry in _listed(words, "unknowns")),
            _sensors(_named(words, "sensors", "T2: {at: [23.5 mm, 0 mm, 75 mm]}")),
            _named(words, "events", "quench: 16 s"),
            words.get("clock_within"),
            tuple(inspection(entry) for entry in _listed(words, "inspections")),
            words.get("starts", 1),
        )
    except CaseError as error:
        raise error.under(place=place) from None


def records(case: Path, data: Sequence[Path], plan: Path | None) -> tuple[AnyKind, Plan, list[Measurements]]:
    """Case, plan and records of their files; the plan beside the case, shaft.calibrate.yaml, is found by itself."""
    found, beside = load(case), case.with_suffix(".calibrate.yaml")
    read = read_plan(plan or (beside if beside.exists() else None), found)
    return found, read, [read.read(path) for path in data]


def _named(words: dict[str, Any], word: str, said: str) -> dict[str, Any] | None:
    given = words.get(word)
    if given is not None and not isinstance(given, dict):
        raise CaseError(f"{given!r} names nothing; write {{{said}}}", word)
    return given


def _listed(words: dict[str, Any], word: str) -> list[Any]:
    given = words.get(word) or []
    if not isinstance(given, list):
        raise CaseError(f"{given!r} is no list; begin each entry with '- '", word)
    return given


def _sensors(given: dict[str, Any] | None) -> dict[str, Sensor] | None:
    if given is None:
        return None
    ready = {}
    for name, entry in given.items():
        if not isinstance(entry, dict):
            raise CaseError(f"{entry!r} is no place; write {{at: [23.5 mm, 0 mm, 75 mm]}}", "sensors", name)
        try:
            ready[name] = Sensor(name, **entry)
        except CaseError as error:
            raise CaseError(error.sentence, "sensors", name, *error.where) from None
    return ready


def first_quench(case: Any) -> str:
    """Name of the first quench. Raises CaseError for a case without one."""
    for name, step in zip(step_names(case.steps), case.steps, strict=True):
        if step.kind == "quench":
            return name
    raise CaseError("has no quench; say what is unknown", "steps")


def inspection(entry: Any) -> Inspection:
    """What stands in a file as {observable | end_quench | dilatometer: ..., measured: ..., within: ...}."""
    said = "{end_quench: J9, measured: 45 HRC, within: 15 HV}"
    if not isinstance(entry, dict) or len(entry) != 3 or not {"measured", "within"} <= set(entry):
        raise CaseError(f"{entry!r} is no inspection; write {said}", "inspections")
    (kind,) = set(entry) - {"measured", "within"}
    make, given = INSPECTED[one_of(kind, INSPECTED, "kind of inspection", "inspections")], entry[kind]
    try:
        what = make(**given) if isinstance(given, dict) else make(given)
        return Inspection(what, str(entry["measured"]), str(entry["within"]))
    except CaseError as error:
        raise CaseError(error.sentence, "inspections", kind, *error.where) from None
    except TypeError as error:
        raise CaseError(f"{str(error).partition(') ')[2] or error}", "inspections", kind) from None


def unknown(entry: Any, kinds: Mapping[str, Callable[..., Any]]) -> Any:
    """What stands in a file as {kind: {name: ..., ...}}. Raises CaseError for what it does not know."""
    if not isinstance(entry, dict) or len(entry) != 1:
        raise CaseError(f"{entry!r} is no unknown; write curve: {{name: steps.quench.medium.h}}", "unknowns")
    ((kind, given),) = entry.items()
    make = kinds[one_of(kind, kinds, "kind of unknown", "unknowns")]
    if not isinstance(given, dict) or "name" not in given:
        raise CaseError(f"{given!r} has no name; write {kind}: {{name: ...}}", "unknowns", kind)
    try:
        return make(**given)
    except TypeError as error:
        raise CaseError(f"{str(error).partition(') ')[2] or error}", "unknowns", kind) from None
