"""``groundstate check``: check files and report what has a lower energy."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from groundstate.reports.formats import FORMATS
from groundstate.settings import DEVICES, SENSITIVITIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from groundstate.baseline import Baseline
    from groundstate.checking import Input
    from groundstate.fixes import Fix
    from groundstate.linting import Linter
    from groundstate.reports.outcome import Outcome
    from groundstate.settings import LoadedSettings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``groundstate check``."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files and folders (default: this folder); - is standard input",
    )
    rules = parser.add_argument_group("what is reported")
    rules.add_argument("--select", metavar="RULES", help="report only these rules, such as GS301,GS1")
    rules.add_argument("--ignore", metavar="RULES", help="do not report these rules")
    rules.add_argument(
        "--sensitivity", choices=SENSITIVITIES, help="budget of false alarms of the learned rules"
    )
    rules.add_argument(
        "--changed-since",
        metavar="REV",
        help="report only findings on lines that changed since this git revision; auto: since the target of the "
        "merge request",
    )
    known = parser.add_argument_group("baseline")
    known.add_argument("--baseline", metavar="FILE", help="do not report the findings in this file")
    baseline = known.add_mutually_exclusive_group()
    for name, text in (
        ("update", "write all that is found to the baseline, so that only what is new is reported"),
        ("prune", "take out of the baseline what is fixed, and report what is new"),
        ("error-stale", "what is in the baseline and fixed is an error too"),
        ("no", "report what is in the baseline too"),
    ):
        baseline.add_argument(
            f"--{name}-baseline", dest="baseline_use", action="store_const", const=name, help=text
        )
    output = parser.add_argument_group("output")
    output.add_argument("--output-format", choices=FORMATS, default="text")
    output.add_argument(
        "--output", metavar="FILE", help="write the report to FILE instead of standard output"
    )
    output.add_argument(
        "--report",
        choices=("unknown",),
        help="unknown: list the contracts that are not decided, with the reason",
    )
    output.add_argument("--statistics", action="store_true", help="count findings by rule")
    output.add_argument("--watch", action="store_true", help="check again whenever a file changes")
    writing = parser.add_argument_group("changing files")
    writing.add_argument("--fix", action="store_true", help="apply certified repairs")
    writing.add_argument(
        "--unsafe-fixes", action="store_true", help="with --fix or --diff: checked repairs too"
    )
    writing.add_argument("--add-ignore", action="store_true", help="add an ignore comment for each finding")
    writing.add_argument(
        "--diff",
        action="store_true",
        help="show what --fix, or --add-ignore, would change and change nothing",
    )
    running = parser.add_argument_group("how it runs")
    running.add_argument(
        "--stdin-filename", metavar="PATH", help="check standard input as if it were this file"
    )
    running.add_argument(
        "--force-exclude", action="store_true", help="exclude files even where they are named, as hooks do"
    )
    running.add_argument("--exit-zero", action="store_true", help="exit with 0 even when something is found")
    running.add_argument("--no-cache", action="store_true", help="neither read nor write the cache")
    running.add_argument("--model", metavar="FOLDER", help="use this model package")
    running.add_argument(
        "--device", choices=DEVICES, help="where the model runs; says which it is, and why it is no GPU"
    )
    running.add_argument(
        "--jobs", type=_positive, metavar="N", help="processes to use (default: one for each core)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Check, report, and return 0, 1 or 2."""
    _refuse_contradictions(arguments)
    if arguments.watch:
        from groundstate.watching import watch

        paths = _paths(arguments)
        return watch(paths, lambda: _settings(paths, arguments), lambda: _run_once(arguments))
    return _run_once(arguments)


_EXCLUSIVE = (
    ("watch", "fix", "diff", "add-ignore", "update-baseline", "prune-baseline", "output", "stdin-filename"),
    ("fix", "diff"),
    ("fix", "add-ignore"),
    ("update-baseline", "fix", "diff", "add-ignore", "changed-since", "stdin-filename"),
    ("prune-baseline", "fix", "diff", "add-ignore", "changed-since", "stdin-filename"),
    ("stdin-filename", "changed-since", "add-ignore"),
)
"""Options that exclude the others in their row."""


