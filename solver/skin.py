"""Stress in cut cells is wrong where it stands: it is extrapolated from sound cells, those beside no cut one."""

from dataclasses import dataclass

import numpy as np
from numpy import float32, float64, int32, int64
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array

from .geometry import Cells

Array = NDArray[float64]
Index = NDArray[int64]
Mask = NDArray[np.bool_]

FULL = 0.999  # part share from which a cell's stress counts as that of the bulk
REACH = 3  # cells, how far those may lie that a doubtful one is extrapolated from
DEPTH = 3.0  # cells further in, around which they lie
FITTED, MOST = 60, 80  # so many, and those as near as the last of them
ENOUGH = 20  # sound cells within reach; with fewer, all full cells are taken
LEVEL = 5e-5  # of the weight, added to the system for each slope, so that a thin wall has one
RIDGE, STIFF = 1e-3, 1e-1  # and for each second derivative, from sound cells and from all full ones, which scatter more
TIE = 1e-9  # squared cells
SMOOTH, KINKED = 0.05, 0.07  # share that full cells at the wall are off; what cut cells make them err by is below 0.04
SLIVER = 0.2  # part share below which a cell's own stress is worth little, and
MORE = 1.25  # times what the full cells at the wall hold on average is all that it may keep


@dataclass(frozen=True, eq=False)
class Skin:
    """Leaves full cells alone and extrapolates the sound ones, those beside no cut cell, to the cut ones.

    even   (n, n) for what is equal in an image;  turned  what to add for each shear stress, which may change its sign
    share  (n,) of the part in each cell
    judge  (n, n) mean over the full cells beside cut ones near a cell, by whose extrapolation its own is judged
    """

    even: csr_array
    turned: tuple[csr_array, ...]
    share: Array
    judge: csr_array

    def extend(self, values: Array) -> None:
        """Bring a field (n,), or a stress (6, n) xx yy zz xy yz zx, to the skin, in place.

        Where what is extrapolated to full cells at the wall is far from what they hold, the field bends too sharply for
        it, as stress does below a skin that yields: there cut cells keep what they have, for yield bounds its error;
        slivers no more than those full cells, for where hardly any of a cell is left its own stress may be anything.
        """
        rows = np.atleast_2d(values)
        found = np.stack([self.even @ row for row in rows])
        for k, turned in enumerate(self.turned if len(rows) > 3 else (), 3):
            found[k] += turned @ rows[k]
        length, off = (np.sqrt((each**2).sum(0)) for each in (rows, found - rows))
        off, size = self.judge @ off, self.judge @ length
        judged = size > 1e-12 * size.max(initial=0.0)
        bent = np.divide(off, size, out=np.zeros_like(off), where=judged)
        long = judged & (length > MORE * size) & (self.share < SLIVER)
        kept = rows * np.divide(MORE * size, length, out=np.ones_like(length), where=long)
        trust = np.clip((KINKED - bent) / (KINKED - SMOOTH), 0.0, 1.0)
        rows[:] = np.where(self.share < FULL, kept + trust * (found - kept), rows)


def skin(cells: Cells) -> Skin:
    """How sound cells, full ones beside none that is cut, are extrapolated to the cut ones.

    What a cut cell errs by, having full edges and a share of the stiffness, does not shrink with the cells: it is felt
    one and a half cells deep, whatever their size. So a quadratic goes through the nearest cells below that, by least
    squares; the full cells above say whether it may. Where a wall is too thin for that, it goes through all full cells;
    where none is near, the fullest stands in.
    """
    n = cells.index.size
    full = cells.fraction >= FULL
    if full.all():
        return Skin(csr_array(eye_array(n, dtype=float32)), (), cells.fraction, csr_array((n, n), dtype=float32))
    near = _Near(cells)
    cut = np.flatnonzero(~full)
    sound = full.copy()
    for part in _parts(cut):
        who, _ = near.look(part[:, None], near.around(1))
        sound[who[who >= 0]] = False
    doubtful = np.flatnonzero(~sound)
    enough = np.zeros(n, bool)
    for part in _parts(doubtful):
        who, _ = near.look(part[:, None], near.around(REACH))
        enough[part] = ((who >= 0) & sound[who]).sum(1) >= ENOUGH
    even, judge = _Rows(n), _Rows(n)
    kept = np.flatnonzero(sound | (full & ~enough))
    even.add(kept, kept[:, None], np.ones((kept.size, 1)), np.zeros((kept.size, 1, 3), bool))
    beside = full & ~sound & enough
    for part in _parts(doubtful[enough[doubtful]]):
        even.add(part, *_fit(near, part, sound, RIDGE))
    for part in _parts(cut[~enough[cut]]):
        even.add(part, *_fit(near, part, full, STIFF))
    for part in _parts(cut):
        who, image = near.look(part[:, None], near.around(2))
        seen = ((who >= 0) & beside[who]).astype(float64)
        judge.add(part, who, seen / np.maximum(seen.sum(1, keepdims=True), 1.0), image)
    return Skin(even.matrix(), even.turned(), cells.fraction, judge.matrix())


