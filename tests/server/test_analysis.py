"""Analysis: from violations and scored edits to findings, with a stand-in for the engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.server.fakes import FakeEngine, FakeUnitResult, Proposal

from groundstate.analysis import Engine, HardTerms, Workspace, analyse, repair_title
from groundstate.documents import Document
from groundstate.findings import Finding, Severity
from groundstate.settings import Settings, settings_from_mapping
from groundstate_energy.terms import Violation
from groundstate_energy.terms.syntax import syntax_violations
from groundstate_grammars.edits import Replacement
from groundstate_grammars.python.parsed import ParsedFile

ROOT = Path("/project")
TEXT = b"""\
def area(width, height):
    return width * width


class Box:
    def grow(self, amount, limit):
        if amount < limit:
            self.size = amount
        return amount
"""


def findings(text: bytes, *units: list[Proposal], name: str = "a.py", **table: Any) -> tuple[Finding, ...]:
    settings = settings_from_mapping({key.replace("_", "-"): value for key, value in table.items()}, "a test")
    return analyse(Document(ROOT / name, text), Workspace(ROOT), FakeEngine(units), settings).findings


WRONG = Proposal(b"width\n", b"height\n", "GS301", level="default", probability=0.8, soft=-3.0)
STRICT = Proposal(b"<", b"<=", "GS312", level="strict", probability=0.95, soft=-5.0)
WEAK = Proposal(b"= amount", b"= limit", "GS301", level="explore", probability=0.2, soft=-0.5)
HOPELESS = Proposal(b"return amount", b"return limit", "GS301", level="all", probability=0.01, soft=2.0)


@pytest.mark.parametrize(
    ("sensitivity", "rules"),
    [
        ("strict", ["GS312"]),
        ("default", ["GS301", "GS312"]),
        ("explore", ["GS301", "GS312", "GS301"]),
        ("all", ["GS301", "GS312", "GS301", "GS301"]),
    ],
)
def test_sensitivity(sensitivity: str, rules: list[str]) -> None:
    found = findings(TEXT, [WRONG], [STRICT, WEAK], [HOPELESS], sensitivity=sensitivity)
    assert [finding.rule for finding in found] == rules


def test_all_gives_the_best_repair_of_each_unit_only() -> None:
    units = ([HOPELESS, Proposal(b"grow", b"shrink", level="all", soft=3.0)], [WRONG])
    found = findings(TEXT, *units, sensitivity="all")
    assert [finding.probability for finding in found] == [0.8, 0.01]


def test_all_asks_the_hard_terms_about_many_units_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the repair that adds a violation is left out, and the file is not read again for each unit."""
    count, harmful = 64, 41
    text = b"".join(
        b"def area_%d(width, height):\n    return width * 2\n\n\n" % number for number in range(count)
    )
    units = [
        [Proposal(b"width *", b"nothing *" if nth == harmful else b"height *", level="all", nth=nth)]
        for nth in range(count)
    ]
    read: list[object] = []

    def counting(*arguments: Any) -> list[Violation]:
        read.append(arguments)
        return list(syntax_violations(*arguments))

    monkeypatch.setattr("groundstate_energy.terms.judged.syntax_violations", counting)
    found = findings(text, *units, sensitivity="all")
    lines = [text.count(b"\n", 0, finding.start) // 4 for finding in found]
    assert lines == [number for number in range(count) if number != harmful]
    assert len(read) < count / 3


def test_a_finding_says_what_the_engine_said() -> None:
    (found,) = findings(TEXT, [WRONG])
    assert TEXT[found.start : found.end] == b"width\n"
    assert found.message.startswith("`height")
    assert (found.severity, found.probability) == (Severity.WARNING, 0.8)
    assert found.gap is not None
    assert found.gap.total.soft == -3.0
    assert [repair.certified for repair in found.repairs] == [False]
    (hint,) = findings(TEXT, [WEAK], sensitivity="explore")
    assert hint.severity is Severity.HINT


def test_edits_at_one_place_are_one_finding() -> None:
    other = Proposal(b"width\n", b"area\n", "GS304", probability=0.7, soft=-1.0)
    (found,) = findings(TEXT, [WRONG, other])
    assert [repair.replacements[0].new for repair in found.repairs] == [b"height\n", b"area\n"]


def test_an_edit_seen_from_two_units_is_one_finding() -> None:
    assert len(findings(TEXT, [WRONG], [WRONG])) == 1


def test_select_ignore_and_per_file_ignores() -> None:
    units = ([WRONG], [STRICT])
    assert [finding.rule for finding in findings(TEXT, *units, select=["GS312"])] == ["GS312"]
    assert [finding.rule for finding in findings(TEXT, *units, ignore=["wrong-comparison"])] == ["GS301"]
    assert findings(TEXT, *units, per_file_ignores={"tests/*": ["ALL"]}, name="tests/a.py") == ()
    assert len(findings(TEXT, *units, per_file_ignores={"tests/*": ["ALL"]})) == 2


def test_without_learned_rules_the_engine_is_not_asked() -> None:
    engine = FakeEngine([[WRONG]])
    settings = settings_from_mapping({"select": ["GS1"]}, "a test")
    assert analyse(Document(ROOT / "a.py", TEXT), Workspace(ROOT), engine, settings).findings == ()
    assert engine.calls == 0


def test_ignore_comments_are_counted() -> None:
    text = TEXT.replace(b"width\n", b"width\n# groundstate: ignore-file[GS312]\n")
    report = analyse(
        Document(ROOT / "a.py", text), Workspace(ROOT), FakeEngine([[WRONG], [STRICT]]), Settings()
    )
    assert [finding.rule for finding in report.findings] == ["GS301"]
    assert report.ignored == 1


UNDEFINED = b"def mean(values):\n    total = sum(values)\n    return totl / len(values)\n"


def test_a_soft_finding_where_a_hard_rule_fires_becomes_its_repair() -> None:
    helpful = Proposal(b"totl", b"total", "GS301", certified=True)
    (found,) = findings(UNDEFINED, [helpful])
    assert (found.rule, found.severity, found.probability) == ("GS102", Severity.ERROR, None)
    assert found.repairs[0].replacements[0].new == b"total"
    assert found.repairs[0].certified
    assert found.gap == found.repairs[0].gap
    assert found.gap is not None
    assert found.gap.total.hard == -1


def test_what_mends_an_exact_finding_is_no_alarm_and_needs_no_budget() -> None:
    """The best edit of the learned rules comes before the violation's own repairs; an edit elsewhere stays unshown."""
    right = Proposal(b"totl", b"values", "GS301", level="all", probability=0.01, soft=2.0)
    elsewhere = Proposal(b"sum", b"max", "GS304", level="all", probability=0.01, soft=3.0)
    for sensitivity in ("strict", "default", "explore"):
        (found,) = findings(UNDEFINED, [right, elsewhere], sensitivity=sensitivity)
        assert (found.rule, found.budget) == ("GS102", "strict")
        assert [repair.replacements[0].new for repair in found.repairs] == [b"values", b"total"]
    (found,) = findings(UNDEFINED, [right], ignore=["GS301"])
    assert [repair.replacements[0].new for repair in found.repairs] == [b"total"]


def test_a_repair_that_adds_a_violation_is_never_shown() -> None:
    still_undefined = Proposal(b"totl", b"totle", "GS301")
    broken = Proposal(b"len(", b"len((", "GS309")
    elsewhere = Proposal(b"total =", b"totals =", "GS301")
    for proposal in (still_undefined, broken):
        assert [finding.rule for finding in findings(UNDEFINED, [proposal])] == ["GS102"]
    assert findings(UNDEFINED.replace(b"totl", b"total"), [elsewhere]) == ()


def test_at_all_the_best_repair_that_may_be_shown_is_shown() -> None:
    text = UNDEFINED.replace(b"totl", b"total")
    unit = [
        Proposal(b"total =", b"totals =", soft=-9.0, level="strict"),
        Proposal(b"sum", b"max", "GS304", soft=1.0, level="all"),
        Proposal(b"sum", b"min", "GS304", soft=2.0, level="all"),
    ]
    (found,) = findings(text, unit, sensitivity="all")
    assert found.rule == "GS304"
    assert [repair.replacements[0].new for repair in found.repairs] == [b"max"]


def test_hard_repairs_are_checked() -> None:
    (found,) = findings(UNDEFINED)
    for repair in found.repairs:
        assert repair.checked
        assert not repair.certified
        assert repair.gap.total.hard == -1


def test_fingerprints_survive_moved_lines_and_tell_equal_lines_apart() -> None:
    text = b"def f(a, b):\n    return a + a\n"
    proposal = Proposal(b"a\n", b"b\n")
    (before,) = findings(text, [proposal])
    (after,) = findings(b"import os\n\n\n" + text.replace(b"    return", b"\treturn "), [proposal])
    assert before.fingerprint == after.fingerprint
    (renamed,) = findings(text.replace(b"f(", b"g("), [proposal])
    assert renamed.fingerprint != before.fingerprint
    twice = text + b"    return a + a\n"
    found = findings(twice, [proposal], [Proposal(b"a\n", b"b\n", nth=1)])
    assert len({finding.fingerprint for finding in found}) == 2
    assert found[0].fingerprint == before.fingerprint
    (first,) = findings(b"a = a\nb = 1\n", [proposal])
    (marked,) = findings(b"\xef\xbb\xbfa = a\nb = 1\n", [proposal])
    assert marked.fingerprint == first.fingerprint  # an editor does not send the mark


def test_the_order_is_that_of_the_text() -> None:
    one = findings(TEXT, [STRICT], [WRONG], [WEAK], sensitivity="explore")
    other = findings(TEXT, [WEAK], [WRONG], [STRICT], sensitivity="explore")
    assert one == other
    assert [finding.start for finding in one] == sorted(finding.start for finding in one)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01\x02",
        bytes(range(256)) * 40,
        b"\xff\xfe\xfd" * 100,
        b"\xef\xbb\xbfx = 1\r\ny = 2\r",
        b"(" * 5000,
        b"x = " + b"(" * 5000 + b"1" + b")" * 5000 + b"\n",
        b"if x:\n" + b"".join(b" " * depth + b"if x:\n" for depth in range(1, 300)),
        b"x = -" * 5000,
        b"\x0c\x0b\x1a\x1b" * 50,
    ],
    ids=["empty", "nul", "all-bytes", "invalid", "bom-crlf", "open", "nested", "blocks", "minus", "control"],
)
def test_no_text_is_too_bad(data: bytes) -> None:
    engine: Engine = FakeEngine([[WRONG]])
    first = analyse(Document(ROOT / "a.py", data), Workspace(ROOT), engine, Settings())
    assert first == analyse(Document(ROOT / "a.py", data), Workspace(ROOT), engine, Settings())
    if b"\0" in data:
        assert [finding.rule for finding in first.findings] == ["GS101"]


