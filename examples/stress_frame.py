"""A stress frame of grey iron: the thick bar in the middle freezes last, and ends in tension between the thin ones.

The frame is cast in green sand that yields, in sand that holds it back, and shaken out hot or cold.
"""

from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import metaltwin as mt

X = (0, 36, 180, 216)  # mm: yoke, bars, yoke
Y = (0, 12, 36, 72, 96, 108)  # thin bar, gap, thick bar, gap, thin bar
Z = (0, 24)
GAPS = {(1, 1), (1, 3)}


def frame(file):
    """Write the frame as STL, mm: two yokes, a thick bar and two thin ones, all 24 mm high."""
    solid = np.array([[(i, j) not in GAPS for j in range(len(Y) - 1)] for i in range(len(X) - 1)])
    lines = ["solid frame"]
    for (i, j), axis, side in product(np.argwhere(solid), range(3), (0, 1)):
        step = 2 * side - 1
        beside = (i + step * (axis == 0), j + step * (axis == 1))
        inside = axis != 2 and 0 <= beside[0] < solid.shape[0] and 0 <= beside[1] < solid.shape[1] and solid[beside]
        if not inside:
            lines += facets(np.array([(X[i], X[i + 1]), (Y[j], Y[j + 1]), Z], float), axis, side)
    Path(file).write_text("\n".join([*lines, "endsolid frame"]))


def facets(box, axis, side):
    """Two triangles of a face of a box (3, 2), seen from outside."""
    u, v = (axis + 1) % 3, (axis + 2) % 3
    corners = []
    for a, b in ((0, 0), (1, 0), (1, 1), (0, 1)) if side else ((0, 0), (0, 1), (1, 1), (1, 0)):
        corner = np.empty(3)
        corner[[axis, u, v]] = box[axis, side], box[u, a], box[v, b]
        corners.append("vertex {:g} {:g} {:g}".format(*corner))
    for triangle in ((0, 1, 2), (0, 2, 3)):
        yield "facet normal 0 0 0\nouter loop\n" + "\n".join(corners[k] for k in triangle) + "\nendloop\nendfacet"


def case(file, **changes):
    """The frame in green sand, cold when it is shaken out."""
    words = {
        "name": "stress frame of grey iron",
        "part": mt.Part.from_stl(file, unit="mm"),
        "alloy": "EN-GJL-250",
        "pour": "1300 degC",
        "mould": mt.mould("green sand", wall="30 mm"),
        "grid": mt.Grid("6 mm"),
        "shake_out": "100 degC",
        "then": [mt.Cool("still air", until="40 degC")],
        "stress": True,
        "snapshots": 40,
    }
    return mt.Casting(**(words | changes))


def bars(result):
    """Mean stress along the thick and the thin bars at half their length, MPa."""
    x, y, _ = result.cells.centres().T
    middle = np.abs(x - 0.108) < 0.007
    along = result.field("stress_xx").values
    thick = middle & (y > 0.036) & (y < 0.072)
    thin = middle & ((y < 0.012) | (y > 0.096))
    return tuple(float(np.average(along[bar], weights=result.cells.volume[bar])) / 1e6 for bar in (thick, thin))


def main():
    with TemporaryDirectory() as folder:
        file = Path(folder, "frame.stl")
        frame(file)
        for name, changes in (
            ("free, shaken out at 100 degC", {}),
            ("held back by 2e9 Pa/m, shaken out at 100 degC", {"restraint": "2e9 Pa/m"}),
            ("free, shaken out at 800 degC", {"shake_out": "800 degC"}),
        ):
            result = case(file, **changes).run()
            thick, thin = bars(result)
            print(f"{name}: thick bar {thick:+.0f} MPa, thin bars {thin:+.0f} MPa")


if __name__ == "__main__":
    main()
