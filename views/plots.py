"""Curves: thermocouples over time with phases, sections through hardness, phases and stress (matplotlib)."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.meaning import PHASES
from ..cases.reading import Probe
from ..cases.result import Result
from ..cases.summary import shown, words
from ..materials.hardness_scale import hrc_from_hv, hv_from_hrc
from ..materials.refusal import CaseError, one_of
from .display import has_display
from .export import Place, Traverse, thermocouples, traverse, write_csv, write_history

Array = NDArray[float64]

COLOURS = {
    "austenite": "#d95f02",
    "ferrite": "#7f7f7f",
    "pearlite": "#8c564b",
    "bainite": "#1b9e77",
    "martensite": "#2c5aa0",
    "retained_austenite": "#e7a33e",
    "axial": "#2c5aa0",
    "hoop": "#c0392b",
    "radial": "#1b9e77",
    "xx": "#2c5aa0",
    "yy": "#c0392b",
    "zz": "#1b9e77",
}
PROBES = ("#222222", "#c0392b", "#2c5aa0", "#1b9e77", "#e7a33e", "#7b3294", "#8c564b", "#7f7f7f")
DASHES: tuple[Any, ...] = ("-", "--", ":", "-.")
STYLE = {
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.grid": True,
    "grid.color": "#e5e5e5",
    "grid.linewidth": 0.8,
}
STYLE |= {
    "axes.axisbelow": True,
    "legend.frameon": False,
    "savefig.dpi": 150,
    "figure.constrained_layout.use": True,
}
LONG = 5.0  # a quench shorter than a fifth of the schedule gets its own column


def plot(result: Result, kind: str = "history", save: str | os.PathLike[str] | None = None, **how: Any) -> Any:
    """Draw curves; in a window where there is a display, into a file at `save` (.png, .pdf, .svg) anywhere.

        result.plot("history", save="curves.png")
        result.plot("section", save="section.png")
        result.plot("section", spacing="0.5 mm", save="traverse.csv")    # the numbers, one row an indentation
        result.plot("history", save="curves.csv")    # time and temperatures, as Measurements.read_csv reads them

    history  thermocouples over time with the phases at each; probes=("core",) chooses among them
    section  hardness, phases and stress from the skin inwards; start, end, spacing, first, time as in
             `views.export.traverse`; against "depth" or "radius"

    Returns the matplotlib figure, or the path of a CSV file. Raises CaseError for an unknown kind or probe.
    """
    import matplotlib

    one_of(kind, KINDS, "kind of plot", "plot")
    if save is not None and Path(save).suffix == ".csv":
        if kind == "history":
            return write_history(result, save, **how)
        return write_csv(result, traverse(result, **how), save)
    with matplotlib.rc_context(STYLE):  # type: ignore[arg-type]
        figure = canvas(save is None and has_display())
        KINDS[kind](figure, result, **how)
        if save is not None:
            figure.savefig(save)
        elif has_display():
            import matplotlib.pyplot

            matplotlib.pyplot.show()
    return figure


def canvas(window: bool) -> Any:
    """A figure with a window, or a bare one that touches no display."""
    if window:
        import matplotlib.pyplot

        return matplotlib.pyplot.figure()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    return figure


def history(figure: Any, result: Result, probes: tuple[str, ...] | None = None) -> None:
    """Temperature of the thermocouples above, phases below; a short quench has a column of its own."""
    shown_probes = thermocouples(result, probes)
    transforms = [probe for probe in shown_probes if len(probe.phases) > 1]
    spans = _spans(result)
    figure.set_size_inches(5.0 * len(spans) + 2.5, 7.5 if transforms else 4.5)
    axes = figure.subplots(2 if transforms else 1, len(spans), squeeze=False, sharex="col", sharey="row")
    for column, (first, last, title) in enumerate(spans):
        scale, unit = _clock(last - first)
        for number, probe in enumerate(shown_probes):
            inside = (probe.time >= first) & (probe.time <= last)
            since = (probe.time[inside] - first) / scale
            colour, dash = PROBES[number % len(PROBES)], DASHES[number % len(DASHES)]
            axes[0, column].plot(since, probe.temperature[inside] - 273.15, color=colour, label=probe.name)
            if transforms:
                _phases(axes[1, column], since, probe, inside, dash)
        axes[-1, column].set_xlabel(f"time [{unit}]" if first == spans[0][0] else f"time in the {title} [{unit}]")
        axes[0, column].set_title(" " if column == 0 else title, loc="left")
        axes[0, column].set_xlim(0.0, (last - first) / scale)
        _levels(axes[0, column], result.levels)
        if column == 0:
            _steps(axes[0, column], result, scale)
    axes[0, 0].set_ylabel("temperature [degC]")
    axes[0, -1].legend(title="thermocouple", loc="center left", bbox_to_anchor=(1.0, 0.5))
    if transforms:
        axes[1, 0].set_ylabel("volume fraction [%]")
        axes[1, 0].set_ylim(-2, 102)
        _legend_of_phases(axes[1, -1], shown_probes)
    figure.suptitle(result.name)


def section(
    figure: Any,
    result: Result,
    start: Place | None = None,
    end: Place | None = None,
    spacing: str | None = None,
    first: str | None = None,
    time: str | float | None = None,
    against: str = "depth",
) -> None:
    """Hardness with the drawing's limits, phases with retained austenite, and stress along a line."""
    one_of(against, ("depth", "radius"), "axis", "against")
    if against == "radius" and result.axis is None:
        raise CaseError("the part has no axis, so no radius; draw against='depth'")
    line = traverse(result, start, end, spacing, first, time)
    x = 1e3 * (line.depth if against == "depth" else _radius(result, line))
    panels = [
        panel for panel in (_temperature, _solidification, _hardness, _share, _stress) if panel(None, x, line, result)
    ]
    figure.set_size_inches(7.5, 0.8 + 2.6 * len(panels))
    axes = figure.subplots(len(panels), 1, squeeze=False, sharex=True)[:, 0]
    for panel, axis in zip(panels, axes, strict=True):
        panel(axis, x, line, result)
    axes[-1].set_xlabel(f"{'depth below the skin' if against == 'depth' else 'radius'} [mm]")
    axes[-1].set_xlim(x.min(), x.max())
    figure.suptitle(result.name)


