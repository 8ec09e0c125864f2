"""Edits: applied and reverted exactly, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.grammars.strategies import replacements_of, texts

from groundstate_grammars.edits import (
    Edit,
    Replacement,
    apply_replacements,
    difference,
    in_text_order,
    inverse_replacements,
)
from groundstate_grammars.python.parsed import parse

TEXTS = st.text(st.sampled_from("ab \t\n\r😀é"), max_size=20)


@given(st.data())
def test_apply_then_revert_gives_the_same_bytes(data: st.DataObject) -> None:
    text = data.draw(texts)
    replacements = data.draw(replacements_of(text))
    changed = apply_replacements(text, replacements)
    assert apply_replacements(changed, inverse_replacements(text, replacements)) == text


@given(st.data())
def test_the_inverse_of_the_inverse_makes_the_same_change(data: st.DataObject) -> None:
    text = data.draw(texts)
    replacements = data.draw(replacements_of(text))
    changed = apply_replacements(text, replacements)
    there_again = inverse_replacements(changed, inverse_replacements(text, replacements))
    assert apply_replacements(text, there_again) == changed


@given(st.data())
def test_bytes_outside_the_replacements_stay(data: st.DataObject) -> None:
    text = data.draw(texts)
    replacements = in_text_order(data.draw(replacements_of(text)))
    changed = apply_replacements(text, replacements)
    kept_before = [(0, 0), *((r.start, r.end) for r in replacements), (len(text), len(text))]
    kept_after = [(0, 0), *((r.start, r.end) for r in inverse_replacements(text, replacements))]
    kept_after.append((len(changed), len(changed)))
    for i in range(len(kept_before) - 1):
        before = text[kept_before[i][1] : kept_before[i + 1][0]]
        after = changed[kept_after[i][1] : kept_after[i + 1][0]]
        assert before == after


@pytest.mark.parametrize(
    "replacements",
    [
        (Replacement(0, 2, b""), Replacement(1, 3, b"")),
        (Replacement(0, 5, b""),),
        (Replacement(-1, 1, b""),),
        (Replacement(2, 1, b""),),
    ],
    ids=["overlap", "past-the-end", "before-the-start", "backwards"],
)
def test_what_does_not_fit_is_refused(replacements: tuple[Replacement, ...]) -> None:
    with pytest.raises(ValueError, match="overlaps another or lies outside 4 bytes"):
        apply_replacements(b"abcd", replacements)


def test_insertions_at_one_place_keep_their_order() -> None:
    assert apply_replacements(b"-", (Replacement(1, 1, b"b"), Replacement(1, 1, b"a"))) == b"-ba"


def test_an_edit_spans_its_replacements() -> None:
    edit = Edit("GS306", (Replacement(2, 3, b"b"), Replacement(5, 8, b"a")))
    assert (edit.start, edit.end) == (2, 8)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_the_difference_of_two_texts_is_one_smallest_replacement(
    head: str, old: str, new: str, tail: str
) -> None:
    before, after = (head + old + tail).encode(), (head + new + tail).encode()
    replacement = difference(before, after)
    if replacement is None:
        assert before == after
        return
    assert apply_replacements(before, [replacement]) == after
    removed = before[replacement.start : replacement.end]
    assert not (removed and replacement.new and removed[0] == replacement.new[0])
    assert not (removed and replacement.new and removed[-1] == replacement.new[-1])


@given(
    st.lists(
        st.sampled_from(["x = 1\n", "def f(a):\n", "    return a\n", "'", '"""', "(", "é😀\n"]), max_size=8
    )
)
def test_parsing_only_the_difference_equals_a_full_parse(pieces: list[str]) -> None:
    old, new = "".join(pieces).encode(), "".join(reversed(pieces)).encode()
    replacement = difference(old, new)
    if replacement is not None:
        reparsed, full = parse(old).edited([replacement]), parse(new)
        assert reparsed.data == new
        assert reparsed.flat == full.flat
