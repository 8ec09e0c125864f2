"""Linting: a check whose findings are narrowed to the new ones, and what is written because of it.

Narrowing comes after the analysis, so the cache answers whatever the baseline is, and each finding has the fingerprint
that it has everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from groundstate.baseline import Baseline, Covers, Entry, ended, pruned, updated
from groundstate.changed_lines import changed_lines
from groundstate.checking import Input, check
from groundstate.discovery import Problem, relative_to_root
from groundstate.fixes import Fix, FixError, write
from groundstate.report import Report
from groundstate.reports.outcome import Outcome, shown_path
from groundstate.settings import SENSITIVITIES, LoadedSettings
from groundstate_grammars.rules import SOFT_RULES


@dataclass(frozen=True, slots=True)
class Checked:
    """``found``: all findings. ``shown``: those that are new. ``notes``: for the user."""

    found: Outcome
    shown: Outcome
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Linter:
    """How files are checked and which findings are new.

    ``since``: the git revision whose changed lines are reported, None for all lines. ``force_exclude``: excluded files
    are not checked even where they are named.
    """

    loaded: LoadedSettings
    baseline: Baseline | None
    since: str | None
    use_cache: bool
    jobs: int
    force_exclude: bool = False

    def check(self, given: Input) -> Checked:
        """Check ``given``.

        Raises:
            UserError: the changes cannot be told, or learned rules are selected and cannot run.
        """
        changes = None if self.since is None else changed_lines(given.paths, self.since)
        found, notes = check(
            given,
            self.loaded,
            use_cache=self.use_cache,
            jobs=self.jobs,
            only=None if changes is None else changes.touches,
            force_exclude=self.force_exclude,
        )
        reports: Sequence[Report] = found.reports
        if self.baseline is not None:
            reports = [self.baseline.new_in(report) for report in reports]
        if changes is not None:
            reports = [changes.findings_in(report) for report in reports]
        return Checked(found, replace(found, reports=tuple(reports)), notes)

    def baseline_updated(self, baseline: Baseline, found: Outcome) -> Baseline:
        """The baseline that has all that was found."""
        return updated(baseline, found.reports, self._covers(found))

    def baseline_pruned(self, baseline: Baseline, found: Outcome) -> tuple[Baseline, list[tuple[str, Entry]]]:
        """The baseline without what is fixed, and what that is."""
        after = pruned(baseline, found.reports, self._covers(found))
        return after, ended(baseline, after)

    def _covers(self, found: Outcome) -> Covers:
        from groundstate_energy.vetoes import sensitivity_of

        checked = {report.document.path for report in found.reports}
        settings, root = self.loaded.settings, self.loaded.root

        def covers(path: Path, entry: Entry) -> bool:
            relative = relative_to_root(path, root)
            if path not in checked or entry.rule not in settings.reported_rules(relative):
                return False
            if entry.rule not in SOFT_RULES:
                return True
            allowed = sensitivity_of(relative.as_posix(), settings.sensitivity)
            if found.model is None or allowed is None:
                return False
            return SENSITIVITIES.index(entry.budget) <= SENSITIVITIES.index(allowed)

        return covers


@dataclass(frozen=True, slots=True)
class Changed:
    """What was written: the files, and how many findings it was for. ``problems``: files that are as they were."""

    paths: tuple[Path, ...]
    count: int
    problems: tuple[Problem, ...]


def write_all(changes: Sequence[Fix]) -> Changed:
    """Write those files that change."""
    paths: list[Path] = []
    problems: list[Problem] = []
    count = 0
    for change in changes:
        if change.findings:
            try:
                write(change)
            except FixError as error:
                problems.append(Problem(shown_path(change.original.path), str(error)))
            else:
                paths.append(change.original.path)
                count += len(change.findings)
    return Changed(tuple(paths), count, tuple(problems))
