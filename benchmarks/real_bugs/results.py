"""Results: shares with bootstrap intervals, as Markdown tables and as JSON."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

from benchmarks.real_bugs.findings import within
from benchmarks.real_bugs.judging import Quiet, Verdict

from groundstate.settings import SENSITIVITIES
from groundstate_grammars.rules import RULES

RESAMPLES = 1000
ALARM_LINES = 2000
"""False alarms are told per so many lines."""

_OTHER = "no rule"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A ratio and the bounds of its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, counts: Sequence[float], sizes: Sequence[float], seed: int) -> Estimate:
        """The sum of ``counts`` over the sum of ``sizes``, where both are drawn anew together."""
        chance = random.Random(seed)
        places = range(len(counts))
        drawn = []
        for _ in range(RESAMPLES if len(counts) > 1 else 0):
            chosen = chance.choices(places, k=len(counts))
            size = sum(sizes[place] for place in chosen)
            drawn.append(sum(counts[place] for place in chosen) / size if size else 0.0)
        drawn.sort()
        value = sum(counts) / sum(sizes) if sum(sizes) else 0.0
        if not drawn:
            return cls(value, value, value)
        return cls(value, drawn[int(0.025 * len(drawn))], drawn[int(0.975 * len(drawn))])

    def shown(self, scale: float, digits: int) -> str:
        """As in ``41.0 (36.2-45.9)``."""
        value, low, high = (f"{scale * number:.{digits}f}" for number in (self.value, self.low, self.high))
        return f"{value} ({low}-{high})"


@dataclass(frozen=True, slots=True)
class BugRow:
    """The cases of one rule. ``found``, ``repaired``: shares of them by sensitivity."""

    rule: str
    cases: int
    found: dict[str, Estimate]
    repaired: dict[str, Estimate]
    localised: Estimate
    joint: Estimate


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """Findings in fixed code, by sensitivity, and how many per ``ALARM_LINES`` lines."""

    rule: str
    alarms: dict[str, int]
    rate: dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class Results:
    """``bugs``, ``alarms``: a row for all, then one for each rule that has any."""

    seed: int
    lines: int
    bugs: tuple[BugRow, ...]
    alarms: tuple[AlarmRow, ...]

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    def as_markdown(self) -> str:
        levels = " | ".join(SENSITIVITIES)
        lines = [
            "Bugs found and repaired, % of the cases (95 % interval). Joint and localised: the best finding of a "
            "function known to be buggy has the right fix; is on the right line.",
            "",
            f"| rule | cases | joint | localised | found: {levels} | repaired: {levels} |",
            f"| --- | ---: | ---: | ---: | {'---: | ' * (2 * len(SENSITIVITIES))}".rstrip(),
        ]
        for row in self.bugs:
            cells = [row.joint, row.localised, *row.found.values(), *row.repaired.values()]
            shown = " | ".join(cell.shown(100, 1) for cell in cells)
            lines.append(f"| {_named(row.rule)} | {row.cases:,} | {shown} |")
        lines += [
            "",
            f"Findings per {ALARM_LINES:,} of {self.lines:,} lines of fixed code (95 % interval).",
            "",
            f"| rule | {levels} |",
            f"| --- | {'---: | ' * len(SENSITIVITIES)}".rstrip(),
        ]
        for alarm in self.alarms:
            shown = " | ".join(rate.shown(ALARM_LINES, 2) for rate in alarm.rate.values())
            lines.append(f"| {_named(alarm.rule)} | {shown} |")
        return "\n".join(lines)


def summarise(verdicts: Sequence[Verdict], quiet: Sequence[Quiet], seed: int) -> Results:
    """Rows for all and for each rule."""
    rules = sorted({verdict.case.rule or _OTHER for verdict in verdicts})
    loud = sorted({rule for file in quiet for rule, _ in file.alarms})
    return Results(
        seed=seed,
        lines=sum(file.lines for file in quiet),
        bugs=(
            _bug_row("all", verdicts, seed),
            *(
                _bug_row(rule, [v for v in verdicts if (v.case.rule or _OTHER) == rule], seed)
                for rule in rules
            ),
        ),
        alarms=(
            _alarm_row("all", quiet, seed, lambda _: True),
            *(_alarm_row(rule, quiet, seed, rule.__eq__) for rule in loud),
        ),
    )


def _bug_row(rule: str, verdicts: Sequence[Verdict], seed: int) -> BugRow:
    ones = [1.0] * len(verdicts)

    def share(answers: Iterable[bool]) -> Estimate:
        return Estimate.of([float(answer) for answer in answers], ones, seed)

    return BugRow(
        rule=rule,
        cases=len(verdicts),
        found={level: share(verdict.found[level] for verdict in verdicts) for level in SENSITIVITIES},
        repaired={level: share(verdict.repaired[level] for verdict in verdicts) for level in SENSITIVITIES},
        localised=share(verdict.localised for verdict in verdicts),
        joint=share(verdict.joint for verdict in verdicts),
    )


def _alarm_row(rule: str, quiet: Sequence[Quiet], seed: int, counts: Callable[[str], bool]) -> AlarmRow:
    sizes = [float(file.lines) for file in quiet]
    alarms: dict[str, list[float]] = {
        level: [
            float(sum(counts(found) and within(budget, level) for found, budget in file.alarms))
            for file in quiet
        ]
        for level in SENSITIVITIES
    }
    return AlarmRow(
        rule=rule,
        alarms={level: int(sum(alarms[level])) for level in SENSITIVITIES},
        rate={level: Estimate.of(alarms[level], sizes, seed) for level in SENSITIVITIES},
    )


def _named(rule: str) -> str:
    return f"{rule} {RULES[rule].name}" if rule in RULES else rule
