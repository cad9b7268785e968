"""A casting as the solver takes it: bodies on one lattice, their joints and tables, legs, the pour; all in SI."""

from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from ..materials import library, pouring
from ..materials.curve import function
from ..materials.interface import Contact
from ..materials.matter import FreezingTable
from ..materials.medium import Medium
from ..materials.mould import Mould
from ..materials.quantity import Amount
from ..materials.refusal import CaseError
from ..solver import geometry
from ..solver.bodies import Bodies, Joint, Overlap, assemble, nested
from ..solver.boundary import Law
from ..solver.casting import CastingProblem, levels, owners
from ..solver.geometry import Cells
from ..solver.heat import neighbours
from ..solver.layout import laid
from ..solver.offset import offset
from ..solver.pour import Conductance
from ..solver.problem import Leg
from ..solver.shape import Box, Cylinder, Plate, Shape
from ..solver.union import Union
from .castingwords import LINE, SLACK, contact_of, is_temperature, metric
from .estimate import machine_memory, memory
from .fillmap import FillMap
from .problem import bends, law, legs_of, probe_points
from .schedule import ROOM, Stretch, stretched, wants_hardness, ways
from .step import Cool
from .symmetry import check_bodies

if TYPE_CHECKING:
    from .casting import Casting

Array = NDArray[float64]
EMISSIVITY = 0.8
"""Of a mould, chill or casting that states none [M]."""
BEDDED = 1e4
"""W/m2/K between two bodies around the casting, packed on each other: their joint resists nothing (assumed)."""
GIVE = 0.4
"""Of the resistance of a contact, that a way of negative length may take off; the kernel holds it at 0.45."""
IN_MOULD = "mould"


@dataclass(frozen=True)
class Poured:
    """said K, in the ladle; lost K, while the mould fills (0 where no fill_time says how long); start K."""

    said: float
    lost: float

    @property
    def start(self) -> float:
        return self.said - self.lost


def problem(case: "Casting") -> CastingProblem:
    """What the march runs. Raises CaseError for bodies that overlap or do not touch, and for probes in none."""
    made = bodies(case)
    if case.stress:
        bends(case, made.cells[0])
    alloy, matter = case.alloy, case.alloy.matter()
    tables = [alloy.freezing_table(), *(mould.table() for mould in around(case).values())]
    begin = melt(case, made.cells[0])
    starts = [float(begin.max()), *(float(mould.temperature) for mould in around(case).values())]
    points = probe_points(case)
    for sensor, point in zip(case.sensors, points, strict=True):
        try:
            owners(made, point[None, :])
        except ValueError as error:
            raise CaseError(f"{error}; move it into a body", "sensors", sensor.name, "at") from None
    snapshots = case.snapshots
    return CastingProblem(
        bodies=made,
        tables=tuple(tables),
        contacts=tuple(_conductance(case, made, joint) for joint in made.joints),
        starts=tuple(starts),
        levels=levels(tables[0]),
        legs=legs(case, made),
        probes=points,
        record=float(case.record),
        snapshots=float(snapshots) if isinstance(snapshots, Amount) else snapshots,
        tolerance=float(case.tolerance),
        matter=matter,
        hardness=wants_hardness(case, matter),
        stress=case.stress,
        store_mould=case.store_mould,
        restraint=float(case.restraint or 0.0),
        melt=begin if isinstance(case.fill_time, FillMap) else None,
        lost=_heat_lost(case, made.cells[0], tables[0], begin),
        fires=(None, *(mould.fire for mould in around(case).values())),
    )


def around(case: "Casting") -> dict[str, Mould]:
    """Matter of the bodies around the casting by name; the mould last."""
    return {**{name: body.material for name, body in case.inserts.items()}, "mould": case.mould}


def bodies(case: "Casting") -> Bodies:
    """All bodies on their lattice, the casting first. Raises CaseError."""
    spacing, used = float(case.grid.spacing), metric(case)
    inserts = {name: body.part.shape for name, body in case.inserts.items()}
    try:
        check_bodies({"the part": case.shape, **inserts}, case.grid, used)
    except CaseError as error:
        raise error.under("grid", "symmetry") from None
    if used in LINE:
        return _shells(case, used, spacing)
    shapes = {"casting": case.shape, **inserts}
    wall = float(case.mould.wall)
    block = _block(list(shapes.values()), used, wall)
    outside = Union(tuple(offset(shape, wall) for shape in shapes.values())) if case.mould.shell else block
    _room(case, list(shapes.values()), block, used)
    try:
        made = assemble(
            shapes, ("mould", outside), used, spacing,
            coarsest=_coarsest(case), symmetry=case.grid.mirrored, before=_before(case),
            shell=wall if case.mould.shell else 0.0,
        )  # fmt: skip
    except Overlap as error:
        one = error.names[1] if error.names[0] == "casting" else error.names[0]
        raise CaseError(f"{error}; move one of them", *_place(case, one)) from None
    except ValueError as error:
        raise CaseError(str(error), "grid", "spacing") from None
    _touching(case, made)
    _joined(case, made.cells[0])
    return made


