"""Formats of code hosts and CI systems: GitHub commands, GitLab Code Quality, JUnit XML and reviewdog's rdjson."""

from __future__ import annotations

import hashlib
import json
from xml.sax.saxutils import escape, quoteattr

from groundstate.documents import Document
from groundstate.findings import Finding, Severity
from groundstate.reports.outcome import Outcome, clean, place_of, shown_path
from groundstate_grammars.rules import RULES

_RD_SOURCE = {"name": "groundstate"}


def render_github(outcome: Outcome) -> str:
    """Workflow commands; without columns where a finding spans lines, for GitHub shows none then."""
    lines = []
    commands = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "notice"}
    for document, finding in outcome.findings():
        place = place_of(document, finding.start, finding.end)
        fields = {"file": shown_path(document.path), "line": str(place.line), "endLine": str(place.end_line)}
        if place.line == place.end_line:
            fields |= {"col": str(place.column), "endColumn": str(place.end_column)}
        fields["title"] = _title(finding)
        listed = ",".join(f"{key}={_github(value, in_field=True)}" for key, value in fields.items())
        lines.append(f"::{commands[finding.severity]} {listed}::{_github(finding.message)}")
    for problem in outcome.problems:
        lines.append(f"::error file={_github(problem.path, in_field=True)}::{_github(problem.message)}")
    return "".join(line + "\n" for line in lines)


def render_gitlab(outcome: Outcome) -> str:
    """A Code Quality report. A fingerprint is unique in it, so it also covers the path."""
    severities = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.HINT: "info"}
    issues = []
    for document, finding in outcome.findings():
        path = shown_path(document.path)
        place = place_of(document, finding.start, finding.end)
        issues.append(
            {
                "description": finding.message,
                "check_name": _title(finding),
                "fingerprint": hashlib.sha256(f"{path}\0{finding.fingerprint}".encode()).hexdigest()[:32],
                "severity": severities[finding.severity],
                "location": {"path": path, "lines": {"begin": place.line, "end": place.end_line}},
            }
        )
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"


def render_junit(outcome: Outcome) -> str:
    """JUnit XML: a suite for each file, a case for each finding, one passing case for a clean file."""
    failures = sum(len(report.findings) for report in outcome.reports)
    total = sum(max(1, len(report.findings)) for report in outcome.reports) + len(outcome.problems)
    lines = ['<?xml version="1.0" encoding="utf-8"?>']
    errors = len(outcome.problems)
    lines.append(f'<testsuites name="groundstate" tests="{total}" failures="{failures}" errors="{errors}">')
    for report in outcome.reports:
        path = shown_path(report.document.path)
        count = len(report.findings)
        lines.append(
            f'  <testsuite name={_attribute(path)} tests="{max(1, count)}" failures="{count}" errors="0">'
        )
        if not count:
            lines.append(f'    <testcase name="groundstate" classname={_attribute(path)}/>')
        for finding in report.findings:
            place = place_of(report.document, finding.start, finding.end)
            case = f"{_title(finding)} line {place.line} column {place.column}"
            lines.append(f"    <testcase name={_attribute(case)} classname={_attribute(path)}>")
            text = escape(_xml(f"{path}:{place.line}:{place.column}: {finding.message}"))
            lines.append(f"      <failure message={_attribute(finding.message)}>{text}</failure>")
            lines.append("    </testcase>")
        lines.append("  </testsuite>")
    if outcome.problems:
        lines.append(f'  <testsuite name="problems" tests="{errors}" failures="0" errors="{errors}">')
        for problem in outcome.problems:
            lines.append(f'    <testcase name={_attribute(problem.path)} classname="problems">')
            lines.append(f"      <error message={_attribute(problem.message)}/>")
            lines.append("    </testcase>")
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def render_rdjson(outcome: Outcome) -> str:
    """Reviewdog Diagnostic Format; its columns count UTF-8 bytes."""
    diagnostics = [_rd_diagnostic(document, finding) for document, finding in outcome.findings()]
    report = {"source": _RD_SOURCE, "diagnostics": diagnostics}
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def render_rdjsonl(outcome: Outcome) -> str:
    """Reviewdog Diagnostic Format with one diagnostic a line, each with its source."""
    return "".join(
        json.dumps({**_rd_diagnostic(document, finding), "source": _RD_SOURCE}, ensure_ascii=False) + "\n"
        for document, finding in outcome.findings()
    )


def _rd_diagnostic(document: Document, finding: Finding) -> dict[str, object]:
    severities = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.HINT: "INFO"}
    return {
        "message": finding.message,
        "location": {
            "path": shown_path(document.path),
            "range": _rd_range(document, finding.start, finding.end),
        },
        "severity": severities[finding.severity],
        "code": {"value": finding.rule},
        "suggestions": [
            {"range": _rd_range(document, item.start, item.end), "text": clean(item.new)}
            for repair in finding.repairs
            if len(repair.replacements) == 1
            for item in repair.replacements
        ],
    }


def _title(finding: Finding) -> str:
    return f"{finding.rule} {RULES[finding.rule].name}"


def _github(text: str, *, in_field: bool = False) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return escaped.replace(":", "%3A").replace(",", "%2C") if in_field else escaped


def _xml(text: str) -> str:
    """``text`` without the characters that XML 1.0 has no way to write."""
    return "".join(
        character
        if character in "\t\n\r"
        or (" " <= character <= "\ufffd" and not "\ud800" <= character <= "\udfff")
        or character > "\uffff"
        else "\ufffd"
        for character in text
    )


def _attribute(text: str) -> str:
    return quoteattr(_xml(text))


def _rd_range(document: Document, start: int, end: int) -> dict[str, dict[str, int]]:
    def position(offset: int) -> dict[str, int]:
        line = document.source.line_of(offset)
        return {"line": line + 1, "column": offset - document.source.line_start(line) + 1}

    return {"start": position(start), "end": position(end)}
