"""What thermocouples have recorded, with the place and the quality of each."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.case import Case
from ..cases.step import step_names
from ..materials.quantity import parse
from ..materials.refusal import CaseError, nearest, one_of
from .recordfile import READERS, Columns, read_csv, write_hdf5
from .sensors import FINEST, Sensor

if TYPE_CHECKING:
    from .readiness import Readiness

Array = NDArray[float64]


@dataclass(frozen=True, eq=False)
class Measurements:
    """A record: temperatures of thermocouples over time.

        run = Measurements.read_csv("run_17.csv", places={"T2": ("11 mm", "0 mm", "50 mm")}, events={"quench": "16 s"})
        print(run.readiness(case))

    time          (n,) s, as recorded
    values        (n,) K by name; NaN where nothing was read
    sensors       by name; one that has none takes the place of the case's thermocouple of that name
    events        s of the record at which a step of the case began
    clock_within  s, one standard deviation of these marks, or None where they are exact
    source        file it came from
    """

    time: Array
    values: Columns = field(repr=False)
    sensors: dict[str, Sensor]
    events: dict[str, float] = field(default_factory=dict)
    clock_within: float | None = None
    source: str = ""

    @classmethod
    def read_csv(
        cls,
        path: str | os.PathLike[str],
        places: Mapping[str, Any] | None = None,
        events: Mapping[str, str] | None = None,
        clock_within: str | None = None,
    ) -> Self:
        """A record with units in its header, "T2 [degC]"; any delimiter, decimal comma; `.h5` and `.parquet` too.

        places        {"T2": ("11 mm", "0 mm", "50 mm")}, or a Sensor(...) that says more; only these columns are read.
                      None: every column, at the places of the case's thermocouples
        events        {"quench": "16 s"}: when, in the record, a step of the case began; without it the record
                      begins with the case
        clock_within  "0.2 s", how well that is known (one standard deviation); then it is an unknown

        Raises CaseError: unit missing, time not increasing, a name that the file does not have.
        """
        path = Path(path)
        time, values = READERS.get(path.suffix.lower(), read_csv)(path)
        sensors = {}
        for name, given in (places or {}).items():
            if name not in values:
                raise CaseError(f"'{path.name}' has no column {name!r}{nearest(name, values)}", "places", name)
            sensors[name] = given if isinstance(given, Sensor) else Sensor(name, given)
        chosen = {name: values[name] for name in sensors} if places is not None else values
        marks = {step: parse(when, "s", f"events {step}") for step, when in (events or {}).items()}
        within = None if clock_within is None else parse(clock_within, "s", "clock_within")
        return cls(time, chosen, sensors, marks, within, str(path))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write time and readings as HDF5, which `read_csv` reads back to the last bit; places and marks stay out."""
        path = Path(path)
        one_of(path.suffix.lower(), (".h5", ".hdf5"), "ending of a record", str(path))
        write_hdf5(path, self.time, self.values)
        return path

    def only(self, *names: str) -> Self:
        """Some of the thermocouples; what is left out can judge the fit."""
        for name in names:
            one_of(name, self.values, "thermocouple in the record")
        kept = {name: self.values[name] for name in names}
        return replace(self, values=kept, sensors={k: v for k, v in self.sensors.items() if k in kept})

    def timed_as(self, other: Self) -> bool:
        """Whether both are of one record, with the same marks: then one clock serves both."""
        same = self.time is other.time or (self.source != "" and self.source == other.source)
        return same and (self.events, self.clock_within) == (other.events, other.clock_within)

    def of(self, case: Case) -> tuple[Sensor, ...]:
        """The thermocouples in the order of `values`, those without a place at the case's. Raises CaseError."""
        known = {sensor.name: sensor for sensor in case.sensors}
        ready = []
        for name in self.values:
            if name in self.sensors:
                ready.append(self.sensors[name])
            elif name in known:
                ready.append(Sensor(name, known[name].at))
            else:
                raise CaseError(f"nobody says where {name!r} sits; give places={{'{name}': (x, y, z)}}", "places")
        for step in self.events:
            one_of(step, step_names(case.steps), "step", "events")
        return tuple(ready)

    def noise(self, name: str) -> Array:
        """(n,) K, of each reading: as the sensor says, else from the third differences of the record."""
        sensor, kelvin = self.sensors.get(name), self.values[name]
        if sensor is not None and sensor.noise is not None:
            return sensor.scatter(kelvin)
        rough = np.diff(kelvin, 3)
        rough = rough[np.isfinite(rough)]
        scatter = 1.4826 * float(np.median(np.abs(rough))) / np.sqrt(20.0) if rough.size else 0.0
        return np.full(kelvin.size, max(scatter, FINEST))

    def shift(self, begins: Mapping[str, float]) -> float:
        """What to add to the record's time to have the case's, s; begins: when each step began, s."""
        for step, when in self.events.items():
            if step in begins:
                return begins[step] - when
        return 0.0

    def readiness(self, case: Any) -> "Readiness":
        """Whether the record can calibrate the case, and why not. Prints as a page."""
        from .readiness import readiness

        return readiness(self, case)
