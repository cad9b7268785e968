"""Runs the Python of a page of docs/ and keeps the pictures that it names.

python benchmarks/pages.py certificate carburising diagrams         ten minutes of one processor, diagrams half of it
"""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from metaltwin.cases.case_depth import CaseProfile
from metaltwin.views.panels import Panel, Trace, sheet

DOCS = Path(__file__).parents[1] / "docs"
RED, BLUE, DARK = "#c0392b", "#2c5aa0", "#222222"


def run(page: str) -> dict[str, Any]:
    """The names that the Python of a page leaves behind; what it saves lies in the working folder."""
    text = (DOCS / f"{page}.md").read_text("utf-8")
    for words in re.findall(r"```\n(heat,.*?)```", text, re.S):
        Path("heat_4711.csv").write_text(words, "utf-8")
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.S):
        exec(block, names)
    return names


def pin(names: dict[str, Any]) -> None:
    """The case of the carburised pin on fine cells and in layers, and the stress that it ends up with."""
    result, profiles = names["result"], (names["result"].case_profile(), names["coarse"].case_profile(names["at"]))
    axial, hoop = (result.field(f"stress_{way}").values / 1e6 for way in ("axial", "hoop"))
    depth = 6.0 - 1e3 * result.cells.centres()[:, 0]
    panels = [
        read(profiles, "hardness", "hardness [HV]", 1.0),
        read(profiles, "carbon", "carbon [%]", 100.0),
        read(profiles, "retained_austenite", "retained austenite [%]", 100.0),
        Panel(
            "stress after quench and temper", "depth [mm]", "stress [MPa]",
            (Trace(depth, axial, "-", "axial", DARK), Trace(depth, hoop, "--", "hoop", RED)),
        ),
    ]  # fmt: skip
    sheet(panels, "carburised_pin.png", columns=4)


def read(profiles: tuple[CaseProfile, CaseProfile], name: str, label: str, scale: float) -> Panel:
    """One value against depth, in cells of 0.08 mm and in the layers of cells of 1 mm."""
    traces = []
    for own, style, said, colour in zip(profiles, "-o", ("0.08 mm", "1 mm with layers"), (DARK, RED), strict=True):
        near = own.depth <= 2.6e-3
        values = np.asarray(getattr(own, name))[near]
        traces.append(Trace(1e3 * own.depth[near], scale * values, style, f"cells of {said}", colour))
    return Panel(name.replace("_", " "), "depth [mm]", label, tuple(traces))


def main(pages: list[str]) -> None:
    """Run pages and put their pictures where the pages look for them."""
    for page in pages:
        wanted = re.findall(r"\(pictures/(\S+)\)", (DOCS / f"{page}.md").read_text("utf-8"))
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            names = run(page)
            if page == "carburising":
                pin(names)
            for picture in wanted:
                shutil.copy(picture, DOCS / "pictures" / picture)
            os.chdir(DOCS)


if __name__ == "__main__":
    main(sys.argv[1:])
