"""What a code lens and a hover say of a function's contract."""

from __future__ import annotations

from groundstate.report import ContractStatus

_SIGNS = {"verified": "✓", "refuted": "✗", "bounded": "~", "unknown": "?", "vacuous": "∅", "stale": "…"}


def lens_title(status: ContractStatus) -> str:
    """One line: the verdict, and why where it is not decided."""
    words = f"{_SIGNS[status.verdict]} contract {status.verdict}"
    if status.verdict == "stale":
        return f"{words}, was {status.reason}"
    if status.bound:
        words += f" {status.bound}"
    return words if status.verdict == "verified" or not status.reason else f"{words}: {status.reason}"


def contract_text(status: ContractStatus, *, markdown: bool) -> str:
    """The verdict of a function, then a line for each clause."""
    title = lens_title(status)
    lines = []
    for clause in status.clauses:
        text = f"`{clause.text}`" if markdown else clause.text
        why = f": {clause.reason}" if clause.reason else ""
        found = clause.counterexample
        given = (
            "" if found is None else " for " + ", ".join(f"{name}={value}" for name, value in found.arguments)
        )
        lines.append(
            f"- {text} {clause.verdict}{why}{given if found is not None and found.arguments else ''}"
        )
    head = f"**{title}**" if markdown else title
    return "\n\n".join([head, *(["\n".join(lines)] if lines else [])])
