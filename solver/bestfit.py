"""Best fits to measured points: the rigid motion, the circle and the plane that distortion is read against."""

from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

Array = NDArray[float64]


@dataclass(frozen=True, eq=False)
class Rigid:
    """A rigid motion: turn (3, 3) about `start` (3,), which goes to `end` (3,), m."""

    turn: Array
    start: Array
    end: Array

    def undone(self, places: Array) -> Array:
        """(k, 3) places m, brought back."""
        return np.asarray((places - self.end) @ self.turn + self.start)


def rigid(places: Array, moved: Array, weight: Array) -> Rigid:
    """The rigid motion that takes `places` nearest to `moved`, both (k, 3) m; weight (k,).

    Least squares by singular values. Source: W. Kabsch, Acta Cryst. A 32 (1976) 922.

    >>> corner = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    >>> found = rigid(corner, corner + [0.0, 0.0, 0.5], np.ones(3))
    >>> bool(np.allclose(found.undone(corner + [0.0, 0.0, 0.5]), corner))
    True
    """
    start, end = (np.average(here, axis=0, weights=weight) for here in (places, moved))
    both = np.einsum("ki,k,kj->ij", places - start, weight, moved - end)
    left, _, right = np.linalg.svd(both)
    mirror = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    return Rigid((left @ mirror @ right).T, start, end)


def harmonics(angle: Array, height: Array) -> tuple[Array, Array]:
    """Least squares mean, cosine and sine (3,) of heights (k,) m around a circle, and what is left (k,)."""
    basis = np.stack([np.ones_like(angle), np.cos(angle), np.sin(angle)], 1)
    first = np.linalg.lstsq(basis, height, rcond=None)[0]
    return first, height - basis @ first


def off_plane(places: Array, height: Array) -> Array:
    """Heights (k,) m over places (k, 2) m, less the plane that fits them best."""
    basis = np.column_stack([np.ones(len(places)), places - places.mean(0)])
    return np.asarray(height - basis @ np.linalg.lstsq(basis, height, rcond=None)[0])
