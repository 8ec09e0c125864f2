"""What an engine says of held-out repositories: unchanged code, mutants and real fixes, through the product's own path.

An edit counts where the analysis would show it: not where something vetoes it (``vetoes``), and in test code by the
stricter budget. What vetoes an edit is asked only of edits whose log-odds an alarm budget may let pass (``LOWEST``).
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from groundstate_energy.calibration import LOWEST, Part, Sample
from groundstate_energy.engine import LEARNED_UNITS, Engine, place_of
from groundstate_energy.features import NameStatistics
from groundstate_energy.minimiser import KEPT, ScoredUnit, prior
from groundstate_energy.model_package import LEVELS, RuleCalibration
from groundstate_energy.places import by_place
from groundstate_energy.training.batches import read, split_of
from groundstate_energy.training.corpus import TEST_SHARE, Repository
from groundstate_energy.training.fixes import load_fixes, unit_at
from groundstate_energy.training.mutants import Mutator
from groundstate_energy.training.single_site import RULE_OF_CLASS
from groundstate_energy.vetoes import Vetoes, sensitivity_of
from groundstate_grammars.edits import Edit, Replacement
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.python.edited import EditedUnit, repair_of
from groundstate_grammars.python.parsed import ParsedFile, parse
from groundstate_grammars.python.test_code import is_test
from groundstate_grammars.rules import SOFT_RULES

LOST_FIXES, LOST_MUTANTS = 0.002, 0.01
"""Shares of all real fixes and of all mutants that may be found no more for the sake of passes that are saved."""
MUTANTS = 200
"""Mutants that weigh as much as one real fix in calibration. They only break ties: with one in twenty, budgets and
probabilities followed what is easy to find among mutants (signs, negations), of which readers found nothing in real code."""
_TOP = 3
"""Best edits of a clean unit that count whatever their log-odds, for the probabilities of what no budget shows."""


class Judge(Protocol):
    """What becomes of the candidates of a unit."""

    def shows(self, scored: ScoredUnit, candidate: int) -> bool:
        """Whether it would be a finding if an alarm budget let it pass."""
        ...

    def mends(self, scored: ScoredUnit, candidate: int) -> bool:
        """Whether it is a repair of what an exact rule says at its place."""
        ...


@dataclass(slots=True)
class Case:
    """A unit with a known bug, scored. ``log_odds``: of the right repair where it is the unit's best edit, else -inf.

    ``offered``: the repair is among the candidates. ``fixed``: what a fix changed, one of the classes of the miner; empty
    for a mutant.
    """

    rule: str
    fixed: str
    offered: bool
    localised: bool
    repaired: bool
    joint: bool
    log_odds: float
    exact: bool
    """Whether an exact rule says at the place what the right repair mends: found at every sensitivity, and no threshold is
    chosen for it. None of the mutants: those that a hard term finds are not made."""
    counted: float
    """Gap of the right repair by the usage term, less the prior of its unit, nats."""

    @property
    def real(self) -> bool:
        """Whether it is a fix, not a mutant."""
        return bool(self.fixed)


@dataclass(frozen=True, slots=True)
class Said:
    """An edit of unchanged code that nothing vetoes, and the place that its finding would point at."""

    rule: str
    log_odds: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A file of unchanged code. ``times``: how many files it stands for."""

    path: str
    file: ParsedFile
    vetoes: Vetoes
    times: int

    def said_of(self, scored: ScoredUnit) -> Iterator[Said]:
        """The best edits of one of its units that nothing vetoes."""
        for rank, candidate in enumerate(scored.best(KEPT)):
            log_odds = scored.log_odds(candidate)
            if log_odds < LOWEST and rank >= _TOP:
                return
            if log_odds < LOWEST or Whole(self.file, self.vetoes).shows(scored, candidate):
                yield Said(scored.rule(candidate), log_odds, *place_of(self.file, scored, candidate))


