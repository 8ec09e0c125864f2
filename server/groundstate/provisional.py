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

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

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
from groundstate.findings import Evidence, Finding
from groundstate.report import Report, UnitEnergy
from groundstate.settings import Settings
from groundstate.unused_ignores import UNUSED_IGNORE
from groundstate_energy.model_package import LEVELS
from groundstate_energy.vetoes import Vetoes
from groundstate_grammars.edits import Replacement, apply_replacements, difference
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.parsed import ParsedFile, parse
from groundstate_grammars.python.units import Unit, UnitKind
from groundstate_grammars.rules import SOFT_RULES
from groundstate_grammars.tree import FlatTree

_LEARNED = frozenset(SOFT_RULES)
_CARRIED = _LEARNED | {UNUSED_IGNORE}
"""Rules of which a provisional analysis says, outside of the function, what a whole one said."""


def provisional(
    before: Analysis, document: Document, workspace: Workspace, engine: Engine | None, settings: Settings
) -> Report | None:
    """The report of a later version of the document that ``before`` is the whole analysis of.

    ``workspace``, ``engine``, ``settings``: those of ``before``. None where only a whole analysis can tell: the versions
    differ in more than the body of one function or what is in none, or ``before`` is of a text with a syntax error.
    """
    base = before.document
    change = difference(base.data, document.data)
    if change is None or document.not_text_at is not None or len(document.data) > MOST_BYTES:
        return None
    if base.parsed.tree.has_errors:
        return None
    change = _from_line_start(base.data, change)
    typed = _Typed(base, document, _function_around(base.parsed, change), change)
    if document.parsed.tree.has_errors:
        return _broken(before, typed, workspace, settings)
    place = document.parsed.enclosed_since(base.parsed)
    if typed.unit is not None and (place is None or place.node != typed.unit.node):
        typed = replace(typed, unit=None)
    unit = typed.unit
    if unit is None and not typed.is_beside_functions():
        return None
    wanted = Wanted.of(document, workspace.root, settings)
    hard = Vetoes(document.parsed, workspace.index, document.path, document.judgements)
    results: Sequence[UnitResult] | None = ()
    if engine is not None and wanted.sensitivity is not None:
        if unit is not None:
            results = engine.examine_edited(base.parsed, unit, [change], hard=hard, level=wanted.level)
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
    findings = [*kept, *findings_of(document, hard, other, results, wanted, checks=0)]
    energies = typed.energies(before.energies, energies_of(results))
    after = replace(
        before, document=document, findings=tuple(findings), ignores=wanted.ignores, energies=energies
    )
    return after.report()


def _broken(before: Analysis, typed: _Typed, workspace: Workspace, settings: Settings) -> Report | None:
    """The report of a text with a syntax error where it changed; None where what is around the change has none alone."""
    document = typed.document
    alone = _Alone.around(typed.base.parsed, typed.change)
    if not alone.file.tree.has_errors:
        return None
    wanted = Wanted.of(document, workspace.root, settings)
    hard = Vetoes(alone.file, workspace.index, document.path)
    local = Document(document.path, alone.file.data, alone.file)
    errors = [alone.placed(item) for item in findings_of(local, hard, hard.violations, (), wanted, checks=0)]
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
    return after.report(typed.qualified_name)


def _from_line_start(data: bytes, change: Replacement) -> Replacement:
    """An insertion as one of whole lines, where it can be seen as such: a line that begins like the next one was not
    inserted in the middle of that."""
    if change.start < change.end:
        return change
    start, new = change.start, change.new
    while start > 0 and data[start - 1] != _LINE_FEED and new[-1] == data[start - 1]:
        start, new = start - 1, new[-1:] + new[:-1]
    return Replacement(start, start, new) if start == 0 or data[start - 1] == _LINE_FEED else change


_LINE_FEED = ord("\n")
_LINE_NUMBER = re.compile(r"\bline (\d+)")


@dataclass(frozen=True, slots=True)
class _Alone:
    """The statement around a change as a file of its own, with the change made.

    The statement is the innermost one in the body of the module or of classes; those that the change spans, if there are
    more. ``by``, ``lines``: bytes and lines that the statement stands further on in its file.
    """

    file: ParsedFile
    by: int
    lines: int

    @classmethod
    def around(cls, file: ParsedFile, change: Replacement) -> _Alone:
        flat, block, indent = file.flat, 0, b""
        while True:
            statements = flat.children(block)
            first = max(bisect_right(statements, change.start, key=flat.start.__getitem__) - 1, 0)
            touched = [node for node in statements[first:] if flat.start[node] <= change.end]
            inner = _class_body(flat, touched[0]) if len(touched) == 1 else -1
            if inner < 0 or flat.start[inner] > change.start:
                break
            block, start = inner, flat.start[inner]
            indent = file.data[file.data.rfind(b"\n", 0, start) + 1 : start]
            indent = b" " if indent.strip() else indent
        start = min([change.start, *(flat.start[node] for node in touched)])
        end = max([change.end, *(flat.end[node] for node in touched)])
        head = b"class _:\n" if block else b""
        by = start - len(head + indent)
        text = head + indent + file.data[start:end]
        moved = Replacement(change.start - by, change.end - by, change.new)
        lines = file.data.count(b"\n", 0, start) - head.count(b"\n")
        return cls(parse(apply_replacements(text, [moved])), by, lines)

    def placed(self, finding: Finding) -> Finding:
        """What is found of a syntax error, which has no repairs, where it is in the file."""
        message = _LINE_NUMBER.sub(lambda line: f"line {int(line[1]) + self.lines}", finding.message)
        return replace(finding, start=finding.start + self.by, end=finding.end + self.by, message=message)


