"""The code that is measured on: copies of real files, for every tool the same."""

from __future__ import annotations

import random
import re
import shutil
import tokenize
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.speed.keystrokes import statement_ends

ADDED = "\n\ndef added_by_the_benchmark_{number}(values):\n    return [value for value in values if value]\n"
"""A function that a file gets at its end: new names for the whole project."""


def with_a_statement_twice(text: str, seed: int) -> str:
    """A statement of the file once more after itself: a change that brings no name."""
    lines = text.split("\n")
    try:
        ends = statement_ends(text, random.Random(seed))
    except (SyntaxError, tokenize.TokenError):
        ends = []
    if not ends:
        return text + "\n"
    line = ends[0][0]
    return "\n".join([*lines[: line + 1], lines[line], *lines[line + 1 :]])


def copy(source: Path, tree: Path) -> dict[Path, int]:
    """Copy the Python files below ``source`` (or the one that it is); their number of lines by path.

    Folders get names that are identifiers, and files that this Python cannot parse are left out, for mypy stops at either;
    so for all tools.
    """
    lines: dict[Path, int] = {}
    for file in [source] if source.is_file() else sorted(source.rglob("*.py")):
        if not file.is_file():
            continue
        relative = file.relative_to(source) if source.is_dir() else Path(file.name)
        folders = [_identifier(part) for part in relative.parts[:-1]]
        target = tree.joinpath(*folders, relative.name)
        if target in lines or not _parses(file.read_bytes()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        lines[target] = target.read_bytes().count(b"\n")
    (tree / "pyproject.toml").write_text("")
    return lines


def _parses(text: bytes) -> bool:
    """Whether the text is Python; it is compiled to be discarded, never run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def _identifier(part: str) -> str:
    name = re.sub(r"\W", "_", part)
    return name if name.isidentifier() else f"_{name}"


def part_of(lines: Mapping[Path, int], tree: Path, share: float, target: Path) -> int:
    """Copy about ``share`` of the lines of a tree, every so many files; how many lines that are."""
    total, copied, seen = sum(lines.values()), 0, 0
    for path in sorted(lines):
        seen += lines[path]
        if copied < share * seen and copied < share * total:
            place = target / path.relative_to(tree)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
            copied += lines[path]
    (target / "pyproject.toml").write_text("")
    return copied


def file_of(lines: Mapping[Path, int], wanted: int) -> Path | None:
    """A real file of about so many lines, within a tenth; None without one."""
    near = min(lines, key=lambda path: (abs(lines[path] - wanted), path))
    return near if abs(lines[near] - wanted) <= wanted / 10 else None


def joined(lines: Mapping[Path, int], wanted: int) -> str:
    """Real files one after the other, cut at a line end at the top level after at least ``wanted`` lines.

    Imports from ``__future__`` are left out: they may only stand first.
    """
    texts: list[str] = []
    count = 0
    for path in sorted(lines, key=lambda path: (-lines[path], path)):
        if count >= wanted:
            break
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        if "from __future__ import (" in text:
            continue
        kept = [
            line for line in text.replace("\r\n", "\n").split("\n") if not line.startswith("from __future__")
        ]
        texts.append("\n".join(kept).rstrip("\n") + "\n")
        count += len(kept)
    return cut("".join(texts).split("\n"), wanted)


def cut(lines: Sequence[str], wanted: int) -> str:
    """The first ``wanted`` lines and those up to the next definition at the top level."""
    stop = wanted
    while stop < len(lines) and not re.match(r"(def|class|@|async def)\b", lines[stop]):
        stop += 1
    return "\n".join(lines[:stop]) + "\n"
