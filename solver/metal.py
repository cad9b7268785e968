"""What happens in a piece of metal beside its heat: phases at constant enthalpy, carbon, records, stress."""

from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.space import drop
from ..materials.matter import Matter
from .carbon import Diffusion
from .coherency import Coherency
from .geometry import Cells
from .hardness import hardness
from .kinetics import Transformation
from .mechanics import mechanics_for
from .net import net_of
from .precipitation import Precipitation
from .problem import Leg, Trial
from .recorder import Recorder
from .restraint import Restraint
from .state import State
from .stress import Increment
from .subgrid import Subgrid
from .supports import Support
from .tables import Tables
from .threads import tidy

Array = NDArray[float64]

STRAIN_STEP = {"3d": 6e-4, "rz": 6e-4}  # free strain of one stress increment
FINE_STEP = 5e-5  # the same in 1d, where increments are cheap


class Treated(Protocol):
    """What a problem says of its metal."""

    @property
    def cells(self) -> Cells: ...
    @property
    def matter(self) -> Matter: ...
    @property
    def legs(self) -> tuple[Leg, ...]: ...
    @property
    def hardness(self) -> bool: ...
    @property
    def stress(self) -> bool: ...
    @property
    def layers(self) -> tuple[float, float] | None: ...
    @property
    def supports(self) -> tuple[Support, ...]: ...


class Metal:
    """Phases, carbon, records, precipitation and stress of one problem; what changes lies in State alone.

    coherency  of a casting: where it begins to carry load
    restraint  of its mould, for as long as that is there
    """

    def __init__(
        self,
        problem: Treated,
        tables: Tables,
        coherency: Coherency | None = None,
        restraint: Restraint | None = None,
    ) -> None:
        cells, matter = problem.cells, problem.matter
        self.coherency = coherency
        self.matter, self.size, self.hard = matter, cells.index.size, problem.hardness
        self.names = tuple(phase.name for phase in matter.phases)
        self.contents = contents = carbon_span(problem)
        self.carbon, self.subgrid = None, None
        if contents is not None and matter.carbon is not None:
            if problem.layers is None:
                self.carbon = Diffusion(net_of(cells), matter.carbon)
            else:
                self.subgrid = Subgrid(cells, matter, *problem.layers, contents)
        self.kinetics = Transformation(matter, tables, self.size, contents) if matter.transforms else None
        self.recorder = Recorder(matter) if matter.transforms else None
        self.precipitation = Precipitation(matter, tables.axis) if matter.precipitation is not None else None
        self.stress = mechanics_for(cells, matter, tables.axis, problem.supports, restraint) if problem.stress else None
        if self.stress is not None and contents is not None:
            self.stress = self.stress.with_carbon(matter, contents)
        self.strain_step = STRAIN_STEP.get(cells.lattice.metric, FINE_STEP)

    def begin(self, state: State) -> None:
        """Add to the memory and mechanics of a state what follows from it."""
        if self.carbon is not None:
            state.memory["carbon"] = self.carbon.begin()
        if self.subgrid is not None:
            self.subgrid.begin(state)
        if self.kinetics is not None and self.recorder is not None:
            self.kinetics.begin(state)
            self.recorder.begin(state)
        if self.precipitation is not None:
            self.precipitation.begin(state)
        if self.stress is not None:
            self.stress.start(self._strained(state))

    def enter(self, state: State, leg: Leg) -> None:
        """Let go of what does not hold the body in a leg, and take hold of it where something does."""
        if self.stress is not None:
            self.stress.enter(state, leg.name)

    def attempt(self, state: State, heated: State, leg: Leg, entered: float, dt: float) -> tuple[State, float, float]:
        """What phases and carbon do in a step of heat, dt s, from `state` to `heated`, at the enthalpy of its end.

        Gives the state after it, the largest change of a fraction, and a next step that phases can follow, s.
        """
        after, change, horizon = heated, 0.0, float("inf")
        if self.kinetics is not None:
            moved = self.kinetics.advance(state, heated.enthalpy, state.temperature, heated.temperature, dt)
            after = replace(after, products=moved.products, memory={**after.memory, "latent": moved.latent})
            change, horizon = moved.largest, moved.horizon
        if self.carbon is not None:
            before = np.asarray(state.memory["carbon"], float64)
            carbon, _ = self.carbon.advance(before, after.temperature, leg.gas, state.time - entered, dt)
            after = replace(after, memory={**after.memory, "carbon": carbon})
        if self.subgrid is not None:
            after = self.subgrid.carburise(state, after, leg.gas, state.time - entered, dt)
        return after, change, horizon

    def accept(self, state: State, trial: Trial) -> float:
        """Bring the records over an accepted step; the longest next step that phases and stress can follow, s."""
        after, longest = trial.state, trial.horizon
        if self.kinetics is not None and self.recorder is not None:
            self.kinetics.accept(state, after)
            self.recorder.follow(state, after)
        if self.subgrid is not None:
            self.subgrid.follow(state, after)
        if self.precipitation is not None:
            self.precipitation.follow(state, after)
        if self.stress is not None:
            before = float(after.mechanics["pending"][0])
            gained = max(self.stress.pending(self._strained(after)) - before, 1e-3 * self.strain_step)
            longest = min(longest, trial.dt * self.strain_step / gained)
        return longest

    def strain(self, state: State, last: bool) -> Increment | None:
        """The stress increment of an accepted state, where one is due or it is the `last` of a leg."""
        if self.stress is None or not (last or state.mechanics["pending"][0] >= 0.5 * self.strain_step):
            return None
        soft = None if self.coherency is None else self.coherency.soft(state)
        held = self.stress.restraint is not None and state.memory["around"].size > 0
        drop()
        increment = self.stress.advance(self._strained(state), state.time, soft, held)
        tidy(self.size)
        return increment

    def _strained(self, state: State) -> State:
        return state if self.coherency is None else self.coherency.strained(state)

    def fields(self, state: State) -> dict[str, Array]:
        """Fields beside the temperature that exist while the march runs."""
        fields: dict[str, Array] = {}
        if self.kinetics is not None:
            shares = state.phases if self.subgrid is None else self.subgrid.mean_phases(state)
            fields |= dict(zip(self.names, shares, strict=True))
        if "carbon" in state.memory:
            fields["carbon"] = np.asarray(state.memory["carbon"], float64)
        if self.stress is not None:
            fields |= self.stress.fields(state)
        return fields

    def final(self, state: State) -> dict[str, Array]:
        """Fields that have a meaning at the end only."""
        fields: dict[str, Array] = {}
        if self.recorder is not None:
            fields |= self.recorder.fields(state)
            fields["retained_austenite"] = state.parent
        if self.precipitation is not None:
            fields |= self.precipitation.fields(state, self.hard)
        elif self.hard:
            fields |= hardness(state, self.matter, self.contents)
        return fields if self.subgrid is None else fields | self.subgrid.means(state, fields)

    def layers(self, state: State) -> dict[str, Array]:
        """What the layers below the skin hold at the end; empty where there are none."""
        return {} if self.subgrid is None else self.subgrid.table(state, self.hard)


def carbon_span(problem: Treated) -> tuple[float, float] | None:
    """Least and most carbon of a schedule, mass fractions; None where no leg moves any."""
    gases = [leg.gas for leg in problem.legs if leg.gas is not None]
    if not gases or problem.matter.carbon is None:
        return None
    met = [problem.matter.carbon.content, *(content for gas in gases for content in gas.span)]
    return min(met), max(met)
