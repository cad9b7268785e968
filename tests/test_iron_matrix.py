"""Matrix of cast iron: composition and the rate through the eutectoid, and what a casting makes of them."""

from dataclasses import replace

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.cases.castingfields import DERIVED, Frozen
from metaltwin.materials import iron_matrix, library
from metaltwin.materials.composition import Composition
from metaltwin.materials.hardness_scale import hv_from_hbw

FERRITIC, PEARLITIC = Composition(C=3.68, Si=2.7, Mn=0.15), Composition(C=3.6, Si=2.2, Mn=0.4, Cu=0.8)


def test_ferritic_and_pearlitic_grades_come_out_so():
    """EN-GJS-400-15 is ferritic, an iron with 0.8 % Cu pearlitic, in the 25 mm that the law is for."""
    assert iron_matrix.ferrite_thielemann(FERRITIC) == 1.0
    assert iron_matrix.ferrite_thielemann(PEARLITIC) < 0.05


def test_pearlite_grows_with_the_rate():
    rates = np.geomspace(0.01, 3.0, 40)
    share = iron_matrix.pearlite_ductile(Composition(C=3.6, Si=2.6, Mn=0.3, Cu=0.4), rates)
    assert (np.diff(share) >= 0.0).all() and share[0] == 0.0 and share[-1] > 0.5
    with pytest.raises(mt.CaseError, match="no cooling rate"):
        iron_matrix.pearlite_ductile(FERRITIC, [0.1, 0.0])


def test_the_rate_is_that_of_the_heat_balance():
    """Against the same balance integrated in small steps."""
    e, c, M, ts, hot, cold = 1000.0, 5.3e6, 0.0125, 600.0, 1423.15, 293.15
    T, t, dt = hot, ts, 0.01
    while iron_matrix.EUTECTOID < T:
        rate = e * (T - cold) / (np.sqrt(np.pi * (t + 0.5 * dt)) * c * M)
        T, t = T - rate * dt, t + dt
    # steps of 0.01 s of some 4000 s
    assert float(iron_matrix.eutectoid_rate(M, ts, hot, cold, e, c)) == pytest.approx(rate, rel=1e-4)


def frozen(name):
    fields = {"solidification_time": np.array([100.0, 400.0, 1600.0]), "cooling_rate": np.array([2.0, 1.0, 0.5])}
    alloy = library.alloy(name)
    return Frozen(alloy, library.mould("dry silica sand"), alloy.freezing.liquidus + 100.0, fields)


def test_thick_parts_of_a_ductile_casting_are_more_ferritic_and_softer():
    of = frozen("EN-GJS-500-7")
    of = replace(of, alloy=of.alloy.replace(composition={"C": 3.6, "Si": 2.6, "Mn": 0.3, "Cu": 0.4}))
    share, hardness = DERIVED["pearlite_share"](of), DERIVED["hardness"](of)
    assert (np.diff(share) < 0.0).all() and (np.diff(hardness) < 0.0).all()
    assert hardness == pytest.approx(hv_from_hbw(150.0 + 100.0 * share), abs=1e-9)
    grey = DERIVED["pearlite_share"](frozen("EN-GJL-250"))
    assert (np.diff(grey) <= 0.0).all() and (grey > 0.4).all()
    with pytest.raises(mt.CaseError, match="grey and ductile iron alone"):
        DERIVED["pearlite_share"](replace(of, alloy=library.alloy("A356")))
