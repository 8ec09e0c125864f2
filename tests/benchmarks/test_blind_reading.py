"""Blind reading: what is drawn, that nothing tells a control apart, and what the readings add up to."""

from __future__ import annotations

import dataclasses
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.blind_reading.__main__ import main, shown
from benchmarks.blind_reading.drawing import (
    CONTROLS,
    FINDINGS,
    MOST_OF_ONE,
    Answer,
    Item,
    draw,
    like,
    most_probable,
)
from benchmarks.blind_reading.objections import Lost, objection_to
from benchmarks.blind_reading.scanning import Place, Scan, scan
from benchmarks.blind_reading.summary import Reading, Unread, interval, joined, summarise

from groundstate_grammars.index import ProjectIndex

ROOT = Path(__file__).parents[2]
REPOSITORIES = [f"someone/number{number}" for number in range(10)]
COMMITS = {name: f"{number:040x}" for number, name in enumerate(REPOSITORIES)}


def _place(number: int, budget: str, probability: float) -> Place:
    folder = "tests" if number % 3 == 0 else "source"
    return Place(
        repository=REPOSITORIES[number % 10],
        path=f"{folder}/file{number % 7}.py",
        line=number + 1,
        start=40 * number,
        rule=f"GS30{1 + number % 5}",
        edit=(("width", "height"),),
        probability=probability,
        budget=budget,
    )


def _found(count: int = 400) -> list[Place]:
    chance = random.Random(7)
    return [
        _place(number, chance.choice(("strict", "default", "explore")), chance.random())
        for number in range(count)
    ]


def _below(count: int = 800) -> list[Place]:
    chance = random.Random(8)
    return [_place(1_000 + number, "all", chance.random() / 9) for number in range(count)]


def test_the_most_probable_are_drawn_but_few_of_one_repository() -> None:
    found = [
        dataclasses.replace(place, probability=0.99) if place.repository == REPOSITORIES[3] else place
        for place in _found()
    ]
    chosen = most_probable(found)
    assert len(chosen) == FINDINGS
    assert sum(place.repository == REPOSITORIES[3] for place in chosen) == MOST_OF_ONE
    left_out = [place for place in found if place not in chosen and place.repository != REPOSITORIES[3]]
    assert max(place.probability for place in left_out) <= min(place.probability for place in chosen)


def test_what_is_drawn_does_not_depend_on_the_order_of_what_was_found() -> None:
    found = [dataclasses.replace(place, probability=round(place.probability, 1)) for place in _found()]
    below = _below()
    mixed, mixed_below = found[:], below[:]
    random.Random(1).shuffle(mixed)
    random.Random(2).shuffle(mixed_below)
    assert draw(found, below, COMMITS, 1) == draw(mixed, mixed_below, COMMITS, 1)
    assert draw(found, below, COMMITS, 1) != draw(found, below, COMMITS, 2)


def test_nothing_in_an_item_tells_a_control_apart() -> None:
    items, answers = draw(_found(), _below(), COMMITS, 1)
    assert [item.item for item in items] == [answer.item for answer in answers] == list(range(1, 126))
    assert sum(answer.control for answer in answers) == CONTROLS
    assert {field.name for field in dataclasses.fields(Item)} == {
        "item",
        "repository",
        "commit",
        "path",
        "line",
        "rule",
        "edit",
    }
    controls = {answer.item for answer in answers if answer.control}
    assert max(controls) - min(controls) > 80  # not in one place
    for control in (item for item in items if item.item in controls):
        findings = [item for item in items if item.item not in controls]
        assert any((item.rule, item.repository) == (control.rule, control.repository) for item in findings)


def test_a_control_is_the_nearest_there_is() -> None:
    chosen = [_place(1, "strict", 0.9)]
    same_rule = dataclasses.replace(_place(2, "all", 0.01), rule=chosen[0].rule)
    other = _place(4, "all", 0.01)
    assert like(chosen, [other, same_rule], 1, random.Random(0)) == [same_rule]
    assert like(chosen, [other], 1, random.Random(0)) == [other]
    assert like(chosen, [], 1, random.Random(0)) == []


