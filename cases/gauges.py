"""What gauges read of a surface that has moved: of a cylinder and of a flat face."""

from dataclasses import dataclass

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..solver.bestfit import harmonics, off_plane

Array = NDArray[float64]

LEAST = 8  # points of the skin that make a section
EDGE = 0.01  # of the area of a face: slivers at its edges, whose points lie beyond them


@dataclass(frozen=True, eq=False)
class Round:
    """A cylindrical zone by sections along its axis; all m.

    diameter   mean growth of its diameter
    least, most  growth of the diameter of the section that grew least and most
    taper      how much more the last section along the axis grew than the first, by the straight line through all
    roundness  of the worst section: largest less smallest radius about its least squares circle
    runout     of the worst section: the same about the axis through the centres of the two end sections
    bow        largest distance of a section's centre from that axis
    """

    diameter: float
    least: float
    most: float
    taper: float
    roundness: float
    runout: float
    bow: float


@dataclass(frozen=True, eq=False)
class Flat:
    """A flat face; all m, outwards positive.

    moved     mean movement out of the part
    flatness  largest less smallest height over its best plane
    dish      how much farther its rim has moved than its middle, by the straight line over the distance from its centre
    """

    moved: float
    flatness: float
    dish: float


def round_zone(angle: Array, out: Array, height: Array, area: Array, spacing: float) -> Round:
    """What gauges read of a cylinder: (k,) rad about its axis, m moved away from it, m along it, m2; m of a section."""
    level = np.rint((height - height.min()) / spacing).astype(int)
    sections = []
    for number in np.unique(level):
        here = level == number
        if here.sum() >= LEAST:
            first, rest = harmonics(angle[here], out[here])
            sections.append((height[here].mean(), first, rest, angle[here]))
    mean = 2.0 * float(np.average(out, weights=area))
    if not sections:
        nan = float("nan")
        return Round(mean, mean, mean, nan, nan, nan, nan)
    at = np.array([place for place, *_ in sections])
    centres = np.array([first[1:] for _, first, _, _ in sections])
    share = (at - at[0]) / (at[-1] - at[0]) if at.size > 1 else np.zeros(1)
    off = centres - centres[0] - share[:, None] * (centres[-1] - centres[0])
    about = [
        rest + x * np.cos(turn) + y * np.sin(turn) for (_, _, rest, turn), (x, y) in zip(sections, off, strict=True)
    ]
    means = 2.0 * np.array([first[0] for _, first, _, _ in sections])
    return Round(
        mean,
        float(means.min()),
        float(means.max()),
        slope(share, means, np.ones(at.size)),
        max(float(np.ptp(rest)) for _, _, rest, _ in sections),
        max(float(np.ptp(height)) for height in about),
        float(np.linalg.norm(off, axis=1).max()),
    )


def flat_face(places: Array, out: Array, area: Array) -> Flat:
    """What gauges read of a face: places in its plane (k, 2) m, (k,) m moved out of the part, m2."""
    away = np.linalg.norm(places - np.average(places, axis=0, weights=area), axis=1)
    order = np.argsort(away)
    share = np.cumsum(area[order]) - 0.5 * area[order]
    first, last = np.interp(np.array([EDGE, 1.0 - EDGE]) * area.sum(), share, away[order])
    dish = slope(away, out, area) * float(last - first)
    return Flat(float(np.average(out, weights=area)), float(np.ptp(off_plane(places, out))), dish)


def slope(x: Array, y: Array, weight: Array) -> float:
    """Of the straight line that fits y (k,) over x (k,) best; 0 where all x are one.

    >>> slope(np.array([0.0, 1.0, 2.0]), np.array([5.0, 7.0, 9.0]), np.ones(3))
    2.0
    """
    off = x - np.average(x, weights=weight)
    spread = float(weight @ off**2)
    return float((weight * off) @ y / spread) if spread > 0.0 else 0.0
