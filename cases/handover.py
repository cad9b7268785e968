"""The end of a run on a mesh of another code: fields at its nodes, stress and eigenstrain of its elements."""

import os
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ..materials.refusal import CaseError, one_of
from ..solver.field import distance_outside, onto
from ..solver.relief import elastic_strain
from .inp import ELEMENTS, write_inp
from .meaning import PHASES

if TYPE_CHECKING:
    from .result import Result

Array = NDArray[float64]

WORD = "export"
UNITS = {"mm": (1e3, 1e-6, "MPa"), "m": (1.0, 1.0, "Pa")}  # of the mesh in a metre, of stress in a pascal
CODES = ("calculix", "abaqus")
WHOLE = 0.02  # of the volume: a mesh that differs by more is not one of the whole part
FAR = 2.0  # cells that a mesh may lie outside the part
AT_NODES = ("displacement", "temperature", *PHASES, "hardness")


@dataclass(frozen=True, eq=False)
class HandOver:
    """What was handed over, and whether it is still the same.

    file      what was written
    elements, nodes  of the mesh
    volume    m3, of mesh and of part
    mean      (2, 6) Pa, volume mean of the stress xx yy zz xy yz zx on the mesh as read, and in the part
    shift     (6,) Pa, added to every element so that the mean is that of the part; 0 where the mesh is not the
              whole part
    rms       Pa, of the stress in the part: what the shift is to be compared with
    outside   nodes and points of elements outside the part, read at the skin next to them
    farthest  m, of those
    """

    file: Path
    elements: int
    nodes: int
    volume: tuple[float, float]
    mean: Array
    shift: Array
    rms: float
    outside: int
    farthest: float

    @property
    def moved(self) -> float:
        """Largest difference of a component of the two means over the rms stress."""
        return float(np.abs(self.mean[0] - self.mean[1]).max() / self.rms) if self.rms else 0.0

    def __str__(self) -> str:
        names = ("xx", "yy", "zz", "xy", "yz", "zx")
        rows = (f"{name} {a / 1e6:+.3f} ({b / 1e6:+.3f})" for name, a, b in zip(names, *self.mean, strict=True))
        return "\n".join(
            [
                f"{self.file}: {self.nodes} nodes, {self.elements} elements, {1e6 * self.volume[0]:.5g} cm3 "
                f"(part {1e6 * self.volume[1]:.5g} cm3)",
                f"mean stress read on the mesh (in the part): {', '.join(rows)} MPa",
                f"largest difference {100 * self.moved:.2g} % of the rms stress, {self.rms / 1e6:.4g} MPa; "
                + ("taken out of every element" if self.shift.any() else "left, for the mesh is not the whole part"),
                f"{self.outside} points outside the part, at most {1e3 * self.farthest:.3g} mm, read at its skin",
            ]
        )


