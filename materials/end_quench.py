"""Distances and hardness along an end-quenched bar, as people write them: J4, 6 mm, 57 HRC."""

import re
from collections.abc import Mapping

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .jominy import SIXTEENTH
from .quantity import Amount, parse
from .refusal import CaseError

Array = NDArray[float64]

BAR = 0.1016  # m, length of the bar of ASTM A255
STATION = re.compile(r"J\s*(\d+(?:\.\d+)?)", re.IGNORECASE)


def distance(text: object) -> float:
    """m from the quenched end: "J4" is four sixteenths of an inch, "6 mm" is 6 mm.

    >>> round(1e3 * distance("J4"), 2)
    6.35

    Raises CaseError for what is no distance, or not on the bar.
    """
    match = STATION.fullmatch(str(text).strip())
    if match is None and re.fullmatch(r"\s*[\d.]+\s*", str(text)):
        raise CaseError(f"'{text}' has no unit; write 'J{text}' for sixteenths of an inch, or '{text} mm'")
    place = float(match[1]) * SIXTEENTH if match else parse(text, "m")
    if not 0.0 < place < BAR:
        raise CaseError(f"'{text}' is not on the bar, 0 to {1e3 * BAR:g} mm from its quenched end")
    return place


def read_end_quench(given: object) -> dict[Amount, Amount]:
    """Measured hardness (HV) by distance (m) from {"J4": "57 HRC", "6 mm": "55 HRC"}, by distance.

    Raises CaseError for a distance or a hardness that is none.
    """
    if not isinstance(given, Mapping):
        raise CaseError(f"{given!r} is no measured curve; write {{J1: 57 HRC, 6 mm: 55 HRC}}")
    found = {}
    for place, hardness in given.items():
        try:
            hv = parse(hardness, "HV")
            if hv <= 0.0:
                raise CaseError(f"'{hardness}' must be above zero")
            found[Amount(distance(place), str(place))] = Amount(hv, str(hardness))
        except CaseError as error:
            raise error.under(str(place)) from None
    return dict(sorted(found.items()))


def profile(given: object) -> tuple[Array, Array] | None:
    """(m, HV) of a measured curve, by distance; None for None. Raises CaseError as `read_end_quench`."""
    if given is None or isinstance(given, tuple):  # a word that is replaced is read again
        return given
    points = read_end_quench(given)
    if not points:
        raise CaseError(f"{given!r} is no measured curve; write {{J1: 57 HRC, 6 mm: 55 HRC}}")
    return np.array([*points], float64), np.array([*points.values()], float64)
