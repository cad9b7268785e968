"""Residual stress of a quenched cube: metaltwin and CalculiX on the same mesh, temperatures and increments.

    python compare.py [cells an edge] [increments]

Needs ccx (install.sh). Writes compare.json: differences over the yield stress of 250 MPa, CPU seconds.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from calculix import ORDER, available, mesh, run, write
from full_integration import FullIntegration
from scipy.optimize import brentq

from metaltwin.kernels import solid as kernel  # noqa: F401 (compiled before the clock starts)
from metaltwin.materials.matter import Matter, Mechanics, Phase, constant
from metaltwin.solver.geometry import build
from metaltwin.solver.shape import Box
from metaltwin.solver.solid import Solid
from metaltwin.solver.state import State
from metaltwin.solver.tables import Axis

SIZE, BIOT, HOT, COLD, YIELD = 0.05, 5.0, 1123.15, 293.15, 250e6
TERMS = [brentq(lambda b: b * np.sin(b) - BIOT * np.cos(b), k * np.pi + 1e-9, k * np.pi + np.pi / 2) for k in range(60)]


def temperature(places, fourier):
    """Temperature K at places (N, 3) m of the cube from the origin, by the product of three slabs."""
    b = np.array(TERMS)
    a = 4.0 * np.sin(b) / (2.0 * b + np.sin(2.0 * b)) * np.exp(-(b**2) * fourier)
    slab = [(np.cos(np.outer(2.0 * x / SIZE - 1.0, b)) @ a) for x in places.T]
    return COLD + (HOT - COLD) * slab[0] * slab[1] * slab[2]


def instants(count):
    """Fourier numbers; the last is cold."""
    return [*np.geomspace(0.004, 2.0, count - 1), 50.0]


def calculix(n, count, hardening, folder):
    places, element = mesh(n, SIZE, "C3D8")
    last = places.shape[0] - 1
    held = [(0, 0), (0, 1), (0, 2), (n, 1), (n, 2), (n * (n + 1), 2)]
    steps = [np.full(last + 1, HOT), *(temperature(places, fo) for fo in instants(count))]
    write(folder / "cube.inp", places, element, "C3D8", held, steps, hardening)
    return run(folder / "cube.inp", 8)


def octant(n, count, hardening, folder):
    """Quadratic elements on an eighth of the cube; mean stress and centres of its elements."""
    places, element = mesh(n, SIZE / 2.0, "C3D20R")
    held = [(node, axis) for axis in range(3) for node in np.flatnonzero(places[:, axis] < 1e-12)]
    shifted = places + SIZE / 2.0
    steps = [np.full(len(places), HOT), *(temperature(shifted, fo) for fo in instants(count))]
    write(folder / "octant.inp", places, element, "C3D20R", held, steps, hardening)
    stress, spent = run(folder / "octant.inp", 8)
    return stress, spent


def ours(n, count, hardening):
    """B-bar cells with the temperatures of their centres."""
    law = Mechanics(
        constant(200e9), constant(0.3), lambda T: 1.2e-5 * (np.asarray(T) - HOT), constant(YIELD), constant(hardening)
    )
    flat = constant(1.0)
    cells = build(Box((SIZE,) * 3, (SIZE / 2.0,) * 3), "3d", SIZE / n)
    body = Solid(cells, Matter("steel", 7800.0, (Phase("solid", flat, flat, law),)), Axis())
    size = cells.index.size
    state = State(0.0, np.zeros(size), np.zeros((0, size)), np.full(size, HOT), np.zeros(0))
    body.start(state)
    centres, began = cells.centres(), time.process_time()
    for k, fo in enumerate(instants(count)):
        state.temperature[:] = temperature(centres, fo)
        body.advance(state, float(k))
    return body.stress(state), time.process_time() - began


def plain(n, count, hardening):
    """Full integration."""
    body = FullIntegration(n, SIZE, hardening)
    before, places = np.full(body.mesh.node.size, HOT), body.places()
    for fo in instants(count):
        now = temperature(places, fo)
        body.step(now - before)
        before = now
    return body.stress


def rms(one, two):
    """Root mean square difference of each component over the yield stress."""
    return {name: float(np.sqrt(np.mean((a - b) ** 2)) / YIELD) for name, a, b in zip(ORDER, one, two, strict=True)}


def ratio(n, count=10):
    """CPU seconds of both, perfectly plastic, as one line of JSON."""
    ours(4, 2, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        _, spent = calculix(n, count, 0.0, Path(folder))
    print(json.dumps({"metaltwin": ours(n, count, 0.0)[1], "calculix": spent, "increments": count}))


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
        eighth, coarse = (
            of.reshape(6, n, n, n)[:, n // 2 :, n // 2 :, n // 2 :].reshape(6, -1) for of in (mine, theirs)
        )
        found["runs"][name] = {
            "full integration against C3D8": rms(same, theirs),
            "B-bar against C3D20R": rms(eighth, fine),
            "C3D8 against C3D20R": rms(
                theirs.reshape(6, n, n, n)[:, n // 2 :, n // 2 :, n // 2 :].reshape(6, -1), fine
            ),
            "CPU seconds": {"metaltwin": took, "CalculiX C3D8": spent, "CalculiX C3D20R, an eighth": fine_spent},
            "ratio": spent / took,
        }
        print(name, json.dumps(found["runs"][name], indent=1), flush=True)
    Path(__file__).with_name(f"compare_{n}.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
