"""Runs one of the other codes in their environment: peer.py PROBLEM CODE WARM RUN OUT, the arguments as JSON lists.

Writes points (k, d), T (k,), `march` and `whole` processor seconds, of this process and its children, to OUT (.npz).
WARM, a small case of the same kind, is run first: what a code compiles or loads only once is not counted.
"""

import json
import resource
import sys

import numpy as np


def spent():
    """Processor seconds so far."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


def main(problem, code, warm, run, out):
    """Measure one run."""
    solve = __import__(problem).CODES[code]
    solve(*json.loads(warm))
    before = spent()
    points, T, march = solve(*json.loads(run))
    np.savez(out, points=points, T=T, march=march, whole=spent() - before)


if __name__ == "__main__":
    main(*sys.argv[1:])
