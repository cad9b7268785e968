"""Contact, radiation and steady planes by the solver of castings: A09, A10, A12, A14, A15, A17 of the catalogue."""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..solver.bodies import Bodies, assemble, nested
from ..solver.boundary import STEFAN_BOLTZMANN, Law
from ..solver.field import Sampler
from ..solver.geometry import build
from ..solver.shape import Box, Cylinder
from . import analytic_freezing as exact
from .path import ZERO
from .poured import SHUT, Poured, alone, bathed, held, joined, plain, poured
from .verdict import Verdict, check, farthest

Array = NDArray[float64]
SETTLED = 4e3 * np.arange(1.0, 9.0)  # s: one long stabilised step only halves what is left to settle
FAR = 1e4  # m: so far from the axis a ring is a plane, with laws of its own below, beside and above


def ring(width: float, height: float, edge: float) -> Bodies:
    """A plane (r - FAR, z) from (0, 0) to (width, height), m."""
    return alone("plane", build(Cylinder(FAR + width, FAR, height), "rz", edge))


def at(run: Poured, points: Sequence[tuple[float, float, float]], body: int = 0) -> Array:
    """T at points of one body at the end, degC, as a probe reads it."""
    moment, cells = run.moments[-1], run.pour.bodies.cells[body]
    read = Sampler(cells, np.array(points, float64)).matrix
    return np.asarray(read @ np.append(moment.T[body], moment.walls[body]))


@check("A09", "casting")
def radiating_bar() -> Iterator[Verdict]:
    """NAFEMS T2: a bar held at 1000 K, its far end radiates to 300 K."""
    bodies = assemble({"bar": Box((0.01, 0.01, 0.1))}, None, "3d", 0.01)
    end = Law(emissivity=0.98 * 5.67e-8 / STEFAN_BOLTZMANN, radiation_temperature=300.0)
    run = poured(bodies, [plain(55.6, 1e5)], [600.0], [(held(1000.0 - ZERO), SHUT, end)], [500.0])
    got = float(at(run, [(0.0, 0.0, 0.05)])[0]) + ZERO
    yield Verdict("A09", "T of the radiating end", 927.0076, got, 1e-3, "K", "0.001 K", "NAFEMS T2")


@check("A10", "casting")
def cooled_plate() -> Iterator[Verdict]:
    """NAFEMS T4: a plate held below, cooled beside and above; mirrored where it is insulated."""
    run = poured(
        ring(1.2, 1.0, 0.02), [plain(52.0, 1e5)], [50.0], [(held(100.0), bathed(750.0, 0.0), bathed(750.0, 0.0))], [8e3]
    )
    places = ((0.6, 0.2), (0.0, 0.2), (0.0, 0.5), (0.3, 0.5), (0.0, 1.0))
    found = at(run, [(FAR + 0.6 + x, 0.0, y) for x, y in places])
    for (x, y), got in zip(places, found, strict=True):
        expected = exact.cooled_plate(x, y, 0.6, 1.0, 52.0, 750.0, 100.0)
        yield Verdict("A10", f"T({x}, {y})", expected, float(got), 0.01, "degC", "0.01 K", "NAFEMS T4, its series")


@check("A12", "casting")
def radiated_tube() -> Iterator[Verdict]:
    """A hollow cylinder, radiation inside and convection outside: two shells in perfect contact, 20 cells."""
    bodies = nested(("inner", "outer"), "cylinder", (0.3, 0.3455, 0.391), (0.00455, 0.00455))
    inside = Law(emissivity=0.6 * 5.73e-8 / STEFAN_BOLTZMANN, radiation_temperature=500.0 + ZERO)
    tables, laws = [plain(40.0, 1e5)] * 2, [(inside,), (bathed(142.0, 20.0),)]
    run = poured(bodies, tables, [100.0, 100.0], laws, [4e3], [joined(1e9)])
    one = partial(Verdict, "A12", tolerance=0.01, unit="degC", reason="0.01 K", source="TPNA01, closed form")
    hot, cold = exact.hollow_cylinder(0.3, 0.391, 40.0, 0.6, 5.73e-8, 500.0 + ZERO, 142.0, 20.0 + ZERO)
    walls = run.moments[-1].walls
    yield one("T inside", hot - ZERO, float(walls[0][0]))
    yield one("T in the middle, r - ri 45.5 mm", 93.2981, float(walls[0][-1]))
    yield one("T outside", cold - ZERO, float(walls[1][-1]))


