"""Quench factor of an aluminium alloy along a cooling curve, and a C-curve fitted to measured ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, log

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..materials import library
from ..materials.alloy import Alloy
from ..materials.curve import TimeCurve
from ..materials.precipitation import Precipitation
from ..materials.quantity import Quantity, amount
from ..materials.quench_factor import K1, OVER, aged_strength, critical_time, hardness_myhr, nose, strength_share
from ..materials.refusal import CaseError
from ..solver.precipitation import along
from .reading import Probe

Array = NDArray[float64]

FINEST = 2.0  # K between two points of a curve that is integrated here
SCATTER = 0.02  # of the hardening: measured strengths repeat within it
UNIT = (3.0, 0.2)  # in ln k2 and ln k3: what the unknowns of the fit are counted in
SINGULAR = 1e8  # condition of the normal equations
TRIED = np.geomspace(20.0, 2e4, 61)  # J/mol, k3 of the first guess


@dataclass(frozen=True)
class QuenchFactor:
    """What a cooling curve costs an aluminium alloy.

    alloy, temper   whose C-curve it is
    factor          tau
    share           of the hardening by precipitation that is left
    yield_strength  Pa, aged to its peak; None where the card does not know it
    hardness        HV, likewise
    """

    alloy: Alloy = field(repr=False)
    temper: str
    factor: float
    share: float
    yield_strength: float | None
    hardness: float | None

    def __str__(self) -> str:
        left = f"{100.0 * self.share:.1f} % of the hardening"
        said = f"{self.alloy.name}-{self.temper}: quench factor {self.factor:.3g}, {left}"
        if self.yield_strength is None or self.hardness is None:
            return f"{said}; the card knows no strength"
        return f"{said}, yield strength {self.yield_strength / 1e6:.0f} MPa, {self.hardness:.0f} HV at its peak"


def quench_factor(alloy: Alloy | str, curve: TimeCurve | Probe) -> QuenchFactor:
    """Quench factor of a cooling curve that begins with everything in solution and ends below 150 degC.

        quench_factor("7075", TimeCurve(["0 s", "6 s"], ["470 degC", "50 degC"]))
        quench_factor("7075", result.probe("core"))

    Raises CaseError for an alloy without a C-curve, for a curve that does not come down to 150 degC, and for one that
    is nowhere hotter than the nose: its costly part is missing.
    """
    alloy = library.alloy(alloy) if isinstance(alloy, str) else alloy
    card = alloy.precipitation
    if card is None:
        known = ", ".join(sorted(name for name in library.alloy_names() if library.alloy(name).precipitation))
        raise CaseError(f"'{alloy.name}' has no C-curve; known: {known}, or give it precipitation", "alloy")
    times, temperatures = _read(curve)
    hottest, worst = float(temperatures.max()), nose(*card.c_curve)[0]
    if hottest < worst:
        raise CaseError(
            f"the curve is nowhere hotter than {hottest - 273.15:.0f} degC, and {alloy.name} loses most at "
            f"{worst - 273.15:.0f} degC; begin it at the solution temperature",
            "curve",
        )
    factor = float(along(alloy.matter(), times, temperatures[:, None])[0])
    share = float(strength_share(factor))
    if not card.ages:
        return QuenchFactor(alloy, card.temper, factor, share, None, None)
    flow = float(aged_strength(1.0, share, *card.law().strengths))
    return QuenchFactor(alloy, card.temper, factor, share, flow, float(hardness_myhr(flow)))


def _read(curve: TimeCurve | Probe) -> tuple[Array, Array]:
    """s and K. Raises CaseError."""
    if isinstance(curve, Probe):
        times, temperatures = curve.time, curve.temperature
    elif isinstance(curve, TimeCurve):
        curve = curve.check(Quantity("K"))
        times, temperatures = curve.knots, curve.ordinates
    else:
        raise CaseError(f"{curve!r} is no cooling curve; give a TimeCurve, or the probe of a result", "curve")
    if temperatures[-1] > OVER:
        end = f"{temperatures[-1] - 273.15:.0f} degC"
        raise CaseError(f"the curve ends at {end}; it must come down to {OVER - 273.15:.0f} degC", "curve")
    return times, temperatures


def _fine(times: Array, temperatures: Array) -> tuple[Array, Array]:
    """K in the middles of the pieces of a curve above 150 degC, and the length of each in s."""
    pieces = np.maximum(1, np.ceil(np.abs(np.diff(temperatures)) / FINEST).astype(int))
    h = np.repeat(np.diff(times) / pieces, pieces)
    part = np.concatenate([(np.arange(count) + 0.5) / count for count in pieces])
    T = np.repeat(temperatures[:-1], pieces) + part * np.repeat(np.diff(temperatures), pieces)
    return T[T > OVER], h[T > OVER]


@dataclass(frozen=True, eq=False)
class QuenchFit:
    """A C-curve fitted to measured quenches.

    precipitation  the constants, to be given to an alloy: `alloy.replace(precipitation=fit.precipitation)`
    measured, computed  in the unit of the measured strengths
    rms, unit      of their difference, HV or Pa
    k2_factor, k3_factor   90 % band: the constant times and divided by this; the two are strongly correlated
    """

    precipitation: Precipitation
    measured: Array = field(repr=False)
    computed: Array = field(repr=False)
    rms: float
    unit: str
    k2_factor: float
    k3_factor: float

    def __str__(self) -> str:
        k2, k3, k4, k5 = self.precipitation.c_curve
        off = f"{self.rms:.3g} HV" if self.unit == "HV" else f"{self.rms / 1e6:.3g} MPa"
        return (
            f"k2 {k2:.3g} s (x/ {self.k2_factor:.2g}), k3 {k3:.4g} J/mol (x/ {self.k3_factor:.2g}), k4 {k4:.0f} K and "
            f"k5 {k5 / 1e3:.0f} kJ/mol as given; rms {off} on {self.measured.size} quenches"
        )


def fit_qfa(
    curves: Sequence[TimeCurve | Probe],
    values: Sequence[str],
    strongest: str,
    weakest: str,
    solvus: str,
    activation: str = "130 kJ/mol",
    dissolves: str | None = None,
) -> QuenchFit:
    """C-curve constants k2 and k3 from cooling curves and the strength, or hardness, measured after each.

    curves              TimeCurves, or probes of a result
    values              "480 MPa" or "180 HV" each, after one and the same ageing
    strongest, weakest  after the fastest and the slowest quench, in the same unit
    solvus, activation  k4, and k5, that of diffusion (Mg in Al where not given [M]): known independently, for all
                        four are strongly correlated
    dissolves           least temperature of solution treatment; 10 K under the solvus where not given

        fit_qfa([slow, middle, fast], ["180 MPa", "230 MPa", "270 MPa"], "276 MPa", "70 MPa", solvus="520 degC")

    Raises CaseError for fewer than two curves, lists that differ, values outside weakest to strongest, and for a fit
    whose nose is not of a metal; for quenches that tell only one constant.
    """
    unit = "HV" if "HV" in strongest else "Pa"
    if len(curves) < 2 or len(curves) != len(values):
        raise CaseError(f"{len(curves)} curves and {len(values)} values; give two or more, one value each", "values")
    most, low = (float(amount(text, unit)) for text in (strongest, weakest))
    measured = np.array([float(amount(text, unit)) for text in values])
    for text, value in zip(values, measured, strict=True):
        if not low < value <= most:
            raise CaseError(f"'{text}' is not above weakest '{weakest}' up to strongest '{strongest}'", "values")
    k4, k5 = float(amount(solvus, "K")), float(amount(activation, "J/mol"))
    read = [_fine(*_read(curve)) for curve in curves]

    def factors(k2: float, k3: float) -> Array:
        return np.array([float(np.sum(h / critical_time(T, k2, k3, k4, k5))) for T, h in read])

    def hardened(factor: Array) -> Array:
        return np.asarray(low + (most - low) * strength_share(factor))

    # the factor goes with 1/k2: for each k3 the k2 of the quench that lost most
    lost = int(np.argmin(measured))
    wanted = log((measured[lost] - low) / (most - low)) / K1
    guesses = [(float(factors(1.0, k3)[lost]) / max(wanted, SCATTER), float(k3)) for k3 in TRIED]
    first = min(guesses, key=lambda pair: float(np.sum((hardened(factors(*pair)) - measured) ** 2)))

    def constants(x: Array) -> tuple[float, float]:
        return first[0] * exp(UNIT[0] * float(x[0])), first[1] * exp(UNIT[1] * float(x[1]))

    def residuals(x: Array) -> Array:
        return np.asarray((hardened(factors(*constants(x))) - measured) / (SCATTER * (most - low)))

    from scipy.optimize import least_squares

    found = least_squares(residuals, np.zeros(2))
    x, jacobian, final = found.x, found.jac, found.fun
    normal = jacobian.T @ jacobian
    if np.linalg.cond(normal) > SINGULAR:
        raise CaseError(
            "these quenches cross the nose in one and the same way, which tells k2 or k3 but not both; add one that is "
            "slow above and fast below, or held at a temperature",
            "curves",
        )
    excess = max(1.0, float(final @ final) / max(1, final.size - 2))
    spread = np.sqrt(excess * np.diag(np.linalg.inv(normal)))
    band = [exp(min(1.645 * step * width, 50.0)) for step, width in zip(UNIT, spread, strict=True)]
    k2, k3 = constants(x)
    source = f"fitted to {len(curves)} quenches"
    precipitation = Precipitation(
        "fitted",
        k2=f"{k2!r} s",
        k3=f"{k3!r} J/mol",
        k4=solvus,
        k5=activation,
        dissolves=f"{k4 - 10.0!r} K" if dissolves is None else dissolves,
        notes={"k2": {"source": source, "mark": "C"}, "k3": {"source": source, "mark": "C"}},
    )
    got = hardened(factors(k2, k3))
    return QuenchFit(precipitation, measured, got, float(np.sqrt(np.mean((got - measured) ** 2))), unit, *band)
