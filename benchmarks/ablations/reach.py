"""What the reach of the learned term saves and costs: units that counting says need more of it than it ever adds to an
edit that is shown are not read by the network (``ModelPackage.reach``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from groundstate_energy.engine import LEARNED_UNITS, Engine, worth_a_pass
from groundstate_energy.minimiser import ScoredUnit
from groundstate_energy.model_package import LEVELS
from groundstate_energy.training.batches import split_of
from groundstate_energy.training.corpus import Repository
from groundstate_energy.training.fixes import FixRecord, unit_at
from groundstate_grammars.python.edited import repair_of
from groundstate_grammars.python.parsed import ParsedFile, parse


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

    def fixes(self, records: Iterable[FixRecord], repositories: Sequence[Repository], split: str) -> None:
        """The buggy version of every real fix of a split."""
        projects = {repository.name: repository.project for repository in repositories}
        for record in records:
            if split_of(record.repository) != split:
                continue
            self.cases += 1
            file = parse(record.before, projects.get(record.repository))
            unit = unit_at(file, record.site)
            for scored in [] if unit is None else self.engine.score(file, [unit]):
                target = repair_of(record.before, record.fixed, scored.candidates, record.site)
                if target is None or scored.best(1)[0] != target:
                    continue
                calibration = self.engine.package.calibration[scored.rule(target)]
                for level in LEVELS:
                    found = scored.log_odds(target) >= calibration.thresholds[level]
                    self.levels[level].fixes += found
                    self.levels[level].fixes_read += found and self._is_read(scored, level)

    def unchanged(self, files: Iterable[tuple[ParsedFile, int]]) -> None:
        """Functions as they are, each file with how many it stands for."""
        for file, times in files:
            self.lines += times * (file.data.count(b"\n") + 1)
            units = [unit for unit in file.units if unit.kind in LEARNED_UNITS]
            for scored in self.engine.score(file, units):
                tokens = times * sum(len(window.tokens) for window in scored.windows)
                rules = self.engine.package.calibration
                best = [(rules[scored.rule(c)].thresholds, scored.log_odds(c)) for c in scored.best()]
                for level in LEVELS:
                    alarms = times * sum(log_odds >= thresholds[level] for thresholds, log_odds in best)
                    read = self._is_read(scored, level)
                    counts = self.levels[level]
                    counts.tokens += tokens
                    counts.tokens_read += tokens if read else 0
                    counts.alarms += alarms
                    counts.alarms_read += alarms if read else 0

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
