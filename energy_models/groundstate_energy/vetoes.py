"""What stands between an alarm budget and the user: an edit that passes its budget is shown only where nothing vetoes it.

Hard terms veto edits that add a violation anywhere in the file, the checks of plausibility those that are pointless or
impossible, and in test code the next stricter budget counts. The analysis asks here before it shows an edit, and so does
whoever counts what the analysis would show: calibration and the evaluation on held-out repositories.
"""

from __future__ import annotations

import functools
import logging
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from groundstate_energy.judgements import Difference, Judgements, Replacements
from groundstate_energy.model_package import stricter
from groundstate_energy.places import overlap
from groundstate_energy.plausibility import EditedFile, looks_at_known_bases, objection
from groundstate_energy.terms import JudgedFile, Violation, contract_term
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.python.lexical import Role
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.test_code import is_test

if TYPE_CHECKING:
    from groundstate_energy.terms.contracts import ContractTerm

logger = logging.getLogger("groundstate.vetoes")

MOST_NODES = 200_000
"""Nodes of the versions of a file that are kept while its edits are judged; some 20,000 lines."""


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
        judgements: what was said of an earlier version of it, which this one follows.
    """

    def __init__(
        self,
        file: ParsedFile,
        index: ProjectIndex | None,
        path: Path | None,
        judgements: Judgements | None = None,
    ) -> None:
        self._file = file
        self._index = index if index is not None else ProjectIndex(None)
        self._path = path
        self._judgements = judgements if judgements is not None else Judgements()
        self._differences: dict[Replacements, Difference] = {}
        # Versions of the file that edits make, while there is room.
        self._versions: dict[Replacements, ParsedFile] = {}
        self._room = MOST_NODES
        self._harmless: set[Replacements] = set()
        self._finds_in_edits = False

    @functools.cached_property
    def _judged(self) -> JudgedFile:
        """The file as written, judged when it is first asked for: an engine asks beside its network's pass."""
        return self._judgements.of(self._file, self._index, self._path)

    @property
    def violations(self) -> Sequence[Violation]:
        """Those of the file, in text order."""
        return self._judged.violations

    @property
    def have_a_say(self) -> bool:
        """Whether something was found in the file or an edit of it, or might have been if less were known of other files."""
        return bool(self.violations) or self._finds_in_edits

    @functools.cached_property
    def _contracts(self) -> ContractTerm | None:
        return contract_term(self._file)

    @functools.cached_property
    def _before(self) -> Counter[tuple[str, str]]:
        return _kinds(self.violations)

    def allows(self, replacements: Replacements) -> bool:
        """Whether a repair adds no violation anywhere in the file."""
        return replacements in self._harmless or self._difference(replacements).added == 0

    def allow_together(self, repairs: Sequence[Replacements]) -> None:
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

    def _binds_or_promises(self, repair: Replacements, bound: set[int]) -> bool:
        """Whether another repair might make up for what ``repair`` breaks."""
        contracts = self._contracts
        return any(
            item.start in bound or (contracts is not None and contracts.concerned(item.start))
            for item in repair
        )

    def _halve(self, repairs: Sequence[Replacements]) -> None:
        if len(repairs) < 2:
            return
        file = self._file
        after = file.edited([item for repair in repairs for item in repair])
        if not after.flat.errors and _bindings(after) == _bindings(file):
            if _kinds(self._violations_of(after, self._contracts)) == self._before:
                self._harmless.update(repairs)
                return
        middle = len(repairs) // 2
        self._halve(repairs[:middle])
        self._halve(repairs[middle:])

    def finds_plausible(self, replacements: Replacements) -> bool:
        """Whether no check of plausibility objects to an edit; in a text with syntax errors none is asked."""
        if self._file.tree.has_errors:
            return True
        judged = self._judged
        known = self._judgements.plausible.get(replacements) if judged.is_whole else None
        if known is not None:
            return known
        after = self._after(replacements)
        if after.tree.has_errors:
            return True
        edit = EditedFile(judged.view, after, replacements)
        reason = objection(edit)
        self._finds_in_edits = self._finds_in_edits or bool(reason) or looks_at_known_bases(edit)
        if reason:
            logger.debug("%s: not shown, it %s", self._path, reason.replace("_", " "))
        if judged.change_to(after) is not None:
            self._judgements.plausible[replacements] = not reason
        return not reason

    def gains(self, replacements: Replacements) -> bool:
        """Whether a repair removes a violation and adds none."""
        difference = self._difference(replacements)
        return difference.removed > 0 and difference.added == 0

    def mends(self, start: int, end: int, replacements: Replacements) -> bool:
        """Whether an edit at the place from ``start`` to ``end`` becomes a repair of what an exact rule says there."""
        return bool(self._here(start, end)) and self.gains(replacements)

    def shows(self, start: int, end: int, replacements: Replacements) -> bool:
        """Whether an edit at the place from ``start`` to ``end`` that passes its alarm budget becomes a finding of its own:
        nothing vetoes it, the place can be read, and it is not shown with what an exact rule says there."""
        return (
            self.allows(replacements)
            and all(item.rule != "GS101" for item in self._here(start, end))
            and not self.mends(start, end, replacements)
            and self.finds_plausible(replacements)
        )

    def _here(self, start: int, end: int) -> list[Violation]:
        return [item for item in self.violations if overlap(start, end, item.start, item.end)]

    def _difference(self, replacements: Replacements) -> Difference:
        """What an edit does to violations; in a text with syntax errors, to its errors."""
        judged = self._judged
        known = self._judgements.differences.get(replacements) if judged.is_whole else None
        known = known or self._differences.get(replacements)
        if known is None:
            known = self._differences[replacements] = self._compared(replacements)
            if judged.is_whole and judged.change_to(self._after(replacements)) is not None:
                contracts = self._contracts_around(replacements, self._after(replacements))
                needs = (
                    [contracts.concerned(item.start) for item in replacements]
                    if contracts is not None
                    else ()
                )
                kept = replace(known, needs=frozenset[int]().union(*needs))
                self._judgements.differences[replacements] = kept
        return known

    def _compared(self, replacements: Replacements) -> Difference:
        file, edited = self._file, self._after(replacements)
        if file.tree.has_errors or edited.tree.has_errors:
            # A line end that is missing breaks a text, and is none of the nodes that are counted.
            errors = edited.tree.error_count() - file.tree.error_count()
            errors = errors or edited.tree.has_errors - file.tree.has_errors
            return Difference(max(errors, 0), max(-errors, 0))
        after = _kinds(self._violations_of(edited, self._contracts_around(replacements, edited)))
        return Difference((after - self._before).total(), (self._before - after).total())

    def _after(self, replacements: Replacements) -> ParsedFile:
        """The version of the file that an edit makes."""
        found = self._versions.get(replacements)
        if found is None:
            found = self._file.edited(replacements)
            self._room -= len(self._file.flat)
            if self._room > 0:
                self._versions[replacements] = found
        return found

    def _contracts_around(self, replacements: Replacements, edited: ParsedFile) -> ContractTerm | None:
        """The contracts of the file where an edit, which makes ``edited`` of it, may concern one; else None."""
        judged, judgements = self._judged, self._judgements
        if not judged.is_whole:
            return self._contracts
        if judgements.promised is None:
            contracts = self._contracts
            judgements.promised = contracts.places if contracts is not None else frozenset()
        if not judgements.promised:
            return None
        flat = self._file.flat
        starts = [flat.start[node] for node in flat.children(0)]
        places = {bisect_right(starts, item.start) - 1 for item in replacements}
        is_beside = len(edited.flat.children(0)) == len(starts) and places.isdisjoint(judgements.promised)
        return None if is_beside else self._contracts

    def _violations_of(self, file: ParsedFile, promised: ContractTerm | None) -> list[Violation]:
        """The violations of another version of the file, ``promised`` among what is asked."""
        judged = self._judged
        change = judged.change_to(file)
        if change is not None:
            found = judged.after(file, change.place).violations
        else:
            found = JudgedFile.of(file, self._index, self._path).violations
        contracts = promised.violations(file) if promised is not None else ()
        self._finds_in_edits = self._finds_in_edits or bool(found) or bool(contracts)
        return [*found, *contracts]


def _kinds(violations: Iterable[Violation]) -> Counter[tuple[str, str]]:
    """How often each thing is said, wherever."""
    return Counter((item.rule, item.message) for item in violations)


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
