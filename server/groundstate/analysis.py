"""Analysis: from one document to its findings. The linter and the language server both call ``analyse``.

Hard violations become findings as they are. The engine's scored edits become findings where their level is within the
sensitivity; one that lies where a hard rule fires becomes a repair of that finding instead, for what an exact rule says
need not be said twice. What an alarm budget lets pass must be plausible too (``vetoes``): that is asked here and not of the
engine, for it looks at other files, and what the engine remembers of a unit must not.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from groundstate.discovery import relative_to_root
from groundstate.documents import MOST_BYTES, Document
from groundstate.energy_words import energy_in_words
from groundstate.findings import Evidence, Finding, Repair, Severity
from groundstate.ignores import NO_IGNORES, Ignores, ignores_of
from groundstate.report import Report, UnitEnergy
from groundstate.settings import SENSITIVITIES, Settings
from groundstate.unused_ignores import UNUSED_IGNORE, unused_ignores
from groundstate_energy.energy import Energy, EnergyGap, TermGap
from groundstate_energy.places import by_place, overlap
from groundstate_energy.terms import Violation
from groundstate_energy.vetoes import Vetoes, sensitivity_of
from groundstate_grammars.edits import Edit, Replacement
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.project import ProjectFacts
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.parsed import ParsedFile
from groundstate_grammars.rules import CONTRACT_RULES, SOFT_RULES
from groundstate_grammars.text import BYTE_ORDER_MARK

MOST_REPAIRS = 5
"""Repairs shown of one finding."""

MOST_RAISED = 3
"""Other places shown of one finding where the energy of its unit is raised."""

MOST_CHECKS = 12
"""Repairs of hard violations checked in one file; an unchecked repair is never shown."""


class Reason(Protocol):
    """A place (byte range in the same file) and why it matters."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def message(self) -> str: ...


class ScoredEdit(Protocol):
    """What the analysis needs of an edit that an engine scored."""

    @property
    def edit(self) -> Edit: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def gap(self) -> EnergyGap: ...
    @property
    def probability(self) -> float: ...
    @property
    def level(self) -> str: ...
    @property
    def certified(self) -> bool: ...
    @property
    def message(self) -> str: ...
    @property
    def evidence(self) -> Sequence[Reason]: ...