class _Near:
    """Who lies where about a cell, beyond planes of symmetry too."""

    def __init__(self, cells: Cells) -> None:
        shape = np.array(cells.lattice.shape)
        self.fraction = cells.fraction
        self.mirrored = np.isin(range(3), cells.lattice.mirrored)
        self.shape, self.stride = shape, np.array([1, shape[0], shape[0] * shape[1]])
        self.place = cells.index[:, None] // self.stride % shape
        self.number = np.full(int(np.prod(shape)), -1, int32)
        self.number[cells.index] = np.arange(cells.index.size)

    @staticmethod
    def around(reach: int) -> Index:
        """(k, 3) offsets of all boxes within reach."""
        span = np.arange(-reach, reach + 1)
        return np.stack(np.meshgrid(span, span, span, indexing="ij"), -1).reshape(-1, 3)

    def look(self, cell: Index, offset: Index) -> tuple[NDArray[int32], Mask]:
        """Number of the cell at an offset from a cell, -1: none, and (..., 3) across which planes it is an image."""
        spot = self.place[cell] + offset
        image = self.mirrored & (spot < 0)
        spot = np.where(image, -1 - spot, spot)
        inside = np.all((spot >= 0) & (spot < self.shape), axis=-1)
        return np.where(inside, self.number[np.where(inside[..., None], spot, 0) @ self.stride], -1), image


class _Rows:
    """Rows of a matrix (n, n) as they come."""

    def __init__(self, n: int) -> None:
        self.shape = (n, n)
        self.parts: list[tuple[NDArray[int32], NDArray[int32], NDArray[float32], Mask]] = []

    def add(self, row: Index, column: NDArray[np.integer], weight: Array, image: Mask) -> None:
        """Weights (m, k) of columns (m, k) in rows (m,), and (m, k, 3) across which planes each is an image."""
        taken = weight != 0.0
        rows = np.repeat(row, taken.sum(1)).astype(int32)
        self.parts.append((rows, column[taken].astype(int32), weight[taken].astype(float32), image[taken]))

    def matrix(self, factor: float = 1.0, of: Mask | slice = slice(None)) -> csr_array:
        row, column, weight, _ = (np.concatenate(each) for each in zip(*self.parts, strict=True))
        return csr_array((factor * weight[of], (row[of], column[of])), shape=self.shape)

    def turned(self) -> tuple[csr_array, ...]:
        """What images take from each shear stress, twice over: in them it has the other sign."""
        image = np.concatenate([part[3] for part in self.parts])
        if not image.any():
            return ()
        return tuple(self.matrix(-2.0, image[:, k] ^ image[:, (k + 1) % 3]) for k in range(3))


def _parts(cells: Index) -> list[Index]:
    return np.array_split(cells, -(-cells.size // 1000)) if cells.size else []


def _fit(near: _Near, cells: Index, usable: Mask, ridge: float) -> tuple[NDArray[int32], Array, Mask]:
    """Cells (m, k) whose values, times weights (m, k), give those at the centres of m cells; images (m, k, 3)."""
    offset = near.around(REACH)
    distance = (offset**2).sum(1)
    who, image = near.look(cells[:, None], offset)
    fullest = np.argmax(np.where(who >= 0, near.fraction[who], 0.0) - 1e-3 * distance, axis=1)[:, None]
    stands_in = np.take_along_axis(who, fullest, 1)[:, 0], np.take_along_axis(image, fullest[..., None], 1)[:, 0]
    taken = (who >= 0) & usable[who]
    inward = (offset * (taken * np.exp(-distance / 4.0))[..., None]).sum(1)
    inward *= DEPTH / np.maximum(np.sqrt((inward**2).sum(1, keepdims=True)), 1e-9)
    spot = np.rint(inward).astype(int64)[:, None] + offset
    who, image = near.look(cells[:, None], spot)
    rank = np.where((who >= 0) & usable[who], ((spot - inward[:, None]) ** 2).sum(2), np.inf)
    best = np.argsort(rank, axis=1, kind="stable")[:, :MOST]
    who, rank = np.take_along_axis(who, best, 1), np.take_along_axis(rank, best, 1)
    spot, image = (np.take_along_axis(each, best[..., None], 1) for each in (spot, image))
    last = rank[:, min(FITTED, rank.shape[1]) - 1, None]
    weight = (np.isfinite(rank) & (rank <= last + TIE)).astype(float64)  # all at one distance: images are treated alike
    x, y, z = (spot[..., k].astype(float64) for k in range(3))
    basis = np.stack([np.ones_like(x), x, y, z, x * x, y * y, z * z, x * y, y * z, z * x], 2)
    system = np.einsum("cik,ci,cil->ckl", basis, weight, basis)
    least = np.array([0.0, *3 * [LEVEL], *6 * [ridge]]) * weight.sum(1)[:, None]
    system[:, np.arange(10), np.arange(10)] += least + 1e-12
    first = np.zeros((cells.size, 10, 1))
    first[:, 0] = 1.0
    weight *= np.einsum("ck,cik->ci", np.linalg.solve(system, first)[..., 0], basis)
    lone = ~np.isfinite(rank).any(1)
    who[lone, 0], image[lone, 0], weight[lone, 0] = stands_in[0][lone], stands_in[1][lone], 1.0
    return who, weight / weight.sum(1, keepdims=True), image
