"""The same problem in other codes, in one run: a cooled cube by processor seconds and error, and a plain stencil.

The other codes have an environment of their own, see `INSTALL`. Processor seconds are those of a second case in a
process: imports and what is compiled once are not counted, for nobody.
"""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.converged import converged
from ..cases.grid import Grid
from ..cases.part import Part
from ..cases.result import Result
from ..cases.step import Quench
from ..cases.treatment import HeatTreatment
from ..kernels.heat import conduct_constant
from ..materials.material import Material
from ..materials.medium import Medium
from ..solver.march import march
from . import analytic
from .analytic_freezing import Front, Metal
from .figure import Figure
from .freezing import Wall
from .machine import cores
from .plain_stencil import cooled_cube
from .poured import held, poured, pure

Array = NDArray[float64]

FOLDER = Path(__file__).parents[1] / "benchmarks" / "peers"
PYTHON = FOLDER / ".venv" / "bin" / "python"
INSTALL = "benchmarks/peers/install.sh of a checkout makes the environment of the other codes"
EDGE, CONDUCTIVITY, CAPACITY, H, START, BATH, END = 0.1, 33.5, 5.26e6, 1675.0, 900.0, 15.0, 100.0
SLAB_END = 6.0  # s
ZERO = 273.15


@dataclass(frozen=True)
class Run:
    """One run of the cube.

    code, setting
    error          K, largest at its own points: nodes, cell centres, or those of the coarser of two grids
    whole, march   processor seconds of a second case in a process, and of its march alone
    """

    code: str
    setting: str
    error: float
    whole: float
    march: float


def exact(points: Array) -> Array:
    """Temperature (k,) degC of the cube at the end at points (k, 3), m from its middle: a product of three slabs."""
    fourier, biot = CONDUCTIVITY / CAPACITY * END / (EDGE / 2.0) ** 2, H * EDGE / 2.0 / CONDUCTIVITY
    thetas = analytic.slab(points / (EDGE / 2.0), fourier, biot)
    return np.asarray(BATH + (START - BATH) * np.prod(thetas, axis=1))


NEUMANN = Front(Metal(210.0, 95.0, 3.0e6, 2.576e6, 1.08e9, 660.0), 740.0, 580.0)
"""The slab of B02, which the other codes solve over 0.1 m to 6 s."""
EXACT: dict[str, Callable[[Array], Array]] = {
    "cube": exact,
    "neumann": lambda points: NEUMANN.temperature(points[:, 0], SLAB_END),
}


def slab(n: int, tolerance: float = 0.1) -> Run:
    """metaltwin on Neumann's slab, n cells over 0.1 m."""
    begin = process_time()
    wall = Wall(0.1, n)
    run = poured(wall.metal, [pure(NEUMANN.metal)], [NEUMANN.start], [(held(NEUMANN.cold),)], [SLAB_END], (), tolerance)
    took = process_time() - begin
    points = (np.arange(n) + 0.5) * wall.edge
    error = float(np.abs(run.moments[0].T[0][::-1] - NEUMANN.temperature(points, SLAB_END)).max())
    return Run("metaltwin", f"{n}, {tolerance:g} K", error, took, took)


def centres(n: int) -> Array:
    """(n^3, 3) cell centres, m from the middle, x fastest."""
    line = EDGE * ((np.arange(n) + 0.5) / n - 0.5)
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    return np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1)


def cube(n: int, tolerance: float) -> HeatTreatment:
    """The case, n cells an edge.   tolerance K"""
    return HeatTreatment(
        name="cube",
        part=Part.box(*[f"{EDGE} m"] * 3),
        alloy=Material("metal", f"{CONDUCTIVITY} W/m/K", "1000 kg/m^3", f"{CAPACITY / 1000.0} J/kg/K"),
        grid=Grid(spacing(n)),
        start=f"{START} degC",
        steps=[Quench(Medium("bath", h=f"{H} W/m^2/K", temperature=f"{BATH} degC"), duration=f"{END} s")],
        tolerance=f"{tolerance} K",
    )


