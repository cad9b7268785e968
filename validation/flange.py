"""A part of our own for examples and benchmarks: a hub on a six-lobed flange with a bore, as a closed STL."""

from pathlib import Path

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.grid import Grid
from ..cases.part import Part
from ..cases.step import Quench
from ..cases.treatment import HeatTreatment
from ..materials.library import alloy

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


def flange(folder: Path, cells: int, duration: str, stress: bool) -> HeatTreatment:
    """A lobed flange of 190 mm from an STL, quenched in oil; about so many cells."""
    path = folder / "flange.stl"
    triangles = facets(sectors=360, scale=1.88)
    write_stl(path, triangles)
    volume = float(np.einsum("ti,ti->t", triangles[:, 0], np.cross(triangles[:, 1], triangles[:, 2])).sum() / 6.0)
    spacing = (volume / cells) ** (1.0 / 3.0)
    return HeatTreatment(
        name="flange",
        part=Part.from_stl(path, "mm"),
        alloy=alloy("42CrMo4"),
        grid=Grid(f"{spacing:.4f} mm"),
        start="850 degC",
        steps=[Quench("fast oil", bath="60 degC", duration=duration)],
        stress=stress,
        snapshots=10,
    )
