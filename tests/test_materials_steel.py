"""Correlations of steel against published tables and known physics."""

import doctest
import importlib
from pathlib import Path

import numpy as np
import pytest

import metaltwin as mt
from metaltwin.materials import critical, heat, martensite, stress
from metaltwin.materials.card import CHAIN, outside
from metaltwin.materials.composition import Composition
from metaltwin.materials.critical import ZERO, bs_li
from metaltwin.materials.hardness import hardness_law, tempering, tempering_held
from metaltwin.materials.kinetics import decomposition, rate_li
from metaltwin.materials.refusal import CaseError

MODULES = sorted(path.stem for path in (Path(__file__).parents[1] / "materials").glob("[a-z]*.py"))
STEELS = {
    "1020": Composition(C=0.20, Mn=0.45, Si=0.25),
    "1045": Composition(C=0.45, Mn=0.75, Si=0.25),
    "1080": Composition(C=0.80, Mn=0.75, Si=0.25),
    "4130": Composition(C=0.30, Mn=0.50, Si=0.25, Cr=0.95, Mo=0.20),
    "4140": Composition(C=0.40, Mn=0.87, Si=0.25, Cr=0.95, Mo=0.20),
    "4340": Composition(C=0.40, Mn=0.70, Si=0.25, Cr=0.80, Mo=0.25, Ni=1.80),
    "5140": Composition(C=0.40, Mn=0.80, Si=0.25, Cr=0.80),
    "8620": Composition(C=0.20, Mn=0.80, Si=0.25, Ni=0.55, Cr=0.50, Mo=0.20),
}
# ASM approximate critical temperatures and martensite starts, degC: Ac1, Ac3, Ms.
PUBLISHED = {
    "1020": (725, 845, None),
    "1045": (727, 780, None),
    "4130": (760, 810, 365),
    "4140": (730, 805, 338),
    "4340": (725, 775, 288),
    "5140": (740, 790, 332),
    "8620": (730, 830, 395),
}


@pytest.mark.parametrize("module", MODULES)
def test_worked_numbers(module: str) -> None:
    results = doctest.testmod(importlib.import_module(f"metaltwin.materials.{module}"))
    assert results.failed == 0


@pytest.mark.parametrize("steel", PUBLISHED)
def test_critical_temperatures_of_asm(steel: str) -> None:
    c, (lower, upper, start) = STEELS[steel], PUBLISHED[steel]
    for ac1 in (critical.ae1_andrews, critical.ac1_trzaska, critical.ae1_grange):
        assert ac1(c) - ZERO == pytest.approx(lower, abs=23)
    for ac3 in (critical.ae3_andrews, critical.ac3_trzaska, critical.ae3_grange):
        assert ac3(c) - ZERO == pytest.approx(upper, abs=25)
    if start is not None:
        for ms in (martensite.ms_andrews, martensite.ms_andrews_product, martensite.ms_van_bohemen):
            assert ms(c) - ZERO == pytest.approx(start, abs=25)


# the same formulas computed independently, degC: Andrews, Grange, Kasatkin, Trzaska
COMPUTED_AC1 = {
    "1045": (722, 718, 723, 722),
    "4130": (741, 744, 746, 742),
    "4140": (737, 738, 739, 733),
    "4340": (706, 711, 745, 702),
    "5140": (735, 736, 736, 735),
    "8620": (721, 721, 738, 724),
}
COMPUTED_AC3 = {
    "1045": (785, 774, 777, 783),
    "4130": (816, 803, 814, 814),
    "4140": (799, 780, 786, 793),
    "4340": (773, 751, 766, 766),
    "5140": (793, 781, 787, 791),
    "8620": (828, 808, 821, 825),
}
# Andrews linear and with products, Steven & Haynes, Kung & Rayment, van Bohemen
COMPUTED_MS = {
    "4130": (384, 378, 382, 382, 384),
    "4140": (330, 327, 322, 328, 332),
    "4340": (305, 303, 299, 303, 305),
    "5140": (336, 333, 331, 334, 338),
    "8620": (413, 408, 418, 411, 415),
}


@pytest.mark.parametrize(
    ("expected", "formulas"),
    [
        (COMPUTED_AC1, (critical.ae1_andrews, critical.ae1_grange, critical.ac1_kasatkin, critical.ac1_trzaska)),
        (COMPUTED_AC3, (critical.ae3_andrews, critical.ae3_grange, critical.ac3_kasatkin, critical.ac3_trzaska)),
        (
            COMPUTED_MS,
            (
                martensite.ms_andrews,
                martensite.ms_andrews_product,
                martensite.ms_steven_haynes,
                martensite.ms_kung_rayment,
                martensite.ms_van_bohemen,
            ),
        ),
    ],
    ids=["Ac1", "Ac3", "Ms"],
)
def test_formulas_computed_independently(expected, formulas) -> None:
    for steel, numbers in expected.items():
        got = [formula(STEELS[steel]) - ZERO for formula in formulas]
        assert got == pytest.approx(numbers, abs=1.0), steel