def export(result: "Result", file: str | os.PathLike[str], mesh: Any, unit: str, code: str) -> HandOver:
    """See `Result.export`."""
    path = Path(file)
    one_of(unit, UNITS, "unit", "unit")
    one_of(code, CODES, "code", "code")
    if "stress" not in result.fields:
        raise CaseError("this run has no stress to hand over; run it with stress=True", word=WORD)
    if result.cells.lattice.metric not in ("rz", "3d"):
        raise CaseError("a part in 1d is infinite or a sphere; compute it in rz or 3d", word=WORD)
    given = _mesh(mesh)
    scale, pascal, _ = UNITS[unit]
    points = np.asarray(given.points, float64) / scale
    blocks = [(block.type, np.asarray(block.data, int64)) for block in given.cells if block.type in ELEMENTS]
    if not blocks or points.shape[1] != 3:
        raise CaseError(f"the mesh has no solid elements; {', '.join(ELEMENTS)} can be read", "mesh", word=WORD)
    used = np.unique(np.concatenate([data.ravel() for _, data in blocks]))
    number = np.full(len(points), -1, int64)
    number[used] = np.arange(used.size)
    points, blocks = points[used], [(kind, number[data]) for kind, data in blocks]
    reader = _Reader(result)
    at_nodes = {name: reader.read(name, points).T for name in AT_NODES if name in result.fields}
    stress, volume = _element_means(reader, points, blocks)
    means, shift, rms = _balanced(result, stress, volume)
    stress += shift[:, None]
    centres = np.concatenate([points[data[:, : ELEMENTS[kind][1]]].mean(1) for kind, data in blocks])
    eigenstrain = -_strain(result, reader, centres, stress)
    at_nodes["displacement"] = at_nodes["displacement"] * scale
    if path.suffix.lower() == ".inp":
        with path.open("w", encoding="utf-8") as opened:
            write_inp(opened, result.name, points * scale, blocks, at_nodes, stress * pascal, code)
    else:
        _write_mesh(path, points * scale, blocks, at_nodes, stress * pascal, eigenstrain)
    return HandOver(
        path,
        len(volume),
        len(points),
        (float(volume.sum()), float(result.cells.volume.sum())),
        means,
        shift,
        rms,
        reader.outside,
        reader.farthest,
    )


def _mesh(given: Any) -> Any:
    try:
        import meshio
    except ImportError:
        raise CaseError("needs meshio; install metaltwin[export]", word=WORD) from None
    if not isinstance(given, str | os.PathLike):
        return given
    try:
        return meshio.read(given)
    except FileNotFoundError:
        raise
    except (Exception, SystemExit) as error:  # meshio ends the process for a file that it does not know
        raise CaseError(f"cannot read '{given}' as a mesh: {error}", "mesh", word=WORD) from None


class _Reader:
    """Fields at places of the mesh; those a little outside the part are read at the skin next to them."""

    def __init__(self, result: "Result") -> None:
        self.result, self.outside, self.farthest = result, 0, 0.0
        self._places: dict[bytes, Array] = {}

    def read(self, name: str, points: Array) -> Array:
        return self.result.sample(name, self._inside(points))

    def _inside(self, points: Array) -> Array:
        key = points.tobytes()
        if key not in self._places:
            self._places = {key: self._pulled(points)}
        return self._places[key]

    def _pulled(self, points: Array) -> Array:
        cells = self.result.cells
        off = distance_outside(cells, points)
        away = np.flatnonzero(off > 0.0)
        if not away.size:
            return points
        if off.max() > FAR * max(cells.lattice.spacing[0], cells.lattice.spacing[2]):
            where = ", ".join(f"{1e3 * value:.4g}" for value in points[off.argmax()])
            raise CaseError(
                f"the mesh reaches {1e3 * off.max():.3g} mm out of the part, at ({where}) mm; is its unit right, and "
                "does it lie in the axes of the part?", "mesh", word=WORD,
            )  # fmt: skip
        self.outside += away.size
        self.farthest = max(self.farthest, float(off.max()))
        feet = cells.feet()[cKDTree(cells.feet()).query(onto(cells.lattice, points[away]))[1]]
        pulled = points.copy()
        if cells.lattice.metric == "3d":
            pulled[away] = feet
        else:
            middle = np.array(cells.lattice.middle)
            flat = points[away] - middle
            reach = np.maximum(np.hypot(flat[:, 0], flat[:, 1]), 1e-12)
            pulled[away] = middle + np.stack([*(flat[:, :2].T / reach * feet[:, 0]), feet[:, 2] - middle[2]], 1)
        return pulled


