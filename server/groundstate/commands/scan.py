"""``groundstate scan``: check many repositories, with workers that may die, into one folder."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from groundstate.settings import DEVICES, SENSITIVITIES

if TYPE_CHECKING:
    from groundstate.engine_loading import EngineSource
    from groundstate.scanning.scan import Summary
    from groundstate.scanning.scheduling import Crew
    from groundstate.scanning.worker import Setup


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``groundstate scan``."""
    parser.add_argument(
        "repositories",
        nargs="+",
        metavar="REPO",
        help="folders, each a clone, and files that list them, a folder a line",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        required=True,
        help="folder of the results; a scan that was ended goes on in it",
    )
    rules = parser.add_argument_group("what is reported")
    rules.add_argument("--select", metavar="RULES", help="report only these rules, such as GS301,GS1")
    rules.add_argument("--ignore", metavar="RULES", help="do not report these rules")
    rules.add_argument(
        "--sensitivity", choices=SENSITIVITIES, help="budget of false alarms of the learned rules"
    )
    workers = parser.add_argument_group("workers")
    workers.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="processes of this machine, or actors of Ray",
    )
    workers.add_argument(
        "--address", metavar="ADDRESS", help="of a running Ray cluster (default: one on this machine)"
    )
    workers.add_argument(
        "--workers",
        type=_positive,
        metavar="N",
        help="how many (default: one for each GPU, else for each group of cores)",
    )
    workers.add_argument(
        "--threads", type=_positive, metavar="N", default=1, help="cores of a group (default: 1)"
    )
    workers.add_argument("--device", choices=DEVICES, help="where the model runs")
    workers.add_argument("--model", metavar="FOLDER", help="use this model package")
    limits = parser.add_argument_group("limits")
    limits.add_argument(
        "--max-file-bytes",
        type=_positive,
        metavar="N",
        default=4_000_000,
        help="larger files are not checked (default: 4,000,000; nor are they by `check`)",
    )
    limits.add_argument(
        "--max-repository-bytes",
        type=_positive,
        metavar="N",
        default=1_000_000_000,
        help="repositories with more Python are not scanned (default: 1,000,000,000)",
    )
    limits.add_argument(
        "--max-batch-bytes",
        type=_positive,
        metavar="N",
        default=500_000,
        help="source that a worker is given at once; what a dead one loses (default: 500,000)",
    )
    limits.add_argument(
        "--max-batch-seconds",
        type=_positive,
        metavar="N",
        default=1800,
        help="after which a worker is ended (default: 1800)",
    )
    limits.add_argument(
        "--max-tries",
        type=_positive,
        metavar="N",
        default=3,
        help="workers that a batch may end before it is halved, and a file given up (default: 3)",
    )
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 even when something is found")


def run(arguments: argparse.Namespace) -> int:
    """Scan, sum up, and return 0, 1 or 2."""
    from groundstate.cli import CommandError
    from groundstate.scanning.planning import How, Limits
    from groundstate.scanning.repositories import repositories_of
    from groundstate.scanning.scan import Scan
    from groundstate.scanning.scheduling import Patience

    needed = ["pyarrow", *(["ray"] if arguments.engine == "ray" else [])]
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise CommandError(f"scan needs {' and '.join(missing)}: install `groundstate[scan]`")
    if arguments.address and arguments.engine != "ray":
        raise CommandError("--address is of a Ray cluster: give --engine ray with it")
    repositories = repositories_of(arguments.repositories)
    settings = _settings(arguments)
    source = _source(settings)
    limits = Limits(arguments.max_file_bytes, arguments.max_repository_bytes, arguments.max_batch_bytes)
    scan = Scan(
        repositories,
        How(source, settings, limits),
        Path(arguments.out),
        arguments.threads,
        Patience(arguments.max_tries, arguments.max_batch_seconds),
        lambda setup: _crew(arguments, setup),
        _say,
    )
    try:
        summary = scan.run(arguments.engine)
    except KeyboardInterrupt:
        _say("interrupted; the same command goes on where it stopped")
        return 2
    _print_summary(summary, scan.out)
    if not summary.scanned:
        return 2
    return 1 if summary.findings and not arguments.exit_zero else 0


