"""Stress of a ball at its skin, in cut cells and in the full ones beside them."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.matter import Mechanics, constant
from ..solver.geometry import Cells, build
from ..solver.shape import Sphere
from ..solver.skin import FULL
from ..solver.state import State
from ..solver.stress import Body
from .stress import COMMON, HOT, MPA, YIELD, R, elastic, matter, unstressed
from .verdict import Verdict, check

Array = NDArray[float64]

DROP = 100.0
"""K, by which the middle of the elastic ball is colder than its skin."""
STEEP = np.concatenate([np.linspace(0.1, 1.0, 10), np.linspace(0.9, 0.0, 10)])
"""Share of 400 K that the skin of the yielding ball is colder by, as it comes and goes."""


def warm_ball(r: Array) -> Array:
    """Hoop stress, MPa, of a ball that is colder by DROP (1 - r^2) than its skin; r over the radius.

    Source: S. P. Timoshenko, J. N. Goodier, Theory of Elasticity, 1970, art. 152.
    """
    within = r**3 / 3.0 - r**5 / 5.0
    return np.asarray(-1.2e-5 * DROP * 200e3 / 0.7 * (4.0 / 15.0 + within / r**3 - (1.0 - r**2)))


@check("E28", "stress")
def elastic_skin() -> Iterator[Verdict]:
    """Elastic ball with a parabola of temperature, 40 cells across: hoop stress of every cell shown."""
    yield from _elastic("E28", 40, 3.0)


@check("E28-fine", "stress", full=True)
def elastic_skin_fine() -> Iterator[Verdict]:
    """The same with 80 cells across."""
    yield from _elastic("E28-fine", 80, 1.0)


def _elastic(id: str, across: int, asked: float) -> Iterator[Verdict]:
    cells, r = _ball(across)
    body, state = unstressed(cells, elastic())
    state.temperature = HOT - DROP * (1.0 - r**2)
    body.advance(state, 1.0)
    skin = float(warm_ball(np.ones(1))[0])
    off = 100.0 * (_hoop(body, state, cells) - warm_ball(r)) / skin
    cut = cells.fraction < FULL
    one = partial(
        Verdict, id, unit="% of the skin", source="Timoshenko & Goodier, Theory of Elasticity, 1970, art. 152"
    )
    reason = f"{asked:g} %: asked of {across} cells across"
    yield one("rms error of cut cells", 0.0, float(np.sqrt(np.mean(off[cut] ** 2))), tolerance=asked, reason=reason)
    reason = "6 %: no cell may be shown that is off by more"
    yield one("largest error of all cells", 0.0, float(np.abs(off).max()), tolerance=6.0, reason=reason)


@check("E29", "stress")
def yielding_skin() -> Iterator[Verdict]:
    """Ball, perfectly plastic, whose skin alone yields, one and three cells deep: 20 and 40 cells across."""
    plastic = matter(Mechanics(*COMMON, lambda T: 1.2e-5 * (np.asarray(T) - HOT), constant(YIELD * MPA)))
    line = build(Sphere(R), "sphere", R / 200)
    places = line.lattice.centres(0) / R
    body, state = unstressed(line, plastic)
    _come_and_go(body, state, places)
    exact = body.fields(state)["stress"][1] / MPA
    for across in (20, 40):
        cells, r = _ball(across)
        body, state = unstressed(cells, plastic)
        _come_and_go(body, state, r)
        cut = (cells.fraction < FULL) & (r < 1.0)
        off = (_hoop(body, state, cells) - np.interp(r, places, exact))[cut]
        one = partial(Verdict, f"E29-{across}", source="the same in 1d, 200 cells, which E10 checks")
        reason = "10 % of the yield stress: a cut cell keeps what it has, within a tenth"
        rms = float(np.sqrt(np.mean(off**2)))
        yield one("rms error of hoop stress in cut cells", 0.0, rms, 0.1 * YIELD, "MPa", reason)
        x, y, z, xy, yz, zx = body.fields(state)["stress"] / (YIELD * MPA)
        worst = np.sqrt(0.5 * ((x - y) ** 2 + (y - z) ** 2 + (z - x) ** 2) + 3.0 * (xy**2 + yz**2 + zx**2)).max()
        reason = "5 %: nothing shown may be far beyond yield"
        yield one("largest equivalent stress over yield", 1.0, float(worst), 0.05, "-", reason)


def _ball(across: int) -> tuple[Cells, Array]:
    """Cells and how far, over the radius, their centres lie from the middle."""
    cells = build(Sphere(R), "3d", 2.0 * R / across)
    return cells, np.asarray(np.sqrt((cells.centres() ** 2).sum(1)) / R)


def _hoop(body: Body, state: State, cells: Cells) -> Array:
    """Stress across the radius, MPa, mean of both directions."""
    stress, (x, y, z) = body.fields(state)["stress"] / MPA, cells.centres().T
    along = stress[0] * x * x + stress[1] * y * y + stress[2] * z * z
    along += 2.0 * (stress[3] * x * y + stress[4] * y * z + stress[5] * z * x)
    return np.asarray((stress[:3].sum(0) - along / (x * x + y * y + z * z)) / 2.0)


def _come_and_go(body: Body, state: State, r: Array) -> None:
    """Cold comes to the skin, the steeper the further it is gone again."""
    for step, share in enumerate(STEEP, 1):
        state.temperature = HOT - 400.0 * share * np.exp(-(1.0 - np.minimum(r, 1.0)) * (10.0 - 6.0 * share))
        body.advance(state, float(step))
