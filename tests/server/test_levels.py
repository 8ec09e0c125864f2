"""What an analysis asks its engine for: no more than the sensitivity shows, unless an ignore comment is to be judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.server.fakes import FakeEngine, FakeUnitResult, Proposal

from groundstate.analysis import Workspace, analyse
from groundstate.documents import Document
from groundstate.settings import Settings


class _Asked(FakeEngine):
    def examine(self, *arguments: Any, level: str, **options: Any) -> list[FakeUnitResult]:
        self.levels = [*getattr(self, "levels", []), level]
        return super().examine(*arguments, level=level, **options)


@pytest.mark.parametrize(
    ("text", "sensitivity", "level"),
    [
        (b"a = 1\n", "default", "default"),
        (b"a = 1\n", "strict", "strict"),
        (b"a = 1\n", "all", "all"),
        (b"a = 1  # groundstate: ignore[GS301]\n", "default", "all"),
    ],
)
def test_an_engine_is_asked_for_what_is_shown(text: bytes, sensitivity: str, level: str) -> None:
    engine = _Asked([])
    settings = replace(Settings(), sensitivity=sensitivity)
    analyse(Document(Path("/project/a.py"), text), Workspace(Path("/project")), engine, settings)
    assert engine.levels == [level]


def test_without_the_rule_about_ignores_a_comment_asks_for_no_more() -> None:
    engine = _Asked([])
    document = Document(Path("/project/a.py"), b"a = 1  # groundstate: ignore[GS301]\n")
    analyse(document, Workspace(Path("/project")), engine, replace(Settings(), ignore=("GS901",)))
    assert engine.levels == ["default"]


@pytest.mark.parametrize(
    ("path", "sensitivity", "levels"),
    [
        ("tests/test_a.py", "explore", ["default"]),
        ("tests/test_a.py", "default", ["strict"]),
        ("package/conftest.py", "default", ["strict"]),
        ("tests/test_a.py", "strict", []),
        ("tests/test_a.py", "all", ["all"]),
        ("package/contest.py", "default", ["default"]),
    ],
)
def test_in_test_code_the_next_stricter_budget_counts(path: str, sensitivity: str, levels: list[str]) -> None:
    engine = _Asked([])
    settings = replace(Settings(), sensitivity=sensitivity)
    analyse(Document(Path("/project", path), b"a = 1\n"), Workspace(Path("/project")), engine, settings)
    assert getattr(engine, "levels", []) == levels


@pytest.mark.parametrize(
    ("level", "sensitivity", "shown"),
    [
        ("default", "default", []),
        ("explore", "explore", []),
        ("default", "all", ["GS301"]),
        ("all", "all", ["GS301"]),
    ],
)
def test_an_implausible_edit_is_shown_only_where_no_budget_counts(
    level: str, sensitivity: str, shown: list[str]
) -> None:
    text = b"def area(width, height):\n    return width - height\n"
    engine = FakeEngine([[Proposal(b"height", b"width", level=level, nth=1)]])
    settings = replace(Settings(), sensitivity=sensitivity)
    report = analyse(Document(Path("/project/a.py"), text), Workspace(Path("/project")), engine, settings)
    assert [finding.rule for finding in report.findings] == shown


def test_a_repair_of_an_exact_finding_need_not_be_plausible() -> None:
    text = b"def area(width):\n    return width - hieght\n"
    engine = FakeEngine([[Proposal(b"hieght", b"width")]])
    report = analyse(Document(Path("/project/a.py"), text), Workspace(Path("/project")), engine, Settings())
    (finding,) = report.findings
    assert finding.rule == "GS102"
    assert [repair.replacements[0].new for repair in finding.repairs][:1] == [b"width"]
