"""What holds a body while it is treated: grips, planes of symmetry, springs, dies that only push."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from .lattice import Lattice

Array = NDArray[float64]
Index = NDArray[int64]
Mask = NDArray[np.bool_]

MODES = ("along x", "along y", "along z", "about x", "about y", "about z")
SEEN = 1e-8  # of the largest: a rigid motion that is resisted less is free


@dataclass(frozen=True)
class Support:
    """One support on the outermost flat of the body in a direction.

    axis, side  0 to 2 for x to z, and -1 or +1: the outward normal of the flat
    holds       components of the displacement that it holds, 0 to 2
    stiffness   Pa/m, or None: rigid
    one_sided   it only pushes inwards; then it holds its own axis alone
    gap         m, that the flat of a one-sided support may move out before it is touched
    legs        names of the legs in which it is there; empty: in all
    """

    axis: int
    side: int
    holds: tuple[int, ...] = (0, 1, 2)
    stiffness: float | None = None
    one_sided: bool = False
    gap: float = 0.0
    legs: tuple[str, ...] = ()

    def there(self, leg: str) -> bool:
        """Whether it is there in a leg; "temper" names temper.heat, temper.hold and temper.cool too."""
        return not self.legs or leg in self.legs or leg.partition(".")[0] in self.legs


@dataclass(frozen=True)
class Nodes:
    """Nodes of a body: places (N, 3) m, and the columns of x, y, z among its displacements, -1: none.

    cells    (n, k) nodes at the corners of every cell
    share    (n,) what the part fills of each
    spacing  m, of the lattice; the section of a body of revolution has no y
    images   (N,) how many nodes of the whole each stands for, where the lattice is mirrored
    """

    places: Array
    column: tuple[int, int, int]
    cells: Index
    share: Array
    spacing: tuple[float, float, float]
    images: Array


@dataclass(frozen=True)
class Held:
    """What the supports of one leg do to displacements (N, d).

    fixed    (N, d) bool
    spring   (N, d) N/m
    node, column, side, gap   (m,) of dies that only push: they may be touched where side u > gap
    """

    fixed: Mask
    spring: Array
    node: Index
    column: Index
    side: Array
    gap: Array

    def resists(self) -> Array:
        """(N, d) where anything but a die resists: 1 where fixed, else the spring over the stiffest."""
        found = self.spring / max(float(self.spring.max()), 1e-300)
        found[self.fixed] = 1.0
        return np.asarray(found)


def planes(mirrored: tuple[int, ...]) -> tuple[Support, ...]:
    """What the planes of symmetry of a lattice do to the computed part: it slides along them."""
    return tuple(Support(axis, -1, (axis,)) for axis in mirrored)


def images(places: Array, lattice: Lattice) -> Array:
    """How many nodes of the whole each of `places` (N, 3) m stands for: those on a plane of symmetry only for one."""
    count = np.ones(len(places))
    for axis in lattice.mirrored:
        count[places[:, axis] > lattice.origin[axis] + 0.5 * lattice.spacing[axis]] *= 2.0
    return count


def hold(supports: Sequence[Support], nodes: Nodes) -> Held:
    """The supports of one leg on the nodes of a body."""
    count, wide = nodes.places.shape[0], max(nodes.column) + 1
    fixed, spring = np.zeros((count, wide), bool), np.zeros((count, wide))
    dies: list[tuple[Index, Index, Array, Array]] = []
    for support in supports:
        node, area = flat(support, nodes)
        if support.one_sided:
            across = np.full(node.size, nodes.column[support.axis])
            dies.append((node, across, np.full(node.size, float(support.side)), np.full(node.size, support.gap)))
            continue
        for axis in support.holds:
            column = nodes.column[axis]
            if column >= 0 and support.stiffness is None:
                fixed[node, column] = True
            elif column >= 0:
                spring[node, column] += float(support.stiffness or 0.0) * area
    columns = [np.concatenate(part) for part in zip(*dies, strict=True)] if dies else [np.zeros(0)] * 4
    return Held(fixed, spring, columns[0].astype(int64), columns[1].astype(int64), columns[2], columns[3])


class Grip:
    """The supports of a leg in one increment: displacements that are given, springs, dies touched or not.

    held            of the leg
    anchor, moved   (N, d) m: displacement where each was taken hold of, and before the increment
    touched         (m,) dies that are touched; `revise` changes it
    """

    def __init__(self, held: Held, anchor: Array, moved: Array, touched: Mask) -> None:
        self.held, self.anchor, self.moved, self.touched = held, anchor, moved, touched.copy()
        self.reaction = np.zeros(moved.shape)
        self._take()

    def _take(self) -> None:
        held, on = self.held, self.touched
        self.fixed, self.aim = held.fixed.copy(), self.anchor - self.moved
        self.fixed[held.node[on], held.column[on]] = True
        self.aim[held.node[on], held.column[on]] += held.side[on] * held.gap[on]

    def unbalanced(self, increment: Array, force: Array) -> None:
        """Add the springs to the forces (N, d) N of the body, and take out what the supports bear."""
        force += self.held.spring * (self.moved + increment - self.anchor)
        self.reaction[:] = np.where(self.fixed, force, 0.0)
        force[self.fixed] = 0.0

    def revise(self, increment: Array, length: float, force: float) -> bool:
        """Touch dies that the body went into by more than `length`, leave those that pull by more than `force`."""
        held = self.held
        at = held.node, held.column
        out = held.side * (self.moved + increment - self.anchor)[at] - held.gap
        touched = np.where(self.touched, held.side * self.reaction[at] <= force, out > length)
        if (touched == self.touched).all():
            return False
        self.touched = touched
        self._take()
        return True


def flat(support: Support, nodes: Nodes) -> tuple[Index, Array]:
    """Nodes of a support and the area that each stands for, m2."""
    axis, reach = support.axis, nodes.places[:, support.axis] * support.side
    near = reach > reach.max() - 1e-6 * nodes.spacing[axis]
    found = np.flatnonzero(near)
    on = near[nodes.cells].sum(1)
    facing = on == nodes.cells.shape[1] // 2
    each = np.zeros(nodes.places.shape[0])
    weight = _weights(nodes, axis, facing) * nodes.share[facing, None]
    np.add.at(each, nodes.cells[facing], np.where(near[nodes.cells[facing]], weight, 0.0))
    return found, each[found]


def _weights(nodes: Nodes, axis: int, facing: Mask) -> Array:
    """What each corner (f, k) of some cells takes of an even pressure on their face across `axis`, m2."""
    dx, dy, dz = nodes.spacing
    if nodes.column[1] >= 0:
        return np.full((int(facing.sum()), 8), dx * dy * dz / nodes.spacing[axis] / 4.0)
    r = nodes.places[nodes.cells[facing], 0]
    if axis == 0:
        return np.asarray(np.pi * r * dz)
    return np.asarray(np.pi / 3.0 * dx * (r + r.min(1, keepdims=True) + r.max(1, keepdims=True)))


def rigid(nodes: Nodes) -> Array:
    """(6, N, d) rigid motions of a body in the order of MODES; zero where its metric has none."""
    arm = nodes.places - nodes.places.mean(0)
    modes = np.zeros((6, nodes.places.shape[0], max(nodes.column) + 1))
    if nodes.column[1] < 0:
        modes[2, :, nodes.column[2]] = 1.0
        return modes
    for axis in range(3):
        modes[axis, :, axis] = 1.0
        modes[3 + axis] = np.cross(np.eye(3)[axis], arm)
    return modes


def loose(held: Held, nodes: Nodes) -> list[str]:
    """Names of the rigid motions of a body that nothing but a die resists."""
    free = _free(held, rigid(nodes))
    return [MODES[k] for k in range(6) if (np.abs(free[k]) > 0.1).any()]


def settled(held: Held, nodes: Nodes, moved: Array) -> Array:
    """Displacement (N, d) without the rigid motion that fits it best, of those that nothing resists."""
    modes = rigid(nodes)
    ways = np.einsum("km,knd->mnd", _free(held, modes), modes)
    if not ways.size:
        return moved
    weight = np.sqrt(nodes.images)[:, None]
    share = np.linalg.lstsq((ways * weight).reshape(len(ways), -1).T, (moved * weight).ravel(), rcond=None)[0]
    return np.asarray(moved - np.einsum("m,mnd->nd", share, ways))


def _free(held: Held, modes: Array) -> Array:
    """(6, f) combinations of the rigid motions (6, N, d) that are free."""
    scale = np.abs(modes).max((1, 2))
    kept = np.flatnonzero(scale)
    flats = [(modes[k] / scale[k] * np.sqrt(held.resists())).ravel() for k in kept]
    energy = np.array([[a @ b for b in flats] for a in flats])
    values, vectors = np.linalg.eigh(energy)
    found = vectors[:, values <= SEEN * max(float(np.trace(energy)), 1e-300)]
    free = np.zeros((6, found.shape[1]))
    free[kept] = found / scale[kept, None] * scale[kept].max()
    return free


def check(supports: Sequence[Support], nodes: Nodes, legs: Sequence[str]) -> None:
    """Raise ValueError for supports of no step, that hold one another's nodes, or push what nothing stops."""
    for support in supports:
        for name in support.legs:
            if not any(leg == name or leg.partition(".")[0] == name for leg in legs):
                raise ValueError(f"no step is called '{name}'; there are {', '.join(legs)}")
    for leg in legs:
        now = [support for support in supports if support.there(leg)]
        for one, two in combinations(now, 2):
            both = set(one.holds) & set(two.holds)
            if (one.axis, one.side) == (two.axis, two.side) and both:
                names = ", ".join("xyz"[axis] for axis in sorted(both))
                raise ValueError(f"over-constrained: in {leg} two supports hold {names} of the same flat")
        steady = hold([support for support in now if not support.one_sided], nodes)
        sides = {(support.axis, support.side) for support in now if support.one_sided}
        for axis, side in sides:
            if (axis, -side) not in sides and MODES[axis] in loose(steady, nodes):
                raise ValueError(f"under-constrained: in {leg} a die pushes, and nothing holds the part {MODES[axis]}")
