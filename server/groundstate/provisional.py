"""Provisional analyses: what is typed in one place is answered for without looking at all of its file again.

Counts and similar names are of the whole file, so each letter may change a little what the network says of any function,
and to find out where takes as long as the file is long. Between two letters only this is looked at:

- exact rules, of the whole new text, as always;
- learned rules, of the function that is typed in; of the others they say what they said of the last whole analysis.

Repairs of what exact rules newly say are not looked for, for each is checked on the whole text. While the text does not
parse, the function or statement alone is read for the syntax error, and what was found beside what is typed stays: a text is
broken every few letters. Whoever shows a provisional analysis asks for a whole one as soon as there is a pause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from groundstate.analysis import (
    Analysis,
    Definitions,
    Engine,
    UnitResult,
    Wanted,
    Workspace,
    energies_of,
    findings_of,
)
from groundstate.documents import MOST_BYTES, Document
from groundstate.report import Report
from groundstate.settings import Settings
from groundstate.statement_alone import StatementAlone
from groundstate.typed import Changes, Typed, from_line_start
from groundstate.unused_ignores import UNUSED_IGNORE
from groundstate_energy.model_package import LEVELS
from groundstate_energy.vetoes import Vetoes
from groundstate_grammars.edits import Replacement, difference
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.python.units import Unit, UnitKind
from groundstate_grammars.rules import SOFT_RULES

_LEARNED = frozenset(SOFT_RULES)
_CARRIED = _LEARNED | {UNUSED_IGNORE}
"""Rules of which a provisional analysis says, outside of the function, what a whole one said."""


class Typing:
    """What is typed after a whole analysis of a text that parses, version by version.

    Args:
        whole: the analysis. workspace, settings: those it was made with.
    """

    def __init__(self, whole: Analysis, workspace: Workspace, settings: Settings) -> None:
        self._file = whole.document.parsed
        self._workspace = workspace
        self._settings = settings
        self._last = whole
        self._changes = Changes()

    def report(self, document: Document, engine: Engine | None) -> Report | None:
        """The provisional report of a later version; None where only a whole analysis can tell.

        That is where more than what is in the body of one function, or in none, differs from the last version that parsed
        and was answered for. ``engine``: that of the whole analysis.
        """
        before = self._last
        if document.not_text_at is not None or len(document.data) > MOST_BYTES:
            return None
        change = difference(before.document.data, document.data)
        if change is None:
            return replace(before, document=document).report()
        change = from_line_start(before.document.data, change)
        changes, here = self._changes.followed_by(change, document.data)
        unit = _function_around(self._file, here)
        typed = Typed(before.document, document, change, self._place(unit))
        if document.parsed.tree.has_errors:
            return self._broken(typed)
        place = document.parsed.enclosed_since(before.document.parsed)
        if typed.function is not None and (
            place is None or before.document.parsed.flat.start[place.node] != typed.function[0]
        ):
            unit, typed = None, replace(typed, function=None)
        if unit is None and not typed.is_beside_functions():
            return None
        after = self._analysis(typed, unit, changes, engine)
        if after is None:
            return None
        self._last, self._changes = after, changes
        return after.report()

    def _place(self, unit: Unit | None) -> tuple[int, int] | None:
        """From and to which byte a function stands in the last version."""
        if unit is None:
            return None
        at, places = self._changes.at, self._changes.places()
        ends = [end for _, end, item in places if _is_in(self._file, unit, item)]
        return at(unit.start), max([at(unit.end), *ends])

    def _analysis(
        self, typed: Typed, unit: Unit | None, changes: Changes, engine: Engine | None
    ) -> Analysis | None:
        before, document = self._last, typed.document
        wanted = Wanted.of(document, self._workspace.root, self._settings)
        hard = Vetoes(document.parsed, self._workspace.index, document.path, document.judgements)
        results: Sequence[UnitResult] | None = ()
        if engine is not None and wanted.sensitivity is not None:
            if unit is not None:
                made = [item for item in changes.made if _is_in(self._file, unit, item)]
                moved = changes.at(unit.start) - unit.start
                results = engine.examine_edited(
                    self._file, unit, made, moved=moved, hard=hard, level=wanted.level
                )
            elif wanted.level not in LEVELS:
                return None
        if results is None:
            return None
        known = {
            (finding.rule, finding.start, finding.end): finding
            for finding in typed.moved(item for item in before.findings if not typed.is_inside(item))
        }
        places = {(item.rule, item.start, item.end): item for item in hard.violations}
        other = [item for where, item in places.items() if where not in known]
        kept = [item for where, item in known.items() if item.rule in _CARRIED or where in places]
        return replace(
            before,
            document=document,
            findings=(*kept, *findings_of(document, hard, other, results, wanted, checks=0)),
            ignores=wanted.ignores,
            energies=typed.energies(before.energies, energies_of(results)),
        )

    def _broken(self, typed: Typed) -> Report | None:
        """The report of a text with a syntax error where it changed; None where what is around the change has none alone."""
        before, document = self._last, typed.document
        alone = StatementAlone.around(typed.base.parsed, typed.change)
        if not alone.file.tree.has_errors:
            return None
        wanted = Wanted.of(document, self._workspace.root, self._settings)
        hard = Vetoes(alone.file, self._workspace.index, document.path)
        local = Document(document.path, alone.file.data, alone.file)
        found = findings_of(local, hard, hard.violations, (), wanted, checks=0)
        errors = [alone.placed(item) for item in found]
        kept = [
            item
            for item in typed.moved(before.findings)
            if all(item.end <= error.start or item.start >= error.end for error in errors)
        ]
        after = replace(
            before,
            document=document,
            findings=(*kept, *errors),
            ignores=wanted.ignores,
            energies=typed.energies(before.energies),
        )
        definitions = Definitions(typed.base)
        return after.report(lambda offset: definitions.qualified_name(typed.before(offset)))


def _function_around(file: ParsedFile, change: Replacement) -> Unit | None:
    """The outermost function whose body, or the blank lines after it, holds all of a change."""
    flat = file.flat
    before = (unit for unit in file.units if unit.kind is UnitKind.FUNCTION and unit.start < change.start)
    unit = max(before, key=lambda unit: unit.start, default=None)
    if unit is None or not _is_in(file, unit, change):
        return None
    body = flat.child_by_field(unit.node, py.FIELD_BODY)
    return unit if body >= 0 and flat.start[body] <= change.start else None


def _is_in(file: ParsedFile, unit: Unit, change: Replacement) -> bool:
    """Whether a change is in a function or in the blank lines after it."""
    return unit.start < change.start and not file.data[unit.end : change.end].strip()
