"""The repositories of a scan: from the words of a command line to named folders."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from groundstate.errors import UserError


@dataclass(frozen=True, slots=True)
class Repository:
    """``name``: the last parts of its path, as many as tell it from the others. ``path``: absolute."""

    name: str
    path: Path


def repositories_of(words: Sequence[str]) -> list[Repository]:
    """The repositories that ``words`` name, each once, in their order: a folder is one, a file lists one a line.

    A line of a list is a path relative to the list's folder; what follows a ``#`` is a comment. What is named and is not
    there is among the repositories, so that the scan can say so.

    Raises:
        UserError: a list cannot be read, or nothing is named.
    """
    paths = list(dict.fromkeys(path for word in words for path in _paths_of(Path(word))))
    if not paths:
        raise UserError(
            f"{', '.join(words)}: names no repository; give folders, or a file with a folder a line"
        )
    names = _names_of(paths)
    return [Repository(names[path], path) for path in paths]


def commit_of(folder: Path) -> str | None:
    """The commit that is checked out in ``folder``, read and not asked of git, which would run what a clone configures."""
    try:
        git = folder / ".git"
        if git.is_file():
            git = folder / git.read_text("utf-8").partition(":")[2].strip()
        head = (git / "HEAD").read_text("utf-8").strip()
        if not head.startswith("ref: "):
            return _commit(head)
        name = head.removeprefix("ref: ")
        shared = git / "commondir"
        home = git / shared.read_text("utf-8").strip() if shared.is_file() else git
        for place in (git, home):
            if (place / name).is_file():
                return _commit((place / name).read_text("utf-8"))
        for line in (home / "packed-refs").read_text("utf-8").splitlines():
            if line.endswith(f" {name}"):
                return _commit(line.split()[0])
    except (OSError, ValueError):
        pass
    return None


def _commit(text: str) -> str | None:
    return text.strip() if re.fullmatch(r"[0-9a-f]{40,64}", text.strip()) else None


def _paths_of(word: Path) -> Iterator[Path]:
    if not word.is_file():
        yield Path(os.path.abspath(word))
        return
    try:
        lines = word.read_text("utf-8").splitlines()
    except OSError as error:
        raise UserError(f"{word}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise UserError(
            f"{word}: a file names repositories, a folder a line, and this one is not UTF-8 at byte {error.start}"
        ) from None
    for line in lines:
        path = line.partition("#")[0].strip()
        if path:
            yield Path(os.path.abspath(word.parent / os.path.expanduser(path)))


def _names_of(paths: Sequence[Path]) -> dict[Path, str]:
    """The shortest ends of the paths that differ from one another."""
    names: dict[Path, str] = {}
    left, length = list(paths), 1
    while left:
        ends = {path: "/".join(path.parts[-length:]).lstrip("/") or "root" for path in left}
        count = Counter([*ends.values(), *names.values()])
        longest = [path for path in left if len(path.parts) <= length]
        names |= {path: ends[path] for path in left if count[ends[path]] == 1 or path in longest}
        left = [path for path in left if path not in names]
        length += 1
    return names
