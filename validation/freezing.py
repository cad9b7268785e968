"""Freezing by the solver of castings: part B of the catalogue and the similarity solutions of castings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import sqrt

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.matter import FreezingTable
from ..materials.solid_fraction import scheil
from ..solver.bodies import Bodies, assemble, nested
from ..solver.shape import Box
from .analytic_freezing import Front, Metal, Mush, corner, lumped
from .poured import SHUT, Moment, Poured, alloy, bathed, held, joined, plain, poured, pure
from .verdict import Verdict, check, farthest

Array = NDArray[float64]

ALUMINIUM = Metal(220.0, 91.0, 2385.0 * 1180.0, 2385.0 * 1080.0, 2385.0 * 397e3, 660.3)
ASTER = Metal(210.0, 95.0, 3.0e6, 2.58e6, 1.08048e9, 660.0)
NEUMANN = "Carslaw & Jaeger 1959, 11.2"
CELL, TENTH = "half a cell", "a tenth of a cell"
SPAN = "0.05 % of the span"
STAIR = "0.2 % of the span: the cell that freezes holds its temperature, its neighbours wait"


def scheil_mush() -> Mush:
    """Al-7Si by Scheil with its eutectic plateau, from a wall held at 300 degC."""
    liquidus = 660.0 - 83.0 * 7.0 / 12.6

    def fs(T: float) -> float:
        return float(scheil(T, 660.0, liquidus, 0.13))

    def slope(T: float) -> float:
        return -(1.0 - fs(T)) / (0.87 * (660.0 - T))

    return Mush((160.0, 85.0), (2.6e6, 2.75e6), 1.02e9, 577.0, liquidus, fs, slope, 300.0, 700.0)


def linear_mush(solidus: float, liquidus: float, k: tuple[float, float], c: tuple[float, float], **rest: float) -> Mush:
    """A solid fraction that is linear between solidus and liquidus."""
    span = liquidus - solidus
    fs, slope = (lambda T: (liquidus - T) / span), (lambda T: -1.0 / span)
    return Mush(k, c, solidus=solidus, liquidus=liquidus, fs=fs, slope=slope, **rest)


@dataclass(frozen=True)
class Wall:
    """A half space of metal frozen from x = 0, cut off at `length` m, `cells` long."""

    length: float
    cells: int

    @property
    def edge(self) -> float:
        return self.length / self.cells

    @property
    def metal(self) -> Bodies:
        """The metal alone: its wall is the outer one."""
        return nested(("metal",), "slab", (0.0, self.length), (self.edge,))

    def at(self, moment: Moment, x: Sequence[float]) -> Array:
        """T at depths, degC; linear between the wall and the cells."""
        depth = np.append(0.0, (np.arange(self.cells) + 0.5) * self.edge)
        return np.asarray(np.interp(x, depth, np.append(moment.walls[0][-1], moment.T[0][::-1])))

    def depth(self, moment: Moment) -> float:
        """Solid per m2, m."""
        return float(moment.fs.sum()) * self.edge


@check("B01", "casting")
def one_phase() -> Iterator[Verdict]:
    """Stefan's problem, liquid at its melting point, Stefan number 0.5."""
    front, wall = Front(Metal(200.0, 200.0, 2.7e6, 2.7e6, 1e9, 660.0), 660.0, 474.81481), Wall(0.03, 300)
    run = poured(wall.metal, [pure(front.metal)], [660.0], [(held(front.cold),)], [1.0, 6.0])
    for t, moment in zip((1.0, 6.0), run.moments, strict=True):
        depth = float(front.position(t))
        got = 1e3 * wall.depth(moment)
        yield Verdict("B01", f"front, {t:g} s", 1e3 * depth, got, 100.0 * wall.edge, "mm", TENTH, NEUMANN)
        T, got = float(front.temperature(depth / 2.0, t)), float(wall.at(moment, [depth / 2.0])[0])
        yield Verdict("B01", f"T half way to the front, {t:g} s", T, got, 0.093, "degC", SPAN, NEUMANN)


