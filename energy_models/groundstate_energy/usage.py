"""The usage term: energies from counting alone, one linear map of the features for each rule."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_AT_ONCE = 1024
"""Candidates whose weights are laid out beside their features at once: few enough for a processor's cache."""


class UsageTerm:
    """ΔE = −(weight[rule] · features + bias[rule]).

    Args:
        weight: ``(rules, features)``. bias: ``(rules,)``. Both fitted with the network's losses on their own.
    """

    term = "usage"

    def __init__(self, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        self._weight = weight
        self._bias = bias

    def gaps(self, features: NDArray[np.float32], rule: NDArray[np.int32]) -> NDArray[np.float32]:
        """Energy gap of each candidate in nats, ``(candidates,)``."""
        sums = np.empty(len(features), np.float32)
        for first in range(0, len(features), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            np.einsum("cf,cf->c", features[part], self._weight.take(rule[part], 0), out=sums[part])
        return np.asarray(-(sums + self._bias[rule]), np.float32)
