"""Pictures of diagrams and tests of a steel: TTT, CCT, end quench, dilatometer, bars, tempering (matplotlib)."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import float64
from numpy.typing import NDArray

from ..cases.bars import BarHardness
from ..cases.diagram import CCT, TTT
from ..cases.dilatometer import Dilation
from ..cases.fit import KineticsFit
from ..cases.jominy import EndQuench
from ..cases.profile import StressProfile
from ..cases.specimen import outside
from ..cases.tempering import TemperingCurve
from ..materials.alloy import Alloy
from ..materials.hardness_scale import hv_from_hrc
from ..materials.hband import Band
from ..materials.jominy import SIXTEENTH
from ..materials.matter import PHASES
from ..materials.refusal import CaseError
from .display import has_display
from .plots import COLOURS, PROBES, STYLE, canvas
from .profile import profile

Array = NDArray[float64]

ZERO = 273.15
DARK, GREY, PALE = "#222222", "#8a8a8a", "#b9c4cf"
NEAR = 20.0  # K between two levels whose names would touch
LABELS = 13  # cooling curves that are drawn in a CCT diagram
INTERVALS = ((60.0, "1 min"), (3600.0, "1 h"), (86400.0, "1 d"))


def plot(thing: Any, save: str | os.PathLike[str] | None = None) -> Any:
    """Draw a diagram or a test; in a window where there is a display, into a file at `save` anywhere.

    Returns the matplotlib figure.
    """
    import matplotlib

    draw = DRAWN[type(thing)]
    with matplotlib.rc_context(STYLE):  # type: ignore[arg-type]
        figure = canvas(save is None and has_display())
        figure.set_size_inches(8.5, 5.8)
        draw(figure, thing)
        if save is not None:
            figure.savefig(save)
        elif has_display():
            import matplotlib.pyplot

            matplotlib.pyplot.show()
    return figure


def _title(figure: Any, what: str, model: str, alloy: Alloy | None = None) -> None:
    """What is drawn, below it the laws, and at the foot which of them the steel is outside of."""
    figure.suptitle(f"{what}\n", fontsize=12)
    figure.text(0.5, 0.945, model, ha="center", va="center", fontsize=8, color="#555555")
    if alloy is not None and alloy.outside():
        figure.supxlabel("\n".join(outside(alloy)), fontsize=8, color="#a03020")


def _log_time(axis: Any, low: float, high: float, label: str) -> None:
    """A logarithmic axis of time in s with minute, hour and day marked."""
    axis.set_xscale("log")
    axis.set_xlim(low, high)
    axis.set_xlabel(label)
    for seconds, name in INTERVALS:
        if low < seconds < high:
            axis.axvline(seconds, color="#d0d0d0", linewidth=1.0, zorder=0.5)
            axis.annotate(name, (seconds, 1.0), xycoords=("data", "axes fraction"), xytext=(3, -10),
                          textcoords="offset points", fontsize=8, color=GREY)  # fmt: skip


def _levels(axis: Any, levels: dict[str, float]) -> None:
    """Horizontal lines of the critical temperatures, named at the left; one close below another under its line."""
    above = np.inf
    for name, kelvin in sorted(levels.items(), key=lambda entry: -entry[1]):
        axis.axhline(kelvin - ZERO, color=GREY, linewidth=0.9, linestyle=(0, (5, 3)))
        away = 2 if above - kelvin > NEAR else -10
        axis.annotate(f"{name} {kelvin - ZERO:.0f}", (0.0, kelvin - ZERO), xycoords=("axes fraction", "data"),
                      xytext=(4, away), textcoords="offset points", fontsize=8, color="#555555")  # fmt: skip
        above = kelvin


def _two(value: float) -> str:
    """Two digits, never as a power of ten."""
    return f"{float(f'{value:.2g}'):g}"


def _colour(line: str) -> str:
    return COLOURS.get(line.split()[0], DARK)


def ttt(figure: Any, diagram: TTT) -> None:
    """Start of each product, half and end of the transformation over the logarithm of time."""
    axis = figure.subplots()
    seen = []
    for name, time in diagram.lines.items():
        if np.isfinite(time).any():
            dash = {"half": ":", "finish": "--"}.get(name, "-")
            label = {"half": "50 % transformed", "finish": "99 % transformed"}.get(name, f"{name}, 1 %")
            axis.plot(time, diagram.temperature - ZERO, dash, color=_colour(name), linewidth=1.8, label=label)
            seen += [np.nanmin(time), np.nanmax(time)]
    low, high = (min(seen), max(seen)) if seen else (1.0, 1e6)
    _log_time(axis, 10.0 ** np.floor(np.log10(low)) / 2.0, 10.0 ** np.ceil(np.log10(high)), "time [s]")
    _levels(axis, diagram.levels)
    axis.set_ylabel("temperature [degC]")
    axis.set_ylim(min(diagram.levels.values()) - ZERO - 40.0, diagram.levels["Ae3"] - ZERO + 30.0)
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    _title(figure, f"Isothermal transformation (TTT) of {diagram.alloy.name}", diagram.model, diagram.alloy)


def cct(figure: Any, diagram: CCT) -> None:
    """Cooling curves with the hardness at their ends, and where each product starts and all of it ends."""
    axis = figure.subplots()
    upper = diagram.levels["Ae3"]
    span = np.linspace(upper, 298.15, 300)
    for number, rate in enumerate(np.geomspace(diagram.rates[0], diagram.rates[-1], LABELS)):
        hardness = np.interp(np.log(rate), np.log(diagram.rates), diagram.hardness)
        axis.plot((upper - span) / rate, span - ZERO, color=PALE, linewidth=0.9)
        axis.annotate(f"{hardness:.0f}", ((upper - 303.15) / rate, 29.0), ha="center", va="top", fontsize=8,
                      bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": PALE, "lw": 0.6})  # fmt: skip
        if number % 2 == 0:
            axis.annotate(_two(rate), ((upper - 423.15) / rate, 150.0), fontsize=7, color=GREY,
                          ha="center", va="center", rotation=-70,
                          bbox={"fc": "white", "ec": "none", "pad": 0.5})  # fmt: skip
    for name, (time, kelvin) in diagram.lines.items():
        if np.isfinite(time).any():
            label = "99 % transformed" if name == "finish" else f"{name}, 1 %"
            dash = "--" if name == "finish" else "-"
            axis.plot(time, kelvin - ZERO, dash, color=_colour(name), linewidth=2.0, label=label)
    low, high = 0.03 * (upper - 298.15) / diagram.rates[-1], 1.6 * (upper - 298.15) / diagram.rates[0]
    _log_time(axis, low, high, f"time since Ae3, {upper - ZERO:.0f} degC [s]")
    _levels(axis, diagram.levels)
    axis.set_ylabel("temperature [degC]")
    axis.set_ylim(-15.0, upper - ZERO + 30.0)
    axis.plot([], [], color=PALE, linewidth=0.9, label="cooling rate [K/s],\nHV at its end")
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    _title(figure, f"Continuous cooling transformation (CCT) of {diagram.alloy.name}", diagram.model, diagram.alloy)


def end_quench(figure: Any, bar: EndQuench) -> None:
    """Hardness along the bar with prediction, band and measured curve; phases below."""
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    x = 1e3 * bar.distance
    if bar.band is not None:
        _band(upper, bar.band)
    upper.plot(x, bar.hardness, color=DARK, linewidth=2.0, label="simulated bar")
    if bar.a255 is not None:
        place, hrc = bar.a255
        upper.plot(1e3 * place, hv_from_hrc(hrc), "--", color="#7b3294", linewidth=1.5, label="ASTM A255-10")
    if bar.measured is not None:
        place, hv = bar.measured
        upper.plot(1e3 * place, hv, "o", color="#c0392b", markersize=4.5, label=f"measured (rms {bar.rmse:.0f} HV)")
    _hardness_axes(upper)
    for name in PHASES:
        if bar.phases[name].max() > 5e-3:
            lower.plot(x, 100.0 * bar.phases[name], color=COLOURS[name], linewidth=1.8, label=name)
    lower.set_ylabel("volume fraction [%]")
    lower.set_ylim(-2.0, 102.0)
    lower.set_xlim(0.0, 60.0)
    lower.set_xlabel("distance from the quenched end [mm]")
    for axis in (upper, lower):
        axis.legend(loc="upper left", bbox_to_anchor=(1.08, 1.0))
    top = upper.secondary_xaxis("top", functions=(lambda mm: mm / (1e3 * SIXTEENTH), lambda j: 1e3 * SIXTEENTH * j))
    top.set_xlabel("J, sixteenths of an inch")
    _title(figure, f"End quench (Jominy) of {bar.alloy.name} from {bar.start - ZERO:.0f} degC", bar.model, bar.alloy)


def _band(axis: Any, band: Band) -> None:
    """The hardenability band as a shade, with its edges where they are given."""
    (x, most), (lower, least) = band.hrc("most"), band.hrc("least")
    floor = np.interp(x, lower, least, right=20.0)
    axis.fill_between(1e3 * x, hv_from_hrc(floor), hv_from_hrc(most), color="#dbe9f6", zorder=0.6)
    axis.plot(1e3 * x, hv_from_hrc(most), color="#9ec3e6", linewidth=1.0, label=f"band {band.name} [{band.mark}]")
    axis.plot(1e3 * lower, hv_from_hrc(least), color="#9ec3e6", linewidth=1.0)


def _hardness_axes(axis: Any) -> None:
    """HV on the left; HRC on the right where all of it is above 20 HRC."""
    axis.set_ylabel("hardness [HV]")
    low, high = axis.get_ylim()
    ticks = [hrc for hrc in (20, 25, 30, 35, 40, 45, 50, 55, 60, 65) if low < hv_from_hrc(float(hrc)) < high]
    if ticks:
        second = axis.twinx()
        second.set_ylim(low, high)
        second.set_yticks([hv_from_hrc(float(hrc)) for hrc in ticks], [str(hrc) for hrc in ticks])
        second.set_ylabel("hardness [HRC]")
        second.grid(False)
    axis.set_ylim(low, high)


def dilation(figure: Any, seen: Dilation) -> None:
    """Change of length over temperature, and the phases below."""
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    T = seen.temperature - ZERO
    upper.plot(T, 100.0 * seen.strain, color=DARK, linewidth=1.8)
    if seen.reheated is not None:
        again = seen.reheated
        label = f"heated again by {again.rate:.2g} K/s"
        upper.plot(again.temperature - ZERO, 100.0 * again.strain, color="#d35400", linewidth=1.8, label=label)
        upper.legend(loc="lower right")
    for kelvin, word in ((seen.begun, "1 %"), (seen.done, "99 %")):
        if np.isfinite(kelvin):
            strain = float(np.interp(kelvin, seen.temperature[::-1], 100.0 * seen.strain[::-1]))
            upper.plot(kelvin - ZERO, strain, "o", color="#c0392b", markersize=5)
            upper.annotate(f"{word} at {kelvin - ZERO:.0f} degC", (kelvin - ZERO, strain), xytext=(8, -12),
                           textcoords="offset points", fontsize=9, color="#c0392b")  # fmt: skip
    upper.set_ylabel("change of length [%]")
    for name in PHASES:
        if seen.phases[name].max() > 5e-3:
            lower.plot(T, 100.0 * seen.phases[name], color=COLOURS[name], linewidth=1.8, label=name)
    lower.set_ylabel("volume fraction [%]")
    lower.set_ylim(-2.0, 102.0)
    lower.set_xlabel("temperature [degC]")
    lower.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    what = f"Dilatometer: {seen.alloy.name} at {seen.cooling_rate:g} K/s, {seen.hardness:.0f} HV at the end"
    _title(figure, what, seen.model, seen.alloy)


def bars(figure: Any, bars: BarHardness) -> None:
    """Hardness across the bars, and at skin, mid-radius and centre over the diameter."""
    left, right = figure.subplots(1, 2, sharey=True)
    figure.set_size_inches(10.5, 5.2)
    for i, size in enumerate(bars.diameters):
        colour = PROBES[i % len(PROBES)]
        across = np.concatenate([-bars.radius[::-1], bars.radius]) * 0.5e3 * size
        left.plot(across, np.concatenate([bars.hardness[i, ::-1], bars.hardness[i]]), color=colour,
                  label=f"{1e3 * size:g} mm")  # fmt: skip
    left.set_xlabel("distance from the axis [mm]")
    left.set_ylabel("hardness [HV]")
    left.legend(title="diameter", loc="best")
    for share, name, dash in ((1.0, "surface", "-"), (0.5, "mid-radius", "--"), (0.0, "centre", ":")):
        right.plot(1e3 * bars.diameters, bars.at(share), dash, color=DARK, marker="o", markersize=4, label=name)
    right.set_xlabel("diameter [mm]")
    right.legend(loc="best")
    _title(figure, f"Round bars of {bars.alloy.name} quenched in {bars.medium}", bars.model, bars.alloy)


def tempering(figure: Any, curve: TemperingCurve) -> None:
    """Hardness of tempered martensite over the temperature."""
    axis = figure.subplots()
    for i, seconds in enumerate(curve.durations):
        time = f"{seconds / 3600.0:g} h" if seconds >= 3600.0 else f"{seconds / 60.0:g} min"
        axis.plot(curve.temperature - ZERO, curve.hardness[i], color=PROBES[i % len(PROBES)], linewidth=1.8, label=time)
    axis.axhline(curve.as_quenched, color=GREY, linestyle="--", linewidth=1.0)
    axis.annotate(f"as quenched {curve.as_quenched:.0f} HV", (1.0, curve.as_quenched), xytext=(-4, 3), ha="right",
                  xycoords=("axes fraction", "data"), textcoords="offset points", fontsize=9,
                  color="#555555")  # fmt: skip
    axis.set_xlabel("tempering temperature [degC]")
    axis.legend(title="duration", loc="lower left")
    low, high = axis.get_ylim()
    axis.set_ylim(low, high + 0.05 * (high - low))
    _hardness_axes(axis)
    _title(figure, f"Tempering of fully martensitic {curve.alloy.name}", curve.model)


def fit(figure: Any, fitted: KineticsFit) -> None:
    """The end-quenched bar before and after the fit, with what was measured."""
    if fitted.bars is None:
        raise CaseError("the fit used no end quench; plot cct(fit.alloy) in its place")
    axis = figure.subplots()
    before, after = fitted.bars
    for bar, dash, name in ((before, "--", "before"), (after, "-", "fitted")):
        axis.plot(1e3 * bar.distance, bar.hardness, dash, color=DARK, linewidth=1.8,
                  label=f"{name} (rms {bar.rmse:.0f} HV)")  # fmt: skip
    if after.measured is not None:
        axis.plot(1e3 * after.measured[0], after.measured[1], "o", color="#c0392b", markersize=4.5, label="measured")
    axis.set_xlabel("distance from the quenched end [mm]")
    axis.set_xlim(0.0, 95.0)
    axis.legend(loc="upper right")
    _hardness_axes(axis)
    said = ", ".join(f"{each.name} {each.value:.2g}" for each in fitted.parameters if not each.unit)
    _title(figure, f"Kinetics of {fitted.base.name} fitted to {fitted.data}", said)


DRAWN: dict[type[Any], Callable[[Any, Any], None]] = {
    TTT: ttt,
    CCT: cct,
    EndQuench: end_quench,
    Dilation: dilation,
    BarHardness: bars,
    TemperingCurve: tempering,
    KineticsFit: fit,
    StressProfile: profile,
}
