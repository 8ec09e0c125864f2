"""Repairs of what a contract refutes: edits proved to mend the function, and changes of the contract, which are not.

A verified repair is as good as its contract. So it is offered first and never applied unasked: ``--fix`` and fix-all apply
what the precision of its rule certifies; ``--unsafe-fixes`` applies what is checked, and this is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from groundstate.analysis import Engine, ScoredEdit, Workspace, repair_title
from groundstate.contracts import is_about
from groundstate.documents import Document
from groundstate.findings import Repair
from groundstate.report import RepairSearch, Report
from groundstate_energy.contracts.adjustments import adjustments
from groundstate_energy.contracts.check import Budget, Checker
from groundstate_energy.contracts.promises import promises_something
from groundstate_energy.contracts.repairs import MOST_EDITS, find_repair
from groundstate_energy.contracts.verdicts import ClauseVerdict, FunctionVerdict, Status
from groundstate_energy.energy import Energy, EnergyGap, TermGap
from groundstate_energy.terms import new_violations
from groundstate_grammars.edits import Replacement

_MENDED = TermGap("contracts", Energy(-1, 0.0))


class Surroundings(Protocol):
    """What a search for repairs asks about the document and its project."""

    def edits(self, at: int) -> Sequence[ScoredEdit] | None:
        """The candidate edits of the function around byte ``at``, by energy; None without a model."""
        ...

    def violations(self, replacements: tuple[Replacement, ...]) -> int:
        """How many hard violations an edit adds anywhere in the file."""
        ...


class Project:
    """The surroundings of a document as they are known to this thread."""

    def __init__(self, document: Document, workspace: Workspace, engine: Engine | None) -> None:
        self._document = document
        self._workspace = workspace
        self._engine = engine

    def edits(self, at: int) -> Sequence[ScoredEdit] | None:
        if self._engine is None:
            return None
        parsed = self._document.parsed
        unit = self._engine.landscape(parsed, self._workspace.facts, at, most=MOST_EDITS)
        return [] if unit is None else unit.edits

    def violations(self, replacements: tuple[Replacement, ...]) -> int:
        document = self._document
        after = document.parsed.edited(replacements)
        return new_violations(document.parsed, after, self._workspace.index, document.path)


def repaired(
    contracts: Report,
    checker: Checker,
    budget: Budget,
    around: Surroundings,
    goes_on: Callable[[], bool] = lambda: True,
) -> Report:
    """``contracts``, the report of a document's contracts, with the repairs of its findings.

    ``goes_on``: asked before each edit; False ends the search, and what was found until then is kept.
    """
    refuted = {item.function for item in contracts.contracts if item.verdict == Status.REFUTED.value}
    if not refuted or not contracts.findings:
        return contracts
    document = contracts.document
    verdicts = checker.check_file(document.parsed, budget=budget, wanted=promises_something)
    findings = list(contracts.findings)
    searches: dict[str, RepairSearch] = {}
    for verdict in verdicts:
        places = {clause.at: clause for clause in verdict.clauses if clause.verdict.status is Status.REFUTED}
        own = [
            at
            for at, item in enumerate(findings)
            if (item.start, item.end) in places and is_about(item, verdict.at)
        ]
        if verdict.status is not Status.REFUTED or not own or not goes_on():
            continue
        scored = around.edits(verdict.at[0])
        found = find_repair(
            checker,
            document.parsed,
            verdicts,
            verdict,
            [item.edit for item in scored] if scored else None,
            budget=budget,
            wanted=promises_something,
            violations=around.violations,
            goes_on=goes_on,
        )
        searches[verdict.qualname] = RepairSearch(
            found.effort.edits, found.effort.runs, found.effort.proofs, found.repair is not None
        )
        verified: tuple[Repair, ...] = ()
        if found.repair is not None:
            edit = found.repair.edit
            terms = next((item.gap.terms for item in scored or () if item.edit == edit), ())
            title = f"{repair_title(document.data, edit.replacements)} (verified)"
            gap = EnergyGap((_MENDED, *terms))
            verified = (Repair(title, edit.replacements, gap, True, False, verified=True),)
        for at in own:
            finding = findings[at]
            changes = _changes(document, verdict, places[finding.start, finding.end], goes_on)
            repairs = (*verified, *changes)
            findings[at] = replace(finding, repairs=repairs, gap=verified[0].gap if verified else None)
    statuses = tuple(
        replace(status, search=searches.get(status.function, status.search)) for status in contracts.contracts
    )
    return replace(contracts, findings=tuple(findings), contracts=statuses)


def _changes(
    document: Document, verdict: FunctionVerdict, refuted: ClauseVerdict, goes_on: Callable[[], bool]
) -> list[Repair]:
    """Changes of the contract: neither checked nor verified, so never preferred and never applied with others."""
    found = []
    for item in adjustments(document.parsed, verdict, refuted, goes_on):
        title = repair_title(document.data, (item,))
        shown = f"Change the contract instead, not verified: {title[:1].lower()}{title[1:]}"
        found.append(Repair(shown, (item,), EnergyGap(()), False, False))
    return found
