"""The distinct values of an array of integers."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Integer = TypeVar("Integer", bound=np.integer)


def distinct_values(values: NDArray[Integer]) -> NDArray[Integer]:
    """``np.unique(values)`` of one dimension, by sorting: NumPy's hash table (since 2.3) takes 5 to 20 times as long."""
    ordered = np.sort(values)
    is_first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    return ordered[is_first]