def _class_body(flat: FlatTree, statement: int) -> int:
    """The body of a class definition, decorated or not; -1 of any other statement."""
    if flat.kind[statement] == py.DECORATED_DEFINITION:
        statement = flat.child_by_field(statement, py.FIELD_DEFINITION)
    return (
        flat.child_by_field(statement, py.FIELD_BODY) if flat.kind[statement] == py.CLASS_DEFINITION else -1
    )


def _function_around(file: ParsedFile, change: Replacement) -> Unit | None:
    """The outermost function whose body, or the blank lines after it, holds all of a change."""
    flat = file.flat
    before = (unit for unit in file.units if unit.kind is UnitKind.FUNCTION and unit.start < change.start)
    unit = max(before, key=lambda unit: unit.start, default=None)
    if unit is None or file.data[unit.end : change.end].strip():
        return None
    body = flat.child_by_field(unit.node, py.FIELD_BODY)
    return unit if body >= 0 and flat.start[body] <= change.start else None


@dataclass(frozen=True, slots=True)
class _Typed:
    """A change of ``base``, inside the function ``unit`` if any, that makes ``document``."""

    base: Document
    document: Document
    unit: Unit | None
    change: Replacement

    @property
    def shift(self) -> int:
        """Bytes that what comes after the change has moved."""
        return len(self.change.new) - (self.change.end - self.change.start)

    def is_beside_functions(self) -> bool:
        """Whether all functions of the earlier version are in the later one, from and to where they have moved."""
        was, now = (
            {(flat.start[node], flat.end[node]) for node in flat.of_kind(py.FUNCTION_DEFINITION)}
            for flat in (self.base.parsed.flat, self.document.parsed.flat)
        )
        beside = not any(self._touches(*place) for place in was)
        return beside and {(self._at(start), self._at(end)) for start, end in was} <= now

    def is_inside(self, finding: Finding) -> bool:
        """Whether a finding of the earlier version is in the function."""
        return self.unit is not None and self.unit.start <= finding.start < self.unit.end

    def moved(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Findings of the earlier version where they are now, with what of them is beside the change; learned ones only with
        their best repair."""
        for finding in findings:
            best = finding.repairs[:1] if finding.probability is not None else ()
            places = [(finding.start, finding.end)]
            places += [(item.start, item.end) for repair in best for item in repair.replacements]
            if not any(self._touches(*place) for place in places):
                repairs = [
                    replace(repair, replacements=tuple(map(self._replacement, repair.replacements)))
                    for repair in finding.repairs
                    if not any(self._touches(item.start, item.end) for item in repair.replacements)
                ]
                evidence = [
                    Evidence(self._at(item.start), self._at(item.end), item.message)
                    for item in finding.evidence
                    if not self._touches(item.start, item.end)
                ]
                yield replace(
                    finding,
                    start=self._at(finding.start),
                    end=self._at(finding.end),
                    repairs=tuple(repairs),
                    evidence=tuple(evidence),
                )

    def energies(
        self, known: Iterable[UnitEnergy], own: Iterable[UnitEnergy] | None = None
    ) -> tuple[UnitEnergy, ...]:
        """Energies of the earlier version where they are now, with the function's ``own`` where there are any."""
        own = tuple(own or ())
        first, last = self.change.start, self.change.end
        found = [
            UnitEnergy(
                item.name,
                item.start if item.start <= first and last <= item.end else self._at(item.start),
                self._at(item.end),
                item.free_energy,
            )
            for item in known
            if not own or self.unit is None or (item.start, item.end) != (self.unit.start, self.unit.end)
        ]
        return tuple(sorted([*found, *own], key=lambda item: item.start))

    def qualified_name(self, offset: int) -> str:
        """Names of the definitions around a byte of the later version, as the earlier one has them."""
        if offset >= self.change.start:
            offset = max(offset - self.shift, self.change.start)
        if self.unit is not None and self.change.start <= offset <= self.change.end:
            offset = min(offset, self.unit.end - 1)
        return Definitions(self.base).qualified_name(offset)

    def _at(self, offset: int) -> int:
        return offset + self.shift if offset >= self.change.end else offset

    def _touches(self, start: int, end: int) -> bool:
        """Whether the bytes from ``start`` to ``end`` of the earlier version hold some of the change, or border on it."""
        return start <= self.change.end and end >= self.change.start

    def _replacement(self, item: Replacement) -> Replacement:
        return Replacement(self._at(item.start), self._at(item.end), item.new)
