"""The alarm benchmark: it refuses repositories the model has seen, and counts the lines and findings of the others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.alarm_budgets", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_repository_of_the_corpus_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Delgan+loguru").mkdir()
    run = _run(str(tmp_path / "Delgan+loguru"))
    assert run.returncode == 2
    assert "Delgan+loguru" in run.stderr


def test_alarms_are_counted_per_line(tmp_path: Path) -> None:
    root = tmp_path / "someone+unknown"
    root.mkdir()
    (root / "area.py").write_text("def area(width, height):\n    return width * height\n", "utf-8")
    run = _run(str(root), "--json", str(tmp_path / "table.json"), "--list", str(tmp_path / "list.txt"))
    assert run.returncode == 0, run.stderr
    table = json.loads((tmp_path / "table.json").read_text("utf-8"))
    assert (table["repositories"], table["lines"]) == (1, 2)
    assert table["levels"]["strict"]["alarms"] == len((tmp_path / "list.txt").read_text().splitlines()) == 0
