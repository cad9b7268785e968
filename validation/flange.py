"""A part of our own for examples and benchmarks: a hub on a six-lobed flange with a bore, as a closed STL."""

from pathlib import Path

import numpy as np
from numpy import float64
from numpy.typing import NDArray

# Half-section of the flange, (r, z, lobed) in mm, anticlockwise; lobed points follow its outline.
PROFILE = (
    (12.0, 0.0, 0.0),
    (50.0, 0.0, 1.0),
    (50.0, 14.0, 1.0),
    (46.0, 18.0, 1.0),
    (28.0, 18.0, 0.0),
    (22.0, 24.0, 0.0),
    (22.0, 56.0, 0.0),
    (18.0, 60.0, 0.0),
    (12.0, 60.0, 0.0),
)


def facets(sectors: int = 180, lobes: int = 6, depth: float = 0.1, scale: float = 1.0) -> NDArray[float64]:
    """Triangles (t, 3, 3) in mm, normals outward: the profile swept round z, lobed with r (1 + depth cos)."""
    angle = 2.0 * np.pi * np.arange(sectors) / sectors
    r, z, lobed = np.array(PROFILE).T
    radius = r[None] * (1.0 + depth * lobed[None] * np.cos(lobes * angle)[:, None])
    ring = np.stack(
        (radius * np.cos(angle)[:, None], radius * np.sin(angle)[:, None], np.broadcast_to(z, radius.shape)),
        axis=-1,
    )
    ahead = np.roll(ring, -1, axis=0)
    a, b, c, d = ring, np.roll(ring, -1, axis=1), np.roll(ahead, -1, axis=1), ahead
    triangles = np.concatenate((np.stack((a, d, c), axis=2), np.stack((a, c, b), axis=2)))
    return scale * triangles.reshape(-1, 3, 3)


def write_stl(path: Path | str, triangles: NDArray[float64]) -> None:
    """A binary STL of triangles (t, 3, 3)."""
    record = np.zeros(len(triangles), dtype=[("normal", "<f4", 3), ("corner", "<f4", (3, 3)), ("spare", "<u2")])
    normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    record["normal"] = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    record["corner"] = triangles
    with open(path, "wb") as file:
        file.write(b"metaltwin".ljust(80) + np.uint32(len(record)).tobytes() + record.tobytes())
