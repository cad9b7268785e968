"""Quench factor analysis of aluminium against published noses and retained shares."""

from collections.abc import Iterator

import numpy as np

from ..cases.quenching import quench_factor
from ..materials.curve import TimeCurve
from ..materials.library import alloy
from ..materials.quench_factor import nose
from .verdict import Verdict, check

SOURCE = "constants of Evancho and Staley as published [M], evaluated independently"
NOSES = {
    "AA7010": (339.0, 0.357),
    "AA7050": (311.0, 0.764),
    "AA7075": (338.0, 0.156),
    "AA2024": (376.0, 0.886),
    "AA6061": (338.0, 0.305),
}
"""degC and s."""
SHARES = {
    "AA7075": {100: 0.974, 50: 0.949, 20: 0.877, 10: 0.768, 5: 0.590},
    "AA7050": {10: 0.948, 2: 0.765},
    "AA6061": {10: 0.859, 2: 0.467},
    "AA2024": {10: 0.951},
}
"""K/s from 450 to 150 degC -> share of the hardening."""


@check("Q-noses", "metallurgy")
def noses() -> Iterator[Verdict]:
    """Where each C-curve has its shortest time."""
    for name, (celsius, seconds) in NOSES.items():
        card = alloy(name).precipitation
        T, time = nose(*card.c_curve) if card is not None else (np.nan, np.nan)
        yield Verdict("Q-noses", f"{name}, nose", celsius, T - 273.15, 0.6, "degC", "printed to 1 K", SOURCE)
        yield Verdict("Q-noses", f"{name}, time at the nose", seconds, time, 6e-4, "s", "printed to 1 ms", SOURCE)


@check("Q-shares", "metallurgy")
def shares() -> Iterator[Verdict]:
    """What is left after cooling at a constant rate."""
    for name, rates in SHARES.items():
        for rate, expected in rates.items():
            line = TimeCurve(["0 s", f"{300.0 / rate!r} s"], ["450 degC", "149.999 degC"])
            got = quench_factor(name, line).share
            quantity = f"{name}, share left after {rate:g} K/s"
            yield Verdict("Q-shares", quantity, expected, got, 6e-4, "-", "printed to 0.001", SOURCE)
