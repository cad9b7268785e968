"""The case of a part in thin layers below its skin: carbon, phases and hardness, where cells are too coarse for it."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
from numpy import float64, int64
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.spatial import cKDTree

from ..materials.matter import Matter
from .carbon import Atmosphere, Diffusion
from .field import numbers
from .geometry import Cells
from .hardness import hardness
from .kinetics import Transformation
from .layers import Layers, layers_below
from .recorder import Recorder
from .state import State, products
from .tables import Tables

Array = NDArray[float64]
Index = NDArray[int64]

MEMORY = ("carbon", "lowest", "latent", "records", "tempering")


class Subgrid:
    """The layers of one part and what happens in them; what changes lies in `State.layers`.

    Carbon moves along each stack alone. The layers transform by their own carbon on the temperatures of the part,
    linear between the skin and points one spacing apart below it. Cells get the mean carbon of the layers in them.
    """

    def __init__(
        self, cells: Cells, matter: Matter, deep: float, thinnest: float, contents: tuple[float, float]
    ) -> None:
        assert matter.carbon is not None
        self.layers, self.contents = layers_below(cells, deep, thinnest), contents
        self.core = matter.carbon.content
        self.diffusion = Diffusion(self.layers.net, matter.carbon)
        one = matter.phases[0].enthalpy  # shared by all phases: the temperature is given, and latent heat no matter
        self.matter = replace(matter, phases=tuple(replace(phase, enthalpy=one) for phase in matter.phases))
        n = self.layers.patch.size
        self.kinetics = Transformation(self.matter, Tables.of(self.matter), n, contents)
        self.recorder = Recorder(self.matter)
        self._still, self._no_wall = np.zeros(n), np.zeros(0)
        self._knots = _below(cells, self.layers.edges[-1])
        self._gather, self._scale = _shares(cells, self.layers)
        self._own = 1.0 - np.asarray(self._gather.sum(1)).ravel()

    def begin(self, state: State) -> None:
        """Add the layers to a part that is uniform, and the mean carbon of the cells to its memory."""
        n = self.layers.patch.size
        inside = State(
            state.time, self._still, products(np.repeat(state.phases[:, :1], n, axis=1)),
            self.temperature(state), self._no_wall, {"carbon": self.diffusion.begin()},
        )  # fmt: skip
        self.kinetics.begin(inside)
        self.recorder.begin(inside)
        state.layers = _kept(inside)
        state.memory["carbon"] = self.cells_carbon(state.layers)

    def temperature(self, state: State) -> Array:
        """(N,) K in the layers."""
        matrix, spacing = self._knots
        known = np.concatenate([state.wall[None], (matrix @ state.temperature).reshape(-1, state.wall.size)])
        place = self.layers.depth / spacing
        k = np.minimum(place.astype(int64), known.shape[0] - 2)
        above, below = known[k, self.layers.patch], known[k + 1, self.layers.patch]
        return np.asarray(above + (place - k) * (below - above))

    def carburise(self, state: State, after: State, gas: Atmosphere | None, since: float, dt: float) -> State:
        """`after` with its carbon moved, in the layers and in the cells; arguments as in Diffusion.advance."""
        T = self.temperature(after)
        carbon, _ = self.diffusion.advance(np.asarray(state.layers["carbon"], float64), T, gas, since, dt)
        layers = {**state.layers, "carbon": carbon, "temperature": T}
        return replace(after, layers=layers, memory={**after.memory, "carbon": self.cells_carbon(layers)})

    def follow(self, before: State, after: State) -> None:
        """Phases and records of the layers over an accepted step."""
        old, new = self.inside(before), self.inside(after)
        moved = self.kinetics.advance(
            old, self._still, old.temperature, new.temperature.copy(), after.time - before.time
        )
        new.products, new.memory["latent"] = moved.products, moved.latent
        self.kinetics.accept(old, new)
        self.recorder.follow(old, new)
        after.layers = _kept(new)

    def inside(self, state: State) -> State:
        """The layers as a part of their own, without heat."""
        kept: dict[str, Any] = state.layers
        memory = {name: kept[name] for name in MEMORY}
        return State(state.time, self._still, kept["products"], kept["temperature"], self._no_wall, memory)

    def cells_carbon(self, layers: dict[str, NDArray[np.generic]]) -> Array:
        """(n,) mean carbon of the cells."""
        return self.core + self._scale * np.asarray(self._gather @ (np.asarray(layers["carbon"], float64) - self.core))

    def mean(self, of_layers: Array, of_cells: Array) -> Array:
        """(n,) of the cells: the share of each that layers cover from those, the rest its own."""
        return np.asarray(self._gather @ of_layers + self._own * of_cells)

    def mean_phases(self, state: State) -> Array:
        """(P, n) phases of the cells."""
        pairs = zip(self.inside(state).phases, state.phases, strict=True)
        return np.array([self.mean(*pair) for pair in pairs])

    def means(self, state: State, fields: dict[str, Array]) -> dict[str, Array]:
        """Those of the last fields of the cells, (n,) each, that the layers know better."""
        inside = self.inside(state)
        known = {"retained_austenite": inside.parent}
        if "hardness" in fields:
            known |= hardness(inside, self.matter, self.contents)
        return {name: self.mean(values, fields[name]) for name, values in known.items()}

    def table(self, state: State, hard: bool) -> dict[str, Array]:
        """What a reader may ask of the layers, (N,) each: place, volume, carbon, phases, hardness."""
        inside, layers = self.inside(state), self.layers
        phases = dict(zip((phase.name for phase in self.matter.phases), inside.phases, strict=True))
        place = {"patch": layers.patch, "depth": layers.depth, "volume": layers.net.volume}
        known = {"carbon": np.asarray(inside.memory["carbon"], float64), "retained_austenite": inside.parent}
        return place | known | phases | (hardness(inside, self.matter, self.contents) if hard else {})


def _kept(inside: State) -> dict[str, NDArray[np.generic]]:
    return {"products": inside.products, "temperature": inside.temperature} | {
        name: inside.memory[name] for name in MEMORY
    }


def _below(cells: Cells, deep: float) -> tuple[csr_array, float]:
    """What reads temperature below every patch, (K p, n), at 1 to K spacings, as deep as `deep` at least; m.

    Linear between the cells around a point, those of the part alone; the cell of the patch where there is none.
    """
    lattice, n, p = cells.lattice, cells.index.size, cells.patch_cell.size
    axes = [axis for axis in range(3) if lattice.shape[axis] > 1]
    spacing = min(lattice.spacing[axis] for axis in axes)
    steps = np.arange(1, int(np.ceil(deep / spacing)) + 1) * spacing
    points = (cells.feet() - steps[:, None, None] * cells.patch_normal).reshape(-1, 3)
    for axis in lattice.reflecting:
        points[:, axis] = lattice.origin[axis] + np.abs(points[:, axis] - lattice.origin[axis])
    place = (points - lattice.origin) / lattice.spacing - 0.5
    low = np.floor(place).astype(int64)
    column, weight = [], []
    for corner in np.ndindex(*(2 if axis in axes else 1 for axis in range(3))):
        number, known = numbers(cells, low + corner)
        part = np.where(np.array(corner) == 1, place - low, 1.0 - (place - low))[:, axes].prod(1)
        column.append(number)
        weight.append(np.where(known, part, 0.0))
    total = np.sum(weight, axis=0)
    column.append(np.tile(cells.patch_cell, steps.size))
    weight.append(np.where(total > 0.0, 0.0, 1.0))
    shares = np.array(weight) / np.where(total > 0.0, total, 1.0)
    row = np.tile(np.arange(steps.size * p), len(column))
    entries = (shares.ravel(), (row, np.array(column).ravel()))
    return coo_array(entries, shape=(steps.size * p, n)).tocsr(), spacing


def _shares(cells: Cells, layers: Layers) -> tuple[csr_array, float]:
    """Share (n, N) of each cell that each layer makes, and the carbon of the layers over what they so give to cells.

    The halves of a cell along each axis belong to the patch next to their centre, and span the depths of a slab of
    the same second moment. The factor is that of a case as deep as the layers allow; it is 1 where shares are exact.
    """
    many = [axis for axis in range(3) if cells.lattice.shape[axis] > 1]
    size = np.array([d if axis in many else 0.0 for axis, d in enumerate(cells.lattice.spacing)])
    deep, feet, centres = layers.edges[-1], cells.feet(), cells.centres()
    tree = cKDTree(feet)
    near = np.flatnonzero(np.isfinite(tree.query(centres, distance_upper_bound=deep + 2.0 * size.max())[0]))
    shape = (cells.index.size, layers.patch.size)
    total, matrix = np.zeros(shape[0]), csr_array(shape)
    for turn in product((-0.25, 0.25), repeat=len(many)):
        places = centres[near]
        places[:, many] += np.array(turn) * size[many]
        patch = tree.query(places)[1]
        normal = cells.patch_normal[patch]
        s = np.einsum("na,na->n", feet[patch] - places, normal)
        half = 0.25 * np.sqrt((normal**2) @ size**2)
        row, column, share, inside = _met(layers, patch, s - half, s + half)
        matrix = matrix + coo_array((share, (near[row], column)), shape=shape).tocsr()
        total[near] += inside
    matrix = diags_array(1.0 / np.where(total > 0.0, total, 1.0)) @ matrix
    like_a_case = np.exp(-4.0 * layers.depth / deep)
    held = float(cells.volume @ (matrix @ like_a_case))
    return matrix.tocsr(), float(layers.net.volume @ like_a_case) / held


def _met(layers: Layers, patch: Index, low: Array, high: Array) -> tuple[Index, Index, Array, Array]:
    """Which pieces (k,) between two depths below their patches meet which layers, and by how much; m.

    Returns piece, layer and share, as many as there are meetings, and (k,) the thickness of each piece in the part.
    """
    ended = layers.ends[patch] < layers.edges[-1] * (1.0 - 1e-9)  # its last layer stands for what lies deeper
    inside = np.maximum(high, 0.0) - np.maximum(low, 0.0)
    first, count = layers.first[patch], np.diff(layers.first)[patch]
    row, column, share = [], [], []
    for level in range(layers.edges.size - 1):
        there = np.flatnonzero(level < count)
        number = first[there] + level
        endless = ended[there] & (level + 1 == count[there])
        bottom = np.where(endless, np.inf, layers.bottom[number])
        both = np.minimum(high[there], bottom) - np.maximum(low[there], layers.edges[level])
        met = both > 0.0
        row.append(there[met])
        column.append(number[met])
        share.append(both[met])
    return np.concatenate(row), np.concatenate(column), np.concatenate(share), inside
