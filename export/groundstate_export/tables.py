"""Tables of what a calibrated package does on test repositories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from groundstate_energy.calibration import PREVALENCE, expected_calibration_error
from groundstate_energy.model_package import LEVELS, RuleCalibration
from groundstate_energy.training.held_out import Case, HeldOut
from groundstate_energy.training.recall_curve import curve_table
from groundstate_grammars.rules import RULES, SOFT_RULES


def held_out_table(found: HeldOut, calibrations: Mapping[str, RuleCalibration]) -> dict[str, Any]:
    """Accuracy per rule on mutants and on real fixes, and what each alarm budget gives on unchanged code."""
    mutants = [case for case in found.cases if not case.real]
    fixes = [case for case in found.cases if case.real]
    table: dict[str, Any] = {
        "lines": found.lines,
        "units": found.units,
        "mutants": _accuracy(mutants),
        "mutants by rule": {
            f"{rule} {RULES[rule].name}": _accuracy([c for c in mutants if c.rule == rule])
            for rule in SOFT_RULES
        },
        "fixes": _accuracy(fixes),
        "fixes by class": {
            kind: _accuracy([c for c in fixes if c.fixed == kind])
            for kind in sorted({c.fixed for c in fixes})
        },
        "fixes that exact rules say": sum(case.exact for case in fixes),
        "budgets": {},
    }
    for level in LEVELS:
        alarms = found.alarms(calibrations, level)
        table["budgets"][level] = {
            "alarms": alarms,
            "lines per alarm": found.lines / alarms if alarms else None,
            "alarms per 1,000 units": 1_000 * alarms / max(found.units, 1),
            "recall of mutants": _recall(mutants, calibrations, level),
            "recall of fixes": _recall(fixes, calibrations, level),
            "recall of other fixes": _recall([c for c in fixes if not c.exact], calibrations, level),
        }
    table["curve"] = curve_table(found, calibrations)
    table["expected calibration error"] = _calibration_error(found, fixes, calibrations)
    return table


def _calibration_error(
    found: HeldOut, fixes: Sequence[Case], calibrations: Mapping[str, RuleCalibration]
) -> dict[str, float]:
    """Of all findings, and of those of each rule, at natural prevalence: unchanged code, every finding of which counts as
    wrong, and real fixes found that no exact rule says, each standing for as many as ``PREVALENCE`` says."""
    unsaid = [case for case in fixes if not case.exact]
    stands_for = PREVALENCE * found.units / max(len(unsaid), 1)
    items = [(rule, z, False, 1.0) for rule in SOFT_RULES for file in found.clean for z in file.firsts(rule)]
    items += [(case.rule, case.log_odds, True, stands_for) for case in unsaid if case.joint]
    errors = {}
    for name, chosen in (
        ("all", items),
        *((rule, [item for item in items if item[0] == rule]) for rule in SOFT_RULES),
    ):
        if chosen:
            probabilities = [calibrations[rule].probability(z) for rule, z, _, _ in chosen]
            errors[name] = expected_calibration_error(
                probabilities, [right for _, _, right, _ in chosen], [weight for *_, weight in chosen]
            )
    return errors


def _accuracy(cases: Sequence[Case]) -> dict[str, float | int]:
    count = len(cases)
    offered = [case for case in cases if case.offered]
    if not count:
        return {"bugs": 0}
    return {
        "bugs": count,
        "offered": round(len(offered) / count, 4),
        "joint": round(sum(case.joint for case in cases) / count, 4),
        "localisation": round(sum(case.localised for case in cases) / count, 4),
        "repair": round(sum(case.repaired for case in offered) / max(len(offered), 1), 4),
    }


def _recall(cases: Sequence[Case], calibrations: Mapping[str, RuleCalibration], level: str) -> float:
    """Share whose right repair ``level`` shows before any other: as a finding, or of what an exact rule says there."""
    hits = sum(
        case.joint
        and case.rule in calibrations
        and (case.exact or case.log_odds >= calibrations[case.rule].thresholds[level])
        for case in cases
    )
    return round(hits / max(len(cases), 1), 4)
