"""The memory of the process that leads a run: what it does not need any more it gives back."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
"""Options of glibc's `mallopt`, from its `malloc.h`."""

_LARGE = 1 << 17
"""Bytes from which a piece of memory is mapped by itself: glibc's own limit, which else grows as pieces are freed."""


def give_back() -> None:
    """Have all threads share one heap, and large pieces of memory go back to the system when they are freed.

    Else each thread's heap keeps what it once needed, and a run over many documents grows by it. For the whole process;
    other C libraries than glibc are left as they are. Source: mallopt(3).
    """
    with suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_ARENA_MAX, 1)
        mallopt(_MMAP_THRESHOLD, _LARGE)
