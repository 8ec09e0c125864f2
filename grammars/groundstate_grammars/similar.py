"""Names like a given one, among many: those of a project, or those that libraries are known to have."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from groundstate_grammars.lexicon import bigram_signature, bigram_signatures


class SimilarNames:
    """A set of names that can be asked which of them are most like a text.

    One question costs a vectorised popcount over all names (about 3 µs a thousand); answers are remembered.

    Args:
        names: the best first. most: of them, that are asked.
    """

    __slots__ = ("_answers", "_most", "_signatures", "names")

    def __init__(self, names: Iterable[str], most: int | None = None) -> None:
        self.names = tuple(names)
        self._most = most
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
        similar = self.similarities(text)
        best = np.flatnonzero(similar >= least)
        best = best[np.argsort(-similar[best], kind="stable")[: limit + 1]]
        others = [self.names[i] for i in best.tolist() if self.names[i] != text]
        found = self._answers[key] = tuple(others[:limit])
        return found

    def similarities(self, text: str) -> NDArray[np.float32]:
        """Dice similarity of ``text`` with each name that is asked, ``(names,)``."""
        lows, highs, bits = (column[: self._most] for column in self._signed())
        low, high = bigram_signature(text)
        common = np.bitwise_count(lows & np.uint64(low)) + np.bitwise_count(highs & np.uint64(high))
        both = bits + np.uint8(low.bit_count() + high.bit_count())
        found: NDArray[np.float32] = np.divide(2 * common, np.maximum(both, 1), dtype=np.float32)
        return found

    def replaced(self, gone: int | None, new: tuple[int, str] | None) -> SimilarNames:
        """The names without the one at ``gone``, and then with the name ``new`` at its place.

        Equal to making them anew; signatures are kept, and so are the answers that the change cannot touch.
        """
        names, changed = list(self.names), []
        lows, highs, bits = self._signed()
        if gone is not None:
            changed.append(names.pop(gone))
            lows, highs, bits = (np.delete(lows, gone), np.delete(highs, gone), np.delete(bits, gone))
        if new is not None:
            at, name = new
            names.insert(at, name)
            changed.append(name)
            low, high = bigram_signature(name)
            lows = np.insert(lows, at, np.uint64(low))
            highs = np.insert(highs, at, np.uint64(high))
            bits = np.insert(bits, at, np.uint8(low.bit_count() + high.bit_count()))
        other = SimilarNames(names, self._most)
        other._signatures = (lows, highs, bits)
        if self._most is None or max(len(names), len(self.names)) <= self._most:
            other._answers = {
                question: answer
                for question, answer in self._answers.items()
                if not any(_alike(question[0], name, question[2]) for name in changed)
            }
        return other

    def _signed(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint8]]:
        """Both halves of the signatures of all names, and the number of bits of each."""
        if self._signatures is None:
            low, high = bigram_signatures(self.names)
            self._signatures = (low, high, np.bitwise_count(low) + np.bitwise_count(high))
        return self._signatures


def similarity(left: str, right: str) -> float:
    """Dice similarity of two texts."""
    common, both = _common(left, right)
    return 2 * common / max(both, 1)


def _alike(left: str, right: str, least: float) -> bool:
    """Whether the Dice similarity of two texts is at least ``least``, or so near that rounding decides."""
    common, both = _common(left, right)
    return 2 * common >= (least - 1e-6) * max(both, 1)


def _common(left: str, right: str) -> tuple[int, int]:
    """Bits that the signatures of two texts share, and bits of either, those twice."""
    low, high = bigram_signature(left)
    other_low, other_high = bigram_signature(right)
    common = (low & other_low).bit_count() + (high & other_high).bit_count()
    return common, low.bit_count() + high.bit_count() + other_low.bit_count() + other_high.bit_count()