@dataclass(frozen=True, slots=True)
class SaidOfFile:
    """What could be shown of a file of unchanged code, by decreasing log-odds."""

    path: str
    times: int
    edits: Sequence[Said]

    @classmethod
    def of(cls, clean: CleanFile, said: Iterable[Said]) -> SaidOfFile:
        """``said``: of all its units, or of some."""
        return cls(clean.path, clean.times, sorted(said, key=lambda edit: -edit.log_odds))

    def alarms(self, calibrations: Mapping[str, RuleCalibration], level: str) -> int:
        """Findings at ``level`` in all files that this one stands for."""
        budget = sensitivity_of(self.path, level)
        if budget is None:
            return 0
        passing = [e for e in self.edits if e.log_odds >= calibrations[e.rule].thresholds[budget]]
        return self.times * len(_places(passing))

    def firsts(self, rule: str | None = None) -> list[float]:
        """Log-odds of the best edit (of ``rule``, of all without) at each place, once for each file."""
        edits = [edit for edit in self.edits if rule in (None, edit.rule)]
        return [edits[group[0]].log_odds for group in _places(edits)] * self.times


def _places(edits: Sequence[Said]) -> list[list[int]]:
    return by_place((edit.start, edit.end) for edit in edits)


@dataclass(slots=True)
class HeldOut:
    """What is said of unchanged code and of bugs. ``outside``: lines outside tests."""

    lines: int = 0
    outside: int = 0
    units: int = 0
    clean: list[SaidOfFile] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    def absorb(self, other: HeldOut) -> None:
        """Add what another part of the repositories gave."""
        self.lines += other.lines
        self.outside += other.outside
        self.units += other.units
        self.clean += other.clean
        self.cases += other.cases

    def alarms(self, calibrations: Mapping[str, RuleCalibration], level: str) -> int:
        """Findings at ``level`` in unchanged code."""
        return sum(file.alarms(calibrations, level) for file in self.clean)

    def firsts(self, rule: str, *, in_tests: bool) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Log-odds of the best edit of ``rule`` at each place of unchanged code."""
        own = [file.firsts(rule) for file in self.clean if is_test(file.path) is in_tests]
        return np.array([value for values in own for value in values], np.float64)

    def part(self) -> Part:
        """Its unchanged code, as a part of a calibration's."""
        return Part(
            {rule: self.firsts(rule, in_tests=False) for rule in SOFT_RULES},
            {rule: self.firsts(rule, in_tests=True) for rule in SOFT_RULES},
            self.lines,
            self.outside,
        )

    def reach(self, calibrations: Mapping[str, RuleCalibration]) -> dict[str, float]:
        """By alarm budget, the least ``ModelPackage.reach`` that loses no more than the shares above."""
        found = {}
        for level in LEVELS:
            least = []
            for real, share in ((True, LOST_FIXES), (False, LOST_MUTANTS)):
                cases = [case for case in self.cases if case.real is real and not case.exact]
                thresholds = [calibrations[case.rule].thresholds[level] for case in cases]
                needed = sorted(
                    threshold + case.counted
                    for case, threshold in zip(cases, thresholds, strict=True)
                    if case.log_odds >= threshold
                )
                kept = needed[: max(len(needed) - int(share * len(cases)), 1)]
                least += kept[-1:]
            found[level] = max(least, default=float("inf"))
        return {level: nats for level, nats in found.items() if nats < float("inf")}

    def samples(self) -> dict[str, Sample]:
        """Calibration samples by rule; a real fix weighs as much as ``MUTANTS`` mutants."""
        found = {}
        for rule in SOFT_RULES:
            cases = [case for case in self.cases if case.rule == rule and not case.exact]
            found[rule] = Sample(
                np.array([case.log_odds for case in cases], np.float64),
                np.array([1.0 if case.real else 1 / MUTANTS for case in cases], np.float64),
                self.firsts(rule, in_tests=False),
                self.firsts(rule, in_tests=True),
            )
        return found


