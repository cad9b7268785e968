"""What the march calls, whatever is computed."""

from abc import ABC, abstractmethod

from numpy import float64
from numpy.typing import NDArray

from ..kernels.space import drop
from .clock import Clock
from .metal import Metal
from .pace import Pace
from .problem import Around, Leg, Sink, Trial
from .state import State
from .stress import Increment
from .threads import tidy

Array = NDArray[float64]


class Physics(ABC):
    """The columns of one problem; what changes lies in State and Clock alone."""

    metal: Metal
    pace: Pace

    @abstractmethod
    def begin(self) -> State:
        """Before the first step."""

    @abstractmethod
    def first_step(self, state: State, leg: Leg) -> float:
        """Where a leg begins the surroundings jump: the longest step of the plain explicit method, s."""

    @abstractmethod
    def attempt(self, state: State, leg: Leg, entered: float, dt: float) -> Trial:
        """One step of heat, then of phases; `state` stays as it is."""

    @abstractmethod
    def content(self, state: State, leg: Leg) -> float:
        """Heat content of all that is there in a leg, J."""

    @abstractmethod
    def sample(self, sink: Sink, state: State) -> None:
        """Feed the probes."""

    @abstractmethod
    def fields(self, state: State) -> dict[str, Array]:
        """Every field that exists while the march runs."""

    @abstractmethod
    def final(self, state: State) -> dict[str, Array]:
        """Fields that have a meaning at the end only."""

    def layers(self, state: State) -> dict[str, Array]:
        """What the layers below the skin hold at the end; empty where there are none."""
        return self.metal.layers(state)

    def level(self, state: State) -> float:
        """What snapshots follow, K: the mean temperature."""
        return float(state.temperature.mean())

    def around(self, state: State) -> Around:
        """Temperatures of what stands around the part, where they are stored."""
        return ()

    def booked(self, clock: Clock) -> dict[str, float]:
        """What the row of the ledger of a leg tells beside."""
        return {}

    def accept(self, state: State, trial: Trial) -> float:
        """Bring the records over an accepted step; the longest next step that phases and stress can follow, s."""
        return self.metal.accept(state, trial)

    def strain(self, state: State, last: bool) -> Increment | None:
        """The stress increment of an accepted state, where one is due or it is the `last` of a leg."""
        return self.metal.strain(state, last)

    def follow(self, sink: Sink, state: State, clock: Clock, leg: str) -> None:
        """Feed the probes, and store the fields where enough has changed since they were last stored."""
        self.sample(sink, state)
        if self.pace.due(state, clock, self.level(state)):
            self.show(sink, state, clock, leg)

    def show(self, sink: Sink, state: State, clock: Clock, leg: str) -> None:
        """Store the fields of this instant."""
        drop()
        sink.snapshot(state.time, leg, self.fields(state), state.wall, self.around(state))
        clock.shown = (state.time, self.level(state))
        tidy(state.temperature.size)

    def close(self, sink: Sink, state: State, clock: Clock, leg: Leg) -> None:
        """End a leg: its fields and its row of the ledger."""
        if clock.shown[0] != state.time:
            self.show(sink, state, clock, leg.name)
        sink.ledger(clock.ledger(leg, state, self.content(state, leg)) | self.booked(clock))
