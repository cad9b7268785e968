"""Which colours a field is shown in, and where they begin and end."""

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.meaning import meaning

Array = NDArray[float64]

MAPS = {
    "temperature": "inferno",
    "hardness": "viridis",
    "plastic_strain": "magma",
    "displacement": "magma",
    "t8_5": "cividis",
    "cooling_rate_700": "cividis",
    "solid_fraction": "viridis",
    "solidification_time": "inferno",
    "local_solidification_time": "inferno",
    "rigid_time": "inferno",
}
WHOLE = {"solid_fraction": (0.0, 100.0, 6)}  # the same colours at every instant
SIGNED = "RdBu_r"
ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def colours(field: str, values: Array) -> str:
    """Name of the colour map."""
    signed = (meaning(field).unit == "Pa" or field == "deviation") and np.nanmin(values) < 0.0
    return SIGNED if signed else MAPS.get(field, "magma" if meaning(field).unit == "Pa" else "cividis")


def span(field: str, values: Array) -> tuple[float, float, int]:
    """Ends of the colour bar and how many labels make round numbers; about zero where the sign matters."""
    if field in WHOLE:
        return WHOLE[field]
    if not np.isfinite(values).any():
        return 0.0, 1.0, 2
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if colours(field, values) == SIGNED:
        half = _round(max(abs(low), abs(high)) / 2.0)
        return -2.0 * half, 2.0 * half, 5
    if high - low < 1e-6 * max(abs(high), 1e-12):
        low, high = low - 0.5, high + 0.5
    step = _round((high - low) / 5.0)
    first = np.floor(low / step + 1e-6) * step
    count = int(np.ceil((high - first) / step - 1e-6))
    return float(first), float(first + count * step), count + 1


def _round(value: float) -> float:
    """The next round number above."""
    ten = 10.0 ** np.floor(np.log10(value))
    return float(ten * next(size for size in ROUND if size * ten >= value * 0.999))


def digits(low: float, high: float) -> str:
    """How the labels of a bar are written."""
    width = high - low
    return "%.0f" if width >= 10 else "%.1f" if width >= 2 else f"%.{1 - int(np.floor(np.log10(width)))}f"