def completion(fraction: float) -> float:
    """S(X) of Li et al. by quadrature on x = fraction u^2, which takes the root out of the end."""
    u = (np.arange(4000) + 0.5) / 4000
    x = fraction * u**2.5
    integrand = x ** (-0.4 * (1 - x)) * (1 - x) ** (-0.4 * x)
    return float(np.sum(integrand * fraction * 2.5 * u**1.5) / 4000)


def test_completion_integral_of_li() -> None:
    assert completion(0.01) == pytest.approx(0.1043, abs=2e-4)
    assert completion(0.5) == pytest.approx(1.0259, abs=2e-4)


@pytest.mark.parametrize(
    ("c", "grain_size", "rate", "tolerance"),
    [
        (Composition(C=0.38, Mn=0.81, Si=0.28, Ni=0.11, Cr=0.98, Mo=0.22, Cu=0.11), 8.0, 24.8, 0.05),
        (Composition(C=0.24, Mn=0.31, Si=0.20, Ni=3.04, Cr=0.39, Mo=0.44, V=0.05), 6.2, 28.0, 0.05),
    ],
    ids=["4140", "Class 1"],
)
def test_critical_rate_of_bainite(c: Composition, grain_size: float, rate: float, tolerance: float) -> None:
    """Linear cooling for 1 % bainite, K/s, as printed by Li et al. 1998 for 4140 and MIL-S-23284 Class 1."""
    T = np.linspace(martensite.ms_kung_rayment(c), bs_li(c), 4001)
    got = np.trapezoid(rate_li(c, "bainite", grain_size, bs_li(c))(T), T) / completion(0.01)
    assert got == pytest.approx(rate, rel=tolerance)


def test_products_of_the_default_chain() -> None:
    c = STEELS["1045"]
    chain = decomposition(c, 8.0, martensite.ms_van_bohemen(c), martensite.alpha_van_bohemen(c), {"bainite": 2.0})
    ferrite, pearlite, bainite = chain.products
    assert (ferrite.phase, pearlite.phase, bainite.phase) == ("ferrite", "pearlite", "bainite")
    assert ferrite.high > pearlite.high > bainite.high > pearlite.low > bainite.low == chain.martensite_start
    assert ferrite.limit is not None
    limits = ferrite.limit(np.array([ferrite.high, 1000.0, 900.0, 600.0]))
    assert limits[0] == pytest.approx(0.0)
    assert np.all(np.diff(limits) >= 0.0)
    plain = decomposition(c, 8.0, chain.martensite_start, 0.011, {}).products[2]
    at = np.array([700.0, 800.0])
    assert bainite.rate(at) == pytest.approx(2.0 * plain.rate(at))
    assert chain.ac1 is not None and chain.ac3 is not None and chain.ac1 < chain.ac3


def test_hardness_of_4140_bars() -> None:
    law = hardness_law(STEELS["4140"]).law
    log_rate = np.log10(3600.0 * np.array([10.0, 1.0, 0.03]))
    a, b, low, high = law["bainite"]
    assert np.clip(a + b * log_rate, low, high) == pytest.approx([377.0, 325.0, 247.0], abs=3.0)
    assert law["martensite"][0] == pytest.approx(615.0, abs=15.0)


@pytest.mark.parametrize(
    ("c", "hours", "expected"),
    [
        (
            Composition(C=0.41, Mn=0.88, Si=0.23, Cr=1.02, Mo=0.22),
            1.0,
            {
                204: 54.4,
                260: 51.1,
                316: 48.7,
                371: 48.0,
                427: 45.0,
                482: 41.1,
                538: 38.2,
                593: 35.4,
                649: 31.2,
            },
        ),
        (Composition(C=0.45, Mn=0.73), 1.0, {204: 56.3, 316: 50.2, 427: 40.7, 538: 30.4, 649: 20.3}),
    ],
    ids=["4140", "1045"],
)
def test_tempering_of_grange_and_baughman(c: Composition, hours: float, expected: dict[int, float]) -> None:
    coefficients = tempering(c)
    assert coefficients is not None
    errors = []
    for celsius, hrc in expected.items():
        m = (celsius + ZERO) * (17.0 + np.log10(hours)) / 1000.0 - 14.0
        errors.append(abs(np.polyval(coefficients[::-1], m) - hrc))
    assert np.mean(errors) < 2.2


def test_tempering_is_held_at_the_ends_of_its_range() -> None:
    """30CrNiMo8 tempered at 540 to 660 degC has 1030 to 1230 MPa by EN ISO 683-2 [M], 310 to 370 HV; 517 HV before."""
    assert tempering(STEELS["8620"]) is None
    steel = mt.alloy("30CrNiMo8")
    assert steel.composition.Cr > 1.5 and tempering(steel.composition) is None
    m = (580.0 + ZERO) * (17.0 + np.log10(2.0)) / 1000.0 - 14.0
    assert 31.0 < np.polyval(tempering_held(steel.composition)[::-1], m) < 39.0
    inside = Composition(C=0.41, Mn=0.88, Si=0.23, Cr=1.02, Mo=0.22)
    assert tempering_held(inside) == tempering(inside)


