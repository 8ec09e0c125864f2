"""``groundstate explain``: the energies of the candidate edits around a line."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``groundstate explain``."""
    parser.add_argument("place", metavar="FILE:LINE", help="the line to explain")
    parser.add_argument("--html", metavar="PAGE", help="write an HTML page to this file instead")
    parser.add_argument("--model", metavar="FOLDER", help="use this model package")


def run(arguments: argparse.Namespace) -> int:
    """Show the unit around the line: its free energy and its best edits, each with its gap by term."""
    from pathlib import Path

    from groundstate.atomic_files import replace_file
    from groundstate.cli import CommandError
    from groundstate.explaining import landscape_around, landscape_in_words

    name, colon, line = arguments.place.rpartition(":")
    if not colon or not line.isdecimal() or int(line) < 1:
        raise CommandError(f"`{arguments.place}` is not FILE:LINE, such as src/a.py:12")
    try:
        document, found = landscape_around(Path(name), int(line), arguments.model)
    except OSError as error:
        raise CommandError(f"{name}: cannot be read: {error.strerror or error}") from None
    if arguments.html is None:
        print(landscape_in_words(document, found), end="")
        return 0
    from groundstate.energy_page import energy_page

    try:
        replace_file(Path(arguments.html), energy_page(document, found).encode())
    except OSError as error:
        raise CommandError(f"{arguments.html}: cannot be written: {error.strerror or error}") from None
    return 0
