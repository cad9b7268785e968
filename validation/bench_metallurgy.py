"""What the metallurgy of a part costs beside its heat."""

import cProfile
import pstats
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .figure import Figure
from .flange import flange

CELLS = 30_000
HEAT = (("heat.py", "advance"),)
KINETICS = (("kinetics.py", "advance"), ("kinetics.py", "accept"), ("recorder.py", "follow"))


def spent(stats: Any, calls: tuple[tuple[str, str], ...]) -> float:
    """Seconds in functions of the solver, (file, name) each, and in what they call."""
    seconds = 0.0
    for (file, _, name), row in stats.stats.items():
        if Path(file).parent.name == "solver" and (Path(file).name, name) in calls:
            seconds += row[3]
    return seconds


def kinetics_to_heat(id: str, triad: float) -> Figure:
    """Phases and records over heat, in one run of the flange of `stl-1M-heat` on wider cells."""
    with TemporaryDirectory() as folder:
        flange(Path(folder), 3000, "0.5 s", False).run(progress=False)
        case = flange(Path(folder), CELLS, "600 s", False)
        profile = cProfile.Profile()
        profile.enable()
        result = case.run(progress=False)
        profile.disable()
    stats = pstats.Stats(profile)
    ratio = spent(stats, KINETICS) / spent(stats, HEAT)
    said = f"STL of 190 mm, {result.cells.index.size} cells, oil 600 s; phases and records over heat, in one run"
    return Figure(id, ratio, "times", 1.5, said)


METERS: dict[str, Callable[[str, float], Figure]] = {"kinetics-to-heat": kinetics_to_heat}
