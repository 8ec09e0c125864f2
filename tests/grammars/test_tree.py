"""Syntax trees: incremental parses equal full ones, and the flat arrays describe one tree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.grammars.strategies import fragments, replacements_of, texts

from groundstate_grammars.edits import Replacement, apply_replacements
from groundstate_grammars.python.syntax import (
    BLOCK,
    CLASS_DEFINITION,
    DECORATED_DEFINITION,
    IDENTIFIER,
    LANGUAGE,
    MODULE,
    STATEMENT_LISTS,
)
from groundstate_grammars.tree import FlatTree, SyntaxTree


def _assert_describes_one_tree(flat: FlatTree) -> None:
    count = len(flat)
    for column in (flat.start, flat.end, flat.parent, flat.size, flat.field):
        assert len(column) == count
    assert flat.parent[0] == -1
    assert flat.size[0] == count
    assert flat.end[0] <= len(flat.data)
    for node in range(count):
        assert flat.start[node] <= flat.end[node]
        children = flat.children(node)
        assert flat.size[node] == 1 + sum(flat.size[child] for child in children)
        assert all(flat.parent[child] == node for child in children)
        position = flat.start[node]
        for child in children:
            assert position <= flat.start[child]
            position = flat.end[child]
        assert position <= flat.end[node] or not children
        ancestors = list(flat.ancestors(node))
        assert ancestors == sorted(ancestors, reverse=True)
        assert all(above < node < above + flat.size[above] for above in ancestors)
        if node:
            first = flat.child_by_field(flat.parent[node], flat.field[node])
            assert first <= node
            assert flat.field[first] == flat.field[node]
    assert set(flat.missing) <= set(flat.errors)
    assert all(flat.start[node] == flat.end[node] for node in flat.missing)


@given(texts)
def test_any_bytes_parse_to_one_consistent_tree(text: bytes) -> None:
    _assert_describes_one_tree(SyntaxTree(LANGUAGE, text).flat())


@given(texts)
def test_nodes_of_a_kind_are_all_of_them_in_text_order(text: bytes) -> None:
    flat = SyntaxTree(LANGUAGE, text).flat()
    for kind in {*flat.kind, IDENTIFIER}:
        assert flat.of_kind(kind) == [node for node in range(len(flat)) if flat.kind[node] == kind]


@given(st.data())
def test_an_incremental_parse_equals_a_full_one_after_any_sequence_of_edits(data: st.DataObject) -> None:
    tree = SyntaxTree(LANGUAGE, data.draw(texts))
    for _ in range(data.draw(st.integers(1, 6))):
        replacements = data.draw(replacements_of(tree.data))
        expected = apply_replacements(tree.data, replacements)
        tree = tree.edited(replacements)
        assert tree.data == expected
        assert tree.flat() == SyntaxTree(LANGUAGE, expected).flat()


@given(st.data())
def test_arrays_made_from_those_of_the_text_before_are_those_made_anew(data: st.DataObject) -> None:
    statements = st.lists(fragments, min_size=4, max_size=24).map(b"".join)
    tree = SyntaxTree(LANGUAGE, data.draw(statements))
    flat = tree.flat()
    for _ in range(data.draw(st.integers(1, 5))):
        tree = tree.edited(data.draw(replacements_of(tree.data, most=2)), flat, STATEMENT_LISTS)
        flat = tree.flat()
        assert flat == SyntaxTree(LANGUAGE, tree.data).flat()


METHODS = b"""\
import os

class Shape(object):
    kind = "shape"; sides = 4

    @property
    def area(self, scale=1):
        if scale:
            for side in self.sides:
                side.grow()
                # a comment
        else:
            return self.width

        return self.height

    # between
    def name(self):
        with open(self.path) as file, other:
            return file.read()

    class Inner:
        def method(self): return [a for a in self]


def last(shape):
    match shape:
        case Shape():
            return shape.area
        case _:
            pass
"""


@given(
    st.lists(
        st.tuples(
            st.floats(0, 1),
            st.integers(0, 6),
            st.sampled_from(
                [
                    b"",
                    b"a",
                    b" ",
                    b"    ",
                    b"\n",
                    b"\n    ",
                    b"\n        a = 1",
                    b"#",
                    b"    def f(a): pass\n",
                    b"\\\n",
                ]
            ),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_arrays_of_what_is_typed_in_a_class_are_those_made_anew(
    edits: list[tuple[float, int, bytes]],
) -> None:
    tree = SyntaxTree(LANGUAGE, METHODS)
    flat = tree.flat()
    for place, length, new in edits:
        start = int(place * len(tree.data))
        replacement = Replacement(start, min(start + length, len(tree.data)), new)
        after = tree.edited([replacement], flat, STATEMENT_LISTS)
        made = after.flat()
        assert made == SyntaxTree(LANGUAGE, after.data).flat()
        if not made.errors:
            tree, flat = after, made


def test_only_what_changed_is_walked_again() -> None:
    tree = SyntaxTree(LANGUAGE, METHODS)
    old = tree.flat()
    at = METHODS.index(b".grow")
    new = tree.edited([Replacement(at, at, b".wide")], old, STATEMENT_LISTS).flat()
    assert new.since is not None
    assert new.since.old() is old
    assert (new.since.shift, new.since.moved) == (5, 3)
    assert new.since.stop - new.since.first < 10
    around = [old.kind[node] for node in new.since.around]
    assert around[:4] == [MODULE, CLASS_DEFINITION, BLOCK, DECORATED_DEFINITION]


@given(st.data())
def test_an_edit_leaves_the_old_tree_alone(data: st.DataObject) -> None:
    text = data.draw(texts)
    tree = SyntaxTree(LANGUAGE, text)
    before = tree.flat()
    tree.edited(data.draw(replacements_of(text)))
    assert tree.data == text
    assert tree.flat() == before


def test_a_carriage_return_alone_ends_a_line() -> None:
    text = b"def f(a):\n    # a comment\n    return a\n\n\nf(1)\n"
    alone = text.replace(b"\n", b"\r")
    flat, expected = SyntaxTree(LANGUAGE, alone).flat(), SyntaxTree(LANGUAGE, text).flat()
    assert (flat.kind, flat.start, flat.end) == (expected.kind, expected.start, expected.end)
    assert flat.data == alone
    at = alone.index(b"\r") + 1
    edited = SyntaxTree(LANGUAGE, alone).edited([Replacement(at, at, b"\n")])
    assert edited.flat() == SyntaxTree(LANGUAGE, edited.data).flat()


def test_error_recovery_does_not_depend_on_what_came_before() -> None:
    text = b":\n t def _():\n  if =='_:e(_)\n  h f):"
    edited = SyntaxTree(LANGUAGE, text).edited([Replacement(33, 35, b'"""')])
    assert edited.flat() == SyntaxTree(LANGUAGE, edited.data).flat()


def test_five_thousand_levels_of_nesting() -> None:
    text = b"(" * 5000 + b"x" + b")" * 5000
    flat = SyntaxTree(LANGUAGE, text).flat()
    assert flat.kind[0] == MODULE
    deepest = flat.kind.index(IDENTIFIER)
    assert sum(1 for _ in flat.ancestors(deepest)) >= 5000
    assert flat.text(deepest) == b"x"
