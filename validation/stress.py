"""Stress: part E of the catalogue. Points, then slab, cylinder, sphere and the same bodies in rz and 3d."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.optimize import brentq

from ..cases.part import Part
from ..cases.result import Result
from ..kernels import plasticity as law
from ..materials.alloy import Alloy
from ..materials.matter import Kinetics, Matter, Mechanics, Phase, Property, constant
from ..solver.boundary import Law
from ..solver.field import Sampler
from ..solver.geometry import Cells, build
from ..solver.mechanics import mechanics_for
from ..solver.problem import Leg, Problem
from ..solver.properties import Properties
from ..solver.shape import Box, Cylinder, Sphere
from ..solver.state import State, products
from ..solver.stress import Body
from ..solver.tables import Axis
from . import analytic
from .bar import Bar
from .direct import follow
from .path import celsius
from .steel_c import DIFFUSIVITY, ELASTIC, SPAN, ZERO, quench, steel_c
from .verdict import Verdict, check, farthest

Array = NDArray[float64]

MPA = 1e6
HOT = 850.0 + ZERO
R = 0.025
YIELD = 250.0
PLACES = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
COMMON = constant(200e9), constant(0.3)
FIVE = "5 % of the yield stress of 250 MPa; a voxel or load-step error shows above"
E10 = "catalogue E10, three refinements and CalculiX 2.20"


def matter(*laws: Mechanics | None, **more: object) -> Matter:
    """One solid, or austenite and a product, with the heat of STEEL-C."""
    names = ("solid",) if len(laws) == 1 else ("austenite", str(more.pop("product", "bainite")))
    heat: Property = lambda T: 600.0 * (np.asarray(T) - ZERO)  # noqa: E731
    phases = tuple(Phase(name, constant(30.0), heat, one) for name, one in zip(names, laws, strict=True))
    return Matter("test", 7800.0, phases, **more)  # type: ignore[arg-type]


@check("E01", "stress")
def blocked_bar() -> Iterator[Verdict]:
    """A blocked bar is heated: yield stress falls with temperature, tangent modulus 50 GPa."""
    hardening = constant(200e9 * 50e9 / 150e9)
    yields = celsius(lambda T: (400.0 - 4.0 * T) * MPA)
    bar = Bar(matter(Mechanics(*COMMON, celsius(lambda T: 1e-5 * T), yields, hardening)), ZERO)
    source = "code_aster V7.22.100, hsnv100a.comm"
    one = partial(Verdict, reason="1e-6 of the value: piecewise linear in T", source=source)
    for T, sigma, plastic in ((66.666, -133.332, None), (80.0, -100.0, 3e-4), (90.0, -75.0, 5.25e-4)):
        for part in np.linspace(bar.T[0], ZERO + T, 5)[1:]:
            bar.pull(0.0, float(part))
        yield one("E01", f"stress at {T:g} degC", sigma, bar.sigma / MPA, tolerance=1e-6 * abs(sigma), unit="MPa")
        if plastic:
            yield one(
                "E01",
                f"plastic strain at {T:g} degC",
                plastic,
                bar.plastic,
                tolerance=1e-6 * plastic,
                unit="-",
            )


@check("E02", "stress")
def satoh() -> Iterator[Verdict]:
    """A blocked bar cools through its transformation; hardening is wiped out (full recovery)."""
    hard = constant(200e9 * 2e9 / 198e9)
    austenite = Mechanics(*COMMON, celsius(lambda T: 2e-5 * (T - 900.0)), constant(400e6), hard)
    bainite = Mechanics(*COMMON, celsius(lambda T: 2e-5 * (T - 900.0) + 2.52e-3), constant(1200e6), hard)
    bar = Bar(matter(austenite, bainite), ZERO + 900.0, (1.0, 0.0))
    source = "code_aster V7.22.104, hsnv104a.comm"
    one = partial(Verdict, reason="1e-3 of the value", source=source)
    expected = {60: 408.0, 112: 944.0, 176: 1210.24}
    for t in range(1, 177):
        T = 900.0 - 5.0 * t
        z = float(np.clip((600.0 - T) / 255.0, 0.0, 1.0))
        bar.pull(0.0, ZERO + T, (1.0 - z, z))
        if t in expected:
            sigma = expected[t]
            yield one("E02", f"stress at {t} s", sigma, bar.sigma / MPA, tolerance=1e-3 * sigma, unit="MPa")
        if t == 60:
            yield one("E02", "plastic strain at 60 s", 3.96e-3, bar.plastic, tolerance=3.96e-6, unit="-")


@check("E03", "stress")
def greenwood_johnson() -> Iterator[Verdict]:
    """A bar under 360 MPa transforms: transformation plasticity K s z (2 - z)."""
    austenite = Mechanics(
        *COMMON,
        celsius(lambda T: 23.5e-6 * (T - 900.0)),
        celsius(lambda T: (0.5 * T - 50.0) * MPA),
        celsius(lambda T: (5750.0 - 5.0 * T) * MPA),
    )
    bainite = Mechanics(
        *COMMON,
        celsius(lambda T: 15e-6 * (T - 900.0) + 2.52e-3),
        celsius(lambda T: (0.5 * T + 80.0) * MPA),
        celsius(lambda T: (4450.0 - 5.0 * T) * MPA),
        trip=1e-10,
    )
    bar = Bar(matter(austenite, bainite, memory=1.0), ZERO + 900.0, (1.0, 0.0))
    source = "code_aster V7.22.101, hsnv101b.comm, closed form"
    one = partial(Verdict, unit="-", reason="0.5 % of the strain", source=source)
    trip = {73: 0.01575, 86: 0.027, 112: 0.036}
    inelastic = {48: 3.2653e-3, 60: 0.04, 114: 0.0770714}
    total = {114: 0.0728414, 176: 0.0891890}
    for t in range(1, 177):
        z = float(np.clip((t - 60.0) / 52.0, 0.0, 1.0))
        bar.load(min(6.0 * t, 360.0) * MPA, ZERO + 900.0 - 5.0 * t, (1.0 - z, z))
        free = (1.0 - z) * 23.5e-6 * -5.0 * t + z * (15e-6 * -5.0 * t + 2.52e-3)
        left = bar.strain - free - bar.sigma / 200e9
        for name, table, got in (
            ("TRIP strain", trip, left - bar.plastic),
            ("inelastic strain", inelastic, left),
            ("total strain", total, bar.strain),
        ):
            if t in table:
                yield one("E03", f"{name} at {t} s", table[t], got, tolerance=5e-3 * table[t])


@check("E06", "stress")
def elastic_quench() -> Iterator[Verdict]:
    """Elastic thermal stress of the slab of A01 and the cylinder of A02, by the whole chain."""
    scale = 200e3 * 1.2e-5 * SPAN / 0.7
    source = "Boley & Weiner, Theory of Thermal Stresses, 1960"
    times = (5.0, 20.0, 60.0, 120.0)
    alloy = steel_c(**ELASTIC)
    slab = quench(Part.plate("50 mm"), "0.5 mm", "1200 W/m^2/K", times, alloy, tolerance="0.1 K")
    for t in times:
        exact = scale * analytic.slab_stress((0.0, 0.5, 1.0), DIFFUSIVITY * t / R**2, 1.0)
        for x, value in zip((0.0, 0.5, 1.0), exact, strict=True):
            got = slab.at_position((x * R, 0.0, 0.0), t).stress.yy / MPA
            reason = "1 % of the largest stress of the instant"
            tolerance = 0.01 * float(np.abs(exact).max())
            yield Verdict(
                "E06-slab",
                f"in-plane stress at x/L {x}, {t:g} s",
                float(value),
                got,
                tolerance,
                "MPa",
                reason,
                source,
            )
    yield from balanced("E06-slab", slab)
    instants = (5.0, 10.0, 20.0)
    rod = quench(Part.cylinder("50 mm"), "0.5 mm", "6000 W/m^2/K", instants, alloy, tolerance="0.1 K")
    for t in instants:
        parts = analytic.cylinder_stress((0.0, 0.5, 1.0), DIFFUSIVITY * t / R**2, 5.0)
        tolerance = 0.01 * scale * float(np.abs(parts).max())
        for i, r in enumerate((0.0, 0.5, 1.0)):
            stress = rod.at_position((r * R, 0.0, 0.0), t).stress
            for name, part in zip(("radial", "hoop", "axial"), parts, strict=True):
                got = getattr(stress, name) / MPA
                yield Verdict(
                    "E06-cylinder", f"{name} stress at r/R {r}, {t:g} s", scale * float(part[i]), got,
                    tolerance, "MPa", "1 % of the largest stress of the instant", source,
                )  # fmt: skip
    yield from balanced("E06-cylinder", rod)


@check("E08", "stress")
def tied_bars() -> Iterator[Verdict]:
    """Two tied bars, areas 0.3 and 0.7, cooled by 830 K one after the other."""
    kind = matter(Mechanics(*COMMON, celsius(lambda T: 1.2e-5 * T), constant(YIELD * MPA)))
    bars = Bar(kind, HOT), Bar(kind, HOT)
    steps = np.linspace(850.0, 20.0, 21)[1:] + ZERO
    strain = 0.0
    for first, second in [*((T, HOT) for T in steps), *((steps[-1], T) for T in steps)]:

        def pull(e: float, first: float = first, second: float = second) -> float:
            return 0.3 * bars[0].would(e, first) + 0.7 * bars[1].would(e, second)

        strain = brentq(pull, strain - 4e-3, strain + 4e-3, xtol=1e-15)
        bars[0].pull(strain, first)
        bars[1].pull(strain, second)
    one = partial(Verdict, reason="1e-6: statics of two bars", source="closed form, catalogue E08")
    yield one("E08", "stress of the bar cooled first", -250.0, bars[0].sigma / MPA, tolerance=2.5e-4, unit="MPa")
    yield one("E08", "stress of the bar cooled last", 750.0 / 7.0, bars[1].sigma / MPA, tolerance=2.5e-4, unit="MPa")
    exact = -(1.2e-5 * 830.0 - 750.0 / 7.0 / 200e3)
    yield one("E08", "common strain", exact, strain, tolerance=1e-8, unit="-")


@check("E09", "stress")
def inclusion() -> Iterator[Verdict]:
    """A sphere whose inner half has a free strain of 0.004: 1d with 100 cells, 3d with 20 cells across."""
    inside, outside, skin = (value / MPA for value in analytic.inclusion(0.5, 0.004, 200e9, 0.3))
    source = "Timoshenko & Goodier, Theory of Elasticity, 1970, art. 151"
    one = partial(Verdict, unit="MPa", source=source)
    free = 0.004 / 1.2e-5
    cells = build(Sphere(R), "sphere", R / 100)
    body, state = unstressed(cells, elastic())
    state.temperature = np.where(cells.lattice.centres(0) < 0.5 * R, HOT + free, HOT)
    body.advance(state, 1.0)
    stress, r = body.fields(state)["stress"] / MPA, cells.lattice.centres(0)
    two = partial(one, reason="2 % of each figure")
    yield two(
        "E09-sphere-1d",
        "hydrostatic stress inside",
        inside,
        float(stress[0, 10]),
        tolerance=0.02 * abs(inside),
    )
    at = float(np.polyfit(r[50:56] - R / 2, stress[1, 50:56], 3)[-1])
    yield two("E09-sphere-1d", "hoop stress just outside", outside, at, tolerance=0.02 * outside)
    at = float(np.polyfit(r[-5:] - R, stress[1, -5:], 3)[-1])
    yield two("E09-sphere-1d", "hoop stress at the surface", skin, at, tolerance=0.02 * skin)

    cells = build(Sphere(R), "3d", R / 10)
    body, state = unstressed(cells, elastic())
    state.temperature = HOT + free * within(cells, 0.5 * R)
    body.advance(state, 1.0)
    directions = np.array([[1, 0, 0], [0, 0, 1], [1, 1, 0], [1, 1, 1], [3, 2, 1]], float)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    stress = body.fields(state)["stress"] / MPA
    five = partial(one, reason="5 % in voxels")
    got = float(np.mean(Sampler(cells, np.zeros((1, 3))).read(stress)[:3]))
    yield five("E09-sphere-3d", "hydrostatic stress in the middle", inside, got, tolerance=0.05 * abs(inside))
    six = Sampler(cells, R * directions).read(stress)
    normal = np.einsum("ki,kij,kj->k", directions, _tensors(six), directions)
    hoop = (six[:3].sum(0) - normal) / 2.0
    tolerance = 0.05 * abs(inside)
    yield five(
        "E09-sphere-3d",
        "hoop stress at the surface, mean of 5 places",
        skin,
        float(hoop.mean()),
        tolerance=tolerance,
    )
    yield five(
        "E09-sphere-3d",
        "hoop stress at the surface, farthest of 5 places",
        skin,
        farthest(hoop, skin),
        tolerance=tolerance,
    )


@check("E10", "stress")
def residual_slab() -> Iterator[Verdict]:
    """Residual stress of a slab, perfectly plastic, Bi 10; 50 cells."""
    alloy = steel_c(**ELASTIC, yield_stress="250 MPa")
    result = quench(Part.plate("50 mm"), "0.5 mm", "12000 W/m^2/K", (2000.0,), alloy)
    hoop = (250.0, 178.75, 70.38, -250.0, -250.0, -250.0)
    plastic = (1.994e-3, 0.7586e-3, 0.0, 4.8754e-3, 13.409e-3, 21.431e-3)
    for x, sigma, p in zip(PLACES, hoop, plastic, strict=True):
        point = result.at_position((x * R, 0.0, 0.0))
        yield Verdict("E10-slab", f"in-plane stress at x/L {x}", sigma, point.stress.yy / MPA, 12.5, "MPa", FIVE, E10)
        reason = "5 % of the largest plastic strain"
        yield Verdict("E10-slab", f"plastic strain at x/L {x}", p, point.plastic_strain, 1e-3, "-", reason, E10)
    yield from balanced("E10-slab", result)


RESIDUAL = {
    "radial": (117.77, 115.55, 114.49, 75.76, 25.57, 0.0),
    "hoop": (117.77, 112.17, 114.61, -210.39, -226.18, -234.93),
    "axial": (301.87, 248.17, 172.92, -61.12, -222.63, -262.74),
}


@check("E10", "stress")
def residual_cylinder() -> Iterator[Verdict]:
    """Residual stress of a long cylinder, perfectly plastic, Bi 5: 1d, 50 cells."""
    alloy = steel_c(**ELASTIC, yield_stress="250 MPa")
    result = quench(Part.cylinder("50 mm"), "0.5 mm", "6000 W/m^2/K", (2000.0,), alloy)
    for i, r in enumerate(PLACES):
        stress = result.at_position((r * R, 0.0, 0.0)).stress
        for name, row in RESIDUAL.items():
            got = getattr(stress, name) / MPA
            yield Verdict("E10-cylinder-1d", f"{name} stress at r/R {r}", row[i], got, 12.5, "MPa", FIVE, E10)
    plastic = (0.6775e-3, 0.4235e-3, 0.0659e-3, 1.7739e-3, 6.3823e-3, 11.0715e-3)
    for r, p in zip(PLACES, plastic, strict=True):
        got = result.at_position((r * R, 0.0, 0.0)).plastic_strain
        reason = "5 % of the largest plastic strain"
        yield Verdict("E10-cylinder-1d", f"plastic strain at r/R {r}", p, got, 5.5e-4, "-", reason, E10)
    moved = float(result.at_position((R, 0.0, 0.0)).displacement[0]) / R
    yield Verdict("E10-cylinder-1d", "u(R)/R", -10.1992e-3, moved, 2e-4, "-", "2 %", E10)
    yield from balanced("E10-cylinder-1d", result)


@check("E10", "stress")
def residual_section() -> Iterator[Verdict]:
    """The same in the middle of a bar three diameters long with insulated ends: rz, 30 cells over R."""
    yield from _residual("E10-cylinder-rz", "rz", 30, 2.0, PLACES)


@check("E10", "stress")
def residual_solid() -> Iterator[Verdict]:
    """The same in 3d, 28 cells across, where r/R <= 0.75."""
    yield from _residual("E10-cylinder-3d", "3d", 14, 1.0, PLACES[:4])


@check("E10-fine", "stress", full=True)
def residual_solid_fine() -> Iterator[Verdict]:
    """The same in 3d, 44 cells across."""
    yield from _residual("E10-cylinder-3d-fine", "3d", 22, 1.0, PLACES[:4])


def _residual(id: str, metric: str, over_radius: int, aspect: float, places: Sequence[float]) -> Iterator[Verdict]:
    """A bar of 150 mm whose cells are `aspect` times as long as wide, against the table of E10."""
    cells = stretched(build(Cylinder(R, length=6.0 * R / aspect), metric, R / over_radius), aspect)
    bath, closed = Law(h=6000.0, temperature=20.0 + ZERO), Law(flux=0.0)
    leg = Leg("quench", "quench", (closed, bath, closed), duration=2000.0)
    alloy = steel_c(**ELASTIC, yield_stress="250 MPa")
    problem = Problem(
        cells, alloy.matter(), (leg,), HOT, {}, np.empty((0, 3)), 1.0, 2, 0.5, hardness=False, stress=True
    )  # fmt: skip
    run = follow(problem)
    for i, r in enumerate(places):
        for (name, row), got in zip(
            RESIDUAL.items(), at_radius(cells, run.fields[-1]["stress"] / MPA, r * R), strict=True
        ):
            yield Verdict(id, f"{name} stress at r/R {r}", row[i], float(got), 12.5, "MPa", FIVE, E10)
    assert run.state is not None
    body = mechanics_for(cells, problem.matter, Axis())
    mean = body.mean_stress(run.state) / (YIELD * MPA)
    if metric == "rz":
        mean[:2] = mean[:2].mean()
    tolerance, reason = (1e-8, "solved to round-off") if metric == "rz" else (1e-5, "forces balance to 1e-6")
    quantity = "E15: largest mean stress over 250 MPa"
    yield Verdict(id, quantity, 0.0, float(np.abs(mean).max()), tolerance, "-", reason, "statics of a free body")


@check("E11", "stress")
def hardened_slab() -> Iterator[Verdict]:
    """A slab with martensite, with and without transformation plasticity, linear mixture; Bi 5."""
    table = {
        0.0: (-424.5, -337.5, -93.1, 370.4, 471.4, 415.4),
        5e-11: (-134.9, -125.6, -60.5, 185.7, 278.3, -253.5),
    }
    austenite = Mechanics(*COMMON, celsius(lambda T: 2.2e-5 * (T - 850.0)), celsius(lambda T: (220.0 - 0.2 * T) * MPA))
    for trip, expected in table.items():
        martensite = Mechanics(
            *COMMON,
            celsius(lambda T: 1.2e-5 * (T - 850.0) + 1.5e-3),
            celsius(lambda T: (1500.0 - 0.5 * T) * MPA),
            trip=trip,
        )
        kinetics = Kinetics(martensite_start=320.0 + ZERO, alpha=0.011)
        alloy = Alloy.from_matter(matter(austenite, martensite, product="martensite", kinetics=kinetics))
        result = quench(Part.plate("50 mm"), "0.5 mm", "6000 W/m^2/K", (2000.0,), alloy, hardness=False, snapshots=20)
        id, tolerance = ("E11-trip", 10.0) if trip else ("E11", 20.0)
        reason = f"{tolerance:g} MPa: first order in the martensite steps"
        for x, sigma in zip(PLACES, expected, strict=True):
            got = result.at_position((x * R, 0.0, 0.0)).stress.yy / MPA
            source = "catalogue E11, Richardson"
            yield Verdict(id, f"in-plane stress at x/L {x}", sigma, got, tolerance, "MPa", reason, source)
        got = result.martensite.mean
        yield Verdict(id, "martensite", 0.963117, got, 1e-4, "-", "Koistinen-Marburger at 20 degC", "closed form")
        yield from balanced(id, result)


@check("E13", "stress")
def stress_relief() -> Iterator[Verdict]:
    """Norton relaxation of a blocked bar from 300 MPa: E 170 GPa, A 1e-13 MPa^-5/h, n 5."""
    kind = matter(Mechanics(constant(170e9), constant(0.3), constant(0.0), creep=(1e-43 / 3600.0, 5.0, 0.0)))
    bar = Bar(kind, 600.0)
    strain = 300.0 / 170e3
    bar.pull(strain, 600.0)
    hours = np.union1d(np.concatenate([[0.0], np.geomspace(1e-5, 100.0, 300)]), (0.1, 1.0, 5.0, 10.0))
    for before, after in zip(hours[:-1], hours[1:], strict=True):
        bar.pull(strain, 600.0, dt=3600.0 * (after - before))
        if after in (0.1, 1.0, 5.0, 10.0, 100.0):
            exact = float(analytic.norton(after, 300.0, 170e3, 1e-13, 5.0))
            got = bar.sigma / MPA
            yield Verdict("E13", f"stress after {after:g} h", exact, got, 5e-3 * exact, "MPa", "0.5 %", "closed form")


@check("E-clamped", "stress")
def clamped_cube() -> Iterator[Verdict]:
    """Heated by 100 K without room: a point, and 8 x 8 x 8 cells in a shell 10 000 times as stiff."""
    exact = -200e3 * 1.2e-5 * 100.0 / 0.4
    kind = elastic()
    one = partial(Verdict, unit="MPa", source="Hooke's law")
    properties, T = Properties(kind, Axis()), np.array([HOT])
    alone = np.empty((0, 1))
    row = properties.rows(T, alone, T + 100.0, alone, 0.0)[0][0]
    still, empty = (0.0,) * 6, np.zeros((2, 0))
    held = law.point(still, still, 0.0, 0.0, row, empty, np.zeros(0), 0.5, 0.0, False)[0]
    got = row[law.BULK] * sum(held[:3]) / MPA
    yield one("E-clamped-point", "mean stress", exact, got, tolerance=1e-9, reason="closed form")
    rigid = Mechanics(constant(200e13), constant(0.3), constant(0.0))
    cells = build(Box((0.016, 0.016, 0.016)), "3d", 0.001)
    body, state = unstressed(cells, matter(kind.phases[0].mechanics, rigid))
    inside = (np.abs(cells.centres()) < 0.004).all(1)
    state.products = products(np.stack([inside, ~inside]))
    body.start(state)
    state.temperature = np.full(inside.size, HOT + 100.0)
    body.advance(state, 1.0)
    stress = body.fields(state)["stress"][:, inside] / MPA
    for i, name in enumerate(("xx", "yy", "zz")):
        reason = "0.5 %: the shell gives way a little"
        yield one(
            "E-clamped-cube",
            f"mean stress {name}",
            exact,
            float(stress[i].mean()),
            tolerance=3.0,
            reason=reason,
        )
        reason = "2 %: forces in the stiff shell balance to 1e-6"
        got = farthest(stress[i], exact)
        yield one("E-clamped-cube", f"stress {name}, farthest cell", exact, got, tolerance=12.0, reason=reason)


# what the checks share


def elastic() -> Matter:
    """STEEL-C without yield, free of stress at 850 degC."""
    return matter(Mechanics(*COMMON, lambda T: 1.2e-5 * (np.asarray(T) - HOT)))


def unstressed(cells: Cells, kind: Matter) -> tuple[Body, State]:
    """The stress solver and a state at 850 degC, all of the first phase."""
    n = cells.index.size
    body = mechanics_for(cells, kind, Axis())
    z = np.zeros((len(kind.phases) - 1, n))
    state = State(0.0, np.zeros(n), z, np.full(n, HOT), np.full(cells.patch_cell.size, HOT))
    body.start(state)
    return body, state


def within(cells: Cells, radius: float, points: int = 8) -> Array:
    """(n,) share of each cell that lies within a sphere about the origin."""
    step = (np.arange(points) + 0.5) / points - 0.5
    inner = np.stack(np.meshgrid(step, step, step, indexing="ij"), -1).reshape(-1, 3) * cells.lattice.spacing
    place = cells.centres()[:, None] + inner
    return np.asarray(((place**2).sum(2) < radius**2).mean(1))


def stretched(cells: Cells, factor: float) -> Cells:
    """Cells of a body with straight sides along z, all lengths along z times a factor."""
    lattice = cells.lattice
    (dx, dy, dz), (x, y, z) = lattice.spacing, lattice.origin
    ends = np.abs(cells.patch_normal[:, 2]) > 0.5
    return replace(
        cells,
        lattice=replace(lattice, spacing=(dx, dy, factor * dz), origin=(x, y, factor * z)),
        volume=cells.volume * factor,
        rim_conductance=cells.rim_conductance * np.array([*[factor] * 4, *[1.0 / factor] * 2]),
        patch_area=np.where(ends, 1.0, factor) * cells.patch_area,
        patch_distance=np.where(ends, factor, 1.0) * cells.patch_distance,
    )


def at_radius(cells: Cells, stress: Array, r: float) -> Array:
    """Radial, hoop, axial stress (3,) at a radius at mid-length, from full cells.   stress (6, n)

    The stress has kinks, so it is read from the nearest cells alone: in 3d the 16 whose radius is nearest, in
    rz the rows on either side; linear in r, on the axis even in r, at the skin quadratic.
    """
    x, y, z = cells.centres().T
    step, solid = cells.lattice.spacing[0], cells.lattice.metric == "3d"
    rho = np.hypot(x, y) if solid else x
    c, s = (x / rho, y / rho) if solid else (1.0, 0.0)
    xx, yy, zz, xy = stress[:4]
    parts = np.stack([xx * c * c + yy * s * s + 2 * xy * c * s, xx * s * s + yy * c * c - 2 * xy * c * s, zz])
    own = (np.abs(z - 0.5 * (z.min() + z.max())) < 1.01 * cells.lattice.spacing[2]) & (cells.fraction > 0.999)
    away = np.where(own, np.abs(rho - r), np.inf)
    if r < step:
        near, basis = own & (rho < 1.8 * step), [np.ones_like(rho), rho**2]
    elif r > R - step:
        near, basis = own & (rho > R - 4.2 * step), [np.ones_like(rho), rho - r, (rho - r) ** 2]
    else:
        near = away <= (np.sort(away)[15] * (1.0 + 1e-9) + 1e-12 if solid else step * (1.0 - 1e-9))
        basis = [np.ones_like(rho), rho - r][: 1 + bool(np.ptp(rho[near]) > 1e-3 * R)]
    A = np.stack(basis, 1)[near]
    return np.asarray(np.linalg.lstsq(A, parts[:, near].T)[0][0])


def balanced(id: str, result: Result, unit: float = YIELD * MPA) -> Iterator[Verdict]:
    """E15: the stress of a free body has no mean (radial and hoop together in curved metrics)."""
    field, metric = result.field("stress"), result.cells.lattice.metric
    mean = field.values @ field.volumes / field.volumes.sum()
    if metric in ("cylinder", "rz"):
        mean[:2] = mean[:2].mean()
    elif metric == "sphere":
        mean[:3] = mean[:3].mean()
    got = float(np.abs(mean).max()) / unit
    reason = "1e-8 of 250 MPa: equilibrium solved to round-off"
    yield Verdict(id, "E15: largest mean stress over 250 MPa", 0.0, got, 1e-8, "-", reason, "statics of a free body")


def _tensors(six: Array) -> Array:
    """(k, 3, 3) of (6, k)."""
    xx, yy, zz, xy, yz, zx = six
    return np.moveaxis(np.array([[xx, xy, zx], [xy, yy, yz], [zx, yz, zz]]), 2, 0)
