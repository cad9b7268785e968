"""How finely, and in how many dimensions, a part is computed."""

from math import isfinite, prod
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema
from pydantic.dataclasses import dataclass

from ..materials.quantity import Length
from ..materials.refusal import STRICT, CaseError, one_of, plain
from ..solver.revolved import Revolved
from ..solver.shape import Box, Cylinder, Plate, Shape, Sphere

METRICS = ("auto", "1d", "rz", "3d")
MOST_CELLS = 2e9
"""Cells of a box; its numbers alone would fill 16 GB."""


AXES = ("x", "y", "z")


def _axes(given: object) -> tuple[str, ...]:
    named = (given,) if isinstance(given, str) else given
    if not isinstance(named, list | tuple) or any(axis not in AXES for axis in named):
        raise CaseError(f"{given!r} names no axes; write symmetry=('x', 'y'), in a file [x, y]")
    return tuple(axis for axis in AXES if axis in named)


Axes = Annotated[
    Any,
    PlainValidator(_axes),
    WithJsonSchema({"type": ["array", "string"], "description": "axes along which the part is mirrored, [x, y]"}),
]


@plain
@dataclass(frozen=True, config=STRICT)
class Grid:
    """Spacing of the cells and the metric.

    spacing   edge of a cell, "1 mm"; adjusted by the grid so that a whole number fits the part
    metric    "auto", "1d", "rz" or "3d"; auto is 1d for plate, sphere and infinite cylinder, rz for
              cylinder, ring and revolve, 3d for the rest
    coarsest  edge to which the cells of a mould grow outwards, each at most a quarter wider than the one before;
              None: the mould has cells as fine as the casting
    symmetry  axes along which the part is mirrored in the middle of its box: only the half above is computed,
              results are of the whole

        Grid("1 mm", coarsest="6 mm", symmetry=("x", "y"))

    Raises CaseError for a spacing without unit or not above zero, an unknown metric or axis, and a coarsest below
    the spacing.
    """

    spacing: Length
    metric: Any = "auto"
    coarsest: Length | None = None
    symmetry: Axes = ()

    def __post_init__(self) -> None:
        one_of(self.metric, METRICS, "metric", "metric")
        if self.coarsest is not None and self.coarsest < self.spacing:
            raise CaseError(f"'{self.coarsest}' is finer than the spacing, '{self.spacing}'; give more", "coarsest")

    @property
    def mirrored(self) -> tuple[int, ...]:
        """Numbers of the axes of symmetry."""
        return tuple(map(AXES.index, self.symmetry))


def metric_of(shape: Shape, grid: Grid) -> str:
    """The metric of the lattice: slab, cylinder, sphere, rz or 3d.

    Raises CaseError for a metric that the part cannot have.
    """
    named = {metric if metric in ("rz", "3d") else "1d": metric for metric in reversed(shape.metrics)}
    if grid.metric == "auto":
        return shape.metrics[0]
    if grid.metric not in named:
        raise CaseError(f"{grid.metric!r} does not suit this part; give {' or '.join(sorted(named))}, or 'auto'")
    return named[grid.metric]


def check_spacing(shape: Shape, grid: Grid) -> None:
    """Refuse a spacing larger than the wall, and a box of more cells than memory holds. Raises CaseError."""
    spacing, wall = float(grid.spacing), wall_of(shape)
    if spacing > wall * (1.0 + 1e-9):
        raise CaseError(
            f"'{grid.spacing}' is larger than the wall of the part, {1e3 * wall:.3g} mm; "
            f"take {1e3 * wall / 2.0:.3g} mm or less, two cells across"
        )
    edges = resolved_edges(shape, metric_of(shape, grid))
    cells = prod(edge / spacing for edge in edges)
    if cells > MOST_CELLS:
        least = spacing * (cells / MOST_CELLS) ** (1.0 / len(edges))
        raise CaseError(f"'{grid.spacing}' makes a box of {cells:.2g} cells; take {1e3 * least:.2g} mm or more")


def resolved_edges(shape: Shape, metric: str) -> list[float]:
    """Edges (m) of the box of a part along the axes that a metric resolves."""
    edges = [high - low for low, high in zip(shape.lower, shape.upper, strict=True) if isfinite(high - low)]
    if metric == "rz":
        return [edges[0] / 2.0, edges[2]]
    return edges if metric == "3d" else edges[:1]


def axis_of(shape: Shape) -> str | None:
    """What radial and hoop mean in a body: about z, "cylinder", from the centre, "sphere", or nothing."""
    if isinstance(shape, Sphere):
        return "sphere"
    return "cylinder" if isinstance(shape, Cylinder | Revolved) else None


def wall_of(shape: Shape) -> float:
    """The thinnest wall, m; of a body of any form twice its volume over its surface, a wall in the mean."""
    if isinstance(shape, Plate):
        return shape.thickness
    if isinstance(shape, Sphere):
        return 2.0 * shape.radius
    if isinstance(shape, Box):
        return min(shape.size)
    if isinstance(shape, Cylinder):
        across = shape.radius - shape.inner if shape.inner else 2.0 * shape.radius
        return across if shape.length is None else min(across, shape.length)
    return 2.0 * shape.volume / shape.area
