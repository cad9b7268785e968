"""One body less others: a part where a tool has taken material out, a mould around what lies in it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from ..kernels.scan import Crossings
from .shape import Point, Shape

Array = NDArray[float64]
Index = NDArray[int64]

HAIR = 1e-12  # m: bodies that touch leave no more between them


@dataclass(frozen=True, eq=False)
class Difference:
    """The part of `body` outside every one of the `tools`.   volume  m3, NaN where it is not known beforehand"""

    body: Shape
    tools: tuple[Shape, ...]
    volume: float = float("nan")
    area = float("nan")

    @property
    def metrics(self) -> tuple[str, ...]:
        return self.body.metrics

    @property
    def lower(self) -> Point:
        return self.body.lower

    @property
    def upper(self) -> Point:
        return self.body.upper

    @property
    def middle(self) -> Point:
        return self.body.middle

    def moved(self, by: Point) -> "Difference":
        return replace(self, body=self.body.moved(by), tools=tuple(tool.moved(by) for tool in self.tools))

    def crossings(self, axis: int, u: Array, v: Array) -> Crossings:
        """Walls of the body outside the tools, and walls of the tools inside the body, turned about."""
        ray, position, tilt, number = walls((self.body, *self.tools), axis, u, v)
        step, of_tool = -np.sign(tilt), number > 0
        in_body, in_tool = _depth(np.where(of_tool, 0.0, step)), _depth(np.where(of_tool, step, 0.0))
        return _without_hairs(turned(ray, position, tilt, (in_body > 0.0) & (in_tool <= 0.0), len(u) * len(v)))


def walls(shapes: tuple[Shape, ...], axis: int, u: Array, v: Array) -> tuple[Index, Array, Array, Index]:
    """What rays cross of several bodies, in order along each: (c,) ray, position m, tilt, number of the body."""
    found = [shape.crossings(axis, u, v) for shape in shapes]
    rays = np.arange(found[0].start.size - 1)
    ray = np.concatenate([np.repeat(rays, np.diff(one.start)) for one in found])
    position = np.concatenate([one.position for one in found])
    tilt = np.concatenate([one.tilt for one in found])
    number = np.repeat(np.arange(len(found)), [one.position.size for one in found])
    order = np.lexsort((number, position, ray))
    return ray[order], position[order], tilt[order], number[order]


def turned(ray: Index, position: Array, tilt: Array, after: NDArray[np.bool_], rays: int) -> Crossings:
    """Of the walls of several bodies those where a ray enters or leaves the whole; `after`: it is inside there."""
    before = np.roll(after, 1)
    before[np.flatnonzero(np.diff(ray, prepend=-1))] = False
    turns = after != before
    start = np.zeros(rays + 1, int64)
    np.cumsum(np.bincount(ray[turns], minlength=rays), out=start[1:])
    facing = np.where(after, -np.abs(tilt), np.abs(tilt))
    return Crossings(start, position[turns], facing[turns])


def _depth(step: Array) -> Array:
    """How many walls lie behind; every ray enters as often as it leaves, so one sum serves them all."""
    return np.asarray(np.cumsum(step))


def _without_hairs(found: Crossings) -> Crossings:
    """Leave out pieces of no length: where two walls lie on one another."""
    entry, leave = found.position[0::2], found.position[1::2]
    kept = np.repeat(leave - entry > HAIR, 2)
    ray = np.repeat(np.arange(found.start.size - 1), np.diff(found.start))[kept]
    start = np.zeros_like(found.start)
    np.cumsum(np.bincount(ray, minlength=start.size - 1), out=start[1:])
    return Crossings(start, found.position[kept], found.tilt[kept])