@check("B02", "casting")
def two_phase() -> Iterator[Verdict]:
    """Neumann's problem with superheat, 800 cells over 0.1 m."""
    front, wall = Front(Metal(210.0, 95.0, 3.0e6, 2.576e6, 1.08e9, 660.0), 740.0, 580.0), Wall(0.1, 800)
    times, places = (0.5, 1.0, 3.0, 6.0), (0.005, 0.01, 0.015, 0.02)
    run = poured(wall.metal, [pure(front.metal)], [front.start], [(held(front.cold),)], times)
    for t, moment in zip(times, run.moments, strict=True):
        depth, got = 1e3 * float(front.position(t)), 1e3 * wall.depth(moment)
        yield Verdict("B02", f"front, {t:g} s", depth, got, 100.0 * wall.edge, "mm", TENTH, NEUMANN)
        missed = farthest(wall.at(moment, places) - front.temperature(places, t), 0.0)
        yield Verdict("B02", f"T at 5 to 20 mm, {t:g} s, farthest", 0.0, missed, 0.32, "K", STAIR, NEUMANN)


@check("B02-superheat", "casting")
def superheat() -> Iterator[Verdict]:
    """Neumann's problem of aluminium on a wall at 25 degC, and the one of a public finite element code."""
    one = partial(Verdict, "B02-superheat", unit="mm", reason=TENTH, source=NEUMANN)
    cases = [(Front(ALUMINIUM, ALUMINIUM.melting + more, 25.0), 1.0, Wall(0.08, 400)) for more in (0.0, 50.0, 100.0)]
    for front, t, wall in [*cases, (Front(ASTER, 740.0, 580.0), 10.0, Wall(0.16, 800))]:
        run = poured(wall.metal, [pure(front.metal)], [front.start], [(held(front.cold),)], [t])
        name = f"{front.start - front.metal.melting:g} K superheat, wall {front.cold:g} degC: front, {t:g} s"
        depth, got = 1e3 * float(front.position(t)), 1e3 * wall.depth(run.moments[0])
        yield one(quantity=name, expected=depth, got=got, tolerance=100.0 * wall.edge)


@check("B04", "casting")
def mush() -> Iterator[Verdict]:
    """Alloys that freeze over a range: linear (B04, M1) and Scheil with a eutectic plateau (M2)."""
    tien = linear_mush(550.0, 620.0, (180.0, 90.0), (2.7e6, 2.6e6), latent=1e9, wall=300.0, start=650.0)
    copper = linear_mush(547.85, 645.85, (200.0, 90.0), (3e6, 3e6), latent=9.5e8, wall=299.85, start=695.85)
    silicon = scheil_mush()
    source = "similarity solution as an ordinary differential equation"
    plateau = "0.2 % of the span: the eutectic freezes in one cell after the other"
    for name, exact, fs, wall, t, places, share, reason in (
        ("B04", tien, None, Wall(0.2, 400), 10.0, (0.005, 0.01, 0.02, 0.03, 0.05, 0.08), 5e-4, SPAN),
        ("B04-M1", copper, None, Wall(0.6, 400), 100.0, (0.05, 0.1), 5e-4, SPAN),
        ("B04-M2", silicon, silicon.fs, Wall(0.2, 600), 10.0, (0.02, 0.05), 2e-3, plateau),
    ):
        table = alloy(exact.k, exact.c, exact.latent, exact.solidus, exact.liquidus, fs)
        run = poured(wall.metal, [table], [exact.start], [(held(exact.wall),)], [t])
        tolerance = share * (exact.start - exact.wall)
        for x, got in zip(places, wall.at(run.moments[0], places), strict=True):
            quantity, expected = f"T at {1e3 * x:g} mm, {t:g} s", exact.temperature(x, t)
            yield Verdict(name, quantity, expected, float(got), tolerance, "degC", reason, source)
        heat = -run.rows[0]["heat"]["metal surface"]  # type: ignore[index]
        expected = 2.0 * exact.fronts[2] * sqrt(t)
        yield Verdict(name, f"heat out by {t:g} s", expected, heat, 5e-4 * expected, "J/m2", "0.05 %", source)


