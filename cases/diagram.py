"""Diagrams of a steel: isothermal transformation (TTT) and continuous cooling (CCT), by the kernels of a run."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.alloy import Alloy
from ..materials.kinetics import ae1, ae3
from ..materials.matter import PHASES
from ..materials.quantity import parse
from ..materials.refusal import CaseError
from ..solver.curves import Level, Traces
from .specimen import COLD, Drawn, curves, model, outside, products, steel

Array = NDArray[float64]
Line = tuple[Array, Array]

BEGUN, DONE = 0.01, 0.99
"""Fraction of the cell at which a product has started, and at which austenite has ended."""
STEP = 0.006  # of the time since the start, between two instants
LEVELS = 2.5  # K, between two temperatures of a TTT diagram
SPAN = (1e-2, 1e6)  # s, of a TTT diagram
ABOVE = 50.0  # K, austenitised above Ac3
PASSED = 1083.15  # K, cooling starts above 800 degC, so that t8/5 is seen
MOST_CURVES = 1000
HALVES = {"M50": 0.5, "M90": 0.9}


@dataclass(frozen=True, eq=False)
class TTT(Drawn):
    """Isothermal transformation: when each product has begun, and when half and all of it is over.

    temperature  (k,) K, quenched to at once and held
    lines        name -> (k,) s; "ferrite start" and so on: 1 % of the cell; "half", "finish": 50 and 99 %
                 transformed; NaN where that is not reached in 1e6 s
    levels       name -> K: Ae3, Ae1, Ms, M50, M90
    """

    alloy: Alloy = field(repr=False)
    temperature: Array = field(repr=False)
    lines: dict[str, Array] = field(repr=False)
    levels: dict[str, float]

    @property
    def model(self) -> str:
        """The laws it was made with."""
        return model(self.alloy)

    def nose(self, line: str) -> tuple[float, float]:
        """(s, K) of the shortest time of a line; NaN where the line is empty."""
        time = self.lines[line]
        if np.isnan(time).all():
            return float("nan"), float("nan")
        place = int(np.nanargmin(time))
        return float(time[place]), float(self.temperature[place])

    def __str__(self) -> str:
        said = [f"TTT diagram of {self.alloy.name}", self.model, *outside(self.alloy)]
        said.append(", ".join(f"{name} {kelvin - 273.15:.0f} degC" for name, kelvin in self.levels.items()))
        for line in self.lines:
            time, kelvin = self.nose(line)
            if np.isfinite(time):
                said.append(f"{line:<16} first after {time:9.3g} s, at {kelvin - 273.15:.0f} degC")
        return "\n".join(said)


@dataclass(frozen=True, eq=False)
class CCT(Drawn):
    """Continuous cooling at n constant rates from austenite to 25 degC.

    rates     (n,) K/s, rising
    lines     name -> (s since Ae3 was passed, K), (n,) each; "ferrite start" and so on: 1 % of the cell,
              "finish": 99 % transformed; NaN where that does not happen
    phases    name -> (n,) at the end
    hardness  (n,) HV at the end
    t8_5      (n,) s
    levels    name -> K: Ae3, Ae1, Ms
    """

    alloy: Alloy = field(repr=False)
    rates: Array = field(repr=False)
    lines: dict[str, Line] = field(repr=False)
    phases: dict[str, Array] = field(repr=False)
    hardness: Array = field(repr=False)
    t8_5: Array = field(repr=False)
    levels: dict[str, float]

    @property
    def model(self) -> str:
        """The laws it was made with."""
        return model(self.alloy)

    def __str__(self) -> str:
        said = [f"CCT diagram of {self.alloy.name}", self.model, *outside(self.alloy)]
        said.append("  K/s       t8/5 s    " + " ".join(f"{name:>11}" for name in self.phases) + "    HV")
        for i in range(0, self.rates.size, max(1, self.rates.size // 20)):
            shares = " ".join(f"{100.0 * share[i]:9.1f} %" for share in self.phases.values())
            said.append(f"  {self.rates[i]:<9.3g} {self.t8_5[i]:<9.3g} {shares} {self.hardness[i]:5.0f}")
        return "\n".join(said)


def ttt(alloy: Alloy | str) -> TTT:
    """The TTT diagram of a steel, every 2.5 K from Ae3 to Ms.

        ttt("42CrMo4").plot(save="ttt.png")

    Raises CaseError for an alloy that does not transform.
    """
    alloy = steel(alloy)
    start, alpha = alloy.martensite_pair()
    levels = _levels(alloy)
    temperature = np.arange(levels["Ae3"], start, -LEVELS)
    times = np.concatenate([[0.0], np.geomspace(*SPAN, round(np.log(SPAN[1] / SPAN[0]) / STEP))])
    points = curves(alloy)
    wanted = {f"{phase} start": (phase, BEGUN) for phase in products(alloy)}
    wanted |= {"half": ("austenite", 0.5), "finish": ("austenite", 1.0 - DONE)}
    held = np.broadcast_to(temperature, (times.size, temperature.size))
    seen = points.follow(times, held, levels=tuple(wanted.values())).reached
    lines = {name: seen[level][0] for name, level in wanted.items()}
    levels |= {name: start + np.log(1.0 - share) / alpha for name, share in HALVES.items()}
    return TTT(alloy, temperature, lines, levels)


def cct(alloy: Alloy | str, slowest: str = "0.02 K/s", fastest: str = "200 K/s", count: int = 40) -> CCT:
    """The CCT diagram of a steel: `count` constant cooling rates from 50 K above Ac3.

        cct("42CrMo4").plot(save="cct.png")

    Raises CaseError for an alloy that does not transform and for rates that are none.
    """
    alloy = steel(alloy)
    low, high = parse(slowest, "K/s", "slowest"), parse(fastest, "K/s", "fastest")
    if not 0.0 < low < high:
        raise CaseError(f"'{slowest}' to '{fastest}' is no range of cooling rates; both above 0, the slowest first")
    if not 2 <= count <= MOST_CURVES:
        raise CaseError(f"{count} is no number of cooling curves; give 2 to {MOST_CURVES}", "count")
    rates, levels = np.geomspace(low, high, count), _levels(alloy)
    wanted = {f"{phase} start": (phase, BEGUN) for phase in (*products(alloy), "martensite")}
    wanted["finish"] = ("austenite", 1.0 - DONE)
    seen = cooled(alloy, rates, tuple(wanted.values()))
    since = (top(alloy) - levels["Ae3"]) / rates
    lines = {name: (seen.reached[level][0] - since, seen.reached[level][1]) for name, level in wanted.items()}
    phases = dict(zip(PHASES, seen.phases, strict=True))
    return CCT(alloy, rates, lines, phases, seen.hardness, seen.past["t8_5"], levels)


def cooled(alloy: Alloy, rates: Array, levels: Sequence[Level] = ()) -> Traces:
    """Points that cool at these rates (n,) K/s from `top` to 25 degC."""
    points, high = curves(alloy), top(alloy)
    times = clock(1.0 / rates.max(), (high - COLD) / rates.min())
    return points.follow(times, np.maximum(high - times[:, None] * rates, COLD), levels=levels)


def top(alloy: Alloy) -> float:
    """K from which curves cool: 50 K above Ac3, and above 800 degC."""
    kinetics = alloy.matter().kinetics
    return max(PASSED, ae3(alloy.austenite), (kinetics.ac3 if kinetics else None) or 0.0) + ABOVE


def clock(first: float, last: float) -> Array:
    """Instants (s) that curves of every rate can share: 0, then growing by STEP."""
    return np.concatenate([[0.0], np.geomspace(first, last, 2 + int(np.log(last / first) / STEP))])


def _levels(alloy: Alloy) -> dict[str, float]:
    austenite = alloy.austenite
    return {"Ae3": ae3(austenite), "Ae1": ae1(austenite), "Ms": alloy.martensite_pair()[0]}
