"""Calibration: thresholds keep to the alarm budget, and few samples keep a rule quiet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from groundstate_energy.calibration import (
    AIMS,
    BUDGETS,
    ENOUGH,
    LOWEST,
    SHARES,
    Part,
    Sample,
    budget_thresholds,
    calibrate,
    certified_precision,
    expected_calibration_error,
    share_spent,
)
from groundstate_energy.model_package import LEVELS, RuleCalibration

LINES = 400_000
UNITS = 40_000


def _sample(seed: int, bugs: int, clean: int, *, apart: float) -> Sample:
    generator = np.random.default_rng(seed)
    return Sample(
        generator.normal(apart, 2, bugs),
        np.ones(bugs),
        generator.normal(-4, 2, clean),
        generator.normal(-3, 2, clean // 4),
    )


SAMPLES = {
    "GS301": _sample(0, 400, 9_000, apart=5),
    "GS310": _sample(1, 200, 3_000, apart=0),
    "GS316": _sample(2, ENOUGH - 1, 50, apart=6),
}

PARTS = [
    Part(
        {rule: sample.clean[part::8] for rule, sample in SAMPLES.items()},
        {rule: sample.tests[part::8] for rule, sample in SAMPLES.items()},
        LINES // 8,
        LINES // 8,
    )
    for part in range(8)
]


BEFORE = {"strict": 0.5, "default": 0.5}
"""Shares spent of the budgets before `explore`."""


def test_no_aim_is_beyond_its_budget() -> None:
    assert all(AIMS[level] <= BUDGETS[level] for level in LEVELS)


@pytest.mark.parametrize("level", BUDGETS)
def test_alarms_on_unchanged_code_stay_within_the_budget(level: str) -> None:
    calibration = calibrate(SAMPLES, LINES, UNITS, PARTS)
    assert _alarms(SAMPLES, calibration, level) <= AIMS[level] * LINES


def _alarms(samples: Mapping[str, Sample], calibration: Mapping[str, RuleCalibration], level: str) -> int:
    """In test code the stricter budget counts."""
    whole = Part(
        {r: s.clean for r, s in samples.items()}, {r: s.tests for r, s in samples.items()}, LINES, LINES
    )
    thresholds = {at: {r: calibration[r].thresholds[at] for r in samples} for at in LEVELS}
    return whole.alarms(thresholds, level)


def test_loud_tests_leave_less_of_the_aim_to_spend() -> None:
    """What is chosen outside tests at the stricter level shows in them, and both together keep to the aim."""
    louder = [
        replace(part, tests={r: np.concatenate([v, np.full(6, 20.0)]) for r, v in part.tests.items()})
        for part in PARTS
    ]
    quiet, loud = (share_spent(SAMPLES, parts, "default", {"strict": 0.5}) for parts in (PARTS, louder))
    assert loud < quiet


def test_no_threshold_lies_where_nobody_asked_what_vetoes_an_edit() -> None:
    low = {"GS301": Sample(np.full(90, -9.0), np.ones(90), np.full(5, -12.0), np.zeros(0))}
    (rule,) = calibrate(low, LINES, UNITS, ()).values()
    assert min(rule.thresholds.values()) >= LOWEST


def test_a_larger_budget_never_hides_a_finding() -> None:
    for rule in calibrate(SAMPLES, LINES, UNITS, PARTS).values():
        assert rule.thresholds["strict"] >= rule.thresholds["default"] >= rule.thresholds["explore"]


def test_a_rule_with_few_bugs_stays_quiet_below_explore() -> None:
    few = calibrate(SAMPLES, LINES, UNITS, PARTS)["GS316"]
    assert few.thresholds["strict"] == few.thresholds["default"] == float("inf")
    assert few.thresholds["explore"] < float("inf")
    assert few.level(1e9) == "explore"


def test_the_budget_goes_where_it_finds_most() -> None:
    samples = {rule: replace(SAMPLES[rule], tests=np.zeros(0)) for rule in ("GS301", "GS310")}
    chosen = budget_thresholds(samples, LINES, {"strict": 0.5, "default": 0.5})["default"]
    pair = list(samples.values())
    budget = int(0.5 * AIMS["default"] * LINES)
    best = max(_found(pair[0], alarms) + _found(pair[1], budget - alarms) for alarms in range(budget + 1))
    found = sum(int((sample.bugs >= chosen[rule]).sum()) for rule, sample in samples.items())
    assert best >= found >= 0.98 * best


def _found(sample: Sample, alarms: int) -> int:
    """Bugs above a threshold that ``alarms`` findings of unchanged code pass."""
    return int((sample.bugs > np.sort(sample.clean)[::-1][alarms]).sum())


def test_probability_rises_with_the_log_odds() -> None:
    rule = calibrate(SAMPLES, LINES, UNITS, PARTS)["GS301"]
    probabilities = [rule.probability(z) for z in np.linspace(-10, 10, 50)]
    assert probabilities == sorted(probabilities)
    assert 0 < probabilities[0] < 0.01


def test_a_rule_without_any_sample_is_silent() -> None:
    nothing = np.zeros(0)
    rule = calibrate({"GS301": Sample(nothing, nothing, nothing, nothing)}, LINES, UNITS, ())["GS301"]
    assert set(rule.thresholds.values()) == {float("inf")}
    assert rule.level(100.0) == "all"


def test_calibration_error_is_the_mean_distance_of_confidence_and_accuracy() -> None:
    assert expected_calibration_error(
        [0.95, 0.95, 0.05, 0.05], [True, True, False, False], [1.0] * 4
    ) == pytest.approx(0.05)
    assert expected_calibration_error([0.95] * 4, [False] * 4, [1.0] * 4) == pytest.approx(0.95)
    # One right finding that stands for three and one wrong one: right in 3 of 4.
    assert expected_calibration_error([0.75, 0.75], [True, False], [3.0, 1.0]) == pytest.approx(0.0)


def test_certified_precision_is_the_exact_bound() -> None:
    assert certified_precision(59, 0) == pytest.approx(0.95, abs=1e-3)
    assert certified_precision(59, 0) >= 0.95
    assert certified_precision(58, 0) < 0.95
    assert certified_precision(299, 0) == pytest.approx(0.99, abs=1e-3)
    assert certified_precision(22, 0, 0.9) == pytest.approx(0.9, abs=2e-3)
    assert certified_precision(0, 0) == 0.0
    assert certified_precision(5, 5) == 0.0
    # scipy.stats.beta.ppf(0.05, 90, 11), the same bound by another way.
    assert certified_precision(100, 10) == pytest.approx(0.836, abs=1e-3)


def test_repositories_that_differ_leave_less_of_the_budget_to_spend() -> None:
    clean = {rule: values + 6 for rule, values in PARTS[-1].clean.items()}
    louder = [*PARTS[:-1], replace(PARTS[-1], clean=clean)]
    assert share_spent(SAMPLES, louder, "explore", BEFORE) < share_spent(SAMPLES, PARTS, "explore", BEFORE)


def test_the_share_spent_keeps_to_the_budget_in_repositories_drawn_anew() -> None:
    share = share_spent(SAMPLES, PARTS, "explore", BEFORE)
    assert share in SHARES
    fresh = {
        rule: _sample(7 + seed, 0, len(s.clean), apart=0) for seed, (rule, s) in enumerate(SAMPLES.items())
    }
    calibration = calibrate(SAMPLES, LINES, UNITS, PARTS)
    alarms = _alarms(fresh, calibration, "explore")
    assert alarms <= BUDGETS["explore"] * LINES
