"""Units: what is scored at once. A function or method, or what remains of a class or module body without functions."""

from __future__ import annotations

import enum
from bisect import bisect_left
from dataclasses import dataclass

from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.enclosed import Enclosed
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


def units_after(
    before: list[Unit], old: FlatTree, place: Enclosed, flat: FlatTree, tokens: Tokens, more: int
) -> list[Unit]:
    """Units of a version of a file of which only one function changed.

    Args:
        before: units of the version before, and ``old`` its tree. place: how the version differs.
        flat, tokens: of the version. more: tokens that it has more than the version before.
    """
    function, moved, shift = place.node, place.moved, place.shift
    changed = next(nth for nth, unit in enumerate(before) if unit.node == function)
    first = before[changed].tokens[0]
    found = []
    for unit in before:
        node, own, start = unit.node, unit.tokens, unit.start
        if node + old.size[node] <= function:
            found.append(unit)
            continue
        if node < function:
            at = bisect_left(own, first)
            own = own[:at] + [token + more for token in own[at:]]
        elif node > function:
            node, start = node + moved, start + shift
            own = [token + more for token in own] if more else own
        else:
            last = bisect_left(tokens.start, flat.end[node]) - 1
            while tokens.node[last] < 0:
                last -= 1
            own = list(range(first, last + 1))
        around = unit.class_node if unit.class_node < function else unit.class_node + moved
        found.append(Unit(unit.kind, node, unit.qualname, around, start, flat.end[node], own))
    return found


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
    nodes, places = list(tokens.of_node), list(tokens.of_node.values())
    given = 0

    def give(unit: int, stop: int) -> None:
        """Give a unit the tokens before the first one at the node ``stop`` or after it that no unit has yet."""
        nonlocal given
        nth = bisect_left(nodes, stop)
        until = places[nth] if nth < len(places) else len(tokens)
        units[unit].tokens.extend(range(given, until))
        given = max(given, until)

    opened: list[tuple[int, int]] = [(len(flat), 0)]
    for node in sorted(owner):
        while node >= opened[-1][0]:
            end, owned = opened.pop()
            give(owned, end)
        give(opened[-1][1], node)
        opened.append((node + sizes[node], owner[node]))
    for end, owned in reversed(opened):
        give(owned, end)
    for unit in units:
        while unit.tokens and tokens.node[unit.tokens[-1]] < 0:
            unit.tokens.pop()
    return [unit for unit in units if unit.tokens]
