"""Carburising: part C10 of the catalogue. Diffusion against closed forms, uptake and austenite against data."""

from collections.abc import Iterator
from math import erfc, exp, pi, sqrt
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials.carbon import diffusivity_lee
from ..materials.composition import Composition
from ..materials.library import alloy
from ..materials.martensite_fraction import retained_koistinen_marburger
from ..materials.matter import Carbon
from ..solver.carbon import Atmosphere, Diffusion
from ..solver.geometry import shell
from ..solver.net import net_of
from .verdict import Verdict, check

Array = NDArray[float64]
LENGTH = 5e-3  # m, far deeper than carbon comes
HELD = 1.0  # m/s: a surface content is held through this


def exact_transfer(x: float, time: float, D: float, beta: float) -> float:
    """Share of the rise at a depth [m] of a half space whose surface passes beta times what it lacks.

    erfc(z) - exp(h x + h2 D t) erfc(z + h sqrt(D t)), h = beta / D, z = x / (2 sqrt(D t)). Source: H.S. Carslaw,
    J.C. Jaeger, Conduction of Heat in Solids, 2nd ed. 1959, section 2.7.
    """
    z, h, reach = x / (2.0 * sqrt(D * time)), beta / D, sqrt(D * time)
    return erfc(z) - exp(h * x + (h * reach) ** 2) * erfc(z + h * reach)


def uptake_transfer(time: float, D: float, beta: float) -> float:
    """What has entered there per m2 and per unit of what the surface lacked [m]: the integral of the same solution."""
    k = beta * sqrt(time / D)
    return D / beta * (exp(k * k) * erfc(k) - 1.0 + 2.0 * k / sqrt(pi))


def profile(diffusivity: Any, core: float, gas: Atmosphere, kelvin: float, time: float, spacing: float) -> Any:
    """Depths (n,) m, contents (n,) and uptake per m2, mass fraction times m, of a slab."""
    cells = shell("slab", 0.0, LENGTH, spacing)
    diffusion = Diffusion(net_of(cells), Carbon(core, diffusivity, 1.0, None, None))  # type: ignore[arg-type]
    T = np.full(cells.index.size, kelvin)
    content, entered = diffusion.advance(diffusion.begin(), T, gas, 0.0, time)
    return LENGTH - cells.lattice.centres(0)[::-1], content[::-1], entered


@check("C10", "kinetics")
def erfc_profile() -> Iterator[Verdict]:
    """Constant D, surface held at 0.8 % over 0.2 %, 925 degC, 8 h, layers of 0.05 mm."""
    D = 8.121465e-12
    x, content, entered = profile(
        lambda T, c: np.full_like(c, D), 0.002, Atmosphere(0.008, HELD), 1198.15, 28800.0, 5e-5
    )
    source, reason = "error function; catalogue C10", "0.1 %, which the catalogue calls good"
    for depth, percent in ((0.25e-3, 0.628834), (0.5e-3, 0.478853), (1e-3, 0.286231), (1.5e-3, 0.216979)):
        got = 100.0 * float(np.interp(depth, x, content))
        name = f"carbon at {1e3 * depth:g} mm"
        yield Verdict("C10", name, percent, got, 1e-3 * percent, "wt %", reason, source)
    yield Verdict("C10", "uptake", 3.274310e-4, 100.0 * entered, 1e-3 * 3.27431e-4, "wt % m", reason, source)


@check("C10-transfer", "kinetics")
def transfer() -> Iterator[Verdict]:
    """The same with beta 1.3e-7 m/s, 4 h: content of the skin region and uptake."""
    D, beta, time = 8.121465e-12, 1.3e-7, 14400.0
    x, content, entered = profile(lambda T, c: np.full_like(c, D), 0.002, Atmosphere(0.008, beta), 1198.15, time, 5e-5)
    source, reason = "Carslaw & Jaeger 1959, 2.7", "0.5 %; the reference asks for 5 %"
    for depth in (0.1e-3, 0.25e-3, 0.5e-3):
        exact = 0.2 + 0.6 * exact_transfer(depth, time, D, beta)
        got = 100.0 * float(np.interp(depth, x, content))
        name = f"carbon at {1e3 * depth:g} mm"
        yield Verdict("C10-transfer", name, exact, got, 5e-3 * exact, "wt %", reason, source)
    exact = 0.006 * uptake_transfer(time, D, beta)
    yield Verdict("C10-transfer", "uptake", 1e2 * exact, 1e2 * entered, 0.5 * exact, "wt % m", reason, source)


@check("C10-uptake", "kinetics")
def uptake() -> Iterator[Verdict]:
    """Mass gain of 0.16 % C steel, 900 degC, 2 h, surface held at 1.0 %, D of Lee et al. without alloying."""
    plain = Composition(C=0.16)
    _, _, entered = profile(
        lambda T, c: diffusivity_lee(plain, T, c), 0.0016, Atmosphere(0.01, HELD), 1173.15, 7200.0, 2e-5
    )
    yield Verdict(
        "C10-uptake", "mass gain", 23.5, 7850e3 * entered, 0.05 * 23.5, "g/m2", "5 %, asked by the reference",
        "Dal'Maz Silva, measured and computed 22.9 to 23.9",
    )  # fmt: skip
    x, content, _ = profile(
        lambda T, c: diffusivity_lee(plain, T, c), 0.002, Atmosphere(0.01, 1.3e-7), 1203.15, 14400.0, 5e-5
    )
    yield Verdict(
        "C10-uptake", "depth of 0.35 % C after 930 degC, 4 h, beta 1.3e-7 m/s", 0.80,
        1e3 * float(np.interp(-0.0035, -content, x)), 0.04, "mm", "5 %, asked by the reference",
        "the reference page, computed independently of this code",
    )  # fmt: skip


@check("C10-retained", "kinetics")
def retained() -> Iterator[Verdict]:
    """Retained austenite of carburised 4320 at 1 % C, quenched to 25 degC: the pair of van Bohemen alone."""
    carbon = alloy("4320").matter().carbon
    assert carbon is not None
    law = carbon.kinetics(0.010)
    share = retained_koistinen_marburger(law.martensite_start, law.alpha, 298.15)
    yield Verdict(
        "C10-retained", "retained austenite", 26.0, 100.0 * share, 8.0, "%",
        "5 % of the measurement and 20 K of Ms, 6 %, in quadrature", "Advances in X-ray Analysis, 26 +-5 %",
    )  # fmt: skip
