"""Whether a part, what is set into its mould and its steps have the planes of symmetry that a grid names."""

from typing import Any

from ..materials.refusal import CaseError
from ..solver.shape import Shape
from ..solver.symmetry import halves
from .grid import AXES, Grid
from .step import step_names, thermal

LOPSIDED = 1e-3  # of a volume: what facets of two halves of one drawing may differ by


def check_bodies(shapes: dict[str, Shape], grid: Grid, metric: str) -> None:
    """Refuse planes of symmetry, in the middle of the first body, that a metric or a body has not. Raises CaseError."""
    first = next(iter(shapes.values()))
    for axis in grid.mirrored:
        if metric not in ("rz", "3d"):
            raise CaseError(f"a {metric} is computed from its middle on already; leave symmetry out")
        if metric == "rz" and axis != 2:
            raise CaseError(f"'{AXES[axis]}' is no axis of symmetry in rz, which is round about z; only 'z' is")
        plane = 0.5 * (first.lower[axis] + first.upper[axis])
        for name, shape in shapes.items():
            found = halves(shape, axis, plane, metric)
            if found.astray > LOPSIDED * (found.below + found.above):
                raise CaseError(
                    f"{name} is not symmetric along {AXES[axis]}: {1e6 * found.below:.4g} cm3 lie below "
                    f"{1e3 * plane:.4g} mm and {1e6 * found.above:.4g} cm3 above, {1e6 * found.astray:.3g} cm3 of it "
                    f"without an image; leave '{AXES[axis]}' out"
                )


def mirrored(axes: tuple[str, ...]) -> str:
    """What to tell of a part of which less than all is computed; "" where it is all."""
    share = {0: "", 1: "half", 2: "a quarter", 3: "an eighth"}[len(axes)]
    return f", {share} of all, mirrored along {' and '.join(axes)}" if axes else ""


def check_mirrored(steps: tuple[Any, ...], grid: Grid, where: str) -> None:
    """Refuse steps that treat what lies below a plane of symmetry otherwise than what lies above. Raises CaseError."""
    for name, step in zip(step_names(steps), thermal(steps), strict=False):
        entering = getattr(step, "immersion", None) is not None and (getattr(step, "direction", None) or "-z")[1]
        if entering in grid.symmetry:
            raise CaseError(f"enters along {entering}, an axis of symmetry; leave '{entering}' out", where, name)
        media = step.surroundings(None)
        if "z" in grid.symmetry and isinstance(media, dict) and media["bottom"] != media["top"]:
            raise CaseError("bottom and top differ; leave 'z' out of the symmetry of the grid", where, name)
