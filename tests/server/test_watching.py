"""``--watch`` as a process: it checks again after a change, lives through broken settings, and ends on Ctrl-C with 0."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.server.command_line import Run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="an interrupt is sent as a signal")


@pytest.fixture
def watching(folder: Path) -> Iterator[subprocess.Popen[str]]:
    (folder / "a.py").write_text("x = 1\n", encoding="utf-8")
    command = [sys.executable, "-m", "groundstate", "check", "--select", "GS1", "--watch"]
    command += ["--output-format", "concise"]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    )
    with process:
        yield process
        process.kill()


def round_of(process: subprocess.Popen[str]) -> list[str]:
    """The lines of one check, without the last, which says that it waits."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        if line == "groundstate: watching; Ctrl-C ends it\n":
            return lines
        lines.append(line.rstrip("\n"))
    raise AssertionError(f"it ended after {lines}")


def put(path: Path, text: str) -> None:
    """Write a file at once: one that is first empty and then written is two changes."""
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def test_it_checks_again_after_every_change(watching: subprocess.Popen[str], folder: Path) -> None:
    assert round_of(watching) == ["No findings; 1 file checked."]
    put(folder / "a.py", "x = unknown\n")
    assert round_of(watching) == [
        "a.py:1:5: GS102 undefined-name: no scope defines `unknown`",
        "1 finding; 1 file checked.",
    ]
    put(folder / "pyproject.toml", "[tool.groundstate]\nslect = []\n")
    (broken,) = round_of(watching)
    assert "unknown key `slect`; did you mean `select`?" in broken
    put(folder / "pyproject.toml", "[tool.groundstate]\nexclude = ['a.py']\n")
    assert round_of(watching) == ["No findings; 0 files checked."]
    put(folder / "b.py", "y = 1\n")
    assert round_of(watching) == ["No findings; 1 file checked."]
    watching.send_signal(signal.SIGINT)
    assert watching.wait(timeout=30) == 0
    assert watching.stdout is not None
    assert watching.stdout.read() == ""


def test_it_changes_nothing(run: Run) -> None:
    for option in ("--fix", "--diff", "--add-ignore", "--update-baseline", "--output=x"):
        ran = run("check", "--watch", option)
        assert ran.code == 2
        assert "exclude each other" in ran.err
