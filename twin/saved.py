"""Fits on disk, as JSON with their case, records and unknowns."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.casefile import load as load_case
from ..cases.casetext import text
from ..cases.words import fields_spoken
from ..materials.refusal import CaseError
from .inspection import Dilated, EndQuenched, Inspection
from .measurements import Measurements
from .model import Model
from .observable import Observable
from .pages import write
from .posterior import Posterior, SensorFit
from .sensors import Sensor
from .unknowns import Unknown

Array = NDArray[float64]

FORMAT = 3
ARRAYS = ("x", "covariance", "before", "inspected", "strength")
NUMBERS = ("beyond", "evidence", "derivatives", "steps")
INSPECTED: dict[str, Any] = {each.__name__: each for each in (Observable, EndQuenched, Dilated)}
COLUMNS = ("time", "measured", "computed")


def save(fit: Posterior, path: Path) -> Path:
    """Write a fit with its case, its records and its unknowns. Raises CaseError for a case that cannot be saved."""
    page = {
        "metaltwin fit": FORMAT,
        "case": text(fit.model.case),
        "unknowns": [dict(unknown.__dict__) for unknown in fit.model.unknowns],
        "runs": [_run(run) for run in fit.model.runs],
        "inspections": [_inspection(each) for each in fit.model.inspections],
        "sensors": [_plain(sensor.__dict__) for sensor in fit.sensors],
        "walls": [[*key, *value] for key, value in fit.walls.items()],
        **{name: getattr(fit, name).tolist() for name in ARRAYS},
        **{name: getattr(fit, name) for name in NUMBERS},
        "starts": list(fit.starts),
    }
    write(path, page)
    return path


def read(path: Path) -> Posterior:
    """What `save` wrote. Raises CaseError for another file, FileNotFoundError."""
    try:
        page = json.loads(path.read_text("utf-8"))
        if page.get("metaltwin fit") != FORMAT:
            raise ValueError
    except (ValueError, AttributeError):
        raise CaseError(f"'{path}' is no saved fit") from None
    arrays: dict[str, Any] = {name: np.array(page[name], float64) for name in ARRAYS}
    numbers: dict[str, Any] = {name: page[name] for name in NUMBERS}
    numbers["starts"] = tuple(page.get("starts", ()))
    return Posterior(
        model=Model(
            load_case(page["case"]),
            tuple(map(_read_run, page["runs"])),
            tuple(map(_unknown, page["unknowns"])),
            inspections=tuple(map(_read_inspection, page["inspections"])),
        ),
        sensors=tuple(map(_sensor, page["sensors"])),
        walls={(leg, zone): (low, high) for leg, zone, low, high in page["walls"]},
        **arrays,
        **numbers,
    )


def _plain(words: dict[str, Any]) -> dict[str, Any]:
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in words.items()}


def _run(run: Measurements) -> dict[str, Any]:
    words = _plain({name: value for name, value in run.__dict__.items() if name not in ("values", "sensors")})
    return words | {
        "values": _plain(run.values),
        "sensors": {name: fields_spoken(sensor) for name, sensor in run.sensors.items()},
    }


def _read_run(words: dict[str, Any]) -> Measurements:
    return Measurements(**words | {
        "time": np.array(words["time"], float64),
        "values": {name: np.array(column, float64) for name, column in words["values"].items()},
        "sensors": {name: Sensor(**given) for name, given in words["sensors"].items()},
    })  # fmt: skip


def _inspection(one: Inspection) -> dict[str, Any]:
    return {"of": type(one.what).__name__, "what": fields_spoken(one.what)} | {
        name: getattr(one, name) for name in ("measured", "within")
    }


def _read_inspection(words: dict[str, Any]) -> Inspection:
    return Inspection(INSPECTED[words["of"]](**words["what"]), words["measured"], words["within"])


def _unknown(words: dict[str, Any]) -> Unknown:
    return Unknown(**words | {name: words[name] and tuple(words[name]) for name in ("knots", "bounds")})


def _sensor(words: dict[str, Any]) -> SensorFit:
    return SensorFit(**words | {name: np.array(words[name], float64) for name in COLUMNS})
