"""Plates of A356 and WCB in sand against another code; orders, books and symmetries of the solver of castings."""

from collections.abc import Iterator
from functools import partial
from math import cos, radians, sin

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.special import erfcx

from ..materials.library import alloy as card
from ..solver.bodies import Bodies, assemble, nested
from ..solver.field import Sampler
from ..solver.geometry import build
from ..solver.shape import Box, Cylinder, Mesh, Shape
from .analytic_freezing import Front, Metal
from .freezing import Wall
from .orders import from_three, observed
from .poured import SHUT, Poured, alloy, alone, bathed, held, joined, plain, poured, pure
from .verdict import Verdict, check, farthest

Array = NDArray[float64]

SAND = plain(0.7, 1520.0 * 1000.0)
MUSH = alloy((160.0, 85.0), (2.6e6, 2.75e6), 1.02e9, 555.0, 615.0)
CODE = "implicit enthalpy code on three grids that agree within 0.1 %, with a published table of the alloy"
SQUARED = "2.0 +- 0.2: second order"


def plate(name: str, latent: str | None, half: float, sand: float, start: float, times: list[float]) -> Poured:
    """A plate of an alloy of the library in sand, h 500 W/m2/K between; half its thickness and the sand's, m."""
    cast = card(name)
    assert cast.freezing is not None and cast.material is not None
    freezing = cast.freezing if latent is None else cast.freezing.replace(latent_heat=latent)
    bodies = nested(("plate", "sand"), "slab", (0.0, half, half + sand), (half / 25, half / 25))
    tables = [freezing.table(cast.material), SAND]
    return poured(bodies, tables, [start, 25.0], [(SHUT,), (SHUT,)], times, [joined(500.0)])


def sand_face(times: Array, metal: Array, start: float) -> float:
    """degC of the face of a half-space of SAND at 25 degC, h 500 W/m2/K to the face of a metal: (k,) s and degC."""
    root = 500.0 / np.sqrt(0.7 * 1520.0 * 1000.0)
    left = times[-1] - 0.5 * (times + np.concatenate([[0.0], times[:-1]]))

    def risen(t: Array) -> Array:
        return np.asarray(1.0 - erfcx(root * np.sqrt(t)))

    steps = np.diff(metal, prepend=start)
    return float(25.0 + (start - 25.0) * risen(times[-1:])[0] + steps @ risen(left))


@check("S1", "casting")
def aluminium_plate() -> Iterator[Verdict]:
    """25 mm of A356 from 700 degC in sand, middle, while it freezes; later that table holds 55 kJ/kg more."""
    expected = {36.65: 615.49, 100.0: 606.9, 153.9: 600.0, 300.0: 580.5, 391.8: 574.0}
    early = np.geomspace(0.02, 100.0, 60)
    times = sorted({*early.tolist(), *expected})
    run = plate("A356", None, 0.0125, 0.15, 700.0, times)
    moments = dict(zip(times, run.moments, strict=True))
    one = partial(Verdict, "S1", unit="degC", source=CODE)
    for t, T in expected.items():
        got = float(moments[t].T[0][0])
        yield one(f"T of the middle, {t:g} s", T, got, 1.0, reason="1 K: the enthalpies of two cards")
    face = float(moments[100.0].walls[1][0])
    metal = np.array([moments[t].walls[0][-1] for t in early])
    reason = "0.2 % of the span"
    source = "Carslaw & Jaeger 1959, 2.7: a half-space under convection, Duhamel's integral over the face of the metal"
    yield one("face of the sand, 100 s", sand_face(early, metal, 700.0), face, 1.3, reason=reason, source=source)
    reason = "0.5 % of the span: three digits, and 2.5 K below Duhamel's integral"
    yield one("face of the sand, 100 s, printed", 538.0, face, 3.4, reason=reason)


