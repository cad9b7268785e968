"""What lies within a distance of a body: the outside of a shell mould."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray

from ..kernels.scan import Crossings
from ..kernels.thicken import thickened
from .revolved import Revolved, Swollen
from .shape import Box, Cylinder, Mesh, Point, Shape, Sphere, added, listed, pair
from .union import Union

Array = NDArray[float64]
Index = NDArray[int64]

BENT = 1e-7  # sine of the angle of an edge: one that turns outwards by less is flat


@dataclass(frozen=True)
class Offset:
    """A body with all that lies within `by`, m, of it."""

    body: Box | Cylinder | Mesh
    by: float
    volume = area = float("nan")

    @property
    def lower(self) -> Point:
        return added(self.body.lower, (-self.by,) * 3)

    @property
    def upper(self) -> Point:
        return added(self.body.upper, (self.by,) * 3)

    def moved(self, by: Point) -> Self:
        return replace(self, body=self.body.moved(by))


@dataclass(frozen=True)
class Rounded(Offset):
    """A box or ring with all that lies within `by`, m, of it: its edges are round."""

    body: Box | Cylinder

    @property
    def metrics(self) -> tuple[str, ...]:
        return self.body.metrics

    @property
    def middle(self) -> Point:
        return self.body.middle

    @property
    def inner(self) -> float:
        """Of the bore that is left, m."""
        return max(getattr(self.body, "inner", 0.0) - self.by, 0.0)

    def crossings(self, axis: int, u: Array, v: Array) -> Crossings:
        if isinstance(self.body, Box) or axis == 2:
            return self._along(axis, u, v)
        return self._across(self.body, axis, u, v)

    def _along(self, axis: int, u: Array, v: Array) -> Crossings:
        """Rays along an edge of a box, or along the axis of a ring: where they pass the body by, its edge is round."""
        body, U, V = self.body, (axis + 1) % 3, (axis + 2) % 3
        if isinstance(body, Box):
            aside = np.hypot(*np.broadcast_arrays(*(
                np.maximum(0.0, np.maximum(body.lower[one] - at, at - body.upper[one]))
                for one, at in ((U, u[None, :]), (V, v[:, None]))
            )))  # fmt: skip
        else:
            radius = np.hypot(u[None, :] - body.middle[U], v[:, None] - body.middle[V])
            aside = np.maximum(0.0, np.maximum(body.inner - radius, radius - body.radius))
        reach = np.sqrt(np.maximum(self.by**2 - aside**2, 0.0))
        met = reach > 0.0
        entry = np.where(met, body.lower[axis] - reach, 1.0)
        return pair(entry, np.where(met, body.upper[axis] + reach, 0.0), reach / self.by)

    def _across(self, ring: Cylinder, axis: int, u: Array, v: Array) -> Crossings:
        """Rays across a ring: above and below it, they meet the round of its edges."""
        _, y, z = ring.middle
        across, up = (u[None, :], v[:, None]) if axis == 0 else (v[:, None], u[None, :])
        across, up = np.broadcast_arrays(across - (y, ring.middle[0])[axis], up)
        above = np.maximum(0.0, np.maximum(ring.lower[2] - up, up - ring.upper[2]))
        reach = np.sqrt(np.maximum(self.by**2 - above**2, 0.0))
        wide, bore = ring.radius + reach, np.maximum(ring.inner - reach, 0.0)
        outer = np.sqrt(np.maximum(wide**2 - across**2, 0.0))
        inner = np.sqrt(np.maximum(bore**2 - across**2, 0.0))
        solid = (reach > 0.0) & (outer > 0.0)
        hollow = solid & (inner > 0.0)
        out, back = outer / wide * reach / self.by, inner / np.maximum(bore, 1e-300) * reach / self.by
        at = ring.middle[axis]
        return listed(
            np.stack([at - outer, at - inner, at + inner, at + outer], 2),
            np.stack([-out, back, -back, out], 2),
            np.stack([solid, hollow, hollow, solid], 2),
        )


@dataclass(frozen=True, eq=False)
class Thickened(Offset):
    """A surface of triangles with all that lies within `by`, m, of it.

    A place outside the body is nearest to a facet, to an edge that turns outwards or to an end of such an edge: the
    whole is the body with a slab on every facet, the wedge of a cylinder about those edges and a ball about their ends.
    """

    body: Mesh
    metrics = ("3d",)
    middle: Point = (0.0, 0.0, 0.0)

    @cached_property
    def edges(self) -> tuple[Index, Array]:
        """(e, 2) vertex numbers of the edges that turn outwards, and (e, 2, 3) normals of the facets on both sides."""
        facets, normals = self.body.facets, self.body.normals
        ends = np.concatenate([facets[:, [side, (side + 1) % 3]] for side in range(3)])
        facet = np.tile(np.arange(len(facets)), 3)
        order = np.lexsort((ends.max(1), ends.min(1)))
        ends, sides = ends[order][0::2], normals[facet[order]].reshape(-1, 2, 3)  # a closed surface has each edge twice
        along = self.body.points[ends[:, 1]] - self.body.points[ends[:, 0]]
        turn = np.einsum("ei,ei->e", np.cross(sides[:, 0], sides[:, 1]), along)
        bent = turn > BENT * np.linalg.norm(along, axis=1)
        return np.ascontiguousarray(ends[bent]), np.ascontiguousarray(sides[bent])

    def crossings(self, axis: int, u: Array, v: Array) -> Crossings:
        body, (edges, turns), V = self.body, self.edges, (axis + 2) % 3
        height = body.points[:, V]

        def met(rows: Index) -> NDArray[np.bool_]:
            return np.asarray((height[rows].min(1) <= v[-1] + self.by) & (height[rows].max(1) >= v[0] - self.by))

        sharp, faced, solid = met(edges), met(body.facets), body.crossings(axis, u, v)
        edges, turns, facets, normals = edges[sharp], turns[sharp], body.facets[faced], body.normals[faced]
        return thickened(solid, body.points, np.unique(edges), edges, turns, facets, normals, axis, u, v, self.by)


def offset(shape: Shape, by: float) -> Shape:
    """All that lies within `by`, m, of a shape. Raises TypeError for one that has none."""
    if isinstance(shape, Union):
        return Union(tuple(offset(body, by) for body in shape.bodies))
    if isinstance(shape, Sphere):
        return replace(shape, radius=shape.radius + by)
    if isinstance(shape, Box | Cylinder):
        return Rounded(shape, by)
    if isinstance(shape, Revolved):
        return Swollen(shape.outline, shape.middle, by)
    if isinstance(shape, Mesh):
        return Thickened(shape, by)
    raise TypeError(f"no offset of a {type(shape).__name__}")