def _element_means(reader: _Reader, points: Array, blocks: list[tuple[str, NDArray[int64]]]) -> tuple[Array, Array]:
    """Mean stress (6, e) Pa and volume (e,) m3 of the elements, by Gauss points between their corners."""
    means, volumes = [], []
    for kind, data in blocks:
        corners = points[data[:, : ELEMENTS[kind][1]]]
        shape, slope, weight = _rule(ELEMENTS[kind][1])
        places = np.einsum("gc,eci->egi", shape, corners)
        share = np.abs(np.linalg.det(np.einsum("gcx,eci->egxi", slope, corners))) * weight
        read = reader.read("stress", places.reshape(-1, 3)).reshape(6, *share.shape)
        volumes.append(share.sum(1))
        means.append((read * share).sum(2) / share.sum(1))
    return np.concatenate(means, axis=1), np.concatenate(volumes)


def _rule(corners: int) -> tuple[Array, Array, Array]:
    """Shape functions (g, c), their slopes (g, c, 3) and weights (g,) at the Gauss points of an element."""
    if corners == 4:
        a = (5.0 - np.sqrt(5.0)) / 20.0  # Hammer, Marlowe, Stroud 1956: exact for quadratics
        shape = np.full((4, 4), a) + np.eye(4) * (1.0 - 4.0 * a)
        slope = np.array([[-1.0, -1.0, -1.0], *np.eye(3)])
        return shape, np.broadcast_to(slope, (4, 4, 3)).copy(), np.full(4, 1.0 / 24.0)
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    nodes = np.array([(x, y, z) for z in (-1, 1) for x, y in signs], float64)
    spots = np.array(list(product((-1, 1), repeat=3))) / np.sqrt(3.0)
    factor = 1.0 + spots[:, None] * nodes
    slope = np.stack([nodes[:, k] * np.delete(factor, k, 2).prod(2) / 8.0 for k in range(3)], 2)
    return factor.prod(2) / 8.0, slope, np.ones(8)


def _strain(result: "Result", reader: _Reader, centres: Array, stress: Array) -> Array:
    matter = result.case.alloy.matter()
    T = reader.read("temperature", centres)
    names = [phase.name for phase in matter.phases]
    there = names[0] in result.fields
    z = np.array([reader.read(name, centres) for name in names]) if there else np.ones((1, T.size))
    return elastic_strain(matter, stress, T, z / z.sum(0))


def _balanced(result: "Result", stress: Array, volume: Array) -> tuple[Array, Array, float]:
    """Mean stress (2, 6) on the mesh and in the part, the shift (6,) between them, and the rms stress, Pa.

    Cells hold means, and the mesh reads them as values at centres: that alone moves the mean of a curved field.
    """
    cells = result.cells
    own = result.field("stress").values
    if cells.lattice.metric == "rz":  # rr tt zz .. .. rz, as the mean around the axis
        flat, zero = 0.5 * (own[0] + own[1]), np.zeros_like(own[0])
        own = np.array([flat, flat, own[2], zero, zero, zero])
    means = np.array([np.average(stress, axis=1, weights=volume), np.average(own, axis=1, weights=cells.volume)])
    whole = abs(volume.sum() / cells.volume.sum() - 1.0) < WHOLE
    rms = float(np.sqrt(np.average((own[:3] ** 2).sum(0), weights=cells.volume)))
    return means, (means[1] - means[0]) * whole, rms


def _write_mesh(
    path: Path,
    points: Array,
    blocks: list[tuple[str, NDArray[int64]]],
    at_nodes: dict[str, Array],
    stress: Array,
    eigenstrain: Array,
) -> None:
    import meshio

    ends = np.cumsum([len(data) for _, data in blocks])[:-1]
    of_elements = {
        name: [np.ascontiguousarray(part) for part in np.split(values.T, ends)]
        for name, values in (("stress", stress), ("eigenstrain", eigenstrain))
    }
    try:
        meshio.Mesh(points, blocks, point_data=at_nodes, cell_data=of_elements).write(path)
    except (meshio.WriteError, meshio.ReadError, KeyError, SystemExit) as error:
        raise CaseError(f"cannot write '{path}': {error}; .vtu and .inp can be", "file", word=WORD) from None