@check("S2", "casting")
def steel_plate() -> Iterator[Verdict]:
    """25.4 mm of WCB from 1580 degC in sand, its middle, with the 185 kJ/kg of that table."""
    expected = {32.9: 1525.0, 100.0: 1518.7, 208.3: 1500.0, 263.7: 1480.0, 1867.0: 1000.0}
    run = plate("WCB", "185 kJ/kg", 0.0127, 0.2, 1580.0, list(expected))
    for (t, T), moment in zip(expected.items(), run.moments, strict=True):
        got, reason = float(moment.T[0][0]), "0.5 % of the span: the solid fractions of two cards"
        yield Verdict("S2", f"T of the middle, {t:g} s", T, got, 7.8, "degC", reason, CODE)


def touching(n: int, times: tuple[float, ...] = (20.0,)) -> Poured:
    """Two slabs that touch, n cells each, nothing melts."""
    bodies = nested(("hot", "cold"), "slab", (0.0, 0.02, 0.04), (0.02 / n, 0.02 / n))
    tables, laws = [plain(30.0, 5e6), plain(2.0, 2e6)], [(SHUT,), (SHUT,)]
    return poured(bodies, tables, [600.0, 25.0], laws, times, [joined(1000.0)], tolerance=1e-3)


def mushy(n: int) -> Poured:
    """A mush that freezes in sand, n cells."""
    bodies = nested(("mush", "sand"), "slab", (0.0, 0.02, 0.06), (0.02 / n, 0.02 / n))
    laws = [(SHUT,), (SHUT,)]
    return poured(bodies, [MUSH, SAND], [700.0, 25.0], laws, (60.0,), [joined(1000.0)], tolerance=1e-3)


def evenly(run: Poured, time: float, steps: int) -> Array:
    """Enthalpy of all bodies of a shut run after equal steps, J/m3."""
    H, walls = run.pour.begin()
    for _ in range(steps):
        moved = run.pour.advance(H, walls, [(SHUT,)] * len(H), time / steps, since=0.0, poured=0.0)
        if abs(moved.dt * steps / time - 1.0) > 1e-12:
            raise ArithmeticError(f"a step of {time / steps:g} s was shortened to {moved.dt:g} s")
        H, walls = moved.enthalpy, moved.wall
    return np.concatenate(H)


@check("G01-casting", "casting")
def order_of_castings() -> Iterator[Verdict]:
    """Order in space of contact, of a mush and of a front; order in time of contact."""
    one = partial(Verdict, "G01-casting", unit="-", source="Roache 1998, 5.10.2")
    for name, make in (("contact", touching), ("a mush in sand", mushy)):
        means = [[float(T.mean()) for T in make(n).moments[0].T] for n in (10, 20, 40)]
        quantity = f"order in space of {name}, mean temperatures of both"
        yield one(quantity, 2.0, from_three((4, 2, 1), np.array(means)), 0.1, reason="2.0 +- 0.1: second order")
    front = Front(Metal(210.0, 95.0, 3.0e6, 2.576e6, 1.08e9, 660.0), 740.0, 580.0)
    times, sizes, errors = np.linspace(2.0, 6.0, 41), (50, 100, 200), []
    for n in sizes:
        wall = Wall(0.1, n)
        run = poured(wall.metal, [pure(front.metal)], [740.0], [(held(580.0),)], times, tolerance=0.05)
        missed = np.array([wall.depth(moment) for moment in run.moments]) - front.position(times)
        errors.append(float(np.sqrt(np.mean(missed**2))))
    got = observed(1.0 / np.array(sizes), errors)
    reason = "1 to 2: the front lies somewhere in its cell"
    yield one("order in space of the front of B02, rms from 2 to 6 s", 1.5, got, 0.5, reason=reason)
    run, counts = touching(10), (40, 80, 160)
    fine = evenly(run, 20.0, 1280)
    got = observed(1.0 / np.array(counts), [float(np.abs(evenly(run, 20.0, n) - fine).max()) for n in counts])
    yield one("order in time of contact", 2.0, got, 0.2, reason=SQUARED)


