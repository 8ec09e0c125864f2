"""Text in, clauses out: each clause as one line that a test can compare."""

from __future__ import annotations

from textwrap import dedent

from groundstate_grammars.python.contracts.clauses import Clause, FunctionContracts
from groundstate_grammars.python.contracts.reading import read_contracts
from groundstate_grammars.python.parsed import parse


def read(text: str) -> dict[str, FunctionContracts]:
    """The contracts of each function by qualified name."""
    return {function.qualname: function for function in read_contracts(parse(dedent(text).encode()).flat)}


def shown(text: str) -> dict[str, list[str]]:
    """For each function its clauses as ``kind: expression``, and what was not read as ``unread: reason``."""
    data = dedent(text).encode()
    found = {}
    for name, function in read(text).items():
        for clause in function.clauses:
            expression = clause.expression
            if expression is not None and not expression.is_detached:
                assert data[expression.start : expression.end].decode() == expression.text
        found[name] = [_line(clause) for clause in function.clauses]
        found[name].extend(f"unread: {unread.reason}" for unread in function.unread)
    return found


def marked(text: str) -> list[str]:
    """The bytes that each clause marks."""
    data = dedent(text).encode()
    return [
        data[clause.start : clause.end].decode()
        for function in read(text).values()
        for clause in function.clauses
    ]


def _line(clause: Clause) -> str:
    parts = [f"{clause.kind.value}:"]
    if clause.annotation:
        parts.append(clause.annotation)
    if clause.expression is not None:
        parts.append(clause.expression.text)
    if clause.exceptions:
        parts.append("raises " + ", ".join(clause.exceptions))
    if clause.expected:
        parts.append(f"gives {clause.expected}")
    if clause.message:
        parts.append(f"({clause.message})")
    return " ".join(parts)
