"""Free strain, yield stress and tempering by the carbon of each cell: why a carburised case is in compression."""

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.carbon_strain import add_carbon
from ..kernels.fractions import fractions
from ..kernels.plasticity import FREE, NEVER, ROW
from ..materials.matter import Matter, Mechanics
from .kinetics import contents_of

Array = NDArray[float64]
Tables = tuple[float, float, Array, Array, Array]

UNIFORM: Tables = (0.0, 0.0, np.zeros((0, 0, 0)), np.zeros((0, 0, 0)), np.zeros((0, 0)))  # of a body of one carbon
AT_ONCE = 1 << 14  # cells looked at together, so that what is made for them stays small


class CaseStress:
    """What local carbon adds, by the classes of kinetics, to phases and stages of tempering.

    To the strain and strength of both, and to the plasticity of going through a stage.

    The carbon that enters strains nothing by itself: at carburising temperature austenite creeps, and what it gains
    in length along the skin flows away across it. From then on every cell strains by its own carbon.
    """

    def __init__(self, matter: Matter, low: float, step: float, count: int, span: tuple[float, float]) -> None:
        if matter.carbon is None or matter.carbon.mechanics is None:
            raise ValueError(f"{matter.name} has no mechanics for other carbon contents: run without stress")
        T: Array = low + step * np.arange(count, dtype=float64)
        usual = [phase.mechanics for phase in matter.phases if phase.mechanics is not None]
        usual += [stage.mechanics for stage in matter.stages]
        contents = contents_of(*span)
        each = [matter.carbon.mechanics(float(content)) for content in contents]
        self.low, self.step, self.least = low, step, float(contents[0])
        self.classed = 1.0 / float(contents[1] - contents[0])
        self.strain = np.array([[a.strain(T) - b.strain(T) for a, b in zip(one, usual, strict=True)] for one in each])
        self.flow = np.array([[_flow(a, T) - _flow(b, T) for a, b in zip(one, usual, strict=True)] for one in each])
        tempered = slice(len(matter.phases), None)
        self.trip = np.array([[law.trip for law in one[tempered]] for one in each])
        self.trip -= np.array([stage.mechanics.trip for stage in matter.stages])

    @property
    def tables(self) -> Tables:
        """least, classed, strain, flow and trip of kernels.carbon_strain.add_carbon."""
        return self.least, self.classed, self.strain, self.flow, self.trip

    def stretch(self, free: Array, carbon: Array, T0: Array, z0: Array, T1: Array, z1: Array) -> None:
        """Bring the free strain (n,) of an increment to the carbon of the cells; the others as in `add`."""
        for first in range(0, free.size, AT_ONCE):
            part = slice(first, first + AT_ONCE)
            rows = np.zeros((free[part].size, ROW))
            before, after = (np.ascontiguousarray(z[:, part]) for z in (z0, z1))  # one compiled layout
            self.add(rows, carbon[part], T0[part], before, T1[part], after)
            free[part] += rows[:, FREE]

    def add(self, rows: Array, carbon: Array, T0: Array, z0: Array, T1: Array, z1: Array) -> None:
        """Bring rows (n, ROW) of an increment to the carbon (n,) of the cells; T (n,) K, z (P - 1, n) its ends.

        P counts the phases and the stages of tempered martensite.
        """
        add_carbon(
            self.low, self.step, T0, fractions(z0), T1, fractions(z1), carbon, self.least, self.classed, self.strain,
            self.flow, self.trip, rows,
        )  # fmt: skip


def _flow(law: Mechanics, T: Array) -> Array:
    if law.yield_stress is None:
        return np.full(T.size, NEVER)
    return np.asarray(law.yield_stress(T), float64)
