"""The machine a figure was measured on."""

import os
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from ..kernels.heat import triad

PACKAGES = ("metaltwin", "numpy", "scipy", "numba", "h5py")


def machine() -> dict[str, Any]:
    """Processor, cores this process may use, memory in GiB, system, versions."""
    return {
        "processor": _processor(),
        "cores": cores(),
        "memory_GiB": round(_memory() / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def triad_bandwidth(elements: int = 1 << 25, repeats: int = 8) -> float:
    """Bytes/s of a = b + s c on arrays far beyond the caches (24 bytes an element), best of some repeats."""
    once = _triad(elements)
    return max(once() for _ in range(repeats))


def share_of_triad(step: Callable[[], float], least: float = 3.0, elements: int = 1 << 25) -> tuple[float, float]:
    """Share of the bandwidth that a step reaches, and its bytes/s: medians over steps that last `least` s together.

    step  answers the bytes that it moved. Each has a triad before it: on a shared machine the bandwidth wanders.
    """
    once, spent = _triad(elements), 0.0
    shares: list[float] = []
    rates: list[float] = []
    step()
    while spent < least or len(rates) < 3:
        bandwidth = once()
        begin = time.perf_counter()
        moved = step()
        took = time.perf_counter() - begin
        shares.append(moved / took / bandwidth)
        rates.append(moved / took)
        spent += took
    return float(np.median(shares)), float(np.median(rates))


def _triad(elements: int) -> Callable[[], float]:
    """Bytes/s of one triad, whenever it is called."""
    a, b, c, threads = np.zeros(elements), np.ones(elements), np.full(elements, 2.0), cores()

    def once() -> float:
        begin = time.perf_counter()
        triad(a, b, c, 3.0, threads)
        return 24.0 * elements / (time.perf_counter() - begin)

    return once


def peak_memory() -> float:
    """Largest resident memory of this process so far, bytes."""
    status = Path("/proc/self/status")
    if status.is_file():  # getrusage would count what the parent held before this process began
        for line in status.read_text("utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return 1024.0 * float(line.split()[1])
    if sys.platform == "win32":
        raise OSError("peak memory is read on Linux and macOS only")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak) * (1.0 if sys.platform == "darwin" else 1024.0)


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text("utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> float:
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return float("nan")
