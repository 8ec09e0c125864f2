"""What is taken over from one version of a file to the next equals what the next says by itself."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.grammars.strategies import edited

from groundstate_grammars.edits import Replacement
from groundstate_grammars.python.parsed import parse
from groundstate_grammars.python.scopes import Scopes
from groundstate_grammars.python.secluded import secluded_change

TEXT = b"""\
import os
from typing import Any

total = 0


class Shape:
    kind = "shape"

    def __init__(self, width, height):
        self.width = width
        self.height = height

    def area(self, scale=1):
        def scaled(value):
            nonlocal scale
            scale = 2
            return value * scale

        return scaled(self.width) + [side for side in (self.height, total)][0]


def count(shapes):
    global total
    total = len(shapes)
    return total


def names(shapes, *, wanted: Any = None):
    found = [shape.kind for shape in shapes if (low := shape.kind.lower()) != wanted]
    key = lambda name: os.path.join(name, low)
    for name in found:
        print(key(name))
    return sorted(found, key=key)


last = names([Shape(1, 2)])
"""
PIECES = st.sampled_from(
    [
        b"",
        b"x",
        b"total",
        b"self",
        b"shapes",
        b"scale = 3\n        ",
        b"self.depth = 1\n        ",
        b"[a for a in b]",
        b"lambda a: a",
        b"global last\n        ",
        b" + 1",
        b"(",
        b"def inner(self):\n            return self\n        ",
        b"import re\n        ",
        b"\n",
    ]
)
EDITS = st.lists(st.tuples(st.floats(0, 0.999), st.booleans(), PIECES), min_size=1, max_size=5)


def secluded(before: bytes, after: bytes, text: bytes = TEXT) -> bool:
    """Whether the change of the only ``before`` in a text to ``after`` is secluded."""
    assert text.count(before) == 1
    file = parse(text)
    assert file.scopes
    start = text.index(before)
    return secluded_change(file, file.edited([Replacement(start, start + len(before), after)])) is not None


@settings(max_examples=120, deadline=None)
@given(EDITS)
@example([(0.9, False, b"scale = 3\n        ")])
@example([(0.2265625, False, b"\n")])  # before the next method, which ends the class
def test_scopes_of_a_version_are_those_of_its_tree(edits: list[tuple[float, bool, bytes]]) -> None:
    file = parse(TEXT)
    for edit in edits:
        assert file.scopes
        file = edited(file, *edit)
        found, expected = file.scopes, Scopes(file.flat)
        assert found.scopes == expected.scopes
        assert [list(scope.bindings) for scope in found.scopes] == [
            list(scope.bindings) for scope in expected.scopes
        ]
        assert (found.references, found.scope_of) == (expected.references, expected.scope_of)
        assert found.binding_nodes == expected.binding_nodes


@settings(max_examples=120, deadline=None)
@given(EDITS, st.booleans())
@example([(0.3, False, b"if width:\n            ")], True)
@example([(0.0, True, b""), (0.75, False, b"x")], False)
def test_tokens_of_a_version_are_those_of_its_text(
    edits: list[tuple[float, bool, bytes]], has_signatures: bool
) -> None:
    file = parse(TEXT)
    for edit in edits:
        assert file.facts
        if has_signatures:
            file.lexicon.id("no token")
            file.lexicon.similarity(0, 1)
        file, fresh = edited(file, *edit), parse(edited(file, *edit).data)
        found, expected = file.tokens, fresh.tokens
        assert found.lex.tolist() == expected.lex.tolist()
        assert replace(found, lex=expected.lex) == expected
        assert list(found.of_node) == list(expected.of_node)
        assert file.units == fresh.units
        for field in fields(fresh.facts):
            one, other = getattr(file.facts, field.name), getattr(fresh.facts, field.name)
            assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other
            assert not isinstance(one, dict) or list(one) == list(other)
        assert file.lexicon.texts == fresh.lexicon.texts
        assert [file.lexicon.find(text) for text in fresh.lexicon.texts] == list(range(len(fresh.lexicon)))
        every = np.arange(len(fresh.lexicon))
        assert (file.lexicon.similarity(every, 3) == fresh.lexicon.similarity(every, 3)).all()


def test_what_a_function_does_with_its_own_names_is_secluded() -> None:
    assert secluded(b"low := shape", b"high := shape")
    assert secluded(b"print(key(name))", b"print(key(name), total)")
    assert secluded(b"    return sorted(found", b"    more = 1\n    return sorted(found")


def test_what_others_may_see_of_a_function_is_not_secluded() -> None:
    assert not secluded(b"def names(shapes", b"def names(shape")
    assert not secluded(b"def names(shapes", b" def names(shapes")
    assert not secluded(b"self.width = width", b"self.breadth = width")
    assert not secluded(b"        self.height = height\n", b"")
    assert not secluded(b"return total", b"return globals()")
    assert not secluded(b"last = names", b"latest = names")
    assert not secluded(b"print(key(name))", b"print(key(name")
    assert not secluded(b"    key = lambda name: os", b"    class Key: pass\n    key = lambda name: os")
    assert not secluded(b"print(key(name))", b'exec("total = 1")')
