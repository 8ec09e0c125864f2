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
from groundstate_grammars.python.units import Unit as FunctionUnit
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

    def examine_edited(
        self,
        file: ParsedFile,
        unit: FunctionUnit,
        replacements: Sequence[Replacement],
        *,
        moved: int,
        hard: HardTerms,
        level: str,
        proceed: Callable[[], None] = ...,
    ) -> Sequence[UnitResult] | None:
        """What is found in one function after an edit that leaves the rest of ``file`` as it is; None where that has to be
        examined whole. ``moved``: bytes that other edits have moved it by. ``hard``: of the version after all edits."""
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a document: the rules reported in it, and the alarm budget of its learned ones; None for none.

    ``judges_ignores``: whether its ignore comments are judged too.
    """

    rules: frozenset[str]
    sensitivity: str | None
    ignores: Ignores
    judges_ignores: bool

    @classmethod
    def of(cls, document: Document, root: Path, settings: Settings) -> Wanted:
        """What ``settings`` ask of ``document`` in the project at ``root``."""
        path = relative_to_root(document.path, root)
        rules, ignores = settings.reported_rules(path), ignores_of(document)
        sensitivity = sensitivity_of(path.as_posix(), settings.sensitivity)
        learned = None if rules.isdisjoint(SOFT_RULES) else sensitivity
        return cls(rules, learned, ignores, UNUSED_IGNORE in rules and bool(ignores.comments))

    @property
    def level(self) -> str:
        """The alarm budget an engine is asked with: whether a comment hides nothing is judged by all edits near it."""
        return "all" if self.judges_ignores or self.sensitivity is None else self.sensitivity


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is found of a document before it is a report: without fingerprints, and with what a comment ignores."""

    document: Document
    findings: tuple[Finding, ...] = ()
    ignores: Ignores = NO_IGNORES
    energies: tuple[UnitEnergy, ...] = ()
    rests_on_others: bool = True
    sensitivity: str = "default"

    def report(self, qualified_name: Callable[[int], str] | None = None) -> Report:
        """The findings in order, numbered. ``qualified_name``: of the definitions around a byte, where that is known."""
        report = numbered(self.document, list(self.findings), self.ignores, qualified_name)
        return replace(
            report,
            energies=self.energies,
            rests_on_others=self.rests_on_others,
            sensitivity=self.sensitivity,
        )


def analyse(document: Document, workspace: Workspace, engine: Engine | None, settings: Settings) -> Report:
    """The findings of ``document``. Deterministic; without an engine only hard rules are reported.

    A document of more than ``MOST_BYTES`` has none.
    """
    return analysis_of(document, workspace, engine, settings).report()


def analysis_of(
    document: Document, workspace: Workspace, engine: Engine | None, settings: Settings
) -> Analysis:
    """What ``analyse`` makes its report of."""
    if len(document.data) > MOST_BYTES:
        return Analysis(document)
    if document.not_text_at is not None:
        rules = settings.reported_rules(relative_to_root(document.path, workspace.root))
        return Analysis(
            document, tuple(_not_text(document, document.not_text_at) if "GS101" in rules else ())
        )
    wanted = Wanted.of(document, workspace.root, settings)
    hard = Vetoes(document.parsed, workspace.index, document.path, document.judgements)
    results: Sequence[UnitResult] = ()
    judged = wanted.rules.difference(SOFT_RULES, CONTRACT_RULES)
    if engine is not None and wanted.sensitivity is not None:
        results = engine.examine(document.parsed, workspace.facts, hard=hard, level=wanted.level)
        judged = wanted.rules - CONTRACT_RULES
    findings = findings_of(document, hard, hard.violations, results, wanted)
    if wanted.judges_ignores:
        places = [(item.edit.rule, item.start, item.end) for result in results for item in result.edits]
        places += [(item.rule, item.start, item.end) for item in hard.violations]
        findings += unused_ignores(document, wanted.ignores, places, judged)
    return Analysis(
        document,
        tuple(findings),
        wanted.ignores,
        energies_of(results),
        hard.have_a_say,
        settings.sensitivity,
    )


def findings_of(
    document: Document,
    hard: Vetoes,
    violations: Sequence[Violation],
    results: Sequence[UnitResult],
    wanted: Wanted,
    checks: int = MOST_CHECKS,
) -> list[Finding]:
    """The findings of ``violations`` and ``results``, which may be of a part of ``document``.

    ``checks``: repairs of violations that are checked, at most.
    """
    rules, sensitivity = wanted.rules, wanted.sensitivity
    scored = [] if sensitivity is None else _within_sensitivity(results, rules, sensitivity, hard)
    shown = {id(edit) for edit in scored}
    beyond = [
        edit
        for result in results
        for edit in result.edits
        if violations and edit.edit.rule in rules and id(edit) not in shown
    ]
    findings, absorbed = _hard_findings(document, hard, violations, rules, scored, beyond, checks)
    broken = [violation for violation in violations if violation.rule == "GS101"]
    scored = [
        edit
        for edit in scored
        if edit not in absorbed
        and not any(_touch(edit, item) for item in broken)
        and (sensitivity == "all" or hard.finds_plausible(edit.edit.replacements))
    ]
    return findings + _soft_findings(document, scored, results)


def energies_of(results: Iterable[UnitResult]) -> tuple[UnitEnergy, ...]:
    """The free energies of examined units."""
    return tuple(
        UnitEnergy(result.unit.qualname, result.unit.start, result.unit.end, result.free_energy)
        for result in results
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
    violations: Iterable[Violation],
    rules: frozenset[str],
    scored: Sequence[ScoredEdit],
    beyond: Sequence[ScoredEdit],
    checks: int,
) -> tuple[list[Finding], list[ScoredEdit]]:
    """A finding for each place of a violation, and the scored edits that became repairs of one.

    ``beyond``: edits that the sensitivity does not show. Where an exact rule says that something is wrong they are no
    alarms, and the best of them that mends it is the right one more often than the first of the violation's own repairs.
    """
    findings: dict[tuple[str, int, int], Finding] = {}
    absorbed: list[ScoredEdit] = []
    for violation in violations:
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


def numbered(
    document: Document,
    findings: list[Finding],
    ignores: Ignores = NO_IGNORES,
    qualified_name: Callable[[int], str] | None = None,
) -> Report:
    """Order the findings, give each its fingerprint, leave out those that a comment ignores.

    ``qualified_name``: names of the definitions around a byte; those of ``document`` where it is not given.
    """
    findings.sort(key=lambda finding: (finding.start, finding.end, finding.rule))
    if not findings:
        return Report(document, (), 0)
    qualified_name = qualified_name or Definitions(document).qualified_name
    lines: dict[int, str] = {}
    seen: dict[str, int] = {}
    kept: list[Finding] = []
    for finding in findings:
        line = document.source.line_of(finding.start)
        if line not in lines:
            text = document.source.line(line).removeprefix(BYTE_ORDER_MARK)  # which no editor shows or sends
            lines[line] = hashlib.sha256(b" ".join(text.split())).hexdigest()
        where = qualified_name(finding.start)
        identity = "\0".join((finding.rule, where, lines[line]))
        occurrence = seen[identity] = seen.get(identity, 0) + 1
        full = f"{identity}\0{occurrence}".encode("utf-8", "surrogateescape")
        if not ignores.covers(finding.rule, document, finding.start, finding.end):
            kept.append(replace(finding, fingerprint=hashlib.sha256(full).hexdigest()[:32]))
    return Report(document, tuple(kept), len(findings) - len(kept))


class Definitions:
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
