"""A case as thermocouples see it: temperatures at their places, read at the times of the record."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from ..cases.case import Case
from ..cases.casting import Casting
from ..cases.problem import lattice_cells, legs
from ..cases.schedule import beginning
from ..materials.refusal import CaseError
from ..solver.clock import Clock
from ..solver.field import Sampler, onto
from ..solver.geometry import Cells
from ..solver.march import Stopped, march
from ..solver.problem import Around, Problem
from ..solver.replay import Marks, replay
from ..solver.state import State
from .sensors import Sensor

Array = NDArray[float64]

DEEPER = 0.1e-3  # m, how far beside its place a thermocouple is read for the slope of temperature there


@dataclass(frozen=True, eq=False)
class Trace:
    """Temperatures at places, step by step.

    times   (m,) s from the start of the case
    values  (k, m) K, or (k, m, P) their derivatives
    begins  s, when each step of the schedule began, by name
    error   K, largest local error of a time step
    marks   (number of the leg, s at the end) of every step
    walls   K, lowest and highest temperature of the surface by (step, zone)
    """

    times: Array
    values: Array
    begins: dict[str, float]
    error: float
    marks: tuple[tuple[int, float], ...] = ()
    walls: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    def at(self, wanted: Array) -> Array:
        """(k, w) or (k, w, P) at times (w,) s: cubic leg by leg against the root of the time since it began."""
        out = np.empty((self.values.shape[0], wanted.size, *self.values.shape[2:]))
        marks = [*sorted(set(self.begins.values())), np.inf]
        for start, end in zip(marks[:-1], marks[1:], strict=True):
            own, here = (self.times >= start) & (self.times <= end), (wanted >= start) & (wanted < end)
            if here.any():
                root = np.sqrt(self.times[own] - start)
                curve = CubicSpline(root, self.values[:, own], axis=1, bc_type="natural")
                out[:, here] = curve(np.sqrt(np.minimum(wanted[here], self.times[own][-1]) - start))
        return out

    def pair(self, one: int, other: int, wanted: Array) -> Array:
        """(2, w, 1) or (2, w, P): two of the places alone."""
        both = replace(self, values=self.values[[one, other]]).at(wanted)
        return both if both.ndim == 3 else both[:, :, None]


class Follow:
    """A sink that keeps what the thermocouples read, and nothing else."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.values: list[Array] = []
        self.legs: list[str] = []

    def snapshot(self, time: float, leg: str, fields: dict[str, Array], wall: Array, around: Around = ()) -> None:
        pass

    def probe(self, times: Array, temperature: Array, phases: dict[str, Array]) -> None:
        self.times.append(float(times[0]))
        self.values.append(temperature[:, 0])

    def ledger(self, row: dict[str, Any]) -> None:
        pass

    def checkpoint(self, state: State, extra: dict[str, Any]) -> None:
        pass

    def end(self, fields: dict[str, Array], layers: dict[str, Array]) -> None:
        pass


