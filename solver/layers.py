"""Thin layers below every wall patch: where a case needs a finer skin than the cells of the part."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from .geometry import Cells
from .net import Net

Array = NDArray[float64]
Index = NDArray[int64]

THINNEST = 4e-5  # m, first layer where the case is not thinner still
GROWTH = 1.15  # of a layer over the one above it
AROUND = 13  # patches that tell the curvature of a wall
SMOOTH = 0.85  # cosine between normals beyond which two patches belong to different walls
ROUNDS = 6  # of shrinking the ball that touches two walls
SLICES = 8  # of a layer, for its volume
NEAREST = 12  # feet looked at round the centre of a ball
LEAST = 1e-3  # of its share of the area: what round-off leaves at the end of a stack


@dataclass(frozen=True)
class Layers:
    """A stack of layers along the inward normal of each of p patches; the N layers are kept patch after patch.

    edges   (m + 1,) m, depths of the layers of a whole stack
    ends    (p,)     m, where each stack ends: at most the last of the edges
    patch   (N,)     patch above each layer
    level   (N,)     its number in the stack
    bottom  (N,)     m, depth of its lower side
    net     what diffusion reads: volumes, faces, walls
    """

    edges: Array
    ends: Array
    patch: Index
    level: Index
    bottom: Array
    net: Net

    @property
    def depth(self) -> Array:
        """(N,) m, middle of each layer."""
        return 0.5 * (self.edges[self.level] + self.bottom)

    @cached_property
    def first(self) -> Index:
        """(p + 1,) number of the top layer of each patch, and N."""
        return np.searchsorted(self.patch, np.arange(self.ends.size + 1))


@dataclass(frozen=True)
class Section:
    """Section of the stack below each of p patches over the area of the patch, against depth.

    bend     (p, 2)  1/m, principal curvatures of the wall, positive where it is convex
    reach    (p, 2)  m, depths at which two other walls are as near: nothing passes there
    spread   (p, 2)  m, by how much they differ between the two sides of the patch, next to an edge
    """

    bend: Array
    reach: Array
    spread: Array

    @property
    def ends(self) -> Array:
        """(p,) m, where nothing is left of the patch."""
        return np.asarray((self.reach + 0.5 * self.spread).min(1))

    def __call__(self, patch: Index, s: Array) -> Array:
        """Share of the area of patches (N,) at depths s (N,) m."""
        depth, spread = s[:, None], np.maximum(self.spread[patch], 1e-12)
        left = np.clip((self.reach[patch] - depth) / spread + 0.5, 0.0, 1.0)
        return np.asarray(((1.0 - self.bend[patch] * depth) * left).prod(1))


def whole_stack(deep: float, thinnest: float) -> Array:
    """(m + 1,) m, depths of the layers of a stack that no other wall cuts off."""
    count = int(np.ceil(np.log1p(deep * (GROWTH - 1.0) / thinnest) / np.log(GROWTH)))
    return np.asarray(thinnest * (GROWTH ** np.arange(count + 1, dtype=float64) - 1.0) / (GROWTH - 1.0), float64)


def layers_below(cells: Cells, deep: float, thinnest: float = THINNEST) -> Layers:
    """Stacks as deep as `deep` m, the first layer `thinnest` m, each GROWTH times the one above it.

    The section of a stack follows the curvature of its wall, (1 - k1 s) (1 - k2 s) at depth s, and a stack ends
    where another wall is as near: at an edge on the plane that halves its angle, in a thin wall at mid-thickness.
    Nothing passes sideways from stack to stack.
    """
    edges = whole_stack(deep, thinnest)
    section = _section(cells, edges[-1], edges[1])
    ends = np.minimum(section.ends, edges[-1])
    patch, level = np.nonzero(edges[:-1] + thinnest <= ends[:, None] * (1.0 + 1e-9))
    last = np.append(patch[1:] != patch[:-1], True)
    bottom = np.where(last, ends[patch], edges[level + 1])
    return Layers(edges, ends, patch, level, bottom, _net(cells, section, edges[level], bottom, patch))


def _section(cells: Cells, most: float, least: float) -> Section:
    """How the stacks below the patches narrow; they reach from `least` to `most` m."""
    feet = cells.feet()
    one, lean, normal = touching(cells, feet, np.full(len(feet), most))
    other, lean_too, _ = touching(cells, feet, np.minimum(2.0 * one, most), normal)
    reach, cosine = np.stack([np.maximum(one, least), np.maximum(other, least)], 1), np.stack([lean, lean_too], 1)
    wide = max(d for d, n in zip(cells.lattice.spacing, cells.lattice.shape, strict=True) if n > 1)
    spread = np.minimum(wide * np.sqrt((1.0 + cosine) / (1.0 - cosine)), 2.0 * reach)
    ends = (reach + 0.5 * spread).min(1)
    return Section(np.minimum(curvature(cells, feet), 1.0 / ends[:, None]), reach, spread)


def _net(cells: Cells, section: Section, top: Array, bottom: Array, patch: Index) -> Net:
    """Volumes of the layers, faces between them, and the wall above each stack."""
    area, thick = cells.patch_area[patch], bottom - top
    slices = (np.arange(SLICES) + 0.5) / SLICES
    share = np.mean([section(patch, top + part * thick) for part in slices], axis=0)
    volume = area * thick * np.maximum(share, LEAST)
    middle = 0.5 * (top + bottom)
    upper = np.flatnonzero(patch[1:] == patch[:-1])
    open_ = area[upper] * section(patch[upper], bottom[upper]) / (middle[upper + 1] - middle[upper])
    first = np.searchsorted(patch, np.arange(cells.patch_area.size))
    return Net(volume, upper, upper + 1, open_, first, cells.patch_area, middle[first])


def _mirrored(cells: Cells, feet: Array) -> tuple[Array, Array]:
    """Feet and normals (q, 3), first of the p patches, then of their images beyond axis, mid-plane and symmetry."""
    lattice, normal = cells.lattice, cells.patch_normal
    for axis in lattice.reflecting:
        image, turned = feet.copy(), normal.copy()
        image[:, axis] = 2.0 * lattice.origin[axis] - feet[:, axis]
        turned[:, axis] *= -1.0
        feet, normal = np.concatenate([feet, image]), np.concatenate([normal, turned])
    return feet, normal


def touching(cells: Cells, feet: Array, most: Array, but: Array | None = None) -> tuple[Array, Array, Array]:
    """The largest ball inside the part that touches a wall at its foot: it shrinks until no foot of another wall
    lies inside it, and touches that wall in the end, not its foot, which may lie half a cell aside.

    most  (p,) m, radius to begin with;   but  (p, 3) normal of a wall beside each patch that is left out

    Returns its radius (p,) m, the cosine (p,) between the normals of the walls it touches, -1 where that is one
    alone, and the normal (p, 3) of the other wall, 0 where there is none.
    """
    places, normal = _mirrored(cells, feet)
    tree, radius, cosine = cKDTree(places), most.copy(), np.full(len(feet), -1.0)
    found, gap, rows, k = np.zeros_like(feet), np.zeros(len(feet)), np.arange(len(feet)), min(NEAREST, len(places))
    for _ in range(ROUNDS):
        near = tree.query(feet - radius[:, None] * cells.patch_normal, k=k)[1].reshape(-1, k)
        beside = np.einsum("pka,pa->pk", normal[near], cells.patch_normal)
        other = beside < SMOOTH
        if but is not None:
            other &= np.einsum("pka,pa->pk", normal[near], but) < SMOOTH
        pick = other.argmax(1)
        at = near[rows, pick]
        off = feet - places[at]
        lean = np.einsum("pa,pa->p", off, cells.patch_normal)
        ball = np.einsum("pa,pa->p", off, off) / (2.0 * np.maximum(lean, 1e-300))
        smaller = other[rows, pick] & (lean > 0.0) & (ball < radius)
        radius = np.where(smaller, ball, radius)
        cosine = np.where(smaller, np.clip(beside[rows, pick], -1.0, SMOOTH), cosine)
        found[smaller] = normal[at][smaller]
        gap[smaller] = np.einsum("pa,pa->p", -off, normal[at])[smaller]
    flat = gap / (1.0 - cosine)
    return np.where((0.0 < flat) & (flat < radius), flat, radius), cosine, found


def curvature(cells: Cells, feet: Array) -> Array:
    """(p, 2) 1/m, principal curvatures of the wall, from how normals turn between patches; exact round an axis."""
    normal, metric = cells.patch_normal, cells.lattice.metric
    first, second = _tangents(normal)
    k = min(AROUND, len(feet))
    near = cKDTree(feet).query(feet, k=k)[1].reshape(len(feet), k)
    turn, off = normal[near] - normal[:, None], feet[near] - feet[:, None]
    weight = cells.patch_area[near] * (np.einsum("pka,pa->pk", normal[near], normal) > SMOOTH)
    u, v = (np.einsum("pka,pa->pk", off, side) for side in (first, second))
    du, dv = (np.einsum("pka,pa->pk", turn, side) for side in (first, second))
    zero = np.zeros_like(u)
    rows = np.concatenate([np.stack([u, v, zero], 2), np.stack([zero, u, v], 2)], 1)  # of k11, k12, k22
    weights = np.concatenate([weight, weight], 1)
    normal_matrix = np.einsum("psi,ps,psj->pij", rows, weights, rows)
    scale = np.trace(normal_matrix, axis1=1, axis2=2) + 1e-300
    answer = np.einsum("psi,ps,ps->pi", rows, weights, np.concatenate([du, dv], 1)) / scale[:, None]
    k11, k12, k22 = np.linalg.solve(normal_matrix / scale[:, None, None] + 1e-6 * np.eye(3), answer[..., None])[
        ..., 0
    ].T
    round_ = normal[:, 0] / np.maximum(np.abs(feet[:, 0]), 1e-300)
    if metric in ("cylinder", "rz", "sphere"):
        meridian = round_ if metric == "sphere" else k11 if metric == "rz" else 0.0 * k11
        return np.stack([meridian, round_], 1)
    middle, spread = 0.5 * (k11 + k22), np.hypot(0.5 * (k11 - k22), k12)
    return np.stack([middle + spread, middle - spread], 1)


def _tangents(normal: Array) -> tuple[Array, Array]:
    """Two unit vectors (p, 3) across each normal; in rz the first lies in the plane of r and z."""
    across = np.zeros_like(normal)
    across[:, 1] = 1.0
    upright = np.abs(normal[:, 1]) > 0.9
    across[upright] = (0.0, 0.0, 1.0)
    first = np.cross(across, normal)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return first, np.cross(normal, first)
