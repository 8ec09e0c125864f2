"""ruff, pylint, pyright and mypy on the files of known bugs: a hit is a finding on the buggy line that the fix removes.

Every file is checked alone, by the tool's own defaults, for that is all that the cases have; imports from its project
are unresolved, which costs type checkers some of what they would find in the whole project. mypy also checks functions
without annotations, which it does not by default.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.real_bugs.known_bugs import Answer, KnownBug

_DEPTH = ("a", "b", "c", "d", "e")
"""Folders above each file, so that relative imports have something to be relative to."""

Findings = Counter[tuple[int, str]]
"""How often each rule of a tool is reported on each line of a file. Messages are left out: they quote the code, so that the
same complaint about the fixed name would count as another."""


class PeerFailed(Exception):
    """A tool is missing or did not do its work; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """``command``: for a folder of files; ``read``: (path, line, rule) of each finding out of its standard output."""

    name: str
    command: Callable[[Path], list[str]]
    read: Callable[[str], list[tuple[str, int, str]]]
    good: frozenset[int]
    parses: bool
    """Whether one file that does not parse keeps the others from being checked."""


def _ruff(folder: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--no-cache",
        "--output-format=json",
        str(folder),
    ]


def _read_ruff(out: str) -> list[tuple[str, int, str]]:
    return [(item["filename"], item["location"]["row"], str(item["code"])) for item in json.loads(out)]


def _pylint(folder: Path) -> list[str]:
    # duplicate-code compares all files with each other, and here they are unrelated; a line that is too long with the longer
    # of two names is no finding about them.
    options = [
        f"--rcfile={os.devnull}",
        "--disable=duplicate-code,line-too-long",
        "--output-format=json",
        "--recursive=y",
    ]
    return [sys.executable, "-m", "pylint", *options, str(folder)]


def _read_pylint(out: str) -> list[tuple[str, int, str]]:
    return [(item["path"], item["line"], item["symbol"]) for item in json.loads(out)]


def _pyright(folder: Path) -> list[str]:
    return [shutil.which("pyright") or "pyright", "--outputjson", str(folder)]


def _read_pyright(out: str) -> list[tuple[str, int, str]]:
    return [
        (item["file"], item["range"]["start"]["line"] + 1, item.get("rule", "syntax"))
        for item in json.loads(out)["generalDiagnostics"]
    ]


def _mypy(folder: Path) -> list[str]:
    options = [
        "--config-file=",
        "--ignore-missing-imports",
        "--explicit-package-bases",
        "--check-untyped-defs",
    ]
    return [
        sys.executable,
        "-m",
        "mypy",
        *options,
        f"--cache-dir={os.devnull}",
        "--no-error-summary",
        str(folder),
    ]


_MYPY = re.compile(r"^(?P<path>[^:]+):(?P<line>\d+): error: .*?(?:\[(?P<what>[\w-]+)\])?$", re.MULTILINE)


def _read_mypy(out: str) -> list[tuple[str, int, str]]:
    return [(match["path"], int(match["line"]), match["what"] or "error") for match in _MYPY.finditer(out)]


PEERS = (
    Peer("ruff", _ruff, _read_ruff, frozenset({0, 1}), False),
    Peer("pylint", _pylint, _read_pylint, frozenset(range(32)), False),
    Peer("pyright", _pyright, _read_pyright, frozenset({0, 1}), False),
    Peer("mypy", _mypy, _read_mypy, frozenset({0, 1}), True),
)


def version_of(peer: Peer) -> str:
    """What the tool says its version is.

    Raises:
        PeerFailed: it is not installed.
    """
    command = [*peer.command(Path())[: 1 if peer.name == "pyright" else 3], "--version"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise PeerFailed(
            f"{peer.name}: cannot be started: {error.strerror}; install it, or leave it out by name"
        ) from None
    if run.returncode:
        raise PeerFailed(f"{peer.name}: {(run.stderr.strip().splitlines() or ['no version'])[-1]}")
    return run.stdout.strip().splitlines()[0]


def judge(peer: Peer, bugs: Sequence[KnownBug]) -> dict[str, Answer]:
    """The answers of one tool, by the name of the bug. Fixed files are checked where the buggy line has a finding.

    Raises:
        PeerFailed: the tool did not do its work.
    """
    before = findings(peer, [bug.before for bug in bugs])
    suspected = [
        place for place, bug in enumerate(bugs) if any(line == bug.line for line, _ in before[place])
    ]
    after = dict(zip(suspected, findings(peer, [bugs[place].after for place in suspected]), strict=True))
    return {
        bug.name: Answer(hit(before[place], after.get(place, Counter()), bug.line), None, None)
        for place, bug in enumerate(bugs)
    }


def hit(before: Findings, after: Findings, line: int) -> bool:
    """Whether ``before`` has a finding on the line that ``after`` has not, or has less often."""
    return any(found[0] == line for found in before - after)


def findings(peer: Peer, files: Sequence[bytes]) -> list[Findings]:
    """Findings in each of the files. Files that keep the tool from checking others are checked on their own."""
    alone = {place for place, data in enumerate(files) if peer.parses and not _parses(data)}
    found: list[Findings] = [Counter() for _ in files]
    while together := [place for place in range(len(files)) if place not in alone]:
        try:
            own = _run(peer, [files[place] for place in together])
        except _Blocked as blocked:
            alone.add(together[blocked.number])
            continue
        for place, what in zip(together, own, strict=True):
            found[place] = what
        break
    for place in sorted(alone):
        (found[place],) = _run(peer, [files[place]])
    return found


class _Blocked(Exception):
    """A file that keeps the tool from checking the others, by its ``number``."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _parses(data: bytes) -> bool:
    try:
        ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _run(peer: Peer, files: Sequence[bytes]) -> list[Findings]:
    found: list[Findings] = [Counter() for _ in files]
    with tempfile.TemporaryDirectory(prefix="groundstate-peers-") as name:
        root = Path(name).resolve() / "checked"
        top = root.joinpath(*_DEPTH)
        for number, data in enumerate(files):
            folder = top / f"case{number}"
            folder.mkdir(parents=True)
            (folder / "module.py").write_bytes(data)
        run = subprocess.run(
            peer.command(root), cwd=root, capture_output=True, text=True, errors="replace", check=False
        )
        if run.returncode not in peer.good and len(files) > 1:
            named = re.search(r"case(\d+)[/\\]module\.py:\d+: error", run.stdout)
            if peer.parses and named is not None:
                raise _Blocked(int(named[1]))
            raise PeerFailed(
                f"{peer.name}: exit {run.returncode}: {(run.stderr or run.stdout).strip()[-300:]}"
            )
        try:
            listed = peer.read(run.stdout) if run.stdout.strip() else []
        except (ValueError, KeyError, TypeError) as error:
            raise PeerFailed(f"{peer.name}: unreadable output: {error!r}") from None
    for path, line, what in listed:
        match = re.search(r"case(\d+)[/\\]module\.py$", path)
        if match is not None:
            found[int(match[1])][line, what] += 1
    return found
