"""Hardness of every cell from its phases, its cooling and its tempering."""

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..kernels.fractions import fractions
from ..kernels.kinetics import MOST_FERRITE, SOLUBLE
from ..materials.hardness_scale import hv_from_hrc, tensile_strength_pavlina, yield_strength_pavlina
from ..materials.matter import HardnessLaw, Matter
from .kinetics import contents_of, span_of
from .recorder import RATES, TEMPERS, parts, past
from .state import State

Array = NDArray[float64]

TRACE = 1e-9  # a phase below this has no say
ANNEALED = np.log10(3600.0 * RATES[0])  # K/h at 700 degC, of a furnace


def hardness(state: State, matter: Matter, contents: tuple[float, float] | None = None) -> dict[str, Array]:
    """Fields hardness in HV, yield_strength and tensile_strength in Pa (Pavlina and Van Tyne), (n,) each.

    contents  the least and most carbon of a carburised part, mass fractions
    """
    hv = vickers(state, matter, contents)
    return {
        "hardness": hv,
        "yield_strength": np.asarray(yield_strength_pavlina(hv)),  # type: ignore[arg-type]
        "tensile_strength": np.asarray(tensile_strength_pavlina(hv)),  # type: ignore[arg-type]
    }


def vickers(state: State, matter: Matter, contents: tuple[float, float] | None = None) -> Array:
    """Vickers hardness (n,), the volume-weighted sum of the phases.

    Each phase has clip(a + b log10 Vr, least, most), Vr the cooling rate at 700 degC in K/h, 330/t8_5 where
    that was not passed. Bainite that formed while cooling was interrupted has the hardness of its mean
    temperature instead, fine pearlite at least its floor; martensite is tempered, never above as quenched.
    Ferrite and pearlite that were not seen to cool are the annealed structure of the start: the slowest rate. NaN
    where bainite asks for a cooling rate that was not seen. Where carbon differs from cell to
    cell each has the law of its own, linear between the classes of the kinetics.

    Raises ValueError where the matter has no hardness law, or none for a phase that is there.
    """
    if matter.hardness is None:
        raise ValueError(f"{matter.name} has no hardness law: its hardness is not known")
    span = span_of(matter, contents)
    return _each(state, matter, matter.hardness).sum(0) if span is None else _local(state, matter, *span)


def _each(state: State, matter: Matter, law: HardnessLaw) -> Array:
    """(P, n) what each phase gives to the hardness."""
    hv = np.empty((len(matter.phases), state.temperature.size))
    for some in parts(state.temperature.size):
        products = np.ascontiguousarray(state.products[:, some])
        hv[:, some] = _vickers(fractions(products), past(state, some), matter, law)
    return hv


def _vickers(phases: Array, known: dict[str, Array], matter: Matter, law: HardnessLaw) -> Array:
    """(P, n) what each phase gives to the hardness of cells with fractions (P, n) and a past."""
    passed = ~np.isnan(known["cooling_rate_700"])
    rate = np.where(passed, known["cooling_rate_700"], 330.0 / known["t8_5"])
    log_rate = np.log10(3600.0 * np.clip(rate, *RATES))
    given = np.zeros(phases.shape)
    for i, (phase, share) in enumerate(zip(matter.phases, phases, strict=True)):
        there = share > TRACE
        if not there.any():
            continue
        if phase.name not in law.law:
            has = ", ".join(law.law)
            raise ValueError(f"{matter.name} has no hardness law for {phase.name}; it has {has}")
        a, b, least, most = law.law[phase.name]
        seen = np.where(np.isnan(log_rate), ANNEALED, log_rate) if phase.name in ("ferrite", "pearlite") else log_rate
        value = np.clip(a + b * seen if b else np.full(rate.size, a), least, most)
        if phase.name == "bainite":
            value = _held(value, law, known)
        elif phase.name == "pearlite" and law.fine is not None:
            low, high, floor = law.fine
            weight = np.clip((high - known["pearlite_temperature"]) / (high - low), 0.0, 1.0)
            value = value + np.nan_to_num(weight) * np.maximum(floor - value, 0.0)
        elif phase.name == "martensite":
            value = _tempered(value, law, known["tempering"])
        given[i] = np.where(there, share * value, 0.0)
    return given


def _local(state: State, matter: Matter, least: float, most: float) -> Array:
    """Hardness by the carbon of each phase of each cell."""
    if matter.carbon is None:
        raise ValueError(f"{matter.name} has no hardness law for other carbon contents")
    contents, carbon = contents_of(least, most), _carbon(state, matter)
    total = np.zeros(state.temperature.size)
    for content in contents:
        near = 1.0 - np.abs(np.clip(carbon, contents[0], contents[-1]) - content) / (contents[1] - contents[0])
        if (near > 0.0).any():
            hv = _each(state, matter, matter.carbon.hardness(float(content)))
            total += np.where(near > 0.0, near * hv, 0.0).sum(0)
    return total


def _carbon(state: State, matter: Matter) -> Array:
    """(P, n) carbon that the hardness of each phase goes by: that of the cell, of martensite what ferrite left it."""
    assert matter.carbon is not None and matter.kinetics is not None
    names = [phase.name for phase in matter.phases]
    whole = np.full(state.temperature.size, matter.carbon.content)
    whole = np.asarray(state.memory.get("carbon", whole), float64)
    carbon = np.tile(whole, (len(names), 1))
    if matter.kinetics.enrichment:
        ferrite = np.minimum(state.products[names.index("ferrite") - 1], MOST_FERRITE)
        left = (whole - SOLUBLE * ferrite) / (1.0 - ferrite)
        carbon[names.index("martensite")] = np.maximum(whole, left)
    return carbon


def _held(value: Array, law: HardnessLaw, known: dict[str, Array]) -> Array:
    """Hardness of bainite: its interrupted share by the temperature it formed at, the rest as cooled."""
    if law.isothermal is None:
        return value
    share = np.nan_to_num(known["interrupted"])
    by_temperature = np.interp(known["bainite_temperature"], *law.isothermal)
    cooled = np.where(share < 1.0, (1.0 - share) * value, 0.0)
    return cooled + np.where(share > 0.0, share * by_temperature, 0.0)


def _tempered(value: Array, law: HardnessLaw, m: Array) -> Array:
    """Hardness of martensite after tempering by m; as quenched where there was none or no law is known."""
    if law.temper is None:
        return value
    hrc = np.asarray(np.polynomial.polynomial.polyval(np.clip(m, *TEMPERS), law.temper), float64)
    return np.where(np.isnan(m), value, np.minimum(value, hv_from_hrc(hrc)))
