"""Words that a text mentions other than by reading an attribute, and those that the next version of it mentions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from groundstate_grammars.edits import Replacement
from groundstate_grammars.index import defining_words

_MOST_LINES = 8
"""Lines beside a change that are looked at to find one where what was matched before it has ended."""
_NEAR = 200
"""Bytes before and after the start of a line among which another than a space is looked for."""
_GOES_ON = b"=-+*/%@&|^])<>,:"
"""With these a line may belong to what is mentioned above it."""
_LEADS_ON = (b".", b"as", b"for")
"""After these the word that follows is another thing, be it on the next line."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """``counts``: how often each word is mentioned so (``index.defining_words``)."""

    counts: Mapping[bytes, int]

    def __contains__(self, name: str) -> bool:
        return name.encode("utf-8", "surrogateescape") in self.counts

    @classmethod
    def of(cls, data: bytes) -> Mentions:
        return cls(Counter(defining_words(data, 0, len(data))))

    def after(self, old: bytes, new: bytes, change: Replacement) -> Mentions:
        """Those of ``new``, which ``change`` makes of ``old``, whose mentions these are.

        Only the lines about the change are read, where others cannot concern them.
        """
        shift = len(new) - len(old)
        first = _start(old, new, change.start)
        stop = _stop(old, new, change.end, shift)
        if first < 0 or stop < 0:
            return Mentions.of(new)
        counts = dict(self.counts)
        for word in defining_words(old, first, stop):
            if counts[word] == 1:
                del counts[word]
            else:
                counts[word] -= 1
        for word in defining_words(new, first, stop + shift):
            counts[word] = counts.get(word, 0) + 1
        return Mentions(counts)


def _start(old: bytes, new: bytes, at: int) -> int:
    """The start of a line at or above a byte up to which both texts are alike, where a mention may begin; -1: not found."""
    for _ in range(_MOST_LINES):
        at = old.rfind(b"\n", 0, at) + 1
        if not at or (_parts(old, at) and _parts(new, at)):
            return at
        at -= 1
    return -1


def _stop(old: bytes, new: bytes, at: int, shift: int) -> int:
    """The start of a line below a byte from which on both texts are alike, or the end of the text; -1: not found."""
    for _ in range(_MOST_LINES):
        at = old.find(b"\n", at) + 1
        if not at:
            return len(old)
        if _parts(old, at) and _parts(new, at + shift):
            return at
    return -1


def _parts(data: bytes, at: int) -> bool:
    """Whether no mention reaches over the start of a line."""
    before = data[max(at - _NEAR, 0) : at].rstrip()
    after = data[at : at + _NEAR].lstrip()
    return bool(before and after) and not before.endswith(_LEADS_ON) and after[0] not in _GOES_ON
