"""Conduction: part A of the catalogue, against exact solutions or published ones."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy import float64
from numpy.typing import ArrayLike, NDArray

from ..cases.grid import Grid
from ..cases.part import Part
from ..cases.result import Result
from ..cases.step import Quench
from ..cases.treatment import HeatTreatment
from ..materials.material import Material
from ..materials.medium import Medium
from ..solver.boundary import STEFAN_BOLTZMANN, Law
from ..solver.geometry import build
from ..solver.heat import Heat
from ..solver.shape import Plate
from ..solver.tables import Tables
from . import analytic
from .path import celsius
from .steel_c import DIFFUSIVITY, INSULATED, SPAN, ZERO, quench, steel_c
from .verdict import Verdict, check, farthest

Array = NDArray[float64]
Exact = Callable[[ArrayLike, float, float], Array]

SERIES = "Carslaw & Jaeger, Conduction of Heat in Solids, 1959"
AROUND = np.pi / 16.0 * np.arange(9)  # directions about the axis, by symmetry all there are


def celsius_at(result: Result, t: float, *places: tuple[float, float, float]) -> Array:
    """Temperatures at places (m), degC."""
    return np.asarray(result.sample("temperature", np.array(places), t)) - ZERO


def mean(result: Result, t: float) -> float:
    """Mean temperature of the part, degC."""
    return result.field("temperature", time=t).mean - ZERO


@check("A01", "heat")
def slab() -> Iterator[Verdict]:
    """Slab, Bi 1, 50 cells over the half-thickness."""
    L, times = 0.025, (5.0, 20.0, 60.0, 120.0, 300.0)
    result = quench(Part.plate("50 mm"), "0.5 mm", "1200 W/m^2/K", times)
    one = partial(Verdict, tolerance=0.83, unit="degC", reason="0.1 % of the span with 50 cells", source=SERIES)
    for t in times:
        fourier = DIFFUSIVITY * t / L**2
        for x, theta in zip((0.0, 0.5, 1.0), analytic.slab((0.0, 0.5, 1.0), fourier, 1.0), strict=True):
            got = celsius_at(result, t, (x * L, 0.0, 0.0))[0]
            yield one("A01", f"T at x/L {x}, {t:g} s", 20.0 + SPAN * float(theta), got)
        yield one("A01", f"mean T, {t:g} s", 20.0 + SPAN * analytic.slab_mean(fourier, 1.0), mean(result, t))


@check("A02", "heat")
def cylinder() -> Iterator[Verdict]:
    """Long cylinder, Bi 5, radial, 50 cells."""
    R, times = 0.025, (1.0, 5.0, 10.0, 20.0, 40.0, 80.0)
    result = quench(Part.cylinder("50 mm"), "0.5 mm", "6000 W/m^2/K", times)
    one = partial(Verdict, tolerance=1.66, unit="degC", reason="0.2 % of the span", source=SERIES)
    for t in times:
        fourier = DIFFUSIVITY * t / R**2
        for r, theta in zip((0.0, 0.5, 1.0), analytic.cylinder((0.0, 0.5, 1.0), fourier, 5.0), strict=True):
            got = celsius_at(result, t, (r * R, 0.0, 0.0))[0]
            yield one("A02", f"T at r/R {r}, {t:g} s", 20.0 + SPAN * float(theta), got)
        yield one("A02", f"mean T, {t:g} s", 20.0 + SPAN * analytic.cylinder_mean(fourier, 5.0), mean(result, t))


@check("A02", "heat")
def cylinder_in_3d() -> Iterator[Verdict]:
    """The same cylinder in 3d, 20 cells across, insulated ends; the surface in nine directions."""
    R, times = 0.025, (5.0, 10.0, 20.0, 40.0)
    part = Part.cylinder("50 mm", "7.5 mm")
    result = quench(part, "2.5 mm", "6000 W/m^2/K", times, metric="3d", long=True, tolerance="0.1 K")
    yield from round_body("A02-cylinder-3d", result, R, times, 5.0, analytic.cylinder, analytic.cylinder_mean, 0.00375)


def round_body(
    id: str,
    result: Result,
    R: float,
    times: Sequence[float],
    biot: float,
    exact: Exact,
    whole: Callable[[float, float], float],
    z: float = 0.0,
) -> Iterator[Verdict]:
    """Centre, surface and mean of a round body in 3d against its series."""
    one = partial(Verdict, tolerance=1.66, unit="degC", reason="0.2 % of the span", source=SERIES)
    turns = [(R * np.cos(turn), R * np.sin(turn), z) for turn in AROUND]
    for t in times:
        fourier = DIFFUSIVITY * t / R**2
        centre, surface = (20.0 + SPAN * theta for theta in exact((0.0, 1.0), fourier, biot))
        around = celsius_at(result, t, *turns)
        yield one(id, f"T in the centre, {t:g} s", centre, celsius_at(result, t, (0.0, 0.0, z))[0])
        yield one(id, f"T at the surface, mean of 9 directions, {t:g} s", surface, float(around.mean()))
        yield one(id, f"T at the surface, farthest of 9 directions, {t:g} s", surface, farthest(around, surface))
        yield one(id, f"mean T, {t:g} s", 20.0 + SPAN * whole(fourier, biot), mean(result, t))


@check("A04", "heat")
def half_space() -> Iterator[Verdict]:
    """Half-space under a held surface, a constant flux and convection; a plate thick enough for 30 s."""
    depth, times = np.array([0.0, 0.005, 0.010, 0.020]), (1.0, 10.0, 30.0)
    laws: dict[str, tuple[Medium, Callable[[float], Array]]] = {
        "i": (
            Medium("held", surface_temperature="20 degC"),
            lambda t: 20.0 + SPAN * analytic.half_space_fixed(depth, t, DIFFUSIVITY),
        ),
        "ii": (
            Medium("flux", flux="-1e6 W/m^2"),
            lambda t: 850.0 - analytic.half_space_flux(depth, t, DIFFUSIVITY, 30.0, 1e6),
        ),
        "iii": (
            Medium("convection", h="5000 W/m^2/K", temperature="20 degC"),
            lambda t: 20.0 + SPAN * analytic.half_space_convection(depth, t, DIFFUSIVITY, 30.0, 5000.0),
        ),
    }
    one = partial(Verdict, tolerance=1.66, unit="degC", reason="0.2 % of the span", source=SERIES)
    for name, (medium, exact) in laws.items():
        result = run(Part.plate("200 mm"), steel_c(), "0.5 mm", "850 degC", medium, times)
        for t in times:
            got = celsius_at(result, t, *((0.1 - d, 0.0, 0.0) for d in depth))
            for d, value, found in zip(depth, exact(t), got, strict=True):
                yield one(f"A04-{name}", f"T {1e3 * d:g} mm deep, {t:g} s", float(value), float(found))


def run(
    part: Part,
    alloy: Material,
    spacing: str,
    start: str,
    media: Medium | dict[str, Medium],
    times: Sequence[float],
    metric: str = "auto",
    tolerance: str = "0.5 K",
) -> Result:
    """One medium, steps that end at the times (s)."""
    lengths = np.diff((0.0, *times))
    return HeatTreatment(
        name="verification",
        part=part,
        alloy=alloy,
        grid=Grid(spacing, metric),
        start=start,
        steps=[Quench(media, duration=f"{float(length)!r} s") for length in lengths],
        tolerance=tolerance,
    ).run(progress=False)


@check("A05", "heat")
def short_cylinder() -> Iterator[Verdict]:
    """Short cylinder in 3d, 20 cells across, all faces h 6000."""
    yield from _short_cylinder("A05", "2.5 mm", 4.15, "0.5 % of the span, 20 cells across; A05-fine has 0.2 %")


@check("A05-fine", "heat", full=True)
def short_cylinder_fine() -> Iterator[Verdict]:
    """The same with 50 cells across."""
    yield from _short_cylinder("A05-fine", "1 mm", 1.66, "0.2 % of the span")


def _short_cylinder(id: str, spacing: str, tolerance: float, reason: str) -> Iterator[Verdict]:
    R, times = 0.025, (5.0, 10.0, 20.0, 40.0)
    result = quench(Part.cylinder("50 mm", "50 mm"), spacing, "6000 W/m^2/K", times, metric="3d")
    one = partial(Verdict, tolerance=tolerance, unit="degC", reason=reason, source=SERIES)
    places = {
        "centre": ((0.0, 0.0, R), 0.0, 0.0),
        "mid-height surface": ((R, 0.0, R), 1.0, 0.0),
        "end-face centre": ((0.0, 0.0, 2 * R), 0.0, 1.0),
        "edge": ((R, 0.0, 2 * R), 1.0, 1.0),
    }
    for t in times:
        fourier = DIFFUSIVITY * t / R**2
        for name, (place, r, x) in places.items():
            theta = float(analytic.cylinder(r, fourier, 5.0) * analytic.slab(x, fourier, 5.0))
            yield one(id, f"T, {name}, {t:g} s", 20.0 + SPAN * theta, celsius_at(result, t, place)[0])
        theta = analytic.cylinder_mean(fourier, 5.0) * analytic.slab_mean(fourier, 5.0)
        yield one(id, f"mean T, {t:g} s", 20.0 + SPAN * theta, mean(result, t))


@check("A07", "heat")
def thermal_shock() -> Iterator[Verdict]:
    """A wall of 2 m with k = rho c = 1, both faces 0 to 100 degC."""
    times = (0.1, 0.2, 0.7, 2.0)
    wall = Material("unit", conductivity="1 W/m/K", density="1 kg/m^3", heat_capacity="1 J/kg/K")
    held = Medium("held", surface_temperature="100 degC")
    result = run(Part.plate("2 m"), wall, "20 mm", "0 degC", held, times)
    source = f"{SERIES}; code_aster V4.25.001, ttll01a.comm"
    for t in times:
        for x in (0.2, 0.8):
            exact = 100.0 * (1.0 - float(analytic.slab_fixed(1.0 - x, t)))
            got = celsius_at(result, t, (1.0 - x, 0.0, 0.0))[0]
            yield Verdict(
                "A07", f"T {x} m from the face, {t:g} s", exact, got, 0.2, "degC", "0.2 % of the span", source
            )


@check("A08", "heat")
def sphere_heated() -> Iterator[Verdict]:
    """A sphere of 0.2 m heated by convection, Bi 0.476; 50 cells."""
    times = (400.0, 600.0, 1000.0, 1400.0, 2000.0, 2400.0)
    kind = Material("ttlv01", conductivity="48.822 W/m/K", density="1000 kg/m^3", heat_capacity="4816.8 J/kg/K")
    furnace = Medium("gas", h="232.5 W/m^2/K", temperature="1000 degC")
    result = run(Part.sphere("200 mm"), kind, "2 mm", "20 degC", furnace, times)
    one = partial(
        Verdict,
        tolerance=1.96,
        unit="degC",
        reason="0.2 % of the span",
        source=f"{SERIES}; data of code_aster V4.01.001",
    )
    for t in times:
        thetas = analytic.sphere((0.0, 1.0), 48.822 / 4816800.0 * t / 0.01, 232.5 * 0.1 / 48.822)
        for name, r, theta in zip(("centre", "surface"), (0.0, 0.1), thetas, strict=True):
            got = celsius_at(result, t, (r, 0.0, 0.0))[0]
            yield one("A08", f"T, {name}, {t:g} s", 1000.0 - 980.0 * float(theta), got)


@check("A13", "heat")
def kirchhoff() -> Iterator[Verdict]:
    """Steady wall of 0.1 m, k = 50 (1 - 6e-4 T), 900 and 100 degC: a bar in 3d with insulated sides."""
    kind = Material(
        "kirchhoff", conductivity=celsius(lambda T: 50.0 * (1.0 - 6e-4 * np.clip(T, -200.0, 1500.0))),
        density="1000 kg/m^3", heat_capacity="100 J/kg/K",
    )  # fmt: skip
    media = {
        "bottom": Medium("hot", surface_temperature="900 degC"),
        "side": INSULATED,
        "top": Medium("cold", surface_temperature="100 degC"),
    }
    result = run(Part.box("10 mm", "10 mm", "100 mm"), kind, "2.5 mm", "500 degC", media, (60.0, 70.0), "3d")
    theta = 50.0 * ((900.0 - 100.0) - 3e-4 * (900.0**2 - 100.0**2))
    heat = result.ledger[1]["heat"]
    for zone, sign in (("bottom", 1.0), ("top", -1.0)):
        got = sign * heat[zone] / 10.0 / 1e-4
        yield Verdict(
            "A13",
            f"flux through the {zone}",
            theta / 0.1,
            got,
            140.0,
            "W/m2",
            "0.05 %",
            "Kirchhoff 1894, closed form",
        )
    for x in (0.025, 0.05, 0.075):
        level = 50.0 * (900.0 - 3e-4 * 900.0**2) - theta * x / 0.1
        exact = (1.0 - np.sqrt(1.0 - 4.0 * 3e-4 * level / 50.0)) / 6e-4
        got = celsius_at(result, 70.0, (0.0, 0.0, x - 0.05))[0]
        yield Verdict(
            "A13",
            f"T at {x} m",
            float(exact),
            got,
            0.4,
            "degC",
            "0.05 % of the span",
            "Kirchhoff 1894, closed form",
        )


@check("A16", "heat")
def lumped_radiation() -> Iterator[Verdict]:
    """A sphere of 20 mm that conducts perfectly (k 1e5) radiates, emissivity 0.8."""
    times = (60.0, 120.0, 300.0, 600.0)
    kind = Material("lump", conductivity="1e5 W/m/K", density="7800 kg/m^3", heat_capacity="600 J/kg/K")
    shine = Medium("radiation", temperature="20 degC", emissivity=0.8)
    result = run(Part.sphere("20 mm"), kind, "5 mm", "900 degC", shine, times, tolerance="0.1 K")
    rate = 0.8 * STEFAN_BOLTZMANN * 3.0 / (0.01 * 7800.0 * 600.0)
    exact = analytic.radiating_sphere(np.array(times), 1173.15, 293.15, rate)
    for t, T in zip(times, exact, strict=True):
        got = mean(result, t)
        yield Verdict(
            "A16",
            f"T, {t:g} s",
            float(T) - ZERO,
            got,
            0.88,
            "degC",
            "0.1 % of the span",
            "closed form, Siegel & Howell",
        )


@check("A20", "heat")
def round_bodies() -> Iterator[Verdict]:
    """Sphere and long cylinder of 60 mm in 3d, 20 cells across, Bi 0.05: the area of a staircase fails."""
    R = 0.03
    times = (300.0, 1000.0, 2000.0, 4000.0)
    ball = quench(Part.sphere("60 mm"), "3 mm", "50 W/m^2/K", times, metric="3d")
    yield from round_body("A20-sphere-3d", ball, R, times, 0.05, analytic.sphere, analytic.sphere_mean)
    rod = quench(Part.cylinder("60 mm", "9 mm"), "3 mm", "50 W/m^2/K", times, metric="3d", long=True)
    yield from round_body("A20-cylinder-3d", rod, R, times, 0.05, analytic.cylinder, analytic.cylinder_mean, 0.0045)


def peaked() -> Material:
    """The nonlinear steel of A22: a peak of the heat capacity at 735 degC."""
    return Material(
        "A22",
        conductivity=celsius(lambda T: np.where(T <= 800.0, 50.0 - 0.03 * T, 26.0)),
        density="7800 kg/m^3",
        heat_capacity=celsius(lambda T: 480.0 + 0.25 * T + 600.0 * np.exp(-(((T - 735.0) / 25.0) ** 2))),
    )


PEAKED = {
    5.0: (849.941, 611.382),
    10.0: (846.698, 545.089),
    20.0: (815.802, 471.458),
    40.0: (723.988, 391.058),
    60.0: (572.393, 331.673),
    100.0: (354.577, 222.627),
    200.0: (104.686, 75.809),
}


@check("A22", "heat")
def nonlinear_slab() -> Iterator[Verdict]:
    """Slab of steel with a peak of the heat capacity, h 2000; 50 cells, tolerance 0.1 K."""
    bath = Medium("bath", h="2000 W/m^2/K", temperature="25 degC")
    result = run(Part.plate("50 mm"), peaked(), "0.5 mm", "850 degC", bath, tuple(PEAKED), tolerance="0.1 K")
    one = partial(
        Verdict,
        tolerance=0.3,
        unit="degC",
        reason="0.3 K",
        source="catalogue A22, method of lines with 100, 200, 400 cells",
    )
    for t, (centre, surface) in PEAKED.items():
        yield one("A22", f"T, centre, {t:g} s", centre, celsius_at(result, t, (0.0, 0.0, 0.0))[0])
        yield one("A22", f"T, surface, {t:g} s", surface, celsius_at(result, t, (0.025, 0.0, 0.0))[0])
    tables = Tables.of(peaked().matter())
    H = np.interp([25.0 + ZERO, 850.0 + ZERO], tables.axis.knots, tables.enthalpy[0])
    reason = "1e-5: the table's knots, 2 K apart"
    yield Verdict(
        "A22",
        "heat from 850 to 25 degC",
        4.000005e9,
        float(H[1] - H[0]),
        4e4,
        "J/m3",
        reason,
        "integral of the law",
    )


@check("A24", "heat")
def source() -> Iterator[Verdict]:
    """Steady slab of 0.1 m with 1e6 W/m3 inside, h 500 to 20 degC; 20 cells."""
    kind = Material("A24", conductivity="30 W/m/K", density="1000 kg/m^3", heat_capacity="100 J/kg/K").matter()
    cells = build(Plate(0.1), "slab", 0.0025)
    heat = Heat(cells, kind, source=1e6)
    laws = (Law(h=500.0, temperature=20.0 + ZERO),)
    state, moved = heat.initial(100.0 + ZERO), np.inf
    while moved > 1e-9:
        step = heat.advance(state, laws, 1000 * heat.explicit_limit(state, laws))
        moved = float(np.abs(step.temperature - state.temperature).max())
        state.time += step.dt
        state.enthalpy, state.temperature, state.wall = step.enthalpy, step.temperature, step.wall
    one = partial(Verdict, unit="degC", reason="0.1 % of the span", source="closed form", tolerance=0.14)
    x = cells.lattice.centres(0)
    middle = float(np.polyval(np.polyfit(x[:3] ** 2, state.temperature[:3], 1), 0.0)) - ZERO
    yield one("A24", "T in the middle", 20.0 + 1e6 * 0.05 / 500.0 + 1e6 * 0.05**2 / 60.0, middle)
    yield one("A24", "T at the surface", 120.0, float(state.wall[0]) - ZERO)
