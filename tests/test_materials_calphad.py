"""A table from a thermodynamic database: against Scheil's equation integrated here for an ideal binary eutectic."""

import sys

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import metaltwin as mt
from metaltwin.materials.calphad import _reduced, solidification_table

needs = pytest.mark.skipif(
    not all(__import__("importlib.util").util.find_spec(name) for name in ("pycalphad", "scheil")),
    reason="the extra 'calphad' is not installed",
)
R = 8.314462618
MELT = {"A": (10711.0, 11.473), "B": (30000.0, 17.0)}  # J/mol, J/mol/K of melting
LIFT = 24000.0  # J/mol, B in the solid of A
TDB = """
 ELEMENT A FCC 26.98 0.0 0.0 !
 ELEMENT B DIA 28.09 0.0 0.0 !
 TYPE_DEFINITION % SEQ * !
 PHASE LIQUID % 1 1.0 !
 CONSTITUENT LIQUID :A,B: !
 PARAMETER G(LIQUID,A;0) 298.15 +10711-11.473*T; 6000 N !
 PARAMETER G(LIQUID,B;0) 298.15 +30000-17*T; 6000 N !
 PHASE ALPHA % 1 1.0 !
 CONSTITUENT ALPHA :A,B: !
 PARAMETER G(ALPHA,A;0) 298.15 0; 6000 N !
 PARAMETER G(ALPHA,B;0) 298.15 +24000; 6000 N !
 PHASE BETA % 1 1.0 !
 CONSTITUENT BETA :B: !
 PARAMETER G(BETA,B;0) 298.15 0; 6000 N !
"""
WEIGHT = 7.0  # wt % of B


def driving(name, T):
    enthalpy, entropy = MELT[name]
    return enthalpy - entropy * T


def lines(T):
    """Mole fraction of B in liquid and solid of A that stand side by side: both ideal."""
    a, b = np.exp(driving("A", T) / (R * T)), np.exp((driving("B", T) - LIFT) / (R * T))
    liquid = (1.0 - a) / (b - a)
    return liquid, b * liquid


def exact():
    """Liquidus, eutectic (K), and the solid fraction at temperatures between: d fs/(1 - fs) = d xL/(xL - xS)."""
    mole = WEIGHT / 28.09 / (WEIGHT / 28.09 + (100.0 - WEIGHT) / 26.98)
    top = brentq(lambda T: lines(T)[0] - mole, 800.0, 933.0)
    end = brentq(lambda T: driving("B", T) + R * T * np.log(lines(T)[0]), 800.0, top)

    def fall(T, fs):
        liquid, solid = lines(T)
        slope = (lines(T + 1e-3)[0] - lines(T - 1e-3)[0]) / 2e-3
        return (1.0 - fs) * slope / (liquid - solid)

    done = solve_ivp(fall, (top, end), [0.0], dense_output=True, rtol=1e-9, atol=1e-12)
    return top, end, lambda T: done.sol(T)[0]


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    file = tmp_path_factory.mktemp("tdb") / "ideal.tdb"
    file.write_text(TDB, "utf-8")
    return file


@pytest.fixture(scope="module")
def table(database):
    return solidification_table(database, {"B": WEIGHT}, base="A", step="1 K")


@needs
def test_the_table_is_scheil_s_equation_of_the_database(table):
    """The steps of 1 K are explicit: each leaves an error of its own length in temperature, at most 1 K of slope."""
    top, end, solid = exact()
    assert table.temperatures[-1] == pytest.approx(top, abs=0.1)
    assert table.temperatures[0] == pytest.approx(end, abs=1.0)
    inner = table.temperatures[1:-1]
    slope = np.abs(np.gradient(solid(inner), inner))
    assert (np.abs(table.fractions[1:-1] - solid(inner)) < 1.0 * slope).all()
    assert table.fractions[0] == pytest.approx(solid(end), abs=0.01)
    assert table.phases == ("ALPHA", "BETA")


@needs
def test_a_card_takes_the_table(table, tmp_path):
    like = mt.alloy("A356").freezing
    freezing = table.freezing(like)
    assert freezing.law == "table" and freezing.solidus == pytest.approx(table.temperatures[0])
    assert freezing.plateau == pytest.approx(1.0 - table.fractions[0], abs=1e-6)
    assert float(freezing.liquidus) == pytest.approx(table.temperatures[-1])
    from ruamel.yaml import YAML

    words = YAML(typ="safe").load(table.save(tmp_path / "table.yaml").read_text("utf-8"))
    read = like.replace(law=words["law"], liquidus=words["liquidus"], fractions=words["fractions"])
    assert read.solidus == pytest.approx(freezing.solidus, abs=0.01)
    assert read.solid_fraction(885.0) == pytest.approx(freezing.solid_fraction(885.0), abs=2e-4)
    assert "degC  solid fraction" in str(table) and "wt %: Scheil with ideal.tdb" in str(table)


@needs
def test_what_a_database_cannot_answer_is_refused(database, tmp_path):
    for given, how, why in [
        (tmp_path / "none.tdb", {}, "no database"),
        (database, {"composition": {"Mg": 1.0}}, "has no Mg; it holds A, B"),
        (database, {"composition": {"B": 0.0}}, "above zero"),
        (database, {"composition": {}}, "is no composition"),
        (database, {"base": "Cu"}, "has no Cu"),
        (database, {"start": "20 mm"}, "start"),
    ]:
        with pytest.raises(mt.CaseError, match=why):
            solidification_table(given, **{"composition": {"B": 10.0}, "base": "A"} | how)
    (tmp_path / "text.tdb").write_text("PHASE what is this\n", "utf-8")
    with pytest.raises(mt.CaseError, match="no thermodynamic database|has no"):
        solidification_table(tmp_path / "text.tdb", {"B": 10.0}, base="A")


def test_without_the_extra_its_name_is_told(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "scheil", None)
    with pytest.raises(mt.CaseError, match=r"metaltwin\[calphad\]"):
        solidification_table(tmp_path / "any.tdb", {"B": 1.0}, base="A")


def test_a_jump_at_the_end_is_a_plateau_and_a_slope_is_none():
    T, fs = _reduced(np.array([900.0, 899.0, 898.0, 897.0, 896.5]), np.array([0.0, 0.0, 0.1, 0.2, 1.0]))
    assert T.tolist() == [896.5, 897.0, 898.0, 899.0] and fs == pytest.approx([0.25, 0.2, 0.1, 0.0])
    T, fs = _reduced(np.array([900.0, 899.0, 898.0, 897.0]), np.array([0.0, 0.3, 0.6, 1.0]))
    assert fs[0] == 1.0 and T[-1] == pytest.approx(900.0)
    with pytest.raises(mt.CaseError, match="nothing freezes"):
        _reduced(np.array([900.0, 800.0]), np.zeros(2))
