"""A text that does not parse, as it was perhaps meant: what a file still says to others is read from that.

An error seldom stays where it is: after an open bracket methods are functions, and keywords of calls are variables. So
brackets are closed where their statement seems to end, those that close nothing go, and a header gets the colon that it
lacks. What is broken in another way is left for the parser to recover from.
"""

from __future__ import annotations

import re

from groundstate_grammars.edits import Replacement, apply_replacements
from groundstate_grammars.python.brackets import CLOSING

_TOKEN = re.compile(
    rb"(?P<keyword>[A-Za-z_\x80-\xff][\w\x80-\xff]*=(?!=))|[A-Za-z_\x80-\xff][\w\x80-\xff]*"
    rb"|(?P<long>\"\"\"|''')(?:\\.|(?!(?P=long)).)*(?P=long)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    rb"|(?P<unended>[\"'][^\n]*)|\.\.\.|(?P<operator>[-+*/%&|^=<>!@~.]+)"
    rb"|(?P<blank>[^\S\n]+|\\\r?\n|\#[^\n]*)|(?P<line>\n)|.",
    re.DOTALL,
)
_LINE = re.compile(rb"([ \t\f]*)(\w+|[^\s#])?")
_CLOSERS = frozenset(CLOSING.values())
_STARTS = frozenset(
    b"assert break class continue def del elif except finally global import nonlocal pass raise return try while "
    b"with".split()
)
"""Words that nothing but a statement starts with."""
_HEADS = frozenset(b"async class def elif else except finally for if try while with".split())
_MOST_LINES = 200
"""Lines that are looked through for the end of a bracket after one where its statement may have ended."""
_MOST_OPEN = 20
"""Statements whose brackets are closed; what has more is another language or a joke, and reading on is quadratic."""


def mended(data: bytes) -> bytes:
    """``data`` with its brackets closed or gone, its headers and strings ended and no operator at the end of a statement;
    as it is where none of these is amiss."""
    edits: list[Replacement] = []
    start = are_open = 0
    while start < len(data) and are_open < _MOST_OPEN:
        statement = _Statement(data, start, len(data))
        if statement.open:
            are_open += 1
            statement = _Statement(data, start, statement.likely_stop or statement.stop)
        edits += statement.mending()
        start = statement.stop
    return apply_replacements(data, edits)


class _Statement:
    """A statement as its brackets and line ends have it; a line that ends in a comma is not its last.

    Attributes:
        stop: where the next statement starts.
        open: what would close its brackets, outermost first; nothing when it ends by itself.
        likely_stop: the first line in its brackets that is indented no deeper than it or follows a colon that would end its
            header, or 0.
    """

    def __init__(self, data: bytes, start: int, stop: int) -> None:
        self.stop = stop
        self.open: list[bytes] = []
        self.likely_stop = 0
        self._data = data
        self._indent, self._head = _line(data, start)
        self._last, self._end = b"", start
        """Its last token and where that ends."""
        self._edits: list[Replacement] = []
        self._keywords: list[tuple[Replacement, bool]] = []
        """Names before ``=`` that stand outside of parentheses, each gone; whether in other brackets."""
        self._lacks_opener = False
        self._is_ended = False
        """Whether a colon stands in it outside of brackets."""
        self._operator: Replacement | None = None
        """Its last token gone, where that is an operator."""
        lines_left = _MOST_LINES
        at = start
        while at < stop:
            found = _TOKEN.match(data, at, stop)
            assert found is not None
            at = found.end()
            if found.lastgroup == "line":
                lines_left -= self.likely_stop > 0
                if self._ends_before(at) or lines_left == 0:
                    self.stop = at
                    return
            elif found.lastgroup != "blank":
                self._add(found)

    def mending(self) -> list[Replacement]:
        """What mends it."""
        edits = self._edits
        if edits or self.open:
            edits += (item for item, is_inside in self._keywords if is_inside or self._lacks_opener)
        ending = b"".join(reversed(self.open))
        end = self._end
        if self._operator is not None:
            edits.append(self._operator)
        if self._head in _HEADS:
            if self._last == b":":
                end -= 1
            elif not self._is_ended:
                ending += b":"
        return [*edits, Replacement(end, end, ending)] if ending else edits

    def _ends_before(self, at: int) -> bool:
        """Whether a new statement starts in the line at ``at``."""
        if not self.open and self._last != b",":
            return True
        indent, first = _line(self._data, at)
        is_shallow = indent <= self._indent and first not in (b"", *_CLOSERS)
        is_body = self._head in _HEADS and self._last == b":"
        if self.open and not self.likely_stop and (is_shallow or is_body):
            self.likely_stop = at
        return first in _STARTS

    def _add(self, found: re.Match[bytes]) -> None:
        """Look at one more token."""
        token, start, end = found[0], found.start(), found.end()
        if found.lastgroup == "unended":
            self._edits.append(Replacement(start, end, b'""' if self._last else b""))
            if not self._last:
                return
        if token in _CLOSERS:
            if token not in self.open:
                self._edits.append(Replacement(start, end, b""))
                self._lacks_opener = True
                return
            inner = b""
            while (closer := self.open.pop()) != token:
                inner += closer
            if inner:
                self._edits.append(Replacement(self._end, self._end, inner))
        elif token in CLOSING:
            self.open.append(CLOSING[token])
        elif found.lastgroup == "keyword" and self.open[-1:] != [b")"]:
            self._keywords.append((Replacement(start, end, b""), bool(self.open)))
        elif token == b":" and not self.open:
            self._is_ended = True
        is_operator = found.lastgroup == "operator" and self._head != b"from"
        self._operator = Replacement(start, end, b"") if is_operator else None
        self._last, self._end = token, end


def _line(data: bytes, at: int) -> tuple[int, bytes]:
    """The indentation of the line at ``at``, and the first word or character of its code."""
    found = _LINE.match(data, at)
    assert found is not None
    return len(found[1].expandtabs()), found[2] or b""