@check("B06", "casting")
def freezing_corner() -> Iterator[Verdict]:
    """Two cold walls at a right angle, superheat 0.3: a square, 128 cells across, whose four corners freeze alike."""
    across, reach, t = 128, 2.88, 1.0  # reach: half of the square over sqrt(4 a t)
    unit = sqrt(4.0 * 1e-4 * t)
    edge = 2.0 * reach * unit / across
    bodies = assemble({"square": Box((across * edge, across * edge, edge))}, None, "3d", edge)
    metal = Metal(100.0, 100.0, 1e6, 1e6, 0.25 * 1e6 * 100.0, 600.0)
    run = poured(bodies, [pure(metal)], [630.0], [(SHUT, held(500.0), SHUT)], [t], tolerance=1.0)
    half = across // 2
    solid = run.moments[0].fs.reshape(across, across)[:half, :half]
    T = run.moments[0].T[0].reshape(across, across)[:half, :half]
    place = (np.arange(half) + 0.5) * edge / unit
    one = partial(Verdict, "B06", unit="-", reason="1 %")
    found = "enthalpy method, grids of 200, 400 and 800 cells squared"
    got = float(np.trace(solid)) * edge / unit
    yield one("front on the diagonal", 0.8947, got, 0.0089, source=found)
    columns = solid.sum(0) * edge / unit
    for x, expected in ((0.9, 0.8895), (1.0, 0.8175), (1.2, 0.7535), (1.5, 0.7204), (2.0, 0.7090)):
        got = float(np.interp(x, place, columns))
        yield one(f"front y* at x* {x:g}", expected, got, 0.01 * expected, source=found)
    got = float(np.interp(1.2, place, columns))
    yield one("front y* at x* 1.2, printed fit", float(corner(1.2)), got, 0.0075, source="Rathjen & Jiji 1971")
    for x, expected in ((0.25, -0.88162), (0.5, -0.57933), (0.75, -0.20871), (1.25, 0.16685), (1.5, 0.23832)):
        got = (float(np.interp(x, place, np.diag(T))) - 600.0) / 100.0
        yield one(f"T on the diagonal at x* {x:g}", expected, got, 0.013, source=found)


@check("B07", "casting")
def inward_cylinder() -> Iterator[Verdict]:
    """A cylinder at its melting point freezes inwards: Fourier number when all is solid, 60 cells."""
    bodies = nested(("bar",), "cylinder", (0.0, 1.0), (1.0 / 60.0,))
    for latent, biot, expected in (
        (10.0, None, 2.66824),
        (10.0, 1.0, 7.89490),
        (1.0, None, 0.380526),
        (1.0, 1.0, 1.02581),
    ):
        metal = Metal(1.0, 1.0, 1.0, 1.0, latent * 100.0, 600.0)
        law = held(500.0) if biot is None else bathed(biot, 500.0)
        run = poured(bodies, [pure(metal)], [600.0], [(law,)], [1.1 * expected])
        got = float(run.passed("solidus").max())
        wall = "held" if biot is None else f"Bi {biot:g}"
        quantity = f"L/(c dT) {latent:g}, wall {wall}: all solid"
        yield Verdict("B07", quantity, expected, got, 1e-3 * expected, "-", "0.1 %", "800 cells, quasi-steady limits")


@check("B08", "casting")
def lump() -> Iterator[Verdict]:
    """A lump of one cell, modulus 5 mm: pure metal and a linear mush. Steps of 1 s at most: states are dated
    linearly within a step."""
    c, latent, h = 2.7e6, 1.05e9, 200.0
    bodies = nested(("lump",), "slab", (0.0, 0.005), (0.005,))
    melts, solid, end = lumped(0.005, c, latent, h, 25.0, 700.0, 600.0, 500.0)
    one = partial(Verdict, "B08", unit="s", reason="0.1 %", source="closed form")
    times = [*np.arange(1.0, end), end]
    run = poured(bodies, [pure(Metal(1e5, 1e5, c, c, latent, 600.0))], [700.0], [(bathed(h, 25.0),)], times)
    yield one("reaches its melting point", melts, float(run.passed("liquidus").mean()), tolerance=1e-3 * melts)
    yield one("all solid", solid, float(run.passed("solidus").mean()), tolerance=1e-3 * solid)
    T = float(run.moments[-1].T[0].mean())
    yield one(f"T at {end:.4f} s", 500.0, T, tolerance=0.2, unit="degC", reason="0.1 % of the fall")
    run = poured(
        bodies, [alloy((1e5, 1e5), (c, c), latent, 560.0, 600.0)], [700.0], [(bathed(h, 25.0),)], np.arange(1.0, 81.0)
    )
    got = float((run.passed("solidus") - run.passed("liquidus")).mean())
    yield one("time in a mush from 600 to 560 degC", 52.1848, got, tolerance=0.052)