@check("A14", "casting")
def layers() -> Iterator[Verdict]:
    """A wall of two layers with contact resistance, and a bar with a gap: marched until nothing moves."""
    source = "resistances in series"
    reason = "1e-8 of the span: a wall that is held gives way by q/1e9 W/m2/K"
    one = partial(Verdict, "A14", unit="degC", reason=reason, source=source)
    bodies = nested(("steel", "sand"), "slab", (1.0, 1.02, 1.08), (0.002, 0.003))
    laws = [(held(1000.0),), (bathed(10.0, 20.0),)]
    run = poured(bodies, [plain(30.0, 1e5), plain(0.6, 1e5)], [900.0, 500.0], laws, SETTLED, [joined(2000.0)])
    walls = run.moments[-1].walls
    flux, T = exact.layers(1000.0, 20.0, 0.02 / 30.0, 1.0 / 2000.0, 0.06 / 0.6, 0.1)
    for name, expected, got in zip(("steel", "sand, hot", "sand, cold"), T, (walls[0][-1], *walls[1]), strict=False):
        yield one(f"face of {name}", expected, float(got), tolerance=9.8e-6)
    yield one("flux", flux, 10.0 * (float(walls[1][-1]) - 20.0), tolerance=1e-4, unit="W/m2")
    bodies = nested(("cold", "hot"), "slab", (1.0, 1.495, 1.99), (0.0495, 0.0495))
    ends = [(held(100.0),), (held(300.0),)]
    run = poured(bodies, [plain(40.0, 1e5)] * 2, [100.0, 300.0], ends, SETTLED, [joined(80.0)])
    walls = run.moments[-1].walls
    _, T = exact.layers(100.0, 300.0, 0.495 / 40.0, 1.0 / 80.0, 0.495 / 40.0)
    for name, expected, got in zip(("cold", "hot"), T, (walls[0][-1], walls[1][0]), strict=False):
        yield one(f"TTLP100, {name} side of the gap", expected, float(got), tolerance=2e-6)


@check("A15", "casting")
def half_spaces() -> Iterator[Verdict]:
    """Metal and sand, contact conductance 1000 W/m2/K or perfect: both faces and the flux in time."""
    (k1, c1), (k2, c2) = (30.0, 7800.0 * 700.0), (0.6, 1600.0 * 1050.0)
    first, second = (np.sqrt(k1 * c1), 1450.0), (np.sqrt(k2 * c2), 25.0)
    bodies = nested(("metal", "sand"), "slab", (0.0, 0.4, 0.5), (0.0005, 0.00025))
    times = (1.0, 10.0, 100.0, 600.0)
    one = partial(Verdict, source="Carslaw & Jaeger 1959, 2.15")
    for name, h in (("A15", 1000.0), ("A15-perfect", 1e7)):
        tables, laws = [plain(k1, c1), plain(k2, c2)], [(SHUT,), (SHUT,)]
        run = poured(bodies, tables, [1450.0, 25.0], laws, times, [joined(h)])
        flux, hot, cold = exact.contact(times, h, first, second)
        for i, (t, moment) in enumerate(zip(times, run.moments, strict=True)):
            faces = float(moment.walls[0][-1]), float(moment.walls[1][0])
            reason = "0.2 % of the span"
            yield one(name, f"face of the metal, {t:g} s", float(hot[i]), faces[0], 2.85, "degC", reason)
            yield one(name, f"face of the sand, {t:g} s", float(cold[i]), faces[1], 2.85, "degC", reason)
            if h == 1000.0:
                expected, got = float(flux[i]), h * (faces[0] - faces[1])
                yield one(name, f"flux, {t:g} s", expected, got, 0.002 * expected, "W/m2", "0.2 %")


@check("A17", "casting")
def square_column() -> Iterator[Verdict]:
    """ISO 10211 case 1: a square column, its top held at 20 degC and all else at 0; 28 places."""
    run = poured(ring(2.0, 2.0, 0.025), [plain(1.0, 1e3)], [5.0], [(held(0.0), held(0.0), held(20.0))], [3e3])
    for y in 1.75 - 0.25 * np.arange(7):
        found = at(run, [(FAR + 1.0 + x, 0.0, float(y)) for x in (0.75, 0.5, 0.25, 0.0)])
        expected = [exact.column(x, float(y)) for x in (0.75, 0.5, 0.25, 0.0)]
        worst = farthest(found - np.array(expected), 0.0)
        yield Verdict(
            "A17",
            f"row y {y:g}, farthest",
            0.0,
            worst,
            0.01,
            "K",
            "0.01 K; the standard asks for 0.1",
            "ISO 10211 case 1",
        )
