"""Energies and probabilities in words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from groundstate.energy_words import probability_in_words


@given(st.floats(0, 1))
def test_no_probability_is_shown_as_none(probability: float) -> None:
    words = probability_in_words(probability)
    assert words.startswith("probability ")
    assert "0.00" not in words
    if "below" not in words:
        assert abs(float(words.split()[1]) - probability) <= 0.005 + 1e-9
