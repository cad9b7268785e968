"""The quench of a cube and of a long bar in CalculiX: input file, run, stress of the elements."""

import math
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]]) * 2
MIDDLES = np.array(
    [[1, 0, 0], [2, 1, 0], [1, 2, 0], [0, 1, 0], [1, 0, 2], [2, 1, 2], [1, 2, 2], [0, 1, 2], [0, 0, 1], [2, 0, 1],
     [2, 2, 1], [0, 2, 1]]
)  # fmt: skip
ORDER = "xx", "yy", "zz", "xy", "xz", "yz"


def available() -> bool:
    """Whether ccx is there; install.sh brings it."""
    return shutil.which("ccx") is not None


def mesh(n: int, size: float, kind: str) -> tuple[Array, NDArray[np.int64]]:
    """Nodes (N, 3) m and elements (n^3, 8 or 20) of a cube from the origin, kind C3D8 or C3D20R."""
    offsets = CORNERS if kind == "C3D8" else np.concatenate([CORNERS, MIDDLES])
    first = 2 * np.stack(np.meshgrid(*3 * [np.arange(n)], indexing="ij"), -1).reshape(-1, 3)[:, ::-1]
    spots = first[:, None] + offsets
    flat = spots @ np.array([1, 2 * n + 1, (2 * n + 1) ** 2])
    used, element = np.unique(flat, return_inverse=True)
    row = 2 * n + 1
    places = np.stack([used % row, used // row % row, used // row**2], 1) * (0.5 * size / n)
    return places, element.reshape(flat.shape)


def disc(n: int, radius: float) -> tuple[Array, NDArray[np.int64]]:
    """Nodes (N, 3) m and elements (n, 8) CAX8R of a disc one square element high; x radial, y axial."""
    row = 2 * np.arange(n)[:, None]
    first, second, third = row, 2 * n + 1 + row // 2, 3 * n + 2 + row
    element = np.concatenate([first, first + 2, third + 2, third, first + 1, second + 1, third + 1, second], 1)
    fine, coarse, height = np.linspace(0.0, radius, 2 * n + 1), np.linspace(0.0, radius, n + 1), radius / n
    x = np.concatenate([fine, coarse, fine])
    y = np.repeat([0.0, 0.5 * height, height], [fine.size, coarse.size, fine.size])
    return np.stack([x, y, 0.0 * x], 1), element


def write(
    path: Path, places: Array, element: NDArray[np.int64], kind: str, held: list[tuple[int, int]], steps: list[Array],
    hardening: float, tied: Sequence[int] = (),
) -> None:  # fmt: skip
    """An input file in m, Pa, K.

    held   (node, axis) that do not move
    steps  temperatures (N,) K: the first is where it is unstressed, each of the others one increment
    tied   nodes that all move alike along y
    """
    lines = ["*NODE, NSET=ALL"]
    lines += [f"{i},{x:.9g},{y:.9g},{z:.9g}" for i, (x, y, z) in enumerate(places, 1)]
    lines.append(f"*ELEMENT, TYPE={kind}, ELSET=CUBE")
    for number, nodes in enumerate(element + 1, 1):
        words = [str(number), *map(str, nodes)]
        lines += [",".join(words[:11]) + ("," if len(words) > 11 else "")] + (
            [",".join(words[11:])] if words[11:] else []
        )
    lines += ["*MATERIAL, NAME=STEEL", "*ELASTIC", "200e9,0.3", "*EXPANSION, ZERO=0", "1.2e-5", "*PLASTIC", "250e6,0"]
    lines += [f"{250e6 + hardening:.9g},1"] if hardening else []
    lines += ["*SOLID SECTION, ELSET=CUBE, MATERIAL=STEEL", "*INITIAL CONDITIONS, TYPE=TEMPERATURE"]
    lines += [f"{i},{T:.10g}" for i, T in enumerate(steps[0], 1)]
    lines += ["*BOUNDARY", *(f"{node + 1},{axis + 1}" for node, axis in held)]
    for node in tied[1:]:
        lines += ["*EQUATION", "2", f"{node + 1},2,1.,{tied[0] + 1},2,-1."]
    for number, temperatures in enumerate(steps[1:], 1):
        last = number == len(steps) - 1
        lines += ["*STEP, INC=100", "*STATIC", "1.,1.", "*TEMPERATURE"]
        lines += [f"{i},{T:.10g}" for i, T in enumerate(temperatures, 1)]
        lines += ["*EL PRINT, ELSET=CUBE, FREQUENCY=1", "S"] if last else ["*EL PRINT, ELSET=CUBE, FREQUENCY=0", "S"]
        lines += ["*NODE FILE, FREQUENCY=0", "U", "*END STEP"]
    path.write_text("\n".join(lines) + "\n")


class Stopped(RuntimeError):
    """CalculiX had used its seconds: those, and the increments and iterations, a factorisation each, it had done."""

    def __init__(self, spent: float, increments: int, iterations: int) -> None:
        super().__init__(f"ccx was stopped after {spent:.0f} s, {increments} increments and {iterations} iterations")
        self.spent, self.increments, self.iterations = spent, increments, iterations


def run(path: Path, points: int, most: float = math.inf) -> tuple[Array, float]:
    """Mean stress (6, elements) Pa, xx yy zz xy yz zx, at the end of a run of ccx, and its CPU seconds.

    most  CPU seconds after which it is stopped; raises Stopped
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    limit = [] if math.isinf(most) else ["prlimit", f"--cpu={math.ceil(most)}:"]
    log = subprocess.run(
        [*limit, "ccx", path.stem], cwd=path.parent, env=environment, capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if log.returncode == -signal.SIGXCPU:
        raise Stopped(spent, _rows(path.with_suffix(".sta")), _rows(path.with_suffix(".cvg")))
    if "Job finished" not in log.stdout:
        raise RuntimeError(f"ccx did not finish:\n{log.stdout[-2000:]}{log.stderr[-500:]}")
    rows = [line.split() for line in path.with_suffix(".dat").read_text().splitlines() if line[:1] == " "]
    values = np.array([row for row in rows if len(row) == 8 and row[0].isdigit()], float)
    six = values[-(len(values) // points * points) :, 2:].reshape(-1, points, 6).mean(1).T
    return six[[0, 1, 2, 3, 5, 4]], spent


def _rows(path: Path) -> int:
    """Rows of numbers in a table that ccx writes as it goes on."""
    words = (line.split() for line in path.read_text().splitlines())
    return sum(row[:1] != [] and row[0].isdigit() for row in words)