KINDS: dict[str, Callable[..., None]] = {"history": history, "section": section}


def _levels(axis: Any, levels: dict[str, float]) -> None:
    """Lines at liquidus and solidus, the one named above its line, the other below."""
    for above, (name, level) in zip((True, False), levels.items(), strict=False):
        axis.axhline(level - 273.15, color="#999999", linewidth=0.8, linestyle="--")
        axis.annotate(name, (0.99, level - 273.15), xycoords=("axes fraction", "data"), xytext=(0, 3 if above else -3),
                      textcoords="offset points", ha="right", va="bottom" if above else "top", color="#666666",
                      fontsize=9)  # fmt: skip


def _spans(result: Result) -> list[tuple[float, float, str]]:
    """Stretches of time to draw: the schedule, and its first quench where that is short against it."""
    times, steps = result.times, np.array(result.steps)
    spans = [(float(times[0]), float(times[-1]), "schedule")]
    quenched = np.flatnonzero([step.startswith("quench") for step in steps])
    if quenched.size:
        name = steps[quenched[0]]
        last = float(times[np.flatnonzero(steps == name)[-1]])
        first = float(times[max(quenched[0] - 1, 0)])
        if LONG * (last - first) < times[-1] - times[0]:
            spans.append((first, last, str(name)))
    return spans


def _clock(length: float) -> tuple[float, str]:
    """Seconds in the unit of a time axis, and its name."""
    return (3600.0, "h") if length > 10800 else (60.0, "min") if length > 600 else (1.0, "s")


def _steps(axis: Any, result: Result, scale: float) -> None:
    """Lines where a step of the schedule begins, named where there is room."""
    times, steps = result.times, result.steps
    begins = [k for k in range(1, len(steps)) if steps[k] != steps[k - 1]]
    edges = [float(times[0]), *(float(times[k - 1]) for k in begins), float(times[-1])]
    names = [steps[0], *(steps[k] for k in begins)]
    for left, right, name in zip(edges[:-1], edges[1:], names, strict=True):
        if left > edges[0]:
            axis.axvline((left - edges[0]) / scale, color="#999999", linewidth=0.8)
        if right - left > 0.1 * (edges[-1] - edges[0]):
            middle = (0.5 * (left + right) - edges[0]) / scale
            axis.annotate(name, (middle, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 5),
                          textcoords="offset points", ha="center", color="#666666")  # fmt: skip


