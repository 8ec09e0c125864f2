"""Git histories as a stream of commits with their zero-context diffs, read by two git processes a repository.

Nothing is checked out and no work tree is needed: a bare git directory is enough. Diffs come from one
``git log``, file contents from one ``git cat-file --batch``.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_SEPARATOR = b"\x01\x02commit\x02\x01"
_END_OF_HEADER = b"\x01\x02diff\x02\x01"
_LARGEST_DIFF = 400_000
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_INDEX = re.compile(rb"^index ([0-9a-f]{40,64})\.\.([0-9a-f]{40,64})")


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines replaced by lines.

    ``old_start`` and ``new_start`` are 1-based, as git prints them: with no lines on a side, the number is the line
    before the gap.
    """

    old_start: int
    old: tuple[bytes, ...]
    new_start: int
    new: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file of a commit. A blob id of zeros says that the file does not exist on that side."""

    path: str
    old_blob: str
    new_blob: str
    hunks: tuple[Hunk, ...]

    @property
    def modified(self) -> bool:
        return bool(self.old_blob.strip("0")) and bool(self.new_blob.strip("0"))


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit with the raw text of its diff over ``*.py``; ``files`` parses it."""

    sha: str
    subject: str
    body: str
    diff: bytes

    def paths(self) -> list[str]:
        """Paths of the changed Python files, without parsing the hunks."""
        found = re.findall(rb"(?m)^diff --git a/.* b/(.*)$", self.diff)
        return [path.decode("utf-8", "replace") for path in found]

    def files(self) -> list[FileDiff]:
        return parse_diff(self.diff)


def parse_diff(diff: bytes) -> list[FileDiff]:
    """The files of a ``git diff -U0 --full-index --no-renames`` text; binary files have no hunks."""
    files: list[FileDiff] = []
    lines = diff.split(b"\n")
    position = 0
    path = ""
    blobs = ("", "")
    hunks: list[Hunk] = []

    def close() -> None:
        if path:
            files.append(FileDiff(path, blobs[0], blobs[1], tuple(hunks)))

    while position < len(lines):
        line = lines[position]
        position += 1
        if line.startswith(b"diff --git "):
            close()
            path = line.partition(b" b/")[2].decode("utf-8", "replace")
            blobs = ("", "")
            hunks = []
        elif line.startswith(b"index "):
            index = _INDEX.match(line)
            if index:
                blobs = (index[1].decode(), index[2].decode())
        elif line.startswith(b"@@ "):
            header = _HUNK.match(line)
            if header is None:
                continue
            removed = int(header[2]) if header[2] else 1
            added = int(header[4]) if header[4] else 1
            sides: tuple[list[bytes], list[bytes]] = ([], [])
            while position < len(lines) and (len(sides[0]) < removed or len(sides[1]) < added):
                body = lines[position]
                if body[:1] == b"-" and len(sides[0]) < removed:
                    sides[0].append(body[1:])
                elif body[:1] == b"+" and len(sides[1]) < added:
                    sides[1].append(body[1:])
                elif body[:1] != b"\\":
                    break
                position += 1
            hunks.append(Hunk(int(header[1]), tuple(sides[0]), int(header[3]), tuple(sides[1])))
    close()
    return files


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}


def _git(gitdir: Path, *arguments: str) -> list[str]:
    settings = ["-c", "core.quotePath=false", "-c", "safe.directory=*", "-c", "core.commitGraph=true"]
    return ["git", f"--git-dir={gitdir}", *settings, *arguments]


def commits(gitdir: Path, limit: int = 30_000) -> Iterator[Commit]:
    """Non-merge commits reachable from HEAD that touch Python files, newest first.

    Only ``*.py`` files are in the diffs, without context. Commits whose diff is larger than 400 kB are left out.
    A commit whose objects are absent (a partial clone) is stepped over and the reading goes on behind it.

    Args:
        gitdir: a bare repository or a ``.git`` folder.
        limit: at most so many commits.
    """
    seen = 0
    stuck = 0
    while seen < limit and stuck < 5:
        before = seen
        command = _git(
            gitdir, "log", "--no-merges", "-p", "-U0", "--full-index", "--no-renames", "--no-ext-diff",
            "--no-textconv", "--no-color", f"--max-count={limit - seen}", f"--skip={seen}",
            "--format=%x01%x02commit%x02%x01%H%x00%s%x00%b%x01%x02diff%x02%x01", "HEAD", "--", "*.py",
        )  # fmt: skip
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment(), bufsize=0
        ) as process:
            assert process.stdout is not None
            for raw in _split(process.stdout.fileno()):
                seen += 1
                header, found, diff = raw.partition(_END_OF_HEADER)
                fields = header.split(b"\x00", 2)
                if not found or len(fields) != 3:
                    continue
                sha, subject, body = (field.decode("utf-8", "replace") for field in fields)
                yield Commit(sha, subject, body, diff)
        if process.returncode == 0:
            return
        if seen == before:
            seen += 1
            stuck += 1
        else:
            stuck = 0


def _split(descriptor: int) -> Iterator[bytes]:
    """Texts between separators; one that outgrows the limit is dropped as it streams by and comes out empty."""
    pending = bytearray()
    too_large = False
    first = True
    while True:
        chunk = os.read(descriptor, 1 << 20)
        if not chunk:
            break
        scan_from = max(0, len(pending) - len(_SEPARATOR))
        pending += chunk
        while (cut := pending.find(_SEPARATOR, scan_from)) >= 0:
            if not first:
                yield b"" if too_large else bytes(pending[:cut])
            first = False
            too_large = False
            del pending[: cut + len(_SEPARATOR)]
            scan_from = 0
        if len(pending) > _LARGEST_DIFF:
            too_large = True
            del pending[: -len(_SEPARATOR)]
    if not first:
        yield b"" if too_large else bytes(pending)


class Blobs:
    """File contents by blob id, through one ``git cat-file --batch``. Use as a context manager."""

    def __init__(self, gitdir: Path) -> None:
        self._process = subprocess.Popen(
            _git(gitdir, "cat-file", "--batch"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )

    def __enter__(self) -> Blobs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def read(self, name: str) -> bytes | None:
        """The content of a blob id (or ``commit:path``); None when the repository does not have it."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        if "\n" in name:
            return None
        stdin.write(name.encode() + b"\n")
        stdin.flush()
        header = stdout.readline().rstrip(b"\n")
        fields = header.rsplit(b" ", 2)
        if len(fields) != 3 or not fields[2].isdigit():
            return None
        data = stdout.read(int(fields[2]))
        stdout.read(1)
        return data if fields[1] == b"blob" else None
