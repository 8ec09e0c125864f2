"""A terminal with a program in it: keys go in, the screen is read. tmux does the work."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

PATIENCE = 150.0
"""Seconds that something may take on a machine with other work."""


def eventually(what: str, holds: Callable[[], object], shown: Callable[[], str] = str) -> None:
    """Wait until ``holds()``; fails with ``what`` and ``shown()`` when it does not."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"{what} did not happen in {PATIENCE:.0f} s\n{shown()}"
        time.sleep(0.1)


class Terminal:
    """A program in a terminal of 120 by 40; it ends with the block."""

    def __init__(self, command: Sequence[str | Path], cwd: Path, environment: Mapping[str, str]) -> None:
        self._socket = f"groundstate-{uuid.uuid4().hex[:8]}"
        self._command = [str(part) for part in command]
        self._cwd = cwd
        self._environment = environment

    def __enter__(self) -> Terminal:
        size = ["-x", "120", "-y", "40"]
        self._tmux("-f", "/dev/null", "new-session", "-d", *size, "-c", str(self._cwd), *self._command)
        self._program = int(self._tmux("display-message", "-p", "#{pane_pid}"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], check=False, capture_output=True)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._program, signal.SIGKILL)  # a Vim that asks something does not end with its terminal

    def keys(self, *keys: str) -> None:
        """Press keys, under the names that tmux has for them (``Escape``, ``C-w``, ``Enter``, …)."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type ``text`` as it is."""
        self._tmux("send-keys", "-l", text)

    def screen(self) -> str:
        """What is on the screen."""
        return self._tmux("capture-pane", "-p")

    def shows(self, text: str) -> None:
        """Wait until ``text`` is on the screen."""
        eventually(f"`{text}` on the screen", lambda: text in self.screen(), self.screen)

    def hides(self, text: str) -> None:
        """Wait until ``text`` is not on the screen."""
        eventually(f"no `{text}` on the screen", lambda: text not in self.screen(), self.screen)

    @property
    def pid(self) -> int:
        """The process of the program."""
        return int(self._tmux("list-panes", "-F", "#{pane_pid}"))

    def _tmux(self, *arguments: str) -> str:
        environment = {**os.environ, **self._environment, "TERM": "xterm-256color"}
        environment.pop("TMUX", None)
        done = subprocess.run(
            ["tmux", "-L", self._socket, *arguments], capture_output=True, text=True, env=environment
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def servers_below(pid: int) -> list[int]:
    """Process ids of the groundstate servers that the process ``pid`` started, itself or by its children."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue  # it has just ended
            parents[int(entry.name)] = (int(stat.rpartition(")")[2].split()[1]), command)
    found = []
    for process, (parent, command) in parents.items():
        while parent not in (pid, 0, 1) and parent in parents:
            parent = parents[parent][0]
        if parent == pid and b"groundstate\0server" in command:
            found.append(process)
    return found
