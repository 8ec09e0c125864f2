"""Ignore comments that hide nothing (GS901), and the edits that take them away.

Only what a run can judge is judged: not rules that it does not select, not learned rules where no model runs, and
nothing in a text that does not parse. A learned rule counts as hidden wherever the model proposes an edit of it, at
whatever sensitivity: a comment written at ``explore`` is not unused at ``strict``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from groundstate.documents import Document
from groundstate.findings import Finding, Repair, Severity
from groundstate.ignores import IgnoreComment, Ignores, code_of
from groundstate_energy.energy import EnergyGap
from groundstate_grammars.edits import Replacement
from groundstate_grammars.rules import CONTRACT_RULES, RULES

UNUSED_IGNORE = "GS901"

Place = tuple[str, int, int]
"""Code of a rule, and a byte range."""


def unused_ignores(
    document: Document, ignores: Ignores, places: Iterable[Place], judged: frozenset[str]
) -> list[Finding]:
    """A finding for each ignore comment of which something hides nothing.

    Args:
        places: where which rule was, or might have been, found.
        judged: codes of the rules of which ``places`` has all.
    """
    if document.parsed.flat.errors:
        return []
    used: dict[IgnoreComment, set[str]] = {comment: set() for comment in ignores.comments}
    for rule, start, end in places:
        for comment in ignores.hiding(rule, document, start, end):
            used[comment].add(rule)
    findings = []
    for comment, rules in used.items():
        if comment.names is None:
            if not rules and judged >= RULES.keys() - {UNUSED_IGNORE} - CONTRACT_RULES:
                findings.append(_finding(document, comment, "this comment hides nothing", ()))
            continue
        idle = [name for name in comment.names if _is_idle(name[0], rules, judged)]
        if idle or not comment.names:
            kept = tuple(name for name in comment.names if name not in idle)
            findings.append(_finding(document, comment, _message([name for name, _, _ in idle]), kept))
    return findings


def _is_idle(name: str, used: set[str], judged: frozenset[str]) -> bool:
    code = code_of(name)
    return code is None or (code != UNUSED_IGNORE and code in judged and code not in used)


def _message(names: Sequence[str]) -> str:
    if not names:
        return "this comment names no rule"
    unknown = [name for name in names if code_of(name) is None]
    if unknown:
        return f"there is no rule {_listed(unknown)}, so this comment hides nothing by it"
    return f"this comment hides no {_listed(names)}"


def _listed(names: Sequence[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)


def _finding(
    document: Document, comment: IgnoreComment, message: str, kept: tuple[tuple[str, int, int], ...]
) -> Finding:
    if kept:
        assert comment.names is not None
        first, last = comment.names[0][1], comment.names[-1][2]
        replacement = Replacement(first, last, ", ".join(name for name, _, _ in kept).encode())
        title = "Keep " + ", ".join(f"`{name}`" for name, _, _ in kept) + " alone"
    else:
        replacement = _removal(document, comment)
        title = "Remove the comment"
    return Finding(
        rule=UNUSED_IGNORE,
        start=comment.start,
        end=comment.end,
        message=message,
        severity=Severity.WARNING,
        gap=None,
        probability=None,
        repairs=(Repair(title, (replacement,), EnergyGap(()), True, False),),
        evidence=(),
        fingerprint="",
    )


def _removal(document: Document, comment: IgnoreComment) -> Replacement:
    """Takes away the ignore with its reason, up to another comment after it; its line too where nothing else is on it."""
    data, source = document.data, document.source
    line = source.line_of(comment.start)
    start, line_start, line_end = comment.start, source.line_start(line), source.line_end(line)
    following = data.find(b"#", comment.end, line_end)
    if following >= 0:
        return Replacement(start, following, b"")
    before = data[line_start:start].rstrip()
    if before:
        return Replacement(line_start + len(before), line_end, b"")
    return Replacement(line_start, source.line_start(line + 1), b"")
