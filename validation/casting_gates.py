"""Gates G03 to G07 with a plateau of latent heat, contact between three bodies, and cut cells."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..solver.bodies import Bodies, assemble, nested
from ..solver.casting import CastingProblem, levels
from ..solver.geometry import Cells
from ..solver.pour import Pour
from ..solver.problem import Leg
from ..solver.shape import Box, Cylinder, Shape
from ..solver.state import State
from .analytic_freezing import Metal
from .apart import apart
from .direct import Kept, arrays, follow
from .machine import cores
from .numerics import limited
from .path import ZERO
from .poured import SHUT, bathed, joined, plain, pure
from .verdict import Skipped, Verdict, check

Array = NDArray[float64]

HOT, COLD, TOLERANCE, HEIGHT = 680.0, 25.0, 0.5, 0.04  # degC, degC, K, m
METAL = pure(Metal(160.0, 85.0, 2.6e6, 2.75e6, 1.02e9, 600.0))
TABLES = (METAL, plain(40.0, 3.5e6), plain(0.6, 1.7e6))
FEW = 10  # steps
GLANCES, EVERY = 12, 2  # looks at a march, after so many steps each: the shock of the pour is at its beginning
END = 8.0  # s: frozen beside the chill, liquid above


def stacked(edge: float, over: bool = False) -> Bodies:
    """A cylinder on a chill in a block of sand; `over`: mirrored, the chill lies on top of it."""

    def block(width: float, low: float, high: float) -> Box:
        low, high = (HEIGHT - high, HEIGHT - low) if over else (low, high)
        return Box((width, width, high - low), (0.0, 0.0, 0.5 * (low + high)))

    shapes: dict[str, Shape] = {"casting": Cylinder(0.0117, 0.0, 0.024, (0.0, 0.0, 0.008))}
    shapes["chill"] = block(0.012, 0.0, 0.008)
    return assemble(shapes, ("sand", block(0.06, 0.0, HEIGHT)), "3d", edge)


def pouring(bodies: Bodies, end: float = END) -> CastingProblem:
    """Liquid metal beside cold chill and sand, still air outside."""
    air = (bathed(50.0, COLD),) * 3
    leg = Leg("cool", "cool", air, end, around=(air, air))
    starts = (HOT + ZERO, COLD + ZERO, COLD + ZERO)
    contacts = tuple(joined(800.0) for _ in bodies.joints)
    return CastingProblem(bodies, TABLES, contacts, starts, levels(METAL), (leg,), np.empty((0, 3)), 1.0, 2, TOLERANCE)


def ended(run: Kept) -> State:
    """Where a march ended."""
    assert run.state is not None
    return run.state


@check("G03-casting", "numerics")
def contact() -> Iterator[Verdict]:
    """What one body gives through a contact the other takes: two cells of equal volume, metal on its plateau."""
    bodies = nested(("metal", "sand"), "slab", (0.0, 0.01, 0.02), (0.01, 0.01))
    pour = Pour(bodies, (METAL, TABLES[2]), (joined(800.0),), (HOT + ZERO, COLD + ZERO), threads=1)
    H, walls = pour.begin()[:2]
    H[0][:] = float(METAL.enthalpy(np.array(600.0 + ZERO))) + 0.5e9
    step = pour.advance(H, walls, [(SHUT,), (SHUT,)], 0.01, since=0.0, poured=0.0)
    gone, come = (float((after - before)[0]) for before, after in zip(H, step.enthalpy, strict=True))
    got, reason = (gone + come) / gone, "one flux for both; two enthalpies of 1e9 J/m3 are rounded"
    yield Verdict("G03-casting", "heat lost and won over heat lost", 0.0, got, 1e-12, "-", reason, "conservation")


@check("G04-casting", "numerics")
def mirrored() -> Iterator[Verdict]:
    """Chill below or above: the same fields, mirrored."""
    one = partial(Verdict, "G04-casting", expected=0.0, unit="-", source="symmetry")
    grown = "round-off, 1e-16 in the first steps, grows where a cell enters or leaves its plateau and the step follows"
    pair = stacked(0.002), stacked(0.002, over=True)
    for steps, tolerance, reason in ((FEW, 1e-12, "1e-12"), (None, 1e-7, grown)):
        runs = []
        for bodies in pair:
            state = ended(follow(pouring(bodies), stop_after=steps))
            runs.append([_boxed(cells, H) for cells, H in zip(bodies.cells, _enthalpies(bodies, state), strict=True)])
        for name, a, b in zip(("casting", "chill", "sand"), *runs, strict=True):
            odd = (np.isnan(a) != np.isnan(b[::-1])).any()
            got = 1.0 if odd else float(np.nanmax(np.abs(a - b[::-1])) / np.nanmax(np.abs(a)))
            when = f"after {steps} steps" if steps else "at the end"
            quantity = f"mirrored along z, {when}: enthalpy of the {name} over its largest"
            yield one(quantity=quantity, got=got, tolerance=tolerance, reason=reason)


def _enthalpies(bodies: Bodies, state: State) -> list[Array]:
    """J/m3 of every body."""
    sizes = np.cumsum([cells.index.size for cells in bodies.cells[1:-1]])
    return [state.enthalpy, *np.split(np.asarray(state.memory["around"], float64), sizes)]


def _boxed(cells: Cells, values: Array) -> Array:
    """(nz, ny, nx) of the cells of a body, NaN elsewhere."""
    box = np.full(cells.lattice.shape[::-1], np.nan)
    box.reshape(-1)[cells.index] = values
    return box


@check("G05-casting", "numerics")
def resumed() -> Iterator[Verdict]:
    """A casting stopped while it freezes and resumed from its checkpoint ends in the same bits."""
    problem = pouring(stacked(0.002))
    whole = follow(problem)
    half = int(whole.clock["steps"]) // 2
    ends = [arrays(ended(run)) for run in (whole, follow(problem, since=follow(problem, stop_after=half)))]
    differ = sum(int((a.view(np.uint8) != ends[1][key].view(np.uint8)).sum()) for key, a in ends[0].items())
    quantity = f"bytes of the last state that differ after a restart at step {half}"
    source = "same operations on same numbers"
    yield Verdict("G05-casting", quantity, 0.0, float(differ), 0.0, "-", "bit-identical", source)


def _on(threads: int | None) -> dict[str, NDArray[np.generic]]:
    """What a casting in 40 000 cells comes to on so many processors (None: all)."""
    limited(threads)
    return arrays(ended(follow(pouring(stacked(0.0014), 2.0))))


@check("G06-casting", "numerics")
def threaded() -> Iterator[Verdict]:
    """One processor, in a process of its own, against all: the same casting."""
    if cores() < 2:
        raise Skipped("this process may use one processor only")
    one, all_ = apart(_on, 1), _on(None)
    differ = sum(int((one[key].view(np.uint8) != values.view(np.uint8)).sum()) for key, values in all_.items())
    quantity = "bytes of the last state that differ"
    yield Verdict("G06-casting", quantity, 0.0, float(differ), 0.0, "-", "bit-identical", "catalogue G06")


@check("G07-casting", "numerics")
def bounded() -> Iterator[Verdict]:
    """Nowhere hotter than the pour or colder than the room by more than the tolerance of a step, in any body."""
    bodies, problem = stacked(0.002), pouring(stacked(0.002))
    hottest, coldest = -np.inf, np.inf
    since = None
    for _ in range(GLANCES):
        since = follow(problem, stop_after=EVERY, since=since)
        for table, H in zip(TABLES, _enthalpies(bodies, ended(since)), strict=True):
            T = np.interp(H, table.H, table.T) - ZERO
            hottest, coldest = max(hottest, float(T.max())), min(coldest, float(T.min()))
    one = partial(Verdict, "G07-casting", expected=0.0, tolerance=TOLERANCE, unit="K", source="maximum principle")
    reason = "the tolerance of a step"
    yield one(quantity="above the pour", got=max(hottest - HOT, 0.0), reason=reason)
    yield one(quantity="below the room", got=max(COLD - coldest, 0.0), reason=reason)
