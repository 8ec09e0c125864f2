"""What a code lens and a hover say of a function's contract."""

from __future__ import annotations

from groundstate.report import ClauseStatus, ContractStatus, RepairSearch

_SIGNS = {"verified": "✓", "refuted": "✗", "bounded": "~", "unknown": "?", "vacuous": "∅", "stale": "…"}


def lens_title(status: ContractStatus) -> str:
    """One line: the verdict, and why where it is not decided."""
    words = f"{_SIGNS[status.verdict]} contract {status.verdict}"
    if status.verdict == "stale":
        return f"{words}, was {status.reason}"
    if status.bound:
        words += f" {status.bound}"
    broken = next((clause for clause in status.clauses if clause.verdict == "refuted"), None)
    if broken is not None:
        return f"{words}: {broken.text} {broken.reason}{_arguments(broken)}"
    return words if status.verdict == "verified" or not status.reason else f"{words}: {status.reason}"


def contract_text(status: ContractStatus, *, markdown: bool) -> str:
    """The verdict of a function, then a line for each clause."""
    title = lens_title(status)
    lines = []
    for clause in status.clauses:
        text = f"`{clause.text}`" if markdown else clause.text
        why = f": {clause.reason}" if clause.reason else ""
        lines.append(f"- {text} {clause.verdict}{why}{_arguments(clause)}")
    head = f"**{title}**" if markdown else title
    spent = [] if status.search is None else [_spent(status.search)]
    return "\n\n".join([head, *(["\n".join(lines)] if lines else []), *spent])


def _spent(search: RepairSearch) -> str:
    """What a search for a repair found and what it took."""
    found = "one is verified" if search.found else "none is verified"
    return f"Repairs: {search.edits} edits replayed in {search.runs} runs, proofs tried: {search.proofs}, {found}."


def _arguments(clause: ClauseStatus) -> str:
    """The call that breaks a clause, where it is known and not in the clause itself."""
    found = clause.counterexample
    if found is None or not found.arguments:
        return ""
    return " for " + ", ".join(f"{name}={value}" for name, value in found.arguments)
