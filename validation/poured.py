"""Castings of the catalogue in plain numbers: matter, bodies and a march that remembers given times.

Temperatures are in degC, heat capacities and latent heats per volume, as the catalogue prints them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.enthalpy_table import tabulate
from ..materials.matter import FreezingTable, Matter, Mechanics, Phase, constant
from ..solver.bodies import Bodies
from ..solver.boundary import Law
from ..solver.casting import LEVELS, CastingProblem, levels
from ..solver.clock import Clock
from ..solver.geometry import Cells
from ..solver.march import march
from ..solver.pour import Conductance, Pour
from ..solver.problem import Leg
from ..solver.state import State
from .analytic_freezing import Metal
from .direct import Kept, copied
from .path import ZERO

Array = NDArray[float64]
SHUT = Law(flux=0.0)
PERFECT = 1e7  # W/m2/K: no resistance worth naming beside a cell's own
HOTTEST = 2500.0


def alloy(
    k: tuple[float, float],
    c: tuple[float, float],
    latent: float,
    solidus: float,
    liquidus: float,
    fs: Callable[[float], float] | None = None,
) -> FreezingTable:
    """Matter that freezes between two temperatures; k W/m/K and c J/m3/K of (solid, liquid), latent J/m3.

    fs  solid fraction in between; None: linear. What it leaves at the solidus freezes there.
    """
    low, high = solidus + ZERO, liquidus + ZERO
    between = fs or (lambda T: (liquidus - T) / (liquidus - solidus))

    def fraction(T: Array) -> Array:
        inside = np.vectorize(between, otypes=[float])(np.clip(T, low, high) - ZERO) if high > low else 0.0
        return np.where(T < low, 1.0, np.where(T >= high, 0.0, inside))

    pairs = [(constant(solid), constant(liquid)) for solid, liquid in (k, c)]
    return tabulate(pairs[0], pairs[1], [], 1.0, (low, high), fraction, latent, HOTTEST)


def pure(metal: Metal) -> FreezingTable:
    """A pure metal."""
    k, c = (metal.k_solid, metal.k_liquid), (metal.c_solid, metal.c_liquid)
    return alloy(k, c, metal.latent, metal.melting, metal.melting)


def plain(k: float, c: float) -> FreezingTable:
    """Matter that never melts; W/m/K, J/m3/K."""
    made = alloy((k, k), (c, c), 0.0, 2000.0, 2001.0)
    return FreezingTable(made.H, made.T, np.ones_like(made.fs), made.k, made.theta)


def joined(h: float = PERFECT) -> Conductance:
    """A constant conductance of contact, W/m2/K."""
    return lambda one, other, time: np.full_like(one, h)


def alone(name: str, cells: Cells) -> Bodies:
    """One body that touches nothing."""
    return Bodies((name,), (cells,), (), (np.full(cells.patch_cell.size, -1, np.int64),))


def held(T: float) -> Law:
    """A wall held at T, degC."""
    return Law(surface_temperature=T + ZERO)


def bathed(h: float, T: float) -> Law:
    """h W/m2/K to T degC."""
    return Law(h=h, temperature=T + ZERO)


@dataclass(frozen=True)
class Moment:
    """All bodies at one time.

    T, H, walls  of each body: degC, J/m3, degC of its patches
    fs           solid fraction of the casting
    state        as the march holds it
    """

    T: list[Array]
    H: list[Array]
    walls: list[Array]
    fs: Array
    state: State


@dataclass(frozen=True)
class Poured:
    """A run: the moments asked for, its books (a row each), its clock, and the solver for weights."""

    moments: list[Moment]
    rows: list[dict[str, float]]
    clock: Clock
    pour: Pour

    def passed(self, level: str) -> Array:
        """s, when each cell of the casting passed one of `solver.casting.LEVELS`; NaN where it has not."""
        return np.asarray(self.moments[-1].state.memory["passed"][LEVELS.index(level)], float64)


def poured(
    bodies: Bodies,
    tables: Sequence[FreezingTable],
    starts: Sequence[float],
    laws: Sequence[tuple[Law, ...]],
    times: Sequence[float] | Array,
    contacts: Sequence[Conductance] = (),
    tolerance: float = 0.1,
    mechanics: Mechanics | None = None,
) -> Poured:
    """March bodies from the pour through `times` [s], which are legs of one schedule.

    tables, starts [degC], laws  of each body           contacts  of each joint
    mechanics  of the solid, to compute stress
    """
    steps = np.diff(times, prepend=0.0)
    legs = tuple(
        Leg(f"to {t:g} s", "cool", laws[0], float(dt), around=tuple(laws[1:]))
        for t, dt in zip(times, steps, strict=True)
    )
    start = tuple(T + ZERO for T in starts)
    problem = CastingProblem(
        bodies, tuple(tables), tuple(contacts), start, levels(tables[0]), legs, np.empty((0, 3)), 1.0, 2, tolerance
    )
    if mechanics is not None:
        solid = Phase("solid", constant(1.0), lambda T: np.asarray(T, float64), mechanics)
        problem = replace(problem, matter=Matter("solid", 1.0, (solid,)), stress=True)
    pour = Pour(bodies, problem.tables, problem.contacts, start, threads=1)
    cells, patches = ([getattr(one, name).size for one in bodies.cells[1:]] for name in ("index", "patch_cell"))
    moments: list[Moment] = []

    def watch(clock: Clock, state: State) -> bool:
        if clock.over(legs[clock.leg], state):
            H = [state.enthalpy, *np.split(state.memory["around"], np.cumsum(cells)[:-1])][: len(tables)]
            walls = [state.wall, *np.split(state.memory["around_wall"], np.cumsum(patches)[:-1])][: len(tables)]
            T = [matter.at(one) - ZERO for matter, one in zip(pour.states, H, strict=True)]
            fs = pour.states[0].fraction(H[0])
            moments.append(Moment(T, H, [wall - ZERO for wall in walls], fs, copied(state)))
        return False

    kept = Kept()
    _, clock = march(problem, kept, watch)
    return Poured(moments, kept.rows, clock, pour)
