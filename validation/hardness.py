"""Hardness and hardenability: part D of the catalogue."""

from collections.abc import Iterator

from ..materials.composition import Composition
from ..materials.hardenability import ideal_diameter_a255
from .verdict import Verdict, check


@check("D05", "hardness")
def ideal_diameter() -> Iterator[Verdict]:
    """Ideal diameter of the example of ASTM A255: linear factors, grain size 7."""
    steel = Composition(C=0.22, Mn=0.80, Si=0.18, Ni=0.10, Cr=0.43, Mo=0.25, Cu=0.10, V=0.05)
    got = ideal_diameter_a255(steel) / 0.0254
    yield Verdict(
        "D05", "ideal diameter", 1.9321, got, 1.9321e-3, "in", "0.1 %: arithmetic", "ASTM A255, catalogue D05"
    )