def examine_clean(engine: Engine, files: Iterable[CleanFile], found: HeldOut) -> None:
    """Score unchanged files; the best edits of each unit are what could be reported."""
    for clean in files:
        lines = clean.times * (clean.file.data.count(b"\n") + 1)
        found.lines += lines
        found.outside += 0 if is_test(clean.path) else lines
        units = [unit for unit in clean.file.units if unit.kind in LEARNED_UNITS]
        said: list[Said] = []
        for scored in engine.score(clean.file, units):
            found.units += clean.times
            said += clean.said_of(scored)
        found.clean.append(SaidOfFile.of(clean, said))


def _case(scored: ScoredUnit, target: int, fixed: str, judge: Judge) -> Case:
    candidates = scored.candidates
    gaps = scored.gaps

    def stays(candidate: int) -> bool:
        below = scored.log_odds(candidate) < LOWEST
        return below or judge.shows(scored, candidate) or judge.mends(scored, candidate)

    best = next(filter(stays, scored.best(KEPT)), -1)
    site = candidates.candidate_site[target]
    same = np.flatnonzero(candidates.candidate_site == site)
    rule = SOFT_RULES[int(candidates.site_rule[site])]
    joint = best == target
    place = candidates.site_token[candidates.candidate_site[best]] if best >= 0 else -1
    return Case(
        rule,
        fixed,
        True,
        bool(place == candidates.site_token[site]),
        bool(same[gaps[same].argmin()] == target),
        joint,
        scored.log_odds(target) if joint else float("-inf"),
        bool(fixed) and judge.mends(scored, target),
        float(scored.usage[target]) - prior(scored.unit),
    )


@dataclass
class Mutated:
    """A file with a mutant, of which only the unit was read. ``path``: in its repository."""

    edited: EditedUnit
    index: ProjectIndex
    path: str

    @cached_property
    def file(self) -> ParsedFile:
        """The whole of it."""
        unit, data = self.edited.base_unit, self.edited.base.data
        inside = self.edited.data[unit.start - self.edited.shift :]
        return parse(data[: unit.start] + inside + data[unit.end :], self.edited.base.project)

    @cached_property
    def vetoes(self) -> Vetoes:
        """Of the whole file."""
        return Vetoes(self.file, self.index, (self.index.root or Path()) / self.path)

    def in_whole_file(self, edit: Edit) -> Edit:
        """An edit of the unit as one of the whole file."""
        by = self.edited.shift
        return Edit(edit.rule, tuple(Replacement(r.start + by, r.end + by, r.new) for r in edit.replacements))

    def shows(self, scored: ScoredUnit, candidate: int) -> bool:
        """Whether it would be a finding if an alarm budget let it pass."""
        return self.vetoes.shows(*self._edit(scored, candidate))

    def mends(self, scored: ScoredUnit, candidate: int) -> bool:
        """Whether it is a repair of what an exact rule says at its place."""
        return self.vetoes.mends(*self._edit(scored, candidate))

    def _edit(self, scored: ScoredUnit, candidate: int) -> tuple[int, int, tuple[Replacement, ...]]:
        (start, end), by = place_of(self.edited, scored, candidate), self.edited.shift
        return start + by, end + by, self.in_whole_file(scored.candidates.edit(candidate)).replacements


@dataclass(frozen=True, slots=True)
class Whole:
    """A file that was read as it is."""

    file: ParsedFile
    vetoes: Vetoes

    def shows(self, scored: ScoredUnit, candidate: int) -> bool:
        """Whether it would be a finding if an alarm budget let it pass."""
        return self.vetoes.shows(*self._edit(scored, candidate))

    def mends(self, scored: ScoredUnit, candidate: int) -> bool:
        """Whether it is a repair of what an exact rule says at its place."""
        return self.vetoes.mends(*self._edit(scored, candidate))

    def _edit(self, scored: ScoredUnit, candidate: int) -> tuple[int, int, tuple[Replacement, ...]]:
        return *place_of(self.file, scored, candidate), scored.candidates.edit(candidate).replacements


