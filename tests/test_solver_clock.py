"""The clock counts what a report must not hide."""

from types import SimpleNamespace

import numpy as np

from metaltwin.solver.clock import Clock
from metaltwin.solver.problem import Leg, Trial
from metaltwin.solver.state import State
from metaltwin.solver.stress import Increment


def test_increments_out_of_balance_are_counted_and_told():
    leg, state = Leg("quench", "quench", (), duration=10.0), State(0.0, *(np.full(1, 300.0),) * 4)
    clock = Clock()
    clock.enter(leg, state, 0.1, 0.0)
    trial = Trial(0.1, state, {"side": -5.0}, 0.01, 0.0, 1.0, 4)
    for increment in (None, Increment(3, 1e-9, True), Increment(12, 0.1, False)):
        clock.accept(leg, trial, increment, 1.0, 0.25)
    row = clock.ledger(leg, state, -15.0)
    assert (row["stress_increments"], row["stress_unconverged"], row["unbalanced"]) == (2, 1, 0.0)
    assert Clock.from_dict(clock.as_dict()) == clock


def test_an_absurd_temperature_is_never_accepted():
    state = State(0.0, *(np.full(1, -1e9),) * 4)
    trial = SimpleNamespace(error=0.0, change=0.0, dt=0.1, state=state)
    assert Clock(first=0.1).refuses(trial, 0.25)
