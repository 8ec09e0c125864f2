"""The one line that a block fails for, where it is one: then nearly all repairs are judged by that line alone.

A text that is being typed fails after every second letter, and parsing a line is a hundred times as fast as parsing the
function around it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundstate_energy.terms.python_parser import TOKEN, parses
from groundstate_grammars.edits import Replacement, apply_replacements
from groundstate_grammars.python.brackets import CLOSING

_CLOSED = frozenset(CLOSING.values())
_LONE_QUOTES = frozenset((b'"', b"'"))
_CONTINUES = frozenset((b"else", b"elif", b"except", b"finally", b"case", b"@"))
"""First tokens of lines that belong to a statement before or after them."""
_ACROSS_LINES = re.compile(rb"\"\"\"|'''|\\\s*$|\r", re.MULTILINE)
"""What makes a line go on in the next."""


class FailingLine:
    """The line of a block that fails, if that line fails alone and the block parses with ``pass`` in its place.

    Args:
        prefix: what must precede the block for it to stand alone.
        block: its text.
        at: byte offset of the failure in it.
    """

    def __init__(self, prefix: bytes, block: bytes, at: int) -> None:
        self._block = block
        self._start, self._stop = _line_around(block, at)
        line = block[self._start : self._stop]
        tokens = _tokens(line)
        self._is_alone = (
            bool(tokens)
            and tokens[0] not in _CONTINUES
            and _ACROSS_LINES.search(line) is None
            and _is_closed(tokens)
            and not parses(line.strip() + b"\n")
            and parses(prefix + block[: self._start] + _indent(line) + b"pass" + block[self._stop :])
        )

    def parses_with(self, repair: Replacement) -> bool | None:
        """Whether the block parses after ``repair``, whose offsets are the block's; None: only parsing it all tells."""
        start, stop = _line_around(self._block, repair.start)
        if not self._is_alone or repair.end > stop or b"\n" in repair.new:
            return None
        line = self._block[start:stop]
        inside = Replacement(repair.start - start, repair.end - start, repair.new)
        repaired = apply_replacements(line, (inside,))
        if _ACROSS_LINES.findall(repaired) != _ACROSS_LINES.findall(line):
            return None
        if start != self._start:
            # All brackets around it are closed, so one more or less leaves the block with one that is not; anything else
            # leaves a whole line that fails where it stands.
            return False
        tokens = _tokens(repaired)
        if not tokens or tokens[0] in _CONTINUES or _indent(line) != _indent(repaired):
            return None
        # No line below is indented further, or ``pass`` could not stand here.
        return tokens[-1] != b":" and _is_closed(tokens) and parses(repaired.strip() + b"\n")


def _line_around(text: bytes, at: int) -> tuple[int, int]:
    """Where the line around ``at`` starts and ends, without its end of line."""
    stop = text.find(b"\n", at)
    return text.rfind(b"\n", 0, at) + 1, len(text) if stop < 0 else stop


def _indent(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip(b" \t\f"))]


def _tokens(line: bytes) -> list[bytes]:
    return [word for word in TOKEN.findall(line) if not word.startswith(b"#")]


def _is_closed(tokens: Sequence[bytes]) -> bool:
    """Whether all brackets and quotes of a line have their other end in it."""
    open_brackets: list[bytes] = []
    for word in tokens:
        if word in CLOSING:
            open_brackets.append(CLOSING[word])
        elif word in _CLOSED:
            if not open_brackets or open_brackets.pop() != word:
                return False
        elif word in _LONE_QUOTES:
            return False
    return not open_brackets
