"""The table a metallurgist reads first."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..materials.hardness_scale import hrc_from_hv
from .meaning import meaning

if TYPE_CHECKING:
    from .reading import Field, Limit
    from .result import Result

ROWS = (
    "temperature",
    "hardness",
    "yield_strength",
    "quench_factor",
    "strength_share",
    "martensite",
    "bainite",
    "pearlite",
    "ferrite",
    "retained_austenite",
    "carbon",
    "t8_5",
    "cooling_rate_700",
    "stress_radial",
    "stress_hoop",
    "stress_axial",
    "max_principal",
    "max_principal_transient",
    "as_quenched_stress_hoop",
    "as_quenched_stress_axial",
    "plastic_strain",
    "displacement",
)
SCALE = {"degC": (1.0, -273.15), "%": (100.0, 0.0), "MPa": (1e-6, 0.0), "mm": (1e3, 0.0)}
SCALE |= {"K/mm": (1e-3, 0.0), "mm/s": (1e3, 0.0), "(K s)^0.5/mm": (1e-3, 0.0), "um": (1e6, 0.0), "1/mm^2": (1e-6, 0.0)}


@dataclass(frozen=True)
class Row:
    """One field: least, mean over the volume and most, in the unit shown."""

    name: str
    least: float
    mean: float
    most: float
    unit: str

    @property
    def numbers(self) -> tuple[str, str, str]:
        """least, mean and most as text, with the digits that fit their size."""
        size = max(abs(self.least), abs(self.most))
        digits = 0 if size >= 1000 else 1 if size >= 10 else 3
        return f"{self.least:.{digits}f}", f"{self.mean:.{digits}f}", f"{self.most:.{digits}f}"


@dataclass(frozen=True)
class Summary:
    """Rows of fields, then lines on limits, cells, time and energy. Prints as text."""

    title: str
    rows: tuple[Row, ...]
    lines: tuple[str, ...]

    def __str__(self) -> str:
        width = max([len(words(row.name)) for row in self.rows], default=0)
        head = f"{'':{width}}  {'least':>9} {'mean':>9} {'most':>9}"
        body = [
            f"{words(row.name):{width}}  {' '.join(f'{text:>9}' for text in row.numbers)}  {row.unit}"
            for row in self.rows
        ]
        return "\n".join([self.title, head, *body, *self.lines])


def words(name: str) -> str:
    """A field's name as a label: `stress_axial` is 'axial stress'."""
    stem, _, part = name.rpartition("_")
    if stem.endswith("stress"):
        return f"{part} {'as-quenched stress' if stem.startswith('as') else stem}"
    named = {
        "t8_5": "t8/5",
        "cooling_rate_700": "cooling rate at 700 degC",
        "von_mises": "von Mises stress",
        "max_principal": "max principal stress",
        "max_principal_transient": "max principal stress in time",
        "plastic_strain": "plastic strain",
    }
    return named.get(name, name.replace("_", " "))


def shown(name: str, value: Any) -> Any:
    """A value in the unit that people read: degC, MPa, mm, %."""
    factor, offset = SCALE.get(meaning(name).shown, (1.0, 0.0))
    return value * factor + offset


def summarise(result: "Result") -> Summary:
    """The table of a result."""
    fields = [result.field(name) for name in ROWS if _has(result, name)]
    rows = tuple(_row(field) for field in fields if np.isfinite(field.mean))
    return Summary(result.name, rows, tuple(_notes(result)))


def _has(result: "Result", name: str) -> bool:
    stem, _, part = name.rpartition("_")
    if stem.endswith("stress"):
        axes = {"cylinder": ("radial", "hoop", "axial"), "sphere": ("radial", "hoop")}
        return stem in result.fields and part in axes.get(result.axis or "", ())
    return name in result.fields


def _row(field: "Field") -> Row:
    what = meaning(field.name)
    least, mean, most = (shown(field.name, value) for value in (field.min, field.mean, field.max))
    return Row(field.name, least, mean, most, what.shown)


def _notes(result: "Result") -> list[str]:
    lines = []
    if "hardness" in result.fields and "quench_factor" not in result.fields:
        field = result.field("hardness")
        hrc = [hrc_from_hv(value) for value in (field.min, field.mean, field.max)]
        known = np.isfinite(field.mean)
        text = ", ".join("<20" if v is None else f"{v:.1f}" for v in hrc) + " HRC"
        lines.append(f"hardness {text if known else 'not known: the part was not austenitised'}")
    return lines + closing(result)


def closing(result: "Result") -> list[str]:
    """What every summary ends with: limits, size, time error, energy."""
    lines = [f"limit {_verdict(limit)}" for limit in result.limits.values()]
    end = "" if result.ended else "; NOT FINISHED"
    size = f"{result.cells.index.size} cells, {result.times[-1]:.10g} s"
    lines.append(f"{size}, largest error of a time step {result.time_error:.2g} K{end}")
    exchanged = sum(abs(heat) for row in result.ledger for heat in row["heat"].values())
    if exchanged:
        left = sum(abs(row["unbalanced"]) for row in result.ledger)
        lines.append(f"energy ledger closes to {left / exchanged:.1e} of the heat exchanged")
    unsettled = max((row.get("stress_unconverged", 0) for row in result.ledger), default=0)
    if unsettled:
        lines.append(
            f"WARNING: {unsettled} stress increments ended out of balance; take a smaller spacing or tolerance"
        )
    return lines


def _verdict(limit: "Limit") -> str:
    name, unit = limit.field.name, meaning(limit.field.name).shown
    least, most = ("" if side is None else f"{shown(name, side):.4g}" for side in (limit.least, limit.most))
    wanted = f"{least} to {most}" if least and most else f"at least {least}" if least else f"at most {most}"
    verdict = "passed" if limit.passed else f"FAILED, {100 * limit.within:.1f} % of the volume within"
    return f"{words(name)} {wanted} {unit}: {verdict}"
