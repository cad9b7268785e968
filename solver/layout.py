"""Where the cells lie: the lattice about one body, and about several with the mould around them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .lattice import Lattice
from .shape import Shape

Array = NDArray[float64]

GROWTH = 1.25
"""Most by which a cell of a graded lattice is wider than the one before it."""
BESIDE = 4
"""Cells as fine as the bodies' that a graded mould keeps beside them."""
Widths = tuple[float, ...]


def about(
    shape: Shape,
    metric: str,
    spacing: float,
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0),
    symmetry: tuple[int, ...] = (),
) -> Lattice:
    """The lattice about one body; metric "rz" or "3d", the rest as `geometry.build` takes them."""
    if any(offset[axis] for axis in symmetry):
        raise ValueError(f"offset {offset}: a plane of symmetry begins with a whole cell")
    return (_about_axis if metric == "rz" else _in_space)(shape, spacing, offset, symmetry)


def fitted(length: float, spacing: float) -> tuple[int, float]:
    """Cells along a length and their edge, at most `spacing` where that does not divide it."""
    n = max(1, int(np.ceil(length / spacing - 1e-6)))
    return n, length / n


def _in_space(shape: Shape, spacing: float, offset: tuple[float, float, float], symmetry: tuple[int, ...]) -> Lattice:
    counts, edges, origin = [], [], []
    for axis, (low, high, shift) in enumerate(zip(shape.lower, shape.upper, offset, strict=True)):
        begin = 0.5 * (low + high) if axis in symmetry else low
        n, edge = fitted(high - begin, spacing)
        counts.append(n + (shift > 0.0))
        edges.append(edge)
        origin.append(begin - shift * edge)
    return Lattice("3d", tuple(counts), tuple(edges), tuple(origin), mirrored=symmetry)  # type: ignore[arg-type]


def _about_axis(shape: Shape, spacing: float, offset: tuple[float, float, float], symmetry: tuple[int, ...]) -> Lattice:
    if offset[0] or offset[1]:
        raise ValueError(f"offset {offset}: in rz the lattice is tied to the axis and moves along z only")
    if set(symmetry) - {2}:
        raise ValueError("in rz only z can be a plane of symmetry")
    inner = getattr(shape, "inner", 0.0)
    low = 0.5 * (shape.lower[2] + shape.upper[2]) if symmetry else shape.lower[2]
    nr, dr = fitted(shape.upper[0] - shape.middle[0] - inner, spacing)
    nz, dz = fitted(shape.upper[2] - low, spacing)
    nz += offset[2] > 0.0
    middle = (shape.middle[0], shape.middle[1], 0.0)
    origin = (inner, -0.5, low - offset[2] * dz)
    return Lattice("rz", (nr, 1, nz), (dr, 1.0, dz), origin, middle, mirrored=symmetry)


def laid(
    bodies: list[Shape],
    block: Shape | None,
    metric: str,
    spacing: float,
    coarsest: float | None = None,
    symmetry: tuple[int, ...] = (),
) -> Lattice:
    """The lattice of several bodies, the casting first, and of a mould; see `bodies.assemble`."""
    return grown(about(bodies[0], metric, spacing, symmetry=symmetry), bodies, block, coarsest)


def grown(lattice: Lattice, bodies: list[Shape], block: Shape | None, coarsest: float | None) -> Lattice:
    """The lattice with cells added until it holds every body and the block that the mould fills.

    Whole cells of its spacing as far as the bodies go; on to the faces of the block as well, or there growing to
    `coarsest`, m. Where it leaves the bore of a ring open, cells on to the axis.
    """
    lattice = _with(lattice, bodies, lambda length, first: (first,) * _cells(length, first))
    if block is None:
        return lattice
    if coarsest is None:
        return _with(lattice, [block], lambda length, first: (first,) * _cells(length, first))

    return _with(lattice, [block], lambda length, first: _widening(length, first, coarsest))


def widening(metric: str, inner: float, outer: float, spacing: float, coarsest: float) -> Lattice:
    """A 1d lattice from one distance to another, m, its cells growing outwards from `spacing` to `coarsest`, m."""
    widths = _widening(outer - inner, fitted(outer - inner, spacing)[1], coarsest)
    graded = widths if np.ptp(widths) > 0.0 else ()
    return Lattice(metric, (len(widths), 1, 1), (widths[0], 1.0, 1.0), (inner, -0.5, -0.5), graded=(graded, (), ()))


def _widening(length: float, first: float, coarsest: float) -> Widths:
    """BESIDE cells of an edge, then such as grow to the coarsest, m."""
    beside = min(BESIDE, int(length / first + 1e-6))
    return (first,) * beside + growing(length - beside * first, first, max(coarsest, first))


def _with(lattice: Lattice, bodies: list[Shape], cells: Callable[[float, float], Widths]) -> Lattice:
    """The lattice with what `cells` lays along each length, m, from cells of an edge, m, on; outwards."""
    shape, origin, graded = list(lattice.shape), list(lattice.origin), list(lattice.graded)
    for axis in (0, 2) if lattice.metric == "rz" else (0, 1, 2):
        step, radial = lattice.spacing[axis], lattice.metric == "rz" and axis == 0
        edges = lattice.edges(axis)
        low = min(getattr(body, "inner", 0.0) if radial else body.lower[axis] for body in bodies)
        high = max(body.upper[axis] for body in bodies) - (lattice.middle[axis] if radial else 0.0)
        before = () if axis in lattice.mirrored else cells(float(edges[0]) - low, step)[::-1]
        if radial and before:  # on to the bore or the axis, and no farther
            before = tuple(width * (float(edges[0]) - low) / sum(before) for width in before)
        after = cells(high - float(edges[-1]), step)
        widths = (*before, *lattice.widths(axis).tolist(), *after)
        shape[axis] = len(widths)
        origin[axis] = low if radial and before else origin[axis] - sum(before)
        graded[axis] = widths if np.ptp(widths) > 1e-9 * step else ()
    (nx, ny, nz), (x, y, z), (gx, gy, gz) = shape, origin, graded
    return replace(lattice, shape=(nx, ny, nz), origin=(x, y, z), graded=(gx, gy, gz))


def _cells(length: float, step: float) -> int:
    return max(0, int(np.ceil(length / step - 1e-6)))


def growing(length: float, first: float, coarsest: float) -> Widths:
    """Widths of cells that fill a length, m, growing by one ratio of at most GROWTH to `coarsest`.

    Where even equal cells of `first` are too long together, they stand for it.
    """
    count, width, total = 0, first, 0.0
    while total < length * (1.0 - 1e-9):
        count, width = count + 1, min(GROWTH * width, coarsest)
        total += width

    def ladder(ratio: float) -> Array:
        return np.asarray(np.minimum(first * ratio ** np.arange(1, count + 1), coarsest))

    low, high = 1.0, GROWTH
    for _ in range(60):
        ratio = 0.5 * (low + high)
        low, high = (low, ratio) if ladder(ratio).sum() > length else (ratio, high)
    widths = ladder(low)
    return tuple((widths * max(1.0, length / widths.sum())).tolist()) if count else ()
