"""The mechanics of a matter as tables, and what a mixture of its phases means for each cell."""

from typing import Protocol

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels import plasticity
from ..kernels.fractions import fractions
from ..kernels.space import space
from ..kernels.temper import stages
from ..materials.matter import Matter, Property
from .state import State

Array = NDArray[float64]

GAS_CONSTANT = 8.31446261815324  # J/mol/K


class Knots(Protocol):
    """The uniform temperatures of all tables, K: low, low + step, ..., count of them."""

    @property
    def low(self) -> float: ...
    @property
    def step(self) -> float: ...
    @property
    def count(self) -> int: ...


class Properties:
    """The mechanics of a matter as tables on one temperature axis; its phases creep by c laws.

    The phases here are those of the matter, then the stages of its martensite: P in all.

    table     (5, P, m)  Young's modulus, Poisson's ratio, free strain, yield stress, hardening; (6, P, m): and yield
                         stress in compression, where that above is in tension
    trip      (P,)       1/Pa
    creep     (c, m)     log of A exp(-Q/RT)
    creeping  (c, P)     which phases creep by each
    exponent  (c,)       their n
    formed    ()         number of the first stage
    tensile   (P, m)     tensile strength, Pa; (0, m) where a phase has none
    """

    def __init__(self, matter: Matter, axis: Knots) -> None:
        lacking = [phase.name for phase in matter.phases if phase.mechanics is None]
        if lacking:
            raise ValueError(f"{matter.name} has no mechanics for {', '.join(lacking)}: run without stress")
        laws = [phase.mechanics for phase in matter.phases if phase.mechanics is not None]
        self.formed = len(laws)
        laws += [stage.mechanics for stage in matter.stages]
        T: Array = axis.low + axis.step * np.arange(axis.count, dtype=float64)

        def rows(curves: list[Property | None], missing: float) -> Array:
            read = [np.full(T.size, missing) if curve is None else curve(T) for curve in curves]
            return np.array([np.broadcast_to(np.asarray(values, float64), T.shape) for values in read])

        self.low, self.step = float(axis.low), float(axis.step)
        tables = [
            rows([law.young for law in laws], 0.0),
            rows([law.poisson for law in laws], 0.0),
            rows([law.strain for law in laws], 0.0),
            rows([law.yield_stress for law in laws], plasticity.NEVER),
            rows([law.hardening for law in laws], 0.0),
        ]
        self.cut_off = any(law.yield_compression for law in laws)
        if self.cut_off:
            if len(laws) > 1 or matter.kinematic or laws[0].creep:
                raise ValueError(
                    f"{matter.name}: what yields apart in compression has one phase, no kinematic, no creep"
                )
            tables.append(rows([laws[0].yield_compression], plasticity.NEVER))
        self.table = np.stack(tables)
        self.trip = np.array([law.trip for law in laws])
        tensile = [law.tensile for law in laws]
        self.tensile = np.zeros((0, T.size)) if None in tensile else rows(tensile, 0.0)
        each = [law.creep for law in laws]
        norton = [one for one in dict.fromkeys(each) if one is not None and one[0] > 0.0]
        self.creeping = np.array([[one == law for one in each] for law in norton], bool).reshape(-1, len(laws))
        self.exponent = np.array([n for _, n, _ in norton], float64)
        self.creep = np.array([np.log(a) - Q / (GAS_CONSTANT * T) for a, _, Q in norton]).reshape(-1, T.size)
        self.law = plasticity.LAWS.index(matter.saturation)
        self.factor = matter.saturation == "leblond"
        names = [phase.name for phase in matter.phases]
        mixed = matter.mixture == "leblond" and "martensite" in names
        self.martensite = names.index("martensite") if mixed else -1
        self.memory = float(matter.memory)
        self.kinematic = float(matter.kinematic)
        self.tempered = names.index("martensite") - 1 if matter.stages else -1
        self.middle = np.array([stage.middle for stage in matter.stages], float64)
        self.width = np.array([stage.width for stage in matter.stages], float64)

    def products(self, state: State) -> Array:
        """(P - 1, n) fractions of all phases but the first, the martensite of a state in its stages."""
        return self.split(state.products, state.memory.get("tempering"))

    def split(self, products: Array, parameter: NDArray[np.generic] | None = None) -> Array:
        """The same of fractions (P - 1, n) and a tempering parameter (n,) K; None: as quenched."""
        if not self.middle.size:
            return products
        known = np.zeros(products.shape[1]) if parameter is None else np.asarray(parameter, float64)
        out = space(products.shape[0] + self.middle.size, products.shape[1])
        stages(np.ascontiguousarray(products), known, self.tempered, self.middle, self.width, out)
        return out

    def rows(self, T0: Array, z0: Array, T1: Array, z1: Array, dt: float) -> tuple[Array, Array]:
        """Rows (n, ROW) and creep (n, 2, c) of kernels.plasticity.point.

        T0, T1 (n,) K and z0, z1 (P - 1, n) before and after; dt in s.
        """
        T0, z0, T1, z1 = (np.ascontiguousarray(a) for a in (T0, z0, T1, z1))  # one compiled layout
        rows = np.empty((T0.size, plasticity.ROW))
        creeps = np.empty((T0.size, 2, self.exponent.size))
        plasticity.mixture(
            self.low, self.step, T0, fractions(z0), T1, fractions(z1), self.table, self.trip, self.creep,
            self.creeping, float(dt), self.law, self.martensite, self.formed, rows, creeps,
        )  # fmt: skip
        return rows, creeps

    def relaxed(self, T0: Array, z0: Array, T1: Array, z1: Array, dt: float, strain: Array) -> float:
        """Largest share of its stress that creep takes from any cell; strain (n,) of its shear, others as in rows."""
        T0, z0, T1, z1 = (np.ascontiguousarray(a) for a in (T0, z0, T1, z1))
        most = plasticity.relaxed(
            self.low, self.step, T0, z0, T1, z1, self.table, self.creep, self.creeping, float(dt), self.exponent, strain
        )
        return float(most)

    def change(self, T0: Array, z0: Array, T1: Array, z1: Array) -> float:
        """Largest |thermal| + |transformation| free strain of any cell between two instants."""
        strain = self.table[plasticity.STRAIN]
        return float(plasticity.free_change(self.low, self.step, T0, z0, T1, z1, strain))
