"""Source text: immutable bytes, and where each byte lies for an editor and for a person.

Everything inside groundstate counts in byte offsets; only the faces speak of lines and characters, and this is the
one place that translates. Lines break at ``\\n``, ``\\r\\n`` and ``\\r`` as LSP says, and nowhere else: a form feed is a
character (``str.splitlines`` disagrees, which is why it is not used here). Bytes that are not UTF-8 are kept; each counts
as one character, as Python's ``surrogateescape`` has it, so text and bytes convert both ways without loss.
"""

from __future__ import annotations

import enum
from bisect import bisect_right
from itertools import accumulate, pairwise
from typing import NamedTuple

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_CHUNK = 1024
"""Bytes between two marks of a text: the most that a look-up decodes beyond the line table."""


class PositionEncoding(enum.Enum):
    """What ``Position.character`` counts: bytes, UTF-16 code units, or code points."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


class Position(NamedTuple):
    """Zero-based line, and zero-based character in the units of a ``PositionEncoding``."""

    line: int
    character: int


def decode(data: bytes) -> str:
    """``data`` as text; a byte that is no UTF-8 becomes one lone surrogate. ``encode`` is the exact inverse."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes of ``text``; raises ``UnicodeEncodeError`` for surrogates that ``decode`` never makes."""
    return text.encode("utf-8", "surrogateescape")


