"""Machining after a heat treatment: material taken out, stress relaxed elastically, the part moved by it."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy import float64
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..materials.refusal import CaseError
from ..solver.difference import Difference
from ..solver.geometry import Cells, remaining, shortened
from ..solver.relief import Relief, relieve
from ..solver.revolved import Revolved
from ..solver.shape import Cylinder, Shape, Sphere
from .archive import Archive
from .meaning import MACHINE
from .part import Part
from .store import Log

if TYPE_CHECKING:
    from .result import Result

Array = NDArray[float64]

DERIVED = ("von_mises", "max_principal")  # the store computes them from the stress
WHOLE = 1.0 - 1e-9  # of the volume: more left than this, and nothing was taken out


def machined(result: "Result", remove: Part) -> tuple[Archive, Relief]:
    """What is left of a treated part, as a result of its own, and how it relaxed. Raises CaseError."""
    if "stress" not in result.fields:
        raise CaseError("this run has no stress, so machining releases none; run it with stress=True", word="machined")
    if not isinstance(remove, Part):
        raise CaseError(f"{remove!r} is no Part; give Part.cylinder(...).moved(...)", "remove", word="machined")
    cells = result.cells
    rest = left(cells, result.nominal, remove)
    matter = result.case.alloy.matter()
    names = [phase.name for phase in matter.phases]
    there = names[0] in result.fields
    z = np.array([result.field(name).values for name in names]) if there else np.ones((1, cells.index.size))
    relief = relieve(cells, rest, matter, result.field("stress").values, result.field("temperature").values, z)
    return _kept(result, rest, relief), relief


def left(cells: Cells, nominal: Shape, remove: Part) -> Cells:
    """What a cut leaves of cells made of a nominal body. Raises CaseError where it misses, takes all or parts it."""
    rest = _remaining(cells, nominal, remove)
    if rest.volume.sum() > WHOLE * cells.volume.sum():
        raise CaseError("lies outside the part: nothing is taken out; move it", "remove", word="machined")
    _in_one_piece(rest)
    return rest


def cut_all(cells: Cells, part: Part, tools: dict[str, Part]) -> None:
    """Refuse, before a run, cuts by name that no part stands. Raises CaseError."""
    nominal: Shape = part.shape
    for name, tool in tools.items():
        try:
            cells = left(cells, nominal, tool)
        except CaseError as error:
            raise CaseError(error.sentence, "steps", name, "remove") from None
        nominal = Difference(nominal, (tool.shape,))


def _remaining(cells: Cells, nominal: Shape, remove: Part) -> Cells:
    tool = remove.shape
    metric = cells.lattice.metric
    try:
        if metric == "3d":
            if not np.isfinite([*tool.lower, *tool.upper]).all():
                raise CaseError(f"an infinite {remove.kind} has no box; give it a length", "remove", word="machined")
            return remaining(cells, nominal, tool)
        if metric == "rz":
            _about_the_axis(cells, tool)
            return remaining(cells, nominal, tool)
        return shortened(cells, *_between(cells, tool))
    except CaseError:
        raise
    except ValueError as error:
        raise CaseError(f"{error}; take out less", "remove", word="machined") from None


def _about_the_axis(cells: Cells, tool: Shape) -> None:
    same = np.allclose(tool.middle[:2], cells.lattice.middle[:2], atol=1e-9)
    if not isinstance(tool, Cylinder | Sphere | Revolved) or not same or not np.isfinite(tool.upper[2]):
        raise CaseError(
            "is not round about the axis of the part; for such a cut compute it in Grid(..., metric='3d')",
            "remove",
            word="machined",
        )


def _between(cells: Cells, tool: Shape) -> tuple[float, float]:
    """What a cut about the axis or the centre leaves of a 1d part, m."""
    kind = {"cylinder": Cylinder, "sphere": Sphere}.get(cells.lattice.metric)
    if kind is None:
        raise CaseError(
            "a plate in 1d stays flat: no cut can bend it; compute it as a Part.box", "remove", word="machined"
        )
    same = np.allclose(tool.middle, cells.lattice.middle, atol=1e-9)
    finite = isinstance(tool, Cylinder) and tool.length is not None
    if not isinstance(tool, Cylinder | Sphere) or not isinstance(tool, kind) or not same or finite:
        word = "an infinite cylinder or ring about its axis" if kind is Cylinder else "a sphere about its centre"
        raise CaseError(f"does not fit a part in 1d; take out {word}", "remove", word="machined")
    low, high = cells.feet()[:, 0].min() if len(cells.patch_cell) > 1 else 0.0, cells.feet()[:, 0].max()
    first, last = getattr(tool, "inner", 0.0), tool.radius
    if last >= high:
        return float(low), max(min(float(high), first), float(low))
    if first <= low:
        return max(float(low), last), float(high)
    raise CaseError("would leave two pieces, one in the other; cut from the bore or from the skin", "remove")


def _in_one_piece(rest: Cells) -> None:
    nx, ny, _ = rest.lattice.shape
    number = np.arange(rest.index.size)
    pairs = []
    for stride, wraps in ((1, nx), (nx, nx * ny), (nx * ny, 0)):
        there = np.minimum(np.searchsorted(rest.index, rest.index + stride), rest.index.size - 1)
        joined = rest.index[there] == rest.index + stride
        if wraps:
            joined &= (rest.index % wraps) // stride < wraps // stride - 1
        pairs.append(np.stack([number[joined], there[joined]]))
    links = np.concatenate(pairs, axis=1)
    graph = coo_array((np.ones(links.shape[1]), links), shape=(number.size, number.size))
    count, piece = connected_components(graph, directed=False)
    if count > 1:
        volumes = np.sort(np.bincount(piece, rest.volume))[::-1]
        told = ", ".join(f"{1e9 * volume:.3g}" for volume in volumes[:4])
        raise CaseError(
            f"leaves {count} pieces of {told}{' ...' if count > 4 else ''} mm3; machine them one by one", "remove",
            word="machined",
        )  # fmt: skip


def _kept(result: "Result", rest: Cells, relief: Relief) -> Archive:
    """The fields of the treated part on what is left, the stress relaxed and the movement added."""
    kept = np.searchsorted(result.cells.index, rest.index)
    archive = result._archive
    last = archive.times.size - 1
    moving = {name: archive.values(name, last)[..., kept] for name in archive.moving if name not in DERIVED}
    still = {name: archive.values(name, last)[..., kept] for name in archive.still if name != "volume_fraction"}
    moving["stress"] = moving["stress"] + relief.stress
    moving["displacement"] = moving["displacement"] + relief.displacement
    moving["machining_displacement"] = relief.displacement
    about = replace(archive.about, probes={}, legs=(*archive.about.legs, MACHINE), ended=False)
    log = Log(rest, about, archive.case, archive.versions)
    for row in archive.ledger:
        log.ledger(row)
    log.snapshot(float(archive.times[-1]), MACHINE, moving, moving["temperature"][rest.patch_cell])
    log.end(moving | still)
    return log.archive()
