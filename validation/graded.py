"""Graded moulds and planes of symmetry: exact solutions on uneven cells, order, halves against the whole."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.special import erfc

from ..materials.interface import temperature_contact
from ..solver.bodies import Bodies, Joint, assemble, nested
from ..solver.field import Sampler
from ..solver.geometry import on, shells
from ..solver.lattice import Lattice
from ..solver.pour import Pour
from ..solver.shape import Box, Cylinder, Shape
from ..solver.symmetry import whole
from . import analytic_freezing as exact
from .contact import FAR, at
from .orders import from_three
from .path import ZERO
from .poured import SHUT, Poured, alone, bathed, held, joined, plain, poured
from .pouring import MUSH, SAND
from .verdict import Verdict, check, farthest

Array = NDArray[float64]
Widths = tuple[float, ...]


def uneven(length: float, count: int) -> Widths:
    """Cells that are half as wide at both ends as in the middle, by a smooth map, m."""
    x = np.arange(count + 1) / count
    return tuple((length * np.diff(x - np.sin(2.0 * np.pi * x) / (6.0 * np.pi))).tolist())


def slab(inner: float, outer: float, count: int) -> Lattice:
    """Uneven cells between two places, m."""
    widths = uneven(outer - inner, count)
    return Lattice("slab", (count, 1, 1), (min(widths), 1.0, 1.0), (inner, -0.5, -0.5), graded=(widths, (), ()))


@check("A17-graded", "casting")
def square_column() -> Iterator[Verdict]:
    """ISO 10211 case 1 on cells of 18 to 37 mm, finest along the faces: 28 places."""
    widths = uneven(2.0, 72)
    least = min(widths)
    lattice = Lattice("rz", (72, 1, 72), (least, 1.0, least), (FAR, -0.5, 0.0), graded=(widths, (), widths))
    bodies = alone("plane", on(lattice, Cylinder(FAR + 2.0, FAR, 2.0)))
    run = poured(bodies, [plain(1.0, 1e3)], [5.0], [(held(0.0), held(0.0), held(20.0))], [3e3])
    for y in 1.75 - 0.25 * np.arange(7):
        found = at(run, [(FAR + 1.0 + x, 0.0, float(y)) for x in (0.75, 0.5, 0.25, 0.0)])
        expected = [exact.column(x, float(y)) for x in (0.75, 0.5, 0.25, 0.0)]
        worst = farthest(found - np.array(expected), 0.0)
        reason, source = "0.1 K, the standard's", "ISO 10211 case 1"
        yield Verdict("A17-graded", f"row y {y:g}, farthest", 0.0, worst, 0.1, "K", reason, source)


@check("A15-graded", "casting")
def half_spaces() -> Iterator[Verdict]:
    """Metal against sand in perfect contact, cells of the sand growing from 0.5 to 8 mm; read inside the sand."""
    (k1, c1), (k2, c2) = (30.0, 7800.0 * 700.0), (0.6, 1600.0 * 1050.0)
    bodies = nested(("metal", "sand"), "slab", (0.0, 0.4, 0.5), (0.001, 0.0005), 0.008)
    times = (10.0, 100.0, 600.0)
    tables, laws = [plain(k1, c1), plain(k2, c2)], [(SHUT,), (SHUT,)]
    run = poured(bodies, tables, [1450.0, 25.0], laws, times, [joined(1e7)])
    face = temperature_contact((float(np.sqrt(k1 * c1)), float(np.sqrt(k2 * c2))), (1450.0, 25.0))
    depths = np.array([0.001, 0.004, 0.01, 0.02, 0.04])
    read = Sampler(bodies.cells[1], np.column_stack([0.4 + depths, 0.0 * depths, 0.0 * depths])).matrix
    for t, moment in zip(times, run.moments, strict=True):
        expected = 25.0 + (face - 25.0) * erfc(depths / (2.0 * np.sqrt(k2 / c2 * t)))
        worst = farthest(read @ np.append(moment.T[1], moment.walls[1]) - expected, 0.0)
        yield Verdict("A15-graded", f"sand 1 to 40 mm deep, {t:g} s, farthest", 0.0, worst, 7.1, "K",
                      "0.5 % of the span", "Carslaw & Jaeger 1959, 2.15")  # fmt: skip


def touching(n: int) -> Poured:
    """Two slabs in contact, 2 n uneven cells each, nothing melts."""
    lattices = slab(0.0, 0.02, n), slab(0.02, 0.04, n)
    cells = tuple(map(shells, lattices))
    first, last = np.array([0]), np.array([cells[0].patch_cell.size - 1])
    joint = Joint(0, 1, last, first)
    bodies = Bodies(("hot", "cold"), cells, (joint,), (np.array([0]), np.array([0, -1])))
    tables, laws = [plain(30.0, 5e6), plain(2.0, 2e6)], [(SHUT,), (SHUT,)]
    return poured(bodies, tables, [600.0, 25.0], laws, (20.0,), [joined(1000.0)], tolerance=1e-3)


@check("G01-graded", "casting")
def order_on_uneven_cells() -> Iterator[Verdict]:
    """Order in space of contact on smoothly graded cells."""
    means = []
    for n in (10, 20, 40):
        run = touching(n)
        pairs = zip(run.pour.volume, run.moments[0].T, strict=True)
        means.append([float(V @ T / V.sum()) for V, T in pairs])
    got = from_three((4, 2, 1), np.array(means))
    reason = "2.0 +- 0.1: second order"
    yield Verdict("G01-graded", "order in space of contact, mean temperatures of both", 2.0, got, 0.1, "-",
                  reason, "Roache 1998, 5.10.2")  # fmt: skip


SHAPES: dict[str, Shape] = {
    "casting": Cylinder(0.02, 0.0, 0.016),
    "chill": Box((0.016, 0.016, 0.008), (0.0, 0.0, -0.004)),
}
BLOCK = Box((0.1, 0.1, 0.084), (0.0, 0.0, 0.004))


def steps(symmetry: tuple[int, ...]) -> tuple[Pour, list[Array], float]:
    """A disc on a chill in a graded mould, ten equal steps; enthalpies, and what its books miss of what moved."""
    bodies = assemble(SHAPES, ("sand", BLOCK), "3d", 0.002, coarsest=0.01, symmetry=symmetry)
    contacts = [joined(800.0)] * len(bodies.joints)
    air, tables = (bathed(10.0, 25.0),) * 3, (MUSH, plain(40.0, 3.5e6), SAND)
    pour = Pour(bodies, tables, tuple(contacts), (700.0 + ZERO, 25.0 + ZERO, 25.0 + ZERO), threads=1)
    H, walls = pour.begin()
    before, came = pour.content(H), 0.0
    begun = [V * one for V, one in zip(pour.volume, H, strict=True)]
    for _ in range(10):
        moved = pour.advance(H, walls, [air] * 3, 0.2, since=0.0, poured=0.0)
        came += sum(moved.heat.values())
        H, walls = moved.enthalpy, moved.wall
    passed = sum(float(np.abs(V * one - old).sum()) for V, one, old in zip(pour.volume, H, begun, strict=True))
    return pour, H, (pour.content(H) - before - came) / passed


@check("G04-mirrored", "casting")
def halves() -> Iterator[Verdict]:
    """Half and quarter of a disc on a square chill in a graded mould against all of it, ten equal steps."""
    every, H, missed = steps(())
    yield Verdict("G04-mirrored", "all: books of a graded mould over the heat that moved", 0.0, missed, 1e-12, "-",
                  "round-off of the sums", "conservation")  # fmt: skip
    for name, symmetry in (("half", (0,)), ("quarter", (0, 1))):
        pour, part, missed = steps(symmetry)
        one = partial(Verdict, "G04-mirrored", expected=0.0, unit="-", source="catalogue G04")
        for body, cells, mine, theirs in zip(pour.bodies.names[:2], pour.bodies.cells, part, H, strict=False):
            worst = farthest((mine[whole(cells).cell] - theirs) / float(np.ptp(H[0])), 0.0)
            yield one(f"{name}: enthalpy of the {body}", got=worst, tolerance=1e-12, reason="1e-12, the catalogue's")
        total = pour.content(part) / every.content(H) - 1.0
        yield one(f"{name}: heat content of all bodies", got=total, tolerance=1e-12, reason="1e-12")
        yield one(f"{name}: books over the heat that moved", got=missed, tolerance=1e-12, reason="round-off")
