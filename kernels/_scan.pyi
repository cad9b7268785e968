from numpy import float64, int32, int64, uint8
from numpy.typing import NDArray

Array = NDArray[float64]

def reach(points: Array, facets: NDArray[int64], axis: int, v: Array, out: NDArray[int32]) -> None: ...
def cross(
    points: Array,
    facets: NDArray[int64],
    normals: Array,
    axis: int,
    u: Array,
    v: Array,
    met: NDArray[int32],
    fill: int,
    cursor: NDArray[int64],
    position: Array,
    tilt: Array,
) -> None: ...
def close_rays(start: NDArray[int64], position: Array, tilt: Array) -> None: ...
def mark(
    start: NDArray[int64],
    position: Array,
    tilt: Array,
    origin: float,
    spacing: float,
    shape: NDArray[int64],
    stride: NDArray[int64],
    sub: NDArray[int64],
    first: int,
    flood: int,
    kind: NDArray[uint8],
) -> None: ...
def gather(
    start: NDArray[int64],
    position: Array,
    tilt: Array,
    origin: float,
    spacing: float,
    shape: NDArray[int64],
    stride: NDArray[int64],
    sub: NDArray[int64],
    first: int,
    split: int,
    number: NDArray[int32],
    inside: Array,
    skin: Array,
    facing: Array,
    flat: Array,
) -> None: ...
