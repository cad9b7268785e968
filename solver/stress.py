"""Stress: the increments that every stress solver shares."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.crack import watch
from ..kernels.space import space
from ..kernels.stress import overshot
from ..materials.matter import Matter
from .case_stress import CaseStress
from .coherency import FLOOR, Soft, forget, soften, stiffness, strained
from .geometry import Cells
from .properties import Knots, Properties
from .restraint import Restraint
from .state import State
from .supports import Grip, Held, Nodes, Support, hold, planes

Array = NDArray[float64]

RELAXATION = 0.1  # share of a point's stress that one sub-increment may lose by creep
SHORTEST = 1.0 / 256.0  # of an increment; where creep is faster still, its rate at the end alone counts
ITERATIONS = 25  # of Newton, before an increment is halved
NEVER_BELOW_ZERO = {"plastic_strain", "crack_index"}  # fields that extrapolation to the skin may undershoot
REVISIONS = 30  # of the dies that a body touches, in one increment
SUNK = 1e-6  # of a cell, by which a body may stand in a die that it does not touch
SMALLEST = 1.0 / 64.0  # part of an increment that is taken even if it does not converge
TOLERANCE = 1e-10  # unbalanced force over the force of 0.1 % elastic strain


@dataclass(frozen=True)
class Increment:
    """How one load increment went.

    iterations  Newton iterations of all its parts together
    residual    largest unbalanced nodal force over the force of 0.1 % elastic strain
    converged   False: the state is the best that was found
    """

    iterations: int
    residual: float
    converged: bool


@dataclass(frozen=True)
class Load:
    """What a body goes through in one increment.

    T0, T1  (n,) K, and z0, z1 (P - 1, n) fractions as `Properties.products` gives them, before and after
    dt      s
    theta   weight of the end in transformation plasticity and creep, see kernels.plasticity.point
    soft    (n,) cells that are mush or melt at the end and carry nothing, or None where nothing freezes
    left    (n,) share of its stiffness and strength that each keeps: 1 for what is firm, FLOOR for what is soft, and
            between them where it melts again and what it carried goes over to others bit by bit
    held    whether the restraint of the body acts
    """

    T0: Array
    z0: Array
    T1: Array
    z1: Array
    dt: float
    theta: float
    soft: Soft | None = None
    left: Array | None = None
    held: bool = False

    @property
    def gone(self) -> Soft | None:
        """(n,) cells that carry nothing any more."""
        return None if self.left is None else self.left <= FLOOR


class Body(ABC):
    """A body, free or held by supports, that takes load increments; each metric says how one increment is solved.

    It keeps in state.mechanics, all float64:
        last_temperature (n,) K, last_products (P - 1, n), last_time (1,) s at the last increment
        pending (1,)                            largest change of free strain since then, as last looked at
        plastic_strain (n,)                     cell means
        peak (n,) Pa                            largest principal stress since below martensite start
        crack (n,)                              the largest of it over the tensile strength of the phases
    and what `blank` adds: elastic strain and hardening of the integration points, displacement of the nodes.
    Where supports or planes of symmetry hold it: engaged (k,) which of them do, anchor (d N) m displacement where
    each node was taken hold of, touched (d N) whether it presses on a die.
    """

    def __init__(
        self, cells: Cells, matter: Matter, axis: Knots, supports: tuple[Support, ...] = (),
        restraint: Restraint | None = None,
    ) -> None:  # fmt: skip
        self.cells, self.restraint = cells, restraint
        self.supports = (*planes(cells.lattice.mirrored), *supports)
        self.held_by: Held | None = None
        self.properties = Properties(matter, axis)
        self.weight = cells.volume
        self.case: CaseStress | None = None
        self.watch = matter.kinetics.martensite_start if matter.kinetics else np.inf

    @abstractmethod
    def blank(self) -> dict[str, Array]:
        """Arrays of an unstressed body that belong to this metric alone."""

    def moving(self, points: int, components: int, kind: type) -> dict[str, Array]:
        """`back` of so many points, see kernels.backstress, of a matter whose yield surface moves."""
        return {"back": np.zeros(2 * points * components, kind)} if self.properties.kinematic else {}

    def back(self, mechanics: dict[str, Array], points: int, components: int) -> Array:
        """`back` as the kernels take it, (n, points, 2, components) or empty."""
        return mechanics.get("back", np.zeros(0, mechanics["parent"].dtype)).reshape(-1, points, 2, components)

    @abstractmethod
    def shear(self, mechanics: dict[str, Array]) -> Array:
        """(n,) largest sqrt(3/2 e':e') of the elastic strain in each cell: the stress over 2 G."""

    @abstractmethod
    def attempt(self, mechanics: dict[str, Array], load: Load, last: bool) -> tuple[int, float, bool]:
        """Take one load, in place, if it balances or if this is the `last` try.

        Gives the iterations, the residual and whether it balanced.
        """

    @abstractmethod
    def raw_stress(self, mechanics: dict[str, Array], T: Array, z: Array) -> Array:
        """(6, n) mean stress of each cell as solved, Pa; T (n,) K and z (P - 1, n) at the last increment."""

    def outwards(self, mechanics: dict[str, Array]) -> Array:
        """(p,) m, how far out the walls of the restraint are."""
        raise NotImplementedError("this metric has no restraint")

    @abstractmethod
    def centres(self, mechanics: dict[str, Array]) -> Array:
        """(3, n) displacement at the cell centres, m."""

    def with_carbon(self, matter: Matter, span: tuple[float, float]) -> "Body":
        """The same body, strained by the carbon of each cell, a mass fraction between those of `span`."""
        table = self.properties
        self.case = CaseStress(matter, table.low, table.step, table.table.shape[2], span)
        return self

    def start(self, state: State) -> None:
        """Take the state as stress free; adds arrays to state.mechanics."""
        n = state.temperature.size
        state.mechanics.update(
            last_temperature=state.temperature.copy(),
            last_products=self.properties.products(state).copy(),
            last_time=np.array([state.time]),
            pending=np.zeros(1),
            plastic_strain=np.zeros(n),
            peak=np.full(n, -np.inf),
            **({"crack": np.zeros(n)} if self.properties.tensile.size else {}),
            **self.blank(),
        )
        if self.supports:
            size = state.mechanics["displacement"].size
            state.mechanics.update(engaged=np.zeros(len(self.supports)), anchor=np.zeros(size), touched=np.zeros(size))
        if self.restraint is not None:
            state.mechanics["seat"] = np.zeros(self.restraint.cell.size)

    def body_nodes(self) -> Nodes:
        """The nodes that supports may hold."""
        raise ValueError("a body in one dimension has no flats that supports could hold")

    def enter(self, state: State, leg: str) -> None:
        """Let go of the supports that are not there in a leg, and take hold of those that are, where the body is."""
        if not self.supports:
            return
        mechanics = state.mechanics
        there = np.array([support.there(leg) for support in self.supports], float64)
        before = mechanics["engaged"]
        if self.held_by is not None and np.array_equal(there, before):
            return
        nodes = self.body_nodes()
        fresh = hold([support for k, support in enumerate(self.supports) if there[k] > before[k]], nodes)
        taken = fresh.fixed | (fresh.spring > 0.0)
        taken[fresh.node, fresh.column] = True
        anchor, moved = (mechanics[name].reshape(taken.shape) for name in ("anchor", "displacement"))
        anchor[taken] = moved[taken]
        mechanics["touched"].reshape(taken.shape)[taken] = 0.0
        before[:] = there
        self.held_by = hold([support for k, support in enumerate(self.supports) if there[k]], nodes)

    def grip(self, mechanics: dict[str, Array]) -> Grip | None:
        """The supports in the next increment; None where the body is free."""
        held = self.held_by
        if held is None or not (held.fixed.any() or held.spring.any() or held.node.size):
            return None
        anchor, moved, touched = (
            mechanics[name].reshape(held.fixed.shape) for name in ("anchor", "displacement", "touched")
        )
        return Grip(held, anchor, moved, touched[held.node, held.column] > 0.0)

    def keep(self, mechanics: dict[str, Array], grip: Grip | None) -> None:
        """Remember which dies an increment ended on."""
        if grip is not None:
            held = grip.held
            mechanics["touched"].reshape(held.fixed.shape)[held.node, held.column] = grip.touched

    def pending(self, state: State) -> float:
        """Largest change of free strain of any cell since the last increment; state.mechanics remembers it."""
        last = state.mechanics
        last["pending"][0] = self.properties.change(
            last["last_temperature"], last["last_products"], state.temperature, self.properties.products(state)
        )
        return float(last["pending"][0])

    def advance(self, state: State, time: float, soft: Soft | None = None, held: bool = False) -> Increment:
        """One load increment from the last one to the state at `time` (s), in parts where needed.

        soft  (n,) cells that carry nothing;  held  whether the restraint acts

        Parts: halved until Newton converges, short enough that creep takes RELAXATION of a stress at most.
        """
        mechanics = state.mechanics
        if self.case is not None:
            mechanics["carbon"] = np.asarray(state.memory["carbon"], float64)
        T0, z0 = mechanics["last_temperature"], mechanics["last_products"]
        T1, z1 = state.temperature, self.properties.products(state)
        elapsed = time - float(mechanics["last_time"][0])
        done, size, iterations, residual, converged = 0.0, 1.0, 0, 0.0, True
        if soft is not None and soft.all():
            forget(mechanics, soft)
            done = 1.0
        Ta, za = T0, z0
        melting = None if soft is None else soft & strained(mechanics, soft.size)
        while done < 1.0:
            share = min(size, 1.0 - done)
            theta = 0.5
            if self.properties.exponent.size and elapsed > 0.0:
                lost = self.properties.relaxed(Ta, za, T1, z1, elapsed, self.shear(mechanics))
                most = RELAXATION / max(lost, RELAXATION)
                theta = 0.5 if most > SHORTEST else 1.0
                share = min(share, max(most, SHORTEST))
            end = done + share if done + share < 1.0 - 1e-9 else 1.0
            Tb, zb = (T1, z1) if end == 1.0 else (between(T0, T1, end), between(z0, z1, end))
            left = None if soft is None else stiffness(soft, melting, 1.0 - end)
            load = Load(Ta, za, Tb, zb, (end - done) * elapsed, theta, soft, left, held)
            used, error, ok = self.attempt(mechanics, load, last=share <= SMALLEST)
            iterations += used
            if not ok and share > SMALLEST:
                size = share / 2.0
                continue
            if not np.isfinite(error):
                raise ArithmeticError(
                    f"stress found no equilibrium at {time - (1.0 - done) * elapsed:.4g} s: has the material "
                    "a positive modulus and a yield stress above 0 at every temperature met?"
                )
            self._watch(mechanics, Tb, zb)
            Ta, za, done = Tb, zb, end
            residual, converged = max(residual, error), converged and ok
            size = min(2.0 * size, 1.0)
        if self.restraint is not None and soft is not None:
            walls = soft[self.restraint.cell]
            mechanics["seat"][walls] = self.outwards(mechanics)[walls]
        mechanics["last_temperature"][:] = T1
        mechanics["last_products"][:] = z1
        mechanics["last_time"][0] = time
        mechanics["pending"][0] = 0.0
        return Increment(iterations, residual, converged)

    def _watch(self, mechanics: dict[str, Array], T: Array, z: Array) -> None:
        """Follow the largest principal stress of the cells below martensite start, and what they can bear."""
        if (T < self.watch).any():
            p, z = self.properties, np.ascontiguousarray(z)
            crack = mechanics.get("crack", np.zeros(0))
            stress = self.raw_stress(mechanics, T, z)
            watch(self.watch, np.ascontiguousarray(T), z, stress, p.low, p.step, p.tensile, mechanics["peak"], crack)

    def stress(self, state: State) -> Array:
        """(6, n) mean stress of each cell as solved, Pa, cut cells too: not for the eye."""
        mechanics = state.mechanics
        return self.raw_stress(mechanics, mechanics["last_temperature"], mechanics["last_products"])

    def mean_stress(self, state: State) -> Array:
        """(6,) volume mean of the raw stress, Pa: 0 in a free body (of radial plus hoop where curved)."""
        mean: Array = np.einsum("kj,j->k", self.stress(state), self.weight) / self.weight.sum()
        for k in range(3):
            if {k, (k + 1) % 3} & set(self.cells.lattice.mirrored):  # the images shear the other way
                mean[3 + k] = 0.0
        return mean

    def fields(self, state: State) -> dict[str, Array]:
        """Cell fields: stress (6, n) Pa, plastic_strain, displacement (3, n) m, max_principal_transient Pa.

        Stress in order xx yy zz xy yz zx; slab, cylinder, sphere and rz: x radial, y hoop, z axial. Cut cells
        show what full cells extrapolate to, never the raw value of their fraction-weighted element. The
        transient maximum is 0 where the cell was never below martensite start, and so is crack_index, that maximum over
        the tensile strength where that is known.
        """
        mechanics = state.mechanics
        peak, displacement = mechanics["peak"], self.centres(mechanics)
        fields = {
            "stress": self.stress(state),
            "plastic_strain": mechanics["plastic_strain"].copy(),
            "displacement": displacement,
            "max_principal_transient": np.where(np.isfinite(peak), peak, 0.0),
        }
        if "crack" in mechanics:
            fields["crack_index"] = mechanics["crack"].copy()
        return fields


def between(first: Array, last: Array, share: float) -> Array:
    """first + share (last - first), arrays alike."""
    mixed = np.subtract(last, first, out=space(*first.shape))
    mixed *= share
    mixed += first
    return mixed


def too_far(force: Array, step: Array, downhill: float) -> float:
    """Share by which a step of Newton, taken off the unknowns, overshot the least energy on its way; 0: not by much.

    force the unbalanced one behind the step, downhill = force before it times the step; both rise where the energy is
    convex, as that of a cut-off yield surface is, with faces so soft that whole steps jump back and forth
    """
    return float(overshot(-float(np.vdot(force, step)), downhill))


class Banded(Body):
    """A body whose increments a direct banded solution balances; adds stress (6 n) Pa, the cell means."""

    @abstractmethod
    def solve(
        self, mechanics: dict[str, Array], rows: Array, creeps: Array, load: Load
    ) -> tuple[dict[str, Array], int, float, bool]:
        """One increment from `mechanics`: the arrays that change, iterations, residual, converged or not."""

    def start(self, state: State) -> None:
        super().start(state)
        state.mechanics["stress"] = np.zeros(6 * state.temperature.size)

    def attempt(self, mechanics: dict[str, Array], load: Load, last: bool) -> tuple[int, float, bool]:
        rows, creeps = self.properties.rows(load.T0, load.z0, load.T1, load.z1, load.dt)
        if self.case is not None:
            self.case.add(rows, mechanics["carbon"], load.T0, load.z0, load.T1, load.z1)
        if load.soft is not None and load.left is not None:
            soften(rows, creeps, load.soft, load.left)
        new, used, error, ok = self.solve(mechanics, rows, creeps, load)
        if load.gone is not None:
            forget(new, load.gone)
        if ok or last:
            mechanics.update(new)
        return used, error, ok

    def raw_stress(self, mechanics: dict[str, Array], T: Array, z: Array) -> Array:
        return mechanics["stress"].reshape(6, -1).copy()
