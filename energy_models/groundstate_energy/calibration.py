"""Calibration: from posterior log-odds to probabilities and alarm budgets, per rule.

Two samples of repositories that were not trained on: unchanged code, whose every finding counts as a false alarm, and
units with a known bug (real fixes, and mutants where fixes are few). Thresholds share each alarm budget between the rules
so that the most bugs are found: every rule's (alarms, bugs found) curve is replaced by its concave hull, and the budget is
spent along the steepest segments of all curves. An alarm is what the analysis would show: what vetoes an edit (``vetoes``)
is left out of the samples, and test code is alarmed about by the thresholds of the next stricter budget. What is spent is
for lines outside tests, where the bugs of the samples are; both kinds together must keep to the aim.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from groundstate_energy.alarm_budgets import ALARM_LINES, UNITS_TO_A_BUG
from groundstate_energy.model_package import LEVELS, RuleCalibration, stricter

BUDGETS: dict[str, float] = {level: 1 / lines for level, lines in ALARM_LINES.items()}
"""False alarms per line of unchanged code at each sensitivity, at most."""
AIMS: dict[str, float] = {"strict": 1 / 15_000, "default": 1 / 5_000, "explore": 1 / 320}
"""What thresholds are chosen for, per line outside tests: less than the budgets, for next to nothing of what was read was a
bug (``benchmarks/blind_reading``). No sensitivity is to show more than it did in the package before: 1 alarm in 9,400, 4,153
and 313 lines outside tests of test repositories; `strict`, which counts in test code too, less. What a better calibration
gains goes into recall at as many alarms."""
SHARES = (0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05)
"""Shares of an aim that may be spent on the calibration sample. Thresholds chosen on a sample do worse on others, and
repositories differ more than lines do: each repository is judged by thresholds chosen on all the others, and the largest
share is taken with which as many repositories, drawn anew, keep to the budget in ``SURE`` of the draws."""
SURE = 0.8
DRAWS = 1_000
PREVALENCE = 1 / UNITS_TO_A_BUG
"""Share of units with a bug, of any rule, that probabilities are calibrated for."""
LOWEST = -2.0
"""Log-odds below which no alarm budget shows anything, so that only edits above it must be asked what vetoes them."""
ENOUGH = 30
"""Bugs of a rule from which it may pass the ``default`` and ``strict`` budgets; below it stays a hint."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """Log-odds of one rule's findings. ``bugs``: of the right repair where it is the unit's best edit, -inf where it is
    not; ``weights``: of each bug; ``clean``: of the best edits in unchanged code outside tests; ``tests``: in test code."""

    bugs: Floats
    weights: Floats
    clean: Floats
    tests: Floats


@dataclass(frozen=True, slots=True)
class Part:
    """Unchanged code of one repository: log-odds of its findings by rule, outside tests and in them, and all its lines
    and those outside tests."""

    clean: Mapping[str, Floats]
    tests: Mapping[str, Floats]
    lines: int
    outside: int

    def alarms(self, thresholds: Mapping[str, Mapping[str, float]], level: str) -> int:
        """What ``level`` shows of it. ``thresholds``: by level and rule."""
        return _alarms(self.clean, thresholds[level]) + _alarms(self.tests, _in_tests(thresholds, level))


def calibrate(
    samples: Mapping[str, Sample],
    lines: int,
    units: int,
    parts: Sequence[Part],
    readings: Mapping[str, tuple[int, int]] = MappingProxyType({}),
) -> dict[str, RuleCalibration]:
    """Calibrate every rule.

    Args:
        samples: by rule code. lines: of unchanged code outside tests. units: scored units of unchanged code.
        parts: the unchanged code of the samples by repository.
        readings: by rule, how many repairs of this package were read and how many of them were wrong.
    """
    shares: dict[str, float] = {}
    for level in LEVELS:
        shares[level] = share_spent(samples, parts, level, shares)
    thresholds = budget_thresholds(samples, lines, shares)
    weight = sum(float(sample.weights.sum()) for sample in samples.values())
    found = {}
    for rule, sample in samples.items():
        slope, intercept = _fit(sample, PREVALENCE * units / max(weight, 1e-9))
        found[rule] = RuleCalibration(
            slope=slope,
            intercept=intercept,
            thresholds={level: thresholds[level][rule] for level in LEVELS},
            bugs=len(sample.bugs),
            clean=len(sample.clean) + len(sample.tests),
            certified=certified_precision(*readings.get(rule, (0, 0))),
        )
    return found


def budget_thresholds(
    samples: Mapping[str, Sample], lines: int, shares: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """Thresholds of each rule by alarm budget.

    ``shares``: of each aim what is spent on the samples, the strictest first; ``lines``: of unchanged code outside
    tests.
    """
    found: dict[str, dict[str, float]] = {}
    for level, share in shares.items():
        before = _in_tests(found, level)
        found[level] = _thresholds(samples, share * AIMS[level] * lines, level)
        for rule, threshold in ({} if before is None else before).items():
            found[level][rule] = min(found[level][rule], threshold)
    return found


def _in_tests(thresholds: Mapping[str, Mapping[str, float]], level: str) -> Mapping[str, float] | None:
    """Those of ``level`` in test code; None where it shows nothing there."""
    before = stricter(level)
    return None if before is None else thresholds[before]


def _alarms(findings: Mapping[str, Floats], thresholds: Mapping[str, float] | None) -> int:
    """How many pass the threshold of their rule; none where nothing is shown."""
    if thresholds is None:
        return 0
    return sum(int((values >= thresholds[rule]).sum()) for rule, values in findings.items())


def share_spent(
    samples: Mapping[str, Sample], parts: Sequence[Part], level: str, stricter_shares: Mapping[str, float]
) -> float:
    """The share of an aim that keeps to it across repositories, the smallest of ``SHARES`` where none does.

    ``stricter_shares``: what is spent of the budgets before ``level``.
    """
    if not parts:
        return SHARES[-1]
    lines = np.array([part.lines for part in parts])
    outside = sum(part.outside for part in parts)
    drawn = np.random.default_rng(0).integers(len(parts), size=(DRAWS, len(parts)))
    others = [
        {
            rule: Sample(
                sample.bugs,
                sample.weights,
                np.concatenate([other.clean[rule] for other in parts if other is not part] or [np.zeros(0)]),
                np.concatenate([other.tests[rule] for other in parts if other is not part] or [np.zeros(0)]),
            )
            for rule, sample in samples.items()
        }
        for part in parts
    ]
    for share in SHARES:
        shares = {**stricter_shares, level: share}
        alarms = np.array(
            [
                part.alarms(budget_thresholds(rest, outside - part.outside, shares), level)
                for part, rest in zip(parts, others, strict=True)
            ]
        )
        rates = alarms[drawn].sum(1) / lines[drawn].sum(1)
        if (rates <= AIMS[level]).mean() >= SURE:
            return share
    return SHARES[-1]


def _thresholds(samples: Mapping[str, Sample], budget: float, level: str) -> dict[str, float]:
    segments: list[tuple[float, float, str, float]] = []
    chosen = dict.fromkeys(samples, float("inf"))
    for rule, sample in samples.items():
        if len(sample.bugs) < ENOUGH and level != "explore":
            continue
        for slope, alarms, threshold in _hull(sample):
            segments.append((-slope, alarms, rule, threshold))
    spent = dict.fromkeys(samples, 0.0)
    for _, alarms, rule, threshold in sorted(segments):
        left = budget - sum(spent.values())
        if alarms > left:
            # What is left pays for the first alarms of this segment; a later segment finds less for its alarms.
            count = int(spent[rule] + left) - 1
            if count >= 0:
                first_unpaid = np.sort(samples[rule].clean)[::-1][count]
                chosen[rule] = min(chosen[rule], max(float(first_unpaid) + 1e-6, LOWEST))
            break
        spent[rule] += alarms
        chosen[rule] = min(chosen[rule], threshold)
    return chosen


def _hull(sample: Sample) -> list[tuple[float, float, float]]:
    """Segments (bugs found per alarm, alarms, threshold) of the upper concave hull, by decreasing slope.

    A threshold just above the (k+1)-th highest clean finding has k alarms in the sample, but k+1 are to be expected in
    another of its size: a new finding is as likely as any old one to be among the highest. So each rule that speaks at
    all costs an alarm, even one that was never wrong here.
    """
    clean = np.sort(sample.clean) + 1e-6
    order = np.argsort(-sample.bugs)
    # Findings of unchanged code above each bug: what a threshold costs that still finds it.
    above = len(clean) - np.searchsorted(clean, sample.bugs[order], side="right")
    found = np.cumsum(sample.weights[order])
    points: list[tuple[float, float, float]] = [(0.0, 0.0, float("inf"))]
    for last in np.flatnonzero(np.append(above[1:] != above[:-1], True)) if len(above) else ():
        count = int(above[last])
        threshold = max(float(clean[-count - 1]), LOWEST) if count < len(clean) else LOWEST
        if sample.bugs[order[last]] >= LOWEST:
            points.append((float(count + 1), float(found[last]), threshold))
    segments: list[tuple[float, float, float]] = []
    at = 0
    while at < len(points) - 1:
        rest = points[at + 1 :]
        slopes = [(p[1] - points[at][1]) / (p[0] - points[at][0]) for p in rest]
        best = int(np.argmax(slopes))
        segments.append((slopes[best], rest[best][0] - points[at][0], rest[best][2]))
        at += best + 1
    return segments


def _fit(sample: Sample, bugs: float) -> tuple[float, float]:
    """Slope and intercept of a logistic regression at natural prevalence, by Newton steps with a weak prior at slope 1.

    ``bugs``: how many bugs in as much unchanged code a weight of 1 stands for.
    """
    found = np.isfinite(sample.bugs)
    clean = np.concatenate([sample.clean, sample.tests])
    z = np.concatenate([sample.bugs[found], clean])
    if not len(z):
        return 1.0, -9.0
    y = np.concatenate([np.ones(found.sum()), np.zeros(len(clean))])
    weight = np.concatenate([bugs * sample.weights[found], np.ones(len(clean))])
    slope, intercept = 1.0, -5.0
    for _ in range(60):
        p = 1 / (1 + np.exp(-np.clip(slope * z + intercept, -40, 40)))
        error = weight * (y - p)
        curvature = weight * p * (1 - p)
        gradient = np.array([(error * z).sum() - 0.5 * (slope - 1), error.sum() - 0.01 * (intercept + 5)])
        hessian = np.array(
            [
                [(curvature * z * z).sum() + 0.5, (curvature * z).sum()],
                [(curvature * z).sum(), curvature.sum() + 0.01],
            ]
        )
        change = np.clip(np.linalg.solve(hessian, gradient), -1, 1)
        slope, intercept = slope + change[0], intercept + change[1]
        if np.abs(change).max() < 1e-6:
            break
    return float(max(slope, 0.05)), float(intercept)


def certified_precision(accepted: int, wrong: int, confidence: float = 0.95) -> float:
    """Lower bound of the precision of repairs of which ``wrong`` of ``accepted`` were found wrong by reading: the exact
    binomial bound (Clopper and Pearson 1934); 0 where none was read. 59 with no error give 0.95.
    """
    low, high = 0.0, 1.0
    if wrong >= accepted:
        return low
    for _ in range(60):
        middle = (low + high) / 2
        # How likely so few errors are when the precision is `middle`.
        tail = sum(
            math.comb(accepted, errors) * middle ** (accepted - errors) * (1 - middle) ** errors
            for errors in range(wrong + 1)
        )
        low, high = (middle, high) if tail < 1 - confidence else (low, middle)
    return low


def expected_calibration_error(
    probabilities: Sequence[float], right: Sequence[bool], weights: Sequence[float], bins: int = 10
) -> float:
    """Mean |confidence − accuracy| over equal-width bins, weighted by their sizes (Guo et al. 2017).

    ``weights``: how many findings each one stands for.
    """
    p, r, w = np.array(probabilities), np.array(right, np.float64), np.array(weights)
    index = np.minimum((p * bins).astype(int), bins - 1)
    error = 0.0
    for b in np.unique(index).tolist():
        inside = index == b
        error += abs((w[inside] * (p[inside] - r[inside])).sum()) / w.sum()
    return float(error)
