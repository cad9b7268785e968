"""Exact derivatives of a march of heat: the tangent of every stage, along the steps of an earlier march.

How parameters enter is told by pairs of problems, a little above and below: their tables, laws and starts are
differenced, which is smooth, never their marches. For one phase and walls at least REACH from their cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray
from scipy.sparse import coo_array

from ..kernels.tangent import combine, follow
from .field import Sampler
from .heat import REACH, Heat, _rows, neighbours
from .problem import Problem
from .replay import Marks, by_leg
from .rkl import MOST_STAGES, SAFETY, _coefficients, _stages
from .tables import Tables

Array = NDArray[float64]
Index = NDArray[int64]


@dataclass(frozen=True)
class Moved:
    """A problem a little above and a little below in one parameter.   by: how far apart they are"""

    above: Problem
    below: Problem
    by: float


def differentiable(problem: Problem, moved: Sequence[Moved]) -> bool:
    """Whether the tangent holds: one phase, walls away from cells, parameters that move no time and no place."""
    cells = problem.cells
    reach = REACH * min(d for d, n in zip(cells.lattice.spacing, cells.lattice.shape, strict=True) if n > 1)
    if problem.matter.transforms or len(problem.matter.phases) > 1 or (cells.patch_distance < reach).any():
        return False
    return all(_same_times(each.above, each.below) for each in moved)


def _same_times(one: Problem, other: Problem) -> bool:
    return all(
        a.duration == b.duration and (a.entry is b.entry or np.array_equal(a.entry, b.entry))  # type: ignore[arg-type]
        for a, b in zip(one.legs, other.legs, strict=True)
    )


def tangent(
    problem: Problem, moved: Sequence[Moved], marks: Marks, stages: Sequence[int] | None = None
) -> tuple[Array, Array, list[int]]:
    """Probes (k, m) K and their derivatives (k, m, P) after the start and after every step; stages of each step.

    marks   (leg, s at the end) of each step
    stages  to take them as they were; None: as many as are stable
    """
    return _Tangent(problem, moved).march(marks, stages)


class _Tangent:
    def __init__(self, problem: Problem, moved: Sequence[Moved]) -> None:
        self.problem, self.moved = problem, moved
        self.heat = Heat(problem.cells, problem.matter, problem.tolerance, threads=1)
        self.plan, tables, axis = self.heat.plan, self.heat.tables, self.heat.tables.axis
        self.tables = _stack(tables)
        ends = [(Tables.of(each.above.matter), Tables.of(each.below.matter), each.by) for each in moved]
        slopes = [(_stack(above) - _stack(below)) / by for above, below, by in ends]
        self.moves = np.array([i for i, slope in enumerate(slopes) if slope.any()], int64)
        self.slopes = np.array([slopes[i] for i in self.moves]).reshape(-1, 3, axis.count)
        begins = [
            (np.interp(m.above.start, axis.knots, _stack(a)[0]) - np.interp(m.below.start, axis.knots, _stack(b)[0]))
            / by
            for m, (a, b, by) in zip(moved, ends, strict=True)
        ]
        n, p, P = problem.cells.index.size, problem.cells.patch_cell.size, len(moved)
        self.dH = np.tile(np.array(begins, float64), (n, 1))
        self.dT, self.dv, self.dF0, self.dF, self.D1, self.D2 = (np.zeros((n, P)) for _ in range(6))
        self.dwall = np.zeros((p, P))
        order, cells = self.plan.order, problem.cells
        self.patch = cells.patch_cell[order]
        self.gain = (cells.patch_area / self.heat.volume[cells.patch_cell])[order]
        self.distance = cells.patch_distance[order]
        self.rows = _operator(self.heat)
        self.probes = Sampler(cells, problem.probes).matrix
        self.known: dict[int, Array] = {}

    def march(self, marks: Marks, stages: Sequence[int] | None) -> tuple[Array, Array, list[int]]:
        state = self.heat.initial(self.problem.start, self.problem.phases or None)
        H, T, wall = state.enthalpy, state.temperature, state.wall
        since = np.array([each.above.start - each.below.start for each in self.moved])
        since /= np.array([each.by for each in self.moved])
        self.dT[:], self.dwall[:] = since, since
        seen, slopes = [self._read(T, wall)], [self._slopes()]
        used: list[int] = []
        time = 0.0
        for number, entered, ends in by_leg(marks):
            for end in ends:
                asked = None if stages is None else stages[len(used)]
                H, T, wall, count = self._step(number, H, T, wall, time - entered, end - time, asked)
                used.append(count)
                seen.append(self._read(T, wall))
                slopes.append(self._slopes())
                time = end
        return np.array(seen).T, np.stack(slopes, axis=1), used

    def _read(self, T: Array, wall: Array) -> Array:
        return np.asarray(self.probes @ np.append(T, wall))

    def _slopes(self) -> Array:
        """(k, P) of the probes; walls in the order of the cells."""
        return np.asarray(self.probes @ np.concatenate([self.dT, self.dwall[self.plan.back]]))

    def _step(
        self, leg: int, H: Array, T: Array, wall: Array, since: float, dt: float, asked: int | None
    ) -> tuple[Array, Array, Array, int]:
        plan = self.plan
        plan.begin(H, np.empty((0, H.size)), T, wall)
        self._look(leg, False, since, self.dH, self.dF0)
        plan.rate(plan.F0)
        s = asked or min(_stages(dt * plan.survey(None)[0] * SAFETY), MOST_STAGES)
        first, recurrence = _coefficients(s)
        plan.start(first * dt)
        np.multiply(self.dF0, first * dt, out=self.D1)
        self.D2[:] = 0.0
        for mu, nu, a, b, c in recurrence:
            self._look(leg, True, since + c * dt, self.dH + self.D1, self.dF)
            plan.stage(mu, nu, a * dt, b * dt)
            combine(mu, nu, a * dt, b * dt, self.dF, self.dF0, self.D1, self.D2)
            self.D1, self.D2 = self.D2, self.D1
        self.dH = self.dH + self.D1
        self._look(leg, True, since + dt, self.dH, self.dF)
        return H + plan.D1, plan.T.copy(), plan.wall_temperature(), s

    def _look(self, number: int, started: bool, time: float, dH: Array, rate: Array) -> None:
        leg, axis = self.problem.legs[number], self.heat.tables.axis
        laws = self.heat._laws.of((*leg.laws, *leg.dry), time)
        met = self.heat._met(time, leg.entry, bool(leg.dry))
        self.plan.look(started, laws, met)
        self.plan.survey(None)
        follow(self.plan.T, self.plan.wall, dH, self.tables, self.slopes, self.moves, axis.low, axis.step, *self.rows,
               self.patch, self.gain, self.distance, met, laws, self._lawslopes(number, time),
               self.dT, self.dv, self.dwall, rate)  # fmt: skip

    def _lawslopes(self, number: int, time: float) -> Array:
        """(L, m, P) derivatives of the laws of a leg."""
        if number in self.known:
            return self.known[number]
        knots, legs = self.heat.tables.axis.knots, [(m.above.legs[number], m.below.legs[number]) for m in self.moved]
        pairs = [list(zip((*a.laws, *a.dry), (*b.laws, *b.dry), strict=True)) for a, b in legs]
        count = len(self.problem.legs[number].laws) + len(self.problem.legs[number].dry)
        slopes = np.zeros((count, knots.size, len(self.moved)))
        for i, laws in enumerate(pairs):
            for k, (above, below) in enumerate(laws):
                slopes[k, :, i] = (above.table(knots, time) - below.table(knots, time)) / self.moved[i].by
        if all(law.steady for laws in pairs for both in laws for law in both):
            self.known[number] = slopes
        return slopes


def _stack(tables: Tables) -> Array:
    """(3, m) enthalpy, conductivity and its integral."""
    k = tables.conductivity[0]
    integral = np.append(0.0, np.cumsum(0.5 * tables.axis.step * (k[1:] + k[:-1])))
    return np.array([tables.enthalpy[0], k, integral])


def _operator(heat: Heat) -> tuple[Index, Index, Array]:
    """Conduction as rows of (neighbour, 1/m2): what flows into a cell for each W/m between the two."""
    cells, lattice = heat.cells, heat.cells.lattice
    run, rim, conductance = _rows(cells, heat.volume)
    inner = np.concatenate([np.arange(first, first + count) for first, count in run[:, :2]] or [np.empty(0, int64)])
    square = [1.0 / d**2 if n > 1 else 0.0 for d, n in zip(lattice.spacing, lattice.shape, strict=True)]
    weights = np.concatenate([
        np.tile(np.repeat(square, 2), (inner.size, 1)), conductance / heat.volume[rim][:, None]
    ])  # fmt: skip
    cell = np.concatenate([inner, rim]).astype(int64)
    beside = neighbours(cells, cell)
    row = np.repeat(cell, 6)
    n = cells.index.size
    matrix = coo_array((weights.ravel(), (row, beside.ravel())), shape=(n, n)).tocsr()
    matrix.eliminate_zeros()
    return matrix.indptr.astype(int64), matrix.indices.astype(int64), np.asarray(matrix.data, float64)
