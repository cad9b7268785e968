"""Distances and hardness along an end-quenched bar, as people write them: J4, 6 mm, 57 HRC."""

import re
from collections.abc import Mapping

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.jominy import SIXTEENTH
from ..materials.quantity import parse
from ..materials.refusal import CaseError

Array = NDArray[float64]

BAR = 0.1016  # m, length of the bar of ASTM A255
NUMBER = re.compile(r"J\s*(\d+(?:\.\d+)?)", re.IGNORECASE)


def distance(text: object) -> float:
    """m from the quenched end: "J4" is four sixteenths of an inch, "6 mm" is 6 mm.

    >>> round(1e3 * distance("J4"), 2)
    6.35

    Raises CaseError for what is no distance, or not on the bar.
    """
    match = NUMBER.fullmatch(str(text).strip())
    if match is None and re.fullmatch(r"\s*[\d.]+\s*", str(text)):
        raise CaseError(f"'{text}' has no unit; write 'J{text}' for sixteenths of an inch, or '{text} mm'")
    place = float(match[1]) * SIXTEENTH if match else parse(text, "m")
    if not 0.0 < place < BAR:
        raise CaseError(f"'{text}' is not on the bar, 0 to {1e3 * BAR:g} mm from its quenched end")
    return place


def profile(given: object) -> tuple[Array, Array] | None:
    """(m, HV) of a measured curve, {"J1": "57 HRC", "6 mm": "55 HRC"}, by distance; None for None.

    Raises CaseError for a distance or a hardness that is none.
    """
    if given is None or isinstance(given, tuple):  # a word that is replaced is read again
        return given
    if not isinstance(given, Mapping) or not given:
        raise CaseError(f"{given!r} is no measured curve; write {{'J1': '57 HRC', '6 mm': '55 HRC'}}")
    points = []
    for place, hardness in given.items():
        try:
            points.append((distance(place), parse(hardness, "HV")))
        except CaseError as error:
            raise error.under(str(place)) from None
    points.sort()
    return np.array([x for x, _ in points]), np.array([hv for _, hv in points])
