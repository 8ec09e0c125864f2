"""The statement around a change as a file of its own: where a text does not parse, all that has to be read of it."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace

from groundstate.findings import Finding
from groundstate_grammars.edits import Replacement, apply_replacements
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.parsed import ParsedFile, parse
from groundstate_grammars.tree import FlatTree

_LINE_NUMBER = re.compile(r"\bline (\d+)")


@dataclass(frozen=True, slots=True)
class StatementAlone:
    """The statement around a change as a file of its own, with the change made.

    The statement is the innermost one in the body of the module or of classes; those that the change spans, if there are
    more. ``by``, ``lines``: bytes and lines that the statement stands further on in its file.
    """

    file: ParsedFile
    by: int
    lines: int

    @classmethod
    def around(cls, file: ParsedFile, change: Replacement) -> StatementAlone:
        flat, block, indent = file.flat, 0, b""
        while True:
            statements = flat.children(block)
            first = max(bisect_right(statements, change.start, key=flat.start.__getitem__) - 1, 0)
            touched = [node for node in statements[first:] if flat.start[node] <= change.end]
            inner = _class_body(flat, touched[0]) if len(touched) == 1 else -1
            if inner < 0 or flat.start[inner] > change.start:
                break
            block, start = inner, flat.start[inner]
            indent = file.data[file.data.rfind(b"\n", 0, start) + 1 : start]
            indent = b" " if indent.strip() else indent
        start = min([change.start, *(flat.start[node] for node in touched)])
        end = max([change.end, *(flat.end[node] for node in touched)])
        head = b"class _:\n" if block else b""
        by = start - len(head + indent)
        text = head + indent + file.data[start:end]
        moved = Replacement(change.start - by, change.end - by, change.new)
        lines = file.data.count(b"\n", 0, start) - head.count(b"\n")
        return cls(parse(apply_replacements(text, [moved])), by, lines)

    def placed(self, finding: Finding) -> Finding:
        """What is found of a syntax error, which has no repairs, where it is in the file."""
        message = _LINE_NUMBER.sub(lambda line: f"line {int(line[1]) + self.lines}", finding.message)
        return replace(finding, start=finding.start + self.by, end=finding.end + self.by, message=message)


def _class_body(flat: FlatTree, statement: int) -> int:
    """The body of a class definition, decorated or not; -1 of any other statement."""
    if flat.kind[statement] == py.DECORATED_DEFINITION:
        statement = flat.child_by_field(statement, py.FIELD_DEFINITION)
    return (
        flat.child_by_field(statement, py.FIELD_BODY) if flat.kind[statement] == py.CLASS_DEFINITION else -1
    )
