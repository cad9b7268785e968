"""Stress in one dimension: slab, long cylinder, sphere; solid or hollow, free of load."""

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels import stress as kernel
from ..materials.matter import Matter
from .geometry import Cells
from .properties import Knots
from .restraint import Restraint
from .stress import ITERATIONS, TOLERANCE, Banded, Load
from .supports import Support

Array = NDArray[float64]

KINDS = {"slab": kernel.SLAB, "cylinder": kernel.CYLINDER, "sphere": kernel.SPHERE}


class Line(Banded):
    """Quadratic elements on the cells of a 1d lattice.

    slab       free plate that stays flat: no stress across, one in-plane strain, no in-plane force
    cylinder   generalised plane strain: the axial strain is one unknown, no axial force
    sphere     hoop twice
    Adds to state.mechanics: elastic (n 2 3), parent and product (n 2) hardening variables, displacement
    (2 n + 1) m of faces and centres, long (1,) the common strain.
    """

    def __init__(
        self, cells: Cells, matter: Matter, axis: Knots, supports: tuple[Support, ...] = (),
        restraint: Restraint | None = None,
    ) -> None:  # fmt: skip
        super().__init__(cells, matter, axis, supports, restraint)
        self.kind = KINDS[cells.lattice.metric]
        self.nodes = nodes(cells)
        self.held = held(self.nodes, self.kind)

    def blank(self) -> dict[str, Array]:
        n = self.cells.index.size
        return {
            "elastic": np.zeros(6 * n),
            "parent": np.zeros(2 * n),
            "product": np.zeros(2 * n),
            **self.moving(2 * n, 3, float64),
            "displacement": np.zeros(2 * n + 1),
            "long": np.zeros(1),
        }

    def shear(self, mechanics: dict[str, Array]) -> Array:
        largest: Array = kernel.shear(mechanics["elastic"].reshape(-1, 2, 3))
        return largest

    def centres(self, mechanics: dict[str, Array]) -> Array:
        moved = np.zeros((3, self.cells.index.size))
        moved[0] = mechanics["displacement"][1::2]
        return moved

    def solve(
        self, mechanics: dict[str, Array], rows: Array, creeps: Array, load: Load
    ) -> tuple[dict[str, Array], int, float, bool]:
        n = self.cells.index.size
        elastic = mechanics["elastic"].reshape(n, 2, 3)
        parent, product = mechanics["parent"].reshape(n, 2), mechanics["product"].reshape(n, 2)
        back = self.back(mechanics, 2, 3)
        elastic1, parent1, product1, back1 = (np.empty_like(old) for old in (elastic, parent, product, back))
        du, plastic, stress = np.empty(self.nodes.size), np.empty(n), np.empty((6, n))
        p = self.properties
        iterations, residual, long = kernel.balance(
            self.kind, self.held, self.nodes, elastic, parent, product, back, rows, creeps, p.exponent, load.theta,
            p.memory, p.factor, p.kinematic, ITERATIONS, TOLERANCE, du, elastic1, parent1, product1, back1, plastic,
            stress,
        )  # fmt: skip
        new = {
            "elastic": elastic1.ravel(),
            "parent": parent1.ravel(),
            "product": product1.ravel(),
            **({"back": back1.ravel()} if back.size else {}),
            "displacement": mechanics["displacement"] + du,
            "long": mechanics["long"] + long,
            "stress": stress.ravel(),
            "plastic_strain": mechanics["plastic_strain"] + plastic,
        }
        return new, iterations, residual, residual <= TOLERANCE


def nodes(cells: Cells) -> Array:
    """Faces and centres of the cells of a row, (2 n + 1,) m; the ends are where the wall is."""
    if np.any(np.diff(cells.index) != 1):
        raise ValueError("a 1d part must be one row of cells without gaps")
    lattice = cells.lattice
    faces = lattice.origin[0] + lattice.spacing[0] * np.arange(cells.index[0], cells.index[-1] + 2)
    centres = lattice.centres(0)
    for cell, distance, normal in zip(cells.patch_cell, cells.patch_distance, cells.patch_normal[:, 0], strict=True):
        faces[cell + (normal > 0.0)] = centres[cells.index[cell]] + distance * normal
    x = np.empty(2 * faces.size - 1)
    x[::2] = faces
    x[1::2] = 0.5 * (faces[1:] + faces[:-1])
    return x


def held(x: Array, kind: int) -> int:
    """Node that does not move: the one on the axis or the mid-plane; -1 for a hollow body."""
    if kind == kernel.SLAB:
        return int(np.abs(x).argmin())
    return 0 if abs(x[0]) < 1e-9 * x[-1] else -1
