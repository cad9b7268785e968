"""A dilatometer: length and structure of a small specimen that cools at a given rate."""

from dataclasses import dataclass as plain_dataclass
from dataclasses import field
from typing import Annotated, Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from pydantic import BeforeValidator
from pydantic.dataclasses import dataclass

from ..materials.alloy import Alloy
from ..materials.matter import PHASES, Matter
from ..materials.quantity import Quantity, Temperature
from ..materials.refusal import STRICT, CaseError, plain
from ..solver.curves import Curves
from ..solver.properties import Properties
from ..solver.tables import Axis
from .diagram import BEGUN, DONE, top
from .specimen import COLD, Drawn, curves, model, outside, steel

Array = NDArray[float64]

STEP = 1.0  # K
HOT = 923.15  # K, to which it is heated again

Rate = Annotated[Any, Quantity("K/s", positive=True)]


@plain
@dataclass(frozen=True, config=STRICT)
class Dilatometer:
    """A specimen so small that it has one temperature, cooled from austenite to 25 degC at a constant rate.

    alloy         a name or an alloy(...)
    cooling_rate  "5 K/s"
    austenitise   temperature; None: 50 K above Ac3 or 810 degC
    reheat        "20 K/min", at which it is heated again to 650 degC, what is martensite tempering; None: it is not

        Dilatometer("42CrMo4", "5 K/s").run().plot(save="dilatometer.png")

    Raises CaseError for an alloy that does not transform, or whose phases have no known length.
    """

    alloy: Annotated[Any, BeforeValidator(steel)]
    cooling_rate: Rate
    austenitise: Temperature | None = None
    reheat: Rate | None = None

    def run(self) -> "Dilation":
        """Follow the specimen."""
        points = curves(self.alloy)
        matter = points.matter
        if not matter.has_mechanics:
            raise CaseError(f"alloy '{matter.name}' does not say how long its phases are", "alloy", word="Dilatometer")
        high = top(self.alloy) if self.austenitise is None else float(self.austenitise)
        if high <= COLD + STEP:
            raise CaseError(f"'{self.austenitise}' is not above 25 degC", "austenitise", word="Dilatometer")
        temperature = np.linspace(high, COLD, int((high - COLD) / STEP) + 1)
        times = (high - temperature) / float(self.cooling_rate)
        levels = (("austenite", 1.0 - BEGUN), ("austenite", 1.0 - DONE))
        seen = points.follow(times, temperature[:, None], levels=levels, history=True)
        phases = seen.history[:, :, 0]
        annealed = np.array([self.alloy.annealed.get(name, 0.0) for name in PHASES])
        length = _strain(matter, phases, temperature)
        start = _strain(matter, annealed[None], np.array([COLD]))[0]
        reheated = None
        if self.reheat is not None:
            reheated = _reheated(points, float(self.reheat), times, temperature, float(start))
        begun, done = (float(seen.reached[level][1][0]) for level in levels)
        return Dilation(
            self.alloy,
            float(self.cooling_rate),
            temperature,
            length - start,
            dict(zip(PHASES, phases.T, strict=True)),
            begun,
            done,
            float(seen.hardness[0]),
            reheated,
        )


def _reheated(points: Curves, rate: float, times: Array, cooled: Array, start: float) -> "Reheating":
    """A specimen that has cooled at `times` s through `cooled` K, heated again; start: strain of the annealed one."""
    count = int((HOT - COLD) / STEP)
    rising = np.linspace(COLD, HOT, count + 1)
    path = np.concatenate([cooled, rising[1:]])
    when = np.concatenate([times, times[-1] + (rising[1:] - COLD) / rate])
    seen = points.follow(when, path[:, None], history=True)
    phases, parameter = seen.history[cooled.size - 1 :, :, 0], seen.tempering[cooled.size - 1 :, 0]
    shares = Properties(points.matter, Axis()).split(np.ascontiguousarray(phases[:, 1:].T), parameter)
    laws = [phase.mechanics for phase in points.matter.phases] + [each.mechanics for each in points.matter.stages]
    each = np.array([law.strain(rising) for law in laws if law is not None])
    length = (np.vstack([phases[:, 0], shares]) * each).sum(0)
    return Reheating(rate, rising, length - start, float(seen.hardness[0]))


def _strain(matter: Matter, phases: Array, temperature: Array) -> Array:
    """Free linear strain (m,) of a mixture (m, P) at temperatures (m,) K."""
    each = [phase.mechanics.strain(temperature) for phase in matter.phases if phase.mechanics is not None]
    return np.asarray((phases * np.stack(each, axis=1)).sum(axis=1))


@plain_dataclass(frozen=True, eq=False)
class Reheating:
    """What it saw when the specimen was heated again; k temperatures.

    rate         K/s
    temperature  (k,) K, rising
    strain       (k,) change of length over that of the annealed specimen at 25 degC
    hardness     HV at the end
    """

    rate: float
    temperature: Array = field(repr=False)
    strain: Array = field(repr=False)
    hardness: float


@plain_dataclass(frozen=True, eq=False)
class Dilation(Drawn):
    """What the dilatometer saw; m temperatures.

    cooling_rate  K/s
    temperature   (m,) K, falling
    strain        (m,) change of length over that of the annealed specimen at 25 degC
    phases        name -> (m,)
    begun, done   K at which 1 and 99 % have transformed; NaN where that is not reached
    hardness      HV at the end of cooling
    reheated      what followed, or None
    """

    alloy: Alloy = field(repr=False)
    cooling_rate: float
    temperature: Array = field(repr=False)
    strain: Array = field(repr=False)
    phases: dict[str, Array] = field(repr=False)
    begun: float
    done: float
    hardness: float
    reheated: Reheating | None = None

    @property
    def model(self) -> str:
        """The laws it was made with."""
        return model(self.alloy) + "; length by densities of Miettinen 1997"

    def __str__(self) -> str:
        end = ", ".join(f"{name} {100.0 * share[-1]:.1f} %" for name, share in self.phases.items() if share[-1] > 5e-4)
        again = self.reheated
        after = "" if again is None else f"\nheated again by {again.rate:.3g} K/s to 650 degC: {again.hardness:.0f} HV"
        laws = "\n".join([self.model, *outside(self.alloy)])
        return (
            f"Dilatometer, {self.alloy.name} at {self.cooling_rate:g} K/s\n{laws}\n"
            f"1 % transformed at {self.begun - 273.15:.0f} degC, 99 % at {self.done - 273.15:.0f} degC\n"
            f"{end}; {self.hardness:.0f} HV; {1e2 * self.strain[-1]:+.3f} % longer than annealed{after}"
        )
