"""What `check` foretells of a casting, against its run."""

import pytest

import metaltwin as mt
from metaltwin.cases.estimate import casting


def cast(part, alloy, pour, sand, spacing, until):
    return mt.Casting(
        name="cast",
        part=part,
        alloy=mt.alloy(alloy),
        pour=pour,
        mould=mt.mould(sand, wall="40 mm"),
        grid=mt.Grid(spacing),
        until=until,
    )


@pytest.mark.parametrize(
    "case",
    [
        cast(mt.Part.plate("25 mm"), "A356", "720 degC", "green sand", "1.5 mm", "450 degC"),
        cast(mt.Part.cylinder("60 mm", "90 mm"), "WCB", "1570 degC", "dry silica sand", "3 mm", "900 degC"),
        cast(mt.Part.box("40 mm", "40 mm", "30 mm"), "A356", "720 degC", "green sand", "4 mm", "450 degC"),
    ],
    ids=["1d", "rz", "3d"],
)
def test_steps_and_time_in_the_mould_are_foretold_within_a_factor_of_two(case):
    foretold = case.check()
    last = case.run(progress=False).ledger[-1]
    assert 0.5 < foretold.steps / last["steps"] < 2.0
    assert 0.5 < sum(time for _, time in foretold.lasts) / last["to"] < 2.0


@pytest.mark.parametrize(
    ("falls", "limit", "cells", "steps", "stages"),
    [  # measured: steering_column_mount.stl at 3 and 2 mm, bearing_block.stl at 10 and 4 mm
        ((39.5, 270.0), 6.34e-3, 11482, 819, 4284),
        ((39.5, 270.0), 2.82e-3, 30246, 1611, 8516),
        ((8538.0, 870.0), 0.284, 5525, 387, 2719),
        ((8538.0, 870.0), 0.0454, 80908, 1283, 9299),
    ],
)
def test_steps_of_real_parts_are_foretold_within_a_factor_of_two(falls, limit, cells, steps, stages):
    foretold = casting((falls,), 0.25, limit, cells, "3d")
    assert 0.5 < foretold[0] / steps < 2.0 and 0.5 < foretold[1] / stages < 2.0