class Unit(Protocol):
    """What is scored at once."""

    @property
    def qualname(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class UnitResult(Protocol):
    """An examined unit: its scored edits, best first."""

    @property
    def unit(self) -> Unit: ...
    @property
    def free_energy(self) -> float: ...
    @property
    def edits(self) -> Sequence[ScoredEdit]: ...


class HardTerms(Protocol):
    """What hard terms say of a file, and of edits of it."""

    @property
    def violations(self) -> Sequence[Violation]: ...
    def allows(self, replacements: tuple[Replacement, ...]) -> bool:
        """Whether an edit adds no violation anywhere in the file."""
        ...


class Engine(Protocol):
    """What examines the units of a file with the usage and the learned term."""

    def examine(
        self,
        file: ParsedFile,
        facts: ProjectFacts | None,
        *,
        hard: HardTerms | None,
        level: str,
        proceed: Callable[[], None] = ...,
    ) -> Sequence[UnitResult]:
        """Units that may have an edit within the alarm budget ``level``; ``all`` for every unit.

        ``proceed``: called before every unit and every pass of the network; what it raises ends the work.
        """
        ...

    def landscape(
        self, file: ParsedFile, facts: ProjectFacts | None, at: int, *, most: int
    ) -> UnitResult | None:
        """The innermost unit around byte ``at`` with its ``most`` best edits, none of them vetoed; None without any."""
        ...


@dataclass(frozen=True, slots=True)
class Workspace:
    """What is known about the project around a document. ``root`` is absolute."""

    root: Path
    facts: ProjectFacts | None = None
    index: ProjectIndex | None = None


def analyse(document: Document, workspace: Workspace, engine: Engine | None, settings: Settings) -> Report:
    """The findings of ``document``. Deterministic; without an engine only hard rules are reported.

    A document of more than ``MOST_BYTES`` has none.
    """
    if len(document.data) > MOST_BYTES:
        return Report(document, (), 0)
    path = relative_to_root(document.path, workspace.root)
    rules = settings.reported_rules(path)
    if document.not_text_at is not None:
        return numbered(document, _not_text(document, document.not_text_at) if "GS101" in rules else [])
    hard = Vetoes(document.parsed, workspace.index, document.path, document.judgements)
    scored: list[ScoredEdit] = []
    results: Sequence[UnitResult] = ()
    judged = rules.difference(SOFT_RULES, CONTRACT_RULES)
    places: list[tuple[str, int, int]] = []
    ignores = ignores_of(document)
    judges_ignores = UNUSED_IGNORE in rules and bool(ignores.comments)
    sensitivity = sensitivity_of(path.as_posix(), settings.sensitivity)
    if engine is not None and sensitivity is not None and not rules.isdisjoint(SOFT_RULES):
        # Whether a comment hides nothing is judged by all edits near it, at whatever sensitivity.
        level = "all" if judges_ignores else sensitivity
        results = engine.examine(document.parsed, workspace.facts, hard=hard, level=level)
        scored = _within_sensitivity(results, rules, sensitivity, hard)
        judged = rules - CONTRACT_RULES
        places += [(item.edit.rule, item.start, item.end) for result in results for item in result.edits]
    places += [(item.rule, item.start, item.end) for item in hard.violations]
    shown = {id(edit) for edit in scored}
    beyond = [
        edit
        for result in results
        for edit in result.edits
        if hard.violations and edit.edit.rule in rules and id(edit) not in shown
    ]
    findings, absorbed = _hard_findings(document, hard, rules, scored, beyond)
    broken = [violation for violation in hard.violations if violation.rule == "GS101"]
    scored = [
        edit
        for edit in scored
        if edit not in absorbed
        and not any(_touch(edit, item) for item in broken)
        and (sensitivity == "all" or hard.finds_plausible(edit.edit.replacements))
    ]
    findings += _soft_findings(document, scored, results)
    if judges_ignores:
        findings += unused_ignores(document, ignores, places, judged)
    energies = tuple(
        UnitEnergy(result.unit.qualname, result.unit.start, result.unit.end, result.free_energy)
        for result in results
    )
    report = numbered(document, findings, ignores)
    return replace(
        report, energies=energies, rests_on_others=hard.have_a_say, sensitivity=settings.sensitivity
    )


def _within_sensitivity(
    results: Sequence[UnitResult], rules: frozenset[str], sensitivity: str, hard: Vetoes
) -> list[ScoredEdit]:
    """The edits to show, each once and in the engine's order; at ``all`` the best of every unit too.

    An edit that adds a hard violation is never among them.
    """
    allowed = SENSITIVITIES[: SENSITIVITIES.index(sensitivity) + 1]
    thresholds = allowed if sensitivity != "all" else allowed[:-1]
    chosen: dict[tuple[Replacement, ...], ScoredEdit] = {}
    if sensitivity == "all":
        best = [next((e for e in result.edits if e.edit.rule in rules), None) for result in results]
        hard.allow_together(_disjoint(edit.edit.replacements for edit in best if edit is not None))
    for result in results:
        wanted = sensitivity == "all"
        for edit in result.edits:
            passes = edit.edit.rule in rules and (edit.level in thresholds or wanted)
            if passes and hard.allows(edit.edit.replacements):
                wanted = False
                known = chosen.get(edit.edit.replacements)
                if known is None or edit.probability > known.probability:
                    chosen[edit.edit.replacements] = edit
    return list(chosen.values())


def _disjoint(repairs: Iterable[tuple[Replacement, ...]]) -> list[tuple[Replacement, ...]]:
    """Those of ``repairs`` that lie after all that was taken before them, in text order."""
    found: list[tuple[Replacement, ...]] = []
    end = -1
    for repair in sorted(repairs):
        if min(item.start for item in repair) > end:
            found.append(repair)
            end = max(item.end for item in repair)
    return found


def _hard_findings(
    document: Document,
    hard: Vetoes,
    rules: frozenset[str],
    scored: Sequence[ScoredEdit],
    beyond: Sequence[ScoredEdit],
) -> tuple[list[Finding], list[ScoredEdit]]:
    """A finding for each place of a violation, and the scored edits that became repairs of one.

    ``beyond``: edits that the sensitivity does not show. Where an exact rule says that something is wrong they are no
    alarms, and the best of them that mends it is the right one more often than the first of the violation's own repairs.
    """
    findings: dict[tuple[str, int, int], Finding] = {}
    absorbed: list[ScoredEdit] = []
    checks = MOST_CHECKS
    for violation in hard.violations:
        place = (violation.rule, violation.start, violation.end)
        if place in findings or violation.rule not in rules:
            continue
        repairs: dict[tuple[Replacement, ...], Repair] = {}
        for edit, check in (*((edit, 0) for edit in scored), *((edit, 1) for edit in beyond)):
            if edit.edit.replacements in repairs or not _touch(edit, violation) or checks < check:
                continue
            checks -= check
            if hard.gains(edit.edit.replacements):
                gap = EnergyGap((TermGap(violation.term, Energy(-1, 0.0)), *edit.gap.terms))
                repair = _repair(document, edit)
                repairs[edit.edit.replacements] = replace(repair, gap=gap, budget=SENSITIVITIES[0])
                absorbed.append(edit)
        for offered in violation.repairs:
            if offered.replacements in repairs or not checks:
                continue
            checks -= 1
            if hard.gains(offered.replacements):
                gap = EnergyGap((TermGap(violation.term, Energy(-1, 0.0)),))
                title = repair_title(document.data, offered.replacements)
                repairs[offered.replacements] = Repair(title, offered.replacements, gap, True, False)
        best = next(iter(repairs.values()), None)
        findings[place] = Finding(
            rule=violation.rule,
            start=violation.start,
            end=violation.end,
            message=violation.message,
            severity=Severity.ERROR,
            gap=None if best is None else best.gap,
            probability=None,
            repairs=tuple(repairs.values())[:MOST_REPAIRS],
            evidence=_evidence(violation.evidence),
            fingerprint="",
        )
    return list(findings.values()), absorbed


def _soft_findings(
    document: Document, scored: Sequence[ScoredEdit], results: Sequence[UnitResult]
) -> list[Finding]:
    """One finding for each place: the best edit there, with the others at that place as further repairs."""
    groups = [[scored[at] for at in group] for group in by_place((edit.start, edit.end) for edit in scored)]
    return [
        Finding(
            rule=group[0].edit.rule,
            start=group[0].start,
            end=group[0].end,
            message=group[0].message,
            severity=Severity.WARNING if group[0].level in ("strict", "default") else Severity.HINT,
            gap=group[0].gap,
            probability=group[0].probability,
            repairs=tuple(_repair(document, edit) for edit in group[:MOST_REPAIRS]),
            evidence=_evidence(group[0].evidence) + _raised_elsewhere(document, group[0], results),
            fingerprint="",
        )
        for group in groups
    ]


def _raised_elsewhere(
    document: Document, edit: ScoredEdit, results: Sequence[UnitResult]
) -> tuple[Evidence, ...]:
    """The other places of the unit of ``edit`` where an edit would lower the energy, those that lower it most."""
    unit = next((result for result in results if any(item is edit for item in result.edits)), None)
    places: list[ScoredEdit] = []
    for other in () if unit is None else unit.edits:
        lowers = other.gap.total < Energy(0, 0.0)
        if lowers and not any(
            overlap(other.start, other.end, item.start, item.end) for item in (edit, *places)
        ):
            places.append(other)
    return tuple(
        Evidence(
            item.start,
            item.end,
            f"the energy is raised here too: {_uncapitalised(repair_title(document.data, item.edit.replacements))}, "
            f"ΔE {energy_in_words(item.gap.total)}",
        )
        for item in places[:MOST_RAISED]
    )


def _uncapitalised(title: str) -> str:
    return title[:1].lower() + title[1:]


def _repair(document: Document, edit: ScoredEdit) -> Repair:
    replacements = edit.edit.replacements
    title = repair_title(document.data, replacements)
    return Repair(title, replacements, edit.gap, True, edit.certified, edit.level)


def _touch(edit: ScoredEdit, violation: Violation) -> bool:
    return overlap(edit.start, edit.end, violation.start, violation.end)


def _not_text(document: Document, offset: int) -> list[Finding]:
    message = "this is not Python text: it holds a NUL byte"
    return [Finding("GS101", offset, offset + 1, message, Severity.ERROR, None, None, (), (), "")]


def _evidence(items: Iterable[Reason]) -> tuple[Evidence, ...]:
    return tuple(Evidence(item.start, item.end, item.message) for item in items)


def repair_title(data: bytes, replacements: Sequence[Replacement]) -> str:
    """What a repair does, as an editor's menu says it."""

    def quoted(text: bytes) -> str:
        shown = " ".join(text.decode("utf-8", "replace").split())
        return f"`{shown if len(shown) <= 40 else shown[:39] + '…'}`"

    olds = [data[item.start : item.end] for item in replacements]
    news = [item.new for item in replacements]
    if len(replacements) == 2 and olds == news[::-1]:
        return f"Swap {quoted(olds[0])} and {quoted(olds[1])}"
    done: dict[str, list[str]] = {}
    for old, new in zip(olds, news, strict=True):
        if not old.strip():
            done.setdefault("insert", []).append(quoted(new))
        elif not new.strip():
            done.setdefault("remove", []).append(quoted(old))
        else:
            done.setdefault("replace", []).append(f"{quoted(old)} by {quoted(new)}")
    title = "; ".join(f"{what} {', '.join(texts)}" for what, texts in done.items())
    return title[:1].upper() + title[1:]


def numbered(document: Document, findings: list[Finding], ignores: Ignores = NO_IGNORES) -> Report:
    """Order the findings, give each its fingerprint, leave out those that a comment ignores."""
    findings.sort(key=lambda finding: (finding.start, finding.end, finding.rule))
    if not findings:
        return Report(document, (), 0)
    definitions = _Definitions(document)
    lines: dict[int, str] = {}
    seen: dict[str, int] = {}
    kept: list[Finding] = []
    for finding in findings:
        line = document.source.line_of(finding.start)
        if line not in lines:
            text = document.source.line(line).removeprefix(BYTE_ORDER_MARK)  # which no editor shows or sends
            lines[line] = hashlib.sha256(b" ".join(text.split())).hexdigest()
        where = definitions.qualified_name(finding.start)
        identity = "\0".join((finding.rule, where, lines[line]))
        occurrence = seen[identity] = seen.get(identity, 0) + 1
        full = f"{identity}\0{occurrence}".encode("utf-8", "surrogateescape")
        if not ignores.covers(finding.rule, document, finding.start, finding.end):
            kept.append(replace(finding, fingerprint=hashlib.sha256(full).hexdigest()[:32]))
    return Report(document, tuple(kept), len(findings) - len(kept))


class _Definitions:
    """The functions and classes of a file, to name the ones around a place."""

    def __init__(self, document: Document) -> None:
        self._flat = flat = document.parsed.flat
        self._nodes = sorted(flat.of_kind(py.FUNCTION_DEFINITION) + flat.of_kind(py.CLASS_DEFINITION))
        self._starts = [flat.start[node] for node in self._nodes]

    def qualified_name(self, offset: int) -> str:
        """Names of the definitions around a byte, outermost first, joined by dots; empty at module level."""
        flat, before = self._flat, bisect_right(self._starts, offset)
        if not before:
            return ""
        innermost = self._nodes[before - 1]
        names: list[str] = []
        for node in (innermost, *flat.ancestors(innermost)):
            if flat.kind[node] in (py.FUNCTION_DEFINITION, py.CLASS_DEFINITION) and offset < flat.end[node]:
                name = flat.child_by_field(node, py.FIELD_NAME)
                names.append(flat.text(name).decode("utf-8", "surrogateescape") if name >= 0 else "")
        return ".".join(reversed(names))
