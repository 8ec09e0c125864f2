"""Changes: which questions two versions of a project answer differently, and which files had asked one of them.

Everything here errs on the side of looking again. What one file contributes to its project is compared with what it
contributed (``FileSummary``, ``Outline``); of files whose definitions changed, all are looked at that name the module,
directly or over others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import numpy as np

from groundstate.outlines import Outline
from groundstate.taken import (
    CLASS,
    CLASS_OF,
    DEFINED,
    FUNCTION,
    MEMBERS_LIKE,
    NAME,
    PARAMETERS_LIKE,
    SUBCLASSED,
    TIMES_DEFINED,
    Taken,
    numbers_of,
)
from groundstate_grammars.project import FileSummary, ProjectFacts
from groundstate_grammars.similar import SimilarNames

MOST_FILES = 40
"""Changed files after which all are looked at again."""
_ALIKE = 0.5 - 1e-6
"""The least similarity with which names are asked for, less what rounding may decide."""

Contribution = tuple[FileSummary | None, Outline]
"""What a file contributes to the facts of its project, None if it is no text, and to the symbol index."""


@dataclass(slots=True)
class Change:
    """``keys``: questions with other answers, as ``Taken`` writes them. ``names``, ``parameters``: of the project, that
    came, went or moved among those asked for similar ones. ``modules``: files whose definitions are others."""

    keys: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    parameters: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)

    def add(
        self, file: str, old: Contribution, new: Contribution, others: Sequence[FileSummary | None]
    ) -> None:
        """One file changed. ``others``: the summaries of all files."""
        before, after = old[0] or _NOTHING, new[0] or _NOTHING
        names = before.names.keys() ^ after.names.keys()
        functions = _different(before.functions, after.functions)
        classes = _different(before.classes, after.classes)
        self.keys.update(NAME + name for name in names)
        self.keys.update(FUNCTION + name for name in functions)
        self.keys.update(CLASS + name for name in classes)
        if list(before.classes) != list(after.classes):
            either = before.classes.keys() | after.classes.keys()
            self.keys.update(CLASS_OF + name.strip("_").lower() for name in either)
        self.names |= names | (_defined(before) ^ _defined(after))
        for summary in (before, after, *others):
            found = [] if summary is None else [summary.functions.get(name) for name in functions]
            self.parameters.update(name for item in found if item is not None for name in item.names)
        left, right = old[1], new[1]
        self.keys.update(DEFINED + word for word in left.defining ^ right.defining)
        self.keys.update(SUBCLASSED + word for word in left.bases ^ right.bases)
        self.keys.update(TIMES_DEFINED + word for word in _different(left.functions, right.functions))
        if left.interface != right.interface:
            self.modules.add(file)

    def touched(self, taken: Mapping[str, Taken], data: Mapping[str, bytes]) -> set[str]:
        """The files, by name, whose analysis may come out differently.

        Args:
            taken: what the analysis of each file took.
            data: the text of all files of the project.
        """
        like = {text for item in taken.values() for text in item.like}
        keys = numbers_of(
            self.keys | _like(like, MEMBERS_LIKE, self.names) | _like(like, PARAMETERS_LIKE, self.parameters)
        )
        found = {name for name, item in taken.items() if np.isin(item.keys, keys).any()}
        return found | _dependents(self.modules, data)


_NOTHING = FileSummary({}, {}, {})


def change_between(
    old: Mapping[str, str],
    new: Mapping[str, str],
    contribution: Callable[[str, str], Contribution | None],
    facts: ProjectFacts | None,
    summaries: Sequence[FileSummary | None],
) -> Change | None:
    """What changed between two versions of a project, each the digests of its files by name; None when it may be anything.

    Args:
        contribution: of a file's name and digest; None when it is not known any more.
        facts, summaries: of the new version; no facts where nothing learned is asked.
    """
    changed = [name for name in new if old.get(name) != new[name]]
    if old.keys() != new.keys() or len(changed) > MOST_FILES or (facts is not None and facts.is_cut):
        return None
    change = Change()
    for name in changed:
        before, after = contribution(name, old[name]), contribution(name, new[name])
        if before is None or after is None:
            return None
        change.add(name, before, after, summaries)
    return change


def _different(left: Mapping[str, object], right: Mapping[str, object]) -> set[str]:
    return {name for name in left.keys() | right.keys() if left.get(name) != right.get(name)}


def _defined(summary: FileSummary) -> set[str]:
    members = (name for _, names in summary.classes.values() for name in names)
    return {*summary.functions, *summary.classes, *members}


def _like(asked: Iterable[str], kind: str, names: Iterable[str]) -> set[str]:
    """The questions for similar names, of one kind, to which one of ``names`` may be an answer."""
    texts = [key[1:] for key in asked if key[0] == kind]
    similar = SimilarNames(texts)
    found = {text for name in names for text in similar.like(name, len(texts), _ALIKE)}
    return {kind + text for text in (*found, *names)}


def _dependents(modules: set[str], data: Mapping[str, bytes]) -> set[str]:
    """Files that name one of ``modules``, or a file that does: whoever imports a module has its name somewhere."""
    found: set[str] = set()
    pending = set(modules)
    while pending:
        folders = tuple(
            f"{PurePosixPath(name).parent}/" for name in pending if PurePosixPath(name).stem == "__init__"
        )
        words = {_module_word(name) for name in pending}
        naming = re.compile(rb"\b(?:" + b"|".join(map(re.escape, sorted(words))) + rb")\b")
        pending = {
            name
            for name, text in data.items()
            if name not in found and (naming.search(text) is not None or name.startswith(folders))
        }
        found |= pending
    return found


def _module_word(file: str) -> bytes:
    """The word by which code names the module in ``file``."""
    path = PurePosixPath(file)
    word = path.parent.name if path.stem == "__init__" else path.stem
    return word.encode("utf-8", "surrogateescape") or b"__init__"
