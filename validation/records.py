"""Data rows of the twin's catalogue: nothing lost, faults seen before anything is fitted, no silent units."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.grid import Grid
from ..cases.part import Part
from ..cases.sensor import Thermocouple
from ..cases.step import Quench, Transfer
from ..cases.treatment import HeatTreatment
from ..materials.material import Material
from ..materials.medium import Medium
from ..materials.refusal import CaseError
from ..twin.forward import Forward
from ..twin.inspection import Dilated, EndQuenched, Inspection
from ..twin.measurements import Measurements
from ..twin.observable import Observable
from ..twin.sensors import Sensor
from ..twin.unknowns import Unknown
from .verdict import Verdict, check

Array = NDArray[float64]

CHANNELS, SAMPLES = 64, 6000  # 10 Hz for 10 min
CLEAN = 50
DEPTHS = {"skin": "13.5 mm", "half": "7.5 mm", "core": "0 mm"}


def _case(h: float = 1000.0) -> HeatTreatment:
    return HeatTreatment(
        name="bar",
        part=Part.cylinder("30 mm", None),
        alloy=Material("steel", "20 W/m/K", "7800 kg/m^3", "550 J/kg/K"),
        grid=Grid("1.5 mm"),
        start="850 degC",
        steps=[Transfer("5 s"), Quench(Medium("oil", h=f"{h} W/m^2/K", temperature="40 degC"), duration="120 s")],
        sensors=[Thermocouple(name, (x, "0 mm", "0 mm")) for name, x in DEPTHS.items()],
    )


def _record(h: float = 1500.0, noise: float = 1.0, seed: int = 0) -> Measurements:
    """10 Hz, three thermocouples, of a bath that takes half as much again as the case says; it can calibrate."""
    case, time = _case(h), np.arange(0.0, 120.0, 0.1)
    sensors = tuple(Sensor(one.name, one.at) for one in case.sensors)
    forward = Forward(case, sensors, 120.0)
    kelvin = forward.trace(forward.problem(case)).at(time)[: len(sensors)]
    kelvin = kelvin + noise * np.random.default_rng(seed).standard_normal(kelvin.shape)
    marks = {"transfer": 0.0, "quench": 5.0}
    return Measurements(time, dict(zip(DEPTHS, kelvin, strict=True)), {one.name: one for one in sensors}, marks)


@check("twin-D1", "inverse")
def nothing_is_lost() -> Iterator[Verdict]:
    """64 thermocouples at 10 Hz, 0.5 % of the readings lost and one plug pulled for 30 s: each is read or listed."""
    random = np.random.default_rng(1)
    time = np.arange(SAMPLES) / 10.0
    sent = 1123.15 - 800.0 * (1.0 - np.exp(-time / 90.0))[:, None] + random.standard_normal((SAMPLES, CHANNELS))
    lost = random.random(sent.shape) < 0.005
    lost[1000:1300, 7] = True
    head = ";".join(["time [s]", *(f"T{i} [K]" for i in range(CHANNELS))])
    rows = ((t, *np.where(gone, np.nan, row).tolist()) for t, row, gone in zip(time.tolist(), sent, lost, strict=True))
    text = "\n".join([head, *(";".join("" if value != value else repr(value) for value in row) for row in rows)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.csv"
        path.write_text(text, "utf-8")
        places = {f"T{i}": (f"{0.2 * i} mm", "0 mm", "0 mm") for i in range(CHANNELS)}
        run = Measurements.read_csv(path, places)
    read = np.array([run.values[f"T{i}"] for i in range(CHANNELS)]).T
    equal = int((read == sent).sum())
    listed = 0
    for remark in run.readiness(_case().replace(steps=[Quench("fast oil", duration="600 s")])).remarks:
        words = remark.split()
        listed += int(words[2]) if "samples without a reading" in remark else 0
    quantity = "readings read to the last bit, and lost ones listed by name, of all"
    source = f"{sent.size} readings, {int(lost.sum())} of them taken out"
    got = (equal + listed) / sent.size
    yield Verdict("twin-D1", quantity, 1.0, got, 0.0, "-", "all, the catalogue's", source)


def _cut(run: Measurements, keep: Any) -> Measurements:
    return replace(run, time=run.time[keep], values={name: values[keep] for name, values in run.values.items()})


def _made(name: str, make: Callable[[Array], Array]) -> Callable[[Measurements], Measurements]:
    return lambda run: replace(run, values=run.values | {name: make(run.values[name].copy())})


def _everywhere(make: Callable[[Array], Array]) -> Callable[[Measurements], Measurements]:
    return lambda run: replace(run, values={name: make(values.copy()) for name, values in run.values.items()})


def _put(at: slice, value: float) -> Callable[[Array], Array]:
    def put(kelvin: Array) -> Array:
        kelvin[at] = value
        return kelvin

    return put


def _elsewhere(run: Measurements) -> Measurements:
    return replace(run, sensors=run.sensors | {"skin": Sensor("skin", ("16 mm", "0 mm", "0 mm"))})


FAULTS: dict[str, Callable[[Measurements], Measurements]] = {
    "cut short": lambda run: _cut(run, slice(0, 250)),
    "ends before anything moves": lambda run: _cut(run, slice(0, 50)),
    "begins after the quench": lambda run: _cut(run, slice(150, None)),
    "too few samples": lambda run: _cut(run, slice(0, 1200, 150)),
    "sampled every 5 s": lambda run: _cut(run, slice(0, 1200, 50)),
    "two swapped": lambda run: replace(
        run, values=run.values | {"skin": run.values["core"], "core": run.values["skin"]}
    ),
    "degF as degC": _everywhere(lambda kelvin: (kelvin - 273.15) * 1.8 + 32.0 + 273.15),
    "K as degC": _everywhere(lambda kelvin: kelvin + 273.15),
    "millivolts of another type": _everywhere(lambda kelvin: 273.15 + 0.8 * (kelvin - 273.15)),
    "one scaled": _made("core", lambda kelvin: 273.15 + 1.1 * (kelvin - 273.15)),
    "one 150 K high": _made("half", lambda kelvin: kelvin + 150.0),
    "one 15 K high": _made("half", lambda kelvin: kelvin + 15.0),
    "not connected": _made("core", lambda kelvin: np.full_like(kelvin, 1123.0)),
    "in the furnace, not in the part": _made("half", lambda kelvin: np.full_like(kelvin, 300.0)),
    "nothing read": _made("core", _put(slice(None), np.nan)),
    "loose contact": _made("half", _put(slice(100, 700, 40), 293.0)),
    "gap of 10 s": _made("skin", _put(slice(250, 350), np.nan)),
    "end of range": _everywhere(lambda kelvin: np.minimum(kelvin, 1073.0)),
    "clocks 4 s apart": lambda run: replace(run, events={"transfer": 0.0, "quench": 9.0}),
    "drilled elsewhere": _elsewhere,
}


@check("twin-D2", "inverse")
def faults_are_seen() -> Iterator[Verdict]:
    """Twenty kinds of fault, one at a time, and fifty records that have none."""
    case, clean = _case(), _record()
    found = clean.readiness(case)
    quiet = float(len(found.reasons) + len(found.remarks))
    yield Verdict("twin-D2", "said of the record before it is spoilt", 0.0, quiet, 0.0, "-", "nothing", "no fault")
    seen = [kind for kind, spoil in FAULTS.items() if _stopped_or_noted(spoil(clean), case)]
    missed = ", ".join(kind for kind in FAULTS if kind not in seen) or "none"
    quantity = f"faults stopped or noted, of {len(FAULTS)}; not seen: {missed}"
    yield Verdict("twin-D2", quantity, 20.0, float(len(seen)), 2.0, "-", "18 of 20, the catalogue's", "faults put in")
    heats = 800.0 + 40.0 * np.arange(CLEAN)
    held = sum(not _record(h, 0.5 + 0.05 * i, i).readiness(case).ready for i, h in enumerate(heats))
    quantity = f"records without a fault that were stopped, of {CLEAN}"
    yield Verdict("twin-D2", quantity, 0.0, float(held), 0.0, "-", "none, the catalogue's", "h 800 to 2760 W/m2/K")


def _stopped_or_noted(run: Measurements, case: HeatTreatment) -> bool:
    try:
        found = run.readiness(case)
    except CaseError:
        return True
    return bool(found.reasons or found.remarks)


@check("twin-D3", "inverse")
def a_record_comes_back() -> Iterator[Verdict]:
    """HDF5 to a record and back."""
    run = _record()
    run.values["half"][10:20] = np.nan
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "one.h5", Path(folder) / "two.h5"]
        back = Measurements.read_csv(Measurements.read_csv(run.save(paths[0])).save(paths[1]))
        same = [back.time.tobytes() == run.time.tobytes()]
        same += [back.values[name].tobytes() == run.values[name].tobytes() for name in DEPTHS]
    quantity = "columns equal to the last bit"
    yield Verdict("twin-D3", quantity, 4.0, float(sum(same)), 0.0, "-", "all, the catalogue's", "round trip")


CORE = Observable("hardness", at=("0 mm", "0 mm", "0 mm"))
WRONG: dict[str, Callable[[], Any]] = {
    "no unit in a header": lambda: _table("time [s];T1"),
    "a pressure for a temperature": lambda: _table("time [s];T1 [MPa]"),
    "a length for a time": lambda: _table("time [mm];T1 [degC]"),
    "strength for hardness": lambda: Inspection(CORE, "900 MPa", "10 HV"),
    "a bare hardness": lambda: Inspection(CORE, "300", "10 HV"),
    "beyond the Rockwell scale": lambda: Inspection(CORE, "75 HRC", "10 HV"),
    "a width in another quantity": lambda: Inspection(CORE, "300 HV", "10 K"),
    "hardness of a phase fraction": lambda: Inspection(Dilated("5 K/s", "500 degC", "bainite"), "30 HRC", "5 %"),
    "strength of an end quench": lambda: Inspection(EndQuenched("J4"), "900 MPa", "9 HV"),
    "a rate without its time": lambda: Dilated("5 K", "500 degC"),
    "a scale for a difference": lambda: Sensor("T1", ("0 mm", "0 mm", "0 mm"), offset_within="2 degC"),
    "a bare length": lambda: Sensor("T1", ("10", "0 mm", "0 mm")),
    "noise as a length": lambda: Sensor("T1", ("0 mm", "0 mm", "0 mm"), noise="1 mm"),
    "a share in per cent signs of kelvin": lambda: Unknown.factor("alloy.density", prior="5 K"),  # type: ignore[arg-type]
}


def _table(head: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.csv"
        path.write_text(f"{head}\n0;850\n1;849\n", "utf-8")
        Measurements.read_csv(path)


@check("twin-D4", "inverse")
def wrong_units_are_refused() -> Iterator[Verdict]:
    """Units and hardness scales that do not fit raise CaseError; those that fit are converted."""
    taken = []
    for kind, make in WRONG.items():
        with contextlib.suppress(CaseError):
            make()
            taken.append(kind)
    quantity = f"wrong units taken, of {len(WRONG)}{': ' * bool(taken)}{', '.join(taken)}"
    yield Verdict("twin-D4", quantity, 0.0, float(len(taken)), 0.0, "-", "none, the catalogue's", "wrong on purpose")
    read = Inspection(CORE, "45 HRC", "10 HV").value
    yield Verdict("twin-D4", "45 HRC in HV", 446.0, read, 2.0, "HV", "rounding of the table", "ASTM E140, table 1")
