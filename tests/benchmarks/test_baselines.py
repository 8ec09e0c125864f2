"""Baselines: how an answer is judged, what counts as a peer's hit, the paired bootstrap, the curve."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from benchmarks.real_bugs import baselines, comparison, curve, peers
from benchmarks.real_bugs.comparison import SHIPPED, compare, paired_difference
from benchmarks.real_bugs.known_bugs import (
    FIXES,
    MUTANTS,
    Answer,
    KnownBug,
    Question,
    answer,
    find_mutants,
    is_offered,
    question_of,
    read_bugs,
    write_bugs,
)
from benchmarks.real_bugs.scorers import over_windows

from groundstate_energy.features import NameStatistics
from groundstate_energy.model_package import RuleCalibration
from groundstate_energy.training import recall_curve
from groundstate_energy.training.corpus import CorpusFile, Repository
from groundstate_energy.training.held_out import Case, HeldOut, Said, SaidOfFile
from groundstate_grammars.project import ProjectFacts

AFTER = (
    b"# area\n\n\ndef area(width, height, depth):\n    if width < height:\n        return depth\n"
    b"    return width * height\n"
)
BEFORE = AFTER.replace(b"width * height", b"width * width")
SITE = BEFORE.rindex(b"width")
BUG = KnownBug("one", FIXES, "owner+name", BEFORE, AFTER, SITE)


@pytest.fixture
def question() -> Question:
    made = question_of(BUG, None, NameStatistics({}))
    assert made is not None
    return made


def gaps_of(question: Question, lowest: int) -> np.ndarray:
    gaps = np.ones(len(question.candidates))
    gaps[lowest] = -1.0
    return gaps


def place(question: Question, start: int, text: str) -> int:
    candidates = question.candidates
    return next(
        c
        for c in range(len(candidates))
        if candidates.site_start[candidates.candidate_site[c]] == start
        and candidates.texts[candidates.candidate_lex[c]] == text
        and c not in candidates.structural
    )


def test_the_line_of_a_bug_is_the_first_that_its_fix_changes() -> None:
    assert BUG.line == 7


def test_the_right_repair_is_joint(question: Question) -> None:
    assert place(question, SITE, "height") == question.target
    assert answer(question, gaps_of(question, question.target)) == Answer(True, True, True)


def test_another_repair_of_the_same_token_is_localised(question: Question) -> None:
    wrong = place(question, SITE, "depth")
    assert answer(question, gaps_of(question, wrong)) == Answer(True, False, False)


def test_the_best_edit_elsewhere_may_leave_the_repair_right(question: Question) -> None:
    gaps = gaps_of(question, question.target)
    gaps[place(question, BEFORE.index(b"width <"), "depth")] = -2.0
    assert answer(question, gaps) == Answer(False, True, False)


def test_ties_go_to_the_earlier_edit(question: Question) -> None:
    assert answer(question, np.zeros(len(question.candidates))).joint is False


def test_candidates_of_all_windows_are_scored(question: Question) -> None:
    gaps = over_windows(lambda window: np.arange(len(window.candidates), dtype=np.float32))(question)
    assert np.isfinite(gaps).all()


def test_a_fix_that_is_not_offered_is_no_question() -> None:
    strange = KnownBug(
        "two", FIXES, "owner+name", BEFORE, BEFORE.replace(b"width * width", b"width * q(9)"), SITE
    )
    assert question_of(strange, None, NameStatistics({})) is None


def test_mutants_are_whole_files_with_one_bug(tmp_path: Path) -> None:
    file = CorpusFile("a.py", AFTER + b"\n\n" + AFTER.replace(b"area", b"volume"), (0, 1, 2))
    repository = Repository("owner+name", ProjectFacts(), [file])
    names = NameStatistics({})
    bugs = list(find_mutants([repository], 6, {}, names, 0))
    assert bugs
    for bug in bugs:
        assert bug.kind == MUTANTS
        assert bug.before != bug.after == file.text
        assert bug.before[: bug.site] == bug.after[: bug.site]
        assert is_offered(bug, None)
    write_bugs(bugs, tmp_path / "bugs.jsonl")
    assert read_bugs(tmp_path / "bugs.jsonl") == bugs


def test_the_same_answers_differ_by_nothing() -> None:
    found = paired_difference([True, False] * 10, [True, False] * 10, ["a", "b"] * 10, 0)
    assert (found.difference, found.low, found.high, found.certain) == (0.0, 0.0, 0.0, False)


def test_a_difference_that_is_there_in_all_repositories_is_certain() -> None:
    ours, theirs = [True] * 60, [number % 3 == 0 for number in range(60)]
    found = paired_difference(ours, theirs, [f"r{number % 6}" for number in range(60)], 0)
    assert found.difference == pytest.approx(-2 / 3)
    assert found.low < found.difference < found.high < 0
    assert found.certain
    assert found == paired_difference(ours, theirs, [f"r{number % 6}" for number in range(60)], 0)


def test_a_difference_in_one_repository_of_many_cases_is_not() -> None:
    """Drawing cases alone would be sure of it."""
    groups = ["big"] * 40 + [f"small{number}" for number in range(4)]
    ours, theirs = [True] * 40 + [False] * 4, [False] * 40 + [True] * 4
    by_repository = paired_difference(ours, theirs, groups, 0)
    by_case = paired_difference(ours, theirs, [str(number) for number in range(44)], 0)
    assert by_case.certain
    assert not by_repository.certain


def test_a_baseline_is_compared_on_the_cases_that_it_answered() -> None:
    bugs = [KnownBug(str(n), MUTANTS, f"r{n % 3}", b"", b"", 0) for n in range(9)]
    right, wrong = Answer(True, True, True), Answer(False, False, False)
    answers = {
        SHIPPED: {bug.name: right if int(bug.name) < 6 else wrong for bug in bugs},
        "some": {bug.name: right for bug in bugs[:3]},
        "tool": {bug.name: Answer(False, None, None) for bug in bugs},
    }
    shipped, some, tool = compare(bugs, answers, [MUTANTS], 0)
    assert shipped.joint is not None
    assert some.joint is not None
    assert shipped.joint.cases == 9
    assert shipped.joint.share == pytest.approx(2 / 3)
    assert (some.joint.cases, some.joint.shipped, some.joint.difference) == (3, 1.0, 0.0)
    assert tool.joint is tool.repaired is None
    assert tool.localised is not None
    text = comparison.as_markdown([shipped, some, tool])
    assert len({line.count("|") for line in text.splitlines() if line.startswith("|")}) == 1
    json.dumps(comparison.as_json([shipped, some, tool]))


def test_a_hit_is_a_finding_on_the_line_that_the_fix_removes() -> None:
    before = Counter([(3, "undefined"), (3, "undefined"), (3, "style"), (4, "other")])
    assert peers.hit(before, Counter([(3, "style")]), 3)
    assert peers.hit(before, Counter([(3, "style"), (3, "undefined")]), 3), "one of two is gone"
    assert not peers.hit(before, before, 3)
    assert not peers.hit(before, Counter(), 5)


@pytest.mark.parametrize("name", ["ruff", "mypy"])
def test_a_peer_finds_what_it_finds(name: str) -> None:
    peer = next(peer for peer in peers.PEERS if peer.name == name)
    assert peers.version_of(peer).split()[0] == name
    after = b"def f(total: int) -> int:\n    return total\n"
    broken = KnownBug("name", FIXES, "r", after.replace(b"return total", b"return totl"), after, 37)
    quiet = KnownBug("none", FIXES, "r", after.replace(b"return total", b"return total + 1"), after, 37)
    python2 = KnownBug("syntax", FIXES, "r", b"def f(x):\n    print x\n", b"def f(x):\n    print y\n", 20)
    found = peers.judge(peer, [broken, quiet, python2])
    assert [found[bug.name].localised for bug in (broken, quiet)] == [True, False]


def test_a_missing_peer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    pyright = next(peer for peer in peers.PEERS if peer.name == "pyright")
    with pytest.raises(peers.PeerFailed, match="pyright: cannot be started"):
        peers.version_of(pyright)


def test_missing_cases_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "sys.argv", ["baselines", "peers", str(tmp_path / "none"), "--out", str(tmp_path / "o")]
    )
    assert baselines.main() == 2
    assert "none" in capsys.readouterr().err


def test_answers_are_read_by_the_name_of_the_bug(tmp_path: Path) -> None:
    line = {"name": "one", "localised": True, "repaired": True, "joint": False}
    (tmp_path / "answers.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    assert baselines.read_answers(tmp_path / "answers.jsonl") == {"one": Answer(True, True, False)}


def held_out() -> HeldOut:
    found = HeldOut(lines=8_000, units=400)
    said = [Said("GS301", 2.0, 0, 1), Said("GS302", 0.0, 5, 9), Said("GS301", -1.0, 20, 22)]
    # The second edit of a place is no alarm of its own.
    said.append(Said("GS301", -1.5, 21, 23))
    found.clean.append(SaidOfFile("a.py", 1, said))
    found.clean.append(SaidOfFile("b.py", 1, [Said("GS301", -3.0, 0, 1)]))
    for real, log_odds in ((False, 3.0), (False, 1.0), (False, -2.0), (True, 1.0), (True, float("-inf"))):
        joint = np.isfinite(log_odds)
        found.cases.append(
            Case("GS301", "GS301" if real else "", joint, joint, joint, bool(joint), log_odds, False, 0.0)
        )
    return found


def test_the_curve_counts_alarms_and_bugs_above_each_threshold() -> None:
    points = {point.alarms: point for point in recall_curve.curve(held_out())}
    assert set(points) == {0, 1, 2, 3, 4}
    assert [points[count].mutants for count in (0, 1, 4)] == pytest.approx([1 / 3, 2 / 3, 1.0])
    assert (points[0].fixes, points[0].lines) == (0.0, 8_000)
    assert (points[1].fixes, points[1].lines) == (0.5, 8_000)
    assert (points[4].mutants, points[4].fixes, points[4].lines) == (1.0, 0.5, 2_000)


def test_budgets_are_points_of_their_own() -> None:
    thresholds = {"strict": float("inf"), "default": 1.0, "explore": -1.0}
    calibrations = {rule: RuleCalibration(1.0, 0.0, thresholds, 40, 3, 0.0) for rule in ("GS301", "GS302")}
    found = recall_curve.budget_points(held_out(), calibrations)
    assert [found[level].alarms for level in thresholds] == [0, 1, 3]
    assert [found[level].fixes for level in thresholds] == [0.0, 0.5, 0.5]
    points = recall_curve.curve(held_out())
    drawn = curve.plot(points, found).splitlines()
    assert len(drawn) == curve.HEIGHT + 4
    assert "m" in "".join(drawn[:-1])
    assert drawn[-3].count("^") >= 1
    assert "(`default`)" in curve.table(points, found)


def test_in_test_code_the_stricter_budget_counts() -> None:
    thresholds = {"strict": 1.0, "default": 0.0, "explore": -2.0}
    calibrations = {"GS301": RuleCalibration(1.0, 0.0, thresholds, 40, 3, 0.0)}
    found = HeldOut(lines=300, units=3)
    said = [Said("GS301", log_odds, at, at + 1) for at, log_odds in enumerate((2.0, 0.5, -1.0))]
    found.clean.append(SaidOfFile("tests/test_a.py", 3, said))
    assert [found.alarms(calibrations, level) for level in thresholds] == [0, 3, 6]


def test_the_curve_of_an_export_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    thresholds = {"strict": float("inf"), "default": 1.0, "explore": -1.0}
    calibrations = {rule: RuleCalibration(1.0, 0.0, thresholds, 40, 3, 0.0) for rule in ("GS301", "GS302")}
    table = {"lines": 8_000, "units": 400, "repositories": ["owner+name"]}
    written = {**table, "curve": recall_curve.curve_table(held_out(), calibrations)}
    for name, data in (("new.json", written), ("old.json", table)):
        (tmp_path / name).write_text(json.dumps(data), "utf-8")
    monkeypatch.setattr(
        "sys.argv", ["curve", "--held-out", str(tmp_path / "new.json"), "--json", str(tmp_path / "out.json")]
    )
    assert curve.main() == 0
    assert len(json.loads((tmp_path / "out.json").read_text("utf-8"))["points"]) == 5
    monkeypatch.setattr("sys.argv", ["curve", "--held-out", str(tmp_path / "old.json")])
    assert curve.main() == 2
