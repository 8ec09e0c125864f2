"""Calibration: thresholds keep to the alarm budget, and few samples keep a rule quiet."""

from __future__ import annotations

import numpy as np
import pytest

from groundstate_energy.calibration import (
    BUDGETS,
    ENOUGH,
    SHARES,
    Part,
    Sample,
    calibrate,
    certified_precision,
    expected_calibration_error,
    share_spent,
)

LINES = 400_000
UNITS = 40_000


def _sample(seed: int, bugs: int, clean: int, *, apart: float) -> Sample:
    generator = np.random.default_rng(seed)
    return Sample(generator.normal(apart, 2, bugs), np.ones(bugs), generator.normal(-4, 2, clean))


SAMPLES = {
    "GS301": _sample(0, 400, 9_000, apart=5),
    "GS310": _sample(1, 200, 3_000, apart=0),
    "GS316": _sample(2, ENOUGH - 1, 50, apart=6),
}

PARTS = [
    Part({rule: sample.clean[part::8] for rule, sample in SAMPLES.items()}, LINES // 8) for part in range(8)
]


@pytest.mark.parametrize("level", BUDGETS)
def test_alarms_on_unchanged_code_stay_within_the_budget(level: str) -> None:
    calibration = calibrate(SAMPLES, LINES, UNITS, PARTS)
    alarms = sum(
        int((sample.clean >= calibration[rule].thresholds[level]).sum()) for rule, sample in SAMPLES.items()
    )
    assert alarms <= SHARES[0] * BUDGETS[level] * LINES


def test_a_larger_budget_never_hides_a_finding() -> None:
    for rule in calibrate(SAMPLES, LINES, UNITS, PARTS).values():
        assert rule.thresholds["strict"] >= rule.thresholds["default"] >= rule.thresholds["explore"]


def test_a_rule_with_few_bugs_stays_quiet_below_explore() -> None:
    few = calibrate(SAMPLES, LINES, UNITS, PARTS)["GS316"]
    assert few.thresholds["strict"] == few.thresholds["default"] == float("inf")
    assert few.thresholds["explore"] < float("inf")
    assert few.level(1e9) == "explore"


def test_the_budget_goes_where_it_finds_most() -> None:
    calibration = calibrate(SAMPLES, LINES, UNITS, PARTS)
    pair = [SAMPLES["GS301"], SAMPLES["GS310"]]
    budget = int(SHARES[0] * BUDGETS["default"] * LINES)
    best = max(_found(pair[0], alarms) + _found(pair[1], budget - alarms) for alarms in range(budget + 1))
    found = sum(
        int((SAMPLES[rule].bugs >= calibration[rule].thresholds["default"]).sum())
        for rule in ("GS301", "GS310")
    )
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
    rule = calibrate({"GS301": Sample(nothing, nothing, nothing)}, LINES, UNITS, ())["GS301"]
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
    louder = [*PARTS[:-1], Part(clean, PARTS[-1].lines)]
    assert share_spent(SAMPLES, louder, "explore") < share_spent(SAMPLES, PARTS, "explore")


def test_the_share_spent_keeps_to_the_budget_in_repositories_drawn_anew() -> None:
    share = share_spent(SAMPLES, PARTS, "explore")
    assert share in SHARES
    fresh = {
        rule: _sample(7 + seed, 0, len(s.clean), apart=0) for seed, (rule, s) in enumerate(SAMPLES.items())
    }
    calibration = calibrate(SAMPLES, LINES, UNITS, PARTS)
    alarms = sum(
        int((sample.clean >= calibration[rule].thresholds["explore"]).sum()) for rule, sample in fresh.items()
    )
    assert alarms <= BUDGETS["explore"] * LINES
