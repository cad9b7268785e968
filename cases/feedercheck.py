"""Which feeder feeds which place of a casting and until when, and what is left to itself."""

from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from ..materials.refusal import CaseError
from ..solver import geometry
from ..solver.geometry import Cells
from ..solver.heat import neighbours
from .feedingzones import CRUMB, PROMINENCE
from .part import Part

GIVES = "(in sand 14 to 20 % can come, in a sleeve 30 to 40 % [M])"
Array = NDArray[float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class FeederRow:
    """One feeder.

    volume  m3;   end  s, when its last place is through
    feeds   m3 of casting that was last joined to this feeder
    draws   m3 that it gives for the shrinkage of these and of itself; NaN where that is not known
    """

    name: str
    volume: float
    end: float
    feeds: float
    draws: float


@dataclass(frozen=True)
class Alone:
    """Liquid that no feeder reaches any more.

    place       (x, y, z) m, where it freezes last;   until, end  s, when it is cut off, and when it is through
    by          the feeder that it was cut off from
    volume      m3 when it was cut off;   shrinkage  m3 that are missing there; NaN where that is not known
    """

    place: tuple[float, float, float]
    by: str
    until: float
    end: float
    volume: float
    shrinkage: float


@dataclass(frozen=True)
class FeederCheck:
    """Feeders, and what they do not feed to the end, the largest first. Prints as a page.

    until  (n,) s, until when each cell hangs together with a feeder through metal below the solid fraction
    by     (n,) number of that feeder
    """

    solid_fraction: float
    feeders: tuple[FeederRow, ...]
    alone: tuple[Alone, ...]
    until: Array
    by: NDArray[np.int64]

    def __str__(self) -> str:
        lines = [f"feeders, through metal below {100.0 * self.solid_fraction:g} % solid; gravity is not asked"]
        for row in self.feeders:
            text = f"  {row.name}: {1e6 * row.volume:.4g} cm3, through at {row.end:.4g} s;"
            text += f" feeds {1e6 * row.feeds:.4g} cm3"
            if np.isfinite(row.draws):
                text += f", draws {1e6 * row.draws:.3g} cm3, {100.0 * row.draws / row.volume:.2g} % of it {GIVES}"
            lines.append(text)
        for spot in self.alone:
            x, y, z = (1e3 * value for value in spot.place)
            text = f"  NOT FED to the end: {x:.4g}, {y:.4g}, {z:.4g} mm, cut off from {spot.by} at {spot.until:.4g} s,"
            text += f" through at {spot.end:.4g} s, {1e6 * spot.volume:.3g} cm3"
            lines.append(text + (f", {1e6 * spot.shrinkage:.2g} cm3 missing" if np.isfinite(spot.shrinkage) else ""))
        return "\n".join(lines if self.alone else [*lines, "  every place is fed to its end"])


def feeder_check(
    cells: Cells, time: Array, feeders: dict[str, Part], solid_fraction: float, shrinkage: float
) -> FeederCheck:
    """The check.   time (n,) s, when each cell passed the solid fraction; shrinkage of the liquid's volume or NaN"""
    known = time[np.isfinite(time)]
    time = np.where(np.isfinite(time), time, known.max(initial=0.0))
    inside = [_inside(cells, name, part) for name, part in feeders.items()]
    until = np.array([joined_until(cells, time, mask) for mask in inside])
    by, names = until.argmax(axis=0), list(feeders)
    best = until.max(axis=0)
    rows = []
    for number, (name, mask) in enumerate(zip(names, inside, strict=True)):
        own = float(cells.volume[mask].sum())
        feeds = float(cells.volume[(by == number) & ~np.any(inside, axis=0)].sum())
        rows.append(FeederRow(name, own, float(time[mask].max()), feeds, shrinkage * (feeds + own)))
    alone = _alone(cells, time, best, by, names, shrinkage)
    return FeederCheck(solid_fraction, tuple(rows), alone, best, by)


def joined_until(cells: Cells, time: Array, source: Mask) -> Array:
    """Until when each cell hangs together with a source, s: (n,) over all ways the least time on it, the best of them.

    The best way lies in the spanning tree of the latest links, so one tree answers for all cells.
    """
    n, high = time.size, float(time.max())
    beside = neighbours(cells, np.arange(n))
    cell, face = np.nonzero(beside > np.arange(n)[:, None])
    other, start = beside[cell, face], np.flatnonzero(source)
    ends = np.concatenate([other, np.full(start.size, n)])
    link = np.concatenate([np.minimum(time[cell], time[other]), time[start]])
    cost = csr_array((high - link + 1.0, (np.concatenate([cell, start]), ends)), shape=(n + 1, n + 1))
    order, before = breadth_first_order(minimum_spanning_tree(cost), n, directed=False)
    until = np.append(np.full(n, -np.inf), np.inf).tolist()
    own, before = np.append(time, np.inf).tolist(), before.tolist()
    for here in order[1:].tolist():
        until[here] = min(until[before[here]], own[here])
    return np.array(until[:n])


def _inside(cells: Cells, name: str, part: Part) -> Mask:
    """The cells that lie in a feeder by more than half."""
    if cells.lattice.metric not in ("rz", "3d"):
        raise CaseError("a 1d casting has no place for a feeder; give the part its full size", "feeders", name)
    try:
        there = geometry.on(cells.lattice, part.shape)
        mask = np.isin(cells.index, there.index[there.fraction >= 0.5])
    except ValueError:
        mask = np.zeros(cells.index.size, bool)
    if not mask.any():
        raise CaseError("no cell of the casting lies in it; move it onto the casting", "feeders", name)
    return mask


def _alone(
    cells: Cells, time: Array, until: Array, by: NDArray[np.int64], names: list[str], shrinkage: float
) -> tuple[Alone, ...]:
    """Cells cut off at the same instant hang together behind the same neck."""
    span, whole = float(np.ptp(time)), float(cells.volume.sum())
    left = np.flatnonzero(time > until)
    instants, group = np.unique(until[left], return_inverse=True)
    found = []
    for number, instant in enumerate(instants.tolist()):
        mine = left[group == number]
        last, volume = int(mine[time[mine].argmax()]), float(cells.volume[mine].sum())
        if time[last] - instant > PROMINENCE * span and volume >= CRUMB * whole:
            x, y, z = cells.centres()[last] + np.array(cells.lattice.middle)
            place = (float(x), float(y), float(z))
            found.append(Alone(place, names[by[last]], instant, float(time[last]), volume, shrinkage * volume))
    return tuple(sorted(found, key=lambda one: -one.volume))
