"""GS901: which ignore comments hide nothing, which cannot be judged, and what is left when they are taken away."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.server.fakes import FakeEngine, Proposal

from groundstate.analysis import Workspace, analyse
from groundstate.documents import Document
from groundstate.findings import Finding
from groundstate.settings import Settings
from groundstate_grammars.edits import apply_replacements

USED = "x = unknown  # groundstate: ignore[GS102]\n"


def unused(text: str, *proposals: Proposal, engine: bool = True, **settings: object) -> list[Finding]:
    document = Document(Path("/p/a.py"), text.encode())
    model = FakeEngine([proposals]) if engine else None
    report = analyse(document, Workspace(Path("/p")), model, Settings(**settings))
    return [item for item in report.findings if item.rule == "GS901"]


@pytest.mark.parametrize(
    ("text", "message", "left"),
    [
        ("x = 1  # groundstate: ignore\n", "this comment hides nothing", "x = 1\n"),
        ("x = 1  # groundstate: ignore[GS301]\n", "this comment hides no `GS301`", "x = 1\n"),
        (
            "x = 1  # groundstate: ignore[gs301, wrong-method] for now\n",
            "hides no `gs301` or `wrong-method`",
            "x = 1\n",
        ),
        ("x = 1  # groundstate: ignore[GS999]\n", "there is no rule `GS999`", "x = 1\n"),
        ("x = 1  # groundstate: ignore[]\n", "this comment names no rule", "x = 1\n"),
        ("x = 1  # why  # groundstate: ignore[GS301]\n", "hides no `GS301`", "x = 1  # why\n"),
        ("x = 1  # groundstate: ignore[GS301]  # noqa\n", "hides no `GS301`", "x = 1  # noqa\n"),
        ("# groundstate: ignore-file[GS301]\nx = 1\n", "hides no `GS301`", "x = 1\n"),
        ("x = 1\r\n  # groundstate: ignore-file\r\ny = 1\r\n", "hides nothing", "x = 1\r\ny = 1\r\n"),
        (
            "x = unknown  # groundstate: ignore[GS102, GS301,GS302]\n",
            "hides no `GS301` or `GS302`",
            "x = unknown  # groundstate: ignore[GS102]\n",
        ),
    ],
)
def test_what_hides_nothing(text: str, message: str, left: str) -> None:
    (finding,) = unused(text)
    assert message in finding.message
    assert apply_replacements(text.encode(), finding.repairs[0].replacements).decode() == left


@pytest.mark.parametrize(
    "text",
    [
        USED,
        "x = unknown  # groundstate: ignore\n",
        "# groundstate: ignore-file[undefined-name]\nx = unknown\n",
        "x = 1  # groundstate: ignore[GS301, GS901]\n",
        "x = '# groundstate: ignore'\n",
        "x = (  # groundstate: ignore[GS301]\n",
    ],
)
def test_what_hides_something_or_is_no_ignore(text: str) -> None:
    assert unused(text) == []


def test_only_what_the_run_can_judge() -> None:
    learned, bare = "x = 1  # groundstate: ignore[GS301]\n", "x = 1  # groundstate: ignore\n"
    assert unused(learned, engine=False) == []
    assert unused(learned, ignore=("GS301",)) == []
    assert unused(bare, engine=False) == []
    assert unused(bare, select=("GS1", "GS9")) == []
    assert unused(learned, ignore=("GS901",)) == []
    assert len(unused("x = 1  # groundstate: ignore[GS102]\n", engine=False)) == 1


def test_a_comment_for_another_sensitivity_is_used() -> None:
    text = "x = abc, abd  # groundstate: ignore[GS301]\nabc = abd = 1\n"
    assert len(unused(text, sensitivity="strict")) == 1
    for level in ("strict", "explore", "all"):
        assert unused(text, Proposal(b"abc", b"abd", level=level), sensitivity="strict") == []


def test_one_that_hides_itself_does_not() -> None:
    assert len(unused("# groundstate: ignore-file\nx = 1  # groundstate: ignore\n")) == 2