def _refuse_contradictions(arguments: argparse.Namespace) -> None:
    """Raises ``CommandError`` for arguments that cannot be meant together."""
    from groundstate.cli import CommandError

    given = {name.replace("_", "-") for name, value in vars(arguments).items() if value}
    if arguments.baseline_use:
        given.add(f"{arguments.baseline_use}-baseline")
    if arguments.stdin_filename and arguments.paths not in ([], ["-"]):
        raise CommandError("--stdin-filename takes the text from standard input; give no PATH with it")
    if "-" in arguments.paths and not arguments.stdin_filename:
        raise CommandError("to check standard input, say what file it is with --stdin-filename")
    for first, *others in _EXCLUSIVE:
        for other in others:
            if first in given and other in given:
                raise CommandError(f"--{first} and --{other} exclude each other")


def _paths(arguments: argparse.Namespace) -> tuple[Path, ...]:
    if arguments.stdin_filename:
        return (Path(arguments.stdin_filename),)
    return tuple(Path(path) for path in arguments.paths or ["."])


def _run_once(arguments: argparse.Namespace) -> int:
    from groundstate.checking import Input
    from groundstate.linting import Linter

    paths = _paths(arguments)
    given = Input(paths, sys.stdin.buffer.read() if arguments.stdin_filename else None)
    loaded = _settings(paths, arguments)
    _say_device(loaded, arguments)
    linter = Linter(
        loaded,
        _baseline(loaded, arguments),
        arguments.changed_since,
        use_cache=not arguments.no_cache,
        jobs=arguments.jobs or os.cpu_count() or 1,
        force_exclude=arguments.force_exclude,
    )
    checked = linter.check(given)
    for note in checked.notes:
        _say(note)
    outcome = checked.shown
    stale = linter.baseline is not None and _use_baseline(linter, checked.found, arguments.baseline_use)
    if arguments.diff:
        _print_diff(outcome, arguments)
    elif arguments.fix or arguments.add_ignore:
        outcome = _write(outcome, given, linter, arguments)
    if not arguments.diff and arguments.baseline_use != "update":
        _print_report(outcome, arguments)
    for problem in outcome.problems:
        _say(f"error: {problem.path}: {problem.message}")
    if outcome.problems:
        return 2
    found = arguments.baseline_use != "update" and any(report.findings for report in outcome.reports)
    return 1 if (found or stale) and not arguments.exit_zero else 0


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
        key: value
        for key in ("sensitivity", "model", "baseline", "device")
        if (value := getattr(arguments, key)) is not None
    }
    settings = settings_from_mapping(table, "command line", loaded.settings, Path.cwd())
    return dataclasses.replace(loaded, settings=settings)


def _say_device(loaded: LoadedSettings, arguments: argparse.Namespace) -> None:
    """Say what the model runs on where that was asked for, or may be another than the user thinks: where a GPU is."""
    from pathlib import PurePath

    from groundstate.engine_loading import device_line, engine_source
    from groundstate_energy.devices import has_driver
    from groundstate_grammars.rules import SOFT_RULES

    asked = arguments.device is not None or (loaded.settings.device == "auto" and has_driver())
    if not asked or loaded.settings.reported_rules(PurePath()).isdisjoint(SOFT_RULES):
        return
    line = device_line(engine_source(loaded.settings))
    if line is not None:
        _say(f"device: {line}")


def _baseline(loaded: LoadedSettings, arguments: argparse.Namespace) -> Baseline | None:
    """The baseline of the settings; an update may start without one."""
    from groundstate.baseline import Baseline, read_baseline
    from groundstate.cli import CommandError

    path = loaded.settings.baseline
    if arguments.baseline_use == "no":
        return None
    if path is None:
        if arguments.baseline_use:
            raise CommandError(
                f"--{arguments.baseline_use}-baseline: which file? Say it with --baseline FILE, or with `baseline` in "
                "[tool.groundstate]"
            )
        return None
    if arguments.baseline_use == "update" and not path.exists():
        return Baseline(path, {})
    return read_baseline(path)


