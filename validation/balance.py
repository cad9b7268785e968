"""What must balance in every run: energy, phases, forces, volume."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial

import numpy as np

from ..cases.grid import Grid
from ..cases.part import Part
from ..cases.step import Cool, Heat, Quench, Soak, Temper, Transfer
from ..cases.treatment import HeatTreatment
from ..materials.alloy import Alloy
from ..materials.library import alloy
from ..materials.matter import Kinetics
from ..solver.geometry import build
from ..solver.mechanics import mechanics_for
from ..solver.shape import Box, Cylinder
from ..solver.tables import Axis, Tables
from .direct import Kept, follow
from .kinetics import jmak
from .path import ZERO
from .steel_c import ELASTIC, quench, steel_c
from .stress import HOT, MPA, YIELD, R, elastic, unstressed
from .verdict import Verdict, check

LEDGER = "the ledger follows the same recurrence as the state: round-off alone"


def shaft() -> HeatTreatment:
    """A small shaft through the whole chain: austenitise, air, oil, temper; rz."""
    return HeatTreatment(
        name="small shaft",
        part=Part.cylinder("20 mm", "40 mm"),
        alloy=alloy("42CrMo4"),
        grid=Grid("1 mm"),
        steps=[
            Soak("850 degC", "5 min"),
            Transfer("5 s"),
            Quench("fast oil", bath="60 degC", until="80 degC"),
            Temper("560 degC", "30 min"),
        ],
        snapshots=200,
    )


def block() -> HeatTreatment:
    """A small block in oil, 3d, with phases and stress."""
    return HeatTreatment(
        name="small block",
        part=Part.box("20 mm", "16 mm", "12 mm"),
        alloy=alloy("42CrMo4"),
        grid=Grid("2 mm"),
        start="850 degC",
        steps=[Transfer("3 s"), Quench("fast oil", bath="60 degC", until="80 degC")],
        snapshots=60,
    )


@cache
def shaft_run() -> Kept:
    return follow(shaft().problem())


@cache
def block_run() -> Kept:
    return follow(block().problem())


@check("G02", "balance")
def energy() -> Iterator[Verdict]:
    """Heat through the wall against heat stored, step by step: radiation, boiling, transformations."""
    for name, run in (("shaft rz", shaft_run()), ("block 3d", block_run())):
        whole = max(abs(row["stored"]) for row in run.rows)
        for row in run.rows:
            got = row["unbalanced"] / max(abs(row["stored"]), 1e-3 * whole)
            yield Verdict(
                "G02",
                f"{name}, {row['step']}: unbalanced over stored",
                0.0,
                got,
                1e-12,
                "-",
                LEDGER,
                "first law",
            )


@check("G02-cycle", "balance")
def closed_cycle() -> Iterator[Verdict]:
    """20 -> 900 -> 20 degC, pearlite to austenite and back to pearlite: no heat is left over.

    Phases of 42CrMo4 with a fast pearlite reaction, so that the cycle closes; 20 +- 0.001 degC at the end.
    """
    steel = alloy("42CrMo4").matter()
    fast = jmak("pearlite", 2.5, 5.0, 640.0, 35.0, 720.0, 200.0)
    kinetics = Kinetics((fast,), ac1=724.0 + ZERO, ac3=780.0 + ZERO)
    kind = Alloy.from_matter(replace(steel, kinetics=kinetics))
    case = HeatTreatment(
        name="cycle",
        part=Part.cylinder("20 mm"),
        alloy=kind,
        grid=Grid("1 mm"),
        steps=[Heat("900 degC", duration="2 h"), Cool("forced air", duration="6 h", temperature="20 degC")],
        stress=False,
        hardness=False,
    )
    problem = replace(case.problem(), start=20.0 + ZERO, phases={"pearlite": 1.0})
    run = follow(problem)
    assert run.state is not None
    z = dict(zip((phase.name for phase in steel.phases), run.state.phases, strict=True))
    yield Verdict(
        "G02-cycle",
        "pearlite at the end",
        1.0,
        float(z["pearlite"].min()),
        1e-9,
        "-",
        "the reaction ends",
        "design of the cycle",
    )
    heated, cooled = (row["stored"] for row in run.rows)
    came = sum(sum(row["heat"].values()) for row in run.rows)
    end = float(np.abs(run.state.temperature - ZERO - 20.0).max())
    yield Verdict(
        "G02-cycle",
        "temperature at the end, farthest from 20 degC",
        0.0,
        end,
        1e-3,
        "K",
        "cooled for long",
        "-",
    )
    # what the last fraction of a kelvin holds is counted, so that the cycle is closed in enthalpy
    tables = Tables.of(kind.matter())
    pearlite = tables.enthalpy[tables.phases.index("pearlite")]
    start = float(np.interp(20.0 + ZERO, tables.axis.knots, pearlite))
    rest = float((problem.cells.volume * (run.state.enthalpy - start)).sum())
    got = (came - rest) / heated
    yield Verdict(
        "G02-cycle",
        "heat left over by the cycle over heat taken up",
        0.0,
        got,
        1e-10,
        "-",
        LEDGER,
        "first law",
    )


@check("G09", "balance")
def phases() -> Iterator[Verdict]:
    """Phase fractions of both runs at every stored instant."""
    exact = "kept by construction"
    for name, run, case in (("shaft rz", shaft_run(), shaft()), ("block 3d", block_run(), block())):
        names = [phase.name for phase in case.problem().matter.phases]
        z = np.array([[fields[phase] for phase in names] for fields in run.fields])
        one = partial(Verdict, "G09", tolerance=1e-12, unit="-", reason=exact, source="definition of a fraction")
        yield one(f"{name}: sum of fractions, farthest from 1", 0.0, float(np.abs(z.sum(1) - 1.0).max()))
        yield one(f"{name}: least fraction below 0, most above 1", 0.0, float(max(-z.min(), z.max() - 1.0, 0.0)))
        martensite, legs = z[:, names.index("martensite")], np.array(run.legs)
        change = np.diff(martensite, axis=0)
        quenching = legs[1:] == "quench"
        loss = float(max(-change[quenching].min(), 0.0))
        yield one(f"{name}: largest loss of martensite while quenching", 0.0, loss)
        # the warm core goes on cooling where the furnace begins, so that only what is hot all through counts
        T = np.array([fields["temperature"].min() for fields in run.fields])
        reheated = np.isin(legs[1:], ("temper.heat", "temper.hold")) & (T[:-1] > 150.0 + ZERO)
        if reheated.any():
            moved = float(np.abs(change[reheated]).max())
            yield one(f"{name}: largest change of martensite while reheated below Ac1", 0.0, moved)


@check("E15", "balance")
def free_bodies() -> Iterator[Verdict]:
    """No mean stress at the end of the runs of steel that transforms, yields and (shaft) creeps."""
    for name, run, case, tolerance, why in (
        ("shaft rz", shaft_run(), shaft(), 1e-8, "equilibrium solved to round-off"),
        ("block 3d", block_run(), block(), 1e-5, "forces balance to 1e-6 of those of single cells"),
    ):
        problem = case.problem()
        assert run.state is not None
        body = mechanics_for(problem.cells, problem.matter, Axis())
        mean = body.mean_stress(run.state)
        if problem.cells.lattice.metric == "rz":
            mean[:2] = mean[:2].mean()
        got = float(np.abs(mean).max()) / (YIELD * MPA)
        yield Verdict(
            "E15",
            f"{name}: largest mean stress over 250 MPa",
            0.0,
            got,
            tolerance,
            "-",
            why,
            "statics of a free body",
        )


@check("E15-volume", "balance")
def volume() -> Iterator[Verdict]:
    """A sphere that yields by 0.7 % keeps the radius that its free strain gives."""
    alloy_ = steel_c(**ELASTIC, yield_stress="250 MPa")
    shrink = 1.2e-5 * -830.0
    one = partial(
        Verdict,
        tolerance=1e-5 * abs(shrink),
        unit="-",
        reason="1e-5",
        source="Betti's theorem for free bodies",
    )
    ball = quench(Part.sphere("50 mm"), "1 mm", "6000 W/m^2/K", (4000.0,), alloy_, snapshots=2)
    yield one("E15-volume", "sphere, u(R)/R", shrink, float(ball.at_position((R, 0.0, 0.0)).displacement[0]) / R)


@check("E15-uniform", "balance")
def uniform() -> Iterator[Verdict]:
    """A uniform change of temperature or a linear one leaves no stress."""
    source = "compatibility: a linear free strain fits together"
    for name, cells, tolerance, reason in (
        ("cylinder rz", build(Cylinder(R, length=2 * R), "rz", R / 8), 1e-8, "1e-8: solved equilibrium"),
        ("cylinder 3d", build(Cylinder(R, length=2 * R), "3d", R / 6), 1e-5, "1e-5: forces balance to 1e-6"),
    ):
        body, state = unstressed(cells, elastic())
        state.temperature = np.full(cells.index.size, HOT - 830.0)
        body.advance(state, 1.0)
        got = float(np.abs(body.fields(state)["stress"]).max()) / (YIELD * MPA)
        yield Verdict(
            "E15-uniform",
            f"{name}, uniform: largest stress over 250 MPa",
            0.0,
            got,
            tolerance,
            "-",
            reason,
            source,
        )
    cells = build(Box((0.02, 0.02, 0.02)), "3d", 0.02 / 8)
    body, state = unstressed(cells, elastic())
    state.temperature = HOT - 400.0 - 200.0 * cells.centres()[:, 2] / 0.01
    body.advance(state, 1.0)
    got = float(np.abs(body.fields(state)["stress"]).max()) / (YIELD * MPA)
    reason = "1e-4: forces balance to 1e-6 of those of single cells"
    quantity = "box 3d, 400 K between its ends: largest stress over 250 MPa"
    yield Verdict("E15-linear", quantity, 0.0, got, 1e-4, "-", reason, source)
