"""Doctests: each example of a docstring that is a call is a claim about one point."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import Clause, ClauseKind, Expression, Syntax
from groundstate_grammars.python.contracts.definitions import ContractFile, Definition, identifiers
from groundstate_grammars.python.contracts.docstrings import Line, docstring_lines
from groundstate_grammars.python.contracts.expressions import parsed_expression

_PROMPT = re.compile(r"(\s*)>>>(?: (.*)|$)")
_CONTINUED = re.compile(r"(\s*)\.\.\.(?: (.*)|$)")
_DIRECTIVE = re.compile(r"#\s*doctest:\s*(.*)$")
_RAISED = re.compile(r"(\w[\w.]*)(?::.*)?$")


@dataclass(slots=True)
class _Example:
    source: str
    start: int
    end: int
    is_literal: bool
    want: list[str] = field(default_factory=list)


def doctest_clauses(file: ContractFile, function: Definition) -> Iterator[Clause]:
    """The examples in ``function``'s docstring that call it by name and show one line, or the exception that they raise.

    Examples with directives, more lines or escapes are left out: they claim less than equality, or something else.
    """
    setup: list[str] = []
    for example in _examples(docstring_lines(function)):
        source = _DIRECTIVE.sub("", example.source).strip()
        if source != example.source.strip() or not example.is_literal:
            continue
        parsed = parsed_expression(source)
        if parsed is None or parsed[0].kind[parsed[1]] == py.STRING:
            setup.append(source)
            continue
        names = identifiers(*parsed)
        if function.name not in names:
            setup.append(source)
            continue
        expected = ""
        exceptions: tuple[str, ...] = ()
        if example.want[:1] == ["Traceback (most recent call last):"]:
            raised = _RAISED.match(example.want[-1])
            if raised is None:
                continue
            exceptions = (raised[1],)
        elif len(example.want) <= 1:
            expected = example.want[0] if example.want else "None"
            if "..." in expected or "<BLANKLINE>" in expected:
                continue
        else:
            continue
        yield Clause(
            ClauseKind.EXAMPLE,
            Syntax.DOCTEST,
            Expression(source, example.start, example.end),
            example.start,
            example.end,
            exceptions=exceptions,
            expected=expected,
            setup=tuple(setup),
        )


def _examples(lines: list[Line]) -> Iterator[_Example]:
    at = 0
    while at < len(lines):
        prompt = _PROMPT.match(lines[at].text)
        if prompt is None:
            at += 1
            continue
        line = lines[at]
        indent = len(prompt[1])
        start = line.part(indent + 4, len(line.text))[0]
        example = _Example(prompt[2] or "", start, line.end, line.is_literal)
        at += 1
        while at < len(lines):
            continued = _CONTINUED.match(lines[at].text)
            if continued is None or len(continued[1]) != indent:
                break
            example.source += "\n" + (continued[2] or "")
            example.end = lines[at].end
            example.is_literal = example.is_literal and lines[at].is_literal
            at += 1
        while at < len(lines) and lines[at].text.strip() and _PROMPT.match(lines[at].text) is None:
            example.want.append(lines[at].text[indent:].rstrip())
            example.is_literal = example.is_literal and lines[at].is_literal
            at += 1
        yield example
