"""A table of the distinct lexical texts of a file, and how alike two of them are.

Similarity is the Dice coefficient of character bigrams (case folded, with start and end marks), read off 128-bit
signatures so that thousands of pairs cost one vectorised popcount. Hash collisions make it an estimate; it only ranks.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MASK = (1 << 64) - 1


_bits: dict[str, int] = {}
_known: dict[str, bytes] = {}
_MOST_KNOWN = 200_000
"""Texts whose signatures are remembered."""

Signatures = tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.float32]]
"""Both halves of the bigram signatures of some texts, and the number of bits of each (at least 1), ``(texts,)`` each."""

_FEW = 48
"""Texts of which signatures are made one by one: those of more are quicker made together."""
_PAIRS = 1 << 15
"""Pairs of texts that are compared at once: few enough for a processor's cache."""


def bigram_signature(text: str) -> tuple[int, int]:
    """Both halves of the 128-bit signature of a text: a bit for each of its bigrams."""
    found = _known.get(text)
    both = int.from_bytes(_learnt([text])[0] if found is None else found, "little")
    return both & _MASK, both >> 64


def signatures_of(texts: Sequence[str]) -> Signatures:
    """The signatures of texts, and the number of bits of each; remembered by text."""
    found = list(map(_known.get, texts))
    if None in found:
        new = iter(_learnt([text for text, known in zip(texts, found, strict=True) if known is None]))
        found = [next(new) if known is None else known for known in found]
    low, high = np.frombuffer(b"".join(filter(None, found)), "<u8").reshape(-1, 2).T.astype(np.uint64)
    return low, high, (np.bitwise_count(low) + np.bitwise_count(high)).astype(np.float32)


def _learnt(texts: list[str]) -> list[bytes]:
    """The signatures of texts, 16 bytes each, which are remembered."""
    if len(texts) < _FEW:
        found = [_signed_alone(text) for text in texts]
    else:
        both = np.stack(bigram_signatures(texts), 1).astype("<u8").tobytes()
        found = [both[at : at + 16] for at in range(0, len(both), 16)]
    if len(_known) > _MOST_KNOWN:
        _known.clear()
    _known.update(zip(texts, found, strict=True))
    return found


def _signed_alone(text: str) -> bytes:
    bits = 0
    folded = "^" + text.strip("'\"").casefold()[:48] + "$"
    for i in range(len(folded) - 1):
        bigram = folded[i : i + 2]
        bit = _bits.get(bigram)
        if bit is None:
            bit = _bits[bigram] = 1 << (zlib.crc32(bigram.encode("utf-8", "surrogatepass")) & 127)
        bits |= bit
    return bits.to_bytes(16, "little")


