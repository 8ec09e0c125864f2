"""Repositories to scan, with findings of exact and of learned rules, and the command line run on them."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

AREA = """\
def area_{0}(width, height, limit={0}):
    # breiter als 😀 lang
    if width < 0 or height < 0:
        raise ValueError("a side is negative")
    if width > limit:
        return width * width
    return widht * height


class Store{0}:
    def __init__(self, low, high):
        self.low, self.high = low, high

    def size(self):
        if self.low < self.high and not self.low:
            return self.high - self.high
        return max(self.low, self.high)
"""


def write(folder: Path, repositories: int, files: int) -> list[Path]:
    """Repositories of so many files; the first has settings and a package, the second what is no Python, and nothing
    marks the third as a project."""
    made = []
    for number in range(repositories):
        root = folder / f"repository{number}"
        (root / "package").mkdir(parents=True)
        if number != 2:
            (root / ".git").mkdir()
        for file in range(files):
            place = root / "package" if file % 2 else root
            text = "\n\n".join(AREA.format(100 * number + 10 * file + i) for i in range(3))
            (place / f"part{file}.py").write_text(text, "utf-8")
        made.append(root)
    (made[0] / "pyproject.toml").write_text(
        '[tool.groundstate]\nsensitivity = "explore"\nexclude = ["vendored/"]\nmodel = "mine"\n', "utf-8"
    )
    (made[0] / "vendored").mkdir()
    (made[0] / "vendored" / "copied.py").write_text("print(nmae)\n", "utf-8")
    if repositories > 1:
        (made[1] / "package" / "data.py").write_bytes(b"a = 1\0")
        (made[1] / "package" / "half.py").write_text("def half(x:\n    return x\n", "utf-8")
    return made


def command(*arguments: str | Path, home: Path) -> subprocess.Popen[str]:
    """The command line, started in ``home``."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(home / ".cache")}
    return subprocess.Popen(
        [sys.executable, "-m", "groundstate", *map(str, arguments)],
        cwd=home,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(out: Path) -> int:
    """How many files are finished in the store of a scan that may be running."""
    path = out / "results.sqlite"
    if not path.exists():
        return 0
    connection = sqlite3.connect(path)
    try:
        (count,) = connection.execute("SELECT COUNT(*) FROM results").fetchone()
    except sqlite3.OperationalError:  # there is no table yet, or it is being written
        return 0
    finally:
        connection.close()
    return int(count)


def rows(out: Path) -> list[dict[str, Any]]:
    """The rows of a scan's Parquet file."""
    import pyarrow.parquet

    found: list[dict[str, Any]] = pyarrow.parquet.read_table(out / "findings.parquet").to_pylist()
    return found


def summary(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "summary.json").read_text("utf-8"))
    return found


def checked(repositories: Sequence[Path], *options: str, home: Path) -> list[dict[str, Any]]:
    """What `groundstate check` finds in each, as its JSON has it, paths told from the repository."""
    found = []
    for root in repositories:
        process = command("check", root, "--output-format", "json", "--no-cache", *options, home=home)
        out, err = process.communicate(timeout=600)
        assert process.returncode in (0, 1), err
        for finding in json.loads(out)["findings"]:
            path = Path(finding["path"])
            absolute = path if path.is_absolute() else home / path
            found.append({**finding, "repository": root.name, "path": absolute.relative_to(root).as_posix()})
    return found
