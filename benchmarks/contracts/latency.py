"""``python -m benchmarks.contracts.latency``: from an edit of a function to its new verdict, in an editor.

The real server is spoken to over stdio, with the shipped network. Each file of the suite is opened and its functions are
edited one after the other; the clock runs from the change that is sent to the code lens that has the new verdict, so the
analysis that comes before the contracts is in it. The next edit follows when the verdict is there. Edits:

- breaking: a one-edit mutant that breaks the contract, to be refuted
- undone: back to the text before, whose verdict is remembered
- unknown yet: ``assert True`` before the last statement, which is another claim, so that all is proved again
- comment: one at the end of the first line of the body, which proves nothing again
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

from benchmarks.contracts.suite import FOLDER, functions, mutants
from benchmarks.speed.stdio_server import StdioServer

KINDS = ("breaking", "undone", "unknown yet", "comment")


@dataclass(frozen=True, slots=True)
class Edit:
    """``old`` becomes ``new`` in one function of a file. ``kind``: one of ``KINDS``, the first, third or fourth."""

    kind: str
    function: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds from an edit to its verdict. ``verdict``: the title of the code lens."""

    kind: str
    function: str
    seconds: float
    verdict: str


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.contracts.latency", description=__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take each Nth edit only")
    parser.add_argument("--output", type=Path, help="write the times as JSON")
    arguments = parser.parse_args()
    found: list[Taken] = []
    opened: dict[str, float] = {}
    for path in sorted(FOLDER.glob("*.py")):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "project" / path.name
            copy.parent.mkdir()
            shutil.copy(path, copy)
            with StdioServer(copy.parent, pull=False, lenses=True) as server:
                edits = list(_edits(path.read_text("utf-8")))[:: arguments.every]
                opened[path.name] = _open(server, copy)
                found += _made(server, copy.read_text("utf-8"), edits)
    _print(found, opened)
    if arguments.output is not None:
        record = {
            "date": datetime.now(UTC).isoformat(timespec="minutes"),
            "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} logical cores",
            "load": os.getloadavg(),
            "opened": opened,
            "edits": [asdict(item) for item in found],
        }
        arguments.output.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    return 0


def _edits(text: str) -> Iterator[Edit]:
    own = {item.name: item.text for item in functions() if item.text.rstrip("\n") in text}
    for mutant in mutants():
        if mutant.function.name in own:
            yield Edit("breaking", mutant.function.name, mutant.function.text, mutant.text)
    for name, old in own.items():
        (definition,) = ast.parse(old).body
        assert isinstance(definition, ast.FunctionDef)
        lines = old.split("\n")
        last = definition.body[-1]
        claimed = [*lines]
        claimed.insert(last.lineno - 1, f"{' ' * last.col_offset}assert True")
        yield Edit("unknown yet", name, old, "\n".join(claimed))
        first = definition.body[0].end_lineno
        assert first is not None
        lines[first - 1] += "  # so it is"
        yield Edit("comment", name, old, "\n".join(lines))


def _open(server: StdioServer, path: Path) -> float:
    """Seconds until the last function has its verdict; the server's start and the model's loading are in it."""
    text = path.read_text("utf-8")
    started = time.perf_counter()
    server.open(path, text)
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            server.lens(node.lineno - 1, _is_new)
    return time.perf_counter() - started


def _made(server: StdioServer, text: str, edits: list[Edit]) -> Iterator[Taken]:
    for edit in edits:
        line = text[: text.index(f"def {edit.function}(")].count("\n")
        offset = text.index(edit.old.rstrip("\n"))
        for kind, old, new in ((edit.kind, edit.old, edit.new), ("undone", edit.new, edit.old)):
            start, end, inserted = _difference(old, new)
            places = [_place(text, offset + at) for at in (start, end)]
            text = text[: offset + start] + inserted + text[offset + end :]
            started = time.perf_counter()
            server.change(places[0], places[1], inserted)
            verdict = server.lens(line, _is_new)
            yield Taken(kind, edit.function, time.perf_counter() - started, verdict)


def _difference(old: str, new: str) -> tuple[int, int, str]:
    """The range of ``old`` to replace, and by what."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    tail = 0
    while tail < min(len(old), len(new)) - start and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return start, len(old) - tail, new[start : len(new) - tail]


def _place(text: str, at: int) -> tuple[int, int]:
    before = text[:at]
    return before.count("\n"), len(before) - before.rfind("\n") - 1


def _is_new(title: str) -> bool:
    return " stale" not in title


def _print(found: list[Taken], opened: dict[str, float]) -> None:
    print("| edit | edits | verdicts | p50, ms | p95, ms | p99, ms | most, ms |")
    print("| --- | --: | --- | --: | --: | --: | --: |")
    for kind in (*KINDS, "all"):
        own = [item for item in found if kind in (item.kind, "all")]
        if len(own) < 2:
            continue
        cuts = quantiles((1000 * item.seconds for item in own), n=100, method="inclusive")
        counts = Counter(item.verdict.split()[2].rstrip(":") for item in own)
        said = ", ".join(f"{counts[name]} {name}" for name in sorted(counts))
        shown = [f"{cuts[place - 1]:.0f}" for place in (50, 95, 99)]
        print(
            "| "
            + " | ".join([kind, str(len(own)), said, *shown, f"{1000 * max(i.seconds for i in own):.0f}"])
            + " |"
        )
    print(
        "\nfrom opening to the last verdict: " + ", ".join(f"{name} {s:.1f} s" for name, s in opened.items())
    )


if __name__ == "__main__":
    sys.exit(main())
