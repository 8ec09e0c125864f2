"""Contracts in reports: what becomes a finding, what is carried over to the next version of a text."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from groundstate.analysis import Workspace
from groundstate.cache import report_as_text, report_from_text
from groundstate.contracts import Contracts, Verdicts, without_contracts
from groundstate.documents import Document
from groundstate.report import Report
from groundstate.reports.json_report import outcome_as_json
from groundstate.reports.outcome import Outcome
from groundstate.reports.text import render_open_contracts, summary
from groundstate.settings import Settings

TEXT = '''\
def half(n: int) -> int:
    """
    >>> half(4)
    2
    """
    return n // 2


def broken(n: int) -> int:
    """
    >>> broken(1)
    3
    """
    return n + 1
'''


def report(text: str, folder: Path) -> Report:
    document = Document(folder / "a.py", text.encode())
    return Contracts().added_to(Report(document, (), 0), Workspace(folder), None, Settings())


def test_a_refuted_clause_is_a_finding_and_every_contract_has_a_status(tmp_path: Path) -> None:
    found = report(TEXT, tmp_path)
    (finding,) = found.findings
    assert (finding.rule, finding.message) == ("GS201", "the example `broken(1)` gives 2")
    assert [(item.function, item.verdict) for item in found.contracts] == [
        ("half", "bounded"),
        ("broken", "refuted"),
    ]


def test_the_arguments_and_the_way_are_told(tmp_path: Path) -> None:
    found = report(
        'def f(xs: list[int]) -> int:\n    """post: __return__ > 0"""\n    n = len(xs)\n    return n\n',
        tmp_path,
    )
    (finding,) = found.findings
    assert finding.message == "`__return__ > 0` is false for xs=[] (it returns 0)"
    assert finding.evidence[0].message == "called with xs=[]"


def test_an_ignore_comment_hides_one(tmp_path: Path) -> None:
    text = TEXT.replace(
        '>>> broken(1)\n    3\n    """', '>>> broken(1)\n    3\n    """  # groundstate: ignore'
    )
    text = text.replace("def broken", "# groundstate: ignore-file[GS201]\ndef broken")
    found = report(text, tmp_path)
    assert not found.findings
    assert found.ignored == 1


def test_what_promises_nothing_is_no_contract(tmp_path: Path) -> None:
    text = "def f(x):\n    assert x\n    return x\n\n\ndef test_f():\n    assert f(1) == 2\n"
    assert report(text, tmp_path).contracts == ()


def test_a_syntax_error_in_a_function_suppresses_its_verdict(tmp_path: Path) -> None:
    found = report(TEXT.replace("return n + 1", "return n + ("), tmp_path)
    assert "broken" not in [item.function for item in found.contracts]


def test_verdicts_are_kept_by_the_cache(tmp_path: Path) -> None:
    found = report(TEXT, tmp_path)
    assert report_from_text(found.document, report_as_text(found)) == found


def test_the_faces_of_a_run(tmp_path: Path) -> None:
    outcome = Outcome((report(TEXT, tmp_path),), (), None)
    assert summary(outcome).endswith("Contracts: 1 refuted, 1 bounded.")
    assert "half: bounded 1: 1 examples hold" in render_open_contracts(outcome)
    shown = outcome_as_json(outcome)["contracts"]
    assert isinstance(shown, list)
    assert [(item["function"], item["line"], item["verdict"]) for item in shown] == [
        ("half", 1, "bounded"),
        ("broken", 9, "refuted"),
    ]
    assert shown[1]["clauses"][0]["text"] == "broken(1)"
    json.dumps(shown)


def test_an_edit_elsewhere_moves_what_was_concluded(tmp_path: Path) -> None:
    before = report(TEXT, tmp_path)
    after = Report(Document(tmp_path / "a.py", b"# moved\n" + TEXT.encode()), (), 0)
    moved = Verdicts(before).carried_over(after)
    assert Verdicts(before).carried_along(after) == moved
    assert [item.start for item in moved.findings] == [item.start + 8 for item in before.findings]
    assert [item.verdict for item in moved.contracts] == ["bounded", "refuted"]
    assert without_contracts(moved) == after


def test_an_edited_function_has_a_stale_verdict_and_no_finding(tmp_path: Path) -> None:
    before = report(TEXT, tmp_path)
    text = TEXT.replace("n + 1", "n + 2")
    after = Report(Document(tmp_path / "a.py", text.encode()), (), 0)
    edited = Verdicts(before).carried_over(after)
    assert Verdicts(before).carried_along(after) == edited
    assert edited.findings == ()
    assert [(item.verdict, item.reason) for item in edited.contracts][1] == ("stale", "refuted")


PROVER = ("checked_file", "core", "interpreter", "lowering", "module", "prover", "search", "trial", "worker")


@pytest.mark.parametrize("face", ["groundstate.commands.check", "groundstate.lsp.server"])
@pytest.mark.parametrize("text", ["x = 1\n", "def f(x):\n    return x\n"])
def test_without_contracts_nothing_of_the_prover_is_imported(text: str, face: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    program = (
        "import sys, importlib; from groundstate.cli import run; "
        f"importlib.import_module({face!r}); "
        "code = run(sys.argv[1:]); assert 'groundstate.contracts' in sys.modules; "
        f"own = ['groundstate_energy.contracts.' + name for name in {PROVER!r}]; "
        "syntaxes = 'groundstate_grammars.python.contracts.syntaxes'; "
        "print(*[name for name in ('z3', syntaxes, *own) if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    options = ["check", "--no-cache", "--select", "GS1,GS2"]
    done = subprocess.run(
        [sys.executable, "-c", program, *options, str(tmp_path / "a.py")],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")
