"""``groundstate check``: check files and report what has a lower energy."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from groundstate.settings import SENSITIVITIES

if TYPE_CHECKING:
    from groundstate.reports.outcome import Outcome
    from groundstate.settings import LoadedSettings


FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "rdjson")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``groundstate check``."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: this folder)")
    parser.add_argument("--select", metavar="RULES", help="report only these rules, such as GS301,GS1")
    parser.add_argument("--ignore", metavar="RULES", help="do not report these rules")
    parser.add_argument(
        "--sensitivity", choices=SENSITIVITIES, help="budget of false alarms of the learned rules"
    )
    parser.add_argument("--output-format", choices=FORMATS, default="text")
    parser.add_argument(
        "--output", metavar="FILE", help="write the report to FILE instead of standard output"
    )
    parser.add_argument("--fix", action="store_true", help="apply certified repairs")
    parser.add_argument(
        "--unsafe-fixes", action="store_true", help="with --fix or --diff: checked repairs too"
    )
    parser.add_argument("--diff", action="store_true", help="show what --fix would change and change nothing")
    parser.add_argument("--statistics", action="store_true", help="count findings by rule")
    parser.add_argument(
        "--stdin-filename", metavar="PATH", help="check standard input as if it were this file"
    )
    parser.add_argument("--no-cache", action="store_true", help="neither read nor write the cache")
    parser.add_argument("--model", metavar="FOLDER", help="use this model package")
    parser.add_argument(
        "--jobs", type=_positive, metavar="N", help="processes to use (default: one for each core)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Check, report, and return 0, 1 or 2."""
    from groundstate.checking import Input, check
    from groundstate.cli import CommandError
    from groundstate.engine_loading import EngineError
    from groundstate.reports.text import visible
    from groundstate.settings import SettingsError

    if arguments.stdin_filename and arguments.paths not in ([], ["-"]):
        raise CommandError("--stdin-filename takes the text from standard input; give no PATH with it")
    if "-" in arguments.paths and not arguments.stdin_filename:
        raise CommandError("to check standard input, say what file it is with --stdin-filename")
    if arguments.fix and arguments.diff:
        raise CommandError("--fix and --diff exclude each other")
    if arguments.stdin_filename:
        path = Path(arguments.stdin_filename)
        given = Input((path,), sys.stdin.buffer.read())
    else:
        given = Input(tuple(Path(path) for path in arguments.paths or ["."]), None)
    try:
        loaded = _settings(given.paths, arguments)
        jobs = arguments.jobs or os.cpu_count() or 1
        outcome, notes = check(given, loaded, use_cache=not arguments.no_cache, jobs=jobs)
    except (SettingsError, EngineError) as error:
        raise CommandError(str(error)) from None
    for note in notes:
        print(visible(f"groundstate: {note}"), file=sys.stderr)
    if arguments.diff:
        _print_diff(outcome, unsafe=arguments.unsafe_fixes)
    elif arguments.fix:
        outcome = _apply(outcome, given, loaded, arguments)
    if not arguments.diff:
        _print_report(outcome, arguments)
    for problem in outcome.problems:
        print(visible(f"groundstate: error: {problem.path}: {problem.message}"), file=sys.stderr)
    if outcome.problems:
        return 2
    return 1 if any(report.findings for report in outcome.reports) else 0


def _settings(paths: tuple[Path, ...], arguments: argparse.Namespace) -> LoadedSettings:
    """The settings of the nearest file above all paths, with what the command line says replaced."""
    import dataclasses

    from groundstate.settings import load_settings, settings_from_mapping

    absolute = [os.path.abspath(path) for path in paths]
    try:
        common = os.path.commonpath(absolute)
    except ValueError:  # on different drives
        common = absolute[0]
    loaded = load_settings(Path(common))
    table: dict[str, object] = {
        key: value.split(",")
        for key in ("select", "ignore")
        if (value := getattr(arguments, key)) is not None
    }
    table |= {
        key: value for key in ("sensitivity", "model") if (value := getattr(arguments, key)) is not None
    }
    settings = settings_from_mapping(table, "command line", loaded.settings, Path.cwd())
    return dataclasses.replace(loaded, settings=settings)


def _apply(outcome: Outcome, given: object, loaded: LoadedSettings, arguments: argparse.Namespace) -> Outcome:
    """Write the fixes, and return what is left to report about the changed files."""
    from groundstate.checking import Input, check
    from groundstate.discovery import Problem
    from groundstate.fixes import FixError, fix, write
    from groundstate.reports.outcome import Outcome, shown_path

    assert isinstance(given, Input)
    problems = list(outcome.problems)
    fixed_paths: list[Path] = []
    count = 0
    for report in outcome.reports:
        change = fix(report, unsafe=arguments.unsafe_fixes)
        if given.data is not None:
            sys.stdout.buffer.write(change.fixed.data)
            sys.stdout.flush()
        if not change.findings:
            continue
        try:
            if given.data is None:
                write(change)
        except FixError as error:
            problems.append(Problem(shown_path(report.document.path), str(error)))
            continue
        fixed_paths.append(report.document.path)
        count += len(change.findings)
        if given.data is not None:
            given = Input(given.paths, change.fixed.data)
    if not fixed_paths:
        return Outcome(outcome.reports, tuple(problems), outcome.model)
    print(
        f"groundstate: fixed {count} in {len(fixed_paths)} file{'s'[: len(fixed_paths) != 1]}",
        file=sys.stderr,
    )
    again = given if given.data is not None else Input(tuple(fixed_paths), None)
    rest, _ = check(again, loaded, use_cache=not arguments.no_cache, jobs=1)
    changed = {report.document.path: report for report in rest.reports}
    reports = tuple(changed.get(report.document.path, report) for report in outcome.reports)
    return Outcome(reports, (*problems, *rest.problems), outcome.model)


def _print_diff(outcome: Outcome, *, unsafe: bool) -> None:
    from groundstate.fixes import fix, unified_diff

    for report in outcome.reports:
        sys.stdout.write(unified_diff(fix(report, unsafe=unsafe)))


def _print_report(outcome: Outcome, arguments: argparse.Namespace) -> None:
    from groundstate.cli import CommandError
    from groundstate.reports.formats import render
    from groundstate.reports.text import render_statistics

    stdin_is_fixed = arguments.fix and arguments.stdin_filename
    stream = sys.stderr if stdin_is_fixed else sys.stdout
    if arguments.statistics:
        text = render_statistics(outcome)
    else:
        colour = arguments.output is None and stream.isatty() and not os.environ.get("NO_COLOR")
        text = render(arguments.output_format, outcome, colour=colour)
    if arguments.output is None:
        stream.write(text)
        return
    try:
        Path(arguments.output).write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise CommandError(f"{arguments.output}: cannot be written: {error.strerror or error}") from None


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a number of at least 1, not `{text}`")
    return int(text)
