"""Fixes: the repairs of a report applied to its text, and written so that a user's file is never lost.

A file is written only if what is on disk is still the text that was analysed and the result parses as well as it did;
it is written to a temporary file beside it, which then takes its place in one step and keeps its mode.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from groundstate.atomic_files import replace_file
from groundstate.documents import Document
from groundstate.findings import Finding
from groundstate.ignores import ignore_replacements, ignores_of
from groundstate.report import Report
from groundstate.reports.outcome import clean, shown_path
from groundstate_grammars.edits import Replacement


class FixError(Exception):
    """A fix that was not written; the message says why and that the file is as it was."""


@dataclass(frozen=True, slots=True)
class Fix:
    """``fixed``: the new version of ``original``, equal to it when nothing applies. ``findings``: those repaired."""

    original: Document
    fixed: Document
    findings: tuple[Finding, ...]


def fix(report: Report, *, unsafe: bool) -> Fix:
    """Apply the best repair of each finding: certified ones, with ``unsafe`` checked ones too.

    Where two repairs overlap the one whose finding comes first is applied.
    """
    document = report.document
    chosen: list[tuple[Finding, tuple[Replacement, ...]]] = []
    for finding in report.findings:
        for repair in finding.repairs[:1]:
            allowed = repair.certified or (unsafe and repair.checked)
            if allowed and not _conflict(repair.replacements, [taken for _, taken in chosen]):
                chosen.append((finding, repair.replacements))
    if not chosen:
        return Fix(document, document, ())
    fixed = document.edited([item for _, replacements in chosen for item in replacements])
    if _worse(fixed, document):
        chosen = _parsing_alone(document, chosen)
        fixed = document.edited([item for _, replacements in chosen for item in replacements])
        if _worse(fixed, document):
            return Fix(document, document, ())
    return Fix(document, fixed, tuple(finding for finding, _ in chosen))


def ignore(report: Report) -> Fix:
    """Add ignore comments for the findings; those that a comment cannot hide, in a text that does not parse, are left."""
    document, findings = report.document, report.findings
    while findings and document.not_text_at is None:
        replacements = ignore_replacements(document, [(item.rule, item.start) for item in findings])
        fixed = document.edited(replacements)
        ignores = ignores_of(fixed)
        hidden = []
        for finding in findings:
            start = finding.start + sum(
                len(item.new) - (item.end - item.start) for item in replacements if item.end <= finding.start
            )
            if ignores.covers(finding.rule, fixed, start, start):
                hidden.append(finding)
        if len(hidden) == len(findings):
            return Fix(document, document, ()) if _worse(fixed, document) else Fix(document, fixed, findings)
        findings = tuple(hidden)
    return Fix(document, document, ())


def write(fix: Fix) -> None:
    """Put the fixed text in the file's place.

    Raises:
        FixError: the file changed since it was read, or cannot be written; it is as it was.
    """
    path = fix.original.path
    try:
        if path.read_bytes() != fix.original.data:
            raise FixError("not changed: the file changed while it was being checked")
        replace_file(path, fix.fixed.data)
    except OSError as error:
        raise FixError(f"not changed: {error.strerror or error}") from None


def unified_diff(fix: Fix) -> str:
    """The change as a unified diff, as git writes it: without the first slash of a path; empty when there is none."""
    if fix.fixed.data == fix.original.data:
        return ""
    path = shown_path(fix.original.path).removeprefix("/")
    old, new = (
        [clean(line) for line in data.splitlines(keepends=True)]
        for data in (fix.original.data, fix.fixed.data)
    )
    lines = []
    for line in difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"):
        lines.append(line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n")
    return "".join(lines)


def _conflict(replacements: Sequence[Replacement], taken: Sequence[Sequence[Replacement]]) -> bool:
    """Whether one of ``replacements`` overlaps or touches one that is taken."""
    return any(
        item.start <= other.end and other.start <= item.end
        for item in replacements
        for others in taken
        for other in others
    )


def _worse(fixed: Document, document: Document) -> bool:
    return len(fixed.parsed.flat.errors) > len(document.parsed.flat.errors)


def _parsing_alone(
    document: Document, chosen: Sequence[tuple[Finding, tuple[Replacement, ...]]]
) -> list[tuple[Finding, tuple[Replacement, ...]]]:
    return [item for item in chosen if not _worse(document.edited(item[1]), document)]
