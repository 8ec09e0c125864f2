"""Changes: which questions two versions of a project answer differently, and which files had asked one of them.

Everything here errs on the side of looking again. What the files that changed contribute to their project is compared
with what they contributed (``FileSummary``, ``Outline``).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from groundstate.outlines import BROKEN, NOTHING, Outline
from groundstate.taken import (
    BYTES,
    CLASS,
    CLASS_OF,
    DEFINED,
    FOUND,
    FUNCTION,
    JUDGED,
    MEMBER,
    MEMBERS,
    MEMBERS_LIKE,
    MODULE,
    NAME,
    PARAMETERS_LIKE,
    STORED,
    STORES,
    SUBCLASSED,
    TIMES_DEFINED,
    Taken,
    about,
    numbers_of,
)
from groundstate_grammars.project import FileSummary, ProjectFacts, coarse, key_of_class
from groundstate_grammars.similar import SimilarNames

MOST_FILES = 40
"""Changed files after which all are looked at again."""
_ROUNDING = 1e-6

Contribution = tuple[FileSummary | None, Outline]
"""What a file contributes to the facts of its project, None if it is no text, and to the symbol index."""
Difference = tuple[FileSummary, FileSummary]
"""What a file said to its project, and what it says."""

_SILENT = FileSummary({}, {}, {})


class Change:
    """What is different for those who ask.

    Attributes:
        keys: questions with other answers, as ``Taken`` writes them.
        lost: questions for modules that have syntax errors now, and had none.
        names, parameters: of the project, that came, went or moved among those asked for similar ones.
    """

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.lost: set[str] = set()
        self.names: set[str] = set()
        self.parameters: set[str] = set()

    def add_module(self, place: str, old: Outline, new: Outline) -> None:
        """The module at ``place`` is another one."""
        self.keys.add(BYTES + place)
        if old.is_read and new.kind == BROKEN:
            self.lost.add(MODULE + place)
        else:
            self._add_names_of_module(place, old, new)
        left, right = old.words, new.words
        self.keys.update(DEFINED + word for word in left.defining ^ right.defining)
        self.keys.update(SUBCLASSED + word for word in left.bases ^ right.bases)
        self.keys.update(TIMES_DEFINED + word for word in _different(left.functions, right.functions))

    def _add_names_of_module(self, place: str, old: Outline, new: Outline) -> None:
        if old.kind != new.kind:
            self.keys.add(MODULE + place)
        members, stores = _different(old.members, new.members), old.stores ^ new.stores
        self.keys.update(MEMBER + about(place, name) for name in members)
        self.keys.update(STORED + about(place, word) for word in stores)
        if members:
            self.keys.add(MEMBERS + place)
        if stores:
            self.keys.add(STORES + place)

    def add_facts(
        self, differences: Sequence[Difference], facts: ProjectFacts, others: Sequence[FileSummary]
    ) -> None:
        """What files say to their project is different. ``facts``: now. ``others``: what all other files say."""
        self._add_names(differences, facts)
        self._add_functions(differences, facts, others)
        for before, after in differences:
            classes = _different(before.classes, after.classes)
            self.keys.update(CLASS + name for name in classes)
            if list(before.classes) != list(after.classes):
                either = before.classes.keys() | after.classes.keys()
                self.keys.update(CLASS_OF + key_of_class(name) for name in either)

    def _add_names(self, differences: Sequence[Difference], facts: ProjectFacts) -> None:
        more: Counter[str] = Counter()
        defined: set[str] = set()
        for before, after in differences:
            more.update(after.names.keys() - before.names.keys())
            more.subtract(before.names.keys() - after.names.keys())
            defined |= _defined(before) ^ _defined(after)
        for name in more.keys() | defined:
            now = facts.names.get(name, 0)
            then = now - more[name]
            if coarse(then) != coarse(now):
                self.keys.add(NAME + name)
            # What two files use is among the names that are asked for similar ones, of the rest what one defines.
            if coarse(max(then, 1)) != coarse(max(now, 1)) or (min(then, now) < 2 and name in defined):
                self.names.add(name)

    def _add_functions(
        self, differences: Sequence[Difference], facts: ProjectFacts, others: Sequence[FileSummary]
    ) -> None:
        names = {
            name for before, after in differences for name in _different(before.functions, after.functions)
        }
        if not names:
            return
        known = [
            FileSummary({}, {name: item.functions[name] for name in names & item.functions.keys()}, {})
            for item in others
        ]
        earlier = ProjectFacts.of([*known, *(before for before, _ in differences)]).functions
        more: Counter[str] = Counter()
        for name in names:
            before, after = earlier.get(name), facts.functions.get(name)
            if before != after or (name in earlier) != (name in facts.functions):
                self.keys.add(FUNCTION + name)
                more.subtract(() if before is None else before.names)
                more.update(() if after is None else after.names)
        counts = facts.parameter_counts() if more else Counter()
        self.parameters |= {
            name for name, step in more.items() if coarse(counts[name] - step) != coarse(counts[name])
        }

    def touched(self, taken: Mapping[str, Taken]) -> set[str]:
        """The files, by name, whose analysis may come out differently. ``taken``: what the analysis of each took.

        Where less is certain of a module, exact rules say no more of those who use it. So what they said nothing of stays.
        """
        lost = _asking({JUDGED}, {name: taken[name] for name in self.passed_over(taken)})
        return _asking(self.keys, taken) | lost | self._like_touched(taken)

    def passed_over(self, taken: Mapping[str, Taken]) -> set[str]:
        """The files, by name, that had asked for a module of which nothing is certain now.

        What they took stays compared with the version before, and so with the module as it will be when it is mended.
        """
        return _asking(self.lost, taken)

    def _like_touched(self, taken: Mapping[str, Taken]) -> set[str]:
        """The files that asked for names like one of those that are others."""
        if not self.names and not self.parameters:
            return set()
        least: dict[str, float] = {}
        for item in taken.values():
            for key, value in item.like.items():
                least[key] = min(value, least.get(key, 1.0))
        similar = _most_similar(least, MEMBERS_LIKE, self.names)
        similar |= _most_similar(least, PARAMETERS_LIKE, self.parameters)
        return {
            name
            for name, item in taken.items()
            if any(similar[key] >= item.like[key] - _ROUNDING for key in similar.keys() & item.like.keys())
        }


def change_between(
    old: Mapping[str, str],
    new: Mapping[str, str],
    root: Path,
    contribution: Callable[[str, str], Contribution | None],
    facts: ProjectFacts | None,
    summaries: Mapping[str, FileSummary | None],
) -> Change | None:
    """What changed between two versions of a project, each the digests of its files by name; None when it may be anything.

    Args:
        root: the folder that names which are no absolute paths are relative to.
        contribution: of a file's name and digest; None when it is not known any more.
        facts, summaries: of the new version, the latter by name; no facts where nothing learned is asked.
    """
    changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    if len(changed) > MOST_FILES or (facts is not None and facts.is_cut):
        return None
    change = Change()
    differences: list[Difference] = []
    for name in changed:
        before, after = (
            contribution(name, version[name]) if name in version else (None, NOTHING)
            for version in (old, new)
        )
        if before is None or after is None or (NOTHING in (before[1], after[1]) and _is_package(name)):
            return None
        change.add_module(os.path.realpath(root / name), before[1], after[1])
        differences.append((before[0] or _SILENT, after[0] or _SILENT))
    if old.keys() != new.keys():
        change.keys.update(FOUND + word for word in _found(old, new))
    if facts is not None:
        others = [item for name, item in summaries.items() if item is not None and name not in changed]
        change.add_facts(differences, facts, others)
    return change


def _asking(questions: Iterable[str], taken: Mapping[str, Taken]) -> set[str]:
    """The files, by name, that had asked one of the questions."""
    numbers = numbers_of(questions)
    if not taken or not len(numbers):
        return set()
    names = list(taken)
    owners = np.repeat(np.arange(len(names)), [len(item.keys) for item in taken.values()])
    asked = np.isin(np.concatenate([item.keys for item in taken.values()]), numbers)
    return {names[at] for at in np.unique(owners[asked]).tolist()}


def _is_package(name: str) -> bool:
    """Whether a file makes a package of its folder, and so moves where imports start."""
    return PurePosixPath(name).stem == "__init__"


def _found(old: Iterable[str], new: Iterable[str]) -> set[str]:
    """Words by which files and folders are imported that are in one version only."""
    places = [{place for name in names for place in (name, *_folders(name))} for names in (old, new)]
    return {PurePosixPath(place).name.partition(".")[0] for place in places[0] ^ places[1]}


def _folders(name: str) -> list[str]:
    """The folders around a file."""
    parts = name.split("/")[:-1]
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]


def _different(left: Mapping[str, object], right: Mapping[str, object]) -> set[str]:
    return {name for name in left.keys() | right.keys() if left.get(name) != right.get(name)}


def _defined(summary: FileSummary) -> set[str]:
    members = (name for _, names in summary.classes.values() for name in names)
    return {*summary.functions, *summary.classes, *members}


def _most_similar(least: Mapping[str, float], kind: str, names: Iterable[str]) -> dict[str, float]:
    """Questions for similar names, of one kind, to which one of ``names`` may be an answer: how similar the most similar
    one is. ``least``: how similar one must at least be.

    A name is no answer to the question for itself.
    """
    questions = [key for key in least if key[0] == kind]
    texts = SimilarNames(key[1:] for key in questions)
    found: dict[str, float] = {}
    for name in names if questions else ():
        similar = texts.similarities(name)
        bounds = np.array([least[key] for key in questions])
        for at in np.flatnonzero(similar >= bounds - _ROUNDING).tolist():
            if questions[at][1:] != name:
                found[questions[at]] = max(float(similar[at]), found.get(questions[at], 0.0))
    return found
