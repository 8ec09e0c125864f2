"""Reports for people and code hosts."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.server.samples import sample_outcome

from groundstate.documents import Document
from groundstate.findings import Finding, Repair, Severity
from groundstate.report import Report
from groundstate.reports.formats import FORMATS, render
from groundstate.reports.outcome import Outcome
from groundstate.reports.text import Style, render_statistics, render_text
from groundstate_energy.energy import Energy, EnergyGap, TermGap
from groundstate_grammars.edits import Replacement


@pytest.fixture
def outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    monkeypatch.chdir(tmp_path)
    return sample_outcome(tmp_path)


def test_text(outcome: Outcome) -> None:
    assert (
        render("text", outcome)
        == """\
src/area.py:3:23: GS301 wrong-name: `height` fits better than `width` here
        return "é😀", width * width
                              ^^^^^
  -     return "é😀", width * width
  +     return "é😀", width * height
    ΔE −3.25 (usage −0.50, learned −2.75), probability 0.88

src/area.py:6:1: GS101 syntax-error: `(` is never closed
    print(area(1)
    ^^^^^^^^^^^^^
  - print(area(1)
  + print(area(1))
    ΔE −1 violation (syntax −1 violation)

2 findings (1 ignored by comments); 2 files checked.
Learned findings are questions: at most 1 false alarm in 2,000 unchanged lines at default.
Probabilities are those where 1 function in 1,000 has a bug.
"""
    )


def test_concise(outcome: Outcome) -> None:
    assert render("concise", outcome).splitlines()[:2] == [
        "src/area.py:3:23: GS301 wrong-name: `height` fits better than `width` here",
        "src/area.py:6:1: GS101 syntax-error: `(` is never closed",
    ]


def test_statistics(outcome: Outcome) -> None:
    assert render_statistics(outcome).splitlines()[0] == "     1  GS101 syntax-error"
    assert render_statistics(Outcome((), (), None)) == "No findings; 0 files checked.\n"


def test_colour_only_when_asked(outcome: Outcome) -> None:
    assert "\x1b[" not in render("text", outcome)
    coloured = render("text", outcome, colour=True)
    assert "\x1b[1;33mGS301 wrong-name\x1b[0m" in coloured


def test_github(outcome: Outcome) -> None:
    assert render("github", outcome) == (
        "::warning file=src/area.py,line=3,endLine=3,col=23,endColumn=28,title=GS301 wrong-name::"
        "`height` fits better than `width` here\n"
        "::error file=src/area.py,line=6,endLine=6,col=1,endColumn=14,title=GS101 syntax-error::"
        "`(` is never closed\n"
        "::error file=gone.py::no such file or folder\n"
    )


def test_gitlab(outcome: Outcome) -> None:
    issues = json.loads(render("gitlab", outcome))
    assert [issue["severity"] for issue in issues] == ["major", "critical"]
    assert issues[0]["location"] == {"path": "src/area.py", "lines": {"begin": 3, "end": 3}}
    assert len({issue["fingerprint"] for issue in issues}) == 2


def test_junit(outcome: Outcome) -> None:
    root = ElementTree.fromstring(render("junit", outcome))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("4", "2", "1")
    assert [suite.get("name") for suite in root] == ["src/area.py", "src/clean.py", "problems"]
    assert len(root.findall(".//failure")) == 2


def test_rdjson(outcome: Outcome) -> None:
    first = json.loads(render("rdjson", outcome))["diagnostics"][0]
    assert first["code"] == {"value": "GS301"}
    assert first["suggestions"][0]["text"] == "height"
    assert first["location"]["range"]["start"] == {"line": 3, "column": 27}


def test_formats_with_a_finding_a_line(outcome: Outcome) -> None:
    whole = json.loads(render("json", outcome))["findings"]
    assert [json.loads(line) for line in render("json-lines", outcome).splitlines()] == whole
    diagnostics = json.loads(render("rdjson", outcome))["diagnostics"]
    lines = [json.loads(line) for line in render("rdjsonl", outcome).splitlines()]
    assert lines == [{**item, "source": {"name": "groundstate"}} for item in diagnostics]


@pytest.mark.parametrize("name", FORMATS)
def test_hostile_text_does_not_matter(name: str, tmp_path: Path) -> None:
    """Control characters, invalid UTF-8, a very long line, a finding over several lines."""
    data = b"a = '\x1b[31m\xff\x00\x07" + b"x" * 100_000 + b"'\r\nb = c\x0c\n"
    start = data.index(b"xx") + 5000
    gap = EnergyGap((TermGap("learned", Energy(0, -1.0)),))
    repair = Repair("Replace", (Replacement(start, start + 2, b"\xffy\x1b"),), gap, True, False)
    message = "<b>&\x1b]0;\x07 ::error::%\n\ud800"
    findings = (
        Finding("GS315", start, len(data), message, Severity.HINT, gap, 0.1, (repair,), (), "1"),
        Finding("GS101", len(data), len(data), message, Severity.ERROR, None, None, (), (), "2"),
    )
    text = render(name, Outcome((Report(Document(tmp_path / "a\x1b.py", data), findings, 0),), (), None))
    if name in ("text", "concise"):
        assert "\x1b" not in text
        assert max(map(len, text.splitlines())) < 400
    elif name == "junit":
        ElementTree.fromstring(text.encode("utf-8"))
    elif name == "github":
        assert len(text.splitlines()) == 2
    elif name in ("json-lines", "rdjsonl"):
        assert len([json.loads(line) for line in text.split("\n")[:-1]]) == 2
    else:
        json.loads(text)


def test_repairs_on_lines_apart_are_shown_apart(tmp_path: Path) -> None:
    data = b"a = 1\n\n\n\nb = 2\n"
    gap = EnergyGap(())
    replacements = (Replacement(0, 1, b"x"), Replacement(data.index(b"b"), data.index(b"b") + 1, b"y"))
    repair = Repair("Replace", replacements, gap, True, False)
    found = Finding("GS301", 0, 1, "m", Severity.WARNING, gap, 0.5, (repair,), (), "1")
    text = render_text(Outcome((Report(Document(tmp_path / "a.py", data), (found,), 0),), (), None), Style())
    lines = [line for line in text.splitlines() if line.startswith(("  - ", "  + "))]
    assert lines == ["  - a = 1", "  + x = 1", "  - b = 2", "  + y = 2"]
