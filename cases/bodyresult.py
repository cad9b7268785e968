"""A body around a casting, read as a result of its own: its temperature until the shake-out."""

from dataclasses import replace
from functools import cached_property, lru_cache, partial
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..solver.geometry import Cells
from .archive import Archive
from .case import AnyCase
from .result import Result

Array = NDArray[float64]


class BodyArchive(Archive):
    """What a Result asks, of one body around the casting of an Archive that is open."""

    def __init__(self, whole: Archive, body: str) -> None:
        self._whole, self._body = whole, body
        self.moving, self.still, self.final = ["temperature"], [], []
        self.source, self.case, self.versions, self.ledger = whole.source, whole.case, whole.versions, whole.ledger
        steps = whole.bodies[body]
        self.times, self.legs = whole.times[:steps], whole.legs[:steps]
        name = f"{whole.about.name}: {body}"
        self.about = replace(whole.about, name=name, probes={}, limits={}, axis=None, bodies={})
        self.bodies = {}
        self.values = lru_cache(24)(partial(whole.body, body))

    @cached_property
    def cells(self) -> Cells:
        return self._whole.body_cells(self._body)

    @cached_property
    def layers(self) -> dict[str, Array]:
        return {}

    def wall(self, step: int) -> Array:
        return self._whole.body(self._body, "wall", step)

    def probes(self) -> tuple[Array, Array, dict[str, Array]]:
        """None: thermocouples in a mould are those of the casting."""
        return self.times, np.empty((0, self.times.size)), {}


def body_results(archive: Archive, case: AnyCase | Any) -> dict[str, Result]:
    """Each stored body by name."""
    return {name: Result(BodyArchive(archive, name), case) for name in archive.bodies}
