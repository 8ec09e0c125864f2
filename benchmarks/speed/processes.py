"""A command's wall-clock time and, in a run of its own, the peak memory of its process tree."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_SAMPLE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, where, and which exit codes say that it did its work."""

    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    good: frozenset[int]


class CommandFailed(Exception):
    """A command whose exit code says that it did not do its work; the message is its code and its last line."""


def seconds(command: Command) -> float:
    """Wall-clock seconds of one run.

    Raises:
        CommandFailed: it did not do its work.
    """
    started = time.perf_counter()
    process = _start(command)
    out, err = process.communicate()
    taken = time.perf_counter() - started
    # Python exits with 1 after a traceback, as a linter does after a finding.
    if process.returncode not in command.good or b"Traceback (most recent call last)" in err:
        last = (err.strip() or out.strip()).splitlines()[-1:] or [b""]
        raise CommandFailed(f"exit {process.returncode}: {last[0].decode(errors='replace')[:200]}")
    return taken


def peak_bytes(command: Command) -> int:
    """The greatest sum of memory over the command and its descendants, sampled while it runs."""
    process = _start(command, discard=True)
    peak = 0
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            peak = max(peak, tree_bytes(watched))
        time.sleep(_SAMPLE_SECONDS)
    return peak


def tree_bytes(process: psutil.Process) -> int:
    """Memory now: proportional set sizes where the system has them (shared pages count once), else resident ones."""
    total = 0
    for member in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            memory = member.memory_full_info()
            total += getattr(memory, "pss", memory.rss)
    return total


def _start(command: Command, *, discard: bool = False) -> subprocess.Popen[bytes]:
    sink = subprocess.DEVNULL if discard else subprocess.PIPE
    arguments: Sequence[str] = command.arguments
    return subprocess.Popen(
        arguments, cwd=command.folder, env=dict(command.environment), stdout=sink, stderr=sink
    )
