"""Running the catalogue: verdicts, what was skipped and why, and how to write them down."""

import datetime
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..materials.refusal import one_of
from . import (  # noqa: F401 (they enter the catalogue)
    balance,
    bridge,
    carbon,
    cast_stress,
    casting,
    casting_gates,
    contact,
    cut_off,
    freezing,
    graded,
    hardenability,
    hardness,
    heat,
    inelastic,
    inverse,
    kinetics,
    machining,
    measured,
    metallurgy,
    numerics,
    pouring,
    precipitation,
    records,
    skin,
    stress,
    supports,
    tangents,
)
from .machine import machine
from .verdict import CATALOGUE, Entry, Skipped, Verdict

AREAS = (
    "heat",
    "kinetics",
    "hardness",
    "hardenability",
    "metallurgy",
    "stress",
    "casting",
    "balance",
    "numerics",
    "measured",
    "inverse",
)
Progress = Callable[[int, int, str], None]
"""Called before each check with (how many are done, of how many, what comes now), and once at the end."""


@dataclass(frozen=True)
class Outcome:
    """What one check gave: its verdicts, or why it was skipped; s it took."""

    entry: Entry
    verdicts: tuple[Verdict, ...]
    skipped: str | None
    seconds: float


@dataclass(frozen=True)
class Report:
    """The outcomes of a run of the catalogue.

    full     whether the heavy checks ran too
    machine  where; date when (UTC)
    """

    outcomes: tuple[Outcome, ...]
    full: bool
    machine: dict[str, Any] = field(default_factory=machine)
    date: str = field(default_factory=lambda: f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC")

    @property
    def verdicts(self) -> list[Verdict]:
        return [verdict for outcome in self.outcomes for verdict in outcome.verdicts]

    @property
    def failed(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if not verdict.passed]

    @property
    def skipped(self) -> list[tuple[str, str]]:
        """(id, reason) of each check that could not run."""
        return [(outcome.entry.id, outcome.skipped) for outcome in self.outcomes if outcome.skipped]

    @property
    def passed(self) -> bool:
        """Whether every verdict passed; what was skipped is no failure."""
        return not self.failed

    @property
    def seconds(self) -> float:
        return sum(outcome.seconds for outcome in self.outcomes)

    def as_list(self) -> list[dict[str, Any]]:
        """What `--json` writes: a dictionary a verdict, and one with `skipped` a check that could not run."""
        rows: list[dict[str, Any]] = []
        for outcome in self.outcomes:
            rows += [{"area": outcome.entry.area, **verdict.as_dict()} for verdict in outcome.verdicts]
            if outcome.skipped:
                rows.append({"area": outcome.entry.area, "id": outcome.entry.id, "skipped": outcome.skipped})
        return rows

    def as_json(self) -> str:
        return json.dumps(_finite(self.as_list()), indent=1) + "\n"

    def table(self) -> str:
        """One line a check: how many verdicts, the one nearest to or farthest beyond its tolerance."""
        lines = []
        for area in AREAS:
            mine = [outcome for outcome in self.outcomes if outcome.entry.area == area]
            if not mine:
                continue
            lines.append(area)
            for outcome in mine:
                lines.append(_line(outcome))
                lines += [f"      FAILED  {_said(verdict)}" for verdict in outcome.verdicts if not verdict.passed]
        count, failed, skipped = len(self.verdicts), len(self.failed), len(self.skipped)
        lines.append(f"{count - failed} of {count} verdicts passed, {failed} failed, {skipped} checks skipped")
        lines.append(f"{self.seconds:.0f} s on {self.machine['cores']} cores")
        return "\n".join(lines)

    def markdown(self) -> str:
        """The page docs/validation.md."""
        return _page(self)


def entries(area: str | None = None, full: bool = False) -> list[Entry]:
    """The checks that a run makes, area by area. Raises ValueError for an unknown area, with the nearest."""
    if area is not None:
        one_of(area, AREAS, "area")
    order = {name: place for place, name in enumerate(AREAS)}
    chosen = [entry for entry in CATALOGUE if (area is None or entry.area == area) and (full or not entry.full)]
    return sorted(chosen, key=lambda entry: order[entry.area])


def run(area: str | None = None, full: bool = False, progress: Progress | None = None) -> Report:
    """Run the checks of an area, or all; `full` adds the heavy ones.

    A check that breaks counts as a failed verdict with its error; one whose data are absent is
    skipped with the reason. Raises ValueError for an unknown area.
    """
    chosen = entries(area, full)
    outcomes = []
    for done, entry in enumerate(chosen):
        if progress is not None:
            progress(done, len(chosen), f"{entry.id} {entry.run.__name__.replace('_', ' ')}")
        outcomes.append(outcome(entry))
    if progress is not None:
        progress(len(chosen), len(chosen), "")
    return Report(tuple(outcomes), full)


def outcome(entry: Entry) -> Outcome:
    """Run one check."""
    begin = time.perf_counter()
    verdicts: list[Verdict] = []
    skipped = None
    try:
        for verdict in entry.run():
            verdicts.append(verdict)
    except Skipped as reason:
        skipped = str(reason)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        verdicts.append(Verdict(entry.id, "the check runs to its end", 1.0, math.nan, 0.0, "-", said, "-"))
    return Outcome(entry, tuple(verdicts), skipped, time.perf_counter() - begin)


def share(verdict: Verdict) -> float:
    """How much of the tolerance is used; above 1 it has failed."""
    far = abs(verdict.got - verdict.expected)
    if not math.isfinite(far):
        return math.inf
    return far / verdict.tolerance if verdict.tolerance else (0.0 if far == 0.0 else math.inf)


def _said(verdict: Verdict) -> str:
    unit = "" if verdict.unit == "-" else f" {verdict.unit}"
    numbers = f"{verdict.got:.6g} for {verdict.expected:.6g} +- {verdict.tolerance:.3g}{unit}"
    reason = f" ({verdict.reason})" if math.isnan(verdict.got) else ""
    return f"{verdict.id}: {verdict.quantity}: {numbers}{reason}"


def _line(outcome: Outcome) -> str:
    name = f"  {outcome.entry.id:<14} {outcome.entry.run.__name__.replace('_', ' '):<30}"
    if outcome.skipped:
        return f"{name} skipped: {outcome.skipped}"
    worst = max(map(share, outcome.verdicts), default=0.0)
    passed = sum(verdict.passed for verdict in outcome.verdicts)
    counts = f"{passed:>3} of {len(outcome.verdicts):>3} passed"
    return f"{name} {counts}, worst uses {100 * worst:.3g} % of its tolerance, {outcome.seconds:.1f} s"


def _page(report: Report) -> str:
    said = report.machine
    extent = "all checks (`metaltwin validate --full`)" if report.full else "the default checks (`metaltwin validate`)"
    lines = [
        "# Validation",
        "",
        f"Written by `metaltwin validate --markdown` on {report.date}: {extent}, {report.seconds:.0f} s.",
        "",
        f"Machine: {said['processor']}, {said['cores']} cores, {said['memory_GiB']} GiB, {said['system']}. "
        + ", ".join(f"{name} {said[name]}" for name in said if name in ("python", "metaltwin", "numpy", "numba"))
        + ".",
        "",
        f"{len(report.verdicts) - len(report.failed)} of {len(report.verdicts)} verdicts pass. "
        "Expected numbers are closed forms or published; each tolerance stands with its reason.",
    ]
    for area in AREAS:
        mine = [outcome for outcome in report.outcomes if outcome.entry.area == area]
        if not mine:
            continue
        lines += ["", f"## {area.capitalize()}", ""]
        for outcome in mine:
            text = " ".join((outcome.entry.run.__doc__ or "").split())
            lines.append(
                f"* **{outcome.entry.id}** {text}" + (f" *Skipped: {outcome.skipped}*" if outcome.skipped else "")
            )
        lines += [
            "",
            "| id | quantity | expected | got | tolerance | unit | passed | reason | source |",
            "|--|--|--|--|--|--|--|--|--|",
        ]
        for verdict in (one for outcome in mine for one in outcome.verdicts):
            cells = (
                verdict.id, verdict.quantity, f"{verdict.expected:.6g}", f"{verdict.got:.6g}",
                f"{verdict.tolerance:.3g}", verdict.unit, "yes" if verdict.passed else "**no**",
                verdict.reason, verdict.source,
            )  # fmt: skip
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _finite(value: Any) -> Any:
    """JSON has no NaN: null stands for it."""
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
