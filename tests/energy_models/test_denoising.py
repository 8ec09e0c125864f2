"""Denoising batches: what is asked for, what is hidden, and that nothing of the answer is left in its place."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.energy_models import tiny

from groundstate_energy.encoding import PieceTable
from groundstate_energy.training.denoising import Text, corrupted_batch, text_of
from groundstate_grammars.python.lexical import ROLE_COUNT, Role
from groundstate_grammars.python.parsed import parse
from groundstate_grammars.python.units import UnitKind

TABLE = PieceTable(tiny.tokenizer())


def _texts() -> list[Text]:
    files = [parse(text.encode()) for text in tiny.TEXTS]
    return [
        text_of(file, unit, random.Random(0))
        for file in files
        for unit in file.units
        if unit.kind is UnitKind.FUNCTION
    ]


@given(st.integers(0, 2**32))
def test_answers_are_the_texts_as_written(seed: int) -> None:
    texts = _texts()
    batch = corrupted_batch(texts, TABLE, np.random.default_rng(seed))
    length = batch["tokens"].shape[1]
    for at, answer in zip(batch["at"].tolist(), batch["answer"].tolist(), strict=True):
        number, column = divmod(at, length)
        text = text_of_row(batch["pieces"], answer)
        assert text == text_of_row(TABLE.rows([texts[number].texts[texts[number].lex[column]]]), 0)
        assert column >= texts[number].header, "a header is never asked for"
        role = texts[number].roles[column]
        assert role < ROLE_COUNT
        assert role not in (Role.LAYOUT, Role.PUNCTUATION)


def text_of_row(pieces: NDArray[np.generic], row: int) -> tuple[int, ...]:
    return tuple(pieces[row].tolist())


@given(st.integers(0, 2**32))
def test_what_is_not_asked_for_stays_and_the_rest_is_hidden_confused_or_kept(seed: int) -> None:
    texts = _texts()
    batch = corrupted_batch(texts, TABLE, np.random.default_rng(seed))
    tokens, asked = batch["tokens"].ravel(), set(batch["at"].tolist())
    hidden = len(batch["pieces"]) - 1
    assert not batch["pieces"][hidden].any(), "the hidden token has no pieces"
    assert not (set(np.flatnonzero(tokens == hidden).tolist()) - asked)
    assert hidden not in batch["answer"]
    assert len(asked) >= len(texts)
