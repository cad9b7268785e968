"""Liquid that is cut off: how the places still liquid fall apart in time, and where the last ones freeze."""

from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..solver.geometry import Cells
from ..solver.heat import neighbours

Array = NDArray[float64]
CRUMB = 2e-3  # of the casting: a zone that is smaller is none
PROMINENCE = 0.01  # of the whole time, that a zone must last after it is cut off


@dataclass(frozen=True)
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
        x, y, z = (round(1e3 * value, 6) + 0.0 for value in self.place)  # no 1e-15 mm, no -0
        span = f"{self.begin:.4g} to {self.end:.4g} s, {1e6 * self.volume:.4g} cm3"
        return f"Zone(ends at {x:.4g}, {y:.4g}, {z:.4g} mm; {span})"


@dataclass(frozen=True)
class Spot:
    """A hot spot: place (x, y, z) m, time s when it is solid, volume m3 still liquid when it stood alone."""

    place: tuple[float, float, float]
    time: float
    volume: float

    def __repr__(self) -> str:
        x, y, z = (round(1e3 * value, 6) + 0.0 for value in self.place)  # no 1e-15 mm, no -0
        return f"Spot({x:.4g}, {y:.4g}, {z:.4g} mm: {self.time:.4g} s, {1e6 * self.volume:.4g} cm3)"


def spots(cells: Cells, time: Array, count: int) -> tuple[Spot, ...]:
    """The `count` places that freeze last, each the end of a zone."""
    last = sorted(branches(cells, time), key=lambda zone: -zone.end)[:count]
    return tuple(Spot(zone.place, zone.end, zone.alone) for zone in last)


def branches(cells: Cells, time: Array) -> tuple[Zone, ...]:
    """Every zone, the whole casting first.   time (n,) s when a cell is through; NaN: it never was

    From the last cell back to the first: a cell joins what is liquid beside it, and where two zones meet the one that
    ends first has been cut off there.
    """
    known = time[np.isfinite(time)]
    if not known.size:
        return ()
    low, high = float(known.min()), float(known.max())
    time = np.where(np.isfinite(time), time, high + PROMINENCE * (high - low))
    tree = _Tree(cells, time)
    for cell in np.argsort(-time, kind="stable").tolist():
        tree.join(cell, PROMINENCE * (high - low), CRUMB * float(cells.volume.sum()))
    return tree.zones(low)


class _Tree:
    """What hangs together among the cells seen so far; every part goes by its last place."""

    def __init__(self, cells: Cells, time: Array) -> None:
        self.cells, self.time = cells, time.tolist()
        self.volume = cells.volume.tolist()
        self.beside = neighbours(cells, np.arange(time.size)).tolist()
        self.root = [-1] * time.size
        self.peak = list(range(time.size))
        self.alone: dict[int, float] = {}  # last place -> volume before it first meets another zone
        self.cut: list[tuple[int, float, float, int]] = []  # last place, when cut off, volume, last place of the other

    def join(self, cell: int, lasting: float, large: float) -> None:
        """Add a cell, and note zones of a time and a volume that it parts from another."""
        now = self.time[cell]
        self.root[cell] = cell
        for other in self.beside[cell]:
            if self.root[other] < 0:
                continue
            one, two = self._find(cell), self._find(other)
            if one == two:
                continue
            if self.time[self.peak[one]] < self.time[self.peak[two]]:
                one, two = two, one
            elder, younger = self.peak[one], self.peak[two]
            if self.time[younger] - now > lasting and self.volume[two] >= large:
                self.alone.setdefault(elder, self.volume[one])
                self.alone.setdefault(younger, self.volume[two])
                self.cut.append((younger, now, self.volume[two], elder))
            self.root[two] = one
            self.volume[one] += self.volume[two]

    def _find(self, cell: int) -> int:
        root = self.root
        while root[cell] != cell:
            root[cell] = root[root[cell]]
            cell = root[cell]
        return cell

    def zones(self, low: float) -> tuple[Zone, ...]:
        """All zones once every cell has joined: what was never cut off, then the others as they were."""
        ends = [cell for cell in range(len(self.root)) if self.root[cell] == cell]
        found = [(self.peak[cell], low, self.volume[cell], -1) for cell in ends]
        found += sorted(self.cut, key=lambda entry: entry[1])
        number = {peak: place for place, (peak, *_) in enumerate(found)}
        return tuple(
            Zone(self._place(peak), begin, self.time[peak], volume, self.alone.get(peak, volume), number.get(elder))
            for peak, begin, volume, elder in found
        )

    def _place(self, cell: int) -> tuple[float, float, float]:
        lattice, index = self.cells.lattice, int(self.cells.index[cell])
        nx, ny, _ = lattice.shape
        at = (index % nx, index // nx % ny, index // (nx * ny))
        x, y, z = (float(lattice.centres(k)[at[k]] + lattice.middle[k]) for k in range(3))
        return x, y, z
