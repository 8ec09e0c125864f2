"""Keystrokes: from a change of one character to the findings of that version, through the real server over stdio."""

from __future__ import annotations

import io
import random
import time
import tokenize
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.speed.stdio_server import StdioServer

STATEMENT = "total = value"
"""What is typed, letter by letter, on a line of its own after a random statement of the file, then removed."""

PLACES = 15
"""Statements after which it is typed."""


@dataclass(slots=True)
class Typing:
    """Seconds from each change to its findings; from opening the file to the first findings of all rules; of the whole
    analysis that follows what is typed at a place, once there is a pause; and peak bytes."""

    opened: float = 0.0
    keystrokes: list[float] = field(default_factory=list)
    wholes: list[float] = field(default_factory=list)
    peak: int = 0


def type_into(path: Path, root: Path, *, pull: bool, seed: int) -> Typing:
    """Open ``path`` and type; the next letter follows when the findings of the last are there.

    ``pull``: ask for the findings as VS Code, Neovim and Helix do, instead of waiting for the server to send them.

    Raises:
        ServerFailed: no answer within four minutes, or the server ended.
    """
    text = path.read_bytes().decode("utf-8", "replace")
    typing = Typing()
    with StdioServer(root, pull=pull) as server:
        started = time.perf_counter()
        server.open(path, text)
        server.whole()
        typing.opened = time.perf_counter() - started
        server.settle()
        for line, indent, column in statement_ends(text, random.Random(seed)):
            server.change((line, column), (line, column), "\n" + indent)
            server.findings()
            for count, letter in enumerate(STATEMENT):
                place = (line + 1, len(indent) + count)
                started = time.perf_counter()
                server.change(place, place, letter)
                server.findings()
                typing.keystrokes.append(time.perf_counter() - started)
            started = time.perf_counter()
            server.whole()
            typing.wholes.append(time.perf_counter() - started)
            typing.peak = max(typing.peak, server.memory())
            server.change((line, column), (line + 1, len(indent) + len(STATEMENT)), "")
            server.findings()
    return typing


def statement_ends(text: str, generator: random.Random) -> list[tuple[int, str, int]]:
    """Ends of statements of one ASCII line: (line, indent, column), where all encodings count alike."""
    lines = text.split("\n")
    found = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        number = token.end[0] - 1
        if token.type != tokenize.NEWLINE or number >= len(lines):
            continue
        line = lines[number].rstrip("\r")
        if line.isascii() and line[:1].isspace() and not line.rstrip().endswith(":") and "#" not in line:
            found.append((number, line[: len(line) - len(line.lstrip())], len(line)))
    return generator.sample(found, min(PLACES, len(found)))