def _use_baseline(linter: Linter, found: Outcome, use: str | None) -> bool:
    """Update, prune or compare; whether what is fixed and still in the baseline is an error."""
    from groundstate.baseline import write_baseline
    from groundstate.reports.outcome import shown_path

    before = linter.baseline
    assert before is not None
    name = shown_path(before.path)
    if use == "update":
        after = linter.baseline_updated(before, found)
        write_baseline(after)
        _say(f"{name}: {_counted(after.count, 'finding')}; there were {before.count}")
        return False
    after, fixed = linter.baseline_pruned(before, found)
    if use == "prune":
        if after.entries != before.entries:
            write_baseline(after)
        _say(f"{name}: {_counted(after.count, 'finding')}; {len(fixed)} fixed and taken out")
        return False
    if use is None:
        if fixed:
            are = "is" if len(fixed) == 1 else "are"
            _say(f"{name}: {_counted(len(fixed), 'finding')} {are} fixed; --prune-baseline takes out what is")
        return False
    for path, entry in fixed:
        _say(f"{name}: {path}: {entry.rule} is fixed, --prune-baseline takes it out: {entry.message}")
    return bool(fixed)


def _changes(outcome: Outcome, arguments: argparse.Namespace) -> list[Fix]:
    """What ``--fix`` or ``--add-ignore`` does to each file."""
    from groundstate.fixes import fix, ignore

    if arguments.add_ignore:
        return [ignore(report) for report in outcome.reports]
    return [fix(report, unsafe=arguments.unsafe_fixes) for report in outcome.reports]


def _write(outcome: Outcome, given: Input, linter: Linter, arguments: argparse.Namespace) -> Outcome:
    """Write the changes, and return what is left to report about the changed files."""
    import dataclasses

    from groundstate.checking import Input
    from groundstate.linting import Changed, write_all

    changes = _changes(outcome, arguments)
    _say_what_is_left(changes, outcome, arguments)
    if given.data is None:
        changed = write_all(changes)
        again = Input(changed.paths, None)
    else:
        text = changes[0].fixed.data if changes else given.data
        sys.stdout.buffer.write(text)
        sys.stdout.flush()
        fixed = [change for change in changes if change.findings]
        changed = Changed(
            tuple(change.original.path for change in fixed), sum(len(change.findings) for change in fixed), ()
        )
        again = Input(given.paths, text)
    problems = (*outcome.problems, *changed.problems)
    if not changed.paths:
        return dataclasses.replace(outcome, problems=problems)
    done = "ignored" if arguments.add_ignore else "fixed"
    _say(f"{done} {changed.count} in {_counted(len(changed.paths), 'file')}")
    rest = linter.check(again).shown
    new = {report.document.path: report for report in rest.reports}
    reports = tuple(new.get(report.document.path, report) for report in outcome.reports)
    return dataclasses.replace(outcome, reports=reports, problems=(*problems, *rest.problems))


def _print_diff(outcome: Outcome, arguments: argparse.Namespace) -> None:
    from groundstate.fixes import unified_diff

    changes = _changes(outcome, arguments)
    _say_what_is_left(changes, outcome, arguments)
    for change in changes:
        sys.stdout.write(unified_diff(change))


def _say_what_is_left(changes: Sequence[Fix], outcome: Outcome, arguments: argparse.Namespace) -> None:
    """Say how many findings have a repair that only ``--unsafe-fixes`` makes, so that nothing done is no riddle."""
    if arguments.add_ignore or arguments.unsafe_fixes:
        return
    made = sum(len(change.findings) for change in changes)
    repairs = [item.repairs[0] for report in outcome.reports for item in report.findings if item.repairs]
    left = sum(repair.checked for repair in repairs) - made
    if left > 0:
        what, them = ("repair is", "it") if left == 1 else ("repairs are", "them")
        _say(f"{left} {what} not certified and left out; --unsafe-fixes includes {them}")


def _print_report(outcome: Outcome, arguments: argparse.Namespace) -> None:
    from groundstate.atomic_files import replace_file
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
    if arguments.report == "unknown":
        from groundstate.reports.text import render_open_contracts

        open_contracts = render_open_contracts(outcome)
        if arguments.output_format in ("text", "concise"):
            text = open_contracts + text
        else:
            sys.stderr.write(open_contracts)
    if arguments.output is None:
        stream.write(text)
        return
    try:
        replace_file(Path(arguments.output), text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise CommandError(f"{arguments.output}: cannot be written: {error.strerror or error}") from None


def _say(message: str) -> None:
    """A line for the user, beside the report."""
    from groundstate.reports.text import visible

    print(visible(f"groundstate: {message}"), file=sys.stderr)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a number of at least 1, not `{text}`")
    return int(text)
