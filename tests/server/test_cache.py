"""The cache: it gives back what it was given, and nothing that happens to its files can fail a run."""

from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from groundstate.cache import Cache, report_as_text, report_from_text, report_key, user_cache_folder
from groundstate.documents import Document
from groundstate.findings import Evidence, Finding, Repair, Severity
from groundstate.report import Report
from groundstate_energy.energy import Energy, EnergyGap, TermGap
from groundstate_grammars.edits import Replacement


def put(folder: Path, values: dict[str, str], **options: int) -> None:
    with Cache(folder, **options) as cache:
        cache.put(values)


def get(folder: Path, *keys: str) -> dict[str, str]:
    with Cache(folder) as cache:
        return cache.get(keys)


def test_values_come_back(tmp_path: Path) -> None:
    put(tmp_path, {"a": "1", "b": "2"})
    put(tmp_path, {"b": "3"})
    assert get(tmp_path, "a", "b", "c") == {"a": "1", "b": "3"}
    many = {str(number): "x" for number in range(2000)}
    put(tmp_path, many)
    assert get(tmp_path, *many) == many


def test_keys_depend_on_every_part() -> None:
    assert len({report_key("a", "b"), report_key("ab"), report_key("a", "b", ""), report_key("b", "a")}) == 4


def test_the_size_is_bounded_and_the_last_used_stays(tmp_path: Path) -> None:
    put(tmp_path, {str(number): "x" * 100 for number in range(50)}, most_bytes=1000)
    put(tmp_path, {"last": "x" * 100}, most_bytes=1000)
    left = get(tmp_path, "last", *map(str, range(50)))
    assert len(left) == 10
    assert "last" in left


@pytest.mark.parametrize("junk", [b"", b"junk" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_database_is_made_anew(tmp_path: Path, junk: bytes) -> None:
    put(tmp_path, {"a": "1"})
    (tmp_path / "reports.sqlite").write_bytes(junk)
    (tmp_path / "reports.sqlite-wal").write_bytes(junk)
    assert get(tmp_path, "a") == {}
    put(tmp_path, {"a": "2"})
    assert get(tmp_path, "a") == {"a": "2"}


def test_a_database_damaged_while_open(tmp_path: Path) -> None:
    put(tmp_path, {str(number): "x" * 1000 for number in range(500)})
    path = tmp_path / "reports.sqlite"
    with Cache(tmp_path) as cache:
        data = path.read_bytes()
        path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
        cache.get(map(str, range(500)))
        cache.put({"a": "1"})
    put(tmp_path, {"b": "2"})
    assert get(tmp_path, "b") == {"b": "2"}


def test_another_table_or_version_is_replaced(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "reports.sqlite") as connection:
        connection.execute("CREATE TABLE reports (other TEXT)")
    connection.close()
    put(tmp_path, {"a": "1"})
    assert get(tmp_path, "a") == {"a": "1"}


def test_where_no_folder_can_be_made_nothing_is_cached(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    put(blocked / "cache", {"a": "1"})
    assert get(blocked / "cache", "a") == {}
    (tmp_path / "reports.sqlite").mkdir()
    put(tmp_path, {"a": "1"})
    assert get(tmp_path, "a") == {}


def test_a_locked_database_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundstate.cache._BUSY_SECONDS", 0.05)
    put(tmp_path, {"a": "1"})
    connection = sqlite3.connect(tmp_path / "reports.sqlite")
    connection.execute("BEGIN EXCLUSIVE")
    put(tmp_path, {"a": "2"})
    connection.rollback()
    connection.close()
    assert get(tmp_path, "a") == {"a": "1"}


def test_parallel_runs_share_it(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=put, args=(tmp_path, {str(number): "x"})) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert len(get(tmp_path, "0", "1", "2")) == 3


def test_the_folder_follows_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_cache_folder() == tmp_path / "groundstate"


def test_a_report_comes_back_equal() -> None:
    document = Document(Path("/a.py"), b"x = 1\n")
    gap = EnergyGap((TermGap("learned", Energy(0, -1.25)), TermGap("names", Energy(-1, 0.0))))
    repair = Repair("Replace", (Replacement(0, 1, b"\xff\x00y"),), gap, True, False, "explore")
    evidence = (Evidence(4, 5, "here"),)
    soft = Finding("GS301", 0, 1, "é", Severity.WARNING, gap, 0.5, (repair,), evidence, "f1")
    hard = Finding("GS101", 2, 3, "m", Severity.ERROR, None, None, (), (), "f2")
    report = Report(document, (soft, hard), 3, sensitivity="explore")
    assert report_from_text(document, report_as_text(report)) == report


@pytest.mark.parametrize("text", ["", "[]", "{}", "[1, [[]]]", "[0, [[1,2,3,4,5,6,7,8,9,10]]]", "[[], 1]"])
def test_an_entry_that_is_no_report_is_not_used(text: str) -> None:
    assert report_from_text(Document(Path("/a.py"), b""), text) is None


def test_the_file_stays_within_its_bound(tmp_path: Path) -> None:
    """What is dropped makes room for what comes: the file does not grow with every run."""
    bound = 400_000
    for number in range(40):
        with Cache(tmp_path, most_bytes=bound) as cache:
            cache.put({f"{number} {entry}": "x" * 10_000 for entry in range(20)})
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 3 * bound


def test_a_run_that_is_killed_while_it_writes_leaves_a_sound_database(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from groundstate.cache import Cache\n"
        "with Cache(pathlib.Path(sys.argv[1])) as cache:\n"
        "    number = 0\n"
        "    while True:\n"
        "        cache.put({f'{number} {entry}': 'x' * 5_000 for entry in range(50)})\n"
        "        number += 1\n"
        "        print(number, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    for _ in range(3):
        process.stdout.readline()
    process.kill()
    process.communicate()
    with Cache(tmp_path) as cache:
        assert cache.get(["1 7"]) == {"1 7": "x" * 5_000}
        cache.put({"after": "a"})
        assert cache.get(["after"]) == {"after": "a"}
