"""Hardness across quenched round bars of several diameters."""

from dataclasses import dataclass as plain_dataclass
from dataclasses import field
from typing import Annotated, Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from pydantic import BeforeValidator
from pydantic.dataclasses import dataclass

from ..materials.alloy import Alloy
from ..materials.quantity import Amount, Quantity, Temperature
from ..materials.refusal import STRICT, CaseError, plain
from .grid import Grid
from .jominy import austenitising
from .part import Part
from .specimen import Drawn, model, outside, steel
from .step import OneMedium, Quench, opened
from .treatment import HeatTreatment

Array = NDArray[float64]

CELLS = 40  # along the radius
READ = np.linspace(0.0, 0.98, 50)  # of the radius
OVER = 15.0  # K above the bath, where the quench ends


def _diameters(given: object) -> tuple[Amount, ...]:
    if not isinstance(given, list | tuple) or not given:
        raise CaseError(f"{given!r} is no list of diameters; write ['20 mm', '40 mm']")
    return tuple(sorted(Quantity("m", positive=True).validate(size) for size in given))


@plain
@dataclass(frozen=True, config=STRICT)
class QuenchedBars:
    """Long round bars of one steel, quenched in one medium.

    alloy        a name or an alloy(...)
    medium       a name of the library, or a Medium
    diameters    ["20 mm", "40 mm", "80 mm"]
    bath         temperature, where it is not the medium's own
    austenitise  temperature; None: that of ASTM A255 for this carbon

        QuenchedBars("42CrMo4", "fast oil", ["20 mm", "40 mm", "80 mm"]).run().plot(save="bars.png")

    Raises CaseError for an alloy that does not transform, an unknown medium, a diameter that is none.
    """

    alloy: Annotated[Any, BeforeValidator(steel)]
    medium: OneMedium
    diameters: Annotated[Any, BeforeValidator(_diameters)]
    bath: Temperature | None = None
    austenitise: Temperature | None = None

    def case(self, diameter: Amount) -> HeatTreatment:
        """One of the bars as a heat treatment."""
        start = austenitising(self.alloy.austenite) + 273.15 if self.austenitise is None else float(self.austenitise)
        quench = Quench(self.medium, bath=self.bath, duration="1 s")
        ambient = opened(quench.surroundings(None)).temperature
        cold = float(ambient) + OVER if isinstance(ambient, float) else 373.15
        return HeatTreatment(
            name=f"{self.alloy.name}, bar of {diameter}",
            part=Part.cylinder(diameter.text),
            alloy=self.alloy,
            grid=Grid(f"{float(diameter) / 2.0 / CELLS!r} m"),
            start=f"{start!r} K",
            steps=[Quench(self.medium, bath=self.bath, until=f"{cold!r} K")],
            stress=False,
        )

    def run(self) -> "BarHardness":
        """Compute all bars."""
        hardness, t8_5 = [], []
        for diameter in self.diameters:
            result = self.case(diameter).run(progress=False)
            points = np.zeros((READ.size, 3))
            points[:, 0] = READ * float(diameter) / 2.0
            hardness.append(result.sample("hardness", points))
            t8_5.append(result.sample("t8_5", points))
        sizes = np.array([float(diameter) for diameter in self.diameters])
        name = self.medium if isinstance(self.medium, str) else self.medium.name
        bath = "" if self.bath is None else f" of {self.bath}"
        return BarHardness(self.alloy, f"{name}{bath}", sizes, READ.copy(), np.array(hardness), np.array(t8_5))


@plain_dataclass(frozen=True, eq=False)
class BarHardness(Drawn):
    """d bars, read at k places along the radius.

    diameters  (d,) m
    radius     (k,) share of the bar's radius, 0 the axis
    hardness   (d, k) HV;  t8_5 (d, k) s
    """

    alloy: Alloy = field(repr=False)
    medium: str
    diameters: Array
    radius: Array = field(repr=False)
    hardness: Array = field(repr=False)
    t8_5: Array = field(repr=False)

    @property
    def model(self) -> str:
        """The laws it was made with."""
        return model(self.alloy)

    def at(self, share: float) -> Array:
        """(d,) HV at a share of the radius: 0 the axis, 1 the skin."""
        return np.array([np.interp(share, self.radius, row) for row in self.hardness])

    def __str__(self) -> str:
        said = [f"Bars of {self.alloy.name} in {self.medium}", self.model, *outside(self.alloy)]
        said.append("    mm   surface  mid-radius  centre   HV")
        columns = np.stack([self.at(1.0), self.at(0.5), self.at(0.0)], axis=1)
        for size, (skin, middle, core) in zip(self.diameters, columns, strict=True):
            said.append(f"{1e3 * size:6.1f} {skin:9.0f} {middle:11.0f} {core:7.0f}")
        return "\n".join(said)
