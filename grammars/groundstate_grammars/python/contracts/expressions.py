"""Conditions in the syntaxes that write them as lambdas, and what a syntax's own calls mean in plain Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import Expression
from groundstate_grammars.python.contracts.definitions import ContractFile
from groundstate_grammars.tree import FlatTree, SyntaxTree

RESULT = "__return__"
"""What the returned value is called in expressions whose syntax has no name for it."""

OLD = "__old__"
"""What holds the values before the call in expressions whose syntax has no name for it."""

_PLAIN_PARAMETERS = frozenset((py.IDENTIFIER,))


class NotUnderstood(Exception):
    """A contract that is written in a way that is not read; its text says why."""


def attached(flat: FlatTree, node: int) -> Expression:
    """The expression at ``node`` as it stands."""
    return Expression(flat.text(node).decode("utf-8", "replace"), flat.start[node], flat.end[node], node)


def parsed_expression(text: str) -> tuple[FlatTree, int] | None:
    """The tree of ``text`` and the node of its expression; None where it is not exactly one expression."""
    tree = SyntaxTree(py.LANGUAGE, f"({text}\n)".encode("utf-8", "replace"))
    if tree.has_errors:
        return None
    flat = tree.flat()
    statements = [child for child in flat.children(0) if flat.kind[child] != py.COMMENT]
    if len(statements) != 1 or flat.kind[statements[0]] != py.EXPRESSION_STATEMENT:
        return None
    outer = statements[0] + 1
    if flat.kind[outer] != py.PARENTHESIZED_EXPRESSION:
        return None
    inside = [child for child in flat.children(outer)[1:-1] if flat.kind[child] != py.COMMENT]
    if len(inside) != 1 or flat.kind[inside[0]] in (py.YIELD, py.LIST_SPLAT, py.NAMED_EXPRESSION):
        return None
    return flat, inside[0]


def rewritten(
    flat: FlatTree, node: int, replace: Callable[[int, Callable[[int], str]], str | None]
) -> str | None:
    """The text of ``node`` with parts replaced, the inner ones first; None when nothing was.

    ``replace`` is asked about every node, with a function that gives the text of a node below it, replaced already.
    """
    replaced: dict[int, str] = {}

    def text_of(at: int) -> str:
        if at in replaced:
            return replaced[at]
        parts = []
        position = flat.start[at]
        below, stop = at + 1, at + flat.size[at]
        while below < stop:
            if below in replaced:
                parts.append(flat.data[position : flat.start[below]].decode("utf-8", "replace"))
                parts.append(replaced[below])
                position = flat.end[below]
                below += flat.size[below]
            else:
                below += 1
        parts.append(flat.data[position : flat.end[at]].decode("utf-8", "replace"))
        return "".join(parts)

    for at in range(node + flat.size[node] - 1, node - 1, -1):
        new = replace(at, text_of)
        if new is not None:
            replaced[at] = new
    return text_of(node) if replaced else None


@dataclass(frozen=True, slots=True)
class Condition:
    """What a lambda says: its body, and its parameters in order. ``namespace``: it has the one parameter ``_``."""

    expression: Expression
    parameters: tuple[str, ...]


def lambda_condition(flat: FlatTree, node: int) -> Condition:
    """Read a lambda. Raises ``NotUnderstood`` for other expressions and for starred parameters."""
    while flat.kind[node] == py.PARENTHESIZED_EXPRESSION:
        inside = [child for child in flat.children(node)[1:-1] if flat.kind[child] != py.COMMENT]
        node = inside[0]
    if flat.kind[node] != py.LAMBDA:
        raise NotUnderstood("the condition is not written as a lambda")
    parameters: list[str] = []
    listed = flat.child_by_field(node, py.FIELD_PARAMETERS)
    if listed >= 0:
        for child in flat.children(listed):
            if flat.kind[child] in _PLAIN_PARAMETERS:
                parameters.append(flat.text(child).decode("utf-8", "replace"))
            elif flat.text(child) not in (b",", b"/"):
                raise NotUnderstood("the lambda has parameters with stars or defaults")
    return Condition(attached(flat, flat.child_by_field(node, py.FIELD_BODY)), tuple(parameters))


def function_condition(file: ContractFile, node: int) -> Condition:
    """Read a lambda, or the name of a function of the module as a call of it. Raises ``NotUnderstood``."""
    flat = file.flat
    if flat.kind[node] != py.IDENTIFIER:
        return lambda_condition(flat, node)
    name = flat.text(node).decode("utf-8", "replace")
    known = file.module_function(name)
    if known is None or known.positional_names != known.parameter_names:
        raise NotUnderstood(f"`{name}` is not a function of this module with plain parameters")
    call = f"{name}({', '.join(known.positional_names)})"
    return Condition(Expression(call, flat.start[node], flat.end[node]), known.positional_names)
