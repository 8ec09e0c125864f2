"""Edits of a sign after which two bounds are the same or nothing lies between them."""

from __future__ import annotations

from itertools import pairwise

from groundstate_energy.plausibility.edited_file import EditedFile, arguments, in_statement, operands, parts
from groundstate_grammars.python import syntax as py
from groundstate_grammars.tree import FlatTree

_NUMBERS = frozenset((py.INTEGER, py.FLOAT))


def makes_bounds_the_same(edit: EditedFile) -> bool:
    """A number beside its negative is a bound of a range around zero; without its sign both would be the same."""
    if not _is_of_a_sign(edit):
        return False
    flat = edit.after.flat
    for place in edit.new_nodes:
        for node in in_statement(flat, place):
            kind = flat.kind[node]
            if kind not in _NUMBERS and kind != py.UNARY_OPERATOR:
                continue
            around = flat.parent[node]
            if flat.kind[around] == py.KEYWORD_ARGUMENT:
                around = flat.parent[around]
            beside = _bounds(flat, around)
            for one, other in beside:
                first, second = _value(flat, one), _value(flat, other)
                if node in (first, second) and flat.text(first) == flat.text(second):
                    return True
    return False


def _bounds(flat: FlatTree, around: int) -> list[tuple[int, int]]:
    """Pairs of values that may be bounds: the ends of a comparison, neighbours in a call, two of a tuple or list."""
    kind = flat.kind[around]
    if kind == py.COMPARISON_OPERATOR:
        values = operands(flat, around)
        return [(values[0], values[-1])] if len(values) == 3 else []
    if kind == py.ARGUMENT_LIST or (kind in (py.TUPLE, py.LIST) and len(parts(flat, around)) == 2):
        return list(pairwise(parts(flat, around)))
    return []


def empties_a_range(edit: EditedFile) -> bool:
    """A ``range`` of whole numbers would have no element."""
    flat = edit.after.flat
    for place in edit.new_nodes:
        for node in in_statement(flat, place):
            if flat.kind[node] == py.CALL and flat.text(node + 1) == b"range":
                given = [_whole_number(flat, item) for item in arguments(flat, node)]
                numbers = [item for item in given if item is not None]
                if len(numbers) == len(given) > 0:
                    return _is_empty(numbers)
    return False


def _is_empty(numbers: list[int]) -> bool:
    """Whether ``range`` of these has no element, or is an error."""
    try:
        return not range(*numbers)
    except (TypeError, ValueError):
        return True


def _is_of_a_sign(edit: EditedFile) -> bool:
    texts = [
        (edit.before.data[item.start : item.end].strip(), item.new.strip()) for item in edit.replacements
    ]
    return texts in ([(b"-", b"")], [(b"", b"-")])


def _value(flat: FlatTree, node: int) -> int:
    return flat.child_by_field(node, py.FIELD_VALUE) if flat.kind[node] == py.KEYWORD_ARGUMENT else node


def _whole_number(flat: FlatTree, node: int) -> int | None:
    sign = 1
    if flat.kind[node] == py.UNARY_OPERATOR and flat.text(node + 1) == b"-":
        sign, node = -1, flat.child_by_field(node, py.FIELD_ARGUMENT)
    text = flat.text(node).replace(b"_", b"")
    return sign * int(text) if flat.kind[node] == py.INTEGER and text.isdigit() else None
