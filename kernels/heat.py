"""The door to ``_heat.pyx``: looks at the arrays once, then lets the compiled loops run."""

from typing import Any

import numpy as np
from numpy import float32, float64, int64
from numpy.typing import NDArray

from . import _heat
from .space import space

Array = NDArray[float64]
Index = NDArray[int64]

BLOCK = 256
REACH = 1024
DISTINCT = 8
ROOM = 2  # strips of work space, so that one is seldom carried back to its front
TILE = 16384  # cells of a tile at least: with the planes beside it, it stays in the cache
HIGH = 32
APART = 4


def check(name: str, array: NDArray[Any], shape: tuple[int, ...], dtype: type[Any] = float64) -> None:
    """Refuse what the compiled loops would misread."""
    if not isinstance(array, np.ndarray) or array.dtype != dtype or array.shape != shape:
        got = f"{array.dtype}, shape {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
        raise ValueError(f"{name} must be {np.dtype(dtype)}, shape {shape}; got {got}")
    if not array.flags.c_contiguous:
        raise ValueError(f"{name} must be in C order without strides; take np.ascontiguousarray of it")


class Plan:
    """One part, ready to conduct: geometry, tables and the work arrays of a step, all checked here.

    count            ()      n, number of part cells
    spacing          (3,)    m; infinite along an axis of one cell
    run              (q, 6)  rows of full, open cells: first cell, length, first cells of the rows -y +y -z +z
    rim              (m,)    the other part cells, ascending
    rim_neighbour    (m, 6)  cell behind each face -x +x -y +y -z +z, any where it is closed
    rim_conductance  (m, 6)  open area over centre distance of faces -x +x -y +y -z +z, m
    rim_volume       (m,)    volume that holds the heat, m3
    rim_share        (m,)    of a full cell that the part fills: weight of a rim cell's error
    patch_cell       (p,)    rim cell of each wall patch
    patch_area       (p,)    m2
    patch_distance   (p,)    signed distance from the cell centre to the wall, m
    patch_zone       (p,)    0 .. zones-1
    reach            ()      no wall resistance times conductivity is less, m
    enthalpy         (P, m)  J/m3 on a uniform axis, strictly increasing; row 0 of the parent phase
    conductivity     (P, m)  W/m/K
    low, step        ()      the axis, K
    states           matter with one enthalpy for each state: (first enthalpy and step of a uniform axis, J/m3;
                     temperature (s,) K, never falling; conductivity integral (s,) W/m); then P is 1
    threads          ()      the results do not depend on it
    planes           (k+1,)  first cell of each plane of cells, then n: a cell and all behind its open faces lie in
                     three planes that follow each other; None: all cells lie in one
    source           ()      W/m3, may be changed between looks

    Between `begin` and `rest` it has what a step needs: T, F0, D1, D2, E, (n,) each; otherwise nothing of that size.
    T is a guess until `survey`. E is float32: the error that a step is chosen by needs no more.
    """

    T: Array
    F0: Array
    D1: Array
    D2: Array
    E: NDArray[float32]

    def __init__(
        self,
        *,
        count: int,
        spacing: tuple[float, float, float],
        run: Index,
        rim: Index,
        rim_neighbour: Index,
        rim_conductance: Array,
        rim_volume: Array,
        rim_share: Array,
        patch_cell: Index,
        patch_area: Array,
        patch_distance: Array,
        patch_zone: Index,
        zones: int,
        reach: float,
        enthalpy: Array,
        conductivity: Array,
        low: float,
        step: float,
        threads: int,
        states: tuple[float, float, Array, Array] | None = None,
        planes: Index | None = None,
    ) -> None:
        n, m, p, knots = count, len(rim), len(patch_cell), enthalpy.shape[-1]
        phases = len(enthalpy)
        check("run", run, (len(run), 6), int64)
        check("rim", rim, (m,), int64)
        check("rim_neighbour", rim_neighbour, (m, 6), int64)
        check("rim_conductance", rim_conductance, (m, 6))
        check("rim_volume", rim_volume, (m,))
        check("rim_share", rim_share, (m,))
        check("patch_cell", patch_cell, (p,), int64)
        check("patch_area", patch_area, (p,))
        check("patch_distance", patch_distance, (p,))
        check("patch_zone", patch_zone, (p,), int64)
        check("enthalpy", enthalpy, (phases, knots))
        check("conductivity", conductivity, (phases, knots))
        datum, rise, temperature, theta = states or (0.0, 1.0, np.zeros(0), np.zeros(0))
        check("temperature of states", temperature, (temperature.size,))
        check("conductivity integral of states", theta, temperature.shape)
        if states and (phases != 1 or temperature.size < 2 or (np.diff(temperature) < 0.0).any() or not rise > 0.0):
            raise ValueError("states need one phase and temperatures that never fall as the enthalpy rises")
        like = _alike(enthalpy, conductivity)
        if len(set(like[1:])) > DISTINCT:
            raise ValueError(f"at most {DISTINCT} products may have properties of their own, got {len(set(like[1:]))}")
        if phases > 32:
            raise ValueError(f"at most 32 phases, got {phases}")
        if p and not 0 <= patch_zone.min() <= patch_zone.max() < zones:
            raise ValueError(f"patch_zone must lie in 0..{zones - 1}")
        if run[:, 1].sum() + m != n or (m and (np.diff(rim) <= 0).any()):
            raise ValueError("every part cell must lie in one run or in the rim, which must ascend")
        starts = run[:, [0, 2, 3, 4, 5]]
        if len(run) and not (0 < run[:, 0].min() and 0 <= starts.min() and (starts + run[:, 1:2]).max() <= n):
            raise ValueError("a run and the rows beside it must lie among the cells")
        rim_neighbour = np.where(rim_conductance > 0.0, rim_neighbour, rim[:, None])
        if m and not 0 <= min(rim[0], rim_neighbour.min()) <= max(rim[-1], rim_neighbour.max()) < n:
            raise ValueError("the rim and its neighbours must be cells")
        planes = np.array([0, n]) if planes is None else planes
        check("planes", planes, (len(planes),), int64)
        if planes[0] != 0 or planes[-1] != n or (np.diff(planes) < 0).any():
            raise ValueError("planes must ascend from 0 to the number of cells")
        order = np.argsort(patch_cell, kind="stable")
        cell = patch_cell[order]
        if p and not np.isin(cell, rim).all():
            raise ValueError("a wall patch must belong to a rim cell")

        used = np.flatnonzero(rim_conductance.any(axis=0))
        walled = np.unique(cell)
        pieces = _pieces(run)
        tiles = _tiles(planes, pieces, rim)
        _in_strips(tiles, pieces, rim, rim_neighbour)
        strip = ROOM * int((tiles[:, 1] - tiles[:, 0]).max())
        self.n, self.patches, self.zone_count, self.knots, self.threads = n, p, zones, knots, threads
        self.order = order
        self.back = np.argsort(order, kind="stable")
        self.source, self.wall = np.zeros(1), np.zeros(p)
        self.radius = np.zeros(-(-n // BLOCK) + -(-m // BLOCK))
        self.error = np.zeros(max(-(-n // BLOCK), len(tiles)))
        self._sums = np.empty(-(-p // BLOCK) * zones * APART)
        self._strips = np.empty((threads, strip * min(phases, 2)))
        self._loops = _heat.Plan(
            {
                "piece": pieces.ravel(),
                "tile": tiles.ravel(),
                "strip": strip,
                "rim": rim,
                "faces": len(used),
                "neighbour": np.ascontiguousarray(rim_neighbour.T[used], np.int32).ravel(),
                "conductance": np.ascontiguousarray(rim_conductance.T[used]).ravel(),
                "inverse": 1.0 / rim_volume,
                "share": rim_share,
                "stiff": 2.0 * rim_conductance.sum(axis=1) / rim_volume,
                "first_patch": np.append(np.searchsorted(cell, rim), p).astype(int64),
                "walled": walled,
                "patch_walled": np.searchsorted(walled, cell),
                "inner": np.zeros(len(walled)),
                "patch_cell": cell,
                "patch_area": patch_area[order],
                "patch_distance": patch_distance[order],
                "patch_zone": patch_zone[order],
                "zones": zones,
                "reach": reach,
                "inverse_square": np.array(spacing, float64) ** -2.0,
                "enthalpy": _over_parent(enthalpy),
                "conductivity": _over_parent(conductivity),
                "integral": np.append(0.0, np.cumsum(0.5 * step * (conductivity[0, 1:] + conductivity[0, :-1]))),
                "datum": datum,
                "rise": rise,
                "temperature": temperature,
                "theta": theta,
                "like": like,
                "phases": phases,
                "low": low,
                "step": step,
                "source": self.source,
                "present": np.zeros(-(-n // BLOCK), np.uint32),
                "count": n,
                "wall": self.wall,
                "power": np.zeros(p),
                "slope": np.zeros(p),
            },
            threads,
        )
        self.phases, self._known = phases, states is not None
        self._law, self._span = np.empty(0, int64), (-1, -1)
        self.rest()

    def begin(
        self, H0: Array, products: Array, T: Array | None, wall: Array, latent: NDArray[float32] | None = None
    ) -> None:
        """Take the state that a step starts from; T and wall are only guesses.

        H0        (n,)        J/m3
        products  (P - 1, n)  volume fractions of all phases but the parent
        T         (n,)        K; None, where `states` tell it, if it is not wanted after the step either
        wall      (p,)        K
        latent    (n,)        W/m3, source of each cell in every rate until the next `begin`
        """
        if latent is not None:
            check("latent", latent, (self.n,), float32)
        check("H0", H0, (self.n,))
        check("products", products, (self.phases - 1, self.n))
        check("wall", wall, (self.patches,))
        if T is None and not self._known:
            raise ValueError("T may only be missing where the enthalpy tells the state alone")
        if not self.F0.size:
            self.F0, self.D1, self.D2 = (space(self.n, again=self._known) for _ in range(3))
            self.E = space(-(-self.n // 2), again=self._known).view(float32)[: self.n]
            self._per_heat = np.zeros(0 if self._known else self.n, float32)
        if T is not None:
            check("T", T, (self.n,))
            self.T = self.T if self.T.size else space(self.n, again=self._known)
            self.T[:] = T
        self.wall[:] = wall[self.order]
        self._first, self._made = 0.0, 2
        self._loops.begin(H0, products.reshape(-1), None if T is None else self.T, self._per_heat, latent)

    def rest(self) -> None:
        """Let go of the arrays of a step."""
        self.T = self.F0 = self.D1 = self.D2 = np.empty(0)
        self.E = self._per_heat = np.empty(0, float32)
        self._loops.rest()

    def look(self, started: bool, laws: Array, patch_law: Index) -> None:
        """Wall temperature and heat of every patch at H0 + D1, or at H0 where not started.

        laws        (laws, m + 1) W/m2 into the part at each knot of the wall temperature, then steepest -dq/dTs
        patch_law   (p,)          number of the law of each patch, in the order of `self.order`; -1 where another body
                                  touches: its heat follows by `touch`
        """
        check("laws", laws, (len(laws), self.knots + 1))
        if patch_law is not self._law:  # one array serves most steps; two reductions take as long as a small stage
            check("patch_law", patch_law, (self.patches,), int64)
            self._law, self._span = patch_law, (int(patch_law.min(initial=-1)), int(patch_law.max(initial=-1)))
        if not -1 <= self._span[0] <= self._span[1] < len(laws):
            raise ValueError(f"patch_law must lie in -1..{len(laws) - 1}")
        D, scale = (self.D1, 1.0) if self._made else (self.F0, self._first)
        self._loops.look(D if started else None, scale, laws.reshape(-1), patch_law)

    def enthalpy(self, out: Array) -> None:
        """H0 + D1, or H0, as last looked at.   out (n,) J/m3 [written]"""
        check("out", out, (self.n,))
        self._loops.enthalpy(out)

    def touch(self, other: "Plan", mine: Index, theirs: Index, conductance: Array) -> None:
        """Heat between patches of two bodies face to face, after both were looked at; equal and opposite.

        mine, theirs  (q,)  patches in the order of `self.order` and `other.order`
        conductance   (q,)  W/m2/K between the two surfaces
        """
        check("mine", mine, (len(mine),), int64)
        check("theirs", theirs, mine.shape, int64)
        check("conductance", conductance, mine.shape)
        if len(mine) and not (0 <= mine.min() <= mine.max() < self.patches):
            raise ValueError(f"mine must lie in 0..{self.patches - 1}")
        if len(mine) and not (0 <= theirs.min() <= theirs.max() < other.patches):
            raise ValueError(f"theirs must lie in 0..{other.patches - 1}")
        self._loops.touch(other._loops, mine, theirs, conductance)

    def sum(self, zone_power: Array) -> None:
        """Heat into the part through the patches of each zone.   zone_power (zones,) W [written]"""
        check("zone_power", zone_power, (self.zone_count,))
        self._loops.sum(self._sums, zone_power)

    def rate(self, out: Array) -> None:
        """dH/dt of the state last looked at.   out (n,) W/m3 [written]"""
        check("out", out, (self.n,))
        self._loops.rate(self._strips, out)

    def start(self, weight: float) -> None:
        """D1 = weight F0, D2 = 0: noted for the two stages that read them, no array is filled."""
        self._first, self._made = weight, 0

    def stage(self, mu: float, nu: float, a: float, b: float, note: float = 0.0, first: bool = True) -> None:
        """D2 = mu D1 + nu D2 + a F + b F0, F of the state last looked at; then D1 and D2 change names.

        note  -, where not 0: E = note D1 where `first`, else E = E + note D1
        """
        if self._made == 0:
            mu, nu, b = 0.0, 0.0, b + mu * self._first
        elif self._made == 1:
            nu, b = 0.0, b + nu * self._first
        E, keep = (self.E if note else None), 0.0 if first else 1.0
        self._loops.stage(self.F0, self.D1, mu, nu, a, b, self._strips, self.D2, E, keep, note)
        self.D1, self.D2 = self.D2, self.D1
        self._made = min(self._made + 1, 2)

    def survey(self, weight: float | None, sweeps: int = 1, floor: float = 0.0) -> tuple[float, float]:
        """Temperature of every cell as last looked at; Gershgorin radius of the rate, 1/s, and largest error, K.

        The error is |E + weight D1| over the heat capacity, averaged with the neighbours' so many times; E and D2 are
        lost. Averaging lowers it: one that is not above `floor`, K, before need not be averaged. Without a weight none
        is looked for; with one the last look was at D1.
        """
        E, spare = (None if weight is None else self.E), self.D2.view(float32)
        worst = self._loops.survey(E, weight or 0.0, sweeps, floor, spare, self.radius, self.error)
        return float(self.radius.max(initial=0.0)), worst

    def wall_temperature(self) -> Array:
        """(p,) K, in the order the patches were given."""
        return self.wall[self.back]


def _alike(enthalpy: Array, conductivity: Array) -> Index:
    """(P,) for each product the first one with the same enthalpy and conductivity."""
    rows = np.concatenate([enthalpy, conductivity], axis=1)
    same = (rows[:, None] == rows[None, :]).all(axis=2)
    same[:, 0] = False  # the parent is none of the products
    return np.asarray(np.argmax(same, axis=1), int64)


def _over_parent(table: Array) -> Array:
    """(P m,) of a table (P, m): the row of the parent, then what each product adds to it."""
    return np.concatenate([table[:1], table[1:] - table[0]]).ravel()


def _pieces(run: Index) -> Index:
    """Runs cut to at most REACH cells."""
    count = -(-run[:, 1] // REACH)
    row = np.repeat(np.arange(len(run)), count)
    done = (np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)) * REACH
    pieces = run[row] + done[:, None]
    pieces[:, 1] = np.minimum(run[row, 1] - done, REACH)
    return pieces


def _tiles(planes: Index, pieces: Index, rim: Index) -> Index:
    """(t, 6) tiles of whole planes, TILE cells or more: first and end of the cells of the tile and of the planes beside
    it, of its pieces, of its rim cells."""
    size = np.diff(planes)
    ends, held = [0], 0
    for plane, cells in enumerate(size, start=1):
        held += cells
        if held >= TILE or plane == len(size):
            ends.append(plane)
            held = 0
    first, end = np.array(ends[:-1]), np.array(ends[1:])
    columns = [planes[np.maximum(first - 1, 0)], planes[np.minimum(end + 1, len(size))]]
    for cell in (pieces[:, 0], rim):
        columns += [np.searchsorted(cell, planes[first]), np.searchsorted(cell, planes[end])]
    return np.stack(columns, axis=1).astype(int64)


def _in_strips(tiles: Index, pieces: Index, rim: Index, neighbour: Index) -> None:
    """Refuse planes that do not hold what the cells of a tile touch."""
    for cell, length, bounds in ((pieces[:, 2:], pieces[:, 1:2], tiles[:, 2:4]), (neighbour, 1, tiles[:, 4:])):
        tile = np.repeat(np.arange(len(tiles)), bounds[:, 1] - bounds[:, 0])
        low, high = tiles[tile, 0][:, None], tiles[tile, 1][:, None]
        if (cell < low).any() or (cell + length > high).any():
            raise ValueError("a cell touches one that is not in its plane or in those beside it")


def _apart(given: Array, out: Array) -> None:
    if np.shares_memory(given, out):
        raise ValueError("out must not share memory with the array it is computed from")


def conduct_constant(T: Array, x: float, y: float, z: float, out: Array, threads: int = 1, steps: int = 1) -> None:
    """Explicit steps in a full box with insulated faces, constant properties, in one pass over the memory.

    T        (nz, ny, nx)  K
    x, y, z  ()            Fourier number of each axis, a dt / spacing^2, -
    out      (nz, ny, nx)  K   [written]
    steps    ()            at least 1; each but the last stays in the cache
    """
    check("T", T, np.shape(T))
    check("out", out, T.shape)
    _apart(T, out)
    if steps < 1:
        raise ValueError(f"at least one step, got {steps}")
    rolling = np.empty((threads, 3 * (steps - 1) * (HIGH + 2 * steps - 2) * T.shape[2] + 1))
    _heat.conduct_constant(T, x, y, z, steps, rolling, out)


def conduct_nonlinear(
    H: Array,
    pairs: Array,
    low: float,
    step: float,
    x: float,
    y: float,
    z: float,
    out: Array,
    threads: int = 1,
) -> None:
    """One explicit step in a full box with insulated faces: enthalpy state, any heat capacity, conductivity.

    H          (nz, ny, nx)  J/m3
    pairs      (m, 2)        conductivity integral against H, and its difference to the next knot, W/m
    low, step  ()            axis of the table, J/m3
    x, y, z    ()            dt / spacing^2 of each axis, s/m2
    out        (nz, ny, nx)  J/m3   [written]
    """
    check("H", H, np.shape(H))
    check("pairs", pairs, (len(pairs), 2))
    check("out", out, H.shape)
    _apart(H, out)
    _heat.conduct_nonlinear(H, pairs, low, step, x, y, z, np.empty((threads, 3 * 66 * H.shape[2])), out)


def triad(a: Array, b: Array, c: Array, scalar: float, threads: int = 1) -> None:
    """a = b + scalar c, the memory bandwidth test of STREAM (McCalpin 1995): 24 bytes an element.

    a, b, c  (n,)  a [written]
    """
    for name, array in (("a", a), ("b", b), ("c", c)):
        check(name, array, np.shape(a))
    _apart(b, a)
    _apart(c, a)
    _heat.triad(a, b, c, scalar, threads)
