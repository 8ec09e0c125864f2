"""What the reach of the learned term saves and costs: units that counting says need more of it than it ever adds to an
edit that is shown are not read by the network (``ModelPackage.reach``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from groundstate_energy.engine import LEARNED_UNITS, Engine, worth_a_pass
from groundstate_energy.minimiser import ScoredUnit
from groundstate_energy.model_package import LEVELS
from groundstate_energy.training.held_out import Case, CleanFile, Said, SaidOfFile


@dataclass(slots=True)
class Reached:
    """Of one alarm budget. ``fixes``: found of ``cases``; ``alarms``: edits shown of unchanged code in ``tokens`` tokens of
    windows; of each how many with the reach, ``*_read``."""

    fixes: int = 0
    fixes_read: int = 0
    alarms: int = 0
    alarms_read: int = 0
    tokens: int = 0
    tokens_read: int = 0


@dataclass(slots=True)
class Reach:
    """Counts by alarm budget."""

    engine: Engine
    cases: int = 0
    lines: int = 0
    levels: dict[str, Reached] = field(default_factory=lambda: defaultdict(Reached))

    def fixes(self, examined: Iterable[tuple[Case, ScoredUnit]]) -> None:
        """The buggy version of real fixes, from ``scored_fixes``."""
        for case, scored in examined:
            self.cases += 1
            for level in LEVELS:
                threshold = self.engine.package.calibration[case.rule].thresholds[level]
                found = case.joint and case.log_odds >= threshold
                self.levels[level].fixes += found
                self.levels[level].fixes_read += found and self._is_read(scored, level)

    def unchanged(self, files: Iterable[CleanFile]) -> None:
        """Functions as they are."""
        calibration = self.engine.package.calibration
        for clean in files:
            self.lines += clean.times * (clean.file.data.count(b"\n") + 1)
            units = [unit for unit in clean.file.units if unit.kind in LEARNED_UNITS]
            scored = [(one, list(clean.said_of(one))) for one in self.engine.score(clean.file, units)]
            for level in LEVELS:
                counts = self.levels[level]
                said: list[Said] = []
                said_read: list[Said] = []
                for one, own in scored:
                    tokens = clean.times * sum(len(window.tokens) for window in one.windows)
                    counts.tokens += tokens
                    said += own
                    if self._is_read(one, level):
                        counts.tokens_read += tokens
                        said_read += own
                counts.alarms += SaidOfFile.of(clean, said).alarms(calibration, level)
                counts.alarms_read += SaidOfFile.of(clean, said_read).alarms(calibration, level)

    def _is_read(self, scored: ScoredUnit, level: str) -> bool:
        return worth_a_pass(self.engine.package, level)(scored.candidates, scored.usage)

    def table(self) -> str:
        """As Markdown."""
        rows = [
            f"| budget | fixes found of {self.cases} | with the reach | alarms in {self.lines:,} unchanged lines "
            "| with the reach | tokens read |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for level in LEVELS:
            of = self.levels[level]
            rows.append(
                f"| `{level}` | {of.fixes} | {of.fixes_read} | {of.alarms} | {of.alarms_read} "
                f"| {of.tokens_read / max(of.tokens, 1):.0%} |"
            )
        return "\n".join(rows)
