"""Ignore comments: ``# groundstate: ignore``, ``ignore[GS301, wrong-name]``, ``ignore-file`` and ``ignore-file[...]``.

Comments are found in the syntax tree, so text in strings never counts. An ignore holds for findings that start or end
on its line, and for those on a line where no comment can stand (inside a multi-line string or before a backslash) when
it is on the first later line where one can.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from groundstate.documents import Document
from groundstate_grammars.edits import Replacement
from groundstate_grammars.rules import RULE_NAMES, RULES

_IGNORE = re.compile(rb"#\s*groundstate:\s*(ignore-file|ignore)\b(?!-)[ \t]*(\[[^\]]*\]?)?")
_ALL = frozenset(RULES)


@dataclass(frozen=True, slots=True)
class Ignores:
    """``everywhere``: codes ignored in the whole file. ``lines``: codes ignored on a zero-based line."""

    everywhere: frozenset[str]
    lines: Mapping[int, frozenset[str]]

    def covers(self, rule: str, document: Document, start: int, end: int) -> bool:
        """Whether a finding of ``rule`` at a byte range is ignored."""
        if rule in self.everywhere:
            return True
        if not self.lines:
            return False
        source = document.source
        lines = {source.line_of(start), source.line_of(max(start, end - 1))}
        lines |= {_comment_line(document, line) for line in lines}
        return any(rule in self.lines.get(line, ()) for line in lines)


NO_IGNORES = Ignores(frozenset(), {})


def ignores_of(document: Document) -> Ignores:
    """The ignore comments of a document."""
    if b"groundstate:" not in document.data:
        return NO_IGNORES
    everywhere: set[str] = set()
    lines: dict[int, frozenset[str]] = {}
    for start, end in document.comments:
        for match in _IGNORE.finditer(document.data, start, end):
            codes = _codes(match[2])
            if match[1] == b"ignore-file":
                everywhere |= codes
            else:
                line = document.source.line_of(start)
                lines[line] = lines.get(line, frozenset()) | codes
    return Ignores(frozenset(everywhere), lines)


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


def _codes(bracket: bytes | None) -> frozenset[str]:
    if bracket is None:
        return _ALL
    names = {name.strip() for name in bracket.strip(b"[]").decode("utf-8", "replace").split(",")}
    known = {RULE_NAMES[name].code for name in names if name in RULE_NAMES}
    return frozenset(known | {name.upper() for name in names if name.upper() in RULES})


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