@check("G08-casting", "casting")
def halved_tolerance() -> Iterator[Verdict]:
    """B02: what a ten times smaller tolerance changes."""
    metal, wall, times = Metal(210.0, 95.0, 3.0e6, 2.576e6, 1.08e9, 660.0), Wall(0.1, 200), (1.0, 3.0, 6.0)
    runs = [
        poured(wall.metal, [pure(metal)], [740.0], [(held(580.0),)], times, tolerance=tolerance)
        for tolerance in (0.1, 0.01)
    ]
    for t, a, b in zip(times, runs[0].moments, runs[1].moments, strict=True):
        worst = farthest(a.T[0] - b.T[0], 0.0)
        yield Verdict("G08-casting", f"change of any T, {t:g} s", 0.0, worst, 0.1, "K", "0.1 K", "catalogue G08")


def _cast(shape: Shape, width: float, edge: float) -> Bodies:
    """A prism one cell deep in the middle of a square block of sand."""
    block = Box((width, width, edge), (0.0, 0.0, edge / 2.0))
    return assemble({"casting": shape}, ("sand", block), "3d", edge, before=0.4 * 0.7 / 500.0)


def _run(bodies: Bodies) -> Poured:
    laws = [(SHUT, SHUT, SHUT)] * 2
    return poured(bodies, [MUSH, SAND], [700.0, 25.0], laws, (20.0, 60.0, 120.0), [joined(500.0)], tolerance=0.5)


def _means(run: Poured) -> Array:
    """(moments, 2) mean solid fraction and mean temperature of the casting, degC."""
    V = run.pour.volume[0]
    return np.array([(V @ moment.fs, V @ moment.T[0]) for moment in run.moments], float64) / float(V.sum())


def bar(width: float, height: float, depth: float, turned: float) -> Mesh:
    """A bar along z of rectangular section, turned about z by degrees."""
    c, s = cos(radians(turned)), sin(radians(turned))
    corners = 0.5 * np.array([(-width, -height), (width, -height), (width, height), (-width, height)])
    flat = corners @ np.array([[c, s], [-s, c]])
    points = np.concatenate([np.column_stack([flat, np.full(4, z)]) for z in (0.0, depth)])
    sides = [((i, (i + 1) % 4, 4 + (i + 1) % 4), (i, 4 + (i + 1) % 4, 4 + i)) for i in range(4)]
    facets = [(0, 2, 1), (0, 3, 2), (4, 5, 6), (4, 6, 7), *(facet for pair in sides for facet in pair)]
    return Mesh(points, np.array(facets, np.int64))


@check("G04-turned", "casting")
def turned() -> Iterator[Verdict]:
    """A plate turned against the grid, and a cylinder against its radial solution, 20 cells across, in sand."""
    edge = 0.001
    straight = _means(_run(_cast(bar(0.05, 0.02, edge, 0.0), 0.09, edge)))
    radial = nested(("casting", "sand"), "cylinder", (0.0, 0.01, 0.04), (0.00025, 0.0005))
    tables, laws, times = [MUSH, SAND], [(SHUT,), (SHUT,)], (20.0, 60.0, 120.0)
    fine = _means(poured(radial, tables, [700.0, 25.0], laws, times, [joined(500.0)]))
    one = partial(Verdict, "G04-turned", source="a body does not know how the grid lies")
    for name, shape, width, area, expected in (
        ("plate at 20 degrees", bar(0.05, 0.02, edge, 20.0), 0.09, 0.14, straight),
        ("plate at 45 degrees", bar(0.05, 0.02, edge, 45.0), 0.09, 0.14, straight),
        ("cylinder", Cylinder(0.01, 0.0, edge), 0.07, 0.02 * np.pi, fine),
    ):
        bodies = _cast(shape, width, edge)
        got = float(bodies.cells[0].patch_area[bodies.joints[0].mine].sum()) / edge
        yield one(f"{name}: area of contact per m", area, got, 1e-3 * area, "m", "0.1 %")
        for t, before, after in zip(times, expected, _means(_run(bodies)), strict=True):
            yield one(f"{name}: mean solid fraction, {t:g} s", before[0], after[0], 0.005, "-", "0.5 % of the casting")
            yield one(f"{name}: mean T, {t:g} s", before[1], after[1], 3.4, "degC", "0.5 % of the span")


