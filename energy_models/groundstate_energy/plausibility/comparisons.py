"""Edits that leave nothing to compare: both sides the same, values that are never equal, a display for a member of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from groundstate_energy.plausibility.edited_file import (
    EditedFile,
    arguments,
    in_statement,
    last_name,
    operands,
    operators,
    parts,
    without_parentheses,
)
from groundstate_energy.plausibility.kinds_of_values import (
    BYTES,
    COLLECTIONS,
    NOTHING,
    NUMBER,
    TEXT,
    kind_of_value,
    only_value,
)
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.tree import FlatTree

_COMPARING = {
    b"assertEqual": b"==",
    b"assertEquals": b"==",
    b"assertNotEqual": b"!=",
    b"assertIs": b"is",
    b"assertIsNot": b"is not",
    b"assertAlmostEqual": b"==",
    b"assertListEqual": b"==",
    b"assertDictEqual": b"==",
    b"assertSetEqual": b"==",
    b"assertTupleEqual": b"==",
    b"assertSequenceEqual": b"==",
    b"assertCountEqual": b"==",
    b"assertIn": b"in",
    b"assertNotIn": b"not in",
    b"assertLess": b"<",
    b"assertLessEqual": b"<=",
    b"assertGreater": b">",
    b"assertGreaterEqual": b">=",
}
_SAME_IS_POINTLESS = frozenset(map(py.token, ("-", "/", "//", "%", "^", "&", "|", "and", "or")))


def pairs(flat: FlatTree, node: int) -> Iterator[tuple[bytes, int, int]]:
    """What is compared at ``node`` itself, a comparison or the call of an assertion: operator, left side, right side."""
    if flat.kind[node] == py.COMPARISON_OPERATOR:
        values = operands(flat, node)
        yield from zip(operators(flat, node), values[:-1], values[1:], strict=True)
    elif flat.kind[node] == py.CALL:
        sign = _COMPARING.get(last_name(flat, node + 1))
        given = arguments(flat, node) if sign else []
        if sign and len(given) >= 2:
            yield sign, given[0], given[1]


def makes_both_sides_the_same(edit: EditedFile) -> bool:
    """After the edit a thing would be compared, combined or replaced with itself."""
    flat = edit.after.flat
    for place in edit.new_nodes:
        for node in in_statement(flat, place):
            for left, right in _sides(flat, node):
                if flat.text(left) == flat.text(right):
                    return True
    return False


def _sides(flat: FlatTree, node: int) -> Iterator[tuple[int, int]]:
    kind = flat.kind[node]
    if kind in (py.COMPARISON_OPERATOR, py.CALL):
        for _, left, right in pairs(flat, node):
            yield left, right
    elif kind in (py.BINARY_OPERATOR, py.BOOLEAN_OPERATOR):
        left, right = flat.child_by_field(node, py.FIELD_LEFT), flat.child_by_field(node, py.FIELD_RIGHT)
        sign = flat.kind[flat.child_by_field(node, py.FIELD_OPERATOR)]
        if sign in _SAME_IS_POINTLESS:
            yield left, right
    elif kind == py.ASSIGNMENT:
        left, right = flat.child_by_field(node, py.FIELD_LEFT), flat.child_by_field(node, py.FIELD_RIGHT)
        if right >= 0:
            yield left, right
    elif kind == py.CONDITIONAL_EXPRESSION:
        arms = parts(flat, node)
        if len(arms) == 5:
            yield arms[0], arms[4]


def compares_unlike_values(edit: EditedFile) -> bool:
    """After the edit a value would be compared with one of a kind that is never equal to it, or ordered, or holds it."""
    return _has_unlike_values(edit.after, edit.new_nodes) and not _has_unlike_values(
        edit.before, edit.old_nodes
    )


def _has_unlike_values(file: ParsedFile, places: Sequence[int]) -> bool:
    return any(
        _are_unlike(file, *pair)
        for place in places
        for node in in_statement(file.flat, place)
        for pair in pairs(file.flat, node)
    )


def _are_unlike(file: ParsedFile, sign: bytes, left: int, right: int) -> bool:
    first, second = kind_of_value(file, left), kind_of_value(file, right)
    if sign in (b"in", b"not in"):
        if second in (NUMBER, NOTHING):
            return True
        return (second == TEXT and first not in ("", TEXT)) or (
            second == BYTES and first not in ("", BYTES, NUMBER)
        )
    return bool(first and second) and first != second


def compares_with_a_display(edit: EditedFile) -> bool:
    """``in`` before a list, tuple, set or dictionary asks for one of its members, which it does not equal itself."""
    if not (edit.replaced(b"in", b"==") or edit.replaced(b"not in", b"!=")):
        return False
    return any(
        sign in (b"==", b"!=")
        and kind_of_value(edit.after, right) in COLLECTIONS
        and kind_of_value(edit.after, left) != kind_of_value(edit.after, right)
        and not _has_one_member(edit.after.flat, right)
        for node in in_statement(edit.after.flat, edit.new_nodes[0])
        for sign, left, right in pairs(edit.after.flat, node)
    )


def _has_one_member(flat: FlatTree, node: int) -> bool:
    return flat.kind[node] in (py.LIST, py.TUPLE, py.SET, py.DICTIONARY) and len(parts(flat, node)) == 1


def loses_what_find_returns(edit: EditedFile) -> bool:
    """Minus one is what ``find`` returns where there is nothing, and what its result is compared with."""
    flat = edit.before.flat
    if edit.before.data[edit.replacements[0].start : edit.replacements[0].end] != b"-":
        return False
    for node in in_statement(flat, edit.old_nodes[0]):
        for _, left, right in pairs(flat, node):
            for one, other in ((left, right), (right, left)):
                if flat.text(one) == b"-1" and _is_of_find(edit.before, other):
                    return True
    return False


def _is_of_find(file: ParsedFile, node: int) -> bool:
    flat = file.flat
    node = without_parentheses(flat, node)
    if flat.kind[node] == py.NAMED_EXPRESSION:
        node = flat.child_by_field(node, py.FIELD_VALUE)
    if flat.kind[node] == py.IDENTIFIER:
        node = only_value(file, node)
    return node >= 0 and flat.kind[node] == py.CALL and last_name(flat, node + 1) in (b"find", b"rfind")
