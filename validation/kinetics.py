"""Transformations: part C of the catalogue. A cell on a given temperature path, a lump that heats itself."""

from collections.abc import Iterator
from functools import partial
from math import exp, log

import numpy as np
from scipy.optimize import minimize_scalar

from ..cases.grid import Grid
from ..cases.part import Part
from ..cases.sensor import Thermocouple
from ..cases.step import Quench, Soak
from ..cases.treatment import HeatTreatment
from ..materials.alloy import Alloy
from ..materials.library import alloy
from ..materials.matter import HardnessLaw, Kinetics, Matter, Phase, Product, constant
from ..materials.medium import Medium
from .analytic import additive
from .path import ZERO, Path, celsius
from .verdict import Verdict, check

KM = Kinetics(martensite_start=320.0 + ZERO, alpha=0.011)
FRACTION = "5e-3 of the cell: what competent kinetics of a point must meet"


def jmak(phase: str, n: float, half: float, nose: float, width: float, high: float, low: float = 0.0) -> Product:
    """X = 1 - exp(-ln 2 (t/t50)^n), t50 = half exp(((T - nose)/width)^2); s, degC; forms below high."""
    rate = celsius(lambda T: log(2.0) ** (1.0 / n) / half * np.exp(-np.minimum(((T - nose) / width) ** 2, 700.0)))
    return Product(phase, rate, low + ZERO, high + ZERO, ("jmak", n))


@check("C01", "kinetics")
def martensite() -> Iterator[Verdict]:
    """Koistinen-Marburger, Ms 320 degC, alpha 0.011 /K, in one go from above Ms."""
    path = Path(KM, 400.0)
    source = "D. P. Koistinen, R. E. Marburger, Acta Metall. 7 (1959) 59"
    for T in (300.0, 250.0, 200.0, 150.0, 100.0, 20.0, -80.0):
        path.ramp(T, 10.0, 1000.0)
        exact = 1.0 - exp(-0.011 * (320.0 - T))
        yield Verdict("C01", f"martensite at {T:g} degC", exact, path["martensite"], 1e-12, "-", "exact law", source)


@check("C02", "kinetics")
def isothermal() -> Iterator[Verdict]:
    """Avrami at constant temperature, 1 % after 5 s and 99 % after 60 s, by steps of 0.5 s."""
    n = log(log(100.0) / -log(0.99)) / log(60.0 / 5.0)
    b = -log(0.99) / 5.0**n
    one = partial(Verdict, tolerance=1e-6, unit="-", reason="exact law, additive by steps", source="closed form")
    yield one("C02", "exponent n", 2.4658185631, n)
    pearlite = Product("pearlite", constant(b ** (1.0 / n)), 700.0, 1000.0, ("jmak", n))
    path = Path(Kinetics((pearlite,)), 600.0)
    for t in (10.0, 20.0, 30.0, 60.0):
        while path.time < t - 1e-9:
            path.step(600.0, 0.5)
        yield one("C02", f"fraction after {t:g} s", 1.0 - exp(-b * t**n), path["pearlite"])


@check("C03", "kinetics")
def incubation() -> Iterator[Verdict]:
    """Scheil's sum over tau = 4 exp(((T-560)/70)^2) s from 727 degC; s of X = 1 - exp(-s) is that sum."""
    rate = celsius(lambda T: 0.25 * np.exp(-(((T - 560.0) / 70.0) ** 2)))
    start = Kinetics((Product("pearlite", rate, 300.0 + ZERO, 727.0 + ZERO, ("jmak", 1.0)),))
    begun = 1.0 - exp(-1.0)
    source = "Scheil's sum, catalogue C03"
    for cooling, expected in ((1.0, 651.26086), (20.0, 541.57297)):
        got = Path(start, 727.0).reach("pearlite", begun, 300.0, cooling)
        yield Verdict("C03", f"start at {cooling:g} K/s", expected, got, 0.2, "degC", "0.2 K", source)
    path = Path(start, 727.0)
    path.ramp(300.0, 100.0)
    got = -log(1.0 - path["pearlite"])
    yield Verdict("C03", "sum at 300 degC, 100 K/s", 0.310064, got, 1e-3, "-", "0.3 %, as 0.2 K of the start", source)
    yield Verdict("C03", "critical rate", 31.006446, 100.0 * got, 0.1, "K/s", "0.3 %, the same sum", source)


@check("C04", "kinetics")
def additivity() -> Iterator[Verdict]:
    """Avrami on continuous cooling from 727 degC, n 2.5."""
    product = jmak("pearlite", 2.5, 6.0, 550.0, 60.0, 727.0)

    def rate(T: float) -> float:
        return float(log(2.0) ** 0.4 / 6.0 * exp(-(((T - 550.0) / 60.0) ** 2)))

    for cooling, places in (
        (2.0, (650.0, 600.0)),
        (10.0, (600.0, 550.0, 500.0, 400.0)),
        (50.0, (550.0, 500.0, 400.0)),
    ):
        path = Path(Kinetics((product,)), 727.0)
        for T in places:
            path.ramp(T, cooling)
            exact = 1.0 - exp(-(additive(rate, 727.0, T, cooling) ** 2.5))
            yield Verdict(
                "C04", f"fraction at {T:g} degC, {cooling:g} K/s", exact, path["pearlite"], 1e-3, "-",
                "1e-3 of the cell", "additivity in closed form (quadrature)",
            )  # fmt: skip


