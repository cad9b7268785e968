"""A18 of the catalogue: a metal bridge through insulation, conductivities of 8000 to 1, ISO 10211 case 2.

An explicit march would take minutes to stand still, so the balance of the same cells, contacts and walls is solved
at once, and one step of the march must leave it where it is.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

from ..solver.bodies import Bodies, assemble
from ..solver.boundary import Law
from ..solver.field import Sampler
from ..solver.heat import neighbours
from ..solver.pour import Pour
from ..solver.shape import Box, Shape
from .path import ZERO
from .poured import PERFECT, SHUT, bathed, joined, plain
from .verdict import Verdict, check

Array = NDArray[float64]

EDGE = 0.5  # mm
STEP = 0.01  # s, in which heat reaches a dozen cells
RECTANGLES = {  # W/m/K; mm: from x to x, from y to y
    "concrete": (1.15, 0.0, 500.0, 41.5, 47.5),
    "wood": (0.12, 0.0, 15.0, 36.5, 41.5),
    "insulation above": (0.029, 15.0, 500.0, 36.5, 41.5),
    "flange": (230.0, 0.0, 15.0, 35.0, 36.5),
    "insulation beside": (0.029, 15.0, 500.0, 35.0, 36.5),
    "web": (230.0, 0.0, 1.5, 1.5, 35.0),
    "insulation": (0.029, 1.5, 500.0, 1.5, 35.0),
    "sheet": (230.0, 0.0, 500.0, 0.0, 1.5),
}
K = np.array([row[0] for row in RECTANGLES.values()])
ABOVE, BELOW = (1.0 / 0.06, 0.0), (1.0 / 0.11, 20.0)  # W/m2/K, degC
WALLS = {"concrete": ("top", *ABOVE), "sheet": ("bottom", *BELOW)}
PLACES = {
    "A": ("concrete", 0.0, 47.5, 7.064), "B": ("concrete", 500.0, 47.5, 0.761), "C": ("concrete", 0.0, 41.5, 7.897),
    "D": ("concrete", 15.0, 41.5, 6.27), "E": ("concrete", 500.0, 41.5, 0.8275), "F": ("flange", 0.0, 36.5, 16.408),
    "G": ("flange", 15.0, 36.5, 16.33), "H": ("sheet", 0.0, 0.0, 16.767), "I": ("sheet", 500.0, 0.0, 18.334),
}  # fmt: skip


def bridge() -> Bodies:
    """The plane (x, z) one cell deep."""
    shapes: dict[str, Shape] = {
        name: Box((1e-3 * (right - left), 1e-3 * EDGE, 1e-3 * (high - low)),
                  (5e-4 * (left + right), 0.0, 5e-4 * (low + high)))
        for name, (_, left, right, low, high) in RECTANGLES.items()
    }  # fmt: skip
    return assemble(shapes, None, "3d", 1e-3 * EDGE, rays=2)  # every side lies on the lattice


def balanced(bodies: Bodies) -> tuple[list[Array], list[Array]]:
    """Cells (n,) and walls (p,) of each body at rest, degC; every cell is full, a contact is perfect."""
    sizes = [cells.index.size for cells in bodies.cells]
    first = np.append(0, np.cumsum(sizes))
    pairs, conductance = [], []
    for cells, k, at in zip(bodies.cells, K, first[:-1], strict=True):
        every = np.arange(cells.index.size)
        dx, dy, dz = cells.lattice.spacing
        for face, across in ((1, dy * dz / dx), (5, dx * dy / dz)):
            beside = neighbours(cells, every)[:, face]
            joined_ = np.flatnonzero(beside != every)
            pairs.append(np.stack([every[joined_], beside[joined_]]) + at)
            conductance.append(np.full(joined_.size, k * across))
    for joint in bodies.joints:
        a, b = bodies.cells[joint.one], bodies.cells[joint.other]
        ends = [a.patch_cell[joint.mine] + first[joint.one], b.patch_cell[joint.theirs] + first[joint.other]]
        resistance = a.patch_distance[joint.mine] / K[joint.one] + b.patch_distance[joint.theirs] / K[joint.other]
        pairs.append(np.stack(ends))
        conductance.append(a.patch_area[joint.mine] / (resistance + 1.0 / PERFECT))
    (i, j), g = np.concatenate(pairs, axis=1), np.concatenate(conductance)
    own, load = np.zeros(first[-1]), np.zeros(first[-1])
    for name, (zone, h, far) in WALLS.items():
        body = bodies.names.index(name)
        cells = bodies.cells[body]
        patch = np.flatnonzero(cells.patch_zone == cells.zones.index(zone))
        patch = patch[bodies.touching[body][patch] < 0]
        through = cells.patch_area[patch] / (cells.patch_distance[patch] / K[body] + 1.0 / h)
        np.add.at(own, cells.patch_cell[patch] + first[body], through)
        np.add.at(load, cells.patch_cell[patch] + first[body], through * far)
    n = int(first[-1])
    np.add.at(own, i, g)
    np.add.at(own, j, g)
    every = np.arange(n)
    rows, columns, values = (np.concatenate(parts) for parts in ((i, j, every), (j, i, every), (-g, -g, own)))
    T = np.split(spsolve(coo_array((values, (rows, columns)), (n, n)).tocsc(), load), first[1:-1])
    return T, [one[cells.patch_cell] for one, cells in zip(T, bodies.cells, strict=True)]


def laws() -> list[tuple[Law, ...]]:
    """Of the zones bottom, side, top of each body."""
    found = []
    for name in RECTANGLES:
        zone, h, far = WALLS.get(name, ("", 0.0, 0.0))
        found.append(tuple(bathed(h, far) if zone == here else SHUT for here in ("bottom", "side", "top")))
    return found


@check("A18", "casting")
def metal_bridge() -> Iterator[Verdict]:
    """ISO 10211 case 2: nine temperatures and the flow of heat; the march leaves the solution where it is."""
    bodies = bridge()
    T, walls = balanced(bodies)
    tables = tuple(plain(k, 1e3 * k) for k in K)  # one diffusivity
    kelvin = [one + ZERO for one in T]
    start = tuple(float(one.mean()) for one in kelvin)
    pour = Pour(bodies, tables, tuple(joined() for _ in bodies.joints), start, threads=1)
    H = [np.asarray(table.enthalpy(one), float64) for table, one in zip(tables, kelvin, strict=True)]
    step = pour.advance(H, [one + ZERO for one in walls], laws(), STEP, since=0.0, poured=0.0)
    after = [states.at(one) - ZERO for states, one in zip(pour.states, step.enthalpy, strict=True)]
    moved = max(float(np.abs(b - a).max()) for a, b in zip(T, after, strict=True))
    one = partial(Verdict, "A18", source="ISO 10211 case 2; 100 000 cells and the report of HEAT2")
    reason = "round-off of the direct solution"
    yield one(f"largest change of any cell in a step of {STEP:g} s", 0.0, moved, 1e-6, "K", reason)
    flow = sum(heat for heat in step.heat.values() if heat > 0.0) / STEP / (1e-3 * EDGE)
    yield one("heat through the bridge", 9.491, flow, 0.019, "W/m", "0.2 %; the standard asks for 0.1 W/m")
    for letter, (name, x, y, expected) in PLACES.items():
        body = bodies.names.index(name)
        read = Sampler(bodies.cells[body], np.array([[1e-3 * x, 0.0, 1e-3 * y]])).matrix
        got = float((read @ np.append(after[body], step.wall[body] - ZERO))[0])
        yield one(f"T in {letter}", expected, got, 0.04, "degC", "0.2 % of the span; the standard asks for 0.1 K")