def _on_mould(
    metal: FreezingTable, wall: Wall, mould: tuple[float, float, float, float], start: float, times: Sequence[float]
) -> Poured:
    """Metal in perfect contact with a half space; mould: k, c, its length and edge, m."""
    k, c, length, edge = mould
    bodies = nested(("metal", "mould"), "slab", (0.0, wall.length, wall.length + length), (wall.edge, edge))
    return poured(bodies, [metal, plain(k, c)], [start, 25.0], [(SHUT,), (SHUT,)], times, [joined()])


@check("B10", "casting")
def superheated_iron() -> Iterator[Verdict]:
    """Iron poured on sand in perfect contact: front and the constant temperature of contact."""
    iron = Metal(30.0, 30.0, 7200.0 * 750.0, 7000.0 * 800.0, 7200.0 * 2.5e5, 1150.0)
    front, wall = Front(iron, 1180.0, 25.0, sqrt(0.7 * 1600.0 * 1100.0)), Wall(0.4, 1600)
    times = (60.0, 600.0)
    run = _on_mould(pure(iron), wall, (0.7, 1600.0 * 1100.0, 0.15, 0.00025), 1180.0, times)
    one = partial(Verdict, "B10", source="Schwarz 1931")
    for t, moment in zip(times, run.moments, strict=True):
        depth, got = 1e3 * float(front.position(t)), 1e3 * wall.depth(moment)
        yield one(f"front, {t:g} s", depth, got, 2e-3 * depth, "mm", "0.2 %")
        got = float(moment.walls[0][-1])
        yield one(f"contact, {t:g} s", front.contact, got, 2.3, "degC", "0.2 % of the span")


@check("B10-moulds", "casting")
def aluminium_on_moulds() -> Iterator[Verdict]:
    """Time to freeze 25 mm of aluminium against silica, copper and steel; Chvorinov fails for the metals."""
    effective = Metal(220.0, 91.0, 2385.0 * 1180.0, 2385.0 * 1080.0, 2385.0 * 451e3, 660.3)
    for name, metal, superheat, (k, c), edge in (
        ("silica", effective, 0.0, (0.6, 1600.0 * 1130.0), 0.0005),
        ("steel", ALUMINIUM, 50.0, (40.0, 7800.0 * 550.0), 0.0005),
    ):
        front, wall = Front(metal, metal.melting + superheat, 25.0, sqrt(k * c)), Wall(0.15, 150)
        t = front.time(0.025)
        length = 6.0 * sqrt(k / c * t)
        run = _on_mould(pure(metal), wall, (k, c, length, edge), front.start, [t])
        got = 1e3 * wall.depth(run.moments[0])
        quantity = f"front in {name}, {t:.1f} s"
        yield Verdict("B10-moulds", quantity, 25.0, got, 0.25, "mm", "1 %", "Schwarz 1931")


@check("B11", "casting")
def chvorinov() -> Iterator[Verdict]:
    """A plate of modulus 10 mm that conducts at once, in sand: time until all is solid."""
    bodies = nested(("plate", "sand"), "slab", (0.0, 0.01, 0.11), (0.005, 0.000125))
    metal = pure(Metal(1e4, 1e4, 2.7e6, 2.7e6, 1e9, 660.0))
    sand = plain(0.6, 1600.0 * 1050.0)
    run = poured(bodies, [metal, sand], [660.0, 25.0], [(SHUT,), (SHUT,)], [210.0], [joined()])
    got = float(run.passed("solidus").max())
    yield Verdict("B11", "all solid", 193.2333, got, 0.39, "s", "0.2 %", "Chvorinov, closed form")


@check("B02-resisted", "casting")
def resisted() -> Iterator[Verdict]:
    """Aluminium at its melting point against h 2000 W/m2/K to 25 degC: depth of the front."""
    wall, times = Wall(0.1, 500), (3.958, 8.348, 23.81)
    run = poured(wall.metal, [pure(ALUMINIUM)], [ALUMINIUM.melting], [(bathed(2000.0, 25.0),)], times)
    for t, depth, moment in zip(times, (5.0, 10.0, 25.0), run.moments, strict=True):
        got = 1e3 * wall.depth(moment)
        source = "converged enthalpy method; Garcia, Clyne & Prates 1979 is 3 to 8 % low"
        yield Verdict("B02-resisted", f"front, {t:g} s", depth, got, max(0.1, 5e-3 * depth), "mm", CELL, source)
