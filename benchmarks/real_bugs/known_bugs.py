"""Known bugs of test repositories, the same for every baseline: mutants, and real fixes whose repair is offered."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from groundstate_energy.encoding import Window, encode
from groundstate_energy.features import FileStatistics, NameStatistics
from groundstate_energy.training.batches import read
from groundstate_energy.training.corpus import Repository
from groundstate_energy.training.fixes import load_fixes, unit_at
from groundstate_energy.training.mutants import Mutator
from groundstate_grammars.project import ProjectFacts
from groundstate_grammars.python.candidates import CandidateSet
from groundstate_grammars.python.edited import repair_of
from groundstate_grammars.python.parsed import ParsedFile, parse

MUTANTS, FIXES = "mutants", "fixes"
_FILES = 4
"""Files of a repository that mutants are drawn from at a time."""


@dataclass(frozen=True, slots=True)
class KnownBug:
    """A file with one bug and the same file without it. ``site``: a byte of the bug's place in ``before``.

    ``kind``: ``MUTANTS`` or ``FIXES``.
    """

    name: str
    kind: str
    repository: str
    before: bytes
    after: bytes
    site: int

    @property
    def line(self) -> int:
        """The first line that the fix changes, from 1; the same in both files, for what stands before is the same."""
        shorter = min(len(self.before), len(self.after))
        old = np.frombuffer(self.before, np.uint8)[:shorter]
        differs = old != np.frombuffer(self.after, np.uint8)[:shorter]
        first = int(differs.argmax()) if differs.any() else shorter
        return self.before.count(b"\n", 0, first) + 1


@dataclass(frozen=True, slots=True)
class Question:
    """A buggy unit as every scorer sees it. ``target``: the right repair among its candidates."""

    bug: KnownBug
    file: ParsedFile
    candidates: CandidateSet
    windows: list[Window]
    target: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a baseline makes of a question. The unit is known to be buggy; its best edit is on the right token, it is the
    right repair at the right site, and both at once. ``repaired`` and ``joint`` are None for what offers no repairs."""

    localised: bool
    repaired: bool | None
    joint: bool | None


def is_offered(bug: KnownBug, project: ProjectFacts | None) -> bool:
    """Whether the repair of a bug is among the candidates of its unit."""
    return _repair(bug, project) is not None


def question_of(bug: KnownBug, project: ProjectFacts | None, names: NameStatistics) -> Question | None:
    """The unit of a bug made ready; None where the repair is not offered."""
    found = _repair(bug, project)
    if found is None:
        return None
    file, candidates, target = found
    return Question(
        bug, file, candidates, encode(FileStatistics(file, names), candidates.unit, candidates), target
    )


def _repair(bug: KnownBug, project: ProjectFacts | None) -> tuple[ParsedFile, CandidateSet, int] | None:
    file = parse(bug.before, project)
    unit = unit_at(file, bug.site)
    if unit is None:
        return None
    candidates = file.candidates.of(unit)
    target = repair_of(bug.before, bug.after, candidates, bug.site)
    return None if target is None else (file, candidates, target)


def answer(question: Question, gaps: NDArray[np.floating]) -> Answer:
    """Judge the energy gaps of all candidates, ``(candidates,)``, as ``held_out`` judges the product's.

    Ties go to the earlier edit in the text, then in the set.
    """
    candidates, target = question.candidates, question.target
    start = candidates.site_start[candidates.candidate_site]
    order = np.lexsort((np.arange(len(gaps)), start, gaps))
    best = int(order[0])
    site = candidates.candidate_site
    at_site = order[site[order] == site[target]]
    return Answer(
        localised=bool(candidates.site_token[site[best]] == candidates.site_token[site[target]]),
        repaired=bool(at_site[0] == target),
        joint=best == target,
    )


def find_mutants(
    repositories: Sequence[Repository], count: int, forms: Mapping[str, int], names: NameStatistics, seed: int
) -> Iterator[KnownBug]:
    """About ``count`` mutants, evenly from all repositories, rules drawn as in training; none that a hard term finds."""
    mutator = Mutator(forms, names, seed)
    rng = random.Random(seed)
    share = -(-count // max(len(repositories), 1))
    for repository in repositories:
        files = list(repository.files)
        rng.shuffle(files)
        made = 0
        for start in range(0, len(files), _FILES):
            if made >= share:
                break
            sources = [read(repository.project, file, names) for file in files[start : start + _FILES]]
            wanted = min(sum(len(source.units) for source in sources), share - made)
            for edited, at in mutator.edited_units(sources, wanted):
                base, unit = edited.base, edited.base_unit
                site = at + edited.shift
                mutated = base.data[:site] + edited.data[at:] + base.data[unit.end :]
                yield KnownBug(
                    f"{repository.name}/{made}", MUTANTS, repository.name, mutated, base.data, site
                )
                made += 1


def find_fixes(repositories: Sequence[Repository], fixes: Path) -> Iterator[KnownBug]:
    """The real fixes of the repositories."""
    known = {repository.name for repository in repositories}
    for number, record in enumerate(load_fixes(fixes)):
        if record.repository in known:
            name = f"{record.repository}/fix {number}"
            yield KnownBug(name, FIXES, record.repository, record.before, record.fixed, record.site)


def write_bugs(bugs: Iterable[KnownBug], path: Path) -> None:
    """One JSON object a line, texts in base 64: they may be in any encoding."""
    with path.open("w", encoding="utf-8") as stream:
        for bug in bugs:
            before, after = (base64.b64encode(data).decode() for data in (bug.before, bug.after))
            line = {"name": bug.name, "kind": bug.kind, "repository": bug.repository, "site": bug.site}
            stream.write(json.dumps({**line, "before": before, "after": after}) + "\n")


def read_bugs(path: Path) -> list[KnownBug]:
    """What ``write_bugs`` wrote.

    Raises:
        OSError, ValueError, KeyError: the file is missing or damaged.
    """
    found = []
    for line in path.read_text("utf-8").splitlines():
        raw = json.loads(line)
        texts = {side: base64.b64decode(raw[side]) for side in ("before", "after")}
        found.append(KnownBug(**{**raw, **texts}))
    return found
