"""Carbon moves in the austenite of a part and passes its surface."""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.carbon import diffuse
from ..materials.curve import TimeCurve
from ..materials.matter import Carbon
from .geometry import Cells
from .heat import lift, neighbours

Array = NDArray[float64]

SHARE = 0.4  # of the longest stable step: what the time steps err by is then less than what the cells do
STILL = 1e-7  # of a stable step: less in one step of the march is left to the next law, it moves nothing
REACH = -0.45  # least resistance of the way to the wall over that of the transfer, see heat


@dataclass(frozen=True)
class Atmosphere:
    """A gas that gives or takes carbon.

    potential  mass fraction that the steel would take in the end, of the time since the leg began
    transfer   m/s, carbon transfer coefficient beta
    """

    potential: float | TimeCurve
    transfer: float

    def at(self, time: float) -> float:
        """Mass fraction at a time, s since the leg began."""
        given = self.potential
        return float(given(np.array(time))) if isinstance(given, TimeCurve) else given

    @property
    def span(self) -> tuple[float, float]:
        """Least and most of the potential."""
        if not isinstance(self.potential, TimeCurve):
            return self.potential, self.potential
        values = self.potential(self.potential.knots)
        return float(values.min()), float(values.max())


class Diffusion:
    """Carbon in the cells of a part, by explicit steps that keep its sum to round-off.

    Flux between cells: open area times the mean D times the difference of contents over the distance; at the wall
    beta (potential - content of the surface), beta in series with the way from the cell to the wall.
    """

    def __init__(self, cells: Cells, carbon: Carbon) -> None:
        self.carbon, self.volume = carbon, lift(cells)
        self._patches = (cells.patch_cell, cells.patch_area, cells.patch_distance)
        n = cells.index.size
        dx, dy, dz = cells.lattice.spacing
        whole = np.array([dy * dz / dx, dx * dz / dy, dx * dy / dz]) * cells.lattice.images
        open_ = np.tile(whole, (n, 1))
        open_[cells.rim] = cells.rim_conductance[:, 1::2]
        beside = neighbours(cells, np.arange(n))[:, 1::2]
        here = np.repeat(np.arange(n)[:, None], 3, axis=1)
        joined = (beside != here) & (open_ > 0.0)
        self._faces = (here[joined], beside[joined], open_[joined])
        both = np.concatenate(self._faces[:2])
        self._stiffest = float((np.bincount(both, np.tile(open_[joined], 2), n) / self.volume).max(initial=0.0))

    def begin(self) -> Array:
        """(n,) content of the part as delivered."""
        return np.full(self.volume.size, self.carbon.content)

    def advance(
        self, content: Array, temperature: Array, gas: Atmosphere | None, since: float, dt: float
    ) -> tuple[Array, float]:
        """Contents (n,) after dt s at temperatures (n,) K, and what entered: mass fraction times m3.

        since  s from the start of the leg to that of the step;   gas  None: nothing passes the wall
        """
        transfer = 0.0 if gas is None else gas.transfer
        done, entered = 0.0, 0.0
        new, spare = content.copy(), np.empty_like(content)
        while done < dt:
            D = self.carbon.diffusivity(temperature, new)
            radius = float(D.max()) * self._stiffest + self._wettest(D, transfer)
            if radius * dt < STILL:
                break
            h = (dt - done) / ceil((dt - done) * radius / SHARE)
            potential = 0.0 if gas is None else gas.at(since + done + 0.5 * h)
            entered += diffuse(new, D, *self._faces, *self._patches, potential, transfer, REACH, h, self.volume, spare)
            new, spare = spare, new
            done = dt if dt - done <= h * (1.0 + 1e-9) else done + h
        return new, entered

    def _wettest(self, D: Array, transfer: float) -> float:
        """Largest rate at which the wall moves the content of a cell, 1/s."""
        if transfer == 0.0:
            return 0.0
        cell, area, distance = self._patches
        rate = area / (1.0 / transfer + np.maximum(distance / D[cell], REACH / transfer))
        return float((np.bincount(cell, rate, self.volume.size) / self.volume).max())
