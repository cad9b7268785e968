"""Quenched round bars: hardness across the section against published bars, one severity for each bath."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.bars import QuenchedBars
from ..cases.grid import Grid
from ..cases.jominy import EndQuench
from ..cases.part import Part
from ..cases.step import Quench, Temper
from ..cases.treatment import HeatTreatment
from ..materials.alloy import Alloy
from ..materials.curve import Curve
from ..materials.library import medium
from ..materials.medium import Medium

Array = NDArray[float64]

PLACES = (1.0, 0.5, 0.0)  # of the radius: surface, half radius, centre
SKIN = 0.99  # of the radius: the wall itself is no place of a cell
FITTED = 25.4  # mm, the one diameter that tells the severity
PER_SEVERITY = 2360.0  # W/m2/K for each 1/in of Grossmann's H, k about 30 W/m/K
SEVERITIES = {"oil": (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7), "water": (0.7, 1.0, 1.4, 2.0, 3.0, 5.0)}
"""1/in, Grossmann's H of a bath still to violently stirred, oil on to milder than his stillest of 0.25."""
BOILING = {"oil": ("slow oil", "fast oil"), "water": ("still water 20", "agitated water 20")}
"""Baths of the library with a vapour blanket and boiling, in place of one constant h."""
FACTORS = (0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1.0)
"""By which all of such a curve is taken."""


def constant(severity: float) -> Medium:
    """A bath of one h, for Grossmann's H [1/in]."""
    return Medium("bath", h=f"{severity * PER_SEVERITY!r} W/m^2/K", temperature="25 degC")


def boiling(name: str, factor: float) -> Medium:
    """A bath of the library with its whole curve taken `factor` times."""
    own = medium(name)
    assert isinstance(own.h, Curve)
    values = [f"{factor * float(value)!r} W/m^2/K" for value in own.h.ordinates]
    return Medium("bath", h=Curve(own.h.temperatures, values), temperature=own.temperature)


@dataclass(frozen=True)
class Bars:
    """Bars of one steel as quenched in one bath.

    hardness  diameter [mm] -> HRC at PLACES
    """

    name: str
    bath: str
    composition: dict[str, float]
    hardness: dict[float, tuple[float, float, float]]

    @property
    def _steel(self) -> Alloy:
        return Alloy(self.name, composition=self.composition, conductivity="43 W/m/K")

    def computed(self, bath: Medium, diameters: tuple[float, ...]) -> Array:
        """(d, 3) HRC at PLACES, the scale carried on below 20."""
        seen = QuenchedBars(self._steel, bath, [f"{size} mm" for size in diameters]).run()
        return rockwell(np.stack([seen.at(place) for place in PLACES], axis=1))

    def elsewhere(self, bar: EndQuench, bath: Medium, diameter: float) -> Array:
        """(3,) HRC that an end-quenched bar was measured to have where its t8/5 is that of PLACES."""
        assert bar.measured is not None
        seen = QuenchedBars(self._steel, bath, [f"{diameter} mm"])
        result = seen.case(seen.diameters[0]).run(progress=False)
        places = [result.at(f"{SKIN * place * 0.5 * diameter} mm", "0 mm", "0 mm") for place in PLACES]
        return rockwell(np.interp([bar.equivalent_distance(place) for place in places], *bar.measured))


def rockwell(hv: Array) -> Array:
    """HRC of HV, the scale carried on below 20."""
    return np.asarray((100.0 * hv - 14500.0) / (hv + 223.0))


RESIDUAL = {"Ni": 0.10, "Cu": 0.15}
BETHLEHEM = (
    Bars("4140", "oil", {"C": 0.40, "Mn": 0.87, "Si": 0.25, "Cr": 0.95, "Mo": 0.20},
         {12.7: (57, 56, 55), 25.4: (55, 55, 50), 50.8: (49, 43, 38), 101.6: (36, 34.5, 34)}),
    Bars("4130", "water", {"C": 0.30, "Mn": 0.50, "Si": 0.25, "Cr": 0.95, "Mo": 0.20},
         {12.7: (51, 50, 50), 25.4: (51, 50, 44), 50.8: (47, 32, 31), 101.6: (45.5, 25.5, 24.5)}),
    Bars("1050", "water", {"C": 0.50, "Mn": 0.75, "Si": 0.25, **RESIDUAL},
         {12.7: (64, 59, 57), 25.4: (60, 35, 33), 50.8: (50, 32, 26), 101.6: (33, 27, 20)}),
)  # fmt: skip
"""D06: HRC as quenched [M], Bethlehem "Modern Steels"; middles of the analyses."""


def severity(bath: str) -> float:
    """1/in, the H of a bath that fits its bars of 25.4 mm best."""
    return fitted(bath, constant, SEVERITIES[bath])[0]


def fitted(bath: str, made: Callable[[float], Medium], tried: tuple[float, ...]) -> tuple[float, float]:
    """The one of `tried` that fits the bars of 25.4 mm of a bath best, and the rms that is left, HRC."""
    bars = [own for own in BETHLEHEM if own.bath == bath]

    def off(value: float) -> float:
        each = [own.computed(made(value), (FITTED,))[0] - own.hardness[FITTED] for own in bars]
        return float(np.sqrt(np.mean(np.square(each))))

    left = {value: off(value) for value in tried}
    best = min(left, key=left.__getitem__)
    return best, left[best]


C45E = {"edge": 560.0, "core": 291.0, "drop": 2.0}
"""D03: HV5 at the edge and in the core, mm to the marked drop; 20 mm, water, 250 degC 2 h.

Source: schmitz-metallographie.de, 1.1191.
"""
USUAL = {"Cr": 0.10, "Ni": 0.10, "Mo": 0.02, "Cu": 0.15}
"""Residual elements of a heat from scrap [M]; EN 10083-2 lets Cr + Mo + Ni be 0.63 %. Published is carbon alone."""
SHARES = (0.0, 0.25, 0.5, 1.0)
BATHS = ("still water 20", "agitated water 20")
DEPTHS = np.concatenate([np.linspace(0.1, 4.0, 40), np.linspace(4.5, 10.0, 12)])


def c45e(share: float, bath: str) -> tuple[Array, Array, float]:
    """(mm under the skin, HV there, mm to 50 % martensite or NaN) of D03 for a share of USUAL and a bath."""
    residual = {element: share * content for element, content in USUAL.items()}
    case = HeatTreatment(
        name=f"C45E in {bath}",
        part=Part.cylinder("20 mm"),
        alloy=Alloy("C45E", composition={"C": 0.43, "Si": 0.25, "Mn": 0.65, **residual}, conductivity="48 W/m/K"),
        grid=Grid("0.25 mm"),
        start="850 degC",
        steps=[Quench(bath, until="40 degC"), Temper("250 degC", "2 h")],
        stress=False,
    )
    result = case.run(progress=False)
    points = np.stack([1e-3 * (10.0 - DEPTHS), np.zeros(DEPTHS.size), np.zeros(DEPTHS.size)], axis=1)
    martensite = result.sample("martensite", points)
    below = np.flatnonzero(martensite < 0.5)
    depth = float(np.interp(-0.5, -martensite[: below[0] + 1], DEPTHS[: below[0] + 1])) if below.size else np.nan
    return DEPTHS, result.sample("hardness", points), depth
