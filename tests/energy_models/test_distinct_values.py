"""Distinct values are NumPy's."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from groundstate_energy.distinct_values import distinct_values


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)))
def test_they_are_those_of_numpy(values: list[int]) -> None:
    array = np.array(values, np.int64)
    found, wanted = distinct_values(array), np.unique(array)
    assert (found.dtype, found.tolist()) == (wanted.dtype, wanted.tolist())
    assert array.tolist() == values
