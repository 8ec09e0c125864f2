"""How many findings an editor is sent."""

from __future__ import annotations

from groundstate.findings import Finding, Severity
from groundstate.lsp.diagnostics import MOST_DIAGNOSTICS, shown


def finding(start: int, severity: Severity) -> Finding:
    return Finding("GS301", start, start + 1, "", severity, None, None, (), (), str(start))


def test_the_loudest_thousand_are_sent_in_text_order() -> None:
    hints = [finding(start, Severity.HINT) for start in range(1500)]
    errors = [finding(start, Severity.ERROR) for start in range(1500, 1600)]
    sent = shown((*hints, *errors))
    assert len(sent) == MOST_DIAGNOSTICS
    assert sent == (*hints[: MOST_DIAGNOSTICS - 100], *errors)
    assert shown(tuple(errors)) == tuple(errors)
