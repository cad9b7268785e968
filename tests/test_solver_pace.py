"""When snapshots are due."""

from math import inf

import numpy as np
import pytest

from metaltwin.solver.clock import Clock
from metaltwin.solver.pace import Pace
from metaltwin.solver.state import State


def state(time, kelvin):
    return State(time, np.zeros(2), np.empty((0, 2)), np.full(2, kelvin), np.empty(0))


def test_asked_for_in_seconds_they_stand_at_whole_multiples():
    pace = Pace.of(60.0, 1000, 600.0, 800.0)
    clock = Clock(shown=(61.0, 900.0))
    assert pace.mark(clock) == pytest.approx(120.0)
    assert not pace.due(state(119.0, 300.0), clock)  # however much has changed
    assert pace.due(state(120.0, 900.0), clock)


def test_a_count_is_shared_between_time_and_temperature():
    pace = Pace.of(20, 1000, 600.0, 800.0)
    clock = Clock(shown=(100.0, 900.0))
    assert pace.mark(clock) == inf
    assert not pace.due(state(159.0, 821.0), clock)
    assert pace.due(state(160.0, 900.0), clock)  # 600 s in half of 20
    assert pace.due(state(101.0, 819.0), clock)  # 800 K in the other half


def test_a_small_part_keeps_many_without_being_asked_and_a_large_one_some():
    assert Pace.of(None, 100, 600.0, 800.0).kelvin == pytest.approx(0.08)
    assert Pace.of(None, 10**6, 600.0, 800.0).kelvin == pytest.approx(40.0)
