"""Held bodies in 3d (part E, E23 to E25): beams that bend, cells of every shape, flow at constant volume."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
from numpy import float32, float64, int16
from numpy.typing import NDArray

from ..kernels import solid as kernel
from ..materials.matter import Matter, Mechanics, Phase, constant
from ..solver.geometry import Cells, build
from ..solver.multigrid import conjugate_gradients
from ..solver.shape import Box
from ..solver.solid import Solid
from ..solver.state import State
from ..solver.stress import Load
from ..solver.supports import Held, Support, hold
from ..solver.tables import Axis
from .verdict import Verdict, check

Array = NDArray[float64]
MPA, COLD = 1e6, 300.0
YOUNG, POISSON = 200e9, 0.3


def matter(poisson: float = POISSON, yield_stress: float | None = None, expansion: float = 0.0) -> Matter:
    """One solid, elastic or perfectly plastic."""
    law = Mechanics(
        constant(YOUNG), constant(poisson), lambda T: expansion * (np.asarray(T) - COLD),
        None if yield_stress is None else constant(yield_stress),
    )  # fmt: skip
    flat = constant(1.0)
    return Matter("solid", 7800.0, (Phase("solid", flat, flat, law),))


def block(size: tuple[float, float, float], counts: tuple[int, int, int]) -> Cells:
    """A box of size (m) in so many cells, which may be longer than wide."""
    cells = build(Box((float(counts[0]), float(counts[1]), float(counts[2]))), "3d", 1.0)
    dx, dy, dz = (length / count for length, count in zip(size, counts, strict=True))
    spacing, origin = (dx, dy, dz), (-0.5 * size[0], -0.5 * size[1], -0.5 * size[2])
    lattice = replace(cells.lattice, spacing=spacing, origin=origin)
    return replace(cells, lattice=lattice, volume=np.full(cells.index.size, float(np.prod(spacing))))


def held(cells: Cells, of: Matter, supports: tuple[Support, ...]) -> tuple[Solid, State]:
    """The body, cold, unstressed and held."""
    body, n = Solid(cells, of, Axis(), supports), cells.index.size
    state = State(0.0, np.zeros(n), np.zeros((0, n)), np.full(n, COLD), np.zeros(0))
    body.start(state)
    body.enter(state, "load")
    return body, state


def still(state: State) -> Load:
    """An increment in which nothing but what holds the body changes."""
    T, none = state.temperature, np.zeros((0, state.temperature.size))
    return Load(T, none, T, none, 1.0, 0.5)


def inner(body: Solid, state: State) -> tuple[Array, NDArray[float32], NDArray[int16]]:
    """Forces (N, 3) N of the body on its nodes as it stands, and its tangent: see kernels.solid.tangent."""
    order, nodes = body.mesh.order, body.mesh.node.size
    moduli, points = np.zeros((order.cell.size // 16, 2, 16), float32), np.zeros((order.cell.size // 8, 8, 6, 8), int16)
    force = np.zeros((nodes, 3))
    free = np.zeros(state.temperature.size)
    none = np.zeros((0, 8, 21, 8), float32)
    body.forces(state.mechanics, still(state), free, np.zeros((nodes, 3)), force, moduli, points, none)
    return force, moduli, points


def loaded(body: Solid, state: State, force: Array) -> Array:
    """Displacement (N, 3) m of a body under forces (N, 3) N, elastic."""
    _, moduli, points = inner(body, state)
    grip = body.grip(state.mechanics)
    body.multigrid.refresh(moduli, grip)
    assert grip is not None

    def stiffness(x: Array, y: Array) -> None:
        kernel.tangent(body.mesh.order, moduli, points, body.scale, x, y)
        y[grip.fixed] = 0.0

    right = np.where(grip.fixed, 0.0, force)
    return conjugate_gradients(stiffness, body.multigrid, right, 1e-9, 500)[0]


def tip(counts: tuple[int, int, int], poisson: float, length: float = 10.0) -> float:
    """Deflection of a gripped beam of unit section under a shear force at its end, over that of Timoshenko."""
    cells = block((1e-3 * length, 1e-3, 1e-3), counts)
    body, state = held(cells, matter(poisson), (Support(0, -1),))
    places = body.body_nodes().places
    end = places[:, 0] > places[:, 0].max() - 1e-9
    force = np.zeros(places.shape)
    weight = np.ones(int(end.sum()))
    for axis in (1, 2):
        reach = np.abs(places[end, axis]) > 0.5e-3 - 1e-9
        weight[reach] *= 0.5
    force[end, 2] = weight / weight.sum()
    moved = float((loaded(body, state, force)[end, 2] * weight).sum() / weight.sum())
    inertia, shear, k = 1e-12 / 12.0, YOUNG / 2.0 / (1.0 + poisson), 10.0 * (1.0 + poisson) / (12.0 + 11.0 * poisson)
    exact = (1e-3 * length) ** 3 / (3.0 * YOUNG * inertia) + 1e-3 * length / (k * shear * 1e-6)
    return moved / exact


@check("E23", "stress")
def cantilever() -> Iterator[Verdict]:
    """A gripped beam ten times as long as thick; near-incompressible; with cells up to four times as long as wide."""
    source = "Timoshenko's beam, k = 10 (1 + nu) / (12 + 11 nu) (Cowper 1966)"
    for counts, poisson, tolerance, reason in (
        ((80, 8, 8), 0.3, 0.02, "2 % at 8 cells across"),
        ((40, 4, 4), 0.3, 0.05, "5 % at 4 cells across: one part in cells squared"),
        ((40, 8, 8), 0.3, 0.02, "2 % at 8 cells across: cells twice as long as wide bend as cubes do"),
        ((20, 8, 8), 0.3, 0.02, "2 % at 8 cells across: cells four times as long as wide"),
        ((80, 8, 8), 0.4999, 0.03, "3 %: without a locking of volume; the grip stops Poisson's contraction"),
    ):
        name = f"tip of {counts[0]} x {counts[1]} x {counts[2]} cells, nu {poisson:g}"
        yield Verdict("E23", name, 1.0, tip(counts, poisson), tolerance, "-", reason, source)


@check("E24", "stress")
def held_and_heated() -> Iterator[Verdict]:
    """A cube heated by 100 K: clamped all around, between two walls, against a spring, against a die with a gap."""
    one = partial(Verdict, unit="MPa", reason="1e-5 of the value: forces balanced to 1e-6", source="closed form")
    size, strain, E = 6e-3, 1.2e-3, YOUNG / MPA
    walls = tuple(Support(axis, side, (axis,)) for axis in range(3) for side in (-1, 1))
    stiffness, gap = 1e13, 4e-6
    softer = YOUNG / stiffness / size
    for name, supports, exact in (
        ("clamped all around", walls, -E * strain / (1.0 - 2.0 * POISSON)),
        ("between two walls", walls[4:], -E * strain),
        ("against a spring", (walls[4], Support(2, 1, (2,), stiffness)), -E * strain / (1.0 + softer)),
        ("against a die", (walls[4], Support(2, 1, (2,), None, True, gap)), -E * (strain - gap / size)),
    ):  # fmt: skip
        body, state = held(block((size, size, size), (6, 6, 6)), matter(expansion=1.2e-5), supports)
        state.temperature[:] = COLD + 100.0
        body.advance(state, 1.0)
        got = float(body.stress(state)[2].mean()) / MPA
        yield one("E24", f"stress along z, {name}", exact, got, tolerance=1e-5 * abs(exact))
        state.temperature[:] = COLD - 50.0
        body.advance(state, 2.0)
        if name == "against a die":
            yield one(
                "E24",
                "stress when it has come off the die",
                0.0,
                float(body.stress(state)[2].mean()) / MPA,
                tolerance=1e-3,
            )


@check("E25", "stress")
def punch() -> Iterator[Verdict]:
    """A strip pressed into a perfectly plastic block in plane strain: Prandtl's limit (2 + pi) k, no locking."""
    limit, wide, deep = 100.0 * MPA, 40, 20
    cells = block((wide * 1e-3, 2e-3, deep * 1e-3), (wide, 2, deep))
    planes = Support(0, -1, (0,)), Support(1, -1, (1,)), Support(1, 1, (1,)), Support(2, -1), Support(0, 1, (0,))
    body, state = held(cells, matter(yield_stress=limit), planes)
    nodes = body.body_nodes()
    strip = (nodes.places[:, 2] > deep * 0.5e-3 - 1e-9) & (nodes.places[:, 0] < -(wide * 0.5 - 6.0) * 1e-3 + 1e-9)
    grip = hold(planes, nodes)
    fixed = grip.fixed.copy()
    fixed[strip, 2] = True
    body.held_by = Held(fixed, grip.spring, grip.node, grip.column, grip.side, grip.gap)
    anchor = state.mechanics["anchor"].reshape(fixed.shape)
    pressure = []
    for step in range(1, 11):
        anchor[strip, 2] = -1.2e-5 * step
        if not body.attempt(state.mechanics, still(state), last=True)[2]:
            raise ArithmeticError("the pressed block finds no equilibrium")
        pressure.append(-inner(body, state)[0][strip, 2].sum() / (6.5e-3 * 2e-3))
    exact = (2.0 + np.pi) / 3.0**0.5 * limit / MPA
    got = pressure[-1] / MPA
    reason = "8 %: 6 cells below half the strip, whose edge counts for half a cell"
    yield Verdict("E25", "pressure under the strip", exact, got, 0.08 * exact, "MPa", reason, "Prandtl 1920, Hill 1950")
    rise = float(pressure[-1] / pressure[-3] - 1.0)
    reason = "1 %: a block that locks goes on rising"
    yield Verdict("E25", "rise in the last fifth of the way", 0.0, rise, 0.01, "-", reason, "limit load")
