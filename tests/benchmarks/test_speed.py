"""The speed benchmark: what it counts, and that it says so when a tool could not be measured."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest
from benchmarks.speed.keystrokes import PLACES, statement_ends
from benchmarks.speed.processes import Command, CommandFailed, peak_bytes, seconds
from benchmarks.speed.results import KeystrokeResult, Results, Spread, ToolResult, percentile


def _python(code: str, good: frozenset[int] = frozenset({0})) -> Command:
    return Command((sys.executable, "-c", code), Path.cwd(), dict(os.environ), good)


def test_a_command_is_timed_from_start_to_end() -> None:
    assert seconds(_python("import time; time.sleep(0.2)")) >= 0.2


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; print('no such tree', file=sys.stderr); sys.exit(3)", "exit 3: no such tree"),
        ("raise ValueError('a bug, not a finding')", "exit 1: ValueError: a bug, not a finding"),
    ],
)
def test_a_command_that_did_not_work_is_not_timed(code: str, message: str) -> None:
    with pytest.raises(CommandFailed, match=message):
        seconds(_python(code, good=frozenset({0, 1})))


def test_peak_memory_counts_child_processes() -> None:
    hold = "import time; block = b'x' * 60_000_000; time.sleep(1)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}])"
    assert peak_bytes(_python(child)) > 60_000_000


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


def test_the_table_has_a_row_for_every_tool() -> None:
    spread = Spread.of([1000.0, 1200.0, 1100.0])
    results = Results(
        machine={"processor": "a processor", "cores": 2, "python": "3.11"},
        tree="tree",
        files=2,
        lines=300,
        start=Spread.of([20.0, 21.0, 22.0]),
        tools=(
            ToolResult("groundstate", "0.1.0", spread, spread, 123.4),
            ToolResult("pylint -j2", "4.0", spread, None, 200.0),
            ToolResult("mypy", None, problem="not installed"),
        ),
        typed_file="module.py",
        typed_lines=1000,
        typing=(KeystrokeResult("pulled", spread, spread, 10, spread, 99.0),),
    )
    rows = results.as_markdown().splitlines()
    assert "| groundstate 0.1.0 | 1,100 (1,000-1,200) | 1,100 (1,000-1,200) | 123 |" in rows
    assert "| pylint -j2 4.0 | 1,100 (1,000-1,200) | no cache | 200 |" in rows
    assert "| mypy | not run: not installed | | |" in rows
