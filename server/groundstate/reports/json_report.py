"""JSON: every finding with its places, energies and repairs. ``version`` changes when a field changes its meaning."""

from __future__ import annotations

import json

from groundstate import __version__
from groundstate.documents import Document
from groundstate.findings import Finding
from groundstate.report import ContractStatus
from groundstate.reports.outcome import Outcome, clean, place_of, shown_path
from groundstate_energy.energy import EnergyGap
from groundstate_grammars.rules import RULES


def render_json(outcome: Outcome) -> str:
    """One JSON object for the run."""
    return json.dumps(outcome_as_json(outcome), indent=2, ensure_ascii=False) + "\n"


def render_json_lines(outcome: Outcome) -> str:
    """One JSON object a line for each finding, as in ``render_json``, for tools that read a stream."""
    return "".join(
        json.dumps(finding_as_json(document, finding), ensure_ascii=False) + "\n"
        for document, finding in outcome.findings()
    )


def outcome_as_json(outcome: Outcome) -> dict[str, object]:
    """The run as JSON-ready values."""
    findings = [finding_as_json(document, finding) for document, finding in outcome.findings()]
    return {
        "version": 1,
        "tool": {"name": "groundstate", "version": __version__, "model": outcome.model},
        "findings": findings,
        "contracts": [
            contract_as_json(report.document, status)
            for report in outcome.reports
            for status in report.contracts
        ],
        "problems": [{"path": problem.path, "message": problem.message} for problem in outcome.problems],
        "summary": {
            "files": len(outcome.reports),
            "findings": len(findings),
            "ignored": outcome.ignored,
            "inBaseline": outcome.known,
            "onUnchangedLines": outcome.elsewhere,
        },
    }


def finding_as_json(document: Document, finding: Finding) -> dict[str, object]:
    """One finding as JSON-ready values; lines and columns are counted from 1, columns in characters."""
    return {
        "path": shown_path(document.path),
        **_place(document, finding.start, finding.end),
        "rule": finding.rule,
        "name": RULES[finding.rule].name,
        "message": finding.message,
        "severity": finding.severity.value,
        "probability": finding.probability,
        "deltaEnergy": None if finding.gap is None else gap_as_json(finding.gap),
        "fingerprint": finding.fingerprint,
        "repairs": [
            {
                "title": repair.title,
                "checked": repair.checked,
                "certified": repair.certified,
                "verified": repair.verified,
                "deltaEnergy": gap_as_json(repair.gap),
                "edits": [
                    {**_place(document, item.start, item.end), "text": clean(item.new)}
                    for item in repair.replacements
                ],
            }
            for repair in finding.repairs
        ],
        "evidence": [
            {**_place(document, item.start, item.end), "message": item.message} for item in finding.evidence
        ],
    }


def contract_as_json(document: Document, status: ContractStatus) -> dict[str, object]:
    """The verdict of one function as JSON-ready values; lines are counted from 1."""
    return {
        "path": shown_path(document.path),
        "function": status.function,
        "line": place_of(document, status.start, status.end).line,
        "verdict": status.verdict,
        "reason": status.reason or None,
        "reasonLine": place_of(document, status.reason_at, status.reason_at).line if status.reason else None,
        "bound": status.bound or None,
        "repairSearch": None
        if status.search is None
        else {
            "editsReplayed": status.search.edits,
            "runs": status.search.runs,
            "proofs": status.search.proofs,
            "found": status.search.found,
        },
        "clauses": [
            {
                "text": clause.text,
                "line": place_of(document, clause.start, clause.end).line,
                "verdict": clause.verdict,
                "reason": clause.reason or None,
                "counterexample": None
                if clause.counterexample is None
                else {
                    "arguments": dict(clause.counterexample.arguments),
                    "returned": clause.counterexample.returned or None,
                    "exception": clause.counterexample.exception or None,
                    "values": dict(clause.counterexample.values),
                    "doctest": list(clause.counterexample.doctest),
                },
            }
            for clause in status.clauses
        ],
    }


def gap_as_json(gap: EnergyGap) -> dict[str, object]:
    """The total gap and its terms."""
    total = gap.total
    return {
        "hard": total.hard,
        "soft": round(total.soft, 6),
        "terms": [
            {"term": term.term, "hard": term.gap.hard, "soft": round(term.gap.soft, 6)} for term in gap.terms
        ],
    }


def _place(document: Document, start: int, end: int) -> dict[str, object]:
    place = place_of(document, start, end)
    return {
        "line": place.line,
        "column": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
