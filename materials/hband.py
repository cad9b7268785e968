"""Hardenability bands of steels: least and most hardness of an end-quenched bar against distance."""

from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from .jominy import SIXTEENTH

Array = NDArray[float64]

_INCH = (*range(1, 17), *range(18, 33, 2))
_FINE = (1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 9, 10, 12, 14, 16, 18, 20, 22, 24)
_METRIC = (1.5, 3, 5, 7, 9, 11, 13, 15, 20, 25, 30, 35, 40)


@dataclass(frozen=True)
class Band:
    """A hardenability band.

    name      of the band; steels: names of the alloys that it belongs to
    distance  m from the quenched end
    most      HRC
    least     HRC, as far as it is given: below 20 HRC there is no number
    limits    element -> (least, most) wt % of the grade
    source    with mark: V read in a published source, M from memory of well known tables
    """

    name: str
    steels: tuple[str, ...]
    distance: tuple[float, ...]
    most: tuple[float, ...]
    least: tuple[float, ...]
    limits: dict[str, tuple[float, float]]
    source: str
    mark: str

    def hrc(self, side: str) -> tuple[Array, Array]:
        """(m, HRC) of the side "least" or "most", as far as it is given."""
        values = np.array(getattr(self, side), float64)
        return np.array(self.distance[: values.size], float64), values

    def composition(self, level: float, **others: float) -> dict[str, float]:
        """wt % at a level of every range, 0 the least and 1 the most; others are taken as given.

        >>> round(BANDS["1045H"].composition(0.5)["C"], 3)
        0.465
        """
        within = {element: low + level * (high - low) for element, (low, high) in self.limits.items()}
        return {**others, **within}


def _sixteenths(numbers: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(number * SIXTEENTH for number in numbers)


_J1268 = "SAE J1268, ASTM A304"
_SILICON = {"Si": (0.15, 0.35)}

BANDS: dict[str, Band] = {
    band.name: band
    for band in (
        Band(
            "42CrMo4+H",
            ("42CrMo4", "1.7225", "42CrMo4+QT"),
            tuple(1e-3 * x for x in _METRIC),
            (61, 61, 61, 60, 60, 59, 59, 58, 56, 53, 51, 48, 47),
            (53, 53, 52, 51, 49, 43, 40, 37, 34, 32, 31, 30, 30),
            {
                "C": (0.38, 0.45),
                "Si": (0.10, 0.40),
                "Mn": (0.60, 0.90),
                "Cr": (0.90, 1.20),
                "Mo": (0.15, 0.30),
            },
            "EN 10083-3, data sheet of 1.7225",
            "V",
        ),
        Band(
            "4140H",
            ("4140", "AISI 4140", "SAE 4140"),
            _sixteenths(_INCH),
            (60, 60, 60, 59, 59, 58, 58, 57, 57, 56, 56, 55, 55, 54, 54, 53, 52, 51, 49, 48, 47, 46, 45, 44),
            (53, 53, 52, 51, 51, 50, 48, 47, 44, 42, 40, 39, 38, 37, 36, 35, 34, 33, 33, 32, 32, 31, 31, 30),
            {"C": (0.37, 0.44), "Mn": (0.65, 1.10), "Cr": (0.75, 1.20), "Mo": (0.15, 0.25), **_SILICON},
            _J1268,
            "M",
        ),
        Band(
            "5140H",
            ("5140", "AISI 5140", "SAE 5140"),
            _sixteenths(_INCH),
            (60, 59, 58, 57, 56, 54, 52, 50, 48, 46, 45, 43, 42, 40, 39, 38, 37, 36, 35, 34, 34, 33, 33, 32),
            (53, 52, 50, 48, 43, 38, 35, 33, 31, 30, 29, 28, 27, 27, 26, 25, 24, 23, 21, 20),
            {"C": (0.37, 0.44), "Mn": (0.60, 1.00), "Cr": (0.60, 1.00), **_SILICON},
            _J1268,
            "M",
        ),
        Band(
            "8620H",
            ("8620", "AISI 8620", "SAE 8620"),
            _sixteenths(_INCH),
            (48, 47, 44, 41, 37, 34, 32, 30, 29, 28, 27, 26, 25, 25, 24, 24, 23, 23, 23, 23, 23, 22, 22, 22),
            (41, 37, 32, 27, 23, 21),
            {"C": (0.17, 0.23), "Mn": (0.60, 0.95), "Ni": (0.35, 0.75), "Cr": (0.35, 0.65), "Mo": (0.15, 0.25)}
            | _SILICON,
            _J1268,
            "M",
        ),
        Band(
            "4130H",
            ("4130", "AISI 4130", "SAE 4130"),
            _sixteenths(_INCH),
            (56, 55, 53, 51, 49, 47, 44, 42, 40, 38, 36, 35, 34, 34, 33, 33, 32, 32, 32, 31, 31, 30, 30, 29),
            (49, 46, 42, 38, 34, 31, 29, 27, 26, 26, 25, 25, 24, 24, 23, 23, 22, 21, 20),
            {"C": (0.27, 0.33), "Mn": (0.30, 0.70), "Cr": (0.75, 1.20), "Mo": (0.15, 0.25), **_SILICON},
            _J1268,
            "M",
        ),
        Band(
            "1045H",
            ("1045", "AISI 1045", "SAE 1045"),
            _sixteenths(_FINE),
            (62, 61, 59, 56, 52, 46, 38, 34, 33, 32, 32, 31, 31, 30, 30, 29, 29, 28, 27, 26, 25, 23, 22, 21),
            (55, 52, 42, 34, 31, 29, 28, 27, 26, 26, 25, 25, 25, 24, 24, 23, 22, 21, 20),
            {"C": (0.42, 0.51), "Mn": (0.50, 1.00), **_SILICON},
            _J1268,
            "M",
        ),
    )
}


def band_of(steel: str) -> Band | None:
    """The band of an alloy by its name, or None.

    >>> band_of("4140").name
    '4140H'
    """
    return next((band for band in BANDS.values() if steel in band.steels), None)
