"""The trap suite: functions that are easy to be wrong about, each with what may never be said of it.

A comment above each says which: ``# must not be verified: f(None)`` with calls that show why, of which at least one breaks
the contract; ``# must not be verified: no input`` where no call gets as far; ``# must not be refuted: f(0); f(1)`` with
calls that all keep it. CPython is asked whether that is so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "traps"
_MARK = re.compile(r"\s*# must not be (verified|refuted): (.*)")
_DEF = re.compile(r"(\s*)def (\w+)")
_CLASS = re.compile(r"class (\w+)")
NO_INPUT = "no input"


@dataclass(frozen=True, slots=True)
class Trap:
    """``forbidden``: the verdict that is wrong. ``calls``: statements that show it, or ``NO_INPUT``."""

    path: Path
    function: str
    line: int
    forbidden: str
    calls: str

    def __str__(self) -> str:
        return f"{self.path.stem}.{self.function}"


def traps() -> list[Trap]:
    """Every trap, in text order of the files by name."""
    found = []
    for path in sorted(FOLDER.glob("*.py")):
        pending: tuple[str, str] | None = None
        owner = ""
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if mark := _MARK.fullmatch(line):
                pending = (mark[1], mark[2])
            elif opened := _CLASS.match(line):
                owner = opened[1]
            elif (defined := _DEF.match(line)) and pending is not None:
                name = f"{owner}.{defined[2]}" if defined[1] else defined[2]
                found.append(Trap(path, name, number, *pending))
                pending = None
    return found
