"""What a run will cost and roughly how it will go, from a body of one temperature.

Each leg is followed as a lumped body whose surface lags by the resistance of a third of its half thickness.
Costs are measured constants; `metaltwin bench` says when they no longer hold.
"""

import os
from dataclasses import dataclass
from math import ceil, inf, sqrt
from typing import Any

import numpy as np

from ..materials.curve import Curve, TimeCurve
from ..materials.matter import Matter
from ..materials.medium import Medium
from ..solver.geometry import Cells
from ..solver.metal import FINE_STEP, STRAIN_STEP
from .schedule import Stretch

# Measured on 2 cores with a warm cache; good within a factor 2.
STAGE = {"3d": 12e-9, "rz": 20e-9, "1d": 60e-9}  # s a cell and stage of the heat step
STAGE_CALL = 60e-6  # s a stage, however few the cells
KINETICS = 150e-9  # s a cell, or a layer below the skin, and step: phases, recorder
STEP_CALL = 0.7e-3  # s a step, however few the cells
INCREMENT = {"3d": 20e-6, "rz": 8e-6, "1d": 5e-6}  # s a cell and stress increment
STRAIN = 2.8e-5  # 1/K, of the cell that strains most
FRONT = 4.0  # a quench that transforms takes so many times more stress increments: cells transform in turn
STEPS, CASTING_STEPS = 3.0, 5.0  # steps of a leg for each cube root of (its temperature change / tolerance)
ACROSS = 4.0  # steps a cell across the part and root of the tolerance in K: a front of phases or of boiling holds them
FREEZING = {"1d": (2.0, 1.0), "rz": (6.0, 0.5), "3d": (2.0, 0.55)}  # the same of cells that freeze, for a power of them
DRYING = 2.5  # the same of a cell across the wall of a mould whose water boils away
TURNING = 700  # steps while a casting transforms: its cells one after another, each by a twentieth a step
CASTING_STAGES, FEWEST = 0.4, 6  # stages over those of equal steps, most are short; stages of the usual step
CASTING_STAGE = 7e-9  # s a cell and stage in 3d, the share of a step in it
LATTICE = 12e-6  # s a cell, while bodies are measured in 3d
START_SECONDS = 3.5  # s, loading compiled code
HEAT_BYTES, STRESS_BYTES, BOX_BYTES, BASE_BYTES = 175.0, 850.0, 17.0, 250e6
LAYER_BYTES = 280.0  # a layer below the skin of a case
SCAN_RZ_BYTES = 2650.0  # a cell of the box, while an r-z lattice is measured

SIGMA = 5.670374419e-8  # W/m2/K4
CUT_CELLS = 0.35  # share of a full cell's step that lifted cut cells allow
EVEN = 0.1  # Biot number, up to which a part has one temperature
AUSTENITE = 1030.0  # K, where a heated part has begun to become austenite
TRANSFORMED = 600.0  # K, where a quench has begun to make martensite
TURNED = 1050.0  # K, where austenite has begun to go in a mould
HOT = 1e4  # K, where nothing is left to follow
LONGEST = 30 * 86400.0  # s, where a leg that hardly moves is given up


@dataclass(frozen=True)
class LegEstimate:
    """One leg, roughly.

    name         of the leg
    duration     s
    before, end  K, mean temperature of the part
    biot         (least, most) h V / (A k) over surface temperatures; None for flux or held surface
    steps        of time
    stages       of all steps
    front        how many times more stress increments it takes because cells transform in turn
    endless      whether its `until` was not reached
    """

    name: str
    duration: float
    before: float
    end: float
    biot: tuple[float, float] | None
    steps: int
    stages: int
    front: float = 1.0
    endless: bool = False


