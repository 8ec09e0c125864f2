"""How often short runs of lexical texts occur, in a file (exactly) and in the training corpus (hashed).

Code repeats itself: what stands left and right of a name elsewhere is the cheapest context there is. Five neighbourhoods
of a token are counted: with the token before, with the token after, with the one two before, with the one two after, and
with both neighbours at once.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

SLOTS = 1 << 23
"""Slots of the corpus table. One hash and one byte a slot: collisions add a little noise to a logarithm."""
NEIGHBOURHOODS = 5
_SKIP = np.int64(1 << 61)
_TRIPLE = np.int64(1 << 62)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_LEFT, _RIGHT, _SCATTER = _SPREAD, np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0xBF58476D1CE4E5B9)
_TWICE_LEFT = np.uint64(2 * int(_LEFT) & (1 << 64) - 1)
_TURN, _SLOT_SHIFT = np.uint64(29), np.uint64(41)
_ONE, _TWO, _THREE, _FOUR = (np.uint64(salt) for salt in range(1, 5))


@dataclass(frozen=True, slots=True)
class Around:
    """The lexicon ids, below 2**20, of the two tokens before and the two after each of some places, ``(places,)``."""

    before2: Ids
    before: Ids
    after: Ids
    after2: Ids

    def keys(self, place: NDArray[np.integer], text: Ids) -> Ids:
        """Exact keys of the five neighbourhoods of texts at places, ``(5, n)``."""
        parts = (
            self.before << 20,
            self.after,
            _SKIP | (self.before2 << 20),
            _SKIP | self.after2,
            _TRIPLE | (self.before << 40) | self.after,
        )
        found = np.stack(parts).take(place, 1)
        found[0:3:2] |= text
        text = text << 20
        found[1:4:2] |= text
        found[4] |= text
        return found

    def slots(self, hashes: NDArray[np.uint64], place: NDArray[np.integer], text: Ids) -> NDArray[np.int64]:
        """Slots of the five neighbourhoods of texts at places in the corpus table, ``(5, n)``. ``hashes``: of texts."""
        before, after = hashes[self.before], hashes[self.after] * _RIGHT
        parts = (
            (before + _ONE) * _LEFT,
            after + _LEFT,
            (hashes[self.before2] + _TWO) * _LEFT,
            hashes[self.after2] * _RIGHT + _TWICE_LEFT,
            (before + _THREE) * _LEFT,
        )
        hashed = hashes[text]
        found = np.stack(parts).take(place, 1)
        found[1:4:2] += hashed * _LEFT
        hashed *= _RIGHT
        found[0:5:2] += hashed
        found ^= found >> _TURN
        found *= _SCATTER
        triple = found[4]
        triple += _FOUR
        triple *= _LEFT
        triple += after[place]
        triple ^= triple >> _TURN
        triple *= _SCATTER
        found >>= _SLOT_SHIFT
        return found.view(np.int64)


def keys_of(lex: Ids) -> Ids:
    """Keys of every pair, pair with a gap, and triple of a token sequence, sorted."""
    pairs = (lex[:-1] << 20) | lex[1:]
    gaps = _SKIP | (lex[:-2] << 20) | lex[2:]
    triples = _TRIPLE | (lex[:-2] << 40) | (lex[1:-1] << 20) | lex[2:]
    return np.sort(np.concatenate([pairs, gaps, triples]))


def occurrences(sorted_keys: Ids, keys: Ids) -> NDArray[np.int64]:
    """How often each key is in ``sorted_keys``."""
    return np.searchsorted(sorted_keys, keys, "right") - np.searchsorted(sorted_keys, keys, "left")


class KeyCounts:
    """The keys of a whole file counted, to be asked for thousands of others.

    A table has a place for each key by a hash of it. Keys whose place is another's are looked for by binary search.
    """

    def __init__(self, keys: Ids) -> None:
        """``keys``: sorted."""
        first = np.ones(len(keys), np.bool_)
        first[1:] = keys[1:] != keys[:-1]
        starts = np.flatnonzero(first)
        # Number 0 stands for no key.
        self._keys = np.concatenate([[-1], keys[starts]]).astype(np.int64)
        self._counts = np.diff(starts, prepend=0, append=len(keys)).astype(np.int32)
        self._counts[0] = 0
        bits = max((4 * len(starts)).bit_length(), 8)
        self._shift = np.uint64(64 - bits)
        self._table = np.zeros(1 << bits, np.int32)
        places, numbers = self._places(self._keys[1:]), np.arange(1, len(starts) + 1, dtype=np.int32)
        self._table[places] = numbers
        crowded = places[self._table[places] != numbers]
        self._table[crowded] = -np.abs(self._table[crowded])

    def _places(self, keys: Ids) -> NDArray[np.int64]:
        hashed = keys.view(np.uint64) * _SPREAD
        hashed >>= self._shift
        return hashed.view(np.int64)

    def of(self, keys: Ids) -> NDArray[np.int32]:
        """How often each of ``keys``, ``(n,)``, is among them."""
        there = self._table[self._places(keys)]
        number = np.abs(there)
        same = self._keys[number] == keys
        found: NDArray[np.int32] = self._counts[number] * same
        there[same] = 0
        missed = np.flatnonzero(there < 0)
        if len(missed):
            at = np.minimum(np.searchsorted(self._keys, keys[missed]), len(self._keys) - 1)
            found[missed] = self._counts[at] * (self._keys[at] == keys[missed])
        return found


def text_hashes(texts: list[str]) -> NDArray[np.uint64]:
    """A 32-bit hash of each text; negative numbers and strings are texts like others."""
    hashes = (zlib.crc32(text.encode("utf-8", "surrogatepass")) for text in texts)
    return np.fromiter(hashes, np.uint64, len(texts))


def slots_of(hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Distinct slots of all pairs, pairs with a gap and triples of a token sequence."""
    pairs = _slot(hashes[:-1], hashes[1:], 1)
    gaps = _slot(hashes[:-2], hashes[2:], 2)
    triples = _slot(_mixed(hashes[:-2], hashes[1:-1], 3), hashes[2:], 4)
    return np.unique(np.concatenate([pairs, gaps, triples]))


