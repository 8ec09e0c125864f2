"""Names like a given one, among many: those of a project, or those that libraries are known to have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from groundstate_grammars.lexicon import (
    Signatures,
    alike,
    bigram_signature,
    bigram_signatures,
    signatures_of,
    similar_pairs,
)

_FEW = 1_000
"""Names of a set whose signatures are taken from those remembered: a file's own, or those of a library's class."""


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
        self._signatures: Signatures | None = None
        self._answers: dict[tuple[str, int, float], tuple[str, ...]] = {}

    def like(self, text: str, limit: int, least: float) -> tuple[str, ...]:
        """At most ``limit`` other names whose Dice similarity with ``text`` is at least ``least``, the most similar first;
        of equally similar ones those that come first in ``names``."""
        found = self._answers.get((text, limit, least))
        if found is None:
            self.look_for((text,), limit, least)
            found = self._answers[text, limit, least]
        return found

    def look_for(self, texts: Iterable[str], limit: int, least: float) -> None:
        """Answer at once what ``like`` will be asked of some texts."""
        answers = self._answers
        new = [text for text in texts if (text, limit, least) not in answers]
        if new:
            place, similar, ends = alike(self._asked(), signatures_of(new), least)
            questions = [(self, text) for text in new]
            _answer(questions, place, similar, ends, limit, least)

    def similarities(self, text: str) -> NDArray[np.float32]:
        """Dice similarity of ``text`` with each name that is asked, ``(names,)``."""
        lows, highs, bits = self._asked()
        low, high = bigram_signature(text)
        common = np.bitwise_count(lows & np.uint64(low)) + np.bitwise_count(highs & np.uint64(high))
        found: NDArray[np.float32] = 2 * common / (bits + np.float32(low.bit_count() + high.bit_count()))
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
            bits = np.insert(bits, at, np.float32(low.bit_count() + high.bit_count()))
        other = SimilarNames(names, self._most)
        other._signatures = (lows, highs, bits)
        if self._most is None or max(len(names), len(self.names)) <= self._most:
            other._answers = {
                question: answer
                for question, answer in self._answers.items()
                if not any(_alike(question[0], name, question[2]) for name in changed)
            }
        return other

    def _asked(self) -> Signatures:
        """``_signed`` of the names that are asked."""
        (low, high, bits), most = self._signed(), self._most
        return low[:most], high[:most], bits[:most]

    def _signed(self) -> Signatures:
        """Both halves of the signatures of all names, and the number of bits of each."""
        if self._signatures is None:
            if len(self.names) <= _FEW:
                self._signatures = signatures_of(self.names)
            else:
                low, high = bigram_signatures(self.names)
                bits = np.bitwise_count(low) + np.bitwise_count(high)
                self._signatures = (low, high, bits.astype(np.float32))
        return self._signatures


def look_for_each(questions: Iterable[tuple[SimilarNames, str]], limit: int, least: float) -> None:
    """Answer at once what ``like`` of some sets of names, which are small, will be asked."""
    new = [(names, text) for names, text in questions if (text, limit, least) not in names._answers]
    if new:
        sets = [names._asked() for names, _ in new]
        low, high, bits = (np.concatenate([one[part] for one in sets]) for part in range(3))
        bounds = np.cumsum([0, *(len(one[0]) for one in sets)])
        asked = signatures_of([text for _, text in new])
        place, similar, ends = similar_pairs((low, high, bits), asked, bounds, least)
        _answer(new, place - np.repeat(bounds[:-1], np.diff(ends)), similar, ends.tolist(), limit, least)


def _answer(
    questions: Sequence[tuple[SimilarNames, str]],
    place: NDArray[np.intp],
    similar: NDArray[np.float32],
    ends: list[int],
    limit: int,
    least: float,
) -> None:
    """Remember answers. ``place``, ``similar``: of the names that are similar enough, question after question; ``ends``:
    where those of each begin and end."""
    number = np.repeat(np.arange(len(questions)), np.diff(ends))
    best = place[np.lexsort((-similar, number))].tolist()
    for (asked, text), (first, stop) in zip(questions, pairwise(ends), strict=True):
        names = asked.names
        others = [names[i] for i in best[first : min(first + limit + 1, stop)] if names[i] != text]
        asked._answers[text, limit, least] = tuple(others[:limit])


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