@dataclass(frozen=True)
class Body:
    """The part as one temperature.

    length       m, volume over area
    areas        share of each zone in the area
    capacity     J/m3/K against K, conductivity W/m/K against K: of the phases at the start
    """

    length: float
    areas: dict[str, float]
    matter: Matter
    phases: dict[str, float]

    @classmethod
    def of(cls, cells: Cells, matter: Matter, phases: dict[str, float]) -> "Body":
        """Volume and areas of the cells."""
        whole = float(cells.patch_area.sum())
        share = np.bincount(cells.patch_zone, cells.patch_area, len(cells.zones)) / whole
        return cls(
            float(cells.volume.sum()) / whole,
            dict(zip(cells.zones, map(float, share), strict=True)),
            matter,
            phases,
        )

    def capacity(self, T: float) -> float:
        """J/m3/K at T (K), of the phases at the start."""
        ends = np.array([T - 1.0, T + 1.0])
        slope = sum(z * np.diff(self._phase(name).enthalpy(ends))[0] for name, z in self.phases.items()) / 2.0
        return float(slope) * self.matter.density

    def conductivity(self, T: float) -> float:
        """W/m/K at T (K), of the phases at the start."""
        at = np.array([T])
        return float(sum(z * self._phase(name).conductivity(at)[0] for name, z in self.phases.items()))

    def _phase(self, name: str) -> Any:
        return next(phase for phase in self.matter.phases if phase.name == name)

    def diffusivity(self, low: float, high: float) -> float:
        """Largest between two temperatures (K), m2/s."""
        return max(self.conductivity(T) / self.capacity(T) for T in np.linspace(low, high, 12))


def _value(given: Any, surface: float, time: float) -> float:
    if isinstance(given, float | int):
        return float(given)
    return float(np.asarray(given(np.array([time if isinstance(given, TimeCurve) else surface])))[0])


def exchange(medium: Medium, surface: float, time: float) -> tuple[float, float]:
    """Heat flux into a surface, W/m2, and heat transfer coefficient, W/m2/K; `inf` where held, 0 for a flux.

    surface K; time s since the start of the step
    """
    if medium.surface_temperature is not None:
        return inf, inf
    if medium.flux is not None:
        return _value(medium.flux, surface, time), 0.0
    if medium.temperature is None:
        return 0.0, 0.0
    ambient = _value(medium.temperature, surface, time)
    h = 0.0 if medium.h is None else _value(medium.h, surface, time)
    if medium.emissivity is not None:
        h += float(medium.emissivity) * SIGMA * (surface**2 + ambient**2) * (surface + ambient)
    return h * (ambient - surface), h


def follow(stretch: Stretch, body: Body, start: float) -> tuple[float, float]:
    """Duration (s) and end temperature (K) of a leg that begins at `start` (K).

    Linearised implicit Euler, so that a thin part that has come to rest costs no more steps than a thick one.
    """
    T, time = start, 0.0
    last, widest = (LONGEST, 2000.0) if stretch.duration is None else (stretch.duration, 0.02 * stretch.duration)
    while time < last and 0.0 < T < HOT:
        if _past(stretch, T):
            return time, T
        rate = _rate(stretch, body, T, time)
        fading = max(0.0, rate - _rate(stretch, body, T + 1.0, time))  # 1/s
        change = max(0.5, 0.01 * abs(T - 293.15))
        room = abs(rate) - change * fading
        dt = min(change / room if room > 0.0 else inf, last - time, max(1.0, widest))
        T, time = T + rate * dt / (1.0 + fading * dt), time + dt
    return (time if stretch.duration is None else stretch.duration), T


def _past(stretch: Stretch, T: float) -> bool:
    return stretch.until is not None and (T >= stretch.until if stretch.rising else T <= stretch.until)


def _rate(stretch: Stretch, body: Body, T: float, time: float) -> float:
    """K/s of the lumped body; its surface lags by length / (3 k)."""
    inner = 3.0 * body.conductivity(T) / body.length
    total = 0.0
    for zone, share in body.areas.items():
        medium = stretch.medium(zone)
        q, h = exchange(medium, T, time)
        if h == inf:
            total += share * inner * (_value(medium.surface_temperature, T, time) - T)
        else:
            total += share * q / (1.0 + h / inner)
    return total / (body.length * body.capacity(T))


def biot(stretch: Stretch, body: Body, low: float, high: float) -> tuple[float, float] | None:
    """(least, most) h V / (A k) over surface temperatures low..high (K); None for flux or held surface."""
    numbers = [
        exchange(stretch.medium(zone), T, 0.0)[1] * body.length / body.conductivity(T)
        for zone in body.areas
        for T in np.linspace(low, high, 25)
    ]
    most = max(numbers)
    return None if most in (0.0, inf) else (min(numbers), most)


