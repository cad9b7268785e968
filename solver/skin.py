"""Stress in cut cells is wrong where it stands: it is extrapolated from the full cells below."""

from dataclasses import dataclass

import numpy as np
from numpy import float32, float64, int32, int64
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array

from .geometry import Cells

Array = NDArray[float64]

FULL = 0.999  # part share from which a cell's stress counts as that of the bulk
FITTED = 16  # full cells that the value of a cut cell is extrapolated from, and those as near as the last of them
MOST = 24
TIE = 1e-9  # squared cells
DEPTHS = (1.0, 1.5)  # cells below a cut one around which they lie: the deepest that is full


@dataclass(frozen=True, eq=False)
class Skin:
    """Leaves full cells alone and extrapolates them to the centres of the cut ones.

    even  (n, n) for what is equal in an image;  turned  what to add for each shear stress, which may change its sign
    """

    even: csr_array
    turned: tuple[csr_array, ...] = ()

    def extend(self, values: Array) -> None:
        """Bring a field (n,), or a stress (6, n) xx yy zz xy yz zx, to the skin, in place."""
        for k, row in enumerate(np.atleast_2d(values)):
            added = self.turned[k - 3] @ row if k > 2 and self.turned else 0.0
            row[:] = self.even @ row + added


def skin(cells: Cells) -> Skin:
    """How full cells are extrapolated.

    A quadratic through the nearest full cells below the wall, by weighted least squares. Where a wall is too
    thin for it, terms that are not seen stay near zero; where no full cell is near, the fullest stands in.
    """
    n = cells.index.size
    fraction = cells.fraction
    cut, own = np.flatnonzero(fraction < FULL), np.flatnonzero(fraction >= FULL)
    if cut.size == 0:
        return Skin(csr_array(eye_array(n, dtype=float32)))
    outward = cells.patch_area[:, None] * cells.patch_normal
    total = np.stack([np.bincount(cells.patch_cell, a, minlength=n)[cut] for a in outward.T], 1).astype(float64)
    normal = total / np.maximum(np.sqrt((total**2).sum(1, keepdims=True)), 1e-300)
    number = np.full(int(np.prod(cells.lattice.shape)), -1, int32)
    number[cells.index] = np.arange(n)
    rows, columns, values, beyond = [own], [own], [np.ones(own.size)], [np.zeros((own.size, 3), bool)]
    for part in np.array_split(np.arange(cut.size), -(-cut.size // 1000)):
        who, weight, image = _fit(cells, fraction, number, cut[part], normal[part])
        taken = weight != 0.0
        rows.append(np.repeat(cut[part], taken.sum(1)))
        columns.append(who[taken])
        values.append(weight[taken])
        beyond.append(image[taken])
    row, column = (np.concatenate(each, dtype=int32, casting="unsafe") for each in (rows, columns))
    weights, images = np.concatenate(values).astype(float32), np.concatenate(beyond)

    def matrix(factor: Array | float, which: NDArray[np.bool_] | slice) -> csr_array:
        return csr_array((factor * weights[which], (row[which], column[which])), shape=(n, n))

    even = matrix(1.0, slice(None))
    if not images.any():
        return Skin(even)
    return Skin(even, tuple(matrix(-2.0, images[:, k] ^ images[:, (k + 1) % 3]) for k in range(3)))


def _fit(
    cells: Cells, fraction: Array, number: NDArray[int32], cut: NDArray[int64], normal: Array
) -> tuple[NDArray[int32], Array, NDArray[np.bool_]]:
    """Cells (m, MOST) whose values, times weights (m, MOST), give those at the centres of m cut cells.

    fraction (n,) of the cells; number (boxes,) cell in each box; cut (m,) cells, normal (m, 3) outward. Beyond a
    plane of symmetry stand images: the third answer (m, MOST, 3) tells across which axes each was taken.
    """
    shape = np.array(cells.lattice.shape)
    mirrored = np.isin(range(3), cells.lattice.mirrored)
    stride = np.array([1, shape[0], shape[0] * shape[1]])
    place = cells.index[cut][:, None] // stride % shape

    def look(spot: NDArray[int64]) -> tuple[NDArray[int32], Array]:
        spot = np.where(mirrored & (spot < 0), -1 - spot, spot)
        inside = np.all((spot >= 0) & (spot < shape), axis=-1, keepdims=True)
        who = np.where(inside[..., 0], number[np.where(inside, spot, 0) @ stride], -1)
        return who, np.where(who >= 0, fraction[who], 0.0)

    below = place - normal
    for depth in DEPTHS:
        deeper = place - depth * normal
        full = look(np.rint(deeper).astype(int64))[1] >= FULL
        below[full] = deeper[full]
    near = np.stack(np.meshgrid(*3 * [np.arange(-3, 4)], indexing="ij"), -1).reshape(-1, 3)
    spot = np.rint(below).astype(int64)[:, None] + near
    who, share = look(spot)
    distance = ((spot - below[:, None]) ** 2).sum(2)
    rank = np.where(share >= FULL, distance, np.inf)
    best = np.argsort(rank, axis=1, kind="stable")[:, :MOST]
    fullest = np.argmax(share - 1e-3 * distance, axis=1)
    lone, stand_in = ~np.isfinite(rank).any(1), who[np.arange(cut.size), fullest]
    chosen = np.take_along_axis(spot, best[..., None], 1)
    offset, image = chosen - place[:, None], mirrored & (chosen < 0)
    who, rank = np.take_along_axis(who, best, 1), np.take_along_axis(rank, best, 1)

    taken = np.isfinite(rank) & (rank <= rank[:, FITTED - 1 : FITTED] + TIE)  # so that images are treated alike
    weight = np.where(taken, np.exp(-rank / 4.0), 0.0)
    x, y, z = (offset[..., k].astype(float64) for k in range(3))
    basis = np.stack([np.ones_like(x), x, y, z, x * x, y * y, z * z, x * y, y * z, z * x], 2)
    system = np.einsum("cik,ci,cil->ckl", basis, weight, basis)
    ridge = np.array([0.0, *3 * [2e-4], *6 * [1e-1]]) * weight.sum(1)[:, None]
    system[:, np.arange(10), np.arange(10)] += ridge + 1e-12
    first = np.zeros((cut.size, 10, 1))
    first[:, 0] = 1.0
    fitted = np.einsum("ck,cik,ci->ci", np.linalg.solve(system, first)[..., 0], basis, weight)
    who[lone, 0], fitted[lone] = stand_in[lone], 0.0
    fitted[lone, 0] = 1.0
    image[lone, 0] = (mirrored & (spot[np.arange(cut.size), fullest] < 0))[lone]
    return who, fitted / fitted.sum(1, keepdims=True), image
