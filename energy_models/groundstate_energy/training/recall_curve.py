"""The whole recall / false-alarm curve of an engine on held-out repositories: bugs found against lines per false alarm.

One threshold on the posterior log-odds is moved over everything that is said of unchanged code and of units with a bug.
Every finding in unchanged code counts as a false alarm, one a place. A bug counts as found where its right repair is the
unit's best edit that nothing vetoes and passes, or mends what an exact rule says; bugs whose repair is not offered are never
found. The threshold is the same in all code; the alarm budgets, whose thresholds differ from rule to rule and are stricter
in tests, are points of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from groundstate_energy.model_package import LEVELS, RuleCalibration
from groundstate_energy.training.held_out import Case, HeldOut

_STEPS = 4
"""Points for each doubling of the alarms."""


@dataclass(frozen=True, slots=True)
class Point:
    """``alarms`` in unchanged code. ``lines``: of it per alarm, all of them where there is none. ``mutants``, ``fixes``:
    shares found. ``threshold``: the log-odds above which a finding counts, None where rules have their own."""

    threshold: float | None
    alarms: int
    lines: float
    mutants: float
    fixes: float


def curve(found: HeldOut) -> list[Point]:
    """Points from no alarm to all, about four for each doubling of the alarms."""
    clean = np.sort([value for file in found.clean for value in file.firsts()])[::-1]
    counts = {0} | {round(2 ** (step / _STEPS)) for step in range(_STEPS * 32)}
    points: dict[int, Point] = {}
    for count in sorted(count for count in counts if count < len(clean)):
        # A bug passes that lies above the first finding which does not.
        threshold = float(clean[count])
        alarms = int((clean > threshold).sum())

        def passes(case: Case, threshold: float = threshold) -> bool:
            return case.exact or case.log_odds > threshold

        points[alarms] = _point(found, threshold, alarms, passes)
    points[len(clean)] = _point(found, None, len(clean), lambda _: True)
    return list(points.values())


def budget_points(found: HeldOut, calibrations: Mapping[str, RuleCalibration]) -> dict[str, Point]:
    """What the thresholds of each alarm budget give."""
    points = {}
    for level in LEVELS:
        limits = {rule: own.thresholds[level] for rule, own in calibrations.items()}

        def passes(case: Case, limits: Mapping[str, float] = limits) -> bool:
            return case.exact or case.log_odds >= limits.get(case.rule, float("inf"))

        points[level] = _point(found, None, found.alarms(calibrations, level), passes)
    return points


def curve_table(found: HeldOut, calibrations: Mapping[str, RuleCalibration]) -> dict[str, Any]:
    """Both as JSON: ``points`` and ``budgets``."""
    return {
        "points": [asdict(point) for point in curve(found)],
        "budgets": {level: asdict(point) for level, point in budget_points(found, calibrations).items()},
    }


def _point(found: HeldOut, threshold: float | None, alarms: int, passes: Callable[[Case], bool]) -> Point:
    def recall(real: bool) -> float:
        cases = [case for case in found.cases if case.real == real]
        return sum(case.joint and passes(case) for case in cases) / max(len(cases), 1)

    return Point(threshold, alarms, found.lines / max(alarms, 1), recall(False), recall(True))
