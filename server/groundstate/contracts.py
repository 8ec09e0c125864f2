"""Contracts in a report: the verdicts of a document's functions, and findings of what is refuted.

They are looked at after everything else, for a proof may take seconds: the linter adds them to each report, the language
server when it has shown the rest. An unknown verdict is never a finding.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from groundstate.analysis import Engine, Workspace, numbered
from groundstate.discovery import relative_to_root
from groundstate.documents import MOST_BYTES, Document
from groundstate.findings import Evidence, Finding, Severity
from groundstate.ignores import ignores_of
from groundstate.report import ClauseStatus, ContractStatus, Counterexample, Report
from groundstate.settings import Settings
from groundstate_energy.contracts.check import Budget, shared_checker
from groundstate_energy.contracts.promises import promises_something
from groundstate_energy.contracts.verdicts import ClauseVerdict, FunctionVerdict, Status
from groundstate_grammars.edits import difference
from groundstate_grammars.python import syntax as py
from groundstate_grammars.python.contracts.clauses import ClauseKind
from groundstate_grammars.python.contracts.definitions import definitions
from groundstate_grammars.python.contracts.expressions import RESULT
from groundstate_grammars.python.contracts.reading import may_have_contracts
from groundstate_grammars.rules import CONTRACT_RULES

if TYPE_CHECKING:
    from groundstate.contract_repairs import Surroundings

BROKEN, EMPTY, EXCEPTION = "GS201", "GS202", "GS203"

MOST_STEPS = 6
"""Statements shown of the way to where a contract breaks; the last ones."""

PATIENCE = 120.0
"""Seconds for one proof where nobody waits: the budget ends it long before, on any machine that is not overloaded."""


class Contracts:
    """Checks the contracts of documents with the prover of this process, started when a document has a contract.

    Args:
        seconds: after which a proof is given up, whatever it has spent of its budget.
    """

    def __init__(self, seconds: float = PATIENCE) -> None:
        self._budget = Budget(seconds=seconds)

    def added_to(
        self, report: Report, workspace: Workspace, engine: Engine | None, settings: Settings
    ) -> Report:
        """``report`` with the contracts of its document, the findings of its contract rules and their repairs."""
        contracts = self.of(report.document, workspace.root, settings)
        if contracts.findings:
            from groundstate.contract_repairs import Project

            contracts = self.repaired(contracts, Project(report.document, workspace, engine))
        return together(report, contracts)

    def repaired(
        self, contracts: Report, around: Surroundings, goes_on: Callable[[], bool] = lambda: True
    ) -> Report:
        """What ``of`` gave, with repairs of its findings; ``goes_on`` is asked between edits, False ends the search."""
        from groundstate.contract_repairs import repaired

        return repaired(contracts, shared_checker(), self._budget, around, goes_on)

    def of(self, document: Document, root: Path, settings: Settings) -> Report:
        """The contracts of a document, and nothing else."""
        nothing = Report(document, (), 0)
        rules = settings.reported_rules(relative_to_root(document.path, root)) & CONTRACT_RULES
        if not rules or document.not_text_at is not None or len(document.data) > MOST_BYTES:
            return nothing
        if not may_have_contracts(document.data):
            return nothing
        verdicts = shared_checker().check_file(
            document.parsed, budget=self._budget, wanted=promises_something
        )
        found = [finding for verdict in verdicts for finding in _findings(verdict) if finding.rule in rules]
        own = numbered(document, found, ignores_of(document))
        return replace(own, contracts=tuple(_status(document, verdict) for verdict in verdicts))


def together(report: Report, contracts: Report) -> Report:
    """``report`` with what was found of the contracts of the same document."""
    findings = sorted(
        (*report.findings, *contracts.findings),
        key=lambda finding: (finding.start, finding.end, finding.rule),
    )
    return replace(
        report,
        findings=tuple(findings),
        ignored=report.ignored + contracts.ignored,
        known=report.known + contracts.known,
        contracts=contracts.contracts,
    )


def without_contracts(report: Report) -> Report:
    """``report`` as it was before its contracts were looked at."""
    findings = tuple(finding for finding in report.findings if finding.rule not in CONTRACT_RULES)
    return replace(report, findings=findings, contracts=())


class Verdicts:
    """What was concluded of the contracts of a text, for the versions that follow it.

    Args:
        report: its ``contracts`` and the findings about them.
    """

    def __init__(self, report: Report) -> None:
        self._report = report

    def carried_over(self, report: Report) -> Report:
        """``report`` with what was concluded of the earlier version, until its own contracts are checked.

        A function whose text is the same keeps its verdict and findings, moved to where it is now; one that changed keeps
        its verdict, marked as stale, and loses its findings.
        """
        before = self._report
        if not before.contracts:
            return report
        new = _definitions(report.document)
        return self._carried(report, lambda function, place: new.get(function))

    def carried_along(self, report: Report) -> Report:
        """The same while a text is typed, without a look at its tree.

        A function is taken for the same when nothing of it lies between the first and the last difference of both texts.
        """
        before = self._report
        if not before.contracts:
            return report
        change = difference(before.document.data, report.document.data)
        if change is None:
            return self._carried(report, lambda function, place: place)
        grown = len(change.new) - (change.end - change.start)

        def now(function: str, place: tuple[int, int]) -> tuple[int, int] | None:
            start, end = place
            if change.start <= start and end <= change.end:
                return None
            return (
                start + grown if start >= change.end else start,
                end + grown if end >= change.end else end,
            )

        return self._carried(report, now)

    @functools.cached_property
    def _places(self) -> dict[str, tuple[int, int]]:
        return _definitions(self._report.document)

    def _carried(
        self, report: Report, now: Callable[[str, tuple[int, int]], tuple[int, int] | None]
    ) -> Report:
        """``report`` with the verdicts of functions that are ``now`` at other places, if anywhere."""
        before = self._report
        contracts: list[ContractStatus] = []
        findings = list(report.findings)
        for status in before.contracts:
            place = self._places.get(status.function)
            here = None if place is None else now(status.function, place)
            if place is None or here is None:
                continue
            start, end = place
            by = here[0] - start
            moved = _moved(status, by)
            if before.document.data[start:end] != report.document.data[slice(*here)]:
                reason = status.reason if status.verdict == Status.STALE.value else status.verdict
                contracts.append(replace(moved, verdict=Status.STALE.value, reason=reason, reason_at=here[0]))
                continue
            contracts.append(moved)
            findings += [
                _finding_moved(finding, by)
                for finding in before.findings
                if finding.rule in CONTRACT_RULES and start <= finding.start < end
            ]
        findings.sort(key=lambda finding: (finding.start, finding.end, finding.rule))
        return replace(report, findings=tuple(findings), contracts=tuple(contracts))


def is_about(finding: Finding, name: tuple[int, int]) -> bool:
    """Whether a finding is about the function whose name is at ``name``: an invariant may be broken by many methods."""
    called = finding.evidence[:1]
    return not called or (called[0].start, called[0].end) == name


def _definitions(document: Document) -> dict[str, tuple[int, int]]:
    """The byte range of each function by its qualified name, decorators included; of two with one name the last."""
    flat = document.parsed.flat
    found = {}
    for function in definitions(flat)[0]:
        above = flat.parent[function.node]
        first = above if flat.kind[above] == py.DECORATED_DEFINITION else function.node
        found[function.qualname] = (flat.start[first], flat.end[function.node])
    return found


def _moved(status: ContractStatus, by: int) -> ContractStatus:
    clauses = tuple(
        replace(clause, start=clause.start + by, end=clause.end + by) for clause in status.clauses
    )
    return replace(
        status,
        start=status.start + by,
        end=status.end + by,
        reason_at=status.reason_at + by,
        clauses=clauses,
    )


def _finding_moved(finding: Finding, by: int) -> Finding:
    evidence = tuple(replace(item, start=item.start + by, end=item.end + by) for item in finding.evidence)
    # A repair was verified in another version of the file.
    return replace(
        finding, start=finding.start + by, end=finding.end + by, evidence=evidence, repairs=(), gap=None
    )


def _findings(verdict: FunctionVerdict) -> Iterator[Finding]:
    if verdict.status is Status.VACUOUS:
        message = f"no arguments satisfy the preconditions of `{verdict.name}`: its contract promises nothing"
        yield _finding(EMPTY, verdict.at, message, Severity.WARNING, ())
    for clause in verdict.clauses:
        if clause.verdict.status is not Status.REFUTED:
            continue
        if clause.clause < 0:
            message = f"`{verdict.name}` {clause.verdict.reason}{_given(clause)}, which its contract allows"
            yield _finding(EXCEPTION, clause.at, message, Severity.WARNING, _way(verdict, clause))
        elif clause.kind == ClauseKind.EXAMPLE.value:
            message = f"the example `{clause.text}` {clause.verdict.reason}"
            yield _finding(BROKEN, clause.at, message, Severity.ERROR, ())
        else:
            message = f"`{clause.text}` {clause.verdict.reason}{_given(clause)}{_values(clause)}"
            yield _finding(BROKEN, clause.at, message, Severity.ERROR, _way(verdict, clause))


def _finding(
    rule: str, at: tuple[int, int], message: str, severity: Severity, evidence: tuple[Evidence, ...]
) -> Finding:
    return Finding(rule, at[0], at[1], message, severity, None, None, (), evidence, "")


def _given(clause: ClauseVerdict) -> str:
    found = clause.counterexample
    if found is None or not found.arguments:
        return ""
    return " for " + ", ".join(f"{name}={value}" for name, value in found.arguments)


def _values(clause: ClauseVerdict) -> str:
    found = clause.counterexample
    if found is None:
        return ""
    known = {name for name, _ in found.arguments}
    parts = [f"`{text}` is {value}" for text, value in found.parts if text not in known and text != RESULT]
    if found.returned:
        parts.insert(0, f"it returns {found.returned}")
    return f" ({', '.join(parts)})" if parts else ""


def _way(verdict: FunctionVerdict, clause: ClauseVerdict) -> tuple[Evidence, ...]:
    """From the call to where the contract breaks."""
    found = clause.counterexample
    if found is None:
        return ()
    steps = [Evidence(verdict.at[0], verdict.at[1], f"called{_given(clause).replace(' for ', ' with ', 1)}")]
    ran = list(dict.fromkeys(found.path))[-MOST_STEPS:]
    steps += [Evidence(start, end, "then this runs") for start, end in ran if start < end]
    if found.where is not None and found.exception:
        steps.append(Evidence(*found.where, f"raises {found.exception}"))
    elif found.returned:
        steps.append(Evidence(*verdict.at, f"returns {found.returned}"))
    return tuple(steps)


def _status(document: Document, verdict: FunctionVerdict) -> ContractStatus:
    at = verdict.verdict.at or verdict.at
    return ContractStatus(
        verdict.qualname,
        *verdict.at,
        verdict.status.value,
        verdict.verdict.reason,
        at[0],
        verdict.verdict.bound,
        tuple(_clause(document, verdict, clause) for clause in verdict.clauses),
    )


def _clause(document: Document, verdict: FunctionVerdict, clause: ClauseVerdict) -> ClauseStatus:
    found = clause.counterexample
    doctest: tuple[str, ...] = ()
    if found is not None and clause.kind != ClauseKind.EXAMPLE.value:
        from groundstate_energy.contracts.doctest_lines import doctest_lines

        doctest = doctest_lines(document.parsed, verdict, clause)
    return ClauseStatus(
        clause.text or clause.kind,
        *clause.at,
        clause.verdict.status.value,
        clause.verdict.reason,
        None
        if found is None
        else Counterexample(found.arguments, found.returned, found.exception, found.parts, doctest),
    )
