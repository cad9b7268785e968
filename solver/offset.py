"""What lies within a distance of a body: the outside of a shell mould."""

from dataclasses import dataclass, replace

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.scan import Crossings
from .shape import Box, Cylinder, Point, Shape, Sphere, added, listed, pair
from .union import Union

Array = NDArray[float64]


@dataclass(frozen=True)
class Rounded:
    """A box or ring with all that lies within `by`, m, of it: its edges are round."""

    body: Box | Cylinder
    by: float
    volume = area = float("nan")

    @property
    def metrics(self) -> tuple[str, ...]:
        return self.body.metrics

    @property
    def lower(self) -> Point:
        return added(self.body.lower, (-self.by,) * 3)

    @property
    def upper(self) -> Point:
        return added(self.body.upper, (self.by,) * 3)

    @property
    def middle(self) -> Point:
        return self.body.middle

    @property
    def inner(self) -> float:
        """Of the bore that is left, m."""
        return max(getattr(self.body, "inner", 0.0) - self.by, 0.0)

    def moved(self, by: Point) -> "Rounded":
        return replace(self, body=self.body.moved(by))

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


def offset(shape: Shape, by: float) -> Shape:
    """All that lies within `by`, m, of a shape. Raises TypeError for a surface of triangles."""
    if isinstance(shape, Union):
        return Union(tuple(offset(body, by) for body in shape.bodies))
    if isinstance(shape, Sphere):
        return replace(shape, radius=shape.radius + by)
    if isinstance(shape, Box | Cylinder):
        return Rounded(shape, by)
    raise TypeError(f"no offset of a {type(shape).__name__}")