@pytest.mark.parametrize(
    ("data", "replacements", "title"),
    [
        (b"a < b", [Replacement(2, 3, b"<=")], "Replace `<` by `<=`"),
        (b"f(a, b)", [Replacement(2, 3, b"b"), Replacement(5, 6, b"a")], "Swap `a` and `b`"),
        (b"if x:", [Replacement(3, 3, b"not ")], "Insert `not`"),
        (b"if not x:", [Replacement(3, 7, b"")], "Remove `not`"),
        (b"a + b", [Replacement(0, 1, b"x"), Replacement(4, 5, b"y")], "Replace `a` by `x`, `b` by `y`"),
        (b"if a or b:", [Replacement(3, 3, b"not ("), Replacement(9, 9, b")")], "Insert `not (`, `)`"),
        (b"if not (a):", [Replacement(3, 8, b""), Replacement(9, 10, b"")], "Remove `not (`, `)`"),
        (b"-a", [Replacement(0, 1, b""), Replacement(1, 2, b"b")], "Remove `-`; replace `a` by `b`"),
    ],
)
def test_titles(data: bytes, replacements: list[Replacement], title: str) -> None:
    assert repair_title(data, replacements) == title


def test_an_edit_that_the_engine_has_had_judged_is_not_parsed_or_judged_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Asking(FakeEngine):
        def examine(
            self, file: ParsedFile, *rest: Any, hard: HardTerms | None, **options: Any
        ) -> list[FakeUnitResult]:
            results = super().examine(file, *rest, hard=hard, **options)
            assert hard is not None
            assert all(hard.allows(edit.edit.replacements) for result in results for edit in result.edits)
            return results

    parsed: list[object] = []
    edited = ParsedFile.edited

    def counted(file: ParsedFile, replacements: Sequence[Replacement]) -> ParsedFile:
        parsed.append(replacements)
        return edited(file, replacements)

    monkeypatch.setattr(ParsedFile, "edited", counted)
    settings = settings_from_mapping({"sensitivity": "explore"}, "a test")
    found = analyse(Document(ROOT / "a.py", TEXT), Workspace(ROOT), Asking([[WRONG], [STRICT]]), settings)
    assert len(found.findings) == 2
    assert len(parsed) == 2
