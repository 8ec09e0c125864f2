"""``groundstate train``: train a model on your own code, with the training package's own options."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``groundstate train``."""
    from groundstate_energy.training import command

    command.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Train, where torch is installed."""
    import importlib.util

    from groundstate.cli import CommandError
    from groundstate_energy.training import command

    if importlib.util.find_spec("torch") is None:
        raise CommandError("training needs torch: install `groundstate[train]`")
    return command.run(arguments)
