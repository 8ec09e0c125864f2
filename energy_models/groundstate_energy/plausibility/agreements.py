"""Edits that break an agreement of names, or give one thing twice to what takes several."""

from __future__ import annotations

from collections.abc import Iterator

from groundstate_energy.plausibility.comparisons import pairs
from groundstate_energy.plausibility.edited_file import (
    EditedFile,
    in_statement,
    last_name,
    neighbours,
    parts,
    statement_of,
)
from groundstate_grammars.python import syntax as py
from groundstate_grammars.tree import FlatTree

_SEVERAL = frozenset((py.ARGUMENT_LIST, py.TUPLE, py.LIST, py.SET, py.EXPRESSION_LIST))
_TAKE_DEFAULTS = frozenset((b"get", b"getattr", b"setdefault", b"pop", b"next"))
"""What is looked up may be its own default."""
_NAMES = frozenset((py.IDENTIFIER, py.ATTRIBUTE))


def breaks_an_agreement_of_names(edit: EditedFile) -> bool:
    """Where ``a`` is given to ``a`` and beside it ``b`` to ``b``, as in ``f(a=x.a, b=x.b)``, each is meant."""
    if len(edit.replacements) != 1:
        return False
    flat = edit.before.flat
    place = edit.old_nodes[0]
    (item,) = edit.replacements
    if flat.text(place) != edit.before.data[item.start : item.end] or not _agrees(flat, place):
        return False
    return any(
        flat.text(node) == item.new and _agrees(flat, node)
        for statement in _and_beside(flat, statement_of(flat, place))
        for node in range(statement, statement + flat.size[statement])
    )


def _and_beside(flat: FlatTree, statement: int) -> list[int]:
    """A statement and those right before and after it."""
    before, after = neighbours(flat, statement)
    return [*before[:1], statement, *after[:1]]


def _agrees(flat: FlatTree, place: int) -> bool:
    """Whether the name or attribute at ``place`` is given to, taken from or compared with one of its name elsewhere."""
    if flat.kind[place] != py.IDENTIFIER:
        return False
    node = place
    if flat.kind[flat.parent[place]] == py.ATTRIBUTE:
        if flat.field[place] != py.FIELD_ATTRIBUTE:
            return False
        node = flat.parent[place]
    return flat.text(place) in _partners(flat, node)


def _partners(flat: FlatTree, node: int) -> Iterator[bytes]:
    """The names that the value or target at ``node`` is given to, taken from or compared with."""
    around = flat.parent[node]
    kind, field = flat.kind[around], flat.field[node]
    if kind == py.KEYWORD_ARGUMENT and field == py.FIELD_VALUE:
        yield flat.text(flat.child_by_field(around, py.FIELD_NAME))
    elif kind == py.PAIR and field == py.FIELD_VALUE:
        yield _name_or_text(flat, flat.child_by_field(around, py.FIELD_KEY))
    elif kind in (py.ASSIGNMENT, py.AUGMENTED_ASSIGNMENT):
        other = py.FIELD_LEFT if field == py.FIELD_RIGHT else py.FIELD_RIGHT
        side = flat.child_by_field(around, other)
        if side >= 0:
            yield _name_or_text(flat, side)
    elif kind in (py.COMPARISON_OPERATOR, py.ARGUMENT_LIST):
        for _, left, right in pairs(flat, around if kind == py.COMPARISON_OPERATOR else flat.parent[around]):
            if node in (left, right) and flat.text(left) != flat.text(right):
                yield last_name(flat, right if node == left else left)


def _name_or_text(flat: FlatTree, node: int) -> bytes:
    """The last part of a name, or the content of a string, or the text that an item is taken by."""
    if flat.kind[node] == py.SUBSCRIPT:
        node = flat.child_by_field(node, py.FIELD_SUBSCRIPT)
    if flat.kind[node] == py.STRING:
        return b"".join(flat.text(child) for child in flat.children(node)[1:-1])
    return last_name(flat, node)


def gives_one_thing_twice(edit: EditedFile) -> bool:
    """A call, list, tuple or set that takes all different things would take one of them in two places."""
    if len(edit.replacements) != 1:
        return False
    flat = edit.after.flat
    for node in in_statement(flat, edit.new_nodes[0]):
        around = flat.parent[node]
        if flat.kind[around] == py.CALL and flat.field[node] == py.FIELD_FUNCTION:
            return False
        if (
            flat.kind[around] == py.ARGUMENT_LIST
            and last_name(flat, flat.parent[around] + 1) in _TAKE_DEFAULTS
        ):
            continue
        if flat.kind[around] in _SEVERAL and _holds_a_name(flat, node):
            texts = [flat.text(part) for part in parts(flat, around)]
            if texts.count(flat.text(node)) == 2 and len(set(texts)) == len(texts) - 1:
                return True
    return False


def _holds_a_name(flat: FlatTree, node: int) -> bool:
    """Whether a value is no literal."""
    return any(flat.kind[inner] in _NAMES for inner in range(node, node + flat.size[node]))
