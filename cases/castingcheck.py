"""What a casting will be, before it is run: one page."""

from dataclasses import dataclass, replace
from math import pi, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from ..materials import library, pouring
from ..materials.curve import Curve
from ..materials.interface import Contact
from ..materials.matter import FreezingTable
from ..materials.mould import Mould
from ..materials.refusal import CaseError
from ..solver.bodies import Bodies
from ..solver.casting import CastingProblem
from ..solver.geometry import Cells
from ..solver.metal import FINE_STEP, STRAIN_STEP
from .castingproblem import BEDDED, afterwards, around, filling_loss, in_mould, longest_fill, poured, problem, superheat
from .castingwords import contact_of, is_temperature
from .check import computed, duration, odd, sides
from .estimate import (
    CUT_CELLS,
    INCREMENT,
    LONGEST,
    STEP_CALL,
    STRAIN,
    STRESS_BYTES,
    TURNED,
    casting,
    casting_seconds,
    exchange,
    memory,
)
from .fillmap import FillMap
from .schedule import ROOM, Stretch, celsius
from .symmetry import mirrored

if TYPE_CHECKING:
    from .casting import Casting

BESIDE = 0.25  # of the size of a casting, that a map of its filling may leave between places
LEAST = 3.0  # cells across a wall of a casting: less, and its freezing is a guess
PASSED_BYTES = 12.0 * 8.0 + 20.0 * 4.0  # of a cell of the casting: when it passed each state, how steep, how fast
UNREAD = ("M", "U", "assumed")


@dataclass(frozen=True)
class CastingCheck:
    """The report of `case.check()`; prints as one page.

    name      of the case
    metric    slab, cylinder, sphere, rz or 3d
    cells     of the casting;   bodies  cells of each body by name
    spacing   (dx, dy, dz) m as adjusted to the part
    widest    m, cell of the mould;   symmetry  axes along which all is mirrored, one half is computed of each
    memory    bytes, predicted peak
    seconds   predicted run time, good within a factor 2 to 3
    limit     s, the step that a plain explicit scheme could take
    computed  what is computed: temperature, solid fraction, phases, hardness, stress
    start     K, of the melt in the mould
    lasts     (name, s) of each leg, roughly
    steps     expected time steps
    warnings  what to think about before running
    outside   curves that will be asked outside their range
    marks     numbers that nobody has read in a published source
    """

    name: str
    metric: str
    cells: int
    bodies: dict[str, int]
    spacing: tuple[float, float, float]
    widest: float
    symmetry: tuple[str, ...]
    memory: float
    seconds: float
    limit: float
    computed: tuple[str, ...]
    start: float
    lasts: tuple[tuple[str, float], ...]
    steps: int
    warnings: tuple[str, ...]
    outside: tuple[str, ...]
    marks: tuple[str, ...]

    def __str__(self) -> str:
        resolved = " x ".join(f"{1e3 * edge:.4g}" for edge in self.spacing if edge != 1.0)
        lines = [
            self.name,
            f"  grid      {self.metric}, spacing {resolved} mm{self._grid()}; cells: "
            + ", ".join(f"{name} {count:,}" for name, count in self.bodies.items()),
            f"  computes  {', '.join(self.computed)}; starts as melt at {celsius(self.start)}",
            f"  memory    {self.memory / 1e9:.2f} GB",
            f"  run time  about {duration(self.seconds)}",
            f"  steps     about {self.steps}; plain explicit steps end at {self.limit:.2g} s at this spacing",
            "  lasts     about " + ", ".join(f"{duration(time)} {name}" for name, time in self.lasts),
        ]
        for title, entries in (
            ("warnings", self.warnings),
            ("asked outside their range (flat there)", self.outside),
            ("values marked [M] from memory, [U] uncertain, or assumed", self.marks),
        ):
            lines += [f"  {title}:", *(f"    {entry}" for entry in entries)] if entries else []
        return "\n".join(lines)

    def _grid(self) -> str:
        finest = max(edge for edge in self.spacing if edge != 1.0)
        grows = f", growing to {1e3 * self.widest:.4g} mm in the mould" if self.widest > 1.001 * finest else ""
        return grows + mirrored(self.symmetry)


