"""Ignore comments: ``# groundstate: ignore``, ``ignore[GS301, wrong-name]``, ``ignore-file`` and ``ignore-file[...]``.

Comments are found in the syntax tree, so text in strings never counts. An ignore holds for findings that start or end
on its line, and for those on a line where no comment can stand (inside a multi-line string or before a backslash) when
it is on the first later line where one can.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from groundstate.documents import Document
from groundstate_grammars.edits import Replacement
from groundstate_grammars.rules import RULE_NAMES, RULES

_IGNORE = re.compile(rb"#\s*groundstate:\s*(ignore-file|ignore)\b(?!-)[ \t]*(\[[^\]]*\]?)?")
_NAME = re.compile(rb"[^\s,\[\]]+")
_ALL = frozenset(RULES) - {"GS901"}
"""What a comment without a list hides: not that it hides nothing."""


@dataclass(frozen=True, slots=True)
class IgnoreComment:
    """One ignore. ``line``: the zero-based line it holds for, None for the whole file.

    ``names``: the rules it lists, each with its byte range, or None where it lists none and stands for all.
    """

    start: int
    end: int
    line: int | None
    names: tuple[tuple[str, int, int], ...] | None

    @property
    def codes(self) -> frozenset[str]:
        """Codes of the rules it stands for; what it lists and is no rule has none."""
        if self.names is None:
            return _ALL
        return frozenset(code for name, _, _ in self.names if (code := code_of(name)) is not None)


@dataclass(frozen=True, slots=True)
class Ignores:
    """The ignore comments of a document, in text order."""

    comments: tuple[IgnoreComment, ...]

    def hiding(self, rule: str, document: Document, start: int, end: int) -> list[IgnoreComment]:
        """The comments that hide a finding of ``rule`` at a byte range."""
        if not self.comments:
            return []
        source = document.source
        lines = {source.line_of(start), source.line_of(max(start, end - 1))}
        lines |= {_comment_line(document, line) for line in lines}
        return [
            item for item in self.comments if (item.line is None or item.line in lines) and rule in item.codes
        ]

    def covers(self, rule: str, document: Document, start: int, end: int) -> bool:
        """Whether a finding of ``rule`` at a byte range is ignored."""
        return bool(self.hiding(rule, document, start, end))


NO_IGNORES = Ignores(())


def code_of(name: str) -> str | None:
    """The code of a rule from its code, in any case, or its name; None when there is no such rule."""
    if name in RULE_NAMES:
        return RULE_NAMES[name].code
    return name.upper() if name.upper() in RULES else None


def ignores_of(document: Document) -> Ignores:
    """The ignore comments of a document."""
    if b"groundstate:" not in document.data:
        return NO_IGNORES
    found = []
    for start, end in document.comments:
        for match in _IGNORE.finditer(document.data, start, end):
            names = None
            if match[2] is not None:
                listed = _NAME.finditer(document.data, *match.span(2))
                names = tuple((item[0].decode("utf-8", "replace"), *item.span()) for item in listed)
            line = None if match[1] == b"ignore-file" else document.source.line_of(start)
            found.append(IgnoreComment(*match.span(), line, names))
    return Ignores(tuple(found))


def ignore_replacements(document: Document, places: Iterable[tuple[str, int]]) -> tuple[Replacement, ...]:
    """The edits that make findings ignored; empty where they already are.

    An ignore comment on the line is extended; otherwise one is added where the line ends, or at the next line end
    where a comment can stand.

    Args:
        places: the code of the rule and the byte where the finding starts, for each finding.
    """
    ignores = ignores_of(document)
    wanted: dict[int, list[str]] = {}
    for rule, start in places:
        if not ignores.covers(rule, document, start, start):
            rules = wanted.setdefault(_comment_line(document, document.source.line_of(start)), [])
            if rule not in rules:
                rules.append(rule)
    return tuple(_comment(document, line, rules) for line, rules in sorted(wanted.items()))


def _comment(document: Document, line: int, rules: Sequence[str]) -> Replacement:
    """The edit that ignores ``rules`` on a line where a comment can stand."""
    source, listed = document.source, ", ".join(rules).encode()
    line_start, line_end = source.line_start(line), source.line_end(line)
    for comment_start, comment_end in document.comments:
        if not line_start <= comment_start < line_end:
            continue
        for match in _IGNORE.finditer(document.data, comment_start, comment_end):
            if match[1] == b"ignore" and match[2] and match[2].endswith(b"]"):
                inside = match[2][1:-1].strip()
                separator = b", " if inside and not inside.endswith(b",") else b""
                return Replacement(match.end(2) - 1, match.end(2) - 1, separator + listed)
    stripped = len(document.data[line_start:line_end].rstrip())
    return Replacement(line_start + stripped, line_end, b"  # groundstate: ignore[" + listed + b"]")


def _comment_line(document: Document, line: int) -> int:
    """The first line from ``line`` on whose end is neither inside a string nor after a continuation backslash."""
    source = document.source
    while line + 1 < source.line_count:
        line_end = source.line_end(line)
        string = _range_at(document.multiline_strings, line_end)
        if string is not None:
            line = source.line_of(string[1])
        elif source.line(line).endswith(b"\\") and _range_at(document.comments, line_end - 1) is None:
            line += 1
        else:
            break
    return line


def _range_at(ranges: Sequence[tuple[int, int]], offset: int) -> tuple[int, int] | None:
    """The range that holds the byte at ``offset``, among sorted ranges that do not overlap."""
    found = bisect_right(ranges, (offset, sys.maxsize)) - 1
    return ranges[found] if found >= 0 and offset < ranges[found][1] else None