class SourceText:
    """An immutable text and its line table, built in linear time; each look-up is O(log lines + 1024 bytes).

    Offsets that lie outside the text, inside a character or between ``\\r`` and ``\\n`` are moved back to the nearest
    place that is none of these, and so are positions beyond the end of a line or of the text.

    Args:
        data: the text's bytes, unchanged: a byte order mark and invalid UTF-8 are kept.
    """

    __slots__ = ("_marks", "data", "is_ascii", "line_starts")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.is_ascii = data.isascii()
        starts = [0, *accumulate(map(len, data.splitlines(keepends=True)))]  # of bytes: \n, \r\n and \r only
        if len(starts) > 1 and not data.endswith((b"\n", b"\r")):
            starts.pop()
        self.line_starts: list[int] = starts
        self._marks: dict[PositionEncoding, tuple[list[int], list[int]]] = {}

    def __len__(self) -> int:
        """Length in bytes."""
        return len(self.data)

    @property
    def line_count(self) -> int:
        """Number of lines, at least 1; a text that ends in a line break ends in an empty line."""
        return len(self.line_starts)

    def line_of(self, offset: int) -> int:
        """Zero-based line of a byte offset."""
        return bisect_right(self.line_starts, max(0, min(offset, len(self.data)))) - 1

    def line_start(self, line: int) -> int:
        """Byte offset where ``line`` starts; the end of the text for a line past it."""
        if line >= len(self.line_starts):
            return len(self.data)
        return self.line_starts[max(line, 0)]

    def line_end(self, line: int) -> int:
        """Byte offset where ``line`` ends, before its line break."""
        if line + 1 >= len(self.line_starts):
            return len(self.data)
        line = max(line, 0)
        start, end = self.line_starts[line], self.line_starts[line + 1] - 1
        if end > start and self.data[end] == 0x0A and self.data[end - 1] == 0x0D:
            end -= 1
        return end

    def line(self, line: int) -> bytes:
        """The bytes of ``line`` without its line break."""
        return self.data[self.line_start(line) : self.line_end(line)]

    def position(self, offset: int, encoding: PositionEncoding) -> Position:
        """Where a byte offset lies."""
        line = self.line_of(offset)
        start = self.line_starts[line]
        offset = max(start, min(offset, self.line_end(line)))
        if self.is_ascii:
            return Position(line, offset - start)
        offset = self._character_start(offset)
        return Position(line, self._units(start, offset, encoding))

    def offset(self, line: int, character: int, encoding: PositionEncoding) -> int:
        """The byte offset of a position."""
        if line < 0:
            return 0
        if line >= len(self.line_starts):
            return len(self.data)
        start, end = self.line_starts[line], self.line_end(line)
        character = max(character, 0)
        if self.is_ascii:
            return min(start + character, end)
        if encoding is PositionEncoding.UTF8:
            return self._character_start(min(start + character, end))
        if end - start > _CHUNK:
            offsets, counts = self._marks_of(encoding)
            target = self._count(start, encoding) + character
            mark = bisect_right(counts, target) - 1
            if offsets[mark] > start:
                start, character = offsets[mark], target - counts[mark]
            if start >= end:
                return end
            end = min(end, self._chunk_end(start))
        return start + _prefix_length(self.data[start:end], character, encoding)

    def display(self, offset: int) -> tuple[int, int]:
        """One-based line and one-based column in characters, as a person counts; a byte order mark is not counted."""
        line, character = self.position(offset, PositionEncoding.UTF32)
        if line == 0 and character and self.data.startswith(BYTE_ORDER_MARK):
            character -= 1
        return line + 1, character + 1

    def decode(self, start: int = 0, end: int | None = None) -> str:
        """The text of a byte range; see the function ``decode``."""
        return decode(self.data[start:end])

    def _character_start(self, offset: int) -> int:
        """``offset``, or the start of the character it lies inside."""
        data = self.data
        if offset >= len(data):
            return len(data)
        if data[offset] & 0xC0 != 0x80:
            return offset
        for lead in range(offset - 1, max(offset - 4, -1), -1):
            if data[lead] & 0xC0 != 0x80:
                first = decode(data[lead : lead + 4])[0]
                return lead if lead + len(encode(first)) > offset else offset
        return offset  # no lead byte within reach: an invalid byte, a character of its own

    def _chunk_end(self, start: int) -> int:
        """The first mark after ``start``, or the end of the text."""
        after = (start // _CHUNK + 1) * _CHUNK
        boundary = self._character_start(after)
        return boundary if boundary > start else self._character_start(after + _CHUNK)

    def _units(self, start: int, offset: int, encoding: PositionEncoding) -> int:
        """Units of ``encoding`` between two character starts of one line."""
        if encoding is PositionEncoding.UTF8:
            return offset - start
        if offset - start <= _CHUNK:
            return _length(self.data[start:offset], encoding)
        return self._count(offset, encoding) - self._count(start, encoding)

    def _count(self, offset: int, encoding: PositionEncoding) -> int:
        """Units of ``encoding`` before ``offset`` in the whole text."""
        offsets, counts = self._marks_of(encoding)
        mark = bisect_right(offsets, offset) - 1
        return counts[mark] + _length(self.data[offsets[mark] : offset], encoding)

    def _marks_of(self, encoding: PositionEncoding) -> tuple[list[int], list[int]]:
        """Character starts about every ``_CHUNK`` bytes, and the units before each; made when a long line needs them."""
        marks = self._marks.get(encoding)
        if marks is None:
            offsets = [0, *(self._character_start(at) for at in range(_CHUNK, len(self.data), _CHUNK))]
            lengths = (_length(self.data[start:end], encoding) for start, end in pairwise(offsets))
            marks = self._marks[encoding] = (offsets, [0, *accumulate(lengths)])
        return marks


def _length(data: bytes, encoding: PositionEncoding) -> int:
    text = decode(data)
    if encoding is PositionEncoding.UTF32 or data.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _prefix_length(data: bytes, units: int, encoding: PositionEncoding) -> int:
    """Bytes of the longest run of whole characters at the start of ``data`` that has at most ``units`` units."""
    if data.isascii():
        return min(units, len(data))
    text = decode(data)
    if encoding is PositionEncoding.UTF32:
        return len(encode(text[:units]))
    prefix = text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "surrogatepass")
    if (
        prefix and "\ud800" <= prefix[-1] <= "\udbff"
    ):  # half of a pair; a byte that is no UTF-8 never decodes to these
        prefix = prefix[:-1]
    return len(encode(prefix))
