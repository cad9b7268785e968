"""Measured parts. The data are other people's and lie outside the project, in the folder METALTWIN_DATA."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.grid import Grid
from ..cases.part import Part
from ..cases.sensor import Thermocouple
from ..cases.step import Quench, Transfer
from ..cases.treatment import HeatTreatment
from ..materials.library import medium
from ..materials.material import Material
from .path import ZERO, celsius
from .verdict import Skipped, Verdict, check

Array = NDArray[float64]

SOURCE = "B. Hrnjica, S. Behrem, Adv. Prod. Eng. Manag. 17 (2022), doi 10.14743/apem2022.1.418"


def record(name: str) -> Array:
    """Columns time [s], T1, T2, T3, T4 [degC] of a cylinder. Raises Skipped where they are not here."""
    folder = os.environ.get("METALTWIN_DATA")
    if not folder:
        raise Skipped("the environment variable METALTWIN_DATA names no folder with quench_cylinders/")
    path = Path(folder) / "quench_cylinders" / f"{name}.csv"
    if not path.is_file():
        raise Skipped(f"'{path}' does not exist")
    return np.loadtxt(path, delimiter=",", skiprows=1)


def austenitic() -> Material:
    """The steel of the cylinders, which does not transform."""
    return Material(
        "austenitic steel",
        conductivity=celsius(lambda T: 14.712 + 0.0159 * T - 2e-6 * T**2),
        density="7800 kg/m^3",
        heat_capacity=celsius(lambda T: 436.57 + 0.642 * T - 1e-3 * T**2 + 6e-7 * T**3),
    )


@check("M-oil-50", "measured")
def oil_50() -> Iterator[Verdict]:
    """Cylinder 50 x 150 mm in oil of 40 degC: h(T) of that oil and size, start and transfer as measured."""
    data = record("D50xH150_oil")
    time, skin, core = data[:, 0], data[:, 2], data[:, 3]
    leaves = float(time[np.argmax(skin < skin[0] - 1.0)])
    enters = float(time[np.argmax(np.gradient(skin, time) < -10.0)])
    case = HeatTreatment(
        name="quenched cylinder",
        part=Part.cylinder("50 mm", "150 mm"),
        alloy=austenitic(),
        grid=Grid("1 mm"),
        start=f"{core[0]} degC",
        steps=[
            Transfer(f"{enters - leaves} s"),
            Quench(medium("fast oil", bath="40 degC"), duration=f"{time[-1] - enters} s"),
        ],
        sensors=[
            Thermocouple("core", at=("0 mm", "0 mm", "75 mm")),
            Thermocouple("skin", at=("23.5 mm", "0 mm", "75 mm")),
        ],
        record="0.5 s",
    )
    result = case.run(progress=False)
    after = time >= leaves
    reason = "60 K: h(T) uncalibrated, +-50 % at its peak; the authors' own h(t) reach 3 to 24 K"
    for name, measured in (("core", core), ("skin", skin)):
        seen = result.probe(name)
        apart = np.interp(time[after], leaves + seen.time, seen.temperature) - ZERO - measured[after]
        rms = float(np.sqrt(np.mean(apart**2)))
        quantity = f"rms difference from the {name} thermocouple at mid-height, {time[-1] - leaves:g} s"
        yield Verdict("M-oil-50", quantity, 0.0, rms, 60.0, "K", reason, SOURCE)