def _settings(arguments: argparse.Namespace) -> dict[str, object]:
    """What the command line says, as a table of settings that is valid."""
    from groundstate.settings import settings_from_mapping

    table: dict[str, object] = {
        key: value.split(",")
        for key in ("select", "ignore")
        if (value := getattr(arguments, key)) is not None
    }
    table |= {
        key: value for key in ("sensitivity", "device") if (value := getattr(arguments, key)) is not None
    }
    if arguments.model is not None:
        table["model"] = os.path.abspath(arguments.model)
    settings_from_mapping(table, "command line")
    return table


def _source(settings: dict[str, object]) -> EngineSource | None:
    """The model that repositories are scanned with, None where no learned rule is selected."""
    from pathlib import PurePath

    from groundstate.checking import NO_MODEL
    from groundstate.engine_loading import engine_source
    from groundstate.settings import settings_from_mapping
    from groundstate_grammars.rules import SOFT_RULES

    ours = settings_from_mapping(settings, "command line")
    if ours.reported_rules(PurePath()).isdisjoint(SOFT_RULES):
        return None
    source = engine_source(ours)
    if source.package is None:
        _say(NO_MODEL)
    return source


def _crew(arguments: argparse.Namespace, setup: Setup) -> Crew:
    if arguments.engine == "ray":
        from groundstate.scanning.ray_crew import RayCrew

        actors = RayCrew(
            arguments.workers or 0, setup, address=arguments.address, cpu_only=arguments.device == "cpu"
        )
        _say(f"{actors.size} Ray actors, {'a GPU each' if actors.gpus else f'{setup.threads} core(s) each'}")
        return actors
    from groundstate.engine_loading import device_line
    from groundstate.scanning.local_crew import LocalCrew
    from groundstate_energy.devices import gpus

    line = None if setup.source is None else device_line(setup.source)
    on_gpus = len(gpus()) if line is not None and line.startswith("cuda") else 0
    groups = max(1, (os.cpu_count() or 1) // setup.threads)
    crew = LocalCrew(arguments.workers or on_gpus or groups, setup, on_gpus)
    where = f"; device: {line}" if line else ""
    _say(f"{crew.size} processes, {'a GPU each' if on_gpus else f'{setup.threads} core(s) each'}{where}")
    return crew


def _print_summary(summary: Summary, out: Path) -> None:
    from groundstate.reports.text import visible
    from groundstate.scanning.scan import PARQUET, SARIF

    problems = summary.problems()
    for problem in problems:
        _say(f"{problem.path}: {problem.message}")
    files = sum(repository.files for repository in summary.repositories)
    earlier = sum(repository.earlier for repository in summary.repositories)
    lines = sum(repository.lines for repository in summary.repositories)
    rules = ", ".join(f"{rule} {count:,}" for rule, count in summary.rules.most_common())
    shown = [
        ("repositories", f"{summary.scanned:,} of {len(summary.repositories):,}"),
        ("files", f"{files:,}, {earlier:,} of them scanned by an earlier run"),
        ("lines", f"{lines:,}"),
        ("findings", f"{summary.findings:,}{f' ({rules})' if rules else ''}"),
        ("problems", f"{len(problems):,}"),
        ("workers that died", f"{summary.deaths.workers:,}; batches given again: {summary.deaths.again:,}"),
        ("network on", ", ".join(summary.devices) or "nothing"),
        ("time", f"{summary.seconds:.1f} s"),
        ("written", f"{out / PARQUET}, {out / SARIF}"),
    ]
    for name, value in shown:
        print(visible(f"{name + ':':<19} {value}"))


def _say(message: str) -> None:
    """A line for the user, beside the summary."""
    from groundstate.reports.text import visible

    print(visible(f"groundstate: {message}"), file=sys.stderr)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a number of at least 1, not `{text}`")
    return int(text)
