"""Plates of A356 and WCB in sand against another code, and orders and balances of the solver of castings."""

from collections.abc import Iterator
from functools import cache, partial

import numpy as np

from ..materials.library import alloy
from ..solver.bodies import Bodies, assemble, nested
from ..solver.shape import Cylinder
from .analytic_freezing import Front, Metal
from .orders import observed, pairwise
from .poured import SHUT, Poured, bathed, held, joined, plain, poured, pure
from .poured import alloy as mush
from .verdict import Verdict, check

SAND = plain(0.7, 1520.0 * 1000.0)
OTHER = "implicit enthalpy code on three grids that agree within 0.1 %, with a published table of the alloy"


def plate(name: str, half: float, sand: float, start: float, times: list[float], cells: int = 25) -> Poured:
    """A plate of an alloy of the library in sand, h 500 W/m2/K between; half its thickness and the sand's, m."""
    cast = alloy(name)
    assert cast.freezing is not None
    bodies = nested(("plate", "sand"), "slab", (0.0, half, half + sand), (half / cells, half / cells))
    table = cast.freezing.table(cast.material)
    return poured(bodies, [table, SAND], [start, 25.0], [(SHUT,), (SHUT,)], times, [joined(500.0)])


@check("S1", "casting")
def aluminium_plate() -> Iterator[Verdict]:
    """25 mm of A356 from 700 degC in sand: temperature of the middle."""
    expected = {36.65: 615.49, 100.0: 606.9, 153.9: 600.0, 300.0: 580.5, 391.8: 574.0, 1031.0: 557.28, 1448.0: 500.0}
    run = plate("A356", 0.0125, 0.15, 700.0, list(expected))
    one = partial(Verdict, "S1", unit="degC", source=OTHER)
    for (t, T), moment in zip(expected.items(), run.moments, strict=True):
        spread = 3.0 if T > 570.0 else 20.0
        reason = f"{spread:g} K: the card's enthalpy differs from that table by 2 % of the latent heat"
        yield one(quantity=f"T of the middle, {t:g} s", expected=T, got=float(moment.T[0][0]), tolerance=spread, reason=reason)
    face = float(run.moments[1].walls[1][0])
    yield one(quantity="face of the sand, 100 s", expected=538.0, got=face, tolerance=5.0, reason="1 % of the span")


@check("S2", "casting")
def steel_plate() -> Iterator[Verdict]:
    """25.4 mm of WCB from 1580 degC in sand: temperature of the middle."""
    expected = {32.9: 1525.0, 100.0: 1518.7, 208.3: 1500.0, 263.7: 1480.0, 1867.0: 1000.0, 3703.0: 700.0}
    run = plate("WCB", 0.0127, 0.2, 1580.0, list(expected))
    for (t, T), moment in zip(expected.items(), run.moments, strict=True):
        got = float(moment.T[0][0])
        yield Verdict("S2", f"T of the middle, {t:g} s", T, got, 20.0, "degC", "x", OTHER)