@check("C05", "kinetics")
def austenitising() -> Iterator[Verdict]:
    """Heating 700 to 900 degC in 200 s, Leblond-Devaux with tau 0.034 s; hardness by the phases."""
    heating = Kinetics(ac1=724.0 + ZERO, ac3=846.0 + ZERO, tau=(0.034, 0.034))
    flat = {"austenite": 100.0, "ferrite": 200.0, "pearlite": 200.0, "bainite": 300.0, "martensite": 800.0}
    law = HardnessLaw({phase: (hv, 0.0, hv, hv) for phase, hv in flat.items()})
    path = Path(heating, 700.0, {"ferrite": 0.7, "bainite": 0.3}, law)
    source = "code_aster V4.66.100, mtlp100a.comm"
    one = partial(
        Verdict,
        tolerance=0.02,
        unit="HV",
        reason="1e-4 of 200 HV: closed form with the lag of tau",
        source=source,
    )
    yield one("C05", "hardness of the initial mixture", 230.0, path.hardness)
    for t, expected in ((30.0, 223.6428), (140.0, 106.4297), (200.0, 100.0)):
        path.ramp(700.0 + t, 1.0, 0.5)
        yield one("C05", f"hardness after {t:g} s", expected, path.hardness)


def _self_heating(latent: float) -> Alloy:
    """cp 600 J/kg/K; pearlite lies `latent` J/kg below austenite."""
    austenite = Phase("austenite", constant(1e5), lambda T: 600.0 * (np.asarray(T) - ZERO))
    pearlite = Phase("pearlite", constant(1e5), lambda T: 600.0 * (np.asarray(T) - ZERO) - latent)
    kinetics = Kinetics((jmak("pearlite", 2.5, 30.0, 640.0, 35.0, 720.0, 200.0),))
    return Alloy.from_matter(Matter("self-heating", 7800.0, (austenite, pearlite), kinetics=kinetics))


@check("C07", "kinetics")
def recalescence() -> Iterator[Verdict]:
    """A lump that loses 0.004 (T - 25) K/s and gains 80 kJ/kg: the temperature rises again."""
    medium = Medium("air", h=f"{0.004 * 7800.0 * 600.0 * 1e-3} W/m^2/K", temperature="25 degC")
    case = HeatTreatment(
        name="recalescence",
        part=Part.plate("2 mm"),
        alloy=_self_heating(80e3),
        grid=Grid("1 mm"),
        start="850 degC",
        steps=[Quench(medium, duration="400 s")],
        sensors=[Thermocouple("lump", at=("0 mm", "0 mm", "0 mm"))],
        record="0.5 s",
        hardness=False,
        tolerance="0.02 K",
    )
    one = partial(
        Verdict,
        tolerance=0.3,
        unit="degC",
        reason="0.3 K",
        source="ordinary differential equation, catalogue C07",
    )
    seen = case.run(progress=False).probe("lump")

    def curve(t: float) -> float:
        return float(np.interp(t, seen.time, seen.temperature)) - ZERO

    low = minimize_scalar(curve, bounds=(60.0, 95.0), method="bounded")
    high = minimize_scalar(lambda t: -curve(t), bounds=(85.0, 120.0), method="bounded")
    yield one("C07", "least temperature", 646.684, low.fun)
    yield one("C07", "highest temperature after it", 658.733, -high.fun)
    yield one("C07", "temperature at 200 s", 483.219, curve(200.0))
    yield one("C07", "temperature at 400 s", 230.891, curve(400.0))
    share = float(np.interp(200.0, seen.time, seen.phases["pearlite"]))
    yield Verdict("C07", "pearlite at 200 s", 0.997261, share, 5e-3, "-", FRACTION, "catalogue C07")
    bare = case.replace(alloy=_self_heating(0.0)).run(progress=False).probe("lump")
    got = float(np.interp(200.0, bare.time, bare.temperature)) - ZERO
    yield one("C07", "temperature at 200 s without latent heat", 395.696, got)


@check("C08", "kinetics")
def competition() -> Iterator[Verdict]:
    """Pearlite, bainite, martensite by the isokinetic rule of the fictitious fraction."""
    rules = Kinetics(
        (
            jmak("pearlite", 2.5, 30.0, 640.0, 35.0, 720.0, 320.0),
            jmak("bainite", 2.0, 8.0, 470.0, 60.0, 560.0, 320.0),
        ),
        martensite_start=320.0 + ZERO,
        alpha=0.011,
    )
    expected = {
        1.0: (0.98584, 0.01416, 0.0, 0.0),
        10.0: (0.01341, 0.68443, 0.29101, 0.01114),
        100.0: (0.00004, 0.01177, 0.95174, 0.03645),
    }
    source = "ordinary differential equation, catalogue C08; other rules give other numbers"
    for cooling, shares in expected.items():
        path = Path(rules, 727.0)
        path.ramp(20.0, cooling, 2.0)
        for phase, share in zip(("pearlite", "bainite", "martensite", "austenite"), shares, strict=True):
            yield Verdict("C08", f"{phase} after {cooling:g} K/s", share, path[phase], 5e-3, "-", FRACTION, source)


@check("RA-100Cr6", "kinetics")
def retained_austenite() -> Iterator[Verdict]:
    """100Cr6 after oil: a bar of 20 mm."""
    result = HeatTreatment(
        name="bearing steel",
        part=Part.cylinder("20 mm"),
        alloy=alloy("100Cr6"),
        grid=Grid("1 mm"),
        steps=[Soak("850 degC", "20 min"), Quench("fast oil", until="60 degC")],
        stress=False,
    ).run(progress=False)
    field = result.retained_austenite
    reason, source = "6 to 14 % is what is measured after oil", "corrections of the catalogue, 8 [M]"
    for place, share in (("least", field.min), ("mean", field.mean), ("most", field.max)):
        yield Verdict("RA-100Cr6", f"retained austenite, {place}", 10.0, 100.0 * share, 4.0, "%", reason, source)
