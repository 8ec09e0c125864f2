"""The lines of a docstring, each with the bytes it stands on in the file."""

from __future__ import annotations

from dataclasses import dataclass

from groundstate_grammars.python.contracts.definitions import Definition


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``start``, ``end``: its bytes without the line break. ``is_literal``: the file's bytes are the text."""

    text: str
    start: int
    end: int
    is_literal: bool

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip())

    def part(self, first: int, last: int) -> tuple[int, int]:
        """The byte range of the characters ``first`` to ``last`` of the text."""
        start = self.start + len(self.text[:first].encode("utf-8", "replace"))
        return start, start + len(self.text[first:last].encode("utf-8", "replace"))


def docstring_lines(defined: Definition) -> list[Line]:
    """The lines of a definition's docstring; none without one.

    A line with an escape in a docstring that is not raw is not literal: what stands there is not what Python reads.
    """
    flat = defined.flat
    string = defined.docstring
    if string < 0:
        return []
    opening, closing = string + 1, flat.children(string)[-1]
    is_raw = flat.text(opening)[:1] in b"rR"
    position, stop = flat.end[opening], flat.start[closing]
    lines = []
    while position <= stop:
        end = flat.data.find(b"\n", position, stop)
        end = stop if end < 0 else end
        data = flat.data[position:end].removesuffix(b"\r")
        text = data.decode("utf-8", "replace")
        lines.append(Line(text, position, position + len(data), is_raw or b"\\" not in data))
        position = end + 1
    return lines