@check("G04-bathed", "casting")
def turned_in_a_bath() -> Iterator[Verdict]:
    """The same plate of steel in a bath of 5000 W/m2/K, its mean and its middle, at 0, 20 and 45 degrees."""
    edge, times = 0.001, (2.0, 10.0, 30.0)

    def cooled(angle: float) -> list[tuple[float, float]]:
        cells = build(bar(0.05, 0.02, edge, angle), "3d", edge)
        laws = [(SHUT, bathed(5000.0, 25.0), SHUT)]
        run = poured(alone("plate", cells), [plain(30.0, 5e6)], [850.0], laws, times)
        middle = Sampler(cells, np.array([[0.0, 0.0, 0.5 * edge]])).matrix
        share = cells.volume / cells.volume.sum()
        return [(float(share @ m.T[0]), float((middle @ np.append(m.T[0], m.walls[0]))[0])) for m in run.moments]

    straight = cooled(0.0)
    one = partial(Verdict, "G04-bathed", tolerance=4.1, unit="degC", source="a body does not know how the grid lies")
    for angle in (20.0, 45.0):
        for t, expected, got in zip(times, straight, cooled(angle), strict=True):
            for name, before, after in zip(("mean", "middle"), expected, got, strict=True):
                yield one(f"{angle:g} degrees: {name} T, {t:g} s", before, after, reason="0.5 % of the span")


@check("G02-casting", "casting")
def books() -> Iterator[Verdict]:
    """Heat of all bodies changes by what crosses outer walls: plateau, contact and cut cells, each step and all."""
    edge = 0.002
    block = Box((0.06, 0.06, 0.04), (0.0, 0.0, 0.02))
    shapes: dict[str, Shape] = {"casting": Cylinder(0.012, 0.0, 0.024, (0.0, 0.0, 0.008))}
    shapes["chill"] = Box((0.012, 0.012, 0.008), (0.0, 0.0, 0.004))
    bodies = assemble(shapes, ("sand", block), "3d", edge)
    metal = pure(Metal(160.0, 85.0, 2.6e6, 2.75e6, 1.02e9, 600.0))
    air = (bathed(50.0, 25.0),) * 3
    tables, starts = [metal, plain(40.0, 3.5e6), SAND], [680.0, 25.0, 25.0]
    contacts = [joined(800.0)] * len(bodies.joints)
    run = poured(bodies, tables, starts, [air] * 3, [5.0, 30.0], contacts, tolerance=1.0)
    one = partial(Verdict, "G02-casting", expected=0.0, unit="-", source="conservation")
    gone = max(abs(float(row["stored"])) for row in run.rows)
    for row in run.rows:
        reason = "1e-12 of the heat that left"
        yield one(f"ledger {row['step']}", got=float(row["unbalanced"]) / gone, tolerance=1e-12, reason=reason)
    pour, H, walls = run.pour, run.moments[0].H, [wall + 273.15 for wall in run.moments[0].walls]
    moved = pour.advance(H, walls, [air] * 3, 1.0, since=5.0, poured=5.0)
    came = sum(moved.heat.values())
    passed = sum(float(np.abs(V @ (b - a))) for V, a, b in zip(pour.volume, H, moved.enthalpy, strict=True))
    got = (sum(float(V @ (b - a)) for V, a, b in zip(pour.volume, H, moved.enthalpy, strict=True)) - came) / passed
    yield one("one step over the heat that bodies exchange", got=got, tolerance=1e-12, reason="round-off of the sums")