def _shells(case: "Casting", used: str, spacing: float) -> Bodies:
    """Casting and inserts from the innermost out, each on the next, in the mould. Raises CaseError."""
    spans = {name: _span(part.shape) for name, part in {"casting": case.part, **_parts(case)}.items()}
    order = sorted(spans, key=lambda name: spans[name])
    for inside, outside in pairwise(order):
        gap = spans[outside][0] - spans[inside][1]
        if abs(gap) > SLACK:
            one = outside if outside != "casting" else inside
            what = f"is {1e3 * gap:.3g} mm away from" if gap > 0.0 else f"reaches {-1e3 * gap:.3g} mm into"
            raise CaseError(f"{outside} {what} {inside}; let each begin where the other ends", *_place(case, one))
    outer = spans[order[-1]][1]
    radii = (spans[order[0]][0], *(spans[name][1] for name in order), outer + float(case.mould.wall))
    return nested((*order, "mould"), used, radii, (spacing,) * (len(order) + 1), _coarsest(case), (*spans, "mould"))


def _parts(case: "Casting") -> dict[str, Any]:
    return {name: body.part for name, body in case.inserts.items()}


def _span(shape: Any) -> tuple[float, float]:
    """Where a shell begins and ends, m."""
    return getattr(shape, "inner", 0.0), shape.thickness / 2.0 if isinstance(shape, Plate) else shape.radius


def _coarsest(case: "Casting") -> float | None:
    return None if case.grid.coarsest is None else float(case.grid.coarsest)


def _before(case: "Casting") -> float:
    """How far the centre of a mould's cell may lie before the wall that heats it, m: see `bodies.join`."""
    hot = np.linspace(float(case.mould.temperature), float(case.pour), 25)
    h = contact_of(case, "mould").conductance(hot, np.full_like(hot, float(case.mould.temperature)), 0.0)
    return GIVE * float(case.mould.table().k.min() / np.max(h))


def _block(shapes: list[Shape], used: str, wall: float) -> Box | Cylinder:
    """What the mould fills: the box, or in rz the cylinder, about all shapes, grown by its wall."""
    low = np.min([shape.lower for shape in shapes], axis=0) - wall
    high = np.max([shape.upper for shape in shapes], axis=0) + wall
    x, y, z = map(float, 0.5 * (low + high))
    size = high - low
    if used == "rz":
        return Cylinder(float(size[0]) / 2.0, 0.0, float(size[2]), (x, y, float(low[2])))
    return Box((float(size[0]), float(size[1]), float(size[2])), (x, y, z))


def _room(case: "Casting", shapes: list[Shape], block: Box | Cylinder, used: str) -> None:
    """Refuse, before any cell is made, what needs more memory than the machine has. Raises CaseError."""
    spacing, machine = float(case.grid.spacing), machine_memory()
    lattice = laid(shapes, block, used, spacing, _coarsest(case), case.grid.mirrored)
    cells = prod(lattice.shape)
    need = memory(cells, cells, False, used)
    if need > machine:
        least = 1e3 * spacing * (need / machine) ** (1.0 / (2 if used == "rz" else 3))
        raise CaseError(
            f"'{case.grid.spacing}' makes {cells:.2g} cells of casting and mould, which need {need / 1e9:.0f} GB; this "
            f"machine has {machine / 1e9:.0f} GB: take {least:.2g} mm or more, or a thinner wall of the mould",
            "grid",
            "spacing",
        )


def _place(case: "Casting", name: str) -> tuple[str, ...]:
    return (f"{case.inserts[name].kind}s", name, "part") if name in case.inserts else ("mould",)


def _touching(case: "Casting", made: Bodies) -> None:
    """Refuse a chill or core that does not touch the casting, and a sleeve that touches nothing."""
    for number, name in enumerate(made.names):
        if name not in case.inserts or any(joint.one == 0 and joint.other == number for joint in made.joints):
            continue
        mine, theirs = made.cells[0].feet(), made.cells[number].feet()
        away = float(cKDTree(mine).query(theirs)[0].min())
        raise CaseError(
            f"does not touch the casting, {1e3 * away:.3g} mm away at this spacing; move it against it",
            *_place(case, name),
        )


def _joined(case: "Casting", cells: Cells) -> None:
    """Refuse a feeder that no metal joins to the part."""
    n = cells.index.size
    beside = neighbours(cells, np.arange(n))
    links = csr_array((np.ones(beside.size), (np.repeat(np.arange(n), beside.shape[1]), beside.ravel())), shape=(n, n))
    pieces, piece = connected_components(links, directed=False)
    if pieces == 1:
        return
    feet, of_foot = cells.feet(), piece[cells.patch_cell]
    of_part = _pieces(cells, piece, case.part.shape)
    for name, part in case.fed_by.items():
        own = _pieces(cells, piece, part.shape)
        if not np.isin(own, of_part).any():
            part_feet, own_feet = (feet[np.isin(of_foot, which)] for which in (of_part, own))
            away = float(cKDTree(part_feet).query(own_feet)[0].min())
            raise CaseError(
                f"no metal joins it to the part, {1e3 * away:.3g} mm away at this spacing; move it against it",
                "feeders", name, "part",
            )  # fmt: skip


