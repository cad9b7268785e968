"""The end-quench test of a steel (Jominy, ASTM A255, ISO 642): the bar as a case, and what it says."""

from dataclasses import dataclass as plain_dataclass
from dataclasses import field
from typing import Annotated, Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from pydantic import BeforeValidator
from pydantic.dataclasses import dataclass

from ..materials.alloy import Alloy
from ..materials.composition import Composition
from ..materials.end_quench import BAR, distance, profile
from ..materials.hardenability import ideal_diameter_a255
from ..materials.hardness_scale import hrc_from_hv
from ..materials.hband import Band, band_of
from ..materials.jominy import A255, SIXTEENTH, hrc_jominy_a255
from ..materials.library import medium
from ..materials.matter import PHASES
from ..materials.medium import Medium
from ..materials.quantity import Amount, Fraction, Length, Quantity, Temperature
from ..materials.refusal import STRICT, plain
from .grid import Grid
from .part import Part
from .reading import Point
from .sensor import Thermocouple
from .specimen import Drawn, curves, model, outside, steel
from .step import Quench
from .treatment import HeatTreatment

Array = NDArray[float64]

SKIN = 12.3e-3  # m from the axis: the flats for hardness are ground 0.38 mm deep
FINE, COARSE = np.arange(1.0, 32.0) / 32.0, np.arange(16.0, 57.0) / 16.0  # inches from the end
COLD = "60 degC"
LEAST = 20.0  # HRC, below which that scale says nothing
INSTANTS = 700  # of a cooling curve, the denser the earlier
NICKEL = 2.5  # wt %, from which A255 has its grades of nickel steel
AUSTENITISE = {False: ((0.25, 925.0), (0.36, 870.0), (9.0, 845.0)), True: ((0.25, 845.0), (0.36, 815.0), (9.0, 800.0))}

Coefficient = Annotated[Any, Quantity("W/m^2/K", positive=True)]


def austenitising(c: Composition) -> float:
    """Temperature [degC] at which ASTM A255 austenitises a steel, by its carbon and nickel.

    >>> austenitising(Composition(C=0.42, Cr=1.05))
    845.0
    """
    return next(T for most, T in AUSTENITISE[c.Ni > NICKEL] if c.C <= most)


@plain
@dataclass(frozen=True, config=STRICT)
class Jominy:
    """A bar of 25.4 x 101.6 mm, austenitised, quenched at its lower end by a jet of water, in still air.

    alloy        a name or an alloy(...)
    measured     {"J1": "57 HRC", "6 mm": "55 HRC"} to be shown beside it; None: what the alloy's certificate says
    austenitise  temperature; None: that of ASTM A255 for this carbon
    jet, water   heat transfer coefficient and temperature at the end: 15 to 30 kW/m2/K are published
    emissivity   of the side, 0.3 after Li et al. 1998
    latent_heat  False: the bar cools as if its transformations released none
    spacing      of the cells

        Jominy("42CrMo4").run().plot(save="jominy.png")

    Raises CaseError for an alloy that does not transform, and for values that are refused.
    """

    alloy: Annotated[Any, BeforeValidator(steel)]
    measured: Annotated[Any, BeforeValidator(profile)] = None
    austenitise: Temperature | None = None
    jet: Coefficient = Amount(20e3, "20000 W/m^2/K")
    water: Temperature = Amount(298.15, "25 degC")
    emissivity: Fraction = Amount(0.3, "0.3")
    latent_heat: bool = True
    spacing: Length = Amount(1e-3, "1 mm")

    @property
    def start(self) -> float:
        """K, where the bar comes from."""
        if self.austenitise is not None:
            return float(self.austenitise)
        return austenitising(self.alloy.austenite) + 273.15

    def case(self) -> HeatTreatment:
        """The bar as a heat treatment."""
        side = medium("still air", emissivity=float(self.emissivity))
        end = Medium("water jet", h=self.jet, temperature=self.water)
        return HeatTreatment(
            name=f"end quench of {self.alloy.name}",
            part=Part.cylinder("25.4 mm", f"{1e3 * BAR} mm"),
            alloy=self.alloy if self.latent_heat else Alloy.from_matter(curves(self.alloy).matter),
            grid=Grid(self.spacing, "rz"),
            start=f"{self.start!r} K",
            steps=[Quench({"bottom": end, "side": side, "top": side}, until=COLD)],
            sensors=[Thermocouple(f"{x:.6f}", at=(f"{SKIN!r} m", "0 m", f"{x!r} m")) for x in map(float, _distances())],
            stress=False,
            record="0.05 s",
        )

    def run(self, progress: bool = False) -> "EndQuench":
        """Compute the bar: heat, transformations and hardness together."""
        case = self.case()
        result = case.run(progress=progress)
        x = _distances()
        points = np.stack([np.full(x.size, SKIN), np.zeros(x.size), x], axis=1)
        seen = [result.probe(sensor.name) for sensor in case.sensors]
        chosen = np.unique(np.geomspace(1, seen[0].time.size, INSTANTS).astype(int)) - 1
        return EndQuench(
            alloy=self.alloy,
            distance=x,
            hardness=result.sample("hardness", points),
            phases={name: result.sample(name, points) for name in PHASES},
            cooling_rate_700=result.sample("cooling_rate_700", points),
            t8_5=result.sample("t8_5", points),
            start=self.start,
            measured=self.measured or profile(self.alloy.end_quench or None),
            times=seen[0].time[chosen],
            temperatures=np.stack([probe.temperature[chosen] for probe in seen], axis=1),
            latent_heat=self.latent_heat,
        )


