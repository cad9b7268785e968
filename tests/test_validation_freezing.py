"""The exact solutions of freezing, contact and radiation give the catalogue's printed digits."""

from math import sqrt

import numpy as np
import pytest

from metaltwin.materials.freezing import Freezing
from metaltwin.materials.material import Material
from metaltwin.materials.solid_fraction import scheil
from metaltwin.validation.analytic_freezing import (
    Front,
    Metal,
    Mush,
    column,
    contact,
    cooled_plate,
    corner,
    garcia,
    hollow_cylinder,
    layers,
    lumped,
    mean_conductivity,
    radiating_wall,
)

MELTING = 660.3
ALUMINIUM = Metal(220.0, 91.0, 2385.0 * 1180.0, 2385.0 * 1080.0, 2385.0 * 397e3, MELTING)


def near(printed: float, digits: int) -> object:
    """Half a unit of the last printed digit, and a little for how it was rounded."""
    return pytest.approx(printed, abs=0.6 * 10.0**-digits)


def test_one_phase_stefan() -> None:
    """Catalogue B01."""
    plain = Metal(200.0, 200.0, 2.7e6, 2.7e6, 1e9, 660.0)
    front = Front(plain, 660.0, 474.81481)
    assert front.constant == near(0.4647859, 7)
    assert float(front.position(1.0)) == near(8.0004806e-3, 8)
    assert float(front.temperature(0.5 * front.position(1.0), 1.0)) == near(572.3584, 4)
    for stefan, printed in ((0.1, 0.2200162727), (1.0, 0.6200626333), (2.0, 0.8006013628)):
        assert Front(plain, 660.0, 660.0 - stefan * 1e9 / 2.7e6).constant == near(printed, 9)


def test_two_phase_neumann() -> None:
    """Catalogue B02, and A1 and A2 of casting."""
    metal = Metal(210.0, 95.0, 3.0e6, 2.576e6, 1.08e9, 660.0)
    front = Front(metal, 740.0, 580.0)
    assert front.constant == near(0.2730488431, 10)
    assert float(front.position(6.0)) == near(11.191672e-3, 9)
    printed = {
        0.5: (684.806, 726.599, 738.183, 739.867),
        1.0: (664.612, 707.142, 729.143, 737.327),
        3.0: (631.295, 672.551, 697.860, 715.951),
        6.0: (616.450, 651.834, 675.994, 694.029),
    }
    for t, row in printed.items():
        got = front.temperature([0.005, 0.010, 0.015, 0.020], t)
        assert [float(value) for value in got] == [near(value, 3) for value in row]
    aster = Front(Metal(210.0, 95.0, 3.0e6, 2.58e6, 1.08048e9, 660.0), 740.0, 580.0)
    assert aster.constant == near(0.272960, 6)
    assert float(aster.position(10.0)) == near(14.44e-3, 5)
    for superheat, constant, depth in ((0.0, 0.784911, 13.880), (50.0, 0.741826, 13.118), (100.0, 0.704291, 12.454)):
        poured = Front(ALUMINIUM, MELTING + superheat, 25.0)
        assert poured.constant == near(constant, 6)
        assert 1e3 * float(poured.position(1.0)) == near(depth, 3)


def test_schwarz() -> None:
    """Catalogue B10 and silica by an effective latent heat."""
    iron = Metal(30.0, 30.0, 7200.0 * 750.0, 7000.0 * 800.0, 7200.0 * 2.5e5, 1150.0)
    front = Front(iron, 1180.0, 25.0, sqrt(0.7 * 1600.0 * 1100.0))
    assert front.constant == near(0.104508953, 9)
    assert front.contact == near(1138.5896, 4)
    assert float(front.position(60.0)) == near(3.816127e-3, 9)
    assert float(front.position(600.0)) == near(12.067654e-3, 9)
    effective = Metal(220.0, 91.0, 2385.0 * 1180.0, 2385.0 * 1080.0, 2385.0 * 451e3, MELTING)
    sand = Front(effective, MELTING, 25.0, sqrt(0.6 * 1600.0 * 1130.0))
    assert (sand.constant, sand.contact, sand.time(0.025)) == (near(0.03912, 5), near(659.1, 1), near(1306.0, 0))
    steel = Front(ALUMINIUM, MELTING + 50.0, 25.0, sqrt(40.0 * 7800.0 * 550.0))
    assert (steel.constant, steel.contact, steel.time(0.025)) == (near(0.33625, 5), near(557.8, 1), near(17.7, 1))


