"""``groundstate explain``: the energies of the candidate edits around a line."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``groundstate explain``."""
    parser.add_argument("place", metavar="FILE:LINE", help="the line to explain")
    parser.add_argument("--model", metavar="FOLDER", help="use this model package")


def run(arguments: argparse.Namespace) -> int:
    """Print the best edits of the unit around the line, each with its gap by term."""
    from pathlib import Path

    from groundstate.cli import CommandError
    from groundstate.explaining import explain

    name, colon, line = arguments.place.rpartition(":")
    if not colon or not line.isdecimal() or int(line) < 1:
        raise CommandError(f"`{arguments.place}` is not FILE:LINE, such as src/a.py:12")
    try:
        print(explain(Path(name), int(line), arguments.model), end="")
    except OSError as error:
        raise CommandError(f"{name}: cannot be read: {error.strerror or error}") from None
    return 0