def bigram_signatures(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Both halves of ``bigram_signature`` of each text, ``(texts,)`` each; of thousands of texts in less than half the
    time."""
    low, high = np.zeros(len(texts), np.uint64), np.zeros(len(texts), np.uint64)
    plain: list[int] = []
    folded: list[bytes] = []
    for at, text in enumerate(texts):
        if text.isascii():
            plain.append(at)
            folded.append(b"^%b$" % text.strip("'\"").lower()[:48].encode("ascii"))
        else:
            low[at], high[at] = np.frombuffer(_signed_alone(text), "<u8")
    if not plain:
        return low, high
    ends = np.cumsum([len(part) for part in folded])
    characters = np.frombuffer(b"".join(folded), np.uint8)
    left = np.delete(np.arange(len(characters)), ends - 1)
    bit = _bit_of(characters[left], characters[left + 1])
    # Texts follow one another, each with one bigram fewer than it has characters.
    starts = np.concatenate([[0], ends[:-1]]) - np.arange(len(ends))
    one, zero = np.uint64(1), np.uint64(0)
    low[plain] = np.bitwise_or.reduceat(np.where(bit < 64, one << (bit & np.uint64(63)), zero), starts)
    high[plain] = np.bitwise_or.reduceat(np.where(bit < 64, zero, one << (bit & np.uint64(63))), starts)
    return low, high


def _bit_of(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The CRC-32 of pairs of bytes, its last seven bits."""
    table, found = _crc_table(), np.full(len(left), 0xFFFFFFFF, np.uint32)
    for byte in (left, right):
        found = table[(found ^ byte) & 0xFF] ^ (found >> np.uint32(8))
    return ((found ^ np.uint32(0xFFFFFFFF)) & np.uint32(127)).astype(np.uint64)


@functools.cache
def _crc_table() -> NDArray[np.uint32]:
    """What one byte does to a CRC-32, ``(256,)``."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(0xEDB88320), table >> 1).astype(np.uint32)
    return table


def alike(
    among: Signatures, asked: Signatures, least: float
) -> tuple[NDArray[np.intp], NDArray[np.float32], list[int]]:
    """The places in ``among`` of those whose Dice similarity with each of ``asked`` is at least ``least``, in their order,
    with it, and where those of each of ``asked`` begin and end, ``(asked + 1,)``."""
    lows, highs, counts = among
    low, high, bits = asked
    # 4 c >= 2 least (a + b) is what 2 c / (a + b) >= least says, but for rounding: whole numbers below 200 find the few of
    # which the similarity is worked out.
    needed, own = (np.maximum(2 * least * part - 1e-3, 0).astype(np.uint8) for part in (counts, bits))
    size = len(lows)
    at_once = max(_PAIRS // max(size, 1), 1)
    places, commons, numbers = [], [], []
    for first in range(0, len(low), at_once):
        part = slice(first, first + at_once)
        common = np.bitwise_count(lows & low[part, None])
        common += np.bitwise_count(highs & high[part, None])
        close = np.flatnonzero(4 * common >= needed + own[part, None])
        number = close // size if len(common) > 1 else np.zeros(len(close), np.intp)
        places.append(close - number * size)
        commons.append(common.ravel()[close])
        numbers.append(number + first)
    place, common, number = (_joined(parts) for parts in (places, commons, numbers))
    similar: NDArray[np.float32] = 2 * common / (counts[place] + bits[number])
    enough = np.flatnonzero(similar >= least)
    ends = np.searchsorted(number[enough], np.arange(len(low) + 1)).tolist()
    return place[enough], similar[enough], ends


def similar_pairs(
    among: Signatures, asked: Signatures, ends: NDArray[np.intp], least: float
) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.intp]]:
    """``alike`` where each of ``asked`` has others of its own, which begin and end in ``among`` at ``ends``, and few: the
    places, similarities and their ends."""
    times = np.diff(ends)
    common = np.bitwise_count(among[0] & np.repeat(asked[0], times))
    common += np.bitwise_count(among[1] & np.repeat(asked[1], times))
    similar: NDArray[np.float32] = 2 * common / (among[2] + np.repeat(asked[2], times))
    enough = np.flatnonzero(similar >= least)
    return enough, similar[enough], np.searchsorted(enough, ends)


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _most(
    texts: NDArray[np.int32], similar: NDArray[np.float32], ends: list[int], limit: int
) -> list[NDArray[np.int32]]:
    """``texts`` cut at ``ends``, and of more than ``limit`` the most similar first."""
    found = []
    for first, stop in pairwise(ends):
        own = texts[first:stop]
        if stop - first > limit:
            own = own[np.argsort(-similar[first:stop], kind="stable")[:limit]]
        found.append(own)
    return found


class Lexicon:
    """Distinct texts, numbered in order of first use. Ids are local to one lexicon."""

    __slots__ = ("_bits", "_have", "_high", "_ids", "_low", "texts")

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts: list[str] = []
        self._ids: dict[str, int] = {}
        self._have = 0
        self._low: NDArray[np.uint64] = np.zeros(0, np.uint64)
        self._high: NDArray[np.uint64] = np.zeros(0, np.uint64)
        self._bits: NDArray[np.float32] = np.zeros(0, np.float32)
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
        have = other._have = self._have
        other._low, other._high, other._bits = self._low[:have], self._high[:have], self._bits[:have]
        return other

    def become(self, other: Lexicon) -> None:
        """Have the ids of another table, which is used no more."""
        for name in self.__slots__:
            setattr(self, name, getattr(other, name))

    def renumbered(self, used: NDArray[np.int32], first: int) -> tuple[Lexicon, NDArray[np.int32]]:
        """The table of the ``first`` texts and of those ``used``, in order of first use; and their ids in it.

        ``used`` and its new ids are of shape ``(uses,)``.
        """
        never = len(used)
        place = np.full(len(self.texts), never)
        place[used[::-1]] = np.arange(never)[::-1]
        place[:first] = np.arange(-first, 0)
        order = np.argsort(place, kind="stable")[: np.count_nonzero(place < never)]
        number = np.zeros(len(place), np.int32)
        number[order] = np.arange(len(order))
        other = Lexicon([self.texts[i] for i in order.tolist()])
        if self._have:
            low, high, bits = self._signed(int(order.max()) + 1)
            other._low, other._high, other._bits = low[order], high[order], bits[order]
            other._have = len(order)
        return other, number[used]

    def _signed(self, size: int | None = None) -> Signatures:
        """Both halves of the bigram signatures of the first ``size`` texts, all without it, and the number of bits of each,
        with room at the end."""
        size = len(self.texts) if size is None else size
        have = self._have
        if have < size:
            size = len(self.texts)
            low, high, bits = signatures_of(self.texts[have:])
            if size > len(self._low):
                room = size + size // 2
                self._low = np.concatenate([self._low[:have], np.zeros(room - have, np.uint64)])
                self._high = np.concatenate([self._high[:have], np.zeros(room - have, np.uint64)])
                self._bits = np.concatenate([self._bits[:have], np.zeros(room - have, np.float32)])
            self._low[have:size], self._high[have:size] = low, high
            self._bits[have:size] = bits
            self._have = size
        return self._low, self._high, self._bits

    def signatures(self, ids: NDArray[np.signedinteger]) -> Signatures:
        """What ``most_similar`` needs of the texts ``ids``, all of the table."""
        low, high, bits = self._signed(int(ids.max()) + 1 if len(ids) else 0)
        return low[ids], high[ids], bits[ids]

    def most_similar(
        self, asked: Sequence[int], among: NDArray[np.int32], signatures: Signatures, limit: int, least: float
    ) -> list[NDArray[np.int32]]:
        """For each of the texts ``asked`` those ``among`` others whose Dice similarity with it is at least ``least``: all in
        their order where they are at most ``limit``, else the most similar first. ``signatures``: of ``among``."""
        ids = np.array(asked, np.intp)
        place, similar, ends = alike(signatures, self.signatures(ids), least)
        return _most(among[place], similar, ends, limit)

    def most_similar_of_each(
        self, asked: Sequence[int], among: Sequence[NDArray[np.int32]], limit: int, least: float
    ) -> list[NDArray[np.int32]]:
        """``most_similar`` where each text is asked about others of its own."""
        others = np.concatenate(among)
        bounds = np.cumsum([0, *map(len, among)])
        place, similar, ends = similar_pairs(
            self.signatures(others), self.signatures(np.array(asked, np.intp)), bounds, least
        )
        return _most(others[place], similar, ends.tolist(), limit)

    def similarity(
        self, left: NDArray[np.int32] | int, right: NDArray[np.int32] | int
    ) -> NDArray[np.float32]:
        """Dice similarity of the pairs ``(left[i], right[i])``, broadcast; 0 where an id is -1."""
        low, high, bits = self._signed()
        common = np.bitwise_count(low[left] & low[right]) + np.bitwise_count(high[left] & high[right])
        found = 2 * common / np.maximum(bits[left] + bits[right], 1)
        known = (np.asarray(left) >= 0) & (np.asarray(right) >= 0)
        return np.asarray(found * known, np.float32)
