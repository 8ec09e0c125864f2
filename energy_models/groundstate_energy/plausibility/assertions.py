"""Edits of what a test asserts: weaker than what holds already, or against the assertion beside it."""

from __future__ import annotations

from dataclasses import dataclass

from groundstate_energy.plausibility.comparisons import pairs
from groundstate_energy.plausibility.edited_file import (
    EditedFile,
    arguments,
    in_statement,
    last_name,
    neighbours,
    statement_of,
    without_parentheses,
)
from groundstate_grammars.python import syntax as py
from groundstate_grammars.tree import FlatTree

_OPPOSITES = (("==", "!="), ("is", "is not"), ("in", "not in"), ("true", "false"), ("is None", "is not None"))
_EXCLUDE = frozenset((*_OPPOSITES, ("is", "!=")))
_SYMMETRIC = frozenset(("==", "!=", "is", "is not"))
_TRUTH = {b"assertTrue": "true", b"assertFalse": "false"}
_NONE = {b"assertIsNone": "is", b"assertIsNotNone": "is not"}
_LITERALS = frozenset(
    (py.INTEGER, py.FLOAT, py.STRING, py.CONCATENATED_STRING, py.TUPLE, py.LIST, py.DICTIONARY, py.SET)
)
"""What no one can mean the identity of."""
_WEAKER_METHODS = frozenset(
    (
        (b"assertIs", b"assertEqual"),
        (b"assertListEqual", b"assertEqual"),
        (b"assertDictEqual", b"assertEqual"),
        (b"assertSetEqual", b"assertEqual"),
        (b"assertTupleEqual", b"assertEqual"),
        (b"assertMultiLineEqual", b"assertEqual"),
        (b"assertListEqual", b"assertSequenceEqual"),
        (b"assertTupleEqual", b"assertSequenceEqual"),
        (b"assertListEqual", b"assertCountEqual"),
        (b"assertTupleEqual", b"assertCountEqual"),
        (b"assertSequenceEqual", b"assertCountEqual"),
    )
)


@dataclass(frozen=True, slots=True)
class _Claim:
    """What an assertion says: ``relation`` of two nodes, or ``true`` or ``false`` of one (``right`` is -1)."""

    relation: str
    left: int
    right: int


def weakens_an_assertion(edit: EditedFile) -> bool:
    """What is asserted to be the same object is asserted to be equal too, so equality asserts nothing more."""
    flat = edit.before.flat
    place = edit.old_nodes[0]
    if edit.replaced(b"is", b"=="):
        around = list(in_statement(flat, place))
        literal = any(
            not _LITERALS.isdisjoint((flat.kind[left], flat.kind[right]))
            for node in around
            for _, left, right in pairs(flat, node)
        )
        return not literal and any(_is_assertion(flat, node) for node in around)
    return any(edit.replaced(old, new) for old, new in _WEAKER_METHODS)


def _is_assertion(flat: FlatTree, node: int) -> bool:
    """Whether ``node`` is an ``assert`` or the call of a method that asserts."""
    if flat.kind[node] == py.CALL:
        return last_name(flat, node + 1).startswith(b"assert")
    return flat.kind[node] == py.ASSERT_STATEMENT


def contradicts_the_assertion_beside(edit: EditedFile) -> bool:
    """Two assertions beside each other would say the opposite of one thing, or that it equals two different literals."""
    flat = edit.after.flat
    for place in edit.new_nodes:
        statement = statement_of(flat, place)
        own = _claim(flat, statement)
        if own is not None and any(_contradict(flat, own, other) for other in _beside(flat, statement)):
            return True
    return False


def _beside(flat: FlatTree, statement: int) -> list[_Claim]:
    """The claims of the assertions before and after ``statement``, as far as nothing else stands between."""
    found = []
    for run in neighbours(flat, statement):
        for sibling in run:
            claim = _claim(flat, sibling)
            if claim is None:
                break
            found.append(claim)
    return found