def _pieces(cells: Cells, piece: NDArray[np.int32], shape: Shape) -> NDArray[np.int32]:
    """The pieces of a casting in which a shape lies."""
    return np.unique(piece[np.isin(cells.index, geometry.on(cells.lattice, shape).index)])


def _conductance(case: "Casting", made: Bodies, joint: Joint) -> Conductance:
    if joint.one != 0:
        return lambda one, other, time: np.full_like(one, BEDDED)
    contact: Contact = contact_of(case, made.names[joint.other])
    return contact.conductance


def legs(case: "Casting", made: Bodies) -> tuple[Leg, ...]:
    """The time in the mould, then each step after the shake-out."""
    first = in_mould(case)
    outside = [case.alloy.material.emissivity, *(mould.emissivity for mould in around(case).values())]
    laws = [(_air(one),) * len(cells.zones) for one, cells in zip(outside, made.cells, strict=True)]
    leg = Leg(first.name, first.kind, laws[0], first.duration, first.until, around=tuple(laws[1:]))
    return (leg, *legs_of(afterwards(case), made.cells[0], case.alloy.matter()))


def in_mould(case: "Casting") -> Stretch:
    """The leg from the pour to the shake-out, or to the end."""
    end = next(given for given in (case.shake_out, case.until, case.duration) if given is not None)
    timed = not is_temperature(end)
    air = library.medium("still air")
    step = Cool("still air", duration=end) if timed else Cool("still air", until=end)
    return Stretch(IN_MOULD, "cast", step, air, float(end) if timed else None, None if timed else float(end))


def afterwards(case: "Casting") -> tuple[Stretch, ...]:
    """The legs after the shake-out."""
    if not case.steps:
        return ()
    hot = float(case.shake_out) if is_temperature(case.shake_out) else float(case.pour)
    return stretched(case.steps, case.alloy.material.emissivity, ways(case.steps, (ROOM, hot), "then"))


def _air(emissivity: Any) -> Law:
    """Still air with the radiation of a face."""
    air: Medium = library.medium("still air", emissivity=EMISSIVITY if emissivity is None else float(emissivity))
    return law(air)


def poured(case: "Casting", cells: Cells) -> Poured:
    """What the ladle has, and what the melt loses in the mean while it fills the mould."""
    said, begin = float(case.pour), melt(case, cells)
    mean = np.average(begin, weights=cells.volume) if np.ptp(begin) else begin[0]
    return Poured(said, said - float(mean))


def melt(case: "Casting", cells: Cells) -> Array:
    """(n,) K of the melt where it has come to rest: poured, less what it loses on its way, the superheat at most.

    A plug that flows at one speed: what rests at a place has been in the mould as long as the front took to it.
    """
    said, most = float(case.pour), superheat(case)
    if not isinstance(case.fill_time, FillMap):
        lost = 0.0 if case.fill_time is None else min(filling_loss(case, cells, float(case.fill_time)), most)
        return np.full(cells.index.size, said - lost)
    arrival = case.fill_time.arrival(cells)
    times = float(arrival.max()) * np.linspace(0.0, 1.0, 101) ** 2  # the loss goes with the root of the time
    losses = [filling_loss(case, cells, float(time)) if time else 0.0 for time in times]
    return np.asarray(said - np.minimum(np.interp(np.sqrt(arrival), np.sqrt(times), losses), most))


def longest_fill(case: "Casting", cells: Cells) -> float:
    """s, until the last place is filled; 0 where nothing says how long."""
    if isinstance(case.fill_time, FillMap):
        return float(case.fill_time.arrival(cells).max())
    return float(case.fill_time or 0.0)


def _heat_lost(case: "Casting", cells: Cells, table: FreezingTable, begin: Array) -> float:
    """J that the melt gave away before it came to rest; they are in no body."""
    said = float(table.enthalpy(np.array(float(case.pour))))
    return float(cells.volume @ (said - np.asarray(table.enthalpy(begin))))


def superheat(case: "Casting") -> float:
    """K above the liquidus in the ladle; 0 where it is below."""
    return max(0.0, float(case.pour) - float(case.alloy.freezing.liquidus))


def filling_loss(case: "Casting", cells: Cells, time: float) -> float:
    """What filling for `time` s would cost if the melt never froze, K."""
    mould, freezing, said = case.mould, case.alloy.freezing, float(case.pour)
    h = float(contact_of(case, "mould").conductance(np.array([said]), np.array([float(mould.temperature)]))[0])
    heat = float(case.alloy.material.density) * float(function(freezing.liquid_heat_capacity)(np.array(said)))
    modulus = float(cells.volume.sum() / cells.patch_area.sum())
    return pouring.filling_loss(said - float(mould.temperature), time, mould.effusivity, h, heat, modulus)
