"""What an engine says of held-out repositories: unchanged code, mutants and real fixes, through the product's own path."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from groundstate_energy.calibration import Sample
from groundstate_energy.engine import LEARNED_UNITS, Engine
from groundstate_energy.features import NameStatistics
from groundstate_energy.minimiser import ScoredUnit
from groundstate_energy.model_package import LEVELS, RuleCalibration
from groundstate_energy.training.batches import read, split_of
from groundstate_energy.training.corpus import TEST_SHARE, Repository
from groundstate_energy.training.fixes import load_fixes, unit_at
from groundstate_energy.training.mutants import Mutator
from groundstate_energy.training.single_site import RULE_OF_CLASS
from groundstate_grammars.python.edited import repair_of
from groundstate_grammars.python.parsed import ParsedFile, parse
from groundstate_grammars.python.test_code import is_test
from groundstate_grammars.rules import SOFT_RULES

LOST_FIXES, LOST_MUTANTS = 0.002, 0.01
"""Shares of all real fixes and of all mutants that may be found no more for the sake of passes that are saved."""
MUTANTS = 200
"""Mutants that weigh as much as one real fix in calibration. They only break ties: with one in twenty, budgets and
probabilities followed what is easy to find among mutants (signs, negations), of which readers found nothing in real code."""
_TOP = 3
"""Best edits of a clean unit that count as possible alarms."""


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
    counted: float
    """Gap of the right repair by the usage term, nats."""

    @property
    def real(self) -> bool:
        """Whether it is a fix, not a mutant."""
        return bool(self.fixed)


@dataclass(slots=True)
class HeldOut:
    """Findings on unchanged code and on bugs."""

    lines: int = 0
    units: int = 0
    clean: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    cases: list[Case] = field(default_factory=list)

    def absorb(self, other: HeldOut) -> None:
        """Add what another part of the repositories gave."""
        self.lines += other.lines
        self.units += other.units
        for rule, values in other.clean.items():
            self.clean[rule] += values
        self.cases += other.cases

    def reach(self, calibrations: Mapping[str, RuleCalibration]) -> dict[str, float]:
        """By alarm budget, the least ``ModelPackage.reach`` that loses no more than the shares above."""
        found = {}
        for level in LEVELS:
            least = []
            for real, share in ((True, LOST_FIXES), (False, LOST_MUTANTS)):
                cases = [case for case in self.cases if case.real is real]
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
            cases = [case for case in self.cases if case.rule == rule]
            found[rule] = Sample(
                np.array([case.log_odds for case in cases], np.float64),
                np.array([1.0 if case.real else 1 / MUTANTS for case in cases], np.float64),
                np.array(self.clean.get(rule, ()), np.float64),
            )
        return found


def examine_clean(engine: Engine, files: Iterable[tuple[ParsedFile, int]], found: HeldOut) -> None:
    """Score unchanged files; the best edits of each unit are what could be reported.

    ``files``: each with how many files it stands for.
    """
    for file, times in files:
        found.lines += times * (file.data.count(b"\n") + 1)
        units = [unit for unit in file.units if unit.kind in LEARNED_UNITS]
        for scored in engine.score(file, units):
            found.units += times
            sites: set[int] = set()
            for candidate in scored.best(_TOP):
                site = int(scored.candidates.candidate_site[candidate])
                place = int(scored.candidates.site_token[site])
                if place in sites:
                    continue
                sites.add(place)
                rule = SOFT_RULES[int(scored.candidates.site_rule[site])]
                found.clean[rule] += [scored.log_odds(candidate)] * times


def _case(scored: ScoredUnit, target: int, fixed: str) -> Case:
    candidates = scored.candidates
    gaps = scored.gaps
    best = scored.best(1)[0]
    site = candidates.candidate_site[target]
    same = np.flatnonzero(candidates.candidate_site == site)
    rule = SOFT_RULES[int(candidates.site_rule[site])]
    joint = best == target
    return Case(
        rule,
        fixed,
        True,
        bool(candidates.site_token[candidates.candidate_site[best]] == candidates.site_token[site]),
        bool(same[gaps[same].argmin()] == target),
        joint,
        scored.log_odds(target) if joint else float("-inf"),
        float(scored.usage[target]),
    )


def examine_mutants(
    engine: Engine,
    repositories: Sequence[Repository],
    count: int,
    forms: dict[str, int],
    seed: int,
    found: HeldOut,
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
            sources = [read(repository.project, file, names) for file in files[start : start + 8]]
            wanted = min(sum(len(source.units) for source in sources), per_repository - made)
            for edited, at in mutator.edited_units(sources, wanted):
                made += 1
                assert edited.unit is not None
                for scored in engine.score(edited, [edited.unit]):
                    target = edited.way_back(scored.candidates, at)
                    if target is not None:
                        found.cases.append(_case(scored, target, ""))


def examine_fixes(
    engine: Engine, repositories: Sequence[Repository], split: str, fixes: Path, found: HeldOut
) -> None:
    """Score the buggy version of every real fix of a split, inside its project where ``repositories`` have it."""
    projects = {repository.name: repository.project for repository in repositories}
    for record in load_fixes(fixes):
        if split_of(record.repository) != split:
            continue
        file = parse(record.before, projects.get(record.repository))
        unit = unit_at(file, record.site)
        if unit is None:
            continue
        for scored in engine.score(file, [unit]):
            target = repair_of(record.before, record.fixed, scored.candidates, record.site)
            if target is None:
                rule = RULE_OF_CLASS[record.kind]
                found.cases.append(Case(rule, record.kind, False, False, False, False, float("-inf"), 0.0))
            else:
                found.cases.append(_case(scored, target, record.kind))


def clean_files(
    repositories: Sequence[Repository], lines: int, seed: int
) -> Iterable[tuple[ParsedFile, int]]:
    """Files of the repositories, spread evenly, about ``lines`` lines, each with how many files it stands for.

    A corpus keeps a part of the test files; each of them stands for those that it does not have, for alarms are as
    frequent as they are in whole repositories.
    """
    rng = random.Random(seed)
    share = lines // max(len(repositories), 1)
    for repository in repositories:
        files = list(repository.files)
        rng.shuffle(files)
        taken = 0
        for file in files:
            if taken >= share:
                break
            taken += file.text.count(b"\n") + 1
            yield parse(file.text, repository.project), round(1 / TEST_SHARE) if is_test(file.path) else 1
