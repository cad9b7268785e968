"""One cell whose temperature is given: the kinetics alone."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np

from ..materials.matter import PHASES, HardnessLaw, Kinetics, Matter, Phase, constant
from ..solver.hardness import vickers
from ..solver.kinetics import Transformation
from ..solver.recorder import Recorder
from ..solver.state import State, products
from ..solver.tables import Axis, Tables

ZERO = 273.15


def inert_heat(kinetics: Kinetics, hardness: HardnessLaw | None = None) -> Matter:
    """All phases of steel with one enthalpy, so that a transformation moves no temperature."""
    phases = tuple(Phase(name, constant(30.0), lambda T: 600.0 * (np.asarray(T) - ZERO)) for name in PHASES)
    return Matter("test", 7800.0, phases, kinetics=kinetics, hardness=hardness)


@cache
def _tables() -> Tables:
    return Tables.of(inert_heat(Kinetics()), Axis())


class Path:
    """A cell that follows a prescribed temperature; degC here, for the catalogue is written in degC.

    time  s;  T  degC
    """

    def __init__(
        self,
        kinetics: Kinetics,
        T: float,
        phases: dict[str, float] | None = None,
        hardness: HardnessLaw | None = None,
    ) -> None:
        self.matter = inert_heat(kinetics, hardness)
        self.transformation = Transformation(self.matter, _tables(), 1)
        self.recorder = Recorder(self.matter)
        share = {"austenite": 1.0} if phases is None else phases
        z = np.array([[share.get(name, 0.0)] for name in PHASES])
        self.state = State(0.0, np.zeros(1), products(z), np.array([T + ZERO]), np.zeros(0))
        self.transformation.begin(self.state)
        self.recorder.begin(self.state)

    @property
    def time(self) -> float:
        return self.state.time

    @property
    def T(self) -> float:
        return float(self.state.temperature[0]) - ZERO

    def __getitem__(self, phase: str) -> float:
        return float(self.state.phases[PHASES.index(phase), 0])

    @property
    def hardness(self) -> float:
        """HV."""
        return float(vickers(self.state, self.matter)[0])

    def step(self, T: float, dt: float) -> None:
        """To T [degC] in dt [s]."""
        before, after = self.state, np.array([T + ZERO])
        moved = self.transformation.advance(before, before.enthalpy, before.temperature, after, dt)
        memory = {**before.memory, "latent": moved.latent}
        self.state = replace(before, time=before.time + dt, products=moved.products, temperature=after, memory=memory)
        self.transformation.accept(before, self.state)
        self.recorder.follow(before, self.state)

    def ramp(self, T: float, rate: float, longest: float = 1.0) -> None:
        """To T [degC] at |rate| [K/s], by steps of at most `longest` [K]."""
        steps = max(1, int(np.ceil(abs(T - self.T) / longest)))
        for place in np.linspace(self.T, T, steps + 1)[1:]:
            self.step(float(place), abs(float(place) - self.T) / abs(rate))

    def reach(self, phase: str, share: float, T: float, rate: float) -> float:
        """Cool to T at most, by steps of 0.25 K, until a phase has formed; gives that temperature [degC]."""
        while self.T > T + 1e-9:
            before, at = self[phase], self.T
            self.ramp(max(T, self.T - 0.25), rate, 0.25)
            if self[phase] >= share:
                return at + (self.T - at) * (share - before) / (self[phase] - before)
        return float("nan")


def celsius(law: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """A law of degC as one of K."""
    return lambda T: np.asarray(law(np.asarray(T, float) - ZERO))
