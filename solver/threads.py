"""As many threads as a problem is worth, and no more memory than it needs."""

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

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


def tidy(cells: int) -> None:
    """Give memory that a large part has freed, but that malloc keeps, back to the system.

    Does nothing for a small part, where it would cost more than it brings, and where malloc is not glibc's.
    """
    if cells >= ALONE and (trim := _trim()) is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
