"""Hardness of martensite against the temperature of tempering."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.alloy import Alloy
from ..materials.hardness import tempering
from ..materials.quantity import parse
from ..materials.refusal import CaseError
from .specimen import COLD, Drawn, curves, steel

Array = NDArray[float64]

LEAST, MOST, STEP = 378.15, 973.15, 5.0  # K, range of the regression; it begins above 100 degC
QUICK = 1.0  # s to the temperature and back


@dataclass(frozen=True, eq=False)
class TemperingCurve(Drawn):
    """Martensite of a steel after tempering; d durations, k temperatures.

    temperature  (k,) K;  durations (d,) s
    hardness     (d, k) HV
    as_quenched  HV
    """

    alloy: Alloy = field(repr=False)
    temperature: Array = field(repr=False)
    durations: Array
    hardness: Array = field(repr=False)
    as_quenched: float

    @property
    def model(self) -> str:
        """The laws it was made with."""
        return "tempered martensite: own regression on 1167 published points, rms 2.2 HRC; as quenched ASTM A255-10"

    def __str__(self) -> str:
        said = [f"Tempering of {self.alloy.name}, {self.as_quenched:.0f} HV as quenched", self.model]
        said.append("  degC" + "".join(f"{_words(seconds):>12}" for seconds in self.durations))
        for i in range(0, self.temperature.size, 5):
            row = "".join(f"{hv:9.0f} HV" for hv in self.hardness[:, i])
            said.append(f"{self.temperature[i] - 273.15:6.0f}{row}")
        return "\n".join(said)


def _words(seconds: float) -> str:
    return f"{seconds / 3600.0:g} h" if seconds >= 3600.0 else f"{seconds / 60.0:g} min"


def tempering_curve(alloy: Alloy | str, durations: Sequence[str] = ("1 h",)) -> TemperingCurve:
    """Hardness of the fully martensitic steel after tempering at 105 degC to Ac1 (700 degC at most).

        tempering_curve("42CrMo4", ["30 min", "2 h"]).plot(save="tempering.png")

    Raises CaseError for an alloy that does not transform or lies outside the regression, and for a wrong time.
    """
    alloy = steel(alloy)
    points = curves(alloy)
    law, kinetics = points.matter.hardness, points.matter.kinetics
    if law is None or alloy.composition is None or tempering(alloy.austenite) is None:
        raise CaseError(
            f"alloy '{alloy.name}' lies outside the tempering regression: C 0.25 to 0.75, Cr <= 1.5, Mo <= 0.35 wt %",
            "alloy",
        )
    times = [parse(text, "s", "durations") for text in ([durations] if isinstance(durations, str) else durations)]
    if not times or min(times) <= 0.0:
        raise CaseError(f"{durations!r} are no durations above 0; write ['1 h', '2 h']", "durations")
    most = min(MOST, (kinetics.ac1 if kinetics is not None and kinetics.ac1 else MOST) - STEP)
    temperature = np.arange(LEAST, most + 1e-9, STEP)
    martensite = [float(name == "martensite") for name in points.names]
    hardness = []
    for seconds in sorted(times):
        clock = np.array([0.0, QUICK, QUICK + seconds, 2.0 * QUICK + seconds])
        cold = np.full_like(temperature, COLD)
        path = np.stack([cold, temperature, temperature, cold])
        hardness.append(points.follow(clock, path, start=martensite).hardness)
    return TemperingCurve(alloy, temperature, np.array(sorted(times)), np.array(hardness), law.law["martensite"][0])
