"""Energies and probabilities in words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from groundstate.energy_words import probability_in_words


@given(st.floats(0, 1), st.integers(1, 5))
def test_no_probability_is_shown_as_none(probability: float, digits: int) -> None:
    words = probability_in_words(probability, digits)
    assert words.startswith("probability ")
    if "below" in words:
        assert words == f"probability below {10**-digits:.{digits}f}"
        assert probability < 10**-digits
    else:
        assert float(words.split()[1]) > 0
        assert abs(float(words.split()[1]) - probability) <= 10**-digits / 2 + 1e-9
