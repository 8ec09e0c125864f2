"""``groundstate export``: a training run becomes a calibrated model package."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``groundstate export``."""
    from groundstate_export import command

    command.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Export, where torch is installed."""
    import importlib.util

    from groundstate.cli import CommandError
    from groundstate_export import command

    if importlib.util.find_spec("torch") is None:
        raise CommandError("export needs torch: install `groundstate[train]`")
    return command.run(arguments)
