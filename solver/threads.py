"""As many threads as a problem is worth, and no more memory than it needs."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

import numba

ALONE = 20_000  # cells below which threads cost more than they bring


@contextmanager
def threads_for(cells: int) -> Iterator[None]:
    """Run numba kernels on one thread for a small part; the process gets its own number back afterwards."""
    before = numba.get_num_threads()
    numba.set_num_threads(1 if cells < ALONE else before)
    try:
        yield
    finally:
        numba.set_num_threads(before)


def tidy() -> None:
    """Give memory that was freed, but that malloc keeps, back to the system; does nothing where it is not glibc's."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:
        trim(0)