@dataclass(frozen=True, eq=False)
class Forward:
    """A case made ready to be run many times for the same thermocouples; the part is gridded once.

    end  s of the case after which nothing was recorded

    Raises CaseError for a casting.
    """

    case: Case
    sensors: tuple[Sensor, ...]
    end: float

    def __post_init__(self) -> None:
        if isinstance(self.case, Casting):
            raise CaseError(
                "thermocouples calibrate a heat treatment, not a casting; take the wall of its mould as the part, "
                "docs/calibration.md"
            )

    @cached_property
    def cells(self) -> Cells:
        """The part on its grid."""
        return lattice_cells(self.case)

    @cached_property
    def places(self) -> Array:
        """(2k, 3) m: the thermocouples, then the same DEEPER in the part. Raises CaseError for one outside."""
        points = np.array([sensor.point for sensor in self.sensors]).reshape(-1, 3)
        for sensor, point in zip(self.sensors, points, strict=True):
            try:
                Sampler(self.cells, point[None, :])
            except ValueError as error:
                raise CaseError(f"{error}; move it into the part", "places", sensor.name) from None
        if not self.sensors:
            return points
        return np.concatenate([points, points + DEEPER * inwards(self.cells, points)])

    def problem(self, case: Case, tighter: float = 1.0) -> Problem:
        """A case on the same part, as the solver takes it, heat and phases only."""
        matter = case.alloy.matter()
        start, phases = beginning(case, matter)
        return Problem(
            cells=self.cells,
            matter=matter,
            legs=legs(case, self.cells, matter),
            start=start,
            phases=phases,
            probes=self.places,
            record=float(case.record),
            snapshots=1,
            tolerance=float(case.tolerance) / tighter,
            hardness=False,
            stress=False,
        )

    def trace(self, problem: Problem) -> Trace:
        """Temperatures at `places`, step by step, to the end of the record."""
        sink, begins, marks, error = Follow(), {problem.legs[0].name: 0.0}, [], 0.0
        walls: dict[tuple[str, str], tuple[float, float]] = {}
        zones = problem.cells.zones

        def watch(clock: Clock, state: State) -> bool:
            nonlocal error
            name = problem.legs[clock.leg].name
            begins.setdefault(name, clock.entered)
            marks.append((clock.leg, state.time))
            error = clock.error[0]
            for number, zone in enumerate(zones):
                wall = state.wall[problem.cells.patch_zone == number]
                if not wall.size:  # the image of a zone beyond a plane of symmetry
                    continue
                low, high = walls.get((name, zone), (np.inf, -np.inf))
                walls[name, zone] = min(low, float(wall.min())), max(high, float(wall.max()))
            return state.time >= self.end

        try:
            march(problem, sink, watch)
        except Stopped:
            pass
        return Trace(np.array(sink.times), np.array(sink.values).T, begins, error, tuple(marks), walls)

    def along(self, problem: Problem, like: Trace, marks: Marks | None = None) -> Trace:
        """The same along the steps of another trace, or along `marks`; what the surface went through stays that of it.

        Marches that choose their own steps differ by a little more than their parameters do: too rough to compare what
        lies close together. Raises ArithmeticError where those steps lead nowhere.
        """
        sink = Follow()
        replay(problem, like.marks if marks is None else marks, sink)
        values = np.array(sink.values).T
        if not np.isfinite(values).all():
            raise ArithmeticError("a march along given steps diverged")
        return replace(like, times=np.array(sink.times), values=values)


def depth(cells: Cells, points: Array) -> Array:
    """(k,) m from the nearest wall."""
    return np.asarray(_from_walls(cells, points).min(axis=1, initial=np.inf))


def _from_walls(cells: Cells, points: Array) -> Array:
    """(k, p) m between points and wall patches."""
    feet, places = cells.feet(), onto(cells.lattice, points)
    if cells.lattice.metric in ("slab", "cylinder", "sphere"):
        feet, places = feet[:, :1], places[:, :1]
    return np.array([np.linalg.norm(feet - place, axis=1) for place in places]).reshape(len(places), len(feet))


def inwards(cells: Cells, points: Array) -> Array:
    """(k, 3) unit vectors from the wall nearest to each point (k, 3) m into the part."""
    lattice, away = cells.lattice, _from_walls(cells, points)
    normal = -cells.patch_normal[away.argmin(axis=1)]
    for axis in lattice.mirrored:  # beyond a plane of symmetry the wall is an image
        normal[points[:, axis] - lattice.middle[axis] < lattice.origin[axis], axis] *= -1.0
    if lattice.metric == "3d":
        return np.asarray(normal)
    ray = points - np.array(lattice.middle)
    ray[:, {"slab": [1, 2], "cylinder": [2], "rz": [2], "sphere": []}[lattice.metric]] = 0.0
    length = np.linalg.norm(ray, axis=1)
    ray[length == 0.0] = (1.0, 0.0, 0.0)  # on the axis every way is as good
    ray /= np.where(length > 0.0, length, 1.0)[:, None]
    return np.asarray(ray * normal[:, :1] + np.array([0.0, 0.0, 1.0]) * normal[:, 2:])
