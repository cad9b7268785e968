"""Liquid that is cut off: how the places still liquid fall apart in time, and where the last ones freeze."""

from dataclasses import dataclass

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..solver.geometry import Cells
from ..solver.heat import neighbours

Array = NDArray[float64]
Index = NDArray[int64]
LEVELS = 120  # instants at which the liquid is looked at
CRUMB = 2e-3  # of the casting: a zone that is smaller is none
PROMINENCE = 0.01  # of the whole time, that a zone must last after it is cut off


@dataclass
class Zone:
    """Liquid that hangs together; where it falls apart, the part that lasts longest goes on as this zone.

    place   (x, y, z) m, where it freezes last
    begin   s, when it was cut off from the rest; of the whole casting the first instant
    end     s, when its last place is through
    volume  m3, when it was cut off; in 1d per m or m2, as the cells are
    alone   m3, when the last other zone had been cut off from it
    parent  number of the zone that it was cut off from, None for the whole casting
    """

    place: tuple[float, float, float]
    begin: float
    end: float
    volume: float
    alone: float
    parent: int | None

    def __repr__(self) -> str:
        x, y, z = (1e3 * value for value in self.place)
        span = f"{self.begin:.4g} to {self.end:.4g} s, {1e6 * self.volume:.4g} cm3"
        return f"Zone(ends at {x:.4g}, {y:.4g}, {z:.4g} mm; {span})"


@dataclass(frozen=True)
class Spot:
    """A hot spot: place (x, y, z) m, time s when it is solid, volume m3 still liquid when it stood alone."""

    place: tuple[float, float, float]
    time: float
    volume: float

    def __repr__(self) -> str:
        x, y, z = (1e3 * value for value in self.place)
        return f"Spot({x:.4g}, {y:.4g}, {z:.4g} mm: {self.time:.4g} s, {1e6 * self.volume:.4g} cm3)"


def spots(cells: Cells, time: Array, count: int) -> tuple[Spot, ...]:
    """The `count` places that freeze last, each the end of a zone."""
    last = sorted(branches(cells, time), key=lambda zone: -zone.end)[:count]
    return tuple(Spot(zone.place, zone.end, zone.alone) for zone in last)


def branches(cells: Cells, time: Array) -> tuple[Zone, ...]:
    """Every zone, from where it was cut off to its end.   time (n,) s when a cell is through; NaN: it never was"""
    known = time[np.isfinite(time)]
    if not known.size:
        return ()
    low, high = float(known.min()), float(known.max())
    time = np.where(np.isfinite(time), time, high + (high - low) / LEVELS)
    whole = np.zeros(time.size, int64)
    zones = [_zone(cells, time, np.arange(time.size), low, None)]
    edges = _edges(cells)
    for level in np.linspace(low, high, LEVELS, endpoint=False):
        edges = edges[:, (time[edges] > level).all(0)]
        alive = np.flatnonzero((time > level) & (whole >= 0))
        for number, parts in _parts(edges, alive, whole).items():
            lasting = [part for part in parts if time[part].max() - level >= PROMINENCE * (high - low)]
            large = [part for part in lasting if cells.volume[part].sum() >= CRUMB * zones[0].volume]
            if len(large) < 2:
                continue
            first, *others = sorted(large, key=lambda part: -float(time[part].max()))
            for part in parts:
                whole[part] = -1  # a crumb that is through at once
            whole[first] = number
            zones[number].alone = float(cells.volume[first].sum())
            for part in others:
                whole[part] = len(zones)
                zones.append(_zone(cells, time, part, float(level), number))
    return tuple(zones)


def _edges(cells: Cells) -> Index:
    """(2, q) cells that share a face."""
    n = cells.index.size
    beside = neighbours(cells, np.arange(n))[:, 1::2]
    pairs = np.stack([np.repeat(np.arange(n), 3), beside.ravel()])
    return pairs[:, pairs[0] != pairs[1]]


def _parts(edges: Index, alive: Index, whole: Index) -> dict[int, list[Index]]:
    """Connected parts of what is alive, by the number of the zone that they belong to."""
    n = whole.size
    graph = coo_array((np.ones(edges.shape[1], np.int8), (edges[0], edges[1])), shape=(n, n))
    label = connected_components(graph, directed=False)[1][alive]
    order = np.argsort(label, kind="stable")
    found: dict[int, list[Index]] = {}
    for part in np.split(alive[order], np.flatnonzero(np.diff(label[order])) + 1) if alive.size else []:
        found.setdefault(int(whole[part[0]]), []).append(part)
    return found


def _zone(cells: Cells, time: Array, part: Index, begin: float, parent: int | None) -> Zone:
    last = int(part[time[part].argmax()])
    x, y, z = cells.centres()[last] + np.array(cells.lattice.middle)
    volume = float(cells.volume[part].sum())
    return Zone((float(x), float(y), float(z)), begin, float(time[last]), volume, volume, parent)
