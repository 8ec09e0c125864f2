"""``python -m benchmarks.speed PATH``."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.speed.keystrokes import ServerFailed, type_into
from benchmarks.speed.processes import Command, CommandFailed, peak_bytes, seconds
from benchmarks.speed.results import KeystrokeResult, Results, Spread, ToolResult, machine, percentile
from benchmarks.speed.tools import TOOLS, Tool, forget

MEGABYTE = 1_000_000


def main() -> int:
    """Measure, print the tables, write the JSON; 2 when the language server or our own linter failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("path", type=Path, metavar="PATH", help="folder with the tree to check")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="runs of each measurement")
    parser.add_argument("--json", type=Path, default=Path("build/speed.json"), metavar="FILE")
    parser.add_argument(
        "--lines", type=int, default=1000, help="type into the file that has about so many lines"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the places that are typed at")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="groundstate-speed-") as folder:
        tree = Path(folder).resolve() / "tree"
        lines = _copy(arguments.path, tree)
        if not lines:
            parser.error(f"{arguments.path}: no Python files")
        tools = _measure_tools(tree, Path(folder), sum(lines.values()), arguments.repeats)
        typed = min(lines, key=lambda path: (abs(lines[path] - arguments.lines), path))
        try:
            typing = tuple(
                _measure_typing(typed, tree, pull=pull, repeats=arguments.repeats, seed=arguments.seed)
                for pull in (True, False)
            )
        except ServerFailed as error:
            print(f"the language server could not be measured: {error}", file=sys.stderr)
            return 2
        results = Results(
            machine=machine(),
            tree=arguments.path.resolve().name,
            files=len(lines),
            lines=sum(lines.values()),
            start=_start_time(Path(folder), max(5, arguments.repeats)),
            tools=tools,
            typed_file=typed.relative_to(tree).as_posix(),
            typed_lines=lines[typed],
            typing=typing,
        )
    print(results.as_markdown())
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps(results.as_json(), indent=2) + "\n")
    return 0 if tools[0].problem is None else 2


def _copy(source: Path, tree: Path) -> dict[Path, int]:
    """Copy the Python files below ``source`` (or the one that it is); their number of lines by path."""
    lines: dict[Path, int] = {}
    files = [source] if source.is_file() else sorted(source.rglob("*.py"))
    for file in files:
        if not file.is_file():
            continue
        copy = tree / (file.relative_to(source) if source.is_dir() else file.name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
        lines[copy] = copy.read_bytes().count(b"\n")
    (tree / "pyproject.toml").write_text("")
    return lines


def _measure_tools(tree: Path, folder: Path, lines: int, repeats: int) -> tuple[ToolResult, ...]:
    cold: dict[str, list[float]] = {tool.name: [] for tool in TOOLS}
    warm: dict[str, list[float]] = {tool.name: [] for tool in TOOLS}
    problems: dict[str, str] = {tool.name: "not installed" for tool in TOOLS if tool.version is None}
    caches = {tool.name: folder / f"cache-{tool.distribution}" for tool in TOOLS}
    for repeat in range(repeats):
        for tool in TOOLS:
            if tool.name in problems:
                continue
            _say(f"{tool.name}, run {repeat + 1} of {repeats}")
            forget(caches[tool.name])
            command = tool.command(tree, caches[tool.name])
            try:
                cold[tool.name].append(lines / seconds(command))
                if tool.caches:
                    warm[tool.name].append(lines / seconds(command))
            except CommandFailed as error:
                problems[tool.name] = str(error)
    return tuple(
        _tool_result(tool, tree, caches[tool.name], cold[tool.name], warm[tool.name], problems.get(tool.name))
        for tool in TOOLS
    )


def _tool_result(
    tool: Tool, tree: Path, cache: Path, cold: list[float], warm: list[float], problem: str | None
) -> ToolResult:
    if problem is not None:
        return ToolResult(tool.name, tool.version, problem=problem)
    _say(f"{tool.name}, memory")
    forget(cache)
    peak = peak_bytes(tool.command(tree, cache)) / MEGABYTE
    return ToolResult(tool.name, tool.version, Spread.of(cold), Spread.of(warm) if warm else None, peak)


def _measure_typing(path: Path, root: Path, *, pull: bool, repeats: int, seed: int) -> KeystrokeResult:
    mode = "pulled" if pull else "pushed"
    runs = []
    for repeat in range(repeats):
        _say(f"typing, findings {mode}, run {repeat + 1} of {repeats}")
        runs.append(type_into(path, root, pull=pull, seed=seed + repeat))
    milliseconds = [[1000 * taken for taken in run.keystrokes] for run in runs]
    return KeystrokeResult(
        mode=mode,
        p50=Spread.of([percentile(run, 0.5) for run in milliseconds]),
        p95=Spread.of([percentile(run, 0.95) for run in milliseconds]),
        keystrokes=sum(len(run) for run in milliseconds),
        opened=Spread.of([1000 * run.opened for run in runs]),
        peak=max(run.peak for run in runs) / MEGABYTE,
    )


def _start_time(folder: Path, repeats: int) -> Spread:
    """Milliseconds of ``groundstate --version``."""
    arguments = (sys.executable, "-m", "groundstate", "--version")
    command = Command(arguments, folder, dict(os.environ), frozenset({0}))
    return Spread.of([1000 * seconds(command) for _ in range(repeats)])


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
