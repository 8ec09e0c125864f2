"""Signatures of many texts at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from groundstate_grammars.lexicon import bigram_signature, bigram_signatures

TEXTS = st.one_of(st.text(max_size=60), st.text("abcXYZ_09'\"é", max_size=60))


@given(st.lists(TEXTS, max_size=20))
def test_signatures_of_many_texts_are_those_of_each(texts: list[str]) -> None:
    lows, highs = bigram_signatures(texts)
    assert list(zip(lows.tolist(), highs.tolist(), strict=True)) == [bigram_signature(text) for text in texts]
