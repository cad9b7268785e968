"""Everything that changes in time: what a checkpoint holds and a resumed run starts from."""

from dataclasses import dataclass, field

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.fractions import fractions, parent

Array = NDArray[float64]


@dataclass
class State:
    """The part at one instant; n cells of the part, P phases, p wall patches.

    time         s from the start of the first step
    enthalpy     (n,)    J/m3, sum of z_i H_i(T) over the phases
    products     (P - 1, n) volume fractions of all phases but the first; that is what they lack of 1
    temperature  (n,)    K, T(enthalpy, phases)
    wall         (p,)    K, surface temperature of every wall patch
    memory       what kinetics, hardness and the recorder carry from step to step, (n,) or (k, n) each
    mechanics    what the stress solver carries from increment to increment
    layers       what the layers below the skin carry, see Subgrid; empty where the cells resolve all
    """

    time: float
    enthalpy: Array
    products: Array
    temperature: Array
    wall: Array
    memory: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    mechanics: dict[str, Array] = field(default_factory=dict)
    layers: dict[str, NDArray[np.generic]] = field(default_factory=dict)

    @property
    def phases(self) -> Array:
        """(P, n) volume fractions, sum 1; made anew each time it is asked for."""
        share: Array = fractions(self.products)
        return share

    @property
    def parent(self) -> Array:
        """(n,) volume fraction of the first phase."""
        share: Array = parent(self.products)
        return share


def products(phases: Array) -> Array:
    """What a state keeps of volume fractions (P, n): those after the first."""
    return np.ascontiguousarray(phases[1:], float64)
