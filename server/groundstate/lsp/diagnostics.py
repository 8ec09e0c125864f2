"""Findings as LSP diagnostics, and the way back from a diagnostic to its finding."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types

from groundstate.findings import Finding, Severity
from groundstate.lsp.client import Client
from groundstate.lsp.snapshots import Snapshot
from groundstate.report import Report

SOURCE = "groundstate"

MOST_DIAGNOSTICS = 1000
"""Diagnostics sent for one document. Ten thousand take the client and the protocol loop a fifth of a second."""

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.HINT: types.DiagnosticSeverity.Information,
}
"""What the user asked to see with ``explore`` or ``all`` is listed among the problems: editors list no ``Hint``."""

RangeKey = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Analysed:
    """One snapshot with its findings and their diagnostics, which are in the same order.

    ``uris``: the client's document of each diagnostic. ``result_id`` is equal for equal diagnostics. ``places`` finds a
    finding by document, code and range: not every client sends back the ``data`` of a diagnostic. ``fingerprints`` finds
    it by fingerprint. ``baseline``: the project's file of known findings.
    """

    snapshot: Snapshot
    report: Report
    diagnostics: tuple[types.Diagnostic, ...]
    uris: tuple[str, ...]
    result_id: str
    places: Mapping[tuple[str, str, RangeKey], Finding]
    fingerprints: Mapping[str, Finding]
    baseline: Path | None = None

    def of(self, uri: str) -> list[types.Diagnostic]:
        """The diagnostics of one of the client's documents: of the document itself, or of a cell."""
        return [item for item, where in zip(self.diagnostics, self.uris, strict=True) if where == uri]

    def finding_of(self, uri: str, diagnostic: types.Diagnostic) -> Finding | None:
        """The finding that a diagnostic of the document ``uri``, as the client knows it, was made of.

        None when it was another version's.
        """
        if diagnostic.source != SOURCE:
            return None
        return self.places.get((uri, str(diagnostic.code), range_key(diagnostic.range)))


def analysed(
    snapshot: Snapshot, report: Report, client: Client, pages: Mapping[str, str], baseline: Path | None
) -> Analysed:
    """``report`` rendered for ``client``; ``pages`` has the address of each rule's page."""
    findings = shown(report.findings)
    diagnostics = tuple(diagnostic_of(finding, snapshot, client, pages) for finding in findings)
    digest = hashlib.sha256()
    uris = tuple(snapshot.location(item.start, item.end, client.encoding).uri for item in findings)
    places: dict[tuple[str, str, RangeKey], Finding] = {}
    for finding, diagnostic, uri in zip(findings, diagnostics, uris, strict=True):
        key = range_key(diagnostic.range)
        places.setdefault((uri, finding.rule, key), finding)
        digest.update(
            repr(
                (
                    *(uri, finding.rule, key, finding.message, finding.severity, finding.fingerprint),
                    [(item.start, item.end, item.message) for item in finding.evidence],
                )
            ).encode()
        )
    fingerprints = {finding.fingerprint: finding for finding in findings}
    return Analysed(
        snapshot, report, diagnostics, uris, digest.hexdigest()[:32], places, fingerprints, baseline
    )


def shown(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """All findings, or the loudest ``MOST_DIAGNOSTICS`` of them, in text order."""
    if len(findings) <= MOST_DIAGNOSTICS:
        return findings
    order = [Severity.ERROR, Severity.WARNING, Severity.HINT]
    loudest = sorted(range(len(findings)), key=lambda at: (order.index(findings[at].severity), at))
    return tuple(findings[at] for at in sorted(loudest[:MOST_DIAGNOSTICS]))


def diagnostic_of(
    finding: Finding, snapshot: Snapshot, client: Client, pages: Mapping[str, str]
) -> types.Diagnostic:
    """The diagnostic of one finding, with what the client declared to understand."""
    related = [
        types.DiagnosticRelatedInformation(
            snapshot.location(item.start, item.end, client.encoding),
            item.message,
        )
        for item in finding.evidence
    ]
    page = pages.get(finding.rule)
    return types.Diagnostic(
        range=snapshot.range_of(finding.start, finding.end, client.encoding),
        message=finding.message,
        severity=_SEVERITIES[finding.severity],
        code=finding.rule,
        code_description=types.CodeDescription(page) if page and client.code_description else None,
        source=SOURCE,
        related_information=related if related and client.related_information else None,
        data={"version": snapshot.version, "fingerprint": finding.fingerprint}
        if client.diagnostic_data
        else None,
    )


def range_key(place: types.Range) -> RangeKey:
    return place.start.line, place.start.character, place.end.line, place.end.character
