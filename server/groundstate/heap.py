"""The heap of this process: what is free in it, given back to the system."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable


def give_back() -> None:
    """Give the free parts of the heap back to the system, where the C library has a function for it: glibc's.

    Otherwise they stay with the process: a long file leaves hundreds of megabytes in pieces that its next version does not
    fit into.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@functools.cache
def _trim() -> Callable[[int], int] | None:
    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
    return found