def check(case: "Casting") -> CastingCheck:
    """The report. Raises CaseError for bodies that overlap or do not touch, and for a probe in none."""
    made = problem(case)
    cells = made.cells
    count = {name: one.index.size for name, one in zip(made.bodies.names, made.bodies.cells, strict=True)}
    whole, used = sum(count.values()), cells.lattice.metric
    family = used if used in ("rz", "3d") else "1d"
    limit = _explicit_limit(made.bodies, made.tables)
    lasts = _lasts(case, made.bodies, made.tables[0])
    falls = tuple((time, fall) for _, time, fall in lasts)
    drying = float(case.mould.wall) / float(case.grid.spacing) if case.mould.moisture else 0.0
    turns = not case.alloy.inert and _coldest(case) < TURNED
    steps, stages = casting(falls, float(case.tolerance), limit, cells.index.size, family, drying, turns)
    seconds = casting_seconds(steps, stages, whole, len(count), family)
    if case.stress:
        increments = sum(STRAIN * fall for _, _, fall in lasts) / STRAIN_STEP.get(used, FINE_STEP)
        seconds += increments * (STEP_CALL + cells.index.size * INCREMENT[family])
    return CastingCheck(
        name=case.name,
        metric=used,
        cells=cells.index.size,
        bodies=count,
        spacing=cells.lattice.spacing,
        widest=max(float(made.bodies.cells[-1].lattice.widths(axis).max()) for axis in _axes(used)),
        symmetry=case.grid.symmetry,
        memory=memory(whole, int(np.prod(made.bodies.cells[-1].lattice.shape)), False, used)
        + (PASSED_BYTES + (STRESS_BYTES if case.stress else 0.0)) * cells.index.size,
        seconds=seconds,
        limit=limit,
        computed=("temperature", "solid fraction", *computed(case, made.matter)[1:], *_burning(made)),
        start=made.starts[0],
        lasts=tuple((name, time) for name, time, _ in lasts),
        steps=steps,
        warnings=tuple(_warnings(case, made.bodies)),
        outside=tuple(_outside(case, made.starts[0])),
        marks=tuple(_marks(case, made.bodies)),
    )


def _axes(metric: str) -> tuple[int, ...]:
    return {"3d": (0, 1, 2), "rz": (0, 2)}.get(metric, (0,))


def _explicit_limit(made: Bodies, tables: tuple[FreezingTable, ...]) -> float:
    """s, the largest step of a plain explicit scheme over all bodies; cut cells, lifted, allow a share of it."""
    limits = []
    for cells, table in zip(made.cells, tables, strict=True):
        lattice = cells.lattice
        inverse = sum(lattice.spacing[axis] ** -2 for axis in lattice.resolved)
        rise = np.diff(table.T) / np.diff(table.H)
        diffusivity = float((rise * np.maximum(table.k[1:], table.k[:-1])).max())
        whole = 0.5 / (diffusivity * (inverse or lattice.spacing[0] ** -2))
        limits.append(whole * (CUT_CELLS if cells.fraction.min() < 0.999 else 1.0))
    return min(limits)


def _lasts(case: "Casting", made: Bodies, table: FreezingTable) -> list[tuple[str, float, float]]:
    """Each leg with its time, s, and the fall of temperature, K, of a casting of one temperature.

    In the mould heat goes through the contact into a half space, after it into the medium.
    """
    cells = made.cells[0]
    modulus = float(cells.volume.sum() / cells.patch_area.sum())
    T = poured(case, cells).start
    ready = []
    for stretch in (in_mould(case), *afterwards(case)):
        time, end = _follow(case, stretch, T, modulus, table)
        ready.append((stretch.name, time, abs(T - end)))
        T = end
    return ready


def _follow(case: "Casting", stretch: Stretch, T: float, modulus: float, table: FreezingTable) -> tuple[float, float]:
    H, time = float(table.enthalpy(np.array(T))), 0.0
    mould = case.mould if stretch.kind == "cast" else None
    end = LONGEST if stretch.duration is None else stretch.duration
    while time < end and (stretch.until is None or (T < stretch.until if stretch.rising else T > stretch.until)):
        if mould is not None:
            contact: Contact = contact_of(case, "mould")
            h = float(contact.conductance(np.array([T]), np.array([float(mould.temperature)]), time)[0])
            q = -(T - float(mould.temperature)) / (1.0 / h + sqrt(pi * max(time, 1e-3)) / mould.effusivity)
        else:
            medium: Any = stretch.media if not isinstance(stretch.media, dict) else next(iter(stretch.media.values()))
            q = exchange(medium, T, time)[0]
        span = abs(H - float(table.enthalpy(np.array(ROOM))))
        dt = min(0.01 * max(span, 1e6) * modulus / max(abs(q), 1e-6), end - time, max(1.0, 0.05 * (time + 1.0)))
        H, time = H + q * dt / modulus, time + dt
        T = float(table.temperature(np.array(H)))
        if time >= LONGEST:
            break
    return time, T


def _warnings(case: "Casting", made: Bodies) -> list[str]:
    found = []
    freezing, cells = case.alloy.freezing, made.cells[0]
    if case.pour < freezing.liquidus:
        share = float(freezing.solid_fraction(float(case.pour)))
        found.append(
            f"pour: '{case.pour}' is below the liquidus {celsius(float(freezing.liquidus))}: {100 * share:.0f} % is "
            "solid already"
        )
    if (time := longest_fill(case, cells)) and (loss := filling_loss(case, cells, time)) >= superheat(case):
        found.append(
            f"fill_time: filling for {time:.3g} s may cost {loss:.0f} K, more than the superheat of "
            f"{superheat(case):.0f} K, which alone is subtracted: it may freeze on the way (misrun)"
        )
    found += [*odd(case.alloy.material), *_too_early(case, cells), *_uncovered(case, cells)]
    if case.steps and case.alloy.inert:
        found.append(f"the phases of solid {case.alloy.name} are not followed: only heat is")
    if not case.alloy.inert:
        found += case.alloy.outside()
    return found + _thin(case, made)


