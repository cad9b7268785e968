"""A case as the solver takes it: cells, matter, legs with laws, start, probes; all in SI."""

from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials import library
from ..materials.curve import TimeCurve
from ..materials.matter import Carbon, Matter
from ..materials.medium import Medium
from ..materials.quantity import Amount, Quantity
from ..materials.refusal import CaseError
from ..solver.boundary import Law
from ..solver.carbon import Atmosphere
from ..solver.field import Sampler
from ..solver.geometry import Cells, build, one_cell_thick, piece_volumes
from ..solver.mechanics import mechanics_for
from ..solver.problem import Leg, Problem
from ..solver.supports import Support, check
from ..solver.symmetry import whole
from ..solver.tables import Axis
from .case import AnyCase, Case
from .estimate import machine_memory, memory
from .grid import metric_of, resolved_edges
from .machining import cut_all
from .schedule import ROOM, Stretch, beginning, layers, stretches, wants_hardness, wants_stress
from .step import Carburise, Quench, tools
from .symmetry import check_bodies

Array = NDArray[float64]

CRUMBS = 1e-3
"""Share of the volume that may lie apart: slivers of cells at an edge."""
ONE_CELL = 0.02
"""Share of the volume that may stand one cell thick: tips and edges of curved bodies."""


def problem(case: Case) -> Problem:
    """What the march runs. Raises CaseError for a spacing too large and for a probe outside the part."""
    matter = case.alloy.matter()
    grid = part_cells(case, matter)
    ready = legs(case, grid, matter)
    start, phases = beginning(case, matter)
    snapshots = case.snapshots
    return Problem(
        cells=grid,
        matter=matter,
        legs=ready,
        start=start,
        phases=phases,
        probes=probe_points(case),
        record=float(case.record),
        snapshots=float(snapshots) if isinstance(snapshots, Amount) else snapshots,
        tolerance=float(case.tolerance),
        hardness=wants_hardness(case, matter),
        stress=wants_stress(case, matter),
        layers=layers(case, matter),
        supports=held(case, grid, matter, tuple(leg.name for leg in ready)),
    )


def held(case: Case, grid: Cells, matter: Matter, names: tuple[str, ...]) -> tuple[Support, ...]:
    """The supports of a case in legs of these names.

    Raises CaseError for supports without stress or in 1d, and such that hold too much or too little.
    """
    if not case.supports:
        return ()
    if not wants_stress(case, matter):
        raise CaseError("hold a part whose stress is not computed; give stress=True, or leave them out", "supports")
    if grid.lattice.metric not in ("rz", "3d"):
        raise CaseError("a part in 1d has no flat to hold; give Grid(metric='rz' or '3d')", "supports")
    ready = tuple(support.as_solver() for support in case.supports)
    if grid.lattice.metric == "rz" and any(support.axis != 2 for support in ready):
        raise CaseError("a body of revolution is held at -z and +z; for others give Grid(metric='3d')", "supports")
    for number, (support, word) in enumerate(zip(ready, case.supports, strict=True)):
        if support.axis in grid.lattice.mirrored and support.side < 0:
            raise CaseError(
                f"'{word.at}' is computed as the image of '+{word.at[1]}'; hold that, and both are held",
                "supports",
                number,
                "at",
            )
    try:
        body = mechanics_for(grid, matter, Axis(), ready)
        check(body.supports, body.body_nodes(), names)
    except ValueError as error:
        raise CaseError(f"{error}; change them", "supports") from None
    return ready


def bends(case: Case, grid: Cells) -> None:
    """Refuse stress of a part that falls to pieces on its cells, or of walls one cell thick. Raises CaseError."""
    if grid.lattice.metric not in ("rz", "3d"):
        return
    volumes = piece_volumes(grid)
    if volumes[1:].sum() > CRUMBS * volumes.sum():
        raise CaseError(
            f"'{case.grid.spacing}' makes {volumes.size} pieces of the part, the second of {1e9 * volumes[1]:.3g} mm3: "
            "its stress would not hang together; take smaller cells, or stress=False", "grid", "spacing",
        )  # fmt: skip
    alone = one_cell_thick(grid)
    share = float(grid.volume[alone].sum() / grid.volume.sum())
    if share > ONE_CELL:
        raise CaseError(
            f"'{case.grid.spacing}' leaves {100.0 * share:.0f} % of the part one cell thick, and such a wall cannot "
            f"bend: its stress would be wrong; take half the spacing, or stress=False", "grid", "spacing",
        )  # fmt: skip


def part_cells(case: Case, matter: Matter) -> Cells:
    """The part on its grid, which every cut leaves in one piece, which can bend and holds every thermocouple.

    Raises CaseError.
    """
    grid = lattice_cells(case)
    cut_all(whole(grid).cells, case.part, tools(case.steps))
    if wants_stress(case, matter):
        bends(case, grid)
    probes_inside(case, grid)
    return grid


