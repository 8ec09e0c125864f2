"""On a terminal: colours unless NO_COLOR, a progress bar on the error stream; elsewhere neither."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from groundstate import progress

pty = pytest.importorskip("pty", reason="no pseudo-terminals on Windows, so none was tried")


def shown_on_a_terminal(folder: Path, **environment: str) -> str:
    """What ``groundstate check`` writes to a terminal as its standard output."""
    (folder / "a.py").write_text("print(nope)\n", encoding="utf-8")
    ours, theirs = pty.openpty()
    kept = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    command = [sys.executable, "-m", "groundstate", "check", "--select", "GS1", "--no-cache", "."]
    with subprocess.Popen(command, cwd=folder, stdout=theirs, env={**kept, **environment}) as process:
        os.close(theirs)
        data = b""
        try:
            while part := os.read(ours, 65536):
                data += part
        except OSError:  # Linux says this instead of the end of the file
            pass
        process.wait(timeout=60)
    os.close(ours)
    return data.decode()


def test_colours(tmp_path: Path) -> None:
    assert "\x1b[1;31mGS102 undefined-name\x1b[0m" in shown_on_a_terminal(tmp_path)
    assert "\x1b" not in shown_on_a_terminal(tmp_path, NO_COLOR="1")


class Stream(io.StringIO):
    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize("terminal", [True, False])
def test_a_progress_bar_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    stream = Stream(terminal)
    times = iter(range(1000))
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("time.monotonic", lambda: float(next(times)))
    assert list(progress.progress([1, 2, 3], 3, "Checking")) == [1, 2, 3]
    text = stream.getvalue()
    assert ("Checking [" in text) is terminal
    assert text.endswith("\r\x1b[2K") is terminal


def test_a_short_run_shows_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream(True)
    monkeypatch.setattr(sys, "stderr", stream)
    assert list(progress.progress([1, 2, 3], 3, "Checking")) == [1, 2, 3]
    assert stream.getvalue() == ""
