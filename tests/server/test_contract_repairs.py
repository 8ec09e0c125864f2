"""Repairs of contracts in the linter: shown, written down, and applied only when they are asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.server.command_line import runner
from tests.server.fakes import FakeEngine, Proposal

from groundstate.analysis import Engine, Workspace
from groundstate.cache import report_as_text, report_from_text
from groundstate.contracts import Contracts, Verdicts
from groundstate.documents import Document
from groundstate.fixes import fix
from groundstate.lsp.contract_text import contract_text
from groundstate.report import RepairSearch, Report
from groundstate.settings import Settings

TEXT = '''\
def capped(n: int, most: int) -> int:
    """Not more than ``most``.

    post: __return__ <= most
    post: __return__ <= n
    """
    if n > most:
        return n
    return n


def fine(n: int) -> int:
    """post: __return__ > n"""
    return n + 1
'''
MENDED = TEXT.replace("return n\n", "return most\n", 1)


def report(text: str, folder: Path, engine: Engine | None = None) -> Report:
    document = Document(folder / "a.py", text.encode())
    return Contracts().added_to(Report(document, (), 0), Workspace(folder), engine, Settings())


def test_a_finding_has_its_verified_repair_and_the_repaired_text_is_verified(tmp_path: Path) -> None:
    found = report(TEXT, tmp_path)
    (finding,) = found.findings
    repair = finding.repairs[0]
    assert (repair.title, repair.verified, repair.checked, repair.certified) == (
        "Replace `n` by `most` (verified)",
        True,
        True,
        False,
    )
    assert [(term.term, term.gap.hard) for term in repair.gap.terms] == [("contracts", -1)]
    fixed = fix(found, unsafe=True).fixed
    assert fixed.data.decode() == MENDED
    after = report(fixed.data.decode(), tmp_path)
    assert after.findings == ()
    assert [status.verdict for status in after.contracts] == ["verified", "verified"]


def test_methods_that_break_one_invariant_have_their_own_repairs(tmp_path: Path) -> None:
    text = """\
import icontract


@icontract.invariant(lambda self: self.n >= 0)
class Counter:
    def __init__(self, n: int) -> None:
        self.n: int = abs(n)

    def more(self) -> None:
        self.n -= 1

    def twice(self) -> None:
        self.n *= -2
"""
    found = report(text, tmp_path)
    repaired = {item.repairs[0].replacements[0].start for item in found.findings}
    assert [item.rule for item in found.findings] == ["GS201", "GS201"]
    assert {text.count("\n", 0, start) for start in repaired} == {9, 12}


def test_what_was_spent_is_told(tmp_path: Path) -> None:
    spent = {item.function: item.search for item in report(TEXT, tmp_path).contracts}
    assert spent["fine"] is None
    search = spent["capped"]
    assert isinstance(search, RepairSearch)
    assert (search.found, search.proofs) == (True, 1)
    assert search.edits > 0
    assert search.runs > search.edits
    status = next(item for item in report(TEXT, tmp_path).contracts if item.function == "capped")
    said = f"Repairs: {search.edits} edits replayed in {search.runs} runs, proofs tried: 1, one is verified."
    assert contract_text(status, markdown=True).endswith(said)


def test_without_being_asked_nothing_is_changed(tmp_path: Path) -> None:
    assert fix(report(TEXT, tmp_path), unsafe=False).findings == ()


def test_a_change_of_the_contract_is_never_applied(tmp_path: Path) -> None:
    text = 'def none(n: int) -> int:\n    """post: __return__ < 0"""\n    return abs(n) * 0\n'
    found = report(text, tmp_path)
    (finding,) = found.findings
    assert [(item.title, item.checked, item.verified) for item in finding.repairs] == [
        ("Change the contract instead, not verified: replace `<` by `<=`", False, False)
    ]
    assert finding.gap is None
    assert fix(found, unsafe=True).findings == ()


def test_edits_come_in_the_order_of_the_energies(tmp_path: Path) -> None:
    likely = Proposal(b"        return n\n", b"        return min(n, most)\n", soft=-5.0)
    unlikely = Proposal(b"        return n\n", b"        return most\n", soft=-1.0)
    hopeless = Proposal(b"        return n\n", b"        return n + 1\n", soft=-9.0)
    (finding,) = report(TEXT, tmp_path, FakeEngine([[unlikely, likely, hopeless]])).findings
    repair = finding.repairs[0]
    assert repair.replacements[0].new == b"        return min(n, most)\n"
    assert [(term.term, term.gap.soft) for term in repair.gap.terms] == [
        ("contracts", 0.0),
        ("usage", -1.25),
        ("learned", -3.75),
    ]


def test_the_cache_keeps_repairs_and_doctests(tmp_path: Path) -> None:
    found = report(TEXT, tmp_path)
    assert report_from_text(found.document, report_as_text(found)) == found


def test_a_repair_is_not_carried_over_to_another_version(tmp_path: Path) -> None:
    before = report(TEXT, tmp_path)
    after = Report(Document(tmp_path / "a.py", b"# moved\n" + TEXT.encode()), (), 0)
    (finding,) = Verdicts(before).carried_over(after).findings
    assert (finding.repairs, finding.gap) == ((), None)


def test_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    run = runner(monkeypatch, capsysbinary)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.py"
    path.write_text(TEXT, encoding="utf-8")
    select = ("--no-cache", "--select", "GS2", "a.py")
    shown = run("check", *select).out
    assert "  -         return n\n  +         return most\n" in shown
    assert "    verified: proved to keep every clause of the contract, ΔE −1 violation" in shown
    found = json.loads(run("check", "--output-format", "json", *select).out)
    assert [item["verified"] for item in found["findings"][0]["repairs"]] == [True]
    capped = next(item for item in found["contracts"] if item["function"] == "capped")
    assert capped["repairSearch"]["found"] is True
    assert [item["counterexample"]["doctest"] for item in capped["clauses"] if item["counterexample"]] == [
        [">>> capped(1, 0) <= 0", "True"]
    ]
    sarif = json.loads(run("check", "--output-format", "sarif", *select).out)
    (fixed,) = sarif["runs"][0]["results"][0]["fixes"]
    assert fixed["properties"]["verified"] is True
    assert "return most" not in run("check", "--diff", *select).out
    assert run("check", "--fix", *select).code == 1
    assert path.read_text(encoding="utf-8") == TEXT
    assert run("check", "--fix", "--unsafe-fixes", *select).code == 0
    assert path.read_text(encoding="utf-8") == MENDED
