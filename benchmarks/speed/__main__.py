"""``python -m benchmarks.speed PATH``."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.speed import trees
from benchmarks.speed.keystrokes import type_into
from benchmarks.speed.processes import Command, CommandFailed, run
from benchmarks.speed.results import as_markdown, machine
from benchmarks.speed.samples import Samples
from benchmarks.speed.stdio_server import ServerFailed
from benchmarks.speed.tools import JOBS, Tool, forget, module, tools

FILE_SIZES = (500, 1_000, 2_000, 4_000, 8_000)
"""Lines of the single files whose checks are timed."""
REPOSITORY_SHARES = (0.1, 0.2, 0.4)
"""Shares of the tree whose checks are timed, beside the whole."""
TYPED = ((200, True, 2), (1_000, True, 2), (1_000, False, 1), (10_000, True, 1))
"""Lines of the file that is typed into, whether findings are pulled, and runs."""
CHANGES = ("statement twice", "statement twice", "function added", "file added")
"""What changes in one file before a run, in the first round."""
STARTS = 7
STAGES_LINES = 10_000


def main() -> int:
    """Measure what is not measured yet, print the tables, write tables and plots; 2 when our own linter or server failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("path", type=Path, metavar="PATH", help="folder with the tree to check")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("build/speed"),
        metavar="FOLDER",
        help="results.json, which a later run goes on with, table.md and plots",
    )
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="cold runs of a tool, at most")
    parser.add_argument("--seed", type=int, default=0, help="of the places that are typed at")
    parser.add_argument("--fresh", action="store_true", help="begin anew")
    arguments = parser.parse_args()
    out: Path = arguments.out
    if arguments.fresh:
        (out / "results.json").unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="groundstate-speed-") as scratch:
        folder = Path(scratch).resolve()
        tree = folder / "tree"
        lines = trees.copy(arguments.path, tree)
        if not lines:
            parser.error(f"{arguments.path}: no Python files")
        found = tools()
        subject = {
            "tree": arguments.path.resolve().name,
            "files": len(lines),
            "lines": sum(lines.values()),
            "machine": machine(),
        }
        samples = Samples(out / "results.json", subject)
        listed = [{"name": tool.name, "version": tool.version} for tool in found]
        samples.fact("tools", lambda: listed)
        began = time.monotonic()
        _measure_starts(samples, folder)
        _measure_tools(samples, found, tree, folder, lines, arguments.repeats)
        _say(f"tools: {time.monotonic() - began:.0f} s so far")
        _measure_growth(samples, found[0], tree, folder, lines)
        _say(f"growth: {time.monotonic() - began:.0f} s so far")
        _measure_typing(samples, tree, folder, lines, arguments.seed)
        _say(f"typing: {time.monotonic() - began:.0f} s so far")
        _measure_inside(samples, tree, folder, lines)
    table = as_markdown(subject, samples, listed)
    print(table)
    (out / "table.md").write_text(table, "utf-8")
    try:
        from benchmarks.speed.plots import draw
    except ImportError as error:
        _say(f"no plots: {error}")
    else:
        draw(samples, listed, out)
    ours = (f"{found[0].name}: ", "typing: ", "growth of ")
    return 2 if any(key.startswith(ours) for key in samples.problems) else 0


def _measure_starts(samples: Samples, folder: Path) -> None:
    small = folder / "small"
    small.mkdir()
    (small / "pyproject.toml").write_text("")
    (small / "a.py").write_text("def area(width, height):\n    return width * height\n")
    arguments = {
        "start: --version": [*module("groundstate"), "--version"],
        "start: check": [*module("groundstate"), "check", "--no-cache", str(small / "a.py")],
    }
    for key, command in arguments.items():
        while samples.missing(key, STARTS):
            _time(samples, key, _plain(command, small))


def _measure_tools(
    samples: Samples,
    found: Sequence[Tool],
    tree: Path,
    folder: Path,
    lines: Mapping[Path, int],
    repeats: int,
) -> None:
    """Rounds in which every tool has a cold run, then one where nothing changed; in the first, some where one file did too.

    Memory is watched in the last round of each tool.
    """
    for tool in found:
        if tool.version is None:
            samples.fail(f"{tool.name}: cold", "not installed")
    for number in range(1, repeats + 1):
        for tool in found:
            key = f"{tool.name}: cold"
            wanted = min(repeats, tool.repeats)
            if number > wanted or not samples.missing(key, number):
                continue
            _say(f"{tool.name}, round {number} of {wanted}")
            cache = folder / "cache"
            forget(cache)
            command = tool.command(tree, cache)
            if not _time(samples, key, command, peak=f"{tool.name}: peak" if number == wanted else None):
                continue
            if tool.caches:
                _time(samples, f"{tool.name}: warm", command)
                if number == 1:
                    _measure_changes(samples, tool, command, lines)


