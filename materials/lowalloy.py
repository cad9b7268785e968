"""A complete low-alloy steel from its composition alone, with what had to be assumed."""

from typing import Any

import numpy as np

from .composition import Composition
from .refusal import CaseError

USUAL = ("C", "Si", "Mn", "Cr", "Mo", "Ni")
CONDUCTIVITY = ((1.0, 2.3, 3.9), (50.0, 42.0, 37.0))
HIGHEST = 10.0
EUTECTOID = 0.8


def alloying(c: Composition) -> float:
    """Si + Mn + Cr + Mo + Ni, wt %.

    >>> alloying(Composition(C=0.42, Si=0.25, Mn=0.75, Cr=1.0, Mo=0.2))
    2.2
    """
    return c.Si + c.Mn + c.Cr + c.Mo + c.Ni


def conductivity_room(c: Composition) -> float:
    """Thermal conductivity [W/m/K] of annealed low-alloy steel at 20 degC, +-10 %.

    Straight lines through (alloying content [wt %], k): (1.0, 50), (2.3, 42), (3.9, 37), flat outside; these are
    C-Mn steel, 42CrMo4 and 34CrNiMo6 of the tables. Range: Si + Mn + Cr + Mo + Ni up to 5. Source: tables, from
    memory; 16MnCr5 41, 20MnCr5 42 and 100CrMo7-3 41 of makers' sheets come out within 5 %, 61SiCr7 (37) within 8 %.

    >>> conductivity_room(Composition(C=0.45, Mn=0.75, Si=0.25))
    50.0
    """
    return float(np.interp(alloying(c), *CONDUCTIVITY))


def complete(c: Composition) -> dict[str, Any]:
    """Words of an Alloy of this composition: what is missing is assumed, and its note says so.

    Raises CaseError for high-alloy steel, which the models do not know.
    """
    if alloying(c) > HIGHEST:
        sum_ = f"Si + Mn + Cr + Mo + Ni {alloying(c):g} wt %"
        raise CaseError(f"{sum_} is no low-alloy steel, to {HIGHEST:g}; give a card with a material", "composition")
    missing = [element for element in USUAL if not getattr(c, element)]
    zero = f"; not given, taken as 0: {', '.join(missing)}" if missing else ""
    dissolved = "; all carbon taken as dissolved" if c.C > EUTECTOID else ""
    notes = {
        "composition": ("yours" + zero + dissolved, "assumed" if zero or dissolved else "given"),
        "grain_size": ("fine-grained steel after a usual austenitising", "assumed"),
        "conductivity": ("by alloy content between values of tables, +-10 %", "assumed"),
        "density": ("EN 1993-1-2, carbon steel", "assumed"),
        "emissivity": ("oxidised steel 0.75 to 0.9", "assumed"),
    }
    return {
        "composition": c,
        "conductivity": f"{conductivity_room(c):.0f} W/m/K",
        "density": "7850 kg/m^3",
        "emissivity": 0.8,
        "notes": {name: {"source": source, "mark": mark} for name, (source, mark) in notes.items()},
    }
