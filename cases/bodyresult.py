"""A body around a casting, read as a result of its own: its temperature until the shake-out."""

from dataclasses import replace
from functools import cached_property
from typing import Any

from numpy import float64
from numpy.typing import NDArray

from ..solver.geometry import Cells
from .archive import Archive
from .case import AnyCase
from .result import Result

Array = NDArray[float64]


class BodyArchive:
    """What a Result asks of an Archive, of one body around the casting of another."""

    moving: tuple[str, ...] = ("temperature",)
    still: tuple[str, ...] = ()
    final: tuple[str, ...] = ()

    def __init__(self, whole: Archive, body: str) -> None:
        self._whole, self._body = whole, body
        self.source, self.case, self.versions, self.ledger = whole.source, whole.case, whole.versions, whole.ledger
        steps = whole.bodies[body]
        self.times, self.legs = whole.times[:steps], whole.legs[:steps]
        name = f"{whole.about.name}: {body}"
        self.about = replace(whole.about, name=name, probes={}, limits={}, axis=None, bodies={})
        self.bodies: dict[str, int] = {}

    @cached_property
    def cells(self) -> Cells:
        return self._whole.body_cells(self._body)

    def wall(self, step: int) -> Array:
        return self._whole.body(self._body, "wall", step)

    def values(self, name: str, step: int) -> Array:
        return self._whole.body(self._body, name, step)


def body_results(archive: Archive, case: AnyCase | Any) -> dict[str, Result]:
    """Each stored body by name."""
    return {name: Result(BodyArchive(archive, name), case) for name in archive.bodies}  # type: ignore[arg-type]
