"""Matches that begin with a word are those of a search through the whole text."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from groundstate_grammars.word_matches import matches_from

TEXTS = st.lists(
    st.sampled_from(
        [b"set", b"setattr", b".__dict__", b"self", b"cls", b"(", b")", b" ", b"x", b"_", b",", b"\n"]
    ),
    max_size=14,
).map(b"".join)
EXPRESSION = re.compile(rb"\bsetattr\s*\((?!self\b)|(?<!\bself)\.__dict__|\bset\w*\s*\([^()]*\)")


@given(TEXTS)
def test_matches_are_those_of_a_search(data: bytes) -> None:
    found = [match.span() for match in matches_from((b"setattr", b".__dict__", b"set"), EXPRESSION, data)]
    assert found == [match.span() for match in EXPRESSION.finditer(data)]