def _claim(flat: FlatTree, statement: int) -> _Claim | None:
    if flat.kind[statement] == py.ASSERT_STATEMENT:
        return _said(flat, flat.children(statement)[1])
    if flat.kind[statement] != py.EXPRESSION_STATEMENT or flat.kind[statement + 1] != py.CALL:
        return None
    call = statement + 1
    name = last_name(flat, call + 1)
    given = arguments(flat, call)
    if given and name in _TRUTH:
        claim = _said(flat, given[0])
        return claim if name == b"assertTrue" else _denied(claim)
    if given and name in _NONE:
        return _Claim(_NONE[name] + " None", given[0], -1)
    found = next(pairs(flat, call), None)
    return None if found is None else _Claim(found[0].decode(), found[1], found[2])


def _said(flat: FlatTree, node: int) -> _Claim:
    node = without_parentheses(flat, node)
    denied = False
    while flat.kind[node] == py.NOT_OPERATOR:
        denied = not denied
        node = without_parentheses(flat, flat.child_by_field(node, py.FIELD_ARGUMENT))
    found = list(pairs(flat, node)) if flat.kind[node] == py.COMPARISON_OPERATOR else []
    claim = _Claim("true", node, -1)
    if len(found) == 1:
        claim = _Claim(found[0][0].decode(), found[0][1], found[0][2])
    return _denied(claim) if denied else claim


def _denied(claim: _Claim) -> _Claim:
    for one, other in _OPPOSITES:
        if claim.relation in (one, other):
            return _Claim(other if claim.relation == one else one, claim.left, claim.right)
    return _Claim("", claim.left, claim.right)


def _contradict(flat: FlatTree, first: _Claim, second: _Claim) -> bool:
    def text(node: int) -> bytes:
        return flat.text(node) if node >= 0 else b""

    relations = (first.relation, second.relation)
    one, other = (text(first.left), text(first.right)), (text(second.left), text(second.right))
    if relations in _EXCLUDE or relations[::-1] in _EXCLUDE:
        return one == other or (_SYMMETRIC.issuperset(relations) and one == other[::-1])
    if relations == ("==", "=="):
        for i in (0, 1):
            for j in (0, 1):
                left, right = (first.left, first.right)[1 - i], (second.left, second.right)[1 - j]
                if one[i] == other[j] and _are_different_literals(flat, left, right):
                    return True
    for equal, truth in ((first, second), (second, first)):
        if (
            equal.relation == "=="
            and truth.relation in ("true", "false")
            and text(equal.left) == text(truth.left)
        ):
            holds = _truth_of_literal(flat, equal.right)
            if holds is not None and holds != (truth.relation == "true"):
                return True
    return False


def _are_different_literals(flat: FlatTree, left: int, right: int) -> bool:
    kinds = flat.kind[left], flat.kind[right]
    if kinds[0] == kinds[1] == py.INTEGER:
        return (
            flat.text(left).isdigit()
            and flat.text(right).isdigit()
            and int(flat.text(left)) != int(flat.text(right))
        )
    if kinds[0] == kinds[1] == py.STRING:
        texts = [_plain_text(flat, node) for node in (left, right)]
        return None not in texts and texts[0] != texts[1]
    empty = {py.LIST, py.DICTIONARY, py.TUPLE, py.STRING}
    return kinds[0] != kinds[1] and empty.issuperset(kinds)


def _plain_text(flat: FlatTree, node: int) -> bytes | None:
    """The content of a string without prefix, escapes and interpolations; None of any other."""
    pieces = flat.children(node)
    if flat.text(pieces[0]) not in (b'"', b"'", b'"""', b"'''") or len(pieces) > 3:
        return None
    content = b"".join(flat.text(piece) for piece in pieces[1:-1])
    return None if b"\\" in content or b"{" in content else content


def _truth_of_literal(flat: FlatTree, node: int) -> bool | None:
    kind, text = flat.kind[node], flat.text(node)
    if kind in (py.NONE, py.FALSE):
        return False
    if kind == py.TRUE:
        return True
    if kind == py.INTEGER and text.isdigit():
        return int(text) != 0
    if kind == py.STRING:
        content = _plain_text(flat, node)
        return None if content is None else bool(content)
    if kind in (py.LIST, py.DICTIONARY, py.TUPLE) and flat.size[node] == 3:
        return False
    return None
