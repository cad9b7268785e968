"""Stress of castings against exact solutions: a shell that freezes, three bars that cool at different rates."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.matter import Matter, Mechanics, Phase, constant
from ..solver.bodies import nested
from ..solver.geometry import shell
from ..solver.mechanics import mechanics_for
from ..solver.state import State
from ..solver.tables import Axis
from .analytic_casting_stress import Shell, three_bars
from .analytic_freezing import Front, Metal
from .path import ZERO, celsius
from .poured import held, poured, pure
from .verdict import Verdict, check

Array = NDArray[float64]

MPA = 1e6
CAPACITY = 7500.0 * 661.0
STEEL = Metal(33.0, 33.0, CAPACITY, CAPACITY, 7500.0 * 272e3, 1494.4)
FRONT = Front(STEEL, 1495.0, 1000.0)
YOUNG, POISSON, EXPANSION = 40e9, 0.3, 2e-5
YIELD = 20.0
DEPTH = 0.03
YOUNG_IRON = ((20.0, 400.0, 600.0, 800.0, 1000.0), (110e9, 100e9, 85e9, 50e9, 20e9))
YIELD_IRON = ((20.0, 400.0, 500.0, 600.0, 700.0, 800.0, 1000.0), (200e6, 190e6, 150e6, 100e6, 50e6, 20e6, 5e6))


def flow(T: Array) -> Array:
    """Pa against degC: 20 MPa at the wall, next to nothing where it melts."""
    return np.asarray(np.maximum(YIELD * MPA * (1494.4 - np.asarray(T)) / 494.4, 3e4))


def frozen_shell(n: int, times: tuple[float, ...]) -> list[tuple[Array, Array]]:
    """Stress computed and exact, MPa, of the cells whole behind the front, at each time; n cells in DEPTH."""
    strain = celsius(lambda T: EXPANSION * np.asarray(T))
    mechanics = Mechanics(constant(YOUNG), constant(POISSON), strain, celsius(flow))
    bodies = nested(("steel",), "slab", (0.0, DEPTH), (DEPTH / n,))
    run = poured(bodies, [pure(STEEL)], [1495.0], [(held(1000.0),)], times, tolerance=0.5, mechanics=mechanics)
    exact = Shell(FRONT, YOUNG / (1.0 - POISSON), EXPANSION, flow)
    x = DEPTH - bodies.cells[0].centres()[:, 0]
    pairs = []
    for moment, time in zip(run.moments, times, strict=True):
        whole = x < float(FRONT.position(time)) - 1.5 * DEPTH / n
        got = moment.state.mechanics["stress"].reshape(6, -1)[1]
        pairs.append((got[whole] / MPA, exact.stress(x[whole], time) / MPA))
    return pairs


@check("WB1", "stress")
def freezing_shell() -> Iterator[Verdict]:
    """Steel freezes on a wall held at 1000 degC; the shell stays flat and carries no force."""
    one = partial(Verdict, "WB1", unit="MPa", source="Weiner and Boley 1963")
    for (got, exact), time in zip(frozen_shell(120, (10.0, 20.0)), (10.0, 20.0), strict=True):
        reason = "2 % of the yield stress of 20 MPa; 43 and 61 cells behind the front"
        yield one(f"rms error, {time:g} s", 0.0, float(np.sqrt(np.mean((got - exact) ** 2))), 0.4, reason=reason)
        yield one(f"outermost cell, {time:g} s", exact[-1], got[-1], 0.02, reason="0.1 % of the yield stress")
        most = "2 %: the yield bends it within a cell"
        yield one(f"largest tension, {time:g} s", exact.max(), got.max(), 0.02 * exact.max(), reason=most)


def young(T: Array) -> Array:
    """Pa against degC, of grey iron."""
    return np.asarray(np.interp(T, *YOUNG_IRON))


def limit(T: Array) -> Array:
    """Yield stress, Pa against degC, of grey iron."""
    return np.asarray(np.interp(T, *YIELD_IRON))


def iron_bars(areas: tuple[int, int], steps: int = 500) -> tuple[Array, Array]:
    """Stress of a thick and a thin bar of grey iron, MPa: computed as a slab of no lateral contraction, and exact."""
    times = np.append(np.linspace(0.0, 20_000.0, steps + 1), 1e5)
    T = [20.0 + 980.0 * np.exp(-times / tau) for tau in (3000.0, 1000.0)]
    mechanics = Mechanics(celsius(young), constant(0.0), celsius(lambda T: 12e-6 * np.asarray(T)), celsius(limit))
    cells = shell("slab", 0.0, float(sum(areas)), 1.0)
    matter = Matter("iron", 1.0, (Phase("solid", constant(1.0), lambda K: np.asarray(K, float64), mechanics),))
    body, none = mechanics_for(cells, matter, Axis()), np.empty(0)
    state = State(0.0, none, np.empty((0, sum(areas))), np.repeat([T[0][0], T[1][0]], areas) + ZERO, none)
    body.start(state)
    for k in range(1, times.size):
        state.temperature = np.repeat([T[0][k], T[1][k]], areas) + ZERO
        body.advance(state, float(times[k]))
    got = body.stress(state)[1, [0, -1]]
    return got / MPA, three_bars(areas, T, young, limit, 12e-6) / MPA


@check("SF1", "stress")
def stress_frame() -> Iterator[Verdict]:
    """Three bars of grey iron from 1000 degC, the thick one slower; the thin ones yield, or do not."""
    printed = {(9, 2): (43.399, -195.294), (9, 8): (152.033, -171.038)}
    for areas, (thick, thin) in printed.items():
        got, exact = iron_bars(areas)
        one = partial(Verdict, "SF1", unit="MPa", source="closed form of perfectly plastic bars")
        for name, value, known, own in (("thick", got[0], thick, exact[0]), ("thin", got[1], thin, exact[1])):
            reason = "0.1 % of the yield stress of 200 MPa: 500 increments"
            yield one(f"{name} bar, areas {areas[0]} to {areas[1]}", known, float(value), 0.2, reason=reason)
            yield one(f"{name} bar, the closed form here", known, float(own), 0.05, reason="its own 500 increments")
