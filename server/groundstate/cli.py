"""The command line: which subcommand runs, and what is common to all.

Exit codes: 0 nothing found, 1 findings, 2 could not run. ``groundstate --version`` imports nothing of ours but this.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from groundstate import __version__
from groundstate.errors import UserError

COMMANDS = {
    "check": "check Python files and report what has a lower energy",
    "rule": "explain a rule, or list all of them",
    "explain": "show the energies of the candidate edits around a line",
    "config": "show the effective settings",
    "scan": "check many repositories, with workers that may die, into Parquet and SARIF",
    "server": "run the language server",
    "completion": "print what completes this command in a shell",
    "train": "train a model on your own code",
    "export": "turn a training run into a calibrated model package",
}
"""Name of each subcommand and of its module in ``groundstate.commands``, with its one-line help."""


class CommandError(UserError):
    """A command that cannot run; the message is one line for the user."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line ``arguments`` (without the program's name) and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        parsed = _parser(arguments).parse_args(arguments)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    try:
        code: int = importlib.import_module(f"groundstate.commands.{parsed.command}").run(parsed)
        sys.stdout.flush()
        return code
    except UserError as error:
        print(f"groundstate: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("groundstate: interrupted", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except (
        OSError
    ) as error:  # no space left, no working directory: what the system refuses, not what we do wrong
        where = f"{error.filename}: " if error.filename else ""
        print(f"groundstate: error: {where}{error.strerror or error}", file=sys.stderr)
        return 2


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser; only the subcommand that ``arguments`` names is imported to add its own options."""
    parser = argparse.ArgumentParser(
        prog="groundstate",
        description="Reads code as an energy and reports what has a lower neighbour.",
        epilog="Exit codes: 0 nothing found, 1 findings, 2 could not run.",
    )
    parser.add_argument("--version", action="version", version=f"groundstate {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    named = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."
        )
        if name == named:
            importlib.import_module(f"groundstate.commands.{name}").add_arguments(subparser)
    return parser
