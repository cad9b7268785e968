"""Machining: exact relaxation of what is left (part E, E17 to E19)."""

from collections.abc import Iterator

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.layer_removal import cylinder_moore_evans
from ..materials.matter import Matter, Mechanics, Phase, constant
from ..solver.geometry import Cells, build, remaining, shortened
from ..solver.relief import Relief, relieve
from ..solver.shape import Box, Cylinder
from .verdict import Verdict, check

Array = NDArray[float64]

MPA = 1e6
S = 100.0 * MPA
YOUNG, POISSON, R = 200e9, 0.3, 0.02
LAW = Mechanics(constant(YOUNG), constant(POISSON), constant(0.0))
STEEL = Matter("elastic", 7800.0, (Phase("solid", constant(1.0), constant(1.0), LAW),))
SACHS = "G. Sachs, Z. Metallkunde 19 (1927) 352; the stress of a free strain with r2: Boley & Weiner 1960"
MOORE = "M. G. Moore, W. P. Evans, SAE Trans. 66 (1958) 340"
BEAM = "elementary beam theory: released moment over E I"


def _relieved(cells: Cells, rest: Cells, stress: Array) -> Relief:
    n = cells.index.size
    return relieve(cells, rest, STEEL, stress, np.full(n, 293.15), np.ones((1, n)))


def _bar(r: Array) -> Array:
    """Radial, hoop, axial stress (6, n) Pa of a long bar whose free strain goes with r2."""
    ratio, stress = (r / R) ** 2, np.zeros((6, r.size))
    stress[:3] = S * (1.0 - ratio), S * (1.0 - 3.0 * ratio), 2.0 * S * (1.0 - 2.0 * ratio)
    return stress


@check("E17", "stress")
def bored_bar() -> Iterator[Verdict]:
    """A long bar of 40 mm with stress up to 400 MPa is bored to 16.6 mm, and turned to 30 mm; 1d, 0.5 mm."""
    cells = build(Cylinder(R), "cylinder", 0.5e-3)
    stress, a, b = _bar(cells.centres()[:, 0]), 0.0083, 0.015
    bored = _relieved(cells, rest := shortened(cells, a, R), stress)
    r = rest.centres()[:, 0]
    C, D = S * (a / R) ** 2, S * a**2
    exact = np.array([C - D / r**2, C + D / r**2, np.full(r.size, 2.0 * C)])
    for k in (5, -1):
        for name, got, expected in zip(("radial", "hoop", "axial"), bored.stress[:3, k], exact[:, k], strict=True):
            yield Verdict(
                "E17-bored", f"change of {name} stress at r {1e3 * r[k]:.2f} mm", expected / MPA, got / MPA, 0.2,
                "MPa", "0.2 % of the 100 MPa scale: second order in the spacing", SACHS,
            )  # fmt: skip
    moved = r[-1] * (exact[1, -1] - POISSON * (exact[0, -1] + exact[2, -1])) / YOUNG
    yield Verdict(
        "E17-bored", "outward movement of the outermost cell", 1e6 * moved, 1e6 * float(bored.displacement[0, -1]),
        2e-3 * 1e6 * abs(moved), "um", "0.2 %: second order in the spacing", SACHS,
    )  # fmt: skip
    turned = _relieved(cells, shortened(cells, 0.0, b), stress)
    shift = -S * (1.0 - (b / R) ** 2)
    for name, got, expected in zip(
        ("radial", "hoop", "axial"), turned.stress[:3, 5], (shift, shift, 2 * shift), strict=True
    ):
        yield Verdict(
            "E17-turned", f"change of {name} stress of the core", expected / MPA, got / MPA, 0.2, "MPa",
            "0.2 % of the 100 MPa scale: second order in the spacing", SACHS,
        )  # fmt: skip


@check("E18", "stress")
def halved_beam() -> Iterator[Verdict]:
    """The upper half of a beam 64 x 6 x 8 mm with a parabolic stress is taken off: 3d, four cells are left."""
    H, L, W, h = 8e-3, 64e-3, 6e-3, 1e-3
    shape = Box((L, W, H))
    cells = build(shape, "3d", h)
    stress = np.zeros((6, cells.index.size))
    stress[0] = S * (1.0 - 3.0 * ((2.0 * cells.centres()[:, 2] / H) ** 2 + (h / H) ** 2 / 3.0))
    rest = remaining(cells, shape, Box((2 * L, 2 * W, H), (0.0, 0.0, H / 2)))
    relief = _relieved(cells, rest, stress)
    x, y, z = rest.centres().T
    layers, first = np.unique(np.round(z, 9), return_index=True)
    held = stress[0, np.searchsorted(cells.index, rest.index)][first]
    moment = W * h * float((held * (layers + H / 4)).sum())
    inertia = W * (H / 2) ** 3 / 12.0
    low = (np.abs(x) < L / 8) & (z < -H / 2 + h)
    yield Verdict(
        "E18-beam", "change of the stress in the lowest cells at mid-length",
        -moment * (layers[0] + H / 4) / inertia / MPA, float(relief.stress[0, low].mean()) / MPA,
        0.02 * S / MPA, "MPa", "2 % of the scale: four cells over the height", BEAM,
    )  # fmt: skip
    middle = (np.abs(x) < L / 4) & (np.abs(z + H / 4) < h) & (np.abs(y) < 1.1 * h)
    bend = -2.0 * np.polyfit(x[middle], relief.displacement[2, middle], 2)[0]
    yield Verdict(
        "E18-beam", "curvature", -moment / (YOUNG * inertia), float(bend), 0.015 * abs(moment / (YOUNG * inertia)),
        "1/m", "1.5 %: four cells over the height", BEAM,
    )  # fmt: skip


@check("E19", "stress")
def corrected_readings() -> Iterator[Verdict]:
    """The bar of E17 is turned down layer by layer, each time computed; Moore and Evans give back its stress."""
    cells = build(Cylinder(R), "cylinder", 0.5e-3)
    before = _bar(cells.centres()[:, 0])
    depth = 0.5e-3 * np.arange(16, dtype=float64)
    readings = np.empty((2, depth.size))
    for k in range(depth.size):
        kept = cells.index.size - k
        relief = _relieved(cells, shortened(cells, 0.0, R - depth[k]), before) if k else None
        now = before[:3, :kept] + (relief.stress[:3] if relief else 0.0)
        skin = 1.5 * now[:, -1] - 0.5 * now[:, -2]
        readings[:, k] = skin[2], skin[1]
    axial, hoop, radial = cylinder_moore_evans(depth, readings[0], readings[1], R)
    exact = _bar(R - depth)
    for name, found, expected in (("axial", axial, exact[2]), ("hoop", hoop, exact[1]), ("radial", radial, exact[0])):
        for k in (4, 15):
            yield Verdict(
                "E19-layers", f"{name} stress {0.5 * k:g} mm deep", expected[k] / MPA, found[k] / MPA, 2.0, "MPa",
                "2 % of the scale: readings 0.5 mm apart, skin by a straight line", MOORE,
            )  # fmt: skip
