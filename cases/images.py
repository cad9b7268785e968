"""Results of a mirrored part are those of the whole: each computed value stands for its images too."""

from typing import Any

from numpy import float64
from numpy.typing import NDArray

from ..solver.geometry import Cells
from ..solver.problem import Around, Sink
from ..solver.state import State
from ..solver.symmetry import whole
from .limits import TENSORS

Array = NDArray[float64]
DIRECTED = (*TENSORS, "displacement")


class Imaged:
    """A sink that takes the computed part and hands the whole on.

    bodies  the cells computed: the part, and what stands around a casting
    """

    def __init__(self, sink: Sink, bodies: tuple[Cells, ...]) -> None:
        self.sink, self._upright = sink, 2 in bodies[0].lattice.mirrored
        self._whole, *self._others = (whole(cells) for cells in bodies)

    def snapshot(self, time: float, leg: str, fields: dict[str, Array], wall: Array, around: Around = ()) -> None:
        others = zip(self._others, around, strict=False)
        mirrored = tuple((T[other.cell], walls[other.patch]) for other, (T, walls) in others)
        self.sink.snapshot(time, leg, self._all(fields), wall[self._whole.patch], mirrored)

    def probe(self, times: Array, temperature: Array, phases: dict[str, Array]) -> None:
        self.sink.probe(times, temperature, phases)

    def ledger(self, row: dict[str, Any]) -> None:
        self.sink.ledger({**row, "heat": self._shared(row["heat"])} if self._upright else row)

    def checkpoint(self, state: State, extra: dict[str, Any]) -> None:
        self.sink.checkpoint(state, extra)

    def end(self, fields: dict[str, Array], layers: dict[str, Array]) -> None:
        self.sink.end(self._all(fields), layers)

    @staticmethod
    def _shared(heat: dict[str, float]) -> dict[str, float]:
        """Heat by zone where bottom and top are images: each has half of both."""
        shared = dict(heat)
        for name in filter(lambda zone: zone.endswith("top"), heat):
            below = name.removesuffix("top") + "bottom"
            shared[name] = shared[below] = 0.5 * (heat[name] + heat[below])
        return shared

    def _all(self, fields: dict[str, Array]) -> dict[str, Array]:
        whole = self._whole
        return {
            name: whole.directed(values) if name in DIRECTED else values[..., whole.cell]
            for name, values in fields.items()
        }