@pytest.mark.parametrize(("depth", "printed"), [(0.005, 3.86), (0.010, 7.97), (0.025, 21.87)])
def test_garcia(depth: float, printed: float) -> None:
    """Catalogue of casting, C."""
    assert garcia(depth, ALUMINIUM, 25.0, 2000.0) == near(printed, 2)


def linear(solidus: float, liquidus: float, **rest: object) -> Mush:
    span = liquidus - solidus
    fall = {"fs": lambda T: (liquidus - T) / span, "slope": lambda T: -1.0 / span}
    return Mush(solidus=solidus, liquidus=liquidus, **fall, **rest)


def test_linear_mush() -> None:
    """Catalogue B04 and M1."""
    tien = linear(550.0, 620.0, k=(180.0, 90.0), c=(2.7e6, 2.6e6), latent=1e9, wall=300.0, start=650.0)
    solidus, liquidus, flux = tien.fronts
    assert (solidus, liquidus) == (near(7.090571205e-3, 12), near(1.064698604e-2, 11))
    assert flux == pytest.approx(6.7475622e6, rel=1e-7)
    printed = {5: 359.0866, 10: 417.0773, 20: 525.7458, 30: 607.9570, 50: 641.4201, 80: 649.6469}
    for x, value in printed.items():
        assert tien.temperature(1e-3 * x, 10.0) == near(value, 4)
    copper = linear(821.0, 919.0, k=(200.0, 90.0), c=(3e6, 3e6), latent=9.5e8, wall=573.0, start=969.0)
    assert copper.fronts == (near(6.863424e-3, 9), near(1.085601e-2, 8), pytest.approx(7.65452e6, rel=1e-6))
    places = [copper.temperature(x, t) for x, t in ((0.05, 100.0), (0.1, 100.0), (0.1, 500.0))]
    assert places == [near(value, 2) for value in (758.55, 905.96, 739.98)]


def scheil_mush() -> Mush:
    liquidus = 660.0 - 83.0 * 7.0 / 12.6

    def fs(T: float) -> float:
        return float(scheil(T, 660.0, liquidus, 0.13))

    def slope(T: float) -> float:
        return -(1.0 - fs(T)) / (0.87 * (660.0 - T))

    return Mush((160.0, 85.0), (2.6e6, 2.75e6), 1.02e9, 577.0, liquidus, fs, slope, 300.0, 700.0)


def test_scheil_mush_with_eutectic() -> None:
    """Catalogue of casting, M2."""
    mush = scheil_mush()
    assert mush.fronts[:2] == (near(6.944875e-3, 9), near(8.377032e-3, 9))
    places = [mush.temperature(x, t) for x, t in ((0.02, 10.0), (0.05, 10.0), (0.05, 100.0))]
    assert places == [near(value, 3) for value in (554.952, 686.685, 505.548)]


def test_corner_and_lump() -> None:
    """Rathjen and Jiji; catalogue B08."""
    assert list(corner([0.9, 1.0, 1.2, 1.5])) == [near(value, 4) for value in (0.8913, 0.8200, 0.7555, 0.7239)]
    assert lumped(0.005, 2.7e6, 1.05e9, 200.0, 25.0, 700.0, 600.0, 500.0) == (
        near(10.8231, 4),
        near(56.4753, 4),
        near(69.3715, 4),
    )


def test_contact_of_half_spaces() -> None:
    """Catalogue A15, and its limit of perfect contact."""
    metal, sand = (sqrt(30.0 * 7800.0 * 700.0), 1450.0), (sqrt(0.6 * 1600.0 * 1050.0), 25.0)
    flux, hot, cold = contact([1.0, 10.0, 100.0, 600.0], 1000.0, metal, sand)
    assert list(flux) == [near(581600.02, 2), near(227537.40, 2), near(74526.304, 3), near(30533.942, 3)]
    assert list(hot) == [near(value, 4) for value in (1388.6509, 1362.8963, 1351.7662, 1348.5662)]
    assert list(cold) == [near(value, 4) for value in (807.0509, 1135.3589, 1277.2399, 1318.0323)]
    _, hot, cold = contact([1e12], 1000.0, metal, sand)
    assert float(hot[0]) == pytest.approx(1346.3452, abs=1e-3) and float(cold[0]) == pytest.approx(1346.3452, abs=1e-3)


