"""Names like a given one, among many: those of a project, or those that libraries are known to have."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from groundstate_grammars.lexicon import bigram_signature


class SimilarNames:
    """A set of names that can be asked which of them are most like a text.

    One question costs a vectorised popcount over all names (about 3 µs a thousand); answers are remembered.
    """

    __slots__ = ("_answers", "_signatures", "names")

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self._signatures: tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint8]] | None = None
        self._answers: dict[tuple[str, int, float], tuple[str, ...]] = {}

    def like(self, text: str, limit: int, least: float) -> tuple[str, ...]:
        """At most ``limit`` other names whose Dice similarity with ``text`` is at least ``least``, the most similar first;
        of equally similar ones those that come first in ``names``."""
        key = (text, limit, least)
        found = self._answers.get(key)
        if found is not None:
            return found
        if not self.names:
            return ()
        lows, highs, bits = self._signed()
        low, high = bigram_signature(text)
        common = np.bitwise_count(lows & np.uint64(low)) + np.bitwise_count(highs & np.uint64(high))
        both = bits + np.uint8(low.bit_count() + high.bit_count())
        similarity = np.divide(2 * common, np.maximum(both, 1), dtype=np.float32)
        best = np.flatnonzero(similarity >= least)
        best = best[np.argsort(-similarity[best], kind="stable")[: limit + 1]]
        others = [self.names[i] for i in best.tolist() if self.names[i] != text]
        found = self._answers[key] = tuple(others[:limit])
        return found

    def _signed(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint8]]:
        """Both halves of the signatures of all names, and the number of bits of each."""
        if self._signatures is None:
            both = np.array([bigram_signature(name) for name in self.names], np.uint64).reshape(-1, 2)
            low, high = both[:, 0].copy(), both[:, 1].copy()
            self._signatures = (low, high, np.bitwise_count(low) + np.bitwise_count(high))
        return self._signatures
