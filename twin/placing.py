"""Where to put thermocouples: the places that together tell most of what is unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.problem import lattice_cells
from ..materials.quantity import DIFFERENCE, parse
from ..materials.refusal import CaseError
from ..solver.field import Sampler
from ..solver.geometry import Cells
from .executor import Executor
from .forward import depth
from .measurements import Measurements
from .model import Model
from .plan import first_quench
from .search import Search
from .sensors import Sensor
from .unknowns import Unknown

Array = NDArray[float64]

CANDIDATES = 200  # places that are tried, at most, where none are given
SAMPLES = 400  # of the record that is imagined
ROUNDS = 20  # of exchange


@dataclass(frozen=True, eq=False)
class Placing:
    """Places, best together, by the determinant of what they tell (D-optimal).

    places   name -> (x, y, z) m, the most telling first
    shrink   share of its uncertainty before that each parameter keeps, by label
    tells    nats that the record is expected to bring
    """

    places: dict[str, tuple[float, float, float]]
    shrink: dict[str, float]
    tells: float

    def sensors(self, **words: Any) -> dict[str, Sensor]:
        """Thermocouples at these places, for `Measurements.read_csv(places=)`; words: of each Sensor."""
        return {n: Sensor(n, (f"{x!r} m", f"{y!r} m", f"{z!r} m"), **words) for n, (x, y, z) in self.places.items()}

    def __str__(self) -> str:
        lines = [f"{len(self.places)} thermocouples, together worth {self.tells:.1f} nats"]
        for name, place in self.places.items():
            lines.append(f"  {name}: " + ", ".join(f"{1e3 * x:.2f} mm" for x in place))
        lines += [f"  {label}: keeps {100.0 * share:.2g} % of its uncertainty" for label, share in self.shrink.items()]
        return "\n".join(lines)


def place_sensors(
    case: Any,
    n: int,
    unknowns: Sequence[Unknown] | None = None,
    *,
    noise: str = "1 K",
    among: Mapping[str, tuple[str, str, str]] | None = None,
    deeper_than: str = "1 mm",
    workers: int | Executor = 1,
) -> Placing:
    """Where n thermocouples tell most of what is unknown, before anything was measured.

        best = place_sensors(case, 3)
        print(best); best.sensors(depth_within="0.2 mm")

    unknowns     as for `calibrate`; None: h of the first quench
    noise        of one reading
    among        places that can be reached, by name; None: cells of the grid, at least `deeper_than` from the wall

    The case should be near the truth, for what a place tells depends on how it cools. Depth errors are not weighed:
    `deeper_than` is the least that a drill keeps. Raises CaseError where there are fewer places than thermocouples.
    """
    asked = tuple(unknowns) if unknowns is not None else (Unknown.curve(f"steps.{first_quench(case)}.medium.h"),)
    sensors = _candidates(case, among, noise, parse(deeper_than, "m", "deeper_than"))
    if not 1 <= n <= len(sensors):
        raise CaseError(f"{n} thermocouples among {len(sensors)} places; ask for fewer, or give more", "n")
    end = Model(case, (_imagined(sensors, 1e9),), asked).first.times[-1]
    model = Model(case, (_imagined(sensors, float(end)),), asked, workers)
    search = Search(model)
    slopes, _ = model.slopes(np.zeros(model.size), model.first)
    prior = search.before(search.strength)
    told = np.array([part.T @ part for part in slopes]) / parse(noise, DIFFERENCE, "noise") ** 2
    chosen = _exchange(told, prior, _greedy(told, prior, n))
    after = np.linalg.inv(prior + told[chosen].sum(axis=0))
    shrink = np.sqrt(np.diag(after) / np.diag(np.linalg.inv(prior)))
    return Placing(
        {sensors[i].name: sensors[i].point for i in chosen},
        dict(zip(model.labels, shrink.tolist(), strict=True)),
        0.5 * (_volume(prior + told[chosen].sum(axis=0)) - _volume(prior)),
    )


def _greedy(told: Array, prior: Array, n: int) -> list[int]:
    """One place after the other, each the most telling beside those before."""
    chosen: list[int] = []
    for _ in range(n):
        here = prior + told[chosen].sum(axis=0)
        gain = [-np.inf if i in chosen else _volume(here + one) for i, one in enumerate(told)]
        chosen.append(int(np.argmax(gain)))
    return chosen


def _exchange(told: Array, prior: Array, chosen: list[int]) -> list[int]:
    """Places are exchanged one by one while that tells more (Fedorov)."""
    for _ in range(ROUNDS):
        before = list(chosen)
        for k in range(len(chosen)):
            others = chosen[:k] + chosen[k + 1 :]
            here = prior + told[others].sum(axis=0)
            gain = [-np.inf if i in others else _volume(here + one) for i, one in enumerate(told)]
            chosen[k] = int(np.argmax(gain))
        if chosen == before:
            break
    return chosen


def _volume(information: Array) -> float:
    return float(np.linalg.slogdet(information)[1])


def _candidates(case: Any, among: Mapping[str, Any] | None, noise: str, least: float) -> tuple[Sensor, ...]:
    if among is not None:
        return tuple(Sensor(name, place, noise=noise) for name, place in among.items())
    cells = lattice_cells(case)
    places = _reachable(cells, cells.centres(), least)
    thinned = places[np.unique(np.linspace(0, len(places) - 1, min(CANDIDATES, len(places))).astype(int))]
    return tuple(
        Sensor(f"P{i}", (f"{x!r} m", f"{y!r} m", f"{z!r} m"), noise=noise)
        for i, (x, y, z) in enumerate(thinned.tolist(), 1)
    )


def _reachable(cells: Cells, places: Array, least: float) -> Array:
    """Those of the places that lie deep enough and can be read."""
    deep = places[depth(cells, places) >= least]
    if not len(deep):
        raise CaseError(f"no cell lies {1e3 * least:g} mm deep; take less, or a finer grid", "deeper_than")
    Sampler(cells, deep)
    return deep


def _imagined(sensors: Sequence[Sensor], end: float) -> Measurements:
    time = np.linspace(0.0, end, SAMPLES)
    return Measurements(time, {s.name: np.zeros(SAMPLES) for s in sensors}, {s.name: s for s in sensors})
