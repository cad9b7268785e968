"""How B-bar and C3D20R converge on the quenched cube, and where they differ: refinement.json.   python refinement.py"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from calculix import available
from compare import YIELD, eighth, octant, ours

FINEST, BLOCKS, COUNT = 12, 4, 10


def blocks(stress):
    """Means (6, 4, 4, 4) of the stress (6, m, m, m) of an eighth."""
    m = stress.shape[1] // BLOCKS
    return stress.reshape(6, BLOCKS, m, BLOCKS, m, BLOCKS, m).mean((2, 4, 6))


def apart(one, two):
    """Root mean square difference of the worst normal component over the yield stress."""
    return float(np.sqrt(((one - two)[:3] ** 2).mean((1, 2, 3))).max() / YIELD)


def by_faces(one, two):
    """The same of cells with 0, 1, 2 and 3 faces on the skin, and their shares of the sum of squares."""
    square = ((one - two)[:3] ** 2).mean(0) / YIELD**2
    faces = (np.indices(square.shape) == square.shape[0] - 1).sum(0)
    return {
        str(k): [float(np.sqrt(square[faces == k].mean())), float(square[faces == k].sum() / square.sum())]
        for k in range(4)
    }


def found(quadratic, bbar):
    """What is told of stresses of an eighth, {elements an edge: (6, m, m, m)}."""
    finest = quadratic[FINEST]
    rows = {f"C3D20R {m}^3": apart(blocks(of), blocks(finest)) for m, of in quadratic.items() if m < FINEST}
    rows |= {f"B-bar {m}^3": apart(blocks(of), blocks(finest)) for m, of in bbar.items()}
    return {"blocks": rows, "faces": by_faces(bbar[FINEST], finest)}


def main():
    if not available():
        sys.exit("ccx is not installed; run install.sh")
    quadratic = {}
    for m in (4, 8, FINEST):
        with tempfile.TemporaryDirectory() as folder:
            quadratic[m] = octant(m, COUNT, 0.0, Path(folder))[0].reshape(6, m, m, m)
    bbar = {m: eighth(ours(2 * m, COUNT, 0.0)[0]) for m in (4, 8, FINEST)}
    Path(__file__).with_name("refinement.json").write_text(json.dumps(found(quadratic, bbar), indent=1) + "\n")


if __name__ == "__main__":
    main()
