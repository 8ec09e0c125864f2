"""PEP 316: ``pre:``, ``post:``, ``raises:`` and ``inv:`` in docstrings, as CrossHair and older tools read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import (
    Clause,
    ClauseKind,
    Expression,
    Snapshot,
    Syntax,
    Unread,
)
from groundstate_grammars.python.contracts.definitions import (
    ContractFile,
    Definition,
    arguments_of,
    identifiers,
)
from groundstate_grammars.python.contracts.docstrings import Line, docstring_lines
from groundstate_grammars.python.contracts.expressions import (
    OLD,
    RESULT,
    NotUnderstood,
    lambda_condition,
    parsed_expression,
    rewritten,
)

_HEADER = re.compile(r"\s*(pre|post|raises|inv)\s*(?:\[([^\]]*)\])?\s*:(?!:)\s*(.*?)\s*$")
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*")
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_LOOKS_LIKE_CODE = re.compile(r"[<>=!]=|[<>]|\w\(|__return__|__old__")
_KINDS = {"pre": ClauseKind.REQUIRES, "post": ClauseKind.ENSURES, "inv": ClauseKind.INVARIANT}


def pep316_clauses(file: ContractFile, function: Definition) -> Iterator[Clause | Unread]:
    """The clauses of ``function``'s docstring, in text order."""
    yield from _clauses(file, function, function.parameter_names, ("pre", "post", "raises"))


def pep316_invariants(file: ContractFile, defined: Definition) -> Iterator[Clause | Unread]:
    """The invariants in a class's docstring."""
    yield from _clauses(file, defined, ("self",), ("inv",))


def _clauses(
    file: ContractFile, defined: Definition, parameters: tuple[str, ...], wanted: tuple[str, ...]
) -> Iterator[Clause | Unread]:
    for keyword, text, start, end, is_literal in _conditions(docstring_lines(defined)):
        if keyword not in wanted:
            continue
        if keyword == "raises":
            names = [name.strip() for name in text.split(",")]
            if all(_EXCEPTION.fullmatch(name) for name in names):
                yield Clause(ClauseKind.RAISES, Syntax.PEP316, None, start, end, exceptions=tuple(names))
            continue
        try:
            if not is_literal:
                raise NotUnderstood("an escape in a docstring that is not raw")
            yield _clause(keyword, text, start, end, parameters)
        except NotUnderstood as reason:
            if _LOOKS_LIKE_CODE.search(text):
                yield Unread(Syntax.PEP316, str(reason), start, end)


def _conditions(lines: list[Line]) -> Iterator[tuple[str, str, int, int, bool]]:
    """(keyword, text, start, end, is literal) of each condition; one goes on while a bracket is open."""
    at = 0
    while at < len(lines):
        header = _HEADER.match(lines[at].text)
        if header is None:
            at += 1
            continue
        line = lines[at]
        at += 1
        keyword = header[1]
        if header[3]:
            start, end = line.part(*header.span(3))
            yield keyword, header[3], start, end, line.is_literal
            continue
        while at < len(lines) and (not lines[at].text.strip() or lines[at].indent > line.indent):
            text = lines[at].text.strip()
            if not text or text.startswith("#"):
                at += 1
                continue
            start = lines[at].part(lines[at].indent, len(lines[at].text))[0]
            is_literal = lines[at].is_literal
            parts = [text]
            while _open_brackets(parts) > 0 and at + 1 < len(lines):
                at += 1
                parts.append(lines[at].text.strip())
                is_literal = is_literal and lines[at].is_literal
            length = len(lines[at].text.rstrip())
            yield keyword, " ".join(parts), start, lines[at].part(0, length)[1], is_literal
            at += 1


def _open_brackets(parts: list[str]) -> int:
    return sum(_BRACKETS.get(character, 0) for part in parts for character in part)


def _clause(keyword: str, text: str, start: int, end: int, parameters: tuple[str, ...]) -> Clause:
    parsed = parsed_expression(text)
    if parsed is None:
        raise NotUnderstood("not a Python expression")
    flat, node = parsed
    old: dict[str, Snapshot] = {}

    def replace(at: int, text_of: Callable[[int], str]) -> str | None:
        if (
            flat.kind[at] == py.ATTRIBUTE
            and flat.text(flat.child_by_field(at, py.FIELD_OBJECT)) == OLD.encode()
        ):
            name = flat.text(flat.child_by_field(at, py.FIELD_ATTRIBUTE)).decode("utf-8", "replace")
            if name not in parameters:
                raise NotUnderstood(f"`{OLD}.{name}` is no parameter of the function")
            old[name] = Snapshot(name, Expression(name, start, end), ((name, name),), True)
            return None
        if flat.kind[at] != py.CALL or flat.kind[at + 1] != py.IDENTIFIER:
            return None
        name = flat.text(at + 1).decode("utf-8", "replace")
        arguments = arguments_of(flat, at)
        positional = arguments[0] if arguments is not None else []
        if name == "implies" and len(positional) == 2:
            return f"(not ({text_of(positional[0])}) or bool({text_of(positional[1])}))"
        if name in ("forall", "exists") and len(positional) in (1, 2):
            function = "all" if name == "forall" else "any"
            if len(positional) == 1:
                return f"{function}({text_of(positional[0])})"
            condition = lambda_condition(flat, positional[1])
            if len(condition.parameters) == 1:
                body = text_of(condition.expression.node)
                return f"{function}({body} for {condition.parameters[0]} in {text_of(positional[0])})"
        return None

    plain = rewritten(flat, node, replace) or text
    names = identifiers(flat, node)
    if OLD in names and not old:
        raise NotUnderstood(f"`{OLD}` without an attribute")
    return Clause(
        _KINDS[keyword],
        Syntax.PEP316,
        Expression(plain, start, end),
        start,
        end,
        arguments=tuple((name, name) for name in parameters if name in names),
        result=RESULT if RESULT in names else "",
        old=OLD if old else "",
        snapshots=tuple(old[name] for name in sorted(old)),
    )
