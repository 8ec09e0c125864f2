"""What stands between an alarm budget and the user: an edit that passes its budget is shown only where nothing vetoes it.

Hard terms veto edits that add a violation anywhere in the file, the checks of plausibility those that are pointless or
impossible, and in test code the next stricter budget counts. The analysis asks here before it shows an edit, and so does
whoever counts what the analysis would show: calibration and the evaluation on held-out repositories.
"""

from __future__ import annotations

import functools
import hashlib
import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from groundstate_energy.model_package import LEVELS
from groundstate_energy.places import overlap
from groundstate_energy.plausibility import EditedFile, objection
from groundstate_energy.terms import Violation, contract_term, hard_violations
from groundstate_energy.terms.view import FileView
from groundstate_grammars.edits import Replacement, apply_replacements
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.python.lexical import Role
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.test_code import is_test

if TYPE_CHECKING:
    from groundstate_energy.terms.contracts import ContractTerm

logger = logging.getLogger("groundstate.vetoes")

MOST_NODES = 200_000
"""Nodes of the versions of a file that are kept while its edits are judged; some 20,000 lines."""


def stricter(level: str) -> str | None:
    """The alarm budget next to ``level`` that shows less; None where there is none."""
    before = LEVELS.index(level) - 1
    return LEVELS[before] if before >= 0 else None


def sensitivity_of(path: str, sensitivity: str) -> str | None:
    """The alarm budget that counts in the file at ``path``, relative to its project; None where learned rules say nothing.

    In test code it is the next stricter one. Its values are chosen and its names are alike on purpose: it had 75 of the 100
    most probable findings when they were read, none of them a bug, in 42 % of the lines (``benchmarks/blind_reading``).
    """
    if sensitivity == "all" or not is_test(path):
        return sensitivity
    return stricter(sensitivity)


