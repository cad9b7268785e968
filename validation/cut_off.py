"""Grey iron, which yields earlier in tension than in compression (part E, E26): one point, and a plate that bends."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels import plasticity
from ..kernels.cutoff import cut_off
from ..materials.library import alloy
from ..materials.matter import Matter, Mechanics, Phase, constant
from ..solver.geometry import shell
from ..solver.mechanics import mechanics_for
from ..solver.properties import Properties
from ..solver.state import State
from ..solver.tables import Axis
from .bar import Bar
from .verdict import Verdict, check

Array = NDArray[float64]

MPA, ROOM = 1e6, 293.15
YOUNG, POISSON, ALPHA = 110e9, 0.26, 1.2e-5
TENSION, COMPRESSION = 200.0, 500.0
RADIUS = 1e-3


def iron(**words: float) -> Matter:
    """Perfectly plastic, in MPa; tension and compression in place of the usual."""
    tension, compression = (words.get(name, usual) for name, usual in (("t", TENSION), ("c", COMPRESSION)))
    law = Mechanics(
        constant(YOUNG), constant(POISSON), lambda T: ALPHA * (np.asarray(T) - ROOM), constant(tension * MPA),
        yield_compression=constant(compression * MPA),
    )  # fmt: skip
    flat = constant(1.0)
    return Matter("iron", 7200.0, (Phase("solid", flat, flat, law),))


def strained(matter: Matter, direction: tuple[float, ...], size: float, steps: int = 50) -> Array:
    """Stress (6,), MPa, after a total strain of so much along a direction, all six components given."""
    T, none = np.array([ROOM]), np.zeros((0, 1))
    row = Properties(matter, Axis(200.0, 1.0, 1200)).rows(T, none, T, none, 0.0)[0][0]
    elastic: tuple[float, ...] = (0.0,) * 6
    risen, tangent = 0.0, np.empty((6, 6))
    step = tuple(size / steps * part for part in direction)
    for _ in range(steps):
        elastic, risen, _ = cut_off(elastic, step, risen, row, 0.0, tangent)
    shear, bulk = row[plasticity.SHEAR], row[plasticity.BULK]
    stress = 2.0 * shear * np.array(elastic)
    stress[:3] += (bulk - 2.0 / 3.0 * shear) * sum(elastic[:3])
    return np.asarray(stress / MPA)


def bent(n: int, span: float, t: float = TENSION, c: float = COMPRESSION) -> tuple[Array, Array]:
    """In-plane stress of a flat plate, hot in the middle, MPa: computed on n cells and exact.

    T falls by span (K) from the mid-plane to the face, in a line: what is cold is pulled, what is hot pressed, as in a
    beam that bends; biaxial, both in-plane stresses alike.
    """
    cells = shell("slab", 0.0, RADIUS, RADIUS / n)
    body, none = mechanics_for(cells, iron(t=t, c=c), Axis()), np.zeros(0)
    x = cells.centres()[:, 0] / RADIUS
    state = State(0.0, none, np.zeros((0, n)), np.full(n, ROOM), none)
    body.start(state)
    for k in range(1, 41):
        state.temperature = ROOM + span * k / 40.0 * (1.0 - x)
        body.advance(state, float(k))
    stiff = YOUNG / (1.0 - POISSON) / MPA
    fine = (np.arange(200_000) + 0.5) / 200_000
    low, high = 0.0, ALPHA * span
    for _ in range(60):
        middle = 0.5 * (low + high)
        force = np.clip(stiff * (middle - ALPHA * span * (1.0 - fine)), -c, t).mean()
        low, high = (middle, high) if force < 0.0 else (low, middle)
    exact = np.clip(stiff * (low - ALPHA * span * (1.0 - x)), -c, t)
    return body.stress(state)[1] / MPA, exact


@check("E26", "stress")
def cast_iron() -> Iterator[Verdict]:
    """Yield of grey iron on six paths; a plate whose neutral plane shifts; the proof stresses of EN-GJL-250."""
    one = partial(Verdict, "E26", unit="MPa", reason="1e-6", source="Rankine in tension, von Mises in compression")
    exact: dict[str, tuple[Array, float]] = {}
    matter = iron()
    for name, strain, limit in (("tension", 0.01, TENSION), ("compression", -0.02, -COMPRESSION)):
        bar = Bar(matter, ROOM)
        for e in np.linspace(0.0, strain, 41)[1:]:
            bar.pull(e, ROOM)
        yield one(f"uniaxial {name}", limit, bar.sigma / MPA, tolerance=1e-4)
    exact["torsion, largest principal stress"] = strained(matter, (0, 0, 0, 1, 0, 0), 0.004), TENSION
    exact["equal biaxial tension, held across"] = strained(matter, (1, 1, 0, 0, 0, 0), 0.005), TENSION
    exact["tension from all sides"] = strained(matter, (1, 1, 1, 0, 0, 0), 0.005), TENSION
    for name, (s, limit) in exact.items():
        tensor = np.array([[s[0], s[3], s[5]], [s[3], s[1], s[4]], [s[5], s[4], s[2]]])
        yield one(name, limit, float(np.linalg.eigvalsh(tensor)[-1]), tolerance=1e-4)
    s = strained(matter, (-1, -1, 0, 0, 0, 0), 0.02)
    q = float(np.sqrt(((s[0] - s[1]) ** 2 + (s[1] - s[2]) ** 2 + (s[2] - s[0]) ** 2) / 2.0))
    yield one("pressed on two sides, held across: von Mises", COMPRESSION, q, tolerance=1e-4)
    source = "closed form: e - alpha T between the two yield stresses, no force"
    for span in (400.0, 1000.0):
        got, known = bent(80, span)
        error = float(np.sqrt(np.mean((got - known) ** 2)))
        reason = "0.05 % of the yield stress in tension; 80 cells, where yield ends within a cell"
        yield Verdict("E26", f"plate with {span:g} K: rms error", 0.0, error, 0.1, "MPa", reason, source)
    card, source = alloy("EN-GJL-250").matter(), "EN 1561 annex, 0.1 % proof stress of EN-GJL-250"
    for name, sign, limit, width in (("tension", 1.0, 196.5, 31.5), ("compression", -1.0, -325.0, 3.25)):
        bar = Bar(card, ROOM)
        for e in np.linspace(0.0, 0.005, 51)[1:]:
            bar.pull(sign * e, ROOM)
            if abs(bar.strain) - abs(bar.sigma) / YOUNG >= 1e-3:
                break
        reason = "165 to 228 MPa" if sign > 0.0 else "1 %"
        yield Verdict("E26", f"0.1 % proof stress in {name}", limit, bar.sigma / MPA, width, "MPa", reason, source)
