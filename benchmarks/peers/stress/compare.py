"""Residual stress of a quenched cube: metaltwin and CalculiX on the same mesh, temperatures and increments.

    python compare.py [cells an edge] [increments]

Needs ccx (install.sh). Writes compare_N.json: differences over the yield stress of 250 MPa, CPU seconds.
"""

import json
import math
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from calculix import ORDER, Stopped, available, mesh, run, write
from full_integration import FullIntegration

from metaltwin.kernels import solid as kernel  # noqa: F401 (compiled before the clock starts)
from metaltwin.materials.matter import Matter, Mechanics, Phase, constant
from metaltwin.solver.geometry import build
from metaltwin.solver.mechanics import mechanics_for
from metaltwin.solver.shape import Box
from metaltwin.solver.state import State
from metaltwin.solver.tables import Axis
from metaltwin.validation import analytic

SIZE, BIOT, HOT, COLD, YIELD = 0.05, 5.0, 1123.15, 293.15, 250e6


def temperature(places, fourier):
    """Temperature K at places (N, 3) m of the cube from the origin, by the product of three slabs."""
    slabs = [analytic.slab(2.0 * x / SIZE - 1.0, fourier, BIOT) for x in places.T]
    return COLD + (HOT - COLD) * slabs[0] * slabs[1] * slabs[2]


def instants(count):
    """Fourier numbers; the last is cold."""
    return [*np.geomspace(0.004, 2.0, count - 1), 50.0]


def calculix(n, count, hardening, folder, most=math.inf):
    """C3D8; stopped after `most` CPU seconds."""
    places, element = mesh(n, SIZE, "C3D8")
    last = places.shape[0] - 1
    held = [(0, 0), (0, 1), (0, 2), (n, 1), (n, 2), (n * (n + 1), 2)]
    steps = [np.full(last + 1, HOT), *(temperature(places, fo) for fo in instants(count))]
    write(folder / "cube.inp", places, element, "C3D8", held, steps, hardening)
    return run(folder / "cube.inp", 8, most)


def octant(n, count, hardening, folder):
    """Quadratic elements on an eighth of the cube; mean stress and centres of its elements."""
    places, element = mesh(n, SIZE / 2.0, "C3D20R")
    held = [(node, axis) for axis in range(3) for node in np.flatnonzero(places[:, axis] < 1e-12)]
    shifted = places + SIZE / 2.0
    steps = [np.full(len(places), HOT), *(temperature(shifted, fo) for fo in instants(count))]
    write(folder / "octant.inp", places, element, "C3D20R", held, steps, hardening)
    return run(folder / "octant.inp", 8)


def law(hardening):
    """The steel of both codes: E 200 GPa, nu 0.3, 12e-6 1/K, yield stress 250 MPa."""
    expansion = lambda T: 1.2e-5 * (np.asarray(T) - HOT)  # noqa: E731
    one = Mechanics(constant(200e9), constant(0.3), expansion, constant(YIELD), constant(hardening))
    return Matter("steel", 7800.0, (Phase("solid", constant(1.0), constant(1.0), one),))


def quenched(cells, matter, temperatures):
    """Stress (6, n) Pa after one increment for each of the temperatures (n,) K of the cells."""
    body, size = mechanics_for(cells, matter, Axis()), cells.index.size
    state = State(0.0, np.zeros(size), np.zeros((0, size)), np.full(size, HOT), np.zeros(0))
    body.start(state)
    for k, now in enumerate(temperatures):
        state.temperature[:] = now
        body.advance(state, float(k))
    return body.stress(state)


def ours(n, count, hardening):
    """B-bar cells with the temperatures of their centres."""
    cells = build(Box((SIZE,) * 3, (SIZE / 2.0,) * 3), "3d", SIZE / n)
    each = [temperature(cells.centres(), fo) for fo in instants(count)]
    began = time.process_time()
    stress = quenched(cells, law(hardening), each)
    return stress, time.process_time() - began


def plain(n, count, hardening):
    """Full integration."""
    body = FullIntegration(n, SIZE, hardening)
    before, places = np.full(body.mesh.node.size, HOT), body.places()
    for fo in instants(count):
        now = temperature(places, fo)
        body.step(now - before)
        before = now
    return body.stress


def eighth(stress):
    """The eighth (6, m, m, m) far from the origin of the stress (6, n^3) of a whole cube."""
    n = round(stress.shape[1] ** (1.0 / 3.0))
    return stress.reshape(6, n, n, n)[:, n // 2 :, n // 2 :, n // 2 :]


def rms(one, two):
    """Root mean square difference of each component over the yield stress."""
    return {name: float(np.sqrt(np.mean((a - b) ** 2)) / YIELD) for name, a, b in zip(ORDER, one, two, strict=True)}


def ratio(n, most=math.inf, count=10):
    """CPU seconds of both, perfectly plastic, as one line of JSON; CalculiX is stopped after `most` times ours."""
    ours(4, 2, 0.0)
    _, took = ours(n, count, 0.0)
    found = {"cells": n, "metaltwin": took, "increments": count, "done": count}
    with tempfile.TemporaryDirectory() as folder:
        try:
            _, found["calculix"] = calculix(n, count, 0.0, Path(folder), most * took)
        except Stopped as stopped:
            found |= {"calculix": stopped.spent, "done": stopped.increments, "iterations": stopped.iterations}
    print(json.dumps(found))


def main(n=24, count=10):
    if not available():
        sys.exit("ccx is not installed; run install.sh")
    found = {"cells": n**3, "increments": count, "runs": {}}
    ours(4, 2, 0.0)
    for name, hardening in (("perfectly plastic", 0.0), ("hardening 5 GPa", 5e9)):
        with tempfile.TemporaryDirectory() as folder:
            theirs, spent = calculix(n, count, hardening, Path(folder))
            fine, fine_spent = octant(n // 2, count, hardening, Path(folder))
        mine, took = ours(n, count, hardening)
        same = plain(n, count, hardening)
        found["runs"][name] = {
            "full integration against C3D8": rms(same, theirs),
            "B-bar against C3D20R": rms(eighth(mine).reshape(6, -1), fine),
            "C3D8 against C3D20R": rms(eighth(theirs).reshape(6, -1), fine),
            "CPU seconds": {"metaltwin": took, "CalculiX C3D8": spent, "CalculiX C3D20R, an eighth": fine_spent},
            "ratio": spent / took,
        }
        print(name, json.dumps(found["runs"][name], indent=1), flush=True)
    Path(__file__).with_name(f"compare_{n}.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
