"""Memory of the arrays of a step."""

import numpy as np
import pytest

from metaltwin.kernels import space as memory
from metaltwin.kernels.space import LARGE, drop, space

MANY = LARGE // 8


@pytest.fixture(autouse=True)
def _nothing_idle():
    drop()
    yield
    drop()


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("shape", [(3,), (2, MANY)])
def test_fresh_memory_holds_zeros(shape, again):
    array = space(*shape, again=again)
    assert array.shape == shape and array.flags.c_contiguous and array.flags.writeable and not array.any()


def test_memory_is_idle_once_the_last_view_is_gone_and_then_used_again():
    array = space(MANY, again=True)
    array[5] = 7.0
    view = array[5:].reshape(-1, 1)
    del array
    assert not memory._idle and view[0, 0] == 7.0
    del view
    assert [len(kept) for kept in memory._idle.values()] == [1]
    assert space(MANY, again=False)[5] == 0.0
    assert space(2 * MANY, again=True).any() == np.False_
    assert space(MANY, again=True)[5] == 7.0


def test_memory_that_is_not_wanted_again_and_what_is_dropped_goes_back():
    del_me = space(MANY)
    del del_me
    assert not memory._idle
    space(MANY, again=True)
    assert memory._idle
    drop()
    assert not memory._idle
