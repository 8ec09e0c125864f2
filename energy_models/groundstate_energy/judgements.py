"""Judgements: what hard terms and checks of plausibility said of a file and its edits, kept from version to version.

An editor asks again with every letter. What was said of an edit that is secluded in one function holds as long as all that
changes is secluded in others.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from groundstate_energy.terms import JudgedFile
from groundstate_grammars.edits import Replacement
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.python.contracts.reading import may_have_contracts
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.secluded import Secluded

Replacements = tuple[Replacement, ...]
Said = TypeVar("Said")


@dataclass(frozen=True, slots=True)
class Difference:
    """What an edit does to the violations of a file: how many it adds and removes.

    ``needs``: places among the statements of the module on which contracts rest that the edit concerns.
    """

    added: int
    removed: int
    needs: frozenset[int] = frozenset()


@dataclass(slots=True)
class Judgements:
    """What was said of the last version of a file that could be judged as a whole. Not for several threads.

    Attributes:
        differences: by secluded edit, what it does to violations. plausible: by secluded edit, whether it is.
        promised: places among the statements of the module of all that contracts need; None where it is not known.
    """

    judged: JudgedFile | None = None
    differences: dict[Replacements, Difference] = field(default_factory=dict)
    plausible: dict[Replacements, bool] = field(default_factory=dict)
    promised: frozenset[int] | None = None

    def of(self, file: ParsedFile, index: ProjectIndex, path: Path | None) -> JudgedFile:
        """The violations of ``file``. From now on the judgements are those of this version, unless it is broken."""
        known = self.judged
        change = None
        if known is not None and known.view.index is index and known.view.path == path:
            if known.view.file.data == file.data and known.revision == index.revision:
                return known
            change = known.change_to(file)
        if known is not None and change is not None:
            self._follow(known.view.file, change)
            self.judged = known.after(file, change.place)
            return self.judged
        judged = JudgedFile.of(file, index, path)
        if judged.is_whole:
            self.judged, self.differences, self.plausible, self.promised = judged, {}, {}, None
        return judged

    def _follow(self, before: ParsedFile, change: Secluded) -> None:
        flat, node = before.flat, change.place.node
        statement = bisect_right(flat.children(0), node) - 1
        kept = {edit: said for edit, said in self.differences.items() if statement not in said.needs}
        # What no contract needs may come to need others without any contract's doing so.
        needed = self.promised is None or statement in self.promised
        may_need = needed and may_have_contracts(before.data) and _names_others(before, change)
        if change.may_promise or may_need:
            kept, self.promised = {}, None
        self.differences = _outside(kept, before, change)
        self.plausible = _outside(self.plausible, before, change)


def _names_others(before: ParsedFile, change: Secluded) -> bool:
    """Whether what a contract rests on may be another: a word that changed is a name of the module."""
    names = before.scopes.scopes[0].bindings
    return any(name.encode("utf-8", "surrogateescape") in change.words for name in names)


def _outside(
    said: Mapping[Replacements, Said], before: ParsedFile, change: Secluded
) -> dict[Replacements, Said]:
    """What was said of edits outside the function that changed, by where they are in the new text."""
    flat, place = before.flat, change.place
    start, end, shift = flat.start[place.node], flat.end[place.node], place.shift
    return {
        tuple(
            Replacement(item.start + shift, item.end + shift, item.new) if item.start > end else item
            for item in edit
        ): about
        for edit, about in said.items()
        if all(item.end < start or item.start > end for item in edit)
    }
