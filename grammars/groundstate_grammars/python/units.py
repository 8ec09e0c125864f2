"""Units: what is scored at once. A function or method, or what remains of a class or module body without functions."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.lexical import Tokens
from groundstate_grammars.python.scopes import ScopeKind, Scopes
from groundstate_grammars.tree import FlatTree

MODULE_NAME = "<module>"
"""What the unit of a module's own statements is called."""


class UnitKind(enum.Enum):
    FUNCTION = "function"
    CLASS = "class"
    MODULE = "module"


@dataclass(frozen=True, slots=True)
class Unit:
    """``tokens``: indices into the file's tokens, ascending. ``class_node``: the enclosing class, or -1."""

    kind: UnitKind
    node: int
    qualname: str
    class_node: int
    start: int
    end: int
    tokens: list[int]


def split_units(flat: FlatTree, scopes: Scopes, tokens: Tokens) -> list[Unit]:
    """Units in text order of their first token. Nested functions and local classes belong to the function around them."""
    sizes = flat.size
    owner: dict[int, int] = {}
    units: list[Unit] = [Unit(UnitKind.MODULE, 0, MODULE_NAME, -1, 0, flat.end[0], [])]
    prefix: dict[int, str] = {0: ""}
    unit_of_scope = [0] * len(scopes.scopes)
    for scope in scopes.scopes[1:]:
        above = unit_of_scope[scope.parent]
        kind = scope.kind
        if units[above].kind is UnitKind.FUNCTION or kind not in (ScopeKind.FUNCTION, ScopeKind.CLASS):
            unit_of_scope[scope.index] = above
            continue
        node = scope.node
        name_node = flat.child_by_field(node, py.FIELD_NAME)
        name = flat.text(name_node).decode("utf-8", "replace") if name_node >= 0 else "<error>"
        qualname = prefix.get(above, "") + name
        around = units[above]
        unit = Unit(
            UnitKind.FUNCTION if kind is ScopeKind.FUNCTION else UnitKind.CLASS,
            node,
            qualname,
            around.node if around.kind is UnitKind.CLASS else -1,
            flat.start[node],
            flat.end[node],
            [],
        )
        unit_of_scope[scope.index] = len(units)
        owner[node] = len(units)
        prefix[len(units)] = qualname + "."
        units.append(unit)
    stack: list[tuple[int, int]] = []
    pending = sorted(owner)
    at = 0
    current = 0
    for index, node in enumerate(tokens.node):
        if node < 0:
            units[current].tokens.append(index)
            continue
        while stack and node >= stack[-1][0]:
            stack.pop()
        current = stack[-1][1] if stack else 0
        while at < len(pending) and pending[at] <= node:
            opened = pending[at]
            at += 1
            end = opened + sizes[opened]
            while stack and opened >= stack[-1][0]:
                stack.pop()
            stack.append((end, owner[opened]))
            current = owner[opened]
        units[current].tokens.append(index)
    for unit in units:
        while unit.tokens and tokens.node[unit.tokens[-1]] < 0:
            unit.tokens.pop()
    return [unit for unit in units if unit.tokens]