def spacing(n: int) -> str:
    return f"{EDGE / n!r} m"


def ours(n: int, tolerance: float = 0.25, coarse: int | None = None) -> Run:
    """metaltwin on one grid, or `converged` over two; the march without grid, words and result is timed apart."""
    case = cube(n, tolerance)
    begin = process_time()
    if coarse is None:
        points = centres(n)
        T = case.run(progress=False).field("temperature").values
        setting = f"{n}^3, {tolerance:g} K"
    else:
        points = centres(coarse)
        T = converged(case, (spacing(coarse), spacing(n)), lambda result: _read(result, coarse)).value
        setting = f"{coarse}^3 and {n}^3, {tolerance:g} K"
    whole = process_time() - begin
    error = float(np.abs(np.asarray(T) - ZERO - exact(points)).max())
    counts = [(n, tolerance)] if coarse is None else [(coarse, tolerance * (n / coarse) ** 3), (n, tolerance)]
    alone = sum(_march_seconds(cube(*one)) for one in counts)
    return Run("metaltwin" if coarse is None else "metaltwin, converged", setting, error, whole, alone)


class _Silent:
    """A sink that keeps nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *given: None


def _march_seconds(case: HeatTreatment) -> float:
    problem = case.problem()
    begin = process_time()
    march(problem, _Silent(), lambda clock, state: False)
    return process_time() - begin


def _read(result: Result, coarse: int) -> Array:
    """Temperature at the centres of the coarser grid, by the cells there where the finer one has them too."""
    count = result.cells.lattice.shape[0]
    if count % coarse or (count // coarse) % 2 == 0:
        return result.sample("temperature", centres(coarse) + np.array(result.case.part.shape.middle))
    every = count // coarse
    T = result.field("temperature").values.reshape(count, count, count)
    return T[every // 2 :: every, every // 2 :: every, every // 2 :: every].ravel()


def plain(n: int, share: float) -> Run:
    """The plain stencil, compiled before; all of it is march."""
    cooled_cube(4, EDGE, CONDUCTIVITY, CAPACITY, H, START, BATH, 1.0, share)
    begin = process_time()
    T = cooled_cube(n, EDGE, CONDUCTIVITY, CAPACITY, H, START, BATH, END, share)
    took = process_time() - begin
    error = float(np.abs(T.ravel() - exact(centres(n))).max())
    return Run("plain stencil", f"{n}^3, {share:g} of the limit", error, took, took)


def peer(code: str, warm: Sequence[object], arguments: Sequence[object], problem: str = "cube") -> Run:
    """One run of another code. Raises FileNotFoundError with the script that installs it, RuntimeError."""
    if not PYTHON.exists():
        raise FileNotFoundError(INSTALL)
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out.npz"
        words = [str(PYTHON), "peer.py", problem, code, json.dumps(warm), json.dumps(arguments), str(out)]
        done = subprocess.run(words, cwd=FOLDER, capture_output=True, text=True, env={**os.environ, **ALONE})
        if done.returncode:
            raise RuntimeError(f"{code} {arguments}: {done.stderr[-1000:]}")
        with np.load(out) as found:
            error = float(np.abs(found["T"] - EXACT[problem](found["points"])).max())
            whole, march = float(found["whole"]), float(found["march"])
    return Run(code, ", ".join(map(str, arguments)), error, whole, march)


def least(runs: Sequence[Run], error: float) -> Run:
    """The cheapest run that is at least so exact, K. Raises ValueError where none is."""
    good = [run for run in runs if run.error <= error]
    if not good:
        raise ValueError(f"no run within {error:g} K")
    return min(good, key=lambda run: run.whole)


ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Threads of their algebra would wait for one another and cost more processor seconds than they save."""
LEVELS = (1.1, 0.3, 0.06)
"""K, errors at which the cube is compared: what three settings of the best peer reach."""
BEST = (("scikit-fem", (4, 5.0, 2)), ("scikit-fem", (6, 2.0, 2)), ("scikit-fem", (8, 1.0, 2)))
"""Of all settings of all peers on docs/peers.md the ones that no other beats at their error."""
OURS = ((12, 0.25, 4), (15, 0.1, 5), (24, 0.1, 8))
FIVE_MILLIKELVIN = (48, 0.002, 16)
PLAIN = (128, 0.4)
REPEATS = 3


