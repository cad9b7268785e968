"""STEEL-C, the constant steel of the catalogue, and the shortest way to run a quench of it."""

from collections.abc import Sequence
from typing import Any

from ..cases.grid import Grid
from ..cases.part import Part
from ..cases.result import Result
from ..cases.step import Quench
from ..cases.treatment import HeatTreatment
from ..materials.alloy import Alloy
from ..materials.material import Material
from ..materials.medium import Medium

DIFFUSIVITY = 30.0 / (7800.0 * 600.0)
"""m2/s"""
ZERO, SPAN = 273.15, 830.0
ELASTIC = {"young": "200 GPa", "poisson": 0.3, "expansion": "1.2e-5 1/K", "stress_free": "850 degC"}
INSULATED = Medium("insulation", h="0 W/m^2/K", temperature="20 degC")


def steel_c(**mechanics: Any) -> Material:
    """k 30 W/m/K, rho 7800 kg/m3, cp 600 J/kg/K; mechanics as given (ELASTIC and a yield stress)."""
    return Material("STEEL-C", conductivity="30 W/m/K", density="7800 kg/m^3", heat_capacity="600 J/kg/K", **mechanics)


def quench(
    part: Part,
    spacing: str,
    h: str,
    times: Sequence[float],
    alloy: Material | Alloy | None = None,
    metric: str = "auto",
    long: bool = False,
    **case: Any,
) -> Result:
    """Run a quench from 850 degC into 20 degC with a constant heat transfer coefficient.

    times  s, instants at which steps end, so that temperature and stress are there exactly
    long   the ends are insulated: a piece of an infinite bar
    """
    bath = Medium("constant", h=h, temperature="20 degC")
    media = {"bottom": INSULATED, "side": bath, "top": INSULATED} if long else bath
    lengths = [after - before for before, after in zip([0.0, *times[:-1]], times, strict=True)]
    return HeatTreatment(
        name="verification",
        part=part,
        alloy=alloy or steel_c(),
        grid=Grid(spacing, metric),
        start="850 degC",
        steps=[Quench(media, duration=f"{length!r} s") for length in lengths],
        **case,
    ).run(progress=False)
