"""What a march is given, what a step of it yields, and what keeps its results."""

from dataclasses import dataclass
from typing import Any, Protocol

from numpy import float64
from numpy.typing import NDArray

from ..materials.matter import Matter
from .boundary import Law
from .carbon import Atmosphere
from .geometry import Cells
from .state import State
from .supports import Support

Array = NDArray[float64]
Around = tuple[tuple[Array, Array], ...]
"""Temperature (n,) and wall (p,) K of each body around a casting; empty where there is none, or none is stored."""


@dataclass(frozen=True)
class Leg:
    """One step of a schedule as the solver sees it.

    name      dotted name of the step: soak, quench, quench_2
    kind      soak, heat, carburise, transfer, quench, cool, hold, temper, solution or age
    laws      one per zone of the cells
    duration  s, or None where `until` ends the leg
    until     K: ends when the hottest cell is below (the coldest above, where rising)
    around    laws of the zones of each body around a casting; empty where there is none any more
    gas       the atmosphere that gives or takes carbon, or None
    entry     (p,) s after the start of the leg when each patch meets `laws`, before that `dry`; None: at once
    """

    name: str
    kind: str
    laws: tuple[Law, ...]
    duration: float | None = None
    until: float | None = None
    rising: bool = False
    entry: Array | None = None
    dry: tuple[Law, ...] = ()
    around: tuple[tuple[Law, ...], ...] = ()
    gas: Atmosphere | None = None


@dataclass(frozen=True)
class Problem:
    """Everything a march needs, in SI.

    start      K, uniform and unstressed
    phases     fraction of each phase at the start, by name
    probes     (k, 3) m, where temperature and phases are followed step by step
    record     s between the samples that a probe shows
    snapshots  s between stored fields, or a count over the whole schedule, or None for as many as are cheap
    tolerance  K, local error of a time step
    layers     m, depth and first thickness of the layers below the skin that carry carbon; None: the cells do
    supports   what holds the part, for its stress
    """

    cells: Cells
    matter: Matter
    legs: tuple[Leg, ...]
    start: float
    phases: dict[str, float]
    probes: Array
    record: float
    snapshots: float | int | None
    tolerance: float
    hardness: bool
    stress: bool
    layers: tuple[float, float] | None = None
    supports: tuple[Support, ...] = ()


class Sink(Protocol):
    """What keeps the results of a march."""

    def snapshot(self, time: float, leg: str, fields: dict[str, Array], wall: Array, around: Around = ()) -> None: ...
    def probe(self, times: Array, temperature: Array, phases: dict[str, Array]) -> None: ...
    def ledger(self, row: dict[str, Any]) -> None: ...
    def checkpoint(self, state: State, extra: dict[str, Any]) -> None: ...
    def end(self, fields: dict[str, Array], layers: dict[str, Array]) -> None: ...


@dataclass(frozen=True)
class Trial:
    """A step that may still be refused.

    dt       s, what was taken: no more than was asked
    state    the part after the step; mechanics still those of the last increment
    heat     J into the part through each zone
    error    K, largest local error of the step
    change   largest change of a phase fraction
    horizon  s, a next step that phases can follow
    stages   evaluations of the rate
    rate     (n,) W/m3, of the enthalpy when the step began; of a casting
    """

    dt: float
    state: State
    heat: dict[str, float]
    error: float
    change: float
    horizon: float
    stages: int
    rate: Array | None = None