def test_a_scan_finds_what_the_linter_finds_and_one_place_below_for_a_unit(tmp_path: Path) -> None:
    root = tmp_path / "someone+unknown"
    root.mkdir()
    (root / "area.py").write_text(
        "def area(width, height):\n    return width * height\n\n\n"
        "def edge(width, height):\n    return 2 * (width + width)\n",
        "utf-8",
    )
    result = scan(root, None)
    arguments = "check --no-cache --select GS3 --sensitivity explore --output-format json area.py"
    linter = subprocess.run(
        [sys.executable, "-m", "groundstate", *arguments.split()],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    table = json.loads(linter.stdout)
    assert len(result.found) == len(table["findings"])
    assert 1 <= len(result.found) + len(result.below) <= 2
    assert all(place.budget == "all" for place in result.below)
    assert {place.path for place in (*result.found, *result.below)} == {"area.py"}
    assert Scan.of_json(result.as_json()) == result


def test_an_item_is_shown_with_the_lines_around_it(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text("".join(f"line{number}\n" for number in range(1, 100)), "utf-8")
    item = Item(3, "someone/unknown", "0" * 40, "long.py", 50, "GS301", (("a", "b"),))
    text = shown(item, tmp_path).splitlines()
    assert text[0] == "== 3 == someone/unknown long.py:50 GS301 wrong-name: 'a' -> 'b'"
    assert [line.split()[-1] for line in text[1:]] == [f"line{number}" for number in range(38, 63)]
    assert [line for line in text if ">" in line[:7]] == ["   50> line50"]


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.blind_reading", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["Delgan+loguru", "someone+unknown"])
def test_repositories_seen_in_training_or_not_listed_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    run = _command("draw", str(tmp_path / name), "--out", str(tmp_path / "i"), "--key", str(tmp_path / "k"))
    assert run.returncode == 2
    assert name in run.stderr


def _item(number: int) -> Item:
    return Item(number, "someone/unknown", "0" * 40, "a.py", number, "GS301", (("a", "b"),))


def test_the_summary_counts_readings_by_rank_and_by_probability(tmp_path: Path) -> None:
    items = [_item(number) for number in range(1, 13)]
    answers = [Answer(number, number > 10, 0.9 if number <= 5 else 0.1, "strict") for number in range(1, 13)]
    readings = [Reading(number, "bug" if number <= 5 else "false alarm", "", "") for number in range(1, 13)]
    text = summarise(joined(items, readings, answers))
    assert "| findings | 5 | 0 | 5 | 10 | 50.0 % (18.7 to 81.3) | 50.0 % |" in text
    assert "| controls | 0 | 0 | 2 | 2 | 0.0 % (0.0 to 84.2) | 10.0 % |" in text
    assert "| 10 | 50.0 % (18.7 to 81.3) | 50.0 % (18.7 to 81.3) |" in text
    assert "| 0.5 to 1 | 5 | 0 | 0 | 5 | 100.0 % (47.8 to 100.0) | 90.0 % |" in text
    for name, rows in (("items", items), ("readings", readings), ("key", answers)):
        (tmp_path / name).write_text("".join(f"{json.dumps(dataclasses.asdict(row))}\n" for row in rows))
    run = _command("summarise", *(str(tmp_path / name) for name in ("items", "readings", "key")))
    assert run.stdout == text


def test_objections_are_counted_apart_from_what_test_code_hides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "some+one"
    text = "def f(a, b):\n    return a - b\n\n\ndef g(a, b):\n    return a + b\n"
    for name in ("x.py", "tests/y.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    items = [
        Item(number, "some/one", "c", path, line, "GS301", (("b", "a"),))
        for number, (path, line) in enumerate([("x.py", 2), ("x.py", 6), ("tests/y.py", 6)], 1)
    ]
    rows = {
        "items": items,
        "readings": [Reading(item.item, "false alarm", "", "") for item in items],
        "key": [Answer(item.item, False, 0.5, "default") for item in items],
    }
    for name, own in rows.items():
        lines = [json.dumps(dataclasses.asdict(row)) for row in own]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines))
    arguments = ["objections", str(tmp_path), "--repositories", str(tmp_path)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["blind_reading", *arguments])
        assert main() == 0
    out = capsys.readouterr().out
    assert out.partition("## default\n")[2].partition("##")[0].splitlines() == [
        "false alarm: 1 is in test code, where a stricter budget counts",
        "false alarm: 1 makes both sides the same",
        "false alarm: 1 stays",
    ]
    gone = dataclasses.replace(items[0], line=1)
    with pytest.raises(Lost, match=r"some/one x\.py:1"):
        objection_to(gone, root, ProjectIndex(root))


def test_items_without_a_reading_are_named() -> None:
    answers = [Answer(number, False, 0.5, "strict") for number in (1, 2)]
    with pytest.raises(Unread, match="not read: 2"):
        joined([_item(1), _item(2)], [Reading(1, "smell", "", ""), Reading(2, "perhaps", "", "")], answers)


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [(0, 59, 0.0, 0.0606), (5, 10, 0.1871, 0.8129), (59, 59, 0.9394, 1.0), (15, 100, 0.0865, 0.2353)],
)
def test_intervals_are_those_of_clopper_and_pearson(hits: int, count: int, low: float, high: float) -> None:
    assert interval(hits, count) == pytest.approx((low, high), abs=1e-4)