def test_radiation_and_layers() -> None:
    """Catalogue A09, A12, A13, A14."""
    assert radiating_wall(0.1, 55.6, 1000.0, 300.0, 0.98, 5.67e-8) == near(927.0076, 4)
    inside, outside = hollow_cylinder(0.3, 0.391, 40.0, 0.6, 5.73e-8, 773.15, 142.0, 293.15)
    assert (inside - 273.15, outside - 273.15) == (near(105.5594, 4), near(82.5558, 4))
    inside, outside = hollow_cylinder(0.3, 0.391, 40.0, 0.6, 5.670374419e-8, 773.15, 142.0, 293.15)
    assert (inside - 273.15, outside - 273.15) == (near(104.7151, 4), near(81.9385, 4))
    flux, after = layers(1000.0, 20.0, 0.02 / 30.0, 1.0 / 2000.0, 0.06 / 0.6, 0.1)
    assert flux == near(4871.5824, 4)
    assert after[:3] == [near(value, 4) for value in (996.7523, 994.3165, 507.1583)]
    _, bar = layers(100.0, 300.0, 0.25 / 40.0, 0.245 / 40.0, 1.0 / 80.0, 0.245 / 40.0, 0.25 / 40.0)
    assert bar[:4] == [near(value, 5) for value in (133.55705, 166.44295, 233.55705, 266.44295)]
    assert mean_conductivity(lambda T: 50.0 * (1.0 - 6e-4 * T), 100.0, 900.0) * 800.0 / 0.1 == near(280000.0, 0)


def test_plane_series() -> None:
    """Catalogue A17 (all 28 places of ISO 10211 case 1) and A10."""
    printed = [
        (9.6582, 13.3791, 14.7289, 15.0854),
        (5.2517, 8.6406, 10.3155, 10.8106),
        (3.1887, 5.6090, 7.0142, 7.4651),
        (2.0142, 3.6406, 4.6582, 5.0000),
        (1.2625, 2.3086, 2.9858, 3.2185),
        (0.7396, 1.3594, 1.7668, 1.9083),
        (0.3418, 0.6296, 0.8199, 0.8863),
    ]
    for i, row in enumerate(printed):
        got = [column(x, 1.75 - 0.25 * i) for x in (0.75, 0.5, 0.25, 0.0)]
        assert got == [near(value, 4) for value in row]
    places = {(0.6, 0.2): 18.2538, (0.0, 0.2): 70.0607, (0.0, 0.5): 35.4012, (0.3, 0.5): 28.3200, (0.0, 1.0): 3.3678}
    for (x, y), value in places.items():
        assert cooled_plate(x, y, 0.6, 1.0, 52.0, 750.0, 100.0) == near(value, 4)


@pytest.mark.parametrize("name", ["B04", "M2"])
def test_the_enthalpy_table_holds_the_heat_of_the_exact_profile(name: str) -> None:
    """What has left the half space by 1 s is 2 q sqrt(t): a check of H(T), plateau included, by no solver."""
    if name == "B04":
        exact = linear(550.0, 620.0, k=(180.0, 90.0), c=(2.7e6, 2.6e6), latent=1e9, wall=300.0, start=650.0)
        words = {"law": "table", "fractions": {"temperatures": "550 620 degC", "values": [1, 0]}}
    else:
        exact = scheil_mush()
        words = {"law": "scheil", "solvent": "660 degC", "partition": 0.13, "eutectic": "577 degC"}
    density = 2600.0
    freezing = Freezing(
        latent_heat=f"{exact.latent / density} J/kg",
        liquidus=f"{exact.liquidus} degC",
        family="aluminium",
        liquid_conductivity=f"{exact.k[1]} W/m/K",
        liquid_heat_capacity=f"{exact.c[1] / density} J/kg/K",
        **words,
    )
    solid = Material("solid", f"{exact.k[0]} W/m/K", f"{density} kg/m^3", f"{exact.c[0] / density} J/kg/K")
    table = freezing.table(solid)
    solidus, liquidus, flux = exact.fronts
    left = 0.0
    for near_end, far_end in ((0.0, solidus), (solidus, liquidus), (liquidus, 20.0 * liquidus)):
        nodes, weights = np.polynomial.legendre.leggauss(24)
        x = near_end + 0.5 * (far_end - near_end) * (nodes + 1.0)
        T = np.array([exact.temperature(place, 1.0) for place in x]) + 273.15
        lost = table.enthalpy(np.array(exact.start + 273.15)) - table.enthalpy(T)
        left += 0.5 * (far_end - near_end) * float(weights @ lost)
    assert left == pytest.approx(2.0 * flux, rel=2e-5)
