"""Energies and probabilities in words, and that what is promised is what the model was calibrated for."""

from __future__ import annotations

import json
import math
import re
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstate.energy_words import PREVALENCE, alarms_in_words, probability_in_words
from groundstate_energy import calibration
from groundstate_energy.model_package import LEVELS

ENERGY_PAGE = Path(__file__).parents[2] / "docs" / "energy.md"


@given(st.floats(0, 1))
def test_no_probability_is_shown_as_none(probability: float) -> None:
    words = probability_in_words(probability)
    assert words.startswith("probability ")
    if "below" in words:
        assert words == "probability below 0.0001"
        assert probability < 0.0001
    else:
        shown = float(words.split()[1])
        assert shown > 0
        assert abs(shown - probability) <= (0.005 if probability >= 0.1 else 0.00005) + 1e-9


@pytest.mark.parametrize("sensitivity", LEVELS)
def test_alarms_are_those_that_thresholds_are_chosen_for(sensitivity: str) -> None:
    found = re.fullmatch(r"at most 1 false alarm in ([\d,]+) unchanged lines", alarms_in_words(sensitivity))
    assert found is not None
    assert 1 / int(found[1].replace(",", "")) == calibration.BUDGETS[sensitivity]


def test_all_has_no_alarm_budget() -> None:
    assert alarms_in_words("all") == "no alarm budget"


def test_a_probability_is_said_of_the_prevalence_that_it_was_fitted_for() -> None:
    found = re.fullmatch(r"where 1 function in ([\d,]+) has a bug", PREVALENCE)
    assert found is not None
    assert 1 / int(found[1].replace(",", "")) == calibration.PREVALENCE


def test_the_page_about_energies_says_how_small_probabilities_of_the_shipped_model_are() -> None:
    manifest = resources.files("groundstate_energy") / "model" / "manifest.json"
    rules = json.loads(manifest.read_text("utf-8"))["calibration"].values()
    shown = [item for item in rules if item["thresholds"]["default"] is not None]
    least = [
        1 / (1 + math.exp(-item["slope"] * item["thresholds"]["default"] - item["intercept"]))
        for item in shown
    ]
    assert f"from {min(least):.4f} to {max(least):.4f}" in ENERGY_PAGE.read_text("utf-8")