def _mixed(left: NDArray[np.uint64], right: NDArray[np.uint64], salt: int) -> NDArray[np.uint64]:
    value = (left + np.uint64(salt)) * _LEFT + right * _RIGHT
    value ^= value >> _TURN
    return value * _SCATTER


def _slot(left: NDArray[np.uint64], right: NDArray[np.uint64], salt: int) -> NDArray[np.int64]:
    return (_mixed(left, right, salt) >> _SLOT_SHIFT).astype(np.int64)


class CorpusTable:
    """Number of files with an n-gram, on a logarithmic scale: slot value v stands for about 2**(v/16) − 1 files."""

    def __init__(self, values: NDArray[np.uint8]) -> None:
        if values.shape != (SLOTS,) or values.dtype != np.uint8:
            raise ValueError(f"a corpus table has {SLOTS} bytes")
        self.values = values

    @classmethod
    def empty(cls) -> CorpusTable:
        return cls(np.zeros(SLOTS, np.uint8))

    @classmethod
    def load(cls, path: Path) -> CorpusTable:
        """Read a table. Raises ``OSError``, ``KeyError`` or ``ValueError`` when it is none."""
        with np.load(path) as stored:
            return cls(stored["values"])

    @classmethod
    def from_counts(cls, counts: NDArray[np.int32]) -> CorpusTable:
        return cls(np.minimum(np.round(16 * np.log2(counts + 1.0)), 255).astype(np.uint8))

    def logs(self, slots: NDArray[np.int64]) -> NDArray[np.float32]:
        """log(1 + files) of each slot."""
        return self.values[slots].astype(np.float32) * np.float32(np.log(2) / 16)
