"""Residual stress of a long quenched bar (E10 of the catalogue): metaltwin in 1d and CalculiX, the same temperatures.

    python bar.py [elements over the radius] [increments]

Needs ccx (install.sh). CalculiX: one row of CAX8R whose upper side stays flat. Writes bar.json: differences of the mean
stress of each element over the yield stress of 250 MPa, CPU seconds.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from calculix import available, disc, run, write
from compare import COLD, HOT, YIELD, law, quenched

from metaltwin.solver.geometry import build
from metaltwin.solver.shape import Cylinder
from metaltwin.validation import analytic

RADIUS, BIOT = 0.025, 5.0
ORDER = "radial", "hoop", "axial"


def temperature(r, fourier):
    """Temperature K at radii r (m)."""
    return COLD + (HOT - COLD) * analytic.cylinder(np.asarray(r) / RADIUS, fourier, BIOT)


def instants(count):
    """Fourier numbers; the last is cold."""
    return [*np.geomspace(1e-4, 2.0, count - 1), 20.0]


def calculix(n, count, hardening, folder):
    """Radial, hoop and axial stress (3, n) Pa and CPU seconds."""
    places, element = disc(n, RADIUS)
    upper = np.flatnonzero(places[:, 1] > 0.9 * RADIUS / n)
    held = [(node, 1) for node in np.flatnonzero(places[:, 1] == 0.0)]
    held += [(node, 0) for node in np.flatnonzero(places[:, 0] == 0.0)]
    steps = [np.full(len(places), HOT), *(temperature(places[:, 0], fo) for fo in instants(count))]
    write(folder / "bar.inp", places, element, "CAX8R", held, steps, hardening, upper)
    stress, spent = run(folder / "bar.inp", 8)
    return stress[[0, 2, 1]], spent


def ours(n, count, hardening):
    """The same of the cells in 1d."""
    cells = build(Cylinder(RADIUS), "cylinder", RADIUS / n)
    began = time.process_time()
    stress = quenched(cells, law(hardening), (temperature(cells.lattice.centres(0), fo) for fo in instants(count)))
    return stress[:3], time.process_time() - began


def main(n=50, count=400):
    if not available():
        sys.exit("ccx is not installed; run install.sh")
    found = {"elements": n, "increments": count, "runs": {}}
    ours(n, 3, 0.0)
    for name, hardening in (("perfectly plastic", 0.0), ("hardening 5 GPa", 5e9)):
        with tempfile.TemporaryDirectory() as folder:
            theirs, spent = calculix(n, count, hardening, Path(folder))
        mine, took = ours(n, count, hardening)
        apart = np.sqrt(np.mean((mine - theirs) ** 2, 1)) / YIELD
        found["runs"][name] = {
            "1d against CAX8R": dict(zip(ORDER, apart.tolist(), strict=True)),
            "largest": float(np.abs(mine - theirs).max() / YIELD),
            "CPU seconds": {"metaltwin": took, "CalculiX CAX8R": spent},
        }
        print(name, json.dumps(found["runs"][name], indent=1), flush=True)
    Path(__file__).with_name("bar.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
