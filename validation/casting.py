"""Matter and criteria of castings: closed forms and published numbers, no run."""

from collections.abc import Iterator
from math import sqrt

import numpy as np

from ..materials import arm_spacing, criteria, feeding
from ..materials.library import alloy
from .verdict import Verdict, check

CARLSON = "Carlson & Beckermann, Metall. Mater. Trans. A 40 (2009) 163, fit for WCB"


@check("B11-formula", "casting")
def chvorinov() -> Iterator[Verdict]:
    """Solidification time by the modulus, aluminium plate in silica."""
    got = feeding.solidification_time(0.01, 1e9, 635.0, sqrt(0.6 * 1600.0 * 1050.0))
    yield Verdict("B11-formula", "time, modulus 10 mm", 193.2333, got, 1e-4, "s", "closed form", "catalogue B11")


@check("cast-pores", "casting")
def pores() -> Iterator[Verdict]:
    """Pore fraction of WCB from its own solid fraction, no fitted number, against the published fit."""
    freezing = alloy("WCB").freezing
    assert freezing is not None
    for ny, printed in ((1.0, 3.05), (10.0, 1.40), (28.2, 0.653), (60.0, 0.254)):
        got = 100.0 * float(criteria.pore_fraction(ny, freezing))
        reason = "10 %: another solid fraction than the fit's"
        yield Verdict("cast-pores", f"pores at Ny* {ny:g}", printed, got, 0.1 * printed, "%", reason, CARLSON)


@check("cast-fraction", "casting")
def fraction() -> Iterator[Verdict]:
    """Solid fraction and latent heat of A356 against other sources than the card's."""
    freezing = alloy("A356").freezing
    assert freezing is not None
    got = float(freezing.solid_fraction(599.9 + 273.15))
    reason, source = "1 % of solid", "Scheil with an open thermodynamic database"
    yield Verdict("cast-fraction", "fs at 599.9 degC", 0.2681, got, 0.01, "-", reason, source)
    reason, source = "published values run from 389 to 430", "casting handbooks"
    latent = float(freezing.latent_heat) / 1e3
    yield Verdict("cast-fraction", "latent heat", 409.5, latent, 20.5, "kJ/kg", reason, source)


@check("cast-arms", "casting")
def arms() -> Iterator[Verdict]:
    """Arm spacing of cast steel, 0.25 % C, by Won and Thomas against Suzuki: two measured sets."""
    for rate in (0.1, 1.0):
        expected = 1e6 * float(arm_spacing.sdas_suzuki(np.array(rate)))
        got = 1e6 * float(arm_spacing.sdas_won_thomas(np.array(rate), 0.25))
        reason = "20 %: spread of measured spacings"
        source = "Suzuki et al., J. Jpn Inst. Met. 32 (1968) 1301"
        yield Verdict("cast-arms", f"spacing at {rate:g} K/s", expected, got, 0.2 * expected, "um", reason, source)
