"""Picture of a stress profile below the skin (matplotlib)."""

from typing import Any

from ..cases.profile import StressProfile
from .plots import PROBES


def profile(figure: Any, read: StressProfile) -> None:
    """Stress over depth, and what X-rays read as layers come off."""
    axis = figure.subplots()
    axis.plot(1e3 * read.depth, read.stress / 1e6, color=PROBES[2], linewidth=1.8, label="in the part")
    if read.reading is not None:
        axis.plot(1e3 * read.depth, read.reading / 1e6, "--", color=PROBES[1], label="read after removal of layers")
        axis.legend(loc="best")
    axis.axhline(0.0, color="#666666", linewidth=0.8)
    axis.set_xlim(0.0, 1e3 * read.depth[-1])
    axis.set_xlabel("depth below the skin [mm]")
    axis.set_ylabel(f"{read.direction} stress [MPa]")
    x, y, z = (1e3 * read.at).round(3) + 0.0
    spot, thick = (1e3 * edge for edge in read.gauge)
    axis.set_title(
        f"at ({x:g}, {y:g}, {z:g}) mm; gauge volume {spot:g} x {spot:g} x {thick:g} mm", loc="left", fontsize=9
    )
    figure.suptitle(read.name)
