"""The usage term: energies from counting alone, one linear map of the features for each rule."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


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
        gaps = -(np.einsum("cf,cf->c", features, self._weight[rule]) + self._bias[rule])
        return np.asarray(gaps, np.float32)
