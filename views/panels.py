"""Several small pictures of curves, points and bands on one sheet (matplotlib)."""

import os
from dataclasses import dataclass
from math import ceil
from typing import Any

from numpy import float64
from numpy.typing import NDArray

from .plots import PROBES, STYLE, canvas

Array = NDArray[float64]

BAND = "#dbe9f6"


@dataclass(frozen=True)
class Trace:
    """One line or one set of points: style as matplotlib writes it ("o", "-", "--")."""

    x: Array
    y: Array
    style: str
    label: str
    colour: str = ""


@dataclass(frozen=True)
class Panel:
    """One picture: traces over a band (x, low, high), where there is one."""

    title: str
    x: str
    y: str
    traces: tuple[Trace, ...]
    band: tuple[Array, Array, Array] | None = None
    band_label: str = ""
    logarithmic: bool = False


def sheet(panels: list[Panel], save: str | os.PathLike[str], columns: int = 3) -> None:
    """Draw panels side by side and below each other into a file."""
    import matplotlib

    columns = min(columns, len(panels))
    rows = ceil(len(panels) / columns)
    with matplotlib.rc_context(STYLE):  # type: ignore[arg-type]
        figure = canvas(False)
        figure.set_size_inches(4.4 * columns, 3.6 * rows)
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for axis, panel in zip(axes, panels, strict=False):
            _draw(axis, panel)
        for axis in axes[len(panels) :]:
            axis.set_axis_off()
        figure.savefig(save)


def _draw(axis: Any, panel: Panel) -> None:
    if panel.band is not None:
        axis.fill_between(*panel.band, color=BAND, zorder=0.6, label=panel.band_label)
    for i, trace in enumerate(panel.traces):
        colour = trace.colour or PROBES[i % len(PROBES)]
        axis.plot(trace.x, trace.y, trace.style, color=colour, markersize=4.5, linewidth=1.6, label=trace.label)
    if panel.logarithmic:
        axis.set_xscale("log")
        axis.set_yscale("log")
    axis.set_title(panel.title, fontsize=10)
    axis.set_xlabel(panel.x)
    axis.set_ylabel(panel.y)
    axis.legend(fontsize=7)
