"""Runs every code on the cube, Neumann's slab and the plain stencil and writes runs.csv; ten minutes on two cores.

    .venv/bin/python benchmarks/peers/measure.py [cube|neumann|stencil] [metaltwin|plain|scikit-fem|FiPy|...]

With words only these are measured anew. Each run is repeated, the least of its processor seconds counts.
"""

import csv
import math
import sys
from pathlib import Path

from metaltwin.validation import bench_peers as bench

RUNS = Path(__file__).with_name("runs.csv")
FIELDS = ("problem", "code", "setting", "error_K", "whole_s", "march_s")
REPEATS, LONG = 3, 2.0  # a run that takes so many s is done once
ITERATIVE = "ITERATIVE CHOLESKY"

CUBE = {
    "scikit-fem": ((4, 20.0, 2), [
        (8, 5.0), (16, 5.0), (16, 2.0), (32, 2.0), (32, 2.0, 1, True), (4, 5.0, 2), (4, 2.0, 2), (6, 2.0, 2),
        (6, 1.0, 2), (8, 1.0, 2), (8, 0.5, 2), (12, 0.5, 2), (16, 0.5, 2), (16, 0.25, 2),
    ]),
    "FiPy": ((4, 20.0), [(8, 5.0), (12, 2.0), (16, 2.0), (16, 1.0), (16, 0.5, False), (24, 1.0)]),
    "py-pde": ((4, 1.0, "Euler", "numpy"), [
        (8, 1.0, "Euler", "numpy"), (16, 0.45, "Euler", "numpy"), (32, 0.13, "Euler", "numpy"), (32, 0.13), (64, 0.03),
    ]),
    "CalculiX": ((2, 20.0), [
        (8, 2.0, 1, ITERATIVE), (16, 1.0, 1, ITERATIVE), (16, 0.25, 1, ITERATIVE), (8, 5.0), (12, 2.0), (4, 2.0, 2),
        (4, 0.5, 2), (8, 1.0, 2, ITERATIVE),
    ]),
}  # fmt: skip
NEUMANN = {
    "scikit-fem": ((10, 1.0), [(50, 0.5), (100, 0.1), (200, 0.05), (400, 0.02), (800, 0.01)]),
    "py-pde": ((10, 0.1, "numpy"), [(100, 0.005), (200, 0.001), (800, 0.0001)]),
    "CalculiX": ((10, 1.0, 40.0), [(50, 0.1, 20.0), (100, 0.05, 20.0), (100, 0.02, 10.0), (200, 0.01, 10.0)]),
}
SINGLE = [(8, 0.25), (16, 0.25), (32, 0.25), (48, 0.1), (64, 0.05)]
CONVERGED = [*bench.OURS, (24, 0.02, 8), (36, 0.02, 12), bench.FIVE_MILLIKELVIN]
PLAIN = [(16, 0.4), (32, 0.4), (64, 0.4), bench.PLAIN]
SLAB = [(50, 0.5), (100, 0.1), (200, 0.1), (400, 0.05), (800, 0.05)]


def tasks():
    """(problem, code, a function that runs it)."""
    for one in SINGLE + CONVERGED:
        yield "cube", "metaltwin", lambda one=one: bench.ours(*one)
    for one in PLAIN:
        yield "cube", "plain", lambda one=one: bench.plain(*one)
    for one in SLAB:
        yield "neumann", "metaltwin", lambda one=one: bench.slab(*one)
    for problem, codes in (("cube", CUBE), ("neumann", NEUMANN)):
        for code, (warm, runs) in codes.items():
            for one in runs:
                yield problem, code, lambda a=code, b=warm, c=one, d=problem: bench.peer(a, b, c, d)


def least(run):
    """The cheapest of several runs, or the one of a long run."""
    found = run()
    for _ in range(0 if found.whole > LONG else REPEATS - 1):
        found = min(found, run(), key=lambda one: one.whole)
    return found


def main(*words):
    """Measure, and put the rows of what was measured in the place of the old ones."""
    bench.ours(8, 1.0)
    bench.slab(10)
    begun = set()
    for problem, code, run in tasks():
        if not set(words) <= {problem, code}:
            continue
        try:
            found = least(run)
        except RuntimeError as error:
            print(problem, code, "failed:", str(error)[-300:], flush=True)
            continue
        print(problem, found, flush=True)
        keep(problem, found, fresh=(problem, found.code) not in begun)
        begun.add((problem, found.code))
    if set(words) <= {"stencil"}:
        for code, seconds in zip(("metaltwin", "Devito"), bench.stencil(), strict=True):
            keep("stencil", bench.Run(code, "one step of 256^3", math.nan, seconds, seconds), fresh=True)


def keep(problem, run, fresh):
    """Add a run to the file; `fresh` puts it in the place of the older ones of its code."""
    rows = list(csv.DictReader(RUNS.open())) if RUNS.exists() else []
    rows = [row for row in rows if not (fresh and (row["problem"], row["code"]) == (problem, run.code))]
    values = (problem, run.code, run.setting, f"{run.error:.4g}", f"{run.whole:.4g}", f"{run.march:.4g}")
    rows.append(dict(zip(FIELDS, values, strict=True)))
    with RUNS.open("w", newline="") as file:
        table = csv.DictWriter(file, FIELDS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
