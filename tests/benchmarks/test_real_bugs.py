"""The real-bugs benchmark: what counts as found and repaired, and that damaged cases are told."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.real_bugs import build
from benchmarks.real_bugs.cases import Case, CasesError, read_pairs
from benchmarks.real_bugs.findings import CheckFailed, Fix, Found, check
from benchmarks.real_bugs.judging import Quiet, judge, judge_pair, same_code
from benchmarks.real_bugs.results import Estimate, summarise

from groundstate.settings import SENSITIVITIES
from groundstate_energy.training.batches import split_of
from groundstate_energy.training.mining import Pair as MinedPair
from groundstate_grammars.edits import Replacement

BEFORE = b"def area(width, height):\n    return width * width\n\n\ndef first(items):\n    return items[1]\n"
AFTER = BEFORE.replace(b"width * width", b"(width *\n        height)").replace(b"items[1]", b"items[0]")
CASE = Case("a.py", 2, "GS301", "area")


def found(old: bytes, new: bytes, *, budget: str = "default", energy: float = -1.0) -> Found:
    start = BEFORE.rindex(old)
    line = BEFORE.count(b"\n", 0, start) + 1
    fix = Fix(budget, (Replacement(start, start + len(old), new),))
    return Found("GS301", line, line, budget, energy, (fix,))


RIGHT = found(b"width\n", b"height\n")
WRONG = found(b"width *", b"height *", budget="explore", energy=-3.0)
ELSEWHERE = found(b"1", b"0", budget="strict", energy=-9.0)


def levels(shown: dict[str, bool]) -> list[str]:
    return [level for level in SENSITIVITIES if shown[level]]


def test_a_right_fix_counts_from_its_budget_on() -> None:
    verdict = judge(CASE, BEFORE, AFTER, [RIGHT, ELSEWHERE])
    assert levels(dict(verdict.found)) == ["default", "explore", "all"]
    assert levels(dict(verdict.repaired)) == ["default", "explore", "all"]
    assert (verdict.localised, verdict.joint) == (True, True), (
        "layout, parentheses, other functions do not matter"
    )


def test_the_best_finding_of_the_function_decides_what_is_joint() -> None:
    verdict = judge(CASE, BEFORE, AFTER, [RIGHT, WRONG])
    assert levels(dict(verdict.repaired)) == ["default", "explore", "all"]
    assert (verdict.localised, verdict.joint) == (True, False)


def test_a_finding_elsewhere_does_not_count() -> None:
    verdict = judge(CASE, BEFORE, AFTER, [ELSEWHERE])
    assert not any(verdict.found.values())
    assert not any(verdict.repaired.values())
    assert (verdict.localised, verdict.joint) == (False, False)


def test_a_fix_of_a_louder_budget_is_not_shown_at_a_quiet_one() -> None:
    both = Found("GS301", 2, 2, "strict", -1.0, (Fix("all", RIGHT.fixes[0].replacements), WRONG.fixes[0]))
    assert both.fix_at("all") == both.fixes[0]
    assert both.fix_at("explore") == WRONG.fixes[0]
    assert both.fix_at("strict") is None


def test_a_case_without_a_function_is_judged_by_the_one_around_its_line() -> None:
    assert judge(Case("a.py", 2, None), BEFORE, AFTER, [RIGHT, ELSEWHERE]).joint


def test_a_case_outside_functions_is_judged_by_the_whole_file() -> None:
    before, after = b"x = 1\ndef f():\n    pass\n", b"x = 2\ndef f():\n    pass\n"
    right = Found("GS315", 1, 1, "all", 1.0, (Fix("all", (Replacement(4, 5, b"2"),)),))
    inside = Found("GS315", 3, 3, "all", -1.0, ())
    assert judge(Case("a.py", 1, "GS315"), before, after, [inside, right]).joint


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b"x = (1)\n", b"x = 1  # one\n", True),
        (b"x = f\n", b"x = f()\n", False),
        (b"x = 'a b'\n", b"x = 'ab'\n", False),
        (b"print 1,2\n", b"print 1, 2\n", True),
        (b"print 1\n", b"print 2\n", False),
    ],
)
def test_code_is_the_same_but_for_layout(one: bytes, other: bytes, same: bool) -> None:
    assert same_code(one, other) is same


def write_case(folder: Path, before: bytes = BEFORE, after: bytes = AFTER, **changed: object) -> None:
    for side, data in (("before", before), ("after", after)):
        (folder / side).mkdir(parents=True)
        (folder / side / "a.py").write_bytes(data)
    case = {"path": "a.py", "line": 2, "rule": "GS301"} | changed
    (folder / "cases.jsonl").write_text(json.dumps(case) + "\n")


def test_a_folder_of_cases_or_of_folders(tmp_path: Path) -> None:
    write_case(tmp_path / "one")
    write_case(tmp_path / "two", function="area")
    assert [pair.folder.name for pair in read_pairs(tmp_path)] == ["one", "two"]
    assert read_pairs(tmp_path / "two")[0].cases == (CASE,)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"path": "b.py"}, "1: no file before/b.py"),
        ({"path": "../a.py"}, "outside the folder"),
        ({"rule": "GS999"}, "no rule GS999"),
        ({"line": "two"}, "not a case"),
    ],
)
def test_a_damaged_case_is_told(tmp_path: Path, changed: dict[str, object], message: str) -> None:
    write_case(tmp_path / "one", **changed)
    with pytest.raises(CasesError, match=message):
        read_pairs(tmp_path)


def test_no_cases_are_told(tmp_path: Path) -> None:
    with pytest.raises(CasesError, match=r"no cases\.jsonl"):
        read_pairs(tmp_path)


def test_the_linter_is_run_on_both_sides(tmp_path: Path) -> None:
    before = "\ufeffdef f(total):\n    é = totl\n    return total\n".encode()
    after = before.replace(b"totl", b"total")
    write_case(tmp_path / "build", before, after, rule=None)
    for side in ("before", "after"):
        (tmp_path / "build" / side / "pyproject.toml").write_text('[tool.groundstate]\nselect = ["GS1"]\n')
    verdicts, quiet = judge_pair(read_pairs(tmp_path)[0], None)
    assert verdicts[0].found["strict"]
    assert not [rule for rule, _ in quiet[0].alarms if rule.startswith("GS1")]
    assert quiet[0].lines == 3


def test_a_run_that_fails_is_told(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a.py").write_text("x = 1\n")
    with pytest.raises(CheckFailed, match="exit 2"):
        check(tmp_path / "tree", [], tmp_path / "no-model")


def test_an_interval_is_seeded_and_around_its_value() -> None:
    counts, sizes = [1.0, 0.0, 1.0, 0.0] * 10, [1.0] * 40
    estimate = Estimate.of(counts, sizes, 3)
    assert estimate == Estimate.of(counts, sizes, 3)
    assert 0.3 < estimate.low < estimate.value == 0.5 < estimate.high < 0.7
    assert Estimate.of([], [], 0) == Estimate(0.0, 0.0, 0.0)


def test_the_tables_have_a_row_for_every_rule() -> None:
    verdicts = [
        judge(CASE, BEFORE, AFTER, [RIGHT]),
        judge(Case("a.py", 6, None), BEFORE, AFTER, []),
    ]
    quiet = [Quiet(500, (("GS301", "default"), ("GS307", "all"))), Quiet(1500, ())]
    results = summarise(verdicts, quiet, 0)
    rows = {line.split(" | ")[0]: line for line in results.as_markdown().splitlines()}
    assert {"| all", "| GS301 wrong-name", "| GS307 swapped-operands", "| no rule"} <= set(rows)
    assert results.bugs[0].found["default"].value == 0.5
    assert results.alarms[0].alarms == {"strict": 0, "default": 1, "explore": 1, "all": 2}
    assert results.alarms[0].rate["all"].value == 2 / 2000
    columns = {line.count("|") for line in results.as_markdown().splitlines() if line.startswith("|")}
    assert columns == {13, 6}
    json.dumps(results.as_json())


def test_a_mined_fix_becomes_a_folder(tmp_path: Path) -> None:
    start, end = BEFORE.index(b"def first"), len(BEFORE) - 1
    site = BEFORE.index(b"1]")
    facts = {
        "repo": "owner/name",
        "commit": "0" * 40,
        "path": "a.py",
        "function": "first",
        "rule": "GS315",
        "before": [start, end],
        "site": [site, site + 1],
    }
    fixed = BEFORE[start:end].replace(b"1", b"0")
    assert build.write_case(MinedPair(facts, BEFORE, AFTER, BEFORE[start:end], fixed), tmp_path / "0")
    (pair,) = read_pairs(tmp_path)
    assert pair.cases == (Case("a.py", 6, "GS315", "first"),)
    assert (pair.after / "a.py").read_bytes() == BEFORE.replace(b"[1]", b"[0]"), (
        "only the function is replaced"
    )
    same = MinedPair(facts, BEFORE, AFTER, BEFORE[start:end], BEFORE[start:end])
    assert not build.write_case(same, tmp_path / "1")


def test_a_split_is_taken_by_the_name_that_the_corpus_writes() -> None:
    facts = [{"repo": f"owner/name{number}"} for number in range(200)]
    parts = {split: build.of_split(facts, split) for split in ("train", "calibration", "test")}
    assert sum(map(len, parts.values())) == 200
    assert all(split_of(str(item["repo"]).replace("/", "+")) == "test" for item in parts["test"])


def test_nothing_to_build_is_told(tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl.gz"
    facts.write_bytes(gzip.compress(b""))
    command = [sys.executable, "-m", "benchmarks.real_bugs.build", "--facts", str(facts)]
    run = subprocess.run(
        [*command, "--repos", str(tmp_path), "--out", str(tmp_path / "out")],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert run.stderr.startswith("0 cases of 0 fixes")