class Vetoes:
    """The hard violations of a file, and what keeps an edit of it from being shown whatever an alarm budget says.

    Args:
        file: as written. index: what is known about its project. path: where it lies.
    """

    def __init__(self, file: ParsedFile, index: ProjectIndex | None, path: Path | None) -> None:
        self._file = file
        self._index = index
        self._path = path
        self._changes: dict[tuple[Replacement, ...], tuple[int, int]] = {}
        # Other versions of the file by a hash of the text: what is found in them, and they while there is room.
        self._versions: dict[bytes, tuple[list[Violation], ParsedFile | None]] = {}
        self._room = MOST_NODES
        self._harmless: set[tuple[Replacement, ...]] = set()

    @functools.cached_property
    def violations(self) -> list[Violation]:
        """Those of the file, found when they are first asked for: an engine asks beside its network's pass."""
        return hard_violations(self._file, self._index, self._path)

    @functools.cached_property
    def _contracts(self) -> ContractTerm | None:
        return contract_term(self._file)

    @functools.cached_property
    def _before(self) -> Counter[tuple[str, str]]:
        return Counter((item.rule, item.message) for item in self.violations)

    def violations_of(self, file: ParsedFile) -> list[Violation]:
        """The violations of the file or of another version of it; an engine asks for those of which findings come."""
        if file.tree is self._file.tree:
            return self.violations
        version = _version(file.data)
        if version in self._versions:
            return self._versions[version][0]
        found = hard_violations(file, self._index, self._path)
        if self._contracts is not None:
            found = found + self._contracts.violations(file)
        if not file.flat.errors:
            self._room -= len(file.flat)
            self._versions[version] = found, file if self._room > 0 else None
        return found

    def allows(self, replacements: tuple[Replacement, ...]) -> bool:
        """Whether a repair adds no violation anywhere in the file."""
        return replacements in self._harmless or self._change(replacements)[0] == 0

    def allow_together(self, repairs: Sequence[tuple[Replacement, ...]]) -> None:
        """Find out at once which of many repairs in distinct places add no violation; ``allows`` then knows.

        Repairs that bind nothing differently, anywhere, and concern no contract cannot make up for one another: when all
        of them together add no violation, none does. Halves are tried where one does, so the work grows with the harmful
        ones and not with all.
        """
        file = self._file
        flat, tokens = file.flat, file.tokens
        bound = {flat.start[node] for node in file.scopes.binding_nodes}
        bound.update(
            at for at, role in zip(tokens.start, tokens.role, strict=True) if role == Role.ATTRIBUTE_BOUND
        )
        if not flat.errors:
            self._halve([repair for repair in repairs if not self._binds_or_promises(repair, bound)])

    def _binds_or_promises(self, repair: tuple[Replacement, ...], bound: set[int]) -> bool:
        """Whether another repair might make up for what ``repair`` breaks."""
        contracts = self._contracts
        return any(
            item.start in bound or (contracts is not None and contracts.concerns(item.start))
            for item in repair
        )

    def _halve(self, repairs: Sequence[tuple[Replacement, ...]]) -> None:
        if len(repairs) < 2:
            return
        file = self._file
        after = file.edited([item for repair in repairs for item in repair])
        if not after.flat.errors and _bindings(after) == _bindings(file):
            if Counter((item.rule, item.message) for item in self.violations_of(after)) == self._before:
                self._harmless.update(repairs)
                return
        middle = len(repairs) // 2
        self._halve(repairs[:middle])
        self._halve(repairs[middle:])

    @functools.cached_property
    def _view(self) -> FileView:
        index = self._index if self._index is not None else ProjectIndex(None)
        return FileView(self._file, index, self._path)

    def finds_plausible(self, replacements: tuple[Replacement, ...]) -> bool:
        """Whether no check of plausibility objects to an edit; in a text with syntax errors none is asked."""
        file = self._file
        _, after = self._versions.get(_version(apply_replacements(file.data, replacements)), ((), None))
        if after is None:
            after = file.edited(replacements)
        if after.flat.errors:
            return True
        reason = objection(EditedFile(self._view, after, replacements))
        if reason:
            logger.debug("%s: not shown, it %s", self._path, reason.replace("_", " "))
        return not reason

    def gains(self, replacements: tuple[Replacement, ...]) -> bool:
        """Whether a repair removes a violation and adds none."""
        added, removed = self._change(replacements)
        return removed > 0 and added == 0

    def shows(self, start: int, end: int, replacements: tuple[Replacement, ...]) -> bool:
        """Whether an edit at the place from ``start`` to ``end`` that passes its alarm budget becomes a finding of its own:
        nothing vetoes it, the place can be read, and no exact rule says there what the edit mends."""
        here = [item for item in self.violations if overlap(start, end, item.start, item.end)]
        return (
            self.allows(replacements)
            and all(item.rule != "GS101" for item in here)
            and not (here and self.gains(replacements))
            and self.finds_plausible(replacements)
        )

    def _change(self, replacements: tuple[Replacement, ...]) -> tuple[int, int]:
        """Violations added and removed; in a text with syntax errors, its errors."""
        known = self._changes.get(replacements)
        if known is None:
            known = self._changes[replacements] = self._compared(replacements)
        return known

    def _compared(self, replacements: tuple[Replacement, ...]) -> tuple[int, int]:
        file = self._file
        version = _version(apply_replacements(file.data, replacements))
        if version in self._versions and not file.flat.errors:
            found, _ = self._versions[version]
        else:
            edited = file.edited(replacements)
            errors = len(edited.flat.errors) - len(file.flat.errors)
            if errors or edited.flat.errors:
                return max(errors, 0), max(-errors, 0)
            found = self.violations_of(edited)
        after = Counter((item.rule, item.message) for item in found)
        return (after - self._before).total(), (self._before - after).total()


def _version(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


def _bindings(file: ParsedFile) -> object:
    """What every scope of a file binds and what its classes have: what code elsewhere can see."""
    scopes = [
        (
            scope.kind,
            scope.globals,
            scope.nonlocals,
            scope.is_open,
            {n: len(b) for n, b in scope.bindings.items()},
        )
        for scope in file.scopes.scopes
    ]
    return scopes, file.facts.classes, file.facts.functions
