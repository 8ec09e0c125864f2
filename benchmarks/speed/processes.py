"""A command's wall-clock time and the peak memory of its process tree."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_SAMPLE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, where, and which exit codes say that it did its work."""

    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    good: frozenset[int]


class CommandFailed(Exception):
    """A command whose exit code says that it did not do its work; the message is its code and its last line."""


@dataclass(frozen=True, slots=True)
class Run:
    """Wall-clock seconds; the greatest sum of memory over the command and its descendants in bytes, 0 where it was not
    watched; what it wrote."""

    seconds: float
    peak: int
    output: str


def run(command: Command, *, watched: bool = False) -> Run:
    """Run a command once. ``watched``: sample its memory four times a second, which takes every tool the same.

    Raises:
        CommandFailed: it did not do its work.
    """
    peak = 0
    started = time.perf_counter()
    process = _start(command)
    ended = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(_SAMPLE_SECONDS):
            with contextlib.suppress(psutil.Error):
                peak = max(peak, tree_bytes(psutil.Process(process.pid)))

    watcher = threading.Thread(target=watch, daemon=True)
    if watched:
        watcher.start()
    out, err = process.communicate()
    taken = time.perf_counter() - started
    ended.set()
    if watched:
        watcher.join()
    # Python exits with 1 after a traceback, as a linter does after a finding.
    if process.returncode not in command.good or b"Traceback (most recent call last)" in err:
        last = (err.strip() or out.strip()).splitlines()[-1:] or [b""]
        raise CommandFailed(f"exit {process.returncode}: {last[0].decode(errors='replace')[:200]}")
    return Run(taken, peak, out.decode(errors="replace"))


def tree_bytes(process: psutil.Process) -> int:
    """Memory now: proportional set sizes where the system has them (shared pages count once), else resident ones."""
    total = 0
    for member in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            memory = member.memory_full_info()
            total += getattr(memory, "pss", memory.rss)
    return total


def _start(command: Command) -> subprocess.Popen[bytes]:
    """Start it; what runs from its sources may keep them compiled, as what is installed has them."""
    arguments: Sequence[str] = command.arguments
    environment = dict(command.environment)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.Popen(
        arguments,
        cwd=command.folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
