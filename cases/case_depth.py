"""What a carburised part is accepted by: its case hardening depth, its profiles and the carbon it took up."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.quantity import parse
from ..materials.refusal import CaseError
from ..solver.field import distance_outside, onto
from ..solver.heat import lift
from .grid import wall_of
from .meaning import PHASES

if TYPE_CHECKING:
    from .result import Result
    from .sampled import Position

Array = NDArray[float64]
LINES = 25  # of a printed profile, closer at the skin
PLACES = 401  # of a traverse, from the skin to the middle of the thinnest wall


@dataclass(frozen=True, eq=False)
class CaseProfile:
    """Below a point of the skin, against depth (k,) m normal to it.

    carbon    (k,) mass fraction; of the steel as delivered where no step moved carbon
    hardness  (k,) HV; NaN where it was not computed
    phases    name -> (k,), volume fractions; what is left of austenite is "austenite"
    """

    depth: Array
    carbon: Array
    hardness: Array
    phases: dict[str, Array]

    @property
    def retained_austenite(self) -> Array:
        """(k,) volume fraction."""
        return self.phases["austenite"]

    def to(self, limit: float) -> float | None:
        """Depth, m, at which the hardness falls to a limit (HV) for good; None where it never holds it.

        Raises CaseError where it holds it all the way.
        """
        hard = np.flatnonzero(self.hardness >= limit)
        if not hard.size:
            return None
        k = int(hard[-1])
        if k == self.depth.size - 1:
            raise CaseError(f"hardness is above {limit:g} HV down to the middle of the wall: hardened through, no case")
        ends = self.hardness[k : k + 2]
        return float(self.depth[k] + (ends[0] - limit) / (ends[0] - ends[1]) * (self.depth[k + 1] - self.depth[k]))

    def __str__(self) -> str:
        lines = ["depth [mm]  carbon [%]  hardness [HV]  martensite [%]  retained austenite [%]"]
        shown = np.searchsorted(self.depth, self.depth[-1] * np.linspace(0.0, 1.0, LINES) ** 2)
        for k in np.unique(shown).tolist():
            numbers = (100.0 * self.phases["martensite"][k], 100.0 * self.retained_austenite[k])
            lines.append(
                f"{1e3 * self.depth[k]:10.3f}  {100.0 * self.carbon[k]:10.3f}  {self.hardness[k]:13.0f}"
                f"  {numbers[0]:14.1f}  {numbers[1]:21.1f}"
            )
        return "\n".join(lines)


def case_depth(result: "Result", limit: str = "550 HV", at: "Position | None" = None) -> float | None:
    """Depth [m] normal to the surface at which the hardness falls to the limit for good; None where it never holds it.

    limit  550 HV of ISO 18203, or what the drawing says;   at  (x, y, z) m, near the wall that is meant

    Raises CaseError where the place is left open although it matters, and where there is no hardness.
    """
    least = parse(limit, "HV", "limit")
    if "hardness" not in result.fields:
        raise CaseError("this run has no hardness; run it with hardness=True")
    return case_profile(result, at).to(least)


def case_profile(result: "Result", at: "Position | None" = None) -> CaseProfile:
    """See `Result.case_profile`. Raises CaseError where the place is left open although it matters."""
    cells, middle, patch = result.cells, np.array(result.cells.lattice.middle), _patch(result, at)
    foot, inwards = middle + cells.feet()[patch], -cells.patch_normal[patch]
    skin, wall = _middle(result, foot, inwards)
    layers, depth = result.layers, np.linspace(0.0, wall, PLACES)
    if layers:
        own = np.flatnonzero(layers["patch"] == patch)
        below = layers["depth"][own]
        depth = np.concatenate([[0.0], below, depth[depth > below[-1]]])
        onward = below[0] / (below[1] - below[0])  # to the skin, in a straight line
    points = foot + np.maximum(depth, skin)[:, None] * inwards

    def read(name: str, missing: float) -> Array:
        values = result.sample(name, points) if name in result.fields else np.full(depth.size, missing)
        if layers and name in layers:
            held = layers[name][own]
            values[: own.size + 1] = np.append(held[0] + onward * (held[0] - held[1]), held)
            mixed = depth[own.size + 1 :] <= below[-1] + max(cells.lattice.spacing)  # cells there are means of the case
            values[own.size + 1 :][mixed] = held[-1]
        if layers and name == "carbon":  # below the layers there is no case
            values[own.size + 1 :] = layers[name][own[-1]]
        return values

    alloy = result.case.alloy.matter().carbon
    return CaseProfile(
        depth, read("carbon", np.nan if alloy is None else alloy.content), read("hardness", np.nan),
        {name: read(name, np.nan) for name in PHASES},
    )  # fmt: skip


def _middle(result: "Result", foot: Array, inwards: Array) -> tuple[float, float]:
    """Depths, m, at which the normal from a foot is inside the cells, and half way to where it leaves them."""
    wall = wall_of(result.case.part.shape)
    depth = np.linspace(0.0, wall, PLACES)
    inside = distance_outside(result.cells, foot + depth[:, None] * inwards) == 0.0
    skin = int(inside.argmax())
    left = np.flatnonzero(~inside[skin:])
    return float(depth[skin]), 0.5 * (float(depth[skin + left[0]]) if left.size else wall)


def carbon_uptake(result: "Result") -> float:
    """Carbon that the part has taken up over its surface, mean, kg/m2; negative where it lost some.

    Raises CaseError where no step moved carbon.
    """
    carbon, alloy, layers = result.field("carbon").values, result.case.alloy, result.layers
    volume = lift(result.cells)
    if layers:
        carbon, volume = layers["carbon"], layers["volume"]
    entered = float((volume * (carbon - alloy.matter().carbon.content)).sum())
    return float(alloy.density) * entered / float(result.cells.patch_area.sum())


def _patch(result: "Result", at: "Position | None") -> int:
    """The patch of the wall nearest to a place."""
    cells = result.cells
    if at is None:
        if cells.patch_cell.size > 1:
            raise CaseError("this part has more than one wall; say where, at=('8 mm', '0 mm', '20 mm')", "at")
        return 0
    here = onto(cells.lattice, np.array([at], float64))[0]
    return int(np.linalg.norm(cells.feet() - here, axis=1).argmin())