def _distances() -> Array:
    return np.union1d(FINE, COARSE) * 0.0254


@plain_dataclass(frozen=True, eq=False)
class EndQuench(Drawn):
    """An end-quenched bar along its ground flat; k distances from the quenched end.

    distance          (k,) m
    hardness          (k,) HV
    phases            name -> (k,)
    cooling_rate_700  (k,) K/s;  t8_5 (k,) s
    start             K, where the bar was quenched from
    measured          (m, HV), or None
    times             (m,) s;  temperatures (m, k) K: how each place cooled
    latent_heat       whether its transformations released heat
    """

    alloy: Alloy
    distance: Array = field(repr=False)
    hardness: Array = field(repr=False)
    phases: dict[str, Array] = field(repr=False)
    cooling_rate_700: Array = field(repr=False)
    t8_5: Array = field(repr=False)
    start: float
    measured: tuple[Array, Array] | None = field(repr=False)
    times: Array = field(repr=False)
    temperatures: Array = field(repr=False)
    latent_heat: bool = True

    @property
    def model(self) -> str:
        """The laws it was made with."""
        return model(self.alloy) + ("" if self.latent_heat else "; no latent heat")

    @property
    def band(self) -> Band | None:
        """The hardenability band of the grade, where it is known."""
        return band_of(self.alloy.name)

    @property
    def a255(self) -> tuple[Array, Array] | None:
        """(m, HRC) that ASTM A255 predicts from the composition; None where it is out of its range."""
        c = self.alloy.austenite
        low, high = A255["ideal_diameter_a255"]
        if not (A255["C"][0] <= c.C <= A255["C"][1] and low <= ideal_diameter_a255(c) <= high):
            return None
        x = self.distance[self.distance <= A255["distance"][1]]
        hrc = np.array([hrc_jominy_a255(c, float(place)) for place in x])
        return x[hrc >= LEAST], hrc[hrc >= LEAST]

    @property
    def rmse(self) -> float | None:
        """HV, root mean square difference from the measured curve; None without one."""
        if self.measured is None:
            return None
        x, hv = self.measured
        return float(np.sqrt(np.mean((self.at(x) - hv) ** 2)))

    def at(self, place: str | Array) -> Any:
        """HV at "J4", "6 mm", or at distances in m (linear between the places of the bar)."""
        x = distance(place) if isinstance(place, str) else place
        hv = np.interp(x, self.distance, self.hardness)
        return float(hv) if isinstance(place, str) else hv

    def equivalent_distance(self, place: Point | float | Array) -> Any:
        """m from the quenched end where this bar cools as fast from 800 to 500 degC as a place of a part.

        place  result.at(...), or t8/5 in s. NaN where it did not cool through that, or faster or slower than
        any place of the bar.
        """
        t8_5 = place["t8_5"] if isinstance(place, Point) else place
        x = np.interp(np.log(t8_5), np.log(self.t8_5), self.distance, left=np.nan, right=np.nan)
        return float(x) if isinstance(place, Point | float) else x

    def __str__(self) -> str:
        said = [
            f"End quench of {self.alloy.name} from {self.start - 273.15:.0f} degC",
            self.model,
            *outside(self.alloy),
        ]
        if self.rmse is not None:
            said.append(f"root mean square difference from the measured curve: {self.rmse:.0f} HV")
        head = "      mm     K/s  t8/5 s    HV   HRC"
        said.append(f"{'':4}{head}   " + " ".join(f"{name:>10}" for name in PHASES))
        for number in (*range(1, 17), *range(18, 33, 2), 40, 48, 56):
            i = int(np.argmin(np.abs(self.distance - number * SIXTEENTH)))
            hrc = hrc_from_hv(float(self.hardness[i]))
            shares = " ".join(f"{100.0 * self.phases[name][i]:8.1f} %" for name in PHASES)
            said.append(
                f"J{number:<3}{1e3 * self.distance[i]:8.1f} {self.cooling_rate_700[i]:7.1f} {self.t8_5[i]:7.1f} "
                f"{self.hardness[i]:5.0f} {'' if hrc is None else f'{hrc:.1f}':>5}   {shares}"
            )
        return "\n".join(said)
