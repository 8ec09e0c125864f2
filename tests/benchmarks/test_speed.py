"""The speed benchmark: what it counts, and that it says so when a tool could not be measured."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest
from benchmarks.speed import trees
from benchmarks.speed.keystrokes import PLACES, statement_ends
from benchmarks.speed.processes import Command, CommandFailed, run
from benchmarks.speed.results import Line, as_markdown, percentile
from benchmarks.speed.samples import Samples


def _python(code: str, good: frozenset[int] = frozenset({0})) -> Command:
    return Command((sys.executable, "-c", code), Path.cwd(), dict(os.environ), good)


def test_a_command_is_timed_from_start_to_end() -> None:
    assert run(_python("import time; time.sleep(0.2)")).seconds >= 0.2


def test_what_runs_from_its_sources_may_keep_them_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert run(_python("import sys; print(sys.dont_write_bytecode)")).output.strip() == "False"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; print('no such tree', file=sys.stderr); sys.exit(3)", "exit 3: no such tree"),
        ("raise ValueError('a bug, not a finding')", "exit 1: ValueError: a bug, not a finding"),
    ],
)
def test_a_command_that_did_not_work_is_not_timed(code: str, message: str) -> None:
    with pytest.raises(CommandFailed, match=message):
        run(_python(code, good=frozenset({0, 1})))


def test_peak_memory_counts_child_processes() -> None:
    hold = "import time; block = b'x' * 60_000_000; time.sleep(1)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}])"
    assert run(_python(child), watched=True).peak > 60_000_000


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.95, 95), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_a_measured_value(share: float, expected: float) -> None:
    assert percentile([float(value) for value in range(100, 0, -1)], share) == expected


def test_statements_are_typed_after_lines_where_all_encodings_count_alike() -> None:
    lines = [
        "def f(a):",
        "    b = a",
        "    s = 'é'",
        "    if a:",
        "        return b",
        "    return (",
        "    s)",
        "x = 1",
    ]
    ends = statement_ends("\n".join(lines) + "\n", random.Random(0))
    assert sorted(ends) == [(1, "    ", 9), (4, "        ", 16), (6, "    ", 6)]
    assert len(statement_ends("def f():\n" + "    x = 1\n" * 100, random.Random(0))) == PLACES


def test_the_table_has_a_row_for_every_tool(tmp_path: Path) -> None:
    machine = {"processor": "a processor", "cores": 2, "python": "3.11", "onnxruntime": "1"}
    subject = {"tree": "tree", "files": 2, "lines": 300, "machine": machine}
    samples = Samples(tmp_path / "results.json", subject)
    samples.add("groundstate: cold", 10.0, 12.0, 11.0)
    samples.add("groundstate: warm", 0.5, 0.5, 0.5)
    samples.add("groundstate: peak", 123_400_000)
    samples.add("pylint -j2: cold", 20.0, 36.0, 22.0)
    samples.fail("mypy: cold", "not installed")
    named = [("groundstate", "0.1.0"), ("pylint -j2", "4.0"), ("mypy", None)]
    tools = [{"name": name, "version": version} for name, version in named]
    rows = as_markdown(subject, samples, tools).splitlines()
    assert (
        "| groundstate 0.1.0 | 11.0 (10.0-12.0) | 27 (25-30) | 0.50 (0.50-0.50) "
        "| no cache | no cache | no cache | 123 |" in rows
    )
    assert (
        "| pylint -j2 4.0 | 22.0 (20.0-36.0) | 14 (8-15) | no cache "
        "| no cache | no cache | no cache | over too soon |" in rows
    )
    assert "| mypy | not run: not installed | | | | | | |" in rows
    assert "- cold, pylint -j2 over groundstate: 2.00 (2.00-3.00)" in rows
    assert "- groundstate, cold over nothing changed: 22.0 (20.0-24.0)" in rows


def test_a_run_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    first = Samples(path, {"lines": 3})
    first.add("a: cold", 1.0)
    first.fail("b: cold", "broken")
    assert not first.missing("b: cold", 1)
    first.fact("c", lambda: [1, 2])
    second = Samples(path, {"lines": 3})
    assert not second.missing("a: cold", 1)
    assert second.missing("a: cold", 2)
    assert second.missing("b: cold", 1)
    assert second.facts == {"c": [1, 2]}
    assert Samples(path, {"lines": 4}).values == {}


def test_a_line_through_points_of_a_line_is_that_line() -> None:
    line = Line.through([100.0, 200.0, 400.0], [0.5 + 0.01 * x for x in (100, 200, 400)])
    assert (line.offset, line.slope, line.r2, line.exponent) == pytest.approx((0.5, 0.01, 1.0, 1.0))
    quadratic = Line.through([100.0, 200.0, 400.0, 800.0], [(x / 100) ** 2 for x in (100, 200, 400, 800)])
    assert quadratic.exponent > 1.5


def test_files_are_copied_under_names_that_can_be_imported(tmp_path: Path) -> None:
    source = tmp_path / "a+b"
    (source / "sub-folder").mkdir(parents=True)
    (source / "sub-folder" / "__init__.py").write_text("x = 1\n")
    (source / "m.py").write_text("def f():\n    return 1\n")
    tree = tmp_path / "tree"
    lines = trees.copy(source, tree)
    assert lines == {tree / "sub_folder" / "__init__.py": 1, tree / "m.py": 2}
    assert trees.file_of(lines, 2) == tree / "m.py"
    assert trees.file_of(lines, 100) is None
    text = trees.joined(lines, 2)
    assert text.startswith("def f():")
    compile(text, "joined", "exec")
    assert trees.with_a_statement_twice(text, 0).count("    return 1\n") == 2
