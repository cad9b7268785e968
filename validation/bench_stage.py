"""Stages of the heat step as a run takes them, against the memory bandwidth; how their cost grows with the cells."""

import math
import time
from collections.abc import Callable

import numpy as np

from ..cases.casting import Casting, Chill
from ..cases.grid import Grid
from ..cases.part import Part
from ..materials.library import alloy, mould
from ..materials.material import Material
from ..materials.matter import Matter
from ..solver.boundary import Law
from ..solver.casting import CastingColumns
from ..solver.geometry import build
from ..solver.heat import Heat
from ..solver.shape import Box, Cylinder
from .apart import apart
from .figure import Figure
from .machine import cores, peak_memory, share_of_triad

BYTES = 16.0  # read one float64, write one: the yardstick of every conduction kernel
LEAST = {"run-stage-freezing": 40.0, "run-stage-steel": 76.0}
"""Bytes that a stage moves at least: H0, D1, D2, F0 read, D2 written; of a steel four fractions and latent heat too."""
STAGES = 15
WARM = 40  # steps after which the skin of the ball freezes
COUNTS = (0.1e6, 0.5e6, 2e6, 8e6, 20e6)
OIL = Law(h=2000.0, temperature=333.0)


def _seconds(step: Callable[[], int], least: float) -> float:
    """s a stage, best of steps that last `least` seconds together; a step answers its stages."""
    step()
    best, spent = math.inf, 0.0
    while spent < least:
        begin = time.perf_counter()
        stages = step()
        took = time.perf_counter() - begin
        best, spent = min(best, took / stages), spent + took
    return best


def _reach(explicit: float, stages: int = STAGES) -> float:
    """s, a step of so many stages at most; explicit s, of one."""
    return 0.95 * explicit * (stages**2 + stages - 2) / 4.0


def _ball(spacing: str, warm: int) -> tuple[int, Callable[[int], int]]:
    """Cells, and a step of so many stages of a ball of A356 in green sand with a chill: cut cells, contacts, freezing.

    warm  steps taken before: 0 is the melt at rest, after 40 its skin freezes
    """
    case = Casting(
        name="ball in green sand on a chill",
        part=Part.sphere("100 mm"),
        alloy=alloy("A356"),
        pour="650 degC",
        mould=mould("green sand", wall="30 mm"),
        chills=[Chill("grey iron", Part.box("40 mm", "40 mm", "20 mm").moved(z="-60 mm"))],
        grid=Grid(spacing, metric="3d"),
        until="450 degC",
    )
    problem = case.problem()
    columns, leg = CastingColumns(problem), problem.legs[0]
    state = columns.begin()
    explicit = columns.first_step(state, leg)
    for _ in range(warm):
        state = columns.attempt(state, leg, 0.0, 5.0 * explicit).state
    cells = sum(one.index.size for one in problem.bodies.cells)
    return cells, lambda stages: columns.attempt(state, leg, 0.0, _reach(explicit, stages)).stages


def _steel() -> tuple[int, Callable[[int], int]]:
    """Cells, and a step of so many stages of a bar of 42CrMo4 that holds all five phases, in oil."""
    heat = Heat(build(Cylinder(0.05, 0.0, 0.1, (0.0, 0.0, 0.0)), "3d", 1e-3), alloy("42CrMo4").matter())
    names = heat.tables.phases
    state = heat.initial(900.0, {name: 1.0 / len(names) for name in names})
    laws = (OIL,) * len(heat.cells.zones)
    explicit = heat.explicit_limit(state, laws)
    for _ in range(5):
        step = heat.advance(state, laws, _reach(explicit))
        state.enthalpy, state.temperature, state.wall = step.enthalpy, step.temperature, step.wall
    return heat.cells.index.size, lambda stages: heat.advance(state, laws, _reach(explicit, stages)).stages


def stage(id: str, triad: float) -> Figure:
    """A whole step over its stages: walls, contacts, start and error estimate are in it."""
    cells, step = _steel() if id == "run-stage-steel" else _ball("1.5 mm", WARM)
    share, rate = share_of_triad(lambda: BYTES * cells * step(STAGES))
    what = "bar of five phases in oil" if id == "run-stage-steel" else "ball, sand and chill, freezing"
    conditions = (
        f"{rate / BYTES / 1e6:.0f} Mcells/s and stage over a step of {STAGES} stages, {cells / 1e6:.2f} million cells, "
        f"{what}; {cores()} threads; the method moves {LEAST[id]:.0f} B or more: {100 * BYTES / LEAST[id]:.0f} % is all"
    )
    target = 30.0 if id == "run-stage-freezing" else None
    return Figure(id, 100.0 * share, "% of triad / 16 B a cell", target, conditions, most=False)


def large(id: str, triad: float) -> Figure:
    """A stage as `run` takes it on a lattice of 256^3, by what a longer step costs more; conditions tell the steps."""
    cells, step = _ball("0.625 mm", 0 if id == "run-kernel-melt-256" else WARM)
    taken, cost, whole = [], [], []
    for stages in (STAGES, 3 * STAGES):

        def once(stages: int = stages) -> float:
            return BYTES * cells * step(stages)

        share, rate = share_of_triad(once, 6.0)
        taken.append(step(stages))
        cost.append(taken[-1] / share)
        whole.append(f"{100 * share:.1f} % ({1e9 * BYTES / rate:.2f} ns a cell and stage) of {taken[-1]} stages")
    alone = (taken[1] - taken[0]) / (cost[1] - cost[0])
    conditions = (
        f"states, sweep, recurrence, walls and contacts of one stage; whole steps {' and '.join(whole)}; "
        f"{cells / 1e6:.1f} million cells of ball, sand and chill; {cores()} threads, in turn with the triad"
    )
    return Figure(id, 100.0 * alone, "% of triad / 16 B a cell", 30.0, conditions, most=False)


def _cube(cells: float) -> tuple[int, float, float]:
    """Cells of a cube of steel, s a stage of its cooling in oil, bytes the process grew by, geometry included."""
    Heat(build(Box((0.1, 0.1, 0.1), (0.0, 0.0, 0.0)), "3d", 0.01), _plain())
    before = peak_memory()
    heat = Heat(build(Box((0.1, 0.1, 0.1), (0.0, 0.0, 0.0)), "3d", 0.1 / round(cells ** (1 / 3))), _plain())
    state = heat.initial(1100.0)
    laws = (OIL,) * len(heat.cells.zones)
    explicit = heat.explicit_limit(state, laws)
    took = _seconds(lambda: heat.advance(state, laws, _reach(explicit)).stages, 2.0)
    return heat.cells.index.size, took, peak_memory() - before


def _plain() -> Matter:
    return Material("steel", "30 W/m/K", "7800 kg/m^3", "600 J/kg/K").matter()


def growth(id: str, triad: float) -> Figure:
    """Power of the number of cells that the time of a step grows with."""
    found = [apart(_cube, count) for count in COUNTS]
    cells, took, grown = (np.array(column) for column in zip(*found, strict=True))
    power = float(np.polyfit(np.log(cells), np.log(took), 1)[0])
    each = ", ".join(f"{1e9 * t / n:.2f} ns at {n / 1e6:.2g} million" for n, t in zip(cells, took, strict=True))
    conditions = f"a cell and stage: {each}; {grown[-1] / cells[-1]:.0f} B a cell at the most"
    return Figure(id, power, "power of the cells", 1.1, conditions)


METERS = {"run-stage-freezing": stage, "run-stage-steel": stage}
HEAVY = {"cells-linear": growth, "run-kernel-256": large, "run-kernel-melt-256": large}
