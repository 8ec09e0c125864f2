"""Learned edits that refute a contract are never shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.server.fakes import FakeEngine, Proposal

from groundstate.analysis import Workspace, analyse
from groundstate.documents import Document
from groundstate.settings import settings_from_mapping

CAPPED = b'''\
def capped(n: int, most: int) -> int:
    """post: __return__ <= most"""
    if n < most:
        return n
    return most
'''


@pytest.mark.parametrize("sensitivity", ["default", "all"])
def test_an_edit_that_refutes_a_clause_that_held_is_not_shown(sensitivity: str, tmp_path: Path) -> None:
    breaks = Proposal(b"n < most", b"n > most", "GS312", level="default")
    keeps = Proposal(b"n < most", b"n <= most", "GS312", level="default")
    settings = settings_from_mapping({"sensitivity": sensitivity}, "a test")
    document = Document(tmp_path / "a.py", CAPPED)

    def shown(*proposals: Proposal) -> list[bytes]:
        findings = analyse(document, Workspace(tmp_path), FakeEngine([proposals]), settings).findings
        return [repair.replacements[0].new for item in findings for repair in item.repairs]

    assert shown(breaks) == []
    assert shown(breaks, keeps) == [b"n <= most"]