def lattice_cells(case: Case) -> Cells:
    """The part on its grid. Raises CaseError for a spacing that the part cannot take."""
    shape, metric = case.part.shape, metric_of(case.part.shape, case.grid)
    _room(case, metric)
    try:
        check_bodies({"the part": shape}, case.grid, metric)
    except CaseError as error:
        raise error.under("grid", "symmetry") from None
    try:
        return build(shape, metric, float(case.grid.spacing), symmetry=case.grid.mirrored)
    except ValueError as error:
        sentence = error.sentence if isinstance(error, CaseError) else str(error)
        raise CaseError(sentence, "grid", "spacing") from None


def _room(case: Case, metric: str) -> None:
    """Refuse, before any cell is made, what needs more memory than the machine has. Raises CaseError."""
    shape, spacing, machine = case.part.shape, float(case.grid.spacing), machine_memory()
    edges = resolved_edges(shape, metric)
    box = prod(edge / spacing for edge in edges)
    cells = shape.volume / spacing**3 if metric == "3d" else box
    images = 2.0 ** len(case.grid.symmetry)
    box, cells = box / images, cells / images
    need = memory(int(cells), int(box), wants_stress(case, case.alloy.matter()), metric)
    if need > machine:
        least = 1e3 * spacing * (need / machine) ** (1.0 / len(edges))
        raise CaseError(
            f"'{case.grid.spacing}' makes {cells:.2g} cells, which need {need / 1e9:.0f} GB; this machine has "
            f"{machine / 1e9:.0f} GB: take {least:.2g} mm or more",
            "grid",
            "spacing",
        )


def law(medium: Medium) -> Law:
    """The law of a medium, in SI; times count from the start of the step."""
    given = {name: getattr(medium, name) for name in ("h", "flux", "surface_temperature")}
    temperature = ROOM if medium.insulates and medium.temperature is None else medium.temperature
    return Law(
        **{name: _number(value) for name, value in given.items()},
        temperature=_number(temperature),
        emissivity=0.0 if medium.emissivity is None else float(medium.emissivity),
    )


def legs(case: Case, grid: Cells, matter: Matter) -> tuple[Leg, ...]:
    """The schedule as the march takes it."""
    return legs_of(stretches(case, matter.emissivity), grid, matter)


def legs_of(schedule: tuple[Stretch, ...], grid: Cells, matter: Matter) -> tuple[Leg, ...]:
    """Stretches of a schedule as the march takes them."""
    ready: list[Leg] = []
    for stretch in schedule:
        laws = tuple(law(stretch.medium(zone)) for zone in grid.zones)
        leg = Leg(stretch.name, stretch.kind, laws, stretch.duration, stretch.until, stretch.rising)
        step = stretch.step
        if isinstance(step, Quench) and step.immersion is not None:
            entry = entry_times(grid, step.direction or "-z", float(step.immersion))
            in_air = ready and ready[-1].kind in ("transfer", "cool")
            still_air = (law(library.medium("still air")),) * len(grid.zones)
            leg = replace(leg, entry=entry, dry=ready[-1].laws if in_air else still_air)
        if isinstance(step, Carburise) and matter.carbon is not None:
            leg = replace(leg, gas=atmosphere(step, matter.carbon))
        ready.append(leg)
    return tuple(ready)


def atmosphere(step: Carburise, carbon: Carbon) -> Atmosphere:
    """The gas of a step, with its potential as the content that this steel would take."""
    factor, given = step.factor(carbon.affinity), step.potential
    if isinstance(given, TimeCurve):
        times, values = given.knots, factor * given(given.knots)
        scaled = TimeCurve([f"{t!r} s" for t in times.tolist()], values.tolist()).check(Quantity(""))
        return Atmosphere(scaled, float(step.beta))
    return Atmosphere(factor * float(given), float(step.beta))


def entry_times(grid: Cells, direction: str, speed: float) -> Array:
    """When each wall patch (p,) meets the bath, s after the first does.   direction of motion; speed m/s"""
    axis = "xyz".index(direction[1])
    sign = -1.0 if direction[0] == "-" else 1.0
    shape, box = grid.lattice.shape, grid.index[grid.patch_cell]
    number = (box % shape[0], box // shape[0] % shape[1], box // (shape[0] * shape[1]))[axis]
    place = grid.lattice.centres(axis)[number] + grid.patch_distance * grid.patch_normal[:, axis]
    ahead = sign * place
    return np.asarray((ahead.max() - ahead) / speed, float64)


def _number(value: Any) -> Any:
    """A float where the value is one; a curve, a function or None as it is."""
    return float(value) if isinstance(value, Amount) else value


def probe_points(case: AnyCase) -> Array:
    """(k, 3) m, where the thermocouples sit."""
    return np.array([sensor.position for sensor in case.sensors], float64).reshape(-1, 3)


def probes_inside(case: Case, grid: Cells) -> None:
    """Refuse a thermocouple outside the part, with its distance."""
    for sensor, point in zip(case.sensors, probe_points(case), strict=True):
        try:
            Sampler(grid, point[None, :])
        except ValueError as error:
            raise CaseError(f"{error}; move it into the part", "sensors", sensor.name, "at") from None
