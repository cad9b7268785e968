"""What stress costs: whole cases, iterations against size, the operator against the memory, CalculiX beside it."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy import float32, int16

from ..cases.grid import Grid
from ..cases.part import Part
from ..cases.step import Quench
from ..cases.treatment import HeatTreatment
from ..kernels import solid as kernel
from ..materials.library import alloy
from ..solver.multigrid import Multigrid, conjugate_gradients, mesh
from .apart import apart
from .figure import Figure
from .machine import cores, peak_memory, share_of_triad

PEERS = Path(__file__).parents[1] / "benchmarks" / "peers" / "stress"
FLOPS = 970.0  # of one cell in kernels/_solid.h: tangent_batch, counted
BYTES = 8 * 6 * 2 + 2 * 4 + 4 * 4 + 3 * 8 * 3  # tangent, moduli, rows; x read, y read and written, a node a cell
COUNTS = (10_000, 100_000, 1_000_000, 4_000_000)
QUICK_CELLS = 1_000_000
GOAL = 1e-6


def quenched(kind: str, small: bool = False) -> HeatTreatment:
    """42CrMo4 in oil, with transformation plasticity: a shaft in rz, a long bar in 1d, a million cells in 3d."""
    part, end = {
        "shaft": (Part.cylinder("40 mm", "160 mm"), {"until": "80 degC"}),
        "bar": (Part.cylinder("40 mm"), {"until": "80 degC"}),
        "million": (Part.box("100 mm", "100 mm", "100 mm"), {"duration": "20 s"}),  # 90 increments, 60 asked
    }[kind]
    step = Quench("fast oil", bath="60 degC", **({"duration": "1 s"} if small else end))
    grid = Grid("5 mm" if small else "1 mm")
    return HeatTreatment(f"{kind}, oil", part, alloy("42CrMo4"), grid, [step], start="850 degC", snapshots=2)


def _spent(kind: str) -> tuple[float, float, int, int]:
    """s, bytes that the process grew by at its peak, cells and stress increments of a case after a small one."""
    quenched(kind, small=True).run(progress=False)
    case = quenched(kind)
    before, begin = peak_memory(), time.perf_counter()
    result = case.run(progress=False)
    took = time.perf_counter() - begin
    increments = int(sum(row["stress_increments"] for row in result.ledger))
    return took, peak_memory() - before, int(result.cells.index.size), increments


def _case(id: str, triad: float) -> Figure:
    kind, target = {"shaft-rz-trip": ("shaft", 10.0), "stress-1d": ("bar", 0.5), "stress-1M": ("million", 3600.0)}[id]
    took, grown, cells, increments = apart(_spent, kind)
    per = f", {grown / cells:.0f} bytes a cell" if cells > 100_000 else ""
    return Figure(id, took, "s", target, f"{cells} cells, oil, phases and TRIP, {increments} increments{per}")


def iterations(cells: int) -> int:
    """Conjugate gradient iterations to GOAL of a free cube of so many cells under a smooth self-balanced load."""
    n = round(cells ** (1.0 / 3.0))
    box = mesh((n, n, n), np.arange(n**3))
    spacing = (1.0 / n,) * 3
    multigrid = Multigrid(box, spacing)
    slots = box.order.cell.size
    moduli = np.zeros((slots // 16, 2, 16), float32)
    moduli[box.slot // 16, 0, box.slot % 16], moduli[box.slot // 16, 1, box.slot % 16] = 160e9, 77e9
    points = np.zeros((slots // 8, 8, 6, 8), int16)
    points[:, :, 0] = 32767
    scale = np.array([*(0.25 / np.array(spacing)), np.prod(spacing)])
    multigrid.refresh(moduli)
    x = 2.0 * box.node_places() / n - 1.0
    strain = np.stack([np.sin(3.0 * x[:, (k + 1) % 3]) * x[:, k] for k in range(3)], 1)
    right = np.zeros_like(strain)
    kernel.tangent(box.order, moduli, points, scale, strain, right)
    _, count, left = conjugate_gradients(
        lambda p, q: kernel.tangent(box.order, moduli, points, scale, p, q), multigrid, right, GOAL, 200
    )
    return count if left <= GOAL else 200


def _iterations(id: str, triad: float) -> Figure:
    counts = [count for count in COUNTS if id.endswith("full") or count <= QUICK_CELLS]
    found = {count: iterations(count) for count in counts}
    least, most = min(found.values()), max(found.values())
    told = ", ".join(f"{taken} at {count:g}" for count, taken in found.items())
    spread = 100.0 * (most - least) / (most + least)
    return Figure(id, spread, "+-% of iterations", 20.0, f"conjugate gradients to {GOAL:g}, free cube: {told} cells")


def _operator(id: str, triad: float) -> Figure:
    """The tangent of a million cells."""
    n = 100
    box = mesh((n, n, n), np.arange(n**3))
    slots = box.order.cell.size
    moduli, points = np.ones((slots // 16, 2, 16), float32), np.full((slots // 8, 8, 6, 8), 1000, int16)
    scale, x, y = np.ones(4), np.ones((box.node.size, 3)), np.zeros((box.node.size, 3))

    def apply() -> float:
        kernel.tangent(box.order, moduli, points, scale, x, y)
        return BYTES * n**3

    share, rate = share_of_triad(apply)
    cells = rate / BYTES
    conditions = (
        f"{FLOPS * cells / 1e9:.1f} GFLOP/s, {BYTES} bytes a cell, {1e9 / cells:.1f} ns a cell, {cores()} threads"
    )
    return Figure(id, 100.0 * share, "% of triad", None, conditions)


def _calculix(id: str, triad: float) -> Figure:
    """CPU time of CalculiX over ours, the same cube, temperatures and increments; 48^3 would take it hours."""
    words, target = ("24", 20.0) if id == "calculix-24" else ("48, most=110", 100.0)
    if shutil.which("ccx") is None:
        return Figure(id, None, "times our CPU", target, f"ccx is missing; run {PEERS / 'install.sh'}", most=False)
    script = [sys.executable, "-c", f"import compare; compare.ratio({words})"]
    done = subprocess.run(script, cwd=PEERS, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        return Figure(id, None, "times our CPU", target, f"CalculiX did not finish: {last}", most=False)
    said = json.loads(done.stdout.splitlines()[-1])
    whole = said["done"] == said["increments"]
    stopped = "" if whole else f", stopped after {said['done']} increments, {said['iterations']} iterations"
    conditions = (
        f"C3D8 {said['calculix']:.0f} s, B-bar {said['metaltwin']:.1f} s, {said['cells']}^3 cells, "
        f"{said['increments']} increments{stopped}"
    )
    return Figure(id, said["calculix"] / said["metaltwin"], "times our CPU", target, conditions, most=False)


Meter = Callable[[str, float], Figure]
QUICK: dict[str, Meter] = {
    "stress-1d": _case,
    "shaft-rz-trip": _case,
    "stress-operator": _operator,
    "stress-iterations": _iterations,
}
HEAVY: dict[str, Meter] = {
    "calculix-24": _calculix,
    "calculix-48": _calculix,
    "stress-1M": _case,
    "stress-iterations-full": _iterations,
}