def _phases(axis: Any, since: Array, probe: Probe, inside: NDArray[np.bool_], dash: str) -> None:
    for name in PHASES:
        if name in probe.phases and probe.phases[name].max() > 5e-3:
            axis.plot(since, 100 * probe.phases[name][inside], dash, color=COLOURS[name])


def _legend_of_phases(axis: Any, probes: list[Probe]) -> None:
    """Colour says the phase, dash the thermocouple."""
    from matplotlib.lines import Line2D

    names = [n for n in PHASES if any(n in p.phases and p.phases[n].max() > 5e-3 for p in probes)]
    handles = [Line2D([], [], color=COLOURS[name], label=name) for name in names]
    if len(probes) > 1:
        handles += [
            Line2D([], [], color="#444444", linestyle=DASHES[k % len(DASHES)], label=probe.name)
            for k, probe in enumerate(probes)
        ]
    axis.legend(handles=handles, loc="center left", bbox_to_anchor=(1.0, 0.5))


def _radius(result: Result, line: Traverse) -> Array:
    away = line.points - np.array(result.centre)
    return np.asarray(np.linalg.norm(away if result.axis == "sphere" else away[:, :2], axis=1))


def _temperature(axis: Any, x: Array, line: Traverse, result: Result) -> bool:
    if axis is not None:
        axis.plot(x, line.fields["temperature"] - 273.15, color=PROBES[0])
        axis.set_ylabel("temperature [degC]")
    return "temperature" in line.fields


def _solidification(axis: Any, x: Array, line: Traverse, result: Result) -> bool:
    if axis is not None:
        axis.plot(x, line.fields["solidification_time"], color=PROBES[0])
        axis.set_ylabel("solidification time [s]")
    return "solidification_time" in line.fields


def _hardness(axis: Any, x: Array, line: Traverse, result: Result) -> bool:
    if "hardness" not in line.fields:
        return False
    if axis is not None:
        axis.plot(x, line.fields["hardness"], color=PROBES[0], marker="o" if x.size < 60 else None, markersize=4)
        axis.set_ylabel("hardness [HV]")
        low, high = float(line.fields["hardness"].min()), float(line.fields["hardness"].max())
        limit = result.limits.get("hardness")
        for side, word in ((limit.least, "least"), (limit.most, "most")) if limit else ():
            if side is not None:
                low, high = min(low, side), max(high, side)
                axis.axhline(side, color="#c0392b", linewidth=1.2, linestyle="--")
                text = f"{word} {side:.0f} HV{_rockwell(side)}"
                axis.annotate(text, (0.01, side), xycoords=("axes fraction", "data"), xytext=(0, 3),
                              textcoords="offset points", color="#c0392b", fontsize=9)  # fmt: skip
        room = max(0.12 * (high - low), 10.0)
        axis.set_ylim(low - room, high + room)
        if low - room > hv_from_hrc(20.0):
            second = axis.secondary_yaxis("right", functions=(_hrc, hv_from_hrc))
            second.set_ylabel("hardness [HRC]")
    return True


def _rockwell(hv: float) -> str:
    hrc = hrc_from_hv(hv)
    return "" if hrc is None else f" ({hrc:.1f} HRC)"


def _hrc(hv: Any) -> Any:
    return (100.0 * np.asarray(hv) - 14500.0) / (np.asarray(hv) + 223.0)


def _share(axis: Any, x: Array, line: Traverse, result: Result) -> bool:
    there = [name for name in (*PHASES, "retained_austenite") if name in line.fields]
    if "retained_austenite" in there and "austenite" in there:
        there.remove("austenite")  # the same thing at the end
    there = [name for name in there if line.fields[name].max() > 5e-3]
    if axis is not None:
        for name in there:
            axis.plot(x, 100 * line.fields[name], color=COLOURS[name], label=words(name))
        axis.set_ylim(-2, 102)
        axis.set_ylabel("volume fraction [%]")
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return bool(there) and len(line.fields) > 1


def _stress(axis: Any, x: Array, line: Traverse, result: Result) -> bool:
    there = [name for name in line.fields if "stress" in name]
    if axis is not None:
        for name in there:
            before = name.startswith("as_quenched")
            label = words(name).replace("as-quenched stress", "as quenched").removesuffix(" stress")
            axis.plot(x, shown(name, line.fields[name]), "--" if before else "-",
                      color=COLOURS[name.rpartition("_")[2]], label=label)  # fmt: skip
        axis.axhline(0.0, color="#666666", linewidth=0.8)
        axis.set_ylabel("stress [MPa]")
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return bool(there)
