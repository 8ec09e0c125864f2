"""Texts with marks in, violations out: ``[[GS102 nmae]]`` marks what must be found, and nothing else may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from groundstate_energy.terms import Violation, hard_violations
from groundstate_grammars.edits import apply_replacements
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.syntax import LANGUAGE
from groundstate_grammars.tree import SyntaxTree

_MARK = re.compile(r"\[\[(GS\d+) (.*?)\]\]", re.DOTALL)


def parsed(text: str | bytes) -> ParsedFile:
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    return ParsedFile(SyntaxTree(LANGUAGE, data))


def check(marked: str, folder: Path | None = None, files: Mapping[str, str] | None = None) -> list[Violation]:
    """Assert that exactly the marked places of ``marked`` are found; return what was found, in text order.

    ``files``: other files of the workspace ``folder``, by path.
    """
    text, expected = _unmarked(dedent(marked))
    path = None
    if folder is not None:
        for name, content in (files or {}).items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(dedent(content), "utf-8")
        path = folder / "main.py"
        path.write_text(text, "utf-8")
    found = hard_violations(parsed(text), ProjectIndex(folder), path)
    data = text.encode()
    shown = [(item.rule, item.start, data[item.start : item.end].decode()) for item in found]
    assert shown == expected, [item.message for item in found]
    return found


def repaired(text: str, violation: Violation) -> list[str]:
    """The text after each repair of a violation."""
    data = dedent(text).encode()
    return [apply_replacements(data, repair.replacements).decode() for repair in violation.repairs]


def unmarked(marked: str) -> str:
    return _unmarked(dedent(marked))[0]


def _unmarked(marked: str) -> tuple[str, list[tuple[str, int, str]]]:
    """The text without its marks, and (rule, byte offset, text) of each, in text order."""
    parts: list[str] = []
    expected: list[tuple[str, int, str]] = []
    position = 0
    for match in _MARK.finditer(marked):
        parts.append(marked[position : match.start()])
        expected.append((match[1], len("".join(parts).encode()), match[2]))
        parts.append(match[2])
        position = match.end()
    parts.append(marked[position:])
    return "".join(parts), expected
