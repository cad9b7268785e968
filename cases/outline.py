"""The outline of a turned part: corners (r, z) in order, looked at before they are turned."""

from typing import Annotated, Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from pydantic import PlainValidator, WithJsonSchema

from ..materials.refusal import CaseError

Array = NDArray[float64]
Corners = tuple[tuple[float, float], ...]
HINT = "write [(11, 0), (20, 0), ...], in a file [[11, 0], [20, 0], ...], with unit mm"
SAME = 1e-9  # of the outline's size: corners and edges nearer to each other touch


def _corners(given: object) -> Corners:
    """Corners (r, z) as plain numbers; the first, said again at the end, is left out. Raises CaseError."""
    rows: Any = given.tolist() if isinstance(given, np.ndarray) else given
    if not isinstance(rows, list | tuple):
        raise CaseError(f"{rows!r} is no list of corners (r, z); {HINT}")
    for number, row in enumerate(rows):
        pair = isinstance(row, list | tuple) and len(row) == 2
        if not pair or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in row):
            raise CaseError(f"{row!r} is no corner (r, z) of two plain numbers; {HINT}", number)
        if not np.isfinite(row).all():
            raise CaseError(f"{row!r} is not finite", number)
        if row[0] < 0.0:
            raise CaseError(f"{row!r} lies beyond the axis; r is the distance from it, 0 or more", number)
    corners = tuple((r, z) for r, z in rows)
    corners = corners[:-1] if len(corners) > 1 and corners[0] == corners[-1] else corners
    _simple(np.array(corners, float64).reshape(-1, 2))
    return corners


Outline = Annotated[
    Any,
    PlainValidator(_corners),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
            "minItems": 3,
            "description": "corners [r, z] of the outline in order, in `unit`",
        }
    ),
]


def _simple(corners: Array) -> None:
    """Refuse an outline (c, 2) that bounds no single body. Raises CaseError."""
    count = len(corners)
    if count < 3:
        raise CaseError(f"has {count} corner{'' if count == 1 else 's'}; an outline takes three or more")
    near = SAME * float(np.ptp(corners, axis=0).max())
    way = np.roll(corners, -1, axis=0) - corners
    length = np.hypot(*way.T)
    if (short := np.flatnonzero(length <= near)).size:
        raise CaseError(f"corner {_said(corners, int(short[0]))} comes twice in a row; leave one out", int(short[0]))
    before = np.roll(way, 1, axis=0)
    turn, ahead = way[:, 0] * before[:, 1] - way[:, 1] * before[:, 0], (way * before).sum(1)
    if (back := np.flatnonzero((np.abs(turn) <= near * length) & (ahead < 0.0))).size:
        raise CaseError(f"the outline turns back on itself at {_said(corners, int(back[0]))}", int(back[0]))
    one, other = np.triu_indices(count, 2)
    apart = (one > 0) | (other < count - 1)  # the first edge and the last are neighbours
    one, other = one[apart], other[apart]
    met = _touch(corners[one], way[one], corners[other], way[other], near)
    if met.any():
        i, j = int(one[met][0]), int(other[met][0])
        raise CaseError(
            f"the edge from {_said(corners, i)} meets the one from {_said(corners, j)}; give the corners in order, "
            "once around, so that the outline neither crosses nor touches itself",
            j,
        )


def _touch(a: Array, along_a: Array, b: Array, along_b: Array, near: float) -> NDArray[np.bool_]:
    """Whether edges (k, 2) from a and from b come nearer to one another than `near`."""
    cross = along_a[:, 0] * along_b[:, 1] - along_a[:, 1] * along_b[:, 0]
    off = b - a
    flat = np.abs(cross) <= 1e-12 * np.hypot(*along_a.T) * np.hypot(*along_b.T)
    safe = np.where(flat, 1.0, cross)
    s = (off[:, 0] * along_b[:, 1] - off[:, 1] * along_b[:, 0]) / safe
    t = (off[:, 0] * along_a[:, 1] - off[:, 1] * along_a[:, 0]) / safe
    crossing = ~flat & (s >= 0.0) & (s <= 1.0) & (t >= 0.0) & (t <= 1.0)
    ends = [
        _distance(point, start, along)
        for start, along, points in ((a, along_a, (b, b + along_b)), (b, along_b, (a, a + along_a)))
        for point in points
    ]
    return np.asarray(crossing | (np.min(ends, axis=0) <= near))


def _distance(point: Array, start: Array, along: Array) -> Array:
    """(k,) from points to edges."""
    share = np.clip(((point - start) * along).sum(1) / (along**2).sum(1), 0.0, 1.0)
    return np.asarray(np.hypot(*(start + share[:, None] * along - point).T))


def _said(corners: Array, number: int) -> str:
    r, z = corners[number % len(corners)]
    return f"({r:g}, {z:g})"