def examine_mutants(
    engine: Engine,
    repositories: Sequence[Repository],
    count: int,
    forms: dict[str, int],
    seed: int,
    found: HeldOut,
    indices: Mapping[str, ProjectIndex],
) -> None:
    """Score about ``count`` mutants, one of each unit, rules drawn as in training."""
    names = NameStatistics(engine.package.names, engine.package.table)
    mutator = Mutator(forms, names, seed)
    rng = random.Random(seed)
    per_repository = max(count // max(len(repositories), 1), 1)
    for repository in repositories:
        files = list(repository.files)
        rng.shuffle(files)
        made = 0
        for start in range(0, len(files), 8):
            if made >= per_repository:
                break
            batch = files[start : start + 8]
            sources = [read(repository.project, file, names) for file in batch]
            paths = {source.file: file.path for source, file in zip(sources, batch, strict=True)}
            wanted = min(sum(len(source.units) for source in sources), per_repository - made)
            for edited, at in mutator.edited_units(sources, wanted):
                made += 1
                assert edited.unit is not None
                mutated = Mutated(edited, indices[repository.name], paths[edited.base])
                for scored in engine.score(edited, [edited.unit]):
                    target = edited.way_back(scored.candidates, at)
                    if target is not None:
                        found.cases.append(_case(scored, target, "", mutated))


def examine_fixes(
    engine: Engine,
    repositories: Sequence[Repository],
    split: str,
    fixes: Path,
    found: HeldOut,
    indices: Mapping[str, ProjectIndex],
) -> None:
    """Score the buggy version of every real fix of a split, inside its project where ``repositories`` have it."""
    found.cases += (case for case, _ in scored_fixes(engine, repositories, split, fixes, indices))


def scored_fixes(
    engine: Engine,
    repositories: Sequence[Repository],
    split: str,
    fixes: Path,
    indices: Mapping[str, ProjectIndex],
) -> Iterator[tuple[Case, ScoredUnit]]:
    """The case of every real fix of a split, and its unit as scored."""
    projects = {repository.name: repository.project for repository in repositories}
    for record in load_fixes(fixes):
        if split_of(record.repository) != split:
            continue
        file = parse(record.before, projects.get(record.repository))
        unit = unit_at(file, record.site)
        if unit is None:
            continue
        judge = Whole(file, Vetoes(file, indices.get(record.repository), None))
        for scored in engine.score(file, [unit]):
            target = repair_of(record.before, record.fixed, scored.candidates, record.site)
            if target is None:
                rule = RULE_OF_CLASS[record.kind]
                yield Case(rule, record.kind, False, False, False, False, float("-inf"), False, 0.0), scored
            else:
                yield _case(scored, target, record.kind, judge), scored


@contextmanager
def indices_of(repositories: Sequence[Repository]) -> Iterator[dict[str, ProjectIndex]]:
    """The symbol index of each repository by name; the files that the corpus has of it lie in a folder meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for repository in repositories:
            root = Path(folder) / repository.name.replace("/", "+")
            for file in repository.files:
                path = root / file.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.text)
            found[repository.name] = ProjectIndex(root)
        yield found


def clean_files(
    repositories: Sequence[Repository], lines: int, seed: int, indices: Mapping[str, ProjectIndex]
) -> Iterator[CleanFile]:
    """Files of the repositories, spread evenly, about ``lines`` lines, each with how many files it stands for.

    A corpus keeps a part of the test files; each of them stands for those that it does not have, for alarms are as
    frequent as they are in whole repositories. ``indices``: of ``indices_of``.
    """
    rng = random.Random(seed)
    share = lines // max(len(repositories), 1)
    for repository in repositories:
        index = indices[repository.name]
        files = list(repository.files)
        rng.shuffle(files)
        taken = 0
        for each in files:
            if taken >= share:
                break
            taken += each.text.count(b"\n") + 1
            file = parse(each.text, repository.project)
            vetoes = Vetoes(file, index, (index.root or Path()) / each.path)
            yield CleanFile(each.path, file, vetoes, round(1 / TEST_SHARE) if is_test(each.path) else 1)
