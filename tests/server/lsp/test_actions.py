"""Which of a finding's actions an editor may take for the obvious one."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from groundstate.documents import Document
from groundstate.findings import Finding, Repair, Severity
from groundstate.lsp.actions import actions_for
from groundstate.lsp.client import Client
from groundstate.lsp.diagnostics import analysed
from groundstate.lsp.snapshots import Snapshot
from groundstate.report import Report
from groundstate_energy.energy import EnergyGap
from groundstate_grammars.edits import Replacement
from groundstate_grammars.text import PositionEncoding


@pytest.mark.parametrize("checked", [(True, True), (False, True), (False, False)])
def test_only_the_best_repair_is_preferred_and_only_if_it_was_checked(checked: tuple[bool, ...]) -> None:
    repairs = tuple(
        Repair(f"Repair {number}", (Replacement(0, 1, b"y"),), EnergyGap(()), is_checked, False)
        for number, is_checked in enumerate(checked)
    )
    document = Document(Path("/project/a.py"), b"x\n")
    finding = Finding("GS301", 0, 1, "", Severity.WARNING, None, 0.5, repairs, (), "f")
    report = Report(document, (finding,), 0)
    found = analysed(Snapshot("file:///project/a.py", 1, document, True), report, Client(), {}, None)
    place = types.Range(types.Position(0, 0), types.Position(0, 1))
    uri = found.uris[0]
    actions = actions_for(found, uri, place, types.CodeActionContext([]), PositionEncoding.UTF16)
    assert [item.preferred for item in actions if item.operation == "repair"] == [checked[0], False]
    assert not any(item.preferred for item in actions if item.operation != "repair")
