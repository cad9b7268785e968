"""The table a foundry reads first."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..materials.criteria import niyama_limits
from ..materials.refusal import CaseError
from ..solver.coherency import SOLID
from .meaning import meaning
from .summary import Row, Summary, closing, shown
from .symmetry import mirrored

if TYPE_CHECKING:
    from .castingresult import CastingResult

ROWS = (
    "temperature",
    "solid_fraction",
    "solidification_time",
    "local_solidification_time",
    "thermal_gradient",
    "cooling_rate",
    "niyama",
    "dimensionless_niyama",
    "pore_fraction",
    "sdas",
    "tensile_strength",
    "hardness",
    "martensite",
    "bainite",
    "pearlite",
    "ferrite",
    "retained_austenite",
    "max_principal",
    "plastic_strain",
    "displacement",
)
SPOTS = 3


def summarise(result: "CastingResult") -> Summary:
    """The table of a casting."""
    rows = []
    for name in filter(result.fields.__contains__, ROWS):
        field = result.field(name)
        if np.isfinite(field.mean):
            least, mean, most = (shown(name, value) for value in (field.min, field.mean, field.max))
            rows.append(Row(name, least, mean, most, meaning(name).shown))
    return Summary(result.name, tuple(rows), tuple(_notes(result)))


def _notes(result: "CastingResult") -> list[str]:
    about = result._archive.about
    said, lost = about.poured
    symmetry = result.case.grid.symmetry
    start = f"poured at {said - 273.15:.0f} degC"
    lines = [
        "cells: " + ", ".join(f"{name} {count:,}" for name, count in about.bodies.items()) + mirrored(symmetry),
        f"{start}, {lost:.0f} K lost while the mould filled" if lost else f"{start}, nothing subtracted",
    ]
    if result.ended:
        lines += _frozen(result)
    if (taken := result.shake_out_time) is not None:
        lines.append(f"shaken out at {taken:.4g} s")
    lines.append("; ".join([f"geometric modulus {1e3 * result.modulus:.4g} mm", *known_shrinkage(result)]))
    lines.append(_phases(result))
    if "stress" in result.fields:
        case: Any = result.case
        held = case.restraint
        mould = "the mould restrains nothing" if held is None else f"walls are held back by {held} until the shake-out"
        lines.append(f"stress from {100.0 * SOLID:.0f} % solid on; {mould}")
    return [*lines, *closing(result)]


def _phases(result: "CastingResult") -> str:
    alloy = result.case.alloy
    if alloy.inert:
        return f"the phases of solid {alloy.name} are not followed"
    return "phases by the composition, as of wrought steel from austenite of the grain size of the card"


def _frozen(result: "CastingResult") -> list[str]:
    time = result.field("solidification_time")
    liquid = int(np.isnan(time.values).sum())
    lines = [f"solid after {time.max:.4g} s" if not liquid else f"NOT SOLID at the end: {liquid} cells; run longer"]
    lines += [f"hot spot {number}: {spot!r}" for number, spot in enumerate(result.hot_spots(SPOTS), 1)]
    lines += str(result.feeder_check()).splitlines() if getattr(result.case, "feeders", ()) else []
    if "niyama" in result.fields:
        least = shown("niyama", result.field("niyama").min)
        lines.append(f"least Niyama {least:.3g} (K s)^0.5/mm{_against(result)}")
    return lines


def known_shrinkage(result: "CastingResult") -> list[str]:
    """What is known of the shrinkage of the liquid and of the pattern."""
    said = []
    for what, read in (
        ("loses {} of its volume as it freezes", "volume_shrinkage"),
        ("pattern {} larger", "pattern_allowance"),
    ):
        try:
            low, high = (f"{100.0 * share:.3g}" for share in getattr(result, read))
        except CaseError:
            continue
        said.append(what.format(f"{low} %" if low == high else f"{low} to {high} %"))
    return said


def _against(result: "CastingResult") -> str:
    """How much of the volume lies below the limits of the family."""
    try:
        limits = niyama_limits(result.case.alloy.freezing)
    except CaseError:
        seen = "pore_fraction" in result.fields
        return f", which ranks at best; {'look at' if seen else 'the card has too little for'} the pore fraction"
    field = result.field("niyama")
    shares = [float(field.volumes[field.values < limit].sum() / field.volumes.sum()) for limit in limits]
    text = zip(("macro", "micro"), limits, shares, strict=True)
    return "; " + ", ".join(
        f"{100 * share:.2g} % below {1e-3 * limit:g} ({kind} shrinkage)" for kind, limit, share in text
    )
