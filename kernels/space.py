"""Memory for arrays that live for one step only."""

import mmap
from math import prod

import numpy as np
from numpy import float64
from numpy.typing import NDArray

LARGE = 1 << 20  # bytes, from which an array is worth a mapping of its own

_idle: dict[int, list[mmap.mmap]] = {}


def space(*shape: int, again: bool = False) -> NDArray[float64]:
    """Zeros; a large array is mapped alone, so that the system has its memory back as soon as it is let go.

    What malloc is given back below an array still in use stays with the process: the gaps of a step would
    add up to a third of what a large part needs. With `again` the memory of a large array is kept for the next of its
    size, whatever it holds, until `drop`: a step of large bodies would spend a seventh of its time on clean memory.
    """
    size = 8 * prod(shape)
    if size < LARGE:
        return np.zeros(shape)
    memory = _idle[size].pop() if again and _idle.get(size) else _mapped(size)
    held = np.asarray(_Again(memory)) if again else np.frombuffer(memory, float64)
    return held.reshape(shape)


def drop() -> None:
    """Give idle memory back to the system, before what needs more than a step does."""
    _idle.clear()


class _Again:
    """What an array lies in; after the last one is gone the memory is idle."""

    def __init__(self, memory: mmap.mmap) -> None:
        self.memory = memory
        self.__array_interface__ = np.frombuffer(memory, float64).__array_interface__

    def __del__(self, idle: dict[int, list[mmap.mmap]] = _idle) -> None:
        idle.setdefault(len(self.memory), []).append(self.memory)


def _mapped(size: int) -> mmap.mmap:
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    memory = mmap.mmap(-1, size, **private)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        memory.madvise(mmap.MADV_HUGEPAGE)  # a fault for every 4 kB would cost more than the work on it
    return memory
