"""Energies: no soft gain ever buys a hard violation."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from groundstate_energy.energy import Energy, EnergyGap, TermGap

soft = st.floats(-1e6, 1e6, allow_nan=False)
energies = st.builds(Energy, st.integers(-5, 5), soft)


@given(energies, energies)
def test_hard_violations_come_first(one: Energy, other: Energy) -> None:
    if one.hard != other.hard:
        assert (one < other) == (one.hard < other.hard)
    else:
        assert (one < other) == (one.soft < other.soft)


@given(st.lists(energies, max_size=5))
def test_a_gap_is_the_sum_of_its_terms(gaps: list[Energy]) -> None:
    total = EnergyGap(tuple(TermGap(str(number), gap) for number, gap in enumerate(gaps))).total
    assert total.hard == sum(gap.hard for gap in gaps)
    assert total.soft == sum(gap.soft for gap in gaps)


@given(energies, energies)
def test_differences_and_sums_agree_on_hard_violations(one: Energy, other: Energy) -> None:
    assert ((one - other) + other).hard == one.hard
