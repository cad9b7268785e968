"""Where the pipe opens: what freezing lacks is taken from the highest liquid that hangs together with it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from ..solver.geometry import Cells
from ..solver.heat import neighbours

Array = NDArray[float64]
LEAST = 0.5  # of a cell that is empty: where the depth of the pipe is read


@dataclass(frozen=True, eq=False)
class Pipe:
    """An estimate of the pipe; prints as a line.

    empty   (n,) share of each cell that no metal fills
    volume  m3 of it;   missing  m3 that freezing lacked below where liquid could still follow: pores between arms
    lowest, highest  m along the vertical, ends of cells more than half empty; NaN where there are none
    """

    empty: Array
    volume: float
    missing: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        depth = (
            f"reaches from {1e3 * self.highest:.4g} down to {1e3 * self.lowest:.4g} mm"
            if np.isfinite(self.lowest)
            else "no cell is half empty"
        )
        return f"pipe about {1e6 * self.volume:.3g} cm3, {depth}; {1e6 * self.missing:.2g} cm3 more between the arms"


def pipe(cells: Cells, fractions: Iterable[Array], shrinkage: float, limit: float, axis: int, up: float) -> Pipe:
    """The pipe of a casting.

    fractions  solid fraction of each cell (n,) at one instant after the other, from the pour until all is solid
    shrinkage  share of the liquid's volume that freezing loses
    limit      solid fraction up to which liquid follows
    axis, up   of the vertical, and +1 or -1

    The liquid of one place sinks level and at once, the frozen skin stands; what the superheat and the solid lose is
    left out. Exact in the limit of fine cells for walls that freeze at the same time at every height.
    """
    n = cells.index.size
    ratio, volume = shrinkage / (1.0 - shrinkage), cells.volume
    height = up * cells.centres()[:, axis]
    layer = np.unique(np.round(height, 9), return_inverse=True)[1]
    beside = neighbours(cells, np.arange(n))
    cell, face = np.nonzero(beside > np.arange(n)[:, None])
    other = beside[cell, face]
    empty, missing, solid = np.zeros(n), 0.0, np.zeros(n)
    for after in fractions:
        before, solid = solid, after
        froze = np.minimum(solid, limit) - np.minimum(before, limit)
        wanted = ratio * volume * (1.0 - empty) * froze
        missing += float((ratio * volume * (1.0 - empty) * (solid - before - froze)).sum())
        liquid = before < limit
        open_ = liquid[cell] & liquid[other]
        joined = csr_array((np.ones(int(open_.sum())), (cell[open_], other[open_])), shape=(n, n))
        zone = connected_components(joined, directed=False)[1]
        room = np.where(liquid, volume * np.maximum(1.0 - solid - empty, 0.0), 0.0)
        taken = _from_the_top(zone, layer, wanted, room)
        missing += float(wanted.sum() - taken.sum())
        empty += taken / volume
    hollow = np.unique(cells.lattice.places(cells.index)[axis][empty > LEAST])
    edges = cells.lattice.edges(axis)
    ends = (float(edges[hollow[0]]), float(edges[hollow[-1] + 1])) if hollow.size else (np.nan, np.nan)
    low, high = ends if up > 0.0 else ends[::-1]
    return Pipe(empty, float((volume * empty).sum()), missing, low, high)


def _from_the_top(zone: NDArray[np.int32], layer: NDArray[np.int64], wanted: Array, room: Array) -> Array:
    """What each zone wants, taken from its highest layers; cells of one layer give alike."""
    key = zone.astype(np.int64) * (int(layer.max()) + 1) + (int(layer.max()) - layer)
    level, mine = np.unique(key, return_inverse=True)
    in_level = np.bincount(mine, room)
    of_zone = level // (int(layer.max()) + 1)
    need = np.bincount(zone, wanted)[of_zone]
    above = np.cumsum(in_level) - in_level
    first = np.flatnonzero(np.diff(of_zone, prepend=-1))
    above -= np.repeat(above[first], np.diff(np.append(first, of_zone.size)))
    share = np.clip((need - above) / np.maximum(in_level, 1e-300), 0.0, 1.0)
    return np.asarray(room * share[mine])
