"""Memory for arrays that live for one step only."""

import mmap
from math import prod

import numpy as np
from numpy import float64
from numpy.typing import NDArray

LARGE = 1 << 20  # bytes, from which an array is worth a mapping of its own


def space(*shape: int) -> NDArray[float64]:
    """Zeros; a large array is mapped alone, so that the system has its memory back as soon as it is let go.

    What malloc is given back below an array still in use stays with the process: the gaps of a step would
    add up to a third of what a large part needs.
    """
    size = 8 * prod(shape)
    if size < LARGE:
        return np.zeros(shape)
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    memory = mmap.mmap(-1, size, **private)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        memory.madvise(mmap.MADV_HUGEPAGE)  # a fault for every 4 kB would cost more than the work on it
    return np.frombuffer(memory, float64).reshape(shape)
