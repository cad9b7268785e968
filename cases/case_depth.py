"""What a carburised part is accepted by: its case hardening depth and the carbon it took up."""

from typing import TYPE_CHECKING

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.quantity import parse
from ..materials.refusal import CaseError
from ..solver.field import onto
from ..solver.heat import lift
from .grid import wall_of

if TYPE_CHECKING:
    from .result import Position, Result

Array = NDArray[float64]
PLACES = 401  # of a traverse, from the skin to the middle of the thinnest wall


def case_depth(result: "Result", limit: str = "550 HV", at: "Position | None" = None) -> float | None:
    """Depth [m] normal to the surface at which the hardness falls to the limit for good; None where it never holds it.

    limit  550 HV of ISO 18203, or what the drawing says;   at  (x, y, z) m, near the wall that is meant

    Raises CaseError where the place is left open although it matters, and where there is no hardness.
    """
    least = parse(limit, "HV", "limit")
    depth, points = _inward(result, at)
    hard = result.sample("hardness", points) >= least
    if not hard.any():
        return None
    last = int(np.flatnonzero(hard)[-1])
    if last == depth.size - 1:
        raise CaseError(f"hardness is above {limit} down to the middle of the wall: hardened through, no case")
    ends = result.sample("hardness", points[last : last + 2])
    return float(depth[last] + (ends[0] - least) / (ends[0] - ends[1]) * (depth[last + 1] - depth[last]))


def carbon_uptake(result: "Result") -> float:
    """Carbon that the part has taken up over its surface, mean, kg/m2; negative where it lost some.

    Raises CaseError where no step moved carbon.
    """
    carbon, alloy = result.field("carbon").values, result.case.alloy
    core = alloy.matter().carbon
    entered = float((lift(result.cells) * (carbon - core.content)).sum())
    return float(alloy.density) * entered / float(result.cells.patch_area.sum())


def _inward(result: "Result", at: "Position | None") -> tuple[Array, Array]:
    """Depths (k,) m from the wall nearest to a place, and the points (k, 3) m."""
    cells, middle = result.cells, np.array(result.cells.lattice.middle)
    if at is None and cells.patch_cell.size > 1:
        raise CaseError("this part has more than one wall; say where, at=('8 mm', '0 mm', '20 mm')", "at")
    feet, patch = cells.feet(), 0
    if at is not None:
        here = onto(cells.lattice, np.array([at], float64))[0]
        patch = int(np.linalg.norm(feet - here, axis=1).argmin())
    depth = np.linspace(0.0, 0.5 * wall_of(result.case.part.shape), PLACES)
    return depth, middle + feet[patch] - depth[:, None] * cells.patch_normal[patch]