def _uncovered(case: "Casting", cells: Cells) -> list[str]:
    """A map of the filling that lies beside the casting, as one in another unit or other axes does."""
    if not isinstance(case.fill_time, FillMap):
        return []
    away = case.fill_time.away(cells)
    if away <= BESIDE * float(np.ptp(cells.feet(), axis=0).max()):
        return []
    return [
        f"fill_time: some of the casting is {1e3 * away:.3g} mm from the nearest place of '{case.fill_time.file}'; are "
        "its unit and its axes those of the part?"
    ]


def _too_early(case: "Casting", cells: Cells) -> list[str]:
    """A shake-out while part of the casting is liquid."""
    solidus = float(case.alloy.freezing.solidus)
    if case.shake_out is None:
        return []
    if is_temperature(case.shake_out):
        when = f"is above the solidus {celsius(solidus)}" if case.shake_out > solidus else ""
    else:
        modulus = float(cells.volume.sum() / cells.patch_area.sum())
        end = replace(in_mould(case), duration=None, until=solidus - 1.0)
        time = _follow(case, end, poured(case, cells).start, modulus, case.alloy.freezing_table())[0]
        when = f"comes before {duration(time)}, when it may be solid" if case.shake_out < time else ""
    return [f"shake_out: '{case.shake_out}' {when}: the casting is still partly liquid"] if when else []


def _thin(case: "Casting", made: Bodies) -> list[str]:
    found = [line for line in case.part.thin_walls(made.cells[0], LEAST, "three")]
    for name, cells in zip(made.names[1:], made.cells[1:], strict=True):
        if name in case.inserts:
            found += [f"{name}: {line}" for line in case.inserts[name].part.thin_walls(cells)]
    return found


def _outside(case: "Casting", start: float) -> list[str]:
    named = [("alloy", case.alloy.material, ("conductivity", "heat_capacity"), case.alloy.freezing.solidus)]
    named += [("melt", case.alloy.freezing, ("liquid_conductivity", "liquid_heat_capacity"), start)]
    low = {"alloy": _coldest(case), "melt": float(case.alloy.freezing.liquidus)}
    found = []
    for what, matter, names, hot in named:
        for name in names:
            if isinstance(curve := getattr(matter, name), Curve):
                found += sides(f"{what}: {name}", curve, low[what], max(hot, low[what]))
    for name, mould in around(case).items():
        found += mould.outside(max(start, _flame(mould)))
        contact = contact_of(case, name)
        if isinstance(contact.h, Curve) and contact.mark == "given":  # the library's are flat beyond on purpose
            found += sides(f"contact of casting and {name}: h", contact.h, _coldest(case, mould=True), start)
    return found


def _flame(mould: Mould) -> float:
    """K, that burning would heat a body to from its ignition if nothing left it; 0 where nothing burns."""
    if mould.fire is None:
        return 0.0
    table = mould.table()
    return float(table.temperature(table.enthalpy(np.array(mould.fire.ignition)) + mould.fire.heat))


def _burning(made: CastingProblem) -> list[str]:
    """The heat of each body that burns."""
    bodies = zip(made.bodies.names, made.bodies.cells, made.fires, strict=True)
    return [
        f"burning of {name} ({1e-6 * fire.heat * float(cells.volume.sum()):.3g} MJ)"
        for name, cells, fire in bodies
        if fire is not None
    ]


def _coldest(case: "Casting", mould: bool = False) -> float:
    """K, that the casting ends at, or in its mould; that of the room where a time ends it."""
    end = ((in_mould(case),) if mould else afterwards(case) or (in_mould(case),))[-1].until
    return ROOM if end is None else float(end)


def _marks(case: "Casting", made: Bodies) -> list[str]:
    found = [entry.remark() for entry in case.alloy.entries() if entry.mark in UNREAD]
    for name, mould in around(case).items():
        found += [f"{name}: {entry.remark()}" for entry in mould.entries() if entry.mark in UNREAD]
        contact = contact_of(case, name)
        if contact.mark in UNREAD:
            found.append(f"[{contact.mark}] contact of casting and {name}: {contact.source}")
    if any(joint.one != 0 for joint in made.joints):
        found.append(f"[assumed] bodies around the casting are packed on each other, {BEDDED:g} W/m2/K")
    air = library.medium("still air")
    found.append(f"[{air.mark}] air about the mould as '{air.name}': {air.source}")
    try:
        least, most = pouring.ladle_loss(case.alloy.freezing.family)
        found.append(f"[U] ladle and stream may lose {least:g} to {most:g} K, not subtracted; lower the pour by them")
    except CaseError:
        pass
    return found
