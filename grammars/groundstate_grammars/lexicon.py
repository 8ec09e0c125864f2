"""A table of the distinct lexical texts of a file, and how alike two of them are.

Similarity is the Dice coefficient of character bigrams (case folded, with start and end marks), read off 128-bit
signatures so that thousands of pairs cost one vectorised popcount. Hash collisions make it an estimate; it only ranks.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_MASK = (1 << 64) - 1


@functools.lru_cache(maxsize=200_000)
def _signature(text: str) -> tuple[int, int]:
    bits = 0
    folded = "^" + text.strip("'\"").casefold()[:48] + "$"
    for i in range(len(folded) - 1):
        bits |= 1 << (zlib.crc32(folded[i : i + 2].encode("utf-8", "surrogatepass")) & 127)
    return bits & _MASK, bits >> 64


class Lexicon:
    """Distinct texts, numbered in order of first use. Ids are local to one lexicon."""

    __slots__ = ("_ids", "_signatures", "texts")

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts: list[str] = []
        self._ids: dict[str, int] = {}
        self._signatures: NDArray[np.uint64] = np.zeros((0, 2), np.uint64)
        for text in texts:
            self.id(text)

    def __len__(self) -> int:
        return len(self.texts)

    def id(self, text: str) -> int:
        """The id of ``text``, added when new."""
        found = self._ids.get(text)
        if found is None:
            found = self._ids[text] = len(self.texts)
            self.texts.append(text)
        return found

    def find(self, text: str) -> int:
        """The id of ``text``, or -1 when it is not in the table."""
        return self._ids.get(text, -1)

    def copy(self) -> Lexicon:
        """A table with the same ids that can grow on its own."""
        other = Lexicon.__new__(Lexicon)
        other.texts = list(self.texts)
        other._ids = dict(self._ids)
        other._signatures = self._signatures
        return other

    def signatures(self) -> NDArray[np.uint64]:
        """Bigram signatures of all texts, shape ``(len(self), 2)``."""
        have = len(self._signatures)
        if have < len(self.texts):
            new = np.array([_signature(text) for text in self.texts[have:]], np.uint64).reshape(-1, 2)
            self._signatures = np.concatenate([self._signatures, new])
        return self._signatures

    def similarity(self, left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.float32]:
        """Dice similarity of the pairs ``(left[i], right[i])``, broadcast; 0 where an id is -1."""
        signatures = self.signatures()
        a = signatures[left]
        b = signatures[right]
        common = np.bitwise_count(a & b).sum(-1).astype(np.float32)
        sizes = (np.bitwise_count(a).sum(-1) + np.bitwise_count(b).sum(-1)).astype(np.float32)
        return np.where((np.asarray(left) < 0) | (np.asarray(right) < 0), np.float32(0), 2 * common / np.maximum(sizes, 1))
