"""Hardenability: end-quenched bars against the published cooling scale, bands of grades and measured curves."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.fit import fit_kinetics
from ..cases.jominy import EndQuench, Jominy
from ..materials.alloy import Alloy
from ..materials.hardness_scale import hv_from_hrc
from ..materials.hband import BANDS, Band
from ..materials.jominy import SIXTEENTH
from ..materials.library import alloy
from ..materials.quantity import Amount
from .verdict import Verdict, check

Array = NDArray[float64]

CELLS = Amount(1.5e-3, "1.5 mm")
RATES = {2: 170.0, 6: 31.0, 12: 9.0, 20: 3.9, 32: 2.0}
"""K/s at 704 degC by the distance in sixteenths of an inch (Callister)."""
RESIDUAL = {"Si": 0.25, "Ni": 0.10, "Cr": 0.10, "Mo": 0.03, "Cu": 0.15}
"""wt % in a steel that does not state them; without them hardenability comes out low."""
STATIONS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 36, 40, 44, 48, 56)
LI = "Li, Niebuhr, Meekisho, Atteridge, Metall. Mater. Trans. B 29 (1998) 661, points read off the figures"


@dataclass(frozen=True)
class MeasuredBar:
    """A measured end-quenched bar with its heat analysis; hardness at STATIONS, in HRC or HV."""

    name: str
    composition: dict[str, float]
    conductivity: str
    grain_size: float
    austenitise: str
    scale: str
    hardness: tuple[float, ...]

    def bar(self, latent_heat: bool = True) -> Jominy:
        """The bar with what was measured on it."""
        steel = Alloy(
            self.name, composition=self.composition, conductivity=self.conductivity, grain_size=self.grain_size
        )
        points = {f"J{j}": f"{value} {self.scale}" for j, value in zip(STATIONS, self.hardness, strict=True)}
        return Jominy(steel, measured=points, austenitise=self.austenitise, latent_heat=latent_heat, spacing=CELLS)


BARS = (
    MeasuredBar(
        "4140",
        {"C": 0.38, "Mn": 0.81, "Si": 0.28, "Ni": 0.11, "Cr": 0.98, "Mo": 0.22, "Cu": 0.11},
        "42 W/m/K",
        8.0,
        "845 degC",
        "HRC",
        (57, 57, 55, 55, 55, 55, 55, 55, 54, 52, 50, 47, 44, 42, 41, 41, 40, 39, 38, 38, 37, 37, 37, 37, 37),
    ),
    MeasuredBar(
        "MIL-S-23284 class 1",
        {"C": 0.24, "Mn": 0.31, "Si": 0.20, "Ni": 3.04, "Cr": 0.39, "Mo": 0.44, "V": 0.05},
        "38 W/m/K",
        6.2,
        "925 degC",
        "HRC",
        (50, 49, 49, 49, 49, 48, 48, 48, 46, 44, 44, 41, 39, 38, 35, 34, 31, 30, 29, 29, 29, 29, 27, 27, 27),
    ),
    MeasuredBar(
        "A36",
        {"C": 0.20, "Mn": 1.01, "Si": 0.10},
        "50 W/m/K",
        6.2,
        "925 degC",
        "HV",
        (424, 414, 296, 262, 250, 212, 202, 191, 177, 171, 170, 165, 162, 159, 156, 157, 153, 153, 153, 150, 150)
        + (147, 147, 147, 147),
    ),
)
"""Grain 6.2 is what 925 degC gives in the steels of the same paper; conductivities are those of their kind [M]."""


def inside(bar: EndQuench, band: Band) -> NDArray[np.bool_]:
    """Stations of a band between its edges; where the least is below 20 HRC there is no lower edge."""
    (x, most), (lower, least) = band.hrc("most"), band.hrc("least")
    hv, floor = bar.at(x), np.zeros(x.size)
    floor[: lower.size] = hv_from_hrc(least)
    return np.asarray((hv <= hv_from_hrc(most)) & (hv >= floor))


def of_band(band: Band, level: float, rates: dict[str, str] | None = None) -> EndQuench:
    """The bar of a grade at a level of its ranges: 0 the least of every element, 1 the most."""
    composition = band.composition(level, **RESIDUAL)
    steel = Alloy(f"{band.name} at {level:g}", composition=composition, conductivity="43 W/m/K", rates=rates or {})
    return Jominy(steel, spacing=CELLS).run()


@check("D01", "hardenability")
def cooling_scale() -> Iterator[Verdict]:
    """Cooling rate at 704 degC along the bar, before any hardness is looked at."""
    bar = Jominy(alloy("42CrMo4"), spacing=CELLS).run()
    for number, rate in RATES.items():
        i = int(np.argmin(np.abs(bar.distance - number * SIXTEENTH)))
        times = np.interp([-987.15, -967.15], -bar.temperatures[:, i], bar.times)
        got = 20.0 / float(times[1] - times[0])
        yield Verdict(
            "D01", f"cooling rate at 704 degC, J{number}", rate, got, 0.15 * rate, "K/s",
            "15 %: charts of different authors", "Callister, Fig. 14.8; stations from memory",
        )  # fmt: skip


@check("D02", "hardenability")
def band_of_42crmo4() -> Iterator[Verdict]:
    """The middle of 42CrMo4 against its +H band."""
    band = BANDS["42CrMo4+H"]
    found = inside(Jominy(alloy("42CrMo4"), spacing=CELLS).run(), band)
    yield Verdict(
        "D02", "stations inside the band, of 13, rates not tuned", 13.0, float(found.sum()), 0.0, "-",
        "all of them", band.source,
    )  # fmt: skip


@check("D07", "hardenability")
def bands() -> Iterator[Verdict]:
    """The middle of grades against their A304 bands, not tuned; 5140H and 1045H leave theirs, see docs/diagrams.md."""
    for name in ("4140H", "8620H", "4130H"):
        band = BANDS[name]
        found = inside(of_band(band, 0.5), band)
        yield Verdict(
            "D07", f"{name}: stations inside the band, of {found.size}", float(found.size), float(found.sum()), 0.0,
            "-", "all of them", f"{band.source} [M]",
        )  # fmt: skip


@check("D08", "hardenability")
def measured_bars() -> Iterator[Verdict]:
    """Measured bars, rates not tuned."""
    for measured in BARS:
        got = measured.bar().run().rmse
        yield Verdict(
            "D08", f"{measured.name}, rms difference, rates not tuned", 0.0, float(got or 0.0), 35.0, "HV",
            "35 HV: what is asked of kinetics that are not tuned", LI,
        )  # fmt: skip


@check("D08-tuned", "hardenability", full=True)
def fitted_bars() -> Iterator[Verdict]:
    """The same bars after three rate multipliers and the hardness of the phases were fitted to each."""
    for measured in BARS:
        fit = fit_kinetics(measured.bar().alloy, data="its own bar", jominy=measured.bar(), hardness=True)
        yield Verdict(
            "D08-tuned", f"{measured.name}, rms difference after the fit", 0.0, fit.after["jominy"][0], 15.0, "HV",
            "15 HV: scatter of measured hardness", LI,
        )  # fmt: skip