def _measure_changes(samples: Samples, tool: Tool, command: Command, lines: Mapping[Path, int]) -> None:
    """One file of middling length changes, another one each time, and is then as it was: a statement that stands there
    twice, and a new function; or a file with such a function comes beside it, and goes."""
    ordered = sorted(lines, key=lambda path: (lines[path], path))
    for number, what in enumerate(CHANGES):
        path = ordered[len(ordered) * (number + 3) // (len(CHANGES) + 6)]
        text = path.read_bytes()
        known = text.decode("utf-8", "surrogateescape")
        after = trees.with_a_statement_twice(known, number)
        if what == "function added":
            after = known + trees.ADDED.format(number=number)
        elif what == "file added":
            path, text = path.with_name("added_by_the_benchmark.py"), b""
            after = trees.ADDED.format(number=number).lstrip()
        try:
            path.write_bytes(after.encode("utf-8", "surrogateescape"))
            _time(samples, f"{tool.name}: {what}", command)
        finally:
            if text:
                path.write_bytes(text)
            else:
                path.unlink()


def _measure_growth(
    samples: Samples, ours: Tool, tree: Path, folder: Path, lines: Mapping[Path, int]
) -> None:
    cache = folder / "cache"
    for wanted in FILE_SIZES:
        text = trees.joined(lines, wanted)
        count = text.count("\n")
        if abs(count - wanted) > wanted / 4:
            _say(f"no file of {wanted} lines: the tree is too small")
            continue
        place = folder / f"file-{wanted}"
        place.mkdir()
        (place / "pyproject.toml").write_text("")
        (place / "module.py").write_text(text)
        for _ in range(3):
            if samples.missing(f"growth of a file: {count}", 3):
                forget(cache)
                _time(samples, f"growth of a file: {count}", ours.command(place, cache))
    for share in REPOSITORY_SHARES:
        part = folder / f"part-{share}"
        part.mkdir()
        count = trees.part_of(lines, tree, share, part)
        key = f"growth of a repository: {count}"
        if samples.missing(key, 1):
            _say(f"groundstate, {count:,} lines")
            forget(cache)
            _time(samples, key, ours.command(part, cache))
    whole = f"growth of a repository: {sum(lines.values())}"
    if samples.missing(whole, 1) and samples.values.get(f"{ours.name}: cold"):
        samples.add(whole, *samples.values[f"{ours.name}: cold"])


def _measure_typing(samples: Samples, tree: Path, folder: Path, lines: Mapping[Path, int], seed: int) -> None:
    """In a project of its own: the folder of the tree that the file is in, or nothing but a file that was put together."""
    for wanted, pull, runs in TYPED:
        real = trees.file_of(lines, wanted)
        mode = "pulled" if pull else "pushed"
        project = folder / f"typed-{wanted}-{mode}"
        if real is not None:
            top = tree / real.relative_to(tree).parts[0]
            shutil.copytree(top if top.is_dir() else tree, project)
            typed = project / real.relative_to(top if top.is_dir() else tree)
        else:
            project.mkdir()
            typed = project / "module.py"
            typed.write_text(trees.joined(lines, wanted))
        (project / "pyproject.toml").write_text("")
        count = typed.read_bytes().count(b"\n")
        if abs(count - wanted) > wanted / 4:
            samples.fail(f"typing: {wanted:05} {mode}", "the tree is too small")
            continue
        _say(f"typing into {count:,} lines, findings {mode}")

        def measured(
            typed: Path = typed, project: Path = project, pull: bool = pull, runs: int = runs, count: int = count,
            what: str = "a file of the tree" if real is not None else "files joined", mode: str = mode,
        ) -> dict[str, Any]:  # fmt: skip
            done = [type_into(typed, project, pull=pull, seed=seed + number) for number in range(runs)]
            return {
                "lines": count,
                "what": what,
                "mode": mode,
                "runs": [run.keystrokes for run in done],
                "opened": [run.opened for run in done],
                "wholes": [run.wholes for run in done],
                "peak": max(run.peak for run in done),
            }

        try:
            samples.fact(f"typing: {wanted:05} {mode}", measured)
        except ServerFailed as error:
            samples.fail(f"typing: {wanted:05} {mode}", str(error))


def _measure_inside(samples: Samples, tree: Path, folder: Path, lines: Mapping[Path, int]) -> None:
    """What a program of ours measures in a process of its own and prints as JSON."""
    part = folder / "inside"
    part.mkdir()
    trees.part_of(lines, tree, min(1.0, STAGES_LINES / sum(lines.values())), part)
    for key, arguments in (
        ("stages", ["benchmarks.speed.stages", str(part), "--json"]),
        ("encoder", ["benchmarks.speed.encoder", "--threads", str(JOBS)]),
    ):
        if key in samples.facts or key in samples.problems:
            continue
        _say(key)
        command = Command((sys.executable, "-m", *arguments), Path.cwd(), dict(os.environ), frozenset({0}))
        try:
            output = run(command).output
        except CommandFailed as error:
            samples.fail(key, str(error))
        else:
            samples.fact(key, partial(json.loads, output.splitlines()[-1]))


def _plain(arguments: Sequence[str], folder: Path) -> Command:
    return Command(tuple(arguments), folder, dict(os.environ), frozenset({0, 1}))


def _time(samples: Samples, key: str, command: Command, *, peak: str | None = None) -> bool:
    """Run a command and note its seconds, and its peak memory as ``peak``; or why it failed."""
    try:
        done = run(command, watched=peak is not None)
    except CommandFailed as error:
        samples.fail(key, str(error))
        return False
    samples.add(key, done.seconds)
    if peak is not None:
        samples.add(peak, done.peak)
    return True


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
