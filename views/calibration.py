"""Pictures of a fit: residuals of each thermocouple, computed against measured, curves with their bands."""

import os
from typing import Any

import numpy as np

from ..materials.refusal import one_of
from ..twin.fit import Fit
from .display import has_display
from .plots import PROBES, STYLE, canvas

ZERO = 273.15


def plot(fit: Fit, kind: str = "residuals", save: str | os.PathLike[str] | None = None, **how: Any) -> Any:
    """Draw a fit; in a window where there is a display, into a file at `save` (.png, .pdf, .svg) anywhere.

    residuals  measured and computed over time, and what is left, for each thermocouple
    parity     computed against measured
    curve      a fitted curve with its 90 % band, only where the surface was; name="steps.quench.medium.h"

    Returns the matplotlib figure. Raises CaseError for an unknown kind or curve.
    """
    import matplotlib

    one_of(kind, KINDS, "kind of plot", "plot")
    with matplotlib.rc_context(STYLE):  # type: ignore[arg-type]
        figure = canvas(save is None and has_display())
        KINDS[kind](figure, fit, **how)
        if save is not None:
            figure.savefig(save)
        elif has_display():
            from matplotlib import pyplot

            pyplot.show()
    return figure


def _residuals(figure: Any, fit: Fit) -> None:
    figure.set_size_inches(8.0, 6.5)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    for i, sensor in enumerate(fit.sensors):
        colour = PROBES[i % len(PROBES)]
        above.plot(sensor.time, sensor.measured - ZERO, ".", color=colour, markersize=2.5, alpha=0.5)
        above.plot(sensor.time, sensor.computed - ZERO, color=colour, linewidth=1.3,
                   label=f"{sensor.name}, rms {sensor.rms:.2f} K")  # fmt: skip
        below.plot(sensor.time, sensor.measured - sensor.computed, color=colour, linewidth=0.9)
    above.set_ylabel("temperature [degC]")
    above.set_title(f"{fit.model.case.name}: measured (points), computed (lines)")
    above.legend()
    below.set_ylabel("measured - computed [K]")
    below.set_xlabel("time of the record [s]")


def _parity(figure: Any, fit: Fit) -> None:
    figure.set_size_inches(5.5, 5.5)
    axis = figure.subplots()
    for i, sensor in enumerate(fit.sensors):
        axis.plot(sensor.measured - ZERO, sensor.computed - ZERO, ".", markersize=3,
                  color=PROBES[i % len(PROBES)], label=sensor.name)  # fmt: skip
    low, high = axis.get_xlim()
    axis.plot((low, high), (low, high), color="#999999", linewidth=0.8)
    axis.set_xlabel("measured [degC]")
    axis.set_ylabel("computed [degC]")
    axis.legend()


def _curve(figure: Any, fit: Fit, name: str | None = None) -> None:
    figure.set_size_inches(7.0, 4.5)
    axis = figure.subplots()
    curves = [bound for bound in fit.model.bounds if bound.unknown.kind == "curve"]
    known = [bound.unknown.name for bound in curves]
    names = known if name is None else [one_of(name, known, "fitted curve")]
    time = False
    for i, bound in enumerate(bound for bound in curves if bound.unknown.name in names):
        x, middle, low, high = fit.curve(bound.unknown.name)
        time = bound.axis[0] == "times"
        shown, colour = x if time else x - ZERO, PROBES[i % len(PROBES)]
        axis.fill_between(shown, low, high, color=colour, alpha=0.2, linewidth=0)
        axis.plot(shown, middle, color=colour, label=bound.unknown.name)
        begun = np.interp(x, bound.axis[1], bound.shown(np.zeros(bound.size)))
        axis.plot(shown, begun, "--", color=colour, linewidth=0.9, label="before" if i == 0 else None)
    axis.set_xlabel("time of the step [s]" if time else "temperature of the surface [degC]")
    axis.set_ylabel("heat transfer coefficient [W/m2/K]" if known[0].endswith(".h") else curves[0].unit)
    axis.set_title("90 % band, where the surface has been")
    if all(bound.positive for bound in curves):
        axis.set_ylim(bottom=0.0)
    axis.legend()


KINDS = {"residuals": _residuals, "parity": _parity, "curve": _curve}