def test_latent_heat_is_the_difference_of_enthalpies() -> None:
    T = np.array([727.0, 300.0]) + ZERO
    plain = heat.enthalpy_austenite(Composition(C=0.8))(T) - heat.enthalpy_bcc(T)
    assert plain[0] == pytest.approx(82e3, rel=1e-9)
    assert 120e3 < plain[1] < 150e3
    manganese = heat.enthalpy_austenite(Composition(C=0.8, Mn=1.85))(T) - heat.enthalpy_bcc(T)
    assert manganese[0] == pytest.approx(75e3, rel=1e-9)


def test_enthalpies_are_the_integrals_of_the_heat_capacities() -> None:
    T = np.linspace(150.0, 1600.0, 2901)
    middle, step = 0.5 * (T[1:] + T[:-1]), T[1] - T[0]
    for H, c in (
        (heat.enthalpy_bcc, heat.heat_capacity_bcc),
        (heat.enthalpy_austenite(Composition(C=0.4)), heat.heat_capacity_austenite),
    ):
        assert np.diff(H(T)) == pytest.approx(c(middle) * step, rel=1e-4)
        assert np.all(c(T) > 0.0)


@pytest.mark.parametrize(("phase", "hot", "room"), [("pearlite", 0.27, 0.75), ("martensite", 0.61, 1.06)])
def test_transformation_strain(phase: str, hot: float, room: float) -> None:
    """Linear strain of the transformation at 700 and 20 degC, %, of 0.4 % C steel with usual Si and Mn."""
    c, T = Composition(C=0.4, Si=0.25, Mn=0.75), np.array([700.0, 20.0]) + ZERO
    change = 100.0 * (stress.free_strain(c, phase)(T) - stress.free_strain(c, "austenite")(T))
    assert change == pytest.approx([hot, room], abs=0.03)


def test_expansion_of_the_phases() -> None:
    """Mean expansion: bcc 14.3e-6 over 20 to 600 degC, austenite 21.9e-6 over 600 to 900 degC."""
    iron = Composition()
    ferrite = np.diff(stress.free_strain(iron, "ferrite")(np.array([20.0, 600.0]) + ZERO)) / 580.0
    austenite = np.diff(stress.free_strain(iron, "austenite")(np.array([600.0, 900.0]) + ZERO)) / 300.0
    assert float(ferrite[0]) == pytest.approx(14.3e-6, rel=0.02)
    assert float(austenite[0]) == pytest.approx(21.9e-6, rel=0.02)


@pytest.mark.parametrize(
    ("celsius", "least", "most"), [(200, 0.0, 0.001), (450, 0.5, 0.75), (540, 0.85, 0.95), (600, 0.9, 0.98)]
)
def test_relaxation_in_two_hours(celsius: float, least: float, most: float) -> None:
    """Norton relaxation of 400 MPa at constant strain, closed form."""
    A, n, Q = stress.CREEP
    T = celsius + ZERO
    mechanics = stress.mechanics(STEELS["4140"], "martensite")
    rate = A * np.exp(-Q / (8.314462618 * T)) * float(mechanics.young(np.array(T)))
    left = (400e6 ** (1.0 - n) + (n - 1.0) * rate * 7200.0) ** (1.0 / (1.0 - n))
    assert least <= 1.0 - left / 400e6 <= most


def test_strength_falls_with_temperature() -> None:
    T = np.linspace(20.0, 900.0, 45) + ZERO
    for phase in ("austenite", "ferrite", "pearlite", "bainite", "martensite"):
        mechanics = stress.mechanics(STEELS["4140"], phase)
        assert mechanics.yield_stress is not None and mechanics.hardening is not None
        assert np.all(np.diff(mechanics.yield_stress(T)) <= 0.0)
        assert np.all(mechanics.hardening(T) > 0.0)
        assert np.all(np.diff(mechanics.strain(T)) > 0.0)


def test_composition_refusals() -> None:
    with pytest.raises(CaseError, match="no element 'cr'; nearest: Cr"):
        Composition.read({"C": 0.4, "cr": 1.0})
    with pytest.raises(CaseError, match="-0.1 wt % is no mass fraction"):
        Composition(C=-0.1)
    with pytest.raises(CaseError, match="sum to 120"):
        Composition(Cr=60.0, Ni=60.0)
    with pytest.raises(CaseError):
        Composition.read({"C": float("nan")})


def test_ranges_are_told() -> None:
    assert outside(STEELS["4140"], 8.0) == []
    told = outside(Composition(C=0.98, V=0.3, Cr=4.0, Ni=3.0), 2.0)
    assert [line.split(":")[0] for line in told] == list(CHAIN)
    assert told[1].endswith(
        "C 0.98 above 0.6, Cr 4 above 3, V 0.3 above 0.2, Mn+Ni+Cr+Mo 7 above 5, grain size 2 below 4"
    )