def _missing(id: str, unit: str) -> Figure:
    return Figure(id, None, unit, None, INSTALL, most=False)


def _cube(id: str, triad: float) -> Figure:
    """How many times fewer processor seconds than the best peer library, at the error where that is least."""
    if not PYTHON.exists():
        return _missing(id, "x")
    cube(8, 1.0).run(progress=False)
    mine = [min((ours(*one) for _ in range(REPEATS)), key=lambda run: run.whole) for one in OURS]
    theirs = [
        min((peer(code, (4, 20.0, 2), run) for _ in range(REPEATS)), key=lambda run: run.whole) for code, run in BEST
    ]
    pairs = [(least(theirs, level), least(mine, level)) for level in LEVELS]
    ratios = [other.whole / own.whole for other, own in pairs]
    said = "; ".join(
        f"{level:g} K: {own.whole:.2f} s against {other.whole:.2f} s, marches {own.march:.2f} and {other.march:.2f}"
        for level, (other, own) in zip(LEVELS, pairs, strict=True)
    )
    return Figure(id, min(ratios), "x less", 10.0, f"second case of a process, scikit-fem triquadratic; {said}", False)


def _five_millikelvin(id: str, triad: float) -> Figure:
    """How many times fewer processor seconds than the plain stencil takes to 0.005 K."""
    cube(8, 1.0).run(progress=False)
    mine, other = ours(*FIVE_MILLIKELVIN), plain(*PLAIN)
    said = (
        f"{mine.setting}: {mine.error:.4f} K in {mine.whole:.2f} s; plain stencil, {other.setting}: {other.error:.4f} K"
    )
    return Figure(id, other.whole / mine.whole, "x less", 5.0, f"{said} in {other.whole:.1f} s", False)


def _stencil(id: str, triad: float) -> Figure:
    """Devito's time for a step of 256^3 over ours, the two by turns."""
    if not PYTHON.exists():
        return _missing(id, "x")
    own, generated = stencil()
    said = f"256^3 float64, {cores()} threads, best of {TURNS} turns of {STEPS} steps"
    return Figure(id, generated / own, "x", 1.0, f"{said}: {1e3 * own:.1f} ms, Devito {1e3 * generated:.1f} ms", False)


def stencil() -> tuple[float, float]:
    """Seconds of an explicit step of 256^3 cells of constant properties, ours and Devito's. Raises RuntimeError."""
    T = np.linspace(300.0, 1200.0, 256**3).reshape(256, 256, 256)
    fields, mine, theirs = [T, np.empty_like(T)], [], []
    environment = {**os.environ, "OMP_NUM_THREADS": str(cores())}
    words = [str(PYTHON), "stencil.py"]
    with subprocess.Popen(
        words, cwd=FOLDER, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as other:  # fmt: skip
        assert other.stdin is not None and other.stdout is not None
        if other.stdout.readline().strip() != "ready":
            raise RuntimeError(f"Devito did not start; {PYTHON} {FOLDER / 'stencil.py'} says why")
        for _ in range(TURNS):
            other.stdin.write("go\n")
            other.stdin.flush()
            theirs.append(float(other.stdout.readline()))
            begin = perf_counter()
            for _ in range(STEPS):
                conduct_constant(fields[0], 0.1, 0.1, 0.1, fields[1], cores())
                fields.reverse()
            mine.append((perf_counter() - begin) / STEPS)
        other.stdin.close()
    return min(mine), min(theirs)


TURNS, STEPS = 15, 10
METERS = {"peers-cube": _cube, "cube-to-5mK": _five_millikelvin, "stencil-devito": _stencil}