def estimate(
    stretches: tuple[Stretch, ...], body: Body, start: float, limit: float, tolerance: float, across: float
) -> tuple[LegEstimate, ...]:
    """Every leg, roughly.   start K; limit s, explicit step; tolerance K; across cells, the root of all by dimension

    Where cells transform or stop boiling one after another, each time the error binds the step anew.
    """
    ready, T, austenite = [], start, body.phases.get("austenite", 0.0) > 0.0
    for stretch in stretches:
        duration, end = follow(stretch, body, T)
        endless = stretch.until is not None and not _past(stretch, end)
        numbers = biot(stretch, body, min(T, end), max(T, end))
        hardens, heats = austenite and end < TRANSFORMED < T, not austenite and T < AUSTENITE < end
        turns = body.matter.transforms and (hardens or heats)
        boils = _boils(stretch) and (numbers is None or numbers[1] > EVEN)
        in_turn = ACROSS * across / sqrt(tolerance) if turns or boils else 0.0
        austenite = end > TRANSFORMED and (austenite or heats)
        steps = max(4, ceil(STEPS * max(abs(end - T) / tolerance, 0.3) ** (1.0 / 3.0) + in_turn))
        stages = max(5 * steps, ceil(sqrt(4.0 * steps * duration / limit)))
        front = FRONT if turns and hardens else 1.0
        ready.append(LegEstimate(stretch.name, duration, T, end, numbers, steps, stages, front, endless))
        T = end
    return tuple(ready)


def _boils(stretch: Stretch) -> bool:
    """Whether what surrounds a part takes heat by its surface temperature."""
    return any(isinstance(given, Curve) for medium in stretch.each() for given in (medium.h, medium.flux))


def seconds(
    legs: tuple[LegEstimate, ...], cells: int, metric: str, kinetics: bool, stress: bool, layers: int = 0
) -> float:
    """Predicted run time, s.   metric "1d", "rz" or "3d";  layers below the skin"""
    total = START_SECONDS
    for leg in legs:
        total += leg.stages * (STAGE_CALL + cells * STAGE[metric])
        total += leg.steps * (STEP_CALL + ((cells + layers) * KINETICS if kinetics else 0.0))
        if stress:
            increments = 1.0 + leg.front * STRAIN * abs(leg.end - leg.before) / STRAIN_STEP.get(metric, FINE_STEP)
            total += increments * (STEP_CALL + cells * INCREMENT[metric])
    return total


def casting(
    falls: tuple[tuple[float, float], ...],
    tolerance: float,
    limit: float,
    cells: int,
    metric: str,
    drying: float = 0.0,
    turns: bool = False,
) -> tuple[int, int]:
    """Steps and stages of a casting.

    falls      (s, K) of each leg, the first in the mould
    tolerance  K
    limit      s, explicit step
    cells      of the casting
    metric     "1d", "rz" or "3d"
    drying     cells across the wall of a moist mould
    turns      whether it transforms as it cools

    Each cell that begins or ends to freeze bends the heat of its neighbours, and the error binds the step anew: in 1d
    cell after cell, in 3d the more, the more of them there are, for some are always at it.
    """
    steps, stages = 0, 0
    each, power = FREEZING[metric]
    fronts = (each * cells**power + DRYING * drying) / sqrt(tolerance)
    for number, (time, fall) in enumerate(falls):
        taken = max(20, ceil(CASTING_STEPS * (fall / tolerance) ** (1.0 / 3.0) + (fronts if number == 0 else 0.0)))
        steps += taken
        stages += max(FEWEST * taken, ceil(CASTING_STAGES * sqrt(4.0 * taken * time / limit)))
    held = TURNING if turns else 0
    return steps + held, stages + FEWEST * held


def casting_seconds(steps: int, stages: int, cells: int, bodies: int, metric: str) -> float:
    """Predicted run time of a casting, s.   cells of all bodies; metric "1d", "rz" or "3d" """
    solid = metric == "3d"
    each = STAGE_CALL * bodies + cells * (CASTING_STAGE if solid else STAGE[metric])
    return START_SECONDS + stages * each + steps * STEP_CALL + (cells * LATTICE if solid else 0.0)


def memory(cells: int, box: int, stress: bool, metric: str, layers: int = 0) -> float:
    """Predicted peak memory, bytes; where the lattice is measured it is held at once."""
    run = cells * (HEAT_BYTES + (STRESS_BYTES if stress else 0.0)) + box * BOX_BYTES + layers * LAYER_BYTES
    return BASE_BYTES + (max(run, box * SCAN_RZ_BYTES) if metric == "rz" else run)


def machine_memory() -> float:
    """Bytes of this machine; inf where it does not say."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return inf
