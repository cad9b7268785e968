from numpy import float64, int32, int64
from numpy.typing import NDArray

Array = NDArray[float64]

def within(
    points: Array,
    corners: NDArray[int64],
    edges: NDArray[int64],
    turns: Array,
    facets: NDArray[int64],
    normals: Array,
    axis: int,
    u: Array,
    v: Array,
    by: float,
    near: float,
    piece: Array,
    count: NDArray[int32],
) -> bool: ...
