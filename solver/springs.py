"""The springs of a restraint on the nodes of a body in three dimensions."""

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.sparse import csr_array

from .coherency import Soft
from .multigrid import Mesh
from .restraint import Restraint

Array = NDArray[float64]


class Springs:
    """Force and tangent of a restraint, and the rigid motion that brings its forces into balance.

    mirrored  axes across which planes of symmetry take the balance on themselves
    """

    def __init__(
        self, restraint: Restraint, mesh: Mesh, spacing: tuple[float, float, float], mirrored: tuple[int, ...] = ()
    ) -> None:
        p, size = restraint.cell.size, 3 * mesh.node.size
        nodes = np.stack([mesh.corner(a)[restraint.cell] for a in range(8)], axis=1)
        columns = (3 * nodes[:, :, None] + np.arange(3)).reshape(p, 24)
        self.restraint, self.columns = restraint, columns
        rows = np.repeat(np.arange(p), 24)
        self._pull = csr_array((restraint.pull.ravel(), (rows, columns.ravel())), shape=(p, size))
        place = mesh.node_places() * np.array(spacing)
        place = place - place.mean(0)
        place /= np.abs(place).max()
        turns = [np.cross(np.eye(3)[k], place) for k in range(3) if not {0, 1, 2} - {k} & set(mirrored)]
        shifts = [np.broadcast_to(np.eye(3)[k], place.shape) for k in range(3) if k not in mirrored]
        self._rigid = np.array([mode.ravel() for mode in (*shifts, *turns)]).reshape(-1, size).T
        self._now = np.zeros(p)
        self._unbalanced = np.zeros(self._rigid.shape[1])

    def outwards(self, moved: Array) -> Array:
        """(p,) m, how far out the walls are, of a displacement (3 N,) m."""
        return self.restraint.outwards(moved[self.columns])

    def push(self, moved: Array, seat: Array, soft: Soft | None, force: Array) -> None:
        """Add the springs to the forces (N, 3), at a displacement (3 N,) m; seat, soft as Restraint.pushed."""
        pushed, self._now = self.restraint.pushed(moved[self.columns], seat, soft)
        force += (self._pull.T @ pushed).reshape(-1, 3)
        self._unbalanced = self._rigid.T @ force.ravel()

    def add(self, x: Array, y: Array) -> None:
        """y += tangent x, (N, 3) each."""
        y += (self._pull.T @ (self._now * (self._pull @ x.ravel()))).reshape(-1, 3)

    def place(self, step: Array) -> None:
        """Add the rigid motion to a `step` (N, 3) that leaves no resultant of the springs."""
        modes = self._pull @ self._rigid
        tangent = modes.T @ (self._now[:, None] * modes)
        left = self._unbalanced + modes.T @ (self._now * (self._pull @ step.ravel()))
        step -= (self._rigid @ (np.linalg.pinv(tangent, rcond=1e-9, hermitian=True) @ left)).reshape(-1, 3)
