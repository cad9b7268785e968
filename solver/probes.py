"""What thermocouples see of one body: temperature, walls included, and phases."""

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.fractions import fractions
from .field import Sampler
from .geometry import Cells
from .state import State

Array = NDArray[float64]


class Probes:
    """Places (k, 3) m in one body; `phases` are the names of those that are followed, none where nothing transforms."""

    def __init__(self, cells: Cells, places: Array, phases: tuple[str, ...]) -> None:
        self.count, self.names = len(places), phases
        if self.count:
            self._matrix = Sampler(cells, places).matrix
            inside = Sampler(cells, places, walls=False).matrix
            self._near = np.unique(inside.indices)
            self._weights = inside[:, self._near]

    def temperature(self, T: Array, wall: Array) -> Array:
        """(k,) K, from cells (n,) and wall patches (p,)."""
        return np.asarray(self._matrix @ np.append(T, wall) if self.count else np.empty(0), float64)

    def shares(self, state: State) -> dict[str, Array]:
        """(k,) volume fraction of each phase."""
        if not self.names or not self.count:
            return {name: np.empty(0) for name in self.names}
        read = np.clip(self._weights @ fractions(state.products[:, self._near]).T, 0.0, 1.0)
        read /= read.sum(1, keepdims=True)  # the quadratic may overshoot where phases end sharply
        return {name: read[:, i] for i, name in enumerate(self.names)}
