"""A cylinder under the stress of a quench, for tests of how metal yields."""

import numpy as np

from metaltwin.materials.matter import Matter
from metaltwin.solver.geometry import build
from metaltwin.solver.mechanics import mechanics_for
from metaltwin.solver.shape import Cylinder
from metaltwin.solver.state import State
from metaltwin.solver.tables import Axis

HOT, RADIUS, MPA = 1123.15, 0.01, 1e6


def cooled(metric: str, matter: Matter, steps: int):
    """Its skin cools first, then its core: cells, body, state and radius of the cells."""
    cells = build(Cylinder(RADIUS, length=None if metric == "cylinder" else 6 * RADIUS), metric, RADIUS / 8)
    body, n = mechanics_for(cells, matter, Axis()), cells.index.size
    state = State(0.0, np.zeros(n), np.zeros((0, n)), np.full(n, HOT), np.zeros(0))
    body.start(state)
    centres = cells.centres()
    r = centres[:, 0] if metric != "3d" else np.hypot(centres[:, 0], centres[:, 1])
    for k in range(1, steps + 1):
        x = k / steps
        state.temperature[:] = HOT - 400.0 * np.clip(1.8 * x - 0.8 * (1.0 - (r / RADIUS) ** 2), 0.0, 1.0)
        assert body.advance(state, float(k)).converged
    return cells, body, state, r
