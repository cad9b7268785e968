"""Time and memory of castings of real parts, from the folder METALTWIN_DATA."""

import math
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from ..cases.casting import Casting
from ..cases.grid import Grid
from ..cases.part import Part
from ..materials.library import alloy, mould
from .apart import apart
from .figure import Figure
from .machine import cores, peak_memory

MISSING = "not measured: the environment variable METALTWIN_DATA names no folder with parts/"


def mount(part: Part, spacing: str) -> Casting:
    """A thin bracket of A356 in green sand, until it can be shaken out."""
    sand = mould("green sand", wall="30 mm", temperature="25 degC")
    return Casting("mount", part, alloy("A356"), "720 degC", sand, Grid(spacing), until="450 degC")


def block(part: Part, spacing: str, until: str = "700 degC") -> Casting:
    """A block of cast steel in dry sand, hours until it can be shaken out."""
    sand = mould("dry silica sand", wall="60 mm")
    return Casting("block", part, alloy("WCB"), "1570 degC", sand, Grid(spacing), until=until)


def _part(name: str) -> Part | None:
    path = Path(os.environ.get("METALTWIN_DATA", "")) / "parts" / f"{name}.stl"
    return Part.from_stl(path, "mm") if path.is_file() else None


def _cast(kind: str, part: Part) -> tuple[float, float, float, int, int, float]:
    """A casting after a short one: s, s of processors, bytes that it grew by, cells of the grid, steps and stages."""
    whole = {
        "casting-mount": lambda: mount(part, "2 mm"),
        "casting-block": lambda: block(part, "4 mm"),
        "bytes-casting": lambda: block(part, "4 mm", until="1565 degC"),
    }[kind]()
    with TemporaryDirectory() as name:
        folder = Path(name)
        block(Part.sphere("60 mm"), "6 mm", until="1565 degC").run(folder / "small.vtkhdf", progress=False)
        before, begin, used = peak_memory(), time.perf_counter(), time.process_time()
        result = whole.run(folder / "large.vtkhdf", progress=False)
        took, used = time.perf_counter() - begin, time.process_time() - used
        grown = peak_memory() - before
        last = result.ledger[-1]
        cells = sum(whole.check().bodies.values())
        return took, used, grown, cells, int(last["steps"]), int(last["stages"])


def casting(id: str, triad: float) -> Figure:
    """A casting from the pour on."""
    name = "steering_column_mount" if id == "casting-mount" else "bearing_block"
    part = _part(name)
    unit = "bytes a cell" if id == "bytes-casting" else "s"
    if part is None:
        return Figure(id, math.nan, unit, None, MISSING)
    took, used, grown, cells, steps, stages = apart(_cast, id, part)
    size = f"{name}.stl, {cells} cells of casting and mould"
    if id == "bytes-casting":
        said = f"growth of the process to its peak, geometry and file included; {size}, {steps} steps"
        return Figure(id, grown / cells, unit, 200.0, said)
    end, target = {"casting-mount": ("450 degC", 600.0), "casting-block": ("700 degC", 900.0)}[id]
    said = f"{size}, pour to {end}: {steps} steps, {stages} stages, {used:.0f} s of {cores()} processors; to a file"
    return Figure(id, took, unit, target, said)


METERS = {"bytes-casting": casting}
HEAVY = {"casting-mount": casting, "casting-block": casting}
