"""Rule pages: every rule has one, and its examples are what the rule does."""

from __future__ import annotations

from pathlib import Path

import pytest

import groundstate
from groundstate.analysis import Workspace, analyse
from groundstate.contracts import Contracts
from groundstate.documents import Document
from groundstate.report import Report
from groundstate.rule_pages import rule_page
from groundstate.settings import Settings
from groundstate_energy.terms import hard_violations
from groundstate_grammars.edits import apply_replacements
from groundstate_grammars.index import ProjectIndex
from groundstate_grammars.python.candidates import candidate_edits
from groundstate_grammars.python.parsed import parse
from groundstate_grammars.rules import CONTRACT_RULES, RULES, Rule

SOFT = [rule for rule in RULES.values() if not rule.hard]
CONTRACT = [rule for rule in RULES.values() if rule.code in CONTRACT_RULES]
HARD = [rule for rule in RULES.values() if rule.code.startswith("GS1")]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_has_a_page_with_examples(rule: Rule) -> None:
    page = rule_page(rule)
    assert page.markdown.startswith(f"# {rule.code} {rule.name}\n\n{page.what[:20]}")
    assert page.bad
    assert len(page.bad) == len(page.good)
    assert f"# groundstate: ignore[{rule.code}]" in page.markdown


def test_there_are_no_other_pages() -> None:
    folder = Path(groundstate.__file__).parent / "rules"
    assert sorted(path.stem for path in folder.iterdir() if path.suffix == ".md") == sorted(RULES)


@pytest.mark.parametrize("rule", SOFT, ids=lambda rule: rule.code)
def test_the_repair_of_a_learned_rule_is_a_candidate(rule: Rule) -> None:
    page = rule_page(rule)
    for bad, good in zip(page.bad, page.good, strict=True):
        data = bad.encode()
        rules = {
            edit.rule
            for edit in candidate_edits(parse(data))
            if apply_replacements(data, edit.replacements) == good.encode()
        }
        assert rule.code in rules


@pytest.mark.parametrize("rule", SOFT, ids=lambda rule: rule.code)
def test_examples_of_learned_rules_break_no_exact_rule(rule: Rule) -> None:
    page = rule_page(rule)
    for text in (*page.bad, *page.good):
        assert hard_violations(parse(text.encode()), None) == []


def test_an_unused_ignore_is_found_and_taken_away(tmp_path: Path) -> None:
    page = rule_page(RULES["GS901"])
    for bad, good in zip(page.bad, page.good, strict=True):
        (finding,) = analyse(
            Document(tmp_path / "a.py", bad.encode()), Workspace(tmp_path), None, Settings()
        ).findings
        assert finding.rule == "GS901"
        assert apply_replacements(bad.encode(), finding.repairs[0].replacements).decode() == good


@pytest.mark.parametrize("rule", HARD, ids=lambda rule: rule.code)
def test_an_exact_rule_fires_on_bad_and_is_silent_on_good(rule: Rule, tmp_path: Path) -> None:
    page = rule_page(rule)
    path = tmp_path / "example.py"
    for bad, good in zip(page.bad, page.good, strict=True):
        for text, expected in ((bad, [rule.code]), (good, [])):
            path.write_text(text, encoding="utf-8")
            violations = hard_violations(parse(text.encode()), ProjectIndex(tmp_path), path)
            assert [violation.rule for violation in violations] == expected


@pytest.mark.parametrize("rule", CONTRACT, ids=lambda rule: rule.code)
def test_a_contract_rule_fires_on_bad_and_is_silent_on_good(rule: Rule, tmp_path: Path) -> None:
    page = rule_page(rule)
    contracts = Contracts()
    for bad, good in zip(page.bad, page.good, strict=True):
        for text, expected in ((bad, [rule.code]), (good, [])):
            empty = Report(Document(tmp_path / "example.py", text.encode()), (), 0)
            report = contracts.added_to(empty, Workspace(tmp_path), None, Settings())
            assert [finding.rule for finding in report.findings] == expected
