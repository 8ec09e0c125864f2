"""The edit that ignores a rule in a whole file."""

from __future__ import annotations

import re

from groundstate.documents import Document
from groundstate.ignores import ignores_of
from groundstate_grammars.edits import Replacement
from groundstate_grammars.text import BYTE_ORDER_MARK

_HEAD = re.compile(rb"#!|[ \t\f]*#.*coding[:=]")
"""Lines that must stay the first of a file: how it is started, and its encoding (PEP 263)."""


def ignore_file_replacements(document: Document, rule: str) -> tuple[Replacement, ...]:
    """The edit that makes ``rule`` ignored in the file; empty where it already is.

    A comment that ignores rules in the file is extended; otherwise a line is added before all but a shebang and an
    encoding comment.
    """
    comments = [item for item in ignores_of(document).comments if item.line is None]
    if any(rule in item.codes for item in comments):
        return ()
    for item in comments:
        if item.names is not None and document.data[item.end - 1 : item.end] == b"]":
            start = item.names[-1][2] if item.names else item.end - 1
            listed = f", {rule}" if item.names else rule
            return (Replacement(start, start, listed.encode()),)
    source = document.source
    newline = b"\r\n" if source.data[source.line_end(0) :].startswith(b"\r\n") else b"\n"
    comment = f"# groundstate: ignore-file[{rule}]".encode()
    line, start = 0, len(BYTE_ORDER_MARK) if source.data.startswith(BYTE_ORDER_MARK) else 0
    while line < 2 and _HEAD.match(source.data[start : source.line_end(line)]):
        line += 1
        if line == source.line_count:
            return (Replacement(len(source), len(source), newline + comment),)
        start = source.line_start(line)
    return (Replacement(start, start, comment + newline),)
